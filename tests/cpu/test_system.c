/* Suite cpu/system: the System instruction group, one instruction at a time on a whole core. */
#include "tests/cpu/board.h"

#include "cpu/exception.h"
#include "cpu/sysreg.h"

#define VECTORS_EL1 UINT64_C(0x40010000)
#define VECTORS_EL2 UINT64_C(0x40020000)
#define ADDRESS     UINT64_C(0x40002100) /* X0 */

/* Handlers that stay where they are: B to itself. */
static void fill_vectors(struct board *board, uint64_t base)
{
	static const uint32_t stay = 0x14000000;

	for (uint64_t offset = 0; offset < 0x800; offset += 0x80)
		board_code(board, base + offset, &stay, 1);
}

/* A core at RAM_BASE with vectors, one instruction word there. */
static struct board *board_for(struct cpu_config config, unsigned el, uint32_t word)
{
	bool has_el2 = nw_has(&config.features, FEAT_EL2);
	struct board *board = board_with(config, has_el2 ? 2 : 1);
	struct cpu *cpu = board->cpu;

	sysreg_write(cpu, SYSREG_VBAR_EL1, VECTORS_EL1);
	if (has_el2)
		sysreg_write(cpu, SYSREG_VBAR_EL2, VECTORS_EL2);
	fill_vectors(board, VECTORS_EL1);
	fill_vectors(board, VECTORS_EL2);
	board_code(board, RAM_BASE, &word, 1);
	cpu_set_x(cpu, 0, ADDRESS);
	pstate_select(cpu, el, el != 0);
	return board;
}

/* The core starts anew at RAM_BASE in the state that a test has made. */
static struct cpu_stop run_one(struct board *board)
{
	cpu_set_pc(board->cpu, (va_t){RAM_BASE});
	return cpu_run(board->cpu, 1);
}

/*
 * ------------------------------------------------------------------ completed, trapped or
 * UNDEFINED
 */

#define TWI    (UINT64_C(1) << 13)
#define TWE    (UINT64_C(1) << 14)
#define TSC    (UINT64_C(1) << 19)
#define TIDCP  (UINT64_C(1) << 20)
#define TSW    (UINT64_C(1) << 22)
#define TPCP   (UINT64_C(1) << 23)
#define TPU    (UINT64_C(1) << 24)
#define TTLB   (UINT64_C(1) << 25)
#define TICAB  (UINT64_C(1) << 50)
#define TOCU   (UINT64_C(1) << 52)
#define TTLBIS (UINT64_C(1) << 54)
#define TTLBOS (UINT64_C(1) << 55)
#define TGE    (UINT64_C(1) << 27)
#define TDZ    (UINT64_C(1) << 28)
#define HCD    (UINT64_C(1) << 29)
#define UMA    (UINT64_C(1) << 9)
#define DZE    (UINT64_C(1) << 14)
#define N_TWI  (UINT64_C(1) << 16)
#define N_TWE  (UINT64_C(1) << 18)
#define UCI    (UINT64_C(1) << 26)
#define UNDEF  0x02000000

