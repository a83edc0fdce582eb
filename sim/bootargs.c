/* The hypervisor's options as one line of words, in the grammar of the command line. */
#include "boot.h"
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void geometry_word(FILE *out, const char *name, const struct sim_geometry *geometry)
{
	char text[CONFIG_TEXT];

	geometry_text(geometry, text, sizeof(text));
	fprintf(out, "%s=%s ", name, text);
}

/* Words are separated by blanks: one inside an argument is escaped. "\0" is an empty argument. */
static void argument(FILE *out, const char *text)
{
	fputs(*text ? " " : " \\0", out);
	for (; *text; text++) {
		if (strchr(" \t\n\r\\", *text))
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void option_words(FILE *out, const struct sim_config *config)
{
	char text[CONFIG_TEXT];

	geometry_word(out, "s1", &config->s1);
	geometry_word(out, "s2", &config->s2);
	geometry_word(out, "el2", &config->el2);
	if (config->block_bytes) {
		size_text(config->block_bytes, text, sizeof(text));
		fprintf(out, "block=%s ", text);
	}
	if (config->seed)
		fprintf(out, "seed=%" PRIu64 " ", config->seed);
	for (unsigned i = 0; i < config->vm_ram.count; i++) {
		window_text(&config->vm_ram.at[i], text, sizeof(text));
		fprintf(out, "vm-ram=%s ", text);
	}
}

char *bootargs_make(const struct sim_config *config, enum guest_kind kind)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	option_words(out, config);
	if (kind == GUEST_REPLAY) {
		fputs("replay", out);
	} else {
		fprintf(out, "el=%d --", kind == GUEST_EL1);
		argument(out, config->image);
		for (int i = 0; i < config->guest_argc; i++)
			argument(out, config->guest_argv[i]);
	}
	if (ferror(out) | fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
