/*
 * Translation table walks: registers -> parameters -> walk -> checks.
 *
 * 1. ttw_decode() turns the registers of one regime into an immutable struct ttw_regime. It is done
 *    when a register changes. An illegal configuration is the fault that it gives.
 * 2. ttw_input() makes the checks of stage 1 that come before any TLB lookup.
 * 3. ttw_translate() walks both stages; it depends on nothing but its arguments and memory.
 * 4. ttw_check() is what a TLB hit has to check again; ttw_translate() uses its parts.
 *
 * A TLB entry needs the two leaves, the IPA and the PA of struct ttw_translation, and nothing else.
 */
#ifndef MMU_TTW_H
#define MMU_TTW_H

#include "mmu.h"
#include "vmsa.h"

/* ------------------------------------------------------------------ leaves */

enum { TTW_R = 1, TTW_W = 2, TTW_X = 4 };

/*
 * A set of TTW_R, TTW_W and TTW_X for each privilege. Stage 1: before PAN and WXN. Writable-clean
 * is writable.
 */
struct ttw_permissions {
	uint8_t privileged, unprivileged;
};

/* The leaf of one stage, as a TLB may keep it. */
struct ttw_leaf {
	int8_t level;
	uint8_t span_bits; /* of the page, block or contiguous group; PA size if flat */
	uint8_t wide_bits; /* the same, but not cut to the output size: what TLBI takes for one */
	bool flat;         /* the stage is off: identity, all permitted; the rest means nothing */
	bool not_global;   /* nG; false at stage 2 and where the regime has no ASID */
	bool clean;        /* writable-clean: a store has to update the descriptor first */
	bool guarded;      /* stage 1: GP */
	uint8_t attr;      /* stage 1: Attr<n> of MAIR_ELx; stage 2: MemAttr[3:0], FnXS as bit 4 */
	uint8_t sh;
	struct ttw_permissions permissions;
};

static inline unsigned s2_attr_memattr(uint8_t attr)
{
	return attr & 0xf;
}

static inline bool s2_attr_fnxs(uint8_t attr)
{
	return attr >> 4 & 1;
}

/* ------------------------------------------------------------------ parameters */

enum { TTW_LEVEL_MIN = -1, TTW_LEVEL_MAX = 3, TTW_LEVELS = 5 };

enum ttw_descriptor_type { DESC_INVALID, DESC_LEAF, DESC_TABLE };

/* What a level of a table means, at index level + 1. */
struct ttw_level {
	uint64_t offset_mask;  /* of an entry's offset; the start level has a width of its own */
	uint64_t refused_mask; /* bits that make a leaf a Translation fault */
	uint64_t header;       /* the level as struct nw_fetch has it */
	uint64_t count;        /* one fetch of this level, as nw_walk.sums has it */
	uint64_t count_before; /* one of each level from the start level to the one above */
	uint8_t offset_shift;  /* how far the input address is to be shifted to give that offset */
	uint8_t shift;         /* log2 of what one entry covers */
	uint8_t contiguous_bits; /* log2 of the entries of a contiguous group; 0: no group */
	int8_t level;
	uint8_t type[4]; /* enum ttw_descriptor_type, by descriptor[1:0] */
};

