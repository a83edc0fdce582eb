/*
 * Suite cpu/simd_fp: Advanced SIMD floating point, in both instantiations: what qemu-aarch64 made
 * of each row of the decode table (simd_fp_*.def), and by hand from the pseudocode what belongs to
 * vectors and not to the arithmetic of an element.
 */
#include "tests/cpu/board.h"

#include "a64.h"

#include "cpu/cpu.h"

#include <inttypes.h>

#define CODE 0x10000

/* An instruction of V1, V2 and V0, and what it leaves in V0 and FPSR, which is 0 before. */
struct sample {
	const char *text;
	uint32_t word, fpcr;
	union vreg n, m, d;
	union vreg result;
	uint32_t fpsr;
};

/* ---------------------------------------------------------------- by hand */

/* The elements of a register; those not given are 0. */
#define S(...)                                                                                     \
	{                                                                                          \
		.s = { __VA_ARGS__ }                                                               \
	}
#define H(...)                                                                                     \
	{                                                                                          \
		.h = { __VA_ARGS__ }                                                               \
	}
#define D(lo, hi)                                                                                  \
	{                                                                                          \
		.d = { UINT64_C(lo), UINT64_C(hi) }                                                \
	}
#define ZERO D(0, 0)
#define ONES D(0xffffffffffffffff, 0xffffffffffffffff)

