/*
 * The hypervisor: one VM at EL1, stage 2 tables made on demand, its own stage 1 at EL2.
 *
 * All state is one struct hyp, which TPIDR_EL2 points to and every function is handed. Memory is
 * named by physical address; memory_at() gives the pointer, before and after the hypervisor's own
 * MMU is on. Whatever goes wrong and isn't the guest's own affair ends in panic() or reject(): one
 * line on the host's standard error, or without semihosting on the PL011; exit status 1 or 2.
 */
#ifndef HYP_EL2_HYP_H
#define HYP_EL2_HYP_H

#include "../bootinfo.h"
#include "../geometry.h"
#include "../lib.h"
#include "../pgtable.h"

#define PL011_ADDRESS UINT64_C(0x09000000)
#define PL011_BYTES   UINT64_C(0x1000)

#define HYP_RAM_WINDOWS 16
#define HYP_RESERVED    8
#define HYP_SOURCES     24

#define NO_MEMORY UINT64_MAX

struct range {
	uint64_t base, bytes;
};

static inline bool range_contains(const struct range *r, uint64_t base, uint64_t bytes)
{
	return base >= r->base && bytes <= r->bytes && base - r->base <= r->bytes - bytes;
}

static inline bool ranges_overlap(const struct range *a, const struct range *b)
{
	return a->base < b->base + b->bytes && b->base < a->base + a->bytes;
}

struct hyp;

/* ------------------------------------------------------------------ console.c */

#define CONSOLE_LINE 256

struct console {
	volatile uint32_t *registers; /* of the PL011 */
	bool panicking;
	char line[CONSOLE_LINE]; /* why, ends with '\n' */
	size_t length;
};

void console_open(struct console *console, uint64_t address);

enum exit_status { EXIT_PANIC = 1, EXIT_BAD_INPUT = 2 };

/*
 * "nestwalk: hypervisor: " and the message, then exit: something went wrong here; options, machine
 * or guest cannot be run.
 */
