/*
 * Suite mmu/tlbi: for every operation, what of a populated MMU goes and what stays.
 *
 * Most of what stays has to stay only because this MMU never removes more than it is asked to; what
 * goes has to go by the architecture, but for entries made with stage 1 off, which are stage 2's
 * here.
 */
#include "cached.h"

enum operand {
	NONE,
	VA_A,
	VA_A_ASID6,
	VA_A_ASID9,
	VA_UPPER_A,
	VA_GLOBAL_ASID9,
	VA_IN_BLOCK,
	VA_FAR,
	ASID_5,
	IPA_X,
	IPA_X_TTL,
	RANGE_A,     /* the two pages A and B */
	RANGE_ALL_9, /* 64 KB from 0, ASID 9 */
	RANGE_ALL,
	RANGE_BLOCK, /* two pages of BLOCK */
	RANGE_UPPER_A,
	RANGE_BELOW_A, /* its end is just below A */
	RANGE_NO_GRANULE,
	RANGE_IPA_X,
	RANGE_IPA_BESIDE_X
};

static uint64_t operand_value(enum operand operand)
{
	switch (operand) {
	case VA_A:
		return operand_va(A, 5);
	case VA_A_ASID6:
		return operand_va(A, 6);
	case VA_A_ASID9:
		return operand_va(A, 9);
	case VA_UPPER_A:
		return operand_va(UPPER_A, 5);
	case VA_GLOBAL_ASID9:
		return operand_va(GLOBAL, 9);
	case VA_IN_BLOCK:
		return operand_va(BLOCK + 0x123000, 5) | UINT64_C(6) << 44; /* TTL: 4 KB, level 2 */
	case VA_FAR:
		return operand_va(FAR, 5);
	case ASID_5:
		return UINT64_C(5) << 48;
	case IPA_X:
		return ipa_x >> 12;
	case IPA_X_TTL:
		return ipa_x >> 12 | UINT64_C(7) << 44;
	case RANGE_A:
		return operand_range(A, 5, 1, 0);
	case RANGE_ALL_9:
		return operand_range(0, 9, 1, 7);
	case RANGE_ALL:
		return operand_range(0, 5, 1, 7);
	case RANGE_BLOCK:
		return operand_range(BLOCK + 0x180000, 5, 1, 0);
	case RANGE_UPPER_A:
		return operand_range(UPPER_A, 5, 1, 0);
	case RANGE_BELOW_A:
		return operand_range(A - 0x2000, 5, 1, 0);
	case RANGE_NO_GRANULE:
		return operand_range(A, 5, 0, 31);
	case RANGE_IPA_X:
		return operand_range(ipa_x, 0, 1, 0);
	case RANGE_IPA_BESIDE_X:
		return operand_range(ipa_x - 0x2000, 0, 1, 0);
	default:
		return 0;
	}
}

/* The local, Inner Shareable and Outer Shareable operation, and the nXS forms of the three. */
enum { FORMS = 6 };
#define ALL(op)                                                                                    \
	{                                                                                          \
		TLBI_##op, TLBI_##op##IS, TLBI_##op##OS, TLBI_##op##NXS, TLBI_##op##ISNXS,         \
			TLBI_##op##OSNXS                                                           \
	}

/* ------------------------------------------------------------------ TLB entries */

/* The cached translations, one bit each. */
static const struct item {
	enum context context;
	uint64_t va; /* of stage 1 off: see item_va */
} tlb_items[] = {
	{VM1_ASID5, 0x1000},             /* 0x001 A */
	{VM1_ASID5, 0x2000},             /* 0x002 B */
	{VM1_ASID6, 0x1000},             /* 0x004 A of another ASID */
	{VM1_ASID5, 0x3000},             /* 0x008 global */
	{VM2_ASID5, 0x1000},             /* 0x010 A of another VM */
	{VM1_ASID5, 0xffff000000001000}, /* 0x020 A of the upper half */
	{VM1_FLAT, 0},                   /* 0x040 IPA x with stage 1 off */
	{EL2, 0x1000},                   /* 0x080 A of EL2 */
	{EL2, 0x2000},                   /* 0x100 B of EL2 */
	{VM1_ASID5, 0x200000},           /* 0x200 a page of the block */
	{VM1_ASID5, 0x205000},           /* 0x400 another page of the block */
	{VM2_FLAT, 0},                   /* 0x800 IPA x of another VM with stage 1 off */
};

