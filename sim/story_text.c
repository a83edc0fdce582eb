/* The story as text: stage 1 at the margin, the stage 2 lookups that lead to a descriptor indented
 * before it. */
#include "story_print.h"

#include "../mmu/vmsa.h"

#include <inttypes.h>
#include <string.h>

/* ------------------------------------------------------------------ descriptors */

static const char *space_of(const struct story *story, const struct nw_fetch *fetch)
{
	return fetch->stage == 1 && story->d.stage2.on ? "IPA" : "PA";
}

/* The bits of the input address that found the entry. */
static void print_index(struct printer *p, const struct story *story, const struct nw_fetch *fetch)
{
	const struct nw_index *index = &story_stage(story, fetch->stage)->index[fetch->level + 1];
	uint64_t ia = fetch->stage == 1 ? story->va.value : fetch->input;
	uint64_t entry = ia >> index->lsb & VMSA_MASK(index->bits - 1, 0);

	fprintf(p->out, "entry 0x%" PRIx64 " (IA[%u:%u])", entry, index->lsb + index->bits - 1u,
		index->lsb);
}

/* D8.3 "Translation table descriptor formats": what bits [1:0] mean at this level, and where that
 * leads. */
static void print_rule(struct printer *p, const struct story *story, const struct nw_fetch *fetch)
{
	const struct nw_step *step = story_step(story, fetch);

	paint_on(p, step->kind == NW_INVALID ? PAINT_BAD : PAINT_GOOD);
	fputs(story_kind_name(step->kind), p->out);
	paint_off(p);
	fprintf(p->out, " (%s)", story_step_rule(story, fetch));
	if (step->kind == NW_TABLE)
		fprintf(p->out, ": level %d table at %s 0x%" PRIx64, fetch->level + 1,
			space_of(story, fetch), step->address);
	else if (step->kind != NW_INVALID)
		fprintf(p->out, ": %s 0x%" PRIx64, space_of(story, fetch), step->address);
	fputc('\n', p->out);
}

static void print_purpose(struct printer *p, const struct story *story,
			  const struct nw_fetch *fetch)
{
	if (fetch->purpose == FETCH_FOR_STAGE1)
		fprintf(p->out, ", IPA 0x%" PRIx64 " of the stage 1 level %d descriptor",
			fetch->input, fetch->for_level);
	else if (fetch->purpose == FETCH_FOR_OUTPUT)
		fprintf(p->out, ", IPA 0x%" PRIx64 " of the access", fetch->input);
	else if (story->d.stage2.on)
		fprintf(p->out, ", descriptor at IPA 0x%" PRIx64, fetch->input);
}

static void print_fetch(struct printer *p, const struct story *story, const struct nw_fetch *fetch,
			unsigned n)
{
	unsigned indent = fetch->stage == 2 ? 4 : 0;

	fprintf(p->out, "%3u  %*s", n, (int)indent, "");
	paint_on(p, PAINT_HEADING);
	fprintf(p->out, "stage %u level %d", fetch->stage, fetch->level);
	paint_off(p);
	print_purpose(p, story, fetch);
	fprintf(p->out, ": 0x%016" PRIx64 " at PA 0x%" PRIx64 ", ", fetch->descriptor,
		fetch->pa.value);
	print_index(p, story, fetch);
	fprintf(p->out, "\n%*s", (int)indent + 8, "");
	print_rule(p, story, fetch);
	print_fields(p, story, fetch, indent + 8);
}

/* D8.5 "Hardware updates to the translation tables". */
static void print_update(struct printer *p, const struct nw_fetch *fetch)
{
	unsigned indent = fetch->stage == 2 ? 4 : 0;

	fprintf(p->out, "     %*s", (int)indent, "");
	paint_on(p, PAINT_HEADING);
	fputs("hardware update", p->out);
	paint_off(p);
	fprintf(p->out,
		" of the stage %u level %d descriptor at PA 0x%" PRIx64 " to 0x%016" PRIx64
		": AF=%u, %s=%u\n",
		fetch->stage, fetch->level, fetch->pa.value, fetch->descriptor,
		(unsigned)S1_LEAF_AF(fetch->descriptor), fetch->stage == 1 ? "AP[2]" : "S2AP[1]",
		(unsigned)(fetch->descriptor >> 7 & 1));
}

static unsigned print_walk(struct printer *p, const struct story *story)
{
	unsigned n = 0;

	for (unsigned i = 0; i < story->walk.fetch_count; i++) {
		const struct nw_fetch *fetch = &story->walk.fetch[i];

		if (story_is_repeated(story, fetch))
			continue;
		if (fetch->update)
			print_update(p, fetch);
		else
			print_fetch(p, story, fetch, ++n);
	}
	return n;
}

/* ------------------------------------------------------------------ what it came to */

static void print_rights(struct printer *p, const struct story *story, unsigned number)
{
	const struct nw_stage *s = story_stage(story, number);
	const char *above = story->d.regime == REGIME_EL10 ? "EL1" : "EL2";

	if (!s->has_leaf)
		return;
	fprintf(p->out, "permissions, stage %u:", number);
	if (story->d.regime != REGIME_EL2)
		fprintf(p->out, " EL0 %s,", story_rights(s->unprivileged).text);
	fprintf(p->out, " %s %s; for this access%s %s\n", above, story_rights(s->privileged).text,
		number == 1 ? ", after PAN and WXN," : "", story_rights(s->granted).text);
}

