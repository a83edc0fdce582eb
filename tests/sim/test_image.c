/* Check suite sim/image: good and bad ELF files and Linux Images, made here byte by byte, and where
 * they are put. */
#include "sim/image.h"

#include <check.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CODE_OFFSET 0x1000
#define CODE_BYTES  0x100

/* An ELF with two program headers, which each row bends. */
struct sample {
	Elf64_Ehdr header;
	Elf64_Phdr ph[2];
	size_t size; /* of the file */
};

static struct sample good_sample(void)
{
	struct sample s = {
		.header =
			{
				.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB,
					    EV_CURRENT},
				.e_type = ET_EXEC,
				.e_machine = EM_AARCH64,
				.e_version = EV_CURRENT,
				.e_entry = 0x400010,
				.e_phoff = sizeof(Elf64_Ehdr),
				.e_ehsize = sizeof(Elf64_Ehdr),
				.e_phentsize = sizeof(Elf64_Phdr),
				.e_phnum = 2,
			},
		.size = CODE_OFFSET + CODE_BYTES,
	};

	s.ph[0] = (Elf64_Phdr){.p_type = PT_LOAD,
			       .p_flags = PF_R | PF_X,
			       .p_offset = CODE_OFFSET,
			       .p_vaddr = 0x400000,
			       .p_paddr = 0x40080000,
			       .p_filesz = CODE_BYTES,
			       .p_memsz = CODE_BYTES};
	s.ph[1] = (Elf64_Phdr){.p_type = PT_LOAD,
			       .p_flags = PF_R | PF_W,
			       .p_offset = CODE_OFFSET,
			       .p_vaddr = 0x410000,
			       .p_paddr = 0x40090000,
			       .p_filesz = 0x10,
			       .p_memsz = 0x2000};
	return s;
}

static uint8_t *bytes_of(const struct sample *s)
{
	uint8_t *bytes = calloc(1, CODE_OFFSET + CODE_BYTES);

	memcpy(bytes, &s->header, sizeof(s->header));
	memcpy(bytes + sizeof(s->header), s->ph, sizeof(s->ph));
	for (unsigned i = 0; i < CODE_BYTES; i++)
		bytes[CODE_OFFSET + i] = (uint8_t)(i + 1);
	return bytes;
}

static bool parse(struct image *image, const struct sample *s)
{
	uint8_t *bytes = bytes_of(s);
	bool ok = image_parse(image, "sample", bytes, s->size);

	free(bytes);
	return ok;
}

static void bend_none(struct sample *s)
{
	(void)s;
}
static void bend_dyn(struct sample *s)
{
	s->header.e_type = ET_DYN;
}
static void bend_empty_load(struct sample *s)
{
	s->ph[1].p_filesz = s->ph[1].p_memsz = 0;
}
static void bend_bss_only(struct sample *s)
{
	s->ph[1].p_filesz = 0;
	s->ph[1].p_offset = UINT64_MAX;
}
static void bend_machine(struct sample *s)
{
	s->header.e_machine = EM_X86_64;
}
static void bend_class(struct sample *s)
{
	s->header.e_ident[EI_CLASS] = ELFCLASS32;
}
static void bend_endian(struct sample *s)
{
	s->header.e_ident[EI_DATA] = ELFDATA2MSB;
}
static void bend_bad_class(struct sample *s)
{
	s->header.e_ident[EI_CLASS] = 7;
}
static void bend_relocatable(struct sample *s)
{
	s->header.e_type = ET_REL;
}
static void bend_core(struct sample *s)
{
	s->header.e_type = ET_CORE;
}
static void bend_interp(struct sample *s)
{
	s->ph[1].p_type = PT_INTERP;
}
static void bend_no_load(struct sample *s)
{
	s->ph[0].p_type = s->ph[1].p_type = PT_NOTE;
}
static void bend_cut_segment(struct sample *s)
{
	s->size -= 1;
}
static void bend_cut_headers(struct sample *s)
{
	s->size = sizeof(Elf64_Ehdr) + 10;
}
static void bend_cut_header(struct sample *s)
{
	s->size = 40;
}
static void bend_cut_ident(struct sample *s)
{
	s->size = 6;
}
static void bend_file_over_memory(struct sample *s)
{
	s->ph[0].p_memsz = CODE_BYTES - 1;
}
static void bend_offset_wraps(struct sample *s)
{
	s->ph[0].p_offset = UINT64_MAX - 0x10;
}
static void bend_size_wraps(struct sample *s)
{
	s->ph[0].p_filesz = s->ph[0].p_memsz = UINT64_MAX;
}
static void bend_vaddr_wraps(struct sample *s)
{
	s->ph[0].p_vaddr = UINT64_MAX - 0x10;
}
static void bend_paddr_wraps(struct sample *s)
{
	s->ph[1].p_paddr = UINT64_MAX - 0x1000;
}
static void bend_phoff(struct sample *s)
{
	s->header.e_phoff = UINT64_MAX - 0x10;
}
static void bend_phnum(struct sample *s)
{
	s->header.e_phnum = 0xfffe;
}

