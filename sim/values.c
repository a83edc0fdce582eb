/* Numbers, sizes, windows and shapes on the command line. */
#include "values.h"

#include "choices.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define SHAPE_ENTRIES_MAX (1u << 24)
#define WORD_MAX          64

static bool refuse(char *why, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool refuse(char *why, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, VALUE_WHY, format, arguments);
	va_end(arguments);
	return false;
}

/* ------------------------------------------------------------------ numbers */

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* The number at the beginning of text, and where it ends. */
static bool number_prefix(const char *text, uint64_t *number, const char **rest)
{
	unsigned base = 10;
	const char *digit = text;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		digit += 2;
	}
	*rest = digit;
	*number = 0;
	for (; (unsigned)digit_value(**rest) < base; (*rest)++) {
		if (__builtin_mul_overflow(*number, base, number) ||
		    __builtin_add_overflow(*number, (uint64_t)digit_value(**rest), number))
			return false;
	}
	return *rest != digit;
}

bool value_number(const char *text, uint64_t *number)
{
	const char *rest;

	return number_prefix(text, number, &rest) && !*rest;
}

static bool size_prefix(const char *text, uint64_t *size, const char **rest)
{
	static const char suffixes[] = "kmgt";
	const char *suffix;

	if (!number_prefix(text, size, rest))
		return false;
	suffix = **rest ? strchr(suffixes, **rest) : NULL;
	if (suffix) {
		unsigned shift = 10 * (unsigned)(suffix - suffixes + 1);

		if (*size > UINT64_MAX >> shift)
			return false;
		*size <<= shift;
		(*rest)++;
	}
	return true;
}

bool value_size(const char *text, uint64_t *size)
{
	const char *rest;

	return size_prefix(text, size, &rest) && !*rest;
}

bool value_window(const char *text, struct sim_window *window, char why[VALUE_WHY])
{
	const char *rest;

	*window = (struct sim_window){.size_given = true};
	if (!size_prefix(text, &window->size, &rest) || (*rest && *rest != '@'))
		return refuse(why, "expected SIZE[@ADDRESS], e.g. 512m@0x40000000");
	if (*rest == '@') {
		window->base_given = true;
		if (!value_number(rest + 1, &window->base))
			return refuse(why, "'%.20s' is no address, expected decimal or 0x...",
				      rest + 1);
	}
	if (window->size == 0 || (window->size | window->base) % 0x10000)
		return refuse(why, "size and address must be multiples of 64k, and the size not 0");
	return true;
}

bool value_memory(const char *text, struct sim_memory *memory, char why[VALUE_WHY])
{
	const char *at = strrchr(text, '@');

	if (!at || at == text)
		return refuse(why, "expected FILE@PA, e.g. dump.bin@0x40000000");
	*memory = (struct sim_memory){.file = text, .file_length = (size_t)(at - text)};
	if (!value_number(at + 1, &memory->pa))
		return refuse(why, "'%.20s' is no address, expected decimal or 0x...", at + 1);
	return true;
}

bool value_block(const char *text, uint64_t *block_bytes, char why[VALUE_WHY])
{
	/* Pages, blocks and contiguous spans of the three granules. */
	static const char *const leaves[] = {"4k", "16k", "64k", "2m",   "32m", "512m",
					     "1g", "16g", "64g", "512g", "4t"};

	*block_bytes = 0;
	if (strcmp(text, "page") == 0)
		return true;
	for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++) {
		if (strcmp(text, leaves[i]) == 0)
			return value_size(text, block_bytes);
	}
	return refuse(why,
		      "expected page or a leaf's size: 4k 16k 64k 2m 32m 512m 1g 16g 64g 512g 4t");
}

/* ------------------------------------------------------------------ shapes */

/* Cuts the next word, which ends at `stop`, out of *text. False: it is too long, or nothing follows
 * `stop`. */
static bool next_word(const char **text, const char *stop, char word[WORD_MAX])
{
	size_t length = strcspn(*text, stop);
	const char *end = *text + length;

	if (length >= WORD_MAX || (*end && !end[1]))
		return false;
	memcpy(word, *text, length);
	word[length] = 0;
	*text = *end ? end + 1 : end;
	return true;
}

/* Decimal, 1 or more, at the beginning of *text. */
static bool count_prefix(const char **text, uint32_t max, uint32_t *count)
{
	uint64_t number;
	const char *rest;

	if (!number_prefix(*text, &number, &rest) || number > max)
		return false;
	*count = (uint32_t)number;
	*text = rest;
	return true;
}

