/* The fast instantiation of dp_reg.h. */
#include "fast.h"
#include "dp_reg.h"

#include "fast_dp_reg.inc"