/* esr 0: completes. */
static const struct {
	const char *name;
	uint32_t word;
	uint8_t el;
	uint64_t hcr, sctlr;
	uint32_t esr;
	uint8_t target;
} rows[] = {
	{"SVC #5 at EL0", 0xd40000a1, 0, 0, 0, 0x56000005, 1},
	{"SVC #5 at EL0, TGE", 0xd40000a1, 0, TGE, 0, 0x56000005, 2},
	{"HVC #7 at EL0", 0xd40000e2, 0, 0, 0, UNDEF, 1},
	{"HVC #7 at EL1", 0xd40000e2, 1, 0, 0, 0x5a000007, 2},
	{"HVC #7 at EL2", 0xd40000e2, 2, 0, 0, 0x5a000007, 2},
	{"HVC at EL1, HCD", 0xd40000e2, 1, HCD, 0, UNDEF, 1},
	{"HVC at EL2, HCD", 0xd40000e2, 2, HCD, 0, UNDEF, 2},
	{"SMC #1 at EL0, TSC", 0xd4000023, 0, TSC, 0, UNDEF, 1},
	{"SMC #1 at EL1", 0xd4000023, 1, 0, 0, UNDEF, 1},
	{"SMC #1 at EL1, TSC", 0xd4000023, 1, TSC, 0, 0x5e000001, 2},
	{"SMC #1 at EL2, TSC", 0xd4000023, 2, TSC, 0, UNDEF, 2},
	{"BRK #2 at EL0", 0xd4200040, 0, 0, 0, 0xf2000002, 1},
	{"BRK #2 at EL2", 0xd4200040, 2, 0, 0, 0xf2000002, 2},
	{"HLT #0xf000 without a host", 0xd45e0000, 1, 0, 0, UNDEF, 1},
	{"HLT #1", 0xd4400020, 2, 0, 0, UNDEF, 2},
	{"WFE at EL0, trapped by EL1", 0xd503205f, 0, 0, 0, 0x07e00001, 1},
	{"WFE at EL0, nTWE", 0xd503205f, 0, 0, N_TWE, 0, 0},
	{"WFE at EL1, TWE", 0xd503205f, 1, TWE, 0, 0x07e00001, 2},
	{"WFE at EL2, TWE", 0xd503205f, 2, TWE, 0, 0, 0},
	{"WFI at EL0, trapped by EL1", 0xd503207f, 0, 0, 0, 0x07e00000, 1},
	{"WFI at EL0, trapped by EL1, TGE", 0xd503207f, 0, TGE, 0, 0x07e00000, 2},
	{"WFI at EL0, nTWI TWI", 0xd503207f, 0, TWI, N_TWI, 0x07e00000, 2},
	{"WFI at EL1, TWI", 0xd503207f, 1, TWI, 0, 0x07e00000, 2},
	/* X0 is a time to come. TI 3 and 2, RV, RN 0. */
	{"WFET X0 at EL0, trapped by EL1", 0xd5031000, 0, 0, 0, 0x07e00007, 1},
	{"WFET X0 at EL1, TWE", 0xd5031000, 1, TWE, 0, 0x07e00007, 2},
	{"WFET X0 at EL0, nTWE", 0xd5031000, 0, 0, N_TWE, 0, 0},
	{"WFIT X0 at EL0, trapped by EL1", 0xd5031020, 0, 0, 0, 0x07e00006, 1},
	{"WFIT X7 at EL0, time has come", 0xd5031027, 0, 0, 0, 0, 0},
	{"WFIT X0 at EL1, TWI", 0xd5031020, 1, TWI, 0, 0x07e00006, 2},
	{"WFIT X0 at EL2, TWI", 0xd5031020, 2, TWI, 0, 0, 0},
	{"SEV at EL0", 0xd503209f, 0, 0, 0, 0, 0},
	{"YIELD at EL0", 0xd503203f, 0, 0, 0, 0, 0},
	{"CLREX at EL0", 0xd5033f5f, 0, 0, 0, 0, 0},
	{"DSB SY at EL0", 0xd5033f9f, 0, 0, 0, 0, 0},
	{"DMB SY at EL0", 0xd5033fbf, 0, 0, 0, 0, 0},
	{"ISB at EL0", 0xd5033fdf, 0, 0, 0, 0, 0},
	{"SB at EL0", 0xd50330ff, 0, 0, 0, 0, 0},
	{"MSR DAIFSet, #2 at EL0", 0xd50342df, 0, 0, 0, 0x620cd3e4, 1},
	{"MSR DAIFClr, #15 at EL0, TGE", 0xd5034fff, 0, TGE, 0, 0x620ed3fe, 2},
	{"MSR DAIFSet at EL0, UMA", 0xd50342df, 0, 0, UMA, 0, 0},
	{"MSR PAN, #1 at EL0", 0xd500419f, 0, 0, 0, UNDEF, 1},
	{"MSR PAN, #1 at EL1", 0xd500419f, 1, 0, 0, 0, 0},
	{"MSR UAO, #1 at EL0", 0xd500417f, 0, 0, 0, UNDEF, 1},
	{"MSR SPSel, #0 at EL0", 0xd50040bf, 0, 0, 0, UNDEF, 1},
	{"MSR DIT, #1 at EL0", 0xd503415f, 0, 0, 0, 0, 0},
	{"MSR SSBS, #1 at EL0", 0xd503413f, 0, 0, 0, 0, 0},
	{"MSR TCO, #1 (not offered)", 0xd503419f, 1, 0, 0, UNDEF, 1},
	{"TLBI VAE1, X0 at EL0", 0xd5088720, 0, 0, 0, UNDEF, 1},
	{"TLBI VAE1, X0 at EL1", 0xd5088720, 1, 0, 0, 0, 0},
	{"TLBI VAE1, X0 at EL1, TTLB", 0xd5088720, 1, TTLB, 0, 0x6212200e, 2},
	{"TLBI VMALLE1 at EL1, TTLB", 0xd508871f, 1, TTLB, 0, 0x621023ee, 2},
	{"TLBI VAE1IS, X0 at EL1, TTLBIS", 0xd5088320, 1, TTLBIS, 0, 0x62122006, 2},
	{"TLBI VAE1, X0 at EL1, TTLBIS TTLBOS", 0xd5088720, 1, TTLBIS | TTLBOS, 0, 0, 0},
	{"IC IALLUIS at EL1, TICAB", 0xd508711f, 1, TICAB, 0, 0x62101fe2, 2},
	{"IC IALLUIS at EL1, TOCU", 0xd508711f, 1, TOCU, 0, 0, 0},
	{"IC IALLU at EL1, TOCU", 0xd508751f, 1, TOCU, 0, 0x62101fea, 2},
	{"IC IALLU at EL1, TICAB", 0xd508751f, 1, TICAB, 0, 0, 0},
	{"TLBI VAE1, X0 at EL2, TTLB", 0xd5088720, 2, TTLB, 0, 0, 0},
	{"TLBI ALLE2 at EL1", 0xd50c871f, 1, 0, 0, UNDEF, 1},
	{"TLBI ALLE2 at EL2", 0xd50c871f, 2, 0, 0, 0, 0},
	{"TLBI ALLE1IS at EL1", 0xd50c839f, 1, TTLB, 0, UNDEF, 1},
	{"TLBI IPAS2E1IS, X0 at EL2", 0xd50c8020, 2, 0, 0, 0, 0},
	{"TLBI RVAE1OS, X0 at EL1, TTLB", 0xd5088520, 1, TTLB, 0, 0x6212200a, 2},
	{"TLBI, unallocated op2", 0xd5088740 + 0x80, 2, 0, 0, UNDEF, 2},
	{"AT S1E1R, X0 at EL0", 0xd5087800, 0, 0, 0, UNDEF, 1},
	{"AT S1E1R, X0 at EL1", 0xd5087800, 1, 0, 0, 0, 0},
	{"AT S1E1RP, X0 at EL1", 0xd5087900, 1, 0, 0, 0, 0},
	{"AT S1E2R, X0 at EL1", 0xd50c7800, 1, 0, 0, UNDEF, 1},
	{"AT S12E1R, X0 at EL1", 0xd50c7880, 1, 0, 0, UNDEF, 1},
	{"AT S12E1R, X0 at EL2", 0xd50c7880, 2, 0, 0, 0, 0},
	{"DC ZVA, X0 at EL0", 0xd50b7420, 0, 0, 0, 0x6212dc08, 1},
	{"DC ZVA, X0 at EL1, TDZ", 0xd50b7420, 1, TDZ, 0, 0x6212dc08, 2},
	{"DC ZVA, X0 at EL0, DZE TDZ", 0xd50b7420, 0, TDZ, DZE, 0x6212dc08, 2},
	{"DC CIVAC, X0 at EL0", 0xd50b7e20, 0, 0, 0, 0x6212dc1c, 1},
	{"DC CIVAC, X0 at EL0, UCI", 0xd50b7e20, 0, 0, UCI, 0, 0},
	{"DC CIVAC, X0 at EL0, UCI TPCP", 0xd50b7e20, 0, TPCP, UCI, 0x6212dc1c, 2},
	{"DC CIVAC, X0 at EL1, TPU", 0xd50b7e20, 1, TPU, 0, 0, 0},
	{"DC CVAU, X0 at EL1, TPU", 0xd50b7b20, 1, TPU, 0, 0x6212dc16, 2},
	{"DC CVAU, X0 at EL1, TPCP", 0xd50b7b20, 1, TPCP, 0, 0, 0},
	{"DC CVAP, X0 at EL1, TPCP", 0xd50b7c20, 1, TPCP, 0, 0x6212dc18, 2},
	{"DC CVADP, X0 at EL1", 0xd50b7d20, 1, 0, 0, 0, 0},
	{"DC IVAC, X0 at EL0, UCI", 0xd5087620, 0, 0, UCI, UNDEF, 1},
	{"DC IVAC, X0 at EL1, TPCP", 0xd5087620, 1, TPCP, 0, 0x62121c0c, 2},
	{"DC CSW, X0 at EL1", 0xd5087a40, 1, 0, 0, 0, 0},
	{"DC CSW, X0 at EL1, TSW", 0xd5087a40, 1, TSW, 0, 0x62141c14, 2},
	{"IC IALLU at EL1, TPU", 0xd508751f, 1, TPU, 0, 0x62101fea, 2},
	{"IC IALLU at EL0", 0xd508751f, 0, 0, UCI, UNDEF, 1},
	{"IC IVAU, X0 at EL0", 0xd50b7520, 0, 0, 0, 0x6212dc0a, 1},
	{"IC IVAU, X0 at EL0, UCI", 0xd50b7520, 0, 0, UCI, 0, 0},
	{"SYS #3, C15, C0, #0, X0, TIDCP", 0xd50bf000, 1, TIDCP, 0, 0x6210fc00, 2},
	{"SYS #3, C15, C0, #0, X0", 0xd50bf000, 1, 0, 0, UNDEF, 1},
	{"SYSL X0, #3, C11, C0, #1, TIDCP", 0xd52bb020, 1, TIDCP, 0, 0x6212ec01, 2},
	{"SYSL X0, #3, C11, C0, #1", 0xd52bb020, 2, 0, 0, UNDEF, 2},
	{"ERET at EL0", 0xd69f03e0, 0, 0, 0, UNDEF, 1},
	{"UDF #0", 0x00000000, 2, 0, 0, UNDEF, 2},
};

