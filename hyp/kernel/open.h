/* Flags of openat and its relatives on AArch64 Linux. */
#ifndef HYP_KERNEL_OPEN_H
#define HYP_KERNEL_OPEN_H

enum {
	O_RDONLY = 0,
	O_WRONLY = 1,
	O_RDWR = 2,
	O_ACCMODE = 3,
	O_CREAT = 0100,
	O_EXCL = 0200,
	O_TRUNC = 01000,
	O_APPEND = 02000,
	O_DIRECTORY = 040000,
	O_CLOEXEC = 02000000,
	O_PATH = 010000000,
};

enum {
	AT_FDCWD = -100,
	AT_SYMLINK_NOFOLLOW = 0x100,
	AT_REMOVEDIR = 0x200,
	AT_EMPTY_PATH = 0x1000,
};

#endif
