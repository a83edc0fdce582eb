/* Sums, products, quotients and roots of reals: exact but for the jammed last bit. */
#include "fp_real.h"

/* Shifts right; the last bit becomes 1 where a 1 is lost. */
static uint64_t shift_right_jam(uint64_t value, unsigned count)
{
	if (count == 0)
		return value;
	if (count > 63)
		return value != 0;
	return value >> count | (value << (64 - count) != 0);
}

static fp_wide wide_shift_right_jam(fp_wide value, unsigned count)
{
	if (count == 0)
		return value;
	if (count > 127)
		return value != 0;
	return value >> count | (value << (128 - count) != 0);
}

struct fp_real fp_normalised(bool sign, int exponent, uint64_t significand)
{
	unsigned zeros = (unsigned)__builtin_clzll(significand);

	return (struct fp_real){sign, exponent - (int)zeros, significand << zeros};
}

/* value * 2^(exponent - 127). */
static struct fp_real from_wide(bool sign, int exponent, fp_wide value)
{
	uint64_t high = (uint64_t)(value >> 64), low = (uint64_t)value;

	if (high == 0) {
		if (low == 0)
			return (struct fp_real){sign, 0, 0};
		return fp_normalised(sign, exponent - 64, low);
	}
	unsigned zeros = (unsigned)__builtin_clzll(high);

	value <<= zeros;
	return (struct fp_real){sign, exponent - (int)zeros,
				(uint64_t)(value >> 64) | ((uint64_t)value != 0)};
}

struct fp_real fp_real_add(struct fp_real a, struct fp_real b)
{
	if (a.significand == 0)
		return b;
	if (b.significand == 0)
		return a;
	if (a.exponent < b.exponent ||
	    (a.exponent == b.exponent && a.significand < b.significand)) {
		struct fp_real larger = b;

		b = a;
		a = larger;
	}
	/* One bit for the carry. Of what b loses, the last 10 bits of a 53-bit significand are 0:
	 * where that jams, no more than one bit cancels. */
	uint64_t high = a.significand >> 1;
	uint64_t low = shift_right_jam(b.significand >> 1, (unsigned)(a.exponent - b.exponent));
	uint64_t sum = a.sign == b.sign ? high + low : high - low;

	if (sum == 0)
		return (struct fp_real){false, 0, 0};
	return fp_normalised(a.sign, a.exponent + 1, sum);
}

struct fp_real fp_real_mul(struct fp_real a, struct fp_real b)
{
	fp_wide product = (fp_wide)a.significand * b.significand;

	return from_wide(a.sign != b.sign, a.exponent + b.exponent + 1, product);
}

struct fp_real fp_real_mul_add(struct fp_real addend, struct fp_real a, struct fp_real b)
{
	fp_wide high = (fp_wide)a.significand * b.significand;
	fp_wide low = (fp_wide)addend.significand << 64;
	bool sign = a.sign != b.sign;
	int exponent = a.exponent + b.exponent + 1;

	if (high == 0)
		return addend;
	if (low == 0)
		return from_wide(sign, exponent, high);

	bool opposite = addend.sign != sign;
	int distance = exponent - addend.exponent;

	/* Both have at least 20 zeros at the end: as in fp_real_add(). */
	high >>= 1;
	low >>= 1;
	if (distance < 0) {
		high = wide_shift_right_jam(high, (unsigned)-distance);
		exponent = addend.exponent;
	} else {
		low = wide_shift_right_jam(low, (unsigned)distance);
	}
	if (!opposite)
		return from_wide(sign, exponent + 1, high + low);
	if (high < low)
		return from_wide(!sign, exponent + 1, low - high);
	return from_wide(sign, exponent + 1, high - low);
}

struct fp_real fp_real_div(struct fp_real a, struct fp_real b)
{
	int exponent = a.exponent - b.exponent - 1;
	fp_wide dividend = (fp_wide)a.significand << 64;

	/* The quotient is to have 64 bits. */
	if (a.significand >= b.significand) {
		dividend >>= 1;
		exponent++;
	}
	uint64_t quotient = (uint64_t)(dividend / b.significand);
	bool rest = (fp_wide)quotient * b.significand != dividend;

	return (struct fp_real){a.sign != b.sign, exponent, quotient | rest};
}

/* A bit at a time: root is the largest integer whose square is at most radicand. */
struct fp_real fp_real_sqrt(struct fp_real a)
{
	/* The exponent of the radicand is to be even, and its first bit 127 or 126. */
	fp_wide radicand = (fp_wide)a.significand << (63 + (a.exponent & 1)), square = 0;
	uint64_t root = 0;

	for (unsigned bit = 64; bit-- > 0;) {
		/* (root + 2^bit)^2 */
		fp_wide next = square + ((fp_wide)root << (bit + 1)) + ((fp_wide)1 << (2 * bit));

		if (next > radicand)
			continue;
		square = next;
		root |= UINT64_C(1) << bit;
	}
	return (struct fp_real){false, (a.exponent - (a.exponent & 1)) / 2,
				root | (square != radicand)};
}
