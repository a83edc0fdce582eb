/*
 * The regime EL2&0: loads, stores, fetches and AT of EL2 and EL0 in the upper half, while the lower
 * half maps the image as it lies in memory. Stage 2 is on with tables that are none, and must not
 * matter. A line a probe on the PL011.
 */
#include "probe.h"

struct record record;

typedef uint64_t table_t[512] __attribute__((aligned(4096)));

static uint32_t code[1024] __attribute__((aligned(4096)));
static uint64_t data[512] __attribute__((aligned(4096)));
static uint64_t other[512] __attribute__((aligned(4096)));
static uint32_t target[1024] __attribute__((aligned(4096))); /* BRK #DONE */

#define BIT(n)          (UINT64_C(1) << (n))
#define TABLE           UINT64_C(3)
#define BLOCK           UINT64_C(1)
#define PAGE            UINT64_C(3)
#define DEVICE          (UINT64_C(1) << 2) /* attribute 1 */
#define AP_EL0          BIT(6)
#define AP_RO           BIT(7)
#define SH              (UINT64_C(3) << 8)
#define AF              BIT(10)
#define NG              BIT(11)
#define PXN             BIT(53)
#define UXN             BIT(54)
#define PXN_TABLE       BIT(59)
#define UXN_TABLE       BIT(60)
#define AP_TABLE_NO_EL0 BIT(61)
#define AP_TABLE_RO     BIT(62)
#define BEYOND          BIT(44) /* TCR_EL2.IPS is 44 bits */
#define UPPER           UINT64_C(0xffff000000000000)

static table_t low0, low1, low2, low3, high0, high1, high2, high3;

/* The image for EL2, and the UART; `code` is executed at EL0 by its name in the upper half. */
static void map_image(void)
{
	uint64_t base = (uint64_t)code & ~UINT64_C(0x1fffff);

	low0[0] = (uint64_t)low1 | TABLE;
	low1[0] = UINT64_C(0) | BLOCK | DEVICE | AF | UXN | PXN;
	low1[base >> 30 & 511] = (uint64_t)low2 | TABLE;
	low2[base >> 21 & 511] = (uint64_t)low3 | TABLE;
	for (uint64_t i = 0; i < 512; i++)
		low3[i] = (base + (i << 12)) | PAGE | SH | AF | UXN;
}

/* At UPPER + 0x200000 and, by other table attributes, at the multiples of that. */
static void fill_level3(void)
{
	uint64_t d = (uint64_t)data | PAGE | SH, t = (uint64_t)target | PAGE | SH;

	high3[0] = (uint64_t)code | PAGE | SH | AF | AP_EL0 | AP_RO;
	high3[1] = d | AF | AP_EL0;
	high3[2] = d | AF | AP_EL0 | AP_RO;
	high3[3] = d | AP_EL0;
	high3[4] = d | AF;
	high3[5] = d | AF | AP_RO;
	high3[6] = BEYOND | PAGE | AF | AP_EL0;
	high3[7] = (uint64_t)data | BLOCK | AF | AP_EL0; /* reserved */
	high3[8] = t | AF | AP_EL0 | UXN;
	high3[9] = t | AF | AP_EL0 | AP_RO | PXN;
	high3[10] = t | AF | AP_EL0;
	high3[11] = t | AF | AP_RO;
	high3[12] = t | AF | AP_EL0 | AP_RO;
	high3[13] = t | AF | UXN;
	high3[14] = d | AF | AP_EL0 | NG;
	high3[15] = d | AF | AP_EL0 | DEVICE;
}

static void fill_stage1(void)
{
	map_image();
	fill_level3();
	high0[0] = (uint64_t)high1 | TABLE;
	high0[2] = BEYOND | TABLE;
	high1[0] = (uint64_t)high2 | TABLE;
	high1[1] = UINT64_C(0x40000000) | BLOCK | SH | AF | AP_EL0;
	high1[2] = BEYOND | BLOCK | AF;
	high2[1] = (uint64_t)high3 | TABLE;
	high2[2] = (uint64_t)high3 | TABLE | AP_TABLE_NO_EL0;
	high2[3] = (uint64_t)high3 | TABLE | AP_TABLE_RO;
	high2[4] = (uint64_t)high3 | TABLE | UXN_TABLE;
	high2[5] = (uint64_t)high3 | TABLE | PXN_TABLE;
	high2[6] = BEYOND | TABLE;
	high2[7] = UINT64_C(0x40000000) | BLOCK | SH | AP_EL0;
}

/* ------------------------------------------------------------------ settings */

