/*
 * What a system's calls on files and directories need beyond semihosting's own operations: by a
 * directory's handle (0: where relative paths begin) and a path; an empty path means the handle's
 * own file. Flags and errors are numbered as on AArch64 Linux. All return -errno on failure.
 */
#ifndef SIM_FILES_TREE_H
#define SIM_FILES_TREE_H

#include "files.h"

#include <limits.h>

/* In the order in which a guest gets them, as 64-bit words. */
struct files_status {
	uint64_t device, inode, mode, links, uid, gid, special, bytes, block_bytes, blocks;
	uint64_t accessed[2], modified[2], changed[2]; /* seconds, nanoseconds */
};

/* A path from a directory's handle. */
struct files_path {
	uint64_t directory;
	const char *path;
};

int tree_open(struct files *files, struct files_path at, uint64_t flags, uint64_t mode);
int tree_status(struct files *files, struct files_path at, bool follow,
		struct files_status *status);
/* Directory entries as getdents64 has them, by name, as many as there is room for; 0: no more. */
ssize_t tree_entries(struct files *files, uint64_t handle, void *bytes, size_t size);
/* Where the handle's directory is, as the guest would name it from "/"; its length. */
ssize_t tree_name(struct files *files, uint64_t handle, char name[PATH_MAX]);
int tree_make_directory(struct files *files, struct files_path at, uint64_t mode);
int tree_remove(struct files *files, struct files_path at, bool directory);
int tree_rename(struct files *files, struct files_path from, struct files_path to, bool replace);
int tree_link(struct files *files, struct files_path from, struct files_path to);
int tree_symlink(struct files *files, const char *text, struct files_path at);
ssize_t tree_read_link(struct files *files, struct files_path at, char text[PATH_MAX]);
int tree_access(struct files *files, struct files_path at, uint64_t mode);
int tree_set_mode(struct files *files, struct files_path at, uint64_t mode);
int tree_set_owner(struct files *files, struct files_path at, uint64_t uid, uint64_t gid,
		   bool follow);
/* Access and modification time; nanoseconds may be UTIME_NOW or UTIME_OMIT. */
int tree_set_times(struct files *files, struct files_path at, const uint64_t times[4], bool follow);
int tree_truncate(struct files *files, uint64_t handle, uint64_t bytes);
int tree_sync(struct files *files, uint64_t handle);

#endif
