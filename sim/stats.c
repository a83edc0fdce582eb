/* The collector, which runs in every walk, and sums over what it collected. */
#include "stats.h"

#include <assert.h>
#include <string.h>

static void add(uint64_t counts[STATS_LEVELS], const struct nw_walk *walk,
		enum nw_fetch_for purpose)
{
#pragma GCC unroll 5
	for (int level = -1; level <= 3; level++)
		counts[level + 1] += nw_walk_sum(walk, purpose, level);
}

void stats_walk(void *ctx, const struct nw_walk *walk)
{
	struct stats *stats = ctx;
	struct walk_counts *counts = &stats->el[walk->access.el];
	bool faulted = walk->fault.type != FAULT_NONE;
	unsigned class = walk->at ? CLASS_AT : faulted ? CLASS_FAULTED : walk->kind;

	assert(walk->fetch_count <= NW_WALK_FETCHES);
	add(counts->fetches[1][FETCH_FOR_NONE], walk, FETCH_FOR_NONE);
	add(counts->fetches[2][FETCH_FOR_STAGE1], walk, FETCH_FOR_STAGE1);
	add(counts->fetches[2][FETCH_FOR_OUTPUT], walk, FETCH_FOR_OUTPUT);
	counts->updates += walk->update_count;
	counts->histogram[class][walk->fetch_count - walk->update_count]++;
	counts->kind[walk->kind]++;
	counts->faulted += faulted;
	counts->cycles += walk->latency;
}

struct walk_counts stats_walks(const struct stats *stats, unsigned first, unsigned last)
{
	struct walk_counts sum;
	uint64_t *to = (uint64_t *)&sum;

	memset(&sum, 0, sizeof(sum));
	for (unsigned el = first; el <= last; el++) {
		const uint64_t *from = (const uint64_t *)&stats->el[el];

		for (size_t i = 0; i < sizeof(sum) / sizeof(*to); i++)
			to[i] += from[i];
	}
	return sum;
}

uint64_t stats_sum(const uint64_t by_el[3], unsigned first, unsigned last)
{
	uint64_t sum = 0;

	for (unsigned el = first; el <= last; el++)
		sum += by_el[el];
	return sum;
}

struct tlb_counts stats_tlb(const struct tlb_counts by_el[3], unsigned first, unsigned last)
{
	struct tlb_counts sum = {0};

	for (unsigned el = first; el <= last; el++) {
		sum.lookups += by_el[el].lookups;
		sum.hits += by_el[el].hits;
		sum.misses += by_el[el].misses;
	}
	return sum;
}

uint64_t stats_fetches(const struct walk_counts *walks, unsigned stage, enum nw_fetch_for purpose)
{
	uint64_t sum = 0;

	for (unsigned level = 0; level < STATS_LEVELS; level++)
		sum += walks->fetches[stage][purpose][level];
	return sum;
}
