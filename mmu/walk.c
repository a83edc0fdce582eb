/*
 * Translation table walks. Reference: DDI 0487, D8.2 "Translation process", AArch64.S1Translate,
 * AArch64.S2Translate, AArch64.S1Walk, AArch64.S2Walk.
 *
 * Both stages are one loop, ttw_walk(). Stage 2 is stage 1's memory: stage 1's read() finds its
 * descriptor through stage 2 and hands back its fault unchanged; stage 2's read() finds it in
 * physical memory. All of it is inlined into ttw_translate_input(), once with walk caches and once
 * without any, so that a fetch from the window of the port makes no call and tests no option.
 */
#include "ttw.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))

/* One translation. A function that returns false has put the reason into `fault`. */
struct walker {
	const struct ttw_regime *r;
	const struct ttw_input *input;
	struct nw_access access;
	va_t va;
	const struct ttw_memory *memory;
	struct nw_fetch *next;  /* record of the next fetch */
	uint64_t window_header; /* of records: the latency of fetches without the port */
	uint64_t port_latency;  /* of the fetches through the port so far */
	unsigned port_fetches;
	struct nw_fault fault;
};

/*
 * A translation of an IPA: of the output of stage 1, or of the address of a descriptor of stage 1.
 * `like` is what the records of its fetches share.
 */
struct stage2_input {
	ipa_t ipa;
	const struct nw_fetch *like;
};

/*
 * What a walk needs of the world. Like that of struct ttw_state, its address never leaves the
 * inlined functions, so that both live in registers.
 */
struct ttw_port {
	struct walker *walker;
	const struct ttw_params *params;
	const struct ttw_caches *caches;
	const struct nw_window *window; /* memory that is read without a call */
	uint64_t header;                /* of the records of fetches there, but for the level */
	uint8_t *sum;                   /* of fetches, by level + 1 */
	struct stage2_input input;      /* stage 2 only */
};

/* Where a walk has arrived: in a table, in the end at a leaf. */
struct ttw_state {
	struct nw_fetch *next;
	const struct ttw_level *level;
	uint64_t table; /* this and the next three: see struct ttw_table */
	uint64_t pa;
	uint8_t piece_bits, hierarchical;
	bool cached; /* the table comes from a walk cache: pa is known */
	uint64_t descriptor;
	uint64_t oa;
	unsigned span_bits;
};

/* Reads the descriptor at `offset` in w->table into w->descriptor. */
typedef bool ttw_read(const struct ttw_port *port, struct ttw_state *w, uint64_t offset);

/* Records a fault of this stage at a level. */
typedef bool ttw_fault(const struct ttw_port *port, enum nw_fault_type type, int8_t level);

/* ------------------------------------------------------------------ the walk of one stage */

INLINE const struct ttw_level *level_of(const struct ttw_params *p, int8_t level)
{
	return &p->level[level - TTW_LEVEL_MIN];
}

INLINE uint64_t low_mask(unsigned bits)
{
	return (UINT64_C(1) << bits) - 1;
}

/*
 * Offset of the entry for ia in its table; at the start level of concatenated tables, in all of
 * them.
 */
INLINE uint64_t entry_offset(const struct ttw_level *level, uint64_t ia)
{
	return ia >> level->offset_shift & level->offset_mask;
}

INLINE enum ttw_descriptor_type decode_descriptor_type(const struct ttw_level *level,
						       uint64_t descriptor)
{
	return level->type[vmsa_descriptor_bits(descriptor)];
}

/* The address field of a table or leaf descriptor: one granule aligned. */
INLINE uint64_t output_address(const struct ttw_params *p, uint64_t descriptor)
{
	return (descriptor & p->address_mask) | (descriptor & p->high_mask) << p->high_shift;
}

INLINE bool oa_out_of_range(const struct ttw_params *p, uint64_t address)
{
	return address > p->oa_max;
}

/*
 * A block or page: address size first, then the Access flag. AF and Contiguous are where they are
 * at both stages.
 */
INLINE bool leaf(const struct ttw_port *port, ttw_fault *fault, struct ttw_state *w, uint64_t ia)
{
	const struct ttw_params *p = port->params;

	if (w->descriptor & w->level->refused_mask)
		return fault(port, FAULT_TRANSLATION, w->level->level);
	w->span_bits = w->level->shift;
	if (S1_LEAF_Contiguous(w->descriptor))
		w->span_bits += w->level->contiguous_bits;

	uint64_t span = low_mask(w->span_bits);

	w->oa = (output_address(p, w->descriptor) & ~span) | (ia & span);
	if (oa_out_of_range(p, w->oa))
		return fault(port, FAULT_ADDRESS_SIZE, w->level->level);
	if (w->span_bits > p->oa_bits) /* the rest of the leaf is out of range */
		w->span_bits = p->oa_bits;
	if (!S1_LEAF_AF(w->descriptor))
		return fault(port, FAULT_ACCESS_FLAG, w->level->level);
	return true;
}

