/* The handlers of simd_fp_reduce.h. */
#include "fast.h"
#include "simd_fp_reduce.h"

#include "fast_simd_fp_reduce.inc"
#include "observed_simd_fp_reduce.inc"
