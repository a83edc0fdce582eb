/*
 * The guest of the oracle: runs the cases of a file and writes a line for each operation. It runs
 *at EL2 of nestwalk and of QEMU alike; both files are named by the last two words of the command
 *line. A case file has a command a line, numbers in hexadecimal:
 *
 *	c NUMBER            a case begins: registers and memory as at the start, no translation is
 *cached r REGISTER VALUE    a register of reg.def w ADDRESS VALUE     64 bits of memory; afterwards
 *they are zero again o OPERATION PSTATE ADDRESS VALUE    an operation of op.def at PSTATE (SPSR_EL2
 *as it enters it)
 *
 * Of an operation NUMBER.COUNT says what came of it: `ok X0`, `par PAR_EL1`, or the exception: EL,
 *vector, ESR, FAR, HPFAR. What the architecture leaves UNKNOWN or IMPLEMENTATION DEFINED is left
 *out. At the end of a case NUMBER `d` tells which of its memory has changed: Access flags, dirty
 *state, what was stored.
 */
#include "record.h"
#include "text.h"

struct record record;

enum register_name {
#define REG(name) R_##name,
#include "../reg.def"
#undef REG
	REGISTERS
};

enum kind { LOAD, STORE, ATOMIC, UNPRIV, FETCH, ZERO, CACHE1, CACHE, AT1, AT2, TLBI1, TLBI2 };

struct operation {
	char name[15];
	uint8_t kind;
};

static const struct operation operations[] = {
#define OP(name, kind, code) {#name, kind},
#include "../op.def"
#undef OP
};

static const char register_names[][12] = {
#define REG(name) #name,
#include "../reg.def"
#undef REG
};

#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

#define RW            (UINT64_C(1) << 31)
#define E2H           (UINT64_C(1) << 34)
#define TGE           (UINT64_C(1) << 27)
#define SCTLR_EL1_OFF UINT64_C(0x30d00980) /* RES1 bits, SPAN */
#define SCTLR_EL2_OFF UINT64_C(0x30c50830)
#define MMU_AND_EE    (UINT64_C(1) << 25 | 1)
#define WRITES        1024

/* What a case has said so far. */
struct state {
	uint64_t number, count;
	uint8_t kind; /* of the operation */
	uint64_t reg[REGISTERS];
	uint32_t set;        /* bit n: reg[n] is the case's */
	int applied, spoilt; /* spoilt: the data may not be the same for all that run the case */
	unsigned writes;
	struct {
		uint64_t *at, value;
	} write[WRITES];
};

static struct state state;

uint64_t semihosting(uint32_t operation, const uint64_t *block);

/* ------------------------------------------------------------------ registers */

