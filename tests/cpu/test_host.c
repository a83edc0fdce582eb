/*
 * The regime EL2&0 in the core: traps of EL0, exception entry and return, branches, accesses.
 * Rules: DDI 0487, "HCR_EL2, Hypervisor Configuration Register", the descriptions of CNTHCTL_EL2,
 * CPTR_EL2 and SCTLR_EL2, and the access pseudocode of each register.
 */
#include "tests/cpu/host_board.h"

#include "a64.h"
#include "cpu/exception.h"
#include "cpu/system.h"

/* ------------------------------------------------------------------ traps of EL0 */

#define NO_REG SYSREG_COUNT
#define TWI    (UINT64_C(1) << 13)
#define TID2   (UINT64_C(1) << 17)
#define TPCP   (UINT64_C(1) << 23)
#define TPU    (UINT64_C(1) << 24)
#define TDZ    (UINT64_C(1) << 28)
#define HOST   (E2H | TGE)

#define CTR    0xd53b0020 /* MRS X0, CTR_EL0 */
#define CNTFRQ 0xd53be000
#define CNTPCT 0xd53be020
#define CNTVCT 0xd53be040
#define CNTP   0xd53be220 /* MRS X0, CNTP_CTL_EL0 */
#define CNTV   0xd53be320
#define DAIF   0xd53b4220
#define DCCSR  0xd5330100 /* MRS X0, MDCCSR_EL0 */
#define ZVA    0xd50b7420
#define CIVAC  0xd50b7e20
#define CVAU   0xd50b7b20

/* esr: 0: allowed; at EL0 (el1: at EL1). Every exception here goes to EL2. */
static const struct trap_row {
	const char *name;
	uint32_t word;
	uint64_t hcr, sctlr_el1, sctlr_el2;
	enum sysreg reg;
	uint64_t value;
	uint32_t esr;
	bool el1;
} traps[] = {
	{"CTR: SCTLR_EL2.UCT=0", CTR, HOST, 1 << 15, 0, NO_REG, 0, 0x6232c001, false},
	{"CTR: SCTLR_EL2.UCT=1, TID2", CTR, HOST | TID2, 0, 1 << 15, NO_REG, 0, 0, false},
	{"CTR: E2H=0, SCTLR_EL1.UCT=0", CTR, TGE, 0, 1 << 15, NO_REG, 0, 0x6232c001, false},
	{"CTR: E2H=0, SCTLR_EL1.UCT=1, TID2", CTR, TGE | TID2, 1 << 15, 0, NO_REG, 0, 0x6232c001,
	 false},
	{"CTR: TGE=0, E2H=1, TID2", CTR, E2H | TID2, 1 << 15, 0, NO_REG, 0, 0x6232c001, false},
	{"ZVA: SCTLR_EL2.DZE=0", ZVA, HOST, 1 << 14, 0, NO_REG, 0, 0x6212dc08, false},
	{"ZVA: SCTLR_EL2.DZE=1, TDZ", ZVA, HOST | TDZ, 0, 1 << 14, NO_REG, 0, 0, false},
	{"ZVA: E2H=1, TGE=0, TDZ", ZVA, E2H | TDZ, 1 << 14, 0, NO_REG, 0, 0x6212dc08, false},
	{"CIVAC: SCTLR_EL2.UCI=0", CIVAC, HOST, 1 << 26, 0, NO_REG, 0, 0x6212dc1c, false},
	{"CIVAC: SCTLR_EL2.UCI=1, TPCP", CIVAC, HOST | TPCP, 0, 1 << 26, NO_REG, 0, 0, false},
	{"CVAU: SCTLR_EL2.UCI=1, TPU", CVAU, HOST | TPU, 0, 1 << 26, NO_REG, 0, 0, false},
	{"CVAU: E2H=0, TPU", CVAU, TGE | TPU, 1 << 26, 1 << 26, NO_REG, 0, 0x6212dc16, false},
	{"DAIF: SCTLR_EL1.UMA=1", DAIF, HOST, 1 << 9, 1 << 9, NO_REG, 0, 0x6232d005, false},
	{"DAIF: E2H=0, SCTLR_EL1.UMA=1", DAIF, TGE, 1 << 9, 0, NO_REG, 0, 0, false},
	{"CNTFRQ: nothing", CNTFRQ, HOST, 0, 0, SYSREG_CNTHCTL_EL2, 0xffc, 0x6230f801, false},
	{"CNTFRQ: EL0VCTEN", CNTFRQ, HOST, 0, 0, SYSREG_CNTHCTL_EL2, 2, 0, false},
	{"CNTPCT: nothing", CNTPCT, HOST, 0, 0, SYSREG_CNTHCTL_EL2, 0xffe, 0x6232f801, false},
	{"CNTPCT: EL0PCTEN", CNTPCT, HOST, 0, 0, SYSREG_CNTHCTL_EL2, 1, 0, false},
	{"CNTPCT: TGE=0, E2H=1, EL1PCTEN at its place", CNTPCT, E2H, 0, 0, SYSREG_CNTHCTL_EL2,
	 0x400, 0, true},
	{"CNTPCT: TGE=0, E2H=1, EL1PCTEN=0", CNTPCT, E2H, 0, 0, SYSREG_CNTHCTL_EL2, 0xbff,
	 0x6232f801, true},
	{"CNTPCT: E2H=0, EL1PCTEN=0", CNTPCT, 0, 0, 0, SYSREG_CNTHCTL_EL2, 0xffe, 0x6232f801, true},
	{"CNTVCT: nothing", CNTVCT, HOST, 0, 0, SYSREG_CNTHCTL_EL2, 0xffd, 0x6234f801, false},
	{"CNTVCT: EL0VCTEN", CNTVCT, HOST, 0, 0, SYSREG_CNTHCTL_EL2, 2, 0, false},
	{"CNTP: nothing", CNTP, HOST, 0, 0, SYSREG_CNTHCTL_EL2, 0xdff, 0x6232f805, false},
	{"CNTP: EL0PTEN", CNTP, HOST, 0, 0, SYSREG_CNTHCTL_EL2, 0x200, 0, false},
	{"CNTP: TGE=0, E2H=1, EL1PTEN", CNTP, E2H, 0, 0, SYSREG_CNTHCTL_EL2, 0x800, 0, true},
	{"CNTP: TGE=0, E2H=1, EL1PTEN=0", CNTP, E2H, 0, 0, SYSREG_CNTHCTL_EL2, 0x7ff, 0x6232f805,
	 true},
	{"CNTV: nothing", CNTV, HOST, 0, 0, SYSREG_CNTHCTL_EL2, 0xeff, 0x6232f807, false},
	{"CNTV: EL0VTEN", CNTV, HOST, 0, 0, SYSREG_CNTHCTL_EL2, 0x100, 0, false},
	{"MDCCSR: TGE is MDCR_EL2.TDA", DCCSR, TGE, 0, 0, NO_REG, 0, 0x6220c003, false},
	{"CPACR: TCPAC with E2H=1", 0xd5381040, E2H, 0, 0, SYSREG_CPTR_EL2, 1u << 31, 0x62340401,
	 true},
};

