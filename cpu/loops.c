/* Innermost loops of a page, and which of their registers are worth a host register. */
#include "emit.h"

#include <string.h>

enum { LOOP_OPS_MAX = 96, FIRST_HOST = 11, HOSTS = 5 /* r11 to r15: no stencil uses them */ };

bool layout_branches(const struct layout *layout, const struct code_page *page, unsigned i,
		     unsigned *to)
{
	const struct stencil *stencil = layout->stencils[i];

	for (unsigned k = 0; stencil != NULL && k < stencil->patch_count; k++) {
		if (stencil_patches[stencil->first_patch + k].hole != HOLE_TAKEN)
			continue;
		*to = (unsigned)((int32_t)i + page->ops[i].imm);
		return true;
	}
	return false;
}

/* The last op that branches back to `first`, near enough; `first` itself: there is none. */
static unsigned loop_end(const struct layout *layout, const struct code_page *page, unsigned first)
{
	unsigned end = first, to;

	for (unsigned i = first + 1; i < OPS_PER_PAGE && i < first + LOOP_OPS_MAX; i++)
		if (layout_branches(layout, page, i, &to) && to == first)
			end = i;
	return end;
}

static bool is_mappable(const struct layout *layout, unsigned first, unsigned last)
{
	for (unsigned i = first; i <= last; i++)
		if (layout->stencils[i] == NULL || !layout->stencils[i]->mappable ||
		    layout->loop_of[i] != NULL)
			return false;
	return true;
}

/* No loop begins inside [first, last]. */
static bool is_innermost(const unsigned ends[OPS_PER_PAGE], unsigned first, unsigned last)
{
	for (unsigned i = first + 1; i <= last; i++)
		if (ends[i] > i && ends[i] <= last)
			return false;
	return true;
}

/* How often the ops read each register: what a host register saves. */
static void count_reads(const struct layout *layout, const struct code_page *page,
			const struct loop *loop, unsigned reads[256])
{
	const struct patch *patch;

	for (unsigned i = loop->first; i <= loop->last; i++) {
		const struct stencil *stencil = layout->stencils[i];

		for (unsigned k = 0; k < stencil->access_count; k++) {
			const struct access *access = &stencil_accesses[stencil->first_access + k];

			if (access->kind == ACCESS_READ)
				reads[access_slot(stencil, access, &page->ops[i], &patch)]++;
		}
	}
}

/* X0 to X29 only: stencils know the places of X30, SP and XZR as constants. */
static void map_registers(struct loop *loop, unsigned reads[256])
{
	for (loop->mapped = 0; loop->mapped < HOSTS; loop->mapped++) {
		unsigned best = 0;

		for (unsigned slot = 1; slot < 30; slot++)
			if (reads[slot] > reads[best])
				best = slot;
		if (reads[best] == 0)
			return;
		loop->host[best] = (uint8_t)(FIRST_HOST + loop->mapped);
		reads[best] = 0;
	}
}

void layout_find_loops(struct layout *layout, const struct code_page *page)
{
	unsigned ends[OPS_PER_PAGE];

	layout->loop_count = 0;
	memset(layout->loop_of, 0, sizeof(layout->loop_of));
	for (unsigned i = 0; i < OPS_PER_PAGE; i++)
		ends[i] = loop_end(layout, page, i);
	for (unsigned i = 0; i < OPS_PER_PAGE && layout->loop_count < LOOPS_MAX; i++) {
		struct loop *loop = &layout->loops[layout->loop_count];
		unsigned reads[256] = {0};

		if (ends[i] == i || !is_innermost(ends, i, ends[i]) ||
		    !is_mappable(layout, i, ends[i]))
			continue;
		*loop = (struct loop){.first = i, .last = ends[i]};
		count_reads(layout, page, loop, reads);
		map_registers(loop, reads);
		for (unsigned k = i; k <= ends[i]; k++)
			layout->loop_of[k] = loop;
		layout->loop_count++;
	}
}
