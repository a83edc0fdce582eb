/* The one way in which the program complains. */
#include "sim.h"

#include <stdarg.h>

void diag(const char *format, ...)
{
	va_list arguments;

	fflush(stdout); /* what the guest printed before comes first */
	va_start(arguments, format);
	fputs("nestwalk: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
}
