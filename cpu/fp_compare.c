/* Comparison, maximum and minimum. */
#include "fp_real.h"

/* Orders all but NaNs as the numbers they are: sign and magnitude, where a flushed denormal is 0.
 */
static int64_t rank(unsigned N, uint64_t op, const struct fp_unpacked *u)
{
	int64_t magnitude = u->type == FPType_Zero ? 0 : (int64_t)FPAbs(N, op);

	return u->sign ? -magnitude : magnitude;
}

/* Both operands unpacked, with the exceptions that raises. */
struct pair {
	struct fp_unpacked u1, u2;
	int64_t rank1, rank2;
	bool unordered, signalling;
};

static struct pair unpack_pair(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp)
{
	struct pair p = {.u1 = FPUnpack(N, op1, fp), .u2 = FPUnpack(N, op2, fp)};

	p.rank1 = rank(N, op1, &p.u1);
	p.rank2 = rank(N, op2, &p.u2);
	p.unordered = fp_is_nan(p.u1.type) || fp_is_nan(p.u2.type);
	p.signalling = p.u1.type == FPType_SNaN || p.u2.type == FPType_SNaN;
	return p;
}

unsigned FPCompare(unsigned N, uint64_t op1, uint64_t op2, bool signal_nans, struct fp_env *fp)
{
	struct pair p = unpack_pair(N, op1, op2, fp);

	if (p.unordered) {
		if (p.signalling || signal_nans)
			FPProcessException(FPSR_IOC, fp);
		return 3;
	}
	return p.rank1 == p.rank2 ? 6 : p.rank1 < p.rank2 ? 8 : 2;
}

bool FPCompareEQ(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp)
{
	struct pair p = unpack_pair(N, op1, op2, fp);

	if (p.signalling)
		FPProcessException(FPSR_IOC, fp);
	return !p.unordered && p.rank1 == p.rank2;
}

bool FPCompareGE(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp)
{
	struct pair p = unpack_pair(N, op1, op2, fp);

	if (p.unordered)
		FPProcessException(FPSR_IOC, fp);
	return !p.unordered && p.rank1 >= p.rank2;
}

bool FPCompareGT(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp)
{
	struct pair p = unpack_pair(N, op1, op2, fp);

	if (p.unordered)
		FPProcessException(FPSR_IOC, fp);
	return !p.unordered && p.rank1 > p.rank2;
}

/* ---------------------------------------------------------------- maximum and minimum */

uint64_t FPMax(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp)
{
	struct pair p = unpack_pair(N, op1, op2, fp);
	uint64_t result;

	if (FPProcessNaNs(N, p.u1.type, p.u2.type, op1, op2, &result, fp))
		return result;
	if ((p.rank1 > p.rank2 ? p.rank1 : p.rank2) == 0)
		return FPZero(N, p.u1.sign && p.u2.sign);
	return p.rank1 > p.rank2 ? op1 : op2;
}

uint64_t FPMin(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp)
{
	struct pair p = unpack_pair(N, op1, op2, fp);
	uint64_t result;

	if (FPProcessNaNs(N, p.u1.type, p.u2.type, op1, op2, &result, fp))
		return result;
	if ((p.rank1 < p.rank2 ? p.rank1 : p.rank2) == 0)
		return FPZero(N, p.u1.sign || p.u2.sign);
	return p.rank1 < p.rank2 ? op1 : op2;
}

/* Of FPMaxNum() and FPMinNum(): a quiet NaN beside a number gives way to `neutral`. */
static void replace_quiet_nan(unsigned N, uint64_t *op1, uint64_t *op2, uint64_t neutral,
			      struct fp_env *fp)
{
	enum FPType type1 = FPUnpack(N, *op1, fp).type, type2 = FPUnpack(N, *op2, fp).type;

	if (type1 == FPType_QNaN && type2 != FPType_QNaN)
		*op1 = neutral;
	else if (type1 != FPType_QNaN && type2 == FPType_QNaN)
		*op2 = neutral;
}

uint64_t FPMaxNum(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp)
{
	replace_quiet_nan(N, &op1, &op2, FPInfinity(N, true), fp);
	return FPMax(N, op1, op2, fp);
}

uint64_t FPMinNum(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp)
{
	replace_quiet_nan(N, &op1, &op2, FPInfinity(N, false), fp);
	return FPMin(N, op1, op2, fp);
}
