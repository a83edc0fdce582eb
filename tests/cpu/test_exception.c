/* Suite cpu/exception: syndromes, routing, state on exception entry and return. */
#include "tests/cpu/board.h"

#include "cpu/exception.h"
#include "cpu/sysreg.h"

#define TGE        (UINT64_C(1) << 27)
#define PC_OF_TEST UINT64_C(0x40001000)

/* ------------------------------------------------------------------ syndromes of aborts */

enum { LOAD, STORE, FETCH, CACHE_OP };

#define S1(t, l)                                                                                   \
	{                                                                                          \
		.type = FAULT_##t, .level = l                                                      \
	}
#define S1W(t, l)                                                                                  \
	{                                                                                          \
		.type = FAULT_##t, .level = l, .write = true                                       \
	}
#define S2(t, l, a)                                                                                \
	{                                                                                          \
		.type = FAULT_##t, .level = l, .stage2 = true, .ipa_valid = true, .ipa = { a }     \
	}
#define S2W(t, l, a)                                                                               \
	{                                                                                          \
		.type = FAULT_##t, .level = l, .stage2 = true, .write = true, .ipa_valid = true,   \
		.ipa = { a }                                                                       \
	}
#define WALK(t, l, a)                                                                              \
	{                                                                                          \
		.type = FAULT_##t, .level = l, .stage2 = true, .s1ptw = true, .ipa_valid = true,   \
		.ipa = { a }                                                                       \
	}
#define WALKW(t, l, a)                                                                             \
	{                                                                                          \
		.type = FAULT_##t, .level = l, .stage2 = true, .s1ptw = true, .write = true,       \
		.ipa_valid = true,                                                                 \
		.ipa = { a }                                                                       \
	}

/* LDR W1 */
#define LDR_W1                                                                                     \
	{                                                                                          \
		.valid = true, .size_log2 = 2, .Rt = 1                                             \
	}
/* STR X3 */
#define STR_X3                                                                                     \
	{                                                                                          \
		.valid = true, .size_log2 = 3, .Rt = 3, .sixty_four = true                         \
	}
/* LDRSB X5 */
#define LDRSB_X5                                                                                   \
	{                                                                                          \
		.valid = true, .sign_extend = true, .Rt = 5, .sixty_four = true                    \
	}
#define LDARH_WZR                                                                                  \
	{                                                                                          \
		.valid = true, .size_log2 = 1, .Rt = 31, .acquire_release = true                   \
	}

