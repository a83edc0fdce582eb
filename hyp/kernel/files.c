/*
 * The program's descriptors: the host's files, the three standard streams, and /dev/mem.
 */
#include "kernel.h"

#include "open.h"

enum { F_DUPFD = 0, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW };
enum { F_OFD_GETLK = 36, F_OFD_SETLK, F_OFD_SETLKW, F_DUPFD_CLOEXEC = 1030, F_UNLCK = 2 };

enum {
	TCGETS = 0x5401,
	TCSETS = 0x5402,
	TCSETSF = 0x5404,
	TIOCGPGRP = 0x540f,
	TIOCSPGRP = 0x5410,
	TIOCGWINSZ = 0x5413,
};

enum { POLLIN = 1, POLLOUT = 4, POLLNVAL = 0x20, POLL_MAX = 1024, SET_WORDS = FD_COUNT / 64 };

/* ":tt" opened with fopen's "r", "w" and "a" is standard input, output and error. */
enum { MODE_R = 0, MODE_W = 4, MODE_A = 8 };

/* Whether the host has more than Arm's operations is told by a name that only such a host opens. */
void files_init(struct kernel *k)
{
	int64_t handle = host_open(k, ":nestwalk-files", MODE_R);

	k->files.extended = handle >= 0;
	if (handle >= 0)
		host_close(k, handle);
	k->files.umask = 022;
	for (uint16_t i = 0; i < 3; i++) {
		k->files.fd[i].file = (uint8_t)(i + 1);
		k->files.file[i] = (struct file){
			.kind = FILE_CONSOLE,
			.users = 1,
			.console = i,
			.flags = O_RDWR,
			.handle = -1,
		};
	}
}

struct file *file_of(struct kernel *k, uint64_t fd)
{
	return fd < FD_COUNT && k->files.fd[fd].file != 0 ? &k->files.file[k->files.fd[fd].file - 1]
							  : NULL;
}

/* A standard stream is opened on the host when it is used first. */
int64_t handle_of(struct kernel *k, struct file *f)
{
	static const uint8_t modes[3] = {MODE_R, MODE_W, MODE_A};

	if (f->kind == FILE_DEVMEM || f->kind == FILE_PIPE)
		return -EINVAL;
	if (f->kind == FILE_CONSOLE && f->handle < 0)
		f->handle = host_open(k, ":tt", modes[f->console]);
	return f->handle;
}

/* ------------------------------------------------------------------ descriptors */

static int64_t free_descriptor(const struct kernel *k, uint64_t from)
{
	while (from < FD_COUNT && k->files.fd[from].file != 0)
		from++;
	return from < FD_COUNT ? (int64_t)from : -EMFILE;
}

int64_t file_add(struct kernel *k, const struct file *file, bool close_on_exec)
{
	int64_t fd = free_descriptor(k, 0);
	uint8_t index = 0;

	if (fd < 0)
		return fd;
	while (k->files.file[index].users > 0) /* there are as many as descriptors */
		index++;
	k->files.file[index] = *file;
	k->files.file[index].users = 1;
	k->files.fd[fd] = (struct descriptor){(uint8_t)(index + 1), close_on_exec};
	return fd;
}

int64_t sys_close(struct kernel *k, const uint64_t *x)
{
	struct file *f = file_of(k, x[0]);

	if (f == NULL)
		return -EBADF;
	k->files.fd[x[0]].file = 0;
	if (--f->users > 0)
		return 0;
	if (f->kind == FILE_PIPE)
		pipe_close(k, f);
	return f->kind == FILE_HOST ? host_close(k, f->handle) : 0;
}

static int64_t duplicate(struct kernel *k, uint64_t fd, int64_t to, bool close_on_exec)
{
	struct file *f = file_of(k, fd);

	if (f == NULL)
		return -EBADF;
	if (to < 0)
		return to;
	f->users++;
	k->files.fd[to] = (struct descriptor){k->files.fd[fd].file, close_on_exec};
	return to;
}

int64_t sys_dup(struct kernel *k, const uint64_t *x)
{
	return duplicate(k, x[0], free_descriptor(k, 0), false);
}

int64_t sys_dup3(struct kernel *k, const uint64_t *x)
{
	if (x[0] == x[1] || x[2] & ~(uint64_t)O_CLOEXEC)
		return -EINVAL;
	if (x[1] >= FD_COUNT || file_of(k, x[0]) == NULL)
		return -EBADF;
	if (file_of(k, x[1]) != NULL)
		sys_close(k, &x[1]);
	return duplicate(k, x[0], (int64_t)x[1], x[2] != 0);
}

