/* FPUnpack() and FPRound() of the pseudocode, and what operations make of NaNs. */
#include "fp_real.h"

/* ---------------------------------------------------------------- unpacking */

static struct fp_unpacked unpacked_nan(unsigned N, bool sign, uint64_t fraction)
{
	bool quiet = (fraction >> (fp_fraction_bits(N) - 1) & 1) != 0;

	return (struct fp_unpacked){.type = quiet ? FPType_QNaN : FPType_SNaN, .sign = sign};
}

static struct fp_unpacked unpacked_denormal(unsigned N, bool sign, uint64_t fraction)
{
	/* fraction * 2^(1 - bias - F) */
	int exponent = 1 - fp_bias(N) + 63 - (int)fp_fraction_bits(N);

	return (struct fp_unpacked){.type = FPType_Denormal,
				    .sign = sign,
				    .value = fp_normalised(sign, exponent, fraction)};
}

/* FPUnpackBase(). */
static struct fp_unpacked unpack(unsigned N, uint64_t op, bool flush, bool alt_hp,
				 struct fp_env *fp)
{
	bool sign = fp_sign(N, op);
	unsigned exponent = fp_exponent(N, op);
	uint64_t fraction = fp_fraction(N, op);
	struct fp_unpacked zero = {.type = FPType_Zero, .sign = sign, .value = {sign, 0, 0}};

	if (exponent == 0) {
		if (fraction == 0)
			return zero;
		if (!flush)
			return unpacked_denormal(N, sign, fraction);
		if (N != 16)
			FPProcessException(FPSR_IDC, fp);
		return zero;
	}
	if (exponent == (1u << fp_exponent_bits(N)) - 1 && !alt_hp) {
		if (fraction != 0)
			return unpacked_nan(N, sign, fraction);
		return (struct fp_unpacked){.type = FPType_Infinity, .sign = sign};
	}
	uint64_t significand = UINT64_C(1) << 63 | fraction << (63 - fp_fraction_bits(N));

	return (struct fp_unpacked){.type = FPType_Nonzero,
				    .sign = sign,
				    .value = {sign, (int)exponent - fp_bias(N), significand}};
}

struct fp_unpacked FPUnpack(unsigned N, uint64_t op, struct fp_env *fp)
{
	return unpack(N, op, fp_flushes(N, fp), false, fp);
}

struct fp_unpacked FPUnpackCV(unsigned N, uint64_t op, struct fp_env *fp)
{
	return unpack(N, op, N != 16 && fp_flushes(N, fp), N == 16 && (fp->fpcr & FPCR_AHP) != 0,
		      fp);
}

/* ---------------------------------------------------------------- rounding */

uint64_t fp_overflow(unsigned N, bool sign, enum FPRounding rounding, struct fp_env *fp)
{
	bool to_infinity = rounding == FPRounding_TIEEVEN ||
			   rounding == (sign ? FPRounding_NEGINF : FPRounding_POSINF);

	FPProcessException(FPSR_OFC | FPSR_IXC, fp);
	return to_infinity ? FPInfinity(N, sign) : FPMaxNormal(N, sign);
}

/* Of the alternative half precision, which has no infinity. */
static uint64_t overflowed_alt_hp(bool sign, struct fp_env *fp)
{
	FPProcessException(FPSR_IOC, fp);
	return FPZero(16, sign) | 0x7fff;
}

/*
 * FPRoundBase(). The biased exponent and the fraction are one number, into which the 1 before the
 * point and the carry of rounding are added: so a carry out of the fraction gives the next
 * exponent, and out of a denormal the first normal number.
 */
