/* TLBs. Replacement and tags are those of mmu/assoc.c; here is what an entry of a TLB means. */
#include "tlb.h"

bool tlb_init(struct tlb *tlb, const struct tlb_shape *shape, enum nw_choice_TLB_OVERLAP overlap,
	      void (*drop)(void *ctx, struct tlb_entry *entry), void *ctx)
{
	struct assoc_shape assoc = {
		.shape = *shape,
		.value_size = sizeof(struct ttw_translation),
		.rule = overlap == TLB_OVERLAP_NEWEST ? ASSOC_LAST_FILLED : ASSOC_FIRST_FILLED,
		.drop = drop,
		.drop_overlapped = overlap != TLB_OVERLAP_FIRST,
		.ctx = ctx,
	};

	return assoc_init(&tlb->assoc, &assoc);
}

void tlb_free(struct tlb *tlb)
{
	assoc_free(&tlb->assoc);
}

struct tlb_key tlb_key(const struct ttw_regime *r, const struct ttw_params *stage1, va_t va)
{
	uint32_t context = r->vmid | tlb_context_regime(r->regime);

	if (stage1->enabled)
		context |= TLB_CONTEXT_STAGE1;
	if (r->stage2.enabled)
		context |= TLB_CONTEXT_STAGE2;
	return (struct tlb_key){
		.key = {assoc_tag(va.value, r->asid), context},
		.granule_bits = stage1->enabled ? stage1->granule_bits : r->stage2.granule_bits,
	};
}

struct tlb_entry *tlb_find(struct tlb *tlb, const struct tlb_key *key, uint64_t now)
{
	struct tlb_entry *found = assoc_find(&tlb->assoc, key->key);

	if (found != NULL)
		found->stamp = now;
	return found;
}

/* An entry made with stage 1 off is one of stage 2 alone: its address is an IPA. */
static struct assoc_span span_of(const struct tlb_key *key, const struct ttw_translation *t)
{
	const struct ttw_leaf *tagged = t->stage1.flat ? &t->stage2 : &t->stage1;

	return (struct assoc_span){
		.bits = t->span_bits,
		.wide = tagged->wide_bits > t->span_bits ? tagged->wide_bits : t->span_bits,
		.any_asid = !t->stage1.not_global,
		.mark = tlb_mark(key->granule_bits, tagged->level),
	};
}

struct tlb_entry *tlb_fill(struct tlb *tlb, const struct tlb_key *key,
			   const struct ttw_translation *translation, uint64_t now)
{
	struct tlb_entry *entry = assoc_fill(&tlb->assoc, key->key, span_of(key, translation), now);
	struct ttw_translation *filled = assoc_value(&tlb->assoc, entry);

	*filled = *translation;
	return entry;
}
