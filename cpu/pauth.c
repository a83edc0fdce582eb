/*
 * Pointer authentication: FEAT_PAuth with QARMA5, FEAT_PAuth2, FEAT_FPAC, FEAT_FPACCOMBINE. Names
 * and rules are those of shared/functions/pac of DDI 0487 (aarch64/functions/pac).
 */
#include "pauth.h"

#include "a64.h"
#include "exception.h"
#include "layout.h"
#include "mem.h"
#include "qarma.h"

/* ------------------------------------------------------------------ keys */

enum key { KEY_IA, KEY_IB, KEY_DA, KEY_DB };

static bool is_data(enum key key)
{
	return key >= KEY_DA;
}

/* ComputePAC(). */
static uint64_t code_of(const struct cpu *cpu, uint64_t data, uint64_t modifier, enum sysreg lo)
{
	/* Hi follows Lo in sysreg.def. */
	return qarma5(data, modifier, cpu->sysreg[lo + 1], cpu->sysreg[lo]);
}

static enum sysreg key_register(enum key key)
{
	static const enum sysreg lo[] = {SYSREG_APIAKeyLo_EL1, SYSREG_APIBKeyLo_EL1,
					 SYSREG_APDAKeyLo_EL1, SYSREG_APDBKeyLo_EL1};

	return lo[key];
}

/* SCTLR_ELx.{EnIA,EnIB,EnDA,EnDB}, which are where they are in all layouts. */
static bool is_enabled(const struct cpu *cpu, enum key key)
{
	static const uint64_t field[] = {FIELD_MASK(SCTLR_EL1_EnIA), FIELD_MASK(SCTLR_EL1_EnIB),
					 FIELD_MASK(SCTLR_EL1_EnDA), FIELD_MASK(SCTLR_EL1_EnDB)};

	return (current_sctlr(cpu) & field[key]) != 0;
}

/* HCR_EL2.API, of EL1, and of EL0 where EL2 is not its host. */
static bool is_trapped(const struct cpu *cpu)
{
	return cpu_has(cpu, FEAT_EL2) && cpu->pstate.el < 2 &&
	       !el_is_in_host(cpu, cpu->pstate.el) && HCR_EL2_API(effective_hcr(cpu)) == 0;
}

/* ------------------------------------------------------------------ the field in a pointer */

static uint64_t low_bits(unsigned count)
{
	return (UINT64_C(1) << count) - 1;
}

/*
 * TCR_ELx.TxSZ between its limits, which CalculateBottomPACBit() may take instead of what is
 * outside.
 */
static unsigned effective_txsz(const struct cpu *cpu, uint64_t txsz, bool is_64k, bool ds)
{
	unsigned max = !cpu_has(cpu, FEAT_TTST) ? 39 : is_64k ? 47 : 48;
	unsigned min = is_64k ? (cpu_has(cpu, FEAT_LVA) ? 12 : 16) : ds ? 12 : 16;

	return txsz > max ? max : txsz < min ? min : (unsigned)txsz;
}

static unsigned CalculateBottomPACBit(const struct cpu *cpu, struct stage1_control s, bool top_bit)
{
	uint64_t tcr = s.tcr;

	if (!s.two_ranges)
		return 64 - effective_txsz(cpu, TCR_EL2_T0SZ(tcr), TCR_EL2_TG0(tcr) == 1,
					   TCR_EL2_DS(tcr) != 0);
	if (top_bit)
		return 64 - effective_txsz(cpu, TCR_EL1_T1SZ(tcr), TCR_EL1_TG1(tcr) == 3,
					   TCR_EL1_DS(tcr) != 0);
	return 64 -
	       effective_txsz(cpu, TCR_EL1_T0SZ(tcr), TCR_EL1_TG0(tcr) == 1, TCR_EL1_DS(tcr) != 0);
}

/* Where the code goes: the bits from the bottom one up but bit 55, and but the tag under TBI. */
struct pac_field {
	uint64_t extension; /* the bits from the bottom one up, tag apart, bit 55 included */
	uint64_t code;
	bool tbi;
};

