/* Whether QEMU's result is one that deviation.def explains. */
#include "compare.h"

struct deviation {
	const char *name;
	bool (*explains)(const struct difference *d);
};

#define DEVIATION(predicate, versions, rule, test)                                                 \
	static bool predicate(const struct difference *d);
#include "deviation.def"
#undef DEVIATION

static const struct deviation deviations[] = {
#define DEVIATION(predicate, versions, rule, test) {#predicate, predicate},
#include "deviation.def"
#undef DEVIATION
	{NULL, NULL}};

/* ---------------------------------------------------------------- predicates */

/* The states are the same but for their ESR. */
static bool only_esr_differs(const struct difference *d)
{
	struct state theirs = d->theirs;

	theirs.esr = d->ours.esr;
	return memcmp(&theirs, &d->ours, sizeof(theirs)) == 0;
}

/* Data Abort, Alignment fault, WnR set by QEMU alone. */
static bool wrong_direction(const struct difference *d)
{
	return only_esr_differs(d) && d->ours.esr == 0x96000021 && d->theirs.esr == 0x96000061;
}

static bool load_exclusive_alignment(const struct difference *d)
{
	return wrong_direction(d) && a64_info[d->form].mem == A64_READ;
}

static bool atomic_alignment(const struct difference *d)
{
	return wrong_direction(d) && a64_info[d->form].mem == A64_BOTH;
}

/* A Data Abort here, status 1 there. */
static bool store_exclusive_monitor(const struct difference *d)
{
	return (d->form == A64_STXR || d->form == A64_STXP) && d->ours.esr >> 26 == 0x25 &&
	       d->theirs.esr >> 26 == 0x3c && d->theirs.elr == d->ours.elr + 4;
}

static bool target_alignment(const struct difference *d)
{
	return d->ours.esr == 0x8a000000 && d->theirs.esr >> 26 == 0x21 && (d->ours.elr & 3) != 0;
}

static bool cache_maintenance(const struct difference *d)
{
	return d->form == A64_CACHE_VA && d->ours.esr >> 26 == 0x25 &&
	       d->theirs.elr == d->ours.elr + 4;
}

/* ---------------------------------------------------------------- the list */

int deviation_of(const struct difference *d)
{
	for (int i = 0; deviations[i].name != NULL; i++)
		if (deviations[i].explains(d))
			return i;
	return -1;
}

unsigned deviation_count(void)
{
	return sizeof(deviations) / sizeof(deviations[0]) - 1;
}

const char *deviation_name(unsigned i)
{
	return deviations[i].name;
}
