/*
 * Suite cpu/choice: each choice of mmu/choice.def that the core makes, with every alternative. What
 * is permitted: DDI 0487, "CONSTRAINED UNPREDICTABLE behaviors of A64 instructions" and
 * "Synchronization and semaphores".
 */
#include "tests/cpu/board.h"

#include "cpu/sysreg.h"

enum { DATA = 0x1000, VECTORS = 0x8000 };
#define BAD   UINT64_C(0x00f0000000000000) /* beyond the PA size */
#define TSC   (UINT64_C(1) << 19)
#define TIDCP (UINT64_C(1) << 20)
#define TBI0  (UINT64_C(1) << 37)
#define TAG   (UINT64_C(0x5a) << 56)

/* Memory at DATA holds 0x11, 0x22, ...; X1 is its address, X2 0x99; the code ends in a loop. */
static struct board *choice_board(unsigned el, enum nw_choice choice, unsigned alternative,
				  bool slow)
{
	struct cpu_config config = board_config("max");

	config.choices.of[choice] = (uint8_t)alternative;
	config.slow = slow;
	config.tlb_off = false;
	config.l1i = config.l1d = (struct tlb_shape){8, 0, 0};

	struct board *board = board_with(config, el == 0 ? 1 : el);
	struct cpu *cpu = board->cpu;

	for (unsigned i = 0; i < 16; i++)
		board_poke(board, RAM_BASE + DATA + 8 * i, 0x11 * (i + 1));
	for (unsigned i = 0; i < 16; i++)
		board_code(board, RAM_BASE + VECTORS + 0x80 * i, (const uint32_t[]){0x14000000}, 1);
	sysreg_write(cpu, SYSREG_VBAR_EL1, RAM_BASE + VECTORS);
	sysreg_write(cpu, SYSREG_VBAR_EL2, RAM_BASE + VECTORS);
	cpu->x[1] = RAM_BASE + DATA;
	cpu->x[2] = 0x99;
	if (el == 0) {
		cpu->pstate.el = 0;
		cpu->pstate.spsel = false;
	}
	return board;
}

/* ------------------------------------------------------------------ instructions */

#define UNDEFINED 0x02000000 /* ESR of an UNDEFINED instruction */
#define NO_REG    31

struct row {
	const char *name;
	enum nw_choice choice;
	unsigned alternative;
	uint32_t words[4];
	unsigned el;
	uint64_t hcr, x1; /* x1: 0: the data */
	uint64_t esr;     /* 0: no exception; else to which exception level */
	unsigned target;
	unsigned reg; /* that holds value in the end */
	uint64_t value;
};

#define SMC                                                                                        \
	{                                                                                          \
		0xd4000003                                                                         \
	}
#define MRS_IMP                                                                                    \
	{                                                                                          \
		0xd538f000                                                                         \
	} /* MRS X0, S3_0_C15_C0_0 */
#define SYS_IMP                                                                                    \
	{                                                                                          \
		0xd508b000                                                                         \
	} /* SYS #0, C11, C0, #0, X0 */
#define CIVAC                                                                                      \
	{                                                                                          \
		0xd50b7e21                                                                         \
	}
#define IVAC                                                                                       \
	{                                                                                          \
		0xd5087621                                                                         \
	}
#define LDXR   0xc85f7c20 /* LDXR X0, [X1] */
#define LDXR_W 0x885f7c20
#define STXR   0xc8037c22 /* STXR W3, X2, [X1] */
#define ADD_8  0x91002021 /* ADD X1, X1, #8 */
#define ADD_64 0x91010021
#define STR    0xf9000022 /* STR X2, [X1] */
#define STR_8  0xf9000422 /* STR X2, [X1, #8] */
#define LDR_POST                                                                                   \
	{                                                                                          \
		0xf8408421                                                                         \
	} /* LDR X1, [X1], #8 */
#define LDP_PRE                                                                                    \
	{                                                                                          \
		0xa9c08420                                                                         \
	} /* LDP X0, X1, [X1, #8]! */
#define STR_POST                                                                                   \
	{                                                                                          \
		0xf8008421, 0xf85f8020                                                             \
	} /* STR X1, [X1], #8; LDUR X0, [X1, #-8] */
#define STR_NOP                                                                                    \
	{                                                                                          \
		0xf8008421, 0xf9400020                                                             \
	} /* the same; LDR X0, [X1] */
#define LDP_SAME                                                                                   \
	{                                                                                          \
		0xa9400020                                                                         \
	} /* LDP X0, X0, [X1] */
#define LDXP                                                                                       \
	{                                                                                          \
		0xc87f0020                                                                         \
	} /* LDXP X0, X0, [X1] */
