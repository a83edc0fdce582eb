/* System calls of AArch64 Linux, as far as static programs with one thread need them. */
#include "kernel.h"

enum {
	NR_exit = 93,
	NR_exit_group = 94,
	NR_rt_sigreturn = 139,
	NR_COUNT = 440,
};

/* ------------------------------------------------------------------ calls without an effect */

static int64_t sys_nothing(struct kernel *k, const uint64_t *x)
{
	(void)k;
	(void)x;
	return 0;
}

static int64_t sys_pid(struct kernel *k, const uint64_t *x)
{
	(void)k;
	(void)x;
	return PID;
}

/* There are no other processes to wait for. */
static int64_t sys_wait(struct kernel *k, const uint64_t *x)
{
	(void)k;
	(void)x;
	return -ECHILD;
}

static int64_t sys_no_socket(struct kernel *k, const uint64_t *x)
{
	return file_of(k, x[0]) != NULL ? -ENOTSOCK : -EBADF;
}

/* To this user and group, root; nothing else is known. */
static int64_t sys_become(struct kernel *k, const uint64_t *x)
{
	(void)k;
	return x[0] == 0 ? 0 : -EPERM;
}

/* ------------------------------------------------------------------ by number */

static system_call *const calls[NR_COUNT] = {
	[17] = sys_getcwd,
	[23] = sys_dup,
	[24] = sys_dup3,
	[25] = sys_fcntl,
	[29] = sys_ioctl,
	[32] = sys_nothing, /* flock */
	[34] = sys_mkdirat,
	[35] = sys_unlinkat,
	[36] = sys_symlinkat,
	[37] = sys_linkat,
	[38] = sys_renameat,
	[43] = sys_statfs,
	[44] = sys_fstatfs,
	[45] = sys_truncate,
	[46] = sys_ftruncate,
	[48] = sys_faccessat,
	[49] = sys_chdir,
	[50] = sys_fchdir,
	[52] = sys_fchmod,
	[53] = sys_fchmodat,
	[54] = sys_fchownat,
	[55] = sys_fchown,
	[56] = sys_openat,
	[57] = sys_close,
	[59] = sys_pipe2,
	[61] = sys_getdents64,
	[62] = sys_lseek,
	[63] = sys_read,
	[64] = sys_write,
	[65] = sys_readv,
	[66] = sys_writev,
	[67] = sys_pread64,
	[68] = sys_pwrite64,
	[72] = sys_pselect6,
	[73] = sys_ppoll,
	[78] = sys_readlinkat,
	[79] = sys_newfstatat,
	[80] = sys_fstat,
	[81] = sys_nothing, /* sync */
	[82] = sys_fsync,
	[83] = sys_fsync, /* fdatasync */
	[88] = sys_utimensat,
	[96] = sys_pid, /* set_tid_address */
	[98] = sys_futex,
	[99] = sys_nothing, /* set_robust_list */
	[101] = sys_nanosleep,
	[113] = sys_clock_gettime,
	[114] = sys_clock_getres,
	[115] = sys_clock_nanosleep,
	[123] = sys_sched_getaffinity,
	[124] = sys_nothing, /* sched_yield */
	[129] = sys_kill,
	[130] = sys_kill, /* tkill */
	[131] = sys_tgkill,
	[132] = sys_sigaltstack,
	[134] = sys_rt_sigaction,
	[135] = sys_rt_sigprocmask,
	[136] = sys_rt_sigpending,
	[144] = sys_become,   /* setgid */
	[146] = sys_become,   /* setuid */
	[148] = sys_getresid, /* getresuid */
	[150] = sys_getresid, /* getresgid */
	[153] = sys_times,
	[154] = sys_nothing, /* setpgid */
	[155] = sys_pid,     /* getpgid */
	[156] = sys_pid,     /* getsid */
	[157] = sys_pid,     /* setsid */
	[158] = sys_getgroups,
	[160] = sys_uname,
	[163] = sys_getrlimit,
	[165] = sys_getrusage,
	[166] = sys_umask,
	[167] = sys_prctl,
	[169] = sys_gettimeofday,
	[172] = sys_pid,     /* getpid */
	[173] = sys_nothing, /* getppid: its parent is in another world */
	[174] = sys_nothing, /* getuid: root */
	[175] = sys_nothing, /* geteuid */
	[176] = sys_nothing, /* getgid */
	[177] = sys_nothing, /* getegid */
	[178] = sys_pid,     /* gettid */
	[179] = sys_sysinfo,
	[204] = sys_no_socket, /* getsockname */
	[205] = sys_no_socket, /* getpeername */
	[214] = sys_brk,
	[215] = sys_munmap,
	[216] = sys_mremap,
	[220] = sys_clone,
	[221] = sys_execve,
	[222] = sys_mmap,
	[223] = sys_nothing, /* fadvise64 */
	[226] = sys_mprotect,
	[227] = sys_nothing, /* msync */
	[228] = sys_nothing, /* mlock */
	[229] = sys_nothing, /* munlock */
	[233] = sys_madvise,
	[260] = sys_wait, /* wait4 */
	[261] = sys_prlimit64,
	[276] = sys_renameat2,
	[278] = sys_getrandom,
	[281] = sys_execve, /* execveat */
	[291] = sys_statx,
	[439] = sys_faccessat2,
};

int64_t syscall_dispatch(struct kernel *k, struct frame *frame)
{
	uint64_t number = frame->x[8];

	switch (number) {
	case NR_exit:
	case NR_exit_group:
		finish(frame->x[0]);
	case NR_rt_sigreturn:
		return signals_return(k, frame);
	default:
		return number < NR_COUNT && calls[number] != NULL ? calls[number](k, frame->x)
								  : -ENOSYS;
	}
}
