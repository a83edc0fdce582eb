/* Calls on files and directories: each goes to the place that files_place() finds. */
#define _GNU_SOURCE /* scandirat, AT_EMPTY_PATH, renameat2 */
#include "files_tree.h"

#include "files_path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ------------------------------------------------------------------ open */

/* openat's flags on AArch64 Linux, four of which other hosts number otherwise. */
static const struct flag {
	uint64_t guest;
	int host;
} flags_known[] = {
	{01, O_WRONLY},         {02, O_RDWR},
	{0100, O_CREAT},        {0200, O_EXCL},
	{0400, O_NOCTTY},       {01000, O_TRUNC},
	{02000, O_APPEND},      {04000, O_NONBLOCK},
	{010000, O_DSYNC},      {040000, O_DIRECTORY},
	{0100000, O_NOFOLLOW},  {0200000, 0 /* O_DIRECT */},
	{0400000, O_LARGEFILE}, {01000000, 0 /* O_NOATIME */},
	{02000000, O_CLOEXEC},  {04010000, O_SYNC},
	{010000000, O_PATH},
};

/* -EINVAL: an unknown one, as a file without a name (O_TMPFILE) is. */
static int host_flags(uint64_t guest)
{
	int flags = 0;

	for (size_t i = 0; i < sizeof(flags_known) / sizeof(flags_known[0]); i++) {
		if ((guest & flags_known[i].guest) == flags_known[i].guest)
			flags |= flags_known[i].host;
	}
	for (size_t i = 0; i < sizeof(flags_known) / sizeof(flags_known[0]); i++)
		guest &= ~flags_known[i].guest;
	return guest ? -EINVAL : flags;
}

int tree_open(struct files *files, struct files_path at, uint64_t flags, uint64_t mode)
{
	struct file file = {.kind = FILE_FREE};
	int host = host_flags(flags), error;
	struct place place;

	if (host < 0)
		return host;
	error = files_place(files, at.directory, at.path, &place);
	if (error)
		return error;
	error = files_open_place(&place, host, (unsigned)mode & 07777, &file);
	place_leave(&place);
	return error ? error : files_add(files, &file);
}

/* ------------------------------------------------------------------ what is there */

static void describe(const struct stat *s, struct files_status *status)
{
	*status = (struct files_status){
		.device = s->st_dev,
		.inode = s->st_ino,
		.mode = s->st_mode,
		.links = s->st_nlink,
		.uid = s->st_uid,
		.gid = s->st_gid,
		.special = s->st_rdev,
		.bytes = (uint64_t)s->st_size,
		.block_bytes = (uint64_t)s->st_blksize,
		.blocks = (uint64_t)s->st_blocks,
		.accessed = {(uint64_t)s->st_atim.tv_sec, (uint64_t)s->st_atim.tv_nsec},
		.modified = {(uint64_t)s->st_mtim.tv_sec, (uint64_t)s->st_mtim.tv_nsec},
		.changed = {(uint64_t)s->st_ctim.tv_sec, (uint64_t)s->st_ctim.tv_nsec},
	};
}

/* A standard stream is a terminal or a pipe, whatever else it is: a guest does the same with both.
 */
static int console_status(const struct file *file, struct files_status *status)
{
	bool terminal = isatty(file->fd);

	*status = (struct files_status){
		.inode = (uint64_t)file->fd + 1,
		.mode = terminal ? S_IFCHR | 0620 : S_IFIFO | 0600,
		.links = 1,
		.block_bytes = terminal ? 1024 : 4096,
	};
	return 0;
}

int tree_status(struct files *files, struct files_path at, bool follow, struct files_status *status)
{
	const struct file *file = files_get(files, at.directory);
	struct place place;
	struct stat s;
	int error;

	if (!*at.path && file && file->kind >= FILE_CONSOLE_IN && file->kind <= FILE_CONSOLE_ERR)
		return console_status(file, status);
	error = files_place(files, at.directory, at.path, &place);
	if (error)
		return error;
	error = follow ? place_refuse_link(&place) : 0;
	if (!error &&
	    fstatat(place.directory, place.name, &s,
		    (follow ? 0 : AT_SYMLINK_NOFOLLOW) | (at.directory ? AT_EMPTY_PATH : 0)))
		error = -errno;
	place_leave(&place);
	if (!error)
		describe(&s, status);
	return error;
}

