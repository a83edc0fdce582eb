/*
 * syscalls FILE: asks the kernel for what programs ask for, and checks each answer; FILE is any
 * file of 64 bytes or more.
 */
#include "libc/libc.h"

struct iovec {
	const void *base;
	size_t size;
};

static void expect(const char *what, long got, long wanted)
{
	if (got != wanted)
		die("syscalls: %s: got %ld, expected %ld", what, got, wanted);
}

static void check_files(const char *path)
{
	char whole[64], part[16];
	struct stat st;
	int fd = open(path, O_RDONLY);

	if (fd < 3)
		die("syscalls: %s cannot be opened (error %d)", path, -fd);
	expect("read 64", read(fd, whole, 64), 64);
	expect("lseek", lseek(fd, 8, SEEK_SET), 8);
	expect("read 16", read(fd, part, 16), 16);
	expect("bytes after lseek", memcmp(part, whole + 8, 16), 0);
	expect("lseek from here", lseek(fd, -20, SEEK_CUR), 4);
	expect("fstat", fstat(fd, &st), 0);
	expect("st_size", st.st_size, lseek(fd, 0, SEEK_END));
	expect("read at the end", read(fd, part, 16), 0);
	expect("lseek before the start", lseek(fd, -1, SEEK_SET), -EINVAL);
	expect("newfstatat", syscall(SYS_newfstatat, AT_FDCWD, path, &st, 0), 0);
	char *copy = mmap(NULL, 64, PROT_READ, MAP_PRIVATE, fd, 0);
	expect("private file mapping", mmap_failed(copy), false);
	expect("its bytes", memcmp(copy, whole, 64), 0);
	expect("close", close(fd), 0);
	expect("close twice", close(fd), -EBADF);
	expect("read a closed file", read(fd, part, 16), -EBADF);
	expect("open nothing", open("/nonexistent/file", O_RDONLY), -ENOENT);
	expect("openat of a bad pointer", syscall(SYS_openat, AT_FDCWD, 1, 0), -EFAULT);
	expect("munmap the file", munmap(copy, 64), 0);
}

static void check_bad_pointers(const char *path)
{
	int fd = open(path, O_RDONLY);

	expect("read into nothing", syscall(SYS_read, fd, 8, 16), -EFAULT);
	expect("read into the kernel", syscall(SYS_read, fd, -65536L, 16), -EFAULT);
	expect("write from nothing", syscall(SYS_write, STDOUT, 8, 16), -EFAULT);
	expect("fstat into nothing", syscall(SYS_fstat, fd, 8), -EFAULT);
	close(fd);
}

static void check_memory(void)
{
	size_t page = page_size();
	char *start = (char *)syscall(SYS_brk, 0);
	char *end = (char *)syscall(SYS_brk, start + 3 * page);

	expect("brk grows", end - start, (long)(3 * page));
	memset(start, 1, 3 * page);
	expect("brk shrinks", (char *)syscall(SYS_brk, start + page) - start, (long)page);
	expect("brk grows again", (char *)syscall(SYS_brk, start + 3 * page) - start,
	       (long)(3 * page));
	expect("what came back is zero", start[2 * page], 0);
	char *p = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	expect("mmap", mmap_failed(p), false);
	memset(p, 7, 4 * page);
	expect("mprotect", syscall(SYS_mprotect, p + page, page, PROT_READ), 0);
	expect("still there", p[page] + p[2 * page], 14);
	expect("write to a read-only page", syscall(SYS_getrandom, p + page, 8, 0), -EFAULT);
	expect("munmap the middle", munmap(p + page, page), 0);
	expect("the rest is there", p[0] + p[2 * page], 14);
	expect("no replacing",
	       (long)mmap(p, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
			  0),
	       -EEXIST);
	expect("replacing",
	       (char *)mmap(p, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) - p,
	       0);
	expect("replaced by zeros", p[0], 0);
	expect("mmap of nothing",
	       (long)mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), -EINVAL);
	expect("munmap off a page", munmap(p + 1, page), -EINVAL);
	expect("munmap", munmap(p, 4 * page), 0);
	expect("read into what was unmapped", syscall(SYS_getrandom, p, 8, 0), -EFAULT);
}

/*
 * Large enough for leaves above the page level where --block allows them: they are split, and given
 * back in part.
 */
static void check_large_mapping(void)
{
	size_t page = page_size(), size = (size_t)8 << 20;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	expect("mmap 8 MB", mmap_failed(p), false);
	for (size_t at = 0; at < size; at += page)
		*(size_t *)(p + at) = at + 1;
	expect("mprotect a part", syscall(SYS_mprotect, p + 5 * page, 7 * page, PROT_READ), 0);
	expect("no write there", syscall(SYS_getrandom, p + 11 * page, 8, 0), -EFAULT);
	expect("a write behind", syscall(SYS_getrandom, p + 12 * page + 64, 8, 0), 8);
	expect("munmap a part", munmap(p + 20 * page, 30 * page), 0);
	expect("nothing there", syscall(SYS_getrandom, p + 49 * page, 8, 0), -EFAULT);
	expect("no access to a part", syscall(SYS_mprotect, p + 60 * page, page, PROT_NONE), 0);
	expect("no read there", syscall(SYS_write, STDERR, p + 60 * page, 1), -EFAULT);
	expect("access again", syscall(SYS_mprotect, p + 60 * page, page, PROT_READ), 0);
	for (size_t at = 0; at < size; at += page)
		if (at < 20 * page || at >= 50 * page)
			expect("page keeps its contents", (long)*(size_t *)(p + at),
			       (long)(at + 1));
	char *again = mmap(p + 20 * page, 30 * page, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	expect("the hole can be mapped", again - p, (long)(20 * page));
	for (size_t at = 0; at < 30 * page; at += 8)
		expect("recycled memory is zero", (long)*(size_t *)(again + at), 0);
	expect("munmap all", munmap(p, size), 0);
}

static void check_rest(void)
{
	char name[6][65];
	uint64_t early[2], late[2];
	uint64_t random[2] = {0, 0};
	struct iovec parts[] = {{"syscalls", 8}, {": ", 2}, {"", 0}, {"writev\n", 7}};

	expect("writev", syscall(SYS_writev, STDOUT, parts, 4), 17);
	expect("uname", syscall(SYS_uname, name), 0);
	expect("uname's system", strcmp(name[0], "Linux"), 0);
	expect("clock_gettime", syscall(SYS_clock_gettime, 1, early), 0);
	expect("clock_gettime", syscall(SYS_clock_gettime, 1, late), 0);
	expect("time goes on", late[0] > early[0] || (late[0] == early[0] && late[1] >= early[1]),
	       true);
	expect("getpid", syscall(SYS_getpid) > 0, true);
	expect("set_tid_address", syscall(SYS_set_tid_address, 0) > 0, true);
	expect("getrandom", syscall(SYS_getrandom, random, sizeof(random), 0), sizeof(random));
	expect("random numbers differ", random[0] != random[1], true);
	expect("ioctl of a closed file", syscall(SYS_ioctl, 1000, 0x5401, name), -EBADF);
	expect("unknown system call", syscall(4000), -ENOSYS);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		die("usage: syscalls FILE");
	check_files(argv[1]);
	check_bad_pointers(argv[1]);
	check_memory();
	check_large_mapping();
	check_rest();
	printf("syscalls: all answers right\n");
	return 0;
}
