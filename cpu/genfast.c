/* The fast handlers that gendecode prints: fast_GROUP.inc and fast_groups.inc. */
#include "genprint.h"

#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------- fast handlers */

static unsigned item_values(const struct item *item)
{
	if (item->kind == ITEM_UNUSED)
		return 1;
	return item->kind == ITEM_FIELD ? 1u << item->field->width : 2;
}

static const struct item *item_of(const struct row *row, const struct field *f)
{
	for (unsigned i = 0; i < row->item_count; i++)
		if (row->items[i].field == f)
			return &row->items[i];
	return NULL;
}

/* Where a decoded op keeps each field that is not a constant: b[n] for those of 8 bits, and imm for
 * one more. */
static bool place_fields(const struct row *row, char place[FIELDS_MAX][16])
{
	unsigned bytes = 0;
	bool imm = false;

	for (unsigned i = 0; i < row->field_count; i++) {
		const struct field *f = &row->fields[i];

		place[i][0] = '\0';
		if (item_of(row, f) != NULL)
			continue;
		if (f->width <= 8 && !f->is_signed && bytes < 4) {
			snprintf(place[i], 16, "b[%u]", bytes++);
		} else if (!imm && f->role == ROLE_NONE) {
			snprintf(place[i], 16, "imm");
			imm = true;
		} else {
			return false;
		}
	}
	return true;
}

/* Loaded from the op where it is used: set_X() and stored_X() in ctx.h, late_vector() of what
 * memory gives or takes. */
static bool is_late(const struct row *row, const struct field *f)
{
	bool stored = f->role == ROLE_READ && (row->mem & ROLE_WRITE) != 0 &&
		      strncmp(f->name, "Rt", 2) == 0;

	bool loaded = f->role == ROLE_WRITE && row->mem == ROLE_READ;

	return stored || (f->v ? loaded : f->role == ROLE_WRITE);
}

/*
 * A condition of the form {NAME == VALUE && ...}: where it holds, NAME is VALUE. Its text, or NULL;
 * `length` is that of the value.
 */
static const char *value_of(const char *condition, const char *name, int *length)
{
	size_t used = strlen(name);

	for (const char *at = condition; at != NULL;) {
		const char *end = strstr(at, " && ");

		if (strncmp(at, name, used) == 0 && strncmp(at + used, " == ", 4) == 0) {
			at += used + 4;
			*length = end != NULL ? (int)(end - at) : (int)strlen(at);
			return at;
		}
		at = end != NULL ? end + 4 : NULL;
	}
	return NULL;
}

/* The item that may say what the field is. */
static const struct item *equal_item(const struct row *row, const struct field *f)
{
	int length;

	for (unsigned i = 0; i < row->item_count; i++)
		if (row->items[i].kind == ITEM_CONDITION &&
		    strstr(row->items[i].condition, "||") == NULL &&
		    value_of(row->items[i].condition, f->name, &length) != NULL)
			return &row->items[i];
	return NULL;
}

/* A register by number or slot: what a stencil has another kind of hole for. */
static bool is_register(const struct field *f)
{
	return f->role != ROLE_NONE && !f->v && !f->raw;
}

/* A field that is in the op, at `place`. */
static void print_operand(FILE *out, const struct row *row, const struct field *f,
			  const char *place)
{
	fprintf(out, "\tconst %s %s = ", type_of(f), f->name);
	if (is_late(row, f))
		fprintf(out, "IN_OP + %c;\n", place[2]);
	else if (place[0] == 'b')
		fprintf(out, "%s(%c);\n",
			f->v              ? "FAST_VECTOR"
			: is_register(f) ? "FAST_REGISTER"
					 : "FAST_BYTE",
			place[2]);
	else
		fprintf(out, "(%s)FAST_IMM;\n", type_of(f));
}

/* A field that is known where `condition` holds. */
static void print_equal(FILE *out, const struct field *f, const char *condition)
{
	int length = 0;
	const char *value = value_of(condition, f->name, &length);

	fprintf(out, "\tconst %s %s = %.*s;\n", type_of(f), f->name, length, value);
}

static void print_fields(FILE *out, const struct row *row, char place[FIELDS_MAX][16],
			 const unsigned values[ITEMS_MAX])
{
	for (unsigned i = 0; i < row->field_count; i++) {
		const struct field *f = &row->fields[i];
		const struct item *item = item_of(row, f), *equal = equal_item(row, f);

		if (item != NULL && item->kind == ITEM_FIELD)
			fprintf(out, "\tconst %s %s = %u;\n", type_of(f), f->name,
				values[item - row->items]);
		else if (item == NULL && equal != NULL && values[equal - row->items] != 0)
			print_equal(out, f, equal->condition);
		else if (item == NULL)
			print_operand(out, row, f, place[i]);
	}
	fprintf(out, "\tconst struct a64_%s i = {", row->name);
	for (unsigned i = 0; i < row->field_count; i++)
		if (place[i][0] != '\0' || item_of(row, &row->fields[i])->kind == ITEM_FIELD)
			fprintf(out, " .%s = %s,", row->fields[i].name, row->fields[i].name);
	fprintf(out, " };\n");
}

/* Whether the base is SP is not known when the handler is compiled. */
static bool any_base(const struct row *row)
{
	for (unsigned i = 0; i < row->field_count; i++)
		if (row->mem != ROLE_NONE && row->fields[i].sp &&
		    equal_item(row, &row->fields[i]) == NULL)
			return true;
	return false;
}

