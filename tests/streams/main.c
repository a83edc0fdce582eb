/*
 * Random instruction streams here and on QEMU:
 *
 *	streams run QEMU VERSION N SEED [ROW]
 *		N cases of each row, or of one, and a sixteenth as many of many rows
 *	streams record QEMU VERSION N SEED FILE
 *		cases on which both agree, with QEMU's results
 *	streams replay FILE
 *		the same on this core alone
 *	streams rows
 *		the rows without cases, and why
 *
 * A case is registers, flags, FPCR and memory by a seed, and a few instructions. Both run a bare
 * guest (guest/), which executes the cases of a batch and gives a hash of the state behind each.
 * Where hashes differ, the case is run again, cut off after each of its words, and the first word
 * after which the states differ is printed with them.
 */
#include "streams.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---------------------------------------------------------------- batches */

void batch_make(struct streams *s)
{
	batch_begin(&s->batch, false);
	for (unsigned i = 0; i < s->count; i++)
		batch_add(&s->batch, &s->cases[i], s->cases[i].words);
}

static bool run_batch(struct streams *s)
{
	bool good;

	batch_make(s);
	good = qemu_start(&s->qemu, &s->batch);
	for (enum how how = 0; good && how < WAYS; how++) {
		if (!way_is_here(how))
			continue;
		((struct batch *)s->batch.at)->count = cases_of(how, s->count);
		good = run_here(&s->batch, how, &s->ours[how]);
	}
	good = qemu_finish(&s->qemu, &s->theirs) && good;
	for (enum how how = 0; good && how < WAYS; how++)
		good = !way_is_here(how) || compare(s, how);
	s->run += s->count;
	if (!good)
		fprintf(stderr,
			"nestwalk: streams: the guest did not come to its end; QEMU said: %s\n",
			qemu_said(&s->qemu));
	s->count = 0;
	return good;
}

static bool add(struct streams *s, struct draw *d, enum a64_form form)
{
	struct test_case *c = &s->cases[s->count];

	if (form != A64_UNALLOCATED)
		draw_one(d, form, c);
	else
		draw_many(d, c);
	c->seed = s->first_seed + (uint32_t)s->run + s->count;
	return ++s->count < CASES_MOST || run_batch(s);
}

enum { N_WHOLE = 500 }; /* cases of each row that meet every deviation */

/* Batches that are full are run; what is left is the caller's. */
static bool draw_all(struct streams *s, unsigned n, uint64_t seed, const char *row)
{
	struct draw d = draw_from(seed);
	bool good = true;

	s->first_seed = (uint32_t)seed * 10000019;
	for (unsigned i = 0; good && i < n; i++) {
		for (enum a64_form form = 1; good && form < A64_FORM_COUNT; form++) {
			if (left_out(form) != NULL ||
			    (row != NULL && strcmp(a64_info[form].name, row) != 0))
				continue;
			good = add(s, &d, form);
			if (good && row == NULL && (i + form) % 16 == 0)
				good = add(s, &d, A64_UNALLOCATED);
		}
	}
	return good;
}

static int report(const struct streams *s, bool whole)
{
	bool needless = false;

	for (enum a64_form form = 0; form < A64_FORM_COUNT; form++)
		if (s->by_row[form] != 0)
			printf("unexplained: %u of %s\n", s->by_row[form], a64_info[form].name);
	for (unsigned i = 0; i < deviation_count(); i++) {
		printf("explained: %llu by %s\n", (unsigned long long)s->by_deviation[i],
		       deviation_name(i));
		needless |= s->by_deviation[i] == 0;
	}
	if (whole && needless)
		printf("an entry of deviation.def explains nothing any more\n");
	printf("%llu cases on QEMU %s: %llu differ as deviation.def explains, %llu unexplained\n",
	       (unsigned long long)s->run, s->qemu.version, (unsigned long long)s->explained,
	       (unsigned long long)s->unexplained);
	return s->unexplained != 0 || (whole && needless);
}

static int usage(void)
{
	fprintf(stderr,
		"usage: streams run|record QEMU VERSION N SEED [ROW|FILE] | replay FILE | rows\n");
	return 2;
}

/* What there are cases of, and what not and why. */
static int list_rows(void)
{
	unsigned count = 0;

	for (enum a64_form form = 1; form < A64_FORM_COUNT; form++) {
		if (a64_info[form].unmodelled != NULL)
			continue;
		if (left_out(form) != NULL)
			printf("not %s: %s\n", a64_info[form].name, left_out(form));
		else
			count++;
	}
	printf("%u rows\n", count);
	return 0;
}

static int run_or_record(struct streams *s, unsigned n, uint64_t seed, const char *row,
			 const char *file)
{
	char directory[64];
	int status = 1;

	snprintf(directory, sizeof(directory), "build/streams/%d", (int)getpid());
	s->qemu.directory = directory;
	s->cases = malloc(CASES_MOST * sizeof(s->cases[0]));
	if (s->cases == NULL || mkdir(directory, 0777) != 0) {
		perror(directory);
		return 1;
	}
	if (draw_all(s, n, seed, row)) {
		if (file != NULL)
			status = !record(s, file);
		else if (s->count == 0 || run_batch(s))
			status = report(s, row == NULL && n >= N_WHOLE);
	}
	qemu_clean(&s->qemu);
	free(s->cases);
	return status;
}

int main(int argc, char **argv)
{
	static struct streams s;
	bool recording = argc == 7 && strcmp(argv[1], "record") == 0;

	if (argc == 2 && strcmp(argv[1], "rows") == 0)
		return list_rows();
	if (argc == 3 && strcmp(argv[1], "replay") == 0)
		return replay(argv[2]);
	if (argc < 6 || argc > 7 || (!recording && strcmp(argv[1], "run") != 0))
		return usage();
	s.qemu.command = argv[2];
	s.qemu.version = argv[3];
	return run_or_record(&s, (unsigned)atoi(argv[4]), strtoull(argv[5], NULL, 0),
			     argc == 7 && !recording ? argv[6] : NULL, recording ? argv[6] : NULL);
}
