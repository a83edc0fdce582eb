/* Advanced SIMD scalar: the same operations on one element, of 8 to 64 bits. */
#ifndef CPU_SIMD_SCALAR_H
#define CPU_SIMD_SCALAR_H

#include "simd_ops.h"

INLINE struct outcome exec_DUP_scalar(struct ctx *x, const struct a64_DUP_scalar *i)
{
	set_D(x, i->Rd, copied_element(x, i->Rn, i->imm5));
	return NEXT;
}

/* ---------------------------------------------------------------- scalar three same extra */

INLINE struct outcome exec_SQRDMLAH_scalar(struct ctx *x, const struct a64_SQRDMLAH_scalar *i)
{
	return ternary(x, signed_lane(i->size), i->Rd, i->Rn, i->Rm, op_rounding_doubling_add);
}

INLINE struct outcome exec_SQRDMLSH_scalar(struct ctx *x, const struct a64_SQRDMLSH_scalar *i)
{
	return ternary(x, signed_lane(i->size), i->Rd, i->Rn, i->Rm, op_rounding_doubling_subtract);
}

/* ---------------------------------------------------------------- scalar, of two registers */

INLINE struct outcome exec_SUQADD_scalar(struct ctx *x, const struct a64_SUQADD_scalar *i)
{
	return binary(x, signed_lane(i->size), i->Rd, i->Rd, i->Rn, op_saturating_accumulate);
}

INLINE struct outcome exec_SQABS_scalar(struct ctx *x, const struct a64_SQABS_scalar *i)
{
	return unary(x, signed_lane(i->size), i->Rd, i->Rn, op_saturating_absolute);
}

INLINE struct outcome exec_CMGT_zero_scalar(struct ctx *x, const struct a64_CMGT_zero_scalar *i)
{
	return binary_by(x, signed_lane(SIZE_D), i->Rd, i->Rn, 0, op_compare_greater);
}

INLINE struct outcome exec_CMEQ_zero_scalar(struct ctx *x, const struct a64_CMEQ_zero_scalar *i)
{
	return binary_by(x, unsigned_lane(SIZE_D), i->Rd, i->Rn, 0, op_compare_equal);
}

INLINE struct outcome exec_CMLT_zero_scalar(struct ctx *x, const struct a64_CMLT_zero_scalar *i)
{
	return binary_by(x, signed_lane(SIZE_D), i->Rd, i->Rn, 0, op_compare_less);
}

INLINE struct outcome exec_ABS_scalar(struct ctx *x, const struct a64_ABS_scalar *i)
{
	return unary(x, signed_lane(SIZE_D), i->Rd, i->Rn, op_absolute);
}

INLINE struct outcome exec_SQXTN_scalar(struct ctx *x, const struct a64_SQXTN_scalar *i)
{
	return narrow_by(x, signed_lane(i->size), i->Rd, i->Rn, 0, op_saturating_narrow);
}

INLINE struct outcome exec_USQADD_scalar(struct ctx *x, const struct a64_USQADD_scalar *i)
{
	return binary(x, unsigned_lane(i->size), i->Rd, i->Rd, i->Rn, op_saturating_accumulate);
}

INLINE struct outcome exec_SQNEG_scalar(struct ctx *x, const struct a64_SQNEG_scalar *i)
{
	return unary(x, signed_lane(i->size), i->Rd, i->Rn, op_saturating_negate);
}

INLINE struct outcome exec_CMGE_zero_scalar(struct ctx *x, const struct a64_CMGE_zero_scalar *i)
{
	return binary_by(x, signed_lane(SIZE_D), i->Rd, i->Rn, 0, op_compare_greater_equal);
}

INLINE struct outcome exec_CMLE_zero_scalar(struct ctx *x, const struct a64_CMLE_zero_scalar *i)
{
	return binary_by(x, signed_lane(SIZE_D), i->Rd, i->Rn, 0, op_compare_less_equal);
}

INLINE struct outcome exec_NEG_scalar(struct ctx *x, const struct a64_NEG_scalar *i)
{
	return unary(x, unsigned_lane(SIZE_D), i->Rd, i->Rn, op_negate);
}

