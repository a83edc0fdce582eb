/* Advanced SIMD two-register miscellaneous of floating point, vectors and scalars. */
#ifndef CPU_SIMD_FP_MISC_H
#define CPU_SIMD_FP_MISC_H

#include "simd_fp.h"

/* A form of half precision and one of single and double precision, of vectors and of scalars. */
#define VECTOR_MISC(NAME, host, op)                                                                \
	INLINE struct outcome exec_##NAME##_vector_half(struct ctx *x,                             \
							const struct a64_##NAME##_vector_half *i)  \
	{                                                                                          \
		return unary(x, vector(i->Q, 16), i->Rd, V(x, i->Rn), host, op);                   \
	}                                                                                          \
	INLINE struct outcome exec_##NAME##_vector(struct ctx *x,                                  \
						   const struct a64_##NAME##_vector *i)            \
	{                                                                                          \
		return unary(x, vector(i->Q, 32u << i->sz), i->Rd, V(x, i->Rn), host, op);         \
	}
#define SCALAR_MISC(NAME, host, op)                                                                \
	INLINE struct outcome exec_##NAME##_scalar_half(struct ctx *x,                             \
							const struct a64_##NAME##_scalar_half *i)  \
	{                                                                                          \
		return unary(x, scalar(16), i->Rd, V(x, i->Rn), host, op);                         \
	}                                                                                          \
	INLINE struct outcome exec_##NAME##_scalar(struct ctx *x,                                  \
						   const struct a64_##NAME##_scalar *i)            \
	{                                                                                          \
		return unary(x, scalar(32u << i->sz), i->Rd, V(x, i->Rn), host, op);               \
	}
#define BOTH_MISC(NAME, host, op)                                                                  \
	VECTOR_MISC(NAME, host, op)                                                                \
	SCALAR_MISC(NAME, host, op)

