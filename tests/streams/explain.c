/* Cases whose hashes differ: the word after which the states do, and whether deviation.def explains
 * it. */
#include "streams.h"

#include <stdio.h>
#include <stdlib.h>

enum { DETAILS_MOST = 400, SHOWN = 100, SLOW_SHARE = 32 };

const char *const way_names[WAYS] = {"handlers", "stencils", "slow"};

struct run_of {
	struct streams *s;
	enum how how;
	bool against_qemu;
};

static bool run_pair(struct run_of r, struct bytes *batch, struct bytes *ours, struct bytes *theirs)
{
	bool good;

	if (r.against_qemu && !qemu_start(&r.s->qemu, batch))
		return false;
	good = run_here(batch, r.how, ours);
	if (r.against_qemu)
		return qemu_finish(&r.s->qemu, theirs) && good;
	return run_here(batch, BY_HANDLERS, theirs) && good;
}

static void judge(struct run_of r, const struct difference *d)
{
	int explanation = r.against_qemu ? deviation_of(d) : -1;

	if (explanation >= 0) {
		r.s->explained++;
		r.s->by_deviation[explanation]++;
		return;
	}
	if (r.s->by_row[d->form]++ == 0 && r.s->unexplained < SHOWN)
		print_difference(d, way_names[r.how], r.against_qemu ? "QEMU" : "handlers");
	r.s->unexplained++;
}

/* The states behind each of the words of a case: count + 1 of them, the first from before. */
static void find_word(struct run_of r, const struct test_case *c, const struct state *ours,
		      const struct state *theirs)
{
	static const struct nw_features all = {.set = NW_ALL_FEATURES, .pa_bits = 48};

	for (unsigned k = 0; k <= c->words; k++) {
		struct difference d = {.c = c, .word = k - 1};

		if (memcmp(&ours[k], &theirs[k], sizeof(ours[k])) == 0)
			continue;
		if (k > 0)
			d.form = a64_decode(&all, c->word[k - 1]);
		else
			d.word = 0;
		d.before = ours[k > 0 ? k - 1 : 0];
		d.ours = ours[k];
		d.theirs = theirs[k];
		judge(r, &d);
		return;
	}
	printf("seed %u: the states are the same, their hashes were not\n", c->seed);
	r.s->unexplained++;
}

static bool explain(struct run_of r, const unsigned *which, unsigned count)
{
	struct bytes batch = {0}, ours = {0}, theirs = {0};
	const struct state *a, *b;
	bool good;

	batch_begin(&batch, true);
	for (unsigned i = 0; i < count; i++)
		for (unsigned k = 0; k <= r.s->cases[which[i]].words; k++)
			batch_add(&batch, &r.s->cases[which[i]], k);
	good = run_pair(r, &batch, &ours, &theirs);
	a = (const struct state *)ours.at;
	b = (const struct state *)theirs.at;
	for (unsigned i = 0; good && i < count; i++) {
		find_word(r, &r.s->cases[which[i]], a, b);
		a += r.s->cases[which[i]].words + 1;
		b += r.s->cases[which[i]].words + 1;
	}
	free(batch.at);
	free(ours.at);
	free(theirs.at);
	return good;
}

/* Without filter and decoded ops a case takes a hundred times as long. */
unsigned cases_of(enum how how, unsigned count)
{
	return how == SLOWLY ? (count + SLOW_SHARE - 1) / SLOW_SHARE : count;
}

bool compare(struct streams *s, enum how how)
{
	struct run_of r = {s, how, how == BY_HANDLERS};
	const struct bytes *ours = &s->ours[how],
			   *theirs = r.against_qemu ? &s->theirs : &s->ours[0];
	const uint32_t *a = (const uint32_t *)ours->at, *b = (const uint32_t *)theirs->at;
	unsigned which[DETAILS_MOST], count = 0, cases = cases_of(how, s->count);
	bool good = ours->size == cases * sizeof(*a) && theirs->size >= ours->size;

	for (unsigned i = 0; good && i < cases; i++) {
		if (a[i] != b[i])
			which[count++] = i;
		if (count == DETAILS_MOST) {
			good = explain(r, which, count);
			count = 0;
		}
	}
	return good && (count == 0 || explain(r, which, count));
}
