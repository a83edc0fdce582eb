/* Data processing, register. */
#ifndef CPU_DP_REG_H
#define CPU_DP_REG_H

#include "arith.h"

/* ---------------------------------------------------------------- two sources */

INLINE struct outcome exec_UDIV(struct ctx *x, const struct a64_UDIV *i)
{
	uint64_t n = R(x, i->sf, i->Rn), m = R(x, i->sf, i->Rm);

	set_X(x, i->Rd, m == 0 ? 0 : i->sf != 0 ? n / m : (uint32_t)n / (uint32_t)m);
	return NEXT;
}

INLINE struct outcome exec_SDIV(struct ctx *x, const struct a64_SDIV *i)
{
	int64_t n = (int64_t)X(x, i->Rn), m = (int64_t)X(x, i->Rm);

	if (i->sf == 0) {
		n = (int32_t)n;
		m = (int32_t)m;
	}
	/* The host traps on the smallest number divided by -1. */
	if (m == -1)
		set_R(x, i->sf, i->Rd, -(uint64_t)n);
	else
		set_R(x, i->sf, i->Rd, m == 0 ? 0 : (uint64_t)(n / m));
	return NEXT;
}

INLINE struct outcome exec_LSLV(struct ctx *x, const struct a64_LSLV *i)
{
	set_R(x, i->sf, i->Rd,
	      shifted(i->sf, X(x, i->Rn), SHIFT_LSL,
		      (uint32_t)X(x, i->Rm) & (i->sf != 0 ? 63 : 31)));
	return NEXT;
}

INLINE struct outcome exec_LSRV(struct ctx *x, const struct a64_LSRV *i)
{
	set_R(x, i->sf, i->Rd,
	      shifted(i->sf, X(x, i->Rn), SHIFT_LSR,
		      (uint32_t)X(x, i->Rm) & (i->sf != 0 ? 63 : 31)));
	return NEXT;
}

INLINE struct outcome exec_ASRV(struct ctx *x, const struct a64_ASRV *i)
{
	set_R(x, i->sf, i->Rd,
	      shifted(i->sf, X(x, i->Rn), SHIFT_ASR,
		      (uint32_t)X(x, i->Rm) & (i->sf != 0 ? 63 : 31)));
	return NEXT;
}

INLINE struct outcome exec_RORV(struct ctx *x, const struct a64_RORV *i)
{
	set_R(x, i->sf, i->Rd,
	      shifted(i->sf, X(x, i->Rn), SHIFT_ROR,
		      (uint32_t)X(x, i->Rm) & (i->sf != 0 ? 63 : 31)));
	return NEXT;
}

/* C=0: polynomial 0x04C11DB7; C=1: 0x1EDC6F41; both reflected, a bit at a time as the pseudocode's
 * Poly32Mod2. */
INLINE struct outcome exec_CRC32(struct ctx *x, const struct a64_CRC32 *i)
{
	uint32_t polynomial = i->C != 0 ? 0x82f63b78 : 0xedb88320;
	uint32_t crc = (uint32_t)X(x, i->Rn);
	uint64_t data = X(x, i->Rm);

	for (unsigned byte = 0; byte < 1u << i->sz; byte++) {
		crc ^= (uint8_t)(data >> (8 * byte));
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? polynomial : 0);
	}
	set_X(x, i->Rd, crc);
	return NEXT;
}

/* ---------------------------------------------------------------- one source */

INLINE uint64_t swap_bits(uint64_t value, unsigned distance, uint64_t mask)
{
	return (value >> distance & mask) | (value & mask) << distance;
}

#define BYTES_OF_PAIRS UINT64_C(0x00ff00ff00ff00ff)