START_TEST(instruction_completes_traps_or_is_undefined)
{
	struct board *board = board_for(board_config("max"), rows[_i].el, rows[_i].word);
	struct cpu *cpu = board->cpu;
	bool el2 = rows[_i].target == 2;

	sysreg_write(cpu, SYSREG_HCR_EL2, rows[_i].hcr);
	sysreg_write(cpu, SYSREG_SCTLR_EL1, rows[_i].sctlr);

	struct cpu_stop stop = run_one(board);

	ck_assert_int_eq(stop.reason, CPU_LIMIT);
	if (rows[_i].esr == 0) {
		ck_assert_msg(cpu_pc(cpu).value == RAM_BASE + 4, "%s: PC 0x%llx", rows[_i].name,
			      (unsigned long long)cpu_pc(cpu).value);
	} else {
		uint64_t esr = cpu_sysreg(cpu, el2 ? "ESR_EL2" : "ESR_EL1");
		uint64_t elr = cpu_sysreg(cpu, el2 ? "ELR_EL2" : "ELR_EL1");
		unsigned ec = rows[_i].esr >> 26;

		ck_assert_msg(esr == rows[_i].esr, "%s: 0x%llx", rows[_i].name,
			      (unsigned long long)esr);
		ck_assert_msg(elr == RAM_BASE + (ec == 0x15 || ec == 0x16 ? 4 : 0), "%s",
			      rows[_i].name);
		ck_assert_msg(cpu_el(cpu) == rows[_i].target, "%s", rows[_i].name);
	}
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ alignment */

#define SA  (UINT64_C(1) << 3)
#define SA0 (UINT64_C(1) << 4)

/* ADD X0, X0, #8; MOV SP, X0; LDR X1, [SP, #8] */
#define LOAD_BY_ODD_SP                                                                             \
	{                                                                                          \
		0x91002000, 0x9100001f, 0xf94007e1                                                 \
	}

/* count: completed instructions before the fault. The MMU is off, so data is in Device memory. */
static const struct {
	const char *name;
	uint32_t words[3];
	unsigned count;
	uint8_t el;
	uint64_t hcr, sctlr;
	uint32_t esr;
	uint8_t target;
	uint64_t far;
} alignment[] = {
	{"SP at EL1, SA", LOAD_BY_ODD_SP, 2, 1, 0, SA, 0x9a000000, 1, 0},
	{"SP at EL1, SA0 only", LOAD_BY_ODD_SP, 3, 1, 0, SA0, 0, 0, 0},
	{"SP at EL0, SA0", LOAD_BY_ODD_SP, 2, 0, 0, SA0, 0x9a000000, 1, 0},
	{"SP at EL0, SA0, TGE", LOAD_BY_ODD_SP, 2, 0, TGE, SA0, 0x9a000000, 2, 0},
	{"LDUR X1, [X0, #1] at EL1", {0xf8401001}, 0, 1, 0, 0, 0x96000021, 1, ADDRESS + 1},
	{"STUR X1, [X0, #1] at EL0", {0xf8001001}, 0, 0, 0, 0, 0x92000061, 1, ADDRESS + 1},
	{"LDUR X1, [X0, #1] at EL0, TGE", {0xf8401001}, 0, 0, TGE, 0, 0x92000021, 2, ADDRESS + 1},
	{"ADD X0, X0, #2; BR X0", {0x91000800, 0xd61f0000}, 2, 1, 0, 0, 0x8a000000, 1, ADDRESS + 2},
};

START_TEST(misaligned_is_reported)
{
	struct board *board = board_for(board_config("max"), alignment[_i].el, 0);
	struct cpu *cpu = board->cpu;
	bool el2 = alignment[_i].target == 2;

	board_code(board, RAM_BASE, alignment[_i].words, 3);
	sysreg_write(cpu, SYSREG_HCR_EL2, alignment[_i].hcr);
	sysreg_write(cpu, SYSREG_SCTLR_EL1, alignment[_i].sctlr);
	cpu_set_pc(cpu, (va_t){RAM_BASE});
	cpu_run(cpu, alignment[_i].count + (alignment[_i].esr != 0));
	if (alignment[_i].esr == 0) {
		ck_assert_msg(cpu_pc(cpu).value == RAM_BASE + 12, "%s", alignment[_i].name);
	} else {
		uint64_t esr = cpu_sysreg(cpu, el2 ? "ESR_EL2" : "ESR_EL1");
		uint64_t far = cpu_sysreg(cpu, el2 ? "FAR_EL2" : "FAR_EL1");

		ck_assert_msg(esr == alignment[_i].esr, "%s: 0x%llx", alignment[_i].name,
			      (unsigned long long)esr);
		ck_assert_msg(cpu_el(cpu) == alignment[_i].target, "%s", alignment[_i].name);
		ck_assert(alignment[_i].far == 0 || far == alignment[_i].far);
	}
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ effects */

START_TEST(wfi_waits_for_ever)
{
	struct board *board = board_for(board_config("max"), 1, 0xd503207f);
	struct cpu_stop stop = run_one(board);

	ck_assert_int_eq(stop.reason, CPU_WAITING);
	ck_assert_uint_eq(stop.pc.value, RAM_BASE);
	board_free(board);
}
END_TEST

/* The event register makes WFE complete without waiting, so without a trap, once. */
START_TEST(wfe_consumes_the_event)
{
	static const uint32_t code[] = {0xd50320bf, 0xd503205f, 0xd503205f}; /* SEVL, WFE, WFE */
	struct board *board = board_for(board_config("max"), 1, code[0]);

	board_code(board, RAM_BASE, code, 3);
	sysreg_write(board->cpu, SYSREG_HCR_EL2, TWE);
	cpu_set_pc(board->cpu, (va_t){RAM_BASE});
	cpu_run(board->cpu, 3);
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "ESR_EL2"), 0x07e00001);
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "ELR_EL2"), RAM_BASE + 8);
	board_free(board);
}
END_TEST

