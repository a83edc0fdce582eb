/*
 * Reading nwt: header, blocks, end record, as nwt(5) specifies them. Every byte of the file is
 * under a CRC-32, so that each flipped bit and each missing byte is found; nothing of a block is
 * handed out before its CRC-32 is right.
 */
#include "trace_format.h"

#include <endian.h>
#include <inttypes.h>
#include <string.h>
#include <zlib.h>

const uint8_t nwt_delta_bytes[8] = {0, 1, 2, 3, 4, 5, 6, 8};
const uint8_t nwt_fetch_sizes[7] = {1, 2, 3, 4, 5, 6, 7};
const uint8_t nwt_data_sizes[7] = {1, 2, 4, 8, 16, 32, 64};

uint32_t nwt_crc32(uint32_t crc, const uint8_t *bytes, size_t size)
{
	return (uint32_t)crc32_z(crc, bytes, size);
}

bool nwt_claims(const uint8_t *bytes, size_t size)
{
	return size >= 8 && memcmp(bytes, NWT_MAGIC, 8) == 0;
}

static void decode_tags(struct nwt_state *nwt)
{
	for (unsigned i = 0; i < 256; i++) {
		struct nwt_tag *tag = &nwt->tag[i];
		unsigned size_code = i >> 5, length = nwt_delta_bytes[i >> 2 & 7];

		tag->kind = i & 3;
		if (length) {
			tag->sign = UINT64_C(1) << (8 * length - 1);
			tag->mask = tag->sign | (tag->sign - 1);
		}
		if (size_code != NWT_EXTENDED)
			tag->size = tag->kind == TRACE_FETCH ? nwt_fetch_sizes[size_code]
							     : nwt_data_sizes[size_code];
	}
}

/* ------------------------------------------------------------------ payloads */

/* A payload that is being decoded. */
struct decoder {
	const uint8_t *p;
	uint64_t fetch_base, data_base; /* deltas count from here: the end of the last fetch, the
					   last data address */
	uint64_t kinds; /* records by kind, 16 bits for each of the four kinds of access */
	uint64_t contexts, tlbis;
};

static uint64_t delta_of(const struct nwt_tag *tag, const uint8_t *bytes)
{
	uint64_t raw;

	memcpy(&raw, bytes, 8);
	return ((le64toh(raw) & tag->mask) ^ tag->sign) - tag->sign;
}

/* nwt_delta_bytes, but computed: where the next record begins is what the decoder waits for. */
static unsigned delta_length(uint8_t tag)
{
	unsigned code = tag >> 2 & 7;

	return code + ((code + 1) >> 3);
}

/* An access of size bytes; d->p stands at its delta. */
static inline void decode_access(struct decoder *d, const struct nwt_tag *tag, uint8_t byte,
				 uint32_t size, struct trace_record *record)
{
	bool fetch = tag->kind == TRACE_FETCH;
	uint64_t va = (fetch ? d->fetch_base : d->data_base) + delta_of(tag, d->p);

	d->fetch_base = fetch ? va + size : d->fetch_base;
	d->data_base = fetch ? d->data_base : va;
	d->kinds += UINT64_C(1) << 16 * tag->kind;
	*record = (struct trace_record){va, size, tag->kind};
	d->p += delta_length(byte);
}

/* A record whose tag says "extended", d->p behind the tag. False: not of the grammar. */
static bool decode_extended(struct decoder *d, const struct nwt_tag *tag, uint8_t byte,
			    struct trace_record *record)
{
	const uint8_t *p = d->p;
	uint32_t size = (uint32_t)nwt_load(p + 1, 2);
	bool plain = byte == NWT_EXTENDED << 5;

