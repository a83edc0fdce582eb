/*
 * Page-table library: map, unmap and protect.
 *
 * A change runs in two walks. The first only counts the tables that will be needed; they are
 * allocated into a reserve; the second changes the tables and cannot fail. A demand fault's change,
 * new leaves in one table, needs one descent only. Rules: DDI 0487, "VMSAv8-64 descriptor formats"
 * and "Using break-before-make when updating translation table entries".
 */
#include "descriptor.h"
#include "lib.h"

/* ------------------------------------------------------------------ stores */

static void clean(const struct pgtable *t, const void *start, size_t bytes)
{
	if (t->ops->clean != NULL)
		t->ops->clean(t->context, start, bytes);
}

static void invalidate(const struct pgtable *t, uint64_t offset, uint64_t bytes, bool leaf_only)
{
	if (t->ops->invalidate != NULL)
		t->ops->invalidate(t->context, t->ia_base + offset, bytes, leaf_only);
}

static void synchronise(const struct pgtable *t)
{
	if (t->ops->synchronise != NULL)
		t->ops->synchronise(t->context);
}

/* A walker that sees the new descriptor also sees the table behind it. */
static void store(const struct pgtable *t, uint64_t *entry, uint64_t descriptor)
{
	__atomic_store_n(entry, descriptor, __ATOMIC_RELEASE);
	clean(t, entry, sizeof(*entry));
}

/*
 * Break-before-make: a valid entry becomes invalid, leaves every TLB, and only then becomes
 * something else.
 */
static void replace(const struct pgtable_visit *v, uint64_t descriptor)
{
	struct pgtable *t = v->table;

	if (is_valid(v->descriptor)) {
		store(t, v->entry, 0);
		invalidate(t, v->ia, geometry_level_bytes(&t->geometry, v->level),
			   !is_table(v->descriptor, v->level));
	}
	store(t, v->entry, descriptor);
}

/* ------------------------------------------------------------------ changes */

enum change_kind { CHANGE_MAP, CHANGE_UNMAP, CHANGE_PROTECT };

/*
 * A change of a range while it is being made. Tables in the two lists are chained through their
 * first word.
 */
struct change {
	enum change_kind kind;
	uint64_t offset; /* start of the range */
	uint64_t oa, max_leaf, attributes;
	unsigned needed; /* tables, by the first walk */
	uint64_t *reserve;
	uint64_t *dead; /* unlinked by this change, freed once no TLB can hold them */
};

static void push(uint64_t **list, uint64_t *table)
{
	/* Aligned, so it reads as an invalid descriptor to a walk that is still in a dead table. */
	table[0] = (uint64_t)(uintptr_t)*list;
	*list = table;
}

static uint64_t *pop(uint64_t **list)
{
	uint64_t *table = *list;

	*list = (uint64_t *)(uintptr_t)table[0];
	table[0] = 0;
	return table;
}

static void free_list(const struct pgtable *t, uint64_t **list)
{
	while (*list != NULL)
		t->ops->free(t->context, pop(list), 1);
}

static uint64_t oa_at(const struct change *c, uint64_t offset)
{
	return c->oa + (offset - c->offset);
}

/* The change can be made to one entry of this level as a whole. */
static bool fits(const struct geometry *g, const struct change *c, int level, uint64_t from,
		 uint64_t to)
{
	uint64_t bytes = geometry_level_bytes(g, level);

	if (to - from != bytes)
		return false;
	if (c->kind != CHANGE_MAP || level == LEVEL_LAST)
		return true;
	return geometry_leaf_level(g, level) && bytes <= c->max_leaf &&
	       (oa_at(c, from) & (bytes - 1)) == 0;
}

/*
 * Tables that must be made below an entry that is no table, to make the change to [from, to) in it.
 */
