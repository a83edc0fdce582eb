/* Memory that is a function of the address, and what is written over it. */
#include "diff.h"

#include <stddef.h>

#define BIT(n) (UINT64_C(1) << (n))

static uint64_t low_bits(unsigned n)
{
	return BIT(n) - 1;
}

static bool happens(uint64_t *h, unsigned rate)
{
	bool yes = (*h & 1023) < rate;

	*h = draw_mix(*h);
	return yes;
}

/* Only its first bits are looked at by either stage; all stages and levels must make sense of it.
 */
static uint64_t make_descriptor(const struct diff_shape *s, uint64_t pa)
{
	const uint64_t high_fields = BIT(49) | BIT(48) | BIT(9) | BIT(8) | 0xf000;
	uint64_t h = draw_mix(s->seed ^ draw_mix(pa)), random = draw_mix(~h);
	uint64_t value = random & s->address_mask;

	value |= random & (s->high ? high_fields : 0);
	value |= random & (UINT64_C(15) << 55 | BIT(50) | BIT(16) | BIT(11) | 0x3c);
	if (!s->high && happens(&h, 200))
		value |= random & (BIT(9) | BIT(8));
	if ((random >> 4 & 3) == 0 && !happens(&h, 60)) /* mostly not Device at stage 2 */
		value |= BIT(5);
	value |= (s->ap == 4 ? random >> 20 & 3 : s->ap) << 6;
	value |= s->dbm ? BIT(51) : 0;
	if (happens(&h, s->restricted))
		value ^= h & (UINT64_C(31) << 59 | BIT(54) | BIT(53) | BIT(52) | BIT(51) | 0xc0);
	value |= happens(&h, s->no_access_flag) ? 0 : BIT(10);
	if (happens(&h, s->wild))
		value = (value & ~(low_bits(50) & ~low_bits(12))) |
			(h & low_bits(50) & ~low_bits(12));
	value |= happens(&h, s->block) ? 1 : 3;
	if (happens(&h, s->invalid))
		value &= ~UINT64_C(1);
	if (s->both_endian && !happens(&h, 30))
		value |= UINT64_C(3) << 56 | BIT(50);
	if (s->single)
		value &= ~(BIT(52) | (s->both_endian ? BIT(12) : 0));
	return value;
}

static uint64_t stored(const struct diff_shape *s, uint64_t pa)
{
	uint64_t value = make_descriptor(s, pa);
	bool swap = s->both_endian ? pa >> 24 & 1 : s->big_endian;

	return swap ? __builtin_bswap64(value) : value;
}

static uint64_t *find_written(struct diff_memory *memory, uint64_t pa)
{
	for (unsigned n = 0; n < memory->count; n++)
		if (memory->written[n].pa == pa)
			return &memory->written[n].value;
	return NULL;
}

bool diff_read(struct diff_memory *memory, uint64_t pa, uint64_t *value)
{
	const struct diff_shape *s = memory->shape;
	uint64_t *written = find_written(memory, pa), h = draw_mix(s->seed + 1 + pa);

	*value = 0;
	if (happens(&h, s->abort))
		return false;
	*value = written ? *written : stored(s, pa);
	return true;
}

/* Another observer may have changed the descriptor; a place may not support the update, or not
 * answer it. */
enum naive_swap diff_swap(struct diff_memory *memory, uint64_t pa, uint64_t expected,
			  uint64_t desired)
{
	static const uint64_t changes[] = {BIT(55), BIT(0), BIT(10), BIT(20), BIT(7) | BIT(6)};
	const struct diff_shape *s = memory->shape;
	uint64_t h = draw_mix(s->seed + 2 + pa), now = draw_mix(s->seed + ++memory->swaps);
	uint64_t *written = find_written(memory, pa);

	if (happens(&h, s->unsupported) || memory->count == DIFF_WRITES)
		return NAIVE_SWAP_UNSUPPORTED;
	if (happens(&h, s->abort))
		return NAIVE_SWAP_ABORT;
	if (written == NULL) {
		memory->written[memory->count].pa = pa;
		written = &memory->written[memory->count++].value;
		*written = stored(s, pa);
	}
	if (happens(&now, s->interfere)) {
		*written ^= changes[now % 5];
		return NAIVE_SWAP_DIFFERS;
	}
	if (*written != expected)
		return NAIVE_SWAP_DIFFERS;
	*written = desired;
	return NAIVE_SWAP_DONE;
}
