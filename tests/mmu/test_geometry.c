/*
 * Suite mmu/geometry: every legal stage 1 geometry of a 52-bit core over every legal stage 2
 * geometry, with leaves at random levels: number and places of the descriptors fetched, and the
 * output address.
 */
#include "nested.h"

/*
 * Input sizes that a start level serves. Reference: D8.2, "Translation table walk ... initial
 * lookup level".
 */
struct range {
	unsigned granule;
	int start;
	unsigned first, last;
};

/* Stage 1: the start level follows from the size. */
static const struct range stage1_ranges[] = {
	{12, 3, 16, 21},  {12, 2, 22, 30}, {12, 1, 31, 39}, {12, 0, 40, 48},
	{12, -1, 49, 52}, {14, 3, 16, 25}, {14, 2, 26, 36}, {14, 1, 37, 47},
	{14, 0, 48, 52},  {16, 3, 17, 29}, {16, 2, 30, 42}, {16, 1, 43, 52},
};

/* Stage 2: software chooses, with up to sixteen concatenated tables. */
static const struct range stage2_ranges[] = {
	{12, 3, 16, 25},  {12, 2, 22, 34}, {12, 1, 31, 43}, {12, 0, 40, 52},
	{12, -1, 49, 52}, {14, 3, 16, 29}, {14, 2, 26, 40}, {14, 1, 37, 51},
	{14, 0, 48, 52},  {16, 3, 17, 33}, {16, 2, 30, 46}, {16, 1, 43, 52},
};

enum { STAGE1_COUNT = 110, STAGE2_COUNT = 146, PAIR_COUNT = 16060, GEOMETRIES_MAX = 256 };

/* DS is needed above 48 bits, at level -1 and at level 0 of 16 KB at stage 2; else it is free. */
static bool needs_ds(const struct range *r, unsigned ia, unsigned stage)
{
	if (r->granule == 16)
		return false;
	return ia > 48 || r->start == -1 || (r->granule == 14 && r->start == 0 && stage == 2);
}

static unsigned list(const struct range *ranges, int count, unsigned stage, struct geometry *out)
{
	unsigned n = 0;

	for (int i = 0; i < count; i++) {
		const struct range *r = &ranges[i];

		for (unsigned ia = r->first; ia <= r->last; ia++)
			out[n++] =
				(struct geometry){r->granule, ia, r->start, needs_ds(r, ia, stage)};
	}
	return n;
}

static void check_order(const struct pair *p, const struct nw_walk *log)
{
	const struct expected *s1 = &p->walk1, *output = &p->output;
	const struct nw_fetch *f = log->fetch;

	for (unsigned i = 0; i < s1->fetches; i++) {
		int level = p->stage1.g.start + (int)i;

		for (unsigned j = 0; j < p->lookup[i].fetches; j++, f++) {
			ck_assert_uint_eq(f->stage, 2);
			ck_assert_int_eq(f->level, p->stage2.g.start + (int)j);
			ck_assert_uint_eq(f->purpose, FETCH_FOR_STAGE1);
			ck_assert_int_eq(f->for_level, level);
			ck_assert_uint_eq(f->input, s1->descriptor_address[i]);
			ck_assert_uint_eq(f->pa.value, p->lookup[i].descriptor_pa[j]);
		}
		ck_assert_uint_eq(f->stage, 1);
		ck_assert_int_eq(f->level, level);
		ck_assert_uint_eq(f->purpose, FETCH_FOR_NONE);
		ck_assert_uint_eq(f->input, s1->descriptor_address[i]);
		ck_assert_uint_eq(f->pa.value, s1->descriptor_pa[i]);
		f++;
	}
	for (unsigned j = 0; j < output->fetches; j++, f++) {
		ck_assert_uint_eq(f->stage, 2);
		ck_assert_int_eq(f->level, p->stage2.g.start + (int)j);
		ck_assert_uint_eq(f->purpose, FETCH_FOR_OUTPUT);
		ck_assert_uint_eq(f->input, s1->oa);
		ck_assert_uint_eq(f->pa.value, output->descriptor_pa[j]);
	}
}

/*
 * The general closed form: stage 2 lengths of all stage 1 lookups, n1, and stage 2 length of the
 * output.
 */
static unsigned closed_form(const struct pair *p)
{
	unsigned count = p->walk1.fetches + p->output.fetches;

	for (unsigned i = 0; i < p->lookups; i++)
		count += p->lookup[i].fetches;
	return count;
}

