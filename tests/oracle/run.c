/* Runs of many batches. */
#include "oracle.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#define BATCH 20000 /* translations */

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void line(FILE *list, const struct difference *d)
{
	if (d->op != NULL)
		fprintf(list, "%s EL%d ", op_names[d->op->name], (int)(d->op->value[0] >> 2 & 3));
	fprintf(list, "case %" PRIx64 "\n", d->ours.number);
	result_print(list, "nestwalk:", &d->ours);
	result_print(list, "QEMU:", &d->theirs);
}

static void judge(void *ctx, const struct difference *d)
{
	struct oracle *o = ctx;
	int index = deviation_of(d);

	if (index >= 0)
		o->explained[index]++;
	else if (in_the_wake(d))
		o->follows++;
	else {
		line(o->list, d);
		if (o->unexplained++ < o->shown)
			shrink(o, d);
	}
}

/*
 * A case that one of the two does not come to the end of has no results to compare. One cause is
 * known: a store through a descriptor of chance that hits the tables of the guest's own code, which
 * goes on as long as a TLB holds them.
 */
static void unfinished(struct oracle *o, const struct test_case *c, bool ours_ended)
{
	fprintf(o->list, "not ended by %s:\n", ours_ended ? "QEMU" : "nestwalk");
	case_write(o->list, 0, c);
	o->unfinished++;
}

static void run_cases(struct oracle *o, const struct batch *b);

/* The two halves, each by itself: in the end those cases are found that do not end. */
static void run_halves(struct oracle *o, const struct batch *b)
{
	struct batch first = {b->count / 2, b->cases};
	struct batch second = {b->count - first.count, b->cases + first.count};

	run_cases(o, &first);
	run_cases(o, &second);
}

static void run_cases(struct oracle *o, const struct batch *b)
{
	char *ours = NULL, *theirs = NULL;

	if (run_both(o, b, &ours, &theirs)) {
		compare(b, ours, theirs, (struct judge){judge, o});
		distribution_add(&o->met, ours);
		o->met.translations += batch_translations(b);
	} else if (b->count > 1) {
		run_halves(o, b);
	} else {
		unfinished(o, b->cases, ours != NULL);
		if (ours == NULL && theirs != NULL) /* which nothing excuses */
			o->unexplained++;
	}
	free(ours);
	free(theirs);
}

static void run_batch(struct oracle *o, uint64_t seed, uint64_t translations)
{
	struct batch b;

	batch_generate(&b, seed, translations);
	run_cases(o, &b);
	batch_free(&b);
}

static void report(const struct oracle *o, double elapsed)
{
	distribution_print(&o->met);
	for (unsigned i = 0; i < deviation_count(); i++)
		printf("deviation of QEMU %s: %-26s %9" PRIu64 "%s\n", o->version,
		       deviation_name((int)i), o->explained[i],
		       o->explained[i] == 0 ? " (never met)" : "");
	printf("in their wake %" PRIu64 "\n", o->follows);
	printf("cases that did not come to their end, left out: %" PRIu64 "\n", o->unfinished);
	printf("%" PRIu64 " translations (%" PRIu64
	       " operations) on nestwalk and QEMU %s in %.1f s, %.0f a second: "
	       "%" PRIu64 " unexplained differences\n",
	       o->met.translations, o->met.operations, o->version, elapsed,
	       (double)o->met.translations / elapsed, o->unexplained);
}

int oracle_run(struct oracle *o, uint64_t translations, uint64_t seed)
{
	double begin = seconds();

	o->list = fopen("build/oracle/differences", "w");
	if (o->list == NULL)
		return 1;

	for (uint64_t batch = 0; o->met.translations < translations; batch++) {
		uint64_t before = o->met.translations, left = translations - before;

		run_batch(o, seed * 1000000 + batch, left < BATCH ? left : BATCH);
		if (o->met.translations == before) {
			fprintf(stderr,
				"oracle: seed %" PRIu64 ": no case came to its end, see %s/*.log\n",
				seed * 1000000 + batch, o->directory);
			return 1;
		}
	}
	fclose(o->list);
	report(o, seconds() - begin);
	return o->unexplained != 0;
}

int oracle_print(struct oracle *o, uint64_t cases, uint64_t seed)
{
	struct batch b;

	(void)o;
	batch_generate(&b, seed, UINT64_MAX);
	for (unsigned i = 0; i < b.count && i < cases; i++)
		case_write(stdout, i, &b.cases[i]);
	batch_free(&b);
	return 0;
}
