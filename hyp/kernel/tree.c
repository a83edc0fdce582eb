/* System calls that take a path. Relative paths begin at a directory that the host has open. */
#include "kernel.h"

#include "open.h"

enum { R_OK = 4, W_OK = 2, X_OK = 1, RENAME_NOREPLACE = 1, NAME_BYTES = 4096 };

/* ------------------------------------------------------------------ paths */

/*
 * Copies the path to where the host finds it, in pieces that cross no page of the program; its
 * length, or -errno.
 */
static int64_t copy_path(char *to, uint64_t from)
{
	for (uint64_t at = 0; at < PATH_BYTES;) {
		uint64_t bytes = 64 - ((from + at) & 63);

		if (bytes > PATH_BYTES - at)
			bytes = PATH_BYTES - at;
		if (!copy_from_user(to + at, from + at, bytes))
			return -EFAULT;
		for (; bytes > 0; bytes--, at++)
			if (to[at] == 0)
				return (int64_t)at;
	}
	return -ENAMETOOLONG;
}

/* Where a path from dirfd begins; an absolute one begins at no directory. */
static int64_t directory_of(struct kernel *k, uint64_t dirfd, const char *text)
{
	struct file *f;

	if (text[0] == '/')
		return 0;
	if ((int32_t)dirfd == AT_FDCWD)
		return k->files.cwd;
	f = file_of(k, (uint32_t)dirfd);
	if (f == NULL)
		return -EBADF;
	if (f->kind == FILE_HOST)
		return f->handle;
	return text[0] == 0 ? 0 : -ENOTDIR;
}

int64_t path_get(struct kernel *k, unsigned slot, uint64_t dirfd, uint64_t from, struct path *path)
{
	int64_t bytes, directory;

	path->text = slot == PATH_FIRST ? (char *)host_data(k, PATH_BYTES)
					: (char *)host_result(k, PATH_BYTES);
	bytes = copy_path(path->text, from);
	if (bytes < 0)
		return bytes;
	directory = directory_of(k, dirfd, path->text);
	path->bytes = (uint64_t)bytes;
	path->directory = (uint64_t)directory;
	return directory < 0 ? directory : 0;
}

/* A call of the host's with one path. */
static int64_t with_path(struct kernel *k, enum host_operation operation, uint64_t dirfd,
			 uint64_t from, const uint64_t words[3])
{
	struct path path;
	int64_t why = path_get(k, PATH_FIRST, dirfd, from, &path);

	return why < 0 ? why : host_path(k, operation, &path, words);
}

/* The file that is open itself: an empty path from its handle. */
static int64_t with_file(struct kernel *k, enum host_operation operation, uint64_t fd,
			 const uint64_t words[3])
{
	struct file *f = file_of(k, fd);
	struct path path = {.text = (char *)host_data(k, PATH_BYTES)};

	if (f == NULL)
		return -EBADF;
	if (f->kind != FILE_HOST)
		return -EINVAL;
	path.directory = (uint64_t)f->handle;
	return host_path(k, operation, &path, words);
}

/* ------------------------------------------------------------------ open */

/* fopen's modes instead of flags, for hosts with Arm's operations alone. */
static int64_t open_by_mode(struct kernel *k, const struct path *path, uint64_t flags)
{
	enum { RB = 1, RB_PLUS = 3, WB = 5, WB_PLUS = 7, AB = 9, AB_PLUS = 11 };
	bool write_only = (flags & O_ACCMODE) == O_WRONLY;
	int64_t handle;

	if (path->directory != 0 || flags & (O_DIRECTORY | O_PATH))
		return -ENOSYS;
	if ((flags & O_ACCMODE) == O_RDONLY)
		return host_open(k, path->text, RB);
	if (flags & O_APPEND)
		return host_open(k, path->text, write_only ? AB : AB_PLUS);
	if (flags & O_CREAT && (flags & (O_TRUNC | O_EXCL)) == O_TRUNC)
		return host_open(k, path->text, write_only ? WB : WB_PLUS);
	handle = host_open(k, path->text, RB_PLUS);
	if (handle >= 0 && flags & O_EXCL) {
		host_close(k, handle);
		return -EEXIST;
	}
	return handle == -ENOENT && flags & O_CREAT ? host_open(k, path->text, WB_PLUS) : handle;
}

int64_t sys_openat(struct kernel *k, const uint64_t *x)
{
	struct file file = {.kind = FILE_HOST, .flags = (uint32_t)x[2] & ~(uint32_t)O_CLOEXEC};
	uint64_t mode = x[3] & ~(uint64_t)k->files.umask;
	struct path path;
	int64_t why = path_get(k, PATH_FIRST, x[0], x[1], &path), fd;

	if (why < 0)
		return why;
	if (strcmp(path.text, "/dev/mem") == 0)
		file.kind = FILE_DEVMEM;
	else if (k->files.extended)
		file.handle = host_path(k, NW_FILES_OPEN, &path, (uint64_t[3]){file.flags, mode});
	else
		file.handle = open_by_mode(k, &path, x[2]);
	if (file.handle < 0)
		return file.handle;
	file.flags &= ~(uint32_t)(O_CREAT | O_EXCL | O_TRUNC);
	fd = file_add(k, &file, x[2] & O_CLOEXEC);
	if (fd < 0 && file.kind == FILE_HOST)
		host_close(k, file.handle);
	return fd;
}

