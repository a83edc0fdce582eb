/*
 * sim/trace_input and sim/trace_output: each compression by content, concatenated members, and that
 * no flipped bit and no missing byte of a compressed trace changes what is read without being told.
 * The text inside is lackey's, which has no checksum of its own.
 */
#include "trace_support.h"

static const struct codec {
	const char *name, *suffix;
	uint8_t magic[3];
} codecs[] = {
	{"gzip", ".lackey.gz", {0x1f, 0x8b, 8}},
	{"xz", ".lackey.xz", {0xfd, '7', 'z'}},
	{"zstd", ".lackey.zst", {0x28, 0xb5, 0x2f}},
	{"bzip2", ".lackey.bz2", {'B', 'Z', 'h'}},
};

#define CODECS (int)(sizeof(codecs) / sizeof(codecs[0]))

static struct bytes compressed(const char *suffix, const struct trace_record *records, size_t count)
{
	char *path = temporary_name(suffix);
	struct bytes bytes;

	write_trace(path, records, count);
	bytes = read_file(path);
	unlink(path);
	free(path);
	return bytes;
}

static struct outcome read_bytes(const uint8_t *data, size_t size)
{
	char *path = temporary_name(".lackey"); /* the compression must be found by content */
	struct outcome outcome;

	write_file(path, data, size);
	outcome = read_trace(path, NULL);
	unlink(path);
	free(path);
	return outcome;
}

START_TEST(round_trip)
{
	enum { COUNT = 40000 };
	struct trace_record *records = some_records(COUNT, false);
	struct bytes bytes = compressed(codecs[_i].suffix, records, COUNT);
	struct outcome outcome = read_bytes(bytes.data, bytes.size);

	ck_assert_mem_eq(bytes.data, codecs[_i].magic, 3);
	ck_assert_uint_lt(bytes.size, COUNT * 9);
	ck_assert_msg(outcome.good, "%s", outcome.error);
	ck_assert(same_records(&outcome, records, COUNT));
	free(outcome.records);
	free(records);
	free(bytes.data);
}
END_TEST

START_TEST(empty)
{
	struct bytes bytes = compressed(codecs[_i].suffix, NULL, 0);
	struct outcome outcome = read_bytes(bytes.data, bytes.size);

	ck_assert_msg(outcome.good && outcome.count == 0, "%s: %s", codecs[_i].name, outcome.error);
	free(bytes.data);
}
END_TEST

/* Members one after another, as `cat a.gz b.gz` and parallel compressors make them. */
START_TEST(concatenated)
{
	enum { COUNT = 5000 };
	struct trace_record *records = some_records(COUNT, false);
	struct bytes a = compressed(codecs[_i].suffix, records, 2000);
	struct bytes b = compressed(codecs[_i].suffix, records + 2000, COUNT - 2000);
	uint8_t *both = malloc(a.size + b.size);
	struct outcome outcome;

	memcpy(both, a.data, a.size);
	memcpy(both + a.size, b.data, b.size);
	outcome = read_bytes(both, a.size + b.size);
	ck_assert_msg(outcome.good, "%s: %s", codecs[_i].name, outcome.error);
	ck_assert(same_records(&outcome, records, COUNT));
	free(outcome.records);

	both[a.size] ^= 1; /* the second member no longer looks like one */
	outcome = read_bytes(both, a.size + b.size);
	ck_assert_msg(!outcome.good, "%s: second member ignored", codecs[_i].name);
	free(outcome.records);
	free(both);
	free(records);
	free(a.data);
	free(b.data);
}
END_TEST

/*
 * A bit that only describes the file (gzip's time stamp, bzip2's block size, a last byte's padding)
 * may flip unseen: then what is read is the whole trace. Anything else is told, with a byte.
 */
START_TEST(flipped_bits)
{
	enum { COUNT = 60 };
	struct trace_record *records = some_records(COUNT, false);
	struct bytes bytes = compressed(codecs[_i].suffix, records, COUNT);
	unsigned unseen = 0;

	for (size_t bit = 0; bit < 8 * bytes.size; bit++) {
		struct outcome outcome;

		bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		outcome = read_bytes(bytes.data, bytes.size);
		bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (outcome.good) {
			unseen++;
			ck_assert_msg(same_records(&outcome, records, COUNT), "%s: bit %zu passes",
				      codecs[_i].name, bit);
		} else {
			ck_assert_msg(strstr(outcome.error, "byte "), "%s: bit %zu: %s",
				      codecs[_i].name, bit, outcome.error);
		}
		free(outcome.records);
	}
	ck_assert_msg(unseen <= 64, "%s: %u bits pass unseen", codecs[_i].name, unseen);
	free(records);
	free(bytes.data);
}
END_TEST

