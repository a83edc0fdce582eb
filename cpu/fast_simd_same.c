/* The handlers of simd_same.h, of both instantiations. */
#include "fast.h"
#include "simd_same.h"

#include "fast_simd_same.inc"
#include "observed_simd_same.inc"
