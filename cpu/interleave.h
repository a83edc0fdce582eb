/* Elements of 2 to 4 registers, together in memory and apart in registers: how LD2 to LD4 and ST2
 * to ST4 move them. */
#ifndef CPU_INTERLEAVE_H
#define CPU_INTERLEAVE_H

#include "ctx.h"

#include <string.h>

typedef uint8_t elements_8 __attribute__((vector_size(16)));
typedef int8_t signed_elements_8 __attribute__((vector_size(16)));
typedef uint16_t elements_16 __attribute__((vector_size(16)));
typedef uint32_t elements_32 __attribute__((vector_size(16)));
typedef uint64_t elements_64 __attribute__((vector_size(16)));

/* size is log2 of an element's bytes, a constant of each handler. */

/* Elements 0, 2, 4 … of a, then of b. */
INLINE elements_8 UZP1(elements_8 a, elements_8 b, uint32_t size)
{
	switch (size) {
	case 0:
		return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24,
					       26, 28, 30);
	case 1:
		return (elements_8)__builtin_shufflevector((elements_16)a, (elements_16)b, 0, 2, 4,
							   6, 8, 10, 12, 14);
	case 2:
		return (elements_8)__builtin_shufflevector((elements_32)a, (elements_32)b, 0, 2, 4,
							   6);
	default:
		return (elements_8)__builtin_shufflevector((elements_64)a, (elements_64)b, 0, 2);
	}
}

/* Elements 1, 3, 5 … of a, then of b. */
INLINE elements_8 UZP2(elements_8 a, elements_8 b, uint32_t size)
{
	switch (size) {
	case 0:
		return __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25,
					       27, 29, 31);
	case 1:
		return (elements_8)__builtin_shufflevector((elements_16)a, (elements_16)b, 1, 3, 5,
							   7, 9, 11, 13, 15);
	case 2:
		return (elements_8)__builtin_shufflevector((elements_32)a, (elements_32)b, 1, 3, 5,
							   7);
	default:
		return (elements_8)__builtin_shufflevector((elements_64)a, (elements_64)b, 1, 3);
	}
}

/* The lower halves, element by element in turn. */
INLINE elements_8 ZIP1(elements_8 a, elements_8 b, uint32_t size)
{
	switch (size) {
	case 0:
		return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6,
					       22, 7, 23);
	case 1:
		return (elements_8)__builtin_shufflevector((elements_16)a, (elements_16)b, 0, 8, 1,
							   9, 2, 10, 3, 11);
	case 2:
		return (elements_8)__builtin_shufflevector((elements_32)a, (elements_32)b, 0, 4, 1,
							   5);
	default:
		return (elements_8)__builtin_shufflevector((elements_64)a, (elements_64)b, 0, 2);
	}
}

/* The upper halves. */
INLINE elements_8 ZIP2(elements_8 a, elements_8 b, uint32_t size)
{
	switch (size) {
	case 0:
		return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29,
					       14, 30, 15, 31);
	case 1:
		return (elements_8)__builtin_shufflevector((elements_16)a, (elements_16)b, 4, 12, 5,
							   13, 6, 14, 7, 15);
	case 2:
		return (elements_8)__builtin_shufflevector((elements_32)a, (elements_32)b, 2, 6, 3,
							   7);
	default:
		return (elements_8)__builtin_shufflevector((elements_64)a, (elements_64)b, 1, 3);
	}
}

INLINE elements_8 vector_at(const void *from)
{
	elements_8 vector;

	memcpy(&vector, from, sizeof(vector));
	return vector;
}

INLINE void put_vector(void *to, elements_8 vector)
{
	memcpy(to, &vector, sizeof(vector));
}

/* ---------------------------------------------------------------- memory to registers */

/* Where Q is 0 the vectors behind the bytes of memory are 0, and so is the upper half of what comes
 * out. */
