/*
 * Advanced SIMD: elements, and the ways instructions go through them. What happens to an element is
 * an operation of simd_ops.h; after inlining its size is a constant wherever the decoder knows it.
 */
#ifndef CPU_SIMD_H
#define CPU_SIMD_H

#include "elem.h"

/* The pseudocode's integer: no sum, product or shift of elements leaves its range. */
typedef __int128 integer;

/*
 * Elements of esize bits, and whether Int() takes them as unsigned. Of what is half as long as the
 * other operands (Vpart[]), `first` is where the half begins.
 */
struct lanes {
	unsigned esize, elements, first;
	bool is_unsigned;
};

/* Of a vector of 64 or 128 bits. */
INLINE struct lanes signed_lanes(uint32_t Q, uint32_t size)
{
	return (struct lanes){8u << size, (Q != 0 ? 16u : 8u) >> size, 0, false};
}

INLINE struct lanes unsigned_lanes(uint32_t Q, uint32_t size)
{
	return (struct lanes){8u << size, (Q != 0 ? 16u : 8u) >> size, 0, true};
}

/* Of the lower (part 0) or upper half of a vector. */
INLINE struct lanes signed_half(uint32_t part, uint32_t size)
{
	return (struct lanes){8u << size, 8u >> size, part != 0 ? 8u >> size : 0, false};
}

INLINE struct lanes unsigned_half(uint32_t part, uint32_t size)
{
	return (struct lanes){8u << size, 8u >> size, part != 0 ? 8u >> size : 0, true};
}

/* Of a scalar. */
INLINE struct lanes signed_lane(uint32_t size)
{
	return (struct lanes){8u << size, 1, 0, false};
}

INLINE struct lanes unsigned_lane(uint32_t size)
{
	return (struct lanes){8u << size, 1, 0, true};
}

enum { SIZE_B, SIZE_H, SIZE_S, SIZE_D };

/* Extend(): an element in 64 bits. */
INLINE uint64_t Extend(struct lanes l, uint64_t element)
{
	switch (l.esize) {
	case 8:
		return l.is_unsigned ? (uint8_t)element : (uint64_t)(int8_t)element;
	case 16:
		return l.is_unsigned ? (uint16_t)element : (uint64_t)(int16_t)element;
	case 32:
		return l.is_unsigned ? (uint32_t)element : (uint64_t)(int32_t)element;
	default:
		return element;
	}
}

/* Int() */
INLINE integer Int(struct lanes l, uint64_t element)
{
	return l.is_unsigned ? (integer)Extend(l, element) : (int64_t)Extend(l, element);
}

/* The same elements, twice as wide. */
INLINE struct lanes widened(struct lanes l)
{
	return (struct lanes){2 * l.esize, l.elements, 0, l.is_unsigned};
}

/* The same elements, of which Int() is unsigned. */
INLINE struct lanes as_unsigned(struct lanes l)
{
	return (struct lanes){l.esize, l.elements, l.first, true};
}

INLINE struct lanes as_signed(struct lanes l)
{
	return (struct lanes){l.esize, l.elements, l.first, false};
}

/* ---------------------------------------------------------------- operations on elements */

typedef uint64_t unary_op(struct cpu *cpu, struct lanes l, uint64_t a);
typedef uint64_t binary_op(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b);
/* d is the element of the destination. */
typedef uint64_t ternary_op(struct cpu *cpu, struct lanes l, uint64_t d, uint64_t a, uint64_t b);

/* A result whose upper elements are 0 where nothing else is said. */
#define VECTOR_OF_ZEROS ((union vreg){.d = {0, 0}})

INLINE struct outcome unary(const struct ctx *x, struct lanes l, uint32_t Rd, uint32_t Rn,
			    unary_op *op)
{
	const union vreg n = *V(x, Rn);
	union vreg result = VECTOR_OF_ZEROS;

	for (unsigned e = 0; e < l.elements; e++)
		set_Elem(&result, e, l.esize, op(x->cpu, l, Elem(&n, e, l.esize)));
	set_V(x, Rd, result);
	return NEXT;
}

INLINE struct outcome binary(const struct ctx *x, struct lanes l, uint32_t Rd, uint32_t Rn,
			     uint32_t Rm, binary_op *op)
{
	const union vreg n = *V(x, Rn), m = *V(x, Rm);
	union vreg result = VECTOR_OF_ZEROS;

	for (unsigned e = 0; e < l.elements; e++)
		set_Elem(&result, e, l.esize,
			 op(x->cpu, l, Elem(&n, e, l.esize), Elem(&m, e, l.esize)));
	set_V(x, Rd, result);
	return NEXT;
}

