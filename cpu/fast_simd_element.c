/* The handlers of simd_element.h, of both instantiations. */
#include "fast.h"
#include "simd_element.h"

#include "fast_simd_element.inc"
#include "observed_simd_element.inc"
