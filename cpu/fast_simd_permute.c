/* The handlers of simd_permute.h, of both instantiations. */
#include "fast.h"
#include "simd_permute.h"

#include "fast_simd_permute.inc"
#include "observed_simd_permute.inc"
