/* System instructions, in the order of group [system] of a64.decode. */
#include "system.h"
#include "a64.h"
#include "exception.h"
#include "layout.h"
#include "pauth.h"
#include "sysreg.h"
#include "sysreg_hook.h"

static struct outcome undefined(struct cpu *cpu)
{
	return raise(cpu, exception_undefined(cpu));
}

static void signal_event(struct cpu *cpu, enum nw_event_type type)
{
	nw_event(cpu->mmu, &(struct nw_event){.type = type, .el = cpu->pstate.el});
}

/* ------------------------------------------------------------------ exception generation */

struct outcome exec_SVC(struct cpu *cpu, const struct a64_SVC *i)
{
	return raise(cpu, exception_svc(cpu, (uint16_t)i->imm16));
}

/* UNDEFINED at EL0, without EL2 and, at EL1 and EL2, when HCR_EL2.HCD disables it. */
struct outcome exec_HVC(struct cpu *cpu, const struct a64_HVC *i)
{
	bool disabled = HCR_EL2_HCD(effective_hcr(cpu)) != 0;

	if (!cpu_has(cpu, FEAT_EL2) || cpu->pstate.el == 0 || disabled)
		return undefined(cpu);
	return raise(cpu, exception_hvc(cpu, (uint16_t)i->imm16));
}

/* AArch64.CheckForSMCUndefOrTrap without EL3. */
struct outcome exec_SMC(struct cpu *cpu, const struct a64_SMC *i)
{
	/* RES0 where CHOICE_SMC_WITHOUT_EL3 says so. */
	bool trapped = HCR_EL2_TSC(effective_hcr(cpu)) != 0;

	if (cpu->pstate.el == 1 && trapped)
		return raise(cpu, exception_smc_trap(cpu, (uint16_t)i->imm16));
	return undefined(cpu);
}

struct outcome exec_BRK(struct cpu *cpu, const struct a64_BRK *i)
{
	return raise(cpu, exception_brk(cpu, (uint16_t)i->imm16));
}

/*
 * HLT is UNDEFINED where halting is not allowed, which is always; semihosting takes one immediate
 * out of it.
 */
struct outcome exec_HLT(struct cpu *cpu, const struct a64_HLT *i)
{
	const struct cpu_host *host = &cpu->config.host;

	if (i->imm16 != 0xf000 || cpu->pstate.el == 0 || host->semihosting == NULL)
		return undefined(cpu);
	if (!host->semihosting(host->ctx, cpu))
		return stop(cpu, CPU_EXIT, NULL);
	return NEXT;
}

/* ------------------------------------------------------------------ hints */

/* SCTLR_ELx.nTWI, nTWE for EL0, then HCR_EL2.TWI, TWE below EL2. 0: no trap. */
static unsigned wfx_trap(const struct cpu *cpu, bool wfe)
{
	uint64_t sctlr = current_sctlr(cpu), hcr = effective_hcr(cpu);
	bool permitted = (wfe ? SCTLR_EL1_nTWE(sctlr) : SCTLR_EL1_nTWI(sctlr)) != 0;
	bool trapped = (wfe ? HCR_EL2_TWE(hcr) : HCR_EL2_TWI(hcr)) != 0;

	if (cpu->pstate.el == 0 && !permitted)
		return 1;
	return cpu->pstate.el < 2 && trapped ? 2 : 0;
}

static struct outcome wfe(struct cpu *cpu)
{
	unsigned target_el = cpu->event_register ? 0 : wfx_trap(cpu, true);
	bool waits = cpu_choice(cpu, CHOICE_WFE_WITHOUT_EVENT) == WFE_WITHOUT_EVENT_WAITS;

	if (target_el != 0)
		return raise(cpu, exception_wfx_trap(cpu, target_el, WFX_WFE));
	if (!cpu->event_register && waits)
		return stop(cpu, CPU_WAITING, NULL);
	cpu->event_register = false;
	return NEXT;
}

/* No interrupt is modelled that could end the wait. */
static struct outcome wfi(struct cpu *cpu)
{
	unsigned target_el = wfx_trap(cpu, false);

