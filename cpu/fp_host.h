/*
 * Floating point by the host's unit, through plain C, where it is known to give Arm's result and
 * exception bits; else, and of half precision always, ok is false, nothing has happened, and fp.h
 * is to compute.
 *
 * The host rounds to nearest, so the guest must (FPCR.RMode). FPSR.IXC must be set, so that nobody
 * needs to know whether the result is inexact, or the result is seen to be exact: this serves
 * programs that compute with integers. Then a result that is a normal number, and not the smallest,
 * raised nothing else: it neither overflowed nor underflowed (tininess is detected before
 * rounding), and no operand was a NaN or an infinity. Sums need less: one that is tiny is exact.
 * With FPCR.FZ no operand may be denormal, nor may a sum be.
 */
#ifndef CPU_FP_HOST_H
#define CPU_FP_HOST_H

#include "fp.h"

#include <string.h>
#ifdef __x86_64__
#include <emmintrin.h>
#endif

#define FP_INLINE            static inline __attribute__((always_inline))
#define FP_LIKELY(condition) __builtin_expect((condition), 1)

struct fp_host {
	bool ok;
	uint64_t value;
};

FP_INLINE double fp_double(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

FP_INLINE uint64_t fp_double_bits(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

FP_INLINE float fp_single(uint64_t bits)
{
	uint32_t low = (uint32_t)bits;
	float value;

	memcpy(&value, &low, sizeof(value));
	return value;
}

FP_INLINE uint64_t fp_single_bits(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

/* ---------------------------------------------------------------- conditions */

/* To nearest, without FZ, and IXC is set. */
FP_INLINE bool fp_is_plain(const struct fp_env *fp)
{
	return FP_LIKELY((fp->fpcr & (FPCR_RMODE | FPCR_FZ)) == 0) &&
	       FP_LIKELY((fp->fpsr & FPSR_IXC) != 0);
}

FP_INLINE bool fp_to_nearest(const struct fp_env *fp)
{
	return FP_LIKELY((fp->fpcr & FPCR_RMODE) == 0);
}

FP_INLINE bool fp_is_inexact(const struct fp_env *fp)
{
	return FP_LIKELY((fp->fpsr & FPSR_IXC) != 0);
}

FP_INLINE bool fp_is_zero(unsigned N, uint64_t bits)
{
	return N == 64 ? fp_double(bits) == 0 : fp_single(bits) == 0;
}

FP_INLINE unsigned fp_biased(unsigned N, uint64_t bits)
{
	return N == 64 ? (unsigned)(bits >> 52) & 0x7ff : (unsigned)(bits >> 23) & 0xff;
}

FP_INLINE bool fp_is_finite(unsigned N, uint64_t bits)
{
	return FP_LIKELY(fp_biased(N, bits) != (N == 64 ? 0x7ff : 0xff));
}

/* Normal, and not near the smallest. */
FP_INLINE bool fp_is_normal(unsigned N, uint64_t bits)
{
	return FP_LIKELY(fp_biased(N, bits) - 2 < (N == 64 ? 0x7fd : 0xfd));
}

/* Nothing that FPCR.FZ would flush; a NaN neither. Compared where the number is: this is rare, and
 * general registers of a handler are scarce. */
FP_INLINE bool fp_is_free(unsigned N, uint64_t bits, const struct fp_env *fp)
{
	if (FP_LIKELY((fp->fpcr & FPCR_FZ) == 0))
		return true;
	return fp_is_zero(N, bits) || (N == 64 ? __builtin_fabs(fp_double(bits)) >= 0x1p-1022
					       : __builtin_fabsf(fp_single(bits)) >= 0x1p-126f);
}

FP_INLINE bool fp_are_free(unsigned N, uint64_t op1, uint64_t op2, uint64_t result,
			   const struct fp_env *fp)
{
	return fp_is_free(N, op1, fp) && fp_is_free(N, op2, fp) && fp_is_free(N, result, fp);
}

/* Zeros at the end of the significand of a normal number. */
FP_INLINE unsigned fp_trailing_zeros(uint64_t bits)
{
	return (unsigned)__builtin_ctzll(bits | UINT64_C(1) << 52);
}

/* a * b needs no rounding, unless it is denormal: the significands have 106 bits together. */
FP_INLINE bool fp_is_exact_product(uint64_t a, uint64_t b)
{
	return fp_trailing_zeros(a) + fp_trailing_zeros(b) >= 53;
}

/* The error of sum = a + b is computed without error (Knuth's TwoSum). */
FP_INLINE bool fp_is_exact_double_sum(double a, double b, double sum)
{
	double b_in_sum = sum - a;

	return (a - (sum - b_in_sum)) + (b - b_in_sum) == 0;
}

FP_INLINE bool fp_is_exact_sum(unsigned N, uint64_t op1, uint64_t op2, uint64_t result)
{
	if (N == 64)
		return fp_is_exact_double_sum(fp_double(op1), fp_double(op2), fp_double(result));

	float a = fp_single(op1), b = fp_single(op2), sum = fp_single(result), b_in_sum = sum - a;

	return (a - (sum - b_in_sum)) + (b - b_in_sum) == 0;
}

/* result = op1 / op2 needed no rounding: none of them is denormal. */
FP_INLINE bool fp_is_exact_quotient(unsigned N, uint64_t op1, uint64_t op2, uint64_t result)
{
	/* The product of singles is exact as a double. */
	if (N == 32)
		return (double)fp_single(result) * (double)fp_single(op2) == (double)fp_single(op1);
	return fp_is_exact_product(result, op2) &&
	       fp_double(result) * fp_double(op2) == fp_double(op1);
}

/*
 * What follows in an operation is for what is not plain: it takes its operands anew, so that they
 * occupy no general register of a handler before.
 */
FP_INLINE uint64_t fp_again(uint64_t bits)
{
#ifdef __x86_64__
	__asm__("" : "+x"(bits));
#endif
	return bits;
}

FP_INLINE const struct fp_env *fp_env_again(const struct fp_env *fp)
{
	__asm__("" : "+r"(fp));
	return fp;
}

#define FP_HOST_FAILS ((struct fp_host){false, 0})

/* ---------------------------------------------------------------- arithmetic */

FP_INLINE struct fp_host fp_host_add(unsigned N, uint64_t op1, uint64_t op2,
				     const struct fp_env *fp)
{
	if (N == 16)
		return FP_HOST_FAILS;

	uint64_t bits = N == 64 ? fp_double_bits(fp_double(op1) + fp_double(op2))
				: fp_single_bits(fp_single(op1) + fp_single(op2));

	if (!fp_is_finite(N, bits))
		return FP_HOST_FAILS;
	if (fp_is_plain(fp))
		return (struct fp_host){true, bits};
	op1 = fp_again(op1);
	op2 = fp_again(op2);
	fp = fp_env_again(fp);
	return (struct fp_host){fp_to_nearest(fp) && fp_are_free(N, op1, op2, bits, fp) &&
					(fp_is_inexact(fp) || fp_is_exact_sum(N, op1, op2, bits)),
				bits};
}

FP_INLINE struct fp_host fp_host_sub(unsigned N, uint64_t op1, uint64_t op2,
				     const struct fp_env *fp)
{
	/* A NaN is refused before its sign matters. */
	return fp_host_add(N, op1, FPNeg(N, op2), fp);
}

/* The product of singles is exact as a double. */
FP_INLINE bool fp_is_exact_mul(unsigned N, uint64_t op1, uint64_t op2, uint64_t result)
{
	if (N == 64)
		return fp_is_exact_product(op1, op2);
	return (double)fp_single(op1) * (double)fp_single(op2) == (double)fp_single(result);
}

FP_INLINE struct fp_host fp_host_mul(unsigned N, uint64_t op1, uint64_t op2,
				     const struct fp_env *fp)
{
	if (N == 16)
		return FP_HOST_FAILS;

	uint64_t bits = N == 64 ? fp_double_bits(fp_double(op1) * fp_double(op2))
				: fp_single_bits(fp_single(op1) * fp_single(op2));

	/* Zero, of a zero and a finite number: always exact. */
	if (!fp_is_normal(N, bits))
		return (struct fp_host){fp_is_zero(N, bits) &&
						(fp_is_zero(N, op1) || fp_is_zero(N, op2)) &&
						fp_are_free(N, op1, op2, bits, fp),
					bits};
	if (fp_is_plain(fp))
		return (struct fp_host){true, bits};
	op1 = fp_again(op1);
	op2 = fp_again(op2);
	fp = fp_env_again(fp);
	return (struct fp_host){fp_to_nearest(fp) && fp_are_free(N, op1, op2, bits, fp) &&
					(fp_is_inexact(fp) || fp_is_exact_mul(N, op1, op2, bits)),
				bits};
}

FP_INLINE struct fp_host fp_host_div(unsigned N, uint64_t op1, uint64_t op2,
				     const struct fp_env *fp)
{
	if (N == 16)
		return FP_HOST_FAILS;

	uint64_t bits = N == 64 ? fp_double_bits(fp_double(op1) / fp_double(op2))
				: fp_single_bits(fp_single(op1) / fp_single(op2));

	if (!fp_is_normal(N, bits))
		return FP_HOST_FAILS;
	if (fp_is_plain(fp))
		return (struct fp_host){true, bits};
	op1 = fp_again(op1);
	op2 = fp_again(op2);
	fp = fp_env_again(fp);
	return (struct fp_host){
		fp_to_nearest(fp) && fp_are_free(N, op1, op2, bits, fp) &&
			(fp_is_inexact(fp) ||
			 (fp_is_normal(N, op1) && fp_is_exact_quotient(N, op1, op2, bits))),
		bits};
}

/* ---------------------------------------------------------------- what x86-64 adds to C */

#ifdef __x86_64__
FP_INLINE double fp_sqrt_double(double value)
{
	__m128d vector = _mm_set_sd(value);

	return _mm_cvtsd_f64(_mm_sqrt_sd(vector, vector));
}

FP_INLINE float fp_sqrt_single(float value)
{
	return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(value)));
}

/* Towards zero; the smallest number for what does not fit. */
FP_INLINE int64_t fp_truncated(double value)
{
	return _mm_cvttsd_si64(_mm_set_sd(value));
}

/* Whether the host has a fused multiply-add; a * b + addend. */
FP_INLINE bool fp_has_fma(void)
{
	return __builtin_cpu_supports("fma") != 0;
}

FP_INLINE double fp_fma_double(double addend, double a, double b)
{
	__asm__("vfmadd231sd %2, %1, %0" : "+x"(addend) : "x"(a), "x"(b));
	return addend;
}

FP_INLINE float fp_fma_single(float addend, float a, float b)
{
	__asm__("vfmadd231ss %2, %1, %0" : "+x"(addend) : "x"(a), "x"(b));
	return addend;
}
#else
FP_INLINE double fp_sqrt_double(double value)
{
	return __builtin_sqrt(value);
}

FP_INLINE float fp_sqrt_single(float value)
{
	return __builtin_sqrtf(value);
}

FP_INLINE int64_t fp_truncated(double value)
{
	return value >= -0x1p63 && value < 0x1p63 ? (int64_t)value : INT64_MIN;
}

FP_INLINE bool fp_has_fma(void)
{
	return false;
}

FP_INLINE double fp_fma_double(double addend, double a, double b)
{
	return __builtin_fma(a, b, addend);
}

FP_INLINE float fp_fma_single(float addend, float a, float b)
{
	return __builtin_fmaf(a, b, addend);
}
#endif

FP_INLINE struct fp_host fp_host_sqrt(unsigned N, uint64_t op, const struct fp_env *fp)
{
	if (N == 16)
		return FP_HOST_FAILS;

	uint64_t bits = N == 64 ? fp_double_bits(fp_sqrt_double(fp_double(op)))
				: fp_single_bits(fp_sqrt_single(fp_single(op)));

	if (!fp_is_normal(N, bits))
		return FP_HOST_FAILS;
	if (fp_is_plain(fp))
		return (struct fp_host){true, bits};
	op = fp_again(op);
	fp = fp_env_again(fp);
	return (struct fp_host){
		fp_to_nearest(fp) && fp_is_free(N, op, fp) &&
			(fp_is_inexact(fp) ||
			 (fp_is_normal(N, op) && fp_is_exact_quotient(N, op, bits, bits))),
		bits};
}

/* Product and sum are exact each: then the fused sum is as well. */
FP_INLINE bool fp_is_exact_mul_add(unsigned N, uint64_t addend, uint64_t op1, uint64_t op2,
				   uint64_t result)
{
	if (N == 64) {
		double product = fp_double(op1) * fp_double(op2);
		uint64_t bits = fp_double_bits(product);

		return fp_is_exact_product(op1, op2) &&
		       (fp_is_normal(N, bits) || fp_is_zero(N, op1) || fp_is_zero(N, op2)) &&
		       fp_is_finite(N, result) &&
		       fp_is_exact_double_sum(product, fp_double(addend), fp_double(result));
	}
	double product = (double)fp_single(op1) * (double)fp_single(op2);
	double sum = product + (double)fp_single(addend);

	return fp_is_finite(N, result) &&
	       fp_is_exact_double_sum(product, (double)fp_single(addend), sum) &&
	       (double)fp_single(result) == sum;
}

FP_INLINE struct fp_host fp_host_mul_add(unsigned N, uint64_t addend, uint64_t op1, uint64_t op2,
					 const struct fp_env *fp)
{
	if (N == 16 || !fp_has_fma())
		return FP_HOST_FAILS;

	uint64_t bits = N == 64 ? fp_double_bits(fp_fma_double(fp_double(addend), fp_double(op1),
							       fp_double(op2)))
				: fp_single_bits(fp_fma_single(fp_single(addend), fp_single(op1),
							       fp_single(op2)));

	if (fp_is_plain(fp) && fp_is_normal(N, bits))
		return (struct fp_host){true, bits};
	addend = fp_again(addend);
	op1 = fp_again(op1);
	op2 = fp_again(op2);
	fp = fp_env_again(fp);
	return (struct fp_host){fp_to_nearest(fp) && fp_is_free(N, addend, fp) &&
					fp_are_free(N, op1, op2, bits, fp) &&
					((fp_is_inexact(fp) && fp_is_normal(N, bits)) ||
					 fp_is_exact_mul_add(N, addend, op1, op2, bits)),
				bits};
}

/* ---------------------------------------------------------------- comparison */

FP_INLINE bool fp_is_less(unsigned N, uint64_t op1, uint64_t op2)
{
	return N == 64 ? fp_double(op1) < fp_double(op2) : fp_single(op1) < fp_single(op2);
}

FP_INLINE bool fp_is_equal(unsigned N, uint64_t op1, uint64_t op2)
{
	return N == 64 ? fp_double(op1) == fp_double(op2) : fp_single(op1) == fp_single(op2);
}

/* fp_is_less() and fp_is_equal() say all that there is to say. */
FP_INLINE bool fp_host_compares(unsigned N, uint64_t op1, uint64_t op2, const struct fp_env *fp)
{
	if (N == 16 || !fp_is_free(N, op1, fp) || !fp_is_free(N, op2, fp))
		return false;
	return FP_LIKELY(N == 64 ? !__builtin_isunordered(fp_double(op1), fp_double(op2))
				 : !__builtin_isunordered(fp_single(op1), fp_single(op2)));
}

/* FPMax(), FPMaxNum(), and with the operands exchanged FPMin(), FPMinNum(); not of zeros. */
FP_INLINE struct fp_host fp_host_max(unsigned N, uint64_t op1, uint64_t op2,
				     const struct fp_env *fp)
{
	bool ok = fp_host_compares(N, op1, op2, fp) && !fp_is_equal(N, op1, op2);

	return (struct fp_host){ok, fp_is_less(N, op1, op2) ? op2 : op1};
}

FP_INLINE struct fp_host fp_host_min(unsigned N, uint64_t op1, uint64_t op2,
				     const struct fp_env *fp)
{
	bool ok = fp_host_compares(N, op1, op2, fp) && !fp_is_equal(N, op1, op2);

	return (struct fp_host){ok, fp_is_less(N, op1, op2) ? op1 : op2};
}

/* ---------------------------------------------------------------- conversion */

FP_INLINE struct fp_host fp_host_convert(unsigned M, unsigned N, uint64_t op,
					 const struct fp_env *fp)
{
	if (M == 16 || N == 16 || !fp_is_free(N, op, fp))
		return FP_HOST_FAILS;

	if (M == 64)
		return (struct fp_host){fp_is_finite(N, op), fp_double_bits((double)fp_single(op))};

	float single = (float)fp_double(op);
	uint64_t bits = fp_single_bits(single);
	bool ok = fp_to_nearest(fp) && (fp_is_normal(M, bits) || fp_is_zero(N, op));

	if (!fp_is_inexact(fp))
		ok &= (double)single == fp_double(op);
	return (struct fp_host){ok, bits};
}

/* value is below 2^52. */
FP_INLINE double fp_rounded(double value, enum FPRounding rounding)
{
	const double shift = __builtin_copysign(0x1p52, value);
	const double below_half = __builtin_copysign(0x1.fffffffffffffp-2, value);
	double integer;

	switch (rounding) {
	case FPRounding_TIEEVEN:
		/* There is no room for a fraction. */
		return (value + shift) - shift;
	case FPRounding_POSINF:
		integer = (double)fp_truncated(value);
		return integer < value ? integer + 1 : integer;
	case FPRounding_NEGINF:
		integer = (double)fp_truncated(value);
		return integer > value ? integer - 1 : integer;
	case FPRounding_TIEAWAY:
		return (double)fp_truncated(value + below_half);
	default:
		return (double)fp_truncated(value);
	}
}

/* FPToFixed() without fraction. */
FP_INLINE struct fp_host fp_host_to_integer(unsigned M, unsigned N, uint64_t op, bool is_unsigned,
					    enum FPRounding rounding, const struct fp_env *fp)
{
	if (M == 16 || N == 16 || !fp_is_free(N, op, fp))
		return FP_HOST_FAILS;

	double value = N == 64 ? fp_double(op) : (double)fp_single(op), rounded = value;

	if (rounding != FPRounding_ZERO && __builtin_fabs(value) < 0x1p52)
		rounded = fp_rounded(value, rounding);

	int64_t integer = fp_truncated(rounded);
	bool ok;

	if (is_unsigned)
		ok = M == 64 ? integer >= 0 : integer == (int64_t)(uint32_t)integer;
	else
		ok = M == 64 ? integer != INT64_MIN : integer == (int32_t)integer;
	if (!fp_is_inexact(fp))
		ok &= (double)integer == value;
	return (struct fp_host){ok, M == 64 ? (uint64_t)integer : (uint32_t)integer};
}

/* FixedToFP() of an integer. */
FP_INLINE struct fp_host fp_host_from_integer(unsigned N, unsigned M, uint64_t op, bool is_unsigned,
					      const struct fp_env *fp)
{
	if (N == 16 || M == 16 || (M == 64 && is_unsigned && (int64_t)op < 0))
		return FP_HOST_FAILS;

	int64_t narrow = is_unsigned ? (int64_t)(uint32_t)op : (int64_t)(int32_t)op;
	int64_t integer = M == 64 ? (int64_t)op : narrow;
	/* Up to there all integers are exact. */
	uint64_t exact = UINT64_C(1) << (N == 64 ? 53 : 24);
	bool ok =
		(uint64_t)integer + exact <= 2 * exact || (fp_to_nearest(fp) && fp_is_inexact(fp));

	return (struct fp_host){ok, N == 64 ? fp_double_bits((double)integer)
					    : fp_single_bits((float)integer)};
}

/* FPRoundInt(). */
FP_INLINE struct fp_host fp_host_round_int(unsigned N, uint64_t op, enum FPRounding rounding,
					   bool exact, const struct fp_env *fp)
{
	if (N == 16 || !fp_is_free(N, op, fp))
		return FP_HOST_FAILS;
	/* Without a fraction. */
	if (fp_biased(N, op) >= (N == 64 ? 1023 + 52 : 127 + 23))
		return (struct fp_host){fp_is_finite(N, op), op};

	double value = N == 64 ? fp_double(op) : (double)fp_single(op);
	double integer = fp_rounded(value, rounding);
	uint64_t bits = N == 64 ? fp_double_bits(integer) : fp_single_bits((float)integer);
	bool ok = !exact || fp_is_inexact(fp) || integer == value;

	/* A zero has the sign of the operand. */
	return (struct fp_host){ok, bits | (op & FPNeg(N, 0))};
}

#endif
