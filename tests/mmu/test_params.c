/*
 * Suite mmu/params: registers to parameters. Every expected value is a literal of the architecture.
 */
#include "tables.h"

static const unsigned granules[] = {12, 14, 16};

static struct ttw_regime el10(const struct nw_registers *r, const struct nw_features *f)
{
	return decode(REGIME_EL10, r, f);
}

static struct ttw_regime el2(const struct nw_registers *r, const struct nw_features *f)
{
	return decode(REGIME_EL2, r, f);
}

/* ------------------------------------------------------------------ stage 1: limits and start
 * levels */

/* Granule, start level and the input sizes that have it. */
static const struct {
	unsigned granule;
	int start;
	unsigned first, last;
} stage1_start[] = {
	{12, 3, 16, 21},  {12, 2, 22, 30}, {12, 1, 31, 39}, {12, 0, 40, 48},
	{12, -1, 49, 52}, {14, 3, 16, 25}, {14, 2, 26, 36}, {14, 1, 37, 47},
	{14, 0, 48, 52},  {16, 3, 17, 29}, {16, 2, 30, 42}, {16, 1, 43, 52},
};

static int expected_start(unsigned granule, unsigned ia)
{
	for (int i = 0; i < ROWS(stage1_start); i++)
		if (stage1_start[i].granule == granule && ia >= stage1_start[i].first &&
		    ia <= stage1_start[i].last)
			return stage1_start[i].start;
	ck_abort_msg("no start level for %u bits, granule %u", ia, granule);
}

/*
 * A core without a feature, and the smallest and largest TxSZ by granule (4, 16, 64 KB) with DS=0
 * and DS=1.
 */
static const struct {
	const char *name;
	enum nw_feature missing;
	unsigned min_ds0[3], min_ds1[3], max[3];
} limit_rows[] = {
	{"all features", FEAT_NONE, {16, 16, 12}, {12, 12, 12}, {48, 48, 47}},
	{"no FEAT_LPA2", FEAT_LPA2, {16, 16, 12}, {16, 16, 12}, {48, 48, 47}},
	{"no FEAT_LVA", FEAT_LVA, {16, 16, 16}, {12, 12, 16}, {48, 48, 47}},
	{"no FEAT_TTST", FEAT_TTST, {16, 16, 12}, {12, 12, 12}, {39, 39, 39}},
};

static void check_stage1_size(const struct ttw_params *p, unsigned granule, unsigned txsz,
			      bool legal, const char *name)
{
	ck_assert_msg(p->bad == (legal ? FAULT_NONE : FAULT_TRANSLATION), "%s: granule %u TxSZ %u",
		      name, granule, txsz);
	if (!legal)
		return;
	ck_assert_uint_eq(p->ia_bits, 64 - txsz);
	ck_assert_msg(p->start_level == expected_start(granule, 64 - txsz),
		      "%s: granule %u TxSZ %u starts at %d", name, granule, txsz, p->start_level);
}

START_TEST(stage1_sizes_and_start_levels)
{
	struct nw_features f = without(all_features(), limit_rows[_i].missing);

	if (limit_rows[_i].missing == FEAT_NONE)
		f = all_features();
	for (unsigned g = 0; g < 3; g++)
		for (unsigned ds = 0; ds < 2; ds++)
			for (uint64_t txsz = 0; txsz < 64; txsz++) {
				unsigned min =
					ds ? limit_rows[_i].min_ds1[g] : limit_rows[_i].min_ds0[g];
				bool legal = txsz >= min && txsz <= limit_rows[_i].max[g];
				struct nw_registers r = {
					.TCR_EL1 = txsz | txsz << 16 | tg0_code(granules[g]) << 14 |
						   tg1_code(granules[g]) << 30 | (uint64_t)ds << 59,
					.TCR_EL2 = txsz | tg0_code(granules[g]) << 14 |
						   (uint64_t)ds << 32,
				};
				struct ttw_regime a = el10(&r, &f), b = el2(&r, &f);
				unsigned t = (unsigned)txsz;

				check_stage1_size(&a.stage1[0], granules[g], t, legal, "TTBR0_EL1");
				check_stage1_size(&a.stage1[1], granules[g], t, legal, "TTBR1_EL1");
				check_stage1_size(&b.stage1[0], granules[g], t, legal, "TTBR0_EL2");
			}
}
END_TEST

/* ------------------------------------------------------------------ stage 2: SL0, SL2, T0SZ */

