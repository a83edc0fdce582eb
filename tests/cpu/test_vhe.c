/*
 * FEAT_VHE: names of registers, and what writes to them keep. Rules: DDI 0487, "System and
 * Special-purpose register redirection", and the access pseudocode of each register.
 */
#include "tests/cpu/host_board.h"

#include "a64.h"
#include "cpu/exception.h"
#include "cpu/system.h"

/* ------------------------------------------------------------------ redirection */

/* The encoding of the name at EL1 (or EL0), and that of the same register from EL2 with E2H=1. */
static const struct {
	const char *el1, *el2;
	uint32_t key, key12;
	bool empty; /* all RES0: only that it exists can be told */
} redirected[] = {
	{"SCTLR_EL1", "SCTLR_EL2", SYSREG_KEY(3, 0, 1, 0, 0), SYSREG_KEY(3, 5, 1, 0, 0), false},
	{"CPACR_EL1", "CPTR_EL2", SYSREG_KEY(3, 0, 1, 0, 2), SYSREG_KEY(3, 5, 1, 0, 2), false},
	{"TTBR0_EL1", "TTBR0_EL2", SYSREG_KEY(3, 0, 2, 0, 0), SYSREG_KEY(3, 5, 2, 0, 0), false},
	{"TTBR1_EL1", "TTBR1_EL2", SYSREG_KEY(3, 0, 2, 0, 1), SYSREG_KEY(3, 5, 2, 0, 1), false},
	{"TCR_EL1", "TCR_EL2", SYSREG_KEY(3, 0, 2, 0, 2), SYSREG_KEY(3, 5, 2, 0, 2), false},
	{"SPSR_EL1", "SPSR_EL2", SYSREG_KEY(3, 0, 4, 0, 0), SYSREG_KEY(3, 5, 4, 0, 0), false},
	{"ELR_EL1", "ELR_EL2", SYSREG_KEY(3, 0, 4, 0, 1), SYSREG_KEY(3, 5, 4, 0, 1), false},
	{"AFSR0_EL1", "AFSR0_EL2", SYSREG_KEY(3, 0, 5, 1, 0), SYSREG_KEY(3, 5, 5, 1, 0), true},
	{"AFSR1_EL1", "AFSR1_EL2", SYSREG_KEY(3, 0, 5, 1, 1), SYSREG_KEY(3, 5, 5, 1, 1), true},
	{"ESR_EL1", "ESR_EL2", SYSREG_KEY(3, 0, 5, 2, 0), SYSREG_KEY(3, 5, 5, 2, 0), false},
	{"FAR_EL1", "FAR_EL2", SYSREG_KEY(3, 0, 6, 0, 0), SYSREG_KEY(3, 5, 6, 0, 0), false},
	{"MAIR_EL1", "MAIR_EL2", SYSREG_KEY(3, 0, 10, 2, 0), SYSREG_KEY(3, 5, 10, 2, 0), false},
	{"AMAIR_EL1", "AMAIR_EL2", SYSREG_KEY(3, 0, 10, 3, 0), SYSREG_KEY(3, 5, 10, 3, 0), true},
	{"VBAR_EL1", "VBAR_EL2", SYSREG_KEY(3, 0, 12, 0, 0), SYSREG_KEY(3, 5, 12, 0, 0), false},
	{"CONTEXTIDR_EL1", "CONTEXTIDR_EL2", SYSREG_KEY(3, 0, 13, 0, 1), SYSREG_KEY(3, 5, 13, 0, 1),
	 false},
	{"CNTKCTL_EL1", "CNTHCTL_EL2", SYSREG_KEY(3, 0, 14, 1, 0), SYSREG_KEY(3, 5, 14, 1, 0),
	 false},
	{"CNTP_TVAL_EL0", "CNTHP_TVAL_EL2", SYSREG_KEY(3, 3, 14, 2, 0), SYSREG_KEY(3, 5, 14, 2, 0),
	 false},
	{"CNTP_CTL_EL0", "CNTHP_CTL_EL2", SYSREG_KEY(3, 3, 14, 2, 1), SYSREG_KEY(3, 5, 14, 2, 1),
	 false},
	{"CNTP_CVAL_EL0", "CNTHP_CVAL_EL2", SYSREG_KEY(3, 3, 14, 2, 2), SYSREG_KEY(3, 5, 14, 2, 2),
	 false},
	{"CNTV_TVAL_EL0", "CNTHV_TVAL_EL2", SYSREG_KEY(3, 3, 14, 3, 0), SYSREG_KEY(3, 5, 14, 3, 0),
	 false},
	{"CNTV_CTL_EL0", "CNTHV_CTL_EL2", SYSREG_KEY(3, 3, 14, 3, 1), SYSREG_KEY(3, 5, 14, 3, 1),
	 false},
	{"CNTV_CVAL_EL0", "CNTHV_CVAL_EL2", SYSREG_KEY(3, 3, 14, 3, 2), SYSREG_KEY(3, 5, 14, 3, 2),
	 false},
};