INLINE struct outcome exec_SQXTUN_scalar(struct ctx *x, const struct a64_SQXTUN_scalar *i)
{
	return narrow_by(x, signed_lane(i->size), i->Rd, i->Rn, 0, op_saturating_narrow_unsigned);
}

INLINE struct outcome exec_UQXTN_scalar(struct ctx *x, const struct a64_UQXTN_scalar *i)
{
	return narrow_by(x, unsigned_lane(i->size), i->Rd, i->Rn, 0, op_saturating_narrow);
}

/* ---------------------------------------------------------------- scalar pairwise */

INLINE struct outcome exec_ADDP_scalar(struct ctx *x, const struct a64_ADDP_scalar *i)
{
	set_D(x, i->Rd, V(x, i->Rn)->d[0] + V(x, i->Rn)->d[1]);
	return NEXT;
}

/* ---------------------------------------------------------------- scalar three different */

INLINE struct outcome exec_SQDMLAL_scalar(struct ctx *x, const struct a64_SQDMLAL_scalar *i)
{
	return ternary_long(x, signed_lane(i->size), i->Rd, i->Rn, i->Rm, op_doubling_multiply_add);
}

INLINE struct outcome exec_SQDMLSL_scalar(struct ctx *x, const struct a64_SQDMLSL_scalar *i)
{
	return ternary_long(x, signed_lane(i->size), i->Rd, i->Rn, i->Rm,
			    op_doubling_multiply_subtract);
}

INLINE struct outcome exec_SQDMULL_scalar(struct ctx *x, const struct a64_SQDMULL_scalar *i)
{
	return binary_long(x, signed_lane(i->size), i->Rd, i->Rn, i->Rm, op_doubling_multiply);
}

/* ---------------------------------------------------------------- scalar three same */

INLINE struct outcome exec_SQADD_scalar(struct ctx *x, const struct a64_SQADD_scalar *i)
{
	return binary(x, signed_lane(i->size), i->Rd, i->Rn, i->Rm, op_saturating_add);
}

INLINE struct outcome exec_SQSUB_scalar(struct ctx *x, const struct a64_SQSUB_scalar *i)
{
	return binary(x, signed_lane(i->size), i->Rd, i->Rn, i->Rm, op_saturating_subtract);
}

INLINE struct outcome exec_CMGT_scalar(struct ctx *x, const struct a64_CMGT_scalar *i)
{
	return binary(x, signed_lane(SIZE_D), i->Rd, i->Rn, i->Rm, op_compare_greater);
}

INLINE struct outcome exec_CMGE_scalar(struct ctx *x, const struct a64_CMGE_scalar *i)
{
	return binary(x, signed_lane(SIZE_D), i->Rd, i->Rn, i->Rm, op_compare_greater_equal);
}

INLINE struct outcome exec_SSHL_scalar(struct ctx *x, const struct a64_SSHL_scalar *i)
{
	return binary(x, signed_lane(SIZE_D), i->Rd, i->Rn, i->Rm, op_shift);
}

INLINE struct outcome exec_SQSHL_scalar(struct ctx *x, const struct a64_SQSHL_scalar *i)
{
	return binary(x, signed_lane(i->size), i->Rd, i->Rn, i->Rm, op_saturating_shift);
}

INLINE struct outcome exec_SRSHL_scalar(struct ctx *x, const struct a64_SRSHL_scalar *i)
{
	return binary(x, signed_lane(SIZE_D), i->Rd, i->Rn, i->Rm, op_rounding_shift);
}

INLINE struct outcome exec_SQRSHL_scalar(struct ctx *x, const struct a64_SQRSHL_scalar *i)
{
	return binary(x, signed_lane(i->size), i->Rd, i->Rn, i->Rm, op_saturating_rounding_shift);
}

INLINE struct outcome exec_ADD_scalar(struct ctx *x, const struct a64_ADD_scalar *i)
{
	return binary(x, unsigned_lane(SIZE_D), i->Rd, i->Rn, i->Rm, op_add);
}

INLINE struct outcome exec_CMTST_scalar(struct ctx *x, const struct a64_CMTST_scalar *i)
{
	return binary(x, unsigned_lane(SIZE_D), i->Rd, i->Rn, i->Rm, op_compare_test);
}

