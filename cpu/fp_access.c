/* Access to SIMD&FP registers: CPACR_EL1, CPTR_EL2. */
#include "fp_access.h"

#include "exception.h"
#include "layout.h"

/* FPEN of CPACR_EL1, and of CPTR_EL2 under E2H: 0b11 allows, 0b01 traps EL0 alone. */
static bool fpen_allows(unsigned fpen, bool el0)
{
	return fpen == 3 || (fpen == 1 && !el0);
}

/* AArch64.CheckFPEnabled(), as far as EL1 decides. */
static bool el1_allows(const struct cpu *cpu)
{
	unsigned el = cpu->pstate.el;

	return el > 1 || el_is_in_host(cpu, el) ||
	       fpen_allows((unsigned)CPACR_EL1_FPEN(cpu->sysreg[SYSREG_CPACR_EL1]), el == 0);
}

/* AArch64.CheckFPAdvSIMDTrap(). */
static bool el2_allows(const struct cpu *cpu)
{
	uint64_t hcr = effective_hcr(cpu), cptr = cpu->sysreg[SYSREG_CPTR_EL2];

	if (!cpu_has(cpu, FEAT_EL2))
		return true;
	if (HCR_EL2_E2H(hcr) == 0)
		return CPTR_EL2_TFP(cptr) == 0;
	return fpen_allows((unsigned)CPTR_EL2_E2H1_FPEN(cptr),
			   cpu->pstate.el == 0 && HCR_EL2_TGE(hcr) != 0);
}

bool fp_is_enabled(const struct cpu *cpu)
{
	return el1_allows(cpu) && el2_allows(cpu);
}

struct outcome fp_trapped(struct cpu *cpu)
{
	return raise(cpu, exception_fp_access(cpu, el1_allows(cpu) ? 2 : 1));
}
