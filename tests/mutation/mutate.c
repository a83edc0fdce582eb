/*
 * Mutants of a C source: one operator, constant or statement changed at a time.
 *	mutate FILE		a line a mutant: number, tab, line, tab, what changes, tab, the line
 *as it becomes mutate FILE NUMBER	the whole mutant Comments, strings and preprocessor lines
 *are left alone. A mutant may fail to compile, or mean the same.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SOURCE_MAX = 1 << 20, TEXT_MAX = 64 };

/* ------------------------------------------------------------------ tokens */

enum kind { OPERATOR, WORD, NUMBER, OTHER, END };

struct token {
	enum kind kind;
	size_t at, length;
	bool first; /* of its line */
};

struct source {
	char text[SOURCE_MAX];
	size_t length;
	size_t at; /* where the next token is looked for */
	bool line_begins;
};

static bool is_text(const struct source *s, size_t at, const char *text)
{
	return strncmp(s->text + at, text, strlen(text)) == 0;
}

static size_t skip_quoted(const struct source *s, size_t at)
{
	char quote = s->text[at++];

	while (s->text[at] != '\0' && s->text[at] != quote)
		at += s->text[at] == '\\' ? 2 : 1;
	return at + 1;
}

static size_t skip_preprocessor(const struct source *s, size_t at)
{
	while (s->text[at] != '\0' && s->text[at] != '\n')
		at += s->text[at] == '\\' ? 2 : 1;
	return at;
}

static size_t skip_comment(const struct source *s, size_t at)
{
	const char *end =
		is_text(s, at, "//") ? strchr(s->text + at, '\n') : strstr(s->text + at, "*/") + 2;

	return (size_t)(end - s->text);
}

/* Blanks, comments and preprocessor lines. */
static void skip_blanks(struct source *s)
{
	for (;;) {
		char c = s->text[s->at];

		if (c == '\n')
			s->line_begins = true;
		if (c == '#' && s->line_begins)
			s->at = skip_preprocessor(s, s->at);
		else if (is_text(s, s->at, "/*") || is_text(s, s->at, "//"))
			s->at = skip_comment(s, s->at);
		else if (c != '\0' && isspace((unsigned char)c))
			s->at++;
		else
			return;
	}
}

static size_t word_length(const char *text)
{
	size_t length = 0;

	while (isalnum((unsigned char)text[length]) || text[length] == '_')
		length++;
	return length;
}

static size_t operator_length(const struct source *s, size_t at)
{
	static const char *const longer[] = {
		"<<=", ">>=", "==", "!=", "<=", ">=", "&&", "||", "<<",
		">>",  "+=",  "-=", "|=", "&=", "^=", "++", "--", "->"};

	for (size_t i = 0; i < sizeof longer / sizeof *longer; i++)
		if (is_text(s, at, longer[i]))
			return strlen(longer[i]);
	return 1;
}

static struct token next_token(struct source *s)
{
	skip_blanks(s);

	struct token t = {.at = s->at, .first = s->line_begins};
	char c = s->text[s->at];

	if (c == '\0') {
		t.kind = END;
	} else if (c == '"' || c == '\'') {
		t.kind = OTHER;
		t.length = skip_quoted(s, s->at) - s->at;
	} else if (isalnum((unsigned char)c) || c == '_') {
		t.kind = isdigit((unsigned char)c) ? NUMBER : WORD;
		t.length = word_length(s->text + s->at);
	} else {
		t.kind = OPERATOR;
		t.length = operator_length(s, s->at);
	}
	s->at += t.length;
	s->line_begins = false;
	return t;
}

static bool token_is(const struct source *s, struct token t, const char *text)
{
	return t.length == strlen(text) && is_text(s, t.at, text);
}

static bool token_is_one_of(const struct source *s, struct token t, const char *const *texts)
{
	for (; *texts != NULL; texts++)
		if (token_is(s, t, *texts))
			return true;
	return false;
}

/* ------------------------------------------------------------------ mutants */

/* Text that takes the place of `length` characters. */
struct mutant {
	size_t at, length;
	char text[TEXT_MAX];
};

struct job {
	struct source *source;
	long wanted; /* the mutant to print; -1: list all */
	long count;
};

static size_t line_begin(const struct source *s, size_t at)
{
	while (at > 0 && s->text[at - 1] != '\n')
		at--;
	return at;
}

static unsigned line_number(const struct source *s, size_t at)
{
	unsigned number = 1;

	for (size_t i = 0; i < at; i++)
		number += s->text[i] == '\n';
	return number;
}

static int rest_of_line(const struct source *s, size_t at)
{
	return (int)strcspn(s->text + at, "\n");
}

/* A statement that goes is told with the line before it, since "return false;" is many. */
static void print_deletion(const struct source *s, const struct mutant *m)
{
	size_t before = line_begin(s, m->at);

	before = before == 0 ? 0 : line_begin(s, before - 1);
	before += strspn(s->text + before, " \t");
	printf("%.*s ... delete %.*s\n", rest_of_line(s, before), s->text + before,
	       rest_of_line(s, m->at), s->text + m->at);
}

static void print_line(const struct source *s, const struct mutant *m)
{
	size_t begin = line_begin(s, m->at);
	size_t end = m->at + m->length;

	begin += strspn(s->text + begin, " \t");
	printf("%.*s%s%.*s\n", (int)(m->at - begin), s->text + begin, m->text, rest_of_line(s, end),
	       s->text + end);
}

