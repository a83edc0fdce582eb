/*
 * Writes the code of a page. Hot parts in the order of the ops, then cold parts, then entries of
 * loops from outside, where they load what the loop keeps in host registers.
 */
#include "emit.h"

#include "arith.h"

#include <string.h>

enum { STUB_SIZE = 7, LOAD_SIZE = 7, JUMP_SIZE = 5, MOVE_SIZE = 3 };
enum { REX = 0x40, REX_W = 8, REX_R = 4, REX_B = 1 };

/* ---------------------------------------------------------------- holes */

static uint64_t register_at(const struct op *op, unsigned k)
{
	return offsetof(struct cpu, x) + op->b[k] * sizeof(uint64_t);
}

static uint64_t vector_at(const struct op *op, unsigned k)
{
	return offsetof(struct cpu, v) + op->b[k] * sizeof(union vreg);
}

static uint64_t shifted_immediate(const struct op *op, unsigned left)
{
	return (uint64_t)(int64_t)op->imm << left;
}

/* The value of a hole that needs nothing but the op. */
static uint64_t hole_value(enum hole hole, const struct op *op)
{
	switch (hole) {
	case HOLE_R0:
	case HOLE_R1:
	case HOLE_R2:
	case HOLE_R3:
		return register_at(op, (unsigned)hole - HOLE_R0);
	case HOLE_B0:
	case HOLE_B1:
	case HOLE_B2:
	case HOLE_B3:
		return op->b[hole - HOLE_B0];
	case HOLE_Q0:
	case HOLE_Q1:
	case HOLE_Q2:
	case HOLE_Q3:
		return vector_at(op, (unsigned)hole - HOLE_Q0);
	case HOLE_IMM:
		return shifted_immediate(op, 0);
	case HOLE_IMM_1:
	case HOLE_IMM_2:
	case HOLE_IMM_3:
	case HOLE_IMM_4:
		return shifted_immediate(op, (unsigned)hole - HOLE_IMM);
	case HOLE_IMM_12:
		return shifted_immediate(op, 12);
	case HOLE_MASK:
		return BITMASK[op->imm];
	case HOLE_FLAGS_NZ:
		return flags_from(op->b[2]).nz;
	case HOLE_FLAGS_A:
		return flags_from(op->b[2]).a;
	case HOLE_FLAGS_B:
		return flags_from(op->b[2]).b;
	case HOLE_OP:
		return (uintptr_t)op;
	case HOLE_TO:
		return (uintptr_t)(op + op->imm);
	case HOLE_DELTA:
		return (uint64_t)((int64_t)(op->imm - 1) * OP_SIZE);
	default:
		return op_index(op) * 4;
	}
}

/* A patch whose value is not known before the layout is. */
static bool is_place(enum hole hole)
{
	return hole == HOLE_TAKEN || hole == HOLE_HOT || hole == HOLE_COLD;
}

/* Each immediate of the stencil holds its operand: 32 bits are extended with their sign. */
static bool fits(const struct stencil *stencil, const struct op *op)
{
	for (unsigned i = 0; i < stencil->patch_count; i++) {
		const struct patch *p = &stencil_patches[stencil->first_patch + i];
		int64_t value = 0;

		if (!is_place(p->hole))
			value = (int64_t)hole_value(p->hole, op) + p->addend;
		if ((p->kind == PATCH_32S && value != (int32_t)value) ||
		    (p->kind == PATCH_32 && value != (int64_t)(uint32_t)value))
			return false;
	}
	return true;
}

/* ---------------------------------------------------------------- mapped registers */

/* The host register that stands for what the instruction accesses; 0: none. */
static unsigned host_of(const struct loop *loop, const struct stencil *stencil,
			const struct access *access, const struct op *op)
{
	const struct patch *patch;

	return loop != NULL ? loop->host[access_slot(stencil, access, op, &patch)] : 0;
}

/* Nobody reads what was written for XZR. */
static bool is_dropped(const struct stencil *stencil, const struct access *access,
		       const struct op *op)
{
	const struct patch *patch;

	return access->kind == ACCESS_WRITE &&
	       access_slot(stencil, access, op, &patch) == SLOT_SINK;
}