static const struct sample samples[] = {
	{"fdiv .4s: exceptions of all elements accumulate", 0x6e22fc20, 0,
	 S(0x3f800000, 0, 0x3f800000, 0x7f7fffff), S(0, 0, 0x40400000, 0x00800000), ZERO,
	 S(0x7f800000, 0x7fc00000, 0x3eaaaaab, 0x7f800000), 0x17},
	{"fadd .2s: no element above 64 bits, no exception from there", 0x0e22d420, 0,
	 S(0x3f800000, 0x3f800000, 0x7f800001, 0x7f800001), S(0x3f800000, 0x40000000, 0, 0), ONES,
	 S(0x40000000, 0x40400000, 0, 0), 0},
	{"fabd d: no element above the scalar; a NaN loses its sign", 0x7ee2d420, 0,
	 D(0xfff8000000000000, 0x7ff0000000000001), ZERO, ONES, D(0x7ff8000000000000, 0), 0},
	{"fmla .4s is fused", 0x4e22cc20, 0, S(0x3f800800, 0, 0, 0), S(0x3f800800, 0, 0, 0),
	 S(0xbf801000, 0, 0, 0), S(0x33800000, 0, 0, 0), 0},
	{"fmls .4s negates the first operand, also a NaN", 0x4ea2cc20, 0,
	 S(0x7fc00001, 0x3f800000, 0, 0), S(0x3f800000, 0x40000000, 0, 0), ZERO,
	 S(0xffc00001, 0xc0000000, 0, 0), 0},
	{"faddp .4s: pairs of the first operand, then of the second", 0x6e22d420, 0,
	 S(0x3f800000, 0x40000000, 0x40400000, 0x40800000),
	 S(0x40a00000, 0x40c00000, 0x40e00000, 0x41000000), ZERO,
	 S(0x40400000, 0x40e00000, 0x41300000, 0x41700000), 0},
	{"faddp .2s: pairs of the lower halves", 0x2e22d420, 0,
	 S(0x3f800000, 0x40000000, 0x40400000, 0x40800000),
	 S(0x40a00000, 0x40c00000, 0x40e00000, 0x41000000), ONES, S(0x40400000, 0x41300000, 0, 0),
	 0},
	{"faddp d: a scalar of a vector", 0x7e70d820, 0, D(0x3ff0000000000000, 0x4000000000000000),
	 ZERO, ONES, D(0x4008000000000000, 0), 0},
	{"fmaxv s: a quiet NaN is the result", 0x6e30f820, 0,
	 S(0x3f800000, 0x40000000, 0x7fc00001, 0x40400000), ZERO, ONES, S(0x7fc00001, 0, 0, 0), 0},
	{"fmaxnmv s: a number is preferred to a quiet NaN", 0x6e30c820, 0,
	 S(0x3f800000, 0x40000000, 0x7fc00001, 0x40400000), ZERO, ONES, S(0x40400000, 0, 0, 0), 0},
	{"fminv h of 4 elements ignores the upper half", 0x0eb0f820, 0,
	 H(0x3c00, 0x4000, 0xbc00, 0x4200, 0xfc00, 0xfc00, 0xfc00, 0xfc00), ZERO, ONES,
	 H(0xbc00, 0, 0, 0, 0, 0, 0, 0), 0},
	{"fmulx .2d: zero times infinity is 2", 0x4e62dc20, 0,
	 D(0x8000000000000000, 0x7ff0000000000000), D(0x7ff0000000000000, 0), ZERO,
	 D(0xc000000000000000, 0x4000000000000000), 0},
	{"fcmeq .2d: a quiet NaN is not equal to itself", 0x4e62e420, 0,
	 D(0x7ff8000000000000, 0x3ff0000000000000), D(0x7ff8000000000000, 0x3ff0000000000000), ONES,
	 D(0, 0xffffffffffffffff), 0},
	{"fcmge .2d: a quiet NaN is an invalid operation", 0x6e62e420, 0,
	 D(0x7ff8000000000000, 0x8000000000000000), D(0x3ff0000000000000, 0), ONES,
	 D(0, 0xffffffffffffffff), 0x1},
	{"facgt .2s compares magnitudes", 0x2ea2ec20, 0, S(0xc0000000, 0x3f800000, 0, 0),
	 S(0x3f800000, 0xc0000000, 0, 0), ONES, S(0xffffffff, 0, 0, 0), 0},
	{"fcmlt .4s, #0: minus 0 is not less", 0x4ea0e820, 0,
	 S(0x80000000, 0xbf800000, 0x3f800000, 0xff800000), ZERO, ZERO,
	 S(0, 0xffffffff, 0, 0xffffffff), 0},
	{"fcvtn clears the upper half", 0x0e616820, 0, D(0x3ff0000000000000, 0x4000000000000000),
	 ZERO, ONES, S(0x3f800000, 0x40000000, 0, 0), 0},
	{"fcvtn2 keeps the lower half", 0x4e616820, 0, D(0x3ff0000000000000, 0x4000000000000000),
	 ZERO, S(1, 2, 3, 4), S(1, 2, 0x3f800000, 0x40000000), 0},
	{"fcvtl2 takes the upper half", 0x4e617820, 0, S(0, 0, 0x3f800000, 0x40000000), ZERO, ZERO,
	 D(0x3ff0000000000000, 0x4000000000000000), 0},
	{"fcvtxn s, d rounds to odd", 0x7e616820, 0, D(0x3ff0000000400000, 0x7ff0000000000001),
	 ZERO, ONES, S(0x3f800001, 0, 0, 0), 0x10},
	{"fcvtzs .4s, #4 multiplies by 16", 0x4f3cfc20, 0, S(0x3fc00000, 0xbf800000, 0x3d800000, 0),
	 ZERO, ZERO, S(24, 0xfffffff0, 1, 0), 0},
	{"ucvtf .2d, #64 has no integer bits", 0x6f40e420, 0,
	 D(0x8000000000000000, 0x4000000000000000), ZERO, ZERO,
	 D(0x3fe0000000000000, 0x3fd0000000000000), 0},
	{"frecpe s of 1 is 511/512", 0x5ea1d820, 0, S(0x3f800000, 0, 0, 0), ZERO, ONES,
	 S(0x3f7f8000, 0, 0, 0), 0},
	{"fmul .4s by element 3", 0x4fa29820, 0, S(0x3f800000, 0x40000000, 0x40400000, 0x40800000),
	 S(0, 0, 0, 0x40000000), ZERO, S(0x40000000, 0x40800000, 0x40c00000, 0x41000000), 0},
	{"fmul .8h by element 7", 0x4f329820, 0, H(0x3c00, 0, 0, 0, 0, 0, 0, 0x4000),
	 H(0, 0, 0, 0, 0, 0, 0, 0x4200), ZERO, H(0x4200, 0, 0, 0, 0, 0, 0, 0x4600), 0},
	{"fmla d by element 1", 0x5fc21820, 0, D(0x4000000000000000, 0x7ff0000000000001),
	 D(0x7ff0000000000001, 0x4008000000000000), D(0x3ff0000000000000, 1),
	 D(0x401c000000000000, 0), 0},
	{"fmlal .2s: elements 0 and 1", 0x0e22ec20, 0, H(0x4000, 0x4200, 0, 0, 0, 0, 0, 0),
	 H(0x3c00, 0x4000, 0, 0, 0, 0, 0, 0), S(0x3f800000, 0, 1, 1),
	 S(0x40400000, 0x40c00000, 0, 0), 0},
	{"fmlsl2 .2s: elements 2 and 3", 0x2ea2cc20, 0, H(0, 0, 0x4000, 0x4200, 0, 0, 0, 0),
	 H(0, 0, 0x3c00, 0x4000, 0, 0, 0, 0), S(0x3f800000, 0, 1, 1),
	 S(0xbf800000, 0xc0c00000, 0, 0), 0},
	{"fcmla .4s, #0: the real part times both", 0x6e82c420, 0,
	 S(0x3f800000, 0x40000000, 0x3f800000, 0), S(0x40400000, 0x40800000, 0x3f800000, 0), ZERO,
	 S(0x40400000, 0x40800000, 0x3f800000, 0), 0},
	{"fcmla .4s, #90: the imaginary part times both, turned", 0x6e82cc20, 0,
	 S(0x3f800000, 0x40000000, 0, 0x3f800000), S(0x40400000, 0x40800000, 0x3f800000, 0), ZERO,
	 S(0xc1000000, 0x40c00000, 0, 0x3f800000), 0},
	{"fcmla .4s by element 1, #180", 0x6f825820, 0, S(0x3f800000, 0, 0x40000000, 0),
	 S(0, 0, 0x40400000, 0x40800000), ZERO, S(0xc0400000, 0xc0800000, 0xc0c00000, 0xc1000000),
	 0},
	{"fcadd .2s, #90", 0x2e82e420, 0, S(0x3f800000, 0x40000000, 0, 0),
	 S(0x40400000, 0x40800000, 0, 0), ONES, S(0xc0400000, 0x40a00000, 0, 0), 0},
	{"fcadd .2s, #270", 0x2e82f420, 0, S(0x3f800000, 0x40000000, 0, 0),
	 S(0x40400000, 0x40800000, 0, 0), ONES, S(0x40a00000, 0xbf800000, 0, 0), 0},
};

