/* Suite mmu/at: AT instructions; PAR_EL1 bit by bit (DDI 0487, "Physical Address Register"). */
#include "world.h"

#include <check.h>

#define ROWS(rows) (int)(sizeof(rows) / sizeof *(rows))

#define PAR_RES1 (UINT64_C(1) << 11)
#define PAR_NS   (UINT64_C(1) << 9) /* UNKNOWN here: this MMU answers 1 */

static uint64_t par_output(uint64_t pa, uint64_t attr, uint64_t sh)
{
	return attr << 56 | pa | sh << 7 | PAR_RES1 | PAR_NS;
}

static uint64_t par_fault(uint64_t fst, bool stage2, bool s1ptw)
{
	return 1 | fst << 1 | (uint64_t)s1ptw << 8 | (uint64_t)stage2 << 9 | PAR_RES1;
}

enum { NSH = 0, OSH = 2, ISH = 3 };

static struct world *world;
static struct nw_mmu *mmu;
static struct space space;
static uint64_t ipa;
static unsigned walks;
static struct nw_walk last;

static void saw_walk(void *ctx, const struct nw_walk *walk)
{
	(void)ctx;
	walks++;
	last = *walk;
}

/* What is mapped at 4 KB each. */
enum {
	RW = 0x1000,
	RO = 0x2000,
	PRIVILEGED = 0x3000,
	DEVICE = 0x4000,
	INVALID = 0x5000,
	NO_AF = 0x6000,
	S2_RO = 0x7000,
	S2_INVALID = 0x8000,
	NC = 0x9000,
	HALF_NC = 0xa000,
	INNER = 0xb000
};

static uint64_t s2_ro, s2_invalid;

static void map_all(void)
{
	ipa = world_alloc(world, space.vm, WORLD_PAGE);
	s2_ro = world_alloc(world, space.vm, WORLD_PAGE);
	s2_invalid = world_alloc(world, space.vm, WORLD_PAGE);

	uint64_t half_nc = world_alloc(world, space.vm, WORLD_PAGE);

	world_map(world, &space, RW, ipa, 3, S1_RW_EL0);
	world_map(world, &space, RO, ipa, 3, S1_RW_EL0 | S1_RO);
	world_map(world, &space, PRIVILEGED, ipa, 3, 0);
	world_map(world, &space, DEVICE, ipa, 3, S1_DEVICE);
	world_map(world, &space, NO_AF, ipa, 3, S1_RW_EL0);
	*world_s1_entry(world, &space, NO_AF, 3) &= ~(UINT64_C(1) << 10);
	world_map(world, &space, S2_RO, s2_ro, 3, S1_RW_EL0);
	world_map(world, &space, S2_INVALID, s2_invalid, 3, S1_RW_EL0);
	world_map(world, &space, NC, ipa, 3, S1_RW_EL0 | 2 << 2 | 3 << 8); /* Attr2, ISH */
	world_map(world, &space, HALF_NC, half_nc, 3, S1_RW_EL0 | 3 << 8);
	world_map(world, &space, INNER, ipa, 3, S1_RW_EL0 | 3 << 8);
	*world_s2_entry(world, space.vm, s2_ro, 3) &= ~(UINT64_C(1) << 7);
	*world_s2_entry(world, space.vm, s2_invalid, 3) = 0;
	*world_s2_entry(world, space.vm, half_nc, 3) &= ~(UINT64_C(15) << 2);
	*world_s2_entry(world, space.vm, half_nc, 3) |= 13 << 2; /* outer WB, inner NC */
}

static void set_up(void)
{
	struct nw_config config;

	world = world_new(12, 48, 48, 0);
	space = world_space(world, &world->vm[0], 5);
	map_all();
	config = (struct nw_config){.features = world_features(),
				    .l1d = {48, 0, 0},
				    .port = {.ctx = world, .read = world_read},
				    .observer = {.walk = saw_walk}};
	mmu = nw_mmu_new(&config);
	ck_assert_ptr_nonnull(mmu);
	world_enter(world, mmu, &space);
	nw_registers(mmu)->MAIR_EL1 = 0x4400ff; /* Attr0 WB, Attr1 Device-nGnRnE, Attr2 NC */
	world_signal(mmu);
	walks = 0;
}

