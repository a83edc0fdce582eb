/*
 * The VMSAv8-64 memory management unit as a library: translation of EL1&0, EL2 and EL2&0 addresses through
 * stage 1 and stage 2, TLBs, walk caches, TLBI and AT.
 *
 * It knows no core, no RAM and no files: descriptors come through a port that the caller supplies, registers are pushed
 * by the caller, every walk is handed to an observer. It never allocates while translating, keeps no global state and
 * never prints. Every outcome of the architecture is a value (struct nw_fault), including those of illegal
 * configurations. Addresses are byte addresses; levels are Arm's, -1 to 3.
 */
#ifndef MMU_MMU_H
#define MMU_MMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The library exports the functions of this header; whatever else mmu/ has is compiled with hidden visibility. */
#pragma GCC visibility push(default)

/* ------------------------------------------------------------------ addresses, features, registers */

typedef struct { uint64_t value; } va_t;
typedef struct { uint64_t value; } ipa_t;
typedef struct { uint64_t value; } pa_t;

enum nw_feature {
#define FEATURE(name, text) name,
#include "feature.def"
#undef FEATURE
	NW_FEATURE_COUNT
};

/* The features of a core and the size of its physical addresses (ID_AA64MMFR0_EL1.PARange: 32 36 40 42 44 48 52). */
struct nw_features {
	uint64_t set[2]; /* feature f is implemented: bit f % 64 of set[f / 64] */
	uint8_t pa_bits;
	bool granule_4k, granule_16k, granule_64k;
};

static inline bool nw_has(const struct nw_features *features, enum nw_feature feature)
{
	return feature == FEAT_NONE || (features->set[feature / 64] >> feature % 64 & 1);
}

/* Gives or takes a feature. */
static inline void nw_switch(struct nw_features *features, enum nw_feature feature, bool on)
{
	uint64_t bit = UINT64_C(1) << feature % 64;

	features->set[feature / 64] = (features->set[feature / 64] & ~bit) | (on ? bit : 0);
}

/* For .set: whatever the library knows. */
#define NW_ALL_FEATURES { ~UINT64_C(0), ~UINT64_C(0) }

/*
 * What the architecture leaves open (choice.def): for each choice the alternative in force. All zero is the default of
 * each, which is its first alternative.
 */
enum nw_choice {
#define ALTERNATIVE(name, word, text)
#define CHOICE(name, word, text, ...) CHOICE_##name,
#include "choice.def"
#undef CHOICE
#undef ALTERNATIVE
	NW_CHOICE_COUNT
};

#define ALTERNATIVE(name, word, text) name,
#define CHOICE(name, word, text, ...) enum nw_choice_##name { __VA_ARGS__ };
#include "choice.def"
#undef CHOICE
#undef ALTERNATIVE

struct nw_choices {
	uint8_t of[NW_CHOICE_COUNT];
};

/*
 * The registers that translation reads. The caller writes a field and then signals NW_EVENT_REGISTER. TCR_EL2 and
 * SCTLR_EL2 have the layout that HCR_EL2.E2H gives them. Registers of later extensions (TCR2_ELx, PIR_ELx, POR_ELx,
 * MAIR2_ELx) will be added here.
 */
struct nw_registers {
	uint64_t SCTLR_EL1, TCR_EL1, TTBR0_EL1, TTBR1_EL1, MAIR_EL1;
	uint64_t SCTLR_EL2, TCR_EL2, TTBR0_EL2, TTBR1_EL2, MAIR_EL2;
	uint64_t HCR_EL2, VTCR_EL2, VTTBR_EL2;
};

/* EL1&0; EL2 with HCR_EL2.E2H=0; EL2&0, which is EL2's with E2H=1 and EL0's with E2H=TGE=1. */
enum nw_regime { REGIME_EL10, REGIME_EL2, REGIME_EL20, NW_REGIME_COUNT };

/* ------------------------------------------------------------------ accesses and results */

