/*
 * gendecode TABLE... DIRECTORY: turns the decode tables into C. Run by the build, on the host.
 *
 *	a64.h               forms, their fields as structures, unpacking, prototypes of [system]
 *	a64decode.inc       the decoder, and what names, needs, timing and operands a form has
 *	observed_GROUP.inc  a handler for every form that executes it from its word
 *	observed.inc        the handlers of [system] and [unmodelled], and the table of all
 *	fast_GROUP.inc      handlers specialised as the column `fast` asks, the choice between them
 *	fast_groups.inc     the choice between the groups
 */
#include "bitmask.h"
#include "genprint.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- a64.h */

static bool mentions(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = text; (at = strstr(at, name)) != NULL; at++)
		if ((at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_')) &&
		    !(isalnum((unsigned char)at[length]) || at[length] == '_'))
			return true;
	return false;
}

/* What a derived field is derived from. */
static void print_local(FILE *out, const struct row *row, const struct field *f)
{
	bool wanted = false;

	for (unsigned i = row_word_fields(row); i < row->field_count; i++)
		wanted |= mentions(row->fields[i].derived, f->name);
	if (!wanted)
		return;
	fprintf(out, "\tconst %s %s = ", type_of(f), f->name);
	print_raw(out, f);
	fprintf(out, ";\n");
}

static void print_struct(FILE *out, const struct row *row)
{
	fprintf(out, "\nstruct a64_%s {\n", row->name);
	for (unsigned i = 0; i < row->field_count; i++)
		fprintf(out, "\t%s %s;\n", type_of(&row->fields[i]), row->fields[i].name);
	if (row->field_count == 0)
		fprintf(out, "\tchar no_fields;\n");
	fprintf(out, "};\nstatic inline struct a64_%s a64_unpack_%s(uint32_t word)\n{\n", row->name,
		row->name);
	fprintf(out, "\t(void)word;\n");
	for (unsigned i = 0; i < row->field_count; i++)
		print_local(out, row, &row->fields[i]);
	fprintf(out, "\treturn (struct a64_%s){\n", row->name);
	for (unsigned i = 0; i < row->field_count; i++) {
		fprintf(out, "\t\t.%s = ", row->fields[i].name);
		print_field(out, &row->fields[i]);
		fprintf(out, ",\n");
	}
	fprintf(out, "\t};\n}\n");
	if (strcmp(row->group, "system") == 0)
		fprintf(out, "struct outcome exec_%s(struct cpu *cpu, const struct a64_%s *i);\n",
			row->name, row->name);
}

static void print_header(const struct table *t, const char *directory)
{
	FILE *out = open_output(directory, "a64.h");

	fprintf(out, "#ifndef A64_H\n#define A64_H\n#include \"cpu/a64info.h\"\n#include "
		     "\"cpu/bitmask.h\"\n\nenum a64_form "
		     "{\n\tA64_UNALLOCATED,\n");
	for (unsigned i = 0; i < t->row_count; i++)
		fprintf(out, "\tA64_%s,\n", t->rows[i].name);
	fprintf(out, "\tA64_FORM_COUNT\n};\n");
	for (unsigned i = 0; i < t->row_count; i++)
		if (!row_unmodelled(&t->rows[i]))
			print_struct(out, &t->rows[i]);
	fprintf(out, "\n#endif\n");
	fclose(out);
}

/* ---------------------------------------------------------------- the decoder */

struct row_set {
	const struct row *rows[ROWS_MAX];
	unsigned count;
};

static void indent(FILE *out, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		fputc('\t', out);
}

static void print_leaf(FILE *out, const struct row *row, uint32_t tested, unsigned depth)
{
	uint32_t mask = row->mask & ~tested;

	indent(out, depth);
	if (mask != 0)
		fprintf(out, "if ((word & 0x%08xu) == 0x%08xu) ", mask, row->value & mask);
	fprintf(out, "{\n");
	for (unsigned i = 0; i < row->field_count; i++) {
		if (!mentions(row->where, row->fields[i].name))
			continue;
		indent(out, depth + 1);
		fprintf(out, "const %s %s = ", type_of(&row->fields[i]), row->fields[i].name);
		print_raw(out, &row->fields[i]);
		fprintf(out, ";\n");
	}
	indent(out, depth + 1);
	if (row->where[0] != '\0')
		fprintf(out, "if (%s) ", row->where);
	fprintf(out, "return A64_%s;\n", row->name);
	indent(out, depth);
	fprintf(out, "}\n");
}

static uint32_t common_bits(const struct row_set *set, uint32_t tested)
{
	uint32_t common = ~tested;

	for (unsigned i = 0; i < set->count; i++)
		common &= set->rows[i]->mask;
	return common;
}

