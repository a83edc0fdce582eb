/* Suite mmu/tlb: tags and spans of entries, and what the owner of shortcuts is told. */
#include "world.h"

#include <check.h>

#define ROWS(rows) (int)(sizeof(rows) / sizeof *(rows))

static struct world *world;
static struct nw_mmu *mmu;
static struct space spaces[3];
static struct vm el2;
static unsigned walks, drops;
static uint64_t now;

static void saw_walk(void *ctx, const struct nw_walk *walk)
{
	(void)ctx;
	(void)walk;
	walks++;
}

/* user is 0 in a fresh entry; this suite marks an entry it knows with 1, a dropped one with 2. */
static void saw_drop(void *ctx, struct tlb_entry *entry)
{
	(void)ctx;
	ck_assert_uint_eq(entry->user, 1);
	entry->user = 2;
	drops++;
}

enum context { VM1_ASID5, VM1_ASID6, VM2_ASID5, VM1_FLAT, NO_STAGE2, EL2 };

static void begin(struct tlb_shape l1, struct tlb_shape l2)
{
	struct nw_config config = {.features = world_features(),
				   .l1i = l1,
				   .l1d = l1,
				   .l2 = l2,
				   .port = {.ctx = world, .read = world_read},
				   .observer = {.walk = saw_walk, .drop = saw_drop}};

	nw_mmu_free(mmu);
	mmu = nw_mmu_new(&config);
	ck_assert_ptr_nonnull(mmu);
	walks = drops = 0;
}

static void set_up(void)
{
	mmu = NULL;
	world = world_new(12, 48, 48, 0);
	spaces[VM1_ASID5] = world_space(world, &world->vm[0], 5);
	spaces[VM1_ASID6] = world_space(world, &world->vm[0], 6);
	spaces[VM2_ASID5] = world_space(world, &world->vm[1], 5);
	el2 = (struct vm){.root = world->next_table};
	world->next_table += WORLD_PAGE;
}

static void tear_down(void)
{
	nw_mmu_free(mmu);
	world_free(world);
}

static void enter(enum context context)
{
	struct nw_registers *r = nw_registers(mmu);

	world_enter(world, mmu, &spaces[context <= VM2_ASID5 ? context : VM1_ASID5]);
	if (context == VM1_FLAT)
		r->SCTLR_EL1 = 0;
	if (context == NO_STAGE2)
		r->HCR_EL2 = 0;
	r->TTBR0_EL2 = el2.root;
	r->TCR_EL2 = 16 | 6 << 16;
	r->SCTLR_EL2 = 1;
	world_signal(mmu);
}

static struct nw_translation access_as(enum nw_access_type type, unsigned el, uint64_t va)
{
	struct nw_access access = {.type = type, .el = (uint8_t)el, .unprivileged = el == 0};
	struct nw_translation t = nw_translate(mmu, (va_t){va}, access, ++now);

	if (t.entry != NULL)
		t.entry->user = 1;
	return t;
}

/* ------------------------------------------------------------------ tags */

static const struct tag_row {
	const char *name;
	enum context filled, asked;
	uint64_t bits;
	bool hit;
} tag_rows[] = {
	{"the same", VM1_ASID5, VM1_ASID5, S1_NG, true},
	{"nG, another ASID", VM1_ASID5, VM1_ASID6, S1_NG, false},
	{"global, another ASID", VM1_ASID5, VM1_ASID6, 0, true},
	{"global, another VMID", VM1_ASID5, VM2_ASID5, 0, false},
	{"nG, another VMID", VM1_ASID5, VM2_ASID5, S1_NG, false},
	{"another regime", VM1_ASID5, EL2, 0, false},
	{"another regime, the other way", EL2, VM1_ASID5, 0, false},
	{"EL2 again", EL2, EL2, 0, true},
	{"stage 1 off", VM1_ASID5, VM1_FLAT, 0, false},
	{"stage 1 on again", VM1_FLAT, VM1_ASID5, 0, false},
	{"stage 1 off again", VM1_FLAT, VM1_FLAT, 0, true},
};

static const struct tlb_shape shapes[] = {{48, 0, 0}, {1280, 5, 0}, {UINT32_MAX, 0, 0}};

static unsigned el_of(enum context context)
{
	return context == EL2 ? 2 : 0;
}

