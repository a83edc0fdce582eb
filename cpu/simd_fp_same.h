/*
 * Advanced SIMD three same of floating point, vectors and scalars. FPCR.NEP, with which a scalar
 * result keeps the other elements, is of FEAT_AFP, which no core here has.
 */
#ifndef CPU_SIMD_FP_SAME_H
#define CPU_SIMD_FP_SAME_H

#include "simd_fp.h"

/* ---------------------------------------------------------------- families */

INLINE struct outcome three_same(struct ctx *x, struct shape s, uint32_t Rd, uint32_t Rn,
				 uint32_t Rm, fp_binary *op)
{
	const union vreg operand1 = *V(x, Rn), operand2 = *V(x, Rm);
	union vreg result = {.d = {0, 0}};

	for (unsigned e = 0; e < s.elements; e++)
		set_Elem(&result, e, s.esize,
			 op(s.esize, Elem(&operand1, e, s.esize), Elem(&operand2, e, s.esize),
			    &x->cpu->fp));
	set_V(x, Rd, result);
	return NEXT;
}

/* Of the elements of operand1, then operand2, each with its neighbour. */
INLINE struct outcome pairwise(struct ctx *x, struct shape s, uint32_t Rd, uint32_t Rn, uint32_t Rm,
			       fp_binary *op)
{
	const union vreg operand1 = *V(x, Rn), operand2 = *V(x, Rm);
	union vreg result = {.d = {0, 0}};

	for (unsigned e = 0; e < s.elements; e++) {
		const union vreg *from = 2 * e < s.elements ? &operand1 : &operand2;
		unsigned at = 2 * e % s.elements;

		set_Elem(&result, e, s.esize,
			 op(s.esize, Elem(from, at, s.esize), Elem(from, at + 1, s.esize),
			    &x->cpu->fp));
	}
	set_V(x, Rd, result);
	return NEXT;
}

/* FMLA, and FMLS with element1 negated. */
INLINE struct outcome multiply_add(struct ctx *x, struct shape s, uint32_t Rd, uint32_t Rn,
				   uint32_t Rm, bool sub_op)
{
	const union vreg operand1 = *V(x, Rn), operand2 = *V(x, Rm), operand3 = *V(x, Rd);
	union vreg result = {.d = {0, 0}};

	for (unsigned e = 0; e < s.elements; e++) {
		uint64_t element1 = Elem(&operand1, e, s.esize);

		if (sub_op)
			element1 = FPNeg(s.esize, element1);
		set_Elem(&result, e, s.esize,
			 FPMulAdd(s.esize, Elem(&operand3, e, s.esize), element1,
				  Elem(&operand2, e, s.esize), &x->cpu->fp));
	}
	set_V(x, Rd, result);
	return NEXT;
}

