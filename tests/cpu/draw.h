/* Random words of the forms of the decode table. */
#ifndef TESTS_CPU_DRAW_H
#define TESTS_CPU_DRAW_H

#include "a64.h"

#include <string.h>

struct draw {
	uint64_t state;
};

static inline struct draw draw_from(uint64_t seed)
{
	return (struct draw){seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
}

/* 0 to below - 1. */
static inline uint32_t draw(struct draw *d, uint32_t below)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return (uint32_t)((d->state * UINT64_C(0x2545f4914f6cdd1d) >> 32) % below);
}

/* All kinds: few bits, few bits clear, one bit, any. */
static inline uint64_t draw64(struct draw *d)
{
	uint64_t value = (uint64_t)draw(d, UINT32_MAX) << 32 | draw(d, UINT32_MAX);

	switch (draw(d, 4)) {
	case 0:
		return value >> draw(d, 64);
	case 1:
		return ~(value >> draw(d, 64));
	case 2:
		return UINT64_C(1) << draw(d, 64);
	default:
		return value;
	}
}

static inline const struct a64_field_info *field_of(enum a64_form form, const char *name)
{
	for (unsigned i = 0; i < a64_info[form].field_count; i++)
		if (strcmp(a64_info[form].fields[i].name, name) == 0)
			return &a64_info[form].fields[i];
	return NULL;
}

/* Nothing happens where the form has no such field. */
static inline void set_field(enum a64_form form, const char *name, uint32_t value, uint32_t *word)
{
	const struct a64_field_info *field = field_of(form, name);

	for (unsigned i = 0; field != NULL && i < 3; i++) {
		const struct a64_piece *p = &field->pieces[i];
		uint32_t mask = (1u << p->width) - 1;

		*word = (*word & ~(mask << p->lsb)) | (value >> p->to & mask) << p->lsb;
	}
}

static inline uint32_t get_field(enum a64_form form, const char *name, uint32_t word)
{
	const struct a64_field_info *field = field_of(form, name);
	uint32_t value = 0;

	for (unsigned i = 0; field != NULL && i < 3; i++)
		value |= (word >> field->pieces[i].lsb & ((1u << field->pieces[i].width) - 1))
			 << field->pieces[i].to;
	return value;
}

/* Any word of a form; its registers are drawn by `reg` (those of pairs are even). */
static inline uint32_t draw_word(struct draw *d, enum a64_form form,
				 unsigned (*reg)(struct draw *d))
{
	static const struct nw_features all = {.set = NW_ALL_FEATURES, .pa_bits = 48};
	const struct a64_info *info = &a64_info[form];
	uint32_t word;

	do {
		word = (draw(d, UINT32_MAX) & ~info->mask) | info->value;
		for (unsigned i = 0; i < info->field_count; i++)
			if (info->fields[i].role != 0)
				set_field(form, info->fields[i].name,
					  info->fields[i].pair ? draw(d, 6) * 2 : reg(d), &word);
	} while (a64_decode(&all, word) != form);
	return word;
}

static inline bool uses_simd(enum a64_form form)
{
	for (unsigned i = 0; i < a64_info[form].field_count; i++)
		if (a64_info[form].fields[i].v)
			return true;
	return false;
}

/* A modelled form outside the System group that does or does not touch memory and PC. Those of
 * SIMD&FP registers are not drawn: streams neither load nor store these registers. */
static inline enum a64_form draw_form(struct draw *d, bool memory, bool branch)
{
	for (;;) {
		enum a64_form form = 1 + draw(d, A64_FORM_COUNT - 1);
		const struct a64_info *info = &a64_info[form];

		if (info->unmodelled == NULL && !uses_simd(form) &&
		    strcmp(info->timing, "system") != 0 && (info->mem != 0) == memory &&
		    (info->pc != 0) == branch && form != A64_ERET)
			return form;
	}
}

#endif
