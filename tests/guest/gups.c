/*
 * gups UPDATES: random 8-byte updates over 64 MB, far more pages than a TLB holds. The sum printed
 * at the end is the one that the updates must leave: each adds its number to some word, so all
 * words together hold 0 + 1 + … + UPDATES-1.
 */
#include "libc/libc.h"

#define TABLE_BYTES (UINT64_C(64) << 20)

int main(int argc, char **argv)
{
	if (argc != 2)
		die("usage: gups UPDATES");
	uint64_t updates = parse_number(argv[1]), words = TABLE_BYTES / sizeof(uint64_t),
		 state = 88172645463325252, sum = 0;
	uint64_t *table =
		mmap(NULL, TABLE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mmap_failed(table))
		die("gups: 64 MB cannot be mapped");
	for (uint64_t i = 0; i < words; i += 512)
		table[i] = 0;
	for (uint64_t i = 0; i < updates; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		table[state & (words - 1)] += i;
	}
	for (uint64_t i = 0; i < words; i++)
		sum += table[i];
	if (sum != updates * (updates - 1) / 2)
		die("gups: the words add up to %lu", sum);
	printf("%lu updates\n", updates);
	return 0;
}
