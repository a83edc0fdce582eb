/*
 * HCR_EL2.E2H and TGE with the MMU off: which register a name means at EL2, and what instructions
 * of EL0, EL1 and EL2 meet. A line a probe on the PL011.
 */
#include "probe.h"

struct record record;

static uint32_t code[1024] __attribute__((aligned(4096)));
static uint64_t scratch[512] __attribute__((aligned(4096)));

#define BIT(n) (UINT64_C(1) << (n))
#define RW     BIT(31)
#define TGE    BIT(27)
#define E2H    BIT(34)
#define HOST   (E2H | TGE)
#define TWI    BIT(13)
#define TID2   BIT(17)
#define TPCP   BIT(23)
#define TPU    BIT(24)
#define TDZ    BIT(28)
#define UMA    BIT(9)
#define DZE    BIT(14)
#define UCT    BIT(15)
#define N_TWI  BIT(16)
#define SPAN   BIT(23)
#define UCI    BIT(26)

#define SCTLR_EL1_0 UINT64_C(0x30500980) /* only RES1 bits */
#define SCTLR_EL2_0 UINT64_C(0x30500980) /* ... of the layout with E2H=1 */

/* ------------------------------------------------------------------ redirection */

/*
 * With E2H=1 `low` goes to the name of EL1 and `high` to that with _EL12; then E2H=0 shows which
 * register got which.
 */
#define REDIRECTED(text, el1, el12, el2, low, high)                                                \
	do {                                                                                       \
		WRITE(hcr_el2, RW | E2H);                                                          \
		SYNC();                                                                            \
		WRITE(el1, low);                                                                   \
		WRITE(el12, high);                                                                 \
		SYNC();                                                                            \
		print(text);                                                                       \
		print_field(": EL1 name ", READ(el1));                                             \
		print_field(", EL12 name ", READ(el12));                                           \
		WRITE(hcr_el2, RW);                                                                \
		SYNC();                                                                            \
		print_field("; register of EL1 ", READ(el1));                                      \
		print_field(", of EL2 ", READ(el2));                                               \
		print("\n");                                                                       \
	} while (0)

static void redirect_translation(void)
{
	REDIRECTED("SCTLR", s3_0_c1_c0_0, s3_5_c1_c0_0, s3_4_c1_c0_0, SCTLR_EL2_0 | UCI,
		   SCTLR_EL1_0 | DZE);
	REDIRECTED("CPACR", s3_0_c1_c0_2, s3_5_c1_c0_2, s3_4_c1_c1_2, 3 << 20, 1 << 20);
	REDIRECTED("TTBR0", s3_0_c2_c0_0, s3_5_c2_c0_0, s3_4_c2_c0_0, 0x0001000000042000,
		   0x0002000000043000);
	REDIRECTED("TTBR1", s3_0_c2_c0_1, s3_5_c2_c0_1, s3_4_c2_c0_1, 0x0003000000044000,
		   0x0004000000045000);
	REDIRECTED("TCR", s3_0_c2_c0_2, s3_5_c2_c0_2, s3_4_c2_c0_2, 0x0000000500100010,
		   0x0000000400110011);
	REDIRECTED("MAIR", s3_0_c10_c2_0, s3_5_c10_c2_0, s3_4_c10_c2_0, 0x1111, 0x2222);
}

static void redirect_exceptions(void)
{
	REDIRECTED("SPSR", s3_0_c4_c0_0, s3_5_c4_c0_0, s3_4_c4_c0_0, 0x600003c9, 0x900003c5);
	REDIRECTED("ELR", s3_0_c4_c0_1, s3_5_c4_c0_1, s3_4_c4_c0_1, 0x1000, 0x2000);
	REDIRECTED("ESR", s3_0_c5_c2_0, s3_5_c5_c2_0, s3_4_c5_c2_0, 0x56000001, 0x56000002);
	REDIRECTED("FAR", s3_0_c6_c0_0, s3_5_c6_c0_0, s3_4_c6_c0_0, 0x3000, 0x4000);
	REDIRECTED("CONTEXTIDR", s3_0_c13_c0_1, s3_5_c13_c0_1, s3_4_c13_c0_1, 5, 6);
	REDIRECTED("VBAR", s3_0_c12_c0_0, s3_5_c12_c0_0, s3_4_c12_c0_0, 0x5000, 0x6000);
	WRITE(vbar_el2, (uint64_t)vectors_el2);
	WRITE(vbar_el1, (uint64_t)vectors_el1);
}

