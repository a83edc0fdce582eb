/*
 * A small world for tests of whole translations: RAM, virtual machines with stage 2 tables, address
 * spaces with stage 1 tables inside them, and a port that reads it all.
 *
 * IPAs are backed by scattered PAs, 4 KB at a time, so neither equal nor consecutive addresses can
 * be mistaken for a translation. Tables are built here with literals of the formats, without mmu/.
 */
#ifndef TESTS_MMU_WORLD_H
#define TESTS_MMU_WORLD_H

#include "mmu/mmu.h"

#include <stdlib.h>
#include <string.h>

#define WORLD_RAM UINT64_C(0x80000000) /* PA */
#define WORLD_IPA UINT64_C(0x40000000) /* of every VM */

enum {
	WORLD_RAM_SIZE = 64 << 20,
	WORLD_IPA_PAGES =
		2048, /* of each VM: 8 MB, which two stage 2 tables of level 3 or more map */
	WORLD_VMS = 2,
	WORLD_PAGE = 4096,
};

/* Bits of leaf descriptors, which are valid pages with AF=1 but for these. */
#define S1_RW_EL0    (UINT64_C(1) << 6)
#define S1_RO        (UINT64_C(1) << 7)
#define S1_NG        (UINT64_C(1) << 11)
#define S1_DEVICE    (UINT64_C(1) << 2) /* Attr1, which is 0x00 */
#define S1_LEAF_BASE (UINT64_C(1) << 10)
#define S2_LEAF_BASE (UINT64_C(1) << 10 | 3 << 6 | 15 << 2)

struct vm {
	uint16_t vmid;
	uint64_t root;  /* PA of the start table */
	uint32_t pages; /* of IPA space handed out */
};

struct space {
	struct vm *vm;
	uint16_t asid;
	uint64_t root; /* IPA of the start table */
};

struct world {
	uint64_t *ram;
	uint64_t next_table; /* PA of the next stage 2 table */
	unsigned granule1, va_bits;
	int start1;
	unsigned ipa_bits;
	int start2; /* 4 KB granule */
	struct vm vm[WORLD_VMS];
};

/* ------------------------------------------------------------------ memory */

static inline struct nw_port_read world_read(void *ctx, pa_t pa)
{
	const struct world *w = ctx;
	uint64_t offset = pa.value - WORLD_RAM;

	if (offset >= WORLD_RAM_SIZE)
		return (struct nw_port_read){.abort = true};
	return (struct nw_port_read){.value = w->ram[offset / 8], .latency = 10};
}

static inline uint64_t *world_at(struct world *w, uint64_t pa)
{
	return &w->ram[(pa - WORLD_RAM) / 8];
}

/* Where page number n of a VM lies: an odd factor scatters 2048 pages over 8 MB. */
static inline uint64_t world_pa(const struct vm *vm, uint64_t ipa)
{
	uint64_t n = (ipa - WORLD_IPA) / WORLD_PAGE;
	uint64_t scattered = (n * 1237 + 77 * (uint64_t)vm->vmid) % WORLD_IPA_PAGES;

	return WORLD_RAM + (uint64_t)(vm->vmid % WORLD_VMS) * WORLD_IPA_PAGES * WORLD_PAGE +
	       scattered * WORLD_PAGE + ipa % WORLD_PAGE;
}

/* ------------------------------------------------------------------ tables */

static inline unsigned world_shift(unsigned granule, int level)
{
	return granule + (unsigned)(3 - level) * (granule - 3);
}

/* The entry of a level, made with all tables on the way. */
static inline uint64_t *world_s2_entry(struct world *w, struct vm *vm, uint64_t ipa, int level)
{
	uint64_t table = vm->root;

	for (int l = w->start2;; l++) {
		uint64_t mask = l == w->start2 ? ~UINT64_C(0) : 511;
		uint64_t *entry = world_at(w, table) + (ipa >> world_shift(12, l) & mask);

		if (l == level)
			return entry;
		if ((*entry & 1) == 0) {
			*entry = w->next_table | 3;
			w->next_table += WORLD_PAGE;
		}
		table = *entry & UINT64_C(0x0000fffffffff000);
	}
}

static inline void world_s2_map(struct world *w, struct vm *vm, uint64_t ipa, uint64_t pa)
{
	*world_s2_entry(w, vm, ipa, 3) = (pa & ~UINT64_C(0xfff)) | S2_LEAF_BASE | 3;
}

/* A fresh, zeroed, stage 2 mapped piece of IPA space. */
static inline uint64_t world_alloc(struct world *w, struct vm *vm, uint32_t bytes)
{
	uint32_t pages = bytes / WORLD_PAGE;

	vm->pages = (vm->pages + pages - 1) / pages * pages;

	uint64_t ipa = WORLD_IPA + (uint64_t)vm->pages * WORLD_PAGE;

	vm->pages += pages;
	if (vm->pages > WORLD_IPA_PAGES)
		abort();
	for (uint64_t page = ipa; page < ipa + bytes; page += WORLD_PAGE) {
		world_s2_map(w, vm, page, world_pa(vm, page));
		memset(world_at(w, world_pa(vm, page)), 0, WORLD_PAGE);
	}
	return ipa;
}

