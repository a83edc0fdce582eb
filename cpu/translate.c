/*
 * The second tier: a page's decoded ops as host code, copied from stencils and patched. The code of
 * an op has the arguments of a handler, so that op->fn = code, and handlers and code call each
 * other without glue.
 *
 * What has no stencil, and what was not executed yet, is a jump through op->fn. All hot parts of a
 * page lie in the order of the ops, its cold parts behind them. Code is made and thrown away
 * between runs, or by a handler (a store to the page): handlers leave by op->fn, never into the
 * middle of code.
 */
#define _GNU_SOURCE /* MAP_32BIT, memfd_create */
#include "translate.h"

#include "arith.h"
#include "stencils.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	CODE_BYTES = 16 << 20,
	HASH_SIZE = 8192,
	HEAT = 32768,   /* instructions that are executed in a page before it is translated */
	LOSSES_MAX = 8, /* a page that is written again and again is not worth it */
	STUB_SIZE = 7,
};

struct translator {
	uint8_t *code;      /* below 2 GiB */
	ptrdiff_t writable; /* code + writable is the same memory, to be written */
	size_t used;
	const struct stencil *by_handler[HASH_SIZE];
};

/* Where the ops of a page go. */
struct layout {
	const struct stencil *stencils[OPS_PER_PAGE]; /* NULL: a jump through op->fn */
	uint32_t hot[OPS_PER_PAGE + 1], cold[OPS_PER_PAGE + 1];
};

/* ---------------------------------------------------------------- memory */

/* Memory whose addresses are immediates of host instructions. */
void *low_memory(size_t size)
{
#ifdef MAP_32BIT
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_32BIT, -1, 0);

	return memory != MAP_FAILED ? memory : NULL;
#else
	(void)size;
	return NULL;
#endif
}

