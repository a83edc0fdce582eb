/* Exception entry and return, and the syndromes of D17 "ESR_EL1, Exception Syndrome Register". */
#include "exception.h"
#include "flags.h"
#include "layout.h"

/* ------------------------------------------------------------------ where to */

bool el_is_in_host(const struct cpu *cpu, unsigned el)
{
	uint64_t hcr = cpu->sysreg[SYSREG_HCR_EL2];

	if (el == 1 || HCR_EL2_E2H(hcr) == 0)
		return false;
	return el == 2 || HCR_EL2_TGE(hcr) != 0;
}

uint64_t current_sctlr(const struct cpu *cpu)
{
	unsigned el = cpu->pstate.el;

	return cpu->sysreg[el == 2 || el_is_in_host(cpu, el) ? SYSREG_SCTLR_EL2 : SYSREG_SCTLR_EL1];
}

/*
 * The traps of EL0 that behave as 0 under {E2H,TGE}={1,1}, each by its description in "HCR_EL2,
 * Hypervisor Configuration Register". Those of EL1 need no such rule: TGE lets nobody return to it.
 */
static const uint64_t off_in_host = FIELD_MASK(HCR_EL2_TWI) | FIELD_MASK(HCR_EL2_TWE) |
				    FIELD_MASK(HCR_EL2_TID2) | FIELD_MASK(HCR_EL2_TPCP) |
				    FIELD_MASK(HCR_EL2_TPU) | FIELD_MASK(HCR_EL2_TOCU) |
				    FIELD_MASK(HCR_EL2_TDZ);

uint64_t effective_hcr(const struct cpu *cpu)
{
	if (!cpu_has(cpu, FEAT_EL2))
		return FIELD_MASK(HCR_EL2_RW);
	return cpu->sysreg[SYSREG_HCR_EL2] & ~(el_is_in_host(cpu, 0) ? off_in_host : 0);
}

/* EL0 under {E2H,TGE}={1,1} is SCTLR_EL2.TIDCP's, which no core here has. */
bool traps_implementation_defined(const struct cpu *cpu)
{
	bool el0 = cpu->pstate.el == 0 && !el_is_in_host(cpu, 0) &&
		   cpu_choice(cpu, CHOICE_TIDCP_AT_EL0) == TIDCP_AT_EL0_TRAPS;

	return (cpu->pstate.el == 1 || el0) && HCR_EL2_TIDCP(effective_hcr(cpu)) != 0;
}

/* EL1, or EL2 for EL2's own and for EL0's under HCR_EL2.TGE. */
static unsigned default_target(const struct cpu *cpu)
{
	if (cpu->pstate.el == 2 || HCR_EL2_TGE(effective_hcr(cpu)) != 0)
		return 2;
	return 1;
}

static struct exception record(const struct cpu *cpu, enum vmsa_ec ec, uint64_t iss)
{
	return (struct exception){
		.ec = (uint8_t)ec,
		.il = true,
		.iss = (uint32_t)iss,
		.target_el = (uint8_t)default_target(cpu),
		.return_address = cpu->pc,
	};
}

/* ------------------------------------------------------------------ records */

struct exception exception_undefined(const struct cpu *cpu)
{
	return record(cpu, EC_UNKNOWN, 0);
}

struct exception exception_illegal_state(const struct cpu *cpu)
{
	return record(cpu, EC_ILLEGAL_STATE, 0);
}

struct exception exception_pc_alignment(const struct cpu *cpu)
{
	struct exception e = record(cpu, EC_PC_ALIGNMENT, 0);

	e.far_valid = true;
	e.far = cpu->pc;
	return e;
}

struct exception exception_sp_alignment(const struct cpu *cpu)
{
	return record(cpu, EC_SP_ALIGNMENT, 0);
}

struct exception exception_svc(const struct cpu *cpu, uint16_t imm)
{
	struct exception e = record(cpu, EC_SVC, imm);

	e.return_address = cpu->pc + 4;
	return e;
}

struct exception exception_hvc(const struct cpu *cpu, uint16_t imm)
{
	struct exception e = record(cpu, EC_HVC, imm);

	e.target_el = 2;
	e.return_address = cpu->pc + 4;
	return e;
}

struct exception exception_smc_trap(const struct cpu *cpu, uint16_t imm)
{
	struct exception e = record(cpu, EC_SMC, imm);

