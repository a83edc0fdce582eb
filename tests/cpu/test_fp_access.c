/*
 * Suite cpu/fp_access: CheckFPAdvSIMDEnabled64() at each exception level, by CPACR_EL1.FPEN,
 * CPTR_EL2 in both layouts and HCR_EL2.{E2H,TGE}.
 */
#include "tests/cpu/host_board.h"

#define VECTORS_EL1 UINT64_C(0x40010000)
#define VECTORS_EL2 UINT64_C(0x40020000)

#define FPEN(n) ((uint64_t)(n) << 20)
#define TFP     (1 << 10)
#define TCPAC   (UINT64_C(1) << 31)
#define FP      0x1fe00000 /* EC 0x07, IL, CV, COND 0b1110 */
#define UNDEF   0x02000000

#define MRS_FPCR  0xd53b4400 /* MRS X0, FPCR */
#define MSR_FPSR  0xd51b4420 /* MSR FPSR, X0 */
#define FMOV      0x1e604020
#define LDR_Q     0x3dc00020
#define ADD_4S    0x4ea28420
#define MRS_CPACR 0xd5381040 /* MRS X0, CPACR_EL1 */
#define MSR_CPACR 0xd5181040 /* MSR CPACR_EL1, X0 */

/* esr 0: completes. */
static const struct {
	const char *name;
	uint32_t word;
	uint8_t el;
	uint64_t hcr, cpacr, cptr;
	uint32_t esr;
	uint8_t target;
} rows[] = {
	{"EL0, FPEN 0", MRS_FPCR, 0, 0, FPEN(0), 0, FP, 1},
	{"EL0, FPEN 1", MRS_FPCR, 0, 0, FPEN(1), 0, FP, 1},
	{"EL0, FPEN 2", MRS_FPCR, 0, 0, FPEN(2), 0, FP, 1},
	{"EL0, FPEN 3", MRS_FPCR, 0, 0, FPEN(3), 0, 0, 0},
	{"EL0, FPEN 1, MSR FPSR", MSR_FPSR, 0, 0, FPEN(1), 0, FP, 1},
	{"EL1, FPEN 0", MRS_FPCR, 1, 0, FPEN(0), 0, FP, 1},
	{"EL1, FPEN 1", MRS_FPCR, 1, 0, FPEN(1), 0, 0, 0},
	{"EL1, FPEN 2", MSR_FPSR, 1, 0, FPEN(2), 0, FP, 1},
	{"EL1, FPEN 3", MSR_FPSR, 1, 0, FPEN(3), 0, 0, 0},
	{"EL2, FPEN 0", MRS_FPCR, 2, 0, FPEN(0), 0, 0, 0},
	{"EL0, TFP", MRS_FPCR, 0, 0, FPEN(3), TFP, FP, 2},
	{"EL0, FPEN 0, TFP", MRS_FPCR, 0, 0, FPEN(0), TFP, FP, 1},
	{"EL1, TFP", MRS_FPCR, 1, 0, FPEN(3), TFP, FP, 2},
	{"EL2, TFP", MRS_FPCR, 2, 0, FPEN(3), TFP, FP, 2},
	/* AdvSIMDFPAccessTrap: what would go to EL1 is unknown to EL2 under TGE. */
	{"EL0, FPEN 0, TGE", MRS_FPCR, 0, TGE, FPEN(0), 0, UNDEF, 2},
	{"EL0, FPEN 3, TGE", MRS_FPCR, 0, TGE, FPEN(3), 0, 0, 0},
	{"EL0, FPEN 3, TGE, TFP", MRS_FPCR, 0, TGE, FPEN(3), TFP, FP, 2},
	/* Instructions of SIMD&FP registers: FMOV D0, D1; LDR Q0, [X1]; ADD V0.4S, V1.4S, V2.4S. */
	{"FMOV at EL0, FPEN 1", FMOV, 0, 0, FPEN(1), 0, FP, 1},
	{"FMOV at EL0, FPEN 3", FMOV, 0, 0, FPEN(3), 0, 0, 0},
	{"FMOV at EL1, TFP", FMOV, 1, 0, FPEN(3), TFP, FP, 2},
	{"FMOV at EL2, TFP", FMOV, 2, 0, FPEN(3), TFP, FP, 2},
	{"FMOV at EL2, E2H, FPEN 1", FMOV, 2, E2H, 0, FPEN(1), 0, 0},
	{"LDR Q at EL1, FPEN 0", LDR_Q, 1, 0, FPEN(0), 0, FP, 1},
	{"LDR Q at EL1, FPEN 3", LDR_Q, 1, 0, FPEN(3), 0, 0, 0},
	{"ADD at EL0, FPEN 0, TGE", ADD_4S, 0, TGE, FPEN(0), 0, UNDEF, 2},
	{"ADD at EL0, E2H TGE, FPEN 1", ADD_4S, 0, E2H | TGE, FPEN(3), FPEN(1), FP, 2},
	/* E2H: CPTR_EL2 has the layout of CPACR_EL1, TFP is nothing there. */
	{"EL2, E2H, FPEN 0", MRS_FPCR, 2, E2H, 0, FPEN(0), FP, 2},
	{"EL2, E2H, FPEN 1", MRS_FPCR, 2, E2H, 0, FPEN(1), 0, 0},
	{"EL2, E2H, FPEN 2", MRS_FPCR, 2, E2H, 0, FPEN(2), FP, 2},
	{"EL2, E2H, FPEN 3, bit 10", MRS_FPCR, 2, E2H, 0, FPEN(3) | TFP, 0, 0},
	{"EL1, E2H, FPEN 3 and 0", MRS_FPCR, 1, E2H, FPEN(3), FPEN(0), FP, 2},
	{"EL1, E2H, FPEN 3 and 1", MRS_FPCR, 1, E2H, FPEN(3), FPEN(1), 0, 0},
	{"EL1, E2H, FPEN 0 and 0", MRS_FPCR, 1, E2H, FPEN(0), FPEN(0), FP, 1},
	{"EL0, E2H, FPEN 3 and 1", MRS_FPCR, 0, E2H, FPEN(3), FPEN(1), 0, 0},
	{"EL0, E2H, FPEN 3 and 2", MRS_FPCR, 0, E2H, FPEN(3), FPEN(2), FP, 2},
	{"EL0, E2H TGE, FPEN 0 and 3", MRS_FPCR, 0, E2H | TGE, FPEN(0), FPEN(3), 0, 0},
	{"EL0, E2H TGE, FPEN 3 and 1", MRS_FPCR, 0, E2H | TGE, FPEN(3), FPEN(1), FP, 2},
	{"EL2, E2H TGE, FPEN 1", MRS_FPCR, 2, E2H | TGE, 0, FPEN(1), 0, 0},
	/* TCPAC: EC 0x18 to EL2, of EL1's accesses. */
	{"MRS CPACR at EL1", MRS_CPACR, 1, 0, 0, 0, 0, 0},
	{"MRS CPACR at EL1, TCPAC", MRS_CPACR, 1, 0, 0, TCPAC, 0x62340401, 2},
	{"MSR CPACR at EL1, TCPAC", MSR_CPACR, 1, 0, 0, TCPAC, 0x62340400, 2},
	{"MSR CPACR at EL1, E2H, TCPAC", MSR_CPACR, 1, E2H, 0, TCPAC, 0x62340400, 2},
	{"MSR CPACR at EL2, TCPAC", MSR_CPACR, 2, 0, 0, TCPAC, 0, 0},
};

