/*
 * Suite cpu/memory: how accesses count, that one which faults changes nothing, alignment, the
 * Exclusives monitor, code that is written, and accesses of traces.
 */
#include "tests/cpu/paged.h"

#include "cpu/cpu.h"

/* ------------------------------------------------------------------ counting */

static const struct {
	const char *name;
	uint32_t word; /* Rn is X1 */
	uint64_t x1;
	unsigned loads, stores, lookups; /* 4 KB pages */
	unsigned loads_64k, stores_64k;
} counted[] = {
	{"ldr x0, [x1]", 0xf9400020, 0x100, 1, 0, 1, 1, 0},
	{"ldr x0, [x1] unaligned", 0xf9400020, 0x101, 1, 0, 1, 1, 0},
	{"ldr x0, [x1] across 4 KB", 0xf9400020, 0xffc, 2, 0, 2, 1, 0},
	{"ldp x0, x2, [x1]", 0xa9400820, 0x100, 1, 0, 1, 1, 0},
	{"ldp x0, x2, [x1] across 4 KB", 0xa9400820, 0xff8, 2, 0, 2, 1, 0},
	{"ldp w0, w2, [x1] up to 4 KB", 0x29400820, 0xff8, 1, 0, 1, 1, 0},
	{"strb w0, [x1]", 0x39000020, 0xfff, 0, 1, 1, 0, 1},
	{"str w0, [x1] across 4 KB", 0xb9000020, 0xffe, 0, 2, 2, 0, 1},
	{"stp x0, x2, [x1] across 4 KB", 0xa9000820, 0xff1, 0, 2, 2, 0, 1},
	{"ldadd x0, x2, [x1]", 0xf8200022, 0x100, 1, 1, 1, 1, 1},
	{"cas x0, x2, [x1]", 0xc8a07c22, 0x100, 1, 1, 1, 1, 1},
	{"ldxr x0, [x1]", 0xc85f7c20, 0x100, 1, 0, 1, 1, 0},
	{"stxr w3, x0, [x1] without ldxr", 0xc8037c20, 0x100, 0, 0, 0, 0, 0},
	{"stxr w3, x0, [x1] without ldxr, missing", 0xc8037c20, 0x2000, 0, 0, 0, 0, 0},
	{"stxr w3, x0, [x1] without ldxr, unaligned", 0xc8037c20, 0x101, 0, 0, 0, 0, 0},
	{"dc zva, x1", 0xd50b7421, 0xfff, 0, 1, 1, 0, 1},
	{"prfm pldl1keep, [x1]", 0xf9800020, 0x2000, 0, 0, 0, 0, 0},
	{"dc cvac, x1", 0xd50b7a21, 0x100, 0, 0, 1, 0, 0},
	{"ic ivau, x1", 0xd50b7521, 0xfff, 0, 0, 1, 0, 0},
	{"dc civac, x1", 0xd50b7e21, 0x101, 0, 0, 1, 0, 0},
};

