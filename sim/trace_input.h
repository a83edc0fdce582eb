/* The bytes of a trace file, decompressed where the content is compressed, every checksum verified.
 * Private to trace*.c. */
#ifndef SIM_TRACE_INPUT_H
#define SIM_TRACE_INPUT_H

#include "trace.h"

#include <sys/types.h>

struct trace_input;

/* path "-": standard input. NULL: error says why. */
struct trace_input *trace_input_open(const char *path, char error[TRACE_ERROR]);
void trace_input_close(struct trace_input *input);

/* Up to size bytes; 0: the end, all checksums right; -1: damaged or truncated, see
 * trace_input_error. */
ssize_t trace_input_read(struct trace_input *input, void *to, size_t size);

/* What is wrong and at which byte of the file, without the file's name. */
const char *trace_input_error(const struct trace_input *input);

bool trace_input_is_compressed(const struct trace_input *input);
double trace_input_progress(const struct trace_input *input);

#endif
