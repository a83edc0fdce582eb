/*
 * Suite cpu/bti: PSTATE.BTYPE by branches, with decoded ops, without, and stepping. What it is
 * compatible with is compared with QEMU by tests/bare/bti.c.
 */
#include "tests/cpu/host_board.h"

#define GB      UINT64_C(0x40000000)
#define TABLE   (RAM_BASE + 0x20000)
#define VECTORS (RAM_BASE + 0x10000)
#define TARGET  UINT64_C(0x8000) /* offsets of code in RAM */
#define GP      (UINT64_C(1) << 50)
#define NOWHERE (UINT64_C(5) * GB)

/* EL1: views of RAM by GB; 1 plain, 2 guarded. Vectors stay where they are, in the plain view. */
static struct board *ready(unsigned how, unsigned choice)
{
	static const uint32_t stay = 0x14000000;
	struct cpu_config config = board_config("max");

	config.tlb_off = how == 1;
	config.slow = how == 1;
	config.observed = how == 2;
	config.l1i = config.l1d = (struct tlb_shape){.entries = 48};
	config.choices.of[CHOICE_EXCEPTION_BTYPE] = (uint8_t)choice;

	struct board *board = board_with(config, 2);
	struct cpu *cpu = board->cpu;

	for (uint64_t offset = 0; offset < 0x800; offset += 0x80)
		board_code(board, VECTORS + offset, &stay, 1);
	board_poke(board, TABLE + 8, GB | 0x701);
	board_poke(board, TABLE + 16, GB | 0x701 | GP);
	sysreg_write(cpu, SYSREG_VBAR_EL1, VECTORS);
	sysreg_write(cpu, SYSREG_TTBR0_EL1, TABLE);
	sysreg_write(cpu, SYSREG_TCR_EL1, 0x80803519);
	sysreg_write(cpu, SYSREG_MAIR_EL1, 0xff);
	sysreg_write(cpu, SYSREG_SCTLR_EL1, 0x30d00801);
	pstate_select(cpu, 1, true);
	return board;
}

#define BR   0xd61f0000 /* X0 */
#define BR16 0xd61f0200
#define BLR  0xd63f0000
#define RET  0xd65f0000
#define NOP  0xd503201f
#define BRK  0xd4200000
#define BTIC 0xd503245f
#define SVC  0xd4000001
#define LDR  0xf9400022 /* LDR X2, [X1]: X1 is nowhere */

/* From a view to another: SPSR_EL1.BTYPE and ESR_EL1.EC of the exception that follows. */
static const struct {
	const char *name;
	uint32_t branch, words[2];
	uint8_t from, to, choice;
	uint8_t btype, ec;
} rows[] = {
	{"BR to BRK", BR, {BRK}, 1, 1, 0, 1, 0x3c},
	{"BR to BRK, from guarded", BR, {BRK}, 2, 1, 0, 3, 0x3c},
	{"BR X16 to BRK, from guarded", BR16, {BRK}, 2, 1, 0, 1, 0x3c},
	{"BLR to BRK", BLR, {BRK}, 1, 1, 0, 2, 0x3c},
	{"RET to BRK", RET, {BRK}, 2, 2, 0, 0, 0x3c},
	{"BLR to NOP, guarded", BLR, {NOP, BRK}, 1, 2, 0, 2, 0x0d},
	{"BR to NOP, guarded", BR, {NOP, BRK}, 2, 2, 0, 3, 0x0d},
	{"BLR to BTI c, BRK", BLR, {BTIC, BRK}, 2, 2, 0, 0, 0x3c},
	{"BR to BTI c", BR, {BTIC, BRK}, 2, 2, 0, 3, 0x0d},
	{"BR X16 to BTI c, BRK", BR16, {BTIC, BRK}, 2, 2, 0, 0, 0x3c},
	{"BR to NOP, BRK", BR, {NOP, BRK}, 2, 1, 0, 0, 0x3c},
	{"RET to NOP, guarded", RET, {NOP, BRK}, 1, 2, 0, 0, 0x3c},
	{"BLR to SVC", BLR, {SVC}, 1, 1, 0, 2, 0x15},
	{"BLR to SVC, zero", BLR, {SVC}, 1, 1, 1, 0, 0x15},
	{"BLR to LDR", BLR, {LDR}, 1, 1, 0, 2, 0x25},
	{"BLR to LDR, zero", BLR, {LDR}, 1, 1, 1, 0, 0x25},
	{"BLR to BRK, zero", BLR, {BRK}, 1, 1, 1, 2, 0x3c},
};

