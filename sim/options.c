/* The command line of run, replay and walk, from one table of options. */
#include "options.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define ON(command) (1u << (command))

enum {
	IN_RUN = ON(COMMAND_RUN),
	IN_REPLAY = ON(COMMAND_REPLAY),
	IN_WALK = ON(COMMAND_WALK),
	IN_ALL = IN_RUN | IN_REPLAY | IN_WALK,
};

struct option {
	const char *name;     /* without the dashes */
	unsigned commands;    /* that know it */
	const char *argument; /* how --help names its value; NULL: none */
	const char *help;
	/* NULL: sets the bool at `offset` of struct sim_config. */
	bool (*read)(struct options *options, const struct option *option, const char *value);
	size_t offset;
	size_t given; /* another bool to set; 0: none */
};

#define FIELD_OF(options, option, type)                                                            \
	((type *)(void *)((char *)(options)->config + (option)->offset))

static bool refuse(const struct option *option, const char *value, const char *why)
{
	diag("--%s %s: %s", option->name, value, why);
	return false;
}

/* ------------------------------------------------------------------ readers */

static bool read_text(struct options *options, const struct option *option, const char *value)
{
	*FIELD_OF(options, option, const char *) = value;
	return true;
}

static bool read_number(struct options *options, const struct option *option, const char *value)
{
	if (!value_number(value, FIELD_OF(options, option, uint64_t)))
		return refuse(option, value, "expected a number, decimal or 0x...");
	if (option->given)
		*(bool *)((char *)options->config + option->given) = true;
	return true;
}

static bool read_geometry(struct options *options, const struct option *option, const char *value)
{
	enum geometry_use use = option->offset == offsetof(struct sim_config, s1)   ? GEOMETRY_S1
				: option->offset == offsetof(struct sim_config, s2) ? GEOMETRY_S2
										    : GEOMETRY_EL2;
	char why[GEOMETRY_WHY];

	options->geometry_text[use] = value;
	return geometry_parse(value, use, FIELD_OF(options, option, struct sim_geometry), why) ||
	       refuse(option, value, why);
}

static bool read_window(struct options *options, const struct option *option, const char *value)
{
	struct sim_windows *windows = FIELD_OF(options, option, struct sim_windows);
	char why[VALUE_WHY];

	if (windows->count == SIM_WINDOWS)
		return refuse(option, value, "too many, 16 at most");
	return value_window(value, &windows->at[windows->count++], why) ||
	       refuse(option, value, why);
}

static bool read_block(struct options *options, const struct option *option, const char *value)
{
	char why[VALUE_WHY];

	return value_block(value, &options->config->block_bytes, why) || refuse(option, value, why);
}

static bool read_cpu(struct options *options, const struct option *option, const char *value)
{
	char why[VALUE_WHY];

	return value_cpu(value, options->config, why) || refuse(option, value, why);
}

static bool read_choice(struct options *options, const struct option *option, const char *value)
{
	char why[VALUE_WHY];

	return value_choice(value, options->config, why) || refuse(option, value, why);
}

static bool read_tlb(struct options *options, const struct option *option, const char *value)
{
	char why[VALUE_WHY];

	return value_tlb(value, options->config, why) || refuse(option, value, why);
}

static bool read_walk_cache(struct options *options, const struct option *option, const char *value)
{
	char why[VALUE_WHY];

	return value_walk_cache(value, options->config, why) || refuse(option, value, why);
}

/* The index of value among words, which is the value of the enum at the option's offset less
 * `first`. */
static bool read_word(struct options *options, const struct option *option, const char *value,
		      const char *const *words, int first)
{
	char why[VALUE_WHY] = "expected ";

	for (int i = 0; words[i]; i++) {
		if (strcmp(value, words[i]) == 0) {
			*FIELD_OF(options, option, int) = first + i;
			return true;
		}
		if (i)
			strcat(why, " or ");
		strcat(why, words[i]);
	}
	return refuse(option, value, why);
}

static bool read_timing(struct options *options, const struct option *option, const char *value)
{
	static const char *const words[] = {"none", "serial", NULL};

	return read_word(options, option, value, words, TIMING_NONE);
}

static bool read_undef(struct options *options, const struct option *option, const char *value)
{
	static const char *const words[] = {"stop", "guest", NULL};

	return read_word(options, option, value, words, UNDEF_STOP);
}

static bool read_tier(struct options *options, const struct option *option, const char *value)
{
	static const char *const words[] = {"1", "2", NULL};

	return read_word(options, option, value, words, TIER_1);
}

