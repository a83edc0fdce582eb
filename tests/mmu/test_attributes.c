/*
 * Suite mmu/attributes: memory attributes of one and two stages against the tables of "Memory
 * region attributes".
 */
#include "tables.h"

static const struct nw_access load = {.type = NW_LOAD, .el = 1};
static const struct nw_access fetch = {.type = NW_FETCH, .el = 1};

/* SCTLR_EL1.C and I on, HCR_EL2 as given. */
static struct ttw_regime regime_of(uint64_t sctlr, uint64_t hcr)
{
	struct nw_features f = all_features();
	struct nw_registers r = {.SCTLR_EL1 = sctlr, .HCR_EL2 = hcr};

	return decode(REGIME_EL10, &r, &f);
}

static struct ttw_regime cached(void)
{
	return regime_of(1 | 1 << 2 | 1 << 12, 1);
}

static struct ttw_leaf leaf_of(unsigned attr, unsigned sh)
{
	return (struct ttw_leaf){.level = 3, .attr = (uint8_t)attr, .sh = (uint8_t)sh};
}

static struct nw_attributes both(unsigned attr, unsigned sh1, unsigned memattr, unsigned sh2)
{
	struct ttw_regime r = cached();
	struct ttw_leaf s1 = leaf_of(attr, sh1), s2 = leaf_of(memattr, sh2);

	return ttw_attributes(&r, &s1, &s2, load);
}

/* ------------------------------------------------------------------ combination */

/* A nibble of stage 1 under Non-cacheable, Write-Through, Write-Back of stage 2. */
static const uint8_t nibble_rows[16][3] = {
	[0x1] = {0x4, 0x1, 0x1}, [0x2] = {0x4, 0x2, 0x2}, [0x3] = {0x4, 0x3, 0x3},
	[0x4] = {0x4, 0x4, 0x4}, [0x5] = {0x4, 0x1, 0x5}, [0x6] = {0x4, 0x2, 0x6},
	[0x7] = {0x4, 0x3, 0x7}, [0x8] = {0x4, 0x8, 0x8}, [0x9] = {0x4, 0x9, 0x9},
	[0xa] = {0x4, 0xa, 0xa}, [0xb] = {0x4, 0xb, 0xb}, [0xc] = {0x4, 0x8, 0xc},
	[0xd] = {0x4, 0x9, 0xd}, [0xe] = {0x4, 0xa, 0xe}, [0xf] = {0x4, 0xb, 0xf},
};

START_TEST(normal_under_normal)
{
	for (unsigned outer = 1; outer < 16; outer++)
		for (unsigned inner = 1; inner < 16; inner++)
			for (unsigned s2o = 1; s2o < 4; s2o++)
				for (unsigned s2i = 1; s2i < 4; s2i++) {
					unsigned expected = nibble_rows[outer][s2o - 1] * 16u |
							    nibble_rows[inner][s2i - 1];
					struct nw_attributes a =
						both(outer << 4 | inner, 0, s2o << 2 | s2i, 0);

					ck_assert_uint_eq(a.attr, expected);
					ck_assert_uint_eq(a.sh, expected == 0x44 ? 2 : 0);
				}
}
END_TEST

/* Device types 0 to 3 are nGnRnE, nGnRE, nGRE, GRE; the stronger is the smaller. */
static const uint8_t device_rows[4][4] = {
	{0x0, 0x0, 0x0, 0x0},
	{0x0, 0x4, 0x4, 0x4},
	{0x0, 0x4, 0x8, 0x8},
	{0x0, 0x4, 0x8, 0xc},
};

START_TEST(device_wins_and_the_stronger_device_too)
{
	for (unsigned s1 = 0; s1 < 4; s1++) {
		for (unsigned s2 = 0; s2 < 4; s2++)
			ck_assert_uint_eq(both(s1 << 2, 3, s2, 3).attr, device_rows[s1][s2]);
		ck_assert_uint_eq(both(s1 << 2, 3, 0xf, 3).attr, s1 << 2);
		ck_assert_uint_eq(both(0xff, 3, s1, 3).attr, s1 << 2);
		ck_assert_uint_eq(both(s1 << 2, 3, 0xf, 3).sh, 2);
		ck_assert_uint_eq(both(0xff, 3, s1, 3).sh, 2);
	}
}
END_TEST

/* SH codes: 0 non-shareable, 2 outer, 3 inner. */
static const struct {
	unsigned s1, s2, result;
} sh_rows[] = {
	{0, 0, 0}, {0, 2, 2}, {0, 3, 3}, {2, 0, 2}, {2, 2, 2},
	{2, 3, 2}, {3, 0, 3}, {3, 2, 2}, {3, 3, 3},
};

