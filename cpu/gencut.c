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
#include <limits.h>
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

/* ---------------------------------------------------------------- parts */

static void add(struct function *part, const char *line)
{
	memcpy(part->lines[part->count++], line, LINE_MAX_LEN);
}

static void add_lines(struct function *part, const struct function *f, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		add(part, f->lines[i]);
}

/*
 * A branch: `jcc TAKEN; jmp stencil_next` with the code of TAKEN elsewhere becomes `jncc end` with
 * that code behind it, so that either way takes one jump. `end` is the line of the jump to
 * stencil_next; [from, to) becomes the code of TAKEN.
 */
static bool is_branch(const struct function *f, unsigned end, unsigned *from, unsigned *to)
{
	char condition[16], label[LINE_MAX_LEN];

	if (end == 0 || sscanf(f->lines[end - 1], "\t%15s\t%511s", condition, label) != 2 ||
	    opposite(condition) == NULL)
		return false;
	for (*from = end + 1; *from < f->count; ++*from)
		if (is_labelled(f, *from, label, strlen(label)))
			break;
	return *from < f->count && leads_to(f, *from, to, "HOLE_TAKEN");
}

static void add_opposite(struct function *part, const char *line)
{
	char condition[16], inverted[LINE_MAX_LEN] = "";

	if (sscanf(line, "\t%15s", condition) == 1)
		snprintf(inverted, sizeof(inverted), "\t%s\tstencil_next\n", opposite(condition));
	add(part, inverted);
}

/* False: it is no stencil. */
static bool part_function(const struct function *f, struct function *hot, struct function *cold)
{
	unsigned end = 0, from = f->count, to = f->count;

	hot->count = cold->count = 0;
	while (end < f->count && !is_jump(f->lines[end]))
		end++;
	for (unsigned i = 0; i < f->count; i++)
		if (starts(f->lines[i], "\tcall") || starts(f->lines[i], "\tret"))
			end = f->count;
	if (end == f->count)
		return false;
	if (!jumps_to(f->lines[end], "stencil_next")) {
		add_lines(hot, f, 0, end + 1);
		from = to = f->count;
	} else if (is_branch(f, end, &from, &to)) {
		add_lines(hot, f, 0, end - 1);
		add_opposite(hot, f->lines[end - 1]);
		add_lines(hot, f, from, to);
	} else {
		add_lines(hot, f, 0, end);
		from = to = f->count;
	}
	add_lines(cold, f, end + 1, from);
	add_lines(cold, f, to, f->count);
	return true;
}

/* ---------------------------------------------------------------- accesses to registers */

/* Where a jump of the part leads to, in it; its end: to the end of the hot part; more: elsewhere.
 */
static unsigned target_of(const struct function *part, const char *line)
{
	const char *target = strrchr(line, '\t') + 1;

	if (jumps_to(line, "stencil_next"))
		return part->count;
	for (unsigned i = 0; i < part->count; i++)
		if (is_labelled(part, i, target, strcspn(target, "\n")))
			return i;
	return UINT_MAX;
}

/* A jump within the part leads over the line. */
static bool is_spanned(const struct function *part, bool is_hot, unsigned line)
{
	for (unsigned jump = 0; jump < part->count; jump++) {
		unsigned target;

		if (part->lines[jump][0] != '\t' || part->lines[jump][1] != 'j')
			continue;
		target = target_of(part, part->lines[jump]);
		if (target == UINT_MAX || (target == part->count && !is_hot))
			continue;
		if (jump < line ? target > line : target <= line)
			return true;
	}
	return false;
}

/* What the instruction does with a guest register; NULL: nothing, or no change is possible. */
static const char *access_of(const char *line)
{
	const char *hole = strstr(line, "HOLE_R"), *comma = strchr(line, ',');

	if (hole == NULL || strstr(line, "xmm") != NULL || strstr(line, "movhps") != NULL)
		return NULL;
	if (comma == NULL || hole < comma)
		return hole[7] == '(' ? "read" : NULL;
	if (starts(line, "\tcmp") || starts(line, "\ttest"))
		return hole[7] == '(' ? "read" : NULL;
	return starts(line, "\tmovq\t%r") && hole[7] == '(' ? "write" : "set";
}

/* ---------------------------------------------------------------- output */

static void print_line(const char *name, const char *line)
{
	if (jumps_to(line, "stencil_next"))
		printf("%.*shotend_%s\n", (int)(strrchr(line, '\t') + 1 - line), line, name);
	else
		fputs(line, stdout);
}

static void print_part(const struct function *part, bool is_hot, const char *name,
		       unsigned *accesses)
{
	for (unsigned i = 0; i < part->count; i++) {
		const char *access = access_of(part->lines[i]);

		if (access != NULL && !is_spanned(part, is_hot, i)) {
			printf("%s_%u:\n", access, *accesses);
			print_line(name, part->lines[i]);
			printf("done_%u:\n", (*accesses)++);
		} else {
			print_line(name, part->lines[i]);
		}
	}
}

static void print_function(const struct function *f, unsigned *accesses)
{
	static struct function hot, cold;

	if (!part_function(f, &hot, &cold))
		return;
	printf("\t.section .hot,\"ax\",@progbits\nhot_%s:\n", f->name);
	print_part(&hot, true, f->name, accesses);
	printf("hotend_%s:\n\t.section .cold,\"ax\",@progbits\ncold_%s:\n", f->name, f->name);
	print_part(&cold, false, f->name, accesses);
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
	unsigned accesses = 0;

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
		print_function(&f, &accesses);
	}
	return 0;
}
