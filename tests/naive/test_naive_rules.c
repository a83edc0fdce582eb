/*
 * Suite naive/rules: permissions, attributes and hardware updates of the second walker, by the
 * tables of "Memory access control", "Memory region attributes" and "Hardware updates to the
 * translation tables".
 */
#include "naive.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(rows) (int)(sizeof(rows) / sizeof *(rows))
#define BIT(n)     (UINT64_C(1) << (n))

static uint8_t keep_attr(uint8_t attr)
{
	return attr;
}

/* Memory of a few descriptors; the next `others` swaps find that another observer was faster. */
struct cell {
	uint64_t address, value;
};

struct cells {
	struct cell cell[4];
	unsigned swaps, others;
};

static uint64_t *find(struct cells *cells, uint64_t address)
{
	for (int i = 0; i < ROWS(cells->cell); i++)
		if (cells->cell[i].address == address)
			return &cells->cell[i].value;
	ck_abort_msg("0x%llx", (unsigned long long)address);
}

static bool read_cell(void *ctx, uint64_t address, uint64_t *value)
{
	*value = *find(ctx, address);
	return true;
}

static enum naive_swap swap_cell(void *ctx, uint64_t address, uint64_t expected, uint64_t desired)
{
	struct cells *cells = ctx;
	uint64_t *value = find(ctx, address);

	cells->swaps++;
	if (cells->others > 0) {
		cells->others--;
		*value |= BIT(55); /* software's bit */
	}
	if (*value != expected)
		return NAIVE_SWAP_DIFFERS;
	*value = desired;
	return NAIVE_SWAP_DONE;
}

/*
 * One level each, 4 KB: stage 1 maps VA 0x1000 by a descriptor at IPA 0x8008, stage 2 IPA 0x8000 by
 * one at 0x4040 and the output, IPA 0x9000, by one at 0x4048. HA and HD are on.
 */
enum { LEAF1, LEAF2_OF_TABLE, LEAF2 };

static struct naive machine(struct cells *cells)
{
	struct naive n = {
		.features = {.pa_max = 48,
			     .tgran4 = true,
			     .el2 = true,
			     .ttst = true,
			     .xnx = true,
			     .pan = true,
			     .pan3 = true,
			     .s2fwb = true,
			     .xs = true,
			     .hafdbs = 2},
		.choices = {.reserved_mair = keep_attr,
			    .at_updates = true,
			    .repeats_max = 4,
			    .cache_op_access_flag_faults = true,
			    .ic_permission_faults = true},
		.memory = {cells, read_cell, swap_cell},
	};

	*cells = (struct cells){.cell = {[LEAF1] = {0x8008, 0x94C3 | BIT(51)},
					 [LEAF2_OF_TABLE] = {0x4040, 0x847F | BIT(51)},
					 [LEAF2] = {0x4048, 0x947F | BIT(51)}}};
	n.registers.SCTLR_EL1 = 0x1005;
	n.registers.MAIR_EL1 = 0xFF;
	n.registers.TCR_EL1 = 43 | UINT64_C(5) << 32 | BIT(39) | BIT(40);
	n.registers.TTBR0_EL1 = 0x8000;
	n.registers.HCR_EL2 = BIT(0);
	n.registers.VTCR_EL2 = 43 | 3 << 6 | 5 << 16 | BIT(21) | BIT(22);
	n.registers.VTTBR_EL2 = 0x4000;
	n.pstate_el = 1;
	return n;
}

static const struct naive_access load = {.acctype = NAIVE_GPR, .el = 1, .read = true};
static const struct naive_access store = {.acctype = NAIVE_GPR, .el = 1, .write = true};

/* ------------------------------------------------------------------ permissions */

/* AP[2:1] with APTable[1:0]: what EL1 and EL0 may do. */
static const struct {
	int ap, table;
	const char *el1, *el0;
} ap_rows[] = {
	{0, 0, "rw", ""}, {1, 0, "rw", "rw"}, {2, 0, "r", ""}, {3, 0, "r", "r"}, {1, 1, "rw", ""},
	{1, 2, "r", "r"}, {1, 3, "r", ""},    {0, 2, "r", ""}, {3, 1, "r", ""},  {3, 3, "r", ""},
};

static bool s1_faults(const struct naive *n, const struct TTWState *state, int el, char what)
{
	struct S1TTWParams p = {.tgx = 12};
	struct naive_access access = {.acctype = what == 'x' ? NAIVE_IFETCH : NAIVE_GPR,
				      .el = el,
				      .read = what == 'r',
				      .write = what == 'w',
				      .pan = true};
	struct naive_fault none = {0};

	return S1CheckPermissions(n, none, NAIVE_EL10, state, &p, &access).statuscode !=
	       NAIVE_FAULT_NONE;
}