START_TEST(shareability_of_both_stages)
{
	ck_assert_uint_eq(both(0xff, sh_rows[_i].s1, 0xf, sh_rows[_i].s2).sh, sh_rows[_i].result);
	/*
	 * Non-cacheable at both levels is outer shareable whatever SH says; at one level it isn't.
	 */
	ck_assert_uint_eq(both(0x44, sh_rows[_i].s1, 0xf, sh_rows[_i].s2).sh, 2);
	ck_assert_uint_eq(both(0xf4, sh_rows[_i].s1, 0xf, sh_rows[_i].s2).sh, sh_rows[_i].result);
}
END_TEST

/* ------------------------------------------------------------------ control bits */

enum { C = 1 << 2, I = 1 << 12 };
static const uint64_t cd = UINT64_C(1) << 32, id = UINT64_C(1) << 33;

static const struct {
	const char *name;
	uint64_t sctlr, hcr;
	bool is_fetch;
	unsigned attr, sh; /* of the leaf of stage 1 */
	int memattr;       /* -1: stage 2 off */
	unsigned expected_attr, expected_sh;
} control_rows[] = {
	{"C=1 load", C, 0, false, 0xff, 3, -1, 0xff, 3},
	{"C=0 load", I, 0, false, 0xff, 3, -1, 0x44, 2},
	{"C=0 leaves Device alone", 0, 0, false, 0x04, 3, -1, 0x04, 2},
	{"I=1 fetch", I, 0, true, 0xff, 3, -1, 0xff, 3},
	{"I=0 fetch", C, 0, true, 0xff, 3, -1, 0x44, 2},
	{"fetch from Device is Non-cacheable", C | I, 0, true, 0x00, 3, -1, 0x44, 2},
	{"CD=1 load", C | I, cd, false, 0xff, 3, 0xf, 0x44, 2},
	{"CD=1 fetch", C | I, cd, true, 0xff, 3, 0xf, 0xff, 3},
	{"ID=1 load", C | I, id, false, 0xff, 3, 0xf, 0xff, 3},
	{"ID=1 fetch", C | I, id, true, 0xff, 3, 0xf, 0x44, 2},
	{"CD=1 leaves Device alone", C | I, cd, false, 0xff, 3, 0x1, 0x04, 2},
	{"fetch from stage 2 Device", C | I, 0, true, 0xff, 3, 0x0, 0x44, 2},
	{"reserved SH is non-shareable", C, 0, false, 0xff, 1, -1, 0xff, 0},
	{"reserved inner MemAttr is Non-cacheable", C, 0, false, 0xff, 3, 0xc, 0xf4, 3},
};

START_TEST(control_bits)
{
	struct ttw_regime r = regime_of(1 | control_rows[_i].sctlr, 1 | control_rows[_i].hcr);
	struct ttw_leaf s1 = leaf_of(control_rows[_i].attr, control_rows[_i].sh);
	struct ttw_leaf s2 = control_rows[_i].memattr < 0
				     ? r.flat
				     : leaf_of((unsigned)control_rows[_i].memattr, 3);
	struct nw_attributes a =
		ttw_attributes(&r, &s1, &s2, control_rows[_i].is_fetch ? fetch : load);

	ck_assert_msg(a.attr == control_rows[_i].expected_attr &&
			      a.sh == control_rows[_i].expected_sh,
		      "%s: attr 0x%02x sh %u", control_rows[_i].name, a.attr, a.sh);
}
END_TEST

static const struct {
	const char *name;
	uint64_t sctlr, hcr;
	bool is_fetch;
	unsigned attr, sh;
} off_rows[] = {
	{"load", C | I, 0, false, 0x00, 2},       {"fetch, I=1", I, 0, true, 0xaa, 2},
	{"fetch, I=0", 0, 0, true, 0x44, 2},      {"DC, load", 0, 1 << 12, false, 0xff, 0},
	{"DC, fetch", 0, 1 << 12, true, 0xff, 0},
};

START_TEST(stage1_off)
{
	struct ttw_regime r = regime_of(off_rows[_i].sctlr, off_rows[_i].hcr);
	struct nw_attributes a =
		ttw_attributes(&r, &r.flat, &r.flat, off_rows[_i].is_fetch ? fetch : load);

	ck_assert_msg(a.attr == off_rows[_i].attr && a.sh == off_rows[_i].sh,
		      "%s: attr 0x%02x sh %u", off_rows[_i].name, a.attr, a.sh);
}
END_TEST

