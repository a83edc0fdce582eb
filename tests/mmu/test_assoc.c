/* Suite mmu/assoc: replacement, spans and invalidation, as TLBs and walk caches use them. */
#include "mmu/assoc.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 12, BLOCK = 21 };

static uint64_t dropped_count;
static uint32_t dropped_last;

/* user is the page and one, 0 once it is dropped: what goes, goes once. */
static void drop(void *ctx, struct tlb_entry *entry)
{
	(void)ctx;
	ck_assert_uint_ne(entry->user, 0);
	dropped_count++;
	dropped_last = entry->user - 1;
	entry->user = 0;
}

static struct assoc new_assoc(uint32_t entries, uint32_t ways, enum assoc_rule rule)
{
	struct assoc a;
	struct assoc_shape shape = {.shape = {.entries = entries, .ways = ways},
				    .value_size = sizeof(uint64_t),
				    .rule = rule,
				    .drop = drop};

	ck_assert(assoc_init(&a, &shape));
	dropped_count = 0;
	return a;
}

static struct assoc_key key_of(uint64_t page, uint16_t asid)
{
	return (struct assoc_key){assoc_tag(page << PAGE, asid), 7};
}

static struct tlb_entry *fill(struct assoc *a, struct assoc_key key, struct assoc_span span,
			      uint64_t stamp)
{
	struct tlb_entry *entry = assoc_fill(a, key, span, stamp);
	uint64_t *page = assoc_value(a, entry);

	ck_assert_uint_eq(entry->user, 0);
	*page = key.tag & ASSOC_ADDRESS;
	entry->user = (uint32_t)*page + 1;
	return entry;
}

static struct tlb_entry *fill_page(struct assoc *a, uint64_t page, uint64_t stamp)
{
	return fill(a, key_of(page, 1), (struct assoc_span){PAGE, PAGE, false, 0}, stamp);
}

/* An invalidation of pages, whatever their ASID, context and mark. */
static struct assoc_match pages(uint64_t first, uint64_t last)
{
	struct assoc_match m = assoc_match_all(0, 0);

	m.first = first;
	m.last = last;
	return m;
}

static struct tlb_entry *find_page(struct assoc *a, uint64_t page)
{
	return assoc_find(a, key_of(page, 1));
}

/* ------------------------------------------------------------------ shapes */

static const struct shape_row {
	const char *name;
	uint32_t entries, ways;
	bool possible;
} shape_rows[] = {
	{"absent", 0, 0, true},
	{"one entry", 1, 0, true},
	{"fully associative, any number", 48, 0, true},
	{"fully associative, said as ways", 48, 48, true},
	{"256 sets of 5", 1280, 5, true},
	{"direct-mapped", 64, 1, true},
	{"ways do not divide", 64, 5, false},
	{"3 sets", 48, 16, false},
	{"more ways than entries", 4, 8, false},
	{"unbounded", UINT32_MAX, 0, true},
	{"unbounded, ways are no matter", UINT32_MAX, 4, true},
};

START_TEST(shape)
{
	const struct shape_row *row = &shape_rows[_i];
	struct assoc_shape shape = {.shape = {.entries = row->entries, .ways = row->ways},
				    .value_size = sizeof(uint64_t)};
	struct assoc a;
	bool possible = assoc_init(&a, &shape);

	ck_assert_msg(possible == row->possible, "%s", row->name);
	if (possible)
		assoc_free(&a);
}
END_TEST

START_TEST(an_absent_one_finds_nothing)
{
	struct assoc a = new_assoc(0, 0, ASSOC_FIRST_FILLED);
	struct assoc_match all = assoc_match_all(0, 0);

	ck_assert(!assoc_present(&a));
	ck_assert_ptr_null(assoc_find(&a, key_of(1, 1)));
	assoc_invalidate(&a, &all);
	assoc_free(&a);
}
END_TEST

/* ------------------------------------------------------------------ LRU against a list */

/* The naive model: each set a list of pages, the most recently used first. */
struct model {
	uint32_t sets, ways;
	uint64_t *list;
	uint32_t *count;
};

static bool model_touch(struct model *m, uint64_t page, bool *evicted, uint64_t *victim)
{
	uint64_t *list = m->list + (page % m->sets) * m->ways;
	uint32_t *count = &m->count[page % m->sets];
	uint32_t at = 0;

	while (at < *count && list[at] != page)
		at++;

	bool hit = at < *count;

	*evicted = !hit && *count == m->ways;
	if (*evicted)
		*victim = list[m->ways - 1];
	if (!hit)
		at = *evicted ? m->ways - 1 : (*count)++;
	memmove(list + 1, list, at * sizeof *list);
	list[0] = page;
	return hit;
}