/* Start level by {SL2, SL0}, or 9; the conditions are in stage2_legal(). */
static const int start_codes[3][8] = {
	{2, 1, 0, 3, -1, 9, 9, 9},
	{3, 2, 1, 0, 3, 2, 1, 0}, /* SL2 counts for 4 KB only */
	{3, 2, 1, 9, 3, 2, 1, 9},
};

/* Input sizes by start level -1, 0, 1, 2, 3: with one table up to sixteen. */
static const unsigned first_ia[3][5] = {
	{49, 40, 31, 22, 13}, {0, 48, 37, 26, 15}, {0, 0, 43, 30, 17}};
static const unsigned last_ia[3][5] = {
	{64, 52, 43, 34, 25}, {0, 62, 51, 40, 29}, {0, 0, 59, 46, 33}};

struct stage2_case {
	unsigned g, sl, t0sz, pa_bits;
	bool ds, lpa2, ttst;
};

static int stage2_start(const struct stage2_case *c)
{
	bool ds = c->ds && c->lpa2 && c->g != 2;

	return start_codes[c->g][c->g == 0 && !ds ? c->sl & 3 : c->sl];
}

static bool stage2_legal(const struct stage2_case *c)
{
	bool ds = c->ds && c->lpa2 && c->g != 2;
	unsigned limit = ds || c->g == 2 ? 52 : 48;
	unsigned ia = 64 - c->t0sz, max_t0sz = !c->ttst ? 39 : c->g == 2 ? 47 : 48;
	int start = stage2_start(c);

	if (ia > (c->pa_bits < limit ? c->pa_bits : limit) || c->t0sz > max_t0sz || start == 9)
		return false;
	if (c->g == 0 && ((start == 0 && c->pa_bits < 44) || (start == 3 && !c->ttst)))
		return false;
	if (c->g == 1 && ((start == 0 && !ds) || (start == 1 && c->pa_bits < 42)))
		return false;
	if (c->g == 2 && start == 1 && c->pa_bits < 44)
		return false;
	return ia >= first_ia[c->g][start + 1] && ia <= last_ia[c->g][start + 1];
}

static void check_stage2(const struct stage2_case *c)
{
	struct nw_features f = all_features();
	struct nw_registers r = {
		.HCR_EL2 = 1,
		.VTCR_EL2 = c->t0sz | (uint64_t)(c->sl & 3) << 6 | tg0_code(granules[c->g]) << 14 |
			    (uint64_t)c->ds << 32 | (uint64_t)(c->sl >> 2) << 33,
	};

	f.pa_bits = (uint8_t)c->pa_bits;
	if (!c->lpa2)
		f = without(f, FEAT_LPA2);
	if (!c->ttst)
		f = without(f, FEAT_TTST);

	struct ttw_params p = el10(&r, &f).stage2;
	bool legal = stage2_legal(c);

	ck_assert_msg(p.bad == (legal ? FAULT_NONE : FAULT_TRANSLATION),
		      "granule %u SL2:SL0 %u T0SZ %u PAMax %u DS %d LPA2 %d TTST %d",
		      granules[c->g], c->sl, c->t0sz, c->pa_bits, c->ds, c->lpa2, c->ttst);
	if (legal) {
		ck_assert_int_eq(p.start_level, stage2_start(c));
		ck_assert_uint_eq(p.ia_bits, 64 - c->t0sz);
	}
}

START_TEST(stage2_start_levels_and_sizes)
{
	static const unsigned pa_bits[] = {32, 36, 40, 42, 44, 48, 52};

	for (unsigned n = 0; n < 3 * 8 * 64 * 2 * 2 * 2; n++) {
		struct stage2_case c = {n % 3,        n / 3 % 8,    n / 24 % 64, pa_bits[_i],
					n / 1536 % 2, n / 3072 % 2, n / 6144 % 2};

		check_stage2(&c);
	}
}
END_TEST

/* ------------------------------------------------------------------ start tables */

/* Size of the start table in bytes; it is what the base is aligned to. */
static const struct {
	unsigned ia;
	uint64_t size[3]; /* 4, 16, 64 KB; 0: no such size */
} table_rows[] = {
	{16, {128, 32, 0}},       {17, {256, 64, 16}},      {21, {4096, 1024, 256}},
	{22, {16, 2048, 512}},    {25, {128, 16384, 4096}}, {26, {256, 16, 8192}},
	{30, {4096, 256, 16}},    {31, {16, 512, 32}},      {32, {32, 1024, 64}},
	{36, {512, 16384, 1024}}, {37, {1024, 16, 2048}},   {39, {4096, 64, 8192}},
	{40, {16, 128, 16384}},   {42, {64, 512, 65536}},   {43, {128, 1024, 16}},
	{44, {256, 2048, 32}},    {47, {2048, 16384, 256}}, {48, {4096, 16, 512}},
};

