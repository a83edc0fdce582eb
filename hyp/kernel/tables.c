/* The surroundings of the page-table library at EL1: pages, addresses, TLB maintenance. */
#include "kernel.h"

/* A longer range than this many pages is invalidated as a whole address space. */
enum { TLBI_PAGES_MAX = 64 };

static void *table_alloc(void *context, unsigned count)
{
	struct kernel *k = context;
	uint64_t ipa = count == 1 ? ram_alloc(k, LEVEL_LAST) : 0;

	return ipa != 0 ? ram_at(k, ipa, geometry_granule_bytes(&k->geometry)) : NULL;
}

static void table_free(void *context, void *table, unsigned count)
{
	(void)count;
	ram_free(context, ram_ipa(context, table), LEVEL_LAST);
}

static uint64_t to_physical(void *context, const void *table)
{
	return ram_ipa(context, table);
}

/* Called for every table of every walk, and nearly all tables are in the first window. */
static void *from_physical(void *context, uint64_t address)
{
	const struct kernel *k = context;
	const struct window *w = &k->ram.windows[WINDOW_FIRST];

	if (k->mmu_on && address - w->ipa < w->bytes)
		return (void *)(w->va + (address - w->ipa));
	return ram_at(k, address, 8);
}

/*
 * TLBI operands hold VA[55:12] whatever the granule; TTL stays 0: any level. VAAE1 takes entries of
 * every ASID.
 */
static void invalidate_pages(uint64_t va, uint64_t end, uint64_t granule, bool leaf_only)
{
	for (; va < end; va += granule) {
		uint64_t operand = va >> 12 & ((UINT64_C(1) << 44) - 1);

		if (leaf_only)
			tlbi_with(vaale1is, operand);
		else
			tlbi_with(vaae1is, operand);
	}
}

static void invalidate(void *context, uint64_t ia, uint64_t bytes, bool leaf_only)
{
	const struct kernel *k = context;
	uint64_t granule = geometry_granule_bytes(&k->geometry);

	dsb(ishst);
	if (bytes / granule <= TLBI_PAGES_MAX)
		invalidate_pages(ia, ia + bytes, granule, leaf_only);
	else
		tlbi(vmalle1is);
	dsb(ish);
	isb();
}

static void synchronise(void *context)
{
	(void)context;
	dsb(ishst);
	isb();
}

/*
 * Called twice: the functions have other addresses once the MMU is on. Only code that computes an
 * address relative to the PC sees the right one at either time, so a constant initialiser, which
 * holds the linked address, won't do.
 */
#define HERE(function)                                                                             \
	({                                                                                         \
		__typeof__(&(function)) p_ = (function);                                           \
		__asm__("" : "+r"(p_));                                                            \
		p_;                                                                                \
	})

void tables_init(struct kernel *k)
{
	k->ops.alloc = HERE(table_alloc);
	k->ops.free = HERE(table_free);
	k->ops.to_physical = HERE(to_physical);
	k->ops.from_physical = HERE(from_physical);
	k->ops.clean = NULL;
	k->ops.invalidate = k->mmu_on ? HERE(invalidate) : NULL;
	k->ops.synchronise = HERE(synchronise);
}
