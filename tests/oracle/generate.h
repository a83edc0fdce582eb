/* Random cases. */
#ifndef ORACLE_GENERATE_H
#define ORACLE_GENERATE_H

#include "case.h"
#include "random.h"

void generate(struct random *random, struct test_case *c);

#endif
