/*
 * The guest: which kind the initrd is, and where its parts go in the VM. Everything is put there as
 * sources; the bytes are copied when the VM touches their pages.
 */
#include "hyp.h"

#define IMAGE_ALIGNMENT UINT64_C(0x200000)
#define PAGE_64K        UINT64_C(0x10000)

/* Where an arm64 Image without image_size wants to be. */
#define IMAGE_OLD_OFFSET UINT64_C(0x80000)

extern const char kernel_image[], kernel_image_end[];

enum guest_kind { GUEST_PROGRAM, GUEST_EL1_ELF, GUEST_EL1_IMAGE };

/* ------------------------------------------------------------------ formats */

/* arm64 Image header. */
struct image_header {
	uint32_t code[2];
	uint64_t text_offset, image_size, flags;
	uint64_t reserved[3];
	uint32_t magic, pe;
};
#define IMAGE_MAGIC 0x644d5241u /* "ARM\x64" */

/* ELF64. */
struct elf_header {
	unsigned char ident[16];
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
enum { EM_AARCH64 = 183, PT_LOAD = 1 };

/* Copies from the initrd, which has no alignment; false outside of it. */
static bool read_guest(const struct hyp *hyp, void *to, uint64_t offset, size_t bytes)
{
	const struct range *initrd = &hyp->machine.initrd;

	if (!range_contains(&(struct range){0, initrd->bytes}, offset, bytes))
		return false;
	memcpy(to, memory_at(&hyp->memory, initrd->base + offset), bytes);
	return true;
}

static bool read_image(const struct hyp *hyp, struct image_header *image)
{
	return read_guest(hyp, image, 0, sizeof(*image)) && image->magic == IMAGE_MAGIC;
}

static bool read_elf(const struct hyp *hyp, struct elf_header *elf)
{
	/* Class 64 bits, little endian. */
	return read_guest(hyp, elf, 0, sizeof(*elf)) && memcmp(elf->ident, "\177ELF\2\1", 6) == 0 &&
	       elf->machine == EM_AARCH64 && elf->phentsize == sizeof(struct elf_segment);
}

static void read_segment(struct hyp *hyp, const struct elf_header *elf, unsigned i,
			 struct elf_segment *s)
{
	const struct range file = {0, hyp->machine.initrd.bytes};

	if (!read_guest(hyp, s, elf->phoff + i * sizeof(*s), sizeof(*s)) ||
	    (s->type == PT_LOAD && s->filesz > 0 && !range_contains(&file, s->offset, s->filesz)))
		reject(hyp, "guest: ELF segment %u lies outside of the file", i);
}

/* All that the ELF loads lies in the VM's RAM by its physical addresses. */
static bool loads_into_ram(struct hyp *hyp, const struct elf_header *elf)
{
	bool any = false;

	for (unsigned i = 0; i < elf->phnum; i++) {
		struct elf_segment s;

		read_segment(hyp, elf, i, &s);
		if (s.type != PT_LOAD || s.memsz == 0)
			continue;
		if (!vm_has_ram(&hyp->vm, s.paddr, s.memsz))
			return false;
		any = true;
	}
	return any;
}

static enum guest_kind guest_kind(struct hyp *hyp, struct elf_header *elf,
				  struct image_header *image)
{
	const struct options *o = &hyp->options;

