/* A progress bar on stderr. */
#ifndef SIM_PROGRESS_H
#define SIM_PROGRESS_H

#include "sim.h"

#include <time.h>

struct progress {
	bool shown;
	struct timespec start, last;
};

/* On where asked for, by default on a terminal; never with -q. */
void progress_start(struct progress *progress, const struct sim_config *config);
/* fraction: 0 to 1, negative if the end is not known. Cheap enough for every few thousand records.
 */
void progress_update(struct progress *progress, double fraction, uint64_t records);
/* Wipes it, so that what follows begins a line of its own. */
void progress_end(struct progress *progress);

#endif
