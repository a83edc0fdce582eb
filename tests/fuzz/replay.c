/* Runs kept inputs without libFuzzer: tests/fuzz/replay FILE... A name is printed before its input
 * is run. */
#include "fuzz.h"

#include <stdio.h>

enum { INPUT_MAX = 1 << 16 };

static bool replay(const char *name)
{
	static uint8_t data[INPUT_MAX];
	FILE *file = fopen(name, "rb");

	if (file == NULL) {
		fprintf(stderr, "replay: cannot open %s\n", name);
		return false;
	}

	size_t size = fread(data, 1, sizeof data, file);

	fclose(file);
	printf("%s\n", name);
	fflush(stdout);
	fuzz_one(data, size);
	return true;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!replay(argv[i]))
			return 2;
	return 0;
}