static void redirect_timers(void)
{
	REDIRECTED("CNTKCTL", s3_0_c14_c1_0, s3_5_c14_c1_0, s3_4_c14_c1_0, 0xc03, 0x300);
	REDIRECTED("CNTP_CTL", s3_3_c14_c2_1, s3_5_c14_c2_1, s3_4_c14_c2_1, 2, 0);
	REDIRECTED("CNTP_CVAL", s3_3_c14_c2_2, s3_5_c14_c2_2, s3_4_c14_c2_2, 0x111, 0x222);
	REDIRECTED("CNTV_CTL", s3_3_c14_c3_1, s3_5_c14_c3_1, s3_4_c14_c3_1, 0, 2);
	REDIRECTED("CNTV_CVAL", s3_3_c14_c3_2, s3_5_c14_c3_2, s3_4_c14_c3_2, 0x333, 0x444);
}

/* ------------------------------------------------------------------ one instruction */

#define REGISTER(op0, op1, CRn, CRm, op2)                                                          \
	((op0) << 19 | (op1) << 16 | (CRn) << 12 | (CRm) << 8 | (op2) << 5)
#define MRS(op0, op1, CRn, CRm, op2) (0xd5200000 | REGISTER(op0, op1, CRn, CRm, op2))
#define MSR(op0, op1, CRn, CRm, op2) (0xd5000000 | REGISTER(op0, op1, CRn, CRm, op2))
#define TO_X28                       28 /* a value that is no matter here */

enum knob { NONE, CPTR, KCTL, HCTL };

struct row {
	char name[48];
	uint32_t words[3];
	uint8_t el;
	uint64_t hcr, sctlr_el1, sctlr_el2;
	enum knob knob;
	uint64_t value;
};

#define CTR    MRS(3, 3, 0, 0, 1)
#define DAIF   MRS(3, 3, 4, 2, 1)
#define CNTFRQ (MRS(3, 3, 14, 0, 0) | TO_X28)
#define CNTPCT (MRS(3, 3, 14, 0, 1) | TO_X28)
#define CNTVCT (MRS(3, 3, 14, 0, 2) | TO_X28)
#define CNTP   MSR(3, 3, 14, 2, 2) /* CNTP_CVAL_EL0 */
#define CNTV   MSR(3, 3, 14, 3, 2)
#define CIVAC  MSR(1, 3, 7, 14, 1)
#define CVAU   MSR(1, 3, 7, 11, 1)
#define ZVA    MSR(1, 3, 7, 4, 1)
#define SVC    0xd40000a1
#define WFI    0xd503207f
#define ERET   0xd69f03e0

