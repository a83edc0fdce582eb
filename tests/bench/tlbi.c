/* TLB maintenance: one page of EL2's regime with its barriers, a thousand a round. */
#include "bench.h"

int main(const unsigned char *dtb)
{
	uint64_t rounds = rounds_asked(dtb), done = 0;

	for (uint64_t round = 0; round < rounds; round++)
		for (uint64_t i = 0; i < 1000; i++, done++)
			__asm__ volatile("tlbi vae2, %0; dsb nsh; isb" : : "r"(i) : "memory");
	put_hex("tlbi", done);
	return 0;
}
