/* Bytes that grow, and the records of a batch. */
#include "case.h"

#include <stdio.h>
#include <stdlib.h>

void bytes_add(struct bytes *b, const void *more, size_t size)
{
	if (b->size + size > b->room) {
		b->room = 2 * (b->size + size);
		b->at = realloc(b->at, b->room);
		if (b->at == NULL) {
			perror("streams");
			exit(1);
		}
	}
	memcpy(b->at + b->size, more, size);
	b->size += size;
}

void batch_begin(struct bytes *b, bool whole)
{
	struct batch head = {.magic = BATCH_MAGIC, .whole = whole};

	b->size = 0;
	bytes_add(b, &head, sizeof(head));
}

void batch_add(struct bytes *b, const struct test_case *c, unsigned words)
{
	const uint32_t done = 0xd4200000 | DONE << 5, zero = 0;
	unsigned count = c->words + 1, padding = count % 2;
	struct record r = {.seed = c->seed,
			   .fpcr = c->fpcr,
			   .loads = (uint16_t)c->loads,
			   .words = (uint16_t)c->words};

	r.bytes = (uint32_t)(sizeof(r) + c->loads * sizeof(c->load[0]) + (count + padding) * 4);
	bytes_add(b, &r, sizeof(r));
	bytes_add(b, c->load, c->loads * sizeof(c->load[0]));
	bytes_add(b, c->word, words * 4);
	for (unsigned i = words; i < count; i++)
		bytes_add(b, &done, sizeof(done));
	bytes_add(b, &zero, padding * 4);
	((struct batch *)b->at)->count++;
}
