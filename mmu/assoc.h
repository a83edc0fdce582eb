/*
 * An associative memory with true LRU replacement: what a TLB and a walk cache have in common.
 *
 * A slot has a tag (page of an input address, ASID), a context (VMID and whatever else has to be
 * equal), a struct tlb_entry, which is its replacement state, and a value of fixed size. Slots
 * cover different spans of addresses, so a lookup asks for every span that is present. A slot may
 * have a second, wider span, which counts for invalidation only: a 4 KB piece of a translation that
 * stage 1 makes with a 2 MB block goes when any address of the block is invalidated.
 *
 * Where a set has few ways, a lookup compares them; else hash chains lead to the slots. Which it is
 * can't be seen from outside.
 *
 * Nothing is allocated after assoc_init(), but an unbounded memory grows when it is filled.
 */
#ifndef MMU_ASSOC_H
#define MMU_ASSOC_H

#include "mmu.h"

/* A tag holds address[55:12] in bits 43 to 0 and the ASID in bits 59 to 44. */
enum { ASSOC_PAGE_BITS = 12, ASSOC_ADDRESS_BITS = 44, ASSOC_ASID_BITS = 16, ASSOC_SPANS = 64 };

#define ASSOC_ADDRESS ((UINT64_C(1) << ASSOC_ADDRESS_BITS) - 1)
#define ASSOC_ASID    (((UINT64_C(1) << ASSOC_ASID_BITS) - 1) << ASSOC_ADDRESS_BITS)
/* The VMID in a context; the other bits are the caller's and have to be equal in a lookup. */
#define ASSOC_VMID UINT32_C(0xffff)

static inline uint64_t assoc_tag(uint64_t address, uint16_t asid)
{
	return (address >> ASSOC_PAGE_BITS & ASSOC_ADDRESS) | (uint64_t)asid << ASSOC_ADDRESS_BITS;
}

/* Do the aligned 2^bits bytes around an address have any of the pages first to last? */
static inline bool assoc_pages_overlap(uint64_t address, unsigned bits, uint64_t first,
				       uint64_t last)
{
	uint64_t within = (UINT64_C(1) << bits) - 1;

	return assoc_tag(address & ~within, 0) <= last && assoc_tag(address | within, 0) >= first;
}

struct assoc_key {
	uint64_t tag;
	uint32_t context;
};

/* Which of several slots that match answers. */
enum assoc_rule {
	/* Filled first: a shortcut to a slot stays true however many later fills overlap it. */
	ASSOC_FIRST_FILLED,
	ASSOC_LAST_FILLED,
	ASSOC_SMALLEST_SPAN, /* the deepest table */
};

struct assoc_shape {
	struct tlb_shape shape;
	size_t value_size;
	enum assoc_rule rule;
	/* Called for each slot that is about to become free; may be NULL. */
	void (*drop)(void *ctx, struct tlb_entry *entry);
	/* drop is also called for slots that stay, when a new one overlaps them. */
	bool drop_overlapped;
	void *ctx;
};

/* Every mark, in struct assoc_match. */
#define ASSOC_MARKS UINT32_MAX

/*
 * What an invalidation removes: slots that cover any of the pages first to last (address[55:12]),
 * and meet the rest.
 */
struct assoc_match {
	uint64_t first, last;           /* 0 and ASSOC_ADDRESS: all */
	uint64_t asid;                  /* as in a tag */
	uint64_t asid_mask;             /* ASSOC_ASID: slots of that ASID or of any. 0: no matter */
	uint32_t context, context_mask; /* bits under the mask are equal */
	uint32_t marks;                 /* bit m: slots marked m */
	bool with_asid_only;            /* leaves slots that match any ASID */
	/* What decides instead of the span whether the pages are covered; NULL: the span. */
	bool (*covers)(const void *value, uint64_t first, uint64_t last);
};

/* Everything that a context names. */
static inline struct assoc_match assoc_match_all(uint32_t context, uint32_t context_mask)
{
	return (struct assoc_match){.last = ASSOC_ADDRESS,
				    .context = context,
				    .context_mask = context_mask,
				    .marks = ASSOC_MARKS};
}

struct assoc {
	struct assoc_shape is;
	bool unbounded, hashed;
	uint32_t ways, set_mask; /* bounded */
	uint32_t capacity;
	uint32_t used; /* unbounded: slots that were handed out at least once */
	uint32_t live; /* slots that are not free */
	uint64_t fills;
	/* Per slot. */
	uint64_t *tag, *mask, *wide_mask, *filled;
	uint32_t *context, *next;
	uint8_t *span, *mark;
	/* Per slot too, in chunks that never move; a bounded memory is one chunk. */
	struct assoc_chunk *chunk;
	uint32_t chunk_count;
	unsigned chunk_bits;
	/* Slots by span, and the spans present as a bit set. */
	uint32_t span_count[ASSOC_SPANS];
	uint64_t spans;
	uint32_t wide_count; /* slots whose wide span exceeds their span */
	/* Hash chains, linked by next[], and one more of an unbounded memory's free slots. */
	uint32_t *bucket;
	uint32_t bucket_mask, free_slot;
};

struct assoc_chunk {
	struct tlb_entry *entry;
	unsigned char *value;
};

/* False: the shape is impossible or memory ran out; then there is nothing to free. */
bool assoc_init(struct assoc *a, const struct assoc_shape *shape);
void assoc_free(struct assoc *a);

static inline bool assoc_present(const struct assoc *a)
{
	return a->is.shape.entries != 0;
}

/* The entry that answers, or NULL. It stays there until it is dropped; its stamp is the caller's.
 */
struct tlb_entry *assoc_find(const struct assoc *a, struct assoc_key key);

/* Does more than one slot match? */
bool assoc_is_ambiguous(const struct assoc *a, struct assoc_key key);

/* Its value. */
static inline void *assoc_value(const struct assoc *a, const struct tlb_entry *entry)
{
	size_t within = entry->index & ((1u << a->chunk_bits) - 1);

	return a->chunk[entry->index >> a->chunk_bits].value + within * a->is.value_size;
}

struct assoc_span {
	uint8_t bits; /* log2 of the addresses that it answers for, at least ASSOC_PAGE_BITS */
	uint8_t wide; /* log2 of those whose invalidation removes it, at least bits */
	bool any_asid;
	uint8_t mark; /* below 32, the caller's, for invalidation */
};

/*
 * Makes room for what is not there: its value is indeterminate, its user 0. Evicts the smallest
 * stamp of the set, the lowest slot among equals.
 */
struct tlb_entry *assoc_fill(struct assoc *a, struct assoc_key key, struct assoc_span span,
			     uint64_t stamp);

void assoc_invalidate(struct assoc *a, const struct assoc_match *match);

#endif
