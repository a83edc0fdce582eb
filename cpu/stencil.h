/*
 * Handlers as stencils: what fast.h gives the generated handlers, for code that is copied and
 * patched (translate.c). Operands are holes. A stencil gets the arguments of a handler, so that
 * either can follow the other; but as it knows its op, the argument `op` is of no meaning in it.
 * What comes out of straight-line code in the middle goes by pointers in struct engine, as the copy
 * may be far from functions of the program.
 *
 * gencut.c cuts what the compiler makes of these functions; it knows stencil_next and
 * stencil_unusable.
 */
#ifndef CPU_STENCIL_H
#define CPU_STENCIL_H

#include "ctx.h"
#include "hole.h"

#define FAST_HANDLER(name)                                                                         \
	fast_handler stencil_##name;                                                               \
	void stencil_##name(FAST_PARAMETERS)

#define FAST_REGISTER(k)       (IN_OP + (k))
#define FAST_VECTOR(k)         (IN_OP + (k))
#define FAST_BYTE(k)           HOLE_VALUE(B##k)
#define FAST_IMM               ((int64_t)HOLE_VALUE(IMM))
#define FAST_ASSUME(condition) (void)0

/* A hole is no SLOT_SP to the compiler: such a form remains a handler. */
#define FAST_ANY_BASE stencil_unusable()
void stencil_unusable(void);

#define STENCIL_OP ((const struct op *)HOLE_VALUE(OP))
#define STENCIL_TO ((const struct op *)HOLE_VALUE(TO))

/* The code of the next op, which follows immediately. */
fast_handler stencil_next;
/* The code of the op branched to. */
#define STENCIL_TAKEN ((fast_handler *)HOLE_TAKEN)

/* Some value, that costs nothing: the argument `op` of code. */
static inline __attribute__((always_inline)) const struct op *stencil_any(void)
{
	const struct op *op;

	__asm__("" : "=S"(op));
	return op;
}

#define STENCIL_LEAVE(function, to) return e->function(e, to, budget, nz, a, b)

#define FAST_ENTER(is_near)                                                                        \
	(void)op;                                                                                  \
	const bool fast_near = (is_near);                                                          \
	struct ctx x = {                                                                           \
		.cpu = &e->cpu, .f = {nz, a, b}, .fast = true, .op = STENCIL_OP, .budget = budget}

#define FAST_ENTER_SIMD                                                                            \
	if (UNLIKELY(!e->fp_free))                                                                 \
	STENCIL_LEAVE(exit_observe, STENCIL_OP)

#define FAST_LEAVE(call)                                                                           \
	const struct outcome o = call;                                                             \
	if (UNLIKELY(o.kind == OUTCOME_MISS))                                                      \
		STENCIL_LEAVE(exit_observe, STENCIL_OP);                                           \
	nz = x.f.nz;                                                                               \
	a = x.f.a;                                                                                 \
	b = x.f.b;                                                                                 \
	if (LIKELY(o.kind == OUTCOME_RELATIVE && fast_near)) {                                     \
		budget += HOLE_VALUE(DELTA);                                                       \
		if (UNLIKELY((int64_t)budget <= (int64_t)HOLE_VALUE(TO)))                          \
			STENCIL_LEAVE(exit_limit, STENCIL_TO);                                     \
		return STENCIL_TAKEN(e, stencil_any(), budget, nz, a, b);                          \
	}                                                                                          \
	if (o.kind == OUTCOME_NEXT)                                                                \
		return stencil_next(e, stencil_any(), budget, nz, a, b);                           \
	e->cpu.pc = o.kind == OUTCOME_RELATIVE ? PC(&x) + o.target : o.target;                     \
	STENCIL_LEAVE(exit_branch_to, STENCIL_OP)

#endif
