/*
 * Suite cpu/mops: memory copy and set where they fault, and go on; what they count. What they do is
 * compared with QEMU by tests/bare/mops.c.
 */
#include "tests/cpu/host_board.h"

#define VECTORS UINT64_C(0x40010000)
#define DATA    (RAM_BASE + UINT64_C(0x100000))
#define END     (RAM_BASE + RAM_SIZE) /* nothing answers here */
#define MSCEN   (UINT64_C(1) << 33)

/* X0: destination, X1: source or data, X2: size. */
#define CPYFP 0x19010440
#define CPYFM 0x19410440
#define CPYFE 0x19810440
#define CPYP  0x1d010440
#define CPYM  0x1d410440
#define SETP  0x19c10440
#define SETM  0x19c14440
#define SETE  0x19c18440

static struct board *ready(unsigned el)
{
	static const uint32_t stay = 0x14000000;
	struct board *board = board_new("max", 2);
	struct cpu *cpu = board->cpu;

	for (uint64_t offset = 0; offset < 0x800; offset += 0x80)
		board_code(board, VECTORS + offset, &stay, 1);
	sysreg_write(cpu, SYSREG_VBAR_EL1, VECTORS);
	sysreg_write(cpu, SYSREG_VBAR_EL2, VECTORS);
	sysreg_write(cpu, SYSREG_HCRX_EL2, 1 << 11);
	sysreg_write(cpu, SYSREG_SCTLR_EL1, MSCEN);
	for (unsigned i = 0; i < 32768; i++)
		board->ram[DATA - RAM_BASE + i] = (uint8_t)(i * 7 + (i >> 8));
	pstate_select(cpu, el, el != 0);
	return board;
}

/* One instruction anew at RAM_BASE: completed or not. */
static bool run(struct board *board, uint32_t word, uint64_t x0, uint64_t x1, uint64_t x2)
{
	board_code(board, RAM_BASE, &word, 1);
	cpu_set_pc(board->cpu, (va_t){RAM_BASE});
	cpu_set_x(board->cpu, 0, x0);
	cpu_set_x(board->cpu, 1, x1);
	cpu_set_x(board->cpu, 2, x2);
	cpu_run(board->cpu, 1);
	return cpu_pc(board->cpu).value == RAM_BASE + 4;
}

static void check_registers(const struct board *board, uint64_t x0, uint64_t x1, uint64_t x2)
{
	ck_assert_uint_eq(cpu_x(board->cpu, 0), x0);
	ck_assert_uint_eq(cpu_x(board->cpu, 1), x1);
	ck_assert_uint_eq(cpu_x(board->cpu, 2), x2);
}

/* The registers of what is done say how to go on; Option A: those of the main part are the ends. */
START_TEST(fault_of_a_set_leaves_what_is_done)
{
	struct board *board = ready(1);

	/* 100 bytes are there; the prologue's registers still have the format it began with. */
	ck_assert(run(board, SETP, END - 100, 0xab, 10000));
	check_registers(board, END - 100 + 10000, 0xab, -UINT64_C(9900));
	ck_assert(!run(board, SETM, END - 100 + 10000, 0xab, -UINT64_C(9900)));
	/* Data Abort, same EL, synchronous External abort, WnR */
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "ESR_EL1"), 0x96000050);
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "FAR_EL1"), END);
	check_registers(board, END - 100 + 10000, 0xab, -UINT64_C(9900));
	for (unsigned i = 1; i <= 100; i++)
		ck_assert_uint_eq(board->ram[RAM_SIZE - i], 0xab);
	board_free(board);
}
END_TEST

START_TEST(fault_in_the_main_part_keeps_whole_pieces)
{
	struct board *board = ready(1);

	ck_assert(!run(board, SETM, END + 4096, 0x55, -UINT64_C(12288)));
	check_registers(board, END + 4096, 0x55, -UINT64_C(4096));
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "FAR_EL1"), END);
	ck_assert_uint_eq(board->ram[RAM_SIZE - 8192], 0x55);
	ck_assert_uint_eq(board->ram[RAM_SIZE - 1], 0x55);
	board_free(board);
}
END_TEST

