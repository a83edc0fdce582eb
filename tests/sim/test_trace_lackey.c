/* sim/trace_lackey: each form of line, and that a strange or truncated one is told with its line
 * and byte. */
#include "trace_support.h"

/* count: records before the end, or before the damage. error: what the message must contain; NULL:
 * the trace is good. */
struct row {
	const char *name;
	const char *text;
	const char *error;
	size_t count;
	struct trace_record first;
};

static const struct row rows[] = {
	{"fetch", "I  04000000,3\n", NULL, 1, {0x4000000, 3, TRACE_FETCH}},
	{"load", " L 1ffe,8\n", NULL, 1, {0x1ffe, 8, TRACE_LOAD}},
	{"store", " S 1ffe,16\n", NULL, 1, {0x1ffe, 16, TRACE_STORE}},
	{"modify", " M 0421c7cc,4\n", NULL, 1, {0x421c7cc, 4, TRACE_MODIFY}},
	{"sixteen_digits", " L ffffffff80000000,8\n", NULL, 1, {0xffffffff80000000, 8, TRACE_LOAD}},
	{"upper_case", " L 1FFEAB,8\n", NULL, 1, {0x1ffeab, 8, TRACE_LOAD}},
	{"largest_size", " L 1000,65535\n", NULL, 1, {0x1000, 65535, TRACE_LOAD}},
	{"two_lines", "I  10,3\n L 20,4\n", NULL, 2, {0x10, 3, TRACE_FETCH}},
	{"valgrind_lines",
	 "==12== Lackey\n--12-- warn\n==12== \nI  10,3\n==12==\n",
	 NULL,
	 1,
	 {0x10, 3, TRACE_FETCH}},
	{"only_valgrind_lines", "==12== Lackey\n", NULL, 0, {0, 0, 0}},
	{"empty", "", NULL, 0, {0, 0, 0}},

	{"garbage_first", "hello\nI  10,3\n", "byte 0: line 1: expected", 0, {0, 0, 0}},
	{"garbage_later",
	 "I  10,3\nhello\nI  10,3\n",
	 "byte 8: line 2: expected",
	 1,
	 {0x10, 3, TRACE_FETCH}},
	{"garbage_after_skipped",
	 "==1== x\nI  10,3\nhello\n",
	 "byte 16: line 3: expected",
	 1,
	 {0x10, 3, TRACE_FETCH}},
	{"one_dash", "-1- x\n", "byte 0: line 1: expected", 0, {0, 0, 0}},
	{"blank_line", "I  10,3\n\n", "byte 8: line 2: expected", 1, {0x10, 3, TRACE_FETCH}},
	{"unknown_kind", " X 10,3\n", "line 1: expected", 0, {0, 0, 0}},
	{"fetch_with_one_blank", "I 10,3\n", "line 1: expected", 0, {0, 0, 0}},
	{"fetch_indented", " I 10,3\n", "line 1: expected", 0, {0, 0, 0}},
	{"no_address", " L ,3\n", "line 1: expected", 0, {0, 0, 0}},
	{"no_size", " L 10,\n", "line 1: expected", 0, {0, 0, 0}},
	{"no_comma", " L 10 3\n", "line 1: expected", 0, {0, 0, 0}},
	{"prefix_0x", " L 0x10,3\n", "line 1: expected", 0, {0, 0, 0}},
	{"size_zero", " L 10,0\n", "line 1: expected", 0, {0, 0, 0}},
	{"size_too_large", " L 10,65536\n", "line 1: expected", 0, {0, 0, 0}},
	{"size_hexadecimal", " L 10,a\n", "line 1: expected", 0, {0, 0, 0}},
	{"size_negative", " L 10,-3\n", "line 1: expected", 0, {0, 0, 0}},
	{"seventeen_digits", " L 10000000000000000,3\n", "line 1: expected", 0, {0, 0, 0}},
	{"trailing_blank", " L 10,3 \n", "line 1: expected", 0, {0, 0, 0}},
	{"carriage_return", " L 10,3\r\n", "line 1: expected", 0, {0, 0, 0}},
	{"glued_lines", "I  10,3I  10,3\n", "line 1: expected", 0, {0, 0, 0}},

	{"cut_in_size", "I  10,3\n L 20,4", "byte 8: line 2: truncated", 1, {0x10, 3, TRACE_FETCH}},
	{"cut_in_address",
	 "I  10,3\n L 20",
	 "byte 8: line 2: truncated",
	 1,
	 {0x10, 3, TRACE_FETCH}},
	{"cut_in_kind", "I  10,3\n ", "byte 8: line 2: truncated", 1, {0x10, 3, TRACE_FETCH}},
	{"cut_in_skipped",
	 "I  10,3\n==1== y",
	 "byte 8: line 2: truncated",
	 1,
	 {0x10, 3, TRACE_FETCH}},
	{"cut_in_first", "I", "byte 0: line 1: truncated", 0, {0, 0, 0}},
};

