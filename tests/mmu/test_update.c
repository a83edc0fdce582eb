/*
 * Suite mmu/update: hardware updates of the Access flag and dirty state (D8.5 "Hardware updates to
 * the translation tables").
 */
#include "nested.h"

static const uint64_t af = 1 << 10, dbm = UINT64_C(1) << 51, bit7 = 1 << 7;
static const uint64_t tcr_ha = UINT64_C(1) << 39, tcr_hd = UINT64_C(1) << 40;
static const uint64_t vtcr_ha = 1 << 21, vtcr_hd = 1 << 22;

static const struct nw_access load = {.type = NW_LOAD, .el = 1};
static const struct nw_access store = {.type = NW_STORE, .el = 1};

/* ------------------------------------------------------------------ a port that updates */

static struct pair p;
static struct nw_walk log_;
static unsigned swaps, differs; /* calls; how many of them find that memory differs */
static uint64_t other_value;    /* what another observer has written there then */
static enum nw_port_update_outcome outcome;
static bool no_port;

static enum nw_port_update_outcome update(void *ctx, pa_t pa, uint64_t expected, uint64_t desired)
{
	uint64_t *cell = memory_cell(ctx, pa.value);
	uint64_t value = p.memory.big_endian ? __builtin_bswap64(*cell) : *cell;

	swaps++;
	if (differs > 0) {
		differs--;
		if (other_value != 0)
			*cell = other_value;
		return UPDATE_DIFFERS;
	}
	if (outcome != UPDATE_DONE)
		return outcome;
	ck_assert_uint_eq(value, expected);
	*cell = p.memory.big_endian ? __builtin_bswap64(desired) : desired;
	return UPDATE_DONE;
}

static struct nw_registers registers;
static struct nw_features features;
static struct nw_choices choices;
static bool no_effect;

/* Four levels of 4 KB tables under four; everything permitted, AF=1, HA and HD on at both stages.
 */
static void set_up_pair(void)
{
	static const struct geometry g = {12, 48, 0, false};

	p = (struct pair){.random = 7, .leaf1 = 3, .leaf2 = 3};
	pair_build(&p, &g, &g);
	registers = registers_of(&p, false);
	registers.TCR_EL1 |= tcr_ha | tcr_hd;
	registers.VTCR_EL2 |= vtcr_ha | vtcr_hd;
	features = all_features();
	choices = (struct nw_choices){{0}};
	swaps = differs = 0;
	other_value = 0;
	outcome = UPDATE_DONE;
	no_port = no_effect = false;
}

static uint64_t *leaf1(void)
{
	return memory_cell(&p.memory, p.walk1.descriptor_pa[3]);
}

static uint64_t *leaf2(void)
{
	return memory_cell(&p.memory, p.output.descriptor_pa[3]);
}

/* Stage 2's leaf of the page that holds the stage 1 leaf. */
static uint64_t *leaf2_of_table(void)
{
	return memory_cell(&p.memory, p.lookup[3].descriptor_pa[3]);
}

static struct ttw_translation access_page(struct nw_access access)
{
	struct ttw_regime regime = ttw_decode(REGIME_EL10, &registers, &features, &choices);
	struct ttw_memory m = walker_memory(&p.memory, &log_);

	if (!no_port)
		m.port.update = update;
	m.no_effect = no_effect;

	struct ttw_translation t = ttw_translate(&regime, (va_t){p.ia}, access, &m);

	if (t.fault.type == FAULT_NONE)
		ck_assert_uint_eq(t.pa.value, p.output.oa);
	return t;
}

static unsigned updates_in_log(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < log_.fetch_count; i++)
		count += log_.fetch[i].update;
	return count;
}

/* ------------------------------------------------------------------ Access flag */

START_TEST(access_flag_of_stage1)
{
	*leaf1() &= ~af;
	ck_assert_uint_eq(access_page(load).fault.type, FAULT_NONE);
	ck_assert_uint_eq(*leaf1() & af, af);
	ck_assert_uint_eq(swaps, 1);
	/* (4+1)(4+1)-1, stage 2 of the descriptor once more, and the update. */
	ck_assert_uint_eq(log_.update_count, 1);
	ck_assert_uint_eq(updates_in_log(), 1);
	ck_assert_uint_eq(log_.fetch_count, 24 + 4 + 1);
	ck_assert_uint_eq(nw_walk_sum(&log_, FETCH_FOR_STAGE1, 3), 5);

	/* It follows the stage 1 leaf and that walk, and comes before stage 2 of the output. */
	const struct nw_fetch *f = &log_.fetch[20 + 4];

	ck_assert(f->update && f->stage == 1 && f->level == 3);
	ck_assert_uint_eq(f->input, p.walk1.descriptor_address[3]);
	ck_assert_uint_eq(f->pa.value, p.walk1.descriptor_pa[3]);
	ck_assert_uint_eq(f->descriptor, *leaf1());
	ck_assert_uint_eq(access_page(load).fault.type, FAULT_NONE);
	ck_assert_uint_eq(swaps, 1);
	ck_assert_uint_eq(log_.fetch_count, 24);
}
END_TEST

