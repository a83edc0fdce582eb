/*
 * The FP and SIMD registers, which neither hypervisor nor kernel uses: they are what the software
 * above left there.
 */
#ifndef HYP_FP_H
#define HYP_FP_H

#include "arm64.h"

/* V0-V31, FPSR and FPCR as a signal's frame on AArch64 Linux holds them. fp.S knows the layout. */
struct fp_context {
	uint32_t magic, bytes;
	uint32_t fpsr, fpcr;
	uint64_t v[32][2];
};

/* Only where fp_implemented(), and nothing traps them. */
void fp_store(struct fp_context *to);
void fp_load(const struct fp_context *from);

/* ID_AA64PFR0_EL1.FP: 0b1111 is "not implemented". */
static inline bool fp_implemented(void)
{
	return (read_sysreg(id_aa64pfr0_el1) >> 16 & 0xf) != 0xf;
}

#endif
