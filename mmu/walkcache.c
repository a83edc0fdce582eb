/* The walk caches, behind the functions that the walker calls. */
#include "walkcache.h"

#include "tlb.h"

/* The value that answers, or NULL. */
static const void *find(struct walk_caches *c, const struct assoc *a, struct assoc_key key,
			struct tlb_counts *counts)
{
	struct tlb_entry *found = assoc_find(a, key);

	counts->lookups++;
	if (found == NULL) {
		counts->misses++;
		return NULL;
	}
	counts->hits++;
	found->stamp = ++c->uses;
	return assoc_value(a, found);
}

/* ------------------------------------------------------------------ stage 1 tables */

static const struct ttw_params *range_of(const struct ttw_regime *r, va_t va)
{
	return &r->stage1[HasUnprivileged(r->regime) && (va.value >> 55 & 1) != 0];
}

/* A level means nothing to a walk of another granule or start level: both are in a table's tag. */
static uint32_t geometry(const struct ttw_params *p)
{
	return (uint32_t)p->granule_bits << TLB_CONTEXT_GRANULE_LSB |
	       (uint32_t)(p->start_level - TTW_LEVEL_MIN) << TLB_CONTEXT_START_LEVEL_LSB;
}

/*
 * A table descriptor has no nG bit, so its ASID always counts. HCR_EL2.PTW decides whether a table
 * in Device memory may be read at all, so it is part of the tag.
 */
static struct assoc_key stage1_key(const struct ttw_regime *r, va_t va)
{
	uint32_t context = r->vmid | tlb_context_regime(r->regime) | geometry(range_of(r, va));

	if (r->stage2.enabled)
		context |= TLB_CONTEXT_STAGE2;
	if (r->ptw)
		context |= TLB_CONTEXT_PTW;
	return (struct assoc_key){assoc_tag(va.value, r->asid), context};
}

static bool find_stage1(void *ctx, const struct ttw_regime *r, va_t va, struct ttw_table *table)
{
	struct walk_caches *c = ctx;
	const struct ttw_table *found =
		find(c, &c->stage1, stage1_key(r, va), &c->counts->cache_stage1[c->el]);

	if (found != NULL)
		*table = *found;
	return found != NULL;
}

/* What the table descriptor that leads to a table covers: the entries of one level up. */
static uint8_t covered_bits(const struct ttw_params *p, const struct ttw_table *table)
{
	return p->level[table->level - 1 - TTW_LEVEL_MIN].shift;
}

static void keep_table(struct walk_caches *c, struct assoc *a, struct assoc_key key,
		       const struct ttw_params *p, const struct ttw_table *table)
{
	struct assoc_span span = {
		.bits = (uint8_t)ttw_table_span_bits(p, table),
		.wide = covered_bits(p, table),
		.any_asid = false,
		.mark = tlb_mark(p->granule_bits, table->level),
	};
	struct ttw_table *kept = assoc_value(a, assoc_fill(a, key, span, ++c->uses));

	*kept = *table;
}

static void keep_stage1(void *ctx, const struct ttw_regime *r, va_t va,
			const struct ttw_table *table)
{
	struct walk_caches *c = ctx;

	keep_table(c, &c->stage1, stage1_key(r, va), range_of(r, va), table);
}

/* ------------------------------------------------------------------ stage 2 tables */

static struct assoc_key stage2_key(const struct ttw_regime *r, ipa_t ipa)
{
	return (struct assoc_key){assoc_tag(ipa.value, 0), r->vmid | geometry(&r->stage2)};
}

static bool find_stage2(void *ctx, const struct ttw_regime *r, ipa_t ipa, struct ttw_table *table)
{
	struct walk_caches *c = ctx;
	const struct ttw_table *found =
		find(c, &c->stage2, stage2_key(r, ipa), &c->counts->cache_stage2[c->el]);

	if (found != NULL)
		*table = *found;
	return found != NULL;
}