/* ENTRIES[xWAYS[:LATENCY]], off, inf */
static bool read_shape(const char *text, struct tlb_shape *shape)
{
	*shape = (struct tlb_shape){0};
	if (strcmp(text, "off") == 0 || strcmp(text, "0") == 0)
		return true;
	if (strncmp(text, "inf", 3) == 0) {
		shape->entries = UINT32_MAX;
		text += 3;
	} else {
		if (!count_prefix(&text, SHAPE_ENTRIES_MAX, &shape->entries) || shape->entries == 0)
			return false;
		if (*text == 'x') {
			text++;
			if (!count_prefix(&text, SHAPE_ENTRIES_MAX, &shape->ways) ||
			    shape->ways == 0)
				return false;
		}
	}
	if (*text == ':') {
		text++;
		if (!count_prefix(&text, 1000000, &shape->latency))
			return false;
	}
	return !*text;
}

/* What nw_mmu_new can build: whole sets, a power of two of them. */
static bool shape_possible(const struct tlb_shape *shape)
{
	if (shape->ways == 0 || shape->entries == UINT32_MAX)
		return true;
	if (shape->entries % shape->ways)
		return false;

	uint32_t sets = shape->entries / shape->ways;

	return (sets & (sets - 1)) == 0;
}

struct shape_name {
	const char *name;
	struct tlb_shape *shape;
	bool may_be_off;
};

static bool set_shape(const struct shape_name *shapes, size_t count, const char *name,
		      const char *value, char *why)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(name, shapes[i].name))
			continue;
		if (!read_shape(value, shapes[i].shape))
			return refuse(why,
				      "%s=%.20s: expected ENTRIES[xWAYS[:LATENCY]], 0, off or inf",
				      name, value);
		if (!shape_possible(shapes[i].shape))
			return refuse(
				why,
				"%s=%.20s: the ways must divide the entries into a power of two of "
				"sets",
				name, value);
		if (!shapes[i].may_be_off && !shapes[i].shape->entries)
			return refuse(why, "%s can't be off alone, expected entries or --tlb off",
				      name);
		return true;
	}
	return refuse(why, "'%.20s' is not known, expected a part like %s=64x4", name,
		      shapes[0].name);
}

bool value_tlb(const char *text, struct sim_config *config, char why[VALUE_WHY])
{
	const struct shape_name shapes[] = {{"l1i", &config->l1i, false},
					    {"l1d", &config->l1d, false},
					    {"l2", &config->l2, true}};
	char name[WORD_MAX];

	config->l1i = config->l1d = (struct tlb_shape){.entries = 48};
	config->l2 = (struct tlb_shape){.entries = 1280, .ways = 5};
	config->tlb_off = strcmp(text, "off") == 0;
	if (config->tlb_off || strcmp(text, "on") == 0)
		return true;
	if (strcmp(text, "inf") == 0) {
		config->l1i = config->l1d = config->l2 = (struct tlb_shape){.entries = UINT32_MAX};
		return true;
	}
	do {
		const char *value;
		char part[WORD_MAX];

		if (!next_word(&text, ",", part))
			return refuse(why, "a part is too long or empty, expected e.g. l2=1280x5");
		value = part;
		if (!next_word(&value, "=", name))
			return refuse(why, "'%.20s' has no value", part);
		if (!set_shape(shapes, 3, name, value, why))
			return false;
	} while (*text);
	return true;
}

bool value_walk_cache(const char *text, struct sim_config *config, char why[VALUE_WHY])
{
	struct walk_cache_shapes *caches = &config->walk_caches;
	const struct shape_name shapes[] = {{"stage1", &caches->stage1, true},
					    {"stage2", &caches->stage2, true},
					    {"ipa", &caches->ipa, true}};
	const struct tlb_shape usual = {.entries = 64, .ways = 4};
	char name[WORD_MAX];

	*caches = (struct walk_cache_shapes){0};
	if (strcmp(text, "off") == 0)
		return true;
	if (strcmp(text, "on") == 0) {
		caches->stage1 = caches->stage2 = caches->ipa = usual;
		return true;
	}
	do {
		const char *value;
		char part[WORD_MAX];

		if (!next_word(&text, ",", part))
			return refuse(why,
				      "a part is too long or empty, expected e.g. stage1=64x4");
		value = part;
		if (!next_word(&value, "=", name))
			return refuse(why, "'%.20s' has no value", part);
		if (strcmp(name, "ipa-for") == 0) {
			caches->ipa_for_all = strcmp(value, "all") == 0;
			if (!caches->ipa_for_all && strcmp(value, "tables"))
				return refuse(why, "ipa-for=%.20s: expected tables or all", value);
		} else if (!set_shape(shapes, 3, name, value, why)) {
			return false;
		}
	} while (*text);
	return true;
}

