/*
 * Suite mmu/update: hardware updates of the Access flag and dirty state (D8.5 "Hardware updates to
 * the translation tables").
 */
#include "update.h"

/* ------------------------------------------------------------------ Access flag */

START_TEST(access_flag_of_stage1)
{
	*leaf1() &= ~af;
	ck_assert_uint_eq(access_page(load).fault.type, FAULT_NONE);
	ck_assert_uint_eq(*leaf1() & af, af);
	ck_assert_uint_eq(swaps, 1);
	/* (4+1)(4+1)-1, stage 2 of the descriptor once more, and the update. */
	ck_assert_uint_eq(log_.update_count, 1);
	ck_assert_uint_eq(updates_in_log(), 1);
	ck_assert_uint_eq(log_.fetch_count, 24 + 4 + 1);
	ck_assert_uint_eq(nw_walk_sum(&log_, FETCH_FOR_STAGE1, 3), 5);

	/* It follows the stage 1 leaf and that walk, and comes before stage 2 of the output. */
	const struct nw_fetch *f = &log_.fetch[20 + 4];

	ck_assert(f->update && f->stage == 1 && f->level == 3);
	ck_assert_uint_eq(f->input, p.walk1.descriptor_address[3]);
	ck_assert_uint_eq(f->pa.value, p.walk1.descriptor_pa[3]);
	ck_assert_uint_eq(f->descriptor, *leaf1());
	ck_assert_uint_eq(access_page(load).fault.type, FAULT_NONE);
	ck_assert_uint_eq(swaps, 1);
	ck_assert_uint_eq(log_.fetch_count, 24);
}
END_TEST

/* Each of the five stage 2 leaves on the way; no fetch is added. */
START_TEST(access_flags_of_stage2)
{
	for (unsigned i = 0; i < 4; i++)
		*memory_cell(&p.memory, p.lookup[i].descriptor_pa[3]) &= ~af;
	*leaf2() &= ~af;
	ck_assert_uint_eq(access_page(load).fault.type, FAULT_NONE);
	ck_assert_uint_eq(swaps, 5);
	ck_assert_uint_eq(log_.update_count, 5);
	ck_assert_uint_eq(log_.fetch_count, 24 + 5);
	for (unsigned i = 0; i < 4; i++)
		ck_assert(*memory_cell(&p.memory, p.lookup[i].descriptor_pa[3]) & af);
	ck_assert(*leaf2() & af);

	const struct nw_fetch *f = &log_.fetch[4]; /* after the first stage 2 walk */

	ck_assert(f->update && f->stage == 2 && f->level == 3);
	ck_assert_uint_eq(f->purpose, FETCH_FOR_STAGE1);
	ck_assert_int_eq(f->for_level, 0);
	ck_assert_uint_eq(f->input, p.walk1.descriptor_address[0]);
	ck_assert_uint_eq(f->pa.value, p.lookup[0].descriptor_pa[3]);
}
END_TEST

/* HA=0, or a core without the feature: software sets it. HD alone has no effect. */
START_TEST(access_flag_faults_without_ha)
{
	for (unsigned n = 0; n < 8; n++) {
		bool stage2 = n & 1, lacks = n & 2, hd = n & 4;

		set_up_pair();
		*(stage2 ? leaf2() : leaf1()) &= ~af;
		if (lacks) {
			features = without(features, FEAT_HAFDBS);
		} else {
			registers.TCR_EL1 &= ~(tcr_ha | (hd ? 0 : tcr_hd));
			registers.VTCR_EL2 &= ~(vtcr_ha | (hd ? 0 : vtcr_hd));
		}

		struct nw_fault fault = access_page(load).fault;

		ck_assert_uint_eq(nw_fault_status(&fault), 0x0b);
		ck_assert_int_eq(fault.stage2, stage2);
		ck_assert_uint_eq(swaps, 0);
	}
}
END_TEST