	switch (p[0]) {
	case NWT_EXTENDED_SIZE:
		d->p += 3;
		decode_access(d, tag, byte, size, record);
		return size;
	case NWT_EXTENDED_CONTEXT:
		*record = (struct trace_record){size, 0, TRACE_CONTEXT};
		d->contexts++;
		d->p += 3;
		return plain;
	case NWT_EXTENDED_TLBI:
		*record = (struct trace_record){nwt_load(p + 2, 8), p[1], TRACE_TLBI};
		d->tlbis++;
		d->p += 10;
		return plain && p[1] < TRACE_TLBI_COUNT;
	default:
		return false;
	}
}

/* False: the payload is not of the grammar, or not of this length. */
static bool decode_payload(struct nwt_state *nwt, const uint8_t *payload, size_t size,
			   struct trace_record *records, uint32_t count)
{
	struct decoder d = {.p = payload};
	const uint8_t *end = payload + size;

	for (struct trace_record *record = records; record < records + count; record++) {
		uint8_t byte = *d.p++;
		const struct nwt_tag *tag = &nwt->tag[byte];

		if (__builtin_expect(d.p > end, 0))
			return false;
		if (__builtin_expect(tag->size, 1))
			decode_access(&d, tag, byte, tag->size, record);
		else if (!decode_extended(&d, tag, byte, record))
			return false;
	}
	for (unsigned kind = TRACE_FETCH; kind <= TRACE_MODIFY; kind++)
		nwt->totals[kind] += d.kinds >> 16 * kind & 0xffff;
	nwt->totals[TRACE_CONTEXT] += d.contexts;
	nwt->totals[TRACE_TLBI] += d.tlbis;
	return d.p == end;
}

/* ------------------------------------------------------------------ header, blocks, end */

static long truncated(struct trace_reader *reader, const char *what)
{
	struct trace_buffer *buffer = &reader->buffer;

	return trace_fail(reader, buffer->offset + buffer->end,
			  "truncated nwt: the trace ends inside %s", what);
}

/* Makes size bytes available. False: truncated, or the input is damaged. */
static bool want(struct trace_reader *reader, size_t size, const char *what)
{
	ssize_t left = trace_buffer_fill(&reader->buffer, size);

	if (left < 0)
		trace_fail_input(reader);
	else if ((size_t)left < size)
		truncated(reader, what);
	return !reader->failed;
}

/* The CRC-32 in the last four of size bytes is that of the bytes before it. */
static bool crc_right(const uint8_t *bytes, size_t size)
{
	return nwt_load(bytes + size - 4, 4) == nwt_crc32(0, bytes, size - 4);
}

static long read_header(struct trace_reader *reader)
{
	struct trace_buffer *buffer = &reader->buffer;

	ssize_t left = trace_buffer_fill(buffer, NWT_HEADER_BYTES);
	const uint8_t *header = buffer->data + buffer->begin;

	if (left >= 0 && memcmp(header, NWT_MAGIC, left < 8 ? (size_t)left : 8))
		return trace_fail(reader, 0, "no nwt header, expected 89 4E 57 54 0D 0A 1A 0A");
	if (!want(reader, NWT_HEADER_BYTES, "its header"))
		return -1;

	unsigned version = (unsigned)nwt_load(header + 8, 2);

	if (!crc_right(header, NWT_HEADER_BYTES))
		return trace_fail(reader, 0, "damaged nwt header: its CRC-32 is wrong");
	if (version != NWT_VERSION || nwt_load(header + 10, 2))
		return trace_fail(reader, 8, "nwt version %u, expected %u", version, NWT_VERSION);
	buffer->begin += NWT_HEADER_BYTES;
	reader->nwt.chain = nwt_crc32(0, NULL, 0);
	decode_tags(&reader->nwt);
	reader->nwt.header_read = true;
	return 0;
}

