/*
 * signals [NUMBER]: handlers for faults and for what the program sends itself; with NUMBER it dies
 * of that signal.
 */
#include "libc/libc.h"

enum { SIGILL = 4, SIGTRAP = 5, SIGABRT = 6, SIGBUS = 7, SIGUSR1 = 10, SIGSEGV = 11, SIGCHLD = 17 };
enum { SIG_BLOCK = 0, SIG_UNBLOCK = 1, SIG_SETMASK = 2, SIG_DFL = 0, SIG_IGN = 1 };
enum { SA_SIGINFO = 4, SA_ONSTACK = 0x08000000, SA_NODEFER = 0x40000000, STACK_BYTES = 16384 };
enum { SYS_kill = 129, SYS_sigaltstack = 132, SYS_rt_sigaction = 134, SYS_rt_sigprocmask = 135 };
enum { SYS_rt_sigpending = 136, SYS_tgkill = 131 };

struct action {
	uintptr_t handler;
	uint64_t flags;
	uintptr_t restorer;
	uint64_t mask;
};

/* siginfo and ucontext of AArch64 Linux, as far as they are looked at. */
struct info {
	int32_t number, error, code, pad;
	uint64_t address;
};
struct context {
	uint8_t before[40];
	uint64_t mask;
	uint8_t unused[128];
	uint64_t fault_address, x[31], sp, pc, pstate;
};

/* What the handlers saw; a handler has no other way to tell. */
static volatile uint64_t seen_number, seen_code, seen_address, seen_sp, seen_mask, skip;
static char stack[STACK_BYTES];

static void expect(const char *what, uint64_t got, uint64_t wanted)
{
	if (got != wanted)
		die("signals: %s: got 0x%lx, expected 0x%lx", what, got, wanted);
}

/* Goes on `skip` bytes further than where it was interrupted. */
static void handler(int number, const struct info *info, struct context *context)
{
	seen_number = (uint64_t)number;
	seen_code = (uint64_t)info->code;
	seen_address = info->address;
	seen_sp = (uint64_t)&number;
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, 0, &seen_mask, 8);
	context->pc += skip;
	context->x[9] = 99;
}

static void handle(int number, uint64_t flags)
{
	struct action action = {(uintptr_t)handler, SA_SIGINFO | flags, 0, 0};

	expect("rt_sigaction", (uint64_t)syscall(SYS_rt_sigaction, number, &action, 0, 8), 0);
}

/* The instruction at label 1 faults; X9 comes back as the handler left it, all else as it was. */
#define FAULTS(text)                                                                               \
	({                                                                                         \
		register uint64_t x9 __asm__("x9") = 1;                                            \
		register uint64_t x10 __asm__("x10") = 0x1234;                                     \
		skip = 4;                                                                          \
		__asm__ volatile("subs xzr, xzr, xzr\n" text "\n"                                  \
				 "cset x10, eq"                                                    \
				 : "+r"(x9), "+r"(x10)                                             \
				 :                                                                 \
				 : "memory", "cc", "x11");                                         \
		expect("flags after " text, x10, 1);                                               \
		expect("X9 after " text, x9, 99);                                                  \
	})

static void check_faults(void)
{
	handle(SIGSEGV, 0);
	handle(SIGILL, 0);
	handle(SIGTRAP, 0);
	handle(SIGBUS, 0);
	FAULTS("mov x11, #0x1000\nldr x11, [x11]");
	expect("SIGSEGV", seen_number, SIGSEGV);
	expect("its code, SEGV_MAPERR", seen_code, 1);
	expect("its address", seen_address, 0x1000);
	expect("the signal is blocked in its handler", seen_mask, 1 << (SIGSEGV - 1));
	FAULTS("adr x11, .\nstr x11, [x11]");
	expect("SIGSEGV on a write", seen_number, SIGSEGV);
	expect("its code, SEGV_ACCERR", seen_code, 2);
	FAULTS("udf #0");
	expect("SIGILL", seen_number, SIGILL);
	FAULTS("brk #1");
	expect("SIGTRAP", seen_number, SIGTRAP);
	/* Not inside 16 bytes: a fault with FEAT_LSE2 too. */
	FAULTS("add x11, sp, #12\nldaxr x11, [x11]");
	expect("SIGBUS", seen_number, SIGBUS);
}

static void check_mask(void)
{
	uint64_t usr1 = 1 << (SIGUSR1 - 1), before = 1, pending = 0;

	skip = 0;
	seen_number = 0;
	handle(SIGUSR1, 0);
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &usr1, &before, 8);
	expect("nothing blocked before", before, 0);
	expect("kill", (uint64_t)syscall(SYS_kill, syscall(SYS_getpid), SIGUSR1), 0);
	expect("a blocked signal waits", seen_number, 0);
	syscall(SYS_rt_sigpending, &pending, 8);
	expect("it is pending", pending, usr1);
	syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &usr1, 0, 8);
	expect("it is delivered then", seen_number, SIGUSR1);
	seen_number = 0;
	syscall(SYS_kill, syscall(SYS_getpid), SIGCHLD);
	expect("SIGCHLD is ignored", seen_number, 0);
	expect("nobody else is there", (uint64_t)syscall(SYS_kill, 4711, 0), (uint64_t)-3L);
}

static void check_stack(void)
{
	uint64_t wanted[3] = {(uint64_t)stack, 0, STACK_BYTES}, now[3];

	handle(SIGUSR1, SA_ONSTACK);
	expect("sigaltstack", (uint64_t)syscall(SYS_sigaltstack, wanted, 0), 0);
	syscall(SYS_tgkill, syscall(SYS_getpid), syscall(SYS_getpid), SIGUSR1);
	expect("the handler's stack", seen_sp - (uint64_t)stack < STACK_BYTES, true);
	expect("sigaltstack", (uint64_t)syscall(SYS_sigaltstack, 0, now), 0);
	expect("its bytes", now[2], STACK_BYTES);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		printf("dies\n");
		flush_stdout();
		syscall(SYS_kill, syscall(SYS_getpid), parse_number(argv[1]));
		return 0;
	}
	check_faults();
	check_mask();
	check_stack();
	printf("signals: all answers right\n");
	return 0;
}
