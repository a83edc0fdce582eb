/*
 * The state of a core, private to cpu/. What a saved machine would hold comes first; what can be
 * derived from it (translation filter, decoded ops) is behind pointers and may be thrown away at
 * any instruction boundary.
 */
#ifndef CPU_STATE_H
#define CPU_STATE_H

#include "cpu.h"
#include "fp.h"

/*
 * Slots of struct cpu.x: 0 to 30 are X0 to X30. Decode maps register 31 by its role: a read of XZR
 * to a slot that is always 0, a write of XZR to a slot that nobody reads, SP to the stack pointer
 * in use. No handler asks for 31.
 */
enum { SLOT_ZERO = 31, SLOT_SINK = 32, SLOT_SP = 33, SLOT_COUNT = 34 };

/* A SIMD&FP register, as the elements that instructions see. The host is little-endian, as the
 * register is. */
union vreg {
	uint8_t b[16];
	uint16_t h[8];
	uint32_t s[4];
	uint64_t d[2];
} __attribute__((aligned(16)));

/*
 * PSTATE.{N,Z,C,V} as a subtraction leaves them, its result and its operands, which costs it
 * nothing (flags.h reads them). Z: nz is 0. N: bit 63 of nz. C: a is not below b, unsigned. N
 * differs from V: a is below b, signed. What else sets flags makes up a and b. N=1 with Z=1 is no
 * result of arithmetic: nz is 0 then, and a is odd and not b, which else it never is with nz 0.
 */
struct nzcv {
	uint64_t nz, a, b;
};

/* System registers that are plain storage, by index; sysreg.def gives each its encoding and
 * behaviour. */
enum sysreg {
#define SYSREG(name, op0, op1, CRn, CRm, op2, lowest_el, access, reset, needs, hook) SYSREG_##name,
#include "sysreg.def"
#undef SYSREG
	SYSREG_COUNT
};

/* PSTATE apart from NZCV. */
struct pstate {
	uint8_t el;
	bool spsel;
	uint8_t daif; /* D 8, A 4, I 2, F 1 */
	bool il, ss;
	bool pan, uao, dit, ssbs, tco;
	uint8_t btype;
};

/* A synchronous exception that an instruction raised: what take_exception() (exception.h) needs. */
struct exception {
	uint8_t ec; /* ESR_ELx.EC with the "lower EL" code of aborts; take_exception makes it "same
		       EL" */
	bool il;
	uint32_t iss;
	uint8_t target_el; /* 1 or 2 */
	bool far_valid, hpfar_valid;
	uint64_t far, hpfar;
	/* Preferred return address. Where it is not the instruction's own, the instruction counts
	 * as completed (SVC). */
	uint64_t return_address;
	bool abort_stage1, abort_stage2; /* for the counts */
};

/* The Exclusives monitor, local: exclusive stores, CLREX and exception returns clear it. */
struct monitor {
	bool exclusive;
	uint8_t size; /* bytes, 1 to 16 */
	va_t va;
	pa_t pa;
};

struct engine;

struct cpu {
	/* Architectural state; exact whenever the dispatcher is not running, and in every function
	 * of system.c. */
	uint64_t x[SLOT_COUNT]; /* SLOT_SP: SP of the current EL and SPSel; the others' are
				   SYSREG_SP_ELx */
	struct nzcv flags;
	union vreg v[32];
	union {
		struct fp_env fp;
		struct {
			uint32_t fpcr, fpsr;
		};
	};
	uint64_t pc; /* of the instruction that executes */
	struct pstate pstate;
	uint64_t sysreg[SYSREG_COUNT]; /* those that translation reads are in nw_registers() as
					  well */
	struct monitor monitor;
	bool event_register; /* set by SEV, SEVL, exception return; WFE consumes it */
	uint64_t random;     /* state of RNDR and RNDRRS */
	uint64_t waited;     /* ticks of the system counter that WFIT and WFET have waited for */

	/* Outcomes that carry more than struct outcome: valid right after the function that
	 * returned one. */
	struct exception raised;
	struct cpu_stop stop;

	/*
	 * Completed instructions and aborted attempts since cpu_new, times 16: the clock that
	 * orders TLB uses. It never decreases and is the same whether filter and decoded-op cache
	 * are used or not.
	 */
	uint64_t now;

	/* What a write to a system register cannot change: from layouts and features, set by
	 * sysreg_reset(). */
	uint64_t sysreg_res0[SYSREG_COUNT], sysreg_res1[SYSREG_COUNT];

	struct cpu_config config;
	struct nw_mmu *mmu;
	struct cpu_counts
		counts;        /* instructions and accesses: brought up to date by cpu_counts() */
	struct engine *engine; /* derived state: engine.h */
};

/* The alternative of a choice of mmu/choice.def that this core makes. */
static inline unsigned cpu_choice(const struct cpu *cpu, enum nw_choice choice)
{
	return cpu->config.choices.of[choice];
}

static inline bool cpu_has(const struct cpu *cpu, enum nw_feature feature)
{
	return nw_has(&cpu->config.features, feature);
}

#endif
