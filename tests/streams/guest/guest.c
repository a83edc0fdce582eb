/*
 * The guest of the streams: runs the cases of the batch that lies in memory, each from registers
 * and memory that its seed gives, and writes a file with the result of each. It runs at EL2 of
 * nestwalk and of QEMU alike, behind an identity map of Normal memory.
 */
#include "../format.h"

uint64_t semihosting(uint32_t operation, const uint64_t *block);
void run_case(struct state *state);
extern char vectors[];

#define WRITE(reg, value) __asm__ volatile("msr " #reg ", %0" : : "r"((uint64_t)(value)) : "memory")

/* ------------------------------------------------------------------ what a seed gives */

static inline uint64_t next(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Few bits, few bits clear, one bit, any. */
static uint64_t integer(uint64_t *seed)
{
	uint64_t value = next(seed), kind = next(seed);

	switch (kind & 3) {
	case 0:
		return value >> (kind >> 8 & 63);
	case 1:
		return ~(value >> (kind >> 8 & 63));
	case 2:
		return UINT64_C(1) << (kind >> 8 & 63);
	default:
		return value;
	}
}

/* One number of a binary format: zeros, denormals, the least and the greatest, infinities, NaNs,
 * and numbers near 1. */
static uint64_t real(uint64_t random, unsigned exponent_bits, unsigned fraction_bits)
{
	uint64_t ones = (UINT64_C(1) << fraction_bits) - 1,
		 most = (UINT64_C(1) << exponent_bits) - 1;
	uint64_t exponent, fraction, sign = random >> 63;

	switch (random & 7) {
	case 0:
		exponent = 0;
		break;
	case 1:
		exponent = most;
		break;
	case 2:
		exponent = 1 + (random >> 3 & 1) * (most - 2);
		break;
	case 3:
		exponent = random >> 8 & most;
		break;
	default:
		exponent = (most >> 1) + (random >> 8 & 31) - 16;
	}
	random >>= 16;
	switch (random & 7) {
	case 0:
		fraction = 0;
		break;
	case 1:
		fraction = ones;
		break;
	case 2:
		fraction = 1;
		break;
	case 3:
		fraction = ones / 2 + 1;
		break;
	case 4:
		fraction = ones & ~(random >> 3) << (random >> 8 & 31);
		break;
	default:
		fraction = random * UINT64_C(0x9e3779b97f4a7c15) >> (64 - fraction_bits);
	}
	return sign << (exponent_bits + fraction_bits) | (exponent & most) << fraction_bits |
	       fraction;
}

static uint64_t half_of_vector(uint64_t *seed)
{
	uint64_t kind = next(seed) >> 32, value = 0;

	switch (kind & 7) {
	case 0:
	case 1:
		return integer(seed);
	case 2:
	case 3:
		return real(next(seed), 11, 52);
	case 4:
	case 5:
		value = real(next(seed), 8, 23);
		return value << 32 | real(next(seed), 8, 23);
	default:
		for (unsigned i = 0; i < 4; i++)
			value = value << 16 | real(next(seed), 5, 10);
		return value;
	}
}

#define EL2H_MASKED     0x3c9
#define CUMULATIVE_BITS 0x0800009f

static void prepare(struct state *s, const struct record *r)
{
	uint64_t seed = (uint64_t)r->seed * UINT64_C(0xd1342543de82ef95), flags;

	for (unsigned i = 0; i < 32; i++)
		(i < 31 ? s->x : &s->sp - 31)[i] = integer(&seed);
	for (unsigned i = 0; i < 64; i++)
		s->v[i] = half_of_vector(&seed);
	flags = next(&seed);
	s->pstate = EL2H_MASKED | (flags & 0xf0000000);
	s->fpcr = r->fpcr;
	s->fpsr = (flags & 1) != 0 ? flags >> 32 & CUMULATIVE_BITS : 0;
	for (unsigned i = 0; i < 2 * WINDOW_HALF / 8; i++)
		((volatile uint64_t *)(WINDOW - WINDOW_HALF))[i] = next(&seed);
}

/* ------------------------------------------------------------------ a case */

static unsigned class_of(uint64_t esr)
{
	return esr >> 26 & 0x3f;
}

/* Aborts and PC alignment faults. */
static int has_far(uint64_t esr)
{
	return (class_of(esr) & 0x3a) == 0x20 || class_of(esr) == 0x22;
}

/* FPSR has AArch32's condition flags where there is AArch32. */
#define FPSR_NZCV UINT64_C(0xf0000000)

static void finish(struct state *s, uint64_t code)
{
	s->elr -= code;
	s->fpsr &= ~FPSR_NZCV;
	if (!has_far(s->esr))
		s->far = 0;
	for (unsigned i = 0; i < 2 * WINDOW_HALF / 8; i++)
		s->window[i] = ((volatile uint64_t *)(WINDOW - WINDOW_HALF))[i];
}

static void run(struct state *s, const struct record *r)
{
	const struct load *load = (const struct load *)(r + 1);
	uint64_t code = (uint64_t)(load + r->loads);

	prepare(s, r);
	for (unsigned i = 0; i < r->loads; i++) {
		uint64_t value = load[i].value + (load[i].in_code != 0 ? code : 0);

		if (load[i].reg == 31)
			s->sp = value;
		else
			s->x[load[i].reg] = value;
	}
	s->elr = code;
	run_case(s);
	finish(s, code);
}

static uint32_t hash(const struct state *s)
{
	const uint64_t *word = (const uint64_t *)s;
	uint64_t h = 0;

	for (unsigned i = 0; i < sizeof(*s) / 8; i++) {
		h = (h ^ word[i]) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 32;
	}
	return (uint32_t)(h >> 32 ^ h);
}

/* ------------------------------------------------------------------ the batch */

#define GUARDED (UINT64_C(1) << 50)

/* Loads and stores of all kinds want Normal memory, and branches a guarded page: one block of 1 GB
 * maps all to itself. */
static void map_memory(void)
{
	static uint64_t table[512] __attribute__((aligned(4096)));

	table[RAM_BASE >> 30] = GUARDED | RAM_BASE | 0x741;
	WRITE(hcr_el2, UINT64_C(1) << 31);
	WRITE(cptr_el2, 0x33ff);
	WRITE(mair_el2, 0xff);
	WRITE(tcr_el2, 0x80823519); /* 39-bit addresses, 4 KB granule */
	WRITE(ttbr0_el2, table);
	WRITE(vbar_el2, vectors);
	__asm__ volatile("dsb sy; tlbi alle2; dsb sy; isb" : : : "memory");
	/* Pointer authentication by all keys; QEMU has no SP alignment check. */
	WRITE(sctlr_el2, 0x30c50830 | UINT64_C(0xc8002000) | 0x1005);
	__asm__ volatile("isb" : : : "memory");
}

static void write_keys(void)
{
	uint64_t seed = 1;

	__asm__ volatile(".arch armv8.3-a");
	WRITE(apiakeylo_el1, next(&seed));
	WRITE(apiakeyhi_el1, next(&seed));
	WRITE(apibkeylo_el1, next(&seed));
	WRITE(apibkeyhi_el1, next(&seed));
	WRITE(apdakeylo_el1, next(&seed));
	WRITE(apdakeyhi_el1, next(&seed));
	WRITE(apdbkeylo_el1, next(&seed));
	WRITE(apdbkeyhi_el1, next(&seed));
	WRITE(apgakeylo_el1, next(&seed));
	WRITE(apgakeyhi_el1, next(&seed));
}

static uint64_t run_batch(const struct batch *batch)
{
	const struct record *r = (const struct record *)(batch + 1);
	struct state *whole = (struct state *)RESULTS;
	static struct state s;
	uint32_t *hashes = (uint32_t *)RESULTS;

	for (unsigned i = 0; i < batch->count; i++) {
		run(batch->whole != 0 ? &whole[i] : &s, r);
		if (batch->whole == 0)
			hashes[i] = hash(&s);
		r = (const struct record *)((const char *)r + r->bytes);
	}
	return batch->count * (batch->whole != 0 ? sizeof(s) : sizeof(uint32_t));
}

static uint64_t length(const char *text)
{
	uint64_t n = 0;

	while (text[n] != '\0')
		n++;
	return n;
}

int main(void)
{
	enum { SYS_OPEN = 1, SYS_CLOSE = 2, SYS_WRITE = 5, WRITE_BINARY = 5 };
	const struct batch *batch = (const struct batch *)BATCH;
	const uint64_t name[3] = {(uint64_t)batch->output, WRITE_BINARY, length(batch->output)};
	uint64_t file[3] = {0, RESULTS, 0};

	if (batch->magic != BATCH_MAGIC)
		return 2;
	map_memory();
	write_keys();
	file[2] = run_batch(batch);
	file[0] = semihosting(SYS_OPEN, name);
	if (file[0] == UINT64_MAX || semihosting(SYS_WRITE, file) != 0)
		return 3;
	return semihosting(SYS_CLOSE, file) == 0 ? 0 : 4;
}
