/*
 * Check suite sim/semihosting: calls made through a core with its MMU off, so that an address is a
 * place in RAM. Operation numbers, blocks and results are those of Arm's "Semihosting for AArch32
 * and AArch64".
 */
#define _GNU_SOURCE /* asprintf */
#include "sim/semihosting.h"

#include "sim/machine.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RAM       0x40000000u
#define RAM_BYTES 0x100000u
#define BLOCK     (RAM + 0x100)   /* the parameter block */
#define NAME      (RAM + 0x1000)  /* strings */
#define DATA      (RAM + 0x10000) /* buffers */
#define FAILED    UINT64_MAX

enum {
	OPEN = 1,
	CLOSE,
	WRITEC,
	WRITE0,
	WRITE,
	READ,
	READC,
	ISERROR,
	ISTTY,
	SEEK,
	FLEN = 0xc,
	TMPNAM,
	REMOVE,
	RENAME,
	CLOCK,
	TIME,
	SYSTEM,
	ERRNO,
	GET_CMDLINE = 0x15,
	HEAPINFO,
	EXIT = 0x18,
	EXIT_EXTENDED = 0x20,
	ELAPSED = 0x30,
	TICKFREQ
};

static struct machine machine;
static struct cpu *cpu;
static struct semihosting sh;
static char directory[64];
static uint64_t now;

static uint64_t elapsed(void *ctx)
{
	(void)ctx;
	return now;
}

