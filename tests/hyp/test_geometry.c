/*
 * Check suite hyp/geometry: every expected value is a literal of the architecture's tables (DDI
 * 0487, TxSZ limits, start levels, concatenation, register layouts).
 */
#include "../../hyp/geometry.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* A core with everything: PARange 52 bits, LPA2 for 4K and 16K at both stages, LVA, TTST. */
#define MMFR0_ALL UINT64_C(0x0000000010200006)
#define MMFR2_ALL UINT64_C(0x0000000010010000)
/* The same without LPA2; 48-bit physical addresses; no LVA; no TTST. */
#define MMFR0_NO_LPA2 UINT64_C(0x0000000000100006)
#define MMFR0_PA48    UINT64_C(0x0000000000100005)
#define MMFR0_PA40    UINT64_C(0x0000000000100002)

static const char *make(struct geometry *g, const char *word, enum table_kind kind, uint64_t mmfr0,
			uint64_t mmfr2, uint64_t last)
{
	struct core_limits core = core_limits(mmfr0, mmfr2);
	struct geometry_request r;

	ck_assert_msg(geometry_parse(&r, word, strlen(word)), "%s: does not parse", word);
	return geometry_make(g, &r, kind, &core, last);
}

/* ------------------------------------------------------------------ stage 1 */

static const struct {
	const char *word;
	int start;
	unsigned entries;
	uint64_t tcr_el2; /* TG0, PS, DS, T0SZ; SH0 = 3, ORGN0 = IRGN0 = 1; RES1 bits 31 and 23 */
} stage1[] = {
	{"4k:16", 3, 16, 0x80853530},    {"4k:21", 3, 512, 0x8085352b},
	{"4k:22", 2, 2, 0x8085352a},     {"4k:25", 2, 16, 0x80853527},
	{"4k:30", 2, 512, 0x80853522},   {"4k:31", 1, 2, 0x80853521},
	{"4k:32", 1, 4, 0x80853520},     {"4k:36", 1, 64, 0x8085351c},
	{"4k:39", 1, 512, 0x80853519},   {"4k:40", 0, 2, 0x80853518},
	{"4k:42", 0, 8, 0x80853516},     {"4k:43", 0, 16, 0x80853515},
	{"4k:44", 0, 32, 0x80853514},    {"4k:47", 0, 256, 0x80853511},
	{"4k", 0, 512, 0x80853510},      {"4k:49", -1, 2, 0x18086350f},
	{"4k:52", -1, 16, 0x18086350c},  {"4k:48:ds=1", 0, 512, 0x180863510},
	{"16k:16", 3, 4, 0x8085b530},    {"16k:25", 3, 2048, 0x8085b527},
	{"16k:26", 2, 2, 0x8085b526},    {"16k:36", 2, 2048, 0x8085b51c},
	{"16k:37", 1, 2, 0x8085b51b},    {"16k:47", 1, 2048, 0x8085b511},
	{"16k:48", 0, 2, 0x8085b510},    {"16k:49", 0, 4, 0x18086b50f},
	{"16k:52", 0, 32, 0x18086b50c},  {"64k:17", 3, 2, 0x8086752f},
	{"64k:29", 3, 8192, 0x80867523}, {"64k:30", 2, 2, 0x80867522},
	{"64k:32", 2, 8, 0x80867520},    {"64k:42", 2, 8192, 0x80867516},
	{"64k:43", 1, 2, 0x80867515},    {"64k:48", 1, 64, 0x80867510},
	{"64k:52", 1, 1024, 0x8086750c},
};