INLINE void deinterleave_2(union vreg *const to[4], const uint8_t *from, uint32_t Q, uint32_t size)
{
	const elements_8 zero = {0};
	elements_8 a = vector_at(from), b = Q != 0 ? vector_at(from + 16) : zero;

	put_vector(to[0], UZP1(a, b, size));
	put_vector(to[1], UZP2(a, b, size));
}

INLINE void deinterleave_3(union vreg *const to[4], const uint8_t *from, uint32_t Q, uint32_t size)
{
	for (unsigned s = 0; s < 3; s++) {
		to[s]->d[1] = 0;
		for (unsigned e = 0; e < (8u << Q) >> size; e++)
			memcpy(&to[s]->b[e << size], from + ((3 * e + s) << size), 1u << size);
	}
}

INLINE void deinterleave_4(union vreg *const to[4], const uint8_t *from, uint32_t Q, uint32_t size)
{
	const elements_8 zero = {0};
	elements_8 a = vector_at(from), b = vector_at(from + 16);
	elements_8 c = Q != 0 ? vector_at(from + 32) : zero;
	elements_8 d = Q != 0 ? vector_at(from + 48) : zero;
	elements_8 even_ab = UZP1(a, b, size), even_cd = UZP1(c, d, size);
	elements_8 odd_ab = UZP2(a, b, size), odd_cd = UZP2(c, d, size);

	put_vector(to[0], UZP1(even_ab, even_cd, size));
	put_vector(to[1], UZP1(odd_ab, odd_cd, size));
	put_vector(to[2], UZP2(even_ab, even_cd, size));
	put_vector(to[3], UZP2(odd_ab, odd_cd, size));
}

INLINE void deinterleave(union vreg *const to[4], const uint8_t *from, unsigned selem, uint32_t Q,
			 uint32_t size)
{
	if (selem == 2)
		deinterleave_2(to, from, Q, size);
	else if (selem == 3)
		deinterleave_3(to, from, Q, size);
	else
		deinterleave_4(to, from, Q, size);
}

/* ---------------------------------------------------------------- registers to memory */

INLINE void interleave_2(uint8_t *to, const union vreg *const from[4], uint32_t Q, uint32_t size)
{
	elements_8 a = vector_at(from[0]), b = vector_at(from[1]);

	put_vector(to, ZIP1(a, b, size));
	if (Q != 0)
		put_vector(to + 16, ZIP2(a, b, size));
}

INLINE void interleave_3(uint8_t *to, const union vreg *const from[4], uint32_t Q, uint32_t size)
{
	for (unsigned s = 0; s < 3; s++)
		for (unsigned e = 0; e < (8u << Q) >> size; e++)
			memcpy(to + ((3 * e + s) << size), &from[s]->b[e << size], 1u << size);
}

INLINE void interleave_4(uint8_t *to, const union vreg *const from[4], uint32_t Q, uint32_t size)
{
	elements_8 a = vector_at(from[0]), b = vector_at(from[1]);
	elements_8 c = vector_at(from[2]), d = vector_at(from[3]);
	elements_8 low_ac = ZIP1(a, c, size), low_bd = ZIP1(b, d, size);
	elements_8 high_ac = ZIP2(a, c, size), high_bd = ZIP2(b, d, size);

	put_vector(to, ZIP1(low_ac, low_bd, size));
	put_vector(to + 16, ZIP2(low_ac, low_bd, size));
	if (Q == 0)
		return;
	put_vector(to + 32, ZIP1(high_ac, high_bd, size));
	put_vector(to + 48, ZIP2(high_ac, high_bd, size));
}

INLINE void interleave(uint8_t *to, const union vreg *const from[4], unsigned selem, uint32_t Q,
		       uint32_t size)
{
	if (selem == 2)
		interleave_2(to, from, Q, size);
	else if (selem == 3)
		interleave_3(to, from, Q, size);
	else
		interleave_4(to, from, Q, size);
}

#endif
