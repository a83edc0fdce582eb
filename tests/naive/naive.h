/*
 * A second opinion: VMSAv8-64 address translation (AArch64, 64-bit descriptors, Non-secure) as slow
 * and plain as can be. It shares nothing with mmu/: no header, no constant, no idea. Functions
 * carry the names of the pseudocode of DDI 0487
 * ("Shared pseudocode functions", aarch64/translation) without their AArch64 prefix and do what
 * those do, in their order; registers are sliced by bits(x, hi, lo) with the positions written
 * where they are used. No TLB, no cache, no state.
 */
#ifndef TESTS_NAIVE_NAIVE_H
#define TESTS_NAIVE_NAIVE_H

#include <stdbool.h>
#include <stdint.h>

/* ------------------------------------------------------------------ what goes in */

struct naive_features {
	int pa_max; /* PAMax() */
	bool tgran4, tgran16, tgran64;
	bool el2, vhe, lpa, lva, lpa2, ttst, hpds, xnx, pan, pan3, e0pd, s2fwb, xs, pauth, bti,
		mixed_end, cmow;
	int hafdbs; /* 0 none, 1 Access flag, 2 and dirty state */
	int bbm;    /* level of block size change support */
};

struct naive_registers {
	uint64_t SCTLR_EL1, TCR_EL1, TTBR0_EL1, TTBR1_EL1, MAIR_EL1;
	uint64_t SCTLR_EL2, TCR_EL2, TTBR0_EL2, TTBR1_EL2, MAIR_EL2;
	uint64_t HCR_EL2, VTCR_EL2, VTTBR_EL2;
	bool HCRX_EL2_CMOW;
};

/* Cacheability and shareability, as the architecture numbers shareability. */
enum { NAIVE_NC, NAIVE_WT, NAIVE_WB };
enum { NAIVE_NSH = 0, NAIVE_OSH = 2, NAIVE_ISH = 3 };

/* IMPLEMENTATION DEFINED and CONSTRAINED UNPREDICTABLE behaviour, as the pseudocode asks for it. */
struct naive_choices {
	bool txsz_below_min_faults, txsz_above_max_faults;
	int reserved_tg0, reserved_tg1;             /* granule bits of TG0 = 0b11, TG1 = 0b00 */
	int other_granule;                          /* ... of a granule that is not implemented */
	bool contiguous_faults, contiguous_ignored; /* the bit misprogrammed; else it counts */
	bool nT_faults;
	bool cache_op_access_flag_faults;
	bool ic_permission_faults; /* IC IVAU at EL0 */
	bool fetch_device_faults;
	bool af_update_on_fault; /* Access flag update with a Permission or Alignment fault */
	bool dirty_update_on_alignment; /* dirty state update with an Alignment fault */
	bool unsupported_update_aborts; /* External abort instead of fault 0x31 */
	int repeats_max; /* of a walk whose descriptor others changed; then the update is
			    unsupported */
	bool effective_sh_at_stage1; /* "Apply effective shareability at stage 1" */
	bool at_updates;             /* AT may update the Access flag */
	uint8_t (*reserved_mair)(uint8_t attr);
	int reserved_s2_cacheability; /* NAIVE_NC, ... */
	int reserved_sh;
};

enum naive_swap { NAIVE_SWAP_DONE, NAIVE_SWAP_DIFFERS, NAIVE_SWAP_UNSUPPORTED, NAIVE_SWAP_ABORT };

/* Memory: eight bytes at an address, first byte least significant. */
struct naive_memory {
	void *ctx;
	bool (*read)(void *ctx, uint64_t address, uint64_t *value); /* false: external abort */
	enum naive_swap (*swap)(void *ctx, uint64_t address, uint64_t expected, uint64_t desired);
};

enum naive_acctype {
	NAIVE_IFETCH,
	NAIVE_GPR,
	NAIVE_DCZERO,
	NAIVE_DC,
	NAIVE_IC,
	NAIVE_AT,
	NAIVE_TTW
};
enum naive_cacheop { NAIVE_CLEAN, NAIVE_INVALIDATE, NAIVE_CLEAN_INVALIDATE };

/* AccessDescriptor: el is that of the check, so 0 for LDTR and STTR executed as unprivileged. */
struct naive_access {
	enum naive_acctype acctype;
	int el;
	bool read, write, pan;
	enum naive_cacheop cacheop;
	bool to_poc;
};

/* ------------------------------------------------------------------ what comes out */

