/* The fast instantiation of dp_imm.h. */
#include "fast.h"
#include "dp_imm.h"

#include "fast_dp_imm.inc"
