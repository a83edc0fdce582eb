/*
 * The EL1 proxy kernel: gives one EL0 program demand-paged memory under stage 1 of any geometry,
 * and forwards its system calls to the host by semihosting.
 *
 * The kernel lives in the TTBR1 half; the whole TTBR0 half belongs to the program. All state is one
 * struct kernel, which TPIDR_EL1 points to and which every function is handed. Until the MMU is on
 * (`mmu_on`), addresses in it are IPAs.
 */
#ifndef HYP_KERNEL_KERNEL_H
#define HYP_KERNEL_KERNEL_H

#include "hyp/arm64.h"
#include "hyp/bootinfo.h"
#include "hyp/fp.h"
#include "hyp/lib.h"
#include "hyp/pgtable.h"

/*
 * The kernel's image has one VA in all geometries: the top of the TTBR1 half is common to all its
 * sizes.
 */
#define KERNEL_VA  UINT64_C(0xfffffffff0000000)
#define DEVICES_VA UINT64_C(0xffffffffe0000000)

enum {
	RANDOM_BYTES = 16,                      /* behind AT_RANDOM */
	BOUNCE_BYTES = 1 << 16,                 /* the buffer that the host reads and writes */
	BOUNCE_BLOCK_BYTES = 256,               /* of them, in front: a call's parameter block */
	PATH_BYTES = 4096 - BOUNCE_BLOCK_BYTES, /* a path and the call's block share a page */
	FD_COUNT = 128,
	STACK_BYTES = 8 << 20, /* of the program */
	PID = 100,             /* 1 would be init's */
	SIGNAL_COUNT = 64,
	LEAF_LEVELS = 5, /* levels -1..3, as indices */
};

/* Errors of system calls are returned as -errno. */
enum errno_value {
	EPERM = 1,
	ENOENT = 2,
	ESRCH = 3,
	EIO = 5,
	EBADF = 9,
	ECHILD = 10,
	EAGAIN = 11,
	ENOMEM = 12,
	EACCES = 13,
	EFAULT = 14,
	EEXIST = 17,
	ENODEV = 19,
	ENOTDIR = 20,
	EINVAL = 22,
	EMFILE = 24,
	ENOTTY = 25,
	ESPIPE = 29,
	ERANGE = 34,
	ENAMETOOLONG = 36,
	ENOSYS = 38,
	ENOTSOCK = 88,
	ETIMEDOUT = 110,
};

enum signal_number {
	SIGILL = 4,
	SIGTRAP = 5,
	SIGABRT = 6,
	SIGBUS = 7,
	SIGFPE = 8,
	SIGKILL = 9,
	SIGSEGV = 11,
	SIGCHLD = 17,
	SIGCONT = 18,
	SIGSTOP = 19,
	SIGTSTP = 20,
	SIGTTIN = 21,
	SIGTTOU = 22,
	SIGURG = 23,
	SIGWINCH = 28,
};

/* PROT_ bits of Linux. */
enum prot { PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4 };

/* ------------------------------------------------------------------ RAM (ram.c) */

/* One window of the VM's RAM and its place in the linear map. */
struct window {
	uint64_t ipa, bytes, va;
};

/*
 * Pages come from the low end of the current window, larger leaves from its high end; when both
 * ends meet, the next window is taken. What lies between has never been used. Freed frames wait in
 * a list for each leaf level.
 */
enum { WINDOW_PROGRAM = 0, WINDOW_FIRST = 1 };

struct ram {
	struct window
		windows[1 + BOOTINFO_WINDOWS]; /* WINDOW_PROGRAM, then what frames come from */
	unsigned count, current;
	uint64_t low, high;   /* IPAs: the unused part of the current window */
	uint64_t mapped;      /* the linear map covers the window's low end up to here */
	uint64_t mapped_high; /* and its high end from here */
	uint64_t limit;       /* of the linear map: no window is placed beyond this VA */
	bool extending;
	bool zeroed;                 /* unused RAM reads as zero */
	uint64_t dirty, dirty_end;   /* what may not, because /dev/mem gave it away */
	uint64_t freed[LEAF_LEVELS]; /* VA of the first free frame of each leaf level, 0: none */
};

