/* Operations of semihosting, in the order of their numbers. */
#include "semihosting_call.h"

#include <errno.h>
#include <string.h>

enum {
	SYS_OPEN = 0x01,
	SYS_CLOSE = 0x02,
	SYS_WRITEC = 0x03,
	SYS_WRITE0 = 0x04,
	SYS_WRITE = 0x05,
	SYS_READ = 0x06,
	SYS_READC = 0x07,
	SYS_ISERROR = 0x08,
	SYS_ISTTY = 0x09,
	SYS_SEEK = 0x0a,
	SYS_FLEN = 0x0c,
	SYS_REMOVE = 0x0e,
	SYS_RENAME = 0x0f,
	SYS_CLOCK = 0x10,
	SYS_TIME = 0x11,
	SYS_ERRNO = 0x13,
	SYS_GET_CMDLINE = 0x15,
	SYS_HEAPINFO = 0x16,
	SYS_EXIT = 0x18,
	SYS_EXIT_EXTENDED = 0x20,
	SYS_ELAPSED = 0x30,
	SYS_TICKFREQ = 0x31,
};

#define ADP_STOPPED_APPLICATION_EXIT UINT64_C(0x20026)
#define TICKS_PER_SECOND             UINT64_C(1000000000)
#define TICKS_PER_CENTISECOND        (TICKS_PER_SECOND / 100)
#define EPOCH                        UINT64_C(1577836800) /* every run begins on 2020-01-01 at 00:00:00 UTC */

#define CHUNK          (64u << 10)
#define TRANSFER_LIMIT (UINT64_C(1) << 30) /* bytes of one read or write */
#define STRING_LIMIT   (1u << 20)          /* bytes of one SYS_WRITE0 */
uint64_t call_failed(struct call *c, int error)
{
	c->sh->error = error;
	return UINT64_MAX;
}

uint64_t call_result(struct call *c, int64_t value)
{
	return value < 0 ? call_failed(c, (int)-value) : (uint64_t)value;
}

bool call_arguments(struct call *c, unsigned count)
{
	return cpu_copy_in(c->cpu, c->argument, (va_t){c->parameter}, count * sizeof(uint64_t));
}

int call_name(struct call *c, uint64_t address, uint64_t length, char name[PATH_MAX])
{
	if (length >= PATH_MAX)
		return -ENAMETOOLONG;
	if (!cpu_copy_in(c->cpu, name, (va_t){address}, length))
		return -EFAULT;
	name[length] = '\0';
	return strlen(name) == length ? 0 : -EINVAL;
}

static uint64_t sys_open(struct call *c)
{
	char name[PATH_MAX];
	int error;

	if (!call_arguments(c, 3))
		return call_failed(c, EFAULT);
	error = call_name(c, c->argument[0], c->argument[2], name);
	if (error)
		return call_failed(c, -error);
	if (c->argument[1] > UINT_MAX)
		return call_failed(c, EINVAL);
	return call_result(c, files_open(&c->sh->files, name, (unsigned)c->argument[1]));
}

static uint64_t sys_close(struct call *c)
{
	if (!call_arguments(c, 1))
		return call_failed(c, EFAULT);
	return call_result(c, files_close(&c->sh->files, c->argument[0]));
}

static uint64_t sys_writec(struct call *c)
{
	struct file out = {.kind = FILE_CONSOLE_OUT};
	char byte;

	if (!cpu_copy_in(c->cpu, &byte, (va_t){c->parameter}, 1))
		return call_failed(c, EFAULT);
	files_write(&out, &byte, 1);
	return 0;
}

static uint64_t sys_write0(struct call *c)
{
	struct file out = {.kind = FILE_CONSOLE_OUT};
	char byte;

	for (uint64_t i = 0; i < STRING_LIMIT; i++) {
		if (!cpu_copy_in(c->cpu, &byte, (va_t){c->parameter + i}, 1))
			return call_failed(c, EFAULT);
		if (!byte)
			return 0;
		files_write(&out, &byte, 1);
	}
	return call_failed(c, E2BIG);
}

static size_t chunk(uint64_t left)
{
	return left < CHUNK ? (size_t)left : CHUNK;
}

