/*
 * Vectors by the host's unit: true where it is known to give Arm's results and exception bits, else
 * nothing has happened. What is said in fp_host.h of one element holds here: rounding to nearest; a
 * result that may be inexact only where FPSR.IXC is set; no overflow, underflow, infinity, NaN, and
 * nothing that FPCR.FZ would flush.
 */
#ifndef CPU_SIMD_FP_HOST_H
#define CPU_SIMD_FP_HOST_H

#include "elem.h"
#include "fp_host.h"

#include <float.h>

typedef bool host_unary(struct shape s, const union vreg *operand, union vreg *result,
			const struct fp_env *fp);
typedef bool host_binary(struct shape s, const union vreg *operand1, const union vreg *operand2,
			 union vreg *result, const struct fp_env *fp);

/* ---------------------------------------------------------------- one by one */

typedef struct fp_host fp_host_unary(unsigned N, uint64_t op, const struct fp_env *fp);

INLINE bool each(struct shape s, const union vreg *operand, union vreg *result,
		 const struct fp_env *fp, fp_host_unary *host)
{
	for (unsigned e = 0; e < s.elements; e++) {
		struct fp_host r = host(s.esize, Elem(operand, e, s.esize), fp);

		if (!r.ok)
			return false;
		set_Elem(result, e, s.esize, r.value);
	}
	return true;
}

/* ---------------------------------------------------------------- all at once */

typedef float singles __attribute__((vector_size(16)));
typedef double doubles __attribute__((vector_size(16)));
typedef int32_t words __attribute__((vector_size(16)));
typedef int64_t longs __attribute__((vector_size(16)));
typedef uint64_t bits128 __attribute__((vector_size(16)));

/* A register; and what is true of its elements, as elements of ones. */
union packed {
	union vreg v;
	singles s;
	doubles d;
	words w;
	longs l;
	bits128 bits;
};

/* As one vector of the host: a union is copied in halves, and to put them together again takes as
 * long as an addition. */
INLINE union packed packed(const union vreg *v)
{
	union packed a;

	memcpy(&a.bits, v, sizeof(a.bits));
	return a;
}

/* Of the elements that the instruction works on. */
INLINE bool all(struct shape s, union packed truth)
{
	unsigned bits = s.esize * s.elements;

	if (bits == 32)
		return FP_LIKELY(truth.v.s[0] == UINT32_MAX);
	return FP_LIKELY((truth.v.d[0] & (bits == 128 ? truth.v.d[1] : UINT64_MAX)) == UINT64_MAX);
}

INLINE union packed less_or_equal(struct shape s, union packed a, union packed b)
{
	if (s.esize == 64)
		return (union packed){.bits = (bits128)(a.d <= b.d)};
	return (union packed){.bits = (bits128)(a.s <= b.s)};
}

INLINE union packed equal(struct shape s, union packed a, union packed b)
{
	if (s.esize == 64)
		return (union packed){.bits = (bits128)(a.d == b.d)};
	return (union packed){.bits = (bits128)(a.s == b.s)};
}

INLINE union packed less(struct shape s, union packed a, union packed b)
{
	if (s.esize == 64)
		return (union packed){.bits = (bits128)(a.d < b.d)};
	return (union packed){.bits = (bits128)(a.s < b.s)};
}

INLINE union packed both(union packed a, union packed b)
{
	return (union packed){.bits = a.bits & b.bits};
}

INLINE union packed either(union packed a, union packed b)
{
	return (union packed){.bits = a.bits | b.bits};
}

INLINE union packed constant(struct shape s, double d, float f)
{
	if (s.esize == 64)
		return (union packed){.d = {d, d}};
	return (union packed){.s = {f, f, f, f}};
}

INLINE union packed sign(struct shape s)
{
	return constant(s, -0.0, -0.0f);
}

INLINE union packed magnitude(struct shape s, union packed a)
{
	return (union packed){.bits = a.bits & ~sign(s).bits};
}

INLINE union packed is_zero(struct shape s, union packed a)
{
	return equal(s, a, constant(s, 0, 0));
}

INLINE union packed is_finite(struct shape s, union packed a)
{
	return less_or_equal(s, magnitude(s, a), constant(s, DBL_MAX, FLT_MAX));
}

/* Normal, and not near the smallest. */
INLINE union packed is_normal(struct shape s, union packed a)
{
	return both(is_finite(s, a),
		    less_or_equal(s, constant(s, 2 * DBL_MIN, 2 * FLT_MIN), magnitude(s, a)));
}

