/* Advanced SIMD three different: long, wide and narrowing. */
#ifndef CPU_SIMD_DIFFERENT_H
#define CPU_SIMD_DIFFERENT_H

#include "simd_ops.h"

INLINE struct outcome exec_SADDL(struct ctx *x, const struct a64_SADDL *i)
{
	return binary_long(x, signed_half(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_add);
}

INLINE struct outcome exec_SADDW(struct ctx *x, const struct a64_SADDW *i)
{
	return binary_wide(x, signed_half(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_add);
}

INLINE struct outcome exec_SSUBL(struct ctx *x, const struct a64_SSUBL *i)
{
	return binary_long(x, signed_half(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_subtract);
}

INLINE struct outcome exec_SSUBW(struct ctx *x, const struct a64_SSUBW *i)
{
	return binary_wide(x, signed_half(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_subtract);
}

INLINE struct outcome exec_ADDHN(struct ctx *x, const struct a64_ADDHN *i)
{
	return binary_narrow(x, unsigned_half(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_add_high);
}

INLINE struct outcome exec_SABAL(struct ctx *x, const struct a64_SABAL *i)
{
	return ternary_long(x, signed_half(i->Q, i->size), i->Rd, i->Rn, i->Rm,
			    op_absolute_difference_add);
}

INLINE struct outcome exec_SUBHN(struct ctx *x, const struct a64_SUBHN *i)
{
	return binary_narrow(x, unsigned_half(i->Q, i->size), i->Rd, i->Rn, i->Rm,
			     op_subtract_high);
}

INLINE struct outcome exec_SABDL(struct ctx *x, const struct a64_SABDL *i)
{
	return binary_long(x, signed_half(i->Q, i->size), i->Rd, i->Rn, i->Rm,
			   op_absolute_difference);
}

INLINE struct outcome exec_SMLAL_vector(struct ctx *x, const struct a64_SMLAL_vector *i)
{
	return ternary_long(x, signed_half(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_multiply_add);
}

INLINE struct outcome exec_SQDMLAL_vector(struct ctx *x, const struct a64_SQDMLAL_vector *i)
{
	return ternary_long(x, signed_half(i->Q, i->size), i->Rd, i->Rn, i->Rm,
			    op_doubling_multiply_add);
}

INLINE struct outcome exec_SMLSL_vector(struct ctx *x, const struct a64_SMLSL_vector *i)
{
	return ternary_long(x, signed_half(i->Q, i->size), i->Rd, i->Rn, i->Rm,
			    op_multiply_subtract);
}

INLINE struct outcome exec_SQDMLSL_vector(struct ctx *x, const struct a64_SQDMLSL_vector *i)
{
	return ternary_long(x, signed_half(i->Q, i->size), i->Rd, i->Rn, i->Rm,
			    op_doubling_multiply_subtract);
}

INLINE struct outcome exec_SMULL_vector(struct ctx *x, const struct a64_SMULL_vector *i)
{
	return binary_long(x, signed_half(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_multiply);
}

INLINE struct outcome exec_SQDMULL_vector(struct ctx *x, const struct a64_SQDMULL_vector *i)
{
	return binary_long(x, signed_half(i->Q, i->size), i->Rd, i->Rn, i->Rm,
			   op_doubling_multiply);
}

INLINE struct outcome exec_PMULL(struct ctx *x, const struct a64_PMULL *i)
{
	return binary_long(x, unsigned_half(i->Q, SIZE_B), i->Rd, i->Rn, i->Rm,
			   op_polynomial_multiply);
}

INLINE struct outcome exec_UADDL(struct ctx *x, const struct a64_UADDL *i)
{
	return binary_long(x, unsigned_half(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_add);
}

INLINE struct outcome exec_UADDW(struct ctx *x, const struct a64_UADDW *i)
{
	return binary_wide(x, unsigned_half(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_add);
}

INLINE struct outcome exec_USUBL(struct ctx *x, const struct a64_USUBL *i)
{
	return binary_long(x, unsigned_half(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_subtract);
}

INLINE struct outcome exec_USUBW(struct ctx *x, const struct a64_USUBW *i)
{
	return binary_wide(x, unsigned_half(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_subtract);
}

INLINE struct outcome exec_RADDHN(struct ctx *x, const struct a64_RADDHN *i)
{
	return binary_narrow(x, unsigned_half(i->Q, i->size), i->Rd, i->Rn, i->Rm,
			     op_rounding_add_high);
}

INLINE struct outcome exec_UABAL(struct ctx *x, const struct a64_UABAL *i)
{
	return ternary_long(x, unsigned_half(i->Q, i->size), i->Rd, i->Rn, i->Rm,
			    op_absolute_difference_add);
}

INLINE struct outcome exec_RSUBHN(struct ctx *x, const struct a64_RSUBHN *i)
{
	return binary_narrow(x, unsigned_half(i->Q, i->size), i->Rd, i->Rn, i->Rm,
			     op_rounding_subtract_high);
}

INLINE struct outcome exec_UABDL(struct ctx *x, const struct a64_UABDL *i)
{
	return binary_long(x, unsigned_half(i->Q, i->size), i->Rd, i->Rn, i->Rm,
			   op_absolute_difference);
}

INLINE struct outcome exec_UMLAL_vector(struct ctx *x, const struct a64_UMLAL_vector *i)
{
	return ternary_long(x, unsigned_half(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_multiply_add);
}

INLINE struct outcome exec_UMLSL_vector(struct ctx *x, const struct a64_UMLSL_vector *i)
{
	return ternary_long(x, unsigned_half(i->Q, i->size), i->Rd, i->Rn, i->Rm,
			    op_multiply_subtract);
}

INLINE struct outcome exec_UMULL_vector(struct ctx *x, const struct a64_UMULL_vector *i)
{
	return binary_long(x, unsigned_half(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_multiply);
}

#endif
