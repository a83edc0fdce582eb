/*
 * Suite mmu/fault: each kind of fault at each level of each stage, what it reports, and which of
 * two comes first. Status codes are literals of "ISS encoding for an exception from a Data Abort".
 */
#include "nested.h"

/* 4 KB, 52 bits, DS=1, start level -1 at both stages: every level exists. */
static const struct geometry five_levels = {12, 52, -1, true};
static const struct nw_access el1_load = {.type = NW_LOAD, .el = 1};

static struct pair p;
static struct nw_walk log_;
static struct nw_registers registers;
static struct nw_features features;

static struct ttw_translation translate(struct nw_access access)
{
	struct ttw_regime regime = decode(REGIME_EL10, &registers, &features);
	struct ttw_memory memory = walker_memory(&p.memory, &log_);

	return ttw_translate(&regime, (va_t){p.ia}, access, &memory);
}

/* ------------------------------------------------------------------ what can be wrong with a
 * descriptor */

enum wrong {
	INVALID,
	RESERVED,
	TABLE_TOO_HIGH,
	LEAF_TOO_HIGH,
	NO_ACCESS_FLAG,
	NO_PERMISSION,
	ABORT
};

static const uint64_t bit51 = UINT64_C(2)
			      << 8; /* of an address, DS=1: descriptor bits [9:8] are OA[51:50] */

static void limit_to_48_bits(void)
{
	registers.TCR_EL1 = (registers.TCR_EL1 & ~(UINT64_C(7) << 32)) | UINT64_C(5) << 32;
	registers.VTCR_EL2 = (registers.VTCR_EL2 & ~(UINT64_C(7) << 16)) | UINT64_C(5) << 16;
}

static void spoil(uint64_t pa, unsigned stage, enum wrong wrong)
{
	uint64_t *d = memory_cell(&p.memory, pa);

	switch (wrong) {
	case INVALID:
		*d &= ~UINT64_C(1);
		break;
	case RESERVED:
		*d &= ~UINT64_C(2);
		break;
	case TABLE_TOO_HIGH:
	case LEAF_TOO_HIGH:
		*d |= bit51;
		break;
	case NO_ACCESS_FLAG:
		*d &= ~UINT64_C(0x400);
		break;
	case NO_PERMISSION: /* stage 1: a store needs AP[2]=0; stage 2: a load needs S2AP[0] */
		*d = stage == 1 ? *d | 0x80 : *d & ~UINT64_C(0x40);
		break;
	case ABORT:
		p.memory.has_abort = true;
		p.memory.abort_pa = pa;
	}
}

/*
 * Leaves at the given levels; nothing is wrong yet. All addresses are below 2^48, and so are the
 * output sizes, so that bit51 makes an address too large.
 */
static void build(int leaf1, int leaf2)
{
	p = (struct pair){.random = 99, .leaf1 = leaf1, .leaf2 = leaf2};
	do {
		set_up(&p, &five_levels, &five_levels);
		p.ia = pick_ia(&p);
		p.stage1.oa_bits = p.stage2.oa_bits = 48;
		p.stage1.base &= ones(48);
		p.stage2.base &= ones(48);
		p.walk1 = stage_map(&p.stage1, p.ia, locate, &p);
		p.output = stage_map(&p.stage2, p.walk1.oa, NULL, NULL);
	} while (overlaps(&p));
	features = all_features();
	registers = registers_of(&p, false);
	limit_to_48_bits();
}

/* ------------------------------------------------------------------ each fault at each level */

