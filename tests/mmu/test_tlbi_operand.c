/*
 * Suite mmu/tlbi_operand: ranges and TTL hints of TLBI operands (DDI 0487, TLBIRange(), "TTL
 * field"), and entries that span more than the page that an operand names.
 */
#include "cached.h"

/* ------------------------------------------------------------------ ranges and groups */

/* SCALE 3, NUM 31: 2^21 pages, which would go on at address 0. */
START_TEST(a_range_ends_with_its_half_of_the_addresses)
{
	uint64_t top = UINT64_C(0xfffffffffffff000), biggest = UINT64_C(31) << 39 | UINT64_C(3)
											    << 44;
	uint64_t operand = operand_range(top, 5, 1, 0) | biggest;

	world_map(world, &spaces[0], top & UINT64_C(0xffffffffffff), ipa_x, 3, S1_RW_EL0 | S1_NG);
	begin((struct nw_config){.l1d = {UINT32_MAX, 0, 0}});
	fetches(VM1_ASID5, A);
	ck_assert(goes(VM1_ASID5, top, TLBI_RVAE1, operand));
	ck_assert_int_eq(fetches(VM1_ASID5, A), -1);
}
END_TEST

static const struct length_row {
	uint64_t scale, num, pages;
} length_rows[] = {
	/* (NUM + 1) * 2^(5 SCALE + 1) */
	{0, 0, 2},    {0, 31, 64},    {1, 0, 64},    {1, 7, 512},
	{2, 0, 2048}, {2, 31, 65536}, {3, 0, 65536}, {3, 31, 2097152},
};

START_TEST(a_range_is_as_long_as_scale_and_num_say)
{
	const struct length_row *row = &length_rows[_i];
	uint64_t low = 0x40000000, inside = low + (row->pages - 1) * 0x1000,
		 beyond = inside + 0x1000;
	uint64_t operand = low >> 12 | row->num << 39 | row->scale << 44 | UINT64_C(1) << 46;

	world_map(world, &spaces[0], inside, ipa_x, 3, S1_RW_EL0);
	world_map(world, &spaces[0], beyond, ipa_x, 3, S1_RW_EL0);
	begin((struct nw_config){.l1d = {48, 0, 0}});
	ck_assert(goes(VM1_ASID5, inside, TLBI_RVAALE1IS, operand));
	ck_assert(!goes(VM1_ASID5, beyond, TLBI_RVAALE1IS, operand));
}
END_TEST

/* With 52-bit addresses BaseADDR counts 64 KB, while the length still counts granules. */
START_TEST(with_ds_a_range_begins_in_units_of_64_kb)
{
	const uint64_t page = 0x30000, behind = 0x32000;

	world_free(world);
	world = world_new(12, 52, 52, -1);
	spaces[VM1_ASID5] = world_space(world, &world->vm[0], 5);
	ipa_x = world_alloc(world, &world->vm[0], WORLD_PAGE);
	world_map(world, &spaces[VM1_ASID5], page, ipa_x, 3, S1_RW_EL0);
	world_map(world, &spaces[VM1_ASID5], behind, ipa_x, 3, S1_RW_EL0);
	begin((struct nw_config){.l1d = {48, 0, 0}});
	ck_assert(!goes(VM1_ASID5, page, TLBI_RVAE1, operand_range(page, 5, 1, 0)));
	ck_assert(goes(VM1_ASID5, page, TLBI_RVAE1, operand_range(3 << 12, 5, 1, 0)));
	ck_assert(!goes(VM1_ASID5, behind, TLBI_RVAE1, operand_range(3 << 12, 5, 1, 0)));
	ck_assert(goes(VM1_ASID5, behind, TLBI_RVAE1, operand_range(3 << 12, 5, 1, 1)));
}
END_TEST

