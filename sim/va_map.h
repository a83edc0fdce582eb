/* --va-spread and --va-offset: where in the VA range of --s1 the pages of a trace go. */
#ifndef SIM_VA_MAP_H
#define SIM_VA_MAP_H

#include "sim.h"

#define VA_MAP_ROUNDS 3

struct va_map {
	bool moves, spreads;
	uint8_t va_bits, page_bits; /* of --s1 */
	uint64_t page_mask;         /* of page numbers */
	uint64_t offset;
	uint64_t fold; /* mixes in page numbers beyond the range */
	uint64_t factor[VA_MAP_ROUNDS], addend[VA_MAP_ROUNDS];
};

void va_map_init(struct va_map *map, const struct sim_config *config);

/* Whether size bytes at va may stand in a trace: all below 2^va_bits, unless --va-spread brings
 * them there. */
static inline bool va_map_takes(const struct va_map *map, uint64_t va, uint32_t size)
{
	return map->spreads || !((va | (va + size - 1)) >> map->va_bits);
}

/*
 * Where va goes. Pages of the range are permuted, offsets inside a page stay. Under --va-spread
 * pages beyond the range are folded into it first: two of those, or one and a page of the range,
 * may meet.
 */
uint64_t va_map_move(const struct va_map *map, uint64_t va);

/* Bytes from va to the end of its page. */
static inline uint64_t va_map_left(const struct va_map *map, uint64_t va)
{
	return (UINT64_C(1) << map->page_bits) - (va & ((UINT64_C(1) << map->page_bits) - 1));
}

#endif
