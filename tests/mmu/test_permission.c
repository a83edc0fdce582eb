/*
 * Suite mmu/permission: permissions of both stages against the tables of "Memory access control".
 */
#include "nested.h"

/* Three levels of 4 KB tables for VA 0 to 2^39-1: descriptors at these addresses. */
enum {
	TABLE1 = 0x1000,
	TABLE2 = 0x2000,
	TABLE3 = 0x3000,
	PAGE = 0x80000000,
	STAGE2_PAGE = 0x90000000
};

/* A set as text: privileged R W X, unprivileged R W X. */
struct set {
	bool pr, pw, px, ur, uw, ux;
};

static struct memory memory;
static struct nw_walk log_;

/* Descriptor bits 63:59 of tables, and the leaf's, of stage 1; stage 2 is off. */
static struct nw_fault stage1(enum nw_regime regime, const struct nw_registers *base,
			      uint64_t table1, uint64_t table2, uint64_t leaf,
			      struct nw_access access)
{
	struct nw_features f = all_features();
	struct nw_registers r = *base;

	r.SCTLR_EL1 |= 1;
	r.SCTLR_EL2 |= 1;
	r.TCR_EL1 |= 25 | UINT64_C(2) << 32;
	r.TCR_EL2 |= 25 | 2 << 16;
	r.TTBR0_EL1 = r.TTBR0_EL2 = TABLE1;
	if (regime == REGIME_EL20) { /* the same values, in the registers of EL2 */
		r.HCR_EL2 = UINT64_C(1) << 34;
		r.SCTLR_EL2 = r.SCTLR_EL1;
		r.TCR_EL2 = r.TCR_EL1;
		r.SCTLR_EL1 = r.TCR_EL1 = r.TTBR0_EL1 = 0;
	}
	memory.used = 0;
	memory_put(&memory, TABLE1, TABLE2 | 3 | table1);
	memory_put(&memory, TABLE2, TABLE3 | 3 | table2);
	memory_put(&memory, TABLE3, PAGE | 0x403 | leaf);

	struct ttw_regime regime_value = decode(regime, &r, &f);
	struct ttw_memory m = walker_memory(&memory, &log_);
	struct ttw_translation t = ttw_translate(&regime_value, (va_t){0}, access, &m);

	if (t.fault.type == FAULT_NONE) {
		ck_assert_uint_eq(t.pa.value, PAGE);
		/* What a TLB hit checks gives the same. */
		ck_assert_uint_eq(ttw_check(&regime_value, &t, access).type, FAULT_NONE);
	} else {
		ck_assert_uint_eq(t.fault.type, FAULT_PERMISSION);
		ck_assert_int_eq(t.fault.level, 3);
		ck_assert(!t.fault.stage2);
	}
	return t.fault;
}

static struct nw_access access_of(enum nw_access_type type, bool unprivileged, bool pan)
{
	return (struct nw_access){
		.type = type, .el = !unprivileged, .unprivileged = unprivileged, .pan = pan};
}

/* ------------------------------------------------------------------ stage 1, two privileges */

/* Read and write by AP[2:1] (rows) and APTable of the tables above (columns). */
static const char *const ap_table[4][4] = {
	{"RW --", "RW --", "R- --", "R- --"},
	{"RW RW", "RW --", "R- R-", "R- --"},
	{"R- --", "R- --", "R- --", "R- --"},
	{"R- R-", "R- --", "R- R-", "R- --"},
};

struct combination {
	unsigned ap, aptable;
	bool uxn, pxn, uxntable, pxntable, wxn, pan, hpd, epan;
	bool host;  /* in the regime EL2&0 */
	bool split; /* APTable[0] in the first table, the rest in the second */
};

static struct set expected(const struct combination *c)
{
	const char *text = ap_table[c->ap][c->hpd ? 0 : c->aptable];
	struct set s = {text[0] == 'R', text[1] == 'W', false,
			text[3] == 'R', text[4] == 'W', false};

	s.ux = !c->uxn && (c->hpd || !c->uxntable);
	s.px = !c->pxn && (c->hpd || !c->pxntable) && !s.uw;
	return s;
}

