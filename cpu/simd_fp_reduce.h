/* Advanced SIMD scalar pairwise and across lanes, of floating point. */
#ifndef CPU_SIMD_FP_REDUCE_H
#define CPU_SIMD_FP_REDUCE_H

#include "simd_fp.h"

/* FPReduce(): of the neighbours, then of what they came to, and so on; one element is left. */
INLINE struct outcome reduce(struct ctx *x, struct shape s, uint32_t Rd, uint32_t Rn, fp_binary *op)
{
	union vreg v = *V(x, Rn);

	for (unsigned left = s.elements / 2; left > 0; left /= 2)
		for (unsigned e = 0; e < left; e++)
			set_Elem(&v, e, s.esize,
				 op(s.esize, Elem(&v, 2 * e, s.esize), Elem(&v, 2 * e + 1, s.esize),
				    &x->cpu->fp));
	set_D(x, Rd, Elem(&v, 0, s.esize));
	return NEXT;
}

INLINE struct shape pair(unsigned esize)
{
	return (struct shape){esize, 2};
}

#define PAIRWISE(NAME, op)                                                                         \
	INLINE struct outcome exec_##NAME##_scalar_half(struct ctx *x,                             \
							const struct a64_##NAME##_scalar_half *i)  \
	{                                                                                          \
		return reduce(x, pair(16), i->Rd, i->Rn, op);                                      \
	}                                                                                          \
	INLINE struct outcome exec_##NAME##_scalar(struct ctx *x,                                  \
						   const struct a64_##NAME##_scalar *i)            \
	{                                                                                          \
		return reduce(x, pair(32u << i->sz), i->Rd, i->Rn, op);                            \
	}

PAIRWISE(FMAXNMP, FPMaxNum)
PAIRWISE(FADDP, FPAdd)
PAIRWISE(FMAXP, FPMax)
PAIRWISE(FMINNMP, FPMinNum)
PAIRWISE(FMINP, FPMin)

#define ACROSS(NAME, op)                                                                           \
	INLINE struct outcome exec_##NAME##_half(struct ctx *x, const struct a64_##NAME##_half *i) \
	{                                                                                          \
		return reduce(x, vector(i->Q, 16), i->Rd, i->Rn, op);                              \
	}                                                                                          \
	INLINE struct outcome exec_##NAME(struct ctx *x, const struct a64_##NAME *i) {             \
		return reduce(x, vector(1, 32), i->Rd, i->Rn, op);                                 \
	}

ACROSS(FMAXNMV, FPMaxNum)
ACROSS(FMAXV, FPMax)
ACROSS(FMINNMV, FPMinNum)
ACROSS(FMINV, FPMin)

#endif