static unsigned tables_below(const struct geometry *g, const struct change *c, int level,
			     uint64_t from, uint64_t to)
{
	uint64_t bytes, first, last;
	unsigned count = 1;

	if (fits(g, c, level, from, to))
		return 0;
	if (++level == LEVEL_LAST)
		return count;
	/* Entries that are covered as a whole are all alike, for their output addresses are. */
	bytes = geometry_level_bytes(g, level);
	first = lesser(to, align_up(from, bytes));
	last = align_down(to, bytes);
	if (from < first)
		count += tables_below(g, c, level, from, first);
	if (last < to && last >= first)
		count += tables_below(g, c, level, last, to);
	if (first < last)
		count += (unsigned)((last - first) / bytes) *
			 tables_below(g, c, level, first, first + bytes);
	return count;
}

static enum pgtable_status count_tables(const struct pgtable_visit *v, void *argument)
{
	struct change *c = argument;

	if (is_valid(v->descriptor) || c->kind == CHANGE_MAP)
		c->needed += tables_below(&v->table->geometry, c, v->level, v->from, v->to);
	return PGTABLE_OK;
}

static uint64_t table_descriptor(const struct pgtable *t, const uint64_t *table)
{
	return encode_address(&t->geometry, t->ops->to_physical(t->context, table)) |
	       DESCRIPTOR_TABLE;
}

/* What the change makes of an entry that it fits. */
static uint64_t changed(const struct geometry *g, const struct change *c, int level, uint64_t from,
			uint64_t descriptor)
{
	switch (c->kind) {
	case CHANGE_MAP:
		return leaf_descriptor(g, level, oa_at(c, from), c->attributes);
	case CHANGE_PROTECT:
		return leaf_descriptor(g, level, decode_address(g, descriptor), c->attributes);
	default:
		return 0;
	}
}

/*
 * A new table of a level that translates as the entry above did, invalid or a block, and [from, to)
 * changed.
 */
static uint64_t *build_table(const struct pgtable *t, struct change *c, int level, uint64_t from,
			     uint64_t to, uint64_t above)
{
	const struct geometry *g = &t->geometry;
	uint64_t *table = pop(&c->reserve);
	uint64_t bytes = geometry_level_bytes(g, level);
	unsigned entries = geometry_entries(g, level);
	uint64_t index = (from >> geometry_level_bits(g, level)) & (entries - 1);

	if (is_valid(above)) {
		/* A block's addresses differ below bit 48 only, which all formats have in place. */
		uint64_t leaf = leaf_descriptor(g, level, decode_address(g, above),
						attributes_of(g, above));

		for (unsigned i = 0; i < entries; i++)
			table[i] = leaf + i * bytes;
	}
	for (uint64_t at = from, next; at < to; at = next, index++) {
		next = lesser(to, align_down(at, bytes) + bytes);
		if (fits(g, c, level, at, next))
			table[index] = changed(g, c, level, at, table[index]);
		else
			table[index] = table_descriptor(
				t, build_table(t, c, level + 1, at, next, table[index]));
	}
	clean(t, table, geometry_granule_bytes(g));
	return table;
}

/* Makes the change below an entry that is no table: all of it first, then one store links it. */
static enum pgtable_status split(const struct pgtable_visit *v, struct change *c)
{
	const struct pgtable *t = v->table;

	replace(v, table_descriptor(
			   t, build_table(t, c, v->level + 1, v->from, v->to, v->descriptor)));
	return PGTABLE_SKIP;
}

/* Frees the tables below a table that nothing points to any more. */
static void free_tables(const struct pgtable *t, uint64_t *table, int level, unsigned tables)
{
	for (unsigned i = 0; level < LEVEL_LAST && i < geometry_entries(&t->geometry, level); i++) {
		if (is_table(table[i], level))
			free_tables(t, table_of(t, table[i]), level + 1, 1);
	}
	t->ops->free(t->context, table, tables);
}

