/* Suite mmu/walk: indices, byte order, walk caches, and walks of anything at all. */
#include "nested.h"

static const struct nw_access el1_load = {.type = NW_LOAD, .el = 1};
static const struct nw_access el2_load = {.type = NW_LOAD, .el = 2};
static struct nw_walk log_;
static struct memory memory;

static struct ttw_translation translate_with(enum nw_regime regime, const struct nw_registers *r,
					     const struct nw_features *f, uint64_t va,
					     struct nw_access access)
{
	struct ttw_regime decoded = decode(regime, r, f);
	struct ttw_memory m = walker_memory(&memory, &log_);

	return ttw_translate(&decoded, (va_t){va}, access, &m);
}

static struct ttw_translation translate(enum nw_regime regime, const struct nw_registers *r,
					uint64_t va, struct nw_access access)
{
	struct nw_features f = all_features();

	return translate_with(regime, r, &f, va, access);
}

/* ------------------------------------------------------------------ indices */

/*
 * Table n of a walk is at n * 0x100000; the entries that a walk reads, from the start level on, and
 * the offset.
 */
static const struct {
	uint64_t va;
	unsigned granule, ia;
	int start;
	bool ds;
	unsigned count;
	uint64_t index[5];
	uint64_t offset;
} index_rows[] = {
	{0x00007F123456789A, 12, 48, 0, false, 4, {254, 72, 418, 359}, 0x89A},
	{0xFFFF800012345678, 12, 48, 0, false, 4, {256, 0, 145, 325}, 0x678},
	{0xFFFFFFC012345678, 12, 39, 1, false, 3, {256, 145, 325}, 0x678},
	{0x000F123456789ABC, 12, 52, -1, true, 5, {15, 36, 209, 179, 393}, 0xABC},
	{0x00007F123456789A, 14, 48, 0, false, 4, {0, 2033, 282, 345}, 0x389A},
	{0x00007F123456789A, 14, 47, 1, false, 3, {2033, 282, 345}, 0x389A},
	{0x000F123456789ABC, 14, 52, 0, true, 4, {30, 291, 555, 482}, 0x1ABC},
	{0x00007F123456789A, 16, 48, 1, false, 3, {31, 6289, 5206}, 0x789A},
	{0x000F123456789ABC, 16, 52, 1, false, 3, {964, 4514, 5752}, 0x9ABC},
	{0x000003FF12345678, 16, 42, 2, false, 2, {8184, 4660}, 0x5678},
};

START_TEST(a_walk_reads_these_entries)
{
	struct geometry g = {index_rows[_i].granule, index_rows[_i].ia, index_rows[_i].start,
			     index_rows[_i].ds};
	struct nw_registers r = {.SCTLR_EL1 = 1,
				 .TCR_EL1 = tcr_of(&g),
				 .TTBR0_EL1 = 0x100000,
				 .TTBR1_EL1 = 0x100000};

	put_path(&memory, index_rows[_i].count, index_rows[_i].index, 0x40000403);

	struct ttw_translation t = translate(REGIME_EL10, &r, index_rows[_i].va, el1_load);

	ck_assert_uint_eq(t.fault.type, FAULT_NONE);
	ck_assert_uint_eq(t.pa.value, 0x40000000 | index_rows[_i].offset);
	ck_assert_uint_eq(log_.fetch_count, index_rows[_i].count);
	ck_assert_uint_eq(log_.kind, WALK_STAGE1_ONLY);
	for (unsigned i = 0; i < index_rows[_i].count; i++) {
		ck_assert_int_eq(log_.fetch[i].level, index_rows[_i].start + (int)i);
		ck_assert_uint_eq(log_.fetch[i].pa.value % 0x100000, 8 * index_rows[_i].index[i]);
		ck_assert_uint_eq(log_.fetch[i].input, log_.fetch[i].pa.value);
	}
}
END_TEST

