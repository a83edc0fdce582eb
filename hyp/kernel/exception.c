/* Exceptions taken to EL1, by class. */
#include "kernel.h"

#include "mmu/vmsa.h"

enum vector { VECTOR_EL1H_SYNC = 4, VECTOR_EL0_SYNC = 8 };

enum abort_kind { ABORT_PAGE, ABORT_ALIGNMENT, ABORT_EXTERNAL, ABORT_OTHER };

static enum abort_kind abort_kind(uint64_t esr)
{
	unsigned code = (unsigned)ISS_DATA_ABORT_DFSC(esr);

	if (code == FSC_ALIGNMENT)
		return ABORT_ALIGNMENT;
	if (code == FSC_EXTERNAL || code == FSC_EXTERNAL_ON_WALK_MINUS1 ||
	    (code >= FSC_EXTERNAL_ON_WALK_L0 && code < FSC_EXTERNAL_ON_WALK_L0 + 4))
		return ABORT_EXTERNAL;
	if (code == FSC_TRANSLATION_MINUS1 ||
	    (code >= FSC_TRANSLATION_L0 && code < FSC_PERMISSION_L0 + 4))
		return ABORT_PAGE;
	return ABORT_OTHER;
}

/* Level -1 has a code of its own. */
static int translation_fault_level(uint64_t esr)
{
	unsigned code = (unsigned)ISS_DATA_ABORT_DFSC(esr);

	if (code == FSC_TRANSLATION_MINUS1)
		return -1;
	return code >= FSC_TRANSLATION_L0 && code < FSC_TRANSLATION_L0 + 4
		       ? (int)(code - FSC_TRANSLATION_L0)
		       : LEVEL_NONE;
}

/* Cache maintenance (CM) reports a write and needs none. */
static enum access access_of(uint64_t esr)
{
	unsigned ec = (unsigned)ESR_ELx_EC(esr);

	if (ec == EC_INSTRUCTION_ABORT || ec == EC_INSTRUCTION_ABORT_LOWER)
		return ACCESS_EXECUTE;
	return ISS_DATA_ABORT_WnR(esr) && !ISS_DATA_ABORT_CM(esr) ? ACCESS_WRITE : ACCESS_READ;
}

/*
 * An abort on an address of the program, by the program or by a copy for it. False: the address is
 * bad.
 */
static bool handle_abort(struct kernel *k, const struct frame *frame, uint64_t esr, uint64_t far)
{
	enum abort_kind kind = abort_kind(esr);

	if (kind == ABORT_EXTERNAL)
		end(1,
		    "nestwalk: proxy kernel: external abort: PC 0x%lx, address 0x%lx, ESR 0x%lx: "
		    "no memory is there",
		    frame->elr, far, esr);
	if (kind == ABORT_OTHER)
		panic(k, "unexpected abort: PC 0x%lx, address 0x%lx, ESR 0x%lx", frame->elr, far,
		      esr);
	if (kind == ABORT_ALIGNMENT)
		die_of(SIGBUS, frame->elr, far, esr);
	switch (mm_fault(k, far, access_of(esr), translation_fault_level(esr))) {
	case FAULT_MAPPED:
		return true;
	case FAULT_NO_MEMORY:
		die_of(SIGKILL, frame->elr, far, esr);
	default:
		return false;
	}
}

static void from_el0(struct kernel *k, struct frame *frame, uint64_t esr)
{
	uint64_t far = read_sysreg(far_el1);

	switch (ESR_ELx_EC(esr)) {
	case EC_SVC:
		frame->x[0] = (uint64_t)syscall_dispatch(k, frame);
		return;
	case EC_INSTRUCTION_ABORT_LOWER:
	case EC_DATA_ABORT_LOWER:
		if (!handle_abort(k, frame, esr, far))
			die_of(SIGSEGV, frame->elr, far, esr);
		return;
	case EC_PC_ALIGNMENT:
	case EC_SP_ALIGNMENT:
		die_of(SIGBUS, frame->elr, ESR_ELx_EC(esr) == EC_PC_ALIGNMENT ? far : frame->sp,
		       esr);
	case EC_BRK:
		die_of(SIGTRAP, frame->elr, frame->elr, esr);
	default:
		die_of(SIGILL, frame->elr, frame->elr, esr);
	}
}

/* The kernel itself only faults where it copies from or to the program's memory. */
static void from_el1(struct kernel *k, struct frame *frame, uint64_t esr)
{
	uint64_t far = read_sysreg(far_el1);
	bool in_copy =
		frame->elr >= (uint64_t)user_copy_start && frame->elr < (uint64_t)user_copy_end;

	if (ESR_ELx_EC(esr) != EC_DATA_ABORT || !in_copy ||
	    (far >> 63 && abort_kind(esr) == ABORT_EXTERNAL))
		panic(k, "exception in the kernel: PC 0x%lx, address 0x%lx, ESR 0x%lx", frame->elr,
		      far, esr);
	if (!handle_abort(k, frame, esr, far))
		frame->elr = (uint64_t)user_copy_failed;
}

void kernel_exception(struct kernel *k, struct frame *frame, uint64_t vector)
{
	uint64_t esr = read_sysreg(esr_el1);

	if (vector == VECTOR_EL0_SYNC)
		from_el0(k, frame, esr);
	else if (vector == VECTOR_EL1H_SYNC)
		from_el1(k, frame, esr);
	else
		panic(k, "unexpected exception: vector %lu, PC 0x%lx, ESR 0x%lx", vector,
		      frame->elr, esr);
}