static void print_fast_handler(FILE *out, const struct row *row, char place[FIELDS_MAX][16],
			       unsigned number, const unsigned values[ITEMS_MAX])
{
	bool near = false;

	fprintf(out, "\nFAST_HANDLER(%s_%u)\n{\n", row->name, number);
	print_fields(out, row, place, values);
	for (unsigned i = 0; i < row->item_count; i++) {
		if (row->items[i].kind == ITEM_CONDITION)
			fprintf(out, "\tFAST_ASSUME(%s(%s));\n", values[i] != 0 ? "" : "!",
				row->items[i].condition);
		near |= row->items[i].kind == ITEM_NEAR && values[i] != 0;
	}
	if (row_uses_simd(row))
		fprintf(out, "\tFAST_ENTER_SIMD;\n");
	if (any_base(row))
		fprintf(out, "\tFAST_ANY_BASE;\n");
	fprintf(out, "\tFAST_ENTER(%s);\n\tFAST_LEAVE(exec_%s(&x, &i));\n}\n",
		near ? "true" : "false", row->name);
}

static unsigned print_fast_row(FILE *out, const struct row *row, char place[FIELDS_MAX][16])
{
	unsigned values[ITEMS_MAX] = {0}, count = 0;

	for (;;) {
		unsigned i = row->item_count;

		print_fast_handler(out, row, place, count++, values);
		/* The next combination; the last item counts fastest. */
		while (i > 0 && ++values[i - 1] == item_values(&row->items[i - 1]))
			values[--i] = 0;
		if (i == 0)
			return count;
	}
}

/* A direct branch has one signed field: its offset in instructions. */
static const char *offset_of(const struct row *row)
{
	for (unsigned i = 0; i < row->field_count; i++)
		if (row->fields[i].is_signed)
			return row->fields[i].name;
	return "0";
}

static void print_choice(FILE *out, const struct row *row, char place[FIELDS_MAX][16],
			 unsigned count)
{
	fprintf(out, "\tcase A64_%s: {\n\t\tconst struct a64_%s i = a64_unpack_%s(word);\n",
		row->name, row->name, row->name);
	fprintf(out, "\t\tstatic fast_handler *const handlers[] = {");
	for (unsigned i = 0; i < count; i++)
		fprintf(out, "%sfast_%s_%u,", i % 4 == 0 ? "\n\t\t\t" : " ", row->name, i);
	fprintf(out, "\n\t\t};\n\t\tunsigned n = 0;\n\n");
	for (unsigned i = 0; i < row->field_count; i++) {
		const struct field *f = &row->fields[i];

		fprintf(out, "\t\tconst %s %s = i.%s;\n\t\t(void)%s;\n", type_of(f), f->name,
			f->name, f->name);
		if (place[i][0] != '\0')
			fprintf(out, "\t\top->%s = (%s)%s;\n", place[i],
				place[i][0] == 'b' ? "uint8_t" : "int32_t", f->name);
	}
	for (unsigned i = 0; i < row->item_count; i++) {
		const struct item *item = &row->items[i];

		fprintf(out, "\t\tn = n * %u", item_values(item));
		if (item->kind == ITEM_FIELD)
			fprintf(out, " + %s;\n", item->field->name);
		else if (item->kind == ITEM_CONDITION)
			fprintf(out, " + ((%s) ? 1 : 0);\n", item->condition);
		else if (item->kind == ITEM_NEAR)
			fprintf(out, " + (fast_is_near(op, %s) ? 1 : 0);\n", offset_of(row));
		else
			fprintf(out, ";\n");
	}
	fprintf(out, "\t\top->fn = handlers[n];\n\t\treturn true;\n\t}\n");
}

bool print_fast_group(const struct table *t, const char *directory, const char *group)
{
	char name[NAME_MAX_LEN + 16], place[FIELDS_MAX][16];
	unsigned counts[ROWS_MAX] = {0};

	snprintf(name, sizeof(name), "fast_%s.inc", group);

	FILE *out = open_output(directory, name);

	for (unsigned i = 0; i < t->row_count; i++) {
		const struct row *row = &t->rows[i];

		if (!row->fast || strcmp(row->group, group) != 0)
			continue;
		if (!place_fields(row, place)) {
			fprintf(stderr,
				"nestwalk: %s:%u: %s: its fields do not fit a decoded op, expected "
				"four of 8 bits "
				"and one of 32 that are no constants\n",
				row->path, row->line, row->name);
			fclose(out);
			return false;
		}
		counts[i] = print_fast_row(out, row, place);
	}
	fprintf(out,
		"\n#ifndef CPU_STENCIL\nfast_chooser fast_%s;\nbool fast_%s(struct op *op, enum "
		"a64_form form, "
		"uint32_t word)\n{\n\t(void)op;\n\t(void)word;\n\tswitch (form) {\n",
		group, group);
	for (unsigned i = 0; i < t->row_count; i++)
		if (counts[i] > 0 && place_fields(&t->rows[i], place))
			print_choice(out, &t->rows[i], place, counts[i]);
	fprintf(out, "\tdefault:\n\t\treturn false;\n\t}\n}\n#endif\n");
	fclose(out);
	return true;
}

void print_fast_groups(const struct table *t, const char *directory)
{
	FILE *out = open_output(directory, "fast_groups.inc");

	for (unsigned i = 0; i < t->row_count; i++)
		if (is_separate(t->rows[i].group))
			fprintf(out, "extern fast_chooser fast_%s;\n", t->rows[i].group);
	fprintf(out, "\nstatic fast_chooser *const fast_choosers[A64_FORM_COUNT] = {\n");
	for (unsigned i = 0; i < t->row_count; i++)
		if (is_separate(t->rows[i].group))
			fprintf(out, "\t[A64_%s] = fast_%s,\n", t->rows[i].name, t->rows[i].group);
	fprintf(out, "};\n");
	fclose(out);
}
