/* Handles, and what is behind them. */
#define _GNU_SOURCE /* O_PATH */
#include "files.h"

#include "files_path.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* What `:semihosting-features` holds: its magic, EXIT_EXTENDED (bit 0) and STDOUT_STDERR (bit 1).
 */
static const uint8_t features[] = {0x53, 0x48, 0x46, 0x42, 0x03};

bool files_init(struct files *files, enum sim_files rule, const char *directory, int wake)
{
	memset(files, 0, sizeof(*files));
	files->rule = rule;
	files->wake = wake;
	files->directory = -1;
	if (rule != FILES_DIRECTORY)
		return true;
	files->directory = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (files->directory < 0)
		diag("--files %s: %s, expected host, none or a directory", directory,
		     strerror(errno));
	return files->directory >= 0;
}

void files_close_all(struct files *files)
{
	for (uint64_t handle = 1; handle < FILES_MAX; handle++)
		files_close(files, handle);
	if (files->directory >= 0)
		close(files->directory);
	files->directory = -1;
}

struct file *files_get(struct files *files, uint64_t handle)
{
	if (handle == 0 || handle >= FILES_MAX || files->file[handle].kind == FILE_FREE)
		return NULL;
	return &files->file[handle];
}

/* ISO C's mode strings in semihosting's order: r r+ w w+ a a+, the binary twin beside each. */
static int open_flags(unsigned mode)
{
	static const int flags[] = {
		O_RDONLY,
		O_RDWR,
		O_WRONLY | O_CREAT | O_TRUNC,
		O_RDWR | O_CREAT | O_TRUNC,
		O_WRONLY | O_CREAT | O_APPEND,
		O_RDWR | O_CREAT | O_APPEND,
	};

	/* Without O_NONBLOCK the open of a pipe that has no other end would never return. */
	return flags[mode / 2] | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
}

/* Directories are no files, and /proc/self would be nestwalk itself, its memory included. */
static int refuse(int fd)
{
	struct stat status;
	struct statfs system;

	if (fstat(fd, &status) || fstatfs(fd, &system))
		return -errno;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	return system.f_type == PROC_SUPER_MAGIC ? -EACCES : 0;
}

static int open_host(struct files *files, const char *path, unsigned mode)
{
	int error, fd = -EACCES;

	if (files->rule == FILES_HOST) {
		fd = open(path, open_flags(mode), 0666);
		if (fd < 0)
			fd = -errno;
	} else if (files->rule == FILES_DIRECTORY) {
		fd = path_open(files->directory, path, open_flags(mode));
	}
	if (fd < 0)
		return fd;
	error = refuse(fd);
	if (error) {
		close(fd);
		return error;
	}
	fcntl(fd, F_SETFL, open_flags(mode) & O_APPEND);
	return fd;
}

/* `:tt` is stdin in the read modes, stdout in the write modes, stderr in the append modes. */
static enum file_kind console_kind(unsigned mode)
{
	static const enum file_kind kind[] = {FILE_CONSOLE_IN, FILE_CONSOLE_OUT, FILE_CONSOLE_ERR};

	return kind[mode / 4];
}

int files_open(struct files *files, const char *path, unsigned mode)
{
	struct file file = {.kind = FILE_HOST};
	int handle = 1;

	if (mode > 11)
		return -EINVAL;
	while (handle < FILES_MAX && files->file[handle].kind != FILE_FREE)
		handle++;
	if (handle == FILES_MAX)
		return -EMFILE;
	if (!strcmp(path, ":tt")) {
		file.kind = console_kind(mode);
		file.fd = (int)(mode / 4);
	} else if (!strcmp(path, ":semihosting-features")) {
		if (mode > 1)
			return -EACCES;
		file.kind = FILE_FEATURES;
	} else {
		file.fd = open_host(files, path, mode);
		if (file.fd < 0)
			return file.fd;
	}
	files->file[handle] = file;
	return handle;
}

