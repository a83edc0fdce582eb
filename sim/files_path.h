/*
 * From a path of a guest's to the place it means: a directory that is open, and a name there.
 *
 * Below a root every component is opened one by one without following symbolic links; `..` goes up
 * as far as the root, and no further. All return -errno on failure.
 */
#ifndef SIM_FILES_PATH_H
#define SIM_FILES_PATH_H

#include <limits.h>
#include <stdbool.h>

struct place {
	int directory;       /* the place's own: place_leave() closes it */
	char name[PATH_MAX]; /* "": the directory itself, which may then be any open file */
	bool confined;       /* name is one component, and no link may be followed from it */
};

/* `from`: an open directory that a relative path begins at, or AT_FDCWD. */
int place_anywhere(int from, const char *path, struct place *place);
/* A path that begins with a slash begins at the root. */
int place_below(int root, int from, const char *path, struct place *place);
void place_leave(struct place *place);

/* 0, or -ELOOP where the name is a link that an operation that follows links must not follow. */
int place_refuse_link(const struct place *place);

#endif
