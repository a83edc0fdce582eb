/*
 * Address traces: readers that stream any size in constant memory, and writers. Compression is
 * found by content when reading (gzip, xz, zstd, bzip2; each with its checksums verified) and by
 * the name's suffix when writing.
 *
 * A trace is a sequence of records in program order. The data accesses of an instruction follow its
 * fetch.
 */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum trace_kind {
	TRACE_FETCH,
	TRACE_LOAD,
	TRACE_STORE,
	TRACE_MODIFY,  /* a load and a store of the same bytes by one instruction */
	TRACE_CONTEXT, /* va is the new ASID */
	TRACE_TLBI,    /* size is an enum trace_tlbi, va the operand as TLBI takes it in Xt */
	TRACE_KINDS
};

enum trace_tlbi {
	TRACE_VMALLE1,
	TRACE_ASIDE1,
	TRACE_VAE1,
	TRACE_VAAE1,
	TRACE_VALE1,
	TRACE_VAALE1,
	TRACE_TLBI_COUNT
};

#define TRACE_SIZE_MAX 65535u
#define TRACE_ERROR    256

struct trace_record {
	uint64_t va;
	uint32_t size; /* bytes, 1 to TRACE_SIZE_MAX */
	uint32_t kind; /* enum trace_kind */
};

/* ------------------------------------------------------------------ formats */

bool trace_format_known(const char *name);
/* By index; NULL ends. `about` may be NULL. */
const char *trace_format_name(size_t i, const char **about);

/* ------------------------------------------------------------------ reading */

struct trace_reader;

/*
 * Opens path ("-": standard input). format NULL: by content, else by the name's suffix. NULL: error
 * holds one line that names the file, the offset and what was expected.
 */
struct trace_reader *trace_open(const char *path, const char *format, char error[TRACE_ERROR]);
void trace_close(struct trace_reader *reader);

/*
 * The next records, some thousands at a time: *records is good until the next call. 0: the trace
 * has ended and is complete and undamaged as far as its format can tell. -1: it is damaged or
 * truncated, trace_error tells where; all records before that place have been handed out.
 */
long trace_next(struct trace_reader *reader, const struct trace_record **records);
const char *trace_error(const struct trace_reader *reader);

/* How much of the file has been read, 0 to 1; negative: its size is not known. */
double trace_progress(const struct trace_reader *reader);

/* ------------------------------------------------------------------ writing */

struct trace_writer;

/* Format by suffix (.nwt, .lackey), compression by a second one (.gz, .xz, .zst, .bz2). The file
 * appears under its name when it is complete. */
struct trace_writer *trace_create(const char *path, char error[TRACE_ERROR]);
/* False: trace_writer_error tells what could not be written. */
bool trace_write(struct trace_writer *writer, const struct trace_record *records, size_t count);
const char *trace_writer_error(const struct trace_writer *writer);
/* Completes the file; keep false: removes what has been written. Frees writer in any case. */
bool trace_finish(struct trace_writer *writer, bool keep, char error[TRACE_ERROR]);

#endif
