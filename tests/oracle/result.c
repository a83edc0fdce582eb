#include "result.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static uint64_t take(const char **text)
{
	char *end;
	uint64_t value = strtoull(*text, &end, 16);

	*text = *end == ' ' || *end == '.' ? end + 1 : end;
	return value;
}

static bool at_number(const char *text)
{
	return strchr("0123456789abcdef", *text) != NULL && *text != '\0';
}

static void read_exception(const char **text, struct result *r)
{
	r->kind = RESULT_EXCEPTION;
	r->el = take(text);
	r->vector = take(text);
	r->esr = take(text);
	if (at_number(*text))
		r->far = take(text);
	if (at_number(*text))
		r->hpfar = take(text);
	if (**text == '@') {
		(*text)++;
		r->elr = take(text);
	}
	r->nested = **text != '\n';
}

static bool skip(const char **text, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(*text, word, length) != 0)
		return false;
	*text += length;
	return true;
}

bool result_next(const char **text, struct result *r)
{
	*r = (struct result){.kind = RESULT_NONE};
	if (**text == '\0')
		return false;
	r->number = take(text);
	if ((*text)[-1] == ' ' && skip(text, "d ")) {
		r->kind = RESULT_CHANGED;
		r->address = take(text);
		r->value = take(text);
	} else {
		r->count = take(text);
		if (skip(text, "ok "))
			r->kind = RESULT_OK;
		else if (skip(text, "par "))
			r->kind = RESULT_PAR;
		if (r->kind == RESULT_NONE)
			read_exception(text, r);
		else
			r->value = take(text);
	}
	while (**text != '\0' && *(*text)++ != '\n')
		;
	return true;
}

bool result_equal(const struct result *a, const struct result *b)
{
	return a->kind == b->kind && a->number == b->number && a->count == b->count &&
	       a->value == b->value && a->address == b->address && a->el == b->el &&
	       a->vector == b->vector && a->esr == b->esr && a->far == b->far &&
	       a->hpfar == b->hpfar && a->elr == b->elr && a->nested == b->nested;
}

void result_print(FILE *out, const char *who, const struct result *r)
{
	fprintf(out, "  %-9s ", who);
	if (r->kind == RESULT_OK)
		fprintf(out, "done, X0 %" PRIx64 "\n", r->value);
	else if (r->kind == RESULT_PAR)
		fprintf(out, "PAR_EL1 %" PRIx64 "\n", r->value);
	else if (r->kind == RESULT_CHANGED)
		fprintf(out, "memory %" PRIx64 " holds %" PRIx64 "\n", r->address, r->value);
	else if (r->kind == RESULT_EXCEPTION)
		fprintf(out,
			"exception to EL%" PRIx64 " vector %" PRIx64 ", ESR %" PRIx64
			" FAR %" PRIx64 " HPFAR %" PRIx64 "%s%" PRIx64 "\n",
			r->el, r->vector, r->esr, r->far, r->hpfar, r->elr ? " at " : " ELR ",
			r->elr);
	else
		fprintf(out, "nothing\n");
}

uint64_t case_reg(const struct test_case *c, enum reg name)
{
	for (unsigned i = 0; i < c->count; i++) {
		if (c->command[i].kind == COMMAND_REG && c->command[i].name == name)
			return c->command[i].value[0];
	}
	return 0;
}
