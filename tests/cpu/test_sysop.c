/* Suite cpu/sysop: which TLBI a word is, where it is UNDEFINED, and what its omission can lead to.
 */
#include "board.h"

#include "cpu/exception.h"
#include "cpu/sysreg.h"

#define UNDEF   0x02000000u
#define VECTORS (RAM_BASE + 0x800)
#define NOP     0xd503201fu

/* The words that LLVM 14's assembler makes of the names with X3, or without an operand. */
static const struct {
	enum nw_tlbi_op op;
	uint32_t word;
} tlbis[] = {
	{TLBI_VMALLE1, 0xd508871f},      {TLBI_VMALLE1IS, 0xd508831f},
	{TLBI_VMALLE1OS, 0xd508811f},    {TLBI_VAE1, 0xd5088723},
	{TLBI_VAE1IS, 0xd5088323},       {TLBI_VAE1OS, 0xd5088123},
	{TLBI_ASIDE1, 0xd5088743},       {TLBI_ASIDE1IS, 0xd5088343},
	{TLBI_ASIDE1OS, 0xd5088143},     {TLBI_VAAE1, 0xd5088763},
	{TLBI_VAAE1IS, 0xd5088363},      {TLBI_VAAE1OS, 0xd5088163},
	{TLBI_VALE1, 0xd50887a3},        {TLBI_VALE1IS, 0xd50883a3},
	{TLBI_VALE1OS, 0xd50881a3},      {TLBI_VAALE1, 0xd50887e3},
	{TLBI_VAALE1IS, 0xd50883e3},     {TLBI_VAALE1OS, 0xd50881e3},
	{TLBI_RVAE1, 0xd5088623},        {TLBI_RVAE1IS, 0xd5088223},
	{TLBI_RVAE1OS, 0xd5088523},      {TLBI_RVAAE1, 0xd5088663},
	{TLBI_RVAAE1IS, 0xd5088263},     {TLBI_RVAAE1OS, 0xd5088563},
	{TLBI_RVALE1, 0xd50886a3},       {TLBI_RVALE1IS, 0xd50882a3},
	{TLBI_RVALE1OS, 0xd50885a3},     {TLBI_RVAALE1, 0xd50886e3},
	{TLBI_RVAALE1IS, 0xd50882e3},    {TLBI_RVAALE1OS, 0xd50885e3},
	{TLBI_IPAS2E1, 0xd50c8423},      {TLBI_IPAS2E1IS, 0xd50c8023},
	{TLBI_IPAS2E1OS, 0xd50c8403},    {TLBI_IPAS2LE1, 0xd50c84a3},
	{TLBI_IPAS2LE1IS, 0xd50c80a3},   {TLBI_IPAS2LE1OS, 0xd50c8483},
	{TLBI_RIPAS2E1, 0xd50c8443},     {TLBI_RIPAS2E1IS, 0xd50c8043},
	{TLBI_RIPAS2E1OS, 0xd50c8463},   {TLBI_RIPAS2LE1, 0xd50c84c3},
	{TLBI_RIPAS2LE1IS, 0xd50c80c3},  {TLBI_RIPAS2LE1OS, 0xd50c84e3},
	{TLBI_ALLE2, 0xd50c871f},        {TLBI_ALLE2IS, 0xd50c831f},
	{TLBI_ALLE2OS, 0xd50c811f},      {TLBI_VAE2, 0xd50c8723},
	{TLBI_VAE2IS, 0xd50c8323},       {TLBI_VAE2OS, 0xd50c8123},
	{TLBI_VALE2, 0xd50c87a3},        {TLBI_VALE2IS, 0xd50c83a3},
	{TLBI_VALE2OS, 0xd50c81a3},      {TLBI_ALLE1, 0xd50c879f},
	{TLBI_ALLE1IS, 0xd50c839f},      {TLBI_ALLE1OS, 0xd50c819f},
	{TLBI_VMALLS12E1, 0xd50c87df},   {TLBI_VMALLS12E1IS, 0xd50c83df},
	{TLBI_VMALLS12E1OS, 0xd50c81df}, {TLBI_RVAE2, 0xd50c8623},
	{TLBI_RVAE2IS, 0xd50c8223},      {TLBI_RVAE2OS, 0xd50c8523},
	{TLBI_RVALE2, 0xd50c86a3},       {TLBI_RVALE2IS, 0xd50c82a3},
	{TLBI_RVALE2OS, 0xd50c85a3},
};

enum { TLBIS = sizeof(tlbis) / sizeof(tlbis[0]) };