START_TEST(the_base_is_cut_to_the_size_of_the_table)
{
	struct nw_features f = all_features();

	for (unsigned g = 0; g < 3; g++) {
		uint64_t size = table_rows[_i].size[g];
		struct nw_registers r = {
			.TTBR0_EL1 = UINT64_C(0xffffffffffffffff),
			.TCR_EL1 = (64 - table_rows[_i].ia) | tg0_code(granules[g]) << 14 |
				   UINT64_C(5) << 32,
		};

		if (size == 0)
			continue;
		ck_assert_uint_eq(el10(&r, &f).stage1[0].base, (UINT64_C(1) << 48) - size);
		/* 52-bit layout: DS=1, or 64 KB with IPS=0b110; at least 64 bytes. */
		r.TCR_EL1 |= granules[g] == 16 ? UINT64_C(6) << 32 : UINT64_C(1) << 59;
		if (granules[g] == 16)
			r.TCR_EL1 &= ~(UINT64_C(1) << 32);
		ck_assert_uint_eq(el10(&r, &f).stage1[0].base,
				  (UINT64_C(1) << 52) - (size < 64 ? 64 : size));
	}
}
END_TEST

/*
 * Concatenated tables are aligned to the size of all. 4 KB, SL0=1, T0SZ=21: sixteen tables, 64 KB.
 */
START_TEST(the_base_of_concatenated_tables_is_cut_to_the_size_of_all)
{
	struct nw_features f = all_features();
	struct nw_registers r = {.HCR_EL2 = 1,
				 .VTCR_EL2 = 21 | 1 << 6 | UINT64_C(5) << 16,
				 .VTTBR_EL2 = UINT64_C(0x00070000ffffffff)};

	ck_assert_uint_eq(el10(&r, &f).stage2.base, 0xffff0000);
	r.VTCR_EL2 = 16 | 2 << 6 | tg0_code(14) << 14 | UINT64_C(5) << 16; /* 16 KB: two tables */
	ck_assert_uint_eq(el10(&r, &f).stage2.base, 0xffff8000);
}
END_TEST

START_TEST(a_base_above_the_output_size_is_an_address_size_fault_of_every_walk)
{
	struct nw_features f = all_features();
	struct nw_registers r = {.TTBR0_EL1 = UINT64_C(1) << 40, .TCR_EL1 = 16 | UINT64_C(2) << 32};

	ck_assert_uint_eq(el10(&r, &f).stage1[0].bad_start, FAULT_ADDRESS_SIZE);
	r.TCR_EL1 = 16 | UINT64_C(3) << 32;
	ck_assert_uint_eq(el10(&r, &f).stage1[0].bad_start, FAULT_NONE);
}
END_TEST

/* ------------------------------------------------------------------ output sizes */

/* Bits of the output by size code 0 to 7, clipped to what there is. */
static const struct {
	const char *name;
	unsigned granule, pa_bits;
	enum nw_feature missing;
	uint8_t bits[8];
} output_rows[] = {
	{"4 KB, 52", 12, 52, FEAT_NONE, {32, 36, 40, 42, 44, 48, 52, 52}},
	{"4 KB, no LPA2", 12, 52, FEAT_LPA2, {32, 36, 40, 42, 44, 48, 48, 48}},
	{"16 KB, no LPA2", 14, 52, FEAT_LPA2, {32, 36, 40, 42, 44, 48, 48, 48}},
	{"64 KB, no LPA2", 16, 52, FEAT_LPA2, {32, 36, 40, 42, 44, 48, 52, 52}},
	{"4 KB, PAMax 40", 12, 40, FEAT_NONE, {32, 36, 40, 40, 40, 40, 40, 40}},
	{"64 KB, PAMax 48", 16, 48, FEAT_NONE, {32, 36, 40, 42, 44, 48, 48, 48}},
};

