/*
 * The program's files: descriptors over the host's handles, the three standard ones, and /dev/mem.
 */
#include "kernel.h"

enum { TRANSFER_BYTES = BOUNCE_BYTES - BOUNCE_BLOCK_BYTES };

/* Flags of openat on AArch64 Linux. */
enum {
	O_RDONLY = 0,
	O_WRONLY = 1,
	O_ACCMODE = 3,
	O_CREAT = 0100,
	O_TRUNC = 01000,
	O_APPEND = 02000
};

/*
 * Modes of SYS_OPEN: fopen's. ":tt" opened with "r", "w" and "a" is standard input, output and
 * error.
 */
enum mode {
	MODE_R = 0,
	MODE_RB = 1,
	MODE_RB_PLUS = 3,
	MODE_W = 4,
	MODE_WB = 5,
	MODE_WB_PLUS = 7,
	MODE_A = 8,
	MODE_AB = 9,
	MODE_AB_PLUS = 11,
};

enum { SEEK_SET = 0, SEEK_CUR = 1, SEEK_END = 2 };

struct stat {
	uint64_t dev, ino;
	uint32_t mode, nlink, uid, gid;
	uint64_t rdev, pad1;
	int64_t size;
	int32_t blksize, pad2;
	int64_t blocks;
	uint64_t times[6];
	uint32_t unused[2];
};

struct iovec {
	uint64_t base, bytes;
};

void files_init(struct kernel *k)
{
	for (unsigned fd = 0; fd < 3; fd++)
		k->files.fd[fd] = (struct file){.kind = FILE_CONSOLE, .handle = -1};
}

struct file *file_of(struct kernel *k, uint64_t fd)
{
	return fd < FD_COUNT && k->files.fd[fd].kind != FILE_CLOSED ? &k->files.fd[fd] : NULL;
}

/* A standard stream is opened on the host when it is used first. */
static int64_t handle_of(struct kernel *k, struct file *f)
{
	static const uint8_t modes[3] = {MODE_R, MODE_W, MODE_A};

	if (f->kind == FILE_CONSOLE && f->handle < 0)
		f->handle = host_open(k, ":tt", modes[f - k->files.fd]);
	return f->handle;
}

/* ------------------------------------------------------------------ open, close */

/*
 * Puts the path where the host finds it, in pieces that cross no page of the program. NULL: *why.
 */
static const char *copy_path(struct kernel *k, uint64_t from, int64_t *why)
{
	char *to = (char *)host_data(k, PATH_BYTES);

	*why = -EFAULT;
	for (uint64_t at = 0; at < PATH_BYTES;) {
		uint64_t bytes = 64 - ((from + at) & 63);

		if (bytes > PATH_BYTES - at)
			bytes = PATH_BYTES - at;
		if (!copy_from_user(to + at, from + at, bytes))
			return NULL;
		for (; bytes > 0; bytes--, at++)
			if (to[at] == 0)
				return to;
	}
	*why = -ENAMETOOLONG;
	return NULL;
}

static int64_t open_on_host(struct kernel *k, const char *path, uint64_t flags)
{
	bool write_only = (flags & O_ACCMODE) == O_WRONLY;
	int64_t handle;

	if ((flags & O_ACCMODE) == O_RDONLY)
		return host_open(k, path, MODE_RB);
	if (flags & O_APPEND)
		return host_open(k, path, write_only ? MODE_AB : MODE_AB_PLUS);
	if (flags & O_TRUNC && flags & O_CREAT)
		return host_open(k, path, write_only ? MODE_WB : MODE_WB_PLUS);
	handle = host_open(k, path, MODE_RB_PLUS);
	if (handle == -ENOENT && flags & O_CREAT)
		return host_open(k, path, MODE_WB_PLUS);
	return handle;
}

int64_t sys_openat(struct kernel *k, uint64_t path, uint64_t flags)
{
	uint64_t fd = 0;
	int64_t result;
	const char *name = copy_path(k, path, &result);

	while (fd < FD_COUNT && k->files.fd[fd].kind != FILE_CLOSED)
		fd++;
	if (name == NULL)
		return result;
	if (fd == FD_COUNT)
		return -EMFILE;
	if (strcmp(name, "/dev/mem") == 0) {
		k->files.fd[fd] = (struct file){.kind = FILE_DEVMEM};
		return (int64_t)fd;
	}
	result = open_on_host(k, name, flags);
	if (result < 0)
		return result;
	k->files.fd[fd] = (struct file){.kind = FILE_HOST, .handle = result};
	return (int64_t)fd;
}

int64_t sys_close(struct kernel *k, uint64_t fd)
{
	struct file *f = file_of(k, fd);
	int64_t result = 0;

	if (f == NULL)
		return -EBADF;
	if (f->kind == FILE_HOST)
		result = host_close(k, f->handle);
	f->kind = FILE_CLOSED;
	return result;
}

/* ------------------------------------------------------------------ read, write */

static uint64_t piece(uint64_t bytes, uint64_t done)
{
	return bytes - done < TRANSFER_BYTES ? bytes - done : TRANSFER_BYTES;
}

/*
 * A file on the host gives all that there is; a terminal or a pipe gives what it has and ends the
 * call.
 */
