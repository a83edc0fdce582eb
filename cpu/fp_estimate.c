/* The estimates of reciprocals and of reciprocal square roots. */
#include "fp_real.h"

/* Of 1 / (a / 512), for a of 256 to 511: 256 to 511, in units of 1 / 256. */
static unsigned RecipEstimate(unsigned a)
{
	return ((1u << 19) / (2 * a + 1) + 1) / 2;
}

/* Of 1 / sqrt(a / 512), for a of 128 to 511: as above. */
static unsigned RecipSqrtEstimate(unsigned a)
{
	unsigned b = 512;

	a = a < 256 ? 2 * a + 1 : ((a | 1) * 2);
	while (a * (b + 1) * (b + 1) < 1u << 28)
		b++;
	return (b + 1) / 2;
}

uint32_t UnsignedRecipEstimate(uint32_t operand)
{
	return operand >> 31 == 0 ? UINT32_MAX : RecipEstimate(operand >> 23) << 23;
}

uint32_t UnsignedRSqrtEstimate(uint32_t operand)
{
	return operand >> 30 == 0 ? UINT32_MAX : RecipSqrtEstimate(operand >> 23) << 23;
}

uint64_t FPRecipEstimate(unsigned N, uint64_t op, struct fp_env *fp)
{
	struct fp_unpacked u = FPUnpack(N, op, fp);
	int bias = fp_bias(N);

	if (fp_is_nan(u.type))
		return FPProcessNaN(N, u.type, op, fp);
	if (u.type == FPType_Infinity)
		return FPZero(N, u.sign);
	if (u.type == FPType_Zero) {
		FPProcessException(FPSR_DZC, fp);
		return FPInfinity(N, u.sign);
	}
	if (u.value.exponent < -bias - 1)
		return fp_overflow(N, u.sign, FPRoundingMode(fp), fp);
	if (fp_flushes(N, fp) && u.value.exponent >= bias - 1) {
		FPProcessException(FPSR_UFC, fp);
		return FPZero(N, u.sign);
	}
	/* The result is a denormal where its biased exponent is 0 or -1. */
	int result_exp = bias - 1 - u.value.exponent;
	uint64_t fraction = (uint64_t)(RecipEstimate((unsigned)(u.value.significand >> 55)) & 255)
			    << 44;

	if (result_exp < 1) {
		fraction = (fraction | UINT64_C(1) << 52) >> (1 - result_exp);
		result_exp = 0;
	}
	return fp_pack(N, u.sign, (unsigned)result_exp, fraction >> (52 - fp_fraction_bits(N)));
}

uint64_t FPRSqrtEstimate(unsigned N, uint64_t op, struct fp_env *fp)
{
	struct fp_unpacked u = FPUnpack(N, op, fp);

	if (fp_is_nan(u.type))
		return FPProcessNaN(N, u.type, op, fp);
	if (u.type == FPType_Zero) {
		FPProcessException(FPSR_DZC, fp);
		return FPInfinity(N, u.sign);
	}
	if (u.sign)
		return fp_invalid(N, fp);
	if (u.type == FPType_Infinity)
		return FPZero(N, false);

	/* An operand of 1 to 2 counts as a half of it, one of 2 to 4 as a quarter. */
	int exponent = u.value.exponent;
	unsigned scaled = (unsigned)(u.value.significand >> ((exponent & 1) != 0 ? 55 : 56));
	int result_exp = (3 * fp_bias(N) - 1 - (exponent + fp_bias(N))) >> 1;

	return fp_pack(N, false, (unsigned)result_exp,
		       (uint64_t)(RecipSqrtEstimate(scaled) & 255) << (fp_fraction_bits(N) - 8));
}

uint64_t FPRecpX(unsigned N, uint64_t op, struct fp_env *fp)
{
	struct fp_unpacked u = FPUnpack(N, op, fp);
	unsigned exponent = fp_exponent(N, op), ones = (1u << fp_exponent_bits(N)) - 1;

	if (fp_is_nan(u.type))
		return FPProcessNaN(N, u.type, op, fp);
	return fp_pack(N, u.sign, exponent == 0 ? ones - 1 : exponent ^ ones, 0);
}