static const struct {
	const char *name;
	uint8_t el, kind, target;
	struct nw_fault fault;
	struct access_syndrome syndrome;
	uint32_t esr;
	uint64_t hpfar;
} aborts[] = {
	{"EL0 load, stage 1 translation level 3",
	 0,
	 LOAD,
	 1,
	 S1(TRANSLATION, 3),
	 {0},
	 0x92000007,
	 0},
	{"EL0 store, the same", 0, STORE, 1, S1W(TRANSLATION, 3), {0}, 0x92000047, 0},
	{"EL1 load, translation level 1", 1, LOAD, 1, S1(TRANSLATION, 1), {0}, 0x96000005, 0},
	{"EL1 store, permission level 3", 1, STORE, 1, S1W(PERMISSION, 3), {0}, 0x9600004f, 0},
	{"EL0 load, out of range", 0, LOAD, 1, S1(TRANSLATION, 0), {0}, 0x92000004, 0},
	{"EL0 load, translation level -1", 0, LOAD, 1, S1(TRANSLATION, -1), {0}, 0x9200002b, 0},
	{"EL0 fetch, permission level 3", 0, FETCH, 1, S1(PERMISSION, 3), {0}, 0x8200000f, 0},
	{"EL1 fetch, translation level 2", 1, FETCH, 1, S1(TRANSLATION, 2), {0}, 0x86000006, 0},
	{"EL1 load, TTBR out of range", 1, LOAD, 1, S1(ADDRESS_SIZE, 0), {0}, 0x96000000, 0},
	{"EL1 load, stage 2 translation level 3, no syndrome",
	 1,
	 LOAD,
	 2,
	 S2(TRANSLATION, 3, 0x81234abc),
	 {0},
	 0x92000007,
	 0x812340},
	{"LDR W1, stage 2 translation level 3", 1, LOAD, 2, S2(TRANSLATION, 3, 0x81234abc), LDR_W1,
	 0x93810007, 0x812340},
	{"STR X3, stage 2 permission level 2", 1, STORE, 2, S2W(PERMISSION, 2, 0x81234abc), STR_X3,
	 0x93c3804e, 0x812340},
	{"LDRSB X5, stage 2 translation level 1", 1, LOAD, 2, S2(TRANSLATION, 1, 0x1000), LDRSB_X5,
	 0x93258005, 0x10},
	{"LDARH WZR, stage 2 Access flag level 3", 0, LOAD, 2, S2(ACCESS_FLAG, 3, 0x1000),
	 LDARH_WZR, 0x935f400b, 0x10},
	{"stage 2 translation level 2 on a walk, load", 1, LOAD, 2,
	 WALK(TRANSLATION, 2, 0x40001008), LDR_W1, 0x92000086, 0x400010},
	{"... instruction fetch",
	 1,
	 FETCH,
	 2,
	 WALK(TRANSLATION, 2, 0x40001008),
	 {0},
	 0x82000086,
	 0x400010},
	{"stage 2 permission level 3 on a walk",
	 1,
	 LOAD,
	 2,
	 WALK(PERMISSION, 3, 0x40001008),
	 {0},
	 0x9200008f,
	 0x400010},
	{"stage 2 translation level -1 on a walk, load", 1, LOAD, 2,
	 WALK(TRANSLATION, -1, UINT64_C(0xf000000001008)), LDR_W1, 0x920000ab,
	 UINT64_C(0xf0000000010)},
	{"... store", 1, STORE, 2, WALKW(TRANSLATION, -1, UINT64_C(0xf000000001008)), STR_X3,
	 0x920000eb, UINT64_C(0xf0000000010)},
	{"... fetch",
	 1,
	 FETCH,
	 2,
	 WALK(TRANSLATION, -1, UINT64_C(0xf000000001008)),
	 {0},
	 0x820000ab,
	 UINT64_C(0xf0000000010)},
	{"DC CIVAC, stage 1 translation level 3",
	 1,
	 CACHE_OP,
	 1,
	 S1(TRANSLATION, 3),
	 {0},
	 0x96000147,
	 0},
	{"DC CIVAC, stage 2 translation level 3",
	 1,
	 CACHE_OP,
	 2,
	 S2(TRANSLATION, 3, 0x1000),
	 {0},
	 0x92000147,
	 0x10},
	{"external abort on stage 1 walk level 2",
	 1,
	 LOAD,
	 1,
	 S1(EXTERNAL_ON_WALK, 2),
	 {0},
	 0x96000016,
	 0},
	{"external abort on stage 1 walk level -1",
	 0,
	 LOAD,
	 1,
	 S1(EXTERNAL_ON_WALK, -1),
	 {0},
	 0x92000013,
	 0},
	{"external abort on stage 2 walk level 1",
	 1,
	 LOAD,
	 2,
	 {.type = FAULT_EXTERNAL_ON_WALK, .level = 1, .stage2 = true},
	 LDR_W1,
	 0x92000015,
	 0},
	{"external abort on the access", 1, LOAD, 1, S1(EXTERNAL, 3), LDR_W1, 0x96000010, 0},
	{"Access flag level 3", 1, LOAD, 1, S1(ACCESS_FLAG, 3), {0}, 0x9600000b, 0},
	{"unaligned Device load", 1, LOAD, 1, S1(ALIGNMENT, 3), {0}, 0x96000021, 0},
	{"EL2 load, translation level 0", 2, LOAD, 2, S1(TRANSLATION, 0), LDR_W1, 0x96000004, 0},
	{"EL2 store, address size level -1",
	 2,
	 STORE,
	 2,
	 S1W(ADDRESS_SIZE, -1),
	 {0},
	 0x96000069,
	 0},
	{"EL2 fetch, permission level 1", 2, FETCH, 2, S1(PERMISSION, 1), {0}, 0x8600000d, 0},
};

static struct board *board_at(unsigned el, uint64_t hcr)
{
	struct board *board = board_new("max", 2);

	sysreg_write(board->cpu, SYSREG_HCR_EL2, hcr);
	pstate_select(board->cpu, el, el != 0);
	board->cpu->pc = PC_OF_TEST;
	return board;
}

