/* QEMU as a process beside this one: see qemu.h. */
#include "qemu.h"
#include "format.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS "300"

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

static void path_in(const struct qemu *q, const char *name, char path[112])
{
	snprintf(path, 112, "%s/%s", q->directory, name);
}

static bool write_batch(const char *path, const struct bytes *batch)
{
	FILE *out = fopen(path, "w");

	if (out == NULL)
		return false;
	fwrite(batch->at, 1, batch->size, out);
	return fclose(out) == 0;
}

bool qemu_start(struct qemu *q, struct bytes *batch)
{
	char path[112], log[112], loader[256], *output = ((struct batch *)batch->at)->output;

	path_in(q, "batch", path);
	path_in(q, "qemu.log", log);
	path_in(q, "results", output);
	unlink(output);
	snprintf(loader, sizeof(loader), "loader,file=%s,addr=%#x,force-raw=on", path, BATCH);
	if (!write_batch(path, batch))
		return false;
	q->pid = start((const char *[]){"timeout",
					SECONDS,
					q->command,
					"-M",
					"virt,virtualization=on,gic-version=3",
					"-cpu",
					"max,pauth-qarma5=on",
					"-m",
					RAM_MEGS "M",
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
					"-kernel",
					"build/streams/guest.elf",
					"-device",
					loader,
					NULL},
		       log);
	memset(output, 0, sizeof(((struct batch *)batch->at)->output));
	return q->pid > 0;
}

bool qemu_finish(struct qemu *q, struct bytes *results)
{
	char path[112], part[4096];
	int status;
	size_t size;
	FILE *in;

	results->size = 0;
	if (waitpid(q->pid, &status, 0) != q->pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return false;
	path_in(q, "results", path);
	if ((in = fopen(path, "r")) == NULL)
		return false;
	while ((size = fread(part, 1, sizeof(part), in)) > 0)
		bytes_add(results, part, size);
	fclose(in);
	return results->size > 0;
}

const char *qemu_said(struct qemu *q)
{
	char path[112];
	FILE *in;

	path_in(q, "qemu.log", path);
	if ((in = fopen(path, "r")) == NULL)
		return "nothing";
	while (fgets(q->said, sizeof(q->said), in) != NULL)
		q->said[strcspn(q->said, "\n")] = '\0';
	fclose(in);
	return q->said;
}

void qemu_clean(const struct qemu *q)
{
	static const char *const names[] = {"batch", "results", "qemu.log"};
	char path[112];

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		path_in(q, names[i], path);
		unlink(path);
	}
	rmdir(q->directory);
}
