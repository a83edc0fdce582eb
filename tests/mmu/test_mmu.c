/* Suite mmu/mmu: whole translations through TLBs, registers and events. */
#include "world.h"

#include <check.h>

static struct world *world;
static struct nw_mmu *mmu;
static struct space space;
static uint64_t now;
static unsigned walks;
static struct nw_walk last;

static void saw_walk(void *ctx, const struct nw_walk *walk)
{
	(void)ctx;
	walks++;
	last = *walk;
}

static struct nw_config config_with(struct tlb_shape l1, struct tlb_shape l2)
{
	return (struct nw_config){
		.features = world_features(),
		.l1i = l1,
		.l1d = l1,
		.l2 = l2,
		.port = {.ctx = world, .read = world_read},
		.observer = {.walk = saw_walk},
	};
}

static struct nw_config usual_config(void)
{
	return config_with((struct tlb_shape){48, 0, 0}, (struct tlb_shape){1280, 5, 0});
}

static void begin(struct nw_config config)
{
	nw_mmu_free(mmu);
	mmu = nw_mmu_new(&config);
	ck_assert_ptr_nonnull(mmu);
	world_enter(world, mmu, &space);
	walks = 0;
}

static void set_up(void)
{
	mmu = NULL;
	now = 0;
	world = world_new(12, 48, 48, 0);
	space = world_space(world, &world->vm[0], 5);
	begin(usual_config());
}

static void tear_down(void)
{
	nw_mmu_free(mmu);
	world_free(world);
}

static struct nw_translation access_as(enum nw_access_type type, unsigned el, uint64_t va)
{
	struct nw_access access = {.type = type, .el = (uint8_t)el, .unprivileged = el == 0};

	return nw_translate(mmu, (va_t){va}, access, ++now);
}

static struct nw_translation load(uint64_t va)
{
	return access_as(NW_LOAD, 0, va);
}

/* ------------------------------------------------------------------ walks and counts */

static const struct count_row {
	const char *name;
	unsigned va_bits, ipa_bits;
	int start2;
	bool stage1, stage2;
	unsigned fetches; /* (n1 + 1)(n2 + 1) - 1 where both are on */
	enum nw_walk_kind kind;
} count_rows[] = {
	{"5x5", 52, 52, -1, true, true, 35, WALK_NESTED},
	{"5x4, 16 tables", 52, 52, 0, true, true, 29, WALK_NESTED},
	{"4x4", 48, 48, 0, true, true, 24, WALK_NESTED},
	{"4x3, 2 tables", 48, 40, 1, true, true, 19, WALK_NESTED},
	{"3x3", 39, 39, 1, true, true, 15, WALK_NESTED},
	{"4, stage 2 off", 48, 48, 0, true, false, 4, WALK_STAGE1_ONLY},
	{"4, stage 1 off", 48, 48, 0, false, true, 4, WALK_STAGE2_ONLY},
	{"5, stage 1 off", 48, 52, -1, false, true, 5, WALK_STAGE2_ONLY},
};

/* Turns stage 2 off: the tables of stage 1 are where they are, so their descriptors take PAs. */
static void stage2_off(uint64_t va)
{
	uint64_t table[3];

	for (int level = 0; level < 3; level++)
		table[level] = *world_s1_entry(world, &space, va, level) & ~UINT64_C(0xfff);
	for (int level = 2; level >= 0; level--)
		*world_s1_entry(world, &space, va, level) = world_pa(space.vm, table[level]) | 3;
	nw_registers(mmu)->TTBR0_EL1 = world_pa(space.vm, space.root);
	nw_registers(mmu)->HCR_EL2 = 0;
}