static int64_t read_handle(struct kernel *k, int64_t handle, uint64_t buffer, uint64_t bytes)
{
	uint64_t done = 0;

	while (done < bytes) {
		uint64_t wanted = piece(bytes, done);
		uint8_t *data = host_data(k, wanted);
		int64_t got = host_read(k, handle, wanted);

		if (got < 0)
			return done > 0 ? (int64_t)done : got;
		if (got > 0 && !copy_to_user(buffer + done, data, (uint64_t)got))
			return -EFAULT;
		done += (uint64_t)got;
		if ((uint64_t)got < wanted)
			break;
	}
	return (int64_t)done;
}

int64_t sys_read(struct kernel *k, uint64_t fd, uint64_t buffer, uint64_t bytes)
{
	struct file *f = file_of(k, fd);
	int64_t handle, got;

	if (f == NULL)
		return -EBADF;
	if (f->kind == FILE_DEVMEM)
		return -EINVAL;
	handle = handle_of(k, f);
	if (handle < 0)
		return handle;
	got = read_handle(k, handle, buffer, bytes);
	if (got > 0)
		f->offset += (uint64_t)got;
	return got;
}

int64_t sys_write(struct kernel *k, uint64_t fd, uint64_t buffer, uint64_t bytes)
{
	struct file *f = file_of(k, fd);
	uint64_t done = 0;
	int64_t handle;

	if (f == NULL)
		return -EBADF;
	if (f->kind == FILE_DEVMEM)
		return -EINVAL;
	handle = handle_of(k, f);
	if (handle < 0)
		return handle;
	while (done < bytes) {
		uint64_t wanted = piece(bytes, done);
		int64_t written;

		if (!copy_from_user(host_data(k, wanted), buffer + done, wanted))
			return done > 0 ? (int64_t)done : -EFAULT;
		written = host_write(k, handle, wanted);
		if (written <= 0)
			return done > 0 ? (int64_t)done : written;
		done += (uint64_t)written;
		f->offset += (uint64_t)written;
	}
	return (int64_t)done;
}

int64_t sys_writev(struct kernel *k, uint64_t fd, uint64_t vector, uint64_t count)
{
	int64_t done = 0;

	if (count > 1024)
		return -EINVAL;
	for (uint64_t i = 0; i < count; i++) {
		struct iovec part;
		int64_t written;

		if (!copy_from_user(&part, vector + i * sizeof(part), sizeof(part)))
			return done > 0 ? done : -EFAULT;
		if (part.bytes == 0)
			continue;
		written = sys_write(k, fd, part.base, part.bytes);
		if (written < 0)
			return done > 0 ? done : written;
		done += written;
		if ((uint64_t)written < part.bytes)
			break;
	}
	return done;
}

int64_t file_read_at(struct kernel *k, uint64_t fd, uint64_t buffer, uint64_t bytes,
		     uint64_t offset)
{
	struct file *f = file_of(k, fd);
	int64_t got = host_seek(k, f->handle, offset), back;

	if (got == 0)
		got = read_handle(k, f->handle, buffer, bytes);
	back = host_seek(k, f->handle, f->offset);
	return back < 0 ? back : got;
}

/* ------------------------------------------------------------------ place and size */

int64_t sys_lseek(struct kernel *k, uint64_t fd, int64_t offset, uint64_t whence)
{
	struct file *f = file_of(k, fd);
	int64_t from = 0, to;

	if (f == NULL)
		return -EBADF;
	if (f->kind != FILE_HOST)
		return -ESPIPE;
	if (whence == SEEK_CUR)
		from = (int64_t)f->offset;
	else if (whence == SEEK_END)
		from = host_length(k, f->handle);
	if (from < 0 || whence > SEEK_END)
		return whence > SEEK_END ? -EINVAL : -ESPIPE;
	if (__builtin_add_overflow(from, offset, &to) || to < 0)
		return -EINVAL;
	if (host_seek(k, f->handle, (uint64_t)to) < 0)
		return -ESPIPE;
	f->offset = (uint64_t)to;
	return to;
}

/*
 * What semihosting can tell: a regular file has a length, a standard stream is taken for a
 * terminal.
 */
static struct stat stat_of(struct kernel *k, const struct file *f)
{
	struct stat st = {
		.nlink = 1, .blksize = 4096, .mode = f->kind == FILE_HOST ? 0100644 : 020620};
	int64_t length = f->kind == FILE_HOST ? host_length(k, f->handle) : 0;

	st.size = length > 0 ? length : 0;
	st.blocks = (st.size + 511) / 512;
	return st;
}

int64_t sys_fstat(struct kernel *k, uint64_t fd, uint64_t st)
{
	const struct file *f = file_of(k, fd);
	struct stat result;

	if (f == NULL)
		return -EBADF;
	result = stat_of(k, f);
	return copy_to_user(st, &result, sizeof(result)) ? 0 : -EFAULT;
}

int64_t sys_fstatat(struct kernel *k, uint64_t path, uint64_t st)
{
	int64_t fd = sys_openat(k, path, O_RDONLY), result;

	if (fd < 0)
		return fd;
	result = sys_fstat(k, (uint64_t)fd, st);
	sys_close(k, (uint64_t)fd);
	return result;
}