static struct outcome execute(struct cpu *cpu, uint32_t word)
{
	uint32_t key = word >> 5 & 0xffff;

	if ((word >> 19 & 3) == 1)
		return sysop_execute(cpu, key, 0);
	return sysreg_mrs(cpu, key, 0);
}

START_TEST(trap_follows_the_regime)
{
	const struct trap_row *row = &traps[_i];
	struct board *board = host_board(row->el1 ? 1 : 0, row->hcr);
	struct cpu *cpu = board->cpu;

	sysreg_write(cpu, SYSREG_SCTLR_EL1, row->sctlr_el1);
	sysreg_write(cpu, SYSREG_SCTLR_EL2, row->sctlr_el2);
	if (row->reg != NO_REG)
		sysreg_write(cpu, row->reg, row->value);
	cpu->x[0] = RAM_BASE;

	struct outcome outcome = execute(cpu, row->word);

	if (row->esr == 0) {
		/* DC ZVA goes on to its alignment fault on Device memory: stage 1 is off. */
		ck_assert_msg(is_done(outcome) || cpu->raised.ec == 0x24, "%s", row->name);
	} else {
		ck_assert_msg(outcome.kind == OUTCOME_EXCEPTION, "%s", row->name);
		take_exception(cpu, &cpu->raised);
		ck_assert_msg(cpu_el(cpu) == 2, "%s", row->name);
		ck_assert_msg(cpu_sysreg(cpu, "ESR_EL2") == row->esr, "%s: 0x%llx", row->name,
			      (unsigned long long)cpu_sysreg(cpu, "ESR_EL2"));
	}
	board_free(board);
}
END_TEST

