/*
 * Stage 1 tables at random IPAs under stage 2 tables at random PAs, for one VA, with everything
 * that a correct walk has to read on its way.
 */
#ifndef TESTS_MMU_NESTED_H
#define TESTS_MMU_NESTED_H

#include "tables.h"

/* ------------------------------------------------------------------ registers */

static inline uint64_t vtcr_of(const struct geometry *g)
{
	static const uint64_t sl0_4k[5] = {0, 2, 1, 0, 3}; /* levels -1, 0, 1, 2, 3 */
	uint64_t sl0 = g->granule == 12 ? sl0_4k[g->start + 1] : (uint64_t)(3 - g->start);
	uint64_t sl2 = g->start == -1;

	return (64 - g->ia) | sl0 << 6 | tg0_code(g->granule) << 14 | UINT64_C(6) << 16 |
	       UINT64_C(1) << 31 | (uint64_t)g->ds << 32 | sl2 << 33;
}

static inline uint64_t tcr_of(const struct geometry *g)
{
	uint64_t size = 64 - g->ia;

	return size | size << 16 | tg0_code(g->granule) << 14 | tg1_code(g->granule) << 30 |
	       UINT64_C(6) << 32 | (uint64_t)g->ds << 59;
}

/* ------------------------------------------------------------------ a pair */

/* Set random, leaf1 and leaf2 (a level or LEAF_RANDOM), then pair_build(). */
struct pair {
	struct memory memory;
	struct stage stage1, stage2;
	uint64_t random;
	int leaf1, leaf2;
	uint64_t ia;               /* the input: VA without the bits above its size */
	struct expected walk1;     /* stage 1 */
	struct expected lookup[6]; /* stage 2 of each stage 1 descriptor, in order */
	unsigned lookups;
	struct expected output; /* stage 2 of the output of stage 1 */
};

/* Maps the IPA of a stage 1 descriptor at stage 2, and notes how long that walk is. */
static inline uint64_t locate(void *ctx, uint64_t ipa)
{
	struct pair *p = ctx;
	struct expected e = stage_map(&p->stage2, ipa, NULL, NULL);

	p->lookup[p->lookups++] = e;
	return e.oa;
}

static inline unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static inline void set_up(struct pair *p, const struct geometry *g1, const struct geometry *g2)
{
	p->memory.used = 0;
	p->memory.reads = 0;
	p->memory.strange_reads = 0;
	p->lookups = 0;
	/* AF; stage 2 also S2AP=0b11, MemAttr Normal. */
	p->stage1 = (struct stage){.g = *g1,
				   .m = &p->memory,
				   .random = &p->random,
				   .oa_bits = smaller(oa_bits_of(g1), g2->ia),
				   .leaf = 0x400,
				   .leaf_level = p->leaf1};
	p->stage2 = (struct stage){.g = *g2,
				   .m = &p->memory,
				   .random = &p->random,
				   .oa_bits = oa_bits_of(g2),
				   .leaf = 0x4fc,
				   .leaf_level = p->leaf2};
	p->stage1.base = random_address(&p->stage1, start_bits_of(g1));
	p->stage2.base = random_address(&p->stage2, start_bits_of(g2));
}

static inline struct nw_registers registers_of(const struct pair *p, bool upper)
{
	const struct geometry *g1 = &p->stage1.g, *g2 = &p->stage2.g;
	uint64_t ttbr = ttbr_field(g1, p->stage1.base) | 1; /* CnP */
	struct nw_registers r = {
		.SCTLR_EL1 = 1,
		.TCR_EL1 = tcr_of(g1),
		.HCR_EL2 = 1,
		.VTCR_EL2 = vtcr_of(g2),
		.VTTBR_EL2 = ttbr_field(g2, p->stage2.base) | 1,
	};

	*(upper ? &r.TTBR1_EL1 : &r.TTBR0_EL1) = ttbr;
	return r;
}

/*
 * A stage 1 block larger than the IPA space: the low bits of the VA have to stay inside that space.
 */
static inline uint64_t pick_ia(struct pair *p)
{
	uint64_t ia = next_random(&p->random) & ones(p->stage1.g.ia);

	for (int level = p->stage1.g.start; level < 3; level++) {
		unsigned shift = shift_at(p->stage1.g.granule, level);

		if (block_at(&p->stage1.g, level) && shift > p->stage1.oa_bits)
			return ia & (~ones(shift) | ones(p->stage1.oa_bits));
	}
	return ia;
}

/*
 * Tables at random places may overlap; then two lookups want one cell, and the pair is drawn again.
 */
static inline bool overlaps(const struct pair *p)
{
	const struct expected *s1 = &p->walk1, *output = &p->output;
	uint64_t seen[64];
	unsigned count = 0;

	for (unsigned i = 0; i < s1->fetches; i++)
		seen[count++] = s1->descriptor_pa[i];
	for (unsigned i = 0; i < s1->fetches; i++)
		for (unsigned j = 0; j < count; j++)
			if (i != j && seen[i] == seen[j])
				return true;
	for (unsigned i = 0; i <= p->lookups; i++) {
		const struct expected *e = i < p->lookups ? &p->lookup[i] : output;

		for (unsigned j = 0; j < e->fetches; j++)
			for (unsigned k = 0; k < s1->fetches; k++)
				if (e->descriptor_pa[j] == seen[k])
					return true;
	}
	return false;
}

static inline void pair_build(struct pair *p, const struct geometry *g1, const struct geometry *g2)
{
	do {
		set_up(p, g1, g2);
		p->ia = pick_ia(p);
		p->walk1 = stage_map(&p->stage1, p->ia, locate, p);
		p->output = stage_map(&p->stage2, p->walk1.oa, NULL, NULL);
	} while (overlaps(p));
}

#endif
