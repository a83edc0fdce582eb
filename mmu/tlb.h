/*
 * TLBs: what translations of both stages together gave, tagged as the architecture tags them
 * (D8 "Translation Lookaside Buffers"): regime, VMID (EL1&0), ASID where nG=1, VA. An entry covers
 * the smaller leaf of the stages in force; invalidation by VA removes what a stage 1 leaf gave as a
 * whole. Permissions are kept for each stage, before PSTATE, WXN and PAN, and checked on every hit.
 *
 * Stage 1 off and stage 2 off are part of the tag, so that a write of SCTLR_EL1.M or HCR_EL2.VM is
 * never answered by entries of the time before.
 */
#ifndef MMU_TLB_H
#define MMU_TLB_H

#include "assoc.h"
#include "ttw.h"

/* What has to be equal besides the VMID. */
enum {
	TLB_CONTEXT_EL2 = 1 << 16,    /* regime EL2 */
	TLB_CONTEXT_STAGE1 = 1 << 17, /* stage 1 is on */
	TLB_CONTEXT_STAGE2 = 1 << 18,
	/* Walk caches only. */
	TLB_CONTEXT_PTW = 1 << 19, /* HCR_EL2.PTW */
	TLB_CONTEXT_GRANULE_LSB = 20,
	TLB_CONTEXT_START_LEVEL_LSB = 25,
	TLB_CONTEXT_EL20 = 1 << 28, /* regime EL2&0 */
	TLB_CONTEXT_REGIME = TLB_CONTEXT_EL2 | TLB_CONTEXT_EL20,
};

static inline uint32_t tlb_context_regime(enum nw_regime regime)
{
	return regime == REGIME_EL2    ? TLB_CONTEXT_EL2
	       : regime == REGIME_EL20 ? TLB_CONTEXT_EL20
				       : 0;
}

/* The mark of a leaf or cached table: its granule and level, which TTL names. */
static inline uint8_t tlb_mark(unsigned granule_bits, int level)
{
	return (uint8_t)((granule_bits - GRANULE_4K) / 2 * TTW_LEVELS +
			 (unsigned)(level - TTW_LEVEL_MIN));
}

struct tlb {
	struct assoc assoc;
};

/*
 * drop is called for every entry that goes or does not answer alone any more; NULL for a TLB that
 * nobody has shortcuts to.
 */
bool tlb_init(struct tlb *tlb, const struct tlb_shape *shape, enum nw_choice_TLB_OVERLAP overlap,
	      void (*drop)(void *ctx, struct tlb_entry *entry), void *ctx);
void tlb_free(struct tlb *tlb);

static inline bool tlb_present(const struct tlb *tlb)
{
	return assoc_present(&tlb->assoc);
}

/* Where a translation is looked up, and the granule of the stage whose address that is. */
struct tlb_key {
	struct assoc_key key;
	uint8_t granule_bits;
};

struct tlb_key tlb_key(const struct ttw_regime *r, const struct ttw_params *stage1, va_t va);

/* The entry that answers, now the most recently used; NULL: a miss. */
struct tlb_entry *tlb_find(struct tlb *tlb, const struct tlb_key *key, uint64_t now);

/* What it holds; ipa and pa are those of the VA that filled it. */
static inline struct ttw_translation *tlb_translation(const struct tlb *tlb,
						      const struct tlb_entry *entry)
{
	return assoc_value(&tlb->assoc, entry);
}

/* Keeps a translation that did not fault, where tlb_find() has just missed. */
struct tlb_entry *tlb_fill(struct tlb *tlb, const struct tlb_key *key,
			   const struct ttw_translation *translation, uint64_t now);

#endif
