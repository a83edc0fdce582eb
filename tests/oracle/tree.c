#include "tree.h"

#include <stddef.h>

uint64_t mask_bits(unsigned bits)
{
	return bits >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << bits) - 1;
}

unsigned leaf_shift(const struct tree *tree, int level)
{
	return vmsa_level_shift(tree->granule, level);
}

unsigned contiguous_bits(const struct tree *tree, int level)
{
	if (tree->granule == GRANULE_4K)
		return level > 0 ? 4 : 0;
	if (tree->granule == GRANULE_16K)
		return level == 3 ? 7 : level == 2 ? 5 : 0;
	return level > 1 ? 5 : 0;
}

/* With 52-bit physical addresses: level 2 always, level 1 of 4 KB and 64 KB, with DS one level
 * more. */
bool block_supported(const struct tree *tree, int level)
{
	if (level == 2)
		return true;
	if (level == 1)
		return tree->granule != GRANULE_16K || tree->ds;
	return level == 0 && tree->granule == GRANULE_4K && tree->ds;
}

uint64_t address_field(const struct tree *tree, uint64_t address)
{
	uint64_t low = address & mask_bits(48) & ~mask_bits(tree->granule);

	if (tree->granule == GRANULE_64K)
		return low | (address >> 48 & 0xf) << 12;
	if (tree->ds)
		return low | (address >> 48 & 3) << 48 | (address >> 50 & 3) << 8;
	return low;
}

static uint64_t field_address(const struct tree *tree, uint64_t value)
{
	uint64_t low = value & mask_bits(48) & ~mask_bits(tree->granule);

	if (tree->granule == GRANULE_64K)
		return low | (value >> 12 & 0xf) << 48;
	if (tree->ds)
		return low | (value >> 48 & 3) << 48 | (value >> 8 & 3) << 50;
	return low;
}

uint64_t base_register(const struct tree *tree)
{
	return (tree->root & mask_bits(48)) | (tree->wide_base ? (tree->root >> 48 & 0xf) << 2 : 0);
}

uint64_t stored(const struct entry *entry)
{
	return entry->tree->ee ? __builtin_bswap64(entry->value) : entry->value;
}

/* ------------------------------------------------------------------ memory */

static uint64_t take(struct memory *m, uint64_t bytes)
{
	uint64_t at = (m->next + bytes - 1) & ~(bytes - 1);

	m->next = at + bytes;
	return at;
}

static const struct region *region_of(const struct memory *m, uint64_t pa)
{
	for (unsigned i = 0; i < m->region_count; i++) {
		if (pa - m->region[i].pa < REGION_BYTES)
			return &m->region[i];
	}
	return NULL;
}

static bool ipa_taken(const struct memory *m, uint64_t ipa)
{
	for (unsigned i = 0; i < m->region_count; i++) {
		if (m->region[i].ipa == ipa)
			return true;
	}
	return false;
}

/* Mostly with the low bits of the physical address, so that blocks of stage 2 can map it. */
static uint64_t random_ipa(struct memory *m, uint64_t pa)
{
	uint64_t ipa = random64(m->random);

	if (chance(m->random, 60))
		ipa = (ipa & ~mask_bits(30)) | (pa & mask_bits(30));
	return ipa & mask_bits(m->ipa_bits) & ~(REGION_BYTES - 1);
}

uint64_t ipa_of(struct memory *m, uint64_t pa)
{
	const struct region *region = region_of(m, pa);

	if (!m->stage2)
		return pa;
	if (region == NULL && m->region_count < REGIONS) {
		struct region made = {random_ipa(m, pa), pa & ~(REGION_BYTES - 1)};

		for (unsigned i = 0; i < 16 && ipa_taken(m, made.ipa); i++)
			made.ipa = random_ipa(m, pa);
		m->full |= ipa_taken(m, made.ipa);
		m->region[m->region_count] = made;
		region = &m->region[m->region_count++];
	}
	m->full |= region == NULL;
	return region == NULL ? 0 : region->ipa + (pa - region->pa);
}

static uint64_t pa_of(const struct memory *m, uint64_t ipa)
{
	for (unsigned i = 0; m->stage2 && i < m->region_count; i++) {
		if (ipa - m->region[i].ipa < REGION_BYTES)
			return m->region[i].pa + (ipa - m->region[i].ipa);
	}
	return ipa;
}

/* ------------------------------------------------------------------ descriptors */

static struct entry *entry_at(struct memory *m, uint64_t pa)
{
	for (unsigned i = 0; i < m->entry_count; i++) {
		if (m->entry[i].pa == pa)
			return &m->entry[i];
	}
	if (m->entry_count == ENTRIES)
		return NULL;
	m->entry[m->entry_count] = (struct entry){.pa = pa};
	return &m->entry[m->entry_count++];
}

static uint64_t entry_address(const struct tree *tree, uint64_t table, int level, uint64_t ia)
{
	unsigned shift = vmsa_level_shift(tree->granule, level);
	unsigned bits = level == tree->start ? tree->ia_bits - shift : tree->granule - 3;

	return table + (ia >> shift & mask_bits(bits)) * 8;
}

static uint64_t table_bytes(const struct tree *tree)
{
	unsigned bits = tree->ia_bits - vmsa_level_shift(tree->granule, tree->start) + 3;

	return UINT64_C(1) << (tree->wide_base && bits < 6 ? 6 : bits);
}

