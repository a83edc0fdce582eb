/*
 * mmu/describe: geometry of a stage, kinds of descriptors, rights and refusals as literals.
 * Reference: DDI 0487, D8.2 "Translation process", D8.3 "Translation table descriptor formats",
 * D8.4 "Memory access control".
 */
#include "mmu/mmu.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Memory of zeros but for some words. */
struct word {
	uint64_t pa, value;
};

static struct nw_port_read read_words(void *ctx, pa_t pa)
{
	struct nw_port_read answer = {.value = 0};

	for (const struct word *word = ctx; word->pa; word++) {
		if (word->pa == pa.value)
			answer.value = word->value;
	}
	return answer;
}

static const struct word none[] = {{0, 0}};

static struct nw_mmu *mmu_of(const struct word *words, const struct nw_registers *registers)
{
	struct nw_config config = {
		.features = {.set = NW_ALL_FEATURES,
			     .pa_bits = 52,
			     .granule_4k = true,
			     .granule_16k = true,
			     .granule_64k = true},
		.tlb_off = true,
		.port = {.ctx = (void *)(uintptr_t)words, .read = read_words},
	};
	struct nw_event written = {.type = NW_EVENT_REGISTER};
	struct nw_mmu *mmu = nw_mmu_new(&config);

	*nw_registers(mmu) = *registers;
	nw_event(mmu, &written);
	return mmu;
}

static struct nw_description describe(const struct word *words,
				      const struct nw_registers *registers, uint64_t va,
				      struct nw_access access)
{
	struct nw_mmu *mmu = mmu_of(words, registers);
	struct nw_description d;
	struct nw_walk walk;

	nw_probe(mmu, (va_t){va}, access, &walk);
	nw_describe(mmu, &walk, &d);
	nw_mmu_free(mmu);
	return d;
}

/* ------------------------------------------------------------------ geometry */

struct shape {
	uint8_t granule_bits, ia_bits, oa_bits;
	int8_t start;
	unsigned tables;
	struct nw_index first, last; /* of the start level and of level 3 */
	uint64_t base;
};

static void assert_shape(const char *name, const struct nw_stage *s, const struct shape *e)
{
	const struct nw_index *first = &s->index[e->start + 1], *last = &s->index[4];

	ck_assert_msg(s->on, "%s", name);
	ck_assert_msg(s->granule_bits == e->granule_bits, "%s: granule", name);
	ck_assert_msg(s->ia_bits == e->ia_bits && s->oa_bits == e->oa_bits, "%s: %u to %u", name,
		      s->ia_bits, s->oa_bits);
	ck_assert_msg(s->start_level == e->start, "%s: start %d", name, s->start_level);
	ck_assert_msg(s->tables == e->tables, "%s: %u tables", name, s->tables);
	ck_assert_msg(first->lsb == e->first.lsb && first->bits == e->first.bits, "%s: first %u %u",
		      name, first->lsb, first->bits);
	ck_assert_msg(last->lsb == e->last.lsb && last->bits == e->last.bits, "%s: last %u %u",
		      name, last->lsb, last->bits);
	ck_assert_msg(s->base == e->base, "%s: base 0x%lx", name, s->base);
}