#define WRITE(reg, value) __asm__ volatile("msr " #reg ", %0" : : "r"((uint64_t)(value)) : "memory")
#define READ(reg)                                                                                  \
	({                                                                                         \
		uint64_t value_;                                                                   \
		__asm__ volatile("mrs %0, " #reg : "=r"(value_));                                  \
		value_;                                                                            \
	})
#define SYNC() __asm__ volatile("dsb sy; isb" : : : "memory")

static void write_el1(void)
{
	const uint64_t *r = state.reg;

	WRITE(hcr_el2, RW);
	__asm__ volatile("isb");
	WRITE(sctlr_el1, r[R_sctlr_el1]);
	WRITE(tcr_el1, r[R_tcr_el1]);
	WRITE(ttbr0_el1, r[R_ttbr0_el1]);
	WRITE(ttbr1_el1, r[R_ttbr1_el1]);
	WRITE(mair_el1, r[R_mair_el1]);
	WRITE(vbar_el1, r[R_code] + (uint64_t)low_vectors);
	WRITE(vtcr_el2, r[R_vtcr_el2]);
	WRITE(vttbr_el2, r[R_vttbr_el2]);
}

static void write_el2(void)
{
	const uint64_t *r = state.reg;

	WRITE(hcr_el2, r[R_hcr_el2]);
	__asm__ volatile("isb");
	WRITE(tcr_el2, r[R_tcr_el2]);
	WRITE(ttbr0_el2, r[R_ttbr0_el2]);
	WRITE(mair_el2, r[R_mair_el2]);
	WRITE(vbar_el2, r[R_code2] + (uint64_t)low_vectors);
	WRITE(tpidr_el2, r[R_sctlr_el2] & ~MMU_AND_EE);
	if ((state.set >> R_ttbr1_el2 & 1) != 0)
		WRITE(ttbr1_el2, r[R_ttbr1_el2]);
}

static void invalidate(uint64_t hcr)
{
	WRITE(hcr_el2, hcr);
	__asm__ volatile("isb; dsb sy; tlbi alle1; tlbi alle2; dsb sy; ic iallu; dsb sy; isb"
			 :
			 :
			 : "memory");
}

/* HCR_EL2 of the case stays in force until its end: a change of it may cost an implementation its
 * TLB. */
static void apply(void)
{
	if (state.applied)
		return;
	write_el1();
	if (state.count == 0) {
		invalidate(RW);
		if ((state.reg[R_hcr_el2] & E2H) != 0)
			invalidate(RW | E2H);
	}
	write_el2();
	SYNC();
	state.applied = 1;
}

static void set_register(struct text *in)
{
	for (unsigned i = 0; i < REGISTERS; i++) {
		if (!skip_word(in, register_names[i]))
			continue;
		state.reg[i] = take_hex(in);
		state.set |= 1u << i;
		state.applied = 0;
		return;
	}
}

/* ------------------------------------------------------------------ memory */

static void write_memory(struct text *in)
{
	uint64_t *at = (uint64_t *)take_hex(in), value = take_hex(in);
	unsigned i = 0;

	*(volatile uint64_t *)at = value;
	while (i < state.writes && state.write[i].at != at)
		i++;
	if (i == WRITES)
		return;
	state.write[i].at = at;
	state.write[i].value = value;
	if (i == state.writes)
		state.writes++;
}

static void end_case(struct text *out)
{
	for (unsigned i = 0; i < state.writes; i++) {
		volatile uint64_t *at = state.write[i].at;

		if (*at != state.write[i].value) {
			put_hex(out, state.number);
			put_field(out, " d ", (uint64_t)at);
			put_field(out, " ", *at);
			put(out, "\n");
		}
		*at = 0;
	}
	state.writes = 0;
}

#define RAM          UINT64_C(0x40000000)
#define RAM_BYTES    UINT64_C(0x400000) /* where the loader may have left a device tree */
#define DATA         UINT64_C(0x48000000)
#define DATA_REGIONS 16
#define REGION_BYTES 0x10000
#define DATA_BYTES   0x3000

/* Each word of the data is a BRK that tells where it lies. */
static void fill_region(uint64_t region)
{
	for (uint64_t at = region; at < region + DATA_BYTES; at += 8) {
		uint64_t brk = UINT64_C(0xd4200000) | (at >> 2 & 0xffff) << 5;

		*(volatile uint64_t *)at = brk | (brk + (1 << 5)) << 32;
	}
}

static void fill_data(void)
{
	for (unsigned i = 0; i < DATA_REGIONS; i++)
		fill_region(DATA + i * REGION_BYTES);
	state.spoilt = 0;
}

static void clear_memory(void)
{
	for (uint64_t *p = (uint64_t *)RAM; p < (uint64_t *)(RAM + RAM_BYTES); p++)
		*p = 0;
}

static void reset(void)
{
	if (state.spoilt)
		fill_data();
	state.count = 0;
	for (unsigned i = 0; i < REGISTERS; i++)
		state.reg[i] = 0;
	state.reg[R_hcr_el2] = RW;
	state.reg[R_sctlr_el1] = SCTLR_EL1_OFF;
	state.reg[R_sctlr_el2] = SCTLR_EL2_OFF;
	state.set = 0;
	state.applied = 0;
}

static void begin_case(struct text *in, struct text *out)
{
	end_case(out);
	state.number = take_hex(in);
	reset();
}

/* ------------------------------------------------------------------ results */

static unsigned class_of(uint64_t esr)
{
	return esr >> 26 & 0x3f;
}

static int is_abort(uint64_t esr)
{
	return (class_of(esr) & 0x3a) == 0x20;
}

static int is_external(uint64_t esr)
{
	return is_abort(esr) && (esr & 0x30) == 0x10;
}

/* Of external aborts EA, SET and the instruction's syndrome are IMPLEMENTATION DEFINED. */
static uint64_t comparable_esr(uint64_t esr)
{
	return is_external(esr) ? esr & ~UINT64_C(0x1fffa00) : esr;
}

/* HPFAR_EL2 holds the IPA of stage 2 aborts, but not of Permission faults of the access itself. */
static int has_hpfar(uint64_t esr)
{
	unsigned status = esr & 0x3f, s1ptw = esr >> 7 & 1;

	return is_abort(esr) && (class_of(esr) & 1) == 0 && (state.reg[R_hcr_el2] & TGE) == 0 &&
	       ((status & 0x3c) != 0xc || s1ptw) && !is_external(esr) && status != 0x21;
}

/* NS and IMPLEMENTATION DEFINED bits are left out. */
static uint64_t comparable_par(uint64_t par)
{
	return (par & 1) != 0 ? par & 0xffff : par & ~UINT64_C(0x600);
}

static void put_exception(struct text *out, unsigned el, uint64_t vector, uint64_t esr,
			  uint64_t far)
{
	put_field(out, " ", el);
	put_field(out, " ", vector);
	put_field(out, " ", comparable_esr(esr));
	/* An external abort of DC ZVA may give any address of its block. */
	if (state.kind == ZERO && is_external(esr))
		far &= ~UINT64_C(63);
	if (is_abort(esr) || class_of(esr) == 0x22)
		put_field(out, " ", far);
}

/* Where it was taken from, unless from the operation. */
static void put_elr(struct text *out, uint64_t elr, uint64_t pc)
{
	if (elr != pc)
		put_field(out, " @", elr);
}

static void put_el1(struct text *out, uint64_t vector, uint64_t pc)
{
	int e2h = (state.reg[R_hcr_el2] & E2H) != 0;
	uint64_t esr = e2h ? READ(esr_el12) : READ(esr_el1);

	put_exception(out, 1, vector, esr, e2h ? READ(far_el12) : READ(far_el1));
	put_elr(out, e2h ? READ(elr_el12) : READ(elr_el1), pc);
}

static void put_el2(struct text *out, uint64_t pc)
{
	put_exception(out, 2, record.vector, record.esr, record.far);
	if (has_hpfar(record.esr))
		put_field(out, " ", record.hpfar);
	put_elr(out, record.elr, pc);
	/* EL1 took one first, and stage 2 does not map its vector. */
	if (record.elr - state.reg[R_code] - (uint64_t)low_vectors < 0x800 &&
	    (record.esr >> 26 & 1) == 0)
		put_el1(out, 0, pc);
}

/* Whether an exception is the operation's BRK, by whichever way it came. */
static int is_done(uint64_t esr, uint64_t elr, uint64_t pc)
{
	return esr == (UINT64_C(0xf2000000) | DONE) && elr - pc < OP_BYTES;
}

static int by_el1(void)
{
	return class_of(record.esr) == 0x16 && (record.esr & 0xfff0) == 0x8000;
}

static int done(uint64_t pc)
{
	if (!by_el1())
		return is_done(record.esr, record.elr, pc);
	if ((state.reg[R_hcr_el2] & E2H) != 0)
		return is_done(READ(esr_el12), READ(elr_el12), pc);
	return is_done(READ(esr_el1), READ(elr_el1), pc);
}

static void put_result(struct text *out, const struct operation *o, uint64_t pc)
{
	put_hex(out, state.number);
	put_field(out, ".", state.count++);
	if (!done(pc)) {
		if (by_el1())
			put_el1(out, record.esr & 0xf, pc);
		else
			put_el2(out, pc);
	} else if (o->kind == AT1 || o->kind == AT2) {
		put_field(out, " par ", comparable_par(record.x0));
	} else {
		put_field(out, " ok ", record.x0);
	}
	put(out, "\n");
}

/* ------------------------------------------------------------------ operations */

/* A fetch goes to its address at once: a branch would set PSTATE.BTYPE. */
static uint64_t code_of(unsigned operation, unsigned el, uint64_t address)
{
	if (operations[operation].kind == FETCH)
		return address;
	return state.reg[el == 2 ? R_code2 : R_code] + (uint64_t)low_ops + operation * OP_BYTES;
}

static void run_operation(struct text *in, struct text *out)
{
	unsigned i = 0;
	uint64_t spsr, x[3], pc;

	while (i < OPERATIONS && !skip_word(in, operations[i].name))
		i++;
	if (i == OPERATIONS)
		return;
	spsr = take_hex(in);
	x[0] = 0;
	x[1] = take_hex(in);
	x[2] = take_hex(in);
	pc = code_of(i, spsr >> 2 & 3, x[1]);
	state.spoilt |=
		operations[i].kind == ZERO || (operations[i].kind <= UNPRIV && (x[1] & 15) != 0);
	state.kind = operations[i].kind;
	apply();
	run_at(pc, spsr, state.reg[R_sctlr_el2], x);
	put_result(out, &operations[i], pc);
}

static void run_cases(struct text *in, struct text *out)
{
	while (in->at < in->end) {
		if (skip_word(in, "c"))
			begin_case(in, out);
		else if (skip_word(in, "r"))
			set_register(in);
		else if (skip_word(in, "w"))
			write_memory(in);
		else if (skip_word(in, "o"))
			run_operation(in, out);
		skip_line(in);
	}
	end_case(out);
	WRITE(hcr_el2, RW);
	SYNC();
}

/* ------------------------------------------------------------------ files */

enum {
	SYS_OPEN = 1,
	SYS_CLOSE = 2,
	SYS_WRITE = 5,
	SYS_READ = 6,
	SYS_FLEN = 0xc,
	SYS_GET_CMDLINE = 0x15
};
enum { READ_BINARY = 1, WRITE_BINARY = 5 };

extern char __input[], __output[];

static uint64_t open_file(const char *name, uint64_t length, uint64_t mode)
{
	const uint64_t block[3] = {(uint64_t)name, mode, length};

	return semihosting(SYS_OPEN, block);
}

static int read_file(const char *name, uint64_t length, struct text *in)
{
	uint64_t block[3] = {open_file(name, length, READ_BINARY)};

	if (block[0] == UINT64_MAX)
		return 0;
	in->at = __input;
	block[1] = (uint64_t)__input;
	block[2] = semihosting(SYS_FLEN, block);
	if (block[2] > (uint64_t)(__output - __input))
		return 0;
	in->end = in->at + block[2];
	return semihosting(SYS_READ, block) == 0;
}

static int write_file(const char *name, uint64_t length, const struct text *out)
{
	uint64_t block[3] = {open_file(name, length, WRITE_BINARY), (uint64_t)__output,
			     (uint64_t)(out->at - __output)};

	if (block[0] == UINT64_MAX)
		return 0;
	return semihosting(SYS_WRITE, block) == 0 && semihosting(SYS_CLOSE, block) == 0;
}

/* The word that ends at `end`. */
static char *word_before(char *line, char *end)
{
	while (end > line && end[-1] != ' ')
		end--;
	return end;
}

/* ------------------------------------------------------------------ memory that the cases meet */

int main(void)
{
	static char line[1024];
	uint64_t block[2] = {(uint64_t)line, sizeof(line)};
	struct text in, out = {__output, __output};
	char *end, *output, *input;

	if (semihosting(SYS_GET_CMDLINE, block) != 0)
		return 2;
	end = line + block[1];
	while (end > line && end[-1] <= ' ')
		end--;
	output = word_before(line, end);
	input = word_before(line, output - 1);
	output[-1] = '\0';
	*end = '\0';
	clear_memory();
	fill_data();
	if (!read_file(input, (uint64_t)(output - 1 - input), &in))
		return 3;
	reset();
	run_cases(&in, &out);
	return write_file(output, (uint64_t)(end - output), &out) ? 0 : 4;
}
