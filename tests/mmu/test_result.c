/* Suite mmu/result: what a result and the record of its walk say beside the address. */
#include "world.h"

#include <check.h>

static struct world *world;
static struct nw_mmu *mmu;
static struct space space;
static uint64_t ipa;
static struct nw_walk seen; /* the last walk */
static unsigned walks;

static void saw_walk(void *ctx, const struct nw_walk *walk)
{
	(void)ctx;
	seen = *walk;
	walks++;
}

static void set_up(void)
{
	struct nw_config config = {
		.features = world_features(),
		.tlb_off = true,
		.port = {.read = world_read},
		.observer = {.walk = saw_walk},
	};

	world = world_new(12, 48, 48, 0);
	config.port.ctx = world;
	space = world_space(world, &world->vm[0], 5);
	ipa = world_alloc(world, space.vm, WORLD_PAGE);
	world_map(world, &space, 0x1000, ipa, 3, S1_RW_EL0 | S1_DEVICE);
	mmu = nw_mmu_new(&config);
	ck_assert_ptr_nonnull(mmu);
	world_enter(world, mmu, &space);
	walks = 0;
}

static void tear_down(void)
{
	nw_mmu_free(mmu);
	world_free(world);
}

static const struct nw_access load = {.type = NW_LOAD, .unprivileged = true};

/* ------------------------------------------------------------------ device */

/*
 * D8.6 "Memory region attributes": MAIR_ELx.Attr<n> 0b0000dd00 is Device memory, as is stage 2
 * MemAttr 0b00dd. Device of either stage makes the result Device.
 */
static const struct device_row {
	const char *name;
	uint8_t attr, memattr;
	bool device;
} device_rows[] = {
	{"nGnRnE", 0x00, 0xf, true},
	{"nGnRE", 0x04, 0xf, true},
	{"nGRE", 0x08, 0xf, true},
	{"GRE", 0x0c, 0xf, true},
	{"Non-cacheable", 0x44, 0xf, false},
	{"Write-Through", 0xbb, 0xf, false},
	{"outer Write-Back, inner Non-cacheable", 0xf4, 0xf, false},
	{"Write-Back", 0xff, 0xf, false},
	{"Write-Back, stage 2 nGnRnE", 0xff, 0x0, true},
	{"Write-Back, stage 2 nGnRE", 0xff, 0x1, true},
	{"Write-Back, stage 2 nGRE", 0xff, 0x2, true},
	{"Write-Back, stage 2 GRE", 0xff, 0x3, true},
	{"Write-Back, stage 2 Non-cacheable", 0xff, 0x5, false},
	{"Write-Back, stage 2 Write-Through", 0xff, 0xa, false},
};

START_TEST(device_is_what_either_stage_makes_device)
{
	const struct device_row *row = &device_rows[_i];
	uint64_t *leaf = world_s2_entry(world, space.vm, ipa, 3);

	*leaf = (*leaf & ~(UINT64_C(15) << 2)) | (uint64_t)row->memattr << 2;
	nw_registers(mmu)->MAIR_EL1 = 0xff | (uint64_t)row->attr << 8;
	world_signal(mmu);

	struct nw_translation t = nw_translate(mmu, (va_t){0x1000}, load, 1);

	ck_assert_msg(t.fault.type == FAULT_NONE, "%s", row->name);
	ck_assert_msg(t.device == row->device, "%s", row->name);
}
END_TEST

/* B2 "Alignment and endianness": an unaligned access faults on Device memory, whichever stage makes
 * it that. */
START_TEST(an_unaligned_access_faults_where_the_result_is_device)
{
	const struct device_row *row = &device_rows[_i];
	struct nw_access unaligned = load;
	uint64_t *leaf = world_s2_entry(world, space.vm, ipa, 3);

	unaligned.unaligned = true;
	*leaf = (*leaf & ~(UINT64_C(15) << 2)) | (uint64_t)row->memattr << 2;
	nw_registers(mmu)->MAIR_EL1 = 0xff | (uint64_t)row->attr << 8;
	world_signal(mmu);

	struct nw_translation t = nw_translate(mmu, (va_t){0x1001}, unaligned, 1);

	ck_assert_msg(t.fault.type == (row->device ? FAULT_ALIGNMENT : FAULT_NONE), "%s",
		      row->name);
}
END_TEST