START_TEST(an_entry_answers_its_own_context_only)
{
	const struct tag_row *row = &tag_rows[_i];
	const uint64_t va = WORLD_IPA; /* so that with stage 1 off it is a good IPA too */

	for (unsigned i = 0; i < 3; i++)
		world_map(world, &spaces[i], va, world_alloc(world, spaces[i].vm, WORLD_PAGE), 3,
			  S1_RW_EL0 | row->bits);
	*world_s2_entry(world, &el2, va, 3) = WORLD_RAM | 0x403;
	for (int shape = 0; shape < ROWS(shapes); shape++) {
		begin(shapes[shape], (struct tlb_shape){0, 0, 0});
		enter(row->filled);
		ck_assert_int_eq(access_as(NW_LOAD, el_of(row->filled), va).fault.type, FAULT_NONE);
		enter(row->asked);
		ck_assert_int_eq(access_as(NW_LOAD, el_of(row->asked), va).fault.type, FAULT_NONE);
		ck_assert_msg((walks == 1) == row->hit, "%s", row->name);
	}
}
END_TEST

START_TEST(a_top_byte_that_is_ignored_is_not_in_the_tag)
{
	world_map(world, &spaces[0], 0x1000, world_alloc(world, spaces[0].vm, WORLD_PAGE), 3,
		  S1_RW_EL0);
	begin(shapes[0], shapes[1]);
	enter(VM1_ASID5);
	nw_registers(mmu)->TCR_EL1 |= UINT64_C(1) << 37; /* TBI0 */
	world_signal(mmu);

	uint64_t pa = access_as(NW_LOAD, 0, 0x1000).pa.value;

	ck_assert_uint_eq(access_as(NW_LOAD, 0, UINT64_C(0xab00000000001008)).pa.value, pa + 8);
	ck_assert_uint_eq(walks, 1);
}
END_TEST

START_TEST(vmid_8_bits_and_asid_8_bits_where_the_registers_say_so)
{
	world_map(world, &spaces[0], 0x1000, world_alloc(world, spaces[0].vm, WORLD_PAGE), 3,
		  S1_RW_EL0 | S1_NG);
	begin(shapes[0], shapes[1]);
	enter(VM1_ASID5);

	struct nw_registers *r = nw_registers(mmu);

	access_as(NW_LOAD, 0, 0x1000);
	r->TTBR0_EL1 |= UINT64_C(1) << 56; /* ASID 0x105 */
	world_signal(mmu);
	access_as(NW_LOAD, 0, 0x1000);
	ck_assert_uint_eq(walks, 2);
	r->TCR_EL1 &= ~(UINT64_C(1) << 36); /* AS: 0x05 again */
	world_signal(mmu);
	access_as(NW_LOAD, 0, 0x1000);
	ck_assert_uint_eq(walks, 2);
	r->VTTBR_EL2 |= UINT64_C(1) << 56; /* VMID 0x101 */
	world_signal(mmu);
	access_as(NW_LOAD, 0, 0x1000);
	ck_assert_uint_eq(walks, 3);
	r->VTCR_EL2 &= ~(UINT64_C(1) << 19); /* VS: 0x01 again */
	world_signal(mmu);
	access_as(NW_LOAD, 0, 0x1000);
	ck_assert_uint_eq(walks, 3);
}
END_TEST

/* ------------------------------------------------------------------ spans */

#define CONTIGUOUS (UINT64_C(1) << 52)

static const struct span_row {
	const char *name;
	int level1, level2;
	uint64_t bits1, bits2;
	unsigned span_bits;
} span_rows[] = {
	{"page over page", 3, 3, 0, 0, 12},
	{"page over block", 3, 2, 0, 0, 12},
	{"block over page", 2, 3, 0, 0, 12},
	{"block over block", 2, 2, 0, 0, 21},
	{"1 GB over 2 MB", 1, 2, 0, 0, 21},
	{"2 MB over 1 GB", 2, 1, 0, 0, 21},
	{"1 GB over 1 GB", 1, 1, 0, 0, 30},
	{"contiguous pages over a block", 3, 2, CONTIGUOUS, 0, 16},
	{"a block over contiguous pages", 2, 3, 0, CONTIGUOUS, 16},
	{"contiguous blocks over 1 GB", 2, 1, CONTIGUOUS, 0, 25},
	{"contiguous over contiguous blocks", 2, 2, CONTIGUOUS, CONTIGUOUS, 25},
};

