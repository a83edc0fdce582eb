/*
 * Suite mmu/known_bugs: mistakes that others have made with the same tables, so that they are not
 * made here.
 *
 * The third of them, a walk cache whose hit starts the walk one level too low (ChampSim issue 592),
 * is a matter of test_walkcache.c.
 */
#include "five_levels.h"
#include "nested.h"

/* ------------------------------------------------------------------ an index capped at the granule
 */

/*
 * Up to sixteen stage 2 start tables may be concatenated ("Concatenated translation tables"): their
 * index has up to four bits more than that of any other table of the granule. A walker that masks
 * it to the width of one table finds the entry of the first table instead, or, as the table printer
 * of the debugger extension gef did (bata24/gef issue 120), takes everything behind the first table
 * for unmapped.
 */
static const struct concatenation {
	const char *name;
	struct geometry g;
} concatenations[] = {
	{"4 KB, 52 bits from level 0", {12, 52, 0, true}},
	{"4 KB, 43 bits from level 1", {12, 43, 1, false}},
	{"4 KB, 34 bits from level 2", {12, 34, 2, false}},
	{"4 KB, 25 bits from level 3", {12, 25, 3, true}},
	{"16 KB, 51 bits from level 1", {14, 51, 1, true}},
	{"16 KB, 40 bits from level 2", {14, 40, 2, false}},
	{"16 KB, 29 bits from level 3", {14, 29, 3, true}},
	{"64 KB, 46 bits from level 2", {16, 46, 2, false}},
	{"64 KB, 33 bits from level 3", {16, 33, 3, false}},
};

enum { TABLES = 16, CASES = 3 };

static struct memory memory;

static uint64_t base_of_tables(void)
{
	return UINT64_C(1) << 46; /* aligned to sixteen tables of any granule */
}

/* Where the entry of table n lies, counted from the first table. */
static uint64_t index_in_tables(const struct geometry *g, unsigned n, unsigned which)
{
	uint64_t last = ones(g->granule - 3), in_table[CASES] = {0, 1, last};

	return (uint64_t)n << (g->granule - 3) | in_table[which];
}

/* Each entry is a leaf of its own. */
static uint64_t output_of(const struct geometry *g, unsigned n, unsigned which)
{
	return (uint64_t)(1 + n * CASES + which) << shift_at(g->granule, g->start);
}

static struct nw_mmu *mmu_with(const struct nw_registers *registers, struct memory *m,
			       struct tlb_shape walk_cache)
{
	struct nw_config config = {
		.features = all_features(),
		.tlb_off = true,
		.walk_caches = {walk_cache, walk_cache, walk_cache, true},
		.port = {.ctx = m, .read = memory_read},
	};
	struct nw_mmu *mmu = nw_mmu_new(&config);
	struct nw_event event = {.type = NW_EVENT_REGISTER};

	*nw_registers(mmu) = *registers;
	nw_event(mmu, &event);
	return mmu;
}

static void check_output(struct nw_mmu *mmu, const struct concatenation *c, unsigned n,
			 unsigned which)
{
	struct nw_access load = {.type = NW_LOAD, .el = 1};
	uint64_t index = index_in_tables(&c->g, n, which);
	va_t ipa = {index << shift_at(c->g.granule, c->g.start) | 0x678};
	struct nw_translation t = nw_translate(mmu, ipa, load, 0);
	struct nw_walk walk;

	ck_assert_msg(t.fault.type == FAULT_NONE &&
			      t.pa.value == (output_of(&c->g, n, which) | 0x678),
		      "%s: table %u, entry %u: fault %d, PA 0x%llx", c->name, n, which,
		      t.fault.type, (unsigned long long)t.pa.value);
	nw_probe(mmu, ipa, load, &walk);
	ck_assert_uint_eq(walk.fetch_count, 1);
	ck_assert_uint_eq(walk.fetch[0].pa.value, base_of_tables() + 8 * index);
}

