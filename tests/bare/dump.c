/*
 * Translation tables for a memory dump: under each geometry the image prints the registers of
 * translation, as `nestwalk walk --regs` reads them, and what AT says of some addresses. With
 * rounds=10 it then waits, so that a debugger can dump memory; with rounds=11 it waits with
 * SCTLR_EL1.EE set, which makes QEMU write a big-endian core.
 */
#include "../bench/bench.h"
#include "print.h"
#include "probe.h"

struct record record;

enum { HOLD = 10, HOLD_BIG_ENDIAN = 11 };

#define RAM       UINT64_C(0x40000000)
#define RAM_BYTES UINT64_C(0x4000000)

#define TABLE UINT64_C(3)
#define BLOCK UINT64_C(1)
#define PAGE  UINT64_C(3)
#define SH    UINT64_C(0x300)
#define AF    UINT64_C(0x400)

/* ------------------------------------------------------------------ tables */

enum { CHUNKS = 40 };
static uint64_t pool[CHUNKS][8192] __attribute__((aligned(65536)));
static unsigned pool_used;

/* One stage of translation under construction. */
struct space {
	unsigned granule_bits, ia_bits;
	int start;
	int ds, big_endian;
	uint64_t offset; /* added to the addresses of its tables */
	uint64_t *root;
};

static uint64_t *new_table(void)
{
	return pool[pool_used++];
}

static uint64_t address_bits(const struct space *s, uint64_t address)
{
	if (s->ds)
		return (address & 0x3fffffffff000) | (address >> 50 & 3) << 8;
	if (s->granule_bits == 16)
		return (address & 0xffffffff0000) | (address >> 48 & 15) << 12;
	return address & 0xfffffffff000;
}

static uint64_t swapped(const struct space *s, uint64_t descriptor)
{
	return s->big_endian ? __builtin_bswap64(descriptor) : descriptor;
}

/* With DS the place of SH is address bits. */
static uint64_t attributes(const struct space *s, uint64_t attributes)
{
	return s->ds ? attributes & ~SH : attributes;
}

static void map(const struct space *s, uint64_t ia, uint64_t oa, uint64_t leaf, int leaf_level)
{
	unsigned index_bits = s->granule_bits - 3;
	uint64_t *table = s->root;

	ia &= (UINT64_C(1) << s->ia_bits) - 1;
	for (int level = s->start; level <= leaf_level; level++) {
		unsigned shift = s->granule_bits + (unsigned)(3 - level) * index_bits;
		uint64_t index = ia >> shift, *entry;

		if (level > s->start)
			index &= (1u << index_bits) - 1;
		entry = &table[index];

		if (level == leaf_level) {
			*entry = swapped(s, address_bits(s, oa) | attributes(s, leaf));
			return;
		}
		if (*entry == 0) {
			table = new_table();
			*entry = swapped(s, address_bits(s, (uint64_t)table + s->offset) | TABLE);
			continue;
		}
		uint64_t next = swapped(s, *entry);

		next = s->ds                   ? (next & 0x3fffffffff000) | (next >> 8 & 3) << 50
		       : s->granule_bits == 16 ? (next & 0xffffffff0000) | (next >> 12 & 15) << 48
					       : next & 0xfffffffff000;
		table = (uint64_t *)(next - s->offset);
	}
}

/* ------------------------------------------------------------------ geometries */

struct geometry {
	char name[64]; /* no pointer: the image is not relocated */
	struct space s1, s2;
	uint64_t tcr, vtcr;
	uint64_t ipa_offset; /* IPA of RAM less its PA */
	uint64_t va[7];      /* page, block, Access flag 0, not in stage 2, not in stage 1, RO page,
				TTBR1 */
};

/* IPS and PS: 52 bits. TCR_EL1: SH0 and SH1 inner, Write-Back. */
#define TCR(t0sz, tg0, t1sz, tg1, more)                                                            \
	((t0sz) | UINT64_C(0x3500) | (uint64_t)(tg0) << 14 | (uint64_t)(t1sz) << 16 |              \
	 UINT64_C(0x35000000) | (uint64_t)(tg1) << 30 | UINT64_C(6) << 32 | (more))
