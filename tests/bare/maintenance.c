/*
 * Every TLBI of EL1 and EL2 on translations in use: pages of EL1&0, of EL2&0 and of EL2 that are
 * loaded from, then lead elsewhere, and after the operation and a DSB are loaded from again. For
 * each operation and regime a line on the PL011 with the sum of what the loads gave.
 */
#include "probe.h"

struct record record;

typedef uint64_t table_t[512] __attribute__((aligned(4096)));

static uint32_t code[1024] __attribute__((aligned(4096)));
static uint64_t one[512] __attribute__((aligned(4096)));
static uint64_t two[512] __attribute__((aligned(4096)));

#define BIT(n) (UINT64_C(1) << (n))
#define TABLE  UINT64_C(3)
#define BLOCK  UINT64_C(1)
#define PAGE   UINT64_C(3)
#define DEVICE BIT(2) /* attribute 1 */
#define SH     (UINT64_C(3) << 8)
#define AF     BIT(10)
#define NG     BIT(11)
#define S2     (UINT64_C(3) << 6 | 15 << 2)

/* Eight pages of stage 1, and as many whose IPAs lead elsewhere by stage 2. */
#define WINDOW     UINT64_C(0x80000000)
#define IPA_WINDOW UINT64_C(0x80200000)
#define IPA        UINT64_C(0xc0000000)
#define ASID       UINT64_C(5)

enum { PAGES = 8 };

static table_t level0, level1, image2, image3, window2, window3, ipa3, s2_level1, s2_level2,
	s2_level3;

static uint64_t page_of(const uint64_t *memory)
{
	return (uint64_t)memory | PAGE | SH | AF;
}

/* The image as it lies in memory, the UART, the windows. */
static void fill_tables(void)
{
	uint64_t base = (uint64_t)code & ~UINT64_C(0x1fffff);

	level0[0] = (uint64_t)level1 | TABLE;
	level1[0] = BLOCK | DEVICE | AF | BIT(54);
	level1[base >> 30 & 511] = (uint64_t)image2 | TABLE;
	image2[base >> 21 & 511] = (uint64_t)image3 | TABLE;
	for (uint64_t i = 0; i < 512; i++)
		image3[i] = (base + (i << 12)) | PAGE | SH | AF;
	level1[WINDOW >> 30] = (uint64_t)window2 | TABLE;
	window2[0] = (uint64_t)window3 | TABLE;
	window2[1] = (uint64_t)ipa3 | TABLE;
	for (uint64_t i = 0; i < PAGES; i++)
		ipa3[i] = (IPA + (i << 12)) | PAGE | SH | AF | NG;
	s2_level1[1] = UINT64_C(0x40000000) | BLOCK | SH | AF | S2;
	s2_level1[IPA >> 30] = (uint64_t)s2_level2 | TABLE;
	s2_level2[0] = (uint64_t)s2_level3 | TABLE;
}

/* ------------------------------------------------------------------ regimes */

#define RW  BIT(31)
#define TGE BIT(27)
#define E2H BIT(34)

enum mode { GUEST = 1, HOST = 2, HYP = 4, STAGE2 = 8 };

static void leave(void)
{
	WRITE(sctlr_el2, 0x30c50830); /* MMU off, E2H=0 */
	WRITE(hcr_el2, RW);
	SYNC();
}

static void enter(enum mode mode)
{
	uint64_t two_halves = UINT64_C(4) << 32 | BIT(23) | UINT64_C(2) << 30 | 16 << 16 | 16;

	leave();
	__asm__ volatile("tlbi alle1; tlbi alle2; dsb sy; isb" : : : "memory");
	if (mode == HOST)
		WRITE(hcr_el2, RW | E2H | TGE);
	SYNC();
	WRITE(mair_el2, 0x04ff); /* Normal write-back; Device-nGnRE */
	WRITE(ttbr0_el2, (uint64_t)level0 | (mode == HOST ? ASID << 48 : 0));
	WRITE(tcr_el2, mode == HOST ? two_halves : BIT(31) | BIT(23) | 4 << 16 | 16);
	if (mode == HOST)
		WRITE(sctlr_el2, UINT64_C(0x30d00980) | BIT(12) | BIT(2) | 1);
	if (mode == HYP)
		WRITE(sctlr_el2, UINT64_C(0x30c50830) | BIT(12) | BIT(2) | 1);
	SYNC();
	if (mode == HOST || mode == HYP)
		return;
	WRITE(mair_el1, 0x04ff);
	WRITE(ttbr0_el1, (uint64_t)level0 | ASID << 48);
	WRITE(tcr_el1, two_halves);
	WRITE(sctlr_el1, UINT64_C(0x30d00980) | BIT(12) | BIT(2) | 1);
	WRITE(vtcr_el2, UINT64_C(0x80000000) | 4 << 16 | 1 << 6 | 25);
	WRITE(vttbr_el2, (uint64_t)s2_level1 | UINT64_C(3) << 48);
	WRITE(hcr_el2, RW | 1);
	SYNC();
}

