/* Suite cpu/sysreg: encodings, layouts, access rights, traps, values of the system registers. */
#include "tests/cpu/board.h"

#include "cpu/exception.h"
#include "cpu/layout.h"
#include "cpu/sysreg.h"

/* ------------------------------------------------------------------ encodings */

/* As aarch64-linux-gnu-as assembles them. */
static const struct {
	uint32_t word;
	const char *name;
} words[] = {
	{0xd5380000, "MIDR_EL1"},
	{0xd53800a1, "MPIDR_EL1"},
	{0xd53800c2, "REVIDR_EL1"},
	{0xd53900e3, "AIDR_EL1"},
	{0xd5380404, "ID_AA64PFR0_EL1"},
	{0xd5380425, "ID_AA64PFR1_EL1"},
	{0xd5380506, "ID_AA64DFR0_EL1"},
	{0xd5380607, "ID_AA64ISAR0_EL1"},
	{0xd5380628, "ID_AA64ISAR1_EL1"},
	{0xd5380709, "ID_AA64MMFR0_EL1"},
	{0xd538072a, "ID_AA64MMFR1_EL1"},
	{0xd538074b, "ID_AA64MMFR2_EL1"},
	{0xd53b002c, "CTR_EL0"},
	{0xd53b00ed, "DCZID_EL0"},
	{0xd539002e, "CLIDR_EL1"},
	{0xd53a000f, "CSSELR_EL1"},
	{0xd5181000, "SCTLR_EL1"},
	{0xd5181021, "ACTLR_EL1"},
	{0xd5181042, "CPACR_EL1"},
	{0xd5182003, "TTBR0_EL1"},
	{0xd5182024, "TTBR1_EL1"},
	{0xd5182045, "TCR_EL1"},
	{0xd5184006, "SPSR_EL1"},
	{0xd5184027, "ELR_EL1"},
	{0xd5185208, "ESR_EL1"},
	{0xd5186009, "FAR_EL1"},
	{0xd518740a, "PAR_EL1"},
	{0xd518a20b, "MAIR_EL1"},
	{0xd518c00c, "VBAR_EL1"},
	{0xd518d02d, "CONTEXTIDR_EL1"},
	{0xd518e10e, "CNTKCTL_EL1"},
	{0xd518410f, "SP_EL0"},
	{0xd5184210, "SPSel"},
	{0xd5384251, "CurrentEL"},
	{0xd5184272, "PAN"},
	{0xd5184293, "UAO"},
	{0xd51b4214, "NZCV"},
	{0xd51b4235, "DAIF"},
	{0xd51b42b6, "DIT"},
	{0xd51b42d7, "SSBS"},
	{0xd51bd058, "TPIDR_EL0"},
	{0xd51bd079, "TPIDRRO_EL0"},
	{0xd518d09a, "TPIDR_EL1"},
	{0xd53be01b, "CNTFRQ_EL0"},
	{0xd53be03c, "CNTPCT_EL0"},
	{0xd53be05d, "CNTVCT_EL0"},
	{0xd51be21e, "CNTP_TVAL_EL0"},
	{0xd51be320, "CNTV_CTL_EL0"},
	{0xd51be341, "CNTV_CVAL_EL0"},
	{0xd51ce102, "CNTHCTL_EL2"},
	{0xd51ce063, "CNTVOFF_EL2"},
	{0xd51ce244, "CNTHP_CVAL_EL2"},
	{0xd51c4105, "SP_EL1"},
	{0xd51c0006, "VPIDR_EL2"},
	{0xd51c1007, "SCTLR_EL2"},
	{0xd51c1108, "HCR_EL2"},
	{0xd51c1129, "MDCR_EL2"},
	{0xd51c114a, "CPTR_EL2"},
	{0xd51c200b, "TTBR0_EL2"},
	{0xd51c204c, "TCR_EL2"},
	{0xd51c210d, "VTTBR_EL2"},
	{0xd51c214e, "VTCR_EL2"},
	{0xd51c400f, "SPSR_EL2"},
	{0xd51c4030, "ELR_EL2"},
	{0xd51c5211, "ESR_EL2"},
	{0xd51c6012, "FAR_EL2"},
	{0xd51c6093, "HPFAR_EL2"},
	{0xd51ca214, "MAIR_EL2"},
	{0xd51cc015, "VBAR_EL2"},
	{0xd51cd056, "TPIDR_EL2"},
	{0xd5100257, "MDSCR_EL1"},
	{0xd5101098, "OSLAR_EL1"},
	{0xd5301199, "OSLSR_EL1"},
	{0xd510139a, "OSDLR_EL1"},
	{0xd510009b, "DBGBVR0_EL1"},
	{0xd51001fc, "DBGWCR1_EL1"},
	{0xd533011d, "MDCCSR_EL0"},
};

