/*
 * Suite mmu/choice: each choice of mmu/choice.def that translation makes, with every alternative.
 */
#include "tables.h"

static struct ttw_regime decode_with(enum nw_regime regime, const struct nw_registers *r,
				     const struct nw_features *f, enum nw_choice choice,
				     unsigned alternative)
{
	struct nw_choices choices = {{0}};

	choices.of[choice] = (uint8_t)alternative;
	return ttw_decode(regime, r, f, &choices);
}

/* ------------------------------------------------------------------ sizes and granules */

/*
 * TxSZ and T0SZ outside of their limits: bits of input by alternative, 0 for a fault. With
 * FEAT_LVA (stage 1) and FEAT_LPA (stage 2) a size below the least is a fault always.
 */
static const struct {
	const char *name;
	unsigned granule, txsz;
	bool ttst, lva_lpa;
	unsigned bits[2]; /* fault, limit */
} size_rows[] = {
	{"4 KB, 15", 12, 15, true, false, {0, 48}},
	{"4 KB, 0", 12, 0, true, false, {0, 48}},
	{"4 KB, 15, FEAT_LVA and FEAT_LPA", 12, 15, true, true, {0, 0}},
	{"64 KB, 11, FEAT_LVA and FEAT_LPA", 16, 11, true, true, {0, 0}},
	{"64 KB, 12, FEAT_LVA and FEAT_LPA", 16, 12, true, true, {52, 52}},
	{"4 KB, 40", 12, 40, false, false, {0, 25}},
	{"4 KB, 49", 12, 49, true, true, {0, 16}},
	{"64 KB, 48", 16, 48, true, true, {0, 17}},
	{"16 KB, 63", 14, 63, true, false, {0, 16}},
	{"16 KB, 48", 14, 48, true, false, {16, 16}},
};

START_TEST(size_out_of_range)
{
	uint64_t txsz = size_rows[_i].txsz, tg0 = tg0_code(size_rows[_i].granule);
	struct nw_registers r = {
		.TCR_EL1 = txsz | tg0 << 14,
		.TCR_EL2 = txsz | tg0 << 14,
		.HCR_EL2 = 1,
		.VTCR_EL2 = txsz | tg0 << 14,
	};
	struct nw_features f = all_features();

	if (!size_rows[_i].ttst)
		f = without(f, FEAT_TTST);
	if (!size_rows[_i].lva_lpa)
		f = without(without(f, FEAT_LVA), FEAT_LPA);
	for (unsigned n = 0; n < 2; n++) {
		unsigned bits = size_rows[_i].bits[n];
		struct ttw_regime el10 =
			decode_with(REGIME_EL10, &r, &f, CHOICE_SIZE_OUT_OF_RANGE, n);
		struct ttw_regime el2 =
			decode_with(REGIME_EL2, &r, &f, CHOICE_SIZE_OUT_OF_RANGE, n);

		ck_assert_uint_eq(el10.stage1[0].ia_bits, bits);
		ck_assert_uint_eq(el2.stage1[0].ia_bits, bits);
		ck_assert_uint_eq(el10.stage2.ia_bits, bits);
		ck_assert_int_eq(el2.stage1[0].bad, bits == 0 ? FAULT_TRANSLATION : FAULT_NONE);
		ck_assert(bits != 0 || el10.stage2.bad == FAULT_TRANSLATION);
	}
}
END_TEST

/* Granules of the core; what a reserved code and one for a size that it lacks stand for. */
static const struct {
	bool has[3];         /* 4, 16, 64 KB */
	unsigned granule[2]; /* smallest, largest */
} granule_rows[] = {
	{{1, 1, 1}, {12, 16}}, {{1, 1, 0}, {12, 14}}, {{1, 0, 1}, {12, 16}}, {{0, 1, 1}, {14, 16}},
	{{1, 0, 0}, {12, 12}}, {{0, 1, 0}, {14, 14}}, {{0, 0, 1}, {16, 16}},
};

