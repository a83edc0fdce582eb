/* The guest's kind, the defaults that follow from it, and the layout in RAM. */
#include "boot.h"
#include "fdt.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MB   (UINT64_C(1) << 20)
#define GB   (UINT64_C(1) << 30)
#define PAGE UINT64_C(0x1000)

/* QEMU's `virt`: the initrd halfway into RAM, at 128 MB at most; the device tree behind it on a 2
 * MB boundary. */
#define INITRD_OFFSET_MAX (128 * MB)
#define DTB_ALIGNMENT     (2 * MB)

extern const uint8_t hyp_image[], hyp_image_end[];

static uint64_t align_up(uint64_t value, uint64_t alignment)
{
	return (value + alignment - 1) & ~(alignment - 1);
}

static void fill_bases(struct sim_windows *windows)
{
	for (unsigned i = 0; i < windows->count; i++) {
		if (!windows->at[i].base_given)
			windows->at[i].base = MACHINE_RAM_BASE;
		windows->at[i].base_given = true;
	}
}

/* ------------------------------------------------------------------ the guest's kind */

static uint64_t ram_bytes(const struct sim_config *config, uint64_t otherwise)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < config->ram.count; i++)
		sum += config->ram.at[i].size;
	return config->ram.count ? sum : otherwise;
}

/* The VM's RAM: as given, else what the hypervisor chooses, the largest power of two up to half of
 * all RAM. */
static struct sim_windows vm_ram(const struct sim_config *config)
{
	struct sim_windows windows = config->vm_ram;
	uint64_t size = PAGE, half = ram_bytes(config, 512 * MB) / 2;
	unsigned ipa_bits = config->s2.off ? 48 : config->s2.size_bits;
	uint64_t space = (UINT64_C(1) << ipa_bits) - MACHINE_RAM_BASE;

	fill_bases(&windows);
	if (windows.count)
		return windows;
	while (size * 2 <= half && size * 2 <= space)
		size *= 2;
	windows.count = 1;
	windows.at[0] = (struct sim_window){.base = MACHINE_RAM_BASE, .size = size};
	return windows;
}

static enum guest_kind guest_kind(const struct image *guest, const struct sim_config *config)
{
	struct sim_windows windows = vm_ram(config);

	if (config->bare)
		return GUEST_BARE;
	if (config->el_given)
		return config->el ? GUEST_EL1 : GUEST_EL0;
	if (guest->format == IMAGE_LINUX || image_lies_in(guest, windows.at, windows.count))
		return GUEST_EL1;
	return GUEST_EL0;
}

/* The program's virtual addresses lie in the TTBR0 half, which is all its own. */
static bool fits_el0(const struct image *guest, const struct sim_config *config)
{
	unsigned bits = config->s1.size_bits;
	uint64_t page = UINT64_C(1) << config->s1.granule_bits, end = 0;

	if (guest->format == IMAGE_LINUX) {
		diag("%s: Linux Image, expected --el 1 or an ELF for EL0", config->image);
		return false;
	}
	for (unsigned i = 0; i < guest->segment_count; i++) {
		const struct image_segment *s = &guest->segment[i];

		if ((s->vaddr + s->memory_size - 1) >> bits) {
			diag("%s: PT_LOAD at 0x%" PRIx64 " (0x%" PRIx64
			     " bytes) lies outside of the %u-bit address space of --s1",
			     config->image, s->vaddr, s->memory_size, bits);
			return false;
		}
		/* Two segments may share a page. */
		if (end > (s->vaddr & -page) + page) {
			diag("%s: PT_LOAD at 0x%" PRIx64
			     " overlaps or lies below an earlier one, expected ascending addresses",
			     config->image, s->vaddr);
			return false;
		}
		end = align_up(s->vaddr + s->memory_size, page);
	}
	return true;
}

static bool fits_el1(const struct image *guest, const struct sim_config *config)
{
	struct sim_windows windows = vm_ram(config);

	if (guest->format == IMAGE_LINUX || image_lies_in(guest, windows.at, windows.count))
		return true;
	diag("%s: PT_LOAD lies outside of the VM's RAM (0x%" PRIx64 " bytes at 0x%" PRIx64 ")",
	     config->image, windows.at[0].size, windows.at[0].base);
	return false;
}

static bool options_fit(const struct sim_config *config)
{
	if (config->bare) {
		if (!config->el_given || config->el)
			return true;
		diag("--el 0: a --bare image starts at EL1 or EL2");
		return false;
	}
	if (config->el_given && config->el > 1) {
		diag("--el %u: a guest of the hypervisor runs at EL0 or EL1, expected --bare",
		     config->el);
		return false;
	}
	if (config->initrd || config->append || config->dtb) {
		diag("--%s: only a --bare image has one", config->initrd   ? "initrd"
							  : config->append ? "append"
									   : "dtb");
		return false;
	}
	return true;
}

bool boot_read(struct boot *boot, const struct sim_config *config)
{
	memset(boot, 0, sizeof(*boot));
	boot->el = 2;
	boot->kind = GUEST_REPLAY;
	if (config->command != COMMAND_RUN)
		return true;
	if (!options_fit(config) || !image_read(&boot->guest, config->image))
		return false;
	boot->kind = guest_kind(&boot->guest, config);
	if (boot->kind == GUEST_BARE && config->el_given)
		boot->el = config->el;
	if (boot->kind == GUEST_EL0)
		return fits_el0(&boot->guest, config);
	return boot->kind != GUEST_EL1 || fits_el1(&boot->guest, config);
}

