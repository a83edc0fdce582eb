/* Suite mmu/input: what is checked before a TLB lookup, and flat addresses. */
#include "nested.h"

static const struct nw_access el1_load = {.type = NW_LOAD, .el = 1};
static struct nw_walk log_;
static struct memory memory;

static struct ttw_translation translate_with(enum nw_regime regime, const struct nw_registers *r,
					     const struct nw_features *f, uint64_t va,
					     struct nw_access access)
{
	struct ttw_regime decoded = decode(regime, r, f);
	struct ttw_memory m = walker_memory(&memory, &log_);

	return ttw_translate(&decoded, (va_t){va}, access, &m);
}

/* ------------------------------------------------------------------ the range of an input */

enum { EL1, EL2 };
static const uint64_t tbi0 = UINT64_C(1) << 37, tbi1 = UINT64_C(1) << 38, tbid0 = UINT64_C(1) << 51;

static const struct {
	const char *name;
	int el;
	uint64_t tcr, va;
	enum nw_access_type type;
	bool ok;
} range_rows[] = {
	{"last of the lower half", EL1, 0, 0x0000007fffffffff, NW_LOAD, true},
	{"first above the lower half", EL1, 0, 0x0000008000000000, NW_LOAD, false},
	{"first of the upper half", EL1, 0, 0xffffff8000000000, NW_LOAD, true},
	{"last below the upper half", EL1, 0, 0xffffff7fffffffff, NW_LOAD, false},
	{"bit 63 only", EL1, 0, 0x8000000000000000, NW_LOAD, false},
	{"bit 55 only", EL1, 0, 0x0080000000000000, NW_LOAD, false},
	{"a tag without TBI", EL1, 0, 0x5a00000000000000, NW_LOAD, false},
	{"a tag with TBI0", EL1, tbi0, 0x5a00000000000000, NW_LOAD, true},
	{"a tag in the upper half with TBI0", EL1, tbi0, 0x5affff8000000000, NW_LOAD, false},
	{"a tag in the upper half with TBI1", EL1, tbi1, 0x5affff8000000000, NW_LOAD, true},
	{"a fetch with TBI0", EL1, tbi0, 0x5a00000000000000, NW_FETCH, true},
	{"a fetch with TBI0 and TBID0", EL1, tbi0 | tbid0, 0x5a00000000000000, NW_FETCH, false},
	{"a load with TBI0 and TBID0", EL1, tbi0 | tbid0, 0x5a00000000000000, NW_LOAD, true},
	{"EL2", EL2, 0, 0x0000007fffffffff, NW_LOAD, true},
	{"EL2 has no upper half", EL2, 0, 0xffffff8000000000, NW_LOAD, false},
	{"EL2, TBI", EL2, 1 << 20, 0x5a00000000000000, NW_LOAD, true},
	{"EL2, TBI, bit 55", EL2, 1 << 20, 0x5a80000000000000, NW_LOAD, false},
	{"EL2, TBI and TBID, fetch", EL2, 1 << 20 | 1 << 29, 0x5a00000000000000, NW_FETCH, false},
};

START_TEST(the_range_of_an_input)
{
	bool el2 = range_rows[_i].el == EL2;
	struct nw_registers r = {.SCTLR_EL1 = 1,
				 .SCTLR_EL2 = 1,
				 .TCR_EL1 = 25 | 25 << 16 | UINT64_C(2) << 30 | range_rows[_i].tcr,
				 .TCR_EL2 = 25 | range_rows[_i].tcr};
	struct nw_features f = all_features();
	struct ttw_regime regime = decode(el2 ? REGIME_EL2 : REGIME_EL10, &r, &f);
	struct nw_access access = {.type = range_rows[_i].type, .el = el2 ? 2 : 1};
	struct ttw_input in = ttw_input(&regime, (va_t){range_rows[_i].va}, access);

	ck_assert_msg((in.fault.type == FAULT_NONE) == range_rows[_i].ok, "%s: fault %d",
		      range_rows[_i].name, in.fault.type);
	if (range_rows[_i].ok) {
		ck_assert_uint_eq(in.ia, range_rows[_i].va & 0x7fffffffff);
		return;
	}
	ck_assert_uint_eq(nw_fault_status(&in.fault), 0x04);
	ck_assert_int_eq(in.fault.level, 0);
}
END_TEST

