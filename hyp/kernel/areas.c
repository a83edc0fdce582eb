/*
 * The list of the program's memory areas: by ascending address, disjoint, split and merged as
 * mappings come and go.
 */
#include "kernel.h"

enum { AREAS_AT_HAND = 3 };

bool areas_reserve(struct kernel *k)
{
	uint64_t bytes = geometry_granule_bytes(&k->geometry), ipa;
	unsigned count = 0;

	for (const struct area *a = k->mm.spare; a != NULL && count < AREAS_AT_HAND; a = a->next)
		count++;
	if (count == AREAS_AT_HAND)
		return true;
	ipa = ram_alloc(k, LEVEL_LAST);
	if (ipa == 0)
		return false;
	struct area *page = ram_at(k, ipa, bytes);
	for (uint64_t i = 0; i < 4096 / sizeof(*page); i++) {
		page[i].next = k->mm.spare;
		k->mm.spare = &page[i];
	}
	return true;
}

struct area *area_at(const struct mm *mm, uint64_t va)
{
	for (struct area *a = mm->areas; a != NULL && a->start <= va; a = a->next)
		if (va < a->end)
			return a;
	return NULL;
}

static void link_area(struct mm *mm, struct area **place, const struct area *area)
{
	struct area *a = mm->spare;

	mm->spare = a->next;
	*a = *area;
	a->next = *place;
	*place = a;
}

static void unlink_area(struct mm *mm, struct area **place)
{
	struct area *a = *place;

	*place = a->next;
	a->next = mm->spare;
	mm->spare = a;
}

static bool continues(const struct area *a, const struct area *next)
{
	return a->end == next->start && a->kind == next->kind && a->prot == next->prot &&
	       (a->kind != AREA_DEVMEM || a->ipa + (a->end - a->start) == next->ipa);
}

static void merge_with_next(struct mm *mm, struct area *a)
{
	if (a->next != NULL && continues(a, a->next)) {
		a->end = a->next->end;
		unlink_area(mm, &a->next);
	}
}

void areas_insert(struct mm *mm, const struct area *area)
{
	struct area **place = &mm->areas, *before = NULL;

	for (; *place != NULL && (*place)->start < area->start; place = &(*place)->next)
		before = *place;
	link_area(mm, place, area);
	merge_with_next(mm, *place);
	if (before != NULL)
		merge_with_next(mm, before);
}

void areas_split(struct mm *mm, uint64_t at)
{
	struct area *a = area_at(mm, at), upper;

	if (a == NULL || a->start == at)
		return;
	upper = *a;
	upper.start = at;
	upper.ipa += at - a->start;
	a->end = at;
	link_area(mm, &a->next, &upper);
}

void areas_cut(struct mm *mm, uint64_t start, uint64_t end)
{
	struct area **place = &mm->areas;

	mm->last_gap = 0;
	areas_split(mm, start);
	areas_split(mm, end);
	while (*place != NULL && (*place)->start < end) {
		if ((*place)->start >= start)
			unlink_area(mm, place);
		else
			place = &(*place)->next;
	}
}

bool areas_free(const struct mm *mm, uint64_t start, uint64_t end)
{
	for (const struct area *a = mm->areas; a != NULL && a->start < end; a = a->next)
		if (a->end > start)
			return false;
	return true;
}

/*
 * The highest gap that is large enough. As long as nothing goes, it lies right below the last one
 * that was given.
 */
static uint64_t highest_gap(const struct mm *mm, uint64_t bytes, uint64_t alignment)
{
	uint64_t from = alignment, found = 0; /* the page at 0 is given to who asks for it only */

	for (const struct area *a = mm->areas;; a = a->next) {
		uint64_t to = a != NULL && a->start < mm->mmap_end ? a->start : mm->mmap_end;

		if (to > from && to - from >= bytes && align_down(to - bytes, alignment) >= from)
			found = align_down(to - bytes, alignment);
		if (to == mm->mmap_end)
			return found;
		from = a->end > from ? a->end : from;
	}
}

uint64_t areas_gap(struct mm *mm, uint64_t bytes, uint64_t alignment)
{
	uint64_t below = mm->last_gap;
	uint64_t start = below > bytes + alignment ? align_down(below - bytes, alignment) : 0;

	if (start == 0 || !areas_free(mm, start, below))
		start = highest_gap(mm, bytes, alignment);
	mm->last_gap = start;
	return start;
}
