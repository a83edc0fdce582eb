/*
 * The tables of a case while it is made: descriptors at physical addresses, found by walking as the
 * architecture would. Stage 1 tables lie at IPAs where stage 2 is on, and what they need of stage 2
 * is mapped as they grow.
 */
#ifndef ORACLE_TREE_H
#define ORACLE_TREE_H

#include "random.h"
#include "../../mmu/vmsa.h"

/* Memory that a case may write: whatever a descriptor here points at, its offset stays inside. */
#define RAM_BASE    UINT64_C(0x40000000)
#define DATA_BASE   UINT64_C(0x48000000) /* guest/guest.c fills it */
#define TABLES_BASE UINT64_C(0x50000000)
#define NOWHERE     UINT64_C(0x80000000000) /* 2^43: nothing answers, and no block is so large */

#define DATA_REGIONS 16
#define DATA_BYTES   0x2000 /* of each that are used, but for an access that crosses a page */

#define REGION_BYTES UINT64_C(0x10000) /* IPA and PA differ by the region: the largest granule */

/* The tables of one stage, of one half of the addresses. */
struct tree {
	bool stage2, ds, ee, wide_base; /* wide_base: the 52-bit layout of TTBR */
	enum vmsa_granule granule;
	unsigned ia_bits, oa_bits;
	int8_t start;
	uint64_t root; /* address of the first table: an IPA for stage 1 under stage 2 */
};

/* A descriptor. */
struct entry {
	uint64_t pa, value, ia;
	int8_t level;
	bool leaf, code; /* code: on the way to the guest's own code */
	const struct tree *tree;
};

struct region {
	uint64_t ipa, pa;
};

#define ENTRIES 256
#define REGIONS 64

struct memory {
	struct random *random;
	struct tree s1[2], s2;
	bool full;               /* no IPA is left for a region: the case can't be made */
	bool fwb;                /* HCR_EL2.FWB: MemAttr has three bits */
	bool stage2, permissive; /* permissive: stage 2 refuses nothing by its permissions */
	unsigned ipa_bits;       /* of the addresses that stage 1 puts out */
	uint64_t next;           /* free memory for tables */
	unsigned entry_count, region_count;
	struct entry entry[ENTRIES];
	struct region region[REGIONS];
};

/* Attributes of a mapping: of its tables and of its leaf, both stages. */
struct mapping {
	uint64_t ia, oa, leaf, table;
	int8_t level; /* of the leaf; the level below where no block can be */
	bool code;
};

uint64_t mask_bits(unsigned bits);

/* Log2 of what a leaf at this level maps. */
unsigned leaf_shift(const struct tree *tree, int level);
/* Log2 of the entries of a contiguous group; 0: none at this level. */
unsigned contiguous_bits(const struct tree *tree, int level);
bool block_supported(const struct tree *tree, int level);

/* Address bits of a descriptor of this tree, with `address` in them. */
uint64_t address_field(const struct tree *tree, uint64_t address);
uint64_t base_register(const struct tree *tree);

/*
 * Room for the first table of a tree, in a region of its own. QEMU takes TTBR[5:4] for bits of the
 * base too where the table is smaller than the 64 bytes that the 52-bit layout aligns it to: low
 * keeps them zero.
 */
void tree_root(struct memory *m, struct tree *tree, bool low);

/* The address stage 1 uses for a physical one: the same where stage 2 is off. */
uint64_t ipa_of(struct memory *m, uint64_t pa);

/* Makes descriptors on the way to a leaf, and those of stage 2 that reach them. NULL: a leaf is in
 * the way. */
struct entry *tree_map(struct memory *m, const struct tree *tree, struct mapping mapping);

/* A leaf of stage 2 with a MemAttr that is not reserved. */
uint64_t legal_memattr(const struct memory *m, uint64_t leaf);

/* Maps an IPA to what its region says. */
void map_ipa(struct memory *m, uint64_t ipa, bool code, bool table);

/* The value as the walk reads it from memory. */
uint64_t stored(const struct entry *entry);

#endif
