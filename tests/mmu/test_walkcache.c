/*
 * Suite mmu/walkcache: what each walk cache saves, to the fetch, and that a walk started from a
 * cache goes where the whole walk goes. TLBs are absent, so every load walks.
 */
#include "world.h"

#include <check.h>

#define ROWS(rows) (int)(sizeof(rows) / sizeof *(rows))

static struct world *world;
static struct nw_mmu *mmu;
static struct space space;
static unsigned walks;
static struct nw_walk last;

static void saw_walk(void *ctx, const struct nw_walk *walk)
{
	(void)ctx;
	walks++;
	last = *walk;
}

static void begin(unsigned granule1, unsigned va_bits, unsigned ipa_bits, int start2)
{
	world = world_new(granule1, va_bits, ipa_bits, start2);
	space = world_space(world, &world->vm[0], 5);
}

static void with_caches(struct walk_cache_shapes shapes)
{
	struct nw_config config = {.features = world_features(),
				   .tlb_off = true,
				   .walk_caches = shapes,
				   .port = {.ctx = world, .read = world_read},
				   .observer = {.walk = saw_walk}};

	nw_mmu_free(mmu);
	mmu = nw_mmu_new(&config);
	ck_assert_ptr_nonnull(mmu);
	world_enter(world, mmu, &space);
	walks = 0;
}

static void set_up(void)
{
	mmu = NULL;
	world = NULL;
}

static void tear_down(void)
{
	nw_mmu_free(mmu);
	if (world != NULL)
		world_free(world);
}

static struct nw_translation load(uint64_t va)
{
	struct nw_access access = {.type = NW_LOAD, .unprivileged = true};

	return nw_translate(mmu, (va_t){va}, access, 0);
}

static unsigned fetches(uint64_t va)
{
	ck_assert_int_eq(load(va).fault.type, FAULT_NONE);
	return last.fetch_count;
}

/* ------------------------------------------------------------------ fetches */

/*
 * 4 KB granules. Page A, then a page B of the same level 3 table, then C of another level 3 table
 * of the same level 2 table, then D of another level 2 table; then A again. All tables and pages
 * lie in one 2 MB of IPA space, so one level 3 table of stage 2 serves them all.
 *
 * n1 and n2 are the lookups of a whole stage 1 and of a whole stage 2 walk; n1 + 1 stage 2 walks
 * are in a nested one. In the order A, B, C, D, A:
 *
 * none     (n1 + 1)(n2 + 1) - 1 each.
 *
 * stage1   A: all. B starts from the level 3 table: its descriptor, the output's stage 2: 1 + n2.
 *          C starts from the level 2 table: its descriptor, the stage 2 of the new level 3 table,
 *          that one's descriptor, the output: 2 (1 + n2). D starts a level higher: 3 (1 + n2).
 *
 * stage2   A: n2 for the first stage 2 walk, then 1 each from the level 3 table; n1 descriptors:
 *          n2 + n1 + n1. B, C, D: n1 + 1 + n1.
 *
 * ipa      for tables. A: all. B: the tables' IPAs are known, n1 + n2. C: one new table, n2 more.
 *          D: two new tables.
 *
 * ipa=all  as ipa, but A's output is known when it comes again: n1.
 *
 * all      with ipa=all. A: as stage2. B: 1 descriptor, 1 of stage 2. C: twice that. D: thrice.
 *          A again: 1 descriptor.
 */
