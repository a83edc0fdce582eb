/*
 * Translation table walks. Reference: DDI 0487, D8.2 "Translation process", AArch64.S1Translate, AArch64.S2Translate,
 * AArch64.S1Walk, AArch64.S2Walk.
 *
 * Both stages are one loop, ttw_walk(). Stage 2 is stage 1's memory: stage 1's read() finds its descriptor through
 * stage 2 and hands back its fault unchanged; stage 2's read() finds it in physical memory. The loop and both read()
 * are inlined into stage1_walk() and stage2_walk(), so that no call is left but the caller's port.
 */
#include "ttw.h"

#define INLINE static inline __attribute__((always_inline))

/* One translation. */
struct walker {
	const struct ttw_regime *r;
	struct mmu_access access;
	va_t va;
	const struct ttw_memory *memory;
};

/* A translation of an IPA: of the output of stage 1, or of the address of a descriptor of stage 1. */
struct stage2_input {
	ipa_t ipa;
	enum mmu_fetch_for purpose;
	int8_t for_level;
};

struct stage2_result {
	struct mmu_fault fault;
	struct ttw_stage2_output output;
};

/* Where a walk has arrived. */
struct ttw_state {
	struct ttw_table table;
	bool cached; /* table comes from a walk cache: table.pa is known */
};

struct ttw_read {
	struct mmu_fault fault;
	uint64_t descriptor;
};

struct ttw_result {
	struct mmu_fault fault;
	uint64_t oa;
	uint64_t descriptor;
	uint8_t hierarchical;
	uint8_t span_bits;
	int8_t level;
};

/* What a walk needs of the world: its memory, and its kind of fault. */
struct ttw_port {
	struct walker *walker;
	const struct ttw_params *params;
	const struct stage2_input *input; /* stage 2 only */
	struct ttw_read (*read)(const struct ttw_port *port, struct ttw_state *w, uint64_t offset);
	struct mmu_fault (*fault)(const struct ttw_port *port, enum mmu_fault_type type,
				  int8_t level);
};

static const struct mmu_fault no_fault = { .type = FAULT_NONE };

/* ------------------------------------------------------------------ the walk of one stage */

enum descriptor_type { DESC_INVALID, DESC_LEAF, DESC_TABLE };

INLINE const struct ttw_level *level_of(const struct ttw_params *p, int8_t level)
{
	return &p->level[level - TTW_LEVEL_MIN];
}

INLINE uint64_t low_mask(unsigned bits)
{
	return (UINT64_C(1) << bits) - 1;
}

/* Offset of the entry for ia in its table; at the start level of concatenated tables, in all of them. */
INLINE uint64_t entry_offset(const struct ttw_params *p, int8_t level, uint64_t ia)
{
	const struct ttw_level *l = level_of(p, level);

	return ia >> (l->shift - 3) & l->offset_mask;
}

/* VALID, TABLE, AF and Contiguous are where they are at both stages. */
INLINE enum descriptor_type decode_descriptor_type(const struct ttw_params *p, uint64_t descriptor,
						   int8_t level)
{
	if (!S1_TABLE_VALID(descriptor))
		return DESC_INVALID;
	if (S1_TABLE_TABLE(descriptor))
		return level == TTW_LEVEL_MAX ? DESC_LEAF : DESC_TABLE;
	return level != TTW_LEVEL_MAX && level_of(p, level)->leaf ? DESC_LEAF : DESC_INVALID;
}

/* The address field of a table or leaf descriptor: one granule aligned. */
INLINE uint64_t output_address(const struct ttw_params *p, uint64_t descriptor)
{
	return (descriptor & p->address_mask) | (descriptor & p->high_mask) << p->high_shift;
}

INLINE bool oa_out_of_range(const struct ttw_params *p, uint64_t address)
{
	return address >> p->oa_bits;
}

INLINE struct ttw_result faulted(const struct ttw_port *port, enum mmu_fault_type type,
				 int8_t level)
{
	return (struct ttw_result){ .fault = port->fault(port, type, level) };
}

