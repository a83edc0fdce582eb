/*
 * Hardware updates of Access flag and dirty state at both stages, forced Write-Back, big-endian
 * data and tables: what an access makes of the descriptors that it meets. A line a probe on the
 * PL011.
 */
#include "probe.h"

struct record record;

typedef uint64_t table_t[512] __attribute__((aligned(4096)));

static uint32_t code[1024] __attribute__((aligned(4096)));
static uint64_t data[512] __attribute__((aligned(4096)));

#define BIT(n) (UINT64_C(1) << (n))
#define TABLE  UINT64_C(3)
#define BLOCK  UINT64_C(1)
#define PAGE   UINT64_C(3)
#define AP_EL0 BIT(6)
#define AP_RO  BIT(7)
#define SH     (UINT64_C(3) << 8)
#define AF     BIT(10)
#define DBM    BIT(51)
#define UXN    BIT(54)
#define S2_WB  (UINT64_C(0xf) << 2)
#define S2_R   BIT(6)
#define S2_W   BIT(7)

#define RW    BIT(31)
#define VM    BIT(0)
#define FWB   BIT(46)
#define SPAN  BIT(23)
#define EE    BIT(25)
#define E0E   BIT(24)
#define HA    BIT(39) /* TCR_EL1 */
#define HD    BIT(40)
#define S2_HA BIT(21) /* VTCR_EL2 */
#define S2_HD BIT(22)

#define HIGH UINT64_C(0xffff000000000000) /* TTBR1 maps the image here as it lies in memory */
#define VA   UINT64_C(0x200000)           /* of the page that is probed */
#define IPA  UINT64_C(0x4fe00000)         /* what stage 1 gives; stage 2 makes `data` of it */

/* ------------------------------------------------------------------ tables */

static table_t image0, image1, image2, low0, low1, low2, low3, s2_level2, s2_level3;
static uint64_t s2_level1[1024] __attribute__((aligned(8192))); /* two concatenated tables */

static uint64_t pa_of(const volatile void *p)
{
	return (uint64_t)p;
}

/* The image in a block, executable at EL1, which EL0 cannot write; EL0's code by a block that it
 * can only read. */
static void fill_tables(void)
{
	uint64_t base = pa_of(code) & ~UINT64_C(0x1fffff);

	image0[0] = pa_of(image1) | TABLE;
	image1[base >> 30 & 511] = pa_of(image2) | TABLE;
	image2[base >> 21 & 511] = base | BLOCK | AP_RO | AP_EL0 | SH | AF;
	low0[0] = pa_of(low1) | TABLE;
	low1[0] = pa_of(low2) | TABLE;
	low2[1] = pa_of(low3) | TABLE;
	s2_level1[1] = pa_of(s2_level2) | TABLE;
	for (uint64_t i = 0; i < 127; i++)
		s2_level2[i] =
			(UINT64_C(0x40000000) + (i << 21)) | BLOCK | S2_WB | S2_R | S2_W | SH | AF;
	s2_level2[127] = pa_of(s2_level3) | TABLE;
}

static void swap_table(uint64_t *table)
{
	for (unsigned i = 0; i < 512; i++)
		table[i] = __builtin_bswap64(table[i]);
}

