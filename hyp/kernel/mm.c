/*
 * The program's memory: areas are mapped, unmapped and protected here; pages come with the first
 * access (fault.c).
 */
#include "kernel.h"

enum { SPLIT_TABLES_MAX = 10 };

static uint64_t granule(const struct kernel *k)
{
	return geometry_granule_bytes(&k->geometry);
}

void mm_init(struct kernel *k)
{
	struct mm *mm = &k->mm;
	struct area stack = {.prot = PROT_READ | PROT_WRITE, .kind = AREA_ANONYMOUS};

	mm->end = UINT64_C(1) << k->geometry.ia_bits;
	if (k->boot->flags & BOOTINFO_REPLAY)
		return;
	stack.end = mm->end - granule(k);
	stack.start = stack.end - STACK_BYTES;
	mm->mmap_end = stack.start - granule(k);
	if (!areas_reserve(k))
		panic(k, "no memory for the program's stack");
	areas_insert(mm, &stack);
}

/* A page without any access by EL0 keeps what it holds: it is mapped for EL1 only. */
unsigned mm_leaf(unsigned prot)
{
	if (prot == PROT_NONE)
		return LEAF_NON_GLOBAL;
	return LEAF_NON_GLOBAL | LEAF_USER | (prot & PROT_WRITE ? LEAF_W : 0u) |
	       (prot & PROT_EXEC ? LEAF_X : 0u);
}

/* ------------------------------------------------------------------ frames that go back */

/*
 * Frames of a range that is about to be unmapped, chained through their first words: IPA, and level
 * + 1 in bits 2:0.
 */
struct leaving {
	struct kernel *k;
	uint64_t first;
};

static void add_leaving(struct leaving *l, uint64_t ipa, int level)
{
	*(uint64_t *)ram_at(l->k, ipa, 8) = l->first;
	l->first = ipa | (unsigned)(level + 1);
}

static enum pgtable_status collect(const struct pgtable_visit *v, void *argument)
{
	struct leaving *l = argument;
	struct pgtable_found found = pgtable_lookup(v->table, v->from);
	uint64_t bytes = v->to - v->from;

	if (!found.valid)
		return PGTABLE_OK;
	if (bytes == geometry_level_bytes(&l->k->geometry, v->level)) {
		add_leaving(l, found.oa, v->level);
		return PGTABLE_OK;
	}
	for (uint64_t at = 0; at < bytes; at += granule(l->k))
		add_leaving(l, found.oa + at, LEVEL_LAST);
	return PGTABLE_OK;
}

static void free_leaving(struct leaving *l)
{
	while (l->first != 0) {
		uint64_t ipa = align_down(l->first, 8);
		int level = (int)(l->first & 7) - 1;

		l->first = *(uint64_t *)ram_at(l->k, ipa, 8);
		ram_free(l->k, ipa, level);
	}
}

/*
 * Where blocks are in use an unmap may have to split two of them; it must not fail once frames have
 * been chained.
 */
static bool tables_at_hand(struct kernel *k)
{
	uint64_t page[SPLIT_TABLES_MAX];
	unsigned count = 0;

	if (k->block_bytes == granule(k))
		return true;
	while (count < SPLIT_TABLES_MAX && (page[count] = ram_alloc(k, LEVEL_LAST)) != 0)
		count++;
	for (unsigned i = 0; i < count; i++)
		ram_free(k, page[i], LEVEL_LAST);
	return count == SPLIT_TABLES_MAX;
}

static void release(struct kernel *k, const struct area *a, uint64_t start, uint64_t end)
{
	struct leaving leaving = {.k = k};

	if (a->kind != AREA_DEVMEM)
		pgtable_walk(&k->mm.table, start, end - start, VISIT_LEAF, collect, &leaving);
	if (pgtable_unmap(&k->mm.table, start, end - start) != PGTABLE_OK)
		panic(k, "the range from 0x%lx to 0x%lx cannot be unmapped", start, end);
	free_leaving(&leaving);
}