enum nw_access_type {
	NW_FETCH,
	NW_LOAD,
	NW_STORE,
	NW_AT_LOAD,  /* AT: the permission of a load, but nothing is loaded */
	NW_AT_STORE,
	NW_CACHE_OP, /* DC CVAC and the like, by virtual address */
	NW_CACHE_INVALIDATE, /* DC IVAC: needs write permission */
	NW_IC_OP, /* IC IVAU */
};

struct nw_access {
	enum nw_access_type type;
	uint8_t el;        /* exception level of the instruction, selects the regime: 0, 1, 2 */
	bool unprivileged; /* checked as EL0: el is 0, or LDTR/STTR class executed with effective UAO=0 */
	bool read_write;   /* an atomic read-modify-write: needs both permissions */
	bool pan;          /* PSTATE.PAN */
	bool unaligned;    /* not aligned to its size: faults on Device memory */
};

enum nw_fault_type {
	FAULT_NONE,
	FAULT_ADDRESS_SIZE,
	FAULT_TRANSLATION,
	FAULT_ACCESS_FLAG,
	FAULT_PERMISSION,
	FAULT_ALIGNMENT,
	FAULT_EXTERNAL,         /* synchronous external abort on the access itself */
	FAULT_EXTERNAL_ON_WALK, /* ... on the read of a descriptor; level says which */
	FAULT_TLB_CONFLICT,
	FAULT_UNSUPPORTED_UPDATE,
};

struct nw_fault {
	enum nw_fault_type type;
	int8_t level;
	bool stage2;    /* the fault is one of stage 2: taken to EL2 */
	bool s1ptw;     /* ... on a descriptor of a stage 1 walk */
	bool write;     /* ESR_ELx.ISS.WnR as the rule of the fault type gives it */
	bool ipa_valid; /* ipa holds what HPFAR_EL2.FIPA must show */
	ipa_t ipa;      /* byte address, page offset included */
};

/* The fault status code (DFSC, IFSC, PAR_EL1.FST), 6 bits; level -1 has codes of its own. */
unsigned nw_fault_status(const struct nw_fault *fault);

/* Memory attributes of a result, as MAIR_ELx.Attr<n> encodes them (PAR_EL1.ATTR) and PAR_EL1.SH. */
struct nw_attributes {
	uint8_t attr; /* without the encodings that also say XS=0 */
	uint8_t sh;
	bool xs; /* the XS attribute: TLBI nXS does not wait for it */
};

struct tlb_entry;

struct nw_translation {
	struct nw_fault fault; /* type FAULT_NONE on success; then the rest is valid */
	pa_t pa;
	uint8_t span_bits; /* the result holds for the naturally aligned 2^span_bits bytes around the address */
	bool device;
	bool may_write;    /* a store with the same el, unprivileged and pan would succeed as well */
	bool guarded;      /* a guarded page of stage 1: FEAT_BTI */
	struct nw_attributes attributes;
	struct tlb_entry *entry; /* the L1 TLB entry that answers now; NULL: none (TLB off, MMU off) */
};

/* ------------------------------------------------------------------ the memory port */

struct nw_port_read {
	uint64_t value;   /* as stored, first byte least significant; the walker applies SCTLR_ELx.EE */
	uint32_t latency; /* cycles */
	bool abort;       /* nothing answers there: synchronous external abort */
};

/* Memory that lies in one piece in the host, for the life of the MMU: `size` bytes from base, multiples of 8. */
struct nw_window {
	uint64_t base, size; /* size 0: none */
	const uint8_t *host;
};

enum nw_port_update_outcome {
	UPDATE_DONE,        /* memory held `expected` and now holds `desired` */
	UPDATE_DIFFERS,     /* memory holds something else and is unchanged: the walk is made again */
	UPDATE_UNSUPPORTED, /* no atomic update is possible there: Unsupported atomic hardware update fault */
	UPDATE_ABORT,       /* nothing answers there: synchronous external abort on the walk */
};

