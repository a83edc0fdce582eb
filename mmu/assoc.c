/* Associative memories with true LRU. */
#include "assoc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define NONE      UINT32_MAX
#define UNBOUNDED UINT32_MAX

/* A tag that no key has. */
#define FREE_TAG (UINT64_C(1) << 63)

/* More ways than these are not compared one by one. */
enum { WAYS_COMPARED = 8 };

/* Log2 of the slots in a chunk. */
enum { CHUNK_BITS_UNBOUNDED = 10, CHUNK_BITS_BOUNDED = 31 };

/* ------------------------------------------------------------------ storage */

static struct tlb_entry *entry_of(const struct assoc *a, uint32_t slot)
{
	return &a->chunk[slot >> a->chunk_bits].entry[slot & ((1u << a->chunk_bits) - 1)];
}

static bool resize(void *array, size_t count, size_t size)
{
	void *old, *new;

	memcpy(&old, array, sizeof old);
	new = realloc(old, count * size);
	if (new == NULL)
		return false;
	memcpy(array, &new, sizeof new);
	return true;
}

static bool add_chunks(struct assoc *a, uint32_t capacity)
{
	uint64_t size = UINT64_C(1) << a->chunk_bits;
	uint32_t count = (uint32_t)((capacity + size - 1) / size);

	if (!resize(&a->chunk, count, sizeof *a->chunk))
		return false;
	for (; a->chunk_count < count; a->chunk_count++) {
		uint64_t rest = capacity - a->chunk_count * size;
		size_t slots = (size_t)(rest < size ? rest : size);
		struct assoc_chunk chunk = {calloc(slots, sizeof *chunk.entry),
					    calloc(slots, a->is.value_size)};

		if (chunk.entry == NULL || chunk.value == NULL) {
			free(chunk.entry);
			free(chunk.value);
			return false;
		}
		a->chunk[a->chunk_count] = chunk;
	}
	return true;
}

static bool grow(struct assoc *a, uint32_t capacity)
{
	if (!resize(&a->tag, capacity, sizeof *a->tag) ||
	    !resize(&a->mask, capacity, sizeof *a->mask) ||
	    !resize(&a->wide_mask, capacity, sizeof *a->wide_mask) ||
	    !resize(&a->filled, capacity, sizeof *a->filled) ||
	    !resize(&a->context, capacity, sizeof *a->context) ||
	    !resize(&a->next, capacity, sizeof *a->next) ||
	    !resize(&a->span, capacity, sizeof *a->span) ||
	    !resize(&a->mark, capacity, sizeof *a->mark) || !add_chunks(a, capacity))
		return false;
	for (uint32_t i = a->capacity; i < capacity; i++) {
		a->tag[i] = FREE_TAG;
		a->mask[i] = ~UINT64_C(0);
		entry_of(a, i)->index = i;
	}
	a->capacity = capacity;
	return true;
}

static bool shape_is_possible(const struct tlb_shape *shape)
{
	if (shape->entries == UNBOUNDED)
		return true;

	uint32_t ways = shape->ways != 0 ? shape->ways : shape->entries;

	if (shape->entries % ways != 0)
		return false;

	uint32_t sets = shape->entries / ways;

	return (sets & (sets - 1)) == 0;
}

static bool add_buckets(struct assoc *a, uint32_t count)
{
	if (!resize(&a->bucket, count, sizeof *a->bucket))
		return false;
	memset(a->bucket, 0xff, count * sizeof *a->bucket);
	a->bucket_mask = count - 1;
	return true;
}

/* At least as many buckets as slots, up to the first capacity of an unbounded memory. */
static uint32_t bucket_count(uint32_t entries)
{
	uint32_t count = WAYS_COMPARED;

	while (count < entries && count < UINT32_MAX / 2 + 1)
		count *= 2;
	return count;
}

