/* Advanced SIMD two-register miscellaneous of floating point, vectors and scalars. */
#ifndef CPU_SIMD_FP_MISC_H
#define CPU_SIMD_FP_MISC_H

#include "simd_fp.h"

INLINE struct outcome two_register(struct ctx *x, struct shape s, uint32_t Rd, uint32_t Rn,
				   fp_unary *op)
{
	const union vreg operand = *V(x, Rn);
	union vreg result = {.d = {0, 0}};

	for (unsigned e = 0; e < s.elements; e++)
		set_Elem(&result, e, s.esize, op(s.esize, Elem(&operand, e, s.esize), &x->cpu->fp));
	set_V(x, Rd, result);
	return NEXT;
}

/* A form of half precision and one of single and double precision, of vectors and of scalars. */
#define VECTOR_MISC(NAME, op)                                                                      \
	INLINE struct outcome exec_##NAME##_vector_half(struct ctx *x,                             \
							const struct a64_##NAME##_vector_half *i)  \
	{                                                                                          \
		return two_register(x, vector(i->Q, 16), i->Rd, i->Rn, op);                        \
	}                                                                                          \
	INLINE struct outcome exec_##NAME##_vector(struct ctx *x,                                  \
						   const struct a64_##NAME##_vector *i)            \
	{                                                                                          \
		return two_register(x, vector(i->Q, 32u << i->sz), i->Rd, i->Rn, op);              \
	}
#define SCALAR_MISC(NAME, op)                                                                      \
	INLINE struct outcome exec_##NAME##_scalar_half(struct ctx *x,                             \
							const struct a64_##NAME##_scalar_half *i)  \
	{                                                                                          \
		return two_register(x, scalar(16), i->Rd, i->Rn, op);                              \
	}                                                                                          \
	INLINE struct outcome exec_##NAME##_scalar(struct ctx *x,                                  \
						   const struct a64_##NAME##_scalar *i)            \
	{                                                                                          \
		return two_register(x, scalar(32u << i->sz), i->Rd, i->Rn, op);                    \
	}
#define BOTH_MISC(NAME, op)                                                                        \
	VECTOR_MISC(NAME, op)                                                                      \
	SCALAR_MISC(NAME, op)

/* ---------------------------------------------------------------- sign, root, estimates */

INLINE uint64_t absolute(unsigned N, uint64_t element, struct fp_env *fp)
{
	(void)fp;
	return FPAbs(N, element);
}

INLINE uint64_t negated(unsigned N, uint64_t element, struct fp_env *fp)
{
	(void)fp;
	return FPNeg(N, element);
}

VECTOR_MISC(FABS, absolute)
VECTOR_MISC(FNEG, negated)
VECTOR_MISC(FSQRT, FPSqrt)
BOTH_MISC(FRECPE, FPRecipEstimate)
BOTH_MISC(FRSQRTE, FPRSqrtEstimate)
SCALAR_MISC(FRECPX, FPRecpX)

/* ---------------------------------------------------------------- comparison with zero */

INLINE uint64_t EQ_zero(unsigned N, uint64_t element, struct fp_env *fp)
{
	return all_ones_if(FPCompareEQ(N, element, 0, fp));
}

INLINE uint64_t GE_zero(unsigned N, uint64_t element, struct fp_env *fp)
{
	return all_ones_if(FPCompareGE(N, element, 0, fp));
}

INLINE uint64_t GT_zero(unsigned N, uint64_t element, struct fp_env *fp)
{
	return all_ones_if(FPCompareGT(N, element, 0, fp));
}

INLINE uint64_t LE_zero(unsigned N, uint64_t element, struct fp_env *fp)
{
	return all_ones_if(FPCompareGE(N, 0, element, fp));
}

INLINE uint64_t LT_zero(unsigned N, uint64_t element, struct fp_env *fp)
{
	return all_ones_if(FPCompareGT(N, 0, element, fp));
}

BOTH_MISC(FCMEQ_zero, EQ_zero)
BOTH_MISC(FCMGE_zero, GE_zero)
BOTH_MISC(FCMGT_zero, GT_zero)
BOTH_MISC(FCMLE_zero, LE_zero)
BOTH_MISC(FCMLT_zero, LT_zero)

/* ---------------------------------------------------------------- rounding to integers */

