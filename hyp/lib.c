/*
 * Freestanding library: the memory and string functions that the compiler may call too.
 */
#include "lib.h"

/* In ascending order, so that it also serves overlapping moves downwards. */
static void copy_up(unsigned char *t, const unsigned char *f, size_t bytes)
{
	/* Eight bytes at a time where both are aligned: the MMU may be off, and Device memory wants
	 * it so. */
	if ((((uintptr_t)t | (uintptr_t)f) & 7) == 0) {
		for (; bytes >= 8; bytes -= 8, t += 8, f += 8)
			*(uint64_t *)(void *)t = *(const uint64_t *)(const void *)f;
	}
	while (bytes-- > 0)
		*t++ = *f++;
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	copy_up(to, from, bytes);
	return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	if ((uintptr_t)t <= (uintptr_t)f) {
		copy_up(t, f, bytes);
		return to;
	}
	while (bytes-- > 0)
		t[bytes] = f[bytes];
	return to;
}

void *memset(void *to, int value, size_t bytes)
{
	unsigned char *t = to;
	uint64_t word = (unsigned char)value * UINT64_C(0x0101010101010101);

	if (((uintptr_t)t & 7) == 0) {
		for (; bytes >= 8; bytes -= 8, t += 8)
			*(uint64_t *)(void *)t = word;
	}
	while (bytes-- > 0)
		*t++ = (unsigned char)value;
	return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
	const unsigned char *x = a, *y = b;

	for (; bytes > 0; bytes--, x++, y++) {
		if (*x != *y)
			return *x < *y ? -1 : 1;
	}
	return 0;
}

size_t strlen(const char *s)
{
	size_t length = 0;

	while (s[length] != '\0')
		length++;
	return length;
}

int strcmp(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}