	if (target_el != 0)
		return raise(cpu, exception_wfx_trap(cpu, target_el, WFX_WFI));
	return stop(cpu, CPU_WAITING, NULL);
}

static unsigned number_of(uint32_t slot)
{
	return slot < SLOT_ZERO ? slot : 31;
}

/* Nothing but the time comes: the counter is what it waits for, at once. */
static void wait_until(struct cpu *cpu, uint64_t timeout)
{
	uint64_t count = sysreg_read(cpu, SYSREG_CNTVCT_EL0);

	if (count < timeout)
		cpu->waited += timeout - count;
}

/* LocalTimeoutEvent() has come where CNTVCT_EL0 is not below the register: no wait, no trap. */
static bool timed_out(const struct cpu *cpu, uint32_t slot)
{
	return sysreg_read(cpu, SYSREG_CNTVCT_EL0) >= cpu->x[slot];
}

struct outcome exec_WFET(struct cpu *cpu, const struct a64_WFET *i)
{
	bool over = cpu->event_register || timed_out(cpu, i->Rd);
	unsigned target_el = over ? 0 : wfx_trap(cpu, true);
	bool waits = cpu_choice(cpu, CHOICE_WFE_WITHOUT_EVENT) == WFE_WITHOUT_EVENT_WAITS;

	if (target_el != 0)
		return raise(cpu, exception_wfxt_trap(cpu, target_el, WFX_WFET, number_of(i->Rd)));
	if (!over && waits)
		wait_until(cpu, cpu->x[i->Rd]);
	cpu->event_register = false;
	return NEXT;
}

struct outcome exec_WFIT(struct cpu *cpu, const struct a64_WFIT *i)
{
	unsigned target_el = timed_out(cpu, i->Rd) ? 0 : wfx_trap(cpu, false);

	if (target_el != 0)
		return raise(cpu, exception_wfxt_trap(cpu, target_el, WFX_WFIT, number_of(i->Rd)));
	wait_until(cpu, cpu->x[i->Rd]);
	return NEXT;
}

/* NOP, YIELD, DGH; all else is for exec_HINT() to know. */
bool hint_is_nop(uint32_t CRm, uint32_t op2)
{
	uint32_t hint = CRm << 3 | op2;

	return hint == 0 || hint == 1 || hint == 6;
}

/*
 * Hints that are not named here have no effect on a core like this; those of other features are
 * NOPs without them.
 */
struct outcome exec_HINT(struct cpu *cpu, const struct a64_HINT *i)
{
	struct outcome outcome;

	if (pauth_hint(cpu, i->CRm << 3 | i->op2, &outcome))
		return outcome;
	switch (i->CRm << 3 | i->op2) {
	case 2:
		return wfe(cpu);
	case 3:
		return wfi(cpu);
	case 4: /* SEV */
	case 5: /* SEVL */
		cpu->event_register = true;
		return NEXT;
	default:
		return NEXT;
	}
}

/* ------------------------------------------------------------------ barriers */

struct outcome exec_CLREX(struct cpu *cpu, const struct a64_CLREX *i)
{
	(void)i;
	cpu->monitor.exclusive = false;
	return NEXT;
}

struct outcome exec_DSB(struct cpu *cpu, const struct a64_DSB *i)
{
	(void)i;
	signal_event(cpu, NW_EVENT_DSB);
	return NEXT;
}

struct outcome exec_DSB_nXS(struct cpu *cpu, const struct a64_DSB_nXS *i)
{
	(void)i;
	signal_event(cpu, NW_EVENT_DSB);
	return NEXT;
}

struct outcome exec_DMB(struct cpu *cpu, const struct a64_DMB *i)
{
	(void)i;
	signal_event(cpu, NW_EVENT_DMB);
	return NEXT;
}

struct outcome exec_ISB(struct cpu *cpu, const struct a64_ISB *i)
{
	(void)i;
	signal_event(cpu, NW_EVENT_CONTEXT_SYNC);
	return NEXT;
}

/* Nothing is executed speculatively. */
struct outcome exec_SB(struct cpu *cpu, const struct a64_SB *i)
{
	(void)cpu, (void)i;
	return NEXT;
}

/* ------------------------------------------------------------------ MSR (immediate) */