static const struct {
	const char *name;
	enum wrong wrong;
	int level, leaf;
	enum nw_fault_type type;
	unsigned status;
} rows[] = {
	{"invalid at -1", INVALID, -1, 3, FAULT_TRANSLATION, 0x2b},
	{"invalid at 0", INVALID, 0, 3, FAULT_TRANSLATION, 0x04},
	{"invalid at 1", INVALID, 1, 3, FAULT_TRANSLATION, 0x05},
	{"invalid at 2", INVALID, 2, 3, FAULT_TRANSLATION, 0x06},
	{"invalid at 3", INVALID, 3, 3, FAULT_TRANSLATION, 0x07},
	{"no block at -1", RESERVED, -1, 3, FAULT_TRANSLATION, 0x2b},
	{"0b01 is no page at 3", RESERVED, 3, 3, FAULT_TRANSLATION, 0x07},
	{"table above PS at -1", TABLE_TOO_HIGH, -1, 3, FAULT_ADDRESS_SIZE, 0x29},
	{"table above PS at 0", TABLE_TOO_HIGH, 0, 3, FAULT_ADDRESS_SIZE, 0x00},
	{"table above PS at 1", TABLE_TOO_HIGH, 1, 3, FAULT_ADDRESS_SIZE, 0x01},
	{"table above PS at 2", TABLE_TOO_HIGH, 2, 3, FAULT_ADDRESS_SIZE, 0x02},
	{"512 GB block above PS", LEAF_TOO_HIGH, 0, 0, FAULT_ADDRESS_SIZE, 0x00},
	{"1 GB block above PS", LEAF_TOO_HIGH, 1, 1, FAULT_ADDRESS_SIZE, 0x01},
	{"2 MB block above PS", LEAF_TOO_HIGH, 2, 2, FAULT_ADDRESS_SIZE, 0x02},
	{"page above PS", LEAF_TOO_HIGH, 3, 3, FAULT_ADDRESS_SIZE, 0x03},
	{"512 GB block, AF=0", NO_ACCESS_FLAG, 0, 0, FAULT_ACCESS_FLAG, 0x08},
	{"1 GB block, AF=0", NO_ACCESS_FLAG, 1, 1, FAULT_ACCESS_FLAG, 0x09},
	{"2 MB block, AF=0", NO_ACCESS_FLAG, 2, 2, FAULT_ACCESS_FLAG, 0x0a},
	{"page, AF=0", NO_ACCESS_FLAG, 3, 3, FAULT_ACCESS_FLAG, 0x0b},
	{"512 GB block, permission", NO_PERMISSION, 0, 0, FAULT_PERMISSION, 0x0c},
	{"1 GB block, permission", NO_PERMISSION, 1, 1, FAULT_PERMISSION, 0x0d},
	{"2 MB block, permission", NO_PERMISSION, 2, 2, FAULT_PERMISSION, 0x0e},
	{"page, permission", NO_PERMISSION, 3, 3, FAULT_PERMISSION, 0x0f},
	{"abort at -1", ABORT, -1, 3, FAULT_EXTERNAL_ON_WALK, 0x13},
	{"abort at 0", ABORT, 0, 3, FAULT_EXTERNAL_ON_WALK, 0x14},
	{"abort at 1", ABORT, 1, 3, FAULT_EXTERNAL_ON_WALK, 0x15},
	{"abort at 2", ABORT, 2, 3, FAULT_EXTERNAL_ON_WALK, 0x16},
	{"abort at 3", ABORT, 3, 3, FAULT_EXTERNAL_ON_WALK, 0x17},
};

static void expect(const char *name, struct nw_fault f, enum nw_fault_type type, unsigned status,
		   int level)
{
	ck_assert_msg(f.type == type && nw_fault_status(&f) == status && f.level == level,
		      "%s: type %d status 0x%02x level %d, expected type %d status 0x%02x level %d",
		      name, f.type, nw_fault_status(&f), f.level, type, status, level);
}

START_TEST(stage1_faults_carry_their_level)
{
	struct nw_access access = el1_load;

	build(rows[_i].leaf, 3);
	spoil(p.walk1.descriptor_pa[rows[_i].level + 1], 1, rows[_i].wrong);
	if (rows[_i].wrong == NO_PERMISSION)
		access.type = NW_STORE;

	struct nw_fault f = translate(access).fault;

	expect(rows[_i].name, f, rows[_i].type, rows[_i].status, rows[_i].level);
	ck_assert(!f.stage2 && !f.s1ptw && !f.ipa_valid);
	ck_assert_uint_eq(log_.fetch_count, (unsigned)(rows[_i].level + 2) * 6);
	ck_assert_uint_eq(log_.fault.type, rows[_i].type);
}
END_TEST

