/* The same as text: stage 1 at the margin, the stage 2 lookups that lead to a descriptor indented
 * before it. */
#include "story.h"

#include <inttypes.h>
#include <string.h>

static void print_stage(const struct story *story, unsigned number, FILE *out)
{
	const struct story_stage *stage = &story->stage[number];

	if (!stage->on) {
		if (number == 1)
			fputs("stage 1: off, VA = IPA\n", out);
		else if (story->access.el < 2)
			fputs("stage 2: off, IPA = PA\n", out);
		return;
	}
	fprintf(out,
		"stage %u: %u KB granule, %u-bit %s, DS=%d, %s=0x%" PRIx64 ", %s=0x%" PRIx64 "\n",
		number, 1u << (stage->granule_bits - 10), stage->ia_bits,
		number == 1 ? "VA" : "IPA", stage->ds, stage->tcr, stage->tcr_value, stage->ttbr,
		stage->ttbr_value);
}

static void print_fields(const struct story *story, const struct nw_fetch *fetch,
			 enum story_kind kind, const char *indent, FILE *out)
{
	const char *layout = story_layout(fetch, kind);
	const struct field *field;
	size_t count = 0, shown = 0;

	if (!layout)
		return;
	field = fields_of(layout, &count);
	for (size_t i = 0; i < count; i++, field++) {
		if (!story_shows(story, fetch, field))
			continue;
		if (!shown++)
			fprintf(out, "     %s  ", indent);
		fprintf(out, " %s=%" PRIu64, field->name, field_value(field, fetch->descriptor));
	}
	if (shown)
		fputc('\n', out);
}

/* D8.3 "Translation table descriptor formats": what bits [1:0] mean at this level, and where that
 * leads. */
static void print_rule(const struct story *story, const struct nw_fetch *fetch,
		       enum story_kind kind, FILE *out)
{
	bool leads_to_ipa = fetch->stage == 1 && story->stage[2].on;
	const char *space = leads_to_ipa ? "IPA" : "PA";
	uint64_t next = story_next(story, fetch, kind);

	switch (kind) {
	case STORY_TABLE:
		fprintf(out,
			"table (bits [1:0] = 11 above level 3): level %d table at %s 0x%" PRIx64,
			fetch->level + 1, space, next);
		break;
	case STORY_BLOCK:
		fprintf(out, "block (bits [1:0] = 01): %s 0x%" PRIx64, space, next);
		break;
	case STORY_PAGE:
		fprintf(out, "page (bits [1:0] = 11 at level 3): %s 0x%" PRIx64, space, next);
		break;
	case STORY_INVALID:
		fputs(fetch->descriptor & 1 ? "invalid: no block or page can be at this level"
					    : "invalid (bit [0] = 0)",
		      out);
		break;
	}
}

static void print_fetch(const struct story *story, const struct nw_fetch *fetch, unsigned n,
			FILE *out)
{
	enum story_kind kind = story_kind(story, fetch);
	const char *indent = fetch->stage == 2 ? "    " : "";

	fprintf(out, "%3u  %sstage %u level %d", n, indent, fetch->stage, fetch->level);
	if (fetch->purpose == FETCH_FOR_STAGE1)
		fprintf(out, ", IPA 0x%" PRIx64 " of the stage 1 level %d descriptor", fetch->input,
			fetch->for_level);
	else if (fetch->purpose == FETCH_FOR_OUTPUT)
		fprintf(out, ", IPA 0x%" PRIx64 " of the access", fetch->input);
	else if (story->stage[2].on)
		fprintf(out, ", descriptor at IPA 0x%" PRIx64, fetch->input);
	fprintf(out, ": 0x%016" PRIx64 " at PA 0x%" PRIx64 "\n     %s   ", fetch->descriptor,
		fetch->pa.value, indent);
	print_rule(story, fetch, kind, out);
	fputc('\n', out);
	print_fields(story, fetch, kind, indent, out);
}

static void print_rights(const struct story *story, unsigned stage, FILE *out)
{
	const struct nw_fetch *leaf = story_leaf(story, stage);
	struct story_rights rights;

	if (!leaf)
		return;
	rights = story_rights(story, leaf);
	if (story->access.el == 2)
		fprintf(out, "permissions, stage %u: EL2 %s\n", stage, rights.above);
	else
		fprintf(out, "permissions, stage %u: EL0 %s, EL1 %s\n", stage, rights.el0,
			rights.above);
}

static void print_output(const struct story *story, FILE *out)
{
	const struct nw_translation *result = &story->result;
	uint64_t ipa;

	fprintf(out, "VA 0x%" PRIx64, story->va.value);
	if (story_ipa(story, &ipa))
		fprintf(out, " = IPA 0x%" PRIx64, ipa);
	fprintf(out, " = PA 0x%" PRIx64 ", the same for 2^%u bytes around it\n", result->pa.value,
		result->span_bits);
	print_rights(story, 1, out);
	print_rights(story, 2, out);
	fprintf(out, "attributes: 0x%02x (MAIR encoding), SH=%u, %s memory\n",
		result->attributes.attr, result->attributes.sh,
		result->device ? "Device" : "Normal");
}

static void print_fault(const struct story *story, FILE *out)
{
	const struct nw_fault *fault = &story->result.fault;

	fprintf(out, "fault: %s, level %d, stage %d%s, taken to EL%u\n",
		story_fault_name(fault->type), fault->level, fault->stage2 ? 2 : 1,
		fault->s1ptw ? " on a stage 1 descriptor (S1PTW)" : "", story->target_el);
	fprintf(out, "ESR_EL%u=0x%" PRIx64 " FAR_EL%u=0x%" PRIx64, story->target_el, story->esr,
		story->target_el, story->far);
	if (fault->ipa_valid)
		fprintf(out, " HPFAR_EL2=0x%" PRIx64 " (IPA 0x%" PRIx64 ")", story->hpfar,
			fault->ipa.value);
	fprintf(out, "; AT would leave PAR_EL1=0x%" PRIx64 "\n", story->par);
}

void story_print_text(const struct story *story, FILE *out)
{
	unsigned n = 0;

	fprintf(out, "%s at VA 0x%" PRIx64 " from EL%u, regime %s\n",
		story_access_name(story->access.type), story->va.value, story->access.el,
		story->access.el == 2 ? "EL2" : "EL1&0");
	print_stage(story, 1, out);
	print_stage(story, 2, out);
	for (unsigned i = 0; i < story->walk.fetch_count; i++) {
		if (!story->walk.fetch[i].update)
			print_fetch(story, &story->walk.fetch[i], ++n, out);
	}
	if (story->result.fault.type == FAULT_NONE)
		print_output(story, out);
	else
		print_fault(story, out);
	fprintf(out, "%u descriptor fetches\n", n);
}
