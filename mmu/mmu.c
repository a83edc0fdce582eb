/* The MMU: registers are decoded when they change, TLBs answer, else the walker does. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ life */

static void dropped(void *ctx, struct tlb_entry *entry)
{
	const struct nw_observer *observer = ctx;

	if (observer->drop != NULL)
		observer->drop(observer->ctx, entry);
}

static void decode(struct nw_mmu *mmu, enum nw_regime regime)
{
	mmu->regime[regime] =
		ttw_decode(regime, &mmu->registers, &mmu->config.features, &mmu->config.choices);
}

static void choose_regimes(struct nw_mmu *mmu)
{
	for (unsigned el = 0; el < 3; el++)
		mmu->regime_of_el[el] = ttw_regime_of(el, &mmu->registers, &mmu->config.features);
}

static bool set_up(struct nw_mmu *mmu)
{
	struct nw_observer *observer = &mmu->config.observer;
	enum nw_choice_TLB_OVERLAP overlap = mmu_chosen(mmu, CHOICE_TLB_OVERLAP);

	return tlb_init(&mmu->l1i, &mmu->config.l1i, overlap, dropped, observer) &&
	       tlb_init(&mmu->l1d, &mmu->config.l1d, overlap, dropped, observer) &&
	       tlb_init(&mmu->l2, &mmu->config.l2, overlap, NULL, NULL) &&
	       walk_caches_init(&mmu->caches, &mmu->config.walk_caches, &mmu->counts);
}

struct nw_mmu *nw_mmu_new(const struct nw_config *config)
{
	struct nw_mmu *mmu = calloc(1, sizeof *mmu);

	if (mmu == NULL)
		return NULL;
	mmu->config = *config;
	if (!set_up(mmu)) {
		nw_mmu_free(mmu);
		return NULL;
	}
	mmu->memory = (struct ttw_memory){
		.port = config->port,
		.caches = walk_caches_for_walker(&mmu->caches),
		.log = &mmu->walk,
	};
	choose_regimes(mmu);
	for (enum nw_regime regime = 0; regime < NW_REGIME_COUNT; regime++)
		decode(mmu, regime);
	return mmu;
}

void nw_mmu_free(struct nw_mmu *mmu)
{
	if (mmu == NULL)
		return;
	tlb_free(&mmu->l1i);
	tlb_free(&mmu->l1d);
	tlb_free(&mmu->l2);
	walk_caches_free(&mmu->caches);
	free(mmu);
}

struct nw_registers *nw_registers(struct nw_mmu *mmu)
{
	return &mmu->registers;
}

struct nw_counts *nw_counts(struct nw_mmu *mmu)
{
	return &mmu->counts;
}

/* ------------------------------------------------------------------ walks */

/*
 * A translation that would read a descriptor is a walk, even where it faults before it reads one:
 * TTBR beyond the output size, a table at an IPA that stage 2 does not have. TCR_EL1.EPD forbids
 * the walk as such, and with stage 1 off the checks of VTCR_EL2 and of the IPA come before it.
 */
static bool is_walk(const struct mmu_request *q, bool both_stages)
{
	const struct ttw_regime *r = q->r;
	const struct ttw_input *input = &q->input;

	if (input->fault.type != FAULT_NONE)
		return false;
	if (input->params->enabled)
		return input->params->bad_start != FAULT_TRANSLATION;
	return both_stages && r->stage2.enabled && r->stage2.bad == FAULT_NONE &&
	       input->ia >> r->stage2.ia_bits == 0;
}

/*
 * What was translated is most likely read or written next, and far from all that was lately: it
 * may come nearer while the TLBs are filled.
 */
static void bring_near(const struct nw_window *window, pa_t pa)
{
	uint64_t offset = pa.value - window->base;

	if (offset < window->size)
		__builtin_prefetch(window->host + offset);
}

static void walk_tables(struct nw_mmu *mmu, const struct mmu_request *q, bool stage1_only, bool at,
			struct ttw_translation *t)
{
	const struct nw_observer *observer = &mmu->config.observer;

	mmu->caches.el = q->access.el;
	ttw_translate_input(q->r, &q->input, q->va, q->access, &mmu->memory, stage1_only, t);
	bring_near(&mmu->memory.port.window, t->pa);
	if (mmu->config.check_walk_caches && mmu->memory.caches != NULL)
		mmu_recheck(mmu, q, stage1_only, t);
	if (observer->walk != NULL && is_walk(q, !stage1_only)) {
		mmu->walk.at = at;
		observer->walk(observer->ctx, &mmu->walk);
	}
}