static const struct tlb_row {
	enum nw_tlbi_op op[FORMS];
	enum operand operand;
	enum context in_force;
	unsigned gone;
} tlb_rows[] = {
	{ALL(VMALLE1), NONE, VM1_ASID5, 0x66f},
	{ALL(VMALLE1), NONE, VM2_ASID5, 0x810},
	{ALL(VAE1), VA_A, VM1_ASID5, 0x001},
	{ALL(VAE1), VA_A, VM1_ASID6, 0x001}, /* the operand's ASID counts, not the one in force */
	{ALL(VAE1), VA_A, VM2_ASID5, 0x010},
	{ALL(VAE1), VA_A_ASID6, VM1_ASID5, 0x004},
	{ALL(VAE1), VA_A_ASID9, VM1_ASID5, 0},
	{ALL(VAE1), VA_UPPER_A, VM1_ASID5, 0x020},
	{ALL(VAE1), VA_GLOBAL_ASID9, VM1_ASID5, 0x008}, /* global: any ASID */
	{ALL(VAE1), VA_IN_BLOCK, VM1_ASID5, 0x600},     /* what the block gave, as a whole */
	{ALL(VALE1), VA_A, VM1_ASID5, 0x001},
	{ALL(VALE1), VA_IN_BLOCK, VM1_ASID5, 0x600},
	{ALL(VAAE1), VA_A, VM1_ASID5, 0x005},
	{ALL(VAALE1), VA_A_ASID9, VM1_ASID5, 0x005},
	{ALL(ASIDE1), ASID_5, VM1_ASID5, 0x623}, /* not the global one, not those of stage 1 off */
	{ALL(ASIDE1), ASID_5, VM2_ASID5, 0x010},
	{ALL(IPAS2E1), IPA_X, VM1_ASID5, 0x040},
	{ALL(IPAS2LE1), IPA_X_TTL, VM1_ASID5, 0x040},
	{ALL(IPAS2E1), IPA_X, VM2_ASID5, 0x800},
	{ALL(ALLE1), NONE, VM1_ASID5, 0xe7f},
	{ALL(VMALLS12E1), NONE, VM1_ASID5, 0x66f},
	{ALL(VMALLS12E1), NONE, VM2_ASID5, 0x810},
	{ALL(ALLE2), NONE, VM1_ASID5, 0x180},
	{ALL(VAE2), VA_A_ASID9, VM1_ASID5, 0x080}, /* EL2 has no ASIDs */
	{ALL(VALE2), VA_A, VM1_ASID5, 0x080},
	{ALL(RVAE1), RANGE_A, VM1_ASID5, 0x003},
	{ALL(RVAE1), RANGE_A, VM2_ASID5, 0x010},
	{ALL(RVAE1), RANGE_ALL, VM1_ASID6, 0x00b},
	{ALL(RVAE1), RANGE_ALL_9, VM1_ASID5, 0x008},
	{ALL(RVAE1), RANGE_BLOCK, VM1_ASID5, 0x600},
	{ALL(RVAE1), RANGE_UPPER_A, VM1_ASID5, 0x020},
	{ALL(RVAE1), RANGE_BELOW_A, VM1_ASID5, 0},
	{ALL(RVAE1), RANGE_NO_GRANULE, VM1_ASID5, 0}, /* reserved: nothing has to go */
	{ALL(RVALE1), RANGE_A, VM1_ASID5, 0x003},
	{ALL(RVAAE1), RANGE_A, VM1_ASID5, 0x007},
	{ALL(RVAALE1), RANGE_ALL_9, VM1_ASID5, 0x00f},
	{ALL(RIPAS2E1), RANGE_IPA_X, VM1_ASID5, 0x040},
	{ALL(RIPAS2LE1), RANGE_IPA_X, VM2_ASID5, 0x800},
	{ALL(RIPAS2E1), RANGE_IPA_BESIDE_X, VM1_ASID5, 0},
	{ALL(RVAE2), RANGE_ALL_9, VM1_ASID5, 0x180},
	{ALL(RVALE2), RANGE_BELOW_A, VM1_ASID5, 0},
};

