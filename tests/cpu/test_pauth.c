/*
 * Suite cpu/pauth: pointer authentication. The cipher against the vector of its author; codes
 * against what QEMU 7.2 (-cpu max, FEAT_PAuth) and 10.0 (-cpu max,pauth-qarma5=on,
 * FEAT_FPACCOMBINE) give.
 */
#include "tests/cpu/host_board.h"

#include "cpu/qarma.h"

#define VECTORS UINT64_C(0x40010000) /* of EL1 and EL2 */
#define API     (UINT64_C(1) << 41)
#define APK     (UINT64_C(1) << 40)
#define EN      (UINT64_C(1) << 31 | UINT64_C(1) << 30 | UINT64_C(1) << 27 | UINT64_C(1) << 13)
#define TBI     (UINT64_C(3) << 37)
#define TBID    (UINT64_C(3) << 51)
#define SIZES   UINT64_C(0x100010) /* T1SZ and T0SZ 16 */

/* Avanzi, "The QARMA Block Cipher Family", 2017: test vectors, sigma 2, five rounds. */
START_TEST(cipher_gives_the_published_text)
{
	ck_assert_uint_eq(qarma5(0xfb623599da6e8127, 0x477d469dec0b8762, 0x84be85ce9804e94b,
				 0xec2802d4e0a488e9),
			  0xc003b93999b33765);
}
END_TEST

enum level { PAUTH, FPAC, FPACCOMBINE };

static struct cpu_config config_of(enum level level)
{
	struct cpu_config config = board_config("max");

	nw_switch(&config.features, FEAT_FPACCOMBINE, level == FPACCOMBINE);
	nw_switch(&config.features, FEAT_FPAC, level != PAUTH);
	nw_switch(&config.features, FEAT_PAuth2, level != PAUTH);
	return config;
}

static struct board *ready(enum level level, unsigned el, uint64_t hcr, uint64_t tcr)
{
	static const uint32_t stay = 0x14000000;
	struct board *board = board_with(config_of(level), 2);
	struct cpu *cpu = board->cpu;

	for (uint64_t offset = 0; offset < 0x800; offset += 0x80)
		board_code(board, VECTORS + offset, &stay, 1);
	sysreg_write(cpu, SYSREG_VBAR_EL1, VECTORS);
	sysreg_write(cpu, SYSREG_VBAR_EL2, VECTORS);
	sysreg_write(cpu, SYSREG_HCR_EL2, hcr);
	sysreg_write(cpu, SYSREG_TCR_EL1, tcr);
	sysreg_write(cpu, SYSREG_SCTLR_EL1, EN);
	sysreg_write(cpu, SYSREG_SCTLR_EL2, EN);
	sysreg_write(cpu, SYSREG_APIAKeyHi_EL1, 0x84be85ce9804e94b);
	sysreg_write(cpu, SYSREG_APIAKeyLo_EL1, 0xec2802d4e0a488e9);
	sysreg_write(cpu, SYSREG_APGAKeyHi_EL1, 0x84be85ce9804e94b);
	sysreg_write(cpu, SYSREG_APGAKeyLo_EL1, 0xec2802d4e0a488e9);
	sysreg_write(cpu, SYSREG_APIBKeyHi_EL1, 0xfedcba9876543210);
	sysreg_write(cpu, SYSREG_APIBKeyLo_EL1, 0x0123456789abcdef);
	cpu_set_x(cpu, 1, 0x477d469dec0b8762);
	cpu_set_x(cpu, 2, 0x1000);
	pstate_select(cpu, el, el != 0);
	return board;
}

#define PACIA 0xdac10020 /* PACIA X0, X1 */
#define AUTIA 0xdac11020
#define AUTIB 0xdac11420
#define PACGA 0x9ac13000 /* PACGA X0, X0, X1 */
#define XPACI 0xdac143e0
#define NOP   0xd503201f