#define STXR_RT                                                                                    \
	{                                                                                          \
		LDXR, 0xc8027c22                                                                   \
	} /* STXR W2, X2, [X1] */
#define STXR_RN                                                                                    \
	{                                                                                          \
		LDXR, 0xc8017c22                                                                   \
	} /* STXR W1, X2, [X1] */
#define LDAR                                                                                       \
	{                                                                                          \
		0xc8c0fc20                                                                         \
	} /* LDAR X0, [X1] with Rs 0 */
#define DATA_VA (RAM_BASE + DATA)

static const struct row rows[] = {
	{"smc", CHOICE_SMC_WITHOUT_EL3, 0, SMC, 1, TSC, 0, 0x5e000000, 2, NO_REG, 0},
	{"smc", CHOICE_SMC_WITHOUT_EL3, 1, SMC, 1, TSC, 0, UNDEFINED, 1, NO_REG, 0},
	{"mrs", CHOICE_TIDCP_AT_EL0, 0, MRS_IMP, 0, TIDCP, 0, UNDEFINED, 1, NO_REG, 0},
	{"mrs", CHOICE_TIDCP_AT_EL0, 1, MRS_IMP, 0, TIDCP, 0, 0x62303c01, 2, NO_REG, 0},
	{"mrs, TIDCP=0", CHOICE_TIDCP_AT_EL0, 1, MRS_IMP, 0, 0, 0, UNDEFINED, 1, NO_REG, 0},
	{"sys", CHOICE_TIDCP_AT_EL0, 0, SYS_IMP, 0, TIDCP, 0, UNDEFINED, 1, NO_REG, 0},
	{"sys", CHOICE_TIDCP_AT_EL0, 1, SYS_IMP, 0, TIDCP, 0, 0x62102c00, 2, NO_REG, 0},
	{"dc civac", CHOICE_CACHE_OP, 0, CIVAC, 1, 0, BAD, 0x96000140, 1, NO_REG, 0},
	{"dc civac", CHOICE_CACHE_OP, 1, CIVAC, 1, 0, BAD, 0, 1, 1, BAD},
	{"dc ivac", CHOICE_CACHE_OP, 0, IVAC, 1, 0, BAD, 0x96000140, 1, NO_REG, 0},
	{"dc ivac", CHOICE_CACHE_OP, 1, IVAC, 1, 0, BAD, 0, 1, 1, BAD},
	{"stxr + 8", CHOICE_EXCLUSIVE_MARK, 0, {LDXR, ADD_8, STXR}, 1, 0, 0, 0, 1, 3, 1},
	{"stxr + 8", CHOICE_EXCLUSIVE_MARK, 1, {LDXR, ADD_8, STXR}, 1, 0, 0, 0, 1, 3, 0},
	{"stxr + 64", CHOICE_EXCLUSIVE_MARK, 1, {LDXR, ADD_64, STXR}, 1, 0, 0, 0, 1, 3, 1},
	{"stxr", CHOICE_EXCLUSIVE_UNMARKED, 0, {STXR}, 1, 0, BAD, 0, 1, 3, 1},
	{"stxr", CHOICE_EXCLUSIVE_UNMARKED, 1, {STXR}, 1, 0, BAD, 0x96000040, 1, NO_REG, 0},
	{"stxr, valid", CHOICE_EXCLUSIVE_UNMARKED, 1, {STXR}, 1, 0, 0, 0, 1, 3, 1},
	{"stxr x", CHOICE_EXCLUSIVE_SIZE, 0, {LDXR_W, STXR}, 1, 0, 0, 0, 1, 3, 1},
	{"stxr x", CHOICE_EXCLUSIVE_SIZE, 1, {LDXR_W, STXR}, 1, 0, 0, 0, 1, 3, 0},
	{"str", CHOICE_STORE_TO_MARK, 0, {STR, LDXR, STR, STXR}, 1, 0, 0, 0, 1, 3, 0},
	{"str", CHOICE_STORE_TO_MARK, 1, {STR, LDXR, STR, STXR}, 1, 0, 0, 0, 1, 3, 1},
	{"str + 8", CHOICE_STORE_TO_MARK, 1, {STR_8, LDXR, STR_8, STXR}, 1, 0, 0, 0, 1, 3, 0},
	{"ldr", CHOICE_LOAD_WRITEBACK_OVERLAP, 0, LDR_POST, 1, 0, 0, 0, 1, 1, DATA_VA + 8},
	{"ldr", CHOICE_LOAD_WRITEBACK_OVERLAP, 1, LDR_POST, 1, 0, 0, UNDEFINED, 1, 1, DATA_VA},
	{"ldr", CHOICE_LOAD_WRITEBACK_OVERLAP, 2, LDR_POST, 1, 0, 0, 0, 1, 1, DATA_VA},
	{"ldp", CHOICE_LOAD_WRITEBACK_OVERLAP, 0, LDP_PRE, 1, 0, 0, 0, 1, 1, DATA_VA + 8},
	{"ldp", CHOICE_LOAD_WRITEBACK_OVERLAP, 1, LDP_PRE, 1, 0, 0, UNDEFINED, 1, 1, DATA_VA},
	{"str", CHOICE_STORE_WRITEBACK_OVERLAP, 0, STR_POST, 1, 0, 0, 0, 1, 0, DATA_VA},
	{"str", CHOICE_STORE_WRITEBACK_OVERLAP, 1, STR_POST, 1, 0, 0, UNDEFINED, 1, 1, DATA_VA},
	{"str", CHOICE_STORE_WRITEBACK_OVERLAP, 2, STR_NOP, 1, 0, 0, 0, 1, 0, 0x11},
	{"ldp", CHOICE_LOAD_PAIR_OVERLAP, 0, LDP_SAME, 1, 0, 0, 0, 1, 0, 0x22},
	{"ldp", CHOICE_LOAD_PAIR_OVERLAP, 1, LDP_SAME, 1, 0, 0, UNDEFINED, 1, 0, 0},
	{"ldp", CHOICE_LOAD_PAIR_OVERLAP, 2, LDP_SAME, 1, 0, 0, 0, 1, 0, 0},
	{"ldxp", CHOICE_LOAD_PAIR_OVERLAP, 0, LDXP, 1, 0, 0, 0, 1, 0, 0x22},
	{"ldxp", CHOICE_LOAD_PAIR_OVERLAP, 2, LDXP, 1, 0, 0, 0, 1, 0, 0},
	{"stxr w2, x2", CHOICE_STORE_EXCLUSIVE_OVERLAP, 0, STXR_RT, 1, 0, 0, 0, 1, 2, 0},
	{"stxr w2, x2", CHOICE_STORE_EXCLUSIVE_OVERLAP, 1, STXR_RT, 1, 0, 0, UNDEFINED, 1, 2, 0x99},
	{"stxr w2, x2", CHOICE_STORE_EXCLUSIVE_OVERLAP, 2, STXR_RT, 1, 0, 0, 0, 1, 2, 0x99},
	{"stxr w1, [x1]", CHOICE_STORE_EXCLUSIVE_OVERLAP, 0, STXR_RN, 1, 0, 0, 0, 1, 1, 0},
	{"stxr w1, [x1]", CHOICE_STORE_EXCLUSIVE_OVERLAP, 2, STXR_RN, 1, 0, 0, 0, 1, 1, DATA_VA},
	{"ldar", CHOICE_SHOULD_BE_BITS, 0, LDAR, 1, 0, 0, 0, 1, 0, 0x11},
	{"ldar", CHOICE_SHOULD_BE_BITS, 1, LDAR, 1, 0, 0, UNDEFINED, 1, 0, 0},
	{"ldar", CHOICE_SHOULD_BE_BITS, 2, LDAR, 1, 0, 0, 0, 1, 0, 0},
	/* What no choice is about executes as ever. */
	{"ldr x0, [x1]", CHOICE_SHOULD_BE_BITS, 1, {0xf9400020}, 1, 0, 0, 0, 1, 0, 0x11},
	{"ldr x0, [x1], #8",
	 CHOICE_LOAD_WRITEBACK_OVERLAP,
	 1,
	 {0xf8408420},
	 1,
	 0,
	 0,
	 0,
	 1,
	 0,
	 0x11},
	{"ldp x0, x2, [x1]", CHOICE_LOAD_PAIR_OVERLAP, 1, {0xa9400820}, 1, 0, 0, 0, 1, 2, 0x22},
	{"stxr w3, x2, [x1]", CHOICE_STORE_EXCLUSIVE_OVERLAP, 1, {LDXR, STXR}, 1, 0, 0, 0, 1, 3, 0},
	{"ldadd x1, x0, [x1]",
	 CHOICE_STORE_EXCLUSIVE_OVERLAP,
	 1,
	 {0xf8210020},
	 1,
	 0,
	 0,
	 0,
	 1,
	 0,
	 0x11},
};

