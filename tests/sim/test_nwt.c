/* sim/trace_nwt and sim/trace_write: the layout of nwt(5) byte by byte, round trips, and that no
 * damage passes. */
#include "trace_support.h"

#include <zlib.h>

#define HEADER       16
#define BLOCK_HEADER 28

static struct bytes written(const struct trace_record *records, size_t count)
{
	char *path = temporary_name(".nwt");
	struct bytes bytes;

	write_trace(path, records, count);
	bytes = read_file(path);
	unlink(path);
	free(path);
	return bytes;
}

static struct outcome read_bytes(const uint8_t *data, size_t size)
{
	char *path = temporary_name(".nwt");
	struct outcome outcome;

	write_file(path, data, size);
	outcome = read_trace(path, "nwt");
	unlink(path);
	free(path);
	return outcome;
}

/* ------------------------------------------------------------------ layout */

/* What a record becomes behind the block header, written out by nwt(5). */
struct coding {
	const char *name;
	struct trace_record record;
	size_t size;
	uint8_t bytes[12];
};

static const struct coding codings[] = {
	{"fetch_4_at_0", {0, 4, TRACE_FETCH}, 1, {0x60}},
	{"fetch_3_at_7f", {0x7f, 3, TRACE_FETCH}, 2, {0x44, 0x7f}},
	{"fetch_15", {0x1000, 15, TRACE_FETCH}, 6, {0xe8, 0, 15, 0, 0x00, 0x10}},
	{"load_8_minus_1", {UINT64_MAX, 8, TRACE_LOAD}, 2, {0x65, 0xff}},
	{"load_8_at_80", {0x80, 8, TRACE_LOAD}, 3, {0x69, 0x80, 0x00}},
	{"store_64", {0x123456, 64, TRACE_STORE}, 4, {0xce, 0x56, 0x34, 0x12}},
	{"modify_1", {0x12345678, 1, TRACE_MODIFY}, 5, {0x13, 0x78, 0x56, 0x34, 0x12}},
	{"load_far", {0x8000000000000000, 2, TRACE_LOAD}, 9, {0x3d, 0, 0, 0, 0, 0, 0, 0, 0x80}},
	{"load_47_bits", {0x7ffe00000000, 2, TRACE_LOAD}, 7, {0x39, 0, 0, 0, 0, 0xfe, 0x7f}},
	{"context", {0xbeef, 0, TRACE_CONTEXT}, 4, {0xe0, 1, 0xef, 0xbe}},
	{"tlbi",
	 {0x0102030405060708, TRACE_VAALE1, TRACE_TLBI},
	 11,
	 {0xe0, 2, 5, 8, 7, 6, 5, 4, 3, 2, 1}},
};

START_TEST(coding)
{
	const struct coding *c = &codings[_i];
	struct bytes bytes = written(&c->record, 1);
	struct outcome outcome;

	ck_assert_msg(bytes.size == HEADER + BLOCK_HEADER + c->size + 80, "%s: %zu bytes", c->name,
		      bytes.size);
	ck_assert_msg(memcmp(bytes.data + HEADER + BLOCK_HEADER, c->bytes, c->size) == 0,
		      "%s: coded in another way", c->name);
	outcome = read_bytes(bytes.data, bytes.size);
	ck_assert_msg(outcome.good && same_records(&outcome, &c->record, 1), "%s: read back %s",
		      c->name, outcome.error);
	free(outcome.records);
	free(bytes.data);
}
END_TEST

START_TEST(deltas_count_from_the_end_of_a_fetch_and_the_beginning_of_data)
{
	static const struct trace_record records[] = {{0x1000, 4, TRACE_FETCH},
						      {0x2000, 8, TRACE_LOAD},
						      {0x1004, 4, TRACE_FETCH},
						      {0x2000, 8, TRACE_STORE}};
	static const uint8_t expected[] = {0x68, 0x00, 0x10, 0x69, 0x00, 0x20, 0x60, 0x62};
	struct bytes bytes = written(records, 4);

	ck_assert_uint_eq(bytes.size, HEADER + BLOCK_HEADER + sizeof(expected) + 80);
	ck_assert_mem_eq(bytes.data + HEADER + BLOCK_HEADER, expected, sizeof(expected));
	free(bytes.data);
}
END_TEST