/* One stage, one input range. */
struct ttw_params {
	uint8_t stage;
	bool enabled;       /* else flat */
	bool upper;         /* the TTBR1 half */
	bool big_endian;    /* descriptors: SCTLR_ELx.EE of the regime, stage 2: SCTLR_EL2.EE */
	bool has_privilege; /* HasUnprivileged(): AP[1], PXN, nG mean something */
	bool has_xnx;       /* stage 2: XN[1:0] has two bits */
	bool e0pd, epd;
	bool ha;        /* hardware sets the Access flag */
	bool ds;        /* effective: SH is `sh`, not in the descriptor */
	bool wide_base; /* TTBR holds the base as TTBR_52 */
	/* Level 0 faults: of every input (TxSZ, SL illegal), of every walk (EPD, base too high). */
	enum nw_fault_type bad, bad_start;
	uint8_t top_data, top_fetch; /* stage 1: the highest VA bit checked: 63, 55 with TBI */
	uint8_t granule_bits;        /* enum vmsa_granule */
	uint8_t ia_bits, oa_bits;
	uint8_t min_txsz; /* the least TxSZ or T0SZ */
	int8_t start_level;
	uint8_t sh;                /* TCR_ELx.SHx, VTCR_EL2.SH0 */
	uint8_t hierarchical_mask; /* which of descriptor[63:59] limit lower levels; 0 with HPD */
	uint64_t oa_max;           /* the highest address of oa_bits */
	uint64_t base_mask;        /* which bits of a TTBR are the base */
	uint64_t base;             /* of the start table, aligned to its size */
	uint64_t address_mask;     /* table and leaf addresses: descriptor[47:g], [49:g] with DS */
	/* Writable-clean: (descriptor & clean_mask) == clean_value, never while HA or HD is 0. */
	uint64_t clean_mask, clean_value;
	uint64_t fnxs_mask; /* stage 2: FnXS, or no bit */
	uint64_t gp_mask;   /* stage 1: GP, or no bit */
	uint64_t ia_max;    /* the highest address of ia_bits */
	uint64_t high_mask; /* their bits [51:48] or [51:50]... */
	uint8_t high_shift; /* ... and how far these are to be shifted up */
	struct ttw_level level[TTW_LEVELS];
	uint8_t attr[8]; /* stage 1: MAIR_ELx.Attr<n>, reserved values replaced */
};

/* Everything that translation in one regime reads. */
struct ttw_regime {
	enum nw_regime regime;
	uint16_t asid, vmid; /* effective; 0 where the regime has none */
	uint8_t pa_bits;
	bool wxn, epan;
	bool c, i;            /* SCTLR_ELx.C and I */
	bool dc, ptw, cd, id; /* HCR_EL2, effective for the regime */
	bool fwb;
	uint8_t memattr_type_mask; /* bits of a stage 2 MemAttr that are all 0 in a Device type */
	struct nw_choices choices;
	struct ttw_params stage1[2]; /* lower range; upper range of a regime that has two */
	struct ttw_params stage2;    /* enabled in the regime EL1&0 only */
	struct ttw_leaf flat;        /* the leaf of a stage that is off */
};

/* Two ranges of input addresses, two privileges and an ASID: all regimes but that of EL2 alone. */
static inline bool HasUnprivileged(enum nw_regime regime)
{
	return regime != REGIME_EL2;
}

/* The regime of accesses of an exception level, as HCR_EL2.E2H and TGE are. */
enum nw_regime ttw_regime_of(unsigned el, const struct nw_registers *registers,
			     const struct nw_features *features);

struct ttw_regime ttw_decode(enum nw_regime regime, const struct nw_registers *registers,
			     const struct nw_features *features, const struct nw_choices *choices);

/* What ttw_decode() takes from TTBRs and VTTBR_EL2 only: bases, ASID, VMID. */
void ttw_decode_tables(struct ttw_regime *r, const struct nw_registers *registers,
		       const struct nw_features *features);

static inline bool ttw_is_clean(const struct ttw_params *p, uint64_t descriptor)
{
	return (descriptor & p->clean_mask) == p->clean_value;
}

/* ------------------------------------------------------------------ results */

struct ttw_translation {
	struct nw_fault fault; /* all that follows is valid on FAULT_NONE only */
	ipa_t ipa;             /* of va: what stage 1 gives */
	pa_t pa;               /* of va */
	uint8_t span_bits;     /* the smaller of the leaves */
	/* A leaf on the way keeps Access flag 0, which DC, IC and AT may do: nothing is cached. */
	bool unaccessed;
	struct ttw_leaf stage1, stage2;
};

/* ------------------------------------------------------------------ walk caches */

