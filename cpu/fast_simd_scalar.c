/* The handlers of simd_scalar.h, of both instantiations. */
#include "fast.h"
#include "simd_scalar.h"

#include "fast_simd_scalar.inc"
#include "observed_simd_scalar.inc"