int files_close(struct files *files, uint64_t handle)
{
	struct file *file = files_get(files, handle);

	if (!file)
		return -EBADF;
	if (file->kind == FILE_HOST)
		close(file->fd);
	file->kind = FILE_FREE;
	return 0;
}

/* Waits until fd has something; false: the run is to end. Regular files are always ready. */
static bool wait_readable(const struct files *files, int fd)
{
	struct pollfd wait[2] = {{.fd = fd, .events = POLLIN},
				 {.fd = files->wake, .events = POLLIN}};

	while (poll(wait, 2, -1) < 0 && errno == EINTR)
		;
	return !(wait[1].revents & POLLIN);
}

static ssize_t read_features(struct file *file, void *bytes, size_t size)
{
	size_t left = sizeof(features) - (size_t)file->pos;

	if (size > left)
		size = left;
	memcpy(bytes, features + file->pos, size);
	file->pos += size;
	return (ssize_t)size;
}

ssize_t files_read(struct files *files, struct file *file, void *bytes, size_t size)
{
	ssize_t got;

	if (file->kind == FILE_FEATURES)
		return read_features(file, bytes, size);
	if (file->kind != FILE_HOST && file->kind != FILE_CONSOLE_IN)
		return -EBADF;
	if (file->kind == FILE_CONSOLE_IN)
		fflush(stdout); /* a prompt is seen before its answer is awaited */
	if (!wait_readable(files, file->fd))
		return -EINTR;
	got = read(file->fd, bytes, size);
	return got < 0 ? -errno : got;
}

static ssize_t write_stream(FILE *stream, const void *bytes, size_t size)
{
	size_t done;

	if (stream == stderr)
		fflush(stdout);
	done = fwrite(bytes, 1, size, stream);
	/* What a guest writes as a whole is seen at once; single characters wait for the end of a
	 * line. */
	if (size > 1 && fflush(stream))
		return -errno;
	return done || !size ? (ssize_t)done : -EIO;
}

ssize_t files_write(struct file *file, const void *bytes, size_t size)
{
	ssize_t done;

	if (file->kind == FILE_CONSOLE_OUT)
		return write_stream(stdout, bytes, size);
	if (file->kind == FILE_CONSOLE_ERR)
		return write_stream(stderr, bytes, size);
	if (file->kind != FILE_HOST)
		return -EBADF;
	do
		done = write(file->fd, bytes, size);
	while (done < 0 && errno == EINTR);
	return done < 0 ? -errno : done;
}

int64_t files_seek(struct file *file, uint64_t pos)
{
	if (file->kind == FILE_FEATURES) {
		if (pos > sizeof(features))
			return -EINVAL;
		file->pos = pos;
		return 0;
	}
	if (file->kind != FILE_HOST)
		return -ESPIPE;
	if (pos > INT64_MAX)
		return -EINVAL;
	return lseek(file->fd, (off_t)pos, SEEK_SET) < 0 ? -errno : 0;
}

int64_t files_length(const struct file *file)
{
	struct stat status;

	if (file->kind == FILE_FEATURES)
		return sizeof(features);
	if (file->kind != FILE_HOST)
		return -ESPIPE;
	if (fstat(file->fd, &status))
		return -errno;
	return S_ISREG(status.st_mode) ? status.st_size : -ESPIPE;
}

bool files_is_tty(const struct file *file)
{
	/* The console is one whatever stands behind it, so that a guest does the same in every
	 * place. */
	return file->kind == FILE_CONSOLE_IN || file->kind == FILE_CONSOLE_OUT ||
	       file->kind == FILE_CONSOLE_ERR;
}

int files_remove(struct files *files, const char *path)
{
	if (files->rule == FILES_DIRECTORY)
		return path_remove(files->directory, path);
	if (files->rule != FILES_HOST)
		return -EACCES;
	return unlink(path) ? -errno : 0;
}

int files_rename(struct files *files, const char *from, const char *to)
{
	if (files->rule == FILES_DIRECTORY)
		return path_rename(files->directory, from, to);
	if (files->rule != FILES_HOST)
		return -EACCES;
	return rename(from, to) ? -errno : 0;
}
