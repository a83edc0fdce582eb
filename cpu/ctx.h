/*
 * What semantics work on. One source serves both instantiations: `fast` is a constant in every
 * handler, so that what does not apply folds away, and so do struct ctx and struct outcome.
 */
#ifndef CPU_CTX_H
#define CPU_CTX_H

#include "engine.h"
#include "flags.h"
#ifdef CPU_STENCIL
#include "hole.h"
#endif

struct ctx {
	struct cpu *cpu;
	struct nzcv f;
	bool fast;
	/* fast only */
	const struct op *op;
	uint64_t budget;
};

#define INLINE static inline __attribute__((always_inline))

/* n may be IN_OP + k in a stencil: the slot is in a hole. */
INLINE uint64_t *register_slot(const struct ctx *x, uint32_t n)
{
#ifdef CPU_STENCIL
	if (n >= IN_OP)
		return (uint64_t *)((uintptr_t)x->cpu + hole_register(n - IN_OP));
#endif
	return &x->cpu->x[n];
}

INLINE uint64_t X(const struct ctx *x, uint32_t n)
{
	return *register_slot(x, n);
}

/* Of a register that the instruction reads too (writeback, MOVK): n is its slot. */
INLINE void set_slot(const struct ctx *x, uint32_t n, uint64_t value)
{
	*register_slot(x, n) = value;
#ifdef CPU_STENCIL
	/* Two holes may be one register. */
	__asm__ volatile("" : : : "memory");
#endif
}

/*
 * Of a register that is only written. In the fast instantiation n may be IN_OP + k, a constant: the
 * slot is byte k of the decoded op. So it is loaded here, after all else, and occupies no host
 * register before.
 */
INLINE void set_X(const struct ctx *x, uint32_t n, uint64_t value)
{
#ifndef CPU_STENCIL
	if (x->fast && n >= IN_OP) {
		/* The value first. */
		__asm__("" : "+r"(value));
		n = x->op->b[n - IN_OP];
	}
#endif
	set_slot(x, n, value);
}

/* What a store transfers, read as late: Rt and Rt2 of stores may be IN_OP + k, too. */
INLINE uint64_t stored_X(const struct ctx *x, uint32_t n)
{
#ifndef CPU_STENCIL
	if (x->fast && n >= IN_OP)
		n = x->op->b[n - IN_OP];
#endif
	return X(x, n);
}

/* As register_slot(), of SIMD&FP registers. */
INLINE union vreg *vector_slot(const struct ctx *x, uint32_t n)
{
#ifdef CPU_STENCIL
	if (n >= IN_OP)
		return (union vreg *)((uintptr_t)x->cpu + hole_vector(n - IN_OP));
#endif
	return &x->cpu->v[n];
}

/* Of Rt of loads and stores, that in the fast instantiation may be IN_OP + k: as set_X(). */
INLINE union vreg *late_vector(const struct ctx *x, uint32_t n)
{
#ifndef CPU_STENCIL
	if (x->fast && n >= IN_OP)
		n = x->op->b[n - IN_OP];
#endif
	return vector_slot(x, n);
}

/* Around a write of a SIMD&FP register: two holes may be one register. */
INLINE void vector_barrier(void)
{
#ifdef CPU_STENCIL
	__asm__ volatile("" : : : "memory");
#endif
}

/* A SIMD&FP register. */
INLINE const union vreg *V(const struct ctx *x, uint32_t n)
{
	return vector_slot(x, n);
}

INLINE void set_V(const struct ctx *x, uint32_t n, union vreg value)
{
	vector_barrier();
	*vector_slot(x, n) = value;
	vector_barrier();
}

/* Of a scalar or 64-bit vector result, the upper bits become 0. */
INLINE void set_D(const struct ctx *x, uint32_t n, uint64_t value)
{
	set_V(x, n, (union vreg){.d = {value, 0}});
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

#ifdef CPU_STENCIL
	uint64_t offset = HOLE_VALUE(PC);
#else
	uint64_t offset = ((uintptr_t)x->op & (CODE_PAGE_ALIGN - 1)) / (OP_SIZE / 4);
#endif
	return ((const struct engine *)x->cpu)->page_va + offset;
}

/* ---------------------------------------------------------------- immediates */

/* An immediate times a power of two. */
INLINE uint64_t scaled(a64_signed imm, unsigned log2)
{
#ifdef CPU_STENCIL
	if (HOLE_IS((uint64_t)imm, IMM)) {
		if (log2 == 1)
			return HOLE_VALUE(IMM_1);
		if (log2 == 2)
			return HOLE_VALUE(IMM_2);
		if (log2 == 3)
			return HOLE_VALUE(IMM_3);
		if (log2 == 4)
			return HOLE_VALUE(IMM_4);
		if (log2 == 12)
			return HOLE_VALUE(IMM_12);
	}
#endif
	return (uint64_t)(int64_t)imm << log2;
}

/* Shifts by an immediate that is a byte of the op, and less than the size. */
INLINE uint64_t lsl_imm(uint64_t value, a64_unsigned amount)
{
#ifdef CPU_STENCIL
	if (!__builtin_constant_p(amount)) {
		HOLE_SHIFT("shlq %1,%0", value, amount);
		return value;
	}
#endif
	return value << amount;
}

INLINE uint64_t lsr_imm(uint64_t value, a64_unsigned amount)
{
#ifdef CPU_STENCIL
	if (!__builtin_constant_p(amount)) {
		HOLE_SHIFT("shrq %1,%0", value, amount);
		return value;
	}
#endif
	return value >> amount;
}

INLINE uint64_t asr_imm(uint64_t value, a64_unsigned amount)
{
#ifdef CPU_STENCIL
	if (!__builtin_constant_p(amount)) {
		HOLE_SHIFT("sarq %1,%0", value, amount);
		return value;
	}
#endif
	return (uint64_t)((int64_t)value >> amount);
}

/* Of 32 bits, by the amount modulo 32. */
INLINE uint32_t lsr_imm32(uint32_t value, a64_unsigned amount)
{
#ifdef CPU_STENCIL
	if (!__builtin_constant_p(amount)) {
		HOLE_SHIFT("shrl %1,%0", value, amount);
		return value;
	}
#endif
	return value >> (amount & 31);
}

INLINE uint32_t asr_imm32(uint32_t value, a64_unsigned amount)
{
#ifdef CPU_STENCIL
	if (!__builtin_constant_p(amount)) {
		HOLE_SHIFT("sarl %1,%0", value, amount);
		return value;
	}
#endif
	return (uint32_t)((int32_t)value >> (amount & 31));
}

INLINE uint64_t ror_imm(uint64_t value, a64_unsigned amount)
{
#ifdef CPU_STENCIL
	if (!__builtin_constant_p(amount)) {
		HOLE_SHIFT("rorq %1,%0", value, amount);
		return value;
	}
#endif
	return value >> (amount & 63) | value << (-amount & 63);
}

INLINE uint32_t ror_imm32(uint32_t value, a64_unsigned amount)
{
#ifdef CPU_STENCIL
	if (!__builtin_constant_p(amount)) {
		HOLE_SHIFT("rorl %1,%0", value, amount);
		return value;
	}
#endif
	return value >> (amount & 31) | value << (-amount & 31);
}

/* The 64 bits of high:low from bit `amount`. */
INLINE uint64_t extr_imm(uint64_t high, uint64_t low, a64_unsigned amount)
{
#ifdef CPU_STENCIL
	HOLE_EXTR(high, low, amount);
	return low;
#else
	return low >> amount | high << 1 << (63 - amount);
#endif
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
