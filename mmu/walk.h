/*
 * The walk of one stage, and the reads of descriptors below it; private to the walker.
 *
 * Everything here is inlined into ttw_translate_input(), once with walk caches and once without
 * any, so that a fetch from the window of the port makes no call and tests no option.
 */
#ifndef MMU_WALK_H
#define MMU_WALK_H

#include "ttw.h"

#include <string.h>

#define INLINE              static inline __attribute__((always_inline))
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

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
	unsigned port_fetches, updates;
	unsigned repeats; /* walks made again so far */
	bool unaccessed;  /* see struct ttw_translation */
	struct nw_fault fault;
};

/*
 * A translation of an IPA: of the output of stage 1, or of the address of a descriptor of stage 1,
 * to read it or (update) to write it as well. `like` is what the records of its fetches share.
 */
struct stage2_input {
	ipa_t ipa;
	enum nw_fetch_for purpose; /* a constant where it is inlined, which like->purpose is not */
	const struct nw_fetch *like;
	bool update;
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
	unsigned span_bits, wide_bits; /* of the leaf, within the output size and as a whole */
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
 * An access to a leaf whose Access flag is 0. The choice is that of DC and IC themselves: the reads
 * of stage 1 descriptors on their behalf fault like others.
 */
INLINE bool access_flag_faults(const struct ttw_port *port, const struct ttw_params *p)
{
	const struct walker *k = port->walker;
	bool cache_op = k->access.type >= NW_CACHE_OP && port->input.purpose != FETCH_FOR_STAGE1;

	return !p->ha && !(cache_op && k->r->choices.of[CHOICE_CACHE_OP_ACCESS_FLAG] ==
					       CACHE_OP_IGNORES_ACCESS_FLAG);
}

/*
 * A block or page: what makes it invalid, its address, then the Access flag, which is no fault
 * where hardware sets it. AF and Contiguous are where they are at both stages.
 */
INLINE bool leaf(const struct ttw_port *port, ttw_fault *fault, struct ttw_state *w, uint64_t ia)
{
	const struct ttw_params *p = port->params;

	if (w->descriptor & w->level->refused_mask)
		return fault(port, FAULT_TRANSLATION, w->level->level);
	w->span_bits = w->level->shift;
	if (S1_LEAF_Contiguous(w->descriptor))
		w->span_bits += w->level->contiguous_bits;
	w->wide_bits = w->span_bits;

	uint64_t span = low_mask(w->span_bits);

	w->oa = (output_address(p, w->descriptor) & ~span) | (ia & span);
	if (oa_out_of_range(p, w->oa))
		return fault(port, FAULT_ADDRESS_SIZE, w->level->level);
	if (w->span_bits > p->oa_bits) /* the rest of the leaf is out of range */
		w->span_bits = p->oa_bits;
	if (UNLIKELY(!S1_LEAF_AF(w->descriptor)) && access_flag_faults(port, p))
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

/* ------------------------------------------------------------------ memory */

/* A read through the port; the value is what the walk sees. Out of line: it is the rare case. */
struct nw_port_read ttw_read_port(struct walker *k, bool big_endian, uint64_t pa);

/* Every descriptor is recorded here. */
INLINE struct nw_fetch *record(const struct ttw_port *port, struct ttw_state *w, uint64_t address,
			       uint64_t pa)
{
	struct nw_fetch *f = w->next++;

	f->header = port->header | w->level->header;
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

	struct nw_port_read d = ttw_read_port(port->walker, port->params->big_endian, pa);

	w->descriptor = d.value;
	record(port, w, address, pa)->latency = d.latency;
	return !d.abort;
}

/* ------------------------------------------------------------------ hardware updates: update.c */

/* A leaf that was read: where, and what. input and pa as in its record. */
struct ttw_found {
	const struct ttw_params *params;
	const struct ttw_level *level;
	uint64_t input, pa;
	uint64_t descriptor;
};

/* Is there nothing left that hardware would update for some access? */
INLINE bool is_settled(uint64_t descriptor, bool clean)
{
	return S1_LEAF_AF(descriptor) && !clean;
}

/* What has come of an update. */
struct ttw_updated {
	bool again;          /* memory holds another descriptor: walk again */
	uint64_t descriptor; /* as memory has it now */
};

/*
 * Makes the updates of a leaf that the access asks for. k->fault is what the checks before it have
 * found, and becomes that of the update, if it has one.
 */
struct ttw_updated ttw_update_stage1(struct walker *k, struct ttw_found found);
struct ttw_updated ttw_update_stage2(struct walker *k, struct stage2_input in,
				     struct ttw_found found);

/* An access through stage 2 that writes: a store, or the update of a descriptor of stage 1. */
bool ttw_writes_stage2(const struct walker *k, struct stage2_input in);

/* Puts a fault of a stage into k->fault. False, always. */
bool ttw_stage1_faulted(struct walker *k, enum nw_fault_type type, int8_t level);
bool ttw_stage2_faulted(struct walker *k, struct stage2_input in, enum nw_fault_type type,
			int8_t level);

/* Finds found->pa of a descriptor of stage 1 that is to be written, if stage 2 permits that. */
bool ttw_locate_for_update(struct walker *k, struct ttw_found *found);

#endif