/* All sixteen of a contiguous group are made, alike but for their addresses. */
static void map_spans(const struct span_row *row, uint64_t va, uint64_t ipa, uint64_t pa)
{
	uint64_t step1 = UINT64_C(1) << world_shift(12, row->level1);
	uint64_t step2 = UINT64_C(1) << world_shift(12, row->level2);

	for (unsigned i = 0; i < 16; i++) {
		world_map(world, &spaces[0], va + i * step1, ipa + i * step1, row->level1,
			  S1_RW_EL0 | row->bits1);
		*world_s2_entry(world, spaces[0].vm, ipa + i * step2, row->level2) =
			(pa + i * step2) | S2_LEAF_BASE | row->bits2 | (row->level2 == 3 ? 3 : 1);
	}
}

START_TEST(an_entry_spans_the_smaller_leaf)
{
	const struct span_row *row = &span_rows[_i];
	const uint64_t va = UINT64_C(0x4000000000), ipa = UINT64_C(0x8000000000);
	const uint64_t pa = UINT64_C(0x10000000000), span = UINT64_C(1) << row->span_bits;

	map_spans(row, va, ipa, pa);
	for (int shape = 0; shape < ROWS(shapes); shape++) {
		begin(shapes[shape], (struct tlb_shape){0, 0, 0});
		enter(VM1_ASID5);

		struct nw_translation t = access_as(NW_LOAD, 0, va + span / 2 + 0x18);

		ck_assert_msg(t.span_bits == row->span_bits, "%s: %u", row->name, t.span_bits);
		ck_assert_uint_eq(t.pa.value, pa + span / 2 + 0x18);
		t = access_as(NW_LOAD, 0, va);
		ck_assert_uint_eq(t.pa.value, pa);
		t = access_as(NW_LOAD, 0, va + span - 8);
		ck_assert_uint_eq(t.pa.value, pa + span - 8);
		ck_assert_uint_eq(walks, 1);
		access_as(NW_LOAD, 0, va + span);
		ck_assert_uint_eq(walks, 2);
	}
}
END_TEST

/* ------------------------------------------------------------------ overlaps */

/* An entry that is overlapped is told so, and again when it goes. */
static void saw_overlap_or_drop(void *ctx, struct tlb_entry *entry)
{
	(void)ctx;
	(void)entry;
	drops++;
}

static void begin_overlap(enum nw_choice_TLB_OVERLAP choice, struct tlb_shape l1,
			  struct tlb_shape l2)
{
	struct nw_config config = {.features = world_features(),
				   .l1i = l1,
				   .l1d = l1,
				   .l2 = l2,
				   .port = {.ctx = world, .read = world_read},
				   .observer = {.walk = saw_walk, .drop = saw_overlap_or_drop}};

	config.choices.of[CHOICE_TLB_OVERLAP] = (uint8_t)choice;
	nw_mmu_free(mmu);
	mmu = nw_mmu_new(&config);
	walks = drops = 0;
}

static const uint64_t table_va = 0x200000;

static const struct overlap_row {
	enum nw_choice_TLB_OVERLAP choice;
	struct tlb_shape l1, l2;
	enum nw_fault_type fault;
	uint64_t pa;
	unsigned drops; /* the shortcut to the page is not good any more */
} overlap_rows[] = {
	{TLB_OVERLAP_FIRST, {48, 0, 0}, {0, 0, 0}, FAULT_NONE, WORLD_RAM, 0},
	{TLB_OVERLAP_FIRST, {0, 0, 0}, {64, 4, 0}, FAULT_NONE, WORLD_RAM, 0},
	{TLB_OVERLAP_NEWEST, {48, 0, 0}, {0, 0, 0}, FAULT_NONE, WORLD_RAM + 0x200000, 1},
	{TLB_OVERLAP_NEWEST, {UINT32_MAX, 0, 0}, {64, 4, 0}, FAULT_NONE, WORLD_RAM + 0x200000, 1},
	{TLB_OVERLAP_NEWEST, {0, 0, 0}, {64, 4, 0}, FAULT_NONE, WORLD_RAM + 0x200000, 0},
	{TLB_OVERLAP_CONFLICT, {48, 0, 0}, {0, 0, 0}, FAULT_TLB_CONFLICT, 0, 1},
	{TLB_OVERLAP_CONFLICT, {0, 0, 0}, {64, 4, 0}, FAULT_TLB_CONFLICT, 0, 0},
};

/*
 * A page of EL2 is read, then its table becomes a block without any TLBI, and another page of the
 * block is read: two entries for the first page.
 */