/* ------------------------------------------------------------------ who walks */

START_TEST(only_the_walk_of_an_at_says_so)
{
	struct nw_walk probed = {.at = true};

	nw_translate(mmu, (va_t){0x1000}, load, 1);
	ck_assert_uint_eq(walks, 1);
	ck_assert(!seen.at);
	nw_at(mmu, AT_S12E0R, (va_t){0x1000}, 2, false, 2);
	ck_assert_uint_eq(walks, 2);
	ck_assert(seen.at);
	nw_probe(mmu, (va_t){0x1000}, load, &probed);
	ck_assert_uint_eq(walks, 2);
	ck_assert(!probed.at);
}
END_TEST

/* ... and one that is refused before the tables are looked at is none. */
START_TEST(an_at_outside_the_ranges_of_va_is_no_walk)
{
	struct nw_at_result at = nw_at(mmu, AT_S1E1R, (va_t){UINT64_C(1) << 50}, 2, false, 1);

	ck_assert_int_eq(at.fault.type, FAULT_NONE);
	ck_assert_uint_eq(at.par & 0x7f, 0x04 << 1 | 1); /* F, FST: Translation fault, level 0 */
	ck_assert_uint_eq(walks, 0);
}
END_TEST

START_TEST(page_bits_looks_at_both_halves)
{
	struct nw_registers *r = nw_registers(mmu);

	r->HCR_EL2 = 0;
	r->TCR_EL1 = (r->TCR_EL1 & ~(UINT64_C(3) << 14)) | UINT64_C(1) << 14; /* TG0: 64 KB */
	world_signal(mmu);
	ck_assert_uint_eq(nw_page_bits(mmu, 1), 12);
	r->TCR_EL1 = (r->TCR_EL1 & ~(UINT64_C(3) << 30)) | UINT64_C(3) << 30; /* TG1: 64 KB */
	world_signal(mmu);
	ck_assert_uint_eq(nw_page_bits(mmu, 1), 16);
	r->TCR_EL1 = (r->TCR_EL1 & ~(UINT64_C(3) << 30)) | UINT64_C(1) << 30; /* TG1: 16 KB */
	world_signal(mmu);
	ck_assert_uint_eq(nw_page_bits(mmu, 1), 14);
}
END_TEST

START_TEST(the_record_tells_input_output_and_regime)
{
	nw_translate(mmu, (va_t){0x1abc}, load, 1);
	ck_assert_uint_eq(seen.va.value, 0x1abc);
	ck_assert_uint_eq(seen.pa.value, world_pa(space.vm, ipa) + 0xabc);
	ck_assert_int_eq(seen.regime, REGIME_EL10);
	ck_assert_int_eq(seen.kind, WALK_NESTED);
	ck_assert_int_eq(seen.access.type, NW_LOAD);
	ck_assert_uint_eq(seen.fetch_count, 24);
	ck_assert_uint_eq(seen.latency, 240); /* 10 each, see world_read() */
	ck_assert_uint_eq(seen.update_count, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/result");
	TCase *tcase = tcase_create("result");
	const int rows = sizeof device_rows / sizeof *device_rows;

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, device_is_what_either_stage_makes_device, 0, rows);
	tcase_add_loop_test(tcase, an_unaligned_access_faults_where_the_result_is_device, 0, rows);
	tcase_add_test(tcase, only_the_walk_of_an_at_says_so);
	tcase_add_test(tcase, an_at_outside_the_ranges_of_va_is_no_walk);
	tcase_add_test(tcase, page_bits_looks_at_both_halves);
	tcase_add_test(tcase, the_record_tells_input_output_and_regime);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
