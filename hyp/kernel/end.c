/* How a run ends: exit, death by a signal, panic. */
#include "kernel.h"

enum { LINE_BYTES = 256, PL011_FR = 0x18 / 4, PL011_FR_TXFF = 1 << 5 };

struct line {
	char text[LINE_BYTES];
	uint64_t bytes;
};

static void put_line(void *context, char byte)
{
	struct line *l = context;

	if (l->bytes < LINE_BYTES - 1)
		l->text[l->bytes++] = byte;
}

static void end_line(struct line *l)
{
	l->text[l->bytes++] = '\n';
}

_Noreturn static void leave(uint64_t status)
{
	for (;;)
		semihosting_exit(status);
}

_Noreturn void end(uint64_t status, const char *format, ...)
{
	struct line l = {.bytes = 0};
	va_list arguments;

	va_start(arguments, format);
	format_text(put_line, &l, format, arguments);
	va_end(arguments);
	end_line(&l);
	/*
	 * Not through the bounce buffer, for which there may be no memory: the stack has just been
	 * written, so it is mapped.
	 */
	semihosting_stderr(l.text, l.bytes);
	leave(status);
}

void note(const char *format, ...)
{
	struct line l = {.bytes = 0};
	va_list arguments;

	va_start(arguments, format);
	format_text(put_line, &l, format, arguments);
	va_end(arguments);
	end_line(&l);
	semihosting_stderr(l.text, l.bytes);
}

_Noreturn void finish(uint64_t status)
{
	leave(status & 0xff);
}

/* For hosts without standard error. */
static void print_line(const struct kernel *k, const struct line *l)
{
	for (uint64_t i = 0; k->console != NULL && i < l->bytes; i++) {
		while (k->console[PL011_FR] & PL011_FR_TXFF)
			continue;
		k->console[0] = (uint8_t)l->text[i];
	}
}

_Noreturn void panic(const struct kernel *k, const char *format, ...)
{
	struct line l = {.bytes = 0};
	va_list arguments;

	for (const char *p = "nestwalk: proxy kernel: "; *p; p++)
		put_line(&l, *p);
	va_start(arguments, format);
	format_text(put_line, &l, format, arguments);
	va_end(arguments);
	end_line(&l);
	if (!semihosting_stderr(l.text, l.bytes))
		print_line(k, &l);
	for (;;)
		semihosting_abort();
}

static const char *signal_name(enum signal_number number)
{
	static const char *const names[32] = {
		[1] = "SIGHUP",      [2] = "SIGINT",        [3] = "SIGQUIT",
		[SIGILL] = "SIGILL", [SIGTRAP] = "SIGTRAP", [SIGABRT] = "SIGABRT",
		[SIGBUS] = "SIGBUS", [SIGFPE] = "SIGFPE",   [SIGKILL] = "SIGKILL",
		[10] = "SIGUSR1",    [SIGSEGV] = "SIGSEGV", [12] = "SIGUSR2",
		[13] = "SIGPIPE",    [14] = "SIGALRM",      [15] = "SIGTERM",
	};

	return number < 32 && names[number] != NULL ? names[number] : "a signal";
}

_Noreturn void die_of(enum signal_number number, uint64_t pc, uint64_t address, uint64_t esr)
{
	end(128 + (uint64_t)number,
	    "nestwalk: the program died of %s: PC 0x%lx, address 0x%lx, ESR 0x%lx",
	    signal_name(number), pc, address, esr);
}
