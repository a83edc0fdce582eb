/*
 * genstencil OBJECT... >stencils.c: the stencils as data, from what gencut parted and the assembler
 * assembled. Run by the build, on the host. What refers to anything but holes and itself
 * (constants, functions) is left out: its form remains a handler.
 */
#include <elf.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATCHES_MAX = 64, CODE_MAX = 4096, ACCESSES_MAX = 65536 };

static const char *const holes[] = {
#define HOLE(name) "HOLE_" #name,
#include "hole.def"
#undef HOLE
};

struct part {
	unsigned section;
	const uint8_t *bytes;
	uint64_t start, size;
	const Elf64_Rela *relocations;
	size_t relocation_count;
};

/* What gencut's symbols say of an instruction. */
struct access {
	const char *kind;
	unsigned section;
	uint64_t start, end;
};

struct object {
	const uint8_t *bytes;
	const Elf64_Ehdr *header;
	const Elf64_Shdr *sections;
	const Elf64_Sym *symbols;
	size_t symbol_count;
	const char *names;
	struct part hot, cold; /* the sections */
	struct access *accesses;
	unsigned access_count;
};

struct output_patch {
	uint64_t offset;
	const char *kind, *hole;
	int64_t addend;
};

struct output {
	unsigned code_size, patch_count, access_count, stencil_count;
	FILE *code, *patches, *accesses, *stencils;
};

static void fail(const char *path, const char *what)
{
	fprintf(stderr, "nestwalk: %s: %s\n", path, what);
	exit(1);
}

/* ---------------------------------------------------------------- the object */

static uint8_t *read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	long size = 0;
	uint8_t *bytes;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) <= 0)
		fail(path, "cannot be read");
	rewind(file);
	bytes = malloc((size_t)size);
	if (bytes == NULL || fread(bytes, (size_t)size, 1, file) != 1)
		fail(path, "cannot be read");
	fclose(file);
	return bytes;
}

static void find_part(struct object *o, struct part *part, unsigned section)
{
	part->section = section;
	part->bytes = o->bytes + o->sections[section].sh_offset;
	for (unsigned i = 0; i < o->header->e_shnum; i++) {
		const Elf64_Shdr *s = &o->sections[i];

		if (s->sh_type == SHT_RELA && s->sh_info == section) {
			part->relocations = (const Elf64_Rela *)(o->bytes + s->sh_offset);
			part->relocation_count = s->sh_size / sizeof(Elf64_Rela);
		}
	}
}

static struct object open_object(const char *path)
{
	struct object o = {.bytes = read_file(path)};

	o.header = (const Elf64_Ehdr *)o.bytes;
	if (memcmp(o.bytes, ELFMAG, SELFMAG) != 0 || o.header->e_machine != EM_X86_64)
		fail(path, "expected an ELF object of x86-64");
	o.sections = (const Elf64_Shdr *)(o.bytes + o.header->e_shoff);

	const char *names = (const char *)o.bytes + o.sections[o.header->e_shstrndx].sh_offset;

	for (unsigned i = 0; i < o.header->e_shnum; i++) {
		const Elf64_Shdr *s = &o.sections[i];

		if (s->sh_type == SHT_SYMTAB) {
			o.symbols = (const Elf64_Sym *)(o.bytes + s->sh_offset);
			o.symbol_count = s->sh_size / sizeof(Elf64_Sym);
			o.names = (const char *)o.bytes + o.sections[s->sh_link].sh_offset;
		}
		if (strcmp(names + s->sh_name, ".hot") == 0)
			find_part(&o, &o.hot, i);
		if (strcmp(names + s->sh_name, ".cold") == 0)
			find_part(&o, &o.cold, i);
	}
	return o;
}

/* The number behind a prefix of a symbol; -1: it has another. */
static long number_of(const char *name, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(name, prefix, length) == 0 ? strtol(name + length, NULL, 10) : -1;
}

static void read_accesses(struct object *o, const char *path)
{
	static const char *const kinds[][2] = {
		{"read_", "ACCESS_READ"}, {"write_", "ACCESS_WRITE"}, {"set_", "ACCESS_SET"}};

	o->accesses = calloc(ACCESSES_MAX, sizeof(*o->accesses));
	if (o->accesses == NULL)
		fail(path, "no memory");
	for (size_t i = 0; i < o->symbol_count; i++) {
		const Elf64_Sym *symbol = &o->symbols[i];
		const char *name = o->names + symbol->st_name;
		long number = number_of(name, "done_");

		if (number >= 0 && number < ACCESSES_MAX)
			o->accesses[number].end = symbol->st_value;
		for (unsigned k = 0; k < 3; k++) {
			number = number_of(name, kinds[k][0]);
			if (number < 0 || number >= ACCESSES_MAX)
				continue;
			o->accesses[number].kind = kinds[k][1];
			o->accesses[number].section = symbol->st_shndx;
			o->accesses[number].start = symbol->st_value;
			if (number >= o->access_count)
				o->access_count = (unsigned)number + 1;
		}
	}
}