START_TEST(the_index_of_concatenated_tables_is_not_capped_at_the_granule)
{
	static const struct tlb_shape shapes[] = {{0, 0, 0}, {64, 0, 0}};
	const struct concatenation *c = &concatenations[_i];
	const struct nw_registers registers = {
		.HCR_EL2 = 1,
		.VTCR_EL2 = vtcr_of(&c->g),
		.VTTBR_EL2 = base_of_tables(),
	};

	memset(&memory, 0, sizeof memory);
	for (unsigned n = 0; n < TABLES; n++)
		for (unsigned which = 0; which < CASES; which++)
			memory_put(&memory, base_of_tables() + 8 * index_in_tables(&c->g, n, which),
				   address_field(&c->g, output_of(&c->g, n, which)) | 0x4fc |
					   (c->g.start == 3 ? 3 : 1));
	for (int shape = 0; shape < ROWS(shapes); shape++) {
		struct nw_mmu *mmu = mmu_with(&registers, &memory, shapes[shape]);

		for (unsigned n = 0; n < TABLES; n++)
			for (unsigned which = 0; which < CASES; which++)
				check_output(mmu, c, n, which);
		nw_mmu_free(mmu);
	}
}
END_TEST

/* ------------------------------------------------------------------ a worst case that is too small
 */

/*
 * Four levels under four are (4+1)(4+1)-1 = 24 fetches. Texts and models that say 20 count the four
 * descriptors of stage 1 and the four stage 2 walks that find them, 4 + 4*4, and forget the stage 2
 * walk of the output; a record with room for 20 then loses the last walk or writes behind its end.
 * Five under five are 35.
 */
static const struct worst_case {
	const char *name;
	struct geometry g;
	unsigned levels, fetches;
} worst_cases[] = {
	{"4 under 4", {12, 48, 0, false}, 4, 24},
	{"5 under 5", {12, 52, -1, true}, 5, 35},
};

/* Fetch number i of a walk with this many levels at both stages: stage 2 for each descriptor of
 * stage 1, then of the output. */
static void check_fetch(const struct pair *p, const struct worst_case *c, const struct nw_fetch *f,
			unsigned i)
{
	unsigned row = i / (c->levels + 1), column = i % (c->levels + 1);
	bool output = row == c->levels, stage1 = column == c->levels;
	const struct expected *walk2 = output ? &p->output : &p->lookup[row];
	uint64_t pa = stage1 ? p->walk1.descriptor_pa[row] : walk2->descriptor_pa[column];
	int level = c->g.start + (int)(stage1 ? row : column);

	ck_assert_msg(f->stage == (stage1 ? 1 : 2) && f->level == level && f->pa.value == pa,
		      "%s: fetch %u: stage %u, level %d, PA 0x%llx", c->name, i, f->stage, f->level,
		      (unsigned long long)f->pa.value);
	ck_assert_int_eq(f->purpose, stage1   ? FETCH_FOR_NONE
				     : output ? FETCH_FOR_OUTPUT
					      : FETCH_FOR_STAGE1);
	ck_assert(!f->update);
}

START_TEST(the_record_of_a_walk_holds_the_worst_case)
{
	const struct worst_case *c = &worst_cases[_i];
	static struct pair p;
	struct {
		struct nw_walk walk;
		uint64_t behind;
	} log = {.behind = UINT64_C(0x5a5a5a5a5a5a5a5a)};

	p = (struct pair){.random = 7, .leaf1 = 3, .leaf2 = 3};
	pair_build(&p, &c->g, &c->g);

	struct nw_registers registers = registers_of(&p, false);
	struct nw_mmu *mmu = mmu_with(&registers, &p.memory, (struct tlb_shape){0, 0, 0});
	struct nw_access load = {.type = NW_LOAD, .el = 1};

	ck_assert_int_eq(nw_probe(mmu, (va_t){p.ia}, load, &log.walk).fault.type, FAULT_NONE);
	ck_assert_uint_eq(log.walk.fetch_count, c->fetches);
	ck_assert_uint_eq(p.memory.reads, c->fetches);
	for (unsigned i = 0; i < c->fetches; i++)
		check_fetch(&p, c, &log.walk.fetch[i], i);
	ck_assert_uint_eq(log.behind, UINT64_C(0x5a5a5a5a5a5a5a5a));
	nw_mmu_free(mmu);
}
END_TEST

/*
 * With hardware updates at both stages, a store through five under five writable-clean pages with
 * AF=0 makes 35 fetches; each stage 2 leaf is updated, 6 records; the update of stage 1's leaf
 * finds its descriptor through stage 2 once more, as a write, 5 fetches and an update, and is one
 * itself: 48 records.
 *
 * An update that finds that memory differs is no record, but has the walk of its stage made again,
 * four times in all: 41 records of stage 1 each, where every update of stage 2 has to be made again
 * too, or 5 of stage 2. So no walk has more than 4 * 41 + 48 = 212.
 */
