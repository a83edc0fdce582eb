/* The device tree that a booted image finds in X0: QEMU virt's, as far as the machine has it. */
#ifndef SIM_FDT_H
#define SIM_FDT_H

#include "machine.h"

struct fdt_boot {
	const char *bootargs;              /* NULL: none */
	uint64_t initrd_start, initrd_end; /* equal: no initrd */
};

/* A flattened device tree, to be freed by the caller; *size is its length. NULL after a diag(). */
void *fdt_make(const struct machine *machine, const struct fdt_boot *boot, size_t *size);

#endif