static void emit(struct job *job, struct token t, size_t length, const char *text)
{
	const struct source *s = job->source;
	struct mutant m = {.at = t.at, .length = length};
	long number = job->count++;

	snprintf(m.text, sizeof m.text, "%s", text);
	if (job->wanted < 0) {
		int shown = rest_of_line(s, m.at);

		printf("%ld\t%u\t%.*s -> %s\t", number, line_number(s, m.at),
		       shown < (int)length ? shown : (int)length, s->text + m.at,
		       text[0] == '\0' ? "nothing" : text);
		if (text[0] == '\0')
			print_deletion(s, &m);
		else
			print_line(s, &m);
	} else if (number == job->wanted) {
		printf("%.*s%s%s", (int)m.at, s->text, m.text[0] == '\0' ? ";" : m.text,
		       s->text + m.at + m.length);
	}
}

static const char *const never_operands_end[] = {"return", "case", "else", "sizeof", NULL};

/* Does an operator behind this token have a left operand? */
static bool ends_operand(const struct source *s, struct token t)
{
	if (t.kind == OPERATOR)
		return token_is(s, t, ")") || token_is(s, t, "]");
	return !token_is_one_of(s, t, never_operands_end);
}

static void mutate_operator(struct job *job, struct token before, struct token t)
{
	static const char *const swaps[][2] = {
		{"==", "!="}, {"!=", "=="}, {"<=", "<"},  {">=", ">"},  {"<", "<="},  {">", ">="},
		{"&&", "||"}, {"||", "&&"}, {"<<", ">>"}, {">>", "<<"}, {"+=", "-="}, {"-=", "+="},
		{"|=", "&="}, {"&=", "|="}, {"++", "--"}, {"--", "++"}, {"!", " "},   {"~", " "},
	};
	static const char *const binary[][2] = {{"+", "-"}, {"-", "+"}, {"&", "|"},
						{"|", "&"}, {"^", "&"}, {"%", "/"}};

	for (size_t i = 0; i < sizeof swaps / sizeof *swaps; i++)
		if (token_is(job->source, t, swaps[i][0]))
			emit(job, t, t.length, swaps[i][1]);
	for (size_t i = 0; i < sizeof binary / sizeof *binary; i++)
		if (token_is(job->source, t, binary[i][0]) && ends_operand(job->source, before))
			emit(job, t, t.length, binary[i][1]);
}

/* The neighbours of an integer, in its base and with its suffix. */
static void mutate_number(struct job *job, struct token t)
{
	char *suffix, text[TEXT_MAX];
	unsigned long value = strtoul(job->source->text + t.at, &suffix, 0);
	bool hex = is_text(job->source, t.at, "0x");
	int suffix_length = (int)(t.at + t.length - (size_t)(suffix - job->source->text));

	for (unsigned long other = value == 0 ? 1 : value - 1; other <= value + 1; other += 2) {
		snprintf(text, sizeof text, hex ? "0x%lx%.*s" : "%lu%.*s", other, suffix_length,
			 suffix);
		emit(job, t, t.length, text);
	}
}

/* The length of a statement up to its semicolon; 0: there are braces in it, or it is no statement.
 */
static size_t statement_length(const struct source *s, size_t at)
{
	size_t length = strcspn(s->text + at, ";{}");

	return s->text[at + length] == ';' ? length + 1 : 0;
}

/* A statement that is an expression: a call or an assignment, not a declaration. */
static bool is_expression(const struct source *s, struct token t)
{
	const char *behind = s->text + t.at + t.length;

	while (*behind == ' ')
		behind++;
	return *behind != '\0' && strchr("(.[=-+|&<>^", *behind) != NULL;
}

static void mutate_word(struct job *job, struct token before, struct token t)
{
	static const char *const keywords[] = {"if",     "for", "while", "switch",
					       "sizeof", "do",  "case",  NULL};
	static const char *const ends[] = {";", "{", "}", "else", ":", NULL};
	const struct source *s = job->source;
	bool begins = token_is_one_of(s, before, ends) || (t.first && token_is(s, before, ")"));

	if (token_is(s, t, "true"))
		emit(job, t, t.length, "false");
	if (token_is(s, t, "false"))
		emit(job, t, t.length, "true");
	if (!begins || token_is_one_of(s, t, keywords) || statement_length(s, t.at) == 0)
		return;
	if (token_is(s, t, "return") ? t.first && token_is(s, before, ")")
				     : token_is(s, t, "break") || is_expression(s, t))
		emit(job, t, statement_length(s, t.at), "");
}

static void mutate(struct job *job)
{
	struct token before = {.kind = END};

	for (;;) {
		struct token t = next_token(job->source);

		switch (t.kind) {
		case END:
			return;
		case OPERATOR:
			mutate_operator(job, before, t);
			break;
		case NUMBER:
			mutate_number(job, t);
			break;
		case WORD:
			mutate_word(job, before, t);
			break;
		case OTHER:
			break;
		}
		before = t;
	}
}

int main(int argc, char **argv)
{
	static struct source source = {.line_begins = true};
	struct job job = {&source, argc > 2 ? atol(argv[2]) : -1, 0};
	FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;

	if (file == NULL) {
		fprintf(stderr, "mutate: expected a source file and perhaps a number\n");
		return 2;
	}
	source.length = fread(source.text, 1, SOURCE_MAX - 1, file);
	fclose(file);
	mutate(&job);
	return job.wanted < job.count ? 0 : 2;
}
