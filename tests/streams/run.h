/* Running a batch on this core in three ways. */
#ifndef STREAMS_RUN_H
#define STREAMS_RUN_H

#include "case.h"

enum how { BY_HANDLERS, BY_STENCILS, SLOWLY, WAYS };

/* This build and this host have stencils. */
bool way_is_here(enum how how);
/* False: the guest did not come to its end. */
bool run_here(const struct bytes *batch, enum how how, struct bytes *results);

#endif
