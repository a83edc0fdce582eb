/* Suite mmu/leaf: what blocks, pages and contiguous groups give, and which of their bits count. */
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

/* ------------------------------------------------------------------ leaves */

/* EL2, 4 KB, 39 bits: levels 1 to 3. The leaf descriptor at a level, for VA 0x12345678. */
static const struct {
	const char *name;
	unsigned granule, ia;
	bool ds;
	unsigned count; /* tables down to the leaf */
	uint64_t leaf, pa;
	unsigned span_bits;
} leaf_rows[] = {
	{"4 KB page", 12, 39, false, 3, 0x80000403, 0x80000678, 12},
	{"2 MB block", 12, 39, false, 2, 0x0040000040200701, 0x40345678, 21},
	{"1 GB block", 12, 39, false, 1, 0x140000401, 0x152345678, 30},
	{"2 MB block: low bits and nT aren't address", 12, 39, false, 2, 0x4021f401, 0x40345678,
	 21},
	{"1 GB block: low bits aren't address", 12, 39, false, 1, 0x17fe1f401, 0x152345678, 30},
	{"64 KB of contiguous pages", 12, 39, false, 3, 0x001000008000f403, 0x80005678, 16},
	{"32 MB of contiguous blocks", 12, 39, false, 2, 0x0010000041e00401, 0x40345678, 25},
	{"16 GB of contiguous blocks", 12, 39, false, 1, 0x00100004c0000401, 0x412345678, 34},
	{"16 KB page", 14, 36, false, 2, 0x80004403, 0x80005678, 14},
	{"32 MB block", 14, 36, false, 1, 0x42000401, 0x42345678, 25},
	{"2 MB of contiguous pages", 14, 36, false, 2, 0x00100000801fc403, 0x80145678, 21},
	{"1 GB of contiguous blocks", 14, 36, false, 1, 0x001000007e000401, 0x52345678, 30},
	{"64 KB page", 16, 42, false, 2, 0x80010403, 0x80015678, 16},
	{"512 MB block", 16, 42, false, 1, 0x60000401, 0x72345678, 29},
	{"64 KB page above 2^48", 16, 42, false, 2, 0x8001f403, 0xf000080015678, 16},
	{"2 MB of contiguous pages", 16, 42, false, 2, 0x00100000801f0403, 0x80145678, 21},
	{"16 GB of contiguous blocks", 16, 42, false, 1, 0x00100003e0000401, 0x12345678, 34},
	{"4 KB page above 2^48", 12, 39, true, 3, 0x0003000080000703, 0xf000080000678, 12},
};

/* VA 0x12345678 at the start level of those geometries, and below. */
static void put_leaf(unsigned granule, unsigned count, uint64_t leaf)
{
	static const uint64_t index[3][3] = {{0, 145, 325}, {9, 209, 0}, {0, 4660, 0}};

	put_path(&memory, count, index[(granule - 12) / 2], leaf);
}

START_TEST(a_leaf_gives_address_and_span)
{
	struct geometry g = {leaf_rows[_i].granule, leaf_rows[_i].ia, 0, false};
	struct nw_registers r = {
		.SCTLR_EL2 = 1,
		.TCR_EL2 = (64 - g.ia) | tg0_code(g.granule) << 14 | 6 << 16 |
			   (uint64_t)leaf_rows[_i].ds << 32,
		.TTBR0_EL2 = 0x100000,
	};

	put_leaf(g.granule, leaf_rows[_i].count, leaf_rows[_i].leaf | 1 << 11); /* nG: not at EL2 */

	struct ttw_translation t = translate(REGIME_EL2, &r, 0x12345678, el2_load);

	ck_assert_msg(t.fault.type == FAULT_NONE && t.pa.value == leaf_rows[_i].pa,
		      "%s: fault %d level %d, pa %#lx", leaf_rows[_i].name, t.fault.type,
		      t.fault.level, t.pa.value);
	ck_assert_uint_eq(t.span_bits, leaf_rows[_i].span_bits);
	ck_assert(!t.stage1.not_global);
}
END_TEST

