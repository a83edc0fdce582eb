/* The observed instantiation: every form executed from its word, with the complete memory path. */
#include "atomic.h"
#include "branch.h"
#include "dp_imm.h"
#include "dp_reg.h"
#include "ldst.h"

typedef struct outcome observed_handler(struct cpu *cpu, uint32_t word);

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
