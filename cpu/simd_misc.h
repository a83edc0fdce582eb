/* Advanced SIMD three-register extension, two-register miscellaneous, across lanes. */
#ifndef CPU_SIMD_MISC_H
#define CPU_SIMD_MISC_H

#include "simd_ops.h"

/* Of containers of `bits`: a power of two, so that the last element of one is the first ^ mask. */
INLINE struct outcome reverse(const struct ctx *x, struct lanes l, unsigned bits, uint32_t Rd,
			      uint32_t Rn)
{
	const union vreg n = *V(x, Rn);
	const unsigned mask = bits / l.esize - 1;
	union vreg result = VECTOR_OF_ZEROS;

	for (unsigned e = 0; e < l.elements; e++)
		set_Elem(&result, e ^ mask, l.esize, Elem(&n, e, l.esize));
	set_V(x, Rd, result);
	return NEXT;
}

/* Sums of two neighbours, added to wide elements. */
INLINE struct outcome add_pairs(const struct ctx *x, struct lanes l, uint32_t Rd, uint32_t Rn,
				union vreg to)
{
	const union vreg n = *V(x, Rn);
	union vreg result = VECTOR_OF_ZEROS;

	for (unsigned p = 0; p < l.elements / 2; p++)
		set_Elem(&result, p, 2 * l.esize,
			 Elem(&to, p, 2 * l.esize) + Extend(l, Elem(&n, 2 * p, l.esize)) +
				 Extend(l, Elem(&n, 2 * p + 1, l.esize)));
	set_V(x, Rd, result);
	return NEXT;
}

/* ---------------------------------------------------------------- one operand */

/* CountLeadingZeroBits() */
INLINE uint64_t op_count_leading_zeros(struct cpu *cpu, struct lanes l, uint64_t a)
{
	(void)cpu;
	return a == 0 ? l.esize : (uint64_t)__builtin_clzll(a) - (64 - l.esize);
}

/* CountLeadingSignBits(): the zeros of all bits but the first, each compared with its neighbour. */
INLINE uint64_t op_count_leading_sign(struct cpu *cpu, struct lanes l, uint64_t a)
{
	const uint64_t element = Extend(l, a);

	return op_count_leading_zeros(cpu, l, Extend(as_unsigned(l), element ^ element << 1) | 1);
}

/* BitCount() of a byte: of pairs of bits, of four, of all. */
INLINE uint64_t op_bit_count(struct cpu *cpu, struct lanes l, uint64_t a)
{
	(void)cpu, (void)l;
	a = a - (a >> 1 & 0x55);
	a = (a & 0x33) + (a >> 2 & 0x33);
	return (a + (a >> 4)) & 0x0f;
}

INLINE uint64_t op_reverse_bits(struct cpu *cpu, struct lanes l, uint64_t a)
{
	(void)cpu, (void)l;
	a = (a & 0x55) << 1 | (a >> 1 & 0x55);
	a = (a & 0x33) << 2 | (a >> 2 & 0x33);
	return a << 4 | a >> 4;
}

INLINE uint64_t op_not(struct cpu *cpu, struct lanes l, uint64_t a)
{
	(void)cpu, (void)l;
	return ~a;
}

INLINE uint64_t op_reciprocal_estimate(struct cpu *cpu, struct lanes l, uint64_t a)
{
	(void)cpu, (void)l;
	return UnsignedRecipEstimate((uint32_t)a);
}

INLINE uint64_t op_reciprocal_square_root_estimate(struct cpu *cpu, struct lanes l, uint64_t a)
{
	(void)cpu, (void)l;
	return UnsignedRSqrtEstimate((uint32_t)a);
}

/* ---------------------------------------------------------------- to one element */

/* A result of one element, of esize bits. */
INLINE struct outcome across(const struct ctx *x, uint32_t Rd, unsigned esize, uint64_t value)
{
	union vreg result = VECTOR_OF_ZEROS;

	set_Elem(&result, 0, esize, value);
	set_V(x, Rd, result);
	return NEXT;
}

/* The elements of 64 bits, each with its partner. */
INLINE uint64_t folded(struct cpu *cpu, struct lanes l, uint64_t elements, uint64_t partners,
		       binary_op *op)
{
	const union vreg n = {.d = {elements, 0}}, m = {.d = {partners, 0}};
	union vreg result = VECTOR_OF_ZEROS;

	for (unsigned e = 0; e < 64 / l.esize; e++)
		set_Elem(&result, e, l.esize,
			 op(cpu, l, Elem(&n, e, l.esize), Elem(&m, e, l.esize)));
	return result.d[0];
}

/* Reduce(): the upper half of what is left with the lower one, until that is one element. What
 * stands above it means nothing. */