static const struct lru_row {
	uint32_t entries, ways;
	uint64_t pages; /* the stream draws from so many */
} lru_rows[] = {
	{1, 0, 3},    {4, 0, 6},    {48, 0, 60}, {1280, 5, 1700},
	{64, 4, 100}, {64, 16, 90}, {64, 1, 90}, {48, 0, 40},
};

START_TEST(evicts_what_a_list_by_recency_evicts)
{
	const struct lru_row *row = &lru_rows[_i];
	struct assoc a = new_assoc(row->entries, row->ways, ASSOC_FIRST_FILLED);
	uint32_t ways = row->ways != 0 ? row->ways : row->entries;
	struct model m = {row->entries / ways, ways, calloc(row->entries, sizeof(uint64_t)),
			  calloc(row->entries, sizeof(uint32_t))};

	srandom(1);
	for (uint64_t now = 1; now < 20000; now++) {
		/* Two sizes of working set: hits far down the list and misses both occur. */
		uint64_t page = (uint64_t)random() % (now & 64 ? row->pages : row->pages / 2 + 1);
		uint64_t victim = 0, dropped = dropped_count;
		bool evicted;
		bool hit = model_touch(&m, page, &evicted, &victim);
		struct tlb_entry *v = find_page(&a, page);

		ck_assert_int_eq(v != NULL, hit);
		if (hit)
			v->stamp = now;
		else
			fill_page(&a, page, now);
		ck_assert_uint_eq(dropped_count - dropped, evicted);
		if (evicted)
			ck_assert_uint_eq(dropped_last, victim);
	}
	free(m.list);
	free(m.count);
	assoc_free(&a);
}
END_TEST

START_TEST(of_equal_stamps_the_lowest_slot_goes)
{
	struct assoc a = new_assoc(4, 0, ASSOC_FIRST_FILLED);

	for (uint64_t page = 0; page < 4; page++)
		ck_assert_uint_eq(fill_page(&a, page, 9)->index, page);
	find_page(&a, 0)->stamp = 10;
	fill_page(&a, 4, 10);
	ck_assert_uint_eq(dropped_last, 1);
	fill_page(&a, 5, 10);
	ck_assert_uint_eq(dropped_last, 2);
	assoc_free(&a);
}
END_TEST

START_TEST(a_free_slot_is_used_before_any_value_goes)
{
	struct assoc a = new_assoc(4, 0, ASSOC_FIRST_FILLED);
	struct assoc_match second = pages(1, 1);

	for (uint64_t page = 0; page < 4; page++)
		fill_page(&a, page, page);
	assoc_invalidate(&a, &second);
	ck_assert_uint_eq(dropped_count, 1);
	ck_assert_uint_eq(fill_page(&a, 9, 9)->index, 1);
	ck_assert_uint_eq(dropped_count, 1);
	assoc_free(&a);
}
END_TEST

START_TEST(an_unbounded_one_keeps_everything)
{
	struct assoc a = new_assoc(UINT32_MAX, 0, ASSOC_FIRST_FILLED);
	struct assoc_match one = pages(977, 977), all = assoc_match_all(0, 0);
	struct tlb_entry *first = fill_page(&a, 0, 0);

	for (uint64_t page = 1; page < 100000; page++)
		fill_page(&a, page * 977, page);
	ck_assert_uint_eq(dropped_count, 0);
	ck_assert_ptr_eq(find_page(&a, 0), first);
	for (uint64_t page = 1; page < 100000; page++)
		ck_assert_uint_eq(*(uint64_t *)assoc_value(&a, find_page(&a, page * 977)),
				  page * 977);
	ck_assert_ptr_null(find_page(&a, 5));

	assoc_invalidate(&a, &one);
	ck_assert_ptr_null(find_page(&a, 977));
	ck_assert_uint_eq(dropped_count, 1);
	assoc_invalidate(&a, &all);
	ck_assert_uint_eq(dropped_count, 100000);
	ck_assert_ptr_null(find_page(&a, 0));
	fill_page(&a, 0, 0);
	ck_assert_ptr_nonnull(find_page(&a, 0));
	assoc_free(&a);
}
END_TEST

/* ------------------------------------------------------------------ spans */

static const struct tlb_shape span_shapes[] = {{48, 0, 0}, {1280, 5, 0}, {UINT32_MAX, 0, 0}};