START_TEST(reserved_granule)
{
	const bool *has = granule_rows[_i].has;
	struct nw_features f = all_features();

	f.granule_4k = has[0];
	f.granule_16k = has[1];
	f.granule_64k = has[2];
	for (unsigned n = 0; n < 2; n++)
		for (unsigned code = 0; code < 4; code++) {
			/* TG0: 4, 64, 16 KB, reserved. TG1: reserved, 16, 4, 64 KB. */
			static const unsigned tg0[4] = {12, 16, 14, 0}, tg1[4] = {0, 14, 12, 16};
			struct nw_registers r = {
				.TCR_EL1 = 25 | 25 << 16 | code << 14 | (uint64_t)code << 30,
				.VTCR_EL2 = 25 | code << 14,
			};
			struct ttw_regime regime =
				decode_with(REGIME_EL10, &r, &f, CHOICE_RESERVED_GRANULE, n);
			unsigned other = granule_rows[_i].granule[n];
			bool has0 = tg0[code] != 0 && has[(tg0[code] - 12) / 2];
			bool has1 = tg1[code] != 0 && has[(tg1[code] - 12) / 2];

			ck_assert_uint_eq(regime.stage1[0].granule_bits, has0 ? tg0[code] : other);
			ck_assert_uint_eq(regime.stage1[1].granule_bits, has1 ? tg1[code] : other);
			ck_assert_uint_eq(regime.stage2.granule_bits, has0 ? tg0[code] : other);
		}
}
END_TEST

/* 4 KB, 32 bits: sixteen blocks of 1 GB are 16 GB. Level 2 groups, 32 MB, fit. */
START_TEST(contiguous_beyond_input)
{
	static const uint64_t contiguous = UINT64_C(1) << 52, index[2] = {1, 3};
	static struct memory m;
	static struct nw_walk log;
	struct nw_registers r = {.SCTLR_EL1 = 1, .TCR_EL1 = 32, .TTBR0_EL1 = 0x100000};
	struct nw_features f = all_features();
	struct nw_access load = {.type = NW_LOAD, .el = 1};

	for (unsigned n = 0; n < 2; n++)
		for (unsigned level = 1; level <= 2; level++) {
			struct ttw_regime regime =
				decode_with(REGIME_EL10, &r, &f, CHOICE_CONTIGUOUS_BEYOND_INPUT, n);
			struct ttw_memory w = walker_memory(&m, &log);

			put_path(&m, level, index, 0x40000401 | contiguous);

			struct ttw_translation t =
				ttw_translate(&regime, (va_t){0x40600000}, load, &w);

			if (n == CONTIGUOUS_BEYOND_INPUT_FAULTS && level == 1) {
				ck_assert_uint_eq(nw_fault_status(&t.fault), 0x05);
				continue;
			}
			ck_assert_uint_eq(t.fault.type, FAULT_NONE);
			ck_assert_uint_eq(t.span_bits, level == 1 ? 30 : 25);
		}
}
END_TEST

/* ------------------------------------------------------------------ attributes */

static const struct nw_access el1_load = {.type = NW_LOAD, .el = 1};
static const struct nw_access el1_fetch = {.type = NW_FETCH, .el = 1};

/* What attr and memattr (with SH) give by alternative; memattr 0x100: stage 2 is off. */
static const struct {
	const char *name;
	enum nw_choice choice;
	unsigned attr, sh1, memattr, sh2;
	bool fwb;
	unsigned alternatives;
	struct {
		unsigned attr, sh;
	} result[3];
} attribute_rows[] = {
	{"reserved Device",
	 CHOICE_RESERVED_ATTR,
	 0x02,
	 3,
	 0x100,
	 0,
	 false,
	 3,
	 {{0x00, 2}, {0x00, 2}, {0xff, 3}}},
	{"reserved Normal",
	 CHOICE_RESERVED_ATTR,
	 0x70,
	 3,
	 0x100,
	 0,
	 false,
	 3,
	 {{0x44, 2}, {0x00, 2}, {0xff, 3}}},
	{"tagged",
	 CHOICE_RESERVED_ATTR,
	 0xf0,
	 0,
	 0x100,
	 0,
	 false,
	 3,
	 {{0x44, 2}, {0x00, 2}, {0xff, 0}}},
	{"reserved MemAttr",
	 CHOICE_RESERVED_MEMATTR,
	 0xff,
	 3,
	 0xc,
	 3,
	 false,
	 3,
	 {{0xf4, 3}, {0xfb, 3}, {0xff, 3}}},
	{"reserved SH of stage 1",
	 CHOICE_RESERVED_SH,
	 0xff,
	 1,
	 0x100,
	 0,
	 false,
	 3,
	 {{0xff, 0}, {0xff, 2}, {0xff, 3}}},
	{"reserved SH of stage 2",
	 CHOICE_RESERVED_SH,
	 0xff,
	 0,
	 0xf,
	 1,
	 false,
	 3,
	 {{0xff, 0}, {0xff, 2}, {0xff, 3}}},
	{"Device of stage 1 made Write-Back",
	 CHOICE_STAGE1_SHAREABILITY,
	 0x04,
	 0,
	 6,
	 0,
	 true,
	 2,
	 {{0xff, 0}, {0xff, 2}}},
	{"Non-cacheable of stage 1 made Write-Back",
	 CHOICE_STAGE1_SHAREABILITY,
	 0x44,
	 3,
	 6,
	 0,
	 true,
	 2,
	 {{0xff, 3}, {0xff, 2}}},
	{"Write-Back is as shareable as it says",
	 CHOICE_STAGE1_SHAREABILITY,
	 0xff,
	 0,
	 6,
	 0,
	 true,
	 2,
	 {{0xff, 0}, {0xff, 0}}},
};