/* HasLargeAddress() asks TCR_EL1.DS of a range of IPAs too, software thinks of VTCR_EL2.DS. */
START_TEST(where_the_stages_differ_in_ds_both_ranges_of_ipas_go)
{
	uint64_t unit_64k = (ipa_x >> 16) | UINT64_C(1) << 46;

	begin((struct nw_config){.l1d = {48, 0, 0}});
	enter(VM1_FLAT);
	ck_assert(!goes(VM1_FLAT, ipa_x, TLBI_RIPAS2E1, unit_64k));
	nw_registers(mmu)->TCR_EL1 |= UINT64_C(1) << 59;
	world_signal(mmu);
	world_tlbi(mmu, TLBI_RIPAS2E1, unit_64k);
	ck_assert_int_ne(fetches(VM1_FLAT, ipa_x), -1);
	nw_registers(mmu)->TCR_EL1 |= UINT64_C(1) << 59;
	world_signal(mmu);
	world_tlbi(mmu, TLBI_RIPAS2E1, operand_range(ipa_x, 0, 1, 0));
	ck_assert_int_ne(fetches(VM1_FLAT, ipa_x), -1);
}
END_TEST

/* Sixteen contiguous pages are one entry, and any of their addresses names it. */
START_TEST(any_page_of_a_contiguous_group_removes_it)
{
	const uint64_t group = 0x600000, contiguous = UINT64_C(1) << 52;

	for (uint64_t page = 0; page < 16; page++)
		world_map(world, &spaces[0], group + page * 0x1000, WORLD_IPA + page * 0x1000, 3,
			  S1_RW_EL0 | S1_NG | contiguous);
	begin((struct nw_config){.l1d = {48, 0, 0}});
	for (uint64_t page = 0; page < 16; page++) {
		uint64_t va = group + page * 0x1000;

		ck_assert(goes(VM1_ASID5, group, TLBI_VALE1, operand_va(va, 5)));
		ck_assert(goes(VM1_ASID5, group, TLBI_RVALE1, operand_range(va, 5, 1, 0)));
	}
	ck_assert(!goes(VM1_ASID5, group, TLBI_VALE1, operand_va(group + 0x10000, 5)));
	ck_assert(!goes(VM1_ASID5, group, TLBI_VALE1, operand_va(group - 0x1000, 5)));
}
END_TEST

/* ------------------------------------------------------------------ hints */

static struct nw_config honouring(void)
{
	struct nw_config config = {.l1d = {48, 0, 0}};

	config.choices.of[CHOICE_TTL] = TTL_HONOURED;
	return config;
}

/* "TTL field": which leaves of 4 KB go by a hint. TTL[3:2] 1 is 4 KB, 2 is 16 KB, 3 is 64 KB. */
static const struct ttl_row {
	unsigned ttl;
	bool lpa2, page, block; /* the page of level 3 goes, the block of level 2 goes */
} ttl_rows[] = {
	{0x0, true, true, true},    {0x1, true, true, true}, /* 0b00xx: no hint */
	{0x3, true, true, true},    {0x7, true, true, false},
	{0x6, true, false, true},   {0x5, true, false, false},
	{0x4, true, false, false}, /* level 0 with FEAT_LPA2 */
	{0x4, false, true, true},  /* reserved without */
	{0xb, true, false, false},  {0xa, true, false, false},
	{0x9, true, false, false}, /* level 1 with FEAT_LPA2 */
	{0x9, false, true, true},  /* reserved without */
	{0x8, true, true, true},   /* reserved */
	{0xc, true, true, true},   /* reserved */
	{0xd, false, false, false}, {0xf, true, false, false},
};

START_TEST(a_hint_that_is_honoured_leaves_other_leaves)
{
	const struct ttl_row *row = &ttl_rows[_i];
	uint64_t hint = (uint64_t)row->ttl << 44;

	begin(honouring());
	if (!row->lpa2)
		take_away(FEAT_LPA2, honouring());
	ck_assert_int_eq(goes(VM1_ASID5, A, TLBI_VAE1, operand_va(A, 5) | hint), row->page);
	ck_assert_int_eq(goes(VM1_ASID5, BLOCK, TLBI_VALE1, operand_va(BLOCK, 5) | hint),
			 row->block);
	ck_assert_int_eq(goes(VM1_FLAT, ipa_x, TLBI_IPAS2E1, ipa_x >> 12 | hint), row->page);
	begin((struct nw_config){.l1d = {48, 0, 0}});
	ck_assert(goes(VM1_ASID5, A, TLBI_VAE1, operand_va(A, 5) | hint));
	ck_assert(goes(VM1_ASID5, BLOCK, TLBI_VALE1, operand_va(BLOCK, 5) | hint));
}
END_TEST

