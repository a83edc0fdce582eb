/* gendecode's output, shared by its files. Build-time only. */
#ifndef CPU_GENPRINT_H
#define CPU_GENPRINT_H

#include "gentable.h"

/* Ends the program where the file cannot be written. */
FILE *open_output(const char *directory, const char *name);
/* The value of a field in `word`, as it stands there. */
void print_raw(FILE *out, const struct field *f);
/* The same, with register 31 by its role. */
void print_field(FILE *out, const struct field *f);
const char *type_of(const struct field *f);

/* The group's semantics are of struct ctx, and it has a file of its own. */
bool is_separate(const char *group);

/* fast_GROUP.inc. False: one line on stderr says which row is at fault. */
bool print_fast_group(const struct table *t, const char *directory, const char *group);
/* fast_groups.inc. */
void print_fast_groups(const struct table *t, const char *directory);

#endif