static void put(const char *path, const char *text)
{
	char *name;
	FILE *file;

	ck_assert(asprintf(&name, "%s/%s", directory, path) > 0);
	file = fopen(name, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
	free(name);
}

static void start(enum sim_files rule)
{
	struct sim_windows ram = {.count = 1, .at = {{true, true, RAM, RAM_BYTES}}};
	struct cpu_config config = {0};
	char outside[128];

	ck_assert(cpu_preset("max", &config));
	ck_assert(machine_init(&machine, &ram, stdout));
	config.bus = machine_bus(&machine);
	config.l1i = config.l1d = (struct tlb_shape){.entries = 4};
	cpu = cpu_new(&config);
	ck_assert_ptr_nonnull(cpu);
	cpu_reset(cpu, 1, (va_t){RAM});
	snprintf(directory, sizeof(directory), "/tmp/test_semihosting.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	put("secret", "not for the guest");
	snprintf(outside, sizeof(outside), "%s/secret", directory);
	strcat(directory, "/inside");
	ck_assert(!mkdir(directory, 0777));
	put("hello", "hello, world");
	memset(&sh, 0, sizeof(sh));
	sh.elapsed = elapsed;
	sh.command_line = "image one two";
	now = 0;
	ck_assert(files_init(&sh.files, rule, directory, -1));
}

static void start_directory(void)
{
	start(FILES_DIRECTORY);
}

static void stop(void)
{
	char *command;

	files_close_all(&sh.files);
	cpu_free(cpu);
	machine_free(&machine);
	*strrchr(directory, '/') = '\0';
	ck_assert(asprintf(&command, "rm -rf '%s'", directory) > 0);
	ck_assert(!system(command));
	free(command);
}

/* ------------------------------------------------------------------ calls as a guest makes them */

static uint64_t call_at(unsigned operation, uint64_t parameter)
{
	cpu_set_x(cpu, 0, operation);
	cpu_set_x(cpu, 1, parameter);
	semihosting_call(&sh, cpu);
	return cpu_x(cpu, 0);
}

static uint64_t call(unsigned operation, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	uint64_t block[4] = {a, b, c, d};

	memcpy(machine_ram(&machine, BLOCK, sizeof(block)), block, sizeof(block));
	return call_at(operation, BLOCK);
}

static uint64_t name_at(uint64_t address, const char *name)
{
	memcpy(machine_ram(&machine, address, strlen(name) + 1), name, strlen(name) + 1);
	return strlen(name);
}

static uint64_t open_name(const char *name, unsigned mode)
{
	return call(OPEN, NAME, mode, name_at(NAME, name), 0);
}

static const char *data(void)
{
	return (const char *)machine_ram(&machine, DATA, 1);
}

/* ------------------------------------------------------------------ files */

START_TEST(file_is_read_in_pieces_to_its_end)
{
	uint64_t handle = open_name("hello", 0);

	ck_assert_uint_ne(handle, FAILED);
	ck_assert_uint_eq(call(FLEN, handle, 0, 0, 0), 12);
	ck_assert_uint_eq(call(READ, handle, DATA, 5, 0), 0);
	ck_assert(!memcmp(data(), "hello", 5));
	ck_assert_uint_eq(call(READ, handle, DATA, 100, 0), 93); /* 7 of 100 bytes were there */
	ck_assert(!memcmp(data(), ", world", 7));
	ck_assert_uint_eq(call(READ, handle, DATA, 100, 0), 100); /* the end */
	ck_assert_uint_eq(call(SEEK, handle, 7, 0, 0), 0);
	ck_assert_uint_eq(call(READ, handle, DATA, 5, 0), 0);
	ck_assert(!memcmp(data(), "world", 5));
	ck_assert_uint_eq(call(ISTTY, handle, 0, 0, 0), 0);
	ck_assert_uint_eq(call(CLOSE, handle, 0, 0, 0), 0);
	ck_assert_uint_eq(call(READ, handle, DATA, 1, 0), FAILED);
	ck_assert_uint_eq(call_at(ERRNO, 0), EBADF);
}
END_TEST

START_TEST(file_is_written_and_renamed_and_removed)
{
	uint64_t handle = open_name("new", 4);

	ck_assert_uint_ne(handle, FAILED);
	name_at(DATA, "abcdef");
	ck_assert_uint_eq(call(WRITE, handle, DATA, 6, 0), 0);
	ck_assert_uint_eq(call(CLOSE, handle, 0, 0, 0), 0);
	ck_assert_uint_eq(
		call(RENAME, NAME, name_at(NAME, "new"), NAME + 64, name_at(NAME + 64, "old")), 0);
	ck_assert_uint_eq(open_name("new", 0), FAILED);
	ck_assert_uint_eq(call_at(ERRNO, 0), ENOENT);
	handle = open_name("old", 8); /* append */
	ck_assert_uint_eq(call(WRITE, handle, DATA, 3, 0), 0);
	ck_assert_uint_eq(call(FLEN, handle, 0, 0, 0), 9);
	ck_assert_uint_eq(call(CLOSE, handle, 0, 0, 0), 0);
	ck_assert_uint_eq(call(REMOVE, NAME, name_at(NAME, "old"), 0, 0), 0);
	ck_assert_uint_eq(call(REMOVE, NAME, name_at(NAME, "old"), 0, 0), FAILED);
}
END_TEST

/* A directory may not be left, by no spelling and by no link. */
static const struct escape_row {
	const char *name, *path;
} escape_rows[] = {
	{"parent", "../secret"},
	{"parent behind a slash", "/../secret"},
	{"parent after itself", "./../secret"},
	{"parent from below", "sub/../../secret"},
	{"parent at the end", "sub/.."},
	{"link to a file outside", "link"},
	{"through a link to a directory outside", "up/secret"},
	{"through a link and a slash", "up//secret"},
	{"absolute path is taken from the directory", "/etc/passwd"},
	{"directory itself", "."},
	{"directory below", "sub"},
	{"slash", "/"},
	{"nothing", ""},
};

START_TEST(directory_is_not_left)
{
	const struct escape_row *row = &escape_rows[_i];
	char path[128];

	snprintf(path, sizeof(path), "%s/sub", directory);
	ck_assert(!mkdir(path, 0777));
	snprintf(path, sizeof(path), "%s/link", directory);
	ck_assert(!symlink("../secret", path));
	snprintf(path, sizeof(path), "%s/up", directory);
	ck_assert(!symlink("..", path));
	for (unsigned mode = 0; mode < 12; mode++)
		ck_assert_msg(open_name(row->path, mode) == FAILED, "%s opens in mode %u",
			      row->name, mode);
	if (strcmp(row->path, "link")) /* removing a link removes nothing outside */
		ck_assert_msg(call(REMOVE, NAME, name_at(NAME, row->path), 0, 0) == FAILED, "%s",
			      row->name);
	name_at(NAME + 256, row->path);
	ck_assert_msg(call(RENAME, NAME, name_at(NAME, "hello"), NAME + 256, strlen(row->path)) ==
				      FAILED ||
			      !strcmp(row->path, "link"),
		      "%s", row->name);
	snprintf(path, sizeof(path), "%s/../secret", directory);
	ck_assert(!access(path, F_OK));
}
END_TEST

START_TEST(directory_can_be_gone_down)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/sub", directory);
	ck_assert(!mkdir(path, 0777));
	put("sub/deep", "x");
	ck_assert_uint_ne(open_name("sub/deep", 0), FAILED);
	ck_assert_uint_ne(open_name("/sub//deep", 0), FAILED);
	ck_assert_uint_ne(open_name("./sub/./deep", 0), FAILED);
}
END_TEST

START_TEST(pipe_without_other_end_does_not_block)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/pipe", directory);
	ck_assert(!mkfifo(path, 0666));
	ck_assert_uint_eq(open_name("pipe", 4), FAILED);
}
END_TEST