START_TEST(stage1_start_and_register)
{
	struct geometry g;
	const char *why = make(&g, stage1[_i].word, TABLE_EL2, MMFR0_ALL, MMFR2_ALL, 0);

	ck_assert_msg(why == NULL, "%s: %s", stage1[_i].word, why);
	ck_assert_msg(g.start == stage1[_i].start, "%s: start %d", stage1[_i].word, g.start);
	ck_assert_msg(geometry_entries(&g, g.start) == stage1[_i].entries, "%s: entries",
		      stage1[_i].word);
	ck_assert_msg(geometry_start_tables(&g) == 1, "%s: concatenated", stage1[_i].word);
	ck_assert_msg(geometry_tcr(&g) == stage1[_i].tcr_el2, "%s: TCR_EL2 %#lx", stage1[_i].word,
		      geometry_tcr(&g));
}
END_TEST

static const struct {
	const char *word;
	uint64_t tcr; /* of EL1: TG1 has other codes than TG0, DS is bit 59 */
} stage1_el1[] = {
	{"4k:48", 0x00000005b5103510},
	{"4k:52", 0x08000006b50c350c},
	{"16k:47", 0x000000057511b511},
	{"64k:52", 0x00000006f50c750c},
};

START_TEST(both_halves_of_el1_are_alike)
{
	struct geometry g;

	ck_assert(make(&g, stage1_el1[_i].word, TABLE_EL1, MMFR0_ALL, MMFR2_ALL, 0) == NULL);
	ck_assert_msg(geometry_tcr(&g) == stage1_el1[_i].tcr, "%s: %#lx", stage1_el1[_i].word,
		      geometry_tcr(&g));
}
END_TEST

/* ------------------------------------------------------------------ stage 2 */

static const struct {
	const char *word;
	int start;
	unsigned tables, entries;
	unsigned sl0, sl2, ds;
} stage2[] = {
	{"4k:25:start=3", 3, 16, 8192, 3, 0, 0},
	{"4k:25:start=2", 2, 1, 16, 0, 0, 0},
	{"4k:30", 2, 1, 512, 0, 0, 0},
	{"4k:32", 2, 4, 2048, 0, 0, 0},
	{"4k:32:start=1", 1, 1, 4, 1, 0, 0},
	{"4k:34", 2, 16, 8192, 0, 0, 0},
	{"4k:34:start=1", 1, 1, 16, 1, 0, 0},
	{"4k:36", 1, 1, 64, 1, 0, 0},
	{"4k:39", 1, 1, 512, 1, 0, 0},
	{"4k:40", 1, 2, 1024, 1, 0, 0},
	{"4k:40:start=0", 0, 1, 2, 2, 0, 0},
	{"4k:42", 1, 8, 4096, 1, 0, 0},
	{"4k:43", 1, 16, 8192, 1, 0, 0},
	{"4k:43:start=0", 0, 1, 16, 2, 0, 0},
	{"4k:44", 0, 1, 32, 2, 0, 0},
	{"4k:48", 0, 1, 512, 2, 0, 0},
	{"4k", 0, 1, 512, 2, 0, 0},
	{"4k:49", 0, 2, 1024, 2, 0, 1},
	{"4k:49:start=-1", -1, 1, 2, 0, 1, 1},
	{"4k:52", 0, 16, 8192, 2, 0, 1},
	{"4k:52:start=-1", -1, 1, 16, 0, 1, 1},
	{"16k:25", 3, 1, 2048, 0, 0, 0},
	{"16k:30", 2, 1, 32, 1, 0, 0},
	{"16k:36", 2, 1, 2048, 1, 0, 0},
	{"16k:39", 2, 8, 16384, 1, 0, 0},
	{"16k:39:start=1", 1, 1, 8, 2, 0, 0},
	{"16k:40", 2, 16, 32768, 1, 0, 0},
	{"16k:47", 1, 1, 2048, 2, 0, 0},
	{"16k:48", 1, 2, 4096, 2, 0, 0},
	{"16k:48:start=0", 0, 1, 2, 3, 0, 1},
	{"16k:51", 1, 16, 32768, 2, 0, 1},
	{"16k:52", 0, 1, 32, 3, 0, 1},
	{"64k:25", 3, 1, 512, 0, 0, 0},
	{"64k:30", 3, 2, 16384, 0, 0, 0},
	{"64k:30:start=2", 2, 1, 2, 1, 0, 0},
	{"64k:33", 3, 16, 131072, 0, 0, 0},
	{"64k:43", 2, 2, 16384, 1, 0, 0},
	{"64k:43:start=1", 1, 1, 2, 2, 0, 0},
	{"64k:46", 2, 16, 131072, 1, 0, 0},
	{"64k:47", 1, 1, 32, 2, 0, 0},
	{"64k:52", 1, 1, 1024, 2, 0, 0},
};

