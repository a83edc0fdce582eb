/*
 * Operations on elements, as the loops of the pseudocode have them. What is exact in 64 bits, or
 * modulo the element's size, is computed there; the rest in integer.
 */
#ifndef CPU_SIMD_OPS_H
#define CPU_SIMD_OPS_H

#include "fp.h"
#include "simd.h"

/* ---------------------------------------------------------------- saturation */

/* SatQ() to elements of l; where it saturates, FPSR.QC = '1'. */
INLINE uint64_t SatQ(struct cpu *cpu, struct lanes l, integer i)
{
	const integer one = 1;
	const integer max = (one << (l.is_unsigned ? l.esize : l.esize - 1)) - 1;
	const integer min = l.is_unsigned ? 0 : -max - 1;

	if (i > max || i < min) {
		cpu->fpsr |= FPSR_QC;
		i = i > max ? max : min;
	}
	return (uint64_t)i;
}

/* ---------------------------------------------------------------- logic */

INLINE uint64_t op_and(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu, (void)l;
	return a & b;
}

INLINE uint64_t op_and_not(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu, (void)l;
	return a & ~b;
}

INLINE uint64_t op_or(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu, (void)l;
	return a | b;
}

INLINE uint64_t op_or_not(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu, (void)l;
	return a | ~b;
}

INLINE uint64_t op_exclusive_or(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu, (void)l;
	return a ^ b;
}

/* ---------------------------------------------------------------- addition */

INLINE uint64_t op_add(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return Extend(l, a) + Extend(l, b);
}

INLINE uint64_t op_subtract(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return Extend(l, a) - Extend(l, b);
}

INLINE uint64_t op_halving_add(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return (Extend(l, a) + Extend(l, b)) >> 1;
}

INLINE uint64_t op_rounding_halving_add(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return (Extend(l, a) + Extend(l, b) + 1) >> 1;
}

INLINE uint64_t op_halving_subtract(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return (Extend(l, a) - Extend(l, b)) >> 1;
}

INLINE uint64_t op_saturating_add(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	return SatQ(cpu, l, Int(l, a) + Int(l, b));
}

INLINE uint64_t op_saturating_subtract(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	return SatQ(cpu, l, Int(l, a) - Int(l, b));
}

/* SUQADD, USQADD: to the sum of l, an element of the other signedness. */
INLINE uint64_t op_saturating_accumulate(struct cpu *cpu, struct lanes l, uint64_t d, uint64_t a)
{
	const integer other = l.is_unsigned ? Int(as_signed(l), a) : Int(as_unsigned(l), a);

	return SatQ(cpu, l, Int(l, d) + other);
}

/* The upper half of a sum of two wide elements. */
INLINE uint64_t op_add_high(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return (a + b) >> l.esize;
}

INLINE uint64_t op_subtract_high(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return (a - b) >> l.esize;
}

INLINE uint64_t op_rounding_add_high(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return (a + b + (UINT64_C(1) << (l.esize - 1))) >> l.esize;
}

INLINE uint64_t op_rounding_subtract_high(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return (a - b + (UINT64_C(1) << (l.esize - 1))) >> l.esize;
}

/* ---------------------------------------------------------------- comparison */

INLINE uint64_t ones_if(struct lanes l, bool cond)
{
	return cond ? ~UINT64_C(0) >> (64 - l.esize) : 0;
}

INLINE bool is_greater(struct lanes l, uint64_t a, uint64_t b)
{
	if (l.is_unsigned)
		return Extend(l, a) > Extend(l, b);
	return (int64_t)Extend(l, a) > (int64_t)Extend(l, b);
}

INLINE uint64_t op_compare_greater(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return ones_if(l, is_greater(l, a, b));
}

INLINE uint64_t op_compare_greater_equal(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return ones_if(l, !is_greater(l, b, a));
}

INLINE uint64_t op_compare_less(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return ones_if(l, is_greater(l, b, a));
}

INLINE uint64_t op_compare_less_equal(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return ones_if(l, !is_greater(l, a, b));
}

INLINE uint64_t op_compare_equal(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return ones_if(l, a == b);
}

INLINE uint64_t op_compare_test(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return ones_if(l, (a & b) != 0);
}

INLINE uint64_t op_maximum(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return is_greater(l, a, b) ? a : b;
}

INLINE uint64_t op_minimum(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return is_greater(l, a, b) ? b : a;
}

INLINE uint64_t op_absolute_difference(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return is_greater(l, a, b) ? Extend(l, a) - Extend(l, b) : Extend(l, b) - Extend(l, a);
}

INLINE uint64_t op_absolute_difference_add(struct cpu *cpu, struct lanes l, uint64_t d, uint64_t a,
					   uint64_t b)
{
	return d + op_absolute_difference(cpu, l, a, b);
}

/* ---------------------------------------------------------------- multiplication */

