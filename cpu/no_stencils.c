/* In place of the stencils where the build makes none: another host than x86-64, no gcc, or
 * handlers that run in a loop. */
#include "stencils.h"

const uint8_t stencil_code[1];
const struct patch stencil_patches[1];
const struct access stencil_accesses[1];
const struct stencil stencils[1];
const unsigned stencil_count = 0;
