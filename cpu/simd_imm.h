/* Advanced SIMD modified immediate, shift by immediate. */
#ifndef CPU_SIMD_IMM_H
#define CPU_SIMD_IMM_H

#include "simd_ops.h"

INLINE uint64_t replicate(uint64_t element, unsigned esize)
{
	for (; esize < 64; esize *= 2)
		element |= element << esize;
	return element;
}

/* VFPExpandImm(): sign, exponent of E bits, fraction. */
INLINE uint64_t expanded_float(uint32_t imm8, unsigned N, unsigned E)
{
	const unsigned F = N - E - 1;
	const uint64_t sign = imm8 >> 7;
	const uint64_t b = imm8 >> 6 & 1, cd = imm8 >> 4 & 3, efgh = imm8 & 15;
	const uint64_t repeated = b != 0 ? (UINT64_C(1) << (E - 3)) - 1 : 0;
	const uint64_t exp = (b ^ 1) << (E - 1) | repeated << 2 | cd;

	return sign << (N - 1) | exp << F | efgh << (F - 4);
}

/* Each bit of imm8 eight times: alone in a byte of its own, carried to bit 7 of it, then spread. */
INLINE uint64_t expanded_mask(uint32_t imm8)
{
	const uint64_t alone = replicate(imm8, 8) & UINT64_C(0x8040201008040201);
	const uint64_t top = (alone + UINT64_C(0x7f7f7f7f7f7f7f7f)) | alone;

	return (top >> 7 & UINT64_C(0x0101010101010101)) * 0xff;
}

INLINE uint64_t AdvSIMDExpandImm(uint32_t op, uint32_t cmode, uint32_t imm8)
{
	switch (cmode >> 1) {
	case 0:
	case 1:
	case 2:
	case 3:
		return replicate((uint64_t)imm8 << (8 * (cmode >> 1)), 32);
	case 4:
	case 5:
		return replicate((uint64_t)imm8 << (8 * (cmode >> 1 & 1)), 16);
	case 6:
		return replicate((cmode & 1) != 0 ? imm8 << 16 | 0xffff : imm8 << 8 | 0xff, 32);
	}
	if ((cmode & 1) == 0)
		return op == 0 ? replicate(imm8, 8) : expanded_mask(imm8);
	return op == 0 ? replicate(expanded_float(imm8, 32, 8), 32) : expanded_float(imm8, 64, 11);
}

INLINE struct outcome set_immediate(const struct ctx *x, uint32_t Q, uint32_t Rd, uint64_t imm64)
{
	set_V(x, Rd, (union vreg){.d = {imm64, Q != 0 ? imm64 : 0}});
	return NEXT;
}

/* ---------------------------------------------------------------- modified immediate */

INLINE struct outcome exec_MOVI_32(struct ctx *x, const struct a64_MOVI_32 *i)
{
	return set_immediate(x, i->Q, i->Rd, AdvSIMDExpandImm(0, i->shift << 1, i->imm8));
}

INLINE struct outcome exec_ORR_imm_32(struct ctx *x, const struct a64_ORR_imm_32 *i)
{
	const uint64_t imm64 = AdvSIMDExpandImm(0, i->shift << 1, i->imm8);

	return binary_by(x, unsigned_lanes(i->Q, SIZE_D), i->Rd, i->Rd, imm64, op_or);
}

INLINE struct outcome exec_MOVI_16(struct ctx *x, const struct a64_MOVI_16 *i)
{
	return set_immediate(x, i->Q, i->Rd, AdvSIMDExpandImm(0, 8 | i->shift << 1, i->imm8));
}

INLINE struct outcome exec_ORR_imm_16(struct ctx *x, const struct a64_ORR_imm_16 *i)
{
	const uint64_t imm64 = AdvSIMDExpandImm(0, 8 | i->shift << 1, i->imm8);

	return binary_by(x, unsigned_lanes(i->Q, SIZE_D), i->Rd, i->Rd, imm64, op_or);
}

INLINE struct outcome exec_MOVI_MSL(struct ctx *x, const struct a64_MOVI_MSL *i)
{
	return set_immediate(x, i->Q, i->Rd, AdvSIMDExpandImm(0, 12 | i->shift, i->imm8));
}

