/*
 * Suite mmu/geometry: every legal stage 1 geometry of a 52-bit core over every legal stage 2 geometry, with leaves at
 * random levels: number and places of the descriptors fetched, and the output address.
 */
#include "tables.h"

/* Input sizes that a start level serves. Reference: D8.2, "Translation table walk ... initial lookup level". */
struct range {
	unsigned granule;
	int start;
	unsigned first, last;
};

/* Stage 1: the start level follows from the size. */
static const struct range stage1_ranges[] = {
	{ 12, 3, 16, 21 }, { 12, 2, 22, 30 },  { 12, 1, 31, 39 }, { 12, 0, 40, 48 },
	{ 12, -1, 49, 52 }, { 14, 3, 16, 25 }, { 14, 2, 26, 36 }, { 14, 1, 37, 47 },
	{ 14, 0, 48, 52 }, { 16, 3, 17, 29 },  { 16, 2, 30, 42 }, { 16, 1, 43, 52 },
};

/* Stage 2: software chooses, with up to sixteen concatenated tables. */
static const struct range stage2_ranges[] = {
	{ 12, 3, 16, 25 },  { 12, 2, 22, 34 }, { 12, 1, 31, 43 }, { 12, 0, 40, 52 },
	{ 12, -1, 49, 52 }, { 14, 3, 16, 29 }, { 14, 2, 26, 40 }, { 14, 1, 37, 51 },
	{ 14, 0, 48, 52 },  { 16, 3, 17, 33 }, { 16, 2, 30, 46 }, { 16, 1, 43, 52 },
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
			out[n++] = (struct geometry){ r->granule, ia, r->start,
						      needs_ds(r, ia, stage) };
	}
	return n;
}

/* ------------------------------------------------------------------ registers */

static uint64_t vtcr_of(const struct geometry *g)
{
	static const uint64_t sl0_4k[5] = { 0, 2, 1, 0, 3 }; /* levels -1, 0, 1, 2, 3 */
	uint64_t sl0 = g->granule == 12 ? sl0_4k[g->start + 1] : (uint64_t)(3 - g->start);
	uint64_t sl2 = g->start == -1;

	return (64 - g->ia) | sl0 << 6 | tg0_code(g->granule) << 14 | UINT64_C(6) << 16 |
	       UINT64_C(1) << 31 | (uint64_t)g->ds << 32 | sl2 << 33;
}

static uint64_t tcr_of(const struct geometry *g)
{
	uint64_t size = 64 - g->ia;

	return size | size << 16 | tg0_code(g->granule) << 14 | tg1_code(g->granule) << 30 |
	       UINT64_C(6) << 32 | (uint64_t)g->ds << 59;
}

/* ------------------------------------------------------------------ a pair */

struct pair {
	struct memory memory;
	struct stage stage1, stage2;
	uint64_t random;
	struct expected lookup[6]; /* stage 2 of each stage 1 descriptor, in order */
	unsigned lookups;
};

/* Maps the IPA of a stage 1 descriptor at stage 2, and notes how long that walk is. */
static uint64_t locate(void *ctx, uint64_t ipa)
{
	struct pair *p = ctx;
	struct expected e = stage_map(&p->stage2, ipa, NULL, NULL);

	p->lookup[p->lookups++] = e;
	return e.oa;
}

static unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static void set_up(struct pair *p, const struct geometry *g1, const struct geometry *g2)
{
	p->memory.used = 0;
	p->memory.reads = 0;
	p->memory.strange_reads = 0;
	p->lookups = 0;
	/* AF; stage 2 also S2AP=0b11, MemAttr Normal. */
	p->stage1 = (struct stage){ .g = *g1, .m = &p->memory, .leaf = 0x400, .leaf_chance = 25,
				    .oa_bits = smaller(oa_bits_of(g1), g2->ia), .random = &p->random };
	p->stage2 = (struct stage){ .g = *g2, .m = &p->memory, .leaf = 0x4fc, .leaf_chance = 25,
				    .oa_bits = oa_bits_of(g2), .random = &p->random };
	p->stage1.base = random_address(&p->stage1, start_bits_of(g1));
	p->stage2.base = random_address(&p->stage2, start_bits_of(g2));
}

