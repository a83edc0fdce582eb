/* Guest images: a file read whole, recognised as an AArch64 ELF or an arm64 Linux Image, checked
 * and laid out. */
#ifndef SIM_IMAGE_H
#define SIM_IMAGE_H

#include "machine.h"

enum image_format { IMAGE_ELF, IMAGE_LINUX };

#define IMAGE_SEGMENTS 64

struct image_segment {
	uint64_t vaddr, paddr, file_offset, file_size, memory_size;
	bool execute;
};

struct image {
	enum image_format format;
	uint8_t *bytes; /* the file, owned */
	size_t size;
	/* IMAGE_ELF */
	uint64_t entry;         /* virtual */
	uint64_t entry_paddr;   /* entry moved from its segment's virtual to its physical address */
	unsigned segment_count; /* of PT_LOAD that are not empty */
	struct image_segment segment[IMAGE_SEGMENTS];
	/* IMAGE_LINUX */
	uint64_t text_offset, image_size;
};

/* Reads and checks the file. False after a diag() that names it. */
bool image_read(struct image *image, const char *path);
/* The same for bytes in memory, which are copied; name is used in messages. */
bool image_parse(struct image *image, const char *name, const uint8_t *bytes, size_t size);
void image_free(struct image *image);

/* A whole file in memory, for initrd and device tree files. NULL after a diag(). */
uint8_t *file_read(const char *path, size_t *size);

/* An ELF whose PT_LOAD physical addresses all lie in one of the windows. */
bool image_lies_in(const struct image *image, const struct sim_window *windows, unsigned count);

/*
 * Puts the image into RAM as QEMU's `virt` does: ELF segments at their physical addresses; a Linux
 * Image at the base of the first window + text_offset, 2 MB further if that is below 4 KB. *entry
 * is where to start, *end the first byte above it (in the first window). False after a diag().
 */
bool image_load(const struct image *image, const char *name, struct machine *machine,
		uint64_t *entry, uint64_t *end);

#endif