#define RW   BIT(31)
#define VM   BIT(0)
#define TGE  BIT(27)
#define E2H  BIT(34)
#define SPAN BIT(23)
#define PAN  BIT(22)
#define UAO  BIT(23)
#define EPD1 BIT(23)
#define TBI1 BIT(38)
#define HPD1 BIT(42)
#define A1   BIT(22)

struct setting {
	char name[24];
	uint64_t hcr, tcr, pstate;
	int el0; /* is EL0 of this regime? */
};

static const struct setting settings[] = {
	{"{1,1}", E2H | TGE | VM, 0, 0, 1},     {"{1,1}, PAN", E2H | TGE, 0, PAN, 1},
	{"{1,1}, UAO", E2H | TGE, 0, UAO, 1},   {"{1,1}, PAN and UAO", E2H | TGE, 0, PAN | UAO, 1},
	{"{1,1}, HPD1", E2H | TGE, HPD1, 0, 1}, {"{1,1}, EPD1", E2H | TGE, EPD1, 0, 0},
	{"{1,1}, TBI1", E2H | TGE, TBI1, 0, 1}, {"{1,1}, A1", E2H | TGE, A1, 0, 1},
	{"{1,0}", E2H | VM, 0, 0, 0},           {"{1,0}, PAN", E2H, 0, PAN, 0},
};

static void set(const struct setting *s)
{
	WRITE(sctlr_el2, 0x30c50830); /* MMU off, E2H=0 */
	WRITE(hcr_el2, RW);
	SYNC();
	WRITE(hcr_el2, RW | s->hcr);
	SYNC();
	WRITE(mair_el2, 0x04ff); /* Normal write-back; Device-nGnRE */
	WRITE(ttbr0_el2, (uint64_t)low0 | BIT(48));
	WRITE(s3_4_c2_c0_1, (uint64_t)high0 | BIT(49)); /* TTBR1_EL2 */
	/* IPS 44 bits; both halves 48 bits, 4 KB granule */
	WRITE(tcr_el2, UINT64_C(4) << 32 | UINT64_C(2) << 30 | 16 << 16 | 16 | s->tcr);
	WRITE(vtcr_el2, UINT64_C(0x80000000) | 2 << 16 | 1 << 6 | 24);
	WRITE(vttbr_el2, 0);
	__asm__ volatile("dsb sy; tlbi alle2; tlbi alle1; dsb sy; isb" : : : "memory");
	WRITE(sctlr_el2, UINT64_C(0x30500980) | SPAN | BIT(12) | BIT(2) | 1);
	SYNC();
}

static void unset(void)
{
	WRITE(sctlr_el2, 0x30c50830);
	SYNC();
	WRITE(hcr_el2, RW);
	SYNC();
}

/* ------------------------------------------------------------------ probes */

/* Offsets in the upper half: code of EL0 is at 0x200000. */
static const uint64_t addresses[] = {
	UPPER + 0x201010,   UPPER + 0x202010,     UPPER + 0x203010,      UPPER + 0x204010,
	UPPER + 0x205010,   UPPER + 0x206010,     UPPER + 0x207010,      UPPER + 0x208010,
	UPPER + 0x209010,   UPPER + 0x20a010,     UPPER + 0x20b010,      UPPER + 0x20c010,
	UPPER + 0x20d010,   UPPER + 0x20e010,     UPPER + 0x20f010,      UPPER + 0x401010,
	UPPER + 0x404010,   UPPER + 0x40c010,     UPPER + 0x601010,      UPPER + 0x602010,
	UPPER + 0x60a010,   UPPER + 0x80a010,     UPPER + 0x80c010,      UPPER + 0xa0c010,
	UPPER + 0xa0b010,   UPPER + 0xc00010,     UPPER + 0xe00010,      UPPER + 0x40200010,
	UPPER + 0x80000010, UPPER + 0xc0000010,   UPPER + 0x10000000010, 0xfffe000000201010,
	0xab80000000201010, 0xabff000000201010,   0x0000008000000010,    0x0001000000000010,
	0x0000000040000010, UPPER + 0x8000000010,
};

struct op {
	char name[8];
	uint8_t el;
	uint32_t words[3];
};

static const struct op ops[] = {
	{"ldr 0", 0, {0xf9400020}}, /* LDR X0, [X1] */
	{"str 0", 0, {0xf9000022}}, /* STR X2, [X1] */
	{"br 0", 0, {0xd61f0020}},  /* BR X1 */
	{"ldr 2", 2, {0xf9400020}},  {"str 2", 2, {0xf9000022}},  {"br 2", 2, {0xd61f0020}},
	{"ldtr 2", 2, {0xf8400820}}, {"sttr 2", 2, {0xf8000822}},
};

