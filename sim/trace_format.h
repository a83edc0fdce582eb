/* What trace.c and the readers of single formats share. Private to trace*.c. */
#ifndef SIM_TRACE_FORMAT_H
#define SIM_TRACE_FORMAT_H

#include "trace_input.h"
#include "trace_output.h"

#define TRACE_BATCH 4096u /* records handed out at a time, and in a block of nwt */
#define TRACE_BUFFER_BYTES                                                                         \
	131072u       /* more than any header, block or line that must be seen whole               \
		       */
#define TRACE_PAD 16u /* zero bytes after the buffered ones: readers may load beyond the end */

/* The decompressed trace, a window of it. */
struct trace_buffer {
	struct trace_input *input;
	uint8_t *data; /* [begin, end), then TRACE_PAD zeros */
	size_t begin, end;
	uint64_t offset; /* of data[0] in the trace */
	bool ended;      /* nothing follows data[end] */
};

/* Makes `need` bytes available if the trace has so many. How many there are; -1: the input is
 * damaged. */
ssize_t trace_buffer_fill(struct trace_buffer *buffer, size_t need);

static inline uint64_t trace_buffer_offset(const struct trace_buffer *buffer)
{
	return buffer->offset + buffer->begin;
}

struct lackey_state {
	uint64_t line; /* lines read */
};

/* A tag byte of nwt, decoded once. */
struct nwt_tag {
	uint64_t mask, sign; /* of the delta that follows */
	uint32_t size;       /* 0: extended */
	uint32_t kind;
};

struct nwt_state {
	bool header_read, ended;
	uint64_t records, blocks;
	uint32_t chain; /* CRC-32 over the header CRCs of all blocks */
	uint64_t totals[TRACE_KINDS];
	struct nwt_tag tag[256];
};

struct trace_reader {
	char *path;
	const struct trace_format *format;
	struct trace_buffer buffer;
	struct lackey_state lackey;
	struct nwt_state nwt;
	bool failed;
	char error[TRACE_ERROR];
	struct trace_record records[TRACE_BATCH];
};

/* Fills reader->records. As trace_next, but a damaged place may also come with the records before
 * it: then the count is returned and reader->failed is set. */
long lackey_next(struct trace_reader *reader);
bool lackey_claims(const uint8_t *bytes, size_t size);
long nwt_next(struct trace_reader *reader);
bool nwt_claims(const uint8_t *bytes, size_t size);

/* Records what is wrong at a byte of the (decompressed) trace; -1. */
long trace_fail(struct trace_reader *reader, uint64_t offset, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same for what the input found. */
long trace_fail_input(struct trace_reader *reader);

/* The name of the format that path's suffix stands for, before one of compression; NULL: none. */
const char *trace_suffix_format(const char *path);

/* ------------------------------------------------------------------ nwt, see nwt(5) */

#define NWT_VERSION            1u
#define NWT_HEADER_BYTES       16u
#define NWT_BLOCK_HEADER_BYTES 28u
#define NWT_END_BYTES          80u
#define NWT_RECORD_BYTES_MAX   12u
#define NWT_PAYLOAD_MAX        (TRACE_BATCH * NWT_RECORD_BYTES_MAX)
#define NWT_MAGIC              "\x89NWT\r\n\x1a\n"
#define NWT_BLOCK_MAGIC        "NWTB"
#define NWT_END_MAGIC          "NWTE"

enum { NWT_EXTENDED_SIZE, NWT_EXTENDED_CONTEXT, NWT_EXTENDED_TLBI };
#define NWT_EXTENDED 7u /* size code of a tag that another byte follows */

/* Bytes of a delta by its length code, bytes of an access by its size code: fetches and data. */
extern const uint8_t nwt_delta_bytes[8];
extern const uint8_t nwt_fetch_sizes[7], nwt_data_sizes[7];

static inline uint64_t nwt_load(const uint8_t *bytes, unsigned count)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < count; i++)
		value |= (uint64_t)bytes[i] << (8 * i);
	return value;
}

static inline void nwt_store(uint8_t *bytes, uint64_t value, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
}

uint32_t nwt_crc32(uint32_t crc, const uint8_t *bytes, size_t size);

#endif
