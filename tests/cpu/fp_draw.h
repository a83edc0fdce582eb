/* Random operands of floating point, in the low bits: mostly those where something happens. */
#ifndef TESTS_CPU_FP_DRAW_H
#define TESTS_CPU_FP_DRAW_H

#include "tests/cpu/draw.h"

static inline unsigned fraction_bits(unsigned N)
{
	return N == 16 ? 10 : N == 32 ? 23 : 52;
}

static inline uint64_t exponent_ones(unsigned N)
{
	return (UINT64_C(1) << (N - 1 - fraction_bits(N))) - 1;
}

static inline uint64_t any64(struct draw *d)
{
	return (uint64_t)draw(d, UINT32_MAX) << 32 | draw(d, UINT32_MAX);
}

/* Zeros, ones, a run of either, few bits. */
static inline uint64_t draw_fraction(struct draw *d, unsigned N)
{
	uint64_t mask = (UINT64_C(1) << fraction_bits(N)) - 1;

	switch (draw(d, 8)) {
	case 0:
		return 0;
	case 1:
		return mask;
	case 2:
		return UINT64_C(1) << draw(d, fraction_bits(N));
	case 3:
		return mask & ~(UINT64_C(1) << draw(d, fraction_bits(N)));
	case 4:
		return mask & mask << draw(d, fraction_bits(N));
	case 5:
		return draw(d, 4);
	default:
		return any64(d) & mask;
	}
}

static inline uint64_t draw_exponent(struct draw *d, unsigned N)
{
	uint64_t ones = exponent_ones(N), bias = ones / 2;

	switch (draw(d, 8)) {
	case 0:
		return 0;
	case 1:
		return draw(d, 4) % 2 != 0 ? ones : ones - 1 - draw(d, 2);
	case 2:
		return 1 + draw(d, 3);
	case 3:
	case 4:
		return bias - 3 + draw(d, 7);
	case 5:
		/* Near the number of bits of integers, and where products are near the ends. */
		return (bias + draw(d, 70)) & ones;
	case 6:
		return (draw(d, 2) != 0 ? bias / 2 : bias + bias / 2) + draw(d, 4);
	default:
		return draw(d, (uint32_t)ones + 1);
	}
}

static inline uint64_t draw_fp(struct draw *d, unsigned N)
{
	uint64_t sign = (uint64_t)draw(d, 2) << (N - 1);

	return sign | draw_exponent(d, N) << fraction_bits(N) | draw_fraction(d, N);
}

#endif
