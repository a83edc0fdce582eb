/*
 * Translation table geometry: what a request means on this core, and the register values it
 * becomes.
 *
 * Rules: DDI 0487, "Translation table walk properties" (TxSZ limits, start levels, concatenated
 * tables) and the register descriptions of TCR_EL1, TCR_EL2, VTCR_EL2, TTBR0_EL1.
 */
#include "geometry.h"
#include "lib.h"

#include "../mmu/vmsa.h"

#define DEFAULT_SIZE 48u

/* Index into struct core_limits: 4K, 16K, 64K. */
static unsigned granule_index(unsigned granule_bits)
{
	return (granule_bits - GRANULE_4K) / 2;
}

/* log2 of the entries of a full table. */
static unsigned stride(unsigned granule_bits)
{
	return granule_bits - 3;
}

/* ------------------------------------------------------------------ what the core offers */

static unsigned id_field(uint64_t value, unsigned lsb)
{
	return (unsigned)(value >> lsb) & 0xf;
}

struct core_limits core_limits(uint64_t mmfr0, uint64_t mmfr2)
{
	unsigned tgran4 = id_field(mmfr0, 28), tgran64 = id_field(mmfr0, 24),
		 tgran16 = id_field(mmfr0, 20);
	unsigned tgran4_2 = id_field(mmfr0, 40), tgran64_2 = id_field(mmfr0, 36);
	unsigned tgran16_2 = id_field(mmfr0, 32);
	struct core_limits c = {
		.pa_bits = (uint8_t)vmsa_ps_bits(id_field(mmfr0, 0)),
		.lva = id_field(mmfr2, 16) >= 1,
		.ttst = id_field(mmfr2, 28) >= 1,
		/* Each granule has its own code for "not supported": 0xf, 0 and 0xf. */
		.stage1_granule = {tgran4 != 0xf, tgran16 != 0, tgran64 != 0xf},
		.stage1_lpa2 = {tgran4 == 1, tgran16 == 2, false},
	};
	unsigned stage2[3] = {tgran4_2, tgran16_2, tgran64_2};

	/* TGranX_2: 0 as stage 1, 1 no, 2 yes, 3 yes with 52 bits. */
	for (unsigned i = 0; i < 3; i++) {
		c.stage2_granule[i] = stage2[i] == 0 ? c.stage1_granule[i] : stage2[i] >= 2;
		c.stage2_lpa2[i] = stage2[i] == 0 ? c.stage1_lpa2[i] : i != 2 && stage2[i] == 3;
	}
	return c;
}

/* ------------------------------------------------------------------ the word */

static bool parse_granule(struct geometry_request *r, const char *word, size_t length)
{
	if (word_is(word, length, "4k"))
		r->granule_bits = GRANULE_4K;
	else if (word_is(word, length, "16k"))
		r->granule_bits = GRANULE_16K;
	else if (word_is(word, length, "64k"))
		r->granule_bits = GRANULE_64K;
	else
		return false;
	return true;
}

static bool parse_start(struct geometry_request *r, const char *word, size_t length)
{
	static const char levels[][3] = {"-1", "0", "1", "2", "3"};

	for (int i = 0; i < 5; i++) {
		if (word_is(word, length, levels[i])) {
			r->start = (int8_t)(i - 1);
			return r->start_given = true;
		}
	}
	return false;
}

/* One part behind the granule. */
static bool parse_part(struct geometry_request *r, const char *word, size_t length, bool first)
{
	uint64_t number;

	if (word_starts(word, length, "start="))
		return !r->start_given && parse_start(r, word + 6, length - 6);
	if (word_starts(word, length, "ds=")) {
		if (r->ds_given || !word_number(word + 3, length - 3, &number) || number > 1)
			return false;
		r->ds = number == 1;
		return r->ds_given = true;
	}
	if (!first || !word_number(word, length, &number) || number < 1 || number > 64)
		return false;
	r->size_bits = (uint8_t)number;
	return true;
}

bool geometry_parse(struct geometry_request *request, const char *word, size_t length)
{
	struct geometry_request r = {.off = word_is(word, length, "off")};

	for (size_t at = 0, part = 0; !r.off && at <= length; part++) {
		size_t end = at;

		while (end < length && word[end] != ':')
			end++;
		if (!(part == 0 ? parse_granule(&r, word, end)
				: parse_part(&r, word + at, end - at, part == 1)))
			return false;
		at = end + 1;
	}
	*request = r;
	return true;
}

/* ------------------------------------------------------------------ checks */

