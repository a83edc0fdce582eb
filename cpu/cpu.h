/*
 * An AArch64 core: decode, execution, system registers, exceptions and EL0 to EL2, in front of the MMU of mmu/mmu.h.
 *
 * The core sees a bus (RAM by host pointer, devices by call) and a host (semihosting). It never prints; whatever a guest
 * does ends in a struct cpu_stop or goes on. Two cores in one process share nothing.
 */
#ifndef CPU_CPU_H
#define CPU_CPU_H

#include "../mmu/mmu.h"

/* Flags of a physical 4 KiB page. A store that finds one set takes the slow path, which acts on it. */
enum cpu_page_flag {
	PAGE_HAS_CODE = 1, /* decoded-op cache holds it: stores must drop the decoded ops */
	PAGE_WATCHED = 2,
	PAGE_MARKED = 4, /* the Exclusives monitor marks some of it, and stores clear the mark */
};

struct cpu_page {
	uint8_t *host;  /* the page's 4096 bytes, stable for the life of the machine; NULL where no RAM answers */
	uint8_t *flags; /* its flag byte, owned by the core */
};

struct cpu_bus {
	void *ctx;
	/* The RAM page that holds pa (any pa, any alignment). */
	struct cpu_page (*page)(void *ctx, pa_t pa);
	/* Accesses of 1, 2, 4 or 8 bytes, naturally aligned, where page() has no RAM. False: synchronous external abort. */
	bool (*read)(void *ctx, pa_t pa, unsigned size, uint64_t *value);
	bool (*write)(void *ctx, pa_t pa, unsigned size, uint64_t value);
	/* Optional: RAM that page() finds as well, where walks may read descriptors without asking. */
	struct nw_window ram;
};

struct cpu;

struct cpu_host {
	void *ctx;
	/*
	 * HLT #0xF000 at EL1 or EL2: X0 is the operation, X1 its parameter; the result goes to X0 (cpu_set_x).
	 * False ends cpu_run with CPU_EXIT. NULL: semihosting is off and HLT is UNDEFINED.
	 */
	bool (*semihosting)(void *ctx, struct cpu *cpu);
	/* Observed execution only, may be NULL: before each instruction that was fetched. */
	void (*instruction)(void *ctx, struct cpu *cpu, va_t pc, uint32_t word);
};

struct cpu_config {
	struct nw_features features;
	struct nw_choices choices;
	uint64_t midr, mpidr;
	uint64_t seed; /* of RNDR and RNDRRS: the same gives the same */
	bool tlb_off;
	struct tlb_shape l1i, l1d, l2;
	struct walk_cache_shapes walk_caches;
	uint32_t fetch_latency; /* cycles of one descriptor fetch, handed out by the walker's port */
	bool slow;              /* no translation filter, no decoded-op cache */
	unsigned tier;          /* 1: no translation to host code; else where this host and build can */
	bool translate_at_once; /* a page when a run begins in it, for tests; else when much time is spent there */
	bool observed;          /* host.instruction is wanted */
	bool stop_on_unmodelled; /* an encoding that no core here offers stops the run; else it is UNDEFINED to the guest */
	struct cpu_bus bus;
	struct cpu_host host;
	struct nw_observer observer; /* .walk for the caller; .drop is the core's */
};

struct cpu *cpu_new(const struct cpu_config *config);
void cpu_free(struct cpu *cpu);

/* Puts the core at pc in the given exception level (EL1h or EL2h), MMU off, interrupts masked, X0..X30 zero. */
void cpu_reset(struct cpu *cpu, unsigned el, va_t pc);

enum cpu_stop_reason {
	CPU_LIMIT,       /* completed the instructions asked for */
	CPU_EXIT,        /* semihosting said so */
	CPU_ARRIVED,     /* reached EL0 and cpu_run_to_el0 asked for it */
	CPU_UNMODELLED,  /* an encoding or register of Armv9.4 that no core here can offer */
	CPU_WAITING,     /* WFI, and nothing can wake the core */
	CPU_LOCKED,      /* exceptions recur without one instruction completing: the vector itself faults */
	CPU_INTERRUPTED, /* cpu_interrupt */
};

struct cpu_stop {
	enum cpu_stop_reason reason;
	va_t pc;
	uint32_t word;    /* CPU_UNMODELLED: the instruction word */
	const char *name; /* CPU_UNMODELLED: group or register, a static string */
};

