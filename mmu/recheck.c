/*
 * Walk caches under test: what they answered is walked again without them. Software that omits
 * maintenance makes the two differ, so a difference is counted, never asserted.
 */
#include "unit.h"

static bool same_fault(const struct nw_fault *a, const struct nw_fault *b)
{
	return a->type == b->type && a->level == b->level && a->stage2 == b->stage2 &&
	       a->s1ptw == b->s1ptw && a->write == b->write && a->ipa_valid == b->ipa_valid &&
	       (!a->ipa_valid || a->ipa.value == b->ipa.value);
}

static bool same_leaf(const struct ttw_leaf *a, const struct ttw_leaf *b)
{
	return a->level == b->level && a->span_bits == b->span_bits && a->flat == b->flat &&
	       a->not_global == b->not_global && a->attr == b->attr && a->sh == b->sh &&
	       a->permissions.privileged == b->permissions.privileged &&
	       a->permissions.unprivileged == b->permissions.unprivileged;
}

static bool same_translation(const struct ttw_translation *a, const struct ttw_translation *b)
{
	if (!same_fault(&a->fault, &b->fault))
		return false;
	return a->fault.type != FAULT_NONE ||
	       (a->ipa.value == b->ipa.value && a->pa.value == b->pa.value &&
		a->span_bits == b->span_bits && same_leaf(&a->stage1, &b->stage1) &&
		same_leaf(&a->stage2, &b->stage2));
}

void mmu_recheck(struct nw_mmu *mmu, const struct mmu_request *q, bool stage1_only,
		 const struct ttw_translation *t)
{
	struct nw_walk log;
	const struct ttw_memory memory = {.port = mmu->config.port, .log = &log, .no_effect = true};
	struct ttw_translation full;

	ttw_translate_input(q->r, &q->input, q->va, q->access, &memory, stage1_only, &full);
	mmu->counts.cache_mismatches += !same_translation(t, &full);
}