INLINE struct outcome exec_MOVI_8(struct ctx *x, const struct a64_MOVI_8 *i)
{
	return set_immediate(x, i->Q, i->Rd, AdvSIMDExpandImm(0, 14, i->imm8));
}

INLINE struct outcome exec_FMOV_imm_single(struct ctx *x, const struct a64_FMOV_imm_single *i)
{
	return set_immediate(x, i->Q, i->Rd, AdvSIMDExpandImm(0, 15, i->imm8));
}

INLINE struct outcome exec_FMOV_imm_half(struct ctx *x, const struct a64_FMOV_imm_half *i)
{
	return set_immediate(x, i->Q, i->Rd, replicate(expanded_float(i->imm8, 16, 5), 16));
}

INLINE struct outcome exec_MVNI_32(struct ctx *x, const struct a64_MVNI_32 *i)
{
	return set_immediate(x, i->Q, i->Rd, ~AdvSIMDExpandImm(0, i->shift << 1, i->imm8));
}

INLINE struct outcome exec_BIC_imm_32(struct ctx *x, const struct a64_BIC_imm_32 *i)
{
	const uint64_t imm64 = AdvSIMDExpandImm(0, i->shift << 1, i->imm8);

	return binary_by(x, unsigned_lanes(i->Q, SIZE_D), i->Rd, i->Rd, imm64, op_and_not);
}

INLINE struct outcome exec_MVNI_16(struct ctx *x, const struct a64_MVNI_16 *i)
{
	return set_immediate(x, i->Q, i->Rd, ~AdvSIMDExpandImm(0, 8 | i->shift << 1, i->imm8));
}

INLINE struct outcome exec_BIC_imm_16(struct ctx *x, const struct a64_BIC_imm_16 *i)
{
	const uint64_t imm64 = AdvSIMDExpandImm(0, 8 | i->shift << 1, i->imm8);

	return binary_by(x, unsigned_lanes(i->Q, SIZE_D), i->Rd, i->Rd, imm64, op_and_not);
}

INLINE struct outcome exec_MVNI_MSL(struct ctx *x, const struct a64_MVNI_MSL *i)
{
	return set_immediate(x, i->Q, i->Rd, ~AdvSIMDExpandImm(0, 12 | i->shift, i->imm8));
}

INLINE struct outcome exec_MOVI_64(struct ctx *x, const struct a64_MOVI_64 *i)
{
	return set_immediate(x, i->Q, i->Rd, AdvSIMDExpandImm(1, 14, i->imm8));
}

INLINE struct outcome exec_FMOV_imm_double(struct ctx *x, const struct a64_FMOV_imm_double *i)
{
	return set_immediate(x, 1, i->Rd, AdvSIMDExpandImm(1, 15, i->imm8));
}

/* ---------------------------------------------------------------- shift by immediate */

