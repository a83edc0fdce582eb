/*
 * Hardware updates of the Access flag and dirty state: by loads, stores and AT of EL2, and of both
 * stages by AT for EL1. The descriptors as memory has them afterwards go to the PL011. Eight
 * updates, which test_bare.sh finds in the statistics.
 */
#include "probe.h"

struct record record;

typedef uint64_t table_t[512] __attribute__((aligned(4096)));

#define TABLE  UINT64_C(3)
#define BLOCK  UINT64_C(1)
#define PAGE   UINT64_C(3)
#define DEVICE (UINT64_C(1) << 2) /* attribute 1 */
#define AP1    (UINT64_C(1) << 6) /* RES1 at EL2 */
#define AP2    (UINT64_C(1) << 7)
#define SH     (UINT64_C(3) << 8)
#define AF     (UINT64_C(1) << 10)
#define DBM    (UINT64_C(1) << 51)
#define S2_RW  (UINT64_C(3) << 6)
#define S2_WB  (UINT64_C(15) << 2)
#define VA     UINT64_C(0x80000000)

static table_t level1, level2, level3; /* stage 1 of EL2 */
static table_t guest1, guest2, guest3; /* of EL1 */
static table_t stage2_1, stage2_2, stage2_3;
static volatile uint64_t data[512] __attribute__((aligned(4096)));

static uint64_t pa_of(const volatile void *p)
{
	return (uint64_t)p;
}

/* 39 bits from level 1: the first two gigabytes as they are, and pages at VA. */
static void fill(table_t top, table_t middle, table_t pages)
{
	top[0] = BLOCK | AF | DEVICE | AP1;
	top[1] = UINT64_C(0x40000000) | BLOCK | AF | SH | AP1;
	top[2] = pa_of(middle) | TABLE;
	middle[0] = pa_of(pages) | TABLE;
}

static void turn_on(void)
{
	uint64_t walks = 25 | 1 << 8 | 1 << 10 | 3 << 12; /* T0SZ, Write-Back, Inner Shareable */

	fill(level1, level2, level3);
	WRITE(mair_el2, 0xff);
	WRITE(tcr_el2, walks | 2 << 16 | 3 << 21 | UINT64_C(1) << 31 | 1 << 23);
	WRITE(ttbr0_el2, pa_of(level1));
	SYNC();
	__asm__ volatile("tlbi alle2; dsb sy; isb" : : : "memory");
	WRITE(sctlr_el2, 0x30c50830 | 1 | 1 << 2 | 1 << 12);
	SYNC();
}

static uint64_t put_page(unsigned n, uint64_t attributes)
{
	level3[n] = pa_of(data) | PAGE | SH | AP1 | attributes;
	SYNC();
	return VA + n * UINT64_C(4096);
}

/* A descriptor without its address, which depends on where the image lies. */
static void show(const char *name, uint64_t descriptor)
{
	print_field(name, descriptor & ~UINT64_C(0x0000fffffffff000));
	print("\n");
}

static void load(uint64_t va)
{
	(void)*(volatile uint64_t *)va;
	SYNC();
}

static void store(uint64_t va)
{
	*(volatile uint64_t *)va = va;
	SYNC();
}

/* Five pages of EL2: six updates. */
static void pages_of_el2(void)
{
	uint64_t va = put_page(0, 0);

	load(va);
	show("load, AF=0: ", level3[0]);
	load(va);

	va = put_page(1, DBM | AP2);
	load(va);
	show("load, clean, AF=0: ", level3[1]);
	store(va);
	show("then a store: ", level3[1]);
	store(va);

	va = put_page(2, DBM | AP2 | AF);
	store(va);
	show("store, clean: ", level3[2]);

	va = put_page(3, DBM | AP2);
	store(va);
	show("store, clean, AF=0: ", level3[3]);

	va = put_page(4, 0);
	__asm__ volatile("at s1e2r, %0; isb" : : "r"(va) : "memory");
	print_field("AT: ", READ(par_el1) & 1);
	show(" ", level3[4]);
}

/* Stage 1 is in memory that stage 2 maps with AF=1; its output is not. Two updates. */
static void pages_of_el1(void)
{
	uint64_t walks = 25 | 1 << 8 | 1 << 10 | 3 << 12;

	fill(guest1, guest2, guest3);
	guest3[0] = VA | PAGE | SH | AP1; /* IPA: equal to the VA */
	stage2_1[0] = BLOCK | AF | S2_RW;
	stage2_1[1] = UINT64_C(0x40000000) | BLOCK | AF | SH | S2_RW | S2_WB;
	stage2_1[2] = pa_of(stage2_2) | TABLE;
	stage2_2[0] = pa_of(stage2_3) | TABLE;
	stage2_3[0] = pa_of(data) | PAGE | SH | S2_RW | S2_WB;
	WRITE(mair_el1, 0xff);
	WRITE(tcr_el1, walks | 1 << 23 | UINT64_C(2) << 32 | UINT64_C(3) << 39);
	WRITE(ttbr0_el1, pa_of(guest1));
	WRITE(sctlr_el1, 0x30d00981);
	/* SL0=1: level 1; HA and HD. */
	WRITE(vtcr_el2, walks | 1 << 6 | 2 << 16 | 3 << 21 | UINT64_C(1) << 31);
	WRITE(vttbr_el2, pa_of(stage2_1));
	WRITE(hcr_el2, UINT64_C(1) << 31 | 1);
	SYNC();
	__asm__ volatile("tlbi alle1; dsb sy; isb" : : : "memory");
	__asm__ volatile("at s12e1r, %0; isb" : : "r"(VA) : "memory");
	print_field("AT of EL1: ", READ(par_el1) & 1);
	show(" ", guest3[0]);
	show("stage 2: ", stage2_3[0]);
}

int main(void)
{
	turn_on();
	pages_of_el2();
	pages_of_el1();
	return 0;
}