static uint64_t round_base(unsigned N, struct fp_real value, enum FPRounding rounding, bool flush,
			   bool alt_hp, struct fp_env *fp)
{
	unsigned F = fp_fraction_bits(N);
	int biased_exp = value.exponent + fp_bias(N);
	int limit = (1 << fp_exponent_bits(N)) - (alt_hp ? 0 : 1);
	uint64_t int_mant, error;

	if (flush && biased_exp < 1) {
		/* Tininess is detected before rounding; the result counts as not inexact. */
		FPProcessException(FPSR_UFC, fp);
		return FPZero(N, value.sign);
	}
	if (biased_exp < 1) {
		unsigned lost = 63 - F + (unsigned)(1 - biased_exp);

		int_mant = lost < 64 ? value.significand >> lost : 0;
		/* The error of what is far below the smallest denormal: less than a half. */
		error = lost < 64    ? value.significand << (64 - lost)
			: lost == 64 ? value.significand
				     : 1;
		biased_exp = 1;
		if (error != 0)
			FPProcessException(FPSR_UFC, fp);
	} else {
		int_mant = value.significand >> (63 - F);
		error = value.significand << (F + 1);
	}
	int_mant += fp_rounds_up(rounding, value.sign, (int_mant & 1) != 0, error);
	if (rounding == FPRounding_ODD && error != 0)
		int_mant |= 1;

	if (biased_exp + (int)(int_mant >> (F + 1)) >= limit)
		return alt_hp ? overflowed_alt_hp(value.sign, fp)
			      : fp_overflow(N, value.sign, rounding, fp);
	if (error != 0)
		FPProcessException(FPSR_IXC, fp);
	return FPZero(N, value.sign) + ((uint64_t)(biased_exp - 1) << F) + int_mant;
}

uint64_t FPRound(unsigned N, struct fp_real value, enum FPRounding rounding, struct fp_env *fp)
{
	return round_base(N, value, rounding, fp_flushes(N, fp), false, fp);
}

uint64_t FPRoundCV(unsigned N, struct fp_real value, enum FPRounding rounding, struct fp_env *fp)
{
	return round_base(N, value, rounding, N != 16 && fp_flushes(N, fp),
			  N == 16 && (fp->fpcr & FPCR_AHP) != 0, fp);
}

uint64_t fp_round_sum(unsigned N, struct fp_real value, struct fp_env *fp)
{
	if (value.significand == 0)
		return FPZero(N, FPRoundingMode(fp) == FPRounding_NEGINF);
	return FPRound(N, value, FPRoundingMode(fp), fp);
}

/* ---------------------------------------------------------------- NaNs */

uint64_t FPDefaultNaN(unsigned N)
{
	return FPInfinity(N, false) | UINT64_C(1) << (fp_fraction_bits(N) - 1);
}

uint64_t fp_invalid(unsigned N, struct fp_env *fp)
{
	FPProcessException(FPSR_IOC, fp);
	return FPDefaultNaN(N);
}

uint64_t FPProcessNaN(unsigned N, enum FPType type, uint64_t op, struct fp_env *fp)
{
	if (type == FPType_SNaN)
		FPProcessException(FPSR_IOC, fp);
	if ((fp->fpcr & FPCR_DN) != 0)
		return FPDefaultNaN(N);
	return op | UINT64_C(1) << (fp_fraction_bits(N) - 1);
}

bool FPProcessNaNs(unsigned N, enum FPType type1, enum FPType type2, uint64_t op1, uint64_t op2,
		   uint64_t *result, struct fp_env *fp)
{
	if (!fp_is_nan(type1) && !fp_is_nan(type2))
		return false;
	if (type1 == FPType_SNaN || (type2 != FPType_SNaN && type1 == FPType_QNaN))
		*result = FPProcessNaN(N, type1, op1, fp);
	else
		*result = FPProcessNaN(N, type2, op2, fp);
	return true;
}

uint64_t FPConvertNaN(unsigned M, unsigned N, uint64_t op)
{
	/* The fraction without its first bit, at bit 51 of 64. */
	uint64_t fraction =
		fp_fraction(N, op) << (52 - fp_fraction_bits(N)) & ((UINT64_C(1) << 51) - 1);

	return FPDefaultNaN(M) | FPZero(M, fp_sign(N, op)) | fraction >> (52 - fp_fraction_bits(M));
}