START_TEST(a_block_answers_for_all_its_pages_beside_pages)
{
	struct assoc a =
		new_assoc(span_shapes[_i].entries, span_shapes[_i].ways, ASSOC_FIRST_FILLED);
	struct tlb_entry *block =
		fill(&a, key_of(0x205, 1), (struct assoc_span){BLOCK, BLOCK, false, 0}, 1);
	struct tlb_entry *page = fill_page(&a, 0x400, 2);

	for (uint64_t p = 0x200; p < 0x400; p++)
		ck_assert_ptr_eq(find_page(&a, p), block);
	ck_assert_ptr_null(find_page(&a, 0x1ff));
	ck_assert_ptr_eq(find_page(&a, 0x400), page);
	ck_assert_ptr_null(find_page(&a, 0x401));
	assoc_free(&a);
}
END_TEST

START_TEST(which_of_two_that_overlap_answers)
{
	struct assoc first =
		new_assoc(span_shapes[_i].entries, span_shapes[_i].ways, ASSOC_FIRST_FILLED);
	struct assoc deepest =
		new_assoc(span_shapes[_i].entries, span_shapes[_i].ways, ASSOC_SMALLEST_SPAN);
	struct assoc last =
		new_assoc(span_shapes[_i].entries, span_shapes[_i].ways, ASSOC_LAST_FILLED);
	struct assoc_span block = {BLOCK, BLOCK, false, 0};
	struct tlb_entry *first_block = fill(&first, key_of(0x200, 1), block, 1);

	fill(&deepest, key_of(0x200, 1), block, 1);
	fill(&last, key_of(0x200, 1), block, 1);
	fill_page(&first, 0x203, 2);

	struct tlb_entry *page = fill_page(&deepest, 0x203, 2);
	struct tlb_entry *newest = fill_page(&last, 0x203, 2);

	ck_assert_ptr_eq(find_page(&first, 0x203), first_block);
	ck_assert_ptr_eq(find_page(&deepest, 0x203), page);
	ck_assert_ptr_eq(find_page(&last, 0x203), newest);
	newest = fill(&last, key_of(0x200, 1), block, 3);
	ck_assert_ptr_eq(find_page(&last, 0x203), newest);
	ck_assert(assoc_is_ambiguous(&first, key_of(0x203, 1)));
	ck_assert(!assoc_is_ambiguous(&first, key_of(0x204, 1)));
	ck_assert(!assoc_is_ambiguous(&first, key_of(0x203, 2)));
	ck_assert(assoc_is_ambiguous(&last, key_of(0x204, 1)));
	assoc_free(&last);
	assoc_free(&first);
	assoc_free(&deepest);
}
END_TEST

static const struct overlap_row {
	const char *name;
	uint64_t page;
	uint16_t asid;
	struct assoc_span span;
	bool told;
} overlap_rows[] = {
	/* ... beside an entry for the block at page 0x200, ASID 1 */
	{"a page of it", 0x203, 1, {PAGE, PAGE, false, 0}, true},
	{"a page of another ASID", 0x203, 2, {PAGE, PAGE, false, 0}, false},
	{"a page of any ASID", 0x203, 2, {PAGE, PAGE, true, 0}, true},
	{"the next block", 0x400, 1, {BLOCK, BLOCK, false, 0}, false},
	{"what it is part of", 0x400, 1, {30, 30, false, 0}, true},
	{"the wide span does not count", 0x400, 1, {PAGE, 30, false, 0}, false},
};

/* What a new slot overlaps stays, but its owner is told that it does not answer alone. */
START_TEST(the_owner_of_what_is_overlapped_is_told)
{
	const struct overlap_row *row = &overlap_rows[_i];

	for (int shape = 0; shape < 3; shape++) {
		struct assoc a = new_assoc(span_shapes[shape].entries, span_shapes[shape].ways,
					   ASSOC_FIRST_FILLED);
		struct assoc_span block = {BLOCK, BLOCK, false, 0};

		a.is.drop_overlapped = true;
		fill(&a, key_of(0x200, 1), block, 1);
		fill(&a, key_of(row->page, row->asid), row->span, 2);
		ck_assert_msg(dropped_count == row->told, "%s", row->name);
		ck_assert_ptr_nonnull(find_page(&a, 0x200));
		assoc_free(&a);
	}
}
END_TEST