START_TEST(attributes)
{
	struct nw_registers r = {
		.SCTLR_EL1 = 1 | 1 << 2 | 1 << 12,
		.MAIR_EL1 = attribute_rows[_i].attr,
		.HCR_EL2 = 1 | (uint64_t)attribute_rows[_i].fwb << 46,
	};
	struct nw_features f = all_features();

	for (unsigned n = 0; n < attribute_rows[_i].alternatives; n++) {
		struct ttw_regime regime =
			decode_with(REGIME_EL10, &r, &f, attribute_rows[_i].choice, n);
		struct ttw_leaf s1 = {.level = 3,
				      .attr = regime.stage1[0].attr[0],
				      .sh = (uint8_t)attribute_rows[_i].sh1};
		struct ttw_leaf s2 = {.level = 3,
				      .attr = (uint8_t)attribute_rows[_i].memattr,
				      .sh = (uint8_t)attribute_rows[_i].sh2};
		bool one = attribute_rows[_i].memattr == 0x100;
		struct nw_attributes a =
			ttw_attributes(&regime, &s1, one ? &regime.flat : &s2, el1_load);

		ck_assert_msg(a.attr == attribute_rows[_i].result[n].attr &&
				      a.sh == attribute_rows[_i].result[n].sh,
			      "%s, alternative %u: attr 0x%02x sh %u", attribute_rows[_i].name, n,
			      a.attr, a.sh);
	}
}
END_TEST

/* ------------------------------------------------------------------ permissions */

static const struct ttw_permissions all = {TTW_R | TTW_W | TTW_X, TTW_R | TTW_W | TTW_X};

START_TEST(fetch_from_device)
{
	struct nw_registers r = {.SCTLR_EL1 = 1, .HCR_EL2 = 1};
	struct nw_features f = all_features();

	for (unsigned n = 0; n < 2; n++) {
		struct ttw_regime regime =
			decode_with(REGIME_EL10, &r, &f, CHOICE_FETCH_FROM_DEVICE, n);
		bool faults = n == FETCH_FROM_DEVICE_FAULTS;
		struct ttw_leaf s1 = {.level = 2, .attr = 0x04, .permissions = all};
		struct ttw_leaf s2 = {.level = 1, .attr = 0x01, .permissions = all};
		struct nw_fault fault = ttw_check_stage1(&regime, &s1, el1_fetch);

		ck_assert_uint_eq(nw_fault_status(&fault), faults ? 0x0e : 0);
		fault = ttw_check_stage2(&regime, &s2, (ipa_t){0}, el1_fetch);
		ck_assert_uint_eq(nw_fault_status(&fault), faults ? 0x0d : 0);
		/* Data, Normal memory and stage 1 off are no matter. */
		ck_assert_uint_eq(ttw_check_stage1(&regime, &s1, el1_load).type, FAULT_NONE);
		ck_assert_uint_eq(ttw_check_stage2(&regime, &s2, (ipa_t){0}, el1_load).type,
				  FAULT_NONE);
		s1.attr = 0x44;
		s2.attr = 0x5;
		ck_assert_uint_eq(ttw_check_stage1(&regime, &s1, el1_fetch).type, FAULT_NONE);
		ck_assert_uint_eq(ttw_check_stage2(&regime, &s2, (ipa_t){0}, el1_fetch).type,
				  FAULT_NONE);
		ck_assert_uint_eq(ttw_check_stage1(&regime, &regime.flat, el1_fetch).type,
				  FAULT_NONE);
	}
}
END_TEST

