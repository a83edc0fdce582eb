/* The handlers of fp_dp.h, of both instantiations. */
#include "fast.h"
#include "fp_access.h"
#include "fp_dp.h"

#include "fast_fp_dp.inc"
#include "observed_fp_dp.inc"
