/* mmu/choice.def, expanded once more, with its words. */
#include "choices.h"

#include "json.h"

#include <stdio.h>

#define ALTERNATIVE(name, word, text) {word, text},
#define CHOICE(name, word, text, ...) {word, text, {__VA_ARGS__}},

static const struct choice choices[NW_CHOICE_COUNT] = {
#include "../mmu/choice.def"
};

const struct choice *choice_of(enum nw_choice choice)
{
	return &choices[choice];
}

const struct alternative *choice_in_force(const struct nw_choices *in_force, enum nw_choice choice)
{
	return &choices[choice].alternative[in_force->of[choice]];
}

void choices_print(void)
{
	for (enum nw_choice c = 0; c < NW_CHOICE_COUNT; c++) {
		const struct alternative *a = choices[c].alternative;

		printf("%s\n  %s\n", choices[c].word, choices[c].text);
		for (; a->word; a++)
			printf("  =%-12s %s%s\n", a->word, a->text,
			       a == choices[c].alternative ? " (default)" : "");
	}
}

static json_t *alternatives_json(const struct choice *choice)
{
	json_t *object = json_object();

	for (const struct alternative *a = choice->alternative; a->word; a++)
		put(object, a->word, json_string(a->text));
	return object;
}

void choices_print_json(void)
{
	json_t *all = json_object();

	for (enum nw_choice c = 0; c < NW_CHOICE_COUNT; c++) {
		json_t *object = json_object();

		put(object, "text", json_string(choices[c].text));
		put(object, "default", json_string(choices[c].alternative[0].word));
		put(object, "alternatives", alternatives_json(&choices[c]));
		put(all, choices[c].word, object);
	}
	json_dumpf(all, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(all);
}
