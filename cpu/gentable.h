/* The decode table in memory: what gentable.c reads from a64.decode and gendecode.c writes out as
 * C. Build-time only. */
#ifndef CPU_GENTABLE_H
#define CPU_GENTABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum {
	NAME_MAX_LEN = 40,
	FIELDS_MAX = 8,
	PIECES_MAX = 3,
	ITEMS_MAX = 8,
	TEXT_MAX = 160,
	ROWS_MAX = 2048
};

enum role { ROLE_NONE, ROLE_READ, ROLE_WRITE, ROLE_BOTH };

/* width bits of the word from lsb are the bits of the field from `to`. */
struct piece {
	unsigned width, lsb, to;
};

struct field {
	char name[NAME_MAX_LEN];
	struct piece pieces[PIECES_MAX];
	unsigned piece_count, width;
	bool is_signed;
	enum role role;         /* a register number: how it is used */
	bool sp, raw;           /* 31 is SP; the number is kept as it is */
	bool v;                 /* a SIMD&FP register */
	char derived[TEXT_MAX]; /* no field of the word but an expression of those; "": a field */
};

enum item_kind { ITEM_FIELD, ITEM_CONDITION, ITEM_NEAR, ITEM_UNUSED };

/* What a fast handler is specialised for. */
struct item {
	enum item_kind kind;
	struct field *field;
	char condition[TEXT_MAX];
};

struct row {
	char name[NAME_MAX_LEN], group[NAME_MAX_LEN], timing[NAME_MAX_LEN];
	char needs[2][NAME_MAX_LEN];
	const char *path;
	unsigned line;
	uint32_t mask, value;               /* the fixed bits */
	uint32_t should_mask, should_value; /* (1) and (0) */
	struct field fields[FIELDS_MAX];
	unsigned field_count;
	enum role flags, mem, pc;
	bool fast;
	struct item items[ITEMS_MAX];
	unsigned item_count;
	char where[TEXT_MAX]; /* "": always */
	char text[TEXT_MAX];  /* of [unmodelled] rows */
};

struct overlap {
	char first[NAME_MAX_LEN], second[NAME_MAX_LEN];
	const char *path;
	unsigned line;
};

struct table {
	const char *path; /* the file that is read */
	struct row rows[ROWS_MAX];
	unsigned row_count;
	struct overlap overlaps[ROWS_MAX];
	unsigned overlap_count;
};

/* Adds a file's rows. False: one line on stderr says what is wrong. */
bool table_read(struct table *table, const char *path);
/* Only declared pairs of rows may match the same word. False: as above. */
bool table_check(const struct table *table);

/* Its operands are SIMD&FP registers, among others. */
static inline bool row_uses_simd(const struct row *row)
{
	for (unsigned i = 0; i < row->field_count; i++)
		if (row->fields[i].v)
			return true;
	return false;
}

/* How many of its fields are in the word: those that are derived come behind. */
static inline unsigned row_word_fields(const struct row *row)
{
	unsigned count = row->field_count;

	while (count > 0 && row->fields[count - 1].derived[0] != '\0')
		count--;
	return count;
}

static inline bool row_unmodelled(const struct row *row)
{
	return row->text[0] != '\0';
}

/* The row that means the words that both match, where the pair is declared; else NULL. */
const struct row *table_preferred(const struct table *table, const struct row *a,
				  const struct row *b);

#endif