START_TEST(tlbi_is_counted_by_name)
{
	struct board *board = board_for(board_config("max"), 2, 0xd5088720);

	run_one(board);
	ck_assert_uint_eq(cpu_counts(board->cpu)->tlbi[TLBI_VAE1], 1);
	for (unsigned op = 0; op < TLBI_OP_COUNT; op++)
		ck_assert(op == TLBI_VAE1 || cpu_counts(board->cpu)->tlbi[op] == 0);
	board_free(board);
}
END_TEST

/*
 * MMU off: flat, Device-nGnRnE, which PAR_EL1 shows as Outer Shareable. NS and bit 10 are UNKNOWN
 * and IMPDEF.
 */
START_TEST(at_writes_par)
{
	struct board *board = board_for(board_config("max"), 2, 0xd50c7800); /* AT S1E2R, X0 */

	run_one(board);
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "PAR_EL1") & ~UINT64_C(0x600), 0x40002900);
	board_free(board);
}
END_TEST

START_TEST(at_out_of_range_faults_in_par)
{
	struct board *board = board_for(board_config("cortex-a53"), 2, 0xd50c7800);

	cpu_set_x(board->cpu, 0, UINT64_C(1) << 40);
	run_one(board);
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "PAR_EL1") & 0xffff,
			  0x801); /* address size level 0 */
	ck_assert_uint_eq(cpu_pc(board->cpu).value, RAM_BASE + 4);
	board_free(board);
}
END_TEST