static bool read_switch(struct options *options, const struct option *option, const char *value)
{
	static const char *const words[] = {"off", "on", NULL};

	return read_word(options, option, value, words, SWITCH_OFF);
}

static bool read_access(struct options *options, const struct option *option, const char *value)
{
	static const char *const words[] = {"x", "r", "w", "rw", NULL};
	struct sim_config *config = options->config;

	if (!read_word(options, option, value, words, NW_FETCH))
		return false;
	/* An atomic instruction is a store that also needs to read. */
	config->atomic = strcmp(value, "rw") == 0;
	if (config->atomic)
		config->access = NW_STORE;
	return true;
}

static bool read_memory(struct options *options, const struct option *option, const char *value)
{
	struct sim_config *config = options->config;
	char why[VALUE_WHY];

	if (config->memory_count == SIM_MEMORIES)
		return refuse(option, value, "too many, 64 at most");
	return value_memory(value, &config->memory[config->memory_count++], why) ||
	       refuse(option, value, why);
}

static bool read_trace(struct options *options, const struct option *option, const char *value)
{
	struct sim_config *config = options->config;
	const char *file = strchr(value, ':');

	if (!file || strncmp(value, "tarmac:", 7) || !file[1])
		return refuse(option, value, "expected tarmac:FILE");
	if (config->trace_count == SIM_TRACES)
		return refuse(option, value, "too many, 4 at most");
	config->trace[config->trace_count++] = (struct sim_trace){TRACE_TARMAC, file + 1};
	return true;
}

static bool read_files(struct options *options, const struct option *option, const char *value)
{
	struct sim_config *config = options->config;

	if (strcmp(value, "host") == 0)
		config->files = FILES_HOST;
	else if (strcmp(value, "none") == 0)
		config->files = FILES_NONE;
	else
		config->files = FILES_DIRECTORY;
	config->files_directory = config->files == FILES_DIRECTORY ? value : NULL;
	return options_is_directory(config->files_directory) ||
	       refuse(option, value, "expected host, none or a directory");
}

static bool read_el(struct options *options, const struct option *option, const char *value)
{
	struct sim_config *config = options->config;
	bool walk = config->command == COMMAND_WALK;

	if (strlen(value) != 1 || value[0] < '0' || value[0] > '2')
		return refuse(option, value, "expected 0, 1 or 2");
	*(walk ? &config->access_el : &config->el) = (uint8_t)(value[0] - '0');
	config->el_given = true;
	return true;
}

static bool read_spread(struct options *options, const struct option *option, const char *value)
{
	if (options->config->va_spread_given || options->config->va_offset_given)
		return refuse(option, value, "expected --va-spread or --va-offset, once");
	return read_number(options, option, value);
}

static bool read_format(struct options *options, const struct option *option, const char *value)
{
	options->config->format = value;
	return trace_format_known(value) ||
	       refuse(option, value, "no such trace format, `nestwalk formats` lists them");
}

static bool read_progress(struct options *options, const struct option *option, const char *value)
{
	(void)option;
	(void)value;
	options->config->progress = SWITCH_ON;
	return true;
}

/* ------------------------------------------------------------------ the table */

#define AT(field) offsetof(struct sim_config, field)

