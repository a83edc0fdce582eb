/*
 * What executing one instruction came to. Small, by value; only the dispatcher acts on it. A
 * function that does not return OUTCOME_NEXT, _BRANCH, _RELATIVE or _RESYNC has changed no
 * architectural state but for what is said here.
 */
#ifndef CPU_OUTCOME_H
#define CPU_OUTCOME_H

#include "state.h"

enum outcome_kind {
	OUTCOME_NEXT,     /* completed; PC + 4 is next */
	OUTCOME_BRANCH,   /* completed; target is next */
	OUTCOME_RELATIVE, /* completed; PC + target is next: direct branches */
	/*
	 * Completed; target is next, and what the dispatcher derives from state must be derived
	 * again: EL, SPSel, a translation register, a TLB, PSTATE.PAN/UAO/IL, decoded instructions
	 * (IC) may have changed.
	 */
	OUTCOME_RESYNC,
	OUTCOME_EXCEPTION, /* cpu->raised is to be taken */
	OUTCOME_STOP, /* cpu->stop.reason (and .name) say why cpu_run ends; the instruction has not
			 completed */
	OUTCOME_MISS, /* fast instantiation only: nothing was done, the observed one is to execute
			 it */
};

struct outcome {
	enum outcome_kind kind;
	uint64_t target;
};

#define NEXT ((struct outcome){OUTCOME_NEXT, 0})

static inline struct outcome branch_to(uint64_t target)
{
	return (struct outcome){OUTCOME_BRANCH, target};
}

static inline struct outcome resync_at(uint64_t target)
{
	return (struct outcome){OUTCOME_RESYNC, target};
}

static inline struct outcome branch_by(int64_t offset)
{
	return (struct outcome){OUTCOME_RELATIVE, (uint64_t)offset};
}

/* MSR, TLBI, ISB and the like: completed, context to be derived again. */
static inline struct outcome resync(const struct cpu *cpu)
{
	return resync_at(cpu->pc + 4);
}

static inline struct outcome raise(struct cpu *cpu, struct exception exception)
{
	cpu->raised = exception;
	return (struct outcome){OUTCOME_EXCEPTION, 0};
}

static inline struct outcome stop(struct cpu *cpu, enum cpu_stop_reason reason, const char *name)
{
	cpu->stop = (struct cpu_stop){.reason = reason, .pc = {cpu->pc}, .name = name};
	return (struct outcome){OUTCOME_STOP, 0};
}

#endif
