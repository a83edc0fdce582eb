/*
 * TLBI: each operation is a row that says whose entries it removes; the rest is common.
 * Reference: DDI 0487, "TLB maintenance instructions", AArch64.TLBI_*, TLBIRange(),
 * HasLargeAddress().
 *
 * Combined entries of both stages, and stage 1 tables cached by PA, count as stage 1. Entries made
 * while stage 1 was off are stage 2's alone, so an operation by IPA removes them.
 */
#include "unit.h"

enum by {
	BY_NOTHING, /* everything of the regime, whatever its VMID */
	BY_VMID,
	BY_ASID,
	BY_VA,
	BY_VA_ANY_ASID,
	BY_IPA,
};

enum stages { STAGE1_OF_EL2, STAGE1, STAGE2, BOTH_STAGES };

struct scope {
	uint8_t stages, by;
	bool last_level; /* leaves cached tables */
	bool range;
};

/* Inner and Outer Shareable forms do what the local ones do: there is one observer. */
#define SCOPE(op, ...)                                                                             \
	[TLBI_##op] = {__VA_ARGS__}, [TLBI_##op##IS] = {__VA_ARGS__},                              \
	[TLBI_##op##OS] = {__VA_ARGS__}

static const struct scope scopes[TLBI_NXS] = {
	SCOPE(VMALLE1, STAGE1, BY_VMID, false, false),
	SCOPE(VAE1, STAGE1, BY_VA, false, false),
	SCOPE(ASIDE1, STAGE1, BY_ASID, false, false),
	SCOPE(VAAE1, STAGE1, BY_VA_ANY_ASID, false, false),
	SCOPE(VALE1, STAGE1, BY_VA, true, false),
	SCOPE(VAALE1, STAGE1, BY_VA_ANY_ASID, true, false),
	SCOPE(RVAE1, STAGE1, BY_VA, false, true),
	SCOPE(RVAAE1, STAGE1, BY_VA_ANY_ASID, false, true),
	SCOPE(RVALE1, STAGE1, BY_VA, true, true),
	SCOPE(RVAALE1, STAGE1, BY_VA_ANY_ASID, true, true),
	SCOPE(IPAS2E1, STAGE2, BY_IPA, false, false),
	SCOPE(IPAS2LE1, STAGE2, BY_IPA, true, false),
	SCOPE(RIPAS2E1, STAGE2, BY_IPA, false, true),
	SCOPE(RIPAS2LE1, STAGE2, BY_IPA, true, true),
	SCOPE(ALLE2, STAGE1_OF_EL2, BY_NOTHING, false, false),
	SCOPE(VAE2, STAGE1_OF_EL2, BY_VA, false, false),
	SCOPE(VALE2, STAGE1_OF_EL2, BY_VA, true, false),
	SCOPE(RVAE2, STAGE1_OF_EL2, BY_VA, false, true),
	SCOPE(RVALE2, STAGE1_OF_EL2, BY_VA, true, true),
	SCOPE(ALLE1, BOTH_STAGES, BY_NOTHING, false, false),
	SCOPE(VMALLS12E1, BOTH_STAGES, BY_VMID, false, false),
};

/* ------------------------------------------------------------------ operands */

/*
 * Xt: ASID[63:48], TTL[47:44], VA[55:12] in [43:0] or IPA[51:12] in [39:0]. A range: ASID[63:48],
 * TG[47:46], SCALE[45:44], NUM[43:39], TTL[38:37], BaseADDR[36:0].
 */
enum { IPA_BITS = 52, BASE_BITS = 37, RANGE_VA_BITS = 52 };

static uint64_t bits(uint64_t operand, unsigned msb, unsigned lsb)
{
	return (operand & VMSA_MASK(msb, lsb)) >> lsb;
}

static uint16_t operand_asid(uint64_t operand)
{
	return (uint16_t)bits(operand, 63, 48);
}

/* TG of a range and TTL[3:2]: 0b00 says nothing. */
enum { TG_NONE, TG_4K, TG_16K, TG_64K };

static enum vmsa_granule tg_granule(unsigned tg)
{
	return tg == TG_4K ? GRANULE_4K : tg == TG_16K ? GRANULE_16K : GRANULE_64K;
}

/* BaseADDR counts granules, or 64 KB with 52-bit addresses (DS), and is signed at either. */
static uint64_t range_start(uint64_t operand, unsigned granule_bits, bool ds)
{
	unsigned unit = ds ? GRANULE_64K : granule_bits;
	int64_t base = (int64_t)(operand << (64 - BASE_BITS)) >> (64 - BASE_BITS);

	return (uint64_t)base << unit;
}

/* A range that would leave its half of the address space ends where that half does. */
static void name_range(struct assoc_match *match, uint64_t operand, bool ds)
{
	unsigned granule_bits = tg_granule((unsigned)bits(operand, 47, 46));
	unsigned scale = (unsigned)bits(operand, 45, 44);
	uint64_t length = (bits(operand, 43, 39) + 1) << (5 * scale + 1 + granule_bits);
	uint64_t start = range_start(operand, granule_bits, ds), end = start + length;
	uint64_t half = VMSA_MASK(RANGE_VA_BITS, RANGE_VA_BITS);

	if (((start ^ end) & half) != 0)
		end = start & half ? 0 : half;
	match->first = assoc_tag(start, 0);
	match->last = assoc_tag(end - 1, 0);
}

static void name_address(struct assoc_match *match, enum by by, uint64_t operand)
{
	uint64_t address = operand << ASSOC_PAGE_BITS;

	if (by == BY_IPA)
		address &= VMSA_MASK(IPA_BITS - 1, 0);
	match->first = match->last = assoc_tag(address, 0);
}

static void name_asid(struct assoc_match *match, uint16_t asid)
{
	match->asid = assoc_tag(0, asid);
	match->asid_mask = ASSOC_ASID;
}

/* ------------------------------------------------------------------ TTL */

/* The granule and level that hold the leaf, as software says. */
struct hint {
	bool given;
	unsigned granule_bits;
	int level; /* TTL_ANY_LEVEL: not said */
};

enum { TTL_ANY_LEVEL = TTW_LEVEL_MIN - 1 };

/* Hints that no leaf can meet are reserved and count as none. A range can't name level 0. */
static bool level_is_named(const struct nw_features *f, bool range, unsigned granule_bits,
			   int level)
{
	bool lpa2 = nw_has(f, FEAT_LPA2);

	if (level == 0)
		return granule_bits == GRANULE_4K && lpa2 && !range;
	return level != 1 || granule_bits != GRANULE_16K || lpa2;
}

static struct hint decode_hint(const struct nw_features *f, bool range, uint64_t operand)
{
	unsigned tg = (unsigned)bits(operand, 47, 46);
	int level = (int)(range ? bits(operand, 38, 37) : bits(operand, 45, 44));
	struct hint hint = {tg != TG_NONE, tg_granule(tg), level};

	if (!range && !nw_has(f, FEAT_TTL))
		hint.given = false;
	if (!level_is_named(f, range, hint.granule_bits, level)) {
		hint.given = range; /* its granule counts */
		hint.level = TTL_ANY_LEVEL;
	}
	return hint;
}

/* The leaves of that level, and the tables on the way to it. */
static uint32_t marks_of(struct hint hint, bool tables)
{
	uint32_t marks = 0;

	if (!hint.given)
		return ASSOC_MARKS;
	for (int level = TTW_LEVEL_MIN; level <= TTW_LEVEL_MAX; level++)
		if (hint.level == TTL_ANY_LEVEL || level == hint.level ||
		    (tables && level < hint.level))
			marks |= UINT32_C(1) << tlb_mark(hint.granule_bits, level);
	return marks;
}

/* ------------------------------------------------------------------ removal */

/* What an operation names, among leaves and among cached tables. */
struct named {
	struct assoc_match leaves, tables;
};

static void remove_translations(struct nw_mmu *mmu, const struct assoc_match *match)
{
	assoc_invalidate(&mmu->l1i.assoc, match);
	assoc_invalidate(&mmu->l1d.assoc, match);
	assoc_invalidate(&mmu->l2.assoc, match);
}

/* Does stage 2's leaf under this struct ttw_translation cover any of the pages? */
static bool translation_covers(const void *value, uint64_t first, uint64_t last)
{
	const struct ttw_translation *t = value;

	return assoc_pages_overlap(t->ipa.value, t->stage2.wide_bits, first, last);
}

/*
 * The same of a struct ttw_table of stage 1. Which piece of the table it is has not been kept, so
 * every leaf under the table counts; the largest table has the size of the largest granule.
 */
static bool table_covers(const void *value, uint64_t first, uint64_t last)
{
	const struct ttw_table *t = value;
	unsigned bits = t->piece_bits > GRANULE_64K ? t->piece_bits : GRANULE_64K;

	return assoc_pages_overlap(t->table, bits, first, last);
}

/* What stage 2 had a part in, found by the IPA that it translated. */
static void remove_combined(struct nw_mmu *mmu, struct named n)
{
	n.leaves.context |= TLB_CONTEXT_STAGE1 | TLB_CONTEXT_STAGE2;
	n.leaves.context_mask |= TLB_CONTEXT_REGIME | TLB_CONTEXT_STAGE1 | TLB_CONTEXT_STAGE2;
	n.leaves.marks = ASSOC_MARKS; /* they are those of stage 1 */
	n.leaves.covers = translation_covers;
	remove_translations(mmu, &n.leaves);
	n.tables.context |= TLB_CONTEXT_STAGE2;
	n.tables.context_mask |= TLB_CONTEXT_REGIME | TLB_CONTEXT_STAGE2;
	n.tables.marks = ASSOC_MARKS;
	n.tables.covers = table_covers;
	assoc_invalidate(&mmu->caches.stage1, &n.tables);
}

/* Stage 2 alone: what the walk caches hold of it and translations made with stage 1 off. */
static void remove_stage2(struct nw_mmu *mmu, struct named n, bool last_level)
{
	assoc_invalidate(&mmu->caches.ipa, &n.leaves);
	if (!last_level)
		assoc_invalidate(&mmu->caches.stage2, &n.tables);
	n.leaves.context_mask |= TLB_CONTEXT_REGIME | TLB_CONTEXT_STAGE1;
	remove_translations(mmu, &n.leaves);
}

static void remove_stage1(struct nw_mmu *mmu, struct named n, enum nw_regime regime,
			  bool last_level)
{
	n.leaves.context |= tlb_context_regime(regime);
	n.leaves.context_mask |= TLB_CONTEXT_REGIME;
	n.tables.context |= tlb_context_regime(regime);
	n.tables.context_mask |= TLB_CONTEXT_REGIME;
	remove_translations(mmu, &n.leaves);
	if (!last_level)
		assoc_invalidate(&mmu->caches.stage1, &n.tables);
}

/* ------------------------------------------------------------------ execution */

/*
 * An operation of EL1 acts on the regime of EL0, which a host at EL2 makes its own. Those that name
 * stage 2 act on EL1&0 always.
 */
static enum nw_regime regime_named(const struct nw_mmu *mmu, const struct scope *scope, unsigned el)
{
	if (scope->stages == STAGE1_OF_EL2)
		return mmu->regime_of_el[2];
	return scope->stages == STAGE1 && el == 2 ? mmu->regime_of_el[0] : REGIME_EL10;
}

/* ASIDs have 8 bits unless TCR_ELx.AS says 16. */
static uint16_t asid_mask(const struct nw_mmu *mmu, enum nw_regime regime)
{
	const struct nw_registers *m = &mmu->registers;
	uint64_t as = regime == REGIME_EL10 ? TCR_EL1_AS(m->TCR_EL1) : TCR_EL2_E2H1_AS(m->TCR_EL2);

	return as && nw_has(&mmu->config.features, FEAT_ASID16) ? 0xffff : 0xff;
}

/* Does the regime have 52-bit addresses with granules of 4 KB and 16 KB? */
static bool effective_ds(const struct nw_mmu *mmu, enum nw_regime regime)
{
	const struct nw_registers *m = &mmu->registers;

	if (!nw_has(&mmu->config.features, FEAT_LPA2))
		return false;
	if (regime == REGIME_EL10)
		return TCR_EL1_DS(m->TCR_EL1);
	return regime == REGIME_EL2 ? TCR_EL2_DS(m->TCR_EL2) : TCR_EL2_E2H1_DS(m->TCR_EL2);
}

static struct named name(const struct nw_mmu *mmu, const struct scope *scope, enum nw_regime regime,
			 uint64_t operand, bool ds)
{
	struct assoc_match match = assoc_match_all(0, 0);
	uint16_t asid = operand_asid(operand) & asid_mask(mmu, regime);
	struct named n;

	if (regime == REGIME_EL10 && scope->by != BY_NOTHING) {
		match.context = mmu->regime[REGIME_EL10].vmid;
		match.context_mask = ASSOC_VMID;
	}
	match.with_asid_only = scope->by == BY_ASID;
	if (scope->by == BY_ASID || (scope->by == BY_VA && regime != REGIME_EL2))
		name_asid(&match, asid);
	if (scope->range)
		name_range(&match, operand, ds);
	else if (scope->by >= BY_VA)
		name_address(&match, scope->by, operand);

	n = (struct named){match, match};
	if (scope->by >= BY_VA && mmu_chosen(mmu, CHOICE_TTL) == TTL_HONOURED) {
		struct hint hint = decode_hint(&mmu->config.features, scope->range, operand);

		n.leaves.marks = marks_of(hint, false);
		n.tables.marks = marks_of(hint, true);
	}
	return n;
}

static void execute(struct nw_mmu *mmu, const struct scope *scope, enum nw_regime regime,
		    struct named n)
{
	if (scope->stages == STAGE2 || scope->stages == BOTH_STAGES)
		remove_stage2(mmu, n, scope->last_level);
	if (scope->stages != STAGE2)
		remove_stage1(mmu, n, regime, scope->last_level);
	else if (mmu_chosen(mmu, CHOICE_TLBI_BY_IPA) == TLBI_BY_IPA_REMOVES_COMBINED)
		remove_combined(mmu, n);
}

/*
 * The unit of a range of IPAs is that of TCR_EL1.DS in the pseudocode, while software takes that of
 * VTCR_EL2.DS. Where they differ both ranges go.
 */
void tlbi_execute(struct nw_mmu *mmu, enum nw_tlbi_op op, uint64_t operand, unsigned el)
{
	const struct scope *scope = &scopes[op % TLBI_NXS];
	enum nw_regime regime = regime_named(mmu, scope, el);
	bool ds = effective_ds(mmu, regime);
	bool stage2_ds =
		nw_has(&mmu->config.features, FEAT_LPA2) && VTCR_EL2_DS(mmu->registers.VTCR_EL2);

	if (scope->range && bits(operand, 47, 46) == TG_NONE)
		return; /* reserved: nothing has to go */
	execute(mmu, scope, regime, name(mmu, scope, regime, operand, ds));
	if (scope->range && scope->by == BY_IPA && ds != stage2_ds)
		execute(mmu, scope, regime, name(mmu, scope, regime, operand, stage2_ds));
}
