/* The handlers of simd_misc.h, of both instantiations. */
#include "fast.h"
#include "simd_misc.h"

#include "fast_simd_misc.inc"
#include "observed_simd_misc.inc"
