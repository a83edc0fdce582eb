/* Cases: an instruction of a row with what it needs, or a stream of several rows' instructions. */
#include "case.h"

static const struct {
	const char *name, *why;
} rows_left_out[] = {
#define LEFT_OUT(name, why) {#name, why},
#include "left_out.def"
#undef LEFT_OUT
};

const char *left_out(enum a64_form form)
{
	if (a64_info[form].unmodelled != NULL)
		return "unmodelled";
	for (unsigned i = 0; i < sizeof(rows_left_out) / sizeof(rows_left_out[0]); i++)
		if (strcmp(a64_info[form].name, rows_left_out[i].name) == 0)
			return rows_left_out[i].why;
	return NULL;
}

/* ---------------------------------------------------------------- what a row is */

static bool starts(enum a64_form form, const char *start)
{
	return strncmp(a64_info[form].name, start, strlen(start)) == 0;
}

static bool contains(enum a64_form form, const char *part)
{
	return strstr(a64_info[form].name, part) != NULL;
}

static bool ends(enum a64_form form, const char *end)
{
	const char *name = a64_info[form].name;
	size_t length = strlen(name), of_end = strlen(end);

	return length >= of_end && strcmp(name + length - of_end, end) == 0;
}

static enum a64_role role_of(enum a64_form form, const char *field)
{
	const struct a64_field_info *info = field_of(form, field);

	return info == NULL || info->v ? A64_NO_ROLE : (enum a64_role)info->role;
}

/* Has an address in Rn. */
static bool has_base(enum a64_form form)
{
	return a64_info[form].mem != 0 && field_of(form, "Rn") != NULL;
}

static bool is_literal(enum a64_form form)
{
	return field_of(form, "imm19") != NULL && a64_info[form].pc == 0;
}

static bool same(enum a64_form form, uint32_t word, const char *a, const char *b)
{
	return field_of(form, a) != NULL && field_of(form, b) != NULL &&
	       get_field(form, a, word) == get_field(form, b, word);
}

/* What is CONSTRAINED UNPREDICTABLE by its registers is not drawn. */
static bool registers_allowed(enum a64_form form, uint32_t word)
{
	const struct a64_field_info *Rt = field_of(form, "Rt");
	bool load = (a64_info[form].mem & A64_READ) != 0,
	     write_back = role_of(form, "Rn") == A64_BOTH;

	if (a64_info[form].mem == 0 || Rt == NULL)
		return true;
	if (load && same(form, word, "Rt", "Rt2"))
		return false;
	if (write_back && !Rt->v && get_field(form, "Rn", word) != 31 &&
	    (same(form, word, "Rt", "Rn") || same(form, word, "Rt2", "Rn")))
		return false;
	if (role_of(form, "Rs") == A64_WRITE)
		return !same(form, word, "Rs", "Rt") && !same(form, word, "Rs", "Rt2") &&
		       !(same(form, word, "Rs", "Rn") && get_field(form, "Rs", word) != 31);
	return field_of(form, "Rm") == NULL || get_field(form, "Rm", word) == 31 ||
	       !same(form, word, "Rm", "Rn");
}

static bool system_allowed(struct draw *d, enum a64_form form, uint32_t *word)
{
	/* op1, CRn, CRm, op2: NZCV, DAIF, FPCR, FPSR, PAN, UAO, DIT, SSBS, TPIDR_EL0, CurrentEL. */
	static const uint32_t registers[] = {0x1b4200, 0x1b4220, 0x1b4400, 0x1b4420, 0x184260,
					     0x184280, 0x1b42a0, 0x1b42c0, 0x1bd040, 0x184240};
	/* op1, op2: UAO, PAN, SSBS, DIT, DAIFSet. */
	static const uint32_t fields[] = {0x00407f, 0x00409f, 0x03403f, 0x03405f, 0x0340df};

	switch (form) {
	case A64_MSR_reg:
		*word = 0xd5000000 | registers[draw(d, 9)] | (*word & 31);
		break;
	case A64_MRS:
		*word = 0xd5200000 | registers[draw(d, 10)] | (*word & 31);
		break;
	case A64_MSR_imm:
		*word = 0xd5000000 | fields[draw(d, 5)] | draw(d, 16) << 8;
		break;
	case A64_HINT: /* WFE and WFI may wait for ever. */
		return get_field(form, "CRm", *word) != 0 ||
		       (get_field(form, "op2", *word) & ~1u) != 2;
	case A64_BRA: /* Others than X16 and X17 stop QEMU 10.0 itself. */
		set_field(form, "Rn", 16 + draw(d, 2), word);
		break;
	case A64_HLT:
		return get_field(form, "imm16", *word) != 0xf000;
	default:
		break;
	}
	return true;
}