INLINE struct outcome ternary(const struct ctx *x, struct lanes l, uint32_t Rd, uint32_t Rn,
			      uint32_t Rm, ternary_op *op)
{
	const union vreg n = *V(x, Rn), m = *V(x, Rm), d = *V(x, Rd);
	union vreg result = VECTOR_OF_ZEROS;

	for (unsigned e = 0; e < l.elements; e++)
		set_Elem(&result, e, l.esize,
			 op(x->cpu, l, Elem(&d, e, l.esize), Elem(&n, e, l.esize),
			    Elem(&m, e, l.esize)));
	set_V(x, Rd, result);
	return NEXT;
}

/* With one second operand for all: a shift, an indexed element. */
INLINE struct outcome binary_by(const struct ctx *x, struct lanes l, uint32_t Rd, uint32_t Rn,
				uint64_t by, binary_op *op)
{
	const union vreg n = *V(x, Rn);
	union vreg result = VECTOR_OF_ZEROS;

	for (unsigned e = 0; e < l.elements; e++)
		set_Elem(&result, e, l.esize, op(x->cpu, l, Elem(&n, e, l.esize), by));
	set_V(x, Rd, result);
	return NEXT;
}

INLINE struct outcome ternary_by(const struct ctx *x, struct lanes l, uint32_t Rd, uint32_t Rn,
				 uint64_t by, ternary_op *op)
{
	const union vreg n = *V(x, Rn), d = *V(x, Rd);
	union vreg result = VECTOR_OF_ZEROS;

	for (unsigned e = 0; e < l.elements; e++)
		set_Elem(&result, e, l.esize,
			 op(x->cpu, l, Elem(&d, e, l.esize), Elem(&n, e, l.esize), by));
	set_V(x, Rd, result);
	return NEXT;
}

/* ---------------------------------------------------------------- long, wide, narrow */

/*
 * Sources of 64 bits, halves of their registers, and results of twice the size; or one element.
 * l is of the narrow elements.
 */
INLINE struct outcome binary_long(const struct ctx *x, struct lanes l, uint32_t Rd, uint32_t Rn,
				  uint32_t Rm, binary_op *op)
{
	const union vreg n = *V(x, Rn), m = *V(x, Rm);
	union vreg result = VECTOR_OF_ZEROS;

	for (unsigned e = 0; e < l.elements; e++)
		set_Elem(&result, e, 2 * l.esize,
			 op(x->cpu, l, Elem(&n, l.first + e, l.esize),
			    Elem(&m, l.first + e, l.esize)));
	set_V(x, Rd, result);
	return NEXT;
}

INLINE struct outcome ternary_long(const struct ctx *x, struct lanes l, uint32_t Rd, uint32_t Rn,
				   uint32_t Rm, ternary_op *op)
{
	const union vreg n = *V(x, Rn), m = *V(x, Rm), d = *V(x, Rd);
	union vreg result = VECTOR_OF_ZEROS;

	for (unsigned e = 0; e < l.elements; e++)
		set_Elem(&result, e, 2 * l.esize,
			 op(x->cpu, l, Elem(&d, e, 2 * l.esize), Elem(&n, l.first + e, l.esize),
			    Elem(&m, l.first + e, l.esize)));
	set_V(x, Rd, result);
	return NEXT;
}

INLINE struct outcome binary_long_by(const struct ctx *x, struct lanes l, uint32_t Rd, uint32_t Rn,
				     uint64_t by, binary_op *op)
{
	const union vreg n = *V(x, Rn);
	union vreg result = VECTOR_OF_ZEROS;

	for (unsigned e = 0; e < l.elements; e++)
		set_Elem(&result, e, 2 * l.esize,
			 op(x->cpu, l, Elem(&n, l.first + e, l.esize), by));
	set_V(x, Rd, result);
	return NEXT;
}

INLINE struct outcome ternary_long_by(const struct ctx *x, struct lanes l, uint32_t Rd, uint32_t Rn,
				      uint64_t by, ternary_op *op)
{
	const union vreg n = *V(x, Rn), d = *V(x, Rd);
	union vreg result = VECTOR_OF_ZEROS;

	for (unsigned e = 0; e < l.elements; e++)
		set_Elem(&result, e, 2 * l.esize,
			 op(x->cpu, l, Elem(&d, e, 2 * l.esize), Elem(&n, l.first + e, l.esize),
			    by));
	set_V(x, Rd, result);
	return NEXT;
}

