/* The handlers of simd_fp_element.h. */
#include "fast.h"
#include "simd_fp_element.h"

#include "fast_simd_fp_element.inc"
#include "observed_simd_fp_element.inc"