bool assoc_init(struct assoc *a, const struct assoc_shape *shape)
{
	const struct tlb_shape *s = &shape->shape;

	memset(a, 0, sizeof *a);
	a->is = *shape;
	a->free_slot = NONE;
	if (s->entries == 0)
		return true;
	if (!shape_is_possible(s)) {
		a->is.shape.entries = 0;
		return false;
	}
	a->unbounded = s->entries == UNBOUNDED;
	if (!a->unbounded) {
		a->ways = s->ways != 0 ? s->ways : s->entries;
		a->set_mask = s->entries / a->ways - 1;
	}
	a->hashed = a->unbounded || a->ways > WAYS_COMPARED;
	a->chunk_bits = a->unbounded ? CHUNK_BITS_UNBOUNDED : CHUNK_BITS_BOUNDED;

	uint32_t capacity = a->unbounded ? 1u << CHUNK_BITS_UNBOUNDED : s->entries;

	if ((a->hashed && !add_buckets(a, bucket_count(capacity))) || !grow(a, capacity)) {
		assoc_free(a);
		return false;
	}
	return true;
}

void assoc_free(struct assoc *a)
{
	for (uint32_t i = 0; i < a->chunk_count; i++) {
		free(a->chunk[i].entry);
		free(a->chunk[i].value);
	}
	free(a->chunk);
	free(a->tag);
	free(a->mask);
	free(a->wide_mask);
	free(a->filled);
	free(a->context);
	free(a->next);
	free(a->span);
	free(a->mark);
	free(a->bucket);
	memset(a, 0, sizeof *a);
}

/* ------------------------------------------------------------------ places */

/* The address bits of a tag that a span of 2^bits leaves. */
static uint64_t span_mask(unsigned bits)
{
	return ASSOC_ADDRESS & ~UINT64_C(0) << (bits - ASSOC_PAGE_BITS);
}

/* The number of the 2^span bytes that a tag lies in. */
static uint64_t place(uint64_t tag, unsigned span)
{
	return (tag & ASSOC_ADDRESS) >> (span - ASSOC_PAGE_BITS);
}

/* The first slot of the set in which a span of this tag is kept. */
static uint32_t set_of(const struct assoc *a, uint64_t tag, unsigned span)
{
	return (uint32_t)(place(tag, span) & a->set_mask) * a->ways;
}

/* ASIDs and contexts share a chain: few of them use the same address. */
static uint32_t *bucket_of(const struct assoc *a, uint64_t tag, unsigned span)
{
	uint64_t hash = (place(tag, span) * ASSOC_SPANS + span) * UINT64_C(0x9e3779b97f4a7c15);

	return &a->bucket[hash >> 32 & a->bucket_mask];
}

/* ------------------------------------------------------------------ lookup */

static bool matches(const struct assoc *a, uint32_t slot, struct assoc_key key)
{
	return ((a->tag[slot] ^ key.tag) & a->mask[slot]) == 0 && a->context[slot] == key.context;
}

/* The one of two slots that answers; NONE is no slot. */
static uint32_t better(const struct assoc *a, uint32_t one, uint32_t other)
{
	if (one == NONE)
		return other;
	if (a->is.rule == ASSOC_SMALLEST_SPAN && a->span[one] != a->span[other])
		return a->span[one] < a->span[other] ? one : other;
	return (a->filled[one] < a->filled[other]) == (a->is.rule != ASSOC_LAST_FILLED) ? one
											: other;
}

static uint32_t find_among(const struct assoc *a, uint32_t first, uint32_t count,
			   struct assoc_key key, uint32_t best)
{
	const uint64_t *tag = a->tag + first, *mask = a->mask + first;

	for (uint32_t i = 0; i < count; i++)
		if (((tag[i] ^ key.tag) & mask[i]) == 0 && a->context[first + i] == key.context)
			best = better(a, best, first + i);
	return best;
}

static uint32_t find_chained(const struct assoc *a, struct assoc_key key, unsigned span,
			     uint32_t best)
{
	for (uint32_t i = *bucket_of(a, key.tag, span); i != NONE; i = a->next[i])
		if (a->span[i] == span && matches(a, i, key))
			best = better(a, best, i);
	return best;
}

struct tlb_entry *assoc_find(const struct assoc *a, struct assoc_key key)
{
	uint32_t best = NONE;

	for (uint64_t spans = a->spans; spans != 0; spans &= spans - 1) {
		unsigned span = (unsigned)__builtin_ctzll(spans);

		if (a->hashed)
			best = find_chained(a, key, span, best);
		else
			best = find_among(a, set_of(a, key.tag, span), a->ways, key, best);
	}
	return best == NONE ? NULL : entry_of(a, best);
}

static uint32_t slots_in_use(const struct assoc *a)
{
	return a->unbounded ? a->used : a->capacity;
}

