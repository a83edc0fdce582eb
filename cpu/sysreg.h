/*
 * System registers: lookup by encoding, access checks, MRS and MSR. sysreg.def says what there is.
 *
 * A key is bits 20:5 of an MSR or MRS word: op0:2 op1:3 CRn:4 CRm:4 op2:3.
 */
#ifndef CPU_SYSREG_H
#define CPU_SYSREG_H

#include "outcome.h"

#define SYSREG_KEY(op0, op1, CRn, CRm, op2)                                                        \
	((uint32_t)(op0) << 14 | (uint32_t)(op1) << 11 | (uint32_t)(CRn) << 7 |                    \
	 (uint32_t)(CRm) << 3 | (uint32_t)(op2))

/* MRS and MSR (register). slot: an index of struct cpu.x as decode made it of Rt. */
struct outcome sysreg_mrs(struct cpu *cpu, uint32_t key, unsigned slot);
struct outcome sysreg_msr(struct cpu *cpu, uint32_t key, unsigned slot);

/*
 * A register that is plain storage: MRS and MSR at exception level *el are no more than that while
 * sysreg_is_direct_now().
 */
bool sysreg_is_direct(const struct cpu *cpu, uint32_t key, enum sysreg *reg, unsigned *el);
/* At el, with SP_ELx in use and without traps by HCR_EL2. */
bool sysreg_is_direct_now(const struct cpu *cpu, unsigned el);

/* Reset values of all registers, those of the MMU included. */
void sysreg_reset(struct cpu *cpu);

/* Values without traps or rights, as hooks compute them; a write keeps what the layout keeps. */
uint64_t sysreg_read(const struct cpu *cpu, enum sysreg reg);
void sysreg_write(struct cpu *cpu, enum sysreg reg, uint64_t value);

#endif