/* TCR_EL2 has HA and HD at 21 and 22 with E2H=0, and where TCR_EL1 has them with E2H=1. */
START_TEST(each_regime_has_its_ha_and_hd)
{
	static const struct {
		enum nw_regime regime;
		uint64_t tcr_el1, tcr_el2;
		bool ha, hd;
	} rows[] = {
		{REGIME_EL2, 0, 1 << 21, true, false},
		{REGIME_EL2, 0, 3 << 21, true, true},
		{REGIME_EL2, 0, UINT64_C(3) << 39, false, false},
		{REGIME_EL20, UINT64_C(3) << 39, 0, false, false},
		{REGIME_EL20, 0, UINT64_C(1) << 39, true, false},
		{REGIME_EL20, 0, UINT64_C(3) << 39, true, true},
		{REGIME_EL20, 0, UINT64_C(2) << 39, false, false},
		{REGIME_EL10, UINT64_C(3) << 39, 0, true, true},
	};

	for (int i = 0; i < ROWS(rows); i++) {
		struct nw_registers r = {.TCR_EL1 = rows[i].tcr_el1, .TCR_EL2 = rows[i].tcr_el2};
		struct nw_features f = all_features();
		struct ttw_params stage1 = decode(rows[i].regime, &r, &f).stage1[0];

		ck_assert_int_eq(stage1.ha, rows[i].ha);
		ck_assert_int_eq(ttw_is_clean(&stage1, dbm | bit7), rows[i].hd);
		ck_assert(!ttw_is_clean(&stage1, dbm) && !ttw_is_clean(&stage1, bit7));
	}
}
END_TEST

/* ------------------------------------------------------------------ dirty state */

START_TEST(a_store_makes_a_clean_leaf_dirty)
{
	for (unsigned n = 0; n < 4; n++) {
		bool stage2 = n & 1, no_af = n & 2;
		uint64_t *leaf;

		set_up_pair();
		leaf = stage2 ? leaf2() : leaf1();
		make_clean(leaf, stage2);
		if (no_af)
			*leaf &= ~af;

		struct ttw_translation t = access_page(load);

		ck_assert_uint_eq(t.fault.type, FAULT_NONE);
		ck_assert_uint_eq(swaps, no_af); /* the Access flag only */
		ck_assert(!is_dirty(*leaf, stage2));
		ck_assert((stage2 ? t.stage2 : t.stage1).clean);

		if (no_af)
			*leaf &= ~af;
		t = access_page(store);
		ck_assert_uint_eq(t.fault.type, FAULT_NONE);
		ck_assert_uint_eq(log_.update_count, 1); /* both bits at once */
		ck_assert(is_dirty(*leaf, stage2) && (*leaf & af) && (*leaf & dbm));
		ck_assert(!(stage2 ? t.stage2 : t.stage1).clean);
	}
}
END_TEST

/* What is no write leaves it clean; what needs write permission finds it there. */
START_TEST(only_writes_make_a_leaf_dirty)
{
	static const struct {
		enum nw_access_type type;
		bool read_write, dirty;
	} rows[] = {
		{NW_LOAD, false, false},     {NW_LOAD, true, true},
		{NW_STORE, false, true},     {NW_STORE, true, true},
		{NW_AT_LOAD, false, false},  {NW_AT_STORE, false, false},
		{NW_CACHE_OP, false, false}, {NW_CACHE_INVALIDATE, false, false},
		{NW_FETCH, false, false},
	};

	for (int i = 0; i < ROWS(rows); i++)
		for (unsigned stage2 = 0; stage2 < 2; stage2++) {
			struct nw_access access = {
				.type = rows[i].type, .el = 1, .read_write = rows[i].read_write};
			uint64_t *leaf;

			set_up_pair();
			leaf = stage2 ? leaf2() : leaf1();
			make_clean(leaf, stage2);
			ck_assert_uint_eq(access_page(access).fault.type, FAULT_NONE);
			ck_assert_int_eq(is_dirty(*leaf, stage2), rows[i].dirty);
			ck_assert_uint_eq(swaps, rows[i].dirty);
		}
}
END_TEST

