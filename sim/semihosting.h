/*
 * Arm semihosting for AArch64 ("Semihosting for AArch32 and AArch64", release 2.0): the only host
 * services a guest has.
 *
 * All that comes from the guest is checked: pointers by the core's own translation, lengths by
 * limits. Time is simulated, an instruction is a nanosecond, so that it is the same in every run.
 */
#ifndef SIM_SEMIHOSTING_H
#define SIM_SEMIHOSTING_H

#include "files.h"

struct semihosting {
	struct files files;
	const char *command_line; /* SYS_GET_CMDLINE; may be NULL: empty */
	uint64_t heap_base, heap_limit, stack_base, stack_limit; /* SYS_HEAPINFO */
	uint64_t (*elapsed)(void *ctx);                          /* instructions since the start */
	void *ctx;
	int error; /* SYS_ERRNO */
	bool exited;
	bool aborted; /* exited for another reason than that the application asked for it */
	int64_t exit_code;
};

/* One call: operation in X0, parameter in X1, result to X0. False: the guest asked for its end
 * (exited, aborted, exit_code). */
bool semihosting_call(struct semihosting *sh, struct cpu *cpu);

#endif