INLINE struct outcome reduce(const struct ctx *x, struct lanes l, uint32_t Rd, uint32_t Rn,
			     binary_op *op)
{
	const union vreg n = *V(x, Rn);
	uint64_t v = n.d[0];

	if (l.elements * l.esize > 64)
		v = folded(x->cpu, l, v, n.d[1], op);
	if (l.esize <= 32)
		v = folded(x->cpu, l, v, v >> 32, op);
	if (l.esize <= 16)
		v = folded(x->cpu, l, v, v >> 16, op);
	if (l.esize <= 8)
		v = folded(x->cpu, l, v, v >> 8, op);
	return across(x, Rd, l.esize, v);
}

/* Of twice the size. */
INLINE struct outcome sum_long(const struct ctx *x, struct lanes l, uint32_t Rd, uint32_t Rn)
{
	const union vreg n = *V(x, Rn);
	uint64_t sum = 0;

	for (unsigned e = 0; e < l.elements; e++)
		sum += Extend(l, Elem(&n, e, l.esize));
	return across(x, Rd, 2 * l.esize, sum);
}

/* ---------------------------------------------------------------- three-register extension */

INLINE struct outcome exec_SQRDMLAH_vector(struct ctx *x, const struct a64_SQRDMLAH_vector *i)
{
	return ternary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm,
		       op_rounding_doubling_add);
}

INLINE struct outcome exec_SQRDMLSH_vector(struct ctx *x, const struct a64_SQRDMLSH_vector *i)
{
	return ternary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, i->Rm,
		       op_rounding_doubling_subtract);
}

INLINE struct outcome exec_SDOT_vector(struct ctx *x, const struct a64_SDOT_vector *i)
{
	return dot_product(x, signed_lanes(i->Q, SIZE_B), i->Rd, i->Rn, *V(x, i->Rm));
}

INLINE struct outcome exec_UDOT_vector(struct ctx *x, const struct a64_UDOT_vector *i)
{
	return dot_product(x, unsigned_lanes(i->Q, SIZE_B), i->Rd, i->Rn, *V(x, i->Rm));
}

/* ---------------------------------------------------------------- two-register miscellaneous */

INLINE struct outcome exec_REV64_vector(struct ctx *x, const struct a64_REV64_vector *i)
{
	return reverse(x, unsigned_lanes(i->Q, i->size), 64, i->Rd, i->Rn);
}

INLINE struct outcome exec_REV16_vector(struct ctx *x, const struct a64_REV16_vector *i)
{
	return reverse(x, unsigned_lanes(i->Q, SIZE_B), 16, i->Rd, i->Rn);
}

INLINE struct outcome exec_SADDLP(struct ctx *x, const struct a64_SADDLP *i)
{
	return add_pairs(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, VECTOR_OF_ZEROS);
}

INLINE struct outcome exec_SUQADD_vector(struct ctx *x, const struct a64_SUQADD_vector *i)
{
	return binary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rd, i->Rn,
		      op_saturating_accumulate);
}

INLINE struct outcome exec_CLS_vector(struct ctx *x, const struct a64_CLS_vector *i)
{
	return unary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, op_count_leading_sign);
}

INLINE struct outcome exec_CNT(struct ctx *x, const struct a64_CNT *i)
{
	return unary(x, unsigned_lanes(i->Q, SIZE_B), i->Rd, i->Rn, op_bit_count);
}

INLINE struct outcome exec_SADALP(struct ctx *x, const struct a64_SADALP *i)
{
	return add_pairs(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, *V(x, i->Rd));
}

INLINE struct outcome exec_SQABS_vector(struct ctx *x, const struct a64_SQABS_vector *i)
{
	return unary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, op_saturating_absolute);
}

INLINE struct outcome exec_CMGT_zero_vector(struct ctx *x, const struct a64_CMGT_zero_vector *i)
{
	return binary_by(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, 0, op_compare_greater);
}

INLINE struct outcome exec_CMEQ_zero_vector(struct ctx *x, const struct a64_CMEQ_zero_vector *i)
{
	return binary_by(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, 0, op_compare_equal);
}

INLINE struct outcome exec_CMLT_zero_vector(struct ctx *x, const struct a64_CMLT_zero_vector *i)
{
	return binary_by(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, 0, op_compare_less);
}

INLINE struct outcome exec_ABS_vector(struct ctx *x, const struct a64_ABS_vector *i)
{
	return unary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, op_absolute);
}

INLINE struct outcome exec_XTN(struct ctx *x, const struct a64_XTN *i)
{
	return narrow_by(x, unsigned_half(i->Q, i->size), i->Rd, i->Rn, 0, op_narrow);
}

INLINE struct outcome exec_SQXTN_vector(struct ctx *x, const struct a64_SQXTN_vector *i)
{
	return narrow_by(x, signed_half(i->Q, i->size), i->Rd, i->Rn, 0, op_saturating_narrow);
}