/* By the host one by one: call is of element, which has N bits. */
#define EACH(NAME, call)                                                                           \
	INLINE struct fp_host one_##NAME(unsigned N, uint64_t element, const struct fp_env *fp) {  \
		return call;                                                                       \
	} INLINE bool host_##NAME(struct shape s, const union vreg *operand, union vreg *result,   \
				  const struct fp_env *fp)                                         \
	{                                                                                          \
		return each(s, operand, result, fp, one_##NAME);                                   \
	}

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

INLINE bool host_abs(struct shape s, const union vreg *operand, union vreg *result,
		     const struct fp_env *fp)
{
	(void)fp;
	*result = magnitude(s, packed(operand)).v;
	return true;
}

INLINE bool host_neg(struct shape s, const union vreg *operand, union vreg *result,
		     const struct fp_env *fp)
{
	(void)fp;
	*result = negative(s, packed(operand)).v;
	return true;
}

VECTOR_MISC(FABS, host_abs, absolute)
VECTOR_MISC(FNEG, host_neg, negated)
VECTOR_MISC(FSQRT, host_sqrt, FPSqrt)
BOTH_MISC(FRECPE, no_host_unary, FPRecipEstimate)
BOTH_MISC(FRSQRTE, no_host_unary, FPRSqrtEstimate)
SCALAR_MISC(FRECPX, no_host_unary, FPRecpX)

/* ---------------------------------------------------------------- comparison with zero */

#define COMPARE_ZERO(NAME, EQ, operand1, operand2, element1, element2)                             \
	INLINE uint64_t NAME(unsigned N, uint64_t element, struct fp_env *fp)                      \
	{                                                                                          \
		return all_ones_if(FPCompare##EQ(N, element1, element2, fp));                      \
	}                                                                                          \
	INLINE bool host_##NAME(struct shape s, const union vreg *operand, union vreg *result,     \
				const struct fp_env *fp)                                           \
	{                                                                                          \
		const union vreg zero = {.d = {0, 0}};                                             \
                                                                                                   \
		return host_##EQ(s, operand1, operand2, result, fp);                               \
	}                                                                                          \
	BOTH_MISC(FCM##NAME, host_##NAME, NAME)

COMPARE_ZERO(EQ_zero, EQ, operand, &zero, element, 0)
COMPARE_ZERO(GE_zero, GE, operand, &zero, element, 0)
COMPARE_ZERO(GT_zero, GT, operand, &zero, element, 0)
COMPARE_ZERO(LE_zero, GE, &zero, operand, 0, element)
COMPARE_ZERO(LT_zero, GT, &zero, operand, 0, element)

/* ---------------------------------------------------------------- rounding to integers */

#define ROUND_INT(NAME, rounding, exact)                                                           \
	INLINE uint64_t element_##NAME(unsigned N, uint64_t element, struct fp_env *fp)            \
	{                                                                                          \
		return FPRoundInt(N, element, rounding, exact, fp);                                \
	}                                                                                          \
	EACH(NAME, fp_host_round_int(N, element, rounding, exact, fp))                             \
	VECTOR_MISC(NAME, host_##NAME, element_##NAME)

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
		return unary(x, vector(i->Q, 32u << i->sz), i->Rd, V(x, i->Rn), no_host_unary,     \
			     element_##NAME);                                                      \
	}

ROUND_INT_N(FRINT32Z, FPRounding_ZERO, 32)
ROUND_INT_N(FRINT64Z, FPRounding_ZERO, 64)
ROUND_INT_N(FRINT32X, FPRoundingMode(fp), 32)
ROUND_INT_N(FRINT64X, FPRoundingMode(fp), 64)

/* ---------------------------------------------------------------- integers and back */

#define TO_INTEGERS(NAME, host, is_unsigned, rounding)                                             \
	INLINE uint64_t element_##NAME(unsigned N, uint64_t element, struct fp_env *fp)            \
	{                                                                                          \
		return FPToFixed(N, N, element, 0, is_unsigned, rounding, fp);                     \
	}                                                                                          \
	BOTH_MISC(NAME, host, element_##NAME)

TO_INTEGERS(FCVTNS, no_host_unary, false, FPRounding_TIEEVEN)
TO_INTEGERS(FCVTNU, no_host_unary, true, FPRounding_TIEEVEN)
TO_INTEGERS(FCVTPS, no_host_unary, false, FPRounding_POSINF)
TO_INTEGERS(FCVTPU, no_host_unary, true, FPRounding_POSINF)
TO_INTEGERS(FCVTMS, no_host_unary, false, FPRounding_NEGINF)
TO_INTEGERS(FCVTMU, no_host_unary, true, FPRounding_NEGINF)
TO_INTEGERS(FCVTZS, host_to_signed, false, FPRounding_ZERO)
TO_INTEGERS(FCVTZU, host_to_unsigned, true, FPRounding_ZERO)
TO_INTEGERS(FCVTAS, no_host_unary, false, FPRounding_TIEAWAY)
TO_INTEGERS(FCVTAU, no_host_unary, true, FPRounding_TIEAWAY)

INLINE uint64_t from_signed(unsigned N, uint64_t element, struct fp_env *fp)
{
	return FixedToFP(N, N, element, 0, false, FPRoundingMode(fp), fp);
}

INLINE uint64_t from_unsigned(unsigned N, uint64_t element, struct fp_env *fp)
{
	return FixedToFP(N, N, element, 0, true, FPRoundingMode(fp), fp);
}

BOTH_MISC(SCVTF, host_from_signed, from_signed)
BOTH_MISC(UCVTF, host_from_unsigned, from_unsigned)

/* ---------------------------------------------------------------- other precisions */

/* In the fast instantiation by the host, where ok says so. */
INLINE struct fp_host convert(struct ctx *x, unsigned M, unsigned N, uint64_t element,
			      enum FPRounding rounding)
{
	if (x->fast)
		return fp_host_convert(M, N, element, &x->cpu->fp);
	return (struct fp_host){true, FPConvert(M, N, element, rounding, &x->cpu->fp)};
}

/* To elements of half the size: FCVTN and FCVTXN write the lower half of Vd and clear the upper,
 * FCVTN2 and FCVTXN2 write the upper half. */
INLINE struct outcome narrow(struct ctx *x, uint32_t Q, unsigned esize, uint32_t Rd, uint32_t Rn,
			     enum FPRounding rounding)
{
	const union vreg operand = *V(x, Rn);
	uint64_t half = 0;

	for (unsigned e = 0; e < 64 / esize; e++) {
		struct fp_host r =
			convert(x, esize, 2 * esize, Elem(&operand, e, 2 * esize), rounding);

		if (!r.ok)
			return MISS;
		half |= r.value << e * esize;
	}
	if (Q != 0)
		set_V(x, Rd, (union vreg){.d = {V(x, Rd)->d[0], half}});
	else
		set_D(x, Rd, half);
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
	const union vreg half = {.d = {V(x, i->Rn)->d[i->Q], 0}};
	union vreg result;
	unsigned esize = 16u << i->sz;

	for (unsigned e = 0; e < 64 / esize; e++) {
		struct fp_host r = convert(x, 2 * esize, esize, Elem(&half, e, esize),
					   FPRoundingMode(&x->cpu->fp));

		if (!r.ok)
			return MISS;
		set_Elem(&result, e, 2 * esize, r.value);
	}
	set_V(x, i->Rd, result);
	return NEXT;
}

#endif
