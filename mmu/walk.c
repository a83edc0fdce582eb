/*
 * Both stages of a translation. Reference: DDI 0487, D8.2 "Translation process",
 * AArch64.S1Translate, AArch64.S2Translate, AArch64.S1Walk, AArch64.S2Walk.
 *
 * Both stages are one loop, ttw_walk() in walk.h. Stage 2 is stage 1's memory: stage 1's read()
 * finds its descriptor through stage 2 and hands back its fault unchanged; stage 2's read() finds
 * it in physical memory.
 */
#include "walk.h"

unsigned ttw_table_span_bits(const struct ttw_params *p, const struct ttw_table *table)
{
	unsigned table_bits =
		table->piece_bits < p->granule_bits ? table->piece_bits : p->granule_bits;

	return table_bits - 3 + level_of(p, table->level)->shift;
}

/* ------------------------------------------------------------------ memory */

/* What the records of the fetches of a stage share, by what they are for. */
static const struct nw_fetch stage1_fetch = {.stage = 1};
static const struct nw_fetch output_fetch = {.stage = 2, .purpose = FETCH_FOR_OUTPUT};
static const struct nw_fetch table_fetch[TTW_LEVELS] = {
	{.stage = 2, .purpose = FETCH_FOR_STAGE1, .for_level = -1},
	{.stage = 2, .purpose = FETCH_FOR_STAGE1, .for_level = 0},
	{.stage = 2, .purpose = FETCH_FOR_STAGE1, .for_level = 1},
	{.stage = 2, .purpose = FETCH_FOR_STAGE1, .for_level = 2},
	{.stage = 2, .purpose = FETCH_FOR_STAGE1, .for_level = 3},
};

/* Big-endian tables are read through the port. */
static const struct nw_window no_window;

INLINE struct ttw_port port_of(struct walker *k, const struct ttw_params *p,
			       const struct ttw_caches *caches, struct stage2_input input)
{
	return (struct ttw_port){
		.walker = k,
		.params = p,
		.caches = caches,
		.window = p->big_endian ? &no_window : &k->memory->port.window,
		.header = input.like->header | k->window_header,
		.input = input,
	};
}

struct nw_port_read ttw_read_port(struct walker *k, bool big_endian, uint64_t pa)
{
	const struct nw_port *memory = &k->memory->port;
	struct nw_port_read d = memory->read(memory->ctx, (pa_t){pa});

	if (big_endian)
		d.value = __builtin_bswap64(d.value);
	k->port_latency += d.latency;
	k->port_fetches++;
	return d;
}

/* ------------------------------------------------------------------ stage 2 */

bool ttw_stage2_faulted(struct walker *k, struct stage2_input in, enum nw_fault_type type,
			int8_t level)
{
	k->fault = ttw_stage2_fault(type, level, k->access, in.ipa, in.purpose == FETCH_FOR_STAGE1);
	return false;
}

INLINE bool stage2_fault(const struct ttw_port *port, enum nw_fault_type type, int8_t level)
{
	return ttw_stage2_faulted(port->walker, port->input, type, level);
}

/* Tells the cache of a table that memory gave, once it is read. */
static void keep_stage2(const struct walker *k, ipa_t ipa, int8_t level, uint64_t table)
{
	const struct ttw_caches *caches = k->memory->caches;
	const struct ttw_params *p = &k->r->stage2;
	const struct ttw_table found = {
		.level = level, .piece_bits = p->granule_bits, .table = table, .pa = table};

	if (caches->keep_stage2 && level != p->start_level)
		caches->keep_stage2(caches->ctx, k->r, ipa, &found);
}

INLINE bool stage2_read(const struct ttw_port *port, struct ttw_state *w, uint64_t offset)
{
	if (port->caches && !w->cached)
		keep_stage2(port->walker, port->input.ipa, w->level->level, w->table);
	if (!fetch(port, w, port->input.ipa.value, w->table | offset))
		return stage2_fault(port, FAULT_EXTERNAL_ON_WALK, w->level->level);
	return true;
}

INLINE bool stage2_walk(const struct ttw_port *port, struct ttw_state *w,
			struct ttw_stage2_output *output)
{
	const struct ttw_caches *caches = port->caches;
	const struct ttw_params *p = port->params;
	ipa_t ipa = port->input.ipa;
	struct ttw_table found;