/* A valid leaf already translates the visited part as the change wants it. */
static bool is_mapped_so(const struct pgtable_visit *v, const struct change *c)
{
	const struct geometry *g = &v->table->geometry;

	return v->when == VISIT_LEAF && is_valid(v->descriptor) &&
	       attributes_of(g, v->descriptor) == c->attributes &&
	       decode_address(g, v->descriptor) + (v->from - v->ia) == oa_at(c, v->from);
}

static enum pgtable_status commit_map(const struct pgtable_visit *v, struct change *c)
{
	struct pgtable *t = v->table;
	const struct geometry *g = &t->geometry;

	if (is_mapped_so(v, c))
		return PGTABLE_OK;
	if (!fits(g, c, v->level, v->from, v->to))
		return v->when == VISIT_LEAF ? split(v, c) : PGTABLE_OK;
	replace(v, changed(g, c, v->level, v->from, v->descriptor));
	if (v->when == VISIT_PRE)
		free_tables(t, table_of(t, v->descriptor), v->level + 1, 1);
	return PGTABLE_OK;
}

static bool is_empty(const uint64_t *table, unsigned entries)
{
	for (unsigned i = 0; i < entries; i++) {
		if (is_valid(table[i]))
			return false;
	}
	return true;
}

static enum pgtable_status commit_unmap(const struct pgtable_visit *v, struct change *c)
{
	struct pgtable *t = v->table;
	const struct geometry *g = &t->geometry;

	if (v->when == VISIT_POST) {
		uint64_t *table = table_of(t, v->descriptor);

		if (is_empty(table, geometry_entries(g, v->level + 1))) {
			store(t, v->entry, 0);
			push(&c->dead, table);
		}
	} else if (is_valid(v->descriptor)) {
		if (!fits(g, c, v->level, v->from, v->to))
			return split(v, c);
		store(t, v->entry, 0);
	}
	return PGTABLE_OK;
}

/*
 * What may not change under a TLB entry: memory type and shareability. The same fields at every
 * level.
 */
static uint64_t memory_type(const struct geometry *g, uint64_t attributes)
{
	uint64_t sh = g->ds ? 0 : FIELD_MASK(S1_LEAF_SH);

	return attributes & (sh | (g->kind == TABLE_STAGE2 ? FIELD_MASK(S2_LEAF_MemAttr)
							   : FIELD_MASK(S1_LEAF_AttrIndx)));
}

static enum pgtable_status commit_protect(const struct pgtable_visit *v, struct change *c)
{
	const struct geometry *g = &v->table->geometry;
	uint64_t old = attributes_of(g, v->descriptor), leaf;

	if (!is_valid(v->descriptor) || old == c->attributes)
		return PGTABLE_OK;
	if (!fits(g, c, v->level, v->from, v->to))
		return split(v, c);
	leaf = changed(g, c, v->level, v->from, v->descriptor);
	if (memory_type(g, old) != memory_type(g, c->attributes))
		replace(v, leaf);
	else
		store(v->table, v->entry, leaf);
	return PGTABLE_OK;
}

static enum pgtable_status commit(const struct pgtable_visit *v, void *argument)
{
	struct change *c = argument;

	return c->kind == CHANGE_MAP     ? commit_map(v, c)
	       : c->kind == CHANGE_UNMAP ? commit_unmap(v, c)
					 : commit_protect(v, c);
}

/* Counts, allocates, commits. */
static enum pgtable_status make_change(struct pgtable *t, uint64_t ia, uint64_t bytes,
				       struct change *c)
{
	static const unsigned when[] = {
		[CHANGE_MAP] = VISIT_PRE | VISIT_LEAF,
		[CHANGE_UNMAP] = VISIT_LEAF | VISIT_POST,
		[CHANGE_PROTECT] = VISIT_LEAF,
	};

