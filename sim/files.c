/* Handles, and what is behind them. */
#define _GNU_SOURCE /* O_PATH */
#include "files.h"

#include "files_path.h"
#include "files_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

/* What `:semihosting-features` holds: its magic, EXIT_EXTENDED (bit 0) and STDOUT_STDERR (bit 1).
 */
static const uint8_t features[] = {0x53, 0x48, 0x46, 0x42, 0x03};

/*
 * Where operations 0x100 to 0x1ff are those of nestwalk-semihosting(7), a file of this name can be
 * opened.
 */
static const char extension[] = ":nestwalk-files";

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

	return flags[mode / 2];
}

int files_place(struct files *files, uint64_t directory, const char *path, struct place *place)
{
	const struct file *file = directory ? files_get(files, directory) : NULL;

	if (files->rule == FILES_NONE)
		return -EACCES;
	if (directory && (!file || (file->kind != FILE_HOST && file->kind != FILE_DIRECTORY)))
		return -EBADF;
	if (files->rule == FILES_HOST)
		return place_anywhere(file ? file->fd : AT_FDCWD, path, place);
	return place_below(files->directory, file ? file->fd : files->directory, path, place);
}

/* /proc/self would be nestwalk itself, its memory included. */
static int kind_of(int fd, enum file_kind *kind)
{
	struct stat status;
	struct statfs system;

	if (fstat(fd, &status) || fstatfs(fd, &system))
		return -errno;
	*kind = S_ISDIR(status.st_mode) ? FILE_DIRECTORY : FILE_HOST;
	return system.f_type == PROC_SUPER_MAGIC ? -EACCES : 0;
}

int files_open_place(const struct place *place, int flags, unsigned mode, struct file *file)
{
	int error;

	/* Without O_NONBLOCK the open of a pipe that has no other end would never return. */
	file->fd = openat(place->directory, place->name,
			  flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK |
				  (place->confined ? O_NOFOLLOW : 0),
			  mode);
	if (file->fd < 0)
		return -errno;
	error = kind_of(file->fd, &file->kind);
	if (error) {
		close(file->fd);
		return error;
	}
	fcntl(file->fd, F_SETFL, flags & O_APPEND);
	return 0;
}

/* Directories are no files here. */
static int open_host(struct files *files, const char *path, unsigned mode, struct file *file)
{
	struct place place;
	int error = files_place(files, 0, path, &place);

	if (error)
		return error;
	error = files_open_place(&place, open_flags(mode), 0666, file);
	place_leave(&place);
	if (!error && file->kind == FILE_DIRECTORY) {
		close(file->fd);
		error = -EISDIR;
	}
	return error;
}

/* `:tt` is stdin in the read modes, stdout in the write modes, stderr in the append modes. */
static enum file_kind console_kind(unsigned mode)
{
	static const enum file_kind kind[] = {FILE_CONSOLE_IN, FILE_CONSOLE_OUT, FILE_CONSOLE_ERR};

	return kind[mode / 4];
}

int files_add(struct files *files, const struct file *file)
{
	int handle = 1;

	while (handle < FILES_MAX && files->file[handle].kind != FILE_FREE)
		handle++;
	if (handle == FILES_MAX) {
		if (file->kind == FILE_HOST || file->kind == FILE_DIRECTORY)
			close(file->fd);
		return -EMFILE;
	}
	files->file[handle] = *file;
	return handle;
}

int files_open(struct files *files, const char *path, unsigned mode)
{
	struct file file = {.kind = FILE_HOST};

	if (mode > 11)
		return -EINVAL;
	if (!strcmp(path, ":tt")) {
		file.kind = console_kind(mode);
		file.fd = (int)(mode / 4);
	} else if (!strcmp(path, ":semihosting-features") || !strcmp(path, extension)) {
		if (mode > 1)
			return -EACCES;
		file.kind = FILE_FEATURES;
	} else {
		int error = open_host(files, path, mode, &file);

		if (error)
			return error;
	}
	return files_add(files, &file);
}

int files_close(struct files *files, uint64_t handle)
{
	struct file *file = files_get(files, handle);

	if (!file)
		return -EBADF;
	if (file->kind == FILE_HOST || file->kind == FILE_DIRECTORY)
		close(file->fd);
	free(file->entries);
	*file = (struct file){.kind = FILE_FREE};
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
	if (file->kind == FILE_DIRECTORY)
		return -EISDIR;
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

/* At the start what a directory holds is read anew. */
static void rewind_directory(struct file *file, uint64_t pos)
{
	file->pos = pos;
	if (pos)
		return;
	free(file->entries);
	file->entries = NULL;
}

int64_t files_seek(struct file *file, uint64_t pos)
{
	if (file->kind == FILE_FEATURES) {
		if (pos > sizeof(features))
			return -EINVAL;
		file->pos = pos;
		return 0;
	}
	if (file->kind != FILE_HOST && file->kind != FILE_DIRECTORY)
		return -ESPIPE;
	if (pos > INT64_MAX)
		return -EINVAL;
	if (file->kind == FILE_DIRECTORY) {
		rewind_directory(file, pos);
		return 0;
	}
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
	return tree_remove(files, (struct files_path){0, path}, false);
}

int files_rename(struct files *files, const char *from, const char *to)
{
	return tree_rename(files, (struct files_path){0, from}, (struct files_path){0, to}, true);
}
