/* Statistics as JSON, member by member in the order of the schema. */
#define _GNU_SOURCE /* mkostemp */
#include "json.h"
#include "stats.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Exception levels that an object is about: one, or all. */
struct els {
	unsigned first, last;
};

static json_t *accesses_json(const struct cpu_counts *core, struct els els)
{
	json_t *object = json_object();

	put_count(object, "fetch", stats_sum(core->fetch, els.first, els.last));
	put_count(object, "load", stats_sum(core->load, els.first, els.last));
	put_count(object, "store", stats_sum(core->store, els.first, els.last));
	return object;
}

static json_t *lookups_json(const struct tlb_counts by_el[3], struct els els)
{
	struct tlb_counts counts = stats_tlb(by_el, els.first, els.last);
	json_t *object = json_object();

	put_count(object, "lookups", counts.lookups);
	put_count(object, "hits", counts.hits);
	put_count(object, "misses", counts.misses);
	return object;
}

static json_t *tlb_json(const struct nw_counts *tlbs, struct els els)
{
	json_t *object = json_object();

	put(object, "l1i", lookups_json(tlbs->l1i, els));
	put(object, "l1d", lookups_json(tlbs->l1d, els));
	put(object, "l2", lookups_json(tlbs->l2, els));
	return object;
}

static json_t *walk_caches_json(const struct nw_counts *tlbs, struct els els)
{
	json_t *object = json_object();

	put(object, "stage1", lookups_json(tlbs->cache_stage1, els));
	put(object, "stage2", lookups_json(tlbs->cache_stage2, els));
	put(object, "ipa", lookups_json(tlbs->cache_ipa, els));
	return object;
}

static json_t *walks_json(const struct walk_counts *walks)
{
	json_t *object = json_object();

	put_count(object, "total", walks->kind[0] + walks->kind[1] + walks->kind[2]);
	put_count(object, "nested", walks->kind[WALK_NESTED]);
	put_count(object, "stage1_only", walks->kind[WALK_STAGE1_ONLY]);
	put_count(object, "stage2_only", walks->kind[WALK_STAGE2_ONLY]);
	put_count(object, "faulted", walks->faulted);
	return object;
}

static json_t *levels_json(const struct walk_counts *walks, unsigned stage)
{
	static const char *const name[] = {"-1", "0", "1", "2", "3"};
	json_t *object = json_object();

	for (unsigned level = 0; level < 5; level++) {
		uint64_t count = 0;

		for (unsigned purpose = 0; purpose < STATS_PURPOSES; purpose++)
			count += walks->fetches[stage][purpose][level];
		put_count(object, name[level], count);
	}
	return object;
}

static json_t *histogram_json(const uint64_t histogram[NW_WALK_FETCHES + 1])
{
	json_t *object = json_object(), *bars = json_object();
	uint64_t walks = 0, fetches = 0, min = 0, max = 0;
	char key[16];

	for (unsigned i = 0; i <= NW_WALK_FETCHES; i++) {
		if (!histogram[i])
			continue;
		if (!walks)
			min = i;
		max = i;
		walks += histogram[i];
		fetches += histogram[i] * i;
		snprintf(key, sizeof(key), "%u", i);
		put_count(bars, key, histogram[i]);
	}
	put(object, "min", walks ? json_integer((json_int_t)min) : json_null());
	put(object, "max", walks ? json_integer((json_int_t)max) : json_null());
	put(object, "mean", walks ? json_real((double)fetches / (double)walks) : json_null());
	put(object, "histogram", bars);
	return object;
}

static json_t *per_walk_json(const struct walk_counts *walks)
{
	static const char *const name[CLASS_COUNT] = {
		[WALK_NESTED] = "nested",
		[WALK_STAGE1_ONLY] = "stage1_only",
		[WALK_STAGE2_ONLY] = "stage2_only",
		[CLASS_FAULTED] = "faulted",
		[CLASS_AT] = "at",
	};
	json_t *object = json_object();

	for (unsigned class = 0; class < CLASS_COUNT; class ++)
		put(object, name[class], histogram_json(walks->histogram[class]));
	return object;
}

