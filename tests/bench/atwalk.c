/*
 * Nested walks by AT S12E1R: five levels under five (4 KB granule, 52 bits, start level -1 at both stages), pages, 35
 * fetches. AT neither reads nor fills TLBs here; 512 walks a round.
 */
#include "bench.h"

#define WORDS 512
#define PAGE UINT64_C(4096)
#define SMALL_TABLES 8 /* stage 2 level 3 tables: 16 MB from the 2 MB boundary below the image */

extern char _start[] __attribute__((visibility("hidden")));

enum {
	TABLE = 3,
	S1_PAGE = 1 << 10 | 3,                   /* AF */
	S2_PAGE = 1 << 10 | 3 << 6 | 15 << 2 | 3 /* AF, S2AP read and write, Normal Write-Back */
};

static uint64_t stage1[5][WORDS] __attribute__((aligned(4096)));
static uint64_t stage2[4][WORDS] __attribute__((aligned(4096)));
static uint64_t stage2_pages[SMALL_TABLES][WORDS] __attribute__((aligned(4096)));
static uint64_t output[WORDS][WORDS] __attribute__((aligned(4096)));

/* VA 0 and up: 512 pages, the output array. */
static void map_stage1(void)
{
	for (int level = 0; level < 4; level++)
		stage1[level][0] = (uint64_t)stage1[level + 1] | TABLE;
	for (int i = 0; i < WORDS; i++)
		stage1[4][i] = (uint64_t)output[i] | S1_PAGE;
}

/* Identity, by pages, around the image. */
static void map_stage2(void)
{
	uint64_t base = (uint64_t)_start & ~(WORDS * PAGE - 1);

	stage2[0][base >> 48 & 15] = (uint64_t)stage2[1] | TABLE;
	stage2[1][base >> 39 & 511] = (uint64_t)stage2[2] | TABLE;
	stage2[2][base >> 30 & 511] = (uint64_t)stage2[3] | TABLE;
	for (uint64_t t = 0; t < SMALL_TABLES; t++) {
		stage2[3][(base >> 21 & 511) + t] = (uint64_t)stage2_pages[t] | TABLE;
		for (uint64_t i = 0; i < WORDS; i++)
			stage2_pages[t][i] = (base + (t * WORDS + i) * PAGE) | S2_PAGE;
	}
}

#define WRITE(reg, value) __asm__ volatile("msr " #reg ", %0" : : "r"((uint64_t)(value)) : "memory")

static void set_registers(void)
{
	WRITE(tcr_el1, 12 | UINT64_C(1) << 23 | UINT64_C(2) << 30 | UINT64_C(12) << 16 | UINT64_C(6) << 32 | UINT64_C(1) << 59);
	WRITE(mair_el1, 0xff);
	WRITE(ttbr0_el1, stage1);
	WRITE(vtcr_el2, 12 | UINT64_C(6) << 16 | UINT64_C(1) << 31 | UINT64_C(1) << 32 | UINT64_C(1) << 33);
	WRITE(vttbr_el2, stage2);
	WRITE(sctlr_el1, 0x30d00801);
	WRITE(hcr_el2, UINT64_C(1) << 31 | 1);
	__asm__ volatile("dsb ish; tlbi alle1; dsb ish; isb" : : : "memory");
}

int main(const unsigned char *dtb)
{
	uint64_t rounds = rounds_asked(dtb), sum = 0, wrong = 0;

	map_stage1();
	map_stage2();
	set_registers();
	for (uint64_t round = 0; round < rounds; round++)
		for (uint64_t i = 0; i < WORDS; i++) {
			uint64_t par;

			__asm__ volatile("at s12e1r, %1; isb; mrs %0, par_el1" : "=r"(par) : "r"(i * PAGE) : "memory");
			wrong += (par & 1) || (par & 0xffffffff000) != (uint64_t)output[i];
			sum += par >> 12;
		}
	put_hex("wrong", wrong);
	put_hex("atwalk", sum & 0xfffff);
	return wrong != 0;
}
