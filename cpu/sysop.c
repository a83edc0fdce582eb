/* SYS instructions: address translation, TLB and cache maintenance. */
#include "exception.h"
#include "layout.h"
#include "mem.h"
#include "system.h"

enum { EL0, EL1, EL2, EL3 };

struct sysop;

/* A SYS instruction under execution. */
struct operation {
	const struct sysop *op;
	uint32_t key;
	unsigned slot;
};

struct sysop {
	uint16_t key;
	uint8_t lowest_el;
	enum nw_feature needs;
	/* The exception level that takes the trap; 0: none. */
	unsigned (*trap)(const struct cpu *cpu);
	struct outcome (*action)(struct cpu *cpu, struct operation o);
	enum nw_at_op at;
};

static struct outcome undefined(struct cpu *cpu)
{
	return raise(cpu, exception_undefined(cpu));
}

static struct outcome trapped(struct cpu *cpu, struct operation o, unsigned target_el, bool sysl)
{
	unsigned Rt = o.slot < SLOT_ZERO ? o.slot : 31;

	return raise(cpu, exception_system_access(cpu, target_el, o.key, Rt, sysl));
}

/* ------------------------------------------------------------------ traps */

static unsigned trap_none(const struct cpu *cpu)
{
	(void)cpu;
	return 0;
}

/* EL0 without permission of EL1 goes to EL1, all below EL2 under a trap of EL2 to EL2. */
static unsigned trap_rule(const struct cpu *cpu, bool el0_enabled, bool el2_traps)
{
	if (cpu->pstate.el == 0 && !el0_enabled)
		return 1;
	return cpu->pstate.el < 2 && el2_traps ? 2 : 0;
}

static bool uci(const struct cpu *cpu)
{
	return SCTLR_EL1_UCI(current_sctlr(cpu)) != 0;
}

static unsigned trap_poc(const struct cpu *cpu)
{
	return trap_rule(cpu, uci(cpu), HCR_EL2_TPCP(effective_hcr(cpu)) != 0);
}

static unsigned trap_pou(const struct cpu *cpu)
{
	uint64_t hcr = effective_hcr(cpu);

	return trap_rule(cpu, uci(cpu), (HCR_EL2_TPU(hcr) | HCR_EL2_TOCU(hcr)) != 0);
}

static unsigned trap_pou_is(const struct cpu *cpu)
{
	uint64_t hcr = effective_hcr(cpu);

	return trap_rule(cpu, false, (HCR_EL2_TPU(hcr) | HCR_EL2_TICAB(hcr)) != 0);
}

static unsigned trap_set_way(const struct cpu *cpu)
{
	return trap_rule(cpu, false, HCR_EL2_TSW(effective_hcr(cpu)) != 0);
}

static unsigned trap_zva(const struct cpu *cpu)
{
	bool dze = SCTLR_EL1_DZE(current_sctlr(cpu)) != 0;

	return trap_rule(cpu, dze, HCR_EL2_TDZ(effective_hcr(cpu)) != 0);
}

/* ------------------------------------------------------------------ actions */

static struct outcome action_at(struct cpu *cpu, struct operation o)
{
	va_t va = {cpu->x[o.slot]};
	struct nw_at_result result =
		nw_at(cpu->mmu, o.op->at, va, cpu->pstate.el, cpu->pstate.pan, cpu->now + 1);
	struct access_syndrome syndrome = {.maintenance = true};

	if (result.fault.type != FAULT_NONE)
		return raise(cpu, exception_data_abort(cpu, &result.fault, va, syndrome));
	cpu->sysreg[SYSREG_PAR_EL1] = result.par;
	return NEXT;
}

/* No caches are between the core and memory, and stores drop decoded instructions. */
static struct outcome action_nothing(struct cpu *cpu, struct operation o)
{
	(void)cpu, (void)o;
	return NEXT;
}

static struct outcome by_va(struct cpu *cpu, struct operation o, enum nw_access_type type)
{
	if (cpu_choice(cpu, CHOICE_CACHE_OP) == CACHE_OP_DOES_NOTHING)
		return NEXT;
	return mem_probe(cpu, (va_t){cpu->x[o.slot]}, type);
}

static struct outcome action_by_va(struct cpu *cpu, struct operation o)
{
	return by_va(cpu, o, NW_CACHE_OP);
}

