/* The parts of the System instruction group that are files of their own. */
#ifndef CPU_SYSTEM_H
#define CPU_SYSTEM_H

#include "sysreg.h"

/* A hint that does nothing on any core. */
bool hint_is_nop(uint32_t CRm, uint32_t op2);
/* SYS with op0=1: AT, TLBI, DC, IC. key and slot as for sysreg_msr(). */
struct outcome sysop_execute(struct cpu *cpu, uint32_t key, unsigned slot);
/* key is that of a TLBI which this core has. */
bool sysop_is_tlbi(const struct cpu *cpu, uint32_t key, enum nw_tlbi_op *op);
/* It is neither UNDEFINED nor trapped at the current exception level. */
bool sysop_tlbi_is_free(const struct cpu *cpu, uint32_t key);
/* Executes and counts it. */
void sysop_invalidate(struct cpu *cpu, enum nw_tlbi_op op, uint64_t operand);
/* For the translation filter, which may answer what nothing traps at the current exception level:
 * DC ZVA of ZVA_SIZE bytes; cache maintenance by VA to either point. */
enum { ZVA_SIZE = 64 };
bool sysop_zva_free(const struct cpu *cpu);
bool sysop_cache_free(const struct cpu *cpu);
/* SYSL: no instruction with a result is modelled. */
struct outcome sysop_execute_sysl(struct cpu *cpu, uint32_t key, unsigned slot);

#endif