static bool writes_fpcr(uint32_t word)
{
	return (word & ~31u) == 0xd51b4400;
}

static bool writes_fpsr(uint32_t word)
{
	return (word & ~31u) == 0xd51b4420;
}

static uint32_t word_of(struct draw *d, enum a64_form form, unsigned (*reg)(struct draw *d))
{
	uint32_t word;

	do
		word = draw_word(d, form, reg);
	while (!registers_allowed(form, word) || !system_allowed(d, form, &word));
	return word;
}

/* ---------------------------------------------------------------- what it needs */

static void add_load(struct test_case *c, uint32_t reg, bool in_code, uint64_t value)
{
	if (c->loads < LOADS_MOST)
		c->load[c->loads++] = (struct load){reg, in_code, value};
}

/* log2 of the bytes that an immediate offset counts in. */
static unsigned scale(enum a64_form form, uint32_t word)
{
	if (contains(form, "_Q_"))
		return 4;
	if (starts(form, "LDRSW") || starts(form, "LDPSW"))
		return 2;
	if (field_of(form, "size") != NULL)
		return get_field(form, "size", word);
	if (field_of(form, "sf") != NULL)
		return 2 + get_field(form, "sf", word);
	return field_of(form, "sz") != NULL ? 2 + get_field(form, "sz", word) : 3;
}

static int64_t signed_field(enum a64_form form, const char *name, uint32_t word, unsigned width)
{
	return (int64_t)((uint64_t)get_field(form, name, word) << (64 - width)) >> (64 - width);
}

/* ExtendReg() of an index register that holds `index`. */
static uint64_t extended(enum a64_form form, uint32_t word, uint64_t index)
{
	if (get_field(form, "xm", word) == 0)
		index = get_field(form, "sx", word) != 0 ? (uint64_t)(int32_t)index
							 : (uint32_t)index;
	return get_field(form, "S", word) != 0 ? index << scale(form, word) : index;
}

/* How far the address is from Rn. */
static uint64_t displacement(enum a64_form form, uint32_t word, uint64_t index)
{
	if (ends(form, "_post"))
		return 0;
	if (field_of(form, "xm") != NULL)
		return extended(form, word, index);
	if (field_of(form, "imm12") != NULL)
		return (uint64_t)get_field(form, "imm12", word) << scale(form, word);
	if (field_of(form, "imm7") != NULL)
		return (uint64_t)signed_field(form, "imm7", word, 7) << scale(form, word);
	if (field_of(form, "imm9") != NULL)
		return (uint64_t)signed_field(form, "imm9", word, 9);
	return field_of(form, "imm") != NULL ? (uint64_t)signed_field(form, "imm", word, 10) << 3
					     : 0;
}

/* Aligned, not aligned, or so that the access goes from one page to the next. */
static uint64_t draw_address(struct draw *d)
{
	switch (draw(d, 4)) {
	case 0:
		return WINDOW - 192 + draw(d, 320);
	case 1:
		return WINDOW - 1 - draw(d, 16);
	default:
		return (WINDOW - 192 + draw(d, 320)) & ~15u;
	}
}

/* Seldom far from the memory of the board, where nothing is mapped. */
static uint64_t draw_any_address(struct draw *d)
{
	uint64_t address = draw64(d);

	return draw(d, 24) != 0 || address >> 32 == 0 ? draw_address(d) : address;
}