static const struct fetch_row {
	const char *name;
	unsigned va_bits, ipa_bits;
	int start2;
	bool stage1, stage2, ipa, all;
	unsigned a, b, c, d, again;
} fetch_rows[] = {
	/* 4x4: n1 = 4, n2 = 4 */
	{"4x4 none", 48, 48, 0, false, false, false, false, 24, 24, 24, 24, 24},
	{"4x4 stage1", 48, 48, 0, true, false, false, false, 24, 5, 10, 15, 5},
	{"4x4 stage2", 48, 48, 0, false, true, false, false, 12, 9, 9, 9, 9},
	{"4x4 ipa", 48, 48, 0, false, false, true, false, 24, 8, 12, 16, 8},
	{"4x4 ipa=all", 48, 48, 0, false, false, true, true, 24, 8, 12, 16, 4},
	{"4x4 all", 48, 48, 0, true, true, true, true, 12, 2, 4, 6, 1},
	/* 5x5: n1 = 5, n2 = 5 */
	{"5x5 none", 52, 52, -1, false, false, false, false, 35, 35, 35, 35, 35},
	{"5x5 stage1", 52, 52, -1, true, false, false, false, 35, 6, 12, 18, 6},
	{"5x5 stage2", 52, 52, -1, false, true, false, false, 15, 11, 11, 11, 11},
	{"5x5 ipa", 52, 52, -1, false, false, true, false, 35, 10, 15, 20, 10},
	{"5x5 ipa=all", 52, 52, -1, false, false, true, true, 35, 10, 15, 20, 5},
	{"5x5 all", 52, 52, -1, true, true, true, true, 15, 2, 4, 6, 1},
	/* 5x4 with sixteen tables: n1 = 5, n2 = 4 */
	{"5x4 none", 52, 52, 0, false, false, false, false, 29, 29, 29, 29, 29},
	{"5x4 stage1", 52, 52, 0, true, false, false, false, 29, 5, 10, 15, 5},
	{"5x4 stage2", 52, 52, 0, false, true, false, false, 14, 11, 11, 11, 11},
	{"5x4 ipa", 52, 52, 0, false, false, true, false, 29, 9, 13, 17, 9},
	{"5x4 all", 52, 52, 0, true, true, true, true, 14, 2, 4, 6, 1},
};

START_TEST(each_cache_saves_the_fetches_that_it_answers)
{
	const struct fetch_row *row = &fetch_rows[_i];
	const struct tlb_shape none = {0, 0, 0}, some = {64, 4, 0};
	const uint64_t va[] = {0x40000000, 0x40001000, 0x40200000, 0x80000000};
	const unsigned expected[] = {row->a, row->b, row->c, row->d};
	uint64_t ipa[4];

	begin(12, row->va_bits, row->ipa_bits, row->start2);
	for (unsigned i = 0; i < 4; i++) {
		ipa[i] = world_alloc(world, space.vm, WORLD_PAGE);
		world_map(world, &space, va[i], ipa[i], 3, S1_RW_EL0);
	}
	with_caches((struct walk_cache_shapes){row->stage1 ? some : none, row->stage2 ? some : none,
					       row->ipa ? some : none, row->all});
	for (unsigned i = 0; i < 4; i++) {
		unsigned count = fetches(va[i] + 8);

		ck_assert_msg(count == expected[i], "%s, page %c: %u, not %u", row->name, 'A' + i,
			      count, expected[i]);
		ck_assert_uint_eq(last.pa.value, world_pa(space.vm, ipa[i]) + 8);
	}
	ck_assert_msg(fetches(va[0]) == row->again, "%s, again: %u", row->name, last.fetch_count);
	ck_assert_uint_eq(walks, 5);
}
END_TEST

/* ------------------------------------------------------------------ where a walk starts */

/* The classic error is a start one level too low or too high: a descriptor is there as well. */
START_TEST(a_hit_starts_at_the_level_of_the_table_it_holds)
{
	begin(12, 52, 52, -1);
	world_map(world, &space, 0x40000000, world_alloc(world, space.vm, WORLD_PAGE), 3,
		  S1_RW_EL0);
	world_map(world, &space, 0x40200000, world_alloc(world, space.vm, WORLD_PAGE), 3,
		  S1_RW_EL0);
	with_caches((struct walk_cache_shapes){.stage1 = {64, 4, 0}});

	ck_assert_uint_eq(fetches(0x40000000), 35);
	ck_assert_int_eq(last.fetch[0].level, -1);
	ck_assert_uint_eq(last.fetch[0].stage, 2);

	ck_assert_uint_eq(fetches(0x40000000), 6);
	ck_assert_uint_eq(last.fetch[0].stage, 1);
	ck_assert_int_eq(last.fetch[0].level, 3);
	ck_assert_int_eq(last.fetch[1].level, -1);
	ck_assert_uint_eq(last.fetch[1].stage, 2);
	ck_assert_uint_eq(last.fetch[1].purpose, FETCH_FOR_OUTPUT);

	ck_assert_uint_eq(fetches(0x40200000), 12);
	ck_assert_uint_eq(last.fetch[0].stage, 1);
	ck_assert_int_eq(last.fetch[0].level, 2);
	ck_assert_int_eq(last.fetch[6].level, 3);
	ck_assert_uint_eq(last.fetch[6].stage, 1);
}
END_TEST

