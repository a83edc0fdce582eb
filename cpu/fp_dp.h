/* Data processing, scalar floating point. */
#ifndef CPU_FP_DP_H
#define CPU_FP_DP_H

#include "ctx.h"
#include "fp_host.h"

/* The format of a row's sz: single or double precision. */
INLINE unsigned fp_format(uint32_t sz)
{
	return sz != 0 ? 64 : 32;
}

/* The scalar of N bits in a SIMD&FP register. */
INLINE uint64_t F(const struct ctx *x, unsigned N, uint32_t n)
{
	const union vreg *v = V(x, n);

	return N == 16 ? v->h[0] : N == 32 ? v->s[0] : v->d[0];
}

/*
 * What the host did not compute: left to the observed instantiation by the fast one, whose handlers
 * call nothing.
 */
INLINE bool left_to_observed(const struct ctx *x, struct fp_host result)
{
	return x->fast && !result.ok;
}

#define LEFT_TO_OBSERVED ((struct outcome){OUTCOME_MISS, 0})

typedef struct fp_host fp_host_binary(unsigned N, uint64_t op1, uint64_t op2,
				      const struct fp_env *fp);
typedef uint64_t fp_binary(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp);

/* Two sources: by the host, or else by the pseudocode's function. */
INLINE struct outcome binary(struct ctx *x, unsigned N, uint32_t d, uint32_t n, uint32_t m,
			     fp_host_binary *host, fp_binary *function)
{
	uint64_t op1 = F(x, N, n), op2 = F(x, N, m);
	struct fp_host result = host(N, op1, op2, &x->cpu->fp);

	if (left_to_observed(x, result))
		return LEFT_TO_OBSERVED;
	set_D(x, d, result.ok ? result.value : function(N, op1, op2, &x->cpu->fp));
	return NEXT;
}

/* ---------------------------------------------------------------- fixed point */

INLINE struct outcome from_fixed(struct ctx *x, unsigned N, uint32_t sf, uint32_t scale, uint32_t U,
				 uint32_t n, uint32_t d)
{
	set_D(x, d,
	      FixedToFP(N, sf != 0 ? 64 : 32, X(x, n), 64 - scale, U != 0,
			FPRoundingMode(&x->cpu->fp), &x->cpu->fp));
	return NEXT;
}

INLINE struct outcome to_fixed(struct ctx *x, unsigned N, uint32_t sf, uint32_t scale, uint32_t U,
			       uint32_t n, uint32_t d)
{
	set_X(x, d,
	      FPToFixed(sf != 0 ? 64 : 32, N, F(x, N, n), 64 - scale, U != 0, FPRounding_ZERO,
			&x->cpu->fp));
	return NEXT;
}

INLINE struct outcome exec_CVTF_fixed_fp(struct ctx *x, const struct a64_CVTF_fixed_fp *i)
{
	return from_fixed(x, fp_format(i->sz), i->sf, i->scale, i->U, i->Rn, i->Rd);
}

INLINE struct outcome exec_CVTF_fixed_fp_half(struct ctx *x, const struct a64_CVTF_fixed_fp_half *i)
{
	return from_fixed(x, 16, i->sf, i->scale, i->U, i->Rn, i->Rd);
}

INLINE struct outcome exec_FCVTZ_fixed_fp(struct ctx *x, const struct a64_FCVTZ_fixed_fp *i)
{
	return to_fixed(x, fp_format(i->sz), i->sf, i->scale, i->U, i->Rn, i->Rd);
}

INLINE struct outcome exec_FCVTZ_fixed_fp_half(struct ctx *x,
					       const struct a64_FCVTZ_fixed_fp_half *i)
{
	return to_fixed(x, 16, i->sf, i->scale, i->U, i->Rn, i->Rd);
}

/* ---------------------------------------------------------------- integers */

INLINE struct outcome to_integer(struct ctx *x, unsigned N, uint32_t sf, enum FPRounding rounding,
				 uint32_t U, uint32_t n, uint32_t d)
{
	const unsigned M = sf != 0 ? 64 : 32;
	uint64_t op = F(x, N, n);
	struct fp_host result = fp_host_to_integer(M, N, op, U != 0, rounding, &x->cpu->fp);

	if (left_to_observed(x, result))
		return LEFT_TO_OBSERVED;
	set_X(x, d,
	      result.ok ? result.value : FPToFixed(M, N, op, 0, U != 0, rounding, &x->cpu->fp));
	return NEXT;
}