/* Two instructions at EL1; the pointer is in X0. */
static const struct {
	uint32_t words[2];
	enum level level;
	uint64_t tcr, pointer, result;
} codes[] = {
	{{PACGA, NOP}, PAUTH, SIZES, 0xfb623599da6e8127, 0xc003b93900000000},
	{{PACIA, NOP}, PAUTH, SIZES, 0x0000000012345678, 0xb67a000012345678},
	{{PACIA, NOP}, PAUTH, SIZES, 0x0000fedcba987654, 0xfa33fedcba987654},
	{{PACIA, NOP}, PAUTH, SIZES, 0xffffffff89abcdef, 0xf8c4ffff89abcdef},
	{{PACIA, NOP}, PAUTH, SIZES, 0x5a00000012345678, 0xf67a000012345678},
	{{PACIA, NOP}, PAUTH, SIZES, 0xff7fffff12345678, 0x50d8ffff12345678},
	{{PACIA, NOP}, PAUTH, SIZES, 0x8000000012345678, 0xcfd9000012345678},
	{{PACIA, NOP}, PAUTH, SIZES | TBI, 0x0000000012345678, 0x007a000012345678},
	{{PACIA, NOP}, PAUTH, SIZES | TBI, 0xffffffff89abcdef, 0xffc4ffff89abcdef},
	{{PACIA, NOP}, PAUTH, SIZES | TBI, 0x5a00000012345678, 0x5a6d000012345678},
	{{PACIA, NOP}, FPACCOMBINE, SIZES, 0xffffffff89abcdef, 0x07bbffff89abcdef},
	{{PACIA, NOP}, FPACCOMBINE, SIZES, 0x5a00000012345678, 0xec7a000012345678},
	{{PACIA, NOP}, FPACCOMBINE, SIZES, 0x8000000012345678, 0x0fd9000012345678},
	{{PACIA, AUTIA}, PAUTH, SIZES, 0xffffffff89abcdef, 0xffffffff89abcdef},
	{{PACIA, AUTIA}, FPACCOMBINE, SIZES, 0x0000fedcba987654, 0x0000fedcba987654},
	{{PACIA, XPACI}, FPACCOMBINE, SIZES, 0x0000fedcba987654, 0x0000fedcba987654},
	/* The error code 0b10 of key B at bits 62 and 61. */
	{{PACIA, AUTIB}, PAUTH, SIZES, 0x0000fedcba987654, 0x4000fedcba987654},
	{{PACIA, AUTIB}, PAUTH, SIZES, 0xffffffff89abcdef, 0xdfffffff89abcdef},
	/*
	 * Bits 63 and 55 differ, TBID takes the tag out of instructions, and T1SZ is 25, T0SZ 16:
	 * the half is that of bit 63, and so is the size of the field (AddPAC(); by a model of its
	 * pseudocode, for QEMU takes the size of the other half).
	 */
	{{PACIA, NOP}, PAUTH, 25 << 16 | 16 | TBI | TBID, 0xff7fffff12345678, 0x50d8517f12345678},
	{{PACIA, NOP}, FPAC, 25 << 16 | 16 | TBI | TBID, 0xff7fffff12345678, 0xefa7aeff12345678},
};

START_TEST(pointer_gets_its_code)
{
	struct board *board = ready(codes[_i].level, 1, API, codes[_i].tcr);

	board_code(board, RAM_BASE, codes[_i].words, 2);
	cpu_set_x(board->cpu, 0, codes[_i].pointer);
	ck_assert_int_eq(cpu_run(board->cpu, 2).reason, CPU_LIMIT);
	ck_assert_uint_eq(cpu_pc(board->cpu).value, RAM_BASE + 8);
	ck_assert_msg(cpu_x(board->cpu, 0) == codes[_i].result, "0x%llx",
		      (unsigned long long)cpu_x(board->cpu, 0));
	board_free(board);
}
END_TEST

/* X0: a pointer without a code. esr 0: completes. */
static const struct {
	const char *name;
	uint32_t word;
	enum level level;
	uint8_t el;
	uint64_t hcr;
	uint32_t esr;
	uint8_t target;
} traps[] = {
	{"AUTIA, FPAC", AUTIA, FPAC, 1, API, 0x72000000, 1},
	{"AUTIB, FPAC", AUTIB, FPAC, 1, API, 0x72000001, 1},
	{"AUTIA at EL0, FPAC", AUTIA, FPAC, 0, API, 0x72000000, 1},
	{"AUTIA at EL0, FPAC, TGE", AUTIA, FPAC, 0, API | TGE, 0x72000000, 2},
	{"AUTIA at EL2, FPAC", AUTIA, FPAC, 2, 0, 0x72000000, 2},
	{"AUTDA X0, X1, FPAC", 0xdac11820, FPAC, 1, API, 0x72000002, 1},
	{"AUTDB X0, X1, FPAC", 0xdac11c20, FPAC, 1, API, 0x72000003, 1},
	{"BRAA X0, X1, FPACCOMBINE", 0xd71f0801, FPACCOMBINE, 1, API, 0x72000000, 1},
	{"RETAB, FPACCOMBINE", 0xd65f0fff, FPACCOMBINE, 1, API, 0x72000001, 1},
	{"LDRAA X0, [X0], FPACCOMBINE", 0xf8200400, FPACCOMBINE, 1, API, 0x72000002, 1},
	{"AUTIA, PAuth", AUTIA, PAUTH, 1, API, 0, 0},
	{"PACIA, API=0", PACIA, FPAC, 1, 0, 0x26000000, 2},
	{"PACIA at EL0, API=0", PACIA, FPAC, 0, 0, 0x26000000, 2},
	{"PACIA at EL0, API=0, TGE", PACIA, FPAC, 0, TGE, 0x26000000, 2},
	{"PACIA at EL0, API=0, E2H TGE", PACIA, FPAC, 0, E2H | TGE, 0, 0},
	{"PACGA, API=0", PACGA, FPAC, 1, 0, 0x26000000, 2},
	{"XPACI, API=0", XPACI, FPAC, 1, 0, 0, 0},
	{"PACIASP, API=0", 0xd503233f, FPAC, 1, 0, 0x26000000, 2},
	{"MRS X0, APIAKeyLo_EL1, APK=0", 0xd5382100, FPAC, 1, API, 0x62300803, 2},
	{"MSR APGAKeyHi_EL1, X0, APK=0", 0xd5182320, FPAC, 1, API, 0x62320806, 2},
	{"MRS X0, APIAKeyLo_EL1, APK", 0xd5382100, FPAC, 1, APK, 0, 0},
};