/* 4 KB, 40 bits from level 1: entry 1020 of two concatenated tables. */
START_TEST(a_concatenated_start_table_has_a_wider_index)
{
	static const uint64_t index[3] = {1020, 145, 325};
	struct geometry g = {12, 40, 1, false};
	struct nw_registers r = {.HCR_EL2 = 1, .VTCR_EL2 = vtcr_of(&g), .VTTBR_EL2 = 0x100000};

	put_path(&memory, 3, index, 0x400004ff);
	ck_assert_uint_eq(translate(REGIME_EL10, &r, 0xff12345678, el1_load).pa.value, 0x40000678);
	ck_assert_uint_eq(log_.fetch[0].pa.value, 0x100000 + 8 * 1020);
	ck_assert_uint_eq(log_.kind, WALK_STAGE2_ONLY);
}
END_TEST

/* ------------------------------------------------------------------ byte order */

/*
 * SCTLR_EL1.EE is for stage 1 of EL1&0, SCTLR_EL2.EE for EL2 and for stage 2; E0E is for neither.
 */
START_TEST(byte_order_of_descriptors)
{
	static const struct geometry g = {12, 48, 0, false};
	static struct pair p;
	struct nw_features f = all_features();

	for (unsigned ee = 0; ee < 4; ee++) {
		p = (struct pair){.random = 11, .leaf1 = 3, .leaf2 = 3};
		pair_build(&p, &g, &g);

		struct nw_registers r = registers_of(&p, false);

		r.SCTLR_EL1 |= (uint64_t)(ee & 1) << 25 | 1 << 24;
		r.SCTLR_EL2 |= (uint64_t)(ee >> 1) << 25;
		for (unsigned i = 0; i < p.memory.used; i++) {
			bool of_stage1 = false;

			for (unsigned j = 0; j < p.walk1.fetches; j++)
				of_stage1 |= p.walk1.descriptor_pa[j] == p.memory.pa[i];
			if (of_stage1 ? ee & 1 : ee >> 1)
				p.memory.value[i] = __builtin_bswap64(p.memory.value[i]);
		}

		struct ttw_regime regime = decode(REGIME_EL10, &r, &f);
		struct ttw_memory m = walker_memory(&p.memory, &log_);
		struct ttw_translation t = ttw_translate(&regime, (va_t){p.ia}, el1_load, &m);

		ck_assert_uint_eq(t.pa.value, p.output.oa);
		ck_assert_uint_eq(log_.fetch[0].descriptor & 3,
				  3); /* the record is in register order */
	}
}
END_TEST

START_TEST(byte_order_of_descriptors_of_el2)
{
	struct nw_registers r = {.SCTLR_EL1 = 0,
				 .SCTLR_EL2 = 1 | 1 << 25,
				 .TCR_EL2 = 25 | 2 << 16,
				 .TTBR0_EL2 = 0x100000};
	static const uint64_t index[3] = {0, 145, 325};

	put_path(&memory, 3, index, 0x80000403);
	memory.big_endian = true;
	ck_assert_uint_eq(translate(REGIME_EL2, &r, 0x12345678, el2_load).pa.value, 0x80000678);
}
END_TEST

/* Without FEAT_MixedEnd EE is RES0. */
START_TEST(byte_order_without_mixed_endianness)
{
	const uint64_t ee = 1 << 25;
	struct nw_registers r = {.SCTLR_EL1 = 1 | ee, .SCTLR_EL2 = 1 | ee, .HCR_EL2 = 1};
	struct nw_features f = without(all_features(), FEAT_MixedEnd);
	struct ttw_regime el10 = decode(REGIME_EL10, &r, &f), el2 = decode(REGIME_EL2, &r, &f),
			  el20 = decode(REGIME_EL20, &r, &f);

	ck_assert(!el10.stage1[0].big_endian && !el10.stage1[1].big_endian);
	ck_assert(!el10.stage2.big_endian);
	ck_assert(!el2.stage1[0].big_endian);
	ck_assert(!el20.stage1[0].big_endian && !el20.stage1[1].big_endian);
}
END_TEST

/* ------------------------------------------------------------------ stage 1 alone */