/* None that FPCR.FZ would flush. */
INLINE bool all_free(struct shape s, union packed a, const struct fp_env *fp)
{
	const union packed smallest = constant(s, DBL_MIN, FLT_MIN);

	return FP_LIKELY((fp->fpcr & FPCR_FZ) == 0) ||
	       all(s, either(is_zero(s, a), less_or_equal(s, smallest, magnitude(s, a))));
}

/* The even elements of a, then of b, and the odd ones. */
INLINE void even_and_odd(struct shape s, const union vreg *a, const union vreg *b, union vreg *even,
			 union vreg *odd)
{
	if (s.esize == 32 && s.elements == 4) {
		singles u = packed(a).s, v = packed(b).s;

		*even = (union packed){.s = {u[0], u[2], v[0], v[2]}}.v;
		*odd = (union packed){.s = {u[1], u[3], v[1], v[3]}}.v;
		return;
	}
	if (s.esize == 32) {
		singles u = packed(a).s, v = packed(b).s;

		*even = (union packed){.s = {u[0], v[0], 0, 0}}.v;
		*odd = (union packed){.s = {u[1], v[1], 0, 0}}.v;
		return;
	}
	for (unsigned e = 0; e < s.elements; e++) {
		const union vreg *from = 2 * e < s.elements ? a : b;

		set_Elem(even, e, s.esize, Elem(from, 2 * e % s.elements, s.esize));
		set_Elem(odd, e, s.esize, Elem(from, 2 * e % s.elements + 1, s.esize));
	}
}

/* ---------------------------------------------------------------- arithmetic */

INLINE union packed add(struct shape s, union packed a, union packed b)
{
	return s.esize == 64 ? (union packed){.d = a.d + b.d} : (union packed){.s = a.s + b.s};
}

INLINE union packed sub(struct shape s, union packed a, union packed b)
{
	return s.esize == 64 ? (union packed){.d = a.d - b.d} : (union packed){.s = a.s - b.s};
}

INLINE union packed mul(struct shape s, union packed a, union packed b)
{
	return s.esize == 64 ? (union packed){.d = a.d * b.d} : (union packed){.s = a.s * b.s};
}

INLINE union packed negative(struct shape s, union packed a)
{
	return (union packed){.bits = a.bits ^ sign(s).bits};
}

/* addend + a * b, rounded once: where fp_has_fma(). */
INLINE union packed fused(struct shape s, union packed addend, union packed a, union packed b)
{
#ifdef __x86_64__
	if (s.esize == 64)
		__asm__("vfmadd231pd %2, %1, %0" : "+x"(addend.d) : "x"(a.d), "x"(b.d));
	else
		__asm__("vfmadd231ps %2, %1, %0" : "+x"(addend.s) : "x"(a.s), "x"(b.s));
#else
	(void)s, (void)a, (void)b;
#endif
	return addend;
}

/* The error of sum = a + b is computed without error (Knuth's TwoSum). */
INLINE union packed exact_sum(struct shape s, union packed a, union packed b, union packed sum)
{
	union packed b_in_sum = sub(s, sum, a);

	return is_zero(s, add(s, sub(s, a, sub(s, sum, b_in_sum)), sub(s, b, b_in_sum)));
}

/* So large that the last place of a product of this size, exact, is a number. */
INLINE union packed has_room(struct shape s, union packed a)
{
	return both(is_finite(s, a),
		    less_or_equal(s, constant(s, 0x1p-960, 0x1p-100), magnitude(s, a)));
}

INLINE union packed exact_product(struct shape s, union packed a, union packed b,
				  union packed product)
{
	return both(has_room(s, product), is_zero(s, fused(s, negative(s, product), a, b)));
}

/* The host rounds as the guest does and flushes as little. */
INLINE bool as_host(struct shape s, union packed a, union packed b, const struct fp_env *fp)
{
	return fp_to_nearest(fp) && all_free(s, a, fp) && all_free(s, b, fp);
}

INLINE bool sum_is_right(struct shape s, union packed a, union packed b, union packed sum,
			 const struct fp_env *fp)
{
	return as_host(s, a, b, fp) && all_free(s, sum, fp) && all(s, is_finite(s, sum)) &&
	       (fp_is_inexact(fp) || all(s, exact_sum(s, a, b, sum)));
}

INLINE bool host_add(struct shape s, const union vreg *operand1, const union vreg *operand2,
		     union vreg *result, const struct fp_env *fp)
{
	union packed a = packed(operand1), b = packed(operand2), sum = add(s, a, b);

	*result = sum.v;
	return sum_is_right(s, a, b, sum, fp);
}