/* ---------------------------------------------------------------- recorded */

/* Half, single and double precision: common numbers, zeros and subnormal numbers, the largest and
 * the smallest, infinities and NaNs, borders of integers. */
static const union vreg operands[] = {
	{.h = {0x3c00, 0x4000, 0x4200, 0xc400, 0x3800, 0xb400, 0x4100, 0xcb33}},
	{.h = {0x3c00, 0xbc00, 0x4000, 0x2e66, 0x3555, 0xd640, 0x3bff, 0x3c01}},
	{.h = {0x0000, 0x8000, 0x0001, 0x8001, 0x03ff, 0x83ff, 0x0400, 0x8400}},
	{.h = {0x7bff, 0xfbff, 0x7bff, 0x7bfe, 0x0400, 0x0401, 0x8402, 0x1400}},
	{.h = {0x7c00, 0xfc00, 0x7e00, 0x7c01, 0xfe03, 0xfdff, 0x3c00, 0xbc00}},
	{.h = {0x7c00, 0x7c00, 0xfc00, 0x3c00, 0x7d55, 0x0000, 0x8000, 0x0002}},
	{.h = {0x6400, 0x6401, 0xe7ff, 0x5bff, 0x5c00, 0xdc00, 0x77ff, 0x7800}},
	{.h = {0x3800, 0x3e00, 0x4100, 0xb800, 0xbe00, 0xc100, 0x3801, 0x37ff}},
	{.h = {0x1234, 0x8765, 0xfedc, 0x0246, 0x5a5a, 0xa5a5, 0x7f00, 0x00ff}},
	{.h = {0x0002, 0x0003, 0x8004, 0x0200, 0x0180, 0x1c00, 0x0bff, 0x2400}},
	{.s = {0x3f800000, 0x40000000, 0xc0400000, 0x3e99999a}},
	{.s = {0x3f800001, 0xbf7fffff, 0x40490fdb, 0x42c80000}},
	{.s = {0x00000000, 0x80000000, 0x00000001, 0x807fffff}},
	{.s = {0x7f7fffff, 0xff7fffff, 0x00800000, 0x80800001}},
	{.s = {0x7f800000, 0xff800000, 0x7fc00001, 0x7f800001}},
	{.s = {0x7f800000, 0xffc12345, 0xff812345, 0x3f800000}},
	{.s = {0x4effffff, 0x4f000000, 0xcf000001, 0x4f7fffff}},
	{.s = {0x3f000000, 0x3fc00000, 0x40200000, 0xbfc00000}},
	{.s = {0x38800000, 0x33800000, 0x477ff000, 0x387fe000}},
	{.s = {0x12345678, 0x87654321, 0xfedcba98, 0x00ff00ff}},
	{.s = {0x4b000001, 0x4b800000, 0x3effffff, 0xc9742408}},
	{.s = {0x5f000000, 0xdf000000, 0x5effffff, 0x5f7fffff}},
	{.d = {UINT64_C(0x3ff0000000000000), UINT64_C(0x4000000000000000)}},
	{.d = {UINT64_C(0xbff0000000000001), UINT64_C(0x3fd5555555555555)}},
	{.d = {UINT64_C(0x0000000000000000), UINT64_C(0x8000000000000000)}},
	{.d = {UINT64_C(0x0000000000000001), UINT64_C(0x800fffffffffffff)}},
	{.d = {UINT64_C(0x7fefffffffffffff), UINT64_C(0xffefffffffffffff)}},
	{.d = {UINT64_C(0x0010000000000000), UINT64_C(0x8010000000000001)}},
	{.d = {UINT64_C(0x7ff0000000000000), UINT64_C(0xfff0000000000000)}},
	{.d = {UINT64_C(0x7ff8000000000001), UINT64_C(0x7ff0000000000001)}},
	{.d = {UINT64_C(0xfff8123456789abc), UINT64_C(0xfff4000000000000)}},
	{.d = {UINT64_C(0x43dfffffffffffff), UINT64_C(0xc3e0000000000000)}},
	{.d = {UINT64_C(0x41dfffffffc00000), UINT64_C(0x41f0000000000000)}},
	{.d = {UINT64_C(0x3fe0000000000000), UINT64_C(0xbff8000000000000)}},
	{.d = {UINT64_C(0x4004000000000000), UINT64_C(0x3fdfffffffffffff)}},
	{.d = {UINT64_C(0x47efffffe0000000), UINT64_C(0x47effffff0000000)}},
	{.d = {UINT64_C(0x36a0000000000000), UINT64_C(0x3690000000000001)}},
	{.d = {UINT64_C(0x123456789abcdef0), UINT64_C(0x0fedcba987654321)}},
	/* Numbers of moderate size, and integers. */
	{.s = {0x3f800000, 0x40490fdb, 0xbf000000, 0x42c80000}},
	{.s = {0x40000000, 0x402df854, 0x3f2aaaab, 0xc1200000}},
	{.s = {0x3dcccccd, 0xbf4ccccd, 0x447a0000, 0x3f800001}},
	{.s = {0x41200000, 0xc0a00000, 0x00000000, 0x3f800000}},
	{.s = {0x3f800000, 0x40400000, 0x40e00000, 0xc1700000}},
	{.s = {0x4b000000, 0x3e800000, 0xbfc00000, 0x80000000}},
	{.s = {0x00000003, 0xfffffff9, 0x00010001, 0x00fffffe}},
	{.s = {0x01234567, 0x7fffffff, 0x80000001, 0x00000000}},
	{.d = {UINT64_C(0x3ff0000000000000), UINT64_C(0x400921fb54442d18)}},
	{.d = {UINT64_C(0xbfe0000000000000), UINT64_C(0x4059000000000000)}},
	{.d = {UINT64_C(0x4005bf0a8b145769), UINT64_C(0x3fb999999999999a)}},
	{.d = {UINT64_C(0x4024000000000000), UINT64_C(0xc014000000000000)}},
	{.d = {UINT64_C(0x0000000000000000), UINT64_C(0x3ff0000000000001)}},
	{.d = {UINT64_C(0x4008000000000000), UINT64_C(0xc01c000000000000)}},
	{.d = {UINT64_C(0x0000000000000005), UINT64_C(0xffffffffffffff00)}},
	{.d = {UINT64_C(0x00123456789abcde), UINT64_C(0x7fffffffffffffff)}},
};

