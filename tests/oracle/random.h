/* Random numbers that a seed repeats. */
#ifndef ORACLE_RANDOM_H
#define ORACLE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline struct random random_from(uint64_t seed)
{
	seed = (seed + UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xbf58476d1ce4e5b9);
	return (struct random){(seed ^ seed >> 29) | 1};
}

static inline uint64_t random64(struct random *r)
{
	r->state ^= r->state << 13;
	r->state ^= r->state >> 7;
	r->state ^= r->state << 17;
	return r->state * UINT64_C(0x2545f4914f6cdd1d);
}

/* 0 to below - 1. */
static inline unsigned random_below(struct random *r, unsigned below)
{
	return (unsigned)((random64(r) >> 32) * below >> 32);
}

/* from to to, both included. */
static inline unsigned random_in(struct random *r, unsigned from, unsigned to)
{
	return from + random_below(r, to - from + 1);
}

static inline bool chance(struct random *r, unsigned percent)
{
	return random_below(r, 100) < percent;
}

/* value in so many of a hundred cases, else 0. */
static inline uint64_t sometimes(struct random *r, unsigned percent, uint64_t value)
{
	return chance(r, percent) ? value : 0;
}

#endif
