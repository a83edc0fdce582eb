/*
 * A guest that changes its tables and does the maintenance that the architecture requires, and no
 * more: address spaces of two virtual machines, of a host in EL2&0 and of EL2, each with regions
 * that are a block, a table of pages or nothing. What the maintenance is done on is the includer's:
 * tlbi() and omitted().
 */
#ifndef TESTS_MMU_RESIDENCY_H
#define TESTS_MMU_RESIDENCY_H

#include "world.h"

#define ROWS(rows) (int)(sizeof(rows) / sizeof *(rows))

#define E2H (UINT64_C(1) << 34)
#define TGE (UINT64_C(1) << 27)

/* ------------------------------------------------------------------ address spaces */

/* How the entries of a space are tagged, which decides what names them. */
enum tagging { GUEST, GUEST_GLOBAL, HOST, HOST_GLOBAL, HYP };

enum { REGIONS = 3, TABLES = 2 };
enum state { INVALID, BLOCK, TABLE };

struct region {
	enum state state;
	unsigned in_use;        /* TABLE: which of the two */
	uint64_t table[TABLES]; /* descriptors */
	bool contiguous[TABLES];
};

struct tables {
	enum tagging tagging;
	struct vm *vm; /* NULL: the tables lie at PAs */
	uint16_t asid;
	bool upper;
	uint64_t root;
	struct region region[REGIONS];
};

/* The changes of tables whose maintenance can be omitted. */
enum change { CHANGE_PAGE, CHANGE_GROUP, CHANGE_REGION, CHANGE_IPA, CHANGE_WINDOW, CHANGES };

enum space_name {
	VM1_5,
	VM1_105,
	VM2_5,
	VM1_KERNEL,
	VM2_KERNEL,
	HOST_5,
	HOST_105,
	HOST_KERNEL,
	HYP_ONE,
	SPACES
};

/* What is in force: the regime of EL2 has its own registers whether the guest runs or not. */
struct context {
	uint64_t hcr;
	enum space_name lower, upper, el2_lower;
};

static const struct context contexts[] = {
	{0, VM1_5, VM1_KERNEL, HYP_ONE},
	{0, VM1_105, VM1_KERNEL, HYP_ONE},
	{0, VM2_5, VM2_KERNEL, HYP_ONE},
	{E2H, VM1_5, VM1_KERNEL, HOST_5},
	{E2H, VM2_5, VM2_KERNEL, HOST_105},
	{E2H | TGE, VM1_5, VM1_KERNEL, HOST_5},
	{E2H | TGE, VM1_105, VM1_KERNEL, HOST_105},
};

static struct world *world;
static struct tables spaces[SPACES];
static const struct context *context;
static bool stage1_off; /* of EL1&0 */
static bool hafdbs;     /* HA and HD are 1 at both stages */

/* IPAs with data, and those of two level 2 entries of stage 2 that change as a whole. */
enum { DATA = 5, WINDOWS = 2 };
static uint64_t data[WORLD_VMS][DATA];
static enum state window_state[WORLD_VMS][WINDOWS];

static void tlbi(enum nw_tlbi_op op, uint64_t operand, unsigned el);
static bool omitted(enum change change);

static unsigned pick(unsigned count)
{
	return (unsigned)random() % count;
}

/* ------------------------------------------------------------------ addresses */

static unsigned granule(void)
{
	return world->granule1;
}

static unsigned block_bits(void)
{
	return world_shift(granule(), 2);
}

/* "Contiguous bit": entries of a group of level 3. */
static unsigned group_size(void)
{
	return granule() == 12 ? 16 : granule() == 14 ? 128 : 32;
}

static uint64_t region_va(const struct tables *t, unsigned region)
{
	uint64_t va = (uint64_t)(region + 1) << block_bits();

	return t->upper ? world_upper(world, va) : va;
}

/* The pages in use: the first of the group that may be contiguous, and one in another 4 KB of a
 * table of 16 KB or more. */
static uint64_t page_index(unsigned page)
{
	return page < 3 ? page : granule() == 12 ? 300 : 600;
}

static uint64_t page_va(const struct tables *t, unsigned region, unsigned page)
{
	return region_va(t, region) + (page_index(page) << granule());
}

