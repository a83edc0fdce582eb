/*
 * Suite cpu/fp_dp: scalar floating-point instructions, in both instantiations: by hand from the Arm
 * ARM, and as recorded from qemu-aarch64 (fp_recorded.def, by fp_oracle.c, which goes wider).
 */
#include "tests/cpu/board.h"
#include "tests/cpu/fp_case.h"

#include "a64.h"

#include "cpu/cpu.h"
#include "cpu/flags.h"

#include <inttypes.h>

#define CODE 0x10000

struct sample {
	const char *text;
	struct fp_case before;
	struct fp_result after;
};

/* An instruction of V1, V2, V3 or X1 under FPCR, and V0 or X0, NZCV and FPSR after it. NZCV is 0
 * before. */
#define SAMPLE(text, word, fpcr, V1, V2, V3, X1, V0, X0, nzcv, fpsr)                               \
	{                                                                                          \
		text, {word, fpcr, {0, X1}, 0, 0, {{0}, {V1, 0}, {V2, 0}, {V3, 0}}},               \
		{                                                                                  \
			{V0, 0}, X0, (uint32_t)(nzcv) << 28, fpsr                                  \
		}                                                                                  \
	}
#define SINGLE_1 0x3f800000
#define SINGLE_2 0x40000000
#define SINGLE_3 0x40400000
#define DOUBLE_1 UINT64_C(0x3ff0000000000000)
#define DOUBLE_2 UINT64_C(0x4000000000000000)
#define DOUBLE_3 UINT64_C(0x4008000000000000)
#define INFINITE UINT64_C(0x7ff0000000000000)
#define SNAN_1   UINT64_C(0x7ff0000000000001)
#define QNAN_2   UINT64_C(0xfff8000000000002)
#define DEFAULT  UINT64_C(0x7ff8000000000000)

