/*
 * Suite mmu/update_tlb: hardware updates behind TLBs and walk caches, which hold no Access flag 0
 * and let no store through a writable-clean entry.
 */
#include "update.h"

static unsigned walks;

static void saw_walk(void *ctx, const struct nw_walk *walk)
{
	(void)ctx;
	walks++;
	log_ = *walk;
}

static struct nw_translation through(struct nw_mmu *mmu, struct nw_access access)
{
	static uint64_t now;

	return nw_translate(mmu, (va_t){p.ia}, access, ++now);
}

/* What ignores an Access flag of 0 leaves it and fills no TLB. */
START_TEST(an_entry_without_access_flag_is_not_cached)
{
	for (unsigned stage2 = 0; stage2 < 2; stage2++) {
		struct nw_config config = {
			.features = all_features(),
			.choices.of[CHOICE_CACHE_OP_ACCESS_FLAG] = CACHE_OP_IGNORES_ACCESS_FLAG,
			.l1d = {16, 0, 0},
			.l2 = {64, 4, 0},
			.port = {.ctx = &p.memory, .read = memory_read, .update = update},
		};
		struct nw_mmu *mmu = nw_mmu_new(&config);
		struct nw_event event = {.type = NW_EVENT_REGISTER};
		struct nw_access clean = {.type = NW_CACHE_OP, .el = 1};

		set_up_pair();
		registers.TCR_EL1 &= ~tcr_ha;
		registers.VTCR_EL2 &= ~vtcr_ha;
		*nw_registers(mmu) = registers;
		nw_event(mmu, &event);
		*(stage2 ? leaf2() : leaf1()) &= ~af;
		ck_assert_uint_eq(through(mmu, clean).fault.type, FAULT_NONE);
		ck_assert_uint_eq(through(mmu, load).fault.type, FAULT_ACCESS_FLAG);
		ck_assert_uint_eq(swaps, 0);
		nw_mmu_free(mmu);
	}
}
END_TEST

/* A clean page is cached, and no store goes through it before it is dirty in memory. */
START_TEST(a_clean_entry_walks_for_its_first_store)
{
	for (unsigned n = 0; n < 6; n++) {
		bool stage2 = n & 1;
		unsigned l1 = n / 2 == 2 ? 0 : 16, l2 = n / 2 == 1 ? 0 : 64;
		struct nw_config config = {
			.features = all_features(),
			.l1i = {l1, 0, 0},
			.l1d = {l1, 0, 0},
			.l2 = {l2, 4, 0},
			.port = {.ctx = &p.memory, .read = memory_read, .update = update},
			.observer = {.walk = saw_walk},
		};
		struct nw_mmu *mmu = nw_mmu_new(&config);
		struct nw_event event = {.type = NW_EVENT_REGISTER};
		uint64_t *leaf;

		set_up_pair();
		*nw_registers(mmu) = registers;
		nw_event(mmu, &event);
		leaf = stage2 ? leaf2() : leaf1();
		make_clean(leaf, stage2);
		*leaf &= ~af;
		walks = 0;

		struct nw_translation t = through(mmu, load);

		ck_assert(t.fault.type == FAULT_NONE && !t.may_write);
		ck_assert(walks == 1 && (*leaf & af) && !is_dirty(*leaf, stage2));
		ck_assert(!through(mmu, load).may_write);
		ck_assert_uint_eq(walks, 1);

		t = through(mmu, store);
		ck_assert(t.fault.type == FAULT_NONE && t.may_write);
		ck_assert(walks == 2 && is_dirty(*leaf, stage2));
		ck_assert_uint_eq(log_.update_count, 1);
		ck_assert(through(mmu, store).may_write && through(mmu, load).may_write);
		ck_assert_uint_eq(walks, 2);
		nw_mmu_free(mmu);
	}
}
END_TEST

/* An MMU with the registers and choices of now. */
static struct nw_mmu *new_mmu(struct nw_config config)
{
	struct nw_event event = {.type = NW_EVENT_REGISTER};
	struct nw_mmu *mmu;

	config.features = all_features();
	config.choices = choices;
	config.port = (struct nw_port){.ctx = &p.memory, .read = memory_read, .update = update};
	mmu = nw_mmu_new(&config);
	*nw_registers(mmu) = registers;
	nw_event(mmu, &event);
	return mmu;
}