START_TEST(a_walk_fetches_what_the_closed_form_says)
{
	const struct count_row *row = &count_rows[_i];
	uint64_t va = 0x12345678;

	world_free(world);
	world = world_new(12, row->va_bits, row->ipa_bits, row->start2);
	space = world_space(world, &world->vm[0], 5);

	uint64_t ipa = world_alloc(world, space.vm, WORLD_PAGE);

	world_map(world, &space, va, ipa, 3, S1_RW_EL0);
	begin(usual_config());
	if (!row->stage1) {
		nw_registers(mmu)->SCTLR_EL1 = 0;
		va = ipa + 0x678;
	}
	if (!row->stage2)
		stage2_off(va);
	world_signal(mmu);

	struct nw_translation t = load(va);

	ck_assert_msg(t.fault.type == FAULT_NONE, "%s", row->name);
	ck_assert_uint_eq(t.pa.value, row->stage2 ? world_pa(space.vm, ipa) + 0x678 : ipa + 0x678);
	ck_assert_uint_eq(walks, 1);
	ck_assert_msg(last.fetch_count == row->fetches, "%s: %u", row->name, last.fetch_count);
	ck_assert_uint_eq(last.latency, 10 * row->fetches);
	ck_assert_uint_eq(last.kind, row->kind);
	ck_assert_uint_eq(last.va.value, va);
	ck_assert_uint_eq(last.pa.value, t.pa.value);
	ck_assert(!last.at);

	ck_assert_uint_eq(load(va + 4).pa.value, t.pa.value + 4);
	ck_assert_uint_eq(walks, 1);
}
END_TEST

START_TEST(with_both_stages_off_there_is_no_lookup_and_no_walk)
{
	nw_registers(mmu)->SCTLR_EL1 = 0;
	nw_registers(mmu)->HCR_EL2 = 0;
	world_signal(mmu);

	struct nw_translation t = load(0x123456789a);

	ck_assert_int_eq(t.fault.type, FAULT_NONE);
	ck_assert_uint_eq(t.pa.value, 0x123456789a);
	ck_assert(t.device);
	ck_assert(t.may_write);
	ck_assert_ptr_null(t.entry);
	ck_assert_uint_eq(walks, 0);
	ck_assert_uint_eq(nw_counts(mmu)->l1d[0].lookups, 0);

	t = load(UINT64_C(1) << 52);
	ck_assert_int_eq(t.fault.type, FAULT_ADDRESS_SIZE);
	ck_assert_int_eq(t.fault.level, 0);
	ck_assert_uint_eq(walks, 0);
}
END_TEST

START_TEST(each_level_counts_its_lookups_by_el)
{
	uint64_t ipa = world_alloc(world, space.vm, WORLD_PAGE);
	const struct nw_counts *c = nw_counts(mmu);

	for (uint64_t va = 0; va < 3 * WORLD_PAGE; va += WORLD_PAGE)
		world_map(world, &space, va, ipa, 3, S1_RW_EL0);
	begin(config_with((struct tlb_shape){1, 0, 0}, (struct tlb_shape){4, 0, 0}));
	c = nw_counts(mmu);
	load(0x0000);                   /* misses both, walks */
	load(0x0008);                   /* hits L1 */
	load(0x1000);                   /* misses both: page 0 leaves L1 */
	load(0x0000);                   /* misses L1, hits L2 */
	access_as(NW_LOAD, 1, 0x0000);  /* the same entry, counted at EL1 */
	access_as(NW_FETCH, 0, 0x2000); /* L1I is another TLB, L2 the same */
	load(0x2000);                   /* misses L1D, hits L2 */

	ck_assert_uint_eq(walks, 3);
	ck_assert_uint_eq(c->l1d[0].lookups, 5);
	ck_assert_uint_eq(c->l1d[0].hits, 1);
	ck_assert_uint_eq(c->l1d[0].misses, 4);
	ck_assert_uint_eq(c->l1d[1].lookups, 1);
	ck_assert_uint_eq(c->l1d[1].hits, 1);
	ck_assert_uint_eq(c->l1i[0].lookups, 1);
	ck_assert_uint_eq(c->l1i[0].misses, 1);
	ck_assert_uint_eq(c->l2[0].lookups, 5);
	ck_assert_uint_eq(c->l2[0].hits, 2);
	ck_assert_uint_eq(c->l2[0].misses, 3);
	ck_assert_uint_eq(c->l2[1].lookups, 0);
}
END_TEST

