/*
 * Two stages of translation, 4 KB granule: loads, stores, fetches and AT at EL0 and EL1 to
 * addresses that meet every kind of descriptor, under several settings of the control registers.
 * One line a probe on the PL011.
 */
#include "probe.h"

struct record record;

typedef uint64_t table_t[512] __attribute__((aligned(4096)));

static uint32_t code[1024] __attribute__((aligned(4096)));
static uint64_t data[512] __attribute__((aligned(4096)));
static uint32_t target[1024] __attribute__((aligned(4096))); /* BRK #DONE */

/* ------------------------------------------------------------------ stage 1 */

#define HIGH    UINT64_C(0xffff000000000000) /* TTBR1 maps the image here as it lies in memory */
#define NOWHERE UINT64_C(0x2000000000)       /* no memory answers; stage 2 lacks it at level 1 */

#define TABLE           UINT64_C(3)
#define BLOCK           UINT64_C(1)
#define PAGE            UINT64_C(3)
#define DEVICE          (UINT64_C(1) << 2) /* attribute 1 */
#define AP_EL0          (UINT64_C(1) << 6)
#define AP_RO           (UINT64_C(2) << 6)
#define SH              (UINT64_C(3) << 8)
#define AF              (UINT64_C(1) << 10)
#define NG              (UINT64_C(1) << 11)
#define PXN             (UINT64_C(1) << 53)
#define UXN             (UINT64_C(1) << 54)
#define PXN_TABLE       (UINT64_C(1) << 59)
#define UXN_TABLE       (UINT64_C(1) << 60)
#define AP_TABLE_NO_EL0 (UINT64_C(1) << 61)
#define AP_TABLE_RO     (UINT64_C(1) << 62)
#define BEYOND          (UINT64_C(1) << 44) /* TCR_EL1.IPS is 44 bits */

static table_t image_level0, image_level1, image_level2, image_level3;
static table_t level0, level1, level2, level3;

static uint64_t pa_of(const volatile void *p)
{
	return (uint64_t)p;
}

/* The image, read-only and executable at EL1, `code` and `target` at EL0 too. */
static void map_image(void)
{
	uint64_t base = (uint64_t)code & ~UINT64_C(0x1fffff);

	image_level0[0] = pa_of(image_level1) | TABLE;
	image_level1[base >> 30 & 511] = pa_of(image_level2) | TABLE;
	image_level2[base >> 21 & 511] = pa_of(image_level3) | TABLE;
	for (uint64_t i = 0; i < 512; i++)
		image_level3[i] = (base + (i << 12)) | PAGE | AP_RO | SH | AF | UXN;
	image_level3[pa_of(code) >> 12 & 511] = pa_of(code) | PAGE | AP_RO | AP_EL0 | SH | AF;
}

/* Level 3 at VA 0x8040200000 and, by other table attributes, at 0x8040c00000 and up. */
static void fill_level3(void)
{
	uint64_t d = pa_of(data) | PAGE | SH, t = pa_of(target) | PAGE | SH;

	level3[1] = d | AF | AP_EL0;
	level3[2] = d | AF | AP_EL0 | AP_RO;
	level3[3] = d | AP_EL0;
	level3[4] = d | AF;
	level3[5] = BEYOND | PAGE | AF | AP_EL0;
	level3[6] = d | AF | AP_EL0 | DEVICE;
	level3[7] = pa_of(data) | BLOCK | AF | AP_EL0; /* reserved */
	level3[8] = t | AF | AP_EL0 | UXN;
	level3[9] = t | AF | AP_EL0 | AP_RO | PXN;
	level3[10] = t | AF | AP_EL0;
	level3[11] = t | AF | AP_RO;
	level3[12] = t | AF | AP_EL0 | AP_RO;
	level3[13] = t | AF | UXN;
	level3[14] = d | AF | AP_EL0 | NG;
}