static uint64_t symbol_value(const struct object *o, const char *prefix, const char *name,
			     const char *path)
{
	char full[256];

	snprintf(full, sizeof(full), "%s%s", prefix, name);
	for (size_t i = 0; i < o->symbol_count; i++)
		if (strcmp(o->names + o->symbols[i].st_name, full) == 0)
			return o->symbols[i].st_value;
	fail(path, full);
	return 0;
}

/* ---------------------------------------------------------------- patches */

static const char *kind_of(uint32_t type)
{
	switch (type) {
	case R_X86_64_8:
		return "PATCH_8";
	case R_X86_64_32:
		return "PATCH_32";
	case R_X86_64_32S:
		return "PATCH_32S";
	case R_X86_64_64:
		return "PATCH_64";
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
		return "PATCH_RELATIVE";
	default:
		return NULL;
	}
}

static bool is_inside(const struct part *part, uint64_t offset)
{
	return offset >= part->start && offset <= part->start + part->size;
}

/* What the symbol of a relocation stands for; false: nothing that a stencil may refer to. */
static bool resolve(const struct object *o, const Elf64_Rela *r, const struct part parts[2],
		    struct output_patch *patch)
{
	const Elf64_Sym *symbol = &o->symbols[ELF64_R_SYM(r->r_info)];
	const char *name = o->names + symbol->st_name;

	patch->kind = kind_of((uint32_t)ELF64_R_TYPE(r->r_info));
	patch->addend = r->r_addend;
	if (patch->kind == NULL)
		return false;
	for (size_t i = 0; i < sizeof(holes) / sizeof(holes[0]); i++) {
		if (strcmp(holes[i], name) == 0) {
			patch->hole = holes[i];
			return true;
		}
	}
	for (unsigned i = 0; i < 2; i++) {
		uint64_t target = symbol->st_value + (uint64_t)(r->r_addend + 4);

		if (symbol->st_shndx != parts[i].section || !is_inside(&parts[i], target) ||
		    strcmp(patch->kind, "PATCH_RELATIVE") != 0)
			continue;
		patch->hole = i == 0 ? "HOLE_HOT" : "HOLE_COLD";
		patch->addend =
			(int64_t)(symbol->st_value + (uint64_t)r->r_addend - parts[i].start);
		return true;
	}
	return false;
}

/* Of the relocations in a part, whose code comes at `base`. */
static bool collect(const struct object *o, const struct part parts[2], const struct part *part,
		    uint64_t base, struct output_patch *patches, unsigned *count)
{
	for (size_t i = 0; i < part->relocation_count; i++) {
		const Elf64_Rela *r = &part->relocations[i];
		struct output_patch *patch = &patches[*count];

		if (r->r_offset < part->start || r->r_offset >= part->start + part->size)
			continue;
		if (*count == PATCHES_MAX || !resolve(o, r, parts, patch))
			return false;
		patch->offset = r->r_offset - part->start + base;
		++*count;
	}
	return true;
}

/* ---------------------------------------------------------------- output */

/* Whether the patch is in an instruction that read_accesses() found. */
static bool is_access(const struct access *accesses, unsigned count,
		      const struct output_patch *patch)
{
	for (unsigned i = 0; i < count; i++)
		if (patch->offset >= accesses[i].start && patch->offset < accesses[i].end)
			return true;
	return false;
}

/* The accesses of a stencil, in its own offsets. */
static unsigned accesses_in(const struct object *o, const struct part parts[2],
			    struct access *accesses)
{
	unsigned count = 0;

	for (unsigned k = 0; k < 2; k++) {
		uint64_t base = k == 0 ? 0 : parts[0].size;

		for (unsigned i = 0; i < o->access_count; i++) {
			const struct access *a = &o->accesses[i];

			if (a->section != parts[k].section || a->start < parts[k].start ||
			    a->start >= parts[k].start + parts[k].size || count == PATCHES_MAX)
				continue;
			accesses[count] = *a;
			accesses[count].start += base - parts[k].start;
			accesses[count++].end += base - parts[k].start;
		}
	}
	return count;
}