int64_t sys_truncate(struct kernel *k, const uint64_t *x)
{
	int64_t fd = sys_openat(k, (uint64_t[4]){(uint64_t)AT_FDCWD, x[0], O_WRONLY}), result;

	if (fd < 0)
		return fd;
	result = sys_ftruncate(k, (uint64_t[2]){(uint64_t)fd, x[1]});
	sys_close(k, (uint64_t[1]){(uint64_t)fd});
	return result;
}

/* ------------------------------------------------------------------ the tree */

int64_t sys_mkdirat(struct kernel *k, const uint64_t *x)
{
	return with_path(k, NW_FILES_MAKE_DIRECTORY, x[0], x[1],
			 (uint64_t[3]){x[2] & ~(uint64_t)k->files.umask});
}

int64_t sys_unlinkat(struct kernel *k, const uint64_t *x)
{
	struct path path;
	int64_t why = path_get(k, PATH_FIRST, x[0], x[1], &path);

	if (why < 0)
		return why;
	if (!k->files.extended && path.directory == 0 && !(x[2] & AT_REMOVEDIR))
		return host_remove(k, &path);
	return host_path(k, NW_FILES_REMOVE, &path, (uint64_t[3]){x[2] & AT_REMOVEDIR});
}

int64_t sys_renameat2(struct kernel *k, const uint64_t *x)
{
	struct path from, to;
	int64_t why = path_get(k, PATH_FIRST, x[0], x[1], &from);

	if (why == 0)
		why = path_get(k, PATH_SECOND, x[2], x[3], &to);
	if (why < 0)
		return why;
	if (x[4] & ~(uint64_t)RENAME_NOREPLACE)
		return -EINVAL;
	if (!k->files.extended && (from.directory | to.directory | x[4]) == 0)
		return host_rename(k, &from, &to);
	return host_paths(k, NW_FILES_RENAME, &from, &to, x[4]);
}

int64_t sys_renameat(struct kernel *k, const uint64_t *x)
{
	return sys_renameat2(k, (uint64_t[5]){x[0], x[1], x[2], x[3], 0});
}

int64_t sys_linkat(struct kernel *k, const uint64_t *x)
{
	struct path from, to;
	int64_t why = path_get(k, PATH_FIRST, x[0], x[1], &from);

	if (why == 0)
		why = path_get(k, PATH_SECOND, x[2], x[3], &to);
	return why < 0 ? why : host_paths(k, NW_FILES_LINK, &from, &to, 0);
}

int64_t sys_symlinkat(struct kernel *k, const uint64_t *x)
{
	struct path text, at;
	int64_t why = path_get(k, PATH_FIRST, (uint64_t)AT_FDCWD, x[0], &text);

	if (why == 0)
		why = path_get(k, PATH_SECOND, x[1], x[2], &at);
	return why < 0 ? why : host_paths(k, NW_FILES_SYMLINK, &text, &at, 0);
}

/* ------------------------------------------------------------------ what a name leads to */

/* The working directory's name, at host_result(); its length, or -errno. */
static int64_t working_directory(struct kernel *k)
{
	uint8_t *name = host_result(k, NAME_BYTES);

	return host_files(k, NW_FILES_NAME,
			  (uint64_t[3]){(uint64_t)k->files.cwd, (uint64_t)name, NAME_BYTES - 1});
}

/* What the program was started as; below the working directory, which it cannot have left yet. */
static int64_t own_name(struct kernel *k, uint64_t to, uint64_t room)
{
	const char *name = (const char *)k->boot + k->boot->argv_offset;
	uint64_t length = strlen(name), before = 0;
	char *whole = (char *)host_result(k, 2 * NAME_BYTES);

	if (name[0] != '/') {
		int64_t bytes = working_directory(k);

		if (bytes < 0)
			return bytes;
		before = (uint64_t)bytes;
		whole[before++] = '/';
	}
	if (length > NAME_BYTES)
		length = NAME_BYTES;
	memcpy(whole + before, name, length);
	length += before;
	if (length > room)
		length = room;
	return copy_to_user(to, whole, length) ? (int64_t)length : -EFAULT;
}

