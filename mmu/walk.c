/*
 * Translation table walks. Reference: DDI 0487, D8.2 "Translation process", AArch64.S1Translate,
 * AArch64.S2Translate, AArch64.S1Walk, AArch64.S2Walk.
 *
 * Both stages are one loop, ttw_walk(). Stage 2 is stage 1's memory: stage 1's read() finds its
 * descriptor through stage 2 and hands back its fault unchanged; stage 2's read() finds it in
 * physical memory. The loop and both read() are inlined into stage1_walk() and stage2_walk(), so
 * that no call is left but the caller's port.
 */
#include "ttw.h"

#define INLINE static inline __attribute__((always_inline))

/* One translation. A function that returns false has put the reason into `fault`. */
struct walker {
	const struct ttw_regime *r;
	struct mmu_access access;
	va_t va;
	const struct ttw_memory *memory;
	struct mmu_fault fault;
};

/*
 * A translation of an IPA: of the output of stage 1, or of the address of a descriptor of stage 1.
 */
struct stage2_input {
	ipa_t ipa;
	enum mmu_fetch_for purpose;
	int8_t for_level;
};

/* What a walk needs of the world. */
struct ttw_port {
	struct walker *walker;
	const struct ttw_params *params;
	const struct stage2_input *input; /* stage 2 only */
};

/*
 * Where a walk has arrived: in a table, in the end at a leaf. Its address never leaves the inlined
 * functions, so that it lives in registers.
 */
struct ttw_state {
	struct ttw_table table;
	bool cached; /* table comes from a walk cache: table.pa is known */
	uint64_t descriptor;
	uint64_t oa;
	unsigned span_bits;
};

/* Reads the descriptor at `offset` in w->table into w->descriptor. */
typedef bool ttw_read(const struct ttw_port *port, struct ttw_state *w, uint64_t offset);

/* Records a fault of this stage at a level. */
typedef bool ttw_fault(const struct ttw_port *port, enum mmu_fault_type type, int8_t level);

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

/*
 * Offset of the entry for ia in its table; at the start level of concatenated tables, in all of
 * them.
 */
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

/*
 * A block or page: address size first, then the Access flag. Hardware does not set it: see
 * params.c.
 */
INLINE bool leaf(const struct ttw_port *port, ttw_fault *fault, struct ttw_state *w, uint64_t ia)
{
	const struct ttw_params *p = port->params;
	const struct ttw_level *l = level_of(p, w->table.level);

	w->span_bits = l->shift;
	if (S1_LEAF_Contiguous(w->descriptor))
		w->span_bits += l->contiguous_bits;

	uint64_t span = low_mask(w->span_bits);

	w->oa = (output_address(p, w->descriptor) & ~span) | (ia & span);
	if (oa_out_of_range(p, w->oa))
		return fault(port, FAULT_ADDRESS_SIZE, w->table.level);
	if (!S1_LEAF_AF(w->descriptor))
		return fault(port, FAULT_ACCESS_FLAG, w->table.level);
	return true;
}

/* One stage of translation, in the order of AArch64.S1Walk and AArch64.S2Walk. */
INLINE bool ttw_walk(const struct ttw_port *port, ttw_read *read, ttw_fault *fault,
		     struct ttw_state *w, uint64_t ia)
{
	const struct ttw_params *p = port->params;

	for (;; w->table.level++) {
		if (!read(port, w, entry_offset(p, w->table.level, ia)))
			return false;

		switch (decode_descriptor_type(p, w->descriptor, w->table.level)) {
		case DESC_INVALID:
			return fault(port, FAULT_TRANSLATION, w->table.level);
		case DESC_LEAF:
			return leaf(port, fault, w, ia);
		case DESC_TABLE:
			w->table.table = output_address(p, w->descriptor);
			if (oa_out_of_range(p, w->table.table))
				return fault(port, FAULT_ADDRESS_SIZE, w->table.level);
			w->table.hierarchical |= (uint8_t)(w->descriptor >> S1_TABLE_PXNTable_LSB) &
						 p->hierarchical_mask;
			w->cached = false;
		}
	}
}

INLINE void enter_start_table(const struct ttw_params *p, struct ttw_state *w)
{
	w->table.level = p->start_level;
	w->table.table = p->base;
	w->table.hierarchical = 0;
	w->table.pa = 0;
	w->table.piece_bits = 0;
	w->cached = false;
}

