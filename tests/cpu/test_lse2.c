/* Suite cpu/lse2: AArch64.UnalignedAccessFaults() of ordered, exclusive and atomic accesses to
 * Normal memory. */
#include "tests/cpu/host_board.h"

#define GB      UINT64_C(0x40000000)
#define TABLE   (RAM_BASE + 0x20000)
#define VECTORS (RAM_BASE + 0x10000)
#define DATA    (RAM_BASE + 0x8000)
#define NAA     (1 << 6)
#define A       (1 << 1)

#define LDR    0xf9400020 /* X0, [X1] */
#define LDAR   0xc8dffc20
#define STLR   0xc89ffc20
#define LDAPR  0xf8bfc020
#define LDAPUR 0xd9400020
#define LDARW  0x88dffc20 /* W0 */
#define LDXR   0xc85f7c20
#define LDXP   0xc87f0820 /* X0, X2 */
#define LDADD  0xf8200022 /* X0, X2, [X1] */
#define CAS    0xc8a07c22
#define SWPH   0x78208022 /* W0, W2, [X1] */

/* Data Abort, same EL, Alignment fault; WnR of what only writes. */
#define LOAD  0x96000021
#define STORE 0x96000061

static const struct {
	const char *name;
	uint32_t word;
	uint8_t offset; /* of X1 in 16 bytes */
	bool lse2;
	uint64_t sctlr;
	uint32_t esr; /* 0: completes */
} rows[] = {
	{"LDR", LDR, 9, false, 0, 0},
	{"LDR, A", LDR, 9, true, A, LOAD},
	{"LDAR without LSE2", LDAR, 4, false, 0, LOAD},
	{"LDAR without LSE2, aligned", LDAR, 8, false, 0, 0},
	{"LDAR inside 16 bytes", LDAR, 7, true, 0, 0},
	{"LDAR up to the end", LDAR, 8, true, 0, 0},
	{"LDAR across", LDAR, 9, true, 0, LOAD},
	{"LDAR across, nAA", LDAR, 9, true, NAA, 0},
	{"LDAR inside, A", LDAR, 4, true, A, LOAD},
	{"LDAR of 4 bytes inside", LDARW, 11, true, 0, 0},
	{"LDAR of 4 bytes across", LDARW, 13, true, 0, LOAD},
	{"STLR inside", STLR, 3, true, 0, 0},
	{"STLR across", STLR, 12, true, 0, STORE},
	{"STLR across, nAA", STLR, 12, true, NAA, 0},
	{"LDAPR inside", LDAPR, 5, true, 0, 0},
	{"LDAPR across", LDAPR, 15, true, 0, LOAD},
	{"LDAPUR across", LDAPUR, 15, true, 0, LOAD},
	{"LDXR inside", LDXR, 1, true, 0, 0},
	{"LDXR across, nAA", LDXR, 9, true, NAA, LOAD},
	{"LDXR without LSE2", LDXR, 1, false, 0, LOAD},
	{"LDXP aligned", LDXP, 0, true, 0, 0},
	{"LDXP", LDXP, 8, true, NAA, LOAD},
	{"LDADD inside", LDADD, 6, true, 0, 0},
	{"LDADD across, nAA", LDADD, 10, true, NAA, LOAD},
	{"LDADD without LSE2", LDADD, 6, false, 0, LOAD},
	{"CAS inside", CAS, 8, true, 0, 0},
	{"CAS across", CAS, 9, true, 0, LOAD},
	{"SWPH inside", SWPH, 13, true, 0, 0},
	{"SWPH across", SWPH, 15, true, 0, LOAD},
};

static struct board *ready(bool lse2, uint64_t sctlr)
{
	static const uint32_t stay = 0x14000000;
	struct cpu_config config = board_config("max");

	nw_switch(&config.features, FEAT_LSE2, lse2);

	struct board *board = board_with(config, 2);
	struct cpu *cpu = board->cpu;

	for (uint64_t offset = 0; offset < 0x800; offset += 0x80)
		board_code(board, VECTORS + offset, &stay, 1);
	board_poke(board, TABLE + 8, GB | 0x701); /* Normal Write-Back */
	sysreg_write(cpu, SYSREG_VBAR_EL1, VECTORS);
	sysreg_write(cpu, SYSREG_TTBR0_EL1, TABLE);
	sysreg_write(cpu, SYSREG_TCR_EL1, 0x80803519);
	sysreg_write(cpu, SYSREG_MAIR_EL1, 0xff);
	sysreg_write(cpu, SYSREG_SCTLR_EL1, 0x30d00801 | sctlr);
	pstate_select(cpu, 1, true);
	return board;
}

START_TEST(unaligned_access_completes_or_faults)
{
	struct board *board = ready(rows[_i].lse2, rows[_i].sctlr);
	struct cpu *cpu = board->cpu;

	board_code(board, RAM_BASE, &rows[_i].word, 1);
	cpu_set_x(cpu, 1, DATA + rows[_i].offset);
	cpu_run(cpu, 1);
	ck_assert_msg(cpu_sysreg(cpu, "ESR_EL1") == rows[_i].esr, "%s: 0x%llx", rows[_i].name,
		      (unsigned long long)cpu_sysreg(cpu, "ESR_EL1"));
	if (rows[_i].esr != 0)
		ck_assert_uint_eq(cpu_sysreg(cpu, "FAR_EL1"), DATA + rows[_i].offset);
	board_free(board);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu/lse2");
	TCase *tcase = tcase_create("lse2");

	tcase_add_loop_test(tcase, unaligned_access_completes_or_faults, 0, ROWS(rows));
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