static void swap_stage1(void)
{
	uint64_t *const tables[] = {image0, image1, image2, low0, low1, low2, low3};

	for (unsigned i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		swap_table(tables[i]);
}

static void set(uint64_t hcr, uint64_t sctlr, uint64_t tcr, uint64_t vtcr)
{
	WRITE(vbar_el1, pa_of(vectors_el1) + HIGH);
	WRITE(mair_el1, 0x00bb44ff); /* write-back; non-cacheable; write-through; Device-nGnRnE */
	WRITE(ttbr0_el1, pa_of(low0));
	WRITE(ttbr1_el1, pa_of(image0));
	/* IPS 44 bits; both halves 48 bits, 4 KB granule */
	WRITE(tcr_el1, UINT64_C(4) << 32 | UINT64_C(2) << 30 | 16 << 16 | 16 | tcr);
	/* PS 40 bits, 40-bit IPAs from level 1 */
	WRITE(vtcr_el2, UINT64_C(0x80000000) | 2 << 16 | 1 << 6 | 24 | vtcr);
	WRITE(vttbr_el2, pa_of(s2_level1));
	WRITE(sctlr_el1, UINT64_C(0x30500980) | SPAN | BIT(12) | BIT(2) | 1 | sctlr);
	WRITE(hcr_el2, RW | hcr);
	__asm__ volatile("dsb sy; tlbi alle1; dsb sy; isb" : : : "memory");
}

static struct place here(void)
{
	return (struct place){code, pa_of(code) + HIGH};
}

struct op {
	char name[12];
	uint8_t el;
	uint32_t words[3];
};

#define AT(op1, CRm, op2)                                                                          \
	{                                                                                          \
		0xd5087001 | (op1) << 16 | (CRm) << 8 | (op2) << 5, 0xd5033fdf, 0xd5387400         \
	}

static void run_op(const struct op *op, uint64_t va)
{
	const uint64_t x[4] = {0, va, 0x2222222222222222, 0};

	put_code(op->el == 2 ? (struct place){code, pa_of(code)} : here(), op->words, 3);
	run_at(op->el == 2 ? pa_of(code) : here().va, pstate_of(op->el, 0), x);
}

/* ------------------------------------------------------------------ Access flag and dirty state */

static const struct {
	char name[24];
	uint64_t hcr, tcr, vtcr;
} managements[] = {
	{"none", VM, 0, 0},
	{"HA", 0, HA, 0},
	{"HA HD", 0, HA | HD, 0},
	{"HD", 0, HD, 0},
	{"HA of stage 2", VM, 0, S2_HA},
	{"HA HD of stage 2", VM, 0, S2_HA | S2_HD},
	{"HA HD of both", VM, HA | HD, S2_HA | S2_HD},
};

/* Of stage 1 and stage 2: what comes beside the address. */
static const struct {
	char name[24];
	uint64_t stage1, stage2;
} states[] = {
	{"all there", AF | AP_EL0, AF | S2_R | S2_W},
	{"no AF", AP_EL0, AF | S2_R | S2_W},
	{"read-only", AF | AP_EL0 | AP_RO, AF | S2_R | S2_W},
	{"clean", AF | AP_EL0 | AP_RO | DBM, AF | S2_R | S2_W},
	{"clean, no AF", AP_EL0 | AP_RO | DBM, AF | S2_R | S2_W},
	{"clean, not EL0", AF | AP_RO | DBM, AF | S2_R | S2_W},
	{"no AF 2", AF | AP_EL0, S2_R | S2_W},
	{"read-only 2", AF | AP_EL0, AF | S2_R},
	{"clean 2", AF | AP_EL0, AF | S2_R | DBM},
	{"clean, no AF 2", AF | AP_EL0, S2_R | DBM},
	{"both clean, no AF", AP_EL0 | AP_RO | DBM, S2_R | DBM},
	{"no read 2", AP_EL0, S2_W},
};

static const struct op accesses[] = {
	{"ldr 0", 0, {0xf9400020}}, {"str 0", 0, {0xf9000022}}, {"ldr 1", 1, {0xf9400020}},
	{"str 1", 1, {0xf9000022}}, {"swp 1", 1, {0xf8228020}}, {"sttr 1", 1, {0xf8000822}},
};

static void set_page(uint64_t stage1, uint64_t stage2)
{
	low3[0] = IPA | PAGE | SH | UXN | stage1;
	s2_level3[0] = pa_of(data) | PAGE | S2_WB | SH | stage2;
	data[0] = 0x1111111111111111;
	__asm__ volatile("dsb sy; tlbi alle1; dsb sy; isb" : : : "memory");
}

/* Whether an access that ends in a Permission fault sets the Access flag is CONSTRAINED
 * UNPREDICTABLE ("Hardware management of the Access flag"). */
static uint64_t comparable_descriptor(const volatile uint64_t *descriptor)
{
	uint64_t ec = record.el2.esr >> 26, esr = ec == 0x16 ? record.el1.esr : record.el2.esr;
	int abort = esr >> 28 == 9, permission = (esr & 0x3c) == 0xc;

	return *descriptor & ~(abort && permission ? AF : 0);
}

/* Without stage 2 the IPA is the address: 0x4fe00000 is memory that nothing else uses. */
static void probe_updates(void)
{
	for (unsigned m = 0; m < sizeof(managements) / sizeof(managements[0]); m++) {
		set(managements[m].hcr, 0, managements[m].tcr, managements[m].vtcr);
		for (unsigned s = 0; s < sizeof(states) / sizeof(states[0]); s++) {
			for (unsigned o = 0; o < sizeof(accesses) / sizeof(accesses[0]); o++) {
				set_page(states[s].stage1, states[s].stage2);
				run_op(&accesses[o], VA);
				print(managements[m].name);
				print(", ");
				print(states[s].name);
				print_field(": ", comparable_descriptor(low3));
				print_field(" ", comparable_descriptor(s2_level3));
				print(" ");
				print_record(accesses[o].name, here());
			}
		}
	}
}

/* ------------------------------------------------------------------ endianness */

static const struct op orders[] = {
	{"ldrb 1", 1, {0x39400020}},
	{"ldrh 1", 1, {0x79400020}},
	{"ldr w 1", 1, {0xb9400020}},
	{"ldr x 1", 1, {0xf9400020}},
	{"ldrsh 1", 1, {0x79800020}},
	{"ldur 1", 1, {0xf8403020}},
	{"ldp x 1", 1, {0xa9400823, 0xaa020060}}, /* LDP X3, X2, [X1]; ORR X0, X3, X2 */
	{"ldp w 1", 1, {0x29400823, 0xcb020060}}, /* ...; SUB X0, X3, X2 */
	{"ldxr 1", 1, {0xc85f7c20}},
	{"swp 1", 1, {0xf8228020}},
	{"ldadd w 1", 1, {0xb8220020}},
	{"str w 1", 1, {0xb9000021}},
	{"stp x 1", 1, {0xa9000821}},
	{"strh 1", 1, {0x79000021}},
	{"ldtr x 1", 1, {0xf8400820}},
	{"ldr x 0", 0, {0xf9400020}},
	{"str x 0", 0, {0xf9000021}},
	{"ldp w 0", 0, {0x29400823, 0xcb020060}},
};

static void probe_orders(uint64_t sctlr, const char *name)
{
	set(VM, sctlr, 0, 0);
	for (unsigned o = 0; o < sizeof(orders) / sizeof(orders[0]); o++) {
		set_page(AF | AP_EL0, AF | S2_R | S2_W);
		if ((sctlr & EE) != 0)
			low3[0] = __builtin_bswap64(low3[0]);
		data[0] = 0x0706050403020100;
		data[1] = 0x0f0e0d0c0b0a0908;
		__asm__ volatile("dsb sy; tlbi alle1; dsb sy; isb" : : : "memory");
		run_op(&orders[o], VA);
		print(name);
		print_field(": ", *(volatile uint64_t *)data);
		print_field(" ", *(volatile uint64_t *)(data + 1));
		print(" ");
		print_record(orders[o].name, here());
	}
}

/* ------------------------------------------------------------------ forced Write-Back */

static const struct op at = {"s12e1r", 2, AT(4, 8, 4)};

/*
 * Attributes of stage 1, 0 to 3 as MAIR_EL1 has them, under each that stage 2 can force. Not
 * Device-nGnRnE under another Device type: AArch64.S2ApplyFWBMemAttrs combines both (tests/mmu has
 * it), QEMU 7.2 takes stage 2's.
 */
static void probe_attributes(void)
{
	static const uint8_t forced[] = {
		0, 1, 2, 3, 5, 6, 7}; /* MemAttr[4:2] with FWB; bit 3 of MemAttr is RES0 */

	set(VM | FWB, 0, 0, 0);
	for (unsigned attribute = 0; attribute < 4; attribute++) {
		for (unsigned i = 0; i < sizeof(forced); i++) {
			if (attribute == 3 && forced[i] >= 1 && forced[i] <= 3)
				continue;
			low3[0] = IPA | PAGE | SH | AF | AP_EL0 | attribute << 2;
			s2_level3[0] = pa_of(data) | PAGE | SH | AF | S2_R | S2_W |
				       (uint64_t)forced[i] << 2;
			__asm__ volatile("dsb sy; tlbi alle1; dsb sy; isb" : : : "memory");
			run_op(&at, VA);
			print_field("FWB, stage 1 ", attribute);
			print_field(", stage 2 ", forced[i]);
			print_field(": ATTR ", record.x[0] >> 56);
			print("\n");
		}
	}
}

int main(void)
{
	WRITE(vbar_el2, (uint64_t)vectors_el2);
	fill_tables();
	probe_updates();
	probe_attributes();
	probe_orders(E0E, "E0E");
	swap_stage1();
	probe_orders(EE, "EE");
	probe_orders(EE | E0E, "EE E0E");
	return 0;
}
