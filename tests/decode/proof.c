/*
 * proof words PER_ROW UNIFORM >WORDS: words of each row of the decode table (fixed bits kept,
 * others random, one fixed bit flipped in a third of them), then uniform ones. proof compare WORDS
 * GNU LLVM: each word must be accepted or refused here as by the disassemblies of GNU's and LLVM's
 * objdump, and be of the row whose mnemonic they print. A row of [unmodelled] claims nothing.
 *
 * The words depend on the names of the rows alone, so that a change of one row changes nobody
 * else's.
 */
#include "proof.h"

#include "tests/cpu/draw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- words */

static uint64_t seed_of(const char *name)
{
	uint64_t seed = 0;

	while (*name != '\0')
		seed = seed * 131 + (unsigned char)*name++;
	return seed;
}

static uint32_t draw32(struct draw *d)
{
	return draw(d, 1u << 16) << 16 | draw(d, 1u << 16);
}

static uint32_t one_of(struct draw *d, uint32_t mask)
{
	uint32_t bit;

	do
		bit = 1u << draw(d, 32);
	while ((mask & bit) == 0);
	return bit;
}

static void put(uint32_t word)
{
	fwrite(&word, sizeof(word), 1, stdout);
}

static int print_words(unsigned per_row, unsigned uniform)
{
	struct draw any = draw_from(2026);

	for (unsigned form = 1; form < A64_FORM_COUNT; form++) {
		const struct a64_info *info = &a64_info[form];
		struct draw d = draw_from(seed_of(info->name));

		for (unsigned i = 0; i < per_row; i++) {
			uint32_t word = (draw32(&d) & ~info->mask) | info->value;

			put(i % 3 == 2 ? word ^ one_of(&d, info->mask) : word);
		}
	}
	for (unsigned i = 0; i < uniform; i++)
		put(draw32(&any));
	return ferror(stdout) != 0;
}

/* ---------------------------------------------------------------- disassemblies */

/* Lines "ADDRESS: WORD MNEMONIC OPERANDS", among others. */
static bool next_line(FILE *in, uint32_t *word, struct verdict *v)
{
	char line[400], mnemonic[32];
	unsigned address;

	while (fgets(line, sizeof(line), in) != NULL) {
		if (sscanf(line, " %x: %8x %31s", &address, word, mnemonic) != 3)
			continue;
		*v = (struct verdict){.accepted = mnemonic[0] != '.' && mnemonic[0] != '<' &&
						  strstr(line, "; undefined") == NULL};
		snprintf(v->mnemonic, sizeof(v->mnemonic), "%.19s", mnemonic);
		return true;
	}
	return false;
}

/* ---------------------------------------------------------------- comparison */

struct tally {
	unsigned long words, modelled, differences, excepted;
	unsigned shown[A64_FORM_COUNT][TOOL_COUNT];
};

static void show(struct tally *t, enum tool tool, enum a64_form form, uint32_t word,
		 const struct verdict *v)
{
	t->differences++;
	if (t->shown[form][tool]++ < 3)
		printf("not ok 0x%08x: %s here, %s by %s\n", word,
		       form == A64_UNALLOCATED ? "unallocated" : a64_info[form].name,
		       v->accepted ? v->mnemonic : "refused", tool == GNU ? "GNU objdump" : "LLVM");
}

static void judge(struct tally *t, uint32_t word, const struct verdict verdicts[TOOL_COUNT])
{
	static const struct nw_features all = {.set = NW_ALL_FEATURES, .pa_bits = 48};
	enum a64_form form = a64_decode(&all, word);

	t->words++;
	if (form != A64_UNALLOCATED && a64_info[form].unmodelled != NULL)
		return;
	t->modelled += form != A64_UNALLOCATED;
	for (enum tool tool = GNU; tool < TOOL_COUNT; tool++) {
		const struct verdict *v = &verdicts[tool];
		bool accepted = form != A64_UNALLOCATED;

		if (accepted == v->accepted && (!accepted || mnemonic_holds(form, v->mnemonic)))
			continue;
		if (exception_holds(tool, form, word))
			t->excepted++;
		else
			show(t, tool, form, word, v);
	}
}

static bool compare(struct tally *t, FILE *words, FILE *const tools[TOOL_COUNT])
{
	struct verdict verdicts[TOOL_COUNT];
	uint32_t word, theirs;

	while (fread(&word, sizeof(word), 1, words) == 1) {
		for (enum tool tool = GNU; tool < TOOL_COUNT; tool++) {
			if (!next_line(tools[tool], &theirs, &verdicts[tool]) || theirs != word) {
				printf("not ok disassembly: no line of word 0x%08x\n", word);
				return false;
			}
		}
		judge(t, word, verdicts);
	}
	return true;
}

static int print_comparison(char **paths)
{
	static struct tally t;
	FILE *words = fopen(paths[0], "rb");
	FILE *tools[TOOL_COUNT] = {fopen(paths[1], "r"), fopen(paths[2], "r")};

	if (words == NULL || tools[GNU] == NULL || tools[LLVM] == NULL ||
	    !compare(&t, words, tools))
		return 1;

	unsigned unused = unused_entries();

	if (t.differences + unused == 0)
		printf("ok %lu words of %d rows, %lu of them modelled, %lu by exception\n", t.words,
		       A64_FORM_COUNT - 1, t.modelled, t.excepted);
	else
		printf("# %lu differences in %lu words\n", t.differences, t.words);
	return t.differences + unused != 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "words") == 0)
		return print_words((unsigned)atoi(argv[2]), (unsigned)atoi(argv[3]));
	if (argc == 5 && strcmp(argv[1], "compare") == 0)
		return print_comparison(argv + 2);
	fprintf(stderr, "usage: proof words PER_ROW UNIFORM | proof compare WORDS GNU LLVM\n");
	return 2;
}
