/*
 * The derived state of a core: decoded ops, the translation filter, and what of the counts is still
 * in registers. All of it can be thrown away at an instruction boundary, and none of it changes
 * what a guest or a counter sees.
 *
 * Translation filter. A slot says "an access of this kind to this 4 KiB page, in this context, hits
 * that L1 TLB entry, is permitted, and its bytes are there in host memory". A hit stamps the TLB
 * entry and counts, as nw_translate() would. Slots die with their entry (engine_drop) or, for
 * stores, when the page gets decoded ops.
 *
 * Context. All that a translation depends on besides the address: EL, PSTATE.PAN, the registers of
 * the MMU. Its number, times CONTEXT_UNIT, is the low part of a tag.
 *
 * Clock. budget - op is 16 for each instruction left of the slice: it needs no work in
 * straight-line code, and clock_end - (budget - op) is cpu->now.
 */
#ifndef CPU_ENGINE_H
#define CPU_ENGINE_H

#include "a64.h"

/* ---------------------------------------------------------------- decoded ops */

struct engine;
struct op;

#define FAST_PARAMETERS                                                                            \
	struct engine *e, const struct op *op, uint64_t budget, uint64_t nz, uint64_t a, uint64_t b
typedef void fast_handler(FAST_PARAMETERS);

/* Registers as slots of struct cpu.x, small immediates and one large one: as gendecode laid them
 * out for the form. */
struct op {
	fast_handler *fn;
	uint8_t b[4];
	int32_t imm;
};

/* Stands for a slot that is in byte n - IN_OP of the op. */
enum { IN_OP = 64 };

enum { OP_SIZE = sizeof(struct op), OPS_PER_PAGE = 1024, CODE_PAGE_ALIGN = 32768 };

/* A physical page of code. Aligned, so that an op's address gives its index. Op 1024 leads to the
 * next page. */
struct code_page {
	struct op ops[OPS_PER_PAGE + 1];
	struct code_page *next; /* with the same hash, or free */
	uint8_t *host, *flags;
	uint32_t stores; /* into it since it was decoded */
	/* The second tier: some ops are code; instructions executed in it until then; ops that were
	 * decoded since; how often its code was thrown away. */
	bool translated;
	uint32_t heat, fresh, losses;
};

/* ---------------------------------------------------------------- translation filter */

/*
 * FILTER_FETCH leads to decoded ops; FILTER_WORDS to the words, for stepping and for traces;
 * FILTER_CACHE nowhere: cache maintenance by VA (NW_CACHE_OP) only translates.
 */
enum filter_kind {
	FILTER_FETCH,
	FILTER_LOAD,
	FILTER_STORE,
	FILTER_WORDS,
	FILTER_CACHE,
	FILTER_COUNT
};
enum { FILTER_SLOTS = 1024, CONTEXT_UNIT = 16, CONTEXT_COUNT = 255 };

struct filter_slot {
	uint64_t tag; /* page + context; FILTER_EMPTY */
	union {
		uint64_t addend;        /* host address - virtual address */
		struct code_page *page; /* FILTER_FETCH */
	};
	struct tlb_entry *entry; /* stamped by each hit */
	uint32_t next, previous; /* slots of the same entry, by number + 1; 0: none, the entry's
				    user field is the head */
};

#define FILTER_GUARDED 8 /* in a tag of FILTER_FETCH and FILTER_WORDS: a guarded page */
#define FILTER_EMPTY (~UINT64_C(0)) /* no tag: contexts are multiples of CONTEXT_UNIT */

struct context {
	uint8_t el;
	bool pan;
	bool flat; /* no stage is on: what the filter answers is no TLB lookup */
	uint8_t page_bits;
	bool strict, zva_free, cache_free;
	struct nw_registers registers;
};

/* Of an access of one kind: (va + add) & mask is its page, unless it leaves the page or has to be
 * aligned and is not. */
struct reach {
	uint64_t add, mask;
};
enum reach_kind {
	REACH_1,
	REACH_2,
	REACH_4,
	REACH_8,
	REACH_16,
	REACH_PAIR_4,
	REACH_PAIR_8,
	REACH_PAIR_16,
	REACH_32, /* structures: up to so many bytes, of elements of at most 8 */
	REACH_64,
	REACH_COUNT
};

enum { CODE_HASH = 1024 };

struct engine {
	struct cpu cpu;

	/* What the fast handlers read and write, near the registers. */
	uint64_t page_va;   /* of the page whose ops run */
	uint64_t context;   /* number times CONTEXT_UNIT */
	uint64_t clock_end; /* cpu->now when budget equals op, and 1 for a data access */
	uint64_t load_hits, store_hits, cache_hits;
	struct reach reach[REACH_COUNT];
	bool fp_free;              /* fp_is_enabled(), in this context */
	bool zva_free, cache_free; /* sysop_zva_free(), sysop_cache_free(), in this context */

	struct code_page *running;

	/* FEAT_BTI. The branch that entered the running page, NULL: none that PSTATE.BTYPE tells of;
	 * and its page. */
	const struct op *branched_from;
	uint64_t branched_page;
	bool guarded; /* the page of the instruction that is observed */

