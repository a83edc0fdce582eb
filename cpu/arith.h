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
	__asm__("movabsq %1,%0" : "=r"(f.nz) : "i"(HOLE_NZ));
	__asm__("movabsq %1,%0" : "=r"(f.v) : "i"(HOLE_V));
	__asm__("movabsq %1,%0" : "=r"(f.c) : "i"(HOLE_C));
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
	x->f.c = __builtin_add_overflow(a, b, &r);
	x->f.v = (a ^ r) & (b ^ r);
	x->f.nz = r;
	return r >> up;
}

INLINE uint64_t subs(struct ctx *x, uint32_t sf, uint64_t a, uint64_t b)
{
	unsigned up = sf != 0 ? 0 : 32;
	uint64_t r;

	a <<= up;
	b <<= up;
	r = a - b;
	x->f.c = a >= b;
	x->f.v = (a ^ b) & (a ^ r);
	x->f.nz = r;
	return r >> up;
}

/* a + b + carry. */
INLINE uint64_t adcs(struct ctx *x, uint32_t sf, uint64_t a, uint64_t b)
{
	uint64_t carry = flag_c(x->f), r;

	if (sf == 0) {
		r = (uint64_t)(uint32_t)a + (uint32_t)b + carry;
		x->f = (struct nzcv){.nz = r << 32, .v = ((a ^ r) & (b ^ r)) << 32, .c = r >> 32};
		return (uint32_t)r;
	}
	bool over = __builtin_add_overflow(a, b, &r);

	over |= __builtin_add_overflow(r, carry, &r);
	x->f = (struct nzcv){.nz = r, .v = (a ^ r) & (b ^ r), .c = over};
	return r;
}

INLINE uint64_t logical_flags(struct ctx *x, uint32_t sf, uint64_t r)
{
	x->f = (struct nzcv){.nz = sf != 0 ? r : r << 32, .v = 0, .c = 0};
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
