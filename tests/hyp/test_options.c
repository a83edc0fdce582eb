/*
 * Check suite hyp/options: the words of bootargs.
 */
#include "el2_world.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static bool read_options(struct world *w, const char *bootargs)
{
	memset(w, 0, sizeof(*w));
	if (setjmp(w->refusal.back))
		return false;
	options_read(&w->hyp.options, &w->hyp, bootargs);
	return true;
}

START_TEST(defaults)
{
	static struct world w;
	const struct options *o = &w.hyp.options;

	ck_assert(read_options(&w, ""));
	ck_assert_uint_eq(o->s1.granule_bits, 12);
	ck_assert_uint_eq(o->s1.size_bits, 48);
	ck_assert_uint_eq(o->el2.size_bits, 48);
	/* Stage 2's size is the core's, up to 48. */
	ck_assert_uint_eq(o->s2.granule_bits, 12);
	ck_assert_uint_eq(o->s2.size_bits, 0);
	ck_assert(!o->s2.off && !o->replay && !o->el_given);
	ck_assert_uint_eq(o->block_bytes, 0);
	ck_assert_uint_eq(o->vm_ram_count, 0);
	ck_assert_str_eq(o->arguments, "");
}
END_TEST

START_TEST(all_words)
{
	static struct world w;
	const struct options *o = &w.hyp.options;

	ck_assert(read_options(
		&w, "  s1=4k:52 s2=16k:48:start=0:ds=1\tel2=64k:42 block=2m vm-ram=1g@0x40000000 "
		    "vm-ram=64m@0x8000000000000 seed=0x1234567890 replay el=1 -- a  b"));
	ck_assert_uint_eq(o->s1.size_bits, 52);
	ck_assert_uint_eq(o->s2.granule_bits, 14);
	ck_assert(o->s2.start_given && o->s2.start == 0 && o->s2.ds_given && o->s2.ds);
	ck_assert_uint_eq(o->el2.granule_bits, 16);
	ck_assert_uint_eq(o->block_bytes, 2 << 20);
	ck_assert_uint_eq(o->vm_ram_count, 2);
	ck_assert_uint_eq(o->vm_ram[0].base, 0x40000000);
	ck_assert_uint_eq(o->vm_ram[0].bytes, 1 << 30);
	ck_assert_uint_eq(o->vm_ram[1].base, UINT64_C(0x8000000000000));
	ck_assert_uint_eq(o->seed, UINT64_C(0x1234567890));
	ck_assert(o->replay && o->el_given && o->el == 1);
	ck_assert_str_eq(o->arguments, " a  b");
	ck_assert_str_eq(o->s2_word, "16k:48:start=0:ds=1");
}
END_TEST

START_TEST(stage_2_off_and_ram_without_address)
{
	static struct world w;

	ck_assert(read_options(&w, "s2=off vm-ram=16m block=page"));
	ck_assert(w.hyp.options.s2.off);
	ck_assert_uint_eq(w.hyp.options.vm_ram[0].base, 0x40000000);
	ck_assert_uint_eq(w.hyp.options.vm_ram[0].bytes, 16 << 20);
}
END_TEST

static const char *const refused[] = {
	"s1=off",
	"el2=off",
	"s1=",
	"s2=4k:",
	"block=",
	"block=big",
	"el=2",
	"el=",
	"vm-ram=",
	"seed=",
	"seed=1m",
	"vm-ram=0",
	"vm-ram=4k",
	"vm-ram=1g@",
	"vm-ram=1g@0x1000",
	"vm-ram=1g@x",
	"vm-ram=64k@0xffffffffffff0000",
	"replay=1",
	"Replay",
	"-",
	"vm-ram=1g@0x40000000 vm-ram=1g@0x7fff0000",
	"s1",
	"vm-ram=99999999999g",
	"-- a", /* the last one is fine */
};

START_TEST(strange_words_are_refused)
{
	static struct world w;
	bool last = _i == (int)(sizeof(refused) / sizeof(refused[0])) - 1;

	ck_assert_msg(read_options(&w, refused[_i]) == last, "'%s'", refused[_i]);
	if (!last) {
		ck_assert_int_eq(w.refusal.status, EXIT_BAD_INPUT);
		ck_assert_msg(strstr(w.refusal.line, "is no option") != NULL, "%s", w.refusal.line);
	}
}
END_TEST

static const struct {
	const char *text;
	unsigned count;
	const char *words; /* each ends with a NUL byte */
	size_t bytes;
} arguments[] = {
	{"", 0, "", 0},
	{"   ", 0, "", 0},
	{" a", 1, "a\0", 2},
	{" a  bc ", 2, "a\0bc\0", 5},
	{" one two\\ words", 2, "one\0two words\0", 14},
	{" \\\\ \\a", 2, "\\\0a\0", 4},
	{" a\\", 1, "a\\\0", 3},
	{" \\0 a\\\n\\\tb \\0", 3, "\0a\n\tb\0\0", 7},
};

START_TEST(arguments_are_unescaped)
{
	char to[64];
	size_t used;

	memset(to, '#', sizeof(to));
	ck_assert_uint_eq(options_arguments(arguments[_i].text, to, sizeof(to), &used),
			  arguments[_i].count);
	ck_assert_uint_eq(used, arguments[_i].bytes);
	ck_assert(memcmp(to, arguments[_i].words, used) == 0);
	ck_assert(to[used] == '#');
}
END_TEST

START_TEST(arguments_that_do_not_fit_are_only_counted)
{
	char to[5] = "####";
	size_t used;

	ck_assert_uint_eq(options_arguments(" ab cd", to, 4, &used), 2);
	ck_assert_uint_eq(used, 6);
	ck_assert(memcmp(to, "ab\0c", 5) == 0);
}
END_TEST

static const struct {
	const char *text, *rest;
} after_first[] = {
	{"", ""}, {" a", ""}, {"  a b\\ c  d ", "b\\ c  d "}, {" a\\ b c", "c"}, {" a\\", ""},
};

START_TEST(bootargs_of_an_el1_guest)
{
	ck_assert_str_eq(options_after_first(after_first[_i].text), after_first[_i].rest);
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

int main(void)
{
	Suite *suite = suite_create("hyp/options");
	TCase *tc = tcase_create("options");

	tcase_add_test(tc, defaults);
	tcase_add_test(tc, all_words);
	tcase_add_test(tc, stage_2_off_and_ram_without_address);
	tcase_add_loop_test(tc, strange_words_are_refused, 0, ROWS(refused));
	tcase_add_loop_test(tc, arguments_are_unescaped, 0, ROWS(arguments));
	tcase_add_test(tc, arguments_that_do_not_fit_are_only_counted);
	tcase_add_loop_test(tc, bootargs_of_an_el1_guest, 0, ROWS(after_first));
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_ENV);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
