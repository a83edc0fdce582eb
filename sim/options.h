/* What options.c and options_check.c share. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include "geometry.h"
#include "trace.h"
#include "values.h"

/* A command line that is being read. */
struct options {
	struct sim_config *config;
	const char *geometry_text[3]; /* by enum geometry_use, as given; NULL: the default */
	const char **words;           /* that are no options */
	int word_count;
};

/* Whether the chosen options fit each other and the core; completes the geometries. False after a
 * diag(). */
bool options_check(const struct options *options);

/* True also for NULL. */
bool options_is_directory(const char *path);

#endif
