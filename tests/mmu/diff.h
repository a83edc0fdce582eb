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
	bool single; /* no Contiguous bits: they would have to agree */
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

/* What mmu/ caches; nothing for most comparisons. */
struct diff_caches {
	bool on;
	struct tlb_shape l1, l2;
	struct walk_cache_shapes walk;
};

struct diff_case {
	struct nw_features features;
	struct nw_choices choices;
	struct nw_registers registers;
	struct diff_shape shape;
	struct diff_caches caches;
};

/* One translation, or one AT. */
struct diff_question {
	uint64_t va;
	bool at;
	struct nw_access access;
	enum nw_at_op op;
	uint8_t el;
	bool pan;
	enum nw_regime regime;
};

struct diff_case diff_draw_case(struct draw *d);

/* One whose answers do not depend on what is cached: nothing changes tables but the MMU itself. */
struct diff_case diff_draw_cached_case(struct draw *d);
struct diff_question diff_draw_question(struct draw *d, const struct diff_case *c);

/* ------------------------------------------------------------------ answering */

struct diff_answer {
	struct nw_fault fault; /* level 0 where the status code has none */
	bool write_known;
	uint64_t pa, par;
	unsigned attr, sh;
	bool device, xs, guarded;
	unsigned count;
	struct naive_log log[NAIVE_LOG];
	/* mmu/ alone */
	bool may_write;
	unsigned span_bits;
};

#define DIFF_ROLES 2048

struct diff_pair {
	struct nw_mmu *mmu;
	struct naive naive;
	struct diff_memory mmu_memory, naive_memory;
	struct diff_answer mmu_answer, naive_answer;
	struct nw_walk walk; /* the last that mmu/ made */
	bool walked;
	struct {
		uint64_t address;
		unsigned role;
	} roles[DIFF_ROLES]; /* of descriptors, by hash */
	unsigned hits;       /* answers of the TLBs */
	bool disturbed;      /* another observer may have changed descriptors meanwhile */
};

/* A pair for the case; the pair must not move while it is in use. */
void diff_pair_open(struct diff_pair *pair, const struct diff_case *c);
void diff_pair_close(struct diff_pair *pair);

/* The halves of what follows. */
void diff_ask_mmu(struct diff_pair *pair, const struct diff_question *q);
void diff_ask_naive(struct diff_pair *pair, const struct diff_question *q);
struct naive_access diff_naive_access(const struct nw_access *access);
unsigned diff_plain_attr(unsigned attr);
void diff_put_outputs(struct diff_answer *a, const struct nw_translation *t);

/* Asks both. NULL, or what differs. */
const char *diff_ask(struct diff_pair *pair, const struct diff_question *q);

/* After an answer without a fault: do may_write and span_bits hold? NULL, or what does not. */
const char *diff_ask_more(struct diff_pair *pair, const struct diff_question *q, struct draw *d);

/*
 * Asks both, while mmu/ caches: faults and outputs are the same, descriptors read are not. tangled:
 * the tables are such that software would have to invalidate; the case is over.
 */
const char *diff_ask_cached(struct diff_pair *pair, const struct diff_question *q, bool *tangled);
bool diff_same_memory(const struct diff_memory *m, const struct diff_memory *n);

/* Prints a case, a question and what both answered. */
void diff_tell(const struct diff_pair *pair, const struct diff_case *c,
	       const struct diff_question *q);
void diff_print_question(const struct diff_question *q);

/* Prints all there is to know, after taking away what the difference does not need. */
void diff_explain(const struct diff_case *c, const struct diff_question *q, const char *what);

#endif
