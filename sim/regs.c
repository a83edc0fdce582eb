/* `nestwalk regs`: registers with their encodings, fields, and values taken apart. */
#include "choices.h"
#include "fields.h"
#include "sim.h"
#include "values.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ISS_MASK ((UINT64_C(1) << 25) - 1) /* of ESR_ELx */

struct regs_options {
	bool help, choices, json;
};

/* Exception classes whose ISS has a layout. */
static const char *iss_layout(uint64_t esr)
{
	switch (esr >> 26 & 0x3f) {
	case 0x01:
		return "ISS_WFX";
	case 0x15:
	case 0x16:
	case 0x17:
		return "ISS_CALL";
	case 0x18:
		return "ISS_SYSTEM";
	case 0x20:
	case 0x21:
		return "ISS_INSTRUCTION_ABORT";
	case 0x24:
	case 0x25:
		return "ISS_DATA_ABORT";
	case 0x3c:
		return "ISS_BREAKPOINT";
	default:
		return NULL;
	}
}

/* The layouts that a register's value is read by; some depend on the value itself. */
static void layouts_of(const char *reg, uint64_t value, const char *layout[2])
{
	layout[0] = reg;
	layout[1] = NULL;
	if (!strcasecmp(reg, "ESR_EL1") || !strcasecmp(reg, "ESR_EL2") ||
	    !strcasecmp(reg, "ESR_ELx")) {
		layout[0] = "ESR_ELx";
		layout[1] = iss_layout(value);
	} else if (!strcasecmp(reg, "PAR_EL1")) {
		layout[0] = value & 1 ? "PAR_EL1_F1" : "PAR_EL1_F0";
	}
}

static void print_value(const struct field *field, uint64_t value)
{
	uint64_t part = field_value(field, value);
	unsigned width = field->msb - field->lsb + 1u;
	uint64_t ones = width == 64 ? ~UINT64_C(0) : (UINT64_C(1) << width) - 1;

	printf(" = 0x%" PRIx64, part);
	if ((field->kind == FIELD_RES0 && part) || (field->kind == FIELD_RES1 && part != ones))
		fputs(" (reserved bits do not hold what they should)", stdout);
}

static void print_fields(const char *layout, const uint64_t *value)
{
	static const char *const reserved[] = {
		[FIELD_RES0] = "RES0", [FIELD_RES1] = "RES1", [FIELD_IGNORED] = "IGNORED"};
	size_t count;
	const struct field *field = fields_of(layout, &count);

	for (size_t i = 0; i < count; i++, field++) {
		char bits[16];

		if (field->msb == field->lsb)
			snprintf(bits, sizeof(bits), "[%u]", field->lsb);
		else
			snprintf(bits, sizeof(bits), "[%u:%u]", field->msb, field->lsb);
		printf("  %-8s %s", bits,
		       field->kind == FIELD_NAMED ? field->name : reserved[field->kind]);
		if (value)
			print_value(field, *value);
		putchar('\n');
	}
}

static void print_encoding(const struct cpu_sysreg_info *info)
{
	printf("%-18s op0=%u op1=%u CRn=%u CRm=%u op2=%u, EL%u and above, %s%s\n", info->name,
	       info->op0, info->op1, info->CRn, info->CRm, info->op2, info->lowest_el,
	       info->readable ? "R" : "", info->writable ? "W" : "");
}

static bool find_register(const char *name, struct cpu_sysreg_info *info)
{
	for (size_t i = 0; i < cpu_sysreg_count(); i++) {
		*info = cpu_sysreg_info(i);
		if (!strcasecmp(info->name, name))
			return true;
	}
	return false;
}

/* All registers, then the layouts that are none: descriptors, syndromes, views. */
static void list(void)
{
	const char *last = "";
	struct cpu_sysreg_info info;
	size_t count;
	const struct field *field = fields_all(&count);

	for (size_t i = 0; i < cpu_sysreg_count(); i++) {
		info = cpu_sysreg_info(i);
		print_encoding(&info);
	}
	for (size_t i = 0; i < count; i++) {
		if (strcmp(field[i].reg, last) && !find_register(field[i].reg, &info))
			printf("%-18s layout only\n", field[i].reg);
		last = field[i].reg;
	}
}

static void show(const char *name, const uint64_t *value)
{
	uint64_t iss = value ? *value & ISS_MASK : 0;
	struct cpu_sysreg_info info;
	const char *layout[2];

	layouts_of(name, value ? *value : 0, layout);
	if (find_register(name, &info))
		print_encoding(&info);
	else
		printf("%s\n", layout[0]);
	for (unsigned i = 0; i < 2 && layout[i]; i++) {
		if (i)
			printf("%s\n", layout[i]);
		print_fields(layout[i], i && value ? &iss : value);
	}
}

static void show_argument(char *argument)
{
	char *equals = strchr(argument, '=');
	uint64_t value;

	if (equals)
		*equals = '\0';
	show(argument, equals && value_number(equals + 1, &value) ? &value : NULL);
}

/* All of them are known: else nothing is printed. */
static bool check_arguments(int argc, char **argv, int first)
{
	for (int i = first; i < argc; i++) {
		size_t length = strcspn(argv[i], "="), count;
		struct cpu_sysreg_info info;
		const char *layout[2];
		char name[64];
		uint64_t value;

		snprintf(name, sizeof(name), "%.*s", (int)length, argv[i]);
		layouts_of(name, 0, layout);
		if (!find_register(name, &info) && !fields_of(layout[0], &count)) {
			diag("regs: %s: no such register or layout, `nestwalk regs` lists them",
			     name);
			return false;
		}
		if (argv[i][length] && !value_number(argv[i] + length + 1, &value)) {
			diag("regs: %s: no 64-bit value, expected decimal or 0x...",
			     argv[i] + length + 1);
			return false;
		}
	}
	return true;
}

static void print_help(void)
{
	puts("usage: nestwalk regs [options] [NAME[=VALUE]]...\n"
	     "  without a name: all registers and layouts\n"
	     "  NAME            the register's encoding and fields\n"
	     "  NAME=VALUE      ... with the value of each field\n"
	     "  --choices       what the architecture leaves open, for --choice NAME=VALUE\n"
	     "  --json          --choices as JSON");
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
		} else {
			diag("%s: unknown option, see: nestwalk regs --help", argv[i]);
			return 0;
		}
	}
	return i;
}

static void print_choices(bool json)
{
	if (json)
		choices_print_json();
	else
		choices_print();
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
	if (options.choices && first < argc) {
		diag("regs: %s: expected no name beside --choices", argv[first]);
		return SIM_BAD_INPUT;
	}
	if (!check_arguments(argc, argv, first))
		return SIM_BAD_INPUT;
	if (options.choices)
		print_choices(options.json);
	else if (first == argc)
		list();
	for (int i = first; i < argc; i++)
		show_argument(argv[i]);
	return SIM_OK;
}
