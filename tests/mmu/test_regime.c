/*
 * Suite mmu/regime: which regime an access is translated in, what HCR_EL2.E2H, TGE, DC and VM make
 * of it (D8.1 "Translation regimes"), the regime EL2&0, and that a write of a register decodes what
 * it has to.
 */
#include "mmu/unit.h"

#include "tables.h"

static const uint64_t e2h = UINT64_C(1) << 34, tge = 1 << 27, dc = 1 << 12, vm = 1;

/* ------------------------------------------------------------------ the regime of an access */

static const struct {
	const char *name;
	uint64_t hcr;
	enum nw_regime el0, el2;
} regime_rows[] = {
	{"E2H=0 TGE=0", 0, REGIME_EL10, REGIME_EL2},
	{"E2H=0 TGE=1", tge, REGIME_EL10, REGIME_EL2},
	{"E2H=1 TGE=0", e2h, REGIME_EL10, REGIME_EL20},
	{"E2H=1 TGE=1", e2h | tge, REGIME_EL20, REGIME_EL20},
};

START_TEST(the_regime_follows_e2h_and_tge)
{
	struct nw_registers r = {.HCR_EL2 = regime_rows[_i].hcr};
	struct nw_features f = all_features(), no_vhe = without(f, FEAT_VHE),
			   no_el2 = without(f, FEAT_EL2);

	ck_assert_uint_eq(ttw_regime_of(0, &r, &f), regime_rows[_i].el0);
	ck_assert_uint_eq(ttw_regime_of(1, &r, &f), REGIME_EL10);
	ck_assert_uint_eq(ttw_regime_of(2, &r, &f), regime_rows[_i].el2);
	ck_assert_uint_eq(ttw_regime_of(0, &r, &no_vhe), REGIME_EL10);
	ck_assert_uint_eq(ttw_regime_of(2, &r, &no_vhe), REGIME_EL2);
	ck_assert_uint_eq(ttw_regime_of(0, &r, &no_el2), REGIME_EL10);
}
END_TEST

/* HCR_EL2: stage 1 and stage 2 of the regime EL1&0, while SCTLR_EL1.M is 1. */
static const struct {
	const char *name;
	uint64_t hcr;
	bool stage1, stage2, dc;
} hcr_rows[] = {
	{"nothing", 0, true, false, false},
	{"VM", vm, true, true, false},
	{"DC acts as VM and turns stage 1 off", dc, false, true, true},
	{"TGE turns stage 1 off", tge, false, false, false},
	{"TGE leaves VM", tge | vm, false, true, false},
	{"TGE leaves DC", tge | dc, false, true, true},
	{"E2H", e2h, true, false, false},
	{"E2H, VM", e2h | vm, true, true, false},
	{"E2H, DC", e2h | dc, false, true, true},
	{"E2H and TGE", e2h | tge, false, false, false},
	{"E2H and TGE: VM acts as 0", e2h | tge | vm, false, false, false},
	{"E2H and TGE: DC acts as 0", e2h | tge | dc, false, false, false},
};

START_TEST(what_hcr_el2_turns_on_and_off)
{
	struct nw_registers r = {.SCTLR_EL1 = 1, .SCTLR_EL2 = 1, .HCR_EL2 = hcr_rows[_i].hcr};
	struct nw_features f = all_features(), no_el2 = without(f, FEAT_EL2);
	struct ttw_regime el10 = decode(REGIME_EL10, &r, &f),
			  alone = decode(REGIME_EL10, &r, &no_el2);
	struct ttw_regime el20 = decode(REGIME_EL20, &r, &f);

	ck_assert_int_eq(el10.stage1[0].enabled, hcr_rows[_i].stage1);
	ck_assert_int_eq(el10.stage1[1].enabled, hcr_rows[_i].stage1);
	ck_assert_int_eq(el10.stage2.enabled, hcr_rows[_i].stage2);
	ck_assert_int_eq(el10.dc, hcr_rows[_i].dc);
	ck_assert(alone.stage1[0].enabled && !alone.stage2.enabled && !alone.dc);
	ck_assert(el20.stage1[0].enabled && !el20.stage2.enabled && !el20.dc);
}
END_TEST

/* ------------------------------------------------------------------ EL2&0 */

/*
 * Three levels of tables for each half: 4 KB, 39 bits. The upper half has its own at 0x100000. VMs
 * have VMID 7, and VTTBR_EL2 leads nowhere.
 */
static struct memory memory;

