/* Gathers a story: the translation, its description, and what the exception would write. */
#include "story.h"

#include "../mmu/vmsa.h"

#include <string.h>

static bool is_external(enum nw_fault_type type)
{
	return type == FAULT_EXTERNAL || type == FAULT_EXTERNAL_ON_WALK;
}

/* FAR and the syndrome of a plain access without further detail (ISV is 0). */
static void exception_registers(struct story *story)
{
	const struct nw_fault *fault = &story->result.fault;
	bool fetch = story->access.type == NW_FETCH;
	uint64_t ec = fetch ? EC_INSTRUCTION_ABORT_LOWER : EC_DATA_ABORT_LOWER;

	if (story->d.target_el == story->access.el)
		ec++; /* from the same Exception level */
	story->esr = FIELD_PUT(ESR_ELx_EC, ec) | FIELD_PUT(ESR_ELx_IL, 1) |
		     FIELD_PUT(ISS_DATA_ABORT_S1PTW, fault->s1ptw) | nw_fault_status(fault);
	if (!fetch && !is_external(fault->type))
		story->esr |= FIELD_PUT(ISS_DATA_ABORT_WnR, fault->write);
	story->far = story->va.value;
	if (fault->ipa_valid)
		story->hpfar = FIELD_PUT(HPFAR_EL2_FIPA, fault->ipa.value >> 12);
}

struct story story_of(struct nw_mmu *mmu, va_t va, struct nw_access access)
{
	struct story story;

	memset(&story, 0, sizeof(story));
	story.va = va;
	story.access = access;
	story.registers = *nw_registers(mmu);
	story.result = nw_probe(mmu, va, access, &story.walk);
	nw_describe(mmu, &story.walk, &story.d);
	story.par = nw_par(&story.result);
	if (story_faulted(&story))
		exception_registers(&story);
	return story;
}

bool story_ipa(const struct story *story, uint64_t *ipa)
{
	const struct nw_fault *fault = &story->result.fault;

	for (unsigned i = 0; i < story->walk.fetch_count; i++) {
		const struct nw_fetch *fetch = &story->walk.fetch[i];

		if (fetch->stage == 2 && fetch->purpose == FETCH_FOR_OUTPUT) {
			*ipa = fetch->input;
			return true;
		}
	}
	*ipa = fault->ipa.value;
	return fault->type != FAULT_NONE && fault->ipa_valid && !fault->s1ptw;
}

static bool is_leaf(const struct story *story, const struct nw_fetch *fetch)
{
	enum nw_descriptor_kind kind = story_step(story, fetch)->kind;

	return kind == NW_BLOCK || kind == NW_PAGE;
}

const struct nw_fetch *story_leaf(const struct story *story, unsigned stage)
{
	for (unsigned i = story->walk.fetch_count; i-- > 0;) {
		const struct nw_fetch *fetch = &story->walk.fetch[i];

		if (fetch->stage != stage || fetch->purpose == FETCH_FOR_STAGE1)
			continue;
		return is_leaf(story, fetch) ? fetch : NULL;
	}
	return NULL;
}

bool story_is_repeated(const struct story *story, const struct nw_fetch *fetch)
{
	const struct nw_fetch *before = story->walk.fetch;

	for (; fetch->update && before < fetch; before++) {
		if (before->update && before->pa.value == fetch->pa.value &&
		    before->descriptor == fetch->descriptor)
			return true;
	}
	return false;
}

/* The last record of the stage that faulted: for S1PTW that of the stage 2 walk of a descriptor. */
const struct nw_fetch *story_culprit(const struct story *story)
{
	const struct nw_fault *fault = &story->result.fault;
	unsigned stage = fault->stage2 ? 2 : 1;

	if (fault->type == FAULT_NONE || story_stage(story, stage)->refusal != NW_REFUSED_NOT)
		return NULL;
	for (unsigned i = story->walk.fetch_count; i-- > 0;) {
		const struct nw_fetch *fetch = &story->walk.fetch[i];

		if (fetch->stage == stage && !fetch->update)
			return fetch;
	}
	return NULL;
}
