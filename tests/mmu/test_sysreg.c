/*
 * Suite mmu/sysreg: the layouts of mmu/sysreg.def and the constants of mmu/vmsa.h, against
 * literals.
 */
#include "mmu/vmsa.h"

#include <check.h>
#include <stdbool.h>
#include <string.h>

#define ROWS(rows) ((int)(sizeof(rows) / sizeof((rows)[0])))

struct row {
	const char *reg, *field;
	unsigned msb, lsb;
};

static const struct row layout[] = {
#define FIELD(reg, name, msb, lsb) {#reg, #name, msb, lsb},
#define RES0(reg, msb, lsb)        {#reg, "RES0", msb, lsb},
#define RES1(reg, msb, lsb)        {#reg, "RES1", msb, lsb},
#define IGNORED(reg, msb, lsb)     {#reg, "IGNORED", msb, lsb},
#include "mmu/sysreg.def"
#undef FIELD
#undef RES0
#undef RES1
#undef IGNORED
};

static const char *const registers[] = {
	"TCR_EL1",    "TCR_EL2",     "VTCR_EL2",       "SCTLR_EL1",      "SCTLR_EL2",
	"HCR_EL2",    "TTBR0_EL1",   "TTBR1_EL1",      "TTBR0_EL2",      "VTTBR_EL2",
	"MAIR_EL1",   "MAIR_EL2",    "PAR_EL1_F0",     "PAR_EL1_F1",     "ESR_ELx",
	"HPFAR_EL2",  "SPSR_EL1",    "SPSR_EL2",       "ISS_DATA_ABORT", "ISS_INSTRUCTION_ABORT",
	"ISS_SYSTEM", "ISS_CALL", "ISS_MOPS",    "ISS_BREAKPOINT", "ISS_WFX",        "TTBR_52",
	"S1_TABLE",   "S1_LEAF",     "S2_TABLE",       "S2_LEAF",        "ADDRESS_48",
	"ADDRESS_DS", "ADDRESS_LPA", "TCR_EL2_E2H1",   "SCTLR_EL2_E2H1", "TTBR1_EL2",
	"BLOCK",
};

START_TEST(each_bit_of_a_register_is_in_exactly_one_row)
{
	uint64_t seen = 0;

	for (int i = 0; i < ROWS(layout); i++) {
		const struct row *r = &layout[i];

		if (strcmp(r->reg, registers[_i]) != 0)
			continue;
		ck_assert_msg(r->msb <= 63 && r->lsb <= r->msb, "%s.%s", r->reg, r->field);

		uint64_t mask = ~UINT64_C(0) >> (63 - (r->msb - r->lsb)) << r->lsb;

		ck_assert_msg((seen & mask) == 0, "%s.%s overlaps", r->reg, r->field);
		seen |= mask;
	}
	ck_assert_msg(seen == ~UINT64_C(0), "%s: no row for bits %#lx", registers[_i], ~seen);
}
END_TEST

START_TEST(no_register_is_forgotten_above)
{
	for (int i = 0; i < ROWS(layout); i++) {
		bool found = false;

		for (int j = 0; j < ROWS(registers); j++)
			found |= strcmp(layout[i].reg, registers[j]) == 0;
		ck_assert_msg(found, "%s is not in the list of this suite", layout[i].reg);
	}
}
END_TEST