START_TEST(no_files_means_none)
{
	char path[128];

	files_close_all(&sh.files);
	ck_assert(files_init(&sh.files, FILES_NONE, NULL, -1));
	snprintf(path, sizeof(path), "%s/hello", directory);
	ck_assert_uint_eq(open_name("hello", 0), FAILED);
	ck_assert_uint_eq(open_name(path, 0), FAILED);
	ck_assert_uint_eq(call(REMOVE, NAME, name_at(NAME, path), 0, 0), FAILED);
	ck_assert_uint_ne(open_name(":tt", 4), FAILED);
}
END_TEST

START_TEST(host_files_are_the_hosts_but_not_our_memory)
{
	char path[128];

	files_close_all(&sh.files);
	ck_assert(files_init(&sh.files, FILES_HOST, NULL, -1));
	snprintf(path, sizeof(path), "%s/hello", directory);
	ck_assert_uint_ne(open_name(path, 0), FAILED);
	ck_assert_uint_eq(open_name(directory, 0), FAILED);
	ck_assert_uint_eq(open_name("/proc/self/mem", 0), FAILED);
	ck_assert_uint_eq(open_name("/proc/self/mem", 2), FAILED);
}
END_TEST

START_TEST(handles_run_out_and_come_back)
{
	uint64_t handle = 0, last = 0;

	for (unsigned i = 0; i < 1000; i++) {
		handle = open_name("hello", 0);
		if (handle == FAILED)
			break;
		ck_assert_uint_ne(handle, 0);
		last = handle;
	}
	ck_assert_uint_eq(handle, FAILED);
	ck_assert_uint_eq(call_at(ERRNO, 0), EMFILE);
	ck_assert_uint_eq(call(CLOSE, last, 0, 0, 0), 0);
	ck_assert_uint_eq(open_name("hello", 0), last);
}
END_TEST

START_TEST(features_are_told)
{
	uint64_t handle = open_name(":semihosting-features", 0);

	ck_assert_uint_ne(handle, FAILED);
	ck_assert_uint_eq(call(FLEN, handle, 0, 0, 0), 5);
	ck_assert_uint_eq(call(READ, handle, DATA, 10, 0), 5);
	ck_assert(!memcmp(data(), "SHFB\x03", 5));
	ck_assert_uint_eq(call(SEEK, handle, 4, 0, 0), 0);
	ck_assert_uint_eq(call(READ, handle, DATA, 1, 0), 0);
	ck_assert_uint_eq(call(SEEK, handle, 6, 0, 0), FAILED);
	ck_assert_uint_eq(open_name(":semihosting-features", 4), FAILED);
}
END_TEST