INLINE struct outcome from_integer(struct ctx *x, unsigned N, uint32_t sf, uint32_t U, uint32_t n,
				   uint32_t d)
{
	const unsigned M = sf != 0 ? 64 : 32;
	uint64_t op = X(x, n);
	struct fp_host result = fp_host_from_integer(N, M, op, U != 0, &x->cpu->fp);

	if (left_to_observed(x, result))
		return LEFT_TO_OBSERVED;
	if (!result.ok)
		result.value =
			FixedToFP(N, M, op, 0, U != 0, FPRoundingMode(&x->cpu->fp), &x->cpu->fp);
	set_D(x, d, result.value);
	return NEXT;
}

INLINE struct outcome exec_FCVT_int_fp(struct ctx *x, const struct a64_FCVT_int_fp *i)
{
	return to_integer(x, fp_format(i->sz), i->sf, (enum FPRounding)i->rmode, i->U, i->Rn,
			  i->Rd);
}

INLINE struct outcome exec_FCVT_int_fp_half(struct ctx *x, const struct a64_FCVT_int_fp_half *i)
{
	return to_integer(x, 16, i->sf, (enum FPRounding)i->rmode, i->U, i->Rn, i->Rd);
}

INLINE struct outcome exec_FCVTA_int_fp(struct ctx *x, const struct a64_FCVTA_int_fp *i)
{
	return to_integer(x, fp_format(i->sz), i->sf, FPRounding_TIEAWAY, i->U, i->Rn, i->Rd);
}

INLINE struct outcome exec_FCVTA_int_fp_half(struct ctx *x, const struct a64_FCVTA_int_fp_half *i)
{
	return to_integer(x, 16, i->sf, FPRounding_TIEAWAY, i->U, i->Rn, i->Rd);
}

INLINE struct outcome exec_CVTF_int_fp(struct ctx *x, const struct a64_CVTF_int_fp *i)
{
	return from_integer(x, fp_format(i->sz), i->sf, i->U, i->Rn, i->Rd);
}

INLINE struct outcome exec_CVTF_int_fp_half(struct ctx *x, const struct a64_CVTF_int_fp_half *i)
{
	return from_integer(x, 16, i->sf, i->U, i->Rn, i->Rd);
}

INLINE struct outcome exec_FMOV_to_general(struct ctx *x, const struct a64_FMOV_to_general *i)
{
	set_X(x, i->Rd, F(x, fp_format(i->sf), i->Rn));
	return NEXT;
}

INLINE struct outcome exec_FMOV_from_general(struct ctx *x, const struct a64_FMOV_from_general *i)
{
	set_D(x, i->Rd, R(x, i->sf, i->Rn));
	return NEXT;
}

INLINE struct outcome exec_FMOV_to_general_half(struct ctx *x,
						const struct a64_FMOV_to_general_half *i)
{
	set_X(x, i->Rd, F(x, 16, i->Rn));
	return NEXT;
}

INLINE struct outcome exec_FMOV_from_general_half(struct ctx *x,
						  const struct a64_FMOV_from_general_half *i)
{
	set_D(x, i->Rd, (uint16_t)X(x, i->Rn));
	return NEXT;
}

INLINE struct outcome exec_FMOV_to_general_top(struct ctx *x,
					       const struct a64_FMOV_to_general_top *i)
{
	set_X(x, i->Rd, V(x, i->Rn)->d[1]);
	return NEXT;
}

/* The lower half stays. */
INLINE struct outcome exec_FMOV_from_general_top(struct ctx *x,
						 const struct a64_FMOV_from_general_top *i)
{
	union vreg value = *V(x, i->Rd);

	value.d[1] = X(x, i->Rn);
	set_V(x, i->Rd, value);
	return NEXT;
}

INLINE struct outcome exec_FJCVTZS(struct ctx *x, const struct a64_FJCVTZS *i)
{
	struct fp_to_fixed_js js = FPToFixedJS(F(x, 64, i->Rn), &x->cpu->fp);

	set_X(x, i->Rd, js.result);
	x->f = flags_from(js.Z ? 4 : 0);
	return NEXT;
}

/* ---------------------------------------------------------------- one source */

INLINE struct outcome move(struct ctx *x, uint32_t d, uint64_t value)
{
	set_D(x, d, value);
	return NEXT;
}

