/*
 * Check suite hyp/pgtable: tables are read back by the small walker of arena.c.
 */
#include "arena.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------- every geometry: one page, first and last */

static const struct {
	const char *word;
	enum table_kind kind;
	uint64_t ia_base;
	int fetches;      /* to a page */
	unsigned granule; /* log2 */
	unsigned ia_bits;
} shapes[] = {
	{"4k:48", TABLE_EL2, 0, 4, 12, 48},
	{"4k:52", TABLE_EL2, 0, 5, 12, 52},
	{"4k:49", TABLE_EL1, 0, 5, 12, 49},
	{"4k:39", TABLE_EL1, UINT64_C(0xffffff8000000000), 3, 12, 39},
	{"4k:52", TABLE_EL1, UINT64_C(0xfff0000000000000), 5, 12, 52},
	{"4k:32", TABLE_EL1, UINT64_C(0xffffffff00000000), 3, 12, 32},
	{"4k:16", TABLE_EL1, 0, 1, 12, 16},
	{"16k:47", TABLE_EL1, 0, 3, 14, 47},
	{"16k:48", TABLE_EL1, 0, 4, 14, 48},
	{"16k:52", TABLE_EL1, 0, 4, 14, 52},
	{"16k:36", TABLE_EL1, 0, 2, 14, 36},
	{"64k:52", TABLE_EL1, 0, 3, 16, 52},
	{"64k:42", TABLE_EL1, UINT64_C(0xfffffc0000000000), 2, 16, 42},
	{"64k:32", TABLE_EL2, 0, 2, 16, 32},
	{"4k:40", TABLE_STAGE2, 0, 3, 12, 40},
	{"4k:43", TABLE_STAGE2, 0, 3, 12, 43},
	{"4k:34", TABLE_STAGE2, 0, 2, 12, 34},
	{"4k:25:start=3", TABLE_STAGE2, 0, 1, 12, 25},
	{"4k:52", TABLE_STAGE2, 0, 4, 12, 52},
	{"4k:52:start=-1", TABLE_STAGE2, 0, 5, 12, 52},
	{"16k:40", TABLE_STAGE2, 0, 2, 14, 40},
	{"16k:51", TABLE_STAGE2, 0, 3, 14, 51},
	{"16k:48:start=0", TABLE_STAGE2, 0, 4, 14, 48},
	{"64k:33", TABLE_STAGE2, 0, 1, 16, 33},
	{"64k:46", TABLE_STAGE2, 0, 2, 16, 46},
	{"64k:52", TABLE_STAGE2, 0, 3, 16, 52},
};

START_TEST(first_and_last_page_of_every_shape)
{
	struct fixture f;
	uint64_t size = UINT64_C(1) << shapes[_i].ia_bits, page = UINT64_C(1) << shapes[_i].granule;
	uint64_t first = shapes[_i].ia_base, last = first + size - page;

	arena_open(&f, shapes[_i].word, shapes[_i].kind, first);
	ck_assert(pgtable_map(&f.table, first, page, 7 * page, LEAF_W, 0) == PGTABLE_OK);
	ck_assert(pgtable_map(&f.table, last, page, 9 * page, LEAF_W, 0) == PGTABLE_OK);
	expect_leaf(&f, first + 0x123, 7 * page + 0x123, 3);
	expect_leaf(&f, last + page - 1, 10 * page - 1, 3);
	ck_assert_int_eq(arena_walk(&f, last).fetches, shapes[_i].fetches);
	/* Nothing beside them. */
	expect_hole(&f, first + page);
	expect_hole(&f, last - page);
	/* Outside of the input size. */
	ck_assert(pgtable_map(&f.table, first + size, page, 0, 0, 0) == PGTABLE_BAD_RANGE);
	ck_assert(pgtable_map(&f.table, last, 2 * page, 0, 0, 0) == PGTABLE_BAD_RANGE);
	ck_assert(pgtable_unmap(&f.table, first, size) == PGTABLE_OK);
	expect_hole(&f, first);
	expect_hole(&f, last);
	/* All but the start table is given back. */
	ck_assert_uint_eq(f.arena.live, geometry_start_tables(&f.table.geometry));
	arena_close(&f);
}
END_TEST

