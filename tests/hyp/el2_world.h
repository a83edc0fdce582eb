/*
 * What tests of the hypervisor's files on the host share: reject() and panic() return to the test
 * with their line.
 */
#ifndef TESTS_HYP_EL2_WORLD_H
#define TESTS_HYP_EL2_WORLD_H

#include "../../hyp/el2/hyp.h"

#include <setjmp.h>

struct refusal {
	jmp_buf back;
	int status; /* 0: none yet */
	char line[256];
};

/* A hypervisor whose refusals end in `if (setjmp(refusal->back))`. */
struct world {
	struct hyp hyp; /* first: reject() finds the rest behind it */
	struct refusal refusal;
};

#endif
