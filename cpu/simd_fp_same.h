/*
 * Advanced SIMD three same of floating point, vectors and scalars. FPCR.NEP, with which a scalar
 * result keeps the other elements, is of FEAT_AFP, which no core here has.
 */
#ifndef CPU_SIMD_FP_SAME_H
#define CPU_SIMD_FP_SAME_H

#include "simd_fp.h"

/* ---------------------------------------------------------------- families */

INLINE struct outcome three_same(struct ctx *x, struct shape s, uint32_t Rd, uint32_t Rn,
				 uint32_t Rm, host_binary *host, fp_binary *op)
{
	return binary(x, s, Rd, V(x, Rn), V(x, Rm), host, op);
}

/* Of the elements of operand1, then operand2, each even one with the odd one behind it. */
INLINE struct outcome pairwise(struct ctx *x, struct shape s, uint32_t Rd, uint32_t Rn, uint32_t Rm,
			       host_binary *host, fp_binary *op)
{
	union vreg even = {.d = {0, 0}}, odd = {.d = {0, 0}};

	even_and_odd(s, V(x, Rn), V(x, Rm), &even, &odd);
	return binary(x, s, Rd, &even, &odd, host, op);
}

/* ---------------------------------------------------------------- one element */

INLINE uint64_t absolute_difference(unsigned N, uint64_t element1, uint64_t element2,
				    struct fp_env *fp)
{
	return FPAbs(N, FPSub(N, element1, element2, fp));
}

INLINE uint64_t compare_EQ(unsigned N, uint64_t element1, uint64_t element2, struct fp_env *fp)
{
	return all_ones_if(FPCompareEQ(N, element1, element2, fp));
}

INLINE uint64_t compare_GE(unsigned N, uint64_t element1, uint64_t element2, struct fp_env *fp)
{
	return all_ones_if(FPCompareGE(N, element1, element2, fp));
}

INLINE uint64_t compare_GT(unsigned N, uint64_t element1, uint64_t element2, struct fp_env *fp)
{
	return all_ones_if(FPCompareGT(N, element1, element2, fp));
}

INLINE uint64_t compare_abs_GE(unsigned N, uint64_t element1, uint64_t element2, struct fp_env *fp)
{
	return compare_GE(N, FPAbs(N, element1), FPAbs(N, element2), fp);
}

INLINE uint64_t compare_abs_GT(unsigned N, uint64_t element1, uint64_t element2, struct fp_env *fp)
{
	return compare_GT(N, FPAbs(N, element1), FPAbs(N, element2), fp);
}

INLINE bool host_abs_difference(struct shape s, const union vreg *operand1,
				const union vreg *operand2, union vreg *result,
				const struct fp_env *fp)
{
	bool ok = host_sub(s, operand1, operand2, result, fp);

	*result = magnitude(s, packed(result)).v;
	return ok;
}

INLINE bool host_abs_GE(struct shape s, const union vreg *operand1, const union vreg *operand2,
			union vreg *result, const struct fp_env *fp)
{
	const union packed a = magnitude(s, packed(operand1)), b = magnitude(s, packed(operand2));

	return host_GE(s, &a.v, &b.v, result, fp);
}

INLINE bool host_abs_GT(struct shape s, const union vreg *operand1, const union vreg *operand2,
			union vreg *result, const struct fp_env *fp)
{
	const union packed a = magnitude(s, packed(operand1)), b = magnitude(s, packed(operand2));

	return host_GT(s, &a.v, &b.v, result, fp);
}

/* ---------------------------------------------------------------- forms */

/* A form of half precision and one of single and double precision. */
#define VECTOR_SAME(NAME, family, host, op)                                                        \
	INLINE struct outcome exec_##NAME##_vector_half(struct ctx *x,                             \
							const struct a64_##NAME##_vector_half *i)  \
	{                                                                                          \
		return family(x, vector(i->Q, 16), i->Rd, i->Rn, i->Rm, host, op);                 \
	}                                                                                          \
	INLINE struct outcome exec_##NAME##_vector(struct ctx *x,                                  \
						   const struct a64_##NAME##_vector *i)            \
	{                                                                                          \
		return family(x, vector(i->Q, 32u << i->sz), i->Rd, i->Rn, i->Rm, host, op);       \
	}