static void lead_to(enum mode mode, const uint64_t *memory)
{
	uint64_t *table = mode == STAGE2 ? s2_level3 : window3;
	uint64_t more = mode == STAGE2 ? S2 : mode == HYP ? 0 : NG;

	for (unsigned i = 0; i < PAGES; i++)
		*(volatile uint64_t *)&table[i] = page_of(memory) | more;
	SYNC();
}

/* One load at EL1 or EL2. */
static uint64_t load(enum mode mode, uint64_t va)
{
	static const uint32_t words[] = {0xf9400020, 0xd4000022}; /* LDR X0, [X1]; HVC #1 */
	const uint64_t x[4] = {0, va};

	if (mode == HOST || mode == HYP)
		return *(volatile uint64_t *)va;
	put_code((struct place){code, (uint64_t)code}, words, 2);
	run_at((uint64_t)code, pstate_of(1, 0), x);
	return record.x[0];
}

static uint64_t window_of(enum mode mode)
{
	return mode == STAGE2 ? IPA_WINDOW : WINDOW;
}

static uint64_t load_pages(enum mode mode, unsigned first, unsigned count)
{
	uint64_t sum = 0;

	for (unsigned i = first; i < first + count; i++)
		sum += load(mode, window_of(mode) + (uint64_t)i * 4096);
	return sum;
}

/* ------------------------------------------------------------------ operations */

enum form { BY_ADDRESS, RANGE, BY_ASID, ALL };

/*
 * With HCR_EL2.E2H=1 operations of EL2 are of EL2&0 ("TLB maintenance instructions", the regime of
 * TLBI VAE2IS). QEMU 10.0 has it so, 7.2 for VAE2, VALE2 and ALLE2* only: the others are tried in
 * EL2 alone here, and in EL2&0 by tests/mmu/test_residency.c.
 */
static const struct op {
	char name[16];
	uint32_t word; /* with X0, or none */
	uint8_t form, modes;
} ops[] = {
	{"VMALLE1", 0xd508871f, ALL, GUEST | HOST},
	{"VMALLE1IS", 0xd508831f, ALL, GUEST | HOST},
	{"VMALLE1OS", 0xd508811f, ALL, GUEST | HOST},
	{"VAE1", 0xd5088720, BY_ADDRESS, GUEST | HOST},
	{"VAE1IS", 0xd5088320, BY_ADDRESS, GUEST | HOST},
	{"VAE1OS", 0xd5088120, BY_ADDRESS, GUEST | HOST},
	{"ASIDE1", 0xd5088740, BY_ASID, GUEST | HOST},
	{"ASIDE1IS", 0xd5088340, BY_ASID, GUEST | HOST},
	{"ASIDE1OS", 0xd5088140, BY_ASID, GUEST | HOST},
	{"VAAE1", 0xd5088760, BY_ADDRESS, GUEST | HOST},
	{"VAAE1IS", 0xd5088360, BY_ADDRESS, GUEST | HOST},
	{"VAAE1OS", 0xd5088160, BY_ADDRESS, GUEST | HOST},
	{"VALE1", 0xd50887a0, BY_ADDRESS, GUEST | HOST},
	{"VALE1IS", 0xd50883a0, BY_ADDRESS, GUEST | HOST},
	{"VALE1OS", 0xd50881a0, BY_ADDRESS, GUEST | HOST},
	{"VAALE1", 0xd50887e0, BY_ADDRESS, GUEST | HOST},
	{"VAALE1IS", 0xd50883e0, BY_ADDRESS, GUEST | HOST},
	{"VAALE1OS", 0xd50881e0, BY_ADDRESS, GUEST | HOST},
	{"RVAE1", 0xd5088620, RANGE, GUEST | HOST},
	{"RVAE1IS", 0xd5088220, RANGE, GUEST | HOST},
	{"RVAE1OS", 0xd5088520, RANGE, GUEST | HOST},
	{"RVAAE1", 0xd5088660, RANGE, GUEST | HOST},
	{"RVAAE1IS", 0xd5088260, RANGE, GUEST | HOST},
	{"RVAAE1OS", 0xd5088560, RANGE, GUEST | HOST},
	{"RVALE1", 0xd50886a0, RANGE, GUEST | HOST},
	{"RVALE1IS", 0xd50882a0, RANGE, GUEST | HOST},
	{"RVALE1OS", 0xd50885a0, RANGE, GUEST | HOST},
	{"RVAALE1", 0xd50886e0, RANGE, GUEST | HOST},
	{"RVAALE1IS", 0xd50882e0, RANGE, GUEST | HOST},
	{"RVAALE1OS", 0xd50885e0, RANGE, GUEST | HOST},
	{"IPAS2E1", 0xd50c8420, BY_ADDRESS, STAGE2},
	{"IPAS2E1IS", 0xd50c8020, BY_ADDRESS, STAGE2},
	{"IPAS2E1OS", 0xd50c8400, BY_ADDRESS, STAGE2},
	{"IPAS2LE1", 0xd50c84a0, BY_ADDRESS, STAGE2},
	{"IPAS2LE1IS", 0xd50c80a0, BY_ADDRESS, STAGE2},
	{"IPAS2LE1OS", 0xd50c8480, BY_ADDRESS, STAGE2},
	{"RIPAS2E1", 0xd50c8440, RANGE, STAGE2},
	{"RIPAS2E1IS", 0xd50c8040, RANGE, STAGE2},
	{"RIPAS2E1OS", 0xd50c8460, RANGE, STAGE2},
	{"RIPAS2LE1", 0xd50c84c0, RANGE, STAGE2},
	{"RIPAS2LE1IS", 0xd50c80c0, RANGE, STAGE2},
	{"RIPAS2LE1OS", 0xd50c84e0, RANGE, STAGE2},
	{"ALLE2", 0xd50c871f, ALL, HOST | HYP},
	{"ALLE2IS", 0xd50c831f, ALL, HOST | HYP},
	{"ALLE2OS", 0xd50c811f, ALL, HOST | HYP},
	{"VAE2", 0xd50c8720, BY_ADDRESS, HOST | HYP},
	{"VAE2IS", 0xd50c8320, BY_ADDRESS, HYP},
	{"VAE2OS", 0xd50c8120, BY_ADDRESS, HYP},
	{"VALE2", 0xd50c87a0, BY_ADDRESS, HOST | HYP},
	{"VALE2IS", 0xd50c83a0, BY_ADDRESS, HYP},
	{"VALE2OS", 0xd50c81a0, BY_ADDRESS, HYP},
	{"ALLE1", 0xd50c879f, ALL, GUEST | STAGE2},
	{"ALLE1IS", 0xd50c839f, ALL, GUEST | STAGE2},
	{"ALLE1OS", 0xd50c819f, ALL, GUEST | STAGE2},
	{"VMALLS12E1", 0xd50c87df, ALL, GUEST | STAGE2},
	{"VMALLS12E1IS", 0xd50c83df, ALL, GUEST | STAGE2},
	{"VMALLS12E1OS", 0xd50c81df, ALL, GUEST | STAGE2},
	{"RVAE2", 0xd50c8620, RANGE, HYP},
	{"RVAE2IS", 0xd50c8220, RANGE, HYP},
	{"RVAE2OS", 0xd50c8520, RANGE, HYP},
	{"RVALE2", 0xd50c86a0, RANGE, HYP},
	{"RVALE2IS", 0xd50c82a0, RANGE, HYP},
	{"RVALE2OS", 0xd50c85a0, RANGE, HYP},
};