static const struct stage1_row {
	const char *name;
	uint64_t tcr, ttbr, va;
	struct shape shape;
} stage1_rows[] = {
	{"4k:48", 0x500000010, 0x41000, 0, {12, 48, 48, 0, 1, {39, 9}, {12, 9}, 0x41000}},
	{"4k:39", 0x500000019, 0x41000, 0, {12, 39, 48, 1, 1, {30, 9}, {12, 9}, 0x41000}},
	{"4k:32, a table of four entries",
	 0x200000020,
	 0x41020,
	 0,
	 {12, 32, 40, 1, 1, {30, 2}, {12, 9}, 0x41020}},
	{"4k:52",
	 0x80000060000000c,
	 0x41008,
	 0,
	 {12, 52, 52, -1, 1, {48, 4}, {12, 9}, 0x2000000041000}},
	{"16k:47", 0x500008011, 0x44000, 0, {14, 47, 48, 1, 1, {36, 11}, {14, 11}, 0x44000}},
	{"16k:48", 0x500008010, 0x44000, 0, {14, 48, 48, 0, 1, {47, 1}, {14, 11}, 0x44000}},
	{"64k:52", 0x60000400c, 0x40000, 0, {16, 52, 52, 1, 1, {42, 10}, {16, 13}, 0x40000}},
	{"64k:42", 0x500004016, 0x40000, 0, {16, 42, 48, 2, 1, {29, 13}, {16, 13}, 0x40000}},
	{"TTBR1, 16k:36",
	 0x5401c0010,
	 0x44000,
	 0xfffffff000000000,
	 {14, 36, 48, 2, 1, {25, 11}, {14, 11}, 0x44000}},
};

START_TEST(stage1_is_as_the_registers_say)
{
	const struct stage1_row *row = &stage1_rows[_i];
	struct nw_registers r = {.SCTLR_EL1 = 1,
				 .TCR_EL1 = row->tcr,
				 .TTBR0_EL1 = row->ttbr,
				 .TTBR1_EL1 = row->ttbr};
	struct nw_description d =
		describe(none, &r, row->va, (struct nw_access){.type = NW_LOAD, .el = 1});

	assert_shape(row->name, &d.stage1, &row->shape);
	ck_assert(d.stage1.upper == (row->va != 0));
	ck_assert(!d.stage2.on);
	ck_assert_int_eq(d.stage1.refusal, NW_REFUSED_NOT);
	ck_assert_uint_eq(d.target_el, 1);
}
END_TEST

static const struct stage2_row {
	const char *name;
	uint64_t vtcr, vttbr;
	struct shape shape;
} stage2_rows[] = {
	{"4k:40, two tables", 0x80050058, 0x42000, {12, 40, 48, 1, 2, {30, 10}, {12, 9}, 0x42000}},
	{"4k:48", 0x80050090, 0x41000, {12, 48, 48, 0, 1, {39, 9}, {12, 9}, 0x41000}},
	{"4k:43, sixteen tables",
	 0x80050055,
	 0x50000,
	 {12, 43, 48, 1, 16, {30, 13}, {12, 9}, 0x50000}},
	{"4k:52, SL2", 0x38006000c, 0x41000, {12, 52, 52, -1, 1, {48, 4}, {12, 9}, 0x41000}},
	{"4k:52, sixteen tables",
	 0x18006008c,
	 0x50000,
	 {12, 52, 52, 0, 16, {39, 13}, {12, 9}, 0x50000}},
	{"16k:40, sixteen tables",
	 0x80058058,
	 0x80000,
	 {14, 40, 48, 2, 16, {25, 15}, {14, 11}, 0x80000}},
	{"64k:46, sixteen tables",
	 0x80054052,
	 0x100000,
	 {16, 46, 48, 2, 16, {29, 17}, {16, 13}, 0x100000}},
};

START_TEST(stage2_is_as_the_registers_say)
{
	const struct stage2_row *row = &stage2_rows[_i];
	struct nw_registers r = {.HCR_EL2 = 1, .VTCR_EL2 = row->vtcr, .VTTBR_EL2 = row->vttbr};
	struct nw_description d =
		describe(none, &r, 0, (struct nw_access){.type = NW_LOAD, .unprivileged = true});

	assert_shape(row->name, &d.stage2, &row->shape);
	ck_assert(!d.stage1.on);
	ck_assert_uint_eq(d.target_el, 2);
}
END_TEST

/* ------------------------------------------------------------------ refusals */