/* The nXS form has CRn=9 instead of 8. */
#define NXS 0x1000u

/* Bits 18 to 16 are op1: 4 is an operation of EL2. */
static bool is_of_el2(uint32_t word)
{
	return (word >> 16 & 7) == 4;
}

static struct board *sysop_board(struct cpu_config config)
{
	static const unsigned vectors[] = {0x200, 0x400}; /* from the same level and a lower one */
	static const uint32_t nop = NOP;
	struct board *board = board_with(config, 2);

	for (int i = 0; i < 2; i++)
		board_code(board, VECTORS + vectors[i], &nop, 1);
	sysreg_write(board->cpu, SYSREG_VBAR_EL1, VECTORS);
	sysreg_write(board->cpu, SYSREG_VBAR_EL2, VECTORS);
	return board;
}

/* False: UNDEFINED. */
static bool executes_on(struct board *board, unsigned el, uint32_t word)
{
	board_code(board, RAM_BASE, &word, 1);
	pstate_select(board->cpu, el, el != 0);
	cpu_set_pc(board->cpu, (va_t){RAM_BASE});
	cpu_run(board->cpu, 1);
	if (cpu_pc(board->cpu).value == RAM_BASE + 4)
		return true;
	ck_assert_uint_eq(cpu_sysreg(board->cpu, el == 2 ? "ESR_EL2" : "ESR_EL1"), UNDEF);
	return false;
}

/* What is executed is counted as that operation and no other. */
static bool executes(struct board *board, unsigned el, uint32_t word, enum nw_tlbi_op op)
{
	struct cpu_counts before = *cpu_counts(board->cpu);
	bool done = executes_on(board, el, word);
	const uint64_t *counts = cpu_counts(board->cpu)->tlbi;

	for (unsigned i = 0; i < TLBI_OP_COUNT; i++)
		ck_assert_uint_eq(counts[i] - before.tlbi[i], done && i == op);
	return done;
}

static struct cpu_config with_xs(void)
{
	struct cpu_config config = board_config("max");

	nw_switch(&config.features, FEAT_XS, true);
	return config;
}

START_TEST(a_word_is_its_operation_at_the_levels_that_have_it)
{
	uint32_t word = tlbis[_i].word;
	enum nw_tlbi_op op = tlbis[_i].op, nxs = op + TLBI_NXS;
	struct board *board = sysop_board(with_xs());

	ck_assert(executes(board, 2, word, op));
	ck_assert(executes(board, 2, word | NXS, nxs));
	ck_assert_int_eq(executes(board, 1, word, op), !is_of_el2(word));
	ck_assert_int_eq(executes(board, 1, word | NXS, nxs), !is_of_el2(word));
	ck_assert(!executes(board, 0, word, op));
	ck_assert(!executes(board, 0, word | NXS, nxs));
	board_free(board);
}
END_TEST

/* CRm: 7, 3 and 1 are the operations of always with their OS forms, 6, 2 and 5 ranges. */
static bool needs(uint32_t word, enum nw_feature feature)
{
	unsigned CRm = word >> 8 & 15, op2 = word >> 5 & 7;
	bool range = CRm == 6 || CRm == 2 || CRm == 5, ipa = CRm == 4 || CRm == 0;

	if (ipa)
		range = op2 == 2 || op2 == 6 || (CRm == 4 && (op2 == 3 || op2 == 7));
	if (feature == FEAT_TLBIRANGE)
		return range;
	return feature == FEAT_TLBIOS && !range &&
	       (CRm == 1 || (CRm == 4 && (op2 == 0 || op2 == 4)));
}

START_TEST(a_word_is_undefined_without_its_feature)
{
	static const enum nw_feature features[] = {FEAT_TLBIOS, FEAT_TLBIRANGE, FEAT_XS};
	uint32_t word = tlbis[_i].word;
	enum nw_tlbi_op op = tlbis[_i].op;

	for (int i = 0; i < 3; i++) {
		struct cpu_config config = with_xs();
		bool there = !needs(word, features[i]);

		nw_switch(&config.features, features[i], false);

		struct board *board = sysop_board(config);

		ck_assert_int_eq(executes(board, 2, word, op), there);
		ck_assert_int_eq(executes(board, 2, word | NXS, op + TLBI_NXS),
				 there && features[i] != FEAT_XS);
		board_free(board);
	}
}
END_TEST

