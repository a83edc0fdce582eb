/*
 * A C library small enough to read: what the guests of tests/guest need, on the system calls of
 * AArch64 Linux.
 *
 * It uses general-purpose registers only, so that a guest runs on a core without FP and SIMD.
 * Functions named as in C or POSIX do what they do there, save that a system call returns -errno
 * instead of setting errno; the others say what they promise. Nothing here is thread-safe.
 */
#ifndef GUEST_LIBC_H
#define GUEST_LIBC_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef long ssize_t;
typedef long off_t;

enum { STDIN = 0, STDOUT = 1, STDERR = 2 };
enum { O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0100, O_TRUNC = 01000, AT_FDCWD = -100 };
enum { SEEK_SET = 0, SEEK_CUR = 1, SEEK_END = 2 };
enum { PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4 };
enum {
	MAP_SHARED = 1,
	MAP_PRIVATE = 2,
	MAP_FIXED = 0x10,
	MAP_ANONYMOUS = 0x20,
	MAP_FIXED_NOREPLACE = 0x100000,
};
enum {
	ENOENT = 2,
	EBADF = 9,
	ENOMEM = 12,
	EFAULT = 14,
	EEXIST = 17,
	EINVAL = 22,
	ENOTTY = 25,
	ESPIPE = 29,
	ENOSYS = 38,
};
enum { AT_NULL = 0, AT_PHDR = 3, AT_PHNUM = 5, AT_PAGESZ = 6, AT_ENTRY = 9, AT_RANDOM = 25 };
enum {
	SYS_ioctl = 29,
	SYS_openat = 56,
	SYS_close = 57,
	SYS_lseek = 62,
	SYS_read = 63,
	SYS_write = 64,
	SYS_writev = 66,
	SYS_readlinkat = 78,
	SYS_newfstatat = 79,
	SYS_fstat = 80,
	SYS_exit = 93,
	SYS_exit_group = 94,
	SYS_set_tid_address = 96,
	SYS_clock_gettime = 113,
	SYS_uname = 160,
	SYS_getpid = 172,
	SYS_brk = 214,
	SYS_munmap = 215,
	SYS_mmap = 222,
	SYS_mprotect = 226,
	SYS_getrandom = 278,
};

/* struct stat of AArch64 Linux. */
struct stat {
	uint64_t st_dev;
	uint64_t st_ino;
	uint32_t st_mode;
	uint32_t st_nlink;
	uint32_t st_uid;
	uint32_t st_gid;
	uint64_t st_rdev;
	uint64_t pad1;
	int64_t st_size;
	int32_t st_blksize;
	int32_t pad2;
	int64_t st_blocks;
	uint64_t times[6];
	uint32_t unused[2];
};

/*
 * A file in memory: `size` bytes and one NUL behind them. `data` is NULL when it could not be read.
 */
struct file {
	char *data;
	size_t size;
};

/* System calls: the result, or -errno. */
long syscall(long number, ...);
int open(const char *path, int flags, ...);
ssize_t read(int fd, void *buffer, size_t size);
ssize_t write(int fd, const void *buffer, size_t size);
off_t lseek(int fd, off_t offset, int whence);
int close(int fd);
int fstat(int fd, struct stat *st);
int munmap(void *address, size_t size);
void *mmap(void *address, size_t size, int prot, int flags, int fd, off_t offset);
bool mmap_failed(const void *address);       /* what mmap returned is a -errno */
_Noreturn void exit(int status);             /* flushes stdout first */
_Noreturn void die(const char *format, ...); /* one line on stderr, exit status 1 */
uint64_t auxv_value(uint64_t type);          /* 0 when the kernel did not pass it */
size_t page_size(void);

/* Memory; malloc never returns NULL: it dies instead. */
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);
void free(void *block);

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
void *memchr(const void *where, int byte, size_t size);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);
char *strchr(const char *s, int c);
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
uint64_t parse_number(const char *s); /* decimal, 0x hex, or either followed by k, m or g; dies on
					 anything else */

/*
 * Output: stdout is buffered and written out at exit; %c %s %d %u %x %p with l, ll, z, 0, - and
 * widths.
 */
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int vsnprintf(char *buffer, size_t size, const char *format, va_list args);
int snprintf(char *buffer, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int puts(const char *s);
int putchar(int c);
void put_bytes(const void *bytes, size_t size);
void flush_stdout(void);

struct file file_read(const char *path); /* dies when it can't; free(data) gives it back */

#endif
