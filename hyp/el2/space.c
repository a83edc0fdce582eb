/*
 * The hypervisor's own address space: RAM windows packed one after another into the EL2 VA range,
 * whatever their physical addresses; its image with its permissions; the PL011 at the top. Built
 * with the MMU off.
 */
#include "hyp.h"
#include "../arm64.h"

#include "../../mmu/vmsa.h"

/* Smallest thing that can be mapped by any granule. */
#define PAGE_64K UINT64_C(0x10000)

/* Bits 29, 28, 23, 22, 18, 16, 11, 5 and 4. */
#define SCTLR_EL2_RES1 UINT64_C(0x30c50830)

/* Of RAM, use the largest leaves there are. */
#define ANY_LEAF UINT64_MAX

extern const char _start[], _rodata_start[], _data_start[], _image_end[];

/* ------------------------------------------------------------ tables, from behind the image */

struct early_tables {
	uint64_t next, end;
	uint64_t granule;
};

static void *early_alloc(void *context, unsigned count)
{
	struct early_tables *e = context;
	uint64_t bytes = count * e->granule;
	uint64_t at = align_up(e->next, bytes);

	if (at + bytes > e->end)
		return NULL;
	e->next = at + bytes;
	return memset((void *)at, 0, bytes);
}

static void early_free(void *context, void *table, unsigned count)
{
	/* Nothing is unmapped before the MMU is on; a reserve that wasn't needed stays lost. */
	(void)context;
	(void)table;
	(void)count;
}

static uint64_t early_to_physical(void *context, const void *table)
{
	(void)context;
	return (uint64_t)table;
}

static void *early_from_physical(void *context, uint64_t address)
{
	(void)context;
	return (void *)address;
}

/* ------------------------------------------------------------------ places */

/*
 * The lowest VA from `from` on that allows the largest leaves that a window can have, if the range
 * has room for it.
 */
static uint64_t place(const struct geometry *g, const struct ram_window *w, uint64_t from,
		      uint64_t limit)
{
	int level = geometry_leaf_for(g, w->ram.bytes);

	for (; level <= LEVEL_LAST; level++) {
		uint64_t unit = geometry_level_bytes(g, level);
		uint64_t va = from + ((w->ram.base - from) & (unit - 1));

		if (va < limit && (level == LEVEL_LAST || w->ram.bytes <= limit - va))
			return va;
	}
	return limit;
}

static void put_window(const struct geometry *g, struct ram_window *w, uint64_t *from,
		       uint64_t limit)
{
	/* Whole pages of any granule: a window may begin or end anywhere. */
	uint64_t base = align_up(w->ram.base, PAGE_64K);
	uint64_t end = align_down(w->ram.base + w->ram.bytes, PAGE_64K);

	w->ram = (struct range){base, end > base ? end - base : 0};
	w->va = place(g, w, *from, limit);
	if (w->ram.bytes > limit - w->va)
		w->ram.bytes = limit - w->va;
	*from = w->va + w->ram.bytes;
}

/*
 * The hypervisor's window keeps its addresses where the VA range has them, for then the step to
 * virtual addresses is none. Where it has not, no fetch from the image's physical address can
 * translate, and that is how entry.S notices. A small VA range is shared: the other windows get
 * half of it.
 */
static void place_windows(const struct geometry *g, struct memory *memory, uint64_t image_end,
			  uint64_t limit)
{
	struct ram_window *boot = &memory->window[memory->count - 1];
	uint64_t next = image_end <= limit ? boot->ram.base : PAGE_64K; /* nothing at 0 */
	uint64_t half = align_down(limit / 2, PAGE_64K);
	bool share = memory->count > 1 && (image_end <= half || image_end > limit);

	put_window(g, boot, &next, share ? half : limit);
	for (unsigned i = 0; i + 1 < memory->count; i++)
		put_window(g, &memory->window[i], &next, limit);
}

/* ------------------------------------------------------------------ mapping */

static void map(struct hyp *hyp, struct pgtable *table, uint64_t va, uint64_t bytes, uint64_t pa,
		unsigned leaf)
{
	enum pgtable_status status = pgtable_map(table, va, bytes, pa, leaf, ANY_LEAF);

	if (status != PGTABLE_OK)
		panic(hyp, "el2=%s: cannot map 0x%lx at 0x%lx: %s", hyp->options.el2_word, pa, va,
		      status == PGTABLE_NO_MEMORY ? "no memory for tables behind the image"
						  : "out of range");
}