INLINE struct outcome exec_REV32_vector(struct ctx *x, const struct a64_REV32_vector *i)
{
	return reverse(x, unsigned_lanes(i->Q, i->size), 32, i->Rd, i->Rn);
}

INLINE struct outcome exec_UADDLP(struct ctx *x, const struct a64_UADDLP *i)
{
	return add_pairs(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, VECTOR_OF_ZEROS);
}

INLINE struct outcome exec_USQADD_vector(struct ctx *x, const struct a64_USQADD_vector *i)
{
	return binary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rd, i->Rn,
		      op_saturating_accumulate);
}

INLINE struct outcome exec_CLZ_vector(struct ctx *x, const struct a64_CLZ_vector *i)
{
	return unary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, op_count_leading_zeros);
}

INLINE struct outcome exec_NOT(struct ctx *x, const struct a64_NOT *i)
{
	return unary(x, unsigned_lanes(i->Q, SIZE_D), i->Rd, i->Rn, op_not);
}

INLINE struct outcome exec_RBIT_vector(struct ctx *x, const struct a64_RBIT_vector *i)
{
	return unary(x, unsigned_lanes(i->Q, SIZE_B), i->Rd, i->Rn, op_reverse_bits);
}

INLINE struct outcome exec_UADALP(struct ctx *x, const struct a64_UADALP *i)
{
	return add_pairs(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, *V(x, i->Rd));
}

INLINE struct outcome exec_SQNEG_vector(struct ctx *x, const struct a64_SQNEG_vector *i)
{
	return unary(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, op_saturating_negate);
}

INLINE struct outcome exec_CMGE_zero_vector(struct ctx *x, const struct a64_CMGE_zero_vector *i)
{
	return binary_by(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, 0, op_compare_greater_equal);
}

INLINE struct outcome exec_CMLE_zero_vector(struct ctx *x, const struct a64_CMLE_zero_vector *i)
{
	return binary_by(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, 0, op_compare_less_equal);
}

INLINE struct outcome exec_NEG_vector(struct ctx *x, const struct a64_NEG_vector *i)
{
	return unary(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, op_negate);
}

INLINE struct outcome exec_SQXTUN_vector(struct ctx *x, const struct a64_SQXTUN_vector *i)
{
	return narrow_by(x, signed_half(i->Q, i->size), i->Rd, i->Rn, 0,
			 op_saturating_narrow_unsigned);
}

INLINE struct outcome exec_SHLL(struct ctx *x, const struct a64_SHLL *i)
{
	return binary_long_by(x, unsigned_half(i->Q, i->size), i->Rd, i->Rn, 8u << i->size,
			      op_shift_left_long);
}

INLINE struct outcome exec_UQXTN_vector(struct ctx *x, const struct a64_UQXTN_vector *i)
{
	return narrow_by(x, unsigned_half(i->Q, i->size), i->Rd, i->Rn, 0, op_saturating_narrow);
}

INLINE struct outcome exec_URECPE(struct ctx *x, const struct a64_URECPE *i)
{
	return unary(x, unsigned_lanes(i->Q, SIZE_S), i->Rd, i->Rn, op_reciprocal_estimate);
}

INLINE struct outcome exec_URSQRTE(struct ctx *x, const struct a64_URSQRTE *i)
{
	return unary(x, unsigned_lanes(i->Q, SIZE_S), i->Rd, i->Rn,
		     op_reciprocal_square_root_estimate);
}

/* ---------------------------------------------------------------- across lanes */

INLINE struct outcome exec_SADDLV(struct ctx *x, const struct a64_SADDLV *i)
{
	return sum_long(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn);
}

INLINE struct outcome exec_SMAXV(struct ctx *x, const struct a64_SMAXV *i)
{
	return reduce(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, op_maximum);
}

INLINE struct outcome exec_SMINV(struct ctx *x, const struct a64_SMINV *i)
{
	return reduce(x, signed_lanes(i->Q, i->size), i->Rd, i->Rn, op_minimum);
}

INLINE struct outcome exec_ADDV(struct ctx *x, const struct a64_ADDV *i)
{
	return reduce(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, op_add);
}

INLINE struct outcome exec_UADDLV(struct ctx *x, const struct a64_UADDLV *i)
{
	return sum_long(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn);
}

INLINE struct outcome exec_UMAXV(struct ctx *x, const struct a64_UMAXV *i)
{
	return reduce(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, op_maximum);
}

INLINE struct outcome exec_UMINV(struct ctx *x, const struct a64_UMINV *i)
{
	return reduce(x, unsigned_lanes(i->Q, i->size), i->Rd, i->Rn, op_minimum);
}

#endif