/* A stage 2 start level suits size and core; VTCR_EL2.SL0 and SL2 have a code for it. */
static bool stage2_start_legal(const struct geometry *g, int level, const struct core_limits *core)
{
	unsigned below =
		geometry_level_bits(g, level);       /* bits that the start table doesn't index */
	unsigned most = stride(g->granule_bits) + 4; /* 16 concatenated tables */

	if (g->ia_bits <= below || g->ia_bits > below + most)
		return false;
	switch (g->granule_bits) {
	case GRANULE_4K:
		return level == 3    ? core->ttst
		       : level == 0  ? core->pa_bits >= 44
		       : level == -1 ? g->ds
				     : true;
	case GRANULE_16K:
		return level == 1 ? core->pa_bits >= 42 : level == 0 ? g->ds : level > 0;
	default:
		return level == 1 ? core->pa_bits >= 44 : level > 1;
	}
}

/* The start level as asked for, or the one of the fewest levels; below -1: there is none. */
static int stage2_start(const struct geometry *g, const struct geometry_request *r,
			const struct core_limits *core)
{
	int level = r->start_given ? r->start : LEVEL_LAST;
	int last = r->start_given ? r->start : -1;

	while (level >= last && !stage2_start_legal(g, level, core))
		level--;
	return level >= last ? level : -2;
}

/* Stage 1 has no choice: the fewest levels without concatenation. */
static int stage1_start(const struct geometry *g)
{
	return LEVEL_LAST - (int)((g->ia_bits - 1u - g->granule_bits) / stride(g->granule_bits));
}

static bool needs_ds(const struct geometry *g, const struct geometry_request *r,
		     uint64_t last_output)
{
	if (r->ds_given)
		return r->ds;
	if (g->granule_bits == GRANULE_64K)
		return false;
	return g->ia_bits > 48 || last_output >> 48 ||
	       (r->start_given && r->start < (g->granule_bits == GRANULE_16K));
}

/* Whether size, granule and DS can be at all on this core. */
static const char *check_core(const struct geometry *g, const struct core_limits *core)
{
	bool stage2 = g->kind == TABLE_STAGE2, large = g->granule_bits == GRANULE_64K;
	unsigned i = granule_index(g->granule_bits);
	unsigned most = g->ds || (large && (stage2 || core->lva)) ? 52 : 48;
	unsigned least = !core->ttst ? 25 : large ? 17 : 16;

	if (!(stage2 ? core->stage2_granule : core->stage1_granule)[i])
		return "the core lacks this granule";
	if (g->ds && large)
		return "ds=1 exists for the 4k and 16k granules only";
	if (g->ds && !(stage2 ? core->stage2_lpa2 : core->stage1_lpa2)[i])
		return g->ia_bits > 48
			       ? "more than 48 bits need FEAT_LPA2 here, which the core lacks"
			       : "ds=1 or memory above 2^48 needs FEAT_LPA2, which the core lacks";
	if (g->ia_bits > most)
		return large ? "more than 48 bits need FEAT_LVA here, which the core lacks"
			     : "the size is too large: at most 48, or 52 with ds=1";
	if (stage2 && g->ia_bits > core->pa_bits)
		return "the size is larger than the core's physical addresses";
	if (g->ia_bits < least)
		return "the size is too small for the core";
	return NULL;
}

const char *geometry_make(struct geometry *geometry, const struct geometry_request *request,
			  enum table_kind kind, const struct core_limits *core,
			  uint64_t last_output)
{
	bool stage2 = kind == TABLE_STAGE2;
	unsigned size = request->size_bits;
	struct geometry g = {.kind = kind, .granule_bits = request->granule_bits};

	if (size == 0)
		size = stage2 && core->pa_bits < DEFAULT_SIZE ? core->pa_bits : DEFAULT_SIZE;
	g.ia_bits = (uint8_t)size;
	g.ds = needs_ds(&g, request, last_output);

	const char *why = check_core(&g, core);

	if (why != NULL)
		return why;
	if (request->start_given && !stage2)
		return "the start level of stage 1 follows from its size";

	unsigned widest = g.ds || g.granule_bits == GRANULE_64K ? 52 : 48;
	int start = stage2 ? stage2_start(&g, request, core) : stage1_start(&g);

	if (start < -1)
		return "no such start level for this size";
	g.start = (int8_t)start;
	g.oa_bits = (uint8_t)(core->pa_bits < widest ? core->pa_bits : widest);
	if (last_output >> g.oa_bits)
		return "memory lies above the highest output address";
	*geometry = g;
	return NULL;
}

/* ------------------------------------------------------------------ shape */

static unsigned start_index_bits(const struct geometry *g)
{
	return g->ia_bits - geometry_level_bits(g, g->start);
}

unsigned geometry_start_tables(const struct geometry *g)
{
	unsigned bits = start_index_bits(g), full = stride(g->granule_bits);

	return bits > full ? 1u << (bits - full) : 1;
}