static bool has_rex(const uint8_t *instruction)
{
	return (instruction[0] & 0xf0) == REX;
}

/* How much longer the instruction becomes: a read loses its displacement, and needs REX. */
static int growth(const struct loop *loop, const struct stencil *stencil,
		  const struct access *access, const struct op *op)
{
	if (is_dropped(stencil, access, op))
		return access->start - access->end;
	if (host_of(loop, stencil, access, op) == 0)
		return 0;
	if (access->kind == ACCESS_WRITE)
		return MOVE_SIZE;
	if (access->kind == ACCESS_SET)
		return LOAD_SIZE;
	return has_rex(stencil_code + stencil->code + access->start) ? -4 : -3;
}

/* One op and its stencil, as it is written. */
struct piece {
	const struct stencil *stencil;
	const struct op *op;
	const struct loop *loop;
};

static struct piece piece_of(const struct layout *layout, const struct code_page *page, unsigned i)
{
	return (struct piece){layout->stencils[i], &page->ops[i], layout->loop_of[i]};
}

/* How much further the byte at `offset` of the stencil is behind the start of its part. */
static int32_t moved(const struct piece *p, uint32_t offset, bool cold)
{
	int32_t by = 0;

	for (unsigned k = 0; k < p->stencil->access_count; k++) {
		const struct access *a = &stencil_accesses[p->stencil->first_access + k];
		bool before = a->kind == ACCESS_READ ? a->start < offset : a->end <= offset;

		if (before && (a->start >= p->stencil->hot_size) == cold)
			by += growth(p->loop, p->stencil, a, p->op);
	}
	return by;
}

static uint32_t hot_size(const struct piece *p)
{
	return (uint32_t)(p->stencil->hot_size + moved(p, p->stencil->hot_size, false));
}

static uint32_t cold_size(const struct piece *p)
{
	uint32_t end = (uint32_t)p->stencil->hot_size + p->stencil->cold_size;

	return (uint32_t)(p->stencil->cold_size + moved(p, end, true));
}

/* mov SLOT(%rdi),%host */
static uint8_t *write_load(uint8_t *to, unsigned slot, unsigned host)
{
	uint32_t displacement = (uint32_t)(offsetof(struct cpu, x) + slot * sizeof(uint64_t));

	*to++ = REX | REX_W | REX_R;
	*to++ = 0x8b;
	*to++ = (uint8_t)(0x87 | (host & 7) << 3);
	memcpy(to, &displacement, sizeof(displacement));
	return to + sizeof(displacement);
}

static uint8_t *write_loads(uint8_t *to, const struct loop *loop)
{
	for (unsigned slot = 0; slot < SLOT_COUNT; slot++)
		if (loop->host[slot] != 0)
			to = write_load(to, slot, loop->host[slot]);
	return to;
}

/* The operand in memory becomes a host register. */
static uint8_t *write_read(uint8_t *to, const uint8_t *from, const uint8_t *end,
			   const uint8_t *displacement, unsigned host)
{
	const uint8_t *modrm = displacement - 1;

	*to++ = (uint8_t)((has_rex(from) ? *from++ : REX) | REX_B);
	while (from < modrm)
		*to++ = *from++;
	*to++ = (uint8_t)(0xc0 | (*modrm & 0x38) | (host & 7));
	for (from = displacement + 4; from < end;)
		*to++ = *from++;
	return to;
}

/* What follows the write of a mapped register: mov %REG,%host, of the same REG, or a load. */
static uint8_t *write_update(uint8_t *to, const struct access *access, const uint8_t *instruction,
			     unsigned slot, unsigned host)
{
	if (access->kind == ACCESS_SET)
		return write_load(to, slot, host);
	*to++ = (uint8_t)(REX | REX_W | REX_B | (instruction[0] & REX_R));
	*to++ = 0x89;
	*to++ = (uint8_t)(0xc0 | (instruction[2] & 0x38) | (host & 7));
	return to;
}