static const struct row {
	const char *name;
	void (*bend)(struct sample *);
	bool good;
} rows[] = {
	{"static executable", bend_none, true},
	{"static-pie", bend_dyn, true},
	{"an empty PT_LOAD is passed over", bend_empty_load, true},
	{"BSS alone needs no place in the file", bend_bss_only, true},
	{"foreign machine", bend_machine, false},
	{"32-bit class", bend_class, false},
	{"big-endian", bend_endian, false},
	{"unknown class", bend_bad_class, false},
	{"relocatable", bend_relocatable, false},
	{"core file", bend_core, false},
	{"PT_INTERP", bend_interp, false},
	{"no PT_LOAD", bend_no_load, false},
	{"truncated segment", bend_cut_segment, false},
	{"truncated program headers", bend_cut_headers, false},
	{"truncated header", bend_cut_header, false},
	{"truncated ident", bend_cut_ident, false},
	{"file size above memory size", bend_file_over_memory, false},
	{"offset wraps around", bend_offset_wraps, false},
	{"size wraps around", bend_size_wraps, false},
	{"virtual address wraps around", bend_vaddr_wraps, false},
	{"physical address wraps around", bend_paddr_wraps, false},
	{"program headers outside of the file", bend_phoff, false},
	{"more program headers than the file holds", bend_phnum, false},
};

START_TEST(elf_is_accepted_or_refused)
{
	struct sample s = good_sample();
	struct image image;
	bool good;

	rows[_i].bend(&s);
	good = parse(&image, &s);
	ck_assert_msg(good == rows[_i].good, "%s", rows[_i].name);
	if (good)
		image_free(&image);
	else
		ck_assert_msg(!image.bytes, "%s leaves bytes", rows[_i].name);
}
END_TEST

/* Every prefix and every single changed byte of the headers: an answer, and no access outside
 * (sanitizers watch). */
START_TEST(damaged_elf_never_reads_outside)
{
	struct sample s = good_sample();
	uint8_t *bytes = bytes_of(&s);
	struct image image;

	ck_assert(freopen("/dev/null", "w", stderr));
	for (size_t size = 0; size < s.size; size += size < 300 ? 1 : 97) {
		uint8_t *copy = malloc(size ? size : 1); /* its own block: an overrun is seen */

		memcpy(copy, bytes, size);
		ck_assert(!image_parse(&image, "cut", copy, size));
		free(copy);
	}
	for (size_t at = 4; at < sizeof(s.header) + sizeof(s.ph); at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			bytes[at] ^= (uint8_t)(1u << bit);
			if (image_parse(&image, "flipped", bytes, s.size))
				image_free(&image);
			bytes[at] ^= (uint8_t)(1u << bit);
		}
	}
	free(bytes);
}
END_TEST

static struct machine machine_with(uint64_t base, uint64_t size)
{
	struct sim_windows ram = {.count = 1};
	struct machine machine;

	ram.at[0] = (struct sim_window){true, true, base, size};
	ck_assert(machine_init(&machine, &ram, stdout));
	return machine;
}

START_TEST(elf_goes_to_physical_addresses_and_starts_there)
{
	struct machine machine = machine_with(0x40000000, 0x200000);
	struct sample s = good_sample();
	uint64_t entry, end;
	struct image image;

	ck_assert(parse(&image, &s));
	ck_assert(image_load(&image, "sample", &machine, &entry, &end));
	ck_assert_uint_eq(entry, 0x40080010); /* e_entry - p_vaddr + p_paddr */
	ck_assert_uint_eq(end, 0x40092000);
	ck_assert_uint_eq(*machine_ram(&machine, 0x40080000, 1), 1);
	ck_assert_uint_eq(*machine_ram(&machine, 0x4009000f, 1), 16);
	ck_assert_uint_eq(*machine_ram(&machine, 0x40090010, 1), 0);
	image_free(&image);
	machine_free(&machine);
}
END_TEST

START_TEST(elf_outside_of_ram_is_refused)
{
	struct machine machine =
		machine_with(0x40000000, 0x91000); /* ends inside the second PT_LOAD */
	struct sample s = good_sample();
	uint64_t entry, end;
	struct image image;

	ck_assert(parse(&image, &s));
	ck_assert(!image_load(&image, "sample", &machine, &entry, &end));
	image_free(&image);
	machine_free(&machine);
}
END_TEST