START_TEST(stage2_faults_of_the_output_carry_level_and_ipa)
{
	build(3, rows[_i].leaf);
	spoil(p.output.descriptor_pa[rows[_i].level + 1], 2, rows[_i].wrong);

	struct nw_fault f = translate(el1_load).fault;

	expect(rows[_i].name, f, rows[_i].type, rows[_i].status, rows[_i].level);
	ck_assert(f.stage2);
	if (rows[_i].level <= 0)
		return; /* the first descriptors are those of the stage 1 tables too */
	ck_assert(!f.s1ptw);
	ck_assert_uint_eq(f.ipa.value, p.walk1.oa);
	ck_assert_int_eq(f.ipa_valid, rows[_i].wrong != ABORT);
}
END_TEST

/*
 * Stage 1's descriptor of level s1 can't be read because of stage 2: reported as stage 2 found it.
 */
START_TEST(stage2_faults_on_a_walk_carry_the_stage2_level_and_the_descriptors_ipa)
{
	for (int s1 = -1; s1 <= 3; s1++) {
		build(3, rows[_i].leaf);
		spoil(p.lookup[s1 + 1].descriptor_pa[rows[_i].level + 1], 2, rows[_i].wrong);

		struct nw_fault f = translate(el1_load).fault;

		expect(rows[_i].name, f, rows[_i].type, rows[_i].status, rows[_i].level);
		ck_assert(f.stage2 && f.s1ptw && !f.write);
		ck_assert_int_eq(f.ipa_valid, rows[_i].wrong != ABORT);
		/*
		 * The descriptors of low levels are shared by several lookups; the first of them
		 * faults.
		 */
		int first = s1;

		for (int earlier = s1 - 1; earlier >= -1; earlier--)
			if (p.lookup[earlier + 1].descriptor_pa[rows[_i].level + 1] ==
			    p.lookup[s1 + 1].descriptor_pa[rows[_i].level + 1])
				first = earlier;
		ck_assert_uint_eq(f.ipa.value, p.walk1.descriptor_address[first + 1]);
	}
}
END_TEST

/* ------------------------------------------------------------------ faults before the first fetch
 */

enum start_wrong {
	TTBR_HIGH,
	VTTBR_HIGH,
	EPD0_SET,
	E0PD0_SET,
	T0SZ_LOW,
	T0SZ_HIGH,
	VA_RANGE,
	IPA_RANGE,
	SL0_BAD,
	VT0SZ_LOW
};

static const struct {
	const char *name;
	enum start_wrong wrong;
	unsigned status;
	bool stage2, s1ptw;
	unsigned fetches;
} start_rows[] = {
	{"TTBR above IPS: level 0", TTBR_HIGH, 0x00, false, false, 0},
	{"VTTBR above PS: level 0", VTTBR_HIGH, 0x00, true, true, 0},
	{"EPD0", EPD0_SET, 0x04, false, false, 0},
	{"E0PD0", E0PD0_SET, 0x04, false, false, 0},
	{"T0SZ below minimum", T0SZ_LOW, 0x04, false, false, 0},
	{"T0SZ above maximum", T0SZ_HIGH, 0x04, false, false, 0},
	{"VA out of range", VA_RANGE, 0x04, false, false, 0},
	{"IPA of the start table out of range", IPA_RANGE, 0x04, true, true, 0},
	{"SL0 reserved", SL0_BAD, 0x04, true, true, 0},
	{"VTCR T0SZ below minimum", VT0SZ_LOW, 0x04, true, true, 0},
};