static void print_accesses(const struct object *o, const struct part parts[2],
			   const struct output_patch *patches, unsigned patch_count,
			   struct output *out)
{
	struct access accesses[PATCHES_MAX];
	unsigned count = accesses_in(o, parts, accesses);
	bool all = true;

	for (unsigned i = 0; i < patch_count; i++)
		if (strncmp(patches[i].hole, "HOLE_R", 6) == 0)
			all &= is_access(accesses, count, &patches[i]);
	for (unsigned i = 0; i < count; i++)
		fprintf(out->accesses, "\t{%" PRIu64 ", %" PRIu64 ", %s},\n", accesses[i].start,
			accesses[i].end, accesses[i].kind);
	fprintf(out->stencils, "%u, %u, %d},\n", count, out->access_count, all);
	out->access_count += count;
}

static void print_bytes(FILE *out, const struct part *part)
{
	for (uint64_t i = 0; i < part->size; i++)
		fprintf(out, "%u,%s", part->bytes[part->start + i], i % 32 == 31 ? "\n" : "");
	fputc('\n', out);
}

static void print_stencil(const struct object *o, const char *name, struct output *out,
			  const char *path)
{
	struct part parts[2] = {o->hot, o->cold};
	struct output_patch patches[PATCHES_MAX];
	unsigned count = 0;

	parts[0].start = symbol_value(o, "hot_", name, path);
	parts[0].size = symbol_value(o, "hotend_", name, path) - parts[0].start;
	parts[1].start = symbol_value(o, "cold_", name, path);
	parts[1].size = symbol_value(o, "coldend_", name, path) - parts[1].start;
	if (parts[0].size == 0 || parts[0].size + parts[1].size > CODE_MAX ||
	    !collect(o, parts, &parts[0], 0, patches, &count) ||
	    !collect(o, parts, &parts[1], parts[0].size, patches, &count))
		return;
	fprintf(out->stencils, "\t{fast_%s, %u, %" PRIu64 ", %" PRIu64 ", %u, %u, ", name,
		out->code_size, parts[0].size, parts[1].size, count, out->patch_count);
	for (unsigned i = 0; i < count; i++)
		fprintf(out->patches, "\t{%" PRIu64 ", %s, %s, %" PRId64 "},\n", patches[i].offset,
			patches[i].kind, patches[i].hole, patches[i].addend);
	print_bytes(out->code, &parts[0]);
	print_bytes(out->code, &parts[1]);
	print_accesses(o, parts, patches, count, out);
	printf("fast_handler fast_%s;\n", name);
	out->code_size += (unsigned)(parts[0].size + parts[1].size);
	out->patch_count += count;
	out->stencil_count++;
}

static void print_object(const char *path, struct output *out)
{
	struct object o = open_object(path);

	read_accesses(&o, path);
	for (size_t i = 0; i < o.symbol_count; i++) {
		const char *name = o.names + o.symbols[i].st_name;

		if (strncmp(name, "hot_", 4) == 0)
			print_stencil(&o, name + 4, out, path);
	}
	free(o.accesses);
	free((void *)(uintptr_t)o.bytes);
}

static void copy_out(FILE *from, const char *before, const char *after)
{
	int c;

	fputs(before, stdout);
	rewind(from);
	while ((c = fgetc(from)) != EOF)
		putchar(c);
	fputs(after, stdout);
	fclose(from);
}

int main(int argc, char **argv)
{
	struct output out = {.code = tmpfile(),
			     .patches = tmpfile(),
			     .accesses = tmpfile(),
			     .stencils = tmpfile()};

	if (out.code == NULL || out.patches == NULL || out.accesses == NULL || out.stencils == NULL)
		fail("temporary files", "cannot be made");
	printf("/* Generated by genstencil. */\n#include \"cpu/stencils.h\"\n\n");
	for (int i = 1; i < argc; i++)
		print_object(argv[i], &out);
	copy_out(out.code, "\nconst uint8_t stencil_code[] = {\n", "0};\n");
	copy_out(out.patches, "\nconst struct patch stencil_patches[] = {\n",
		 "\t{0, PATCH_8, HOLE_B0, 0}};\n");
	copy_out(out.accesses, "\nconst struct access stencil_accesses[] = {\n", "\t{0, 0, 0}};\n");
	copy_out(out.stencils, "\nconst struct stencil stencils[] = {\n",
		 "\t{0, 0, 0, 0, 0, 0, 0, 0, 0}};\n");
	printf("\nconst unsigned stencil_count = %u;\n", out.stencil_count);
	return 0;
}