static void fill_level2(void)
{
	level2[1] = pa_of(level3) | TABLE;
	level2[2] = UINT64_C(0x4fe00000) | BLOCK | SH | AF | AP_EL0; /* the pages of stage 2 */
	level2[3] = UINT64_C(0x50000000) | BLOCK | SH | AF | AP_EL0;
	level2[4] = UINT64_C(0x40000000) | BLOCK | SH | AP_EL0;
	level2[5] = BEYOND | BLOCK | AF | AP_EL0;
	level2[6] = pa_of(level3) | TABLE | AP_TABLE_NO_EL0;
	level2[7] = pa_of(level3) | TABLE | AP_TABLE_RO;
	level2[8] = pa_of(level3) | TABLE | UXN_TABLE;
	level2[9] = pa_of(level3) | TABLE | PXN_TABLE;
	level2[10] = pa_of(level3) | 2;
	level2[11] = BEYOND | TABLE;
	level2[12] = UINT64_C(0x4fe02000) | TABLE; /* stage 2: translation level 3 */
	level2[13] = UINT64_C(0x4fe03000) | TABLE; /* Access flag level 3 */
	level2[14] = UINT64_C(0x4fe06000) | TABLE; /* no access */
}

/*
 * Where stage 2 faults on a stage 1 walk its level is that of the stage 1 lookup: QEMU 7.2 reports
 * the latter, against AArch64.S1Walk, which hands back the fault record of stage 2
 * (tests/cpu/test_exception.c has other levels).
 */
static void fill_stage1(void)
{
	map_image();
	fill_level3();
	fill_level2();
	level0[1] = pa_of(level1) | TABLE;
	level0[2] = BEYOND | TABLE;
	level0[4] = NOWHERE | TABLE;
	level1[1] = pa_of(level2) | TABLE;
	level1[2] = UINT64_C(0x40000000) | BLOCK | SH | AF | AP_EL0;
	level1[3] = BEYOND | TABLE;
	level1[4] = UINT64_C(0x50000000) | TABLE; /* stage 2: translation level 2 */
	level1[8] = BEYOND | BLOCK | AF;
}

/* ------------------------------------------------------------------ stage 2 */

#define S2_NORMAL (UINT64_C(0xf) << 2)
#define S2_DEVICE (UINT64_C(1) << 2)
#define S2_R      (UINT64_C(1) << 6)
#define S2_W      (UINT64_C(2) << 6)
#define S2_XN     (UINT64_C(2) << 53)
#define S2_BEYOND (UINT64_C(1) << 40) /* VTCR_EL2.PS is 40 bits */

static uint64_t s2_level1[1024] __attribute__((aligned(8192))); /* two concatenated tables */
static table_t s2_level2, s2_level3;

/* RAM flat in blocks up to 0x4fe00000, then pages of all kinds. 0x4fe00000 and up hold zeros. */
static void fill_stage2(void)
{
	uint64_t ram = UINT64_C(0x40000000), pages = UINT64_C(0x4fe00000);

	s2_level1[1] = pa_of(s2_level2) | TABLE;
	s2_level1[2] = S2_BEYOND | TABLE;
	s2_level1[3] = NOWHERE | TABLE;
	s2_level1[5] = S2_BEYOND | BLOCK | S2_NORMAL | S2_R | S2_W | AF;
	for (uint64_t i = 0; i < 127; i++)
		s2_level2[i] = (ram + (i << 21)) | BLOCK | S2_NORMAL | S2_R | S2_W | SH | AF;
	s2_level2[127] = pa_of(s2_level3) | TABLE;
	s2_level3[0] = pages | PAGE | S2_NORMAL | S2_R | S2_W | SH | AF;
	s2_level3[1] = pages | PAGE | S2_NORMAL | S2_R | SH | AF;
	s2_level3[3] = pages | PAGE | S2_NORMAL | S2_R | S2_W | SH;
	s2_level3[4] = pages | PAGE | S2_NORMAL | S2_W | SH | AF;
	s2_level3[5] = pages | PAGE | S2_NORMAL | S2_R | S2_W | SH | AF | S2_XN;
	s2_level3[6] = pages | PAGE | S2_NORMAL | SH | AF;
	s2_level3[7] = S2_BEYOND | PAGE | S2_NORMAL | S2_R | S2_W | SH | AF;
	s2_level3[8] = pages | BLOCK | S2_NORMAL | S2_R | S2_W | SH | AF; /* reserved */
	s2_level3[9] = pages | PAGE | S2_DEVICE | S2_R | S2_W | AF;
}