enum { HOWS = 3 };

START_TEST(branch_types_its_target)
{
	const size_t i = (size_t)_i / HOWS;
	struct board *board = ready((unsigned)_i % HOWS, rows[i].choice);
	struct cpu *cpu = board->cpu;
	uint64_t target = rows[i].to * GB + TARGET;

	board_code(board, RAM_BASE, &rows[i].branch, 1);
	board_code(board, RAM_BASE + TARGET, rows[i].words, 2);
	cpu_set_x(cpu, 0, target);
	cpu_set_x(cpu, 1, NOWHERE);
	cpu_set_x(cpu, 16, target);
	/* Twice: then its ops are decoded, and the filter knows the pages. */
	for (unsigned n = 0; n < 2; n++) {
		pstate_select(cpu, 1, true);
		cpu_set_pc(cpu, (va_t){rows[i].from * GB});
		cpu_run(cpu, 2000);

		uint64_t spsr = cpu_sysreg(cpu, "SPSR_EL1"), esr = cpu_sysreg(cpu, "ESR_EL1");

		ck_assert_msg((spsr >> 10 & 3) == rows[i].btype && esr >> 26 == rows[i].ec,
			      "%s: SPSR 0x%llx ESR 0x%llx", rows[i].name, (unsigned long long)spsr,
			      (unsigned long long)esr);
		if (rows[i].ec == 0x0d)
			ck_assert_uint_eq(esr & 0x1ffffff, rows[i].btype);
		ck_assert_uint_eq(cpu_pstate(cpu) >> 10 & 3, 0);
	}
	board_free(board);
}
END_TEST

START_TEST(fetch_fault_has_the_type_of_the_branch)
{
	static const uint32_t words[] = {BLR};
	struct board *board = ready((unsigned)_i, 0);

	board_code(board, RAM_BASE, words, 1);
	cpu_set_x(board->cpu, 0, NOWHERE);
	cpu_set_pc(board->cpu, (va_t){GB});
	cpu_run(board->cpu, 10);
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "ESR_EL1") >> 26, 0x21);
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "SPSR_EL1") >> 10 & 3, 2);
	board_free(board);
}
END_TEST

/* A run that ends behind the branch keeps its type. */
START_TEST(type_outlives_a_run)
{
	static const uint32_t branch = BLR, nop = NOP;
	struct board *board = ready((unsigned)_i, 0);
	struct cpu *cpu = board->cpu;

	board_code(board, RAM_BASE, &branch, 1);
	board_code(board, RAM_BASE + TARGET, &nop, 1);
	cpu_set_x(cpu, 0, 2 * GB + TARGET);
	cpu_set_pc(cpu, (va_t){GB});
	ck_assert_int_eq(cpu_run(cpu, 1).reason, CPU_LIMIT);
	ck_assert_uint_eq(cpu_pstate(cpu) >> 10 & 3, 2);
	cpu_run(cpu, 1);
	ck_assert_uint_eq(cpu_sysreg(cpu, "ESR_EL1"), 0x36000002);
	board_free(board);
}
END_TEST

START_TEST(without_the_feature_pages_are_not_guarded)
{
	static const uint32_t branch = BLR, nop = NOP;
	struct board *board = ready(0, 0);
	struct cpu *cpu = board->cpu;

	nw_switch(&cpu->config.features, FEAT_BTI, false);
	board_code(board, RAM_BASE, &branch, 1);
	board_code(board, RAM_BASE + TARGET, &nop, 1);
	cpu_set_x(cpu, 0, 2 * GB + TARGET);
	cpu_set_pc(cpu, (va_t){GB});
	ck_assert_int_eq(cpu_run(cpu, 2).reason, CPU_LIMIT);
	ck_assert_uint_eq(cpu_pc(cpu).value, 2 * GB + TARGET + 4);
	board_free(board);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu/bti");
	TCase *tcase = tcase_create("bti");

	tcase_add_loop_test(tcase, branch_types_its_target, 0, ROWS(rows) * HOWS);
	tcase_add_loop_test(tcase, fetch_fault_has_the_type_of_the_branch, 0, HOWS);
	tcase_add_loop_test(tcase, type_outlives_a_run, 0, HOWS);
	tcase_add_test(tcase, without_the_feature_pages_are_not_guarded);
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