#define ROUND_INT(NAME, rounding, exact)                                                           \
	INLINE uint64_t element_##NAME(unsigned N, uint64_t element, struct fp_env *fp)            \
	{                                                                                          \
		return FPRoundInt(N, element, rounding, exact, fp);                                \
	}                                                                                          \
	VECTOR_MISC(NAME, element_##NAME)

ROUND_INT(FRINTN, FPRounding_TIEEVEN, false)
ROUND_INT(FRINTP, FPRounding_POSINF, false)
ROUND_INT(FRINTM, FPRounding_NEGINF, false)
ROUND_INT(FRINTZ, FPRounding_ZERO, false)
ROUND_INT(FRINTA, FPRounding_TIEAWAY, false)
ROUND_INT(FRINTI, FPRoundingMode(fp), false)
ROUND_INT(FRINTX, FPRoundingMode(fp), true)

#define ROUND_INT_N(NAME, rounding, intsize)                                                       \
	INLINE uint64_t element_##NAME(unsigned N, uint64_t element, struct fp_env *fp)            \
	{                                                                                          \
		return FPRoundIntN(N, element, rounding, intsize, fp);                             \
	}                                                                                          \
	INLINE struct outcome exec_##NAME##_vector(struct ctx *x,                                  \
						   const struct a64_##NAME##_vector *i)            \
	{                                                                                          \
		return two_register(x, vector(i->Q, 32u << i->sz), i->Rd, i->Rn, element_##NAME);  \
	}

ROUND_INT_N(FRINT32Z, FPRounding_ZERO, 32)
ROUND_INT_N(FRINT64Z, FPRounding_ZERO, 64)
ROUND_INT_N(FRINT32X, FPRoundingMode(fp), 32)
ROUND_INT_N(FRINT64X, FPRoundingMode(fp), 64)

/* ---------------------------------------------------------------- integers and back */

#define TO_INTEGERS(NAME, is_unsigned, rounding)                                                   \
	INLINE uint64_t element_##NAME(unsigned N, uint64_t element, struct fp_env *fp)            \
	{                                                                                          \
		return FPToFixed(N, N, element, 0, is_unsigned, rounding, fp);                     \
	}                                                                                          \
	BOTH_MISC(NAME, element_##NAME)

TO_INTEGERS(FCVTNS, false, FPRounding_TIEEVEN)
TO_INTEGERS(FCVTNU, true, FPRounding_TIEEVEN)
TO_INTEGERS(FCVTPS, false, FPRounding_POSINF)
TO_INTEGERS(FCVTPU, true, FPRounding_POSINF)
TO_INTEGERS(FCVTMS, false, FPRounding_NEGINF)
TO_INTEGERS(FCVTMU, true, FPRounding_NEGINF)
TO_INTEGERS(FCVTZS, false, FPRounding_ZERO)
TO_INTEGERS(FCVTZU, true, FPRounding_ZERO)
TO_INTEGERS(FCVTAS, false, FPRounding_TIEAWAY)
TO_INTEGERS(FCVTAU, true, FPRounding_TIEAWAY)

INLINE uint64_t from_signed(unsigned N, uint64_t element, struct fp_env *fp)
{
	return FixedToFP(N, N, element, 0, false, FPRoundingMode(fp), fp);
}

INLINE uint64_t from_unsigned(unsigned N, uint64_t element, struct fp_env *fp)
{
	return FixedToFP(N, N, element, 0, true, FPRoundingMode(fp), fp);
}

BOTH_MISC(SCVTF, from_signed)
BOTH_MISC(UCVTF, from_unsigned)

/* ---------------------------------------------------------------- other precisions */

/* To elements of half the size: FCVTN and FCVTXN write the lower half of Vd and clear the upper,
 * FCVTN2 and FCVTXN2 write the upper half. */
INLINE struct outcome narrow(struct ctx *x, uint32_t Q, unsigned esize, uint32_t Rd, uint32_t Rn,
			     enum FPRounding rounding)
{
	const union vreg operand = *V(x, Rn);
	union vreg result = {.d = {V(x, Rd)->d[0], 0}};
	unsigned elements = 64 / esize;

	for (unsigned e = 0; e < elements; e++)
		set_Elem(&result, (Q != 0 ? elements : 0) + e, esize,
			 FPConvert(esize, 2 * esize, Elem(&operand, e, 2 * esize), rounding,
				   &x->cpu->fp));
	set_V(x, Rd, result);
	return NEXT;
}

INLINE struct outcome exec_FCVTN_vector(struct ctx *x, const struct a64_FCVTN_vector *i)
{
	return narrow(x, i->Q, 16u << i->sz, i->Rd, i->Rn, FPRoundingMode(&x->cpu->fp));
}

INLINE struct outcome exec_FCVTXN_vector(struct ctx *x, const struct a64_FCVTXN_vector *i)
{
	return narrow(x, i->Q, 32, i->Rd, i->Rn, FPRounding_ODD);
}

INLINE struct outcome exec_FCVTXN_scalar(struct ctx *x, const struct a64_FCVTXN_scalar *i)
{
	set_D(x, i->Rd, FPConvert(32, 64, V(x, i->Rn)->d[0], FPRounding_ODD, &x->cpu->fp));
	return NEXT;
}

/* To elements of twice the size, from the lower half of Vn; FCVTL2 from the upper. */
INLINE struct outcome exec_FCVTL_vector(struct ctx *x, const struct a64_FCVTL_vector *i)
{
	const union vreg operand = *V(x, i->Rn);
	union vreg result;
	unsigned esize = 16u << i->sz, elements = 64 / esize;

	for (unsigned e = 0; e < elements; e++)
		set_Elem(&result, e, 2 * esize,
			 FPConvert(2 * esize, esize,
				   Elem(&operand, (i->Q != 0 ? elements : 0) + e, esize),
				   FPRoundingMode(&x->cpu->fp), &x->cpu->fp));
	set_V(x, i->Rd, result);
	return NEXT;
}

#endif