static const struct sample samples[] = {
	SAMPLE("fadd d0, d1, d2", 0x1e622820, 0, DOUBLE_1, DOUBLE_2, 0, 0, DOUBLE_3, 0, 0, 0),
	SAMPLE("fadd s: the upper bits of the operand do not matter", 0x1e222820, 0,
	       UINT64_C(0xffffffff00000000) | SINGLE_1, SINGLE_2, 0, 0, SINGLE_3, 0, 0, 0),
	SAMPLE("fadd d, inexact", 0x1e622820, 0, DOUBLE_1, 1, 0, 0, DOUBLE_1, 0, 0, 0x10),
	SAMPLE("fadd d towards plus infinity", 0x1e622820, 1 << 22, DOUBLE_1, 1, 0, 0, DOUBLE_1 + 1,
	       0, 0, 0x10),
	SAMPLE("fsub d: equals give minus 0 towards minus infinity", 0x1e623820, 2 << 22, DOUBLE_1,
	       DOUBLE_1, 0, 0, UINT64_C(1) << 63, 0, 0, 0),
	SAMPLE("fadd d: infinities of two signs", 0x1e622820, 0, INFINITE,
	       INFINITE | UINT64_C(1) << 63, 0, 0, DEFAULT, 0, 0, 1),
	SAMPLE("fadd d: the signalling NaN comes first, and becomes quiet", 0x1e622820, 0, QNAN_2,
	       SNAN_1, 0, 0, UINT64_C(0x7ff8000000000001), 0, 0, 1),
	SAMPLE("fadd d: of quiet NaNs the first", 0x1e622820, 0, QNAN_2, DEFAULT, 0, 0, QNAN_2, 0,
	       0, 0),
	SAMPLE("fadd d with DN", 0x1e622820, 1 << 25, QNAN_2, DOUBLE_1, 0, 0, DEFAULT, 0, 0, 0),
	SAMPLE("fmul d: tiny before rounding is underflow", 0x1e620820, 0,
	       UINT64_C(0x001fffffffffffff), UINT64_C(0x3fe0000000000000), 0, 0,
	       UINT64_C(0x0010000000000000), 0, 0, 0x18),
	SAMPLE("fmul d with FZ: a denormal result is 0, not inexact", 0x1e620820, 1 << 24,
	       UINT64_C(0x8010000000000001), UINT64_C(0x3fe0000000000000), 0, 0, UINT64_C(1) << 63,
	       0, 0, 8),
	SAMPLE("fmul s with FZ: a denormal operand is 0", 0x1e220820, 1 << 24, 1, SINGLE_2, 0, 0, 0,
	       0, 0, 0x80),
	SAMPLE("fmul h with FZ16: the same, and no IDC", 0x1ee20820, 1 << 19, 1, 0x4000, 0, 0, 0, 0,
	       0, 0),
	SAMPLE("fmul s: overflow", 0x1e220820, 0, 0x7f7fffff, SINGLE_2, 0, 0, 0x7f800000, 0, 0,
	       0x14),
	SAMPLE("fmul s towards zero: overflow to the largest number", 0x1e220820, 3 << 22,
	       0x7f7fffff, SINGLE_2, 0, 0, 0x7f7fffff, 0, 0, 0x14),
	SAMPLE("fnmul d negates the product, also a NaN", 0x1e628820, 0, QNAN_2, DOUBLE_1, 0, 0,
	       UINT64_C(0x7ff8000000000002), 0, 0, 0),
	SAMPLE("fdiv d by 0", 0x1e621820, 0, DOUBLE_1, 0, 0, 0, INFINITE, 0, 0, 2),
	SAMPLE("fsqrt d of -1", 0x1e61c020, 0, UINT64_C(0xbff0000000000000), 0, 0, 0, DEFAULT, 0, 0,
	       1),
	SAMPLE("fsqrt s of minus 0", 0x1e21c020, 0, 0x80000000, 0, 0, 0, 0x80000000, 0, 0, 0),
	SAMPLE("fmax d: plus 0 is more than minus 0", 0x1e624820, 0, UINT64_C(1) << 63, 0, 0, 0, 0,
	       0, 0, 0),
	SAMPLE("fmaxnm d prefers a number to a quiet NaN", 0x1e626820, 0, QNAN_2, DOUBLE_1, 0, 0,
	       DOUBLE_1, 0, 0, 0),
	SAMPLE("fmadd d rounds once", 0x1f420c20, 0, UINT64_C(0x3ff0000000000001),
	       UINT64_C(0x3ff0000000000001), UINT64_C(0xbff0000000000002), 0,
	       UINT64_C(0x3970000000000000), 0, 0, 0),
	SAMPLE("fmsub d", 0x1f428c20, 0, DOUBLE_2, DOUBLE_1, DOUBLE_3, 0, DOUBLE_1, 0, 0, 0),
	SAMPLE("fnmadd d", 0x1f620c20, 0, DOUBLE_1, DOUBLE_1, DOUBLE_1, 0,
	       UINT64_C(0xc000000000000000), 0, 0, 0),
	SAMPLE("fnmsub d", 0x1f628c20, 0, DOUBLE_2, DOUBLE_2, DOUBLE_1, 0, DOUBLE_3, 0, 0, 0),
	SAMPLE("fmadd d: infinity times 0 is invalid, whatever quiet NaN is added", 0x1f420c20, 0,
	       INFINITE, 0, QNAN_2, 0, DEFAULT, 0, 0, 1),
	SAMPLE("fcmp d: less", 0x1e622020, 0, DOUBLE_1, DOUBLE_2, 0, 0, 0, 0, 8, 0),
	SAMPLE("fcmp d: equal", 0x1e622020, 0, UINT64_C(1) << 63, 0, 0, 0, 0, 0, 6, 0),
	SAMPLE("fcmp d: greater", 0x1e622020, 0, DOUBLE_3, DOUBLE_2, 0, 0, 0, 0, 2, 0),
	SAMPLE("fcmp d: unordered", 0x1e622020, 0, QNAN_2, DOUBLE_2, 0, 0, 0, 0, 3, 0),
	SAMPLE("fcmpe d: unordered is invalid", 0x1e622030, 0, QNAN_2, DOUBLE_2, 0, 0, 0, 0, 3, 1),
	SAMPLE("fcmp s1, #0.0", 0x1e202028, 0, SINGLE_1, 0, 0, 0, 0, 0, 2, 0),
	SAMPLE("fccmp d1, d2, #5, eq: the condition fails", 0x1e620425, 0, DOUBLE_1, DOUBLE_1, 0, 0,
	       0, 0, 5, 0),
	SAMPLE("fccmp d1, d2, #5, ne", 0x1e621425, 0, DOUBLE_1, DOUBLE_1, 0, 0, 0, 0, 6, 0),
	SAMPLE("fcsel s0, s1, s2, ne", 0x1e221c20, 0, SINGLE_1, SINGLE_2, 0, 0, SINGLE_1, 0, 0, 0),
	SAMPLE("fmov d0, #-1.5", 0x1e7f1000, 0, 0, 0, 0, 0, UINT64_C(0xbff8000000000000), 0, 0, 0),
	SAMPLE("fmov s0, #0.125", 0x1e281000, 0, 0, 0, 0, 0, 0x3e000000, 0, 0, 0),
	SAMPLE("fmov h0, #31.0", 0x1ee7f000, 0, 0, 0, 0, 0, 0x4fc0, 0, 0, 0),
	SAMPLE("fmov s0, w1", 0x1e270020, 0, 0, 0, 0, UINT64_C(0x123456789abcdef0), 0x9abcdef0, 0,
	       0, 0),
	SAMPLE("fmov x0, d1", 0x9e660020, 0, SNAN_1, 0, 0, 0, 0, SNAN_1, 0, 0),
	SAMPLE("fabs d of a signalling NaN is no operation on it", 0x1e60c020, 0,
	       SNAN_1 | UINT64_C(1) << 63, 0, 0, 0, SNAN_1, 0, 0, 0),
	SAMPLE("fcvt s, d", 0x1e624020, 0, UINT64_C(0x3fb999999999999a), 0, 0, 0, 0x3dcccccd, 0, 0,
	       0x10),
	SAMPLE("fcvt h, s with AHP: no infinity", 0x1e23c020, 1 << 26, 0x7f800000, 0, 0, 0, 0x7fff,
	       0, 0, 1),
	SAMPLE("fcvt s, h with AHP: an exponent of ones is a number", 0x1ee24020, 1 << 26, 0x7c00,
	       0, 0, 0, 0x47800000, 0, 0, 0),
	SAMPLE("fcvt d, h of a signalling NaN", 0x1ee2c020, 0, 0x7d01, 0, 0, 0,
	       UINT64_C(0x7ffc040000000000), 0, 0, 1),
	SAMPLE("fcvtzs w0, d1: too large", 0x1e780020, 0, UINT64_C(0x41e0000000000000), 0, 0, 0, 0,
	       0x7fffffff, 0, 1),
	SAMPLE("fcvtzu x0, s1: negative", 0x9e390020, 0, 0xbf800000, 0, 0, 0, 0, 0, 0, 1),
	SAMPLE("fcvtzu w0, d1 of -0.5 is 0, inexact", 0x1e790020, 0, UINT64_C(0xbfe0000000000000),
	       0, 0, 0, 0, 0, 0, 0x10),
	SAMPLE("fcvtns x0, d1 of 2.5", 0x9e600020, 0, UINT64_C(0x4004000000000000), 0, 0, 0, 0, 2,
	       0, 0x10),
	SAMPLE("fcvtas x0, d1 of 2.5", 0x9e640020, 0, UINT64_C(0x4004000000000000), 0, 0, 0, 0, 3,
	       0, 0x10),
	SAMPLE("fcvtms x0, d1 of -0.25", 0x9e700020, 0, UINT64_C(0xbfd0000000000000), 0, 0, 0, 0,
	       UINT64_MAX, 0, 0x10),
	SAMPLE("fcvtzs w0, s1, #4", 0x1e18f020, 0, SINGLE_3, 0, 0, 0, 0, 48, 0, 0),
	SAMPLE("scvtf s0, x1", 0x9e220020, 0, 0, 0, 0, UINT64_C(0xfffffffffeffffff), 0xcb800000, 0,
	       0, 0x10),
	SAMPLE("ucvtf d0, w1", 0x1e630020, 0, 0, 0, 0, UINT64_C(0xffffffff80000000),
	       UINT64_C(0x41e0000000000000), 0, 0, 0),
	SAMPLE("ucvtf d0, x1, #64", 0x9e430020, 0, 0, 0, 0, UINT64_C(1) << 63,
	       UINT64_C(0x3fe0000000000000), 0, 0, 0),
	SAMPLE("frintx d of 2.5", 0x1e674020, 0, UINT64_C(0x4004000000000000), 0, 0, 0, DOUBLE_2, 0,
	       0, 0x10),
	SAMPLE("frintm d of -0.0 keeps the sign", 0x1e654020, 0, UINT64_C(1) << 63, 0, 0, 0,
	       UINT64_C(1) << 63, 0, 0, 0),
	SAMPLE("frint32z s: what does not fit is -2^31", 0x1e284020, 0, 0x4f000000, 0, 0, 0,
	       0xcf000000, 0, 0, 1),
	SAMPLE("fjcvtzs w0, d1 of 2^32 + 1", 0x1e7e0020, 0, UINT64_C(0x41f0000000100000), 0, 0, 0,
	       0, 1, 0, 1),
	SAMPLE("fjcvtzs w0, d1 of 3", 0x1e7e0020, 0, DOUBLE_3, 0, 0, 0, 0, 3, 4, 0),
	SAMPLE("fjcvtzs w0, d1 of minus 0", 0x1e7e0020, 0, UINT64_C(1) << 63, 0, 0, 0, 0, 0, 0, 0),
	SAMPLE("fjcvtzs w0, d1 of a flushed denormal", 0x1e7e0020, 1 << 24, 1, 0, 0, 0, 0, 0, 0,
	       0x80),
};