/* ------------------------------------------------------------------ the program's memory (mm.c) */

enum area_kind {
	AREA_ANONYMOUS, /* zero-filled */
	AREA_PROGRAM,   /* filled from the ELF file's segments */
	AREA_DEVMEM,    /* the IPAs from `ipa` on; the frames aren't ours to free */
};

struct area {
	struct area *next;
	uint64_t start, end; /* VA, granule-aligned */
	uint64_t ipa;        /* AREA_DEVMEM: of `start` */
	uint8_t prot;
	uint8_t kind;
};

struct mm {
	struct pgtable table;
	struct area *areas; /* by ascending address, disjoint */
	struct area *spare;
	uint64_t end;      /* first VA above the TTBR0 half */
	uint64_t mmap_end; /* mappings without an address are put below */
	uint64_t last_gap; /* start of the last of them, 0 when something has gone since */
	uint64_t brk_start, brk;
};

/* ------------------------------------------------------------------ files (files.c) */

enum file_kind { FILE_CLOSED, FILE_HOST, FILE_CONSOLE, FILE_DEVMEM, FILE_PIPE };

/* An open file description: descriptors that dup() made share it. */
struct file {
	uint8_t kind;
	uint8_t users;
	uint16_t console; /* FILE_CONSOLE: 0 to 2 */
	uint32_t flags;   /* O_APPEND and the like, as F_GETFL tells them */
	int64_t handle;   /* of the host; FILE_PIPE: where its page is */
	uint64_t offset;
};

struct descriptor {
	uint8_t file; /* 1 + the index of its description; 0: closed */
	bool close_on_exec;
};

struct files {
	struct descriptor fd[FD_COUNT];
	struct file file[FD_COUNT];
	int64_t cwd; /* the host's handle of the working directory; 0: where it began */
	uint32_t umask;
	bool extended;   /* the host has the operations of nestwalk-semihosting(7) */
	uint64_t pinned; /* bytes of the bounce buffer that the host may use (host.c) */
};

/* ------------------------------------------------------------------ signals (signals.c) */

/* struct sigaction as rt_sigaction has it. */
struct action {
	uint64_t handler, flags, restorer, mask;
};

struct signals {
	struct action action[SIGNAL_COUNT]; /* of signal 1, 2 ... */
	uint64_t blocked, pending;          /* bit 0: signal 1 */
	uint64_t stack, stack_bytes;        /* of sigaltstack; no bytes: none */
	uint64_t trampoline; /* VA of the code that a handler returns to, 0: none yet */
};

static inline bool signals_are_ready(const struct signals *s)
{
	return (s->pending & ~s->blocked) != 0;
}

/* The program as it lies in RAM. */
struct program {
	const uint8_t *file;
	uint64_t bytes;
	uint64_t load_bias; /* added to the addresses in the file */
	uint64_t entry;     /* with load_bias */
	uint64_t headers;   /* VA of the program headers, for AT_PHDR */
	uint64_t header_count;
};

/* Registers of what was interrupted. vectors.S knows the layout. */
struct frame {
	uint64_t x[31];
	uint64_t sp; /* SP_EL0 */
	uint64_t elr, spsr;
};

struct kernel {
	const struct bootinfo *boot;
	struct geometry geometry;
	uint64_t block_bytes; /* largest leaf */
	uint64_t image_ipa;   /* of the kernel's image */
	bool mmu_on;
	volatile uint32_t *console; /* the PL011, or NULL */
	struct pgtable table;       /* of the TTBR1 half */
	struct pgtable_ops ops;     /* of both halves' tables */
	struct ram ram;
	struct mm mm;
	struct files files;
	struct signals signals;
	struct program program;
	bool has_fp;
	bool told_of_processes, told_of_threads; /* that there are none: once is enough */
	uint64_t random;                         /* state of the generator behind getrandom */
	uint64_t slept;                          /* nanoseconds that sleeping has moved time on */
	uint64_t epoch; /* of CLOCK_REALTIME, in nanoseconds; 0: not asked for yet */
};