/* The code [from, end) of the stencil, accesses to mapped registers changed. */
static void write_code(const struct piece *p, uint32_t from, uint32_t end, uint8_t *to)
{
	const uint8_t *code = stencil_code + p->stencil->code;

	for (unsigned k = 0; k < p->stencil->access_count; k++) {
		const struct access *a = &stencil_accesses[p->stencil->first_access + k];
		const struct patch *patch;
		unsigned slot = access_slot(p->stencil, a, p->op, &patch);
		unsigned host = host_of(p->loop, p->stencil, a, p->op);
		bool dropped = is_dropped(p->stencil, a, p->op);
		uint32_t plain = a->kind == ACCESS_READ || dropped ? a->start : a->end;

		if (a->start < from || a->start >= end || (host == 0 && !dropped))
			continue;
		memcpy(to, code + from, plain - from);
		to += plain - from;
		if (a->kind == ACCESS_READ)
			to = write_read(to, code + a->start, code + a->end, code + patch->offset,
					host);
		else if (!dropped)
			to = write_update(to, a, code + a->start, slot, host);
		from = a->end;
	}
	memcpy(to, code + from, end - from);
}

/* The displacement of an operand that became a register, or of a write that was left out. */
static bool is_gone(const struct piece *p, const struct patch *patch)
{
	for (unsigned k = 0; k < p->stencil->access_count; k++) {
		const struct access *a = &stencil_accesses[p->stencil->first_access + k];

		if (patch->offset < a->start || patch->offset >= a->end)
			continue;
		return is_dropped(p->stencil, a, p->op) ||
		       (a->kind == ACCESS_READ && host_of(p->loop, p->stencil, a, p->op) != 0);
	}
	return false;
}

/* ---------------------------------------------------------------- layout */

static bool is_first(const struct layout *layout, unsigned i)
{
	return layout->loop_of[i] != NULL && layout->loop_of[i]->first == i;
}

/* Ops that may come next after code was left: those behind what leaves it, and targets of branches.
 */
static void find_leaders(const struct layout *layout, const struct code_page *page,
			 bool leaders[OPS_PER_PAGE + 1])
{
	unsigned to;

	for (unsigned i = 0; i < OPS_PER_PAGE; i++) {
		if (!layout_branches(layout, page, i, &to))
			continue;
		leaders[i + 1] = true;
		leaders[to] = true;
	}
}

static uint32_t lay_out_parts(struct layout *layout, const struct code_page *page)
{
	uint32_t at = 0;

	for (unsigned i = 0; i < OPS_PER_PAGE; i++) {
		const struct piece p = piece_of(layout, page, i);

		layout->entry[i] = p.stencil != NULL && p.loop == NULL ? at : NO_ENTRY;
		if (is_first(layout, i)) {
			layout->entry[i] = at;
			at += p.loop->mapped * LOAD_SIZE;
		}
		layout->hot[i] = at;
		at += p.stencil != NULL ? hot_size(&p) : STUB_SIZE;
	}
	layout->hot[OPS_PER_PAGE] = at;
	at += STUB_SIZE;
	for (unsigned i = 0; i < OPS_PER_PAGE; i++) {
		const struct piece p = piece_of(layout, page, i);

		layout->cold[i] = at;
		at += p.stencil != NULL ? cold_size(&p) : 0;
	}
	return at;
}

size_t layout_of(struct layout *layout, const struct code_page *page)
{
	bool leaders[OPS_PER_PAGE + 1] = {false};
	uint32_t at;

	for (unsigned i = 0; i < OPS_PER_PAGE; i++)
		if (layout->stencils[i] != NULL && !fits(layout->stencils[i], &page->ops[i]))
			layout->stencils[i] = NULL;
	layout_find_loops(layout, page);
	find_leaders(layout, page, leaders);
	at = lay_out_parts(layout, page);
	for (unsigned i = 0; i < OPS_PER_PAGE; i++) {
		const struct loop *loop = layout->loop_of[i];

		if (loop == NULL || !leaders[i] || layout->entry[i] != NO_ENTRY)
			continue;
		layout->entry[i] = at;
		at += loop->mapped * LOAD_SIZE + JUMP_SIZE;
	}
	return at;
}