struct ttw_translation mmu_walk_tables(struct nw_mmu *mmu, const struct mmu_request *q,
				       bool stage1_only, bool at)
{
	struct ttw_translation t;

	walk_tables(mmu, q, stage1_only, at, &t);
	return t;
}

/* ------------------------------------------------------------------ TLB lookup */

/* With both stages off, or faulting before the lookup, there is nothing to look up. */
static bool has_lookup(const struct nw_mmu *mmu, const struct mmu_request *q)
{
	return !mmu->config.tlb_off && q->input.fault.type == FAULT_NONE &&
	       (q->input.params->enabled || is_walk(q, true));
}

static bool count(struct tlb_counts *counts, bool hit)
{
	counts->lookups++;
	if (hit)
		counts->hits++;
	else
		counts->misses++;
	return hit;
}

/* The sizes of outputs are those of now; an entry may be older than the register. */
static struct nw_fault output_size(const struct ttw_regime *r, const struct ttw_params *stage1,
				   const struct ttw_translation *t, struct nw_access access)
{
	if (!t->stage1.flat && t->ipa.value >> stage1->oa_bits != 0)
		return ttw_stage1_fault(FAULT_ADDRESS_SIZE, t->stage1.level, access);
	if (!t->stage2.flat && t->pa.value >> r->stage2.oa_bits != 0)
		return ttw_stage2_fault(FAULT_ADDRESS_SIZE, t->stage2.level, access, t->ipa, false);
	return (struct nw_fault){.type = FAULT_NONE};
}

static uint64_t with_offset(uint64_t output, va_t va, unsigned span_bits)
{
	uint64_t offset = (UINT64_C(1) << span_bits) - 1;

	return (output & ~offset) | (va.value & offset);
}

/* Stage 1 of an entry by itself, as AT S1* asks for it. */
static struct ttw_translation stage1_of(const struct ttw_regime *r, struct ttw_translation t)
{
	t.pa.value = t.ipa.value;
	t.stage2 = r->flat;
	return t;
}

/* What an entry gives for an access: all that may have changed since it was filled is checked. */
static struct ttw_translation hit(const struct mmu_request *q, const struct ttw_translation *found,
				  bool stage1_only)
{
	struct ttw_translation t = stage1_only ? stage1_of(q->r, *found) : *found;

	t.ipa.value = with_offset(t.ipa.value, q->va, t.span_bits);
	t.pa.value = with_offset(t.pa.value, q->va, t.span_bits);
	t.fault = output_size(q->r, q->input.params, &t, q->access);
	if (t.fault.type == FAULT_NONE)
		t.fault = ttw_check(q->r, &t, q->access);
	return t;
}

/* Entries are of both stages together, so that with stage 2 in force the conflict may be its. */
static struct ttw_translation conflict(const struct mmu_request *q)
{
	struct nw_fault fault = ttw_stage1_fault(FAULT_TLB_CONFLICT, 0, q->access);

	if (q->r->stage2.enabled)
		fault = ttw_stage2_fault(FAULT_TLB_CONFLICT, 0, q->access, (ipa_t){0}, false);
	return (struct ttw_translation){.fault = fault};
}

/*
 * A write through a writable-clean entry needs an update of the descriptor first, which comes
 * before most faults: it walks, and the entry learns of it, unless memory gave something else
 * meanwhile.
 */
static struct ttw_translation make_dirty(struct nw_mmu *mmu, const struct mmu_request *q,
					 struct ttw_translation *found)
{
	struct ttw_translation t = mmu_walk_tables(mmu, q, false, false);
	unsigned span_bits = found->span_bits;

	if (t.fault.type == FAULT_NONE && t.span_bits == span_bits &&
	    t.pa.value == with_offset(found->pa.value, q->va, span_bits)) {
		found->stage1.clean = t.stage1.clean;
		found->stage2.clean = t.stage2.clean;
	}
	return t;
}

/* What a TLB answers, where tlb_find() has found something. */
static struct ttw_translation answer(struct nw_mmu *mmu, const struct tlb *tlb,
				     const struct tlb_key *key, const struct mmu_request *q,
				     const struct tlb_entry *entry)
{
	struct ttw_translation *found = tlb_translation(tlb, entry);

	if (mmu_chosen(mmu, CHOICE_TLB_OVERLAP) == TLB_OVERLAP_CONFLICT &&
	    assoc_is_ambiguous(&tlb->assoc, key->key))
		return conflict(q);

	struct ttw_translation t = hit(q, found, false);

	if ((t.stage1.clean || t.stage2.clean) && ttw_writes(q->access))
		return make_dirty(mmu, q, found);
	return t;
}