/* Each of the five stage 2 leaves on the way; no fetch is added. */
START_TEST(access_flags_of_stage2)
{
	for (unsigned i = 0; i < 4; i++)
		*memory_cell(&p.memory, p.lookup[i].descriptor_pa[3]) &= ~af;
	*leaf2() &= ~af;
	ck_assert_uint_eq(access_page(load).fault.type, FAULT_NONE);
	ck_assert_uint_eq(swaps, 5);
	ck_assert_uint_eq(log_.update_count, 5);
	ck_assert_uint_eq(log_.fetch_count, 24 + 5);
	for (unsigned i = 0; i < 4; i++)
		ck_assert(*memory_cell(&p.memory, p.lookup[i].descriptor_pa[3]) & af);
	ck_assert(*leaf2() & af);

	const struct nw_fetch *f = &log_.fetch[4]; /* after the first stage 2 walk */

	ck_assert(f->update && f->stage == 2 && f->level == 3);
	ck_assert_uint_eq(f->purpose, FETCH_FOR_STAGE1);
	ck_assert_int_eq(f->for_level, 0);
	ck_assert_uint_eq(f->input, p.walk1.descriptor_address[0]);
	ck_assert_uint_eq(f->pa.value, p.lookup[0].descriptor_pa[3]);
}
END_TEST

/* HA=0, or a core without the feature: software sets it. HD alone has no effect. */
START_TEST(access_flag_faults_without_ha)
{
	for (unsigned n = 0; n < 8; n++) {
		bool stage2 = n & 1, lacks = n & 2, hd = n & 4;

		set_up_pair();
		*(stage2 ? leaf2() : leaf1()) &= ~af;
		if (lacks) {
			features = without(features, FEAT_HAFDBS);
		} else {
			registers.TCR_EL1 &= ~(tcr_ha | (hd ? 0 : tcr_hd));
			registers.VTCR_EL2 &= ~(vtcr_ha | (hd ? 0 : vtcr_hd));
		}

		struct nw_fault fault = access_page(load).fault;

		ck_assert_uint_eq(nw_fault_status(&fault), 0x0b);
		ck_assert_int_eq(fault.stage2, stage2);
		ck_assert_uint_eq(swaps, 0);
	}
}
END_TEST

/* TCR_EL2 has HA and HD at 21 and 22 with E2H=0, and where TCR_EL1 has them with E2H=1. */
START_TEST(each_regime_has_its_ha_and_hd)
{
	static const struct {
		enum nw_regime regime;
		uint64_t tcr_el1, tcr_el2;
		bool ha, hd;
	} rows[] = {
		{REGIME_EL2, 0, 1 << 21, true, false},
		{REGIME_EL2, 0, 3 << 21, true, true},
		{REGIME_EL2, 0, UINT64_C(3) << 39, false, false},
		{REGIME_EL20, UINT64_C(3) << 39, 0, false, false},
		{REGIME_EL20, 0, UINT64_C(1) << 39, true, false},
		{REGIME_EL20, 0, UINT64_C(3) << 39, true, true},
		{REGIME_EL20, 0, UINT64_C(2) << 39, false, false},
		{REGIME_EL10, UINT64_C(3) << 39, 0, true, true},
	};

	for (int i = 0; i < ROWS(rows); i++) {
		struct nw_registers r = {.TCR_EL1 = rows[i].tcr_el1, .TCR_EL2 = rows[i].tcr_el2};
		struct nw_features f = all_features();
		struct ttw_params stage1 = decode(rows[i].regime, &r, &f).stage1[0];

		ck_assert_int_eq(stage1.ha, rows[i].ha);
		ck_assert_int_eq(ttw_is_clean(&stage1, dbm | bit7), rows[i].hd);
		ck_assert(!ttw_is_clean(&stage1, dbm) && !ttw_is_clean(&stage1, bit7));
	}
}
END_TEST

/* ------------------------------------------------------------------ dirty state */

/* A writable-clean leaf: stage 1 DBM=1 and AP[2]=1, stage 2 DBM=1 and S2AP[1]=0. */
static void make_clean(uint64_t *descriptor, bool stage2)
{
	*descriptor = (*descriptor & ~bit7) | dbm | (stage2 ? 0 : bit7);
}

static bool is_dirty(uint64_t descriptor, bool stage2)
{
	return ((descriptor & bit7) != 0) == stage2;
}