/* A contiguous group of 16 GB, but above the output size of 4 GB it faults. */
START_TEST(a_leaf_spans_no_more_than_the_output_size)
{
	struct nw_registers r = {.SCTLR_EL2 = 1, .TCR_EL2 = 25, .TTBR0_EL2 = 0x100000};
	static const uint64_t index[1] = {0}, beyond[1] = {4};

	put_path(&memory, 1, index, 0x0010000000000401);

	struct ttw_translation t = translate(REGIME_EL2, &r, 0x12345678, el2_load);

	ck_assert_uint_eq(t.pa.value, 0x12345678);
	ck_assert_uint_eq(t.span_bits, 32);
	put_path(&memory, 1, beyond, 0x0010000000000401);
	t = translate(REGIME_EL2, &r, 0x112345678, el2_load);
	ck_assert_uint_eq(nw_fault_status(&t.fault), 0x01);
}
END_TEST

/* Pitfall: bits [15:12] of a 64 KB descriptor count although the output size is below 52 bits. */
START_TEST(high_address_bits_with_a_small_output_size_are_an_address_size_fault)
{
	struct nw_registers r = {
		.SCTLR_EL2 = 1, .TCR_EL2 = 22 | 1 << 14 | 5 << 16, .TTBR0_EL2 = 0x100000 | 1 << 2};
	struct nw_features f = without(all_features(), FEAT_LPA);

	put_leaf(16, 2, 0x80011403);

	struct ttw_translation t = translate(REGIME_EL2, &r, 0x12345678, el2_load);

	ck_assert_uint_eq(nw_fault_status(&t.fault), 0x03);
	ck_assert_uint_eq(log_.fetch_count, 2); /* TTBR[5:2] is no address below 0b110 */
	ck_assert_uint_eq(translate_with(REGIME_EL2, &r, &f, 0x12345678, el2_load).pa.value,
			  0x80015678);
}
END_TEST

/* AArch64.OAOutOfRange: only addresses of 2^48 and above are beyond 48 bits of output. */
START_TEST(the_last_byte_of_the_output_range_is_in_it)
{
	struct nw_registers r = {
		.SCTLR_EL2 = 1, .TCR_EL2 = 22 | 1 << 14 | 5 << 16, .TTBR0_EL2 = 0x100000};

	put_leaf(16, 2, 0xffffffff0403);

	struct ttw_translation t = translate(REGIME_EL2, &r, 0x1234ffff, el2_load);

	ck_assert_int_eq(t.fault.type, FAULT_NONE);
	ck_assert_uint_eq(t.pa.value, 0xffffffffffff);
}
END_TEST

/* Bits that Arm calls IGNORED, and those of absent features, change nothing. */
START_TEST(ignored_bits_are_ignored)
{
	struct nw_registers r = {.SCTLR_EL1 = 1,
				 .TCR_EL1 = 25 | UINT64_C(5) << 32,
				 .TTBR0_EL1 = 0x100000,
				 .MAIR_EL1 = 0xff};
	static const uint64_t index[3] = {0, 145, 325};
	const uint64_t table = 0x87ff000000000ffc, leaf = 0xfa8c000000000020;
	uint64_t random = 3;

	for (unsigned n = 0; n < 1000; n++) {
		put_path(&memory, 3, index, 0x80000403 | (next_random(&random) & leaf));
		*memory_cell(&memory, 0x100000) |= next_random(&random) & table;
		*memory_cell(&memory, 0x200000 + 8 * 145) |= next_random(&random) & table;

		struct ttw_translation t = translate(REGIME_EL10, &r, 0x12345678, el1_load);

		ck_assert_uint_eq(t.fault.type, FAULT_NONE);
		ck_assert_uint_eq(t.pa.value, 0x80000678);
		ck_assert_uint_eq(t.stage1.permissions.privileged, TTW_R | TTW_W | TTW_X);
		ck_assert_uint_eq(t.stage1.permissions.unprivileged, TTW_X);
		ck_assert_uint_eq(t.stage1.attr, 0xff);
	}
}
END_TEST