START_TEST(output_sizes_are_clipped_to_the_core)
{
	struct nw_features f = all_features();

	f.pa_bits = (uint8_t)output_rows[_i].pa_bits;
	if (output_rows[_i].missing != FEAT_NONE)
		f = without(f, output_rows[_i].missing);
	for (uint64_t code = 0; code < 8; code++) {
		struct nw_registers r = {
			.TCR_EL1 = 32 | tg0_code(output_rows[_i].granule) << 14 | code << 32,
			.TCR_EL2 = 32 | tg0_code(output_rows[_i].granule) << 14 | code << 16,
			.HCR_EL2 = 1,
			.VTCR_EL2 =
				32 | 1 << 6 | tg0_code(output_rows[_i].granule) << 14 | code << 16,
		};

		ck_assert_uint_eq(el10(&r, &f).stage1[0].oa_bits, output_rows[_i].bits[code]);
		ck_assert_uint_eq(el2(&r, &f).stage1[0].oa_bits, output_rows[_i].bits[code]);
		ck_assert_uint_eq(el10(&r, &f).stage2.oa_bits, output_rows[_i].bits[code]);
	}
}
END_TEST

/* ------------------------------------------------------------------ blocks and contiguous groups
 */

/* Levels -1 to 3: may a block (3: page) be there; log2 of entries in a contiguous group. */
static const struct {
	const char *name;
	unsigned granule, pa_bits, ia;
	bool ds;
	bool leaf[5];
	unsigned contiguous[5];
} leaf_rows[] = {
	{"4 KB DS=0", 12, 52, 48, false, {0, 0, 1, 1, 1}, {0, 0, 4, 4, 4}},
	{"4 KB DS=1", 12, 52, 52, true, {0, 1, 1, 1, 1}, {0, 0, 4, 4, 4}},
	{"16 KB DS=0", 14, 52, 48, false, {0, 0, 0, 1, 1}, {0, 0, 0, 5, 7}},
	{"16 KB DS=1", 14, 52, 52, true, {0, 0, 1, 1, 1}, {0, 0, 0, 5, 7}},
	{"64 KB PAMax 48", 16, 48, 48, false, {0, 0, 0, 1, 1}, {0, 0, 0, 5, 5}},
	{"64 KB PAMax 52", 16, 52, 48, false, {0, 0, 1, 1, 1}, {0, 0, 0, 5, 5}},
	{"a group larger than the input is no group",
	 12,
	 52,
	 32,
	 false,
	 {0, 0, 1, 1, 1},
	 {0, 0, 0, 4, 4}},
};

START_TEST(where_blocks_and_contiguous_groups_are)
{
	struct nw_features f = all_features();
	struct nw_registers r = {
		.TCR_EL1 = (64 - leaf_rows[_i].ia) | tg0_code(leaf_rows[_i].granule) << 14 |
			   (uint64_t)leaf_rows[_i].ds << 59,
	};

	f.pa_bits = (uint8_t)leaf_rows[_i].pa_bits;

	struct ttw_params p = el10(&r, &f).stage1[0];

	ck_assert_uint_eq(p.bad, FAULT_NONE);
	for (int level = p.start_level; level <= 3; level++) {
		const uint8_t *type = p.level[level + 1].type;

		ck_assert_int_eq(type[1] == DESC_LEAF || type[3] == DESC_LEAF,
				 leaf_rows[_i].leaf[level + 1]);
		ck_assert_int_eq(type[3] == DESC_TABLE, level != 3);
		ck_assert(type[0] == DESC_INVALID && type[2] == DESC_INVALID);
		ck_assert_uint_eq(p.level[level + 1].contiguous_bits,
				  leaf_rows[_i].contiguous[level + 1]);
	}
}
END_TEST

/* ------------------------------------------------------------------ granule codes */

START_TEST(tg0_and_tg1_have_different_codes)
{
	static const uint8_t tg0[4] = {12, 16, 14, 12}, tg1[4] = {12, 14, 12, 16};
	struct nw_features f = all_features();

	for (uint64_t code = 0; code < 4; code++) {
		struct nw_registers r = {.TCR_EL1 = 32 | 32 << 16 | code << 14 | code << 30,
					 .TCR_EL2 = 32 | code << 14,
					 .VTCR_EL2 = 32 | 1 << 6 | code << 14};

		ck_assert_uint_eq(el10(&r, &f).stage1[0].granule_bits, tg0[code]);
		ck_assert_uint_eq(el10(&r, &f).stage1[1].granule_bits, tg1[code]);
		ck_assert_uint_eq(el10(&r, &f).stage2.granule_bits, tg0[code]);
		ck_assert_uint_eq(el2(&r, &f).stage1[0].granule_bits, tg0[code]);
	}
}
END_TEST

