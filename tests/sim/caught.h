/* What diag() says while a function runs. */
#ifndef TESTS_SIM_CAUGHT_H
#define TESTS_SIM_CAUGHT_H

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct caught {
	FILE *file;
	int saved;
};

static inline struct caught catch_begin(void)
{
	struct caught c = {.file = tmpfile(), .saved = dup(STDERR_FILENO)};

	fflush(stderr);
	dup2(fileno(c.file), STDERR_FILENO);
	return c;
}

static inline void catch_end(struct caught c, char *text, size_t size)
{
	fflush(stderr);
	dup2(c.saved, STDERR_FILENO);
	close(c.saved);
	rewind(c.file);
	text[fread(text, 1, size - 1, c.file)] = '\0';
	fclose(c.file);
}

/* One line that begins as all of them do and holds `says`; NULL: nothing was said. */
static inline void assert_said(const char *name, const char *text, const char *says)
{
	const char *end = strchr(text, '\n');

	if (!says) {
		ck_assert_msg(!*text, "%s: said %s", name, text);
		return;
	}
	ck_assert_msg(!strncmp(text, "nestwalk: ", 10), "%s: said %s", name, text);
	ck_assert_msg(strstr(text, says) != NULL, "%s: said %s", name, text);
	ck_assert_msg(end && !end[1], "%s: not one line: %s", name, text);
}

#endif