static void check_exception(const struct row *row, struct cpu *cpu)
{
	const char *esr = row->target == 2 ? "ESR_EL2" : "ESR_EL1";

	ck_assert_msg(cpu_sysreg(cpu, esr) == row->esr, "%s =%u: %s is 0x%llx", row->name,
		      row->alternative, esr, (unsigned long long)cpu_sysreg(cpu, esr));
	ck_assert_msg(row->esr == 0 || cpu_el(cpu) == row->target, "%s", row->name);
}

START_TEST(instruction_does_as_chosen)
{
	const struct row *row = &rows[_i / 2];
	struct board *board = choice_board(row->el, row->choice, row->alternative, (_i & 1) != 0);
	struct cpu *cpu = board->cpu;
	uint32_t words[5] = {0};
	unsigned count = 0;

	while (count < 4 && row->words[count] != 0) {
		words[count] = row->words[count];
		count++;
	}
	words[count++] = 0x14000000; /* B . */
	sysreg_write(cpu, SYSREG_HCR_EL2, row->hcr);
	if (row->x1 != 0)
		cpu->x[1] = row->x1;
	board_code(board, RAM_BASE, words, count);
	cpu_run(cpu, 5000);
	check_exception(row, cpu);
	if (row->reg != NO_REG)
		ck_assert_msg(cpu_x(cpu, row->reg) == row->value, "%s =%u: X%u is 0x%llx",
			      row->name, row->alternative, row->reg,
			      (unsigned long long)cpu_x(cpu, row->reg));
	board_free(board);
}
END_TEST

