/*
 * Geometry of a stage: sizes, levels, blocks, where a descriptor and a TTBR hold addresses.
 * Reference: DDI 0487, D8.2 "Translation process", D8.3 "Translation table descriptor formats",
 * AArch64.PAMax, AArch64.S1TTBaseAddress, AArch64.S2TTBaseAddress.
 */
#include "geometry.h"

static uint64_t low_mask(unsigned bits)
{
	return bits >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << bits) - 1;
}

static unsigned min_bits(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* ------------------------------------------------------------------ granule */

static bool has_granule(const struct nw_features *f, enum vmsa_granule granule)
{
	switch (granule) {
	case GRANULE_4K:
		return f->granule_4k;
	case GRANULE_16K:
		return f->granule_16k;
	default:
		return f->granule_64k;
	}
}

/* What a reserved code of TGx, or that of a granule which the core lacks, stands for. */
static enum vmsa_granule reserved_granule(const struct ttw_core *core)
{
	static const enum vmsa_granule rising[] = {GRANULE_4K, GRANULE_16K, GRANULE_64K};
	bool largest = core->choices->of[CHOICE_RESERVED_GRANULE] == RESERVED_GRANULE_IS_LARGEST;

	for (unsigned i = 0; i < 2; i++) {
		enum vmsa_granule granule = rising[largest ? 2 - i : i];

		if (has_granule(core->features, granule))
			return granule;
	}
	return largest ? GRANULE_4K : GRANULE_64K;
}

static enum vmsa_granule implemented(const struct ttw_core *core, enum vmsa_granule granule)
{
	return has_granule(core->features, granule) ? granule : reserved_granule(core);
}

enum vmsa_granule geometry_tg0(const struct ttw_core *core, uint64_t tg0)
{
	switch (tg0) {
	case TG0_4K:
		return implemented(core, GRANULE_4K);
	case TG0_16K:
		return implemented(core, GRANULE_16K);
	case TG0_64K:
		return implemented(core, GRANULE_64K);
	default:
		return reserved_granule(core);
	}
}

enum vmsa_granule geometry_tg1(const struct ttw_core *core, uint64_t tg1)
{
	switch (tg1) {
	case TG1_4K:
		return implemented(core, GRANULE_4K);
	case TG1_16K:
		return implemented(core, GRANULE_16K);
	case TG1_64K:
		return implemented(core, GRANULE_64K);
	default:
		return reserved_granule(core);
	}
}

/* ------------------------------------------------------------------ sizes */

/* TxSZ and T0SZ: 64 KB tables with a single entry would begin at 48. */
unsigned geometry_max_txsz(const struct nw_features *f, enum vmsa_granule granule)
{
	if (!nw_has(f, FEAT_TTST))
		return 39;
	return granule == GRANULE_64K ? 47 : 48;
}

unsigned geometry_ia_bits(const struct ttw_core *core, enum vmsa_granule granule, unsigned txsz,
			  unsigned min_txsz, bool must_fault)
{
	unsigned max = geometry_max_txsz(core->features, granule);
	bool limited = core->choices->of[CHOICE_SIZE_OUT_OF_RANGE] == SIZE_OUT_OF_RANGE_IS_LIMITED;

	if (txsz > max)
		return limited ? 64 - max : 0;
	if (txsz < min_txsz)
		return limited && !must_fault ? 64 - min_txsz : 0;
	return 64 - txsz;
}

/* AArch64.OAddrSize: what PS says, but not more than there is. */
static unsigned decode_oa_bits(const struct nw_features *f, enum vmsa_granule granule, unsigned ps)
{
	bool large = nw_has(f, FEAT_LPA2) || (granule == GRANULE_64K && nw_has(f, FEAT_LPA));

	return min_bits(vmsa_ps_bits(ps), min_bits(f->pa_bits, large ? 52 : 48));
}

/* ------------------------------------------------------------------ levels */

/*
 * Reference: D8.3 "Block descriptor and Page descriptor formats": the levels at which a block is
 * valid.
 */
static bool block_at(const struct nw_features *f, const struct ttw_params *p, int level)
{
	switch (level) {
	case 2:
		return true;
	case 1:
		return p->granule_bits == GRANULE_4K || (p->granule_bits == GRANULE_16K && p->ds) ||
		       (p->granule_bits == GRANULE_64K && f->pa_bits >= 52);
	case 0:
		return p->granule_bits == GRANULE_4K && p->ds;
	default:
		return false;
	}
}

/* Log2 of the entries of a contiguous group. */
static unsigned contiguous_bits(const struct ttw_params *p, int level)
{
	switch (p->granule_bits) {
	case GRANULE_4K:
		return level >= 1 ? 4 : 0;
	case GRANULE_16K:
		return level == 3 ? 7 : level == 2 ? 5 : 0;
	default:
		return level >= 2 ? 5 : 0;
	}
}

/* A group that is larger than the input range is none, or misprogrammed. */
static void set_contiguous(const struct ttw_core *core, const struct ttw_params *p,
			   struct ttw_level *row)
{
	unsigned bits = contiguous_bits(p, row->level);

	if (row->shift + bits <= p->ia_bits)
		row->contiguous_bits = (uint8_t)bits;
	else if (core->choices->of[CHOICE_CONTIGUOUS_BEYOND_INPUT] ==
		 CONTIGUOUS_BEYOND_INPUT_FAULTS)
		row->refused_mask |= FIELD_MASK(S1_LEAF_Contiguous);
}

/* Log2 of the size in bytes of the start table, or of the concatenated start tables. */
static unsigned start_table_bits(const struct ttw_params *p)
{
	return p->ia_bits - vmsa_level_shift(p->granule_bits, p->start_level) + 3;
}

/* Where bit 0 is 0, and where there is no block, a descriptor is invalid. */
static void set_types(const struct nw_features *f, const struct ttw_params *p,
		      struct ttw_level *row)
{
	if (block_at(f, p, row->level))
		row->type[DESCRIPTOR_BLOCK] = DESC_LEAF;
	if (row->level == TTW_LEVEL_MAX)
		row->type[DESCRIPTOR_PAGE] = DESC_LEAF;
	else
		row->type[DESCRIPTOR_TABLE] = DESC_TABLE;
}

/* nT of a block: software is about to change its size. */
static void set_nt(const struct ttw_core *core, struct ttw_level *row)
{
	bool bbm = nw_has(core->features, FEAT_BBML1) || nw_has(core->features, FEAT_BBML2);

	if (bbm && row->level < TTW_LEVEL_MAX &&
	    core->choices->of[CHOICE_BLOCK_NT] == BLOCK_NT_FAULTS)
		row->refused_mask |= FIELD_MASK(BLOCK_nT);
}

static void set_levels(const struct ttw_core *core, struct ttw_params *p)
{
	uint64_t count = 0;

	for (int level = p->start_level; level <= TTW_LEVEL_MAX; level++) {
		struct ttw_level *row = &p->level[level - TTW_LEVEL_MIN];
		unsigned table_bits =
			level == p->start_level ? start_table_bits(p) : p->granule_bits;

		row->level = (int8_t)level;
		row->header = (struct nw_fetch){.level = (int8_t)level}.header;
		row->count = UINT64_C(1) << 8 * (level - TTW_LEVEL_MIN);
		row->count_before = count;
		count += row->count;
		row->shift = (uint8_t)vmsa_level_shift(p->granule_bits, level);
		row->offset_shift = row->shift - 3;
		row->offset_mask = low_mask(table_bits) & ~low_mask(3);
		set_types(core->features, p, row);
		set_contiguous(core, p, row);
		set_nt(core, row);
	}
}

/*
 * Where a descriptor holds the bits of an address. 64 KB: bits [15:12] count whatever the output
 * size is.
 */
static void set_address_format(const struct nw_features *f, struct ttw_params *p)
{
	uint64_t page_mask = ~low_mask(p->granule_bits);

	p->address_mask = FIELD_MASK(ADDRESS_48_OA_47_12) & page_mask;
	if (p->ds) {
		p->address_mask = FIELD_MASK(ADDRESS_DS_OA_49_12) & page_mask;
		p->high_mask = FIELD_MASK(ADDRESS_DS_OA_51_50);
		p->high_shift = 50 - ADDRESS_DS_OA_51_50_LSB;
	} else if (p->granule_bits == GRANULE_64K && nw_has(f, FEAT_LPA)) {
		p->high_mask = FIELD_MASK(ADDRESS_LPA_OA_51_48);
		p->high_shift = 48 - ADDRESS_LPA_OA_51_48_LSB;
	}
}

/*
 * AArch64.S1TTBaseAddress, AArch64.S2TTBaseAddress: bits below the size of the table are cut,
 * without a fault. Above 2^48 tables are aligned to 64 bytes at least, since BADDR begins at bit 6.
 */
static void set_base_format(const struct nw_features *f, struct ttw_params *p, unsigned ps)
{
	uint64_t align_mask = ~low_mask(start_table_bits(p));

	p->wide_base = p->ds || (p->granule_bits == GRANULE_64K && nw_has(f, FEAT_LPA) && ps == 6);
	p->base_mask = align_mask & (p->wide_base ? FIELD_MASK(TTBR_52_BADDR_47_6)
						  : FIELD_MASK(TTBR0_EL1_BADDR));
}

void geometry_set_base(struct ttw_params *p, uint64_t ttbr)
{
	p->base = ttbr & p->base_mask;
	if (p->wide_base)
		p->base |= TTBR_52_BADDR_51_48(ttbr) << 48;
	p->bad_start = p->epd                ? FAULT_TRANSLATION
		       : p->base > p->oa_max ? FAULT_ADDRESS_SIZE
					     : FAULT_NONE;
}

void geometry_set(const struct ttw_core *core, struct ttw_params *p, unsigned ps)
{
	p->oa_bits = (uint8_t)decode_oa_bits(core->features, p->granule_bits, ps);
	p->ia_max = low_mask(p->ia_bits);
	p->oa_max = low_mask(p->oa_bits);
	set_levels(core, p);
	set_address_format(core->features, p);
	set_base_format(core->features, p, ps);
}