static uint64_t limited(uint64_t length)
{
	return length < TRANSFER_LIMIT ? length : TRANSFER_LIMIT;
}

/* The number of bytes that were not written. */
static uint64_t sys_write(struct call *c)
{
	uint8_t bytes[CHUNK];
	struct file *file;
	uint64_t done = 0, length;

	if (!call_arguments(c, 3))
		return call_failed(c, EFAULT);
	file = files_get(&c->sh->files, c->argument[0]);
	if (!file)
		return call_failed(c, EBADF);
	length = limited(c->argument[2]);
	while (done < length) {
		size_t size = chunk(length - done);
		ssize_t written = -EFAULT;

		if (cpu_copy_in(c->cpu, bytes, (va_t){c->argument[1] + done}, size))
			written = files_write(file, bytes, size);
		if (written < 0)
			c->sh->error = (int)-written;
		if (written <= 0)
			break;
		done += (uint64_t)written;
	}
	return c->argument[2] - done;
}

/* The number of bytes that were not read: all of them at the end of the file. */
static uint64_t sys_read(struct call *c)
{
	uint8_t bytes[CHUNK];
	struct file *file;
	uint64_t done = 0, length;

	if (!call_arguments(c, 3))
		return call_failed(c, EFAULT);
	file = files_get(&c->sh->files, c->argument[0]);
	if (!file)
		return call_failed(c, EBADF);
	length = limited(c->argument[2]);
	while (done < length) {
		size_t size = chunk(length - done);
		ssize_t got = files_read(&c->sh->files, file, bytes, size);

		if (got > 0 &&
		    !cpu_copy_out(c->cpu, (va_t){c->argument[1] + done}, bytes, (size_t)got))
			got = -EFAULT;
		if (got < 0)
			c->sh->error = (int)-got;
		if (got < 0 && !done)
			return UINT64_MAX;
		if (got <= 0)
			break;
		done += (uint64_t)got;
		if ((size_t)got < size) /* a terminal's line, a pipe's piece: no waiting for more */
			break;
	}
	return c->argument[2] - done;
}

static uint64_t sys_readc(struct call *c)
{
	struct file in = {.kind = FILE_CONSOLE_IN};
	uint8_t byte;
	ssize_t got = files_read(&c->sh->files, &in, &byte, 1);

	if (got <= 0)
		return call_failed(c, got < 0 ? (int)-got : 0);
	return byte;
}

static uint64_t sys_iserror(struct call *c)
{
	if (!call_arguments(c, 1))
		return call_failed(c, EFAULT);
	return c->argument[0] >> 63;
}

static uint64_t sys_istty(struct call *c)
{
	const struct file *file;

	if (!call_arguments(c, 1))
		return call_failed(c, EFAULT);
	file = files_get(&c->sh->files, c->argument[0]);
	if (!file)
		return call_failed(c, EBADF);
	return files_is_tty(file);
}

static uint64_t sys_seek(struct call *c)
{
	struct file *file;

	if (!call_arguments(c, 2))
		return call_failed(c, EFAULT);
	file = files_get(&c->sh->files, c->argument[0]);
	if (!file)
		return call_failed(c, EBADF);
	return call_result(c, files_seek(file, c->argument[1]));
}

static uint64_t sys_flen(struct call *c)
{
	const struct file *file;

	if (!call_arguments(c, 1))
		return call_failed(c, EFAULT);
	file = files_get(&c->sh->files, c->argument[0]);
	if (!file)
		return call_failed(c, EBADF);
	return call_result(c, files_length(file));
}

static uint64_t sys_remove(struct call *c)
{
	char name[PATH_MAX];
	int error;

	if (!call_arguments(c, 2))
		return call_failed(c, EFAULT);
	error = call_name(c, c->argument[0], c->argument[1], name);
	return call_result(c, error ? error : files_remove(&c->sh->files, name));
}

static uint64_t sys_rename(struct call *c)
{
	char from[PATH_MAX], to[PATH_MAX];
	int error;

	if (!call_arguments(c, 4))
		return call_failed(c, EFAULT);
	error = call_name(c, c->argument[0], c->argument[1], from);
	if (!error)
		error = call_name(c, c->argument[2], c->argument[3], to);
	return call_result(c, error ? error : files_rename(&c->sh->files, from, to));
}