START_TEST(a_store_makes_a_clean_leaf_dirty)
{
	for (unsigned n = 0; n < 4; n++) {
		bool stage2 = n & 1, no_af = n & 2;
		uint64_t *leaf;

		set_up_pair();
		leaf = stage2 ? leaf2() : leaf1();
		make_clean(leaf, stage2);
		if (no_af)
			*leaf &= ~af;

		struct ttw_translation t = access_page(load);

		ck_assert_uint_eq(t.fault.type, FAULT_NONE);
		ck_assert_uint_eq(swaps, no_af); /* the Access flag only */
		ck_assert(!is_dirty(*leaf, stage2));
		ck_assert((stage2 ? t.stage2 : t.stage1).clean);

		if (no_af)
			*leaf &= ~af;
		t = access_page(store);
		ck_assert_uint_eq(t.fault.type, FAULT_NONE);
		ck_assert_uint_eq(log_.update_count, 1); /* both bits at once */
		ck_assert(is_dirty(*leaf, stage2) && (*leaf & af) && (*leaf & dbm));
		ck_assert(!(stage2 ? t.stage2 : t.stage1).clean);
	}
}
END_TEST

/* What is no write leaves it clean; what needs write permission finds it there. */
START_TEST(only_writes_make_a_leaf_dirty)
{
	static const struct {
		enum nw_access_type type;
		bool read_write, dirty;
	} rows[] = {
		{NW_LOAD, false, false},     {NW_LOAD, true, true},
		{NW_STORE, false, true},     {NW_STORE, true, true},
		{NW_AT_LOAD, false, false},  {NW_AT_STORE, false, false},
		{NW_CACHE_OP, false, false}, {NW_CACHE_INVALIDATE, false, false},
		{NW_FETCH, false, false},
	};

	for (int i = 0; i < ROWS(rows); i++)
		for (unsigned stage2 = 0; stage2 < 2; stage2++) {
			struct nw_access access = {
				.type = rows[i].type, .el = 1, .read_write = rows[i].read_write};
			uint64_t *leaf;

			set_up_pair();
			leaf = stage2 ? leaf2() : leaf1();
			make_clean(leaf, stage2);
			ck_assert_uint_eq(access_page(access).fault.type, FAULT_NONE);
			ck_assert_int_eq(is_dirty(*leaf, stage2), rows[i].dirty);
			ck_assert_uint_eq(swaps, rows[i].dirty);
		}
}
END_TEST

/* HD=0, HA=0 or DBM=0: AP[2] and S2AP[1] mean what they say. */
START_TEST(a_read_only_leaf_stays_read_only)
{
	for (unsigned n = 0; n < 6; n++) {
		bool stage2 = n & 1;

		set_up_pair();
		make_clean(stage2 ? leaf2() : leaf1(), stage2);
		if (n / 2 == 0)
			*(stage2 ? leaf2() : leaf1()) &= ~dbm;
		if (n / 2 == 1) {
			registers.TCR_EL1 &= ~tcr_hd;
			registers.VTCR_EL2 &= ~(uint64_t)vtcr_hd;
		}
		if (n / 2 == 2) {
			registers.TCR_EL1 &= ~tcr_ha;
			registers.VTCR_EL2 &= ~(uint64_t)vtcr_ha;
		}

		struct nw_fault fault = access_page(store).fault;

		ck_assert_uint_eq(nw_fault_status(&fault), 0x0f);
		ck_assert_int_eq(fault.stage2, stage2);
		ck_assert_uint_eq(swaps, 0);
	}
}
END_TEST

/* A limit of the tables above, or of the privilege, refuses a store to a clean page. */
START_TEST(a_clean_leaf_is_not_dirtied_where_the_store_faults)
{
	struct nw_access el0 = {.type = NW_STORE, .unprivileged = true};

	make_clean(leaf1(), false);
	ck_assert_uint_eq(access_page(el0).fault.type, FAULT_PERMISSION);       /* AP[1]=0 */
	*memory_cell(&p.memory, p.walk1.descriptor_pa[2]) |= UINT64_C(1) << 62; /* APTable[1] */
	ck_assert_uint_eq(access_page(store).fault.type, FAULT_PERMISSION);
	ck_assert_uint_eq(swaps, 0);
	ck_assert(!is_dirty(*leaf1(), false));
}
END_TEST

/* Stage 1 is updated before stage 2 of the output is looked at. */
START_TEST(stage1_is_updated_although_stage2_faults)
{
	make_clean(leaf1(), false);
	*leaf1() &= ~af;
	*leaf2() &= ~UINT64_C(1);

	struct nw_fault fault = access_page(store).fault;

	ck_assert(fault.stage2 && !fault.s1ptw);
	ck_assert_uint_eq(nw_fault_status(&fault), 0x07);
	ck_assert(is_dirty(*leaf1(), false) && (*leaf1() & af));
}
END_TEST

