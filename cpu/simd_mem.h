/*
 * Memory as loads and stores of SIMD&FP registers see it: 1 to MEM_BYTES bytes in elements, one
 * access. An abort of such an access has no valid syndrome: ISV is 0.
 */
#ifndef CPU_SIMD_MEM_H
#define CPU_SIMD_MEM_H

#include "interleave.h"
#include "mem.h"

INLINE struct mem_how elements(unsigned size, unsigned element)
{
	return (struct mem_how){.size = size, .align = element, .element = element};
}

/* Reaches at least as far as the access, and where it is strict demands at least its alignment:
 * whatever else misses takes the slow path, which is exact. */
INLINE enum reach_kind reach_of_elements(const struct mem_how *how)
{
	if (how->element == 16)
		return how->size == 16 ? REACH_16 : REACH_PAIR_16;
	if (how->size == how->element)
		return reach_of(how->size);
	if (how->size <= 8)
		return how->size == 2 ? REACH_2 : how->size <= 4 ? REACH_4 : REACH_PAIR_4;
	return how->size <= 16 ? REACH_PAIR_8 : how->size <= 32 ? REACH_32 : REACH_64;
}

/* ---------------------------------------------------------------- loads */

struct mem_bytes {
	const uint8_t *from;
	bool failed;
	const struct filter_slot *slot; /* for mem_loaded() */
};

/* Where the bytes are: in host memory, or in `buffer`, which has room for them. */
INLINE struct mem_bytes mem_read_bytes(const struct ctx *x, uint64_t va, const struct mem_how *how,
				       uint8_t *buffer)
{
	struct mem_bytes data = {buffer, false, NULL};

	if (!x->fast) {
		data.failed = !mem_load(x->cpu, va, buffer, how);
		return data;
	}
	data.slot = filter_hit(x, FILTER_LOAD, reach_of_elements(how), va);
	data.failed = data.slot == NULL;
	if (!data.failed)
		data.from = host_address(data.slot, va);
	return data;
}

/* ---------------------------------------------------------------- stores */

struct mem_room {
	uint8_t *to;
	bool failed;
	const struct filter_slot *slot;
};

/* Where to put the bytes, before mem_write_bytes(): host memory itself, or `buffer`. */
INLINE struct mem_room mem_room_for(const struct ctx *x, uint64_t va, const struct mem_how *how,
				    uint8_t *buffer)
{
	struct mem_room room = {buffer, false, NULL};

	if (!x->fast)
		return room;
	room.slot = filter_hit(x, FILTER_STORE, reach_of_elements(how), va);
	room.failed = room.slot == NULL;
	if (!room.failed)
		room.to = host_address(room.slot, va);
	return room;
}

INLINE bool mem_write_bytes(const struct ctx *x, uint64_t va, const struct mem_how *how,
			    const struct mem_room *room)
{
	if (!x->fast)
		return mem_store(x->cpu, va, room->to, how);
	mem_stored(x, room->slot);
	return true;
}

/* ---------------------------------------------------------------- registers */

/* The lowest `size` bytes of a register, 1 to 16, from memory; those above become 0. */
INLINE void load_register(const struct ctx *x, uint32_t n, const uint8_t *from, unsigned size)
{
	if (size == 16)
		put_vector(late_vector(x, n), vector_at(from));
	else
		*late_vector(x, n) = (union vreg){.d = {host_load(from, size), 0}};
	vector_barrier();
}

INLINE void store_register(const struct ctx *x, uint32_t n, uint8_t *to, unsigned size)
{
	memcpy(to, late_vector(x, n), size);
}

#endif
