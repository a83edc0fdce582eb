/*
 * Check suite hyp/fdt: reads what libfdt wrote, libfdt reads what it wrote, and no damaged blob
 * leads it astray.
 */
#include "el2_world.h"

#include <check.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

enum { BLOB_BYTES = 4096 };

static void put_cells(void *fdt, const char *name, const uint64_t *values, unsigned count)
{
	fdt64_t cells[8];

	for (unsigned i = 0; i < count; i++)
		cells[i] = cpu_to_fdt64(values[i]);
	ck_assert_int_eq(fdt_property(fdt, name, cells, (int)(count * 8)), 0);
}

/* The machine's tree: two memory nodes, the first with two windows, and /chosen. */
static void make_machine(void *fdt)
{
	ck_assert_int_eq(fdt_create(fdt, BLOB_BYTES), 0);
	ck_assert_int_eq(fdt_finish_reservemap(fdt), 0);
	ck_assert_int_eq(fdt_begin_node(fdt, ""), 0);
	fdt_property_u32(fdt, "#address-cells", 2);
	fdt_property_u32(fdt, "#size-cells", 2);
	fdt_begin_node(fdt, "cpus");
	fdt_property_u32(fdt, "#size-cells", 0);
	fdt_begin_node(fdt, "memory@1"); /* not at the top */
	put_cells(fdt, "reg", (uint64_t[]){1, 2}, 2);
	fdt_end_node(fdt);
	fdt_end_node(fdt);
	fdt_begin_node(fdt, "memory@40000000");
	fdt_property_string(fdt, "device_type", "memory");
	put_cells(fdt, "reg", (uint64_t[]){0x40000000, 0x20000000, 0x80000000, 0x10000000}, 4);
	fdt_end_node(fdt);
	fdt_begin_node(fdt, "memory@4000000000000");
	put_cells(fdt, "reg", (uint64_t[]){UINT64_C(0x4000000000000), 0x40000000}, 2);
	fdt_end_node(fdt);
	fdt_begin_node(fdt, "chosen");
	fdt_property_string(fdt, "bootargs", "s1=4k:48 -- x");
	fdt_property_u32(fdt, "linux,initrd-start", 0x44000000);
	fdt_property_u64(fdt, "linux,initrd-end", 0x44001234);
	fdt_end_node(fdt);
	fdt_end_node(fdt);
	ck_assert_int_eq(fdt_finish(fdt), 0);
}

START_TEST(reads_the_machine)
{
	_Alignas(8) static char blob[BLOB_BYTES];
	struct machine_info m;

	make_machine(blob);
	ck_assert(fdt_read(&m, blob) == NULL);
	ck_assert_uint_eq(m.ram_count, 3);
	ck_assert_uint_eq(m.ram[0].base, 0x40000000);
	ck_assert_uint_eq(m.ram[0].bytes, 0x20000000);
	ck_assert_uint_eq(m.ram[1].base, 0x80000000);
	ck_assert_uint_eq(m.ram[2].base, UINT64_C(0x4000000000000));
	ck_assert_uint_eq(m.ram[2].bytes, 0x40000000);
	ck_assert_uint_eq(m.initrd.base, 0x44000000);
	ck_assert_uint_eq(m.initrd.bytes, 0x1234);
	ck_assert_str_eq(m.bootargs, "s1=4k:48 -- x");
	ck_assert_uint_eq(m.dtb.base, (uintptr_t)blob);
	ck_assert_uint_eq(m.dtb.bytes, fdt_totalsize(blob));
}
END_TEST

START_TEST(no_blob_no_memory)
{
	_Alignas(8) static char blob[BLOB_BYTES];
	struct machine_info m;

	ck_assert(fdt_read(&m, blob) != NULL);
	fdt_create(blob, BLOB_BYTES);
	fdt_finish_reservemap(blob);
	fdt_begin_node(blob, "");
	fdt_end_node(blob);
	fdt_finish(blob);
	ck_assert(fdt_read(&m, blob) != NULL);
}
END_TEST

/*
 * One changed byte anywhere behind the header's sizes: an answer, and nothing outside the blob is
 * read.
 */
START_TEST(damaged_blobs_end)
{
	_Alignas(8) static char whole[BLOB_BYTES];
	struct machine_info m;
	size_t bytes;

	make_machine(whole);
	bytes = fdt_totalsize(whole);

	char *blob = malloc(bytes); /* the sanitizer watches its end */

	for (size_t at = 8; at < bytes; at++) {
		for (unsigned value = 0; value < 256; value += 51) {
			memcpy(blob, whole, bytes);
			blob[at] = (char)value;
			fdt_read(&m, blob);
			ck_assert_uint_le(m.ram_count, HYP_RAM_WINDOWS);
		}
	}
	free(blob);
}
END_TEST

START_TEST(writes_what_libfdt_reads)
{
	_Alignas(8) static char blob[BLOB_BYTES];
	const struct range ram[] = {{0x40000000, 0x10000000},
				    {UINT64_C(0x8000000000000), 0x4000000}};
	size_t bytes = fdt_write(blob, sizeof(blob), ram, 2, "console=ttyAMA0");
	struct machine_info m;
	int length, chosen;

	ck_assert_uint_gt(bytes, 0);
	ck_assert_int_eq(fdt_check_full(blob, bytes), 0);
	chosen = fdt_path_offset(blob, "/chosen");
	ck_assert_str_eq(fdt_getprop(blob, chosen, "bootargs", &length), "console=ttyAMA0");
	ck_assert_str_eq(fdt_getprop(blob, fdt_path_offset(blob, "/psci"), "method", NULL), "hvc");
	ck_assert_int_ge(fdt_path_offset(blob, "/pl011@9000000"), 0);
	ck_assert_int_ge(fdt_path_offset(blob, "/memory@8000000000000"), 0);
	/* And its own reader. */
	ck_assert(fdt_read(&m, blob) == NULL);
	ck_assert_uint_eq(m.ram_count, 2);
	ck_assert_uint_eq(m.ram[1].base, ram[1].base);
	ck_assert_uint_eq(m.ram[1].bytes, ram[1].bytes);
	ck_assert_uint_eq(m.initrd.bytes, 0);
}
END_TEST

START_TEST(a_small_buffer_is_told)
{
	_Alignas(8) static char blob[BLOB_BYTES];
	const struct range ram[] = {{0x40000000, 0x10000000}};
	size_t bytes = fdt_write(blob, sizeof(blob), ram, 1, "");

	for (size_t n = 0; n < bytes; n++) {
		char *small = malloc(n + 1);

		ck_assert_uint_eq(fdt_write(small, n, ram, 1, ""), 0);
		free(small);
	}
	ck_assert_uint_eq(fdt_write(blob, bytes, ram, 1, ""), bytes);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("hyp/fdt");
	TCase *tc = tcase_create("fdt");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, reads_the_machine);
	tcase_add_test(tc, no_blob_no_memory);
	tcase_add_test(tc, damaged_blobs_end);
	tcase_add_test(tc, writes_what_libfdt_reads);
	tcase_add_test(tc, a_small_buffer_is_told);
	suite_add_tcase(suite, tc);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_ENV);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
