/* Check suite sim/stats: the collector and the JSON made of it. Expected figures are worked out by
 * hand beside each walk. */
#define _GNU_SOURCE /* strsep */
#include "sim/stats.h"

#include <check.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct sim_config config;
static struct cpu_counts core;
static struct nw_counts tlbs;
static struct stats stats;

static void setup(void)
{
	sim_config_init(&config);
	memset(&core, 0, sizeof(core));
	memset(&tlbs, 0, sizeof(tlbs));
	memset(&stats, 0, sizeof(stats));
}

static json_t *make(void)
{
	struct stats_report report = {
		.config = &config,
		.guest = "el0",
		.walks = &stats,
		.core = &core,
		.tlbs = &tlbs,
		.complete = true,
		.seconds = 2.0,
	};

	return stats_json(&report);
}

/* The member at a path of keys separated by blanks. */
static json_t *at(json_t *json, const char *path)
{
	char copy[128], *rest = copy, *key;

	snprintf(copy, sizeof(copy), "%s", path);
	while ((key = strsep(&rest, " ")))
		json = json_object_get(json, key);
	return json;
}

static int64_t count(json_t *json, const char *path)
{
	json_t *value = at(json, path);

	ck_assert_msg(json_is_integer(value), "%s", path);
	return json_integer_value(value);
}

/* A walk of s1 stage 1 lookups, each after s2 stage 2 lookups, and s2 for the output. */
static struct nw_walk nested_walk(unsigned el, int8_t s1_start, int8_t s2_start)
{
	struct nw_walk walk = {.kind = WALK_NESTED, .access = {.el = (uint8_t)el}};

	for (int level = s1_start; level <= 4; level++) {
		for (int l2 = s2_start; l2 <= 3; l2++)
			walk.fetch[walk.fetch_count++] = (struct nw_fetch){
				.stage = 2,
				.level = (int8_t)l2,
				.for_level = (int8_t)level,
				.latency = 10,
				.purpose = level == 4 ? FETCH_FOR_OUTPUT : FETCH_FOR_STAGE1};
		if (level < 4)
			walk.fetch[walk.fetch_count++] = (struct nw_fetch){
				.stage = 1, .level = (int8_t)level, .latency = 10};
	}
	walk.latency = 10 * walk.fetch_count;
	return walk;
}

/* Hands a walk to the collector, with the sums that belong to its fetches. */
static void collect(struct nw_walk *walk)
{
	walk->update_count = 0;
	memset(walk->sums, 0, sizeof(walk->sums));
	for (unsigned i = 0; i < walk->fetch_count; i++) {
		if (walk->fetch[i].update)
			walk->update_count++;
		else
			walk->sums[walk->fetch[i].purpose] += UINT64_C(1)
							      << 8 * (walk->fetch[i].level + 1);
	}
	stats_walk(&stats, walk);
}

/* Members in this order and no others, so that the text of two runs can be compared. */
static const struct keys_row {
	const char *path, *keys;
} keys_rows[] = {
	{"", "schema version command config complete insns cycles accesses tlb walk_caches walks "
	     "descriptor_fetches walk_cycles by_el tlbi exceptions aborts guest host"},
	{"accesses", "fetch load store"},
	{"tlb", "l1i l1d l2"},
	{"tlb l1i", "lookups hits misses"},
	{"walk_caches", "stage1 stage2 ipa"},
	{"walk_caches ipa", "lookups hits misses"},
	{"walks", "total nested stage1_only stage2_only faulted"},
	{"descriptor_fetches",
	 "total stage1 stage2 stage2_for_stage1 stage2_for_output updates per_walk"},
	{"descriptor_fetches stage1", "-1 0 1 2 3"},
	{"descriptor_fetches stage2", "-1 0 1 2 3"},
	{"descriptor_fetches per_walk", "nested stage1_only stage2_only faulted at"},
	{"descriptor_fetches per_walk at", "min max mean histogram"},
	{"descriptor_fetches per_walk at histogram", ""},
	{"by_el", "0 1 2"},
	{"by_el 2", "insns accesses tlb walks descriptor_fetches"},
	{"by_el 1 walks", "total nested stage1_only stage2_only faulted"},
	{"by_el 0 descriptor_fetches",
	 "total stage1 stage2 stage2_for_stage1 stage2_for_output updates per_walk"},
	{"tlbi", "total by_name"},
	{"exceptions", "EL1 EL2 by_class"},
	{"exceptions EL1", "sync irq fiq serror"},
	{"exceptions EL2", "sync irq fiq serror"},
	{"aborts", "stage1 stage2"},
	{"guest", "exit"},
	{"host", "seconds mips"},
};

