/*
 * Suite cpu/fp_convert: conversions, rounding to integers and comparisons of fp.h against the
 * host's long double, which holds all of their operands, and its libm; half precision against
 * double precision, which holds its sums and products, and its quotients and roots well enough; and
 * the hot path of fp_host.h against fp.h.
 */
#include "tests/cpu/fp_draw.h"
#include "tests/cpu/fp_on_host.h"

#include "cpu/fp_host.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#ifdef NDEBUG
enum { CASES = 200000 };
#else
enum { CASES = 20000 };
#endif

static bool is_nan(unsigned N, uint64_t bits)
{
	return FPAbs(N, bits) > exponent_ones(N) << fraction_bits(N);
}

/* A half precision number; the others are the host's. */
static double half_value(uint64_t bits)
{
	double fraction = (double)(bits & 0x3ff), sign = (bits & 0x8000) != 0 ? -1 : 1;
	int exponent = (int)(bits >> 10 & 31);

	if (exponent == 31)
		return fraction != 0 ? NAN : sign * INFINITY;
	return sign *
	       (exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, exponent - 25));
}

static double value_of(unsigned N, uint64_t bits)
{
	return N == 64 ? fp_double(bits) : N == 32 ? (double)fp_single(bits) : half_value(bits);
}

/* A finite number rounded to half precision, with the exceptions of that. */
static struct result half_of(double value, enum FPRounding rounding)
{
	int exponent;
	uint64_t sign = signbit(value) ? 0x8000 : 0;

	frexp(value, &exponent);

	/* The unit of the last place, of denormals too. */
	int unit = exponent - 11 < -24 ? -24 : exponent - 11;
	volatile double scaled = fabs(ldexp(value, -unit)), units;

	host_enter(sign == 0 || rounding == FPRounding_TIEEVEN || rounding == FPRounding_ZERO
			   ? rounding
		   : rounding == FPRounding_POSINF ? FPRounding_NEGINF
						   : FPRounding_POSINF);
	units = nearbyint(scaled);
	host_leave();

	uint32_t inexact = units != scaled ? FPSR_IXC : 0;
	double rounded = ldexp(units, unit);

	if (rounded > 65504) {
		bool away = rounding == FPRounding_TIEEVEN ||
			    rounding == (sign != 0 ? FPRounding_NEGINF : FPRounding_POSINF);

		return (struct result){sign | (away ? 0x7c00 : 0x7bff), FPSR_OFC | FPSR_IXC};
	}
	if (fabs(value) < 0x1p-14)
		return (struct result){sign | (uint64_t)ldexp(rounded, 24),
				       inexact | (inexact != 0 ? FPSR_UFC : 0u)};
	frexp(rounded, &exponent);
	return (struct result){sign | ((uint64_t)(exponent + 14) << 10 |
				       ((uint64_t)ldexp(rounded, 11 - exponent) & 0x3ff)),
			       inexact};
}

/* ---------------------------------------------------------------- half precision */

enum half_op { ADD, SUB, MUL, DIV, SQRT, HALF_OPS };

static double half_on_host(enum half_op op, volatile double a, volatile double b)
{
	volatile double r;

	switch (op) {
	case ADD:
		r = a + b;
		break;
	case SUB:
		r = a - b;
		break;
	case MUL:
		r = a * b;
		break;
	case DIV:
		r = a / b;
		break;
	default:
		r = sqrt(a);
		break;
	}
	return r;
}

static uint64_t half_here(enum half_op op, uint64_t a, uint64_t b, struct fp_env *fp)
{
	switch (op) {
	case ADD:
		return FPAdd(16, a, b, fp);
	case SUB:
		return FPSub(16, a, b, fp);
	case MUL:
		return FPMul(16, a, b, fp);
	case DIV:
		return FPDiv(16, a, b, fp);
	default:
		return FPSqrt(16, a, fp);
	}
}

static struct result half_expected(enum half_op op, uint64_t a, uint64_t b,
				   enum FPRounding rounding)
{
	host_enter(rounding);

	double value = half_on_host(op, half_value(a), half_value(b));
	struct result r = {0, host_leave()};

