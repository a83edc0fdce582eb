/* Files and whole traces for the suites that test trace readers and writers. */
#ifndef TESTS_SIM_TRACE_SUPPORT_H
#define TESTS_SIM_TRACE_SUPPORT_H

#include "sim/trace.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct bytes {
	uint8_t *data;
	size_t size;
};

/* A name for a file of this test process; the caller frees it and removes the file. */
static inline char *temporary_name(const char *suffix)
{
	char *name = malloc(64);

	snprintf(name, 64, "/tmp/nestwalk-test-%ld%s", (long)getpid(), suffix);
	return name;
}

static inline void write_file(const char *path, const void *data, size_t size)
{
	FILE *file = fopen(path, "wb");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(data, 1, size, file), size);
	ck_assert_int_eq(fclose(file), 0);
}

static inline struct bytes read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct bytes bytes = {NULL, 0};

	ck_assert_msg(file, "%s is missing", path);
	fseek(file, 0, SEEK_END);
	bytes.size = (size_t)ftell(file);
	rewind(file);
	bytes.data = malloc(bytes.size + 1);
	ck_assert_uint_eq(fread(bytes.data, 1, bytes.size, file), bytes.size);
	fclose(file);
	return bytes;
}

/* What reading a whole trace gave. */
struct outcome {
	struct trace_record *records;
	size_t count;
	bool good;
	char error[TRACE_ERROR];
};

static inline struct outcome read_trace(const char *path, const char *format)
{
	struct outcome outcome = {.records = NULL};
	struct trace_reader *reader = trace_open(path, format, outcome.error);
	const struct trace_record *records;
	long count;

	if (!reader)
		return outcome;
	while ((count = trace_next(reader, &records)) > 0) {
		size_t more = (size_t)count;

		outcome.records =
			realloc(outcome.records, (outcome.count + more) * sizeof(*records));
		memcpy(outcome.records + outcome.count, records, more * sizeof(*records));
		outcome.count += more;
	}
	outcome.good = count == 0;
	if (!outcome.good) {
		strcpy(outcome.error, trace_error(reader));
		ck_assert_int_eq(trace_next(reader, &records), -1); /* and stays damaged */
	}
	trace_close(reader);
	return outcome;
}

static inline void write_trace(const char *path, const struct trace_record *records, size_t count)
{
	char error[TRACE_ERROR] = "";
	struct trace_writer *writer = trace_create(path, error);

	ck_assert_msg(writer, "%s", error);
	ck_assert_msg(trace_write(writer, records, count), "%s", trace_writer_error(writer));
	ck_assert_msg(trace_finish(writer, true, error), "%s", error);
}

static inline bool same_records(const struct outcome *outcome, const struct trace_record *records,
				size_t count)
{
	if (outcome->count != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct trace_record *a = &outcome->records[i], *b = &records[i];

		if (a->va != b->va || a->size != b->size || a->kind != b->kind)
			return false;
	}
	return true;
}

/* The first `count` records are those. */
static inline bool begins_with(const struct outcome *outcome, const struct trace_record *records,
			       size_t count)
{
	struct outcome head = *outcome;

	if (outcome->count > count)
		return false;
	head.count = outcome->count;
	return same_records(&head, records, outcome->count);
}

/* A deterministic mixture of everything that a trace may hold; no events for lackey. */
static inline struct trace_record *some_records(size_t count, bool events)
{
	struct trace_record *records = calloc(count, sizeof(*records));
	uint64_t state = 88172645463325252u, pc = 0x400000, sp = 0x1ffefff000;

	for (size_t i = 0; i < count; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		if (events && state % 53 == 0)
			records[i] = (struct trace_record){state & 0xffff, 0, TRACE_CONTEXT};
		else if (events && state % 59 == 0)
			records[i] = (struct trace_record){
				state, (uint32_t)(state >> 8) % TRACE_TLBI_COUNT, TRACE_TLBI};
		else if (state % 31 == 0) /* far away, of any size */
			records[i] = (struct trace_record){
				state, 1 + (uint32_t)(state >> 9) % TRACE_SIZE_MAX,
				(uint32_t)(state >> 3) % 4};
		else if (state % 3)
			records[i] = (struct trace_record){pc, 1 + (uint32_t)(state >> 20) % 15,
							   TRACE_FETCH};
		else
			records[i] = (struct trace_record){sp + (state >> 30) % 4096,
							   1u << (state >> 50) % 7,
							   1 + (uint32_t)(state >> 4) % 3};
		if (records[i].kind == TRACE_FETCH)
			pc = records[i].va + records[i].size;
		if (state % 17 == 0)
			pc = 0x400000 + (state >> 40) % 0x100000;
	}
	return records;
}

static inline int run_suite(const char *name, TCase *tcase)
{
	Suite *suite = suite_create(name);
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