static void tear_down(void)
{
	nw_mmu_free(mmu);
	world_free(world);
}

static uint64_t par(enum nw_at_op op, uint64_t va, unsigned el)
{
	struct nw_at_result result = nw_at(mmu, op, (va_t){va}, el, false, 0);

	ck_assert_int_eq(result.fault.type, FAULT_NONE);
	return result.par;
}

/* ------------------------------------------------------------------ what PAR_EL1 holds */

/* pa: 0 the IPA, 1 its PA, of the page `ipa`. attr 0: a fault with status fst. */
static const struct par_row {
	const char *name;
	enum nw_at_op op;
	uint64_t va;
	unsigned el;
	bool physical;
	unsigned attr, sh;
	uint64_t fst;
	bool stage2;
} par_rows[] = {
	{"stage 1 gives the IPA", AT_S1E1R, RW, 1, false, 0xff, NSH, 0, false},
	{"both stages give the PA", AT_S12E1R, RW, 2, true, 0xff, NSH, 0, false},
	{"S1E1 at EL2 is still EL1&0", AT_S1E1W, RW, 2, false, 0xff, NSH, 0, false},
	{"S1E0", AT_S1E0R, RW, 1, false, 0xff, NSH, 0, false},
	{"S12E0", AT_S12E0W, RW, 2, true, 0xff, NSH, 0, false},
	{"inner shareable", AT_S1E1R, INNER, 1, false, 0xff, ISH, 0, false},
	{"Normal NC reports outer shareable", AT_S1E1R, NC, 1, false, 0x44, OSH, 0, false},
	{"read-only refuses a write", AT_S1E1W, RO, 1, false, 0, 0, 0x0f, false},
	{"read-only gives a read", AT_S1E0R, RO, 1, false, 0xff, NSH, 0, false},
	{"EL1's page refuses EL0", AT_S1E0R, PRIVILEGED, 1, false, 0, 0, 0x0f, false},
	{"EL1's page", AT_S1E1W, PRIVILEGED, 1, false, 0xff, NSH, 0, false},
	{"EL1's page refuses EL0 in S12", AT_S12E0R, PRIVILEGED, 2, false, 0, 0, 0x0f, false},
	{"invalid at level 3", AT_S1E1R, INVALID, 1, false, 0, 0, 0x07, false},
	{"invalid at level 0", AT_S1E1R, UINT64_C(1) << 47, 1, false, 0, 0, 0x04, false},
	{"out of range: level 0", AT_S1E1R, UINT64_C(1) << 50, 1, false, 0, 0, 0x04, false},
	{"Access flag", AT_S12E1R, NO_AF, 2, false, 0, 0, 0x0b, false},
	{"stage 2 refuses a write", AT_S12E1W, S2_RO, 2, false, 0, 0, 0x0f, true},
	{"stage 2 is not asked by S1", AT_S1E1W, S2_RO, 2, false, 0xff, NSH, 0, false},
	{"stage 2 invalid", AT_S12E0R, S2_INVALID, 2, false, 0, 0, 0x07, true},
	{"stage 2 invalid, S1", AT_S1E0R, S2_INVALID, 2, false, 0xff, NSH, 0, false},
};

static uint64_t output_of(const struct par_row *row)
{
	uint64_t page = row->va == S2_RO ? s2_ro : row->va == S2_INVALID ? s2_invalid : ipa;

	return row->physical ? world_pa(space.vm, page) : page;
}

START_TEST(par_holds)
{
	const struct par_row *row = &par_rows[_i];
	uint64_t expected = row->attr != 0 ? par_output(output_of(row), row->attr, row->sh)
					   : par_fault(row->fst, row->stage2, false);
	uint64_t got = par(row->op, row->va, row->el);

	ck_assert_msg(got == expected, "%s: %#llx, not %#llx", row->name, (unsigned long long)got,
		      (unsigned long long)expected);
}
END_TEST