/* Handlers that stay where they are: B to itself. */
static void fill_vectors(struct board *board, uint64_t base)
{
	static const uint32_t stay = 0x14000000;

	for (uint64_t offset = 0; offset < 0x800; offset += 0x80)
		board_code(board, base + offset, &stay, 1);
}

static struct board *ready(struct cpu_config config, unsigned el)
{
	struct board *board = board_with(config, nw_has(&config.features, FEAT_EL2) ? 2 : 1);

	sysreg_write(board->cpu, SYSREG_VBAR_EL1, VECTORS_EL1);
	sysreg_write(board->cpu, SYSREG_VBAR_EL2, VECTORS_EL2);
	fill_vectors(board, VECTORS_EL1);
	fill_vectors(board, VECTORS_EL2);
	pstate_select(board->cpu, el, el != 0);
	return board;
}

START_TEST(access_is_allowed_or_trapped)
{
	struct board *board = ready(board_config("max"), rows[_i].el);
	struct cpu *cpu = board->cpu;
	bool el2 = rows[_i].target == 2;

	board_code(board, RAM_BASE, &rows[_i].word, 1);
	cpu_set_x(cpu, 1, RAM_BASE);
	sysreg_write(cpu, SYSREG_HCR_EL2, rows[_i].hcr);
	sysreg_write(cpu, SYSREG_CPACR_EL1, rows[_i].cpacr);
	sysreg_write(cpu, SYSREG_CPTR_EL2, rows[_i].cptr);

	struct cpu_stop stop = cpu_run(cpu, 1);

	if (rows[_i].esr == 0) {
		ck_assert_int_eq(stop.reason, CPU_LIMIT);
		ck_assert_msg(cpu_pc(cpu).value == RAM_BASE + 4, "%s", rows[_i].name);
	} else {
		uint64_t esr = cpu_sysreg(cpu, el2 ? "ESR_EL2" : "ESR_EL1");

		ck_assert_msg(esr == rows[_i].esr, "%s: 0x%llx", rows[_i].name,
			      (unsigned long long)esr);
		ck_assert_uint_eq(cpu_sysreg(cpu, el2 ? "ELR_EL2" : "ELR_EL1"), RAM_BASE);
		ck_assert_uint_eq(cpu_el(cpu), rows[_i].target);
	}
	board_free(board);
}
END_TEST