bool geometry_leaf_level(const struct geometry *g, int level)
{
	switch (g->granule_bits) {
	case GRANULE_4K:
		return level >= 1 || (level == 0 && g->ds);
	case GRANULE_16K:
		return level >= 2 || (level == 1 && g->ds);
	default:
		return level >= 2 || (level == 1 && g->oa_bits == 52);
	}
}

int geometry_leaf_for(const struct geometry *g, uint64_t max_bytes)
{
	int level = LEVEL_LAST;

	while (level > g->start && geometry_leaf_level(g, level - 1) &&
	       geometry_level_bytes(g, level - 1) <= max_bytes)
		level--;
	return level;
}

/* ------------------------------------------------------------------ registers */

uint64_t geometry_ttbr(const struct geometry *g, uint64_t base)
{
	/*
	 * With DS, or 64K and an output size of 52, bits 5:2 are address bits 51:48; the base is
	 * 64-byte aligned.
	 */
	if (g->oa_bits == 52)
		return FIELD_PUT(TTBR_52_BADDR_51_48, base >> 48) |
		       (base & FIELD_MASK(TTBR_52_BADDR_47_6));
	return base & FIELD_MASK(TTBR0_EL1_BADDR);
}

static unsigned ps_code(const struct geometry *g)
{
	unsigned code = 6;

	while (code > 0 && vmsa_ps_bits(code) > g->oa_bits)
		code--;
	return code;
}

static unsigned tg0(const struct geometry *g)
{
	return g->granule_bits == GRANULE_4K    ? TG0_4K
	       : g->granule_bits == GRANULE_16K ? TG0_16K
						: TG0_64K;
}

static uint64_t tcr_el1(const struct geometry *g)
{
	unsigned tg1 = g->granule_bits == GRANULE_4K    ? TG1_4K
		       : g->granule_bits == GRANULE_16K ? TG1_16K
							: TG1_64K;

	return FIELD_PUT(TCR_EL1_T0SZ, 64 - g->ia_bits) | FIELD_PUT(TCR_EL1_T1SZ, 64 - g->ia_bits) |
	       FIELD_PUT(TCR_EL1_TG0, tg0(g)) | FIELD_PUT(TCR_EL1_TG1, tg1) |
	       FIELD_PUT(TCR_EL1_IRGN0, 1) | FIELD_PUT(TCR_EL1_ORGN0, 1) |
	       FIELD_PUT(TCR_EL1_SH0, SH_INNER) | FIELD_PUT(TCR_EL1_IRGN1, 1) |
	       FIELD_PUT(TCR_EL1_ORGN1, 1) | FIELD_PUT(TCR_EL1_SH1, SH_INNER) |
	       FIELD_PUT(TCR_EL1_IPS, ps_code(g)) | FIELD_PUT(TCR_EL1_DS, g->ds);
}

static uint64_t tcr_el2(const struct geometry *g)
{
	return UINT64_C(1) << 31 | UINT64_C(1) << 23 /* RES1 */ |
	       FIELD_PUT(TCR_EL2_T0SZ, 64 - g->ia_bits) | FIELD_PUT(TCR_EL2_IRGN0, 1) |
	       FIELD_PUT(TCR_EL2_ORGN0, 1) | FIELD_PUT(TCR_EL2_SH0, SH_INNER) |
	       FIELD_PUT(TCR_EL2_TG0, tg0(g)) | FIELD_PUT(TCR_EL2_PS, ps_code(g)) |
	       FIELD_PUT(TCR_EL2_DS, g->ds);
}

static uint64_t vtcr_el2(const struct geometry *g)
{
	/*
	 * SL0 counts the levels above the deepest start; 4K has level 3 at the end of its codes,
	 * level -1 in SL2.
	 */
	unsigned sl0 = g->granule_bits != GRANULE_4K ? (unsigned)(3 - g->start)
		       : g->start == 3               ? 3
		       : g->start == -1              ? 0
						     : (unsigned)(2 - g->start);

	return UINT64_C(1) << 31 /* RES1 */ | FIELD_PUT(VTCR_EL2_T0SZ, 64 - g->ia_bits) |
	       FIELD_PUT(VTCR_EL2_SL0, sl0) | FIELD_PUT(VTCR_EL2_SL2, g->start == -1) |
	       FIELD_PUT(VTCR_EL2_IRGN0, 1) | FIELD_PUT(VTCR_EL2_ORGN0, 1) |
	       FIELD_PUT(VTCR_EL2_SH0, SH_INNER) | FIELD_PUT(VTCR_EL2_TG0, tg0(g)) |
	       FIELD_PUT(VTCR_EL2_PS, ps_code(g)) | FIELD_PUT(VTCR_EL2_DS, g->ds);
}

uint64_t geometry_tcr(const struct geometry *g)
{
	return g->kind == TABLE_EL1 ? tcr_el1(g) : g->kind == TABLE_EL2 ? tcr_el2(g) : vtcr_el2(g);
}