/* Runs until max_insns instructions are completed (exactly) or something else stops it. */
struct cpu_stop cpu_run(struct cpu *cpu, uint64_t max_insns);
/* The same, and stops (CPU_ARRIVED) before the first instruction at EL0. */
struct cpu_stop cpu_run_to_el0(struct cpu *cpu, uint64_t max_insns);
/* From a signal handler: the run stops soon. */
void cpu_interrupt(struct cpu *cpu);

/*
 * One access of the program at EL0, for trace replay: translated, counted and faulting as if the instruction at pc made
 * it. size bytes from va; a page-crossing access counts once a page. True: done. False: the core has taken an exception
 * (the caller runs it with cpu_run_to_el0 and tries again).
 */
bool cpu_access(struct cpu *cpu, enum nw_access_type type, va_t pc, va_t va, unsigned size);

/*
 * For the same: what EL1 software of the traced system did between accesses. The ASID in force becomes asid (8 bits of
 * it where TCR_EL1.AS is 0), the tables stay; a TLBI of EL1 takes effect and is counted. Neither traps.
 */
void cpu_switch_asid(struct cpu *cpu, uint16_t asid);
void cpu_tlbi(struct cpu *cpu, enum nw_tlbi_op op, uint64_t operand);

/* 2 if instructions are translated to host code, else 1. */
unsigned cpu_tier(const struct cpu *cpu);

unsigned cpu_el(const struct cpu *cpu);
va_t cpu_pc(const struct cpu *cpu);
void cpu_set_pc(struct cpu *cpu, va_t pc);
uint64_t cpu_x(const struct cpu *cpu, unsigned n); /* n 0 to 30; 31 is SP of the current EL */
void cpu_set_x(struct cpu *cpu, unsigned n, uint64_t value);
uint64_t cpu_pstate(const struct cpu *cpu); /* in SPSR_ELx format */
struct nw_mmu *cpu_mmu(struct cpu *cpu);

/* Copies guest memory by virtual address with the current EL's rights, without side effects. False: some byte of it is
 * not mapped, not RAM or not permitted; then nothing is written. */
bool cpu_copy_in(struct cpu *cpu, void *to, va_t from, size_t size);
bool cpu_copy_out(struct cpu *cpu, va_t to, const void *from, size_t size);

struct cpu_counts {
	uint64_t insns[3];        /* completed, by EL */
	uint64_t fetch[3], load[3], store[3]; /* accesses, by EL */
	uint64_t tlbi[TLBI_OP_COUNT];
	uint64_t exceptions[3][4]; /* by EL taken to: sync, irq, fiq, serror */
	uint64_t by_class[64];     /* synchronous exceptions, by ESR_ELx.EC */
	uint64_t aborts_stage1, aborts_stage2;
};
/* Brings the counts (and the TLB counts of cpu_mmu) up to date; the pointer is good until the core runs again. */
const struct cpu_counts *cpu_counts(struct cpu *cpu);
void cpu_counts_clear(struct cpu *cpu); /* TLB counts included; contents of TLBs stay */

/* System registers by encoding, without traps or permission checks, for debuggers and `nestwalk regs`. */
struct cpu_sysreg_info {
	const char *name;
	uint8_t op0, op1, CRn, CRm, op2;
	uint8_t lowest_el;
	bool readable, writable;
};
size_t cpu_sysreg_count(void);
struct cpu_sysreg_info cpu_sysreg_info(size_t i);
uint64_t cpu_sysreg(const struct cpu *cpu, const char *name);

/* The decode table's own name and fields of a word, e.g. "ADD_imm sf=1 imm12=4 Rn=0 Rd=1"; "" if unallocated. */
void cpu_describe(uint32_t word, char *text, size_t size);

/* Core presets for --cpu: fills features, midr. False: no such name. Names are listed by index; NULL ends. */
bool cpu_preset(const char *name, struct cpu_config *config);
const char *cpu_preset_name(size_t i);
const char *cpu_feature_name(enum nw_feature feature);
/* False: `feature` is among them without the one that it needs. */
bool cpu_features_possible(const struct nw_features *features, enum nw_feature *feature, enum nw_feature *needs);

#endif
