/*
 * Suite mmu/tlbi_scope: every form of a TLBI by range removes the whole range, and all bits of ASID
 * and IPA name what goes (DDI 0487, "TLB maintenance instructions").
 */
#include "cached.h"

/* ------------------------------------------------------------------ ranges */

static const uint64_t BEYOND = 0x3000;

/* Each form in all three shareabilities. */
#define FORMS(op, context)                                                                         \
	{TLBI_##op, context}, {TLBI_##op##IS, context},                                            \
	{                                                                                          \
		TLBI_##op##OS, context                                                             \
	}

static const struct form_row {
	enum nw_tlbi_op op;
	enum context context;
} forms[] = {
	FORMS(RVAE1, VM1_ASID5),   FORMS(RVAAE1, VM1_ASID5),  FORMS(RVALE1, VM1_ASID5),
	FORMS(RVAALE1, VM1_ASID5), FORMS(RIPAS2E1, VM1_FLAT), FORMS(RIPAS2LE1, VM1_FLAT),
	FORMS(RVAE2, EL2),         FORMS(RVALE2, EL2),
};

/* SCALE 0, NUM 0: two pages of 4 KB. */
START_TEST(a_range_removes_its_second_page_and_not_its_third)
{
	const struct form_row *row = &forms[_i];
	bool by_ipa = row->context == VM1_FLAT;
	uint64_t first = by_ipa ? ipa_x : A, second = first + 0x1000, third = first + 0x2000;
	uint64_t operand = operand_range(first, 5, 1, 0);

	*world_s2_entry(world, &el2, BEYOND, 3) = WORLD_RAM | 0x403;
	begin((struct nw_config){.l1d = {48, 0, 0}});
	ck_assert(goes(row->context, first, row->op, operand));
	ck_assert(goes(row->context, second, row->op, operand));
	ck_assert(!goes(row->context, third, row->op, operand));
}
END_TEST

/* ------------------------------------------------------------------ bits that name */

static const uint64_t asids[] = {0x8000, 0x4000, 0x0100, 0x0080, 0x0001};

START_TEST(every_bit_of_an_asid_counts)
{
	uint64_t asid = 0x5a5a, other = asid ^ asids[_i];

	spaces[VM1_ASID5].asid = (uint16_t)asid;
	begin((struct nw_config){.l1d = {48, 0, 0}});
	ck_assert(!goes(VM1_ASID5, A, TLBI_VAE1, operand_va(A, other)));
	ck_assert(!goes(VM1_ASID5, A, TLBI_ASIDE1, other << 48));
	ck_assert(goes(VM1_ASID5, A, TLBI_VAE1, operand_va(A, asid)));
	ck_assert(goes(VM1_ASID5, A, TLBI_ASIDE1, asid << 48));
}
END_TEST

/* IPA[51:12] is in [39:0] of the operand; [43:40] are RES0 and name nothing. */
START_TEST(every_bit_of_an_ipa_counts)
{
	const uint64_t high = UINT64_C(1) << 51;

	world_free(world);
	world = world_new(12, 52, 52, -1);
	spaces[VM1_ASID5] = world_space(world, &world->vm[0], 5);
	world_s2_map(world, &world->vm[0], high, WORLD_RAM);
	world_s2_map(world, &world->vm[0], 0, WORLD_RAM);
	begin((struct nw_config){.l1d = {48, 0, 0}});
	ck_assert(!goes(VM1_FLAT, high, TLBI_IPAS2E1, 0));
	ck_assert(!goes(VM1_FLAT, 0, TLBI_IPAS2E1, high >> 12));
	ck_assert(goes(VM1_FLAT, high, TLBI_IPAS2E1, high >> 12));
	ck_assert(goes(VM1_FLAT, high, TLBI_IPAS2E1, high >> 12 | UINT64_C(0xf) << 40));
}
END_TEST

/* ------------------------------------------------------------------ the regime of EL1's operations
 */

/* One page of the EL2&0 regime, global, and whether an operation of EL2 leaves an EL0 access to it
 * a hit. */
static bool host_entry_goes(bool tge, enum nw_tlbi_op op)
{
	struct nw_registers *r = nw_registers(mmu);
	struct nw_access access = {.type = NW_LOAD, .unprivileged = true};
	uint64_t e2h = UINT64_C(1) << 34 | UINT64_C(1) << 31;
	unsigned before;

	enter(VM1_ASID5);
	r->TCR_EL2 = world_tcr(world); /* with E2H=1 the layout is TCR_EL1's */
	r->HCR_EL2 = e2h | UINT64_C(1) << 27;
	world_signal(mmu);
	ck_assert_int_eq(nw_translate(mmu, (va_t){A}, access, ++now).fault.type, FAULT_NONE);
	r->HCR_EL2 = tge ? r->HCR_EL2 : e2h;
	world_signal(mmu);
	world_tlbi(mmu, op, operand_va(A, 0));
	r->HCR_EL2 = e2h | UINT64_C(1) << 27;
	world_signal(mmu);
	before = walks;
	ck_assert_int_eq(nw_translate(mmu, (va_t){A}, access, ++now).fault.type, FAULT_NONE);
	return walks != before;
}

/* With E2H and TGE both 1, EL1's operations that EL2 executes act on EL2&0; with TGE=0 on the
 * guest's EL1&0. */
START_TEST(operations_of_el1_act_on_the_host_under_tge)
{
	static const enum nw_tlbi_op ops[] = {TLBI_VMALLE1, TLBI_VAE1, TLBI_VAAE1, TLBI_VALE1,
					      TLBI_VAALE1};

	*world_s2_entry(world, &el2, A, 3) |= S1_RW_EL0;
	begin((struct nw_config){.l1d = {48, 0, 0}});
	ck_assert(host_entry_goes(true, ops[_i]));
	ck_assert(!host_entry_goes(false, ops[_i]));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/tlbi_scope");
	TCase *tcase = tcase_create("tlbi_scope");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, a_range_removes_its_second_page_and_not_its_third, 0,
			    ROWS(forms));
	tcase_add_loop_test(tcase, every_bit_of_an_asid_counts, 0, ROWS(asids));
	tcase_add_test(tcase, every_bit_of_an_ipa_counts);
	tcase_add_loop_test(tcase, operations_of_el1_act_on_the_host_under_tge, 0, 5);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
