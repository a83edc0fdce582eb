/* Writing traces: lackey's text, and nwt as nwt(5) specifies it. */
#include "trace_format.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct trace_writer {
	char *path;
	struct trace_output *output;
	bool (*write)(struct trace_writer *writer, const struct trace_record *record);
	bool (*end)(struct trace_writer *writer);
	bool failed;
	char error[TRACE_ERROR];

	uint64_t records, blocks, totals[TRACE_KINDS];
	uint32_t chain;
	/* The block or text that is being filled. */
	uint32_t count;
	size_t used;
	uint64_t base[2]; /* deltas count from here: fetches, data */
	uint8_t bytes[NWT_BLOCK_HEADER_BYTES + NWT_PAYLOAD_MAX];
};

static bool fail(struct trace_writer *writer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static bool fail(struct trace_writer *writer, const char *format, ...)
{
	va_list arguments;
	int used = snprintf(writer->error, TRACE_ERROR, "%.120s: ", writer->path);

	va_start(arguments, format);
	vsnprintf(writer->error + used, TRACE_ERROR - (size_t)used, format, arguments);
	va_end(arguments);
	writer->failed = true;
	return false;
}

static bool put(struct trace_writer *writer, const uint8_t *bytes, size_t size)
{
	return trace_output_write(writer->output, bytes, size) ||
	       fail(writer, "could not be written: %s", strerror(errno));
}

/* ------------------------------------------------------------------ lackey */

static bool lackey_end(struct trace_writer *writer)
{
	size_t used = writer->used;

	writer->used = 0;
	return used == 0 || put(writer, writer->bytes, used);
}

static bool lackey_write(struct trace_writer *writer, const struct trace_record *record)
{
	static const char *const words[] = {"I  ", " L ", " S ", " M "};

	if (record->kind > TRACE_MODIFY)
		return fail(writer, "lackey has no words for record %" PRIu64 ", a %s",
			    writer->records,
			    record->kind == TRACE_CONTEXT ? "context switch" : "TLBI");
	writer->used +=
		(size_t)snprintf((char *)writer->bytes + writer->used, 40, "%s%08" PRIx64 ",%u\n",
				 words[record->kind], record->va, record->size);
	writer->records++;
	return writer->used + 40 < sizeof(writer->bytes) || lackey_end(writer);
}

/* ------------------------------------------------------------------ nwt */

static bool nwt_begin(struct trace_writer *writer)
{
	uint8_t header[NWT_HEADER_BYTES];

	writer->chain = nwt_crc32(0, NULL, 0);
	writer->used = NWT_BLOCK_HEADER_BYTES;
	memcpy(header, NWT_MAGIC, 8);
	nwt_store(header + 8, NWT_VERSION, 2);
	nwt_store(header + 10, 0, 2);
	nwt_store(header + 12, nwt_crc32(0, header, 12), 4);
	return put(writer, header, sizeof(header));
}

static bool nwt_flush(struct trace_writer *writer)
{
	uint8_t *header = writer->bytes;
	size_t size = writer->used - NWT_BLOCK_HEADER_BYTES;
	bool good;

	if (writer->count == 0)
		return true;
	memcpy(header, NWT_BLOCK_MAGIC, 4);
	nwt_store(header + 4, size, 4);
	nwt_store(header + 8, writer->count, 4);
	nwt_store(header + 12, writer->records - writer->count, 8);
	nwt_store(header + 20, nwt_crc32(0, header + NWT_BLOCK_HEADER_BYTES, size), 4);
	nwt_store(header + 24, nwt_crc32(0, header, 24), 4);
	writer->chain = nwt_crc32(writer->chain, header + 24, 4);
	good = put(writer, writer->bytes, writer->used);
	writer->blocks++;
	writer->count = 0;
	writer->used = NWT_BLOCK_HEADER_BYTES;
	writer->base[0] = writer->base[1] = 0;
	return good;
}

static bool nwt_end(struct trace_writer *writer)
{
	uint8_t end[NWT_END_BYTES] = {0};

	if (!nwt_flush(writer))
		return false;
	memcpy(end, NWT_END_MAGIC, 4);
	nwt_store(end + 4, writer->chain, 4);
	nwt_store(end + 8, writer->records, 8);
	nwt_store(end + 16, writer->blocks, 8);
	for (unsigned kind = 0; kind < TRACE_KINDS; kind++)
		nwt_store(end + 24 + 8 * kind, writer->totals[kind], 8);
	nwt_store(end + 76, nwt_crc32(0, end, 76), 4);
	return put(writer, end, sizeof(end));
}

/* The shortest length code whose bytes hold delta, sign included. */
static unsigned delta_code(uint64_t delta)
{
	for (unsigned code = 0; code < 7; code++) {
		unsigned bits = 8u * nwt_delta_bytes[code];
		uint64_t half = bits ? UINT64_C(1) << (bits - 1) : 0;

		if (bits ? delta + half < half << 1 : delta == 0)
			return code;
	}
	return 7;
}

static unsigned size_code(const struct trace_record *record)
{
	const uint8_t *sizes = record->kind == TRACE_FETCH ? nwt_fetch_sizes : nwt_data_sizes;

	for (unsigned code = 0; code < NWT_EXTENDED; code++) {
		if (sizes[code] == record->size)
			return code;
	}
	return NWT_EXTENDED;
}

/* Tag, size where it has no code, delta. */
static uint8_t *encode_access(struct trace_writer *writer, const struct trace_record *record,
			      uint8_t *p)
{
	uint64_t *base = &writer->base[record->kind != TRACE_FETCH];
	uint64_t delta = record->va - *base;
	unsigned length = delta_code(delta), size = size_code(record);

	*p++ = (uint8_t)(size << 5 | length << 2 | record->kind);
	if (size == NWT_EXTENDED) {
		*p++ = NWT_EXTENDED_SIZE;
		nwt_store(p, record->size, 2);
		p += 2;
	}
	nwt_store(p, delta, nwt_delta_bytes[length]);
	*base = record->va + (record->kind == TRACE_FETCH ? record->size : 0);
	return p + nwt_delta_bytes[length];
}

static uint8_t *encode_event(const struct trace_record *record, uint8_t *p)
{
	*p++ = NWT_EXTENDED << 5;
	if (record->kind == TRACE_CONTEXT) {
		*p++ = NWT_EXTENDED_CONTEXT;
		nwt_store(p, record->va, 2);
		return p + 2;
	}
	*p++ = NWT_EXTENDED_TLBI;
	*p++ = (uint8_t)record->size;
	nwt_store(p, record->va, 8);
	return p + 8;
}

static bool nwt_write(struct trace_writer *writer, const struct trace_record *record)
{
	uint8_t *p = writer->bytes + writer->used;

	p = record->kind <= TRACE_MODIFY ? encode_access(writer, record, p)
					 : encode_event(record, p);
	writer->used = (size_t)(p - writer->bytes);
	writer->totals[record->kind]++;
	writer->count++;
	writer->records++;
	return writer->count < TRACE_BATCH || nwt_flush(writer);
}

/* ------------------------------------------------------------------ all */

struct trace_writer *trace_create(const char *path, char error[TRACE_ERROR])
{
	const char *format = trace_suffix_format(path);
	struct trace_writer *writer;

	if (!format) {
		snprintf(error, TRACE_ERROR,
			 "%.120s: its suffix names no trace format, expected .nwt or .lackey and "
			 "perhaps "
			 ".gz, .xz, .zst or .bz2",
			 path);
		return NULL;
	}
	writer = calloc(1, sizeof(*writer));
	if (!writer || !(writer->path = strdup(path))) {
		free(writer);
		snprintf(error, TRACE_ERROR, "%.120s: out of memory", path);
		return NULL;
	}
	writer->output = trace_output_create(path, error);
	if (!writer->output) {
		free(writer->path);
		free(writer);
		return NULL;
	}
	if (strcmp(format, "nwt") == 0) {
		writer->write = nwt_write;
		writer->end = nwt_end;
		nwt_begin(writer); /* a failure shows at the next write */
	} else {
		writer->write = lackey_write;
		writer->end = lackey_end;
	}
	return writer;
}

bool trace_write(struct trace_writer *writer, const struct trace_record *records, size_t count)
{
	for (size_t i = 0; i < count && !writer->failed; i++)
		writer->write(writer, &records[i]);
	return !writer->failed;
}

const char *trace_writer_error(const struct trace_writer *writer)
{
	return writer->error;
}

bool trace_finish(struct trace_writer *writer, bool keep, char error[TRACE_ERROR])
{
	bool good = !writer->failed && (!keep || writer->end(writer));

	if (!good)
		memcpy(error, writer->error, TRACE_ERROR);
	if (!trace_output_finish(writer->output, keep && good, error))
		good = false;
	free(writer->path);
	free(writer);
	return good;
}