void tree_root(struct memory *m, struct tree *tree, bool low)
{
	unsigned ipa_bits = m->ipa_bits;
	uint64_t pa;

	take(m, REGION_BYTES);
	pa = take(m, table_bytes(tree));
	if (low && tree->wide_base && table_bytes(tree) == 64 && ipa_bits > 50)
		m->ipa_bits = 50;
	tree->root = tree->stage2 ? pa : ipa_of(m, pa);
	m->ipa_bits = ipa_bits;
}

static uint64_t new_table(struct memory *m, const struct tree *tree, int level, uint64_t attributes)
{
	uint64_t pa = take(m, UINT64_C(1) << tree->granule);

	(void)level;
	return address_field(tree, tree->stage2 ? pa : ipa_of(m, pa)) | attributes |
	       DESCRIPTOR_TABLE;
}

/* The descriptor of one lookup, and for stage 1 the way there through stage 2. */
static struct entry *lookup(struct memory *m, const struct tree *tree, uint64_t table, int level,
			    const struct mapping *mapping)
{
	uint64_t at = entry_address(tree, table, level, mapping->ia), pa = at;
	struct entry *entry;

	if (!tree->stage2 && m->stage2) {
		pa = pa_of(m, at);
		map_ipa(m, at, mapping->code, true);
	}
	entry = entry_at(m, pa);
	if (entry != NULL) {
		entry->code |= mapping->code;
		entry->ia = mapping->ia;
		entry->level = (int8_t)level;
		entry->tree = tree;
	}
	return entry;
}

static bool leaf_fits(const struct tree *tree, const struct mapping *mapping, int level)
{
	uint64_t offset = mask_bits(leaf_shift(tree, level));

	return level == 3 || (level >= mapping->level && block_supported(tree, level) &&
			      ((mapping->ia ^ mapping->oa) & offset) == 0);
}

struct entry *tree_map(struct memory *m, const struct tree *tree, struct mapping mapping)
{
	uint64_t table = tree->root;

	for (int level = tree->start;; level++) {
		struct entry *entry = lookup(m, tree, table, level, &mapping);

		if (entry == NULL || (entry->leaf && entry->value != 0))
			return entry;
		if (leaf_fits(tree, &mapping, level) && entry->value == 0) {
			uint64_t oa = mapping.oa & ~mask_bits(leaf_shift(tree, level));

			entry->leaf = true;
			entry->value = address_field(tree, oa) | mapping.leaf |
				       (level == 3 ? DESCRIPTOR_PAGE : DESCRIPTOR_BLOCK);
			return entry;
		}
		if (level == 3)
			return NULL;
		if (entry->value == 0)
			entry->value = new_table(m, tree, level, mapping.code ? 0 : mapping.table);
		table = field_address(tree, entry->value);
	}
}

/* ------------------------------------------------------------------ stage 2 */

uint64_t legal_memattr(const struct memory *m, uint64_t leaf)
{
	unsigned memattr = (unsigned)S2_LEAF_MemAttr(leaf);

	if (m->fwb)
		memattr = (memattr & 7) == 4 ? 5 : memattr & 7;
	else if (memattr > 3 && (memattr & 3) == 0)
		memattr |= 1;
	return (leaf & ~FIELD_MASK(S2_LEAF_MemAttr)) | FIELD_PUT(S2_LEAF_MemAttr, memattr);
}

/* Mostly all permissions of Normal memory. */
static uint64_t random_stage2_leaf(const struct memory *m, bool table)
{
	struct random *r = m->random;
	unsigned faults = table ? 3 : 8;
	uint64_t leaf = FIELD_PUT(S2_LEAF_AF, !chance(r, faults));

	leaf |= FIELD_PUT(S2_LEAF_S2AP, chance(r, 3 * faults) ? random_below(r, 4) : S2AP_RW);
	leaf |= FIELD_PUT(S2_LEAF_XN, chance(r, 30) ? random_below(r, 4) : 0);
	leaf |= FIELD_PUT(S2_LEAF_MemAttr, chance(r, 3 * faults) ? random_below(r, 16) : 0xf);
	leaf |= FIELD_PUT(S2_LEAF_DBM, chance(r, 30));
	if (!m->s2.ds)
		leaf |= FIELD_PUT(S2_LEAF_SH,
				  chance(r, 50) ? SH_INNER : random_below(r, 2) * SH_OUTER);
	return leaf;
}

void map_ipa(struct memory *m, uint64_t ipa, bool code, bool table)
{
	uint64_t good = FIELD_PUT(S2_LEAF_AF, 1) | FIELD_PUT(S2_LEAF_S2AP, S2AP_RW) |
			FIELD_PUT(S2_LEAF_MemAttr, 0xf);
	struct mapping mapping = {
		.ia = ipa, .oa = pa_of(m, ipa), .level = 3, .code = code, .leaf = good};

	if (!m->stage2)
		return;
	if (!code) {
		mapping.leaf = random_stage2_leaf(m, table);
		mapping.level = chance(m->random, 60) ? 3 : 1;
	}
	mapping.leaf = legal_memattr(m, mapping.leaf);
	if (m->permissive)
		mapping.leaf |= FIELD_PUT(S2_LEAF_S2AP, S2AP_RW);
	tree_map(m, &m->s2, mapping);
}