static void keep_stage2(void *ctx, const struct ttw_regime *r, ipa_t ipa,
			const struct ttw_table *table)
{
	struct walk_caches *c = ctx;

	keep_table(c, &c->stage2, stage2_key(r, ipa), &r->stage2, table);
}

/* ------------------------------------------------------------------ stage 2 results */

static bool holds(const struct walk_caches *c, enum nw_fetch_for purpose)
{
	return c->ipa_for_all || purpose == FETCH_FOR_STAGE1;
}

static bool find_ipa(void *ctx, const struct ttw_regime *r, ipa_t ipa, enum nw_fetch_for purpose,
		     struct ttw_stage2_output *output)
{
	struct walk_caches *c = ctx;

	if (!holds(c, purpose))
		return false;

	const struct ttw_stage2_output *found =
		find(c, &c->ipa, stage2_key(r, ipa), &c->counts->cache_ipa[c->el]);

	if (found == NULL)
		return false;

	uint64_t within = (UINT64_C(1) << found->leaf.span_bits) - 1;

	*output = *found;
	output->pa.value = (output->pa.value & ~within) | (ipa.value & within);
	return true;
}

static void keep_ipa(void *ctx, const struct ttw_regime *r, ipa_t ipa, enum nw_fetch_for purpose,
		     const struct ttw_stage2_output *output)
{
	struct walk_caches *c = ctx;

	if (!holds(c, purpose))
		return;

	struct assoc_span span = {
		.bits = output->leaf.span_bits,
		.wide = output->leaf.wide_bits,
		.any_asid = true,
		.mark = tlb_mark(r->stage2.granule_bits, output->leaf.level),
	};
	struct ttw_stage2_output *kept =
		assoc_value(&c->ipa, assoc_fill(&c->ipa, stage2_key(r, ipa), span, ++c->uses));

	*kept = *output; /* pa is that of this IPA */
}

/* ------------------------------------------------------------------ set-up */

static bool init_memories(struct walk_caches *c, const struct walk_cache_shapes *shapes)
{
	struct assoc_shape tables = {
		.value_size = sizeof(struct ttw_table),
		.rule = ASSOC_SMALLEST_SPAN,
	};
	struct assoc_shape outputs = {
		.shape = shapes->ipa,
		.value_size = sizeof(struct ttw_stage2_output),
		.rule = ASSOC_FIRST_FILLED,
	};

	tables.shape = shapes->stage1;
	if (!assoc_init(&c->stage1, &tables))
		return false;
	tables.shape = shapes->stage2;
	return assoc_init(&c->stage2, &tables) && assoc_init(&c->ipa, &outputs);
}

bool walk_caches_init(struct walk_caches *c, const struct walk_cache_shapes *shapes,
		      struct nw_counts *counts)
{
	*c = (struct walk_caches){.ipa_for_all = shapes->ipa_for_all, .counts = counts};
	if (!init_memories(c, shapes)) {
		walk_caches_free(c);
		return false;
	}
	c->ttw.ctx = c;
	if (assoc_present(&c->stage1)) {
		c->ttw.find_stage1 = find_stage1;
		c->ttw.keep_stage1 = keep_stage1;
	}
	if (assoc_present(&c->stage2)) {
		c->ttw.find_stage2 = find_stage2;
		c->ttw.keep_stage2 = keep_stage2;
	}
	if (assoc_present(&c->ipa)) {
		c->ttw.find_ipa = find_ipa;
		c->ttw.keep_ipa = keep_ipa;
	}
	return true;
}

void walk_caches_free(struct walk_caches *c)
{
	assoc_free(&c->stage1);
	assoc_free(&c->stage2);
	assoc_free(&c->ipa);
}

const struct ttw_caches *walk_caches_for_walker(const struct walk_caches *c)
{
	bool any = assoc_present(&c->stage1) || assoc_present(&c->stage2) || assoc_present(&c->ipa);

	return any ? &c->ttw : NULL;
}