/* ---------------------------------------------------------------- writing */

/* mov $op,%esi; jmp *(%rsi) */
static void write_stub(uint8_t *to, const struct op *op)
{
	uint32_t address = (uint32_t)(uintptr_t)op;

	to[0] = 0xbe;
	memcpy(&to[1], &address, sizeof(address));
	to[5] = 0xff;
	to[6] = 0x26;
}

/* The loads of an op's loop, and a jump where the op does not follow. */
static void write_entry(const struct layout *layout, unsigned i)
{
	uint8_t *to = write_loads(layout->written + layout->entry[i], layout->loop_of[i]);
	uint32_t at = (uint32_t)(to - layout->written),
		 distance = layout->hot[i] - (at + JUMP_SIZE);

	if (at == layout->hot[i])
		return;
	*to++ = 0xe9;
	memcpy(to, &distance, sizeof(distance));
}

/* Where a branch from op i to op `to` goes: into the same loop, or from outside. */
static uint32_t taken_place(const struct layout *layout, unsigned i, unsigned to)
{
	if (layout->loop_of[to] == layout->loop_of[i] || layout->entry[to] == NO_ENTRY)
		return layout->hot[to];
	return layout->entry[to];
}

/* The place that a patch refers to, as its value before it becomes relative. */
static uint64_t place_value(const struct layout *layout, const struct piece *p, unsigned i,
			    const struct patch *patch)
{
	uint32_t target = (uint32_t)(patch->addend + 4), hot = p->stencil->hot_size;

	if (patch->hole == HOLE_TAKEN)
		return layout->runs + taken_place(layout, i, (unsigned)((int32_t)i + p->op->imm)) -
		       4;
	if (patch->hole == HOLE_HOT)
		return layout->runs + layout->hot[i] + target +
		       (uint64_t)(int64_t)moved(p, target, false) - 4;
	return layout->runs + layout->cold[i] + target +
	       (uint64_t)(int64_t)moved(p, hot + target, true) - 4;
}

static void write_patch(const struct layout *layout, const struct piece *p, unsigned i,
			const struct patch *patch)
{
	bool cold = patch->offset >= p->stencil->hot_size;
	uint32_t start = cold ? layout->cold[i] - p->stencil->hot_size : layout->hot[i];
	uint32_t at = start + patch->offset + (uint32_t)moved(p, patch->offset, cold);
	uint64_t value;

	if (is_place(patch->hole))
		value = place_value(layout, p, i, patch);
	else
		value = hole_value(patch->hole, p->op) + (uint64_t)(int64_t)patch->addend;
	if (patch->kind == PATCH_RELATIVE)
		value -= layout->runs + at;
	memcpy(layout->written + at, &value,
	       patch->kind == PATCH_8    ? 1
	       : patch->kind == PATCH_64 ? 8
					 : 4);
}

static void write_op(const struct layout *layout, const struct code_page *page, unsigned i)
{
	const struct piece p = piece_of(layout, page, i);
	uint32_t hot;

	if (p.stencil == NULL) {
		write_stub(layout->written + layout->hot[i], p.op);
		return;
	}
	hot = p.stencil->hot_size;
	write_code(&p, 0, hot, layout->written + layout->hot[i]);
	write_code(&p, hot, hot + p.stencil->cold_size, layout->written + layout->cold[i]);
	for (unsigned k = 0; k < p.stencil->patch_count; k++) {
		const struct patch *patch = &stencil_patches[p.stencil->first_patch + k];

		if (!is_gone(&p, patch))
			write_patch(layout, &p, i, patch);
	}
	if (p.loop != NULL && layout->entry[i] != NO_ENTRY)
		write_entry(layout, i);
}

void layout_write(const struct layout *layout, const struct code_page *page)
{
	for (unsigned i = 0; i < OPS_PER_PAGE; i++)
		write_op(layout, page, i);
	write_stub(layout->written + layout->hot[OPS_PER_PAGE], &page->ops[OPS_PER_PAGE]);
}