INLINE struct outcome exec_RBIT(struct ctx *x, const struct a64_RBIT *i)
{
	uint64_t value = __builtin_bswap64(X(x, i->Rn));

	value = swap_bits(value, 4, UINT64_C(0x0f0f0f0f0f0f0f0f));
	value = swap_bits(value, 2, UINT64_C(0x3333333333333333));
	value = swap_bits(value, 1, UINT64_C(0x5555555555555555));
	set_X(x, i->Rd, i->sf != 0 ? value : value >> 32);
	return NEXT;
}

INLINE struct outcome exec_REV16(struct ctx *x, const struct a64_REV16 *i)
{
	set_R(x, i->sf, i->Rd, swap_bits(X(x, i->Rn), 8, BYTES_OF_PAIRS));
	return NEXT;
}

/* REV of a W register is this too. */
INLINE struct outcome exec_REV32(struct ctx *x, const struct a64_REV32 *i)
{
	uint64_t value = __builtin_bswap64(X(x, i->Rn));

	set_R(x, i->sf, i->Rd, value >> 32 | value << 32);
	return NEXT;
}

INLINE struct outcome exec_REV(struct ctx *x, const struct a64_REV *i)
{
	set_X(x, i->Rd, __builtin_bswap64(X(x, i->Rn)));
	return NEXT;
}

INLINE uint64_t leading_zeros(uint32_t sf, uint64_t value)
{
	if (sf != 0)
		return value == 0 ? 64 : (uint64_t)__builtin_clzll(value);
	return (uint32_t)value == 0 ? 32 : (uint64_t)__builtin_clz((uint32_t)value);
}

INLINE struct outcome exec_CLZ(struct ctx *x, const struct a64_CLZ *i)
{
	set_X(x, i->Rd, leading_zeros(i->sf, X(x, i->Rn)));
	return NEXT;
}

INLINE struct outcome exec_CLS(struct ctx *x, const struct a64_CLS *i)
{
	uint64_t value = X(x, i->Rn);

	if (i->sf == 0)
		value = (uint64_t)(int32_t)value;
	set_X(x, i->Rd, leading_zeros(i->sf, value ^ (uint64_t)((int64_t)value >> 1)) - 1);
	return NEXT;
}

/* ---------------------------------------------------------------- logical */

INLINE struct outcome exec_AND_shifted(struct ctx *x, const struct a64_AND_shifted *i)
{
	uint64_t n = X(x, i->Rn), m = shifted_imm(i->sf, X(x, i->Rm), i->shift, i->imm6);

	set_R(x, i->sf, i->Rd, n & m);
	return NEXT;
}

INLINE struct outcome exec_BIC_shifted(struct ctx *x, const struct a64_BIC_shifted *i)
{
	uint64_t n = X(x, i->Rn), m = shifted_imm(i->sf, X(x, i->Rm), i->shift, i->imm6);

	set_R(x, i->sf, i->Rd, n & ~m);
	return NEXT;
}

INLINE struct outcome exec_ORR_shifted(struct ctx *x, const struct a64_ORR_shifted *i)
{
	uint64_t n = X(x, i->Rn), m = shifted_imm(i->sf, X(x, i->Rm), i->shift, i->imm6);

	set_R(x, i->sf, i->Rd, n | m);
	return NEXT;
}

INLINE struct outcome exec_ORN_shifted(struct ctx *x, const struct a64_ORN_shifted *i)
{
	uint64_t n = X(x, i->Rn), m = shifted_imm(i->sf, X(x, i->Rm), i->shift, i->imm6);

	set_R(x, i->sf, i->Rd, n | ~m);
	return NEXT;
}

INLINE struct outcome exec_EOR_shifted(struct ctx *x, const struct a64_EOR_shifted *i)
{
	uint64_t n = X(x, i->Rn), m = shifted_imm(i->sf, X(x, i->Rm), i->shift, i->imm6);

	set_R(x, i->sf, i->Rd, n ^ m);
	return NEXT;
}

