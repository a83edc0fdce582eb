/*
 * Check suite hyp/memory: the allocator over RAM windows, which are arenas of the host at made-up
 * physical addresses.
 */
#include "el2_world.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define MB UINT64_C(0x100000)

/* A low window that holds the "image", a higher one, and one above 2^48. */
static const struct range windows[] = {
	{UINT64_C(0x40000000), 16 * MB},
	{UINT64_C(0x100000000), 4 * MB},
	{UINT64_C(0x4000000000000), 4 * MB},
};

static void open_memory(struct memory *memory, unsigned count, const struct range *reserved,
			unsigned reserved_count)
{
	struct machine_info m = {.ram_count = count};

	memcpy(m.ram, windows, sizeof(windows));
	memory_open(memory, &m, UINT64_C(0x40200000));
	for (unsigned i = 0; i < memory->count; i++)
		memory->window[i].va =
			(uint64_t)(uintptr_t)aligned_alloc(MB, memory->window[i].ram.bytes);
	memory_release(memory, reserved, reserved_count);
}

static void close_memory(struct memory *memory)
{
	for (unsigned i = 0; i < memory->count; i++)
		free((void *)(uintptr_t)memory->window[i].va);
}

START_TEST(the_highest_other_window_comes_first)
{
	struct memory memory;

	open_memory(&memory, 3, NULL, 0);
	ck_assert_uint_eq(memory_alloc(&memory, 22), UINT64_C(0x4000000000000));
	ck_assert_uint_eq(memory_alloc(&memory, 22), UINT64_C(0x100000000));
	/* 16 MB, aligned: it is all in one piece, of the hypervisor's window. */
	ck_assert_uint_eq(memory_alloc(&memory, 24), UINT64_C(0x40000000));
	ck_assert_uint_eq(memory_alloc(&memory, 12), NO_MEMORY);
	close_memory(&memory);
}
END_TEST

START_TEST(addresses_both_ways)
{
	struct memory memory;
	uint64_t pa = UINT64_C(0x4000000000000) + 0x1234;

	open_memory(&memory, 3, NULL, 0);
	ck_assert_uint_eq(memory_pa(&memory, memory_at(&memory, pa)), pa);
	ck_assert(memory_at(&memory, 0x12345) == NULL);
	ck_assert(memory_at(&memory, UINT64_C(0x41000000)) == NULL);
	ck_assert(memory_at(&memory, UINT64_C(0x40ffffff)) != NULL);
	ck_assert_uint_eq(memory_pa(&memory, NULL), NO_MEMORY);
	ck_assert(memory_holds(&memory, UINT64_C(0x40000000), 16 * MB));
	ck_assert(!memory_holds(&memory, UINT64_C(0x40000000), 16 * MB + 1));
	ck_assert(!memory_holds(&memory, 0, 1));
	close_memory(&memory);
}
END_TEST

/* Nothing reserved is ever given away; everything else is, once, aligned. */
START_TEST(reserved_ranges_stay)
{
	const struct range reserved[] = {
		{UINT64_C(0x40200000), 0x51000},
		{UINT64_C(0x40251000), 0x3000},  /* right behind it */
		{UINT64_C(0x40800123), 0x10},    /* a page with one line in it */
		{UINT64_C(0x40fff000), 0x10000}, /* beyond the window's end */
		{0, 0},
	};
	static unsigned char seen[16 * MB / 4096];
	struct memory memory;
	unsigned pages = 0;
	uint64_t pa;

	memset(seen, 0, sizeof(seen));
	open_memory(&memory, 1, reserved, 5);
	while ((pa = memory_alloc(&memory, 12)) != NO_MEMORY) {
		const struct range page = {pa, 4096};

		for (unsigned i = 0; i < 4; i++)
			ck_assert_msg(!ranges_overlap(&page, &reserved[i]), "%#lx", pa);
		ck_assert_uint_eq(pa % 4096, 0);
		ck_assert_uint_eq(seen[(pa - UINT64_C(0x40000000)) / 4096]++, 0);
		pages++;
	}
	ck_assert_uint_eq(pages, 4096 - 0x51 - 3 - 1 - 1);
	close_memory(&memory);
}
END_TEST

START_TEST(pieces_are_aligned_and_come_back)
{
	struct memory memory;
	uint64_t small, large;

	open_memory(&memory, 2, NULL, 0);
	small = memory_alloc(&memory, 12);
	for (unsigned order = 12; order <= 21; order++) {
		large = memory_alloc(&memory, order);
		ck_assert_uint_ne(large, NO_MEMORY);
		ck_assert_uint_eq(large & ((UINT64_C(1) << order) - 1), 0);
		ck_assert_uint_ne(large, small);
		memory_free(&memory, large, order);
		ck_assert_uint_eq(memory_alloc(&memory, order), large);
	}
	ck_assert_uint_eq(memory_alloc(&memory, 25), NO_MEMORY);
	close_memory(&memory);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("hyp/memory");
	TCase *tc = tcase_create("memory");

	tcase_add_test(tc, the_highest_other_window_comes_first);
	tcase_add_test(tc, addresses_both_ways);
	tcase_add_test(tc, reserved_ranges_stay);
	tcase_add_test(tc, pieces_are_aligned_and_come_back);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_ENV);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