START_TEST(stage_2_starts_at_the_level_of_the_table_it_holds)
{
	begin(12, 48, 52, -1);

	uint64_t ipa = world_alloc(world, space.vm, WORLD_PAGE);
	uint64_t far = WORLD_IPA + (UINT64_C(1) << 30), pa = world_pa(space.vm, ipa);

	world_s2_map(world, space.vm, far, pa);
	with_caches((struct walk_cache_shapes){.stage2 = {64, 4, 0}});
	nw_registers(mmu)->SCTLR_EL1 = 0;
	world_signal(mmu);

	ck_assert_uint_eq(fetches(ipa), 5); /* levels -1 to 3 */
	ck_assert_uint_eq(fetches(ipa), 1);
	ck_assert_int_eq(last.fetch[0].level, 3);
	ck_assert_uint_eq(fetches(far), 3); /* the next 1 GB: from the level 1 table */
	ck_assert_int_eq(last.fetch[0].level, 1);
	ck_assert_uint_eq(last.pa.value, pa);
}
END_TEST

/* Pages of 4 KB that lie apart hold a 16 KB or 64 KB table: a cached PA is good for one of them. */
static const struct piece_row {
	const char *name;
	unsigned granule1, va_bits;
	unsigned first, other; /* fetches of the first load and of one in another piece */
} piece_rows[] = {
	/*
	 * n1 = 3, n2 = 4: 19. In another piece of the level 3 table the level 2 table answers: its
	 * descriptor, 4 for the piece, the descriptor in it, 4 for the output.
	 */
	{"64K", 16, 48, 19, 10},
	{"16K", 14, 47, 19, 10},
};

START_TEST(a_table_larger_than_its_stage_2_page_is_cached_in_pieces)
{
	const struct piece_row *row = &piece_rows[_i];
	uint64_t page = UINT64_C(1) << row->granule1;
	uint64_t next_piece = 512 * page; /* 4 KB of descriptors further */

	begin(row->granule1, row->va_bits, 48, 0);

	uint64_t ipa = world_alloc(world, space.vm, (uint32_t)page);

	for (unsigned i = 0; i < 3; i++)
		world_map(world, &space, 0x100000000 + i * next_piece, ipa, 3, S1_RW_EL0);
	with_caches((struct walk_cache_shapes){.stage1 = {64, 4, 0}});
	ck_assert_uint_eq(fetches(0x100000000), row->first);
	for (unsigned i = 1; i < 3; i++) {
		ck_assert_uint_eq(fetches(0x100000000 + i * next_piece), row->other);
		ck_assert_uint_eq(last.pa.value, world_pa(space.vm, ipa));
	}
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_uint_eq(fetches(0x100000000 + i * next_piece), 5);
		ck_assert_uint_eq(last.pa.value, world_pa(space.vm, ipa));
	}
}
END_TEST

START_TEST(limits_of_table_descriptors_are_cached_with_the_table)
{
	begin(12, 48, 48, 0);
	world_map(world, &space, 0x40000000, world_alloc(world, space.vm, WORLD_PAGE), 3,
		  S1_RW_EL0);
	*world_s1_entry(world, &space, 0x40000000, 1) |= UINT64_C(2) << 61; /* APTable: no writes */
	with_caches((struct walk_cache_shapes){.stage1 = {64, 4, 0}});

	struct nw_access store = {.type = NW_STORE, .unprivileged = true};

	ck_assert_int_eq(load(0x40000000).fault.type, FAULT_NONE);
	ck_assert_int_eq(nw_translate(mmu, (va_t){0x40000000}, store, 0).fault.type,
			 FAULT_PERMISSION);
	ck_assert_uint_eq(last.fetch_count, 1); /* the level 3 descriptor refuses: no stage 2 */
}
END_TEST

/* ------------------------------------------------------------------ tags */