static const struct row rows[] = {
	{"SVC at EL0, {1,1}", {SVC}, 0, HOST, 0, 0, NONE, 0},
	{"SVC at EL0, {1,0}", {SVC}, 0, E2H, 0, 0, NONE, 0},
	{"SVC at EL1, {1,0}", {SVC}, 1, E2H, 0, 0, NONE, 0},
	{"SVC at EL2, {1,1}", {SVC}, 2, HOST, 0, 0, NONE, 0},
	{"SVC at EL2, {1,0}", {SVC}, 2, E2H, 0, 0, NONE, 0},
	{"HVC at EL1, {1,0}", {0xd40000e2}, 1, E2H, 0, 0, NONE, 0},
	{"HVC at EL2, {1,1}", {0xd40000e2}, 2, HOST, 0, 0, NONE, 0},
	{"HVC at EL0, {1,1}", {0xd40000e2}, 0, HOST, 0, 0, NONE, 0},
	{"BRK at EL0, {1,1}", {0xd4200040}, 0, HOST, 0, 0, NONE, 0},
	{"UDF at EL0, {1,1}", {0x00000001}, 0, HOST, 0, 0, NONE, 0},
	{"ERET at EL0, {1,1}", {ERET}, 0, HOST, 0, 0, NONE, 0},
	{"BR to PC + 2 at EL0, {1,1}", {0x91000800, 0xd61f0000}, 0, HOST, 0, 0, NONE, 0},
	/* Not with nTWI=1 in SCTLR_EL1 alone: QEMU 7.2 looks there, against
	   AArch64.CheckForWFxTrap; tests/cpu has it. */
	{"WFI at EL0, {1,1}, nTWI=0", {WFI}, 0, HOST, 0, 0, NONE, 0},
	{"WFI at EL0, {0,1}, nTWI of EL2", {WFI}, 0, TGE, 0, N_TWI, NONE, 0},
	{"WFI at EL1, {1,0}, TWI", {WFI}, 1, E2H | TWI, 0, 0, NONE, 0},
	{"CTR at EL0, {1,1}, UCT of EL1", {CTR | TO_X28}, 0, HOST, UCT, 0, NONE, 0},
	{"CTR at EL0, {1,1}, UCT of EL2", {CTR | TO_X28}, 0, HOST, 0, UCT, NONE, 0},
	{"CTR at EL0, {1,1}, UCT of EL2, TID2", {CTR | TO_X28}, 0, HOST | TID2, 0, UCT, NONE, 0},
	{"CTR at EL0, {0,1}, UCT of EL1, TID2", {CTR | TO_X28}, 0, TGE | TID2, UCT, 0, NONE, 0},
	{"CTR at EL0, {1,0}, UCT of EL1, TID2", {CTR | TO_X28}, 0, E2H | TID2, UCT, 0, NONE, 0},
	{"DAIF at EL0, {1,1}, UMA", {DAIF}, 0, HOST, UMA, 0, NONE, 0},
	{"DAIF at EL0, {0,1}, UMA", {DAIF}, 0, TGE, UMA, 0, NONE, 0},
	{"DC ZVA at EL0, {1,1}, DZE of EL1", {ZVA}, 0, HOST, DZE, 0, NONE, 0},
	{"DC ZVA at EL0, {1,0}, DZE, TDZ", {ZVA}, 0, E2H | TDZ, DZE, 0, NONE, 0},
	{"DC CIVAC at EL0, {1,1}, UCI of EL1", {CIVAC}, 0, HOST, UCI, 0, NONE, 0},
	{"DC CIVAC at EL0, {1,1}, UCI of EL2, TPCP", {CIVAC}, 0, HOST | TPCP, 0, UCI, NONE, 0},
	{"DC CIVAC at EL0, {1,0}, UCI of EL1, TPCP", {CIVAC}, 0, E2H | TPCP, UCI, 0, NONE, 0},
	{"DC CVAU at EL0, {1,1}, UCI of EL2, TPU", {CVAU}, 0, HOST | TPU, 0, UCI, NONE, 0},
	{"CNTFRQ at EL0, {1,1}, none", {CNTFRQ}, 0, HOST, 0, 0, HCTL, 0xffc},
	{"CNTFRQ at EL0, {1,1}, EL0PCTEN", {CNTFRQ}, 0, HOST, 0, 0, HCTL, 1},
	{"CNTPCT at EL0, {1,1}, all but EL0PCTEN", {CNTPCT}, 0, HOST, 0, 0, HCTL, 0xffe},
	{"CNTPCT at EL0, {1,1}, EL0PCTEN", {CNTPCT}, 0, HOST, 0, 0, HCTL, 1},
	{"CNTPCT at EL1, {1,0}, all but EL1PCTEN", {CNTPCT}, 1, E2H, 0, 0, HCTL, 0xbff},
	{"CNTPCT at EL1, {1,0}, EL1PCTEN", {CNTPCT}, 1, E2H, 0, 0, HCTL, 0x400},
	{"CNTVCT at EL0, {1,1}, all but EL0VCTEN", {CNTVCT}, 0, HOST, 0, 0, HCTL, 0xffd},
	{"CNTVCT at EL0, {1,1}, EL0VCTEN", {CNTVCT}, 0, HOST, 0, 0, HCTL, 2},
	{"CNTVCT at EL0, {1,0}, EL0VCTEN of EL2", {CNTVCT}, 0, E2H, 0, 0, HCTL, 2},
	{"CNTP at EL0, {1,1}, all but EL0PTEN", {CNTP}, 0, HOST, 0, 0, HCTL, 0xdff},
	{"CNTP at EL0, {1,1}, EL0PTEN", {CNTP}, 0, HOST, 0, 0, HCTL, 0x200},
	{"CNTP at EL1, {1,0}, all but EL1PTEN", {CNTP}, 1, E2H, 0, 0, HCTL, 0x7ff},
	{"CNTP at EL1, {1,0}, EL1PTEN", {CNTP}, 1, E2H, 0, 0, HCTL, 0x800},
	{"CNTV at EL0, {1,1}, all but EL0VTEN", {CNTV}, 0, HOST, 0, 0, HCTL, 0xeff},
	{"CNTV at EL0, {1,1}, EL0VTEN", {CNTV}, 0, HOST, 0, 0, HCTL, 0x100},
	{"CNTV at EL1, {1,0}, none", {CNTV}, 1, E2H, 0, 0, HCTL, 0},
	{"MSR CPACR_EL1 at EL1, {1,0}, TCPAC", {MSR(3, 0, 1, 0, 2)}, 1, E2H, 0, 0, CPTR, BIT(31)},
	{"MSR CPACR_EL1 at EL1, {1,0}", {MSR(3, 0, 1, 0, 2)}, 1, E2H, 0, 0, CPTR, 0},
	/* Not at EL2 with E2H=0, where these are UNDEFINED but not on QEMU 7.2: tests/cpu has it.
	 */
	{"MRS SCTLR_EL12 at EL2, {1,1}", {MRS(3, 5, 1, 0, 0)}, 2, HOST, UCI, 0, NONE, 0},
	{"MRS SCTLR_EL12 at EL1, {1,0}", {MRS(3, 5, 1, 0, 0)}, 1, E2H, 0, 0, NONE, 0},
	{"MRS SCTLR_EL12 at EL0, {1,1}", {MRS(3, 5, 1, 0, 0)}, 0, HOST, 0, 0, NONE, 0},
	{"MRS SCTLR_EL1 at EL1, {1,0}", {MRS(3, 0, 1, 0, 0)}, 1, E2H, UCI, 0, NONE, 0},
	{"MRS SCTLR_EL1 at EL2, {1,0}", {MRS(3, 0, 1, 0, 0)}, 2, E2H, 0, UCI, NONE, 0},
	{"MRS SCTLR_EL1 at EL2, {0,1}", {MRS(3, 0, 1, 0, 0)}, 2, TGE, UCI, 0, NONE, 0},
	{"MSR CONTEXTIDR_EL2 at EL2, {0,0}", {MSR(3, 4, 13, 0, 1)}, 2, 0, 0, 0, NONE, 0},
	{"MSR CONTEXTIDR_EL2 at EL1", {MSR(3, 4, 13, 0, 1)}, 1, 0, 0, 0, NONE, 0},
	{"TLBI VAE1 at EL2, {1,1}", {MSR(1, 0, 8, 7, 1)}, 2, HOST, 0, 0, NONE, 0},
	{"TLBI VAE2 at EL2, {1,1}", {MSR(1, 4, 8, 7, 1)}, 2, HOST, 0, 0, NONE, 0},
	{"TLBI VAE1 at EL0, {1,1}", {MSR(1, 0, 8, 7, 1)}, 0, HOST, 0, 0, NONE, 0},
};

