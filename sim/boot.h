/* What is put into RAM before the first instruction, and where: the layout of QEMU's `virt` for
 * -kernel, -initrd, -append. */
#ifndef SIM_BOOT_H
#define SIM_BOOT_H

#include "image.h"

enum guest_kind { GUEST_EL0, GUEST_EL1, GUEST_BARE, GUEST_REPLAY };

struct boot {
	enum guest_kind kind;
	struct image guest;  /* no bytes: replay */
	unsigned el;         /* the core starts in */
	uint64_t entry, dtb; /* physical; X0 is dtb */
	uint64_t end;        /* of all that was put into the first window */
	char *bootargs;      /* /chosen/bootargs, owned; NULL: none */
};

/* Reads the guest of config and decides its kind. False after a diag(). boot_free releases it in
 * any case. */
bool boot_read(struct boot *boot, const struct sim_config *config);

/* Fills what config leaves to the guest's kind: RAM, --undef, --files, --semihosting, missing
 * bases. */
void boot_defaults(const struct boot *boot, struct sim_config *config);

/* Puts hypervisor or bare image, initrd and device tree into the machine's RAM. False after a
 * diag(). */
bool boot_load(struct boot *boot, const struct sim_config *config, struct machine *machine);

void boot_free(struct boot *boot);

/* /chosen/bootargs for the hypervisor: the words of its options, then the program's arguments.
 * NULL: no memory. */
char *bootargs_make(const struct sim_config *config, enum guest_kind kind);

#endif