START_TEST(device_memory_has_attr_0_and_is_outer_shareable)
{
	ck_assert_uint_eq(par(AT_S1E1R, DEVICE, 1), par_output(ipa, 0x00, OSH));
	ck_assert_uint_eq(par(AT_S12E1R, DEVICE, 2),
			  par_output(world_pa(space.vm, ipa), 0x00, OSH));
}
END_TEST

/* Stage 1 WB, stage 2 outer WB and inner NC: outer WB (with stage 1's hints) and inner NC. */
START_TEST(attributes_are_those_of_both_stages)
{
	ck_assert_uint_eq(par(AT_S1E1R, HALF_NC, 1) >> 56, 0xff);
	ck_assert_uint_eq(par(AT_S12E1R, HALF_NC, 2) >> 56, 0xf4);
	ck_assert_uint_eq(par(AT_S12E1R, HALF_NC, 2) >> 7 & 3, ISH);
}
END_TEST

START_TEST(the_offset_is_not_in_par)
{
	ck_assert_uint_eq(par(AT_S1E1R, RW + 0xabc, 1), par_output(ipa, 0xff, NSH));
}
END_TEST

START_TEST(pan_counts_for_the_p_forms_only)
{
	struct nw_at_result plain = nw_at(mmu, AT_S1E1R, (va_t){RW}, 1, true, 0);
	struct nw_at_result read = nw_at(mmu, AT_S1E1RP, (va_t){RW}, 1, true, 0);
	struct nw_at_result write = nw_at(mmu, AT_S1E1WP, (va_t){RW}, 1, true, 0);
	struct nw_at_result no_pan = nw_at(mmu, AT_S1E1WP, (va_t){RW}, 1, false, 0);
	struct nw_at_result own = nw_at(mmu, AT_S1E1WP, (va_t){PRIVILEGED}, 1, true, 0);

	ck_assert_uint_eq(plain.par & 1, 0);
	ck_assert_uint_eq(read.par, par_fault(0x0f, false, false));
	ck_assert_uint_eq(write.par, par_fault(0x0f, false, false));
	ck_assert_uint_eq(no_pan.par & 1, 0);
	ck_assert_uint_eq(own.par & 1, 0);
}
END_TEST

/* ------------------------------------------------------------------ stages off */

START_TEST(with_stage_1_off_the_output_is_the_input)
{
	nw_registers(mmu)->SCTLR_EL1 = 0;
	world_signal(mmu);
	ck_assert_uint_eq(par(AT_S1E1R, 0x123456000, 1), par_output(0x123456000, 0x00, OSH));
	ck_assert_uint_eq(walks, 0);
	/* Beyond the 52 bits of a PA: Address size fault, level 0. */
	ck_assert_uint_eq(par(AT_S1E1R, UINT64_C(1) << 52, 1), par_fault(0x00, false, false));
	ck_assert_uint_eq(par(AT_S12E1R, ipa, 2), par_output(world_pa(space.vm, ipa), 0x00, OSH));
	ck_assert_uint_eq(walks, 1);
	ck_assert_uint_eq(last.fetch_count, 4);

	nw_registers(mmu)->HCR_EL2 |= 1 << 12; /* DC */
	world_signal(mmu);
	ck_assert_uint_eq(par(AT_S1E0R, 0x123456000, 1), par_output(0x123456000, 0xff, NSH));
}
END_TEST

START_TEST(with_stage_2_off_s12_gives_what_stage_1_gives)
{
	uint64_t flat = 0x5678000;

	nw_registers(mmu)->HCR_EL2 = 0;
	nw_registers(mmu)->SCTLR_EL1 = 0;
	world_signal(mmu);
	ck_assert_uint_eq(par(AT_S12E1W, flat, 2), par_output(flat, 0x00, OSH));
}
END_TEST

