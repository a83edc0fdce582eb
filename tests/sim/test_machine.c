/* Check suite sim/machine: RAM windows, the bus, the PL011. */
#include "sim/machine.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define PA_TOP (UINT64_C(1) << 52)

static struct sim_windows windows(unsigned count, const struct sim_window at[])
{
	struct sim_windows all = {.count = count};

	memcpy(all.at, at, count * sizeof(at[0]));
	return all;
}

static const struct row {
	const char *name;
	unsigned count;
	struct sim_window at[3];
	bool good;
} rows[] = {
	{"one window", 1, {{true, true, 0x40000000, 0x20000000}}, true},
	{"a page", 1, {{true, true, 0x40000000, 0x1000}}, true},
	{"the last page below 2^52", 1, {{true, true, PA_TOP - 0x1000, 0x1000}}, true},
	{"adjacent windows",
	 2,
	 {{true, true, 0x40000000, 0x1000}, {true, true, 0x40001000, 0x1000}},
	 true},
	{"sparse windows",
	 3,
	 {{true, true, 0x40000000, 0x100000},
	  {true, true, UINT64_C(1) << 47, 0x40000000},
	  {true, true, UINT64_C(1) << 51, UINT64_C(1) << 40}},
	 true},
	{"no size", 1, {{true, true, 0x40000000, 0}}, false},
	{"half a page", 1, {{true, true, 0x40000000, 0x800}}, false},
	{"base inside a page", 1, {{true, true, 0x40000800, 0x1000}}, false},
	{"ends above 2^52", 1, {{true, true, PA_TOP - 0x1000, 0x2000}}, false},
	{"begins above 2^52", 1, {{true, true, PA_TOP, 0x1000}}, false},
	{"size wraps around", 1, {{true, true, 0x40000000, UINT64_MAX - 0xfff}}, false},
	{"covers the PL011", 1, {{true, true, 0x08000000, 0x10000000}}, false},
	{"overlap by a page",
	 2,
	 {{true, true, 0x40000000, 0x2000}, {true, true, 0x40001000, 0x1000}},
	 false},
	{"one inside the other",
	 2,
	 {{true, true, 0x40001000, 0x1000}, {true, true, 0x40000000, 0x10000}},
	 false},
};

START_TEST(window_is_accepted_or_refused)
{
	const struct row *row = &rows[_i];
	struct sim_windows ram = windows(row->count, row->at);
	struct machine machine;
	bool good = machine_init(&machine, &ram, stdout);

	ck_assert_msg(good == row->good, "%s", row->name);
	if (good)
		machine_free(&machine);
}
END_TEST

static struct machine two_windows(void)
{
	static const struct sim_window at[] = {{true, true, 0x40000000, 0x10000},
					       {true, true, UINT64_C(1) << 51, 0x10000}};
	struct sim_windows ram = windows(2, at);
	struct machine machine;

	ck_assert(machine_init(&machine, &ram, stdout));
	return machine;
}

START_TEST(page_is_found_in_its_window_only)
{
	struct machine machine = two_windows();
	struct cpu_bus bus = machine_bus(&machine);
	uint64_t high = UINT64_C(1) << 51;

	ck_assert_ptr_null(bus.page(bus.ctx, (pa_t){0x3fffffff}).host);
	ck_assert_ptr_nonnull(bus.page(bus.ctx, (pa_t){0x40000000}).host);
	ck_assert_ptr_nonnull(bus.page(bus.ctx, (pa_t){0x4000ffff}).host);
	ck_assert_ptr_null(bus.page(bus.ctx, (pa_t){0x40010000}).host);
	ck_assert_ptr_null(bus.page(bus.ctx, (pa_t){high - 1}).host);
	ck_assert_ptr_nonnull(bus.page(bus.ctx, (pa_t){high}).host);
	ck_assert_ptr_null(bus.page(bus.ctx, (pa_t){high + 0x10000}).host);
	ck_assert_ptr_null(bus.page(bus.ctx, (pa_t){UINT64_MAX}).host);
	ck_assert_ptr_null(bus.page(bus.ctx, (pa_t){MACHINE_PL011_BASE}).host);
	machine_free(&machine);
}
END_TEST

