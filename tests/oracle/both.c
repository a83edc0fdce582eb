/* Starting the two with a batch, and reading what they wrote. */
#include "oracle.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS "12" /* a batch of 20,000 translations takes one or two */

/* All of a file, with a zero behind it; NULL: not to be read. */
static char *file_text(const char *path)
{
	FILE *in = fopen(path, "r");
	struct stat status;
	char *text = NULL;

	if (in == NULL)
		return NULL;
	if (fstat(fileno(in), &status) == 0)
		text = calloc(1, (size_t)status.st_size + 1);
	if (text != NULL && fread(text, 1, (size_t)status.st_size, in) != (size_t)status.st_size) {
		free(text);
		text = NULL;
	}
	fclose(in);
	return text;
}

static pid_t start(const char *const *words, const char *log)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	if (freopen("/dev/null", "r", stdin) == NULL || freopen(log, "w", stderr) == NULL ||
	    dup2(fileno(stderr), STDOUT_FILENO) < 0)
		_exit(126);
	execvp(words[0], (char *const *)words);
	_exit(127);
}

static bool ended_well(pid_t pid)
{
	int status;

	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

static void path_in(const struct oracle *o, const char *name, char path[256])
{
	snprintf(path, 256, "%s/%s", o->directory, name);
}

static pid_t start_nestwalk(const struct oracle *o, const char *cases)
{
	const char *program = getenv("NESTWALK");
	char log[256], out[256];

	path_in(o, "ours.log", log);
	path_in(o, "ours", out);
	unlink(out);
	return start((const char *[]){"timeout", SECONDS,
				      program != NULL ? program : "build/nestwalk", "run", "--bare",
				      "-q", "--files", "host", "--ram", "3g@0x40000000", "--ram",
				      "64k@0", "build/oracle/guest.elf", cases, out, NULL},
		     log);
}

static pid_t start_qemu(const struct oracle *o, const char *cases)
{
	char log[256], out[256], append[600];

	path_in(o, "theirs.log", log);
	path_in(o, "theirs", out);
	snprintf(append, sizeof(append), "%s %s", cases, out);
	unlink(out);
	return start((const char *[]){"timeout",
				      SECONDS,
				      o->qemu,
				      "-M",
				      "virt,virtualization=on,gic-version=3,highmem=off",
				      "-cpu",
				      "max",
				      "-m",
				      "3G",
				      "-display",
				      "none",
				      "-nic",
				      "none",
				      "-monitor",
				      "none",
				      "-serial",
				      "none",
				      "-semihosting-config",
				      "enable=on,target=native",
				      "-append",
				      append,
				      "-kernel",
				      "build/oracle/high.elf",
				      "-device",
				      "loader,file=build/oracle/low.bin,addr=0,force-raw=on",
				      NULL},
		     log);
}

static char *results(const struct oracle *o, pid_t pid, const char *name)
{
	char path[256];

	path_in(o, name, path);
	return ended_well(pid) ? file_text(path) : NULL;
}

char *run_nestwalk(const struct oracle *o, const char *cases)
{
	return results(o, start_nestwalk(o, cases), "ours");
}

char *run_qemu(const struct oracle *o, const char *cases)
{
	return results(o, start_qemu(o, cases), "theirs");
}

bool run_both(const struct oracle *o, const struct batch *b, char **ours, char **theirs)
{
	char cases[256];
	pid_t nestwalk, qemu;

	path_in(o, "cases", cases);
	if (!batch_write(b, cases))
		return false;
	qemu = start_qemu(o, cases);
	nestwalk = start_nestwalk(o, cases);
	*ours = results(o, nestwalk, "ours");
	*theirs = results(o, qemu, "theirs");
	return *ours != NULL && *theirs != NULL;
}