START_TEST(s1e2_uses_the_tables_of_el2)
{
	struct vm el2 = {.root = world->next_table};

	world->next_table += WORLD_PAGE;
	*world_s2_entry(world, &el2, 0x7000, 3) = (WORLD_RAM + 0x3000) | 0x403; /* RW, Attr0 */
	*world_s2_entry(world, &el2, 0x8000, 3) = (WORLD_RAM + 0x4000) | 0x483; /* RO */
	nw_registers(mmu)->TTBR0_EL2 = el2.root;
	nw_registers(mmu)->TCR_EL2 = 16 | 6 << 16;
	nw_registers(mmu)->MAIR_EL2 = 0xbb;
	nw_registers(mmu)->SCTLR_EL2 = 0x1005;
	world_signal(mmu);
	ck_assert_uint_eq(par(AT_S1E2W, 0x7000, 2), par_output(WORLD_RAM + 0x3000, 0xbb, NSH));
	ck_assert_uint_eq(last.fetch_count, 4);
	ck_assert_int_eq(last.kind, WALK_STAGE1_ONLY);
	ck_assert_uint_eq(par(AT_S1E2R, 0x8000, 2), par_output(WORLD_RAM + 0x4000, 0xbb, NSH));
	ck_assert_uint_eq(par(AT_S1E2W, 0x8000, 2), par_fault(0x0f, false, false));
	ck_assert_uint_eq(par(AT_S1E2R, UINT64_C(0xffff000000007000), 2),
			  par_fault(0x04, false, false));
}
END_TEST

/*
 * The tables of EL2&0: 0x7000 is EL2's, 0x8000 EL0's and EL2's, at PA RAM + 0x3000 and + 0x4000.
 * VA 0x7000 and 0x8000 of EL1&0 are S2_RO and S2_INVALID.
 */
static void enter_host(uint64_t hcr)
{
	struct vm host = {.root = world->next_table};
	struct nw_registers *r = nw_registers(mmu);

	world->next_table += WORLD_PAGE;
	*world_s2_entry(world, &host, 0x7000, 3) = (WORLD_RAM + 0x3000) | 0x403;
	*world_s2_entry(world, &host, 0x8000, 3) = (WORLD_RAM + 0x4000) | 0x443;
	r->TTBR0_EL2 = host.root;
	r->TTBR1_EL2 = host.root;
	r->TCR_EL2 = r->TCR_EL1;
	r->MAIR_EL2 = 0xbb;
	r->SCTLR_EL2 = 0x1005;
	r->HCR_EL2 |= hcr;
	world_signal(mmu);
}

#define E2H (UINT64_C(1) << 34)
#define TGE (UINT64_C(1) << 27)

static const struct host_row {
	const char *name;
	uint64_t hcr;
	enum nw_at_op op;
	uint64_t va, par;
	enum nw_regime regime;
	uint8_t el; /* whose access it is */
} host_rows[] = {
	/* {E2H, TGE} = {1, 0}: EL2 has EL2&0, EL1 and EL0 have EL1&0 */
	{"S1E2R", E2H, AT_S1E2R, 0x7000, WORLD_RAM + 0x3000, REGIME_EL20, 2},
	{"S1E2W of the upper half", E2H, AT_S1E2W, UINT64_C(0xffff000000007000), WORLD_RAM + 0x3000,
	 REGIME_EL20, 2},
	{"S1E1R", E2H, AT_S1E1R, RW, 0, REGIME_EL10, 1},
	{"S1E0R", E2H, AT_S1E0R, RW, 0, REGIME_EL10, 0},
	/* {1, 1}: EL0 has EL2&0 too, and S1E1 asks for EL2's */
	{"host, S1E1R", E2H | TGE, AT_S1E1R, 0x7000, WORLD_RAM + 0x3000, REGIME_EL20, 2},
	{"host, S1E1W", E2H | TGE, AT_S1E1W, 0x8000, WORLD_RAM + 0x4000, REGIME_EL20, 2},
	{"host, S1E0R of EL2's page", E2H | TGE, AT_S1E0R, 0x7000, 1, REGIME_EL20, 0},
	{"host, S1E0W of EL0's page", E2H | TGE, AT_S1E0W, 0x8000, WORLD_RAM + 0x4000, REGIME_EL20,
	 0},
	{"host, S1E2R", E2H | TGE, AT_S1E2R, 0x8000, WORLD_RAM + 0x4000, REGIME_EL20, 2},
};