START_TEST(ap_and_aptable_give)
{
	struct cells cells;
	struct naive n = machine(&cells);
	struct TTWState state = {
		.permissions = {.ap = ap_rows[_i].ap, .ap_table = ap_rows[_i].table}};

	for (const char *what = "rw"; *what; what++) {
		ck_assert(s1_faults(&n, &state, 1, *what) == !strchr(ap_rows[_i].el1, *what));
		ck_assert(s1_faults(&n, &state, 0, *what) == !strchr(ap_rows[_i].el0, *what));
	}
}
END_TEST

START_TEST(what_el0_can_write_el1_cannot_execute_and_pan_refuses)
{
	struct cells cells;
	struct naive n = machine(&cells);
	struct TTWState user = {.permissions = {.ap = 1}}, system = {.permissions = {.ap = 0}};

	ck_assert(s1_faults(&n, &user, 1, 'x') && !s1_faults(&n, &user, 0, 'x'));
	ck_assert(!s1_faults(&n, &system, 1, 'x') && !s1_faults(&n, &system, 0, 'x'));
	n.pstate_pan = true;
	ck_assert(s1_faults(&n, &user, 1, 'r') && s1_faults(&n, &user, 1, 'w'));
	ck_assert(!s1_faults(&n, &system, 1, 'r') && !s1_faults(&n, &user, 0, 'w'));
}
END_TEST

/* XN[1:0] of stage 2: may EL1 and EL0 execute, with FEAT_XNX and without? */
static const struct {
	bool xn1, xn0, el1, el0, without;
} xn_rows[] = {{0, 0, 1, 1, 1}, {0, 1, 0, 1, 1}, {1, 0, 0, 0, 0}, {1, 1, 1, 0, 0}};

START_TEST(xn_of_stage2_gives)
{
	struct cells cells;
	struct naive n = machine(&cells);
	struct S2TTWParams p = {.tgx = 12};
	struct naive_access fetch = {.acctype = NAIVE_IFETCH};
	struct naive_fault none = {0};
	uint64_t descriptor = (xn_rows[_i].xn1 ? BIT(54) : 0) | (xn_rows[_i].xn0 ? BIT(53) : 0);

	for (int xnx = 0; xnx < 2; xnx++)
		for (int el = 0; el < 2; el++) {
			bool with = el ? xn_rows[_i].el1 : xn_rows[_i].el0;
			struct TTWState state = {0};

			n.features.xnx = xnx;
			fetch.el = el;
			state.permissions = S2ApplyOutputPerms(&n, descriptor, &p);
			ck_assert((S2CheckPermissions(&n, none, &state, &p, &fetch).statuscode ==
				   NAIVE_FAULT_NONE) == (xnx ? with : xn_rows[_i].without));
		}
}
END_TEST

/* ------------------------------------------------------------------ attributes */

/* Attr of stage 1 and MemAttr of stage 2 (FWB: its three low bits), XS left out: bit 11 sets FnXS.
 */
static const struct attr_row {
	const char *name;
	bool fwb;
	uint8_t attr;
	unsigned memattr, expected;
} attr_rows[] = {
	{"WB, WB", false, 0xFF, 0xF, 0xFF},
	{"WB under WT keeps its hints", false, 0xEE, 0xA, 0xAA},
	{"WB under NC", false, 0xFF, 0x5, 0x44},
	{"NC under WB", false, 0x44, 0xF, 0x44},
	{"each half by itself", false, 0xFB, 0xE, 0xFB},
	{"outer NC at stage 2", false, 0xFF, 0x7, 0x4F},
	{"transient WB under WT", false, 0x77, 0xA, 0x33},
	{"Normal under Device", false, 0xFF, 0x1, 0x04},
	{"Device under Normal", false, 0x08, 0xF, 0x08},
	{"the stronger Device", false, 0x0C, 0x2, 0x08},
	{"the stronger Device of stage 1", false, 0x00, 0x3, 0x00},
	{"FWB leaves stage 1", true, 0xBB, 0x7, 0xBB},
	{"FWB leaves Device", true, 0x04, 0x7, 0x04},
	{"FWB forces Write-Back, hints of stage 1", true, 0xA8, 0x6, 0xEC},
	{"FWB forces Write-Back over NC", true, 0x44, 0x6, 0xFF},
	{"FWB forces Write-Back over Device", true, 0x00, 0x6, 0xFF},
	{"FWB Non-cacheable", true, 0xFF, 0x5, 0x44},
	{"FWB Non-cacheable leaves Device", true, 0x08, 0x5, 0x08},
	{"FWB Device", true, 0xFF, 0x2, 0x08},
	{"FWB the stronger Device", true, 0x00, 0x3, 0x00},
};