INLINE struct outcome exec_FMOV_fp(struct ctx *x, const struct a64_FMOV_fp *i)
{
	return move(x, i->Rd, F(x, fp_format(i->sz), i->Rn));
}

INLINE struct outcome exec_FMOV_fp_half(struct ctx *x, const struct a64_FMOV_fp_half *i)
{
	return move(x, i->Rd, F(x, 16, i->Rn));
}

INLINE struct outcome exec_FABS_fp(struct ctx *x, const struct a64_FABS_fp *i)
{
	return move(x, i->Rd, FPAbs(fp_format(i->sz), F(x, fp_format(i->sz), i->Rn)));
}

INLINE struct outcome exec_FABS_fp_half(struct ctx *x, const struct a64_FABS_fp_half *i)
{
	return move(x, i->Rd, FPAbs(16, F(x, 16, i->Rn)));
}

INLINE struct outcome exec_FNEG_fp(struct ctx *x, const struct a64_FNEG_fp *i)
{
	return move(x, i->Rd, FPNeg(fp_format(i->sz), F(x, fp_format(i->sz), i->Rn)));
}

INLINE struct outcome exec_FNEG_fp_half(struct ctx *x, const struct a64_FNEG_fp_half *i)
{
	return move(x, i->Rd, FPNeg(16, F(x, 16, i->Rn)));
}

INLINE struct outcome square_root(struct ctx *x, unsigned N, uint32_t n, uint32_t d)
{
	uint64_t op = F(x, N, n);
	struct fp_host result = fp_host_sqrt(N, op, &x->cpu->fp);

	if (left_to_observed(x, result))
		return LEFT_TO_OBSERVED;
	return move(x, d, result.ok ? result.value : FPSqrt(N, op, &x->cpu->fp));
}

INLINE struct outcome exec_FSQRT_fp(struct ctx *x, const struct a64_FSQRT_fp *i)
{
	return square_root(x, fp_format(i->sz), i->Rn, i->Rd);
}

INLINE struct outcome exec_FSQRT_fp_half(struct ctx *x, const struct a64_FSQRT_fp_half *i)
{
	return square_root(x, 16, i->Rn, i->Rd);
}

INLINE struct outcome convert(struct ctx *x, unsigned M, unsigned N, uint32_t n, uint32_t d)
{
	uint64_t op = F(x, N, n);
	struct fp_host result = fp_host_convert(M, N, op, &x->cpu->fp);

	if (left_to_observed(x, result))
		return LEFT_TO_OBSERVED;
	if (!result.ok)
		result.value = FPConvert(M, N, op, FPRoundingMode(&x->cpu->fp), &x->cpu->fp);
	return move(x, d, result.value);
}

INLINE struct outcome exec_FCVT_single_double(struct ctx *x, const struct a64_FCVT_single_double *i)
{
	return convert(x, 64, 32, i->Rn, i->Rd);
}

INLINE struct outcome exec_FCVT_double_single(struct ctx *x, const struct a64_FCVT_double_single *i)
{
	return convert(x, 32, 64, i->Rn, i->Rd);
}

INLINE struct outcome exec_FCVT_to_half(struct ctx *x, const struct a64_FCVT_to_half *i)
{
	return convert(x, 16, fp_format(i->sz), i->Rn, i->Rd);
}

INLINE struct outcome exec_FCVT_from_half(struct ctx *x, const struct a64_FCVT_from_half *i)
{
	return convert(x, fp_format(i->sz), 16, i->Rn, i->Rd);
}

INLINE struct outcome round_int(struct ctx *x, unsigned N, enum FPRounding rounding, bool exact,
				uint32_t n, uint32_t d)
{
	uint64_t op = F(x, N, n);
	struct fp_host result = fp_host_round_int(N, op, rounding, exact, &x->cpu->fp);

	if (left_to_observed(x, result))
		return LEFT_TO_OBSERVED;
	return move(x, d,
		    result.ok ? result.value : FPRoundInt(N, op, rounding, exact, &x->cpu->fp));
}

/* In the mode of FPCR, which the fast instantiation takes for the usual one. */
INLINE struct outcome round_int_by_fpcr(struct ctx *x, unsigned N, bool exact, uint32_t n,
					uint32_t d)
{
	if (fp_to_nearest(&x->cpu->fp))
		return round_int(x, N, FPRounding_TIEEVEN, exact, n, d);
	if (x->fast)
		return LEFT_TO_OBSERVED;
	return round_int(x, N, FPRoundingMode(&x->cpu->fp), exact, n, d);
}