/* ------------------------------------------------------------------ stage 2 under an update */

/* The descriptor is written, so stage 2 has to permit reads and writes of it. */
START_TEST(an_update_of_stage1_needs_write_permission_of_stage2)
{
	*leaf1() &= ~af;
	*leaf2_of_table() &= ~bit7;
	ck_assert_uint_eq(access_page(store).fault.type, FAULT_PERMISSION);

	struct nw_fault fault = access_page(load).fault;

	ck_assert_uint_eq(nw_fault_status(&fault), 0x0f);
	ck_assert(fault.stage2 && fault.s1ptw && fault.ipa_valid);
	ck_assert_uint_eq(fault.ipa.value, p.walk1.descriptor_address[3]);
	ck_assert(!fault.write); /* of the access itself */
	ck_assert_uint_eq(swaps, 0);
	ck_assert_uint_eq(*leaf1() & af, 0);
	/* Nothing to update, nothing to write. */
	*leaf1() |= af;
	ck_assert_uint_eq(access_page(store).fault.type, FAULT_NONE);
}
END_TEST

START_TEST(an_update_of_stage1_makes_its_page_dirty_at_stage2)
{
	*leaf1() &= ~af;
	make_clean(leaf2_of_table(), true);
	ck_assert_uint_eq(access_page(load).fault.type, FAULT_NONE);
	ck_assert(is_dirty(*leaf2_of_table(), true));
	ck_assert(*leaf1() & af);
	ck_assert_uint_eq(log_.update_count, 2);
	ck_assert_uint_eq(log_.fetch_count, 24 + 4 + 2);
	/* Stage 2's first, then stage 1's. */
	ck_assert(log_.fetch[24].update && log_.fetch[24].stage == 2);
	ck_assert(log_.fetch[25].update && log_.fetch[25].stage == 1);
}
END_TEST

/* ------------------------------------------------------------------ memory that does not play */

static const struct {
	const char *name;
	bool no_port;
	enum nw_port_update_outcome outcome;
	unsigned choice, status; /* of UNSUPPORTED_UPDATE; DFSC */
} outcome_rows[] = {
	{"no update function", true, UPDATE_DONE, 0, 0x31},
	{"unsupported", false, UPDATE_UNSUPPORTED, 0, 0x31},
	{"abort", false, UPDATE_ABORT, 0, 0x17},
	{"unsupported is an abort by choice", false, UPDATE_UNSUPPORTED, 1, 0x17},
};

START_TEST(memory_without_updates)
{
	for (unsigned stage2 = 0; stage2 < 2; stage2++) {
		set_up_pair();
		*(stage2 ? leaf2() : leaf1()) &= ~af;
		no_port = outcome_rows[_i].no_port;
		outcome = outcome_rows[_i].outcome;
		choices.of[CHOICE_UNSUPPORTED_UPDATE] = (uint8_t)outcome_rows[_i].choice;

		struct nw_fault fault = access_page(load).fault;

		ck_assert_uint_eq(nw_fault_status(&fault), outcome_rows[_i].status);
		ck_assert_int_eq(fault.stage2, stage2);
		ck_assert(!fault.s1ptw);
		ck_assert_uint_eq(log_.update_count, 0);
		ck_assert_uint_eq(*(stage2 ? leaf2() : leaf1()) & af, 0);
	}
}
END_TEST

/* The walk is made again, with what memory holds then. */
START_TEST(another_observer_was_faster)
{
	for (unsigned stage2 = 0; stage2 < 2; stage2++) {
		set_up_pair();
		*(stage2 ? leaf2() : leaf1()) &= ~af;
		differs = 1;
		ck_assert_uint_eq(access_page(load).fault.type, FAULT_NONE);
		ck_assert_uint_eq(swaps, 2); /* of the same descriptor again */
		ck_assert_uint_eq(log_.update_count, 1);
		/* Both attempts are told: stage 1 and its second stage 2 walk; stage 2 alone. */
		ck_assert_uint_eq(log_.fetch_count, stage2 ? 24 + 4 + 1 : 20 + 4 + 24 + 4 + 1);

		set_up_pair();
		*(stage2 ? leaf2() : leaf1()) &= ~af;
		differs = 1;
		other_value = *(stage2 ? leaf2() : leaf1()) | af;
		ck_assert_uint_eq(access_page(load).fault.type, FAULT_NONE);
		ck_assert_uint_eq(swaps, 1);
		ck_assert_uint_eq(log_.update_count, 0);

		set_up_pair();
		*(stage2 ? leaf2() : leaf1()) &= ~af;
		differs = 1;
		other_value = UINT64_C(0xfffffffffffffffe); /* invalid now */

		struct nw_fault fault = access_page(load).fault;

		ck_assert_uint_eq(nw_fault_status(&fault), 0x07);
		ck_assert_int_eq(fault.stage2, stage2);
	}
}
END_TEST

