/* Branch target identification: FEAT_BTI. */
#include "bti.h"

#include "exception.h"
#include "layout.h"

/* BR and its like say whether the target is to be one of calls by X16 and X17, as veneers make
 * them. */
static uint8_t jump(uint32_t Rn, bool guarded)
{
	return guarded && Rn != 16 && Rn != 17 ? 3 : 1;
}

uint8_t bti_branch_type(const struct cpu *cpu, enum a64_form form, uint32_t word, bool guarded)
{
	if (!cpu_has(cpu, FEAT_BTI))
		return 0;
	switch (form) {
	case A64_BLR:
	case A64_BLRA:
	case A64_BLRAZ:
		return 2;
	case A64_BR:
		return jump(a64_unpack_BR(word).Rn, guarded);
	case A64_BRA:
		return jump(a64_unpack_BRA(word).Rn, guarded);
	case A64_BRAZ:
		return jump(a64_unpack_BRAZ(word).Rn, guarded);
	default:
		return 0;
	}
}

/* BTypeCompatible_PACIXSP(): SCTLR_ELx.BT0 and BT1 are where they are in all layouts. */
static bool pacixsp_compatible(const struct cpu *cpu, uint8_t btype)
{
	uint64_t sctlr = current_sctlr(cpu);

	if (btype != 3)
		return true;
	return cpu->pstate.el == 0 ? SCTLR_EL1_BT0(sctlr) == 0 : SCTLR_EL1_BT1(sctlr) == 0;
}

static bool hint_compatible(const struct cpu *cpu, unsigned hint, uint8_t btype)
{
	switch (hint) {
	case 25: /* PACIASP, PACIBSP */
	case 27:
		return cpu_has(cpu, FEAT_PAuth) && pacixsp_compatible(cpu, btype);
	case 34: /* BTI c */
		return btype != 3;
	case 36: /* BTI j */
		return btype != 2;
	case 38: /* BTI jc */
		return true;
	default:
		return false;
	}
}

bool bti_compatible(const struct cpu *cpu, enum a64_form form, uint32_t word, uint8_t btype)
{
	const struct a64_HINT hint = a64_unpack_HINT(word);

	if (form == A64_HINT)
		return hint_compatible(cpu, hint.CRm << 3 | hint.op2, btype);
	return form == A64_BRK || form == A64_HLT || btype == 0;
}