/* ------------------------------------------------------------------ mapping */

/* [start, end) is made of whole granules inside the TTBR0 half. */
static bool is_range(const struct kernel *k, uint64_t start, uint64_t end)
{
	return start < end && end <= k->mm.end && ((start | end) & (granule(k) - 1)) == 0;
}

int64_t mm_forget(struct kernel *k, uint64_t start, uint64_t end)
{
	if (!is_range(k, start, end))
		return -EINVAL;
	if (!tables_at_hand(k))
		return -ENOMEM;
	for (const struct area *a = k->mm.areas; a != NULL && a->start < end; a = a->next)
		if (a->end > start)
			release(k, a, a->start > start ? a->start : start,
				a->end < end ? a->end : end);
	return 0;
}

int64_t mm_unmap(struct kernel *k, uint64_t start, uint64_t end)
{
	if (!is_range(k, start, end))
		return -EINVAL;
	if (!areas_reserve(k) || mm_forget(k, start, end) < 0)
		return -ENOMEM;
	areas_cut(&k->mm, start, end);
	return 0;
}

int64_t mm_map(struct kernel *k, const struct area *wanted, unsigned how)
{
	struct area area = *wanted;
	uint64_t bytes = area.end - area.start;
	int64_t status;

	if (!areas_reserve(k))
		return -ENOMEM;
	if (how & MM_FIXED) {
		if (area.start & (granule(k) - 1))
			return -EINVAL;
		if (!is_range(k, area.start, area.end))
			return -ENOMEM;
		if (how & MM_NOREPLACE && !areas_free(&k->mm, area.start, area.end))
			return -EEXIST;
		status = mm_unmap(k, area.start, area.end);
		if (status < 0)
			return status;
	} else if (area.start == 0 || !is_range(k, area.start, area.end) ||
		   !areas_free(&k->mm, area.start, area.end)) {
		area.start = areas_gap(&k->mm, bytes,
				       bytes >= k->block_bytes ? k->block_bytes : granule(k));
		if (area.start == 0)
			return -ENOMEM;
		area.end = area.start + bytes;
	}
	areas_insert(&k->mm, &area);
	return (int64_t)area.start;
}

int64_t mm_protect(struct kernel *k, uint64_t start, uint64_t end, unsigned prot)
{
	uint64_t covered = start;

	if (!is_range(k, start, end))
		return start == end ? 0 : -EINVAL;
	for (const struct area *a = k->mm.areas; a != NULL && a->start <= covered && covered < end;
	     a = a->next)
		if (a->end > covered)
			covered = a->end;
	if (covered < end || !areas_reserve(k) || !tables_at_hand(k))
		return -ENOMEM;
	if (pgtable_protect(&k->mm.table, start, end - start, mm_leaf(prot)) != PGTABLE_OK)
		return -ENOMEM;
	areas_split(&k->mm, start);
	areas_split(&k->mm, end);
	for (struct area *a = area_at(&k->mm, start); a != NULL && a->start < end; a = a->next)
		a->prot = (uint8_t)prot;
	return 0;
}

/* As Linux: the new end, or the old one where it can't be. */
int64_t mm_brk(struct kernel *k, uint64_t brk)
{
	struct mm *mm = &k->mm;
	struct area heap = {
		.start = align_up(mm->brk, granule(k)),
		.end = align_up(brk, granule(k)),
		.prot = PROT_READ | PROT_WRITE,
		.kind = AREA_ANONYMOUS,
	};

	if (brk < mm->brk_start || brk > mm->mmap_end)
		return (int64_t)mm->brk;
	if (heap.end > heap.start) {
		if (!areas_free(mm, heap.start, heap.end) || mm_map(k, &heap, MM_FIXED) < 0)
			return (int64_t)mm->brk;
	} else if (heap.end < heap.start && mm_unmap(k, heap.end, heap.start) < 0) {
		return (int64_t)mm->brk;
	}
	mm->brk = brk;
	return (int64_t)brk;
}
