/* Reads the registers once more, for people: granule, size and address format of each stage. */
#include "story.h"

#include "../mmu/vmsa.h"

#include <string.h>

static uint8_t granule_of_tg0(uint64_t tg0)
{
	return tg0 == TG0_16K ? GRANULE_16K : tg0 == TG0_64K ? GRANULE_64K : GRANULE_4K;
}

static uint8_t granule_of_tg1(uint64_t tg1)
{
	return tg1 == TG1_16K ? GRANULE_16K : tg1 == TG1_64K ? GRANULE_64K : GRANULE_4K;
}

static struct story_stage stage1_el10(const struct nw_registers *r, bool upper, bool lpa)
{
	uint64_t tcr = r->TCR_EL1;
	uint8_t granule =
		upper ? granule_of_tg1(TCR_EL1_TG1(tcr)) : granule_of_tg0(TCR_EL1_TG0(tcr));

	return (struct story_stage){
		.on = SCTLR_EL1_M(r->SCTLR_EL1),
		.tcr = "TCR_EL1",
		.ttbr = upper ? "TTBR1_EL1" : "TTBR0_EL1",
		.tcr_value = tcr,
		.ttbr_value = upper ? r->TTBR1_EL1 : r->TTBR0_EL1,
		.granule_bits = granule,
		.ia_bits = (uint8_t)(64 - (upper ? TCR_EL1_T1SZ(tcr) : TCR_EL1_T0SZ(tcr))),
		.ds = TCR_EL1_DS(tcr) && granule != GRANULE_64K,
		.lpa = lpa && granule == GRANULE_64K,
	};
}

static struct story_stage stage1_el2(const struct nw_registers *r, bool lpa)
{
	uint64_t tcr = r->TCR_EL2;
	uint8_t granule = granule_of_tg0(TCR_EL2_TG0(tcr));

	return (struct story_stage){
		.on = SCTLR_EL2_M(r->SCTLR_EL2),
		.tcr = "TCR_EL2",
		.ttbr = "TTBR0_EL2",
		.tcr_value = tcr,
		.ttbr_value = r->TTBR0_EL2,
		.granule_bits = granule,
		.ia_bits = (uint8_t)(64 - TCR_EL2_T0SZ(tcr)),
		.ds = TCR_EL2_DS(tcr) && granule != GRANULE_64K,
		.lpa = lpa && granule == GRANULE_64K,
	};
}

static struct story_stage stage2(const struct nw_registers *r, bool lpa)
{
	uint64_t vtcr = r->VTCR_EL2;
	uint8_t granule = granule_of_tg0(VTCR_EL2_TG0(vtcr));

	return (struct story_stage){
		.on = HCR_EL2_VM(r->HCR_EL2) || HCR_EL2_DC(r->HCR_EL2),
		.tcr = "VTCR_EL2",
		.ttbr = "VTTBR_EL2",
		.tcr_value = vtcr,
		.ttbr_value = r->VTTBR_EL2,
		.granule_bits = granule,
		.ia_bits = (uint8_t)(64 - VTCR_EL2_T0SZ(vtcr)),
		.ds = VTCR_EL2_DS(vtcr) && granule != GRANULE_64K,
		.lpa = lpa && granule == GRANULE_64K,
	};
}

/* What the exception would write; FAR and the syndrome of a plain access without further detail
 * (ISV is 0). */
static void exception_registers(struct story *story)
{
	const struct nw_fault *fault = &story->result.fault;
	bool fetch = story->access.type == NW_FETCH,
	     external = fault->type == FAULT_EXTERNAL || fault->type == FAULT_EXTERNAL_ON_WALK;
	uint64_t status = nw_fault_status(fault), ec;

	story->target_el = fault->stage2 || story->access.el == 2 ? 2 : 1;
	ec = (fetch ? 0x20u : 0x24u) + (story->target_el == story->access.el);
	story->esr = FIELD_PUT(ESR_ELx_EC, ec) | FIELD_PUT(ESR_ELx_IL, 1) |
		     FIELD_PUT(ISS_DATA_ABORT_S1PTW, fault->s1ptw) | status;
	if (!fetch && !external)
		story->esr |= FIELD_PUT(ISS_DATA_ABORT_WnR, fault->write);
	story->far = story->va.value;
	if (fault->ipa_valid)
		story->hpfar = FIELD_PUT(HPFAR_EL2_FIPA, fault->ipa.value >> 12);
	story->par = FIELD_PUT(PAR_EL1_F1_F, 1) | FIELD_PUT(PAR_EL1_F1_FST, status) |
		     FIELD_PUT(PAR_EL1_F1_PTW, fault->s1ptw) |
		     FIELD_PUT(PAR_EL1_F1_S, fault->stage2) | UINT64_C(1) << 11; /* RES1 */
}

struct story story_of(struct nw_mmu *mmu, const struct nw_features *features, va_t va,
		      struct nw_access access)
{
	const struct nw_registers *registers = nw_registers(mmu);
	bool lpa = nw_has(features, FEAT_LPA);
	struct story story;

	memset(&story, 0, sizeof(story));
	story.va = va;
	story.access = access;
	story.result = nw_probe(mmu, va, access, &story.walk);
	if (access.el == 2) {
		story.stage[1] = stage1_el2(registers, lpa);
	} else {
		/* VA[55] selects the half: bits above it may be a tag. */
		story.stage[1] = stage1_el10(registers, va.value >> 55 & 1, lpa);
		story.stage[2] = stage2(registers, lpa);
	}
	if (story.result.fault.type != FAULT_NONE)
		exception_registers(&story);
	return story;
}