#define VTCR(t0sz, sl0, tg0, more)                                                                 \
	((t0sz) | (uint64_t)(sl0) << 6 | UINT64_C(0x3500) | (uint64_t)(tg0) << 14 |                \
	 UINT64_C(6) << 16 | UINT64_C(1) << 31 | (more))
#define TCR_DS  (UINT64_C(1) << 59)
#define VTCR_DS (UINT64_C(1) << 32)
#define SL2     (UINT64_C(1) << 33)

static struct geometry geometries[] = {
	{"4k:48 under two 4k tables at level 1",
	 {12, 48, 0, 0, 0, 0, 0},
	 {12, 40, 1, 0, 0, 0, 0},
	 TCR(16, 0, 16, 2, 0),
	 VTCR(24, 1, 0, 0),
	 UINT64_C(0x100000000),
	 {0x123456789000, 0x7fffc0200000, 0x123456789000 + 0x1000, 0x123456789000 + 0x2000,
	  0x400000, 0x123456789000 + 0x3000, 0xffff800000001000}},
	{"4k:52 under 4k:52, five levels each",
	 {12, 52, -1, 1, 0, 0, 0},
	 {12, 52, -1, 1, 0, 0, 0},
	 TCR(12, 0, 12, 2, TCR_DS),
	 VTCR(12, 0, 0, VTCR_DS | SL2),
	 UINT64_C(0xc000000000000),
	 {0xabcdef1234000, 0x9abc000200000, 0xabcdef1234000 + 0x1000, 0xabcdef1234000 + 0x2000, 0,
	  0xabcdef1234000 + 0x3000, 0xfff8000000001000}},
	{"16k:47 under 64k:42",
	 {14, 47, 1, 0, 0, 0, 0},
	 {16, 42, 2, 0, 0, 0, 0},
	 TCR(17, 2, 17, 1, 0),
	 VTCR(22, 1, 1, 0),
	 UINT64_C(0x20000000000),
	 {0x3456789ac000, 0x345600000000, 0x3456789ac000 + 0x4000, 0x3456789ac000 + 0x8000, 0,
	  0x3456789ac000 + 0xc000, 0xffff800000004000}},
	{"64k:52 big-endian under 16k:40, sixteen tables at level 2",
	 {16, 52, 1, 0, 1, 0, 0},
	 {14, 40, 2, 0, 0, 0, 0},
	 TCR(12, 1, 12, 3, 0),
	 VTCR(24, 1, 2, 0),
	 UINT64_C(0x8000000000),
	 {0xf123456780000, 0xf000000000000, 0xf123456780000 + 0x10000, 0xf123456780000 + 0x20000, 0,
	  0xf123456780000 + 0x30000, 0xfff8000000010000}},
};

enum { GEOMETRIES = sizeof geometries / sizeof geometries[0] };
enum { VA_PAGE, VA_BLOCK, VA_OLD, VA_OUTSIDE, VA_NOTHING, VA_READ_ONLY, VA_HIGH, VAS };

/* A page of RAM under both stages: its IPA. */
static uint64_t target(const struct geometry *g)
{
	return ((uint64_t)pool[CHUNKS - 1] & ~UINT64_C(0xffff)) + g->ipa_offset;
}

static void build(struct geometry *g, uint64_t *upper_root)
{
	struct space *s1 = &g->s1, *s2 = &g->s2, upper;
	uint64_t page = PAGE | SH | AF, block_bytes = UINT64_C(1) << (2 * s2->granule_bits - 3);

	s1->offset = g->ipa_offset;
	s1->root = new_table();
	pool_used += s2->granule_bits == 14 ? 4 : 1; /* sixteen tables of 16 KB are four chunks */
	s2->root = pool[pool_used - (s2->granule_bits == 14 ? 4 : 1)];
	upper = *s1;
	upper.root = new_table();
	for (uint64_t at = 0; at < RAM_BYTES; at += block_bytes)
		map(s2, (RAM & ~(block_bytes - 1)) + at + g->ipa_offset,
		    (RAM & ~(block_bytes - 1)) + at, BLOCK | SH | AF | 0xc0 | 0x3c, 2);
	map(s1, g->va[VA_PAGE], target(g), page, 3);
	map(s1, g->va[VA_BLOCK],
	    (RAM & ~((UINT64_C(1) << (2 * s1->granule_bits - 3)) - 1)) + g->ipa_offset,
	    BLOCK | SH | AF | 4, 2);
	map(s1, g->va[VA_OLD], target(g), PAGE | SH, 3);
	map(s1, g->va[VA_OUTSIDE], UINT64_C(0x10000), page, 3);
	map(s1, g->va[VA_READ_ONLY], target(g), page | 0xc0, 3);
	map(&upper, g->va[VA_HIGH], target(g), page | 0x800, 3);
	*upper_root = (uint64_t)upper.root + g->ipa_offset;
}

