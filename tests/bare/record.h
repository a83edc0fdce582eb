/* What vectors.S keeps of an exception. */
#ifndef BARE_RECORD_H
#define BARE_RECORD_H

#define RECORD_SP     0
#define RECORD_VECTOR 8
#define RECORD_X      16
#define RECORD_EL2    48
#define RECORD_EL1    80
#define RECORD_HPFAR  112
#define RECORD_PAN    120

#ifndef __ASSEMBLER__
#include <stdint.h>

struct syndrome {
	uint64_t esr, elr, spsr, far;
};

struct record {
	uint64_t sp, vector, x[4];
	struct syndrome el2, el1;
	uint64_t hpfar, pan; /* PSTATE.PAN on arrival at EL2 */
};

#pragma GCC visibility push(hidden) /* addressed relative to the PC: the image is not relocated */
extern struct record record;
extern char vectors_el1[], vectors_el2[];
void run_at(uint64_t pc, uint64_t spsr, const uint64_t x[4]);
#pragma GCC visibility pop
#endif

#endif
