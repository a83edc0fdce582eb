/* Addition, multiplication, division, square root, and the multiply-adds. */
#include "fp_real.h"

/* FPAdd(), and FPSub() with op2 negated: but for NaNs, whose sign that must not change. */
static uint64_t add(unsigned N, uint64_t op1, uint64_t op2, bool negate, struct fp_env *fp)
{
	struct fp_unpacked u1 = FPUnpack(N, op1, fp), u2 = FPUnpack(N, op2, fp);
	bool inf1 = u1.type == FPType_Infinity, inf2 = u2.type == FPType_Infinity;
	uint64_t result;

	if (FPProcessNaNs(N, u1.type, u2.type, op1, op2, &result, fp))
		return result;
	u2.sign ^= negate;
	u2.value.sign ^= negate;
	if (inf1 && inf2 && u1.sign != u2.sign)
		return fp_invalid(N, fp);
	if (inf1 || inf2)
		return FPInfinity(N, inf1 ? u1.sign : u2.sign);
	if (u1.type == FPType_Zero && u2.type == FPType_Zero && u1.sign == u2.sign)
		return FPZero(N, u1.sign);
	return fp_round_sum(N, fp_real_add(u1.value, u2.value), fp);
}

uint64_t FPAdd(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp)
{
	return add(N, op1, op2, false, fp);
}

uint64_t FPSub(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp)
{
	return add(N, op1, op2, true, fp);
}

/* FPMul(), FPMulX(): they differ in what infinity times zero is. */
static uint64_t mul(unsigned N, uint64_t op1, uint64_t op2, bool extended, struct fp_env *fp)
{
	struct fp_unpacked u1 = FPUnpack(N, op1, fp), u2 = FPUnpack(N, op2, fp);
	bool inf1 = u1.type == FPType_Infinity, inf2 = u2.type == FPType_Infinity;
	bool zero1 = u1.type == FPType_Zero, zero2 = u2.type == FPType_Zero;
	bool sign = u1.sign != u2.sign;
	uint64_t result;

	if (FPProcessNaNs(N, u1.type, u2.type, op1, op2, &result, fp))
		return result;
	if ((inf1 && zero2) || (zero1 && inf2))
		return extended ? FPTwo(N, sign) : fp_invalid(N, fp);
	if (inf1 || inf2)
		return FPInfinity(N, sign);
	if (zero1 || zero2)
		return FPZero(N, sign);
	return FPRound(N, fp_real_mul(u1.value, u2.value), FPRoundingMode(fp), fp);
}

uint64_t FPMul(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp)
{
	return mul(N, op1, op2, false, fp);
}

uint64_t FPMulX(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp)
{
	return mul(N, op1, op2, true, fp);
}

uint64_t FPDiv(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp)
{
	struct fp_unpacked u1 = FPUnpack(N, op1, fp), u2 = FPUnpack(N, op2, fp);
	bool inf1 = u1.type == FPType_Infinity, inf2 = u2.type == FPType_Infinity;
	bool zero1 = u1.type == FPType_Zero, zero2 = u2.type == FPType_Zero;
	bool sign = u1.sign != u2.sign;
	uint64_t result;

	if (FPProcessNaNs(N, u1.type, u2.type, op1, op2, &result, fp))
		return result;
	if ((inf1 && inf2) || (zero1 && zero2))
		return fp_invalid(N, fp);
	if (inf1 || zero2) {
		if (!inf1)
			FPProcessException(FPSR_DZC, fp);
		return FPInfinity(N, sign);
	}
	if (zero1 || inf2)
		return FPZero(N, sign);
	return FPRound(N, fp_real_div(u1.value, u2.value), FPRoundingMode(fp), fp);
}

uint64_t FPSqrt(unsigned N, uint64_t op, struct fp_env *fp)
{
	struct fp_unpacked u = FPUnpack(N, op, fp);

	if (fp_is_nan(u.type))
		return FPProcessNaN(N, u.type, op, fp);
	if (u.type == FPType_Zero)
		return FPZero(N, u.sign);
	if (u.sign)
		return fp_invalid(N, fp);
	if (u.type == FPType_Infinity)
		return FPInfinity(N, false);
	return FPRound(N, fp_real_sqrt(u.value), FPRoundingMode(fp), fp);
}

/* ---------------------------------------------------------------- multiply-add */

/* The operands of a multiply-add: the addend, and the factors, which may have another format. */
struct mul_add {
	struct fp_unpacked a, u1, u2;
	uint64_t addend, op1, op2;
};

