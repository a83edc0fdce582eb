/* Batches of cases on both, what differs between them, and what has been met. */
#ifndef ORACLE_ORACLE_H
#define ORACLE_ORACLE_H

#include "case.h"
#include "result.h"

#include <stdbool.h>

/* Translations and faults by kind (distribution.c). */
struct distribution {
	uint64_t operations, translations, done, translated, other;
	uint64_t fault[64][2][2]; /* by fault status code, stage 2, on a stage 1 walk */
};

struct oracle {
	const char *qemu, *version;
	const char *directory; /* where the files of a batch lie */
	struct distribution met;
	uint64_t explained[64];      /* by entry of deviation.def */
	uint64_t follows;            /* memory and values after an explained difference */
	uint64_t unexplained, shown; /* shown: how many of them are cut down and printed */
	uint64_t unfinished;         /* cases that one of the two did not come to the end of */
	FILE *list;                  /* all of them, a few lines each */
};

struct batch {
	unsigned count;
	struct test_case *cases;
};

/* The cases of a batch: enough of them for so many translations. */
void batch_generate(struct batch *b, uint64_t seed, uint64_t translations);
/* Translations of all cases. */
uint64_t batch_translations(const struct batch *b);
void batch_free(struct batch *b);
bool batch_write(const struct batch *b, const char *path);

/* The results of a batch as the two write them; NULL where one did not come to its end. */
char *run_nestwalk(const struct oracle *o, const char *cases);
char *run_qemu(const struct oracle *o, const char *cases);
bool run_both(const struct oracle *o, const struct batch *b, char **ours, char **theirs);

/* What is to be done with a difference. */
struct judge {
	void (*judge)(void *ctx, const struct difference *d);
	void *ctx;
};

/* Hands every difference of a batch to the judge. */
void compare(const struct batch *b, const char *ours, const char *theirs, struct judge judge);

/* After an operation that only one of them carried out, values and memory differ in its wake. */
bool in_the_wake(const struct difference *d);

/* Cuts a case down to what still differs, and prints it with both results. */
void shrink(const struct oracle *o, const struct difference *d);

void distribution_add(struct distribution *d, const char *results);
void distribution_print(const struct distribution *d);

int oracle_run(struct oracle *o, uint64_t translations, uint64_t seed);
int oracle_record(struct oracle *o, uint64_t translations, uint64_t seed);
int oracle_print(struct oracle *o, uint64_t cases, uint64_t seed);

#endif