/* A translation without a fault is, unless it went by an Access flag of 0. */
static bool may_be_cached(const struct ttw_translation *t)
{
	return t->fault.type == FAULT_NONE && !t->unaccessed;
}

/* An L1 miss: L2 answers, or else a walk, which fills L2. Both are what L1 is to be filled with. */
static struct ttw_translation miss(struct nw_mmu *mmu, const struct tlb_key *key,
				   const struct mmu_request *q, uint64_t now)
{
	if (!tlb_present(&mmu->l2))
		return mmu_walk_tables(mmu, q, false, false);

	struct tlb_entry *found = tlb_find(&mmu->l2, key, now);

	if (count(&mmu->counts.l2[q->access.el], found != NULL))
		return answer(mmu, &mmu->l2, key, q, found);

	struct ttw_translation t = mmu_walk_tables(mmu, q, false, false);

	if (may_be_cached(&t))
		tlb_fill(&mmu->l2, key, &t, now);
	return t;
}

/*
 * L1, then L2, then a walk; what answers without a fault fills the levels that missed. The levels
 * are neither inclusive nor exclusive. entry is the one of L1.
 */
static struct ttw_translation look_up(struct nw_mmu *mmu, const struct mmu_request *q, uint64_t now,
				      struct tlb_entry **entry)
{
	bool fetch = q->access.type == NW_FETCH;
	struct tlb *l1 = fetch ? &mmu->l1i : &mmu->l1d;
	struct tlb_counts *l1_counts = fetch ? mmu->counts.l1i : mmu->counts.l1d;
	const struct tlb_key key = tlb_key(q->r, q->input.params, q->va);

	if (!tlb_present(l1))
		return miss(mmu, &key, q, now);
	*entry = tlb_find(l1, &key, now);
	if (count(&l1_counts[q->access.el], *entry != NULL))
		return answer(mmu, l1, &key, q, *entry);

	struct ttw_translation t = miss(mmu, &key, q, now);

	if (may_be_cached(&t))
		*entry = tlb_fill(l1, &key, &t, now);
	return t;
}

bool mmu_peek(const struct nw_mmu *mmu, const struct mmu_request *q, bool stage1_only,
	      struct ttw_translation *t)
{
	const struct tlb *const tlbs[] = {&mmu->l1d, &mmu->l2};

	if (!has_lookup(mmu, q))
		return false;
	for (unsigned i = 0; i < 2; i++) {
		const struct tlb_key key = tlb_key(q->r, q->input.params, q->va);
		const struct tlb_entry *found = assoc_find(&tlbs[i]->assoc, key.key);

		if (found == NULL)
			continue;
		*t = hit(q, tlb_translation(tlbs[i], found), stage1_only);
		return true;
	}
	return false;
}

/* ------------------------------------------------------------------ translation */

static struct nw_translation result(const struct ttw_regime *r, const struct ttw_translation *t,
				    struct nw_access access, struct tlb_entry *entry)
{
	if (t->fault.type != FAULT_NONE)
		return (struct nw_translation){.fault = t->fault};

	struct nw_attributes attributes = ttw_attributes(r, &t->stage1, &t->stage2, access);

	return (struct nw_translation){
		.pa = t->pa,
		.span_bits = t->span_bits,
		.device = ttw_is_device(attributes),
		.may_write = ttw_may_write(r, t, access),
		.guarded = t->stage1.guarded,
		.attributes = attributes,
		.entry = entry,
	};
}

struct nw_translation nw_translate(struct nw_mmu *mmu, va_t va, struct nw_access access,
				   uint64_t now)
{
	const struct mmu_request q = mmu_request(regime_of(mmu, access.el), va, access);
	struct tlb_entry *entry = NULL;
	struct ttw_translation t;

	if (q.input.fault.type != FAULT_NONE)
		return (struct nw_translation){.fault = q.input.fault};

	if (has_lookup(mmu, &q))
		t = look_up(mmu, &q, now, &entry);
	else
		walk_tables(mmu, &q, false, false, &t);
	return result(q.r, &t, access, entry);
}

struct nw_translation nw_probe(struct nw_mmu *mmu, va_t va, struct nw_access access,
			       struct nw_walk *walk)
{
	const struct ttw_regime *r = regime_of(mmu, access.el);
	struct nw_walk unwanted;
	struct ttw_memory memory = {
		.port = mmu->config.port,
		.log = walk != NULL ? walk : &unwanted,
		.no_effect = true,
	};
	struct ttw_translation t = ttw_translate(r, va, access, &memory);