/* CRn 8 and 9, op1 0 and 4, every CRm and op2: what is not in the table is UNDEFINED. */
START_TEST(no_other_word_is_a_tlbi)
{
	static const uint32_t base[] = {0xd5088003, 0xd50c8003};
	struct board *board = sysop_board(with_xs());
	unsigned found = 0;

	for (unsigned n = 0; n < 2 * 128; n++) {
		uint32_t word = base[n & 1] | (n >> 1) << 5;
		bool known = false;

		for (unsigned i = 0; i < TLBIS; i++)
			known |= (tlbis[i].word & ~31u) == (word & ~31u);
		found += known;
		if (!known)
			ck_assert(!executes_on(board, 2, word));
	}
	board_free(board);
	ck_assert_uint_eq(found, TLBIS);
}
END_TEST

/* ------------------------------------------------------------------ TLB conflict aborts */

enum {
	LEVEL0 = RAM_BASE + 0x10000,
	LEVEL1 = LEVEL0 + 0x1000,
	LEVEL2 = LEVEL1 + 0x1000,
	LEVEL3 = LEVEL2 + 0x1000,
	S2_LEVEL1 = LEVEL3 + 0x1000, /* two, concatenated: 40 bits */
};

#define WINDOW   UINT64_C(0x80000000)
#define S2_BLOCK UINT64_C(0x4fd) /* AF, read and write, Normal */
#define S1_BLOCK UINT64_C(0x401) /* AF, attribute 0 */

/* Stage 1 of EL2 or EL1: RAM flat, a table of level 3 at WINDOW. Stage 2: the low 4 GB flat. */
static void make_tables(struct board *board)
{
	board_poke(board, LEVEL0, LEVEL1 | 3);
	board_poke(board, LEVEL1 + 8 * 1, UINT64_C(0x40000000) | S1_BLOCK);
	board_poke(board, LEVEL1 + 8 * 2, LEVEL2 | 3);
	board_poke(board, LEVEL2, LEVEL3 | 3);
	board_poke(board, LEVEL3, RAM_BASE | S1_BLOCK | 2);
	for (uint64_t i = 0; i < 4; i++)
		board_poke(board, S2_LEVEL1 + 8 * i, i << 30 | S2_BLOCK);
}

static void enable(struct board *board, unsigned el, bool stage2)
{
	struct cpu *cpu = board->cpu;

	sysreg_write(cpu, el == 2 ? SYSREG_TTBR0_EL2 : SYSREG_TTBR0_EL1, LEVEL0);
	sysreg_write(cpu, el == 2 ? SYSREG_MAIR_EL2 : SYSREG_MAIR_EL1, 0xff);
	sysreg_write(cpu, SYSREG_TCR_EL2, 2 << 16 | 16);
	sysreg_write(cpu, SYSREG_TCR_EL1, UINT64_C(2) << 32 | 16 << 16 | 16 | UINT64_C(2) << 30);
	sysreg_write(cpu, SYSREG_VTCR_EL2, 2 << 16 | 1 << 6 | 24);
	sysreg_write(cpu, SYSREG_VTTBR_EL2, S2_LEVEL1);
	sysreg_write(cpu, SYSREG_HCR_EL2, UINT64_C(1) << 31 | stage2);
	sysreg_write(cpu, el == 2 ? SYSREG_SCTLR_EL2 : SYSREG_SCTLR_EL1, 1);
	pstate_select(cpu, el, true);
}

static const struct conflict_row {
	const char *name;
	unsigned el;
	bool stage2;
	unsigned target, ec;
} conflict_rows[] = {
	{"stage 1 of EL2", 2, false, 2, 0x25},
	{"stage 1 of EL1", 1, false, 1, 0x25},
	{"both stages: it may be stage 2's", 1, true, 2, 0x24},
};

static struct board *conflict_board(const struct conflict_row *row)
{
	/* LDR X1, [X2]; LDR X1, [X3]; LDR X1, [X2]; TLBI of the regime; DSB SY; LDR X1, [X2] */
	const uint32_t code[] = {0xf9400041, 0xf9400061,
				 0xf9400041, row->el == 2 ? 0xd50c871f : 0xd508871f,
				 0xd5033f9f, 0xf9400041};
	struct cpu_config config = board_config("max");

	config.tlb_off = false;
	config.l1d = (struct tlb_shape){16, 0, 0};
	config.choices.of[CHOICE_TLB_OVERLAP] = TLB_OVERLAP_CONFLICT;

	struct board *board = sysop_board(config);