static const struct tlb_shape tlb_shapes[] = {{256, 0, 0}, {1280, 5, 0}, {UINT32_MAX, 0, 0}};

static uint64_t item_va(const struct item *item)
{
	return item->context == VM1_FLAT || item->context == VM2_FLAT ? ipa_x : item->va;
}

static void check_tlb_row(const struct tlb_row *row, enum nw_tlbi_op op, struct nw_config config)
{
	unsigned gone = 0;

	begin(config);
	for (int i = 0; i < ROWS(tlb_items); i++)
		fetches(tlb_items[i].context, item_va(&tlb_items[i]));
	for (int i = 0; i < ROWS(tlb_items); i++)
		ck_assert_int_eq(fetches(tlb_items[i].context, item_va(&tlb_items[i])), -1);
	enter(row->in_force);
	world_tlbi(mmu, op, operand_value(row->operand));
	for (int i = 0; i < ROWS(tlb_items); i++)
		if (fetches(tlb_items[i].context, item_va(&tlb_items[i])) != -1)
			gone |= 1u << i;
	ck_assert_msg(gone == row->gone, "row %d: %#x gone, not %#x", (int)(row - tlb_rows), gone,
		      row->gone);
}

START_TEST(of_the_tlbs_exactly_this_goes)
{
	const struct tlb_row *row = &tlb_rows[_i];

	for (int form = 0; form < FORMS; form++) {
		struct tlb_shape none = {0, 0, 0}, s = tlb_shapes[form % ROWS(tlb_shapes)];
		enum nw_tlbi_op op = row->op[form];

		check_tlb_row(row, op, (struct nw_config){.l1d = s});
		check_tlb_row(row, op, (struct nw_config){.l1d = none, .l2 = s});
		check_tlb_row(row, op, (struct nw_config){.l1d = s, .l2 = s});
	}
}
END_TEST

START_TEST(fetches_are_forgotten_as_loads_are)
{
	struct nw_access fetch = {.type = NW_FETCH, .unprivileged = true};

	begin((struct nw_config){.l1i = {48, 0, 0}});
	enter(VM1_ASID5);
	nw_translate(mmu, (va_t){A}, fetch, ++now);
	nw_translate(mmu, (va_t){A}, fetch, ++now);
	ck_assert_uint_eq(walks, 1);
	world_tlbi(mmu, TLBI_VAE1, operand_va(A, 5));
	nw_translate(mmu, (va_t){A}, fetch, ++now);
	ck_assert_uint_eq(walks, 2);
}
END_TEST

/* With TCR_EL1.AS=0 ASIDs have 8 bits, in the operand too. */
START_TEST(asid_bits_above_the_size_in_force_do_not_count)
{
	begin((struct nw_config){.l1d = {48, 0, 0}});
	ck_assert_int_eq(fetches(VM1_ASID5, A), 24);
	world_tlbi(mmu, TLBI_VAE1, operand_va(A, 0x105));
	ck_assert_int_eq(fetches(VM1_ASID5, A), -1);
	nw_registers(mmu)->TCR_EL1 &= ~(UINT64_C(1) << 36);
	world_signal(mmu);
	world_tlbi(mmu, TLBI_VAE1, operand_va(A, 0x105));
	ck_assert_int_eq(fetches(VM1_ASID5, A), 24);
}
END_TEST

/* ------------------------------------------------------------------ combined entries by IPA */

