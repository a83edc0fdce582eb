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

/* ------------------------------------------------------------------ HCR_EL2.FWB */

static const uint64_t fwb = UINT64_C(1) << 46, hcr_cd = UINT64_C(1) << 32,
		      hcr_id = UINT64_C(1) << 33;

/* Stage 1 under MemAttr[2:0] of FWB=1; MemAttr[3] means nothing. */
static const struct {
	const char *name;
	unsigned attr, sh1, memattr, sh2, expected_attr, expected_sh;
} fwb_rows[] = {
	{"Device over Normal", 0xff, 0, 0, 0, 0x00, 2},
	{"Device-nGRE over Normal", 0xff, 0, 2, 0, 0x08, 2},
	{"two Device types", 0x04, 0, 2, 0, 0x04, 2},
	{"two Device types, stage 2 stronger", 0x0c, 0, 1, 0, 0x04, 2},
	{"stage 1 decides, Device", 0x08, 0, 7, 0, 0x08, 2},
	{"stage 1 decides, Write-Through", 0xbb, 3, 7, 0, 0xbb, 3},
	{"stage 1 decides, Non-cacheable", 0x44, 0, 7, 0, 0x44, 2},
	{"Write-Back over Device", 0x00, 0, 6, 3, 0xff, 3},
	{"Write-Back over Non-cacheable", 0x44, 0, 6, 0, 0xff, 0},
	{"Write-Back over Write-Through keeps the hints", 0x89, 0, 6, 0, 0xcd, 0},
	{"Write-Back over transient Write-Through", 0x12, 0, 6, 0, 0x56, 0},
	{"Write-Back over outer Write-Back, inner Non-cacheable", 0xe4, 0, 6, 0, 0xef, 0},
	{"Non-cacheable over Write-Back", 0xff, 3, 5, 3, 0x44, 2},
	{"Non-cacheable over Device", 0x04, 3, 5, 3, 0x04, 2},
	{"reserved is Non-cacheable", 0xff, 3, 4, 3, 0x44, 2},
	{"shareability of stage 2", 0xff, 0, 6, 2, 0xff, 2},
	{"shareability of the stage 1 descriptor", 0x00, 2, 6, 0, 0xff, 2},
};

START_TEST(stage2_forced_write_back)
{
	for (unsigned bit3 = 0; bit3 <= 8; bit3 += 8) {
		struct ttw_regime r = regime_of(1 | 1 << 2 | 1 << 12, 1 | fwb);
		struct ttw_leaf s1 = leaf_of(fwb_rows[_i].attr, fwb_rows[_i].sh1);
		struct ttw_leaf s2 = leaf_of(fwb_rows[_i].memattr | bit3, fwb_rows[_i].sh2);
		struct nw_attributes a = ttw_attributes(&r, &s1, &s2, load);

		ck_assert_msg(a.attr == fwb_rows[_i].expected_attr &&
				      a.sh == fwb_rows[_i].expected_sh,
			      "%s: attr 0x%02x sh %u", fwb_rows[_i].name, a.attr, a.sh);
		ck_assert_int_eq(ttw_stage2_is_device(&r, &s2), fwb_rows[_i].memattr < 4);
	}
}
END_TEST

/* CD and ID act on the result; a fetch from what is Device then is Non-cacheable. */
START_TEST(stage2_forced_write_back_and_cd_and_id)
{
	struct ttw_leaf wb = leaf_of(0xff, 3), device = leaf_of(0x04, 3), force = leaf_of(6, 3),
			same = leaf_of(7, 3);
	struct ttw_regime r = regime_of(1 | 1 << 2 | 1 << 12, 1 | fwb | hcr_cd);

	ck_assert_uint_eq(ttw_attributes(&r, &device, &force, load).attr, 0x44);
	ck_assert_uint_eq(ttw_attributes(&r, &device, &same, load).attr, 0x04);
	ck_assert_uint_eq(ttw_attributes(&r, &wb, &same, fetch).attr, 0xff);
	r = regime_of(1 | 1 << 2 | 1 << 12, 1 | fwb | hcr_id);
	ck_assert_uint_eq(ttw_attributes(&r, &wb, &force, load).attr, 0xff);
	ck_assert_uint_eq(ttw_attributes(&r, &wb, &same, fetch).attr, 0x44);
	r = regime_of(1 | 1 << 2 | 1 << 12, 1 | fwb);
	ck_assert_uint_eq(
		ttw_attributes(&r, &wb, &(struct ttw_leaf){.level = 3, .attr = 1}, fetch).attr,
		0x44);
}
END_TEST