/* A table that a walk may start from instead of the start table. */
struct ttw_table {
	int8_t level;         /* of its entries */
	uint8_t hierarchical; /* descriptor[63:59] gathered on the way there */
	uint8_t piece_bits; /* pa locates the aligned 2^piece_bits bytes around it (stage 2 leaf) */
	uint64_t table;     /* its address as the descriptor gave it: stage 1 IPA, stage 2 PA */
	uint64_t pa;        /* PA of the piece that was read; stage 2: equals table */
};

/* Log2 of the input addresses whose walks read the same piece of this table. */
unsigned ttw_table_span_bits(const struct ttw_params *p, const struct ttw_table *table);

/* What stage 2 gives for an IPA. */
struct ttw_stage2_output {
	pa_t pa; /* of that IPA */
	struct ttw_leaf leaf;
};

/*
 * Walk caches, as the walker sees them. find_* return true and fill their result (the deepest table
 * known); keep_* are told what memory gave: each table below the start table when it is read, each
 * stage 2 result. None is called while its stage is off, nor where a check before the walk failed.
 * A function may be NULL.
 */
struct ttw_caches {
	void *ctx;
	bool (*find_stage1)(void *ctx, const struct ttw_regime *r, va_t va,
			    struct ttw_table *table);
	void (*keep_stage1)(void *ctx, const struct ttw_regime *r, va_t va,
			    const struct ttw_table *table);
	bool (*find_stage2)(void *ctx, const struct ttw_regime *r, ipa_t ipa,
			    struct ttw_table *table);
	void (*keep_stage2)(void *ctx, const struct ttw_regime *r, ipa_t ipa,
			    const struct ttw_table *table);
	bool (*find_ipa)(void *ctx, const struct ttw_regime *r, ipa_t ipa,
			 enum nw_fetch_for purpose, struct ttw_stage2_output *output);
	void (*keep_ipa)(void *ctx, const struct ttw_regime *r, ipa_t ipa,
			 enum nw_fetch_for purpose, const struct ttw_stage2_output *output);
};

/* ------------------------------------------------------------------ translation */

/* What a translation may touch. */
struct ttw_memory {
	struct nw_port port;
	const struct ttw_caches *caches; /* NULL: none */
	struct nw_walk *log;             /* required; all but `at` is written */
	bool no_effect;                  /* hardware updates count as made, and are not */
};

/* The input of a walk or TLB lookup, after the checks that come first. */
struct ttw_input {
	struct nw_fault fault;
	const struct ttw_params *params; /* the range of the VA; not enabled: stage 1 is off */
	uint64_t ia;                     /* VA[ia_bits-1:0]; flat: the output, VA[55:0] */
};

/* Reference: AArch64.S1Translate up to the TLB lookup: flat output size, TxSZ, VA range, E0PD. */
struct ttw_input ttw_input(const struct ttw_regime *r, va_t va, struct nw_access access);

/* ttw_input(), the walk of every stage in force, and all checks. */
struct ttw_translation ttw_translate(const struct ttw_regime *r, va_t va, struct nw_access access,
				     const struct ttw_memory *memory);

/*
 * The same after ttw_input(), which gave input. stage1_only: up to the end of stage 1 (AT S1*): its
 * table reads pass through stage 2, its output does not; pa is the IPA and stage2 is flat.
 */
void ttw_translate_input(const struct ttw_regime *r, const struct ttw_input *input, va_t va,
			 struct nw_access access, const struct ttw_memory *memory, bool stage1_only,
			 struct ttw_translation *t);

/* ------------------------------------------------------------------ checks, also on a TLB hit */

/* Alignment and permissions of stage 1, then of stage 2; t->fault is not read. */
struct nw_fault ttw_check(const struct ttw_regime *r, const struct ttw_translation *t,
			  struct nw_access access);

/* Its two halves. */
struct nw_fault ttw_check_stage1(const struct ttw_regime *r, const struct ttw_leaf *leaf,
				 struct nw_access access);