	e.target_el = 2;
	return e;
}

/* AArch64.SoftwareBreakpoint. */
struct exception exception_brk(const struct cpu *cpu, uint16_t imm)
{
	struct exception e = record(cpu, EC_BRK, imm);

	if (cpu_has(cpu, FEAT_EL2) && MDCR_EL2_TDE(cpu->sysreg[SYSREG_MDCR_EL2]) != 0)
		e.target_el = 2;
	return e;
}

struct exception exception_wfx_trap(const struct cpu *cpu, unsigned target_el, enum wfx which)
{
	/* ConditionSyndrome() of A64: CV=1, COND=0b1110 */
	struct exception e = record(cpu, EC_WFX,
				    FIELD_PUT(ISS_WFX_CV, 1) | FIELD_PUT(ISS_WFX_COND, 0xe) |
					    FIELD_PUT(ISS_WFX_TI, which));

	if (target_el == 2)
		e.target_el = 2;
	return e;
}

struct exception exception_wfxt_trap(const struct cpu *cpu, unsigned target_el, enum wfx which,
				     unsigned Rd)
{
	struct exception e = exception_wfx_trap(cpu, target_el, which);

	e.iss |= (uint32_t)(FIELD_PUT(ISS_WFX_RV, 1) | FIELD_PUT(ISS_WFX_RN, Rd));
	return e;
}

struct exception exception_fp_access(const struct cpu *cpu, unsigned target_el)
{
	struct exception e =
		record(cpu, EC_FP, FIELD_PUT(ISS_WFX_CV, 1) | FIELD_PUT(ISS_WFX_COND, 0xe));

	if (target_el == 1 && cpu->pstate.el < 2 && HCR_EL2_TGE(effective_hcr(cpu)) != 0)
		return exception_undefined(cpu);
	if (target_el == 2)
		e.target_el = 2;
	return e;
}

struct exception exception_branch_target(const struct cpu *cpu)
{
	return record(cpu, EC_BRANCH_TARGET, cpu->pstate.btype);
}

struct exception exception_pauth_trap(const struct cpu *cpu)
{
	struct exception e = record(cpu, EC_PAUTH, 0);

	e.target_el = 2;
	return e;
}

struct exception exception_pac_fail(const struct cpu *cpu, unsigned which)
{
	return record(cpu, EC_PAC_FAIL, which);
}

/* From EL1 to EL2 under HCRX_EL2.MCE2. */
struct exception exception_mops(const struct cpu *cpu, uint32_t iss)
{
	struct exception e = record(cpu, EC_MOPS, iss);
	bool to_el2 = cpu_has(cpu, FEAT_EL2) && HCRX_EL2_MCE2(cpu->sysreg[SYSREG_HCRX_EL2]) != 0;

	if (cpu->pstate.el == 1 && to_el2)
		e.target_el = 2;
	return e;
}

/* AArch64.SystemAccessTrapSyndrome: the operands of the instruction in another order. */
struct exception exception_system_access(const struct cpu *cpu, unsigned target_el, uint32_t key,
					 unsigned Rt, bool read)
{
	uint64_t iss = FIELD_PUT(ISS_SYSTEM_Op0, key >> 14) | FIELD_PUT(ISS_SYSTEM_Op1, key >> 11) |
		       FIELD_PUT(ISS_SYSTEM_CRn, key >> 7) | FIELD_PUT(ISS_SYSTEM_CRm, key >> 3) |
		       FIELD_PUT(ISS_SYSTEM_Op2, key) | FIELD_PUT(ISS_SYSTEM_Rt, Rt) |
		       FIELD_PUT(ISS_SYSTEM_Direction, read);
	struct exception e = record(cpu, EC_SYSTEM, iss);

	if (target_el == 2)
		e.target_el = 2;
	return e;
}

/* What Data and Instruction Aborts share: routing, FAR, HPFAR, S1PTW and the fault status code. */
static struct exception abort_record(const struct cpu *cpu, enum vmsa_ec ec,
				     const struct nw_fault *fault, va_t va)
{
	struct exception e = record(
		cpu, ec, nw_fault_status(fault) | FIELD_PUT(ISS_DATA_ABORT_S1PTW, fault->s1ptw));

	if (fault->stage2)
		e.target_el = 2;
	e.far_valid = true;
	e.far = va.value;
	e.hpfar_valid = fault->ipa_valid && e.target_el == 2;
	e.hpfar = FIELD_PUT(HPFAR_EL2_FIPA, fault->ipa.value >> 12);
	e.abort_stage1 = !fault->stage2;
	e.abort_stage2 = fault->stage2;
	return e;
}

