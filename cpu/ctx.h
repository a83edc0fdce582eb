/*
 * What semantics work on. One source serves both instantiations: `fast` is a constant in every handler, so that what
 * does not apply folds away, and so do struct ctx and struct outcome.
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

INLINE void set_X(const struct ctx *x, uint32_t n, uint64_t value)
{
	x->cpu->x[n] = value;
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
	return ((const struct engine *)x->cpu)->page_va + ((uintptr_t)x->op & (CODE_PAGE_ALIGN - 1)) / (OP_SIZE / 4);
}

/* cond ? a : b without a jump: which way a guest's condition goes is no matter for the host's predictor. */
INLINE uint64_t choose(bool cond, uint64_t a, uint64_t b)
{
	uint64_t mask = -(uint64_t)cond;

	/* Else the compiler turns the mask back into a jump. */
	__asm__("" : "+r"(mask));
	return b ^ ((a ^ b) & mask);
}

#endif