START_TEST(a_wide_value_answers_for_its_span_and_goes_by_any_address_of_the_wide_one)
{
	struct assoc a =
		new_assoc(span_shapes[_i].entries, span_shapes[_i].ways, ASSOC_FIRST_FILLED);
	struct assoc_match beside = pages(0x400, 0x400);
	struct assoc_match inside = pages(0x3ff, 0x3ff);
	struct assoc_span piece = {PAGE, BLOCK, false, 0};

	fill(&a, key_of(0x200, 1), piece, 1);
	fill(&a, key_of(0x2aa, 1), piece, 2);
	fill_page(&a, 0x111, 3);
	ck_assert_ptr_null(find_page(&a, 0x201));
	assoc_invalidate(&a, &beside);
	ck_assert_uint_eq(dropped_count, 0);
	assoc_invalidate(&a, &inside);
	ck_assert_uint_eq(dropped_count, 2);
	ck_assert_ptr_null(find_page(&a, 0x200));
	ck_assert_ptr_null(find_page(&a, 0x2aa));
	ck_assert_ptr_nonnull(find_page(&a, 0x111));
	assoc_free(&a);
}
END_TEST

static const struct range_row {
	const char *name;
	uint64_t first, last;
	unsigned gone; /* bit 0: page 0x1ff, 1: block 0x200, 2: page 0x400, 3: piece of block 0x600
			*/
} range_rows[] = {
	{"nothing there", 0x401, 0x5ff, 0},
	{"one page", 0x1ff, 0x1ff, 1},
	{"up to just before the block", 0, 0x1ff, 1},
	{"the first page of the block", 0x100, 0x200, 3},
	{"the last page of the block", 0x3ff, 0x3ff, 2},
	{"inside the block", 0x210, 0x220, 2},
	{"around the block", 0x1ff, 0x400, 7},
	{"the wide span of a piece", 0x7ff, 0x900, 8},
	{"beyond all", 0x800, ASSOC_ADDRESS, 0},
	{"all", 0, ASSOC_ADDRESS, 15},
};

START_TEST(a_range_removes_what_overlaps_it)
{
	const struct range_row *row = &range_rows[_i];

	for (int shape = 0; shape < 3; shape++) {
		struct assoc a = new_assoc(span_shapes[shape].entries, span_shapes[shape].ways,
					   ASSOC_FIRST_FILLED);
		struct assoc_match range = pages(row->first, row->last);
		unsigned gone = 0;

		fill_page(&a, 0x1ff, 1);
		fill(&a, key_of(0x205, 1), (struct assoc_span){BLOCK, BLOCK, false, 0}, 2);
		fill_page(&a, 0x400, 3);
		fill(&a, key_of(0x6aa, 1), (struct assoc_span){PAGE, BLOCK, false, 0}, 4);
		assoc_invalidate(&a, &range);
		gone |= find_page(&a, 0x1ff) == NULL ? 1 : 0;
		gone |= find_page(&a, 0x200) == NULL ? 2 : 0;
		gone |= find_page(&a, 0x400) == NULL ? 4 : 0;
		gone |= find_page(&a, 0x6aa) == NULL ? 8 : 0;
		ck_assert_msg(gone == row->gone, "%s: %#x, not %#x", row->name, gone, row->gone);
		assoc_free(&a);
	}
}
END_TEST

START_TEST(only_the_marks_asked_for_go)
{
	struct assoc a =
		new_assoc(span_shapes[_i].entries, span_shapes[_i].ways, ASSOC_FIRST_FILLED);
	struct assoc_match m = pages(5, 6);

	fill(&a, key_of(5, 1), (struct assoc_span){PAGE, PAGE, false, 3}, 1);
	fill(&a, key_of(6, 1), (struct assoc_span){PAGE, PAGE, false, 31}, 2);
	m.marks = ~(UINT32_C(1) << 3);
	assoc_invalidate(&a, &m);
	ck_assert_ptr_nonnull(find_page(&a, 5));
	ck_assert_ptr_null(find_page(&a, 6));
	m.marks = UINT32_C(1) << 3;
	assoc_invalidate(&a, &m);
	ck_assert_ptr_null(find_page(&a, 5));
	assoc_free(&a);
}
END_TEST

/* The value of a slot is its page. */
static bool value_is_covered(const void *value, uint64_t first, uint64_t last)
{
	uint64_t page;

	memcpy(&page, value, sizeof page);
	return page + 0x100 >= first && page + 0x100 <= last;
}

START_TEST(the_value_decides_where_it_is_asked)
{
	struct assoc a =
		new_assoc(span_shapes[_i].entries, span_shapes[_i].ways, ASSOC_FIRST_FILLED);
	struct assoc_match m = pages(0x105, 0x105);

	fill_page(&a, 0x5, 1);
	fill_page(&a, 0x105, 2);
	m.covers = value_is_covered;
	assoc_invalidate(&a, &m);
	ck_assert_ptr_null(find_page(&a, 0x5));
	ck_assert_ptr_nonnull(find_page(&a, 0x105));
	assoc_free(&a);
}
END_TEST

