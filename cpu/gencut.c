/*
 * gencut <IN.s >OUT.s: parts the stencils in what the compiler made of them. Run by the build, on
 * the host.
 *
 * A stencil is a function stencil_NAME. Its text up to the first unconditional jump is its hot
 * part, which goes to the section .hot; a closing jump to stencil_next is left out, for the next
 * stencil will follow there. All behind goes to .cold, where jumps to stencil_next lead to the end
 * of the hot part. genstencil finds the parts by the symbols hot_NAME, hotend_NAME, cold_NAME and
 * coldend_NAME; a function that is no stencil (it calls, or returns) has none.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_LEN = 512, LINES_MAX = 4096 };

struct function {
	char name[LINE_MAX_LEN];
	char lines[LINES_MAX][LINE_MAX_LEN];
	unsigned count;
};

static bool starts(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

static bool is_label(const char *line)
{
	return starts(line, ".L") && strchr(line, ':') != NULL;
}

static bool is_instruction(const char *line)
{
	return line[0] == '\t' && line[1] != '.';
}

static bool is_jump(const char *line)
{
	return starts(line, "\tjmp\t");
}

/* The target of a jump, without the end of the line. */
static bool jumps_to(const char *line, const char *target)
{
	const char *at = strrchr(line, '\t');

	return line[0] == '\t' && line[1] == 'j' && at != NULL &&
	       strncmp(at + 1, target, strlen(target)) == 0 && at[1 + strlen(target)] == '\n';
}

/* The condition codes by pairs of opposites. */
static const char *opposite(const char *condition)
{
	static const char *const pairs[][2] = {{"je", "jne"}, {"js", "jns"}, {"jl", "jge"},
					       {"jle", "jg"}, {"jb", "jnb"}, {"jbe", "ja"},
					       {"jc", "jnc"}, {"jo", "jno"}, {"jb", "jae"}};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		for (unsigned j = 0; j < 2; j++)
			if (strcmp(condition, pairs[i][j]) == 0)
				return pairs[i][1 - j];
	return NULL;
}

/* ---------------------------------------------------------------- parts */

/* The lines [from, to) end in a jump to `target`, and no other unconditional one is before. */
static bool leads_to(const struct function *f, unsigned from, unsigned *to, const char *target)
{
	for (unsigned i = from; i < f->count; i++) {
		if (is_jump(f->lines[i])) {
			*to = i + 1;
			return jumps_to(f->lines[i], target);
		}
	}
	return false;
}

static bool is_labelled(const struct function *f, unsigned line, const char *label, size_t length)
{
	return is_label(f->lines[line]) && strncmp(f->lines[line], label, length) == 0 &&
	       f->lines[line][length] == ':';
}

/*
 * A branch: `jcc TAKEN; jmp stencil_next` with the code of TAKEN elsewhere becomes `jncc end` with
 * that code behind it, so that either way takes one jump. `end` is the line of the jump to
 * stencil_next. Prints, and says which lines it took.
 */
static bool print_branch(const struct function *f, unsigned end, unsigned *from, unsigned *to)
{
	char condition[16], label[LINE_MAX_LEN];

	if (end == 0 || sscanf(f->lines[end - 1], "\t%15s\t%511s", condition, label) != 2 ||
	    opposite(condition) == NULL)
		return false;
	for (*from = end + 1; *from < f->count; ++*from)
		if (is_labelled(f, *from, label, strlen(label)))
			break;
	if (*from == f->count || !leads_to(f, *from, to, "HOLE_TAKEN"))
		return false;
	printf("\t%s\thotend_%s\n", opposite(condition), f->name);
	for (unsigned i = *from; i < *to; i++)
		fputs(f->lines[i], stdout);
	return true;
}

/* ---------------------------------------------------------------- jumps to jumps */

static void remove_line(struct function *f, unsigned line)
{
	memmove(f->lines[line], f->lines[line + 1], (f->count - line - 1) * sizeof(f->lines[0]));
	f->count--;
}

/* Jumps to `label` become jumps to stencil_next. */
static void redirect(struct function *f, const char *label)
{
	for (unsigned i = 0; i < f->count; i++)
		if (jumps_to(f->lines[i], label))
			strcpy(strrchr(f->lines[i], '\t') + 1, "stencil_next\n");
}

/* Labels of a jump to stencil_next are stencil_next; then nothing may lead to the jump. */
static void simplify(struct function *f)
{
	for (unsigned i = f->count - 1; i-- > 0;) {
		if (!is_label(f->lines[i]) || !jumps_to(f->lines[i + 1], "stencil_next"))
			continue;
		f->lines[i][strcspn(f->lines[i], ":")] = '\0';
		redirect(f, f->lines[i]);
		remove_line(f, i);
		if (i > 0 && is_jump(f->lines[i - 1]))
			remove_line(f, i);
	}
}

/* ---------------------------------------------------------------- output */

static void print_line(const struct function *f, const char *line)
{
	if (jumps_to(line, "stencil_next"))
		printf("%.*shotend_%s\n", (int)(strrchr(line, '\t') + 1 - line), line, f->name);
	else
		fputs(line, stdout);
}

static void print_cold(const struct function *f, unsigned start, unsigned skip_from,
		       unsigned skip_to)
{
	for (unsigned i = start; i < f->count; i++)
		if (i < skip_from || i >= skip_to)
			print_line(f, f->lines[i]);
}

static void print_function(const struct function *f)
{
	unsigned end = 0, from = f->count, to = f->count;

	while (end < f->count && !is_jump(f->lines[end]))
		end++;
	for (unsigned i = 0; i < f->count; i++)
		if (starts(f->lines[i], "\tcall") || starts(f->lines[i], "\tret"))
			end = f->count;
	if (end == f->count)
		return;

	bool next = jumps_to(f->lines[end], "stencil_next");

	printf("\t.section .hot,\"ax\",@progbits\nhot_%s:\n", f->name);
	for (unsigned i = 0; i + 1 < end; i++)
		print_line(f, f->lines[i]);
	if (!next || !print_branch(f, end, &from, &to)) {
		from = to = f->count;
		if (end > 0)
			print_line(f, f->lines[end - 1]);
		if (!next)
			fputs(f->lines[end], stdout);
	}
	printf("hotend_%s:\n\t.section .cold,\"ax\",@progbits\ncold_%s:\n", f->name, f->name);
	print_cold(f, end + 1, from, to);
	printf("coldend_%s:\n\t.text\n", f->name);
}

/* ---------------------------------------------------------------- input */

/* Reads the lines of a function: labels and instructions. False: it does not end. */
static bool read_function(struct function *f)
{
	char line[LINE_MAX_LEN];

	f->count = 0;
	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (starts(line, "\t.size\t"))
			return true;
		if (!is_label(line) && !is_instruction(line))
			continue;
		if (f->count == LINES_MAX)
			return false;
		memcpy(f->lines[f->count++], line, sizeof(line));
	}
	return false;
}

int main(void)
{
	static struct function f;
	char line[LINE_MAX_LEN];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (!starts(line, "stencil_") || strchr(line, ':') == NULL) {
			/* Types and bindings of the functions go with them. */
			if (strstr(line, "stencil_") == NULL)
				fputs(line, stdout);
			continue;
		}
		snprintf(f.name, sizeof(f.name), "%.*s", (int)strcspn(line + 8, ":"), line + 8);
		if (!read_function(&f)) {
			fprintf(stderr,
				"nestwalk: %s: a stencil of at most %d lines was expected\n",
				f.name, LINES_MAX);
			return 1;
		}
		if (f.count > 0)
			simplify(&f);
		print_function(&f);
	}
	return 0;
}