/* FMLAL, FMLSL: half-precision elements of the part of the operands, single-precision sums. */
INLINE struct outcome multiply_add_long(struct ctx *x, uint32_t Q, unsigned part, uint32_t Rd,
					uint32_t Rn, uint32_t Rm, bool sub_op)
{
	const struct shape s = vector(Q, 32);
	const union vreg operand1 = *V(x, Rn), operand2 = *V(x, Rm), operand3 = *V(x, Rd);
	union vreg result = {.d = {0, 0}};

	for (unsigned e = 0; e < s.elements; e++) {
		unsigned at = part * s.elements + e;
		uint64_t element1 = Elem(&operand1, at, 16);

		if (sub_op)
			element1 = FPNeg(16, element1);
		set_Elem(&result, e, 32,
			 FPMulAddH(Elem(&operand3, e, 32), element1, Elem(&operand2, at, 16),
				   &x->cpu->fp));
	}
	set_V(x, Rd, result);
	return NEXT;
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

/* ---------------------------------------------------------------- forms */

/* A form of half precision and one of single and double precision. */
#define VECTOR_SAME(NAME, family, op)                                                              \
	INLINE struct outcome exec_##NAME##_vector_half(struct ctx *x,                             \
							const struct a64_##NAME##_vector_half *i)  \
	{                                                                                          \
		return family(x, vector(i->Q, 16), i->Rd, i->Rn, i->Rm, op);                       \
	}                                                                                          \
	INLINE struct outcome exec_##NAME##_vector(struct ctx *x,                                  \
						   const struct a64_##NAME##_vector *i)            \
	{                                                                                          \
		return family(x, vector(i->Q, 32u << i->sz), i->Rd, i->Rn, i->Rm, op);             \
	}
#define SCALAR_SAME(NAME, op)                                                                      \
	INLINE struct outcome exec_##NAME##_scalar_half(struct ctx *x,                             \
							const struct a64_##NAME##_scalar_half *i)  \
	{                                                                                          \
		return three_same(x, scalar(16), i->Rd, i->Rn, i->Rm, op);                         \
	}                                                                                          \
	INLINE struct outcome exec_##NAME##_scalar(struct ctx *x,                                  \
						   const struct a64_##NAME##_scalar *i)            \
	{                                                                                          \
		return three_same(x, scalar(32u << i->sz), i->Rd, i->Rn, i->Rm, op);               \
	}

SCALAR_SAME(FMULX, FPMulX)
SCALAR_SAME(FCMEQ, compare_EQ)
SCALAR_SAME(FRECPS, FPRecipStepFused)
SCALAR_SAME(FRSQRTS, FPRSqrtStepFused)
SCALAR_SAME(FCMGE, compare_GE)
SCALAR_SAME(FACGE, compare_abs_GE)
SCALAR_SAME(FABD, absolute_difference)
SCALAR_SAME(FCMGT, compare_GT)
SCALAR_SAME(FACGT, compare_abs_GT)

VECTOR_SAME(FMAXNM, three_same, FPMaxNum)
VECTOR_SAME(FMLA, multiply_add, false)
VECTOR_SAME(FADD, three_same, FPAdd)
VECTOR_SAME(FMULX, three_same, FPMulX)
VECTOR_SAME(FCMEQ, three_same, compare_EQ)
VECTOR_SAME(FMAX, three_same, FPMax)
VECTOR_SAME(FRECPS, three_same, FPRecipStepFused)
VECTOR_SAME(FMINNM, three_same, FPMinNum)
VECTOR_SAME(FMLS, multiply_add, true)
VECTOR_SAME(FSUB, three_same, FPSub)
VECTOR_SAME(FMIN, three_same, FPMin)
VECTOR_SAME(FRSQRTS, three_same, FPRSqrtStepFused)
VECTOR_SAME(FMAXNMP, pairwise, FPMaxNum)
VECTOR_SAME(FADDP, pairwise, FPAdd)
VECTOR_SAME(FMUL, three_same, FPMul)
VECTOR_SAME(FCMGE, three_same, compare_GE)
VECTOR_SAME(FACGE, three_same, compare_abs_GE)
VECTOR_SAME(FMAXP, pairwise, FPMax)
VECTOR_SAME(FDIV, three_same, FPDiv)
VECTOR_SAME(FMINNMP, pairwise, FPMinNum)
VECTOR_SAME(FABD, three_same, absolute_difference)
VECTOR_SAME(FCMGT, three_same, compare_GT)
VECTOR_SAME(FACGT, three_same, compare_abs_GT)
VECTOR_SAME(FMINP, pairwise, FPMin)

#define MULTIPLY_ADD_LONG(NAME, part, sub_op)                                                      \
	INLINE struct outcome exec_##NAME##_vector(struct ctx *x,                                  \
						   const struct a64_##NAME##_vector *i)            \
	{                                                                                          \
		return multiply_add_long(x, i->Q, part, i->Rd, i->Rn, i->Rm, sub_op);              \
	}

MULTIPLY_ADD_LONG(FMLAL, 0, false)
MULTIPLY_ADD_LONG(FMLSL, 0, true)
MULTIPLY_ADD_LONG(FMLAL2, 1, false)
MULTIPLY_ADD_LONG(FMLSL2, 1, true)

#endif