/* A block or page: address size first, then the Access flag. Hardware does not set it: see params.c. */
INLINE struct ttw_result leaf(const struct ttw_port *port, const struct ttw_state *w,
			      uint64_t descriptor, uint64_t ia)
{
	const struct ttw_params *p = port->params;
	int8_t level = w->table.level;
	unsigned span_bits = level_of(p, level)->shift;

	if (S1_LEAF_Contiguous(descriptor))
		span_bits += level_of(p, level)->contiguous_bits;

	uint64_t span = low_mask(span_bits);
	uint64_t oa = (output_address(p, descriptor) & ~span) | (ia & span);

	if (oa_out_of_range(p, oa))
		return faulted(port, FAULT_ADDRESS_SIZE, level);
	if (!S1_LEAF_AF(descriptor))
		return faulted(port, FAULT_ACCESS_FLAG, level);
	return (struct ttw_result){
		.oa = oa,
		.descriptor = descriptor,
		.hierarchical = w->table.hierarchical,
		.span_bits = (uint8_t)span_bits,
		.level = level,
	};
}

/* One stage of translation, in the order of AArch64.S1Walk and AArch64.S2Walk. */
INLINE struct ttw_result ttw_walk(const struct ttw_port *port, struct ttw_state w, uint64_t ia)
{
	const struct ttw_params *p = port->params;

	for (;; w.table.level++) {
		int8_t level = w.table.level;
		struct ttw_read d = port->read(port, &w, entry_offset(p, level, ia));

		if (d.fault.type != FAULT_NONE)
			return (struct ttw_result){ .fault = d.fault };

		switch (decode_descriptor_type(p, d.descriptor, level)) {
		case DESC_INVALID:
			return faulted(port, FAULT_TRANSLATION, level);
		case DESC_LEAF:
			return leaf(port, &w, d.descriptor, ia);
		case DESC_TABLE:
			w.table.table = output_address(p, d.descriptor);
			if (oa_out_of_range(p, w.table.table))
				return faulted(port, FAULT_ADDRESS_SIZE, level);
			w.table.hierarchical |= (uint8_t)(d.descriptor >> S1_TABLE_PXNTable_LSB) &
						p->hierarchical_mask;
			w.cached = false;
		}
	}
}

INLINE struct ttw_state start_table(const struct ttw_params *p)
{
	return (struct ttw_state){ .table = { .level = p->start_level, .table = p->base } };
}

unsigned ttw_table_span_bits(const struct ttw_params *p, const struct ttw_table *table)
{
	unsigned table_bits = table->piece_bits < p->granule_bits ? table->piece_bits : p->granule_bits;

	return table_bits - 3 + level_of(p, table->level)->shift;
}

/* ------------------------------------------------------------------ memory */

/* Every descriptor comes through here, and is recorded here. */
INLINE struct mmu_port_read fetch(const struct walker *k, const struct ttw_params *p,
				  struct mmu_fetch f)
{
	struct mmu_walk *log = k->memory->log;
	struct mmu_port_read d = k->memory->port.read(k->memory->port.ctx, f.pa);

	if (p->big_endian)
		d.value = __builtin_bswap64(d.value);
	f.stage = p->stage;
	f.latency = d.latency;
	f.descriptor = d.value;
	if (log->fetch_count < MMU_WALK_FETCHES)
		log->fetch[log->fetch_count++] = f;
	log->latency += d.latency;
	return d;
}

/* ------------------------------------------------------------------ stage 2 */

static struct mmu_fault stage2_fault(const struct ttw_port *port, enum mmu_fault_type type,
				     int8_t level)
{
	return ttw_stage2_fault(type, level, port->walker->access, port->input->ipa,
				port->input->purpose == FETCH_FOR_STAGE1);
}