enum { UPDATES_DONE = 48, UPDATES_REPEATED = 4 * 41 + 48 };
_Static_assert(UPDATES_REPEATED <= NW_WALK_FETCHES, "room for every walk");

static struct {
	unsigned differs; /* so many updates of the stage 1 leaf find that memory differs */
	bool forgets;     /* updates are not kept: others undo them at once */
	unsigned records, updates;
} port;

static enum nw_port_update_outcome update(void *ctx, pa_t pa, uint64_t expected, uint64_t desired)
{
	uint64_t *cell = memory_cell(ctx, pa.value);

	ck_assert_uint_eq(*cell, expected);
	if (pa.value == w.stage1[4] && port.differs > 0) {
		port.differs--;
		return UPDATE_DIFFERS;
	}
	if (!port.forgets)
		*cell = desired;
	return UPDATE_DONE;
}

static void saw_walk(void *ctx, const struct nw_walk *walk)
{
	(void)ctx;
	ck_assert_uint_le(walk->fetch_count, NW_WALK_FETCHES);
	port.records = walk->fetch_count;
	port.updates = walk->update_count;
}

/* Stage 1: AP[2]=1, stage 2: S2AP[1]=0; both with DBM and without AF, under HA and HD. */
static void build_clean_pages(void)
{
	build(3, 3, 48);
	w.access.type = NW_STORE;
	set_field(&w.registers.TCR_EL1, 39, 2, 3);
	set_field(&w.registers.VTCR_EL2, 21, 2, 3);
	*memory_cell(&w.memory, w.stage1[4]) ^= UINT64_C(1) << 51 | 0x400 | 0x80;
	for (unsigned part = 0; part < PARTS; part++)
		*memory_cell(&w.memory, w.stage2[part][4]) ^= UINT64_C(1) << 51 | 0x400 | 0x80;
}

static const struct update_case {
	const char *name;
	unsigned differs;
	bool forgets;
	unsigned records, updates, status;
} update_cases[] = {
	{"all updates", 0, false, UPDATES_DONE, 8, 0},
	{"all updates, once more", 1, false, 35 + 5 + 1 + UPDATES_DONE - 5 - 1, 8, 0},
	{"others undo all updates", 4, true, UPDATES_REPEATED, 4 * 6 + 8, 0},
	{"too often", 5, true, 5 * 41, 5 * 6, 0x31},
};

START_TEST(the_record_of_a_walk_holds_every_update)
{
	const struct update_case *c = &update_cases[_i];
	struct nw_config config = {
		.features = all_features(),
		.tlb_off = true,
		.port = {.ctx = &w.memory, .read = memory_read, .update = update},
		.observer = {.walk = saw_walk},
	};
	struct nw_mmu *mmu = nw_mmu_new(&config);
	struct nw_event event = {.type = NW_EVENT_REGISTER};

	build_clean_pages();
	*nw_registers(mmu) = w.registers;
	nw_event(mmu, &event);
	port.differs = c->differs;
	port.forgets = c->forgets;

	struct nw_fault fault = nw_translate(mmu, (va_t){w.va}, w.access, 0).fault;

	ck_assert_msg(nw_fault_status(&fault) == c->status && port.records == c->records &&
			      port.updates == c->updates,
		      "%s: fault 0x%02x, %u records, %u updates", c->name, nw_fault_status(&fault),
		      port.records, port.updates);
	if (!c->forgets) {
		nw_translate(mmu, (va_t){w.va}, w.access, 1);
		ck_assert_uint_eq(port.records, 35);
		ck_assert_uint_eq(port.updates, 0);
	}
	nw_mmu_free(mmu);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/known_bugs");
	TCase *tcase = tcase_create("known_bugs");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, the_index_of_concatenated_tables_is_not_capped_at_the_granule, 0,
			    ROWS(concatenations));
	tcase_add_loop_test(tcase, the_record_of_a_walk_holds_the_worst_case, 0, ROWS(worst_cases));
	tcase_add_loop_test(tcase, the_record_of_a_walk_holds_every_update, 0, ROWS(update_cases));
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
