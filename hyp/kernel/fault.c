/*
 * Demand paging: the first access to a page of an area gives it a frame, as large a leaf as block
 * and area allow.
 */
#include "kernel.h"

static bool allows(const struct area *a, enum access access)
{
	return access == ACCESS_READ ? a->prot != PROT_NONE : (a->prot & access) != 0;
}

/*
 * A leaf of the level that holds va lies in the area, and nothing is mapped in its span: `invalid`
 * is the level at which the walk for va ends.
 */
static bool fits(const struct kernel *k, const struct area *a, uint64_t va, int level, int invalid)
{
	uint64_t bytes = geometry_level_bytes(&k->geometry, level), start = align_down(va, bytes);

	if (level == LEVEL_LAST)
		return true;
	return invalid <= level && start >= a->start && start + bytes <= a->end &&
	       (a->kind != AREA_DEVMEM || ((a->ipa - a->start) & (bytes - 1)) == 0);
}

/* CTR_EL0.IDC: no cleaning is needed; DIC: no invalidation. */
void synchronise_instructions(const void *start, uint64_t bytes)
{
	uint64_t ctr = read_sysreg(ctr_el0), line = dcache_line();

	if (!(ctr >> 28 & 1))
		for (uint64_t at = 0; at < bytes; at += line)
			__asm__ volatile("dc cvau, %0"
					 :
					 : "r"((const uint8_t *)start + at)
					 : "memory");
	dsb(ish);
	if (!(ctr >> 29 & 1)) {
		__asm__ volatile("ic ialluis" : : : "memory");
		dsb(ish);
	}
	isb();
}

/*
 * The IPA for [start, start + bytes) of the area: a frame with its first contents, or what /dev/mem
 * has there.
 */
static uint64_t frame_for(struct kernel *k, const struct area *a, uint64_t start, int level)
{
	uint64_t bytes = geometry_level_bytes(&k->geometry, level), ipa;
	uint8_t *at;

	if (a->kind == AREA_DEVMEM)
		return a->ipa + (start - a->start);
	ipa = ram_alloc(k, level);
	if (ipa == 0 || a->kind != AREA_PROGRAM)
		return ipa;
	at = ram_at(k, ipa, bytes);
	if (program_fill(&k->program, start, at, bytes) && a->prot & PROT_EXEC)
		synchronise_instructions(at, bytes);
	return ipa;
}

enum fault_result mm_fault(struct kernel *k, uint64_t va, enum access access, int invalid)
{
	const struct area *a = area_at(&k->mm, va);
	int level = geometry_leaf_for(&k->geometry, k->block_bytes);

	if (a == NULL || !allows(a, access))
		return FAULT_BAD_ADDRESS;
	if (invalid == LEVEL_NONE)
		return FAULT_MAPPED;
	for (; level <= LEVEL_LAST; level++) {
		uint64_t bytes = geometry_level_bytes(&k->geometry, level),
			 start = align_down(va, bytes), ipa;

		if (!fits(k, a, va, level, invalid))
			continue;
		ipa = frame_for(k, a, start, level);
		if (ipa == 0)
			continue;
		if (pgtable_map(&k->mm.table, start, bytes, ipa, mm_leaf(a->prot), bytes) ==
		    PGTABLE_OK)
			return FAULT_MAPPED;
		if (a->kind != AREA_DEVMEM)
			ram_free(k, ipa, level);
	}
	return FAULT_NO_MEMORY;
}
