/*
 * hello [ARG...]: says so, and shows the arguments and auxiliary values that it was started with.
 */
#include "libc/libc.h"

int main(int argc, char **argv)
{
	printf("hello from EL0\n");
	for (int i = 1; i < argc; i++)
		printf("argument %d: %s\n", i, argv[i]);
	if (!page_size() || !auxv_value(AT_PHDR) || !auxv_value(AT_ENTRY) || !auxv_value(AT_RANDOM))
		die("hello: the auxiliary vector lacks AT_PAGESZ, AT_PHDR, AT_ENTRY or AT_RANDOM");
	return 0;
}
