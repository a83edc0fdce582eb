/* Names and rules, in the words of the architecture. */
#include "story.h"

#include "../mmu/vmsa.h"

#include <stdarg.h>
#include <string.h>

void story_add(struct story_text *text, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text->text + text->used, sizeof(text->text) - text->used, format,
			   arguments);
	va_end(arguments);
	if (length > 0)
		text->used += (size_t)length;
	if (text->used >= sizeof(text->text))
		text->used = sizeof(text->text) - 1;
}

/* ------------------------------------------------------------------ registers */

static struct story_registers registers_el1(const struct story *story, bool upper)
{
	const struct nw_registers *r = &story->registers;

	return (struct story_registers){
		.tcr = "TCR_EL1",
		.ttbr = upper ? "TTBR1_EL1" : "TTBR0_EL1",
		.sctlr = "SCTLR_EL1",
		.mair = "MAIR_EL1",
		.tcr_value = r->TCR_EL1,
		.ttbr_value = upper ? r->TTBR1_EL1 : r->TTBR0_EL1,
		.sctlr_value = r->SCTLR_EL1,
		.mair_value = r->MAIR_EL1,
		.output = "IPS",
	};
}

static struct story_registers registers_el2(const struct story *story, bool upper)
{
	const struct nw_registers *r = &story->registers;

	return (struct story_registers){
		.tcr = "TCR_EL2",
		.ttbr = upper ? "TTBR1_EL2" : "TTBR0_EL2",
		.sctlr = "SCTLR_EL2",
		.mair = "MAIR_EL2",
		.tcr_value = r->TCR_EL2,
		.ttbr_value = upper ? r->TTBR1_EL2 : r->TTBR0_EL2,
		.sctlr_value = r->SCTLR_EL2,
		.mair_value = r->MAIR_EL2,
		.output = story->d.regime == REGIME_EL20 ? "IPS" : "PS",
	};
}

static struct story_registers registers_stage2(const struct story *story)
{
	const struct nw_registers *r = &story->registers;

	return (struct story_registers){
		.tcr = "VTCR_EL2",
		.ttbr = "VTTBR_EL2",
		.sctlr = "HCR_EL2",
		.tcr_value = r->VTCR_EL2,
		.ttbr_value = r->VTTBR_EL2,
		.sctlr_value = r->HCR_EL2,
		.output = "PS",
	};
}

struct story_registers story_registers(const struct story *story, unsigned stage)
{
	bool upper = stage == 1 && story->d.stage1.upper;
	struct story_registers names = stage == 2 ? registers_stage2(story)
				       : story->d.regime == REGIME_EL10
					       ? registers_el1(story, upper)
					       : registers_el2(story, upper);

	/* T0SZ and T1SZ are where TCR_EL1 has them, in all of these. */
	names.size = upper ? "T1SZ" : "T0SZ";
	names.granule = upper ? "TG1" : "TG0";
	names.size_value = upper ? TCR_EL1_T1SZ(names.tcr_value) : TCR_EL1_T0SZ(names.tcr_value);
	return names;
}

/* ------------------------------------------------------------------ names */

const char *story_regime_name(const struct story *story)
{
	static const char *const name[] = {
		[REGIME_EL10] = "EL1&0", [REGIME_EL2] = "EL2", [REGIME_EL20] = "EL2&0"};

	return name[story->d.regime];
}