/* Asked of every slot: no lookup needs it unless overlaps are to be found. */
bool assoc_is_ambiguous(const struct assoc *a, struct assoc_key key)
{
	unsigned found = 0;

	for (uint32_t i = 0; i < slots_in_use(a) && found < 2; i++)
		found += matches(a, i, key);
	return found == 2;
}

/* ------------------------------------------------------------------ removal */

static bool is_wide(const struct assoc *a, uint32_t slot)
{
	return a->wide_mask[slot] != a->mask[slot];
}

static void unchain(struct assoc *a, uint32_t slot)
{
	uint32_t *link = bucket_of(a, a->tag[slot], a->span[slot]);

	while (*link != slot)
		link = &a->next[*link];
	*link = a->next[slot];
}

static void drop(struct assoc *a, uint32_t slot)
{
	if (a->is.drop != NULL)
		a->is.drop(a->is.ctx, entry_of(a, slot));
	if (a->hashed)
		unchain(a, slot);
	if (a->unbounded) {
		a->next[slot] = a->free_slot;
		a->free_slot = slot;
	}
	a->live--;
	a->wide_count -= is_wide(a, slot);
	if (--a->span_count[a->span[slot]] == 0)
		a->spans &= ~(UINT64_C(1) << a->span[slot]);
	a->tag[slot] = FREE_TAG;
	a->mask[slot] = ~UINT64_C(0);
}

/* The pages of a slot, wide span and all, are address bits that the mask leaves open. */
static bool covers(const struct assoc *a, uint32_t slot, const struct assoc_match *m)
{
	uint64_t mask = a->wide_mask[slot] & ASSOC_ADDRESS;
	uint64_t first = a->tag[slot] & mask, last = first | (mask ^ ASSOC_ADDRESS);

	if (m->covers != NULL)
		return m->covers(assoc_value(a, entry_of(a, slot)), m->first, m->last);
	return first <= m->last && last >= m->first;
}

static bool is_named(const struct assoc *a, uint32_t slot, const struct assoc_match *m)
{
	uint64_t asid_mask = a->mask[slot] & ASSOC_ASID;

	if (a->tag[slot] == FREE_TAG || ((a->context[slot] ^ m->context) & m->context_mask) != 0)
		return false;
	if (((a->tag[slot] ^ m->asid) & asid_mask & m->asid_mask) != 0 ||
	    (m->with_asid_only && asid_mask == 0))
		return false;
	return (m->marks >> a->mark[slot] & 1) != 0 && covers(a, slot, m);
}

static void drop_if_named(struct assoc *a, uint32_t slot, const struct assoc_match *m)
{
	if (is_named(a, slot, m))
		drop(a, slot);
}

/* Slots that hold just one page can be found by it unless some have a wider span. */
static void invalidate_page(struct assoc *a, const struct assoc_match *match)
{
	for (uint64_t spans = a->spans; spans != 0; spans &= spans - 1) {
		unsigned span = (unsigned)__builtin_ctzll(spans);

		if (a->hashed) {
			uint32_t next;

			for (uint32_t i = *bucket_of(a, match->first, span); i != NONE; i = next) {
				next = a->next[i];
				drop_if_named(a, i, match);
			}
			continue;
		}

		uint32_t first = set_of(a, match->first, span);

		for (uint32_t i = first; i < first + a->ways; i++)
			drop_if_named(a, i, match);
	}
}

void assoc_invalidate(struct assoc *a, const struct assoc_match *match)
{
	if (a->spans == 0)
		return;
	if (match->first == match->last && match->covers == NULL && a->wide_count == 0) {
		invalidate_page(a, match);
		return;
	}

	for (uint32_t i = 0; i < slots_in_use(a); i++)
		drop_if_named(a, i, match);
}

/* ------------------------------------------------------------------ fill */

static uint64_t lower(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Four at a time, because each step of one minimum waits for the one before. */
static uint64_t oldest_stamp(const struct tlb_entry *entry, uint32_t count)
{
	const struct tlb_entry *end = entry + count;
	uint64_t min[4] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};

	for (; end - entry >= 4; entry += 4) {
		min[0] = lower(min[0], entry[0].stamp);
		min[1] = lower(min[1], entry[1].stamp);
		min[2] = lower(min[2], entry[2].stamp);
		min[3] = lower(min[3], entry[3].stamp);
	}
	for (; entry < end; entry++)
		min[0] = lower(min[0], entry->stamp);
	return lower(lower(min[0], min[1]), lower(min[2], min[3]));
}