START_TEST(a_host_asks_for_its_own_regime)
{
	const struct host_row *row = &host_rows[_i];

	enter_host(row->hcr);

	uint64_t got = par(row->op, row->va, 2);
	uint64_t expected = row->par == 1   ? par_fault(0x0f, false, false)
			    : row->par != 0 ? par_output(row->par, 0xbb, NSH)
					    : par_output(ipa, 0xff, NSH);

	ck_assert_msg(got == expected, "%s: %#llx, not %#llx", row->name, (unsigned long long)got,
		      (unsigned long long)expected);
	ck_assert_int_eq(last.regime, row->regime);
	ck_assert_uint_eq(last.access.el, row->el);
}
END_TEST

/* Whatever HCR_EL2 says S12 is of EL1&0; TGE turns its stage 1 off, and a host has no stage 2. */
START_TEST(s12_is_one_of_el10_in_a_host_too)
{
	enter_host(E2H);
	ck_assert_uint_eq(par(AT_S12E1R, RW, 2), par_output(world_pa(space.vm, ipa), 0xff, NSH));
	ck_assert_int_eq(last.regime, REGIME_EL10);
	nw_registers(mmu)->HCR_EL2 |= TGE;
	world_signal(mmu);
	ck_assert_uint_eq(par(AT_S12E1R, 0x7000, 2), par_output(0x7000, 0x00, OSH));
	ck_assert_uint_eq(par(AT_S12E0W, 0x7000, 2), par_output(0x7000, 0x00, OSH));
}
END_TEST

/* PSTATE.PAN of EL2 counts for what EL0 may use. */
START_TEST(pan_counts_in_a_host)
{
	enter_host(E2H | TGE);
	ck_assert_uint_eq(nw_at(mmu, AT_S1E1RP, (va_t){0x8000}, 2, true, 0).par,
			  par_fault(0x0f, false, false));
	ck_assert_uint_eq(nw_at(mmu, AT_S1E1RP, (va_t){0x8000}, 2, false, 0).par & 1, 0);
	ck_assert_uint_eq(nw_at(mmu, AT_S1E1WP, (va_t){0x7000}, 2, true, 0).par & 1, 0);
	ck_assert_uint_eq(nw_at(mmu, AT_S1E1R, (va_t){0x8000}, 2, true, 0).par & 1, 0);
}
END_TEST

/*
 * AArch64.AT: with {E2H, TGE} = {1, 1} S1E1* and S1E0* ask about EL2&0 (here EPD0 forbids its
 * walks). S12* ask about EL1&0 always; TGE turns its stage 1 off, and VM acts as 0.
 */
START_TEST(the_host_asks_about_el2_and_el0)
{
	const uint64_t e2h = UINT64_C(1) << 34, tge = 1 << 27, vm = 1, flat = 0x5678000;

	nw_registers(mmu)->SCTLR_EL2 = 1;
	nw_registers(mmu)->TCR_EL2 = 16 | 1 << 7 | UINT64_C(6) << 32;
	nw_registers(mmu)->HCR_EL2 = e2h | vm;
	world_signal(mmu);
	ck_assert_uint_eq(par(AT_S1E1R, RW, 2), par_output(ipa, 0xff, NSH));
	ck_assert_uint_eq(par(AT_S1E2R, RW, 2), par_fault(0x04, false, false));

	nw_registers(mmu)->HCR_EL2 = e2h | tge | vm;
	world_signal(mmu);
	for (enum nw_at_op op = AT_S1E1R; op <= AT_S1E2W; op++)
		ck_assert_uint_eq(par(op, RW, 2), par_fault(0x04, false, false));
	for (enum nw_at_op op = AT_S12E1R; op <= AT_S12E0W; op++)
		ck_assert_uint_eq(par(op, flat, 2), par_output(flat, 0x00, OSH));
}
END_TEST

