/* Branches, and the flag instructions that are encoded as MSR (immediate). Exceptions and system:
 * system.c. */
#ifndef CPU_BRANCH_H
#define CPU_BRANCH_H

#include "ctx.h"

INLINE struct outcome branch_if(bool taken, int32_t instructions)
{
	return taken ? branch_by((int64_t)instructions * 4) : NEXT;
}

INLINE struct outcome exec_B_cond(struct ctx *x, const struct a64_B_cond *i)
{
	return branch_if(condition_holds(x->f, i->cond), i->imm19);
}

INLINE struct outcome exec_CFINV(struct ctx *x, const struct a64_CFINV *i)
{
	(void)i;
	x->f = flags_from(flags_nzcv(x->f) ^ 2);
	return NEXT;
}

/* From the alternative ("external") format of floating-point comparisons to Arm's and back. */
INLINE struct outcome exec_XAFLAG(struct ctx *x, const struct a64_XAFLAG *i)
{
	bool z = flag_z(x->f), c = flag_c(x->f);

	(void)i;
	x->f = flags_from((!c && !z ? 8u : 0) | (z && c ? 4u : 0) | (c || z ? 2u : 0) |
			  (!c && z ? 1u : 0));
	return NEXT;
}

INLINE struct outcome exec_AXFLAG(struct ctx *x, const struct a64_AXFLAG *i)
{
	bool z = flag_z(x->f), c = flag_c(x->f), v = flag_v(x->f);

	(void)i;
	x->f = flags_from((z || v ? 4u : 0) | (c && !v ? 2u : 0));
	return NEXT;
}

INLINE struct outcome exec_BR(struct ctx *x, const struct a64_BR *i)
{
	return branch_to(X(x, i->Rn));
}

INLINE struct outcome exec_BLR(struct ctx *x, const struct a64_BLR *i)
{
	uint64_t target = X(x, i->Rn);

	set_X(x, 30, PC(x) + 4);
	return branch_to(target);
}

INLINE struct outcome exec_RET(struct ctx *x, const struct a64_RET *i)
{
	return branch_to(X(x, i->Rn));
}

INLINE struct outcome exec_B(struct ctx *x, const struct a64_B *i)
{
	(void)x;
	return branch_if(true, i->imm26);
}

INLINE struct outcome exec_BL(struct ctx *x, const struct a64_BL *i)
{
	set_X(x, 30, PC(x) + 4);
	return branch_if(true, i->imm26);
}

INLINE struct outcome exec_CBZ(struct ctx *x, const struct a64_CBZ *i)
{
	return branch_if(R(x, i->sf, i->Rt) == 0, i->imm19);
}

INLINE struct outcome exec_CBNZ(struct ctx *x, const struct a64_CBNZ *i)
{
	return branch_if(R(x, i->sf, i->Rt) != 0, i->imm19);
}

INLINE struct outcome exec_TBZ(struct ctx *x, const struct a64_TBZ *i)
{
	return branch_if((X(x, i->Rt) >> i->bit & 1) == 0, i->imm14);
}

INLINE struct outcome exec_TBNZ(struct ctx *x, const struct a64_TBNZ *i)
{
	return branch_if((X(x, i->Rt) >> i->bit & 1) != 0, i->imm14);
}

#endif