START_TEST(kind_follows_from_physical_addresses)
{
	struct sim_window all = {true, true, 0x40000000, 0x10000000};
	struct sim_window two[] = {{true, true, 0x40080000, 0x1000},
				   {true, true, 0x40090000, 0x2000}};
	struct sim_window part[] = {{true, true, 0x40080000, 0x1000},
				    {true, true, 0x40090000, 0x1fff}};
	struct sample s = good_sample();
	struct image image;

	ck_assert(parse(&image, &s));
	ck_assert(image_lies_in(&image, &all, 1));
	ck_assert(image_lies_in(&image, two, 2));
	ck_assert(!image_lies_in(&image, part, 2));
	ck_assert(!image_lies_in(&image, two, 1));
	image_free(&image);
}
END_TEST

static void put64(uint8_t *bytes, uint64_t value)
{
	memcpy(bytes, &value, sizeof(value));
}

/* The 64-byte header of an arm64 Image and as many bytes as file_size says. */
static uint8_t *linux_bytes(size_t file_size, uint64_t text_offset, uint64_t image_size,
			    uint64_t flags)
{
	uint8_t *bytes = calloc(1, file_size);

	put64(bytes + 8, text_offset);
	put64(bytes + 16, image_size);
	put64(bytes + 24, flags);
	memcpy(bytes + 56, "ARM\x64", 4);
	return bytes;
}

static const struct linux_row {
	const char *name;
	uint64_t text_offset, image_size, flags;
	bool parsed, loaded;
	uint64_t entry, end;
} linux_rows[] = {
	{"offset 0 goes 2 MB up", 0, 0x3000, 0, true, true, 0x40200000, 0x40203000},
	{"offset below 4 KB goes 2 MB up", 0xfff, 0x3000, 0, true, true, 0x40200fff, 0x40203fff},
	{"offset is kept", 0x80000, 0x3000, 0, true, true, 0x40080000, 0x40083000},
	{"no image size: an old kernel at 512 KB", 0, 0, 0, true, true, 0x40080000, 0x40081000},
	{"image size below the file's", 0x80000, 0x10, 0, true, true, 0x40080000, 0x40081000},
	{"big-endian", 0, 0x3000, 1, false, false, 0, 0},
	{"larger than RAM", 0, 0x10000000, 0, true, false, 0, 0},
	{"size that wraps around", 0, UINT64_MAX, 0, true, false, 0, 0},
	{"offset that wraps around", UINT64_MAX - 0x10, 0x3000, 0, true, false, 0, 0},
};

START_TEST(linux_image_is_put_where_qemu_puts_it)
{
	const struct linux_row *row = &linux_rows[_i];
	uint8_t *bytes = linux_bytes(0x1000, row->text_offset, row->image_size, row->flags);
	struct machine machine = machine_with(0x40000000, 0x1000000);
	uint64_t entry = 0, end = 0;
	struct image image;
	bool parsed = image_parse(&image, row->name, bytes, 0x1000), loaded;

	ck_assert_msg(parsed == row->parsed, "%s", row->name);
	loaded = parsed && image_load(&image, row->name, &machine, &entry, &end);
	ck_assert_msg(loaded == row->loaded, "%s", row->name);
	if (loaded) {
		ck_assert_uint_eq(entry, row->entry);
		ck_assert_uint_eq(end, row->end);
	}
	if (parsed)
		image_free(&image);
	free(bytes);
	machine_free(&machine);
}
END_TEST

START_TEST(what_is_no_image_is_refused)
{
	static const uint8_t text[] =
		"#!/bin/sh\necho this is a text and not an image, long enough for a header\n";
	struct image image;

	ck_assert(!image_parse(&image, "empty", text, 0));
	ck_assert(!image_parse(&image, "text", text, sizeof(text)));
	ck_assert(!image_parse(&image, "short",
			       (const uint8_t *)"\x7f"
						"ELF",
			       4));
	ck_assert(!image_read(&image, "/nonexistent/image"));
	ck_assert(!image_read(&image, "/"));
	ck_assert(!image_read(&image, "/dev/zero"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sim/image");
	TCase *tcase = tcase_create("image");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, elf_is_accepted_or_refused, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tcase, damaged_elf_never_reads_outside);
	tcase_add_test(tcase, elf_goes_to_physical_addresses_and_starts_there);
	tcase_add_test(tcase, elf_outside_of_ram_is_refused);
	tcase_add_test(tcase, kind_follows_from_physical_addresses);
	tcase_add_loop_test(tcase, linux_image_is_put_where_qemu_puts_it, 0,
			    sizeof(linux_rows) / sizeof(linux_rows[0]));
	tcase_add_test(tcase, what_is_no_image_is_refused);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