const char *story_kind_name(enum nw_descriptor_kind kind)
{
	static const char *const name[] = {
		[NW_INVALID] = "invalid",
		[NW_TABLE] = "table",
		[NW_BLOCK] = "block",
		[NW_PAGE] = "page",
	};

	return name[kind];
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

const char *story_access_name(const struct nw_access *access)
{
	if (access->type == NW_FETCH)
		return "fetch";
	if (access->type == NW_STORE)
		return access->read_write ? "atomic" : "store";
	return "load";
}

struct story_rights story_rights(uint8_t set)
{
	return (struct story_rights){
		{set & NW_R ? 'r' : '-', set & NW_W ? 'w' : '-', set & NW_X ? 'x' : '-', '\0'}};
}

/* ------------------------------------------------------------------ rules */

const char *story_step_rule(const struct story *story, const struct nw_fetch *fetch)
{
	enum nw_descriptor_kind kind = story_step(story, fetch)->kind;
	unsigned bits = vmsa_descriptor_bits(fetch->descriptor);

	switch (kind) {
	case NW_TABLE:
		return "bits [1:0]=11 above level 3";
	case NW_BLOCK:
		return "bits [1:0]=01";
	case NW_PAGE:
		return "bits [1:0]=11 at level 3";
	case NW_INVALID:
		break;
	}
	if (!(bits & 1))
		return "bit [0]=0";
	if (bits == DESCRIPTOR_BLOCK)
		return fetch->level == 3 ? "bits [1:0]=01 is reserved at level 3"
					 : "bits [1:0]=01, and no block can be at this level";
	return "a contiguous group larger than the input";
}

static const char *refusal_rule(enum nw_refusal refusal, bool stage2)
{
	switch (refusal) {
	case NW_REFUSED_SIZE:
		return stage2 ? "AArch64.S2TxSZFaults" : "AArch64.S1TxSZFaults";
	case NW_REFUSED_START_LEVEL:
		return "AArch64.S2InvalidSL, AArch64.S2InconsistentSL";
	case NW_REFUSED_RANGE:
		return stage2 ? "AArch64.IPAIsOutOfRange" : "AArch64.VAIsOutOfRange";
	case NW_REFUSED_E0PD:
		return "D8.4 \"Memory access control\", TCR_ELx.E0PDn";
	case NW_REFUSED_DISABLED:
		return "D8.2 \"Translation process\", TCR_ELx.EPDn";
	case NW_REFUSED_BASE:
		return stage2 ? "AArch64.S2TTBaseAddress, AArch64.OAOutOfRange"
			      : "AArch64.S1TTBaseAddress, AArch64.OAOutOfRange";
	case NW_REFUSED_NOT:
		break;
	}
	return NULL;
}

const char *story_fault_rule(const struct story *story)
{
	const struct nw_fault *fault = &story->result.fault;
	unsigned stage = fault->stage2 ? 2 : 1;
	const char *refused = refusal_rule(story_stage(story, stage)->refusal, fault->stage2);

	if (refused)
		return refused;
	switch (fault->type) {
	case FAULT_TRANSLATION:
		return "D8.3 \"Translation table descriptor formats\", "
		       "AArch64.DecodeDescriptorType";
	case FAULT_ADDRESS_SIZE:
		return story_stage(story, stage)->on ? "AArch64.OAOutOfRange"
						     : "AArch64.S1DisabledOutput";
	case FAULT_ACCESS_FLAG:
		return "D8.5 \"Hardware updates to the translation tables\", \"The Access flag\"";
	case FAULT_PERMISSION:
		return stage == 2 ? "D8.4 \"Memory access control\", "
				    "AArch64.S2HasPermissionsFault"
				  : "D8.4 \"Memory access control\", "
				    "AArch64.S1HasPermissionsFault";
	case FAULT_ALIGNMENT:
		return "B2 \"Alignment support\", Device memory";
	case FAULT_UNSUPPORTED_UPDATE:
		return "D8.5 \"Hardware updates to the translation tables\"";
	case FAULT_EXTERNAL_ON_WALK:
		return "AArch64.FetchDescriptor";
	default:
		return "";
	}
}

/* ------------------------------------------------------------------ fields */

const char *story_layout(const struct story *story, const struct nw_fetch *fetch, const char **view)
{
	enum nw_descriptor_kind kind = story_step(story, fetch)->kind;
	bool one_privilege = story->d.regime == REGIME_EL2;

	*view = NULL;
	if (kind == NW_INVALID)
		return NULL;
	if (fetch->stage == 2) {
		*view = story->d.forced_write_back ? "S2_LEAF_FWB" : "S2_LEAF";
		return kind == NW_TABLE ? "S2_TABLE" : "S2_LEAF";
	}
	if (kind == NW_TABLE) {
		*view = one_privilege ? "S1_TABLE_EL2" : "S1_TABLE";
		return "S1_TABLE";
	}
	*view = one_privilege ? "S1_LEAF_EL2" : "S1_LEAF";
	return "S1_LEAF";
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
	return !story_stage(story, fetch->stage)->ds || strcmp(field->name, "SH");
}