/* The third page by its address; all eight by a range: TG 4 KB, NUM 3, SCALE 0. */
static uint64_t operand(const struct op *op, enum mode mode)
{
	uint64_t start = mode == STAGE2 ? IPA : WINDOW, asid = mode == STAGE2 ? 0 : ASID << 48;

	if (op->form == BY_ADDRESS)
		return start >> 12 | 2 | asid;
	return (op->form == RANGE ? start >> 12 | UINT64_C(3) << 39 | BIT(46) : 0) | asid;
}

/* The operation and its DSB, executed where they were written: in the image, at EL2. */
static void maintain(uint32_t word, uint64_t xt)
{
	const uint32_t words[] = {0xd5033f9f, word, 0xd5033f9f, 0xd5033fdf, 0xd65f03c0};

	put_code((struct place){code, (uint64_t)code}, words, 5);
	((void (*)(uint64_t))(uint64_t)code)(xt); /* DSB SY; TLBI; DSB SY; ISB; RET */
}

/* Where stage 2 changed, what both stages made is removed by an operation of stage 1. */
static void probe(const struct op *op, enum mode mode)
{
	unsigned first = op->form == BY_ADDRESS ? 2 : 0;
	unsigned count = op->form == BY_ADDRESS ? 1 : PAGES;

	for (unsigned i = 0; i < 2; i++) {
		load_pages(mode, 0, PAGES);
		lead_to(mode, i == 0 ? two : one);
		maintain(op->word, operand(op, mode));
		if (mode == STAGE2)
			__asm__ volatile("tlbi vmalle1; dsb sy; isb" : : : "memory");
		print_field(" ", load_pages(mode, first, count));
	}
}

static void probe_all(enum mode mode, const char *name)
{
	enter(mode);
	lead_to(mode, one);
	for (unsigned i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if ((ops[i].modes & mode) == 0)
			continue;
		print(name);
		print(" ");
		print(ops[i].name);
		probe(&ops[i], mode);
		print("\n");
	}
	leave();
}

int main(void)
{
	WRITE(vbar_el2, (uint64_t)vectors_el2);
	for (unsigned i = 0; i < 512; i++) {
		one[i] = 1;
		two[i] = 2;
	}
	fill_tables();
	probe_all(GUEST, "EL1&0");
	probe_all(STAGE2, "stage 2");
	probe_all(HOST, "EL2&0");
	probe_all(HYP, "EL2");
	return 0;
}
