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
	set_X(x, i->Rd, (PC(x) & ~UINT64_C(0xfff)) + ((uint64_t)(int64_t)i->imm << 12));
	return NEXT;
}

INLINE uint64_t shifted_imm12(uint32_t imm12, uint32_t sh)
{
	return (uint64_t)imm12 << (sh != 0 ? 12 : 0);
}

INLINE struct outcome exec_ADD_imm(struct ctx *x, const struct a64_ADD_imm *i)
{
	set_R(x, i->sf, i->Rd, X(x, i->Rn) + shifted_imm12(i->imm12, i->sh));
	return NEXT;
}

INLINE struct outcome exec_ADDS_imm(struct ctx *x, const struct a64_ADDS_imm *i)
{
	set_R(x, i->sf, i->Rd, adds(x, i->sf, X(x, i->Rn), shifted_imm12(i->imm12, i->sh)));
	return NEXT;
}

INLINE struct outcome exec_SUB_imm(struct ctx *x, const struct a64_SUB_imm *i)
{
	set_R(x, i->sf, i->Rd, X(x, i->Rn) - shifted_imm12(i->imm12, i->sh));
	return NEXT;
}

INLINE struct outcome exec_SUBS_imm(struct ctx *x, const struct a64_SUBS_imm *i)
{
	set_R(x, i->sf, i->Rd, subs(x, i->sf, X(x, i->Rn), shifted_imm12(i->imm12, i->sh)));
	return NEXT;
}

INLINE struct outcome exec_AND_imm(struct ctx *x, const struct a64_AND_imm *i)
{
	set_R(x, i->sf, i->Rd, X(x, i->Rn) & BITMASK[i->imm13]);
	return NEXT;
}

INLINE struct outcome exec_ORR_imm(struct ctx *x, const struct a64_ORR_imm *i)
{
	set_R(x, i->sf, i->Rd, X(x, i->Rn) | BITMASK[i->imm13]);
	return NEXT;
}

INLINE struct outcome exec_EOR_imm(struct ctx *x, const struct a64_EOR_imm *i)
{
	set_R(x, i->sf, i->Rd, X(x, i->Rn) ^ BITMASK[i->imm13]);
	return NEXT;
}

INLINE struct outcome exec_ANDS_imm(struct ctx *x, const struct a64_ANDS_imm *i)
{
	set_R(x, i->sf, i->Rd, logical_flags(x, i->sf, X(x, i->Rn) & BITMASK[i->imm13]));
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
 * and one shift right.
 */
INLINE unsigned bitfield_right(uint32_t sf, uint32_t immr, uint32_t imms)
{
	if (imms >= immr)
		return 63 - imms + immr;
	return 63 - imms - ((sf != 0 ? 64 : 32) - immr);
}

INLINE struct outcome exec_SBFM(struct ctx *x, const struct a64_SBFM *i)
{
	int64_t src = (int64_t)X(x, i->Rn);

	/* ASR of the whole register. */
	if (i->sf != 0 && i->imms == 63)
		set_X(x, i->Rd, (uint64_t)(src >> i->immr));
	else if (i->sf == 0 && i->imms == 31)
		set_X(x, i->Rd, (uint32_t)((int32_t)src >> i->immr));
	else
		set_R(x, i->sf, i->Rd,
		      (uint64_t)((int64_t)((uint64_t)src << (63 - i->imms)) >>
				 bitfield_right(i->sf, i->immr, i->imms)));
	return NEXT;
}

INLINE struct outcome exec_BFM(struct ctx *x, const struct a64_BFM *i)
{
	unsigned right = bitfield_right(i->sf, i->immr, i->imms);
	uint64_t field = ~UINT64_C(0) << (63 - i->imms) >> right;
	uint64_t bits = X(x, i->Rn) << (63 - i->imms) >> right;
	uint64_t value = (X(x, i->Rd) & ~field) | bits;

	set_slot(x, i->Rd, i->sf != 0 ? value : (uint32_t)value);
	return NEXT;
}

INLINE struct outcome exec_UBFM(struct ctx *x, const struct a64_UBFM *i)
{
	/* LSR of the whole register. */
	if (i->imms == (i->sf != 0 ? 63 : 31))
		set_X(x, i->Rd, R(x, i->sf, i->Rn) >> i->immr);
	else
		set_R(x, i->sf, i->Rd,
		      X(x, i->Rn) << (63 - i->imms) >> bitfield_right(i->sf, i->immr, i->imms));
	return NEXT;
}

INLINE struct outcome exec_EXTR(struct ctx *x, const struct a64_EXTR *i)
{
	uint64_t high = X(x, i->Rn), low = R(x, i->sf, i->Rm);

	if (i->sf != 0)
		set_X(x, i->Rd, low >> i->imms | high << 1 << (63 - i->imms));
	else
		set_X(x, i->Rd, (uint32_t)(((uint64_t)(uint32_t)high << 32 | low) >> i->imms));
	return NEXT;
}

#endif
