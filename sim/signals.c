/* The thread that waits. SIGUSR1, blocked with the others, is how its owner ends it. */
#define _GNU_SOURCE /* pipe2 */
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void *wait_for_signals(void *ctx)
{
	struct signals *signals = ctx;
	int number = 0;

	for (;;) {
		if (sigwait(&signals->blocked, &number) || number == SIGUSR1)
			return NULL;
		/* The first asks for an end with statistics, the second does not wait for it. */
		if (atomic_exchange(&signals->received, number))
			_exit(128 + number);
		cpu_interrupt(signals->cpu);
		close(signals->wake[1]);
		signals->wake[1] = -1;
	}
}

bool signals_start(struct signals *signals)
{
	memset(signals, 0, sizeof(*signals));
	if (pipe2(signals->wake, O_CLOEXEC)) {
		diag("no pipe for signals: %s", strerror(errno));
		return false;
	}
	sigemptyset(&signals->blocked);
	sigaddset(&signals->blocked, SIGINT);
	sigaddset(&signals->blocked, SIGTERM);
	sigaddset(&signals->blocked, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &signals->blocked, &signals->before);
	signals->started = true;
	return true;
}

void signals_watch(struct signals *signals, struct cpu *cpu)
{
	signals->cpu = cpu;
	if (pthread_create(&signals->thread, NULL, wait_for_signals, signals))
		signals->cpu = NULL;
}

void signals_stop(struct signals *signals)
{
	if (!signals->started)
		return;
	if (signals->cpu) {
		pthread_kill(signals->thread, SIGUSR1);
		pthread_join(signals->thread, NULL);
	}
	pthread_sigmask(SIG_SETMASK, &signals->before, NULL);
	close(signals->wake[0]);
	if (signals->wake[1] >= 0)
		close(signals->wake[1]);
	signals->started = false;
}
