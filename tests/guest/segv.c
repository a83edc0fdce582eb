/*
 * segv [ADDRESS [r|w|x]]: reads, writes or executes an address that no mapping has, and so dies by
 * SIGSEGV.
 */
#include "libc/libc.h"

int main(int argc, char **argv)
{
	uintptr_t address = argc > 1 ? parse_number(argv[1]) : 8;
	char how = argc > 2 ? argv[2][0] : 'r';

	printf("before the fault\n");
	flush_stdout();
	if (how == 'x')
		((void (*)(void))address)();
	else if (how == 'w')
		*(volatile uint8_t *)address = 1;
	else
		(void)*(volatile uint8_t *)address;
	printf("after the fault\n");
	return 0;
}
