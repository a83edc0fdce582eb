/*
 * The `nestwalk` program inside: what the command line chose (struct sim_config), and a booted machine with its core,
 * devices, guest and statistics (struct sim) that `run`, `walk` and `replay` drive.
 *
 * The command line is read once, by options.c, into a struct sim_config, which nobody changes afterwards; strings in it
 * belong to the caller and live as long as it does. Whatever is wrong with options, images or files is told in one line
 * by diag(); functions here then return false or NULL, and never exit. A process can hold two struct sim.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "../cpu/cpu.h"

#include <stdio.h>

#define SIM_VERSION "0.1"

/* Exit statuses of nestwalk itself. A guest's own status passes through unchanged. */
enum sim_status {
	SIM_OK = 0,
	SIM_PANIC = 1,       /* hypervisor or guest panic */
	SIM_BAD_INPUT = 2,   /* bad usage or bad input */
	SIM_UNMODELLED = 3,  /* the guest used an encoding that no core here offers */
	SIM_LIMIT = 124,     /* --max-insns reached */
	SIM_SIGINT = 130,
	SIM_SIGTERM = 143,
};

/* One line on stderr: "nestwalk: " and the message, which says what, where, and what was expected. */
void diag(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ------------------------------------------------------------------ configuration */

enum sim_ds { DS_BY_RULE, DS_OFF, DS_ON };

/* GRANULE[:SIZE][:start=L][:ds=0|1] of --s1, --s2 and --el2. */
struct sim_geometry {
	bool off;             /* --s2 off */
	uint8_t granule_bits; /* 12, 14, 16 */
	uint8_t size_bits;    /* of the input address */
	bool start_given;     /* --s2 only: else the fewest levels */
	int8_t start;
	enum sim_ds ds;
};

/* SIZE[@BASE] of --ram and --vm-ram. */
struct sim_window {
	bool size_given, base_given;
	uint64_t base, size;
};

#define SIM_WINDOWS 16
#define SIM_MEMORIES 64
#define SIM_TRACES 4

struct sim_windows {
	unsigned count; /* 0: the default */
	struct sim_window at[SIM_WINDOWS];
};

/* --mem FILE@PA: file is all of that text, whose first file_length bytes are the name. */
struct sim_memory {
	const char *file;
	size_t file_length;
	uint64_t pa;
};

enum sim_timing { TIMING_NONE, TIMING_SERIAL };
enum sim_tier { TIER_DEFAULT, TIER_1, TIER_2 };
enum sim_undef { UNDEF_BY_GUEST_KIND, UNDEF_STOP, UNDEF_GUEST };
enum sim_files { FILES_BY_GUEST_KIND, FILES_HOST, FILES_NONE, FILES_DIRECTORY };
enum sim_switch { SWITCH_DEFAULT, SWITCH_OFF, SWITCH_ON };

/* --trace KIND:FILE */
enum sim_trace_kind { TRACE_TARMAC };
struct sim_trace {
	enum sim_trace_kind kind;
	const char *file;
};

enum sim_command { COMMAND_RUN, COMMAND_REPLAY, COMMAND_WALK };

struct sim_config {
	enum sim_command command;
	int argc;          /* the command line from the subcommand on, for the statistics */
	char *const *argv;

	/* The core. */
	const char *cpu; /* as given: NAME[,FEAT=on|off...] */
	struct nw_features features;
	struct nw_choices choices;  /* --choice */
	uint64_t midr;
	bool tlb_off;
	struct tlb_shape l1i, l1d, l2;
	struct walk_cache_shapes walk_caches;
	enum sim_timing timing;
	bool slow;
	enum sim_tier tier;
	enum sim_undef undef;

	/* Memory and translation. */
	struct sim_geometry s1, s2, el2;
	uint64_t block_bytes; /* largest leaf; 0: page */
	struct sim_windows ram, vm_ram;

	/* Output and limits. */
	const char *stats; /* NULL: no JSON; "-": stdout */
	unsigned trace_count;
	struct sim_trace trace[SIM_TRACES];
	uint64_t seed;
	bool max_insns_given;
	uint64_t max_insns;
	bool quiet, verbose;

	/* run: the guest. */
	const char *image;
	int guest_argc; /* guest_argv[0] is the first word after IMAGE */
	char *const *guest_argv;
	bool bare;
	bool el_given;
	uint8_t el;
	const char *initrd, *append, *dtb; /* NULL: none */
	enum sim_switch semihosting;
	enum sim_files files;
	const char *files_directory; /* FILES_DIRECTORY */

	/* replay */
	const char *replay_trace;
	const char *format; /* NULL: by content, then by suffix */
	bool limit_given;
	uint64_t limit, warmup;
	bool va_spread_given, va_offset_given;
	uint64_t va_spread, va_offset;
	enum sim_switch progress;

	/* walk */
	uint64_t va;
	enum nw_access_type access; /* NW_LOAD, NW_STORE, NW_FETCH */
	uint8_t access_el;
	bool atomic, unprivileged, pan, unaligned; /* as in struct nw_access */
	bool no_map, json;
	const char *regs, *core; /* NULL: the built-in software's */
	unsigned memory_count;
	struct sim_memory memory[SIM_MEMORIES];
};

/* The defaults of every option. The core is `max`, TLBs 48 + 48 + 1280x5, walk caches off. */
void sim_config_init(struct sim_config *config);

/* ------------------------------------------------------------------ a booted machine */

struct sim;

/*
 * Builds machine, core and guest as config says, ready for the first instruction. run loads config->image; replay and
 * walk have no guest: the proxy kernel goes to EL0 at VA 0 and maps what is touched. NULL after a diag(): bad input.
 */
struct sim *sim_new(const struct sim_config *config);
void sim_free(struct sim *sim);

struct cpu *sim_cpu(struct sim *sim);

/*
 * Runs the machine until it ends (false), or with to_el0 until it is about to execute at EL0 (true). --max-insns counts
 * all instructions since sim_new. Calling it again after false returns false at once.
 */
bool sim_run(struct sim *sim, bool to_el0);

/* A signal has asked for the end, or a limit has: a loop that makes accesses itself polls this. */
bool sim_ended(const struct sim *sim);

/* Zeroes all counters, not TLBs and caches (--warmup). */
void sim_counts_clear(struct sim *sim);

/*
 * Ends the run: closes traces, writes the statistics (JSON and table) and returns the exit status. status: SIM_OK for
 * what the run itself ended with, anything else overrides it and makes "complete" false in the statistics.
 */
int sim_finish(struct sim *sim, int status);

/* ------------------------------------------------------------------ subcommands */

/* Each takes its own argv (argv[0] is the subcommand's name) and returns the exit status. */
int command_run(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_walk(int argc, char **argv);
int command_convert(int argc, char **argv);
int command_regs(int argc, char **argv);
int command_cpus(int argc, char **argv);
int command_formats(int argc, char **argv);

/*
 * options.c: reads the command line of run, replay or walk into config (after sim_config_init). Everything is checked
 * that can be without running: geometry against the core's features, RAM windows against each other. False after a
 * diag(): bad usage. --help prints and sets *help.
 */
bool options_read(struct sim_config *config, enum sim_command command, int argc, char **argv, bool *help);

#endif