/* A page under each of the sixteen concatenated tables. */
static const char *const sixteen[] = {"4k:25:start=3", "4k:34",  "4k:43",  "4k:52", "16k:29",
				      "16k:40",        "16k:51", "64k:33", "64k:46"};

START_TEST(sixteen_concatenated_tables)
{
	struct fixture f;

	arena_open(&f, sixteen[_i], TABLE_STAGE2, 0);

	const struct geometry *g = &f.table.geometry;
	uint64_t step = UINT64_C(1) << (g->ia_bits - 4), page = geometry_granule_bytes(g);
	uint64_t base = arena_physical(&f.arena, f.table.start);

	ck_assert_uint_eq(base % (16 * page), 0);
	for (uint64_t i = 0; i < 16; i++)
		ck_assert(pgtable_map(&f.table, i * step + page, page, (i + 1) * page,
				      LEAF_W | LEAF_X, 0) == PGTABLE_OK);
	for (uint64_t i = 0; i < 16; i++) {
		expect_leaf(&f, i * step + page, (i + 1) * page, 3);
		expect_hole(&f, i * step);
	}
	arena_close(&f);
}
END_TEST

/* ------------------------------------------------------------------ attributes */

static const struct {
	const char *name, *word;
	enum table_kind kind;
	unsigned leaf;
	uint64_t descriptor; /* of a page at 0x1_0000_0000 (64K aligned, below 2^48) */
} attributes[] = {
	/* AF; SH inner; EL2: AP[1] is RES1. */
	{"EL2 text", "4k:48", TABLE_EL2, LEAF_X, UINT64_C(0x00000001000007c3)},
	{"EL2 data", "4k:48", TABLE_EL2, LEAF_W, UINT64_C(0x0040000100000743)},
	{"EL2 device", "4k:48", TABLE_EL2, LEAF_W | LEAF_DEVICE, UINT64_C(0x0040000100000647)},
	{"EL2 data DS", "4k:52", TABLE_EL2, LEAF_W, UINT64_C(0x0040000100000443)},
	{"EL1 text", "4k:48", TABLE_EL1, LEAF_X, UINT64_C(0x0040000100000783)},
	{"EL1 data", "16k:47", TABLE_EL1, LEAF_W, UINT64_C(0x0060000100000703)},
	{"EL0 text", "4k:48", TABLE_EL1, LEAF_USER | LEAF_X, UINT64_C(0x00200001000007c3)},
	{"EL0 data", "64k:48", TABLE_EL1, LEAF_USER | LEAF_W | LEAF_NON_GLOBAL,
	 UINT64_C(0x0060000100000f43)},
	{"EL0 rwx", "4k:48", TABLE_EL1, LEAF_USER | LEAF_W | LEAF_X | LEAF_NON_GLOBAL,
	 UINT64_C(0x0020000100000f43)},
	{"VM memory", "4k:40", TABLE_STAGE2, LEAF_W | LEAF_X, UINT64_C(0x00000001000007ff)},
	{"VM read only", "4k:40", TABLE_STAGE2, 0, UINT64_C(0x004000010000077f)},
	{"VM memory DS", "4k:52", TABLE_STAGE2, LEAF_W | LEAF_X, UINT64_C(0x00000001000004ff)},
	{"VM device", "64k:48", TABLE_STAGE2, LEAF_W | LEAF_DEVICE, UINT64_C(0x00400001000006c7)},
};

START_TEST(leaf_attributes)
{
	struct fixture f;

	arena_open(&f, attributes[_i].word, attributes[_i].kind, 0);
	ck_assert(pgtable_map(&f.table, 0x10000, 0x10000, UINT64_C(0x100000000),
			      attributes[_i].leaf, 0) == PGTABLE_OK);
	ck_assert_msg(arena_walk(&f, 0x10000).descriptor == attributes[_i].descriptor, "%s: %#lx",
		      attributes[_i].name, arena_walk(&f, 0x10000).descriptor);
	ck_assert_msg(pgtable_lookup(&f.table, 0x10000).leaf == attributes[_i].leaf,
		      "%s: read back", attributes[_i].name);
	arena_close(&f);
}
END_TEST

