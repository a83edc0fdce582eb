/* Suite mmu/hit: what TLB entries outlive, and which registers of now a hit of theirs meets. */
#include "world.h"

#include <check.h>

static struct world *world;
static struct nw_mmu *mmu;
static struct space space;
static uint64_t now;
static unsigned walks;

static void saw_walk(void *ctx, const struct nw_walk *walk)
{
	(void)ctx;
	(void)walk;
	walks++;
}

static void set_up(void)
{
	struct nw_config config = {
		.features = world_features(),
		.l1i = {.entries = 48},
		.l1d = {.entries = 48},
		.port = {.read = world_read},
		.observer = {.walk = saw_walk},
	};

	now = 0;
	world = world_new(12, 48, 48, 0);
	config.port.ctx = world;
	space = world_space(world, &world->vm[0], 5);
	mmu = nw_mmu_new(&config);
	ck_assert_ptr_nonnull(mmu);
	world_enter(world, mmu, &space);
}

static void tear_down(void)
{
	nw_mmu_free(mmu);
	world_free(world);
}

static struct nw_translation load(uint64_t va)
{
	struct nw_access access = {.type = NW_LOAD, .unprivileged = true};

	return nw_translate(mmu, (va_t){va}, access, ++now);
}

static uint64_t map_page(uint64_t va)
{
	uint64_t ipa = world_alloc(world, space.vm, WORLD_PAGE);

	world_map(world, &space, va, ipa, 3, S1_RW_EL0);
	return ipa;
}

/* ------------------------------------------------------------------ events */

static const struct event_row {
	const char *name;
	enum nw_event_type type;
} events[] = {
	{"DSB", NW_EVENT_DSB},
	{"DMB", NW_EVENT_DMB},
	{"context synchronization", NW_EVENT_CONTEXT_SYNC},
	{"a register written with what it held", NW_EVENT_REGISTER},
};

/* None of these is TLB maintenance (D8 "TLB maintenance"): what is cached stays. */
START_TEST(nothing_but_tlbi_removes_an_entry)
{
	struct nw_event event = {.type = events[_i].type};
	struct nw_registers before = *nw_registers(mmu);

	map_page(0x1000);

	struct nw_translation first = load(0x1000);

	ck_assert_int_eq(first.fault.type, FAULT_NONE);
	walks = 0;
	nw_event(mmu, &event);

	struct nw_translation second = load(0x1000);

	ck_assert_msg(walks == 0, "%s", events[_i].name);
	ck_assert_uint_eq(second.pa.value, first.pa.value);
	ck_assert_int_eq(memcmp(&before, nw_registers(mmu), sizeof before), 0);
}
END_TEST

/* Everything written with 0 after it was in force: both stages are off. */
START_TEST(registers_written_back_to_0_count)
{
	map_page(0x1000);
	ck_assert_uint_ne(load(0x1000).pa.value, 0x1000);
	*nw_registers(mmu) = (struct nw_registers){.SCTLR_EL1 = 0};
	world_signal(mmu);

	struct nw_translation t = load(0x1000);

	ck_assert_int_eq(t.fault.type, FAULT_NONE);
	ck_assert_uint_eq(t.pa.value, 0x1000);
}
END_TEST

/* ------------------------------------------------------------------ the IPA walk cache */

/* Four tables are four IPAs: they fit as long as the output does not take a place among them. */
START_TEST(an_ipa_cache_for_tables_takes_outputs_only_where_asked_to)
{
	bool for_all = _i == 1;
	struct nw_config config = {
		.features = world_features(),
		.tlb_off = true,
		.walk_caches = {.ipa = {.entries = 4}, .ipa_for_all = for_all},
		.port = {.ctx = world, .read = world_read},
	};

	map_page(0x1000);
	nw_mmu_free(mmu);
	mmu = nw_mmu_new(&config);
	world_enter(world, mmu, &space);
	load(0x1000);
	load(0x1000);
	ck_assert_uint_eq(nw_counts(mmu)->cache_ipa[0].lookups, for_all ? 10 : 8);
	ck_assert_uint_eq(nw_counts(mmu)->cache_ipa[0].hits, for_all ? 0 : 4);
}
END_TEST