/* ------------------------------------------------------------------ the TLB */

static void use_tlb(struct tlb_shape l1, struct tlb_shape l2)
{
	struct nw_config config = {.features = world_features(),
				   .l1d = l1,
				   .l2 = l2,
				   .port = {.ctx = world, .read = world_read},
				   .observer = {.walk = saw_walk}};

	config.choices.of[CHOICE_AT_TLB] = AT_TLB_USED;
	nw_mmu_free(mmu);
	mmu = nw_mmu_new(&config);
	world_enter(world, mmu, &space);
}

/* Stage 1 remaps the page without TLBI, so that an entry and the tables differ. */
START_TEST(an_at_that_uses_the_tlb_gives_what_an_entry_says)
{
	static const struct tlb_shape shapes[2][2] = {{{48, 0, 0}, {0, 0, 0}},
						      {{0, 0, 0}, {64, 4, 0}}};
	struct nw_access load = {.type = NW_LOAD, .unprivileged = true};
	uint64_t other = world_alloc(world, space.vm, WORLD_PAGE);

	use_tlb(shapes[_i][0], shapes[_i][1]);
	nw_translate(mmu, (va_t){RW}, load, 1);
	world_map(world, &space, RW, other, 3, S1_RW_EL0 | S1_RO);
	walks = 0;
	ck_assert_uint_eq(par(AT_S1E0W, RW, 1), par_output(ipa, 0xff, NSH));
	ck_assert_uint_eq(par(AT_S12E0W, RW, 2), par_output(world_pa(space.vm, ipa), 0xff, NSH));
	ck_assert_uint_eq(walks, 0);
	world_tlbi(mmu, TLBI_VMALLE1, 0);
	ck_assert_uint_eq(par(AT_S1E0W, RW, 1), par_fault(0x0f, false, false));
	ck_assert_uint_eq(par(AT_S1E0R, RW, 1), par_output(other, 0xff, NSH));
	ck_assert_uint_eq(walks, 2); /* the first filled nothing */
}
END_TEST

/* S1 asks nothing of stage 2, though the entry knows that stage 2 refuses. */
START_TEST(an_entry_gives_stage_1_alone)
{
	struct nw_access load = {.type = NW_LOAD, .unprivileged = true};

	use_tlb((struct tlb_shape){48, 0, 0}, (struct tlb_shape){0, 0, 0});
	nw_translate(mmu, (va_t){S2_RO}, load, 1);
	walks = 0;
	ck_assert_uint_eq(par(AT_S1E0W, S2_RO, 1), par_output(s2_ro, 0xff, NSH));
	ck_assert_uint_eq(par(AT_S12E0W, S2_RO, 2), par_fault(0x0f, true, false));
	ck_assert_uint_eq(walks, 0);
}
END_TEST

/* ------------------------------------------------------------------ faults that are taken */

START_TEST(stage_2_fault_on_the_walk_traps_at_el1_and_is_reported_at_el2)
{
	uint64_t table = *world_s1_entry(world, &space, RW, 2) & ~UINT64_C(0xfff);
	uint64_t descriptor = table + 8 * (RW >> 12);

	*world_s2_entry(world, space.vm, table, 3) = 0;

	struct nw_at_result r = nw_at(mmu, AT_S1E1R, (va_t){RW}, 1, false, 0);

	ck_assert_int_eq(r.fault.type, FAULT_TRANSLATION);
	ck_assert(r.fault.stage2);
	ck_assert(r.fault.s1ptw);
	ck_assert_int_eq(r.fault.level, 3); /* of stage 2 */
	ck_assert_uint_eq(r.fault.ipa.value & ~UINT64_C(0xfff), table);
	ck_assert_uint_eq(r.fault.ipa.value, descriptor);

	ck_assert_uint_eq(par(AT_S1E1R, RW, 2), par_fault(0x07, true, true));
	ck_assert_uint_eq(par(AT_S12E1R, RW, 2), par_fault(0x07, true, true));
}
END_TEST

