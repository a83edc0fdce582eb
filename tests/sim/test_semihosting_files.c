/*
 * Check suite sim/semihosting_files: the operations of nestwalk-semihosting(7), made through a core
 * with its MMU off. What is right is what Linux does with the same call.
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
#define BLOCK     (RAM + 0x100)
#define NAME      (RAM + 0x1000)
#define OTHER     (RAM + 0x2000)
#define DATA      (RAM + 0x10000)
#define FAILED    UINT64_MAX

enum { SYS_WRITE = 5, SYS_READ = 6, SYS_SEEK = 0xa, SYS_FLEN = 0xc, SYS_ERRNO = 0x13 };
enum {
	OPEN = 0x100,
	STATUS,
	ENTRIES,
	NAME_OF,
	MAKE_DIRECTORY,
	REMOVE,
	RENAME,
	LINK,
	SYMLINK,
	READ_LINK,
	ACCESS,
	SET_MODE,
	SET_OWNER,
	SET_TIMES,
	TRUNCATE,
	SYNC,
};

/* Flags of AArch64 Linux, which the host may number otherwise. */
enum { DIRECTORY = 040000, CREATE = 0100, EXCLUSIVE = 0200, WRITE_ONLY = 1 };

static struct machine machine;
static struct cpu *cpu;
static struct semihosting sh;
static char above[64], directory[80];