struct nw_fault ttw_check_stage2(const struct ttw_regime *r, const struct ttw_leaf *leaf, ipa_t ipa,
				 struct nw_access access);

/* A load, store or atomic that writes; never AT, DC and IC. */
static inline bool ttw_writes(struct nw_access access)
{
	return access.type == NW_STORE || (access.type == NW_LOAD && access.read_write);
}

/* A store with the el, unprivileged and pan of this access would pass ttw_check(), if aligned. */
bool ttw_may_write(const struct ttw_regime *r, const struct ttw_translation *t,
		   struct nw_access access);

/* The permissions of stage 1 for an access after PAN and WXN: a set of TTW_R, TTW_W, TTW_X. */
uint8_t ttw_stage1_permissions(const struct ttw_regime *r, struct ttw_permissions p,
			       struct nw_access access);

/* Does memory of this stage 2 leaf have a Device type, whatever stage 1 says? */
static inline bool ttw_stage2_is_device(const struct ttw_regime *r, const struct ttw_leaf *stage2)
{
	return !stage2->flat && (stage2->attr & r->memattr_type_mask) == 0;
}

/* Resulting attributes of the access: both stages, SCTLR_ELx.C and I, HCR_EL2.CD and ID, DC. */
struct nw_attributes ttw_attributes(const struct ttw_regime *r, const struct ttw_leaf *stage1,
				    const struct ttw_leaf *stage2, struct nw_access access);

/* ------------------------------------------------------------------ pieces of the above */

/* Permissions that a leaf descriptor gives; hierarchical is what gathered on the way to it. */
struct ttw_permissions ttw_stage1_base_permissions(const struct ttw_params *p, uint64_t descriptor,
						   uint8_t hierarchical);

static inline struct ttw_permissions ttw_stage2_base_permissions(const struct ttw_params *p,
								 uint64_t descriptor)
{
	/* XN[1:0], by value: privileged is EL1, unprivileged EL0. */
	static const struct ttw_permissions xn[4] = {
		[S2XN_X] = {TTW_X, TTW_X},
		[S2XN_X_EL0] = {0, TTW_X},
		[S2XN_NONE] = {0, 0},
		[S2XN_X_EL1] = {TTW_X, 0},
	};
	struct ttw_permissions set = xn[S2_LEAF_XN(descriptor) & (p->has_xnx ? 3 : 2)];
	unsigned s2ap =
		(unsigned)S2_LEAF_S2AP(descriptor) | (ttw_is_clean(p, descriptor) ? S2AP_W : 0);
	uint8_t data = (uint8_t)((s2ap & S2AP_R ? TTW_R : 0) | (s2ap & S2AP_W ? TTW_W : 0));

	return (struct ttw_permissions){(set.privileged & TTW_X) | data,
					(set.unprivileged & TTW_X) | data};
}

/*
 * A stage 2 permission fault of an access to a stage 1 descriptor through this leaf? HCR_EL2.PTW
 * refuses a stage 1 table in Device memory. Without it the access is one to Normal Non-cacheable
 * memory. An update needs both permissions.
 */
static inline bool ttw_walk_access_denied(const struct ttw_regime *r, const struct ttw_leaf *stage2,
					  bool update)
{
	uint8_t needed = update ? TTW_R | TTW_W : TTW_R;

	if (stage2->flat)
		return false;
	return (r->ptw && ttw_stage2_is_device(r, stage2)) ||
	       (needed & ~stage2->permissions.privileged) != 0;
}

/* Faults with everything that doesn't depend on the walk filled in. */
struct nw_fault ttw_stage1_fault(enum nw_fault_type type, int8_t level, struct nw_access access);
struct nw_fault ttw_stage2_fault(enum nw_fault_type type, int8_t level, struct nw_access access,
				 ipa_t ipa, bool s1ptw);

static inline bool ttw_is_device(struct nw_attributes attributes)
{
	return (attributes.attr & 0xf0) == 0;
}

#endif