INLINE struct outcome exec_FRINT_fp(struct ctx *x, const struct a64_FRINT_fp *i)
{
	return round_int(x, fp_format(i->sz), (enum FPRounding)i->rmode, false, i->Rn, i->Rd);
}

INLINE struct outcome exec_FRINT_fp_half(struct ctx *x, const struct a64_FRINT_fp_half *i)
{
	return round_int(x, 16, (enum FPRounding)i->rmode, false, i->Rn, i->Rd);
}

INLINE struct outcome exec_FRINTA_fp(struct ctx *x, const struct a64_FRINTA_fp *i)
{
	return round_int(x, fp_format(i->sz), FPRounding_TIEAWAY, false, i->Rn, i->Rd);
}

INLINE struct outcome exec_FRINTA_fp_half(struct ctx *x, const struct a64_FRINTA_fp_half *i)
{
	return round_int(x, 16, FPRounding_TIEAWAY, false, i->Rn, i->Rd);
}

INLINE struct outcome exec_FRINTX_fp(struct ctx *x, const struct a64_FRINTX_fp *i)
{
	return round_int_by_fpcr(x, fp_format(i->sz), true, i->Rn, i->Rd);
}

INLINE struct outcome exec_FRINTX_fp_half(struct ctx *x, const struct a64_FRINTX_fp_half *i)
{
	return round_int_by_fpcr(x, 16, true, i->Rn, i->Rd);
}

INLINE struct outcome exec_FRINTI_fp(struct ctx *x, const struct a64_FRINTI_fp *i)
{
	return round_int_by_fpcr(x, fp_format(i->sz), false, i->Rn, i->Rd);
}

INLINE struct outcome exec_FRINTI_fp_half(struct ctx *x, const struct a64_FRINTI_fp_half *i)
{
	return round_int_by_fpcr(x, 16, false, i->Rn, i->Rd);
}

INLINE struct outcome exec_FRINT_sized(struct ctx *x, const struct a64_FRINT_sized *i)
{
	const unsigned N = fp_format(i->sz);
	enum FPRounding rounding = i->X != 0 ? FPRoundingMode(&x->cpu->fp) : FPRounding_ZERO;

	return move(x, i->Rd,
		    FPRoundIntN(N, F(x, N, i->Rn), rounding, i->is_64 != 0 ? 64 : 32, &x->cpu->fp));
}

/* ---------------------------------------------------------------- compare */

INLINE struct outcome compare(struct ctx *x, unsigned N, uint64_t op1, uint64_t op2, uint32_t E)
{
	if (fp_host_compares(N, op1, op2, &x->cpu->fp)) {
		uint64_t less = fp_is_less(N, op1, op2), equal = fp_is_equal(N, op1, op2);

		/* N: less; Z: equal; C: not less. */
		x->f = (struct nzcv){.nz = less << 63 | (equal ^ 1), .a = 0, .b = less};
		return NEXT;
	}
	if (x->fast)
		return LEFT_TO_OBSERVED;
	x->f = flags_from(FPCompare(N, op1, op2, E != 0, &x->cpu->fp));
	return NEXT;
}

INLINE struct outcome exec_FCMP_fp(struct ctx *x, const struct a64_FCMP_fp *i)
{
	return compare(x, fp_format(i->sz), F(x, fp_format(i->sz), i->Rn),
		       F(x, fp_format(i->sz), i->Rm), i->E);
}

INLINE struct outcome exec_FCMP_fp_half(struct ctx *x, const struct a64_FCMP_fp_half *i)
{
	return compare(x, 16, F(x, 16, i->Rn), F(x, 16, i->Rm), i->E);
}

INLINE struct outcome exec_FCMP_zero_fp(struct ctx *x, const struct a64_FCMP_zero_fp *i)
{
	return compare(x, fp_format(i->sz), F(x, fp_format(i->sz), i->Rn), 0, i->E);
}

INLINE struct outcome exec_FCMP_zero_fp_half(struct ctx *x, const struct a64_FCMP_zero_fp_half *i)
{
	return compare(x, 16, F(x, 16, i->Rn), 0, i->E);
}

