/* What the files that gendecode writes have in common. */
#include "genprint.h"

#include <stdlib.h>

FILE *open_output(const char *directory, const char *name)
{
	char path[1024];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	out = fopen(path, "w");
	if (out == NULL) {
		fprintf(stderr, "nestwalk: %s: cannot be written\n", path);
		exit(1);
	}
	fprintf(out, "/* Generated from the decode tables by gendecode. */\n");
	return out;
}

static uint32_t low_bits(unsigned width)
{
	return width >= 32 ? UINT32_MAX : (1u << width) - 1;
}

/* The value of a field in `word`, as it stands there. */
void print_raw(FILE *out, const struct field *f)
{
	fprintf(out, f->is_signed ? "(int32_t)((" : "(");
	for (unsigned i = 0; i < f->piece_count; i++) {
		const struct piece *p = &f->pieces[i];

		fprintf(out, "%s(word >> %u & 0x%xu)", i > 0 ? " | " : "", p->lsb,
			low_bits(p->width));
		if (p->to > 0)
			fprintf(out, " << %u", p->to);
	}
	fprintf(out, ")");
	if (f->is_signed)
		fprintf(out, " << %u) >> %u", 32 - f->width, 32 - f->width);
}

/* Register 31 by its role, or what the field is derived from. */
void print_field(FILE *out, const struct field *f)
{
	const char *slot = "";

	if (f->derived[0] != '\0') {
		fprintf(out, "%s", f->derived);
		return;
	}
	if (f->sp)
		slot = "a64_sp_slot";
	else if (!f->raw && !f->v && (f->role == ROLE_WRITE || f->role == ROLE_BOTH))
		slot = "a64_written_slot";
	fprintf(out, "%s(", slot);
	print_raw(out, f);
	fprintf(out, ")");
}

const char *type_of(const struct field *f)
{
	if (f->role != ROLE_NONE)
		return "uint32_t";
	return f->is_signed ? "a64_signed" : "a64_unsigned";
}
