/*
 * Exceptions: building the record of each kind, taking one, returning from one. A record is a value
 * (struct exception of state.h) whose target EL, syndrome and addresses are final; nothing changes
 * until take_exception().
 */
#ifndef CPU_EXCEPTION_H
#define CPU_EXCEPTION_H

#include "outcome.h"

/*
 * What an instruction says of itself to a stage 2 Data Abort (LSInstructionSyndrome): valid=false
 * for everything but the loads and stores of one general-purpose register without writeback.
 */
struct access_syndrome {
	bool valid;           /* ISV */
	uint8_t size_log2;    /* SAS */
	bool sign_extend;     /* SSE */
	uint8_t Rt;           /* SRT, 0 to 31 */
	bool sixty_four;      /* SF */
	bool acquire_release; /* AR */
	bool maintenance;     /* DC (not DC ZVA), IC and AT: CM and WnR are 1 */
};

/*
 * Each record is for the instruction at cpu->pc; its preferred return address is that instruction
 * unless said.
 */
struct exception exception_undefined(const struct cpu *cpu);
struct exception exception_illegal_state(const struct cpu *cpu);
struct exception exception_pc_alignment(const struct cpu *cpu);
struct exception exception_sp_alignment(const struct cpu *cpu);
struct exception exception_svc(const struct cpu *cpu,
			       uint16_t imm); /* returns behind it, as HVC and no other */
struct exception exception_hvc(const struct cpu *cpu, uint16_t imm);
struct exception exception_smc_trap(const struct cpu *cpu, uint16_t imm);
struct exception exception_brk(const struct cpu *cpu, uint16_t imm);
/* ISS.TI. */
enum wfx { WFX_WFI, WFX_WFE, WFX_WFIT, WFX_WFET };
struct exception exception_wfx_trap(const struct cpu *cpu, unsigned target_el, enum wfx which);
/* ... of WFIT and WFET, with the number of their register. */
struct exception exception_wfxt_trap(const struct cpu *cpu, unsigned target_el, enum wfx which,
				     unsigned Rd);
/* AArch64.AdvSIMDFPAccessTrap(): to EL1, of which HCR_EL2.TGE makes EC 0 at EL2, or to EL2. */
struct exception exception_fp_access(const struct cpu *cpu, unsigned target_el);
/* AArch64.BranchTargetException(). */
struct exception exception_branch_target(const struct cpu *cpu);
/* TrapPACUse(), to EL2. */
struct exception exception_pauth_trap(const struct cpu *cpu);
/* AArch64.PACFailException(): bit 1 of which says data, bit 0 key B. */
struct exception exception_pac_fail(const struct cpu *cpu, unsigned which);
/* A Memory Copy or Memory Set exception. */
struct exception exception_mops(const struct cpu *cpu, uint32_t iss);
/*
 * MSR, MRS or SYS trapped. key: bits 20:5 of the instruction (op0 to op2); target_el 1 becomes 2
 * under HCR_EL2.TGE.
 */
struct exception exception_system_access(const struct cpu *cpu, unsigned target_el, uint32_t key,
					 unsigned Rt, bool read);
struct exception exception_data_abort(const struct cpu *cpu, const struct nw_fault *fault, va_t va,
				      struct access_syndrome syndrome);
struct exception exception_instruction_abort(const struct cpu *cpu, const struct nw_fault *fault,
					     va_t va);

/* AArch64.TakeException: PSTATE, SPSR, ELR, ESR, FAR, HPFAR, PC; counts it. */
void take_exception(struct cpu *cpu, const struct exception *exception);
/* ERET at EL1 or EL2, legal or not. */
struct outcome exception_return(struct cpu *cpu);
/* ... to another address than that of ELR_ELx. */
struct outcome exception_return_to(struct cpu *cpu, uint64_t target);

/*
 * HCR_EL2 as it traps and routes: with no EL2 nothing is, and EL0 under {E2H,TGE}={1,1} is not
 * EL1's to be controlled with.
 */
uint64_t effective_hcr(const struct cpu *cpu);
/*
 * HCR_EL2.TIDCP traps IMPLEMENTATION DEFINED registers and instructions, of which there are none
 * here but that a hypervisor may want to provide, at the current exception level.
 */
bool traps_implementation_defined(const struct cpu *cpu);
/* ELIsInHost(): el is of the regime EL2&0. */
bool el_is_in_host(const struct cpu *cpu, unsigned el);
/* SCTLR[]: that of the current translation regime. What SCTLR_EL1_*() read is where it is in both.
 */
uint64_t current_sctlr(const struct cpu *cpu);
/* TCR_ELx of the stage 1 of el; PtrHasUpperAndLowerAddRanges(). */
struct stage1_control {
	uint64_t tcr;
	bool two_ranges;
	bool has_tbid; /* FEAT_PAuth */
};
struct stage1_control stage1_control(const struct cpu *cpu, unsigned el);
/* EffectiveTBI(). */
bool effective_tbi(struct stage1_control s, uint64_t address, bool is_instruction);
/* AArch64.BranchAddr: a branch target without the tag that TBI allows, for execution at el. */
uint64_t branch_address(const struct cpu *cpu, uint64_t target, unsigned el);

/* PSTATE in the format of SPSR_ELx. */
uint64_t pstate_spsr(const struct cpu *cpu);
/* Changes PSTATE.EL and SP and brings SLOT_SP along. */
void pstate_select(struct cpu *cpu, unsigned el, bool spsel);

#endif
