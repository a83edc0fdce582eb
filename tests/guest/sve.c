/*
 * sve: executes one word of SVE, CNTB X0 (the vector length in bytes), which a core without SVE
 * does not define.
 */
#include "libc/libc.h"

int main(void)
{
	uint64_t bytes;

	printf("before the SVE word\n");
	flush_stdout();
	__asm__ volatile(".inst 0x0420e3e0\n\tmov %0, x0" : "=r"(bytes) : : "x0");
	printf("vector length %lu\n", bytes);
	return 0;
}