INLINE struct outcome exec_EON_shifted(struct ctx *x, const struct a64_EON_shifted *i)
{
	uint64_t n = X(x, i->Rn), m = shifted_imm(i->sf, X(x, i->Rm), i->shift, i->imm6);

	set_R(x, i->sf, i->Rd, n ^ ~m);
	return NEXT;
}

INLINE struct outcome exec_ANDS_shifted(struct ctx *x, const struct a64_ANDS_shifted *i)
{
	uint64_t n = X(x, i->Rn), m = shifted_imm(i->sf, X(x, i->Rm), i->shift, i->imm6);

	set_R(x, i->sf, i->Rd, logical_flags(x, i->sf, n & m));
	return NEXT;
}

INLINE struct outcome exec_BICS_shifted(struct ctx *x, const struct a64_BICS_shifted *i)
{
	uint64_t n = X(x, i->Rn), m = shifted_imm(i->sf, X(x, i->Rm), i->shift, i->imm6);

	set_R(x, i->sf, i->Rd, logical_flags(x, i->sf, n & ~m));
	return NEXT;
}

/* ---------------------------------------------------------------- add and subtract */

INLINE struct outcome exec_ADD_shifted(struct ctx *x, const struct a64_ADD_shifted *i)
{
	uint64_t m = shifted_imm(i->sf, X(x, i->Rm), i->shift, i->imm6);

	set_R(x, i->sf, i->Rd, X(x, i->Rn) + m);
	return NEXT;
}

INLINE struct outcome exec_ADDS_shifted(struct ctx *x, const struct a64_ADDS_shifted *i)
{
	uint64_t m = shifted_imm(i->sf, X(x, i->Rm), i->shift, i->imm6);

	set_R(x, i->sf, i->Rd, adds(x, i->sf, X(x, i->Rn), m));
	return NEXT;
}

INLINE struct outcome exec_SUB_shifted(struct ctx *x, const struct a64_SUB_shifted *i)
{
	uint64_t m = shifted_imm(i->sf, X(x, i->Rm), i->shift, i->imm6);

	set_R(x, i->sf, i->Rd, X(x, i->Rn) - m);
	return NEXT;
}

INLINE struct outcome exec_SUBS_shifted(struct ctx *x, const struct a64_SUBS_shifted *i)
{
	uint64_t m = shifted_imm(i->sf, X(x, i->Rm), i->shift, i->imm6);

	set_R(x, i->sf, i->Rd, subs(x, i->sf, X(x, i->Rn), m));
	return NEXT;
}

INLINE struct outcome exec_ADD_ext(struct ctx *x, const struct a64_ADD_ext *i)
{
	uint64_t m = lsl_imm(extended(X(x, i->Rm), i->option), i->imm3);

	set_R(x, i->sf, i->Rd, X(x, i->Rn) + m);
	return NEXT;
}

INLINE struct outcome exec_ADDS_ext(struct ctx *x, const struct a64_ADDS_ext *i)
{
	uint64_t m = lsl_imm(extended(X(x, i->Rm), i->option), i->imm3);

	set_R(x, i->sf, i->Rd, adds(x, i->sf, X(x, i->Rn), m));
	return NEXT;
}

INLINE struct outcome exec_SUB_ext(struct ctx *x, const struct a64_SUB_ext *i)
{
	uint64_t m = lsl_imm(extended(X(x, i->Rm), i->option), i->imm3);

	set_R(x, i->sf, i->Rd, X(x, i->Rn) - m);
	return NEXT;
}

INLINE struct outcome exec_SUBS_ext(struct ctx *x, const struct a64_SUBS_ext *i)
{
	uint64_t m = lsl_imm(extended(X(x, i->Rm), i->option), i->imm3);

	set_R(x, i->sf, i->Rd, subs(x, i->sf, X(x, i->Rn), m));
	return NEXT;
}

INLINE struct outcome exec_ADC(struct ctx *x, const struct a64_ADC *i)
{
	set_R(x, i->sf, i->Rd, X(x, i->Rn) + X(x, i->Rm) + flag_c(x->f));
	return NEXT;
}