/* One stage of translation, in the order of AArch64.S1Walk and AArch64.S2Walk. */
INLINE bool ttw_walk(const struct ttw_port *port, ttw_read *read, ttw_fault *fault,
		     struct ttw_state *w, uint64_t ia)
{
	const struct ttw_params *p = port->params;

	for (;; w->level++) {
		if (!read(port, w, entry_offset(w->level, ia)))
			return false;

		switch (__builtin_expect(decode_descriptor_type(w->level, w->descriptor),
					 DESC_TABLE)) {
		case DESC_INVALID:
			return fault(port, FAULT_TRANSLATION, w->level->level);
		case DESC_LEAF:
			return leaf(port, fault, w, ia);
		case DESC_TABLE:
			w->table = output_address(p, w->descriptor);
			if (oa_out_of_range(p, w->table))
				return fault(port, FAULT_ADDRESS_SIZE, w->level->level);
			w->hierarchical |= (uint8_t)(w->descriptor >> S1_TABLE_PXNTable_LSB) &
					   p->hierarchical_mask;
			w->cached = false;
		}
	}
}

INLINE void enter_start_table(const struct ttw_params *p, struct ttw_state *w)
{
	w->level = level_of(p, p->start_level);
	w->table = p->base;
	w->hierarchical = 0;
	w->pa = 0;
	w->piece_bits = 0;
	w->cached = false;
}

INLINE void enter_cached_table(const struct ttw_params *p, struct ttw_state *w,
			       struct ttw_table found)
{
	w->level = level_of(p, found.level);
	w->table = found.table;
	w->hierarchical = found.hierarchical;
	w->pa = found.pa;
	w->piece_bits = found.piece_bits;
	w->cached = true;
}

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
	const struct nw_port *memory = &k->memory->port;

	return (struct ttw_port){
		.walker = k,
		.params = p,
		.caches = caches,
		.window = p->big_endian ? &no_window : &memory->window,
		.header = input.like->header | k->window_header,
		.sum = k->memory->log->sum[input.like->purpose],
		.input = input,
	};
}

/* A read through the port; the value is what the walk sees. */
static struct nw_port_read read_port(struct walker *k, bool big_endian, uint64_t pa)
{
	const struct nw_port *memory = &k->memory->port;
	struct nw_port_read d = memory->read(memory->ctx, (pa_t){pa});

	if (big_endian)
		d.value = __builtin_bswap64(d.value);
	k->port_latency += d.latency;
	k->port_fetches++;
	return d;
}

/* Every descriptor is recorded here. */
INLINE struct nw_fetch *record(const struct ttw_port *port, struct ttw_state *w, uint64_t address,
			       uint64_t pa)
{
	struct nw_fetch *f = w->next++;

	f->header = port->header;
	f->level = w->level->level;
	f->update = false;
	port->sum[f->level + 1]++;
	f->input = address;
	f->pa.value = pa;
	f->descriptor = w->descriptor;
	return f;
}

/* Every descriptor comes through here. False: external abort. */
INLINE bool fetch(const struct ttw_port *port, struct ttw_state *w, uint64_t address, uint64_t pa)
{
	const struct nw_window *window = port->window;
	uint64_t offset = pa - window->base;

	if (__builtin_expect(offset < window->size, 1)) {
		memcpy(&w->descriptor, window->host + offset, sizeof w->descriptor);
		record(port, w, address, pa);
		return true;
	}

	struct nw_port_read d = read_port(port->walker, port->params->big_endian, pa);

	w->descriptor = d.value;
	record(port, w, address, pa)->latency = d.latency;
	return !d.abort;
}

/* ------------------------------------------------------------------ stage 2 */

static bool stage2_faulted(struct walker *k, struct stage2_input in, enum nw_fault_type type,
			   int8_t level)
{
	k->fault = ttw_stage2_fault(type, level, k->access, in.ipa,
				    in.like->purpose == FETCH_FOR_STAGE1);
	return false;
}

