/* The choice of fast handlers in the System group, which depends on the core. */
#ifndef CPU_FAST_SYSTEM_H
#define CPU_FAST_SYSTEM_H

#include "engine.h"

/* As a fast_chooser of engine.h. */
bool fast_system(struct op *op, const struct cpu *cpu, enum a64_form form, uint32_t word);

#endif