INLINE bool host_sub(struct shape s, const union vreg *operand1, const union vreg *operand2,
		     union vreg *result, const struct fp_env *fp)
{
	/* The sign of a NaN does not matter: it is refused. */
	union packed a = packed(operand1), b = negative(s, packed(operand2)), sum = add(s, a, b);

	*result = sum.v;
	return sum_is_right(s, a, b, sum, fp);
}

/* Also FMULX: zero times infinity is refused. */
INLINE bool host_mul(struct shape s, const union vreg *operand1, const union vreg *operand2,
		     union vreg *result, const struct fp_env *fp)
{
	union packed a = packed(operand1), b = packed(operand2), product = mul(s, a, b);
	union packed of_zero = both(is_zero(s, product), either(is_zero(s, a), is_zero(s, b)));

	*result = product.v;
	if (!as_host(s, a, b, fp))
		return false;
	if (fp_is_inexact(fp))
		return all(s, either(is_normal(s, product), of_zero));
	return fp_has_fma() && all(s, either(exact_product(s, a, b, product), of_zero));
}

INLINE bool host_div(struct shape s, const union vreg *operand1, const union vreg *operand2,
		     union vreg *result, const struct fp_env *fp)
{
	union packed a = packed(operand1), b = packed(operand2), quotient;

	if (s.esize == 64)
		quotient.d = a.d / b.d;
	else
		quotient.s = a.s / b.s;
	*result = quotient.v;
	if (!as_host(s, a, b, fp) || !all(s, is_normal(s, quotient)))
		return false;
	return fp_is_inexact(fp) ||
	       (fp_has_fma() &&
		all(s, both(has_room(s, a), is_zero(s, fused(s, a, negative(s, quotient), b)))));
}

INLINE union packed square_root(struct shape s, union packed a)
{
#ifdef __x86_64__
	if (s.esize == 64)
		return (union packed){.d = (doubles)_mm_sqrt_pd((__m128d)a.d)};
	return (union packed){.s = (singles)_mm_sqrt_ps((__m128)a.s)};
#else
	if (s.esize == 64)
		return (union packed){.d = {fp_sqrt_double(a.d[0]), fp_sqrt_double(a.d[1])}};
	return (union packed){.s = {fp_sqrt_single(a.s[0]), fp_sqrt_single(a.s[1]),
				    fp_sqrt_single(a.s[2]), fp_sqrt_single(a.s[3])}};
#endif
}

INLINE bool host_sqrt(struct shape s, const union vreg *operand, union vreg *result,
		      const struct fp_env *fp)
{
	union packed a = packed(operand), root = square_root(s, a), exact;

	*result = root.v;
	if (!as_host(s, a, a, fp) || !all(s, either(is_normal(s, root), is_zero(s, a))))
		return false;
	if (fp_is_inexact(fp))
		return true;
	exact = both(has_room(s, a), is_zero(s, fused(s, negative(s, a), root, root)));
	return fp_has_fma() && all(s, either(exact, is_zero(s, a)));
}

/* FPMulAdd(); a is negated for FMLS. */
INLINE bool host_mul_add(struct shape s, bool sub_op, const union vreg *addend,
			 const union vreg *operand1, const union vreg *operand2, union vreg *result,
			 const struct fp_env *fp)
{
	union packed a = packed(operand1), b = packed(operand2), c = packed(addend), sum, product;

	if (!fp_has_fma() || !as_host(s, a, b, fp) || !all_free(s, c, fp))
		return false;
	if (sub_op)
		a = negative(s, a);
	sum = fused(s, c, a, b);
	*result = sum.v;

	/* Then the sum is exact. */
	union packed of_zero = either(is_zero(s, a), is_zero(s, b));

	if (fp_is_inexact(fp))
		return all_free(s, sum, fp) &&
		       all(s, either(is_normal(s, sum), both(of_zero, is_finite(s, sum))));
	product = mul(s, a, b);
	return all_free(s, sum, fp) &&
	       all(s, both(either(exact_product(s, a, b, product), of_zero),
			   both(exact_sum(s, product, c, sum), is_finite(s, sum))));
}

/* ---------------------------------------------------------------- comparison */

/* No NaN, none that is flushed. */
INLINE bool comparable(struct shape s, union packed a, union packed b, const struct fp_env *fp)
{
	return all(s, both(equal(s, a, a), equal(s, b, b))) && all_free(s, a, fp) &&
	       all_free(s, b, fp);
}

INLINE bool host_EQ(struct shape s, const union vreg *operand1, const union vreg *operand2,
		    union vreg *result, const struct fp_env *fp)
{
	*result = equal(s, packed(operand1), packed(operand2)).v;
	return comparable(s, packed(operand1), packed(operand2), fp);
}