	if (isnan(value))
		r.value = FPDefaultNaN(16);
	else if (isinf(value) || value == 0)
		r.value = (signbit(value) ? 0x8000u : 0u) | (value != 0 ? 0x7c00u : 0u);
	else {
		uint32_t inexact = r.fpsr & FPSR_IXC;

		r = half_of(value, rounding);
		r.fpsr |= inexact | (inexact != 0 && fabs(value) < 0x1p-14 ? FPSR_UFC : 0u);
	}
	return r;
}

/* Every first operand, with a second one that is drawn. */
START_TEST(half_equals_double)
{
	enum half_op op = (enum half_op)(_i % HALF_OPS);
	enum FPRounding rounding = (enum FPRounding)(_i / HALF_OPS);
	struct draw d = draw_from((uint64_t)_i + 1);

	for (uint64_t a = 0; a < 0x10000; a++) {
		struct fp_env fp = {(uint32_t)rounding << 22, 0};
		uint64_t b = draw_fp(&d, 16), ours = half_here(op, a, b, &fp);

		/* Which NaN that gives is not the host's business. */
		if (is_nan(16, a) || (op != SQRT && is_nan(16, b)))
			continue;

		struct result expected = half_expected(op, a, b, rounding);

		if (!(ours == expected.value && fp.fpsr == expected.fpsr))
			ck_abort_msg(
				"operation %d on %lx %lx, rounding %d: %lx (%x), expected %lx (%x)",
				op, a, b, rounding, ours, fp.fpsr, expected.value, expected.fpsr);
	}
}
END_TEST

/* ---------------------------------------------------------------- between formats */

START_TEST(every_half_converts)
{
	for (uint64_t half = 0; half < 0x10000; half++) {
		struct fp_env fp = {0, 0};
		uint64_t as_double = FPConvert(64, 16, half, FPRounding_TIEEVEN, &fp);
		uint64_t as_single = FPConvert(32, 16, half, FPRounding_TIEEVEN, &fp);

		if (is_nan(16, half))
			continue;
		if (as_double != fp_double_bits(half_value(half)) ||
		    as_single != fp_single_bits((float)half_value(half)) ||
		    FPConvert(16, 64, as_double, FPRounding_ZERO, &fp) != half ||
		    FPConvert(16, 32, as_single, FPRounding_ZERO, &fp) != half || fp.fpsr != 0)
			ck_abort_msg("%lx: %lx, %lx", half, as_double, as_single);
	}
}
END_TEST

START_TEST(double_converts_to_half)
{
	enum FPRounding rounding = (enum FPRounding)_i;
	struct draw d = draw_from((uint64_t)_i + 10);

	for (unsigned i = 0; i < CASES; i++) {
		struct fp_env fp = {0, 0};
		uint64_t op = draw_fp(&d, 64);

		/* Most near the range of half precision. */
		if (i % 4 != 0)
			op = (op & ~(UINT64_C(0x7ff) << 52)) | (uint64_t)(1023 - 27 + draw(&d, 46))
								       << 52;
		if (!isfinite(fp_double(op)) || fp_double(op) == 0)
			continue;

		uint64_t ours = FPConvert(16, 64, op, rounding, &fp);
		struct result expected = half_of(fp_double(op), rounding);

		if (!(ours == expected.value && fp.fpsr == expected.fpsr))
			ck_abort_msg("%lx, rounding %d: %lx (%x), expected %lx (%x)", op, rounding,
				     ours, fp.fpsr, expected.value, expected.fpsr);
	}
}
END_TEST