INLINE struct ttw_read stage2_read(const struct ttw_port *port, struct ttw_state *w,
				   uint64_t offset)
{
	struct walker *k = port->walker;
	const struct ttw_caches *caches = k->memory->caches;
	const struct stage2_input *in = port->input;
	int8_t level = w->table.level;

	w->table.pa = w->table.table;
	w->table.piece_bits = port->params->granule_bits;
	if (caches && caches->keep_stage2 && !w->cached && level != port->params->start_level)
		caches->keep_stage2(caches->ctx, k->r, in->ipa, &w->table);

	struct mmu_port_read d = fetch(k, port->params,
				       (struct mmu_fetch){ .level = level,
							   .purpose = (uint8_t)in->purpose,
							   .for_level = in->for_level,
							   .input = in->ipa.value,
							   .pa = { w->table.table | offset } });

	if (d.abort)
		return (struct ttw_read){ .fault = stage2_fault(port, FAULT_EXTERNAL_ON_WALK, level) };
	return (struct ttw_read){ .descriptor = d.value };
}

static struct ttw_leaf stage2_leaf(const struct ttw_params *p, const struct ttw_result *walk)
{
	return (struct ttw_leaf){
		.level = walk->level,
		.span_bits = walk->span_bits,
		.attr = (uint8_t)S2_LEAF_MemAttr(walk->descriptor),
		.sh = p->ds ? p->sh : (uint8_t)S2_LEAF_SH(walk->descriptor),
		.permissions = ttw_stage2_base_permissions(p, walk->descriptor),
	};
}

static struct stage2_result stage2_walk(struct walker *k, const struct stage2_input *in)
{
	const struct ttw_caches *caches = k->memory->caches;
	const struct ttw_params *p = &k->r->stage2;
	const struct ttw_port port = { k, p, in, stage2_read, stage2_fault };
	struct ttw_state start = start_table(p);

	if (p->bad_start != FAULT_NONE)
		return (struct stage2_result){ .fault = stage2_fault(&port, p->bad_start, 0) };
	if (caches && caches->find_stage2)
		start.cached = caches->find_stage2(caches->ctx, k->r, in->ipa, &start.table);

	struct ttw_result walk = ttw_walk(&port, start, in->ipa.value);

	return (struct stage2_result){
		.fault = walk.fault,
		.output = { .pa = { walk.oa }, .leaf = stage2_leaf(p, &walk) },
	};
}

static struct ttw_leaf flat_leaf(const struct ttw_regime *r)
{
	uint8_t all = TTW_R | TTW_W | TTW_X;

	return (struct ttw_leaf){ .flat = true, .span_bits = r->pa_bits, .permissions = { all, all } };
}

/* The PA and leaf of an IPA, before any check of its permissions. */
static struct stage2_result stage2_translate(struct walker *k, const struct stage2_input *in)
{
	const struct ttw_caches *caches = k->memory->caches;
	const struct ttw_params *p = &k->r->stage2;
	const struct ttw_port port = { .walker = k, .input = in };
	struct stage2_result result = { .fault = no_fault };

	if (!p->enabled) {
		result.output = (struct ttw_stage2_output){ { in->ipa.value }, flat_leaf(k->r) };
		return result;
	}
	if (p->bad != FAULT_NONE)
		return (struct stage2_result){ .fault = stage2_fault(&port, p->bad, 0) };
	if (in->ipa.value >> p->ia_bits)
		return (struct stage2_result){ .fault = stage2_fault(&port, FAULT_TRANSLATION, 0) };
	if (caches && caches->find_ipa &&
	    caches->find_ipa(caches->ctx, k->r, in->ipa, in->purpose, &result.output))
		return result;

	result = stage2_walk(k, in);
	if (caches && caches->keep_ipa && result.fault.type == FAULT_NONE)
		caches->keep_ipa(caches->ctx, k->r, in->ipa, in->purpose, &result.output);
	return result;
}

/* ------------------------------------------------------------------ stage 1 */

static struct mmu_fault stage1_fault(const struct ttw_port *port, enum mmu_fault_type type,
				     int8_t level)
{
	return ttw_stage1_fault(type, level, port->walker->access);
}

