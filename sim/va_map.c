/* A permutation of page numbers: rounds of steps that each can be undone in as many bits as page
 * numbers have. */
#include "va_map.h"

/* A well-mixed word for each x (the finaliser of SplitMix64). */
static uint64_t mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

void va_map_init(struct va_map *map, const struct sim_config *config)
{
	uint64_t key = mix(config->va_spread);

	*map = (struct va_map){
		.moves = config->va_spread_given || config->va_offset_given,
		.spreads = config->va_spread_given,
		.va_bits = config->s1.size_bits,
		.page_bits = config->s1.granule_bits,
		.offset = config->va_offset,
	};
	map->page_mask = (UINT64_C(1) << (map->va_bits - map->page_bits)) - 1;
	for (unsigned i = 0; i < VA_MAP_ROUNDS; i++) {
		map->factor[i] = (key = mix(key)) | 1;
		map->addend[i] = (key = mix(key));
	}
	map->fold = mix(key);
}

/*
 * x times an odd number plus a number, modulo a power of two, is one to one; so is x ^ x >> n for n
 * > 0. High bits of the product depend on all of x; the shift brings them down.
 */
static uint64_t permute(const struct va_map *map, uint64_t x)
{
	unsigned shift = (unsigned)(map->va_bits - map->page_bits + 1) / 2;

	for (unsigned i = 0; i < VA_MAP_ROUNDS; i++) {
		x = (x * map->factor[i] + map->addend[i]) & map->page_mask;
		x ^= x >> (shift ? shift : 1);
	}
	return x;
}

uint64_t va_map_move(const struct va_map *map, uint64_t va)
{
	uint64_t in_page = (UINT64_C(1) << map->page_bits) - 1;
	uint64_t page = va >> map->page_bits, beyond = va >> map->va_bits;

	if (!map->spreads)
		return (va + map->offset) & ((UINT64_C(1) << map->va_bits) - 1);
	if (beyond)
		page ^= mix(beyond ^ map->fold);
	return permute(map, page & map->page_mask) << map->page_bits | (va & in_page);
}
