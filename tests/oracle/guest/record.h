/* What page0.S keeps of an exception. */
#ifndef ORACLE_RECORD_H
#define ORACLE_RECORD_H

#define RECORD_SP     0
#define RECORD_VECTOR 8
#define RECORD_X0     16
#define RECORD_ESR    24
#define RECORD_ELR    32
#define RECORD_FAR    40
#define RECORD_HPFAR  48

#define OP_BYTES 16    /* of the code of an operation */
#define DONE     0xd0e /* BRK of the code that has run to its end */

#ifndef __ASSEMBLER__
#include <stdint.h>

struct record {
	uint64_t sp, vector, x0, esr, elr, far, hpfar;
};

extern struct record record;
extern char low_ops[], low_vectors[];

/* Enters `pc` with the given PSTATE, X0 to X2 and SCTLR_EL2; comes back with the first exception
 * that reaches EL2, in record. */
void run_at(uint64_t pc, uint64_t spsr, uint64_t sctlr, const uint64_t x[3]);
#endif

#endif
