/* Exceptions taken to EL1, by class. */
#include "kernel.h"

#include "mmu/vmsa.h"

enum vector { VECTOR_EL1H_SYNC = 4, VECTOR_EL0_SYNC = 8 };

/* A trapped FP exception: ESR_ELx.EC. */
enum { EC_FP_EXCEPTION = 0x2c };

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

/* Codes of siginfo. */
enum {
	ILL_ILLOPC = 1,
	TRAP_BRKPT = 1,
	SEGV_MAPERR = 1,
	SEGV_ACCERR = 2,
	BUS_ADRALN = 1,
	FPE_FLTUNK = 14
};

/*
 * An abort on an address of the program, by the program or by a copy for it. True: it is resolved;
 * else the signal that it is.
 */
static bool handle_abort(struct kernel *k, const struct frame *frame, struct fault_signal *fault)
{
	uint64_t esr = fault->esr, far = fault->address;
	enum abort_kind kind = abort_kind(esr);

	if (kind == ABORT_EXTERNAL)
		end(1,
		    "nestwalk: proxy kernel: external abort: PC 0x%lx, address 0x%lx, ESR 0x%lx: "
		    "no memory is there",
		    frame->elr, far, esr);
	if (kind == ABORT_OTHER)
		panic(k, "unexpected abort: PC 0x%lx, address 0x%lx, ESR 0x%lx", frame->elr, far,
		      esr);
	*fault = (struct fault_signal){SIGBUS, BUS_ADRALN, far, esr};
	if (kind == ABORT_ALIGNMENT)
		return false;
	fault->number = SIGSEGV;
	switch (mm_fault(k, far, access_of(esr), translation_fault_level(esr))) {
	case FAULT_MAPPED:
		return true;
	case FAULT_NO_MEMORY:
		end(128 + SIGKILL,
		    "nestwalk: the program died of SIGKILL (out of memory): PC 0x%lx, address "
		    "0x%lx, ESR 0x%lx",
		    frame->elr, far, esr);
	default:
		fault->code = area_at(&k->mm, far) != NULL ? SEGV_ACCERR : SEGV_MAPERR;
		return false;
	}
}

static void answer_call(struct kernel *k, struct frame *frame)
{
	frame->x[0] = (uint64_t)syscall_dispatch(k, frame);
	if (signals_are_ready(&k->signals))
		signals_deliver(k, frame);
}

/* Out of line, as from_el1(): system calls need not make room for what these do. */
__attribute__((noinline)) static void from_el0(struct kernel *k, struct frame *frame, uint64_t esr)
{
	struct fault_signal fault = {SIGILL, ILL_ILLOPC, frame->elr, esr};

	switch (ESR_ELx_EC(esr)) {
	case EC_UNKNOWN:
	case EC_SYSTEM: /* FEAT_IDST */
		if (identity_read(frame))
			return;
		break;
	case EC_INSTRUCTION_ABORT_LOWER:
	case EC_DATA_ABORT_LOWER:
		fault.address = read_sysreg(far_el1);
		if (handle_abort(k, frame, &fault))
			return;
		break;
	case EC_PC_ALIGNMENT:
		fault = (struct fault_signal){SIGBUS, BUS_ADRALN, read_sysreg(far_el1), esr};
		break;
	case EC_SP_ALIGNMENT:
		fault = (struct fault_signal){SIGBUS, BUS_ADRALN, frame->sp, esr};
		break;
	case EC_BRK:
		fault = (struct fault_signal){SIGTRAP, TRAP_BRKPT, frame->elr, esr};
		break;
	case EC_FP_EXCEPTION:
		fault = (struct fault_signal){SIGFPE, FPE_FLTUNK, frame->elr, esr};
		break;
	default:
		break;
	}
	signals_fault(k, frame, &fault);
}

/* The kernel itself only faults where it copies from or to the program's memory. */
__attribute__((noinline)) static void from_el1(struct kernel *k, struct frame *frame, uint64_t esr)
{
	struct fault_signal fault = {.address = read_sysreg(far_el1), .esr = esr};
	bool in_copy =
		frame->elr >= (uint64_t)user_copy_start && frame->elr < (uint64_t)user_copy_end;

	if (ESR_ELx_EC(esr) != EC_DATA_ABORT || !in_copy ||
	    (fault.address >> 63 && abort_kind(esr) == ABORT_EXTERNAL))
		panic(k, "exception in the kernel: PC 0x%lx, address 0x%lx, ESR 0x%lx", frame->elr,
		      fault.address, esr);
	if (!handle_abort(k, frame, &fault))
		frame->elr = (uint64_t)user_copy_failed;
}

void kernel_exception(struct kernel *k, struct frame *frame, uint64_t vector)
{
	uint64_t esr = read_sysreg(esr_el1);

	if (vector == VECTOR_EL0_SYNC && ESR_ELx_EC(esr) == EC_SVC)
		answer_call(k, frame);
	else if (vector == VECTOR_EL0_SYNC)
		from_el0(k, frame, esr);
	else if (vector == VECTOR_EL1H_SYNC)
		from_el1(k, frame, esr);
	else
		panic(k, "unexpected exception: vector %lu, PC 0x%lx, ESR 0x%lx", vector,
		      frame->elr, esr);
}
