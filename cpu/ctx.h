/*
 * What semantics work on. One source serves both instantiations: `fast` is a constant in every
 * handler, so that what does not apply folds away, and so do struct ctx and struct outcome.
 */
#ifndef CPU_CTX_H
#define CPU_CTX_H

#include "engine.h"
#include "flags.h"

struct ctx {
	struct cpu *cpu;
	struct nzcv f;
	bool fast;
	/* fast only */
	const struct op *op;
	uint64_t budget;
};

#define INLINE static inline __attribute__((always_inline))

INLINE uint64_t X(const struct ctx *x, uint32_t n)
{
	return x->cpu->x[n];
}

/* Of a register that the instruction reads too (writeback, MOVK): n is its slot. */
INLINE void set_slot(const struct ctx *x, uint32_t n, uint64_t value)
{
	x->cpu->x[n] = value;
}

/*
 * Of a register that is only written. In the fast instantiation n may be IN_OP + k, a constant: the
 * slot is byte k of the decoded op. So it is loaded here, after all else, and occupies no host
 * register before.
 */
INLINE void set_X(const struct ctx *x, uint32_t n, uint64_t value)
{
	if (x->fast && n >= IN_OP) {
		/* The value first. */
		__asm__("" : "+r"(value));
		n = x->op->b[n - IN_OP];
	}
	set_slot(x, n, value);
}

/* What a store transfers, read as late: Rt and Rt2 of stores may be IN_OP + k, too. */
INLINE uint64_t stored_X(const struct ctx *x, uint32_t n)
{
	return X(x, x->fast && n >= IN_OP ? x->op->b[n - IN_OP] : n);
}

/* A SIMD&FP register. */
INLINE const union vreg *V(const struct ctx *x, uint32_t n)
{
	return &x->cpu->v[n];
}

INLINE void set_V(const struct ctx *x, uint32_t n, union vreg value)
{
	x->cpu->v[n] = value;
}

/* Of a scalar or 64-bit vector result, the upper bits become 0. */
INLINE void set_D(const struct ctx *x, uint32_t n, uint64_t value)
{
	x->cpu->v[n].d[0] = value;
	x->cpu->v[n].d[1] = 0;
}

/* W or X: sf says which. The upper half of an X register is 0 after a write of W. */
INLINE uint64_t R(const struct ctx *x, uint32_t sf, uint32_t n)
{
	return sf != 0 ? X(x, n) : (uint32_t)X(x, n);
}

INLINE void set_R(const struct ctx *x, uint32_t sf, uint32_t n, uint64_t value)
{
	set_X(x, n, sf != 0 ? value : (uint32_t)value);
}

/* The address of this instruction. */
INLINE uint64_t PC(const struct ctx *x)
{
	if (!x->fast)
		return x->cpu->pc;
	return ((const struct engine *)x->cpu)->page_va +
	       ((uintptr_t)x->op & (CODE_PAGE_ALIGN - 1)) / (OP_SIZE / 4);
}

/*
 * All ones if cond, else 0: for selection without a jump. Which way a guest's condition goes is no
 * matter for the host's predictor.
 */
INLINE uint64_t mask_if(bool cond)
{
	uint64_t mask = -(uint64_t)cond;

	/* Else the compiler turns uses of the mask back into a jump. */
	__asm__("" : "+r"(mask));
	return mask;
}

#endif