static void check_access(const struct combination *c, struct nw_access access, bool allowed)
{
	struct nw_registers r = {.SCTLR_EL1 = (uint64_t)c->wxn << 19 | (uint64_t)c->epan << 57,
				 .TCR_EL1 = (uint64_t)c->hpd << 41};
	uint64_t table = (uint64_t)c->aptable << 61 | (uint64_t)c->uxntable << 60 |
			 (uint64_t)c->pxntable << 59;
	uint64_t first = table & UINT64_C(1) << 61,
		 leaf = (uint64_t)c->ap << 6 | (uint64_t)c->uxn << 54 | (uint64_t)c->pxn << 53;
	struct nw_fault f = stage1(c->host ? REGIME_EL20 : REGIME_EL10, &r, c->split ? first : 0,
				   c->split ? table & ~first : table, leaf, access);

	ck_assert_msg((f.type == FAULT_NONE) == allowed,
		      "AP %u APTable %u UXN %d PXN %d UXNTable %d PXNTable %d WXN %d PAN %d HPD %d "
		      "EPAN %d host %d: access %d, unprivileged %d, read_write %d is%s allowed",
		      c->ap, c->aptable, c->uxn, c->pxn, c->uxntable, c->pxntable, c->wxn, c->pan,
		      c->hpd, c->epan, c->host, access.type, access.unprivileged, access.read_write,
		      allowed ? "" : " not");
}

static void check_combination(const struct combination *c)
{
	struct set s = expected(c);
	bool pan = c->pan && (s.ur || s.uw || (c->epan && s.ux));
	bool pr = s.pr && !pan, pw = s.pw && !pan;
	struct nw_access both = access_of(NW_STORE, false, c->pan);

	check_access(c, access_of(NW_LOAD, false, c->pan), pr);
	check_access(c, access_of(NW_STORE, false, c->pan), pw);
	both.read_write = true;
	check_access(c, both, pr && pw);
	check_access(c, access_of(NW_AT_LOAD, false, c->pan), pr);
	check_access(c, access_of(NW_AT_STORE, false, c->pan), pw);
	/* PAN: not for fetches, cache maintenance and unprivileged accesses. */
	check_access(c, access_of(NW_FETCH, false, c->pan), s.px && !(c->wxn && s.pw));
	check_access(c, access_of(NW_CACHE_OP, false, c->pan), true);
	check_access(c, access_of(NW_CACHE_INVALIDATE, false, c->pan), s.pw);
	check_access(c, access_of(NW_LOAD, true, c->pan), s.ur);
	check_access(c, access_of(NW_STORE, true, c->pan), s.uw);
	check_access(c, access_of(NW_FETCH, true, c->pan), s.ux && !(c->wxn && s.uw));
	check_access(c, access_of(NW_CACHE_OP, true, c->pan), s.ur);
}

START_TEST(stage1_with_two_privileges)
{
	struct combination c = {.ap = (unsigned)_i & 3, .aptable = (unsigned)_i >> 2};

	for (unsigned bits = 0; bits < 1024; bits++) {
		c.uxn = bits & 1;
		c.pxn = bits & 2;
		c.uxntable = bits & 4;
		c.pxntable = bits & 8;
		c.wxn = bits & 16;
		c.pan = bits & 32;
		c.hpd = bits & 64;
		c.split = bits & 128;
		c.epan = bits & 256;
		c.host = bits & 512;
		check_combination(&c);
	}
}
END_TEST

/* LDTR at EL1 with UAO=0 is unprivileged although el is 1; with UAO=1 it is privileged. */
START_TEST(unprivileged_counts_and_not_the_level)
{
	struct nw_registers r = {.SCTLR_EL1 = 0};
	struct nw_access ldtr = {.type = NW_LOAD, .el = 1, .unprivileged = true, .pan = true};
	struct nw_access uao = {.type = NW_LOAD, .el = 1};

	ck_assert_uint_eq(stage1(REGIME_EL10, &r, 0, 0, 1 << 6, ldtr).type, FAULT_NONE);
	ck_assert_uint_eq(stage1(REGIME_EL10, &r, 0, 0, 0, ldtr).type, FAULT_PERMISSION);
	ck_assert_uint_eq(stage1(REGIME_EL10, &r, 0, 0, 0, uao).type, FAULT_NONE);
}
END_TEST

/* Without FEAT_PAN3 EPAN is no field. */
START_TEST(epan_needs_its_feature)
{
	struct nw_registers r = {.SCTLR_EL1 = UINT64_C(1) << 57, .SCTLR_EL2 = UINT64_C(1) << 57};
	struct nw_features with = all_features(), lacks = without(with, FEAT_PAN3);

	ck_assert(decode(REGIME_EL10, &r, &with).epan && decode(REGIME_EL20, &r, &with).epan);
	ck_assert(!decode(REGIME_EL10, &r, &lacks).epan && !decode(REGIME_EL20, &r, &lacks).epan);
	ck_assert(!decode(REGIME_EL2, &r, &with).epan);
}
END_TEST

/* ------------------------------------------------------------------ stage 1, one privilege */

