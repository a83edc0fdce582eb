/* Traps, computed values and write effects of system registers, in the order of sysreg.def. */
#include "sysreg_hook.h"
#include "exception.h"
#include "flags.h"
#include "fp_access.h"
#include "layout.h"

#include <stddef.h>

#define TRAPS(name)  static enum sysreg_trap name(const struct cpu *cpu, enum sysreg reg, bool write)
#define READS(name)  static uint64_t name(const struct cpu *cpu, enum sysreg reg)
#define WRITES(name) static void name(struct cpu *cpu, enum sysreg reg, uint64_t value)

/* A trap of EL1, or of EL0 and EL1, to EL2. */
static enum sysreg_trap el1_to_el2(const struct cpu *cpu, uint64_t condition)
{
	return cpu->pstate.el == 1 && condition != 0 ? TRAP_EL2 : TRAP_NONE;
}

static enum sysreg_trap el01_to_el2(const struct cpu *cpu, uint64_t condition)
{
	return cpu->pstate.el < 2 && condition != 0 ? TRAP_EL2 : TRAP_NONE;
}

static enum sysreg_trap el0_to_el1(const struct cpu *cpu, bool condition)
{
	return cpu->pstate.el == 0 && condition ? TRAP_EL1 : TRAP_NONE;
}

void sysreg_store(struct cpu *cpu, enum sysreg reg, uint64_t value)
{
	cpu->sysreg[reg] = (value & ~cpu->sysreg_res0[reg]) | cpu->sysreg_res1[reg];
}

/* ------------------------------------------------------------------ identification */

READS(read_midr)
{
	bool virtual = cpu->pstate.el == 1 && cpu_has(cpu, FEAT_EL2);

	if (reg == SYSREG_MIDR_EL1)
		return cpu->sysreg[virtual ? SYSREG_VPIDR_EL2 : SYSREG_MIDR_EL1];
	return cpu->sysreg[virtual ? SYSREG_VMPIDR_EL2 : SYSREG_MPIDR_EL1];
}

TRAPS(trap_id1)
{
	(void)reg, (void)write;
	return el1_to_el2(cpu, HCR_EL2_TID1(effective_hcr(cpu)));
}

TRAPS(trap_id2_id4)
{
	uint64_t hcr = effective_hcr(cpu);

	(void)reg, (void)write;
	return el1_to_el2(cpu, HCR_EL2_TID2(hcr) | HCR_EL2_TID4(hcr));
}

TRAPS(trap_id3)
{
	(void)reg, (void)write;
	return el1_to_el2(cpu, HCR_EL2_TID3(effective_hcr(cpu)));
}

TRAPS(trap_ctr)
{
	enum sysreg_trap trap = el0_to_el1(cpu, SCTLR_EL1_UCT(current_sctlr(cpu)) == 0);

	(void)reg, (void)write;
	return trap != TRAP_NONE ? trap : el01_to_el2(cpu, HCR_EL2_TID2(effective_hcr(cpu)));
}

/* DZP: DC ZVA would be trapped here. */
READS(read_dczid)
{
	bool dze = SCTLR_EL1_DZE(current_sctlr(cpu)) != 0;
	bool tdz = HCR_EL2_TDZ(effective_hcr(cpu)) != 0;
	bool prohibited = (cpu->pstate.el == 0 && !dze) || (cpu->pstate.el < 2 && tdz);

	return cpu->sysreg[reg] | FIELD_PUT(DCZID_EL0_DZP, prohibited);
}

/* ------------------------------------------------------------------ control and translation */

TRAPS(trap_vm)
{
	uint64_t hcr = effective_hcr(cpu);

	(void)reg;
	return el1_to_el2(cpu, write ? HCR_EL2_TVM(hcr) : HCR_EL2_TRVM(hcr));
}