	if (p->bad_start != FAULT_NONE)
		return stage2_fault(port, p->bad_start, 0);
	enter_start_table(p, w);
	if (caches && caches->find_stage2 &&
	    caches->find_stage2(caches->ctx, port->walker->r, ipa, &found))
		enter_cached_table(p, w, found);
	w->next = port->walker->next;

	uint64_t before = w->level->count_before;
	bool done = ttw_walk(port, stage2_read, stage2_fault, w, ipa.value);

	port->walker->next = w->next;
	port->walker->memory->log->sums[port->input.purpose] +=
		w->level->count_before + w->level->count - before;
	if (!done)
		return false;

	output->pa.value = w->oa;
	output->leaf = (struct ttw_leaf){
		.level = w->level->level,
		.span_bits = (uint8_t)w->span_bits,
		.wide_bits = (uint8_t)w->wide_bits,
		.clean = ttw_is_clean(p, w->descriptor),
		.attr = (uint8_t)(S2_LEAF_MemAttr(w->descriptor) |
				  (w->descriptor & p->fnxs_mask) >> (S2_LEAF_FnXS_LSB - 4)),
		.sh = p->ds ? p->sh : (uint8_t)S2_LEAF_SH(w->descriptor),
		.permissions = ttw_stage2_base_permissions(p, w->descriptor),
	};
	return true;
}

/* Alignment and permissions: of the access itself, or of one to a descriptor of stage 1. */
INLINE bool stage2_check(struct walker *k, struct stage2_input in,
			 const struct ttw_stage2_output *output)
{
	if (in.purpose == FETCH_FOR_OUTPUT) {
		k->fault = ttw_check_stage2(k->r, &output->leaf, in.ipa, k->access);
		return k->fault.type == FAULT_NONE;
	}
	if (UNLIKELY(ttw_walk_access_denied(k->r, &output->leaf, in.update)))
		return ttw_stage2_faulted(k, in, FAULT_PERMISSION, output->leaf.level);
	return true;
}

/* Updates the leaf that w has arrived at, if need be. True: walk again. */
INLINE bool stage2_update(const struct ttw_port *port, struct ttw_state *w,
			  struct ttw_stage2_output *output)
{
	const struct ttw_params *p = port->params;
	ipa_t ipa = port->input.ipa;

	if (__builtin_expect(is_settled(w->descriptor, output->leaf.clean), 1))
		return false;

	struct ttw_updated updated = ttw_update_stage2(
		port->walker, port->input,
		(struct ttw_found){p, w->level, ipa.value,
				   w->table | entry_offset(w->level, ipa.value), w->descriptor});

	port->walker->unaccessed |= !S2_LEAF_AF(updated.descriptor);
	output->leaf.clean = ttw_is_clean(p, updated.descriptor);
	return updated.again;
}

/* What an entry of the IPA cache gives: not enough for a write while it is clean. */
INLINE bool find_ipa(const struct ttw_port *port, struct ttw_stage2_output *output)
{
	const struct ttw_caches *caches = port->caches;
	struct walker *k = port->walker;

	return caches && caches->find_ipa &&
	       caches->find_ipa(caches->ctx, k->r, port->input.ipa, port->input.purpose, output) &&
	       !(output->leaf.clean && ttw_writes_stage2(k, port->input));
}

/* The PA and leaf of an IPA. */
INLINE bool stage2_translate(struct walker *k, const struct ttw_caches *caches,
			     struct stage2_input in, struct ttw_stage2_output *output)
{
	const struct ttw_params *p = &k->r->stage2;
	const struct ttw_port port = port_of(k, p, caches, in);
	struct ttw_state w;

	if (!p->enabled) {
		output->pa.value = in.ipa.value;
		output->leaf = k->r->flat;
		return true;
	}
	if (in.ipa.value > p->ia_max || p->bad != FAULT_NONE)
		return stage2_fault(&port, FAULT_TRANSLATION, 0);
	if (find_ipa(&port, output))
		return stage2_check(k, in, output);
	do {
		if (!stage2_walk(&port, &w, output))
			return false;
		stage2_check(k, in, output);
	} while (stage2_update(&port, &w, output));
	if (caches && caches->keep_ipa && !k->unaccessed)
		caches->keep_ipa(caches->ctx, k->r, in.ipa, in.purpose, output);
	return k->fault.type == FAULT_NONE;
}

/* ------------------------------------------------------------------ stage 1 */

bool ttw_stage1_faulted(struct walker *k, enum nw_fault_type type, int8_t level)
{
	k->fault = ttw_stage1_fault(type, level, k->access);
	return false;
}