static const struct option table[] = {
	{"cpu", IN_ALL, "NAME[,FEAT=on|off...]", "core and features (max)", read_cpu, 0, 0},
	{"choice", IN_ALL, "NAME=VALUE",
	 "what the architecture leaves open (nestwalk regs --choices)", read_choice, 0, 0},
	{"s1", IN_ALL, "GRANULE[:BITS][:ds=0|1]", "proxy kernel's stage 1 (4k:48)", read_geometry,
	 AT(s1), 0},
	{"s2", IN_ALL, "GRANULE[:BITS][:start=L][:ds=0|1]|off", "the VM's stage 2 (4k:48)",
	 read_geometry, AT(s2), 0},
	{"el2", IN_ALL, "GRANULE[:BITS][:ds=0|1]", "hypervisor's own stage 1 (4k:48)",
	 read_geometry, AT(el2), 0},
	{"block", IN_ALL, "page|SIZE", "largest leaf of both stages (page)", read_block, 0, 0},
	{"ram", IN_ALL, "SIZE[@PA]", "a window of RAM, repeatable (4g or 512m at 0x40000000)",
	 read_window, AT(ram), 0},
	{"vm-ram", IN_ALL, "SIZE[@IPA]", "a window of the VM's RAM, repeatable (at 0x40000000)",
	 read_window, AT(vm_ram), 0},
	{"tlb", IN_ALL, "off|on|inf|SPEC", "TLBs (l1i=48,l1d=48,l2=1280x5)", read_tlb, 0, 0},
	{"walk-cache", IN_ALL, "off|on|SPEC",
	 "stage1=64x4,stage2=64x4,ipa=64x4,ipa-for=tables|all (off)", read_walk_cache, 0, 0},
	{"timing", IN_ALL, "none|serial",
	 "serial: 1 cycle an instruction, 10 a descriptor fetch (none)", read_timing, AT(timing),
	 0},
	{"stats", IN_ALL, "FILE", "statistics as JSON, - is stdout", read_text, AT(stats), 0},
	{"trace", IN_ALL, "tarmac:FILE", "a line for each instruction", read_trace, 0, 0},
	{"undef", IN_ALL, "stop|guest", "what an encoding that no core here offers does",
	 read_undef, AT(undef), 0},
	{"slow", IN_ALL, NULL, "no translation filter, no decoded-op cache: same bytes out", NULL,
	 AT(slow), 0},
	{"tier", IN_ALL, "1|2",
	 "1: interpret only; 2: expect translation to host code, the default", read_tier, AT(tier),
	 0},
	{"max-insns", IN_ALL, "N", "stop after N instructions, status 124", read_number,
	 AT(max_insns), AT(max_insns_given)},
	{"seed", IN_ALL, "N", "of random numbers: RNDR, RNDRRS (0)", read_number, AT(seed), 0},
	{"bare", IN_RUN, NULL, "IMAGE takes the hypervisor's place at EL2", NULL, AT(bare), 0},
	{"el", IN_RUN | IN_WALK, "N", "run: kind of guest; walk: exception level of the access",
	 read_el, 0, 0},
	{"initrd", IN_RUN, "FILE", "initial RAM disk", read_text, AT(initrd), 0},
	{"append", IN_RUN, "TEXT", "/chosen/bootargs", read_text, AT(append), 0},
	{"dtb", IN_RUN, "FILE", "device tree in place of the generated one", read_text, AT(dtb), 0},
	{"semihosting", IN_RUN, "on|off", "HLT #0xF000", read_switch, AT(semihosting), 0},
	{"files", IN_RUN, "host|none|DIR", "files that the guest may open (host for EL0 programs)",
	 read_files, 0, 0},
	{"format", IN_REPLAY, "NAME", "trace format (by content, then by suffix)", read_format, 0,
	 0},
	{"limit", IN_REPLAY, "N", "end after N records, warm-up included", read_number, AT(limit),
	 AT(limit_given)},
	{"warmup", IN_REPLAY, "N", "zero the counters after N records", read_number, AT(warmup), 0},
	{"va-spread", IN_REPLAY, "SEED", "move pages over the whole VA range by a permutation",
	 read_spread, AT(va_spread), AT(va_spread_given)},
	{"va-offset", IN_REPLAY, "N", "add N to every address, modulo the VA range", read_spread,
	 AT(va_offset), AT(va_offset_given)},
	{"progress", IN_REPLAY, NULL, "progress bar (default on a terminal)", read_progress, 0, 0},
	{"access", IN_WALK, "r|w|x|rw", "load, store, fetch or atomic (r)", read_access, AT(access),
	 0},
	{"unprivileged", IN_WALK, NULL, "as LDTR and STTR make it: with the rights of EL0", NULL,
	 AT(unprivileged), 0},
	{"pan", IN_WALK, NULL, "PSTATE.PAN is 1", NULL, AT(pan), 0},
	{"unaligned", IN_WALK, NULL, "not aligned to its size", NULL, AT(unaligned), 0},
	{"no-map", IN_WALK, NULL, "explain the first access, which faulted", NULL, AT(no_map), 0},
	{"regs", IN_WALK, "FILE", "registers: lines NAME=VALUE; for --mem and --core", read_text,
	 AT(regs), 0},
	{"mem", IN_WALK, "FILE@PA", "physical memory: a raw dump, repeatable", read_memory, 0, 0},
	{"core", IN_WALK, "FILE", "physical memory: an ELF core of QEMU's dump-guest-memory",
	 read_text, AT(core), 0},
	{"json", IN_WALK, NULL, "the walk as JSON", NULL, AT(json), 0},
	{"quiet", IN_ALL, NULL, "-q: no table of statistics", NULL, AT(quiet), 0},
	{"verbose", IN_ALL, NULL, "-v: say more", NULL, AT(verbose), 0},
};

#define TABLE_SIZE (sizeof(table) / sizeof(table[0]))