START_TEST(an_operation_by_ipa_that_removes_combined_entries_does)
{
	struct nw_config config = {.l1d = {UINT32_MAX, 0, 0}};
	static const struct tlb_row removed[] = {
		/* A of both ASIDs, global, upper, IPA x with stage 1 off, first page of BLOCK */
		{ALL(IPAS2E1), IPA_X, VM1_ASID5, 0x26d},
		{ALL(IPAS2LE1), IPA_X_TTL, VM2_ASID5, 0x810},
		{ALL(RIPAS2E1), RANGE_IPA_X, VM1_ASID5, 0x26f}, /* IPA y too */
		{ALL(RIPAS2LE1), RANGE_IPA_BESIDE_X, VM1_ASID5, 0},
	};

	config.choices.of[CHOICE_TLBI_BY_IPA] = TLBI_BY_IPA_REMOVES_COMBINED;
	for (int i = 0; i < ROWS(removed); i++)
		for (int form = 0; form < FORMS; form++)
			check_tlb_row(&removed[i], removed[i].op[form], config);
}
END_TEST

/* The IPA of a cached stage 1 table. */
START_TEST(an_operation_by_ipa_may_remove_stage_1_tables)
{
	struct nw_config config = {.tlb_off = true, .walk_caches = {.stage1 = {64, 0, 0}}};
	uint64_t table = *world_s1_entry(world, &spaces[0], A, 2) & UINT64_C(0xfffffffff000);

	begin(config);
	fetches(VM1_ASID5, A);
	ck_assert_int_eq(fetches(VM1_ASID5, A), 5);
	world_tlbi(mmu, TLBI_IPAS2E1, table >> 12);
	ck_assert_int_eq(fetches(VM1_ASID5, A), 5);

	config.choices.of[CHOICE_TLBI_BY_IPA] = TLBI_BY_IPA_REMOVES_COMBINED;
	begin(config);
	fetches(VM1_ASID5, A);
	ck_assert_int_eq(fetches(VM1_ASID5, A), 5);
	world_tlbi(mmu, TLBI_IPAS2E1, table >> 12 | 0x10000);
	ck_assert_int_eq(fetches(VM1_ASID5, A), 5);
	world_tlbi(mmu, TLBI_IPAS2E1, table >> 12);
	ck_assert_int_gt(fetches(VM1_ASID5, A), 5);
}
END_TEST

/* ------------------------------------------------------------------ walk caches */

/*
 * What the walk caches hold, each with TLBs and other caches off. 4 KB over 4 KB, 4 levels each:
 *	stage1	a known level 3 table leaves its descriptor and the output's stage 2: 5 (EL2: 1)
 *	stage2	a known level 3 table leaves 1 (stage 1 off)
 *	ipa	a known IPA leaves none (stage 1 off, ipa for all)
 */
enum { STAGE1_CACHE, STAGE2_CACHE, IPA_CACHE };

static const struct cached_item {
	int cache;
	enum context context;
	uint64_t va; /* STAGE2_CACHE, IPA_CACHE: 0 is IPA x, 1 is IPA y */
	int hit;     /* fetches */
} cached_items[] = {
	{STAGE1_CACHE, VM1_ASID5, 0x1000, 5},             /* 0x001 the table of A and B */
	{STAGE1_CACHE, VM1_ASID5, 0x400000, 5},           /* 0x002 the table of FAR */
	{STAGE1_CACHE, VM1_ASID6, 0x1000, 5},             /* 0x004 */
	{STAGE1_CACHE, VM2_ASID5, 0x1000, 5},             /* 0x008 */
	{STAGE1_CACHE, VM1_ASID5, 0xffff000000001000, 5}, /* 0x010 */
	{STAGE1_CACHE, EL2, 0x1000, 1},                   /* 0x020 */
	{STAGE2_CACHE, VM1_FLAT, 0, 1},                   /* 0x040 */
	{STAGE2_CACHE, VM2_FLAT, 0, 1},                   /* 0x080 */
	{IPA_CACHE, VM1_FLAT, 0, 0},                      /* 0x100 */
	{IPA_CACHE, VM1_FLAT, 1, 0},                      /* 0x200 */
	{IPA_CACHE, VM2_FLAT, 0, 0},                      /* 0x400 */
};