static uint64_t window_ipa(unsigned window)
{
	return UINT64_C(0x60000000) + ((uint64_t)window << 21);
}

/* ------------------------------------------------------------------ descriptors */

static uint64_t alloc_table(struct tables *t)
{
	uint64_t bytes = UINT64_C(1) << granule();

	if (t->vm != NULL)
		return world_alloc(world, t->vm, (uint32_t)bytes);
	world->next_table = (world->next_table + bytes - 1) & ~(bytes - 1);
	world->next_table += bytes;
	return world->next_table - bytes;
}

static uint64_t *cell(const struct tables *t, uint64_t address)
{
	return world_at(world, t->vm != NULL ? world_pa(t->vm, address) : address);
}

static uint64_t *entry(struct tables *t, uint64_t va, int level)
{
	uint64_t table = t->root, ia = va & ((UINT64_C(1) << world->va_bits) - 1);
	uint64_t index_mask = (UINT64_C(1) << (granule() - 3)) - 1;

	for (int l = world->start1;; l++) {
		uint64_t index = ia >> world_shift(granule(), l) & index_mask;
		uint64_t *e = cell(t, table + 8 * index);

		if (l == level)
			return e;
		if ((*e & 1) == 0)
			*e = alloc_table(t) | 3;
		table = *e & UINT64_C(0x0000fffffffff000);
	}
}

static uint64_t any_bits(const struct tables *t)
{
	static const uint64_t bits[] = {
		S1_DEVICE | S1_RW_EL0, 0, S1_RW_EL0, S1_RO, S1_RW_EL0 | S1_RO, UINT64_C(1) << 53,
		UINT64_C(1) << 54};
	bool global = t->tagging == GUEST_GLOBAL || t->tagging == HOST_GLOBAL;

	return bits[pick(ROWS(bits))] | (global || t->tagging == HYP ? 0 : S1_NG);
}

/* Memory of a space: IPAs of its VM, or PAs. Half of the guests' pages are in the windows. */
static uint64_t any_output(const struct tables *t)
{
	if (t->vm == NULL)
		return WORLD_RAM + ((uint64_t)pick(16) << granule());
	if (pick(2))
		return data[t->vm - world->vm][pick(DATA)];
	return window_ipa(pick(WINDOWS)) + ((uint64_t)pick(4) << granule());
}

static uint64_t any_block(const struct tables *t)
{
	uint64_t mask = (UINT64_C(1) << block_bits()) - 1;

	return (t->vm == NULL ? WORLD_RAM
		: pick(2)     ? window_ipa(pick(WINDOWS))
			      : WORLD_IPA) &
	       ~mask;
}

#define AF  S1_LEAF_BASE
#define DBM (UINT64_C(1) << 51)

/* Bits of a single page that hardware updates: AF may be 0, and read-only be writable-clean. */
static uint64_t any_updates(void)
{
	return hafdbs ? (pick(3) ? AF : 0) | (pick(2) ? DBM : 0) : AF;
}

static uint64_t page_descriptor(const struct tables *t)
{
	return any_output(t) | any_bits(t) | any_updates() | 3;
}

static void fill_group(struct tables *t, unsigned region, bool contiguous)
{
	uint64_t step = UINT64_C(1) << granule(), bits = any_bits(t), va = region_va(t, region);
	uint64_t base = any_block(t);

	for (unsigned i = 0; i < group_size(); i++)
		*entry(t, va + i * step, 3) =
			contiguous ? (base + i * step) | bits | S1_LEAF_BASE | 3 | UINT64_C(1) << 52
				   : (i < 3 ? page_descriptor(t) : 0);
}

/* Contiguous or single pages, in a table that was there before: level 2 is the caller's. */
static void fill_window(struct vm *vm, uint64_t ipa, bool contiguous)
{
	uint64_t base = WORLD_RAM + ((uint64_t)pick(8) << 16),
		 bits = contiguous ? UINT64_C(1) << 52 : 0;

	for (unsigned i = 0; i < 32; i++)
		*world_s2_entry(world, vm, ipa + i * WORLD_PAGE, 3) =
			(contiguous ? base + i * WORLD_PAGE
				    : WORLD_RAM + (uint64_t)pick(16384) * WORLD_PAGE) |
			bits | S2_LEAF_BASE | 3;
}