static struct pac_field pac_field(const struct cpu *cpu, struct stage1_control s, uint64_t pointer,
				  enum key key, bool select)
{
	struct pac_field f = {.tbi = effective_tbi(s, pointer, !is_data(key))};

	f.extension = low_bits(f.tbi ? 56 : 63) | (f.tbi ? 0 : UINT64_C(1) << 63);
	f.extension &= ~low_bits(CalculateBottomPACBit(cpu, s, select));
	f.code = f.extension & ~(UINT64_C(1) << 55);
	return f;
}

/* Which half a pointer is to be of, even where its upper bits say both. */
static bool selected_half(struct stage1_control s, uint64_t pointer, enum key key)
{
	bool tbi0, tbi1;

	if (s.two_ranges) {
		tbi0 = effective_tbi(s, 0, !is_data(key));
		tbi1 = effective_tbi(s, UINT64_C(1) << 55, !is_data(key));
	} else {
		tbi0 = tbi1 = effective_tbi(s, pointer, !is_data(key));
	}
	return pointer >> (tbi0 || tbi1 ? 55 : 63) & 1;
}

static uint64_t extended(uint64_t pointer, const struct pac_field *f, bool ones)
{
	return ones ? pointer | f->extension : pointer & ~f->extension;
}

/* ------------------------------------------------------------------ AddPAC, Auth, Strip */

static uint64_t AddPAC(const struct cpu *cpu, uint64_t ptr, uint64_t modifier, enum key key)
{
	struct stage1_control s = stage1_control(cpu, cpu->pstate.el);
	bool selbit = selected_half(s, ptr, key);
	struct pac_field f = pac_field(cpu, s, ptr, key, selbit);
	uint64_t PAC = code_of(cpu, extended(ptr, &f, selbit), modifier, key_register(key));
	uint64_t upper = ptr & f.extension;
	uint64_t half = UINT64_C(1) << 55;
	uint64_t result = (ptr & ~half) | (selbit ? half : 0);

	if (cpu_has(cpu, FEAT_PAuth2))
		return result ^ (PAC & f.code);
	/* A pointer that is none gets a code that is none. */
	if (upper != 0 && upper != f.extension)
		PAC ^= UINT64_C(1) << (f.tbi ? 54 : 62);
	return (result & ~f.code) | (PAC & f.code);
}

/* What AUT* makes of a pointer; failed: FEAT_FPAC is to say so. */
struct authenticated {
	uint64_t pointer;
	bool failed;
};

static struct authenticated Auth(const struct cpu *cpu, uint64_t ptr, uint64_t modifier,
				 enum key key, bool is_combined)
{
	struct stage1_control s = stage1_control(cpu, cpu->pstate.el);
	bool upper = ptr >> 55 & 1;
	struct pac_field f = pac_field(cpu, s, ptr, key, upper);
	uint64_t original = extended(ptr, &f, upper);
	uint64_t PAC = code_of(cpu, original, modifier, key_register(key)) & f.code;
	uint64_t error_code = (key & 1) != 0 ? 2 : 1; /* key_number:NOT(key_number) */
	unsigned at = f.tbi ? 53 : 61;

	if (cpu_has(cpu, FEAT_PAuth2)) {
		bool checks =
			cpu_has(cpu, FEAT_FPACCOMBINE) || (cpu_has(cpu, FEAT_FPAC) && !is_combined);

		return (struct authenticated){ptr ^ PAC, checks && (ptr ^ PAC) != original};
	}
	if ((ptr & f.code) == PAC)
		return (struct authenticated){original, false};
	return (struct authenticated){(original & ~(UINT64_C(3) << at)) | error_code << at, false};
}

static uint64_t Strip(const struct cpu *cpu, uint64_t A, bool data)
{
	bool upper = A >> 55 & 1;
	struct pac_field f = pac_field(cpu, stage1_control(cpu, cpu->pstate.el), A,
				       data ? KEY_DA : KEY_IA, upper);

	return extended(A, &f, upper);
}

/* ------------------------------------------------------------------ AddPACIA(), AuthIA(), ... */

