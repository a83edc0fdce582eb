/* Reads decode tables: every row must have 32 bits, and only declared pairs of rows may match the
 * same word. */
#include "gentable.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 3, 4))) static bool bad_at(const char *path, unsigned line,
							 const char *format, ...)
{
	va_list args;

	fprintf(stderr, "nestwalk: %s:%u: ", path, line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return false;
}

#define bad(t, line, ...) bad_at((t)->path, line, __VA_ARGS__)

static bool copy_text(char *to, size_t size, const char *from)
{
	size_t length = strlen(from);

	if (length >= size)
		return false;
	memcpy(to, from, length + 1);
	return true;
}

static struct field *field_named(struct row *row, const char *name)
{
	for (unsigned i = 0; i < row->field_count; i++)
		if (strcmp(row->fields[i].name, name) == 0)
			return &row->fields[i];
	return NULL;
}

static char *trimmed(char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	for (size_t n = strlen(text); n > 0 && isspace((unsigned char)text[n - 1]); n--)
		text[n - 1] = '\0';
	return text;
}

/* ---------------------------------------------------------------- bits */

/* NAME[:[s]WIDTH][@TO], whose top bit is bit `high` of the word. The bits taken, 0 if it is no
 * field. */
static unsigned add_field(struct row *row, const char *token, unsigned high)
{
	char name[NAME_MAX_LEN] = "";
	unsigned width = 1, to = 0, used = 0;
	bool is_signed = false;
	const char *at = token;

	while ((isalnum((unsigned char)at[used]) || at[used] == '_') && used < NAME_MAX_LEN - 1)
		used++;
	memcpy(name, at, used);
	at += used;
	if (*at == ':') {
		is_signed = at[1] == 's';
		width = (unsigned)strtoul(at + (is_signed ? 2 : 1), (char **)&at, 10);
	}
	if (*at == '@')
		to = (unsigned)strtoul(at + 1, (char **)&at, 10);
	if (used == 0 || *at != '\0' || width == 0 || width > high + 1)
		return 0;

	struct field *f = field_named(row, name);

	if (f == NULL) {
		if (row->field_count == FIELDS_MAX)
			return 0;
		f = &row->fields[row->field_count++];
		memcpy(f->name, name, sizeof(name));
	}
	if (f->piece_count == PIECES_MAX)
		return 0;
	f->pieces[f->piece_count++] = (struct piece){width, high + 1 - width, to};
	f->width += width;
	f->is_signed |= is_signed;
	return width;
}

/* Fixed and ignored bits: the bits taken, 0 if there is another character. */
static unsigned add_bits(struct row *row, const char *token, unsigned high)
{
	unsigned taken = 0;
	bool ignored = false;

	for (; *token != '\0'; token++) {
		if (*token == '(' || *token == ')') {
			ignored = *token == '(';
			continue;
		}
		if (strchr("01.", *token) == NULL || taken > high)
			return 0;
		if (*token != '.') {
			*(ignored ? &row->should_mask : &row->mask) |= 1u << (high - taken);
			*(ignored ? &row->should_value : &row->value) |= (uint32_t)(*token == '1')
									 << (high - taken);
		}
		taken++;
	}
	return taken;
}

static bool read_bits(struct table *t, struct row *row, char *text)
{
	unsigned left = 32;
	char *rest = text;

	for (char *token; (token = strtok_r(rest, " \t", &rest)) != NULL;) {
		unsigned taken = 0;

		if (left > 0 && strchr("01.(", *token) != NULL)
			taken = add_bits(row, token, left - 1);
		else if (left > 0)
			taken = add_field(row, token, left - 1);
		if (taken == 0)
			return bad(
				t, row->line,
				"%s: '%s' does not fit: expected 32 bits of 0, 1, ., (1), (0) or "
				"NAME[:WIDTH]",
				row->name, token);
		left -= taken;
	}
	if (left != 0)
		return bad(t, row->line, "%s has %u bits, expected 32", row->name, 32 - left);
	return true;
}

/* ---------------------------------------------------------------- operands and specialisation */

static bool read_role(const char *text, enum role *role)
{
	static const struct {
		const char *name;
		enum role role;
	} roles[] = {
		{"r", ROLE_READ},
		{"w", ROLE_WRITE},
		{"rw", ROLE_BOTH},
	};

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (strcmp(text, roles[i].name) == 0) {
			*role = roles[i].role;
			return true;
		}
	}
	return false;
}

/* NAME:=EXPRESSION of the word's fields, less than 256. */
static bool add_derived(struct row *row, const char *name, const char *expression)
{
	struct field *f = &row->fields[row->field_count];

	if (row->field_count == FIELDS_MAX || field_named(row, name) != NULL)
		return false;
	row->field_count++;
	f->width = 8;
	return copy_text(f->name, sizeof(f->name), name) &&
	       copy_text(f->derived, sizeof(f->derived), expression);
}

