/* Suite cpu/sysop: which TLBI a word is, and where it is UNDEFINED. */
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

	config.features.set |= UINT64_C(1) << FEAT_XS;
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

		config.features.set &= ~(UINT64_C(1) << features[i]);

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

int main(void)
{
	Suite *suite = suite_create("cpu/sysop");
	TCase *tcase = tcase_create("sysop");

	tcase_add_loop_test(tcase, a_word_is_its_operation_at_the_levels_that_have_it, 0, TLBIS);
	tcase_add_loop_test(tcase, a_word_is_undefined_without_its_feature, 0, TLBIS);
	tcase_add_test(tcase, no_other_word_is_a_tlbi);
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