struct nw_port {
	void *ctx;
	/* Reads the 8-byte descriptor at pa (8-byte aligned). */
	struct nw_port_read (*read)(void *ctx, pa_t pa);
	/*
	 * Hardware update of Access flag and dirty state: an atomic compare and swap of the descriptor at pa. Values are as
	 * stored, as those of read(). NULL: unsupported everywhere.
	 */
	enum nw_port_update_outcome (*update)(void *ctx, pa_t pa, uint64_t expected, uint64_t desired);
	/* A shortcut: what lies here is read without a call, with this latency. */
	struct nw_window window;
	uint32_t window_latency;
};

/* ------------------------------------------------------------------ the record of a walk */

enum nw_walk_kind { WALK_NESTED, WALK_STAGE1_ONLY, WALK_STAGE2_ONLY };
enum nw_fetch_for { FETCH_FOR_NONE, FETCH_FOR_STAGE1, FETCH_FOR_OUTPUT };

/* One descriptor fetch. */
struct nw_fetch {
	union {
		struct {
			uint8_t stage;    /* 1 or 2 */
			int8_t level;
			uint8_t purpose : 7; /* enum nw_fetch_for: why a stage 2 descriptor was read; NONE for stage 1 */
			uint8_t update : 1;  /* a hardware update of Access flag or dirty state, not a fetch */
			int8_t for_level; /* FETCH_FOR_STAGE1: the stage 1 level whose descriptor is located; else 0 */
			uint32_t latency;
		};
		uint64_t header; /* all these as one value */
	};
	uint64_t input;        /* stage 1: IPA of the descriptor (its PA where stage 2 is off); stage 2: IPA translated */
	pa_t pa;               /* where the descriptor was read */
	uint64_t descriptor;   /* after the swap that SCTLR_ELx.EE asks for; update: what was written */
};

/*
 * 35 fetches make the longest walk; where every descriptor of it is updated there are 13 more records. A walk that finds
 * a descriptor changed by others between the read and its update is made again, four times at most.
 */
#define NW_WALK_FETCHES 240

/* One walk: what the observer gets, valid during the call only. */
struct nw_walk {
	enum nw_walk_kind kind;
	enum nw_regime regime;
	bool at; /* made by an AT instruction */
	va_t va;
	struct nw_access access;
	struct nw_fault fault;
	pa_t pa;
	uint64_t latency; /* sum over the fetches */
	uint64_t sums[3]; /* see nw_walk_sum() */
	unsigned fetch_count, update_count; /* entries of fetch[], and how many of them are updates */
	struct nw_fetch fetch[NW_WALK_FETCHES];
};

/* The fetches of a walk, without updates, by what for and level. */
static inline unsigned nw_walk_sum(const struct nw_walk *walk, enum nw_fetch_for purpose, int level)
{
	return walk->sums[purpose] >> 8 * (level + 1) & 0xff;
}

struct nw_observer {
	void *ctx;
	void (*walk)(void *ctx, const struct nw_walk *walk); /* may be NULL */
	/* An L1 TLB entry is about to be evicted, replaced or invalidated. May be NULL. */
	void (*drop)(void *ctx, struct tlb_entry *entry);
};

/* ------------------------------------------------------------------ TLBs and walk caches */

struct tlb_shape {
	uint32_t entries; /* 0: absent. UINT32_MAX: unbounded */
	uint32_t ways;    /* 0: fully associative */
	uint32_t latency; /* cycles */
};

/*
 * A lookup of a walk cache is counted once for each walk with stage 1 on (stage1), each stage 2 walk that is begun
 * (stage2), each IPA of the kind that is held (ipa).
 */
struct walk_cache_shapes {
	struct tlb_shape stage1; /* PA of next stage 1 tables: a hit skips their stage 2 */
	struct tlb_shape stage2; /* PA of next stage 2 tables */
	struct tlb_shape ipa;    /* IPA -> PA results of stage 2 */
	bool ipa_for_all;        /* ipa also holds and answers output addresses, not only those of tables */
};

