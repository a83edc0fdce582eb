/* A semihosting call while it is served, for the two files that do so. */
#ifndef SIM_SEMIHOSTING_CALL_H
#define SIM_SEMIHOSTING_CALL_H

#include "semihosting.h"

#include <limits.h>

#define SEMIHOSTING_ARGUMENTS 8

/* One call being served. */
struct call {
	struct semihosting *sh;
	struct cpu *cpu;
	uint64_t parameter;
	uint64_t argument[SEMIHOSTING_ARGUMENTS]; /* of the block at parameter, as many as were
						     asked for */
};

/* -1 for the guest, the reason for SYS_ERRNO. */
uint64_t call_failed(struct call *c, int error);
/* A result, or call_failed() with what stands behind a negative one. */
uint64_t call_result(struct call *c, int64_t value);
bool call_arguments(struct call *c, unsigned count);
/* A name of length bytes at address; 0 or -errno. */
int call_name(struct call *c, uint64_t address, uint64_t length, char name[PATH_MAX]);

/*
 * Operations 0x100 to 0x1ff, which Arm leaves to applications: files and directories as a Linux
 * system has them (semihosting_files.c; nestwalk-semihosting(7)).
 */
uint64_t semihosting_files(struct call *c, uint64_t operation);

#endif
