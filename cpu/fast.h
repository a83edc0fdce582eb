/*
 * The fast instantiation: what surrounds the semantics in a generated handler. A handler ends in a
 * jump to the next, so that a run of any length needs no stack; all that is rare is a jump, too, to
 * functions of fast.c. With CPU_LOOP (no optimisation, sanitizers) it returns to a loop instead.
 */
#ifndef CPU_FAST_H
#define CPU_FAST_H

#include "ctx.h"
#include "fp_access.h"

#if defined(__has_attribute) && !defined(CPU_LOOP)
#if __has_attribute(musttail)
#define MUSTTAIL __attribute__((musttail))
#endif
#endif
#ifndef MUSTTAIL
#define MUSTTAIL
#endif

#define LIKELY(condition)   __builtin_expect((condition), 1)
#define UNLIKELY(condition) __builtin_expect((condition), 0)

/* Goes on in a function of the same signature. */
#define FAST_TAIL(function, to) MUSTTAIL return function(e, to, budget, nz, a, b)

#ifdef CPU_LOOP
#define FAST_GO(to) FAST_TAIL(fast_looped, to)
#else
#define FAST_GO(to) FAST_TAIL((to)->fn, to)
#endif

/* What a generated handler is made of; the same handlers become stencils by the definitions of
 * stencil.h. */
#ifdef CPU_STENCIL
#include "stencil.h"
#else

#define FAST_HANDLER(name)                                                                         \
	fast_handler fast_##name;                                                                  \
	void fast_##name(FAST_PARAMETERS)

/* Fields that are in the op. */
#define FAST_REGISTER(k) op->b[k]
#define FAST_VECTOR(k)   op->b[k]
#define FAST_BYTE(k)     op->b[k]
#define FAST_IMM         op->imm

/* What the handler was chosen for. */
#define FAST_ASSUME(condition)                                                                     \
	if (!(condition))                                                                          \
	__builtin_unreachable()

/* The base register may be SP. */
#define FAST_ANY_BASE

#define FAST_ENTER(is_near)                                                                        \
	const bool fast_near = (is_near);                                                          \
	struct ctx x = {.cpu = &e->cpu, .f = {nz, a, b}, .fast = true, .op = op, .budget = budget}

/* Before an instruction of SIMD&FP registers. */
#define FAST_ENTER_SIMD                                                                            \
	if (UNLIKELY(!e->fp_free))                                                                 \
	FAST_TAIL(fast_observe, op)

/* budget moves with op but for the instruction that completed: see engine.h. */
#define FAST_LEAVE(call)                                                                           \
	const struct outcome o = call;                                                             \
	if (o.kind == OUTCOME_MISS)                                                                \
		FAST_TAIL(fast_observe, op);                                                       \
	nz = x.f.nz;                                                                               \
	a = x.f.a;                                                                                 \
	b = x.f.b;                                                                                 \
	if (o.kind == OUTCOME_NEXT) {                                                              \
		const struct op *next = op + 1;                                                    \
                                                                                                   \
		/* Not computed before: it would occupy a register beside op. */                   \
		__asm__ volatile("" : "+r"(next) : : "memory");                                    \
		FAST_GO(next);                                                                     \
	}                                                                                          \
	if (o.kind == OUTCOME_RELATIVE && fast_near) {                                             \
		const struct op *to =                                                              \
			(const struct op *)((uintptr_t)op + o.target * (OP_SIZE / 4));             \
                                                                                                   \
		budget += (uintptr_t)to - (uintptr_t)(op + 1);                                     \
		if (UNLIKELY((int64_t)(budget - (uintptr_t)to) <= 0))                              \
			FAST_TAIL(fast_limit, to);                                                 \
		FAST_GO(to);                                                                       \
	}                                                                                          \
	e->cpu.pc = o.kind == OUTCOME_RELATIVE ? PC(&x) + o.target : o.target;                     \
	FAST_TAIL(fast_branch_to, op)

#endif

/* op has missed the filter: the observed instantiation executes it. */
fast_handler fast_observe;
/* The form has no handler of its own: form and word are in op. */
fast_handler fast_word;
/* op was executed by the observed instantiation, e->outcome is what it came to. */
fast_handler fast_observed;
/* op has completed and branches to cpu.pc. */
fast_handler fast_branch_to;
/* The slice ends before op. */
fast_handler fast_limit;
fast_handler fast_looped;

/* The target of a direct branch at op, `instructions` away, is in op's page. */
static inline bool fast_is_near(const struct op *op, int32_t instructions)
{
	int32_t target = (int32_t)op_index(op) + instructions;

	return target >= 0 && target < OPS_PER_PAGE;
}

#endif