/* HCR_EL2.PTW (bit 2) forbids walks through Device memory, also through tables that were cached
 * while it was 0. */
START_TEST(a_cached_table_in_device_memory_is_refused_under_ptw)
{
	struct nw_config config = {
		.features = world_features(),
		.tlb_off = true,
		.walk_caches = {.stage1 = {.entries = 16}},
		.port = {.ctx = world, .read = world_read},
	};
	uint64_t table;

	map_page(0x1000);
	table = *world_s1_entry(world, &space, 0x1000, 2) & UINT64_C(0x0000fffffffff000);
	*world_s2_entry(world, space.vm, table, 3) &= ~(UINT64_C(15) << 2); /* Device-nGnRnE */
	nw_mmu_free(mmu);
	mmu = nw_mmu_new(&config);
	world_enter(world, mmu, &space);
	load(0x1000);
	ck_assert_int_eq(load(0x1000).fault.type, FAULT_NONE);
	ck_assert_uint_eq(nw_counts(mmu)->cache_stage1[0].hits, 1);
	nw_registers(mmu)->HCR_EL2 |= 4;
	world_signal(mmu);

	struct nw_translation t = load(0x1000);

	ck_assert_int_eq(t.fault.type, FAULT_PERMISSION);
	ck_assert(t.fault.stage2 && t.fault.s1ptw);
	ck_assert_int_eq(t.fault.level, 3);
}
END_TEST

/* ------------------------------------------------------------------ sizes of now */

/* VTCR_EL2.PS, [18:16], limits what an entry of the time before gives: a fault of its stage 2 leaf.
 */
START_TEST(a_hit_uses_the_output_size_of_stage_2_of_now)
{
	const uint64_t high = UINT64_C(1) << 36;
	uint64_t ipa = map_page(0x1000);

	world_s2_map(world, space.vm, ipa, high);
	ck_assert_uint_eq(load(0x1abc).pa.value, high + 0xabc);
	walks = 0;
	nw_registers(mmu)->VTCR_EL2 &= ~(UINT64_C(7) << 16);
	nw_registers(mmu)->VTCR_EL2 |= UINT64_C(1) << 16; /* 36 bits */
	world_signal(mmu);

	struct nw_translation t = load(0x1abc);

	ck_assert_int_eq(t.fault.type, FAULT_ADDRESS_SIZE);
	ck_assert_int_eq(t.fault.level, 3);
	ck_assert(t.fault.stage2);
	ck_assert(!t.fault.s1ptw);
	ck_assert(t.fault.ipa_valid);
	ck_assert_uint_eq(t.fault.ipa.value, ipa + 0xabc);
	ck_assert_uint_eq(walks, 0);
}
END_TEST

/* ... and what lies below it is still answered. */
START_TEST(a_hit_below_the_output_size_of_now_is_one)
{
	const uint64_t low = (UINT64_C(1) << 36) - WORLD_PAGE;
	uint64_t ipa = map_page(0x1000);

	world_s2_map(world, space.vm, ipa, low);
	load(0x1000);
	walks = 0;
	nw_registers(mmu)->VTCR_EL2 &= ~(UINT64_C(7) << 16);
	nw_registers(mmu)->VTCR_EL2 |= UINT64_C(1) << 16;
	world_signal(mmu);
	ck_assert_uint_eq(load(0x1fff).pa.value, low + 0xfff);
	ck_assert_uint_eq(walks, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/hit");
	TCase *tcase = tcase_create("hit");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, nothing_but_tlbi_removes_an_entry, 0,
			    sizeof events / sizeof *events);
	tcase_add_test(tcase, registers_written_back_to_0_count);
	tcase_add_loop_test(tcase, an_ipa_cache_for_tables_takes_outputs_only_where_asked_to, 0, 2);
	tcase_add_test(tcase, a_cached_table_in_device_memory_is_refused_under_ptw);
	tcase_add_test(tcase, a_hit_uses_the_output_size_of_stage_2_of_now);
	tcase_add_test(tcase, a_hit_below_the_output_size_of_now_is_one);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