static void spoil_start(enum start_wrong wrong)
{
	switch (wrong) {
	case TTBR_HIGH:
		registers.TTBR0_EL1 |= 1 << 5; /* BADDR[51] */
		break;
	case VTTBR_HIGH:
		registers.VTTBR_EL2 |= 1 << 5;
		break;
	case EPD0_SET:
		registers.TCR_EL1 |= 1 << 7;
		break;
	case E0PD0_SET:
		registers.TCR_EL1 |= UINT64_C(1) << 55;
		break;
	case T0SZ_LOW:
		registers.TCR_EL1 = (registers.TCR_EL1 & ~UINT64_C(63)) | 11;
		break;
	case T0SZ_HIGH:
		registers.TCR_EL1 = (registers.TCR_EL1 & ~UINT64_C(63)) | 49;
		break;
	case VA_RANGE:
		p.ia |= UINT64_C(1) << 52;
		break;
	case IPA_RANGE: /* 48 bits from level 0; the start table is moved above */
		registers.VTCR_EL2 =
			(registers.VTCR_EL2 & ~(UINT64_C(63) | UINT64_C(1) << 33)) | 16 | 2 << 6;
		registers.TTBR0_EL1 |= 1 << 2; /* BADDR[48] */
		registers.TCR_EL1 |= UINT64_C(6) << 32;
		break;
	case SL0_BAD:
		registers.VTCR_EL2 |= 1 << 6; /* SL2=1, SL0=0b01 */
		break;
	case VT0SZ_LOW:
		registers.VTCR_EL2 = (registers.VTCR_EL2 & ~UINT64_C(63)) | 11;
	}
}

START_TEST(faults_before_the_walk_are_level_0_faults)
{
	struct nw_access access = {.type = NW_LOAD, .el = 0, .unprivileged = true};

	build(3, 3);
	/* EL0 must be able to read: AP[1]. */
	*memory_cell(&p.memory, p.walk1.descriptor_pa[4]) |= 0x40;
	ck_assert_uint_eq(translate(access).fault.type, FAULT_NONE);
	spoil_start(start_rows[_i].wrong);

	struct nw_fault f = translate(access).fault;

	ck_assert_msg(nw_fault_status(&f) == start_rows[_i].status && f.level == 0,
		      "%s: status 0x%02x level %d", start_rows[_i].name, nw_fault_status(&f),
		      f.level);
	ck_assert_int_eq(f.stage2, start_rows[_i].stage2);
	ck_assert_int_eq(f.s1ptw, start_rows[_i].s1ptw);
	ck_assert_uint_eq(log_.fetch_count, start_rows[_i].fetches);
}
END_TEST

/*
 * Pitfall: an output of stage 1 that IPS allows but T0SZ of stage 2 doesn't is stage 2's
 * Translation fault.
 */
START_TEST(an_output_beyond_the_ipa_size_is_a_stage2_translation_fault_of_level_0)
{
	build(3, 3);
	registers.TCR_EL1 = (registers.TCR_EL1 & ~(UINT64_C(7) << 32)) | UINT64_C(6) << 32;
	registers.VTCR_EL2 = (registers.VTCR_EL2 & ~UINT64_C(63)) | 13; /* 51 bits, still from -1 */
	*memory_cell(&p.memory, p.walk1.descriptor_pa[4]) |= bit51;

	struct nw_fault f = translate(el1_load).fault;

	expect("beyond T0SZ", f, FAULT_TRANSLATION, 0x04, 0);
	ck_assert(f.stage2 && !f.s1ptw && f.ipa_valid);
	ck_assert_uint_eq(f.ipa.value, p.walk1.oa | UINT64_C(1) << 51);
}
END_TEST

/* ------------------------------------------------------------------ order */

/* Two things are wrong with the same leaf; the first is reported. */
static const struct {
	const char *name;
	enum wrong first, second;
	unsigned status;
} order_rows[] = {
	{"address size before AF", LEAF_TOO_HIGH, NO_ACCESS_FLAG, 0x03},
	{"address size before permission", LEAF_TOO_HIGH, NO_PERMISSION, 0x03},
	{"AF before permission", NO_ACCESS_FLAG, NO_PERMISSION, 0x0b},
	{"invalid before address size", INVALID, LEAF_TOO_HIGH, 0x07},
	{"invalid before AF", INVALID, NO_ACCESS_FLAG, 0x07},
	{"abort before invalid", ABORT, INVALID, 0x17},
};