static const struct refusal_row {
	const char *name;
	struct nw_registers r;
	uint64_t va;
	bool stage2;
	enum nw_refusal refusal;
} refusals[] = {
	{"T0SZ 15", {.SCTLR_EL1 = 1, .TCR_EL1 = 0xf}, 0, false, NW_REFUSED_SIZE},
	{"VA", {.SCTLR_EL1 = 1, .TCR_EL1 = 0x10}, UINT64_C(1) << 48, false, NW_REFUSED_RANGE},
	{"VA, tagged",
	 {.SCTLR_EL1 = 1, .TCR_EL1 = 0x2000000010},
	 UINT64_C(1) << 56,
	 false,
	 NW_REFUSED_NOT},
	{"E0PD0", {.SCTLR_EL1 = 1, .TCR_EL1 = 0x80000000000010}, 0, false, NW_REFUSED_E0PD},
	{"EPD0", {.SCTLR_EL1 = 1, .TCR_EL1 = 0x90}, 0, false, NW_REFUSED_DISABLED},
	{"TTBR0",
	 {.SCTLR_EL1 = 1, .TCR_EL1 = 0x10, .TTBR0_EL1 = 0x100000000},
	 0,
	 false,
	 NW_REFUSED_BASE},
	{"VTCR.T0SZ", {.HCR_EL2 = 1, .VTCR_EL2 = 0x3f}, 0, true, NW_REFUSED_SIZE},
	{"SL0", {.HCR_EL2 = 1, .VTCR_EL2 = 0x10}, 0, true, NW_REFUSED_START_LEVEL},
	{"IPA", {.HCR_EL2 = 1, .VTCR_EL2 = 0x59}, UINT64_C(1) << 39, true, NW_REFUSED_RANGE},
	{"VTTBR",
	 {.HCR_EL2 = 1, .VTCR_EL2 = 0x59, .VTTBR_EL2 = 0x100000000},
	 0,
	 true,
	 NW_REFUSED_BASE},
};

START_TEST(refusal_is_named)
{
	const struct refusal_row *row = &refusals[_i];
	struct nw_description d = describe(
		none, &row->r, row->va, (struct nw_access){.type = NW_LOAD, .unprivileged = true});
	enum nw_refusal refusal = row->stage2 ? d.stage2.refusal : d.stage1.refusal;

	ck_assert_msg(refusal == row->refusal, "%s: %d", row->name, refusal);
}
END_TEST

/* ------------------------------------------------------------------ descriptors and rights */

/* 4k:39 at TTBR0 0x41000: table, table with APTable=10, page with AP=01, PXN. */
static const struct word tables[] = {
	{0x41000, 0x42003},
	{0x42000, 0x4000000000043003},
	{0x43000, 0x0020000000099743},
	{0x41008, 0x40000701}, /* a block at VA 0x40000000, AP=00 */
	{0x41010, 0x0},
	{0, 0},
};

static const struct nw_registers one_stage = {.SCTLR_EL1 = 0x81005,
					      .TCR_EL1 = 0x500000019,
					      .TTBR0_EL1 = 0x41000,
					      .MAIR_EL1 = 0x44}; /* WXN */

START_TEST(page_and_its_rights)
{
	struct nw_description d =
		describe(tables, &one_stage, 0x123,
			 (struct nw_access){.type = NW_LOAD, .unprivileged = true});

	ck_assert_int_eq(d.step[0].kind, NW_TABLE);
	ck_assert_uint_eq(d.step[0].address, 0x42000);
	ck_assert_int_eq(d.step[1].kind, NW_TABLE);
	ck_assert_int_eq(d.step[2].kind, NW_PAGE);
	ck_assert_uint_eq(d.step[2].address, 0x99000);
	ck_assert(d.stage1.has_leaf && !d.stage2.has_leaf);
	ck_assert_uint_eq(d.stage1.privileged, NW_R);
	ck_assert_uint_eq(d.stage1.unprivileged, NW_R | NW_X);
	ck_assert_uint_eq(d.stage1.granted, NW_R | NW_X);
	ck_assert_uint_eq(d.stage1.attributes.attr, 0x44);
	ck_assert_uint_eq(d.stage2.granted, NW_R | NW_W | NW_X);
}
END_TEST

