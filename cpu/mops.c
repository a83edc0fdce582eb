/*
 * Memory copy and memory set: FEAT_MOPS, in the order of a64.decode. Names and rules are those of
 * "Memory Copy and Memory Set" of DDI 0487.
 *
 * Of what is IMPLEMENTATION DEFINED: the formats are those of Option A (PSTATE.C is 0 after the
 * prologue). The prologue works up to the next end of a 4 KiB page, of either address; the main
 * part leaves less than 4 KiB, which is the epilogue's. CPY that may go either way goes forward.
 *
 * A fault leaves the registers as of the last piece that is complete, so that the same instruction
 * goes on there.
 */
#include "a64.h"
#include "exception.h"
#include "layout.h"
#include "mem.h"

enum stage { PROLOGUE, MAIN, EPILOGUE };
enum { STAGE_BYTES = 4096 };

#define C_FLAG 2u

/* An instruction under way. */
struct mops {
	struct cpu *cpu;
	enum stage stage;
	uint32_t Rd, Rs, Rn;
	uint32_t options; /* of the syndrome */
	bool is_set;
	bool read_unprivileged, write_unprivileged;
};

static struct outcome failed_mops(void)
{
	return (struct outcome){OUTCOME_EXCEPTION, 0};
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* ------------------------------------------------------------------ checks */

/* CheckMOPSEnabled(). */
static bool is_enabled(const struct cpu *cpu)
{
	bool guest = cpu->pstate.el < 2 && cpu_has(cpu, FEAT_EL2) && !el_is_in_host(cpu, 0);

	if (guest && HCRX_EL2_MSCEn(cpu->sysreg[SYSREG_HCRX_EL2]) == 0)
		return false;
	return cpu->pstate.el != 0 || SCTLR_EL1_MSCEn(current_sctlr(cpu)) != 0;
}

static struct outcome mismatched(const struct mops *m, bool wrong_option)
{
	unsigned Rs = m->Rs < SLOT_ZERO ? m->Rs : 31;
	uint64_t iss = FIELD_PUT(ISS_MOPS_MemInst, m->is_set) |
		       FIELD_PUT(ISS_MOPS_Options, m->options) |
		       FIELD_PUT(ISS_MOPS_FromEpilogue, m->stage == EPILOGUE) |
		       FIELD_PUT(ISS_MOPS_WrongOption, wrong_option) |
		       FIELD_PUT(ISS_MOPS_OptionA, 1) | FIELD_PUT(ISS_MOPS_destreg, m->Rd) |
		       FIELD_PUT(ISS_MOPS_srcreg, Rs) | FIELD_PUT(ISS_MOPS_sizereg, m->Rn);

	return raise(m->cpu, exception_mops(m->cpu, (uint32_t)iss));
}

/* Of main and epilogue, which have `left` bytes to do: the state is what this core's prologue made.
 */
static bool is_consistent(const struct mops *m, uint64_t left, struct outcome *outcome)
{
	if ((flags_nzcv(m->cpu->flags) & C_FLAG) != 0)
		*outcome = mismatched(m, true);
	else if (m->stage == EPILOGUE && left >= STAGE_BYTES)
		*outcome = mismatched(m, false);
	else
		return true;
	return false;
}

/* ------------------------------------------------------------------ pieces */

/* Where bytes within one unit of translation begin, which all have the translation of the first. */
struct piece {
	uint64_t va;
	pa_t pa;
};

static bool translate(const struct mops *m, uint64_t va, enum nw_access_type type,
		      struct piece *piece)
{
	const struct mem_how how = {.size = 1,
				    .align = 1,
				    .unprivileged = type == NW_LOAD ? m->read_unprivileged
								    : m->write_unprivileged};
	struct mem_target target;

