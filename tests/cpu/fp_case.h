/* What fp_oracle.c and fp_exec.c tell each other: an instruction and its operands, its results. */
#ifndef TESTS_CPU_FP_CASE_H
#define TESTS_CPU_FP_CASE_H

#include <stdint.h>

/* What X0 and the lower half of V0 hold before; the upper halves of V0 to V3 are the complements of
 * the lower ones. */
#define FP_CASE_X0 UINT64_C(0x0f1e2d3c4b5a6978)
#define FP_CASE_V0 UINT64_C(0x0123456789abcdef)

/* It reads V1, V2, V3, X1, NZCV, and writes V0, X0, NZCV. */
struct fp_case {
	uint32_t word, fpcr;
	uint64_t x[2];
	uint32_t nzcv, fpsr;
	uint64_t v[4][2];
};

struct fp_result {
	uint64_t v0[2], x0;
	uint32_t nzcv, fpsr;
};

#endif
