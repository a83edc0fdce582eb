/*
 * Fast handlers of the System group, for what nothing traps, computes or watches: MRS and MSR of
 * registers that are plain storage, TLBI, and barriers. All else executes from its word.
 */
#include "fast.h"
#include "fast_system.h"
#include "sysreg.h"
#include "sysreg_hook.h"
#include "system.h"

/* A register of b[1]'s exception level, number imm. */
#define FAST_ENTER_DIRECT                                                                          \
	struct cpu *cpu = &e->cpu;                                                                 \
	if (UNLIKELY(!sysreg_is_direct_now(cpu, op->b[1])))                                        \
	FAST_TAIL(fast_observe, op)

static void fast_mrs(FAST_PARAMETERS)
{
	FAST_ENTER_DIRECT;
	cpu->x[op->b[0]] = cpu->sysreg[op->imm];
	FAST_GO(op + 1);
}

static void fast_msr(FAST_PARAMETERS)
{
	FAST_ENTER_DIRECT;
	sysreg_store(cpu, (enum sysreg)op->imm, cpu->x[op->b[0]]);
	FAST_GO(op + 1);
}

/* The operation is b[1] and b[2], its encoding imm. What it leaves of the page is asked of the
 * filter. */
static void fast_tlbi(FAST_PARAMETERS)
{
	struct cpu *cpu = &e->cpu;

	if (UNLIKELY(!sysop_tlbi_is_free(cpu, (uint32_t)op->imm)))
		FAST_TAIL(fast_observe, op);
	sysop_invalidate(cpu, (enum nw_tlbi_op)(op->b[1] | op->b[2] << 8), cpu->x[op->b[0]]);
	cpu->pc = e->page_va + op_index(op) * 4 + 4;
	FAST_TAIL(fast_branch_to, op);
}

/* Barriers: memory is in program order, and only the observed instantiation tells of events. */
static void fast_nothing(FAST_PARAMETERS)
{
	FAST_GO(op + 1);
}

static bool choose_direct(struct op *op, const struct cpu *cpu, uint32_t key, bool write,
			  uint32_t slot)
{
	enum sysreg reg;
	unsigned el;

	if (!sysreg_is_direct(cpu, key, &reg, &el))
		return false;
	op->fn = write ? fast_msr : fast_mrs;
	op->b[0] = (uint8_t)slot;
	op->b[1] = (uint8_t)el;
	op->imm = (int32_t)reg;
	return true;
}

static bool choose_tlbi(struct op *op, const struct cpu *cpu, const struct a64_SYS *i)
{
	uint32_t key = SYSREG_KEY(1, i->op1, i->CRn, i->CRm, i->op2);
	enum nw_tlbi_op tlbi;

	if (!sysop_is_tlbi(cpu, key, &tlbi))
		return false;
	op->fn = fast_tlbi;
	op->b[0] = (uint8_t)i->Rt;
	op->b[1] = (uint8_t)tlbi;
	op->b[2] = (uint8_t)(tlbi >> 8);
	op->imm = (int32_t)key;
	return true;
}

bool fast_system(struct op *op, const struct cpu *cpu, enum a64_form form, uint32_t word)
{
	const struct a64_MRS mrs = a64_unpack_MRS(word);
	const struct a64_MSR_reg msr = a64_unpack_MSR_reg(word);
	const struct a64_SYS sys = a64_unpack_SYS(word);
	const struct a64_HINT hint = a64_unpack_HINT(word);

	switch (form) {
	case A64_MRS:
		return choose_direct(op, cpu,
				     SYSREG_KEY(2 + mrs.o0, mrs.op1, mrs.CRn, mrs.CRm, mrs.op2),
				     false, mrs.Rt);
	case A64_MSR_reg:
		return choose_direct(op, cpu,
				     SYSREG_KEY(2 + msr.o0, msr.op1, msr.CRn, msr.CRm, msr.op2),
				     true, msr.Rt);
	case A64_SYS:
		return choose_tlbi(op, cpu, &sys);
	case A64_HINT:
		if (!hint_is_nop(hint.CRm, hint.op2))
			return false;
		op->fn = fast_nothing;
		return true;
	case A64_DSB:
	case A64_DSB_nXS:
	case A64_DMB:
	case A64_ISB:
	case A64_SB:
		op->fn = fast_nothing;
		return true;
	default:
		return false;
	}
}
