/*
 * Suite mmu/update_choice: what the architecture leaves open of hardware updates, each alternative.
 */
#include "update.h"

static const struct {
	const char *name;
	enum nw_choice choice;
	unsigned alternative;
	struct nw_access access;
	bool permission; /* the leaf refuses the access */
	bool device;
	bool sets_af, dirties;
} choice_rows[] = {
	{"Permission fault, no",
	 CHOICE_ACCESS_FLAG_ON_FAULT,
	 0,
	 {.type = NW_STORE, .el = 1},
	 true,
	 false,
	 false,
	 false},
	{"Permission fault, yes",
	 CHOICE_ACCESS_FLAG_ON_FAULT,
	 1,
	 {.type = NW_STORE, .el = 1},
	 true,
	 false,
	 true,
	 false},
	{"Alignment fault, no",
	 CHOICE_ACCESS_FLAG_ON_FAULT,
	 0,
	 {.type = NW_STORE, .el = 1, .unaligned = true},
	 false,
	 true,
	 false,
	 false},
	{"Alignment fault, yes",
	 CHOICE_ACCESS_FLAG_ON_FAULT,
	 1,
	 {.type = NW_STORE, .el = 1, .unaligned = true},
	 false,
	 true,
	 true,
	 false},
	{"dirty on an Alignment fault",
	 CHOICE_DIRTY_ON_ALIGNMENT_FAULT,
	 1,
	 {.type = NW_STORE, .el = 1, .unaligned = true},
	 false,
	 true,
	 false,
	 true},
	{"dirty never on a Permission fault",
	 CHOICE_DIRTY_ON_ALIGNMENT_FAULT,
	 1,
	 {.type = NW_STORE, .el = 1},
	 true,
	 false,
	 false,
	 false},
	{"AT sets the Access flag",
	 CHOICE_AT_ACCESS_FLAG,
	 0,
	 {.type = NW_AT_STORE, .el = 1},
	 false,
	 false,
	 true,
	 false},
	{"AT leaves the Access flag",
	 CHOICE_AT_ACCESS_FLAG,
	 1,
	 {.type = NW_AT_STORE, .el = 1},
	 false,
	 false,
	 false,
	 false},
	{"a load sets it whatever AT does",
	 CHOICE_AT_ACCESS_FLAG,
	 1,
	 {.type = NW_LOAD, .el = 1},
	 false,
	 false,
	 true,
	 false},
};

START_TEST(choices_of_updates)
{
	for (unsigned stage2 = 0; stage2 < 2; stage2++) {
		uint64_t *leaf;

		set_up_pair();
		choices.of[choice_rows[_i].choice] = (uint8_t)choice_rows[_i].alternative;
		leaf = stage2 ? leaf2() : leaf1();
		make_clean(leaf, stage2);
		*leaf &= ~af;
		if (choice_rows[_i].permission)
			*leaf &= ~dbm;
		registers.MAIR_EL1 = choice_rows[_i].device && !stage2 ? 0 : 0xff;
		if (choice_rows[_i].device && stage2)
			*leaf &= ~UINT64_C(0x3c);

		struct nw_fault fault = access_page(choice_rows[_i].access).fault;
		enum nw_fault_type expected = choice_rows[_i].permission ? FAULT_PERMISSION
					      : choice_rows[_i].device   ? FAULT_ALIGNMENT
									 : FAULT_NONE;

		ck_assert_uint_eq(fault.type, expected);
		ck_assert_int_eq((*leaf & af) != 0, choice_rows[_i].sets_af);
		ck_assert_int_eq(is_dirty(*leaf, stage2), choice_rows[_i].dirties);
	}
}
END_TEST

/* DC and IC where the Access flag is 0 and software sets it. */
START_TEST(cache_maintenance_and_the_access_flag)
{
	static const enum nw_access_type types[] = {NW_CACHE_OP, NW_CACHE_INVALIDATE, NW_LOAD};

	for (int i = 0; i < ROWS(types); i++)
		for (unsigned n = 0; n < 4; n++) {
			bool stage2 = n & 1, ignores = n & 2;
			struct nw_access access = {.type = types[i], .el = 1};

			set_up_pair();
			registers.TCR_EL1 &= ~tcr_ha;
			registers.VTCR_EL2 &= ~(uint64_t)vtcr_ha;
			choices.of[CHOICE_CACHE_OP_ACCESS_FLAG] = ignores;
			*(stage2 ? leaf2() : leaf1()) &= ~af;
			ck_assert_uint_eq(access_page(access).fault.type,
					  ignores && types[i] != NW_LOAD ? FAULT_NONE
									 : FAULT_ACCESS_FLAG);
			ck_assert_uint_eq(swaps, 0);

			/* A stage 1 descriptor is read as for any access. */
			*(stage2 ? leaf2() : leaf1()) |= af;
			*leaf2_of_table() &= ~af;

			struct nw_fault fault = access_page(access).fault;

			ck_assert(fault.type == FAULT_ACCESS_FLAG && fault.s1ptw);
			ck_assert_uint_eq(swaps, 0);
		}
}
END_TEST

/* AT that leaves the Access flag leaves it on a Permission fault too. */
START_TEST(choices_of_at_and_of_faults_together)
{
	static const struct nw_access at = {.type = NW_AT_STORE, .el = 1};

	for (unsigned n = 0; n < 4; n++) {
		bool stage2 = n & 1, leaves = n & 2;

		set_up_pair();
		choices.of[CHOICE_ACCESS_FLAG_ON_FAULT] = ACCESS_FLAG_SET_ON_FAULT;
		choices.of[CHOICE_AT_ACCESS_FLAG] =
			leaves ? AT_LEAVES_ACCESS_FLAG : AT_SETS_ACCESS_FLAG;
		make_clean(stage2 ? leaf2() : leaf1(), stage2);
		*(stage2 ? leaf2() : leaf1()) &= ~(af | dbm);
		ck_assert_uint_eq(access_page(at).fault.type, FAULT_PERMISSION);
		ck_assert_uint_eq(swaps, !leaves);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/update_choice");
	TCase *tcase = tcase_create("update_choice");

	tcase_add_checked_fixture(tcase, set_up_pair, NULL);
	tcase_add_loop_test(tcase, choices_of_updates, 0, ROWS(choice_rows));
	tcase_add_test(tcase, cache_maintenance_and_the_access_flag);
	tcase_add_test(tcase, choices_of_at_and_of_faults_together);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
