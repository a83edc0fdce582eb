/*
 * Page-table library: the walk over levels -1 to 3, and the look-up of one address.
 */
#include "descriptor.h"
#include "lib.h"

struct walk {
	struct pgtable *table;
	unsigned when;
	pgtable_visitor *visitor;
	void *argument;
};

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

	if (status == PGTABLE_SKIP)
		return PGTABLE_OK;
	if (status != PGTABLE_OK || !is_table(*v->entry, v->level))
		return status;
	status = walk_table(w, table_of(w->table, *v->entry), v->level + 1, v->from, v->to);
	return status != PGTABLE_OK ? status : call(w, v, VISIT_POST);
}

/*
 * The part [from, to) of the input range that one table (or the concatenated start tables)
 * translates.
 */
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

bool pgtable_range(const struct pgtable *t, uint64_t ia, uint64_t bytes, uint64_t *offset)
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

	if (!pgtable_range(table, ia, bytes, &offset))
		return PGTABLE_BAD_RANGE;
	return walk_table(&w, table->start, table->geometry.start, offset, offset + bytes);
}

/* ------------------------------------------------------------------ look-up */

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