	if (!mem_translate(m->cpu, va, &how, type, false, &target))
		return false;
	*piece = (struct piece){va, target.parts[0].pa};
	return true;
}

static struct cpu_page page_at(const struct cpu *cpu, pa_t pa)
{
	return cpu->config.bus.page(cpu->config.bus.ctx, pa);
}

/* A number of bytes further in the same unit. */
static struct piece moved(struct piece p, uint64_t bytes)
{
	return (struct piece){p.va + bytes, {p.pa.value + bytes}};
}

/* What a store to a page of RAM has to tell. */
static void stored(struct cpu *cpu, struct cpu_page page, struct piece at, unsigned size)
{
	struct mem_part part = {.va = at.va, .size = size, .pa = at.pa, .page = page};

	if ((*page.flags & PAGE_HAS_CODE) != 0)
		code_written(engine_of(cpu), page, (unsigned)(at.pa.value & 4095), size);
	if ((*page.flags & PAGE_MARKED) != 0)
		mem_clear_mark(cpu, &part);
}

/* Bytes from an address to the end of its page of 4 KiB, of the unit of translation. */
static uint64_t to_page_end(uint64_t address)
{
	return 4096 - (address & 4095);
}

static uint64_t to_unit_end(const struct mops *m, uint64_t va)
{
	uint64_t unit = UINT64_C(1) << engine_of(m->cpu)->page_bits;

	return unit - (va & (unit - 1));
}

/* As a store of the program: of a device, byte by byte. */
static bool store_byte(const struct mops *m, uint64_t va, uint8_t byte)
{
	const struct mem_how how = {.size = 1, .align = 1, .unprivileged = m->write_unprivileged};

	return mem_store(m->cpu, va, &byte, &how);
}

static bool load_byte(const struct mops *m, uint64_t va, uint8_t *byte)
{
	const struct mem_how how = {.size = 1, .align = 1, .unprivileged = m->read_unprivileged};

	return mem_load(m->cpu, va, byte, &how);
}

/* ------------------------------------------------------------------ memory set */

static bool is_ram(const struct cpu *cpu, pa_t pa)
{
	return page_at(cpu, pa).host != NULL;
}

/* At most size bytes from va, at least one; 0: a fault. */
static uint64_t set_piece(const struct mops *m, uint64_t va, uint64_t size, uint8_t byte)
{
	struct cpu *cpu = m->cpu;
	struct piece to;

	size = smaller(size, to_unit_end(m, va));
	if (!translate(m, va, NW_STORE, &to))
		return 0;
	if (!is_ram(cpu, to.pa))
		return store_byte(m, va, byte);

	uint64_t done = 0;

	for (uint64_t step; done < size && is_ram(cpu, moved(to, done).pa); done += step) {
		struct piece at = moved(to, done);
		struct cpu_page page = page_at(cpu, at.pa);

		step = smaller(size - done, to_page_end(at.va));
		memset(page.host + (at.pa.value & 4095), byte, step);
		stored(cpu, page, at, (unsigned)step);
	}
	cpu->counts.store[cpu->pstate.el]++;
	return done;
}

static struct outcome set_prologue(const struct mops *m, uint8_t byte)
{
	uint64_t *x = m->cpu->x;
	uint64_t left, done;

	x[m->Rn] = smaller(x[m->Rn], INT64_MAX);
	for (left = smaller(x[m->Rn], to_page_end(x[m->Rd])); left > 0; left -= done) {
		done = set_piece(m, x[m->Rd], left, byte);
		if (done == 0)
			return failed_mops();
		x[m->Rd] += done;
		x[m->Rn] -= done;
	}
	x[m->Rd] += x[m->Rn];
	x[m->Rn] = -x[m->Rn];
	m->cpu->flags = flags_from(0);
	return NEXT;
}

/* Xd is the end, Xn minus the bytes that are left. */
static struct outcome set_rest(const struct mops *m, uint8_t byte)
{
	uint64_t *x = m->cpu->x;
	struct outcome outcome;
	uint64_t done;

	if (x[m->Rn] == 0)
		return NEXT;
	if (!is_consistent(m, -x[m->Rn], &outcome))
		return outcome;

	uint64_t left = m->stage == MAIN ? -x[m->Rn] & ~(uint64_t)(STAGE_BYTES - 1) : -x[m->Rn];

