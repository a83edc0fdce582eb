/*
 * sim/meaning: values of registers and descriptors as literals, and words that their meaning must
 * have. Positions and codes are those of DDI 0487, "AArch64 System Register Descriptions" and
 * "VMSAv8-64 descriptor formats".
 */
#include "sim/meaning.h"

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const struct row {
	const char *layout, *field;
	uint64_t whole; /* of the register */
	const char *says;
} rows[] = {
#include "meaning_rows.inc"
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

/* Layouts under another register's control, which have a meaning but no layout of their own. */
static const struct row views[] = {
	{"S1_TABLE_EL2", "UXNTable", 0, "no limit"},
	{"S1_TABLE_EL2", "UXNTable", 1, "no execution below"},
	{"S1_TABLE_EL2", "APTable", 0, "no limit"},
	{"S1_TABLE_EL2", "APTable", 1, "no limit"},
	{"S1_TABLE_EL2", "APTable", 2, "no writes below"},
	{"S1_TABLE_EL2", "APTable", 3, "no writes below"},
	{"S1_LEAF_EL2", "AP", 0, "read/write"},
	{"S1_LEAF_EL2", "AP", 1, "read/write"},
	{"S1_LEAF_EL2", "AP", 2, "read-only"},
	{"S1_LEAF_EL2", "AP", 3, "read-only"},
	{"S1_LEAF_EL2", "UXN", 0, "execution allowed"},
	{"S1_LEAF_EL2", "UXN", 1, "no execution"},
	{"S1_LEAF_EL2", "AF", 0, "not accessed"},
	{"S2_LEAF_FWB", "MemAttr", 0, "Device-nGnRnE"},
	{"S2_LEAF_FWB", "MemAttr", 1, "Device-nGnRE, or"},
	{"S2_LEAF_FWB", "MemAttr", 2, "Device-nGRE, or"},
	{"S2_LEAF_FWB", "MemAttr", 3, "Device-GRE, or"},
	{"S2_LEAF_FWB", "MemAttr", 4, "reserved"},
	{"S2_LEAF_FWB", "MemAttr", 5, "Normal Non-cacheable, or the Device type"},
	{"S2_LEAF_FWB", "MemAttr", 6, "Normal Write-Back, whatever"},
	{"S2_LEAF_FWB", "MemAttr", 7, "what stage 1 says"},
	{"S2_LEAF_FWB", "S2AP", 3, "read/write"},
	{"S1_TABLE_EL2", "PXNTable", 1, ""},
};

#define VIEW_COUNT (sizeof(views) / sizeof(views[0]))

static const struct field *find(const char *layout, const char *name)
{
	size_t count;
	const struct field *field = fields_of(layout, &count);

	for (size_t i = 0; i < count; i++) {
		if (!strcmp(field[i].name, name))
			return &field[i];
	}
	return NULL;
}

START_TEST(value_means)
{
	const struct row *row = &rows[_i];
	const struct field *field = find(row->layout, row->field);
	char text[MEANING_TEXT];

	ck_assert_msg(field != NULL, "%s.%s: no such field", row->layout, row->field);
	meaning_of(field, NULL, row->whole, text);
	ck_assert_msg(strstr(text, row->says) != NULL, "%s=0x%lx: %s: '%s', expected '%s'",
		      row->layout, row->whole, row->field, text, row->says);
}
END_TEST

START_TEST(view_means)
{
	const struct row *row = &views[_i];
	const char *text = meaning_row(row->layout, row->field, row->whole);

	ck_assert_msg(!strncmp(text, row->says, *row->says ? strlen(row->says) : 1),
		      "%s.%s=%lu: '%s', expected '%s'", row->layout, row->field, row->whole, text,
		      row->says);
}
END_TEST

/* ------------------------------------------------------------------ the table has no untested row
 */

static const struct {
	const char *layout, *field;
	uint64_t value;
} table[] = {
#define SAME_LAYOUT(layout, other)
#define SAME_FIELD(layout, field, other)
#define MEANING(layout, field, value, text) {#layout, #field, value},
#include "sim/meaning.def"
};

static bool tested(const char *layout, const char *name, uint64_t value)
{
	const struct field *field = find(layout, name);

	for (size_t i = 0; field && i < ROW_COUNT; i++) {
		if (!strcmp(rows[i].layout, layout) && !strcmp(rows[i].field, name) &&
		    field_value(field, rows[i].whole) == value)
			return true;
	}
	for (size_t i = 0; i < VIEW_COUNT; i++) {
		if (!strcmp(views[i].layout, layout) && !strcmp(views[i].field, name) &&
		    views[i].whole == value)
			return true;
	}
	return false;
}

START_TEST(every_row_is_tested)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		ck_assert_msg(tested(table[i].layout, table[i].field, table[i].value),
			      "%s.%s=%lu has no literal", table[i].layout, table[i].field,
			      table[i].value);
}
END_TEST

/* ------------------------------------------------------------------ what follows from a rule */

/* D17.2 "MAIR_ELx, Memory Attribute Indirection Register". */
static const struct {
	uint8_t attr;
	const char *text;
} types[] = {
	{0x00, "Device-nGnRnE"},
	{0x04, "Device-nGnRE"},
	{0x08, "Device-nGRE"},
	{0x0c, "Device-GRE"},
	{0x05, "Device-nGnRE with XS=0"},
	{0x02, "reserved"},
	{0x0f, "reserved"},
	{0x44, "Normal Non-cacheable"},
	{0x40, "Normal Non-cacheable with XS=0"},
	{0xff, "Normal Write-Back, Read-Allocate, Write-Allocate"},
	{0xaa, "Normal Write-Through, Read-Allocate"},
	{0xbb, "Normal Write-Through, Read-Allocate, Write-Allocate"},
	{0x33, "Normal Write-Through Transient, Read-Allocate, Write-Allocate"},
	{0x66, "Normal Write-Back Transient, Read-Allocate"},
	{0xee, "Normal Write-Back, Read-Allocate"},
	{0x4f, "Normal, Outer Non-cacheable, Inner Write-Back, Read-Allocate, Write-Allocate"},
	{0xf4, "Normal, Outer Write-Back, Read-Allocate, Write-Allocate, Inner Non-cacheable"},
	{0xa0, "Normal Write-Through, Read-Allocate with XS=0"},
	{0xf0, "Normal Tagged Write-Back, Read-Allocate, Write-Allocate"},
	{0x10, "reserved"},
};

START_TEST(memory_type)
{
	char text[MEANING_TEXT];

	meaning_of_attribute(types[_i].attr, text);
	ck_assert_str_eq(text, types[_i].text);
}
END_TEST

/* Without ISV the syndrome of the instruction is RES0. */
START_TEST(no_syndrome_no_meaning)
{
	static const char *const names[] = {"AR", "SF", "SRT", "SSE", "SAS"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct field *field = find("ISS_DATA_ABORT", names[i]);
		char text[MEANING_TEXT];

		ck_assert(field != NULL);
		meaning_of(field, NULL, 0, text);
		ck_assert_str_eq(text, "");
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sim/meaning");
	TCase *tcase = tcase_create("meaning");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, value_means, 0, (int)ROW_COUNT);
	tcase_add_loop_test(tcase, view_means, 0, (int)VIEW_COUNT);
	tcase_add_test(tcase, every_row_is_tested);
	tcase_add_loop_test(tcase, memory_type, 0, (int)(sizeof(types) / sizeof(types[0])));
	tcase_add_test(tcase, no_syndrome_no_meaning);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
