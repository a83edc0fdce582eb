/*
 * Translation table geometry: GRANULE[:SIZE][:start=L][:ds=0|1] words, checked against what the
 * core offers, made into start level, concatenation and register values at run time. Shared by the
 * hypervisor and the proxy kernel.
 */
#ifndef HYP_GEOMETRY_H
#define HYP_GEOMETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The translation regime and stage a table serves: it decides formats, limits and registers. */
enum table_kind {
	TABLE_EL1,    /* EL1&0 stage 1, both halves */
	TABLE_EL2,    /* EL2 stage 1, HCR_EL2.E2H = 0: one range */
	TABLE_STAGE2, /* EL1&0 stage 2 */
};

#define LEVEL_LAST 3 /* the page level; start levels go down to -1 */

/* A geometry as it was asked for. */
struct geometry_request {
	bool off;             /* "off": stage 2 only */
	uint8_t granule_bits; /* 12, 14 or 16 */
	uint8_t size_bits;    /* of the input address; 0: not given */
	bool start_given;
	int8_t start;
	bool ds_given, ds;
};

/*
 * What the core offers, from ID_AA64MMFR0_EL1 and ID_AA64MMFR2_EL1. Index [0] 4K, [1] 16K, [2] 64K.
 */
struct core_limits {
	uint8_t pa_bits;
	bool ttst, lva;
	bool stage1_granule[3], stage2_granule[3];
	bool stage1_lpa2[3], stage2_lpa2[3]; /* [2] is always false: 64K has no DS */
};

/* A legal geometry. Plain data; made only by geometry_make(). */
struct geometry {
	enum table_kind kind;
	uint8_t granule_bits;
	uint8_t ia_bits; /* input address */
	uint8_t oa_bits; /* output address, the value of PS or IPS in bits: what a descriptor may
			    point to */
	int8_t start;    /* level of the start table: -1..3 */
	bool ds; /* TCR_ELx.DS or VTCR_EL2.DS: 52-bit descriptors of the 4K and 16K granules */
};

struct core_limits core_limits(uint64_t mmfr0, uint64_t mmfr2);

/*
 * Reads a word of length bytes, for example "4k:48", "64k", "4k:52:start=-1", "off". False: not in
 * the grammar. Nothing of the core is looked at.
 */
bool geometry_parse(struct geometry_request *request, const char *word, size_t length);

/*
 * Makes the geometry that request asks for: size 48 where none was given (stage 2: reduced to the
 * core's PA size), the fewest levels where no start was given, DS = 1 exactly where input, start
 * level or last_output (the highest address that the tables must be able to point to) need it.
 * Returns NULL, or a constant text that says why it cannot be; then *geometry is unchanged.
 */
const char *geometry_make(struct geometry *geometry, const struct geometry_request *request,
			  enum table_kind kind, const struct core_limits *core,
			  uint64_t last_output);

/* log2 of what an entry of a level covers: 12 at level 3 of the 4K granule, 39 at its level 0. */
static inline unsigned geometry_level_bits(const struct geometry *g, int level)
{
	return g->granule_bits + (unsigned)(LEVEL_LAST - level) * (g->granule_bits - 3u);
}

static inline uint64_t geometry_level_bytes(const struct geometry *g, int level)
{
	return UINT64_C(1) << geometry_level_bits(g, level);
}

static inline uint64_t geometry_granule_bytes(const struct geometry *g)
{
	return UINT64_C(1) << g->granule_bits;
}

/* Entries of a table of a level: all concatenated tables together at the start level. */
static inline unsigned geometry_entries(const struct geometry *g, int level)
{
	if (level == g->start)
		return 1u << (g->ia_bits - geometry_level_bits(g, level));
	return 1u << (g->granule_bits - 3u);
}

/* Concatenated start tables, each of granule size: 1 at stage 1, up to 16 at stage 2. */
unsigned geometry_start_tables(const struct geometry *g);

/* A block or page descriptor is allowed at the level. */
bool geometry_leaf_level(const struct geometry *g, int level);

/*
 * The level of the largest leaf of at most max_bytes; the page level where max_bytes is less than a
 * page.
 */
int geometry_leaf_for(const struct geometry *g, uint64_t max_bytes);

/* TTBR0_EL1, TTBR1_EL1, TTBR0_EL2 or VTTBR_EL2 with this base (no ASID, VMID or CnP). */
uint64_t geometry_ttbr(const struct geometry *g, uint64_t base);

/*
 * TCR_EL1 (both halves alike, 8-bit ASIDs from TTBR0), TCR_EL2 or VTCR_EL2 (8-bit VMIDs), by kind.
 * HA = HD = 0.
 */
uint64_t geometry_tcr(const struct geometry *g);

#endif