	for (; left > 0; left -= done) {
		done = set_piece(m, x[m->Rd] + x[m->Rn], left, byte);
		if (done == 0)
			return failed_mops();
		x[m->Rn] += done;
	}
	return NEXT;
}

struct outcome exec_SET(struct cpu *cpu, const struct a64_SET *i)
{
	const struct mops m = {.cpu = cpu,
			       .stage = (enum stage)i->stage,
			       .Rd = i->Rd,
			       .Rs = i->Rs,
			       .Rn = i->Rn,
			       .options = i->options,
			       .is_set = true,
			       .write_unprivileged = (i->options & 1) != 0};
	uint8_t byte = (uint8_t)cpu->x[i->Rs];

	if (!is_enabled(cpu))
		return raise(cpu, exception_undefined(cpu));
	return m.stage == PROLOGUE ? set_prologue(&m, byte) : set_rest(&m, byte);
}

/* ------------------------------------------------------------------ memory copy */

/* size bytes, within a page of 4 KiB each. */
static void copy_bytes(const struct mops *m, struct piece to, struct piece from, uint64_t size)
{
	struct cpu_page target = page_at(m->cpu, to.pa), source = page_at(m->cpu, from.pa);

	memmove(target.host + (to.pa.value & 4095), source.host + (from.pa.value & 4095), size);
	stored(m->cpu, target, to, (unsigned)size);
}

/*
 * The bytes of two ranges within a page of 4 KiB each; how many were copied, 0: a fault. Of a
 * device it is one: the first, or backward the last.
 */
static uint64_t copy_piece(const struct mops *m, uint64_t to, uint64_t from, uint64_t size,
			   bool backward)
{
	struct cpu *cpu = m->cpu;
	uint64_t at = backward ? size - 1 : 0;
	struct piece source, target;
	uint8_t byte;

	if (!translate(m, from, NW_LOAD, &source) || !translate(m, to, NW_STORE, &target))
		return 0;
	if (!is_ram(cpu, source.pa) || !is_ram(cpu, target.pa))
		return load_byte(m, from + at, &byte) && store_byte(m, to + at, byte);
	copy_bytes(m, target, source, size);
	cpu->counts.load[cpu->pstate.el]++;
	cpu->counts.store[cpu->pstate.el]++;
	return size;
}

/* At most size bytes of two ranges that begin there. */
static uint64_t copy_forward(const struct mops *m, uint64_t to, uint64_t from, uint64_t size)
{
	size = smaller(size, smaller(to_page_end(to), to_page_end(from)));
	return copy_piece(m, to, from, size, false);
}

static uint64_t from_page_start(uint64_t end)
{
	return ((end - 1) & 4095) + 1;
}

/* ... of two ranges that end there. */
static uint64_t copy_backward(const struct mops *m, uint64_t to, uint64_t from, uint64_t size)
{
	size = smaller(size, smaller(from_page_start(to), from_page_start(from)));
	return copy_piece(m, to - size, from - size, size, true);
}

/* IsMemCpyForward(). */
static bool goes_forward(uint64_t to, uint64_t from, uint64_t size)
{
	const uint64_t address = (UINT64_C(1) << 56) - 1;

	from &= address;
	to &= address;
	return !(from < to && from + size > to);
}

static struct outcome prologue_forward(const struct mops *m)
{
	uint64_t *x = m->cpu->x, done;
	uint64_t left = smaller(to_page_end(x[m->Rd]), to_page_end(x[m->Rs]));

	for (left = smaller(left, x[m->Rn]); left > 0; left -= done) {
		done = copy_forward(m, x[m->Rd], x[m->Rs], left);
		if (done == 0)
			return failed_mops();
		x[m->Rd] += done;
		x[m->Rs] += done;
		x[m->Rn] -= done;
	}
	x[m->Rd] += x[m->Rn];
	x[m->Rs] += x[m->Rn];
	x[m->Rn] = -x[m->Rn];
	m->cpu->flags = flags_from(0);
	return NEXT;
}

/* Xd and Xs are the starts and stay, Xn is the bytes that are left: those at the start. */
static struct outcome prologue_backward(const struct mops *m)
{
	uint64_t *x = m->cpu->x, done;
	uint64_t left =
		smaller(from_page_start(x[m->Rd] + x[m->Rn]), from_page_start(x[m->Rs] + x[m->Rn]));