int64_t sys_readlinkat(struct kernel *k, const uint64_t *x)
{
	uint64_t room = x[3] < NAME_BYTES ? x[3] : NAME_BYTES;
	struct path path;
	int64_t got = path_get(k, PATH_FIRST, x[0], x[1], &path);
	uint8_t *text;

	if (got < 0)
		return got;
	if (strcmp(path.text, "/proc/self/exe") == 0)
		return own_name(k, x[2], room);
	text = host_result(k, room);
	got = host_path(k, NW_FILES_READ_LINK, &path, (uint64_t[3]){(uint64_t)text, room});
	if (got == -ENOSYS)
		return -EINVAL; /* nothing is a link there */
	return got >= 0 && !copy_to_user(x[2], text, (uint64_t)got) ? -EFAULT : got;
}

/* A host with Arm's operations alone can tell whether a file can be opened. */
int64_t sys_faccessat(struct kernel *k, const uint64_t *x)
{
	struct path path;
	int64_t why = path_get(k, PATH_FIRST, x[0], x[1], &path), handle;

	if (why < 0 || k->files.extended)
		return why < 0 ? why : host_path(k, NW_FILES_ACCESS, &path, (uint64_t[3]){x[2]});
	handle = open_by_mode(k, &path, x[2] & W_OK ? O_RDWR : O_RDONLY);
	return handle < 0 ? handle : host_close(k, handle);
}

int64_t sys_faccessat2(struct kernel *k, const uint64_t *x)
{
	return sys_faccessat(k, x);
}

/* ------------------------------------------------------------------ the working directory */

static int64_t change_directory(struct kernel *k, int64_t handle)
{
	if (handle < 0)
		return handle;
	if (k->files.cwd != 0)
		host_close(k, k->files.cwd);
	k->files.cwd = handle;
	return 0;
}

int64_t sys_chdir(struct kernel *k, const uint64_t *x)
{
	return change_directory(k, with_path(k, NW_FILES_OPEN, (uint64_t)AT_FDCWD, x[0],
					     (uint64_t[3]){O_PATH | O_DIRECTORY}));
}

int64_t sys_fchdir(struct kernel *k, const uint64_t *x)
{
	struct path path = {.bytes = 1, .text = (char *)host_data(k, PATH_BYTES)};
	struct file *f = file_of(k, x[0]);

	if (f == NULL)
		return -EBADF;
	if (f->kind != FILE_HOST)
		return -ENOTDIR;
	path.directory = (uint64_t)f->handle;
	path.text[0] = '.';
	return change_directory(
		k, host_path(k, NW_FILES_OPEN, &path, (uint64_t[3]){O_PATH | O_DIRECTORY}));
}

int64_t sys_getcwd(struct kernel *k, const uint64_t *x)
{
	int64_t bytes = working_directory(k);
	uint8_t *name = host_result(k, NAME_BYTES);

	if (bytes < 0)
		return bytes;
	name[bytes++] = 0;
	if ((uint64_t)bytes > x[1])
		return -ERANGE;
	return copy_to_user(x[0], name, (uint64_t)bytes) ? bytes : -EFAULT;
}

/* ------------------------------------------------------------------ attributes */

int64_t sys_umask(struct kernel *k, const uint64_t *x)
{
	int64_t before = k->files.umask;

	k->files.umask = (uint32_t)x[0] & 0777;
	return before;
}

int64_t sys_fchmod(struct kernel *k, const uint64_t *x)
{
	return with_file(k, NW_FILES_SET_MODE, x[0], (uint64_t[3]){x[1]});
}

int64_t sys_fchmodat(struct kernel *k, const uint64_t *x)
{
	return with_path(k, NW_FILES_SET_MODE, x[0], x[1], (uint64_t[3]){x[2]});
}

int64_t sys_fchown(struct kernel *k, const uint64_t *x)
{
	return with_file(k, NW_FILES_SET_OWNER, x[0], (uint64_t[3]){HOST_FOLLOW, x[1], x[2]});
}

static uint64_t follow(uint64_t flags)
{
	return flags & AT_SYMLINK_NOFOLLOW ? 0 : HOST_FOLLOW;
}

int64_t sys_fchownat(struct kernel *k, const uint64_t *x)
{
	return with_path(k, NW_FILES_SET_OWNER, x[0], x[1],
			 (uint64_t[3]){follow(x[4]), x[2], x[3]});
}

/* Without times it is now, without a path the file that is open. */
int64_t sys_utimensat(struct kernel *k, const uint64_t *x)
{
	const uint64_t now = 0x3fffffff;
	uint64_t *times = (uint64_t *)host_result(k, 4 * sizeof(*times));
	const uint64_t words[3] = {follow(x[3]), (uint64_t)times};

	times[1] = times[3] = now;
	if (x[2] != 0 && !copy_from_user(times, x[2], 4 * sizeof(*times)))
		return -EFAULT;
	return x[1] == 0 ? with_file(k, NW_FILES_SET_TIMES, x[0], words)
			 : with_path(k, NW_FILES_SET_TIMES, x[0], x[1], words);
}
