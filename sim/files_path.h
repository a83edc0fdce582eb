/* Paths below a directory that lead nowhere else. All return -errno on failure; `..` and symbolic
 * links are refused. */
#ifndef SIM_FILES_PATH_H
#define SIM_FILES_PATH_H

int path_open(int directory, const char *path, int flags); /* a new file descriptor */
int path_remove(int directory, const char *path);
int path_rename(int directory, const char *from, const char *to);

#endif