static uint32_t info_key(struct cpu_sysreg_info info)
{
	return SYSREG_KEY(info.op0, info.op1, info.CRn, info.CRm, info.op2);
}

START_TEST(encoding_is_the_assemblers)
{
	bool found = false;

	for (size_t i = 0; i < cpu_sysreg_count(); i++) {
		struct cpu_sysreg_info info = cpu_sysreg_info(i);

		if (strcmp(info.name, words[_i].name) != 0)
			continue;
		ck_assert_msg(info_key(info) == (words[_i].word >> 5 & 0xffff), "%s", info.name);
		found = true;
	}
	ck_assert_msg(found, "%s is missing", words[_i].name);
}
END_TEST

START_TEST(no_encoding_twice)
{
	static uint8_t seen[1 << 16];

	for (size_t i = 0; i < cpu_sysreg_count(); i++) {
		struct cpu_sysreg_info info = cpu_sysreg_info(i);

		ck_assert_msg(seen[info_key(info)]++ == 0, "%s", info.name);
	}
#define UNMODELLED(name, op0, op1, CRn, CRm, op2)                                                  \
	ck_assert_msg(seen[SYSREG_KEY(op0, op1, CRn, CRm, op2)]++ == 0, "%s", #name);
#include "cpu/unmodelled.def"
#undef UNMODELLED
}
END_TEST

/*
 * op1 says which exception level a register is of; only PSTATE.SP accessors of EL3 are listed above
 * it.
 */
START_TEST(lowest_el_follows_op1)
{
	static const uint8_t lowest[8] = {1, 1, 1, 0, 2, 2, 3, 1};

	for (size_t i = 0; i < cpu_sysreg_count(); i++) {
		struct cpu_sysreg_info info = cpu_sysreg_info(i);

		ck_assert_msg(info.lowest_el == lowest[info.op1], "%s", info.name);
	}
}
END_TEST

static const struct {
	const char *reg;
	uint8_t msb, lsb;
} layout[] = {
#define FIELD(reg, name, msb, lsb) {#reg, msb, lsb},
#define RES0(reg, msb, lsb)        {#reg, msb, lsb},
#define RES1(reg, msb, lsb)        {#reg, msb, lsb},
#include "cpu/layout.def"
#undef RES1
#undef RES0
#undef FIELD
};

START_TEST(layout_partitions_64_bits)
{
	size_t n = sizeof(layout) / sizeof(layout[0]);
	uint64_t seen = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t mask = VMSA_MASK(layout[i].msb, layout[i].lsb);

		ck_assert_msg((seen & mask) == 0, "%s bit %u", layout[i].reg, layout[i].lsb);
		seen |= mask;
		if (i + 1 == n || strcmp(layout[i].reg, layout[i + 1].reg) != 0) {
			ck_assert_msg(seen == ~UINT64_C(0), "%s", layout[i].reg);
			seen = 0;
		}
	}
}
END_TEST

/* ------------------------------------------------------------------ access and traps */

static struct outcome access_by(struct cpu *cpu, uint32_t word)
{
	uint32_t key = word >> 5 & 0xffff, Rt = word & 31;

	if ((word >> 21 & 1) != 0)
		return sysreg_mrs(cpu, key, Rt == 31 ? SLOT_SINK : Rt);
	return sysreg_msr(cpu, key, Rt);
}

#define NO_REG SYSREG_COUNT
#define TVM    (UINT64_C(1) << 26)
#define TRVM   (UINT64_C(1) << 30)
#define TGE    (UINT64_C(1) << 27)
#define TID1   (UINT64_C(1) << 16)
#define TID2   (UINT64_C(1) << 17)
#define TID3   (UINT64_C(1) << 18)
#define TID4   (UINT64_C(1) << 49)
#define TIDCP  (UINT64_C(1) << 20)
#define TACR   (UINT64_C(1) << 21)
#define TLOR   (UINT64_C(1) << 35)
#define UMA    (UINT64_C(1) << 9)
#define UCT    (UINT64_C(1) << 15)

