/* Advanced SIMD three same. */
#ifndef CPU_SIMD_SAME_H
#define CPU_SIMD_SAME_H

#include "simd_ops.h"

/* Neighbours, first those of n. */
INLINE struct outcome pairwise(const struct ctx *x, struct lanes l, uint32_t Rd, uint32_t Rn,
			       uint32_t Rm, binary_op *op)
{
	const union vreg n = *V(x, Rn), m = *V(x, Rm);
	const unsigned pairs = l.elements / 2;
	union vreg result = VECTOR_OF_ZEROS;

	for (unsigned p = 0; p < pairs; p++) {
		set_Elem(&result, p, l.esize,
			 op(x->cpu, l, Elem(&n, 2 * p, l.esize), Elem(&n, 2 * p + 1, l.esize)));
		set_Elem(&result, pairs + p, l.esize,
			 op(x->cpu, l, Elem(&m, 2 * p, l.esize), Elem(&m, 2 * p + 1, l.esize)));
	}
	set_V(x, Rd, result);
	return NEXT;
}

/* BSL: n where d is 1, else m. */
INLINE uint64_t op_select(struct cpu *cpu, struct lanes l, uint64_t d, uint64_t n, uint64_t m)
{
	(void)cpu, (void)l;
	return (n & d) | (m & ~d);
}

/* BIT: n where m is 1, else d. */
INLINE uint64_t op_insert_if_true(struct cpu *cpu, struct lanes l, uint64_t d, uint64_t n,
				  uint64_t m)
{
	(void)cpu, (void)l;
	return (n & m) | (d & ~m);
}

INLINE uint64_t op_insert_if_false(struct cpu *cpu, struct lanes l, uint64_t d, uint64_t n,
				   uint64_t m)
{
	(void)cpu, (void)l;
	return (d & m) | (n & ~m);
}

INLINE struct outcome exec_SHADD(struct ctx *x, const struct a64_SHADD *i)
{
	return binary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_halving_add);
}

INLINE struct outcome exec_SQADD_vector(struct ctx *x, const struct a64_SQADD_vector *i)
{
	return binary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_saturating_add);
}

INLINE struct outcome exec_SRHADD(struct ctx *x, const struct a64_SRHADD *i)
{
	return binary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_rounding_halving_add);
}

INLINE struct outcome exec_AND_vector(struct ctx *x, const struct a64_AND_vector *i)
{
	return binary(x, unsigned_lanes(i->Q, SIZE_D), i->Rd, i->Rn, i->Rm, op_and);
}

INLINE struct outcome exec_BIC_vector(struct ctx *x, const struct a64_BIC_vector *i)
{
	return binary(x, unsigned_lanes(i->Q, SIZE_D), i->Rd, i->Rn, i->Rm, op_and_not);
}

INLINE struct outcome exec_ORR_vector(struct ctx *x, const struct a64_ORR_vector *i)
{
	return binary(x, unsigned_lanes(i->Q, SIZE_D), i->Rd, i->Rn, i->Rm, op_or);
}

INLINE struct outcome exec_ORN_vector(struct ctx *x, const struct a64_ORN_vector *i)
{
	return binary(x, unsigned_lanes(i->Q, SIZE_D), i->Rd, i->Rn, i->Rm, op_or_not);
}

INLINE struct outcome exec_SHSUB(struct ctx *x, const struct a64_SHSUB *i)
{
	return binary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_halving_subtract);
}

INLINE struct outcome exec_SQSUB_vector(struct ctx *x, const struct a64_SQSUB_vector *i)
{
	return binary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_saturating_subtract);
}

INLINE struct outcome exec_CMGT_vector(struct ctx *x, const struct a64_CMGT_vector *i)
{
	return binary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_compare_greater);
}

INLINE struct outcome exec_CMGE_vector(struct ctx *x, const struct a64_CMGE_vector *i)
{
	return binary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm,
		      op_compare_greater_equal);
}

INLINE struct outcome exec_SSHL_vector(struct ctx *x, const struct a64_SSHL_vector *i)
{
	return binary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_shift);
}

INLINE struct outcome exec_SQSHL_vector(struct ctx *x, const struct a64_SQSHL_vector *i)
{
	return binary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_saturating_shift);
}

INLINE struct outcome exec_SRSHL_vector(struct ctx *x, const struct a64_SRSHL_vector *i)
{
	return binary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_rounding_shift);
}

INLINE struct outcome exec_SQRSHL_vector(struct ctx *x, const struct a64_SQRSHL_vector *i)
{
	return binary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm,
		      op_saturating_rounding_shift);
}

INLINE struct outcome exec_SMAX(struct ctx *x, const struct a64_SMAX *i)
{
	return binary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_maximum);
}

INLINE struct outcome exec_SMIN(struct ctx *x, const struct a64_SMIN *i)
{
	return binary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_minimum);
}

INLINE struct outcome exec_SABD(struct ctx *x, const struct a64_SABD *i)
{
	return binary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_absolute_difference);
}

INLINE struct outcome exec_SABA(struct ctx *x, const struct a64_SABA *i)
{
	return ternary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm,
		       op_absolute_difference_add);
}

INLINE struct outcome exec_ADD_vector(struct ctx *x, const struct a64_ADD_vector *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_add);
}

