/* A case on which two disagree, cut down to the instruction after which they do. */
#ifndef STREAMS_COMPARE_H
#define STREAMS_COMPARE_H

#include "run.h"

struct difference {
	const struct test_case *c;
	unsigned word; /* whose execution differs */
	enum a64_form form;
	struct state before, ours, theirs;
};

/* Index of the entry of deviation.def that explains it; -1: none does. */
int deviation_of(const struct difference *d);
unsigned deviation_count(void);
const char *deviation_name(unsigned i);

void print_difference(const struct difference *d, const char *ours, const char *theirs);

#endif
