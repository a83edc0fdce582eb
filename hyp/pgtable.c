/*
 * Page-table library: the walk over levels -1 to 3, and map, unmap, protect and lookup on top of
 * it.
 *
 * A change runs in two walks. The first only counts the tables that will be needed; they are
 * allocated into a reserve; the second changes the tables and cannot fail. Rules: DDI 0487,
 * "VMSAv8-64 descriptor formats" and "Using break-before-make when updating translation table
 * entries".
 */
#include "pgtable.h"
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

/* Break-before-make: a valid entry becomes invalid, leaves every TLB, and only then becomes
 * something else. */
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

/* ------------------------------------------------------------------ the walk */

struct walk {
	struct pgtable *table;
	unsigned when;
	pgtable_visitor *visitor;
	void *argument;
};

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static enum pgtable_status call(const struct walk *w, struct pgtable_visit *v,
				enum pgtable_when when)
{
	if (!(w->when & when))
		return PGTABLE_OK;
	v->descriptor = *v->entry;
	v->when = when;
	return w->visitor(v, w->argument);
}

static enum pgtable_status walk_table(const struct walk *w, uint64_t *table, int level,
				      uint64_t from, uint64_t to);

/* One entry: before, its table if it is one (by now), after. */
static enum pgtable_status walk_entry(const struct walk *w, struct pgtable_visit *v)
{
	bool table = is_table(*v->entry, v->level);
	enum pgtable_status status = call(w, v, table ? VISIT_PRE : VISIT_LEAF);

	if (status != PGTABLE_OK || !is_table(*v->entry, v->level))
		return status;
	status = walk_table(w, table_of(w->table, *v->entry), v->level + 1, v->from, v->to);
	return status != PGTABLE_OK ? status : call(w, v, VISIT_POST);
}

/* The part [from, to) of the input range that one table (or the concatenated start tables)
 * translates. */
static enum pgtable_status walk_table(const struct walk *w, uint64_t *table, int level,
				      uint64_t from, uint64_t to)
{
	const struct geometry *g = &w->table->geometry;
	uint64_t bytes = geometry_level_bytes(g, level);
	enum pgtable_status status = PGTABLE_OK;

	for (uint64_t at = from; at < to && status == PGTABLE_OK;
	     at = align_down(at, bytes) + bytes) {
		uint64_t index =
			(at >> geometry_level_bits(g, level)) & (geometry_entries(g, level) - 1);
		struct pgtable_visit v = {
			.table = w->table,
			.entry = &table[index],
			.ia = align_down(at, bytes),
			.from = at,
			.to = lesser(to, align_down(at, bytes) + bytes),
			.level = (int8_t)level,
		};

		status = walk_entry(w, &v);
	}
	return status;
}

/* The range is made of whole pages inside the input size; *offset counts from ia_base. */
static bool range_offset(const struct pgtable *t, uint64_t ia, uint64_t bytes, uint64_t *offset)
{
	const struct geometry *g = &t->geometry;
	uint64_t size = UINT64_C(1) << g->ia_bits;

	*offset = ia - t->ia_base;
	return ia >= t->ia_base && *offset < size && bytes <= size - *offset &&
	       ((ia | bytes) & (geometry_granule_bytes(g) - 1)) == 0;
}

enum pgtable_status pgtable_walk(struct pgtable *table, uint64_t ia, uint64_t bytes, unsigned when,
				 pgtable_visitor *visitor, void *argument)
{
	struct walk w = {table, when, visitor, argument};
	uint64_t offset;

	if (!range_offset(table, ia, bytes, &offset))
		return PGTABLE_BAD_RANGE;
	return walk_table(&w, table->start, table->geometry.start, offset, offset + bytes);
}

/* ------------------------------------------------------------------ changes */

enum change_kind { CHANGE_MAP, CHANGE_UNMAP, CHANGE_PROTECT };

/* A change of a range while it is being made. Tables in the two lists are chained through their
 * first word. */
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

/* Tables that must be made below an entry that is no table, to make the change to [from, to) in it.
 */
static unsigned tables_below(const struct geometry *g, const struct change *c, int level,
			     uint64_t from, uint64_t to)
{
	uint64_t bytes;
	unsigned count = 1;

	if (fits(g, c, level, from, to))
		return 0;
	bytes = geometry_level_bytes(g, level + 1);
	for (uint64_t at = from, next; at < to && level + 1 < LEVEL_LAST; at = next) {
		next = lesser(to, align_down(at, bytes) + bytes);
		count += tables_below(g, c, level + 1, at, next);
	}
	return count;
}

static enum pgtable_status count_tables(const struct pgtable_visit *v, void *argument)
{
	struct change *c = argument;

	if (is_valid(v->descriptor) || c->kind == CHANGE_MAP)
		c->needed += tables_below(&v->table->geometry, c, v->level, v->from, v->to);
	return PGTABLE_OK;
}