static struct place here(void)
{
	return (struct place){code, (uint64_t)code};
}

/* The layouts of CPTR_EL2 and CNTHCTL_EL2 are those of E2H; the defaults trap nothing that the rows
 * do. */
static void set(uint64_t hcr, uint64_t sctlr_el1, uint64_t sctlr_el2)
{
	WRITE(hcr_el2, RW);
	SYNC();
	WRITE(sctlr_el1, SCTLR_EL1_0 | sctlr_el1);
	WRITE(cntkctl_el1, 3);
	WRITE(hcr_el2, RW | hcr);
	SYNC();
	WRITE(sctlr_el2,
	      SCTLR_EL2_0 | (hcr & E2H ? 0 : SPAN | N_TWI | BIT(18) | BIT(5) | BIT(4)) | sctlr_el2);
	WRITE(cptr_el2, hcr & E2H ? 3 << 20 : 0x33ff);
	WRITE(cnthctl_el2, hcr & E2H ? 0xc00 : 3);
}

static void run_row(const struct row *row)
{
	const uint64_t x[4] = {(uint64_t)scratch, 0, 0, 0};

	set(row->hcr, row->sctlr_el1, row->sctlr_el2);
	if (row->knob == CPTR)
		WRITE(cptr_el2, row->value);
	if (row->knob == HCTL)
		WRITE(cnthctl_el2, row->value);
	put_code(here(), row->words, 3);
	run_at(here().va, pstate_of(row->el, 0), x);
	print_record(row->name, here());
}