unsigned ttw_table_span_bits(const struct ttw_params *p, const struct ttw_table *table)
{
	unsigned table_bits =
		table->piece_bits < p->granule_bits ? table->piece_bits : p->granule_bits;

	return table_bits - 3 + level_of(p, table->level)->shift;
}

/* ------------------------------------------------------------------ memory */

/* Every descriptor comes through here and is recorded here. False: external abort. */
INLINE bool fetch(const struct ttw_port *port, struct ttw_state *w, uint64_t address, uint64_t pa)
{
	const struct ttw_params *p = port->params;
	const struct mmu_port *memory = &port->walker->memory->port;
	struct mmu_walk *log = port->walker->memory->log;
	struct mmu_port_read d = memory->read(memory->ctx, (pa_t){pa});

	w->descriptor = p->big_endian ? __builtin_bswap64(d.value) : d.value;
	log->latency += d.latency;
	if (log->fetch_count < MMU_WALK_FETCHES) {
		struct mmu_fetch *f = &log->fetch[log->fetch_count++];

		f->stage = p->stage;
		f->level = w->table.level;
		f->purpose = port->input ? (uint8_t)port->input->purpose : FETCH_FOR_NONE;
		f->for_level = port->input ? port->input->for_level : 0;
		f->update = false;
		f->latency = d.latency;
		f->input = address;
		f->pa.value = pa;
		f->descriptor = w->descriptor;
	}
	return !d.abort;
}

/* ------------------------------------------------------------------ stage 2 */

static bool stage2_fault(const struct ttw_port *port, enum mmu_fault_type type, int8_t level)
{
	port->walker->fault = ttw_stage2_fault(type, level, port->walker->access, port->input->ipa,
					       port->input->purpose == FETCH_FOR_STAGE1);
	return false;
}

/*
 * Tells the cache of a table that memory gave, once it is read. `table` is by value: see struct
 * ttw_state.
 */
static void keep_stage2(const struct ttw_port *port, struct ttw_table table)
{
	const struct ttw_caches *caches = port->walker->memory->caches;

	if (!caches->keep_stage2 || table.level == port->params->start_level)
		return;
	table.pa = table.table;
	table.piece_bits = port->params->granule_bits;
	caches->keep_stage2(caches->ctx, port->walker->r, port->input->ipa, &table);
}

INLINE bool stage2_read(const struct ttw_port *port, struct ttw_state *w, uint64_t offset)
{
	if (port->walker->memory->caches && !w->cached)
		keep_stage2(port, w->table);
	if (!fetch(port, w, port->input->ipa.value, w->table.table | offset))
		return stage2_fault(port, FAULT_EXTERNAL_ON_WALK, w->table.level);
	return true;
}

static bool stage2_walk(const struct ttw_port *port, struct ttw_stage2_output *output)
{
	const struct ttw_caches *caches = port->walker->memory->caches;
	const struct ttw_params *p = port->params;
	ipa_t ipa = port->input->ipa;
	struct ttw_state w;

	if (p->bad_start != FAULT_NONE)
		return stage2_fault(port, p->bad_start, 0);
	enter_start_table(p, &w);
	if (caches && caches->find_stage2) {
		struct ttw_table found = w.table;

		w.cached = caches->find_stage2(caches->ctx, port->walker->r, ipa, &found);
		w.table = found;
	}
	if (!ttw_walk(port, stage2_read, stage2_fault, &w, ipa.value))
		return false;

	output->pa.value = w.oa;
	output->leaf.level = w.table.level;
	output->leaf.span_bits = (uint8_t)w.span_bits;
	output->leaf.flat = false;
	output->leaf.not_global = false;
	output->leaf.attr = (uint8_t)S2_LEAF_MemAttr(w.descriptor);
	output->leaf.sh = p->ds ? p->sh : (uint8_t)S2_LEAF_SH(w.descriptor);
	output->leaf.permissions = ttw_stage2_base_permissions(p, w.descriptor);
	return true;
}

/* The PA and leaf of an IPA, before any check of its permissions. */
static bool stage2_translate(struct walker *k, const struct stage2_input *in,
			     struct ttw_stage2_output *output)
{
	const struct ttw_caches *caches = k->memory->caches;
	const struct ttw_params *p = &k->r->stage2;
	const struct ttw_port port = {k, p, in};

