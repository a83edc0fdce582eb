/*
 * Stage 1 tables at an IPA above 2^48 that stage 2 does not map at level -1: what EL2 gets for a load, a store and a fetch
 * of EL0. Five levels at both stages (4 KB granule, DS=1, VTCR_EL2.SL2=1). Prints on the PL011.
 *
 * The program's code lies in the TTBR1 half, whose tables are at low IPAs; the TTBR0 half has its start table at
 * 2^48 + 0x4000. After the three faults the missing level -1 descriptor is written and the accesses are made again.
 */
#include "../bench/bench.h"
#include "../../mmu/vmsa.h"

#define TABLE_WORDS 512
#define HIGH_IPA (UINT64_C(1) << 48)

struct outcome {
	uint64_t esr, far, hpfar, x0;
};

struct outcome run_el0(uint64_t pc, uint64_t x0);
#pragma GCC visibility push(hidden) /* addressed relative to the PC: the image is not relocated */
extern char el0_load[], el0_store[], el0_code[];
#pragma GCC visibility pop

static uint64_t stage2_top[TABLE_WORDS] __attribute__((aligned(4096)));
static uint64_t stage2_low[TABLE_WORDS] __attribute__((aligned(4096)));
static uint64_t upper[5][TABLE_WORDS] __attribute__((aligned(4096)));
static uint64_t lower[5][TABLE_WORDS] __attribute__((aligned(4096)));
static uint64_t page[TABLE_WORDS] __attribute__((aligned(4096)));

static void put(const char *text)
{
	while (*text)
		put_char(*text++);
	put_char('\n');
}

/* Tables of levels -1 to 3 that map one page of virtual address 0 of their half: tables at `at`, page at `page_ipa`. */
static void map_first_page(uint64_t (*table)[TABLE_WORDS], uint64_t at, uint64_t page_ipa)
{
	for (int i = 0; i < 4; i++) {
		uint64_t next = at + (uint64_t)(i + 1) * 4096;

		/* DS=1: address bits 51:50 are in descriptor bits 9:8 (both 0 here), 49:48 in place. */
		table[i][0] = next | 3;
	}
	/* AF, AP[2:1]=01 (both privileges read and write), page. */
	table[4][0] = page_ipa | 1 << 10 | 1 << 6 | 3;
}

static void show(const char *what, struct outcome o)
{
	put(what);
	put_hex("ESR_EL2", o.esr);
	put_hex("FAR_EL2", o.far);
	put_hex("HPFAR_EL2", o.hpfar);
	put_hex("X0", o.x0);
}

#define WRITE(reg, value) __asm__ volatile("msr " #reg ", %0" : : "r"((uint64_t)(value)) : "memory")

static void set_registers(void)
{
	uint64_t tcr = FIELD_PUT(TCR_EL1_T0SZ, 12) | FIELD_PUT(TCR_EL1_T1SZ, 12) | FIELD_PUT(TCR_EL1_TG1, TG1_4K) |
		       FIELD_PUT(TCR_EL1_IPS, 6) | FIELD_PUT(TCR_EL1_DS, 1);
	uint64_t vtcr = FIELD_PUT(VTCR_EL2_T0SZ, 12) | FIELD_PUT(VTCR_EL2_PS, 6) | FIELD_PUT(VTCR_EL2_DS, 1) |
			FIELD_PUT(VTCR_EL2_SL2, 1) | UINT64_C(1) << 31;

	WRITE(tcr_el1, tcr);
	WRITE(mair_el1, 0xff);
	WRITE(ttbr1_el1, (uint64_t)upper);
	/* The 52-bit layout of TTBR0_EL1: bits 51:48 of the base in bits 5:2. */
	WRITE(ttbr0_el1, (uint64_t)lower | 1 << 2);
	WRITE(vtcr_el2, vtcr);
	WRITE(vttbr_el2, (uint64_t)stage2_top);
	/* M and nTWI */
	WRITE(sctlr_el1, 0x30d10801);
	/* RW, TWI, VM */
	WRITE(hcr_el2, UINT64_C(1) << 31 | 1 << 13 | 1);
	__asm__ volatile("dsb ish; tlbi alle1; dsb ish; isb" : : : "memory");
}

static void invalidate(void)
{
	__asm__ volatile("dsb ish; tlbi vmalls12e1; dsb ish; isb" : : : "memory");
}

int main(void)
{
	uint64_t code = (uint64_t)el0_code, base = ~UINT64_C(0) << 52;

	/* Stage 2: level -1 entry 0 -> level 0, whose entry 0 is a 512 GB block, identity, normal memory, RWX. */
	stage2_top[0] = (uint64_t)stage2_low | 3;
	stage2_low[0] = 1 << 10 | 3 << 6 | 15 << 2 | 1;
	map_first_page(upper, (uint64_t)upper, code & ~UINT64_C(0xfff));
	/* Executable at EL0 needs AP[2]=1 or no privileged write: AP[2:1]=11. */
	upper[4][0] |= 1 << 7;
	map_first_page(lower, (uint64_t)lower, (uint64_t)page);
	page[1] = 0x1122334455667788;
	set_registers();

	uint64_t load = base | ((uint64_t)el0_load & 0xfff), store = base | ((uint64_t)el0_store & 0xfff);

	show("load", run_el0(load, 8));
	show("store", run_el0(store, 16));
	show("fetch", run_el0(0x20, 0));

	/* Repair: IPA 2^48 and up is PA 0 and up, for the tables of the lower half. */
	stage2_top[1] = stage2_top[0];
	invalidate();
	show("load again", run_el0(load, 8));
	show("store again", run_el0(store, 16));
	put_hex("stored", page[2]);
	return 0;
}