static const struct recorded {
	const char *text;
	uint32_t word, fpcr;
	uint8_t n, m, d; /* of operands[] */
	union vreg result;
	uint32_t fpsr;
} recorded[] = {
#define CASE(word, fpcr, V1, V2, V0, high, low, fpsr, text)                                        \
	{text, word, fpcr, V1, V2, V0, D(low, high), fpsr},
#include "tests/cpu/simd_fp_scalar.def"
#include "tests/cpu/simd_fp_vector.def"
#include "tests/cpu/simd_fp_host.def"
#undef CASE
};

/* ---------------------------------------------------------------- the suite */

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

/* Enough for the fast instantiation, which leaves the last thousand to the other one. */
enum { FAST_RUN = 3000 };

static struct board *board_of(bool slow)
{
	struct cpu_config config = board_config("max");

	config.tlb_off = false;
	config.slow = slow;
	config.l1i = config.l1d = (struct tlb_shape){4, 0, 0};
	return board_with(config, 2);
}

/* The instruction at CODE + offset, followed by a branch to itself, at EL2 with the MMU off. */
static void check(struct board *board, unsigned offset, const struct sample *s, bool slow,
		  uint32_t fpsr)
{
	struct cpu *cpu = board->cpu;
	const uint32_t words[2] = {s->word, 0x14000000};

	board_code(board, RAM_BASE + CODE + offset, words, 2);
	cpu_set_pc(cpu, (va_t){RAM_BASE + CODE + offset});
	cpu->v[0] = s->d;
	cpu->v[1] = s->n;
	cpu->v[2] = s->m;
	cpu->fpcr = s->fpcr;
	cpu->fpsr = fpsr;
	ck_assert_int_eq(cpu_run(cpu, slow ? 2 : FAST_RUN).reason, CPU_LIMIT);
	ck_assert_msg(cpu_pc(cpu).value == RAM_BASE + CODE + offset + 4, "%s: PC 0x%" PRIx64,
		      s->text, cpu_pc(cpu).value);
	ck_assert_msg(memcmp(&cpu->v[0], &s->result, sizeof(s->result)) == 0,
		      "%s, FPCR 0x%x: V0 is 0x%016" PRIx64 "%016" PRIx64 ", expected 0x%016" PRIx64
		      "%016" PRIx64,
		      s->text, s->fpcr, cpu->v[0].d[1], cpu->v[0].d[0], s->result.d[1],
		      s->result.d[0]);
	ck_assert_msg(cpu->fpsr == (fpsr | s->fpsr), "%s, FPCR 0x%x: FPSR is 0x%x, expected 0x%x",
		      s->text, s->fpcr, cpu->fpsr, fpsr | s->fpsr);
}

