/*
 * Synthetic translation tables for the suites of mmu/. Everything here is written from the
 * architecture and shares no code with mmu/: level shifts are literals, and the builder knows where
 * a correct walk has to go.
 */
#ifndef TESTS_MMU_TABLES_H
#define TESTS_MMU_TABLES_H

#include "mmu/ttw.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(rows) ((int)(sizeof(rows) / sizeof((rows)[0])))

/* ------------------------------------------------------------------ memory */

enum { MEMORY_CELLS = 512 };

/* Words at any physical addresses. A read of another address answers 0 and is counted. */
struct memory {
	uint64_t pa[MEMORY_CELLS], value[MEMORY_CELLS];
	unsigned used;
	unsigned reads, strange_reads;
	bool big_endian;
	bool has_abort;
	uint64_t abort_pa;
	uint32_t latency;
};

static inline uint64_t *memory_cell(struct memory *m, uint64_t pa)
{
	for (unsigned i = 0; i < m->used; i++)
		if (m->pa[i] == pa)
			return &m->value[i];
	return NULL;
}

static inline void memory_put(struct memory *m, uint64_t pa, uint64_t value)
{
	uint64_t *cell = memory_cell(m, pa);

	ck_assert_uint_eq(pa & 7, 0);
	if (cell == NULL) {
		ck_assert_uint_lt(m->used, MEMORY_CELLS);
		m->pa[m->used] = pa;
		cell = &m->value[m->used++];
	}
	*cell = value;
}

static inline struct nw_port_read memory_read(void *ctx, pa_t pa)
{
	struct memory *m = ctx;
	uint64_t *cell = memory_cell(m, pa.value);
	uint64_t value = cell != NULL ? *cell : 0;

	m->reads++;
	m->strange_reads += cell == NULL;
	return (struct nw_port_read){
		.value = m->big_endian ? __builtin_bswap64(value) : value,
		.latency = m->latency,
		.abort = m->has_abort && m->abort_pa == pa.value,
	};
}

static inline struct ttw_memory walker_memory(struct memory *m, struct nw_walk *log)
{
	return (struct ttw_memory){.port = {.ctx = m, .read = memory_read}, .log = log};
}

/* A path of tables, the n-th at n * 0x100000, through these entries; the last one is the leaf. */
static inline void put_path(struct memory *m, unsigned count, const uint64_t *index, uint64_t leaf)
{
	m->used = 0;
	for (unsigned i = 0; i < count; i++)
		memory_put(m, (i + 1) * UINT64_C(0x100000) + 8 * index[i],
			   i + 1 < count ? (i + 2) * UINT64_C(0x100000) | 3 : leaf);
}

/* ------------------------------------------------------------------ features and random numbers */

/* A core with everything: 52 bits, all granules, all features. */
static inline struct nw_features all_features(void)
{
	return (struct nw_features){
		.set = NW_ALL_FEATURES,
		.pa_bits = 52,
		.granule_4k = true,
		.granule_16k = true,
		.granule_64k = true,
	};
}

static inline struct nw_features without(struct nw_features f, enum nw_feature feature)
{
	nw_switch(&f, feature, false);
	return f;
}

/* With the default of every choice. */
static inline struct ttw_regime decode(enum nw_regime regime, const struct nw_registers *r,
				       const struct nw_features *f)
{
	static const struct nw_choices defaults;

	return ttw_decode(regime, r, f, &defaults);
}

static inline uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

static inline uint64_t ones(unsigned bits)
{
	return bits >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << bits) - 1;
}

/* ------------------------------------------------------------------ geometry */

/* One way to configure a stage. granule is log2: 12, 14, 16. */
struct geometry {
	unsigned granule, ia;
	int start;
	bool ds;
};

/* "Translation granules": what an entry of level -1, 0, 1, 2, 3 covers (log2). */
static inline unsigned shift_at(unsigned granule, int level)
{
	static const unsigned shifts[3][5] = {
		{48, 39, 30, 21, 12},
		{0, 47, 36, 25, 14},
		{0, 0, 42, 29, 16},
	};

	return shifts[(granule - 12) / 2][level + 1];
}

/* The levels of blocks on a core with 52-bit physical addresses. */
static inline bool block_at(const struct geometry *g, int level)
{
	if (g->granule == 12)
		return level == 2 || level == 1 || (level == 0 && g->ds);
	if (g->granule == 14)
		return level == 2 || (level == 1 && g->ds);
	return level == 2 || level == 1;
}

static inline uint64_t tg0_code(unsigned granule)
{
	return granule == 12 ? 0 : granule == 16 ? 1 : 2;
}

static inline uint64_t tg1_code(unsigned granule)
{
	return granule == 12 ? 2 : granule == 16 ? 3 : 1;
}