	for (left = smaller(left, x[m->Rn]); left > 0; left -= done) {
		done = copy_backward(m, x[m->Rd] + x[m->Rn], x[m->Rs] + x[m->Rn], left);
		if (done == 0)
			return failed_mops();
		x[m->Rn] -= done;
	}
	m->cpu->flags = flags_from(0);
	return NEXT;
}

/* What main and epilogue leave. */
static uint64_t least_piece(const struct mops *m)
{
	return m->stage == MAIN ? STAGE_BYTES : 1;
}

/* Xd and Xs are the ends, Xn minus the bytes that are left. */
static struct outcome rest_forward(const struct mops *m)
{
	uint64_t *x = m->cpu->x;

	while (-x[m->Rn] >= least_piece(m)) {
		uint64_t to = x[m->Rd] + x[m->Rn], from = x[m->Rs] + x[m->Rn];
		uint64_t done = copy_forward(m, to, from, -x[m->Rn]);

		if (done == 0)
			return failed_mops();
		x[m->Rn] += done;
	}
	return NEXT;
}

static struct outcome rest_backward(const struct mops *m)
{
	uint64_t *x = m->cpu->x;

	while (x[m->Rn] >= least_piece(m)) {
		uint64_t to = x[m->Rd] + x[m->Rn], from = x[m->Rs] + x[m->Rn];
		uint64_t done = copy_backward(m, to, from, x[m->Rn]);

		if (done == 0)
			return failed_mops();
		x[m->Rn] -= done;
	}
	return NEXT;
}

static struct outcome copy_rest(const struct mops *m, bool forward)
{
	uint64_t left = m->cpu->x[m->Rn];
	struct outcome outcome;

	if (left == 0)
		return NEXT;
	if (!is_consistent(m, forward ? -left : left, &outcome))
		return outcome;
	return forward ? rest_forward(m) : rest_backward(m);
}

static struct outcome copy_prologue(const struct mops *m, bool forward_only)
{
	uint64_t *x = m->cpu->x;

	x[m->Rn] = smaller(x[m->Rn], forward_only ? INT64_MAX : INT64_C(0x007fffffffffffff));
	if (forward_only || goes_forward(x[m->Rd], x[m->Rs], x[m->Rn]))
		return prologue_forward(m);
	return prologue_backward(m);
}

static struct outcome copy(const struct mops *m, bool forward_only)
{
	if (!is_enabled(m->cpu))
		return raise(m->cpu, exception_undefined(m->cpu));
	if (m->stage == PROLOGUE)
		return copy_prologue(m, forward_only);
	return copy_rest(m, forward_only || (int64_t)m->cpu->x[m->Rn] < 0);
}

struct outcome exec_CPYF(struct cpu *cpu, const struct a64_CPYF *i)
{
	const struct mops m = {.cpu = cpu,
			       .stage = (enum stage)i->stage,
			       .Rd = i->Rd,
			       .Rs = i->Rs,
			       .Rn = i->Rn,
			       .options = i->options,
			       .write_unprivileged = (i->options & 1) != 0,
			       .read_unprivileged = (i->options & 2) != 0};

	return copy(&m, true);
}

struct outcome exec_CPY(struct cpu *cpu, const struct a64_CPY *i)
{
	const struct mops m = {.cpu = cpu,
			       .stage = (enum stage)i->stage,
			       .Rd = i->Rd,
			       .Rs = i->Rs,
			       .Rn = i->Rn,
			       .options = i->options,
			       .write_unprivileged = (i->options & 1) != 0,
			       .read_unprivileged = (i->options & 2) != 0};

	return copy(&m, false);
}