static void write_by(struct cpu *cpu, uint32_t key, uint64_t value)
{
	cpu->x[0] = value;
	ck_assert(is_done(sysreg_msr(cpu, key, 0)));
}

START_TEST(el1_name_means_the_register_of_el2)
{
	struct board *board = host_board(2, E2H);
	struct cpu *cpu = board->cpu;
	const char *el1 = redirected[_i].el1, *el2 = redirected[_i].el2;
	uint64_t before = cpu_sysreg(cpu, el1), zero;

	write_by(cpu, redirected[_i].key, 0);
	zero = cpu_sysreg(cpu, el2);
	write_by(cpu, redirected[_i].key, ~UINT64_C(0));
	ck_assert_msg(redirected[_i].empty || cpu_sysreg(cpu, el2) != zero, "%s", el2);
	ck_assert_msg(cpu_sysreg(cpu, el1) == before, "%s", el1);
	ck_assert_msg(read_by(cpu, redirected[_i].key) == cpu_sysreg(cpu, el2), "%s", el1);
	board_free(board);
}
END_TEST

START_TEST(el12_name_means_the_register_of_el1)
{
	struct board *board = host_board(2, E2H);
	struct cpu *cpu = board->cpu;
	const char *el1 = redirected[_i].el1, *el2 = redirected[_i].el2;
	uint64_t before, zero;

	write_by(cpu, redirected[_i].key12, 0);
	zero = cpu_sysreg(cpu, el1);
	before = cpu_sysreg(cpu, el2);
	write_by(cpu, redirected[_i].key12, ~UINT64_C(0));
	ck_assert_msg(redirected[_i].empty || cpu_sysreg(cpu, el1) != zero, "%s", el1);
	ck_assert_msg(cpu_sysreg(cpu, el2) == before, "%s", el2);
	ck_assert_msg(read_by(cpu, redirected[_i].key12) == cpu_sysreg(cpu, el1), "%s", el1);
	board_free(board);
}
END_TEST

/* At EL2 with E2H=0, and at EL1 and EL0 always. */
START_TEST(el12_name_is_undefined_elsewhere)
{
	static const struct {
		unsigned el;
		uint64_t hcr;
	} places[] = {{2, 0}, {2, TGE}, {1, 0}, {1, E2H}, {0, E2H | TGE}};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct board *board = host_board(places[i].el, places[i].hcr);
		struct cpu *cpu = board->cpu;

		ck_assert(is_undefined(cpu, sysreg_mrs(cpu, redirected[_i].key12, 0)));
		ck_assert(is_undefined(cpu, sysreg_msr(cpu, redirected[_i].key12, 0)));
		board_free(board);
	}
}
END_TEST