INLINE struct outcome exec_SQDMULH_scalar(struct ctx *x, const struct a64_SQDMULH_scalar *i)
{
	return binary(x, signed_lane(i->size), i->Rd, i->Rn, i->Rm, op_doubling_multiply_high);
}

INLINE struct outcome exec_UQADD_scalar(struct ctx *x, const struct a64_UQADD_scalar *i)
{
	return binary(x, unsigned_lane(i->size), i->Rd, i->Rn, i->Rm, op_saturating_add);
}

INLINE struct outcome exec_UQSUB_scalar(struct ctx *x, const struct a64_UQSUB_scalar *i)
{
	return binary(x, unsigned_lane(i->size), i->Rd, i->Rn, i->Rm, op_saturating_subtract);
}

INLINE struct outcome exec_CMHI_scalar(struct ctx *x, const struct a64_CMHI_scalar *i)
{
	return binary(x, unsigned_lane(SIZE_D), i->Rd, i->Rn, i->Rm, op_compare_greater);
}

INLINE struct outcome exec_CMHS_scalar(struct ctx *x, const struct a64_CMHS_scalar *i)
{
	return binary(x, unsigned_lane(SIZE_D), i->Rd, i->Rn, i->Rm, op_compare_greater_equal);
}

INLINE struct outcome exec_USHL_scalar(struct ctx *x, const struct a64_USHL_scalar *i)
{
	return binary(x, unsigned_lane(SIZE_D), i->Rd, i->Rn, i->Rm, op_shift);
}

INLINE struct outcome exec_UQSHL_scalar(struct ctx *x, const struct a64_UQSHL_scalar *i)
{
	return binary(x, unsigned_lane(i->size), i->Rd, i->Rn, i->Rm, op_saturating_shift);
}

INLINE struct outcome exec_URSHL_scalar(struct ctx *x, const struct a64_URSHL_scalar *i)
{
	return binary(x, unsigned_lane(SIZE_D), i->Rd, i->Rn, i->Rm, op_rounding_shift);
}

INLINE struct outcome exec_UQRSHL_scalar(struct ctx *x, const struct a64_UQRSHL_scalar *i)
{
	return binary(x, unsigned_lane(i->size), i->Rd, i->Rn, i->Rm, op_saturating_rounding_shift);
}

INLINE struct outcome exec_SUB_scalar(struct ctx *x, const struct a64_SUB_scalar *i)
{
	return binary(x, unsigned_lane(SIZE_D), i->Rd, i->Rn, i->Rm, op_subtract);
}

INLINE struct outcome exec_CMEQ_scalar(struct ctx *x, const struct a64_CMEQ_scalar *i)
{
	return binary(x, unsigned_lane(SIZE_D), i->Rd, i->Rn, i->Rm, op_compare_equal);
}

INLINE struct outcome exec_SQRDMULH_scalar(struct ctx *x, const struct a64_SQRDMULH_scalar *i)
{
	return binary(x, signed_lane(i->size), i->Rd, i->Rn, i->Rm,
		      op_rounding_doubling_multiply_high);
}

/* ---------------------------------------------------------------- scalar shift by immediate */

INLINE struct outcome exec_SSHR_scalar(struct ctx *x, const struct a64_SSHR_scalar *i)
{
	return binary_by(x, signed_lane(SIZE_D), i->Rd, i->Rn, 64 - i->imm, op_shift_right);
}

INLINE struct outcome exec_SSRA_scalar(struct ctx *x, const struct a64_SSRA_scalar *i)
{
	return ternary_by(x, signed_lane(SIZE_D), i->Rd, i->Rn, 64 - i->imm, op_shift_right_add);
}

INLINE struct outcome exec_SRSHR_scalar(struct ctx *x, const struct a64_SRSHR_scalar *i)
{
	return binary_by(x, signed_lane(SIZE_D), i->Rd, i->Rn, 64 - i->imm,
			 op_rounding_shift_right);
}

INLINE struct outcome exec_SRSRA_scalar(struct ctx *x, const struct a64_SRSRA_scalar *i)
{
	return ternary_by(x, signed_lane(SIZE_D), i->Rd, i->Rn, 64 - i->imm,
			  op_rounding_shift_right_add);
}