START_TEST(double_converts_to_single)
{
	enum FPRounding rounding = (enum FPRounding)_i;
	struct draw d = draw_from((uint64_t)_i + 20);

	for (unsigned i = 0; i < CASES; i++) {
		struct fp_env fp = {0, 0};
		uint64_t op = draw_fp(&d, 64);

		if (i % 2 != 0)
			op = (op & ~(UINT64_C(0x7ff) << 52)) | (uint64_t)(draw(&d, 320) + 860)
								       << 52;
		if (is_nan(64, op))
			continue;
		host_enter(rounding);

		volatile double from = fp_double(op);
		volatile float to = (float)from;
		struct result expected = {fp_single_bits(to), host_leave()};
		uint64_t ours = FPConvert(32, 64, op, rounding, &fp);

		/* The host detects tininess after rounding. */
		if (FPAbs(32, ours) == 0x00800000)
			expected.fpsr |= fp.fpsr & FPSR_UFC;
		if (!(ours == expected.value && fp.fpsr == expected.fpsr))
			ck_abort_msg("%lx, rounding %d: %lx (%x), expected %lx (%x)", op, rounding,
				     ours, fp.fpsr, expected.value, expected.fpsr);
		op = fp_single_bits(to);
		if (FPConvert(64, 32, op, rounding, &fp) != fp_double_bits((double)to))
			ck_abort_msg("%lx", op);
	}
}
END_TEST

/* ---------------------------------------------------------------- integers */

static long double integer_near(long double value, enum FPRounding rounding)
{
	switch (rounding) {
	case FPRounding_TIEEVEN:
		return rintl(value);
	case FPRounding_POSINF:
		return ceill(value);
	case FPRounding_NEGINF:
		return floorl(value);
	case FPRounding_TIEAWAY:
		return roundl(value);
	default:
		return truncl(value);
	}
}

static struct result fixed_expected(unsigned M, double value, unsigned fbits, bool is_unsigned,
				    enum FPRounding rounding)
{
	long double scaled = ldexpl((long double)value, (int)fbits);
	long double integer = integer_near(scaled, rounding);
	long double most = ldexpl(1, (int)(is_unsigned ? M : M - 1)) - 1;
	long double least = is_unsigned ? 0 : -most - 1;
	uint64_t mask = UINT64_MAX >> (64 - M);

	if (isnan(value))
		return (struct result){0, FPSR_IOC};
	if (integer > most)
		return (struct result){is_unsigned ? mask : mask >> 1, FPSR_IOC};
	if (integer < least)
		return (struct result){is_unsigned ? 0 : (mask >> 1) + 1, FPSR_IOC};
	return (struct result){(integer < 0 ? (uint64_t)(int64_t)integer : (uint64_t)integer) &
				       mask,
			       integer != scaled ? FPSR_IXC : 0};
}

static const unsigned formats[3] = {16, 32, 64};

START_TEST(converts_to_fixed)
{
	unsigned N = formats[_i % 3], M = formats[_i / 3];
	struct draw d = draw_from((uint64_t)_i + 30);

	for (unsigned i = 0; i < CASES; i++) {
		struct fp_env fp = {0, 0};
		enum FPRounding rounding = (enum FPRounding)draw(&d, 5);
		bool is_unsigned = draw(&d, 2) != 0;
		unsigned fbits = draw(&d, 2) != 0 ? draw(&d, M + 1) : 0;
		uint64_t op = draw_fp(&d, N);
		uint64_t ours = FPToFixed(M, N, op, fbits, is_unsigned, rounding, &fp);
		struct result expected =
			fixed_expected(M, value_of(N, op), fbits, is_unsigned, rounding);

		if (!(ours == expected.value && fp.fpsr == expected.fpsr))
			ck_abort_msg("%u bits %lx to %u bits, fraction %u, unsigned %d, rounding "
				     "%d: %lx "
				     "(%x), expected %lx (%x)",
				     N, op, M, fbits, is_unsigned, rounding, ours, fp.fpsr,
				     expected.value, expected.fpsr);
	}
}
END_TEST

static struct result from_fixed_expected(unsigned N, volatile long double value,
					 enum FPRounding rounding)
{
	struct result r;

	if (N == 16 && value != 0)
		return half_of((double)value, rounding);
	host_enter(rounding);
	if (N == 64) {
		volatile double rounded = (double)value;

		r.value = fp_double_bits(rounded);
	} else {
		volatile float rounded = (float)value;

		r.value = N == 16 ? 0 : fp_single_bits(rounded);
	}
	r.fpsr = host_leave();
	return r;
}

