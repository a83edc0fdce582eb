/* What the values of fields mean, in words: the rows of meaning.def, and what needs more than a
 * table. */
#ifndef SIM_MEANING_H
#define SIM_MEANING_H

#include "fields.h"

#define MEANING_TEXT 144

/*
 * Of a field whose layout lies in `whole`, a register or descriptor. "": there is nothing to say
 * beyond the number. view: the layout to read the meaning by, e.g. S1_LEAF_EL2; NULL: the field's
 * own.
 */
void meaning_of(const struct field *field, const char *view, uint64_t whole,
		char text[MEANING_TEXT]);

/* The same by name; "" where no row has it. */
const char *meaning_row(const char *layout, const char *field, uint64_t value);

/* A memory type as MAIR_ELx.Attr<n> and PAR_EL1.ATTR encode it. */
void meaning_of_attribute(uint8_t attr, char text[MEANING_TEXT]);

#endif