START_TEST(frame)
{
	static const struct trace_record record = {0, 4, TRACE_FETCH};
	struct bytes bytes = written(&record, 1);
	const uint8_t *block = bytes.data + HEADER, *end = block + BLOCK_HEADER + 1;
	static const uint8_t header[12] = {0x89, 'N', 'W', 'T', '\r', '\n', 0x1a, '\n', 1, 0, 0, 0};
	static const uint8_t block_header[20] = {'N', 'W', 'T', 'B', 1, 0, 0, 0, 1};
	uint8_t end_record[72] = {0};

	ck_assert_mem_eq(bytes.data, header, 12);
	ck_assert_mem_eq(block, block_header, 20);
	memcpy(end_record, "NWTE", 4);
	memcpy(end_record + 4, end + 4, 4); /* the chain: checked by `foreign_block` */
	end_record[8] = end_record[16] = end_record[24] = 1;
	ck_assert_mem_eq(end, end_record, 72);
	free(bytes.data);
}
END_TEST

/* ------------------------------------------------------------------ round trips */

static const size_t counts[] = {0, 1, 2, 4095, 4096, 4097, 8192, 100000};

START_TEST(round_trip)
{
	size_t count = counts[_i];
	struct trace_record *records = some_records(count, true);
	struct bytes bytes = written(records, count);
	struct outcome outcome = read_bytes(bytes.data, bytes.size);

	ck_assert_msg(outcome.good, "%s", outcome.error);
	ck_assert(same_records(&outcome, records, count));
	free(outcome.records);
	free(records);
	free(bytes.data);
}
END_TEST

/* ------------------------------------------------------------------ damage */

/* Few enough records that every bit of the file can be flipped. */
enum { SMALL = 40 };

START_TEST(every_flipped_bit_is_found)
{
	struct trace_record *records = some_records(SMALL, true);
	struct bytes bytes = written(records, SMALL);

	for (size_t bit = 0; bit < 8 * bytes.size; bit++) {
		struct outcome outcome;

		bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		outcome = read_bytes(bytes.data, bytes.size);
		bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ck_assert_msg(!outcome.good, "bit %zu: not found", bit);
		ck_assert_msg(strstr(outcome.error, "byte "), "bit %zu: %s", bit, outcome.error);
		ck_assert_msg(begins_with(&outcome, records, SMALL), "bit %zu: wrong records", bit);
		free(outcome.records);
	}
	free(records);
	free(bytes.data);
}
END_TEST

START_TEST(every_truncation_is_found)
{
	struct trace_record *records = some_records(SMALL, true);
	struct bytes bytes = written(records, SMALL);

	for (size_t size = 0; size < bytes.size; size++) {
		struct outcome outcome = read_bytes(bytes.data, size);
		char offset[64];

		snprintf(offset, sizeof(offset), "byte %zu: truncated nwt", size);
		ck_assert_msg(!outcome.good && strstr(outcome.error, offset), "%zu bytes: %s", size,
			      outcome.good ? "accepted" : outcome.error);
		free(outcome.records);
	}
	free(records);
	free(bytes.data);
}
END_TEST

START_TEST(records_before_the_damaged_block_are_kept)
{
	enum { COUNT = 3 * 4096 };
	struct trace_record *records = some_records(COUNT, false);
	struct bytes bytes = written(records, COUNT);
	size_t second = HEADER + BLOCK_HEADER;
	struct outcome outcome;
	char offset[64];

	for (unsigned i = 0; i < 4; i++)
		second += (size_t)bytes.data[HEADER + 4 + i] << 8 * i;
	bytes.data[second + 1000] ^= 4;
	outcome = read_bytes(bytes.data, bytes.size);
	snprintf(offset, sizeof(offset), "byte %zu: damaged nwt block", second);
	ck_assert_msg(!outcome.good && strstr(outcome.error, offset), "%s", outcome.error);
	ck_assert(same_records(&outcome, records, 4096));
	free(outcome.records);
	free(records);
	free(bytes.data);
}
END_TEST

START_TEST(bytes_after_the_end_are_found)
{
	static const struct trace_record record = {0, 4, TRACE_FETCH};
	struct bytes bytes = written(&record, 1);
	struct outcome outcome;

	bytes.data[bytes.size] = 0;
	outcome = read_bytes(bytes.data, bytes.size + 1);
	ck_assert(!outcome.good);
	ck_assert_ptr_nonnull(strstr(outcome.error, "byte 125: damaged nwt: expected nothing"));
	free(outcome.records);
	free(bytes.data);
}
END_TEST