START_TEST(hpfar_on_permission_fault)
{
	struct nw_registers r = {.HCR_EL2 = 1};
	struct nw_features f = all_features();

	for (unsigned n = 0; n < 2; n++) {
		struct ttw_regime regime =
			decode_with(REGIME_EL10, &r, &f, CHOICE_HPFAR_ON_PERMISSION_FAULT, n);
		struct ttw_leaf nothing = {.level = 3, .attr = 0xf};
		struct nw_fault fault =
			ttw_check_stage2(&regime, &nothing, (ipa_t){0x5000}, el1_load);

		ck_assert_uint_eq(fault.type, FAULT_PERMISSION);
		ck_assert_int_eq(fault.ipa_valid, n == HPFAR_WRITTEN);
		/* That of a stage 1 walk is written always. */
		fault = ttw_stage2_fault(FAULT_PERMISSION, 3, el1_load, (ipa_t){0x5000}, true);
		ck_assert(fault.ipa_valid);
	}
}
END_TEST

/* IC IVAU at EL0 of a page that EL0 may not read; DC needs read permission there always. */
START_TEST(ic_at_el0)
{
	struct nw_registers r = {.SCTLR_EL1 = 1, .HCR_EL2 = 1};
	struct nw_features f = all_features();

	for (unsigned n = 0; n < 2; n++) {
		struct ttw_regime regime = decode_with(REGIME_EL10, &r, &f, CHOICE_IC_AT_EL0, n);
		struct ttw_leaf leaf = {.level = 3, .attr = 0xff, .permissions = {TTW_R, 0}};
		struct ttw_leaf leaf2 = {.level = 3, .attr = 0xf};
		struct nw_access ic = {.type = NW_IC_OP, .unprivileged = true};
		struct nw_access dc = {.type = NW_CACHE_OP, .unprivileged = true};
		struct nw_access el1 = {.type = NW_IC_OP, .el = 1};
		enum nw_fault_type expected =
			n == IC_AT_EL0_NEEDS_READ ? FAULT_PERMISSION : FAULT_NONE;

		ck_assert_uint_eq(ttw_check_stage1(&regime, &leaf, ic).type, expected);
		ck_assert_uint_eq(ttw_check_stage2(&regime, &leaf2, (ipa_t){0}, ic).type, expected);
		ck_assert_uint_eq(ttw_check_stage1(&regime, &leaf, dc).type, FAULT_PERMISSION);
		ck_assert_uint_eq(ttw_check_stage1(&regime, &leaf, el1).type, FAULT_NONE);
		ck_assert_uint_eq(ttw_check_stage2(&regime, &leaf2, (ipa_t){0}, el1).type,
				  FAULT_NONE);
	}
}
END_TEST

/* ------------------------------------------------------------------ nT */

/* Features with level 1, level 2, both or neither; a block of level 2, and a page. */
START_TEST(block_nt)
{
	static const uint64_t index[4] = {0, 0, 1, 1}, nt = 1 << 16;
	static struct memory m;
	static struct nw_walk log;
	struct nw_registers r = {
		.SCTLR_EL1 = 1, .TCR_EL1 = 16 | UINT64_C(5) << 32, .TTBR0_EL1 = 0x100000};

	for (unsigned n = 0; n < 16; n++) {
		bool level1 = n & 1, level2 = n & 2, faults = n & 4, page = n & 8;
		struct nw_features f = all_features();
		struct ttw_memory w = walker_memory(&m, &log);

		if (!level1)
			f = without(f, FEAT_BBML1);
		if (!level2)
			f = without(f, FEAT_BBML2);

		struct ttw_regime regime =
			decode_with(REGIME_EL10, &r, &f, CHOICE_BLOCK_NT,
				    faults ? BLOCK_NT_FAULTS : BLOCK_NT_TRANSLATES);

		put_path(&m, page ? 4 : 3, index, 0x40000401 | nt | (page ? 2 : 0));

		struct ttw_translation t = ttw_translate(&regime, (va_t){0x201000}, el1_load, &w);

		if (faults && (level1 || level2) && !page) {
			ck_assert_uint_eq(nw_fault_status(&t.fault), 0x06);
			continue;
		}
		ck_assert_uint_eq(t.fault.type, FAULT_NONE);
		ck_assert_uint_eq(t.pa.value, page ? 0x40010000 : 0x40001000);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/choice");
	TCase *tcase = tcase_create("choice");

	tcase_add_loop_test(tcase, size_out_of_range, 0, ROWS(size_rows));
	tcase_add_loop_test(tcase, reserved_granule, 0, ROWS(granule_rows));
	tcase_add_test(tcase, contiguous_beyond_input);
	tcase_add_loop_test(tcase, attributes, 0, ROWS(attribute_rows));
	tcase_add_test(tcase, fetch_from_device);
	tcase_add_test(tcase, hpfar_on_permission_fault);
	tcase_add_test(tcase, ic_at_el0);
	tcase_add_test(tcase, block_nt);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