#define SCALAR_SAME(NAME, host, op)                                                                \
	INLINE struct outcome exec_##NAME##_scalar_half(struct ctx *x,                             \
							const struct a64_##NAME##_scalar_half *i)  \
	{                                                                                          \
		return three_same(x, scalar(16), i->Rd, i->Rn, i->Rm, host, op);                   \
	}                                                                                          \
	INLINE struct outcome exec_##NAME##_scalar(struct ctx *x,                                  \
						   const struct a64_##NAME##_scalar *i)            \
	{                                                                                          \
		return three_same(x, scalar(32u << i->sz), i->Rd, i->Rn, i->Rm, host, op);         \
	}

SCALAR_SAME(FMULX, host_mul, FPMulX)
SCALAR_SAME(FCMEQ, host_EQ, compare_EQ)
SCALAR_SAME(FRECPS, no_host_binary, FPRecipStepFused)
SCALAR_SAME(FRSQRTS, no_host_binary, FPRSqrtStepFused)
SCALAR_SAME(FCMGE, host_GE, compare_GE)
SCALAR_SAME(FACGE, host_abs_GE, compare_abs_GE)
SCALAR_SAME(FABD, host_abs_difference, absolute_difference)
SCALAR_SAME(FCMGT, host_GT, compare_GT)
SCALAR_SAME(FACGT, host_abs_GT, compare_abs_GT)

VECTOR_SAME(FMAXNM, three_same, host_max, FPMaxNum)
VECTOR_SAME(FADD, three_same, host_add, FPAdd)
VECTOR_SAME(FMULX, three_same, host_mul, FPMulX)
VECTOR_SAME(FCMEQ, three_same, host_EQ, compare_EQ)
VECTOR_SAME(FMAX, three_same, host_max, FPMax)
VECTOR_SAME(FRECPS, three_same, no_host_binary, FPRecipStepFused)
VECTOR_SAME(FMINNM, three_same, host_min, FPMinNum)
VECTOR_SAME(FSUB, three_same, host_sub, FPSub)
VECTOR_SAME(FMIN, three_same, host_min, FPMin)
VECTOR_SAME(FRSQRTS, three_same, no_host_binary, FPRSqrtStepFused)
VECTOR_SAME(FMAXNMP, pairwise, host_max, FPMaxNum)
VECTOR_SAME(FADDP, pairwise, host_add, FPAdd)
VECTOR_SAME(FMUL, three_same, host_mul, FPMul)
VECTOR_SAME(FCMGE, three_same, host_GE, compare_GE)
VECTOR_SAME(FACGE, three_same, host_abs_GE, compare_abs_GE)
VECTOR_SAME(FMAXP, pairwise, host_max, FPMax)
VECTOR_SAME(FDIV, three_same, host_div, FPDiv)
VECTOR_SAME(FMINNMP, pairwise, host_min, FPMinNum)
VECTOR_SAME(FABD, three_same, host_abs_difference, absolute_difference)
VECTOR_SAME(FCMGT, three_same, host_GT, compare_GT)
VECTOR_SAME(FACGT, three_same, host_abs_GT, compare_abs_GT)
VECTOR_SAME(FMINP, pairwise, host_min, FPMin)

#define VECTOR_MULTIPLY_ADD(NAME, sub_op)                                                          \
	INLINE struct outcome exec_##NAME##_vector_half(struct ctx *x,                             \
							const struct a64_##NAME##_vector_half *i)  \
	{                                                                                          \
		return multiply_add(x, vector(i->Q, 16), i->Rd, V(x, i->Rn), V(x, i->Rm), sub_op); \
	}                                                                                          \
	INLINE struct outcome exec_##NAME##_vector(struct ctx *x,                                  \
						   const struct a64_##NAME##_vector *i)            \
	{                                                                                          \
		return multiply_add(x, vector(i->Q, 32u << i->sz), i->Rd, V(x, i->Rn),             \
				    V(x, i->Rm), sub_op);                                          \
	}

VECTOR_MULTIPLY_ADD(FMLA, false)
VECTOR_MULTIPLY_ADD(FMLS, true)

#define MULTIPLY_ADD_LONG(NAME, part, sub_op)                                                      \
	INLINE struct outcome exec_##NAME##_vector(struct ctx *x,                                  \
						   const struct a64_##NAME##_vector *i)            \
	{                                                                                          \
		return multiply_add_long(x, i->Q, part, i->Rd, i->Rn, V(x, i->Rm), sub_op);        \
	}

MULTIPLY_ADD_LONG(FMLAL, 0, false)
MULTIPLY_ADD_LONG(FMLSL, 0, true)
MULTIPLY_ADD_LONG(FMLAL2, 1, false)
MULTIPLY_ADD_LONG(FMLSL2, 1, true)

#endif
