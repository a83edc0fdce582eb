/*
 * Memory and a TLB that remembers, and a walker, for tests of the page-table library.
 */
#include "arena.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES (64u << 20)

#define MMFR0_ALL UINT64_C(0x0000000010200006)
#define MMFR2_ALL UINT64_C(0x0000000010010000)

/* ------------------------------------------------------------ memory and a TLB that remembers */

static void *arena_alloc(void *context, unsigned count)
{
	struct arena *w = context;
	size_t bytes = w->granule * count;

	if (w->allowance == 0)
		return NULL;
	if (w->allowance > 0)
		w->allowance--;
	w->used = (w->used + bytes - 1) / bytes * bytes;
	ck_assert(w->used + bytes <= ARENA_BYTES);
	w->used += bytes;
	w->live += count;
	return memset(w->bytes + w->used - bytes, 0, bytes);
}

static void arena_free(void *context, void *table, unsigned count)
{
	struct arena *w = context;

	ck_assert(w->live >= count);
	w->live -= count;
	/* Whoever still walks it finds nonsense. */
	memset(table, 0xa5, w->granule * count);
}

uint64_t arena_physical(void *context, const void *table)
{
	struct arena *w = context;

	return w->base + (uint64_t)((const unsigned char *)table - w->bytes);
}

static void *arena_from_physical(void *context, uint64_t address)
{
	struct arena *w = context;

	ck_assert_msg(address >= w->base && address < w->base + ARENA_BYTES, "table at %#lx",
		      address);
	return w->bytes + (address - w->base);
}

static void arena_invalidate(void *context, uint64_t ia, uint64_t bytes, bool leaf_only)
{
	struct arena *w = context;

	w->invalidations++;
	w->table_invalidations += !leaf_only;
	w->last_ia = ia;
	w->last_bytes = bytes;
}

static const struct pgtable_ops ops = {
	.alloc = arena_alloc,
	.free = arena_free,
	.to_physical = arena_physical,
	.from_physical = arena_from_physical,
	.invalidate = arena_invalidate,
};

void arena_open(struct fixture *f, const char *word, enum table_kind kind, uint64_t ia_base)
{
	struct core_limits core = core_limits(MMFR0_ALL, MMFR2_ALL);
	struct geometry_request r;
	struct geometry g;
	bool high;

	ck_assert(geometry_parse(&r, word, strlen(word)));
	ck_assert_msg(geometry_make(&g, &r, kind, &core, 0) == NULL, "%s", word);
	high = g.oa_bits == 52;
	f->arena = (struct arena){
		.bytes = aligned_alloc(1 << 20, ARENA_BYTES),
		.base = high ? UINT64_C(0x000d400000000000) : UINT64_C(0x0000400000000000),
		.allowance = -1,
		.granule = (size_t)geometry_granule_bytes(&g),
	};
	ck_assert(f->arena.bytes != NULL);
	ck_assert(pgtable_init(&f->table, &g, ia_base, &ops, &f->arena) == PGTABLE_OK);
}

void arena_close(struct fixture *f)
{
	pgtable_destroy(&f->table);
	ck_assert_msg(f->arena.live == 0, "%u granules leaked", f->arena.live);
	free(f->arena.bytes);
}

/* ------------------------------------------------------------------ a walker of the test's own */

/* Address bits of a descriptor: 4K/16K with DS 49:12 and 9:8, 64K 47:16 and 15:12, else 47:12. */
static uint64_t descriptor_address(const struct geometry *g, uint64_t d)
{
	if (g->granule_bits == 16)
		return (d & UINT64_C(0x0000ffffffff0000)) | (d >> 12 & 0xf) << 48;
	if (g->ds)
		return (d & UINT64_C(0x0003fffffffff000)) | (d >> 8 & 3) << 50;
	return d & UINT64_C(0x0000fffffffff000);
}

struct read_back arena_walk(struct fixture *f, uint64_t ia)
{
	const struct geometry *g = &f->table.geometry;
	uint64_t ttbr = pgtable_ttbr(&f->table);
	uint64_t base = g->oa_bits == 52
				? (ttbr >> 2 & 0xf) << 48 | (ttbr & UINT64_C(0x0000ffffffffffc0))
				: ttbr & UINT64_C(0x0000fffffffffffe);
	unsigned s = g->granule_bits - 3u;
	struct read_back r = {.level = g->start};

	ia &= (UINT64_C(1) << g->ia_bits) - 1;
	for (unsigned top = g->ia_bits;; r.level++) {
		unsigned shift = g->granule_bits + (unsigned)(3 - r.level) * s;
		uint64_t index = (ia & ((UINT64_C(1) << top) - 1)) >> shift;
		uint64_t mask = (UINT64_C(1) << shift) - 1;

		r.descriptor = ((uint64_t *)arena_from_physical(&f->arena, base))[index];
		r.fetches++;
		base = descriptor_address(g, r.descriptor);
		top = shift;
		if ((r.descriptor & 1) == 0 || (r.level == 3 && (r.descriptor & 2) == 0))
			return r;
		if (r.level == 3 || (r.descriptor & 2) == 0) {
			ck_assert_msg((base & mask) == 0, "leaf address %#lx not aligned", base);
			r.valid = true;
			r.oa = base | (ia & mask);
			return r;
		}
	}
}

void expect_leaf(struct fixture *f, uint64_t ia, uint64_t oa, int level)
{
	struct read_back r = arena_walk(f, ia);
	struct pgtable_found found = pgtable_lookup(&f->table, ia);

	ck_assert_msg(r.valid, "%#lx is not mapped", ia);
	ck_assert_msg(r.oa == oa, "%#lx: %#lx instead of %#lx", ia, r.oa, oa);
	ck_assert_msg(r.level == level, "%#lx: level %d instead of %d", ia, r.level, level);
	ck_assert(found.valid && found.oa == oa && found.level == level &&
		  found.descriptor == r.descriptor);
}

void expect_hole(struct fixture *f, uint64_t ia)
{
	ck_assert_msg(!arena_walk(f, ia).valid, "%#lx is mapped", ia);
	ck_assert(!pgtable_lookup(&f->table, ia).valid);
}