/* Finds the PA of a descriptor of stage 1: a read by the walker, checked by stage 2 as such. */
static struct mmu_fault locate_descriptor(struct walker *k, struct ttw_table *table, uint64_t ipa)
{
	const struct stage2_input in = { { ipa }, FETCH_FOR_STAGE1, table->level };
	struct stage2_result s2 = stage2_translate(k, &in);

	if (s2.fault.type != FAULT_NONE)
		return s2.fault;
	if (ttw_walk_read_denied(k->r, &s2.output.leaf))
		return ttw_stage2_fault(FAULT_PERMISSION, s2.output.leaf.level, k->access, in.ipa,
					true);
	table->pa = s2.output.pa.value;
	table->piece_bits = s2.output.leaf.span_bits;
	return no_fault;
}

INLINE struct ttw_read stage1_read(const struct ttw_port *port, struct ttw_state *w,
				   uint64_t offset)
{
	struct walker *k = port->walker;
	const struct ttw_caches *caches = k->memory->caches;
	int8_t level = w->table.level;
	uint64_t ipa = w->table.table | offset;

	if (!w->cached) {
		struct mmu_fault fault = locate_descriptor(k, &w->table, ipa);

		if (fault.type != FAULT_NONE)
			return (struct ttw_read){ .fault = fault };
		if (caches && caches->keep_stage1 && level != port->params->start_level)
			caches->keep_stage1(caches->ctx, k->r, k->va, &w->table);
	}

	uint64_t piece = low_mask(w->table.piece_bits);
	struct mmu_port_read d = fetch(k, port->params,
				       (struct mmu_fetch){ .level = level,
							   .input = ipa,
							   .pa = { (w->table.pa & ~piece) |
								   (ipa & piece) } });

	if (d.abort)
		return (struct ttw_read){ .fault = stage1_fault(port, FAULT_EXTERNAL_ON_WALK, level) };
	return (struct ttw_read){ .descriptor = d.value };
}

static struct ttw_result stage1_walk(struct walker *k, const struct ttw_input *in)
{
	const struct ttw_caches *caches = k->memory->caches;
	const struct ttw_params *p = in->params;
	const struct ttw_port port = { k, p, NULL, stage1_read, stage1_fault };
	struct ttw_state start = start_table(p);

	if (p->bad_start != FAULT_NONE)
		return faulted(&port, p->bad_start, 0);
	if (caches && caches->find_stage1)
		start.cached = caches->find_stage1(caches->ctx, k->r, k->va, &start.table);
	return ttw_walk(&port, start, in->ia);
}

static struct ttw_leaf stage1_leaf(const struct ttw_params *p, const struct ttw_result *walk)
{
	uint64_t descriptor = walk->descriptor;

	return (struct ttw_leaf){
		.level = walk->level,
		.span_bits = walk->span_bits,
		.not_global = p->has_privilege && S1_LEAF_nG(descriptor),
		.attr = p->attr[S1_LEAF_AttrIndx(descriptor)],
		.sh = p->ds ? p->sh : (uint8_t)S1_LEAF_SH(descriptor),
		.permissions = ttw_stage1_base_permissions(p, descriptor, walk->hierarchical),
	};
}

/* The checks that come before a TLB lookup, of an enabled stage 1. */
static enum mmu_fault_type check_input(const struct ttw_params *p, uint64_t va, unsigned top,
				       struct mmu_access access)
{
	uint64_t above = VMSA_MASK(top, p->ia_bits);

	if (p->bad != FAULT_NONE)
		return p->bad;
	if ((va & above) != (p->upper ? above : 0))
		return FAULT_TRANSLATION;
	return p->e0pd && access.unprivileged ? FAULT_TRANSLATION : FAULT_NONE;
}