/* HD=0, HA=0 or DBM=0: AP[2] and S2AP[1] mean what they say. */
START_TEST(a_read_only_leaf_stays_read_only)
{
	for (unsigned n = 0; n < 6; n++) {
		bool stage2 = n & 1;

		set_up_pair();
		make_clean(stage2 ? leaf2() : leaf1(), stage2);
		if (n / 2 == 0)
			*(stage2 ? leaf2() : leaf1()) &= ~dbm;
		if (n / 2 == 1) {
			registers.TCR_EL1 &= ~tcr_hd;
			registers.VTCR_EL2 &= ~(uint64_t)vtcr_hd;
		}
		if (n / 2 == 2) {
			registers.TCR_EL1 &= ~tcr_ha;
			registers.VTCR_EL2 &= ~(uint64_t)vtcr_ha;
		}

		struct nw_fault fault = access_page(store).fault;

		ck_assert_uint_eq(nw_fault_status(&fault), 0x0f);
		ck_assert_int_eq(fault.stage2, stage2);
		ck_assert_uint_eq(swaps, 0);
	}
}
END_TEST

/* A limit of the tables above, or of the privilege, refuses a store to a clean page. */
START_TEST(a_clean_leaf_is_not_dirtied_where_the_store_faults)
{
	struct nw_access el0 = {.type = NW_STORE, .unprivileged = true};

	make_clean(leaf1(), false);
	ck_assert_uint_eq(access_page(el0).fault.type, FAULT_PERMISSION);       /* AP[1]=0 */
	*memory_cell(&p.memory, p.walk1.descriptor_pa[2]) |= UINT64_C(1) << 62; /* APTable[1] */
	ck_assert_uint_eq(access_page(store).fault.type, FAULT_PERMISSION);
	ck_assert_uint_eq(swaps, 0);
	ck_assert(!is_dirty(*leaf1(), false));
}
END_TEST

/* Stage 1 is updated before stage 2 of the output is looked at. */
START_TEST(stage1_is_updated_although_stage2_faults)
{
	make_clean(leaf1(), false);
	*leaf1() &= ~af;
	*leaf2() &= ~UINT64_C(1);

	struct nw_fault fault = access_page(store).fault;

	ck_assert(fault.stage2 && !fault.s1ptw);
	ck_assert_uint_eq(nw_fault_status(&fault), 0x07);
	ck_assert(is_dirty(*leaf1(), false) && (*leaf1() & af));
}
END_TEST

/* ------------------------------------------------------------------ stage 2 under an update */

/* The descriptor is written, so stage 2 has to permit reads and writes of it. */
START_TEST(an_update_of_stage1_needs_write_permission_of_stage2)
{
	*leaf1() &= ~af;
	*leaf2_of_table() &= ~bit7;
	ck_assert_uint_eq(access_page(store).fault.type, FAULT_PERMISSION);

	struct nw_fault fault = access_page(load).fault;

	ck_assert_uint_eq(nw_fault_status(&fault), 0x0f);
	ck_assert(fault.stage2 && fault.s1ptw && fault.ipa_valid);
	ck_assert_uint_eq(fault.ipa.value, p.walk1.descriptor_address[3]);
	ck_assert(!fault.write); /* of the access itself */
	ck_assert_uint_eq(swaps, 0);
	ck_assert_uint_eq(*leaf1() & af, 0);
	/* Nothing to update, nothing to write. */
	*leaf1() |= af;
	ck_assert_uint_eq(access_page(store).fault.type, FAULT_NONE);
}
END_TEST

