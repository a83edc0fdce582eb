/* Suite cpu/abort: aborts of whole instructions under two stages of translation, handled by EL2. */
#include "tests/cpu/board.h"

#include "cpu/exception.h"
#include "cpu/sysreg.h"

/* ------------------------------------------------------------------ two stages of tables */

enum {
	CODE = 0x40000000,
	VECTORS = 0x40001000,
	S2_LEVEL_MINUS1 = 0x40100000,
	S2_LEVEL_0 = 0x40101000,
	S2_LEVEL_1 = 0x40102000,
	S2_LEVEL_2 = 0x40103000,
	S2_HIGH_LEVEL_0 = 0x40104000,
	S2_HIGH_LEVEL_1 = 0x40105000,
	S2_HIGH_LEVEL_2 = 0x40106000,
	S2_HIGH_LEVEL_3 = 0x40107000,
	S2_EMPTY_LEVEL_2 = 0x40108000,
	S2_EMPTY_LEVEL_3 = 0x40109000,
	S1_LEVEL_0 = 0x40200000,
	S1_LEVEL_1 = 0x40201000,
	S1_HIGH = 0x40202000, /* where the tables above 2^48 lie in fact */
};

#define TABLE(pa)        ((uint64_t)(pa) | 3)
#define S2_BLOCK(pa)     ((uint64_t)(pa) | 0x4fd) /* AF, read and write, Normal write-back */
#define S2_PAGE(pa)      ((uint64_t)(pa) | 0x4ff)
#define S1_BLOCK(pa)     ((uint64_t)(pa) | 0x401)        /* AF, EL1 only, attribute 0 */
#define S1_BLOCK_EL0(pa) ((uint64_t)(pa) | 0x401 | 0x40) /* EL0 too */
#define S1_PAGE(pa)      ((uint64_t)(pa) | 0x403)
#define UPPER            UINT64_C(0xffff000000000000)
#define HIGH_IPA         (UINT64_C(1) << 48)
#define DATA             UINT64_C(0x80000800) /* stage 1 maps it for EL0 and EL1, stage 2 does not at level 3 \
					       */

/*
 * Stage 2: 4 KB granule, 52-bit IPAs from level -1 (DS, SL2), RAM flat in 2 MB blocks, a level 3
 * table without entries at 0x80000000, nothing at level -1 for IPAs above 2^48.
 */
static void make_stage2(struct board *board)
{
	struct cpu *cpu = board->cpu;

	board_poke(board, S2_LEVEL_MINUS1, TABLE(S2_LEVEL_0));
	board_poke(board, S2_LEVEL_0, TABLE(S2_LEVEL_1));
	board_poke(board, S2_LEVEL_1 + 8 * 1, TABLE(S2_LEVEL_2));
	board_poke(board, S2_LEVEL_1 + 8 * 2, TABLE(S2_EMPTY_LEVEL_2));
	board_poke(board, S2_EMPTY_LEVEL_2, TABLE(S2_EMPTY_LEVEL_3));
	for (uint64_t i = 0; i < 8; i++)
		board_poke(board, S2_LEVEL_2 + 8 * i, S2_BLOCK(RAM_BASE + (i << 21)));
	sysreg_write(cpu, SYSREG_VTTBR_EL2, S2_LEVEL_MINUS1);
	sysreg_write(cpu, SYSREG_VTCR_EL2, UINT64_C(1) << 33 | UINT64_C(1) << 32 | 6u << 16 | 12);
}

/*
 * Stage 1: 48-bit VAs in both halves. The upper has the code, the lower whatever TTBR0_EL1 points
 * at.
 */