static bool read_operand(struct row *row, char *token)
{
	char *role = strchr(token, '=');

	if (role > token && role[-1] == ':') {
		role[-1] = '\0';
		return add_derived(row, token, role + 1);
	}
	if (role == NULL)
		return false;
	*role++ = '\0';
	if (strcmp(token, "flags") == 0)
		return read_role(role, &row->flags);
	if (strcmp(token, "mem") == 0)
		return read_role(role, &row->mem);
	if (strcmp(token, "pc") == 0)
		return read_role(role, &row->pc);

	struct field *f = field_named(row, token);
	char *suffix = strchr(role, '.');

	if (suffix != NULL)
		*suffix++ = '\0';
	if (f == NULL || !read_role(role, &f->role))
		return false;
	f->sp = suffix != NULL && strcmp(suffix, "sp") == 0;
	f->raw = suffix != NULL && strcmp(suffix, "raw") == 0;
	f->v = suffix != NULL && strcmp(suffix, "v") == 0;
	/* Some encodings reach only V0 to V15. */
	return (f->width == 5 || (f->v && f->width == 4)) &&
	       (suffix == NULL || f->sp || f->raw || f->v);
}

static bool read_operands(struct table *t, struct row *row, char *text)
{
	char *rest = text;

	for (char *token; (token = strtok_r(rest, " \t", &rest)) != NULL;)
		if (!read_operand(row, token))
			return bad(
				t, row->line,
				"%s: operand '%s': expected FIELD=r|w|rw[.sp|.raw|.v] of a 5-bit "
				"field, "
				"flags, mem or pc; or NAME:=EXPRESSION",
				row->name, token);
	return true;
}

static bool read_item(struct row *row, char **text)
{
	struct item *item = &row->items[row->item_count];
	size_t length = strcspn(*text, **text == '{' ? "}" : " \t");
	char token[TEXT_MAX];

	if (row->item_count == ITEMS_MAX || length >= sizeof(token))
		return false;
	memcpy(token, *text, length);
	token[length] = '\0';
	*text += length + (**text == '{' && (*text)[length] == '}');
	row->item_count++;
	if (token[0] == '{') {
		item->kind = ITEM_CONDITION;
		return copy_text(item->condition, sizeof(item->condition), token + 1);
	}
	if (strcmp(token, "near") == 0) {
		item->kind = ITEM_NEAR;
		return true;
	}
	item->kind = token[0] == '-' ? ITEM_UNUSED : ITEM_FIELD;
	item->field = field_named(row, token + (token[0] == '-'));
	return item->field != NULL && (item->kind == ITEM_UNUSED || item->field->width <= 4);
}

static bool read_fast(struct table *t, struct row *row, char *text)
{
	row->fast = *text != '\0';
	if (strcmp(text, "all") == 0)
		return true;
	while (*(text = trimmed(text)) != '\0') {
		const char *item = text;

		if (!read_item(row, &text))
			return bad(t, row->line,
				   "%s: fast '%s': expected a field of at most 4 bits, -FIELD, "
				   "near, all "
				   "or {condition}",
				   row->name, item);
	}
	return true;
}

/* ---------------------------------------------------------------- rows */

enum { COLUMNS_MAX = 7 };

static unsigned split_columns(char *line, char *column[COLUMNS_MAX])
{
	unsigned count = 0;

	while (count < COLUMNS_MAX) {
		/* The last column, a condition, may hold "||". */
		char *bar = count < COLUMNS_MAX - 1 ? strchr(line, '|') : NULL;

		if (bar != NULL)
			*bar = '\0';
		column[count++] = trimmed(line);
		if (bar == NULL)
			break;
		line = bar + 1;
	}
	return count;
}

/* One feature or two. */
static bool read_needs(struct row *row, char *text)
{
	char *rest = text;
	unsigned count = 0;

	if (strcmp(text, "-") == 0)
		return true;
	for (char *token; (token = strtok_r(rest, " \t", &rest)) != NULL; count++)
		if (count == 2 || !copy_text(row->needs[count], sizeof(row->needs[0]), token))
			return false;
	return true;
}

