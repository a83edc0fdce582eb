/* Advanced SIMD vector x indexed element. */
#ifndef CPU_SIMD_ELEMENT_H
#define CPU_SIMD_ELEMENT_H

#include "simd_ops.h"

/* ---------------------------------------------------------------- vector x indexed element */

INLINE struct outcome exec_SMLAL_element_h(struct ctx *x, const struct a64_SMLAL_element_h *i)
{
	return ternary_long_by(x, signed_half(i->Q, SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			       op_multiply_add);
}

INLINE struct outcome exec_SMLAL_element_s(struct ctx *x, const struct a64_SMLAL_element_s *i)
{
	return ternary_long_by(x, signed_half(i->Q, SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			       op_multiply_add);
}

INLINE struct outcome exec_SQDMLAL_element_h(struct ctx *x, const struct a64_SQDMLAL_element_h *i)
{
	return ternary_long_by(x, signed_half(i->Q, SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			       op_doubling_multiply_add);
}

INLINE struct outcome exec_SQDMLAL_element_s(struct ctx *x, const struct a64_SQDMLAL_element_s *i)
{
	return ternary_long_by(x, signed_half(i->Q, SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			       op_doubling_multiply_add);
}

INLINE struct outcome exec_SMLSL_element_h(struct ctx *x, const struct a64_SMLSL_element_h *i)
{
	return ternary_long_by(x, signed_half(i->Q, SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			       op_multiply_subtract);
}

INLINE struct outcome exec_SMLSL_element_s(struct ctx *x, const struct a64_SMLSL_element_s *i)
{
	return ternary_long_by(x, signed_half(i->Q, SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			       op_multiply_subtract);
}

INLINE struct outcome exec_SQDMLSL_element_h(struct ctx *x, const struct a64_SQDMLSL_element_h *i)
{
	return ternary_long_by(x, signed_half(i->Q, SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			       op_doubling_multiply_subtract);
}

INLINE struct outcome exec_SQDMLSL_element_s(struct ctx *x, const struct a64_SQDMLSL_element_s *i)
{
	return ternary_long_by(x, signed_half(i->Q, SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			       op_doubling_multiply_subtract);
}

INLINE struct outcome exec_MUL_element_h(struct ctx *x, const struct a64_MUL_element_h *i)
{
	return binary_by(x, unsigned_lanes(i->Q, SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			 op_multiply);
}

INLINE struct outcome exec_MUL_element_s(struct ctx *x, const struct a64_MUL_element_s *i)
{
	return binary_by(x, unsigned_lanes(i->Q, SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			 op_multiply);
}

INLINE struct outcome exec_SMULL_element_h(struct ctx *x, const struct a64_SMULL_element_h *i)
{
	return binary_long_by(x, signed_half(i->Q, SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			      op_multiply);
}

INLINE struct outcome exec_SMULL_element_s(struct ctx *x, const struct a64_SMULL_element_s *i)
{
	return binary_long_by(x, signed_half(i->Q, SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			      op_multiply);
}

INLINE struct outcome exec_SQDMULL_element_h(struct ctx *x, const struct a64_SQDMULL_element_h *i)
{
	return binary_long_by(x, signed_half(i->Q, SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			      op_doubling_multiply);
}

INLINE struct outcome exec_SQDMULL_element_s(struct ctx *x, const struct a64_SQDMULL_element_s *i)
{
	return binary_long_by(x, signed_half(i->Q, SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			      op_doubling_multiply);
}

INLINE struct outcome exec_SQDMULH_element_h(struct ctx *x, const struct a64_SQDMULH_element_h *i)
{
	return binary_by(x, signed_lanes(i->Q, SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			 op_doubling_multiply_high);
}

INLINE struct outcome exec_SQDMULH_element_s(struct ctx *x, const struct a64_SQDMULH_element_s *i)
{
	return binary_by(x, signed_lanes(i->Q, SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			 op_doubling_multiply_high);
}

INLINE struct outcome exec_SQRDMULH_element_h(struct ctx *x, const struct a64_SQRDMULH_element_h *i)
{
	return binary_by(x, signed_lanes(i->Q, SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			 op_rounding_doubling_multiply_high);
}

INLINE struct outcome exec_SQRDMULH_element_s(struct ctx *x, const struct a64_SQRDMULH_element_s *i)
{
	return binary_by(x, signed_lanes(i->Q, SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			 op_rounding_doubling_multiply_high);
}

INLINE struct outcome exec_SDOT_element(struct ctx *x, const struct a64_SDOT_element *i)
{
	const uint64_t by = V(x, i->Rm)->s[i->index] * UINT64_C(0x100000001);

	return dot_product(x, signed_lanes(i->Q, SIZE_B), i->Rd, i->Rn,
			   (union vreg){.d = {by, by}});
}

INLINE struct outcome exec_MLA_element_h(struct ctx *x, const struct a64_MLA_element_h *i)
{
	return ternary_by(x, unsigned_lanes(i->Q, SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			  op_multiply_add);
}

INLINE struct outcome exec_MLA_element_s(struct ctx *x, const struct a64_MLA_element_s *i)
{
	return ternary_by(x, unsigned_lanes(i->Q, SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			  op_multiply_add);
}

INLINE struct outcome exec_UMLAL_element_h(struct ctx *x, const struct a64_UMLAL_element_h *i)
{
	return ternary_long_by(x, unsigned_half(i->Q, SIZE_H), i->Rd, i->Rn,
			       V(x, i->Rm)->h[i->index], op_multiply_add);
}

INLINE struct outcome exec_UMLAL_element_s(struct ctx *x, const struct a64_UMLAL_element_s *i)
{
	return ternary_long_by(x, unsigned_half(i->Q, SIZE_S), i->Rd, i->Rn,
			       V(x, i->Rm)->s[i->index], op_multiply_add);
}

INLINE struct outcome exec_MLS_element_h(struct ctx *x, const struct a64_MLS_element_h *i)
{
	return ternary_by(x, unsigned_lanes(i->Q, SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			  op_multiply_subtract);
}

INLINE struct outcome exec_MLS_element_s(struct ctx *x, const struct a64_MLS_element_s *i)
{
	return ternary_by(x, unsigned_lanes(i->Q, SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			  op_multiply_subtract);
}

INLINE struct outcome exec_UMLSL_element_h(struct ctx *x, const struct a64_UMLSL_element_h *i)
{
	return ternary_long_by(x, unsigned_half(i->Q, SIZE_H), i->Rd, i->Rn,
			       V(x, i->Rm)->h[i->index], op_multiply_subtract);
}

INLINE struct outcome exec_UMLSL_element_s(struct ctx *x, const struct a64_UMLSL_element_s *i)
{
	return ternary_long_by(x, unsigned_half(i->Q, SIZE_S), i->Rd, i->Rn,
			       V(x, i->Rm)->s[i->index], op_multiply_subtract);
}

INLINE struct outcome exec_UMULL_element_h(struct ctx *x, const struct a64_UMULL_element_h *i)
{
	return binary_long_by(x, unsigned_half(i->Q, SIZE_H), i->Rd, i->Rn,
			      V(x, i->Rm)->h[i->index], op_multiply);
}

INLINE struct outcome exec_UMULL_element_s(struct ctx *x, const struct a64_UMULL_element_s *i)
{
	return binary_long_by(x, unsigned_half(i->Q, SIZE_S), i->Rd, i->Rn,
			      V(x, i->Rm)->s[i->index], op_multiply);
}

INLINE struct outcome exec_SQRDMLAH_element_h(struct ctx *x, const struct a64_SQRDMLAH_element_h *i)
{
	return ternary_by(x, signed_lanes(i->Q, SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			  op_rounding_doubling_add);
}

INLINE struct outcome exec_SQRDMLAH_element_s(struct ctx *x, const struct a64_SQRDMLAH_element_s *i)
{
	return ternary_by(x, signed_lanes(i->Q, SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			  op_rounding_doubling_add);
}

INLINE struct outcome exec_UDOT_element(struct ctx *x, const struct a64_UDOT_element *i)
{
	const uint64_t by = V(x, i->Rm)->s[i->index] * UINT64_C(0x100000001);

	return dot_product(x, unsigned_lanes(i->Q, SIZE_B), i->Rd, i->Rn,
			   (union vreg){.d = {by, by}});
}

INLINE struct outcome exec_SQRDMLSH_element_h(struct ctx *x, const struct a64_SQRDMLSH_element_h *i)
{
	return ternary_by(x, signed_lanes(i->Q, SIZE_H), i->Rd, i->Rn, V(x, i->Rm)->h[i->index],
			  op_rounding_doubling_subtract);
}

INLINE struct outcome exec_SQRDMLSH_element_s(struct ctx *x, const struct a64_SQRDMLSH_element_s *i)
{
	return ternary_by(x, signed_lanes(i->Q, SIZE_S), i->Rd, i->Rn, V(x, i->Rm)->s[i->index],
			  op_rounding_doubling_subtract);
}

#endif
