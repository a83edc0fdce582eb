/* The handlers of simd_fp_misc.h. */
#include "fast.h"
#include "simd_fp_misc.h"

#include "fast_simd_fp_misc.inc"
#include "observed_simd_fp_misc.inc"