static const struct {
	uint32_t word;
	uint64_t before, after;
} pstates[] = {
	{0xd50342df, 0x00000009, 0x00000089}, /* MSR DAIFSet, #2 */
	{0xd5034fff, 0x000003c9, 0x00000009}, /* MSR DAIFClr, #15 */
	{0xd500419f, 0x00000009, 0x00400009}, /* MSR PAN, #1 */
	{0xd500417f, 0x00000009, 0x00800009}, /* MSR UAO, #1 */
	{0xd50040bf, 0x00000009, 0x00000008}, /* MSR SPSel, #0 */
	{0xd503415f, 0x00000009, 0x01000009}, /* MSR DIT, #1 */
	{0xd503413f, 0x00000009, 0x00001009}, /* MSR SSBS, #1 */
	{0xd51b4200, 0x00000009, 0x40000009}, /* MSR NZCV, X0 */
};

START_TEST(msr_changes_pstate)
{
	struct board *board = board_for(board_config("max"), 2, pstates[_i].word);

	sysreg_write(board->cpu, SYSREG_DAIF, pstates[_i].before);
	run_one(board);
	ck_assert_uint_eq(cpu_pstate(board->cpu), pstates[_i].after);
	ck_assert_uint_eq(cpu_pc(board->cpu).value, RAM_BASE + 4);
	board_free(board);
}
END_TEST