/* boot.c */
/* Builds the tables with the MMU off; returns the SCTLR_EL1 that turns it on. */
uint64_t kernel_boot(struct kernel *k, const struct bootinfo *boot, uint64_t image_ipa);
_Noreturn void kernel_main(struct kernel *k);

/* ram.c */
void ram_init(struct kernel *k);
/* Once, before the MMU is on: maps what is in use, a reserve, the boot info and the program. */
bool ram_map_first(struct kernel *k);
/* Makes the linear map cover [ipa, ipa + bytes), which must lie in a window; false: no memory. */
bool ram_map(struct kernel *k, uint64_t ipa, uint64_t bytes);
/* A zeroed frame of the leaf size of a level, aligned to it; its IPA, or 0. */
uint64_t ram_alloc(struct kernel *k, int level);
void ram_free(struct kernel *k, uint64_t ipa, int level);
/* NULL: no RAM of the VM is there, or not all of it in one window. */
void *ram_at(const struct kernel *k, uint64_t ipa, uint64_t bytes);
uint64_t ram_ipa(const struct kernel *k, const void *address);
/* From now on the range may hold anything, though it is unused. */
void ram_give_away(struct kernel *k, uint64_t ipa, uint64_t bytes);
void zero(struct kernel *k, void *start, uint64_t bytes);

/* tables.c: the surroundings of the page-table library at EL1 */
void tables_init(struct kernel *k);

/*
 * mm.c, areas.c, fault.c. -errno on failure; start and bytes are multiples of the granule where an
 * area is meant.
 */
enum { MM_FIXED = 1, MM_NOREPLACE = 2 };
void mm_init(struct kernel *k);
int64_t mm_map(struct kernel *k, const struct area *wanted, unsigned how);
int64_t mm_unmap(struct kernel *k, uint64_t start, uint64_t end);
int64_t mm_protect(struct kernel *k, uint64_t start, uint64_t end, unsigned prot);
int64_t mm_brk(struct kernel *k, uint64_t brk);
/* What the range holds is given up: it is read as if touched for the first time. */
int64_t mm_forget(struct kernel *k, uint64_t start, uint64_t end);
struct area *area_at(const struct mm *mm, uint64_t va); /* the area that holds va, or NULL */
/* Three spare areas are at hand: no operation needs more. */
bool areas_reserve(struct kernel *k);
void areas_insert(struct mm *mm, const struct area *area);
void areas_cut(struct mm *mm, uint64_t start, uint64_t end);
/* No area begins or ends inside (start, end) afterwards, save at the two addresses. */
void areas_split(struct mm *mm, uint64_t at);
uint64_t areas_gap(struct mm *mm, uint64_t bytes, uint64_t alignment); /* its start, or 0 */
bool areas_free(const struct mm *mm, uint64_t start, uint64_t end);    /* no area in the range */

enum fault_result { FAULT_MAPPED, FAULT_BAD_ADDRESS, FAULT_NO_MEMORY };
enum access { ACCESS_READ = PROT_READ, ACCESS_WRITE = PROT_WRITE, ACCESS_EXECUTE = PROT_EXEC };
/*
 * `invalid` is the level of the Translation fault, where the walk ended; LEVEL_NONE: va is mapped.
 */
enum { LEVEL_NONE = -2 };
enum fault_result mm_fault(struct kernel *k, uint64_t va, enum access access, int invalid);
unsigned mm_leaf(unsigned prot);
/* Makes instructions that were stored there visible to fetches. */
void synchronise_instructions(const void *start, uint64_t bytes);

