/*
 * TLBI: each operation is a row that says whose entries it removes; the rest is common.
 *
 * Combined entries of both stages, and stage 1 tables cached by PA, count as stage 1: an operation
 * by IPA leaves them (permitted: software follows it with one of stage 1). Entries made while
 * stage 1 was off are stage 2's alone, so an operation by IPA removes them. TTL hints are ignored,
 * which removes more than the hint asks for and is permitted.
 */
#include "tlbi.h"

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
};

#define SCOPE(op, stages, by, last_level)                                                          \
	[TLBI_##op] = {stages, by, last_level}, [TLBI_##op##IS] = {stages, by, last_level}

static const struct scope scopes[TLBI_OP_COUNT] = {
	SCOPE(VMALLE1, STAGE1, BY_VMID, false),
	SCOPE(VAE1, STAGE1, BY_VA, false),
	SCOPE(ASIDE1, STAGE1, BY_ASID, false),
	SCOPE(VAAE1, STAGE1, BY_VA_ANY_ASID, false),
	SCOPE(VALE1, STAGE1, BY_VA, true),
	SCOPE(VAALE1, STAGE1, BY_VA_ANY_ASID, true),
	SCOPE(IPAS2E1, STAGE2, BY_IPA, false),
	SCOPE(IPAS2LE1, STAGE2, BY_IPA, true),
	SCOPE(ALLE2, STAGE1_OF_EL2, BY_NOTHING, false),
	SCOPE(VAE2, STAGE1_OF_EL2, BY_VA_ANY_ASID, false),
	SCOPE(ALLE1, BOTH_STAGES, BY_NOTHING, false),
	SCOPE(VALE2, STAGE1_OF_EL2, BY_VA_ANY_ASID, true),
	SCOPE(VMALLS12E1, BOTH_STAGES, BY_VMID, false),
};

/* Xt: ASID[63:48], TTL[47:44], VA[55:12] in [43:0]; or IPA[51:12] in [39:0]. */
enum { OPERAND_ASID_SHIFT = 48, OPERAND_IPA_BITS = 40 };

/* The tag and the bits of it that the operation names. */
static struct assoc_match match_operand(enum by by, uint64_t operand, uint16_t asid_mask)
{
	uint16_t asid = (uint16_t)(operand >> OPERAND_ASID_SHIFT & asid_mask);
	uint64_t address = operand << ASSOC_PAGE_BITS;
	uint64_t ipa_mask = (UINT64_C(1) << (OPERAND_IPA_BITS + ASSOC_PAGE_BITS)) - 1;

	switch (by) {
	case BY_ASID:
		return (struct assoc_match){
			.tag = assoc_tag(0, asid), .tag_mask = ASSOC_ASID, .with_asid_only = true};
	case BY_VA:
		return (struct assoc_match){.tag = assoc_tag(address, asid),
					    .tag_mask = ASSOC_ASID | ASSOC_ADDRESS};
	case BY_VA_ANY_ASID:
		return (struct assoc_match){.tag = assoc_tag(address, 0),
					    .tag_mask = ASSOC_ADDRESS};
	case BY_IPA:
		return (struct assoc_match){.tag = assoc_tag(address & ipa_mask, 0),
					    .tag_mask = ASSOC_ADDRESS};
	default:
		return (struct assoc_match){.tag_mask = 0};
	}
}

static void remove_translations(const struct tlbi_target *target, const struct assoc_match *match)
{
	for (unsigned i = 0; i < 3; i++)
		assoc_invalidate(&target->tlb[i]->assoc, match);
}

/* Stage 2 alone: what the walk caches hold of it and translations made with stage 1 off. */
static void remove_stage2(const struct tlbi_target *target, struct assoc_match match,
			  bool last_level)
{
	assoc_invalidate(&target->caches->ipa, &match);
	if (!last_level)
		assoc_invalidate(&target->caches->stage2, &match);
	match.context_mask |= TLB_CONTEXT_EL2 | TLB_CONTEXT_STAGE1;
	remove_translations(target, &match);
}

void tlbi_execute(const struct tlbi_target *target, const struct ttw_regime *r, uint16_t asid_mask,
		  enum nw_tlbi_op op, uint64_t operand)
{
	const struct scope *scope = &scopes[op];
	struct assoc_match match = match_operand(scope->by, operand, asid_mask);

	if (scope->stages != STAGE1_OF_EL2 && scope->by != BY_NOTHING) {
		match.context = r->vmid;
		match.context_mask = ASSOC_VMID;
	}
	if (scope->stages == STAGE2 || scope->stages == BOTH_STAGES)
		remove_stage2(target, match, scope->last_level);
	if (scope->stages == STAGE2)
		return;

	if (scope->stages == STAGE1_OF_EL2)
		match.context |= TLB_CONTEXT_EL2;
	match.context_mask |= TLB_CONTEXT_EL2;
	remove_translations(target, &match);
	if (!scope->last_level)
		assoc_invalidate(&target->caches->stage1, &match);
}