/* Stage 2 refuses both the update and the output: the update comes first, also after a hit. */
START_TEST(a_clean_entry_finds_the_fault_of_the_update_first)
{
	struct nw_mmu *mmu = new_mmu((struct nw_config){.l1d = {16, 0, 0}});

	make_clean(leaf1(), false);
	*leaf2_of_table() &= ~bit7;
	*leaf2() &= ~bit7;
	ck_assert_uint_eq(through(mmu, load).fault.type, FAULT_NONE);
	for (unsigned n = 0; n < 2; n++) {
		struct nw_fault fault = through(mmu, store).fault;

		ck_assert(fault.type == FAULT_PERMISSION && fault.s1ptw);
		ck_assert_uint_eq(fault.ipa.value, p.walk1.descriptor_address[3]);
	}
	nw_mmu_free(mmu);
}
END_TEST

/*
 * "A translation table entry with the Access flag 0 is not held in a TLB": what DC and AT leave so
 * answers nothing but them.
 */
START_TEST(nothing_with_access_flag_0_is_cached)
{
	const struct tlb_shape some = {16, 0, 0};
	struct nw_config config = {
		.l1d = some, .l2 = some, .walk_caches = {.stage1 = some, .ipa = some}};
	const struct nw_access clean = {.type = NW_CACHE_OP, .el = 1};
	struct nw_mmu *mmu;

	for (unsigned stage2 = 0; stage2 < 2; stage2++) {
		set_up_pair();
		choices.of[CHOICE_CACHE_OP_ACCESS_FLAG] = CACHE_OP_IGNORES_ACCESS_FLAG;
		registers.TCR_EL1 &= ~tcr_ha;
		registers.VTCR_EL2 &= ~(uint64_t)vtcr_ha;
		*(stage2 ? leaf2() : leaf1()) &= ~af;
		mmu = new_mmu(config);
		ck_assert_uint_eq(through(mmu, clean).fault.type, FAULT_NONE);
		ck_assert_uint_eq(through(mmu, load).fault.type, FAULT_ACCESS_FLAG);
		nw_mmu_free(mmu);
	}

	set_up_pair();
	choices.of[CHOICE_AT_ACCESS_FLAG] = AT_LEAVES_ACCESS_FLAG;
	for (unsigned level = 1; level < 4; level++) {
		uint64_t *leaf = memory_cell(&p.memory, p.lookup[level].descriptor_pa[3]);

		*leaf &= ~af;
		mmu = new_mmu(config);
		ck_assert_uint_eq(nw_at(mmu, AT_S12E1R, (va_t){p.ia}, 2, false, 0).par & 1, 0);
		ck_assert_uint_eq(*leaf & af, 0);
		ck_assert_uint_eq(through(mmu, load).fault.type, FAULT_NONE);
		ck_assert_uint_eq(*leaf & af, af);
		nw_mmu_free(mmu);
	}
}
END_TEST

START_TEST(nw_probe_does_not_update)
{
	struct nw_config config = {
		.features = all_features(),
		.port = {.ctx = &p.memory, .read = memory_read, .update = update},
	};
	struct nw_mmu *mmu = nw_mmu_new(&config);
	struct nw_event event = {.type = NW_EVENT_REGISTER};

	*nw_registers(mmu) = registers;
	nw_event(mmu, &event);
	make_clean(leaf1(), false);
	*leaf1() &= ~af;
	ck_assert_uint_eq(nw_probe(mmu, (va_t){p.ia}, store, &log_).pa.value, p.output.oa);
	ck_assert_uint_eq(swaps, 0);
	ck_assert_uint_eq(*leaf1() & af, 0);
	nw_mmu_free(mmu);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/update_tlb");
	TCase *tcase = tcase_create("update_tlb");

	tcase_add_checked_fixture(tcase, set_up_pair, NULL);
	tcase_add_test(tcase, an_entry_without_access_flag_is_not_cached);
	tcase_add_test(tcase, a_clean_entry_walks_for_its_first_store);
	tcase_add_test(tcase, a_clean_entry_finds_the_fault_of_the_update_first);
	tcase_add_test(tcase, nothing_with_access_flag_0_is_cached);
	tcase_add_test(tcase, nw_probe_does_not_update);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
