/* What software at EL1 does to translation, without instructions of its own: events of a replayed trace. */
#include "engine.h"
#include "sysreg.h"

#include "../mmu/vmsa.h"

static struct engine *begin(struct cpu *cpu)
{
	struct engine *e = engine_of(cpu);

	if (e->current != NULL)
		engine_flush_counts(e);
	return e;
}

static void synchronize(struct engine *e)
{
	nw_event(e->cpu.mmu, &(struct nw_event){ .type = NW_EVENT_CONTEXT_SYNC, .el = 1 });
	engine_derive(e);
}

void cpu_switch_asid(struct cpu *cpu, uint16_t asid)
{
	struct engine *e = begin(cpu);
	bool from_ttbr1 = TCR_EL1_A1(cpu->sysreg[SYSREG_TCR_EL1]) != 0;
	enum sysreg reg = from_ttbr1 ? SYSREG_TTBR1_EL1 : SYSREG_TTBR0_EL1;
	uint64_t tables = cpu->sysreg[reg] & ~FIELD_MASK(TTBR0_EL1_ASID); /* the field is the same in both */

	sysreg_write(cpu, reg, tables | FIELD_PUT(TTBR0_EL1_ASID, asid));
	synchronize(e);
}

void cpu_tlbi(struct cpu *cpu, enum nw_tlbi_op op, uint64_t operand)
{
	struct engine *e = begin(cpu);

	cpu->counts.tlbi[op]++;
	nw_event(cpu->mmu,
		  &(struct nw_event){ .type = NW_EVENT_TLBI, .tlbi = op, .operand = operand, .el = 1 });
	synchronize(e);
}