/* ------------------------------------------------------------------ the guest */

static void make_space(enum space_name name, enum tagging tagging, struct vm *vm, uint16_t asid)
{
	struct tables *t = &spaces[name];

	*t = (struct tables){.tagging = tagging,
			     .vm = vm,
			     .asid = asid,
			     .upper = tagging == GUEST_GLOBAL || tagging == HOST_GLOBAL};
	t->root = alloc_table(t);
	for (unsigned region = 0; region < REGIONS; region++) {
		uint64_t *e = entry(t, region_va(t, region), 2);

		for (unsigned table = 0; table < TABLES; table++) {
			t->region[region].table[table] = alloc_table(t) | 3;
			*e = t->region[region].table[table];
			fill_group(t, region, false);
			*entry(t, page_va(t, region, 3), 3) = page_descriptor(t);
		}
		t->region[region].state = TABLE;
		t->region[region].in_use = TABLES - 1;
	}
}

static void make_guest(void)
{
	struct vm *vm = world->vm;

	for (unsigned i = 0; i < WORLD_VMS; i++) {
		for (unsigned page = 0; page < DATA; page++)
			data[i][page] = world_alloc(world, &vm[i], 1u << granule());
		for (unsigned window = 0; window < WINDOWS; window++) {
			fill_window(&vm[i], window_ipa(window), false);
			window_state[i][window] = TABLE;
		}
	}
	make_space(VM1_5, GUEST, &vm[0], 5);
	make_space(VM1_105, GUEST, &vm[0], 0x105);
	make_space(VM2_5, GUEST, &vm[1], 5);
	make_space(VM1_KERNEL, GUEST_GLOBAL, &vm[0], 0);
	make_space(VM2_KERNEL, GUEST_GLOBAL, &vm[1], 0);
	make_space(HOST_5, HOST, NULL, 5);
	make_space(HOST_105, HOST, NULL, 0x105);
	make_space(HOST_KERNEL, HOST_GLOBAL, NULL, 0);
	make_space(HYP_ONE, HYP, NULL, 0);
}

/* ------------------------------------------------------------------ maintenance of stage 1 */

/* Pages of a space, first to last, whose leaves were at a level. */
struct span {
	const struct tables *tables;
	uint64_t first, last;
	int level;
	bool tables_too; /* a table descriptor changed as well */
};

enum form { BY_PAGE, BY_RANGE, BY_ASID, ALL };

#define IN(tagging) (1u << (tagging))

/* Which operation removes what: of leaves, and of tables where `all_levels`. */
static const struct operation {
	enum nw_tlbi_op op; /* the local one; IS and OS follow */
	enum form form;
	bool all_levels;
	unsigned taggings;
	unsigned host; /* taggings that it names while TGE makes it one of EL2&0 */
} operations[] = {
	{TLBI_VAE1, BY_PAGE, true, IN(GUEST), IN(HOST)},
	{TLBI_VALE1, BY_PAGE, false, IN(GUEST) | IN(GUEST_GLOBAL), IN(HOST) | IN(HOST_GLOBAL)},
	{TLBI_VAAE1, BY_PAGE, true, IN(GUEST) | IN(GUEST_GLOBAL), IN(HOST) | IN(HOST_GLOBAL)},
	{TLBI_VAALE1, BY_PAGE, false, IN(GUEST) | IN(GUEST_GLOBAL), IN(HOST) | IN(HOST_GLOBAL)},
	{TLBI_RVAE1, BY_RANGE, true, IN(GUEST), IN(HOST)},
	{TLBI_RVALE1, BY_RANGE, false, IN(GUEST) | IN(GUEST_GLOBAL), IN(HOST) | IN(HOST_GLOBAL)},
	{TLBI_RVAAE1, BY_RANGE, true, IN(GUEST) | IN(GUEST_GLOBAL), IN(HOST) | IN(HOST_GLOBAL)},
	{TLBI_RVAALE1, BY_RANGE, false, IN(GUEST) | IN(GUEST_GLOBAL), IN(HOST) | IN(HOST_GLOBAL)},
	{TLBI_ASIDE1, BY_ASID, true, IN(GUEST), IN(HOST)},
	{TLBI_VMALLE1, ALL, true, IN(GUEST) | IN(GUEST_GLOBAL), IN(HOST) | IN(HOST_GLOBAL)},
	{TLBI_VMALLS12E1, ALL, true, IN(GUEST) | IN(GUEST_GLOBAL), 0},
	{TLBI_ALLE1, ALL, true, IN(GUEST) | IN(GUEST_GLOBAL), 0},
	{TLBI_VAE2, BY_PAGE, true, IN(HOST) | IN(HYP), IN(HOST)},
	{TLBI_VALE2, BY_PAGE, false, IN(HOST) | IN(HOST_GLOBAL) | IN(HYP),
	 IN(HOST) | IN(HOST_GLOBAL)},
	{TLBI_RVAE2, BY_RANGE, true, IN(HOST) | IN(HYP), IN(HOST)},
	{TLBI_RVALE2, BY_RANGE, false, IN(HOST) | IN(HOST_GLOBAL) | IN(HYP),
	 IN(HOST) | IN(HOST_GLOBAL)},
	{TLBI_ALLE2, ALL, true, IN(HOST) | IN(HOST_GLOBAL) | IN(HYP), IN(HOST) | IN(HOST_GLOBAL)},
};

