/* Pointer authentication as the hint space has it. */
#ifndef CPU_PAUTH_H
#define CPU_PAUTH_H

#include "outcome.h"

/*
 * PACIA1716, AUTIBSP, XPACLRI and the like, by CRm:op2; without FEAT_PAuth they are NOPs.
 * False: the hint is another one.
 */
bool pauth_hint(struct cpu *cpu, unsigned hint, struct outcome *outcome);

#endif