static struct nw_registers host_registers(void)
{
	return (struct nw_registers){
		.SCTLR_EL2 = 1,
		.TCR_EL2 = 25 | 25 << 16 | UINT64_C(2) << 30 | UINT64_C(5) << 32,
		.TTBR0_EL2 = 0x1000 | UINT64_C(0x1234) << 48,
		.TTBR1_EL2 = 0x101000 | UINT64_C(0xabcd) << 48,
		.MAIR_EL2 = 0xff,
		.HCR_EL2 = e2h | tge | vm,
		.VTTBR_EL2 = UINT64_C(7) << 48,
		.VTCR_EL2 = 25 | 1 << 6,
	};
}

static void put_tables(void)
{
	memory = (struct memory){.used = 0};
	for (uint64_t half = 0; half < 2; half++) {
		uint64_t at = half * 0x100000;

		memory_put(&memory, at + 0x1000, (at + 0x2000) | 3);
		memory_put(&memory, at + 0x2000, (at + 0x3000) | 3);
		memory_put(&memory, at + 0x3000, (at + 0x40000000) | 0x443); /* AP[1], AF */
	}
}

static struct ttw_translation translate(const struct nw_registers *r, uint64_t va,
					struct nw_access access)
{
	static struct nw_walk log;
	struct nw_features f = all_features();
	struct ttw_regime regime = decode(ttw_regime_of(access.el, r, &f), r, &f);
	struct ttw_memory m = walker_memory(&memory, &log);
	struct ttw_translation t = ttw_translate(&regime, (va_t){va}, access, &m);

	if (t.fault.type == FAULT_NONE)
		ck_assert_uint_eq(log.kind, WALK_STAGE1_ONLY);
	ck_assert_uint_eq(log.regime, REGIME_EL20);
	return t;
}

static const struct nw_access el0_load = {.type = NW_LOAD, .unprivileged = true};
static const struct nw_access el2_load = {.type = NW_LOAD, .el = 2};
static const uint64_t upper = UINT64_C(0xffffff8000000000);

START_TEST(el20_has_two_halves_and_no_stage2)
{
	struct nw_registers r = host_registers();

	put_tables();
	ck_assert_uint_eq(translate(&r, 0x123, el0_load).pa.value, 0x40000123);
	ck_assert_uint_eq(translate(&r, 0x123, el2_load).pa.value, 0x40000123);
	ck_assert_uint_eq(translate(&r, upper | 0x123, el0_load).pa.value, 0x40100123);
	ck_assert_uint_eq(translate(&r, upper | 0x123, el2_load).pa.value, 0x40100123);
	r.HCR_EL2 = e2h;
	ck_assert_uint_eq(translate(&r, upper | 0x123, el2_load).pa.value, 0x40100123);
}
END_TEST

START_TEST(el20_has_the_checks_of_two_privileges)
{
	struct nw_registers r = host_registers();
	struct nw_access ldtr = {.type = NW_LOAD, .el = 2, .unprivileged = true, .pan = true};
	struct nw_access pan = {.type = NW_LOAD, .el = 2, .pan = true};

	put_tables();
	ck_assert_uint_eq(translate(&r, 0, ldtr).fault.type, FAULT_NONE);
	ck_assert_uint_eq(translate(&r, 0, pan).fault.type, FAULT_PERMISSION);
	*memory_cell(&memory, 0x3000) &= ~UINT64_C(0x40);
	ck_assert_uint_eq(translate(&r, 0, ldtr).fault.type, FAULT_PERMISSION);
	ck_assert_uint_eq(translate(&r, 0, pan).fault.type, FAULT_NONE);
}
END_TEST

/* EPD0, EPD1, E0PD0, E0PD1: level 0 Translation faults of one half. */
START_TEST(el20_has_the_disables_of_each_half)
{
	static const struct {
		unsigned bit;
		bool upper, unprivileged_only;
	} rows[] = {{7, false, false}, {23, true, false}, {55, false, true}, {56, true, true}};

	put_tables();
	for (int i = 0; i < ROWS(rows); i++)
		for (unsigned n = 0; n < 4; n++) {
			struct nw_registers r = host_registers();
			bool high = n & 1, el0 = n & 2;
			bool faults = high == rows[i].upper && (el0 || !rows[i].unprivileged_only);

			r.TCR_EL2 |= UINT64_C(1) << rows[i].bit;

			struct nw_fault fault =
				translate(&r, high ? upper : 0, el0 ? el0_load : el2_load).fault;

			ck_assert_uint_eq(fault.type, faults ? FAULT_TRANSLATION : FAULT_NONE);
			ck_assert(!faults || nw_fault_status(&fault) == 0x04);
		}
}
END_TEST

