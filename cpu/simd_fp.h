/* What the semantics of Advanced SIMD floating point share. */
#ifndef CPU_SIMD_FP_H
#define CPU_SIMD_FP_H

#include "elem.h"
#include "fp.h"

/* What is done to each element, of N bits. */
typedef uint64_t fp_unary(unsigned N, uint64_t element, struct fp_env *fp);
typedef uint64_t fp_binary(unsigned N, uint64_t element1, uint64_t element2, struct fp_env *fp);

/* The result of a comparison. */
INLINE uint64_t all_ones_if(bool holds)
{
	return -(uint64_t)holds;
}

#endif
