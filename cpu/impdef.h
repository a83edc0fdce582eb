/*
 * IMPLEMENTATION DEFINED and CONSTRAINED UNPREDICTABLE choices of the core, with what else would be
 * permitted. Those of translation are in mmu/impdef.h.
 */
#ifndef CPU_IMPDEF_H
#define CPU_IMPDEF_H

/*
 * HCR_EL2.TSC without EL3: SMC at EL1 is trapped to EL2. Permitted as well: TSC is RES0 and SMC
 * UNDEFINED.
 */
enum { SMC_TRAPS_WITHOUT_EL3 = 1 };

/*
 * The system counter runs at CNTFRQ_EL0 of 62.5 MHz where the core completes 10^9 instructions a
 * second.
 */
enum { COUNTER_INSTRUCTIONS_LOG2 = 4 };

/* WFE with the event register clear completes at once: it may for any reason. Else: it waits. */

/* FAR_ELx and HPFAR_EL2 keep their value on an exception that does not define them (UNKNOWN). */

/*
 * Cache maintenance by VA translates its address and can fault, IC IVAU too. Else: an operation
 * that needs no address may do nothing.
 */

/* No cache hierarchy is reported (CLIDR_EL1 is 0): loops by set and way have nothing to do. */

#endif
