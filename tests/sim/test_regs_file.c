/* sim/regs_file: files of registers, good and bad, and what a translation finds missing. */
#include "sim/regs_file.h"

#include "caught.h"

#include <stdlib.h>

/* ------------------------------------------------------------------ lines */

static const struct line_row {
	const char *name, *text;
	uint64_t tcr;
	const char *says; /* NULL: good, and TCR_EL1 is tcr */
} lines[] = {
	{"equals", "TCR_EL1=0x19\n", 0x19, NULL},
	{"blank", "TCR_EL1 25\n", 25, NULL},
	{"tab and blanks", "\tTCR_EL1 \t 0X19  \r\n", 0x19, NULL},
	{"equals between blanks", "TCR_EL1 = 0x19\n", 0x19, NULL},
	{"case", "tcr_el1=1\n", 1, NULL},
	{"64 bits", "TCR_EL1=0xffffffffffffffff\n", UINT64_MAX, NULL},
	{"comments and empty lines", "# a\n\n  \nTCR_EL1=3# of it\n# b", 3, NULL},
	{"no newline at the end", "TCR_EL1=7", 7, NULL},
	{"a register that no translation reads", "VBAR_EL1=5\nTCR_EL1=2\n", 2, NULL},
	{"nothing", "", 0, NULL},
	{"no value", "TCR_EL1\n", 0, "f:1: '': no 64-bit value, expected NAME=VALUE"},
	{"no value after equals", "\nTCR_EL1=\n", 0, "f:2: '': no 64-bit value"},
	{"no name", "=5\n", 0, "f:1: '=': no 64-bit value"},
	{"two values", "TCR_EL1=5 6\n", 0, "f:1: '5 6': no 64-bit value"},
	{"two equals", "TCR_EL1==5\n", 0, "f:1: '=5': no 64-bit value"},
	{"a word", "TCR_EL1=on\n", 0, "f:1: 'on': no 64-bit value"},
	{"0x alone", "TCR_EL1=0x\n", 0, "f:1: '0x': no 64-bit value"},
	{"negative", "TCR_EL1=-1\n", 0, "f:1: '-1': no 64-bit value"},
	{"65 bits", "TCR_EL1=0x10000000000000000\n", 0, "no 64-bit value"},
	{"65 bits, decimal", "TCR_EL1=18446744073709551616\n", 0, "no 64-bit value"},
	{"no register", "#\n#\nTCR_EL9=1\n", 0, "f:3: 'TCR_EL9' is no register"},
	{"twice", "TCR_EL1=1\nTCR_EL1=1\n", 0, "f:2: TCR_EL1 a second time"},
};

START_TEST(line)
{
	const struct line_row *row = &lines[_i];
	struct caught caught = catch_begin();
	struct regs_file regs;
	bool good = regs_file_parse("f", row->text, strlen(row->text), &regs);
	char text[512];

	catch_end(caught, text, sizeof(text));
	assert_said(row->name, text, row->says);
	ck_assert_msg(good == !row->says, "%s", row->name);
	if (good)
		ck_assert_msg(regs.registers.TCR_EL1 == row->tcr, "%s: 0x%lx", row->name,
			      regs.registers.TCR_EL1);
}
END_TEST

START_TEST(every_register_of_translation_is_read)
{
	static const char text[] = "SCTLR_EL1=1\nTCR_EL1=2\nTTBR0_EL1=3\nTTBR1_EL1=4\nMAIR_EL1=5\n"
				   "SCTLR_EL2=6\nTCR_EL2=7\nTTBR0_EL2=8\nTTBR1_EL2=9\nMAIR_EL2=10\n"
				   "HCR_EL2=11\nVTCR_EL2=12\nVTTBR_EL2=13\n";
	struct regs_file regs;
	const struct nw_registers *r = &regs.registers;

	ck_assert(regs_file_parse("f", text, sizeof(text) - 1, &regs));
	ck_assert(r->SCTLR_EL1 == 1 && r->TCR_EL1 == 2 && r->TTBR0_EL1 == 3 && r->TTBR1_EL1 == 4 &&
		  r->MAIR_EL1 == 5);
	ck_assert(r->SCTLR_EL2 == 6 && r->TCR_EL2 == 7 && r->TTBR0_EL2 == 8 && r->TTBR1_EL2 == 9 &&
		  r->MAIR_EL2 == 10);
	ck_assert(r->HCR_EL2 == 11 && r->VTCR_EL2 == 12 && r->VTTBR_EL2 == 13);
}
END_TEST

/* A line of 300 bytes, and one that holds a zero. */
START_TEST(lines_that_are_no_text)
{
	static const char zero[] = "TCR_EL1=1\nTCR\0_EL1=1\n";
	char *lengthy = malloc(300), text[512];
	struct caught caught;
	struct regs_file regs;

	memset(lengthy, ' ', 300);
	caught = catch_begin();
	ck_assert(!regs_file_parse("f", lengthy, 300, &regs));
	catch_end(caught, text, sizeof(text));
	assert_said("a line of 300 bytes", text, "f:1: expected a line of text");
	caught = catch_begin();
	ck_assert(!regs_file_parse("f", zero, sizeof(zero) - 1, &regs));
	catch_end(caught, text, sizeof(text));
	assert_said("a zero", text, "f:2: expected a line of text");
	free(lengthy);
}
END_TEST