/* LSInstructionSyndrome: ISS[24:14]. */
static uint64_t access_iss(struct access_syndrome s)
{
	return FIELD_PUT(ISS_DATA_ABORT_ISV, 1) | FIELD_PUT(ISS_DATA_ABORT_SAS, s.size_log2) |
	       FIELD_PUT(ISS_DATA_ABORT_SSE, s.sign_extend) | FIELD_PUT(ISS_DATA_ABORT_SRT, s.Rt) |
	       FIELD_PUT(ISS_DATA_ABORT_SF, s.sixty_four) |
	       FIELD_PUT(ISS_DATA_ABORT_AR, s.acquire_release);
}

static bool is_external(const struct nw_fault *fault)
{
	return fault->type == FAULT_EXTERNAL || fault->type == FAULT_EXTERNAL_ON_WALK;
}

/*
 * AArch64.FaultSyndrome, data side. IL is 1 with or without ISV: every A64 instruction has 32 bits.
 */
struct exception exception_data_abort(const struct cpu *cpu, const struct nw_fault *fault, va_t va,
				      struct access_syndrome syndrome)
{
	struct exception e = abort_record(cpu, EC_DATA_ABORT_LOWER, fault, va);

	if (fault->stage2 && !fault->s1ptw && !is_external(fault) && syndrome.valid)
		e.iss |= (uint32_t)access_iss(syndrome);
	e.iss |= (uint32_t)(FIELD_PUT(ISS_DATA_ABORT_CM, syndrome.maintenance) |
			    FIELD_PUT(ISS_DATA_ABORT_WnR, syndrome.maintenance || fault->write));
	return e;
}

struct exception exception_instruction_abort(const struct cpu *cpu, const struct nw_fault *fault,
					     va_t va)
{
	return abort_record(cpu, EC_INSTRUCTION_ABORT_LOWER, fault, va);
}

/* ------------------------------------------------------------------ PSTATE */

/* M[4:0] of an AArch64 state: EL in 3:2, SP in 0. */
static uint64_t spsr_mode(const struct pstate *p)
{
	return FIELD_PUT(SPSR_EL1_M, (unsigned)p->el << 2 | p->spsel);
}

/* D, A, I, F and N, Z, C, V stand together in this order. */
uint64_t pstate_spsr(const struct cpu *cpu)
{
	const struct pstate *p = &cpu->pstate;

	return (uint64_t)flags_nzcv(cpu->flags) << SPSR_EL1_V_LSB |
	       FIELD_PUT(SPSR_EL1_DIT, p->dit) | FIELD_PUT(SPSR_EL1_UAO, p->uao) |
	       FIELD_PUT(SPSR_EL1_PAN, p->pan) | FIELD_PUT(SPSR_EL1_SS, p->ss) |
	       FIELD_PUT(SPSR_EL1_IL, p->il) | FIELD_PUT(SPSR_EL1_SSBS, p->ssbs) |
	       FIELD_PUT(SPSR_EL1_BTYPE, p->btype) | (uint64_t)p->daif << SPSR_EL1_F_LSB |
	       spsr_mode(p);
}

static enum sysreg stack_pointer(unsigned el, bool spsel)
{
	static const enum sysreg by_el[] = {SYSREG_SP_EL0, SYSREG_SP_EL1, SYSREG_SP_EL2};

	return by_el[spsel ? el : 0];
}

void pstate_select(struct cpu *cpu, unsigned el, bool spsel)
{
	cpu->sysreg[stack_pointer(cpu->pstate.el, cpu->pstate.spsel)] = cpu->x[SLOT_SP];
	cpu->pstate.el = (uint8_t)el;
	cpu->pstate.spsel = spsel;
	cpu->x[SLOT_SP] = cpu->sysreg[stack_pointer(el, spsel)];
}

static void synchronize_context(struct cpu *cpu)
{
	nw_event(cpu->mmu, &(struct nw_event){.type = NW_EVENT_CONTEXT_SYNC, .el = cpu->pstate.el});
}

/* ------------------------------------------------------------------ entry */

