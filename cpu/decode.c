/* The decoder that gendecode made of a64.decode, and the table's own way to print an instruction.
 */
#include "a64.h"

#include "arith.h"
#include "bitmask.h"

#include <inttypes.h>
#include <stdio.h>

#include "a64decode.inc"

enum a64_form a64_decode(const struct nw_features *features, uint32_t word)
{
	enum a64_form form = form_of(word);

	return nw_has(features, a64_info[form].needs) ? form : A64_UNALLOCATED;
}

static int32_t field_value(const struct a64_field_info *field, uint32_t word)
{
	uint32_t value = 0;

	for (unsigned i = 0; i < sizeof(field->pieces) / sizeof(field->pieces[0]); i++) {
		const struct a64_piece *p = &field->pieces[i];

		value |= (word >> p->lsb & ((1u << p->width) - 1)) << p->to;
	}
	if (field->is_signed)
		return (int32_t)(value << (32 - field->width)) >> (32 - field->width);
	return (int32_t)value;
}

void cpu_describe(uint32_t word, char *text, size_t size)
{
	const struct a64_info *info = &a64_info[form_of(word)];
	int used = 0;

	if (size > 0)
		text[0] = '\0';
	if (info->name == NULL)
		return;
	used = snprintf(text, size, "%s", info->name);
	for (unsigned i = 0; i < info->field_count && used >= 0 && (size_t)used < size; i++)
		used += snprintf(text + used, size - (size_t)used, " %s=%" PRId32,
				 info->fields[i].name, field_value(&info->fields[i], word));
}
