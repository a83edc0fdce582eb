/*
 * The hypervisor's options, words of /chosen/bootargs. The grammar is the command line's, without
 * dashes.
 */
#include "hyp.h"

/* RAM of a VM that says only how much: where QEMU's virt board has it. */
#define DEFAULT_VM_RAM_BASE UINT64_C(0x40000000)

/* Windows consist of whole pages of any granule. */
#define VM_RAM_UNIT UINT64_C(0x10000)

struct word {
	const char *at;
	size_t length;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct word next_word(const char *from)
{
	struct word w;

	while (is_blank(*from))
		from++;
	w = (struct word){from, 0};
	while (w.at[w.length] != '\0' && !is_blank(w.at[w.length]))
		w.length++;
	return w;
}

/* The part behind a prefix, where the word has that prefix. */
static bool value_of(const struct word *word, const char *prefix, struct word *value)
{
	size_t n = strlen(prefix);

	if (!word_starts(word->at, word->length, prefix))
		return false;
	*value = (struct word){word->at + n, word->length - n};
	return true;
}

static void keep_word(char *to, const struct word *word)
{
	size_t n = word->length < WORD_BYTES - 1 ? word->length : WORD_BYTES - 1;

	memcpy(to, word->at, n);
	to[n] = '\0';
}

static bool read_geometry(struct geometry_request *request, char *kept, const struct word *value)
{
	keep_word(kept, value);
	return geometry_parse(request, value->at, value->length);
}

/* SIZE[@IPA] */
static bool read_vm_ram(struct options *o, const struct word *value)
{
	struct range r = {.base = DEFAULT_VM_RAM_BASE};
	size_t at = 0;

	while (at < value->length && value->at[at] != '@')
		at++;
	if (!word_size(value->at, at, &r.bytes) || r.bytes == 0 || r.bytes % VM_RAM_UNIT != 0)
		return false;
	if (at < value->length && !word_number(value->at + at + 1, value->length - at - 1, &r.base))
		return false;
	if (r.base % VM_RAM_UNIT != 0 || r.base + r.bytes < r.base ||
	    o->vm_ram_count == BOOTINFO_WINDOWS)
		return false;
	for (unsigned i = 0; i < o->vm_ram_count; i++) {
		if (ranges_overlap(&r, &o->vm_ram[i]))
			return false;
	}
	o->vm_ram[o->vm_ram_count++] = r;
	return true;
}

static bool read_word(struct options *o, const struct word *word)
{
	struct word value;
	uint64_t number;

	if (value_of(word, "s1=", &value))
		return read_geometry(&o->s1, o->s1_word, &value) && !o->s1.off;
	if (value_of(word, "s2=", &value))
		return read_geometry(&o->s2, o->s2_word, &value);
	if (value_of(word, "el2=", &value))
		return read_geometry(&o->el2, o->el2_word, &value) && !o->el2.off;
	if (value_of(word, "vm-ram=", &value))
		return read_vm_ram(o, &value);
	if (value_of(word, "block=", &value)) {
		if (word_is(value.at, value.length, "page"))
			o->block_bytes = 0;
		else
			return word_size(value.at, value.length, &o->block_bytes);
		return true;
	}
	if (value_of(word, "el=", &value)) {
		if (!word_number(value.at, value.length, &number) || number > 1)
			return false;
		o->el = (uint8_t)number;
		return o->el_given = true;
	}
	if (value_of(word, "seed=", &value))
		return word_number(value.at, value.length, &o->seed);
	return word_is(word->at, word->length, "replay") && (o->replay = true);
}

void options_read(struct options *options, struct hyp *hyp, const char *bootargs)
{
	static const char default_word[] = "4k:48";
	struct options o = {.arguments = ""};

	/* Stage 2's default has no size: it is 48 or what the core's physical addresses have. */
	geometry_parse(&o.s1, default_word, 5);
	geometry_parse(&o.el2, default_word, 5);
	geometry_parse(&o.s2, default_word, 2);
	memcpy(o.s1_word, default_word, sizeof(default_word));
	memcpy(o.el2_word, default_word, sizeof(default_word));
	memcpy(o.s2_word, default_word, 2);
	for (struct word w = next_word(bootargs); w.length > 0; w = next_word(w.at + w.length)) {
		char kept[WORD_BYTES];

		if (word_is(w.at, w.length, "--")) {
			o.arguments = w.at + w.length;
			break;
		}
		if (!read_word(&o, &w)) {
			keep_word(kept, &w);
			reject(hyp,
			       "bootargs: '%s' is no option, or its value isn't one of its grammar",
			       kept);
		}
	}
	*options = o;
}

unsigned options_arguments(const char *arguments, char *to, size_t bytes, size_t *used)
{
	unsigned count = 0;
	size_t at = 0;

	for (; *arguments != '\0'; count++) {
		while (is_blank(*arguments))
			arguments++;
		if (*arguments == '\0')
			break;
		for (; *arguments != '\0' && !is_blank(*arguments); arguments++) {
			if (*arguments == '\\' && arguments[1] != '\0' && *++arguments == '0')
				continue; /* "\0" is nothing: so an empty argument is written */
			if (at < bytes)
				to[at] = *arguments;
			at++;
		}
		if (at < bytes)
			to[at] = '\0';
		at++;
	}
	*used = at;
	return count;
}

const char *options_after_first(const char *arguments)
{
	while (is_blank(*arguments))
		arguments++;
	for (; *arguments != '\0' && !is_blank(*arguments); arguments++) {
		if (*arguments == '\\' && arguments[1] != '\0')
			arguments++;
	}
	while (is_blank(*arguments))
		arguments++;
	return arguments;
}