/* AArch64.ReportException. What an exception leaves UNKNOWN keeps its value, or becomes 0. */
static void report(struct cpu *cpu, const struct exception *e, unsigned ec)
{
	bool el2 = e->target_el == 2;
	bool zero = cpu_choice(cpu, CHOICE_UNKNOWN_FAR) == UNKNOWN_FAR_IS_ZERO;
	uint64_t esr = FIELD_PUT(ESR_ELx_EC, ec) | FIELD_PUT(ESR_ELx_IL, e->il) |
		       FIELD_PUT(ESR_ELx_ISS, e->iss);

	cpu->sysreg[el2 ? SYSREG_ESR_EL2 : SYSREG_ESR_EL1] = esr;
	if (e->far_valid || zero)
		cpu->sysreg[el2 ? SYSREG_FAR_EL2 : SYSREG_FAR_EL1] = e->far_valid ? e->far : 0;
	if (el2 && (e->hpfar_valid || zero))
		cpu->sysreg[SYSREG_HPFAR_EL2] = e->hpfar_valid ? e->hpfar : 0;
}

/* PSTATE of an exception handler, EL and SP apart. */
static void enter_pstate(struct cpu *cpu)
{
	struct pstate *p = &cpu->pstate;
	uint64_t sctlr = current_sctlr(cpu);
	bool spans = p->el == 1 || el_is_in_host(cpu, 0); /* SCTLR_ELx has a SPAN that counts */

	p->ss = false;
	p->daif = 0xf;
	p->il = false;
	p->btype = 0;
	if (cpu_has(cpu, FEAT_PAN) && spans && SCTLR_EL1_SPAN(sctlr) == 0)
		p->pan = true;
	p->uao = false;
	if (cpu_has(cpu, FEAT_SSBS)) /* DSSBS is the same bit in both */
		p->ssbs = SCTLR_EL1_DSSBS(sctlr) != 0;
}

static void count(struct cpu *cpu, const struct exception *e, unsigned ec)
{
	cpu->counts.exceptions[e->target_el][0]++;
	cpu->counts.by_class[ec]++;
	cpu->counts.aborts_stage1 += e->abort_stage1;
	cpu->counts.aborts_stage2 += e->abort_stage2;
}

/* AArch64.TakeException: which exceptions guarantee BTYPE. */
static uint64_t saved_pstate(const struct cpu *cpu, const struct exception *e)
{
	bool sure = e->ec == EC_PC_ALIGNMENT || e->ec == EC_INSTRUCTION_ABORT_LOWER ||
		    e->ec == EC_BRK || e->ec == EC_ILLEGAL_STATE || e->ec == EC_BRANCH_TARGET;
	bool zero = cpu_choice(cpu, CHOICE_EXCEPTION_BTYPE) == EXCEPTION_BTYPE_IS_ZERO;

	return pstate_spsr(cpu) & ~(zero && !sure ? FIELD_MASK(SPSR_EL1_BTYPE) : 0);
}

void take_exception(struct cpu *cpu, const struct exception *e)
{
	bool el2 = e->target_el == 2, same_el = e->target_el == cpu->pstate.el;
	bool is_abort = e->ec == EC_INSTRUCTION_ABORT_LOWER || e->ec == EC_DATA_ABORT_LOWER;
	unsigned ec = e->ec + (is_abort && same_el ? 1u : 0u);
	uint64_t spsr = saved_pstate(cpu, e);
	uint64_t offset = !same_el ? 0x400 : cpu->pstate.spsel ? 0x200 : 0;

	report(cpu, e, ec);
	cpu->sysreg[el2 ? SYSREG_SPSR_EL2 : SYSREG_SPSR_EL1] = spsr;
	cpu->sysreg[el2 ? SYSREG_ELR_EL2 : SYSREG_ELR_EL1] = e->return_address;
	pstate_select(cpu, e->target_el, true);
	enter_pstate(cpu);
	cpu->pc = cpu->sysreg[el2 ? SYSREG_VBAR_EL2 : SYSREG_VBAR_EL1] + offset;
	count(cpu, e, ec);
	synchronize_context(cpu);
}

/* ------------------------------------------------------------------ return */

struct stage1_control stage1_control(const struct cpu *cpu, unsigned el)
{
	bool host = el_is_in_host(cpu, el);