START_TEST(a_granule_that_the_core_lacks_is_another_one)
{
	struct nw_features f = all_features();
	struct nw_registers r = {.TCR_EL1 = 32};

	f.granule_4k = false;
	ck_assert_uint_eq(el10(&r, &f).stage1[0].granule_bits, 14);
	f.granule_16k = false;
	ck_assert_uint_eq(el10(&r, &f).stage1[0].granule_bits, 16);
}
END_TEST

/* ------------------------------------------------------------------ which stages are in force */

static const struct {
	const char *name;
	uint64_t sctlr_el1, hcr;
	bool no_el2;
	bool stage1, stage2;
} stage_rows[] = {
	{"nothing", 0, 0, false, false, false},
	{"M", 1, 0, false, true, false},
	{"VM", 0, 1, false, false, true},
	{"M and VM", 1, 1, false, true, true},
	{"DC turns stage 1 off and stage 2 on", 1, 1 << 12, false, false, true},
	{"TGE turns stage 1 off", 1, 1 << 27, false, false, false},
	{"TGE and VM", 1, 1 << 27 | 1, false, false, true},
	{"no EL2: HCR is nothing", 1, 1 << 12 | 1, true, true, false},
};

START_TEST(which_stages_are_in_force)
{
	struct nw_features f = all_features();
	struct nw_registers r = {.SCTLR_EL1 = stage_rows[_i].sctlr_el1,
				 .HCR_EL2 = stage_rows[_i].hcr};

	if (stage_rows[_i].no_el2)
		f = without(f, FEAT_EL2);

	struct ttw_regime a = el10(&r, &f);

	ck_assert_int_eq(a.stage1[0].enabled, stage_rows[_i].stage1);
	ck_assert_int_eq(a.stage1[1].enabled, stage_rows[_i].stage1);
	ck_assert_int_eq(a.stage2.enabled, stage_rows[_i].stage2);
	ck_assert_int_eq(el2(&r, &f).stage1[0].enabled, false);
	ck_assert_int_eq(el2(&r, &f).stage2.enabled, false);
	r.SCTLR_EL2 = 1;
	ck_assert_int_eq(el2(&r, &f).stage1[0].enabled, true);
}
END_TEST

/* ------------------------------------------------------------------ fields of one half */

/* A bit of TCR_EL1, and what it changes in the lower and in the upper half. */
static const struct {
	const char *name;
	unsigned bit;
	bool upper;
	enum { EPD, HPD, E0PD, TBI, TBID, SH } what;
} half_rows[] = {
	{"EPD0", 7, false, EPD},   {"EPD1", 23, true, EPD},    {"HPD0", 41, false, HPD},
	{"HPD1", 42, true, HPD},   {"E0PD0", 55, false, E0PD}, {"E0PD1", 56, true, E0PD},
	{"TBI0", 37, false, TBI},  {"TBI1", 38, true, TBI},    {"TBID0", 51, false, TBID},
	{"TBID1", 52, true, TBID}, {"SH0", 13, false, SH},     {"SH1", 29, true, SH},
};

static bool is_set(const struct ttw_params *p, unsigned what)
{
	switch (what) {
	case EPD:
		return p->bad_start == FAULT_TRANSLATION;
	case HPD:
		return p->hierarchical_mask == 0;
	case E0PD:
		return p->e0pd;
	case TBI:
		return p->top_data == 55 && p->top_fetch == 55;
	case TBID:
		return p->top_fetch == 63;
	default:
		return p->sh == 2;
	}
}

START_TEST(a_field_of_one_half_leaves_the_other_alone)
{
	struct nw_features f = all_features();
	struct nw_registers r = {.TCR_EL1 = 25 | 25 << 16 | UINT64_C(2) << 30};

	if (half_rows[_i].what == TBID) /* counts only where TBI does */
		r.TCR_EL1 |= UINT64_C(3) << 37;
	ck_assert(!is_set(&el10(&r, &f).stage1[0], half_rows[_i].what));
	ck_assert(!is_set(&el10(&r, &f).stage1[1], half_rows[_i].what));
	r.TCR_EL1 |= UINT64_C(1) << half_rows[_i].bit;
	ck_assert(is_set(&el10(&r, &f).stage1[half_rows[_i].upper], half_rows[_i].what));
	ck_assert(!is_set(&el10(&r, &f).stage1[!half_rows[_i].upper], half_rows[_i].what));
}
END_TEST

/* ------------------------------------------------------------------ identifiers */