START_TEST(fault_of_a_copy_is_of_the_side_that_has_it)
{
	struct board *board = ready(1);

	ck_assert(!run(board, CPYFP, DATA, END, 10));
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "ESR_EL1"), 0x96000010);
	check_registers(board, DATA, END, 10);
	ck_assert(!run(board, CPYFP, END, DATA, 10));
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "ESR_EL1"), 0x96000050);
	check_registers(board, END, DATA, 10);
	/* Backward, from the upper end: the part below the end of RAM comes last. */
	ck_assert(!run(board, CPYP, END - 4096 + 64, END - 4096, 4196));
	check_registers(board, END - 4096 + 64, END - 4096, 4196);
	board_free(board);
}
END_TEST

/* A size with bit 63 set is the largest there is, and of CPYP one of 55 bits. */
START_TEST(size_is_limited)
{
	struct board *board = ready(1);

	ck_assert(run(board, CPYFP, DATA, DATA + 16384, UINT64_MAX));
	check_registers(board, DATA + 4096 + 0x7fffffffffffefff,
			DATA + 16384 + 4096 + 0x7fffffffffffefff, -UINT64_C(0x7fffffffffffefff));
	ck_assert(run(board, CPYP, DATA, DATA + 16384, UINT64_MAX));
	check_registers(board, DATA + 4096 + 0x007fffffffffefff,
			DATA + 16384 + 4096 + 0x007fffffffffefff, -UINT64_C(0x007fffffffffefff));
	board_free(board);
}
END_TEST

/* One access a page: of each side. */
START_TEST(accesses_are_counted_by_page)
{
	struct board *board = ready(1);
	const struct cpu_counts *counts = cpu_counts(board->cpu);

	ck_assert(run(board, CPYFM, DATA + 12288, DATA + 28672, -UINT64_C(12288)));
	counts = cpu_counts(board->cpu);
	ck_assert_uint_eq(counts->load[1], 3);
	ck_assert_uint_eq(counts->store[1], 3);
	ck_assert(run(board, SETE, DATA + 5000, 0, -UINT64_C(4000)));
	counts = cpu_counts(board->cpu);
	ck_assert_uint_eq(counts->load[1], 3);
	ck_assert_uint_eq(counts->store[1], 5);
	board_free(board);
}
END_TEST

/* Code that is copied over is executed as it is now. */
START_TEST(copied_code_is_executed)
{
	static const uint32_t program[] = {CPYFP, CPYFM, CPYFE, 0xd2800023, /* MOV X3, #1 */
					   0x17fffffc};                     /* B to the start */
	static const uint32_t other = 0xd2800043;                           /* MOV X3, #2 */
	struct board *board = ready(1);

	board_code(board, RAM_BASE, program, 5);
	board_code(board, DATA, &other, 1);
	cpu_run(board->cpu, 4);
	ck_assert_uint_eq(cpu_x(board->cpu, 3), 1);
	cpu_set_x(board->cpu, 0, RAM_BASE + 12);
	cpu_set_x(board->cpu, 1, DATA);
	cpu_set_x(board->cpu, 2, 4);
	cpu_run(board->cpu, 5000);
	ck_assert_uint_eq(cpu_x(board->cpu, 3), 2);
	board_free(board);
}
END_TEST

START_TEST(without_the_feature_or_its_enables_it_is_undefined)
{
	struct board *board = ready((unsigned)_i);

	sysreg_write(board->cpu, _i == 0 ? SYSREG_SCTLR_EL1 : SYSREG_HCRX_EL2, 0);
	ck_assert(!run(board, SETP, DATA, 0, 1));
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "ESR_EL1"), 0x02000000);
	board_free(board);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu/mops");
	TCase *tcase = tcase_create("mops");

	tcase_add_test(tcase, fault_of_a_set_leaves_what_is_done);
	tcase_add_test(tcase, fault_in_the_main_part_keeps_whole_pieces);
	tcase_add_test(tcase, fault_of_a_copy_is_of_the_side_that_has_it);
	tcase_add_test(tcase, size_is_limited);
	tcase_add_test(tcase, accesses_are_counted_by_page);
	tcase_add_test(tcase, copied_code_is_executed);
	tcase_add_loop_test(tcase, without_the_feature_or_its_enables_it_is_undefined, 0, 2);
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
