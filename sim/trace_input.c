/*
 * Decompression by content. xz, zstd and bzip2 go through libarchive, whose libraries verify their
 * checksums. gzip goes to zlib: libarchive 3.6.2 skips a member's CRC-32 and length unread, zlib
 * compares both.
 */
#include "trace_input.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define RAW_BYTES 65536u

enum codec { CODEC_PLAIN, CODEC_GZIP, CODEC_XZ, CODEC_ZSTD, CODEC_BZIP2 };

static const struct magic {
	enum codec codec;
	const char *name;
	uint8_t length;
	uint8_t bytes[6];
} magics[] = {
	{CODEC_GZIP, "gzip", 2, {0x1f, 0x8b}},
	{CODEC_XZ, "xz", 6, {0xfd, '7', 'z', 'X', 'Z', 0}},
	{CODEC_ZSTD, "zstd", 4, {0x28, 0xb5, 0x2f, 0xfd}},
	{CODEC_BZIP2, "bzip2", 3, {'B', 'Z', 'h'}},
};

struct trace_input {
	int fd;
	uint64_t file_bytes; /* 0: not known */
	enum codec codec;
	const char *codec_name;
	uint8_t *raw; /* [raw_begin, raw_end) is read and not yet consumed */
	size_t raw_begin, raw_end;
	uint64_t raw_offset; /* of raw[raw_end] in the file */
	bool failed;
	z_stream zlib;
	bool opened, in_member;
	struct archive *archive;
	char error[TRACE_ERROR];
};

static ssize_t fail(struct trace_input *input, uint64_t offset, const char *what)
{
	input->failed = true;
	snprintf(input->error, sizeof(input->error), "byte %" PRIu64 ": %s", offset, what);
	return -1;
}

/* Bytes of the file that have been consumed. */
static uint64_t consumed(const struct trace_input *input)
{
	return input->raw_offset - (input->raw_end - input->raw_begin);
}

/* Reads on when nothing is left. 0: the file has ended. */
static ssize_t refill(struct trace_input *input)
{
	ssize_t got;

	if (input->raw_begin < input->raw_end)
		return (ssize_t)(input->raw_end - input->raw_begin);
	do
		got = read(input->fd, input->raw, RAW_BYTES);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return fail(input, input->raw_offset, strerror(errno));
	input->raw_begin = 0;
	input->raw_end = (size_t)got;
	input->raw_offset += (size_t)got;
	return got;
}

/* ------------------------------------------------------------------ gzip */

/* At the end of a member: another one, or the end of the file. 1: go on, 0: end. */
static ssize_t next_member(struct trace_input *input)
{
	ssize_t left = refill(input);

	if (left <= 0)
		return left;
	if (input->raw[input->raw_begin] != 0x1f)
		return fail(input, consumed(input),
			    "damaged gzip: expected another member or the end");
	inflateReset(&input->zlib);
	input->in_member = true;
	return 1;
}

static ssize_t read_gzip(struct trace_input *input, uint8_t *to, size_t size)
{
	z_stream *z = &input->zlib;

	z->next_out = to;
	z->avail_out = (uInt)size;
	while (z->avail_out == size) {
		ssize_t left = input->in_member ? refill(input) : next_member(input);

		if (left < 0 || (left == 0 && !input->in_member))
			return left;
		if (left == 0)
			return fail(input, input->raw_offset,
				    "truncated gzip: the file ends inside a member");
		z->next_in = input->raw + input->raw_begin;
		z->avail_in = (uInt)(input->raw_end - input->raw_begin);

		int result = inflate(z, Z_NO_FLUSH);

		input->raw_begin = input->raw_end - z->avail_in;
		if (result == Z_STREAM_END) {
			input->in_member = false;
		} else if (result != Z_OK) {
			char what[TRACE_ERROR / 2];

			snprintf(what, sizeof(what), "damaged gzip: %s",
				 z->msg ? z->msg : "no memory");
			return fail(input, consumed(input), what);
		}
	}
	return (ssize_t)(size - z->avail_out);
}

static bool open_gzip(struct trace_input *input)
{
	input->opened = inflateInit2(&input->zlib, 15 + 16) == Z_OK;
	input->in_member = true;
	return input->opened;
}

/* ------------------------------------------------------------------ xz, zstd, bzip2 */

static la_ssize_t archive_refill(struct archive *archive, void *client, const void **bytes)
{
	struct trace_input *input = client;
	ssize_t got = refill(input);

	if (got < 0)
		archive_set_error(archive, EIO, "%s", input->error);
	*bytes = input->raw + input->raw_begin;
	input->raw_begin = input->raw_end;
	return got;
}

/* Where the decompressor stands. libarchive does not know if it failed on the very first bytes. */
static uint64_t archive_offset(const struct trace_input *input)
{
	la_int64_t offset = archive_filter_bytes(input->archive, -1);

	return offset < 0 ? consumed(input) : (uint64_t)offset;
}