INLINE struct outcome exec_ADCS(struct ctx *x, const struct a64_ADCS *i)
{
	set_R(x, i->sf, i->Rd, adcs(x, i->sf, X(x, i->Rn), X(x, i->Rm)));
	return NEXT;
}

INLINE struct outcome exec_SBC(struct ctx *x, const struct a64_SBC *i)
{
	set_R(x, i->sf, i->Rd, X(x, i->Rn) - X(x, i->Rm) - !flag_c(x->f));
	return NEXT;
}

INLINE struct outcome exec_SBCS(struct ctx *x, const struct a64_SBCS *i)
{
	set_R(x, i->sf, i->Rd, adcs(x, i->sf, X(x, i->Rn), ~X(x, i->Rm)));
	return NEXT;
}

/* ---------------------------------------------------------------- flags */

/* mask says which of N:Z:C:V are taken from bits 3 to 0 of the rotated register. */
INLINE struct outcome exec_RMIF(struct ctx *x, const struct a64_RMIF *i)
{
	unsigned bits = (unsigned)rotate_right(1, X(x, i->Rn), i->imm6) & 15;

	x->f = flags_from((flags_nzcv(x->f) & ~i->mask) | (bits & i->mask));
	return NEXT;
}

/* N and Z of the low 8 or 16 bits; V is the carry out of them exclusive-or their sign; C stays. */
INLINE struct outcome exec_SETF(struct ctx *x, const struct a64_SETF *i)
{
	uint64_t value = X(x, i->Rn);
	unsigned size = i->sz != 0 ? 16 : 8;

	uint64_t nz = value << (64 - size), v = value << (63 - size) ^ nz;

	x->f = flags_of(nz, nz ^ v, flag_c(x->f));
	return NEXT;
}

INLINE struct outcome compare_if(struct ctx *x, uint32_t cond, struct nzcv compared,
				 a64_unsigned nzcv)
{
	x->f = condition_holds(x->f, cond) ? compared : flags_imm(nzcv);
	return NEXT;
}

INLINE struct nzcv flags_of_sum(struct ctx x, uint32_t sf, uint64_t n, uint64_t m)
{
	adds(&x, sf, n, m);
	return x.f;
}

INLINE struct nzcv flags_of_difference(struct ctx x, uint32_t sf, uint64_t n, uint64_t m)
{
	subs(&x, sf, n, m);
	return x.f;
}

INLINE struct outcome exec_CCMN_reg(struct ctx *x, const struct a64_CCMN_reg *i)
{
	return compare_if(x, i->cond, flags_of_sum(*x, i->sf, X(x, i->Rn), X(x, i->Rm)), i->nzcv);
}

INLINE struct outcome exec_CCMN_imm(struct ctx *x, const struct a64_CCMN_imm *i)
{
	return compare_if(x, i->cond, flags_of_sum(*x, i->sf, X(x, i->Rn), i->imm5), i->nzcv);
}

INLINE struct outcome exec_CCMP_reg(struct ctx *x, const struct a64_CCMP_reg *i)
{
	return compare_if(x, i->cond, flags_of_difference(*x, i->sf, X(x, i->Rn), X(x, i->Rm)),
			  i->nzcv);
}

INLINE struct outcome exec_CCMP_imm(struct ctx *x, const struct a64_CCMP_imm *i)
{
	return compare_if(x, i->cond, flags_of_difference(*x, i->sf, X(x, i->Rn), i->imm5),
			  i->nzcv);
}

/* ---------------------------------------------------------------- select */

/* X[n] where the mask is all ones, X[m] where it is 0. */
INLINE uint64_t selected(const struct ctx *x, uint64_t mask, uint32_t n, uint32_t m)
{
#ifdef CPU_STENCIL
	return X(x, m) ^ ((X(x, n) ^ X(x, m)) & mask);
#else
	return X(x, m ^ ((n ^ m) & (uint32_t)mask));
#endif
}

