/* Branch target identification: FEAT_BTI. */
#ifndef CPU_BTI_H
#define CPU_BTI_H

#include "a64.h"

/* BTypeNext: PSTATE.BTYPE behind a branch of this form; guarded: its page is. */
uint8_t bti_branch_type(const struct cpu *cpu, enum a64_form form, uint32_t word, bool guarded);

/* BTypeCompatible: in a guarded page the instruction may be where a branch of `btype` leads. */
bool bti_compatible(const struct cpu *cpu, enum a64_form form, uint32_t word, uint8_t btype);

#endif