INLINE uint64_t op_multiply(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return Extend(l, a) * Extend(l, b);
}

INLINE uint64_t op_multiply_add(struct cpu *cpu, struct lanes l, uint64_t d, uint64_t a, uint64_t b)
{
	(void)cpu;
	return d + Extend(l, a) * Extend(l, b);
}

INLINE uint64_t op_multiply_subtract(struct cpu *cpu, struct lanes l, uint64_t d, uint64_t a,
				     uint64_t b)
{
	(void)cpu;
	return d - Extend(l, a) * Extend(l, b);
}

/* SQDMULL, SQDMLAL, SQDMLSL: the product saturates, then the sum. */
INLINE uint64_t op_doubling_multiply(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	return SatQ(cpu, widened(l), 2 * Int(l, a) * Int(l, b));
}

INLINE uint64_t op_doubling_multiply_add(struct cpu *cpu, struct lanes l, uint64_t d, uint64_t a,
					 uint64_t b)
{
	return op_saturating_add(cpu, widened(l), d, op_doubling_multiply(cpu, l, a, b));
}

INLINE uint64_t op_doubling_multiply_subtract(struct cpu *cpu, struct lanes l, uint64_t d,
					      uint64_t a, uint64_t b)
{
	return op_saturating_subtract(cpu, widened(l), d, op_doubling_multiply(cpu, l, a, b));
}

INLINE uint64_t op_doubling_multiply_high(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	return SatQ(cpu, l, (2 * Int(l, a) * Int(l, b)) >> l.esize);
}

INLINE uint64_t op_rounding_doubling_multiply_high(struct cpu *cpu, struct lanes l, uint64_t a,
						   uint64_t b)
{
	const integer round_const = (integer)1 << (l.esize - 1);

	return SatQ(cpu, l, (2 * Int(l, a) * Int(l, b) + round_const) >> l.esize);
}

/* SQRDMLAH, SQRDMLSH: one rounding, of the sum. */
INLINE uint64_t op_rounding_doubling_add(struct cpu *cpu, struct lanes l, uint64_t d, uint64_t a,
					 uint64_t b)
{
	const integer one = 1;
	const integer accum =
		Int(l, d) * (one << l.esize) + 2 * Int(l, a) * Int(l, b) + (one << (l.esize - 1));

	return SatQ(cpu, l, accum >> l.esize);
}

INLINE uint64_t op_rounding_doubling_subtract(struct cpu *cpu, struct lanes l, uint64_t d,
					      uint64_t a, uint64_t b)
{
	const integer one = 1;
	const integer accum =
		Int(l, d) * (one << l.esize) - 2 * Int(l, a) * Int(l, b) + (one << (l.esize - 1));

	return SatQ(cpu, l, accum >> l.esize);
}

/* PolynomialMult() of bytes. */
INLINE uint64_t op_polynomial_multiply(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	uint64_t result = 0;

	(void)cpu, (void)l;
	for (unsigned bit = 0; bit < 8; bit++)
		result ^= (a >> bit & 1) != 0 ? b << bit : 0;
	return result;
}

/* ---------------------------------------------------------------- shifts */

/*
 * Left by n, or right if it is negative: round and saturate as the instruction does. A shift by
 * more than the element's size is done as one that gives the same: to the right by one more leaves
 * the sign, rounded 0; to the left, a number that no element holds and whose lower 64 bits are 0.
 */
INLINE integer shifted_element(struct lanes l, integer element, int n, bool rounding)
{
	const int esize = (int)l.esize;
	const integer one = 1;

	if (n >= esize)
		return element == 0 ? 0 : element > 0 ? one << 100 : -(one << 100);
	if (n >= 0)
		return element * (one << n);

	const int right = -n > esize ? esize + 1 : -n;

	return (element + (rounding ? one << (right - 1) : 0)) >> right;
}

INLINE uint64_t op_shift(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	const int n = (int8_t)b, esize = (int)l.esize;

	(void)cpu;
	if (n >= 0)
		return n < esize ? a << n : 0;
	if (l.is_unsigned)
		return -n < esize ? Extend(l, a) >> -n : 0;
	return (uint64_t)((int64_t)Extend(l, a) >> (-n < esize ? -n : esize - 1));
}

INLINE uint64_t op_rounding_shift(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	(void)cpu;
	return (uint64_t)shifted_element(l, Int(l, a), (int8_t)b, true);
}

INLINE uint64_t op_saturating_shift(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t b)
{
	return SatQ(cpu, l, shifted_element(l, Int(l, a), (int8_t)b, false));
}

INLINE uint64_t op_saturating_rounding_shift(struct cpu *cpu, struct lanes l, uint64_t a,
					     uint64_t b)
{
	return SatQ(cpu, l, shifted_element(l, Int(l, a), (int8_t)b, true));
}

