/*
 * The machine around the core: RAM in sparse windows, the PL011 console, and the bus that finds them. Its addresses are
 * those of QEMU's `virt` board; where nothing answers, an access is a synchronous external abort.
 */
#ifndef SIM_MACHINE_H
#define SIM_MACHINE_H

#include "sim.h"

#define MACHINE_RAM_BASE UINT64_C(0x40000000)
#define MACHINE_PL011_BASE UINT64_C(0x09000000)
#define MACHINE_PA_BITS 52

struct ram_window {
	uint64_t base, size;
	uint8_t *host;  /* size bytes, backed by the host as they are touched */
	uint8_t *flags; /* a byte for each 4 KiB page, the core's */
};

struct pl011 {
	FILE *out;
	uint32_t ibrd, fbrd, lcr_h, cr, ifls, imsc;
};

struct machine {
	unsigned window_count;
	struct ram_window window[SIM_WINDOWS]; /* in the order they were asked for: the first holds what is booted */
	struct pl011 pl011;
};

/* RAM at windows (sizes and bases multiples of 4 KiB, no overlap, checked); the console writes to out. */
bool machine_init(struct machine *machine, const struct sim_windows *ram, FILE *out);
void machine_free(struct machine *machine);

/* The bus that a core on this machine uses. */
struct cpu_bus machine_bus(struct machine *machine);

/* The size bytes of RAM at pa, or NULL where not all of them are RAM of one window. */
uint8_t *machine_ram(const struct machine *machine, uint64_t pa, uint64_t size);

uint64_t machine_ram_size(const struct machine *machine);

/* Registers of the PL011, offset below 0x1000. */
uint64_t pl011_read(const struct pl011 *pl011, unsigned offset);
void pl011_write(struct pl011 *pl011, unsigned offset, uint64_t value);

#endif
