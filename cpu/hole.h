/*
 * Holes in stencils: operands that are not known when a stencil is compiled. A hole is the address
 * of a symbol that never exists, so the compiler has to use it as an immediate, and the assembler
 * leaves a relocation. To the compiler it is never 0 and never equal to anything but itself.
 */
#ifndef CPU_HOLE_H
#define CPU_HOLE_H

#include <stdint.h>

#define HOLE(name) extern char HOLE_##name[];
#include "hole.def"
#undef HOLE

#define HOLE_VALUE(name) ((uint64_t)(uintptr_t)HOLE_##name)

#define HOLE_INLINE static inline __attribute__((always_inline))

HOLE_INLINE uint64_t hole_register(uint32_t k)
{
	return k == 0   ? HOLE_VALUE(R0)
	       : k == 1 ? HOLE_VALUE(R1)
	       : k == 2 ? HOLE_VALUE(R2)
			: HOLE_VALUE(R3);
}

HOLE_INLINE uint64_t hole_vector(uint32_t k)
{
	return k == 0   ? HOLE_VALUE(Q0)
	       : k == 1 ? HOLE_VALUE(Q1)
	       : k == 2 ? HOLE_VALUE(Q2)
			: HOLE_VALUE(Q3);
}

/* It is that hole. Where the compiler can't tell it is another. */
#define HOLE_IS(value, name)                                                                       \
	(__builtin_constant_p((value) == HOLE_VALUE(name)) && (value) == HOLE_VALUE(name))

/* An instruction that takes the amount, B0 to B3, as an immediate. */
#define HOLE_SHIFT(instruction, value, amount)                                                     \
	do {                                                                                       \
		if (HOLE_IS(amount, B0))                                                           \
			HOLE_SHIFT_BY(instruction, value, HOLE_B0);                                \
		else if (HOLE_IS(amount, B1))                                                      \
			HOLE_SHIFT_BY(instruction, value, HOLE_B1);                                \
		else if (HOLE_IS(amount, B2))                                                      \
			HOLE_SHIFT_BY(instruction, value, HOLE_B2);                                \
		else                                                                               \
			HOLE_SHIFT_BY(instruction, value, HOLE_B3);                                \
	} while (0)
/* EXTR has the amount in B1. */
#define HOLE_EXTR(high, low, amount)            __asm__("shrdq %2,%1,%0" : "+r"(low) : "r"(high), "i"(HOLE_B1))
#define HOLE_SHIFT_BY(instruction, value, hole) __asm__(instruction : "+r"(value) : "i"(hole))

#endif