/* AP[2], XN of the leaf; APTable[1], XNTable of the table; WXN: what EL2 may do. */
static const struct {
	bool read_only, xn, table_read_only, xntable, wxn;
	const char *set;
} el2_rows[] = {
	{0, 0, 0, 0, 0, "RWX"}, {0, 0, 0, 0, 1, "RW-"}, {0, 1, 0, 0, 0, "RW-"},
	{0, 0, 0, 1, 0, "RW-"}, {1, 0, 0, 0, 0, "R-X"}, {1, 0, 0, 0, 1, "R-X"},
	{0, 0, 1, 0, 0, "R-X"}, {0, 0, 1, 0, 1, "R-X"}, {1, 1, 0, 0, 0, "R--"},
	{0, 1, 1, 0, 1, "R--"}, {1, 0, 0, 1, 1, "R--"}, {0, 0, 1, 1, 0, "R--"},
};

START_TEST(stage1_with_one_privilege)
{
	struct nw_registers r = {.SCTLR_EL2 = (uint64_t)el2_rows[_i].wxn << 19};
	uint64_t table =
		(uint64_t)el2_rows[_i].table_read_only << 62 | (uint64_t)el2_rows[_i].xntable << 60;
	uint64_t leaf = (uint64_t)el2_rows[_i].read_only << 7 | (uint64_t)el2_rows[_i].xn << 54;
	/* AP[1], PXN, nG of the leaf, APTable[0] and PXNTable mean nothing; PAN doesn't exist. */
	const uint64_t nothing_leaf = 1 << 6 | UINT64_C(1) << 53 | 1 << 11;
	const uint64_t nothing_table = UINT64_C(1) << 61 | UINT64_C(1) << 59;
	static const enum nw_access_type types[3] = {NW_LOAD, NW_STORE, NW_FETCH};

	for (unsigned variant = 0; variant < 4; variant++)
		for (unsigned t = 0; t < 3; t++) {
			struct nw_access access = {.type = types[t], .el = 2, .pan = true};
			struct nw_fault f =
				stage1(REGIME_EL2, &r, 0, table | (variant & 1 ? nothing_table : 0),
				       leaf | (variant & 2 ? nothing_leaf : 0), access);

			ck_assert_int_eq(f.type == FAULT_NONE, el2_rows[_i].set[t] != '-');
		}
}
END_TEST

START_TEST(hpd_of_el2_drops_the_limits_of_tables)
{
	struct nw_registers r = {.TCR_EL2 = 1 << 24};
	struct nw_access store = {.type = NW_STORE, .el = 2};

	ck_assert_uint_eq(stage1(REGIME_EL2, &r, UINT64_C(1) << 62, 0, 0, store).type, FAULT_NONE);
	r.TCR_EL2 = 0;
	ck_assert_uint_eq(stage1(REGIME_EL2, &r, UINT64_C(1) << 62, 0, 0, store).type,
			  FAULT_PERMISSION);
}
END_TEST

/* ------------------------------------------------------------------ stage 2 */

/* XN[1:0] with FEAT_XNX: EL1 execute, EL0 execute; and without, where bit 53 is ignored. */
static const struct {
	bool el1, el0, el1_without, el0_without;
} xn_rows[4] = {
	{true, true, true, true},
	{false, true, true, true},
	{false, false, false, false},
	{true, false, false, false},
};

static struct nw_fault stage2(uint64_t leaf, struct nw_access access, struct nw_features f)
{
	struct nw_registers r = {
		.HCR_EL2 = 1, .VTCR_EL2 = 25 | 1 << 6 | 2 << 16, .VTTBR_EL2 = TABLE1};

	memory.used = 0;
	memory_put(&memory, TABLE1, TABLE2 | 3);
	memory_put(&memory, TABLE2, TABLE3 | 3);
	memory_put(&memory, TABLE3, STAGE2_PAGE | 0x43f | leaf);

	struct ttw_regime regime = decode(REGIME_EL10, &r, &f);
	struct ttw_memory m = walker_memory(&memory, &log_);
	struct ttw_translation t = ttw_translate(&regime, (va_t){0}, access, &m);

	ck_assert(t.fault.type == FAULT_NONE ||
		  (t.fault.type == FAULT_PERMISSION && t.fault.stage2));
	return t.fault;
}

