/*
 * Suite mmu/out_of_memory: what happens when the host has no memory. nw_mmu_new() fails and leaves
 * nothing behind; an unbounded memory that cannot grow replaces its oldest entry and loses nothing
 * else. The linker sends the allocator's calls from mmu/ through here (--wrap, see mmu/module.mk).
 */
#include "mmu/assoc.h"

#include <check.h>
#include <stdlib.h>

enum { PAGE = 12, FIRST_CAPACITY = 1024, NEVER = -1 };

/* ------------------------------------------------------------------ an allocator that fails */

static long allocations;     /* so far */
static long failing = NEVER; /* the number of the one that fails, and all behind it if `for_good` */
static bool for_good;
static long live; /* blocks that were not freed, less those that were there before */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *block);

static bool fails(void)
{
	long number = allocations++;

	return failing != NEVER && (number == failing || (for_good && number > failing));
}

void *__wrap_malloc(size_t size)
{
	if (fails())
		return NULL;
	live++;
	return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	if (fails())
		return NULL;
	live++;
	return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	if (fails())
		return NULL;
	live += old == NULL;
	return __real_realloc(old, size);
}

void __wrap_free(void *block)
{
	live -= block != NULL;
	__real_free(block);
}

/* Between these two the library is called, and nothing of the test framework, which allocates too.
 */
static void fail_from_now(long number, bool all_behind)
{
	allocations = 0;
	failing = number;
	for_good = all_behind;
	live = 0;
}

/* The number of allocations that were asked for. */
static long fail_no_more(void)
{
	failing = NEVER;
	return allocations;
}

/* ------------------------------------------------------------------ creation */

static struct nw_port_read read_nothing(void *ctx, pa_t pa)
{
	(void)ctx;
	(void)pa;
	return (struct nw_port_read){.abort = true};
}

/* Sets, hash chains, and no bound: all that allocates in its own way. */
static const struct nw_config config = {
	.features = {.set = {1}, .pa_bits = 48, .granule_4k = true},
	.l1i = {.entries = 16, .ways = 4},
	.l1d = {.entries = 48},
	.l2 = {.entries = UINT32_MAX},
	.walk_caches = {{.entries = 64}, {.entries = 16, .ways = 4}, {.entries = UINT32_MAX}, true},
	.port = {.read = read_nothing},
};

START_TEST(creation_fails_whichever_allocation_does)
{
	fail_from_now(NEVER, false);

	struct nw_mmu *mmu = nw_mmu_new(&config);
	long needed = fail_no_more(), held = live;

	ck_assert_ptr_nonnull(mmu);
	fail_from_now(NEVER, false);
	nw_mmu_free(mmu);
	fail_no_more();

	long freed = -live;

	ck_assert_int_gt(held, 0);
	ck_assert_int_eq(freed, held);
	for (long number = 0; number < needed; number++) {
		fail_from_now(number, false);
		mmu = nw_mmu_new(&config);
		fail_no_more();

		long left = live;

		ck_assert_msg(mmu == NULL, "allocation %ld of %ld", number, needed);
		ck_assert_msg(left == 0, "allocation %ld of %ld: %ld left", number, needed, left);
	}
}
END_TEST

START_TEST(no_mmu_is_freed_without_harm)
{
	fail_from_now(NEVER, false);
	nw_mmu_free(NULL);
	ck_assert_int_eq(fail_no_more(), 0);
}
END_TEST

/* ------------------------------------------------------------------ growth */

static uint64_t dropped, dropped_count;

static void drop(void *ctx, struct tlb_entry *entry)
{
	(void)ctx;
	dropped = entry->user;
	dropped_count++;
}

static struct assoc new_unbounded(void)
{
	struct assoc a;
	struct assoc_shape shape = {.shape = {.entries = UINT32_MAX},
				    .value_size = sizeof(uint64_t),
				    .rule = ASSOC_FIRST_FILLED,
				    .drop = drop};

	ck_assert(assoc_init(&a, &shape));
	dropped_count = 0;
	return a;
}

static struct assoc_key key_of(uint64_t page)
{
	return (struct assoc_key){assoc_tag(page << PAGE, 1), 7};
}

static void fill(struct assoc *a, uint64_t page, uint64_t stamp)
{
	struct assoc_span span = {.bits = PAGE, .wide = PAGE};
	struct tlb_entry *entry = assoc_fill(a, key_of(page), span, stamp);

	*(uint64_t *)assoc_value(a, entry) = page;
	entry->user = (uint32_t)page;
}

/* The number of allocations that it asks for; `number` of them fails, and all behind it if asked
 * for. */
static long fill_failing(struct assoc *a, uint64_t page, uint64_t stamp, long number,
			 bool all_behind)
{
	fail_from_now(number, all_behind);
	fill(a, page, stamp);
	return fail_no_more();
}

static void check_holds(const struct assoc *a, uint64_t page)
{
	struct tlb_entry *entry = assoc_find(a, key_of(page));

	ck_assert_msg(entry != NULL, "page %lu is lost", (unsigned long)page);
	ck_assert_uint_eq(*(uint64_t *)assoc_value(a, entry), page);
}