static void make_stage1(struct board *board, uint64_t ttbr0)
{
	struct cpu *cpu = board->cpu;

	board_poke(board, S1_LEVEL_0, TABLE(S1_LEVEL_1));
	board_poke(board, S1_LEVEL_1 + 8 * 1, S1_BLOCK(0x40000000));
	board_poke(board, S1_LEVEL_1 + 8 * 2, S1_BLOCK_EL0(0x80000000));
	sysreg_write(cpu, SYSREG_MAIR_EL1, 0xff);
	sysreg_write(cpu, SYSREG_TTBR0_EL1, ttbr0);
	sysreg_write(cpu, SYSREG_TTBR1_EL1, S1_LEVEL_0);
	/* DS, IPS=52 bits, TG1=4 KB, T1SZ=T0SZ=16 */
	sysreg_write(cpu, SYSREG_TCR_EL1,
		     UINT64_C(1) << 59 | UINT64_C(6) << 32 | 2u << 30 | 16u << 16 | 16);
	sysreg_write(cpu, SYSREG_SCTLR_EL1, 1 | 1u << 23); /* M, SPAN */
}

/* At EL1 before `word` in the upper half; X2 is va. EL2's handler is ERET. */
static struct board *board_at_el1(uint32_t word, uint64_t ttbr0, uint64_t va)
{
	static const uint32_t eret = 0xd69f03e0;
	struct board *board = board_new("max", 2);
	struct cpu *cpu = board->cpu;

	board_code(board, CODE, &word, 1);
	board_code(board, VECTORS + 0x400, &eret, 1);
	make_stage2(board);
	make_stage1(board, ttbr0);
	sysreg_write(cpu, SYSREG_VBAR_EL2, VECTORS);
	sysreg_write(cpu, SYSREG_HCR_EL2, UINT64_C(1) << 31 | 1); /* RW, VM */
	sysreg_write(cpu, SYSREG_CPACR_EL1, 3 << 20);
	cpu_set_x(cpu, 2, va);
	pstate_select(cpu, 1, true);
	cpu_set_pc(cpu, (va_t){UPPER + CODE});
	return board;
}

/*
 * ------------------------------------------------------------------ a stage 1 table that stage 2
 * lacks at level -1
 */

static const struct {
	const char *name;
	uint32_t word, esr;
	bool fetch;
} rows[] = {
	{"LDR X1, [X2]", 0xf9400041, 0x920000ab, false},
	{"STR X1, [X2]", 0xf9000041, 0x920000eb, false},
	{"BR X2", 0xd61f0040, 0x820000ab, true},
};

#define VA        UINT64_C(0x0000408012345678) /* indices 129, 0, 145, 325 */
#define TABLE_IPA (HIGH_IPA + 8 * 129)         /* of its level 0 descriptor */
#define HPFAR     (TABLE_IPA >> 12 << 4)

/* The hypervisor's part: stage 2 for the page that holds the table, through all five levels. */
static void map_high_table(struct board *board)
{
	board_poke(board, S2_LEVEL_MINUS1 + 8 * 1, TABLE(S2_HIGH_LEVEL_0));
	board_poke(board, S2_HIGH_LEVEL_0, TABLE(S2_HIGH_LEVEL_1));
	board_poke(board, S2_HIGH_LEVEL_1, TABLE(S2_HIGH_LEVEL_2));
	board_poke(board, S2_HIGH_LEVEL_2, TABLE(S2_HIGH_LEVEL_3));
	board_poke(board, S2_HIGH_LEVEL_3, S2_PAGE(S1_HIGH));
}

/* The guest's tables: VA is the RAM page that has the code. */
static void fill_high_table(struct board *board)
{
	board_poke(board, S1_HIGH + 8 * 129, TABLE(0x40203000));
	board_poke(board, 0x40203000, TABLE(0x40204000));
	board_poke(board, 0x40204000 + 8 * 145, TABLE(0x40205000));
	board_poke(board, 0x40205000 + 8 * 325, S1_PAGE(0x40300000));
}