void sysreg_push(struct cpu *cpu, enum sysreg reg)
{
#define PUSHED(name)                                                                               \
	{                                                                                          \
		SYSREG_##name, offsetof(struct nw_registers, name)                                 \
	}
	static const struct {
		enum sysreg reg;
		size_t offset;
	} pushed[] = {
		PUSHED(SCTLR_EL1), PUSHED(TCR_EL1),   PUSHED(TTBR0_EL1), PUSHED(TTBR1_EL1),
		PUSHED(MAIR_EL1),  PUSHED(SCTLR_EL2), PUSHED(TCR_EL2),   PUSHED(TTBR0_EL2),
		PUSHED(TTBR1_EL2), PUSHED(MAIR_EL2),  PUSHED(HCR_EL2),   PUSHED(VTCR_EL2),
		PUSHED(VTTBR_EL2),
	};
#undef PUSHED
	char *registers = (char *)nw_registers(cpu->mmu);

	for (size_t i = 0; i < sizeof(pushed) / sizeof(pushed[0]); i++) {
		if (pushed[i].reg == reg)
			*(uint64_t *)(void *)(registers + pushed[i].offset) = cpu->sysreg[reg];
	}
}

WRITES(write_regime)
{
	sysreg_store(cpu, reg, value);
	sysreg_push(cpu, reg);
	nw_event(cpu->mmu, &(struct nw_event){.type = NW_EVENT_REGISTER, .el = cpu->pstate.el});
}

TRAPS(trap_actlr)
{
	(void)reg, (void)write;
	return el1_to_el2(cpu, HCR_EL2_TACR(effective_hcr(cpu)));
}

TRAPS(trap_cpacr)
{
	(void)reg, (void)write;
	return el1_to_el2(cpu, cpu_has(cpu, FEAT_EL2) &&
				       CPTR_EL2_TCPAC(cpu->sysreg[SYSREG_CPTR_EL2]) != 0);
}

TRAPS(trap_key)
{
	(void)reg, (void)write;
	return el1_to_el2(cpu, cpu_has(cpu, FEAT_EL2) && HCR_EL2_APK(effective_hcr(cpu)) == 0);
}

TRAPS(trap_lor)
{
	(void)reg, (void)write;
	return el1_to_el2(cpu, HCR_EL2_TLOR(effective_hcr(cpu)));
}

/* AArch64.CheckFPAdvSIMDEnabled(). */
TRAPS(trap_fp_env)
{
	(void)reg, (void)write;
	return fp_is_enabled(cpu) ? TRAP_NONE : TRAP_FP;
}

READS(read_fp_env)
{
	return reg == SYSREG_FPCR ? cpu->fpcr : cpu->fpsr;
}

/*
 * Len and Stride mean nothing here, but are kept. Exceptions are not trapped: the fields that
 * enable that are RAZ/WI. N, Z, C and V of FPSR are of AArch32 only.
 */
WRITES(write_fp_env)
{
	const uint32_t fpsr =
		FPSR_QC | FPSR_IDC | FPSR_IXC | FPSR_UFC | FPSR_OFC | FPSR_DZC | FPSR_IOC;
	const uint32_t fpcr = FPCR_AHP | FPCR_DN | FPCR_FZ | FPCR_RMODE | 3u << 20 | 7u << 16;
	uint32_t fz16 = cpu_has(cpu, FEAT_FP16) ? FPCR_FZ16 : 0;

	if (reg == SYSREG_FPSR)
		cpu->fpsr = (uint32_t)value & fpsr;
	else
		cpu->fpcr = (uint32_t)value & (fpcr | fz16);
}

/* RVBAR_ELx is of the highest exception level only. */
TRAPS(trap_rvbar_el1)
{
	(void)reg, (void)write;
	return cpu_has(cpu, FEAT_EL2) ? TRAP_UNDEFINED : TRAP_NONE;
}

/*
 * ------------------------------------------------------------------ PSTATE, stack pointers, thread
 * registers
 */

/* The stack pointer in use is no system register. */
TRAPS(trap_sp_el0)
{
	(void)reg, (void)write;
	return cpu->pstate.spsel ? TRAP_NONE : TRAP_UNDEFINED;
}

/* For debuggers, who see every SP by name. */
READS(read_sp)
{
	unsigned el = cpu->pstate.spsel ? cpu->pstate.el : 0;
	unsigned of = reg == SYSREG_SP_EL0 ? 0 : reg == SYSREG_SP_EL1 ? 1 : 2;

	return el == of ? cpu->x[SLOT_SP] : cpu->sysreg[reg];
}

