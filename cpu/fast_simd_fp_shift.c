/* The handlers of simd_fp_shift.h. */
#include "fast.h"
#include "simd_fp_shift.h"

#include "fast_simd_fp_shift.inc"
#include "observed_simd_fp_shift.inc"