/* Five levels under five, every descriptor to be updated, and memory that never holds still. */
START_TEST(a_port_that_always_differs_ends_the_translation)
{
	static const struct geometry g = {12, 52, -1, true};

	for (unsigned stage2 = 0; stage2 < 2; stage2++) {
		set_up_pair();
		p = (struct pair){.random = 7, .leaf1 = 3, .leaf2 = 3};
		pair_build(&p, &g, &g);
		registers = registers_of(&p, false);
		registers.TCR_EL1 |= tcr_ha | tcr_hd;
		registers.VTCR_EL2 |= vtcr_ha | vtcr_hd;
		if (stage2)
			*memory_cell(&p.memory, p.lookup[4].descriptor_pa[4]) &= ~af;
		else
			*memory_cell(&p.memory, p.walk1.descriptor_pa[4]) &= ~af;
		differs = 1000;

		struct nw_fault fault = access_page(load).fault;

		ck_assert_uint_eq(nw_fault_status(&fault), 0x31);
		ck_assert_int_eq(fault.stage2, stage2);
		ck_assert_int_eq(fault.s1ptw, stage2);
		ck_assert_uint_eq(swaps, 5);
		ck_assert_uint_le(log_.fetch_count, NW_WALK_FETCHES);
	}
}
END_TEST

START_TEST(updates_keep_the_byte_order_of_the_tables)
{
	*leaf1() &= ~af;
	*leaf2() &= ~af;
	registers.SCTLR_EL1 |= 1 << 25;
	registers.SCTLR_EL2 |= 1 << 25;
	p.memory.big_endian = true;
	ck_assert_uint_eq(access_page(load).fault.type, FAULT_NONE);
	ck_assert_uint_eq(*leaf1() & (af | 3), af | 3);
	ck_assert_uint_eq(*leaf2() & (af | 3), af | 3);
	ck_assert_uint_eq(swaps, 2);
}
END_TEST

/* ------------------------------------------------------------------ no effect, choices */

START_TEST(a_probe_finds_the_same_and_changes_nothing)
{
	uint64_t before1, before2;

	*leaf1() &= ~af;
	make_clean(leaf2(), true);
	before1 = *leaf1();
	before2 = *leaf2();
	no_effect = true;
	ck_assert_uint_eq(access_page(store).fault.type, FAULT_NONE);
	ck_assert_uint_eq(swaps, 0);
	ck_assert_uint_eq(log_.update_count, 2);
	ck_assert(*leaf1() == before1 && *leaf2() == before2);
	/* What would refuse the update refuses the probe. */
	*leaf2_of_table() &= ~bit7;
	ck_assert(access_page(store).fault.s1ptw);
}
END_TEST

static const struct {
	const char *name;
	enum nw_choice choice;
	unsigned alternative;
	struct nw_access access;
	bool permission; /* the leaf refuses the access */
	bool device;
	bool sets_af, dirties;
} choice_rows[] = {
	{"Permission fault, no",
	 CHOICE_ACCESS_FLAG_ON_FAULT,
	 0,
	 {.type = NW_STORE, .el = 1},
	 true,
	 false,
	 false,
	 false},
	{"Permission fault, yes",
	 CHOICE_ACCESS_FLAG_ON_FAULT,
	 1,
	 {.type = NW_STORE, .el = 1},
	 true,
	 false,
	 true,
	 false},
	{"Alignment fault, no",
	 CHOICE_ACCESS_FLAG_ON_FAULT,
	 0,
	 {.type = NW_STORE, .el = 1, .unaligned = true},
	 false,
	 true,
	 false,
	 false},
	{"Alignment fault, yes",
	 CHOICE_ACCESS_FLAG_ON_FAULT,
	 1,
	 {.type = NW_STORE, .el = 1, .unaligned = true},
	 false,
	 true,
	 true,
	 false},
	{"dirty on an Alignment fault",
	 CHOICE_DIRTY_ON_ALIGNMENT_FAULT,
	 1,
	 {.type = NW_STORE, .el = 1, .unaligned = true},
	 false,
	 true,
	 false,
	 true},
	{"dirty never on a Permission fault",
	 CHOICE_DIRTY_ON_ALIGNMENT_FAULT,
	 1,
	 {.type = NW_STORE, .el = 1},
	 true,
	 false,
	 false,
	 false},
	{"AT sets the Access flag",
	 CHOICE_AT_ACCESS_FLAG,
	 0,
	 {.type = NW_AT_STORE, .el = 1},
	 false,
	 false,
	 true,
	 false},
	{"AT leaves the Access flag",
	 CHOICE_AT_ACCESS_FLAG,
	 1,
	 {.type = NW_AT_STORE, .el = 1},
	 false,
	 false,
	 false,
	 false},
	{"a load sets it whatever AT does",
	 CHOICE_AT_ACCESS_FLAG,
	 1,
	 {.type = NW_LOAD, .el = 1},
	 false,
	 false,
	 true,
	 false},
};