/* False: cpu->raised is to be taken, and *pointer has not changed. */
static bool add_pac(struct cpu *cpu, uint64_t *pointer, uint64_t modifier, enum key key)
{
	if (!is_enabled(cpu, key))
		return true;
	if (is_trapped(cpu)) {
		raise(cpu, exception_pauth_trap(cpu));
		return false;
	}
	*pointer = AddPAC(cpu, *pointer, modifier, key);
	return true;
}

static bool authenticate(struct cpu *cpu, uint64_t *pointer, uint64_t modifier, enum key key,
			 bool is_combined)
{
	if (!is_enabled(cpu, key))
		return true;
	if (is_trapped(cpu)) {
		raise(cpu, exception_pauth_trap(cpu));
		return false;
	}

	struct authenticated a = Auth(cpu, *pointer, modifier, key, is_combined);

	if (a.failed)
		raise(cpu, exception_pac_fail(cpu, key));
	else
		*pointer = a.pointer;
	return !a.failed;
}

static struct outcome outcome_of(bool done)
{
	return done ? NEXT : (struct outcome){OUTCOME_EXCEPTION, 0};
}

static struct outcome add_to(struct cpu *cpu, uint64_t *pointer, uint64_t modifier, enum key key)
{
	return outcome_of(add_pac(cpu, pointer, modifier, key));
}

static struct outcome authenticate_in(struct cpu *cpu, uint64_t *pointer, uint64_t modifier,
				      enum key key)
{
	return outcome_of(authenticate(cpu, pointer, modifier, key, false));
}

/* ------------------------------------------------------------------ PACIA, AUTIA, XPACI, PACGA */

static enum key key_of(uint32_t data, uint32_t b)
{
	return (enum key)(data << 1 | b);
}

/* Register 31 as a register that is read and written is XZR. */
static uint64_t *pointer_register(struct cpu *cpu, uint32_t Rd)
{
	if (Rd == SLOT_SINK)
		cpu->x[SLOT_SINK] = 0;
	return &cpu->x[Rd];
}

struct outcome exec_PAC(struct cpu *cpu, const struct a64_PAC *i)
{
	return add_to(cpu, pointer_register(cpu, i->Rd), cpu->x[i->Rn], key_of(i->D, i->K));
}

struct outcome exec_PACZ(struct cpu *cpu, const struct a64_PACZ *i)
{
	return add_to(cpu, pointer_register(cpu, i->Rd), 0, key_of(i->D, i->K));
}

struct outcome exec_AUT(struct cpu *cpu, const struct a64_AUT *i)
{
	return authenticate_in(cpu, pointer_register(cpu, i->Rd), cpu->x[i->Rn],
			       key_of(i->D, i->K));
}

struct outcome exec_AUTZ(struct cpu *cpu, const struct a64_AUTZ *i)
{
	return authenticate_in(cpu, pointer_register(cpu, i->Rd), 0, key_of(i->D, i->K));
}

struct outcome exec_XPAC(struct cpu *cpu, const struct a64_XPAC *i)
{
	uint64_t *pointer = pointer_register(cpu, i->Rd);

	*pointer = Strip(cpu, *pointer, i->D != 0);
	return NEXT;
}

/* AddPACGA(): no SCTLR_ELx disables it. */
struct outcome exec_PACGA(struct cpu *cpu, const struct a64_PACGA *i)
{
	if (is_trapped(cpu))
		return raise(cpu, exception_pauth_trap(cpu));
	cpu->x[i->Rd] =
		code_of(cpu, cpu->x[i->Rn], cpu->x[i->Rm], SYSREG_APGAKeyLo_EL1) & ~low_bits(32);
	return NEXT;
}

/* ------------------------------------------------------------------ branches and loads */

/* To the address in Rn, authenticated; link: X30 becomes the return address. */
static struct outcome branch(struct cpu *cpu, uint32_t Rn, uint64_t modifier, enum key key,
			     bool link)
{
	uint64_t target = cpu->x[Rn];

	if (!authenticate(cpu, &target, modifier, key, true))
		return (struct outcome){OUTCOME_EXCEPTION, 0};
	if (link)
		cpu->x[30] = cpu->pc + 4;
	return branch_to(target);
}

struct outcome exec_BRAZ(struct cpu *cpu, const struct a64_BRAZ *i)
{
	return branch(cpu, i->Rn, 0, key_of(0, i->M), false);
}

