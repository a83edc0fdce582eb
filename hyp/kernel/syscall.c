/* System calls of AArch64 Linux, as far as static programs with one thread need them. */
#include "kernel.h"

enum number {
	NR_ioctl = 29,
	NR_openat = 56,
	NR_close = 57,
	NR_lseek = 62,
	NR_read = 63,
	NR_write = 64,
	NR_writev = 66,
	NR_readlinkat = 78,
	NR_newfstatat = 79,
	NR_fstat = 80,
	NR_exit = 93,
	NR_exit_group = 94,
	NR_set_tid_address = 96,
	NR_clock_gettime = 113,
	NR_kill = 129,
	NR_tkill = 130,
	NR_tgkill = 131,
	NR_uname = 160,
	NR_getpid = 172,
	NR_getuid = 174,
	NR_geteuid = 175,
	NR_getgid = 176,
	NR_getegid = 177,
	NR_gettid = 178,
	NR_brk = 214,
	NR_munmap = 215,
	NR_mmap = 222,
	NR_mprotect = 226,
	NR_getrandom = 278,
};

enum { PID = 1, AT_EMPTY_PATH = 0x1000 };

enum {
	MAP_SHARED = 1,
	MAP_FIXED = 0x10,
	MAP_ANONYMOUS = 0x20,
	MAP_FIXED_NOREPLACE = 0x100000,
};

static uint64_t granule(const struct kernel *k)
{
	return geometry_granule_bytes(&k->geometry);
}

/* ------------------------------------------------------------------ memory */

/* A private mapping of a file is a copy, made now. */
static int64_t map_file_copy(struct kernel *k, struct area area, unsigned how, uint64_t fd,
			     uint64_t offset)
{
	uint64_t bytes = area.end - area.start;
	uint8_t prot = area.prot;
	int64_t start, got;

	area.prot = PROT_READ | PROT_WRITE;
	start = mm_map(k, &area, how);
	if (start < 0)
		return start;
	got = file_read_at(k, fd, (uint64_t)start, bytes, offset);
	if (got >= 0 && prot != area.prot)
		got = mm_protect(k, (uint64_t)start, (uint64_t)start + bytes, prot);
	if (got < 0) {
		mm_unmap(k, (uint64_t)start, (uint64_t)start + bytes);
		return got;
	}
	if (prot & PROT_EXEC)
		synchronise_instructions((const void *)start, bytes);
	return start;
}

static int64_t map_devmem(struct kernel *k, struct area area, unsigned how, uint64_t offset)
{
	uint64_t bytes = area.end - area.start;

	if (ram_at(k, offset, bytes) == NULL)
		return -EINVAL;
	area.kind = AREA_DEVMEM;
	area.ipa = offset;
	ram_give_away(k, offset, bytes);
	return mm_map(k, &area, how);
}

static int64_t sys_mmap(struct kernel *k, const uint64_t *x)
{
	uint64_t flags = x[3], offset = x[5];
	const struct file *f = file_of(k, x[4]);
	struct area area = {
		.start = x[0],
		.end = x[0] + align_up(x[1], granule(k)),
		.prot = x[2] & (PROT_READ | PROT_WRITE | PROT_EXEC),
		.kind = AREA_ANONYMOUS,
	};
	unsigned how = (flags & MAP_FIXED_NOREPLACE ? MM_FIXED | MM_NOREPLACE : 0u) |
		       (flags & MAP_FIXED ? MM_FIXED : 0u);

	if (x[1] == 0)
		return -EINVAL;
	if (x[1] > k->mm.end || area.end <= area.start)
		return -ENOMEM;
	if (flags & MAP_ANONYMOUS)
		return mm_map(k, &area, how);
	if (offset & (granule(k) - 1))
		return -EINVAL;
	if (f == NULL)
		return -EBADF;
	if (f->kind == FILE_DEVMEM)
		return map_devmem(k, area, how, offset);
	if (f->kind != FILE_HOST || (flags & MAP_SHARED && area.prot & PROT_WRITE))
		return -ENODEV;
	return map_file_copy(k, area, how, x[4], offset);
}

/* A range that is too long has no end: mm_unmap() and mm_protect() refuse it. */
static uint64_t end_of(const struct kernel *k, uint64_t start, uint64_t bytes)
{
	return bytes > k->mm.end ? start : start + align_up(bytes, granule(k));
}

static int64_t sys_munmap(struct kernel *k, uint64_t start, uint64_t bytes)
{
	return mm_unmap(k, start, end_of(k, start, bytes));
}

