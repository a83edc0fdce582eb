/* Cases on which both agree to the byte, kept for machines without QEMU. */
#include "oracle.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CASES   "build/oracle/recorded.cases"
#define RESULTS "build/oracle/recorded.results"

/* Which cases of a batch have a difference, explained or not. */
struct marks {
	bool *differs;
};

static void mark(void *ctx, const struct difference *d)
{
	struct marks *marks = ctx;

	marks->differs[d->ours.kind != RESULT_NONE ? d->ours.number : d->theirs.number] = true;
}

/* Moves the cases that do not differ to the front. */
static void keep_agreed(struct batch *b, const bool *differs)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < b->count; i++) {
		if (!differs[i])
			b->cases[kept++] = b->cases[i];
	}
	b->count = kept;
}

static bool leave_differing(struct oracle *o, struct batch *b)
{
	struct marks marks = {calloc(b->count, sizeof(bool))};
	char *ours = NULL, *theirs = NULL;
	bool ran = marks.differs != NULL && run_both(o, b, &ours, &theirs);

	if (ran) {
		compare(b, ours, theirs, (struct judge){mark, &marks});
		keep_agreed(b, marks.differs);
	}
	free(ours);
	free(theirs);
	free(marks.differs);
	return ran;
}

static bool write_text(const struct oracle *o, const char *path, uint64_t translations,
		       const char *text)
{
	FILE *out = fopen(path, "w");

	if (out == NULL)
		return false;
	fprintf(out, "# QEMU %s, %" PRIu64 " translations\n%s", o->version, translations, text);
	return fclose(out) == 0;
}

/* One batch: a guest reads its file whole. */
int oracle_record(struct oracle *o, uint64_t translations, uint64_t seed)
{
	char *ours = NULL, *theirs = NULL;
	struct batch b;
	bool recorded;

	batch_generate(&b, seed, translations);
	recorded = leave_differing(o, &b) && batch_write(&b, CASES) &&
		   run_both(o, &b, &ours, &theirs) && strcmp(ours, theirs) == 0 &&
		   write_text(o, RESULTS, batch_translations(&b), theirs);
	if (recorded)
		printf("%" PRIu64 " translations of %u cases recorded with QEMU %s\n",
		       batch_translations(&b), b.count, o->version);
	free(ours);
	free(theirs);
	batch_free(&b);
	return recorded ? 0 : 1;
}