enum story_kind story_kind(const struct story *story, const struct nw_fetch *fetch)
{
	const struct nw_fault *fault = &story->result.fault;
	bool last = fetch == &story->walk.fetch[story->walk.fetch_count - 1];

	/* A translation fault at its level: invalid, or a block where there can be none. */
	if (last && fault->type == FAULT_TRANSLATION && fault->level == fetch->level &&
	    fault->stage2 == (fetch->stage == 2))
		return STORY_INVALID;
	if (!(fetch->descriptor & 1))
		return STORY_INVALID;
	if (fetch->level == 3)
		return STORY_PAGE;
	return fetch->descriptor & 2 ? STORY_TABLE : STORY_BLOCK;
}

const char *story_kind_name(enum story_kind kind)
{
	static const char *const name[] = {
		[STORY_TABLE] = "table",
		[STORY_BLOCK] = "block",
		[STORY_PAGE] = "page",
		[STORY_INVALID] = "invalid",
	};

	return name[kind];
}

const char *story_layout(const struct nw_fetch *fetch, enum story_kind kind)
{
	if (kind == STORY_INVALID)
		return NULL;
	if (fetch->stage == 1)
		return kind == STORY_TABLE ? "S1_TABLE" : "S1_LEAF";
	return kind == STORY_TABLE ? "S2_TABLE" : "S2_LEAF";
}

uint64_t story_next(const struct story *story, const struct nw_fetch *fetch, enum story_kind kind)
{
	const struct story_stage *stage = &story->stage[fetch->stage];
	uint64_t d = fetch->descriptor;
	unsigned low = stage->granule_bits;
	uint64_t high = 0;

	if (kind == STORY_BLOCK)
		low += (unsigned)(3 - fetch->level) * (stage->granule_bits - 3u);
	if (stage->ds)
		high = ADDRESS_DS_OA_51_50(d) << 50;
	else if (stage->lpa)
		high = ADDRESS_LPA_OA_51_48(d) << 48;
	return high | (d & VMSA_MASK(stage->ds ? 49 : 47, low));
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

const char *story_fault_name(enum nw_fault_type type)
{
	static const char *const name[] = {
		[FAULT_NONE] = "none",
		[FAULT_ADDRESS_SIZE] = "address size",
		[FAULT_TRANSLATION] = "translation",
		[FAULT_ACCESS_FLAG] = "access flag",
		[FAULT_PERMISSION] = "permission",
		[FAULT_ALIGNMENT] = "alignment",
		[FAULT_EXTERNAL] = "external abort",
		[FAULT_EXTERNAL_ON_WALK] = "external abort on walk",
		[FAULT_TLB_CONFLICT] = "TLB conflict",
		[FAULT_UNSUPPORTED_UPDATE] = "unsupported atomic update",
	};

	return name[type];
}

const char *story_access_name(enum nw_access_type type)
{
	return type == NW_FETCH ? "fetch" : type == NW_STORE ? "store" : "load";
}

const struct nw_fetch *story_leaf(const struct story *story, unsigned stage)
{
	for (unsigned i = story->walk.fetch_count; i-- > 0;) {
		const struct nw_fetch *fetch = &story->walk.fetch[i];
		enum story_kind kind = story_kind(story, fetch);

		if (fetch->stage != stage || fetch->purpose == FETCH_FOR_STAGE1 || fetch->update)
			continue;
		return kind == STORY_BLOCK || kind == STORY_PAGE ? fetch : NULL;
	}
	return NULL;
}

static void set_rights(char text[4], bool read, bool write, bool execute)
{
	text[0] = read ? 'r' : '-';
	text[1] = write ? 'w' : '-';
	text[2] = execute ? 'x' : '-';
	text[3] = '\0';
}

/* D8.4 "Memory access control": AP[2:1], and execution by UXN and PXN; what EL0 may write EL1 does
 * not execute. */
static struct story_rights stage1_rights(const struct story *story, uint64_t d)
{
	bool write = !(S1_LEAF_AP(d) & 2), el0 = S1_LEAF_AP(d) & 1;
	struct story_rights rights;

	if (story->access.el == 2) {
		set_rights(rights.el0, false, false, false);
		set_rights(rights.above, true, write, !S1_LEAF_UXN(d));
		return rights;
	}
	set_rights(rights.el0, el0, el0 && write, !S1_LEAF_UXN(d));
	set_rights(rights.above, true, write, !S1_LEAF_PXN(d) && !(el0 && write));
	return rights;
}

/* S2AP, and XN[1:0] with FEAT_XNX: 00 all execute, 01 EL0 only, 10 none, 11 EL1 only. */
static struct story_rights stage2_rights(uint64_t d)
{
	bool read = S2_LEAF_S2AP(d) & 1, write = S2_LEAF_S2AP(d) & 2;
	uint64_t xn = S2_LEAF_XN(d);
	struct story_rights rights;

	set_rights(rights.el0, read, write, xn < 2);
	set_rights(rights.above, read, write, xn == 0 || xn == 3);
	return rights;
}

struct story_rights story_rights(const struct story *story, const struct nw_fetch *leaf)
{
	return leaf->stage == 1 ? stage1_rights(story, leaf->descriptor)
				: stage2_rights(leaf->descriptor);
}

bool story_shows(const struct story *story, const struct nw_fetch *fetch, const struct field *field)
{
	static const char *const told[] = {"VALID", "TABLE", "PAGE", "ADDRESS"};

	if (field->kind != FIELD_NAMED)
		return false;
	for (unsigned i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		if (!strcmp(field->name, told[i]))
			return false;
	}
	/* With DS=1 these bits are OA[51:50]. */
	return !story->stage[fetch->stage].ds || strcmp(field->name, "SH");
}