static const struct absent_row {
	const char *name;
	bool tlb_off, l1, l2;
	unsigned walks; /* of two loads of one page */
	bool entry;
} absent_rows[] = {
	{"off", true, true, true, 2, false},      {"no level", false, false, false, 2, false},
	{"L1 only", false, true, false, 1, true}, {"L2 only", false, false, true, 1, false},
	{"both", false, true, true, 1, true},
};

START_TEST(a_level_that_is_absent_is_not_asked)
{
	const struct absent_row *row = &absent_rows[_i];
	struct tlb_shape none = {0, 0, 0}, some = {16, 4, 0};
	struct nw_config config = config_with(row->l1 ? some : none, row->l2 ? some : none);

	world_map(world, &space, 0x1000, world_alloc(world, space.vm, WORLD_PAGE), 3, S1_RW_EL0);
	config.tlb_off = row->tlb_off;
	begin(config);

	struct nw_translation first = load(0x1000), second = load(0x1000);

	ck_assert_msg(walks == row->walks, "%s: %u walks", row->name, walks);
	ck_assert_uint_eq(first.pa.value, second.pa.value);
	ck_assert_msg((first.entry != NULL) == row->entry, "%s", row->name);
	ck_assert_ptr_eq(first.entry, second.entry);

	const struct nw_counts *c = nw_counts(mmu);

	ck_assert_uint_eq(c->l1d[0].lookups, !row->tlb_off && row->l1 ? 2 : 0);
	ck_assert_uint_eq(c->l2[0].lookups, row->tlb_off || !row->l2 ? 0 : row->l1 ? 1 : 2);
}
END_TEST

START_TEST(an_impossible_shape_gives_no_mmu)
{
	struct nw_config config = usual_config();

	config.l2.ways = 7;
	ck_assert_ptr_null(nw_mmu_new(&config));
	config = usual_config();
	config.walk_caches.ipa = (struct tlb_shape){48, 4, 0};
	ck_assert_ptr_null(nw_mmu_new(&config));
	config = usual_config();
	config.l1d.entries = 3;
	config.l1d.ways = 1;
	ck_assert_ptr_null(nw_mmu_new(&config));
}
END_TEST

/* ------------------------------------------------------------------ what a hit checks */

START_TEST(a_hit_checks_permissions_of_this_access)
{
	uint64_t ipa = world_alloc(world, space.vm, WORLD_PAGE);

	world_map(world, &space, 0x1000, ipa, 3, S1_RW_EL0 | S1_RO);
	world_map(world, &space, 0x2000, ipa, 3, 0);
	ck_assert_int_eq(load(0x1000).fault.type, FAULT_NONE);
	ck_assert(!load(0x1000).may_write);
	access_as(NW_LOAD, 1, 0x2000);
	walks = 0;

	struct nw_translation t = access_as(NW_STORE, 0, 0x1008);

	ck_assert_int_eq(t.fault.type, FAULT_PERMISSION);
	ck_assert_int_eq(t.fault.level, 3);
	ck_assert(t.fault.write);
	ck_assert(!t.fault.stage2);
	ck_assert_int_eq(load(0x2000).fault.type, FAULT_PERMISSION); /* EL1 only */
	ck_assert_int_eq(access_as(NW_STORE, 1, 0x2000).fault.type, FAULT_NONE);
	ck_assert_uint_eq(walks, 0);
}
END_TEST

