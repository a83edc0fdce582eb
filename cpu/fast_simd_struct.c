/* The handlers of simd_struct.h, of both instantiations. */
#include "fast.h"
#include "simd_struct.h"

#include "fast_simd_struct.inc"
#include "observed_simd_struct.inc"
