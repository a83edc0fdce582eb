/* The program's first stack, and the way to EL0. */
#include "kernel.h"

#include "mmu/vmsa.h"

enum {
	AT_NULL = 0,
	AT_PHDR = 3,
	AT_PHENT = 4,
	AT_PHNUM = 5,
	AT_PAGESZ = 6,
	AT_ENTRY = 9,
	AT_UID = 11,
	AT_EUID = 12,
	AT_GID = 13,
	AT_EGID = 14,
	AT_HWCAP = 16,
	AT_CLKTCK = 17,
	AT_SECURE = 23,
	AT_RANDOM = 25,
};

/* The vectors are written upwards from the stack pointer, the strings lie above them. */
struct stack {
	struct kernel *k;
	uint64_t at;
	bool bad;
};

/* splitmix64: the same numbers in every run. */
uint64_t next_random(struct kernel *k)
{
	uint64_t z = k->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void put(struct stack *s, uint64_t value)
{
	s->bad |= !copy_to_user(s->at, &value, sizeof(value));
	s->at += sizeof(value);
}

static void put_auxiliary(struct stack *s, uint64_t random)
{
	const struct program *p = &s->k->program;
	const uint64_t values[][2] = {
		{AT_PHDR, p->headers},
		{AT_PHENT, 56},
		{AT_PHNUM, p->header_count},
		{AT_PAGESZ, geometry_granule_bytes(&s->k->geometry)},
		{AT_ENTRY, p->entry},
		{AT_UID, 0},
		{AT_EUID, 0},
		{AT_GID, 0},
		{AT_EGID, 0},
		{AT_HWCAP, 0},
		{AT_CLKTCK, 100},
		{AT_SECURE, 0},
		{AT_RANDOM, random},
		{AT_NULL, 0},
	};

	for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		put(s, values[i][0]);
		put(s, values[i][1]);
	}
}

/* argc, argv[], NULL, no environment, NULL, the auxiliary vector; returns the stack pointer. */
static uint64_t make_stack(struct kernel *k)
{
	const char *words = (const char *)k->boot + k->boot->argv_offset;
	uint64_t bytes = k->boot->bytes - k->boot->argv_offset,
		 top = k->mm.end - geometry_granule_bytes(&k->geometry);
	uint64_t random = top - RANDOM_BYTES, strings = random - align_up(bytes, 16);
	uint64_t seed[2] = {next_random(k), next_random(k)};
	struct stack s = {.k = k, .at = align_down(strings - 8 * (k->boot->argc + 40), 16)};
	uint64_t sp = s.at, word = 0;

	s.bad = !copy_to_user(random, seed, sizeof(seed)) || !copy_to_user(strings, words, bytes);
	put(&s, k->boot->argc);
	for (uint32_t i = 0; i < k->boot->argc; i++) {
		put(&s, strings + word);
		word += strlen(words + word) + 1;
	}
	put(&s, 0);
	put(&s, 0);
	put_auxiliary(&s, random);
	if (s.bad)
		end(2, "nestwalk: the program's arguments do not fit its stack");
	return sp;
}

/* SPSR_EL1 = 0: EL0 with SP_EL0, nothing masked. */
_Noreturn void program_start(struct kernel *k)
{
	struct frame frame = {.elr = k->program.entry};

	frame.sp = make_stack(k);
	enter_el0(&frame);
}

_Noreturn void replay_start(struct kernel *k)
{
	struct frame frame = {.elr = 0};
	struct area all = {
		.end = k->mm.end,
		.prot = PROT_READ | PROT_WRITE | PROT_EXEC,
		.kind = AREA_ANONYMOUS,
	};

	if (!areas_reserve(k))
		panic(k, "no memory for the replay's area");
	areas_insert(&k->mm, &all);
	enter_el0(&frame);
}