START_TEST(stage1_alone_reads_its_tables_through_stage2)
{
	static const struct geometry g = {12, 52, -1, true};
	static struct pair p;
	struct nw_features f = all_features();

	p = (struct pair){.random = 17, .leaf1 = 3, .leaf2 = 3};
	pair_build(&p, &g, &g);
	p.memory.latency = 10;

	struct nw_registers r = registers_of(&p, false);
	struct ttw_regime regime = decode(REGIME_EL10, &r, &f);
	struct ttw_memory m = walker_memory(&p.memory, &log_);
	va_t va = {p.ia};
	struct ttw_input input = ttw_input(&regime, va, el1_load);
	struct ttw_translation t;

	ttw_translate_input(&regime, &input, va, el1_load, &m, true, &t);

	ck_assert_uint_eq(t.fault.type, FAULT_NONE);
	ck_assert_uint_eq(t.pa.value, p.walk1.oa);
	ck_assert(t.stage2.flat);
	ck_assert_uint_eq(log_.fetch_count, 5 * (5 + 1));
	ck_assert_uint_eq(log_.latency, 300);
	ck_assert_uint_eq(log_.fetch[7].latency, 10);
}
END_TEST

/* ------------------------------------------------------------------ walk caches */

enum { CACHE_STAGE1 = 1, CACHE_STAGE2 = 2, CACHE_IPA = 4 };

/* Keeps all it is told in one walk; what it answers is chosen by a row. */
struct recorder {
	unsigned answers;
	unsigned kept1, kept2, kept_ipa;
	struct ttw_table table1[8], table2[32];
	ipa_t ipa2[32], ipa[8];
	struct ttw_stage2_output output[8];
};

static bool find_stage1(void *ctx, const struct ttw_regime *r, va_t va, struct ttw_table *table)
{
	struct recorder *c = ctx;

	(void)r, (void)va;
	if (!(c->answers & CACHE_STAGE1))
		return false;
	*table = c->table1[3];
	return true;
}

static void keep_stage1(void *ctx, const struct ttw_regime *r, va_t va,
			const struct ttw_table *table)
{
	struct recorder *c = ctx;

	(void)r, (void)va;
	ck_assert_uint_lt(c->kept1, 8);
	c->table1[c->kept1++] = *table;
}

/* The deepest table known for this IPA: with pages, the one of level 3 in the same 2 MB. */
static bool find_stage2(void *ctx, const struct ttw_regime *r, ipa_t ipa, struct ttw_table *table)
{
	struct recorder *c = ctx;

	for (unsigned i = 0; (c->answers & CACHE_STAGE2) && i < 24; i++) {
		unsigned span_bits = ttw_table_span_bits(&r->stage2, &c->table2[i]);

		if (c->table2[i].level == 3 &&
		    c->ipa2[i].value >> span_bits == ipa.value >> span_bits) {
			*table = c->table2[i];
			return true;
		}
	}
	return false;
}

static void keep_stage2(void *ctx, const struct ttw_regime *r, ipa_t ipa,
			const struct ttw_table *table)
{
	struct recorder *c = ctx;

	(void)r;
	ck_assert_uint_lt(c->kept2, 32);
	c->ipa2[c->kept2] = ipa;
	c->table2[c->kept2++] = *table;
}

static bool find_ipa(void *ctx, const struct ttw_regime *r, ipa_t ipa, enum nw_fetch_for purpose,
		     struct ttw_stage2_output *output)
{
	struct recorder *c = ctx;

	(void)r, (void)purpose;
	for (unsigned i = 0; (c->answers & CACHE_IPA) && i < 6; i++)
		if (c->ipa[i].value == ipa.value) {
			*output = c->output[i];
			return true;
		}
	return false;
}

static void keep_ipa(void *ctx, const struct ttw_regime *r, ipa_t ipa, enum nw_fetch_for purpose,
		     const struct ttw_stage2_output *output)
{
	struct recorder *c = ctx;

	(void)r;
	ck_assert_uint_lt(c->kept_ipa, 8);
	if (c->answers == 0)
		ck_assert_uint_eq(purpose, c->kept_ipa == 5 ? FETCH_FOR_OUTPUT : FETCH_FOR_STAGE1);
	c->ipa[c->kept_ipa] = ipa;
	c->output[c->kept_ipa++] = *output;
}

