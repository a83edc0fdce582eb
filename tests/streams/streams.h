/* A run of batches, here and on QEMU. */
#ifndef STREAMS_STREAMS_H
#define STREAMS_STREAMS_H

#include "compare.h"
#include "qemu.h"

enum { CASES_MOST = 65536, DEVIATIONS_MOST = 64 };

struct streams {
	struct qemu qemu;
	struct test_case *cases;
	uint32_t first_seed;
	unsigned count;
	struct bytes batch, ours[WAYS], theirs;
	uint64_t run, explained, unexplained, by_deviation[DEVIATIONS_MOST];
	uint32_t by_row[A64_FORM_COUNT];
};

extern const char *const way_names[WAYS];

/* Of so many cases those that are run in this way. */
unsigned cases_of(enum how how, unsigned count);
/* The batch of s->cases. */
void batch_make(struct streams *s);
/* Handlers against QEMU, the other ways against handlers: false where the guest does not come to
 * its end. */
bool compare(struct streams *s, enum how how);

/* s->cases, but those on which QEMU differs, with QEMU's results as a file. */
bool record(struct streams *s, const char *path);
/* The process's status: 0 if all ways give what was recorded. */
int replay(const char *path);

#endif