INLINE struct outcome compare_scalars_if(struct ctx *x, unsigned N, uint32_t cond, uint32_t n,
					 uint32_t m, uint32_t E, uint32_t nzcv)
{
	if (condition_holds(x->f, cond))
		return compare(x, N, F(x, N, n), F(x, N, m), E);
	x->f = flags_from(nzcv);
	return NEXT;
}

/* ---------------------------------------------------------------- immediate */

INLINE struct outcome exec_FMOV_imm_fp(struct ctx *x, const struct a64_FMOV_imm_fp *i)
{
	return move(x, i->Rd, VFPExpandImm(fp_format(i->sz), (uint8_t)i->imm8));
}

INLINE struct outcome exec_FMOV_imm_fp_half(struct ctx *x, const struct a64_FMOV_imm_fp_half *i)
{
	return move(x, i->Rd, VFPExpandImm(16, (uint8_t)i->imm8));
}

/* ---------------------------------------------------------------- conditional compare */

INLINE struct outcome exec_FCCMP_fp(struct ctx *x, const struct a64_FCCMP_fp *i)
{
	return compare_scalars_if(x, fp_format(i->sz), i->cond, i->Rn, i->Rm, i->E, i->nzcv);
}

INLINE struct outcome exec_FCCMP_fp_half(struct ctx *x, const struct a64_FCCMP_fp_half *i)
{
	return compare_scalars_if(x, 16, i->cond, i->Rn, i->Rm, i->E, i->nzcv);
}

/* ---------------------------------------------------------------- two sources */

INLINE struct outcome exec_FMUL_fp(struct ctx *x, const struct a64_FMUL_fp *i)
{
	return binary(x, fp_format(i->sz), i->Rd, i->Rn, i->Rm, fp_host_mul, FPMul);
}

INLINE struct outcome exec_FMUL_fp_half(struct ctx *x, const struct a64_FMUL_fp_half *i)
{
	return binary(x, 16, i->Rd, i->Rn, i->Rm, fp_host_mul, FPMul);
}

INLINE struct outcome exec_FDIV_fp(struct ctx *x, const struct a64_FDIV_fp *i)
{
	return binary(x, fp_format(i->sz), i->Rd, i->Rn, i->Rm, fp_host_div, FPDiv);
}

INLINE struct outcome exec_FDIV_fp_half(struct ctx *x, const struct a64_FDIV_fp_half *i)
{
	return binary(x, 16, i->Rd, i->Rn, i->Rm, fp_host_div, FPDiv);
}

INLINE struct outcome exec_FADD_fp(struct ctx *x, const struct a64_FADD_fp *i)
{
	return binary(x, fp_format(i->sz), i->Rd, i->Rn, i->Rm, fp_host_add, FPAdd);
}

INLINE struct outcome exec_FADD_fp_half(struct ctx *x, const struct a64_FADD_fp_half *i)
{
	return binary(x, 16, i->Rd, i->Rn, i->Rm, fp_host_add, FPAdd);
}

INLINE struct outcome exec_FSUB_fp(struct ctx *x, const struct a64_FSUB_fp *i)
{
	return binary(x, fp_format(i->sz), i->Rd, i->Rn, i->Rm, fp_host_sub, FPSub);
}

INLINE struct outcome exec_FSUB_fp_half(struct ctx *x, const struct a64_FSUB_fp_half *i)
{
	return binary(x, 16, i->Rd, i->Rn, i->Rm, fp_host_sub, FPSub);
}

INLINE struct outcome exec_FMAX_fp(struct ctx *x, const struct a64_FMAX_fp *i)
{
	return binary(x, fp_format(i->sz), i->Rd, i->Rn, i->Rm, fp_host_max, FPMax);
}

INLINE struct outcome exec_FMAX_fp_half(struct ctx *x, const struct a64_FMAX_fp_half *i)
{
	return binary(x, 16, i->Rd, i->Rn, i->Rm, fp_host_max, FPMax);
}

INLINE struct outcome exec_FMIN_fp(struct ctx *x, const struct a64_FMIN_fp *i)
{
	return binary(x, fp_format(i->sz), i->Rd, i->Rn, i->Rm, fp_host_min, FPMin);
}

INLINE struct outcome exec_FMIN_fp_half(struct ctx *x, const struct a64_FMIN_fp_half *i)
{
	return binary(x, 16, i->Rd, i->Rn, i->Rm, fp_host_min, FPMin);
}

