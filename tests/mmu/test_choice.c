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

int main(void)
{
	Suite *suite = suite_create("mmu/choice");
	TCase *tcase = tcase_create("choice");

	tcase_add_loop_test(tcase, size_out_of_range, 0, ROWS(size_rows));
	tcase_add_loop_test(tcase, reserved_granule, 0, ROWS(granule_rows));
	tcase_add_test(tcase, contiguous_beyond_input);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
