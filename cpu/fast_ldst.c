/* The fast instantiation of ldst.h. */
#include "fast.h"
#include "ldst.h"

#include "fast_ldst.inc"
