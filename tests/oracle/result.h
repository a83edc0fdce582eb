/* Lines of result files, and the difference between two of them. */
#ifndef ORACLE_RESULT_H
#define ORACLE_RESULT_H

#include "case.h"

#include <stdbool.h>
#include <stddef.h>

enum result_kind { RESULT_NONE, RESULT_OK, RESULT_PAR, RESULT_EXCEPTION, RESULT_CHANGED };

struct result {
	enum result_kind kind;
	uint64_t number, count; /* of the case and of the operation in it */
	uint64_t value;         /* X0, PAR_EL1, what memory holds */
	uint64_t address;       /* of memory that has changed */
	uint64_t el, vector, esr, far, hpfar, elr;
	bool nested; /* a vector could not be fetched */
};

/* Reads the line at *text and steps behind it. False: the text ends. */
bool result_next(const char **text, struct result *result);
bool result_equal(const struct result *a, const struct result *b);
void result_print(FILE *out, const char *who, const struct result *r);

struct difference {
	const struct test_case *c;
	const struct command *op; /* NULL: memory that has changed */
	struct result ours, theirs;
	bool follows; /* another difference of this case came before it */
};

/* Why QEMU may differ (deviation.def): an index, or -1. */
int deviation_of(const struct difference *d);
const char *deviation_name(int index);
unsigned deviation_count(void);

/* The value that a case gives a register, as its operation sees it; 0: none. */
uint64_t case_reg(const struct test_case *c, enum reg name);

#endif
