/*
 * Freestanding library: the memory and string functions that the compiler may call too.
 */
#include "lib.h"

/*
 * Four words at a time where both sides are aligned to 8, for which the compiler has pair
 * instructions.
 */
enum { ROUND_BYTES = 32 };

static bool is_aligned(const void *a, const void *b)
{
	/* The MMU may be off, and Device memory wants aligned accesses. */
	return (((uintptr_t)a | (uintptr_t)b) & 7) == 0;
}

/* In ascending order, so that it also serves overlapping moves downwards. */
static void copy_up(unsigned char *t, const unsigned char *f, size_t bytes)
{
	if (is_aligned(t, f)) {
		for (; bytes >= ROUND_BYTES;
		     bytes -= ROUND_BYTES, t += ROUND_BYTES, f += ROUND_BYTES) {
			const uint64_t *from = (const void *)f;
			uint64_t a = from[0], b = from[1], c = from[2], d = from[3];
			uint64_t *to = (void *)t;

			to[0] = a;
			to[1] = b;
			to[2] = c;
			to[3] = d;
		}
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

	if ((uintptr_t)t <= (uintptr_t)f || (uintptr_t)t - (uintptr_t)f >= bytes) {
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

	if (is_aligned(t, t)) {
		for (; bytes >= ROUND_BYTES; bytes -= ROUND_BYTES, t += ROUND_BYTES) {
			uint64_t *at = (void *)t;

			at[0] = word;
			at[1] = word;
			at[2] = word;
			at[3] = word;
		}
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