static ssize_t archive_failed(struct trace_input *input)
{
	const char *why = archive_error_string(input->archive);
	char what[TRACE_ERROR / 2];

	if (input->failed)
		return -1;
	snprintf(what, sizeof(what), "damaged or truncated %s: %s", input->codec_name,
		 why ? why : "no reason given");
	return fail(input, archive_offset(input), what);
}

/* The decompressor stopped at the end of a stream; libarchive does not mind what follows a bzip2
 * stream. */
static ssize_t archive_ended(struct trace_input *input)
{
	uint64_t end = archive_offset(input);

	if (end == input->raw_offset && refill(input) == 0)
		return 0;
	return input->failed ? -1
			     : fail(input, end, "damaged: expected the end of the compressed data");
}

static bool open_archive(struct trace_input *input)
{
	struct archive *archive = input->archive = archive_read_new();

	if (!archive)
		return false;
	archive_read_support_format_raw(archive);
	archive_read_support_format_empty(archive);
	if (input->codec == CODEC_XZ)
		archive_read_support_filter_xz(archive);
	else if (input->codec == CODEC_ZSTD)
		archive_read_support_filter_zstd(archive);
	else
		archive_read_support_filter_bzip2(archive);
	return true;
}

/* The first read opens the stream, so that a damaged beginning is told like any other damage. */
static ssize_t read_archive(struct trace_input *input, uint8_t *to, size_t size)
{
	struct archive_entry *entry;

	if (!input->opened) {
		input->opened = true;

		int result = archive_read_open(input->archive, input, NULL, archive_refill, NULL);

		if (result == ARCHIVE_OK)
			result = archive_read_next_header(input->archive, &entry);
		if (result == ARCHIVE_EOF)
			return archive_ended(input);
		if (result != ARCHIVE_OK)
			return archive_failed(input);
	}

	la_ssize_t got = archive_read_data(input->archive, to, size);

	if (got < 0)
		return archive_failed(input);
	return got ? (ssize_t)got : archive_ended(input);
}

/* ------------------------------------------------------------------ all */

static ssize_t read_plain(struct trace_input *input, uint8_t *to, size_t size)
{
	ssize_t left = refill(input);

	if (left <= 0)
		return left;
	if ((size_t)left < size)
		size = (size_t)left;
	memcpy(to, input->raw + input->raw_begin, size);
	input->raw_begin += size;
	return (ssize_t)size;
}

ssize_t trace_input_read(struct trace_input *input, void *to, size_t size)
{
	if (input->failed)
		return -1;
	if (input->codec == CODEC_PLAIN)
		return read_plain(input, to, size);
	if (input->codec == CODEC_GZIP)
		return read_gzip(input, to, size);
	return read_archive(input, to, size);
}

/* The whole first buffer, also from a pipe that delivers it in pieces. */
static bool read_first(struct trace_input *input)
{
	while (input->raw_end < RAW_BYTES) {
		ssize_t got =
			read(input->fd, input->raw + input->raw_end, RAW_BYTES - input->raw_end);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		if (got == 0)
			break;
		input->raw_end += (size_t)got;
	}
	input->raw_offset = input->raw_end;
	return true;
}

static bool open_codec(struct trace_input *input)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		if (input->raw_end < magics[i].length ||
		    memcmp(input->raw, magics[i].bytes, magics[i].length))
			continue;
		input->codec = magics[i].codec;
		input->codec_name = magics[i].name;
		return input->codec == CODEC_GZIP ? open_gzip(input) : open_archive(input);
	}
	return true;
}

struct trace_input *trace_input_open(const char *path, char error[TRACE_ERROR])
{
	struct trace_input *input = calloc(1, sizeof(*input));
	struct stat status;

	if (input)
		input->raw = malloc(RAW_BYTES);
	if (!input || !input->raw) {
		free(input);
		snprintf(error, TRACE_ERROR, "%s: out of memory", path);
		return NULL;
	}
	input->fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (input->fd >= 0 && fstat(input->fd, &status) == 0) {
		if (S_ISREG(status.st_mode))
			input->file_bytes = (uint64_t)status.st_size;
		if (read_first(input) && open_codec(input))
			return input;
	}
	snprintf(error, TRACE_ERROR, "%.200s: %s", path, strerror(errno));
	trace_input_close(input);
	return NULL;
}

void trace_input_close(struct trace_input *input)
{
	if (!input)
		return;
	if (input->codec == CODEC_GZIP && input->opened)
		inflateEnd(&input->zlib);
	archive_read_free(input->archive);
	if (input->fd > STDIN_FILENO)
		close(input->fd);
	free(input->raw);
	free(input);
}

const char *trace_input_error(const struct trace_input *input)
{
	return input->error;
}

bool trace_input_is_compressed(const struct trace_input *input)
{
	return input->codec != CODEC_PLAIN;
}

double trace_input_progress(const struct trace_input *input)
{
	return input->file_bytes ? (double)consumed(input) / (double)input->file_bytes : -1;
}