START_TEST(tables_are_tagged_by_asid_and_vmid)
{
	begin(12, 48, 48, 0);

	struct space other_asid = world_space(world, &world->vm[0], 6);
	struct space other_vm = world_space(world, &world->vm[1], 5);
	struct space *spaces[] = {&space, &other_asid, &other_vm};
	uint64_t ipa[3];

	for (unsigned i = 0; i < 3; i++) {
		ipa[i] = world_alloc(world, spaces[i]->vm, WORLD_PAGE);
		world_map(world, spaces[i], 0x40000000, ipa[i], 3, S1_RW_EL0);
	}
	with_caches((struct walk_cache_shapes){{64, 0, 0}, {64, 0, 0}, {64, 0, 0}, true});

	/*
	 * Cold: 4 + 4 * 1 for the stage 2 walks, of which the first finds no table, and 4 of
	 * stage 1. ASID 6 shares the tables of stage 2: 5 * 1 and 4. Then the level 3 table and the
	 * page are known: 1.
	 */
	const unsigned expected[2][3] = {{12, 9, 12}, {1, 1, 1}};

	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < 3; i++) {
			world_enter(world, mmu, spaces[i]);

			ck_assert_uint_eq(fetches(0x40000000), expected[round][i]);
			ck_assert_uint_eq(last.pa.value, world_pa(spaces[i]->vm, ipa[i]));
		}
}
END_TEST

/* Without the TLBI that such a change asks for, anything may answer, but nothing may break. */
START_TEST(tables_of_another_geometry_do_not_answer)
{
	begin(12, 48, 48, 0);

	uint64_t ipa = world_alloc(world, space.vm, WORLD_PAGE);

	world_map(world, &space, 0x40000000, ipa, 3, S1_RW_EL0);
	with_caches((struct walk_cache_shapes){{64, 0, 0}, {64, 0, 0}, {64, 0, 0}, false});
	ck_assert_uint_eq(fetches(0x40000000), 12);
	/* 39 bits: the walk begins at level 1, with the table that is now in TTBR0_EL1. */
	nw_registers(mmu)->TCR_EL1 |= 25;
	nw_registers(mmu)->TTBR0_EL1 =
		(*world_s1_entry(world, &space, 0x40000000, 0) & ~UINT64_C(3)) | UINT64_C(5) << 48;
	world_signal(mmu);
	ck_assert_int_eq(load(0x40000000).fault.type, FAULT_NONE);
	ck_assert_int_eq(last.fetch[0].level, 1);
	ck_assert_uint_eq(last.fetch[0].stage, 1);
	ck_assert_uint_eq(last.pa.value, world_pa(space.vm, ipa));
	/* 64 KB: the same descriptors mean something else. */
	nw_registers(mmu)->TCR_EL1 |= 1 << 14;
	world_signal(mmu);
	load(0x40000000);
	/* Stage 2 of 39 bits, start level 1: its table is one that the cache knew at level 1. */
	nw_registers(mmu)->VTCR_EL2 = (world_vtcr(world) & ~UINT64_C(0xff)) | 25 | 1 << 6;
	world_signal(mmu);
	load(0x40000000);
}
END_TEST

START_TEST(the_regimes_do_not_share_tables)
{
	begin(12, 48, 48, 0);

	uint64_t ipa = world_alloc(world, space.vm, WORLD_PAGE);

	world_map(world, &space, 0x40000000, ipa, 3, S1_RW_EL0);
	with_caches((struct walk_cache_shapes){.stage1 = {64, 4, 0}});
	fetches(0x40000000);

	/* EL2's tables are read without stage 2: an empty start table faults at once, level 0. */
	struct nw_access el2 = {.type = NW_LOAD, .el = 2};

	nw_registers(mmu)->TTBR0_EL2 = world_pa(space.vm, ipa);
	nw_registers(mmu)->TCR_EL2 = 16 | 6 << 16;
	nw_registers(mmu)->SCTLR_EL2 = 1;
	world_signal(mmu);

	struct nw_translation t = nw_translate(mmu, (va_t){0x40000000}, el2, 0);

	ck_assert_int_eq(t.fault.type, FAULT_TRANSLATION);
	ck_assert_int_eq(t.fault.level, 0);
	ck_assert_uint_eq(nw_counts(mmu)->cache_stage1[2].misses, 1);
}
END_TEST