	memory.log->at = false;
	return result(r, &t, access, NULL);
}

/* ------------------------------------------------------------------ events */

/* What of HCR_EL2 and SCTLR_EL2 the regime EL1&0 depends on. */
#define HCR_TRANSLATION                                                                            \
	(FIELD_MASK(HCR_EL2_VM) | FIELD_MASK(HCR_EL2_PTW) | FIELD_MASK(HCR_EL2_DC) |               \
	 FIELD_MASK(HCR_EL2_TGE) | FIELD_MASK(HCR_EL2_CD) | FIELD_MASK(HCR_EL2_ID) |               \
	 FIELD_MASK(HCR_EL2_E2H) | FIELD_MASK(HCR_EL2_FWB))
#define SCTLR_STAGE2 FIELD_MASK(SCTLR_EL2_EE)

static bool el10_differs(const struct nw_registers *a, const struct nw_registers *b)
{
	return a->SCTLR_EL1 != b->SCTLR_EL1 || a->TCR_EL1 != b->TCR_EL1 ||
	       a->MAIR_EL1 != b->MAIR_EL1 || a->VTCR_EL2 != b->VTCR_EL2 ||
	       ((a->HCR_EL2 ^ b->HCR_EL2) & HCR_TRANSLATION) != 0 ||
	       ((a->SCTLR_EL2 ^ b->SCTLR_EL2) & SCTLR_STAGE2) != 0;
}

static bool el2_differs(const struct nw_registers *a, const struct nw_registers *b)
{
	return a->SCTLR_EL2 != b->SCTLR_EL2 || a->TCR_EL2 != b->TCR_EL2 ||
	       a->MAIR_EL2 != b->MAIR_EL2 ||
	       ((a->HCR_EL2 ^ b->HCR_EL2) & FIELD_MASK(HCR_EL2_E2H)) != 0;
}

/*
 * Decodes again what depends on the registers that differ; where only tables do, which is what
 * context switches write, no more than that. What TLBs and walk caches hold is tagged with ASID
 * and VMID and may outlive a write of any register, so nothing is invalidated.
 */
static void registers_written(struct nw_mmu *mmu)
{
	const struct nw_registers *new = &mmu->registers, *old = &mmu->decoded;
	const struct nw_features *features = &mmu->config.features;

	if (new->HCR_EL2 != old->HCR_EL2)
		choose_regimes(mmu);

	enum nw_regime of_el2 = mmu->regime_of_el[2];

	if (el10_differs(new, old))
		decode(mmu, REGIME_EL10);
	else if (new->TTBR0_EL1 != old->TTBR0_EL1 || new->TTBR1_EL1 != old->TTBR1_EL1 ||
		 new->VTTBR_EL2 != old->VTTBR_EL2)
		ttw_decode_tables(&mmu->regime[REGIME_EL10], new, features);
	if (el2_differs(new, old))
		decode(mmu, of_el2);
	else if (new->TTBR0_EL2 != old->TTBR0_EL2 || new->TTBR1_EL2 != old->TTBR1_EL2)
		ttw_decode_tables(&mmu->regime[of_el2], new, features);
	mmu->decoded = *new;
}

void nw_event(struct nw_mmu *mmu, const struct nw_event *event)
{
	switch (event->type) {
	case NW_EVENT_REGISTER:
		registers_written(mmu);
		break;
	case NW_EVENT_TLBI:
		tlbi_execute(mmu, event->tlbi, event->operand, event->el);
		break;
	case NW_EVENT_DSB:
	case NW_EVENT_DMB:
	case NW_EVENT_CONTEXT_SYNC:
		break; /* writes and TLBI have taken effect already */
	}
}

/* ------------------------------------------------------------------ geometry */

static unsigned smaller(unsigned bits, const struct ttw_params *p)
{
	bool in_force = p->enabled && p->bad == FAULT_NONE && p->bad_start != FAULT_TRANSLATION;

	return in_force && p->granule_bits < bits ? p->granule_bits : bits;
}

unsigned nw_page_bits(const struct nw_mmu *mmu, unsigned el)
{
	const struct ttw_regime *r = regime_of(mmu, el);
	unsigned bits = smaller(UINT8_MAX, &r->stage1[0]);

	if (HasUnprivileged(r->regime))
		bits = smaller(bits, &r->stage1[1]);
	bits = smaller(bits, &r->stage2);
	return bits == UINT8_MAX ? GRANULE_4K : bits;
}
