/* Elements of SIMD&FP registers: Elem[] of the pseudocode, and what a vector consists of. */
#ifndef CPU_ELEM_H
#define CPU_ELEM_H

#include "ctx.h"

INLINE uint64_t Elem(const union vreg *v, unsigned e, unsigned esize)
{
	switch (esize) {
	case 8:
		return v->b[e];
	case 16:
		return v->h[e];
	case 32:
		return v->s[e];
	default:
		return v->d[e];
	}
}

INLINE void set_Elem(union vreg *v, unsigned e, unsigned esize, uint64_t value)
{
	switch (esize) {
	case 8:
		v->b[e] = (uint8_t)value;
		break;
	case 16:
		v->h[e] = (uint16_t)value;
		break;
	case 32:
		v->s[e] = (uint32_t)value;
		break;
	default:
		v->d[e] = value;
	}
}

/* The elements that an instruction works on; what is above them in its result is 0. */
struct shape {
	unsigned esize, elements;
};

INLINE struct shape vector(uint32_t Q, unsigned esize)
{
	return (struct shape){esize, (Q != 0 ? 128 : 64) / esize};
}

INLINE struct shape scalar(unsigned esize)
{
	return (struct shape){esize, 1};
}

#endif