static uint64_t sys_get_cmdline(struct call *c)
{
	const char *line = c->sh->command_line ? c->sh->command_line : "";
	uint64_t length = strlen(line);

	if (!call_arguments(c, 2))
		return call_failed(c, EFAULT);
	if (c->argument[1] <= length)
		return call_failed(c, E2BIG);
	if (!cpu_copy_out(c->cpu, (va_t){c->argument[0]}, line, length + 1) ||
	    !cpu_copy_out(c->cpu, (va_t){c->parameter + 8}, &length, sizeof(length)))
		return call_failed(c, EFAULT);
	return 0;
}

static uint64_t sys_heapinfo(struct call *c)
{
	const struct semihosting *sh = c->sh;
	uint64_t info[4] = {sh->heap_base, sh->heap_limit, sh->stack_base, sh->stack_limit};

	if (!call_arguments(c, 1) ||
	    !cpu_copy_out(c->cpu, (va_t){c->argument[0]}, info, sizeof(info)))
		return call_failed(c, EFAULT);
	return 0;
}

/* A parameter block on AArch64 for both: reason, and for an application's exit its status. */
static uint64_t sys_exit(struct call *c)
{
	c->sh->exited = true;
	c->sh->aborted = !call_arguments(c, 2) || c->argument[0] != ADP_STOPPED_APPLICATION_EXIT;
	c->sh->exit_code = c->sh->aborted ? SIM_PANIC : (int64_t)c->argument[1];
	return 0;
}

static uint64_t sys_elapsed(struct call *c)
{
	uint64_t ticks = c->sh->elapsed(c->sh->ctx);

	if (!cpu_copy_out(c->cpu, (va_t){c->parameter}, &ticks, sizeof(ticks)))
		return call_failed(c, EFAULT);
	return 0;
}

static uint64_t serve_time(struct call *c, uint64_t operation)
{
	switch (operation) {
	case SYS_CLOCK:
		return c->sh->elapsed(c->sh->ctx) / TICKS_PER_CENTISECOND;
	case SYS_TIME:
		return EPOCH + c->sh->elapsed(c->sh->ctx) / TICKS_PER_SECOND;
	case SYS_ELAPSED:
		return sys_elapsed(c);
	case SYS_TICKFREQ:
		return TICKS_PER_SECOND;
	default: /* SYS_TMPNAM would be a name that differs from run to run, SYS_SYSTEM a host
		    command */
		return call_failed(c, ENOSYS);
	}
}

static uint64_t serve(struct call *c, uint64_t operation)
{
	switch (operation) {
	case SYS_OPEN:
		return sys_open(c);
	case SYS_CLOSE:
		return sys_close(c);
	case SYS_WRITEC:
		return sys_writec(c);
	case SYS_WRITE0:
		return sys_write0(c);
	case SYS_WRITE:
		return sys_write(c);
	case SYS_READ:
		return sys_read(c);
	case SYS_READC:
		return sys_readc(c);
	case SYS_ISERROR:
		return sys_iserror(c);
	case SYS_ISTTY:
		return sys_istty(c);
	case SYS_SEEK:
		return sys_seek(c);
	case SYS_FLEN:
		return sys_flen(c);
	case SYS_REMOVE:
		return sys_remove(c);
	case SYS_RENAME:
		return sys_rename(c);
	case SYS_ERRNO:
		return (uint64_t)c->sh->error;
	case SYS_GET_CMDLINE:
		return sys_get_cmdline(c);
	case SYS_HEAPINFO:
		return sys_heapinfo(c);
	case SYS_EXIT:
	case SYS_EXIT_EXTENDED:
		return sys_exit(c);
	default:
		return operation >= 0x100 ? semihosting_files(c, operation)
					  : serve_time(c, operation);
	}
}

bool semihosting_call(struct semihosting *sh, struct cpu *cpu)
{
	struct call c = {.sh = sh, .cpu = cpu, .parameter = cpu_x(cpu, 1)};
	/* "W0 holds the operation number": the upper half of X0 is not looked at. */
	uint64_t returned = serve(&c, (uint32_t)cpu_x(cpu, 0));

	if (!sh->exited)
		cpu_set_x(cpu, 0, returned);
	return !sh->exited;
}