static json_t *fetches_json(const struct walk_counts *walks)
{
	json_t *object = json_object();
	uint64_t total = 0;

	for (unsigned stage = 0; stage < STATS_STAGES; stage++) {
		for (unsigned purpose = 0; purpose < STATS_PURPOSES; purpose++)
			total += stats_fetches(walks, stage, purpose);
	}
	put_count(object, "total", total);
	put(object, "stage1", levels_json(walks, 1));
	put(object, "stage2", levels_json(walks, 2));
	put_count(object, "stage2_for_stage1", stats_fetches(walks, 2, FETCH_FOR_STAGE1));
	put_count(object, "stage2_for_output", stats_fetches(walks, 2, FETCH_FOR_OUTPUT));
	put_count(object, "updates", walks->updates);
	put(object, "per_walk", per_walk_json(walks));
	return object;
}

static json_t *by_el_json(const struct stats_report *report)
{
	static const char *const name[] = {"0", "1", "2"};
	json_t *object = json_object();

	for (unsigned el = 0; el < 3; el++) {
		struct els one = {el, el};
		json_t *member = json_object();

		put_count(member, "insns", report->core->insns[el]);
		put(member, "accesses", accesses_json(report->core, one));
		put(member, "tlb", tlb_json(report->tlbs, one));
		put(member, "walks", walks_json(&report->walks->el[el]));
		put(member, "descriptor_fetches", fetches_json(&report->walks->el[el]));
		put(object, name[el], member);
	}
	return object;
}

static json_t *tlbi_json(const struct cpu_counts *core)
{
	static const char *const name[TLBI_OP_COUNT] = {
#define TLBI(name, op1, CRm, op2, needs) [TLBI_##name] = #name, [TLBI_##name##NXS] = #name "NXS",
#include "../mmu/tlbi.def"
#undef TLBI
	};
	json_t *object = json_object(), *by_name = json_object();
	uint64_t total = 0;

	for (unsigned op = 0; op < TLBI_OP_COUNT; op++) {
		total += core->tlbi[op];
		put_count(by_name, name[op], core->tlbi[op]);
	}
	put_count(object, "total", total);
	put(object, "by_name", by_name);
	return object;
}

/* The exception classes that a core without a secure world or debug state can report; others only
 * where they occur. */
static bool class_always_shown(unsigned class)
{
	static const uint8_t shown[] = {0x00, 0x01, 0x07, 0x0d, 0x0e, 0x15, 0x16, 0x17,
					0x18, 0x19, 0x20, 0x21, 0x22, 0x24, 0x25, 0x26,
					0x2f, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x3c};

	return memchr(shown, (int)class, sizeof(shown)) != NULL;
}

static json_t *exceptions_json(const struct cpu_counts *core)
{
	static const char *const kind[] = {"sync", "irq", "fiq", "serror"};
	static const char *const target[] = {NULL, "EL1", "EL2"};
	json_t *object = json_object(), *by_class = json_object();

	for (unsigned el = 1; el <= 2; el++) {
		json_t *member = json_object();

		for (unsigned i = 0; i < 4; i++)
			put_count(member, kind[i], core->exceptions[el][i]);
		put(object, target[el], member);
	}
	for (unsigned class = 0; class < 64; class ++) {
		char key[8];

		snprintf(key, sizeof(key), "0x%02x", class);
		if (core->by_class[class] || class_always_shown(class))
			put_count(by_class, key, core->by_class[class]);
	}
	put(object, "by_class", by_class);
	return object;
}

static json_t *aborts_json(const struct cpu_counts *core)
{
	json_t *object = json_object();

	put_count(object, "stage1", core->aborts_stage1);
	put_count(object, "stage2", core->aborts_stage2);
	return object;
}

static json_t *guest_json(const struct stats_report *report)
{
	json_t *object = json_object();

	put(object, "exit", report->guest_exited ? json_integer(report->guest_exit) : json_null());
	return object;
}

