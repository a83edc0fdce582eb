/*
 * sim/geometry: which geometries exist. The legal ones are written out as ranges from D8.2
 * "Translation process" (TxSZ limits, start levels, concatenation); everything outside them must be
 * refused.
 */
#include "sim/geometry.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define BIT(feature) (UINT64_C(1) << (feature))
#define ALL          (BIT(FEAT_EL2) | BIT(FEAT_LPA) | BIT(FEAT_LVA) | BIT(FEAT_LPA2) | BIT(FEAT_TTST))

static struct nw_features core(uint64_t set, uint8_t pa_bits)
{
	return (struct nw_features){{set, 0}, pa_bits, true, true, true};
}

/* Sizes first to last, where stage 1 starts at this level on a core that has everything. */
struct range {
	const char *granule;
	int level;
	unsigned first, last;
};

static const struct range stage1[] = {
	{"4k", 3, 16, 21},  {"4k", 2, 22, 30},  {"4k", 1, 31, 39},  {"4k", 0, 40, 48},
	{"4k", -1, 49, 52}, {"16k", 3, 16, 25}, {"16k", 2, 26, 36}, {"16k", 1, 37, 47},
	{"16k", 0, 48, 52}, {"64k", 3, 17, 29}, {"64k", 2, 30, 42}, {"64k", 1, 43, 52},
};

/* Every start level that can be asked for at stage 2. */
static const struct range stage2[] = {
	{"4k", 3, 16, 25},  {"4k", 2, 22, 34},  {"4k", 1, 31, 43},  {"4k", 0, 40, 52},
	{"4k", -1, 49, 52}, {"16k", 3, 16, 29}, {"16k", 2, 26, 40}, {"16k", 1, 37, 51},
	{"16k", 0, 48, 52}, {"64k", 3, 17, 33}, {"64k", 2, 30, 46}, {"64k", 1, 43, 52},
};