/* Puts a table in place of an invalid entry, or of a block whose translations it keeps. */
static void split(const struct pgtable_visit *v, struct change *c)
{
	struct pgtable *t = v->table;
	const struct geometry *g = &t->geometry;
	uint64_t *table = pop(&c->reserve);

	if (is_valid(v->descriptor)) {
		/* A block's addresses differ below bit 48 only, which is in its own place in all
		 * formats. */
		uint64_t leaf = leaf_descriptor(g, v->level + 1, decode_address(g, v->descriptor),
						attributes_of(g, v->descriptor));
		uint64_t bytes = geometry_level_bytes(g, v->level + 1);

		for (unsigned i = 0, n = geometry_entries(g, v->level + 1); i < n; i++)
			table[i] = leaf + i * bytes;
	}
	clean(t, table, geometry_granule_bytes(g));
	replace(v, encode_address(g, t->ops->to_physical(t->context, table)) | DESCRIPTOR_TABLE);
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
	uint64_t leaf = leaf_descriptor(&t->geometry, v->level, oa_at(c, v->from), c->attributes);

	if (is_mapped_so(v, c))
		return PGTABLE_OK;
	if (!fits(&t->geometry, c, v->level, v->from, v->to)) {
		if (v->when == VISIT_LEAF)
			split(v, c);
		return PGTABLE_OK;
	}
	replace(v, leaf);
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
		if (fits(g, c, v->level, v->from, v->to))
			store(t, v->entry, 0);
		else
			split(v, c);
	}
	return PGTABLE_OK;
}

/* What may not change under a TLB entry: memory type and shareability. The same fields at every
 * level. */
static uint64_t memory_type(const struct geometry *g, uint64_t attributes)
{
	uint64_t sh = g->ds ? 0 : FIELD_MASK(S1_LEAF_SH);

	return attributes & (sh | (g->kind == TABLE_STAGE2 ? FIELD_MASK(S2_LEAF_MemAttr)
							   : FIELD_MASK(S1_LEAF_AttrIndx)));
}

static enum pgtable_status commit_protect(const struct pgtable_visit *v, struct change *c)
{
	struct pgtable *t = v->table;
	const struct geometry *g = &t->geometry;
	uint64_t old = attributes_of(g, v->descriptor);

	if (!is_valid(v->descriptor))
		return PGTABLE_OK;
	if (!fits(g, c, v->level, v->from, v->to)) {
		if (old != c->attributes)
			split(v, c);
		return PGTABLE_OK;
	}

	uint64_t leaf =
		leaf_descriptor(g, v->level, decode_address(g, v->descriptor), c->attributes);

	if (memory_type(g, old) != memory_type(g, c->attributes))
		replace(v, leaf);
	else if (leaf != v->descriptor)
		store(t, v->entry, leaf);
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

	if (!range_offset(t, ia, bytes, &c->offset))
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

/* ------------------------------------------------------------------ one leaf */

/* The entry for offset at the first level, `last` at the latest, that holds no table; *level
 * becomes its level. */
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

/* The level at which the change is one leaf; the start level less 1 where it isn't. */
static int one_leaf_level(const struct geometry *g, const struct change *c, uint64_t bytes)
{
	int level = LEVEL_LAST;

	while (level >= g->start && !fits(g, c, level, c->offset, c->offset + bytes))
		level--;
	return c->offset & (bytes - 1) ? g->start - 1 : level;
}

/* Fills new tables from the leaf upwards and links the last of them: a walk sees nothing or all. */
static void link_leaf(const struct pgtable *t, struct change *c, int leaf)
{
	const struct geometry *g = &t->geometry;
	unsigned stride = g->granule_bits - 3u;
	uint64_t descriptor = leaf_descriptor(g, leaf, c->oa, c->attributes);
	int level;
	uint64_t *entry = descend(t, c->offset, leaf, &level);

	for (int l = leaf; l > level; l--) {
		uint64_t *table = pop(&c->reserve);
		uint64_t index =
			(c->offset >> geometry_level_bits(g, l)) & ((UINT64_C(1) << stride) - 1);

		table[index] = descriptor;
		clean(t, table, geometry_granule_bytes(g));
		descriptor = encode_address(g, t->ops->to_physical(t->context, table)) |
			     DESCRIPTOR_TABLE;
	}
	store(t, entry, descriptor);
}

/* Maps one leaf where nothing is mapped, as every demand fault does, in one descent. False: it is
 * another case. */
static bool map_new_leaf(struct pgtable *t, struct change *c, uint64_t bytes,
			 enum pgtable_status *status)
{
	int leaf = one_leaf_level(&t->geometry, c, bytes), level;

	if (leaf < t->geometry.start || is_valid(*descend(t, c->offset, leaf, &level)))
		return false;
	*status = PGTABLE_OK;
	for (; level < leaf && *status == PGTABLE_OK; level++) {
		uint64_t *table = t->ops->alloc(t->context, 1);

		if (table != NULL)
			push(&c->reserve, table);
		else
			*status = PGTABLE_NO_MEMORY;
	}
	/* The descent is made again: allocating may have mapped something in this very table. */
	if (*status == PGTABLE_OK) {
		link_leaf(t, c, leaf);
		synchronise(t);
	}
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
	if (range_offset(table, ia, bytes, &c.offset) && map_new_leaf(table, &c, bytes, &status))
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

struct pgtable_found pgtable_lookup(const struct pgtable *table, uint64_t ia)
{
	const struct geometry *g = &table->geometry;
	uint64_t offset = ia - table->ia_base;
	struct pgtable_found found = {.level = g->start};
	const uint64_t *entries = table->start;

	if (ia < table->ia_base || offset >> g->ia_bits != 0)
		return found;
	for (;; found.level++) {
		found.descriptor = entries[(offset >> geometry_level_bits(g, found.level)) &
					   (geometry_entries(g, found.level) - 1)];
		if (!is_table(found.descriptor, found.level))
			break;
		entries = table_of(table, found.descriptor);
	}
	found.valid = is_valid(found.descriptor);
	if (found.valid) {
		found.oa = decode_address(g, found.descriptor) |
			   (offset & (geometry_level_bytes(g, found.level) - 1));
		found.leaf = leaf_of(g, found.descriptor);
	}
	return found;
}