/* Nobody else is there to hold a lock. */
static int64_t tell_unlocked(uint64_t lock)
{
	const uint16_t type = F_UNLCK;

	return copy_to_user(lock, &type, sizeof(type)) ? 0 : -EFAULT;
}

int64_t sys_fcntl(struct kernel *k, const uint64_t *x)
{
	struct file *f = file_of(k, x[0]);

	if (f == NULL)
		return -EBADF;
	switch (x[1]) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		if (x[2] >= FD_COUNT)
			return -EINVAL;
		return duplicate(k, x[0], free_descriptor(k, x[2]), x[1] == F_DUPFD_CLOEXEC);
	case F_GETFD:
		return k->files.fd[x[0]].close_on_exec;
	case F_SETFD:
		k->files.fd[x[0]].close_on_exec = x[2] & 1;
		return 0;
	case F_GETFL:
		return f->flags;
	case F_SETFL: /* the host's handle keeps what it was opened with */
		return ((f->flags ^ x[2]) & O_APPEND) == 0 ? 0 : -EINVAL;
	case F_GETLK:
	case F_OFD_GETLK:
		return tell_unlocked(x[2]);
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return 0;
	default:
		return -EINVAL;
	}
}

/* ------------------------------------------------------------------ terminals and waiting */

/* The kernel's struct termios, as a terminal is after login: B38400, canonical, with echo. */
static int64_t terminal_attributes(uint64_t to)
{
	static const struct {
		uint32_t input, output, control, local;
		uint8_t line, characters[19];
	} sane = {0x500, 5, 0xbf, 0x8a3b, 0, {3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26}};

	return copy_to_user(to, &sane, 36) ? 0 : -EFAULT;
}

int64_t sys_ioctl(struct kernel *k, const uint64_t *x)
{
	static const uint16_t window[4] = {24, 80, 0, 0};
	const uint32_t group = PID;
	struct file *f = file_of(k, x[0]);

	if (f == NULL)
		return -EBADF;
	if (!file_is_terminal(k, f))
		return -ENOTTY;
	switch (x[1]) {
	case TCGETS:
		return terminal_attributes(x[2]);
	case TCSETS ... TCSETSF:
	case TIOCSPGRP:
		return 0;
	case TIOCGPGRP:
		return copy_to_user(x[2], &group, sizeof(group)) ? 0 : -EFAULT;
	case TIOCGWINSZ:
		return copy_to_user(x[2], window, sizeof(window)) ? 0 : -EFAULT;
	default:
		return -ENOTTY;
	}
}

/* All that is open is ready: a read of what is not waits in the host. */
int64_t sys_ppoll(struct kernel *k, const uint64_t *x)
{
	int64_t ready = 0;

	if (x[1] > POLL_MAX)
		return -EINVAL;
	for (uint64_t i = 0; i < x[1]; i++) {
		struct {
			int32_t fd;
			uint16_t events, result;
		} p;

		if (!copy_from_user(&p, x[0] + i * sizeof(p), sizeof(p)))
			return -EFAULT;
		p.result = 0;
		if (p.fd >= 0)
			p.result = file_of(k, (uint64_t)p.fd) != NULL
					   ? p.events & (POLLIN | POLLOUT)
					   : POLLNVAL;
		ready += p.result != 0;
		if (!copy_to_user(x[0] + i * sizeof(p), &p, sizeof(p)))
			return -EFAULT;
	}
	return ready;
}

/* What is asked for in a set stays in it; the exceptions' set becomes empty. */
int64_t sys_pselect6(struct kernel *k, const uint64_t *x)
{
	uint64_t words = (x[0] + 63) / 64, none[SET_WORDS] = {0};
	int64_t ready = 0;

	if (x[0] > FD_COUNT)
		return -EINVAL;
	for (unsigned set = 1; set <= 2; set++) {
		uint64_t bits[SET_WORDS];

		if (x[set] == 0)
			continue;
		if (!copy_from_user(bits, x[set], words * 8))
			return -EFAULT;
		for (uint64_t fd = 0; fd < x[0]; fd++) {
			if (!(bits[fd / 64] >> fd % 64 & 1))
				continue;
			if (file_of(k, fd) == NULL)
				return -EBADF;
			ready++;
		}
	}
	return x[3] == 0 || copy_to_user(x[3], none, words * 8) ? ready : -EFAULT;
}
