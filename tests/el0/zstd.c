/* zstd c|d LEVEL: compresses or decompresses standard input with Debian's library. */
#include <stdio.h>
#include <stdlib.h>
#include <zstd.h>

enum { BYTES_MAX = 16 << 20 };

int main(int argc, char **argv)
{
	char *from = malloc(BYTES_MAX), *to = malloc(BYTES_MAX);
	size_t bytes, done;

	if (argc != 3 || from == NULL || to == NULL)
		return 2;
	bytes = fread(from, 1, BYTES_MAX, stdin);
	if (argv[1][0] == 'c')
		done = ZSTD_compress(to, BYTES_MAX, from, bytes, atoi(argv[2]));
	else
		done = ZSTD_decompress(to, BYTES_MAX, from, bytes);
	if (ZSTD_isError(done)) {
		fprintf(stderr, "%s\n", ZSTD_getErrorName(done));
		return 1;
	}
	return fwrite(to, 1, done, stdout) != done;
}