/* The untested bit that most rows fix. */
static uint32_t best_bit(const struct row_set *set, uint32_t tested)
{
	unsigned best = 0;
	uint32_t bit = 0;

	for (unsigned b = 0; b < 32; b++) {
		unsigned count = 0;

		for (unsigned i = 0; i < set->count; i++)
			count += (set->rows[i]->mask & ~tested) >> b & 1;
		if (count > best) {
			best = count;
			bit = 1u << b;
		}
	}
	return bit;
}

static struct row_set rows_with(const struct row_set *set, uint32_t mask, uint32_t value)
{
	struct row_set chosen = {.count = 0};

	for (unsigned i = 0; i < set->count; i++)
		if (((set->rows[i]->value ^ value) & mask & set->rows[i]->mask) == 0)
			chosen.rows[chosen.count++] = set->rows[i];
	return chosen;
}

static void print_leaves(FILE *out, const struct table *t, struct row_set *set, uint32_t tested,
			 unsigned depth)
{
	for (unsigned i = 0; i < set->count; i++) {
		for (unsigned j = i + 1; j < set->count; j++) {
			const struct row *a = set->rows[i], *b = set->rows[j];

			if (table_preferred(t, a, b) == b) {
				set->rows[i] = b;
				set->rows[j] = a;
			}
		}
	}
	for (unsigned i = 0; i < set->count; i++)
		print_leaf(out, set->rows[i], tested, depth);
}

static void print_tree(FILE *out, const struct table *t, struct row_set *set, uint32_t tested,
		       unsigned depth)
{
	uint32_t bits = common_bits(set, tested);

	if (bits == 0)
		bits = best_bit(set, tested);
	if (set->count <= 1 || bits == 0) {
		print_leaves(out, t, set, tested, depth);
		return;
	}
	indent(out, depth);
	fprintf(out, "switch (word & 0x%08xu) {\n", bits);
	for (unsigned i = 0; i < 2 * set->count; i++) {
		/* A row that doesn't fix all of bits (then it is one bit) is under both values. */
		uint32_t value = i < set->count ? set->rows[i]->value & bits
						: ~set->rows[i - set->count]->value & bits;
		bool seen = i >= set->count && common_bits(set, tested) != 0;

		for (unsigned j = 0; j < i && j < set->count; j++)
			seen |= (set->rows[j]->value & bits) == value;
		for (unsigned j = set->count; j < i; j++)
			seen |= (~set->rows[j - set->count]->value & bits) == value;
		if (seen)
			continue;

		struct row_set *chosen = malloc(sizeof(*chosen));

		*chosen = rows_with(set, bits, value);
		indent(out, depth);
		fprintf(out, "case 0x%08xu:\n", value);
		print_tree(out, t, chosen, tested | bits, depth + 1);
		indent(out, depth + 1);
		fprintf(out, "break;\n");
		free(chosen);
	}
	indent(out, depth);
	fprintf(out, "}\n");
}

static void print_info(FILE *out, const struct row *row)
{
	fprintf(out,
		"\t[A64_%s] = { .name = \"%s\", .timing = \"%s\", .unmodelled = %s%s%s, .needs = "
		"{%s, %s},\n\t\t.flags = %d, "
		".mem = %d, .pc = %d, .mask = 0x%08xu, .value = 0x%08xu, .field_count = %u, "
		".fields = {",
		row->name, row->name, row->timing, row_unmodelled(row) ? "\"" : "",
		row_unmodelled(row) ? row->text : "NULL", row_unmodelled(row) ? "\"" : "",
		row->needs[0], row->needs[1], row->flags, row->mem, row->pc,
		row->mask | row->should_mask, row->value | row->should_value, row_word_fields(row));
	for (unsigned i = 0; i < row_word_fields(row); i++) {
		const struct field *f = &row->fields[i];

		fprintf(out, "\n\t\t{ \"%s\", %u, %d, %d, %d, %d, %d, {", f->name, f->width,
			f->is_signed, f->role, f->sp, f->raw, f->v);
		for (unsigned j = 0; j < f->piece_count; j++)
			fprintf(out, " { %u, %u, %u },", f->pieces[j].width, f->pieces[j].lsb,
				f->pieces[j].to);
		fprintf(out, " } },");
	}
	fprintf(out, "\n\t} },\n");
}