/* elf.c, start.c */
/* NULL, or what is wrong with the program. */
const char *program_load(struct kernel *k);
/* Copies the file's bytes that belong to [va, va + bytes) to where; true when there were any. */
bool program_fill(const struct program *p, uint64_t va, uint8_t *where, uint64_t bytes);
_Noreturn void program_start(struct kernel *k);
_Noreturn void replay_start(struct kernel *k);
uint64_t next_random(struct kernel *k);
/* hwcap.c: AT_HWCAP and AT_HWCAP2 */
void hwcaps(uint64_t *first, uint64_t *second);
/* What of SCTLR_EL1 lets EL0 have what the core has: authentication, memory copies. */
uint64_t sctlr_for_program(void);
/* Keys of pointer authentication, where there is any. */
void set_keys(struct kernel *k);
/* identity.c: the instruction that EL0 may not execute reads an ID register, and has been done. */
bool identity_read(struct frame *frame);

/* syscall.c: the result for X0 */
int64_t syscall_dispatch(struct kernel *k, struct frame *frame);

/*
 * System calls: X0 to X5 in, the result or -errno out. files.c: descriptors; transfer.c: what moves
 * bytes; tree.c: what takes a path; status.c: what tells of a file; pipe.c.
 */
typedef int64_t system_call(struct kernel *k, const uint64_t *x);
system_call sys_openat, sys_close, sys_dup, sys_dup3, sys_fcntl, sys_ioctl, sys_ppoll, sys_pselect6;
system_call sys_read, sys_write, sys_readv, sys_writev, sys_pread64, sys_pwrite64, sys_lseek;
system_call sys_pipe2, sys_ftruncate, sys_truncate, sys_fsync, sys_getdents64;
system_call sys_fstat, sys_newfstatat, sys_statx, sys_statfs, sys_fstatfs;
system_call sys_mkdirat, sys_unlinkat, sys_renameat, sys_renameat2, sys_linkat, sys_symlinkat;
system_call sys_readlinkat, sys_faccessat, sys_faccessat2, sys_chdir, sys_fchdir, sys_getcwd;
system_call sys_umask, sys_fchmod, sys_fchmodat, sys_fchown, sys_fchownat, sys_utimensat;
/* memory.c */
system_call sys_brk, sys_mmap, sys_munmap, sys_mprotect, sys_mremap, sys_madvise;
/* time.c */
system_call sys_clock_gettime, sys_clock_getres, sys_gettimeofday, sys_nanosleep;
system_call sys_clock_nanosleep, sys_times, sys_getrusage, sys_futex;
/* process.c */
system_call sys_uname, sys_getrandom, sys_prlimit64, sys_getrlimit, sys_sysinfo, sys_prctl;
system_call sys_sched_getaffinity, sys_getgroups, sys_getresid, sys_clone, sys_execve;
/* signals.c */
system_call sys_rt_sigaction, sys_rt_sigprocmask, sys_rt_sigpending, sys_sigaltstack;
system_call sys_kill, sys_tgkill;

/* Makes the program go on where the signal's handler interrupted it; the new X0. */
int64_t signals_return(struct kernel *k, struct frame *frame);
/* Delivers what is pending and not blocked: by a handler, or the program's end. */
void signals_deliver(struct kernel *k, struct frame *frame);
/* A fault of the program, at address. */
struct fault_signal {
	enum signal_number number;
	int32_t code;
	uint64_t address, esr;
};
void signals_fault(struct kernel *k, struct frame *frame, const struct fault_signal *fault);

/* time.c: nanoseconds since the start, sleep included */
uint64_t time_now(const struct kernel *k);

/* files.c, transfer.c, tree.c */
void files_init(struct kernel *k);
struct file *file_of(struct kernel *k, uint64_t fd); /* NULL: not open */
int64_t handle_of(struct kernel *k, struct file *f); /* the host's; -errno: it has none */
bool file_is_terminal(struct kernel *k, struct file *f);
/* A new descriptor, the lowest that is free, or -EMFILE. */
int64_t file_add(struct kernel *k, const struct file *file, bool close_on_exec);
/* Reads at an offset to the program's memory without moving the file's own offset. */
int64_t file_read_at(struct kernel *k, struct file *f, uint64_t buffer, uint64_t bytes,
		     uint64_t offset);

