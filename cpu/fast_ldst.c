/* The handlers of ldst.h, of both instantiations. */
#include "fast.h"
#include "ldst.h"

#include "fast_ldst.inc"
#include "observed_ldst.inc"
