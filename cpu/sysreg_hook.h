/* What the last column of sysreg.def names: traps, computed values and effects of writes. */
#ifndef CPU_SYSREG_HOOK_H
#define CPU_SYSREG_HOOK_H

#include "state.h"

enum sysreg_trap {
	TRAP_NONE,
	TRAP_EL1, /* EC 0x18 to EL1, or to EL2 under HCR_EL2.TGE */
	TRAP_EL2,
	TRAP_UNDEFINED,
	TRAP_FP, /* as an instruction of SIMD&FP registers */
};

struct sysreg_hook {
	/* NULL: none. Called when the lowest EL and the access of the row permit it. */
	enum sysreg_trap (*trap)(const struct cpu *cpu, enum sysreg reg, bool write);
	uint64_t (*read)(const struct cpu *cpu, enum sysreg reg); /* NULL: the stored value */
	void (*write)(struct cpu *cpu, enum sysreg reg, uint64_t value); /* NULL: sysreg_store() */
	bool resync; /* a write changes what the dispatcher derives from state */
};

const struct sysreg_hook *sysreg_hook(enum sysreg reg);
/* Storage, which only HCR_EL2.TVM and TRVM may trap; SP_EL0 while SPSel is 1. */
bool sysreg_hook_is_plain(enum sysreg reg);

/* Stores what the layout keeps of value. */
void sysreg_store(struct cpu *cpu, enum sysreg reg, uint64_t value);
/* Brings the register to nw_registers() if translation reads it; the caller signals the event. */
void sysreg_push(struct cpu *cpu, enum sysreg reg);

/* MSR and MRS of DAIF at EL0, and MSR DAIFSet and DAIFClr, are trapped to EL1, or to EL2 under TGE.
 */
bool daif_trapped_at_el0(const struct cpu *cpu);

/* CNTPCT_EL0. */
uint64_t sysreg_counter(const struct cpu *cpu);

#endif
