/*
 * Suite mmu/window: a walk that reads descriptors in a window is the walk that reads them through
 * the port, to the last record; where the window ends the port goes on.
 */
#include "mmu/ttw.h"

#include <check.h>
#include <string.h>

#define ROWS(rows) (int)(sizeof(rows) / sizeof *(rows))

/* 4 KB granule, 52 bits at both stages: tables 0 to 4 are stage 1, 5 to 9 stage 2, from BASE on. */
enum { TABLE = 4096, ENTRIES = 512, TABLES = 10, PAGE = 7 };
#define BASE UINT64_C(0x40000000)

static struct memory {
	uint64_t word[TABLES][ENTRIES];
	unsigned reads;
} memory;

static struct nw_port_read read_word(void *ctx, pa_t pa)
{
	struct memory *m = ctx;
	uint64_t offset = pa.value - BASE;

	m->reads++;
	if (offset >= sizeof m->word)
		return (struct nw_port_read){.latency = 10, .abort = true};
	return (struct nw_port_read){.value = m->word[offset / TABLE][offset % TABLE / 8],
				     .latency = 10};
}

/* Maps [BASE, BASE + 512 pages) to itself; BASE has index 1 at level 1 and 0 at all others. */
static void identity(unsigned first, uint64_t leaf, bool big_endian)
{
	for (unsigned level = 0; level < 4; level++)
		memory.word[first + level][level == 2] = (BASE + (first + level + 1) * TABLE) | 3;
	for (uint64_t page = 0; page < ENTRIES; page++)
		memory.word[first + 4][page] = (BASE + page * TABLE) | leaf | 3;
	for (unsigned i = 0; big_endian && i < 5 * ENTRIES; i++) {
		uint64_t *word = &memory.word[first + i / ENTRIES][i % ENTRIES];

		*word = __builtin_bswap64(*word);
	}
}

static struct ttw_regime begin(bool big_endian)
{
	struct nw_features features = {.set = NW_ALL_FEATURES, .pa_bits = 52, .granule_4k = true};
	struct nw_registers registers = {
		.SCTLR_EL1 = 1 | (uint64_t)big_endian << 25,
		.SCTLR_EL2 = (uint64_t)big_endian << 25,
		.TCR_EL1 = 12 | UINT64_C(6) << 32 | UINT64_C(1) << 59,
		.TTBR0_EL1 = BASE,
		.HCR_EL2 = 1,
		.VTCR_EL2 = 12 | UINT64_C(6) << 16 | UINT64_C(1) << 32 | UINT64_C(1) << 33,
		.VTTBR_EL2 = BASE + 5 * TABLE,
	};

	memset(&memory, 0, sizeof memory);
	identity(0, 0x440, big_endian);
	identity(5, 0x4fc, big_endian);
	return ttw_decode(REGIME_EL10, &registers, &features, &(struct nw_choices){{0}});
}

static struct ttw_translation walk(const struct ttw_regime *r, struct nw_window window,
				   struct nw_walk *log)
{
	struct nw_access load = {.type = NW_LOAD, .unprivileged = true};
	struct ttw_memory m = {
		.port = {.ctx = &memory, .read = read_word, .window = window, .window_latency = 10},
		.log = log,
	};

	memset(log, 0, sizeof *log);
	memory.reads = 0;
	return ttw_translate(r, (va_t){BASE + PAGE * TABLE + 0x123}, load, &m);
}

static void same_fetches(const struct nw_walk *a, const struct nw_walk *b)
{
	ck_assert_uint_eq(a->fetch_count, b->fetch_count);
	for (unsigned i = 0; i < a->fetch_count; i++) {
		const struct nw_fetch *x = &a->fetch[i], *y = &b->fetch[i];

		ck_assert_msg(x->stage == y->stage && x->level == y->level &&
				      x->purpose == y->purpose && x->for_level == y->for_level &&
				      x->latency == y->latency && x->update == y->update &&
				      x->input == y->input && x->pa.value == y->pa.value &&
				      x->descriptor == y->descriptor,
			      "fetch %u", i);
	}
	ck_assert_mem_eq(a->sums, b->sums, sizeof a->sums);
}