START_TEST(an_update_of_stage1_makes_its_page_dirty_at_stage2)
{
	*leaf1() &= ~af;
	make_clean(leaf2_of_table(), true);
	ck_assert_uint_eq(access_page(load).fault.type, FAULT_NONE);
	ck_assert(is_dirty(*leaf2_of_table(), true));
	ck_assert(*leaf1() & af);
	ck_assert_uint_eq(log_.update_count, 2);
	ck_assert_uint_eq(log_.fetch_count, 24 + 4 + 2);
	/* Stage 2's first, then stage 1's. */
	ck_assert(log_.fetch[24].update && log_.fetch[24].stage == 2);
	ck_assert(log_.fetch[25].update && log_.fetch[25].stage == 1);
}
END_TEST

/* ------------------------------------------------------------------ memory that does not play */

static const struct {
	const char *name;
	bool no_port;
	enum nw_port_update_outcome outcome;
	unsigned choice, status; /* of UNSUPPORTED_UPDATE; DFSC */
} outcome_rows[] = {
	{"no update function", true, UPDATE_DONE, 0, 0x31},
	{"unsupported", false, UPDATE_UNSUPPORTED, 0, 0x31},
	{"abort", false, UPDATE_ABORT, 0, 0x17},
	{"unsupported is an abort by choice", false, UPDATE_UNSUPPORTED, 1, 0x17},
};

START_TEST(memory_without_updates)
{
	for (unsigned stage2 = 0; stage2 < 2; stage2++) {
		set_up_pair();
		*(stage2 ? leaf2() : leaf1()) &= ~af;
		no_port = outcome_rows[_i].no_port;
		outcome = outcome_rows[_i].outcome;
		choices.of[CHOICE_UNSUPPORTED_UPDATE] = (uint8_t)outcome_rows[_i].choice;

		struct nw_fault fault = access_page(load).fault;

		ck_assert_uint_eq(nw_fault_status(&fault), outcome_rows[_i].status);
		ck_assert_int_eq(fault.stage2, stage2);
		ck_assert(!fault.s1ptw);
		ck_assert_uint_eq(log_.update_count, 0);
		ck_assert_uint_eq(*(stage2 ? leaf2() : leaf1()) & af, 0);
	}
}
END_TEST

/* The walk is made again, with what memory holds then. */
START_TEST(another_observer_was_faster)
{
	for (unsigned stage2 = 0; stage2 < 2; stage2++) {
		set_up_pair();
		*(stage2 ? leaf2() : leaf1()) &= ~af;
		differs = 1;
		ck_assert_uint_eq(access_page(load).fault.type, FAULT_NONE);
		ck_assert_uint_eq(swaps, 2); /* of the same descriptor again */
		ck_assert_uint_eq(log_.update_count, 1);
		/* Both attempts are told: stage 1 and its second stage 2 walk; stage 2 alone. */
		ck_assert_uint_eq(log_.fetch_count, stage2 ? 24 + 4 + 1 : 20 + 4 + 24 + 4 + 1);

		set_up_pair();
		*(stage2 ? leaf2() : leaf1()) &= ~af;
		differs = 1;
		other_value = *(stage2 ? leaf2() : leaf1()) | af;
		ck_assert_uint_eq(access_page(load).fault.type, FAULT_NONE);
		ck_assert_uint_eq(swaps, 1);
		ck_assert_uint_eq(log_.update_count, 0);

		set_up_pair();
		*(stage2 ? leaf2() : leaf1()) &= ~af;
		differs = 1;
		other_value = UINT64_C(0xfffffffffffffffe); /* invalid now */

		struct nw_fault fault = access_page(load).fault;

		ck_assert_uint_eq(nw_fault_status(&fault), 0x07);
		ck_assert_int_eq(fault.stage2, stage2);
	}
}
END_TEST

