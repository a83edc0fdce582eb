/*
 * FEAT_FCMA: complex numbers, the real part in the even element and the imaginary part in the odd
 * one. rot rotates the second operand, counterclockwise by 90 degrees times rot.
 */
#ifndef CPU_SIMD_FP_COMPLEX_H
#define CPU_SIMD_FP_COMPLEX_H

#include "simd_fp.h"

/* rot 0: #90, 1: #270. */
INLINE struct outcome complex_add(struct ctx *x, struct shape s, uint32_t Rd, uint32_t Rn,
				  uint32_t Rm, uint32_t rot)
{
	const union vreg operand1 = *V(x, Rn), operand2 = *V(x, Rm);
	union vreg result = {.d = {0, 0}};

	for (unsigned e = 0; e < s.elements; e += 2) {
		uint64_t element1 = Elem(&operand2, e + 1, s.esize);
		uint64_t element3 = Elem(&operand2, e, s.esize);

		if (rot == 0)
			element1 = FPNeg(s.esize, element1);
		else
			element3 = FPNeg(s.esize, element3);
		set_Elem(&result, e, s.esize,
			 FPAdd(s.esize, Elem(&operand1, e, s.esize), element1, &x->cpu->fp));
		set_Elem(&result, e + 1, s.esize,
			 FPAdd(s.esize, Elem(&operand1, e + 1, s.esize), element3, &x->cpu->fp));
	}
	set_V(x, Rd, result);
	return NEXT;
}

INLINE struct outcome complex_multiply_add(struct ctx *x, struct shape s, uint32_t Rd, uint32_t Rn,
					   union vreg operand2, uint32_t rot)
{
	const union vreg operand1 = *V(x, Rn), operand3 = *V(x, Rd);
	union vreg result = {.d = {0, 0}};
	unsigned odd = rot % 2, N = s.esize;

	for (unsigned e = 0; e < s.elements; e += 2) {
		uint64_t element1 = Elem(&operand2, e + odd, N);
		uint64_t element2 = Elem(&operand1, e + odd, N);
		uint64_t element3 = Elem(&operand2, e + !odd, N);

		if (rot == 1 || rot == 2)
			element1 = FPNeg(N, element1);
		if (rot >= 2)
			element3 = FPNeg(N, element3);
		set_Elem(&result, e, N,
			 FPMulAdd(N, Elem(&operand3, e, N), element2, element1, &x->cpu->fp));
		set_Elem(&result, e + 1, N,
			 FPMulAdd(N, Elem(&operand3, e + 1, N), element2, element3, &x->cpu->fp));
	}
	set_V(x, Rd, result);
	return NEXT;
}

/* The complex number at index, in all places. */
INLINE union vreg duplicated(const union vreg *v, unsigned esize, unsigned index)
{
	union vreg result;

	for (unsigned e = 0; e < 128 / esize; e++)
		set_Elem(&result, e, esize, Elem(v, 2 * index + e % 2, esize));
	return result;
}

INLINE struct outcome exec_FCMLA_vector_half(struct ctx *x, const struct a64_FCMLA_vector_half *i)
{
	return complex_multiply_add(x, vector(i->Q, 16), i->Rd, i->Rn, *V(x, i->Rm), i->rot);
}

INLINE struct outcome exec_FCMLA_vector(struct ctx *x, const struct a64_FCMLA_vector *i)
{
	return complex_multiply_add(x, vector(i->Q, 32u << i->sz), i->Rd, i->Rn, *V(x, i->Rm),
				    i->rot);
}

INLINE struct outcome exec_FCADD_vector_half(struct ctx *x, const struct a64_FCADD_vector_half *i)
{
	return complex_add(x, vector(i->Q, 16), i->Rd, i->Rn, i->Rm, i->rot);
}

INLINE struct outcome exec_FCADD_vector(struct ctx *x, const struct a64_FCADD_vector *i)
{
	return complex_add(x, vector(i->Q, 32u << i->sz), i->Rd, i->Rn, i->Rm, i->rot);
}

INLINE struct outcome exec_FCMLA_element_half(struct ctx *x, const struct a64_FCMLA_element_half *i)
{
	return complex_multiply_add(x, vector(i->Q, 16), i->Rd, i->Rn,
				    duplicated(V(x, i->Rm), 16, i->index), i->rot);
}

INLINE struct outcome exec_FCMLA_element(struct ctx *x, const struct a64_FCMLA_element *i)
{
	return complex_multiply_add(x, vector(1, 32), i->Rd, i->Rn,
				    duplicated(V(x, i->Rm), 32, i->index), i->rot);
}

#endif