static const struct row {
	const char *name;
	uint64_t first, size; /* the window, from BASE */
	unsigned reads;       /* through the port: each stage 2 table is read 6 times */
	bool big_endian;
} rows[] = {
	{"no window", 0, 0, 35, false},
	{"all of the tables", 0, TABLES *TABLE, 0, false},
	{"the tables of stage 1", 0, 5 * TABLE, 30, false},
	{"the tables of stage 2", 5 * TABLE, 5 * TABLE, 5, false},
	{"up to the last descriptor of all", 0, 9 * TABLE, 6, false},
	{"the last descriptor of the output alone", 9 * TABLE + PAGE * 8, 8, 34, false},
	{"big-endian", 0, TABLES *TABLE, 35, true},
};

START_TEST(a_window_gives_what_the_port_gives)
{
	static struct nw_walk by_port, by_window;
	const struct row *row = &rows[_i];
	struct ttw_regime r = begin(row->big_endian);
	struct nw_window window = {BASE + row->first, row->size,
				   (const uint8_t *)memory.word + row->first};
	struct ttw_translation t;

	ck_assert_int_eq(walk(&r, (struct nw_window){.size = 0}, &by_port).fault.type, FAULT_NONE);
	ck_assert_uint_eq(memory.reads, 35);
	t = walk(&r, window, &by_window);
	ck_assert_int_eq(t.fault.type, FAULT_NONE);
	ck_assert_uint_eq(t.pa.value, BASE + PAGE * TABLE + 0x123);
	ck_assert_msg(memory.reads == row->reads, "%s: %u reads", row->name, memory.reads);
	ck_assert_uint_eq(by_window.latency, 350);
	same_fetches(&by_port, &by_window);
}
END_TEST

/* What the statistics count by: five levels of stage 1, each after five of stage 2. */
START_TEST(sums_by_purpose_and_level)
{
	static struct nw_walk log;
	struct ttw_regime r = begin(false);

	walk(&r, (struct nw_window){.size = 0}, &log);
	for (int level = -1; level <= 3; level++) {
		ck_assert_uint_eq(nw_walk_sum(&log, FETCH_FOR_NONE, level), 1);
		ck_assert_uint_eq(nw_walk_sum(&log, FETCH_FOR_STAGE1, level), 5);
		ck_assert_uint_eq(nw_walk_sum(&log, FETCH_FOR_OUTPUT, level), 1);
	}
	ck_assert_uint_eq(log.update_count, 0);
}
END_TEST

START_TEST(an_abort_is_recorded)
{
	static struct nw_walk log;
	struct ttw_regime r = begin(false);
	struct ttw_translation t;

	memory.word[8][0] = (BASE + TABLES * TABLE) | 3; /* level 3 of stage 2: nothing is there */
	t = walk(&r, (struct nw_window){BASE, sizeof memory.word, (uint8_t *)memory.word}, &log);
	ck_assert_int_eq(t.fault.type, FAULT_EXTERNAL_ON_WALK);
	ck_assert_int_eq(t.fault.level, 3);
	ck_assert(t.fault.stage2 && t.fault.s1ptw);
	ck_assert_uint_eq(log.fetch_count, 5);
	ck_assert_uint_eq(log.fetch[4].pa.value, BASE + TABLES * TABLE);
	ck_assert_uint_eq(log.latency, 50);
	ck_assert_uint_eq(memory.reads, 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/window");
	TCase *tcase = tcase_create("window");

	tcase_add_loop_test(tcase, a_window_gives_what_the_port_gives, 0, ROWS(rows));
	tcase_add_test(tcase, sums_by_purpose_and_level);
	tcase_add_test(tcase, an_abort_is_recorded);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
