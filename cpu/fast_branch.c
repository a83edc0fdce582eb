/* The fast instantiation of branch.h. */
#include "fast.h"
#include "branch.h"

#include "fast_branch.inc"