static json_t *host_json(const struct stats_report *report, uint64_t insns)
{
	json_t *object = json_object();
	double mips = report->seconds > 0 ? (double)insns / report->seconds / 1e6 : 0;

	put(object, "seconds", json_real(report->seconds));
	put(object, "mips", json_real(mips));
	return object;
}

static json_t *command_json(const struct sim_config *config)
{
	json_t *words = json_array();

	json_array_append_new(words, json_string("nestwalk"));
	for (int i = 0; i < config->argc; i++) {
		json_t *word = json_string(config->argv[i]);

		/* Words of a command line need not be UTF-8, strings of JSON must. */
		json_array_append_new(words, word ? word : json_string("?"));
	}
	return words;
}

json_t *stats_json(const struct stats_report *report)
{
	struct els all = {0, 2};
	struct walk_counts walks = stats_walks(report->walks, 0, 2);
	uint64_t insns = stats_sum(report->core->insns, 0, 2);
	bool serial = report->config->timing == TIMING_SERIAL;
	json_t *object = json_object();

	put(object, "schema", json_string("nestwalk-stats/1"));
	put(object, "version", json_string(SIM_VERSION));
	put(object, "command", command_json(report->config));
	put(object, "config", stats_config_json(report));
	put(object, "complete", json_boolean(report->complete));
	put_count(object, "insns", insns);
	put(object, "cycles",
	    serial ? json_integer((json_int_t)(insns + walks.cycles)) : json_null());
	put(object, "accesses", accesses_json(report->core, all));
	put(object, "tlb", tlb_json(report->tlbs, all));
	put(object, "walk_caches", walk_caches_json(report->tlbs, all));
	put(object, "walks", walks_json(&walks));
	put(object, "descriptor_fetches", fetches_json(&walks));
	put(object, "walk_cycles", serial ? json_integer((json_int_t)walks.cycles) : json_null());
	put(object, "by_el", by_el_json(report));
	put(object, "tlbi", tlbi_json(report->core));
	put(object, "exceptions", exceptions_json(report->core));
	put(object, "aborts", aborts_json(report->core));
	put(object, "guest", guest_json(report));
	put(object, "host", host_json(report, insns));
	return object;
}

static bool dump(json_t *json, FILE *out)
{
	return !json_dumpf(json, out, JSON_INDENT(2)) && fputc('\n', out) != EOF && !fflush(out);
}

/* Into a temporary file beside path, which then takes its name: a reader never sees half of it. */
static bool write_file(json_t *json, const char *path)
{
	size_t size = strlen(path) + sizeof(".XXXXXX");
	char *temporary = malloc(size);
	FILE *out = NULL;
	bool ok = false;
	int fd = -1;

	if (temporary) {
		snprintf(temporary, size, "%s.XXXXXX", path);
		fd = mkostemp(temporary, 0);
	}
	if (fd >= 0) {
		fchmod(fd, 0644);
		out = fdopen(fd, "w");
	}
	if (out) {
		ok = dump(json, out);
		ok = !fclose(out) && ok && !rename(temporary, path);
	}
	if (!ok) {
		diag("--stats %s: %s, expected a writable file", path, strerror(errno));
		if (fd >= 0)
			unlink(temporary);
	}
	free(temporary);
	return ok;
}

/* A device or pipe is written as it is: a temporary file could not take its name. */
static bool write_stream(json_t *json, const char *path)
{
	FILE *out = strcmp(path, "-") ? fopen(path, "w") : stdout;
	bool ok = out && dump(json, out);

	if (!ok)
		diag("--stats %s: %s, expected a writable file", path, strerror(errno));
	if (out && out != stdout)
		fclose(out);
	return ok;
}

bool stats_write(const struct stats_report *report, const char *path)
{
	json_t *json = stats_json(report);
	struct stat status;
	bool special = !strcmp(path, "-") || (!stat(path, &status) && !S_ISREG(status.st_mode));
	bool ok = special ? write_stream(json, path) : write_file(json, path);

	json_decref(json);
	return ok;
}
