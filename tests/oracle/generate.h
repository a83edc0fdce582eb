/* Random cases. */
#ifndef ORACLE_GENERATE_H
#define ORACLE_GENERATE_H

#include "case.h"
#include "random.h"

/* What cores may lack, and cases then leave alone. */
struct features {
	bool updates; /* FEAT_HAFDBS */
	bool fwb;     /* FEAT_S2FWB */
};

/* Those of the program that is tested, from its `cpus max`. */
struct features features_offered(void);

void generate(struct random *random, struct features features, struct test_case *c);

#endif