/* Five levels under five, every descriptor to be updated, and memory that never holds still. */
START_TEST(a_port_that_always_differs_ends_the_translation)
{
	static const struct geometry g = {12, 52, -1, true};

	for (unsigned stage2 = 0; stage2 < 2; stage2++) {
		set_up_pair();
		p = (struct pair){.random = 7, .leaf1 = 3, .leaf2 = 3};
		pair_build(&p, &g, &g);
		registers = registers_of(&p, false);
		registers.TCR_EL1 |= tcr_ha | tcr_hd;
		registers.VTCR_EL2 |= vtcr_ha | vtcr_hd;
		if (stage2)
			*memory_cell(&p.memory, p.lookup[4].descriptor_pa[4]) &= ~af;
		else
			*memory_cell(&p.memory, p.walk1.descriptor_pa[4]) &= ~af;
		differs = 1000;

		struct nw_fault fault = access_page(load).fault;

		ck_assert_uint_eq(nw_fault_status(&fault), 0x31);
		ck_assert_int_eq(fault.stage2, stage2);
		ck_assert_int_eq(fault.s1ptw, stage2);
		ck_assert_uint_eq(swaps, 5);
		ck_assert_uint_le(log_.fetch_count, NW_WALK_FETCHES);
	}
}
END_TEST

START_TEST(updates_keep_the_byte_order_of_the_tables)
{
	*leaf1() &= ~af;
	*leaf2() &= ~af;
	registers.SCTLR_EL1 |= 1 << 25;
	registers.SCTLR_EL2 |= 1 << 25;
	p.memory.big_endian = true;
	ck_assert_uint_eq(access_page(load).fault.type, FAULT_NONE);
	ck_assert_uint_eq(*leaf1() & (af | 3), af | 3);
	ck_assert_uint_eq(*leaf2() & (af | 3), af | 3);
	ck_assert_uint_eq(swaps, 2);
}
END_TEST

/* ------------------------------------------------------------------ no effect */

START_TEST(a_probe_finds_the_same_and_changes_nothing)
{
	uint64_t before1, before2;

	*leaf1() &= ~af;
	make_clean(leaf2(), true);
	before1 = *leaf1();
	before2 = *leaf2();
	no_effect = true;
	ck_assert_uint_eq(access_page(store).fault.type, FAULT_NONE);
	ck_assert_uint_eq(swaps, 0);
	ck_assert_uint_eq(log_.update_count, 2);
	ck_assert(*leaf1() == before1 && *leaf2() == before2);
	/* What would refuse the update refuses the probe. */
	*leaf2_of_table() &= ~bit7;
	ck_assert(access_page(store).fault.s1ptw);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/update");
	TCase *tcase = tcase_create("update");

	tcase_add_checked_fixture(tcase, set_up_pair, NULL);
	tcase_add_test(tcase, access_flag_of_stage1);
	tcase_add_test(tcase, access_flags_of_stage2);
	tcase_add_test(tcase, access_flag_faults_without_ha);
	tcase_add_test(tcase, each_regime_has_its_ha_and_hd);
	tcase_add_test(tcase, a_store_makes_a_clean_leaf_dirty);
	tcase_add_test(tcase, only_writes_make_a_leaf_dirty);
	tcase_add_test(tcase, a_read_only_leaf_stays_read_only);
	tcase_add_test(tcase, a_clean_leaf_is_not_dirtied_where_the_store_faults);
	tcase_add_test(tcase, stage1_is_updated_although_stage2_faults);
	tcase_add_test(tcase, an_update_of_stage1_needs_write_permission_of_stage2);
	tcase_add_test(tcase, an_update_of_stage1_makes_its_page_dirty_at_stage2);
	tcase_add_loop_test(tcase, memory_without_updates, 0, ROWS(outcome_rows));
	tcase_add_test(tcase, another_observer_was_faster);
	tcase_add_test(tcase, a_port_that_always_differs_ends_the_translation);
	tcase_add_test(tcase, updates_keep_the_byte_order_of_the_tables);
	tcase_add_test(tcase, a_probe_finds_the_same_and_changes_nothing);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
