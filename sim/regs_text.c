/* Registers with encodings, fields, values and what these mean, as text. */
#include "regs.h"

#include <inttypes.h>
#include <string.h>

static const char *const reserved[] = {
	[FIELD_RES0] = "RES0", [FIELD_RES1] = "RES1", [FIELD_IGNORED] = "IGNORED"};

static void print_value(const struct field *field, uint64_t value)
{
	uint64_t part = field_value(field, value);
	unsigned width = field->msb - field->lsb + 1u;
	uint64_t ones = width == 64 ? ~UINT64_C(0) : (UINT64_C(1) << width) - 1;
	char meaning[MEANING_TEXT];

	printf(" = 0x%" PRIx64, part);
	if ((field->kind == FIELD_RES0 && part) || (field->kind == FIELD_RES1 && part != ones))
		fputs(" (reserved bits do not hold what they should)", stdout);
	meaning_of(field, NULL, value, meaning);
	if (*meaning)
		printf(": %s", meaning);
}

static void print_fields(const struct regs_view *view, bool values)
{
	size_t count;
	const struct field *field = fields_of(view->layout, &count);

	for (size_t i = 0; i < count; i++, field++) {
		char bits[16];

		if (field->msb == field->lsb)
			snprintf(bits, sizeof(bits), "[%u]", field->lsb);
		else
			snprintf(bits, sizeof(bits), "[%u:%u]", field->msb, field->lsb);
		printf("  %-8s %s", bits,
		       field->kind == FIELD_NAMED ? field->name : reserved[field->kind]);
		if (values)
			print_value(field, view->value);
		putchar('\n');
	}
}

static void print_encoding(const struct cpu_sysreg_info *info)
{
	printf("%-18s op0=%u op1=%u CRn=%u CRm=%u op2=%u, EL%u and above, %s%s\n", info->name,
	       info->op0, info->op1, info->CRn, info->CRm, info->op2, info->lowest_el,
	       info->readable ? "R" : "", info->writable ? "W" : "");
}

void regs_print(const char *name, const uint64_t *value, enum regs_e2h e2h)
{
	struct regs_view view[REGS_VIEWS];
	unsigned count = regs_views(name, value ? *value : 0, e2h, view);
	struct cpu_sysreg_info info;
	bool is_register = regs_find(name, &info);

	if (is_register)
		print_encoding(&info);
	for (unsigned i = 0; i < count; i++) {
		if (view[i].when)
			printf(" while %s:\n", view[i].when);
		else if (i || !is_register)
			printf("%s\n", view[i].layout);
		print_fields(&view[i], value != NULL);
	}
}

void regs_print_all(void)
{
	const char *last = "";
	struct cpu_sysreg_info info;
	size_t count;
	const struct field *field = fields_all(&count);

	for (size_t i = 0; i < cpu_sysreg_count(); i++) {
		info = cpu_sysreg_info(i);
		print_encoding(&info);
	}
	for (size_t i = 0; i < count; i++) {
		if (strcmp(field[i].reg, last) && !regs_find(field[i].reg, &info))
			printf("%-18s layout only\n", field[i].reg);
		last = field[i].reg;
	}
}