START_TEST(all_keys_are_there_in_order)
{
	const struct keys_row *row = &keys_rows[_i];
	json_t *json = make(), *object = *row->path ? at(json, row->path) : json, *value;
	char keys[512] = "";
	const char *key;

	ck_assert_msg(json_is_object(object), "%s", row->path);
	json_object_foreach(object, key, value)
	{
		ck_assert_ptr_nonnull(value);
		snprintf(keys + strlen(keys), sizeof(keys) - strlen(keys), "%s%s", *keys ? " " : "",
			 key);
	}
	ck_assert_str_eq(keys, row->keys);
	json_decref(json);
}
END_TEST

START_TEST(nothing_is_null_and_zero)
{
	json_t *json = make();

	ck_assert_str_eq(json_string_value(at(json, "schema")), "nestwalk-stats/1");
	ck_assert(json_is_null(at(json, "descriptor_fetches per_walk nested min")));
	ck_assert(json_is_null(at(json, "descriptor_fetches per_walk nested max")));
	ck_assert(json_is_null(at(json, "descriptor_fetches per_walk nested mean")));
	ck_assert(json_is_null(at(json, "cycles")));
	ck_assert(json_is_null(at(json, "walk_cycles")));
	ck_assert(json_is_null(at(json, "guest exit")));
	ck_assert(json_is_true(at(json, "complete")));
	ck_assert_int_eq(count(json, "tlbi by_name VAE1IS"), 0);
	ck_assert_int_eq(count(json, "exceptions by_class 0x24"), 0);
	json_decref(json);
}
END_TEST

/* (n1+1)(n2+1)-1, by level and purpose. */
static const struct nested_row {
	const char *name;
	int8_t s1_start, s2_start;
	int64_t total, stage1, for_stage1, for_output;
	const char *bar;
} nested_rows[] = {
	{"5x5", -1, -1, 35, 5, 25, 5, "35"}, {"5x4", -1, 0, 29, 5, 20, 4, "29"},
	{"4x4", 0, 0, 24, 4, 16, 4, "24"},   {"4x3", 0, 1, 19, 4, 12, 3, "19"},
	{"2x1", 2, 3, 5, 2, 2, 1, "5"},
};

START_TEST(nested_walk_is_counted_by_level_and_reason)
{
	const struct nested_row *row = &nested_rows[_i];
	struct nw_walk walk = nested_walk(0, row->s1_start, row->s2_start);
	json_t *json;

	collect(&walk);
	json = make();
	ck_assert_int_eq(count(json, "descriptor_fetches total"), row->total);
	ck_assert_int_eq(count(json, "descriptor_fetches stage2_for_stage1"), row->for_stage1);
	ck_assert_int_eq(count(json, "descriptor_fetches stage2_for_output"), row->for_output);
	ck_assert_int_eq(count(json, "descriptor_fetches stage1 3"), 1);
	ck_assert_int_eq(count(json, "descriptor_fetches stage1 -1"), row->s1_start == -1);
	ck_assert_int_eq(count(json, "descriptor_fetches stage2 3"), row->stage1 + 1);
	ck_assert_int_eq(count(json, "descriptor_fetches stage2 0"),
			 row->s2_start <= 0 ? row->stage1 + 1 : 0);
	ck_assert_int_eq(count(at(json, "descriptor_fetches per_walk nested histogram"), row->bar),
			 1);
	ck_assert_int_eq(count(json, "walks total"), 1);
	ck_assert_int_eq(count(json, "walks nested"), 1);
	json_decref(json);
}
END_TEST