static bool read_row(struct table *t, unsigned line, const char *group, char *text)
{
	char *column[COLUMNS_MAX], empty[] = "";
	unsigned count = split_columns(text, column);
	bool unmodelled = strcmp(group, "unmodelled") == 0;

	if (t->row_count == ROWS_MAX || count < (unmodelled ? 3 : 4) || (unmodelled && count > 3))
		return bad(t, line, "%u columns, expected %s", count,
			   unmodelled ? "NAME | bits | text"
				      : "NAME | bits | needs | timing | ...");

	struct row *row = &t->rows[t->row_count++];

	row->path = t->path;
	row->line = line;
	for (unsigned i = 0; i < 2; i++)
		copy_text(row->needs[i], sizeof(row->needs[i]), "FEAT_NONE");
	for (unsigned i = count; i < COLUMNS_MAX; i++)
		column[i] = empty;
	if (!copy_text(row->name, sizeof(row->name), column[0]) ||
	    !copy_text(row->group, sizeof(row->group), group) ||
	    !copy_text(row->where, sizeof(row->where), column[6]) ||
	    !copy_text(row->text, sizeof(row->text), unmodelled ? column[2] : ""))
		return bad(t, line, "a column is longer than expected");
	for (const struct row *other = t->rows; other < row; other++)
		if (strcmp(other->name, row->name) == 0)
			return bad(t, line, "%s: name is that of line %u, expected a new one",
				   row->name, other->line);
	if (!read_bits(t, row, column[1]))
		return false;
	if (unmodelled)
		return true;
	if (!read_needs(row, column[2]))
		return bad(t, line, "%s: needs: expected -, one feature or two", row->name);
	if (!copy_text(row->timing, sizeof(row->timing), column[3]))
		return bad(t, line, "a column is longer than expected");
	return read_operands(t, row, column[4]) && read_fast(t, row, column[5]);
}

static bool read_line(struct table *t, unsigned line, char *group, char *text)
{
	if (*text == '\0' || *text == '#')
		return true;
	if (*text == '[') {
		text[strcspn(text, "]")] = '\0';
		return copy_text(group, NAME_MAX_LEN, text + 1) ||
		       bad(t, line, "group name too long");
	}
	if (strncmp(text, "overlap ", 8) == 0) {
		struct overlap *o = &t->overlaps[t->overlap_count];

		o->path = t->path;
		o->line = line;
		if (t->overlap_count == ROWS_MAX ||
		    sscanf(text, "overlap %39s %39s", o->first, o->second) != 2)
			return bad(t, line, "expected overlap NAME NAME");
		t->overlap_count++;
		return true;
	}
	return read_row(t, line, group, text);
}

/* ---------------------------------------------------------------- overlaps */

static bool rows_overlap(const struct row *a, const struct row *b)
{
	return ((a->value ^ b->value) & a->mask & b->mask) == 0;
}

static const struct row *row_named(const struct table *t, const char *name)
{
	for (unsigned i = 0; i < t->row_count; i++)
		if (strcmp(t->rows[i].name, name) == 0)
			return &t->rows[i];
	return NULL;
}

const struct row *table_preferred(const struct table *t, const struct row *a, const struct row *b)
{
	for (unsigned i = 0; i < t->overlap_count; i++) {
		const struct overlap *o = &t->overlaps[i];

		if (strcmp(o->first, a->name) == 0 && strcmp(o->second, b->name) == 0)
			return a;
		if (strcmp(o->first, b->name) == 0 && strcmp(o->second, a->name) == 0)
			return b;
	}
	return NULL;
}

bool table_check(const struct table *t)
{
	for (unsigned i = 0; i < t->overlap_count; i++) {
		const struct overlap *o = &t->overlaps[i];
		const struct row *a = row_named(t, o->first), *b = row_named(t, o->second);

		if (a == NULL || b == NULL)
			return bad_at(o->path, o->line, "overlap: no row '%s'",
				      a == NULL ? o->first : o->second);
		if (!rows_overlap(a, b))
			return bad_at(o->path, o->line,
				      "%s and %s no longer overlap: remove the declaration",
				      a->name, b->name);
	}
	for (const struct row *a = t->rows; a < t->rows + t->row_count; a++)
		for (const struct row *b = a + 1; b < t->rows + t->row_count; b++)
			if (rows_overlap(a, b) && table_preferred(t, a, b) == NULL)
				return bad_at(b->path, b->line,
					      "%s and %s (line %u) match 0x%08x both: expected a "
					      "declared pair",
					      b->name, a->name, a->line, a->value | b->value);
	return true;
}

bool table_read(struct table *t, const char *path)
{
	FILE *file = fopen(path, "r");
	char text[512], group[NAME_MAX_LEN] = "";
	bool good = file != NULL;

	t->path = path;
	if (file == NULL)
		return bad(t, 0, "cannot be read");
	for (unsigned line = 1; good && fgets(text, sizeof(text), file) != NULL; line++)
		good = read_line(t, line, group, trimmed(text));
	fclose(file);
	return good;
}
