/* `nestwalk COMMAND`: its own commands, and `nestwalk-COMMAND` for all others, as git does. */
#include "sim.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
	bool needs_end; /* has more to do than to print: goes on where nobody reads it any more */
};

static const struct command commands[] = {
	{"run", command_run, "[options] IMAGE [ARG...]   run a guest", true},
	{"replay", command_replay, "[options] TRACE         replay an address trace", true},
	{"walk", command_walk, "[options] VA              explain one translation", false},
	{"convert", command_convert, "IN OUT                 between trace formats", true},
	{"regs", command_regs, "[NAME[=VALUE]]            registers and their fields", false},
	{"cpus", command_cpus, "[NAME]                    cores and their features", false},
	{"formats", command_formats, "                       trace formats", false},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
	fputs("usage: nestwalk COMMAND ...\n", out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  nestwalk %s %s\n", commands[i].name, commands[i].help);
	fputs("  nestwalk NAME ...                     runs the program nestwalk-NAME\n"
	      "  nestwalk COMMAND --help, nestwalk --version\n",
	      out);
}

/* nestwalk-NAME from PATH. Comes back only where there is none. */
static int run_program(char **argv)
{
	char name[256];

	if (strchr(argv[0], '/') || strlen(argv[0]) > sizeof(name) - sizeof("nestwalk-")) {
		diag("%s: no such command, see: nestwalk --help", argv[0]);
		return SIM_BAD_INPUT;
	}
	snprintf(name, sizeof(name), "nestwalk-%s", argv[0]);
	signal(SIGPIPE, SIG_DFL);
	execvp(name, argv);
	if (errno == ENOENT)
		diag("%s: no such command and no program %s, see: nestwalk --help", argv[0], name);
	else
		diag("%s: %s", name, strerror(errno));
	return SIM_BAD_INPUT;
}

static int run_command(int argc, char **argv)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(argv[0], commands[i].name))
			continue;
		/* A reader that goes away is an error of the write, told in one line. */
		if (commands[i].needs_end)
			signal(SIGPIPE, SIG_IGN);
		return commands[i].run(argc, argv);
	}
	return run_program(argv);
}

static int run(int argc, char **argv)
{
	if (argc < 2) {
		diag("no command, see: nestwalk --help");
		return SIM_BAD_INPUT;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_help(stdout);
		return SIM_OK;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("nestwalk " SIM_VERSION);
		return SIM_OK;
	}
	return run_command(argc - 1, argv + 1);
}

/* Descriptors 0 to 2 that are closed would become files of the guest, and its output would go
 * there. */
static void open_standard_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	int status;

	open_standard_streams();
	status = run(argc, argv);
	if ((fflush(stdout) || ferror(stdout)) && status == SIM_OK) {
		diag("standard output can't be written, expected room or a reader for all of it");
		status = SIM_BAD_INPUT;
	}
	return status;
}
