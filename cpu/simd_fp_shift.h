/*
 * Advanced SIMD shift by immediate of floating point: conversion to and from fixed-point numbers.
 * immhb is immh:immb without the bit that gives the size: the number of fraction bits is the size
 * less immhb.
 */
#ifndef CPU_SIMD_FP_SHIFT_H
#define CPU_SIMD_FP_SHIFT_H

#include "simd_fp.h"

INLINE struct outcome to_fixed(struct ctx *x, struct shape s, uint32_t Rd, uint32_t Rn,
			       uint32_t immhb, bool is_unsigned)
{
	const union vreg operand = *V(x, Rn);
	union vreg result = {.d = {0, 0}};

	for (unsigned e = 0; e < s.elements; e++)
		set_Elem(&result, e, s.esize,
			 FPToFixed(s.esize, s.esize, Elem(&operand, e, s.esize), s.esize - immhb,
				   is_unsigned, FPRounding_ZERO, &x->cpu->fp));
	set_V(x, Rd, result);
	return NEXT;
}

INLINE struct outcome from_fixed(struct ctx *x, struct shape s, uint32_t Rd, uint32_t Rn,
				 uint32_t immhb, bool is_unsigned)
{
	const union vreg operand = *V(x, Rn);
	union vreg result = {.d = {0, 0}};

	for (unsigned e = 0; e < s.elements; e++)
		set_Elem(&result, e, s.esize,
			 FixedToFP(s.esize, s.esize, Elem(&operand, e, s.esize), s.esize - immhb,
				   is_unsigned, FPRoundingMode(&x->cpu->fp), &x->cpu->fp));
	set_V(x, Rd, result);
	return NEXT;
}

#define FIXED(NAME, shape, family, is_unsigned)                                                    \
	INLINE struct outcome exec_##NAME(struct ctx *x, const struct a64_##NAME *i) {             \
		return family(x, shape, i->Rd, i->Rn, i->immhb, is_unsigned);                      \
	}
/* Of three precisions, scalars and vectors. */
#define ALL_FIXED(NAME, family, is_unsigned)                                                       \
	FIXED(NAME##_scalar_fixed_half, scalar(16), family, is_unsigned)                           \
	FIXED(NAME##_scalar_fixed_single, scalar(32), family, is_unsigned)                         \
	FIXED(NAME##_scalar_fixed_double, scalar(64), family, is_unsigned)                         \
	FIXED(NAME##_vector_fixed_half, vector(i->Q, 16), family, is_unsigned)                     \
	FIXED(NAME##_vector_fixed_single, vector(i->Q, 32), family, is_unsigned)                   \
	FIXED(NAME##_vector_fixed_double, vector(1, 64), family, is_unsigned)

ALL_FIXED(SCVTF, from_fixed, false)
ALL_FIXED(FCVTZS, to_fixed, false)
ALL_FIXED(UCVTF, from_fixed, true)
ALL_FIXED(FCVTZU, to_fixed, true)

#endif