/* OA[51:48] in a descriptor: DS has 49:48 in place and 51:50 in 9:8, 64K has 51:48 in 15:12. */
static const struct {
	const char *word;
	uint64_t oa, descriptor;
} high[] = {
	{"4k:48:ds=1", UINT64_C(0x000e000012340000),
	 UINT64_C(0x00000000123407ff) | UINT64_C(0x0002000000000000)},
	{"16k:52", UINT64_C(0x0009000012340000),
	 UINT64_C(0x00000000123406ff) | UINT64_C(0x0001000000000000)},
	{"64k:48", UINT64_C(0x000e000012340000), UINT64_C(0x000000001234e7ff)},
};

START_TEST(output_above_2_48)
{
	struct fixture f;

	arena_open(&f, high[_i].word, TABLE_STAGE2, 0);
	ck_assert(pgtable_map(&f.table, 0, 0x10000, high[_i].oa, LEAF_W | LEAF_X, 0) == PGTABLE_OK);
	ck_assert_msg(arena_walk(&f, 0).descriptor == high[_i].descriptor, "%s: %#lx",
		      high[_i].word, arena_walk(&f, 0).descriptor);
	expect_leaf(&f, 0x42, high[_i].oa + 0x42, 3);
	arena_close(&f);
}
END_TEST

START_TEST(output_above_the_output_size_is_refused)
{
	struct fixture f;

	arena_open(&f, "4k:48:ds=0", TABLE_EL2, 0);
	ck_assert(pgtable_map(&f.table, 0, 0x1000, UINT64_C(1) << 48, 0, 0) == PGTABLE_BAD_RANGE);
	ck_assert(pgtable_map(&f.table, 0, 0x2000, (UINT64_C(1) << 48) - 0x1000, 0, 0) ==
		  PGTABLE_BAD_RANGE);
	ck_assert(pgtable_map(&f.table, 0x800, 0x1000, 0, 0, 0) == PGTABLE_BAD_RANGE);
	ck_assert(pgtable_map(&f.table, 0, 0x1000, 0x800, 0, 0) == PGTABLE_BAD_RANGE);
	arena_close(&f);
}
END_TEST

/* ------------------------------------------------------------------ blocks */

#define KB UINT64_C(1024)
#define MB (KB * KB)
#define GB (KB * MB)

static const struct {
	const char *word;
	uint64_t ia, bytes, oa, max;
	uint64_t probe;
	int level;
} blocks[] = {
	{"4k:48", 2 * MB, 2 * MB, 4 * MB, 2 * MB, 3 * MB, 2},
	{"4k:48", 2 * MB, 2 * MB, 4 * MB + 4 * KB, GB, 3 * MB, 3}, /* output not aligned */
	{"4k:48", GB, GB, 3 * GB, 2 * MB, GB + 5 * MB, 2},         /* not larger than asked for */
	{"4k:48", GB, GB, 3 * GB, GB, GB + 5 * MB, 1},
	{"4k:48", GB, 512 * GB, GB, 512 * GB, 17 * GB, 1}, /* level 0 blocks need DS */
	{"4k:48:ds=1", 512 * GB, 512 * GB, 1024 * GB, 512 * GB, 700 * GB, 0},
	{"4k:48", GB - 4 * KB, GB + 8 * KB, 2 * GB - 4 * KB, GB, GB + 7,
	 1}, /* pages at both ends */
	{"4k:48", GB - 4 * KB, GB + 8 * KB, 2 * GB - 4 * KB, GB, GB - 1, 3},
	{"4k:48", GB - 4 * KB, GB + 8 * KB, 2 * GB - 4 * KB, GB, 2 * GB + 7, 3},
	{"16k:47", 32 * MB, 32 * MB, 64 * MB, GB, 33 * MB, 2},
	{"16k:47", 64 * GB, 64 * GB, 64 * GB, 64 * GB, 65 * GB, 2}, /* level 1 blocks need DS */
	{"16k:47:ds=1", 64 * GB, 64 * GB, 64 * GB, 64 * GB, 65 * GB, 1},
	{"64k:48", 512 * MB, 512 * MB, GB, GB, 600 * MB, 2},
	{"64k:48", 4096 * GB, 4096 * GB, 4096 * GB, 4096 * GB, 5000 * GB, 1},
};