/* Positions that translation depends on. */
static const struct row positions[] = {
	{"TCR_EL1", "T0SZ", 5, 0},
	{"TCR_EL1", "EPD0", 7, 7},
	{"TCR_EL1", "TG0", 15, 14},
	{"TCR_EL1", "T1SZ", 21, 16},
	{"TCR_EL1", "A1", 22, 22},
	{"TCR_EL1", "EPD1", 23, 23},
	{"TCR_EL1", "TG1", 31, 30},
	{"TCR_EL1", "IPS", 34, 32},
	{"TCR_EL1", "AS", 36, 36},
	{"TCR_EL1", "TBI0", 37, 37},
	{"TCR_EL1", "HPD0", 41, 41},
	{"TCR_EL1", "TBID0", 51, 51},
	{"TCR_EL1", "E0PD0", 55, 55},
	{"TCR_EL1", "E0PD1", 56, 56},
	{"TCR_EL1", "DS", 59, 59},
	{"TCR_EL2", "PS", 18, 16},
	{"TCR_EL2", "TBI", 20, 20},
	{"TCR_EL2", "HA", 21, 21},
	{"TCR_EL2", "HD", 22, 22},
	{"TCR_EL2", "HPD", 24, 24},
	{"TCR_EL2", "TBID", 29, 29},
	{"TCR_EL2", "DS", 32, 32},
	{"VTCR_EL2", "SL0", 7, 6},
	{"VTCR_EL2", "PS", 18, 16},
	{"VTCR_EL2", "VS", 19, 19},
	{"VTCR_EL2", "DS", 32, 32},
	{"VTCR_EL2", "SL2", 33, 33},
	{"SCTLR_EL1", "M", 0, 0},
	{"SCTLR_EL1", "C", 2, 2},
	{"SCTLR_EL1", "I", 12, 12},
	{"SCTLR_EL1", "WXN", 19, 19},
	{"SCTLR_EL1", "SPAN", 23, 23},
	{"SCTLR_EL1", "EE", 25, 25},
	{"SCTLR_EL2", "EE", 25, 25},
	{"HCR_EL2", "VM", 0, 0},
	{"HCR_EL2", "PTW", 2, 2},
	{"HCR_EL2", "DC", 12, 12},
	{"HCR_EL2", "TGE", 27, 27},
	{"HCR_EL2", "RW", 31, 31},
	{"HCR_EL2", "CD", 32, 32},
	{"HCR_EL2", "ID", 33, 33},
	{"TTBR0_EL1", "ASID", 63, 48},
	{"VTTBR_EL2", "VMID", 63, 48},
	{"TTBR_52", "BADDR_51_48", 5, 2},
	{"PAR_EL1_F0", "SH", 8, 7},
	{"PAR_EL1_F0", "PA", 51, 12},
	{"PAR_EL1_F0", "ATTR", 63, 56},
	{"PAR_EL1_F1", "FST", 6, 1},
	{"PAR_EL1_F1", "PTW", 8, 8},
	{"PAR_EL1_F1", "S", 9, 9},
	{"ESR_ELx", "EC", 31, 26},
	{"ESR_ELx", "IL", 25, 25},
	{"HPFAR_EL2", "FIPA", 43, 4},
	{"ISS_DATA_ABORT", "WnR", 6, 6},
	{"ISS_DATA_ABORT", "S1PTW", 7, 7},
	{"ISS_DATA_ABORT", "CM", 8, 8},
	{"ISS_DATA_ABORT", "AR", 14, 14},
	{"ISS_DATA_ABORT", "SF", 15, 15},
	{"ISS_DATA_ABORT", "SRT", 20, 16},
	{"ISS_DATA_ABORT", "SSE", 21, 21},
	{"ISS_DATA_ABORT", "SAS", 23, 22},
	{"ISS_DATA_ABORT", "ISV", 24, 24},
	{"S1_TABLE", "PXNTable", 59, 59},
	{"S1_TABLE", "UXNTable", 60, 60},
	{"S1_TABLE", "APTable", 62, 61},
	{"S1_LEAF", "AttrIndx", 4, 2},
	{"S1_LEAF", "AP", 7, 6},
	{"S1_LEAF", "AF", 10, 10},
	{"S1_LEAF", "nG", 11, 11},
	{"S1_LEAF", "DBM", 51, 51},
	{"S1_LEAF", "Contiguous", 52, 52},
	{"S1_LEAF", "PXN", 53, 53},
	{"S1_LEAF", "UXN", 54, 54},
	{"S2_LEAF", "MemAttr", 5, 2},
	{"S2_LEAF", "S2AP", 7, 6},
	{"S2_LEAF", "XN", 54, 53},
	{"HCR_EL2", "E2H", 34, 34},
	{"HCR_EL2", "FWB", 46, 46},
	{"TCR_EL2_E2H1", "IPS", 34, 32},
	{"TCR_EL2_E2H1", "T1SZ", 21, 16},
	{"TCR_EL2_E2H1", "TG1", 31, 30},
	{"TCR_EL2_E2H1", "A1", 22, 22},
	{"TCR_EL2_E2H1", "AS", 36, 36},
	{"TCR_EL2_E2H1", "HA", 39, 39},
	{"TCR_EL2_E2H1", "HD", 40, 40},
	{"TCR_EL2_E2H1", "DS", 59, 59},
	{"SCTLR_EL2_E2H1", "EE", 25, 25},
	{"SCTLR_EL2_E2H1", "EPAN", 57, 57},
	{"SCTLR_EL1", "EPAN", 57, 57},
	{"TTBR1_EL2", "ASID", 63, 48},
	{"TTBR0_EL2", "ASID", 63, 48},
	{"S2_LEAF", "FnXS", 11, 11},
	{"BLOCK", "nT", 16, 16},
	{"ADDRESS_DS", "OA_51_50", 9, 8},
	{"ADDRESS_LPA", "OA_51_48", 15, 12},
};

START_TEST(fields_are_where_the_architecture_has_them)
{
	const struct row *p = &positions[_i];

	for (int i = 0; i < ROWS(layout); i++)
		if (strcmp(layout[i].reg, p->reg) == 0 && strcmp(layout[i].field, p->field) == 0) {
			ck_assert_uint_eq(layout[i].msb, p->msb);
			ck_assert_uint_eq(layout[i].lsb, p->lsb);
			return;
		}
	ck_abort_msg("no row %s.%s", p->reg, p->field);
}
END_TEST

static const struct row *row_of(const char *reg, unsigned nth)
{
	for (int i = 0; i < ROWS(layout); i++)
		if (strcmp(layout[i].reg, reg) == 0 && nth-- == 0)
			return &layout[i];
	return NULL;
}