/* A1 chooses the TTBR, AS the width. There is no VMID. */
START_TEST(el20_has_an_asid_and_no_vmid)
{
	struct nw_registers r = host_registers();
	struct nw_features f = all_features(), narrow = without(f, FEAT_ASID16);
	const uint64_t a1 = 1 << 22, as = UINT64_C(1) << 36;

	ck_assert_uint_eq(decode(REGIME_EL20, &r, &f).asid, 0x34);
	ck_assert_uint_eq(decode(REGIME_EL20, &r, &f).vmid, 0);
	r.TCR_EL2 |= as;
	ck_assert_uint_eq(decode(REGIME_EL20, &r, &f).asid, 0x1234);
	ck_assert_uint_eq(decode(REGIME_EL20, &r, &narrow).asid, 0x34);
	r.TCR_EL2 |= a1;
	ck_assert_uint_eq(decode(REGIME_EL20, &r, &f).asid, 0xabcd);
	/* The regime EL2 has none, whatever the bits are. */
	ck_assert_uint_eq(decode(REGIME_EL2, &r, &f).asid, 0);
	ck_assert_uint_eq(decode(REGIME_EL2, &r, &f).vmid, 0);
}
END_TEST

/* The same 64 bits mean other fields: PS, TBI, HPD and DS of E2H=0 are T1SZ, A1, TG1 of E2H=1. */
START_TEST(e2h_reads_tcr_el2_in_another_layout)
{
	struct nw_registers r = {.TCR_EL2 = 25 | 2 << 16 | 1 << 20 | UINT64_C(1) << 32};
	struct nw_features f = all_features();
	struct ttw_params one = decode(REGIME_EL2, &r, &f).stage1[0];
	struct ttw_params two = decode(REGIME_EL20, &r, &f).stage1[0];

	ck_assert(one.ds && !two.ds);
	ck_assert_uint_eq(one.oa_bits, 40);
	ck_assert_uint_eq(two.oa_bits, 36); /* IPS=1 */
	ck_assert_uint_eq(one.top_data, 55);
	ck_assert_uint_eq(two.top_data, 63);
	r.TCR_EL2 = 25 | UINT64_C(1) << 37 | UINT64_C(1) << 59 | UINT64_C(5) << 32;
	two = decode(REGIME_EL20, &r, &f).stage1[0];
	ck_assert(two.ds && two.oa_bits == 48 && two.top_data == 55);
}
END_TEST

/* ------------------------------------------------------------------ register writes */

static struct nw_port_read nothing_there(void *ctx, pa_t pa)
{
	(void)ctx, (void)pa;
	return (struct nw_port_read){.abort = true};
}

/* One bit of one register at a time: after each write every regime in use is as if decoded anew. */
START_TEST(a_write_decodes_what_depends_on_it)
{
	struct nw_config config = {.features = all_features(), .port = {.read = nothing_there}};
	struct nw_mmu *mmu = nw_mmu_new(&config);
	struct nw_registers *r = nw_registers(mmu);
	const struct nw_event event = {.type = NW_EVENT_REGISTER};
	uint64_t random = 20261125;

	for (unsigned n = 0; n < 100000; n++) {
		uint64_t draw = next_random(&random);
		uint64_t *words = (uint64_t *)r;

		words[draw % (sizeof *r / 8)] ^= UINT64_C(1) << (draw >> 32) % 64;
		nw_event(mmu, &event);
		for (unsigned el = 0; el < 3; el++) {
			struct ttw_regime fresh =
				decode(ttw_regime_of(el, r, &config.features), r, &config.features);

			ck_assert_uint_eq(regime_of(mmu, el)->regime, fresh.regime);
			ck_assert_mem_eq(regime_of(mmu, el), &fresh, sizeof fresh);
		}
	}
	nw_mmu_free(mmu);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/regime");
	TCase *tcase = tcase_create("regime");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, the_regime_follows_e2h_and_tge, 0, ROWS(regime_rows));
	tcase_add_loop_test(tcase, what_hcr_el2_turns_on_and_off, 0, ROWS(hcr_rows));
	tcase_add_test(tcase, el20_has_two_halves_and_no_stage2);
	tcase_add_test(tcase, el20_has_the_checks_of_two_privileges);
	tcase_add_test(tcase, el20_has_the_disables_of_each_half);
	tcase_add_test(tcase, el20_has_an_asid_and_no_vmid);
	tcase_add_test(tcase, e2h_reads_tcr_el2_in_another_layout);
	tcase_add_test(tcase, a_write_decodes_what_depends_on_it);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
