/* Exceptions: HVC to EL2 and back, a thousand a round. */
#include "bench.h"

/* Vectors that return at once: of the exception level itself, synchronous, with SP_ELx. */
__asm__(".balign 2048\n"
	".globl vectors\n"
	".hidden vectors\n"
	"vectors:\n"
	".rept 16\n"
	".balign 128\n"
	"	eret\n"
	".endr\n");

int main(const unsigned char *dtb)
{
	uint64_t rounds = rounds_asked(dtb), calls = 0;

	__asm__ volatile("adrp x9, vectors; add x9, x9, :lo12:vectors; msr vbar_el2, x9; isb" : : : "x9", "memory");
	for (uint64_t round = 0; round < rounds; round++)
		for (unsigned i = 0; i < 1000; i++, calls++)
			__asm__ volatile("hvc #0" : : : "memory");
	put_hex("hvc", calls);
	return 0;
}
