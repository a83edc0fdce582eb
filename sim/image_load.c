/* Puts a checked image into RAM. */
#include "image.h"

#include <inttypes.h>
#include <string.h>

#define LINUX_ALIGNMENT  (UINT64_C(2) << 20)
#define BOOTLOADER_BYTES UINT64_C(0x1000) /* QEMU keeps its own first instructions below this */

static bool segment_in(const struct image_segment *segment, const struct sim_window *windows,
		       unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint64_t offset = segment->paddr - windows[i].base;

		if (offset < windows[i].size && segment->memory_size <= windows[i].size - offset)
			return true;
	}
	return false;
}

bool image_lies_in(const struct image *image, const struct sim_window *windows, unsigned count)
{
	if (image->format != IMAGE_ELF)
		return false;
	for (unsigned i = 0; i < image->segment_count; i++) {
		if (!segment_in(&image->segment[i], windows, count))
			return false;
	}
	return true;
}

static bool elf_load(const struct image *image, const char *name, struct machine *machine,
		     uint64_t *entry, uint64_t *end)
{
	const struct ram_window *first = &machine->window[0];

	*end = first->base;
	for (unsigned i = 0; i < image->segment_count; i++) {
		const struct image_segment *s = &image->segment[i];
		uint8_t *to = machine_ram(machine, s->paddr, s->memory_size);

		if (!to) {
			diag("%s: PT_LOAD at 0x%" PRIx64 " (0x%" PRIx64
			     " bytes) lies outside of RAM",
			     name, s->paddr, s->memory_size);
			return false;
		}
		/* The rest of the segment is zero already: RAM is fresh, and may be larger than the
		 * host's. */
		memcpy(to, image->bytes + s->file_offset, s->file_size);
		if (s->paddr - first->base < first->size && s->paddr + s->memory_size > *end)
			*end = s->paddr + s->memory_size;
	}
	*entry = image->entry_paddr;
	return true;
}

static bool linux_load(const struct image *image, const char *name, struct machine *machine,
		       uint64_t *entry, uint64_t *end)
{
	const struct ram_window *first = &machine->window[0];
	uint64_t offset = image->text_offset;

	if (offset < BOOTLOADER_BYTES)
		offset += LINUX_ALIGNMENT;
	if (offset > first->size || image->image_size > first->size - offset) {
		diag("%s: Image of 0x%" PRIx64 " bytes at offset 0x%" PRIx64
		     " does not fit the first RAM window of 0x%" PRIx64 " bytes",
		     name, image->image_size, offset, first->size);
		return false;
	}
	memcpy(first->host + offset, image->bytes, image->size);
	*entry = first->base + offset;
	*end = *entry + image->image_size;
	return true;
}

bool image_load(const struct image *image, const char *name, struct machine *machine,
		uint64_t *entry, uint64_t *end)
{
	if (image->format == IMAGE_ELF)
		return elf_load(image, name, machine, entry, end);
	return linux_load(image, name, machine, entry, end);
}