	board_code(board, RAM_BASE, code, 6);
	make_tables(board);
	enable(board, row->el, row->stage2);
	cpu_set_x(board->cpu, 2, WINDOW);
	cpu_set_x(board->cpu, 3, WINDOW + 0x8000);
	cpu_set_pc(board->cpu, (va_t){RAM_BASE});
	return board;
}

/* A table becomes a block without break-before-make; a page and the block are then both there. */
START_TEST(a_tlb_conflict_is_an_abort_until_tlbi)
{
	const struct conflict_row *row = &conflict_rows[_i];
	struct board *board = conflict_board(row);
	struct cpu *cpu = board->cpu;

	cpu_run(cpu, 1);
	board_poke(board, LEVEL2, RAM_BASE | S1_BLOCK);
	cpu_run(cpu, 1);
	ck_assert_msg(cpu_pc(cpu).value == RAM_BASE + 8, "%s", row->name);
	cpu_run(cpu, 1); /* the abort and the NOP of its vector */
	ck_assert_uint_eq(cpu_el(cpu), row->target);

	uint64_t esr = cpu_sysreg(cpu, row->target == 2 ? "ESR_EL2" : "ESR_EL1");

	ck_assert_msg(esr >> 26 == row->ec, "%s: %#llx", row->name, (unsigned long long)esr);
	ck_assert_uint_eq(esr & 0x3f, 0x30);
	ck_assert_uint_eq(cpu_sysreg(cpu, row->target == 2 ? "FAR_EL2" : "FAR_EL1"), WINDOW);

	pstate_select(cpu, row->el, true);
	cpu_set_pc(cpu, (va_t){RAM_BASE + 12});
	cpu_run(cpu, 3);
	ck_assert_uint_eq(cpu_pc(cpu).value, RAM_BASE + 24);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ cache maintenance */

/*
 * By choice DC passes over Access flag 0. Nothing may remember that: where the page is gone, the
 * first DC after TLBI faults. X5 is the descriptor, X4 counts down to the iteration without a page.
 */
START_TEST(dc_that_ignored_the_access_flag_is_not_remembered)
{
	static const uint32_t code[] = {
		0xf9000065,                         /* STR X5, [X3] */
		0xd5033f9f, 0xd50c871f, 0xd5033f9f, /* DSB SY; TLBI ALLE2; DSB SY */
		0xd50b7a22,                         /* DC CVAC, X2 */
		0xf1000484,                         /* SUBS X4, X4, #1 */
		0x9a9f10a5,                         /* CSEL X5, X5, XZR, NE */
		0x17fffff9,                         /* B to the first */
	};
	static const uint32_t here = 0x14000000; /* B . */
	struct cpu_config config = board_config("max");

	config.tlb_off = false;
	config.l1i = config.l1d = (struct tlb_shape){16, 0, 0};
	config.choices.of[CHOICE_CACHE_OP_ACCESS_FLAG] = CACHE_OP_IGNORES_ACCESS_FLAG;

	struct board *board = sysop_board(config);
	struct cpu *cpu = board->cpu;

	board_code(board, RAM_BASE, code, 8);
	board_code(board, VECTORS + 0x200, &here, 1);
	make_tables(board);
	enable(board, 2, false);
	cpu_set_x(cpu, 2, WINDOW);
	cpu_set_x(cpu, 3, LEVEL3);
	cpu_set_x(cpu, 4, 1001);
	cpu_set_x(cpu, 5, RAM_BASE | 3); /* AF=0 */
	cpu_set_pc(cpu, (va_t){RAM_BASE});
	cpu_run(cpu, 20000);
	ck_assert_uint_eq(cpu_pc(cpu).value, VECTORS + 0x200);
	ck_assert_uint_eq(cpu_sysreg(cpu, "ESR_EL2") & 0xfc00013f, 0x94000107); /* CM, level 3 */
	ck_assert_uint_eq(cpu_x(cpu, 4), 0);
	board_free(board);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu/sysop");
	TCase *tcase = tcase_create("sysop");

	tcase_add_loop_test(tcase, a_word_is_its_operation_at_the_levels_that_have_it, 0, TLBIS);
	tcase_add_loop_test(tcase, a_word_is_undefined_without_its_feature, 0, TLBIS);
	tcase_add_test(tcase, no_other_word_is_a_tlbi);
	tcase_add_loop_test(tcase, a_tlb_conflict_is_an_abort_until_tlbi, 0,
			    sizeof(conflict_rows) / sizeof(conflict_rows[0]));
	tcase_add_test(tcase, dc_that_ignored_the_access_flag_is_not_remembered);
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