START_TEST(lines)
{
	const struct row *r = &rows[_i];
	char *path = temporary_name(".lackey");
	struct outcome outcome;

	write_file(path, r->text, strlen(r->text));
	outcome = read_trace(path, "lackey");
	unlink(path);
	free(path);
	ck_assert_msg(outcome.good == !r->error, "%s: %s", r->name,
		      outcome.good ? "accepted" : outcome.error);
	if (r->error)
		ck_assert_msg(strstr(outcome.error, r->error), "%s: said '%s'", r->name,
			      outcome.error);
	ck_assert_msg(outcome.count == r->count, "%s: %zu records", r->name, outcome.count);
	if (r->count)
		ck_assert_msg(begins_with(&(struct outcome){.records = outcome.records, .count = 1},
					  &r->first, 1),
			      "%s: wrong record", r->name);
	free(outcome.records);
}
END_TEST

/* A NUL byte is a strange byte, not the end. */
START_TEST(zero_bytes_are_strange)
{
	static const char text[] = "I  10,3\n\0\0\0\0I  10,3\n";
	char *path = temporary_name(".lackey");
	struct outcome outcome;

	write_file(path, text, sizeof(text) - 1);
	outcome = read_trace(path, "lackey");
	unlink(path);
	ck_assert(!outcome.good);
	ck_assert_ptr_nonnull(strstr(outcome.error, "byte 8: line 2: expected"));
	free(outcome.records);
	free(path);
}
END_TEST

/* Lines that straddle the reader's buffer, and skipped lines longer than it. */
START_TEST(any_length)
{
	enum { LINES = 30000, LONG = 300000 };
	char *text = malloc(LINES * 24 + LONG + 64), *path = temporary_name(".lackey");
	size_t used = 0;
	struct outcome outcome;

	for (unsigned i = 0; i < LINES; i++) {
		if (i == LINES / 2) {
			used += (size_t)sprintf(text + used, "==1== ");
			memset(text + used, 'x', LONG);
			used += LONG;
			text[used++] = '\n';
		}
		used += (size_t)sprintf(text + used, " L %x,%u\n", i * 77777, i % 9 + 1);
	}
	write_file(path, text, used);
	outcome = read_trace(path, NULL);
	unlink(path);
	ck_assert_msg(outcome.good, "%s", outcome.error);
	ck_assert_uint_eq(outcome.count, LINES);
	for (unsigned i = 0; i < LINES; i++) {
		ck_assert_uint_eq(outcome.records[i].va, i * 77777);
		ck_assert_uint_eq(outcome.records[i].size, i % 9 + 1);
	}
	free(outcome.records);
	free(text);
	free(path);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("lackey");

	tcase_add_loop_test(tcase, lines, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tcase, zero_bytes_are_strange);
	tcase_add_test(tcase, any_length);
	return run_suite("sim/trace_lackey", tcase);
}