/* A block of another trace, whole in itself, with the same number of records of the same kinds. */
START_TEST(foreign_block)
{
	static const struct trace_record one = {0, 4, TRACE_FETCH}, other = {0, 3, TRACE_FETCH};
	struct bytes a = written(&one, 1), b = written(&other, 1);
	struct outcome outcome;

	memcpy(a.data + HEADER, b.data + HEADER, BLOCK_HEADER + 1);
	outcome = read_bytes(a.data, a.size);
	ck_assert(!outcome.good);
	ck_assert_ptr_nonnull(
		strstr(outcome.error, "byte 45: damaged nwt: blocks are missing, foreign"));
	free(outcome.records);
	free(a.data);
	free(b.data);
}
END_TEST

static void put_crc(uint8_t *at, const uint8_t *from, size_t size)
{
	uint32_t crc = (uint32_t)crc32_z(crc32_z(0, NULL, 0), from, size);

	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(crc >> 8 * i);
}

/* Payloads that no writer makes, under right checksums. */
struct forged {
	const char *name;
	uint8_t count, size;
	uint8_t bytes[12];
};

static const struct forged forgeries[] = {
	{"record_beyond_the_payload", 2, 1, {0x60}},
	{"delta_beyond_the_payload", 1, 2, {0x68, 0x00}},
	{"payload_beyond_the_records", 1, 2, {0x60, 0x60}},
	{"extended_cut", 1, 1, {0xe0}},
	{"unknown_extension", 1, 2, {0xe0, 3}},
	{"size_zero", 1, 4, {0xe0, 0, 0, 0}},
	{"context_with_a_kind", 1, 4, {0xe1, 1, 0, 0}},
	{"unknown_tlbi", 1, 11, {0xe0, 2, 6}},
	{"no_record", 0, 1, {0x60}},
	{"no_payload", 1, 0, {0}},
};

START_TEST(forged_block)
{
	const struct forged *f = &forgeries[_i];
	static const struct trace_record record = {0, 4, TRACE_FETCH};
	struct bytes bytes = written(&record, 1);
	uint8_t file[HEADER + BLOCK_HEADER + 12], *block = file + HEADER;
	struct outcome outcome;

	memcpy(file, bytes.data, HEADER + BLOCK_HEADER);
	block[4] = f->size;
	block[8] = f->count;
	memcpy(block + BLOCK_HEADER, f->bytes, 12);
	put_crc(block + 20, f->bytes, f->size);
	put_crc(block + 24, block, 24);
	outcome = read_bytes(file, (size_t)HEADER + BLOCK_HEADER + f->size);
	ck_assert_msg(!outcome.good && strstr(outcome.error, "byte 16: nwt block"), "%s: %s",
		      f->name, outcome.good ? "accepted" : outcome.error);
	ck_assert_uint_eq(outcome.count, 0);
	free(outcome.records);
	free(bytes.data);
}
END_TEST

START_TEST(another_version)
{
	static const struct trace_record record = {0, 4, TRACE_FETCH};
	struct bytes bytes = written(&record, 1);
	struct outcome outcome;

	bytes.data[8] = 2;
	put_crc(bytes.data + 12, bytes.data, 12);
	outcome = read_bytes(bytes.data, bytes.size);
	ck_assert(!outcome.good);
	ck_assert_ptr_nonnull(strstr(outcome.error, "byte 8: nwt version 2, expected 1"));
	free(bytes.data);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("nwt");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, coding, 0, (int)(sizeof(codings) / sizeof(codings[0])));
	tcase_add_test(tcase, deltas_count_from_the_end_of_a_fetch_and_the_beginning_of_data);
	tcase_add_test(tcase, frame);
	tcase_add_loop_test(tcase, round_trip, 0, (int)(sizeof(counts) / sizeof(counts[0])));
	tcase_add_test(tcase, every_flipped_bit_is_found);
	tcase_add_test(tcase, every_truncation_is_found);
	tcase_add_test(tcase, records_before_the_damaged_block_are_kept);
	tcase_add_test(tcase, bytes_after_the_end_are_found);
	tcase_add_test(tcase, foreign_block);
	tcase_add_loop_test(tcase, forged_block, 0,
			    (int)(sizeof(forgeries) / sizeof(forgeries[0])));
	tcase_add_test(tcase, another_version);
	return run_suite("sim/nwt", tcase);
}
