/*
 * Suite mmu/naive_diff: the walker of mmu/ and the naive one of tests/naive/ agree on random
 * registers, tables and accesses: on fault records, outputs, attributes, PAR_EL1, every descriptor
 * read and written, and on memory afterwards. NAIVE_N=N asks for N translations, NAIVE_SEED=S
 * starts elsewhere. What was reached is printed as a table, and must be all there is.
 */
#include "diff.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define QUESTIONS 16 /* of a case */

/* ------------------------------------------------------------------ what was reached */

enum where { STAGE1, STAGE2, WALK, WHERE_COUNT };

static struct reach {
	unsigned faults[FAULT_UNSUPPORTED_UPDATE + 1][5][WHERE_COUNT];
	unsigned asked, succeeded, deep, updates, repeated;
} reach;

static void count(const struct diff_pair *pair, const struct diff_question *q)
{
	const struct diff_answer *n = &pair->naive_answer;
	const struct nw_fault *f = &n->fault;
	bool deep = false, update = false;

	for (unsigned i = 0; i < n->count; i++) {
		reach.repeated += update && !n->log[i].update && n->log[i].level == n->log[0].level;
		update |= n->log[i].update;
		deep |= n->log[i].stage == 1 && n->log[i].level == 3;
	}
	reach.asked++;
	reach.updates += update;
	if (f->type != FAULT_NONE)
		reach.faults[f->type][f->level + 1][f->s1ptw    ? WALK
						    : f->stage2 ? STAGE2
								: STAGE1]++;
	else if (!q->at || !(n->par & 1))
		reach.succeeded++;
	reach.deep += deep || (f->type == FAULT_NONE && !(n->par & 1));
}

/* ------------------------------------------------------------------ the run */

static unsigned setting(const char *name, unsigned otherwise)
{
	const char *value = getenv(name);

	return value ? (unsigned)strtoul(value, NULL, 0) : otherwise;
}

/* Stops at the first difference and explains it. */
static bool ask_all(struct diff_pair *pair, const struct diff_case *c, struct draw *d)
{
	for (unsigned n = 0; n < QUESTIONS; n++) {
		struct diff_question q = diff_draw_question(d, c);
		const char *what = diff_ask(pair, &q);

		count(pair, &q);
		if (what == NULL && !q.at && pair->mmu_answer.fault.type == FAULT_NONE &&
		    draw_percent(d, 25))
			what = diff_ask_more(pair, &q, d);
		if (what != NULL) {
			diff_explain(c, &q, what);
			return false;
		}
	}
	return true;
}

START_TEST(both_walkers_agree)
{
	static struct diff_pair pair;
	unsigned wanted = setting("NAIVE_N", 500000);
	struct draw d = {.state = setting("NAIVE_SEED", 1)};
	unsigned shown = 0, limit = setting("NAIVE_SHOW", 1);

	while (reach.asked < wanted && shown < limit) {
		struct diff_case c = diff_draw_case(&d);

		diff_pair_open(&pair, &c);
		shown += !ask_all(&pair, &c, &d);
		diff_pair_close(&pair);
	}
	fflush(stdout);
	ck_assert_uint_eq(shown, 0);
}
END_TEST

static const struct kind {
	enum nw_fault_type type;
	const char *name;
	int first, last; /* levels; 0 and 0 where the status code has none */
	bool where[WHERE_COUNT];
} kinds[] = {
	{FAULT_TRANSLATION, "Translation", -1, 3, {true, true, true}},
	{FAULT_ADDRESS_SIZE, "Address size", -1, 3, {true, true, true}},
	{FAULT_ACCESS_FLAG, "Access flag", 0, 3, {true, true, true}},
	{FAULT_PERMISSION, "Permission", 0, 3, {true, true, true}},
	{FAULT_EXTERNAL_ON_WALK, "External on walk", -1, 3, {true, true, true}},
	{FAULT_ALIGNMENT, "Alignment", 0, 0, {true, true, false}}, /* walks are aligned */
	{FAULT_UNSUPPORTED_UPDATE, "Unsupported update", 0, 0, {true, true, true}},
};

static unsigned reached(const struct kind *k, int level, enum where where)
{
	unsigned sum = 0;

	if (k->first != k->last)
		return reach.faults[k->type][level + 1][where];
	for (int l = -1; l <= 3; l++)
		sum += reach.faults[k->type][l + 1][where];
	return sum;
}

START_TEST(every_kind_of_fault_was_reached)
{
	unsigned missing = 0;

	printf("%u translations, %u succeeded, %u to the end, %u updated, %u descriptors again\n",
	       reach.asked, reach.succeeded, reach.deep, reach.updates, reach.repeated);
	printf("%-20s %5s %9s %9s %9s\n", "fault", "level", "stage 1", "stage 2", "walk");
	for (unsigned n = 0; n < sizeof kinds / sizeof *kinds; n++) {
		const struct kind *k = &kinds[n];

		for (int level = k->first; level <= k->last; level++) {
			printf("%-20s %5d", k->name, level);
			for (enum where w = STAGE1; w < WHERE_COUNT; w++) {
				printf(" %9u", reached(k, level, w));
				missing += k->where[w] && reached(k, level, w) == 0;
			}
			printf("\n");
		}
	}
	fflush(stdout);
	ck_assert_uint_eq(missing, 0);
	ck_assert_uint_ge(reach.deep * 100, reach.asked * 30);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/naive_diff");
	TCase *tcase = tcase_create("naive_diff");

	tcase_set_timeout(tcase, 0);
	tcase_add_test(tcase, both_walkers_agree);
	tcase_add_test(tcase, every_kind_of_fault_was_reached);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_set_fork_status(runner, CK_NOFORK); /* the second looks at what the first reached */
	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