static void check_holds_all_but(const struct assoc *a, uint64_t count, uint64_t gone)
{
	for (uint64_t page = 0; page < count; page++) {
		if (page != gone)
			check_holds(a, page);
	}
	ck_assert_ptr_null(assoc_find(a, key_of(gone)));
}

/* The oldest use is the middle page's, neither the first nor the last slot. */
static uint64_t stamp_of(uint64_t page)
{
	return page == FIRST_CAPACITY / 2 ? 1 : page + 10;
}

START_TEST(a_memory_that_could_not_be_made_leaves_nothing_to_free)
{
	struct assoc_shape shape = {.shape = {.entries = UINT32_MAX}, .value_size = 8};
	struct assoc a;

	for (long number = 0;; number++) {
		fail_from_now(number, false);

		bool made = assoc_init(&a, &shape);
		long asked = fail_no_more(), left = live;

		if (made) {
			ck_assert_int_eq(number, asked);
			break;
		}
		ck_assert_msg(left == 0, "allocation %ld leaves %ld blocks", number, left);
	}
	assoc_free(&a);
}
END_TEST

START_TEST(all_that_growth_took_is_given_back)
{
	fail_from_now(NEVER, false);

	struct assoc_shape shape = {.shape = {.entries = UINT32_MAX}, .value_size = 8};
	struct assoc a;
	bool made = assoc_init(&a, &shape);
	long first = live;

	for (uint64_t page = 0; page < 5 * FIRST_CAPACITY; page++)
		fill(&a, page, page);

	long grown = live;

	assoc_free(&a);

	long left = live;

	fail_no_more();
	ck_assert(made);
	ck_assert_int_gt(grown, first);
	ck_assert_int_eq(left, 0);
}
END_TEST

/* Growth is many allocations: whichever fails, the one that is replaced is the oldest, and the next
 * growth succeeds. */
START_TEST(what_cannot_grow_replaces_the_least_recently_used)
{
	struct assoc a = new_unbounded();

	for (uint64_t page = 0; page < FIRST_CAPACITY; page++)
		fill(&a, page, stamp_of(page));
	ck_assert_uint_eq(dropped_count, 0);

	long asked = fill_failing(&a, FIRST_CAPACITY, 5000, _i, true);

	if (asked <= _i) { /* growth got all that it needs */
		ck_assert_int_gt(_i, 8);
		ck_assert_uint_eq(dropped_count, 0);
	} else {
		ck_assert_uint_eq(dropped_count, 1);
		ck_assert_uint_eq(dropped, FIRST_CAPACITY / 2);
		check_holds_all_but(&a, FIRST_CAPACITY + 1, FIRST_CAPACITY / 2);
	}
	for (uint64_t page = FIRST_CAPACITY + 1; page < 3 * FIRST_CAPACITY; page++)
		fill(&a, page, 6000 + page);
	ck_assert_uint_le(dropped_count, 1);
	for (uint64_t page = FIRST_CAPACITY; page < 3 * FIRST_CAPACITY; page++)
		check_holds(&a, page);
	assoc_free(&a);
}
END_TEST

START_TEST(of_equal_stamps_the_lowest_slot_is_replaced)
{
	struct assoc a = new_unbounded();

	for (uint64_t page = 0; page < FIRST_CAPACITY; page++)
		fill(&a, page, page < 100 ? 9 : 8);
	fill_failing(&a, FIRST_CAPACITY, 10, 0, true);
	ck_assert_uint_eq(dropped, 100);
	fill_failing(&a, FIRST_CAPACITY + 1, 10, 0, true);
	ck_assert_uint_eq(dropped, 101);
	assoc_free(&a);
}
END_TEST

/* The last slot's fill asks for more buckets. */
START_TEST(without_more_buckets_everything_is_still_found)
{
	struct assoc a = new_unbounded();

	for (uint64_t page = 0; page < FIRST_CAPACITY - 1; page++)
		fill(&a, page, page);
	ck_assert_int_eq(fill_failing(&a, FIRST_CAPACITY - 1, FIRST_CAPACITY, 0, false), 1);
	for (uint64_t page = FIRST_CAPACITY; page < 2 * FIRST_CAPACITY; page++)
		fill(&a, page, page);
	ck_assert_uint_eq(dropped_count, 0);
	for (uint64_t page = 0; page < 2 * FIRST_CAPACITY; page++)
		check_holds(&a, page);
	assoc_free(&a);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/out_of_memory");
	TCase *tcase = tcase_create("out_of_memory");

	tcase_add_test(tcase, creation_fails_whichever_allocation_does);
	tcase_add_test(tcase, no_mmu_is_freed_without_harm);
	tcase_add_test(tcase, a_memory_that_could_not_be_made_leaves_nothing_to_free);
	tcase_add_test(tcase, all_that_growth_took_is_given_back);
	tcase_add_loop_test(tcase, what_cannot_grow_replaces_the_least_recently_used, 0, 16);
	tcase_add_test(tcase, of_equal_stamps_the_lowest_slot_is_replaced);
	tcase_add_test(tcase, without_more_buckets_everything_is_still_found);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