START_TEST(asid_and_vmid_have_8_bits_unless_asked_for_16)
{
	struct nw_features f = all_features();
	struct nw_registers r = {.TTBR0_EL1 = UINT64_C(0x1234) << 48,
				 .TTBR1_EL1 = UINT64_C(0x5678) << 48,
				 .VTTBR_EL2 = UINT64_C(0x9abc) << 48};

	ck_assert_uint_eq(el10(&r, &f).asid, 0x34);
	ck_assert_uint_eq(el10(&r, &f).vmid, 0xbc);
	r.TCR_EL1 = UINT64_C(1) << 36 | 1 << 22; /* AS, A1 */
	r.VTCR_EL2 = 1 << 19;                    /* VS */
	ck_assert_uint_eq(el10(&r, &f).asid, 0x5678);
	ck_assert_uint_eq(el10(&r, &f).vmid, 0x9abc);
	ck_assert_uint_eq(el2(&r, &f).asid, 0);
	ck_assert_uint_eq(el2(&r, &f).vmid, 0);
	f = without(without(f, FEAT_ASID16), FEAT_VMID16);
	ck_assert_uint_eq(el10(&r, &f).asid, 0x78);
	ck_assert_uint_eq(el10(&r, &f).vmid, 0xbc);
	ck_assert_uint_eq(el10(&r, &(struct nw_features){.pa_bits = 48}).vmid, 0);
}
END_TEST

/* ------------------------------------------------------------------ any registers at all */

/* Whatever is written, parameters stay inside the bounds that the walk relies on. */
START_TEST(no_register_value_breaks_an_invariant)
{
	static const uint8_t pa_bits[] = {32, 36, 40, 42, 44, 48, 52};
	uint64_t random = 1 + (unsigned)_i;

	for (unsigned n = 0; n < 100000; n++) {
		struct nw_registers r;
		struct nw_features f = {.set = {next_random(&random), 0},
					.pa_bits = pa_bits[n % 7],
					.granule_4k = n & 1,
					.granule_16k = n & 2,
					.granule_64k = true};
		uint64_t *word = (uint64_t *)&r;

		for (unsigned i = 0; i < sizeof(r) / sizeof(*word); i++)
			word[i] = next_random(&random);

		struct ttw_regime regime = decode(n & 1 ? REGIME_EL10 : REGIME_EL2, &r, &f);
		const struct ttw_params *all[] = {&regime.stage1[0], &regime.stage1[1],
						  &regime.stage2};

		for (unsigned i = 0; i < 3; i++) {
			const struct ttw_params *p = all[i];

			if (p->bad != FAULT_NONE || p->ia_bits == 0)
				continue;
			ck_assert(p->start_level >= -1 && p->start_level <= 3);
			ck_assert(p->ia_bits >= 16 && p->ia_bits <= 52);
			ck_assert(p->oa_bits >= 32 && p->oa_bits <= f.pa_bits);
			ck_assert(p->bad_start != FAULT_NONE || p->base >> p->oa_bits == 0);
			for (int level = p->start_level; level <= 3; level++)
				ck_assert(p->level[level + 1].shift >= 12);
		}
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/params");
	TCase *tcase = tcase_create("params");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, stage1_sizes_and_start_levels, 0, ROWS(limit_rows));
	tcase_add_loop_test(tcase, stage2_start_levels_and_sizes, 0, 7);
	tcase_add_loop_test(tcase, the_base_is_cut_to_the_size_of_the_table, 0, ROWS(table_rows));
	tcase_add_test(tcase, the_base_of_concatenated_tables_is_cut_to_the_size_of_all);
	tcase_add_test(tcase, a_base_above_the_output_size_is_an_address_size_fault_of_every_walk);
	tcase_add_loop_test(tcase, output_sizes_are_clipped_to_the_core, 0, ROWS(output_rows));
	tcase_add_loop_test(tcase, where_blocks_and_contiguous_groups_are, 0, ROWS(leaf_rows));
	tcase_add_test(tcase, tg0_and_tg1_have_different_codes);
	tcase_add_test(tcase, a_granule_that_the_core_lacks_is_another_one);
	tcase_add_loop_test(tcase, which_stages_are_in_force, 0, ROWS(stage_rows));
	tcase_add_loop_test(tcase, a_field_of_one_half_leaves_the_other_alone, 0, ROWS(half_rows));
	tcase_add_test(tcase, asid_and_vmid_have_8_bits_unless_asked_for_16);
	tcase_add_loop_test(tcase, no_register_value_breaks_an_invariant, 0, 4);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
