/* The decoder proof: words, and what two disassemblers make of them. */
#ifndef TESTS_DECODE_PROOF_H
#define TESTS_DECODE_PROOF_H

#include "a64.h"

#include <stdbool.h>
#include <stdint.h>

enum tool { GNU, LLVM, TOOL_COUNT };

/* What a disassembler says of a word. */
struct verdict {
	bool accepted;
	char mnemonic[20]; /* without aliases */
};

/* Whether a difference (a form of ours, or A64_UNALLOCATED, and the tool's verdict) stands in
 * exception.def; counts the use of the entry. */
bool exception_holds(enum tool tool, enum a64_form form, uint32_t word);

/* Whether the mnemonic is one of the form's: the form's name up to the first underscore, or what
 * mnemonic.def says. */
bool mnemonic_holds(enum a64_form form, const char *mnemonic);

/* Prints a line for each entry of the two lists that no word needed, and returns their count. */
unsigned unused_entries(void);

#endif
