/* Integer code in registers: shifts, rotates, multiplies, conditional selects, data-dependent branches. */
#include "bench.h"

int main(const unsigned char *dtb)
{
	uint64_t rounds = rounds_asked(dtb), a = 0x9e3779b97f4a7c15, b = 0x2545f4914f6cdd1d, sum = 0;
	uint32_t crc = ~0u;

	for (uint64_t round = 0; round < rounds; round++) {
		for (unsigned i = 0; i < 1000; i++) {
			a ^= a << 13;
			a ^= a >> 7;
			a ^= a << 17;
			b = (b << 23 | b >> 41) * 5 + a;
			sum += a > b ? a - b : b ^ i;
			crc ^= (uint32_t)(a >> 32);
			for (int bit = 0; bit < 4; bit++)
				crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
			if (b & 64)
				sum = sum * 3 + crc;
		}
	}
	put_hex("alu", sum ^ crc);
	return 0;
}
