/* AddWithCarry(), ShiftReg() and ExtendReg(), with flags as struct nzcv keeps them. */
#ifndef CPU_ARITH_H
#define CPU_ARITH_H

#include "ctx.h"

/* All logical immediates by N:immr:imms; decode refuses the reserved ones. */
extern const uint64_t BITMASK[8192];

INLINE uint64_t bitmask(a64_unsigned imm13)
{
#ifdef CPU_STENCIL
	uint64_t mask;

	(void)imm13;
	__asm__("movabsq %1,%0" : "=r"(mask) : "i"(HOLE_MASK));
	return mask;
#else
	return BITMASK[imm13];
#endif
}

/* Flags that an instruction has as an immediate. */
INLINE struct nzcv flags_imm(a64_unsigned nzcv)
{
#ifdef CPU_STENCIL
	struct nzcv f;

	(void)nzcv;
	__asm__("movabsq %1,%0" : "=r"(f.nz) : "i"(HOLE_FLAGS_NZ));
	__asm__("movabsq %1,%0" : "=r"(f.a) : "i"(HOLE_FLAGS_A));
	__asm__("movabsq %1,%0" : "=r"(f.b) : "i"(HOLE_FLAGS_B));
	return f;
#else
	return flags_from(nzcv);
#endif
}

/* Sum and flags. 32-bit operands are moved to the upper half, where carry and sign are those of 64
 * bits. */
INLINE uint64_t adds(struct ctx *x, uint32_t sf, uint64_t a, uint64_t b)
{
	unsigned up = sf != 0 ? 0 : 32;
	uint64_t r;

	a <<= up;
	b <<= up;
	bool carry = __builtin_add_overflow(a, b, &r);

	/* N ^ V. */
	x->f = flags_of(r, r ^ ((a ^ r) & (b ^ r)), carry);
	return r >> up;
}

INLINE uint64_t subs(struct ctx *x, uint32_t sf, uint64_t a, uint64_t b)
{
	unsigned up = sf != 0 ? 0 : 32;
	uint64_t r;

	a <<= up;
	b <<= up;
	r = a - b;
	x->f = (struct nzcv){r, a, b};
	return r >> up;
}

/* a + b + carry. */
INLINE uint64_t adcs(struct ctx *x, uint32_t sf, uint64_t a, uint64_t b)
{
	uint64_t carry = flag_c(x->f), r;

	if (sf == 0) {
		r = (uint64_t)(uint32_t)a + (uint32_t)b + carry;
		x->f = flags_of(r << 32, (r ^ ((a ^ r) & (b ^ r))) << 32, r >> 32 != 0);
		return (uint32_t)r;
	}
	bool over = __builtin_add_overflow(a, b, &r);

	over |= __builtin_add_overflow(r, carry, &r);
	x->f = flags_of(r, r ^ ((a ^ r) & (b ^ r)), over);
	return r;
}

INLINE uint64_t logical_flags(struct ctx *x, uint32_t sf, uint64_t r)
{
	uint64_t nz = sf != 0 ? r : r << 32;

	/* C and V are 0: b is above 0, unsigned, and signed only where nz is negative. */
	x->f = (struct nzcv){nz, 0, ~nz | 1};
	return r;
}

INLINE uint64_t rotate_right(uint32_t sf, uint64_t value, uint32_t amount)
{
	if (sf != 0)
		return value >> (amount & 63) | value << (-amount & 63);
	return (uint32_t)value >> (amount & 31) | (uint32_t)((uint32_t)value << (-amount & 31));
}

enum { SHIFT_LSL, SHIFT_LSR, SHIFT_ASR, SHIFT_ROR };

/* ShiftReg() by an immediate less than the size. The upper half of a W result is of no meaning:
 * set_R() drops it. */
INLINE uint64_t shifted_imm(uint32_t sf, uint64_t value, uint32_t type, a64_unsigned amount)
{
	switch (type) {
	case SHIFT_LSL:
		return lsl_imm(value, amount);
	case SHIFT_LSR:
		return sf != 0 ? lsr_imm(value, amount) : lsr_imm32((uint32_t)value, amount);
	case SHIFT_ASR:
		return sf != 0 ? asr_imm(value, amount) : asr_imm32((uint32_t)value, amount);
	default:
		return sf != 0 ? ror_imm(value, amount) : ror_imm32((uint32_t)value, amount);
	}
}

/* The same by a register. */
INLINE uint64_t shifted(uint32_t sf, uint64_t value, uint32_t type, uint32_t amount)
{
	switch (type) {
	case SHIFT_LSL:
		return value << amount;
	case SHIFT_LSR:
		return sf != 0 ? value >> amount : (uint32_t)value >> amount;
	case SHIFT_ASR:
		return sf != 0 ? (uint64_t)((int64_t)value >> amount)
			       : (uint64_t)((int32_t)value >> amount);
	default:
		return rotate_right(sf, value, amount);
	}
}

INLINE uint64_t extended(uint64_t value, uint32_t option)
{
	switch (option) {
	case 0:
		return (uint8_t)value;
	case 1:
		return (uint16_t)value;
	case 2:
		return (uint32_t)value;
	case 4:
		return (uint64_t)(int8_t)value;
	case 5:
		return (uint64_t)(int16_t)value;
	case 6:
		return (uint64_t)(int32_t)value;
	default:
		return value;
	}
}

#endif
