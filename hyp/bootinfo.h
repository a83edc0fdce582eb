/*
 * The boot-info block: what the hypervisor tells the proxy kernel, which it enters at EL1 with X0 =
 * the block's IPA.
 *
 * The kernel is an arm64 Image (64-byte header whose image_size covers BSS and stack), position
 * independent, loaded at the lowest 2 MiB boundary of the first RAM window and entered at its first
 * byte with the MMU off. Block and program lie at the top of the first window. Everything in the
 * RAM windows outside kernel, block and program is free.
 */
#ifndef HYP_BOOTINFO_H
#define HYP_BOOTINFO_H

#include "geometry.h"

#define BOOTINFO_MAGIC   UINT64_C(0x4f464e494b4c574e) /* "NWLKINFO" */
#define BOOTINFO_WINDOWS 16

enum bootinfo_flags {
	BOOTINFO_REPLAY = 1 << 0, /* no program: to EL0 at VA 0, every EL0 page mapped on demand */
	BOOTINFO_ZEROED =
		1
		<< 1, /* RAM outside kernel, block and program reads as zero until it is written */
};

struct bootinfo_range {
	uint64_t base, bytes; /* IPA */
};

struct bootinfo {
	uint64_t magic;
	uint32_t bytes; /* of the whole block with the words behind this structure */
	uint32_t flags;
	struct geometry_request s1;
	uint64_t block_bytes; /* largest leaf of the EL0 half; 0: page */
	uint64_t seed;        /* of random numbers */
	uint64_t console;     /* IPA of the PL011; 0: none can be reached */
	struct bootinfo_range kernel;
	struct bootinfo_range program; /* the guest's ELF file; bytes is 0 for replay */
	uint32_t ram_count;
	uint32_t argc;
	uint32_t argv_offset; /* from the block's start: argc words, each ends with a NUL byte */
	uint32_t reserved;
	struct bootinfo_range ram[BOOTINFO_WINDOWS];
};

#endif