/* esr: 0: allowed; 0x02000000: UNDEFINED. target: the exception level that takes it. */
static const struct {
	const char *name;
	uint32_t word;
	uint8_t el;
	uint64_t hcr, sctlr;
	enum sysreg reg;
	uint64_t value;
	uint32_t esr;
	uint8_t target;
} accesses[] = {
	{"MSR SCTLR_EL1 at EL1", 0xd5181000, 1, 0, 0, NO_REG, 0, 0, 0},
	{"MSR SCTLR_EL1, TVM", 0xd5181000, 1, TVM, 0, NO_REG, 0, 0x62300400, 2},
	{"MSR SCTLR_EL1, TRVM only", 0xd5181000, 1, TRVM, 0, NO_REG, 0, 0, 0},
	{"MSR SCTLR_EL1, TVM, at EL2", 0xd5181000, 2, TVM, 0, NO_REG, 0, 0, 0},
	{"MSR SCTLR_EL1 at EL0", 0xd5181000, 0, TVM, 0, NO_REG, 0, 0x02000000, 1},
	{"MSR SCTLR_EL1 at EL0, TGE", 0xd5181000, 0, TGE, 0, NO_REG, 0, 0x02000000, 2},
	{"MRS TCR_EL1, TRVM", 0xd5382045, 1, TRVM, 0, NO_REG, 0, 0x623408a1, 2},
	{"MRS TCR_EL1, TVM only", 0xd5382045, 1, TVM, 0, NO_REG, 0, 0, 0},
	{"MSR CONTEXTIDR_EL1, TVM", 0xd518d02d, 1, TVM, 0, NO_REG, 0, 0x623235a0, 2},
	{"MRS ID_AA64MMFR0_EL1, TID3", 0xd5380709, 1, TID3, 0, NO_REG, 0, 0x6230012f, 2},
	{"MRS ID_AA64MMFR0_EL1 at EL0", 0xd5380709, 0, 0, 0, NO_REG, 0, 0x02000000, 1},
	{"MSR ID_AA64MMFR0_EL1", 0xd5180709, 2, 0, 0, NO_REG, 0, 0x02000000, 2},
	{"MRS reserved ID, TID3", 0xd53807e1, 1, TID3, 0, NO_REG, 0, 0x623e002f, 2},
	{"MRS reserved ID", 0xd53807e1, 1, 0, 0, NO_REG, 0, 0, 0},
	{"MRS reserved ID at EL0", 0xd53807e1, 0, 0, 0, NO_REG, 0, 0x02000000, 1},
	{"MSR reserved ID", 0xd51807e1, 1, 0, 0, NO_REG, 0, 0x02000000, 1},
	{"MRS CRm=8 is no ID", 0xd5380801, 1, 0, 0, NO_REG, 0, 0x02000000, 1},
	{"MRS REVIDR_EL1, TID1", 0xd53800c2, 1, TID1, 0, NO_REG, 0, 0x623c0041, 2},
	{"MRS CLIDR_EL1, TID2", 0xd539002e, 1, TID2, 0, NO_REG, 0, 0x623241c1, 2},
	{"MRS CLIDR_EL1, TID4", 0xd539002e, 1, TID4, 0, NO_REG, 0, 0x623241c1, 2},
	{"MRS CTR_EL0 at EL1, TID4", 0xd53b002c, 1, TID4, 0, NO_REG, 0, 0, 0},
	{"MRS CTR_EL0 at EL0", 0xd53b002c, 0, 0, 0, NO_REG, 0, 0x6232c181, 1},
	{"MRS CTR_EL0 at EL0, TGE", 0xd53b002c, 0, TGE, 0, NO_REG, 0, 0x6232c181, 2},
	{"MRS CTR_EL0 at EL0, UCT", 0xd53b002c, 0, 0, UCT, NO_REG, 0, 0, 0},
	{"MRS CTR_EL0 at EL0, UCT TID2", 0xd53b002c, 0, TID2, UCT, NO_REG, 0, 0x6232c181, 2},
	{"MSR ACTLR_EL1, TACR", 0xd5181021, 1, TACR, 0, NO_REG, 0, 0x62320420, 2},
	{"MSR CPACR_EL1, TCPAC", 0xd5181042, 1, 0, 0, SYSREG_CPTR_EL2, 1u << 31, 0x62340440, 2},
	{"MSR CPACR_EL1", 0xd5181042, 1, 0, 0, SYSREG_CPTR_EL2, 0, 0, 0},
	{"MRS LORID_EL1, TLOR", 0xd538a4e0, 1, TLOR, 0, NO_REG, 0, 0x623e2809, 2},
	{"MRS CNTPCT_EL0 at EL0", 0xd53be03c, 0, 0, 0, NO_REG, 0, 0x6232fb81, 1},
	{"MRS CNTPCT_EL0, EL0PCTEN", 0xd53be03c, 0, 0, 0, SYSREG_CNTKCTL_EL1, 1, 0, 0},
	{"MRS CNTPCT_EL0, no EL1PCTEN", 0xd53be03c, 1, 0, 0, SYSREG_CNTHCTL_EL2, 2, 0x6232fb81, 2},
	{"MRS CNTPCT_EL0 at EL2", 0xd53be03c, 2, 0, 0, SYSREG_CNTHCTL_EL2, 0, 0, 0},
	{"MRS CNTVCT_EL0 at EL1", 0xd53be05d, 1, 0, 0, SYSREG_CNTHCTL_EL2, 0, 0, 0},
	{"MRS CNTVCT_EL0 at EL0", 0xd53be05d, 0, 0, 0, SYSREG_CNTKCTL_EL1, 1, 0x6234fba1, 1},
	{"MSR CNTP_TVAL_EL0, EL1PCEN", 0xd51be21e, 1, 0, 0, SYSREG_CNTHCTL_EL2, 2, 0, 0},
	{"MSR CNTP_TVAL_EL0, no EL1PCEN", 0xd51be21e, 1, 0, 0, SYSREG_CNTHCTL_EL2, 1, 0x6230fbc4,
	 2},
	{"MSR CNTV_CTL_EL0 at EL0", 0xd51be320, 0, 0, 0, SYSREG_CNTKCTL_EL1, 0x3, 0x6232f806, 1},
	{"MSR CNTV_CTL_EL0, EL0VTEN", 0xd51be320, 0, 0, 0, SYSREG_CNTKCTL_EL1, 0x100, 0, 0},
	{"MSR CNTFRQ_EL0 at EL1", 0xd51be000, 1, 0, 0, NO_REG, 0, 0x02000000, 1},
	{"MSR CNTFRQ_EL0 at EL2", 0xd51be000, 2, 0, 0, NO_REG, 0, 0, 0},
	{"MRS CNTFRQ_EL0 at EL0, EL0VCTEN", 0xd53be01b, 0, 0, 0, SYSREG_CNTKCTL_EL1, 2, 0, 0},
	{"MSR DAIF at EL0", 0xd51b4235, 0, 0, 0, NO_REG, 0, 0x6232d2a4, 1},
	{"MSR DAIF at EL0, UMA", 0xd51b4235, 0, 0, UMA, NO_REG, 0, 0, 0},
	{"MSR TPIDRRO_EL0 at EL0", 0xd51bd079, 0, 0, 0, NO_REG, 0, 0x02000000, 1},
	{"MRS TPIDRRO_EL0 at EL0", 0xd53bd079, 0, 0, 0, NO_REG, 0, 0, 0},
	{"MRS CurrentEL at EL0", 0xd5384251, 0, 0, 0, NO_REG, 0, 0x02000000, 1},
	{"MSR HCR_EL2 at EL1", 0xd51c1108, 1, 0, 0, NO_REG, 0, 0x02000000, 1},
	{"MRS OSLAR_EL1", 0xd5301098, 2, 0, 0, NO_REG, 0, 0x02000000, 2},
	{"MSR MDSCR_EL1, TDA", 0xd5100257, 1, 0, 0, SYSREG_MDCR_EL2, 1u << 9, 0x622402e4, 2},
	{"MSR MDSCR_EL1, TDE", 0xd5100257, 1, 0, 0, SYSREG_MDCR_EL2, 1u << 8, 0x622402e4, 2},
	{"MRS OSLSR_EL1, TDA", 0xd5301199, 1, 0, 0, SYSREG_MDCR_EL2, 1u << 9, 0, 0},
	{"MRS OSLSR_EL1, TDOSA", 0xd5301199, 1, 0, 0, SYSREG_MDCR_EL2, 1u << 10, 0x62280723, 2},
	{"MRS S3_0_C15_C0_0, TIDCP", 0xd538f000, 1, TIDCP, 0, NO_REG, 0, 0x62303c01, 2},
	{"MRS S3_0_C15_C0_0", 0xd538f000, 1, 0, 0, NO_REG, 0, 0x02000000, 1},
	{"MRS SP_EL2 (of EL3)", 0xd53e4100, 2, 0, 0, NO_REG, 0, 0x02000000, 2},
	{"MRS ZCR_EL1 (not offered)", 0xd5381200, 1, 0, 0, NO_REG, 0, 0x02000000, 1},
	{"MRS SCTLR_EL12 (not offered)", 0xd53d1000, 2, 0, 0, NO_REG, 0, 0x02000000, 2},
};