/* Free slots first, then the smallest stamp; of equals the lowest. */
static uint32_t victim_in_set(const struct assoc *a, uint32_t first)
{
	const struct tlb_entry *entry = &a->chunk->entry[first];

	if (a->live < a->capacity)
		for (uint32_t way = 0; way < a->ways; way++)
			if (a->tag[first + way] == FREE_TAG)
				return first + way;

	uint64_t oldest = oldest_stamp(entry, a->ways);

	while (entry->stamp != oldest)
		entry++;
	return entry->index;
}

/* The least recently used of an unbounded memory, which is full because memory ran out. */
static uint32_t victim_of_all(const struct assoc *a)
{
	uint32_t victim = 0;

	for (uint32_t i = 1; i < a->capacity; i++)
		if (entry_of(a, i)->stamp < entry_of(a, victim)->stamp)
			victim = i;
	return victim;
}

static void rehash(struct assoc *a)
{
	if ((uint64_t)a->bucket_mask + 1 > UINT32_MAX / 2 ||
	    !add_buckets(a, 2 * (a->bucket_mask + 1)))
		return; /* longer chains are the only harm: the old buckets stay */

	for (uint32_t i = 0; i < a->used; i++) {
		if (a->tag[i] == FREE_TAG)
			continue;

		uint32_t *link = bucket_of(a, a->tag[i], a->span[i]);

		a->next[i] = *link;
		*link = i;
	}
}

static uint32_t unbounded_slot(struct assoc *a)
{
	if (a->free_slot == NONE && a->used == a->capacity &&
	    (a->capacity > UNBOUNDED / 2 || !grow(a, 2 * a->capacity)))
		drop(a, victim_of_all(a));

	uint32_t slot = a->free_slot;

	if (slot != NONE) {
		a->free_slot = a->next[slot];
		return slot;
	}
	slot = a->used++;
	if (a->used > a->bucket_mask)
		rehash(a);
	return slot;
}

static uint32_t free_slot(struct assoc *a, uint64_t tag, unsigned span)
{
	if (a->unbounded)
		return unbounded_slot(a);

	uint32_t slot = victim_in_set(a, set_of(a, tag, span));

	if (a->tag[slot] != FREE_TAG)
		drop(a, slot);
	return slot;
}

/* Is there a key that both slots match? */
static bool overlap(const struct assoc *a, uint32_t one, uint32_t other)
{
	uint64_t mask = a->mask[one] & a->mask[other];

	return one != other && a->tag[one] != FREE_TAG && a->context[one] == a->context[other] &&
	       ((a->tag[one] ^ a->tag[other]) & mask) == 0;
}

static void tell_overlapped(const struct assoc *a, uint32_t slot)
{
	for (uint32_t i = 0; i < slots_in_use(a); i++)
		if (overlap(a, i, slot))
			a->is.drop(a->is.ctx, entry_of(a, i));
}

struct tlb_entry *assoc_fill(struct assoc *a, struct assoc_key key, struct assoc_span span,
			     uint64_t stamp)
{
	uint32_t slot = free_slot(a, key.tag, span.bits);
	uint64_t asid = span.any_asid ? 0 : ASSOC_ASID;

	assert(span.bits >= ASSOC_PAGE_BITS && span.wide >= span.bits && span.mark < 32);
	a->tag[slot] = key.tag;
	a->context[slot] = key.context;
	a->mask[slot] = span_mask(span.bits) | asid;
	a->wide_mask[slot] = span_mask(span.wide) | asid;
	a->span[slot] = span.bits;
	a->mark[slot] = span.mark;
	a->filled[slot] = a->fills++;
	a->live++;
	a->span_count[span.bits]++;
	a->spans |= UINT64_C(1) << span.bits;
	a->wide_count += is_wide(a, slot);
	if (a->hashed) {
		uint32_t *link = bucket_of(a, key.tag, span.bits);

		a->next[slot] = *link;
		*link = slot;
	}

	if (a->is.drop_overlapped && a->is.drop != NULL)
		tell_overlapped(a, slot);

	struct tlb_entry *entry = entry_of(a, slot);

	entry->stamp = stamp;
	entry->user = 0;
	return entry;
}