START_TEST(stage2_start_and_codes)
{
	struct geometry g;
	const char *name = stage2[_i].word,
		   *why = make(&g, name, TABLE_STAGE2, MMFR0_ALL, MMFR2_ALL, 0);

	ck_assert_msg(why == NULL, "%s: %s", name, why);
	ck_assert_msg(g.start == stage2[_i].start, "%s: start %d", name, g.start);
	ck_assert_msg(geometry_start_tables(&g) == stage2[_i].tables, "%s: tables", name);
	ck_assert_msg(geometry_entries(&g, g.start) == stage2[_i].entries, "%s: entries", name);

	uint64_t vtcr = geometry_tcr(&g);

	ck_assert_msg((vtcr >> 6 & 3) == stage2[_i].sl0, "%s: SL0", name);
	ck_assert_msg((vtcr >> 33 & 1) == stage2[_i].sl2, "%s: SL2", name);
	ck_assert_msg((vtcr >> 32 & 1) == stage2[_i].ds, "%s: DS", name);
	ck_assert_msg((vtcr & 0x3f) == 64u - g.ia_bits, "%s: T0SZ", name);
	ck_assert_msg((vtcr >> 31 & 1) == 1, "%s: RES1", name);
	/* HA, HD, VS and everything above SL2 stay 0. */
	ck_assert_msg((vtcr & ~UINT64_C(0x38007ffff)) == 0, "%s: stray bits %#lx", name, vtcr);
}
END_TEST

/* ------------------------------------------------------------------ refused */