/* ------------------------------------------------------------------ PSTATE by ERET and back by an
 * exception */

struct pstate_row {
	char name[40];
	uint64_t spsr, sctlr_el2, hcr;
};

static const struct pstate_row pstates[] = {
	{"EL0, {1,1}, SPAN=0", 0x900003c0, 0, HOST},
	{"EL0, {1,1}, SPAN=1", 0x900003c0, SPAN, HOST},
	{"EL2h, {1,1}, SPAN=0", 0x3c9, 0, HOST},
	{"EL2h, {1,1}, SPAN=1", 0x3c9, SPAN, HOST},
	{"EL2h, {1,1}, SPAN=1, PAN", 0x004003c9, SPAN, HOST},
	{"EL2h, {1,0}, SPAN=0", 0x3c9, 0, E2H},
	{"EL2t, {1,1}, PAN UAO DIT", 0x01c003c8, SPAN, HOST},
	{"EL1h, {1,0}", 0x3c5, 0, E2H},
	{"illegal: EL1, {1,1}", 0x3c5, SPAN, HOST},
	{"IL to EL0, {1,1}", 0x00100000, SPAN, HOST},
};

static void run_pstate(const struct pstate_row *row)
{
	static const uint32_t nop[] = {0xd503201f};
	const uint64_t x[4] = {0, 0, 0, 0};

	set(row->hcr, SPAN, row->sctlr_el2);
	put_code(here(), nop, 1);
	run_at(here().va, row->spsr, x);
	print_field("PAN ", record.pan);
	print(" after ");
	print_record(row->name, here());
}

int main(void)
{
	WRITE(vbar_el2, (uint64_t)vectors_el2);
	redirect_translation();
	redirect_exceptions();
	redirect_timers();
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run_row(&rows[i]);
	for (unsigned i = 0; i < sizeof(pstates) / sizeof(pstates[0]); i++)
		run_pstate(&pstates[i]);
	WRITE(hcr_el2, RW);
	SYNC();
	return 0;
}
