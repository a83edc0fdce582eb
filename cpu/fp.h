/*
 * Floating point as shared/functions/float of the Arm pseudocode defines it.
 *
 * A value is its bits, in the low N bits of a uint64_t whose other bits are 0; its format is N: 16
 * (half precision), 32 (single) or 64 (double), a constant where speed matters. FPCR comes from,
 * and the cumulative exception bits go to, struct fp_env. Names and rules are those of the
 * pseudocode; where it has an argument of type FPCRType, fp is the last argument here.
 *
 * All is computed in integers, and exact; fp_host.h has the host's unit, for where it gives the
 * same.
 *
 * FEAT_AFP, FEAT_RPRES and FEAT_BF16 are not modelled: FPCR.{NEP, AH, FIZ} are RES0. Exceptions are
 * not trapped: FPCR.{IDE, IXE, UFE, OFE, DZE, IOE} are RAZ/WI.
 */
#ifndef CPU_FP_H
#define CPU_FP_H

#include <stdbool.h>
#include <stdint.h>

struct fp_env {
	uint32_t fpcr, fpsr;
};

enum {
	FPCR_FZ16 = 1 << 19,
	FPCR_RMODE = 3 << 22,
	FPCR_FZ = 1 << 24,
	FPCR_DN = 1 << 25,
	FPCR_AHP = 1 << 26,

	FPSR_IOC = 1 << 0, /* Invalid Operation */
	FPSR_DZC = 1 << 1, /* Divide by Zero */
	FPSR_OFC = 1 << 2, /* Overflow */
	FPSR_UFC = 1 << 3, /* Underflow */
	FPSR_IXC = 1 << 4, /* Inexact */
	FPSR_IDC = 1 << 7, /* Input Denormal */
	FPSR_QC = 1 << 27  /* saturation of Advanced SIMD integers */
};

/* The first four in the order of FPCR.RMode. */
enum FPRounding {
	FPRounding_TIEEVEN,
	FPRounding_POSINF,
	FPRounding_NEGINF,
	FPRounding_ZERO,
	FPRounding_TIEAWAY,
	FPRounding_ODD
};

static inline enum FPRounding FPRoundingMode(const struct fp_env *fp)
{
	return (enum FPRounding)(fp->fpcr >> 22 & 3);
}

/* ---------------------------------------------------------------- no exceptions */

static inline uint64_t FPNeg(unsigned N, uint64_t op)
{
	return op ^ UINT64_C(1) << (N - 1);
}

static inline uint64_t FPAbs(unsigned N, uint64_t op)
{
	return op & ~(UINT64_C(1) << (N - 1));
}

uint64_t FPDefaultNaN(unsigned N);

static inline uint64_t VFPExpandImm(unsigned N, uint8_t imm8)
{
	unsigned E = N == 16 ? 5 : N == 32 ? 8 : 11, F = N - E - 1;
	uint64_t sign = imm8 >> 7, bit6 = imm8 >> 6 & 1;
	/* NOT(bit 6), E - 3 times bit 6, bits 5 and 4. */
	uint64_t exponent =
		(bit6 ^ 1) << (E - 1) | ((bit6 << (E - 1)) - (bit6 << 2)) | (imm8 >> 4 & 3);

	return sign << (N - 1) | exponent << F | (uint64_t)(imm8 & 15) << (F - 4);
}

/* ---------------------------------------------------------------- arithmetic */

uint64_t FPAdd(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp);
uint64_t FPSub(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp);
uint64_t FPMul(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp);
uint64_t FPMulX(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp);
uint64_t FPDiv(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp);
uint64_t FPSqrt(unsigned N, uint64_t op, struct fp_env *fp);
/* addend + op1 * op2. */
uint64_t FPMulAdd(unsigned N, uint64_t addend, uint64_t op1, uint64_t op2, struct fp_env *fp);
/* addend is of 32 bits, op1 and op2 of 16. */
uint64_t FPMulAddH(uint64_t addend, uint64_t op1, uint64_t op2, struct fp_env *fp);

/* Of instructions that negate an operand first (FNMUL, FMSUB), the caller does that with FPNeg();
 * FRECPS and FRSQRTS do it in here. */
uint64_t FPRecipStepFused(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp);
uint64_t FPRSqrtStepFused(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp);

uint64_t FPMax(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp);
uint64_t FPMin(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp);
uint64_t FPMaxNum(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp);
uint64_t FPMinNum(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp);

/* ---------------------------------------------------------------- comparison */

/* N:Z:C:V. */
unsigned FPCompare(unsigned N, uint64_t op1, uint64_t op2, bool signal_nans, struct fp_env *fp);
bool FPCompareEQ(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp);
bool FPCompareGE(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp);
bool FPCompareGT(unsigned N, uint64_t op1, uint64_t op2, struct fp_env *fp);

/* ---------------------------------------------------------------- conversion */

/* From N to M bits. FCVTXN rounds with FPRounding_ODD, all others with FPRoundingMode(). */
uint64_t FPConvert(unsigned M, unsigned N, uint64_t op, enum FPRounding rounding,
		   struct fp_env *fp);
/* Any rounding but FPRounding_ODD. The result has M = 16, 32 or 64 bits. */
uint64_t FPToFixed(unsigned M, unsigned N, uint64_t op, unsigned fbits, bool is_unsigned,
		   enum FPRounding rounding, struct fp_env *fp);
/* op has M = 16, 32 or 64 bits; those above do not matter. */
uint64_t FixedToFP(unsigned N, unsigned M, uint64_t op, unsigned fbits, bool is_unsigned,
		   enum FPRounding rounding, struct fp_env *fp);
uint64_t FPRoundInt(unsigned N, uint64_t op, enum FPRounding rounding, bool exact,
		    struct fp_env *fp);
/* N and intsize are 32 or 64. */
uint64_t FPRoundIntN(unsigned N, uint64_t op, enum FPRounding rounding, unsigned intsize,
		     struct fp_env *fp);

struct fp_to_fixed_js {
	uint32_t result;
	bool Z; /* PSTATE.Z */
};
struct fp_to_fixed_js FPToFixedJS(uint64_t op, struct fp_env *fp);

/* ---------------------------------------------------------------- estimates */

uint64_t FPRecipEstimate(unsigned N, uint64_t op, struct fp_env *fp);
uint64_t FPRSqrtEstimate(unsigned N, uint64_t op, struct fp_env *fp);
uint64_t FPRecpX(unsigned N, uint64_t op, struct fp_env *fp);
uint32_t UnsignedRecipEstimate(uint32_t operand);
uint32_t UnsignedRSqrtEstimate(uint32_t operand);

#endif
