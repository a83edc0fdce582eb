/* Random numbers, FEAT_RNG. */
#ifndef CPU_RANDOM_H
#define CPU_RANDOM_H

#include "state.h"

/* MRS of RNDR or RNDRRS. */
uint64_t random_draw(struct cpu *cpu, enum sysreg reg);

#endif