START_TEST(of_entries_that_overlap_one_answers_or_none)
{
	const struct overlap_row *row = &overlap_rows[_i];

	begin_overlap(row->choice, row->l1, row->l2);
	*world_s2_entry(world, &el2, table_va, 3) = WORLD_RAM | 0x403;
	enter(EL2);
	ck_assert_uint_eq(access_as(NW_LOAD, 2, table_va).pa.value, WORLD_RAM);
	*world_s2_entry(world, &el2, table_va, 2) = (WORLD_RAM + 0x200000) | 0x401;
	ck_assert_uint_eq(access_as(NW_LOAD, 2, table_va + 0x8000).pa.value, WORLD_RAM + 0x208000);
	ck_assert_uint_eq(drops, row->drops);

	struct nw_translation t = access_as(NW_LOAD, 2, table_va);

	ck_assert_int_eq(t.fault.type, row->fault);
	ck_assert(!t.fault.stage2);
	if (row->fault == FAULT_NONE)
		ck_assert_uint_eq(t.pa.value, row->pa);
	else
		ck_assert_uint_eq(nw_fault_status(&t.fault), 0x30);
	/* Only one answers for the rest of the block. */
	ck_assert_int_eq(access_as(NW_LOAD, 2, table_va + 0x8000).fault.type, FAULT_NONE);
}
END_TEST

/* Entries of both stages cannot tell whose conflict it is: EL2 gets it, and TLBI ends it. */
START_TEST(a_conflict_under_stage_2_is_one_of_stage_2_until_tlbi)
{
	begin_overlap(TLB_OVERLAP_CONFLICT, (struct tlb_shape){48, 0, 0},
		      (struct tlb_shape){0, 0, 0});

	struct space *s = &spaces[0];
	uint64_t ipa = world_alloc(world, s->vm, WORLD_PAGE);
	const uint64_t big = UINT64_C(0x8000000000);

	/* Stage 2 has a block of 2 MB under the block of stage 1. */
	*world_s2_entry(world, s->vm, big, 2) = WORLD_RAM | S2_LEAF_BASE | 1;
	world_map(world, s, table_va, ipa, 3, S1_RW_EL0 | S1_NG);
	enter(VM1_ASID5);
	access_as(NW_LOAD, 0, table_va);
	world_map(world, s, table_va, big, 2, S1_RW_EL0 | S1_NG);
	access_as(NW_LOAD, 0, table_va + 0x8000);

	struct nw_fault fault = access_as(NW_STORE, 0, table_va).fault;

	ck_assert_int_eq(fault.type, FAULT_TLB_CONFLICT);
	ck_assert_int_eq(fault.level, 0);
	ck_assert(fault.stage2);
	ck_assert(!fault.s1ptw);
	ck_assert(!fault.ipa_valid);
	world_tlbi(mmu, TLBI_VMALLE1, 0);
	ck_assert_uint_eq(access_as(NW_LOAD, 0, table_va).pa.value, WORLD_RAM);
}
END_TEST

/* ------------------------------------------------------------------ shortcuts */

START_TEST(a_stamp_that_the_owner_stores_is_a_use)
{
	uint64_t ipa = world_alloc(world, spaces[0].vm, WORLD_PAGE);

	for (uint64_t va = 0x1000; va <= 0x3000; va += 0x1000)
		world_map(world, &spaces[0], va, ipa, 3, S1_RW_EL0);
	begin((struct tlb_shape){2, 0, 0}, (struct tlb_shape){0, 0, 0});
	enter(VM1_ASID5);

	struct tlb_entry *first = access_as(NW_LOAD, 0, 0x1000).entry;
	struct tlb_entry *second = access_as(NW_LOAD, 0, 0x2000).entry;

	first->stamp = ++now;
	access_as(NW_LOAD, 0, 0x3000); /* takes the slot of 0x2000 */
	ck_assert_uint_eq(drops, 1);
	ck_assert_ptr_eq(access_as(NW_LOAD, 0, 0x1000).entry, first);
	ck_assert_uint_eq(walks, 3);
	ck_assert_ptr_eq(access_as(NW_LOAD, 0, 0x3000).entry, second);
}
END_TEST

