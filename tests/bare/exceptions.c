/*
 * Exceptions that instructions make with the MMU off: what is UNDEFINED, trapped, a call; alignment
 * of PC; PSTATE on entry and return. One line a probe on the PL011: vector, ESR, ELR, SPSR, FAR,
 * X0.
 */
#include "probe.h"

struct record record;

static uint32_t code[1024] __attribute__((aligned(4096)));
static uint64_t scratch[512] __attribute__((aligned(4096)));

/*
 * Not here, because QEMU 7.2 departs from the architecture (tests/cpu has them):
 * - WFE traps: its WFE is YIELD (AArch64.CheckForWFxTrap);
 * - DAIFSet and DAIFClr at EL0: its ISS has op1 and op2 exchanged
 * (AArch64.SystemAccessTrapSyndrome);
 * - SP alignment and unaligned accesses to Device memory: not checked (CheckSPAlignment,
 * AArch64.CheckAlignment);
 * - PSTATE.PAN after an illegal return: kept, not taken from SPSR_ELx (SetPSTATEFromPSR).
 */

#define RW    (UINT64_C(1) << 31)
#define TWI   (UINT64_C(1) << 13)
#define TID1  (UINT64_C(1) << 16)
#define TID2  (UINT64_C(1) << 17)
#define TID3  (UINT64_C(1) << 18)
#define TSC   (UINT64_C(1) << 19)
#define TACR  (UINT64_C(1) << 21)
#define TSW   (UINT64_C(1) << 22)
#define TPCP  (UINT64_C(1) << 23)
#define TPU   (UINT64_C(1) << 24)
#define TTLB  (UINT64_C(1) << 25)
#define TVM   (UINT64_C(1) << 26)
#define TGE   (UINT64_C(1) << 27)
#define TDZ   (UINT64_C(1) << 28)
#define TRVM  (UINT64_C(1) << 30)
#define UMA   (UINT64_C(1) << 9)
#define DZE   (UINT64_C(1) << 14)
#define UCT   (UINT64_C(1) << 15)
#define N_TWI (UINT64_C(1) << 16)
#define SPAN  (UINT64_C(1) << 23)
#define UCI   (UINT64_C(1) << 26)

enum knob { NONE, CPTR, KCTL, HCTL, MDCR };

struct row {
	char name[40];
	uint32_t words[3];
	uint8_t el;
	uint64_t hcr, sctlr;
	enum knob knob;
	uint64_t value;
};