INLINE struct outcome exec_SHL_scalar(struct ctx *x, const struct a64_SHL_scalar *i)
{
	return binary_by(x, unsigned_lane(SIZE_D), i->Rd, i->Rn, i->imm, op_shift_left);
}

INLINE struct outcome exec_SQSHL_imm_scalar(struct ctx *x, const struct a64_SQSHL_imm_scalar *i)
{
	return binary_by(x, signed_lane(immediate_size(i->imm)), i->Rd, i->Rn, left_shift(i->imm),
			 op_saturating_shift);
}

INLINE struct outcome exec_SQSHRN_scalar(struct ctx *x, const struct a64_SQSHRN_scalar *i)
{
	return narrow_by(x, signed_lane(immediate_size(i->imm)), i->Rd, i->Rn, right_shift(i->imm),
			 op_saturating_narrow);
}

INLINE struct outcome exec_SQRSHRN_scalar(struct ctx *x, const struct a64_SQRSHRN_scalar *i)
{
	return narrow_by(x, signed_lane(immediate_size(i->imm)), i->Rd, i->Rn, right_shift(i->imm),
			 op_saturating_rounding_narrow);
}

INLINE struct outcome exec_USHR_scalar(struct ctx *x, const struct a64_USHR_scalar *i)
{
	return binary_by(x, unsigned_lane(SIZE_D), i->Rd, i->Rn, 64 - i->imm, op_shift_right);
}

INLINE struct outcome exec_USRA_scalar(struct ctx *x, const struct a64_USRA_scalar *i)
{
	return ternary_by(x, unsigned_lane(SIZE_D), i->Rd, i->Rn, 64 - i->imm, op_shift_right_add);
}

INLINE struct outcome exec_URSHR_scalar(struct ctx *x, const struct a64_URSHR_scalar *i)
{
	return binary_by(x, unsigned_lane(SIZE_D), i->Rd, i->Rn, 64 - i->imm,
			 op_rounding_shift_right);
}

INLINE struct outcome exec_URSRA_scalar(struct ctx *x, const struct a64_URSRA_scalar *i)
{
	return ternary_by(x, unsigned_lane(SIZE_D), i->Rd, i->Rn, 64 - i->imm,
			  op_rounding_shift_right_add);
}

INLINE struct outcome exec_SRI_scalar(struct ctx *x, const struct a64_SRI_scalar *i)
{
	return ternary_by(x, unsigned_lane(SIZE_D), i->Rd, i->Rn, 64 - i->imm,
			  op_shift_right_insert);
}

INLINE struct outcome exec_SLI_scalar(struct ctx *x, const struct a64_SLI_scalar *i)
{
	return ternary_by(x, unsigned_lane(SIZE_D), i->Rd, i->Rn, i->imm, op_shift_left_insert);
}

INLINE struct outcome exec_SQSHLU_imm_scalar(struct ctx *x, const struct a64_SQSHLU_imm_scalar *i)
{
	return binary_by(x, signed_lane(immediate_size(i->imm)), i->Rd, i->Rn, left_shift(i->imm),
			 op_saturating_shift_unsigned);
}

INLINE struct outcome exec_UQSHL_imm_scalar(struct ctx *x, const struct a64_UQSHL_imm_scalar *i)
{
	return binary_by(x, unsigned_lane(immediate_size(i->imm)), i->Rd, i->Rn, left_shift(i->imm),
			 op_saturating_shift);
}

INLINE struct outcome exec_SQSHRUN_scalar(struct ctx *x, const struct a64_SQSHRUN_scalar *i)
{
	return narrow_by(x, signed_lane(immediate_size(i->imm)), i->Rd, i->Rn, right_shift(i->imm),
			 op_saturating_narrow_unsigned);
}

INLINE struct outcome exec_SQRSHRUN_scalar(struct ctx *x, const struct a64_SQRSHRUN_scalar *i)
{
	return narrow_by(x, signed_lane(immediate_size(i->imm)), i->Rd, i->Rn, right_shift(i->imm),
			 op_saturating_rounding_narrow_unsigned);
}