/* An entry as getdents64 has it: inode, place of the next, length of the record, type, name. */
static size_t put_entry(uint8_t *to, const struct dirent *d, uint64_t at)
{
	size_t name = strlen(d->d_name) + 1, bytes = (19 + name + 7) & ~(size_t)7;
	uint64_t inode = d->d_ino, next = at + bytes;
	uint16_t length = (uint16_t)bytes;

	memset(to, 0, bytes);
	memcpy(to, &inode, 8);
	memcpy(to + 8, &next, 8);
	memcpy(to + 16, &length, 2);
	to[18] = d->d_type;
	memcpy(to + 19, d->d_name, name);
	return bytes;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* By name, so that a guest sees the same order on every host. */
static int read_directory(struct file *file)
{
	struct dirent **list;
	int count = scandirat(file->fd, ".", &list, NULL, by_name);
	size_t bytes = 0;

	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++)
		bytes += 32 + strlen(list[i]->d_name);
	file->entries = malloc(bytes + 1);
	file->entries_bytes = 0;
	for (int i = 0; i < count; i++) {
		if (file->entries)
			file->entries_bytes += put_entry(file->entries + file->entries_bytes,
							 list[i], file->entries_bytes);
		free(list[i]);
	}
	free(list);
	return file->entries ? 0 : -ENOMEM;
}

ssize_t tree_entries(struct files *files, uint64_t handle, void *bytes, size_t size)
{
	struct file *file = files_get(files, handle);
	size_t end = 0;
	int error;

	if (!file)
		return -EBADF;
	if (file->kind != FILE_DIRECTORY)
		return -ENOTDIR;
	error = file->entries ? 0 : read_directory(file);
	if (error)
		return error;
	if (file->pos >= file->entries_bytes)
		return 0;
	while (file->pos + end < file->entries_bytes) {
		uint16_t length;

		memcpy(&length, file->entries + file->pos + end + 16, 2);
		if (end + length > size)
			break;
		end += length;
	}
	memcpy(bytes, file->entries + file->pos, end);
	file->pos += end;
	return end ? (ssize_t)end : -EINVAL;
}

static ssize_t name_of(int fd, char name[PATH_MAX])
{
	char link[64];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, name, PATH_MAX - 1);
	if (length < 0)
		return -errno;
	name[length] = '\0';
	return length;
}

/* Below a root the root's own name is cut off. */
static ssize_t name_below(int root, char name[PATH_MAX])
{
	char above[PATH_MAX];
	ssize_t length = name_of(root, above);

	if (length < 0)
		return length;
	if (strcmp(above, "/") == 0)
		return (ssize_t)strlen(name);
	if (strncmp(name, above, (size_t)length) || (name[length] && name[length] != '/'))
		return -ENOENT;
	if (!name[length])
		strcpy(above, "/");
	else
		strcpy(above, name + length);
	strcpy(name, above);
	return (ssize_t)strlen(name);
}

ssize_t tree_name(struct files *files, uint64_t handle, char name[PATH_MAX])
{
	struct place place;
	int error = files_place(files, handle, handle ? "" : ".", &place);
	ssize_t length;

	if (error)
		return error;
	if (place.directory >= 0)
		length = name_of(place.directory, name);
	else
		length = getcwd(name, PATH_MAX) ? (ssize_t)strlen(name) : -errno;
	place_leave(&place);
	if (length >= 0 && files->rule == FILES_DIRECTORY)
		length = name_below(files->directory, name);
	return length;
}

ssize_t tree_read_link(struct files *files, struct files_path at, char text[PATH_MAX])
{
	struct place place;
	ssize_t length = files_place(files, at.directory, at.path, &place);

	if (length)
		return length;
	length = readlinkat(place.directory, place.name, text, PATH_MAX);
	if (length < 0)
		length = -errno;
	place_leave(&place);
	return length;
}

int tree_access(struct files *files, struct files_path at, uint64_t mode)
{
	struct place place;
	int error = files_place(files, at.directory, at.path, &place);

	if (error)
		return error;
	error = place_refuse_link(&place);
	if (!error && faccessat(place.directory, place.name, (int)(mode & 7), 0))
		error = -errno;
	place_leave(&place);
	return error;
}

/* ------------------------------------------------------------------ changes */

int tree_make_directory(struct files *files, struct files_path at, uint64_t mode)
{
	struct place place;
	int error = files_place(files, at.directory, at.path, &place);

	if (error)
		return error;
	if (mkdirat(place.directory, place.name, (mode_t)(mode & 07777)))
		error = -errno;
	place_leave(&place);
	return error;
}