START_TEST(choices_of_updates)
{
	for (unsigned stage2 = 0; stage2 < 2; stage2++) {
		uint64_t *leaf;

		set_up_pair();
		choices.of[choice_rows[_i].choice] = (uint8_t)choice_rows[_i].alternative;
		leaf = stage2 ? leaf2() : leaf1();
		make_clean(leaf, stage2);
		*leaf &= ~af;
		if (choice_rows[_i].permission)
			*leaf &= ~dbm;
		registers.MAIR_EL1 = choice_rows[_i].device && !stage2 ? 0 : 0xff;
		if (choice_rows[_i].device && stage2)
			*leaf &= ~UINT64_C(0x3c);

		struct nw_fault fault = access_page(choice_rows[_i].access).fault;
		enum nw_fault_type expected = choice_rows[_i].permission ? FAULT_PERMISSION
					      : choice_rows[_i].device   ? FAULT_ALIGNMENT
									 : FAULT_NONE;

		ck_assert_uint_eq(fault.type, expected);
		ck_assert_int_eq((*leaf & af) != 0, choice_rows[_i].sets_af);
		ck_assert_int_eq(is_dirty(*leaf, stage2), choice_rows[_i].dirties);
	}
}
END_TEST

/* DC and IC where the Access flag is 0 and software sets it. */
START_TEST(cache_maintenance_and_the_access_flag)
{
	static const enum nw_access_type types[] = {NW_CACHE_OP, NW_CACHE_INVALIDATE, NW_LOAD};

	for (int i = 0; i < ROWS(types); i++)
		for (unsigned n = 0; n < 4; n++) {
			bool stage2 = n & 1, ignores = n & 2;
			struct nw_access access = {.type = types[i], .el = 1};

			set_up_pair();
			registers.TCR_EL1 &= ~tcr_ha;
			registers.VTCR_EL2 &= ~(uint64_t)vtcr_ha;
			choices.of[CHOICE_CACHE_OP_ACCESS_FLAG] = ignores;
			*(stage2 ? leaf2() : leaf1()) &= ~af;
			ck_assert_uint_eq(access_page(access).fault.type,
					  ignores && types[i] != NW_LOAD ? FAULT_NONE
									 : FAULT_ACCESS_FLAG);
			ck_assert_uint_eq(swaps, 0);

			/* A stage 1 descriptor is read as for any access. */
			*(stage2 ? leaf2() : leaf1()) |= af;
			*leaf2_of_table() &= ~af;

			struct nw_fault fault = access_page(access).fault;

			ck_assert(fault.type == FAULT_ACCESS_FLAG && fault.s1ptw);
			ck_assert_uint_eq(swaps, 0);
		}
}
END_TEST

/* AT that leaves the Access flag leaves it on a Permission fault too. */
START_TEST(choices_of_at_and_of_faults_together)
{
	static const struct nw_access at = {.type = NW_AT_STORE, .el = 1};

	for (unsigned n = 0; n < 4; n++) {
		bool stage2 = n & 1, leaves = n & 2;

		set_up_pair();
		choices.of[CHOICE_ACCESS_FLAG_ON_FAULT] = ACCESS_FLAG_SET_ON_FAULT;
		choices.of[CHOICE_AT_ACCESS_FLAG] =
			leaves ? AT_LEAVES_ACCESS_FLAG : AT_SETS_ACCESS_FLAG;
		make_clean(stage2 ? leaf2() : leaf1(), stage2);
		*(stage2 ? leaf2() : leaf1()) &= ~(af | dbm);
		ck_assert_uint_eq(access_page(at).fault.type, FAULT_PERMISSION);
		ck_assert_uint_eq(swaps, !leaves);
	}
}
END_TEST

/* ------------------------------------------------------------------ through the TLBs */

static unsigned walks;

static void saw_walk(void *ctx, const struct nw_walk *walk)
{
	(void)ctx;
	walks++;
	log_ = *walk;
}

static struct nw_translation through(struct nw_mmu *mmu, struct nw_access access)
{
	static uint64_t now;

	return nw_translate(mmu, (va_t){p.ia}, access, ++now);
}

