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

#include "emit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	CODE_BYTES = 16 << 20,
	HASH_SIZE = 8192,
	HEAT = 32768,   /* instructions that are executed in a page before it is translated */
	LOSSES_MAX = 8, /* a page that is written again and again is not worth it */
};

struct translator {
	uint8_t *code;      /* below 2 GiB */
	ptrdiff_t writable; /* code + writable is the same memory, to be written */
	size_t used;
	const struct stencil *by_handler[HASH_SIZE];
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

/* ---------------------------------------------------------------- translation */

static bool is_code(const struct translator *t, fast_handler *fn)
{
	return (uintptr_t)fn - (uintptr_t)t->code < CODE_BYTES;
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

	decode_again(e, page);
	for (unsigned i = 0; i < OPS_PER_PAGE; i++)
		layout.stencils[i] = stencil_of(t, page->ops[i].fn);

	size_t size = layout_of(&layout, page);

	if (size > CODE_BYTES - t->used) {
		code_untranslate_all(e);
		t->used = 0;
	}
	layout.runs = (uintptr_t)t->code + t->used;
	layout.written = t->code + t->writable + t->used;
	layout_write(&layout, page);
	for (unsigned i = 0; i < OPS_PER_PAGE; i++)
		if (layout.entry[i] != NO_ENTRY)
			page->ops[i].fn = (fast_handler *)(layout.runs + layout.entry[i]);
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