struct outcome exec_BLRAZ(struct cpu *cpu, const struct a64_BLRAZ *i)
{
	return branch(cpu, i->Rn, 0, key_of(0, i->M), true);
}

struct outcome exec_BRA(struct cpu *cpu, const struct a64_BRA *i)
{
	return branch(cpu, i->Rn, cpu->x[i->Rm], key_of(0, i->M), false);
}

struct outcome exec_BLRA(struct cpu *cpu, const struct a64_BLRA *i)
{
	return branch(cpu, i->Rn, cpu->x[i->Rm], key_of(0, i->M), true);
}

struct outcome exec_RETA(struct cpu *cpu, const struct a64_RETA *i)
{
	return branch(cpu, 30, cpu->x[SLOT_SP], key_of(0, i->M), false);
}

struct outcome exec_ERETA(struct cpu *cpu, const struct a64_ERETA *i)
{
	uint64_t target;

	if (cpu->pstate.el == 0)
		return raise(cpu, exception_undefined(cpu));
	target = cpu->sysreg[cpu->pstate.el == 2 ? SYSREG_ELR_EL2 : SYSREG_ELR_EL1];
	if (!authenticate(cpu, &target, cpu->x[SLOT_SP], key_of(0, i->M), true))
		return (struct outcome){OUTCOME_EXCEPTION, 0};
	return exception_return_to(cpu, target);
}

/* LDRAA, LDRAB: the base is authenticated with a data key and 0; *address is where it loads. */
static struct outcome load(struct cpu *cpu, uint32_t Rn, int32_t imm, uint32_t Rt, uint32_t M,
			   uint64_t *address)
{
	const struct mem_how how = {.size = 8, .align = 8, .element = 8};
	uint64_t base = cpu->x[Rn], data;

	if (!authenticate(cpu, &base, 0, key_of(1, M), true))
		return (struct outcome){OUTCOME_EXCEPTION, 0};
	if (Rn == SLOT_SP && (cpu->x[SLOT_SP] & 15) != 0 && sp_misaligned(cpu))
		return (struct outcome){OUTCOME_EXCEPTION, 0};
	*address = base + (uint64_t)((int64_t)imm * 8);
	if (!mem_load(cpu, *address, &data, &how))
		return (struct outcome){OUTCOME_EXCEPTION, 0};
	cpu->x[Rt] = data;
	return NEXT;
}

struct outcome exec_LDRA_offset(struct cpu *cpu, const struct a64_LDRA_offset *i)
{
	uint64_t address;

	return load(cpu, i->Rn, i->imm, i->Rt, i->M, &address);
}

struct outcome exec_LDRA_pre(struct cpu *cpu, const struct a64_LDRA_pre *i)
{
	uint64_t address;
	struct outcome o = load(cpu, i->Rn, i->imm, i->Rt, i->M, &address);

	if (o.kind == OUTCOME_NEXT)
		cpu->x[i->Rn] = address;
	return o;
}

/* ------------------------------------------------------------------ hints */

/* CRm 0b0011: of X30, with 0 or SP (op2 bit 0). CRm 0b0001: of X17 with X16. op2: A or B, PAC or
 * AUT. */
bool pauth_hint(struct cpu *cpu, unsigned hint, struct outcome *outcome)
{
	bool of_lr = (hint & 0x78) == 0x18, of_1716 = (hint & 0x79) == 0x08;
	uint64_t *pointer = &cpu->x[of_lr ? 30 : 17];
	uint64_t modifier = of_1716 ? cpu->x[16] : (hint & 1) != 0 ? cpu->x[SLOT_SP] : 0;
	enum key key = (hint & 2) != 0 ? KEY_IB : KEY_IA;

	if (!cpu_has(cpu, FEAT_PAuth))
		return false;
	if (hint == 7) { /* XPACLRI */
		cpu->x[30] = Strip(cpu, cpu->x[30], false);
		*outcome = NEXT;
		return true;
	}
	if (!of_lr && !of_1716)
		return false;
	*outcome = (hint & 4) != 0 ? authenticate_in(cpu, pointer, modifier, key)
				   : add_to(cpu, pointer, modifier, key);
	return true;
}