INLINE struct outcome exec_UQSHRN_scalar(struct ctx *x, const struct a64_UQSHRN_scalar *i)
{
	return narrow_by(x, unsigned_lane(immediate_size(i->imm)), i->Rd, i->Rn,
			 right_shift(i->imm), op_saturating_narrow);
}

INLINE struct outcome exec_UQRSHRN_scalar(struct ctx *x, const struct a64_UQRSHRN_scalar *i)
{
	return narrow_by(x, unsigned_lane(immediate_size(i->imm)), i->Rd, i->Rn,
			 right_shift(i->imm), op_saturating_rounding_narrow);
}

/* ---------------------------------------------------------------- scalar x indexed element */

INLINE struct outcome exec_SQDMLAL_scalar_element_h(struct ctx *x,
						    const struct a64_SQDMLAL_scalar_element_h *i)
{
	return ternary_long_by(x, signed_lane(SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			       op_doubling_multiply_add);
}

INLINE struct outcome exec_SQDMLAL_scalar_element_s(struct ctx *x,
						    const struct a64_SQDMLAL_scalar_element_s *i)
{
	return ternary_long_by(x, signed_lane(SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			       op_doubling_multiply_add);
}

INLINE struct outcome exec_SQDMLSL_scalar_element_h(struct ctx *x,
						    const struct a64_SQDMLSL_scalar_element_h *i)
{
	return ternary_long_by(x, signed_lane(SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			       op_doubling_multiply_subtract);
}

INLINE struct outcome exec_SQDMLSL_scalar_element_s(struct ctx *x,
						    const struct a64_SQDMLSL_scalar_element_s *i)
{
	return ternary_long_by(x, signed_lane(SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			       op_doubling_multiply_subtract);
}

INLINE struct outcome exec_SQDMULL_scalar_element_h(struct ctx *x,
						    const struct a64_SQDMULL_scalar_element_h *i)
{
	return binary_long_by(x, signed_lane(SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			      op_doubling_multiply);
}

INLINE struct outcome exec_SQDMULL_scalar_element_s(struct ctx *x,
						    const struct a64_SQDMULL_scalar_element_s *i)
{
	return binary_long_by(x, signed_lane(SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			      op_doubling_multiply);
}

INLINE struct outcome exec_SQDMULH_scalar_element_h(struct ctx *x,
						    const struct a64_SQDMULH_scalar_element_h *i)
{
	return binary_by(x, signed_lane(SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			 op_doubling_multiply_high);
}

INLINE struct outcome exec_SQDMULH_scalar_element_s(struct ctx *x,
						    const struct a64_SQDMULH_scalar_element_s *i)
{
	return binary_by(x, signed_lane(SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			 op_doubling_multiply_high);
}

INLINE struct outcome exec_SQRDMULH_scalar_element_h(struct ctx *x,
						     const struct a64_SQRDMULH_scalar_element_h *i)
{
	return binary_by(x, signed_lane(SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			 op_rounding_doubling_multiply_high);
}

INLINE struct outcome exec_SQRDMULH_scalar_element_s(struct ctx *x,
						     const struct a64_SQRDMULH_scalar_element_s *i)
{
	return binary_by(x, signed_lane(SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			 op_rounding_doubling_multiply_high);
}

INLINE struct outcome exec_SQRDMLAH_scalar_element_h(struct ctx *x,
						     const struct a64_SQRDMLAH_scalar_element_h *i)
{
	return ternary_by(x, signed_lane(SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			  op_rounding_doubling_add);
}

INLINE struct outcome exec_SQRDMLAH_scalar_element_s(struct ctx *x,
						     const struct a64_SQRDMLAH_scalar_element_s *i)
{
	return ternary_by(x, signed_lane(SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			  op_rounding_doubling_add);
}

INLINE struct outcome exec_SQRDMLSH_scalar_element_h(struct ctx *x,
						     const struct a64_SQRDMLSH_scalar_element_h *i)
{
	return ternary_by(x, signed_lane(SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			  op_rounding_doubling_subtract);
}

INLINE struct outcome exec_SQRDMLSH_scalar_element_s(struct ctx *x,
						     const struct a64_SQRDMLSH_scalar_element_s *i)
{
	return ternary_by(x, signed_lane(SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			  op_rounding_doubling_subtract);
}

#endif