	if (hyp->machine.initrd.bytes == 0)
		reject(hyp, "there is no guest: neither an initrd nor the option replay");
	if (!memory_holds(&hyp->memory, hyp->machine.initrd.base, hyp->machine.initrd.bytes))
		reject(hyp, "the initrd at 0x%lx lies outside of the RAM that el2=%s maps",
		       hyp->machine.initrd.base, o->el2_word);
	if (read_elf(hyp, elf)) {
		bool el1 = o->el_given ? o->el == 1 : loads_into_ram(hyp, elf);

		if (el1 && !loads_into_ram(hyp, elf))
			reject(hyp,
			       "guest: el=1 needs an ELF whose segments all lie in the VM's RAM");
		return el1 ? GUEST_EL1_ELF : GUEST_PROGRAM;
	}
	if (!read_image(hyp, image))
		reject(hyp, "guest: neither an AArch64 ELF nor an arm64 Image");
	if (o->el_given && o->el == 0)
		reject(hyp, "guest: el=0 needs an AArch64 ELF, this is an arm64 Image");
	return GUEST_EL1_IMAGE;
}

/* ------------------------------------------------------------------ placing */

static uint64_t image_place(const struct hyp *hyp)
{
	return align_up(hyp->vm.ram[0].base, IMAGE_ALIGNMENT);
}

/*
 * A range at the top of the first window, below `below`; not into what lies from `floor` on
 * upwards.
 */
static uint64_t place_at_top(struct hyp *hyp, uint64_t below, uint64_t bytes, uint64_t floor)
{
	const struct range *ram = &hyp->vm.ram[0];
	uint64_t at = below - align_up(bytes, PAGE_64K);

	if (bytes > ram->bytes || at < floor || at >= below || !range_contains(ram, at, bytes))
		reject(hyp,
		       "the VM's first RAM window, 0x%lx bytes at 0x%lx, has no room for the guest",
		       ram->bytes, ram->base);
	return at;
}

/* Memory of the hypervisor's for a block that the VM gets to see, contents unknown. */
static uint64_t alloc_block(struct hyp *hyp, void **at)
{
	uint64_t pa = memory_alloc(&hyp->memory, order_of(PAGE_64K));

	if (pa == NO_MEMORY)
		panic(hyp, "out of memory for the VM's boot block");
	*at = memory_at(&hyp->memory, pa);
	return pa;
}

/* ------------------------------------------------------------ the proxy kernel and its program */

static void fill_bootinfo(struct hyp *hyp, struct bootinfo *b)
{
	const struct vm *vm = &hyp->vm;
	size_t words;

	memset(b, 0, sizeof(*b));
	b->magic = BOOTINFO_MAGIC;
	b->flags =
		(hyp->options.replay ? BOOTINFO_REPLAY : 0) | (vm->stage2_on ? BOOTINFO_ZEROED : 0);
	b->s1 = hyp->options.s1;
	b->block_bytes = hyp->options.block_bytes;
	b->seed = hyp->options.seed;
	if (!vm->stage2_on || (PL011_ADDRESS >> vm->stage2.geometry.ia_bits == 0 &&
			       !vm_has_ram(vm, PL011_ADDRESS, 1)))
		b->console = PL011_ADDRESS;
	b->ram_count = vm->ram_count;
	for (unsigned i = 0; i < vm->ram_count; i++)
		b->ram[i] = (struct bootinfo_range){vm->ram[i].base, vm->ram[i].bytes};
	b->argv_offset = sizeof(*b);
	b->argc = options_arguments(hyp->options.arguments, (char *)(b + 1), PAGE_64K - sizeof(*b),
				    &words);
	if (words > PAGE_64K - sizeof(*b))
		reject(hyp, "the program's arguments are longer than %lu bytes",
		       PAGE_64K - sizeof(*b));
	b->bytes = (uint32_t)(sizeof(*b) + words);
}

static void load_program(struct hyp *hyp)
{
	const struct image_header *header = (const void *)kernel_image;
	struct vm *vm = &hyp->vm;
	const struct range *program = &hyp->machine.initrd;
	uint64_t at = image_place(hyp), end = at + header->image_size;
	uint64_t program_bytes = hyp->options.replay ? 0 : program->bytes;
	uint64_t top = align_down(vm->ram[0].base + vm->ram[0].bytes, PAGE_64K);
	uint64_t program_at = program_bytes > 0 ? place_at_top(hyp, top, program_bytes, end) : top;
	uint64_t block_at = place_at_top(hyp, program_at, PAGE_64K, end), block_pa;
	struct bootinfo *b;
	void *block;

	if (kernel_image_end - kernel_image < (ptrdiff_t)sizeof(*header) ||
	    header->magic != IMAGE_MAGIC)
		reject(hyp,
		       "this hypervisor was built without a proxy kernel: it runs EL1 guests only");
	block_pa = alloc_block(hyp, &block);
	b = block;
	fill_bootinfo(hyp, b);
	b->kernel = (struct bootinfo_range){at, header->image_size};
	b->program = (struct bootinfo_range){program_at, program_bytes};
	vm_add_source(hyp, at, (uint64_t)(kernel_image_end - kernel_image),
		      memory_pa(&hyp->memory, kernel_image));
	vm_add_source(hyp, program_at, program_bytes, program->base);
	vm_add_source(hyp, block_at, b->bytes, block_pa);
	vm->entry = at;
	vm->x0 = block_at;
}

/* ------------------------------------------------------------------ EL1 guests */

/* A DTB at the top of the first window, above whatever the guest loads. */
static uint64_t add_dtb(struct hyp *hyp, uint64_t floor)
{
	const struct vm *vm = &hyp->vm;
	uint64_t at = place_at_top(hyp, align_down(vm->ram[0].base + vm->ram[0].bytes, PAGE_64K),
				   PAGE_64K, floor);
	void *block;
	uint64_t pa = alloc_block(hyp, &block);
	size_t bytes = fdt_write(block, PAGE_64K, vm->ram, vm->ram_count,
				 options_after_first(hyp->options.arguments));

	if (bytes == 0)
		reject(hyp, "the guest's arguments are too long for its DTB");
	vm_add_source(hyp, at, bytes, pa);
	return at;
}

static void load_image(struct hyp *hyp, const struct image_header *image)
{
	struct vm *vm = &hyp->vm;
	uint64_t bytes = image->image_size > hyp->machine.initrd.bytes ? image->image_size
								       : hyp->machine.initrd.bytes;
	uint64_t at =
		image_place(hyp) + (image->image_size > 0 ? image->text_offset : IMAGE_OLD_OFFSET);

	if (!range_contains(&vm->ram[0], at, bytes))
		reject(hyp, "guest: the Image has no room in the VM's first RAM window");
	vm_add_source(hyp, at, hyp->machine.initrd.bytes, hyp->machine.initrd.base);
	vm->entry = at;
	vm->x0 = add_dtb(hyp, at + bytes);
}

static void load_elf(struct hyp *hyp, const struct elf_header *elf)
{
	struct vm *vm = &hyp->vm;
	uint64_t end = 0;

	vm->entry = elf->entry;
	for (unsigned i = 0; i < elf->phnum; i++) {
		struct elf_segment s;

		read_segment(hyp, elf, i, &s);
		if (s.type != PT_LOAD || s.memsz == 0)
			continue;
		vm_add_source(hyp, s.paddr, s.filesz, hyp->machine.initrd.base + s.offset);
		if (range_contains(&vm->ram[0], s.paddr, s.memsz) && s.paddr + s.memsz > end)
			end = s.paddr + s.memsz;
		/* The MMU is off at entry: the entry's physical address counts. */
		if (elf->entry >= s.vaddr && elf->entry - s.vaddr < s.memsz)
			vm->entry = elf->entry - s.vaddr + s.paddr;
	}
	vm->x0 = add_dtb(hyp, end);
}

void guest_load(struct hyp *hyp)
{
	struct elf_header elf;
	struct image_header image;

	if (hyp->options.replay) {
		load_program(hyp);
		return;
	}
	switch (guest_kind(hyp, &elf, &image)) {
	case GUEST_PROGRAM:
		load_program(hyp);
		break;
	case GUEST_EL1_ELF:
		load_elf(hyp, &elf);
		break;
	case GUEST_EL1_IMAGE:
		load_image(hyp, &image);
		break;
	}
}
