/* The handlers of simd_fp_complex.h. */
#include "fast.h"
#include "simd_fp_complex.h"

#include "fast_simd_fp_complex.inc"
#include "observed_simd_fp_complex.inc"
