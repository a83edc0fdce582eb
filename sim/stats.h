/*
 * Statistics: the collector that every walk passes through, and what is made of it and of the
 * core's own counters at the end: JSON (schema nestwalk-stats/1) and a short table for people. What
 * each counter means is in nestwalk(1).
 */
#ifndef SIM_STATS_H
#define SIM_STATS_H

#include "sim.h"

#include <jansson.h>

/* The classes of per_walk. The first three are enum nw_walk_kind: walks that neither faulted nor
 * were made by AT. */
enum walk_class { CLASS_FAULTED = WALK_STAGE2_ONLY + 1, CLASS_AT, CLASS_COUNT };

/* Indices are Arm's stage, enum nw_fetch_for, level + 1; powers of two make cheap indices. */
#define STATS_STAGES   3
#define STATS_PURPOSES 4
#define STATS_LEVELS   8

/* Walks of one exception level: only uint64_t, so that levels can be added up. */
struct walk_counts {
	uint64_t kind[3]; /* enum nw_walk_kind */
	uint64_t faulted;
	uint64_t cycles;
	uint64_t updates;
	uint64_t fetches[STATS_STAGES][STATS_PURPOSES][STATS_LEVELS];
	uint64_t histogram[CLASS_COUNT][NW_WALK_FETCHES + 1]; /* walks by number of fetches */
};

struct stats {
	struct walk_counts el[3]; /* by exception level of the access */
};

/* The walk callback of struct nw_observer; ctx is a struct stats. */
void stats_walk(void *ctx, const struct nw_walk *walk);

/* What a report is made of. */
struct stats_report {
	const struct sim_config *config; /* with all defaults filled in */
	const char *guest;               /* what ran: "el0", "el1", "bare" or "replay" */
	const struct stats *walks;
	const struct cpu_counts *core;
	const struct nw_counts *tlbs;
	bool complete;
	bool guest_exited;
	int64_t guest_exit;
	double seconds;
};

/* The whole object, a new reference; keys in the order of the schema. */
json_t *stats_json(const struct stats_report *report);

/* Its "config" member. */
json_t *stats_config_json(const struct stats_report *report);

/* Writes the JSON to path ("-": stdout), whole or not at all. False after a diag(). */
bool stats_write(const struct stats_report *report, const char *path);

void stats_table(const struct stats_report *report, FILE *out);

/* Sums over exception levels first to last. */
struct walk_counts stats_walks(const struct stats *stats, unsigned first, unsigned last);
uint64_t stats_sum(const uint64_t by_el[3], unsigned first, unsigned last);
struct tlb_counts stats_tlb(const struct tlb_counts by_el[3], unsigned first, unsigned last);

/* Fetches of one stage and purpose over all levels. */
uint64_t stats_fetches(const struct walk_counts *walks, unsigned stage, enum nw_fetch_for purpose);

#endif
