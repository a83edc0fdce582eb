/* The code of one page: what goes where, and writing it. */
#ifndef CPU_EMIT_H
#define CPU_EMIT_H

#include "stencils.h"

enum { LOOPS_MAX = 32 };
#define NO_ENTRY UINT32_MAX

/*
 * An innermost loop whose ops all have stencils: ops [first, last]. The guest registers that it
 * reads most are in host registers as well: host[slot] is the number of one, 0: none. struct cpu
 * always has their values too, so that code may be left anywhere; where it is entered they are
 * loaded.
 */
struct loop {
	unsigned first, last, mapped;
	uint8_t host[SLOT_COUNT];
};

struct layout {
	const struct stencil *stencils[OPS_PER_PAGE]; /* NULL: a jump through op->fn */
	const struct loop *loop_of[OPS_PER_PAGE];     /* NULL: no mapped registers */
	struct loop loops[LOOPS_MAX];
	unsigned loop_count;

	/* Offsets: the hot part, the cold part, and where to enter from outside of the loop, if it
	 * is possible. */
	uint32_t hot[OPS_PER_PAGE + 1], cold[OPS_PER_PAGE], entry[OPS_PER_PAGE];

	/* Where the code runs, and where it is written. */
	uintptr_t runs;
	uint8_t *written;
};

/* loops.c: fills loops and loop_of; stencils are there. */
void layout_find_loops(struct layout *layout, const struct code_page *page);
/* The op of a near branch that its stencil may take. False: it is none. */
bool layout_branches(const struct layout *layout, const struct code_page *page, unsigned i,
		     unsigned *to);

/* emit.c: fills all but runs and written; stencils are there, and may become NULL. The size of the
 * code. */
size_t layout_of(struct layout *layout, const struct code_page *page);
void layout_write(const struct layout *layout, const struct code_page *page);

/* The slot of struct cpu.x that an instruction of the stencil accesses. */
static inline unsigned access_slot(const struct stencil *stencil, const struct access *access,
				   const struct op *op, const struct patch **patch)
{
	*patch = &stencil_patches[stencil->first_patch];
	while ((*patch)->offset < access->start || (*patch)->offset >= access->end ||
	       (*patch)->hole > HOLE_R3)
		++*patch;
	return op->b[(*patch)->hole - HOLE_R0];
}

#endif