START_TEST(serial_cycles_are_instructions_and_latencies)
{
	struct nw_walk walk = nested_walk(1, 0, 0);
	json_t *json;

	config.timing = TIMING_SERIAL;
	core.insns[0] = 100;
	core.insns[2] = 1;
	collect(&walk);
	json = make();
	ck_assert_int_eq(count(json, "walk_cycles"), 240);
	ck_assert_int_eq(count(json, "cycles"), 341);
	ck_assert_int_eq(count(json, "insns"), 101);
	json_decref(json);
}
END_TEST

/* Fetches of all five classes together are the total; a walk is in one class only. */
START_TEST(classes_add_up_to_the_total)
{
	struct nw_walk nested = nested_walk(0, 0, 0);     /* 24 */
	struct nw_walk faulted = nested_walk(0, -1, -1);  /* 35, level -1 twice */
	struct nw_walk at_good = nested_walk(1, 0, 1);    /* 19 */
	struct nw_walk at_faulted = nested_walk(1, 2, 3); /* 5 */
	struct nw_walk stage1 = {.kind = WALK_STAGE1_ONLY, .access = {.el = 2}, .fetch_count = 2};
	struct nw_walk none = {.kind = WALK_STAGE2_ONLY, .fault = {.type = FAULT_TRANSLATION}};
	json_t *json;

	stage1.fetch[0] = (struct nw_fetch){.stage = 1, .level = 2};
	stage1.fetch[1] = (struct nw_fetch){.stage = 1, .level = 3};
	faulted.fault.type = at_faulted.fault.type = FAULT_PERMISSION;
	at_good.at = at_faulted.at = true;
	collect(&nested);
	collect(&faulted);
	collect(&at_good);
	collect(&at_faulted);
	collect(&stage1);
	collect(&none);
	json = make();
	ck_assert_int_eq(count(json, "walks total"), 6);
	ck_assert_int_eq(count(json, "walks nested"), 4);
	ck_assert_int_eq(count(json, "walks stage1_only"), 1);
	ck_assert_int_eq(count(json, "walks stage2_only"), 1);
	ck_assert_int_eq(count(json, "walks faulted"), 3);
	ck_assert_int_eq(count(json, "descriptor_fetches total"), 24 + 35 + 19 + 5 + 2);
	ck_assert_int_eq(count(json, "descriptor_fetches per_walk nested histogram 24"), 1);
	ck_assert_int_eq(count(json, "descriptor_fetches per_walk faulted histogram 35"), 1);
	ck_assert_int_eq(count(json, "descriptor_fetches per_walk faulted histogram 0"), 1);
	ck_assert_int_eq(count(json, "descriptor_fetches per_walk at histogram 19"), 1);
	ck_assert_int_eq(count(json, "descriptor_fetches per_walk at histogram 5"), 1);
	ck_assert_int_eq(count(json, "descriptor_fetches per_walk stage1_only histogram 2"), 1);
	ck_assert_int_eq(count(json, "by_el 0 descriptor_fetches total"), 59);
	ck_assert_int_eq(count(json, "by_el 1 descriptor_fetches total"), 24);
	ck_assert_int_eq(count(json, "by_el 2 walks stage1_only"), 1);
	ck_assert_int_eq(count(json, "descriptor_fetches per_walk at min"), 5);
	ck_assert_int_eq(count(json, "descriptor_fetches per_walk at max"), 19);
	ck_assert(json_real_value(at(json, "descriptor_fetches per_walk at mean")) == 12.0);
	json_decref(json);
}
END_TEST

START_TEST(updates_are_no_fetches)
{
	struct nw_walk walk = nested_walk(0, 3, 3); /* 3 */
	json_t *json;

	walk.fetch[walk.fetch_count++] = (struct nw_fetch){
		.stage = 2, .level = 3, .purpose = FETCH_FOR_STAGE1, .for_level = 3};
	walk.fetch[walk.fetch_count++] = (struct nw_fetch){.stage = 1, .level = 3, .update = true};
	collect(&walk);
	json = make();
	ck_assert_int_eq(count(json, "descriptor_fetches total"), 4);
	ck_assert_int_eq(count(json, "descriptor_fetches updates"), 1);
	ck_assert_int_eq(count(json, "descriptor_fetches stage1 3"), 1);
	ck_assert_int_eq(count(json, "descriptor_fetches per_walk nested histogram 4"), 1);
	json_decref(json);
}
END_TEST