static const struct cached_row {
	enum nw_tlbi_op op[FORMS];
	enum operand operand;
	enum context in_force;
	unsigned gone;
} cached_rows[] = {
	{ALL(VMALLE1), NONE, VM1_ASID5, 0x017}, /* stage 1 only */
	{ALL(VAE1), VA_A, VM1_ASID5, 0x001},
	{ALL(VAE1), VA_FAR, VM1_ASID5, 0x002},
	{ALL(VAE1), VA_A_ASID6, VM1_ASID5, 0x004},
	{ALL(VAE1), VA_A_ASID9, VM1_ASID5, 0}, /* tables are never global */
	{ALL(VAE1), VA_UPPER_A, VM1_ASID5, 0x010},
	{ALL(VAAE1), VA_A, VM1_ASID5, 0x005},
	{ALL(VALE1), VA_A, VM1_ASID5, 0}, /* last level: tables stay */
	{ALL(VAALE1), VA_A, VM1_ASID5, 0},
	{ALL(ASIDE1), ASID_5, VM1_ASID5, 0x013},
	{ALL(IPAS2E1), IPA_X, VM1_ASID5, 0x140},
	{ALL(IPAS2E1), IPA_X_TTL, VM2_ASID5, 0x480},
	{ALL(IPAS2LE1), IPA_X, VM1_ASID5, 0x100},
	{ALL(ALLE1), NONE, VM1_ASID5, 0x7df},
	{ALL(VMALLS12E1), NONE, VM1_ASID5, 0x357},
	{ALL(VMALLS12E1), NONE, VM2_ASID5, 0x488},
	{ALL(ALLE2), NONE, VM1_ASID5, 0x020},
	{ALL(VAE2), VA_A, VM1_ASID5, 0x020},
	{ALL(VALE2), VA_A, VM1_ASID5, 0},
	{ALL(RVAE1), RANGE_A, VM1_ASID5, 0x001},
	{ALL(RVAE1), RANGE_ALL_9, VM1_ASID5, 0},
	{ALL(RVAAE1), RANGE_ALL_9, VM1_ASID5, 0x005},
	{ALL(RVALE1), RANGE_A, VM1_ASID5, 0},
	{ALL(RVAALE1), RANGE_A, VM1_ASID5, 0},
	{ALL(RVAE1), RANGE_UPPER_A, VM1_ASID5, 0x010},
	{ALL(RVAE1), RANGE_NO_GRANULE, VM1_ASID5, 0},
	{ALL(RVAE2), RANGE_A, VM1_ASID5, 0x020},
	{ALL(RVALE2), RANGE_A, VM1_ASID5, 0},
	{ALL(RIPAS2E1), RANGE_IPA_X, VM1_ASID5, 0x340},
	{ALL(RIPAS2LE1), RANGE_IPA_X, VM2_ASID5, 0x400},
	{ALL(RIPAS2LE1), RANGE_IPA_BESIDE_X, VM1_ASID5, 0},
};

static int cached_fetches(const struct cached_item *item)
{
	uint64_t ipa = item->va != 0 ? ipa_y : ipa_x;

	return fetches(item->context, item->cache == STAGE1_CACHE ? item->va : ipa);
}

static unsigned gone_of_cache(int cache, enum nw_tlbi_op op, const struct cached_row *row)
{
	struct tlb_shape all = {UINT32_MAX, 0, 0}, none = {0, 0, 0};
	unsigned gone = 0;

	begin((struct nw_config){.tlb_off = true,
				 .walk_caches = {cache == STAGE1_CACHE ? all : none,
						 cache == STAGE2_CACHE ? all : none,
						 cache == IPA_CACHE ? all : none, true}});
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < ROWS(cached_items); i++)
			if (cached_items[i].cache == cache) {
				int count = cached_fetches(&cached_items[i]);

				ck_assert(round == 0 || count == cached_items[i].hit);
			}
	enter(row->in_force);
	world_tlbi(mmu, op, operand_value(row->operand));
	for (int i = 0; i < ROWS(cached_items); i++)
		if (cached_items[i].cache == cache &&
		    cached_fetches(&cached_items[i]) != cached_items[i].hit)
			gone |= 1u << i;
	return gone;
}