	if (!pgtable_range(t, ia, bytes, &c->offset))
		return PGTABLE_BAD_RANGE;
	pgtable_walk(t, ia, bytes, VISIT_LEAF, count_tables, c);
	for (; c->needed > 0; c->needed--) {
		uint64_t *table = t->ops->alloc(t->context, 1);

		if (table == NULL) {
			free_list(t, &c->reserve);
			return PGTABLE_NO_MEMORY;
		}
		push(&c->reserve, table);
	}
	pgtable_walk(t, ia, bytes, when[c->kind], commit, c);
	if (c->kind != CHANGE_MAP && bytes > 0)
		invalidate(t, c->offset, bytes, c->dead == NULL);
	synchronise(t);
	free_list(t, &c->dead);
	free_list(t, &c->reserve);
	return PGTABLE_OK;
}

/* ------------------------------------------------------------------ new leaves in one table */

/*
 * The entry for offset at the first level, `last` at the latest, that holds no table; *level
 * becomes its level.
 */
static uint64_t *descend(const struct pgtable *t, uint64_t offset, int last, int *level)
{
	const struct geometry *g = &t->geometry;
	unsigned bits = geometry_level_bits(g, g->start), stride = g->granule_bits - 3u;
	uint64_t *entry = &t->start[offset >> bits];

	for (*level = g->start; *level < last && is_table(*entry, *level); ++*level) {
		bits -= stride;
		entry = &table_of(t, *entry)[(offset >> bits) & ((UINT64_C(1) << stride) - 1)];
	}
	return entry;
}

/*
 * All of the change is leaves of this level in one table. Pages are taken only where no block could
 * fit.
 */
static bool is_run(const struct geometry *g, const struct change *c, int level, uint64_t bytes)
{
	uint64_t last = c->offset + bytes - 1;

	if (fits(g, c, level, c->offset, c->offset + bytes))
		return (c->offset & (bytes - 1)) == 0;
	if (level < LEVEL_LAST || (geometry_leaf_level(g, level - 1) &&
				   c->max_leaf >= geometry_level_bytes(g, level - 1)))
		return false;
	return level == g->start || (c->offset ^ last) >> geometry_level_bits(g, level - 1) == 0;
}

/* Leaves for the whole change, from an entry on. */
static void fill_leaves(const struct pgtable *t, const struct change *c, uint64_t *entry, int leaf,
			uint64_t bytes)
{
	const struct geometry *g = &t->geometry;
	uint64_t step = geometry_level_bytes(g, leaf);

	for (uint64_t at = 0; at < bytes; at += step)
		store(t, entry++, leaf_descriptor(g, leaf, c->oa + at, c->attributes));
}

static unsigned index_at(const struct geometry *g, uint64_t offset, int level)
{
	return (unsigned)(offset >> geometry_level_bits(g, level)) &
	       ((1u << (g->granule_bits - 3u)) - 1);
}

/*
 * Fills new tables from the leaves upwards and links the last of them: a walk sees nothing or all.
 */
static void link_leaves(const struct pgtable *t, struct change *c, uint64_t *entry, int level,
			int leaf, uint64_t bytes)
{
	const struct geometry *g = &t->geometry;
	uint64_t descriptor = 0;

	if (level == leaf)
		fill_leaves(t, c, entry, leaf, bytes);
	for (int l = leaf; l > level; l--) {
		uint64_t *table = pop(&c->reserve);

		if (l == leaf)
			fill_leaves(t, c, &table[index_at(g, c->offset, l)], leaf, bytes);
		else
			table[index_at(g, c->offset, l)] = descriptor;
		clean(t, table, geometry_granule_bytes(g));
		descriptor = encode_address(g, t->ops->to_physical(t->context, table)) |
			     DESCRIPTOR_TABLE;
	}
	if (level < leaf)
		store(t, entry, descriptor);
	synchronise(t);
}

/*
 * Whether nothing is mapped where the change goes; *entry and *level: where a walk to its start
 * ends.
 */