/* The PSTATE accessors have the field where SPSR_ELx has it, but for SPSel and CurrentEL. */
READS(read_pstate)
{
	const struct pstate *p = &cpu->pstate;

	switch (reg) {
	case SYSREG_SPSel:
		return p->spsel;
	case SYSREG_CurrentEL:
		return (uint64_t)p->el << 2;
	case SYSREG_PAN:
		return FIELD_PUT(SPSR_EL1_PAN, p->pan);
	case SYSREG_UAO:
		return FIELD_PUT(SPSR_EL1_UAO, p->uao);
	case SYSREG_DIT:
		return FIELD_PUT(SPSR_EL1_DIT, p->dit);
	case SYSREG_SSBS:
		return FIELD_PUT(SPSR_EL1_SSBS, p->ssbs);
	case SYSREG_DAIF:
		return (uint64_t)p->daif << SPSR_EL1_F_LSB;
	default: /* NZCV */
		return (uint64_t)flags_nzcv(cpu->flags) << SPSR_EL1_V_LSB;
	}
}

WRITES(write_pstate)
{
	struct pstate *p = &cpu->pstate;

	switch (reg) {
	case SYSREG_SPSel:
		pstate_select(cpu, p->el, (value & 1) != 0);
		break;
	case SYSREG_PAN:
		p->pan = SPSR_EL1_PAN(value) != 0;
		break;
	case SYSREG_UAO:
		p->uao = SPSR_EL1_UAO(value) != 0;
		break;
	case SYSREG_DIT:
		p->dit = SPSR_EL1_DIT(value) != 0;
		break;
	case SYSREG_SSBS:
		p->ssbs = SPSR_EL1_SSBS(value) != 0;
		break;
	case SYSREG_DAIF:
		p->daif = (uint8_t)(value >> SPSR_EL1_F_LSB & 0xf);
		break;
	default: /* NZCV */
		cpu->flags = flags_from((unsigned)(value >> SPSR_EL1_V_LSB & 0xf));
	}
}

/* SCTLR_EL2 has no UMA: always under {E2H,TGE}={1,1}. */
bool daif_trapped_at_el0(const struct cpu *cpu)
{
	return el_is_in_host(cpu, 0) || SCTLR_EL1_UMA(cpu->sysreg[SYSREG_SCTLR_EL1]) == 0;
}

TRAPS(trap_daif)
{
	(void)reg, (void)write;
	return el0_to_el1(cpu, daif_trapped_at_el0(cpu));
}

TRAPS(trap_read_only_el0)
{
	(void)reg;
	return cpu->pstate.el == 0 && write ? TRAP_UNDEFINED : TRAP_NONE;
}

/* ------------------------------------------------------------------ generic timer */

/*
 * The system counter, apart from what WFIT waits for, runs at CNTFRQ_EL0 of 62.5 MHz where the core
 * completes 10^9 instructions a second: 16 instructions a tick, each 16 of `now`.
 */
uint64_t sysreg_counter(const struct cpu *cpu)
{
	return cpu->now / (16 * 16) + cpu->waited;
}

/*
 * What EL0 may do: CNTKCTL_EL1 says, and under {E2H,TGE}={1,1} CNTHCTL_EL2, by fields in the same
 * places.
 */
static uint64_t el0_timer_controls(const struct cpu *cpu)
{
	return cpu->sysreg[el_is_in_host(cpu, 0) ? SYSREG_CNTHCTL_EL2 : SYSREG_CNTKCTL_EL1];
}

/* A trap of EL1, and of EL0 of the regime EL1&0, by a field of CNTHCTL_EL2 that moves with E2H. */
static enum sysreg_trap el10_timer_trap(const struct cpu *cpu, uint64_t field_e2h0,
					uint64_t field_e2h1)
{
	bool e2h = HCR_EL2_E2H(cpu->sysreg[SYSREG_HCR_EL2]) != 0;
	bool enabled = (cpu->sysreg[SYSREG_CNTHCTL_EL2] & (e2h ? field_e2h1 : field_e2h0)) != 0;

	return el01_to_el2(cpu, cpu_has(cpu, FEAT_EL2) && !enabled && !el_is_in_host(cpu, 0));
}

