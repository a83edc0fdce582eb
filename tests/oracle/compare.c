/* Two result files, line by line. */
#include "oracle.h"

#include <inttypes.h>
#include <stdlib.h>

/* One of the two files, and the line it is at. */
struct reader {
	const char *text;
	struct result line;
};

static void step(struct reader *r)
{
	if (!result_next(&r->text, &r->line))
		r->line = (struct result){.kind = RESULT_NONE, .number = UINT64_MAX};
}

/* Memory comes in the order in which the case first wrote it. */
static unsigned place(const struct batch *b, const struct result *r)
{
	const struct test_case *c = &b->cases[r->number < b->count ? r->number : 0];
	unsigned i = 0;

	while (i < c->count &&
	       (c->command[i].kind != COMMAND_WRITE || c->command[i].value[0] != r->address))
		i++;
	return i;
}

/* Operations in their order, then the memory of the case. */
static int order(const struct batch *batch, const struct result *a, const struct result *b)
{
	bool changed_a = a->kind == RESULT_CHANGED, changed_b = b->kind == RESULT_CHANGED;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	if (changed_a != changed_b)
		return changed_a ? 1 : -1;
	if (changed_a && a->address != b->address)
		return place(batch, a) < place(batch, b) ? -1 : 1;
	if (a->count != b->count)
		return a->count < b->count ? -1 : 1;
	return 0;
}

static const struct command *operation(const struct test_case *c, uint64_t count)
{
	for (unsigned i = 0; i < c->count; i++) {
		if (c->command[i].kind == COMMAND_OP && count-- == 0)
			return &c->command[i];
	}
	return NULL;
}

static bool no_abort(const struct result *r)
{
	return r->kind == RESULT_OK ||
	       (r->kind == RESULT_EXCEPTION && (r->esr >> 26 & 0x3a) != 0x20);
}

bool in_the_wake(const struct difference *d)
{
	return d->follows && (d->op == NULL || (no_abort(&d->ours) && no_abort(&d->theirs)));
}

static void differ(const struct judge *judge, const struct batch *b, const struct result *ours,
		   const struct result *theirs, bool follows)
{
	const struct result *any = ours->kind != RESULT_NONE ? ours : theirs;
	struct difference d = {.ours = *ours, .theirs = *theirs, .follows = follows};

	if (any->number >= b->count)
		return;
	d.c = &b->cases[any->number];
	if (any->kind != RESULT_CHANGED)
		d.op = operation(d.c, any->count);
	judge->judge(judge->ctx, &d);
}

void compare(const struct batch *b, const char *ours, const char *theirs, struct judge judge)
{
	struct reader a = {.text = ours}, z = {.text = theirs};
	uint64_t differing = UINT64_MAX; /* the last case with a difference */
	const struct result none = {.kind = RESULT_NONE};

	step(&a);
	step(&z);
	while (a.line.number != UINT64_MAX || z.line.number != UINT64_MAX) {
		int which = order(b, &a.line, &z.line);
		uint64_t number = which > 0 ? z.line.number : a.line.number;

		if (which != 0 || !result_equal(&a.line, &z.line)) {
			differ(&judge, b, which <= 0 ? &a.line : &none,
			       which >= 0 ? &z.line : &none, differing == number);
			differing = number;
		}
		if (which <= 0)
			step(&a);
		if (which >= 0)
			step(&z);
	}
}
