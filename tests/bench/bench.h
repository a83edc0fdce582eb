/* What the bare benchmarks share: the number of rounds from the device tree's bootargs, and the console. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>

/* The decimal number behind the key in the device tree blob at dtb; `none` where there is none. */
static inline uint64_t number_asked(const unsigned char *dtb, const char *key, uint64_t none)
{
	uint32_t size = (uint32_t)dtb[4] << 24 | (uint32_t)dtb[5] << 16 | (uint32_t)dtb[6] << 8 | dtb[7];

	for (uint32_t i = 0; i + 16 < size; i++) {
		uint32_t k = 0;
		uint64_t n = 0;

		while (key[k] && dtb[i + k] == (unsigned char)key[k])
			k++;
		if (key[k])
			continue;
		for (const unsigned char *p = dtb + i + k; *p >= '0' && *p <= '9'; p++)
			n = n * 10 + (*p - '0');
		return n;
	}
	return none;
}

static inline uint64_t rounds_asked(const unsigned char *dtb)
{
	return number_asked(dtb, "rounds=", 1);
}

/* Prints on the PL011 of QEMU's virt board. */
static inline void put_char(char c)
{
	*(volatile uint32_t *)0x09000000 = (unsigned char)c;
}

static inline void put_hex(const char *name, uint64_t value)
{
	while (*name)
		put_char(*name++);
	put_char('=');
	for (int shift = 60; shift >= 0; shift -= 4)
		put_char("0123456789abcdef"[value >> shift & 15]);
	put_char('\n');
}

#endif