void boot_defaults(const struct boot *boot, struct sim_config *config)
{
	bool program = boot->kind == GUEST_EL0 || boot->kind == GUEST_REPLAY;
	bool linux_image = boot->guest.bytes && boot->guest.format == IMAGE_LINUX;

	if (!config->ram.count) {
		config->ram.count = 1;
		config->ram.at[0].size = program ? 4 * GB : 512 * MB;
	}
	fill_bases(&config->ram);
	fill_bases(&config->vm_ram);
	if (config->undef == UNDEF_BY_GUEST_KIND)
		config->undef = boot->kind == GUEST_BARE || linux_image ? UNDEF_GUEST : UNDEF_STOP;
	if (config->files == FILES_BY_GUEST_KIND)
		config->files = boot->kind == GUEST_EL0 ? FILES_HOST : FILES_NONE;
	if (config->semihosting == SWITCH_DEFAULT)
		config->semihosting = SWITCH_ON;
	if (boot->el == 1)
		nw_switch(&config->features, FEAT_EL2, false);
}

/* ------------------------------------------------------------------ the layout */

static bool put(struct machine *machine, const char *name, const void *bytes, uint64_t size,
		uint64_t at)
{
	uint8_t *to = machine_ram(machine, at, size);

	if (!to) {
		diag("%s: 0x%" PRIx64 " bytes at 0x%" PRIx64 " do not fit the first RAM window, "
		     "expected a larger --ram",
		     name, size, at);
		return false;
	}
	memcpy(to, bytes, size);
	return true;
}

/* The hypervisor's initrd is the guest, a bare image's is a file. */
static bool put_initrd(struct boot *boot, const struct sim_config *config, struct machine *machine,
		       struct fdt_boot *chosen)
{
	const struct ram_window *first = &machine->window[0];
	uint64_t offset = first->size / 2 < INITRD_OFFSET_MAX ? first->size / 2 : INITRD_OFFSET_MAX;
	uint64_t at = first->base + offset;
	const char *name = config->image;
	uint8_t *bytes = boot->guest.bytes, *file = NULL;
	size_t size = boot->guest.size;
	bool ok;

	if (boot->kind == GUEST_REPLAY || (boot->kind == GUEST_BARE && !config->initrd))
		return true;
	if (boot->kind == GUEST_BARE) {
		name = config->initrd;
		bytes = file = file_read(name, &size);
		if (!file)
			return false;
	}
	at = align_up(at > boot->end ? at : boot->end, PAGE);
	ok = put(machine, name, bytes, size, at);
	free(file);
	chosen->initrd_start = at;
	chosen->initrd_end = boot->end = at + size;
	return ok;
}

static bool put_dtb(struct boot *boot, const struct sim_config *config, struct machine *machine,
		    const struct fdt_boot *chosen)
{
	size_t size = 0;
	void *fdt = config->dtb ? file_read(config->dtb, &size) : fdt_make(machine, chosen, &size);
	bool ok;

	if (!fdt)
		return false;
	boot->dtb = align_up(boot->end, DTB_ALIGNMENT);
	ok = put(machine, config->dtb ? config->dtb : "device tree", fdt, size, boot->dtb);
	boot->end = boot->dtb + size;
	free(fdt);
	return ok;
}

/* The base of RAM is where bare-metal programs look for a device tree that nobody told them of. */
static bool dtb_at_base(const struct boot *boot, const struct machine *machine)
{
	const struct image *guest = &boot->guest;
	uint64_t base = machine->window[0].base;

	if (boot->kind != GUEST_BARE || guest->format != IMAGE_ELF)
		return false;
	for (unsigned i = 0; i < guest->segment_count; i++) {
		const struct image_segment *s = &guest->segment[i];

		if (s->paddr < base + DTB_ALIGNMENT && s->paddr + s->memory_size > base)
			return false;
	}
	return true;
}

static bool load_image(struct boot *boot, const struct sim_config *config, struct machine *machine)
{
	struct image hypervisor;
	bool ok;

	if (boot->kind == GUEST_BARE)
		return image_load(&boot->guest, config->image, machine, &boot->entry, &boot->end);
	ok = image_parse(&hypervisor, "hypervisor", hyp_image,
			 (size_t)(hyp_image_end - hyp_image)) &&
	     image_load(&hypervisor, "hypervisor", machine, &boot->entry, &boot->end);
	image_free(&hypervisor);
	return ok;
}

bool boot_load(struct boot *boot, const struct sim_config *config, struct machine *machine)
{
	struct fdt_boot chosen = {.bootargs = config->append};
	uint64_t end;

	if (boot->kind != GUEST_BARE) {
		boot->bootargs = bootargs_make(config, boot->kind);
		chosen.bootargs = boot->bootargs;
	}
	if (!load_image(boot, config, machine) || !put_initrd(boot, config, machine, &chosen))
		return false;
	if (!dtb_at_base(boot, machine))
		return put_dtb(boot, config, machine, &chosen);
	end = boot->end;
	boot->end = machine->window[0].base;
	if (!put_dtb(boot, config, machine, &chosen))
		return false;
	boot->end = end > boot->end ? end : boot->end;
	return true;
}

void boot_free(struct boot *boot)
{
	image_free(&boot->guest);
	free(boot->bootargs);
	boot->bootargs = NULL;
}