_Noreturn void panic(struct hyp *hyp, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
_Noreturn void reject(struct hyp *hyp, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* ------------------------------------------------------------------ fdt.c */

/* What the machine's device tree says. */
struct machine_info {
	struct range ram[HYP_RAM_WINDOWS];
	unsigned ram_count;
	struct range dtb, initrd; /* initrd.bytes is 0 without one */
	const char *bootargs;     /* inside the DTB; "" without */
};

/* NULL, or what is wrong with the DTB. */
const char *fdt_read(struct machine_info *info, const void *dtb);

/*
 * A DTB for the VM: memory, PSCI by HVC, PL011, bootargs. Its size in bytes; 0: more than `bytes`
 * are needed.
 */
size_t fdt_write(void *to, size_t bytes, const struct range *ram, unsigned ram_count,
		 const char *bootargs);

/* ------------------------------------------------------------------ options.c */

enum { WORD_BYTES = 40 };

struct options {
	struct geometry_request s1, s2, el2;
	char s1_word[WORD_BYTES], s2_word[WORD_BYTES], el2_word[WORD_BYTES]; /* for messages */
	uint64_t block_bytes;                                                /* 0: page */
	struct range vm_ram[BOOTINFO_WINDOWS];
	unsigned vm_ram_count;  /* 0: the default */
	bool vm_ram_size_given; /* else vm_ram[0] is not valid */
	uint64_t seed;          /* of the program's random numbers */
	bool replay, el_given;
	uint8_t el;
	const char *arguments; /* behind "--" */
};

/* Rejects a word that is no option. */
void options_read(struct options *options, struct hyp *hyp, const char *bootargs);

/*
 * The words behind "--", unescaped, each with a NUL byte, into to (at most bytes). Returns their
 * number and the bytes used; *used > bytes: they don't fit.
 */
unsigned options_arguments(const char *arguments, char *to, size_t bytes, size_t *used);

/* What is behind the first of these words, argv[0], as it stands: an EL1 guest's bootargs. */
const char *options_after_first(const char *arguments);

/* ------------------------------------------------------------------ memory.c */

/* log2 of the smallest and, exclusive, the largest piece of memory. */
enum { ORDER_MIN = 12, ORDER_END = 48 };

/*
 * A window of RAM, mapped from va on, with its free pieces by size: chained through their first
 * word.
 */
struct ram_window {
	struct range ram;
	uint64_t va;
	bool boot; /* holds the hypervisor */
	uint64_t free[ORDER_END];
};

struct memory {
	unsigned count;
	struct ram_window window[HYP_RAM_WINDOWS]; /* in order of preference */
};

/*
 * The windows, not yet with any free memory, at va = pa. The boot window is the one that holds
 * `image`.
 */
void memory_open(struct memory *memory, const struct machine_info *machine, uint64_t image);

/* Gives all mapped RAM outside of the reserved ranges to the allocator. */
void memory_release(struct memory *memory, const struct range *reserved, unsigned reserved_count);

/* 2^order bytes, aligned to their size, contents unknown. NO_MEMORY where there is none. */
uint64_t memory_alloc(struct memory *memory, unsigned order);
void memory_free(struct memory *memory, uint64_t pa, unsigned order);

void *memory_at(const struct memory *memory, uint64_t pa);
uint64_t memory_pa(const struct memory *memory, const void *at);

/* The range lies in one window, where it is as contiguous as it is physically. */
bool memory_holds(const struct memory *memory, uint64_t pa, uint64_t bytes);

unsigned order_of(uint64_t bytes);

/* ------------------------------------------------------------------ space.c */

/* What entry.S loads into the registers that turn the MMU on: it knows this order. */
struct boot_space {
	uint64_t ttbr0, tcr, mair, sctlr;
	uint64_t offset; /* virtual minus physical address of the image */
};

/*
 * Builds the hypervisor's own stage 1, MMU off, with tables from behind the image, and gives each
 * RAM window its place there (memory.window[].va is what it will be; windows are cut to what the VA
 * range has room for). *tables becomes the range used for tables; *console the PL011's virtual
 * address.
 */
void space_build(struct hyp *hyp, struct boot_space *space, struct range *tables,
		 uint64_t *console);

/* ------------------------------------------------------------------ vm.c */

/* Bytes that the VM finds in its RAM: copied when the page that holds them is first touched. */
struct source {
	uint64_t ipa, bytes, pa;
};

struct vm {
	bool stage2_on;
	struct pgtable stage2;
	int leaf_level; /* of the largest leaf */
	struct range ram[BOOTINFO_WINDOWS];
	unsigned ram_count;
	struct source sources[HYP_SOURCES];
	unsigned source_count;
	uint64_t entry, x0;
};

/* Decides RAM and geometry, makes the stage 2 start tables. */
void vm_open(struct hyp *hyp);

void vm_add_source(struct hyp *hyp, uint64_t ipa, uint64_t bytes, uint64_t pa);
bool vm_has_ram(const struct vm *vm, uint64_t ipa, uint64_t bytes);

/* Gives the VM the memory around an IPA of its RAM. */
void vm_fault_in(struct hyp *hyp, uint64_t ipa);

/* Loads the registers of VM and guest context, for an entry at EL1 with the MMU off. */
void vm_load(struct hyp *hyp);

/* ------------------------------------------------------------------ guest.c */

/* Puts the guest into the VM: the proxy kernel with its program, or an EL1 image. */
void guest_load(struct hyp *hyp);

/* ------------------------------------------------------------------ trap.c */

/* What vectors.S saves; it knows this order. */
struct guest_frame {
	uint64_t x[31];
	uint64_t elr, spsr;
	uint64_t unused;
};

void trap_guest(struct hyp *hyp, struct guest_frame *frame, unsigned vector);
void trap_unexpected(struct hyp *hyp, struct guest_frame *frame, unsigned vector);

/* ------------------------------------------------------------------ abort.c */

/* A stage 2 fault of the guest: memory on demand, PL011, or an external abort for the guest. */
void abort_handle(struct hyp *hyp, struct guest_frame *frame, uint64_t esr);

/* Makes the guest take a synchronous exception at EL1. */
void inject_exception(struct guest_frame *frame, uint64_t esr, uint64_t far);

/* ------------------------------------------------------------------ main.c, entry.S, vectors.S */

struct hyp {
	struct console console;
	struct machine_info machine;
	struct options options;
	struct core_limits core;
	struct memory memory;
	struct boot_space space;
	struct range image, tables;
	uint64_t console_va;
	struct vm vm;
};

struct boot_space *boot_early(struct hyp *hyp, uint64_t dtb, uint64_t image);
_Noreturn void boot_main(struct hyp *hyp);
_Noreturn void enter_guest(const struct guest_frame *frame);

#endif
