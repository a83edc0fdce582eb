/* The program's first stack, and the way to EL0. */
#include "kernel.h"

#include "mmu/vmsa.h"

enum {
	AT_NULL = 0,
	AT_PHDR = 3,
	AT_PHENT = 4,
	AT_PHNUM = 5,
	AT_PAGESZ = 6,
	AT_BASE = 7,
	AT_FLAGS = 8,
	AT_ENTRY = 9,
	AT_UID = 11,
	AT_EUID = 12,
	AT_GID = 13,
	AT_EGID = 14,
	AT_PLATFORM = 15,
	AT_HWCAP = 16,
	AT_CLKTCK = 17,
	AT_SECURE = 23,
	AT_RANDOM = 25,
	AT_HWCAP2 = 26,
	AT_EXECFN = 31,
	AT_MINSIGSTKSZ = 51,
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

/* What the auxiliary vector points to: random bytes, AT_PLATFORM's word behind them; argv[0]. */
struct pointees {
	uint64_t random, platform, name;
};

static void put_auxiliary(struct stack *s, const struct pointees *at)
{
	const struct program *p = &s->k->program;
	uint64_t first, second;

	hwcaps(&first, &second);
	const uint64_t values[][2] = {
		{AT_PHDR, p->headers},
		{AT_PHENT, 56},
		{AT_PHNUM, p->header_count},
		{AT_PAGESZ, geometry_granule_bytes(&s->k->geometry)},
		{AT_BASE, 0},
		{AT_FLAGS, 0},
		{AT_ENTRY, p->entry},
		{AT_UID, 0},
		{AT_EUID, 0},
		{AT_GID, 0},
		{AT_EGID, 0},
		{AT_HWCAP, first},
		{AT_HWCAP2, second},
		{AT_CLKTCK, 100},
		{AT_SECURE, 0},
		{AT_RANDOM, at->random},
		{AT_PLATFORM, at->platform},
		{AT_EXECFN, at->name},
		{AT_MINSIGSTKSZ, 4720}, /* a signal's frame, its frame record, and alignment */
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
	static const char platform[16] = "aarch64";
	uint64_t words_end = top - sizeof(platform) - RANDOM_BYTES,
		 strings = words_end - align_up(bytes, 16);
	const struct pointees at = {words_end, words_end + RANDOM_BYTES, strings};
	uint64_t seed[2] = {next_random(k), next_random(k)};
	struct stack s = {.k = k, .at = align_down(strings - 8 * (k->boot->argc + 50), 16)};
	uint64_t sp = s.at, word = 0;

	s.bad = !copy_to_user(at.random, seed, sizeof(seed)) ||
		!copy_to_user(at.platform, platform, sizeof(platform)) ||
		!copy_to_user(strings, words, bytes);
	put(&s, k->boot->argc);
	for (uint32_t i = 0; i < k->boot->argc; i++) {
		put(&s, strings + word);
		word += strlen(words + word) + 1;
	}
	put(&s, 0);
	put(&s, 0);
	put_auxiliary(&s, &at);
	if (s.bad)
		end(2, "nestwalk: the program's arguments do not fit its stack");
	return sp;
}

/* SPSR_EL1 = 0: EL0 with SP_EL0, nothing masked. */
_Noreturn void program_start(struct kernel *k)
{
	static const struct fp_context nothing;
	struct frame frame = {.elr = k->program.entry};

	frame.sp = make_stack(k);
	set_keys(k);
	if (k->has_fp)
		fp_load(&nothing);
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