static struct outcome action_ic(struct cpu *cpu, struct operation o)
{
	return mem_probe(cpu, (va_t){cpu->x[o.slot]}, NW_IC_OP);
}

static struct outcome action_invalidate(struct cpu *cpu, struct operation o)
{
	return by_va(cpu, o, NW_CACHE_INVALIDATE);
}

static unsigned zva_size(const struct cpu *cpu)
{
	return 4u << DCZID_EL0_BS(cpu->sysreg[SYSREG_DCZID_EL0]);
}

/* FAR_ELx gets the address in Xt, wherever in the block it lies. */
static struct outcome action_zero(struct cpu *cpu, struct operation o)
{
	unsigned size = zva_size(cpu);
	uint64_t va = cpu->x[o.slot];
	struct outcome outcome = mem_zero(cpu, (va_t){va & ~(uint64_t)(size - 1)}, size);

	if (outcome.kind == OUTCOME_EXCEPTION && cpu->raised.far_valid)
		cpu->raised.far = va;
	return outcome;
}

bool sysop_zva_free(const struct cpu *cpu)
{
	return trap_zva(cpu) == 0 && zva_size(cpu) == ZVA_SIZE;
}

bool sysop_cache_free(const struct cpu *cpu)
{
	return trap_poc(cpu) == 0 && trap_pou(cpu) == 0;
}

/* ------------------------------------------------------------------ by encoding */