START_TEST(largest_blocks_that_fit)
{
	struct fixture f;
	uint64_t probe = blocks[_i].probe;

	arena_open(&f, blocks[_i].word, TABLE_STAGE2, 0);
	ck_assert(pgtable_map(&f.table, blocks[_i].ia, blocks[_i].bytes, blocks[_i].oa, LEAF_W,
			      blocks[_i].max) == PGTABLE_OK);
	expect_leaf(&f, probe, probe - blocks[_i].ia + blocks[_i].oa, blocks[_i].level);
	expect_leaf(&f, blocks[_i].ia + blocks[_i].bytes - 1, blocks[_i].oa + blocks[_i].bytes - 1,
		    arena_walk(&f, blocks[_i].ia + blocks[_i].bytes - 1).level);
	expect_hole(&f, blocks[_i].ia - 1);
	expect_hole(&f, blocks[_i].ia + blocks[_i].bytes);
	ck_assert_uint_eq(f.arena.invalidations, 0);
	arena_close(&f);
}
END_TEST

START_TEST(unmap_splits_a_block_and_keeps_the_rest)
{
	struct fixture f;

	arena_open(&f, "4k:48", TABLE_STAGE2, 0);
	ck_assert(pgtable_map(&f.table, GB, GB, 4 * GB, LEAF_W | LEAF_X, GB) == PGTABLE_OK);
	ck_assert(pgtable_unmap(&f.table, GB + 2 * MB + 4 * KB, 8 * KB) == PGTABLE_OK);
	expect_leaf(&f, GB, 4 * GB, 2);
	expect_leaf(&f, GB + 2 * MB, 4 * GB + 2 * MB, 3);
	expect_hole(&f, GB + 2 * MB + 4 * KB);
	expect_hole(&f, GB + 2 * MB + 12 * KB - 1);
	expect_leaf(&f, GB + 2 * MB + 12 * KB, 4 * GB + 2 * MB + 12 * KB, 3);
	expect_leaf(&f, 2 * GB - 1, 5 * GB - 1, 2);
	/* The 1 GB block once, for all that takes its place, and the range itself. */
	ck_assert_uint_eq(f.arena.invalidations, 2);
	ck_assert_uint_eq(f.arena.last_ia, GB + 2 * MB + 4 * KB);
	ck_assert_uint_eq(f.arena.last_bytes, 8 * KB);
	arena_close(&f);
}
END_TEST

START_TEST(a_block_replaces_pages_and_frees_their_tables)
{
	struct fixture f;

	arena_open(&f, "4k:48", TABLE_STAGE2, 0);
	ck_assert(pgtable_map(&f.table, 2 * MB, 8 * KB, 64 * MB, LEAF_W, 0) == PGTABLE_OK);
	ck_assert_uint_eq(f.arena.live, 4);
	ck_assert(pgtable_map(&f.table, 2 * MB, 2 * MB, 8 * MB, LEAF_W, 2 * MB) == PGTABLE_OK);
	expect_leaf(&f, 2 * MB + 5, 8 * MB + 5, 2);
	ck_assert_uint_eq(f.arena.live, 3);
	/*
	 * The table entry was live: broken and invalidated as a table before it was made a block.
	 */
	ck_assert_uint_eq(f.arena.table_invalidations, 1);
	/* The same once more changes nothing, part of it neither. */
	ck_assert(pgtable_map(&f.table, 2 * MB, 2 * MB, 8 * MB, LEAF_W, 2 * MB) == PGTABLE_OK);
	ck_assert(pgtable_map(&f.table, 2 * MB + 4 * KB, 4 * KB, 8 * MB + 4 * KB, LEAF_W, 0) ==
		  PGTABLE_OK);
	ck_assert_uint_eq(f.arena.invalidations, 1);
	expect_leaf(&f, 2 * MB + 5, 8 * MB + 5, 2);
	ck_assert_uint_eq(f.arena.live, 3);
	arena_close(&f);
}
END_TEST

