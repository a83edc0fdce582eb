/*
 * The oracle: random translations on nestwalk and on QEMU, whose results must be the same bytes.
 *
 * oracle run QEMU VERSION N SEED: N translations or a few more. Differences that deviation.def does
 * not explain are cut down to one operation and what it needs, and end in status 1.
 *
 * oracle record QEMU VERSION N SEED: cases of N translations on which both agree, and QEMU's
 * results, into build/oracle/recorded.cases and recorded.results (tests/oracle/record).
 *
 * oracle print N SEED: the cases.
 *
 * Run in the top folder; NESTWALK names the program. `make oracle` and tests/oracle/test_oracle.sh
 * call it.
 */
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

static int usage(void)
{
	fprintf(stderr, "usage: oracle run QEMU VERSION N SEED | record QEMU VERSION N SEED | "
			"print N SEED\n");
	return 2;
}

static uint64_t number(const char *text)
{
	return strtoull(text, NULL, 0);
}

int main(int argc, char **argv)
{
	struct oracle o = {.directory = "build/oracle",
			   .shown = getenv("SHOWN") ? number(getenv("SHOWN")) : 5};

	if (argc == 6) {
		o.qemu = argv[2];
		o.version = argv[3];
		if (strcmp(argv[1], "run") == 0)
			return oracle_run(&o, number(argv[4]), number(argv[5]));
		if (strcmp(argv[1], "record") == 0)
			return oracle_record(&o, number(argv[4]), number(argv[5]));
	}
	if (argc == 4 && strcmp(argv[1], "print") == 0)
		return oracle_print(&o, number(argv[2]), number(argv[3]));
	return usage();
}
