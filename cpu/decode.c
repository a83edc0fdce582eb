/* The decoder that gendecode made of a64.decode, and the table's own way to print an instruction.
 */
#include "a64.h"

#include "arith.h"
#include "bitmask.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "a64decode.inc"

enum a64_form a64_decode(const struct nw_features *features, uint32_t word)
{
	enum a64_form form = form_of(word);

	const enum nw_feature *needs = a64_info[form].needs;

	return nw_has(features, needs[0]) && nw_has(features, needs[1]) ? form : A64_UNALLOCATED;
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

/* ---------------------------------------------------------------- CONSTRAINED UNPREDICTABLE */

/* The role and number of the register in a field; no field of that name: no role. */
struct operand {
	uint8_t role;
	bool v;
	int32_t n;
};

static struct operand operand_of(const struct a64_info *info, uint32_t word, const char *name)
{
	for (unsigned i = 0; i < info->field_count; i++) {
		const struct a64_field_info *field = &info->fields[i];

		if (strcmp(field->name, name) == 0)
			return (struct operand){field->role, field->v, field_value(field, word)};
	}
	return (struct operand){A64_NO_ROLE, false, -1};
}

static bool overlap(struct operand a, struct operand b)
{
	return a.role != A64_NO_ROLE && b.role != A64_NO_ROLE && a.v == b.v && a.n == b.n;
}

/* Register 31 as base is SP, which is no data register. */
static bool base_overlaps(struct operand Rn, struct operand other)
{
	return overlap(Rn, other) && Rn.n != 31;
}

/* What leaves this word open; NW_CHOICE_COUNT: nothing does. */
static enum nw_choice what_leaves_open(const struct a64_info *info, uint32_t word)
{
	struct operand Rn = operand_of(info, word, "Rn"), Rt = operand_of(info, word, "Rt");
	struct operand Rt2 = operand_of(info, word, "Rt2"), Rs = operand_of(info, word, "Rs");
	bool writeback = info->mem != A64_NO_ROLE && Rn.role == A64_BOTH;

	if ((word & info->mask) != info->value)
		return CHOICE_SHOULD_BE_BITS;
	if (Rs.role == A64_WRITE && info->mem == A64_WRITE &&
	    (overlap(Rs, Rt) || overlap(Rs, Rt2) || base_overlaps(Rn, Rs)))
		return CHOICE_STORE_EXCLUSIVE_OVERLAP;
	if (Rt.role == A64_WRITE && overlap(Rt, Rt2))
		return CHOICE_LOAD_PAIR_OVERLAP;
	if (writeback && (base_overlaps(Rn, Rt) || base_overlaps(Rn, Rt2)))
		return info->mem == A64_READ ? CHOICE_LOAD_WRITEBACK_OVERLAP
					     : CHOICE_STORE_WRITEBACK_OVERLAP;
	return NW_CHOICE_COUNT;
}

/* The alternatives of these choices are the same, in the same order. */
enum { EXECUTE, UNDEFINED, NOP };
_Static_assert(SHOULD_BE_BITS_ARE_UNDEFINED == (int)UNDEFINED, "order in mmu/choice.def");

static bool all_execute(const struct nw_choices *choices)
{
	return (choices->of[CHOICE_SHOULD_BE_BITS] | choices->of[CHOICE_STORE_EXCLUSIVE_OVERLAP] |
		choices->of[CHOICE_LOAD_PAIR_OVERLAP] | choices->of[CHOICE_LOAD_WRITEBACK_OVERLAP] |
		choices->of[CHOICE_STORE_WRITEBACK_OVERLAP]) == EXECUTE;
}

enum a64_form a64_decode_for(const struct cpu *cpu, uint32_t word)
{
	enum a64_form form = a64_decode(&cpu->config.features, word);

	if (all_execute(&cpu->config.choices) || a64_info[form].name == NULL)
		return form;

	enum nw_choice choice = what_leaves_open(&a64_info[form], word);
	unsigned alternative = choice == NW_CHOICE_COUNT ? EXECUTE : cpu_choice(cpu, choice);

	/* SB takes no operands and does nothing here. */
	return alternative == EXECUTE ? form : alternative == UNDEFINED ? A64_UNALLOCATED : A64_SB;
}

/* ---------------------------------------------------------------- text */

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