START_TEST(protect_changes_what_is_mapped)
{
	struct fixture f;

	arena_open(&f, "16k:47", TABLE_EL1, 0);
	ck_assert(pgtable_map(&f.table, 0, 32 * MB, 64 * MB, LEAF_USER | LEAF_W, GB) == PGTABLE_OK);
	ck_assert(pgtable_protect(&f.table, 16 * KB, 16 * KB, LEAF_USER | LEAF_X) == PGTABLE_OK);
	expect_leaf(&f, 0, 64 * MB, 3);
	ck_assert_uint_eq(pgtable_lookup(&f.table, 0).leaf, LEAF_USER | LEAF_W);
	ck_assert_uint_eq(pgtable_lookup(&f.table, 16 * KB).leaf, LEAF_USER | LEAF_X);
	ck_assert_uint_eq(pgtable_lookup(&f.table, 32 * KB).leaf, LEAF_USER | LEAF_W);
	expect_leaf(&f, 16 * KB, 64 * MB + 16 * KB, 3);
	/* The split, then the range once: no break for permissions alone. */
	ck_assert_uint_eq(f.arena.invalidations, 2);
	/* Holes stay holes. */
	ck_assert(pgtable_protect(&f.table, 32 * MB, 32 * MB, LEAF_USER) == PGTABLE_OK);
	expect_hole(&f, 32 * MB);
	/* Memory type needs break-before-make. */
	f.arena.invalidations = 0;
	ck_assert(pgtable_protect(&f.table, 0, 16 * KB, LEAF_W | LEAF_DEVICE) == PGTABLE_OK);
	ck_assert_uint_eq(f.arena.invalidations, 2);
	ck_assert_uint_eq(pgtable_lookup(&f.table, 0).leaf, LEAF_W | LEAF_DEVICE);
	arena_close(&f);
}
END_TEST

/* ------------------------------------------------------------------ failure */

/* Everything that a walk from the start table finds, as one number. */
static enum pgtable_status hash_entry(const struct pgtable_visit *v, void *argument)
{
	uint64_t *hash = argument;

	*hash = (*hash ^ v->descriptor ^ v->ia) * UINT64_C(0x9e3779b97f4a7c15);
	return PGTABLE_OK;
}

static uint64_t hash_tables(struct fixture *f)
{
	uint64_t hash = 1;

	ck_assert(pgtable_walk(&f->table, f->table.ia_base,
			       UINT64_C(1) << f->table.geometry.ia_bits, VISIT_PRE | VISIT_LEAF,
			       hash_entry, &hash) == PGTABLE_OK);
	return hash;
}

enum change { MAP, UNMAP, PROTECT };

static const struct {
	const char *name, *word;
	enum change change;
	uint64_t ia, bytes;
	int needed; /* tables */
} changes[] = {
	{"a page alone", "4k:48", MAP, 8 * GB, 4 * KB, 2},
	{"a page with five levels", "4k:49:start=-1", MAP, UINT64_C(1) << 48, 4 * KB, 4},
	{"over two tables", "4k:48", MAP, 9 * GB - 4 * KB, 8 * KB, 4},
	{"into a block", "4k:48", MAP, GB + 2 * MB, 4 * KB, 2},
	{"unmap in a block", "4k:48", UNMAP, GB + 2 * MB, 4 * KB, 2},
	{"protect in a block", "4k:48", PROTECT, GB + 2 * MB - 4 * KB, 8 * KB, 3},
};

static enum pgtable_status make_change(struct fixture *f, int i)
{
	switch (changes[i].change) {
	case MAP:
		return pgtable_map(&f->table, changes[i].ia, changes[i].bytes, 64 * GB, LEAF_W, 0);
	case UNMAP:
		return pgtable_unmap(&f->table, changes[i].ia, changes[i].bytes);
	default:
		return pgtable_protect(&f->table, changes[i].ia, changes[i].bytes, 0);
	}
}

