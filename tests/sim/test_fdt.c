/* Check suite sim/fdt: the device tree, read back with libfdt. */
#include "sim/fdt.h"

#include <check.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

static struct machine make_machine(void)
{
	struct sim_windows ram = {.count = 2};
	struct machine machine;

	ram.at[0] = (struct sim_window){true, true, 0x40000000, 0x20000000};
	ram.at[1] = (struct sim_window){true, true, UINT64_C(1) << 51, 0x1000};
	ck_assert(machine_init(&machine, &ram, stdout));
	return machine;
}

static uint64_t cells(const void *fdt, const char *path, const char *name, unsigned index)
{
	int length = 0;
	const fdt64_t *value = fdt_getprop(fdt, fdt_path_offset(fdt, path), name, &length);

	ck_assert_msg(value && (unsigned)length >= 8 * (index + 1), "%s %s", path, name);
	return fdt64_ld(value + index);
}

static const char *text(const void *fdt, const char *path, const char *name)
{
	return fdt_getprop(fdt, fdt_path_offset(fdt, path), name, NULL);
}

START_TEST(each_window_is_a_memory_node)
{
	struct machine machine = make_machine();
	struct fdt_boot boot = {0};
	size_t size = 0;
	void *fdt = fdt_make(&machine, &boot, &size);

	ck_assert_ptr_nonnull(fdt);
	ck_assert_int_eq(fdt_check_full(fdt, size), 0);
	ck_assert_str_eq(text(fdt, "/memory@40000000", "device_type"), "memory");
	ck_assert_uint_eq(cells(fdt, "/memory@40000000", "reg", 0), 0x40000000);
	ck_assert_uint_eq(cells(fdt, "/memory@40000000", "reg", 1), 0x20000000);
	ck_assert_uint_eq(cells(fdt, "/memory@8000000000000", "reg", 0), UINT64_C(1) << 51);
	ck_assert_uint_eq(cells(fdt, "/memory@8000000000000", "reg", 1), 0x1000);
	free(fdt);
	machine_free(&machine);
}
END_TEST

START_TEST(chosen_holds_bootargs_and_initrd)
{
	struct fdt_boot boot = {.bootargs = "s1=4k:48 -- a\\ b",
				.initrd_start = 0x48000000,
				.initrd_end = 0x48001234};
	struct machine machine = make_machine();
	size_t size = 0;
	void *fdt = fdt_make(&machine, &boot, &size);

	ck_assert_ptr_nonnull(fdt);
	ck_assert_str_eq(text(fdt, "/chosen", "bootargs"), "s1=4k:48 -- a\\ b");
	ck_assert_uint_eq(cells(fdt, "/chosen", "linux,initrd-start", 0), 0x48000000);
	ck_assert_uint_eq(cells(fdt, "/chosen", "linux,initrd-end", 0), 0x48001234);
	ck_assert_str_eq(text(fdt, "/chosen", "stdout-path"), "/pl011@9000000");
	free(fdt);
	machine_free(&machine);
}
END_TEST

START_TEST(without_them_chosen_has_neither)
{
	struct machine machine = make_machine();
	struct fdt_boot boot = {0};
	size_t size = 0;
	void *fdt = fdt_make(&machine, &boot, &size);

	ck_assert_ptr_nonnull(fdt);
	ck_assert_ptr_null(text(fdt, "/chosen", "bootargs"));
	ck_assert_ptr_null(text(fdt, "/chosen", "linux,initrd-start"));
	free(fdt);
	machine_free(&machine);
}
END_TEST

START_TEST(uart_is_where_virt_has_it)
{
	struct machine machine = make_machine();
	struct fdt_boot boot = {0};
	size_t size = 0;
	void *fdt = fdt_make(&machine, &boot, &size);

	ck_assert_ptr_nonnull(fdt);
	ck_assert_str_eq(text(fdt, "/pl011@9000000", "compatible"), "arm,pl011");
	ck_assert_uint_eq(cells(fdt, "/pl011@9000000", "reg", 0), 0x09000000);
	ck_assert_str_eq(text(fdt, "/", "compatible"), "linux,dummy-virt");
	free(fdt);
	machine_free(&machine);
}
END_TEST

START_TEST(bootargs_that_do_not_fit_are_refused)
{
	struct machine machine = make_machine();
	char *line = calloc(1, 100001);
	struct fdt_boot boot = {.bootargs = line};
	size_t size = 0;

	memset(line, 'x', 100000);
	ck_assert_ptr_null(fdt_make(&machine, &boot, &size));
	free(line);
	machine_free(&machine);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sim/fdt");
	TCase *tcase = tcase_create("fdt");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tcase, each_window_is_a_memory_node);
	tcase_add_test(tcase, chosen_holds_bootargs_and_initrd);
	tcase_add_test(tcase, without_them_chosen_has_neither);
	tcase_add_test(tcase, uart_is_where_virt_has_it);
	tcase_add_test(tcase, bootargs_that_do_not_fit_are_refused);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