START_TEST(el1_name_means_itself_elsewhere)
{
	static const struct {
		unsigned el;
		uint64_t hcr;
	} places[] = {{2, 0}, {2, TGE}, {1, E2H}};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct board *board = host_board(places[i].el, places[i].hcr);
		struct cpu *cpu = board->cpu;
		uint64_t before = cpu_sysreg(cpu, redirected[_i].el2);

		sysreg_write(cpu, SYSREG_CNTHCTL_EL2, 0xc03);
		before = cpu_sysreg(cpu, redirected[_i].el2);
		write_by(cpu, redirected[_i].key, ~UINT64_C(0));
		ck_assert_msg(cpu_sysreg(cpu, redirected[_i].el2) == before, "%s",
			      redirected[_i].el2);
		board_free(board);
	}
}
END_TEST

/* Of EL0's, the timers are redirected by TGE. */
START_TEST(timers_of_el0_are_those_of_el2_under_tge)
{
	struct board *board = host_board(0, E2H | TGE);
	struct cpu *cpu = board->cpu;

	sysreg_write(cpu, SYSREG_CNTHCTL_EL2, 0x300);  /* EL0VTEN, EL0PTEN */
	write_by(cpu, SYSREG_KEY(3, 3, 14, 2, 2), 11); /* CNTP_CVAL_EL0 */
	write_by(cpu, SYSREG_KEY(3, 3, 14, 3, 2), 22); /* CNTV_CVAL_EL0 */
	ck_assert_uint_eq(cpu_sysreg(cpu, "CNTHP_CVAL_EL2"), 11);
	ck_assert_uint_eq(cpu_sysreg(cpu, "CNTHV_CVAL_EL2"), 22);
	ck_assert_uint_eq(cpu_sysreg(cpu, "CNTP_CVAL_EL0"), 0);
	ck_assert_uint_eq(cpu_sysreg(cpu, "CNTV_CVAL_EL0"), 0);
	board_free(board);
}
END_TEST

/* "PAR_EL1" and the like have no counterpart: they stay EL1's. */
START_TEST(other_registers_are_not_redirected)
{
	struct board *board = host_board(2, E2H);
	struct cpu *cpu = board->cpu;

	write_by(cpu, SYSREG_KEY(3, 0, 7, 4, 0), 0x123000); /* PAR_EL1 */
	write_by(cpu, SYSREG_KEY(3, 0, 13, 0, 4), 5);       /* TPIDR_EL1 */
	ck_assert_uint_eq(cpu_sysreg(cpu, "PAR_EL1"), 0x123000);
	ck_assert_uint_eq(cpu_sysreg(cpu, "TPIDR_EL1"), 5);
	ck_assert_uint_eq(cpu_sysreg(cpu, "TPIDR_EL2"), 0);
	board_free(board);
}
END_TEST

START_TEST(registers_of_vhe_need_it)
{
	static const uint32_t keys[] = {
		SYSREG_KEY(3, 4, 2, 0, 1),  /* TTBR1_EL2 */
		SYSREG_KEY(3, 4, 13, 0, 1), /* CONTEXTIDR_EL2 */
		SYSREG_KEY(3, 4, 14, 3, 1), /* CNTHV_CTL_EL2 */
		SYSREG_KEY(3, 5, 1, 0, 0),  /* SCTLR_EL12 */
	};
	struct board *with = host_board(2, E2H), *without = board_new("cortex-a53", 2);

	sysreg_write(without->cpu, SYSREG_HCR_EL2, E2H);
	ck_assert_uint_eq(cpu_sysreg(without->cpu, "HCR_EL2"), UINT64_C(1) << 31); /* RW */
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		ck_assert(is_done(sysreg_mrs(with->cpu, keys[i], 0)));
		ck_assert(is_undefined(without->cpu, sysreg_mrs(without->cpu, keys[i], 0)));
	}
	board_free(with);
	board_free(without);
}
END_TEST

/* ------------------------------------------------------------------ what writes keep */