/* DAIFSet and DAIFClr at EL0: as MSR (register) of DAIF, with the immediate in CRm. */
static struct outcome write_daif(struct cpu *cpu, const struct a64_MSR_imm *i)
{
	struct pstate *p = &cpu->pstate;

	if (p->el == 0 && daif_trapped_at_el0(cpu)) {
		uint32_t key = SYSREG_KEY(0, i->op1, 4, i->CRm, i->op2);

		return raise(cpu, exception_system_access(cpu, 1, key, 31, false));
	}
	p->daif = (uint8_t)(i->op2 == 6 ? p->daif | i->CRm : p->daif & ~i->CRm);
	return NEXT;
}

/* A field of PSTATE set to CRm[0]. */
static struct outcome write_field(struct cpu *cpu, bool *field, enum nw_feature needs,
				  unsigned lowest_el, bool value)
{
	if (!cpu_has(cpu, needs) || cpu->pstate.el < lowest_el)
		return undefined(cpu);
	*field = value;
	return resync(cpu);
}

static struct outcome other_field(struct cpu *cpu, const struct a64_MSR_imm *i)
{
	static const struct {
		uint8_t op1, op2, lowest_el;
		const char *name;
	} fields[] = {{1, 0, 1, "ALLINT"}, {3, 3, 0, "SVCR"}, {3, 4, 0, "TCO"}};

	for (size_t n = 0; n < sizeof(fields) / sizeof(fields[0]); n++) {
		bool match = fields[n].op1 == i->op1 && fields[n].op2 == i->op2;

		if (match && cpu->config.stop_on_unmodelled &&
		    cpu->pstate.el >= fields[n].lowest_el)
			return stop(cpu, CPU_UNMODELLED, fields[n].name);
	}
	return undefined(cpu);
}

struct outcome exec_MSR_imm(struct cpu *cpu, const struct a64_MSR_imm *i)
{
	struct pstate *p = &cpu->pstate;
	bool value = (i->CRm & 1) != 0;

	switch (i->op1 << 3 | i->op2) {
	case 003:
		return write_field(cpu, &p->uao, FEAT_UAO, 1, value);
	case 004:
		return write_field(cpu, &p->pan, FEAT_PAN, 1, value);
	case 005:
		if (p->el == 0)
			return undefined(cpu);
		pstate_select(cpu, p->el, value);
		return resync(cpu);
	case 031:
		return write_field(cpu, &p->ssbs, FEAT_SSBS2, 0, value);
	case 032:
		return write_field(cpu, &p->dit, FEAT_DIT, 0, value);
	case 036:
	case 037:
		return write_daif(cpu, i);
	default:
		return other_field(cpu, i);
	}
}

/* ------------------------------------------------------------------ SYS, MSR, MRS */

struct outcome exec_SYS(struct cpu *cpu, const struct a64_SYS *i)
{
	return sysop_execute(cpu, SYSREG_KEY(1, i->op1, i->CRn, i->CRm, i->op2), i->Rt);
}

struct outcome exec_SYSL(struct cpu *cpu, const struct a64_SYSL *i)
{
	return sysop_execute_sysl(cpu, SYSREG_KEY(1, i->op1, i->CRn, i->CRm, i->op2), i->Rt);
}

struct outcome exec_MSR_reg(struct cpu *cpu, const struct a64_MSR_reg *i)
{
	return sysreg_msr(cpu, SYSREG_KEY(2 + i->o0, i->op1, i->CRn, i->CRm, i->op2), i->Rt);
}

struct outcome exec_MRS(struct cpu *cpu, const struct a64_MRS *i)
{
	return sysreg_mrs(cpu, SYSREG_KEY(2 + i->o0, i->op1, i->CRn, i->CRm, i->op2), i->Rt);
}

/* ------------------------------------------------------------------ ERET, UDF */

struct outcome exec_ERET(struct cpu *cpu, const struct a64_ERET *i)
{
	(void)i;
	return cpu->pstate.el == 0 ? undefined(cpu) : exception_return(cpu);
}

struct outcome exec_UDF(struct cpu *cpu, const struct a64_UDF *i)
{
	(void)i;
	return undefined(cpu);
}
