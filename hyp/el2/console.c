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
	const struct console *console = context;

	while (console->registers[UARTFR] & UARTFR_TXFF)
		;
	console->registers[UARTDR] = (unsigned char)byte;
}

void console_print(const struct console *console, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	format_text(put, (void *)(uintptr_t)console, format, arguments);
	va_end(arguments);
}

/* "hyp: " and the message, then the end with the status. */
static _Noreturn void end(struct hyp *hyp, uint64_t status, const char *format, va_list arguments)
{
	/* Without semihosting, HLT is an exception that leads back to here. */
	if (!hyp->console.panicking) {
		hyp->console.panicking = true;
		console_print(&hyp->console, "hyp: ");
		format_text(put, &hyp->console, format, arguments);
		console_print(&hyp->console, "\n");
		semihosting_exit(status);
	}
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