static const char *shareability(unsigned sh)
{
	return meaning_row("S1_LEAF", "SH", sh);
}

static void print_attributes(struct printer *p, const struct story *story)
{
	const struct nw_stage *s2 = &story->d.stage2;
	char text[MEANING_TEXT];

	meaning_of_attribute(story->d.stage1.attributes.attr, text);
	fprintf(p->out, "attributes, stage 1: %s, %s\n", text,
		shareability(story->d.stage1.attributes.sh));
	if (s2->has_leaf)
		fprintf(p->out, "attributes, stage 2: %s, %s\n",
			meaning_row(story->d.forced_write_back ? "S2_LEAF_FWB" : "S2_LEAF",
				    "MemAttr", s2->attributes.attr),
			shareability(s2->attributes.sh));
	meaning_of_attribute(story->result.attributes.attr, text);
	fprintf(p->out, "attributes: 0x%02x (MAIR encoding), %s, %s%s\n",
		story->result.attributes.attr, text, shareability(story->result.attributes.sh),
		s2->has_leaf ? " (S2CombineS1MemAttrs)" : "");
}

static void print_output(struct printer *p, const struct story *story)
{
	const struct nw_translation *result = &story->result;
	uint64_t ipa;

	print_rights(p, story, 1);
	print_rights(p, story, 2);
	print_attributes(p, story);
	paint_on(p, PAINT_GOOD);
	fprintf(p->out, "VA 0x%" PRIx64, story->va.value);
	if (story_ipa(story, &ipa))
		fprintf(p->out, " = IPA 0x%" PRIx64, ipa);
	fprintf(p->out, " = PA 0x%" PRIx64, result->pa.value);
	paint_off(p);
	fprintf(p->out, ", the same for 2^%u bytes around it; AT leaves PAR_EL1=0x%" PRIx64 "\n",
		result->span_bits, story->par);
}

static void print_registers(struct printer *p, const struct story *story)
{
	const struct nw_fault *fault = &story->result.fault;
	unsigned el = story->d.target_el;

	fprintf(p->out, "  ESR_EL%u=0x%" PRIx64 ": %s, %s\n", el, story->esr,
		meaning_row("ESR_ELx", "EC", ESR_ELx_EC(story->esr)),
		meaning_row("ISS_DATA_ABORT", "DFSC", ISS_DATA_ABORT_DFSC(story->esr)));
	fprintf(p->out, "  FAR_EL%u=0x%" PRIx64, el, story->far);
	if (fault->ipa_valid)
		fprintf(p->out, ", HPFAR_EL2=0x%" PRIx64 " (IPA 0x%" PRIx64 ")", story->hpfar,
			fault->ipa.value);
	fprintf(p->out, "; AT would leave PAR_EL1=0x%" PRIx64 "\n", story->par);
}

static void print_fault(struct printer *p, const struct story *story)
{
	const struct nw_fault *fault = &story->result.fault;
	struct story_text cure;

	print_rights(p, story, 1);
	print_rights(p, story, 2);
	paint_on(p, PAINT_BAD);
	fprintf(p->out, "fault: %s, level %d, stage %d%s", story_fault_name(fault->type),
		fault->level, fault->stage2 ? 2 : 1,
		fault->s1ptw ? " on a stage 1 descriptor (S1PTW)" : "");
	paint_off(p);
	fprintf(p->out, ", taken to EL%u\n", story->d.target_el);
	print_registers(p, story);
	fprintf(p->out, "  rule: %s\n", story_fault_rule(story));
	story_cure(story, &cure);
	if (!cure.used)
		return;
	fputs("  what would have to change: ", p->out);
	paint_on(p, PAINT_HEADING);
	fputs(cure.text, p->out);
	paint_off(p);
	fputc('\n', p->out);
}

/* ------------------------------------------------------------------ the whole */

static void print_title(struct printer *p, const struct story *story)
{
	paint_on(p, PAINT_HEADING);
	fprintf(p->out, "%s at VA 0x%" PRIx64 " from EL%u, regime %s",
		story_access_name(&story->access), story->va.value, story->access.el,
		story_regime_name(story));
	paint_off(p);
	if (story->access.unprivileged && story->access.el)
		fputs(", unprivileged", p->out);
	if (story->access.pan)
		fputs(", PSTATE.PAN=1", p->out);
	if (story->d.regime != REGIME_EL2)
		fprintf(p->out, ", ASID 0x%x", story->d.asid);
	if (story->d.stage2.on)
		fprintf(p->out, ", VMID 0x%x", story->d.vmid);
	fputc('\n', p->out);
}

void story_print_text(const struct story *story, FILE *out, bool colours)
{
	struct printer p = {.out = out, .colours = colours};
	unsigned fetches;

	print_title(&p, story);
	print_stage(&p, story, 1);
	print_stage(&p, story, 2);
	fetches = print_walk(&p, story);
	if (story_faulted(story))
		print_fault(&p, story);
	else
		print_output(&p, story);
	fprintf(out, "%u descriptor fetch%s\n", fetches, fetches == 1 ? "" : "es");
}
