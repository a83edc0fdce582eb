/* Colours, wrapped lists, and how a stage is set up. */
#include "story_print.h"

#include "../mmu/vmsa.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#define LINE_COLUMNS 100

/* ------------------------------------------------------------------ colours */

void paint_on(const struct printer *p, enum paint paint)
{
	static const char *const code[] = {
		[PAINT_HEADING] = "\033[1m",
		[PAINT_GOOD] = "\033[32m",
		[PAINT_BAD] = "\033[31m",
		[PAINT_FAINT] = "\033[2m",
	};

	if (p->colours)
		fputs(code[paint], p->out);
}

void paint_off(const struct printer *p)
{
	if (p->colours)
		fputs("\033[0m", p->out);
}

/* ------------------------------------------------------------------ lists */

void wrap_item(struct printer *p, unsigned indent, const char *format, ...)
{
	char item[2 * MEANING_TEXT];
	va_list arguments;
	unsigned length;

	va_start(arguments, format);
	vsnprintf(item, sizeof(item), format, arguments);
	va_end(arguments);
	length = (unsigned)strlen(item);
	if (p->column && p->column + 2 + length > LINE_COLUMNS) {
		fputs(",\n", p->out);
		p->column = 0;
	} else if (p->column) {
		fputs(", ", p->out);
		p->column += 2;
	}
	if (!p->column)
		p->column = (unsigned)fprintf(p->out, "%*s", (int)indent, "");
	fputs(item, p->out);
	p->column += length;
}

void wrap_end(struct printer *p)
{
	if (p->column)
		fputc('\n', p->out);
	p->column = 0;
}

/* ------------------------------------------------------------------ fields */

/* Narrow fields in binary, as the architecture's tables have them. */
static void field_text(const struct field *field, uint64_t descriptor, char text[24])
{
	unsigned width = field->msb - field->lsb + 1u, at = 0;
	uint64_t value = field_value(field, descriptor);

	if (width > 4) {
		snprintf(text, 24, "0x%" PRIx64, value);
		return;
	}
	while (width--)
		text[at++] = value >> width & 1 ? '1' : '0';
	text[at] = '\0';
}

/* AttrIndx selects one of eight types. */
static void say_type(const struct story *story, uint64_t index, char text[MEANING_TEXT])
{
	struct story_registers r = story_registers(story, 1);
	char type[MEANING_TEXT];

	meaning_of_attribute((uint8_t)(r.mair_value >> 8 * index), type);
	snprintf(text, MEANING_TEXT, "%s.Attr%u: %.100s", r.mair, (unsigned)index, type);
}

/* A regime with one privilege has XN and XNTable there, and neither PXN nor nG. */
static const char *name_of(const struct story *story, const struct nw_fetch *fetch,
			   const struct field *field)
{
	static const char *const names[][2] = {{"UXN", "XN"},
					       {"UXNTable", "XNTable"},
					       {"PXN", NULL},
					       {"PXNTable", NULL},
					       {"nG", NULL}};

	if (story->d.regime != REGIME_EL2 || fetch->stage == 2)
		return field->name;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(field->name, names[i][0]))
			return names[i][1];
	}
	return field->name;
}

void print_fields(struct printer *p, const struct story *story, const struct nw_fetch *fetch,
		  unsigned indent)
{
	const char *view, *layout = story_layout(story, fetch, &view);
	const struct field *field;
	size_t count = 0;

	if (!layout)
		return;
	field = fields_of(layout, &count);
	for (size_t i = 0; i < count; i++, field++) {
		char value[24], meaning[MEANING_TEXT];
		const char *name = name_of(story, fetch, field);

		if (!name || !story_shows(story, fetch, field))
			continue;
		field_text(field, fetch->descriptor, value);
		meaning_of(field, view, fetch->descriptor, meaning);
		if (!strcmp(field->name, "AttrIndx"))
			say_type(story, field_value(field, fetch->descriptor), meaning);
		if (!*meaning && !field_value(field, fetch->descriptor))
			continue; /* of no meaning here */
		if (*meaning)
			wrap_item(p, indent, "%s=%s (%s)", name, value, meaning);
		else
			wrap_item(p, indent, "%s=%s", name, value);
	}
	wrap_end(p);
}

/* ------------------------------------------------------------------ a stage */