/* ------------------------------------------------------------------ counts and replacement */

START_TEST(lookups_are_counted_once_a_walk_of_a_stage)
{
	begin(12, 48, 48, 0);
	world_map(world, &space, 0x40000000, world_alloc(world, space.vm, WORLD_PAGE), 3,
		  S1_RW_EL0);
	with_caches((struct walk_cache_shapes){{64, 4, 0}, {64, 4, 0}, {64, 4, 0}, false});

	const struct nw_counts *c = nw_counts(mmu);

	/* The first walk: 4 tables by ipa, all missed; 5 stage 2 walks, the first misses. */
	fetches(0x40000000);
	ck_assert_uint_eq(c->cache_stage1[0].lookups, 1);
	ck_assert_uint_eq(c->cache_stage1[0].misses, 1);
	ck_assert_uint_eq(c->cache_ipa[0].lookups, 4);
	ck_assert_uint_eq(c->cache_ipa[0].misses, 4);
	ck_assert_uint_eq(c->cache_stage2[0].lookups, 5);
	ck_assert_uint_eq(c->cache_stage2[0].misses, 1);
	ck_assert_uint_eq(c->cache_stage2[0].hits, 4);
	/* The second: the level 3 table is known: only the output's stage 2 walk is left. */
	fetches(0x40000000);
	ck_assert_uint_eq(c->cache_stage1[0].hits, 1);
	ck_assert_uint_eq(c->cache_ipa[0].lookups, 4);
	ck_assert_uint_eq(c->cache_stage2[0].lookups, 6);
	ck_assert_uint_eq(c->cache_stage2[0].hits, 5);
	ck_assert_uint_eq(c->cache_stage1[1].lookups, 0);
}
END_TEST

START_TEST(the_least_recently_used_table_goes)
{
	begin(12, 48, 48, 0);

	/* A walk from level 0 leaves a level 1, a level 2 and a level 3 table. */
	const uint64_t a = 0x40000000, b = 0x40200000, c = 0x40400000;
	uint64_t ipa = world_alloc(world, space.vm, WORLD_PAGE);

	world_map(world, &space, a, ipa, 3, S1_RW_EL0);
	world_map(world, &space, b, ipa, 3, S1_RW_EL0);
	world_map(world, &space, c, ipa, 3, S1_RW_EL0);
	with_caches((struct walk_cache_shapes){.stage1 = {3, 0, 0}});
	ck_assert_uint_eq(fetches(a), 24); /* holds: L1, L2, A */
	ck_assert_uint_eq(fetches(b), 10); /* uses L2; B replaces L1: L2, A, B by age A, L2, B */
	ck_assert_uint_eq(fetches(a), 5);  /* L2, B, A */
	ck_assert_uint_eq(fetches(c), 10); /* uses L2; C replaces B: A, L2, C */
	ck_assert_uint_eq(fetches(b), 10); /* uses L2; B replaces A: C, L2, B */
	ck_assert_uint_eq(fetches(c), 5);
	ck_assert_uint_eq(fetches(a), 10);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/walkcache");
	TCase *tcase = tcase_create("walkcache");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, each_cache_saves_the_fetches_that_it_answers, 0,
			    ROWS(fetch_rows));
	tcase_add_test(tcase, a_hit_starts_at_the_level_of_the_table_it_holds);
	tcase_add_test(tcase, stage_2_starts_at_the_level_of_the_table_it_holds);
	tcase_add_loop_test(tcase, a_table_larger_than_its_stage_2_page_is_cached_in_pieces, 0,
			    ROWS(piece_rows));
	tcase_add_test(tcase, limits_of_table_descriptors_are_cached_with_the_table);
	tcase_add_test(tcase, tables_are_tagged_by_asid_and_vmid);
	tcase_add_test(tcase, tables_of_another_geometry_do_not_answer);
	tcase_add_test(tcase, the_regimes_do_not_share_tables);
	tcase_add_test(tcase, lookups_are_counted_once_a_walk_of_a_stage);
	tcase_add_test(tcase, the_least_recently_used_table_goes);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