#define RECORDED(word, fpcr, fpsr, nzcv, X1, V1, V2, V3, high, low, X0, nzcv_after, fpsr_after)    \
	{                                                                                          \
		"recorded",                                                                        \
			{word,                                                                     \
			 fpcr,                                                                     \
			 {FP_CASE_X0, X1},                                                         \
			 (uint32_t)(nzcv) << 28,                                                   \
			 fpsr,                                                                     \
			 {{FP_CASE_V0, ~FP_CASE_V0},                                               \
			  {V1, ~UINT64_C(V1)},                                                     \
			  {V2, ~UINT64_C(V2)},                                                     \
			  {V3, ~UINT64_C(V3)}}},                                                   \
		{                                                                                  \
			{low, high}, X0, (uint32_t)(nzcv_after) << 28, fpsr_after                  \
		}                                                                                  \
	}

static const struct sample recorded[] = {
#define CASE(...) RECORDED(__VA_ARGS__),
#include "tests/cpu/fp_recorded.def"
#undef CASE
};

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

/* Enough for the fast instantiation, which leaves the last thousand to the other one. */
enum { FAST_RUN = 3000 };

static struct board *board_of(bool slow)
{
	static const enum nw_feature needed[] = {FEAT_FP, FEAT_AdvSIMD, FEAT_FP16, FEAT_JSCVT,
						 FEAT_FRINTTS};
	struct cpu_config config = board_config("max");