int tree_remove(struct files *files, struct files_path at, bool directory)
{
	struct place place;
	int error = files_place(files, at.directory, at.path, &place);

	if (error)
		return error;
	if (unlinkat(place.directory, place.name, directory ? AT_REMOVEDIR : 0))
		error = -errno;
	place_leave(&place);
	return error;
}

/* Both places are open while an operation is made on them. */
static int two_places(struct files *files, struct files_path from, struct files_path to,
		      struct place place[2])
{
	int error = files_place(files, from.directory, from.path, &place[0]);

	if (error)
		return error;
	error = files_place(files, to.directory, to.path, &place[1]);
	if (error)
		place_leave(&place[0]);
	return error;
}

int tree_rename(struct files *files, struct files_path from, struct files_path to, bool replace)
{
	struct place place[2];
	int error = two_places(files, from, to, place);

	if (error)
		return error;
	if (renameat2(place[0].directory, place[0].name, place[1].directory, place[1].name,
		      replace ? 0 : RENAME_NOREPLACE))
		error = -errno;
	place_leave(&place[0]);
	place_leave(&place[1]);
	return error;
}

int tree_link(struct files *files, struct files_path from, struct files_path to)
{
	struct place place[2];
	int error = two_places(files, from, to, place);

	if (error)
		return error;
	if (linkat(place[0].directory, place[0].name, place[1].directory, place[1].name, 0))
		error = -errno;
	place_leave(&place[0]);
	place_leave(&place[1]);
	return error;
}

int tree_symlink(struct files *files, const char *text, struct files_path at)
{
	struct place place;
	int error = files_place(files, at.directory, at.path, &place);

	if (error)
		return error;
	if (symlinkat(text, place.directory, place.name))
		error = -errno;
	place_leave(&place);
	return error;
}

/* The mode of a handle's own file, where the name is empty, is changed through the handle. */
int tree_set_mode(struct files *files, struct files_path at, uint64_t mode)
{
	mode_t bits = (mode_t)(mode & 07777);
	struct place place;
	int error = files_place(files, at.directory, at.path, &place);

	if (error)
		return error;
	error = place_refuse_link(&place);
	if (!error &&
	    (at.directory && !*place.name ? fchmod(place.directory, bits)
					  : fchmodat(place.directory, place.name, bits, 0)))
		error = -errno;
	place_leave(&place);
	return error;
}

int tree_set_owner(struct files *files, struct files_path at, uint64_t uid, uint64_t gid,
		   bool follow)
{
	struct place place;
	int error = files_place(files, at.directory, at.path, &place);

	if (error)
		return error;
	error = follow ? place_refuse_link(&place) : 0;
	if (!error &&
	    fchownat(place.directory, place.name, (uid_t)uid, (gid_t)gid,
		     (follow ? 0 : AT_SYMLINK_NOFOLLOW) | (at.directory ? AT_EMPTY_PATH : 0)))
		error = -errno;
	place_leave(&place);
	return error;
}

int tree_set_times(struct files *files, struct files_path at, const uint64_t times[4], bool follow)
{
	const struct timespec both[2] = {{(time_t)times[0], (long)times[1]},
					 {(time_t)times[2], (long)times[3]}};
	struct place place;
	int error = files_place(files, at.directory, at.path, &place);

	if (error)
		return error;
	error = follow ? place_refuse_link(&place) : 0;
	if (!error && (at.directory && !*place.name ? futimens(place.directory, both)
						    : utimensat(place.directory, place.name, both,
								follow ? 0 : AT_SYMLINK_NOFOLLOW)))
		error = -errno;
	place_leave(&place);
	return error;
}

static const struct file *host_file(struct files *files, uint64_t handle)
{
	const struct file *file = files_get(files, handle);

	return file && file->kind == FILE_HOST ? file : NULL;
}

int tree_truncate(struct files *files, uint64_t handle, uint64_t bytes)
{
	const struct file *file = host_file(files, handle);

	if (!file || bytes > INT64_MAX)
		return -EINVAL;
	return ftruncate(file->fd, (off_t)bytes) ? -errno : 0;
}

int tree_sync(struct files *files, uint64_t handle)
{
	const struct file *file = host_file(files, handle);

	if (!file)
		return -EINVAL;
	return fsync(file->fd) ? -errno : 0;
}
