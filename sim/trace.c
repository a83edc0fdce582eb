/* Opening traces: formats by name, content and suffix, and the buffer under their readers. */
#include "trace_format.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct trace_format {
	const char *name;
	const char *suffix;
	const char *about;
	bool (*claims)(const uint8_t *bytes, size_t size);
	long (*next)(struct trace_reader *reader);
};

static const struct trace_format formats[] = {
	{"lackey", ".lackey", "text of valgrind --tool=lackey --trace-mem=yes", lackey_claims,
	 lackey_next},
	{"nwt", ".nwt", "nestwalk's own: compact, checked, seekable; see nwt(5)", nwt_claims,
	 nwt_next},
};

#define FORMATS (sizeof(formats) / sizeof(formats[0]))

/* ------------------------------------------------------------------ formats */

static const struct trace_format *by_name(const char *name)
{
	for (size_t i = 0; i < FORMATS; i++) {
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	}
	return NULL;
}

bool trace_format_known(const char *name)
{
	return by_name(name);
}

const char *trace_format_name(size_t i, const char **about)
{
	if (i >= FORMATS)
		return NULL;
	if (about)
		*about = formats[i].about;
	return formats[i].name;
}

static const struct trace_format *by_content(const struct trace_buffer *buffer)
{
	for (size_t i = 0; i < FORMATS; i++) {
		if (formats[i].claims(buffer->data, buffer->end))
			return &formats[i];
	}
	return NULL;
}

static const struct trace_format *by_suffix(const char *path)
{
	size_t length = strlen(path) - strlen(trace_compression_suffix(path));

	for (size_t i = 0; i < FORMATS; i++) {
		size_t suffix = strlen(formats[i].suffix);

		if (length > suffix &&
		    strncmp(path + length - suffix, formats[i].suffix, suffix) == 0)
			return &formats[i];
	}
	return NULL;
}

const char *trace_suffix_format(const char *path)
{
	const struct trace_format *format = by_suffix(path);

	return format ? format->name : NULL;
}

/* ------------------------------------------------------------------ errors */

long trace_fail(struct trace_reader *reader, uint64_t offset, const char *format, ...)
{
	va_list arguments;
	int used;

	reader->failed = true;
	used = snprintf(
		reader->error, TRACE_ERROR, "%.120s: byte %" PRIu64 "%s: ", reader->path, offset,
		trace_input_is_compressed(reader->buffer.input) ? " of the decompressed trace"
								: "");
	va_start(arguments, format);
	vsnprintf(reader->error + used, TRACE_ERROR - (size_t)used, format, arguments);
	va_end(arguments);
	return -1;
}

long trace_fail_input(struct trace_reader *reader)
{
	reader->failed = true;
	snprintf(reader->error, TRACE_ERROR, "%.120s: %.120s", reader->path,
		 trace_input_error(reader->buffer.input));
	return -1;
}

/* ------------------------------------------------------------------ the buffer */

ssize_t trace_buffer_fill(struct trace_buffer *buffer, size_t need)
{
	if (buffer->end - buffer->begin < need && !buffer->ended) {
		memmove(buffer->data, buffer->data + buffer->begin, buffer->end - buffer->begin);
		buffer->offset += buffer->begin;
		buffer->end -= buffer->begin;
		buffer->begin = 0;
	}
	while (buffer->end - buffer->begin < need && !buffer->ended) {
		ssize_t got = trace_input_read(buffer->input, buffer->data + buffer->end,
					       TRACE_BUFFER_BYTES - buffer->end);

		if (got < 0)
			return -1;
		buffer->ended = got == 0;
		buffer->end += (size_t)got;
		memset(buffer->data + buffer->end, 0, TRACE_PAD);
	}
	return (ssize_t)(buffer->end - buffer->begin);
}

/* ------------------------------------------------------------------ readers */

/* Of a reader that has failed, the first trace_next tells why: any format will do. */
static bool tell_first(struct trace_reader *reader)
{
	reader->format = &formats[0];
	return true;
}

/*
 * A block is decompressed before its checksum is looked at: contents that nobody knows may be
 * damaged ones.
 */
static bool is_damaged(struct trace_reader *reader)
{
	struct trace_buffer *buffer = &reader->buffer;
	ssize_t got = trace_input_is_compressed(buffer->input);

	while (got > 0)
		got = trace_input_read(buffer->input, buffer->data, TRACE_BUFFER_BYTES);
	if (got < 0)
		trace_fail_input(reader);
	return got < 0;
}

static bool choose_format(struct trace_reader *reader, const char *format)
{
	if (format) {
		reader->format = by_name(format);
		if (!reader->format)
			snprintf(reader->error, TRACE_ERROR, "%.80s: no such trace format", format);
		return reader->format;
	}
	ssize_t got = trace_buffer_fill(&reader->buffer, 64);

	if (got < 0) {
		trace_fail_input(reader);
		return tell_first(reader);
	}
	reader->format = by_content(&reader->buffer);
	if (!reader->format)
		reader->format = by_suffix(reader->path);
	/* What a compressor made of no record is whole. */
	if (reader->format && got == 0 && !trace_input_is_compressed(reader->buffer.input))
		trace_fail(reader, 0, "truncated: the file is empty, expected records");
	if (!reader->format && is_damaged(reader))
		return tell_first(reader);
	if (!reader->format)
		snprintf(reader->error, TRACE_ERROR,
			 "%.120s: neither content nor suffix tells its format, give --format",
			 reader->path);
	return reader->format;
}

struct trace_reader *trace_open(const char *path, const char *format, char error[TRACE_ERROR])
{
	struct trace_reader *reader = calloc(1, sizeof(*reader));

	if (!reader || !(reader->path = strdup(path)) ||
	    !(reader->buffer.data = calloc(1, TRACE_BUFFER_BYTES + TRACE_PAD))) {
		snprintf(error, TRACE_ERROR, "%.120s: out of memory", path);
	} else {
		reader->buffer.input = trace_input_open(path, error);
		if (reader->buffer.input && choose_format(reader, format))
			return reader;
		if (reader->buffer.input)
			memcpy(error, reader->error, TRACE_ERROR);
	}
	trace_close(reader);
	return NULL;
}

void trace_close(struct trace_reader *reader)
{
	if (!reader)
		return;
	trace_input_close(reader->buffer.input);
	free(reader->buffer.data);
	free(reader->path);
	free(reader);
}

long trace_next(struct trace_reader *reader, const struct trace_record **records)
{
	*records = reader->records;
	return reader->failed ? -1 : reader->format->next(reader);
}

const char *trace_error(const struct trace_reader *reader)
{
	return reader->error;
}

double trace_progress(const struct trace_reader *reader)
{
	return trace_input_progress(reader->buffer.input);
}