	for (int i = 0; i < COUNT(needed); i++)
		nw_switch(&config.features, needed[i], true);
	config.tlb_off = false;
	config.slow = slow;
	config.l1i = config.l1d = (struct tlb_shape){4, 0, 0};
	return board_with(config, 2);
}

/* The instruction at CODE + offset, followed by a branch to itself, at EL2 with the MMU off. */
static void check(struct board *board, unsigned offset, const struct sample *s, bool slow)
{
	struct cpu *cpu = board->cpu;
	const uint32_t words[2] = {s->before.word, 0x14000000};

	board_code(board, RAM_BASE + CODE + offset, words, 2);
	cpu_set_pc(cpu, (va_t){RAM_BASE + CODE + offset});
	memcpy(cpu->x, s->before.x, sizeof(s->before.x));
	memcpy(cpu->v, s->before.v, sizeof(s->before.v));
	cpu->flags = flags_from(s->before.nzcv >> 28);
	cpu->fp = (struct fp_env){s->before.fpcr, s->before.fpsr};
	ck_assert_int_eq(cpu_run(cpu, slow ? 2 : FAST_RUN).reason, CPU_LIMIT);
	ck_assert_msg(memcmp(&cpu->v[0], s->after.v0, sizeof(s->after.v0)) == 0 &&
			      cpu->x[0] == s->after.x0,
		      "%s (%08x): V0 is 0x%016" PRIx64 "%016" PRIx64 ", X0 0x%" PRIx64, s->text,
		      s->before.word, cpu->v[0].d[1], cpu->v[0].d[0], cpu->x[0]);
	ck_assert_msg(flags_nzcv(cpu->flags) << 28 == s->after.nzcv &&
			      cpu->fp.fpsr == s->after.fpsr,
		      "%s (%08x): NZCV is %x, FPSR 0x%x", s->text, s->before.word,
		      flags_nzcv(cpu->flags), cpu->fp.fpsr);
}

