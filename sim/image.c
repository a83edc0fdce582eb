/* Reads images: the file, libelf's view of it, every check that does not depend on where it will
 * run. */
#include "image.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_LIMIT (UINT64_C(1) << 32)

/* The header of an arm64 Image ("Booting AArch64 Linux", section 4), little-endian. */
enum {
	LINUX_HEADER_BYTES = 64,
	LINUX_TEXT_OFFSET = 8,
	LINUX_IMAGE_SIZE = 16,
	LINUX_FLAGS = 24,
	LINUX_MAGIC = 56,
};
#define LINUX_TEXT_OFFSET_OLD UINT64_C(0x80000) /* where image_size is 0: before Linux 3.17 */

static uint64_t little_endian64(const uint8_t *bytes)
{
	uint64_t value = 0;

	for (unsigned i = 8; i-- > 0;)
		value = value << 8 | bytes[i];
	return value;
}

static uint8_t *read_all(int fd, size_t size)
{
	uint8_t *bytes = malloc(size ? size : 1);
	size_t done = 0;

	while (bytes && done < size) {
		ssize_t got = read(fd, bytes + done, size - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			free(bytes);
			return NULL;
		}
		done += (size_t)got;
	}
	return bytes;
}

uint8_t *file_read(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	uint8_t *bytes = NULL;
	struct stat status;

	if (fd < 0) {
		diag("%s: %s, expected a readable file", path, strerror(errno));
		return NULL;
	}
	if (fstat(fd, &status) || !S_ISREG(status.st_mode) ||
	    (uint64_t)status.st_size > FILE_LIMIT) {
		diag("%s: not a regular file of at most 4 GB", path);
	} else {
		*size = (size_t)status.st_size;
		bytes = read_all(fd, *size);
		if (!bytes)
			diag("%s: could not be read whole (%zu bytes)", path, *size);
	}
	close(fd);
	return bytes;
}

static bool linux_parse(struct image *image, const char *name)
{
	if (little_endian64(image->bytes + LINUX_FLAGS) & 1) {
		diag("%s: big-endian Linux Image, expected a little-endian one", name);
		return false;
	}
	image->format = IMAGE_LINUX;
	image->text_offset = little_endian64(image->bytes + LINUX_TEXT_OFFSET);
	image->image_size = little_endian64(image->bytes + LINUX_IMAGE_SIZE);
	if (!image->image_size)
		image->text_offset = LINUX_TEXT_OFFSET_OLD;
	if (image->image_size < image->size)
		image->image_size = image->size;
	return true;
}

static bool elf_header(const char *name, Elf *elf, GElf_Ehdr *header)
{
	const char *ident = elf_getident(elf, NULL);

	if (!ident || !gelf_getehdr(elf, header)) {
		diag("%s: truncated ELF header", name);
		return false;
	}
	if (ident[EI_CLASS] != ELFCLASS64 || ident[EI_DATA] != ELFDATA2LSB) {
		diag("%s: %s-bit %s-endian ELF, expected 64-bit little-endian", name,
		     ident[EI_CLASS] == ELFCLASS32 ? "32" : "64",
		     ident[EI_DATA] == ELFDATA2MSB ? "big" : "little");
		return false;
	}
	if (header->e_machine != EM_AARCH64) {
		diag("%s: ELF for machine %u, expected AArch64 (%u)", name, header->e_machine,
		     EM_AARCH64);
		return false;
	}
	if (header->e_type != ET_EXEC && header->e_type != ET_DYN) {
		diag("%s: ELF of type %u, expected an executable (2) or static-pie (3)", name,
		     header->e_type);
		return false;
	}
	return true;
}

static bool add_segment(struct image *image, const char *name, const GElf_Phdr *ph)
{
	if (ph->p_filesz > ph->p_memsz || ph->p_memsz > UINT64_MAX - ph->p_vaddr ||
	    ph->p_memsz > UINT64_MAX - ph->p_paddr) {
		diag("%s: PT_LOAD at 0x%" PRIx64 " has sizes that cannot be (file 0x%" PRIx64
		     ", memory 0x%" PRIx64 ")",
		     name, ph->p_vaddr, ph->p_filesz, ph->p_memsz);
		return false;
	}
	if (ph->p_filesz &&
	    (ph->p_offset > image->size || ph->p_filesz > image->size - ph->p_offset)) {
		diag("%s: truncated: PT_LOAD at file offset 0x%" PRIx64 " needs 0x%" PRIx64
		     " bytes, the file has 0x%zx",
		     name, ph->p_offset, ph->p_filesz, image->size);
		return false;
	}
	if (!ph->p_memsz)
		return true;
	if (image->segment_count == IMAGE_SEGMENTS) {
		diag("%s: more than %d PT_LOAD segments", name, IMAGE_SEGMENTS);
		return false;
	}
	image->segment[image->segment_count++] = (struct image_segment){
		.vaddr = ph->p_vaddr,
		.paddr = ph->p_paddr,
		.file_offset =
			ph->p_filesz ? ph->p_offset : 0, /* BSS alone: no place in the file */
		.file_size = ph->p_filesz,
		.memory_size = ph->p_memsz,
		.execute = ph->p_flags & PF_X,
	};
	return true;
}