/* In a run: what a write of CPACR_EL1 or CPTR_EL2 allows and forbids counts at once. */
static const struct {
	uint32_t on, off;
	uint64_t allowed, forbidden;
	unsigned el;
} writes[] = {
	{0xd5181042, 0xd5181043, FPEN(3), FPEN(0), 1}, /* MSR CPACR_EL1, X2; X3 */
	{0xd51c1142, 0xd51c1143, 0x33ff, 0x37ff, 2},   /* MSR CPTR_EL2, X2; X3 */
};

START_TEST(writes_count_at_once)
{
	const uint32_t code[] = {writes[_i].on, FMOV, FMOV, writes[_i].off, FMOV};
	struct cpu_config config = board_config("max");

	config.tlb_off = false;
	config.l1i = config.l1d = (struct tlb_shape){.entries = 48};

	struct board *board = ready(config, writes[_i].el);
	struct cpu *cpu = board->cpu;

	board_code(board, RAM_BASE, code, 5);
	for (unsigned n = 0; n < 2; n++) {
		pstate_select(cpu, writes[_i].el, true);
		cpu_set_pc(cpu, (va_t){RAM_BASE});
		cpu_set_x(cpu, 2, writes[_i].allowed);
		cpu_set_x(cpu, 3, writes[_i].forbidden);
		cpu_run(cpu, 5000);
		ck_assert_uint_eq(cpu_sysreg(cpu, _i == 0 ? "ESR_EL1" : "ESR_EL2"), FP);
		ck_assert_uint_eq(cpu_sysreg(cpu, _i == 0 ? "ELR_EL1" : "ELR_EL2"), RAM_BASE + 16);
	}
	board_free(board);
}
END_TEST

/* Without EL2 nothing of CPTR_EL2 is there. */
START_TEST(without_el2_cpacr_decides)
{
	static const uint32_t word = MRS_FPCR;
	struct cpu_config config = board_config("max");

	nw_switch(&config.features, FEAT_EL2, false);

	struct board *board = ready(config, 0);

	board_code(board, RAM_BASE, &word, 1);
	sysreg_write(board->cpu, SYSREG_CPACR_EL1, FPEN(_i == 0 ? 1 : 3));
	cpu_run(board->cpu, 1);
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "ESR_EL1"), _i == 0 ? FP : 0);
	board_free(board);
}
END_TEST

START_TEST(without_fp_its_registers_are_undefined)
{
	static const uint32_t word = MRS_FPCR;
	struct cpu_config config = board_config("max");

	nw_switch(&config.features, FEAT_FP, false);

	struct board *board = ready(config, 1);

	board_code(board, RAM_BASE, &word, 1);
	cpu_run(board->cpu, 1);
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "ESR_EL1"), UNDEF);
	board_free(board);
}
END_TEST

/* FPCR and FPSR keep the fields that there are. */
static const struct {
	enum sysreg reg;
	bool fp16;
	uint64_t kept;
} kept[] = {
	{SYSREG_FPCR, true, 0x07ff0000}, /* AHP DN FZ RMode Stride FZ16 Len */
	{SYSREG_FPCR, false, 0x07f70000},
	{SYSREG_FPSR, true, 0x0800009f}, /* QC IDC IXC UFC OFC DZC IOC */
};

START_TEST(write_keeps_the_fields)
{
	struct cpu_config config = board_config("max");

	nw_switch(&config.features, FEAT_FP16, kept[_i].fp16);

	struct board *board = board_with(config, 1);

	sysreg_write(board->cpu, kept[_i].reg, ~UINT64_C(0));
	ck_assert_uint_eq(sysreg_read(board->cpu, kept[_i].reg), kept[_i].kept);
	sysreg_write(board->cpu, kept[_i].reg, 0);
	ck_assert_uint_eq(sysreg_read(board->cpu, kept[_i].reg), 0);
	board_free(board);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu/fp_access");
	TCase *tcase = tcase_create("fp_access");

	tcase_add_loop_test(tcase, access_is_allowed_or_trapped, 0, ROWS(rows));
	tcase_add_loop_test(tcase, writes_count_at_once, 0, ROWS(writes));
	tcase_add_loop_test(tcase, without_el2_cpacr_decides, 0, 2);
	tcase_add_test(tcase, without_fp_its_registers_are_undefined);
	tcase_add_loop_test(tcase, write_keeps_the_fields, 0, ROWS(kept));
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