	/* Where translated code goes on when an op is not done by its stencil: fast_observe,
	 * fast_branch_to, fast_limit. */
	fast_handler *exit_observe, *exit_branch_to, *exit_limit;

	/* Where the fast instantiation came out, and what is left of its slice. PC and flags are in
	 * cpu. */
	struct outcome outcome;
	int64_t remaining;
	uint64_t counted_left; /* of the slice, when instructions were counted last */
#ifdef CPU_LOOP
	const struct op *op;
	uint64_t budget;
	bool left;
#endif

	/* Instructions fetched since counts were flushed, and those whose lookup nw_translate()
	 * has counted itself. */
	uint64_t fetches, counted_fetches;
	struct tlb_entry flat_entry; /* what slots stand for that were filled with the MMU off */

	bool filter_fetch, filter_data; /* may be used at all */
	bool strict;                    /* unaligned accesses take the slow path */
	bool stop_at_el0;               /* the run ends where EL0 is entered */
	bool stepping;                  /* every instruction by itself, never fast_run() */
	unsigned page_bits;             /* log2 of the unit in which accesses count */
	unsigned fruitless;             /* exceptions since an instruction completed */
	volatile bool interrupted;

	struct context contexts[CONTEXT_COUNT], *current;
	struct context *latest[3]; /* of each exception level; NULL: none */
	unsigned context_count;

	struct translator *translator; /* NULL: there is no second tier */
	uint64_t slice;                /* instructions of the next run, at most */

	struct code_page *pages; /* arena */
	void *mapped;            /* that it is in; NULL: it is allocated */
	unsigned page_count;     /* taken from it so far */
	struct code_page *free_pages, *hash[CODE_HASH];

	struct filter_slot filter[FILTER_COUNT][FILTER_SLOTS];
};

static inline struct engine *engine_of(struct cpu *cpu)
{
	return (struct engine *)cpu;
}

static inline struct filter_slot *filter_slot(struct engine *e, enum filter_kind kind, uint64_t va)
{
	return &e->filter[kind][va >> 12 & (FILTER_SLOTS - 1)];
}

static inline unsigned op_index(const struct op *op)
{
	return ((unsigned)(uintptr_t)op & (CODE_PAGE_ALIGN - 1)) / OP_SIZE;
}

/* ---------------------------------------------------------------- filter.c */

bool engine_init(struct engine *e);
void engine_free(struct engine *e);
/* nw_observer.drop: every slot that stands for the entry dies. */
void engine_drop(void *ctx, struct tlb_entry *entry);
/*
 * The page of va is answered by entry (NULL: no TLB is in use) and lies at host. Nothing happens
 * where data accesses are big-endian.
 */
void filter_fill(struct engine *e, enum filter_kind kind, uint64_t va, struct tlb_entry *entry,
		 const uint8_t *host);
void filter_kill(struct engine *e, struct filter_slot *slot);
void filter_clear(struct engine *e);
/* No store may reach the page by the filter. */
void filter_forbid_stores(struct engine *e, const uint8_t *host);
/* After OUTCOME_RESYNC or an exception: EL and registers may be others. */
void engine_derive(struct engine *e);
/* Adds what the filter counted for the current EL. */
void engine_flush_counts(struct engine *e);

/* ---------------------------------------------------------------- code.c */

bool code_init(struct engine *e);
void code_free(struct engine *e);
/* The decoded ops of a RAM page. */
struct code_page *code_page_of(struct engine *e, struct cpu_page page);
/* Bytes of a page that has PAGE_HAS_CODE were written. */
void code_written(struct engine *e, struct cpu_page page, unsigned offset, unsigned size);
/* All translated code may be overwritten. Nothing of it runs. */
void code_untranslate_all(struct engine *e);

/* ---------------------------------------------------------------- observed.c, fast.c, fast_*.c */

/* Executes a word at cpu->pc: the observed instantiation. */
struct outcome observe(struct cpu *cpu, enum a64_form form, uint32_t word);

/* Executes a form from its word. */
typedef struct outcome observed_handler(struct cpu *cpu, uint32_t word);

/* fast_GROUP: gives op the fast handler of a form of the group; false: it has none. */
typedef bool fast_chooser(struct op *op, enum a64_form form, uint32_t word);
/* Gives op, of a code page, the handler of the word in memory. */
void fast_decode_op(struct engine *e, struct op *op);
fast_handler fast_decode; /* of an op that was not executed yet */
fast_handler fast_page_end;

/* Runs at most `instructions` from op, whose page is e->running; then e->outcome says why it came
 * out. */
void fast_run(struct engine *e, const struct op *op, uint64_t instructions);

/* ---------------------------------------------------------------- engine.c */

struct cpu_stop engine_run(struct engine *e, uint64_t max_insns, bool stop_at_el0);
/* Takes cpu->raised. False: exceptions recur without an instruction completing. */
bool engine_take(struct engine *e);
/*
 * Within a run of the fast instantiation, of which `left` instructions are left: e->outcome is
 * RESYNC or EXCEPTION. True: it was acted on, and cpu->pc may be fetched. False: it is left to the
 * dispatcher's loop.
 */
bool engine_turn(struct engine *e, int64_t left);
/* PC from the target of a branch, without the tag that TBI allows. */
void engine_set_pc(struct engine *e, uint64_t target);

#endif
