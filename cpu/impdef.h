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

/*
 * The local Exclusives monitor marks just the bytes loaded, by physical address. Permitted: any
 * Exclusives reservation granule.
 */

/*
 * A Store-Exclusive that finds no mark, or a mark of another size, fails without translating its
 * address: no abort, no alignment fault (but SP is checked). Permitted: memory aborts are detected
 * first.
 */

/*
 * A Store-Exclusive of another size than the Load-Exclusive, or of another virtual address of the
 * same location: the first fails, the second succeeds. Permitted: either, for both.
 */

/*
 * Plain, ordered and atomic stores of the core itself to the marked location leave the mark.
 * Permitted: they clear it.
 */

/*
 * Load with writeback, Rn also Rt or Rt2: all is loaded, then the base is written back, so that Rn
 * ends as the address and what was loaded into it is lost (an UNKNOWN base). Permitted: no
 * writeback, another UNKNOWN base, UNDEFINED, NOP.
 */

/*
 * Store with writeback, Rn also Rt or Rt2: Rn is stored as it was before the writeback. Permitted:
 * an UNKNOWN value is stored, UNDEFINED, NOP.
 */

/*
 * LDP, LDNP, LDPSW and LDXP with Rt equal to Rt2: both elements are loaded, the second one stays.
 * Permitted: UNKNOWN value, UNDEFINED, NOP.
 */

/*
 * STXR and STXP, Rs also Rt or Rt2: the register is stored as it was, then gets the status. Rs also
 * Rn: the address is Rn as it was. Permitted: UNKNOWN data or address, UNDEFINED, NOP.
 */

/*
 * Bits that should be 0 or 1, (0) and (1) in a64.decode, are ignored: the instruction executes.
 * Permitted: UNDEFINED, NOP, UNKNOWN destination registers.
 */

#endif