/* ------------------------------------------------------------------ the report */

#define AT(op, va)                                                                                 \
	({                                                                                         \
		__asm__ volatile("at " #op ", %0; isb" : : "r"(va) : "memory");                    \
		READ(par_el1);                                                                     \
	})

/* Bits [51:48] of a table's address are where TTBR_ELx has them. */
static uint64_t ttbr(uint64_t address)
{
	return (address & 0xffffffffffc0) | (address >> 48 & 15) << 2;
}

static void load(const struct geometry *g, uint64_t upper_root)
{
	uint64_t sctlr = UINT64_C(0x30d01985) | (uint64_t)g->s1.big_endian << 25;

	WRITE(mair_el1, 0x44ff);
	WRITE(tcr_el1, g->tcr);
	WRITE(ttbr0_el1, ttbr((uint64_t)g->s1.root + g->ipa_offset));
	WRITE(ttbr1_el1, ttbr(upper_root));
	WRITE(vtcr_el2, g->vtcr);
	WRITE(vttbr_el2, ttbr((uint64_t)g->s2.root));
	WRITE(sctlr_el1, sctlr);
	WRITE(hcr_el2, UINT64_C(0x80000001));
	SYNC();
	__asm__ volatile("tlbi alle1; dsb sy; isb" : : : "memory");
}

#define PRINT(name, reg)                                                                           \
	do {                                                                                       \
		print_field(name "=0x", READ(reg));                                                \
		print("\n");                                                                       \
	} while (0)

static void report(const struct geometry *g)
{
	print("# ");
	print(g->name);
	print("\n");
	PRINT("SCTLR_EL1", sctlr_el1);
	PRINT("TCR_EL1", tcr_el1);
	PRINT("TTBR0_EL1", ttbr0_el1);
	PRINT("TTBR1_EL1", ttbr1_el1);
	PRINT("MAIR_EL1", mair_el1);
	/* Not its RES1 bits, which QEMU lets be. */
	print_field("SCTLR_EL2=0x", READ(sctlr_el2) & 0x2081007);
	print("\n");
	PRINT("HCR_EL2", hcr_el2);
	PRINT("VTCR_EL2", vtcr_el2);
	PRINT("VTTBR_EL2", vttbr_el2);
	for (unsigned i = 0; i < VAS; i++) {
		print_field("# S12E1R 0x", g->va[i] + 0x128);
		print_field(" 0x", AT(s12e1r, g->va[i] + 0x128));
		print_field(" S12E1W 0x", AT(s12e1w, g->va[i] + 0x128));
		print("\n");
	}
}

static void hold(uint64_t rounds)
{
	WRITE(sctlr_el1, UINT64_C(0x30d01985) | (uint64_t)(rounds == HOLD_BIG_ENDIAN) << 25);
	SYNC();
	print("# holding\n");
	for (;;)
		__asm__ volatile("wfi");
}

int main(const unsigned char *dtb)
{
	uint64_t rounds = rounds_asked(dtb), upper[GEOMETRIES];
	int holds = rounds == HOLD || rounds == HOLD_BIG_ENDIAN;

	for (unsigned i = 0; i < GEOMETRIES; i++)
		build(&geometries[i], &upper[i]);
	for (unsigned i = 0; i < GEOMETRIES; i++) {
		load(&geometries[i], upper[i]);
		report(&geometries[i]);
	}
	if (holds)
		hold(rounds);
	return 0;
}