/* RAM is data; the image's text and constants then become what they are. */
static void map_windows(struct hyp *hyp, struct pgtable *table, uint64_t offset)
{
	uint64_t text = (uint64_t)_start, rodata = (uint64_t)_rodata_start,
		 data = (uint64_t)_data_start;

	for (unsigned i = 0; i < hyp->memory.count; i++) {
		const struct ram_window *w = &hyp->memory.window[i];

		map(hyp, table, w->va, w->ram.bytes, w->ram.base, LEAF_W);
	}
	map(hyp, table, text + offset, rodata - text, text, LEAF_X);
	map(hyp, table, rodata + offset, data - rodata, rodata, 0);
}

static uint64_t last_ram_address(const struct memory *memory)
{
	uint64_t last = 0;

	for (unsigned i = 0; i < memory->count; i++) {
		const struct range *ram = &memory->window[i].ram;

		if (ram->base + ram->bytes - 1 > last)
			last = ram->base + ram->bytes - 1;
	}
	return last;
}

/* Memory for tables: from the image's end to whatever comes next. */
static uint64_t early_end(const struct hyp *hyp, const struct ram_window *boot)
{
	const struct range *others[] = {&hyp->machine.dtb, &hyp->machine.initrd};
	uint64_t image_end = hyp->image.base + hyp->image.bytes,
		 end = boot->ram.base + boot->ram.bytes;

	for (unsigned i = 0; i < 2; i++) {
		if (others[i]->bytes > 0 && others[i]->base >= image_end && others[i]->base < end)
			end = others[i]->base;
	}
	return end;
}

static const struct ram_window *boot_window(struct hyp *hyp)
{
	/* Last in order of preference, if it is there at all. */
	const struct ram_window *w = &hyp->memory.window[hyp->memory.count - 1];

	if (!w->boot || !range_contains(&w->ram, hyp->image.base, hyp->image.bytes))
		panic(hyp, "the image at 0x%lx lies outside of the DTB's RAM", hyp->image.base);
	return w;
}

void space_build(struct hyp *hyp, struct boot_space *space, struct range *tables, uint64_t *console)
{
	struct pgtable_ops ops = {
		.alloc = early_alloc,
		.free = early_free,
		.to_physical = early_to_physical,
		.from_physical = early_from_physical,
	};
	const struct ram_window *boot = boot_window(hyp);
	uint64_t image_end = hyp->image.base + hyp->image.bytes;
	struct early_tables early = {.next = image_end, .end = early_end(hyp, boot)};
	struct geometry g;
	struct pgtable table;
	const char *why = geometry_make(&g, &hyp->options.el2, TABLE_EL2, &hyp->core,
					last_ram_address(&hyp->memory));

	if (why != NULL)
		reject(hyp, "el2=%s: %s", hyp->options.el2_word, why);
	early.granule = geometry_granule_bytes(&g);
	*console = (UINT64_C(1) << g.ia_bits) - PAGE_64K;
	place_windows(&g, &hyp->memory, image_end, *console);
	if (boot->ram.base + boot->ram.bytes < image_end)
		reject(hyp, "el2=%s: the VA range has no room for the image",
		       hyp->options.el2_word);
	if (pgtable_init(&table, &g, 0, &ops, &early) != PGTABLE_OK)
		panic(hyp, "el2=%s: no memory for tables behind the image", hyp->options.el2_word);
	space->offset = boot->va - boot->ram.base;
	map_windows(hyp, &table, space->offset);
	map(hyp, &table, *console, PAGE_64K, align_down(PL011_ADDRESS, PAGE_64K),
	    LEAF_W | LEAF_DEVICE);
	space->ttbr0 = pgtable_ttbr(&table);
	space->tcr = geometry_tcr(&g);
	space->mair = PGTABLE_MAIR;
	space->sctlr = SCTLR_EL2_RES1 | FIELD_PUT(SCTLR_EL2_M, 1) | FIELD_PUT(SCTLR_EL2_C, 1) |
		       FIELD_PUT(SCTLR_EL2_I, 1) | FIELD_PUT(SCTLR_EL2_SA, 1) |
		       FIELD_PUT(SCTLR_EL2_WXN, 1);
	*tables = (struct range){image_end, early.next - image_end};
}
