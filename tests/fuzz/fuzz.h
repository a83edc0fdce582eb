/*
 * Fuzzing of mmu/: one input is a core, a physical memory and a program of writes of registers,
 * accesses, AT and TLBI. fuzz_one() runs it and aborts, with a line on stderr, where something is
 * broken that no register, table or memory may break: see check.c.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "mmu/mmu.h"

/* ------------------------------------------------------------------ input */

/* What is left of an input; past its end everything reads as 0. */
struct input {
	const uint8_t *next, *end;
};

uint8_t take8(struct input *in);
uint16_t take16(struct input *in);
uint64_t take64(struct input *in);

/* ------------------------------------------------------------------ memory */

enum { RAM_WORDS = 64 };

/*
 * Physical memory: a few words, which answer at every address, scattered so that neighbours differ.
 * A window in host memory lies over it. It counts what the walker does to it and is as hostile as a
 * port may be.
 */
struct memory {
	uint64_t word[RAM_WORDS];
	unsigned word_count;
	unsigned aborting;      /* reads of this word abort; word_count and above: none */
	unsigned update_policy; /* enum update_policy */
	uint8_t pa_bits;
	uint64_t *window; /* WINDOW_WORDS on the heap, so that a read beyond them is noticed; NULL:
			     none */
	uint64_t window_base;
	unsigned reads, updates, differing; /* since the last call of memory_forget() */
	bool aborted;
};

void memory_init(struct memory *m, struct input *in, uint8_t pa_bits);
void memory_free(struct memory *m);
struct nw_port memory_port(struct memory *m);
void memory_forget(struct memory *m);

/* ------------------------------------------------------------------ checks */

/* Something is broken: does not return. */
_Noreturn void broken(const char *what);

static inline void require(bool condition, const char *what)
{
	if (!condition)
		broken(what);
}

void check_description(const struct nw_description *d, const struct nw_walk *walk,
		       const struct nw_translation *t);
void check_walk(const struct nw_walk *walk, uint8_t pa_bits);
void check_fault(const struct nw_fault *fault);
void check_translation(const struct nw_translation *t, uint8_t pa_bits);
void check_at(const struct nw_at_result *at, uint8_t pa_bits);
void check_reads(const struct memory *m);
void check_same(const struct nw_translation *a, const struct nw_translation *b, const char *what);

/* All that a translation says, mixed into a digest. */
uint64_t digest_translation(uint64_t digest, const struct nw_translation *t);
uint64_t digest_fault(uint64_t digest, const struct nw_fault *fault);
uint64_t digest_word(uint64_t digest, uint64_t word);

/* ------------------------------------------------------------------ entry */

void fuzz_one(const uint8_t *data, size_t size);

#endif
