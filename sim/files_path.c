/*
 * Every component but the last is opened as a directory without following symbolic links. A path
 * that begins with a slash begins at the directory, as after chroot.
 */
#define _GNU_SOURCE /* O_PATH */
#include "files_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The directory that holds the last component (a new descriptor), and that component. */
struct place {
	int directory;
	char name[NAME_MAX + 1];
};

/* Copies the component that path begins with; returns what follows it, NULL if it is too long. */
static const char *component(const char *path, char name[NAME_MAX + 1])
{
	size_t length = strcspn(path, "/");

	if (length > NAME_MAX)
		return NULL;
	memcpy(name, path, length);
	name[length] = '\0';
	return path + length + strspn(path + length, "/");
}

static int descend(int *directory, const char *name)
{
	int next = openat(*directory, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int error = errno;

	close(*directory);
	*directory = next;
	return next < 0 ? -error : 0;
}

/* Walks to the last component. On success place->directory is open. */
static int resolve(int directory, const char *path, struct place *place)
{
	int error = 0;

	place->directory = fcntl(directory, F_DUPFD_CLOEXEC, 0);
	if (place->directory < 0)
		return -errno;
	path += strspn(path, "/");
	for (;;) {
		path = component(path, place->name);
		if (!path)
			error = -ENAMETOOLONG;
		else if (!strcmp(place->name, ".."))
			error = -EACCES;
		else if (*path)
			error = descend(&place->directory, place->name);
		else if (!*place->name)
			error = -EISDIR;
		else
			return 0;
		if (error) {
			if (place->directory >= 0)
				close(place->directory);
			return error;
		}
	}
}

int path_open(int directory, const char *path, int flags)
{
	struct place place;
	int fd, error = resolve(directory, path, &place);

	if (error)
		return error;
	fd = openat(place.directory, place.name, flags | O_NOFOLLOW, 0666);
	if (fd < 0)
		fd = -errno;
	close(place.directory);
	return fd;
}

int path_remove(int directory, const char *path)
{
	struct place place;
	int error = resolve(directory, path, &place);

	if (error)
		return error;
	if (unlinkat(place.directory, place.name, 0))
		error = -errno;
	close(place.directory);
	return error;
}

int path_rename(int directory, const char *from, const char *to)
{
	struct place old_place, new_place;
	int error = resolve(directory, from, &old_place);

	if (error)
		return error;
	error = resolve(directory, to, &new_place);
	if (!error) {
		if (renameat(old_place.directory, old_place.name, new_place.directory,
			     new_place.name))
			error = -errno;
		close(new_place.directory);
	}
	close(old_place.directory);
	return error;
}
