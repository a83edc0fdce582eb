/* What the architecture leaves open, as data: the rows of mmu/choice.def. */
#ifndef SIM_CHOICES_H
#define SIM_CHOICES_H

#include "../mmu/mmu.h"

#define CHOICE_ALTERNATIVES 8

struct alternative {
	const char *word, *text;
};

struct choice {
	const char *word, *text;
	struct alternative
		alternative[CHOICE_ALTERNATIVES + 1]; /* the default first; word NULL ends */
};

const struct choice *choice_of(enum nw_choice choice);

/* Which alternative is in force. */
const struct alternative *choice_in_force(const struct nw_choices *choices, enum nw_choice choice);

/* `nestwalk regs --choices`: all of them on standard output. */
void choices_print(void);
void choices_print_json(void);

#endif
