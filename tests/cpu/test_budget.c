/* Suite cpu/budget: cpu_run completes exactly as many instructions as asked, of any program, on any
 * stack. */
#include "tests/cpu/board.h"

#include "cpu/cpu.h"

#include <pthread.h>

static struct board *board_running(const uint32_t *words, size_t count, bool slow)
{
	struct cpu_config config = board_config("max");

	config.tlb_off = false;
	config.slow = slow;
	config.l1i = config.l1d = (struct tlb_shape){48, 0, 0};

	struct board *board = board_with(config, 2);

	board_code(board, RAM_BASE, words, count);
	return board;
}

static uint64_t insns(struct cpu *cpu)
{
	const struct cpu_counts *counts = cpu_counts(cpu);

	return counts->insns[0] + counts->insns[1] + counts->insns[2];
}

/* ------------------------------------------------------------------ exactness */

/* X0 counts the ADDs, which are one instruction in `length`. */
static const struct {
	const char *name;
	uint32_t words[8];
	size_t count;
	unsigned length;
} loops[] = {
	{"branch to itself", {0x14000000}, 1, 0},                 /* B . */
	{"add and branch", {0x91000400, 0x17ffffff}, 2, 2},       /* ADD X0, X0, #1; B .-4 */
	{"indirect", {0x10000001, 0x91000400, 0xd61f0020}, 3, 3}, /* ADR X1, .; ADD; BR X1 */
	{"system", {0x91000400, 0xd5033fdf, 0x17fffffe}, 3, 3},   /* ADD; ISB; B */
	{"not taken",
	 {0x91000400, 0xb5000000 | 31, 0xd503201f, 0x17fffffd},
	 4,
	 4}, /* ADD; CBNZ XZR; NOP; B */
};

static const uint64_t limits[] = {1,    2,    3,    5,     1023,    1024,    1025,
				  1026, 2047, 4096, 65537, 1048576, 1048577, 3000001};

enum { LOOPS = sizeof(loops) / sizeof(loops[0]), LIMITS = sizeof(limits) / sizeof(limits[0]) };

START_TEST(limit_is_exact)
{
	struct board *board = board_running(loops[_i].words, loops[_i].count, false);
	uint64_t sum = 0;

	for (unsigned n = 0; n < LIMITS; n++) {
		struct cpu_stop stop = cpu_run(board->cpu, limits[n]);

		sum += limits[n];
		ck_assert_int_eq(stop.reason, CPU_LIMIT);
		ck_assert_msg(insns(board->cpu) == sum, "%s: %lu instructions, expected %lu",
			      loops[_i].name, insns(board->cpu), sum);
		if (loops[_i].length != 0) {
			/* The ADD is first, or second behind ADR. */
			unsigned before = loops[_i].words[0] == 0x91000400 ? 0 : 1;
			uint64_t adds = (sum + loops[_i].length - 1 - before) / loops[_i].length;

			ck_assert_msg(cpu_x(board->cpu, 0) == adds, "%s: %lu rounds after %lu",
				      loops[_i].name, cpu_x(board->cpu, 0), sum);
		}
	}
	board_free(board);
}
END_TEST

/* Straight-line code across pages: no branch ever looks at the budget. */
START_TEST(limit_is_exact_without_branches)
{
	enum { WORDS = 1 << 16 };
	static uint32_t words[WORDS];

	for (unsigned i = 0; i < WORDS; i++)
		words[i] = 0x91000400; /* ADD X0, X0, #1 */

	struct board *board = board_running(words, WORDS, _i != 0);

	for (uint64_t sum = 0, n = 1; sum + n < WORDS; n += 977) {
		ck_assert_int_eq(cpu_run(board->cpu, n).reason, CPU_LIMIT);
		sum += n;
		ck_assert_uint_eq(cpu_x(board->cpu, 0), sum);
		ck_assert_uint_eq(cpu_pc(board->cpu).value, RAM_BASE + 4 * sum);
		ck_assert_uint_eq(insns(board->cpu), sum);
	}
	board_free(board);
}
END_TEST

START_TEST(limit_of_zero_runs_nothing)
{
	struct board *board = board_running(loops[1].words, loops[1].count, false);

	ck_assert_int_eq(cpu_run(board->cpu, 0).reason, CPU_LIMIT);
	ck_assert_uint_eq(insns(board->cpu), 0);
	ck_assert_uint_eq(cpu_counts(board->cpu)->fetch[2], 0);
	board_free(board);
}
END_TEST

START_TEST(interrupt_ends_the_run)
{
	struct board *board = board_running(loops[0].words, loops[0].count, false);

	cpu_interrupt(board->cpu);
	ck_assert_int_eq(cpu_run(board->cpu, UINT64_MAX).reason, CPU_INTERRUPTED);
	ck_assert_int_eq(cpu_run(board->cpu, 10).reason, CPU_LIMIT);
	board_free(board);
}
END_TEST

/* A vector that faults itself: here neither the first instruction nor VBAR is memory. */
START_TEST(recurring_exceptions_end_the_run)
{
	struct board *board = board_running(loops[0].words, loops[0].count, false);

	cpu_set_pc(board->cpu, (va_t){0x1000});
	ck_assert_int_eq(cpu_run(board->cpu, 1000).reason, CPU_LOCKED);
	ck_assert_uint_eq(insns(board->cpu), 0);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ stack */

static void *run_long(void *ctx)
{
	struct board *board = ctx;

	cpu_run(board->cpu, 100000000);
	return NULL;
}

/* If one handler in a loop kept a frame, 64 KiB would be gone after a few thousand rounds. */
START_TEST(a_hundred_million_instructions_need_no_stack)
{
	static const uint32_t words[] = {
		0x10000000 | 8 << 5 | 1, /* ADR X1, .+32: data */
		0xf9400022,              /* 1: LDR X2, [X1] */
		0x91000442,              /* ADD X2, X2, #1 */
		0xf9000022,              /* STR X2, [X1] */
		0xeb00005f,              /* CMP X2, X0 */
		0x9a820000,              /* CSEL X0, X0, X2, EQ */
		0x17fffffb,              /* B 1 */
		0xd503201f,
		0,
		0,
	};
	struct board *board = board_running(words, sizeof(words) / sizeof(words[0]), false);
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	ck_assert_int_eq(pthread_attr_setstacksize(&attributes, 65536), 0);
	ck_assert_int_eq(pthread_create(&thread, &attributes, run_long, board), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_uint_eq(insns(board->cpu), 100000000);
	/* 99,999,999 instructions behind the ADR are 16,666,666 rounds and three: LDR, ADD, STR of
	 * the next. */
	ck_assert_uint_eq(cpu_x(board->cpu, 2), 16666667);
	board_free(board);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu/budget");
	TCase *budget = tcase_create("budget");

	tcase_set_timeout(budget, 300);
	tcase_add_loop_test(budget, limit_is_exact, 0, LOOPS);
	tcase_add_loop_test(budget, limit_is_exact_without_branches, 0, 2);
	tcase_add_test(budget, limit_of_zero_runs_nothing);
	tcase_add_test(budget, interrupt_ends_the_run);
	tcase_add_test(budget, recurring_exceptions_end_the_run);
	tcase_add_test(budget, a_hundred_million_instructions_need_no_stack);
	suite_add_tcase(suite, budget);
	return board_run_suite(suite);
}
