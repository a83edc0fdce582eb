/* The handlers of simd_fp_same.h. */
#include "fast.h"
#include "simd_fp_same.h"

#include "fast_simd_fp_same.inc"
#include "observed_simd_fp_same.inc"