START_TEST(the_first_fault_of_a_leaf_is_reported)
{
	struct nw_access store = {.type = NW_STORE, .el = 1};

	for (unsigned stage = 1; stage <= 2; stage++) {
		build(3, 3);

		uint64_t pa = stage == 1 ? p.walk1.descriptor_pa[4] : p.output.descriptor_pa[4];

		spoil(pa, stage, order_rows[_i].first);
		spoil(pa, stage, order_rows[_i].second);

		struct nw_fault f = translate(store).fault;

		ck_assert_msg(nw_fault_status(&f) == order_rows[_i].status, "%s: status 0x%02x",
			      order_rows[_i].name, nw_fault_status(&f));
		ck_assert_int_eq(f.stage2, stage == 2);
	}
}
END_TEST

START_TEST(a_permission_fault_of_stage1_comes_before_any_fault_of_stage2_on_the_output)
{
	struct nw_access store = {.type = NW_STORE, .el = 1};

	build(3, 3);
	spoil(p.walk1.descriptor_pa[4], 1, NO_PERMISSION);
	spoil(p.output.descriptor_pa[4], 2, INVALID);

	struct nw_fault f = translate(store).fault;

	expect("stage 1 first", f, FAULT_PERMISSION, 0x0f, 3);
	ck_assert(!f.stage2);
	ck_assert_uint_eq(log_.fetch_count, 30);
}
END_TEST

/* Device memory: MAIR is 0, so stage 1 is Device unless said otherwise. */
START_TEST(alignment_comes_after_the_access_flag_and_before_permission)
{
	struct nw_access store = {.type = NW_STORE, .el = 1, .unaligned = true};

	build(3, 3);
	spoil(p.walk1.descriptor_pa[4], 1, NO_PERMISSION);
	expect("before permission", translate(store).fault, FAULT_ALIGNMENT, 0x21, 3);
	spoil(p.walk1.descriptor_pa[4], 1, NO_ACCESS_FLAG);
	expect("after AF", translate(store).fault, FAULT_ACCESS_FLAG, 0x0b, 3);
}
END_TEST

START_TEST(device_at_stage2_only_is_an_alignment_fault_of_stage2_without_ipa)
{
	struct nw_access load = {.type = NW_LOAD, .el = 1, .unaligned = true};

	build(3, 3);
	registers.MAIR_EL1 = 0xff;
	ck_assert_uint_eq(translate(load).fault.type, FAULT_NONE);
	*memory_cell(&p.memory, p.output.descriptor_pa[4]) &= ~UINT64_C(0x3c);

	struct nw_fault f = translate(load).fault;

	expect("stage 2 Device", f, FAULT_ALIGNMENT, 0x21, 3);
	ck_assert(f.stage2 && !f.s1ptw && !f.ipa_valid);
	spoil(p.output.descriptor_pa[4], 2, NO_PERMISSION);
	expect("before permission", translate(load).fault, FAULT_ALIGNMENT, 0x21, 3);
	load.unaligned = false;
	expect("aligned", translate(load).fault, FAULT_PERMISSION, 0x0f, 3);
}
END_TEST

/* ------------------------------------------------------------------ WnR */