START_TEST(a_hit_checks_stage_2_and_tells_the_ipa)
{
	uint64_t ipa = world_alloc(world, space.vm, WORLD_PAGE);

	world_map(world, &space, 0x1000, ipa, 3, S1_RW_EL0);
	*world_s2_entry(world, space.vm, ipa, 3) &= ~(UINT64_C(1) << 7); /* S2AP: read only */
	ck_assert_int_eq(load(0x1000).fault.type, FAULT_NONE);
	ck_assert(!load(0x1000).may_write);
	walks = 0;

	struct nw_translation t = access_as(NW_STORE, 0, 0x1abc);

	ck_assert_int_eq(t.fault.type, FAULT_PERMISSION);
	ck_assert(t.fault.stage2);
	ck_assert(!t.fault.s1ptw);
	ck_assert_uint_eq(t.fault.ipa.value, ipa + 0xabc);
	ck_assert_uint_eq(walks, 0);
}
END_TEST

START_TEST(a_hit_uses_pan_and_wxn_of_now)
{
	uint64_t ipa = world_alloc(world, space.vm, WORLD_PAGE);
	struct nw_access access = {.type = NW_LOAD, .el = 1};

	world_map(world, &space, 0x1000, ipa, 3, S1_RW_EL0);
	ck_assert_int_eq(nw_translate(mmu, (va_t){0x1000}, access, ++now).fault.type, FAULT_NONE);
	access.pan = true;
	ck_assert_int_eq(nw_translate(mmu, (va_t){0x1000}, access, ++now).fault.type,
			 FAULT_PERMISSION);

	ck_assert_int_eq(access_as(NW_FETCH, 0, 0x1000).fault.type, FAULT_NONE);
	nw_registers(mmu)->SCTLR_EL1 |= 1 << 19; /* WXN */
	world_signal(mmu);
	ck_assert_int_eq(access_as(NW_FETCH, 0, 0x1000).fault.type, FAULT_PERMISSION);
	ck_assert_uint_eq(walks, 1); /* what the load left in L2 answers the fetch */
}
END_TEST

START_TEST(a_hit_uses_the_output_size_of_now)
{
	/* A second IPA, above 2^36, of a page. */
	uint64_t high = UINT64_C(0x1000000000), ipa = world_alloc(world, space.vm, WORLD_PAGE);

	world_s2_map(world, space.vm, high, world_pa(space.vm, ipa));
	world_map(world, &space, 0x1000, high, 3, S1_RW_EL0);
	ck_assert_int_eq(load(0x1000).fault.type, FAULT_NONE);
	walks = 0;
	nw_registers(mmu)->TCR_EL1 &= ~(UINT64_C(7) << 32);
	nw_registers(mmu)->TCR_EL1 |= UINT64_C(1) << 32; /* IPS: 36 bits */
	world_signal(mmu);

	struct nw_translation t = load(0x1000);

	ck_assert_int_eq(t.fault.type, FAULT_ADDRESS_SIZE);
	ck_assert_int_eq(t.fault.level, 3);
	ck_assert(!t.fault.stage2);
	ck_assert_uint_eq(walks, 0);
}
END_TEST

/* ------------------------------------------------------------------ order of checks */