/* An address as a table or leaf descriptor holds it. */
static inline uint64_t address_field(const struct geometry *g, uint64_t address)
{
	uint64_t low = address & (g->ds ? ones(50) : ones(48));

	if (g->granule == 16)
		return low | (address >> 48 & 15) << 12;
	return low | (g->ds ? (address >> 50 & 3) << 8 : 0);
}

/* The address as TTBR0_ELx, TTBR1_ELx and VTTBR_EL2 hold it while IPS and PS are 0b110. */
static inline uint64_t ttbr_field(const struct geometry *g, uint64_t base)
{
	if (!g->ds && g->granule != 16)
		return base;
	return (base & ones(48)) | (base >> 48 & 15) << 2;
}

/* Addresses that this stage's descriptors can hold. */
static inline unsigned oa_bits_of(const struct geometry *g)
{
	return g->ds || g->granule == 16 ? 52 : 48;
}

/* Size of the start table or tables, in bytes and at least 64, log2. */
static inline unsigned start_bits_of(const struct geometry *g)
{
	unsigned bits = g->ia - shift_at(g->granule, g->start) + 3;

	return bits < 6 ? 6 : bits;
}

static inline uint64_t entry_index(const struct geometry *g, int level, uint64_t ia)
{
	uint64_t index = (ia & ones(g->ia)) >> shift_at(g->granule, level);

	return level == g->start ? index : index & ones(g->granule - 3);
}

/* ------------------------------------------------------------------ one stage */

/* Where the architecture says an input ends up. */
struct expected {
	uint64_t oa;
	int level;                      /* of the leaf */
	unsigned fetches;               /* from the start level to the leaf */
	uint64_t descriptor_address[5]; /* as this stage knows it: an IPA at stage 1 */
	uint64_t descriptor_pa[5];
};

enum { LEAF_RANDOM = 99 };

struct stage {
	struct geometry g;
	struct memory *m;
	uint64_t base;
	unsigned oa_bits;     /* tables and outputs are put below this */
	uint64_t leaf, table; /* attribute bits of the descriptors */
	int leaf_level;       /* where leaves are, or LEAF_RANDOM */
	uint64_t *random;
};

static inline uint64_t random_address(struct stage *s, unsigned align_bits)
{
	unsigned bits = s->oa_bits;

	if (align_bits >= bits)
		return 0;
	return next_random(s->random) & ones(bits) & ~ones(align_bits);
}

static inline uint64_t leaf_descriptor(struct stage *s, int level, uint64_t oa)
{
	return address_field(&s->g, oa) | s->leaf | (level == 3 ? 3 : 1);
}

static inline uint64_t table_descriptor(struct stage *s, uint64_t table)
{
	return address_field(&s->g, table) | s->table | 3;
}

/* The address that a descriptor holds; the inverse of address_field(). */
static inline uint64_t field_address(const struct geometry *g, uint64_t descriptor)
{
	uint64_t low = descriptor & (g->ds ? ones(50) : ones(48)) & ~ones(g->granule);

	if (g->granule == 16)
		return low | (descriptor >> 12 & 15) << 48;
	return low | (g->ds ? (descriptor >> 8 & 3) << 50 : 0);
}

/*
 * Follows ia through the tables of a stage and adds what is missing on the way. Where a table's
 * descriptors lie in physical memory is the caller's matter: locate(ctx, address) for stage 1, NULL
 * for identity.
 */
static inline struct expected stage_map(struct stage *s, uint64_t ia,
					uint64_t (*locate)(void *ctx, uint64_t address), void *ctx)
{
	struct expected e = {.level = s->g.start};
	uint64_t table = s->base;

	for (;; e.level++) {
		uint64_t address = table + 8 * entry_index(&s->g, e.level, ia);
		uint64_t pa = locate != NULL ? locate(ctx, address) : address;
		uint64_t *cell = memory_cell(s->m, pa);
		unsigned shift = shift_at(s->g.granule, e.level);
		bool leaf_possible = e.level == 3 || block_at(&s->g, e.level);

		e.descriptor_address[e.fetches] = address;
		e.descriptor_pa[e.fetches++] = pa;
		if (cell == NULL) {
			bool leaf = e.level == 3 || e.level == s->leaf_level;

			if (s->leaf_level == LEAF_RANDOM && leaf_possible)
				leaf |= next_random(s->random) % 4 == 0;

			memory_put(s->m, pa,
				   leaf ? leaf_descriptor(s, e.level, random_address(s, shift))
					: table_descriptor(s, random_address(s, s->g.granule)));
			cell = memory_cell(s->m, pa);
		}
		if (e.level == 3 || (*cell & 2) == 0) {
			e.oa = (field_address(&s->g, *cell) & ~ones(shift)) | (ia & ones(shift));
			return e;
		}
		table = field_address(&s->g, *cell);
	}
}

#endif
