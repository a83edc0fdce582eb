/*
 * Memory and a TLB for tests of the page-table library: an arena of the host at made-up physical
 * addresses, and a walker of the tests' own, which knows the descriptor formats as literals.
 */
#ifndef TESTS_HYP_ARENA_H
#define TESTS_HYP_ARENA_H

#include "../../hyp/pgtable.h"

/* What was allocated and invalidated. */
struct arena {
	unsigned char *bytes;
	uint64_t base; /* its physical address */
	size_t used;
	unsigned live; /* granules allocated and not freed */
	int allowance; /* allocations left; negative: no limit */
	unsigned invalidations, table_invalidations;
	uint64_t last_ia, last_bytes;
	size_t granule;
};

/* A table and its memory. */
struct fixture {
	struct arena arena;
	struct pgtable table;
};

/* What the walker found. */
struct read_back {
	bool valid;
	int level, fetches;
	uint64_t oa, descriptor;
};

uint64_t arena_physical(void *context, const void *table);
void arena_open(struct fixture *f, const char *word, enum table_kind kind, uint64_t ia_base);
void arena_close(struct fixture *f);
struct read_back arena_walk(struct fixture *f, uint64_t ia);
void expect_leaf(struct fixture *f, uint64_t ia, uint64_t oa, int level);
void expect_hole(struct fixture *f, uint64_t ia);

#endif
