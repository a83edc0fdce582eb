/*
 * Aborts of the guest that are stage 2's: memory on demand, the PL011, external aborts for
 * everything else.
 */
#include "hyp.h"
#include "../arm64.h"

#include "../../mmu/vmsa.h"

/* ------------------------------------------------------------------ what the syndrome says */

enum fault_kind {
	FAULT_TRANSLATION,
	FAULT_ADDRESS_SIZE,
	FAULT_ACCESS_FLAG,
	FAULT_PERMISSION,
	FAULT_OTHER
};

struct fault {
	enum fault_kind kind;
	int level;
};

/* Levels 0 to 3 are the low two bits of their group of codes; level -1 has codes of its own. */
static struct fault decode_fault(unsigned fsc)
{
	int level = (int)(fsc & 3);

	switch (fsc) {
	case FSC_TRANSLATION_MINUS1:
		return (struct fault){FAULT_TRANSLATION, -1};
	case FSC_ADDRESS_SIZE_MINUS1:
		return (struct fault){FAULT_ADDRESS_SIZE, -1};
	}
	switch (fsc & ~3u) {
	case FSC_ADDRESS_SIZE_L0:
		return (struct fault){FAULT_ADDRESS_SIZE, level};
	case FSC_TRANSLATION_L0:
		return (struct fault){FAULT_TRANSLATION, level};
	case FSC_ACCESS_FLAG_L0:
		return (struct fault){FAULT_ACCESS_FLAG, level};
	case FSC_PERMISSION_L0:
		return (struct fault){FAULT_PERMISSION, level};
	default:
		return (struct fault){FAULT_OTHER, 0};
	}
}

static const char *fault_name(enum fault_kind kind)
{
	static const char names[][16] = {"Translation", "Address size", "Access flag", "Permission",
					 "other"};

	return names[kind];
}

/* ------------------------------------------------------------------ exceptions for the guest */

/* Where an exception to EL1 from this PSTATE is taken, relative to VBAR_EL1: synchronous. */
static uint64_t vector_offset(uint64_t spsr)
{
	switch (SPSR_EL2_M(spsr)) {
	case 0x5: /* EL1h */
		return 0x200;
	case 0x4: /* EL1t */
		return 0x000;
	case 0x0: /* EL0t */
		return 0x400;
	default: /* AArch32 */
		return 0x600;
	}
}

void inject_exception(struct guest_frame *frame, uint64_t esr, uint64_t far)
{
	uint64_t old = frame->spsr, sctlr = read_sysreg(sctlr_el1);
	uint64_t kept = FIELD_MASK(SPSR_EL2_N) | FIELD_MASK(SPSR_EL2_Z) | FIELD_MASK(SPSR_EL2_C) |
			FIELD_MASK(SPSR_EL2_V) | FIELD_MASK(SPSR_EL2_DIT) |
			FIELD_MASK(SPSR_EL2_PAN);

	write_sysreg(esr_el1, esr);
	write_sysreg(far_el1, far);
	write_sysreg(elr_el1, frame->elr);
	write_sysreg(spsr_el1, old);
	frame->elr = read_sysreg(vbar_el1) + vector_offset(old);
	/* As AArch64.TakeException makes PSTATE: EL1h, DAIF masked, PAN by SPAN, SSBS by DSSBS. */
	frame->spsr = (old & kept) | 0x5 | FIELD_MASK(SPSR_EL2_D) | FIELD_MASK(SPSR_EL2_A) |
		      FIELD_MASK(SPSR_EL2_I) | FIELD_MASK(SPSR_EL2_F) |
		      FIELD_PUT(SPSR_EL2_SSBS, SCTLR_EL1_DSSBS(sctlr));
	if (!SCTLR_EL1_SPAN(sctlr))
		frame->spsr |= FIELD_MASK(SPSR_EL2_PAN);
}

/*
 * There is nothing at this address: a synchronous External abort, with the class that the access
 * has at EL1.
 */
