/*
 * Signals: raised by faults of the program and by itself, delivered by a handler with the frame
 * that Linux builds for it, or by the program's end.
 */
#include "kernel.h"

#include "mmu/vmsa.h"

#define SIG_DFL UINT64_C(0)
#define SIG_IGN UINT64_C(1)

#define SA_ONSTACK   UINT64_C(0x08000000)
#define SA_NODEFER   UINT64_C(0x40000000)
#define SA_RESETHAND UINT64_C(0x80000000)
#define SA_RESTORER  UINT64_C(0x04000000)

enum { SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK, SS_ONSTACK = 1, SS_DISABLE = 2, SI_TKILL = -6 };
enum { MIN_STACK = 5120, NR_rt_sigreturn = 139 };

/* Of the frame's FP state: struct fp_context. An all-zero record ends the list. */
enum { FPSIMD_MAGIC = 0x46508001, ESR_MAGIC = 0x45535201 };

/* What lies at the handler's SP: siginfo, ucontext with sigcontext, records, and a frame record. */
struct signal_frame {
	struct {
		int32_t number, error, code, pad;
		uint64_t address;
		uint8_t rest[104];
	} info;
	uint64_t flags, link;
	struct {
		uint64_t base;
		uint32_t flags, pad;
		uint64_t bytes;
	} stack;
	uint64_t mask;
	uint8_t unused[120];
	uint64_t pad;
	uint64_t fault_address, x[31], sp, pc, pstate, pad2;
};
_Static_assert(sizeof(struct signal_frame) == 592, "as Linux lays it out");

enum { RECORDS_BYTES = 4096, FRAME_RECORD_BYTES = 16 };

static uint64_t bit(uint64_t number)
{
	return UINT64_C(1) << (number - 1);
}

static bool is_signal(uint64_t number)
{
	return number >= 1 && number <= SIGNAL_COUNT;
}

/* ------------------------------------------------------------------ what the program asks for */

int64_t sys_rt_sigaction(struct kernel *k, const uint64_t *x)
{
	struct action *action, before;

	if (!is_signal(x[0]) || (x[1] != 0 && (x[0] == SIGKILL || x[0] == SIGSTOP)))
		return -EINVAL;
	action = &k->signals.action[x[0] - 1];
	before = *action;
	if (x[1] != 0 && !copy_from_user(action, x[1], sizeof(*action)))
		return -EFAULT;
	return x[2] == 0 || copy_to_user(x[2], &before, sizeof(before)) ? 0 : -EFAULT;
}

int64_t sys_rt_sigprocmask(struct kernel *k, const uint64_t *x)
{
	struct signals *s = &k->signals;
	uint64_t before = s->blocked, set;

	if (x[1] != 0) {
		if (!copy_from_user(&set, x[1], sizeof(set)))
			return -EFAULT;
		if (x[0] > SIG_SETMASK)
			return -EINVAL;
		if (x[0] == SIG_BLOCK)
			set |= before;
		else if (x[0] == SIG_UNBLOCK)
			set = before & ~set;
		s->blocked = set & ~(bit(SIGKILL) | bit(SIGSTOP));
	}
	return x[2] == 0 || copy_to_user(x[2], &before, sizeof(before)) ? 0 : -EFAULT;
}

int64_t sys_rt_sigpending(struct kernel *k, const uint64_t *x)
{
	return copy_to_user(x[0], &k->signals.pending, 8) ? 0 : -EFAULT;
}

static bool on_stack(const struct signals *s, uint64_t sp)
{
	return sp > s->stack && sp - s->stack <= s->stack_bytes;
}

int64_t sys_sigaltstack(struct kernel *k, const uint64_t *x)
{
	struct signals *s = &k->signals;
	bool in_use = on_stack(s, read_sysreg(sp_el0));
	uint64_t wanted[3];
	const uint64_t before[3] = {
		s->stack,
		s->stack_bytes == 0 ? SS_DISABLE
		: in_use            ? SS_ONSTACK
				    : 0,
		s->stack_bytes,
	};

	if (x[0] != 0) {
		if (!copy_from_user(wanted, x[0], sizeof(wanted)))
			return -EFAULT;
		if (in_use)
			return -EPERM;
		if (wanted[1] & SS_DISABLE)
			wanted[0] = wanted[2] = 0;
		else if (wanted[2] < MIN_STACK)
			return -ENOMEM;
		s->stack = wanted[0];
		s->stack_bytes = wanted[2];
	}
	return x[1] == 0 || copy_to_user(x[1], before, sizeof(before)) ? 0 : -EFAULT;
}