/* pipe.c */
void pipe_close(struct kernel *k, const struct file *f);
int64_t pipe_read(struct kernel *k, const struct file *f, uint64_t buffer, uint64_t bytes);
int64_t pipe_write(struct kernel *k, const struct file *f, uint64_t buffer, uint64_t bytes);

/* A path that lies in the bounce buffer, and the host's handle of the directory it begins at. */
enum { PATH_FIRST, PATH_SECOND };
struct path {
	uint64_t directory;
	uint64_t bytes;
	char *text;
};
int64_t path_get(struct kernel *k, unsigned slot, uint64_t dirfd, uint64_t from, struct path *path);

/*
 * host.c: semihosting through the bounce buffer: -errno on failure. host_data() is where the host
 * finds and puts that many bytes; host_open() uses it too.
 */
uint8_t *host_data(struct kernel *k, uint64_t bytes);
/* For a call with one path: room for its result, and for a second path. */
uint8_t *host_result(struct kernel *k, uint64_t bytes);
int64_t host_open(struct kernel *k, const char *path, unsigned mode);
int64_t host_close(struct kernel *k, int64_t handle);
int64_t host_read(struct kernel *k, int64_t handle, uint64_t bytes);
int64_t host_write(struct kernel *k, int64_t handle, uint64_t bytes);
int64_t host_seek(struct kernel *k, int64_t handle, uint64_t offset);
int64_t host_length(struct kernel *k, int64_t handle);
bool host_is_terminal(struct kernel *k, int64_t handle);
int64_t host_remove(struct kernel *k, const struct path *path);
int64_t host_rename(struct kernel *k, const struct path *from, const struct path *to);
uint64_t host_seconds(struct kernel *k);

/*
 * The operations of nestwalk-semihosting(7), with the words of a call's block; -ENOSYS where the
 * host has none of them. host_path() puts the path's three words in front.
 */
enum host_operation {
	NW_FILES_OPEN = 0x100,
	NW_FILES_STATUS,
	NW_FILES_ENTRIES,
	NW_FILES_NAME,
	NW_FILES_MAKE_DIRECTORY,
	NW_FILES_REMOVE,
	NW_FILES_RENAME,
	NW_FILES_LINK,
	NW_FILES_SYMLINK,
	NW_FILES_READ_LINK,
	NW_FILES_ACCESS,
	NW_FILES_SET_MODE,
	NW_FILES_SET_OWNER,
	NW_FILES_SET_TIMES,
	NW_FILES_TRUNCATE,
	NW_FILES_SYNC,
};
enum { HOST_FOLLOW = 1 };
int64_t host_files(struct kernel *k, enum host_operation operation, const uint64_t words[3]);
int64_t host_path(struct kernel *k, enum host_operation operation, const struct path *path,
		  const uint64_t words[3]);
int64_t host_paths(struct kernel *k, enum host_operation operation, const struct path *from,
		   const struct path *to, uint64_t word);

/*
 * end.c. end() writes its line to the program's stderr, panic() to the console; finish() writes
 * none.
 */
_Noreturn void end(uint64_t status, const char *format, ...) __attribute__((format(printf, 2, 3)));
_Noreturn void panic(const struct kernel *k, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
_Noreturn void finish(uint64_t status);
_Noreturn void die_of(enum signal_number number, uint64_t pc, uint64_t address, uint64_t esr);
/* As end(), but the program goes on. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * user.S: to and from the program's memory with the program's own rights. False: an address there
 * is bad.
 */
bool copy_to_user(uint64_t to, const void *from, uint64_t bytes);
bool copy_from_user(void *to, uint64_t from, uint64_t bytes);
extern const char user_copy_start[], user_copy_end[], user_copy_failed[];

/* vectors.S */
extern const char kernel_vectors[];
_Noreturn void enter_el0(const struct frame *frame);
void kernel_exception(struct kernel *k, struct frame *frame, uint64_t vector);

#endif