START_TEST(instruction_completes_or_is_trapped)
{
	struct board *board = ready(traps[_i].level, traps[_i].el, traps[_i].hcr, SIZES);
	struct cpu *cpu = board->cpu;

	board_code(board, RAM_BASE, &traps[_i].word, 1);
	cpu_set_x(cpu, 0, 0x40001000);
	cpu_set_x(cpu, 30, 0x40001000);
	cpu_run(cpu, 1);
	if (traps[_i].esr == 0) {
		ck_assert_msg(cpu_pc(cpu).value == RAM_BASE + 4, "%s", traps[_i].name);
	} else {
		uint64_t esr = cpu_sysreg(cpu, traps[_i].target == 2 ? "ESR_EL2" : "ESR_EL1");

		ck_assert_msg(esr == traps[_i].esr, "%s: 0x%llx", traps[_i].name,
			      (unsigned long long)esr);
		ck_assert_uint_eq(cpu_el(cpu), traps[_i].target);
		ck_assert_uint_eq(cpu_x(cpu, 0), 0x40001000);
	}
	board_free(board);
}
END_TEST

/* LDRAA X0, [SP, #0]: the pointer is authenticated, then the alignment of SP is checked. */
START_TEST(base_is_authenticated_before_sp_is_checked)
{
	static const uint32_t word = 0xf82007e0;
	struct board *board = ready(FPACCOMBINE, 1, API, SIZES);
	struct cpu *cpu = board->cpu;

	sysreg_write(cpu, SYSREG_SCTLR_EL1, (_i == 0 ? EN : 0) | 1 << 3); /* SA */
	board_code(board, RAM_BASE, &word, 1);
	cpu_set_x(cpu, 31, 0x40001008);
	cpu_run(cpu, 1);
	ck_assert_uint_eq(cpu_sysreg(cpu, "ESR_EL1"), _i == 0 ? 0x72000002 : 0x9a000000);
	board_free(board);
}
END_TEST

/* The hint space is NOPs, the rest UNDEFINED. */
static const struct {
	uint32_t word;
	uint32_t esr;
} absent[] = {{0xd503233f, 0}, {0xd50320ff, 0}, {PACIA, 0x02000000}, {0xd65f0bff, 0x02000000}};

START_TEST(without_the_feature)
{
	struct board *board = board_new("cortex-a76", 2);
	static const uint32_t stay = 0x14000000;

	board_code(board, RAM_BASE, &absent[_i].word, 1);
	board_code(board, VECTORS + 0x200, &stay, 1);
	sysreg_write(board->cpu, SYSREG_VBAR_EL2, VECTORS);
	cpu_set_x(board->cpu, 30, 0x40001000);
	cpu_run(board->cpu, 1);
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "ESR_EL2"), absent[_i].esr);
	ck_assert_uint_eq(cpu_x(board->cpu, 30), 0x40001000);
	board_free(board);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu/pauth");
	TCase *tcase = tcase_create("pauth");

	tcase_add_test(tcase, cipher_gives_the_published_text);
	tcase_add_loop_test(tcase, pointer_gets_its_code, 0, ROWS(codes));
	tcase_add_loop_test(tcase, instruction_completes_or_is_trapped, 0, ROWS(traps));
	tcase_add_loop_test(tcase, base_is_authenticated_before_sp_is_checked, 0, 2);
	tcase_add_loop_test(tcase, without_the_feature, 0, ROWS(absent));
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