START_TEST(abort_syndrome_is_the_architectures)
{
	struct board *board = board_at(aborts[_i].el, 0);
	struct cpu *cpu = board->cpu;
	bool el2 = aborts[_i].target == 2;
	struct access_syndrome syndrome = aborts[_i].syndrome;
	va_t va = {0xffff800012345678};

	syndrome.maintenance = aborts[_i].kind == CACHE_OP;

	struct exception e = aborts[_i].kind == FETCH
				     ? exception_instruction_abort(cpu, &aborts[_i].fault, va)
				     : exception_data_abort(cpu, &aborts[_i].fault, va, syndrome);

	take_exception(cpu, &e);

	uint64_t esr = cpu->sysreg[el2 ? SYSREG_ESR_EL2 : SYSREG_ESR_EL1];

	ck_assert_msg(cpu_el(cpu) == aborts[_i].target, "%s", aborts[_i].name);
	ck_assert_msg(esr == aborts[_i].esr, "%s: 0x%llx", aborts[_i].name,
		      (unsigned long long)esr);
	ck_assert_uint_eq(cpu->sysreg[el2 ? SYSREG_FAR_EL2 : SYSREG_FAR_EL1], va.value);
	ck_assert_uint_eq(cpu->sysreg[el2 ? SYSREG_ELR_EL2 : SYSREG_ELR_EL1], PC_OF_TEST);
	ck_assert_msg(cpu->sysreg[SYSREG_HPFAR_EL2] == aborts[_i].hpfar, "%s: HPFAR",
		      aborts[_i].name);
	ck_assert_uint_eq(cpu->counts.aborts_stage1, !aborts[_i].fault.stage2);
	ck_assert_uint_eq(cpu->counts.aborts_stage2, aborts[_i].fault.stage2);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ routing */

enum what {
	UNDEFINED,
	ILLEGAL,
	PC_ALIGN,
	SP_ALIGN,
	SVC,
	HVC,
	SMC,
	BRK,
	WFE_1,
	WFI_2,
	SYSTEM_1,
	STAGE1
};

static struct exception made(const struct cpu *cpu, enum what what)
{
	static const struct nw_fault fault = S1(TRANSLATION, 3);

	switch (what) {
	case UNDEFINED:
		return exception_undefined(cpu);
	case ILLEGAL:
		return exception_illegal_state(cpu);
	case PC_ALIGN:
		return exception_pc_alignment(cpu);
	case SP_ALIGN:
		return exception_sp_alignment(cpu);
	case SVC:
		return exception_svc(cpu, 0x1234);
	case HVC:
		return exception_hvc(cpu, 0x1234);
	case SMC:
		return exception_smc_trap(cpu, 0x1234);
	case BRK:
		return exception_brk(cpu, 0x1234);
	case WFE_1:
		return exception_wfx_trap(cpu, 1, true);
	case WFI_2:
		return exception_wfx_trap(cpu, 2, false);
	case SYSTEM_1:
		return exception_system_access(cpu, 1, 0xda11, 21, false); /* MSR DAIF, X21 */
	default:
		return exception_data_abort(cpu, &fault, (va_t){0}, (struct access_syndrome){0});
	}
}

static const struct {
	enum what what;
	uint8_t el;
	uint64_t hcr, mdcr;
	uint8_t target;
	uint32_t esr;
	uint8_t return_offset;
} routes[] = {
	{UNDEFINED, 0, 0, 0, 1, 0x02000000, 0},
	{UNDEFINED, 1, 0, 0, 1, 0x02000000, 0},
	{UNDEFINED, 2, 0, 0, 2, 0x02000000, 0},
	{UNDEFINED, 0, TGE, 0, 2, 0x02000000, 0},
	{ILLEGAL, 1, 0, 0, 1, 0x3a000000, 0},
	{ILLEGAL, 0, TGE, 0, 2, 0x3a000000, 0},
	{PC_ALIGN, 0, 0, 0, 1, 0x8a000000, 0},
	{PC_ALIGN, 2, 0, 0, 2, 0x8a000000, 0},
	{SP_ALIGN, 1, 0, 0, 1, 0x9a000000, 0},
	{SVC, 0, 0, 0, 1, 0x56001234, 4},
	{SVC, 1, 0, 0, 1, 0x56001234, 4},
	{SVC, 2, 0, 0, 2, 0x56001234, 4},
	{SVC, 0, TGE, 0, 2, 0x56001234, 4},
	{HVC, 1, 0, 0, 2, 0x5a001234, 4},
	{HVC, 2, 0, 0, 2, 0x5a001234, 4},
	{SMC, 1, 0, 0, 2, 0x5e001234, 0},
	{BRK, 0, 0, 0, 1, 0xf2001234, 0},
	{BRK, 1, 0, 1u << 8, 2, 0xf2001234, 0}, /* MDCR_EL2.TDE */
	{BRK, 2, 0, 0, 2, 0xf2001234, 0},
	{WFE_1, 0, 0, 0, 1, 0x07e00001, 0},
	{WFE_1, 0, TGE, 0, 2, 0x07e00001, 0},
	{WFI_2, 1, 0, 0, 2, 0x07e00000, 0},
	{SYSTEM_1, 0, 0, 0, 1, 0x6232d2a4, 0},
	{SYSTEM_1, 0, TGE, 0, 2, 0x6232d2a4, 0},
	{STAGE1, 0, TGE, 0, 2, 0x92000007, 0},
};

START_TEST(exception_goes_where_it_belongs)
{
	struct board *board = board_at(routes[_i].el, routes[_i].hcr);
	struct cpu *cpu = board->cpu;
	bool el2 = routes[_i].target == 2;

	sysreg_write(cpu, SYSREG_MDCR_EL2, routes[_i].mdcr);

	struct exception e = made(cpu, routes[_i].what);

	take_exception(cpu, &e);

	uint64_t esr = cpu->sysreg[el2 ? SYSREG_ESR_EL2 : SYSREG_ESR_EL1];
	uint64_t elr = cpu->sysreg[el2 ? SYSREG_ELR_EL2 : SYSREG_ELR_EL1];

	ck_assert_uint_eq(cpu_el(cpu), routes[_i].target);
	ck_assert_msg(esr == routes[_i].esr, "row %d: 0x%llx", _i, (unsigned long long)esr);
	ck_assert_uint_eq(elr, PC_OF_TEST + routes[_i].return_offset);
	ck_assert_uint_eq(cpu->counts.exceptions[routes[_i].target][0], 1);
	ck_assert_uint_eq(cpu->counts.by_class[routes[_i].esr >> 26], 1);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ entry */

static const struct {
	uint8_t el;
	bool spsel;
	uint8_t target;
	uint16_t offset;
} vectors[] = {
	{0, false, 1, 0x400}, {1, false, 1, 0x000}, {1, true, 1, 0x200}, {0, false, 2, 0x400},
	{1, true, 2, 0x400},  {1, false, 2, 0x400}, {2, false, 2, 0},    {2, true, 2, 0x200},
};

START_TEST(vector_by_origin)
{
	struct board *board = board_at(2, 0);
	struct cpu *cpu = board->cpu;

	sysreg_write(cpu, SYSREG_VBAR_EL1, 0x41000800);
	sysreg_write(cpu, SYSREG_VBAR_EL2, 0x42000800);
	pstate_select(cpu, vectors[_i].el, vectors[_i].spsel);

	struct exception e = exception_undefined(cpu);

	e.target_el = vectors[_i].target;
	take_exception(cpu, &e);
	ck_assert_uint_eq(cpu->pc, (vectors[_i].target == 2 ? 0x42000800u : 0x41000800u) +
					   vectors[_i].offset);
	ck_assert_uint_eq(cpu_el(cpu), vectors[_i].target);
	ck_assert(cpu->pstate.spsel);
	board_free(board);
}
END_TEST

/* PSTATE before and after, in the format of SPSR_ELx; SPAN is bit 23 of SCTLR_ELx, DSSBS bit 44. */
static const struct {
	const char *name, *preset;
	uint8_t target;
	uint64_t sctlr, before, after;
} entries[] = {
	{"SPAN=0 sets PAN", "max", 1, 0, 0x0, 0x004003c5},
	{"SPAN=1 keeps PAN clear", "max", 1, 1u << 23, 0x0, 0x000003c5},
	{"SPAN=1 keeps PAN set", "max", 1, 1u << 23, 0x00400000, 0x004003c5},
	{"EL2 keeps PAN clear", "max", 2, 0, 0x4, 0x000003c9},
	{"EL2 keeps PAN set", "max", 2, 0, 0x00400004, 0x004003c9},
	{"no PAN", "cortex-a53", 1, 0, 0x0, 0x000003c5},
	{"flags and DIT stay, UAO goes", "max", 1, 1u << 23, 0xf1800004, 0xf10003c5},
	{"IL goes", "max", 2, 0, 0x00100009, 0x000003c9},
	{"DSSBS to SSBS", "max", 1, UINT64_C(1) << 44 | 1u << 23, 0x0, 0x000013c5},
	{"SSBS to DSSBS=0", "max", 1, 1u << 23, 0x1004, 0x000003c5},
};

/* From the SPSR format, without the checks of an exception return. */
static void set_pstate(struct cpu *cpu, uint64_t spsr)
{
	struct pstate *p = &cpu->pstate;

	pstate_select(cpu, spsr >> 2 & 3, spsr & 1);
	sysreg_write(cpu, SYSREG_NZCV, spsr);
	sysreg_write(cpu, SYSREG_DAIF, spsr);
	p->dit = spsr >> 24 & 1;
	p->uao = spsr >> 23 & 1;
	p->pan = spsr >> 22 & 1;
	p->il = spsr >> 20 & 1;
	p->ssbs = spsr >> 12 & 1;
}

START_TEST(entry_makes_pstate)
{
	struct board *board = board_new(entries[_i].preset, 2);
	struct cpu *cpu = board->cpu;
	bool el2 = entries[_i].target == 2;

	sysreg_write(cpu, el2 ? SYSREG_SCTLR_EL2 : SYSREG_SCTLR_EL1, entries[_i].sctlr);
	set_pstate(cpu, entries[_i].before);

	struct exception e = exception_undefined(cpu);

	e.target_el = entries[_i].target;
	take_exception(cpu, &e);
	ck_assert_msg(pstate_spsr(cpu) == entries[_i].after, "%s: 0x%llx", entries[_i].name,
		      (unsigned long long)pstate_spsr(cpu));
	ck_assert_msg(cpu->sysreg[el2 ? SYSREG_SPSR_EL2 : SYSREG_SPSR_EL1] == entries[_i].before,
		      "%s", entries[_i].name);
	board_free(board);
}
END_TEST

START_TEST(unknown_registers_keep_their_value)
{
	struct board *board = board_at(1, 0);
	struct cpu *cpu = board->cpu;

	cpu->sysreg[SYSREG_FAR_EL1] = 0x1111;
	cpu->sysreg[SYSREG_HPFAR_EL2] = 0x2220;

	struct exception e = exception_undefined(cpu);

	take_exception(cpu, &e);
	ck_assert_uint_eq(cpu->sysreg[SYSREG_FAR_EL1], 0x1111);
	ck_assert_uint_eq(cpu->sysreg[SYSREG_HPFAR_EL2], 0x2220);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ return */

#define ELR UINT64_C(0xffff800012345678)

/* pstate: after the return from `el` with SPSR_ELx = spsr; bit 20 tells an illegal one. */
static const struct {
	const char *name, *preset;
	uint8_t el;
	uint64_t hcr, spsr, pstate;
} returns[] = {
	{"EL1 to EL0", "max", 1, 0, 0x60000000, 0x60000000},
	{"EL1h to EL1t", "max", 1, 0, 0x3c4, 0x3c4},
	{"EL2 to EL1h with all fields", "max", 2, 0, 0xf1c01fc5, 0xf1c01fc5},
	{"EL2 to EL1h, Armv8.0", "cortex-a53", 2, 0, 0xf1c01fc5, 0xf00003c5},
	{"EL2 to EL0", "max", 2, 0, 0x0, 0x0},
	{"EL2 to EL0 under TGE", "max", 2, TGE, 0x0, 0x0},
	{"IL in a legal return", "max", 2, 0, 0x001003c5, 0x001003c5},
	{"EL1 to EL2 is illegal", "max", 1, 0, 0xa00003c9, 0xa01003c5},
	{"EL3 is illegal", "max", 2, 0, 0x3cd, 0x001003c9},
	{"EL0 with SP=1 is illegal", "max", 1, 0, 0x1, 0x00100005},
	{"M[1] is illegal", "max", 2, 0, 0x3c6, 0x001003c9},
	{"AArch32 is illegal", "max", 2, 0, 0x10, 0x00100009},
	{"EL1 under TGE is illegal", "max", 2, TGE, 0x00400005, 0x00500009},
	{"SS is not offered", "max", 2, 0, 0x002003c5, 0x000003c5},
};

START_TEST(return_makes_pstate)
{
	struct board *board = board_new(returns[_i].preset, 2);
	struct cpu *cpu = board->cpu;
	bool el2 = returns[_i].el == 2;

	sysreg_write(cpu, SYSREG_HCR_EL2, returns[_i].hcr);
	set_pstate(cpu, (uint64_t)returns[_i].el << 2 | 1);
	cpu->sysreg[el2 ? SYSREG_SPSR_EL2 : SYSREG_SPSR_EL1] = returns[_i].spsr;
	cpu->sysreg[el2 ? SYSREG_ELR_EL2 : SYSREG_ELR_EL1] = ELR;
	cpu->monitor.exclusive = true;
	cpu->event_register = false;

	struct outcome outcome = exception_return(cpu);

	ck_assert_int_eq(outcome.kind, OUTCOME_RESYNC);
	ck_assert_uint_eq(outcome.target, ELR);
	ck_assert_msg(pstate_spsr(cpu) == returns[_i].pstate, "%s: 0x%llx", returns[_i].name,
		      (unsigned long long)pstate_spsr(cpu));
	ck_assert(!cpu->monitor.exclusive);
	ck_assert(cpu->event_register);
	board_free(board);
}
END_TEST

START_TEST(return_to_el2_needs_el2)
{
	struct cpu_config config = board_config("max");

	nw_switch(&config.features, FEAT_EL2, false);

	struct board *board = board_with(config, 1);

	board->cpu->sysreg[SYSREG_SPSR_EL1] = 0x3c9;
	exception_return(board->cpu);
	ck_assert_uint_eq(pstate_spsr(board->cpu), 0x001003c5);
	board_free(board);
}
END_TEST

/* AArch64.BranchAddr: a tag is dropped where TBI says so, by the half of the address. */
static const struct {
	uint8_t el;
	uint64_t tcr, target, pc;
} tags[] = {
	{0, 0, 0xab00000000001000, 0xab00000000001000},
	{0, UINT64_C(1) << 37, 0xab00000000001000, 0x0000000000001000},
	{0, UINT64_C(1) << 37, 0xabff800000001000, 0xabff800000001000},
	{1, UINT64_C(1) << 38, 0xabff800000001000, 0xffff800000001000},
	{1, UINT64_C(1) << 38, 0xab00000000001000, 0xab00000000001000},
	{2, UINT64_C(1) << 20, 0xabff800000001000, 0x00ff800000001000},
	{2, 0, 0xab00000000001000, 0xab00000000001000},
};

START_TEST(branch_address_drops_the_tag)
{
	struct board *board = board_new("max", 2);

	sysreg_write(board->cpu, tags[_i].el == 2 ? SYSREG_TCR_EL2 : SYSREG_TCR_EL1, tags[_i].tcr);
	ck_assert_uint_eq(branch_address(board->cpu, tags[_i].target, tags[_i].el), tags[_i].pc);
	board_free(board);
}
END_TEST

/* "Synchronous exception prioritization": whatever a fetch from there would give, here an abort where there is no memory. */
START_TEST(misaligned_target_comes_before_its_abort)
{
	const uint32_t br_x0 = 0xd61f0000, b_here = 0x14000000;
	struct board *board = board_new("max", 2);

	board_code(board, RAM_BASE, &br_x0, 1);
	board_code(board, RAM_BASE + 0x1200, &b_here, 1);
	sysreg_write(board->cpu, SYSREG_VBAR_EL2, RAM_BASE + 0x1000);
	cpu_set_x(board->cpu, 0, 0x1002);
	cpu_run(board->cpu, 2);
	ck_assert_uint_eq(sysreg_read(board->cpu, SYSREG_ESR_EL2), 0x8a000000);
	ck_assert_uint_eq(sysreg_read(board->cpu, SYSREG_FAR_EL2), 0x1002);
	ck_assert_uint_eq(sysreg_read(board->cpu, SYSREG_ELR_EL2), 0x1002);
	board_free(board);
}
END_TEST

#define ROWS(a) ((int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
	Suite *suite = suite_create("cpu/exception");
	TCase *tcase = tcase_create("exception");

	tcase_add_loop_test(tcase, abort_syndrome_is_the_architectures, 0, ROWS(aborts));
	tcase_add_loop_test(tcase, exception_goes_where_it_belongs, 0, ROWS(routes));
	tcase_add_loop_test(tcase, vector_by_origin, 0, ROWS(vectors));
	tcase_add_loop_test(tcase, entry_makes_pstate, 0, ROWS(entries));
	tcase_add_test(tcase, misaligned_target_comes_before_its_abort);
	tcase_add_test(tcase, unknown_registers_keep_their_value);
	tcase_add_loop_test(tcase, return_makes_pstate, 0, ROWS(returns));
	tcase_add_test(tcase, return_to_el2_needs_el2);
	tcase_add_loop_test(tcase, branch_address_drops_the_tag, 0, ROWS(tags));
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
