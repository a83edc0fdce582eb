/*
 * The walker of mmu/ against the naive one: random registers, random tables, every kind of access
 * and of AT. Both see memory through their own copy of the same callbacks; whatever they answer,
 * read and write must be the same.
 */
#ifndef TESTS_MMU_DIFF_H
#define TESTS_MMU_DIFF_H

#include "mmu/mmu.h"
#include "tests/naive/naive.h"

/* ------------------------------------------------------------------ drawing */

struct draw {
	uint64_t state;
	bool deepest; /* draws 4 KB granules, 52 bits, DS: five levels */
};

uint64_t draw_next(struct draw *d);
uint64_t draw_mix(uint64_t x);
unsigned draw_below(struct draw *d, unsigned n);
bool draw_percent(struct draw *d, unsigned percent);

/*
 * Memory is a function of the address: what a descriptor is follows from its address and the seed.
 * Most are tables or pages, whatever level and stage reads them; how many are not differs by case.
 * Rates are of 1024.
 */
struct diff_shape {
	uint64_t seed;
	uint64_t address_mask;    /* of the addresses in descriptors, [47:12] */
	bool high;                /* the fields of bits [51:48] are random too */
	bool ds_field, lpa_field; /* else: a stage has them there, so they are mostly 0 */
	bool big_endian, both_endian;
	unsigned invalid, block, no_access_flag, wild, restricted, abort, unsupported, interfere;
	unsigned ap; /* 0 to 3: the usual AP[2:1] and S2AP[1:0]; 4: random */
	bool dbm;    /* usual */
};

#define DIFF_WRITES 96

struct diff_memory {
	const struct diff_shape *shape;
	unsigned swaps, count;
	struct {
		uint64_t pa, value;
	} written[DIFF_WRITES];
};

bool diff_read(struct diff_memory *memory, uint64_t pa, uint64_t *value);
enum naive_swap diff_swap(struct diff_memory *memory, uint64_t pa, uint64_t expected,
			  uint64_t desired);

struct diff_case {
	struct nw_features features;
	struct nw_choices choices;
	struct nw_registers registers;
	struct diff_shape shape;
};

/* One translation, or one AT. */
struct diff_question {
	uint64_t va;
	bool at;
	struct nw_access access;
	enum nw_at_op op;
	uint8_t el;
	bool pan;
};

struct diff_case diff_draw_case(struct draw *d);
struct diff_question diff_draw_question(struct draw *d, const struct diff_case *c);

/* ------------------------------------------------------------------ answering */

struct diff_answer {
	struct nw_fault fault; /* level 0 where the status code has none */
	bool write_known;
	uint64_t pa, par;
	unsigned attr, sh;
	bool device, xs;
	unsigned count;
	struct naive_log log[NAIVE_LOG];
	/* mmu/ alone */
	bool may_write;
	unsigned span_bits;
};

struct diff_pair {
	struct nw_mmu *mmu;
	struct naive naive;
	struct diff_memory mmu_memory, naive_memory;
	struct diff_answer mmu_answer, naive_answer;
	struct nw_walk walk; /* the last that mmu/ made */
	bool walked;
	bool disturbed; /* another observer may have changed descriptors meanwhile */
};

/* A pair for the case; the pair must not move while it is in use. */
void diff_pair_open(struct diff_pair *pair, const struct diff_case *c);
void diff_pair_close(struct diff_pair *pair);

/* Asks both. NULL, or what differs. */
const char *diff_ask(struct diff_pair *pair, const struct diff_question *q);

/* After an answer without a fault: do may_write and span_bits hold? NULL, or what does not. */
const char *diff_ask_more(struct diff_pair *pair, const struct diff_question *q, struct draw *d);

/* Prints all there is to know, after taking away what the difference does not need. */
void diff_explain(const struct diff_case *c, const struct diff_question *q, const char *what);

#endif