static const struct row rows[] = {
	{"SVC at EL0", {0xd40000a1}, 0, 0, 0, NONE, 0},
	{"SVC at EL0, TGE", {0xd40000a1}, 0, TGE, 0, NONE, 0},
	{"SVC at EL1", {0xd40000a1}, 1, 0, 0, NONE, 0},
	{"SVC at EL2", {0xd40000a1}, 2, 0, 0, NONE, 0},
	{"HVC at EL0", {0xd40000e2}, 0, 0, 0, NONE, 0},
	{"HVC at EL1", {0xd40000e2}, 1, 0, 0, NONE, 0},
	{"HVC at EL2", {0xd40000e2}, 2, 0, 0, NONE, 0},
	{"SMC at EL0, TSC", {0xd4000023}, 0, TSC, 0, NONE, 0},
	{"SMC at EL1, TSC", {0xd4000023}, 1, TSC, 0, NONE, 0},
	{"BRK at EL0", {0xd4200040}, 0, 0, 0, NONE, 0},
	{"BRK at EL0, TGE", {0xd4200040}, 0, TGE, 0, NONE, 0},
	{"BRK at EL1, TDE", {0xd4200040}, 1, 0, 0, MDCR, 1 << 8},
	{"BRK at EL2", {0xd4200040}, 2, 0, 0, NONE, 0},
	{"HLT #1 at EL1", {0xd4400020}, 1, 0, 0, NONE, 0},
	{"UDF at EL0", {0x00000001}, 0, 0, 0, NONE, 0},
	{"UDF at EL0, TGE", {0x00000001}, 0, TGE, 0, NONE, 0},
	{"UDF at EL2", {0x00000001}, 2, 0, 0, NONE, 0},
	{"ERET at EL0", {0xd69f03e0}, 0, 0, 0, NONE, 0},
	{"WFI at EL0, nTWI=0", {0xd503207f}, 0, 0, 0, NONE, 0},
	{"WFI at EL0, nTWI=0, TGE", {0xd503207f}, 0, TGE, 0, NONE, 0},
	{"WFI at EL0, TWI", {0xd503207f}, 0, TWI, N_TWI, NONE, 0},
	{"WFI at EL1, TWI", {0xd503207f}, 1, TWI, 0, NONE, 0},
	{"MSR SCTLR_EL1, TVM", {0xd5181000}, 1, TVM, 0, NONE, 0},
	{"MSR TTBR1_EL1, TVM", {0xd5182024}, 1, TVM, 0, NONE, 0},
	{"MSR FAR_EL1, TVM", {0xd5186009}, 1, TVM, 0, NONE, 0},
	{"MSR CONTEXTIDR_EL1, TVM", {0xd518d02d}, 1, TVM, 0, NONE, 0},
	{"MRS TCR_EL1, TRVM", {0xd5382045}, 1, TRVM, 0, NONE, 0},
	{"MRS TCR_EL1, TVM", {0xd5382045}, 1, TVM, 0, NONE, 0},
	{"MRS ID_AA64MMFR0_EL1, TID3", {0xd5380709}, 1, TID3, 0, NONE, 0},
	{"MRS reserved ID, TID3", {0xd53807e1}, 1, TID3, 0, NONE, 0},
	{"MRS reserved ID", {0xd53807e0}, 1, 0, 0, NONE, 0},
	{"MSR ID_AA64MMFR0_EL1", {0xd5180709}, 2, 0, 0, NONE, 0},
	{"MRS REVIDR_EL1, TID1", {0xd53800c2}, 1, TID1, 0, NONE, 0},
	{"MRS CLIDR_EL1, TID2", {0xd539002e}, 1, TID2, 0, NONE, 0},
	{"MRS CTR_EL0 at EL0", {0xd53b002c}, 0, 0, 0, NONE, 0},
	{"MRS CTR_EL0 at EL0, TGE", {0xd53b002c}, 0, TGE, 0, NONE, 0},
	{"MRS CTR_EL0 at EL0, UCT", {0xd53b002c}, 0, 0, UCT, NONE, 0},
	{"MRS CTR_EL0 at EL0, UCT TID2", {0xd53b002c}, 0, TID2, UCT, NONE, 0},
	{"MSR ACTLR_EL1, TACR", {0xd5181021}, 1, TACR, 0, NONE, 0},
	{"MSR CPACR_EL1, TCPAC", {0xd5181042}, 1, 0, 0, CPTR, UINT64_C(0x800033ff)},
	{"MRS CNTPCT_EL0 at EL0", {0xd53be03c}, 0, 0, 0, NONE, 0},
	{"MRS CNTPCT_EL0 at EL0, EL0PCTEN", {0xd53be03c}, 0, 0, 0, KCTL, 1},
	{"MRS CNTPCT_EL0 at EL1, EL1PCTEN=0", {0xd53be03c}, 1, 0, 0, HCTL, 2},
	{"MRS CNTVCT_EL0 at EL1, CNTHCTL=0", {0xd53be05d}, 1, 0, 0, HCTL, 0},
	{"MRS CNTVCT_EL0 at EL0", {0xd53be05d}, 0, 0, 0, KCTL, 1},
	{"MRS CNTP_TVAL_EL0 at EL1, EL1PCEN=0", {0xd53be21e}, 1, 0, 0, HCTL, 1},
	{"MRS CNTV_CTL_EL0 at EL0", {0xd53be320}, 0, 0, 0, KCTL, 3},
	{"MRS CNTV_CTL_EL0 at EL0, EL0VTEN", {0xd53be320}, 0, 0, 0, KCTL, 0x100},
	{"MRS CNTFRQ_EL0 at EL0", {0xd53be01c}, 0, 0, 0, NONE, 0},
	{"MRS CNTFRQ_EL0 at EL0, EL0VCTEN", {0xd53be01c}, 0, 0, 0, KCTL, 2},
	{"MSR CNTFRQ_EL0 at EL1", {0xd51be000}, 1, 0, 0, NONE, 0},
	{"MSR DAIF at EL0", {0xd51b4235}, 0, 0, 0, NONE, 0},
	{"MRS DAIF at EL0, UMA", {0xd53b4220}, 0, 0, UMA, NONE, 0},
	{"MSR TPIDRRO_EL0 at EL0", {0xd51bd060}, 0, 0, 0, NONE, 0},
	{"MRS CurrentEL at EL0", {0xd5384240}, 0, 0, 0, NONE, 0},
	{"MRS CurrentEL at EL1", {0xd5384240}, 1, 0, 0, NONE, 0},
	{"MRS HCR_EL2 at EL1", {0xd53c1100}, 1, 0, 0, NONE, 0},
	{"MSR SP_EL0 at EL1t", {0xd50040bf, 0xd5184100}, 1, 0, 0, NONE, 0},
	{"MSR SP_EL0, MRS SP_EL0 at EL1h", {0xd5184100, 0xd5384100}, 1, 0, 0, NONE, 0},
	{"MRS SP_EL2 (of EL3) at EL2", {0xd53e4100}, 2, 0, 0, NONE, 0},
	{"MRS of unallocated CRm", {0xd5380800}, 1, 0, 0, NONE, 0},
	{"MSR MDSCR_EL1, TDA", {0xd5100257}, 1, 0, 0, MDCR, 1 << 9},
	{"MRS OSLSR_EL1, TDOSA", {0xd5301199}, 1, 0, 0, MDCR, 1 << 10},
	{"TLBI VAE1 at EL0", {0xd5088720}, 0, 0, 0, NONE, 0},
	{"TLBI VAE1 at EL1", {0xd5088720}, 1, 0, 0, NONE, 0},
	{"TLBI VAE1 at EL1, TTLB", {0xd5088720}, 1, TTLB, 0, NONE, 0},
	{"TLBI VMALLE1 at EL1, TTLB", {0xd508871f}, 1, TTLB, 0, NONE, 0},
	{"TLBI ALLE2 at EL1", {0xd50c871f}, 1, 0, 0, NONE, 0},
	{"TLBI ALLE1IS at EL2", {0xd50c839f}, 2, 0, 0, NONE, 0},
	{"AT S1E2R at EL1", {0xd50c7800}, 1, 0, 0, NONE, 0},
	{"AT S12E1R at EL1", {0xd50c7880}, 1, 0, 0, NONE, 0},
	{"DC ZVA at EL0", {0xd50b7420}, 0, 0, 0, NONE, 0},
	{"DC ZVA at EL0, DZE TDZ", {0xd50b7420}, 0, TDZ, DZE, NONE, 0},
	{"DC ZVA at EL1, TDZ", {0xd50b7420}, 1, TDZ, 0, NONE, 0},
	{"DC CIVAC at EL0", {0xd50b7e20}, 0, 0, 0, NONE, 0},
	{"DC CIVAC at EL0, UCI", {0xd50b7e20}, 0, 0, UCI, NONE, 0},
	{"DC CIVAC at EL0, UCI TPCP", {0xd50b7e20}, 0, TPCP, UCI, NONE, 0},
	{"DC CIVAC at EL1, TPCP", {0xd50b7e20}, 1, TPCP, 0, NONE, 0},
	{"DC CVAU at EL1, TPU", {0xd50b7b20}, 1, TPU, 0, NONE, 0},
	{"DC IVAC at EL0, UCI", {0xd5087620}, 0, 0, UCI, NONE, 0},
	{"DC CSW at EL1, TSW", {0xd5087a40}, 1, TSW, 0, NONE, 0},
	{"IC IALLU at EL1, TPU", {0xd508751f}, 1, TPU, 0, NONE, 0},
	{"IC IVAU at EL0", {0xd50b7520}, 0, 0, 0, NONE, 0},
	{"IC IVAU at EL0, UCI", {0xd50b7520}, 0, 0, UCI, NONE, 0},
	{"SYSL, unallocated", {0xd52b7020}, 1, 0, 0, NONE, 0},
	{"MSR DAIFClr at EL1", {0xd5034fff}, 1, 0, SPAN, NONE, 0},
	{"MSR PAN, #1 at EL1", {0xd500419f}, 1, 0, SPAN, NONE, 0},
	{"MSR UAO, #1 at EL1", {0xd500417f}, 1, 0, SPAN, NONE, 0},
	{"MSR DIT, #1 at EL0", {0xd503415f}, 0, 0, SPAN, NONE, 0},
	{"MSR NZCV at EL0", {0xd2a9a000, 0xd51b4200}, 0, 0, SPAN, NONE, 0},
	{"MSR SPSel, #0 at EL1", {0xd50040bf}, 1, 0, SPAN, NONE, 0},
	{"BR to PC + 2 at EL1", {0x91000800, 0xd61f0000}, 1, 0, 0, NONE, 0},
	{"BR to PC + 2 at EL0", {0x91000800, 0xd61f0000}, 0, 0, 0, NONE, 0},
	{"BR to PC + 2 at EL0, TGE", {0x91000800, 0xd61f0000}, 0, TGE, 0, NONE, 0},
};