START_TEST(without_feat_ttl_there_are_no_hints)
{
	take_away(FEAT_TTL, honouring());
	ck_assert(goes(VM1_ASID5, A, TLBI_VAE1, operand_va(A, 5) | UINT64_C(0xe) << 44));
}
END_TEST

/* TTL[38:37] of a range, with its TG. */
static const struct range_ttl_row {
	uint64_t tg, ttl;
	bool lpa2, page;
} range_ttl_rows[] = {
	{1, 0, true, true},   {1, 3, true, true},   {1, 2, true, false}, {1, 1, true, false},
	{2, 0, true, false},  {2, 3, true, false},  {3, 3, true, false}, {2, 1, true, false},
	{2, 1, false, false}, {1, 1, false, false},
};

START_TEST(a_range_that_is_honoured_leaves_other_leaves)
{
	const struct range_ttl_row *row = &range_ttl_rows[_i];
	uint64_t operand = operand_range(0, 5, row->tg, 31) | row->ttl << 37;

	begin(honouring());
	if (!row->lpa2)
		take_away(FEAT_LPA2, honouring());
	ck_assert_int_eq(goes(VM1_ASID5, A, TLBI_RVAE1, operand), row->page);
	begin((struct nw_config){.l1d = {48, 0, 0}});
	ck_assert(goes(VM1_ASID5, A, TLBI_RVAE1, operand));
}
END_TEST

/* 16 KB without FEAT_LPA2 has no leaf at level 1: of a range TTL 0b01 is then any level. */
START_TEST(a_reserved_level_of_a_range_is_any)
{
	uint64_t operand = UINT64_C(2) << 46 | UINT64_C(1) << 37 | UINT64_C(31) << 39;
	const uint64_t page = 0x8000;

	world_free(world);
	world = world_new(14, 47, 40, 1);
	spaces[VM1_ASID5] = world_space(world, &world->vm[0], 5);
	ipa_x = world_alloc(world, &world->vm[0], 0x4000);
	world_map(world, &spaces[VM1_ASID5], page, ipa_x, 3, S1_RW_EL0);
	take_away(FEAT_LPA2, honouring());
	ck_assert(goes(VM1_ASID5, page, TLBI_RVAE1, operand));
	begin(honouring());
	ck_assert(!goes(VM1_ASID5, page, TLBI_RVAE1, operand));
}
END_TEST

/* A hint says where the leaf is: the tables on the way go, deeper ones stay. */
START_TEST(a_hint_that_is_honoured_leaves_deeper_tables)
{
	struct nw_config config = {.tlb_off = true, .walk_caches = {.stage1 = {64, 0, 0}}};

	config.choices.of[CHOICE_TTL] = TTL_HONOURED;
	begin(config);
	fetches(VM1_ASID5, A);
	world_tlbi(mmu, TLBI_VAE1, operand_va(A, 5) | UINT64_C(6) << 44);
	ck_assert_int_eq(fetches(VM1_ASID5, A), 5);      /* the table of level 3 */
	ck_assert_int_eq(fetches(VM1_ASID5, BLOCK), 19); /* all above went: 24 less 5 */
	world_tlbi(mmu, TLBI_VAE1, operand_va(A, 5) | UINT64_C(7) << 44);
	ck_assert_int_eq(fetches(VM1_ASID5, A), 24);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/tlbi_operand");
	TCase *tcase = tcase_create("tlbi_operand");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_range_ends_with_its_half_of_the_addresses);
	tcase_add_loop_test(tcase, a_range_is_as_long_as_scale_and_num_say, 0, ROWS(length_rows));
	tcase_add_test(tcase, with_ds_a_range_begins_in_units_of_64_kb);
	tcase_add_test(tcase, where_the_stages_differ_in_ds_both_ranges_of_ipas_go);
	tcase_add_test(tcase, any_page_of_a_contiguous_group_removes_it);
	tcase_add_loop_test(tcase, a_hint_that_is_honoured_leaves_other_leaves, 0, ROWS(ttl_rows));
	tcase_add_test(tcase, without_feat_ttl_there_are_no_hints);
	tcase_add_loop_test(tcase, a_range_that_is_honoured_leaves_other_leaves, 0,
			    ROWS(range_ttl_rows));
	tcase_add_test(tcase, a_reserved_level_of_a_range_is_any);
	tcase_add_test(tcase, a_hint_that_is_honoured_leaves_deeper_tables);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