START_TEST(stage2_permissions)
{
	uint64_t s2ap = (uint64_t)_i & 3, xn = (uint64_t)_i >> 2;
	uint64_t leaf = s2ap << 6 | xn << 53;
	bool r = s2ap & 1, w = s2ap & 2;

	for (unsigned v = 0; v < 4; v++) {
		bool el0 = v & 1, xnx = v & 2;
		struct nw_features f = xnx ? all_features() : without(all_features(), FEAT_XNX);
		bool x = xnx ? (el0 ? xn_rows[xn].el0 : xn_rows[xn].el1)
			     : (el0 ? xn_rows[xn].el0_without : xn_rows[xn].el1_without);
		struct nw_access both = access_of(NW_LOAD, el0, false);

		both.read_write = true;
		ck_assert_int_eq(stage2(leaf, access_of(NW_LOAD, el0, true), f).type == FAULT_NONE,
				 r);
		ck_assert_int_eq(stage2(leaf, access_of(NW_STORE, el0, true), f).type == FAULT_NONE,
				 w);
		ck_assert_int_eq(stage2(leaf, access_of(NW_FETCH, el0, true), f).type == FAULT_NONE,
				 x);
		ck_assert_int_eq(stage2(leaf, access_of(NW_CACHE_OP, el0, true), f).type ==
					 FAULT_NONE,
				 el0 ? r : true);
		ck_assert_int_eq(stage2(leaf, access_of(NW_CACHE_INVALIDATE, el0, true), f).type ==
					 FAULT_NONE,
				 w);
		ck_assert_int_eq(stage2(leaf, both, f).type == FAULT_NONE, r && w);
	}
}
END_TEST

/* ------------------------------------------------------------------ may_write, walks */

START_TEST(may_write_says_whether_a_store_would_pass)
{
	struct nw_features f = all_features();
	static const struct geometry g = {12, 48, 0, false};
	static struct pair p;

	/* AP[2] of stage 1, S2AP[1] of stage 2. */
	for (unsigned bits = 0; bits < 4; bits++) {
		p = (struct pair){.random = 5, .leaf1 = 3, .leaf2 = 3};
		pair_build(&p, &g, &g);
		if (bits & 1)
			*memory_cell(&p.memory, p.walk1.descriptor_pa[3]) |= 1 << 7;
		if (bits & 2)
			*memory_cell(&p.memory, p.output.descriptor_pa[3]) &= ~UINT64_C(0x80);

		struct nw_registers r = registers_of(&p, false);
		struct ttw_regime regime = decode(REGIME_EL10, &r, &f);
		struct ttw_memory m = walker_memory(&p.memory, &log_);
		struct nw_access load = access_of(NW_LOAD, false, false);
		struct ttw_translation t = ttw_translate(&regime, (va_t){p.ia}, load, &m);

		ck_assert_uint_eq(t.fault.type, FAULT_NONE);
		ck_assert_int_eq(ttw_may_write(&regime, &t, load), bits == 0);
		load.unprivileged = true; /* AP[1] is 0 */
		ck_assert(!ttw_may_write(&regime, &t, load));
	}
}
END_TEST

/* HCR_EL2.PTW: a stage 1 table in stage 2 Device memory. */
START_TEST(ptw_denies_tables_in_device_memory_unless_tge)
{
	static const struct geometry g = {12, 48, 0, false};
	static struct pair p;
	struct nw_features f = all_features();
	struct nw_access load = access_of(NW_LOAD, false, false);

	p = (struct pair){.random = 5, .leaf1 = 3, .leaf2 = 3};
	pair_build(&p, &g, &g);
	*memory_cell(&p.memory, p.lookup[2].descriptor_pa[3]) &= ~UINT64_C(0x3c);

	struct nw_registers r = registers_of(&p, false);
	struct ttw_memory m = walker_memory(&p.memory, &log_);
	struct ttw_regime regime = decode(REGIME_EL10, &r, &f);

	ck_assert_uint_eq(ttw_translate(&regime, (va_t){p.ia}, load, &m).fault.type, FAULT_NONE);
	r.HCR_EL2 |= 1 << 2;
	regime = decode(REGIME_EL10, &r, &f);

	struct nw_fault fault = ttw_translate(&regime, (va_t){p.ia}, load, &m).fault;

	ck_assert_uint_eq(nw_fault_status(&fault), 0x0f);
	ck_assert(fault.stage2 && fault.s1ptw && fault.ipa_valid);
	ck_assert_uint_eq(fault.ipa.value, p.walk1.descriptor_address[2]);
	r.HCR_EL2 |= 1 << 27;
	ck_assert(!decode(REGIME_EL10, &r, &f).ptw);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/permission");
	TCase *tcase = tcase_create("permission");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, stage1_with_two_privileges, 0, 16);
	tcase_add_test(tcase, unprivileged_counts_and_not_the_level);
	tcase_add_test(tcase, epan_needs_its_feature);
	tcase_add_loop_test(tcase, stage1_with_one_privilege, 0, ROWS(el2_rows));
	tcase_add_test(tcase, hpd_of_el2_drops_the_limits_of_tables);
	tcase_add_loop_test(tcase, stage2_permissions, 0, 16);
	tcase_add_test(tcase, may_write_says_whether_a_store_would_pass);
	tcase_add_test(tcase, ptw_denies_tables_in_device_memory_unless_tge);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