/* ------------------------------------------------------------------ samples of descriptors */

/* Level 3 of stage 1 of EL1&0: permissions of EL1 and EL0, without WXN and PAN. */
static const struct {
	const char *name;
	uint64_t descriptor;
	uint8_t privileged, unprivileged;
	bool not_global;
	uint8_t sh;
	uint64_t pa;
} sample_rows[] = {
	{"kernel read-only data", 0x0060000080000F83, TTW_R, 0, true, 3, 0x80000678},
	{"user RW, PXN", 0x0020000080000F43, TTW_R | TTW_W, TTW_R | TTW_W | TTW_X, true, 3,
	 0x80000678},
	{"DBM without HD: read-only", 0x00080000800007C3, TTW_R | TTW_X, TTW_R | TTW_X, false, 3,
	 0x80000678},
};

START_TEST(samples_of_stage1_pages)
{
	static const uint64_t index[3] = {0, 145, 325};
	struct nw_registers r = {
		.SCTLR_EL1 = 1, .TCR_EL1 = 25 | UINT64_C(5) << 32, .TTBR0_EL1 = 0x100000};

	put_path(&memory, 3, index, sample_rows[_i].descriptor);

	struct ttw_translation t = translate(REGIME_EL10, &r, 0x12345678, el1_load);

	ck_assert_uint_eq(t.pa.value, sample_rows[_i].pa);
	ck_assert_uint_eq(t.stage1.permissions.privileged, sample_rows[_i].privileged);
	ck_assert_uint_eq(t.stage1.permissions.unprivileged, sample_rows[_i].unprivileged);
	ck_assert_int_eq(t.stage1.not_global, sample_rows[_i].not_global);
	ck_assert_uint_eq(t.stage1.sh, sample_rows[_i].sh);
}
END_TEST

/* Level 3 of stage 2. */
START_TEST(samples_of_stage2_pages)
{
	static const uint64_t index[3] = {0, 145, 325};
	struct nw_registers r = {
		.HCR_EL2 = 1, .VTCR_EL2 = 25 | 1 << 6 | 5 << 16, .VTTBR_EL2 = 0x100000};
	struct ttw_translation t;

	put_path(&memory, 3, index, 0x00000000900004FF);
	t = translate(REGIME_EL10, &r, 0x12345678, el1_load);
	ck_assert_uint_eq(t.pa.value, 0x90000678);
	ck_assert_uint_eq(t.stage2.permissions.privileged, TTW_R | TTW_W | TTW_X);
	ck_assert_uint_eq(t.stage2.attr, 0xf);

	put_path(&memory, 3, index, 0x0040000090000477);
	t = translate(REGIME_EL10, &r, 0x12345678, el1_load);
	ck_assert_uint_eq(t.stage2.permissions.privileged, TTW_R);
	ck_assert_uint_eq(t.stage2.permissions.unprivileged, TTW_R);
	ck_assert_uint_eq(t.stage2.attr, 0xd);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/leaf");
	TCase *tcase = tcase_create("leaf");

	tcase_add_test(tcase, a_leaf_spans_no_more_than_the_output_size);
	tcase_add_loop_test(tcase, a_leaf_gives_address_and_span, 0, ROWS(leaf_rows));
	tcase_add_test(tcase, high_address_bits_with_a_small_output_size_are_an_address_size_fault);
	tcase_add_test(tcase, the_last_byte_of_the_output_range_is_in_it);
	tcase_add_test(tcase, ignored_bits_are_ignored);
	tcase_add_loop_test(tcase, samples_of_stage1_pages, 0, ROWS(sample_rows));
	tcase_add_test(tcase, samples_of_stage2_pages);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