static struct mmu_registers registers_of(const struct pair *p, bool upper)
{
	const struct geometry *g1 = &p->stage1.g, *g2 = &p->stage2.g;
	uint64_t ttbr = ttbr_field(g1, p->stage1.base) | 1; /* CnP */
	struct mmu_registers r = {
		.SCTLR_EL1 = 1,
		.TCR_EL1 = tcr_of(g1),
		.HCR_EL2 = 1,
		.VTCR_EL2 = vtcr_of(g2),
		.VTTBR_EL2 = ttbr_field(g2, p->stage2.base) | 1,
	};

	*(upper ? &r.TTBR1_EL1 : &r.TTBR0_EL1) = ttbr;
	return r;
}

/* A stage 1 block larger than the IPA space: the low bits of the VA have to stay inside that space. */
static uint64_t pick_ia(struct pair *p)
{
	uint64_t ia = next_random(&p->random) & ones(p->stage1.g.ia);

	for (int level = p->stage1.g.start; level < 3; level++) {
		unsigned shift = shift_at(p->stage1.g.granule, level);

		if (block_at(&p->stage1.g, level) && shift > p->stage1.oa_bits)
			return ia & (~ones(shift) | ones(p->stage1.oa_bits));
	}
	return ia;
}

/* Tables at random places may overlap; then two lookups want one cell, and the pair is drawn again. */
static bool overlaps(const struct pair *p, const struct expected *s1, const struct expected *output)
{
	uint64_t seen[64];
	unsigned count = 0;

	for (unsigned i = 0; i < s1->fetches; i++)
		seen[count++] = s1->descriptor_pa[i];
	for (unsigned i = 0; i < s1->fetches; i++)
		for (unsigned j = 0; j < count; j++)
			if (i != j && seen[i] == seen[j])
				return true;
	for (unsigned i = 0; i <= p->lookups; i++) {
		const struct expected *e = i < p->lookups ? &p->lookup[i] : output;

		for (unsigned j = 0; j < e->fetches; j++)
			for (unsigned k = 0; k < s1->fetches; k++)
				if (e->descriptor_pa[j] == seen[k])
					return true;
	}
	return false;
}