INLINE struct outcome exec_CMTST_vector(struct ctx *x, const struct a64_CMTST_vector *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_compare_test);
}

INLINE struct outcome exec_MLA_vector(struct ctx *x, const struct a64_MLA_vector *i)
{
	return ternary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_multiply_add);
}

INLINE struct outcome exec_MUL_vector(struct ctx *x, const struct a64_MUL_vector *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_multiply);
}

INLINE struct outcome exec_SMAXP(struct ctx *x, const struct a64_SMAXP *i)
{
	return pairwise(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_maximum);
}

INLINE struct outcome exec_SMINP(struct ctx *x, const struct a64_SMINP *i)
{
	return pairwise(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_minimum);
}

INLINE struct outcome exec_SQDMULH_vector(struct ctx *x, const struct a64_SQDMULH_vector *i)
{
	return binary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm,
		      op_doubling_multiply_high);
}

INLINE struct outcome exec_ADDP_vector(struct ctx *x, const struct a64_ADDP_vector *i)
{
	return pairwise(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_add);
}

INLINE struct outcome exec_UHADD(struct ctx *x, const struct a64_UHADD *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_halving_add);
}

INLINE struct outcome exec_UQADD_vector(struct ctx *x, const struct a64_UQADD_vector *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_saturating_add);
}

INLINE struct outcome exec_URHADD(struct ctx *x, const struct a64_URHADD *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm,
		      op_rounding_halving_add);
}

INLINE struct outcome exec_EOR_vector(struct ctx *x, const struct a64_EOR_vector *i)
{
	return binary(x, unsigned_lanes(i->Q, SIZE_D), i->Rd, i->Rn, i->Rm, op_exclusive_or);
}

INLINE struct outcome exec_BSL(struct ctx *x, const struct a64_BSL *i)
{
	return ternary(x, unsigned_lanes(i->Q, SIZE_D), i->Rd, i->Rn, i->Rm, op_select);
}

INLINE struct outcome exec_BIT(struct ctx *x, const struct a64_BIT *i)
{
	return ternary(x, unsigned_lanes(i->Q, SIZE_D), i->Rd, i->Rn, i->Rm, op_insert_if_true);
}

INLINE struct outcome exec_BIF(struct ctx *x, const struct a64_BIF *i)
{
	return ternary(x, unsigned_lanes(i->Q, SIZE_D), i->Rd, i->Rn, i->Rm, op_insert_if_false);
}

INLINE struct outcome exec_UHSUB(struct ctx *x, const struct a64_UHSUB *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_halving_subtract);
}

INLINE struct outcome exec_UQSUB_vector(struct ctx *x, const struct a64_UQSUB_vector *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm,
		      op_saturating_subtract);
}

INLINE struct outcome exec_CMHI_vector(struct ctx *x, const struct a64_CMHI_vector *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_compare_greater);
}

INLINE struct outcome exec_CMHS_vector(struct ctx *x, const struct a64_CMHS_vector *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm,
		      op_compare_greater_equal);
}

INLINE struct outcome exec_USHL_vector(struct ctx *x, const struct a64_USHL_vector *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_shift);
}

INLINE struct outcome exec_UQSHL_vector(struct ctx *x, const struct a64_UQSHL_vector *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_saturating_shift);
}

INLINE struct outcome exec_URSHL_vector(struct ctx *x, const struct a64_URSHL_vector *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_rounding_shift);
}

INLINE struct outcome exec_UQRSHL_vector(struct ctx *x, const struct a64_UQRSHL_vector *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm,
		      op_saturating_rounding_shift);
}

INLINE struct outcome exec_UMAX(struct ctx *x, const struct a64_UMAX *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_maximum);
}

INLINE struct outcome exec_UMIN(struct ctx *x, const struct a64_UMIN *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_minimum);
}

INLINE struct outcome exec_UABD(struct ctx *x, const struct a64_UABD *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm,
		      op_absolute_difference);
}

INLINE struct outcome exec_UABA(struct ctx *x, const struct a64_UABA *i)
{
	return ternary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm,
		       op_absolute_difference_add);
}

INLINE struct outcome exec_SUB_vector(struct ctx *x, const struct a64_SUB_vector *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_subtract);
}

INLINE struct outcome exec_CMEQ_vector(struct ctx *x, const struct a64_CMEQ_vector *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_compare_equal);
}

INLINE struct outcome exec_MLS_vector(struct ctx *x, const struct a64_MLS_vector *i)
{
	return ternary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_multiply_subtract);
}

INLINE struct outcome exec_PMUL(struct ctx *x, const struct a64_PMUL *i)
{
	return binary(x, unsigned_lanes(i->Q, SIZE_B), i->Rd, i->Rn, i->Rm, op_polynomial_multiply);
}

INLINE struct outcome exec_UMAXP(struct ctx *x, const struct a64_UMAXP *i)
{
	return pairwise(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_maximum);
}

INLINE struct outcome exec_UMINP(struct ctx *x, const struct a64_UMINP *i)
{
	return pairwise(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm, op_minimum);
}

INLINE struct outcome exec_SQRDMULH_vector(struct ctx *x, const struct a64_SQRDMULH_vector *i)
{
	return binary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm,
		      op_rounding_doubling_multiply_high);
}

#endif