enum naive_status {
	NAIVE_FAULT_NONE,
	NAIVE_FAULT_ADDRESS_SIZE,
	NAIVE_FAULT_TRANSLATION,
	NAIVE_FAULT_ACCESS_FLAG,
	NAIVE_FAULT_PERMISSION,
	NAIVE_FAULT_ALIGNMENT,
	NAIVE_FAULT_EXTERNAL_ON_WALK,
	NAIVE_FAULT_HW_UPDATE, /* unsupported atomic hardware update */
};

struct naive_fault {
	enum naive_status statuscode;
	struct naive_access access;
	int level;
	bool secondstage, s2fs1walk, write;
	uint64_t ipaddress;
};

struct naive_hints {
	int attrs; /* NAIVE_NC, ... */
	int hints; /* bit 1 read-allocate, bit 0 write-allocate */
	bool transient;
};

struct naive_memattrs {
	bool is_device;
	int device; /* 0 nGnRnE, 1 nGnRE, 2 nGRE, 3 GRE */
	struct naive_hints inner, outer;
	int shareability;
	bool xs;
};

struct naive_address {
	struct naive_fault fault;
	uint64_t paddress;
	struct naive_memattrs memattrs;
	bool guardedpage; /* of stage 1 */
};

/* One descriptor access. s1level: of stage 2, the level of the stage 1 descriptor that is looked
 * for; NAIVE_OUTPUT: none. */
enum { NAIVE_OUTPUT = -2 };

struct naive_log {
	int stage, level, s1level;
	bool update;
	uint64_t address, descriptor;
};

#define NAIVE_LOG 256

struct naive {
	struct naive_features features;
	struct naive_registers registers;
	struct naive_choices choices;
	struct naive_memory memory;
	int pstate_el;
	bool pstate_pan;
	int s1level, repeats; /* of the translation that is under way */
	unsigned log_count;
	struct naive_log log[NAIVE_LOG];
};

enum naive_at { NAIVE_AT_READ, NAIVE_AT_WRITE, NAIVE_AT_READ_PAN, NAIVE_AT_WRITE_PAN };

struct naive_at_result {
	uint64_t par;
	bool aborts; /* taken as a Data Abort instead */
	struct naive_fault fault;
};

/* FullTranslate, AT. log_count starts at 0 each time. */
struct naive_address FullTranslate(struct naive *n, uint64_t va, struct naive_access accdesc,
				   bool aligned);
struct naive_at_result AT(struct naive *n, uint64_t va, bool both_stages, int el,
			  enum naive_at ataccess);

/* Reports of a fault. LSInstructionSyndrome is ISS[24:14] of the instruction. */
unsigned EncodeLDFSC(enum naive_status statuscode, int level);
uint64_t FaultSyndrome(const struct naive_fault *fault, uint64_t LSInstructionSyndrome);
uint64_t ReportedESR(const struct naive *n, const struct naive_fault *fault,
		     uint64_t LSInstructionSyndrome);
int AbortTargetEL(const struct naive *n, const struct naive_fault *fault);
bool IPAValid(const struct naive_fault *fault);
uint64_t ReportedHPFAR(const struct naive_fault *fault);
unsigned EncodePARAttrs(const struct naive *n, const struct naive_memattrs *memattrs);
unsigned PAREncodeShareability(const struct naive_memattrs *memattrs);

/* ------------------------------------------------------------------ inside; the suite looks at
 * some of it */

uint64_t bits(uint64_t x, int hi, int lo);

enum naive_regime { NAIVE_EL10, NAIVE_EL2, NAIVE_EL20 };

struct S1TTWParams {
	int tgx, txsz, ps, irgn, orgn, sh; /* tgx: granule bits */
	bool tbi, tbid, e0pd, hpd, ha, hd, ds, wxn, epan, ee, dc, cmow;
	uint64_t mair;
};

struct S2TTWParams {
	int tgx, txsz, ps, irgn, orgn, sh, sl0, sl2;
	bool vm, ptw, fwb, ha, hd, ds, ee, cmow;
};

struct naive_permissions {
	int ap, ap_table; /* AP[2:1] */
	bool xn, xn_table, uxn, uxn_table, pxn, pxn_table;
	int s2ap;
	bool s2xn, s2xnx;
};

struct TTWState {
	bool istable, contiguous, guardedpage;
	int level;
	uint64_t baseaddress;
	struct naive_memattrs memattrs;
	struct naive_permissions permissions;
};

