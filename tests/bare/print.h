/* Output on the PL011. */
#ifndef BARE_PRINT_H
#define BARE_PRINT_H

#include <stdint.h>

static inline void print(const char *text)
{
	for (; *text != '\0'; text++)
		*(volatile uint32_t *)0x09000000 = (uint8_t)*text;
}

static inline void print_hex(uint64_t value)
{
	char text[17];
	int at = 16;

	text[at] = '\0';
	do {
		text[--at] = "0123456789abcdef"[value & 15];
		value >>= 4;
	} while (value != 0);
	print(text + at);
}

static inline void print_field(const char *name, uint64_t value)
{
	print(name);
	print_hex(value);
}

#endif
