/* What is wrong with descriptors: one thing at a time, sometimes everything. No address here leads
 * to a device. */
#include "scene.h"

/* Types, bits [1:0]. A block that is made where 1 GB is not enough gets an address where nothing
 * answers. */
static uint64_t other_type(struct scene *s, const struct entry *e)
{
	uint64_t type = random_below(s->random, 4);

	if (type == 3 || e->leaf || leaf_shift(e->tree, e->level) <= 30 ||
	    !block_supported(e->tree, e->level))
		return (e->value & ~UINT64_C(3)) | type;
	return address_field(e->tree, NOWHERE) | FIELD_PUT(S1_LEAF_AF, 1) |
	       FIELD_PUT(S1_LEAF_AP, AP_RW) | type;
}

static uint64_t no_address(const struct tree *tree)
{
	return ~(address_field(tree, ~UINT64_C(0)));
}

/* Where nothing answers, beyond the output size, at another table or another datum. */
static uint64_t other_address(struct scene *s, const struct entry *e)
{
	struct random *r = s->random;
	uint64_t value = e->value & no_address(e->tree);

	switch (random_below(r, 4)) {
	case 0:
		return value | address_field(e->tree, NOWHERE);
	case 1:
		return e->value | address_field(e->tree, UINT64_C(1) << random_in(r, 40, 51));
	case 2:
		return value | address_field(e->tree, TABLES_BASE + random_below(r, 64) * 0x1000);
	default:
		return value | address_field(e->tree, DATA_BASE + random_below(r, DATA_REGIONS) *
									  REGION_BYTES);
	}
}

static uint64_t other_leaf(struct scene *s, const struct entry *e)
{
	uint64_t upper = FIELD_MASK(S1_LEAF_PXN) | FIELD_MASK(S1_LEAF_UXN) |
			 FIELD_MASK(S1_LEAF_DBM) | FIELD_MASK(S1_LEAF_SOFTWARE) |
			 FIELD_MASK(S1_LEAF_PBHA);
	uint64_t lower =
		FIELD_MASK(S1_LEAF_AP) | FIELD_MASK(S2_LEAF_MemAttr) | FIELD_MASK(S1_LEAF_nG);
	uint64_t bits = random64(s->random);

	switch (random_below(s->random, 4)) {
	case 0:
		return e->value & ~FIELD_MASK(S1_LEAF_AF);
	case 1:
		return e->value ^ (bits & FIELD_MASK(S1_LEAF_AP));
	case 2:
		return e->value ^ (bits & lower);
	default:
		return e->value ^ (bits & upper);
	}
}

static uint64_t other_table(struct scene *s, const struct entry *e)
{
	uint64_t ignored = VMSA_MASK(7, 2) | VMSA_MASK(11, 10) | VMSA_MASK(58, 53),
		 bits = random64(s->random);

	if (e->tree->stage2 || chance(s->random, 50))
		return e->value ^ (bits & ignored);
	return e->value ^ (bits & VMSA_MASK(63, 59));
}

/* Any bits but those of the address, and Contiguous, which would promise what does not hold. */
static uint64_t garbage(struct scene *s, const struct entry *e)
{
	uint64_t value =
		random64(s->random) & no_address(e->tree) & ~FIELD_MASK(S1_LEAF_Contiguous);

	value |= address_field(e->tree, DATA_BASE);
	return other_address(s, &(struct entry){.tree = e->tree, .value = value});
}

void mutate_entry(struct scene *s, struct entry *e)
{
	unsigned kind = random_below(s->random, 100);

	/* A group promises that all of it continues the same address. */
	if (kind < 45 && e->leaf)
		e->value &= ~FIELD_MASK(S1_LEAF_Contiguous);
	if (kind < 25)
		e->value = other_type(s, e);
	else if (kind < 45)
		e->value = other_address(s, e);
	else if (kind < 95)
		e->value = e->leaf ? other_leaf(s, e) : other_table(s, e);
	else if (leaf_shift(e->tree, e->level) <= 30)
		e->value = garbage(s, e);
	/* No table lies in the guest's own first pages, where a hardware update would change its
	 * code. */
	if (e->level < 3 && (e->value & 3) == DESCRIPTOR_TABLE &&
	    (e->value & ~no_address(e->tree)) == 0)
		e->value |= address_field(e->tree, TABLES_BASE);
	if (e->tree->stage2 && (e->leaf || (e->value & 3) == DESCRIPTOR_BLOCK))
		e->value = legal_memattr(&s->memory, e->value);
	if (s->memory.permissive && e->tree->stage2)
		e->value |= FIELD_PUT(S2_LEAF_S2AP, S2AP_RW); /* of no meaning in a table */
}

/* Half of the cases keep what they have, the others get one or a few of it wrong. */
void mutate(struct scene *s)
{
	struct memory *m = &s->memory;
	unsigned count = chance(s->random, 50) ? random_in(s->random, 1, 3) : 0;

	while (count-- > 0 && m->entry_count > 0) {
		struct entry *e = &m->entry[random_below(s->random, m->entry_count)];

		if (!e->code && e->value != 0)
			mutate_entry(s, e);
	}
}