START_TEST(truncations)
{
	enum { COUNT = 60 };
	struct trace_record *records = some_records(COUNT, false);
	struct bytes bytes = compressed(codecs[_i].suffix, records, COUNT);

	for (size_t size = 6; size < bytes.size; size++) {
		struct outcome outcome = read_bytes(bytes.data, size);

		ck_assert_msg(!outcome.good && strstr(outcome.error, "byte "), "%s: %zu bytes: %s",
			      codecs[_i].name, size, outcome.good ? "accepted" : outcome.error);
		ck_assert_msg(begins_with(&outcome, records, COUNT), "%s: %zu bytes: wrong records",
			      codecs[_i].name, size);
		free(outcome.records);
	}
	free(records);
	free(bytes.data);
}
END_TEST

START_TEST(bytes_after_the_end)
{
	enum { COUNT = 300 };
	struct trace_record *records = some_records(COUNT, false);
	struct bytes bytes = compressed(codecs[_i].suffix, records, COUNT);
	struct outcome outcome;

	bytes.data = realloc(bytes.data, bytes.size + 16);
	memcpy(bytes.data + bytes.size, "strange bytes...", 16);
	outcome = read_bytes(bytes.data, bytes.size + 16);
	ck_assert_msg(!outcome.good, "%s", codecs[_i].name);
	ck_assert_msg(strstr(outcome.error, "damaged"), "%s", outcome.error);
	free(outcome.records);
	free(records);
	free(bytes.data);
}
END_TEST

/* The checks of 64 KiB buffers: a gzip member whose trailer straddles them, and damage far into the
 * file. */
START_TEST(damage_far_into_the_file)
{
	enum { COUNT = 60000 };
	struct trace_record *records = some_records(COUNT, false);
	struct bytes bytes = compressed(codecs[_i].suffix, records, COUNT);
	struct outcome outcome;

	bytes.data[bytes.size / 2] ^= 0x10;
	outcome = read_bytes(bytes.data, bytes.size);
	ck_assert_msg(!outcome.good, "%s", codecs[_i].name);
	free(outcome.records);
	free(records);
	free(bytes.data);
}
END_TEST

START_TEST(what_can_not_be_opened)
{
	struct outcome outcome = read_trace("/nonexistent/trace.nwt", NULL);

	ck_assert(!outcome.good);
	ck_assert_str_eq(outcome.error, "/nonexistent/trace.nwt: No such file or directory");
	outcome = read_trace("/tmp", NULL);
	ck_assert(!outcome.good);
	ck_assert_str_eq(outcome.error, "/tmp: Is a directory");
}
END_TEST

START_TEST(a_format_that_nothing_tells)
{
	char *path = temporary_name(".txt");
	struct outcome outcome;

	write_file(path, "hello\n", 6);
	outcome = read_trace(path, NULL);
	unlink(path);
	ck_assert(!outcome.good);
	ck_assert_ptr_nonnull(strstr(outcome.error, "neither content nor suffix tells its format"));
	free(path);
}
END_TEST

START_TEST(content_goes_before_suffix)
{
	char *path = temporary_name(".nwt");
	struct outcome outcome;

	write_file(path, "I  10,3\n", 8);
	outcome = read_trace(path, NULL);
	unlink(path);
	ck_assert_msg(outcome.good && outcome.count == 1, "%s", outcome.error);
	free(outcome.records);
	free(path);
}
END_TEST

START_TEST(a_writer_that_is_given_up_leaves_nothing)
{
	static const struct trace_record record = {0x10, 3, TRACE_FETCH};
	char *path = temporary_name(codecs[_i].suffix), part[80], error[TRACE_ERROR];
	struct trace_writer *writer = trace_create(path, error);

	ck_assert_ptr_nonnull(writer);
	ck_assert(trace_write(writer, &record, 1));
	ck_assert(trace_finish(writer, false, error));
	snprintf(part, sizeof(part), "%s.part", path);
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert_int_ne(access(part, F_OK), 0);
	free(path);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("compressed");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, round_trip, 0, CODECS);
	tcase_add_loop_test(tcase, empty, 0, CODECS);
	tcase_add_loop_test(tcase, concatenated, 0, CODECS);
	tcase_add_loop_test(tcase, flipped_bits, 0, CODECS);
	tcase_add_loop_test(tcase, truncations, 0, CODECS);
	tcase_add_loop_test(tcase, bytes_after_the_end, 0, CODECS);
	tcase_add_loop_test(tcase, damage_far_into_the_file, 0, CODECS);
	tcase_add_test(tcase, what_can_not_be_opened);
	tcase_add_test(tcase, a_format_that_nothing_tells);
	tcase_add_test(tcase, content_goes_before_suffix);
	tcase_add_loop_test(tcase, a_writer_that_is_given_up_leaves_nothing, 0, CODECS);
	return run_suite("sim/compressed", tcase);
}