static bool in_host(void)
{
	return (context->hcr & TGE) != 0;
}

static bool does(const struct operation *o, const struct span *s)
{
	unsigned taggings = in_host() ? o->host : o->taggings;

	return (taggings & IN(s->tables->tagging)) != 0 && (o->all_levels || !s->tables_too);
}

static enum nw_tlbi_op any_domain(enum nw_tlbi_op op)
{
	return op + pick(3) + (pick(2) ? TLBI_NXS : 0);
}

static unsigned any_el(enum nw_tlbi_op op)
{
	bool of_el1 = op <= TLBI_RVAALE1;

	return of_el1 && !in_host() ? 1 + pick(2) : 2;
}

static uint64_t tg(void)
{
	return granule() == 12 ? 1 : granule() == 14 ? 2 : 3;
}

/* Half of the time the hint that the architecture has for this leaf. */
static uint64_t any_ttl(int level)
{
	return pick(2) ? (tg() << 2 | (uint64_t)level) << 44 : 0;
}

static uint64_t tag_asid(const struct tables *t)
{
	return (uint64_t)t->asid << 48;
}

/* The smallest range of pages that holds a number of them. */
static uint64_t range_operand(uint64_t first, uint64_t last, int level)
{
	bool ds = world->va_bits > 48 && granule() != 16;
	unsigned unit = ds ? 16 : granule();
	uint64_t start = first >> unit << unit, pages = ((last - start) >> granule()) + 1,
		 scale = 0;

	while (pages > UINT64_C(32) << (5 * scale + 1))
		scale++;

	uint64_t pair = UINT64_C(1) << (5 * scale + 1), num = (pages + pair - 1) / pair - 1;
	uint64_t ttl = pick(2) ? (uint64_t)level << 37 : 0;

	return (start >> unit & ((UINT64_C(1) << 37) - 1)) | ttl | num << 39 | scale << 44 |
	       tg() << 46;
}

static void by_page(enum nw_tlbi_op op, const struct span *s)
{
	for (uint64_t va = s->first; va <= s->last; va += UINT64_C(1) << granule())
		tlbi(any_domain(op),
		     (va >> 12 & ((UINT64_C(1) << 44) - 1)) | any_ttl(s->level) |
			     tag_asid(s->tables),
		     any_el(op));
}

/* Removes what was made of these pages by any operation that must. */
static void invalidate(struct span s)
{
	const struct operation *o;

	do
		o = &operations[pick(ROWS(operations))];
	while (!does(o, &s));
	if (o->form == BY_PAGE)
		by_page(o->op, &s);
	else if (o->form == BY_RANGE)
		tlbi(any_domain(o->op),
		     range_operand(s.first, s.last, s.level) | tag_asid(s.tables), any_el(o->op));
	else
		tlbi(any_domain(o->op), tag_asid(s.tables), any_el(o->op));
}

#endif
