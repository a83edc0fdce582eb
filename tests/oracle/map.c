/* The guest's code and the targets of a case, mapped. */
#include "scene.h"

static uint64_t high_bits(const struct tree *tree, unsigned half)
{
	return half == 0 ? 0 : ~mask_bits(tree->ia_bits);
}

/* Readable and executable at all exception levels, writable at none: WXN and PAN can't take it
 * away. */
static uint64_t code_leaf(const struct tree *tree)
{
	return FIELD_PUT(S1_LEAF_AF, 1) | FIELD_PUT(S1_LEAF_AP, AP_RO) |
	       (tree->ds ? 0 : FIELD_PUT(S1_LEAF_SH, SH_INNER));
}

/* EL2 turns its MMU on and off while it runs there: address 0 is where the code lies in memory. */
static uint64_t code_address(struct scene *s, const struct tree *tree)
{
	uint64_t va = random64(s->random) & mask_bits(tree->ia_bits) & ~(REGION_BYTES - 1);

	if (s->regime != REGIME_EL10)
		return 0;
	return va | high_bits(tree, s->code_half);
}

void map_code(struct scene *s)
{
	struct memory *m = &s->memory;
	const struct tree *tree = &m->s1[s->code_half];
	uint64_t ipa = ipa_of(m, 0);

	s->code_ipa = ipa;
	s->code_va = s->stage1 ? code_address(s, tree) : ipa;
	for (uint64_t offset = 0; offset < CODE_BYTES; offset += 0x1000) {
		struct mapping mapping = {.ia = s->code_va + offset,
					  .oa = ipa + offset,
					  .level = 3,
					  .leaf = code_leaf(tree),
					  .code = true};

		if (s->stage1)
			tree_map(m, tree, mapping);
		map_ipa(m, ipa + offset, true, false);
	}
}

/* ------------------------------------------------------------------ targets */

static uint64_t random_table(struct random *r)
{
	return sometimes(r, 8, FIELD_PUT(S1_TABLE_APTable, random_below(r, 4))) |
	       sometimes(r, 5, FIELD_PUT(S1_TABLE_UXNTable, 1)) |
	       sometimes(r, 5, FIELD_PUT(S1_TABLE_PXNTable, 1)) |
	       sometimes(r, 5, FIELD_PUT(S1_TABLE_NSTable, 1));
}

uint64_t random_leaf(struct scene *s, const struct tree *tree)
{
	struct random *r = s->random;
	uint64_t leaf = FIELD_PUT(S1_LEAF_AF, !chance(r, 15));

	leaf |= FIELD_PUT(S1_LEAF_AP, chance(r, 50) ? AP_RW : random_below(r, 4));
	leaf |= FIELD_PUT(S1_LEAF_UXN, chance(r, 30)) | FIELD_PUT(S1_LEAF_PXN, chance(r, 30));
	leaf |= FIELD_PUT(S1_LEAF_nG, chance(r, 40)) | FIELD_PUT(S1_LEAF_DBM, chance(r, 30));
	leaf |= FIELD_PUT(S1_LEAF_AttrIndx, chance(r, 60) ? 0 : random_below(r, 8));
	leaf |= FIELD_PUT(S1_LEAF_NS, chance(r, 10));
	if (!tree->ds)
		leaf |= FIELD_PUT(S1_LEAF_SH,
				  chance(r, 50) ? SH_INNER : random_below(r, 2) * SH_OUTER);
	return leaf;
}

/* An address whose low bits are those of its IPA, so that a leaf or group of that size can map it.
 */
static uint64_t target_address(struct scene *s, const struct tree *tree, unsigned low,
			       unsigned half, uint64_t ipa)
{
	uint64_t va;

	if (low > tree->ia_bits)
		low = tree->ia_bits;
	va = (random64(s->random) & ~mask_bits(low)) | (ipa & mask_bits(low));
	return (va & mask_bits(tree->ia_bits)) | high_bits(tree, half);
}

static int random_level(struct random *r, const struct tree *tree)
{
	int level = 3 - (int)(chance(r, 35) ? random_below(r, 4) : 0);

	while (level < 3 && (level < tree->start || !block_supported(tree, level)))
		level++;
	return level;
}

static void map_target(struct scene *s, struct target *t)
{
	struct memory *m = &s->memory;
	struct random *r = s->random;
	const struct tree *tree = &m->s1[t->half];
	uint64_t pa = DATA_BASE + random_below(r, DATA_REGIONS) * REGION_BYTES +
		      random_below(r, DATA_BYTES / 16) * 16;
	int level = random_level(r, tree);
	unsigned group = chance(r, 12) && tree->ia_bits > 40 ? contiguous_bits(tree, level) : 0;

	t->ipa = ipa_of(m, pa);
	t->va = t->ipa;
	if (s->stage1) {
		t->va = target_address(s, tree, leaf_shift(tree, level) + group, t->half, t->ipa);
		t->leaf =
			tree_map(m, tree,
				 (struct mapping){.ia = t->va,
						  .oa = t->ipa,
						  .level = (int8_t)level,
						  .leaf = random_leaf(s, tree) |
							  FIELD_PUT(S1_LEAF_Contiguous, group != 0),
						  .table = random_table(r)});
	}
	map_ipa(m, t->ipa, false, false);
}

static bool alone_in_group(const struct memory *m, const struct entry *e)
{
	unsigned shift = 3 + contiguous_bits(e->tree, e->level);

	for (unsigned i = 0; i < m->entry_count; i++) {
		const struct entry *other = &m->entry[i];

		if (other != e && other->tree == e->tree && (other->pa ^ e->pa) >> shift == 0)
			return false;
	}
	return true;
}

/* A group whose entries do not continue each other would be an error of the software. */
static void break_groups(struct memory *m)
{
	for (unsigned i = 0; i < m->entry_count; i++) {
		struct entry *e = &m->entry[i];

		if (e->leaf && !e->tree->stage2 && !alone_in_group(m, e))
			e->value &= ~FIELD_MASK(S1_LEAF_Contiguous);
	}
}

void map_targets(struct scene *s)
{
	unsigned count = random_in(s->random, 2, TARGETS);

	while (s->target_count < count) {
		struct target *t = &s->target[s->target_count++];

		t->half = two_ranges(s) && s->stage1 && chance(s->random, 60)
				  ? !s->code_half
				  : (uint8_t)s->code_half;
		map_target(s, t);
		if (t->leaf != NULL && t->leaf->code) { /* the guest's code is no target */
			s->target_count--;
			count--;
		}
	}
	break_groups(&s->memory);
}