static void put(const char *name, const char *text)
{
	char path[160];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static uint64_t elapsed(void *ctx)
{
	(void)ctx;
	return 0;
}

/* above/secret is not for the guest, above/inside/hello is. */
static void start(enum sim_files rule)
{
	struct sim_windows ram = {.count = 1, .at = {{true, true, RAM, RAM_BYTES}}};
	struct cpu_config config = {0};

	ck_assert(cpu_preset("max", &config));
	ck_assert(machine_init(&machine, &ram, stdout));
	config.bus = machine_bus(&machine);
	config.l1i = config.l1d = (struct tlb_shape){.entries = 4};
	cpu = cpu_new(&config);
	ck_assert_ptr_nonnull(cpu);
	cpu_reset(cpu, 1, (va_t){RAM});
	strcpy(above, "/tmp/test_semihosting.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(above));
	snprintf(directory, sizeof(directory), "%s/inside", above);
	ck_assert(!mkdir(directory, 0777));
	put("../secret", "not for the guest");
	put("hello", "hello, world");
	memset(&sh, 0, sizeof(sh));
	sh.elapsed = elapsed;
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
	ck_assert(asprintf(&command, "rm -rf '%s'", above) > 0);
	ck_assert(!system(command));
	free(command);
}

/* ------------------------------------------------------------------ calls as a guest makes them */

static uint64_t call(unsigned operation, const uint64_t words[8])
{
	memcpy(machine_ram(&machine, BLOCK, 64), words, 64);
	cpu_set_x(cpu, 0, operation);
	cpu_set_x(cpu, 1, BLOCK);
	semihosting_call(&sh, cpu);
	return cpu_x(cpu, 0);
}

static uint64_t put_name(uint64_t address, const char *name)
{
	memcpy(machine_ram(&machine, address, strlen(name) + 1), name, strlen(name) + 1);
	return strlen(name);
}

/* On a path from a directory's handle, and what follows it. */
static uint64_t on(unsigned operation, uint64_t from, const char *path, uint64_t a, uint64_t b)
{
	return call(operation, (uint64_t[8]){from, NAME, put_name(NAME, path), a, b});
}

static uint64_t on_two(unsigned operation, const char *first, const char *second, uint64_t a)
{
	return call(operation, (uint64_t[8]){0, NAME, put_name(NAME, first), 0, OTHER,
					     put_name(OTHER, second), a});
}

static uint64_t on_handle(unsigned operation, uint64_t handle, uint64_t a, uint64_t b)
{
	return call(operation, (uint64_t[8]){handle, a, b});
}

static int reason(void)
{
	return (int)on_handle(SYS_ERRNO, 0, 0, 0);
}

static const char *data(void)
{
	return (const char *)machine_ram(&machine, DATA, 1);
}

static uint64_t status_word(unsigned word)
{
	uint64_t value;

	memcpy(&value, data() + 8 * word, 8);
	return value;
}

/* ------------------------------------------------------------------ what they do */

START_TEST(directory_is_made_filled_listed_and_removed)
{
	static const char *const names[] = {".", "..", "a", "b", "c"};
	uint64_t d, bytes, at = 0;

	ck_assert_uint_eq(on(MAKE_DIRECTORY, 0, "d", 0755, 0), 0);
	put("d/b", "");
	put("d/c", "");
	put("d/a", "");
	d = on(OPEN, 0, "d", DIRECTORY, 0);
	ck_assert_uint_ne(d, FAILED);
	for (unsigned again = 0; again < 2; again++) {
		bytes = on_handle(ENTRIES, d, DATA, 4096);
		ck_assert_uint_ne(bytes, FAILED);
		for (unsigned i = 0; i < 5; i++) {
			uint16_t length;

			ck_assert_str_eq(data() + at + 19, names[i]);
			memcpy(&length, data() + at + 16, 2);
			at += length;
		}
		ck_assert_uint_eq(at, bytes);
		ck_assert_uint_eq(on_handle(ENTRIES, d, DATA, 4096), 0);
		ck_assert_uint_eq(on_handle(SYS_SEEK, d, 0, 0), 0);
		at = 0;
	}
	ck_assert_uint_eq(on_handle(ENTRIES, d, DATA, 8), FAILED);
	ck_assert_int_eq(reason(), EINVAL);
	ck_assert_uint_eq(on(REMOVE, 0, "d", 1, 0), FAILED);
	ck_assert_int_eq(reason(), ENOTEMPTY);
	ck_assert_uint_eq(on(REMOVE, d, "a", 0, 0), 0);
	ck_assert_uint_eq(on(REMOVE, d, "b", 0, 0), 0);
	ck_assert_uint_eq(on(REMOVE, 0, "d/c", 0, 0), 0);
	ck_assert_uint_eq(on(REMOVE, 0, "d", 0, 0), FAILED);
	ck_assert_int_eq(reason(), EISDIR);
	ck_assert_uint_eq(on(REMOVE, 0, "d", 1, 0), 0);
}
END_TEST

START_TEST(open_takes_linux_flags)
{
	uint64_t handle;

	ck_assert_uint_eq(on(OPEN, 0, "hello", DIRECTORY, 0), FAILED);
	ck_assert_int_eq(reason(), ENOTDIR);
	ck_assert_uint_eq(on(OPEN, 0, "hello", CREATE | EXCLUSIVE | WRITE_ONLY, 0600), FAILED);
	ck_assert_int_eq(reason(), EEXIST);
	ck_assert_uint_eq(on(OPEN, 0, ".", WRITE_ONLY, 0), FAILED);
	ck_assert_int_eq(reason(), EISDIR);
	ck_assert_uint_eq(on(OPEN, 0, ".", 020000000 | DIRECTORY | 2, 0600), FAILED);
	handle = on(OPEN, 0, "new", CREATE | EXCLUSIVE | WRITE_ONLY, 0600);
	ck_assert_uint_ne(handle, FAILED);
	put_name(DATA, "abcdef");
	ck_assert_uint_eq(on_handle(SYS_WRITE, handle, DATA, 6), 0);
	ck_assert_uint_eq(on_handle(SYS_READ, handle, DATA, 6), FAILED);
	ck_assert_uint_eq(on_handle(TRUNCATE, handle, 4, 0), 0);
	ck_assert_uint_eq(on_handle(SYNC, handle, 0, 0), 0);
	ck_assert_uint_eq(on_handle(SYS_FLEN, handle, 0, 0), 4);
}
END_TEST

START_TEST(status_is_told_and_set)
{
	uint64_t times[4] = {1000, 1, 2000, 2}, handle = on(OPEN, 0, "hello", 0, 0);

	ck_assert_uint_eq(on(SET_MODE, 0, "hello", 0640, 0), 0);
	memcpy(machine_ram(&machine, DATA, 32), times, 32);
	ck_assert_uint_eq(on(SET_TIMES, 0, "hello", 1, DATA), 0);
	ck_assert_uint_eq(on(STATUS, handle, "", 1, DATA), 0);
	ck_assert_uint_eq(status_word(2), S_IFREG | 0640);
	ck_assert_uint_eq(status_word(3), 1);
	ck_assert_uint_eq(status_word(7), 12);
	ck_assert_uint_eq(status_word(10), 1000);
	ck_assert_uint_eq(status_word(12), 2000);
	ck_assert_uint_eq(status_word(13), 2);
	ck_assert_uint_eq(on(SET_MODE, handle, "", 0600, 0), 0);
	ck_assert_uint_eq(on(STATUS, 0, "hello", 0, DATA), 0);
	ck_assert_uint_eq(status_word(2), S_IFREG | 0600);
	ck_assert_uint_eq(on(STATUS, 0, ".", 1, DATA), 0);
	ck_assert_uint_eq(status_word(2) & S_IFMT, S_IFDIR);
	ck_assert_uint_eq(on(STATUS, 0, "none", 1, DATA), FAILED);
	ck_assert_int_eq(reason(), ENOENT);
	ck_assert_uint_eq(on(ACCESS, 0, "hello", R_OK, 0), 0);
	ck_assert_uint_eq(on(ACCESS, 0, "none", F_OK, 0), FAILED);
	ck_assert_uint_eq(call(SET_OWNER, (uint64_t[8]){0, NAME, put_name(NAME, "hello"), 1,
							getuid(), getgid()}),
			  0);
}
END_TEST

START_TEST(names_are_linked_and_renamed)
{
	ck_assert_uint_eq(on_two(LINK, "hello", "twin", 0), 0);
	ck_assert_uint_eq(on(STATUS, 0, "twin", 0, DATA), 0);
	ck_assert_uint_eq(status_word(3), 2);
	ck_assert_uint_eq(on_two(RENAME, "twin", "hello", 1), FAILED);
	ck_assert_int_eq(reason(), EEXIST);
	ck_assert_uint_eq(on_two(RENAME, "twin", "other", 1), 0);
	ck_assert_uint_eq(on_two(SYMLINK, "other", "link", 0), 0);
	ck_assert_uint_eq(call(READ_LINK, (uint64_t[8]){0, NAME, put_name(NAME, "link"), DATA, 3}),
			  3);
	ck_assert(!memcmp(data(), "oth", 3));
	ck_assert_uint_eq(on(STATUS, 0, "link", 0, DATA), 0);
	ck_assert_uint_eq(status_word(2) & S_IFMT, S_IFLNK);
	ck_assert_uint_eq(on(READ_LINK, 0, "other", DATA, 3), FAILED);
	ck_assert_int_eq(reason(), EINVAL);
}
END_TEST

START_TEST(directory_has_a_name_below_the_root)
{
	uint64_t d;

	ck_assert_uint_eq(on_handle(NAME_OF, 0, DATA, 64), 1);
	ck_assert(!memcmp(data(), "/", 1));
	ck_assert_uint_eq(on(MAKE_DIRECTORY, 0, "/d", 0755, 0), 0);
	ck_assert_uint_eq(on(MAKE_DIRECTORY, 0, "d/e", 0755, 0), 0);
	d = on(OPEN, 0, "d/e/../e/.", DIRECTORY, 0);
	ck_assert_uint_ne(d, FAILED);
	ck_assert_uint_eq(on_handle(NAME_OF, d, DATA, 64), 4);
	ck_assert(!memcmp(data(), "/d/e", 4));
	ck_assert_uint_eq(on(STATUS, d, "../../hello", 1, DATA), 0);
	ck_assert_uint_eq(on(STATUS, d, "/hello", 1, DATA), 0);
}
END_TEST

/* ------------------------------------------------------------------ what they must not do */

/* Every way out of the directory, for every operation that takes a path. */
static const struct escape_row {
	const char *name, *path;
} escape_rows[] = {
	{"parent", "../secret"},
	{"parent behind a slash", "/../secret"},
	{"parent from below", "sub/../../secret"},
	{"parent alone", ".."},
	{"parent of a slash", "/.."},
	{"through a link to a directory outside", "up/secret"},
	{"the link's own parent", "up/inside/hello"},
	{"absolute path of the host", "/etc/passwd"},
};

START_TEST(directory_is_not_left)
{
	const char *path = escape_rows[_i].path;
	uint64_t sub;

	ck_assert_uint_eq(on(MAKE_DIRECTORY, 0, "sub", 0777, 0), 0);
	ck_assert_uint_eq(on_two(SYMLINK, "..", "up", 0), 0);
	sub = on(OPEN, 0, "sub", DIRECTORY, 0);
	memset(machine_ram(&machine, DATA, 64), 0, 64);
	for (unsigned operation = OPEN; operation <= SET_TIMES; operation++) {
		if (operation == ENTRIES || operation == NAME_OF)
			continue;
		if (operation >= RENAME && operation <= SYMLINK) {
			ck_assert_msg(on_two(operation, "hello", path, 0) == FAILED, "%s, 0x%x",
				      escape_rows[_i].name, operation);
			if (operation != SYMLINK)
				ck_assert_uint_eq(on_two(operation, path, "copy", 0), FAILED);
			continue;
		}
		ck_assert_msg(on(operation, 0, path, 0, DATA) == FAILED, "%s, 0x%x",
			      escape_rows[_i].name, operation);
	}
	ck_assert_uint_eq(on(OPEN, sub, "../../secret", 0, 0), FAILED);
	ck_assert_uint_eq(on(OPEN, sub, "../hello", 0, 0) == FAILED, false);
}
END_TEST

/* A link to a file outside is itself seen, and never what it leads to. */
START_TEST(link_is_not_followed)
{
	struct stat status;
	char path[160];

	ck_assert_uint_eq(on_two(SYMLINK, "../secret", "link", 0), 0);
	ck_assert_uint_eq(on(OPEN, 0, "link", 0, 0), FAILED);
	ck_assert_int_eq(reason(), ELOOP);
	ck_assert_uint_eq(on(STATUS, 0, "link", 1, DATA), FAILED);
	ck_assert_int_eq(reason(), ELOOP);
	ck_assert_uint_eq(on(ACCESS, 0, "link", 0, 0), FAILED);
	ck_assert_uint_eq(on(SET_MODE, 0, "link", 0777, 0), FAILED);
	ck_assert_uint_eq(on(SET_TIMES, 0, "link", 1, DATA), FAILED);
	ck_assert_uint_eq(on(SET_OWNER, 0, "link", 1, getuid()), FAILED);
	ck_assert_uint_eq(on(OPEN, 0, "link", CREATE | WRITE_ONLY, 0600), FAILED);
	snprintf(path, sizeof(path), "%s/secret", above);
	ck_assert(!stat(path, &status) && status.st_size == 17);
	ck_assert_uint_eq(on(REMOVE, 0, "link", 0, 0), 0);
	ck_assert(!stat(path, &status));
}
END_TEST

START_TEST(no_files_means_none)
{
	start(FILES_NONE);
	for (unsigned operation = OPEN; operation <= SET_TIMES; operation++) {
		if (operation == ENTRIES)
			continue;
		ck_assert_msg(on_two(operation, "hello", "other", DATA) == FAILED, "0x%x",
			      operation);
		ck_assert_int_eq(reason(), EACCES);
	}
	stop();
}
END_TEST

START_TEST(host_files_are_the_hosts)
{
	char path[160];

	start(FILES_HOST);
	snprintf(path, sizeof(path), "%s/../inside/hello", directory);
	ck_assert_uint_eq(on(STATUS, 0, path, 1, DATA), 0);
	ck_assert_uint_eq(status_word(7), 12);
	ck_assert_uint_eq(on(OPEN, 0, "/proc/self/maps", 0, 0), FAILED);
	ck_assert_int_eq(reason(), EACCES);
	ck_assert_uint_eq(on(OPEN, 0, "/proc", DIRECTORY, 0), FAILED);
	stop();
}
END_TEST

START_TEST(bad_handles_and_pointers_are_answered)
{
	uint64_t handle = on(OPEN, 0, "hello", 0, 0);

	ck_assert_uint_eq(on(STATUS, 99, "hello", 1, DATA), FAILED);
	ck_assert_int_eq(reason(), EBADF);
	ck_assert_uint_eq(on(STATUS, handle, "hello", 1, DATA), FAILED);
	ck_assert_int_eq(reason(), ENOTDIR);
	ck_assert_uint_eq(on_handle(ENTRIES, handle, DATA, 100), FAILED);
	ck_assert_int_eq(reason(), ENOTDIR);
	ck_assert_uint_eq(on(STATUS, 0, "hello", 1, 0x10), FAILED);
	ck_assert_int_eq(reason(), EFAULT);
	ck_assert_uint_eq(call(STATUS, (uint64_t[8]){0, 0x10, 5, 1, DATA}), FAILED);
	ck_assert_int_eq(reason(), EFAULT);
	ck_assert_uint_eq(call(STATUS, (uint64_t[8]){0, NAME, UINT64_MAX, 1, DATA}), FAILED);
	ck_assert_int_eq(reason(), ENAMETOOLONG);
	ck_assert_uint_eq(on_handle(TRUNCATE, handle, UINT64_MAX, 0), FAILED);
	ck_assert_uint_eq(on_handle(SYNC, 99, 0, 0), FAILED);
	ck_assert_uint_eq(on_handle(SYNC + 1, 0, 0, 0), FAILED);
	ck_assert_int_eq(reason(), ENOSYS);
	ck_assert_uint_eq(on(OPEN, 0, "", 0, 0), FAILED);
	ck_assert_int_eq(reason(), ENOENT);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sim/semihosting_files");
	TCase *tcase = tcase_create("directory"), *others = tcase_create("others");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, start_directory, stop);
	tcase_add_test(tcase, directory_is_made_filled_listed_and_removed);
	tcase_add_test(tcase, open_takes_linux_flags);
	tcase_add_test(tcase, status_is_told_and_set);
	tcase_add_test(tcase, names_are_linked_and_renamed);
	tcase_add_test(tcase, directory_has_a_name_below_the_root);
	tcase_add_loop_test(tcase, directory_is_not_left, 0,
			    sizeof(escape_rows) / sizeof(escape_rows[0]));
	tcase_add_test(tcase, link_is_not_followed);
	tcase_add_test(tcase, bad_handles_and_pointers_are_answered);
	tcase_add_test(others, no_files_means_none);
	tcase_add_test(others, host_files_are_the_hosts);
	suite_add_tcase(suite, tcase);
	suite_add_tcase(suite, others);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