static void print_off(struct printer *p, const struct story *story, unsigned number)
{
	if (number == 1)
		fputs("stage 1: off, VA = IPA\n", p->out);
	else if (story->d.regime == REGIME_EL10)
		fputs("stage 2: off, IPA = PA\n", p->out);
}

static void print_registers(struct printer *p, const struct story *story, const struct nw_stage *s,
			    const struct story_registers *r, unsigned number)
{
	fprintf(p->out, "  %s=0x%" PRIx64 ", %s=0x%" PRIx64 ", %s=0x%" PRIx64 "%s\n", r->sctlr,
		r->sctlr_value, r->tcr, r->tcr_value, r->ttbr, r->ttbr_value,
		number == 2 || story->d.regime == REGIME_EL2 ? ""
		: s->upper                                   ? " (VA[55]=1)"
							     : " (VA[55]=0)");
}

/* D8.2 "Translation process", how sizes and granule give the start level. */
static void print_start(struct printer *p, const struct story *story, unsigned number)
{
	const struct nw_stage *s = story_stage(story, number);
	const struct nw_index *start = &s->index[s->start_level + 1];
	bool ipa = number == 1 && story->d.stage2.on;

	if (number == 1)
		fprintf(p->out, "  start level %d: 3-(%u-1-%u)/%u (AArch64.S1StartLevel); ",
			s->start_level, s->ia_bits, s->granule_bits, s->granule_bits - 3);
	else
		fprintf(p->out, "  start level %d: SL0=%u, SL2=%u (AArch64.S2StartLevel); ",
			s->start_level, (unsigned)VTCR_EL2_SL0(story->registers.VTCR_EL2),
			(unsigned)VTCR_EL2_SL2(story->registers.VTCR_EL2));
	fprintf(p->out, "%u %s, %u entries, at %s 0x%" PRIx64 "\n", s->tables,
		s->tables > 1 ? "concatenated tables" : "table", 1u << start->bits,
		ipa ? "IPA" : "PA", s->base);
}

static void print_levels(struct printer *p, const struct nw_stage *s)
{
	fputs("  an entry is found by", p->out);
	for (int level = s->start_level; level <= 3; level++) {
		const struct nw_index *index = &s->index[level + 1];

		fprintf(p->out, "%s IA[%u:%u] at level %d", level == s->start_level ? "" : ",",
			index->lsb + index->bits - 1u, index->lsb, level);
	}
	fputc('\n', p->out);
}

/* Bits of TCR_ELx and VTCR_EL2 that change what a walk does. */
static void print_controls(struct printer *p, const struct story *story, unsigned number)
{
	const struct nw_stage *s = story_stage(story, number);

	wrap_item(p, 2, "output of %u bits (%s)", s->oa_bits,
		  story_registers(story, number).output);
	wrap_item(p, 2, "DS=%d", s->ds);
	if (s->big_endian)
		wrap_item(p, 2, "tables big-endian (EE=1)");
	if (s->ha)
		wrap_item(p, 2, "Access flag by hardware (HA=1)");
	if (s->hd)
		wrap_item(p, 2, "dirty state by hardware (HD=1)");
	if (number == 1 && s->top == 55)
		wrap_item(p, 2, "VA[63:56] ignored (TBI)");
	if (number == 1 && !s->hierarchical)
		wrap_item(p, 2, "no hierarchical permissions (HPD)");
	if (number == 2 && story->d.forced_write_back)
		wrap_item(p, 2, "attributes override stage 1's (HCR_EL2.FWB=1)");
	wrap_end(p);
}

void print_stage(struct printer *p, const struct story *story, unsigned number)
{
	const struct nw_stage *s = story_stage(story, number);
	struct story_registers r = story_registers(story, number);

	if (!s->on) {
		print_off(p, story, number);
		return;
	}
	paint_on(p, PAINT_HEADING);
	fprintf(p->out, "stage %u:", number);
	paint_off(p);
	fprintf(p->out, " %s to %s", number == 1 ? "VA" : "IPA",
		number == 1 && story->d.stage2.on ? "IPA" : "PA");
	if (s->ia_bits)
		fprintf(p->out, ", %s=%" PRIu64 ": %u-bit input", r.size, r.size_value, s->ia_bits);
	fprintf(p->out, ", %s: %u KB granule\n", r.granule, 1u << (s->granule_bits - 10));
	print_registers(p, story, s, &r, number);
	if (!s->tables)
		return;
	print_start(p, story, number);
	print_levels(p, s);
	print_controls(p, story, number);
}
