/* Conversion between formats, and from and to integers and fixed point. */
#include "fp_real.h"

uint64_t FPConvert(unsigned M, unsigned N, uint64_t op, enum FPRounding rounding, struct fp_env *fp)
{
	struct fp_unpacked u = FPUnpackCV(N, op, fp);
	bool alt_hp = M == 16 && (fp->fpcr & FPCR_AHP) != 0;

	switch (u.type) {
	case FPType_SNaN:
	case FPType_QNaN:
		if (u.type == FPType_SNaN || alt_hp)
			FPProcessException(FPSR_IOC, fp);
		if (alt_hp)
			return FPZero(M, u.sign);
		return (fp->fpcr & FPCR_DN) != 0 ? FPDefaultNaN(M) : FPConvertNaN(M, N, op);
	case FPType_Infinity:
		if (!alt_hp)
			return FPInfinity(M, u.sign);
		FPProcessException(FPSR_IOC, fp);
		return FPZero(M, u.sign) | 0x7fff;
	case FPType_Zero:
		return FPZero(M, u.sign);
	default:
		return FPRoundCV(M, u.value, rounding, fp);
	}
}

/* ---------------------------------------------------------------- to integers */

/* The magnitude of a number rounded to an integer. */
struct integer {
	uint64_t magnitude;
	bool inexact, over; /* over: 2^64 and more */
};

/* What is rounded has at most 53 significant bits: no carry goes beyond bit 63. */
static struct integer to_integer(struct fp_real value, enum FPRounding rounding)
{
	uint64_t magnitude = 0, error = 1; /* less than a half */

	if (value.significand == 0)
		return (struct integer){.magnitude = 0};
	if (value.exponent >= 64)
		return (struct integer){.over = true};
	if (value.exponent == 63) {
		magnitude = value.significand;
		error = 0;
	} else if (value.exponent >= 0) {
		magnitude = value.significand >> (63 - value.exponent);
		error = value.significand << (value.exponent + 1);
	} else if (value.exponent == -1) {
		error = value.significand; /* a half and more */
	}
	magnitude += fp_rounds_up(rounding, value.sign, (magnitude & 1) != 0, error);
	return (struct integer){.magnitude = magnitude, .inexact = error != 0};
}

/* SatQ() of a number with that sign. */
static uint64_t saturated(struct integer integer, bool sign, unsigned M, bool is_unsigned,
			  bool *overflow)
{
	uint64_t max = UINT64_MAX >> (64 - M), limit;

	if (is_unsigned)
		limit = sign ? 0 : max;
	else
		limit = (max >> 1) + sign;
	*overflow = integer.over || integer.magnitude > limit;
	if (*overflow)
		integer.magnitude = limit;
	return (sign ? -integer.magnitude : integer.magnitude) & max;
}

uint64_t FPToFixed(unsigned M, unsigned N, uint64_t op, unsigned fbits, bool is_unsigned,
		   enum FPRounding rounding, struct fp_env *fp)
{
	struct fp_unpacked u = FPUnpack(N, op, fp);
	struct integer integer = {.over = true};
	bool overflow;

	if (fp_is_nan(u.type)) {
		FPProcessException(FPSR_IOC, fp);
		return 0;
	}
	if (u.type != FPType_Infinity) {
		u.value.exponent += (int)fbits;
		integer = to_integer(u.value, rounding);
	}
	uint64_t result = saturated(integer, u.sign, M, is_unsigned, &overflow);

	if (overflow)
		FPProcessException(FPSR_IOC, fp);
	else if (integer.inexact)
		FPProcessException(FPSR_IXC, fp);
	return result;
}

/* A number's truncated magnitude modulo 2^32. */
static uint32_t magnitude_mod_2_32(struct fp_real value)
{
	int up = value.exponent - 63;

	if (up >= 0)
		return up < 32 ? (uint32_t)value.significand << up : 0;
	return up > -64 ? (uint32_t)(value.significand >> -up) : 0;
}

struct fp_to_fixed_js FPToFixedJS(uint64_t op, struct fp_env *fp)
{
	struct fp_unpacked u = FPUnpack(64, op, fp);
	struct integer integer = {.over = true};
	bool overflow;

	if (fp_is_nan(u.type) || u.type == FPType_Infinity) {
		FPProcessException(FPSR_IOC, fp);
		return (struct fp_to_fixed_js){0, false};
	}
	integer = to_integer(u.value, FPRounding_ZERO);
	saturated(integer, u.sign, 32, false, &overflow);
	if (overflow)
		FPProcessException(FPSR_IOC, fp);
	else if (integer.inexact)
		FPProcessException(FPSR_IXC, fp);

	uint32_t magnitude = magnitude_mod_2_32(u.value);

	/* Z: the result is the operand, which -0 and a flushed denormal are not. */
	return (struct fp_to_fixed_js){u.sign ? -magnitude : magnitude,
				       !overflow && !integer.inexact &&
					       (u.type != FPType_Zero || op == 0)};
}

/* ---------------------------------------------------------------- to integers in the format */

static uint64_t from_magnitude(unsigned N, bool sign, uint64_t magnitude, struct fp_env *fp)
{
	if (magnitude == 0)
		return FPZero(N, sign);
	return FPRound(N, fp_normalised(sign, 63, magnitude), FPRounding_ZERO, fp);
}

uint64_t FPRoundInt(unsigned N, uint64_t op, enum FPRounding rounding, bool exact,
		    struct fp_env *fp)
{
	struct fp_unpacked u = FPUnpack(N, op, fp);

	if (fp_is_nan(u.type))
		return FPProcessNaN(N, u.type, op, fp);
	/* Infinities, and what is too large to have a fraction. */
	if (u.type == FPType_Infinity || u.value.exponent >= (int)fp_fraction_bits(N))
		return op;

	struct integer integer = to_integer(u.value, rounding);

	if (integer.inexact && exact)
		FPProcessException(FPSR_IXC, fp);
	return from_magnitude(N, u.sign, integer.magnitude, fp);
}

uint64_t FPRoundIntN(unsigned N, uint64_t op, enum FPRounding rounding, unsigned intsize,
		     struct fp_env *fp)
{
	struct fp_unpacked u = FPUnpack(N, op, fp);
	struct integer integer = {.over = true};
	bool overflow;

	if (!fp_is_nan(u.type) && u.type != FPType_Infinity)
		integer = to_integer(u.value, rounding);
	saturated(integer, u.sign, intsize, false, &overflow);
	if (overflow) {
		/* -2^(intsize - 1). */
		FPProcessException(FPSR_IOC, fp);
		return fp_pack(N, true, (unsigned)fp_bias(N) + intsize - 1, 0);
	}
	if (integer.inexact)
		FPProcessException(FPSR_IXC, fp);
	return from_magnitude(N, u.sign, integer.magnitude, fp);
}

/* ---------------------------------------------------------------- from integers */

uint64_t FixedToFP(unsigned N, unsigned M, uint64_t op, unsigned fbits, bool is_unsigned,
		   enum FPRounding rounding, struct fp_env *fp)
{
	bool sign = !is_unsigned && (op >> (M - 1) & 1) != 0;
	uint64_t magnitude = (sign ? -op : op) & UINT64_MAX >> (64 - M);

	if (magnitude == 0)
		return FPZero(N, false);
	return FPRound(N, fp_normalised(sign, 63 - (int)fbits, magnitude), rounding, fp);
}
