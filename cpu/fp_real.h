/*
 * The exact arithmetic behind fp.h: values as the pseudocode's `real`, private to cpu/fp_*.c.
 *
 * A real is what FPRoundBase() needs of one: 64 significant bits, of which the last is 1 where any
 * lower bit of the infinitely precise value is ("jammed"). As 53 bits are the most that a format
 * holds, and as operands have no more, this loses nothing.
 */
#ifndef CPU_FP_REAL_H
#define CPU_FP_REAL_H

#include "fp.h"

enum FPType {
	FPType_Zero,
	FPType_Denormal,
	FPType_Nonzero,
	FPType_Infinity,
	FPType_QNaN,
	FPType_SNaN
};

/* significand * 2^(exponent - 63), where bit 63 of significand is 1; or 0, where it is 0. */
struct fp_real {
	bool sign;
	int exponent;
	uint64_t significand;
};

struct fp_unpacked {
	enum FPType type;
	bool sign;
	struct fp_real value; /* of zeros, denormals and nonzeros */
};

typedef unsigned __int128 fp_wide;

/* ---------------------------------------------------------------- formats */

/* Bits of the fraction: F in the pseudocode. */
static inline unsigned fp_fraction_bits(unsigned N)
{
	return N == 16 ? 10 : N == 32 ? 23 : 52;
}

/* E in the pseudocode. */
static inline unsigned fp_exponent_bits(unsigned N)
{
	return N - 1 - fp_fraction_bits(N);
}

static inline int fp_bias(unsigned N)
{
	return (1 << (fp_exponent_bits(N) - 1)) - 1;
}

static inline bool fp_sign(unsigned N, uint64_t op)
{
	return (op >> (N - 1) & 1) != 0;
}

static inline uint64_t fp_fraction(unsigned N, uint64_t op)
{
	return op & ((UINT64_C(1) << fp_fraction_bits(N)) - 1);
}

static inline unsigned fp_exponent(unsigned N, uint64_t op)
{
	return (unsigned)(op >> fp_fraction_bits(N)) & ((1u << fp_exponent_bits(N)) - 1);
}

static inline uint64_t fp_pack(unsigned N, bool sign, unsigned exponent, uint64_t fraction)
{
	return (uint64_t)sign << (N - 1) | (uint64_t)exponent << fp_fraction_bits(N) | fraction;
}

static inline uint64_t FPZero(unsigned N, bool sign)
{
	return (uint64_t)sign << (N - 1);
}

static inline uint64_t FPInfinity(unsigned N, bool sign)
{
	return fp_pack(N, sign, (1u << fp_exponent_bits(N)) - 1, 0);
}

static inline uint64_t FPMaxNormal(unsigned N, bool sign)
{
	return FPInfinity(N, sign) - 1;
}

static inline uint64_t FPTwo(unsigned N, bool sign)
{
	return fp_pack(N, sign, (unsigned)fp_bias(N) + 1, 0);
}

static inline uint64_t FPOnePointFive(unsigned N, bool sign)
{
	return fp_pack(N, sign, (unsigned)fp_bias(N), UINT64_C(1) << (fp_fraction_bits(N) - 1));
}

static inline bool fp_is_nan(enum FPType type)
{
	return type >= FPType_QNaN;
}

/* FPCR.FZ, or FZ16 of half precision: denormals count as zeros. */
static inline bool fp_flushes(unsigned N, const struct fp_env *fp)
{
	return (fp->fpcr & (N == 16 ? FPCR_FZ16 : FPCR_FZ)) != 0;
}

/* Whether rounding to an integer adds 1 to the magnitude; error is what it has beyond, times 2^64.
 */
static inline bool fp_rounds_up(enum FPRounding rounding, bool sign, bool odd, uint64_t error)
{
	const uint64_t half = UINT64_C(1) << 63;

	switch (rounding) {
	case FPRounding_TIEEVEN:
		return error > half || (error == half && odd);
	case FPRounding_POSINF:
		return error != 0 && !sign;
	case FPRounding_NEGINF:
		return error != 0 && sign;
	case FPRounding_TIEAWAY:
		return error >= half;
	default: /* FPRounding_ZERO, FPRounding_ODD */
		return false;
	}
}

/* FPProcessException(), without traps. */
static inline void FPProcessException(uint32_t exception, struct fp_env *fp)
{
	fp->fpsr |= exception;
}

/* ---------------------------------------------------------------- fp_real.c */

/* Not zero, and any exponent and significand: what FPRound() takes. */
struct fp_real fp_normalised(bool sign, int exponent, uint64_t significand);
struct fp_real fp_real_add(struct fp_real a, struct fp_real b);
struct fp_real fp_real_mul(struct fp_real a, struct fp_real b);
/* addend + a * b. */
struct fp_real fp_real_mul_add(struct fp_real addend, struct fp_real a, struct fp_real b);
/* Neither is 0. */
struct fp_real fp_real_div(struct fp_real a, struct fp_real b);
/* Of a positive number. */
struct fp_real fp_real_sqrt(struct fp_real a);

/* ---------------------------------------------------------------- fp_round.c */

struct fp_unpacked FPUnpack(unsigned N, uint64_t op, struct fp_env *fp);
/* For conversions between formats: the alternative half precision, and denormals of half precision
 * whatever FZ16 says. */
struct fp_unpacked FPUnpackCV(unsigned N, uint64_t op, struct fp_env *fp);
/* value is not 0. */
uint64_t FPRound(unsigned N, struct fp_real value, enum FPRounding rounding, struct fp_env *fp);
uint64_t FPRoundCV(unsigned N, struct fp_real value, enum FPRounding rounding, struct fp_env *fp);
/* By FPCR, of a value that may be 0: it has then the sign of a sum of opposites. */
uint64_t fp_round_sum(unsigned N, struct fp_real value, struct fp_env *fp);
/* What a number is that is too large for the format. */
uint64_t fp_overflow(unsigned N, bool sign, enum FPRounding rounding, struct fp_env *fp);

/* op is a NaN. */
uint64_t FPProcessNaN(unsigned N, enum FPType type, uint64_t op, struct fp_env *fp);
/* True: *result is the NaN that an operand makes of the result. */
bool FPProcessNaNs(unsigned N, enum FPType type1, enum FPType type2, uint64_t op1, uint64_t op2,
		   uint64_t *result, struct fp_env *fp);
/* The default NaN, of an invalid operation. */
uint64_t fp_invalid(unsigned N, struct fp_env *fp);
/* The same NaN in another format, quiet. */
uint64_t FPConvertNaN(unsigned M, unsigned N, uint64_t op);

#endif