START_TEST(range_and_e0pd_come_before_the_lookup_epd_after_a_miss)
{
	uint64_t ipa = world_alloc(world, space.vm, WORLD_PAGE);
	const struct tlb_counts *c = &nw_counts(mmu)->l1d[0];

	world_map(world, &space, 0x1000, ipa, 3, S1_RW_EL0);
	world_map(world, &space, 0x2000, ipa, 3, S1_RW_EL0);
	ck_assert_int_eq(load(0x1000).fault.type, FAULT_NONE);
	ck_assert_uint_eq(walks, 1);

	ck_assert_int_eq(load(UINT64_C(1) << 48).fault.type, FAULT_TRANSLATION);
	ck_assert_int_eq(load(UINT64_C(1) << 48).fault.level, 0);
	ck_assert_uint_eq(c->lookups, 1);

	nw_registers(mmu)->TCR_EL1 |= 1 << 7; /* EPD0 */
	world_signal(mmu);
	ck_assert_int_eq(load(0x1000).fault.type, FAULT_NONE);
	ck_assert_int_eq(load(0x2000).fault.type, FAULT_TRANSLATION);
	ck_assert_int_eq(load(0x2000).fault.level, 0);
	ck_assert_uint_eq(c->lookups, 4);
	ck_assert_uint_eq(c->misses, 3);

	nw_registers(mmu)->TCR_EL1 |= UINT64_C(1) << 55; /* E0PD0 */
	world_signal(mmu);
	ck_assert_int_eq(load(0x1000).fault.type, FAULT_TRANSLATION);
	ck_assert_int_eq(access_as(NW_LOAD, 1, 0x1000).fault.type, FAULT_NONE);
	ck_assert_uint_eq(c->lookups, 4);
	ck_assert_uint_eq(walks, 1); /* neither of these is a walk */
}
END_TEST

START_TEST(a_walk_that_faults_before_its_first_fetch_is_a_walk)
{
	nw_registers(mmu)->TTBR0_EL1 = UINT64_C(1) << 44;
	nw_registers(mmu)->TCR_EL1 &= ~(UINT64_C(7) << 32);
	nw_registers(mmu)->TCR_EL1 |= UINT64_C(4) << 32; /* IPS: 44 bits */
	world_signal(mmu);
	ck_assert_int_eq(load(0x1000).fault.type, FAULT_ADDRESS_SIZE);
	ck_assert_uint_eq(walks, 1);
	ck_assert_uint_eq(last.fetch_count, 0);
	ck_assert_int_eq(last.fault.type, FAULT_ADDRESS_SIZE);
}
END_TEST

START_TEST(with_stage_1_off_the_checks_of_vtcr_come_before_the_lookup)
{
	const struct tlb_counts *c = &nw_counts(mmu)->l1d[0];

	nw_registers(mmu)->SCTLR_EL1 = 0;
	world_signal(mmu);

	struct nw_translation t = load(UINT64_C(1) << 48);

	ck_assert_int_eq(t.fault.type, FAULT_TRANSLATION);
	ck_assert(t.fault.stage2);
	ck_assert_int_eq(t.fault.level, 0);
	nw_registers(mmu)->VTCR_EL2 = 20 | 1 << 6; /* 44 bits, start 1: legal are 31 to 43 */
	world_signal(mmu);
	t = load(WORLD_IPA);
	ck_assert_int_eq(t.fault.type, FAULT_TRANSLATION);
	ck_assert(t.fault.stage2);
	ck_assert_int_eq(t.fault.level, 0);
	ck_assert_uint_eq(c->lookups, 0);
	ck_assert_uint_eq(walks, 0);
}
END_TEST

/* ------------------------------------------------------------------ what is never cached */

START_TEST(faults_are_not_cached)
{
	uint64_t ipa = world_alloc(world, space.vm, WORLD_PAGE);
	uint64_t *entry;

	world_map(world, &space, 0x1000, ipa, 3, S1_RW_EL0);
	entry = world_s1_entry(world, &space, 0x1000, 3);
	*entry &= ~UINT64_C(1);
	ck_assert_int_eq(load(0x1000).fault.type, FAULT_TRANSLATION);
	*entry |= 1;
	*entry &= ~(UINT64_C(1) << 10); /* AF */
	ck_assert_int_eq(load(0x1000).fault.type, FAULT_ACCESS_FLAG);
	*entry |= 1 << 10;
	*world_s2_entry(world, space.vm, ipa, 3) &= ~UINT64_C(1);
	ck_assert_int_eq(load(0x1000).fault.type, FAULT_TRANSLATION);
	*world_s2_entry(world, space.vm, ipa, 3) |= 1;
	ck_assert_int_eq(load(0x1000).fault.type, FAULT_NONE);
	ck_assert_uint_eq(walks, 4);
}
END_TEST

