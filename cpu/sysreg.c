/* System registers by encoding: what exists, who may, what a write keeps, MRS and MSR. */
#include "sysreg.h"
#include "exception.h"
#include "features.h"
#include "fp_access.h"
#include "layout.h"
#include "random.h"
#include "sysreg_hook.h"

#include <string.h>

/* ------------------------------------------------------------------ what there is */

enum { R = 1, W = 2, RW = 3 };
enum { EL0, EL1, EL2, EL3 };

struct sysreg_row {
	const char *name;
	uint16_t key;
	uint8_t lowest_el, access;
	enum nw_feature needs;
	uint64_t reset;
};

static const struct sysreg_row rows[SYSREG_COUNT] = {
#define SYSREG(name, op0, op1, CRn, CRm, op2, lowest_el, access, reset, needs, hook)               \
	{#name, SYSREG_KEY(op0, op1, CRn, CRm, op2), lowest_el, access, needs, reset},
#include "sysreg.def"
#undef SYSREG
};

/* Registers of unmodelled.def are numbered behind those of sysreg.def. */
enum {
	UNMODELLED_BASE = SYSREG_COUNT,
#define UNMODELLED(name, op0, op1, CRn, CRm, op2) UNMODELLED_##name,
#include "unmodelled.def"
#undef UNMODELLED
	UNMODELLED_END
};

static const char *const unmodelled_names[UNMODELLED_END - UNMODELLED_BASE] = {
#define UNMODELLED(name, op0, op1, CRn, CRm, op2) [UNMODELLED_##name - UNMODELLED_BASE] = #name,
#include "unmodelled.def"
#undef UNMODELLED
};

/* By key without the upper bit of op0, which is 1 in MRS and MSR; 0: unallocated. */
static const uint16_t number_plus_1[1 << 15] = {
#define SYSREG(name, op0, op1, CRn, CRm, op2, lowest_el, access, reset, needs, hook)               \
	[SYSREG_KEY((op0)-2, op1, CRn, CRm, op2)] = SYSREG_##name + 1,
#include "sysreg.def"
#undef SYSREG
#define UNMODELLED(name, op0, op1, CRn, CRm, op2)                                                  \
	[SYSREG_KEY((op0)-2, op1, CRn, CRm, op2)] = UNMODELLED_##name + 1,
#include "unmodelled.def"
#undef UNMODELLED
};

/* ------------------------------------------------------------------ names of FEAT_VHE */

/* The register that an EL12 or EL02 name stands for, else reg itself. */
static enum sysreg named(enum sysreg reg)
{
	static const uint16_t of_el12[SYSREG_COUNT] = {
#define VHE(el1, el12, el2) [SYSREG_##el12] = SYSREG_##el1,
#include "vhe.def"
#undef VHE
	};

	return of_el12[reg] != 0 ? (enum sysreg)of_el12[reg] : reg;
}

/* The register that an MRS or MSR of reg accesses at this exception level. */
static enum sysreg accessed(const struct cpu *cpu, enum sysreg reg)
{
	static const uint16_t of_el2[SYSREG_COUNT] = {
#define VHE(el1, el12, el2) [SYSREG_##el1] = SYSREG_##el2,
#include "vhe.def"
#undef VHE
	};

	if (of_el2[reg] != 0 && el_is_in_host(cpu, cpu->pstate.el))
		return (enum sysreg)of_el2[reg];
	return named(reg);
}

/* ------------------------------------------------------------------ access */

/* An MRS or MSR under examination. */
struct access {
	uint32_t key;
	unsigned slot;
	bool write;
};

static struct outcome undefined(struct cpu *cpu)
{
	return raise(cpu, exception_undefined(cpu));
}

static struct outcome trapped(struct cpu *cpu, struct access a, unsigned target_el)
{
	unsigned Rt = a.slot < SLOT_ZERO ? a.slot : 31;

	return raise(cpu, exception_system_access(cpu, target_el, a.key, Rt, !a.write));
}

/* The lowest exception level that op1 stands for; EL3 and Secure EL1 (op1 7) do not exist here. */
static unsigned encoded_el(uint32_t key)
{
	static const uint8_t el[8] = {EL1, EL1, EL1, EL0, EL2, EL2, EL3, EL3};

	return el[key >> 11 & 7];
}

/* The ID space: op0=3, op1=0, CRn=0, CRm 1 to 7. What is not allocated in it reads as zero. */
static bool in_id_space(uint32_t key)
{
	return (key & ~0x7fu) == SYSREG_KEY(3, 0, 0, 0, 0) && (key >> 3 & 15) >= 1 &&
	       (key >> 3 & 15) <= 7;
}

/* Outside both tables, or in unmodelled.def. */
static struct outcome access_other(struct cpu *cpu, struct access a, unsigned number)
{
	uint64_t hcr = effective_hcr(cpu);
	unsigned CRn = a.key >> 7 & 15, el = cpu->pstate.el;

	if (number != 0 && cpu->config.stop_on_unmodelled && el >= encoded_el(a.key))
		return stop(cpu, CPU_UNMODELLED, unmodelled_names[number - 1 - UNMODELLED_BASE]);
	if (number == 0 && in_id_space(a.key) && !a.write && el >= EL1) {
		if (el == EL1 && HCR_EL2_TID3(hcr) != 0)
			return trapped(cpu, a, EL2);
		cpu->x[a.slot] = 0;
		return NEXT;
	}
	/* IMPLEMENTATION DEFINED registers: none here, but a hypervisor may want to provide some.
	 */
	if ((CRn == 11 || CRn == 15) && a.key >> 14 == 3 && traps_implementation_defined(cpu))
		return trapped(cpu, a, EL2);
	return undefined(cpu);
}

/* OUTCOME_NEXT: the access to reg is allowed. */
static struct outcome check_access(struct cpu *cpu, struct access a, enum sysreg reg)
{
	const struct sysreg_row *row = &rows[reg];
	const struct sysreg_hook *hook = sysreg_hook(reg);

	if (!cpu_has(cpu, row->needs) || cpu->pstate.el < row->lowest_el)
		return undefined(cpu);
	if ((row->access & (a.write ? W : R)) == 0)
		return undefined(cpu);

	switch (hook->trap != NULL ? hook->trap(cpu, reg, a.write) : TRAP_NONE) {
	case TRAP_EL1:
		return trapped(cpu, a, EL1);
	case TRAP_EL2:
		return trapped(cpu, a, EL2);
	case TRAP_FP:
		return fp_trapped(cpu);
	case TRAP_UNDEFINED:
		return undefined(cpu);
	default:
		return NEXT;
	}
}

struct outcome sysreg_mrs(struct cpu *cpu, uint32_t key, unsigned slot)
{
	struct access a = {key, slot, false};
	unsigned number = number_plus_1[key & 0x7fff];

	if (number == 0 || number > SYSREG_COUNT)
		return access_other(cpu, a, number);

	enum sysreg reg = (enum sysreg)(number - 1);
	struct outcome outcome = check_access(cpu, a, reg);

	if (outcome.kind != OUTCOME_NEXT)
		return outcome;
	if (reg == SYSREG_RNDR || reg == SYSREG_RNDRRS)
		cpu->x[slot] = random_draw(cpu, reg);
	else
		cpu->x[slot] = sysreg_read(cpu, accessed(cpu, reg));
	return outcome;
}

struct outcome sysreg_msr(struct cpu *cpu, uint32_t key, unsigned slot)
{
	struct access a = {key, slot, true};
	unsigned number = number_plus_1[key & 0x7fff];

	if (number == 0 || number > SYSREG_COUNT)
		return access_other(cpu, a, number);

	enum sysreg reg = (enum sysreg)(number - 1);
	struct outcome outcome = check_access(cpu, a, reg);

	if (outcome.kind != OUTCOME_NEXT)
		return outcome;
	reg = accessed(cpu, reg);
	sysreg_write(cpu, reg, cpu->x[slot]);
	return sysreg_hook(reg)->resync ? resync(cpu) : NEXT;
}

/* Registers of EL0 are used at all levels, for which one handler would not do. */
bool sysreg_is_direct(const struct cpu *cpu, uint32_t key, enum sysreg *reg, unsigned *el)
{
	unsigned number = number_plus_1[key & 0x7fff];

	if (number == 0 || number > SYSREG_COUNT)
		return false;
	*reg = (enum sysreg)(number - 1);
	*el = rows[*reg].lowest_el;
	return cpu_has(cpu, rows[*reg].needs) && rows[*reg].access == RW && *el != EL0 &&
	       sysreg_hook_is_plain(*reg);
}

bool sysreg_is_direct_now(const struct cpu *cpu, unsigned el)
{
	const uint64_t traps = FIELD_MASK(HCR_EL2_TVM) | FIELD_MASK(HCR_EL2_TRVM);

	return cpu->pstate.el == el && cpu->pstate.spsel &&
	       (cpu->sysreg[SYSREG_HCR_EL2] & traps) == 0;
}

uint64_t sysreg_read(const struct cpu *cpu, enum sysreg reg)
{
	const struct sysreg_hook *hook = sysreg_hook(reg);

	return hook->read != NULL ? hook->read(cpu, reg) : cpu->sysreg[reg];
}

void sysreg_write(struct cpu *cpu, enum sysreg reg, uint64_t value)
{
	const struct sysreg_hook *hook = sysreg_hook(reg);

	if (hook->write != NULL)
		hook->write(cpu, reg, value);
	else
		sysreg_store(cpu, reg, value);
}

/* ------------------------------------------------------------------ reset */

static uint64_t reset_value(const struct cpu *cpu, enum sysreg reg)
{
	switch (reg) {
	case SYSREG_MIDR_EL1:
	case SYSREG_VPIDR_EL2:
		return cpu->config.midr;
	case SYSREG_MPIDR_EL1:
	case SYSREG_VMPIDR_EL2:
		return cpu->config.mpidr;
	default:
		return rows[reg].reset | features_id_register(&cpu->config.features, reg);
	}
}

void sysreg_reset(struct cpu *cpu)
{
	features_masks(&cpu->config.features, cpu->sysreg_res0, cpu->sysreg_res1);
	if (cpu_choice(cpu, CHOICE_SMC_WITHOUT_EL3) == SMC_WITHOUT_EL3_IS_UNDEFINED)
		cpu->sysreg_res0[SYSREG_HCR_EL2] |= FIELD_MASK(HCR_EL2_TSC);
	for (enum sysreg reg = 0; reg < SYSREG_COUNT; reg++) {
		sysreg_store(cpu, reg, reset_value(cpu, reg));
		sysreg_push(cpu, reg);
	}
	nw_event(cpu->mmu, &(struct nw_event){.type = NW_EVENT_REGISTER, .el = cpu->pstate.el});
}

/* ------------------------------------------------------------------ for debuggers */

size_t cpu_sysreg_count(void)
{
	return SYSREG_COUNT;
}

struct cpu_sysreg_info cpu_sysreg_info(size_t i)
{
	const struct sysreg_row *row = &rows[i];

	return (struct cpu_sysreg_info){
		.name = row->name,
		.op0 = (uint8_t)(row->key >> 14),
		.op1 = row->key >> 11 & 7,
		.CRn = row->key >> 7 & 15,
		.CRm = row->key >> 3 & 15,
		.op2 = row->key & 7,
		.lowest_el = row->lowest_el,
		.readable = (row->access & R) != 0,
		.writable = (row->access & W) != 0,
	};
}

uint64_t cpu_sysreg(const struct cpu *cpu, const char *name)
{
	for (enum sysreg reg = 0; reg < SYSREG_COUNT; reg++) {
		if (strcmp(rows[reg].name, name) == 0)
			return sysreg_read(cpu, named(reg));
	}
	return 0;
}
