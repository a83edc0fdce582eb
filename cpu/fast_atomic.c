/* The handlers of atomic.h. */
#include "fast.h"
#include "atomic.h"

#include "fast_atomic.inc"
#include "observed_atomic.inc"
