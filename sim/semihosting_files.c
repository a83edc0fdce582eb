/* Operations on files and directories beyond Arm's, in the order of their numbers. */
#include "semihosting_call.h"

#include "files_tree.h"

#include <errno.h>
#include <stdlib.h>

enum {
	NW_FILES_OPEN = 0x100,
	NW_FILES_STATUS,
	NW_FILES_ENTRIES,
	NW_FILES_NAME,
	NW_FILES_MAKE_DIRECTORY,
	NW_FILES_REMOVE,
	NW_FILES_RENAME,
	NW_FILES_LINK,
	NW_FILES_SYMLINK,
	NW_FILES_READ_LINK,
	NW_FILES_ACCESS,
	NW_FILES_SET_MODE,
	NW_FILES_SET_OWNER,
	NW_FILES_SET_TIMES,
	NW_FILES_TRUNCATE,
	NW_FILES_SYNC,
};

#define FOLLOW       1           /* of operations that may or may not follow a link */
#define BUFFER_LIMIT (64u << 10) /* bytes of directory entries in one call */

/* The arguments that begin a block: a directory's handle, a path and its length. */
struct named {
	struct files_path at;
	char path[PATH_MAX];
};

/* The path whose three arguments begin at `first`; 0 or -errno. */
static int get_named(struct call *c, unsigned first, struct named *n)
{
	const uint64_t *argument = &c->argument[first];

	n->at = (struct files_path){argument[0], n->path};
	return call_name(c, argument[1], argument[2], n->path);
}

/* As many bytes of a result as the guest's buffer has room for. */
static int64_t give(struct call *c, uint64_t buffer, uint64_t room, const void *from, int64_t bytes)
{
	uint64_t given = bytes < 0 ? 0 : (uint64_t)bytes;

	if (given > room)
		given = room;
	if (given > 0 && !cpu_copy_out(c->cpu, (va_t){buffer}, from, given))
		return -EFAULT;
	return bytes < 0 ? bytes : (int64_t)given;
}

static int64_t status(struct call *c, struct named *n)
{
	struct files_status s;
	int error = tree_status(&c->sh->files, n->at, c->argument[3] & FOLLOW, &s);

	if (!error && !cpu_copy_out(c->cpu, (va_t){c->argument[4]}, &s, sizeof(s)))
		error = -EFAULT;
	return error;
}

static int64_t entries(struct call *c)
{
	uint64_t room = c->argument[2] < BUFFER_LIMIT ? c->argument[2] : BUFFER_LIMIT;
	uint8_t *bytes = malloc(BUFFER_LIMIT);
	int64_t got = -ENOMEM;

	if (bytes)
		got = give(c, c->argument[1], room, bytes,
			   tree_entries(&c->sh->files, c->argument[0], bytes, room));
	free(bytes);
	return got;
}

static int64_t name(struct call *c)
{
	char text[PATH_MAX];

	return give(c, c->argument[1], c->argument[2], text,
		    tree_name(&c->sh->files, c->argument[0], text));
}

static int64_t read_link(struct call *c, struct named *n)
{
	char text[PATH_MAX];

	return give(c, c->argument[3], c->argument[4], text,
		    tree_read_link(&c->sh->files, n->at, text));
}

static int64_t set_times(struct call *c, struct named *n)
{
	uint64_t times[4];

	if (!cpu_copy_in(c->cpu, times, (va_t){c->argument[4]}, sizeof(times)))
		return -EFAULT;
	return tree_set_times(&c->sh->files, n->at, times, c->argument[3] & FOLLOW);
}

/* Operations with one path and what follows it. */
static int64_t serve_path(struct call *c, uint64_t operation)
{
	struct files *files = &c->sh->files;
	const uint64_t *argument = c->argument;
	struct named n;
	int error = get_named(c, 0, &n);

	if (error)
		return error;
	switch (operation) {
	case NW_FILES_OPEN:
		return tree_open(files, n.at, argument[3], argument[4]);
	case NW_FILES_STATUS:
		return status(c, &n);
	case NW_FILES_MAKE_DIRECTORY:
		return tree_make_directory(files, n.at, argument[3]);
	case NW_FILES_REMOVE:
		return tree_remove(files, n.at, argument[3] != 0);
	case NW_FILES_READ_LINK:
		return read_link(c, &n);
	case NW_FILES_ACCESS:
		return tree_access(files, n.at, argument[3]);
	case NW_FILES_SET_MODE:
		return tree_set_mode(files, n.at, argument[3]);
	case NW_FILES_SET_OWNER:
		return tree_set_owner(files, n.at, argument[4], argument[5], argument[3] & FOLLOW);
	case NW_FILES_SET_TIMES:
		return set_times(c, &n);
	default:
		return -ENOSYS;
	}
}

/* Operations with two paths. */
static int64_t serve_paths(struct call *c, uint64_t operation)
{
	struct files *files = &c->sh->files;
	struct named from, to;
	int error = get_named(c, 0, &from);

	if (!error)
		error = get_named(c, 3, &to);
	if (error)
		return error;
	if (operation == NW_FILES_RENAME)
		return tree_rename(files, from.at, to.at, c->argument[6] == 0);
	if (operation == NW_FILES_LINK)
		return tree_link(files, from.at, to.at);
	return tree_symlink(files, from.path, to.at);
}

uint64_t semihosting_files(struct call *c, uint64_t operation)
{
	struct files *files = &c->sh->files;

	if (operation > NW_FILES_SYNC)
		return call_failed(c, ENOSYS);
	if (!call_arguments(c, SEMIHOSTING_ARGUMENTS))
		return call_failed(c, EFAULT);
	switch (operation) {
	case NW_FILES_ENTRIES:
		return call_result(c, entries(c));
	case NW_FILES_NAME:
		return call_result(c, name(c));
	case NW_FILES_TRUNCATE:
		return call_result(c, tree_truncate(files, c->argument[0], c->argument[1]));
	case NW_FILES_SYNC:
		return call_result(c, tree_sync(files, c->argument[0]));
	case NW_FILES_RENAME:
	case NW_FILES_LINK:
	case NW_FILES_SYMLINK:
		return call_result(c, serve_paths(c, operation));
	default:
		return call_result(c, serve_path(c, operation));
	}
}