START_TEST(fwb_needs_its_feature)
{
	struct nw_features f = without(all_features(), FEAT_S2FWB);
	struct nw_registers registers = {.SCTLR_EL1 = 1 | 1 << 2, .HCR_EL2 = 1 | fwb};
	struct ttw_regime r = decode(REGIME_EL10, &registers, &f);
	struct ttw_leaf s1 = leaf_of(0xff, 3), s2 = leaf_of(0x5, 3);

	ck_assert_uint_eq(ttw_attributes(&r, &s1, &s2, load).attr, 0x44);
	ck_assert(!ttw_stage2_is_device(&r, &s2));
	s2.attr = 0x8; /* outer Write-Through, and no Device type */
	ck_assert(!ttw_stage2_is_device(&r, &s2));
}
END_TEST

/* ------------------------------------------------------------------ FEAT_XS */

/* Attr<n>, FWB, MemAttr, FnXS: the attribute without XS, and XS. */
static const struct {
	const char *name;
	unsigned attr, memattr; /* MemAttr 0x100: stage 2 off */
	bool fwb, fnxs;
	unsigned expected;
	bool xs;
} xs_rows[] = {
	{"Device", 0x04, 0x100, false, false, 0x04, true},
	{"Device, XS=0", 0x05, 0x100, false, false, 0x04, false},
	{"Non-cacheable", 0x44, 0x100, false, false, 0x44, true},
	{"Non-cacheable, XS=0", 0x40, 0x100, false, false, 0x44, false},
	{"Write-Through", 0xaa, 0x100, false, false, 0xaa, true},
	{"Write-Through, XS=0", 0xa0, 0x100, false, false, 0xaa, false},
	{"Write-Back", 0xff, 0x100, false, false, 0xff, false},
	{"Write-Back outer only", 0xf4, 0x100, false, false, 0xf4, true},
	{"Device under Device", 0x04, 0x1, false, false, 0x04, true},
	{"Device under Device with FnXS", 0x04, 0x1, false, true, 0x04, false},
	{"XS=0 of stage 1 stays", 0x05, 0x1, false, false, 0x04, false},
	{"Non-cacheable under Write-Back with FnXS", 0x44, 0xf, false, true, 0x44, false},
	{"FWB, Device, FnXS", 0x44, 0x1, true, true, 0x04, false},
	{"FWB, Device", 0x44, 0x1, true, false, 0x04, true},
	{"FWB, forced Write-Back", 0x44, 0x6, true, false, 0xff, false},
	{"FWB, stage 1 decides", 0x05, 0x7, true, false, 0x04, false},
};

START_TEST(the_xs_attribute)
{
	struct ttw_regime r = regime_of(1 | 1 << 2 | 1 << 12, 1 | (xs_rows[_i].fwb ? fwb : 0));
	struct ttw_leaf s1 = leaf_of(xs_rows[_i].attr, 0);
	struct ttw_leaf s2 =
		xs_rows[_i].memattr == 0x100
			? r.flat
			: leaf_of(xs_rows[_i].memattr | (unsigned)xs_rows[_i].fnxs << 4, 0);
	struct nw_attributes a = ttw_attributes(&r, &s1, &s2, load);

	ck_assert_msg(a.attr == xs_rows[_i].expected && a.xs == xs_rows[_i].xs,
		      "%s: attr 0x%02x xs %d", xs_rows[_i].name, a.attr, a.xs);
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
 * Every MAIR value that the architecture defines (without FEAT_MTE2) is taken as it is. FEAT_XS
 * adds 0b0000dd01, 0x40 and 0xa0.
 */
START_TEST(mair_values_are_kept_unless_reserved)
{
	for (uint64_t n = 0; n < 512; n++) {
		uint64_t attr = n & 255;
		bool has_xs = n >> 8;
		struct nw_features f = has_xs ? all_features() : without(all_features(), FEAT_XS);
		struct nw_registers r = {.MAIR_EL1 = attr << 40, .MAIR_EL2 = attr << 40};
		bool device = attr == 0x00 || attr == 0x04 || attr == 0x08 || attr == 0x0c;
		bool normal = (attr & 0xf0) != 0 && (attr & 0x0f) != 0;
		bool xs0 = attr == 0x01 || attr == 0x05 || attr == 0x09 || attr == 0x0d ||
			   attr == 0x40 || attr == 0xa0;
		uint64_t expected = device || normal || (has_xs && xs0) ? attr
				    : attr < 16                         ? 0x00
									: 0x44;

		ck_assert_uint_eq(decode(REGIME_EL10, &r, &f).stage1[0].attr[5], expected);
		ck_assert_uint_eq(decode(REGIME_EL10, &r, &f).stage1[1].attr[5], expected);
		ck_assert_uint_eq(decode(REGIME_EL2, &r, &f).stage1[0].attr[5], expected);
		ck_assert_uint_eq(decode(REGIME_EL20, &r, &f).stage1[1].attr[5], expected);
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
	tcase_add_loop_test(tcase, stage2_forced_write_back, 0, ROWS(fwb_rows));
	tcase_add_test(tcase, stage2_forced_write_back_and_cd_and_id);
	tcase_add_test(tcase, fwb_needs_its_feature);
	tcase_add_loop_test(tcase, the_xs_attribute, 0, ROWS(xs_rows));
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
