/*
 * The text that `valgrind --tool=lackey --trace-mem=yes` writes: `I  04000000,3`, ` L 1ffe,8`, ` S
 * 1ffe,8`, ` M 1ffe,8`. Valgrind's own lines, which begin `==` or `--`, are skipped; any other line
 * is an error.
 */
#include "trace_format.h"

#include <inttypes.h>
#include <string.h>

#define LINE_MAX 32u /* a record's longest line and some: "I  " 16 digits "," 5 digits "\n" */

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_skipped(const uint8_t *line)
{
	return (line[0] == '=' || line[0] == '-') && line[1] == line[0];
}

/* The kind of a line by its first three bytes; -1: none. */
static int line_kind(const uint8_t *line)
{
	if (line[2] != ' ')
		return -1;
	if (line[0] == 'I' && line[1] == ' ')
		return TRACE_FETCH;
	if (line[0] != ' ')
		return -1;
	switch (line[1]) {
	case 'L':
		return TRACE_LOAD;
	case 'S':
		return TRACE_STORE;
	case 'M':
		return TRACE_MODIFY;
	default:
		return -1;
	}
}

bool lackey_claims(const uint8_t *bytes, size_t size)
{
	if (size < 4)
		return false;
	return is_skipped(bytes) || (line_kind(bytes) >= 0 && hex_digit(bytes[3]) >= 0);
}

/* Parses one record. How many bytes its line has, 0: it is no record. Stops at the zeros behind the
 * trace's end. */
static size_t parse_record(const uint8_t *line, struct trace_record *record)
{
	const uint8_t *p = line + 3, *digits = p;
	int kind = line_kind(line), digit;
	uint64_t va = 0;
	uint32_t size = 0;

	if (kind < 0)
		return 0;
	for (; (digit = hex_digit(*p)) >= 0 && p - digits < 16; p++)
		va = va << 4 | (unsigned)digit;
	if (p == digits || *p != ',')
		return 0;
	digits = ++p;
	for (; *p >= '0' && *p <= '9' && p - digits < 5; p++)
		size = size * 10 + (uint32_t)(*p - '0');
	if (*p != '\n' || size == 0 || size > TRACE_SIZE_MAX)
		return 0;
	*record = (struct trace_record){va, size, (uint32_t)kind};
	return (size_t)(p + 1 - line);
}

/* Passes the rest of a line of any length. False: the trace ends, or is damaged, before the line
 * does. */
static bool skip_line(struct trace_reader *reader)
{
	struct trace_buffer *buffer = &reader->buffer;

	for (;;) {
		ssize_t left = trace_buffer_fill(buffer, 1);

		if (left <= 0)
			return false;

		const uint8_t *begin = buffer->data + buffer->begin;
		const uint8_t *newline = memchr(begin, '\n', (size_t)left);

		if (newline) {
			buffer->begin += (size_t)(newline + 1 - begin);
			reader->lackey.line++;
			return true;
		}
		buffer->begin = buffer->end;
	}
}

static long strange_line(struct trace_reader *reader, uint64_t offset)
{
	struct trace_buffer *buffer = &reader->buffer;
	uint64_t line = reader->lackey.line + 1;
	const uint8_t *begin = buffer->data + buffer->begin;
	size_t left = buffer->end - buffer->begin;

	if (offset != trace_buffer_offset(buffer) || (buffer->ended && !memchr(begin, '\n', left)))
		return trace_fail(reader, offset, "line %" PRIu64 ": truncated, it has no end",
				  line);
	return trace_fail(reader, offset,
			  "line %" PRIu64
			  ": expected `I  ADDRESS,SIZE`, ` L`, ` S` or ` M` likewise, "
			  "or a line of valgrind's (== or --)",
			  line);
}

/* One record or skipped line. 1, 0: the end, -1: damaged. */
static int next_line(struct trace_reader *reader, struct trace_record *record, bool *skipped)
{
	struct trace_buffer *buffer = &reader->buffer;

	if (buffer->end - buffer->begin < LINE_MAX) {
		ssize_t left = trace_buffer_fill(buffer, LINE_MAX);

		if (left <= 0)
			return left < 0 ? (int)trace_fail_input(reader) : 0;
	}

	uint64_t offset = trace_buffer_offset(buffer);
	const uint8_t *line = buffer->data + buffer->begin;
	size_t length = parse_record(line, record);

	*skipped = length == 0 && is_skipped(line);
	if (*skipped) {
		if (skip_line(reader))
			return 1;
		return (int)(buffer->ended ? strange_line(reader, offset)
					   : trace_fail_input(reader));
	}
	if (length == 0)
		return (int)strange_line(reader, offset);
	buffer->begin += length;
	reader->lackey.line++;
	return 1;
}

long lackey_next(struct trace_reader *reader)
{
	long count = 0;

	while (count < (long)TRACE_BATCH) {
		bool skipped = false;
		int result = next_line(reader, &reader->records[count], &skipped);

		if (result == 0)
			break;
		if (result < 0)
			return count ? count : -1;
		count += !skipped;
	}
	return count;
}