	if (!p->enabled) {
		output->pa.value = in->ipa.value;
		output->leaf = k->r->flat;
		return true;
	}
	if (p->bad != FAULT_NONE)
		return stage2_fault(&port, p->bad, 0);
	if (in->ipa.value >> p->ia_bits)
		return stage2_fault(&port, FAULT_TRANSLATION, 0);
	if (caches && caches->find_ipa &&
	    caches->find_ipa(caches->ctx, k->r, in->ipa, in->purpose, output))
		return true;
	if (!stage2_walk(&port, output))
		return false;
	if (caches && caches->keep_ipa)
		caches->keep_ipa(caches->ctx, k->r, in->ipa, in->purpose, output);
	return true;
}

/* ------------------------------------------------------------------ stage 1 */

static bool stage1_fault(const struct ttw_port *port, enum mmu_fault_type type, int8_t level)
{
	port->walker->fault = ttw_stage1_fault(type, level, port->walker->access);
	return false;
}

/* Finds the PA of a descriptor of stage 1: a read by the walker, checked by stage 2 as such. */
INLINE bool locate_descriptor(struct walker *k, struct ttw_state *w, uint64_t address)
{
	const struct stage2_input in = {{address}, FETCH_FOR_STAGE1, w->table.level};
	struct ttw_stage2_output s2;

	if (!stage2_translate(k, &in, &s2))
		return false;
	if (ttw_walk_read_denied(k->r, &s2.leaf)) {
		const struct ttw_port port = {k, &k->r->stage2, &in};

		return stage2_fault(&port, FAULT_PERMISSION, s2.leaf.level);
	}
	w->table.pa = s2.pa.value;
	w->table.piece_bits = s2.leaf.span_bits;
	return true;
}

static void keep_stage1(const struct ttw_port *port, struct ttw_table table)
{
	const struct ttw_caches *caches = port->walker->memory->caches;

	if (caches->keep_stage1 && table.level != port->params->start_level)
		caches->keep_stage1(caches->ctx, port->walker->r, port->walker->va, &table);
}

INLINE bool stage1_read(const struct ttw_port *port, struct ttw_state *w, uint64_t offset)
{
	uint64_t address = w->table.table | offset;

	if (!w->cached) {
		if (!locate_descriptor(port->walker, w, address))
			return false;
		if (port->walker->memory->caches)
			keep_stage1(port, w->table);
	}

	uint64_t piece = low_mask(w->table.piece_bits);

	if (!fetch(port, w, address, (w->table.pa & ~piece) | (address & piece)))
		return stage1_fault(port, FAULT_EXTERNAL_ON_WALK, w->table.level);
	return true;
}

static bool stage1_walk(const struct ttw_port *port, uint64_t ia, struct ttw_translation *t)
{
	const struct ttw_caches *caches = port->walker->memory->caches;
	const struct ttw_params *p = port->params;
	struct ttw_state w;

	if (p->bad_start != FAULT_NONE)
		return stage1_fault(port, p->bad_start, 0);
	enter_start_table(p, &w);
	if (caches && caches->find_stage1) {
		struct ttw_table found = w.table;

		w.cached =
			caches->find_stage1(caches->ctx, port->walker->r, port->walker->va, &found);
		w.table = found;
	}
	if (!ttw_walk(port, stage1_read, stage1_fault, &w, ia))
		return false;

	t->ipa.value = w.oa;
	t->stage1.level = w.table.level;
	t->stage1.span_bits = (uint8_t)w.span_bits;
	t->stage1.flat = false;
	t->stage1.not_global = p->has_privilege && S1_LEAF_nG(w.descriptor);
	t->stage1.attr = p->attr[S1_LEAF_AttrIndx(w.descriptor)];
	t->stage1.sh = p->ds ? p->sh : (uint8_t)S1_LEAF_SH(w.descriptor);
	t->stage1.permissions = ttw_stage1_base_permissions(p, w.descriptor, w.table.hierarchical);
	return true;
}

/*
 * The checks that come before a TLB lookup. Stage 1 off: all of VA[top:PAMax] is 0, in either half.
 */