/* Only to the program itself; signal 0 is a question. */
static int64_t send(struct kernel *k, uint64_t to, uint64_t number)
{
	if (to != PID)
		return -ESRCH;
	if (number != 0 && !is_signal(number))
		return -EINVAL;
	if (number != 0)
		k->signals.pending |= bit(number);
	return 0;
}

int64_t sys_kill(struct kernel *k, const uint64_t *x)
{
	bool own_group = (int32_t)x[0] == 0 || (int32_t)x[0] == -PID;

	return send(k, own_group ? PID : x[0], x[1]);
}

int64_t sys_tgkill(struct kernel *k, const uint64_t *x)
{
	return send(k, x[1], x[2]);
}

/* ------------------------------------------------------------------ to the handler and back */

/* The code that a handler returns to when the program brings none: a page above its stack. */
static uint64_t trampoline(struct kernel *k)
{
	static const uint32_t code[2] = {
		0xd2800008 | NR_rt_sigreturn << 5, /* MOV X8, #139 */
		0xd4000001,                        /* SVC #0 */
	};
	uint64_t granule = geometry_granule_bytes(&k->geometry), start = k->mm.end - granule;
	const struct area page = {.start = start, .end = k->mm.end, .prot = PROT_READ | PROT_WRITE};

	if (k->signals.trampoline != 0)
		return k->signals.trampoline;
	if (mm_map(k, &page, MM_FIXED) < 0 || !copy_to_user(start, code, sizeof(code)) ||
	    mm_protect(k, start, k->mm.end, PROT_READ | PROT_EXEC) < 0)
		panic(k, "no memory for the page that signal handlers return to");
	synchronise_instructions((const void *)start, sizeof(code));
	return k->signals.trampoline = start;
}

/* FP registers, the fault's ESR, and the end of the list. */
static bool put_records(struct kernel *k, uint64_t at, uint64_t esr)
{
	struct fp_context fp = {.magic = FPSIMD_MAGIC, .bytes = sizeof(fp)};
	const uint64_t syndrome[2] = {ESR_MAGIC | UINT64_C(16) << 32, esr}, end[2] = {0, 0};

	if (k->has_fp) {
		fp_store(&fp);
		if (!copy_to_user(at, &fp, sizeof(fp)))
			return false;
		at += sizeof(fp);
	}
	if (esr != 0) {
		if (!copy_to_user(at, syndrome, sizeof(syndrome)))
			return false;
		at += sizeof(syndrome);
	}
	return copy_to_user(at, end, sizeof(end));
}

static struct signal_frame describe(const struct kernel *k, const struct frame *frame,
				    const struct fault_signal *fault)
{
	const struct signals *s = &k->signals;
	struct signal_frame f = {
		.info = {.number = (int32_t)fault->number,
			 .code = fault->code,
			 .address = fault->code == SI_TKILL ? PID : fault->address},
		.stack = {s->stack, s->stack_bytes == 0 ? SS_DISABLE : 0, 0, s->stack_bytes},
		.mask = s->blocked,
		.fault_address = fault->code == SI_TKILL ? 0 : fault->address,
		.sp = frame->sp,
		.pc = frame->elr,
		.pstate = frame->spsr,
	};

	memcpy(f.x, frame->x, sizeof(f.x));
	return f;
}

