/*
 * The program's ELF file: checked, made into areas, and read page by page as the program touches
 * them.
 */
#include "kernel.h"

enum {
	ET_EXEC = 2,
	ET_DYN = 3,
	EM_AARCH64 = 183,
	PT_LOAD = 1,
	PT_INTERP = 3,
	PF_X = 1,
	PF_W = 2,
	PF_R = 4,
	SEGMENTS_MAX = 64,
};

struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

static struct elf_header header_of(const struct program *p)
{
	struct elf_header h;

	memcpy(&h, p->file, sizeof(h));
	return h;
}

static struct elf_segment segment_of(const struct program *p, const struct elf_header *h,
				     unsigned i)
{
	struct elf_segment s;

	memcpy(&s, p->file + h->phoff + i * sizeof(s), sizeof(s));
	return s;
}

static const char *check_header(const struct program *p, const struct elf_header *h)
{
	static const uint8_t ident[7] = {0x7f, 'E', 'L', 'F', 2 /* 64-bit */, 1 /* little-endian */,
					 1};

	if (memcmp(h->ident, ident, sizeof(ident)) != 0)
		return "is no 64-bit little-endian ELF file";
	if (h->machine != EM_AARCH64)
		return "is an ELF file for another machine, AArch64 was expected";
	if (h->type != ET_EXEC && h->type != ET_DYN)
		return "is an ELF file of the wrong type, an executable was expected";
	if (h->phentsize != sizeof(struct elf_segment) || h->phnum == 0 || h->phnum > SEGMENTS_MAX)
		return "has a damaged ELF header";
	if (h->phoff > p->bytes || p->bytes - h->phoff < h->phnum * sizeof(struct elf_segment))
		return "is cut before the end of its program headers";
	return NULL;
}

static const char *check_segment(const struct kernel *k, const struct elf_segment *s)
{
	const struct program *p = &k->program;
	uint64_t start = s->vaddr + p->load_bias;

	if (s->type == PT_INTERP)
		return "asks for an interpreter (PT_INTERP), a static program was expected";
	if (s->type != PT_LOAD)
		return NULL;
	if (s->filesz > s->memsz)
		return "has a segment that is larger in the file than in memory";
	/*
	 * The linker gives a segment without bytes in the file an offset that may lie behind its
	 * end.
	 */
	if (s->filesz > 0 && (s->offset > p->bytes || s->filesz > p->bytes - s->offset))
		return "is cut inside a segment";
	if (start < s->vaddr || start >= k->mm.mmap_end || s->memsz > k->mm.mmap_end - start)
		return "has a segment outside the VA range of stage 1";
	return NULL;
}

static uint8_t prot_of(const struct elf_segment *s)
{
	return (uint8_t)((s->flags & PF_R ? PROT_READ : 0) | (s->flags & PF_W ? PROT_WRITE : 0) |
			 (s->flags & PF_X ? PROT_EXEC : 0));
}

/*
 * A page that two segments share gets the rights of both. *end is the end of what has been mapped
 * so far.
 */
static const char *map_segment(struct kernel *k, const struct elf_segment *s, uint64_t *end)
{
	uint64_t granule = geometry_granule_bytes(&k->geometry);
	struct area area = {
		.start = align_down(s->vaddr + k->program.load_bias, granule),
		.end = align_up(s->vaddr + k->program.load_bias + s->memsz, granule),
		.prot = prot_of(s),
		.kind = AREA_PROGRAM,
	};

	if (s->memsz == 0)
		return NULL;
	if (!areas_reserve(k))
		return "is too large for the VM's RAM";
	if (area.start < *end) {
		areas_split(&k->mm, area.start);
		struct area *shared = area_at(&k->mm, area.start);
		if (shared == NULL || shared->end != *end || *end - area.start > granule)
			return "has segments that overlap or are out of order";
		shared->prot |= area.prot;
		area.start = *end;
	}
	if (area.start < area.end) {
		areas_insert(&k->mm, &area);
		*end = area.end;
	}
	return NULL;
}

static const char *map_segments(struct kernel *k, const struct elf_header *h)
{
	struct program *p = &k->program;
	uint64_t end = 0;
	const char *why;

	for (unsigned i = 0; i < h->phnum; i++) {
		struct elf_segment s = segment_of(p, h, i);

		why = check_segment(k, &s);
		if (why == NULL && s.type == PT_LOAD)
			why = map_segment(k, &s, &end);
		if (why != NULL)
			return why;
		if (s.type == PT_LOAD && h->phoff >= s.offset && h->phoff - s.offset < s.filesz)
			p->headers = s.vaddr + p->load_bias + (h->phoff - s.offset);
	}
	if (end == 0)
		return "has nothing to be loaded";
	k->mm.brk_start = k->mm.brk = end;
	return NULL;
}

const char *program_load(struct kernel *k)
{
	struct program *p = &k->program;
	struct elf_header h;
	const char *why;

	p->bytes = k->boot->program.bytes;
	p->file = ram_at(k, k->boot->program.base, p->bytes);
	if (p->file == NULL || p->bytes < sizeof(h))
		return "is cut inside its ELF header";
	h = header_of(p);
	why = check_header(p, &h);
	if (why != NULL)
		return why;
	if (h.type == ET_DYN)
		p->load_bias = k->mm.end / 8;
	p->entry = h.entry + p->load_bias;
	p->header_count = h.phnum;
	return map_segments(k, &h);
}

bool program_fill(const struct program *p, uint64_t va, uint8_t *where, uint64_t bytes)
{
	struct elf_header h = header_of(p);
	bool any = false;

	for (unsigned i = 0; i < h.phnum; i++) {
		struct elf_segment s = segment_of(p, &h, i);
		uint64_t start = s.vaddr + p->load_bias, end = start + s.filesz;
		uint64_t from = start > va ? start : va, to = end < va + bytes ? end : va + bytes;

		if (s.type != PT_LOAD || from >= to)
			continue;
		memcpy(where + (from - va), p->file + s.offset + (from - start), to - from);
		any = true;
	}
	return any;
}