/* R EL0 as permitted, W at the highest exception level. */
TRAPS(trap_cntfrq)
{
	uint64_t kctl = el0_timer_controls(cpu);

	(void)reg;
	if (write)
		return cpu->pstate.el == (cpu_has(cpu, FEAT_EL2) ? 2 : 1) ? TRAP_NONE
									  : TRAP_UNDEFINED;
	return el0_to_el1(cpu, CNTKCTL_EL1_EL0PCTEN(kctl) == 0 && CNTKCTL_EL1_EL0VCTEN(kctl) == 0);
}

TRAPS(trap_cntpct)
{
	enum sysreg_trap trap = el0_to_el1(cpu, CNTKCTL_EL1_EL0PCTEN(el0_timer_controls(cpu)) == 0);

	(void)reg, (void)write;
	if (trap != TRAP_NONE)
		return trap;
	return el10_timer_trap(cpu, FIELD_MASK(CNTHCTL_EL2_EL1PCTEN),
			       FIELD_MASK(CNTHCTL_EL2_E2H1_EL1PCTEN));
}

TRAPS(trap_cntvct)
{
	(void)reg, (void)write;
	return el0_to_el1(cpu, CNTKCTL_EL1_EL0VCTEN(el0_timer_controls(cpu)) == 0);
}

READS(read_cntpct)
{
	(void)reg;
	return sysreg_counter(cpu);
}

/* The offset is EL1's: software in the regime EL2&0 sees the physical counter. */
READS(read_cntvct)
{
	bool host = el_is_in_host(cpu, cpu->pstate.el);

	(void)reg;
	return sysreg_counter(cpu) - (host ? 0 : cpu->sysreg[SYSREG_CNTVOFF_EL2]);
}

/* The registers of the timer that reg belongs to, and its counter's offset from CNTPCT_EL0. */
struct timer {
	enum sysreg ctl, cval;
	uint64_t count;
};

static struct timer timer_of(const struct cpu *cpu, enum sysreg reg)
{
	uint64_t count = sysreg_counter(cpu);

	switch (reg) {
	case SYSREG_CNTP_TVAL_EL0:
	case SYSREG_CNTP_CTL_EL0:
	case SYSREG_CNTP_CVAL_EL0:
		return (struct timer){SYSREG_CNTP_CTL_EL0, SYSREG_CNTP_CVAL_EL0, count};
	case SYSREG_CNTV_TVAL_EL0:
	case SYSREG_CNTV_CTL_EL0:
	case SYSREG_CNTV_CVAL_EL0:
		return (struct timer){SYSREG_CNTV_CTL_EL0, SYSREG_CNTV_CVAL_EL0,
				      count - cpu->sysreg[SYSREG_CNTVOFF_EL2]};
	case SYSREG_CNTHV_TVAL_EL2:
	case SYSREG_CNTHV_CTL_EL2:
	case SYSREG_CNTHV_CVAL_EL2:
		return (struct timer){SYSREG_CNTHV_CTL_EL2, SYSREG_CNTHV_CVAL_EL2, count};
	default:
		return (struct timer){SYSREG_CNTHP_CTL_EL2, SYSREG_CNTHP_CVAL_EL2, count};
	}
}

TRAPS(trap_timer)
{
	enum sysreg ctl = timer_of(cpu, reg).ctl;
	uint64_t kctl = el0_timer_controls(cpu);
	enum sysreg_trap trap;

	(void)write;
	if (ctl == SYSREG_CNTV_CTL_EL0)
		return el0_to_el1(cpu, CNTKCTL_EL1_EL0VTEN(kctl) == 0);
	if (ctl != SYSREG_CNTP_CTL_EL0)
		return TRAP_NONE;
	trap = el0_to_el1(cpu, CNTKCTL_EL1_EL0PTEN(kctl) == 0);
	if (trap != TRAP_NONE)
		return trap;
	return el10_timer_trap(cpu, FIELD_MASK(CNTHCTL_EL2_EL1PCEN),
			       FIELD_MASK(CNTHCTL_EL2_E2H1_EL1PTEN));
}

/* TVAL is the distance to CVAL as a signed 32-bit number. */
READS(read_tval)
{
	struct timer t = timer_of(cpu, reg);

	return (cpu->sysreg[t.cval] - t.count) & UINT32_MAX;
}

