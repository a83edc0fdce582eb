/* The handlers of crypto.h, of both instantiations. */
#include "fast.h"
#include "crypto.h"

#include "fast_crypto.inc"
#include "observed_crypto.inc"