START_TEST(dczid_follows_the_regime)
{
	struct board *board = host_board(0, HOST | TDZ);
	struct cpu *cpu = board->cpu;
	uint32_t dczid = SYSREG_KEY(3, 3, 0, 0, 7);

	sysreg_write(cpu, SYSREG_SCTLR_EL1, 1 << 14);
	ck_assert_uint_eq(read_by(cpu, dczid), 0x14);
	sysreg_write(cpu, SYSREG_SCTLR_EL2, 1 << 14);
	sysreg_write(cpu, SYSREG_SCTLR_EL1, 0);
	ck_assert_uint_eq(read_by(cpu, dczid), 4);
	board_free(board);
}
END_TEST

/* CNTVOFF_EL2 is of EL1&0. */
START_TEST(virtual_counter_of_the_host_has_no_offset)
{
	static const struct {
		unsigned el;
		uint64_t hcr, value;
	} rows[] = {{0, HOST, 0},    {2, E2H, 0},     {2, HOST, 0},   {2, 0, (uint64_t)-7},
		    {2, TGE, -7ull}, {1, E2H, -7ull}, {0, TGE, -7ull}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct board *board = host_board(rows[i].el, rows[i].hcr);
		struct cpu *cpu = board->cpu;

		sysreg_write(cpu, SYSREG_CNTVOFF_EL2, 7);
		sysreg_write(cpu, SYSREG_CNTHCTL_EL2, 0xfff);
		sysreg_write(cpu, SYSREG_CNTKCTL_EL1, 0x3ff);
		ck_assert_uint_eq(read_by(cpu, SYSREG_KEY(3, 3, 14, 0, 2)), rows[i].value);
		board_free(board);
	}
}
END_TEST

/* ------------------------------------------------------------------ exceptions and branches */

/* PAN after an exception to EL2; SPAN is bit 23 of SCTLR_EL2. */
static const struct {
	const char *name;
	unsigned from;
	uint64_t hcr, sctlr;
	bool pan;
} entries[] = {
	{"EL0, SPAN=0", 0, HOST, 0, true}, {"EL0, SPAN=1", 0, HOST, 1 << 23, false},
	{"EL2, SPAN=0", 2, HOST, 0, true}, {"EL2, TGE=0", 2, E2H, 0, false},
	{"EL0, E2H=0", 0, TGE, 0, false},
};

START_TEST(entry_to_el2_sets_pan)
{
	struct board *board = host_board(entries[_i].from, entries[_i].hcr);
	struct cpu *cpu = board->cpu;
	struct exception e = exception_undefined(cpu);

	sysreg_write(cpu, SYSREG_SCTLR_EL2, entries[_i].sctlr);
	take_exception(cpu, &e);
	ck_assert_uint_eq(cpu_el(cpu), 2);
	ck_assert_msg(cpu->pstate.pan == entries[_i].pan, "%s", entries[_i].name);
	board_free(board);
}
END_TEST

/* AArch64.BranchAddr. TBI0 is bit 37, TBI1 bit 38 with two ranges, TBI bit 20 with one. */
static const struct {
	unsigned el;
	uint64_t hcr, tcr, target, pc;
} tags[] = {
	{2, E2H, UINT64_C(1) << 37, 0x5a00000012345678, 0x0000000012345678},
	{2, E2H, UINT64_C(1) << 37, 0x5a80000012345678, 0x5a80000012345678},
	{2, E2H, UINT64_C(1) << 38, 0x5a80000012345678, 0xff80000012345678},
	{2, E2H, UINT64_C(1) << 20, 0x5a00000012345678, 0x5a00000012345678},
	{2, 0, UINT64_C(1) << 20, 0x5a80000012345678, 0x0080000012345678},
	{0, HOST, UINT64_C(1) << 38, 0x5a80000012345678, 0xff80000012345678},
	{0, HOST, UINT64_C(1) << 37, 0x5a00000012345678, 0x0000000012345678},
	{0, E2H, UINT64_C(1) << 37, 0x5a00000012345678, 0x5a00000012345678},
};

/* EffectiveTBI: TBID (bit 51, 52; 29 with one range) takes fetches out, with FEAT_PAuth. */
static const struct {
	unsigned el;
	uint64_t hcr, tcr, target;
} untagged[] = {
	{2, E2H, UINT64_C(1) << 37 | UINT64_C(1) << 51, 0x5a00000012345678},
	{2, E2H, UINT64_C(1) << 38 | UINT64_C(1) << 52, 0x5a80000012345678},
	{2, 0, UINT64_C(1) << 20 | UINT64_C(1) << 29, 0x5a00000012345678},
};