START_TEST(of_the_walk_caches_exactly_this_goes)
{
	const struct cached_row *row = &cached_rows[_i];

	for (int form = 0; form < FORMS; form++) {
		unsigned gone = 0;

		for (int cache = STAGE1_CACHE; cache <= IPA_CACHE; cache++)
			gone |= gone_of_cache(cache, row->op[form], row);
		ck_assert_msg(gone == row->gone, "row %d: %#x gone, not %#x", _i, gone, row->gone);
	}
}
END_TEST

/*
 * A table of 64 KB over pages of 4 KB is cached in pieces; a VA operation names the table's
 * descriptor, so all pieces go, whichever of them the VA uses.
 */
START_TEST(all_pieces_of_a_table_go_together)
{
	struct space s;
	uint64_t ipa;
	const uint64_t first = 0x20000000, other = first + 512 * UINT64_C(0x10000);

	world_free(world);
	world = world_new(16, 48, 48, 0);
	s = world_space(world, &world->vm[0], 5);
	ipa = world_alloc(world, s.vm, 0x10000);
	world_map(world, &s, first, ipa, 3, S1_RW_EL0);
	world_map(world, &s, other, ipa, 3, S1_RW_EL0);
	spaces[VM1_ASID5] = s;
	begin((struct nw_config){.tlb_off = true, .walk_caches = {.stage1 = {64, 0, 0}}});
	fetches(VM1_ASID5, first);
	fetches(VM1_ASID5, other);
	ck_assert_int_eq(fetches(VM1_ASID5, other), 5);
	world_tlbi(mmu, TLBI_VAE1, operand_va(first, 5));
	ck_assert_int_eq(fetches(VM1_ASID5, other), 19); /* 3 over 4 levels: (3 + 1)(4 + 1) - 1 */
}
END_TEST

/* ------------------------------------------------------------------ leaves larger than the output
 * size */

static bool el2_walks(uint64_t va)
{
	struct nw_access access = {.type = NW_LOAD, .el = 2};
	unsigned before = walks;

	ck_assert_int_eq(nw_translate(mmu, (va_t){va}, access, ++now).fault.type, FAULT_NONE);
	return walks != before;
}

/*
 * TCR_EL2.PS is 36 bits, the leaf a block of level 0 (512 GB, DS=1): an entry answers for the first
 * 64 GB alone, but what the leaf gave goes with any address of it (TLBRecord.blocksize is what
 * TranslationSize() makes of the level).
 */
START_TEST(a_leaf_goes_as_a_whole_where_a_part_is_out_of_range)
{
	const uint64_t block = UINT64_C(1) << 39, used = block + 0x12345000;

	begin((struct nw_config){.l1d = {UINT32_MAX, 0, 0}});
	enter(EL2);
	*world_s2_entry(world, &el2, block, 0) = 0x401;
	nw_registers(mmu)->TCR_EL2 = UINT64_C(1) << 32 | 1 << 16 | 16;
	world_signal(mmu);
	ck_assert(el2_walks(used));
	ck_assert(!el2_walks(used));
	world_tlbi(mmu, TLBI_VAE2, operand_va(UINT64_C(1) << 40, 0)); /* the next block */
	ck_assert(!el2_walks(used));
	world_tlbi(mmu, TLBI_VAE2, operand_va(block + (UINT64_C(1) << 38), 0));
	ck_assert(el2_walks(used));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/tlbi");
	TCase *tcase = tcase_create("tlbi");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, of_the_tlbs_exactly_this_goes, 0, ROWS(tlb_rows));
	tcase_add_test(tcase, fetches_are_forgotten_as_loads_are);
	tcase_add_test(tcase, asid_bits_above_the_size_in_force_do_not_count);
	tcase_add_test(tcase, an_operation_by_ipa_that_removes_combined_entries_does);
	tcase_add_test(tcase, an_operation_by_ipa_may_remove_stage_1_tables);
	tcase_add_loop_test(tcase, of_the_walk_caches_exactly_this_goes, 0, ROWS(cached_rows));
	tcase_add_test(tcase, all_pieces_of_a_table_go_together);
	tcase_add_test(tcase, a_leaf_goes_as_a_whole_where_a_part_is_out_of_range);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