static inline uint64_t *world_s1_entry(struct world *w, struct space *s, uint64_t va, int level)
{
	uint64_t table = s->root, ia = va & ((UINT64_C(1) << w->va_bits) - 1);
	uint64_t index_mask = (UINT64_C(1) << (w->granule1 - 3)) - 1;

	for (int l = w->start1;; l++) {
		uint64_t index = ia >> world_shift(w->granule1, l) & index_mask;
		uint64_t *entry = world_at(w, world_pa(s->vm, table + 8 * index));

		if (l == level)
			return entry;
		if ((*entry & 1) == 0)
			*entry = world_alloc(w, s->vm, 1u << w->granule1) | 3;
		table = *entry & UINT64_C(0x0000fffffffff000);
	}
}

/* Maps a page, or a block where level is less than 3. */
static inline void world_map(struct world *w, struct space *s, uint64_t va, uint64_t ipa, int level,
			     uint64_t bits)
{
	uint64_t span = UINT64_C(1) << world_shift(w->granule1, level);

	*world_s1_entry(w, s, va, level) =
		(ipa & ~(span - 1)) | S1_LEAF_BASE | bits | (level == 3 ? 3 : 1);
}

/* ------------------------------------------------------------------ life */

/* ipa_bits may need up to 16 concatenated tables: each VM's start table gets 64 KB. */
static inline struct world *world_new(unsigned granule1, unsigned va_bits, unsigned ipa_bits,
				      int start2)
{
	struct world *w = calloc(1, sizeof *w);

	w->ram = calloc(1, WORLD_RAM_SIZE);
	w->granule1 = granule1;
	w->va_bits = va_bits;
	w->start1 = 3 - (int)((va_bits - 1 - granule1) / (granule1 - 3));
	w->ipa_bits = ipa_bits;
	w->start2 = start2;
	w->next_table = WORLD_RAM + WORLD_VMS * WORLD_IPA_PAGES * WORLD_PAGE;
	for (unsigned i = 0; i < WORLD_VMS; i++) {
		w->vm[i] = (struct vm){.vmid = (uint16_t)(i + 1), .root = w->next_table};
		w->next_table += 0x10000;
	}
	return w;
}

static inline void world_free(struct world *w)
{
	free(w->ram);
	free(w);
}

static inline struct space world_space(struct world *w, struct vm *vm, uint16_t asid)
{
	return (struct space){vm, asid, world_alloc(w, vm, 1u << w->granule1)};
}

/* ------------------------------------------------------------------ registers */

/* A core with all of the architecture that mmu/ has, and 52-bit physical addresses. */
static inline struct nw_features world_features(void)
{
	return (struct nw_features){.set = NW_ALL_FEATURES,
				    .pa_bits = 52,
				    .granule_4k = true,
				    .granule_16k = true,
				    .granule_64k = true};
}

static inline void world_signal(struct nw_mmu *mmu)
{
	struct nw_event event = {.type = NW_EVENT_REGISTER};

	nw_event(mmu, &event);
}

/* TCR_EL1: both halves alike, 16-bit ASIDs from TTBR0, IPS 52 bits; DS where va_bits needs it. */
static inline uint64_t world_tcr(const struct world *w)
{
	uint64_t size = 64 - w->va_bits;
	uint64_t tg0 = w->granule1 == 12 ? 0 : w->granule1 == 16 ? 1 : 2;
	uint64_t tg1 = w->granule1 == 12 ? 2 : w->granule1 == 16 ? 3 : 1;
	uint64_t ds = w->va_bits > 48 && w->granule1 != 16;

	return size | size << 16 | tg0 << 14 | tg1 << 30 | UINT64_C(6) << 32 | UINT64_C(1) << 36 |
	       UINT64_C(3) << 12 | UINT64_C(3) << 28 | ds << 59;
}

static inline uint64_t world_vtcr(const struct world *w)
{
	uint64_t sl0 = w->start2 == -1 ? 0 : (uint64_t)(2 - w->start2);
	uint64_t ds = w->ipa_bits > 48;

	return (64 - w->ipa_bits) | sl0 << 6 | UINT64_C(3) << 12 | UINT64_C(6) << 16 |
	       UINT64_C(1) << 19 | UINT64_C(1) << 31 | ds << 32 | (uint64_t)(w->start2 == -1) << 33;
}

/* Puts an address space, and its VM, into force: both halves of it are the same tables. */
static inline void world_enter(struct world *w, struct nw_mmu *mmu, const struct space *s)
{
	struct nw_registers *r = nw_registers(mmu);

	r->SCTLR_EL1 = 0x1005; /* I, C, M */
	r->TCR_EL1 = world_tcr(w);
	r->MAIR_EL1 = 0x00ff;
	r->TTBR0_EL1 = s->root | (uint64_t)s->asid << 48;
	r->TTBR1_EL1 = s->root;
	r->HCR_EL2 = UINT64_C(1) << 31 | 1; /* RW, VM */
	r->VTCR_EL2 = world_vtcr(w);
	r->VTTBR_EL2 = s->vm->root | (uint64_t)s->vm->vmid << 48;
	world_signal(mmu);
}

static inline void world_tlbi(struct nw_mmu *mmu, enum nw_tlbi_op op, uint64_t operand)
{
	struct nw_event event = {.type = NW_EVENT_TLBI, .tlbi = op, .operand = operand, .el = 2};

	nw_event(mmu, &event);
}

/* The upper half's address of a VA below 2^va_bits. */
static inline uint64_t world_upper(const struct world *w, uint64_t va)
{
	return va | ~UINT64_C(0) << w->va_bits;
}

#endif
