/*
 * What the semantics of Advanced SIMD floating point share: an operation on all elements, by the
 * host's unit where simd_fp_host.h can; else by the functions of the pseudocode, in the observed
 * instantiation, to which the fast one leaves it (OUTCOME_MISS). Half precision has no host.
 */
#ifndef CPU_SIMD_FP_H
#define CPU_SIMD_FP_H

#include "simd_fp_host.h"

#define MISS ((struct outcome){OUTCOME_MISS, 0})

/* What is done to each element, of N bits. */
typedef uint64_t fp_unary(unsigned N, uint64_t element, struct fp_env *fp);
typedef uint64_t fp_binary(unsigned N, uint64_t element1, uint64_t element2, struct fp_env *fp);

/* The result of a comparison. */
INLINE uint64_t all_ones_if(bool holds)
{
	return -(uint64_t)holds;
}

/* The same element in all places. */
INLINE union vreg replicated(unsigned esize, uint64_t element)
{
	union vreg result;

	for (unsigned e = 0; e < 128 / esize; e++)
		set_Elem(&result, e, esize, element);
	return result;
}

/* What is above the elements is 0. */
INLINE union vreg cleared_above(struct shape s, union vreg v)
{
	unsigned bits = s.esize * s.elements;
	uint64_t low = UINT64_MAX >> (bits < 64 ? 64 - bits : 0),
		 high = bits == 128 ? UINT64_MAX : 0;

	return (union packed){.bits = packed(&v).bits & (bits128){low, high}}.v;
}

INLINE struct outcome unary(struct ctx *x, struct shape s, uint32_t Rd, const union vreg *operand,
			    host_unary *host, fp_unary *op)
{
	union vreg result;

	if (s.esize == 16 || !host(s, operand, &result, &x->cpu->fp)) {
		if (x->fast)
			return MISS;
		for (unsigned e = 0; e < s.elements; e++)
			set_Elem(&result, e, s.esize,
				 op(s.esize, Elem(operand, e, s.esize), &x->cpu->fp));
	}
	set_V(x, Rd, cleared_above(s, result));
	return NEXT;
}

/* False: OUTCOME_MISS. */
INLINE bool binary_result(struct ctx *x, struct shape s, const union vreg *operand1,
			  const union vreg *operand2, union vreg *result, host_binary *host,
			  fp_binary *op)
{
	if (s.esize != 16 && host(s, operand1, operand2, result, &x->cpu->fp))
		return true;
	if (x->fast)
		return false;
	for (unsigned e = 0; e < s.elements; e++)
		set_Elem(result, e, s.esize,
			 op(s.esize, Elem(operand1, e, s.esize), Elem(operand2, e, s.esize),
			    &x->cpu->fp));
	return true;
}

INLINE struct outcome binary(struct ctx *x, struct shape s, uint32_t Rd, const union vreg *operand1,
			     const union vreg *operand2, host_binary *host, fp_binary *op)
{
	union vreg result;

	if (!binary_result(x, s, operand1, operand2, &result, host, op))
		return MISS;
	set_V(x, Rd, cleared_above(s, result));
	return NEXT;
}

/* FMLA; FMLS, which negates element1. */
INLINE struct outcome multiply_add(struct ctx *x, struct shape s, uint32_t Rd,
				   const union vreg *operand1, const union vreg *operand2,
				   bool sub_op)
{
	const union vreg *operand3 = V(x, Rd);
	union vreg result;

	if (s.esize == 16 ||
	    !host_mul_add(s, sub_op, operand3, operand1, operand2, &result, &x->cpu->fp)) {
		if (x->fast)
			return MISS;
		for (unsigned e = 0; e < s.elements; e++) {
			uint64_t element1 = Elem(operand1, e, s.esize);

			if (sub_op)
				element1 = FPNeg(s.esize, element1);
			set_Elem(&result, e, s.esize,
				 FPMulAdd(s.esize, Elem(operand3, e, s.esize), element1,
					  Elem(operand2, e, s.esize), &x->cpu->fp));
		}
	}
	set_V(x, Rd, cleared_above(s, result));
	return NEXT;
}

/* FMLAL, FMLSL: half-precision elements from that of number `part` times elements of operand1,
 * single-precision sums. */
INLINE struct outcome multiply_add_long(struct ctx *x, uint32_t Q, unsigned part, uint32_t Rd,
					uint32_t Rn, const union vreg *operand2, bool sub_op)
{
	const struct shape s = vector(Q, 32);
	const union vreg *operand1 = V(x, Rn), *operand3 = V(x, Rd);
	union vreg result;

	for (unsigned e = 0; e < s.elements; e++) {
		unsigned at = part * s.elements + e;
		uint64_t element1 = Elem(operand1, at, 16);

		if (sub_op)
			element1 = FPNeg(16, element1);
		set_Elem(&result, e, 32,
			 FPMulAddH(Elem(operand3, e, 32), element1, Elem(operand2, at, 16),
				   &x->cpu->fp));
	}
	set_V(x, Rd, cleared_above(s, result));
	return NEXT;
}

/* What is only done by the functions of the pseudocode. */
INLINE bool no_host_unary(struct shape s, const union vreg *operand, union vreg *result,
			  const struct fp_env *fp)
{
	(void)s, (void)operand, (void)result, (void)fp;
	return false;
}

INLINE bool no_host_binary(struct shape s, const union vreg *operand1, const union vreg *operand2,
			   union vreg *result, const struct fp_env *fp)
{
	(void)s, (void)operand1, (void)operand2, (void)result, (void)fp;
	return false;
}

#endif