INLINE struct outcome exec_SSHR_vector(struct ctx *x, const struct a64_SSHR_vector *i)
{
	return binary_by(x, signed_lanes(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			 right_shift(i->imm), op_shift_right);
}

INLINE struct outcome exec_SSRA_vector(struct ctx *x, const struct a64_SSRA_vector *i)
{
	return ternary_by(x, signed_lanes(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			  right_shift(i->imm), op_shift_right_add);
}

INLINE struct outcome exec_SRSHR_vector(struct ctx *x, const struct a64_SRSHR_vector *i)
{
	return binary_by(x, signed_lanes(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			 right_shift(i->imm), op_rounding_shift_right);
}

INLINE struct outcome exec_SRSRA_vector(struct ctx *x, const struct a64_SRSRA_vector *i)
{
	return ternary_by(x, signed_lanes(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			  right_shift(i->imm), op_rounding_shift_right_add);
}

INLINE struct outcome exec_SHL_vector(struct ctx *x, const struct a64_SHL_vector *i)
{
	return binary_by(x, unsigned_lanes(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			 left_shift(i->imm), op_shift_left);
}

INLINE struct outcome exec_SQSHL_imm_vector(struct ctx *x, const struct a64_SQSHL_imm_vector *i)
{
	return binary_by(x, signed_lanes(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			 left_shift(i->imm), op_saturating_shift);
}

INLINE struct outcome exec_SHRN(struct ctx *x, const struct a64_SHRN *i)
{
	return narrow_by(x, unsigned_half(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			 right_shift(i->imm), op_narrow);
}

INLINE struct outcome exec_RSHRN(struct ctx *x, const struct a64_RSHRN *i)
{
	return narrow_by(x, unsigned_half(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			 right_shift(i->imm), op_rounding_narrow);
}

INLINE struct outcome exec_SQSHRN_vector(struct ctx *x, const struct a64_SQSHRN_vector *i)
{
	return narrow_by(x, signed_half(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			 right_shift(i->imm), op_saturating_narrow);
}

INLINE struct outcome exec_SQRSHRN_vector(struct ctx *x, const struct a64_SQRSHRN_vector *i)
{
	return narrow_by(x, signed_half(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			 right_shift(i->imm), op_saturating_rounding_narrow);
}

INLINE struct outcome exec_SSHLL(struct ctx *x, const struct a64_SSHLL *i)
{
	return binary_long_by(x, signed_half(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			      left_shift(i->imm), op_shift_left_long);
}

INLINE struct outcome exec_USHR_vector(struct ctx *x, const struct a64_USHR_vector *i)
{
	return binary_by(x, unsigned_lanes(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			 right_shift(i->imm), op_shift_right);
}

INLINE struct outcome exec_USRA_vector(struct ctx *x, const struct a64_USRA_vector *i)
{
	return ternary_by(x, unsigned_lanes(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			  right_shift(i->imm), op_shift_right_add);
}

INLINE struct outcome exec_URSHR_vector(struct ctx *x, const struct a64_URSHR_vector *i)
{
	return binary_by(x, unsigned_lanes(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			 right_shift(i->imm), op_rounding_shift_right);
}

INLINE struct outcome exec_URSRA_vector(struct ctx *x, const struct a64_URSRA_vector *i)
{
	return ternary_by(x, unsigned_lanes(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			  right_shift(i->imm), op_rounding_shift_right_add);
}

INLINE struct outcome exec_SRI_vector(struct ctx *x, const struct a64_SRI_vector *i)
{
	return ternary_by(x, unsigned_lanes(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			  right_shift(i->imm), op_shift_right_insert);
}

INLINE struct outcome exec_SLI_vector(struct ctx *x, const struct a64_SLI_vector *i)
{
	return ternary_by(x, unsigned_lanes(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			  left_shift(i->imm), op_shift_left_insert);
}

INLINE struct outcome exec_SQSHLU_imm_vector(struct ctx *x, const struct a64_SQSHLU_imm_vector *i)
{
	return binary_by(x, signed_lanes(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			 left_shift(i->imm), op_saturating_shift_unsigned);
}

INLINE struct outcome exec_UQSHL_imm_vector(struct ctx *x, const struct a64_UQSHL_imm_vector *i)
{
	return binary_by(x, unsigned_lanes(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			 left_shift(i->imm), op_saturating_shift);
}

INLINE struct outcome exec_SQSHRUN_vector(struct ctx *x, const struct a64_SQSHRUN_vector *i)
{
	return narrow_by(x, signed_half(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			 right_shift(i->imm), op_saturating_narrow_unsigned);
}

INLINE struct outcome exec_SQRSHRUN_vector(struct ctx *x, const struct a64_SQRSHRUN_vector *i)
{
	return narrow_by(x, signed_half(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			 right_shift(i->imm), op_saturating_rounding_narrow_unsigned);
}

INLINE struct outcome exec_UQSHRN_vector(struct ctx *x, const struct a64_UQSHRN_vector *i)
{
	return narrow_by(x, unsigned_half(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			 right_shift(i->imm), op_saturating_narrow);
}

INLINE struct outcome exec_UQRSHRN_vector(struct ctx *x, const struct a64_UQRSHRN_vector *i)
{
	return narrow_by(x, unsigned_half(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			 right_shift(i->imm), op_saturating_rounding_narrow);
}

INLINE struct outcome exec_USHLL(struct ctx *x, const struct a64_USHLL *i)
{
	return binary_long_by(x, unsigned_half(i->Q, immediate_size(i->imm)), i->Rd, i->Rn,
			      left_shift(i->imm), op_shift_left_long);
}

#endif