INLINE bool host_GE(struct shape s, const union vreg *operand1, const union vreg *operand2,
		    union vreg *result, const struct fp_env *fp)
{
	*result = less_or_equal(s, packed(operand2), packed(operand1)).v;
	return comparable(s, packed(operand1), packed(operand2), fp);
}

INLINE bool host_GT(struct shape s, const union vreg *operand1, const union vreg *operand2,
		    union vreg *result, const struct fp_env *fp)
{
	*result = less(s, packed(operand2), packed(operand1)).v;
	return comparable(s, packed(operand1), packed(operand2), fp);
}

/* Numbers that are equal are the same, but for zeros: the positive one is the larger. */
INLINE bool host_max(struct shape s, const union vreg *operand1, const union vreg *operand2,
		     union vreg *result, const struct fp_env *fp)
{
	union packed a = packed(operand1), b = packed(operand2);
	union packed lesser = less(s, a, b), greater = less(s, b, a), r;

	r.bits = (greater.bits & a.bits) | (lesser.bits & b.bits) |
		 (~(greater.bits | lesser.bits) & a.bits & b.bits);
	*result = r.v;
	return comparable(s, a, b, fp);
}

INLINE bool host_min(struct shape s, const union vreg *operand1, const union vreg *operand2,
		     union vreg *result, const struct fp_env *fp)
{
	union packed a = packed(operand1), b = packed(operand2);
	union packed lesser = less(s, a, b), greater = less(s, b, a), r;

	r.bits = (lesser.bits & a.bits) | (greater.bits & b.bits) |
		 (~(greater.bits | lesser.bits) & (a.bits | b.bits));
	*result = r.v;
	return comparable(s, a, b, fp);
}

/* ---------------------------------------------------------------- integers */

INLINE union packed truncated(struct shape s, union packed a)
{
	if (s.esize == 64)
		return (union packed){.l = __builtin_convertvector(a.d, longs)};
	return (union packed){.w = __builtin_convertvector(a.s, words)};
}

INLINE union packed rounded(struct shape s, union packed a)
{
	if (s.esize == 64)
		return (union packed){.d = __builtin_convertvector(a.l, doubles)};
	return (union packed){.s = __builtin_convertvector(a.w, singles)};
}

/* Inside the range of integers, so that truncated() is what C says. */
INLINE bool all_in_range(struct shape s, union packed a)
{
	return all(s, less(s, magnitude(s, a), constant(s, 0x1p63, 0x1p31)));
}

INLINE bool all_positive(struct shape s, union packed a)
{
	if (s.esize == 64)
		return all(s, (union packed){.bits = (bits128)(a.l >= 0)});
	return all(s, (union packed){.bits = (bits128)(a.w >= 0)});
}

INLINE bool all_same(struct shape s, union packed a, union packed b)
{
	if (s.esize == 64)
		return all(s, (union packed){.bits = (bits128)(a.l == b.l)});
	return all(s, (union packed){.bits = (bits128)(a.w == b.w)});
}

/* FPToFixed() with FPRounding_ZERO and without fraction. */
INLINE bool host_to_signed(struct shape s, const union vreg *operand, union vreg *result,
			   const struct fp_env *fp)
{
	union packed a = packed(operand), r;

	if (!all_in_range(s, a) || !all_free(s, a, fp))
		return false;
	r = truncated(s, a);
	*result = r.v;
	return fp_is_inexact(fp) || all(s, equal(s, rounded(s, r), a));
}

/* Below half of their range. */
INLINE bool host_to_unsigned(struct shape s, const union vreg *operand, union vreg *result,
			     const struct fp_env *fp)
{
	return all(s, less_or_equal(s, constant(s, 0, 0), packed(operand))) &&
	       host_to_signed(s, operand, result, fp);
}

/* FixedToFP() without fraction. */
INLINE bool host_from_signed(struct shape s, const union vreg *operand, union vreg *result,
			     const struct fp_env *fp)
{
	union packed a = packed(operand), r = rounded(s, a);

	*result = r.v;
	if (fp_to_nearest(fp) && fp_is_inexact(fp))
		return true;
	return all_in_range(s, r) && all_same(s, truncated(s, r), a);
}

/* Below half of their range. */
INLINE bool host_from_unsigned(struct shape s, const union vreg *operand, union vreg *result,
			       const struct fp_env *fp)
{
	return all_positive(s, packed(operand)) && host_from_signed(s, operand, result, fp);
}

#endif
