/* The bit layouts of registers and descriptors as data: the rows of mmu/sysreg.def and
 * cpu/layout.def. */
#ifndef SIM_FIELDS_H
#define SIM_FIELDS_H

#include <stddef.h>
#include <stdint.h>

enum field_kind { FIELD_NAMED, FIELD_RES0, FIELD_RES1, FIELD_IGNORED };

struct field {
	const char *reg;
	const char *name; /* "" but for FIELD_NAMED */
	enum field_kind kind;
	uint8_t msb, lsb;
};

/* All rows; those of one register stand together. */
const struct field *fields_all(size_t *count);

/* The first row of a register, case ignored; NULL: no layout. *count is how many follow from there.
 */
const struct field *fields_of(const char *reg, size_t *count);

static inline uint64_t field_value(const struct field *field, uint64_t value)
{
	unsigned width = field->msb - field->lsb + 1u;

	return value >> field->lsb & (width == 64 ? ~UINT64_C(0) : (UINT64_C(1) << width) - 1);
}

#endif
