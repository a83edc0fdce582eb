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
	FD_COUNT = 64,
	LEAF_LEVELS = 5, /* levels -1..3, as indices */
};

/* Errors of system calls are returned as -errno. */
enum errno_value {
	ENOENT = 2,
	ESRCH = 3,
	EIO = 5,
	EBADF = 9,
	ENOMEM = 12,
	EACCES = 13,
	EFAULT = 14,
	ENODEV = 19,
	EEXIST = 17,
	EINVAL = 22,
	EMFILE = 24,
	ENOTTY = 25,
	ESPIPE = 29,
	ENAMETOOLONG = 36,
	ENOSYS = 38,
};

enum signal_number { SIGILL = 4, SIGTRAP = 5, SIGABRT = 6, SIGBUS = 7, SIGKILL = 9, SIGSEGV = 11 };

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

enum file_kind { FILE_CLOSED, FILE_HOST, FILE_CONSOLE, FILE_DEVMEM };

struct file {
	enum file_kind kind;
	int64_t handle; /* of the host */
	uint64_t offset;
};

struct files {
	struct file fd[FD_COUNT];
	uint64_t pinned; /* bytes of the bounce buffer that the host may use (host.c) */
};

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
	struct program program;
	uint64_t random; /* state of the generator behind getrandom */
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

/* syscall.c, exception.c: the result for X0 */
int64_t syscall_dispatch(struct kernel *k, const struct frame *frame);

/* files.c, host.c */
void files_init(struct kernel *k);
int64_t sys_openat(struct kernel *k, uint64_t path, uint64_t flags);
int64_t sys_close(struct kernel *k, uint64_t fd);
int64_t sys_read(struct kernel *k, uint64_t fd, uint64_t buffer, uint64_t bytes);
int64_t sys_write(struct kernel *k, uint64_t fd, uint64_t buffer, uint64_t bytes);
int64_t sys_writev(struct kernel *k, uint64_t fd, uint64_t vector, uint64_t count);
int64_t sys_lseek(struct kernel *k, uint64_t fd, int64_t offset, uint64_t whence);
int64_t sys_fstat(struct kernel *k, uint64_t fd, uint64_t st);
int64_t sys_fstatat(struct kernel *k, uint64_t path, uint64_t st);
/* Reads at an offset to the program's memory without moving the file's own offset. */
int64_t file_read_at(struct kernel *k, uint64_t fd, uint64_t buffer, uint64_t bytes,
		     uint64_t offset);
struct file *file_of(struct kernel *k, uint64_t fd); /* NULL: not open */

/*
 * Semihosting through the bounce buffer: -errno on failure. host_data() is where the host finds and
 * puts that many bytes; host_open() uses it too.
 */
uint8_t *host_data(struct kernel *k, uint64_t bytes);
int64_t host_open(struct kernel *k, const char *path, unsigned mode);
int64_t host_close(struct kernel *k, int64_t handle);
int64_t host_read(struct kernel *k, int64_t handle, uint64_t bytes);
int64_t host_write(struct kernel *k, int64_t handle, uint64_t bytes);
int64_t host_seek(struct kernel *k, int64_t handle, uint64_t offset);
int64_t host_length(struct kernel *k, int64_t handle);

/*
 * end.c. end() writes its line to the program's stderr, panic() to the console; finish() writes
 * none.
 */
_Noreturn void end(uint64_t status, const char *format, ...) __attribute__((format(printf, 2, 3)));
_Noreturn void panic(const struct kernel *k, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
_Noreturn void finish(uint64_t status);
_Noreturn void die_of(enum signal_number number, uint64_t pc, uint64_t address, uint64_t esr);

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