/* The end record must agree with what was read, and nothing may follow it. */
static long read_end(struct trace_reader *reader, uint64_t offset)
{
	struct nwt_state *nwt = &reader->nwt;
	struct trace_buffer *buffer = &reader->buffer;

	if (!want(reader, NWT_END_BYTES, "its end record"))
		return -1;

	const uint8_t *end = buffer->data + buffer->begin;
	bool agrees = nwt_load(end + 4, 4) == nwt->chain && nwt_load(end + 8, 8) == nwt->records &&
		      nwt_load(end + 16, 8) == nwt->blocks && nwt_load(end + 72, 4) == 0;

	if (!crc_right(end, NWT_END_BYTES))
		return trace_fail(reader, offset, "damaged nwt end record: its CRC-32 is wrong");
	for (unsigned kind = 0; kind < TRACE_KINDS; kind++)
		agrees = agrees && nwt_load(end + 24 + 8 * kind, 8) == nwt->totals[kind];
	if (!agrees)
		return trace_fail(reader, offset,
				  "damaged nwt: blocks are missing, foreign or out of order");
	buffer->begin += NWT_END_BYTES;

	ssize_t left = trace_buffer_fill(buffer, 1);

	if (left < 0)
		return trace_fail_input(reader);
	if (left > 0)
		return trace_fail(reader, trace_buffer_offset(buffer),
				  "damaged nwt: expected nothing after the end record");
	nwt->ended = true;
	return 0;
}

/* Checks and decodes the block whose header begins the buffer. */
static long read_block(struct trace_reader *reader, uint64_t offset)
{
	struct nwt_state *nwt = &reader->nwt;
	struct trace_buffer *buffer = &reader->buffer;

	if (!want(reader, NWT_BLOCK_HEADER_BYTES, "a block's header"))
		return -1;

	const uint8_t *header = buffer->data + buffer->begin;
	uint32_t size = (uint32_t)nwt_load(header + 4, 4),
		 count = (uint32_t)nwt_load(header + 8, 4);

	if (!crc_right(header, NWT_BLOCK_HEADER_BYTES))
		return trace_fail(reader, offset, "damaged nwt block header: its CRC-32 is wrong");
	if (size == 0 || size > NWT_PAYLOAD_MAX || count == 0 || count > TRACE_BATCH)
		return trace_fail(reader, offset,
				  "nwt block of %u records in %u bytes, expected at most %u", count,
				  size, TRACE_BATCH);
	if (nwt_load(header + 12, 8) != nwt->records)
		return trace_fail(reader, offset,
				  "damaged nwt: expected the block of record %" PRIu64,
				  nwt->records);
	if (!want(reader, NWT_BLOCK_HEADER_BYTES + size, "a block"))
		return -1;
	header = buffer->data + buffer->begin; /* which want may have moved */

	const uint8_t *payload = header + NWT_BLOCK_HEADER_BYTES;

	if (nwt_load(header + 20, 4) != nwt_crc32(0, payload, size))
		return trace_fail(reader, offset,
				  "damaged nwt block: the CRC-32 of its records is wrong");
	if (!decode_payload(nwt, payload, size, reader->records, count))
		return trace_fail(reader, offset,
				  "nwt block with records that nwt(5) does not know");
	nwt->chain = nwt_crc32(nwt->chain, header + 24, 4);
	nwt->records += count;
	nwt->blocks++;
	buffer->begin += NWT_BLOCK_HEADER_BYTES + size;
	return count;
}

long nwt_next(struct trace_reader *reader)
{
	struct trace_buffer *buffer = &reader->buffer;

	if (reader->nwt.ended)
		return 0;
	if (!reader->nwt.header_read && read_header(reader) < 0)
		return -1;
	if (!want(reader, 4, "a block or before its end record"))
		return -1;

	uint64_t offset = trace_buffer_offset(buffer);
	const uint8_t *magic = buffer->data + buffer->begin;

	if (memcmp(magic, NWT_END_MAGIC, 4) == 0)
		return read_end(reader, offset);
	if (memcmp(magic, NWT_BLOCK_MAGIC, 4) == 0)
		return read_block(reader, offset);
	return trace_fail(reader, offset, "damaged nwt: expected a block or the end record");
}
