/* A place below a root: `..` is compared with the root by device and inode, as a path's text says
 * nothing. */
#define _GNU_SOURCE /* O_PATH */
#include "files_path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Copies the component that path begins with; returns what follows it, NULL if it is too long. */
static const char *component(const char *path, char name[PATH_MAX])
{
	size_t length = strcspn(path, "/");

	if (length > NAME_MAX)
		return NULL;
	memcpy(name, path, length);
	name[length] = '\0';
	return path + length + strspn(path + length, "/");
}

/* 1: `directory` is the root. */
static int is_root(int directory, int root)
{
	struct stat here, there;

	if (fstat(directory, &here) || fstat(root, &there))
		return -errno;
	return here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

static int descend(int root, int *directory, const char *name)
{
	int next, at_root = strcmp(name, "..") ? 0 : is_root(*directory, root);

	if (at_root)
		return at_root < 0 ? at_root : -EACCES;
	next = openat(*directory, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (next < 0)
		return -errno;
	close(*directory);
	*directory = next;
	return 0;
}

/* Walks to the last component: a directory that has no name there gets ".". */
static int walk(int root, const char *path, struct place *place)
{
	for (;;) {
		bool up;
		int error;

		path = component(path, place->name);
		if (!path)
			return -ENAMETOOLONG;
		up = !strcmp(place->name, "..");
		error = up || *path ? descend(root, &place->directory, place->name) : 0;
		if (error)
			return error;
		if (up || !*place->name)
			strcpy(place->name, ".");
		if (!*path)
			return 0;
	}
}

static int begin(int from, struct place *place)
{
	place->directory = from == AT_FDCWD ? AT_FDCWD : fcntl(from, F_DUPFD_CLOEXEC, 0);
	place->name[0] = '\0';
	return place->directory == AT_FDCWD || place->directory >= 0 ? 0 : -errno;
}

int place_anywhere(int from, const char *path, struct place *place)
{
	int error = begin(from, place);

	place->confined = false;
	if (!error)
		memcpy(place->name, path, strlen(path) + 1);
	return error;
}

int place_below(int root, int from, const char *path, struct place *place)
{
	int error = begin(*path == '/' ? root : from, place);

	place->confined = true;
	if (error || !*path)
		return error;
	error = walk(root, path + strspn(path, "/"), place);
	if (error)
		place_leave(place);
	return error;
}

void place_leave(struct place *place)
{
	if (place->directory >= 0)
		close(place->directory);
	place->directory = -1;
}

int place_refuse_link(const struct place *place)
{
	struct stat status;

	if (!place->confined ||
	    fstatat(place->directory, place->name, &status, AT_SYMLINK_NOFOLLOW))
		return 0;
	return S_ISLNK(status.st_mode) ? -ELOOP : 0;
}
