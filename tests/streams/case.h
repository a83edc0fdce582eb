/* A case as it is drawn, and batches of them. */
#ifndef STREAMS_CASE_H
#define STREAMS_CASE_H

#include "../cpu/draw.h"
#include "bytes.h"
#include "format.h"

enum { WORDS_MOST = 16, LOADS_MOST = 8 };

struct test_case {
	enum a64_form form; /* whose case it is; A64_UNALLOCATED: many rows' */
	uint32_t seed, fpcr;
	unsigned words, loads;
	uint32_t word[WORDS_MOST];
	struct load load[LOADS_MOST];
};

/* Why no case is drawn for a row; NULL: some are. */
const char *left_out(enum a64_form form);
/* One instruction of a row with what it needs; instructions of many rows. */
void draw_one(struct draw *d, enum a64_form form, struct test_case *c);
void draw_many(struct draw *d, struct test_case *c);

void batch_begin(struct bytes *b, bool whole);
/* Its first `words` words; the others are BRKs. */
void batch_add(struct bytes *b, const struct test_case *c, unsigned words);

#endif