/* e_entry is a virtual address; what starts with the MMU off needs the physical one. */
static uint64_t physical_entry(const struct image *image)
{
	for (unsigned i = 0; i < image->segment_count; i++) {
		const struct image_segment *s = &image->segment[i];

		if (s->execute && image->entry - s->vaddr < s->memory_size)
			return image->entry - s->vaddr + s->paddr;
	}
	return image->entry;
}

static bool elf_segments(struct image *image, const char *name, Elf *elf, const GElf_Ehdr *header)
{
	uint64_t bytes = (uint64_t)header->e_phnum * sizeof(Elf64_Phdr);
	size_t count = 0;

	if (header->e_phnum && header->e_phentsize != sizeof(Elf64_Phdr)) {
		diag("%s: ELF program headers of %u bytes, expected %zu", name, header->e_phentsize,
		     sizeof(Elf64_Phdr));
		return false;
	}
	/* libelf silently hands out fewer headers where the file ends among them. */
	if (header->e_phoff > image->size || bytes > image->size - header->e_phoff ||
	    elf_getphdrnum(elf, &count) || count != header->e_phnum) {
		diag("%s: truncated ELF program headers", name);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr ph;

		if (i > INT32_MAX || !gelf_getphdr(elf, (int)i, &ph)) {
			diag("%s: truncated ELF program header %zu of %zu", name, i, count);
			return false;
		}
		if (ph.p_type == PT_INTERP) {
			diag("%s: dynamically linked (PT_INTERP), expected a static executable",
			     name);
			return false;
		}
		if (ph.p_type == PT_LOAD && !add_segment(image, name, &ph))
			return false;
	}
	if (!image->segment_count) {
		diag("%s: nothing to load, expected at least one PT_LOAD", name);
		return false;
	}
	return true;
}

static bool elf_parse(struct image *image, const char *name)
{
	GElf_Ehdr header;
	Elf *elf = NULL;
	bool ok = false;

	/* libelf reads its magic alone without a look at the length. */
	if (image->size >= EI_NIDENT && elf_version(EV_CURRENT) != EV_NONE)
		elf = elf_memory((char *)image->bytes, image->size);
	if (!elf) {
		diag("%s: truncated ELF header", name);
		return false;
	}
	image->format = IMAGE_ELF;
	if (elf_header(name, elf, &header) && elf_segments(image, name, elf, &header)) {
		image->entry = header.e_entry;
		image->entry_paddr = physical_entry(image);
		ok = true;
	}
	elf_end(elf);
	return ok;
}

/* Takes image->bytes and image->size, and frees them where they are no image. */
static bool parse(struct image *image, const char *name)
{
	bool ok = false;

	if (image->size >= 4 && !memcmp(image->bytes, ELFMAG, SELFMAG))
		ok = elf_parse(image, name);
	else if (image->size >= LINUX_HEADER_BYTES &&
		 !memcmp(image->bytes + LINUX_MAGIC, "ARM\x64", 4))
		ok = linux_parse(image, name);
	else
		diag("%s: neither ELF nor arm64 Linux Image", name);
	if (!ok)
		image_free(image);
	return ok;
}

bool image_read(struct image *image, const char *path)
{
	memset(image, 0, sizeof(*image));
	image->bytes = file_read(path, &image->size);
	return image->bytes && parse(image, path);
}

bool image_parse(struct image *image, const char *name, const uint8_t *bytes, size_t size)
{
	memset(image, 0, sizeof(*image));
	image->bytes = malloc(size ? size : 1);
	image->size = size;
	if (!image->bytes) {
		diag("%s: no memory for %zu bytes", name, size);
		return false;
	}
	memcpy(image->bytes, bytes, size);
	return parse(image, name);
}

void image_free(struct image *image)
{
	free(image->bytes);
	image->bytes = NULL;
}