	return (struct stage1_control){
		.tcr = cpu->sysreg[el == 2 || host ? SYSREG_TCR_EL2 : SYSREG_TCR_EL1],
		.two_ranges = el != 2 || host,
		.has_tbid = cpu_has(cpu, FEAT_PAuth),
	};
}

/* TBID takes instructions out. */
bool effective_tbi(struct stage1_control s, uint64_t address, bool is_instruction)
{
	bool upper = s.two_ranges && (address >> 55 & 1) != 0;
	uint64_t tbi, tbid;

	if (s.two_ranges) { /* TCR_EL1 and TCR_EL2_E2H1 are alike */
		tbi = upper ? TCR_EL1_TBI1(s.tcr) : TCR_EL1_TBI0(s.tcr);
		tbid = upper ? TCR_EL1_TBID1(s.tcr) : TCR_EL1_TBID0(s.tcr);
	} else {
		tbi = TCR_EL2_TBI(s.tcr);
		tbid = TCR_EL2_TBID(s.tcr);
	}
	return tbi != 0 && !(is_instruction && tbid != 0 && s.has_tbid);
}

uint64_t branch_address(const struct cpu *cpu, uint64_t target, unsigned el)
{
	struct stage1_control s = stage1_control(cpu, el);
	uint64_t top = UINT64_C(0xff) << 56;
	bool upper = s.two_ranges && (target >> 55 & 1) != 0;

	if (!effective_tbi(s, target, true))
		return target;
	return upper ? target | top : target & ~top;
}

/* IllegalExceptionReturn. AArch32 (M[4]) is not offered at any level; M[1] is reserved. */
static bool illegal_return(const struct cpu *cpu, uint64_t spsr)
{
	unsigned mode = (unsigned)SPSR_EL1_M(spsr), el = mode >> 2 & 3;

	if ((mode & 0x12) != 0 || el > cpu->pstate.el)
		return true;
	if (el == 0 && (mode & 1) != 0)
		return true;
	return el == 1 && HCR_EL2_TGE(effective_hcr(cpu)) != 0;
}

/*
 * The fields of a legal return; after an illegal one they keep their value (EL, SP) or may (the
 * others).
 */
static void return_state(struct cpu *cpu, uint64_t spsr)
{
	struct pstate *p = &cpu->pstate;
	unsigned mode = (unsigned)SPSR_EL1_M(spsr);

	pstate_select(cpu, mode >> 2 & 3, (mode & 1) != 0);
	p->ssbs = cpu_has(cpu, FEAT_SSBS) && SPSR_EL1_SSBS(spsr) != 0;
	p->uao = cpu_has(cpu, FEAT_UAO) && SPSR_EL1_UAO(spsr) != 0;
	p->dit = cpu_has(cpu, FEAT_DIT) && SPSR_EL1_DIT(spsr) != 0;
	p->btype = cpu_has(cpu, FEAT_BTI) ? (uint8_t)SPSR_EL1_BTYPE(spsr) : 0;
}

/* SetPSTATEFromPSR. */
static void return_pstate(struct cpu *cpu, uint64_t spsr)
{
	struct pstate *p = &cpu->pstate;
	bool illegal = illegal_return(cpu, spsr);

	if (!illegal)
		return_state(cpu, spsr);
	p->il = illegal || SPSR_EL1_IL(spsr) != 0;
	p->ss = false; /* software step is not modelled: DebugExceptionReturnSS() is 0 */
	p->pan = cpu_has(cpu, FEAT_PAN) && SPSR_EL1_PAN(spsr) != 0;
	p->daif = (uint8_t)(spsr >> SPSR_EL1_F_LSB & 0xf);
	cpu->flags = flags_from((unsigned)(spsr >> SPSR_EL1_V_LSB & 0xf));
}

struct outcome exception_return_to(struct cpu *cpu, uint64_t target)
{
	bool el2 = cpu->pstate.el == 2;
	uint64_t spsr = cpu->sysreg[el2 ? SYSREG_SPSR_EL2 : SYSREG_SPSR_EL1];

	synchronize_context(cpu);
	return_pstate(cpu, spsr);
	cpu->monitor.exclusive = false;
	cpu->event_register = true;
	return resync_at(branch_address(cpu, target, cpu->pstate.el));
}

struct outcome exception_return(struct cpu *cpu)
{
	return exception_return_to(
		cpu, cpu->sysreg[cpu->pstate.el == 2 ? SYSREG_ELR_EL2 : SYSREG_ELR_EL1]);
}