/* Where stage 2 starts if nothing is asked for: the fewest levels. */
static const struct range stage2_default[] = {
	{"4k", 3, 16, 25},  {"4k", 2, 26, 34},  {"4k", 1, 35, 43},  {"4k", 0, 44, 52},
	{"16k", 3, 16, 29}, {"16k", 2, 30, 40}, {"16k", 1, 41, 51}, {"16k", 0, 52, 52},
	{"64k", 3, 17, 33}, {"64k", 2, 34, 46}, {"64k", 1, 47, 52},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct range *find(const struct range *ranges, size_t count, const char *granule,
				unsigned bits, int level, bool any_level)
{
	for (size_t i = 0; i < count; i++) {
		const struct range *r = &ranges[i];

		if (strcmp(r->granule, granule) == 0 && bits >= r->first && bits <= r->last &&
		    (any_level || r->level == level))
			return r;
	}
	return NULL;
}

static bool resolve_with(const char *text, enum geometry_use use, struct nw_features features,
			 unsigned output_bits, struct sim_geometry *geometry, char *why)
{
	why[0] = 0;
	return geometry_parse(text, use, geometry, why) &&
	       geometry_resolve(geometry, use, &features, output_bits, why);
}

static const char *const granules[] = {"4k", "16k", "64k"};

START_TEST(the_110_stage_1_geometries)
{
	unsigned legal = 0;

	for (unsigned bits = 1; bits <= 64; bits++) {
		for (unsigned g = 0; g < 3; g++) {
			const struct range *r =
				find(stage1, COUNT(stage1), granules[g], bits, 0, true);
			struct sim_geometry geometry;
			char text[32], why[GEOMETRY_WHY];

			snprintf(text, sizeof(text), "%s:%u", granules[g], bits);
			ck_assert_msg(resolve_with(text, GEOMETRY_S1, core(ALL, 52), 0, &geometry,
						   why) == !!r,
				      "%s: %s", text, why);
			if (!r)
				continue;
			legal++;
			ck_assert_msg(geometry.start == r->level, "%s: start %d, not %d", text,
				      geometry.start, r->level);
		}
	}
	ck_assert_uint_eq(legal, 110);
}
END_TEST

START_TEST(the_146_stage_2_geometries)
{
	unsigned legal = 0;

	for (unsigned bits = 1; bits <= 64; bits++) {
		for (unsigned i = 0; i < 15; i++) {
			const char *granule = granules[i / 5];
			int level = (int)(i % 5) - 1;
			bool expected = find(stage2, COUNT(stage2), granule, bits, level, false);
			struct sim_geometry geometry;
			char text[32], why[GEOMETRY_WHY];

			snprintf(text, sizeof(text), "%s:%u:start=%d", granule, bits, level);
			ck_assert_msg(resolve_with(text, GEOMETRY_S2, core(ALL, 52), 0, &geometry,
						   why) == expected,
				      "%s: %s", text, why);
			ck_assert(!expected || (geometry.start == level && geometry.start_given));
			legal += expected;
		}
	}
	ck_assert_uint_eq(legal, 146);
}
END_TEST

START_TEST(stage_2_takes_the_fewest_levels)
{
	for (unsigned bits = 16; bits <= 52; bits++) {
		for (unsigned g = 0; g < 3; g++) {
			const struct range *r = find(stage2_default, COUNT(stage2_default),
						     granules[g], bits, 0, true);
			struct sim_geometry geometry;
			char text[32], why[GEOMETRY_WHY];

			snprintf(text, sizeof(text), "%s:%u", granules[g], bits);
			ck_assert_msg(resolve_with(text, GEOMETRY_S2, core(ALL, 52), 0, &geometry,
						   why) == !!r,
				      "%s: %s", text, why);
			if (r)
				ck_assert_msg(geometry.start == r->level, "%s: start %d, not %d",
					      text, geometry.start, r->level);
		}
	}
}
END_TEST

/* Single claims, on a core with `without` taken away. why: a word that the refusal must contain;
 * NULL: accepted. */
struct row {
	const char *text;
	enum geometry_use use;
	uint64_t without;
	uint8_t pa_bits;
	unsigned output_bits;
	const char *why;
	int start;
	unsigned size_bits;
};

#define S1  GEOMETRY_S1
#define S2  GEOMETRY_S2
#define EL2 GEOMETRY_EL2

static const struct row rows[] = {
	/* the list */
	{"4k:53", S1, 0, 52, 0, "at most 52", 0, 0},
	{"4k:48:start=0", S1, 0, 52, 0, "follows from its size", 0, 0},
	{"4k:52", S1, BIT(FEAT_LPA2), 52, 0, "FEAT_LPA2", 0, 0},
	{"16k:52:start=-1", S2, 0, 52, 0, "no start level -1", 0, 0},
	{"16k:52:start=1", S2, 0, 52, 0, "37 to 51", 0, 0},
	{"4k:44:start=1", S2, 0, 52, 0, "31 to 43", 0, 0},
	{"4k:48:start=-1", S2, 0, 52, 0, "49 to 52", 0, 0},
	{"64k:47:start=2", S2, 0, 52, 0, "30 to 46", 0, 0},
	{"4k:43", S2, 0, 52, 0, NULL, 1, 43},
	{"16k:48:start=0", S2, 0, 52, 0, NULL, 0, 48},
	{"64k:32", S2, 0, 52, 0, NULL, 3, 32},
	{"4k:49:start=-1", S2, 0, 52, 0, NULL, -1, 49},
	/* sizes by rule */
	{"4k", S1, 0, 52, 0, NULL, 0, 48},
	{"64k", EL2, 0, 40, 0, NULL, 1, 48},
	{"4k", S2, 0, 52, 0, NULL, 0, 48},
	{"4k", S2, 0, 44, 0, NULL, 0, 44},
	{"4k", S2, 0, 40, 0, NULL, 1, 40},
	{"16k:start=1", S2, 0, 52, 0, NULL, 1, 48},
	{"off", S2, 0, 52, 0, NULL, 0, 0},
	{"off", S1, 0, 52, 0, "4k, 16k or 64k", 0, 0},
	/* DS */
	{"4k:48:ds=1", S1, 0, 52, 0, NULL, 0, 48},
	{"4k:48:ds=1", S1, BIT(FEAT_LPA2), 52, 0, "FEAT_LPA2", 0, 0},
	{"4k:49:ds=0", S1, 0, 52, 0, "48 or fewer with ds=0", 0, 0},
	{"4k:52:ds=0", S2, 0, 52, 0, "48 or fewer with ds=0", 0, 0},
	{"16k:48:start=0:ds=0", S2, 0, 52, 0, "needs ds=1", 0, 0},
	{"16k:48:start=0", S2, BIT(FEAT_LPA2), 52, 0, "this start level needs FEAT_LPA2", 0, 0},
	{"16k:48", S2, BIT(FEAT_LPA2), 52, 0, NULL, 1, 48},
	{"64k:52:ds=1", S1, 0, 52, 0, "64k has no DS", 0, 0},
	{"64k:52:ds=0", S1, 0, 52, 0, NULL, 1, 52},
	{"4k:48", S2, 0, 52, 49, NULL, 0, 48},
	{"4k:48:ds=0", S2, 0, 52, 49, "above 2^48 needs ds=1", 0, 0},
	{"4k:48", S2, BIT(FEAT_LPA2), 52, 49, "above 2^48 needs FEAT_LPA2", 0, 0},
	{"64k:48", S2, BIT(FEAT_LPA2), 52, 49, NULL, 1, 48},
	{"64k:48", S1, BIT(FEAT_LPA), 48, 49, "FEAT_LPA with 64k", 0, 0},
	/* limits of the core */
	{"64k:52", S1, BIT(FEAT_LVA), 52, 0, "without FEAT_LVA", 0, 0},
	{"64k:52", S2, BIT(FEAT_LVA), 52, 0, NULL, 1, 52},
	{"4k:24", S1, BIT(FEAT_TTST), 52, 0, "25 or more without FEAT_TTST", 0, 0},
	{"4k:25", S1, BIT(FEAT_TTST), 52, 0, NULL, 2, 25},
	{"4k:25", S2, BIT(FEAT_TTST), 52, 0, NULL, 2, 25},
	{"4k:25", S2, 0, 52, 0, NULL, 3, 25},
	{"4k:25:start=3", S2, BIT(FEAT_TTST), 52, 0, "FEAT_TTST", 0, 0},
	{"16k:25", S2, BIT(FEAT_TTST), 52, 0, NULL, 3, 25},
	{"4k:44", S2, 0, 40, 0, "the core's 40 bits", 0, 0},
	{"4k:48", S1, 0, 40, 0, NULL, 0, 48},
	{"4k:42:start=0", S2, 0, 42, 0, "needs 44 bits of PA", 0, 0},
	{"16k:40:start=1", S2, 0, 40, 0, "needs 42 bits of PA", 0, 0},
	{"64k:43:start=1", S2, 0, 44, 0, NULL, 1, 43},
	/* grammar */
	{"", S1, 0, 52, 0, "4k, 16k or 64k", 0, 0},
	{"8k:48", S1, 0, 52, 0, "4k, 16k or 64k", 0, 0},
	{"4K:48", S1, 0, 52, 0, "4k, 16k or 64k", 0, 0},
	{"4k:", S1, 0, 52, 0, "not understood", 0, 0},
	{"4k:48:", S1, 0, 52, 0, "not understood", 0, 0},
	{"4k:48:48", S1, 0, 52, 0, "not understood", 0, 0},
	{"4k:ds=1:48", S1, 0, 52, 0, "not understood", 0, 0},
	{"4k:+48", S1, 0, 52, 0, "not understood", 0, 0},
	{"4k:-48", S1, 0, 52, 0, "not understood", 0, 0},
	{"4k:0", S1, 0, 52, 0, "not understood", 0, 0},
	{"4k:99999999999999999999", S1, 0, 52, 0, "not understood", 0, 0},
	{"4k:48x", S1, 0, 52, 0, "not understood", 0, 0},
	{"4k:48:ds=2", S1, 0, 52, 0, "ds takes 0 or 1", 0, 0},
	{"4k:48:ds=1:ds=0", S1, 0, 52, 0, "once", 0, 0},
	{"4k:48:start=4", S2, 0, 52, 0, "-1 to 3", 0, 0},
	{"4k:48:start=", S2, 0, 52, 0, "not understood", 0, 0},
	{"4k:48:start=0:start=0", S2, 0, 52, 0, "once", 0, 0},
	{"4k:52:ds=1:start=-1", S2, 0, 52, 0, NULL, -1, 52},
	{"4k:48:start=0", EL2, 0, 52, 0, "follows from its size", 0, 0},
};

START_TEST(geometry_claim)
{
	const struct row *r = &rows[_i];
	struct sim_geometry geometry;
	char why[GEOMETRY_WHY];
	bool good = resolve_with(r->text, r->use, core(ALL & ~r->without, r->pa_bits),
				 r->output_bits, &geometry, why);

	ck_assert_msg(good == !r->why, "%s: %s", r->text, good ? "accepted" : why);
	if (r->why) {
		ck_assert_msg(strstr(why, r->why), "%s: said '%s', not '%s'", r->text, why, r->why);
		ck_assert_msg(!strchr(why, '\n'), "%s: more than one line", r->text);
		return;
	}
	ck_assert_msg(geometry.start == r->start, "%s: start %d", r->text, geometry.start);
	ck_assert_msg(geometry.size_bits == r->size_bits, "%s: %u bits", r->text,
		      geometry.size_bits);
}
END_TEST

START_TEST(a_granule_that_the_core_lacks)
{
	struct nw_features features = core(ALL, 52);
	struct sim_geometry geometry;
	char why[GEOMETRY_WHY];

	features.granule_16k = false;
	ck_assert(!resolve_with("16k:48", GEOMETRY_S1, features, 0, &geometry, why));
	ck_assert_str_eq(why, "the core has no 16k granule");
	ck_assert(resolve_with("64k:48", GEOMETRY_S1, features, 0, &geometry, why));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sim/geometry");
	TCase *tcase = tcase_create("geometry");
	SRunner *runner = srunner_create(suite);

	tcase_add_test(tcase, the_110_stage_1_geometries);
	tcase_add_test(tcase, the_146_stage_2_geometries);
	tcase_add_test(tcase, stage_2_takes_the_fewest_levels);
	tcase_add_loop_test(tcase, geometry_claim, 0, (int)COUNT(rows));
	tcase_add_test(tcase, a_granule_that_the_core_lacks);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