WRITES(write_tval)
{
	struct timer t = timer_of(cpu, reg);

	cpu->sysreg[t.cval] = t.count + (uint64_t)(int64_t)(int32_t)value;
}

READS(read_timer_ctl)
{
	struct timer t = timer_of(cpu, reg);
	bool met = CNTP_CTL_EL0_ENABLE(cpu->sysreg[reg]) != 0 && t.count >= cpu->sysreg[t.cval];

	return cpu->sysreg[reg] | FIELD_PUT(CNTP_CTL_EL0_ISTATUS, met);
}

/* ISTATUS is read-only. */
WRITES(write_timer_ctl)
{
	sysreg_store(cpu, reg, value & ~FIELD_MASK(CNTP_CTL_EL0_ISTATUS));
}

/* ------------------------------------------------------------------ debug */

/* HCR_EL2.TGE makes all fields of MDCR_EL2 that trap debug registers 1. */
static bool debug_trap(const struct cpu *cpu, uint64_t field)
{
	uint64_t mdcr = cpu->sysreg[SYSREG_MDCR_EL2];
	bool tge = HCR_EL2_TGE(effective_hcr(cpu)) != 0;

	return cpu_has(cpu, FEAT_EL2) && (tge || (mdcr & (field | FIELD_MASK(MDCR_EL2_TDE))) != 0);
}

TRAPS(trap_debug)
{
	(void)reg, (void)write;
	return el1_to_el2(cpu, debug_trap(cpu, FIELD_MASK(MDCR_EL2_TDA)));
}

TRAPS(trap_debug_rom)
{
	(void)reg, (void)write;
	return el1_to_el2(cpu, debug_trap(cpu, FIELD_MASK(MDCR_EL2_TDRA)));
}

TRAPS(trap_debug_os)
{
	(void)reg, (void)write;
	return el1_to_el2(cpu, debug_trap(cpu, FIELD_MASK(MDCR_EL2_TDOSA)));
}

/* The Debug Communications Channel. */
TRAPS(trap_comms)
{
	enum sysreg_trap trap = el0_to_el1(cpu, MDSCR_EL1_TDCC(cpu->sysreg[SYSREG_MDSCR_EL1]) != 0);

	(void)reg, (void)write;
	return trap != TRAP_NONE ? trap
				 : el01_to_el2(cpu, debug_trap(cpu, FIELD_MASK(MDCR_EL2_TDA)));
}

/* No debugger listens: nothing to read, what is written is lost. */
READS(read_zero)
{
	(void)cpu, (void)reg;
	return 0;
}

WRITES(write_nothing)
{
	(void)cpu, (void)reg, (void)value;
}

WRITES(write_oslar)
{
	(void)reg;
	cpu->sysreg[SYSREG_OSLSR_EL1] =
		(cpu->sysreg[SYSREG_OSLSR_EL1] & ~FIELD_MASK(OSLSR_EL1_OSLK)) |
		FIELD_PUT(OSLSR_EL1_OSLK, value);
}

/* Eight claim tags, kept in DBGCLAIMCLR_EL1; DBGCLAIMSET_EL1 reads which tags there are. */
READS(read_claimset)
{
	(void)cpu, (void)reg;
	return 0xff;
}

WRITES(write_claim)
{
	uint64_t *tags = &cpu->sysreg[SYSREG_DBGCLAIMCLR_EL1];

	*tags = reg == SYSREG_DBGCLAIMSET_EL1 ? *tags | (value & 0xff) : *tags & ~value;
}

/* ------------------------------------------------------------------ names of FEAT_VHE */

TRAPS(trap_el12)
{
	(void)reg, (void)write;
	return el_is_in_host(cpu, 2) ? TRAP_NONE : TRAP_UNDEFINED;
}

/* ------------------------------------------------------------------ the hooks by name */