static bool is_infinity_times_zero(const struct mul_add *m)
{
	return (m->u1.type == FPType_Infinity && m->u2.type == FPType_Zero) ||
	       (m->u1.type == FPType_Zero && m->u2.type == FPType_Infinity);
}

/* FPProcessNaNs3(), FPProcessNaNs3H(): of the addend first, signalling ones before quiet ones. */
static uint64_t mul_add_nan(unsigned N, unsigned factor_N, const struct mul_add *m,
			    struct fp_env *fp)
{
	enum FPType first =
		m->a.type == FPType_SNaN || m->u1.type == FPType_SNaN || m->u2.type == FPType_SNaN
			? FPType_SNaN
			: FPType_QNaN;

	if (m->a.type == first) {
		/* A quiet addend does not hide that the product is invalid. */
		if (first == FPType_QNaN && is_infinity_times_zero(m))
			return fp_invalid(N, fp);
		return FPProcessNaN(N, first, m->addend, fp);
	}
	return FPConvertNaN(
		N, factor_N,
		FPProcessNaN(factor_N, first, m->u1.type == first ? m->op1 : m->op2, fp));
}

static uint64_t mul_add(unsigned N, unsigned factor_N, const struct mul_add *m, struct fp_env *fp)
{
	bool infA = m->a.type == FPType_Infinity;
	bool infP = m->u1.type == FPType_Infinity || m->u2.type == FPType_Infinity;
	bool zeroP = m->u1.type == FPType_Zero || m->u2.type == FPType_Zero;
	bool signA = m->a.sign, signP = m->u1.sign != m->u2.sign;

	if (fp_is_nan(m->a.type) || fp_is_nan(m->u1.type) || fp_is_nan(m->u2.type))
		return mul_add_nan(N, factor_N, m, fp);
	if (is_infinity_times_zero(m) || (infA && infP && signA != signP))
		return fp_invalid(N, fp);
	if (infA || infP)
		return FPInfinity(N, infA ? signA : signP);
	if (m->a.type == FPType_Zero && zeroP && signA == signP)
		return FPZero(N, signA);
	return fp_round_sum(N, fp_real_mul_add(m->a.value, m->u1.value, m->u2.value), fp);
}

uint64_t FPMulAdd(unsigned N, uint64_t addend, uint64_t op1, uint64_t op2, struct fp_env *fp)
{
	const struct mul_add m = {.a = FPUnpack(N, addend, fp),
				  .u1 = FPUnpack(N, op1, fp),
				  .u2 = FPUnpack(N, op2, fp),
				  .addend = addend,
				  .op1 = op1,
				  .op2 = op2};

	return mul_add(N, N, &m, fp);
}

uint64_t FPMulAddH(uint64_t addend, uint64_t op1, uint64_t op2, struct fp_env *fp)
{
	const struct mul_add m = {.a = FPUnpack(32, addend, fp),
				  .u1 = FPUnpack(16, op1, fp),
				  .u2 = FPUnpack(16, op2, fp),
				  .addend = addend,
				  .op1 = op1,
				  .op2 = op2};

	return mul_add(32, 16, &m, fp);
}

/* ---------------------------------------------------------------- Newton-Raphson steps */

/* (addend - op1 * op2) * 2^scale; of infinity times zero: zero_product. */
static uint64_t step(unsigned N, uint64_t op1, uint64_t op2, struct fp_real addend, int scale,
		     uint64_t zero_product, struct fp_env *fp)
{
	uint64_t negated = FPNeg(N, op1), result;
	struct fp_unpacked u1 = FPUnpack(N, negated, fp), u2 = FPUnpack(N, op2, fp);
	bool inf1 = u1.type == FPType_Infinity, inf2 = u2.type == FPType_Infinity;

	if (FPProcessNaNs(N, u1.type, u2.type, negated, op2, &result, fp))
		return result;
	if ((inf1 && u2.type == FPType_Zero) || (u1.type == FPType_Zero && inf2))
		return zero_product;
	if (inf1 || inf2)
		return FPInfinity(N, u1.sign != u2.sign);

	struct fp_real sum = fp_real_mul_add(addend, u1.value, u2.value);

	sum.exponent += scale;
	return fp_round_sum(N, sum, fp);
}

uint64_t FPRecipStepFused(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp)
{
	const struct fp_real two = {false, 1, UINT64_C(1) << 63};

	return step(N, op1, op2, two, 0, FPTwo(N, false), fp);
}

uint64_t FPRSqrtStepFused(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp)
{
	const struct fp_real three = {false, 1, UINT64_C(3) << 62};

	return step(N, op1, op2, three, -1, FPOnePointFive(N, false), fp);
}
