/* The parts of the System instruction group that are files of their own. */
#ifndef CPU_SYSTEM_H
#define CPU_SYSTEM_H

#include "sysreg.h"

/* SYS with op0=1: AT, TLBI, DC, IC. key and slot as for sysreg_msr(). */
struct outcome sysop_execute(struct cpu *cpu, uint32_t key, unsigned slot);
/* SYSL: no instruction with a result is modelled. */
struct outcome sysop_execute_sysl(struct cpu *cpu, uint32_t key, unsigned slot);

#endif