START_TEST(console_is_a_terminal_by_mode)
{
	uint64_t in = open_name(":tt", 0), out = open_name(":tt", 4), err = open_name(":tt", 8);

	ck_assert_uint_eq(call(ISTTY, in, 0, 0, 0), 1);
	ck_assert_uint_eq(call(ISTTY, out, 0, 0, 0), 1);
	ck_assert_uint_eq(call(READ, out, DATA, 1, 0), FAILED);
	ck_assert_uint_eq(call(WRITE, in, DATA, 1, 0), 1); /* the byte was not written */
	ck_assert_uint_eq(call(WRITE, err, DATA, 0, 0), 0);
	ck_assert_uint_eq(call(SEEK, out, 0, 0, 0), FAILED);
	ck_assert_uint_eq(call(FLEN, out, 0, 0, 0), FAILED);
}
END_TEST

/* ------------------------------------------------------------------ what a guest may get wrong */

START_TEST(bad_pointers_and_lengths_are_answered)
{
	static const uint64_t bad[] = {
		0, 0x1000, RAM + RAM_BYTES, RAM + RAM_BYTES - 4, UINT64_MAX - 3, UINT64_C(1) << 63};
	uint64_t handle = open_name("hello", 0);

	ck_assert(freopen("/dev/null", "w", stdout)); /* SYS_WRITEC finds bytes in RAM */
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		for (unsigned operation = 0; operation < 0x40; operation++) {
			if (operation != READC && operation != EXIT && operation != EXIT_EXTENDED)
				call_at(operation, bad[i]);
		}
		ck_assert_uint_eq(call(OPEN, bad[i], 0, 8, 0), FAILED);
		ck_assert_uint_eq(call(OPEN, NAME, 0, UINT64_MAX - i, 0), FAILED);
		ck_assert_uint_eq(call(OPEN, NAME, UINT64_MAX - i, 2, 0), FAILED);
		ck_assert_uint_ne(call(READ, handle, bad[i], 12, 0), 0);
		ck_assert_uint_eq(call(SEEK, handle, 0, 0, 0), 0);
		ck_assert_uint_eq(call(READ, UINT64_MAX - i, DATA, 1, 0), FAILED);
		ck_assert_uint_eq(call(CLOSE, UINT64_MAX - i, 0, 0, 0), FAILED);
		ck_assert_uint_eq(call(GET_CMDLINE, bad[i], 64, 0, 0), FAILED);
		ck_assert_uint_eq(call(HEAPINFO, bad[i], 0, 0, 0), FAILED);
	}
	ck_assert_uint_eq(call(READ, handle, DATA, UINT64_MAX, 0), UINT64_MAX - 12);
}
END_TEST

START_TEST(name_with_a_zero_byte_is_refused)
{
	name_at(NAME, "hello");
	ck_assert_uint_eq(call(OPEN, NAME, 0, 6, 0), FAILED);
	ck_assert_uint_eq(call_at(ERRNO, 0), EINVAL);
}
END_TEST

/* ------------------------------------------------------------------ the rest */

START_TEST(time_is_simulated)
{
	now = UINT64_C(3500000000);
	ck_assert_uint_eq(call_at(TICKFREQ, 0), 1000000000);
	ck_assert_uint_eq(call_at(CLOCK, 0), 350);
	ck_assert_uint_eq(call_at(TIME, 0), 1577836803); /* 2020-01-01 00:00:03 UTC */
	ck_assert_uint_eq(call_at(ELAPSED, DATA), 0);
	ck_assert_uint_eq(*(const uint64_t *)(const void *)data(), UINT64_C(3500000000));
}
END_TEST

