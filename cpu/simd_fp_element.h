/*
 * Advanced SIMD x indexed element of floating point, vectors and scalars. index is H:L:M of half
 * precision; H:L of the others, of which double precision has H alone.
 */
#ifndef CPU_SIMD_FP_ELEMENT_H
#define CPU_SIMD_FP_ELEMENT_H

#include "simd_fp.h"

INLINE struct outcome multiply_element(struct ctx *x, struct shape s, uint32_t Rd, uint32_t Rn,
				       uint32_t Rm, unsigned index, fp_binary *op)
{
	const union vreg operand1 = *V(x, Rn);
	const uint64_t element2 = Elem(V(x, Rm), index, s.esize);
	union vreg result = {.d = {0, 0}};

	for (unsigned e = 0; e < s.elements; e++)
		set_Elem(&result, e, s.esize,
			 op(s.esize, Elem(&operand1, e, s.esize), element2, &x->cpu->fp));
	set_V(x, Rd, result);
	return NEXT;
}

INLINE struct outcome multiply_add_element(struct ctx *x, struct shape s, uint32_t Rd, uint32_t Rn,
					   uint32_t Rm, unsigned index, bool sub_op)
{
	const union vreg operand1 = *V(x, Rn), operand3 = *V(x, Rd);
	const uint64_t element2 = Elem(V(x, Rm), index, s.esize);
	union vreg result = {.d = {0, 0}};

	for (unsigned e = 0; e < s.elements; e++) {
		uint64_t element1 = Elem(&operand1, e, s.esize);

		if (sub_op)
			element1 = FPNeg(s.esize, element1);
		set_Elem(&result, e, s.esize,
			 FPMulAdd(s.esize, Elem(&operand3, e, s.esize), element1, element2,
				  &x->cpu->fp));
	}
	set_V(x, Rd, result);
	return NEXT;
}

INLINE struct outcome multiply_add_long_element(struct ctx *x, uint32_t Q, unsigned part,
						uint32_t Rd, uint32_t Rn, uint32_t Rm,
						unsigned index, bool sub_op)
{
	const struct shape s = vector(Q, 32);
	const union vreg operand1 = *V(x, Rn), operand3 = *V(x, Rd);
	const uint64_t element2 = Elem(V(x, Rm), index, 16);
	union vreg result = {.d = {0, 0}};

	for (unsigned e = 0; e < s.elements; e++) {
		uint64_t element1 = Elem(&operand1, part * s.elements + e, 16);

		if (sub_op)
			element1 = FPNeg(16, element1);
		set_Elem(&result, e, 32,
			 FPMulAddH(Elem(&operand3, e, 32), element1, element2, &x->cpu->fp));
	}
	set_V(x, Rd, result);
	return NEXT;
}

/* A form of half precision and one of single and double precision, of vectors and of scalars. */
#define FORM(NAME, shape, index, family, op)                                                       \
	INLINE struct outcome exec_##NAME(struct ctx *x, const struct a64_##NAME *i) {             \
		return family(x, shape, i->Rd, i->Rn, i->Rm, index, op);                           \
	}
#define BY_ELEMENT(NAME, family, op)                                                               \
	FORM(NAME##_scalar_element_half, scalar(16), i->index, family, op)                         \
	FORM(NAME##_scalar_element, scalar(32u << i->sz), i->index >> i->sz, family, op)           \
	FORM(NAME##_vector_element_half, vector(i->Q, 16), i->index, family, op)                   \
	FORM(NAME##_vector_element, vector(i->Q, 32u << i->sz), i->index >> i->sz, family, op)

BY_ELEMENT(FMLA, multiply_add_element, false)
BY_ELEMENT(FMLS, multiply_add_element, true)
BY_ELEMENT(FMUL, multiply_element, FPMul)
BY_ELEMENT(FMULX, multiply_element, FPMulX)

#define LONG_BY_ELEMENT(NAME, part, sub_op)                                                        \
	INLINE struct outcome exec_##NAME##_element(struct ctx *x,                                 \
						    const struct a64_##NAME##_element *i)          \
	{                                                                                          \
		return multiply_add_long_element(x, i->Q, part, i->Rd, i->Rn, i->Rm, i->index,     \
						 sub_op);                                          \
	}

LONG_BY_ELEMENT(FMLAL, 0, false)
LONG_BY_ELEMENT(FMLSL, 0, true)
LONG_BY_ELEMENT(FMLAL2, 1, false)
LONG_BY_ELEMENT(FMLSL2, 1, true)

#undef FORM
#endif