static void walk_pair(struct pair *p, const struct geometry *g1, const struct geometry *g2)
{
	static struct nw_walk log;
	struct nw_features features = all_features();

	pair_build(p, g1, g2);

	const struct expected s1 = p->walk1, output = p->output;
	bool upper = next_random(&p->random) & 1;
	struct nw_registers registers = registers_of(p, upper);
	struct ttw_regime regime = decode(REGIME_EL10, &registers, &features);
	struct ttw_memory memory = walker_memory(&p->memory, &log);
	struct nw_access load = {.type = NW_LOAD, .el = 1};
	va_t va = {upper ? p->ia | ~ones(g1->ia) : p->ia};
	struct ttw_translation t = ttw_translate(&regime, va, load, &memory);

	ck_assert_msg(t.fault.type == FAULT_NONE && t.pa.value == output.oa,
		      "%u:%u over %u:%u:%d: fault %d level %d stage2 %d, pa %#lx, not %#lx",
		      g1->granule, g1->ia, g2->granule, g2->ia, g2->start, t.fault.type,
		      t.fault.level, t.fault.stage2, t.pa.value, output.oa);
	ck_assert_uint_eq(t.ipa.value, s1.oa);
	ck_assert_int_eq(t.stage1.level, s1.level);
	ck_assert_int_eq(t.stage2.level, output.level);
	ck_assert_uint_eq(t.span_bits, smaller(shift_at(g1->granule, s1.level),
					       shift_at(g2->granule, output.level)));
	ck_assert_uint_eq(log.fetch_count, closed_form(p));
	ck_assert_uint_eq(p->memory.reads, log.fetch_count);
	ck_assert_uint_eq(p->memory.strange_reads, 0);
	check_order(p, &log);
}

START_TEST(all_pairs_fetch_the_closed_form_and_reach_the_output)
{
	static struct geometry stage1[GEOMETRIES_MAX], stage2[GEOMETRIES_MAX];
	static struct pair p;
	unsigned count1 = list(stage1_ranges, ROWS(stage1_ranges), 1, stage1);
	unsigned count2 = list(stage2_ranges, ROWS(stage2_ranges), 2, stage2);
	unsigned pairs = 0;

	ck_assert_uint_eq(count1, STAGE1_COUNT);
	ck_assert_uint_eq(count2, STAGE2_COUNT);
	p = (struct pair){.random = 0x9e3779b97f4a7c15, .leaf1 = LEAF_RANDOM, .leaf2 = LEAF_RANDOM};
	for (unsigned i = 0; i < count1; i++)
		for (unsigned j = 0; j < count2; j++, pairs++) {
			struct geometry g1 = stage1[i], g2 = stage2[j];

			/* Where DS is free, both values are. */
			g1.ds |= g1.granule != 16 && (next_random(&p.random) & 1);
			g2.ds |= g2.granule != 16 && (next_random(&p.random) & 1);
			walk_pair(&p, &g1, &g2);
		}
	ck_assert_uint_eq(pairs, PAIR_COUNT);
}
END_TEST

/* ------------------------------------------------------------------ concatenation */

/* A stage 2 geometry whose start level has 2, 4, 8 or 16 tables: each of the tables is reached. */
static const struct {
	const char *name;
	struct geometry g;
	unsigned tables, fetches;
} concatenated_rows[] = {
	{"4k:22:start=3", {12, 22, 3, false}, 2, 1},   {"4k:25:start=3", {12, 25, 3, false}, 16, 1},
	{"4k:31:start=2", {12, 31, 2, false}, 2, 2},   {"4k:34:start=2", {12, 34, 2, false}, 16, 2},
	{"4k:40:start=1", {12, 40, 1, false}, 2, 3},   {"4k:42:start=1", {12, 42, 1, false}, 8, 3},
	{"4k:43:start=1", {12, 43, 1, false}, 16, 3},  {"4k:49:start=0", {12, 49, 0, true}, 2, 4},
	{"4k:50:start=0", {12, 50, 0, true}, 4, 4},    {"4k:52:start=0", {12, 52, 0, true}, 16, 4},
	{"16k:29:start=3", {14, 29, 3, false}, 16, 1}, {"16k:37:start=2", {14, 37, 2, false}, 2, 2},
	{"16k:40:start=2", {14, 40, 2, false}, 16, 2}, {"16k:48:start=1", {14, 48, 1, false}, 2, 3},
	{"16k:51:start=1", {14, 51, 1, true}, 16, 3},  {"64k:30:start=3", {16, 30, 3, false}, 2, 1},
	{"64k:33:start=3", {16, 33, 3, false}, 16, 1}, {"64k:43:start=2", {16, 43, 2, false}, 2, 2},
	{"64k:46:start=2", {16, 46, 2, false}, 16, 2},
};