START_TEST(external_abort_on_the_walk_is_taken_at_any_el)
{
	/* Stage 1's level 1 descriptor leads to an IPA that stage 2 maps where nothing answers. */
	uint64_t table = *world_s1_entry(world, &space, RW, 1) & ~UINT64_C(0xfff);

	world_s2_map(world, space.vm, table, 0x1000);
	for (unsigned el = 1; el <= 2; el++) {
		struct nw_at_result r = nw_at(mmu, AT_S1E1R, (va_t){RW}, el, false, 0);

		ck_assert_int_eq(r.fault.type, FAULT_EXTERNAL_ON_WALK);
		ck_assert_int_eq(r.fault.level, 2);
		ck_assert(!r.fault.stage2);
	}
}
END_TEST

/* ------------------------------------------------------------------ walks */

/* contract: AT S1E1x makes n1 (n2 + 1) fetches; S12 makes all (n1 + 1)(n2 + 1) - 1. */
START_TEST(an_at_always_walks_and_leaves_the_tlb_alone)
{
	struct nw_access access = {.type = NW_LOAD, .unprivileged = true};

	nw_translate(mmu, (va_t){RW}, access, 1);
	ck_assert_uint_eq(walks, 1);
	ck_assert(!last.at);
	par(AT_S1E1R, RW, 1);
	ck_assert_uint_eq(walks, 2);
	ck_assert(last.at);
	ck_assert_uint_eq(last.fetch_count, 20);
	ck_assert_uint_eq(last.access.el, 1);
	par(AT_S12E0R, RO, 2);
	ck_assert_uint_eq(last.fetch_count, 24);
	ck_assert_uint_eq(last.access.el, 0);
	ck_assert_uint_eq(nw_counts(mmu)->l1d[0].lookups, 1);
	ck_assert_uint_eq(nw_counts(mmu)->l1d[1].lookups, 0);
	nw_translate(mmu, (va_t){RO}, access, 2);
	ck_assert_uint_eq(walks, 4); /* the AT of RO filled nothing */
	ck_assert(!last.at);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/at");
	TCase *tcase = tcase_create("at");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, par_holds, 0, ROWS(par_rows));
	tcase_add_test(tcase, device_memory_has_attr_0_and_is_outer_shareable);
	tcase_add_test(tcase, the_host_asks_about_el2_and_el0);
	tcase_add_test(tcase, attributes_are_those_of_both_stages);
	tcase_add_test(tcase, the_offset_is_not_in_par);
	tcase_add_test(tcase, pan_counts_for_the_p_forms_only);
	tcase_add_test(tcase, with_stage_1_off_the_output_is_the_input);
	tcase_add_test(tcase, with_stage_2_off_s12_gives_what_stage_1_gives);
	tcase_add_test(tcase, s1e2_uses_the_tables_of_el2);
	tcase_add_loop_test(tcase, a_host_asks_for_its_own_regime, 0, ROWS(host_rows));
	tcase_add_test(tcase, s12_is_one_of_el10_in_a_host_too);
	tcase_add_test(tcase, pan_counts_in_a_host);
	tcase_add_loop_test(tcase, an_at_that_uses_the_tlb_gives_what_an_entry_says, 0, 2);
	tcase_add_test(tcase, an_entry_gives_stage_1_alone);
	tcase_add_test(tcase, stage_2_fault_on_the_walk_traps_at_el1_and_is_reported_at_el2);
	tcase_add_test(tcase, external_abort_on_the_walk_is_taken_at_any_el);
	tcase_add_test(tcase, an_at_always_walks_and_leaves_the_tlb_alone);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
