/*
 * The hypervisor's two halves: before its MMU is on, and after, up to the guest's first
 * instruction.
 */
#include "hyp.h"
#include "../arm64.h"

#include "../../mmu/vmsa.h"

/* hyp.lds reserves this much. */
_Static_assert(sizeof(struct hyp) <= 0x4000, "struct hyp has outgrown its place in hyp.lds");

extern const char _data_start[], _data_end[], _image_end[];

/* Addresses are physical. What entry.S needs to turn the MMU on comes back. */
struct boot_space *boot_early(struct hyp *hyp, uint64_t dtb, uint64_t image)
{
	const char *why;

	hyp->image = (struct range){image, (uint64_t)_image_end - image};
	console_open(&hyp->console, PL011_ADDRESS);
	if (read_sysreg(CurrentEL) != 2 << 2)
		reject(hyp, "entered at EL%lu, EL2 is needed (qemu: -M virt,virtualization=on)",
		       read_sysreg(CurrentEL) >> 2);
	write_sysreg(hcr_el2, FIELD_PUT(HCR_EL2_RW, 1)); /* above all, E2H = 0 */
	isb();
	why = fdt_read(&hyp->machine, (const void *)dtb);
	if (why != NULL)
		reject(hyp, "%s", why);
	options_read(&hyp->options, hyp, hyp->machine.bootargs);
	hyp->core = core_limits(read_sysreg(id_aa64mmfr0_el1), read_sysreg(id_aa64mmfr2_el1));
	memory_open(&hyp->memory, &hyp->machine, image);
	space_build(hyp, &hyp->space, &hyp->tables, &hyp->console_va);
	/* Caches were off for these stores; nothing older shall come out of them. */
	dcache_invalidate(_data_start, (size_t)(_data_end - _data_start));
	dcache_invalidate((const void *)hyp->tables.base, hyp->tables.bytes);
	return &hyp->space;
}

/* Where options point into the DTB, by physical address, they move with the DTB. */
static const char *moved(const struct hyp *hyp, const char *at)
{
	return range_contains(&hyp->machine.dtb, (uint64_t)at, 1)
		       ? memory_at(&hyp->memory, (uint64_t)at)
		       : "";
}

void boot_main(struct hyp *hyp)
{
	_Alignas(16) struct guest_frame frame = {.spsr = 0x3c5}; /* EL1h, DAIF masked */
	struct range reserved[] = {hyp->image, hyp->tables, hyp->machine.dtb, hyp->machine.initrd};

	console_open(&hyp->console, hyp->console_va);
	hyp->options.arguments = moved(hyp, hyp->options.arguments);
	if (hyp->options.arguments == NULL)
		reject(hyp, "the DTB lies outside of the RAM that el2=%s maps",
		       hyp->options.el2_word);
	memory_release(&hyp->memory, reserved, sizeof(reserved) / sizeof(reserved[0]));
	vm_open(hyp);
	guest_load(hyp);
	vm_load(hyp);
	frame.x[0] = hyp->vm.x0;
	frame.elr = hyp->vm.entry;
	enter_guest(&frame);
}