struct tlb_counts {
	uint64_t lookups, hits, misses;
};

/* Counted by exception level of the access (index 0 to 2). */
struct nw_counts {
	struct tlb_counts l1i[3], l1d[3], l2[3];
	struct tlb_counts cache_stage1[3], cache_stage2[3], cache_ipa[3];
	uint64_t cache_mismatches; /* see check_walk_caches of struct nw_config */
};

/*
 * An entry of an L1 TLB, as far as the core may see it. The core keeps shortcuts (host pointers) that stand for entries:
 * it stores `stamp` at every use, which is the replacement state (true LRU: the smallest stamp is the oldest), and uses
 * `user` freely to find its shortcuts again when the observer's drop() tells it that the entry goes.
 */
struct tlb_entry {
	uint64_t stamp;
	uint32_t user;
	uint32_t index; /* private to mmu/ */
};

/* ------------------------------------------------------------------ the MMU */

struct nw_config {
	struct nw_features features;
	struct nw_choices choices;
	bool tlb_off; /* every access walks */
	struct tlb_shape l1i, l1d, l2;
	struct walk_cache_shapes walk_caches;
	bool check_walk_caches; /* every walk is made again without them; results that differ are counted */
	struct nw_port port;
	struct nw_observer observer;
};

struct nw_mmu;

/* NULL if a shape is impossible (ways do not divide entries, no power of two sets) or memory ran out. */
struct nw_mmu *nw_mmu_new(const struct nw_config *config);
void nw_mmu_free(struct nw_mmu *mmu);

/* The registers; the pointer is good for the life of mmu. After a write call nw_event(NW_EVENT_REGISTER). */
struct nw_registers *nw_registers(struct nw_mmu *mmu);
struct nw_counts *nw_counts(struct nw_mmu *mmu);

/*
 * Translates va for an access: TLB lookup, else walk and fill. `now` orders this use against all others for replacement
 * and must not decrease. Counts TLB lookups under access.el.
 */
struct nw_translation nw_translate(struct nw_mmu *mmu, va_t va, struct nw_access access, uint64_t now);

/*
 * The same result without any effect: no TLB, no counts, no observer, no updates, though the walk records those that the
 * access would make, at each descriptor that it comes to again. For debuggers and semihosting.
 */
struct nw_translation nw_probe(struct nw_mmu *mmu, va_t va, struct nw_access access, struct nw_walk *walk);

/* Log2 of the unit in which an access counts: the smaller granule of the stages in force for el; 12 with MMU off. */
unsigned nw_page_bits(const struct nw_mmu *mmu, unsigned el);

enum nw_at_op { AT_S1E1R, AT_S1E1W, AT_S1E0R, AT_S1E0W, AT_S1E1RP, AT_S1E1WP, AT_S1E2R, AT_S1E2W,
		 AT_S12E1R, AT_S12E1W, AT_S12E0R, AT_S12E0W };

struct nw_at_result {
	uint64_t par;           /* PAR_EL1 where fault.type is FAULT_NONE */
	struct nw_fault fault; /* else: the instruction takes this as a Data Abort instead of writing PAR_EL1 */
};

/*
 * Executes AT at exception level el (1 or 2) with PSTATE.PAN = pan. TLBs are neither used nor filled; the walk goes to the
 * observer with `at` set.
 */
struct nw_at_result nw_at(struct nw_mmu *mmu, enum nw_at_op op, va_t va, unsigned el, bool pan, uint64_t now);

/* ------------------------------------------------------------------ descriptions, for people */

/* A set of rights. */
enum { NW_R = 1, NW_W = 2, NW_X = 4 };

/* Why a stage fails before it reads a descriptor, or why the one that it read is not the last. */
enum nw_refusal {
	NW_REFUSED_NOT,
	NW_REFUSED_SIZE,        /* TxSZ or T0SZ is outside its limits */
	NW_REFUSED_START_LEVEL, /* VTCR_EL2.SL0 and SL2: reserved, or inconsistent with T0SZ */
	NW_REFUSED_RANGE,       /* the input address has bits above its size */
	NW_REFUSED_E0PD,        /* TCR_ELx.E0PDn */
	NW_REFUSED_DISABLED,    /* TCR_ELx.EPDn */
	NW_REFUSED_BASE,        /* the table's address has bits above the output size */
};