static const struct {
	const char *name;
	struct nw_access access;
	bool translation; /* WnR of a Translation fault */
	bool no_write;    /* ... of a Permission fault of read-only memory; not if it may */
	bool no_write_faults;
	bool nothing, nothing_faults; /* ... of memory without any permission (stage 2) */
} write_rows[] = {
	{"load", {.type = NW_LOAD, .el = 1}, false, false, false, false, true},
	{"store", {.type = NW_STORE, .el = 1}, true, true, true, true, true},
	{"fetch", {.type = NW_FETCH, .el = 1}, false, false, false, false, false},
	{"atomic", {.type = NW_STORE, .el = 1, .read_write = true}, false, true, true, false, true},
	{"atomic, as load",
	 {.type = NW_LOAD, .el = 1, .read_write = true},
	 false,
	 true,
	 true,
	 false,
	 true},
	{"DC CVAC", {.type = NW_CACHE_OP, .el = 1}, true, false, false, false, false},
	{"DC CVAC at EL0", {.type = NW_CACHE_OP, .el = 0}, true, false, false, true, true},
	{"DC IVAC", {.type = NW_CACHE_INVALIDATE, .el = 1}, true, true, true, true, true},
	{"AT read", {.type = NW_AT_LOAD, .el = 1}, true, false, false, true, true},
	{"AT write", {.type = NW_AT_STORE, .el = 1}, true, true, true, true, true},
};

START_TEST(write_is_what_the_fault_type_makes_of_it)
{
	struct nw_access access = write_rows[_i].access;

	build(3, 3);
	*memory_cell(&p.memory, p.output.descriptor_pa[4]) &= ~UINT64_C(0x80);

	struct nw_fault read_only = translate(access).fault;

	ck_assert_msg((read_only.type == FAULT_PERMISSION) == write_rows[_i].no_write_faults,
		      "%s: type %d on read-only memory", write_rows[_i].name, read_only.type);
	if (write_rows[_i].no_write_faults)
		ck_assert_int_eq(read_only.write, write_rows[_i].no_write);

	*memory_cell(&p.memory, p.output.descriptor_pa[4]) &= ~UINT64_C(0xc0);

	struct nw_fault nothing = translate(access).fault;

	ck_assert_int_eq(nothing.type == FAULT_PERMISSION, write_rows[_i].nothing_faults);
	if (write_rows[_i].nothing_faults)
		ck_assert_int_eq(nothing.write, write_rows[_i].nothing);

	spoil(p.walk1.descriptor_pa[1], 1, INVALID);
	ck_assert_int_eq(translate(access).fault.write, write_rows[_i].translation);
}
END_TEST

START_TEST(codes_without_a_level)
{
	ck_assert_uint_eq(nw_fault_status(&(struct nw_fault){.type = FAULT_EXTERNAL}), 0x10);
	ck_assert_uint_eq(nw_fault_status(&(struct nw_fault){.type = FAULT_TLB_CONFLICT}), 0x30);
	ck_assert_uint_eq(nw_fault_status(&(struct nw_fault){.type = FAULT_UNSUPPORTED_UPDATE}),
			  0x31);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/fault");
	TCase *tcase = tcase_create("fault");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, stage1_faults_carry_their_level, 0, ROWS(rows));
	tcase_add_loop_test(tcase, stage2_faults_of_the_output_carry_level_and_ipa, 0, ROWS(rows));
	tcase_add_loop_test(tcase,
			    stage2_faults_on_a_walk_carry_the_stage2_level_and_the_descriptors_ipa,
			    0, ROWS(rows));
	tcase_add_loop_test(tcase, faults_before_the_walk_are_level_0_faults, 0, ROWS(start_rows));
	tcase_add_test(tcase,
		       an_output_beyond_the_ipa_size_is_a_stage2_translation_fault_of_level_0);
	tcase_add_loop_test(tcase, the_first_fault_of_a_leaf_is_reported, 0, ROWS(order_rows));
	tcase_add_test(tcase,
		       a_permission_fault_of_stage1_comes_before_any_fault_of_stage2_on_the_output);
	tcase_add_test(tcase, alignment_comes_after_the_access_flag_and_before_permission);
	tcase_add_test(tcase, device_at_stage2_only_is_an_alignment_fault_of_stage2_without_ipa);
	tcase_add_loop_test(tcase, write_is_what_the_fault_type_makes_of_it, 0, ROWS(write_rows));
	tcase_add_test(tcase, codes_without_a_level);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
