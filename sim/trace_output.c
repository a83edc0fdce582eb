/*
 * Compression by suffix. Each compressor is asked for a checksum over the content: gzip and bzip2
 * always have one, xz gets CRC-64 from libarchive, zstd is called directly because libarchive
 * writes its frames without.
 */
#define _GNU_SOURCE /* asprintf */
#include "trace_output.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define CHUNK 65536u

enum codec { CODEC_PLAIN, CODEC_GZIP, CODEC_XZ, CODEC_ZSTD, CODEC_BZIP2, CODECS };

static const char *const suffixes[CODECS] = {"", ".gz", ".xz", ".zst", ".bz2"};

struct trace_output {
	char *path, *part; /* part: its name until it is complete; NULL: path is no regular file */
	FILE *file;
	enum codec codec;
	z_stream zlib;
	ZSTD_CCtx *zstd;
	struct archive *archive;
	bool failed;
	uint8_t chunk[CHUNK];
};

static enum codec codec_of(const char *path)
{
	size_t length = strlen(path);

	for (enum codec codec = CODEC_GZIP; codec < CODECS; codec++) {
		size_t suffix = strlen(suffixes[codec]);

		if (length > suffix && strcmp(path + length - suffix, suffixes[codec]) == 0)
			return codec;
	}
	return CODEC_PLAIN;
}

const char *trace_compression_suffix(const char *path)
{
	return path + strlen(path) - strlen(suffixes[codec_of(path)]);
}

static bool put(struct trace_output *output, const void *bytes, size_t size)
{
	if (fwrite(bytes, 1, size, output->file) != size)
		output->failed = true;
	return !output->failed;
}

/* ------------------------------------------------------------------ gzip */

static bool write_gzip(struct trace_output *output, const void *bytes, size_t size, int flush)
{
	z_stream *z = &output->zlib;
	int result;

	z->next_in = (Bytef *)(uintptr_t)bytes;
	z->avail_in = (uInt)size;
	do {
		z->next_out = output->chunk;
		z->avail_out = CHUNK;
		result = deflate(z, flush);
		if (result == Z_STREAM_ERROR || !put(output, output->chunk, CHUNK - z->avail_out))
			return false;
	} while (z->avail_out == 0 || (flush == Z_FINISH && result != Z_STREAM_END));
	return true;
}

/* ------------------------------------------------------------------ zstd */

static bool open_zstd(struct trace_output *output)
{
	output->zstd = ZSTD_createCCtx();
	return output->zstd &&
	       !ZSTD_isError(ZSTD_CCtx_setParameter(output->zstd, ZSTD_c_checksumFlag, 1)) &&
	       !ZSTD_isError(ZSTD_CCtx_setParameter(output->zstd, ZSTD_c_compressionLevel, 9));
}

static bool write_zstd(struct trace_output *output, const void *bytes, size_t size,
		       ZSTD_EndDirective end)
{
	ZSTD_inBuffer in = {bytes, size, 0};
	size_t left;

	do {
		ZSTD_outBuffer out = {output->chunk, CHUNK, 0};

		left = ZSTD_compressStream2(output->zstd, &out, &in, end);
		if (ZSTD_isError(left) || !put(output, output->chunk, out.pos))
			return false;
	} while (in.pos < in.size || (end == ZSTD_e_end && left));
	return true;
}

/* ------------------------------------------------------------------ xz, bzip2 */

static la_ssize_t archive_put(struct archive *archive, void *client, const void *bytes, size_t size)
{
	if (put(client, bytes, size))
		return (la_ssize_t)size;
	archive_set_error(archive, errno, "%s", strerror(errno));
	return -1;
}

static bool open_archive(struct trace_output *output)
{
	struct archive *archive = output->archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	bool good = archive && entry;

	if (good) {
		if (output->codec == CODEC_XZ)
			archive_write_add_filter_xz(archive);
		else
			archive_write_add_filter_bzip2(archive);
		archive_write_set_format_raw(archive);
		archive_write_set_bytes_in_last_block(archive, 1);
		archive_entry_set_pathname(entry, "trace");
		archive_entry_set_filetype(entry, AE_IFREG);
		good = archive_write_open(archive, output, NULL, archive_put, NULL) == ARCHIVE_OK &&
		       archive_write_header(archive, entry) == ARCHIVE_OK;
	}
	archive_entry_free(entry);
	return good;
}