/* A level of a table: the entry is found by input address bits [lsb + bits - 1:lsb]. */
struct nw_index {
	uint8_t lsb, bits;
};

/* One stage as the registers in force set it up for an address. */
struct nw_stage {
	bool on;    /* else its output is its input, and nothing below means anything */
	bool upper; /* stage 1: the half of TTBR1_ELx */
	bool ds, big_endian;
	bool ha, hd;       /* hardware updates of Access flag and dirty state */
	bool hierarchical; /* stage 1: permissions of table descriptors count */
	uint8_t top;       /* stage 1: the highest bit of the address that counts: 55 with TBI */
	uint8_t granule_bits, ia_bits, oa_bits;
	uint8_t min_txsz, max_txsz; /* the limits of TxSZ, from which ia_bits follows */
	int8_t start_level;
	uint16_t tables;  /* at the start level: more than 1 if concatenated */
	uint64_t base;    /* address of the start table */
	struct nw_index index[5]; /* by level + 1, from start_level on */
	enum nw_refusal refusal;
	/* The leaf, where has_leaf; rights before PAN and WXN, `granted` what is left for the access. */
	bool has_leaf;
	uint8_t privileged, unprivileged, granted;
	struct nw_attributes attributes; /* stage 1: after SCTLR_ELx.C and I, DC; stage 2: MemAttr in attr */
};

enum nw_descriptor_kind { NW_INVALID, NW_TABLE, NW_BLOCK, NW_PAGE };

/* What a descriptor of the walk is at its level, and the address that it holds. */
struct nw_step {
	enum nw_descriptor_kind kind;
	uint64_t address;
};

struct nw_description {
	enum nw_regime regime;
	uint16_t asid, vmid;
	uint8_t target_el;      /* that a fault is taken to */
	bool forced_write_back; /* HCR_EL2.FWB is in force */
	struct nw_stage stage1, stage2;
	struct nw_step step[NW_WALK_FETCHES]; /* by index of nw_walk.fetch */
};

/* What a walk that nw_probe() has just filled in means, with the registers as they were then. */
void nw_describe(const struct nw_mmu *mmu, const struct nw_walk *walk, struct nw_description *description);

/* PAR_EL1 as an AT instruction of both stages would leave it, where it is not taken as an exception. */
uint64_t nw_par(const struct nw_translation *translation);

/* ------------------------------------------------------------------ events */

enum nw_tlbi_op {
#define TLBI(name, op1, CRm, op2, needs) TLBI_##name,
#include "tlbi.def"
#undef TLBI
	TLBI_NXS, /* the nXS form of an operation is this much further: FEAT_XS */
	TLBI_FIRST_NXS = TLBI_NXS - 1,
#define TLBI(name, op1, CRm, op2, needs) TLBI_##name##NXS,
#include "tlbi.def"
#undef TLBI
	TLBI_OP_COUNT
};

enum nw_event_type {
	NW_EVENT_REGISTER,        /* a register of struct nw_registers was written */
	NW_EVENT_TLBI,
	NW_EVENT_DSB,
	NW_EVENT_DMB,
	NW_EVENT_CONTEXT_SYNC,    /* ISB, exception entry, exception return */
};

struct nw_event {
	enum nw_event_type type;
	enum nw_tlbi_op tlbi;
	uint64_t operand; /* TLBI: Xt */
	uint8_t el;       /* exception level that executes it */
};

/*
 * The one door for everything that orders or changes translation: barriers, TLBI, context synchronisation, register
 * writes. A register write takes effect at once here (a permitted choice); a checker will hang on this function.
 */
void nw_event(struct nw_mmu *mmu, const struct nw_event *event);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
