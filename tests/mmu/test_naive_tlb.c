/*
 * Suite mmu/naive_tlb: what TLBs and walk caches hold changes no answer. The MMU with caches of a
 * random shape against the naive walker, which has none: sequences of accesses that come back to
 * the same pages, in which hardware updates are the only writes of tables, so that the architecture
 * requires no maintenance. NAIVE_N=N asks for N translations, NAIVE_SEED=S starts elsewhere.
 */
#include "diff.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define QUESTIONS 24 /* of a case */

static unsigned setting(const char *name, unsigned otherwise)
{
	const char *value = getenv(name);

	return value ? (unsigned)strtoul(value, NULL, 0) : otherwise;
}

/* Often what was asked before, by another access or beside it. */
static struct diff_question draw_question(struct draw *d, const struct diff_case *c,
					  struct diff_question *asked, unsigned count)
{
	struct diff_question q = diff_draw_question(d, c);

	if (count > 0 && draw_percent(d, 75)) {
		const struct diff_question *before = &asked[draw_below(d, count)];

		if (before->regime == q.regime)
			q.va = before->va ^ (draw_next(d) & (draw_percent(d, 20) ? 0xffff : 0xfff));
	}
	asked[count] = q;
	return q;
}

struct totals {
	unsigned asked, hits, tangled;
};

/* The last answers, and what was asked before. */
static void tell(const struct diff_pair *pair, const struct diff_case *c,
		 const struct diff_question *asked, unsigned last)
{
	diff_tell(pair, c, &asked[last]);
	printf("  before that:\n");
	for (unsigned n = 0; n < last; n++)
		diff_print_question(&asked[n]);
}

static const char *ask_all(struct diff_pair *pair, const struct diff_case *c, struct draw *d,
			   struct totals *totals)
{
	struct diff_question asked[QUESTIONS];

	for (unsigned n = 0; n < QUESTIONS; n++) {
		struct diff_question q = draw_question(d, c, asked, n);
		bool tangled;
		const char *what = diff_ask_cached(pair, &q, &tangled);

		totals->asked++;
		if (tangled) {
			totals->tangled++;
			return NULL;
		}
		if (what == NULL && !diff_same_memory(&pair->mmu_memory, &pair->naive_memory))
			what = "memory";
		if (what != NULL) {
			tell(pair, c, asked, n);
			return what;
		}
	}
	return NULL;
}

START_TEST(what_is_cached_changes_no_answer)
{
	static struct diff_pair pair;
	unsigned wanted = setting("NAIVE_N", 300000);
	struct draw d = {.state = setting("NAIVE_SEED", 1)};
	struct totals totals = {0};
	const char *what = NULL;

	while (totals.asked < wanted && what == NULL) {
		struct diff_case c = diff_draw_cached_case(&d);

		pair = (struct diff_pair){.hits = pair.hits};
		diff_pair_open(&pair, &c);
		what = ask_all(&pair, &c, &d, &totals);
		diff_pair_close(&pair);
	}
	printf("%u translations, %u answered without a walk, %u cases given up\n", totals.asked,
	       pair.hits, totals.tangled);
	fflush(stdout);
	ck_assert_msg(what == NULL, "%s, after %u translations", what, totals.asked);
	ck_assert_uint_ge(pair.hits * 100, totals.asked * 5);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/naive_tlb");
	TCase *tcase = tcase_create("naive_tlb");

	tcase_set_timeout(tcase, 0);
	tcase_add_test(tcase, what_is_cached_changes_no_answer);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