INLINE bool stage1_fault(const struct ttw_port *port, enum nw_fault_type type, int8_t level)
{
	return ttw_stage1_faulted(port->walker, type, level);
}

/* Finds the PA of a descriptor of stage 1: a read by the walker, checked by stage 2 as such. */
INLINE bool locate_descriptor(const struct ttw_port *port, struct ttw_state *w, uint64_t address)
{
	const struct stage2_input in = {
		{address}, FETCH_FOR_STAGE1, &table_fetch[w->level->level - TTW_LEVEL_MIN], false};
	struct ttw_stage2_output s2;

	if (!stage2_translate(port->walker, port->caches, in, &s2))
		return false;
	w->pa = s2.pa.value;
	w->piece_bits = s2.leaf.span_bits;
	return true;
}

bool ttw_locate_for_update(struct walker *k, struct ttw_found *found)
{
	const struct stage2_input in = {{found->input},
					FETCH_FOR_STAGE1,
					&table_fetch[found->level->level - TTW_LEVEL_MIN],
					true};
	struct nw_fault before = k->fault;
	struct ttw_stage2_output s2;

	k->fault.type = FAULT_NONE;
	if (!stage2_translate(k, k->memory->caches, in, &s2))
		return false;
	k->fault = before;
	found->pa = s2.pa.value;
	return true;
}

static void keep_stage1(const struct walker *k, int8_t start_level, struct ttw_table table)
{
	const struct ttw_caches *caches = k->memory->caches;

	if (caches->keep_stage1 && table.level != start_level)
		caches->keep_stage1(caches->ctx, k->r, k->va, &table);
}

INLINE bool stage1_read(const struct ttw_port *port, struct ttw_state *w, uint64_t offset)
{
	struct walker *k = port->walker;
	uint64_t address = w->table | offset;

	if (!w->cached) {
		if (!locate_descriptor(port, w, address))
			return false;
		if (port->caches && !k->unaccessed)
			keep_stage1(k, port->params->start_level,
				    (struct ttw_table){w->level->level, w->hierarchical,
						       w->piece_bits, w->table, w->pa});
	}

	uint64_t pa = w->pa;

	if (w->cached) /* some PA of the piece */
		pa = (pa & ~low_mask(w->piece_bits)) | (address & low_mask(w->piece_bits));
	w->next = k->next; /* behind the records of stage 2 */

	bool aborted = !fetch(port, w, address, pa);

	k->next = w->next;
	k->memory->log->sums[FETCH_FOR_NONE] += w->level->count;
	return !aborted || stage1_fault(port, FAULT_EXTERNAL_ON_WALK, w->level->level);
}

INLINE bool stage1_walk(const struct ttw_port *port, struct ttw_state *w, uint64_t ia,
			struct ttw_translation *t)
{
	const struct ttw_caches *caches = port->caches;
	const struct ttw_params *p = port->params;
	struct ttw_table found;

	if (p->bad_start != FAULT_NONE)
		return stage1_fault(port, p->bad_start, 0);
	enter_start_table(p, w);
	if (caches && caches->find_stage1 &&
	    caches->find_stage1(caches->ctx, port->walker->r, port->walker->va, &found))
		enter_cached_table(p, w, found);
	if (!ttw_walk(port, stage1_read, stage1_fault, w, ia))
		return false;

	t->ipa.value = w->oa;
	t->stage1 = (struct ttw_leaf){
		.level = w->level->level,
		.span_bits = (uint8_t)w->span_bits,
		.wide_bits = (uint8_t)w->wide_bits,
		.not_global = p->has_privilege && S1_LEAF_nG(w->descriptor),
		.clean = ttw_is_clean(p, w->descriptor),
		.guarded = (w->descriptor & p->gp_mask) != 0,
		.attr = p->attr[S1_LEAF_AttrIndx(w->descriptor)],
		.sh = p->ds ? p->sh : (uint8_t)S1_LEAF_SH(w->descriptor),
		.permissions = ttw_stage1_base_permissions(p, w->descriptor, w->hierarchical),
	};
	return true;
}

/* Updates the leaf that w has arrived at, if need be. True: walk again. */
INLINE bool stage1_update(const struct ttw_port *port, struct ttw_state *w, uint64_t ia,
			  struct ttw_translation *t)
{
	const struct ttw_params *p = port->params;

	if (__builtin_expect(is_settled(w->descriptor, t->stage1.clean), 1))
		return false;