/* ------------------------------------------------------------------ choices */

static const struct choice *find_choice(const char *name, enum nw_choice *number)
{
	for (*number = 0; *number < NW_CHOICE_COUNT; (*number)++) {
		if (strcmp(name, choice_of(*number)->word) == 0)
			return choice_of(*number);
	}
	return NULL;
}

/* The words of a choice, as many as there is room for. */
static bool refuse_alternative(const struct choice *choice, const char *value, char *why)
{
	char words[VALUE_WHY] = "";
	size_t used = 0;

	for (const struct alternative *a = choice->alternative; a->word; a++) {
		int length = snprintf(words + used, sizeof(words) - used, "%s%s",
				      used ? " or " : "", a->word);

		if (length < 0 || (size_t)length >= sizeof(words) - used)
			break;
		used += (size_t)length;
	}
	return refuse(why, "'%.20s': expected %s", value, words);
}

bool value_choice(const char *text, struct sim_config *config, char why[VALUE_WHY])
{
	char name[WORD_MAX];
	const char *value = text;
	const struct choice *choice;
	enum nw_choice number;

	if (!strchr(text, '=') || !next_word(&value, "=", name))
		return refuse(why, "expected NAME=VALUE, `nestwalk regs --choices` lists them");
	choice = find_choice(name, &number);
	if (!choice)
		return refuse(why,
			      "nothing is left open under that name, `nestwalk regs --choices` "
			      "lists what is");
	for (uint8_t i = 0; choice->alternative[i].word; i++) {
		if (strcmp(value, choice->alternative[i].word))
			continue;
		config->choices.of[number] = i;
		return true;
	}
	return refuse_alternative(choice, value, why);
}

/* ------------------------------------------------------------------ cores */

static bool switch_feature(struct nw_features *features, const char *name, const char *value,
			   char *why)
{
	bool on = strcmp(value, "on") == 0;

	if (!on && strcmp(value, "off"))
		return refuse(why, "%.30s=%.20s: expected on or off", name, value);
	for (unsigned i = FEAT_NONE + 1; i < NW_FEATURE_COUNT; i++) {
		if (strcmp(name, cpu_feature_name((enum nw_feature)i)))
			continue;
		nw_switch(features, (enum nw_feature)i, on);
		return true;
	}
	return refuse(why, "'%.30s' is no feature, `nestwalk cpus` lists them", name);
}

/* FEAT_LPA is ID_AA64MMFR0_EL1.PARange saying 52 bits. */
static bool is_possible(const struct nw_features *features, char *why)
{
	enum nw_feature feature, needs;

	if (!cpu_features_possible(features, &feature, &needs))
		return refuse(why, "%s needs %s", cpu_feature_name(feature),
			      cpu_feature_name(needs));
	if (nw_has(features, FEAT_LPA) && features->pa_bits < 52)
		return refuse(why, "FEAT_LPA needs 52-bit physical addresses, the core has %u",
			      features->pa_bits);
	return true;
}

bool value_cpu(const char *text, struct sim_config *config, char why[VALUE_WHY])
{
	struct cpu_config core = {0};
	char word[WORD_MAX];

	config->cpu = text;
	if (!next_word(&text, ",", word) || !cpu_preset(word, &core))
		return refuse(why, "no core of that name, `nestwalk cpus` lists them");
	while (*text) {
		char name[WORD_MAX];
		const char *value = word;

		if (!next_word(&text, ",", word) || !next_word(&value, "=", name))
			return refuse(why, "expected NAME[,FEAT=on|off...]");
		if (!switch_feature(&core.features, name, value, why))
			return false;
	}
	if (!is_possible(&core.features, why))
		return false;
	/* ID_AA64MMFR0_EL1.PARange says 52 bits only with FEAT_LPA. */
	if (!nw_has(&core.features, FEAT_LPA) && core.features.pa_bits > 48)
		core.features.pa_bits = 48;
	config->features = core.features;
	config->midr = core.midr;
	return true;
}