/*
 * With the MMU off memory is Device, and DC ZVA of Device memory is an alignment fault whatever the
 * address (DDI 0487, DC ZVA). What it does to Normal memory is in test_memory.c.
 */
START_TEST(zva_faults_on_device_memory)
{
	struct board *board = board_for(board_config("max"), 2, 0xd50b7420);

	board_poke(board, ADDRESS, ~UINT64_C(0));
	cpu_set_x(board->cpu, 0, ADDRESS);
	run_one(board);

	uint64_t value;

	memcpy(&value, board->ram + (ADDRESS - RAM_BASE), 8);
	ck_assert_uint_eq(value, ~UINT64_C(0));
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "ESR_EL2"), 0x96000061);
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "FAR_EL2"), ADDRESS);
	ck_assert_uint_eq(cpu_counts(board->cpu)->store[2], 0);
	board_free(board);
}
END_TEST

/* FAR_ELx is the address in the register, wherever in the block it lies. */
START_TEST(zva_fault_reports_its_operand)
{
	struct cpu_config config = board_config("cortex-a53");
	struct board *board = board_for(config, 2, 0xd50b7420);

	cpu_set_x(board->cpu, 0, (UINT64_C(1) << 40) + 0x2f);
	run_one(board);
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "ESR_EL2"), 0x96000040);
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "FAR_EL2"), (UINT64_C(1) << 40) + 0x2f);
	board_free(board);
}
END_TEST