/* ------------------------------------------------------------------ settings */

#define RW      (UINT64_C(1) << 31)
#define VM      UINT64_C(1)
#define PTW     (UINT64_C(1) << 2)
#define DC      (UINT64_C(1) << 12)
#define M       UINT64_C(1)
#define C_AND_I (UINT64_C(1) << 12 | 1 << 2)
#define WXN     (UINT64_C(1) << 19)
#define SPAN    (UINT64_C(1) << 23)
#define PAN     (UINT64_C(1) << 22)
#define UAO     (UINT64_C(1) << 23)
#define EPD0    (UINT64_C(1) << 7)
#define TBI0    (UINT64_C(1) << 37)
#define HPD0    (UINT64_C(1) << 41)

struct setting {
	char name[24];
	uint64_t hcr, sctlr, tcr, pstate;
};

static const struct setting settings[] = {
	{"stage 1", 0, M, 0, 0},   {"both stages", VM, M, 0, 0},
	{"stage 2", VM, 0, 0, 0},  {"MMU off", 0, 0, 0, 0},
	{"DC", DC, M, 0, 0},       {"PTW", VM | PTW, M, 0, 0},
	{"PAN", 0, M, 0, PAN},     {"PAN and UAO", 0, M, 0, PAN | UAO},
	{"WXN", 0, M | WXN, 0, 0}, {"HPD0", VM, M, HPD0, 0},
	{"EPD0", VM, M, EPD0, 0},  {"TBI0", VM, M, TBI0, 0},
};

/* Of the two halves of stage 1, of the flat map, out of range. */
static const uint64_t addresses[] = {
	0x8000000010,       0x8040000010,       0x8040200010,       0x8040201010,
	0x8040202010,       0x8040203010,       0x8040204010,       0x8040205010,
	0x8040206010,       0x8040207010,       0x8040208010,       0x8040209010,
	0x804020a010,       0x804020b010,       0x804020c010,       0x804020d010,
	0x804020e010,       0x8040400010,       0x8040401010,       0x8040402010,
	0x8040403010,       0x8040404010,       0x8040405010,       0x8040406010,
	0x8040407010,       0x8040408010,       0x8040409010,       0x8040600010,
	0x8040800010,       0x8040a00010,       0x8040c01010,       0x8040c0b010,
	0x8040c0c010,       0x8040e01010,       0x8040e0a010,       0x804100a010,
	0x804100c010,       0x804120c010,       0x804120d010,       0x8041400010,
	0x8041600010,       0x8041800010,       0x8041a00010,       0x8041c00010,
	0x8080200010,       0x80c0000010,       0x8100000010,       0x8140000010,
	0x8200000010,       0x10000000010,      0x18000000010,      0x20000000010,
	0x28000000010,      0x0001000000000010, 0x00ff008040201010, 0xab00008040201010,
	0xffff800000000010, 0xff7f000040200010, 0x4fe00010,         0x4fe01010,
	0x4fe02010,         0x80000010,         0xc0000010,         0x140000010,
	0x10000000000,      0x2000000010,
};

static struct place place_for(const struct setting *s)
{
	int stage1 = (s->sctlr & M) != 0 && (s->hcr & DC) == 0;

	return (struct place){code, pa_of(code) + (stage1 ? HIGH : 0)};
}

static void set(const struct setting *s)
{
	uint64_t offset = place_for(s).va - pa_of(code);

	WRITE(vbar_el1, (uint64_t)vectors_el1 + offset);
	WRITE(mair_el1, 0x04ff); /* Normal write-back; Device-nGnRE */
	WRITE(ttbr0_el1, pa_of(level0));
	WRITE(ttbr1_el1, pa_of(image_level0));
	/* IPS 44 bits; both halves 48 bits, 4 KB granule */
	WRITE(tcr_el1, UINT64_C(4) << 32 | UINT64_C(2) << 30 | 16 << 16 | 16 | s->tcr);
	/* PS 40 bits, 40-bit IPAs from level 1 */
	WRITE(vtcr_el2, UINT64_C(0x80000000) | 2 << 16 | 1 << 6 | 24);
	WRITE(vttbr_el2, pa_of(s2_level1));
	WRITE(sctlr_el1, UINT64_C(0x30500980) | SPAN | C_AND_I | s->sctlr);
	WRITE(hcr_el2, RW | s->hcr);
	__asm__ volatile("dsb sy; tlbi alle1; dsb sy; isb" : : : "memory");
}

