/*
 * The hypervisor's console, a PL011, and the end of a run that cannot go on.
 */
#include "hyp.h"

enum pl011 { UARTDR = 0x00 / 4, UARTFR = 0x18 / 4, UARTLCR_H = 0x2c / 4, UARTCR = 0x30 / 4 };

#define UARTFR_TXFF     (1u << 5)
#define UARTLCR_H_8BIT  (3u << 5 | 1u << 4)      /* FIFOs on */
#define UARTCR_TRANSMIT (1u << 8 | 1u << 9 | 1u) /* transmitter, receiver, UART */

void console_open(struct console *console, uint64_t address)
{
	console->registers = (volatile uint32_t *)address;
	console->registers[UARTLCR_H] = UARTLCR_H_8BIT;
	console->registers[UARTCR] = UARTCR_TRANSMIT;
}

static void put(void *context, char byte)
{
	struct console *console = context;

	if (console->length < CONSOLE_LINE - 1)
		console->line[console->length++] = byte;
}

static void put_prefix(struct console *console)
{
	for (const char *p = "nestwalk: hypervisor: "; *p != '\0'; p++)
		put(console, *p);
}

static void print_line(const struct console *console)
{
	for (size_t i = 0; i < console->length; i++) {
		while (console->registers[UARTFR] & UARTFR_TXFF)
			;
		console->registers[UARTDR] = (unsigned char)console->line[i];
	}
}

static _Noreturn void end(struct hyp *hyp, enum exit_status status, const char *format,
			  va_list arguments)
{
	struct console *console = &hyp->console;

	/* Without semihosting, HLT is an exception that leads back to here. */
	if (!console->panicking) {
		console->panicking = true;
		console->length = 0;
		put_prefix(console);
		format_text(put, console, format, arguments);
		console->line[console->length++] = '\n';
		if (!semihosting_stderr(console->line, console->length))
			print_line(console);
		if (status == EXIT_PANIC)
			semihosting_abort();
		else
			semihosting_exit(status);
	}
	print_line(console);
	for (;;)
		__asm__ volatile("wfi");
}

void panic(struct hyp *hyp, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	end(hyp, EXIT_PANIC, format, arguments);
}

void reject(struct hyp *hyp, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	end(hyp, EXIT_BAD_INPUT, format, arguments);
}