START_TEST(command_line_fits_or_is_refused)
{
	ck_assert_uint_eq(call(GET_CMDLINE, DATA, 13, 0, 0),
			  FAILED); /* no room for the zero byte */
	ck_assert_uint_eq(call(GET_CMDLINE, DATA, 14, 0, 0), 0);
	ck_assert_str_eq(data(), "image one two");
	ck_assert_uint_eq(*(uint64_t *)(void *)machine_ram(&machine, BLOCK + 8, 8), 13);
}
END_TEST

START_TEST(heap_info_goes_to_the_block_pointed_to)
{
	const uint64_t *info = (const uint64_t *)(const void *)data();

	sh.heap_base = 1;
	sh.heap_limit = 2;
	sh.stack_base = 3;
	sh.stack_limit = 4;
	ck_assert_uint_eq(call(HEAPINFO, DATA, 0, 0, 0), 0);
	ck_assert(info[0] == 1 && info[1] == 2 && info[2] == 3 && info[3] == 4);
}
END_TEST

START_TEST(exit_ends_the_run)
{
	static const struct {
		unsigned operation;
		uint64_t reason, status;
		int64_t expected;
	} exits[] = {
		{EXIT_EXTENDED, 0x20026, 7, 7},
		{EXIT, 0x20026, 0, 0},
		{EXIT_EXTENDED, 0x20024, 0,
		 1}, /* a run-time error: not an exit of the application's own */
	};
	uint64_t block[2] = {exits[_i].reason, exits[_i].status};

	memcpy(machine_ram(&machine, BLOCK, sizeof(block)), block, sizeof(block));
	cpu_set_x(cpu, 0, exits[_i].operation);
	cpu_set_x(cpu, 1, BLOCK);
	ck_assert(!semihosting_call(&sh, cpu));
	ck_assert(sh.exited);
	ck_assert_int_eq(sh.exit_code, exits[_i].expected);
}
END_TEST

START_TEST(what_is_not_served_fails)
{
	ck_assert_uint_eq(call(TMPNAM, DATA, 0, 32, 0), FAILED);
	ck_assert_uint_eq(call(SYSTEM, NAME, name_at(NAME, "true"), 0, 0), FAILED);
	ck_assert_uint_eq(call_at(0x100, 0), FAILED);
	ck_assert_uint_eq(call(ISERROR, FAILED, 0, 0, 0), 1);
	ck_assert_uint_eq(call(ISERROR, 1, 0, 0, 0), 0);
}
END_TEST

static Suite *semihosting_suite(void)
{
	Suite *suite = suite_create("sim/semihosting");
	TCase *tcase = tcase_create("semihosting");

	tcase_add_checked_fixture(tcase, start_directory, stop);
	tcase_add_test(tcase, file_is_read_in_pieces_to_its_end);
	tcase_add_test(tcase, file_is_written_and_renamed_and_removed);
	tcase_add_loop_test(tcase, directory_is_not_left, 0,
			    sizeof(escape_rows) / sizeof(escape_rows[0]));
	tcase_add_test(tcase, directory_can_be_gone_down);
	tcase_add_test(tcase, pipe_without_other_end_does_not_block);
	tcase_add_test(tcase, no_files_means_none);
	tcase_add_test(tcase, host_files_are_the_hosts_but_not_our_memory);
	tcase_add_test(tcase, handles_run_out_and_come_back);
	tcase_add_test(tcase, features_are_told);
	tcase_add_test(tcase, console_is_a_terminal_by_mode);
	tcase_add_test(tcase, bad_pointers_and_lengths_are_answered);
	tcase_add_test(tcase, name_with_a_zero_byte_is_refused);
	tcase_add_test(tcase, time_is_simulated);
	tcase_add_test(tcase, command_line_fits_or_is_refused);
	tcase_add_test(tcase, heap_info_goes_to_the_block_pointed_to);
	tcase_add_loop_test(tcase, exit_ends_the_run, 0, 3);
	tcase_add_test(tcase, what_is_not_served_fails);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(semihosting_suite());
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