/* Below the frame record, which makes the interrupted function the handler's caller. */
static bool enter_handler(struct kernel *k, struct frame *frame, const struct fault_signal *fault)
{
	struct signals *s = &k->signals;
	struct action *action = &s->action[fault->number - 1];
	struct signal_frame f = describe(k, frame, fault);
	bool switches = action->flags & SA_ONSTACK && s->stack_bytes > 0 && !on_stack(s, frame->sp);
	uint64_t top = align_down(switches ? s->stack + s->stack_bytes : frame->sp, 16);
	uint64_t record = top - FRAME_RECORD_BYTES, at = record - RECORDS_BYTES - sizeof(f);
	const uint64_t link[2] = {frame->x[29], frame->x[30]};

	if (!copy_to_user(record, link, sizeof(link)) || !copy_to_user(at, &f, sizeof(f)) ||
	    !put_records(k, at + sizeof(f), fault->code == SI_TKILL ? 0 : fault->esr))
		return false;
	frame->x[0] = (uint64_t)fault->number;
	frame->x[1] = at;
	frame->x[2] = at + sizeof(f.info);
	frame->x[29] = record;
	frame->x[30] = action->flags & SA_RESTORER ? action->restorer : trampoline(k);
	frame->sp = at;
	frame->elr = action->handler;
	frame->spsr &= ~FIELD_PUT(SPSR_EL1_BTYPE, 3);
	s->blocked |= action->mask & ~(bit(SIGKILL) | bit(SIGSTOP));
	if (!(action->flags & SA_NODEFER))
		s->blocked |= bit(fault->number);
	if (action->flags & SA_RESETHAND)
		action->handler = SIG_DFL;
	return true;
}

/* The records that a handler got are the first ones; it may have changed what is in them. */
static bool take_records(const struct kernel *k, uint64_t at)
{
	struct fp_context fp;

	if (!copy_from_user(&fp, at, sizeof(fp)))
		return false;
	if (k->has_fp && fp.magic == FPSIMD_MAGIC && fp.bytes == sizeof(fp))
		fp_load(&fp);
	return true;
}

int64_t signals_return(struct kernel *k, struct frame *frame)
{
	const uint64_t flags = FIELD_PUT(SPSR_EL1_N, 1) | FIELD_PUT(SPSR_EL1_Z, 1) |
			       FIELD_PUT(SPSR_EL1_C, 1) | FIELD_PUT(SPSR_EL1_V, 1) |
			       FIELD_PUT(SPSR_EL1_BTYPE, 3) | FIELD_PUT(SPSR_EL1_SSBS, 1) |
			       FIELD_PUT(SPSR_EL1_DIT, 1);
	struct signal_frame f;

	if (!copy_from_user(&f, frame->sp, sizeof(f)) || !take_records(k, frame->sp + sizeof(f)))
		die_of(SIGSEGV, frame->elr, frame->sp, 0);
	memcpy(frame->x, f.x, sizeof(f.x));
	frame->sp = f.sp;
	frame->elr = f.pc;
	frame->spsr = f.pstate & flags; /* EL0 with SP_EL0, nothing masked, whatever stands there */
	k->signals.blocked = f.mask & ~(bit(SIGKILL) | bit(SIGSTOP));
	return (int64_t)frame->x[0];
}

/* ------------------------------------------------------------------ delivery */

static bool ignored_by_default(enum signal_number number)
{
	return number == SIGCHLD || number == SIGCONT || number == SIGURG || number == SIGWINCH ||
	       (number >= SIGSTOP && number <= SIGTTOU);
}

void signals_deliver(struct kernel *k, struct frame *frame)
{
	struct signals *s = &k->signals;

	while (signals_are_ready(s)) {
		struct fault_signal sent = {
			.number =
				(enum signal_number)(__builtin_ctzll(s->pending & ~s->blocked) + 1),
			.code = SI_TKILL,
		};
		uint64_t handler = s->action[sent.number - 1].handler;

		s->pending &= ~bit(sent.number);
		if (handler == SIG_IGN || (handler == SIG_DFL && ignored_by_default(sent.number)))
			continue;
		if (handler == SIG_DFL || !enter_handler(k, frame, &sent))
			die_of(handler == SIG_DFL ? sent.number : SIGSEGV, frame->elr, frame->sp,
			       0);
	}
}

/* A fault that is blocked or ignored would be taken again for ever. */
void signals_fault(struct kernel *k, struct frame *frame, const struct fault_signal *fault)
{
	const struct signals *s = &k->signals;
	uint64_t handler = s->action[fault->number - 1].handler;

	if (handler == SIG_DFL || handler == SIG_IGN || s->blocked & bit(fault->number) ||
	    !enter_handler(k, frame, fault))
		die_of(fault->number, frame->elr, fault->address, fault->esr);
}