/* ------------------------------------------------------------------ tags */

START_TEST(asid_counts_unless_the_value_is_for_any)
{
	struct assoc a =
		new_assoc(span_shapes[_i].entries, span_shapes[_i].ways, ASSOC_FIRST_FILLED);
	struct assoc_match asid1 = assoc_match_all(0, 0);

	fill(&a, key_of(5, 1), (struct assoc_span){PAGE, PAGE, false, 0}, 1);
	fill(&a, key_of(6, 1), (struct assoc_span){PAGE, PAGE, true, 0}, 2);
	ck_assert_ptr_nonnull(assoc_find(&a, key_of(5, 1)));
	ck_assert_ptr_null(assoc_find(&a, key_of(5, 2)));
	ck_assert_ptr_nonnull(assoc_find(&a, key_of(6, 1)));
	ck_assert_ptr_nonnull(assoc_find(&a, key_of(6, 2)));

	asid1.asid = assoc_tag(0, 1);
	asid1.asid_mask = ASSOC_ASID;
	asid1.with_asid_only = true;
	assoc_invalidate(&a, &asid1);
	ck_assert_ptr_null(assoc_find(&a, key_of(5, 1)));
	ck_assert_ptr_nonnull(assoc_find(&a, key_of(6, 1)));
	asid1.with_asid_only = false;
	assoc_invalidate(&a, &asid1);
	ck_assert_ptr_null(assoc_find(&a, key_of(6, 1)));
	assoc_free(&a);
}
END_TEST

START_TEST(context_counts_whole_in_a_lookup_and_masked_in_an_invalidation)
{
	struct assoc a =
		new_assoc(span_shapes[_i].entries, span_shapes[_i].ways, ASSOC_FIRST_FILLED);
	struct assoc_key key = {assoc_tag(0x5000, 0), 0x10003}, other = {key.tag, 0x20003};
	struct assoc_match vmid4 = assoc_match_all(4, ASSOC_VMID);
	struct assoc_match vmid3 = assoc_match_all(3, ASSOC_VMID);

	fill(&a, key, (struct assoc_span){PAGE, PAGE, true, 0}, 1);
	ck_assert_ptr_nonnull(assoc_find(&a, key));
	ck_assert_ptr_null(assoc_find(&a, other));
	assoc_invalidate(&a, &vmid4);
	ck_assert_ptr_nonnull(assoc_find(&a, key));
	assoc_invalidate(&a, &vmid3);
	ck_assert_ptr_null(assoc_find(&a, key));
	assoc_free(&a);
}
END_TEST

#define ROWS(rows) (int)(sizeof(rows) / sizeof *(rows))

int main(void)
{
	Suite *suite = suite_create("mmu/assoc");
	TCase *tcase = tcase_create("assoc");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, shape, 0, ROWS(shape_rows));
	tcase_add_test(tcase, an_absent_one_finds_nothing);
	tcase_add_loop_test(tcase, evicts_what_a_list_by_recency_evicts, 0, ROWS(lru_rows));
	tcase_add_test(tcase, of_equal_stamps_the_lowest_slot_goes);
	tcase_add_test(tcase, a_free_slot_is_used_before_any_value_goes);
	tcase_add_test(tcase, an_unbounded_one_keeps_everything);
	tcase_add_loop_test(tcase, a_block_answers_for_all_its_pages_beside_pages, 0,
			    ROWS(span_shapes));
	tcase_add_loop_test(tcase, which_of_two_that_overlap_answers, 0, ROWS(span_shapes));
	tcase_add_loop_test(tcase, the_owner_of_what_is_overlapped_is_told, 0, ROWS(overlap_rows));
	tcase_add_loop_test(
		tcase, a_wide_value_answers_for_its_span_and_goes_by_any_address_of_the_wide_one, 0,
		ROWS(span_shapes));
	tcase_add_loop_test(tcase, a_range_removes_what_overlaps_it, 0, ROWS(range_rows));
	tcase_add_loop_test(tcase, only_the_marks_asked_for_go, 0, ROWS(span_shapes));
	tcase_add_loop_test(tcase, the_value_decides_where_it_is_asked, 0, ROWS(span_shapes));
	tcase_add_loop_test(tcase, asid_counts_unless_the_value_is_for_any, 0, ROWS(span_shapes));
	tcase_add_loop_test(tcase, context_counts_whole_in_a_lookup_and_masked_in_an_invalidation,
			    0, ROWS(span_shapes));
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
