/*
 * SIGINT and SIGTERM without a handler, and so without a global: a thread waits for them, tells the
 * core, and opens a wake-up for whoever is blocked in a read.
 */
#ifndef SIM_SIGNALS_H
#define SIM_SIGNALS_H

#include "sim.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

struct signals {
	bool started;
	pthread_t thread;
	sigset_t blocked, before;
	int wake[2]; /* a pipe: [0] becomes readable with the first signal */
	struct cpu *cpu;
	atomic_int received; /* 0: none */
};

/* Blocks the signals in this thread and everything that it starts. False after a diag(). */
bool signals_start(struct signals *signals);
/* From now on the core is told. */
void signals_watch(struct signals *signals, struct cpu *cpu);
/* Ends the thread; the signals do again what they did before. */
void signals_stop(struct signals *signals);

#endif