START_TEST(a_probe_has_no_effect)
{
	struct nw_access access = {.type = NW_LOAD, .unprivileged = true};
	struct nw_walk walk;
	struct nw_counts before;
	uint64_t ipa = world_alloc(world, space.vm, WORLD_PAGE);

	world_map(world, &space, 0x1000, ipa, 3, S1_RW_EL0);
	before = *nw_counts(mmu);

	struct nw_translation t = nw_probe(mmu, (va_t){0x1234}, access, &walk);

	ck_assert_int_eq(t.fault.type, FAULT_NONE);
	ck_assert_uint_eq(t.pa.value, world_pa(space.vm, ipa) + 0x234);
	ck_assert_uint_eq(walk.fetch_count, 24);
	ck_assert_uint_eq(nw_probe(mmu, (va_t){0x1234}, access, NULL).pa.value, t.pa.value);
	ck_assert_uint_eq(walks, 0);
	ck_assert_mem_eq(&before, nw_counts(mmu), sizeof before);
	load(0x1234);
	ck_assert_uint_eq(walks, 1);
}
END_TEST

/* ------------------------------------------------------------------ arbitrary guests */

static uint64_t random64(void)
{
	return (uint64_t)random() << 42 ^ (uint64_t)random() << 21 ^ (uint64_t)random();
}

/* Descriptors that change with every read; most are valid tables or leaves with AF=1. */
static struct nw_port_read read_anything(void *ctx, pa_t pa)
{
	uint64_t value = random64() & ~UINT64_C(0x00ff000000000000);

	(void)ctx;
	(void)pa;
	if (random() % 8 != 0)
		value |= UINT64_C(0x401) | (uint64_t)(random() % 4 != 0) << 1;
	if (random() % 4 != 0)
		value &= ~UINT64_C(0xf000); /* no address bits [51:48] with the 64 KB granule */
	return (struct nw_port_read){.value = value, .abort = random() % 64 == 0};
}

static void write_any_register(void)
{
	uint64_t *registers = (uint64_t *)nw_registers(mmu);
	size_t i = (size_t)random() % (sizeof(struct nw_registers) / sizeof *registers);

	/* Whole random values seldom make sense; a changed bit of a sensible one often does. */
	if (random() % 4 == 0)
		registers[i] = random64();
	else
		registers[i] ^= UINT64_C(1) << random() % 64;
	world_signal(mmu);
}

static void access_anything(void)
{
	struct nw_access access = {.type = (enum nw_access_type)(random() % 7),
				   .el = (uint8_t)(random() % 3),
				   .unprivileged = random() % 2,
				   .read_write = random() % 2,
				   .pan = random() % 2,
				   .unaligned = random() % 2};
	uint64_t va = random64() >> random() % 40;
	struct nw_translation t;

	if (random() % 2)
		va = ~va;
	t = nw_translate(mmu, (va_t){va}, access, ++now);
	if (t.fault.type == FAULT_NONE) {
		ck_assert_uint_eq(t.pa.value >> 52, 0);
		ck_assert_uint_ge(t.span_bits, 12);
		ck_assert_uint_eq((t.pa.value ^ va) & 0xfff, 0);
	} else {
		ck_assert_int_ge(t.fault.level, -1);
		ck_assert_int_le(t.fault.level, 3);
	}
	nw_at(mmu, (enum nw_at_op)(random() % 12), (va_t){va}, 1 + (unsigned)random() % 2, true,
	      now);
}