static const char *const usage[] = {
	[COMMAND_RUN] = "nestwalk run [options] IMAGE [ARG...]",
	[COMMAND_REPLAY] = "nestwalk replay [options] TRACE",
	[COMMAND_WALK] = "nestwalk walk [options] VA",
};

static void print_help(enum sim_command command)
{
	printf("usage: %s\n", usage[command]);
	for (size_t i = 0; i < TABLE_SIZE; i++) {
		char left[64];

		if (!(table[i].commands & ON(command)))
			continue;
		snprintf(left, sizeof(left), "--%s %s", table[i].name,
			 table[i].argument ? table[i].argument : "");
		printf("  %-44s %s\n", left, table[i].help);
	}
	printf("  %-44s %s\n", "--help", "this text");
}

/* ------------------------------------------------------------------ the loop */

static const struct option *find(const char *name, size_t length, enum sim_command command)
{
	for (size_t i = 0; i < TABLE_SIZE; i++) {
		if (strlen(table[i].name) == length && strncmp(table[i].name, name, length) == 0 &&
		    table[i].commands & ON(command))
			return &table[i];
	}
	return NULL;
}

/* One option at argv[*i], which may take argv[*i + 1]. */
static bool read_option(struct options *options, int argc, char **argv, int *i)
{
	const char *name = argv[*i] + 2;
	size_t length = strcspn(name, "=");
	const struct option *option = find(name, length, options->config->command);
	const char *value = name[length] ? name + length + 1 : NULL;

	if (!option) {
		diag("--%.*s: unknown option, see: nestwalk %s --help", (int)length, name, argv[0]);
		return false;
	}
	if (!option->argument) {
		if (value) {
			diag("--%s takes no value", option->name);
			return false;
		}
		if (option->read)
			return option->read(options, option, NULL);
		*FIELD_OF(options, option, bool) = true;
		return true;
	}
	if (!value && *i + 1 < argc)
		value = argv[++*i];
	if (!value) {
		diag("--%s needs a value: %s", option->name, option->argument);
		return false;
	}
	return option->read(options, option, value);
}

/* -q, -v, -h and options by name. What is not an option goes to `words`. */
static bool read_words(struct options *options, int argc, char **argv, bool *help)
{
	struct sim_config *config = options->config;
	bool only_words = false;

	for (int i = 1; i < argc; i++) {
		if (only_words || argv[i][0] != '-' || !argv[i][1]) {
			options->words[options->word_count++] = argv[i];
			if (config->command != COMMAND_RUN)
				continue;
			config->guest_argc =
				argc - i - 1; /* all that follows IMAGE is the guest's */
			config->guest_argv = argv + i + 1;
			return true;
		}
		if (strcmp(argv[i], "--") == 0) {
			only_words = true;
		} else if (strcmp(argv[i], "-q") == 0) {
			config->quiet = true;
		} else if (strcmp(argv[i], "-v") == 0) {
			config->verbose = true;
		} else if (strcmp(argv[i], "-h") == 0 || strcmp(argv[i], "--help") == 0) {
			*help = true;
		} else if (strncmp(argv[i], "--", 2)) {
			diag("%s: unknown option, see: nestwalk %s --help", argv[i], argv[0]);
			return false;
		} else if (!read_option(options, argc, argv, &i)) {
			return false;
		}
	}
	return true;
}

/* The one word of the command: IMAGE, TRACE or VA. */
static bool take_word(struct options *options)
{
	struct sim_config *config = options->config;

	if (options->word_count != 1) {
		diag("%s, expected: %s",
		     options->word_count ? options->words[1] : "too few arguments",
		     usage[config->command]);
		return false;
	}
	switch (config->command) {
	case COMMAND_RUN:
		config->image = options->words[0];
		return true;
	case COMMAND_REPLAY:
		config->replay_trace = options->words[0];
		return true;
	default:
		if (value_number(options->words[0], &config->va))
			return true;
		diag("%s: no address, expected decimal or 0x...", options->words[0]);
		return false;
	}
}

bool options_read(struct sim_config *config, enum sim_command command, int argc, char **argv,
		  bool *help)
{
	struct options options = {.config = config};
	bool good;

	config->command = command;
	config->argc = argc;
	config->argv = argv;
	config->s1.size_bits = config->s2.size_bits = config->el2.size_bits = 0; /* by rule */
	options.words = calloc((size_t)argc + 1, sizeof(*options.words));
	if (!options.words) {
		diag("out of memory");
		return false;
	}
	good = read_words(&options, argc, argv, help);
	if (good && *help)
		print_help(command);
	else if (good)
		good = take_word(&options) && options_check(&options);
	free(options.words);
	return good;
}