START_TEST(vector_is_made_of_elements)
{
	bool slow = _i % 2 != 0;
	struct board *board = board_of(slow);

	for (int i = 0; i < COUNT(samples); i++)
		check(board, (unsigned)i * 8, &samples[i], slow, 0);
	board_free(board);
}
END_TEST

START_TEST(instruction_does_what_qemu_does)
{
	bool slow = _i % 2 != 0;
	struct board *board = board_of(slow);

	for (int i = 0; i < COUNT(recorded); i++) {
		const struct recorded *r = &recorded[i];
		const struct sample s = {r->text,        r->word,        r->fpcr,   operands[r->n],
					 operands[r->m], operands[r->d], r->result, r->fpsr};

		/* Exception bits are cumulative; what was inexact before leaves the host more
		 * freedom. */
		check(board, (unsigned)i * 8, &s, slow, 0);
		check(board, (unsigned)i * 8, &s, slow, FPSR_IXC);
	}
	board_free(board);
}
END_TEST

/* Every row of the table is among the recorded ones. */
START_TEST(every_row_is_recorded)
{
	static const struct nw_features all = {.set = NW_ALL_FEATURES, .pa_bits = 48};
	bool seen[A64_FORM_COUNT] = {false};

	for (int i = 0; i < COUNT(recorded); i++)
		seen[a64_decode(&all, recorded[i].word)] = true;
	for (unsigned form = A64_FMULX_scalar_half; form <= A64_FCMLA_element; form++)
		ck_assert_msg(seen[form] || a64_info[form].unmodelled != NULL, "no case of %s",
			      a64_info[form].name);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu/simd_fp");
	TCase *simd_fp = tcase_create("simd_fp");

	tcase_add_loop_test(simd_fp, vector_is_made_of_elements, 0, 2);
	tcase_add_loop_test(simd_fp, instruction_does_what_qemu_does, 0, 2);
	tcase_add_test(simd_fp, every_row_is_recorded);
	suite_add_tcase(suite, simd_fp);
	return board_run_suite(suite);
}