START_TEST(tbid_keeps_the_tag)
{
	for (unsigned pauth = 0; pauth < 2; pauth++) {
		struct cpu_config config = board_config("max");

		nw_switch(&config.features, FEAT_PAuth, pauth != 0);

		struct board *board = board_with(config, 2);
		uint64_t target = untagged[_i].target;

		sysreg_write(board->cpu, SYSREG_HCR_EL2, untagged[_i].hcr);
		sysreg_write(board->cpu, SYSREG_TCR_EL2, untagged[_i].tcr);
		ck_assert((branch_address(board->cpu, target, untagged[_i].el) == target) ==
			  (pauth != 0));
		board_free(board);
	}
}
END_TEST

START_TEST(branch_drops_the_tag_of_the_regime)
{
	struct board *board = host_board(tags[_i].el, tags[_i].hcr);

	sysreg_write(board->cpu, SYSREG_TCR_EL2, tags[_i].tcr);
	ck_assert_uint_eq(branch_address(board->cpu, tags[_i].target, tags[_i].el), tags[_i].pc);
	board_free(board);
}
END_TEST

/* With TGE nothing returns to EL1, whatever E2H. */
START_TEST(return_to_el1_under_tge_is_illegal)
{
	for (unsigned e2h = 0; e2h < 2; e2h++) {
		struct board *board = host_board(2, e2h ? HOST : TGE);

		sysreg_write(board->cpu, SYSREG_SPSR_EL2, 0x3c5);
		exception_return(board->cpu);
		ck_assert_uint_eq(cpu_el(board->cpu), 2);
		ck_assert(board->cpu->pstate.il);
		board_free(board);
	}
}
END_TEST

/* SCTLR_EL2.nTWI (bit 16) is EL0's under {1,1}, HCR_EL2.TWI is not; it traps with an ESR of WFI. */
START_TEST(wfi_of_el0_follows_the_regime)
{
	static const struct {
		uint64_t hcr, sctlr_el1, sctlr_el2;
		bool trapped;
	} rows[] = {
		{HOST, 1 << 16, 0, true},
		{HOST | TWI, 0, 1 << 16, false},
		{TGE, 0, 1 << 16, true},
		{TGE | TWI, 1 << 16, 1 << 16, true},
	};
	const struct a64_HINT wfi = {.op2 = 3};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct board *board = host_board(0, rows[i].hcr);
		struct cpu *cpu = board->cpu;

		sysreg_write(cpu, SYSREG_SCTLR_EL1, rows[i].sctlr_el1);
		sysreg_write(cpu, SYSREG_SCTLR_EL2, rows[i].sctlr_el2);
		ck_assert_int_eq(exec_HINT(cpu, &wfi).kind,
				 rows[i].trapped ? OUTCOME_EXCEPTION : OUTCOME_STOP);
		if (rows[i].trapped)
			ck_assert_uint_eq(cpu->raised.ec, 1);
		board_free(board);
	}
}
END_TEST

/* ------------------------------------------------------------------ accesses of EL2 */

#define PAN (UINT64_C(1) << 22)
#define UAO (UINT64_C(1) << 23)

enum { LDR = 0xf9400020, LDTR = 0xf8400820, STTR = 0xf8000822 };
enum { LEVEL1 = 0x10000, LEVEL2 = 0x11000, LEVEL3 = 0x12000, PAGES = 0x100000 };

/* AArch64.IsUnprivAccessPriv, and PAN of EL2&0: page 0 is EL0's too, page 0x1000 is not. esr 0: no
 * fault. */
static const struct {
	const char *name;
	uint32_t word;
	uint64_t hcr, pstate, va, esr;
} accesses[] = {
	{"ldr, page of EL0", LDR, HOST, 0, 0, 0},
	{"ldr, page of EL0, PAN", LDR, HOST, PAN, 0, 0x9600000f},
	{"ldr, page of EL0, PAN, {1,0}", LDR, E2H, PAN, 0, 0x9600000f},
	{"ldr, page of EL2, PAN", LDR, HOST, PAN, 0x1000, 0},
	{"ldtr, page of EL0", LDTR, HOST, 0, 0, 0},
	{"ldtr, page of EL0, PAN", LDTR, HOST, PAN, 0, 0},
	{"ldtr, page of EL0, PAN UAO", LDTR, HOST, PAN | UAO, 0, 0x9600000f},
	{"ldtr, page of EL2", LDTR, HOST, 0, 0x1000, 0x9600000f},
	{"ldtr, page of EL2, UAO", LDTR, HOST, UAO, 0x1000, 0},
	{"ldtr, page of EL2, {1,0}", LDTR, E2H, 0, 0x1000, 0},
	{"sttr, page of EL2", STTR, HOST, 0, 0x1000, 0x9600004f},
	{"sttr, page of EL0", STTR, HOST, 0, 0, 0},
};

