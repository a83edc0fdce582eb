/* Data processing, immediate. */
#ifndef CPU_DP_IMM_H
#define CPU_DP_IMM_H

#include "arith.h"
#include "bitmask.h"

INLINE struct outcome exec_ADR(struct ctx *x, const struct a64_ADR *i)
{
	set_X(x, i->Rd, PC(x) + (uint64_t)(int64_t)i->imm);
	return NEXT;
}

INLINE struct outcome exec_ADRP(struct ctx *x, const struct a64_ADRP *i)
{
	set_X(x, i->Rd, (PC(x) & ~UINT64_C(0xfff)) + scaled(i->imm, 12));
	return NEXT;
}

INLINE struct outcome exec_ADD_imm(struct ctx *x, const struct a64_ADD_imm *i)
{
	set_R(x, i->sf, i->Rd, X(x, i->Rn) + scaled((a64_signed)i->imm12, i->sh != 0 ? 12 : 0));
	return NEXT;
}

INLINE struct outcome exec_ADDS_imm(struct ctx *x, const struct a64_ADDS_imm *i)
{
	set_R(x, i->sf, i->Rd,
	      adds(x, i->sf, X(x, i->Rn), scaled((a64_signed)i->imm12, i->sh != 0 ? 12 : 0)));
	return NEXT;
}

INLINE struct outcome exec_SUB_imm(struct ctx *x, const struct a64_SUB_imm *i)
{
	set_R(x, i->sf, i->Rd, X(x, i->Rn) - scaled((a64_signed)i->imm12, i->sh != 0 ? 12 : 0));
	return NEXT;
}

INLINE struct outcome exec_SUBS_imm(struct ctx *x, const struct a64_SUBS_imm *i)
{
	set_R(x, i->sf, i->Rd,
	      subs(x, i->sf, X(x, i->Rn), scaled((a64_signed)i->imm12, i->sh != 0 ? 12 : 0)));
	return NEXT;
}

INLINE struct outcome exec_AND_imm(struct ctx *x, const struct a64_AND_imm *i)
{
	set_R(x, i->sf, i->Rd, X(x, i->Rn) & bitmask(i->imm13));
	return NEXT;
}

INLINE struct outcome exec_ORR_imm(struct ctx *x, const struct a64_ORR_imm *i)
{
	set_R(x, i->sf, i->Rd, X(x, i->Rn) | bitmask(i->imm13));
	return NEXT;
}

INLINE struct outcome exec_EOR_imm(struct ctx *x, const struct a64_EOR_imm *i)
{
	set_R(x, i->sf, i->Rd, X(x, i->Rn) ^ bitmask(i->imm13));
	return NEXT;
}

INLINE struct outcome exec_ANDS_imm(struct ctx *x, const struct a64_ANDS_imm *i)
{
	set_R(x, i->sf, i->Rd, logical_flags(x, i->sf, X(x, i->Rn) & bitmask(i->imm13)));
	return NEXT;
}

INLINE struct outcome exec_MOVN(struct ctx *x, const struct a64_MOVN *i)
{
	set_R(x, i->sf, i->Rd, ~((uint64_t)i->imm16 << (16 * i->hw)));
	return NEXT;
}

INLINE struct outcome exec_MOVZ(struct ctx *x, const struct a64_MOVZ *i)
{
	set_X(x, i->Rd, (uint64_t)i->imm16 << (16 * i->hw));
	return NEXT;
}

INLINE struct outcome exec_MOVK(struct ctx *x, const struct a64_MOVK *i)
{
	uint64_t field = UINT64_C(0xffff) << (16 * i->hw);

	uint64_t value = (X(x, i->Rd) & ~field) | (uint64_t)i->imm16 << (16 * i->hw);

	set_slot(x, i->Rd, i->sf != 0 ? value : (uint32_t)value);
	return NEXT;
}

/*
 * Bit fields. imms >= immr: bits imms to immr go to bit 0 (UBFX, LSR ...); else bits imms to 0 go
 * to bit datasize - immr (UBFIZ, LSL ...). Both are one shift left that puts bit imms at bit 63,
 * and one shift right: left and right are derived in the decode table.
 */
INLINE struct outcome exec_SBFM(struct ctx *x, const struct a64_SBFM *i)
{
	uint64_t src = X(x, i->Rn);

	/* ASR of the whole register. */
	if (i->sf != 0 && i->left == 0)
		set_X(x, i->Rd, asr_imm(src, i->right));
	else if (i->sf == 0 && i->left == 32)
		set_X(x, i->Rd, asr_imm32((uint32_t)src, i->right));
	else
		set_R(x, i->sf, i->Rd, asr_imm(lsl_imm(src, i->left), i->right));
	return NEXT;
}

INLINE struct outcome exec_BFM(struct ctx *x, const struct a64_BFM *i)
{
	uint64_t field = lsr_imm(lsl_imm(~UINT64_C(0), i->left), i->right);
	uint64_t bits = lsr_imm(lsl_imm(X(x, i->Rn), i->left), i->right);
	uint64_t value = (X(x, i->Rd) & ~field) | bits;

	set_slot(x, i->Rd, i->sf != 0 ? value : (uint32_t)value);
	return NEXT;
}

INLINE struct outcome exec_UBFM(struct ctx *x, const struct a64_UBFM *i)
{
	/* LSR of the whole register. */
	if (i->sf != 0 && i->left == 0)
		set_X(x, i->Rd, lsr_imm(X(x, i->Rn), i->right));
	else if (i->sf == 0 && i->left == 32)
		set_X(x, i->Rd, lsr_imm32((uint32_t)X(x, i->Rn), i->right));
	else
		set_R(x, i->sf, i->Rd, lsr_imm(lsl_imm(X(x, i->Rn), i->left), i->right));
	return NEXT;
}

INLINE struct outcome exec_EXTR(struct ctx *x, const struct a64_EXTR *i)
{
	uint64_t high = X(x, i->Rn), low = R(x, i->sf, i->Rm);

	if (i->sf != 0)
		set_X(x, i->Rd, extr_imm(high, low, i->imms));
	else
		set_X(x, i->Rd, (uint32_t)lsr_imm((uint64_t)(uint32_t)high << 32 | low, i->imms));
	return NEXT;
}

#endif