static int64_t sys_mprotect(struct kernel *k, uint64_t start, uint64_t bytes, uint64_t prot)
{
	if (bytes > k->mm.end)
		return -ENOMEM;
	return mm_protect(k, start, end_of(k, start, bytes),
			  prot & (PROT_READ | PROT_WRITE | PROT_EXEC));
}

/* ------------------------------------------------------------------ the rest */

static int64_t sys_uname(uint64_t to)
{
	char names[6][65] = {"Linux", "nestwalk", "6.1.0-proxy", "#1", "aarch64", "(none)"};

	return copy_to_user(to, names, sizeof(names)) ? 0 : -EFAULT;
}

/* All clocks are the virtual counter: the same run has the same times. */
static int64_t sys_clock_gettime(uint64_t to)
{
	uint64_t frequency = read_sysreg(cntfrq_el0), count;
	uint64_t time[2];

	isb();
	count = read_sysreg(cntvct_el0);
	if (frequency == 0)
		frequency = 62500000;
	time[0] = count / frequency;
	time[1] = count % frequency * 1000000000 / frequency;
	return copy_to_user(to, time, sizeof(time)) ? 0 : -EFAULT;
}

static int64_t sys_getrandom(struct kernel *k, uint64_t to, uint64_t bytes)
{
	if (bytes > INT32_MAX)
		bytes = INT32_MAX;
	for (uint64_t done = 0; done < bytes; done += 8) {
		uint64_t value = next_random(k);

		if (!copy_to_user(to + done, &value, bytes - done < 8 ? bytes - done : 8))
			return done > 0 ? (int64_t)done : -EFAULT;
	}
	return (int64_t)bytes;
}

static int64_t sys_newfstatat(struct kernel *k, const uint64_t *x)
{
	return x[3] & AT_EMPTY_PATH ? sys_fstat(k, x[0], x[2]) : sys_fstatat(k, x[1], x[2]);
}

/*
 * Only to the program itself, which has no handlers: it dies of it, save of signal 0, which is a
 * question.
 */
static int64_t sys_kill(const struct frame *frame, uint64_t to, uint64_t number)
{
	if (to != PID)
		return -ESRCH;
	if (number > 64)
		return -EINVAL;
	if (number != 0)
		die_of((enum signal_number)number, frame->elr, 0, 0);
	return 0;
}

static int64_t memory_call(struct kernel *k, uint64_t number, const uint64_t *x)
{
	switch (number) {
	case NR_brk:
		return mm_brk(k, x[0]);
	case NR_mmap:
		return sys_mmap(k, x);
	case NR_munmap:
		return sys_munmap(k, x[0], x[1]);
	case NR_mprotect:
		return sys_mprotect(k, x[0], x[1], x[2]);
	default:
		return -ENOSYS;
	}
}

static int64_t file_call(struct kernel *k, uint64_t number, const uint64_t *x)
{
	switch (number) {
	case NR_read:
		return sys_read(k, x[0], x[1], x[2]);
	case NR_write:
		return sys_write(k, x[0], x[1], x[2]);
	case NR_writev:
		return sys_writev(k, x[0], x[1], x[2]);
	case NR_openat:
		return sys_openat(k, x[1], x[2]);
	case NR_close:
		return sys_close(k, x[0]);
	case NR_lseek:
		return sys_lseek(k, x[0], (int64_t)x[1], x[2]);
	case NR_fstat:
		return sys_fstat(k, x[0], x[1]);
	case NR_newfstatat:
		return sys_newfstatat(k, x);
	case NR_readlinkat:
		return -EINVAL; /* nothing is a link here */
	case NR_ioctl:
		return file_of(k, x[0]) != NULL ? -ENOTTY : -EBADF;
	default:
		return memory_call(k, number, x);
	}
}

int64_t syscall_dispatch(struct kernel *k, const struct frame *frame)
{
	const uint64_t *x = frame->x;

	switch (x[8]) {
	case NR_exit:
	case NR_exit_group:
		finish(x[0]);
	case NR_kill:
	case NR_tkill:
		return sys_kill(frame, x[0], x[1]);
	case NR_tgkill:
		return sys_kill(frame, x[0], x[2]);
	case NR_getpid:
	case NR_gettid:
	case NR_set_tid_address:
		return PID;
	case NR_getuid:
	case NR_geteuid:
	case NR_getgid:
	case NR_getegid:
		return 0;
	case NR_uname:
		return sys_uname(x[0]);
	case NR_clock_gettime:
		return sys_clock_gettime(x[1]);
	case NR_getrandom:
		return sys_getrandom(k, x[0], x[1]);
	default:
		return file_call(k, x[8], x);
	}
}