/* 5x5 pages: fetches of the second walk with some caches warm. */
static const struct {
	const char *name;
	unsigned answers, fetches;
} cache_rows[] = {
	{"none", 0, 35},
	{"stage 1: the last table is known, with its PA", CACHE_STAGE1, 1 + 5},
	{"stage 2: one fetch each", CACHE_STAGE2, 5 * (1 + 1) + 1},
	{"IPA: no stage 2 at all", CACHE_IPA, 5},
	{"stage 1 and stage 2", CACHE_STAGE1 | CACHE_STAGE2, 1 + 1},
	{"stage 1 and IPA", CACHE_STAGE1 | CACHE_IPA, 1},
};

START_TEST(walk_caches_shorten_walks_and_change_no_result)
{
	static const struct geometry g = {12, 52, -1, true};
	static struct pair p;
	static struct recorder c;
	struct ttw_caches caches = {&c,          find_stage1, keep_stage1, find_stage2,
				    keep_stage2, find_ipa,    keep_ipa};
	struct nw_features f = all_features();

	p = (struct pair){.random = 23, .leaf1 = 3, .leaf2 = 3};
	pair_build(&p, &g, &g);
	c = (struct recorder){.answers = 0};

	struct nw_registers r = registers_of(&p, false);
	struct ttw_regime regime = decode(REGIME_EL10, &r, &f);
	struct ttw_memory m = walker_memory(&p.memory, &log_);

	m.caches = &caches;
	ck_assert_uint_eq(ttw_translate(&regime, (va_t){p.ia}, el1_load, &m).pa.value, p.output.oa);
	ck_assert_uint_eq(log_.fetch_count, 35);
	ck_assert_uint_eq(c.kept1, 4);     /* tables of levels 0 to 3 */
	ck_assert_uint_eq(c.kept2, 6 * 4); /* for each of six IPAs */
	ck_assert_uint_eq(c.kept_ipa, 6);
	for (unsigned i = 0; i < 4; i++) {
		static const unsigned span[4] = {48, 39, 30, 21};

		ck_assert_int_eq(c.table1[i].level, (int)i);
		ck_assert_uint_eq(ttw_table_span_bits(&regime.stage1[0], &c.table1[i]), span[i]);
		ck_assert_uint_eq(c.table1[i].table, p.walk1.descriptor_address[i + 1] & ~ones(12));
		ck_assert_uint_eq(c.table1[i].pa & ~ones(12),
				  p.walk1.descriptor_pa[i + 1] & ~ones(12));
	}
	c.answers = cache_rows[_i].answers;
	c.kept1 = c.kept2 = c.kept_ipa = 0;

	struct ttw_translation t = ttw_translate(&regime, (va_t){p.ia}, el1_load, &m);

	ck_assert_uint_eq(t.fault.type, FAULT_NONE);
	ck_assert_uint_eq(t.pa.value, p.output.oa);
	ck_assert_msg(log_.fetch_count == cache_rows[_i].fetches, "%s: %u fetches",
		      cache_rows[_i].name, log_.fetch_count);
}
END_TEST

/*
 * The PA that is kept is that of one descriptor; it answers for the others of the same stage 2
 * page.
 */
START_TEST(a_kept_stage1_table_answers_for_its_other_entries)
{
	static const struct geometry g = {12, 48, 0, false};
	static struct pair p;
	static struct recorder c;
	struct ttw_caches caches = {.ctx = &c, .find_stage1 = find_stage1};
	struct nw_features f = all_features();

	p = (struct pair){.random = 29, .leaf1 = 3, .leaf2 = 3};
	pair_build(&p, &g, &g);
	p.lookups = 0;

	struct expected other = stage_map(&p.stage1, p.ia ^ 0x1000, locate, &p);
	struct expected output = stage_map(&p.stage2, other.oa, NULL, NULL);
	struct nw_registers r = registers_of(&p, false);
	struct ttw_regime regime = decode(REGIME_EL10, &r, &f);
	struct ttw_memory m = walker_memory(&p.memory, &log_);

	c = (struct recorder){.answers = CACHE_STAGE1};
	c.table1[3] = (struct ttw_table){.level = 3,
					 .piece_bits = 12,
					 .table = p.walk1.descriptor_address[3] & ~ones(12),
					 .pa = p.walk1.descriptor_pa[3]};
	m.caches = &caches;

	struct ttw_translation t = ttw_translate(&regime, (va_t){p.ia ^ 0x1000}, el1_load, &m);

	ck_assert_uint_eq(t.fault.type, FAULT_NONE);
	ck_assert_uint_eq(t.pa.value, output.oa);
	ck_assert_uint_eq(log_.fetch_count, 1 + 4);
	ck_assert_uint_eq(log_.fetch[0].pa.value, other.descriptor_pa[3]);
	ck_assert_uint_eq(log_.fetch[0].input, other.descriptor_address[3]);
}
END_TEST

