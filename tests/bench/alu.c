/*
 * Integer code in registers, four well-known kernels in equal shares of work: xorshift with a bitwise CRC-32, Euclid's
 * algorithm by division, Collatz sequences, and a Feistel cipher (XTEA).
 */
#include "bench.h"

static uint64_t crc_of_random(uint64_t *state, unsigned count)
{
	uint64_t a = *state;
	uint32_t crc = ~0u;

	for (unsigned i = 0; i < count; i++) {
		a ^= a << 13;
		a ^= a >> 7;
		a ^= a << 17;
		crc ^= (uint32_t)(a >> 32);
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	*state = a;
	return crc;
}

static uint64_t gcds(uint64_t seed, unsigned count)
{
	uint64_t sum = 0;

	for (unsigned i = 1; i <= count; i++) {
		uint64_t a = seed * i >> 20, b = (seed ^ i * 0x9e3779b97f4a7c15) >> 24;

		while (b) {
			uint64_t rest = a % b;

			a = b;
			b = rest;
		}
		sum += a;
	}
	return sum;
}

static uint64_t collatz(uint64_t first, unsigned count)
{
	uint64_t steps = 0;

	for (uint64_t n = first; n < first + count; n++)
		for (uint64_t x = n; x != 1; steps++)
			x = x & 1 ? 3 * x + 1 : x / 2;
	return steps;
}

static uint64_t xtea(uint64_t block, unsigned count)
{
	uint32_t v0 = (uint32_t)block, v1 = (uint32_t)(block >> 32), sum = 0;
	const uint32_t k0 = 0x01234567, k1 = 0x89abcdef;

	for (unsigned i = 0; i < count; i++) {
		v0 += ((v1 << 4 ^ v1 >> 5) + v1) ^ (sum + k0);
		sum += 0x9e3779b9;
		v1 += ((v0 << 4 ^ v0 >> 5) + v0) ^ (sum + k1);
	}
	return (uint64_t)v1 << 32 | v0;
}

int main(const unsigned char *dtb)
{
	uint64_t rounds = rounds_asked(dtb), state = 0x9e3779b97f4a7c15, sum = 0;

	for (uint64_t round = 0; round < rounds; round++) {
		sum += crc_of_random(&state, 200);
		sum ^= gcds(state, 60);
		sum += collatz(round * 64 + 27, 20);
		sum ^= xtea(sum, 600);
	}
	put_hex("alu", sum);
	return 0;
}
