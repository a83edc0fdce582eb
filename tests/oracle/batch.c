#include "generate.h"
#include "oracle.h"

#include <stdlib.h>

#define CASES_MOST 4096

void batch_generate(struct batch *b, uint64_t seed, uint64_t translations)
{
	struct random random = random_from(seed);
	struct features features = features_offered();
	uint64_t made = 0;

	b->cases = malloc(CASES_MOST * sizeof(*b->cases));
	for (b->count = 0; b->cases != NULL && b->count < CASES_MOST && made < translations;
	     b->count++) {
		generate(&random, features, &b->cases[b->count]);
		made += case_translations(&b->cases[b->count]);
	}
}

uint64_t batch_translations(const struct batch *b)
{
	uint64_t count = 0;

	for (unsigned i = 0; i < b->count; i++)
		count += case_translations(&b->cases[i]);
	return count;
}

void batch_free(struct batch *b)
{
	free(b->cases);
	b->cases = NULL;
}

bool batch_write(const struct batch *b, const char *path)
{
	FILE *out = fopen(path, "w");

	if (out == NULL)
		return false;
	for (unsigned i = 0; i < b->count; i++)
		case_write(out, i, &b->cases[i]);
	return fclose(out) == 0;
}