/* Code and its writable twin, where no memory may be both. */
static bool map_twins(struct translator *t)
{
#ifdef MAP_32BIT
	int file = memfd_create("code", MFD_CLOEXEC);
	void *code = MAP_FAILED, *twin = MAP_FAILED;

	if (file >= 0 && ftruncate(file, CODE_BYTES) == 0) {
		code = mmap(NULL, CODE_BYTES, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_32BIT, file,
			    0);
		twin = mmap(NULL, CODE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	}
	if (file >= 0)
		close(file);
	if (code != MAP_FAILED && twin != MAP_FAILED) {
		t->code = code;
		t->writable = (uint8_t *)twin - t->code;
		return true;
	}
	if (code != MAP_FAILED)
		munmap(code, CODE_BYTES);
	if (twin != MAP_FAILED)
		munmap(twin, CODE_BYTES);
#else
	(void)t;
#endif
	return false;
}

static bool map_code(struct translator *t)
{
	t->code = low_memory(CODE_BYTES);
	if (t->code != NULL &&
	    mprotect(t->code, CODE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC) == 0)
		return true;
	if (t->code != NULL)
		munmap(t->code, CODE_BYTES);
	return map_twins(t);
}

/* ---------------------------------------------------------------- stencils by handler */

static unsigned hash_of(fast_handler *handler)
{
	return (unsigned)((uintptr_t)handler * UINT64_C(0x9e3779b97f4a7c15) >> 51) % HASH_SIZE;
}

static const struct stencil *stencil_of(const struct translator *t, fast_handler *handler)
{
	unsigned at = hash_of(handler);

	while (t->by_handler[at] != NULL && t->by_handler[at]->handler != handler)
		at = (at + 1) % HASH_SIZE;
	return t->by_handler[at];
}

static void add_stencil(struct translator *t, const struct stencil *stencil)
{
	unsigned at = hash_of(stencil->handler);

	while (t->by_handler[at] != NULL && t->by_handler[at]->handler != stencil->handler)
		at = (at + 1) % HASH_SIZE;
	t->by_handler[at] = stencil;
}

struct translator *translator_new(void)
{
	struct translator *t;

	/* At most half of the table is used, so that a search ends soon. */
	if (stencil_count == 0 || stencil_count > HASH_SIZE / 2)
		return NULL;
	t = calloc(1, sizeof(*t));
	if (t == NULL || !map_code(t)) {
		free(t);
		return NULL;
	}
	for (unsigned i = 0; i < stencil_count; i++)
		add_stencil(t, &stencils[i]);
	return t;
}

void translator_free(struct translator *t)
{
	if (t == NULL)
		return;
	if (t->writable != 0)
		munmap(t->code + t->writable, CODE_BYTES);
	munmap(t->code, CODE_BYTES);
	free(t);
}

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

/* ---------------------------------------------------------------- translation */

static bool is_code(const struct translator *t, fast_handler *fn)
{
	return (uintptr_t)fn - (uintptr_t)t->code < CODE_BYTES;
}

/* The size of all. */
static size_t lay_out(const struct translator *t, const struct code_page *page,
		      struct layout *layout)
{
	uint32_t at = 0;

	for (unsigned i = 0; i < OPS_PER_PAGE; i++) {
		const struct op *op = &page->ops[i];
		const struct stencil *stencil = stencil_of(t, op->fn);

		if (stencil != NULL && !fits(stencil, op))
			stencil = NULL;
		layout->stencils[i] = stencil;
		layout->hot[i] = at;
		at += stencil != NULL ? stencil->hot_size : STUB_SIZE;
	}
	layout->hot[OPS_PER_PAGE] = at;
	at += STUB_SIZE;
	for (unsigned i = 0; i < OPS_PER_PAGE; i++) {
		layout->cold[i] = at;
		at += layout->stencils[i] != NULL ? layout->stencils[i]->cold_size : 0;
	}
	return at;
}

/* mov $op,%esi; jmp *(%rsi) */
static void write_stub(uint8_t *to, const struct op *op)
{
	uint32_t address = (uint32_t)(uintptr_t)op;

	to[0] = 0xbe;
	memcpy(&to[1], &address, sizeof(address));
	to[5] = 0xff;
	to[6] = 0x26;
}

/* Where code of the page begins, as it runs and as it is written. */
struct target {
	uintptr_t runs;
	uint8_t *written;
};

static uintptr_t place_value(const struct layout *layout, const struct target *target, unsigned i,
			     const struct op *op, enum hole hole)
{
	if (hole == HOLE_TAKEN)
		return target->runs + layout->hot[(int32_t)i + op->imm];
	return target->runs + (hole == HOLE_HOT ? layout->hot[i] : layout->cold[i]);
}

static void write_patch(const struct layout *layout, const struct target *target, unsigned i,
			const struct op *op, const struct patch *p)
{
	unsigned hot = layout->stencils[i]->hot_size;
	uint32_t at =
		p->offset < hot ? layout->hot[i] + p->offset : layout->cold[i] + (p->offset - hot);
	enum hole hole = p->hole;
	uint64_t value =
		is_place(hole) ? place_value(layout, target, i, op, hole) : hole_value(hole, op);

	value += (uint64_t)(int64_t)p->addend;
	if (p->kind == PATCH_RELATIVE)
		value -= target->runs + at;
	memcpy(target->written + at, &value, p->kind == PATCH_8 ? 1 : p->kind == PATCH_64 ? 8 : 4);
}

static void write_op(const struct layout *layout, const struct target *target, unsigned i,
		     const struct op *op)
{
	const struct stencil *stencil = layout->stencils[i];

	if (stencil == NULL) {
		write_stub(target->written + layout->hot[i], op);
		return;
	}
	memcpy(target->written + layout->hot[i], stencil_code + stencil->code, stencil->hot_size);
	memcpy(target->written + layout->cold[i], stencil_code + stencil->code + stencil->hot_size,
	       stencil->cold_size);
	for (unsigned k = 0; k < stencil->patch_count; k++)
		write_patch(layout, target, i, op, &stencil_patches[stencil->first_patch + k]);
}

/* Ops of a page that was translated before: handlers again. */
static void decode_again(struct engine *e, struct code_page *page)
{
	for (unsigned i = 0; i < OPS_PER_PAGE; i++)
		if (is_code(e->translator, page->ops[i].fn))
			fast_decode_op(e, &page->ops[i]);
}

static void translate(struct engine *e, struct code_page *page)
{
	struct translator *t = e->translator;
	struct layout layout;
	struct target target;

	decode_again(e, page);

	size_t size = lay_out(t, page, &layout);

	if (size > CODE_BYTES - t->used) {
		code_untranslate_all(e);
		t->used = 0;
	}
	target.runs = (uintptr_t)t->code + t->used;
	target.written = t->code + t->writable + t->used;
	for (unsigned i = 0; i < OPS_PER_PAGE; i++)
		write_op(&layout, &target, i, &page->ops[i]);
	write_stub(target.written + layout.hot[OPS_PER_PAGE], &page->ops[OPS_PER_PAGE]);
	for (unsigned i = 0; i < OPS_PER_PAGE; i++)
		if (layout.stencils[i] != NULL)
			page->ops[i].fn = (fast_handler *)(target.runs + layout.hot[i]);
	page->translated = true;
	page->fresh = 0;
	page->heat = 0;
	t->used += size;
}

void translate_undo(struct engine *e, struct code_page *page)
{
	if (!page->translated)
		return;
	for (unsigned i = 0; i < OPS_PER_PAGE; i++)
		if (is_code(e->translator, page->ops[i].fn))
			page->ops[i].fn = fast_decode;
	page->translated = false;
	page->losses++;
}

void translate_all(struct engine *e, struct code_page *page)
{
	if (e->translator == NULL || (page->translated && page->fresh == 0))
		return;
	for (unsigned i = 0; i < OPS_PER_PAGE; i++)
		if (page->ops[i].fn == fast_decode)
			fast_decode_op(e, &page->ops[i]);
	translate(e, page);
}

bool translate_heated(struct engine *e, struct code_page *page, uint64_t instructions)
{
	if (e->translator == NULL || page->losses > LOSSES_MAX ||
	    (page->translated && page->fresh == 0))
		return false;
	page->heat += (uint32_t)instructions;
	if (page->heat > HEAT)
		translate(e, page);
	return !page->translated;
}
