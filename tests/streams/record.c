/*
 * A recording: a line of text, the bytes of a batch, and QEMU's hashes of its cases. It is replayed
 * without the code that made its cases.
 */
#include "streams.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 4 };

/* Leaves out the cases whose hashes differ; how many they were. */
static unsigned leave_out(struct streams *s)
{
	const uint32_t *a = (const uint32_t *)s->ours[0].at, *b = (const uint32_t *)s->theirs.at;
	unsigned kept = 0, count = s->count;

	for (unsigned i = 0; i < count; i++)
		if (a[i] == b[i])
			s->cases[kept++] = s->cases[i];
	s->count = kept;
	return count - kept;
}

/* Where a case lies is part of its result: after some have gone, the others are run again. */
static bool agree(struct streams *s)
{
	for (unsigned round = 0; round < ROUNDS; round++) {
		batch_make(s);
		if (!qemu_start(&s->qemu, &s->batch) ||
		    !run_here(&s->batch, BY_HANDLERS, &s->ours[0]) ||
		    !qemu_finish(&s->qemu, &s->theirs) || s->ours[0].size != s->theirs.size)
			return false;
		if (leave_out(s) == 0)
			return true;
	}
	return false;
}

bool record(struct streams *s, const char *path)
{
	FILE *out;

	if (!agree(s) || (out = fopen(path, "w")) == NULL)
		return false;
	fprintf(out, "QEMU %s, %u cases, %zu bytes\n", s->qemu.version, s->count, s->batch.size);
	fwrite(s->batch.at, 1, s->batch.size, out);
	fwrite(s->theirs.at, 1, s->theirs.size, out);
	return fclose(out) == 0;
}

static bool read_bytes(FILE *in, size_t size, struct bytes *b)
{
	uint8_t part[4096];

	while (b->size < size) {
		size_t want = size - b->size < sizeof(part) ? size - b->size : sizeof(part);

		if (fread(part, 1, want, in) != want)
			return false;
		bytes_add(b, part, want);
	}
	return true;
}

static const struct record *record_at(const struct bytes *batch, unsigned index)
{
	const uint8_t *at = batch->at + sizeof(struct batch);

	while (index-- > 0)
		at += ((const struct record *)at)->bytes;
	return (const struct record *)at;
}

/* The words of a case, for whoever has to find out. */
static void print_case(const struct bytes *batch, unsigned index)
{
	const struct record *r = record_at(batch, index);
	const uint32_t *word = (const uint32_t *)((const struct load *)(r + 1) + r->loads);

	printf("# case %u:", index);
	for (unsigned i = 0; i < r->words; i++)
		printf(" %08x", word[i]);
	printf("\n");
}

static bool same_as_recorded(const struct bytes *batch, const struct bytes *theirs,
			     const struct bytes *ours, unsigned count)
{
	const uint32_t *a = (const uint32_t *)ours->at, *b = (const uint32_t *)theirs->at;
	unsigned differ = 0;

	for (unsigned i = 0; ours->size == count * sizeof(*a) && i < count; i++)
		if (a[i] != b[i] && differ++ < 4)
			print_case(batch, i);
	return ours->size == count * sizeof(*a) && differ == 0;
}

int replay(const char *path)
{
	struct bytes batch = {0}, theirs = {0}, ours = {0};
	char line[128] = "";
	unsigned count;
	size_t size;
	int status = 0;
	FILE *in = fopen(path, "r");

	if (in == NULL || fgets(line, sizeof(line), in) == NULL ||
	    sscanf(line, "QEMU %*[^,], %u cases, %zu", &count, &size) != 2 ||
	    !read_bytes(in, size, &batch) || !read_bytes(in, count * sizeof(uint32_t), &theirs)) {
		printf("not ok streams: recording: %s is none\n", path);
		return 1;
	}
	line[strcspn(line, ",")] = '\0';
	for (enum how how = 0; how < WAYS; how++) {
		unsigned cases = cases_of(how, count);

		if (!way_is_here(how))
			continue;
		((struct batch *)batch.at)->count = cases;
		if (run_here(&batch, how, &ours) &&
		    same_as_recorded(&batch, &theirs, &ours, cases)) {
			printf("ok streams: %s: %u recorded cases, %s\n", way_names[how], cases,
			       line);
			continue;
		}
		printf("not ok streams: %s: not what was recorded\n", way_names[how]);
		status = 1;
	}
	fclose(in);
	free(batch.at);
	free(theirs.at);
	free(ours.at);
	return status;
}