START_TEST(cache_op_out_of_range_aborts)
{
	struct board *board =
		board_for(board_config("cortex-a53"), 2, 0xd50b7e20); /* DC CIVAC, X0 */

	cpu_set_x(board->cpu, 0, UINT64_C(1) << 40);
	run_one(board);
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "ESR_EL2"), 0x96000140);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ semihosting */

static bool host_doubles_x1(void *ctx, struct cpu *cpu)
{
	(void)ctx;
	cpu_set_x(cpu, 0, 2 * cpu_x(cpu, 1));
	return true;
}

static bool host_exits(void *ctx, struct cpu *cpu)
{
	(void)ctx, (void)cpu;
	return false;
}

START_TEST(hlt_calls_the_host)
{
	struct cpu_config config = board_config("max");

	config.host.semihosting = host_doubles_x1;

	struct board *board = board_for(config, 1, 0xd45e0000);

	cpu_set_x(board->cpu, 1, 21);
	ck_assert_int_eq(run_one(board).reason, CPU_LIMIT);
	ck_assert_uint_eq(cpu_x(board->cpu, 0), 42);
	ck_assert_uint_eq(cpu_pc(board->cpu).value, RAM_BASE + 4);
	pstate_select(board->cpu, 0, false);
	run_one(board);
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "ESR_EL1"), UNDEF); /* not for EL0 */
	board_free(board);
}
END_TEST

START_TEST(host_ends_the_run)
{
	struct cpu_config config = board_config("max");

	config.host.semihosting = host_exits;

	struct board *board = board_for(config, 2, 0xd45e0000);

	ck_assert_int_eq(run_one(board).reason, CPU_EXIT);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ FEAT_WFxT, FEAT_RNG */

/* Nothing but its timeout ends WFIT: the counter is there at once. */
START_TEST(wfit_waits_until_the_counter_is_there)
{
	struct board *board = board_for(board_config("max"), 2, 0xd5031020); /* WFIT X0 */

	cpu_set_x(board->cpu, 0, 1000000);
	ck_assert_int_eq(run_one(board).reason, CPU_LIMIT);
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "CNTVCT_EL0"), 1000000);
	board_free(board);
}
END_TEST

/* MRS X0, RNDR and MRS X0, RNDRRS after CMP that sets C and Z. */
static uint64_t random_of(uint64_t seed, uint32_t word)
{
	struct cpu_config config = board_config("max");

	config.seed = seed;

	struct board *board = board_for(config, 0, word);

	sysreg_write(board->cpu, SYSREG_NZCV, 0x60000000);
	ck_assert_int_eq(run_one(board).reason, CPU_LIMIT);
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "NZCV"), 0);

	uint64_t value = cpu_x(board->cpu, 0);

	board_free(board);
	return value;
}

START_TEST(random_numbers_follow_the_seed)
{
	ck_assert_uint_eq(random_of(1, 0xd53b2400), random_of(1, 0xd53b2400));
	ck_assert_uint_ne(random_of(1, 0xd53b2400), random_of(2, 0xd53b2400));
	ck_assert_uint_ne(random_of(1, 0xd53b2400), random_of(1, 0xd53b2420));
	/* The first number of splitmix64 from 0. */
	ck_assert_uint_eq(random_of(0, 0xd53b2400), 0xe220a8397b1dcdaf);
}
END_TEST

/* ------------------------------------------------------------------ not offered */

static const struct {
	uint32_t word;
	uint8_t el;
	const char *name; /* NULL: UNDEFINED */
} unmodelled[] = {
	{0xd5087940, 1, "AT_S1E1A"}, {0xd50b7460, 0, "DC_GVA"},
	{0xd503419f, 1, "TCO"},      {0xd503437f, 0, "SVCR"}, /* SMSTART */
	{0xd50b7600, 1, NULL},                                /* unallocated */
};

