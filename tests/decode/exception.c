/* The lists exception.def and mnemonic.def. */
#include "proof.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

static const struct {
	enum tool tool;
	const char *form;
	uint32_t mask, value;
} exceptions[] = {
#define EXCEPTION(tool, form, mask, value, rule) {tool, form, mask, value},
#include "exception.def"
#undef EXCEPTION
};
enum { EXCEPTIONS = sizeof(exceptions) / sizeof(exceptions[0]) };

static const struct {
	const char *form, *mnemonics;
} spellings[] = {
#define MNEMONIC(form, mnemonics) {form, mnemonics},
#include "mnemonic.def"
#undef MNEMONIC
};
enum { SPELLINGS = sizeof(spellings) / sizeof(spellings[0]) };

static unsigned long used[EXCEPTIONS], spelled[SPELLINGS];

static const char *name_of(enum a64_form form)
{
	return form == A64_UNALLOCATED ? "-" : a64_info[form].name;
}

bool exception_holds(enum tool tool, enum a64_form form, uint32_t word)
{
	for (unsigned i = 0; i < EXCEPTIONS; i++) {
		if (exceptions[i].tool == tool &&
		    fnmatch(exceptions[i].form, name_of(form), 0) == 0 &&
		    (word & exceptions[i].mask) == exceptions[i].value) {
			used[i]++;
			return true;
		}
	}
	return false;
}

/* A word of the list, which may be a pattern. */
static bool listed(const char *list, const char *mnemonic)
{
	char text[200], *save = NULL;

	snprintf(text, sizeof(text), "%s", list);
	for (char *each = strtok_r(text, " ", &save); each != NULL;
	     each = strtok_r(NULL, " ", &save))
		if (fnmatch(each, mnemonic, 0) == 0)
			return true;
	return false;
}

bool mnemonic_holds(enum a64_form form, const char *mnemonic)
{
	const char *name = name_of(form);
	size_t length = strcspn(name, "_"), i = 0;

	while (i < length && tolower((unsigned char)name[i]) == mnemonic[i])
		i++;
	if (i == length && mnemonic[i] == '2')
		i++;
	if (i >= length && mnemonic[i] == '\0')
		return true;
	for (unsigned j = 0; j < SPELLINGS; j++) {
		if (fnmatch(spellings[j].form, name, 0) == 0 &&
		    listed(spellings[j].mnemonics, mnemonic)) {
			spelled[j]++;
			return true;
		}
	}
	return false;
}

unsigned unused_entries(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < EXCEPTIONS; i++) {
		if (used[i] == 0) {
			printf("not ok exception: %s of 0x%08x is needed by no word\n",
			       exceptions[i].form, exceptions[i].value);
			count++;
		}
	}
	for (unsigned i = 0; i < SPELLINGS; i++) {
		if (spelled[i] == 0) {
			printf("not ok mnemonic: %s is needed by no word\n", spellings[i].form);
			count++;
		}
	}
	return count;
}