/* Bits that only one of the two layouts has are kept in both (Glossary, "RES0", "RES1"). */
static const struct {
	const char *reg;
	enum sysreg number;
	uint64_t zeros, ones; /* what a write of 0 and of all ones leaves */
} kept[] = {
	/* RES1 in both: 11, 22, 28, 29; RES0 in both: 9, 10, 17, 21, 32, 34, 37 to 43 */
	{"SCTLR_EL2", SYSREG_SCTLR_EL2, 0x30400800, 0x0200101affddf9ff},
	/* RES0 in both: 6, 35, 53, 54, 57, 58, 60 to 63 */
	{"TCR_EL2", SYSREG_TCR_EL2, 0, 0x099ffff7ffffffbf},
	/* CPTR_EL2: TFP, FPEN, TCPAC, and the bits that E2H=0 makes RES1 */
	{"CPTR_EL2", SYSREG_CPTR_EL2, 0, 0x803037ff},
	{"CNTHCTL_EL2", SYSREG_CNTHCTL_EL2, 0, 0xfff},
	{"TTBR0_EL2", SYSREG_TTBR0_EL2, 0, ~UINT64_C(0)},
	{"TTBR1_EL2", SYSREG_TTBR1_EL2, 0, ~UINT64_C(0)},
	{"CONTEXTIDR_EL2", SYSREG_CONTEXTIDR_EL2, 0, 0xffffffff},
};

START_TEST(write_keeps_what_either_layout_has)
{
	for (unsigned e2h = 0; e2h < 2; e2h++) {
		struct board *board = host_board(2, e2h ? E2H : 0);
		struct cpu *cpu = board->cpu;

		sysreg_write(cpu, kept[_i].number, 0);
		ck_assert_msg(cpu_sysreg(cpu, kept[_i].reg) == kept[_i].zeros, "%s: 0x%llx",
			      kept[_i].reg, (unsigned long long)cpu_sysreg(cpu, kept[_i].reg));
		sysreg_write(cpu, kept[_i].number, ~UINT64_C(0));
		ck_assert_msg(cpu_sysreg(cpu, kept[_i].reg) == kept[_i].ones, "%s: 0x%llx",
			      kept[_i].reg, (unsigned long long)cpu_sysreg(cpu, kept[_i].reg));
		board_free(board);
	}
}
END_TEST

/* At reset E2H is 0, and the registers show the RES1 bits of its layout. */
START_TEST(reset_shows_the_layout_without_e2h)
{
	struct board *board = host_board(2, 0), *plain = board_new("cortex-a53", 2);
	static const char *const names[] = {"SCTLR_EL2", "TCR_EL2", "CPTR_EL2", "CNTHCTL_EL2"};
	static const uint64_t values[] = {0x30c50830, 0x80800000, 0x33ff, 3};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		ck_assert_uint_eq(cpu_sysreg(board->cpu, names[i]), values[i]);
		ck_assert_uint_eq(cpu_sysreg(plain->cpu, names[i]), values[i]);
	}
	board_free(board);
	board_free(plain);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu/vhe");
	TCase *tcase = tcase_create("vhe");

	tcase_add_loop_test(tcase, el1_name_means_the_register_of_el2, 0, ROWS(redirected));
	tcase_add_loop_test(tcase, el12_name_means_the_register_of_el1, 0, ROWS(redirected));
	tcase_add_loop_test(tcase, el12_name_is_undefined_elsewhere, 0, ROWS(redirected));
	tcase_add_loop_test(tcase, el1_name_means_itself_elsewhere, 0, ROWS(redirected));
	tcase_add_test(tcase, timers_of_el0_are_those_of_el2_under_tge);
	tcase_add_test(tcase, other_registers_are_not_redirected);
	tcase_add_test(tcase, registers_of_vhe_need_it);
	tcase_add_loop_test(tcase, write_keeps_what_either_layout_has, 0, ROWS(kept));
	tcase_add_test(tcase, reset_shows_the_layout_without_e2h);
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