static void check_order(const struct pair *p, const struct expected *s1,
			const struct expected *output, const struct mmu_walk *log)
{
	const struct mmu_fetch *f = log->fetch;

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

/* The general closed form: stage 2 lengths of all stage 1 lookups, n1, and stage 2 length of the output. */
static unsigned closed_form(const struct pair *p, const struct expected *s1,
			    const struct expected *output)
{
	unsigned count = s1->fetches + output->fetches;

	for (unsigned i = 0; i < p->lookups; i++)
		count += p->lookup[i].fetches;
	return count;
}

static void walk_pair(struct pair *p, const struct geometry *g1, const struct geometry *g2)
{
	static struct mmu_walk log;
	struct mmu_features features = all_features();
	struct expected s1, output;
	uint64_t ia;

	do {
		set_up(p, g1, g2);
		ia = pick_ia(p);
		s1 = stage_map(&p->stage1, ia, locate, p);
		output = stage_map(&p->stage2, s1.oa, NULL, NULL);
	} while (overlaps(p, &s1, &output));

	bool upper = next_random(&p->random) & 1;
	struct mmu_registers registers = registers_of(p, upper);
	struct ttw_regime regime = ttw_decode(REGIME_EL10, &registers, &features);
	struct ttw_memory memory = walker_memory(&p->memory, &log);
	struct mmu_access load = { .type = MMU_LOAD, .el = 1 };
	va_t va = { upper ? ia | ~ones(g1->ia) : ia };
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
	ck_assert_uint_eq(log.fetch_count, closed_form(p, &s1, &output));
	ck_assert_uint_eq(p->memory.reads, log.fetch_count);
	ck_assert_uint_eq(p->memory.strange_reads, 0);
	check_order(p, &s1, &output, &log);
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
	p.random = 0x9e3779b97f4a7c15;
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
	{ "4k:22:start=3", { 12, 22, 3, false }, 2, 1 },
	{ "4k:25:start=3", { 12, 25, 3, false }, 16, 1 },
	{ "4k:31:start=2", { 12, 31, 2, false }, 2, 2 },
	{ "4k:34:start=2", { 12, 34, 2, false }, 16, 2 },
	{ "4k:40:start=1", { 12, 40, 1, false }, 2, 3 },
	{ "4k:42:start=1", { 12, 42, 1, false }, 8, 3 },
	{ "4k:43:start=1", { 12, 43, 1, false }, 16, 3 },
	{ "4k:49:start=0", { 12, 49, 0, true }, 2, 4 },
	{ "4k:50:start=0", { 12, 50, 0, true }, 4, 4 },
	{ "4k:52:start=0", { 12, 52, 0, true }, 16, 4 },
	{ "16k:29:start=3", { 14, 29, 3, false }, 16, 1 },
	{ "16k:37:start=2", { 14, 37, 2, false }, 2, 2 },
	{ "16k:40:start=2", { 14, 40, 2, false }, 16, 2 },
	{ "16k:48:start=1", { 14, 48, 1, false }, 2, 3 },
	{ "16k:51:start=1", { 14, 51, 1, true }, 16, 3 },
	{ "64k:30:start=3", { 16, 30, 3, false }, 2, 1 },
	{ "64k:33:start=3", { 16, 33, 3, false }, 16, 1 },
	{ "64k:43:start=2", { 16, 43, 2, false }, 2, 2 },
	{ "64k:46:start=2", { 16, 46, 2, false }, 16, 2 },
};

START_TEST(each_of_the_concatenated_tables_is_reached)
{
	const struct geometry *g = &concatenated_rows[_i].g;
	static struct mmu_walk log;
	static struct memory m;
	struct mmu_features features = all_features();
	uint64_t random = 88172645463325252u + (unsigned)_i;
	struct stage s = { .g = *g, .m = &m, .leaf = 0x4fc, .oa_bits = oa_bits_of(g),
			   .random = &random };
	unsigned tables = concatenated_rows[_i].tables;
	unsigned table_bits = g->ia - (unsigned)__builtin_ctz(tables);

	memset(&m, 0, sizeof(m));
	s.base = random_address(&s, start_bits_of(g));
	for (uint64_t table = 0; table < tables; table++) {
		uint64_t ipa = table << table_bits | (next_random(&random) & ones(table_bits));
		struct expected e = stage_map(&s, ipa, NULL, NULL);
		struct mmu_registers registers = { .HCR_EL2 = 1, .VTCR_EL2 = vtcr_of(g),
						   .VTTBR_EL2 = ttbr_field(g, s.base) };
		struct ttw_regime regime = ttw_decode(REGIME_EL10, &registers, &features);
		struct ttw_memory memory = walker_memory(&m, &log);
		struct ttw_translation t = ttw_translate(
			&regime, (va_t){ ipa }, (struct mmu_access){ .type = MMU_LOAD }, &memory);
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

/* Fetches of pages with both stages' start levels (rows -1 to 3, columns likewise): (n1 + 1)(n2 + 1) - 1. */
static const unsigned page_fetches[5][5] = {
	{ 35, 29, 23, 17, 11 }, { 29, 24, 19, 14, 9 }, { 23, 19, 15, 11, 7 },
	{ 17, 14, 11, 8, 5 },   { 11, 9, 7, 5, 3 },
};

START_TEST(pages_under_pages_fetch_what_the_table_says)
{
	static const unsigned ia[5] = { 52, 48, 39, 30, 21 }; /* 4 KB, start levels -1 to 3 */
	static struct pair p;
	static struct mmu_walk log;
	struct mmu_features features = all_features();
	int s1 = _i / 5, s2 = _i % 5;
	struct geometry g1 = { 12, ia[s1], s1 - 1, s1 == 0 }, g2 = { 12, ia[s2], s2 - 1, s2 == 0 };
	struct expected e, output;

	p.random = 42 + (unsigned)_i;
	do {
		set_up(&p, &g1, &g2);
		p.stage1.leaf_chance = p.stage2.leaf_chance = 0;
		e = stage_map(&p.stage1, 0, locate, &p);
		output = stage_map(&p.stage2, e.oa, NULL, NULL);
	} while (overlaps(&p, &e, &output));

	struct mmu_registers registers = registers_of(&p, false);
	struct ttw_regime regime = ttw_decode(REGIME_EL10, &registers, &features);
	struct ttw_memory memory = walker_memory(&p.memory, &log);
	struct ttw_translation t = ttw_translate(&regime, (va_t){ 0 },
						 (struct mmu_access){ .type = MMU_LOAD, .el = 1 },
						 &memory);

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
