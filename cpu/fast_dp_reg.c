/* The handlers of dp_reg.h, of both instantiations. */
#include "fast.h"
#include "dp_reg.h"

#include "fast_dp_reg.inc"
#include "observed_dp_reg.inc"
