/* Sequential loads and stores over 6 MB: copy, scale, add, triad. */
#include "bench.h"

#define COUNT 260000 /* no power of two: three arrays must not fight for the same slots of a TLB */

static uint64_t a[COUNT], b[COUNT], c[COUNT];

int main(const unsigned char *dtb)
{
	uint64_t rounds = rounds_asked(dtb), sum = 0;

	for (unsigned i = 0; i < COUNT; i++)
		a[i] = i * 7u;
	for (uint64_t round = 0; round < rounds; round++) {
		for (unsigned i = 0; i < COUNT; i++)
			c[i] = a[i];
		for (unsigned i = 0; i < COUNT; i++)
			b[i] = 3 * c[i];
		for (unsigned i = 0; i < COUNT; i++)
			c[i] = a[i] + b[i];
		for (unsigned i = 0; i < COUNT; i++)
			a[i] = b[i] + 5 * c[i];
	}
	for (unsigned i = 0; i < COUNT; i++)
		sum += a[i];
	put_hex("stream", sum);
	return 0;
}