static const struct {
	const char *word;
	enum table_kind kind;
	uint64_t mmfr0, mmfr2, last;
	bool accepted;
} limits[] = {
	{"4k:53", TABLE_EL1, MMFR0_ALL, MMFR2_ALL, 0, false},
	{"4k:48:start=0", TABLE_EL1, MMFR0_ALL, MMFR2_ALL, 0, false},
	{"4k:52", TABLE_EL1, MMFR0_NO_LPA2, MMFR2_ALL, 0, false},
	{"4k:52:ds=0", TABLE_EL1, MMFR0_ALL, MMFR2_ALL, 0, false},
	{"16k:52:start=-1", TABLE_STAGE2, MMFR0_ALL, MMFR2_ALL, 0, false},
	{"16k:52:start=1", TABLE_STAGE2, MMFR0_ALL, MMFR2_ALL, 0, false},
	{"4k:44:start=1", TABLE_STAGE2, MMFR0_ALL, MMFR2_ALL, 0, false},
	{"4k:48:start=-1", TABLE_STAGE2, MMFR0_ALL, MMFR2_ALL, 0, false},
	{"64k:47:start=2", TABLE_STAGE2, MMFR0_ALL, MMFR2_ALL, 0, false},
	{"64k:48:ds=1", TABLE_STAGE2, MMFR0_ALL, MMFR2_ALL, 0, false},
	{"16k:48:start=0:ds=0", TABLE_STAGE2, MMFR0_ALL, MMFR2_ALL, 0, false},
	{"4k:43", TABLE_STAGE2, MMFR0_ALL, MMFR2_ALL, 0, true},
	{"16k:48:start=0", TABLE_STAGE2, MMFR0_ALL, MMFR2_ALL, 0, true},
	{"64k:32", TABLE_STAGE2, MMFR0_ALL, MMFR2_ALL, 0, true},
	{"4k:49:start=-1", TABLE_STAGE2, MMFR0_ALL, MMFR2_ALL, 0, true},
	/* 64K: 52-bit VAs are FEAT_LVA; a 52-bit IPA needs 52-bit PAs only. */
	{"64k:52", TABLE_EL1, MMFR0_ALL, 0, 0, false},
	{"64k:52", TABLE_STAGE2, MMFR0_ALL, 0, 0, true},
	{"64k:52", TABLE_STAGE2, MMFR0_PA48, MMFR2_ALL, 0, false},
	/* FEAT_TTST: sizes below 25, and start level 3 of the 4K granule. */
	{"4k:24", TABLE_EL1, MMFR0_ALL, 0, 0, false},
	{"4k:25", TABLE_EL1, MMFR0_ALL, 0, 0, true},
	{"4k:25:start=3", TABLE_STAGE2, MMFR0_ALL, 0, 0, false},
	{"64k:16", TABLE_EL1, MMFR0_ALL, MMFR2_ALL, 0, false},
	/*
	 * A 40-bit core has no level 0 of 4K and no level 1 of 16K at stage 2, and no larger IPA.
	 */
	{"4k:40:start=0", TABLE_STAGE2, MMFR0_PA40, MMFR2_ALL, 0, false},
	{"16k:39:start=1", TABLE_STAGE2, MMFR0_PA40, MMFR2_ALL, 0, false},
	{"4k:41", TABLE_STAGE2, MMFR0_PA40, MMFR2_ALL, 0, false},
	{"4k:40", TABLE_STAGE2, MMFR0_PA40, MMFR2_ALL, 0, true},
	/* Memory above 2^48 makes DS = 1, or is refused. */
	{"4k:48", TABLE_EL2, MMFR0_ALL, MMFR2_ALL, UINT64_C(0x4000000000000), true},
	{"4k:48:ds=0", TABLE_EL2, MMFR0_ALL, MMFR2_ALL, UINT64_C(0x4000000000000), false},
	{"4k:48", TABLE_EL2, MMFR0_NO_LPA2, MMFR2_ALL, UINT64_C(0x4000000000000), false},
	{"64k:48", TABLE_EL2, MMFR0_NO_LPA2, MMFR2_ALL, UINT64_C(0x4000000000000), true},
	/* TGran4 = 0xf, TGran16 = 0, TGran64 = 0xf are "not supported". */
	{"4k:48", TABLE_EL1, UINT64_C(0xf0200006), MMFR2_ALL, 0, false},
	{"16k:48", TABLE_EL1, UINT64_C(0x10000006), MMFR2_ALL, 0, false},
	{"64k:48", TABLE_EL1, UINT64_C(0x1f200006), MMFR2_ALL, 0, false},
	/* TGran4_2 = 1 takes 4K from stage 2 only; 2 gives it without 52 bits. */
	{"4k:40", TABLE_STAGE2, UINT64_C(0x010010200006), MMFR2_ALL, 0, false},
	{"4k:40", TABLE_EL1, UINT64_C(0x010010200006), MMFR2_ALL, 0, true},
	{"4k:49", TABLE_STAGE2, UINT64_C(0x020010200006), MMFR2_ALL, 0, false},
	{"4k:49", TABLE_STAGE2, UINT64_C(0x030010200006), MMFR2_ALL, 0, true},
};

START_TEST(the_core_decides)
{
	struct geometry before = {.start = 77}, g = before;
	const char *why = make(&g, limits[_i].word, limits[_i].kind, limits[_i].mmfr0,
			       limits[_i].mmfr2, limits[_i].last);

	ck_assert_msg((why == NULL) == limits[_i].accepted, "%s (row %d): %s", limits[_i].word, _i,
		      why ? why : "accepted");
	if (why != NULL)
		ck_assert(g.start == 77);
}
END_TEST

