/* The VM's RAM: frames, and the linear map through which the kernel reaches them. */
#include "kernel.h"

enum {
	RESERVE_PAGES = 12, /* mapped and unused: more than the tables that one step of the linear
			       map can need */
	STEP_PAGES = 16,
};

static uint64_t granule(const struct kernel *k)
{
	return geometry_granule_bytes(&k->geometry);
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/*
 * Puts [ipa, end) behind what is in the linear map, as far from a block boundary as its IPA is, so
 * that blocks can map it; as much as the half has room for.
 */
static void place(struct kernel *k, uint64_t *va, uint64_t ipa, uint64_t end)
{
	struct ram *r = &k->ram;
	uint64_t start = align_down(*va, k->block_bytes) + (ipa & (k->block_bytes - 1));

	if (start < *va)
		start += k->block_bytes;
	if (start < *va || start >= r->limit || end <= ipa)
		return;
	r->windows[r->count] = (struct window){
		.ipa = ipa,
		.bytes = lesser(end - ipa, r->limit - start),
		.va = start,
	};
	*va = start + r->windows[r->count++].bytes;
}

/* The boot info and the program, at the top of the first window, are placed before all the rest. */
static void place_windows(struct kernel *k)
{
	const struct bootinfo *b = k->boot;
	uint64_t va = k->table.ia_base, info = (uint64_t)b;
	uint64_t top = align_down(b->program.bytes != 0 ? lesser(info, b->program.base) : info,
				  granule(k));

	for (unsigned i = 0; i < b->ram_count; i++) {
		uint64_t ipa = align_up(b->ram[i].base, granule(k));
		uint64_t end = align_down(b->ram[i].base + b->ram[i].bytes, granule(k));

		if (i == 0) {
			place(k, &va, top, end);
			end = top;
		} else if (ipa == 0) {
			/* IPA 0 is nobody's frame: ram_alloc() says "none" with it. */
			ipa += granule(k);
		}
		place(k, &va, ipa, end);
	}
}

static const struct window *window_of(const struct ram *r, uint64_t ipa, uint64_t bytes)
{
	for (unsigned i = 0; i < r->count; i++) {
		const struct window *w = &r->windows[i];

		if (ipa >= w->ipa && ipa - w->ipa < w->bytes && bytes <= w->bytes - (ipa - w->ipa))
			return w;
	}
	return NULL;
}

void *ram_at(const struct kernel *k, uint64_t ipa, uint64_t bytes)
{
	const struct window *w = window_of(&k->ram, ipa, bytes);

	if (w == NULL)
		return NULL;
	return (void *)(k->mmu_on ? w->va + (ipa - w->ipa) : ipa);
}

uint64_t ram_ipa(const struct kernel *k, const void *address)
{
	uint64_t va = (uint64_t)address;

	if (!k->mmu_on)
		return va;
	for (unsigned i = 0; i < k->ram.count; i++) {
		const struct window *w = &k->ram.windows[i];

		if (va >= w->va && va - w->va < w->bytes)
			return w->ipa + (va - w->va);
	}
	panic(k, "address 0x%lx is not in the linear map", va);
}

bool ram_map(struct kernel *k, uint64_t ipa, uint64_t bytes)
{
	const struct window *w = window_of(&k->ram, ipa, bytes);

	return w != NULL && pgtable_map(&k->table, w->va + (ipa - w->ipa), bytes, ipa, LEAF_W,
					k->block_bytes) == PGTABLE_OK;
}

/* ------------------------------------------------------------------ zeroing */

/* DC ZVA needs Normal memory, so the MMU; a core may also forbid it (DCZID_EL0.DZP). */
void zero(struct kernel *k, void *start, uint64_t bytes)
{
	uint64_t dczid = read_sysreg(dczid_el0), step = UINT64_C(4) << (dczid & 0xf);
	uint8_t *at = start, *end = at + bytes;

	if (!k->mmu_on || dczid & 0x10 || ((uint64_t)at | bytes) & (step - 1)) {
		for (; at < end; at += 16)
			__asm__ volatile("stp xzr, xzr, [%0]" : : "r"(at) : "memory");
		return;
	}
	for (; at < end; at += step)
		__asm__ volatile("dc zva, %0" : : "r"(at) : "memory");
}

void ram_give_away(struct kernel *k, uint64_t ipa, uint64_t bytes)
{
	struct ram *r = &k->ram;

	if (r->dirty == r->dirty_end) {
		r->dirty = ipa;
		r->dirty_end = ipa + bytes;
		return;
	}
	r->dirty = lesser(r->dirty, ipa);
	if (r->dirty_end < ipa + bytes)
		r->dirty_end = ipa + bytes;
}

static bool reads_as_zero(const struct ram *r, uint64_t ipa, uint64_t bytes)
{
	return r->zeroed && (ipa + bytes <= r->dirty || ipa >= r->dirty_end);
}

/* ------------------------------------------------------------------ frames */

static unsigned level_index(int level)
{
	return (unsigned)(level + 1);
}

static void push_free(struct kernel *k, uint64_t ipa, int level)
{
	uint64_t *link = ram_at(k, ipa, granule(k));

	*link = k->ram.freed[level_index(level)];
	k->ram.freed[level_index(level)] = (uint64_t)link;
}

static uint64_t pop_free(struct kernel *k, int level)
{
	uint64_t *list = &k->ram.freed[level_index(level)];
	uint64_t *frame = (uint64_t *)*list;

	if (frame == NULL)
		return 0;
	*list = *frame;
	zero(k, frame, geometry_level_bytes(&k->geometry, level));
	return ram_ipa(k, frame);
}

/*
 * One step of the linear map at the low end. The tables it needs come from the reserve that is
 * still mapped.
 */
static bool extend(struct kernel *k)
{
	struct ram *r = &k->ram;
	uint64_t step = STEP_PAGES * granule(k);
	uint64_t to = align_up(r->mapped + 1, step > k->block_bytes ? step : k->block_bytes);

	to = lesser(to, r->mapped_high);
	if (to == r->mapped)
		return false;
	r->extending = true;
	bool done = ram_map(k, r->mapped, to - r->mapped);
	r->extending = false;
	if (done)
		r->mapped = to;
	return done;
}

static uint64_t low_end(const struct kernel *k)
{
	return k->mmu_on ? lesser(k->ram.mapped, k->ram.high) : k->ram.high;
}

/*
 * What is left of the current window goes to the free list: with it the next window's map begins.
 */
static bool next_window(struct kernel *k)
{
	struct ram *r = &k->ram;

	if (r->extending || !k->mmu_on || r->current + 1 >= r->count)
		return false;
	for (; low_end(k) - r->low >= granule(k); r->low += granule(k))
		push_free(k, r->low, LEVEL_LAST);
	r->current++;
	r->low = r->mapped = r->windows[r->current].ipa;
	r->high = r->mapped_high = r->low + r->windows[r->current].bytes;
	return extend(k);
}

static uint64_t unused_page(struct kernel *k)
{
	struct ram *r = &k->ram;
	uint64_t ipa;

	while (k->mmu_on && !r->extending && r->low + RESERVE_PAGES * granule(k) > r->mapped)
		if (!extend(k) &&
		    (r->low + RESERVE_PAGES * granule(k) / 2 <= low_end(k) || !next_window(k)))
			break;
	if (r->low + granule(k) > low_end(k))
		return 0;
	ipa = r->low;
	r->low += granule(k);
	if (!reads_as_zero(r, ipa, granule(k)))
		zero(k, ram_at(k, ipa, granule(k)), granule(k));
	return ipa;
}

/* From the high end, aligned; what the alignment skips stays unused. */
static uint64_t unused_block(struct kernel *k, int level)
{
	struct ram *r = &k->ram;
	uint64_t bytes = geometry_level_bytes(&k->geometry, level), high = r->high,
		 mapped_high = r->mapped_high;
	uint64_t ipa = align_down(high, bytes) - bytes;

	if (align_down(high, bytes) < bytes || ipa < r->mapped + STEP_PAGES * granule(k))
		return 0;
	r->high = r->mapped_high = ipa;
	if (!ram_map(k, ipa, bytes)) {
		r->high = high;
		r->mapped_high = mapped_high;
		return 0;
	}
	if (!reads_as_zero(r, ipa, bytes))
		zero(k, ram_at(k, ipa, bytes), bytes);
	return ipa;
}

uint64_t ram_alloc(struct kernel *k, int level)
{
	uint64_t ipa = pop_free(k, level);

	if (ipa != 0)
		return ipa;
	if (level < LEVEL_LAST)
		return unused_block(k, level);
	ipa = unused_page(k);
	return ipa != 0 ? ipa : pop_free(k, level);
}

void ram_free(struct kernel *k, uint64_t ipa, int level)
{
	push_free(k, ipa, level);
}

/* ------------------------------------------------------------------ start */

void ram_init(struct kernel *k)
{
	const struct bootinfo *b = k->boot;
	struct ram *r = &k->ram;
	const struct window *w = &r->windows[WINDOW_FIRST];

	r->limit = DEVICES_VA;
	r->zeroed = b->flags & BOOTINFO_ZEROED;
	place_windows(k);
	if (r->count <= WINDOW_FIRST || window_of(r, b->kernel.base, b->kernel.bytes) != w)
		panic(k,
		      "the TTBR1 half or the first RAM window has no room for kernel and program");
	r->current = WINDOW_FIRST;
	r->low = r->mapped = align_up(b->kernel.base + b->kernel.bytes, granule(k));
	r->high = r->mapped_high = w->ipa + w->bytes;
	if (r->low >= r->high)
		panic(k, "the first RAM window has no room between kernel and program");
}

/*
 * The last step with the MMU off: everything allocated so far, a reserve, the boot info and the
 * program are mapped.
 */
bool ram_map_first(struct kernel *k)
{
	struct ram *r = &k->ram;

	while (r->mapped < r->low + RESERVE_PAGES * granule(k))
		if (!extend(k))
			return false;
	return ram_map(k, r->windows[WINDOW_PROGRAM].ipa, r->windows[WINDOW_PROGRAM].bytes);
}