START_TEST(access_is_allowed_undefined_or_trapped)
{
	struct board *board = board_new("max", 2);
	struct cpu *cpu = board->cpu;

	sysreg_write(cpu, SYSREG_HCR_EL2, accesses[_i].hcr);
	sysreg_write(cpu, SYSREG_SCTLR_EL1, accesses[_i].sctlr);
	if (accesses[_i].reg != NO_REG)
		sysreg_write(cpu, accesses[_i].reg, accesses[_i].value);
	pstate_select(cpu, accesses[_i].el, accesses[_i].el != 0);

	struct outcome outcome = access_by(cpu, accesses[_i].word);

	if (accesses[_i].esr == 0) {
		ck_assert_msg(outcome.kind == OUTCOME_NEXT || outcome.kind == OUTCOME_RESYNC, "%s",
			      accesses[_i].name);
	} else {
		bool el2 = accesses[_i].target == 2;

		ck_assert_msg(outcome.kind == OUTCOME_EXCEPTION, "%s", accesses[_i].name);
		take_exception(cpu, &cpu->raised);
		uint64_t esr = cpu->sysreg[el2 ? SYSREG_ESR_EL2 : SYSREG_ESR_EL1];

		ck_assert_msg(esr == accesses[_i].esr, "%s: 0x%llx", accesses[_i].name,
			      (unsigned long long)esr);
		ck_assert_msg(cpu_el(cpu) == accesses[_i].target, "%s", accesses[_i].name);
	}
	board_free(board);
}
END_TEST