/* ------------------------------------------------------------------ what is needed */

#define HIGH UINT64_C(0xffff000000000000)

static const struct need_row {
	const char *name, *text;
	uint8_t el;
	uint64_t va;
	const char *says;
} needs[] = {
	{"MMU off", "SCTLR_EL1=0\n", 0, 0, NULL},
	{"nothing at all", "", 0, 0, "f: no SCTLR_EL1, which says whether stage 1 is on"},
	{"stage 1 alone", "SCTLR_EL1=1\nTCR_EL1=0\nTTBR0_EL1=0\nMAIR_EL1=0\n", 1, 0, NULL},
	{"no TCR", "SCTLR_EL1=1\nTTBR0_EL1=0\nMAIR_EL1=0\n", 1, 0, "f: no TCR_EL1"},
	{"no TTBR0", "SCTLR_EL1=1\nTCR_EL1=0\nTTBR1_EL1=0\nMAIR_EL1=0\n", 1, 0, "f: no TTBR0_EL1"},
	{"upper half without TTBR0", "SCTLR_EL1=1\nTCR_EL1=0\nTTBR1_EL1=0\nMAIR_EL1=0\n", 1, HIGH,
	 NULL},
	{"upper half without TTBR1", "SCTLR_EL1=1\nTCR_EL1=0\nTTBR0_EL1=0\nMAIR_EL1=0\n", 1, HIGH,
	 "f: no TTBR1_EL1"},
	{"no MAIR", "SCTLR_EL1=1\nTCR_EL1=0\nTTBR0_EL1=0\n", 0, 0, "f: no MAIR_EL1"},
	{"stage 2 alone", "SCTLR_EL1=0\nHCR_EL2=1\nVTCR_EL2=0\nVTTBR_EL2=0\n", 0, 0, NULL},
	{"no VTCR", "SCTLR_EL1=0\nHCR_EL2=1\nVTTBR_EL2=0\n", 0, 0, "f: no VTCR_EL2"},
	{"no VTTBR", "SCTLR_EL1=0\nHCR_EL2=1\nVTCR_EL2=0\n", 0, 0, "f: no VTTBR_EL2"},
	/* HCR_EL2.DC: stage 1 is off whatever SCTLR_EL1 says, stage 2 is on. */
	{"DC", "HCR_EL2=0x1000\nVTCR_EL2=0\nVTTBR_EL2=0\n", 0, 0, NULL},
	{"DC without VTCR", "HCR_EL2=0x1000\nVTTBR_EL2=0\n", 0, 0, "f: no VTCR_EL2"},
	{"EL2 off", "SCTLR_EL2=0\n", 2, 0, NULL},
	{"EL2 without SCTLR", "SCTLR_EL1=0\n", 2, 0, "f: no SCTLR_EL2"},
	{"EL2", "SCTLR_EL2=1\nTCR_EL2=0\nTTBR0_EL2=0\nMAIR_EL2=0\n", 2, 0, NULL},
	{"EL2 without TTBR0", "SCTLR_EL2=1\nTCR_EL2=0\nMAIR_EL2=0\n", 2, 0, "f: no TTBR0_EL2"},
	{"EL2 without TCR", "SCTLR_EL2=1\nTTBR0_EL2=0\nMAIR_EL2=0\n", 2, 0, "f: no TCR_EL2"},
	{"host, upper half",
	 "HCR_EL2=0x400000000\nSCTLR_EL2=1\nTCR_EL2=0\nTTBR1_EL2=0\nMAIR_EL2=0\n", 2, HIGH, NULL},
	{"host without TTBR1",
	 "HCR_EL2=0x400000000\nSCTLR_EL2=1\nTCR_EL2=0\nTTBR0_EL2=0\nMAIR_EL2=0\n", 2, HIGH,
	 "f: no TTBR1_EL2"},
	{"a host's EL0", "HCR_EL2=0x408000000\nSCTLR_EL2=0\n", 0, 0, NULL},
	{"a host's EL0 without SCTLR_EL2", "HCR_EL2=0x408000000\nSCTLR_EL1=0\n", 0, 0,
	 "f: no SCTLR_EL2"},
	{"EL2 without MAIR", "SCTLR_EL2=1\nTTBR0_EL2=0\nTCR_EL2=0\n", 2, 0, "f: no MAIR_EL2"},
};

START_TEST(need)
{
	const struct need_row *row = &needs[_i];
	struct nw_access access = {.type = NW_LOAD, .el = row->el};
	struct caught caught;
	struct regs_file regs;
	char text[512];
	bool good;

	ck_assert(regs_file_parse("f", row->text, strlen(row->text), &regs));
	caught = catch_begin();
	good = regs_file_check("f", &regs, (va_t){row->va}, access);
	catch_end(caught, text, sizeof(text));
	assert_said(row->name, text, row->says);
	ck_assert_msg(good == !row->says, "%s", row->name);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sim/regs_file");
	TCase *tcase = tcase_create("regs_file");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, line, 0, (int)(sizeof(lines) / sizeof(lines[0])));
	tcase_add_test(tcase, every_register_of_translation_is_read);
	tcase_add_test(tcase, lines_that_are_no_text);
	tcase_add_loop_test(tcase, need, 0, (int)(sizeof(needs) / sizeof(needs[0])));
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