/* 4 KB, 32 bits: level 1 entry 1 is RAM where it is, entry 0 leads to the pages. */
static struct board *translated_board(uint64_t hcr, bool slow)
{
	struct cpu_config config = board_config("max");

	config.slow = slow;
	config.tlb_off = false;
	config.l1i = config.l1d = (struct tlb_shape){8, 0, 0};

	struct board *board = board_with(config, 2);
	struct cpu *cpu = board->cpu;

	board_poke(board, RAM_BASE + LEVEL1, (RAM_BASE + LEVEL2) | 3);
	board_poke(board, RAM_BASE + LEVEL1 + 8, RAM_BASE | 0x701);
	board_poke(board, RAM_BASE + LEVEL2, (RAM_BASE + LEVEL3) | 3);
	board_poke(board, RAM_BASE + LEVEL3, (RAM_BASE + PAGES) | 0x743);
	board_poke(board, RAM_BASE + LEVEL3 + 8, (RAM_BASE + PAGES) | 0x703);
	sysreg_write(cpu, SYSREG_HCR_EL2, hcr);
	sysreg_write(cpu, SYSREG_MAIR_EL2, 0xff);
	sysreg_write(cpu, SYSREG_TTBR0_EL2, RAM_BASE + LEVEL1);
	sysreg_write(cpu, SYSREG_TCR_EL2,
		     32 | UINT64_C(1) << 23 | UINT64_C(2) << 32); /* T0SZ, EPD1, IPS */
	sysreg_write(cpu, SYSREG_VBAR_EL2, RAM_BASE + 0x8000);
	sysreg_write(cpu, SYSREG_SCTLR_EL2, 1 | 1 << 23); /* M, SPAN */
	return board;
}

START_TEST(access_of_el2_is_privileged_or_not)
{
	for (unsigned slow = 0; slow < 2; slow++) {
		struct board *board = translated_board(accesses[_i].hcr, slow);
		struct cpu *cpu = board->cpu;
		/* A privileged access first: the filter must not answer another with it. */
		const uint32_t words[] = {LDR, accesses[_i].word, 0x14000000}, stay = 0x14000000;

		board_code(board, RAM_BASE + 0x8200, &stay, 1);
		board_code(board, RAM_BASE, words, 3);
		cpu->x[1] = accesses[_i].va;
		cpu->pstate.pan = (accesses[_i].pstate & PAN) != 0;
		cpu->pstate.uao = (accesses[_i].pstate & UAO) != 0;
		cpu->pc = accesses[_i].pstate & PAN ? RAM_BASE + 4 : RAM_BASE;
		cpu_run(cpu, 5000);
		ck_assert_msg(cpu_sysreg(cpu, "ESR_EL2") == accesses[_i].esr, "%s: 0x%llx",
			      accesses[_i].name, (unsigned long long)cpu_sysreg(cpu, "ESR_EL2"));
		board_free(board);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu/host");
	TCase *tcase = tcase_create("host");

	tcase_add_loop_test(tcase, trap_follows_the_regime, 0, ROWS(traps));
	tcase_add_test(tcase, dczid_follows_the_regime);
	tcase_add_test(tcase, virtual_counter_of_the_host_has_no_offset);
	tcase_add_loop_test(tcase, entry_to_el2_sets_pan, 0, ROWS(entries));
	tcase_add_loop_test(tcase, branch_drops_the_tag_of_the_regime, 0, ROWS(tags));
	tcase_add_loop_test(tcase, tbid_keeps_the_tag, 0, ROWS(untagged));
	tcase_add_test(tcase, return_to_el1_under_tge_is_illegal);
	tcase_add_test(tcase, wfi_of_el0_follows_the_regime);
	tcase_add_loop_test(tcase, access_of_el2_is_privileged_or_not, 0, ROWS(accesses));
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