static void print_decoder(const struct table *t, const char *directory)
{
	FILE *out = open_output(directory, "a64decode.inc");
	struct row_set *all = malloc(sizeof(*all));

	all->count = 0;
	for (unsigned i = 0; i < t->row_count; i++)
		all->rows[all->count++] = &t->rows[i];
	fprintf(out, "static enum a64_form form_of(uint32_t word)\n{\n");
	print_tree(out, t, all, 0, 1);
	fprintf(out, "\treturn A64_UNALLOCATED;\n}\n\nconst struct a64_info "
		     "a64_info[A64_FORM_COUNT] = {\n");
	for (unsigned i = 0; i < t->row_count; i++)
		print_info(out, &t->rows[i]);
	fprintf(out, "};\n\nconst uint64_t BITMASK[8192] = {\n");
	for (uint32_t i = 0; i < 8192; i++)
		if (BitMaskValid(1, i))
			fprintf(out, "\t[%" PRIu32 "] = UINT64_C(0x%" PRIx64 "),\n", i, BitMask(i));
	fprintf(out, "};\n");
	free(all);
	fclose(out);
}

/* ---------------------------------------------------------------- observed handlers */

static void print_observed(FILE *out, const struct row *row)
{
	bool system = strcmp(row->group, "system") == 0;

	fprintf(out, "\n%sstruct outcome observed_%s(struct cpu *cpu, uint32_t word)\n{\n",
		system || row_unmodelled(row) ? "static " : "", row->name);
	if (row_unmodelled(row)) {
		fprintf(out, "\t(void)word;\n\treturn unmodelled(cpu, \"%s\");\n}\n", row->text);
		return;
	}
	if (row_uses_simd(row))
		fprintf(out, "\tif (!fp_is_enabled(cpu))\n\t\treturn fp_trapped(cpu);\n\n");
	fprintf(out, "\tconst struct a64_%s i = a64_unpack_%s(word);\n\n", row->name, row->name);
	if (system) {
		fprintf(out, "\treturn exec_%s(cpu, &i);\n}\n", row->name);
		return;
	}
	fprintf(out, "\tstruct ctx x = { .cpu = cpu, .f = cpu->flags };\n");
	if ((row->flags & ROLE_WRITE) != 0)
		fprintf(out,
			"\tstruct outcome o = exec_%s(&x, &i);\n\n\tcpu->flags = x.f;\n\treturn "
			"o;\n}\n",
			row->name);
	else
		fprintf(out, "\treturn exec_%s(&x, &i);\n}\n", row->name);
}

bool is_separate(const char *group)
{
	return strcmp(group, "system") != 0 && strcmp(group, "unmodelled") != 0;
}

static void print_observed_group(const struct table *t, const char *directory, const char *group)
{
	char name[NAME_MAX_LEN + 16];

	snprintf(name, sizeof(name), "observed_%s.inc", group);

	FILE *out = open_output(directory, name);

	fprintf(out, "#ifndef CPU_STENCIL\n");
	for (unsigned i = 0; i < t->row_count; i++)
		if (strcmp(t->rows[i].group, group) == 0)
			fprintf(out, "observed_handler observed_%s;\n", t->rows[i].name);
	for (unsigned i = 0; i < t->row_count; i++)
		if (strcmp(t->rows[i].group, group) == 0)
			print_observed(out, &t->rows[i]);
	fprintf(out, "#endif\n");
	fclose(out);
}

static void print_all_observed(const struct table *t, const char *directory)
{
	FILE *out = open_output(directory, "observed.inc");

	for (unsigned i = 0; i < t->row_count; i++) {
		if (is_separate(t->rows[i].group))
			fprintf(out, "observed_handler observed_%s;\n", t->rows[i].name);
		else
			print_observed(out, &t->rows[i]);
	}
	fprintf(out, "\nstatic observed_handler *const observed[A64_FORM_COUNT] = "
		     "{\n\t[A64_UNALLOCATED] = unallocated,\n");
	for (unsigned i = 0; i < t->row_count; i++)
		fprintf(out, "\t[A64_%s] = observed_%s,\n", t->rows[i].name, t->rows[i].name);
	fprintf(out, "};\n");
	fclose(out);
}

/* The files of each group. */
static bool print_groups(const struct table *t, const char *directory)
{
	for (unsigned i = 0; i < t->row_count; i++) {
		const char *group = t->rows[i].group;
		bool first = is_separate(group);

		for (unsigned j = 0; j < i && first; j++)
			first = strcmp(group, t->rows[j].group) != 0;
		if (!first)
			continue;
		print_observed_group(t, directory, group);
		if (!print_fast_group(t, directory, group))
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	static struct table table;
	const char *directory = argv[argc - 1];

	if (argc < 3) {
		fprintf(stderr, "usage: gendecode TABLE... DIRECTORY\n");
		return 2;
	}
	for (int i = 1; i < argc - 1; i++)
		if (!table_read(&table, argv[i]))
			return 1;
	if (!table_check(&table))
		return 1;
	print_header(&table, directory);
	print_decoder(&table, directory);
	print_all_observed(&table, directory);
	print_fast_groups(&table, directory);
	return print_groups(&table, directory) ? 0 : 1;
}