START_TEST(each_of_the_concatenated_tables_is_reached)
{
	const struct geometry *g = &concatenated_rows[_i].g;
	static struct nw_walk log;
	static struct memory m;
	struct nw_features features = all_features();
	uint64_t random = 88172645463325252u + (unsigned)_i;
	struct stage s = {.g = *g,
			  .m = &m,
			  .leaf = 0x4fc,
			  .leaf_level = 3,
			  .oa_bits = oa_bits_of(g),
			  .random = &random};
	unsigned tables = concatenated_rows[_i].tables;
	unsigned table_bits = g->ia - (unsigned)__builtin_ctz(tables);

	memset(&m, 0, sizeof(m));
	s.base = random_address(&s, start_bits_of(g));
	for (uint64_t table = 0; table < tables; table++) {
		uint64_t ipa = table << table_bits | (next_random(&random) & ones(table_bits));
		struct expected e = stage_map(&s, ipa, NULL, NULL);
		struct nw_registers registers = {
			.HCR_EL2 = 1, .VTCR_EL2 = vtcr_of(g), .VTTBR_EL2 = ttbr_field(g, s.base)};
		struct ttw_regime regime = decode(REGIME_EL10, &registers, &features);
		struct ttw_memory memory = walker_memory(&m, &log);
		struct ttw_translation t = ttw_translate(
			&regime, (va_t){ipa}, (struct nw_access){.type = NW_LOAD}, &memory);
		uint64_t first = s.base + (table << g->granule);

		ck_assert_uint_eq(t.fault.type, FAULT_NONE);
		ck_assert_uint_eq(t.pa.value, e.oa);
		ck_assert_uint_eq(log.fetch_count, concatenated_rows[_i].fetches);
		ck_assert_uint_ge(log.fetch[0].pa.value, first);
		ck_assert_uint_lt(log.fetch[0].pa.value, first + (UINT64_C(1) << g->granule));
	}
	ck_assert_uint_eq(m.strange_reads, 0);
}
END_TEST

/* ------------------------------------------------------------------ pages only */

/*
 * Fetches of pages with both stages' start levels (rows -1 to 3, columns likewise): (n1 + 1)(n2 +
 * 1) - 1.
 */
static const unsigned page_fetches[5][5] = {
	{35, 29, 23, 17, 11}, {29, 24, 19, 14, 9}, {23, 19, 15, 11, 7},
	{17, 14, 11, 8, 5},   {11, 9, 7, 5, 3},
};

START_TEST(pages_under_pages_fetch_what_the_table_says)
{
	static const unsigned ia[5] = {52, 48, 39, 30, 21}; /* 4 KB, start levels -1 to 3 */
	static struct pair p;
	static struct nw_walk log;
	struct nw_features features = all_features();
	int s1 = _i / 5, s2 = _i % 5;
	struct geometry g1 = {12, ia[s1], s1 - 1, s1 == 0}, g2 = {12, ia[s2], s2 - 1, s2 == 0};

	p = (struct pair){.random = 42 + (unsigned)_i, .leaf1 = 3, .leaf2 = 3};
	pair_build(&p, &g1, &g2);

	struct nw_registers registers = registers_of(&p, false);
	struct ttw_regime regime = decode(REGIME_EL10, &registers, &features);
	struct ttw_memory memory = walker_memory(&p.memory, &log);
	struct ttw_translation t = ttw_translate(
		&regime, (va_t){p.ia}, (struct nw_access){.type = NW_LOAD, .el = 1}, &memory);

	ck_assert_uint_eq(t.fault.type, FAULT_NONE);
	ck_assert_uint_eq(log.fetch_count, page_fetches[s1][s2]);
	ck_assert_uint_eq(log.kind, WALK_NESTED);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/geometry");
	TCase *tcase = tcase_create("geometry");

	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, all_pairs_fetch_the_closed_form_and_reach_the_output);
	tcase_add_loop_test(tcase, each_of_the_concatenated_tables_is_reached, 0,
			    ROWS(concatenated_rows));
	tcase_add_loop_test(tcase, pages_under_pages_fetch_what_the_table_says, 0, 25);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
