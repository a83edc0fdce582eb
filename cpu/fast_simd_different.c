/* The handlers of simd_different.h, of both instantiations. */
#include "fast.h"
#include "simd_different.h"

#include "fast_simd_different.inc"
#include "observed_simd_different.inc"