START_TEST(converts_from_fixed)
{
	unsigned N = formats[_i % 3], M = formats[_i / 3];
	struct draw d = draw_from((uint64_t)_i + 40);

	for (unsigned i = 0; i < CASES; i++) {
		struct fp_env fp = {0, 0};
		enum FPRounding rounding = (enum FPRounding)draw(&d, 4);
		bool is_unsigned = draw(&d, 2) != 0;
		unsigned fbits = draw(&d, 2) != 0 ? draw(&d, M + 1) : 0;
		uint64_t op = draw64(&d), narrow = op << (64 - M) >> (64 - M);

		/* Half precision is rounded from a double here. */
		if (N == 16 && M == 64)
			op = narrow = op >> 12;

		long double value = is_unsigned
					    ? (long double)narrow
					    : (long double)((int64_t)(op << (64 - M)) >> (64 - M));
		struct result expected =
			from_fixed_expected(N, ldexpl(value, -(int)fbits), rounding);
		uint64_t ours = FixedToFP(N, M, op, fbits, is_unsigned, rounding, &fp);

		if (!(ours == expected.value && fp.fpsr == expected.fpsr))
			ck_abort_msg("%u bits %lx to %u bits, fraction %u, unsigned %d, rounding "
				     "%d: %lx "
				     "(%x), expected %lx (%x)",
				     M, op, N, fbits, is_unsigned, rounding, ours, fp.fpsr,
				     expected.value, expected.fpsr);
	}
}
END_TEST

START_TEST(rounds_to_integer)
{
	unsigned N = formats[_i % 3];
	struct draw d = draw_from((uint64_t)_i + 50);

	for (unsigned i = 0; i < CASES; i++) {
		struct fp_env fp = {0, 0};
		enum FPRounding rounding = (enum FPRounding)draw(&d, 5);
		bool exact = draw(&d, 2) != 0;
		uint64_t op = draw_fp(&d, N), ours = FPRoundInt(N, op, rounding, exact, &fp);
		double value = value_of(N, op),
		       expected = (double)integer_near((long double)value, rounding);

		if (is_nan(N, op))
			continue;
		/* The sign of a zero, too. */
		if (!(fp_double_bits(value_of(N, ours)) == fp_double_bits(expected) &&
		      fp.fpsr == (exact && expected != value ? FPSR_IXC : 0u)))
			ck_abort_msg("%u bits %lx, rounding %d: %lx (%x), expected %g", N, op,
				     rounding, ours, fp.fpsr, expected);
	}
}
END_TEST

/* ---------------------------------------------------------------- comparison */

START_TEST(compares)
{
	unsigned N = formats[_i];
	struct draw d = draw_from((uint64_t)_i + 60);

	for (unsigned i = 0; i < CASES; i++) {
		struct fp_env fp = {0, 0};
		uint64_t a = draw_fp(&d, N),
			 b = draw(&d, 4) == 0 ? a ^ draw(&d, 2) : draw_fp(&d, N);
		double x = value_of(N, a), y = value_of(N, b);
		unsigned nzcv = isunordered(x, y) ? 3 : x == y ? 6 : x < y ? 8 : 2;

		bool good = FPCompare(N, a, b, false, &fp) == nzcv &&
			    FPCompareEQ(N, a, b, &fp) == (x == y);

		if (nzcv != 3)
			good = good && FPCompareGE(N, a, b, &fp) == (x >= y) &&
			       FPCompareGT(N, a, b, &fp) == (x > y);
		if (nzcv != 3 && x != y)
			good = good && FPMax(N, a, b, &fp) == (x > y ? a : b) &&
			       FPMinNum(N, a, b, &fp) == (x < y ? a : b);
		if (!good || (nzcv != 3 && fp.fpsr != 0))
			ck_abort_msg("%u bits %lx %lx", N, a, b);
	}
}
END_TEST

/* ---------------------------------------------------------------- the hot path */

static struct fp_env draw_env(struct draw *d)
{
	struct fp_env fp = {draw(d, 8) == 0 ? draw(d, 4) << 22 : 0, draw(d, 4) == 0 ? 0 : FPSR_IXC};

	if (draw(d, 8) == 0)
		fp.fpcr |= FPCR_FZ;
	return fp;
}

enum { TO_INTEGER, FROM_INTEGER, CONVERT, ROUND_INT, MAX, MIN, HOT_OPS };