static const char *const not_words[] = {"",
					"4",
					"4k:",
					"8k:48",
					"4k:48:",
					"4k:48:48",
					"4k:start=4",
					"4k:48:ds=2",
					"4k:48:start=",
					"4k:48:start=-2",
					"offf",
					"4k:-1",
					"4k:0",
					"4k:65",
					":48",
					"4k:48:start=1:start=1",
					"4k:ds=1:48",
					"4K:48 "};

START_TEST(strange_words_do_not_parse)
{
	struct geometry_request r;

	ck_assert_msg(!geometry_parse(&r, not_words[_i], strlen(not_words[_i])), "'%s'",
		      not_words[_i]);
}
END_TEST

/* ------------------------------------------------------------ addresses in registers, leaves */

static const struct {
	const char *word;
	enum table_kind kind;
	uint64_t base, ttbr;
} bases[] = {
	{"4k:48", TABLE_EL2, UINT64_C(0x0000800040001000), UINT64_C(0x0000800040001000)},
	/* DS = 1 puts base[51:48] into bits 5:2. */
	{"4k:52", TABLE_EL2, UINT64_C(0x0004000000001000), UINT64_C(0x0000000000001010)},
	{"4k:52", TABLE_STAGE2, UINT64_C(0x000f800000010000), UINT64_C(0x000080000001003c)},
	{"16k:52", TABLE_STAGE2, UINT64_C(0x0008000000004000), UINT64_C(0x0000000000004020)},
	{"64k:52", TABLE_EL1, UINT64_C(0x0001000000010000), UINT64_C(0x0000000000010004)},
};

START_TEST(bases_above_2_48)
{
	struct geometry g;

	ck_assert(make(&g, bases[_i].word, bases[_i].kind, MMFR0_ALL, MMFR2_ALL, 0) == NULL);
	ck_assert_uint_eq(geometry_ttbr(&g, bases[_i].base), bases[_i].ttbr);
}
END_TEST

static const struct {
	const char *word;
	uint64_t max;
	int level;
} leaves[] = {
	{"4k:48", 0, 3},
	{"4k:48", 0x10000, 3},
	{"4k:48", 0x200000, 2},
	{"4k:48", UINT64_C(1) << 40, 1},
	{"4k:48:ds=1", UINT64_C(1) << 40, 0},
	{"4k:52", UINT64_C(1) << 51, 0},
	{"16k:47", UINT64_C(1) << 40, 2},
	{"16k:47:ds=1", UINT64_C(1) << 40, 1},
	{"64k:48", UINT64_C(1) << 29, 2},
	{"64k:48", UINT64_C(1) << 42, 1},
	{"4k:25", UINT64_C(1) << 30, 2},
};

START_TEST(largest_leaf)
{
	struct geometry g;

	ck_assert(make(&g, leaves[_i].word, TABLE_EL1, MMFR0_ALL, MMFR2_ALL, 0) == NULL);
	ck_assert_msg(geometry_leaf_for(&g, leaves[_i].max) == leaves[_i].level, "%s %#lx",
		      leaves[_i].word, leaves[_i].max);
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
	Suite *suite = suite_create("hyp/geometry");
	TCase *tc = tcase_create("geometry");

	tcase_add_loop_test(tc, stage1_start_and_register, 0, ROWS(stage1));
	tcase_add_loop_test(tc, both_halves_of_el1_are_alike, 0, ROWS(stage1_el1));
	tcase_add_loop_test(tc, stage2_start_and_codes, 0, ROWS(stage2));
	tcase_add_loop_test(tc, the_core_decides, 0, ROWS(limits));
	tcase_add_loop_test(tc, strange_words_do_not_parse, 0, ROWS(not_words));
	tcase_add_loop_test(tc, bases_above_2_48, 0, ROWS(bases));
	tcase_add_loop_test(tc, largest_leaf, 0, ROWS(leaves));
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_ENV);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
