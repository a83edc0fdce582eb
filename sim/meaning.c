/* meaning.def expanded, and the fields whose meaning follows from a rule. */
#include "meaning.h"

#include "../mmu/vmsa.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------ the table */

enum row_kind { ROW_MEANING, ROW_SAME_LAYOUT, ROW_SAME_FIELD };

struct row {
	enum row_kind kind;
	const char *layout, *field;
	uint64_t value;
	const char *text; /* or the other layout or field */
};

#define MEANING(layout, field, value, text) {ROW_MEANING, #layout, #field, value, text},
#define SAME_LAYOUT(layout, other)          {ROW_SAME_LAYOUT, #layout, "", 0, #other},
#define SAME_FIELD(layout, field, other)    {ROW_SAME_FIELD, #layout, #field, 0, #other},

static const struct row rows[] = {
#include "meaning.def"
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

/* The meaning of a value; else where else the table sends the search, by changing layout or field.
 */
static const char *search(const char **layout, const char **field, uint64_t value, bool *again)
{
	const struct row *same_layout = NULL;
	bool has_rows = false;

	*again = false;
	for (size_t i = 0; i < ROW_COUNT; i++) {
		const struct row *row = &rows[i];

		if (strcmp(row->layout, *layout))
			continue;
		if (row->kind == ROW_SAME_LAYOUT) {
			same_layout = row;
		} else if (!strcmp(row->field, *field)) {
			if (row->kind == ROW_SAME_FIELD) {
				*field = row->text;
				*again = true;
				return "";
			}
			if (row->value == value)
				return row->text;
			has_rows = true;
		}
	}
	if (!has_rows && same_layout) {
		*layout = same_layout->text;
		*again = true;
	}
	return "";
}

const char *meaning_row(const char *layout, const char *field, uint64_t value)
{
	bool again;
	const char *text;

	do
		text = search(&layout, &field, value, &again);
	while (again);
	return text;
}

/* ------------------------------------------------------------------ memory types */

/* D8.6 "Memory region attributes", MAIR_ELx: a nibble of a Normal type. */
static void cacheability(unsigned nibble, char *text, size_t size)
{
	static const char *const kind[4] = {"Write-Through Transient", "Write-Back Transient",
					    "Write-Through", "Write-Back"};

	if (nibble == 4) {
		snprintf(text, size, "Non-cacheable");
		return;
	}
	snprintf(text, size, "%s%s%s", kind[nibble >> 2], nibble & 2 ? ", Read-Allocate" : "",
		 nibble & 1 ? ", Write-Allocate" : "");
}

static void device(uint8_t attr, char text[MEANING_TEXT])
{
	static const char *const type[4] = {"nGnRnE", "nGnRE", "nGRE", "GRE"};

	if (attr & 2)
		snprintf(text, MEANING_TEXT, "reserved");
	else
		snprintf(text, MEANING_TEXT, "Device-%s%s", type[attr >> 2],
			 attr & 1 ? " with XS=0" : "");
}

void meaning_of_attribute(uint8_t attr, char text[MEANING_TEXT])
{
	unsigned outer = attr >> 4, inner = attr & 0xf;
	char outer_text[56], inner_text[56];

	if (!outer) {
		device(attr, text);
		return;
	}
	/* FEAT_XS and FEAT_MTE gave some of the reserved values a meaning. */
	if (!inner) {
		snprintf(text, MEANING_TEXT, "%s",
			 attr == 0x40   ? "Normal Non-cacheable with XS=0"
			 : attr == 0xa0 ? "Normal Write-Through, Read-Allocate with XS=0"
			 : attr == 0xf0 ? "Normal Tagged Write-Back, Read-Allocate, Write-Allocate"
					: "reserved");
		return;
	}
	cacheability(outer, outer_text, sizeof(outer_text));
	cacheability(inner, inner_text, sizeof(inner_text));
	if (outer == inner)
		snprintf(text, MEANING_TEXT, "Normal %s", outer_text);
	else
		snprintf(text, MEANING_TEXT, "Normal, Outer %s, Inner %s", outer_text, inner_text);
}

/* ------------------------------------------------------------------ start levels */

/* VTCR_EL2.SL0 and SL2 (D8.2 "Translation process"); 4: reserved. */
static int start_level(uint64_t vtcr)
{
	static const int levels[3][4] = {{2, 1, 0, 3}, {3, 2, 1, 4}, {3, 2, 1, 0}};
	uint64_t tg0 = VTCR_EL2_TG0(vtcr), sl0 = VTCR_EL2_SL0(vtcr);

	if (tg0 == 3)
		return 4;
	if (tg0 == TG0_4K && VTCR_EL2_DS(vtcr) && VTCR_EL2_SL2(vtcr))
		return sl0 ? 4 : -1;
	if (tg0 == TG0_16K && sl0 == 3 && !VTCR_EL2_DS(vtcr))
		return 4;
	return levels[tg0][sl0];
}

static void say_sl0(uint64_t vtcr, char text[MEANING_TEXT])
{
	int level = start_level(vtcr);

	if (level == 4)
		snprintf(text, MEANING_TEXT, "reserved with this TG0, DS and SL2");
	else
		snprintf(text, MEANING_TEXT, "start level %d", level);
}

static void say_sl2(uint64_t vtcr, char text[MEANING_TEXT])
{
	const char *says = "start level by SL0";

	if (VTCR_EL2_SL2(vtcr))
		says = VTCR_EL2_TG0(vtcr) == TG0_4K && VTCR_EL2_DS(vtcr)
			       ? "start level -1"
			       : "no effect: it needs DS=1 and the 4 KB granule";
	snprintf(text, MEANING_TEXT, "%s", says);
}

/* ------------------------------------------------------------------ fields that follow a rule */

static void say_size(uint64_t value, char text[MEANING_TEXT])
{
	snprintf(text, MEANING_TEXT, "%" PRIu64 "-bit input", 64 - value);
}

static void say_address(const char *what, uint64_t address, char text[MEANING_TEXT])
{
	snprintf(text, MEANING_TEXT, "%s 0x%" PRIx64, what, address);
}

static bool is_one_of(const char *name, const char *a, const char *b)
{
	return !strcmp(name, a) || !strcmp(name, b);
}

/* False: there is no rule for it. */
static bool say_by_rule(const char *name, uint64_t value, uint64_t whole, char text[MEANING_TEXT])
{
	if (is_one_of(name, "T0SZ", "T1SZ"))
		say_size(value, text);
	else if (!strcmp(name, "SL0"))
		say_sl0(whole, text);
	else if (!strcmp(name, "SL2"))
		say_sl2(whole, text);
	else if (!strcmp(name, "ATTR") || (!strncmp(name, "Attr", 4) && !name[5]))
		meaning_of_attribute((uint8_t)value, text);
	else if (!strcmp(name, "AttrIndx"))
		snprintf(text, MEANING_TEXT, "Attr%" PRIu64 " of MAIR", value);
	else if (!strcmp(name, "FIPA"))
		say_address("IPA", value << 12, text);
	else if (!strcmp(name, "PA"))
		say_address("PA", value << 12, text);
	else if (!strcmp(name, "ADDRESS"))
		say_address("48-bit address", ADDRESS_48_OA_47_12(whole) << 12, text);
	else if (!strcmp(name, "BADDR"))
		say_address("table at", value << TTBR0_EL1_BADDR_LSB, text);
	else if (!strcmp(name, "BADDR_47_6"))
		say_address("table at",
			    TTBR_52_BADDR_51_48(whole) << 48 | value << TTBR_52_BADDR_47_6_LSB,
			    text);
	else
		return false;
	return true;
}

/* Without ISV the syndrome of the instruction is RES0. */
static bool means_nothing(const struct field *field, uint64_t whole)
{
	return !strcmp(field->reg, "ISS_DATA_ABORT") && field->lsb >= ISS_DATA_ABORT_AR_LSB &&
	       field->lsb <= ISS_DATA_ABORT_SAS_LSB && !ISS_DATA_ABORT_ISV(whole);
}

void meaning_of(const struct field *field, const char *view, uint64_t whole,
		char text[MEANING_TEXT])
{
	uint64_t value = field_value(field, whole);

	text[0] = '\0';
	if (field->kind != FIELD_NAMED || means_nothing(field, whole) ||
	    say_by_rule(field->name, value, whole, text))
		return;
	snprintf(text, MEANING_TEXT, "%s",
		 meaning_row(view ? view : field->reg, field->name, value));
}