INLINE bool stage2_fault(const struct ttw_port *port, enum nw_fault_type type, int8_t level)
{
	return stage2_faulted(port->walker, port->input, type, level);
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

INLINE bool stage2_walk(const struct ttw_port *port, struct ttw_stage2_output *output)
{
	const struct ttw_caches *caches = port->caches;
	const struct ttw_params *p = port->params;
	ipa_t ipa = port->input.ipa;
	struct ttw_state w;
	struct ttw_table found;

	if (p->bad_start != FAULT_NONE)
		return stage2_fault(port, p->bad_start, 0);
	enter_start_table(p, &w);
	if (caches && caches->find_stage2 &&
	    caches->find_stage2(caches->ctx, port->walker->r, ipa, &found))
		enter_cached_table(p, &w, found);
	w.next = port->walker->next;

	bool done = ttw_walk(port, stage2_read, stage2_fault, &w, ipa.value);

	port->walker->next = w.next;
	if (!done)
		return false;

	output->pa.value = w.oa;
	output->leaf = (struct ttw_leaf){
		.level = w.level->level,
		.span_bits = (uint8_t)w.span_bits,
		.attr = (uint8_t)S2_LEAF_MemAttr(w.descriptor),
		.sh = p->ds ? p->sh : (uint8_t)S2_LEAF_SH(w.descriptor),
		.permissions = ttw_stage2_base_permissions(p, w.descriptor),
	};
	return true;
}

/* The PA and leaf of an IPA, before any check of its permissions. */
INLINE bool stage2_translate(struct walker *k, const struct ttw_caches *caches,
			     struct stage2_input in, struct ttw_stage2_output *output)
{
	const struct ttw_params *p = &k->r->stage2;
	const struct ttw_port port = port_of(k, p, caches, in);
	enum nw_fetch_for purpose = in.like->purpose;

	if (!p->enabled) {
		output->pa.value = in.ipa.value;
		output->leaf = k->r->flat;
		return true;
	}
	if (p->bad != FAULT_NONE)
		return stage2_fault(&port, p->bad, 0);
	if (in.ipa.value >> p->ia_bits)
		return stage2_fault(&port, FAULT_TRANSLATION, 0);
	if (caches && caches->find_ipa &&
	    caches->find_ipa(caches->ctx, k->r, in.ipa, purpose, output))
		return true;
	if (!stage2_walk(&port, output))
		return false;
	if (caches && caches->keep_ipa)
		caches->keep_ipa(caches->ctx, k->r, in.ipa, purpose, output);
	return true;
}

/* ------------------------------------------------------------------ stage 1 */

static bool stage1_faulted(struct walker *k, enum nw_fault_type type, int8_t level)
{
	k->fault = ttw_stage1_fault(type, level, k->access);
	return false;
}

INLINE bool stage1_fault(const struct ttw_port *port, enum nw_fault_type type, int8_t level)
{
	return stage1_faulted(port->walker, type, level);
}

/* Finds the PA of a descriptor of stage 1: a read by the walker, checked by stage 2 as such. */
INLINE bool locate_descriptor(const struct ttw_port *port, struct ttw_state *w, uint64_t address)
{
	struct walker *k = port->walker;
	const struct stage2_input in = {{address}, &table_fetch[w->level->level - TTW_LEVEL_MIN]};
	struct ttw_stage2_output s2;

	if (!stage2_translate(k, port->caches, in, &s2))
		return false;
	if (ttw_walk_read_denied(k->r, &s2.leaf))
		return stage2_faulted(k, in, FAULT_PERMISSION, s2.leaf.level);
	w->pa = s2.pa.value;
	w->piece_bits = s2.leaf.span_bits;
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
	uint64_t address = w->table | offset;

	if (!w->cached) {
		if (!locate_descriptor(port, w, address))
			return false;
		if (port->caches)
			keep_stage1(port->walker, port->params->start_level,
				    (struct ttw_table){w->level->level, w->hierarchical,
						       w->piece_bits, w->table, w->pa});
	}

	uint64_t piece = low_mask(w->piece_bits);

	w->next = port->walker->next; /* behind the records of stage 2 */

	bool aborted = !fetch(port, w, address, (w->pa & ~piece) | (address & piece));

	port->walker->next = w->next;
	return !aborted || stage1_fault(port, FAULT_EXTERNAL_ON_WALK, w->level->level);
}

INLINE bool stage1_walk(const struct ttw_port *port, uint64_t ia, struct ttw_translation *t)
{
	const struct ttw_caches *caches = port->caches;
	const struct ttw_params *p = port->params;
	struct ttw_state w;
	struct ttw_table found;

	if (p->bad_start != FAULT_NONE)
		return stage1_fault(port, p->bad_start, 0);
	enter_start_table(p, &w);
	if (caches && caches->find_stage1 &&
	    caches->find_stage1(caches->ctx, port->walker->r, port->walker->va, &found))
		enter_cached_table(p, &w, found);
	if (!ttw_walk(port, stage1_read, stage1_fault, &w, ia))
		return false;

	t->ipa.value = w.oa;
	t->stage1 = (struct ttw_leaf){
		.level = w.level->level,
		.span_bits = (uint8_t)w.span_bits,
		.not_global = p->has_privilege && S1_LEAF_nG(w.descriptor),
		.attr = p->attr[S1_LEAF_AttrIndx(w.descriptor)],
		.sh = p->ds ? p->sh : (uint8_t)S1_LEAF_SH(w.descriptor),
		.permissions = ttw_stage1_base_permissions(p, w.descriptor, w.hierarchical),
	};
	return true;
}

/* ------------------------------------------------------------------ both stages */

INLINE bool stage1_translate(struct walker *k, const struct ttw_caches *caches,
			     struct ttw_translation *t)
{
	const struct ttw_params *p = k->input->params;
	const struct ttw_port port =
		port_of(k, p, caches, (struct stage2_input){.like = &stage1_fetch});

	if (k->input->fault.type != FAULT_NONE) {
		k->fault = k->input->fault;
		return false;
	}
	if (p->enabled)
		return stage1_walk(&port, k->input->ia, t);
	t->stage1 = k->r->flat;
	t->ipa.value = k->input->ia;
	return true;
}

/* A fault of stage 1 is found before stage 2 sees the output. */
INLINE bool both_stages(struct walker *k, const struct ttw_caches *caches,
			struct ttw_translation *t, bool stage1_only)
{
	if (!stage1_translate(k, caches, t))
		return false;
	t->stage2 = k->r->flat;
	t->pa.value = t->ipa.value;
	t->span_bits = t->stage1.span_bits;
	k->fault = ttw_check_stage1(k->r, &t->stage1, k->access);
	if (k->fault.type != FAULT_NONE)
		return false;
	if (stage1_only || !k->r->stage2.enabled)
		return true;

	const struct stage2_input in = {t->ipa, &output_fetch};
	struct ttw_stage2_output s2;

	if (!stage2_translate(k, caches, in, &s2))
		return false;
	t->stage2 = s2.leaf;
	t->pa = s2.pa;
	if (t->stage2.span_bits < t->span_bits)
		t->span_bits = t->stage2.span_bits;
	k->fault = ttw_check_stage2(&t->stage2, t->ipa, k->access);
	return k->fault.type == FAULT_NONE;
}

static enum nw_walk_kind walk_kind(const struct ttw_regime *r)
{
	if (!r->stage2.enabled)
		return WALK_STAGE1_ONLY;
	return r->stage1[0].enabled ? WALK_NESTED : WALK_STAGE2_ONLY;
}

struct ttw_translation ttw_translate_input(const struct ttw_regime *r,
					   const struct ttw_input *input, va_t va,
					   struct nw_access access, const struct ttw_memory *memory,
					   bool stage1_only)
{
	const uint32_t window_latency = memory->port.window_latency;
	struct nw_walk *log = memory->log;
	struct walker k = {
		.r = r,
		.input = input,
		.access = access,
		.va = va,
		.memory = memory,
		.next = log->fetch,
		.window_header = (struct nw_fetch){.latency = window_latency}.header,
	};
	struct ttw_translation t = {.span_bits = 0};

	log->kind = walk_kind(r);
	log->regime = r->regime;
	log->va = va;
	log->access = access;
	log->update_count = 0;
	memset(log->sum, 0, sizeof log->sum);
	/* Not the same twice: the second is compiled without caches. */
	if (memory->caches)
		both_stages(&k, memory->caches, &t, stage1_only);
	else
		both_stages(&k, NULL, &t, stage1_only);
	log->fetch_count = (unsigned)(k.next - log->fetch);
	log->latency =
		k.port_latency + (uint64_t)(log->fetch_count - k.port_fetches) * window_latency;
	t.fault = k.fault;
	log->fault = k.fault;
	log->pa = t.pa;
	return t;
}

struct ttw_translation ttw_translate(const struct ttw_regime *r, va_t va, struct nw_access access,
				     const struct ttw_memory *memory)
{
	struct ttw_input input = ttw_input(r, va, access);

	return ttw_translate_input(r, &input, va, access, memory, false);
}
