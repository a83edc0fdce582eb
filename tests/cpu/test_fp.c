/*
 * Suite cpu/fp: the arithmetic of fp.h against the host's unit, in all rounding modes, and against
 * glibc's fma(); and the hot path of fp_host.h against it. What the host does otherwise (which NaN
 * results; FZ, DN, AHP; estimates) is compared with QEMU: fp_oracle.c, test_fp_dp.c,
 * test_simd_fp.c.
 */
#include "tests/cpu/fp_draw.h"
#include "tests/cpu/fp_on_host.h"

#include "cpu/fp_host.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#ifdef NDEBUG
enum { CASES = 500000 };
#else
enum { CASES = 20000 };
#endif

enum op { ADD, SUB, MUL, DIV, SQRT, MULADD, OPS };
static const char *const op_name[OPS] = {"add", "sub", "mul", "div", "sqrt", "muladd"};

static double host_double(enum op op, volatile double a, volatile double b, volatile double c)
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
	case SQRT:
		r = sqrt(a);
		break;
	default:
		r = fma(b, c, a);
		break;
	}
	return r;
}

static float host_single(enum op op, volatile float a, volatile float b, volatile float c)
{
	volatile float r;

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
	case SQRT:
		r = sqrtf(a);
		break;
	default:
		r = fmaf(b, c, a);
		break;
	}
	return r;
}

static struct result host(enum op op, unsigned N, const uint64_t *o, unsigned rounding)
{
	struct result r;

	host_enter((enum FPRounding)rounding);
	if (N == 64)
		r.value = fp_double_bits(
			host_double(op, fp_double(o[0]), fp_double(o[1]), fp_double(o[2])));
	else
		r.value = fp_single_bits(
			host_single(op, fp_single(o[0]), fp_single(o[1]), fp_single(o[2])));
	r.fpsr = host_leave();
	return r;
}

static uint64_t exact(enum op op, unsigned N, const uint64_t *o, struct fp_env *fp)
{
	switch (op) {
	case ADD:
		return FPAdd(N, o[0], o[1], fp);
	case SUB:
		return FPSub(N, o[0], o[1], fp);
	case MUL:
		return FPMul(N, o[0], o[1], fp);
	case DIV:
		return FPDiv(N, o[0], o[1], fp);
	case SQRT:
		return FPSqrt(N, o[0], fp);
	default:
		return FPMulAdd(N, o[0], o[1], o[2], fp);
	}
}

static struct fp_host by_host(enum op op, unsigned N, const uint64_t *o, const struct fp_env *fp)
{
	switch (op) {
	case ADD:
		return fp_host_add(N, o[0], o[1], fp);
	case SUB:
		return fp_host_sub(N, o[0], o[1], fp);
	case MUL:
		return fp_host_mul(N, o[0], o[1], fp);
	case DIV:
		return fp_host_div(N, o[0], o[1], fp);
	case SQRT:
		return fp_host_sqrt(N, o[0], fp);
	default:
		return fp_host_mul_add(N, o[0], o[1], o[2], fp);
	}
}

static bool is_nan(unsigned N, uint64_t bits)
{
	return FPAbs(N, bits) > exponent_ones(N) << fraction_bits(N);
}

/*
 * The host's NaN results and its detection of tininess (after rounding) differ from Arm's: what
 * rounds up to the smallest normal number underflows there only.
 */
static bool agree(unsigned N, struct result ours, struct result theirs)
{
	if (FPAbs(N, theirs.value) == UINT64_C(1) << fraction_bits(N) &&
	    (theirs.fpsr & FPSR_IXC) != 0)
		theirs.fpsr |= ours.fpsr & FPSR_UFC;
	if (ours.fpsr != theirs.fpsr)
		return false;
	return ours.value == theirs.value || (is_nan(N, ours.value) && is_nan(N, theirs.value));
}

/* Sums that cancel and near ties need operands that know of each other. */
static void draw_operands(struct draw *d, unsigned N, uint64_t *o)
{
	for (unsigned i = 0; i < 3; i++)
		o[i] = draw_fp(d, N);
	if (draw(d, 4) == 0)
		o[1] = FPNeg(N, o[0]) + draw(d, 3) - 1;
	if (draw(d, 8) == 0)
		o[0] = FPNeg(
			N, FPAbs(N, FPMul(N, o[1], o[2], &(struct fp_env){0, 0}) + draw(d, 3) - 1));
	for (unsigned i = 0; i < 3; i++)
		o[i] &= UINT64_MAX >> (64 - N);
}

START_TEST(exact_equals_host)
{
	enum op op = (enum op)(_i % OPS);
	unsigned N = _i / OPS != 0 ? 64 : 32;
	struct draw d = draw_from((uint64_t)_i + 1);

	for (unsigned i = 0; i < CASES; i++) {
		unsigned rounding = draw(&d, 4);
		struct fp_env fp = {rounding << 22, 0};
		uint64_t o[3];

		draw_operands(&d, N, o);

		struct result theirs = host(op, N, o, rounding), ours;

		ours.value = exact(op, N, o, &fp);
		ours.fpsr = fp.fpsr;
		/* Whether infinity * 0 + quiet NaN is invalid is the implementation's choice. */
		if (op == MULADD && is_nan(N, o[0]))
			ours.fpsr = theirs.fpsr = 0;
		if (!(agree(N, ours, theirs)))
			ck_abort_msg(
				"%s of %u bits: %lx %lx %lx rounding %u: %lx (%x), host %lx (%x)",
				op_name[op], N, o[0], o[1], o[2], rounding, ours.value, ours.fpsr,
				theirs.value, theirs.fpsr);
	}
}
END_TEST

/* FPCR mostly 0, FPSR.IXC mostly set. */
static struct fp_env draw_env(struct draw *d)
{
	struct fp_env fp = {draw(d, 8) == 0 ? draw(d, 4) << 22 : 0, draw(d, 4) == 0 ? 0 : FPSR_IXC};

	if (draw(d, 8) == 0)
		fp.fpcr |= FPCR_FZ;
	return fp;
}

START_TEST(hot_equals_exact)
{
	enum op op = (enum op)(_i % OPS);
	unsigned N = _i / OPS != 0 ? 64 : 32;
	struct draw d = draw_from((uint64_t)_i + 100);
	unsigned served = 0, served_without_ixc = 0;

	for (unsigned i = 0; i < CASES; i++) {
		struct fp_env fp = draw_env(&d);
		uint64_t o[3];

		draw_operands(&d, N, o);

		struct fp_env before = fp;
		struct fp_host hot = by_host(op, N, o, &fp);
		uint64_t value = exact(op, N, o, &fp);

		served += hot.ok;
		served_without_ixc += hot.ok && before.fpsr == 0;
		if (!(!hot.ok || (hot.value == value && fp.fpsr == before.fpsr)))
			ck_abort_msg(
				"%s of %u bits: %lx %lx %lx FPCR %x FPSR %x: %lx (%x), hot %lx",
				op_name[op], N, o[0], o[1], o[2], before.fpcr, before.fpsr, value,
				fp.fpsr, hot.value);
	}
	if (op == MULADD && !fp_has_fma())
		return;
	ck_assert_uint_gt(served, CASES / 10);
	ck_assert_uint_gt(served_without_ixc, CASES / 200);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu/fp");
	TCase *arithmetic = tcase_create("arithmetic");

	tcase_set_timeout(arithmetic, 300);
	tcase_add_loop_test(arithmetic, exact_equals_host, 0, 2 * OPS);
	tcase_add_loop_test(arithmetic, hot_equals_exact, 0, 2 * OPS);
	suite_add_tcase(suite, arithmetic);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