#define AT(op1, CRm, op2)                                                                          \
	{                                                                                          \
		0xd5087001 | (op1) << 16 | (CRm) << 8 | (op2) << 5, 0xd5033fdf, 0xd5387400         \
	}

static const struct op at_ops[] = {
	{"s1e1r", 2, AT(0, 8, 0)}, {"s1e1w", 2, AT(0, 8, 1)},  {"s1e0r", 2, AT(0, 8, 2)},
	{"s1e0w", 2, AT(0, 8, 3)}, {"s1e1rp", 2, AT(0, 9, 0)}, {"s1e1wp", 2, AT(0, 9, 1)},
	{"s1e2r", 2, AT(4, 8, 0)}, {"s1e2w", 2, AT(4, 8, 1)},
};

/* As in translation.c. */
static uint64_t comparable_par(uint64_t par)
{
	if ((par & 1) != 0)
		return par & 0xffff;
	return par & ~UINT64_C(0x600) & (par >> 60 == 0 ? ~UINT64_C(0x180) : ~UINT64_C(0));
}

/* ISV is 0 for stage 1 faults ("ISS encoding for an exception from a Data Abort"); QEMU 7.2 has it
 * 1 at EL2. */
static void forget_access(struct syndrome *s)
{
	if (s->esr >> 27 == 0x24 >> 1)
		s->esr &= ~UINT64_C(0x1ffc000);
}

static void probe(const struct setting *s, const struct op *op, uint64_t va, int at)
{
	const uint64_t x[4] = {0, va, 0x2222222222222222, 0};
	struct place place = {code, op->el == 2 ? (uint64_t)code : UPPER + 0x200000};

	data[2] = 0x1111111111111111;
	put_code(place, op->words, 3);
	run_at(place.va, pstate_of(op->el, op->el == 2 ? s->pstate : 0), x);
	if (at && (record.x[0] & 0x801) != 0)
		record.x[0] = comparable_par(record.x[0]);
	forget_access(&record.el2);
	print_hex(va);
	print(" ");
	print_record(op->name, place);
}

static void probe_all(const struct setting *s)
{
	for (unsigned a = 0; a < sizeof(addresses) / sizeof(addresses[0]); a++) {
		for (unsigned o = 0; o < sizeof(ops) / sizeof(ops[0]); o++)
			if (ops[o].el == 2 || s->el0)
				probe(s, &ops[o], addresses[a], 0);
		/* With TGE=0 AT S1E1* and S1E0* are of EL1&0. */
		for (unsigned o = 0; o < sizeof(at_ops) / sizeof(at_ops[0]); o++)
			if (o >= 6 || (s->hcr & TGE) != 0)
				probe(s, &at_ops[o], addresses[a], 1);
	}
}

/* ------------------------------------------------------------------ maintenance */

static uint64_t load(uint64_t va)
{
	return *(volatile uint64_t *)va;
}

/* TLBI of EL1's names is of EL2&0 under TGE, TLBI VAE2 always: another page behind an address that
 * was used. */
static void maintain(void)
{
	const uint64_t va = UPPER + 0x204010;

	set(&settings[0]);
	*(volatile uint64_t *)&data[2] = 1;
	*(volatile uint64_t *)&other[2] = 2;
	print_field("first ", load(va));
	high3[4] = (uint64_t)other | PAGE | SH | AF;
	__asm__ volatile("dsb sy; tlbi vae1, %0; dsb sy; isb" : : "r"(va << 8 >> 20) : "memory");
	print_field(", VAE1 ", load(va));
	high3[4] = (uint64_t)data | PAGE | SH | AF;
	__asm__ volatile("dsb sy; tlbi vae2, %0; dsb sy; isb" : : "r"(va << 8 >> 20) : "memory");
	print_field(", VAE2 ", load(va));
	high3[4] = (uint64_t)other | PAGE | SH | AF;
	__asm__ volatile("dsb sy; tlbi vmalle1; dsb sy; isb" : : : "memory");
	print_field(", VMALLE1 ", load(va));
	high3[4] = (uint64_t)data | PAGE | SH | AF;
	__asm__ volatile("dsb sy; tlbi alle2; dsb sy; isb" : : : "memory");
	print_field(", ALLE2 ", load(va));
	print("\n");
}

int main(void)
{
	WRITE(vbar_el2, (uint64_t)vectors_el2);
	for (unsigned i = 0; i < 1024; i++)
		target[i] = 0xd4200000 | DONE << 5;
	fill_stage1();
	for (unsigned i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		set(&settings[i]);
		print(settings[i].name);
		print("\n");
		probe_all(&settings[i]);
	}
	maintain();
	unset();
	return 0;
}