/* What ignores an Access flag of 0 leaves it and fills no TLB. */
START_TEST(an_entry_without_access_flag_is_not_cached)
{
	for (unsigned stage2 = 0; stage2 < 2; stage2++) {
		struct nw_config config = {
			.features = all_features(),
			.choices.of[CHOICE_CACHE_OP_ACCESS_FLAG] = CACHE_OP_IGNORES_ACCESS_FLAG,
			.l1d = {16, 0, 0},
			.l2 = {64, 4, 0},
			.port = {.ctx = &p.memory, .read = memory_read, .update = update},
		};
		struct nw_mmu *mmu = nw_mmu_new(&config);
		struct nw_event event = {.type = NW_EVENT_REGISTER};
		struct nw_access clean = {.type = NW_CACHE_OP, .el = 1};

		set_up_pair();
		registers.TCR_EL1 &= ~tcr_ha;
		registers.VTCR_EL2 &= ~vtcr_ha;
		*nw_registers(mmu) = registers;
		nw_event(mmu, &event);
		*(stage2 ? leaf2() : leaf1()) &= ~af;
		ck_assert_uint_eq(through(mmu, clean).fault.type, FAULT_NONE);
		ck_assert_uint_eq(through(mmu, load).fault.type, FAULT_ACCESS_FLAG);
		ck_assert_uint_eq(swaps, 0);
		nw_mmu_free(mmu);
	}
}
END_TEST

/* A clean page is cached, and no store goes through it before it is dirty in memory. */
START_TEST(a_clean_entry_walks_for_its_first_store)
{
	for (unsigned n = 0; n < 6; n++) {
		bool stage2 = n & 1;
		unsigned l1 = n / 2 == 2 ? 0 : 16, l2 = n / 2 == 1 ? 0 : 64;
		struct nw_config config = {
			.features = all_features(),
			.l1i = {l1, 0, 0},
			.l1d = {l1, 0, 0},
			.l2 = {l2, 4, 0},
			.port = {.ctx = &p.memory, .read = memory_read, .update = update},
			.observer = {.walk = saw_walk},
		};
		struct nw_mmu *mmu = nw_mmu_new(&config);
		struct nw_event event = {.type = NW_EVENT_REGISTER};
		uint64_t *leaf;

		set_up_pair();
		*nw_registers(mmu) = registers;
		nw_event(mmu, &event);
		leaf = stage2 ? leaf2() : leaf1();
		make_clean(leaf, stage2);
		*leaf &= ~af;
		walks = 0;

		struct nw_translation t = through(mmu, load);

		ck_assert(t.fault.type == FAULT_NONE && !t.may_write);
		ck_assert(walks == 1 && (*leaf & af) && !is_dirty(*leaf, stage2));
		ck_assert(!through(mmu, load).may_write);
		ck_assert_uint_eq(walks, 1);

		t = through(mmu, store);
		ck_assert(t.fault.type == FAULT_NONE && t.may_write);
		ck_assert(walks == 2 && is_dirty(*leaf, stage2));
		ck_assert_uint_eq(log_.update_count, 1);
		ck_assert(through(mmu, store).may_write && through(mmu, load).may_write);
		ck_assert_uint_eq(walks, 2);
		nw_mmu_free(mmu);
	}
}
END_TEST

/* An MMU with the registers and choices of now. */
static struct nw_mmu *new_mmu(struct nw_config config)
{
	struct nw_event event = {.type = NW_EVENT_REGISTER};
	struct nw_mmu *mmu;

	config.features = all_features();
	config.choices = choices;
	config.port = (struct nw_port){.ctx = &p.memory, .read = memory_read, .update = update};
	mmu = nw_mmu_new(&config);
	*nw_registers(mmu) = registers;
	nw_event(mmu, &event);
	return mmu;
}

/* Stage 2 refuses both the update and the output: the update comes first, also after a hit. */
START_TEST(a_clean_entry_finds_the_fault_of_the_update_first)
{
	struct nw_mmu *mmu = new_mmu((struct nw_config){.l1d = {16, 0, 0}});

	make_clean(leaf1(), false);
	*leaf2_of_table() &= ~bit7;
	*leaf2() &= ~bit7;
	ck_assert_uint_eq(through(mmu, load).fault.type, FAULT_NONE);
	for (unsigned n = 0; n < 2; n++) {
		struct nw_fault fault = through(mmu, store).fault;

		ck_assert(fault.type == FAULT_PERMISSION && fault.s1ptw);
		ck_assert_uint_eq(fault.ipa.value, p.walk1.descriptor_address[3]);
	}
	nw_mmu_free(mmu);
}
END_TEST

/*
 * "A translation table entry with the Access flag 0 is not held in a TLB": what DC and AT leave so
 * answers nothing but them.
 */
