/* Advanced SIMD scalar pairwise and across lanes, of floating point. */
#ifndef CPU_SIMD_FP_REDUCE_H
#define CPU_SIMD_FP_REDUCE_H

#include "simd_fp.h"

/* FPReduce(): of the neighbours, then of what they came to, and so on; one element is left. */
INLINE struct outcome reduce(struct ctx *x, struct shape s, uint32_t Rd, uint32_t Rn,
			     host_binary *host, fp_binary *op)
{
	const struct shape whole = {s.esize, 128 / s.esize};
	union vreg v = *V(x, Rn), even, odd;

	while (s.elements > 1) {
		s.elements /= 2;
		even_and_odd(whole, &v, &v, &even, &odd);
		if (!binary_result(x, s, &even, &odd, &v, host, op))
			return MISS;
	}
	set_D(x, Rd, Elem(&v, 0, s.esize));
	return NEXT;
}

INLINE struct shape pair(unsigned esize)
{
	return (struct shape){esize, 2};
}

#define PAIRWISE(NAME, host, op)                                                                   \
	INLINE struct outcome exec_##NAME##_scalar_half(struct ctx *x,                             \
							const struct a64_##NAME##_scalar_half *i)  \
	{                                                                                          \
		return reduce(x, pair(16), i->Rd, i->Rn, host, op);                                \
	}                                                                                          \
	INLINE struct outcome exec_##NAME##_scalar(struct ctx *x,                                  \
						   const struct a64_##NAME##_scalar *i)            \
	{                                                                                          \
		return reduce(x, pair(32u << i->sz), i->Rd, i->Rn, host, op);                      \
	}

PAIRWISE(FMAXNMP, host_max, FPMaxNum)
PAIRWISE(FADDP, host_add, FPAdd)
PAIRWISE(FMAXP, host_max, FPMax)
PAIRWISE(FMINNMP, host_min, FPMinNum)
PAIRWISE(FMINP, host_min, FPMin)

#define ACROSS(NAME, host, op)                                                                     \
	INLINE struct outcome exec_##NAME##_half(struct ctx *x, const struct a64_##NAME##_half *i) \
	{                                                                                          \
		return reduce(x, vector(i->Q, 16), i->Rd, i->Rn, host, op);                        \
	}                                                                                          \
	INLINE struct outcome exec_##NAME(struct ctx *x, const struct a64_##NAME *i) {             \
		return reduce(x, vector(1, 32), i->Rd, i->Rn, host, op);                           \
	}

ACROSS(FMAXNMV, host_max, FPMaxNum)
ACROSS(FMAXV, host_max, FPMax)
ACROSS(FMINNMV, host_min, FPMinNum)
ACROSS(FMINV, host_min, FPMin)

#endif
