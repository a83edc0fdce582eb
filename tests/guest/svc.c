/* svc CALLS: that many system calls that the proxy kernel answers itself. */
#include "libc/libc.h"

int main(int argc, char **argv)
{
	if (argc != 2)
		die("usage: svc CALLS");
	uint64_t calls = parse_number(argv[1]);

	for (uint64_t i = 0; i < calls; i++)
		syscall(SYS_getpid);
	printf("%lu calls\n", calls);
	return 0;
}