INLINE enum mmu_fault_type check_input(const struct ttw_regime *r, const struct ttw_params *p,
				       uint64_t va, struct mmu_access access)
{
	unsigned top = access.type == MMU_FETCH ? p->top_fetch : p->top_data;

	if (!p->enabled)
		return va & VMSA_MASK(top, r->pa_bits) ? FAULT_ADDRESS_SIZE : FAULT_NONE;
	if (p->bad != FAULT_NONE)
		return p->bad;

	uint64_t above = VMSA_MASK(top, p->ia_bits);

	if ((va & above) != (p->upper ? above : 0))
		return FAULT_TRANSLATION;
	return p->e0pd && access.unprivileged ? FAULT_TRANSLATION : FAULT_NONE;
}

/* The half of the address space is chosen by VA[55], with and without TBI. */
INLINE const struct ttw_params *range_of(const struct ttw_regime *r, uint64_t va)
{
	return &r->stage1[r->regime == REGIME_EL10 && (va >> 55 & 1)];
}

/* With stage 1 off the output is VA[55:0]. */
INLINE uint64_t input_address(const struct ttw_params *p, uint64_t va)
{
	return va & low_mask(p->enabled ? p->ia_bits : 56);
}

struct ttw_input ttw_input(const struct ttw_regime *r, va_t va, struct mmu_access access)
{
	const struct ttw_params *p = range_of(r, va.value);
	enum mmu_fault_type type = check_input(r, p, va.value, access);

	return (struct ttw_input){
		.fault = ttw_stage1_fault(type, 0, access),
		.params = p,
		.ia = input_address(p, va.value),
	};
}

/* ------------------------------------------------------------------ both stages */

static bool stage1_translate(struct walker *k, struct ttw_translation *t)
{
	const struct ttw_params *p = range_of(k->r, k->va.value);
	const struct ttw_port port = {k, p, NULL};
	enum mmu_fault_type type = check_input(k->r, p, k->va.value, k->access);
	uint64_t ia = input_address(p, k->va.value);

	if (type != FAULT_NONE)
		return stage1_fault(&port, type, 0);
	if (p->enabled)
		return stage1_walk(&port, ia, t);
	t->stage1 = k->r->flat;
	t->ipa.value = ia;
	return true;
}

static bool checked(struct walker *k, const struct ttw_translation *t)
{
	k->fault = ttw_check(k->r, t, k->access);
	return k->fault.type == FAULT_NONE;
}

/* A fault of stage 1 is found before stage 2 sees the output, hence two checks. */
static bool both_stages(struct walker *k, struct ttw_translation *t, bool stage1_only)
{
	if (!stage1_translate(k, t))
		return false;
	t->stage2 = k->r->flat;
	t->pa.value = t->ipa.value;
	t->span_bits = t->stage1.span_bits;
	if (!checked(k, t))
		return false;
	if (stage1_only || !k->r->stage2.enabled)
		return true;

	const struct stage2_input in = {t->ipa, FETCH_FOR_OUTPUT, 0};
	struct ttw_stage2_output s2;

	if (!stage2_translate(k, &in, &s2))
		return false;
	t->stage2 = s2.leaf;
	t->pa = s2.pa;
	if (t->stage2.span_bits < t->span_bits)
		t->span_bits = t->stage2.span_bits;
	return checked(k, t);
}

static enum mmu_walk_kind walk_kind(const struct ttw_regime *r)
{
	if (!r->stage2.enabled)
		return WALK_STAGE1_ONLY;
	return r->stage1[0].enabled ? WALK_NESTED : WALK_STAGE2_ONLY;
}

static void translate(struct walker *k, bool stage1_only, struct ttw_translation *t)
{
	struct mmu_walk *log = k->memory->log;

	log->kind = walk_kind(k->r);
	log->regime = k->r->regime;
	log->va = k->va;
	log->access = k->access;
	log->latency = 0;
	log->fetch_count = 0;
	both_stages(k, t, stage1_only);
	t->fault = k->fault;
	log->fault = k->fault;
	log->pa = t->pa;
}

struct ttw_translation ttw_translate(const struct ttw_regime *r, va_t va, struct mmu_access access,
				     const struct ttw_memory *memory)
{
	struct walker k = {.r = r, .access = access, .va = va, .memory = memory};
	struct ttw_translation t = {.span_bits = 0};

	translate(&k, false, &t);
	return t;
}

struct ttw_translation ttw_translate_stage1(const struct ttw_regime *r, va_t va,
					    struct mmu_access access,
					    const struct ttw_memory *memory)
{
	struct walker k = {.r = r, .access = access, .va = va, .memory = memory};
	struct ttw_translation t = {.span_bits = 0};

	translate(&k, true, &t);
	return t;
}