/* The first source is as wide as the result. */
INLINE struct outcome binary_wide(const struct ctx *x, struct lanes l, uint32_t Rd, uint32_t Rn,
				  uint32_t Rm, binary_op *op)
{
	const union vreg n = *V(x, Rn), m = *V(x, Rm);
	union vreg result = VECTOR_OF_ZEROS;

	for (unsigned e = 0; e < l.elements; e++)
		set_Elem(&result, e, 2 * l.esize,
			 op(x->cpu, widened(l), Elem(&n, e, 2 * l.esize),
			    Extend(l, Elem(&m, l.first + e, l.esize))));
	set_V(x, Rd, result);
	return NEXT;
}

/* A lower half clears the upper one, an upper half leaves the lower one. */
INLINE union vreg narrow_destination(const struct ctx *x, struct lanes l, uint32_t Rd)
{
	return (union vreg){.d = {l.first != 0 ? V(x, Rd)->d[0] : 0, 0}};
}

INLINE struct outcome binary_narrow(const struct ctx *x, struct lanes l, uint32_t Rd, uint32_t Rn,
				    uint32_t Rm, binary_op *op)
{
	const union vreg n = *V(x, Rn), m = *V(x, Rm);
	union vreg result = narrow_destination(x, l, Rd);

	for (unsigned e = 0; e < l.elements; e++)
		set_Elem(&result, l.first + e, l.esize,
			 op(x->cpu, l, Elem(&n, e, 2 * l.esize), Elem(&m, e, 2 * l.esize)));
	set_V(x, Rd, result);
	return NEXT;
}

INLINE struct outcome narrow_by(const struct ctx *x, struct lanes l, uint32_t Rd, uint32_t Rn,
				uint64_t by, binary_op *op)
{
	const union vreg n = *V(x, Rn);
	union vreg result = narrow_destination(x, l, Rd);

	for (unsigned e = 0; e < l.elements; e++)
		set_Elem(&result, l.first + e, l.esize,
			 op(x->cpu, l, Elem(&n, e, 2 * l.esize), by));
	set_V(x, Rd, result);
	return NEXT;
}

/* ---------------------------------------------------------------- dot product */

/* Each 32-bit element accumulates the products of its four bytes. */
INLINE struct outcome dot_product(const struct ctx *x, struct lanes l, uint32_t Rd, uint32_t Rn,
				  union vreg m)
{
	const union vreg n = *V(x, Rn);
	union vreg result = VECTOR_OF_ZEROS;

	for (unsigned e = 0; e < l.elements / 4; e++) {
		uint64_t sum = V(x, Rd)->s[e];

		for (unsigned b = 4 * e; b < 4 * e + 4; b++)
			sum += Extend(l, n.b[b]) * Extend(l, m.b[b]);
		result.s[e] = (uint32_t)sum;
	}
	set_V(x, Rd, result);
	return NEXT;
}

/* ---------------------------------------------------------------- shift amounts */

/* immh:immb says the size by its highest bit set. */
INLINE uint32_t immediate_size(uint32_t imm)
{
	return imm >= 64 ? SIZE_D : imm >= 32 ? SIZE_S : imm >= 16 ? SIZE_H : SIZE_B;
}

INLINE uint32_t right_shift(uint32_t imm)
{
	return (16u << immediate_size(imm)) - imm;
}

INLINE uint32_t left_shift(uint32_t imm)
{
	return imm - (8u << immediate_size(imm));
}

/* ---------------------------------------------------------------- copies */

/* imm5 says the size by its lowest bit set; the bits above are the index. */
INLINE uint32_t copy_size(uint32_t imm5)
{
	return (imm5 & 1) != 0   ? SIZE_B
	       : (imm5 & 2) != 0 ? SIZE_H
	       : (imm5 & 4) != 0 ? SIZE_S
				 : SIZE_D;
}

INLINE uint64_t copied_element(const struct ctx *x, uint32_t Rn, uint32_t imm5)
{
	switch (copy_size(imm5)) {
	case SIZE_B:
		return V(x, Rn)->b[imm5 >> 1];
	case SIZE_H:
		return V(x, Rn)->h[imm5 >> 2];
	case SIZE_S:
		return V(x, Rn)->s[imm5 >> 3];
	default:
		return V(x, Rn)->d[imm5 >> 4];
	}
}

#endif
