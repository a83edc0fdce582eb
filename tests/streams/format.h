/*
 * A batch of cases as it lies in the guest's memory, and what the guest makes of it.
 *
 * A batch is a struct batch and its records. A record is a struct record, its loads, its words, a
 * BRK #DONE and, for a size that is a multiple of 8, a zero. Its words are executed where they lie.
 */
#ifndef STREAMS_FORMAT_H
#define STREAMS_FORMAT_H

#define GUEST_BASE 0x44000000
/* The middle of the memory that the instructions use; a page begins there. */
#define WINDOW      0x46001000
#define WINDOW_HALF 256
#define BATCH       0x48000000
#define RESULTS     0x58000000
#define RAM_BASE    0x40000000
#define RAM_BYTES   0x20000000
#define RAM_MEGS    "512"

#define DONE 0xd0e /* BRK behind the last word */

#ifndef __ASSEMBLER__
#include <stdint.h>

enum { BATCH_MAGIC = 0x6d727473 };

struct batch {
	uint32_t magic, count;
	uint32_t whole; /* 0: a result is 32 bits of hash; else a struct state */
	uint32_t spare;
	char output[112]; /* the file for the results */
};

struct record {
	uint32_t bytes; /* with all that follows */
	uint32_t seed;  /* of registers and memory */
	uint32_t fpcr;
	uint16_t loads, words;
};

/* A register that is not as the seed says. */
struct load {
	uint32_t reg;     /* 31: SP */
	uint32_t in_code; /* value is an offset from the first word */
	uint64_t value;
};

/* Before or behind a case. */
struct state {
	uint64_t x[31], sp;
	uint64_t pstate; /* as SPSR_EL2 has it */
	uint64_t elr, esr,
		far; /* of the exception that ended it; elr is an offset from the first word */
	uint64_t fpcr, fpsr;
	uint64_t v[64];
	uint64_t window[2 * WINDOW_HALF / 8];
};
#endif

#endif