/* The address, and a base and an index that give it. */
static void load_base(struct draw *d, enum a64_form form, uint32_t word, struct test_case *c)
{
	uint32_t Rn = get_field(form, "Rn", word);
	uint64_t index = 0;

	if (field_of(form, "Rm") != NULL && get_field(form, "Rm", word) != 31) {
		index = draw(d, 2) != 0 ? draw64(d) : (uint64_t)draw(d, 128) - 64;
		add_load(c, get_field(form, "Rm", word), false, index);
	}
	add_load(c, Rn, false, draw_any_address(d) - displacement(form, word, index));
	/* SP is aligned to 16 bytes, most often: the address is not what was drawn, but near. */
	if (Rn == 31 && draw(d, 8) != 0 && c->loads > 0)
		c->load[c->loads - 1].value &= ~UINT64_C(15);
}

/* LDXR or LDXP of the same size and address, for a store that then succeeds. */
static void emit_exclusive_load(enum a64_form form, uint32_t word, uint32_t Rt, uint32_t Rt2,
				struct test_case *c)
{
	bool pair = form == A64_STXP;
	enum a64_form load = pair ? A64_LDXP : A64_LDXR;
	const char *field = pair ? "sz" : "size";
	uint32_t other = a64_info[load].value | 0x001f7c00;

	set_field(load, field, get_field(form, field, word), &other);
	set_field(load, "Rn", get_field(form, "Rn", word), &other);
	set_field(load, "Rt", Rt, &other);
	if (pair)
		set_field(load, "Rt2", Rt2, &other);
	c->word[c->words++] = other;
}

/* The base of a load, or the target of a branch, gets its code by the key that will be asked for.
 */
static void emit_authentication(enum a64_form form, uint32_t word, struct test_case *c)
{
	bool zero = form == A64_BRAZ || form == A64_BLRAZ, load = a64_info[form].mem != 0;
	uint32_t Rn = form == A64_RETA ? 30 : get_field(form, "Rn", word), pac;

	if (zero || load) {
		pac = a64_info[A64_PACZ].value;
		set_field(A64_PACZ, "D", load, &pac);
		set_field(A64_PACZ, "K", get_field(form, "M", word), &pac);
		set_field(A64_PACZ, "Rd", Rn, &pac);
	} else {
		pac = a64_info[A64_PAC].value;
		set_field(A64_PAC, "K", get_field(form, "M", word), &pac);
		set_field(A64_PAC, "Rn", form == A64_RETA ? 31 : get_field(form, "Rm", word), &pac);
		set_field(A64_PAC, "Rd", Rn, &pac);
	}
	c->word[c->words++] = pac;
}

/* AUT and AUTZ get what PAC and PACZ of the same registers make, so that they do not always fail.
 */
