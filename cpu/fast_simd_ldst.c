/* The handlers of simd_ldst.h, of both instantiations. */
#include "fast.h"
#include "simd_ldst.h"

#include "fast_simd_ldst.inc"
#include "observed_simd_ldst.inc"