START_TEST(access_counts)
{
	unsigned i = (unsigned)_i / 4, page_bits = _i & 1 ? GRANULE_64K_BITS : GRANULE_4K_BITS;
	bool slow = (_i & 2) != 0;
	struct board *board = board_paged(page_bits, slow);
	unsigned times = 3;
	const uint32_t words[3] = {counted[i].word, counted[i].word, counted[i].word};

	load_code(board, words, times);
	cpu_set_x(board->cpu, 1, counted[i].x1);
	cpu_run(board->cpu, slow ? times : 5000);

	const struct cpu_counts *counts = cpu_counts(board->cpu);
	const struct tlb_counts *l1d = &nw_counts(cpu_mmu(board->cpu))->l1d[1];
	bool small = page_bits == GRANULE_4K_BITS;

	ck_assert_msg(counts->load[1] == times * (small ? counted[i].loads : counted[i].loads_64k),
		      "%s: %lu loads", counted[i].name, counts->load[1]);
	ck_assert_msg(counts->store[1] ==
			      times * (small ? counted[i].stores : counted[i].stores_64k),
		      "%s: %lu stores", counted[i].name, counts->store[1]);
	if (small)
		ck_assert_msg(l1d->lookups == times * counted[i].lookups, "%s: %lu lookups",
			      counted[i].name, l1d->lookups);
	ck_assert_uint_eq(l1d->hits + l1d->misses, l1d->lookups);
	ck_assert_uint_eq(counts->fetch[1], counts->insns[1]);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ faults */

enum {
	DATA_ABORT = 0x25,
	ALIGNMENT = 0x21,
	TRANSLATION_3 = 0x07,
	PERMISSION_3 = 0x0f,
	WRITE = 1 << 6
};

static const struct {
	const char *name;
	uint32_t word;
	uint64_t x1;
	uint32_t status; /* DFSC and WnR */
	uint64_t far;
} faulting[] = {
	{"ldr x0, [x1]", 0xf9400020, 0x2008, TRANSLATION_3, 0x2008},
	{"ldr x0, [x1, #8]!", 0xf8408c20, 0x2000, TRANSLATION_3, 0x2008},
	{"ldr x0, [x1], #8", 0xf8408420, 0x2000, TRANSLATION_3, 0x2000},
	{"ldr x0, [x1] into a missing page", 0xf9400020, 0x1ffc, TRANSLATION_3, 0x2000},
	{"ldp x0, x2, [x1] into a missing page", 0xa9400820, 0x1ff8, TRANSLATION_3, 0x2000},
	{"str x0, [x1] into a missing page", 0xf9000020, 0x1ffc, TRANSLATION_3 | WRITE, 0x2000},
	{"stp x0, x2, [x1, #-16]! into a missing page", 0xa9bf0820, 0x2008, TRANSLATION_3 | WRITE,
	 0x2000},
	{"str x0, [x1] read-only", 0xf9000020, 0x3000, PERMISSION_3 | WRITE, 0x3000},
	{"ldadd x0, x2, [x1] read-only", 0xf8200022, 0x3000, PERMISSION_3 | WRITE, 0x3000},
	{"ldar x0, [x1] across 16 bytes", 0xc8dffc20, 0x100c, ALIGNMENT, 0x100c},
	{"stlr x0, [x1] across 16 bytes", 0xc89ffc20, 0x100c, ALIGNMENT | WRITE, 0x100c},
	{"ldxr x0, [x1] across 16 bytes", 0xc85f7c20, 0x1009, ALIGNMENT, 0x1009},
	{"ldadd x0, x2, [x1] across 16 bytes", 0xf8200022, 0x100c, ALIGNMENT, 0x100c},
	{"dc zva, x1", 0xd50b7421, 0x2010, TRANSLATION_3 | WRITE, 0x2010},
};

START_TEST(fault_changes_nothing)
{
	unsigned i = (unsigned)_i / 2;
	bool slow = _i % 2 != 0;
	struct board *board = board_paged(GRANULE_4K_BITS, slow);
	static uint8_t before[0x4000];

	load_code(board, &faulting[i].word, 1);
	for (unsigned n = 0; n < 31; n++)
		cpu_set_x(board->cpu, n, 0x1111 * (n + 1));
	cpu_set_x(board->cpu, 1, faulting[i].x1);
	memcpy(before, board->ram + PAGES, sizeof(before));
	cpu_run(board->cpu, slow ? 1 : 5000);

	const struct cpu_counts *counts = cpu_counts(board->cpu);
	uint64_t esr = sysreg_read(board->cpu, SYSREG_ESR_EL1);

	ck_assert_msg(esr >> 26 == DATA_ABORT, "%s: ESR 0x%lx", faulting[i].name, esr);
	ck_assert_msg((esr & 0x7f) == faulting[i].status, "%s: ESR 0x%lx", faulting[i].name, esr);
	ck_assert_msg(sysreg_read(board->cpu, SYSREG_FAR_EL1) == faulting[i].far, "%s: FAR 0x%lx",
		      faulting[i].name, sysreg_read(board->cpu, SYSREG_FAR_EL1));
	for (unsigned n = 0; n < 31; n++)
		ck_assert_msg(cpu_x(board->cpu, n) == (n == 1 ? faulting[i].x1 : 0x1111 * (n + 1)),
			      "%s: X%u is 0x%lx", faulting[i].name, n, cpu_x(board->cpu, n));
	ck_assert_msg(memcmp(before, board->ram + PAGES, sizeof(before)) == 0,
		      "%s: memory was written", faulting[i].name);
	ck_assert_uint_eq(counts->load[1] + counts->store[1], 0);
	/* It was fetched, and did not complete. */
	ck_assert_uint_eq(counts->fetch[1], counts->insns[1] + 1);
	ck_assert_uint_eq(counts->exceptions[1][0], 1);
	board_free(board);
}
END_TEST

/* SCTLR_EL1.A: every unaligned access faults; SA: one by way of an SP that isn't a multiple of 16.
 */
static const struct {
	const char *name;
	uint32_t word;
	uint64_t sctlr, x1, sp;
	unsigned ec; /* 0: none */
} aligned[] = {
	{"unaligned with A=0", 0xf9400020, 0, 0x101, 0, 0},
	{"unaligned with A=1", 0xf9400020, 2, 0x101, 0, DATA_ABORT},
	{"aligned with A=1", 0xf9400020, 2, 0x108, 0, 0},
	{"pair aligned to its element with A=1", 0xa9400820, 2, 0x108, 0, 0},
	{"pair unaligned with A=1", 0xa9400820, 2, 0x104, 0, DATA_ABORT},
	{"pair of words aligned with A=1", 0x29400820, 2, 0x104, 0, 0},
	{"SP aligned with SA=1", 0xf94003e0, 8, 0, 0x110, 0},
	{"SP misaligned with SA=1", 0xf94003e0, 8, 0, 0x118, 0x26},
	{"SP misaligned with SA=0", 0xf94003e0, 0, 0, 0x118, 0},
	{"SP misaligned, indexed by register", 0xf86163e0 | 0x800, 8, 0, 0x118, 0x26},
	{"store by misaligned SP", 0xa9000be0, 8, 0, 0x108, 0x26},
};

START_TEST(alignment_is_checked)
{
	unsigned i = (unsigned)_i / 2;
	bool slow = _i % 2 != 0;
	struct board *board = board_paged(GRANULE_4K_BITS, slow);
	uint64_t sctlr = sysreg_read(board->cpu, SYSREG_SCTLR_EL1) & ~UINT64_C(10);

	load_code(board, &aligned[i].word, 1);
	sysreg_write(board->cpu, SYSREG_SCTLR_EL1, sctlr | aligned[i].sctlr);
	cpu_set_x(board->cpu, 1, aligned[i].x1);
	cpu_set_x(board->cpu, 31, aligned[i].sp);
	cpu_run(board->cpu, slow ? 1 : 5000);
	ck_assert_msg(sysreg_read(board->cpu, SYSREG_ESR_EL1) >> 26 == aligned[i].ec,
		      "%s: ESR 0x%lx", aligned[i].name, sysreg_read(board->cpu, SYSREG_ESR_EL1));
	board_free(board);
}
END_TEST

START_TEST(unaligned_pc_faults_before_its_fetch)
{
	struct board *board = board_paged(GRANULE_4K_BITS, _i != 0);
	const uint32_t words[] = {0xd61f0020}; /* BR X1 */
	uint64_t to = cpu_pc(board->cpu).value + 2;

	load_code(board, words, 1);
	cpu_set_x(board->cpu, 1, to);
	cpu_run(board->cpu, _i != 0 ? 2 : 5000);
	ck_assert_uint_eq(sysreg_read(board->cpu, SYSREG_ESR_EL1) >> 26, 0x22);
	ck_assert_uint_eq(sysreg_read(board->cpu, SYSREG_FAR_EL1), to);
	ck_assert_uint_eq(sysreg_read(board->cpu, SYSREG_ELR_EL1), to);
	ck_assert_uint_eq(cpu_counts(board->cpu)->fetch[1], cpu_counts(board->cpu)->insns[1]);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ monitor */

static const struct {
	const char *name;
	uint32_t words[3];
	uint64_t status; /* in X3 */
} exclusives[] = {
	{"pair", {0xc85f7c20, 0xd503201f, 0xc8037c22}, 0},
	{"without load", {0xd503201f, 0xd503201f, 0xc8037c22}, 1},
	{"CLREX between", {0xc85f7c20, 0xd503305f, 0xc8037c22}, 1},
	{"another address", {0xc85f7c20, 0x91004021, 0xc8037c22}, 1}, /* ADD X1, X1, #16 */
	{"another size", {0xc85f7c20, 0xd503201f, 0x88037c22}, 1},
	{"twice", {0xc85f7c20, 0xc8047c20, 0xc8037c22}, 1}, /* STXR W4, X0, [X1] before */
	{"own STR between", {0xc85f7c20, 0xf9000020, 0xc8037c22}, 0},
	{"own LDADD between", {0xc85f7c20, 0xf8200024, 0xc8037c22}, 0},
	{"status to Rt", {0xc85f7c20, 0xd503201f, 0xc8037c23}, 0},
	{"status to Rn", {0xc85f7c20, 0xaa0103e3, 0xc8037c62}, 0}, /* MOV X3, X1 */
};

START_TEST(exclusive_store_succeeds_if_marked)
{
	struct board *board = board_paged(GRANULE_4K_BITS, _i % 2 != 0);
	unsigned i = (unsigned)_i / 2;

	load_code(board, exclusives[i].words, 3);
	cpu_set_x(board->cpu, 1, 0x100);
	cpu_set_x(board->cpu, 2, 0x77);
	cpu_set_x(board->cpu, 3, 0x77);
	cpu_run(board->cpu, _i % 2 != 0 ? 3 : 5000);
	ck_assert_msg(cpu_x(board->cpu, 3) == exclusives[i].status, "%s: %lu", exclusives[i].name,
		      cpu_x(board->cpu, 3));
	ck_assert_uint_eq(board->ram[PAGES + 0x100] == 0x77, exclusives[i].status == 0);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ DC and IC by VA */

enum { TPCP = 1 << 23, TPU = 1 << 24, TDZ = 1 << 28 };

/* What the first one leaves in the filter does not let the second one pass its trap. */
static const struct {
	const char *name;
	uint64_t hcr;
	uint32_t words[2];
	uint64_t esr; /* 0: completes */
} trapped[] = {
	{"dc zva after str, TDZ", TDZ, {0xf9000020, 0xd50b7421}, 0x6212dc28},
	{"dc zva after str, TPCP TPU", TPCP | TPU, {0xf9000020, 0xd50b7421}, 0},
	{"dc cvau after dc civac, TPU", TPU, {0xd50b7e21, 0xd50b7b21}, 0x6212dc36},
	{"dc cvac after dc cvau, TPCP", TPCP, {0xd50b7b21, 0xd50b7a21}, 0x6212dc34},
	{"ic ivau after dc cvac, TDZ", TDZ, {0xd50b7a21, 0xd50b7521}, 0},
};

START_TEST(trap_precedes_filter)
{
	bool slow = _i % 2 != 0;
	struct board *board = board_paged(GRANULE_4K_BITS, slow);
	struct cpu *cpu = board->cpu;
	unsigned i = (unsigned)_i / 2;

	load_code(board, trapped[i].words, 2);
	board_code(board, RAM_BASE + VECTORS + 0x400, (const uint32_t[]){0x14000000}, 1);
	sysreg_write(cpu, SYSREG_VBAR_EL2, RAM_BASE + VECTORS);
	sysreg_write(cpu, SYSREG_HCR_EL2, trapped[i].hcr | UINT64_C(1) << 31);
	cpu_set_x(cpu, 1, 0x100);
	cpu_run(cpu, slow ? 3 : 5000);
	ck_assert_msg(sysreg_read(cpu, SYSREG_ESR_EL2) == trapped[i].esr, "%s: ESR 0x%lx",
		      trapped[i].name, sysreg_read(cpu, SYSREG_ESR_EL2));
	ck_assert_uint_eq(cpu_el(cpu), trapped[i].esr == 0 ? 1 : 2);
	board_free(board);
}
END_TEST

/* A TLB of two entries: the second use of X1's page makes X2's the one that X3's replaces. */
static const struct {
	const char *name;
	uint32_t word;
} uses[] = {
	{"dc civac, x1", 0xd50b7e21},
	{"ic ivau, x1", 0xd50b7521},
	{"dc zva, x1", 0xd50b7421},
};

START_TEST(use_counts_for_replacement)
{
	bool slow = _i % 2 != 0;
	struct board *board = board_with_l1d(GRANULE_4K_BITS, slow, 2);
	uint32_t use = uses[_i / 2].word;
	/* LDR X0 by X2, X3 and X1. */
	const uint32_t words[] = {use, 0xf9400040, use, 0xf9400060, 0xf9400020};
	const struct tlb_counts *l1d = &nw_counts(cpu_mmu(board->cpu))->l1d[1];

	load_code(board, words, 5);
	cpu_set_x(board->cpu, 1, 0x100);
	cpu_set_x(board->cpu, 2, 0x1100);
	cpu_set_x(board->cpu, 3, 0x3100);
	cpu_run(board->cpu, slow ? 5 : 5000);
	cpu_counts(board->cpu);
	ck_assert_msg(l1d->lookups == 5 && l1d->misses == 3, "%s: %lu lookups, %lu misses",
		      uses[_i / 2].name, l1d->lookups, l1d->misses);
	board_free(board);
}
END_TEST

/* A store that the filter knows and DC ZVA of its page: 64 bytes, and none beside them. */
START_TEST(zva_zeroes_its_block)
{
	bool slow = _i != 0;
	struct board *board = board_paged(GRANULE_4K_BITS, slow);
	const uint32_t words[] = {0x39000022, 0xd50b7421}; /* STRB W2, [X1]; DC ZVA, X1 */

	load_code(board, words, 2);
	memset(board->ram + PAGES, 0xee, 0x1000);
	cpu_set_x(board->cpu, 1, 0x17f);
	cpu_run(board->cpu, slow ? 2 : 5000);
	for (unsigned at = 0; at < 0x1000; at++)
		ck_assert_uint_eq(board->ram[PAGES + at], at >= 0x140 && at < 0x180 ? 0 : 0xee);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ code that is written */

/* The loop adds X2, which its own store makes of an instruction that adds nothing; then the host
 * rewrites it. */
START_TEST(written_code_is_executed)
{
	static const uint32_t words[] = {
		0xd503201f, /* NOP, then ADD X0, X0, #1 */
		0xb9000022, /* STR W2, [X1]: to the word before */
		0x17fffffe, /* B to the first */
	};
	struct cpu_config config = board_config("max");

	config.tlb_off = false;
	config.slow = _i != 0;
	config.l1i = config.l1d = (struct tlb_shape){4, 0, 0};

	struct board *board = board_with(config, 2);
	const uint32_t add_two = 0x91000800;

	board_code(board, RAM_BASE, words, 3);
	cpu_set_x(board->cpu, 1, RAM_BASE);
	cpu_set_x(board->cpu, 2, 0x91000400);
	cpu_run(board->cpu, 30000);
	ck_assert_uint_eq(cpu_x(board->cpu, 0), 9999);

	ck_assert(cpu_copy_out(board->cpu, (va_t){RAM_BASE}, &add_two, sizeof(add_two)));
	cpu_set_x(board->cpu, 2, add_two);
	cpu_run(board->cpu, 30000);
	ck_assert_uint_eq(cpu_x(board->cpu, 0), 9999 + 20000);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ accesses of traces */

START_TEST(trace_access_counts_and_faults)
{
	struct board *board = board_paged(GRANULE_4K_BITS, _i != 0);
	struct cpu *cpu = board->cpu;
	const struct cpu_counts *counts;

	cpu->pstate.el = 0;
	for (unsigned i = 0; i < 100; i++)
		ck_assert(cpu_access(cpu, NW_LOAD, (va_t){0x10}, (va_t){8 * i}, 8));
	ck_assert(cpu_access(cpu, NW_STORE, (va_t){0x10}, (va_t){0xffc}, 8));
	counts = cpu_counts(cpu);
	ck_assert_uint_eq(counts->load[0], 100);
	ck_assert_uint_eq(counts->store[0], 2);
	ck_assert_uint_eq(counts->insns[0], 0);
	ck_assert_uint_eq(nw_counts(cpu_mmu(cpu))->l1d[0].lookups, 102);
	ck_assert_uint_eq(nw_counts(cpu_mmu(cpu))->l1d[0].misses, 2);

	/* The second page of it is missing: an abort to EL1, of the instruction at the trace's PC.
	 */
	ck_assert(!cpu_access(cpu, NW_STORE, (va_t){0x123450}, (va_t){0x1ffc}, 8));
	ck_assert_uint_eq(cpu_el(cpu), 1);
	ck_assert_uint_eq(sysreg_read(cpu, SYSREG_ELR_EL1), 0x123450);
	ck_assert_uint_eq(sysreg_read(cpu, SYSREG_FAR_EL1), 0x2000);
	ck_assert_uint_eq(sysreg_read(cpu, SYSREG_ESR_EL1), 0x92000047);
	ck_assert_uint_eq(cpu_counts(cpu)->store[0], 2);
	board_free(board);
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

int main(void)
{
	Suite *suite = suite_create("cpu/memory");
	TCase *memory = tcase_create("memory");

	tcase_add_loop_test(memory, access_counts, 0, 4 * COUNT(counted));
	tcase_add_loop_test(memory, fault_changes_nothing, 0, 2 * COUNT(faulting));
	tcase_add_loop_test(memory, alignment_is_checked, 0, 2 * COUNT(aligned));
	tcase_add_loop_test(memory, unaligned_pc_faults_before_its_fetch, 0, 2);
	tcase_add_loop_test(memory, exclusive_store_succeeds_if_marked, 0, 2 * COUNT(exclusives));
	tcase_add_loop_test(memory, trap_precedes_filter, 0, 2 * COUNT(trapped));
	tcase_add_loop_test(memory, use_counts_for_replacement, 0, 2 * COUNT(uses));
	tcase_add_loop_test(memory, zva_zeroes_its_block, 0, 2);
	tcase_add_loop_test(memory, written_code_is_executed, 0, 2);
	tcase_add_loop_test(memory, trace_access_counts_and_faults, 0, 2);
	suite_add_tcase(suite, memory);
	return board_run_suite(suite);
}