static void emit_code(enum a64_form form, uint32_t word, struct test_case *c)
{
	static const char *const fields[] = {"D", "K", "Rn", "Rd"};
	enum a64_form adds = form == A64_AUT ? A64_PAC : A64_PACZ;
	uint32_t pac = a64_info[adds].value;

	for (unsigned i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		set_field(adds, fields[i], get_field(form, fields[i], word), &pac);
	c->word[c->words++] = pac;
}

static bool is_authenticated(enum a64_form form)
{
	return starts(form, "LDRA_") || starts(form, "BRA") || starts(form, "BLRA") ||
	       form == A64_RETA;
}

/* Prologue, main part and epilogue. CPYF's source lies before its destination, and they do not
 * overlap. */
static void emit_memory_operation(struct draw *d, enum a64_form form, uint32_t word,
				  struct test_case *c)
{
	bool forward = form == A64_CPYF;

	add_load(c, get_field(form, "Rd", word), false,
		 forward ? WINDOW - 50 + draw(d, 150) : draw_address(d));
	if (form != A64_SET)
		add_load(c, get_field(form, "Rs", word), false,
			 forward ? WINDOW - 256 + draw(d, 106) : draw_address(d));
	add_load(c, get_field(form, "Rn", word), false,
		 draw(d, 4) == 0 ? draw(d, 8) : draw(d, 100));
	for (uint32_t stage = 0; stage < 3; stage++) {
		set_field(form, "stage", stage, &word);
		c->word[c->words++] = word;
	}
}

static bool is_memory_operation(enum a64_form form)
{
	return form == A64_CPY || form == A64_CPYF || form == A64_SET;
}

/* ---------------------------------------------------------------- branches */

static bool is_branch(enum a64_form form)
{
	return a64_info[form].pc != 0 &&
	       (strcmp(a64_info[form].timing, "branch") == 0 || is_authenticated(form));
}

enum { PADS = 4 };

/* BRK #i, or what a branch may or may not lead to in a guarded page: NOP, BTI with its targets,
 * PACIASP, PACIBSP. */
static void emit_pads(struct draw *d, struct test_case *c)
{
	static const uint32_t hints[] = {0xd503201f, 0xd503241f, 0xd503245f, 0xd503249f,
					 0xd50324df, 0xd503233f, 0xd503237f};

	for (uint32_t i = 1; i <= PADS; i++)
		c->word[c->words++] = draw(d, 2) != 0 ? 0xd4200000 | i << 5 : hints[draw(d, 7)];
}

/* Forward, to one of the words behind it; by register nearly always. */
static void emit_branch(struct draw *d, enum a64_form form, uint32_t word, struct test_case *c)
{
	static const char *const offsets[] = {"imm26", "imm19", "imm14"};
	uint32_t away = 1 + draw(d, PADS);
	bool indirect = field_of(form, "Rn") != NULL || form == A64_RETA;
	uint32_t Rn = form == A64_RETA ? 30 : get_field(form, "Rn", word);

	for (unsigned i = 0; i < 3; i++)
		set_field(form, offsets[i], away, &word);
	if (indirect && Rn != 31 && draw(d, 16) != 0)
		add_load(c, Rn, true, (c->words + away) * 4);
	else if (field_of(form, "Rt") != NULL && get_field(form, "Rt", word) != 31 &&
		 draw(d, 2) != 0)
		add_load(c, get_field(form, "Rt", word), false, (uint64_t)draw(d, 2) << 32);
	c->word[c->words++] = word;
	emit_pads(d, c);
}

/* ---------------------------------------------------------------- cases */

static unsigned any_register(struct draw *d)
{
	return draw(d, 32);
}

/* RMode; in half of the cases FZ16, FZ, DN and AHP as well. */
static uint32_t draw_fpcr(struct draw *d)
{
	uint32_t mode = draw(d, 4) << 22, others = draw(d, 16);

	return draw(d, 2) != 0 ? mode : mode | (others & 1) << 19 | others >> 1 << 24;
}

/* For MSR FPCR: a value that has none of FEAT_AFP's bits, which QEMU has. Nor has it AArch32's
 * flags of FPSR. */
static uint64_t draw_fpcr_value(struct draw *d)
{
	return (uint64_t)draw(d, 0x1000) << 16;
}

static void begin(struct draw *d, enum a64_form form, struct test_case *c)
{
	*c = (struct test_case){.form = form, .fpcr = draw_fpcr(d)};
}

void draw_one(struct draw *d, enum a64_form form, struct test_case *c)
{
	uint32_t word = word_of(d, form, any_register);

	begin(d, form, c);
	if (is_memory_operation(form)) {
		emit_memory_operation(d, form, word, c);
		return;
	}
	if (has_base(form))
		load_base(d, form, word, c);
	else if (form == A64_DC_ZVA || form == A64_CACHE_VA)
		add_load(c, get_field(form, "Rt", word), false, draw_address(d));
	else if (is_literal(form))
		set_field(form, "imm19", draw(d, 8) - 6, &word);
	if ((form == A64_STXR || form == A64_STXP) && draw(d, 4) != 0)
		emit_exclusive_load(form, word, (get_field(form, "Rn", word) + 1 + draw(d, 3)) % 31,
				    (get_field(form, "Rn", word) + 4 + draw(d, 3)) % 31, c);
	if (writes_fpcr(word) && (word & 31) != 31)
		add_load(c, word & 31, false, draw_fpcr_value(d));
	if ((form == A64_AUT || form == A64_AUTZ) && draw(d, 4) != 0)
		emit_code(form, word, c);
	if (is_authenticated(form))
		emit_authentication(form, word, c);
	if (is_branch(form))
		emit_branch(d, form, word, c);
	else
		c->word[c->words++] = word;
}

/* ---------------------------------------------------------------- streams */

enum {
	FREE_REGISTERS = 23,
	BASES = 5,
	R_INDEX = FREE_REGISTERS + BASES,
	R_FPCR,
	STREAM_WORDS = WORDS_MOST - 1, /* the last may be two, of an exclusive */
	BRANCH_MOST = 3,
};

static unsigned free_register(struct draw *d)
{
	unsigned n = draw(d, FREE_REGISTERS + 1);

	return n < FREE_REGISTERS ? n : 31;
}

/* Of B, B.cond, CBZ and so on: the field of the offset; NULL: no direct branch. */
static const char *branch_offset(enum a64_form form)
{
	static const char *const offsets[] = {"imm26", "imm19", "imm14"};

	for (unsigned i = 0; a64_info[form].pc != 0 && i < 3; i++)
		if (field_of(form, offsets[i]) != NULL)
			return offsets[i];
	return NULL;
}

/* Computations, loads and stores, direct branches, accesses to the registers of system_allowed().
 */
static bool in_streams(enum a64_form form)
{
	if (left_out(form) != NULL || is_authenticated(form))
		return false;
	if (strcmp(a64_info[form].timing, "system") == 0)
		return form == A64_MSR_reg || form == A64_MRS;
	return a64_info[form].pc == 0 || branch_offset(form) != NULL;
}

static void give_base(struct draw *d, enum a64_form form, uint32_t base, uint64_t index,
		      uint32_t *word, struct test_case *c)
{
	set_field(form, has_base(form) ? "Rn" : "Rt", base, word);
	if (has_base(form) && field_of(form, "Rm") != NULL)
		set_field(form, "Rm", R_INDEX, word);
	add_load(c, base, false,
		 draw_address(d) - (has_base(form) ? displacement(form, *word, index) : 0));
	if ((form == A64_STXR || form == A64_STXP) && draw(d, 4) != 0)
		emit_exclusive_load(form, *word, draw(d, 12), 12 + draw(d, 11), c);
}

/* Nothing, where it would need too much. */
static void emit_any(struct draw *d, struct test_case *c, unsigned *bases, uint64_t index)
{
	enum a64_form form = 1 + draw(d, A64_FORM_COUNT - 1);
	bool wants_base = has_base(form) || form == A64_DC_ZVA || form == A64_CACHE_VA;
	uint32_t word;

	if (!in_streams(form) || (wants_base && *bases == BASES) ||
	    (branch_offset(form) != NULL && c->words + BRANCH_MOST >= STREAM_WORDS))
		return;
	word = word_of(d, form, free_register);
	if (is_literal(form))
		set_field(form, "imm19", draw(d, 8) - 6, &word);
	if (branch_offset(form) != NULL)
		set_field(form, branch_offset(form), 1 + draw(d, BRANCH_MOST), &word);
	if (wants_base)
		give_base(d, form, FREE_REGISTERS + (*bases)++, index, &word, c);
	if (writes_fpcr(word) || writes_fpsr(word))
		word = (word & ~31u) | R_FPCR;
	c->word[c->words++] = word;
}

void draw_many(struct draw *d, struct test_case *c)
{
	unsigned bases = 0;
	uint64_t index = draw64(d);

	begin(d, A64_UNALLOCATED, c);
	add_load(c, R_INDEX, false, index);
	add_load(c, R_FPCR, false, draw_fpcr_value(d));
	while (c->words < STREAM_WORDS)
		emit_any(d, c, &bases, index);
}