INLINE struct outcome exec_FMAXNM_fp(struct ctx *x, const struct a64_FMAXNM_fp *i)
{
	return binary(x, fp_format(i->sz), i->Rd, i->Rn, i->Rm, fp_host_max, FPMaxNum);
}

INLINE struct outcome exec_FMAXNM_fp_half(struct ctx *x, const struct a64_FMAXNM_fp_half *i)
{
	return binary(x, 16, i->Rd, i->Rn, i->Rm, fp_host_max, FPMaxNum);
}

INLINE struct outcome exec_FMINNM_fp(struct ctx *x, const struct a64_FMINNM_fp *i)
{
	return binary(x, fp_format(i->sz), i->Rd, i->Rn, i->Rm, fp_host_min, FPMinNum);
}

INLINE struct outcome exec_FMINNM_fp_half(struct ctx *x, const struct a64_FMINNM_fp_half *i)
{
	return binary(x, 16, i->Rd, i->Rn, i->Rm, fp_host_min, FPMinNum);
}

INLINE struct outcome negated_product(struct ctx *x, unsigned N, uint32_t d, uint32_t n, uint32_t m)
{
	uint64_t op1 = F(x, N, n), op2 = F(x, N, m);
	struct fp_host result = fp_host_mul(N, op1, op2, &x->cpu->fp);

	if (left_to_observed(x, result))
		return LEFT_TO_OBSERVED;
	return move(x, d, FPNeg(N, result.ok ? result.value : FPMul(N, op1, op2, &x->cpu->fp)));
}

INLINE struct outcome exec_FNMUL_fp(struct ctx *x, const struct a64_FNMUL_fp *i)
{
	return negated_product(x, fp_format(i->sz), i->Rd, i->Rn, i->Rm);
}

INLINE struct outcome exec_FNMUL_fp_half(struct ctx *x, const struct a64_FNMUL_fp_half *i)
{
	return negated_product(x, 16, i->Rd, i->Rn, i->Rm);
}

/* ---------------------------------------------------------------- conditional select */

INLINE uint64_t selected_scalar(const struct ctx *x, unsigned N, uint32_t cond, uint32_t n,
				uint32_t m)
{
	uint64_t mask = mask_if(condition_holds(x->f, cond)), op2 = F(x, N, m);

	return op2 ^ ((F(x, N, n) ^ op2) & mask);
}

INLINE struct outcome exec_FCSEL_fp(struct ctx *x, const struct a64_FCSEL_fp *i)
{
	return move(x, i->Rd, selected_scalar(x, fp_format(i->sz), i->cond, i->Rn, i->Rm));
}

INLINE struct outcome exec_FCSEL_fp_half(struct ctx *x, const struct a64_FCSEL_fp_half *i)
{
	return move(x, i->Rd, selected_scalar(x, 16, i->cond, i->Rn, i->Rm));
}

/* ---------------------------------------------------------------- three sources */

/* a + n * m; o1 negates a, and where o0 is not o1 the product is negated. */
INLINE struct outcome mul_add(struct ctx *x, unsigned N, uint32_t o1, uint32_t o0, uint32_t d,
			      uint32_t n, uint32_t m, uint32_t a)
{
	uint64_t addend = F(x, N, a), op1 = F(x, N, n), op2 = F(x, N, m);

	if (o1 != 0)
		addend = FPNeg(N, addend);
	if (o0 != o1)
		op1 = FPNeg(N, op1);

	struct fp_host result = fp_host_mul_add(N, addend, op1, op2, &x->cpu->fp);

	if (left_to_observed(x, result))
		return LEFT_TO_OBSERVED;
	return move(x, d, result.ok ? result.value : FPMulAdd(N, addend, op1, op2, &x->cpu->fp));
}

INLINE struct outcome exec_FMADD_fp(struct ctx *x, const struct a64_FMADD_fp *i)
{
	return mul_add(x, fp_format(i->sz), i->o1, i->o0, i->Rd, i->Rn, i->Rm, i->Ra);
}

INLINE struct outcome exec_FMADD_fp_half(struct ctx *x, const struct a64_FMADD_fp_half *i)
{
	return mul_add(x, 16, i->o1, i->o0, i->Rd, i->Rn, i->Rm, i->Ra);
}

#endif