static bool is_new(const struct pgtable *t, const struct change *c, int leaf, uint64_t bytes,
		   uint64_t **entry, int *level)
{
	uint64_t count = bytes >> geometry_level_bits(&t->geometry, leaf);

	*entry = descend(t, c->offset, leaf, level);
	for (uint64_t i = 0; i < (*level == leaf ? count : 1); i++)
		if (is_valid((*entry)[i]))
			return false;
	return true;
}

/*
 * Maps leaves of one table where nothing is mapped, as every demand fault does, in one descent.
 * False: it is another case.
 */
static bool map_new_leaves(struct pgtable *t, struct change *c, uint64_t bytes,
			   enum pgtable_status *status)
{
	int leaf = LEVEL_LAST, level;
	uint64_t *entry;

	while (leaf >= t->geometry.start && !is_run(&t->geometry, c, leaf, bytes))
		leaf--;
	if (bytes == 0 || leaf < t->geometry.start || !is_new(t, c, leaf, bytes, &entry, &level))
		return false;
	*status = PGTABLE_OK;
	for (int l = level; l < leaf && *status == PGTABLE_OK; l++) {
		uint64_t *table = t->ops->alloc(t->context, 1);

		if (table != NULL)
			push(&c->reserve, table);
		else
			*status = PGTABLE_NO_MEMORY;
	}
	/*
	 * Allocating may have mapped something else in this very table: then the descent is made
	 * again.
	 */
	if (c->reserve != NULL)
		entry = descend(t, c->offset, leaf, &level);
	if (*status == PGTABLE_OK)
		link_leaves(t, c, entry, level, leaf, bytes);
	free_list(t, &c->reserve);
	return true;
}

enum pgtable_status pgtable_map(struct pgtable *table, uint64_t ia, uint64_t bytes, uint64_t oa,
				unsigned leaf, uint64_t max_leaf)
{
	const struct geometry *g = &table->geometry;
	uint64_t size = UINT64_C(1) << g->oa_bits;
	struct change c = {
		.kind = CHANGE_MAP,
		.oa = oa,
		.max_leaf = max_leaf,
		.attributes = leaf_attributes(g, leaf),
	};
	enum pgtable_status status;

	if (oa & (geometry_granule_bytes(g) - 1) || oa >= size || bytes > size - oa)
		return PGTABLE_BAD_RANGE;
	if (pgtable_range(table, ia, bytes, &c.offset) && map_new_leaves(table, &c, bytes, &status))
		return status;
	return make_change(table, ia, bytes, &c);
}

enum pgtable_status pgtable_unmap(struct pgtable *table, uint64_t ia, uint64_t bytes)
{
	struct change c = {.kind = CHANGE_UNMAP};

	return make_change(table, ia, bytes, &c);
}

enum pgtable_status pgtable_protect(struct pgtable *table, uint64_t ia, uint64_t bytes,
				    unsigned leaf)
{
	struct change c = {.kind = CHANGE_PROTECT,
			   .attributes = leaf_attributes(&table->geometry, leaf)};

	return make_change(table, ia, bytes, &c);
}

/* ------------------------------------------------------------------ the rest */

enum pgtable_status pgtable_init(struct pgtable *table, const struct geometry *geometry,
				 uint64_t ia_base, const struct pgtable_ops *ops, void *context)
{
	struct pgtable t = {
		.geometry = *geometry,
		.ia_base = ia_base,
		.ops = ops,
		.context = context,
		.start = ops->alloc(context, geometry_start_tables(geometry)),
	};

	if (t.start == NULL)
		return PGTABLE_NO_MEMORY;
	clean(&t, t.start, geometry_start_tables(geometry) * geometry_granule_bytes(geometry));
	*table = t;
	return PGTABLE_OK;
}

void pgtable_destroy(struct pgtable *table)
{
	free_tables(table, table->start, table->geometry.start,
		    geometry_start_tables(&table->geometry));
	table->start = NULL;
}

uint64_t pgtable_ttbr(const struct pgtable *table)
{
	return geometry_ttbr(&table->geometry,
			     table->ops->to_physical(table->context, table->start));
}