INLINE struct outcome exec_CSEL(struct ctx *x, const struct a64_CSEL *i)
{
	uint64_t mask = mask_if(condition_holds(x->f, i->cond));
	uint64_t value = selected(x, mask, i->Rn, i->Rm);

	set_R(x, i->sf, i->Rd, value);
	return NEXT;
}

INLINE struct outcome exec_CSINC(struct ctx *x, const struct a64_CSINC *i)
{
	uint64_t mask = mask_if(condition_holds(x->f, i->cond));
	uint64_t value = selected(x, mask, i->Rn, i->Rm);

	set_R(x, i->sf, i->Rd, value + (mask + 1));
	return NEXT;
}

INLINE struct outcome exec_CSINV(struct ctx *x, const struct a64_CSINV *i)
{
	uint64_t mask = mask_if(condition_holds(x->f, i->cond));
	uint64_t value = selected(x, mask, i->Rn, i->Rm);

	set_R(x, i->sf, i->Rd, value ^ ~mask);
	return NEXT;
}

INLINE struct outcome exec_CSNEG(struct ctx *x, const struct a64_CSNEG *i)
{
	uint64_t mask = mask_if(condition_holds(x->f, i->cond));
	uint64_t value = selected(x, mask, i->Rn, i->Rm);

	set_R(x, i->sf, i->Rd, (value ^ ~mask) + (mask + 1));
	return NEXT;
}

/* ---------------------------------------------------------------- three sources */

INLINE struct outcome exec_MADD(struct ctx *x, const struct a64_MADD *i)
{
	set_R(x, i->sf, i->Rd, X(x, i->Ra) + X(x, i->Rn) * X(x, i->Rm));
	return NEXT;
}

INLINE struct outcome exec_MSUB(struct ctx *x, const struct a64_MSUB *i)
{
	set_R(x, i->sf, i->Rd, X(x, i->Ra) - X(x, i->Rn) * X(x, i->Rm));
	return NEXT;
}

INLINE struct outcome exec_SMADDL(struct ctx *x, const struct a64_SMADDL *i)
{
	set_X(x, i->Rd,
	      X(x, i->Ra) + (uint64_t)((int64_t)(int32_t)X(x, i->Rn) * (int32_t)X(x, i->Rm)));
	return NEXT;
}

INLINE struct outcome exec_SMSUBL(struct ctx *x, const struct a64_SMSUBL *i)
{
	set_X(x, i->Rd,
	      X(x, i->Ra) - (uint64_t)((int64_t)(int32_t)X(x, i->Rn) * (int32_t)X(x, i->Rm)));
	return NEXT;
}

INLINE struct outcome exec_SMULH(struct ctx *x, const struct a64_SMULH *i)
{
	set_X(x, i->Rd, (uint64_t)((__int128)(int64_t)X(x, i->Rn) * (int64_t)X(x, i->Rm) >> 64));
	return NEXT;
}

INLINE struct outcome exec_UMADDL(struct ctx *x, const struct a64_UMADDL *i)
{
	set_X(x, i->Rd, X(x, i->Ra) + (uint64_t)(uint32_t)X(x, i->Rn) * (uint32_t)X(x, i->Rm));
	return NEXT;
}

INLINE struct outcome exec_UMSUBL(struct ctx *x, const struct a64_UMSUBL *i)
{
	set_X(x, i->Rd, X(x, i->Ra) - (uint64_t)(uint32_t)X(x, i->Rn) * (uint32_t)X(x, i->Rm));
	return NEXT;
}

INLINE struct outcome exec_UMULH(struct ctx *x, const struct a64_UMULH *i)
{
	set_X(x, i->Rd, (uint64_t)((unsigned __int128)X(x, i->Rn) * X(x, i->Rm) >> 64));
	return NEXT;
}

#endif