/* ------------------------------------------------------------------ probes */

struct op {
	char name[8];
	uint8_t el;
	uint32_t words[3];
};

static const struct op ops[] = {
	{"ldr 0", 0, {0xf9400020}},                               /* LDR X0, [X1] */
	{"str 0", 0, {0xf9000022}},                               /* STR X2, [X1] */
	{"br 0", 0, {0xd61f0020}},                                /* BR X1 */
	{"ldrb 1", 1, {0x39400020}},                              /* LDRB W0, [X1] */
	{"stp 1", 1, {0xa9000822}},                               /* STP X2, X2, [X1] */
	{"br 1", 1, {0xd61f0020}},   {"ldtr 1", 1, {0xf8400820}}, /* LDTR X0, [X1] */
};

#define AT(op1, CRm, op2)                                                                          \
	{                                                                                          \
		0xd5087001 | (op1) << 16 | (CRm) << 8 | (op2) << 5, 0xd5033fdf, 0xd5387400         \
	}

static const struct op at_ops[] = {
	{"s1e1r 1", 1, AT(0, 8, 0)}, {"s1e0w 1", 1, AT(0, 8, 3)}, {"s1e1wp1", 1, AT(0, 9, 1)},
	{"s1e1w 2", 2, AT(0, 8, 1)}, {"s1e0r 2", 2, AT(0, 8, 2)}, {"s12e1r2", 2, AT(4, 8, 4)},
	{"s12e1w2", 2, AT(4, 8, 5)}, {"s12e0r2", 2, AT(4, 8, 6)},
};

/*
 * PAR_EL1 without NS, IMPLEMENTATION DEFINED bits and, after a fault, the upper half. SH of Device
 * memory is 0b10
 * ("PAR_EL1", SH); QEMU 7.2 shows what the descriptor has.
 */
static uint64_t comparable_par(uint64_t par)
{
	if ((par & 1) != 0)
		return par & 0xffff;
	return par & ~UINT64_C(0x600) & (par >> 60 == 0 ? ~UINT64_C(0x180) : ~UINT64_C(0));
}

/* QEMU's board has PCI memory there, which answers. */
static int is_pci(const struct setting *s, uint64_t va)
{
	return s->hcr == 0 && s->sctlr == 0 && va >> 39 == 1;
}

static void probe(const struct setting *s, const struct op *op, uint64_t va, int at)
{
	const uint64_t x[4] = {0, va, 0x2222222222222222, 0};
	struct place place = place_for(s);

	if (op->el == 2)
		place.va = pa_of(code);
	data[2] = 0x1111111111111111;
	put_code(place, op->words, 3);
	run_at(place.va, pstate_of(op->el, op->el == 1 ? s->pstate : 0), x);
	if (at && (record.x[0] & 0x801) != 0)
		record.x[0] = comparable_par(record.x[0]);
	print_hex(va);
	print(" ");
	print_record(op->name, place);
}

int main(void)
{
	WRITE(vbar_el2, (uint64_t)vectors_el2);
	for (unsigned i = 0; i < 1024; i++)
		target[i] = 0xd4200000 | DONE << 5;
	fill_stage1();
	fill_stage2();
	for (unsigned i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		const struct setting *s = &settings[i];

		print(s->name);
		print("\n");
		set(s);
		for (unsigned a = 0; a < sizeof(addresses) / sizeof(addresses[0]); a++) {
			if (is_pci(s, addresses[a]))
				continue;
			for (unsigned o = 0; o < sizeof(ops) / sizeof(ops[0]); o++)
				probe(s, &ops[o], addresses[a], 0);
			for (unsigned o = 0; o < sizeof(at_ops) / sizeof(at_ops[0]); o++)
				probe(s, &at_ops[o], addresses[a], 1);
		}
	}
	return 0;
}
