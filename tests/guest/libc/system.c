/* Start, end and the system calls that need more than their number. */
#include "libc.h"

struct dynamic {
	int64_t tag;
	uint64_t value;
};

struct rela {
	uint64_t offset;
	uint64_t info;
	uint64_t addend;
};

enum { DT_NULL = 0, DT_RELA = 7, DT_RELASZ = 8, R_AARCH64_RELATIVE = 1027 };

int main(int argc, char **argv);
_Noreturn void libc_start(uint64_t *stack, const struct dynamic *dynamic, uintptr_t load_base);

/* The process has one auxiliary vector; it is written once, before main. */
static const uint64_t *auxv;

/*
 * A static-pie guest relocates itself: nobody else does it without an interpreter. A fixed one has
 * no _DYNAMIC.
 */
static void relocate(const struct dynamic *dynamic, uintptr_t base)
{
	const struct rela *rela = NULL;
	size_t count = 0;

	for (; dynamic && dynamic->tag != DT_NULL; dynamic++) {
		if (dynamic->tag == DT_RELA)
			rela = (const struct rela *)(base + dynamic->value);
		if (dynamic->tag == DT_RELASZ)
			count = dynamic->value / sizeof(struct rela);
	}
	for (size_t i = 0; rela && i < count; i++)
		if ((uint32_t)rela[i].info == R_AARCH64_RELATIVE)
			*(uint64_t *)(base + rela[i].offset) = base + rela[i].addend;
}

_Noreturn void libc_start(uint64_t *stack, const struct dynamic *dynamic, uintptr_t load_base)
{
	int argc = (int)stack[0];
	uint64_t *after = stack + 1 + argc + 1;

	relocate(dynamic, load_base);
	while (*after)
		after++;
	auxv = after + 1;
	exit(main(argc, (char **)(stack + 1)));
}

uint64_t auxv_value(uint64_t type)
{
	for (const uint64_t *a = auxv; a[0] != AT_NULL; a += 2)
		if (a[0] == type)
			return a[1];
	return 0;
}

size_t page_size(void)
{
	return auxv_value(AT_PAGESZ);
}

int open(const char *path, int flags, ...)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0666);
}

ssize_t read(int fd, void *buffer, size_t size)
{
	return syscall(SYS_read, fd, buffer, size);
}

ssize_t write(int fd, const void *buffer, size_t size)
{
	return syscall(SYS_write, fd, buffer, size);
}

off_t lseek(int fd, off_t offset, int whence)
{
	return syscall(SYS_lseek, fd, offset, whence);
}

int close(int fd)
{
	return (int)syscall(SYS_close, fd);
}

int fstat(int fd, struct stat *st)
{
	return (int)syscall(SYS_fstat, fd, st);
}

int munmap(void *address, size_t size)
{
	return (int)syscall(SYS_munmap, address, size);
}

void *mmap(void *address, size_t size, int prot, int flags, int fd, off_t offset)
{
	return (void *)syscall(SYS_mmap, address, size, prot, flags, fd, offset);
}

bool mmap_failed(const void *address)
{
	return (uintptr_t)address > (uintptr_t)-4096;
}

_Noreturn void exit(int status)
{
	flush_stdout();
	for (;;)
		syscall(SYS_exit_group, status);
}

_Noreturn void die(const char *format, ...)
{
	char line[256];
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(line, sizeof(line) - 1, format, args);
	va_end(args);
	if (size > (int)sizeof(line) - 2)
		size = (int)sizeof(line) - 2;
	line[size++] = '\n';
	flush_stdout();
	write(STDERR, line, (size_t)size);
	exit(1);
}
