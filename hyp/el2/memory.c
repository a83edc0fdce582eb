/*
 * Physical memory: RAM windows, and an allocator of naturally aligned power-of-two pieces over all
 * of them.
 *
 * A free piece holds the physical address of the next one of its size in its first word, so the
 * allocator needs no memory of its own and touches none that nobody uses. Pieces are split, never
 * merged: little is ever freed.
 */
#include "hyp.h"

unsigned order_of(uint64_t bytes)
{
	unsigned order = ORDER_MIN;

	while (UINT64_C(1) << order < bytes)
		order++;
	return order;
}

/* ------------------------------------------------------------------ windows */

/*
 * The hypervisor's own window comes last: what isn't its own lies apart from it, and as high as it
 * can.
 */
static bool preferred(const struct ram_window *a, const struct ram_window *b)
{
	return a->boot != b->boot ? b->boot : a->ram.base > b->ram.base;
}

void memory_open(struct memory *memory, const struct machine_info *machine, uint64_t image)
{
	memory->count = machine->ram_count;
	for (unsigned i = 0; i < machine->ram_count; i++) {
		struct ram_window w = {
			.ram = machine->ram[i],
			.va = machine->ram[i].base,
			.boot = range_contains(&machine->ram[i], image, 1),
		};
		unsigned at = i;

		for (unsigned order = 0; order < ORDER_END; order++)
			w.free[order] = NO_MEMORY;
		for (; at > 0 && preferred(&w, &memory->window[at - 1]); at--)
			memory->window[at] = memory->window[at - 1];
		memory->window[at] = w;
	}
}

void *memory_at(const struct memory *memory, uint64_t pa)
{
	for (unsigned i = 0; i < memory->count; i++) {
		const struct ram_window *w = &memory->window[i];

		if (range_contains(&w->ram, pa, 1))
			return (void *)(w->va + (pa - w->ram.base));
	}
	return NULL;
}

bool memory_holds(const struct memory *memory, uint64_t pa, uint64_t bytes)
{
	for (unsigned i = 0; i < memory->count; i++) {
		if (range_contains(&memory->window[i].ram, pa, bytes))
			return true;
	}
	return false;
}

uint64_t memory_pa(const struct memory *memory, const void *at)
{
	for (unsigned i = 0; i < memory->count; i++) {
		const struct ram_window *w = &memory->window[i];

		if ((uint64_t)at - w->va < w->ram.bytes)
			return w->ram.base + ((uint64_t)at - w->va);
	}
	return NO_MEMORY;
}

/* ------------------------------------------------------------------ free pieces */

static void push(struct memory *memory, struct ram_window *w, uint64_t pa, unsigned order)
{
	*(uint64_t *)memory_at(memory, pa) = w->free[order];
	w->free[order] = pa;
}

static uint64_t pop(struct memory *memory, struct ram_window *w, unsigned order)
{
	uint64_t pa = w->free[order];

	w->free[order] = *(uint64_t *)memory_at(memory, pa);
	return pa;
}

/* [from, to) in the largest aligned pieces. */
static void release(struct memory *memory, struct ram_window *w, uint64_t from, uint64_t to)
{
	const uint64_t page = UINT64_C(1) << ORDER_MIN;

	from = align_up(from, page);
	to = align_down(to, page);
	while (from < to) {
		unsigned order = ORDER_MIN;

		while (order + 1 < ORDER_END && (from & (UINT64_C(1) << order)) == 0 &&
		       to - from >= UINT64_C(2) << order)
			order++;
		push(memory, w, from, order);
		from += UINT64_C(1) << order;
	}
}

/* The lowest reserved range that reaches into [from, to). */
static const struct range *first_reserved(const struct range *reserved, unsigned count,
					  uint64_t from, uint64_t to)
{
	const struct range *first = NULL, span = {from, to - from};

	for (unsigned i = 0; i < count; i++) {
		if (reserved[i].bytes > 0 && ranges_overlap(&reserved[i], &span) &&
		    (first == NULL || reserved[i].base < first->base))
			first = &reserved[i];
	}
	return first;
}

void memory_release(struct memory *memory, const struct range *reserved, unsigned reserved_count)
{
	for (unsigned i = 0; i < memory->count; i++) {
		struct ram_window *w = &memory->window[i];
		uint64_t from = w->ram.base, end = w->ram.base + w->ram.bytes;

		while (from < end) {
			const struct range *r = first_reserved(reserved, reserved_count, from, end);

			if (r == NULL || r->base > from)
				release(memory, w, from, r == NULL ? end : r->base);
			from = r == NULL ? end : r->base + r->bytes;
		}
	}
}

static uint64_t alloc_in(struct memory *memory, struct ram_window *w, unsigned order)
{
	unsigned from = order;
	uint64_t pa;

	while (from < ORDER_END && w->free[from] == NO_MEMORY)
		from++;
	if (from >= ORDER_END)
		return NO_MEMORY;
	pa = pop(memory, w, from);
	while (from-- > order)
		push(memory, w, pa + (UINT64_C(1) << from), from);
	return pa;
}

uint64_t memory_alloc(struct memory *memory, unsigned order)
{
	uint64_t pa = NO_MEMORY;

	for (unsigned i = 0; i < memory->count && pa == NO_MEMORY; i++)
		pa = alloc_in(memory, &memory->window[i], order);
	return pa;
}

void memory_free(struct memory *memory, uint64_t pa, unsigned order)
{
	for (unsigned i = 0; i < memory->count; i++) {
		if (range_contains(&memory->window[i].ram, pa, 1))
			push(memory, &memory->window[i], pa, order);
	}
}
