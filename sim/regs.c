/* `nestwalk regs`: registers with their encodings, fields, and values taken apart. */
#include "regs.h"

#include "choices.h"
#include "values.h"

#include <stdlib.h>
#include <string.h>

struct regs_options {
	bool help, choices, json;
	enum regs_e2h e2h;
};

static void print_help(void)
{
	puts("usage: nestwalk regs [options] [NAME[=VALUE]]...\n"
	     "  without a name: all registers and layouts\n"
	     "  NAME            the register's encoding and fields\n"
	     "  NAME=VALUE      ... with the value of each field and what it means\n"
	     "  --e2h 0|1       the layout that HCR_EL2.E2H gives registers of EL2 (both)\n"
	     "  --choices       what the architecture leaves open, for --choice NAME=VALUE\n"
	     "  --json          JSON instead of text");
}

/* --e2h 0|1, --e2h=0|1: takes one or two words from i on. */
static bool read_e2h(int argc, char **argv, int *i, struct regs_options *options)
{
	const char *value = argv[*i][5] == '=' ? argv[*i] + 6 : *i + 1 < argc ? argv[++*i] : "";

	if (!strcmp(value, "0") || !strcmp(value, "1")) {
		options->e2h = *value == '1' ? E2H_1 : E2H_0;
		return true;
	}
	diag("--e2h %s: expected 0 or 1", value);
	return false;
}

/* The options, all of which come first; the index of the first word that is none, or 0 after a
 * diag(). */
static int read_options(int argc, char **argv, struct regs_options *options)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			options->help = true;
		} else if (!strcmp(argv[i], "--choices")) {
			options->choices = true;
		} else if (!strcmp(argv[i], "--json")) {
			options->json = true;
		} else if (!strcmp(argv[i], "--e2h") || !strncmp(argv[i], "--e2h=", 6)) {
			if (!read_e2h(argc, argv, &i, options))
				return 0;
		} else {
			diag("%s: unknown option, see: nestwalk regs --help", argv[i]);
			return 0;
		}
	}
	return i;
}

/* NAME[=VALUE]; cuts the text at the equals sign. */
static bool read_argument(char *text, struct regs_argument *argument)
{
	char *equals = strchr(text, '=');
	struct regs_view view[REGS_VIEWS];
	struct cpu_sysreg_info info;

	if (equals)
		*equals = '\0';
	*argument = (struct regs_argument){.name = text, .has_value = equals != NULL};
	if (!regs_find(text, &info) && !regs_views(text, 0, E2H_BOTH, view)) {
		diag("regs: %s: no such register or layout, `nestwalk regs` lists them", text);
		return false;
	}
	if (equals && !value_number(equals + 1, &argument->value)) {
		diag("regs: %s: no 64-bit value, expected decimal or 0x...", equals + 1);
		return false;
	}
	return true;
}

/* All of them are known: else nothing is printed. */
static bool read_arguments(int count, char **argv, struct regs_argument *arguments)
{
	for (int i = 0; i < count; i++) {
		if (!read_argument(argv[i], &arguments[i]))
			return false;
	}
	return true;
}

static void print_text(const struct regs_argument *arguments, int count, enum regs_e2h e2h)
{
	if (!count)
		regs_print_all();
	for (int i = 0; i < count; i++)
		regs_print(arguments[i].name, arguments[i].has_value ? &arguments[i].value : NULL,
			   e2h);
}

static int show_registers(const struct regs_options *options, int count, char **argv)
{
	struct regs_argument *arguments = calloc((size_t)count + 1, sizeof(*arguments));
	bool good = arguments && read_arguments(count, argv, arguments);

	if (!arguments)
		diag("out of memory");
	else if (good && options->json)
		regs_print_json(arguments, (size_t)count, options->e2h);
	else if (good)
		print_text(arguments, count, options->e2h);
	free(arguments);
	return good ? SIM_OK : SIM_BAD_INPUT;
}

static int show_choices(const struct regs_options *options, int count, char **argv)
{
	if (count) {
		diag("regs: %s: expected no name beside --choices", argv[0]);
		return SIM_BAD_INPUT;
	}
	if (options->json)
		choices_print_json();
	else
		choices_print();
	return SIM_OK;
}

int command_regs(int argc, char **argv)
{
	struct regs_options options = {.help = false};
	int first = read_options(argc, argv, &options);

	if (!first)
		return SIM_BAD_INPUT;
	if (options.help) {
		print_help();
		return SIM_OK;
	}
	if (options.choices)
		return show_choices(&options, argc - first, argv + first);
	return show_registers(&options, argc - first, argv + first);
}