static bool write_archive(struct trace_output *output, const uint8_t *bytes, size_t size)
{
	while (size) {
		la_ssize_t written = archive_write_data(output->archive, bytes, size);

		if (written <= 0)
			return false;
		bytes += written;
		size -= (size_t)written;
	}
	return true;
}

/* ------------------------------------------------------------------ all */

static bool open_codec(struct trace_output *output)
{
	switch (output->codec) {
	case CODEC_GZIP:
		return deflateInit2(&output->zlib, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) ==
		       Z_OK;
	case CODEC_ZSTD:
		return open_zstd(output);
	case CODEC_XZ:
	case CODEC_BZIP2:
		return open_archive(output);
	default:
		return true;
	}
}

static bool end_codec(struct trace_output *output)
{
	switch (output->codec) {
	case CODEC_GZIP:
		return write_gzip(output, NULL, 0, Z_FINISH);
	case CODEC_ZSTD:
		return write_zstd(output, NULL, 0, ZSTD_e_end);
	case CODEC_XZ:
	case CODEC_BZIP2:
		return archive_write_close(output->archive) == ARCHIVE_OK;
	default:
		return true;
	}
}

static void free_output(struct trace_output *output)
{
	if (output->codec == CODEC_GZIP)
		deflateEnd(&output->zlib);
	ZSTD_freeCCtx(output->zstd);
	archive_write_free(output->archive);
	free(output->path);
	free(output->part);
	free(output);
}

/* PATH.part, or path itself where that is a pipe or a device. False: out of memory. */
static bool name_output(struct trace_output *output, const char *path)
{
	struct stat status;

	output->path = strdup(path);
	if (!output->path)
		return false;
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
		return true;
	return asprintf(&output->part, "%s.part", path) >= 0;
}

struct trace_output *trace_output_create(const char *path, char error[TRACE_ERROR])
{
	struct trace_output *output = calloc(1, sizeof(*output));

	if (!output || !name_output(output, path)) {
		snprintf(error, TRACE_ERROR, "%.200s: out of memory", path);
		free(output);
		return NULL;
	}
	output->file = fopen(output->part ? output->part : path, "wb");
	if (output->file) {
		output->codec = codec_of(path);
		if (open_codec(output))
			return output;
		trace_output_finish(output, false, error);
		snprintf(error, TRACE_ERROR, "%.200s: could not start its compression", path);
		return NULL;
	}
	snprintf(error, TRACE_ERROR, "%.200s: %s", path, strerror(errno));
	free_output(output);
	return NULL;
}

bool trace_output_write(struct trace_output *output, const void *bytes, size_t size)
{
	bool good;

	if (output->codec == CODEC_GZIP)
		good = write_gzip(output, bytes, size, Z_NO_FLUSH);
	else if (output->codec == CODEC_ZSTD)
		good = write_zstd(output, bytes, size, ZSTD_e_continue);
	else if (output->codec == CODEC_PLAIN)
		good = put(output, bytes, size);
	else
		good = write_archive(output, bytes, size);
	output->failed = output->failed || !good;
	return good;
}

bool trace_output_finish(struct trace_output *output, bool keep, char error[TRACE_ERROR])
{
	bool good = !output->failed;

	errno = 0;
	if (keep && good)
		good = end_codec(output);
	if (output->archive && !(keep && good))
		archive_write_close(output->archive); /* which freeing it would do, after fclose */
	if (fclose(output->file) != 0)
		good = false;
	if (keep && good && output->part)
		good = rename(output->part, output->path) == 0;
	if (keep && !good)
		snprintf(error, TRACE_ERROR, "%.200s: could not be written: %s", output->path,
			 strerror(errno ? errno : EIO));
	if (output->part && !(keep && good))
		unlink(output->part);
	free_output(output);
	return good;
}