uint64_t EffectiveHCR(const struct naive *n);
bool EL2Enabled(const struct naive *n);
enum naive_regime TranslationRegime(const struct naive *n, int el);
bool HasUnprivileged(enum naive_regime regime);
bool VAIsUpper(uint64_t va);
struct S1TTWParams GetS1TTWParams(const struct naive *n, enum naive_regime regime, uint64_t va);
struct S2TTWParams GetS2TTWParams(const struct naive *n);
int IASize(int txsz);
int MaxTxSZ(const struct naive *n, int tgx);
int S1MinTxSZ(const struct naive *n, const struct S1TTWParams *walkparams);
bool S1TxSZFaults(const struct naive *n, const struct S1TTWParams *walkparams);
int S2MinTxSZ(const struct naive *n, const struct S2TTWParams *walkparams);
bool S2TxSZFaults(const struct naive *n, const struct S2TTWParams *walkparams);
int S1StartLevel(const struct S1TTWParams *walkparams);
int S2StartLevel(const struct S2TTWParams *walkparams);
bool S2InvalidSL(const struct naive *n, const struct S2TTWParams *walkparams);
bool S2InconsistentSL(const struct S2TTWParams *walkparams);
int PhysicalAddressSize(const struct naive *n, int encoded_ps, int tgx);
bool OAOutOfRange(const struct naive *n, uint64_t address, int ps, int tgx);
int AddrTop(bool tbid, enum naive_acctype acctype, bool tbi);
uint64_t SLTTEntryAddress(int level, int txsz, int tgx, uint64_t ia, uint64_t tablebase);
uint64_t TTEntryAddress(int level, int tgx, uint64_t ia, uint64_t tablebase);
uint64_t S1TTBaseAddress(const struct naive *n, const struct S1TTWParams *walkparams,
			 uint64_t ttbr);
uint64_t S2TTBaseAddress(const struct naive *n, const struct S2TTWParams *walkparams,
			 uint64_t ttbr);
uint64_t StageOA(uint64_t ia, int tgx, const struct TTWState *walkstate);

struct naive_memattrs NormalNCMemAttr(void);
struct naive_memattrs WalkMemAttrs(const struct naive *n, int sh, int irgn, int orgn);
struct naive_memattrs S1DecodeMemAttrs(const struct naive *n, uint8_t attr, int sh);
struct naive_memattrs S2DecodeMemAttrs(const struct naive *n, int attr, int sh);
struct naive_memattrs S2CombineS1MemAttrs(const struct naive_memattrs *s1,
					  const struct naive_memattrs *s2);
struct naive_memattrs S2ApplyFWBMemAttrs(const struct naive *n, const struct naive_memattrs *s1,
					 const struct S2TTWParams *walkparams, uint64_t descriptor);
int EffectiveShareability(const struct naive_memattrs *memattrs);
bool S1DCacheEnabled(const struct naive *n, enum naive_regime regime);
bool S1ICacheEnabled(const struct naive *n, enum naive_regime regime);

struct naive_permissions S1ApplyTablePerms(struct naive_permissions permissions,
					   uint64_t descriptor, enum naive_regime regime);
struct naive_permissions S1ApplyOutputPerms(struct naive_permissions permissions,
					    uint64_t descriptor, enum naive_regime regime,
					    const struct S1TTWParams *walkparams);
struct naive_permissions S2ApplyOutputPerms(const struct naive *n, uint64_t descriptor,
					    const struct S2TTWParams *walkparams);
struct naive_fault S1CheckPermissions(const struct naive *n, struct naive_fault fault,
				      enum naive_regime regime, const struct TTWState *walkstate,
				      const struct S1TTWParams *walkparams,
				      const struct naive_access *accdesc);
struct naive_fault S2CheckPermissions(const struct naive *n, struct naive_fault fault,
				      const struct TTWState *walkstate,
				      const struct S2TTWParams *walkparams,
				      const struct naive_access *accdesc);

/* What a walk found: the leaf, and where its descriptor was read (S1Walk: its IPA). */
struct naive_walked {
	struct naive_fault fault;
	struct TTWState walkstate;
	uint64_t descriptor;
	struct naive_address descaddr;
};

struct naive_walked S1Walk(struct naive *n, struct naive_fault fault,
			   const struct S1TTWParams *walkparams, uint64_t va,
			   enum naive_regime regime, const struct naive_access *accdesc);
struct naive_walked S2Walk(struct naive *n, struct naive_fault fault,
			   const struct naive_address *ipa, const struct S2TTWParams *walkparams,
			   const struct naive_access *accdesc);
struct naive_address S1Translate(struct naive *n, struct naive_fault fault,
				 enum naive_regime regime, uint64_t va, bool aligned,
				 const struct naive_access *accdesc);
struct naive_address S2Translate(struct naive *n, struct naive_fault fault,
				 const struct naive_address *ipa, bool aligned,
				 const struct naive_access *accdesc);
uint64_t BigEndianReverse(uint64_t value);
void naive_begin(struct naive *n);
void naive_note(struct naive *n, int stage, int level, bool update, uint64_t address,
		uint64_t descriptor);

#endif