static void inject_external_abort(struct guest_frame *frame, uint64_t esr)
{
	bool fetch = ESR_ELx_EC(esr) == EC_INSTRUCTION_ABORT_LOWER;
	bool from_el0 = SPSR_EL2_M(frame->spsr) == 0;
	unsigned ec = fetch ? (from_el0 ? EC_INSTRUCTION_ABORT_LOWER : EC_INSTRUCTION_ABORT)
			    : (from_el0 ? EC_DATA_ABORT_LOWER : EC_DATA_ABORT);
	uint64_t iss = FSC_EXTERNAL;

	if (!fetch)
		iss |= esr & (FIELD_MASK(ISS_DATA_ABORT_WnR) | FIELD_MASK(ISS_DATA_ABORT_CM));
	inject_exception(frame, FIELD_PUT(ESR_ELx_EC, ec) | FIELD_PUT(ESR_ELx_IL, 1) | iss,
			 read_sysreg(far_el2));
}

/* ------------------------------------------------------------------ the PL011 */

/* One access of a general-purpose register, made on the real device for the guest. */
static void forward_to_pl011(struct hyp *hyp, struct guest_frame *frame, uint64_t esr, uint64_t ipa)
{
	volatile uint32_t *device = hyp->console.registers + (ipa - PL011_ADDRESS) / 4;
	unsigned rt = (unsigned)ISS_DATA_ABORT_SRT(esr), bits = 8u << ISS_DATA_ABORT_SAS(esr);
	uint64_t mask = bits < 64 ? (UINT64_C(1) << bits) - 1 : UINT64_MAX;

	if (ISS_DATA_ABORT_WnR(esr)) {
		*device = (uint32_t)(rt == 31 ? 0 : frame->x[rt] & mask);
	} else {
		uint64_t value = *device & mask;

		if (ISS_DATA_ABORT_SSE(esr) && value >> (bits - 1))
			value |= ~mask;
		if (!ISS_DATA_ABORT_SF(esr))
			value &= UINT32_MAX;
		if (rt != 31)
			frame->x[rt] = value;
	}
	frame->elr += 4;
}

static bool is_pl011_access(uint64_t esr, uint64_t ipa)
{
	return ESR_ELx_EC(esr) == EC_DATA_ABORT_LOWER && ISS_DATA_ABORT_ISV(esr) &&
	       ipa >= PL011_ADDRESS && ipa < PL011_ADDRESS + PL011_BYTES;
}

/* ------------------------------------------------------------------ all of it */

void abort_handle(struct hyp *hyp, struct guest_frame *frame, uint64_t esr)
{
	/* FSC, S1PTW and EA are in the same bits of both kinds of abort. */
	struct fault fault = decode_fault((unsigned)ISS_DATA_ABORT_DFSC(esr));
	bool on_walk = ISS_DATA_ABORT_S1PTW(esr);
	uint64_t far = read_sysreg(far_el2);
	uint64_t ipa = HPFAR_EL2_FIPA(read_sysreg(hpfar_el2)) << 12;

	/* The page offset is the VA's, but of a descriptor only the page is told. */
	if (!on_walk)
		ipa |= far & 0xfff;
	/*
	 * HPFAR holds an IPA for these alone; no other can come of tables that allow everything, AF
	 * = 1.
	 */
	if (fault.kind != FAULT_TRANSLATION || !hyp->vm.stage2_on)
		panic(hyp,
		      "stage 2 %s fault, level %d%s: ESR 0x%lx FAR 0x%lx HPFAR 0x%lx ELR 0x%lx",
		      fault_name(fault.kind), fault.level, on_walk ? ", on a stage 1 walk" : "",
		      esr, far, read_sysreg(hpfar_el2), frame->elr);
	if (vm_has_ram(&hyp->vm, ipa, 1))
		vm_fault_in(hyp, ipa);
	else if (!on_walk && is_pl011_access(esr, ipa))
		forward_to_pl011(hyp, frame, esr, ipa);
	else
		inject_external_abort(frame, esr);
}