struct ttw_input ttw_input(const struct ttw_regime *r, va_t va, struct mmu_access access)
{
	bool upper = r->regime == REGIME_EL10 && (va.value >> 55 & 1);
	const struct ttw_params *p = &r->stage1[upper];
	unsigned top = access.type == MMU_FETCH ? p->top_fetch : p->top_data;
	enum mmu_fault_type type = FAULT_NONE;

	if (!p->enabled) {
		/* A flat address has to fit the core: all of VA[top:PAMax] is 0, in either half. */
		if (va.value & VMSA_MASK(top, r->pa_bits))
			type = FAULT_ADDRESS_SIZE;
		return (struct ttw_input){ .fault = ttw_stage1_fault(type, 0, access),
					   .params = p,
					   .ia = va.value & low_mask(56) };
	}
	type = check_input(p, va.value, top, access);
	return (struct ttw_input){ .fault = ttw_stage1_fault(type, 0, access),
				   .params = p,
				   .ia = va.value & low_mask(p->ia_bits) };
}

/* ------------------------------------------------------------------ both stages */

static struct mmu_fault stage1_translate(struct walker *k, struct ttw_translation *t)
{
	struct ttw_input in = ttw_input(k->r, k->va, k->access);

	if (in.fault.type != FAULT_NONE)
		return in.fault;
	if (!in.params->enabled) {
		t->stage1 = flat_leaf(k->r);
		t->ipa.value = in.ia;
		return no_fault;
	}

	struct ttw_result walk = stage1_walk(k, &in);

	if (walk.fault.type != FAULT_NONE)
		return walk.fault;
	t->stage1 = stage1_leaf(in.params, &walk);
	t->ipa.value = walk.oa;
	return no_fault;
}

/* A fault of stage 1 is found before stage 2 sees the output, hence two calls of ttw_check(). */
static struct mmu_fault both_stages(struct walker *k, struct ttw_translation *t, bool stage1_only)
{
	struct mmu_fault fault = stage1_translate(k, t);

	if (fault.type != FAULT_NONE)
		return fault;
	t->stage2 = flat_leaf(k->r);
	t->pa.value = t->ipa.value;
	t->span_bits = t->stage1.span_bits;
	fault = ttw_check(k->r, t, k->access);
	if (fault.type != FAULT_NONE || stage1_only || !k->r->stage2.enabled)
		return fault;

	const struct stage2_input in = { t->ipa, FETCH_FOR_OUTPUT, 0 };
	struct stage2_result s2 = stage2_translate(k, &in);

	if (s2.fault.type != FAULT_NONE)
		return s2.fault;
	t->stage2 = s2.output.leaf;
	t->pa = s2.output.pa;
	if (t->stage2.span_bits < t->span_bits)
		t->span_bits = t->stage2.span_bits;
	return ttw_check(k->r, t, k->access);
}

static enum mmu_walk_kind walk_kind(const struct ttw_regime *r)
{
	if (!r->stage2.enabled)
		return WALK_STAGE1_ONLY;
	return r->stage1[0].enabled ? WALK_NESTED : WALK_STAGE2_ONLY;
}

static struct ttw_translation translate(const struct ttw_regime *r, va_t va,
					struct mmu_access access, const struct ttw_memory *memory,
					bool stage1_only)
{
	struct walker k = { r, access, va, memory };
	struct mmu_walk *log = memory->log;
	struct ttw_translation t = { .fault = no_fault };

	log->kind = walk_kind(r);
	log->regime = r->regime;
	log->va = va;
	log->access = access;
	log->latency = 0;
	log->fetch_count = 0;
	t.fault = both_stages(&k, &t, stage1_only);
	log->fault = t.fault;
	log->pa = t.pa;
	return t;
}

struct ttw_translation ttw_translate(const struct ttw_regime *r, va_t va, struct mmu_access access,
				     const struct ttw_memory *memory)
{
	return translate(r, va, access, memory, false);
}

struct ttw_translation ttw_translate_stage1(const struct ttw_regime *r, va_t va,
					    struct mmu_access access,
					    const struct ttw_memory *memory)
{
	return translate(r, va, access, memory, true);
}
