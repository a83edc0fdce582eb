/* A progress bar on stderr, redrawn ten times a second. */
#include "progress.h"

#include <inttypes.h>
#include <unistd.h>

#define BAR_WIDTH 40

static double seconds_between(const struct timespec *from, const struct timespec *to)
{
	return (double)(to->tv_sec - from->tv_sec) + (double)(to->tv_nsec - from->tv_nsec) / 1e9;
}

void progress_start(struct progress *progress, const struct sim_config *config)
{
	progress->shown =
		!config->quiet && (config->progress == SWITCH_ON ||
				   (config->progress == SWITCH_DEFAULT && isatty(STDERR_FILENO)));
	clock_gettime(CLOCK_MONOTONIC, &progress->start);
	progress->last = progress->start;
}

void progress_update(struct progress *progress, double fraction, uint64_t records)
{
	struct timespec now;
	double seconds;
	char bar[BAR_WIDTH + 1];

	if (!progress->shown)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (seconds_between(&progress->last, &now) < 0.1)
		return;
	progress->last = now;
	seconds = seconds_between(&progress->start, &now);
	if (fraction < 0) {
		fprintf(stderr, "\rreplay: %" PRIu64 " records, %.1f M/s \033[K", records,
			(double)records / seconds / 1e6);
		return;
	}
	for (int i = 0; i < BAR_WIDTH; i++)
		bar[i] = i < (int)(fraction * BAR_WIDTH) ? '#' : '.';
	bar[BAR_WIDTH] = 0;
	fprintf(stderr, "\rreplay: [%s] %3d%%, %" PRIu64 " records, %.1f M/s \033[K", bar,
		(int)(fraction * 100), records, (double)records / seconds / 1e6);
}

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