static const struct sysop ops[] = {
#define SYSOP(name, op1, CRn, CRm, op2, lowest_el, needs, trap, action)                            \
	{SYSREG_KEY(1, op1, CRn, CRm, op2), lowest_el, needs, trap_##trap, action_##action, 0},
#define AT(name, op1, CRn, CRm, op2, lowest_el, needs)                                             \
	{SYSREG_KEY(1, op1, CRn, CRm, op2), lowest_el, needs, trap_none, action_at, name},
#define UNMODELLED(name, op1, CRn, CRm, op2)
#include "sysop.def"
#undef UNMODELLED
#undef AT
#undef SYSOP
};

static const struct {
	uint16_t key;
	const char *name;
} unmodelled[] = {
#define SYSOP(name, op1, CRn, CRm, op2, lowest_el, needs, trap, action)
#define AT(name, op1, CRn, CRm, op2, lowest_el, needs)
#define UNMODELLED(name, op1, CRn, CRm, op2) {SYSREG_KEY(1, op1, CRn, CRm, op2), #name},
#include "sysop.def"
#undef UNMODELLED
#undef AT
#undef SYSOP
};

static const enum nw_feature tlbi_needs[TLBI_NXS] = {
#define TLBI(name, op1, CRm, op2, needs) needs,
#include "../mmu/tlbi.def"
#undef TLBI
};

enum { CRN_TLBI = 8, CRN_TLBI_nXS = 9, OP1_EL2 = 4 };

static unsigned CRn_of(uint32_t key)
{
	return key >> 7 & 15;
}

/* TLBI that mmu/tlbi.def has no row for are those of EL3. */
static bool find_tlbi(uint32_t key, enum nw_tlbi_op *op)
{
	/* By op1 (0 or 4), CRm and op2: the operation and one. */
	static const uint8_t by_encoding[2][8][8] = {
#define TLBI(name, op1, CRm, op2, needs) [op1 / OP1_EL2][CRm][op2] = TLBI_##name + 1,
#include "../mmu/tlbi.def"
#undef TLBI
	};
	unsigned op1 = key >> 11 & 7, CRn = CRn_of(key), CRm = key >> 3 & 15;
	bool in_table = (op1 == 0 || op1 == OP1_EL2) && CRm < 8;
	unsigned found = in_table ? by_encoding[op1 / OP1_EL2][CRm][key & 7] : 0;

	if (found == 0 || (CRn != CRN_TLBI && CRn != CRN_TLBI_nXS))
		return false;
	*op = (enum nw_tlbi_op)(found - 1 + (CRn == CRN_TLBI_nXS ? TLBI_NXS : 0));
	return true;
}

static const char *unmodelled_name(uint32_t key)
{
	for (size_t i = 0; i < sizeof(unmodelled) / sizeof(unmodelled[0]); i++) {
		if (unmodelled[i].key == key)
			return unmodelled[i].name;
	}
	return NULL;
}

/* The lowest exception level that op1 stands for. */
static unsigned encoded_el(uint32_t key)
{
	unsigned op1 = key >> 11 & 7;

	return op1 == 3 ? EL0 : op1 == 4 || op1 == 5 ? EL2 : op1 < 3 ? EL1 : EL3;
}

/* What is not modelled, IMPLEMENTATION DEFINED or unallocated. */
static struct outcome execute_other(struct cpu *cpu, struct operation o, bool sysl)
{
	const char *name = unmodelled_name(o.key);
	unsigned CRn = CRn_of(o.key);

	if (name != NULL && cpu->config.stop_on_unmodelled && cpu->pstate.el >= encoded_el(o.key))
		return stop(cpu, CPU_UNMODELLED, name);
	if ((CRn == 11 || CRn == 15) && traps_implementation_defined(cpu))
		return trapped(cpu, o, 2, sysl);
	return undefined(cpu);
}

/* TTLB traps all, TTLBIS and TTLBOS those of a shareability: CRm 2 and 3, 1 and 5. */
static bool tlbi_is_trapped(const struct cpu *cpu, uint32_t key)
{
	uint64_t hcr = effective_hcr(cpu);
	unsigned CRm = key >> 3 & 15;
	bool is = CRm == 2 || CRm == 3, os = CRm == 1 || CRm == 5;

	return HCR_EL2_TTLB(hcr) != 0 || (is && HCR_EL2_TTLBIS(hcr) != 0) ||
	       (os && HCR_EL2_TTLBOS(hcr) != 0);
}

/* op1 0: of EL1, subject to traps; 4: of EL2. */
static struct outcome execute_tlbi(struct cpu *cpu, struct operation o, enum nw_tlbi_op op)
{
	unsigned el = cpu->pstate.el;

	if (!cpu_has(cpu, tlbi_needs[op % TLBI_NXS]) ||
	    (op >= TLBI_NXS && !cpu_has(cpu, FEAT_XS)) || el < encoded_el(o.key))
		return undefined(cpu);
	if (el == 1 && tlbi_is_trapped(cpu, o.key))
		return trapped(cpu, o, 2, false);
	sysop_invalidate(cpu, op, cpu->x[o.slot]);
	return resync(cpu);
}

void sysop_invalidate(struct cpu *cpu, enum nw_tlbi_op op, uint64_t operand)
{
	cpu->counts.tlbi[op]++;
	nw_event(cpu->mmu, &(struct nw_event){
				   .type = NW_EVENT_TLBI,
				   .tlbi = op,
				   .operand = operand,
				   .el = cpu->pstate.el,
			   });
}

bool sysop_tlbi_is_free(const struct cpu *cpu, uint32_t key)
{
	unsigned el = cpu->pstate.el;

	return el >= encoded_el(key) && (el == 2 || !tlbi_is_trapped(cpu, key));
}

bool sysop_is_tlbi(const struct cpu *cpu, uint32_t key, enum nw_tlbi_op *op)
{
	return find_tlbi(key, op) && cpu_has(cpu, tlbi_needs[*op % TLBI_NXS]) &&
	       (*op < TLBI_NXS || cpu_has(cpu, FEAT_XS));
}

static struct outcome execute_op(struct cpu *cpu, struct operation o)
{
	if (!cpu_has(cpu, o.op->needs) || cpu->pstate.el < o.op->lowest_el)
		return undefined(cpu);

	unsigned target_el = o.op->trap(cpu);

	return target_el != 0 ? trapped(cpu, o, target_el, false) : o.op->action(cpu, o);
}

struct outcome sysop_execute(struct cpu *cpu, uint32_t key, unsigned slot)
{
	struct operation o = {NULL, key, slot};
	enum nw_tlbi_op tlbi;

	if (find_tlbi(key, &tlbi))
		return execute_tlbi(cpu, o, tlbi);
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (ops[i].key == key) {
			o.op = &ops[i];
			return execute_op(cpu, o);
		}
	}
	return execute_other(cpu, o, false);
}

struct outcome sysop_execute_sysl(struct cpu *cpu, uint32_t key, unsigned slot)
{
	return execute_other(cpu, (struct operation){NULL, key, slot}, true);
}