START_TEST(no_registers_and_no_tables_break_it)
{
	struct nw_config config =
		config_with((struct tlb_shape){16, 0, 0}, (struct tlb_shape){UINT32_MAX, 0, 0});

	config.port.read = read_anything;
	config.walk_caches =
		(struct walk_cache_shapes){{16, 4, 0}, {UINT32_MAX, 0, 0}, {16, 0, 0}, true};
	begin(config);
	srandom((unsigned)_i + 1);
	for (unsigned step = 0; step < 20000; step++) {
		if (step % 2048 == 0)
			world_enter(world, mmu, &space);
		if (random() % 8 == 0)
			write_any_register();
		else if (random() % 16 == 0)
			world_tlbi(mmu, (enum nw_tlbi_op)(random() % TLBI_OP_COUNT), random64());
		else
			access_anything();
		ck_assert_uint_le(last.fetch_count, 35);
	}
}
END_TEST

/* ------------------------------------------------------------------ geometry */

static const struct page_row {
	const char *name;
	unsigned granule1;
	bool stage1, stage2, epd1;
	unsigned el, bits;
} page_rows[] = {
	{"4K over 4K", 12, true, true, false, 0, 12},
	{"64K over 4K", 16, true, true, false, 1, 12},
	{"64K alone", 16, true, false, false, 0, 16},
	{"16K alone", 14, true, false, true, 0, 14},
	{"stage 2 alone", 16, false, true, false, 0, 12},
	{"off", 16, false, false, false, 0, 12},
	{"EL2 off", 16, true, true, false, 2, 12},
};

START_TEST(page_bits_is_the_smaller_granule_in_force)
{
	const struct page_row *row = &page_rows[_i];

	world_free(world);
	world = world_new(row->granule1, 47, 48, 0);
	space = world_space(world, &world->vm[0], 5);
	begin(usual_config());
	if (!row->stage1)
		nw_registers(mmu)->SCTLR_EL1 = 0;
	if (!row->stage2)
		nw_registers(mmu)->HCR_EL2 = 0;
	if (row->epd1) {
		nw_registers(mmu)->TCR_EL1 |= 1 << 23; /* EPD1 */
		nw_registers(mmu)->TCR_EL1 &= ~(UINT64_C(3) << 30);
		nw_registers(mmu)->TCR_EL1 |= UINT64_C(2) << 30; /* TG1: 4K */
	}
	world_signal(mmu);
	ck_assert_msg(nw_page_bits(mmu, row->el) == row->bits, "%s: %u", row->name,
		      nw_page_bits(mmu, row->el));
}
END_TEST

#define ROWS(rows) (int)(sizeof(rows) / sizeof *(rows))

int main(void)
{
	Suite *suite = suite_create("mmu/mmu");
	TCase *tcase = tcase_create("mmu");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, a_walk_fetches_what_the_closed_form_says, 0, ROWS(count_rows));
	tcase_add_test(tcase, with_both_stages_off_there_is_no_lookup_and_no_walk);
	tcase_add_test(tcase, each_level_counts_its_lookups_by_el);
	tcase_add_loop_test(tcase, a_level_that_is_absent_is_not_asked, 0, ROWS(absent_rows));
	tcase_add_test(tcase, an_impossible_shape_gives_no_mmu);
	tcase_add_test(tcase, a_hit_checks_permissions_of_this_access);
	tcase_add_test(tcase, a_hit_checks_stage_2_and_tells_the_ipa);
	tcase_add_test(tcase, a_hit_uses_pan_and_wxn_of_now);
	tcase_add_test(tcase, a_hit_uses_the_output_size_of_now);
	tcase_add_test(tcase, range_and_e0pd_come_before_the_lookup_epd_after_a_miss);
	tcase_add_test(tcase, a_walk_that_faults_before_its_first_fetch_is_a_walk);
	tcase_add_test(tcase, with_stage_1_off_the_checks_of_vtcr_come_before_the_lookup);
	tcase_add_test(tcase, faults_are_not_cached);
	tcase_add_test(tcase, a_probe_has_no_effect);
	tcase_add_loop_test(tcase, no_registers_and_no_tables_break_it, 0, 4);
	tcase_add_loop_test(tcase, page_bits_is_the_smaller_granule_in_force, 0, ROWS(page_rows));
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
