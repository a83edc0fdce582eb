/*
 * Page-table library: builds and changes stage 1 and stage 2 tables of any geometry, levels -1 to
 * 3, decided at run time.
 *
 * A table never touches hardware or memory on its own: its pages, their addresses, cleaning and TLB
 * invalidation are callbacks, so the same code serves the hypervisor (before and after its MMU is
 * on), the proxy kernel, and a host test. Every change of a live valid entry follows
 * break-before-make where the architecture requires it. An operation that fails has changed
 * nothing: what it needs is allocated first, and the commit cannot fail.
 *
 * Leaves always have AF = 1, so hardware updates are never needed.
 */
#ifndef HYP_PGTABLE_H
#define HYP_PGTABLE_H

#include "geometry.h"

/* What the tables need from their surroundings. */
struct pgtable_ops {
	/*
	 * count tables of granule size, contiguous, zeroed, aligned to count times their size;
	 * count is 1 or, for a stage 2 start table, up to 16. NULL: no memory.
	 */
	void *(*alloc)(void *context, unsigned count);
	void (*free)(void *context, void *table, unsigned count);
	/* Between a table's address here and the physical address that goes into a descriptor. */
	uint64_t (*to_physical)(void *context, const void *table);
	void *(*from_physical)(void *context, uint64_t address);
	/*
	 * Makes what was stored to a table visible to a walk that doesn't look into caches. NULL:
	 * walks do.
	 */
	void (*clean)(void *context, const void *start, size_t bytes);
	/*
	 * Removes what a TLB may hold of [ia, ia + bytes): of leaves only, or of tables too.
	 * Entered after the stores to the tables, returns when the invalidation is complete. NULL:
	 * no MMU uses the tables yet.
	 */
	void (*invalidate)(void *context, uint64_t ia, uint64_t bytes, bool leaf_only);
	/*
	 * Makes new valid entries, stored before, visible to walks (DSB, ISB). NULL: nothing to do.
	 */
	void (*synchronise)(void *context);
};

struct pgtable {
	struct geometry geometry;
	uint64_t ia_base; /* first input address: 0, or the lowest of the TTBR1 half */
	const struct pgtable_ops *ops;
	void *context;   /* handed to the callbacks */
	uint64_t *start; /* the start table, all its concatenated tables */
};

/*
 * Permissions and type of a leaf. Readable by its owner always; AttrIndx values are those of
 * PGTABLE_MAIR.
 */
enum pgtable_leaf {
	LEAF_W = 1 << 0,
	LEAF_X = 1 << 1,    /* for EL0 with LEAF_USER, for EL1 or EL2 without; stage 2: both */
	LEAF_USER = 1 << 2, /* EL1 tables: EL0 has access (and EL1 never executes it) */
	LEAF_NON_GLOBAL = 1 << 3, /* EL1 tables: tagged with the ASID */
	LEAF_DEVICE = 1 << 4,     /* Device-nGnRE instead of Normal write-back */
};

/* MAIR_ELx: 0 Normal, inner and outer write-back, allocating; 1 Device-nGnRE. */
#define PGTABLE_MAIR UINT64_C(0x04ff)

enum pgtable_status {
	PGTABLE_SKIP = 1, /* of a visitor only: OK, and the table below is not to be walked */
	PGTABLE_OK = 0,
	PGTABLE_NO_MEMORY = -1,
	PGTABLE_BAD_RANGE =
		-2, /* not aligned to the granule, or outside the input or output size */
};

/* Allocates the start table. ia_base as above. PGTABLE_NO_MEMORY: table is not usable. */
enum pgtable_status pgtable_init(struct pgtable *table, const struct geometry *geometry,
				 uint64_t ia_base, const struct pgtable_ops *ops, void *context);

/* Frees all tables (not what they map). No MMU may use them any more. */
void pgtable_destroy(struct pgtable *table);

/* The TTBR or VTTBR value of the start table, without ASID, VMID and CnP. */
uint64_t pgtable_ttbr(const struct pgtable *table);

/*
 * Maps [ia, ia + bytes) to [oa, oa + bytes) with the largest leaves of at most max_leaf bytes (0:
 * pages) that alignment and geometry allow. What was mapped there before is replaced, with
 * break-before-make; mapping the same again changes nothing.
 */
enum pgtable_status pgtable_map(struct pgtable *table, uint64_t ia, uint64_t bytes, uint64_t oa,
				unsigned leaf, uint64_t max_leaf);

/*
 * Unmaps; splits blocks that reach beyond the range; frees tables that become empty. Holes are
 * fine.
 */
enum pgtable_status pgtable_unmap(struct pgtable *table, uint64_t ia, uint64_t bytes);

/*
 * Changes permissions and type of whatever is mapped in the range; splits blocks that reach beyond
 * it.
 */
enum pgtable_status pgtable_protect(struct pgtable *table, uint64_t ia, uint64_t bytes,
				    unsigned leaf);

/* One translation as the tables stand. */
struct pgtable_found {
	bool valid;
	int8_t level;        /* of the leaf, or of the invalid entry */
	uint64_t descriptor; /* of that entry */
	uint64_t oa;         /* of ia itself, where valid */
	unsigned leaf;       /* enum pgtable_leaf bits, where valid */
};
struct pgtable_found pgtable_lookup(const struct pgtable *table, uint64_t ia);

/* ------------------------------------------------------------------ the walk below all of these */

enum pgtable_when {
	VISIT_PRE = 1 << 0,  /* a table descriptor, before its table is walked */
	VISIT_LEAF = 1 << 1, /* a block, page or invalid descriptor */
	VISIT_POST = 1 << 2, /* a table descriptor, after its table was walked */
};

/* One entry, and which part of the walked range it covers. */
struct pgtable_visit {
	struct pgtable *table;
	uint64_t *entry;
	uint64_t descriptor; /* what the entry held when the visitor was called */
	uint64_t ia;         /* first address that the entry covers, counted from ia_base */
	uint64_t from, to; /* part of the entry's span inside the range, to exclusive, counted from
			      ia_base */
	int8_t level;
	enum pgtable_when when;
};

/*
 * Called for each entry, in ascending order of addresses. It may change its entry: where PRE or
 * LEAF leave a table descriptor there, its table is walked. A status other than PGTABLE_OK ends the
 * walk and is its result.
 */
typedef enum pgtable_status pgtable_visitor(const struct pgtable_visit *visit, void *argument);

/* Walks [ia, ia + bytes), calling visitor at the moments of when (enum pgtable_when bits). */
enum pgtable_status pgtable_walk(struct pgtable *table, uint64_t ia, uint64_t bytes, unsigned when,
				 pgtable_visitor *visitor, void *argument);

#endif
