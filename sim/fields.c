/* Both tables, expanded into one array. */
#include "fields.h"

#include <strings.h>

#define FIELD(reg, name, msb, lsb) {#reg, #name, FIELD_NAMED, msb, lsb},
#define RES0(reg, msb, lsb)        {#reg, "", FIELD_RES0, msb, lsb},
#define RES1(reg, msb, lsb)        {#reg, "", FIELD_RES1, msb, lsb},
#define IGNORED(reg, msb, lsb)     {#reg, "", FIELD_IGNORED, msb, lsb},

static const struct field fields[] = {
#include "../mmu/sysreg.def"

#include "../cpu/layout.def"
};

const struct field *fields_all(size_t *count)
{
	*count = sizeof(fields) / sizeof(fields[0]);
	return fields;
}

const struct field *fields_of(const char *reg, size_t *count)
{
	size_t all = sizeof(fields) / sizeof(fields[0]), first = 0, end;

	while (first < all && strcasecmp(fields[first].reg, reg))
		first++;
	for (end = first; end < all && !strcasecmp(fields[end].reg, reg);)
		end++;
	*count = end - first;
	return end > first ? &fields[first] : NULL;
}