START_TEST(level_minus1_on_a_walk_reaches_el2_and_is_handled)
{
	/* DS: TTBR[5:2] is BADDR[51:48] */
	struct board *board = board_at_el1(rows[_i].word, 1u << 2, VA);
	struct cpu *cpu = board->cpu;
	uint64_t return_address = rows[_i].fetch ? VA : UPPER + CODE;

	fill_high_table(board);
	cpu_set_x(cpu, 1, 0x1234567890abcdef);
	if (rows[_i].fetch)
		cpu_run(cpu, 1); /* the branch itself */
	board_code(board, VECTORS + 0x400, &(uint32_t){0x14000000}, 1);
	cpu_run(cpu, 1); /* the handler: B to itself */
	ck_assert_uint_eq(cpu_el(cpu), 2);
	ck_assert_msg(cpu_sysreg(cpu, "ESR_EL2") == rows[_i].esr, "%s: 0x%llx", rows[_i].name,
		      (unsigned long long)cpu_sysreg(cpu, "ESR_EL2"));
	ck_assert_uint_eq(cpu_sysreg(cpu, "FAR_EL2"), VA);
	ck_assert_uint_eq(cpu_sysreg(cpu, "HPFAR_EL2"), HPFAR);
	ck_assert_uint_eq(cpu_sysreg(cpu, "ELR_EL2"), return_address);
	ck_assert_uint_eq(cpu_counts(cpu)->aborts_stage2, 1);
	ck_assert_uint_eq(cpu_counts(cpu)->exceptions[2][0], 1);

	map_high_table(board);
	board_poke(board, 0x40300678, 0xd503201f); /* NOP */
	board_code(board, VECTORS + 0x400, &(uint32_t){0xd69f03e0}, 1);
	cpu_run(cpu, 2); /* ERET, and the instruction again */
	ck_assert_uint_eq(cpu_el(cpu), 1);
	ck_assert_uint_eq(cpu_pc(cpu).value, return_address + 4);
	ck_assert_uint_eq(cpu_counts(cpu)->aborts_stage2, 1);
	if (_i == 0)
		ck_assert_uint_eq(cpu_x(cpu, 1), 0xd503201f);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ instruction syndromes */

/* Stage 2 translation fault at level 3 on the data, whose address is in X2; X0 is 0. */
static const struct {
	const char *name;
	uint32_t word, esr;
} syndromes[] = {
	{"LDR W1, [X2]", 0xb9400041, 0x93810007},
	{"STR X3, [X2]", 0xf9000043, 0x93c38047},
	{"LDRSB X5, [X2]", 0x39800045, 0x93258007},
	{"LDRSB W5, [X2]", 0x39c00045, 0x93250007},
	{"LDRH W6, [X2, #2]", 0x79400446, 0x93460007},
	{"LDRSW X7, [X2]", 0xb9800047, 0x93a78007},
	{"STRB WZR, [X2]", 0x3900005f, 0x931f0047},
	{"LDUR X4, [X2, #8]", 0xf8408044, 0x93c48007},
	{"STURH W4, [X2, #-2]", 0x781fe044, 0x93440047},
	{"LDR X4, [X2, X0]", 0xf8606844, 0x93c48007},
	{"LDTR X4, [X2]", 0xf8400844, 0x93c48007},
	{"STTRB W4, [X2]", 0x38000844, 0x93040047},
	{"LDAR W8, [X2]", 0x88dffc48, 0x93884007},
	{"STLR X9, [X2]", 0xc89ffc49, 0x93c9c047},
	{"LDLAR X9, [X2]", 0xc8df7c49, 0x93c9c007},
	{"LDAPUR W8, [X2]", 0x99400048, 0x93884007},
	{"STLUR W8, [X2]", 0x99000048, 0x93884047},
	{"LDR X1, [X2], #8", 0xf8408441, 0x92000007},
	{"STR X1, [X2, #8]!", 0xf8008c41, 0x92000047},
	{"LDP X0, X1, [X2]", 0xa9400440, 0x92000007},
	{"STP X0, X1, [X2]", 0xa9000440, 0x92000047},
	{"LDNP X0, X1, [X2]", 0xa8400440, 0x92000007},
	{"LDXR X0, [X2]", 0xc85f7c40, 0x92000007},
	{"LDADD X0, X1, [X2]", 0xf8200041, 0x92000007},
	{"CAS X0, X1, [X2]", 0xc8a07c41, 0x92000007},
	{"SWP X0, X1, [X2]", 0xf8208041, 0x92000007},
	{"LDR D1, [X2]", 0xfd400041, 0x92000007},
	{"STR Q1, [X2], #16", 0x3c810441, 0x92000047},
	{"STP S0, S1, [X2]", 0x2d000440, 0x92000047},
	{"LD4 {V0.16B-V3.16B}, [X2], #64", 0x4cdf0040, 0x92000007},
	{"ST1 {V0.B}[3], [X2]", 0x0d000c40, 0x92000047},
	{"LD1R {V0.8H}, [X2]", 0x4d40c440, 0x92000007},
	{"DC ZVA, X2", 0xd50b7422, 0x92000047},
	{"DC CIVAC, X2", 0xd50b7e22, 0x92000147},
	{"IC IVAU, X2", 0xd50b7522, 0x92000147},
};

START_TEST(stage2_abort_describes_the_instruction)
{
	struct board *board = board_at_el1(syndromes[_i].word, S1_LEVEL_0, DATA);
	struct cpu *cpu = board->cpu;

	board_code(board, VECTORS + 0x400, &(uint32_t){0x14000000}, 1);
	cpu_run(cpu, 1);
	ck_assert_uint_eq(cpu_el(cpu), 2);
	ck_assert_msg(cpu_sysreg(cpu, "ESR_EL2") == syndromes[_i].esr, "%s: 0x%llx",
		      syndromes[_i].name, (unsigned long long)cpu_sysreg(cpu, "ESR_EL2"));
	ck_assert_uint_eq(cpu_sysreg(cpu, "HPFAR_EL2"), 0x80000000 >> 12 << 4);
	ck_assert_uint_eq(cpu_sysreg(cpu, "FAR_EL2") >> 12, DATA >> 12);
	ck_assert_uint_eq(cpu_sysreg(cpu, "ELR_EL2"), UPPER + CODE);
	ck_assert_uint_eq(cpu_x(cpu, 2), DATA); /* no writeback */
	board_free(board);
}
END_TEST

START_TEST(prefetch_never_aborts)
{
	struct board *board = board_at_el1(0xf9800040, S1_LEVEL_0, DATA); /* PRFM PLDL1KEEP, [X2] */

	cpu_run(board->cpu, 1);
	ck_assert_uint_eq(cpu_pc(board->cpu).value, UPPER + CODE + 4);
	board_free(board);
}
END_TEST

/* AT S1E1R at EL1 whose stage 1 walk faults at stage 2 is an abort; at EL2 it is told in PAR_EL1.
 */
START_TEST(at_reports_a_fault_on_its_walk)
{
	struct board *board = board_at_el1(0xd5087802, 1u << 2, VA); /* AT S1E1R, X2 */
	struct cpu *cpu = board->cpu;

	board_code(board, VECTORS + 0x400, &(uint32_t){0x14000000}, 1);
	cpu_run(cpu, 1);
	ck_assert_uint_eq(cpu_sysreg(cpu, "ESR_EL2"), 0x920001eb);
	ck_assert_uint_eq(cpu_sysreg(cpu, "FAR_EL2"), VA);
	ck_assert_uint_eq(cpu_sysreg(cpu, "HPFAR_EL2"), HPFAR);

	board_code(board, VECTORS + 0x400, &(uint32_t){0xd5087802}, 1);
	cpu_set_pc(cpu, (va_t){VECTORS + 0x400});
	cpu_run(cpu, 1);
	ck_assert_uint_eq(cpu_sysreg(cpu, "PAR_EL1") & 0xfff,
			  0xb57); /* F, FST 0x2b, PTW, S, RES1 */
	board_free(board);
}
END_TEST

#define ROWS(a) ((int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
	Suite *suite = suite_create("cpu/abort");
	TCase *tcase = tcase_create("abort");

	tcase_add_loop_test(tcase, level_minus1_on_a_walk_reaches_el2_and_is_handled, 0,
			    ROWS(rows));
	tcase_add_loop_test(tcase, stage2_abort_describes_the_instruction, 0, ROWS(syndromes));
	tcase_add_test(tcase, prefetch_never_aborts);
	tcase_add_test(tcase, at_reports_a_fault_on_its_walk);
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
