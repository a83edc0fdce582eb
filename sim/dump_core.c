/*
 * ELF cores of physical memory as QEMU's dump-guest-memory writes them: PT_LOAD segments by
 * p_paddr, with headers in the byte order of EL1 (SCTLR_EL1.EE), which says nothing of the
 * memory's. The notes hold general-purpose registers only (NT_PRSTATUS, NT_PRFPREG), nothing that a
 * translation reads. Where p_filesz is less than p_memsz the rest was left out of the dump, and
 * nothing answers there.
 */
#include "dump.h"

#include <gelf.h>
#include <inttypes.h>

struct core {
	const char *path;
	const struct dump_file *file;
	Elf *elf;
	GElf_Ehdr header;
};

static bool check_header(struct core *core)
{
	const GElf_Ehdr *header = &core->header;

	if (elf_kind(core->elf) != ELF_K_ELF || !gelf_getehdr(core->elf, &core->header)) {
		diag("%s: no ELF header in 0x%zx bytes, expected an ELF core", core->path,
		     core->file->size);
		return false;
	}
	if (gelf_getclass(core->elf) != ELFCLASS64 || header->e_machine != EM_AARCH64) {
		diag("%s: %u-bit ELF for machine %u, expected 64-bit AArch64 (%u)", core->path,
		     gelf_getclass(core->elf) == ELFCLASS64 ? 64 : 32, header->e_machine,
		     EM_AARCH64);
		return false;
	}
	if (header->e_type != ET_CORE) {
		diag("%s: ELF of type %u, expected a core (%u)", core->path, header->e_type,
		     ET_CORE);
		return false;
	}
	return true;
}

/* How many program headers there are; from 65535 on section header 0 says it. */
static bool header_count(const struct core *core, uint64_t *count)
{
	const GElf_Ehdr *header = &core->header;
	GElf_Shdr section;
	Elf_Scn *first;

	*count = header->e_phnum;
	if (header->e_phnum != PN_XNUM)
		return true;
	first = elf_getscn(core->elf, 0);
	if (!first || !gelf_getshdr(first, &section)) {
		diag("%s: truncated: the section header at offset 0x%" PRIx64
		     " is to say how many segments there are, the file has 0x%zx bytes",
		     core->path, header->e_shoff, core->file->size);
		return false;
	}
	*count = section.sh_info;
	return true;
}

/* libelf silently hands out fewer headers where the file ends among them. */
static bool check_table(const struct core *core, uint64_t *count)
{
	const GElf_Ehdr *header = &core->header;
	uint64_t size = core->file->size;
	size_t known = 0;

	if (!header_count(core, count))
		return false;
	if (*count && header->e_phentsize != sizeof(Elf64_Phdr)) {
		diag("%s: program headers of %u bytes, expected %zu", core->path,
		     header->e_phentsize, sizeof(Elf64_Phdr));
		return false;
	}
	if (header->e_phoff > size || *count * sizeof(Elf64_Phdr) > size - header->e_phoff ||
	    elf_getphdrnum(core->elf, &known) || known != *count) {
		diag("%s: truncated: %" PRIu64 " program headers at offset 0x%" PRIx64
		     ", the file has 0x%" PRIx64 " bytes",
		     core->path, *count, header->e_phoff, size);
		return false;
	}
	return true;
}

static bool add_segment(struct dump *dump, const struct core *core, const GElf_Phdr *ph)
{
	uint64_t size = core->file->size;

	if (ph->p_type != PT_LOAD || ph->p_filesz == 0)
		return true;
	if (ph->p_filesz > ph->p_memsz || ph->p_filesz > UINT64_MAX - ph->p_paddr) {
		diag("%s: PT_LOAD at PA 0x%" PRIx64 " has sizes that can't be (file 0x%" PRIx64
		     ", memory 0x%" PRIx64 ")",
		     core->path, ph->p_paddr, ph->p_filesz, ph->p_memsz);
		return false;
	}
	if (ph->p_offset > size || ph->p_filesz > size - ph->p_offset) {
		diag("%s: truncated: PT_LOAD of PA 0x%" PRIx64 " has 0x%" PRIx64
		     " bytes at offset 0x%" PRIx64 ", the file ends at 0x%" PRIx64,
		     core->path, ph->p_paddr, ph->p_filesz, ph->p_offset, size);
		return false;
	}
	return dump_add_piece(dump, (struct dump_piece){ph->p_paddr, ph->p_filesz,
							core->file->bytes + ph->p_offset});
}

static bool add_segments(struct dump *dump, const struct core *core)
{
	size_t before = dump->piece_count;
	uint64_t count;

	if (!check_table(core, &count))
		return false;
	for (uint64_t i = 0; i < count; i++) {
		GElf_Phdr ph;

		if (i > INT32_MAX || !gelf_getphdr(core->elf, (int)i, &ph)) {
			diag("%s: truncated: program header %" PRIu64 " of %" PRIu64, core->path, i,
			     count);
			return false;
		}
		if (!add_segment(dump, core, &ph))
			return false;
	}
	if (dump->piece_count > before)
		return true;
	diag("%s: no memory in it, expected at least one PT_LOAD with bytes", core->path);
	return false;
}

bool dump_add_core(struct dump *dump, const char *path)
{
	struct core core = {.path = path, .file = dump_map(dump, path)};
	bool ok;

	if (!core.file)
		return false;
	/* libelf reads its magic alone without a look at the length. */
	if (core.file->size >= EI_NIDENT && elf_version(EV_CURRENT) != EV_NONE)
		core.elf = elf_memory((char *)core.file->bytes, core.file->size);
	ok = core.elf ? check_header(&core) && add_segments(dump, &core) : false;
	if (!core.elf)
		diag("%s: truncated ELF header, the file has 0x%zx bytes", path, core.file->size);
	elf_end(core.elf);
	return ok;
}
