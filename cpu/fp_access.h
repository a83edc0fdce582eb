/* Whether instructions of SIMD&FP registers, FPCR and FPSR may execute at the current exception
 * level. */
#ifndef CPU_FP_ACCESS_H
#define CPU_FP_ACCESS_H

#include "outcome.h"

/* CheckFPAdvSIMDEnabled64(): CPACR_EL1.FPEN and CPTR_EL2. */
bool fp_is_enabled(const struct cpu *cpu);
/* Where it is not: AArch64.AdvSIMDFPAccessTrap(). */
struct outcome fp_trapped(struct cpu *cpu);

#endif