/* mmu/params.c reads both with the accessors of TCR_EL1. */
START_TEST(tcr_el2_with_e2h_has_the_layout_of_tcr_el1)
{
	const struct row *el1, *el2;

	for (unsigned n = 0; (el1 = row_of("TCR_EL1", n)) != NULL; n++) {
		el2 = row_of("TCR_EL2_E2H1", n);
		ck_assert_ptr_nonnull(el2);
		ck_assert_str_eq(el1->field, el2->field);
		ck_assert(el1->msb == el2->msb && el1->lsb == el2->lsb);
	}
}
END_TEST

/* So with SCTLR_ELx, as far as translation reads it. */
START_TEST(sctlr_el2_has_the_fields_of_translation_where_sctlr_el1_has_them)
{
	static const char *const fields[] = {"M", "C", "I", "WXN", "EE", "EPAN"};

	for (int i = 0; i < ROWS(fields); i++) {
		const struct row *el1 = NULL, *el2 = NULL;

		for (int j = 0; j < ROWS(layout); j++) {
			if (strcmp(layout[j].field, fields[i]) != 0)
				continue;
			if (strcmp(layout[j].reg, "SCTLR_EL1") == 0)
				el1 = &layout[j];
			if (strcmp(layout[j].reg, "SCTLR_EL2_E2H1") == 0)
				el2 = &layout[j];
		}
		ck_assert(el1 != NULL && el2 != NULL);
		ck_assert(el1->msb == el2->msb && el1->lsb == el2->lsb);
	}
}
END_TEST

/* RES1 bits of SCTLR_EL2 with E2H=0 and of SCTLR_EL1 without AArch32. */
START_TEST(res1_bits)
{
	uint64_t sctlr_el1 = 0, sctlr_el2 = 0;

	for (int i = 0; i < ROWS(layout); i++) {
		uint64_t mask = VMSA_MASK(layout[i].msb, layout[i].lsb);

		if (strcmp(layout[i].field, "RES1") != 0)
			continue;
		if (strcmp(layout[i].reg, "SCTLR_EL1") == 0)
			sctlr_el1 |= mask;
		if (strcmp(layout[i].reg, "SCTLR_EL2") == 0)
			sctlr_el2 |= mask;
	}
	ck_assert_uint_eq(sctlr_el2, 0x30c50830);
	ck_assert_uint_eq(sctlr_el1, 0x30500980);
}
END_TEST

START_TEST(accessors_and_field_put)
{
	ck_assert_uint_eq(TCR_EL1_T1SZ(UINT64_C(0x00000000003f0000)), 0x3f);
	ck_assert_uint_eq(TCR_EL1_T1SZ(~UINT64_C(0x00000000003f0000)), 0);
	ck_assert_uint_eq(S1_LEAF_AP(0xc0), 3);
	ck_assert_uint_eq(FIELD_PUT(TCR_EL1_TG1, TG1_4K), UINT64_C(2) << 30);
	ck_assert_uint_eq(FIELD_PUT(VTCR_EL2_SL2, 1), UINT64_C(1) << 33);
	ck_assert_uint_eq(FIELD_PUT(TCR_EL1_T0SZ, 0xff), 0x3f);
	ck_assert_uint_eq(FIELD_MASK(TTBR0_EL1_ASID), UINT64_C(0xffff000000000000));
}
END_TEST

START_TEST(sizes_and_shifts)
{
	static const unsigned ps[8] = {32, 36, 40, 42, 44, 48, 52, 52};
	static const unsigned shifts[3][5] = {
		{48, 39, 30, 21, 12}, {58, 47, 36, 25, 14}, {68, 55, 42, 29, 16}};

	for (unsigned code = 0; code < 8; code++)
		ck_assert_uint_eq(vmsa_ps_bits(code), ps[code]);
	for (int level = -1; level <= 3; level++) {
		ck_assert_uint_eq(vmsa_level_shift(GRANULE_4K, level), shifts[0][level + 1]);
		ck_assert_uint_eq(vmsa_level_shift(GRANULE_16K, level), shifts[1][level + 1]);
		ck_assert_uint_eq(vmsa_level_shift(GRANULE_64K, level), shifts[2][level + 1]);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/sysreg");
	TCase *tcase = tcase_create("sysreg");

	tcase_add_loop_test(tcase, each_bit_of_a_register_is_in_exactly_one_row, 0,
			    ROWS(registers));
	tcase_add_test(tcase, no_register_is_forgotten_above);
	tcase_add_loop_test(tcase, fields_are_where_the_architecture_has_them, 0, ROWS(positions));
	tcase_add_test(tcase, tcr_el2_with_e2h_has_the_layout_of_tcr_el1);
	tcase_add_test(tcase, sctlr_el2_has_the_fields_of_translation_where_sctlr_el1_has_them);
	tcase_add_test(tcase, res1_bits);
	tcase_add_test(tcase, accessors_and_field_put);
	tcase_add_test(tcase, sizes_and_shifts);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