/* A tag, which TBI makes no matter, gives the location another virtual address. */
START_TEST(store_exclusive_by_another_name)
{
	for (unsigned alternative = 0; alternative < 2; alternative++) {
		struct board *board = choice_board(1, CHOICE_EXCLUSIVE_ALIAS, alternative, false);
		struct cpu *cpu = board->cpu;
		const uint32_t words[] = {LDXR, 0xaa0403e1, STXR}; /* MOV X1, X4 */

		sysreg_write(cpu, SYSREG_TCR_EL1, TBI0);
		cpu->x[4] = cpu->x[1] | TAG;
		board_code(board, RAM_BASE, words, 3);
		cpu_run(cpu, 3);
		ck_assert_uint_eq(cpu_x(cpu, 3), alternative);
		board_free(board);
	}
}
END_TEST

START_TEST(wfe_without_event)
{
	static const enum cpu_stop_reason reasons[] = {CPU_LIMIT, CPU_WAITING};
	const uint32_t wfe = 0xd503205f;

	for (unsigned alternative = 0; alternative < 2; alternative++) {
		struct board *board = choice_board(1, CHOICE_WFE_WITHOUT_EVENT, alternative, false);

		board_code(board, RAM_BASE, &wfe, 1);
		ck_assert_int_eq(cpu_run(board->cpu, 1).reason, reasons[alternative]);
		board_free(board);
	}
}
END_TEST

/* SVC leaves FAR_EL1 UNKNOWN, HVC FAR_EL2 and HPFAR_EL2. */
START_TEST(unknown_fault_addresses)
{
	static const uint64_t values[] = {0x550, 0};
	static const uint32_t svc = 0xd4000001, hvc = 0xd4000002;

	for (unsigned alternative = 0; alternative < 2; alternative++) {
		for (unsigned to_el2 = 0; to_el2 < 2; to_el2++) {
			struct board *board =
				choice_board(1, CHOICE_UNKNOWN_FAR, alternative, false);
			struct cpu *cpu = board->cpu;

			sysreg_write(cpu, SYSREG_FAR_EL1, 0x550);
			sysreg_write(cpu, SYSREG_FAR_EL2, 0x550);
			sysreg_write(cpu, SYSREG_HPFAR_EL2, 0x550);
			board_code(board, RAM_BASE, to_el2 ? &hvc : &svc, 1);
			cpu_run(cpu, 1);
			ck_assert_uint_eq(cpu_sysreg(cpu, "FAR_EL1"),
					  to_el2 ? 0x550 : values[alternative]);
			ck_assert_uint_eq(cpu_sysreg(cpu, "FAR_EL2"),
					  to_el2 ? values[alternative] : 0x550);
			ck_assert_uint_eq(cpu_sysreg(cpu, "HPFAR_EL2"),
					  to_el2 ? values[alternative] : 0x550);
			board_free(board);
		}
	}
}
END_TEST

#define ROWS(a) ((int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
	Suite *suite = suite_create("cpu/choice");
	TCase *tcase = tcase_create("choice");

	tcase_add_loop_test(tcase, instruction_does_as_chosen, 0, 2 * ROWS(rows));
	tcase_add_test(tcase, store_exclusive_by_another_name);
	tcase_add_test(tcase, wfe_without_event);
	tcase_add_test(tcase, unknown_fault_addresses);
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
