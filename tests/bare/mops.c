/*
 * Memory copy and memory set at EL0, EL1 and EL2 with the MMU off: registers, flags and memory
 * after each of the three instructions, options and directions, states that no prologue made. One
 * line an instruction on the PL011. All of it is of Option A, and of stages that end where QEMU's
 * do.
 */
#include "probe.h"

struct record record;

enum { BYTES = 6 * 4096 };

static uint32_t code[1024] __attribute__((aligned(4096)));
static uint8_t memory[2 * BYTES] __attribute__((aligned(4096)));

#define RW    (UINT64_C(1) << 31)
#define MSCEN (UINT64_C(1) << 33)
#define C     0x20000000 /* PSTATE.C */

/* X0: destination, X1: source or data, X2: size. */
#define CPYFP 0x19010440
#define CPYP  0x1d010440
#define SETP  0x19c10440
#define MAIN  0x00400000 /* of copies; of sets it is 0x4000 */

static const struct copy {
	uint32_t prologue;
	uint64_t to, from, size; /* offsets in memory */
} copies[] = {
	{CPYFP, BYTES, 0, 0},
	{CPYFP, BYTES, 0, 1},
	{CPYFP, BYTES + 5, 3, 100},
	{CPYFP, BYTES, 0, 4096},
	{CPYFP, BYTES + 1, 0, 9000},
	{CPYFP, BYTES + 4000, 100, 16384},
	{CPYFP, BYTES + 17, 33, 8191},
	{CPYP, BYTES + 7, 11, 10000},
	{CPYP, 100, 50, 10000},
	{CPYP, 50, 100, 10000},
	{CPYP, 4096, 4095, 8192},
	{CPYP, 8200, 5, 15000},
	{CPYP, 3, 3, 5000},
	{CPYP, 200, 100, 100},
	{CPYP, 200, 100, 101},
	{CPYP, 5, 4, 1},
};

static const struct {
	uint64_t to, size;
} sets[] = {{0, 0}, {0, 1}, {5, 4091}, {5, 4092}, {0, 4096}, {100, 9000}, {4095, 8194}, {1, 20000}};

static struct place here(void)
{
	return (struct place){code, (uint64_t)code};
}

static void fill(void)
{
	uint32_t value = 1;

	for (unsigned i = 0; i < 2 * BYTES; i++) {
		value = value * 1103515245 + 12345;
		memory[i] = (uint8_t)(value >> 16);
	}
}

static uint64_t sum(void)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (unsigned i = 0; i < 2 * BYTES; i++)
		hash = (hash ^ memory[i]) * 0x100000001b3;
	return hash;
}

static uint64_t relative(uint64_t address)
{
	return address - (uint64_t)memory;
}

/* One instruction; the registers go on in x. */
static void step(const char *name, uint32_t word, unsigned el, uint64_t flags, uint64_t x[4])
{
	const uint32_t words[1] = {word};
	uint64_t esr;

	put_code(here(), words, 1);
	run_at(here().va, pstate_of(el, flags), x);
	esr = record.el2.esr >> 26 == 0x16 ? record.el1.esr : record.el2.esr;
	print(name);
	print_field(" EL", el);
	print_field(" word ", word);
	print_field(" ESR ", esr);
	print_field(" flags ", (record.el2.esr >> 26 == 0x16 ? record.el1 : record.el2).spsr >> 28);
	for (unsigned i = 0; i < 3; i++)
		x[i] = record.x[i];
	print_field(" X0 ", relative(x[0]));
	print_field(" X1 ", word >> 22 == SETP >> 22 ? x[1] : relative(x[1]));
	print_field(" X2 ", x[2]);
	print_field(" memory ", sum());
	print("\n");
}

static void copy(const struct copy *c, unsigned el, uint32_t options)
{
	uint64_t x[4] = {(uint64_t)memory + c->to, (uint64_t)memory + c->from, c->size, 0};

	fill();
	for (unsigned stage = 0; stage < 3; stage++)
		step("copy", (c->prologue + stage * MAIN) | options << 12, el,
		     stage == 0 ? C | 0x10000000 : 0, x);
}

static void set(unsigned i, unsigned el, uint32_t options)
{
	uint64_t x[4] = {(uint64_t)memory + sets[i].to, 0x123456789abcdef0 + i, sets[i].size, 0};

	fill();
	for (unsigned stage = 0; stage < 3; stage++)
		step("set", SETP + stage * 0x4000 + (options << 12), el,
		     stage == 0 ? 0x80000000 : 0, x);
}

/* States that the prologue has not made, or another core's. */
static void mismatches(unsigned el)
{
	static const struct {
		uint32_t word;
		uint64_t flags, size;
	} rows[] = {
		{CPYFP + MAIN, C, -UINT64_C(100)},
		{CPYFP + 2 * MAIN, C, -UINT64_C(100)},
		{CPYFP + 2 * MAIN, 0, -UINT64_C(4096)},
		{CPYFP + 2 * MAIN, 0, -UINT64_C(4095)},
		{CPYFP + MAIN, C, 0},
		{CPYP + MAIN, C, 100},
		{CPYP + 2 * MAIN, 0, 4096},
		{CPYP + 2 * MAIN, 0, 4095},
		{CPYP + 2 * MAIN, 0, 0},
		{SETP + 0x4000, C, -UINT64_C(8192)},
		{SETP + 0x8000, C, -UINT64_C(5)},
		{SETP + 0x8000, 0, -UINT64_C(5000)},
		{SETP + 0xb000, C, -UINT64_C(5)},
		{SETP + 0x8000, C, 0},
		{CPYFP + 2 * MAIN + 0x9000, C, -UINT64_C(1)},
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t x[4] = {(uint64_t)memory + 8192, (uint64_t)memory + BYTES + 8192,
				 rows[i].size, 0};

		fill();
		step("state", rows[i].word, el, rows[i].flags, x);
	}
}

static void controls(uint64_t sctlr, uint64_t hcr, uint64_t hcrx)
{
	WRITE(hcr_el2, RW | hcr);
	WRITE(s3_4_c1_c2_2, hcrx); /* HCRX_EL2 */
	WRITE(sctlr_el1, UINT64_C(0x30d00980) | sctlr);
	SYNC();
}

/* What is not enabled, and where mismatches go. */
static void enables(void)
{
	static const struct copy one = {CPYFP, BYTES, 0, 1};

	for (unsigned el = 0; el < 3; el++) {
		controls(0, 0, 1 << 11);
		copy(&one, el, 0);
		controls(MSCEN, 0, 0);
		copy(&one, el, 0);
		controls(MSCEN, UINT64_C(1) << 27, 1 << 11); /* TGE */
		if (el != 1)
			mismatches(el);
		controls(MSCEN, 0, 3 << 10); /* MCE2 */
		mismatches(el);
	}
}

int main(void)
{
	WRITE(vbar_el2, (uint64_t)vectors_el2);
	WRITE(vbar_el1, (uint64_t)vectors_el1);
	WRITE(cntv_ctl_el0, 0);
	controls(MSCEN, 0, 1 << 11);
	for (unsigned el = 0; el < 3; el++) {
		for (unsigned i = 0; i < sizeof(copies) / sizeof(copies[0]); i++)
			copy(&copies[i], el, i % 16);
		for (unsigned i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
			set(i, el, i % 4);
		mismatches(el);
	}
	enables();
	return 0;
}
