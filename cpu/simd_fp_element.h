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
	const union vreg operand2 = replicated(s.esize, Elem(V(x, Rm), index, s.esize));

	return binary(x, s, Rd, V(x, Rn), &operand2, host_mul, op);
}

INLINE struct outcome multiply_add_element(struct ctx *x, struct shape s, uint32_t Rd, uint32_t Rn,
					   uint32_t Rm, unsigned index, bool sub_op)
{
	const union vreg operand2 = replicated(s.esize, Elem(V(x, Rm), index, s.esize));

	return multiply_add(x, s, Rd, V(x, Rn), &operand2, sub_op);
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
		const union vreg operand2 = replicated(16, Elem(V(x, i->Rm), i->index, 16));       \
                                                                                                   \
		return multiply_add_long(x, i->Q, part, i->Rd, i->Rn, &operand2, sub_op);          \
	}

LONG_BY_ELEMENT(FMLAL, 0, false)
LONG_BY_ELEMENT(FMLSL, 0, true)
LONG_BY_ELEMENT(FMLAL2, 1, false)
LONG_BY_ELEMENT(FMLSL2, 1, true)

#undef FORM
#endif