	struct ttw_updated updated = ttw_update_stage1(
		port->walker, (struct ttw_found){p, w->level, w->table | entry_offset(w->level, ia),
						 0, w->descriptor});

	port->walker->unaccessed |= !S1_LEAF_AF(updated.descriptor);
	t->stage1.clean = ttw_is_clean(p, updated.descriptor);
	return updated.again;
}

/* A fault of stage 1 is found, and its descriptor updated, before stage 2 sees the output. */
INLINE bool stage1_translate(struct walker *k, const struct ttw_caches *caches,
			     struct ttw_translation *t)
{
	const struct ttw_params *p = k->input->params;
	const struct ttw_port port =
		port_of(k, p, caches, (struct stage2_input){.like = &stage1_fetch});
	struct ttw_state w;

	if (k->input->fault.type != FAULT_NONE) {
		k->fault = k->input->fault;
		return false;
	}
	if (!p->enabled) {
		t->stage1 = k->r->flat;
		t->ipa.value = k->input->ia;
		k->fault = ttw_check_stage1(k->r, &t->stage1, k->access);
		return k->fault.type == FAULT_NONE;
	}
	do {
		if (!stage1_walk(&port, &w, k->input->ia, t))
			return false;
		k->fault = ttw_check_stage1(k->r, &t->stage1, k->access);
	} while (stage1_update(&port, &w, k->input->ia, t));
	return k->fault.type == FAULT_NONE;
}

/* ------------------------------------------------------------------ both stages */

INLINE void both_stages(struct walker *k, const struct ttw_caches *caches,
			struct ttw_translation *t, bool stage1_only)
{
	if (!stage1_translate(k, caches, t))
		return;
	if (stage1_only || !k->r->stage2.enabled) {
		t->stage2 = k->r->flat;
		t->pa.value = t->ipa.value;
		t->span_bits = t->stage1.span_bits;
		return;
	}

	const struct stage2_input in = {t->ipa, FETCH_FOR_OUTPUT, &output_fetch, false};
	struct ttw_stage2_output s2;

	if (!stage2_translate(k, caches, in, &s2))
		return;
	t->stage2 = s2.leaf;
	t->pa = s2.pa;
	t->span_bits = t->stage1.span_bits;
	if (t->stage2.span_bits < t->span_bits)
		t->span_bits = t->stage2.span_bits;
}

static enum nw_walk_kind walk_kind(const struct ttw_regime *r)
{
	if (!r->stage2.enabled)
		return WALK_STAGE1_ONLY;
	return r->stage1[0].enabled ? WALK_NESTED : WALK_STAGE2_ONLY;
}

void ttw_translate_input(const struct ttw_regime *r, const struct ttw_input *input, va_t va,
			 struct nw_access access, const struct ttw_memory *memory, bool stage1_only,
			 struct ttw_translation *t)
{
	const uint32_t window_latency = memory->port.window_latency;
	struct nw_walk *log = memory->log;
	struct walker k;

	/* One by one, which is faster than what compilers make of a value for all. */
	k.r = r;
	k.input = input;
	k.access = access;
	k.va = va;
	k.memory = memory;
	k.next = log->fetch;
	k.window_header = (struct nw_fetch){.latency = window_latency}.header;
	k.port_latency = 0;
	k.port_fetches = k.updates = k.repeats = 0;
	k.unaccessed = false;
	k.fault = (struct nw_fault){.type = FAULT_NONE};
	log->kind = walk_kind(r);
	log->regime = r->regime;
	log->va = va;
	log->access = access;
	memset(log->sums, 0, sizeof log->sums);
	t->pa.value = 0;
	/* Not the same twice: the second is compiled without caches. */
	if (memory->caches)
		both_stages(&k, memory->caches, t, stage1_only);
	else
		both_stages(&k, NULL, t, stage1_only);
	log->fetch_count = (unsigned)(k.next - log->fetch);
	log->update_count = k.updates;
	log->latency = k.port_latency +
		       (uint64_t)(log->fetch_count - k.updates - k.port_fetches) * window_latency;
	t->fault = k.fault;
	t->unaccessed = k.unaccessed;
	log->fault = k.fault;
	log->pa = t->pa;
}

struct ttw_translation ttw_translate(const struct ttw_regime *r, va_t va, struct nw_access access,
				     const struct ttw_memory *memory)
{
	struct ttw_input input = ttw_input(r, va, access);
	struct ttw_translation t;

	ttw_translate_input(r, &input, va, access, memory, false, &t);
	return t;
}
