/* sim/va_map: --va-spread is a permutation of the pages of the VA range, offsets inside a page
 * stay. */
#include "sim/va_map.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct va_map spread(unsigned va_bits, unsigned page_bits, uint64_t seed)
{
	struct sim_config config = {.va_spread_given = true, .va_spread = seed};
	struct va_map map;

	config.s1.size_bits = (uint8_t)va_bits;
	config.s1.granule_bits = (uint8_t)page_bits;
	va_map_init(&map, &config);
	return map;
}

static const struct row {
	unsigned va_bits, page_bits;
	uint64_t seed;
} rows[] = {
	{17, 16, 0}, {17, 16, 1},  {16, 14, 0}, {16, 14, 7},   {16, 12, 0},
	{16, 12, 1}, {25, 12, 42}, {30, 12, 1}, {32, 14, 123}, {32, 16, ~UINT64_C(0)},
};

START_TEST(a_permutation_of_all_pages)
{
	struct va_map map = spread(rows[_i].va_bits, rows[_i].page_bits, rows[_i].seed);
	uint64_t pages = UINT64_C(1) << (rows[_i].va_bits - rows[_i].page_bits), met = 0;
	uint8_t *seen = calloc(1, pages);

	for (uint64_t page = 0; page < pages; page++) {
		uint64_t va = page << rows[_i].page_bits | (page * 37 & 0xfff);
		uint64_t moved = va_map_move(&map, va), to = moved >> rows[_i].page_bits;

		ck_assert_uint_lt(to, pages);
		ck_assert_uint_eq(moved & 0xfff, va & 0xfff);
		met += !seen[to];
		seen[to] = 1;
	}
	ck_assert_uint_eq(met, pages);
	free(seen);
}
END_TEST

/* A quarter of a million neighbouring pages of a 52-bit range: each 1/16 of the range gets its
 * share of them. */
START_TEST(small_addresses_reach_the_whole_range)
{
	struct va_map map = spread(52, 12, (uint64_t)_i);
	enum { PAGES = 1 << 18 };
	unsigned share[16] = {0};

	for (uint64_t page = 0; page < PAGES; page++)
		share[va_map_move(&map, page << 12) >> 48]++;
	for (unsigned i = 0; i < 16; i++)
		ck_assert_msg(share[i] > PAGES / 32 && share[i] < PAGES / 8, "sixteenth %u has %u",
			      i, share[i]);
}
END_TEST

START_TEST(seeds_differ)
{
	struct va_map a = spread(48, 12, 1), b = spread(48, 12, 2), again = spread(48, 12, 1);
	unsigned same = 0;

	for (uint64_t va = 0; va < 1000 << 12; va += 1 << 12) {
		same += va_map_move(&a, va) == va_map_move(&b, va);
		ck_assert_uint_eq(va_map_move(&a, va), va_map_move(&again, va));
	}
	ck_assert_uint_lt(same, 3);
}
END_TEST

START_TEST(pages_beyond_the_range_are_folded_into_it)
{
	struct va_map map = spread(39, 12, 1);
	uint64_t va = UINT64_C(0x7ffdeadbe123), moved = va_map_move(&map, va);

	ck_assert(va_map_takes(&map, va, 8));
	ck_assert_uint_lt(moved, UINT64_C(1) << 39);
	ck_assert_uint_eq(moved & 0xfff, 0x123);
}
END_TEST

START_TEST(offset_wraps_at_the_end_of_the_range)
{
	struct sim_config config = {.va_offset_given = true, .va_offset = UINT64_C(0x7fff000000)};
	struct va_map map;

	config.s1.size_bits = 39;
	config.s1.granule_bits = 12;
	va_map_init(&map, &config);
	ck_assert(map.moves);
	ck_assert_uint_eq(va_map_move(&map, 0x1234), 0x7fff001234);
	ck_assert_uint_eq(va_map_move(&map, 0x1000010), 0x10);
}
END_TEST

static const struct limit {
	unsigned va_bits;
	uint64_t va;
	uint32_t size;
	bool takes;
} limits[] = {
	{39, 0, 1, true},
	{39, 0x7fffffffff, 1, true},
	{39, 0x7fffffffff, 2, false},
	{39, 0x8000000000, 1, false},
	{52, 0xfffffffffffff, 1, true},
	{52, 0x10000000000000, 1, false},
	{48, 0xffffffffffffffff, 1, false},
	{48, 0xffffffffffffffff, 2, false},
};

START_TEST(the_range_ends_at_its_last_byte)
{
	struct sim_config config = {0};
	struct va_map map;

	config.s1.size_bits = (uint8_t)limits[_i].va_bits;
	config.s1.granule_bits = 12;
	va_map_init(&map, &config);
	ck_assert(!map.moves);
	ck_assert(va_map_takes(&map, limits[_i].va, limits[_i].size) == limits[_i].takes);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sim/va_map");
	TCase *tcase = tcase_create("va_map");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, a_permutation_of_all_pages, 0,
			    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_loop_test(tcase, small_addresses_reach_the_whole_range, 0, 4);
	tcase_add_test(tcase, seeds_differ);
	tcase_add_test(tcase, pages_beyond_the_range_are_folded_into_it);
	tcase_add_test(tcase, offset_wraps_at_the_end_of_the_range);
	tcase_add_loop_test(tcase, the_range_ends_at_its_last_byte, 0,
			    (int)(sizeof(limits) / sizeof(limits[0])));
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
