/* Differences for people. */
#include "compare.h"

#include "cpu/cpu.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What objdump calls the word in the file; nothing where there is no objdump. */
static void print_disassembly(const char *path)
{
	char line[256];
	FILE *pipe;

	snprintf(line, sizeof(line),
		 "aarch64-linux-gnu-objdump -D -b binary -m aarch64 %s 2>/dev/null", path);
	if ((pipe = popen(line, "r")) == NULL)
		return;
	while (fgets(line, sizeof(line), pipe) != NULL)
		if (strncmp(line, "   0:\t", 6) == 0)
			printf("  %s", line + 6);
	pclose(pipe);
}

static void print_word(uint32_t word)
{
	char path[] = "/tmp/nestwalk-word-XXXXXX", text[256];
	int file = mkstemp(path);

	cpu_describe(word, text, sizeof(text));
	printf("  %08x  %s\n", word, text);
	if (file < 0)
		return;
	if (write(file, &word, sizeof(word)) == sizeof(word))
		print_disassembly(path);
	close(file);
	unlink(path);
}

/* The name of a word of struct state. */
static void name_of(size_t i, char name[32])
{
	static const char *const others[] = {"SP", "PSTATE", "ELR", "ESR", "FAR", "FPCR", "FPSR"};

	if (i < 31)
		snprintf(name, 32, "X%zu", i);
	else if (i < 38)
		snprintf(name, 32, "%s", others[i - 31]);
	else if (i < 102)
		snprintf(name, 32, "V%zu.D[%zu]", (i - 38) / 2, (i - 38) % 2);
	else
		snprintf(name, 32, "0x%zx", (size_t)(WINDOW - WINDOW_HALF) + (i - 102) * 8);
}

/* A register that the word names. */
static bool is_operand(const struct difference *d, size_t i)
{
	const struct a64_info *info = &a64_info[d->form];
	uint32_t word = d->c->word[d->word];

	for (unsigned f = 0; f < info->field_count; f++) {
		uint32_t n = get_field(d->form, info->fields[f].name, word);

		if (info->fields[f].role == 0)
			continue;
		if (info->fields[f].v ? i >= 38 && i < 102 && (i - 38) / 2 == n : i == n)
			return true;
	}
	return i == 32 || i == 36 || i == 37;
}

void print_difference(const struct difference *d, const char *ours, const char *theirs)
{
	const uint64_t *before = (const uint64_t *)&d->before, *a = (const uint64_t *)&d->ours,
		       *b = (const uint64_t *)&d->theirs;
	char name[32];

	printf("%s: %s and %s differ, seed %u, word %u of %u\n", a64_info[d->form].name, ours,
	       theirs, d->c->seed, d->word + 1, d->c->words);
	print_word(d->c->word[d->word]);
	printf("  %-10s %-16s %-16s %-16s\n", "", "before", ours, theirs);
	for (size_t i = 0; i < sizeof(struct state) / 8; i++) {
		if (a[i] == b[i] && !is_operand(d, i))
			continue;
		name_of(i, name);
		printf("%c %-10s %016" PRIx64 " %016" PRIx64 " %016" PRIx64 "\n",
		       a[i] == b[i] ? ' ' : '*', name, before[i], a[i], b[i]);
	}
	fflush(stdout);
}