static const struct sysreg_hook hook_plain = {0};
static const struct sysreg_hook hook_midr = {.read = read_midr};
static const struct sysreg_hook hook_mpidr = {.read = read_midr};
static const struct sysreg_hook hook_id1 = {.trap = trap_id1};
static const struct sysreg_hook hook_id2_id4 = {.trap = trap_id2_id4};
static const struct sysreg_hook hook_id3 = {.trap = trap_id3};
static const struct sysreg_hook hook_ctr = {.trap = trap_ctr};
static const struct sysreg_hook hook_dczid = {.read = read_dczid};
static const struct sysreg_hook hook_vm = {.trap = trap_vm};
static const struct sysreg_hook hook_regime_el1 = {trap_vm, NULL, write_regime, true};
static const struct sysreg_hook hook_regime_el2 = {NULL, NULL, write_regime, true};
static const struct sysreg_hook hook_actlr = {.trap = trap_actlr};
static const struct sysreg_hook hook_cpacr = {.trap = trap_cpacr, .resync = true};
static const struct sysreg_hook hook_cptr = {.resync = true};
static const struct sysreg_hook hook_fp_env = {
	.trap = trap_fp_env, .read = read_fp_env, .write = write_fp_env};
static const struct sysreg_hook hook_random = {.read = read_zero}; /* MRS: random.c */
static const struct sysreg_hook hook_key = {.trap = trap_key};
static const struct sysreg_hook hook_lor = {.trap = trap_lor};
static const struct sysreg_hook hook_rvbar_el1 = {.trap = trap_rvbar_el1};
static const struct sysreg_hook hook_sp_el0 = {.trap = trap_sp_el0, .read = read_sp};
static const struct sysreg_hook hook_sp_el1 = {.read = read_sp};
static const struct sysreg_hook hook_sp_el2 = {.read = read_sp};
static const struct sysreg_hook hook_spsel = {NULL, read_pstate, write_pstate, true};
static const struct sysreg_hook hook_currentel = {.read = read_pstate};
static const struct sysreg_hook hook_pan = {NULL, read_pstate, write_pstate, true};
static const struct sysreg_hook hook_uao = {NULL, read_pstate, write_pstate, true};
static const struct sysreg_hook hook_nzcv = {.read = read_pstate, .write = write_pstate};
static const struct sysreg_hook hook_daif = {trap_daif, read_pstate, write_pstate, false};
static const struct sysreg_hook hook_dit = {.read = read_pstate, .write = write_pstate};
static const struct sysreg_hook hook_ssbs = {.read = read_pstate, .write = write_pstate};
static const struct sysreg_hook hook_read_only_el0 = {.trap = trap_read_only_el0};
static const struct sysreg_hook hook_cntfrq = {.trap = trap_cntfrq};
static const struct sysreg_hook hook_cntpct = {.trap = trap_cntpct, .read = read_cntpct};
static const struct sysreg_hook hook_cntvct = {.trap = trap_cntvct, .read = read_cntvct};
static const struct sysreg_hook hook_timer_tval = {trap_timer, read_tval, write_tval, false};
static const struct sysreg_hook hook_timer_ctl = {trap_timer, read_timer_ctl, write_timer_ctl,
						  false};
static const struct sysreg_hook hook_timer_cval = {.trap = trap_timer};
static const struct sysreg_hook hook_debug = {.trap = trap_debug};
static const struct sysreg_hook hook_debug_rom = {.trap = trap_debug_rom};
static const struct sysreg_hook hook_debug_os = {.trap = trap_debug_os};
static const struct sysreg_hook hook_oslar = {.trap = trap_debug_os, .write = write_oslar};
static const struct sysreg_hook hook_claimset = {trap_debug, read_claimset, write_claim, false};
static const struct sysreg_hook hook_claimclr = {.trap = trap_debug, .write = write_claim};
static const struct sysreg_hook hook_el12 = {.trap = trap_el12};
static const struct sysreg_hook hook_comms = {trap_comms, read_zero, write_nothing, false};

const struct sysreg_hook *sysreg_hook(enum sysreg reg)
{
	static const struct sysreg_hook *const hooks[SYSREG_COUNT] = {
#define SYSREG(name, op0, op1, CRn, CRm, op2, lowest_el, access, reset, needs, hook) &hook_##hook,
#include "sysreg.def"
#undef SYSREG
	};

	return hooks[reg];
}

bool sysreg_hook_is_plain(enum sysreg reg)
{
	const struct sysreg_hook *hook = sysreg_hook(reg);

	return hook == &hook_plain || hook == &hook_vm || hook == &hook_sp_el0;
}