START_TEST(attributes_of_both_stages_combine_to)
{
	const struct attr_row *row = &attr_rows[_i];
	struct cells cells;
	struct naive n = machine(&cells);
	struct S2TTWParams p = {.tgx = 12, .fwb = row->fwb};
	struct naive_memattrs s1, s2, both;

	n.features.xs = false;
	s1 = S1DecodeMemAttrs(&n, row->attr, 0);
	s2 = S2DecodeMemAttrs(&n, (int)row->memattr, 0);
	both = row->fwb ? S2ApplyFWBMemAttrs(&n, &s1, &p, row->memattr << 2)
			: S2CombineS1MemAttrs(&s1, &s2);
	ck_assert_msg(EncodePARAttrs(&n, &both) == row->expected, "%s: 0x%02x", row->name,
		      EncodePARAttrs(&n, &both));
}
END_TEST

/* ------------------------------------------------------------------ hardware updates */

START_TEST(a_load_of_a_clean_page_sets_access_flags_alone)
{
	struct cells cells;
	struct naive n = machine(&cells);
	struct naive_address out;

	cells.cell[LEAF1].value &= ~BIT(10);
	cells.cell[LEAF2].value &= ~BIT(10);
	out = FullTranslate(&n, 0x1000, load, true);
	ck_assert_int_eq(out.fault.statuscode, NAIVE_FAULT_NONE);
	ck_assert_uint_eq(out.paddress, 0x9000);
	ck_assert_uint_eq(cells.cell[LEAF1].value, 0x94C3 | BIT(51));
	ck_assert_uint_eq(cells.cell[LEAF2].value, 0x947F | BIT(51));
	/* The update of stage 1 writes to its page: that becomes dirty. */
	ck_assert_uint_eq(cells.cell[LEAF2_OF_TABLE].value, 0x84FF | BIT(51));
	ck_assert_uint_eq(cells.swaps, 3);
}
END_TEST

START_TEST(a_store_makes_a_clean_page_dirty_at_both_stages)
{
	struct cells cells;
	struct naive n = machine(&cells);

	ck_assert_int_eq(FullTranslate(&n, 0x1000, store, true).fault.statuscode, NAIVE_FAULT_NONE);
	ck_assert_uint_eq(cells.cell[LEAF1].value, 0x9443 | BIT(51));
	ck_assert_uint_eq(cells.cell[LEAF2].value, 0x94FF | BIT(51));
}
END_TEST

START_TEST(an_update_of_stage1_needs_write_permission_of_stage2)
{
	struct cells cells;
	struct naive n = machine(&cells);
	struct naive_fault fault;

	cells.cell[LEAF2_OF_TABLE].value &= ~BIT(51);
	ck_assert_int_eq(FullTranslate(&n, 0x1000, load, true).fault.statuscode, NAIVE_FAULT_NONE);
	fault = FullTranslate(&n, 0x1000, store, true).fault;
	ck_assert(fault.statuscode == NAIVE_FAULT_PERMISSION && fault.s2fs1walk);
	ck_assert_uint_eq(ReportedESR(&n, &fault, 0), 0x920000CF);
	ck_assert_uint_eq(ReportedHPFAR(&fault), 0x80);
	ck_assert_uint_eq(cells.cell[LEAF1].value, 0x94C3 | BIT(51));
}
END_TEST

START_TEST(a_walk_is_made_again_where_another_observer_was_faster)
{
	struct cells cells;
	struct naive n = machine(&cells);

	cells.others = 1; /* it meets the first swap: of the stage 2 leaf of the table */
	ck_assert_int_eq(FullTranslate(&n, 0x1000, store, true).fault.statuscode, NAIVE_FAULT_NONE);
	ck_assert_uint_eq(cells.swaps, 4);
	ck_assert_uint_eq(cells.cell[LEAF2_OF_TABLE].value, 0x84FF | BIT(51) | BIT(55));
}
END_TEST

START_TEST(at_sets_no_dirty_state)
{
	struct cells cells;
	struct naive n = machine(&cells);
	struct naive_at_result at;

	n.pstate_el = 2;
	at = AT(&n, 0x1000, true, 1, NAIVE_AT_WRITE);
	ck_assert(!at.aborts);
	ck_assert_uint_eq(at.par, 0xFF00000000009800);
	ck_assert_uint_eq(cells.swaps, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("naive/rules");
	TCase *tcase = tcase_create("rules");

	tcase_add_loop_test(tcase, ap_and_aptable_give, 0, ROWS(ap_rows));
	tcase_add_test(tcase, what_el0_can_write_el1_cannot_execute_and_pan_refuses);
	tcase_add_loop_test(tcase, xn_of_stage2_gives, 0, ROWS(xn_rows));
	tcase_add_loop_test(tcase, attributes_of_both_stages_combine_to, 0, ROWS(attr_rows));
	tcase_add_test(tcase, a_load_of_a_clean_page_sets_access_flags_alone);
	tcase_add_test(tcase, a_store_makes_a_clean_page_dirty_at_both_stages);
	tcase_add_test(tcase, an_update_of_stage1_needs_write_permission_of_stage2);
	tcase_add_test(tcase, a_walk_is_made_again_where_another_observer_was_faster);
	tcase_add_test(tcase, at_sets_no_dirty_state);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
