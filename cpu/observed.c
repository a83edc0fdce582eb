/*
 * The observed instantiation: every form executed from its word, with the complete memory path. The
 * handlers of most groups are where their fast ones are (fast_GROUP.c).
 */
#include "engine.h"

#include "bti.h"
#include "exception.h"
#include "fp_access.h"
#include "system.h"

static struct outcome unallocated(struct cpu *cpu, uint32_t word)
{
	(void)word;
	return raise(cpu, exception_undefined(cpu));
}

static struct outcome unmodelled(struct cpu *cpu, const char *name)
{
	if (cpu->config.stop_on_unmodelled)
		return stop(cpu, CPU_UNMODELLED, name);
	return raise(cpu, exception_undefined(cpu));
}

#include "observed.inc"

/* PSTATE.BTYPE is of one instruction; what raises an exception saves it, and ERET restores another.
 */
static void next_btype(struct cpu *cpu, enum a64_form form, uint32_t word, struct outcome o)
{
	bool completed = o.kind == OUTCOME_NEXT || o.kind == OUTCOME_RELATIVE ||
			 o.kind == OUTCOME_BRANCH || o.kind == OUTCOME_RESYNC;

	if (completed && form != A64_ERET && form != A64_ERETA)
		cpu->pstate.btype =
			o.kind != OUTCOME_BRANCH
				? 0
				: bti_branch_type(cpu, form, word, engine_of(cpu)->guarded);
}

struct outcome observe(struct cpu *cpu, enum a64_form form, uint32_t word)
{
	struct outcome o = observed[form](cpu, word);

	if (cpu->pstate.btype != 0 || o.kind == OUTCOME_BRANCH)
		next_btype(cpu, form, word, o);
	return o;
}