/* WXN takes execution from what is writable, PAN nothing from what EL0 has no access to. */
START_TEST(block_and_its_rights)
{
	struct nw_description d =
		describe(tables, &one_stage, 0x40000123,
			 (struct nw_access){.type = NW_LOAD, .el = 1, .pan = true});

	ck_assert_int_eq(d.step[0].kind, NW_BLOCK);
	ck_assert_uint_eq(d.step[0].address, 0x40000000);
	ck_assert_uint_eq(d.stage1.privileged, NW_R | NW_W | NW_X);
	ck_assert_uint_eq(d.stage1.unprivileged, NW_X);
	ck_assert_uint_eq(d.stage1.granted, NW_R | NW_W);
}
END_TEST

START_TEST(invalid_has_no_leaf)
{
	struct nw_description d = describe(tables, &one_stage, 0x80000000,
					   (struct nw_access){.type = NW_LOAD, .el = 1});

	ck_assert_int_eq(d.step[0].kind, NW_INVALID);
	ck_assert(!d.stage1.has_leaf);
}
END_TEST

/* D8.1 "Translation regimes": E2H and TGE choose. */
START_TEST(regime_is_told)
{
	struct nw_access el0 = {.type = NW_LOAD, .unprivileged = true},
			 el2 = {.type = NW_LOAD, .el = 2};
	struct nw_registers r = {.HCR_EL2 = 0x408000000};

	ck_assert_int_eq(describe(none, &r, 0, el0).regime, REGIME_EL20);
	ck_assert_int_eq(describe(none, &r, 0, el2).regime, REGIME_EL20);
	r.HCR_EL2 = 0x8000000; /* TGE: EL0's exceptions go to EL2 */
	ck_assert_int_eq(describe(none, &r, 0, el0).regime, REGIME_EL10);
	ck_assert_uint_eq(describe(none, &r, 0, el0).target_el, 2);
	ck_assert_int_eq(describe(none, &r, 0, el2).regime, REGIME_EL2);
	r.HCR_EL2 = 0;
	ck_assert_uint_eq(describe(none, &r, 0, el0).target_el, 1);
}
END_TEST

/* ------------------------------------------------------------------ PAR_EL1 */

START_TEST(par_of_a_translation)
{
	struct nw_translation page = {.pa = {0x8123456789abc},
				      .attributes = {.attr = 0xff, .sh = 3}},
			      device = {.pa = {0x9000000}, .attributes = {.attr = 0x04}},
			      fault = {.fault = {.type = FAULT_TRANSLATION,
						 .level = -1,
						 .stage2 = true,
						 .s1ptw = true}};

	ck_assert_uint_eq(nw_par(&page), 0xff08123456789b80);
	ck_assert_uint_eq(nw_par(&device), 0x0400000009000b00);
	ck_assert_uint_eq(nw_par(&fault), 0xb57);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/describe");
	TCase *tcase = tcase_create("describe");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, stage1_is_as_the_registers_say, 0,
			    (int)(sizeof(stage1_rows) / sizeof(stage1_rows[0])));
	tcase_add_loop_test(tcase, stage2_is_as_the_registers_say, 0,
			    (int)(sizeof(stage2_rows) / sizeof(stage2_rows[0])));
	tcase_add_loop_test(tcase, refusal_is_named, 0,
			    (int)(sizeof(refusals) / sizeof(refusals[0])));
	tcase_add_test(tcase, page_and_its_rights);
	tcase_add_test(tcase, block_and_its_rights);
	tcase_add_test(tcase, invalid_has_no_leaf);
	tcase_add_test(tcase, regime_is_told);
	tcase_add_test(tcase, par_of_a_translation);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