/* ------------------------------------------------------------------ anything at all */

/* A memory in which every address holds some descriptor, valid more often than not. */
static struct nw_port_read any_read(void *ctx, pa_t pa)
{
	uint64_t state = pa.value ^ *(uint64_t *)ctx;
	uint64_t value = next_random(&state);

	return (struct nw_port_read){.value = value & 12 ? value | 0x403 : value,
				     .latency = 1,
				     .abort = value >> 60 == 7 && (value & 0xff0) == 0};
}

START_TEST(no_registers_and_tables_break_the_walker)
{
	static const uint8_t pa_bits[] = {32, 36, 40, 42, 44, 48, 52};
	uint64_t random = 77 + (unsigned)_i;
	unsigned long translated = 0;

	for (unsigned n = 0; n < 100000; n++) {
		struct nw_registers r;
		struct nw_features f = all_features();
		uint64_t *word = (uint64_t *)&r, bits = next_random(&random);

		for (unsigned i = 0; i < sizeof(r) / sizeof(*word); i++)
			word[i] = next_random(&random);
		f.pa_bits = pa_bits[bits % 7];
		f.set[0] = n & 1 ? f.set[0] : next_random(&random);
		r.HCR_EL2 &= ~(UINT64_C(1) << 27 | UINT64_C(1) << 12);
		r.SCTLR_EL1 |= 1;

		struct nw_access access = {.type = (enum nw_access_type)(bits >> 8) % 7,
					   .el = bits >> 16 & 1,
					   .unprivileged = !(bits >> 16 & 1),
					   .pan = bits >> 17 & 1,
					   .unaligned = bits >> 18 & 1};
		struct ttw_regime regime = decode(bits >> 19 & 1, &r, &f);
		struct ttw_memory m = {.port = {.ctx = &random, .read = any_read}, .log = &log_};
		uint64_t va = next_random(&random) >> (bits >> 20) % 49;
		struct ttw_translation t =
			ttw_translate(&regime, (va_t){bits & 1 ? ~va : va}, access, &m);

		ck_assert_uint_le(log_.fetch_count, 35);
		ck_assert_uint_eq(log_.latency, log_.fetch_count);
		ck_assert_uint_lt(nw_fault_status(&t.fault), 64);
		ck_assert(t.fault.type != FAULT_NONE || t.pa.value >> f.pa_bits == 0);
		translated += t.fault.type == FAULT_NONE;
	}
	ck_assert_uint_gt(translated, 10);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/walk");
	TCase *tcase = tcase_create("walk");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_walk_reads_these_entries, 0, ROWS(index_rows));
	tcase_add_test(tcase, a_concatenated_start_table_has_a_wider_index);
	tcase_add_test(tcase, byte_order_of_descriptors);
	tcase_add_test(tcase, byte_order_of_descriptors_of_el2);
	tcase_add_test(tcase, byte_order_without_mixed_endianness);
	tcase_add_test(tcase, stage1_alone_reads_its_tables_through_stage2);
	tcase_add_loop_test(tcase, walk_caches_shorten_walks_and_change_no_result, 0,
			    ROWS(cache_rows));
	tcase_add_test(tcase, a_kept_stage1_table_answers_for_its_other_entries);
	tcase_add_loop_test(tcase, no_registers_and_tables_break_the_walker, 0, 4);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
