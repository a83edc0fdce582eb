/* The host's rounding modes and exception flags, as FPCR and FPSR have them. */
#ifndef TESTS_CPU_FP_ON_HOST_H
#define TESTS_CPU_FP_ON_HOST_H

#include "cpu/fp.h"

#include <fenv.h>

struct result {
	uint64_t value;
	uint32_t fpsr;
};

static inline void host_enter(enum FPRounding rounding)
{
	static const int modes[4] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};

	fesetround(modes[rounding]);
	feclearexcept(FE_ALL_EXCEPT);
}

static inline uint32_t host_leave(void)
{
	int raised = fetestexcept(FE_ALL_EXCEPT);

	fesetround(FE_TONEAREST);
	return ((raised & FE_INVALID) != 0 ? FPSR_IOC : 0u) |
	       ((raised & FE_DIVBYZERO) != 0 ? FPSR_DZC : 0u) |
	       ((raised & FE_OVERFLOW) != 0 ? FPSR_OFC : 0u) |
	       ((raised & FE_UNDERFLOW) != 0 ? FPSR_UFC : 0u) |
	       ((raised & FE_INEXACT) != 0 ? FPSR_IXC : 0u);
}

#endif