/* SQSHLU: of a signed element to an unsigned one. */
INLINE uint64_t op_saturating_shift_unsigned(struct cpu *cpu, struct lanes l, uint64_t a,
					     uint64_t b)
{
	return SatQ(cpu, as_unsigned(l), shifted_element(l, Int(l, a), (int8_t)b, false));
}

/* By an immediate: left by 0 to esize - 1, right by 1 to esize. */
INLINE uint64_t op_shift_left(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t shift)
{
	(void)cpu, (void)l;
	return a << shift;
}

INLINE uint64_t op_shift_right(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t shift)
{
	(void)cpu;
	if (l.is_unsigned)
		return shift < 64 ? Extend(l, a) >> shift : 0;
	return (uint64_t)((int64_t)Extend(l, a) >> (shift < 64 ? shift : 63));
}

INLINE uint64_t op_shift_right_add(struct cpu *cpu, struct lanes l, uint64_t d, uint64_t a,
				   uint64_t shift)
{
	return d + op_shift_right(cpu, l, a, shift);
}

INLINE uint64_t op_rounding_shift_right(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t shift)
{
	(void)cpu;
	return (uint64_t)((Int(l, a) + ((integer)1 << (shift - 1))) >> shift);
}

INLINE uint64_t op_rounding_shift_right_add(struct cpu *cpu, struct lanes l, uint64_t d, uint64_t a,
					    uint64_t shift)
{
	return d + op_rounding_shift_right(cpu, l, a, shift);
}

/* SLI and SRI leave the bits of the destination that the shift would make 0. */
INLINE uint64_t op_shift_left_insert(struct cpu *cpu, struct lanes l, uint64_t d, uint64_t a,
				     uint64_t shift)
{
	const uint64_t mask = ~UINT64_C(0) << shift;

	(void)cpu, (void)l;
	return (d & ~mask) | (a << shift);
}

INLINE uint64_t op_shift_right_insert(struct cpu *cpu, struct lanes l, uint64_t d, uint64_t a,
				      uint64_t shift)
{
	const uint64_t mask = shift == l.esize ? 0 : (~UINT64_C(0) >> (64 - l.esize)) >> shift;

	(void)cpu;
	return (d & ~mask) | (shift == l.esize ? 0 : a >> shift);
}

/* SHLL, SSHLL, USHLL */
INLINE uint64_t op_shift_left_long(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t shift)
{
	(void)cpu;
	return Extend(l, a) << shift;
}

/* ---------------------------------------------------------------- narrowing */

/* Of a wide element, the lower half of what is left after a shift of 0 to esize. */
INLINE uint64_t op_narrow(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t shift)
{
	(void)cpu, (void)l;
	return a >> shift;
}

INLINE uint64_t op_rounding_narrow(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t shift)
{
	(void)cpu, (void)l;
	return (a + (UINT64_C(1) << (shift - 1))) >> shift;
}

INLINE uint64_t op_saturating_narrow(struct cpu *cpu, struct lanes l, uint64_t a, uint64_t shift)
{
	return SatQ(cpu, l, Int(widened(l), a) >> shift);
}

INLINE uint64_t op_saturating_rounding_narrow(struct cpu *cpu, struct lanes l, uint64_t a,
					      uint64_t shift)
{
	const integer round_const = (integer)1 << (shift - 1);

	return SatQ(cpu, l, (Int(widened(l), a) + round_const) >> shift);
}

/* Of a signed element to an unsigned one. */
INLINE uint64_t op_saturating_narrow_unsigned(struct cpu *cpu, struct lanes l, uint64_t a,
					      uint64_t shift)
{
	return SatQ(cpu, as_unsigned(l), Int(widened(l), a) >> shift);
}

INLINE uint64_t op_saturating_rounding_narrow_unsigned(struct cpu *cpu, struct lanes l, uint64_t a,
						       uint64_t shift)
{
	const integer round_const = (integer)1 << (shift - 1);

	return SatQ(cpu, as_unsigned(l), (Int(widened(l), a) + round_const) >> shift);
}

/* ---------------------------------------------------------------- one operand */

INLINE uint64_t op_absolute(struct cpu *cpu, struct lanes l, uint64_t a)
{
	const uint64_t element = Extend(l, a);

	(void)cpu;
	return (int64_t)element < 0 ? -element : element;
}

INLINE uint64_t op_negate(struct cpu *cpu, struct lanes l, uint64_t a)
{
	(void)cpu, (void)l;
	return -a;
}

INLINE uint64_t op_saturating_absolute(struct cpu *cpu, struct lanes l, uint64_t a)
{
	const integer element = Int(l, a);

	return SatQ(cpu, l, element < 0 ? -element : element);
}

INLINE uint64_t op_saturating_negate(struct cpu *cpu, struct lanes l, uint64_t a)
{
	return SatQ(cpu, l, -Int(l, a));
}

#endif
