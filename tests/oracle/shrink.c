/*
 * The least of a case that still differs: all commands that can go are tried at once, each left out
 * of a case of its own, and what was not needed is gone in the next round, until nothing can go any
 * more.
 */
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

#define SHRINK_DIRECTORY "build/oracle/shrink"

static void leave_out(struct test_case *c, unsigned index)
{
	memmove(&c->command[index], &c->command[index + 1],
		(c->count - index - 1) * sizeof(c->command[0]));
	c->count--;
}

/*
 * Not registers, nor what the guest's own code needs, nor a change between operations and its
 * maintenance: without one of them a TLB may answer either way.
 */
static bool can_go(const struct test_case *c, unsigned index)
{
	const struct command *command = &c->command[index];

	if (command->kind == COMMAND_OP)
		return op_kinds[command->name] < KIND_TLBI1;
	if (command->kind == COMMAND_REG || command->code)
		return false;
	for (unsigned i = 0; i < index; i++) {
		if (c->command[i].kind == COMMAND_OP)
			return false;
	}
	return true;
}

/* Differences of a batch: whether a case has one that nothing explains, and the first of case 0. */
struct found {
	bool differs[CASE_COMMANDS + 1];
	struct difference first;
};

static void find(void *ctx, const struct difference *d)
{
	struct found *found = ctx;
	uint64_t number = d->ours.kind != RESULT_NONE ? d->ours.number : d->theirs.number;

	if (number > CASE_COMMANDS || deviation_of(d) >= 0 || in_the_wake(d))
		return;
	if (number == 0 && !found->differs[0])
		found->first = *d;
	found->differs[number] = true;
}

static bool try_all(const struct oracle *o, const struct batch *b, struct found *found)
{
	char *ours = NULL, *theirs = NULL;
	bool ran = run_both(o, b, &ours, &theirs);

	memset(found, 0, sizeof(*found));
	if (ran)
		compare(b, ours, theirs, (struct judge){find, found});
	free(ours);
	free(theirs);
	return ran;
}

/* The case itself, and one without each of its commands. */
static bool try_without(const struct oracle *o, struct batch *b, const struct test_case *c,
			struct found *found)
{
	b->count = c->count + 1;
	for (unsigned i = 0; i <= c->count; i++) {
		b->cases[i] = *c;
		if (i > 0 && can_go(c, i - 1))
			leave_out(&b->cases[i], i - 1);
	}
	return try_all(o, b, found);
}

/* Cases without the last one of the commands that can go alone, the last two, and so on: the least
 * that still differs. */
static bool shrink_once(const struct oracle *o, struct batch *b, struct test_case *c,
			struct found *found)
{
	struct test_case less = *c;
	struct found together;

	b->count = 0;
	for (unsigned i = c->count; i > 0; i--) {
		if (found->differs[i] && can_go(c, i - 1)) {
			leave_out(&less, i - 1);
			b->cases[b->count++] = less;
		}
	}
	if (b->count == 0 || !try_all(o, b, &together))
		return false;
	for (unsigned i = b->count; i > 0; i--) {
		if (!together.differs[i - 1])
			continue;
		*c = b->cases[i - 1];
		return try_without(o, b, c, found) && found->differs[0];
	}
	return false;
}

static void print_difference(const struct difference *d, const struct test_case *c)
{
	case_write(stderr, 0, c);
	result_print(stderr, "nestwalk:", &d->ours);
	result_print(stderr, "QEMU:", &d->theirs);
}

void shrink(const struct oracle *o, const struct difference *d)
{
	struct oracle own = {.qemu = o->qemu, .version = o->version, .directory = SHRINK_DIRECTORY};
	struct difference last = *d;
	struct test_case c = *d->c;
	struct batch b = {0, malloc((CASE_COMMANDS + 1) * sizeof(c))};
	struct found found;
	bool alone = b.cases != NULL && try_without(&own, &b, &c, &found) && found.differs[0];

	if (alone) {
		do
			last = found.first;
		while (shrink_once(&own, &b, &c, &found));
	}
	batch_free(&b);
	fprintf(stderr, "difference%s:\n", alone ? "" : ", not met by the case alone");
	print_difference(&last, &c);
}
