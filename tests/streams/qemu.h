/* QEMU beside this program: started with a batch, its results read when it has ended. */
#ifndef STREAMS_QEMU_H
#define STREAMS_QEMU_H

#include "bytes.h"

#include <stdbool.h>
#include <sys/types.h>

struct qemu {
	const char *command, *version, *directory;
	pid_t pid;
	char said[256];
};

bool qemu_start(struct qemu *q, struct bytes *batch);
/* False: the guest did not come to its end. */
bool qemu_finish(struct qemu *q, struct bytes *results);
/* The last line that it printed. */
const char *qemu_said(struct qemu *q);
/* Removes the directory. */
void qemu_clean(const struct qemu *q);

#endif