START_TEST(instruction_gives_result)
{
	bool slow = _i % 2 != 0;
	struct board *board = board_of(slow);

	for (int i = 0; i < COUNT(samples); i++)
		check(board, (unsigned)i * 8, &samples[i], slow);
	board_free(board);
}
END_TEST

START_TEST(instruction_does_what_qemu_does)
{
	bool slow = _i % 2 != 0;
	struct board *board = board_of(slow);

	for (int i = 0; i < COUNT(recorded); i++)
		check(board, (unsigned)i * 8, &recorded[i], slow);
	board_free(board);
}
END_TEST

static enum a64_form form_with(uint32_t word, enum nw_feature without)
{
	struct nw_features features = {.set = NW_ALL_FEATURES, .pa_bits = 48};

	nw_switch(&features, without, false);
	return a64_decode(&features, word);
}

START_TEST(every_row_is_recorded)
{
	bool seen[A64_FORM_COUNT] = {false};

	for (int i = 0; i < COUNT(recorded); i++)
		seen[form_with(recorded[i].before.word, FEAT_NONE)] = true;
	for (unsigned form = A64_CVTF_fixed_fp; form <= A64_FMADD_fp_half; form++)
		ck_assert_msg(seen[form], "no case of %s", a64_info[form].name);
}
END_TEST

START_TEST(feature_is_needed)
{
	ck_assert_int_eq(form_with(0x1e222820, FEAT_FP16), A64_FADD_fp);
	ck_assert_int_eq(form_with(0x1e222820, FEAT_FP), A64_UNALLOCATED);
	ck_assert_int_eq(form_with(0x1ee22820, FEAT_FP16), A64_UNALLOCATED);
	/* FCVT S, H is older than the arithmetic. */
	ck_assert_int_eq(form_with(0x1ee24020, FEAT_FP16), A64_FCVT_from_half);
	ck_assert_int_eq(form_with(0x1e284020, FEAT_FRINTTS), A64_UNALLOCATED);
	ck_assert_int_eq(form_with(0x1e7e0020, FEAT_JSCVT), A64_UNALLOCATED);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu/fp_dp");
	TCase *fp_dp = tcase_create("fp_dp");

	tcase_add_loop_test(fp_dp, instruction_gives_result, 0, 2);
	tcase_add_loop_test(fp_dp, instruction_does_what_qemu_does, 0, 2);
	tcase_add_test(fp_dp, every_row_is_recorded);
	tcase_add_test(fp_dp, feature_is_needed);
	suite_add_tcase(suite, fp_dp);
	return board_run_suite(suite);
}
