/* A file that is compressed as its suffix says and takes its name only when complete. Private to
 * trace*.c. */
#ifndef SIM_TRACE_OUTPUT_H
#define SIM_TRACE_OUTPUT_H

#include "trace.h"

struct trace_output;

/* The suffix of path that stands for a compression; "": none. Points into path. */
const char *trace_compression_suffix(const char *path);

/* NULL: error says why. */
struct trace_output *trace_output_create(const char *path, char error[TRACE_ERROR]);
bool trace_output_write(struct trace_output *output, const void *bytes, size_t size);
/* keep: completes the file under its name; else removes it. False: it could not be written, and is
 * removed. */
bool trace_output_finish(struct trace_output *output, bool keep, char error[TRACE_ERROR]);

#endif