START_TEST(no_memory_leaves_the_tables_as_they_were)
{
	struct fixture f;

	arena_open(&f, changes[_i].word, TABLE_STAGE2, 0);
	ck_assert(pgtable_map(&f.table, GB, GB, 4 * GB, LEAF_W | LEAF_X, GB) == PGTABLE_OK);

	unsigned live = f.arena.live;
	uint64_t hash = hash_tables(&f);

	for (int allowed = 0; allowed < changes[_i].needed; allowed++) {
		f.arena.allowance = allowed;
		ck_assert_msg(make_change(&f, _i) == PGTABLE_NO_MEMORY, "%s with %d",
			      changes[_i].name, allowed);
		ck_assert_msg(f.arena.live == live, "%s with %d: leak", changes[_i].name, allowed);
		ck_assert_msg(hash_tables(&f) == hash, "%s with %d: changed", changes[_i].name,
			      allowed);
		ck_assert_uint_eq(f.arena.invalidations, 0);
	}
	f.arena.allowance = changes[_i].needed;
	ck_assert_msg(make_change(&f, _i) == PGTABLE_OK, "%s", changes[_i].name);
	ck_assert_msg(hash_tables(&f) != hash, "%s: nothing happened", changes[_i].name);
	arena_close(&f);
}
END_TEST

/* ---------------------------------------- random changes against a flat model */

#define MODEL_PAGES 4096u /* 16 MB of 4K pages around a level 1 boundary */

START_TEST(random_changes_agree_with_a_flat_model)
{
	static uint64_t model[MODEL_PAGES];
	struct fixture f;
	uint64_t base = 512 * GB - MODEL_PAGES / 2 * 4 * KB, state = (uint64_t)_i * 2 + 1;

	memset(model, 0, sizeof(model));
	arena_open(&f, _i & 1 ? "4k:52:start=-1" : "4k:40", TABLE_STAGE2, 0);
	for (int step = 0; step < 200; step++) {
		state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);

		uint64_t unit = state >> 20 & 1 ? 512 : 1;
		uint64_t first = (state >> 32) % MODEL_PAGES / unit * unit;
		uint64_t count = (1 + (state >> 48) % 4) * unit;
		uint64_t oa = (1 + (state >> 24 & 0xff)) * 2 * MB;
		bool map = state >> 60 & 1;

		if (first + count > MODEL_PAGES)
			count = MODEL_PAGES - first;
		if (map)
			ck_assert(pgtable_map(&f.table, base + first * 4 * KB, count * 4 * KB, oa,
					      LEAF_W, 2 * MB) == PGTABLE_OK);
		else
			ck_assert(pgtable_unmap(&f.table, base + first * 4 * KB, count * 4 * KB) ==
				  PGTABLE_OK);
		for (uint64_t i = 0; i < count; i++)
			model[first + i] = map ? oa + i * 4 * KB : 0;
	}
	for (uint64_t i = 0; i < MODEL_PAGES; i++) {
		struct read_back r = arena_walk(&f, base + i * 4 * KB);

		ck_assert_msg(r.valid == (model[i] != 0) && r.oa == model[i],
			      "page %lu: %#lx, %#lx", i, r.oa, model[i]);
	}
	arena_close(&f);
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
	Suite *suite = suite_create("hyp/pgtable");
	TCase *tc = tcase_create("pgtable");

	tcase_add_loop_test(tc, first_and_last_page_of_every_shape, 0, ROWS(shapes));
	tcase_add_loop_test(tc, sixteen_concatenated_tables, 0, ROWS(sixteen));
	tcase_add_loop_test(tc, leaf_attributes, 0, ROWS(attributes));
	tcase_add_loop_test(tc, output_above_2_48, 0, ROWS(high));
	tcase_add_test(tc, output_above_the_output_size_is_refused);
	tcase_add_loop_test(tc, largest_blocks_that_fit, 0, ROWS(blocks));
	tcase_add_test(tc, unmap_splits_a_block_and_keeps_the_rest);
	tcase_add_test(tc, a_block_replaces_pages_and_frees_their_tables);
	tcase_add_test(tc, protect_changes_what_is_mapped);
	tcase_add_loop_test(tc, no_memory_leaves_the_tables_as_they_were, 0, ROWS(changes));
	tcase_add_loop_test(tc, random_changes_agree_with_a_flat_model, 0, 8);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_ENV);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