/* The stack pointer in use has no register name. */
START_TEST(sp_el0_is_undefined_while_in_use)
{
	struct board *board = board_new("max", 1);

	pstate_select(board->cpu, 1, true);
	ck_assert_int_eq(access_by(board->cpu, 0xd538410f).kind, OUTCOME_NEXT);
	pstate_select(board->cpu, 1, false);
	ck_assert_int_eq(access_by(board->cpu, 0xd538410f).kind, OUTCOME_EXCEPTION);
	board_free(board);
}
END_TEST

START_TEST(stack_pointers_are_banked)
{
	struct board *board = board_new("max", 2);
	struct cpu *cpu = board->cpu;

	cpu->x[SLOT_SP] = 0x2000;
	cpu->x[0] = 0x10;
	ck_assert_int_eq(access_by(cpu, 0xd5184100).kind, OUTCOME_NEXT); /* MSR SP_EL0, X0 */
	cpu->x[0] = 0x1000;
	ck_assert_int_eq(access_by(cpu, 0xd51c4100).kind, OUTCOME_NEXT); /* MSR SP_EL1, X0 */
	pstate_select(cpu, 1, true);
	ck_assert_uint_eq(cpu->x[SLOT_SP], 0x1000);
	pstate_select(cpu, 1, false);
	ck_assert_uint_eq(cpu->x[SLOT_SP], 0x10);
	pstate_select(cpu, 2, true);
	ck_assert_uint_eq(cpu->x[SLOT_SP], 0x2000);
	ck_assert_uint_eq(cpu_sysreg(cpu, "SP_EL2"), 0x2000);
	ck_assert_uint_eq(cpu_sysreg(cpu, "SP_EL1"), 0x1000);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ without EL2 */

START_TEST(without_el2_its_registers_are_undefined)
{
	struct cpu_config config = board_config("max");

	nw_switch(&config.features, FEAT_EL2, false);

	struct board *board = board_with(config, 1);

	ck_assert_int_eq(access_by(board->cpu, 0xd51c1108).kind, OUTCOME_EXCEPTION);
	ck_assert_int_eq(access_by(board->cpu, 0xd538c020).kind, OUTCOME_NEXT); /* RVBAR_EL1 */
	ck_assert_int_eq(access_by(board->cpu, 0xd51be000).kind, OUTCOME_NEXT); /* CNTFRQ_EL0 */
	ck_assert_int_eq(access_by(board->cpu, 0xd53be03c).kind, OUTCOME_NEXT); /* CNTPCT_EL0 */
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ what writes keep */

static const struct {
	const char *preset;
	enum sysreg reg;
	uint64_t ones, zeros; /* reads after a write of all ones, of all zeros */
} kept[] = {
	/* M A C SA SA0 nAA UMA I EnDB DZE UCT nTWI nTWE WXN SPAN E0E EE UCI EnDA EnIB EnIA MSCEn BT0 BT1 DSSBS
	   EPAN; RES1 29 28 22 20 11 8 7 */
	{"max", SYSREG_SCTLR_EL1, 0x0200101affddfbdf, 0x30500980},
	/* Armv8.0: no nAA, DSSBS, EPAN; SPAN is RES1 */
	{"cortex-a53", SYSREG_SCTLR_EL1, 0x0000000037dddb9f, 0x30d00980},
	{"cortex-a53", SYSREG_SCTLR_EL2, 0x32cd183f, 0x30c50830},
	{"max", SYSREG_TCR_EL1, 0x099ffff7ffffffbf, 0},
	{"cortex-a53", SYSREG_TCR_EL1, 0x00000077ffffffbf, 0},
	{"cortex-a53", SYSREG_TCR_EL2, 0x000000008097ff3f, 0x80800000},
	{"max", SYSREG_VTCR_EL2, 0x000000039e6fffff, 0x80000000},
	{"cortex-a53", SYSREG_VTCR_EL2, 0x8007ffff, 0x80000000},
	{"cortex-a53", SYSREG_TTBR0_EL2, 0x0000fffffffffffe, 0},
	/* to TRVM but 15, RW, CD, ID, E2H, TLOR, APK, API, FWB; TID4, TICAB, TOCU, TTLBIS, TTLBOS */
	{"max", SYSREG_HCR_EL2, 0x00d6430fffff7fff, 0x80000000},
	{"cortex-a53", SYSREG_HCR_EL2, 0x3ffff7fff, 0x80000000},
	{"max", SYSREG_VBAR_EL1, 0xfffffffffffff800, 0},
	{"max", SYSREG_CONTEXTIDR_EL1, 0xffffffff, 0},
	{"max", SYSREG_ACTLR_EL1, 0, 0},
	{"max", SYSREG_AMAIR_EL1, 0, 0},
	{"cortex-a53", SYSREG_CPTR_EL2, 0x800037ff, 0x33ff},
	{"max", SYSREG_CNTKCTL_EL1, 0x3ff, 0},
	{"cortex-a53", SYSREG_CNTHCTL_EL2, 0xff, 0},
	{"max", SYSREG_HPFAR_EL2, 0x00000ffffffffff0, 0},
	{"max", SYSREG_SPSR_EL1, 0xf1f01fdf, 0},
	{"cortex-a53", SYSREG_SPSR_EL1, 0xf03003df, 0},
	{"max", SYSREG_ESR_EL1, 0xffffffff, 0},
	{"max", SYSREG_ELR_EL1, 0xffffffffffffffff, 0},
	{"max", SYSREG_CSSELR_EL1, 0xf, 0},
	{"max", SYSREG_OSDLR_EL1, 0, 0},
};

START_TEST(write_keeps_what_the_layout_has)
{
	struct board *board = board_new(kept[_i].preset, 2);

	sysreg_write(board->cpu, kept[_i].reg, ~UINT64_C(0));
	ck_assert_msg(board->cpu->sysreg[kept[_i].reg] == kept[_i].ones, "%s of %s: 0x%llx",
		      cpu_sysreg_info(kept[_i].reg).name, kept[_i].preset,
		      (unsigned long long)board->cpu->sysreg[kept[_i].reg]);
	sysreg_write(board->cpu, kept[_i].reg, 0);
	ck_assert_msg(board->cpu->sysreg[kept[_i].reg] == kept[_i].zeros, "%s of %s: 0x%llx",
		      cpu_sysreg_info(kept[_i].reg).name, kept[_i].preset,
		      (unsigned long long)board->cpu->sysreg[kept[_i].reg]);
	board_free(board);
}
END_TEST

START_TEST(write_reaches_the_mmu)
{
	struct board *board = board_new("max", 2);
	struct nw_registers *r = nw_registers(board->cpu->mmu);

	board->cpu->x[3] = 0x0001000041000000;
	ck_assert_int_eq(access_by(board->cpu, 0xd5182003).kind, OUTCOME_RESYNC); /* TTBR0_EL1 */
	ck_assert_uint_eq(r->TTBR0_EL1, 0x0001000041000000);
	ck_assert_uint_eq(r->HCR_EL2, 0x80000000); /* RW after reset */
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ values */

START_TEST(el1_reads_the_virtual_ids)
{
	struct board *board = board_new("cortex-a72", 2);
	struct cpu *cpu = board->cpu;

	ck_assert_uint_eq(cpu_sysreg(cpu, "MIDR_EL1"), 0x410fd083);
	ck_assert_uint_eq(cpu_sysreg(cpu, "VPIDR_EL2"), 0x410fd083);
	ck_assert_uint_eq(cpu_sysreg(cpu, "MPIDR_EL1"), 0x80000000);
	sysreg_write(cpu, SYSREG_VPIDR_EL2, 0x1234);
	sysreg_write(cpu, SYSREG_VMPIDR_EL2, 0x80000001);
	ck_assert_uint_eq(cpu_sysreg(cpu, "MIDR_EL1"), 0x410fd083);
	pstate_select(cpu, 1, true);
	ck_assert_uint_eq(cpu_sysreg(cpu, "MIDR_EL1"), 0x1234);
	ck_assert_uint_eq(cpu_sysreg(cpu, "MPIDR_EL1"), 0x80000001);
	board_free(board);
}
END_TEST

START_TEST(dczid_says_where_zva_is_prohibited)
{
	struct board *board = board_new("max", 2);
	struct cpu *cpu = board->cpu;

	ck_assert_uint_eq(cpu_sysreg(cpu, "DCZID_EL0"), 4);
	pstate_select(cpu, 0, false);
	ck_assert_uint_eq(cpu_sysreg(cpu, "DCZID_EL0"), 0x14);
	sysreg_write(cpu, SYSREG_SCTLR_EL1, 1u << 14);
	ck_assert_uint_eq(cpu_sysreg(cpu, "DCZID_EL0"), 4);
	sysreg_write(cpu, SYSREG_HCR_EL2, 1u << 28);
	ck_assert_uint_eq(cpu_sysreg(cpu, "DCZID_EL0"), 0x14);
	board_free(board);
}
END_TEST

/* 62.5 MHz at 16 instructions a tick; the virtual count is behind by CNTVOFF_EL2. */
START_TEST(timers_compare_with_the_counter)
{
	struct board *board = board_new("max", 2);
	struct cpu *cpu = board->cpu;

	ck_assert_uint_eq(cpu_sysreg(cpu, "CNTFRQ_EL0"), 62500000);
	cpu->now = UINT64_C(16) * 16 * 1000; /* 16000 instructions */
	ck_assert_uint_eq(cpu_sysreg(cpu, "CNTPCT_EL0"), 1000);
	sysreg_write(cpu, SYSREG_CNTVOFF_EL2, 400);
	ck_assert_uint_eq(cpu_sysreg(cpu, "CNTVCT_EL0"), 600);

	sysreg_write(cpu, SYSREG_CNTV_TVAL_EL0, 50);
	ck_assert_uint_eq(cpu_sysreg(cpu, "CNTV_CVAL_EL0"), 650);
	sysreg_write(cpu, SYSREG_CNTV_CTL_EL0, 7);
	ck_assert_uint_eq(cpu_sysreg(cpu, "CNTV_CTL_EL0"), 3); /* ISTATUS is read-only and 0 */
	cpu->now += UINT64_C(16) * 16 * 50;
	ck_assert_uint_eq(cpu_sysreg(cpu, "CNTV_CTL_EL0"), 7);
	cpu->now += UINT64_C(16) * 16;
	ck_assert_uint_eq(cpu_sysreg(cpu, "CNTV_TVAL_EL0"), 0xffffffff); /* one tick late */
	sysreg_write(cpu, SYSREG_CNTP_TVAL_EL0, 0xffffffff);
	ck_assert_uint_eq(cpu_sysreg(cpu, "CNTP_CVAL_EL0"), 1050);
	ck_assert_uint_eq(cpu_sysreg(cpu, "CNTP_CTL_EL0"), 0); /* not enabled */
	board_free(board);
}
END_TEST

START_TEST(pstate_accessors_have_their_field_in_place)
{
	struct board *board = board_new("max", 2);
	struct cpu *cpu = board->cpu;

	ck_assert_uint_eq(cpu_sysreg(cpu, "CurrentEL"), 8);
	ck_assert_uint_eq(cpu_sysreg(cpu, "SPSel"), 1);
	ck_assert_uint_eq(cpu_sysreg(cpu, "DAIF"), 0x3c0);
	sysreg_write(cpu, SYSREG_NZCV, 0x50000000);
	ck_assert_uint_eq(cpu_sysreg(cpu, "NZCV"), 0x50000000);
	sysreg_write(cpu, SYSREG_PAN, 1u << 22);
	ck_assert_uint_eq(cpu_sysreg(cpu, "PAN"), 1u << 22);
	sysreg_write(cpu, SYSREG_UAO, 1u << 23);
	sysreg_write(cpu, SYSREG_DIT, 1u << 24);
	sysreg_write(cpu, SYSREG_SSBS, 1u << 12);
	sysreg_write(cpu, SYSREG_DAIF, 0x80);
	ck_assert_uint_eq(pstate_spsr(cpu), 0x51c01089);
	board_free(board);
}
END_TEST

START_TEST(os_lock_is_set_at_reset)
{
	struct board *board = board_new("max", 2);
	struct cpu *cpu = board->cpu;

	ck_assert_uint_eq(cpu_sysreg(cpu, "OSLSR_EL1"), 0xa);
	sysreg_write(cpu, SYSREG_OSLAR_EL1, 0);
	ck_assert_uint_eq(cpu_sysreg(cpu, "OSLSR_EL1"), 0x8);
	sysreg_write(cpu, SYSREG_OSLAR_EL1, 1);
	ck_assert_uint_eq(cpu_sysreg(cpu, "OSLSR_EL1"), 0xa);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ not modelled */

static const struct {
	uint32_t word;
	uint8_t el;
	const char *name; /* NULL: UNDEFINED */
} unmodelled[] = {
	{0xd5381200, 1, "ZCR_EL1"},
	{0xd5381200, 0, NULL},
	{0xd53d1060, 2, "SCTLR2_EL12"},
	{0xd53d1060, 1, NULL},
	{0xd53b9c00, 0, "PMCR_EL0"},
	{0xd538cc00, 1, "ICC_IAR1_EL1"},
	{0xd51b4440, 0, "FPMR"},
	{0xd53ee000, 2, NULL}, /* S3_6_C14_C0_0: EL3 */
	{0xd538f000, 1, NULL}, /* IMPLEMENTATION DEFINED */
};

START_TEST(unmodelled_register_stops_by_name)
{
	struct cpu_config config = board_config("max");

	config.stop_on_unmodelled = true;

	struct board *board = board_with(config, 2);
	struct cpu *cpu = board->cpu;

	pstate_select(cpu, unmodelled[_i].el, unmodelled[_i].el != 0);

	struct outcome outcome = access_by(cpu, unmodelled[_i].word);

	if (unmodelled[_i].name == NULL) {
		ck_assert_int_eq(outcome.kind, OUTCOME_EXCEPTION);
		ck_assert_uint_eq(cpu->raised.ec, 0);
	} else {
		ck_assert_int_eq(outcome.kind, OUTCOME_STOP);
		ck_assert_int_eq(cpu->stop.reason, CPU_UNMODELLED);
		ck_assert_str_eq(cpu->stop.name, unmodelled[_i].name);
	}
	board_free(board);
}
END_TEST

#define ROWS(a) ((int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
	Suite *suite = suite_create("cpu/sysreg");
	TCase *tcase = tcase_create("sysreg");

	tcase_add_loop_test(tcase, encoding_is_the_assemblers, 0, ROWS(words));
	tcase_add_test(tcase, no_encoding_twice);
	tcase_add_test(tcase, lowest_el_follows_op1);
	tcase_add_test(tcase, layout_partitions_64_bits);
	tcase_add_loop_test(tcase, access_is_allowed_undefined_or_trapped, 0, ROWS(accesses));
	tcase_add_test(tcase, sp_el0_is_undefined_while_in_use);
	tcase_add_test(tcase, stack_pointers_are_banked);
	tcase_add_test(tcase, without_el2_its_registers_are_undefined);
	tcase_add_loop_test(tcase, write_keeps_what_the_layout_has, 0, ROWS(kept));
	tcase_add_test(tcase, write_reaches_the_mmu);
	tcase_add_test(tcase, el1_reads_the_virtual_ids);
	tcase_add_test(tcase, dczid_says_where_zva_is_prohibited);
	tcase_add_test(tcase, timers_compare_with_the_counter);
	tcase_add_test(tcase, pstate_accessors_have_their_field_in_place);
	tcase_add_test(tcase, os_lock_is_set_at_reset);
	tcase_add_loop_test(tcase, unmodelled_register_stops_by_name, 0, ROWS(unmodelled));
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