START_TEST(page_is_its_own_memory_and_flag)
{
	struct machine machine = two_windows();
	struct cpu_bus bus = machine_bus(&machine);
	struct cpu_page first = bus.page(bus.ctx, (pa_t){0x40001234});
	struct cpu_page again = bus.page(bus.ctx, (pa_t){0x40001000});
	struct cpu_page next = bus.page(bus.ctx, (pa_t){0x40002000});

	ck_assert_ptr_eq(first.host, again.host);
	ck_assert_ptr_eq(first.flags, again.flags);
	ck_assert_ptr_eq(first.host + 0x1000, next.host);
	ck_assert_ptr_ne(first.flags, next.flags);
	ck_assert_uint_eq(*first.flags, 0);
	ck_assert_uint_eq(first.host[0xfff], 0);
	*first.flags = PAGE_HAS_CODE;
	ck_assert_uint_eq(*next.flags, 0);
	machine_free(&machine);
}
END_TEST

START_TEST(ram_does_not_reach_over_the_end_of_a_window)
{
	struct machine machine = two_windows();

	ck_assert_ptr_nonnull(machine_ram(&machine, 0x40000000, 0x10000));
	ck_assert_ptr_null(machine_ram(&machine, 0x40000000, 0x10001));
	ck_assert_ptr_null(machine_ram(&machine, 0x4000ffff, 2));
	ck_assert_ptr_null(machine_ram(&machine, 0x40000000, UINT64_MAX));
	ck_assert_ptr_null(machine_ram(&machine, 0x3fffffff, 1));
	ck_assert_uint_eq(machine_ram_size(&machine), 0x20000);
	machine_free(&machine);
}
END_TEST

START_TEST(nothing_answers_where_nothing_is)
{
	struct machine machine = two_windows();
	struct cpu_bus bus = machine_bus(&machine);
	uint64_t value;

	ck_assert(!bus.read(bus.ctx, (pa_t){0}, 4, &value));
	ck_assert(!bus.write(bus.ctx, (pa_t){0x09001000}, 4, 1));
	ck_assert(!bus.read(bus.ctx, (pa_t){UINT64_MAX - 7}, 8, &value));
	ck_assert(bus.read(bus.ctx, (pa_t){0x09000ffc}, 4, &value));
	machine_free(&machine);
}
END_TEST

START_TEST(uart_writes_characters_and_is_always_ready)
{
	static const struct sim_window at[] = {{true, true, 0x40000000, 0x1000}};
	struct sim_windows ram = windows(1, at);
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	struct machine machine;
	struct cpu_bus bus;
	uint64_t value;

	ck_assert(machine_init(&machine, &ram, out));
	bus = machine_bus(&machine);
	ck_assert(bus.read(bus.ctx, (pa_t){0x09000018}, 4, &value));
	ck_assert_uint_eq(value, 0x90); /* UARTFR: TXFE and RXFE, not TXFF or BUSY */
	ck_assert(bus.write(bus.ctx, (pa_t){0x09000000}, 1, 'h'));
	ck_assert(bus.write(bus.ctx, (pa_t){0x09000000}, 4, 0x100 | 'i'));
	fclose(out);
	ck_assert_uint_eq(size, 2);
	ck_assert_str_eq(text, "hi");
	free(text);
	machine_free(&machine);
}
END_TEST

START_TEST(uart_says_that_it_is_a_pl011)
{
	static const uint8_t id[] = {0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};
	struct pl011 pl011 = {.out = stdout};

	for (unsigned i = 0; i < 8; i++)
		ck_assert_uint_eq(pl011_read(&pl011, 0xfe0 + 4 * i), id[i]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sim/machine");
	TCase *tcase = tcase_create("machine");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, window_is_accepted_or_refused, 0,
			    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tcase, page_is_found_in_its_window_only);
	tcase_add_test(tcase, page_is_its_own_memory_and_flag);
	tcase_add_test(tcase, ram_does_not_reach_over_the_end_of_a_window);
	tcase_add_test(tcase, nothing_answers_where_nothing_is);
	tcase_add_test(tcase, uart_writes_characters_and_is_always_ready);
	tcase_add_test(tcase, uart_says_that_it_is_a_pl011);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