/* ------------------------------------------------------------------ descriptors and MAIR */

/*
 * Every MAIR value that the architecture defines (without FEAT_XS and FEAT_MTE2) is taken as it is.
 */
START_TEST(mair_values_are_kept_unless_reserved)
{
	struct nw_features f = all_features();

	for (uint64_t attr = 0; attr < 256; attr++) {
		struct nw_registers r = {.MAIR_EL1 = attr << 40, .MAIR_EL2 = attr << 40};
		bool device = attr == 0x00 || attr == 0x04 || attr == 0x08 || attr == 0x0c;
		bool normal = (attr & 0xf0) != 0 && (attr & 0x0f) != 0;
		uint64_t expected = device || normal ? attr : attr < 16 ? 0x00 : 0x44;

		ck_assert_uint_eq(decode(REGIME_EL10, &r, &f).stage1[0].attr[5], expected);
		ck_assert_uint_eq(decode(REGIME_EL10, &r, &f).stage1[1].attr[5], expected);
		ck_assert_uint_eq(decode(REGIME_EL2, &r, &f).stage1[0].attr[5], expected);
	}
}
END_TEST

/* AttrIndx, SH, MemAttr and nG of leaves; with DS=1 bits [9:8] are address and SH is in the TCR. */
START_TEST(attributes_come_from_the_leaf_and_with_ds_from_the_tcr)
{
	static struct memory m;
	static struct nw_walk log;
	struct nw_features f = all_features();
	struct nw_registers r = {
		.SCTLR_EL1 = 1,
		.TCR_EL1 = 43 | 2 << 12 | UINT64_C(6) << 32, /* 4 KB, one level, SH0=0b10 */
		.TTBR0_EL1 = 0x1000,
		.MAIR_EL1 = UINT64_C(0xbb) << 24,
		.HCR_EL2 = 1,
		.VTCR_EL2 = 43 | 3 << 6 | 2 << 12 | 6 << 16,
		.VTTBR_EL2 = 0x10000,
	};

	m.used = 0;
	memory_put(&m, 0x10000 + 8, 0x0000000000001000 | 0x4fc | 3);
	memory_put(&m, 0x1000, 0x0000000000003000 | 0xf0f | 3); /* nG, AF, SH=0b11, AttrIndx=3 */
	memory_put(&m, 0x10000 + 24, 0x0000000000004000 | 0x7f4 | 3); /* SH=0b11, MemAttr=0b1101 */

	for (unsigned ds = 0; ds < 2; ds++) {
		r.TCR_EL1 |= (uint64_t)ds << 59;
		r.VTCR_EL2 |= (uint64_t)ds << 32;
		if (ds) {
			*memory_cell(&m, 0x1000) = 0x0000000000003000 | 0xc0f | 3;
			*memory_cell(&m, 0x10000 + 24) = 0x0000000000004000 | 0x7f4 | 3;
		}

		struct ttw_regime regime = decode(REGIME_EL10, &r, &f);
		struct ttw_memory memory = walker_memory(&m, &log);
		struct ttw_translation t = ttw_translate(&regime, (va_t){0}, load, &memory);

		ck_assert_uint_eq(t.fault.type, FAULT_NONE);
		ck_assert_uint_eq(t.stage1.attr, 0xbb);
		ck_assert(t.stage1.not_global);
		ck_assert_uint_eq(t.stage2.attr, 0xd);
		ck_assert_uint_eq(t.stage1.sh, ds ? 2 : 3);
		ck_assert_uint_eq(t.stage2.sh, ds ? 2 : 3);
		ck_assert_uint_eq(t.pa.value, ds ? UINT64_C(3) << 50 | 0x4000 : 0x4000);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/attributes");
	TCase *tcase = tcase_create("attributes");

	tcase_add_test(tcase, normal_under_normal);
	tcase_add_test(tcase, device_wins_and_the_stronger_device_too);
	tcase_add_loop_test(tcase, shareability_of_both_stages, 0, ROWS(sh_rows));
	tcase_add_loop_test(tcase, control_bits, 0, ROWS(control_rows));
	tcase_add_loop_test(tcase, stage1_off, 0, ROWS(off_rows));
	tcase_add_test(tcase, mair_values_are_kept_unless_reserved);
	tcase_add_test(tcase, attributes_come_from_the_leaf_and_with_ds_from_the_tcr);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