START_TEST(nothing_with_access_flag_0_is_cached)
{
	const struct tlb_shape some = {16, 0, 0};
	struct nw_config config = {
		.l1d = some, .l2 = some, .walk_caches = {.stage1 = some, .ipa = some}};
	const struct nw_access clean = {.type = NW_CACHE_OP, .el = 1};
	struct nw_mmu *mmu;

	for (unsigned stage2 = 0; stage2 < 2; stage2++) {
		set_up_pair();
		choices.of[CHOICE_CACHE_OP_ACCESS_FLAG] = CACHE_OP_IGNORES_ACCESS_FLAG;
		registers.TCR_EL1 &= ~tcr_ha;
		registers.VTCR_EL2 &= ~(uint64_t)vtcr_ha;
		*(stage2 ? leaf2() : leaf1()) &= ~af;
		mmu = new_mmu(config);
		ck_assert_uint_eq(through(mmu, clean).fault.type, FAULT_NONE);
		ck_assert_uint_eq(through(mmu, load).fault.type, FAULT_ACCESS_FLAG);
		nw_mmu_free(mmu);
	}

	set_up_pair();
	choices.of[CHOICE_AT_ACCESS_FLAG] = AT_LEAVES_ACCESS_FLAG;
	for (unsigned level = 1; level < 4; level++) {
		uint64_t *leaf = memory_cell(&p.memory, p.lookup[level].descriptor_pa[3]);

		*leaf &= ~af;
		mmu = new_mmu(config);
		ck_assert_uint_eq(nw_at(mmu, AT_S12E1R, (va_t){p.ia}, 2, false, 0).par & 1, 0);
		ck_assert_uint_eq(*leaf & af, 0);
		ck_assert_uint_eq(through(mmu, load).fault.type, FAULT_NONE);
		ck_assert_uint_eq(*leaf & af, af);
		nw_mmu_free(mmu);
	}
}
END_TEST

START_TEST(nw_probe_does_not_update)
{
	struct nw_config config = {
		.features = all_features(),
		.port = {.ctx = &p.memory, .read = memory_read, .update = update},
	};
	struct nw_mmu *mmu = nw_mmu_new(&config);
	struct nw_event event = {.type = NW_EVENT_REGISTER};

	*nw_registers(mmu) = registers;
	nw_event(mmu, &event);
	make_clean(leaf1(), false);
	*leaf1() &= ~af;
	ck_assert_uint_eq(nw_probe(mmu, (va_t){p.ia}, store, &log_).pa.value, p.output.oa);
	ck_assert_uint_eq(swaps, 0);
	ck_assert_uint_eq(*leaf1() & af, 0);
	nw_mmu_free(mmu);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/update");
	TCase *tcase = tcase_create("update");

	tcase_add_checked_fixture(tcase, set_up_pair, NULL);
	tcase_add_test(tcase, access_flag_of_stage1);
	tcase_add_test(tcase, access_flags_of_stage2);
	tcase_add_test(tcase, access_flag_faults_without_ha);
	tcase_add_test(tcase, each_regime_has_its_ha_and_hd);
	tcase_add_test(tcase, a_store_makes_a_clean_leaf_dirty);
	tcase_add_test(tcase, only_writes_make_a_leaf_dirty);
	tcase_add_test(tcase, a_read_only_leaf_stays_read_only);
	tcase_add_test(tcase, a_clean_leaf_is_not_dirtied_where_the_store_faults);
	tcase_add_test(tcase, stage1_is_updated_although_stage2_faults);
	tcase_add_test(tcase, an_update_of_stage1_needs_write_permission_of_stage2);
	tcase_add_test(tcase, an_update_of_stage1_makes_its_page_dirty_at_stage2);
	tcase_add_loop_test(tcase, memory_without_updates, 0, ROWS(outcome_rows));
	tcase_add_test(tcase, another_observer_was_faster);
	tcase_add_test(tcase, a_port_that_always_differs_ends_the_translation);
	tcase_add_test(tcase, updates_keep_the_byte_order_of_the_tables);
	tcase_add_test(tcase, a_probe_finds_the_same_and_changes_nothing);
	tcase_add_loop_test(tcase, choices_of_updates, 0, ROWS(choice_rows));
	tcase_add_test(tcase, cache_maintenance_and_the_access_flag);
	tcase_add_test(tcase, an_entry_without_access_flag_is_not_cached);
	tcase_add_test(tcase, choices_of_at_and_of_faults_together);
	tcase_add_test(tcase, a_clean_entry_walks_for_its_first_store);
	tcase_add_test(tcase, a_clean_entry_finds_the_fault_of_the_update_first);
	tcase_add_test(tcase, nothing_with_access_flag_0_is_cached);
	tcase_add_test(tcase, nw_probe_does_not_update);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
