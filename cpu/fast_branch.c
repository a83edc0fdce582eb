/* The handlers of branch.h, of both instantiations. */
#include "fast.h"
#include "branch.h"

#include "fast_branch.inc"
#include "observed_branch.inc"
