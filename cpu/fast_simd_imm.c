/* The handlers of simd_imm.h, of both instantiations. */
#include "fast.h"
#include "simd_imm.h"

#include "fast_simd_imm.inc"
#include "observed_simd_imm.inc"
