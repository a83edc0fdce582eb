/*
 * The observed instantiation: every form executed from its word, with the complete memory path. The
 * handlers of most groups are where their fast ones are (fast_GROUP.c).
 */
#include "engine.h"

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

struct outcome observe(struct cpu *cpu, enum a64_form form, uint32_t word)
{
	return observed[form](cpu, word);
}