/* An operation with the host's unit, and without. */
static struct fp_host hot(int op, unsigned M, unsigned N, const uint64_t *o, uint32_t how,
			  const struct fp_env *fp)
{
	switch (op) {
	case TO_INTEGER:
		return fp_host_to_integer(M, N, o[0], how % 2 != 0, (enum FPRounding)(how / 2 % 5),
					  fp);
	case FROM_INTEGER:
		return fp_host_from_integer(N, M, o[0], how % 2 != 0, fp);
	case CONVERT:
		return fp_host_convert(M, 96 - M, o[0], fp);
	case ROUND_INT:
		return fp_host_round_int(N, o[0], (enum FPRounding)(how / 2 % 5), how % 2 != 0, fp);
	case MAX:
		return fp_host_max(N, o[0], o[1], fp);
	default:
		return fp_host_min(N, o[0], o[1], fp);
	}
}

static uint64_t cold(int op, unsigned M, unsigned N, const uint64_t *o, uint32_t how,
		     struct fp_env *fp)
{
	switch (op) {
	case TO_INTEGER:
		return FPToFixed(M, N, o[0], 0, how % 2 != 0, (enum FPRounding)(how / 2 % 5), fp);
	case FROM_INTEGER:
		return FixedToFP(N, M, o[0], 0, how % 2 != 0, FPRoundingMode(fp), fp);
	case CONVERT:
		return FPConvert(M, 96 - M, o[0], FPRoundingMode(fp), fp);
	case ROUND_INT:
		return FPRoundInt(N, o[0], (enum FPRounding)(how / 2 % 5), how % 2 != 0, fp);
	case MAX:
		return how % 2 != 0 ? FPMax(N, o[0], o[1], fp) : FPMaxNum(N, o[0], o[1], fp);
	default:
		return how % 2 != 0 ? FPMin(N, o[0], o[1], fp) : FPMinNum(N, o[0], o[1], fp);
	}
}

START_TEST(hot_equals_exact)
{
	int op = _i % HOT_OPS;
	unsigned N = _i / HOT_OPS % 2 != 0 ? 64 : 32, M = _i / HOT_OPS / 2 != 0 ? 64 : 32;
	struct draw d = draw_from((uint64_t)_i + 70);
	unsigned served = 0;

	for (unsigned i = 0; i < CASES; i++) {
		struct fp_env fp = draw_env(&d), before = fp;
		unsigned format = op == CONVERT ? 96 - M : N;
		uint64_t o[2] = {op == FROM_INTEGER ? draw64(&d) : draw_fp(&d, format),
				 draw_fp(&d, N)};
		uint32_t how = draw(&d, 1000);
		struct fp_host r = hot(op, M, N, o, how, &fp);
		uint64_t value = cold(op, M, N, o, how, &fp);

		served += r.ok;
		if (!(!r.ok || (r.value == value && fp.fpsr == before.fpsr)))
			ck_abort_msg(
				"operation %d (%u), %u bits, %u bits: %lx %lx FPCR %x FPSR %x: %lx "
				"(%x), hot %lx",
				op, how, M, N, o[0], o[1], before.fpcr, before.fpsr, value, fp.fpsr,
				r.value);
	}
	ck_assert_uint_gt(served, CASES / 10);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu/fp_convert");
	TCase *convert = tcase_create("convert");

	tcase_set_timeout(convert, 300);
	tcase_add_loop_test(convert, half_equals_double, 0, 4 * HALF_OPS);
	tcase_add_test(convert, every_half_converts);
	tcase_add_loop_test(convert, double_converts_to_half, 0, 4);
	tcase_add_loop_test(convert, double_converts_to_single, 0, 4);
	tcase_add_loop_test(convert, converts_to_fixed, 0, 9);
	tcase_add_loop_test(convert, converts_from_fixed, 0, 9);
	tcase_add_loop_test(convert, rounds_to_integer, 0, 3);
	tcase_add_loop_test(convert, compares, 0, 3);
	tcase_add_loop_test(convert, hot_equals_exact, 0, 4 * HOT_OPS);
	suite_add_tcase(suite, convert);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
