/*
 * Exceptions taken to EL2: by class, to whoever answers it.
 */
#include "hyp.h"
#include "../arm64.h"

#include "../../mmu/vmsa.h"

/* PSCI function identifiers (DEN 0022) and results. */
enum psci_function {
	PSCI_VERSION = 0x84000000,
	PSCI_SYSTEM_OFF = 0x84000008,
	PSCI_FEATURES = 0x8400000a,
};

#define PSCI_1_1           UINT64_C(0x10001)
#define PSCI_NOT_SUPPORTED UINT64_MAX

static bool is_psci_function(uint64_t id)
{
	return id == PSCI_VERSION || id == PSCI_SYSTEM_OFF || id == PSCI_FEATURES;
}

/* HVC and SMC: both are calls of firmware to the guest. */
static void call(struct guest_frame *frame)
{
	switch (frame->x[0] & UINT32_MAX) {
	case PSCI_VERSION:
		frame->x[0] = PSCI_1_1;
		break;
	case PSCI_FEATURES:
		frame->x[0] = is_psci_function(frame->x[1]) ? 0 : PSCI_NOT_SUPPORTED;
		break;
	case PSCI_SYSTEM_OFF:
		semihosting_exit(0);
		for (;;)
			__asm__ volatile("wfi");
	default:
		frame->x[0] = PSCI_NOT_SUPPORTED;
	}
}

static void describe(struct hyp *hyp, const struct guest_frame *frame, const char *what)
{
	panic(hyp, "%s: ESR 0x%lx ELR 0x%lx FAR 0x%lx HPFAR 0x%lx SPSR 0x%lx", what,
	      read_sysreg(esr_el2), frame->elr, read_sysreg(far_el2), read_sysreg(hpfar_el2),
	      frame->spsr);
}

void trap_guest(struct hyp *hyp, struct guest_frame *frame, unsigned vector)
{
	uint64_t esr = read_sysreg(esr_el2);

	(void)vector;
	switch (ESR_ELx_EC(esr)) {
	case EC_INSTRUCTION_ABORT_LOWER:
	case EC_DATA_ABORT_LOWER:
		abort_handle(hyp, frame, esr);
		break;
	case EC_HVC:
		call(frame);
		break;
	case EC_SMC:
		/* Trapped before it was executed, unlike HVC. */
		frame->elr += 4;
		call(frame);
		break;
	case EC_SYSTEM:
	case EC_UNKNOWN:
		/* What is trapped here doesn't exist for the guest. */
		inject_exception(frame,
				 FIELD_PUT(ESR_ELx_EC, EC_UNKNOWN) | FIELD_PUT(ESR_ELx_IL, 1),
				 read_sysreg(far_el1));
		break;
	default:
		describe(hyp, frame, "unexpected exception of the guest");
	}
}

void trap_unexpected(struct hyp *hyp, struct guest_frame *frame, unsigned vector)
{
	static const char types[][12] = {"synchronous", "IRQ", "FIQ", "SError"};
	static const char origins[][32] = {"EL2 with SP_EL0", "EL2", "the guest",
					   "the guest in AArch32"};
	char what[64];

	format_string(what, sizeof(what), "%s exception from %s", types[vector % 4],
		      origins[vector / 4]);
	describe(hyp, frame, what);
}
