/*
 * rwx COUNT [BASE [STRIDE]]: maps COUNT * STRIDE bytes at BASE, anonymous, readable, writable and
 * executable, and touches one byte every STRIDE bytes in ascending order: the tables it leaves are
 * those of a trace with the same accesses.
 */
#include "libc/libc.h"

int main(int argc, char **argv)
{
	if (argc < 2 || argc > 4)
		die("usage: rwx COUNT [BASE [STRIDE]]");
	size_t count = parse_number(argv[1]);
	uintptr_t base = argc > 2 ? parse_number(argv[2]) : 0x10000000;
	size_t stride = argc > 3 ? parse_number(argv[3]) : page_size();
	void *p = mmap((void *)base, count * stride, PROT_READ | PROT_WRITE | PROT_EXEC,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (p != (void *)base)
		die("rwx: %zu bytes at 0x%lx cannot be mapped", count * stride, base);
	for (size_t i = 0; i < count; i++)
		*(volatile uint8_t *)(base + i * stride) = (uint8_t)i;
	for (size_t i = 0; i < count; i++)
		if (*(volatile uint8_t *)(base + i * stride) != (uint8_t)i)
			die("rwx: the byte at 0x%lx changed", base + i * stride);
	return 0;
}