/* E0PD: accesses with the privilege of EL0, LDTR of EL1 too. */
START_TEST(e0pd_counts_for_unprivileged_accesses_only)
{
	struct nw_registers r = {.SCTLR_EL1 = 1,
				 .TCR_EL1 = 25 | 25 << 16 | UINT64_C(2) << 30 | UINT64_C(1) << 56};
	struct nw_features f = all_features(), no_e0pd = without(f, FEAT_E0PD);
	struct nw_access ldtr = {.type = NW_LOAD, .el = 1, .unprivileged = true};
	struct ttw_regime regime = decode(REGIME_EL10, &r, &f);
	struct ttw_regime without_it = decode(REGIME_EL10, &r, &no_e0pd);
	va_t upper = {0xffffff8000000000}, lower = {0};

	ck_assert_uint_eq(ttw_input(&regime, upper, ldtr).fault.type, FAULT_TRANSLATION);
	ck_assert_uint_eq(ttw_input(&regime, upper, el1_load).fault.type, FAULT_NONE);
	ck_assert_uint_eq(ttw_input(&regime, lower, ldtr).fault.type, FAULT_NONE);
	ck_assert_uint_eq(ttw_input(&without_it, upper, ldtr).fault.type, FAULT_NONE);
}
END_TEST

static const struct {
	const char *name;
	uint64_t tcr, va;
	bool ok;
	uint64_t pa;
} off_rows[] = {
	{"flat", 0, 0x0000ffffffffffff, true, 0x0000ffffffffffff},
	{"above the PA size", 0, 0x0001000000000000, false, 0},
	{"upper half", 0, 0xffff000000000000, false, 0},
	{"tag", 0, 0x5a00000000000000, false, 0},
	{"tag with TBI0 is dropped", UINT64_C(1) << 37, 0x5a00000000001000, true, 0x1000},
	{"TBI1 is for bit 55", UINT64_C(1) << 38, 0x5a00000000001000, false, 0},
	{"no TxSZ check", 0x3f, 0x1000, true, 0x1000},
};

START_TEST(with_stage1_off_addresses_are_flat_and_have_to_fit)
{
	struct nw_registers r = {.TCR_EL1 = off_rows[_i].tcr};
	struct nw_features f = all_features();

	f.pa_bits = 48;

	struct ttw_translation t = translate_with(REGIME_EL10, &r, &f, off_rows[_i].va, el1_load);

	ck_assert_uint_eq(log_.fetch_count, 0);
	if (off_rows[_i].ok) {
		ck_assert_uint_eq(t.fault.type, FAULT_NONE);
		ck_assert_uint_eq(t.pa.value, off_rows[_i].pa);
		ck_assert_uint_eq(t.span_bits, 48);
		return;
	}
	ck_assert_uint_eq(t.fault.type, FAULT_ADDRESS_SIZE);
	ck_assert_uint_eq(nw_fault_status(&t.fault), 0x00);
}
END_TEST

/* Data is Device-nGnRnE while stage 1 is off, unless HCR_EL2.DC makes it Normal. */
START_TEST(unaligned_accesses_with_stage1_off)
{
	struct nw_access access = {.type = NW_LOAD, .el = 1, .unaligned = true};
	struct geometry g = {12, 40, 1, false};
	struct nw_registers r = {.VTCR_EL2 = vtcr_of(&g), .VTTBR_EL2 = 0x100000};
	struct nw_features f = all_features();

	memory_put(&memory, 0x100000, 0x200003);
	memory_put(&memory, 0x200000, 0x300003);
	memory_put(&memory, 0x300000, 0x400004ff);
	ck_assert_uint_eq(translate_with(REGIME_EL10, &r, &f, 1, access).fault.type,
			  FAULT_ALIGNMENT);
	r.HCR_EL2 = 1 << 12;
	ck_assert_uint_eq(translate_with(REGIME_EL10, &r, &f, 1, access).pa.value, 0x40000001);
	ck_assert_uint_eq(log_.fetch_count, 3);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/input");
	TCase *tcase = tcase_create("input");

	tcase_add_loop_test(tcase, the_range_of_an_input, 0, ROWS(range_rows));
	tcase_add_test(tcase, e0pd_counts_for_unprivileged_accesses_only);
	tcase_add_loop_test(tcase, with_stage1_off_addresses_are_flat_and_have_to_fit, 0,
			    ROWS(off_rows));
	tcase_add_test(tcase, unaligned_accesses_with_stage1_off);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