START_TEST(unmodelled_instruction_stops_by_name)
{
	struct cpu_config config = board_config("max");

	config.stop_on_unmodelled = true;

	struct board *board = board_for(config, unmodelled[_i].el, unmodelled[_i].word);
	struct cpu_stop stop = run_one(board);

	if (unmodelled[_i].name == NULL) {
		ck_assert_uint_eq(cpu_sysreg(board->cpu, "ESR_EL1"), UNDEF);
	} else {
		ck_assert_int_eq(stop.reason, CPU_UNMODELLED);
		ck_assert_str_eq(stop.name, unmodelled[_i].name);
		ck_assert_uint_eq(stop.word, unmodelled[_i].word);
		ck_assert_uint_eq(stop.pc.value, RAM_BASE);
	}
	board_free(board);
}
END_TEST

/* Instructions of a feature that the chosen core lacks are UNDEFINED. */
static const struct {
	const char *preset;
	uint32_t word;
} absent[] = {
	{"cortex-a53", 0xd500419f}, /* MSR PAN, #1 */
	{"cortex-a53", 0xd500417f}, /* MSR UAO, #1 */
	{"cortex-a53", 0xd503413f}, /* MSR SSBS, #1 */
	{"cortex-a53", 0xd5087900}, /* AT S1E1RP, X0 */
	{"cortex-a53", 0xd50b7c20}, /* DC CVAP, X0 */
	{"cortex-a76", 0xd50b7d20}, /* DC CVADP, X0 */
	{"cortex-a76", 0xd503415f}, /* MSR DIT, #1 */
};

START_TEST(absent_feature_is_undefined)
{
	struct cpu_config config = board_config(absent[_i].preset);

	config.stop_on_unmodelled = true;

	struct board *board = board_for(config, 2, absent[_i].word);

	ck_assert_int_eq(run_one(board).reason, CPU_LIMIT);
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "ESR_EL2"), UNDEF);
	board_free(board);
}
END_TEST

START_TEST(without_el2_hvc_is_undefined)
{
	struct cpu_config config = board_config("max");

	nw_switch(&config.features, FEAT_EL2, false);

	struct board *board = board_for(config, 1, 0xd40000e2);

	run_one(board);
	ck_assert_uint_eq(cpu_sysreg(board->cpu, "ESR_EL1"), UNDEF);
	board_free(board);
}
END_TEST

#define ROWS(a) ((int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
	Suite *suite = suite_create("cpu/system");
	TCase *tcase = tcase_create("system");

	tcase_add_loop_test(tcase, instruction_completes_traps_or_is_undefined, 0, ROWS(rows));
	tcase_add_loop_test(tcase, misaligned_is_reported, 0, ROWS(alignment));
	tcase_add_test(tcase, wfi_waits_for_ever);
	tcase_add_test(tcase, wfe_consumes_the_event);
	tcase_add_test(tcase, tlbi_is_counted_by_name);
	tcase_add_test(tcase, at_writes_par);
	tcase_add_test(tcase, at_out_of_range_faults_in_par);
	tcase_add_loop_test(tcase, msr_changes_pstate, 0, ROWS(pstates));
	tcase_add_test(tcase, zva_faults_on_device_memory);
	tcase_add_test(tcase, zva_fault_reports_its_operand);
	tcase_add_test(tcase, cache_op_out_of_range_aborts);
	tcase_add_test(tcase, hlt_calls_the_host);
	tcase_add_test(tcase, host_ends_the_run);
	tcase_add_test(tcase, wfit_waits_until_the_counter_is_there);
	tcase_add_test(tcase, random_numbers_follow_the_seed);
	tcase_add_loop_test(tcase, unmodelled_instruction_stops_by_name, 0, ROWS(unmodelled));
	tcase_add_loop_test(tcase, absent_feature_is_undefined, 0, ROWS(absent));
	tcase_add_test(tcase, without_el2_hvc_is_undefined);
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