START_TEST(counters_of_the_core_are_passed_on)
{
	json_t *json;

	core.fetch[0] = 3;
	core.load[1] = 5;
	core.store[2] = 7;
	core.tlbi[TLBI_VAE1IS] = 11;
	core.tlbi[TLBI_RIPAS2LE1OSNXS] = 3;
	core.exceptions[1][0] = 13;
	core.exceptions[2][1] = 17;
	core.by_class[0x24] = 19;
	core.by_class[0x3f] = 23;
	core.aborts_stage1 = 29;
	core.aborts_stage2 = 31;
	tlbs.l2[1] = (struct tlb_counts){9, 6, 3};
	tlbs.cache_ipa[0] = (struct tlb_counts){4, 3, 1};
	json = make();
	ck_assert_int_eq(count(json, "accesses fetch"), 3);
	ck_assert_int_eq(count(json, "by_el 1 accesses load"), 5);
	ck_assert_int_eq(count(json, "by_el 2 accesses store"), 7);
	ck_assert_int_eq(count(json, "tlbi total"), 14);
	ck_assert_int_eq(count(json, "tlbi by_name VAE1IS"), 11);
	ck_assert_int_eq(count(json, "tlbi by_name RIPAS2LE1OSNXS"), 3);
	ck_assert_int_eq(count(json, "exceptions EL1 sync"), 13);
	ck_assert_int_eq(count(json, "exceptions EL2 irq"), 17);
	ck_assert_int_eq(count(json, "exceptions by_class 0x24"), 19);
	ck_assert_int_eq(count(json, "exceptions by_class 0x3f"), 23);
	ck_assert_int_eq(count(json, "aborts stage1"), 29);
	ck_assert_int_eq(count(json, "aborts stage2"), 31);
	ck_assert_int_eq(count(json, "tlb l2 misses"), 3);
	ck_assert_int_eq(count(json, "walk_caches ipa hits"), 3);
	json_decref(json);
}
END_TEST

static unsigned files_in(const char *directory)
{
	DIR *dir = opendir(directory);
	unsigned found = 0;

	while (readdir(dir))
		found++;
	closedir(dir);
	return found - 2; /* . and .. */
}

START_TEST(file_is_written_whole_or_not_at_all)
{
	struct stats_report report = {
		.config = &config, .guest = "el0", .walks = &stats, .core = &core, .tlbs = &tlbs};
	char directory[] = "/tmp/test_stats.XXXXXX", path[64];
	json_t *json;

	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/stats.json", directory);
	ck_assert(stats_write(&report, path));
	ck_assert_uint_eq(files_in(directory), 1);
	json = json_load_file(path, 0, NULL);
	ck_assert(json_is_object(json));
	json_decref(json);
	unlink(path);
	snprintf(path, sizeof(path), "%s/none/stats.json", directory);
	ck_assert(!stats_write(&report, path));
	ck_assert_uint_eq(files_in(directory), 0);
	rmdir(directory);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sim/stats");
	TCase *tcase = tcase_create("stats");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_loop_test(tcase, all_keys_are_there_in_order, 0,
			    sizeof(keys_rows) / sizeof(keys_rows[0]));
	tcase_add_test(tcase, nothing_is_null_and_zero);
	tcase_add_loop_test(tcase, nested_walk_is_counted_by_level_and_reason, 0,
			    sizeof(nested_rows) / sizeof(nested_rows[0]));
	tcase_add_test(tcase, serial_cycles_are_instructions_and_latencies);
	tcase_add_test(tcase, classes_add_up_to_the_total);
	tcase_add_test(tcase, updates_are_no_fetches);
	tcase_add_test(tcase, counters_of_the_core_are_passed_on);
	tcase_add_test(tcase, file_is_written_whole_or_not_at_all);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
