/*
 * The host's files as a guest may see them: a table of handles, and the rule of --files about what
 * may be opened.
 *
 * Paths come from the guest and are trusted with nothing: under a directory every component is
 * opened one by one without following symbolic links, and `..` stops at it, so no path leads out of
 * it (files_path.h).
 */
#ifndef SIM_FILES_H
#define SIM_FILES_H

#include "sim.h"

#include <sys/types.h>

#define FILES_MAX 256

enum file_kind {
	FILE_FREE,
	FILE_HOST,
	FILE_DIRECTORY,
	FILE_CONSOLE_IN,
	FILE_CONSOLE_OUT,
	FILE_CONSOLE_ERR,
	FILE_FEATURES
};

struct file {
	enum file_kind kind;
	int fd;           /* FILE_HOST, FILE_DIRECTORY, and 0 to 2 for the console */
	uint64_t pos;     /* FILE_FEATURES, FILE_DIRECTORY */
	uint8_t *entries; /* FILE_DIRECTORY: what it held when it was read first; NULL: not yet */
	size_t entries_bytes;
};

struct files {
	enum sim_files rule; /* not FILES_BY_GUEST_KIND */
	int directory;       /* FILES_DIRECTORY: what may be seen */
	int wake;            /* becomes readable when a blocked read must give up; -1: never */
	struct file file[FILES_MAX];
};

/* False after a diag(): the directory cannot be opened. */
bool files_init(struct files *files, enum sim_files rule, const char *directory, int wake);
void files_close_all(struct files *files);

/* Semihosting's names and modes (0 to 11). A handle above 0, or -errno. */
int files_open(struct files *files, const char *path, unsigned mode);
int files_close(struct files *files, uint64_t handle);
/* NULL: no such handle. */
struct file *files_get(struct files *files, uint64_t handle);

/* Where a path leads from a directory's handle (0: where relative paths begin); 0 or -errno. */
struct place;
int files_place(struct files *files, uint64_t directory, const char *path, struct place *place);
/* Opens what is at a place, with the host's flags; 0 or -errno. */
int files_open_place(const struct place *place, int flags, unsigned mode, struct file *file);
/* A handle for the file, which is closed if there is none left. */
int files_add(struct files *files, const struct file *file);

/* Bytes moved, or -errno. A read of 0 bytes is the end. */
ssize_t files_read(struct files *files, struct file *file, void *bytes, size_t size);
ssize_t files_write(struct file *file, const void *bytes, size_t size);
int64_t files_seek(struct file *file, uint64_t pos); /* 0 or -errno */
int64_t files_length(const struct file *file);       /* or -errno */
bool files_is_tty(const struct file *file);
int files_remove(struct files *files, const char *path);                 /* 0 or -errno */
int files_rename(struct files *files, const char *from, const char *to); /* 0 or -errno */

#endif
