/*
 * reject() and panic() for tests on the host.
 */
#include "el2_world.h"

#include <stdio.h>

static _Noreturn void leave(struct hyp *hyp, int status, const char *format, va_list arguments)
{
	struct refusal *r = &((struct world *)(void *)hyp)->refusal;

	vsnprintf(r->line, sizeof(r->line), format, arguments);
	r->status = status;
	longjmp(r->back, 1);
}

void panic(struct hyp *hyp, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	leave(hyp, EXIT_PANIC, format, arguments);
}

void reject(struct hyp *hyp, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	leave(hyp, EXIT_BAD_INPUT, format, arguments);
}
