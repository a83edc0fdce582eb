/* The handlers of dp_imm.h, of both instantiations. */
#include "fast.h"
#include "dp_imm.h"

#include "fast_dp_imm.inc"
#include "observed_dp_imm.inc"
