/* Changes of live descriptors, break-before-make where it is needed, with any TLB maintenance that
 * is enough. */
#include "scene.h"

#define EL2 UINT64_C(0x3c9)

static void tlbi(struct scene *s, enum op op, uint64_t operand)
{
	emit(s, COMMAND_OP, op, EL2, operand, 0);
}

/* The operation itself, or the same for the Inner or the Outer Shareable domain: they follow each
 * other in op.def. */
static enum op domain(struct scene *s, enum op op)
{
	return (enum op)(op + random_below(s->random, 3));
}

/* ------------------------------------------------------------------ operands */

static unsigned granule_code(const struct tree *tree)
{
	return tree->granule == GRANULE_4K ? 1 : tree->granule == GRANULE_16K ? 2 : 3;
}

/* TTL: the granule and the level of the leaf, or nothing. */
static uint64_t level_hint(struct scene *s, const struct entry *e)
{
	if (e->level < 1 || chance(s->random, 50))
		return 0;
	return (uint64_t)(granule_code(e->tree) << 2 | (unsigned)e->level) << 44;
}

static uint64_t asid_of(const struct scene *s)
{
	bool wide = (s->tcr & FIELD_MASK(TCR_EL1_AS)) != 0;

	return two_ranges(s) ? (uint64_t)(wide ? s->asid : s->asid & 0xff) << 48 : 0;
}

static uint64_t by_address(struct scene *s, const struct entry *e, uint64_t asid)
{
	return asid | level_hint(s, e) | (e->ia >> 12 & mask_bits(44));
}

/* 64 pages from the one of the address, or with DS from its 64 KB, on. */
static uint64_t by_range(const struct scene *s, const struct entry *e, uint64_t asid)
{
	unsigned unit = e->tree->ds ? 16 : e->tree->granule;

	(void)s;
	return asid | (uint64_t)granule_code(e->tree) << 46 | UINT64_C(31) << 39 |
	       (e->ia >> unit & mask_bits(37));
}

/* ------------------------------------------------------------------ what is enough */

static void maintain_el10(struct scene *s, const struct entry *e)
{
	uint64_t asid = asid_of(s);

	switch (random_below(s->random, 10)) {
	case 0:
		return tlbi(s, domain(s, OP_vmalle1), 0);
	case 1:
		return tlbi(s, domain(s, OP_vae1), by_address(s, e, asid));
	case 2:
		return tlbi(s, domain(s, OP_vale1), by_address(s, e, asid));
	case 3:
		return tlbi(s, domain(s, OP_vaae1), by_address(s, e, 0));
	case 4:
		return tlbi(s, domain(s, OP_vaale1), by_address(s, e, 0));
	case 5:
		return tlbi(s, domain(s, OP_rvae1), by_range(s, e, asid));
	case 6:
		return tlbi(s, domain(s, OP_rvale1), by_range(s, e, asid));
	case 7:
		return tlbi(s, domain(s, OP_rvaae1), by_range(s, e, 0));
	case 8:
		return tlbi(s, domain(s, OP_rvaale1), by_range(s, e, 0));
	default:
		return tlbi(s, domain(s, chance(s->random, 50) ? OP_alle1 : OP_vmalls12e1), 0);
	}
}

/* The host's operations of EL1 are those of EL2&0; of EL2 there are fewer. */
static void maintain_el2(struct scene *s, const struct entry *e)
{
	uint64_t asid = asid_of(s);

	if (s->regime == REGIME_HOST0 && chance(s->random, 50))
		return tlbi(s, domain(s, chance(s->random, 50) ? OP_vae1 : OP_vale1),
			    by_address(s, e, asid));
	switch (random_below(s->random, 5)) {
	case 0:
		return tlbi(s, domain(s, OP_alle2), 0);
	case 1:
		return tlbi(s, domain(s, OP_vae2), by_address(s, e, asid));
	case 2:
		return tlbi(s, domain(s, OP_vale2), by_address(s, e, asid));
	case 3:
		return tlbi(s, domain(s, OP_rvae2), by_range(s, e, asid));
	default:
		return tlbi(s, domain(s, OP_rvale2), by_range(s, e, asid));
	}
}

/* An operation by IPA leaves what combines both stages: one by VMID follows it. */
static void maintain_stage2(struct scene *s, const struct entry *e)
{
	switch (random_below(s->random, 4)) {
	case 0:
		return tlbi(s, domain(s, OP_alle1), 0);
	case 1:
		return tlbi(s, domain(s, OP_vmalls12e1), 0);
	case 2:
		tlbi(s, domain(s, OP_ipas2e1), by_address(s, e, 0));
		break;
	default:
		tlbi(s, domain(s, OP_ipas2le1), by_address(s, e, 0));
	}
	tlbi(s, domain(s, OP_vmalle1), 0);
}

static void maintain(struct scene *s, const struct entry *e)
{
	if (e->tree->stage2)
		maintain_stage2(s, e);
	else if (s->regime == REGIME_EL10)
		maintain_el10(s, e);
	else
		maintain_el2(s, e);
}

/* ------------------------------------------------------------------ changes */

static struct entry *leaf_of_stage2(struct memory *m, uint64_t ipa)
{
	for (unsigned i = 0; i < m->entry_count; i++) {
		struct entry *e = &m->entry[i];

		if (e->leaf && !e->code && e->tree == &m->s2 &&
		    (e->ia ^ ipa) >> leaf_shift(e->tree, e->level) == 0)
			return e;
	}
	return NULL;
}

static void put(struct scene *s, const struct entry *e)
{
	emit(s, COMMAND_WRITE, 0, e->pa, stored(e), 0);
}

static void change(struct scene *s, struct entry *e)
{
	uint64_t before = e->value;

	mutate_entry(s, e);
	if ((before & 1) == 0) { /* nothing that is invalid is cached */
		put(s, e);
		return;
	}
	if (chance(s->random, 70)) {
		uint64_t after = e->value;

		e->value = 0;
		put(s, e);
		e->value = after;
		maintain(s, e);
		put(s, e);
	} else {
		put(s, e);
		maintain(s, e);
	}
}

void change_target(struct scene *s, const struct target *t)
{
	struct entry *e = t->leaf;

	if (s->memory.stage2 && (e == NULL || chance(s->random, 50)))
		e = leaf_of_stage2(&s->memory, t->ipa);
	if (e != NULL && e->leaf && !e->code)
		change(s, e);
}