static struct place here(void)
{
	return (struct place){code, (uint64_t)code};
}

static void set_knob(enum knob knob, uint64_t value)
{
	WRITE(cptr_el2, knob == CPTR ? value : 0x33ff);
	WRITE(cntkctl_el1, knob == KCTL ? value : 0);
	WRITE(cnthctl_el2, knob == HCTL ? value : 3);
	WRITE(mdcr_el2, knob == MDCR ? value : 0);
}

static void run_row(const struct row *row)
{
	const uint64_t x[4] = {(uint64_t)scratch, 0, 0, 0};

	WRITE(hcr_el2, RW | row->hcr);
	WRITE(sctlr_el1, UINT64_C(0x30500980) | row->sctlr);
	set_knob(row->knob, row->value);
	put_code(here(), row->words, 3);
	run_at(here().va, pstate_of(row->el, 0), x);
	print_record(row->name, here());
}

/*
 * ------------------------------------------------------------------ PSTATE by ERET and back by an
 * exception
 */

struct pstate_row {
	char name[40];
	uint64_t spsr, sctlr, hcr;
};

static const struct pstate_row pstates[] = {
	{"EL0 with flags", 0xf0000000, 0, 0},
	{"EL0 with flags, TGE", 0x900003c0, 0, TGE},
	{"EL1h, PAN UAO DIT", 0x01c00005, 0, 0},
	{"EL1h, no PAN, SPAN=0", 0x5, 0, 0},
	{"EL1h, no PAN, SPAN=1", 0x5, SPAN, 0},
	{"EL1h, PAN, SPAN=1", 0x00400005, SPAN, 0},
	{"EL1t", 0x3c4, 0, 0},
	{"EL2t", 0x3c8, 0, 0},
	{"EL2h, PAN UAO DIT", 0x01c003c9, 0, 0},
	{"IL to EL1h", 0x001003c5, 0, 0},
	{"IL to EL0", 0x00100000, 0, 0},
	{"IL to EL0, TGE", 0x00100000, 0, TGE},
	{"illegal: EL3", 0x3cd, 0, 0},
	{"illegal: EL0 with SP=1", 0x3c1, 0, 0},
	{"illegal: M[1]", 0x3c6, 0, 0},
	{"illegal: AArch32 mode 0x16", 0x1d6, 0, 0},
	{"illegal: EL1 under TGE", 0x3c5, 0, TGE},
	{"illegal, flags and DAIF", 0xa00000cd, 0, 0},
};

static void run_pstate(const struct pstate_row *row)
{
	static const uint32_t nop[] = {0xd503201f};
	const uint64_t x[4] = {0, 0, 0, 0};

	WRITE(hcr_el2, RW | row->hcr);
	WRITE(sctlr_el1, UINT64_C(0x30500980) | row->sctlr);
	set_knob(NONE, 0);
	put_code(here(), nop, 1);
	run_at(here().va, row->spsr, x);
	print_record(row->name, here());
}

int main(void)
{
	WRITE(vbar_el2, (uint64_t)vectors_el2);
	WRITE(vbar_el1, (uint64_t)vectors_el1);
	WRITE(cntv_ctl_el0, 0);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run_row(&rows[i]);
	for (unsigned i = 0; i < sizeof(pstates) / sizeof(pstates[0]); i++)
		run_pstate(&pstates[i]);
	return 0;
}
