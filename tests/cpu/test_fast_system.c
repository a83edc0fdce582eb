/*
 * Suite cpu/fast_system: an MRS, MSR or TLBI that has executed once by its fast handler still traps
 * when it is executed where it may not be. Rules: DDI 0487, "HCR_EL2, Hypervisor Configuration
 * Register" (TRVM, TVM, TTLB), and the accessibility of the registers and of TLBI.
 */
#include "tests/cpu/board.h"

#include "cpu/cpu.h"
#include "cpu/exception.h"
#include "cpu/sysreg.h"

#define CODE        (RAM_BASE + 0x10000)
#define VECTORS_EL1 (RAM_BASE + 0x20000)
#define VECTORS_EL2 (RAM_BASE + 0x30000)
#define HERE        UINT32_C(0x14000000) /* b . */

/* Enough for the fast instantiation, which leaves the last thousand to the other one. */
enum { FAST_RUN = 5000 };

/* From EL and SPSel where the instruction is permitted to those, and the HCR_EL2, where it is not.
 */
static const struct row {
	const char *name;
	uint32_t word;
	uint8_t el, then_el;
	bool then_spsel;
	uint64_t then_hcr; /* beside RW */
	uint8_t target_el, ec;
} rows[] = {
	{"mrs x0, esr_el1 with TRVM", 0xd5385200, 1, 1, true, UINT64_C(1) << 30, 2, 0x18},
	{"msr esr_el1, x0 with TVM", 0xd5185200, 1, 1, true, UINT64_C(1) << 26, 2, 0x18},
	{"mrs x0, sp_el0 in use", 0xd5384100, 1, 1, false, 0, 1, 0},
	{"mrs x0, elr_el1 at EL0", 0xd5384020, 1, 0, false, 0, 1, 0},
	{"msr spsr_el1, x0 at EL0", 0xd5184000, 1, 0, false, 0, 1, 0},
	{"mrs x0, elr_el2 at EL1", 0xd53c4020, 2, 1, true, 0, 1, 0},
	{"tlbi vmalle1 with TTLB", 0xd508871f, 1, 1, true, UINT64_C(1) << 25, 2, 0x18},
	{"tlbi vmalle1 at EL0", 0xd508871f, 1, 0, false, 0, 1, 0},
	{"tlbi alle2 at EL1", 0xd50c871f, 2, 1, true, 0, 1, 0},
};
enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

static struct board *board_of(uint32_t word, bool slow)
{
	struct cpu_config config = board_config("max");
	const uint32_t code[] = {word, HERE}, vector = HERE;

	config.tlb_off = false;
	config.slow = slow;
	config.l1i = config.l1d = (struct tlb_shape){4, 0, 0};

	struct board *board = board_with(config, 2);

	board_code(board, CODE, code, 2);
	for (uint64_t offset = 0; offset < 0x800; offset += 0x80) {
		board_code(board, VECTORS_EL1 + offset, &vector, 1);
		board_code(board, VECTORS_EL2 + offset, &vector, 1);
	}
	sysreg_write(board->cpu, SYSREG_VBAR_EL1, VECTORS_EL1);
	sysreg_write(board->cpu, SYSREG_VBAR_EL2, VECTORS_EL2);
	return board;
}

static void run_at(struct cpu *cpu, unsigned el, bool spsel, uint64_t hcr)
{
	sysreg_write(cpu, SYSREG_HCR_EL2, UINT64_C(1) << 31 | hcr); /* RW */
	pstate_select(cpu, el, spsel);
	cpu_set_pc(cpu, (va_t){CODE});
	ck_assert_int_eq(cpu_run(cpu, FAST_RUN).reason, CPU_LIMIT);
}

START_TEST(what_was_permitted_once_still_traps)
{
	const struct row *row = &rows[_i / 2];
	struct board *board = board_of(row->word, _i % 2 != 0);
	struct cpu *cpu = board->cpu;
	bool el2 = row->target_el == 2;

	run_at(cpu, row->el, true, 0);
	ck_assert_msg(cpu_pc(cpu).value == CODE + 4, "%s: permitted: PC 0x%lx", row->name,
		      cpu_pc(cpu).value);

	run_at(cpu, row->then_el, row->then_spsel, row->then_hcr);
	ck_assert_msg((cpu_pc(cpu).value & ~UINT64_C(0x7ff)) == (el2 ? VECTORS_EL2 : VECTORS_EL1),
		      "%s: PC 0x%lx", row->name, cpu_pc(cpu).value);

	uint64_t esr = cpu->sysreg[el2 ? SYSREG_ESR_EL2 : SYSREG_ESR_EL1];

	ck_assert_msg(esr >> 26 == row->ec, "%s: ESR 0x%lx", row->name, esr);
	board_free(board);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu/fast_system");
	TCase *tcase = tcase_create("traps");

	tcase_add_loop_test(tcase, what_was_permitted_once_still_traps, 0, 2 * ROW_COUNT);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_ENV);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