START_TEST(l2_replaces_what_l1_missed_least_recently)
{
	uint64_t ipa = world_alloc(world, spaces[0].vm, WORLD_PAGE);

	for (uint64_t va = 0x1000; va <= 0x3000; va += 0x1000)
		world_map(world, &spaces[0], va, ipa, 3, S1_RW_EL0);
	begin((struct tlb_shape){1, 0, 0}, (struct tlb_shape){2, 0, 0});
	enter(VM1_ASID5);
	access_as(NW_LOAD, 0, 0x1000);
	access_as(NW_LOAD, 0, 0x2000);
	access_as(NW_LOAD, 0, 0x1000); /* from L2: used after 0x2000 */
	ck_assert_uint_eq(walks, 2);
	access_as(NW_LOAD, 0, 0x3000); /* replaces 0x2000 in L2 */
	access_as(NW_LOAD, 0, 0x1000);
	ck_assert_uint_eq(walks, 3);
	access_as(NW_LOAD, 0, 0x2000);
	ck_assert_uint_eq(walks, 4);
}
END_TEST

static const struct drop_row {
	struct tlb_shape l1, l2;
} drop_rows[] = {
	{{1, 0, 0}, {0, 0, 0}},  {{4, 0, 0}, {64, 4, 0}},         {{48, 0, 0}, {1280, 5, 0}},
	{{16, 4, 0}, {8, 0, 0}}, {{UINT32_MAX, 0, 0}, {0, 0, 0}},
};

static void any_tlbi(void)
{
	static const enum nw_tlbi_op ops[] = {TLBI_VAE1,      TLBI_VAALE1IS, TLBI_ASIDE1,
					      TLBI_VMALLE1,   TLBI_ALLE1,    TLBI_IPAS2E1,
					      TLBI_VMALLS12E1};
	uint64_t operand = (uint64_t)random() % 64 | UINT64_C(5) << 48;

	/* The wide ones seldom, so that entries get old as well. */
	world_tlbi(mmu, ops[(size_t)random() % (random() % 16 == 0 ? 7 : 2)], operand);
}

/* Every L1 entry is announced once when it goes, and is itself as long as it is not. */
START_TEST(drop_tells_each_entry_that_goes_once)
{
	static struct tlb_entry *owner[2][64]; /* by TLB and page: the entry that answered last */
	const struct drop_row *row = &drop_rows[_i];
	unsigned fills = 0, live = 0;

	memset(owner, 0, sizeof owner);
	for (unsigned page = 0; page < 64; page++)
		world_map(world, &spaces[0], page * 0x1000,
			  world_alloc(world, spaces[0].vm, WORLD_PAGE), 3,
			  S1_RW_EL0 | (page & 1 ? S1_NG : 0));
	begin(row->l1, row->l2);
	enter(VM1_ASID5);
	srandom(7);
	for (unsigned step = 0; step < 20000; step++) {
		unsigned page = (unsigned)random() % 64, fetch = (unsigned)random() % 2;
		struct nw_access access = {.type = fetch ? NW_FETCH : NW_LOAD,
					   .unprivileged = true};

		if (random() % 50 == 0) {
			any_tlbi();
			continue;
		}

		struct nw_translation t =
			nw_translate(mmu, (va_t){page * UINT64_C(0x1000)}, access, ++now);

		ck_assert_ptr_nonnull(t.entry);
		if (t.entry->user == 0)
			fills++;
		else
			ck_assert_ptr_eq(t.entry, owner[fetch][page]);
		ck_assert_uint_lt(t.entry->user, 2);
		t.entry->user = 1;
		owner[fetch][page] = t.entry;
	}

	unsigned before = drops;

	world_tlbi(mmu, TLBI_ALLE1, 0);
	live = drops - before;
	ck_assert_uint_eq(fills, drops);
	ck_assert_uint_le(live, 128);
	world_tlbi(mmu, TLBI_ALLE1, 0);
	ck_assert_uint_eq(drops, before + live);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/tlb");
	TCase *tcase = tcase_create("tlb");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, an_entry_answers_its_own_context_only, 0, ROWS(tag_rows));
	tcase_add_test(tcase, a_top_byte_that_is_ignored_is_not_in_the_tag);
	tcase_add_test(tcase, vmid_8_bits_and_asid_8_bits_where_the_registers_say_so);
	tcase_add_loop_test(tcase, an_entry_spans_the_smaller_leaf, 0, ROWS(span_rows));
	tcase_add_loop_test(tcase, of_entries_that_overlap_one_answers_or_none, 0,
			    ROWS(overlap_rows));
	tcase_add_test(tcase, a_conflict_under_stage_2_is_one_of_stage_2_until_tlbi);
	tcase_add_test(tcase, a_stamp_that_the_owner_stores_is_a_use);
	tcase_add_test(tcase, l2_replaces_what_l1_missed_least_recently);
	tcase_add_loop_test(tcase, drop_tells_each_entry_that_goes_once, 0, ROWS(drop_rows));
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
