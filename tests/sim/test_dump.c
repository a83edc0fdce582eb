/* sim/dump, sim/dump_core: memory from raw files and from ELF cores of both byte orders, made here
 * byte by byte. */
#include "sim/dump.h"

#include "caught.h"

#include <elf.h>
#include <endian.h>
#include <stdlib.h>

#define DATA_OFFSET 0x200
#define DATA_BYTES  0x100

/* ------------------------------------------------------------------ files */

struct file {
	char path[32];
};

static struct file file_of(const void *bytes, size_t size)
{
	struct file file = {"/tmp/nestwalk-dump-XXXXXX"};
	int fd = mkstemp(file.path);

	ck_assert(fd >= 0);
	ck_assert(write(fd, bytes, size) == (ssize_t)size);
	close(fd);
	return file;
}

/* A core with a note and one segment, which each row bends. All numbers are the host's until it is
 * written. */
struct sample {
	bool big;
	Elf64_Ehdr header;
	Elf64_Phdr ph[2];
	Elf64_Shdr section; /* behind the program headers, where QEMU puts it */
	size_t size;
};

static struct sample good_sample(bool big)
{
	struct sample s = {.big = big, .size = DATA_OFFSET + DATA_BYTES};

	memcpy(s.header.e_ident, ELFMAG, SELFMAG);
	s.header.e_ident[EI_CLASS] = ELFCLASS64;
	s.header.e_ident[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB;
	s.header.e_ident[EI_VERSION] = EV_CURRENT;
	s.header.e_type = ET_CORE;
	s.header.e_machine = EM_AARCH64;
	s.header.e_phoff = sizeof(Elf64_Ehdr);
	s.header.e_phentsize = sizeof(Elf64_Phdr);
	s.header.e_phnum = 2;
	s.ph[0] = (Elf64_Phdr){.p_type = PT_NOTE, .p_offset = 0x180, .p_filesz = 0x80};
	s.ph[1] = (Elf64_Phdr){.p_type = PT_LOAD,
			       .p_offset = DATA_OFFSET,
			       .p_paddr = 0x40000000,
			       .p_filesz = DATA_BYTES,
			       .p_memsz = DATA_BYTES};
	return s;
}

static uint16_t order16(bool big, uint16_t value)
{
	return big ? htobe16(value) : htole16(value);
}

static uint32_t order32(bool big, uint32_t value)
{
	return big ? htobe32(value) : htole32(value);
}

static uint64_t order64(bool big, uint64_t value)
{
	return big ? htobe64(value) : htole64(value);
}

/* Headers in the core's byte order, then data whose byte at i is i. */
static uint8_t *bytes_of(const struct sample *s)
{
	uint8_t *bytes = calloc(1, DATA_OFFSET + DATA_BYTES);
	Elf64_Ehdr h = s->header;
	Elf64_Shdr section = {.sh_info = order32(s->big, s->section.sh_info)};

	h.e_type = order16(s->big, h.e_type);
	h.e_machine = order16(s->big, h.e_machine);
	h.e_phoff = order64(s->big, h.e_phoff);
	h.e_shoff = order64(s->big, h.e_shoff);
	h.e_phentsize = order16(s->big, h.e_phentsize);
	h.e_phnum = order16(s->big, h.e_phnum);
	h.e_shnum = order16(s->big, h.e_shnum);
	h.e_shentsize = order16(s->big, h.e_shentsize);
	memcpy(bytes, &h, sizeof(h));
	for (unsigned i = 0; i < 2; i++) {
		Elf64_Phdr ph = {
			.p_type = order32(s->big, s->ph[i].p_type),
			.p_offset = order64(s->big, s->ph[i].p_offset),
			.p_paddr = order64(s->big, s->ph[i].p_paddr),
			.p_filesz = order64(s->big, s->ph[i].p_filesz),
			.p_memsz = order64(s->big, s->ph[i].p_memsz),
		};

		memcpy(bytes + sizeof(h) + i * sizeof(ph), &ph, sizeof(ph));
	}
	memcpy(bytes + sizeof(h) + sizeof(s->ph), &section, sizeof(section));
	for (unsigned i = 0; i < DATA_BYTES; i++)
		bytes[DATA_OFFSET + i] = (uint8_t)i;
	return bytes;
}

static bool add_core(struct dump *dump, const struct sample *s, char *text, size_t size)
{
	uint8_t *bytes = bytes_of(s);
	struct file file = file_of(bytes, s->size);
	struct caught caught = catch_begin();
	bool ok = dump_add_core(dump, file.path);

	catch_end(caught, text, size);
	unlink(file.path);
	free(bytes);
	return ok;
}

static struct nw_port_read read_at(const struct dump *dump, uint64_t pa)
{
	struct nw_port port = dump_port(dump);

	return port.read(port.ctx, (pa_t){pa});
}

/* ------------------------------------------------------------------ cores */

static void bend_none(struct sample *s)
{
	(void)s;
}

static void bend_32_bit(struct sample *s)
{
	s->header.e_ident[EI_CLASS] = ELFCLASS32;
}

static void bend_magic(struct sample *s)
{
	s->header.e_ident[0] = 'K'; /* as dump-guest-memory -z begins */
}

static void bend_machine(struct sample *s)
{
	s->header.e_machine = EM_X86_64;
}

static void bend_type(struct sample *s)
{
	s->header.e_type = ET_EXEC;
}

static void bend_header_size(struct sample *s)
{
	s->header.e_phentsize = 32;
}

static void bend_headers_beyond(struct sample *s)
{
	s->header.e_phoff = s->size - sizeof(Elf64_Phdr);
}

static void bend_headers_far_beyond(struct sample *s)
{
	s->header.e_phoff = UINT64_MAX - 8;
}

static void bend_no_load(struct sample *s)
{
	s->ph[1].p_type = PT_NOTE;
}

static void bend_left_out(struct sample *s)
{
	s->ph[1].p_filesz = 0; /* as QEMU writes what its filter leaves out */
	s->ph[1].p_offset = UINT64_MAX;
}

static void bend_more_in_file(struct sample *s)
{
	s->ph[1].p_memsz = DATA_BYTES - 1;
}

static void bend_end_of_memory(struct sample *s)
{
	s->ph[1].p_paddr = UINT64_MAX - 8;
}

static void bend_segment_cut(struct sample *s)
{
	s->size--;
}

static void bend_segment_beyond(struct sample *s)
{
	s->ph[1].p_offset = UINT64_MAX - 8;
}

static void bend_many(struct sample *s)
{
	s->header.e_phnum = PN_XNUM;
	s->header.e_shoff = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr);
	s->header.e_shnum = 1;
	s->header.e_shentsize = sizeof(Elf64_Shdr);
	s->section.sh_info = 2;
}

static void bend_too_many(struct sample *s)
{
	bend_many(s);
	s->section.sh_info = 70000;
}

static void bend_many_without_section(struct sample *s)
{
	s->header.e_phnum = PN_XNUM;
}

static const struct core_row {
	const char *name;
	void (*bend)(struct sample *s);
	const char *says; /* NULL: accepted */
} cores[] = {
	{"good", bend_none, NULL},
	{"32-bit", bend_32_bit, "32-bit ELF for machine"},
	{"compressed dump", bend_magic, "expected an ELF core"},
	{"x86-64", bend_machine, "64-bit ELF for machine 62, expected 64-bit AArch64 (183)"},
	{"executable", bend_type, "ELF of type 2, expected a core (4)"},
	{"program headers of 32 bytes", bend_header_size, "headers of 32 bytes, expected 56"},
	{"program headers beyond the file", bend_headers_beyond,
	 "truncated: 2 program headers at offset 0x2c8, the file has 0x300 bytes"},
	{"program headers far beyond", bend_headers_far_beyond, "truncated: 2 program headers"},
	{"no PT_LOAD", bend_no_load, "no memory in it"},
	{"all left out", bend_left_out, "no memory in it"},
	{"more in the file than in memory", bend_more_in_file, "sizes that can't be"},
	{"beyond 2^64", bend_end_of_memory, "sizes that can't be"},
	{"segment cut", bend_segment_cut,
	 "truncated: PT_LOAD of PA 0x40000000 has 0x100 bytes at offset 0x200, the file ends at "
	 "0x2ff"},
	{"segment beyond the file", bend_segment_beyond, "truncated: PT_LOAD of PA 0x40000000"},
	{"number of segments in section 0", bend_many, NULL},
	{"70000 segments", bend_too_many, "truncated: 70000 program headers at offset 0x40"},
	{"no section 0", bend_many_without_section, "truncated: "},
};

START_TEST(core)
{
	const struct core_row *row = &cores[_i % (int)(sizeof(cores) / sizeof(cores[0]))];
	struct sample s = good_sample(_i >= (int)(sizeof(cores) / sizeof(cores[0])));
	struct dump dump = {.piece = NULL};
	char text[512];
	bool ok;

	row->bend(&s);
	ok = add_core(&dump, &s, text, sizeof(text));
	assert_said(row->name, text, row->says);
	ck_assert_msg(ok == !row->says, "%s", row->name);
	/* The memory's bytes are as they are, whatever the order of the headers. */
	if (ok) {
		ck_assert_uint_eq(read_at(&dump, 0x40000008).value, 0x0f0e0d0c0b0a0908);
		ck_assert(!read_at(&dump, 0x400000f8).abort);
		ck_assert(read_at(&dump, 0x40000100).abort);
		ck_assert(read_at(&dump, 0x3ffffff8).abort);
	}
	dump_free(&dump);
}
END_TEST

/* Nothing outside of a prefix is read, and all of them are refused: the segment ends with the file.
 */
START_TEST(every_prefix_is_refused)
{
	struct sample s = good_sample(_i);

	for (size_t size = 0; size < DATA_OFFSET + DATA_BYTES; size++) {
		struct dump dump = {.piece = NULL};
		char text[512], name[32];

		s.size = size;
		snprintf(name, sizeof(name), "%zu bytes", size);
		ck_assert_msg(!add_core(&dump, &s, text, sizeof(text)), "%s", name);
		assert_said(name, text, "nestwalk-dump-");
		dump_free(&dump);
	}
}
END_TEST

/* ------------------------------------------------------------------ raw memory */

static bool add_raw(struct dump *dump, const struct file *file, uint64_t base, char *text,
		    size_t size)
{
	struct caught caught = catch_begin();
	bool ok = dump_add_raw(dump, file->path, base);

	catch_end(caught, text, size);
	return ok;
}

START_TEST(raw_memory_is_where_it_is_put)
{
	static const uint8_t bytes[20] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
	struct file file = file_of(bytes, sizeof(bytes));
	struct dump dump = {.piece = NULL};
	char text[512];

	ck_assert(add_raw(&dump, &file, 0xffffffffff000, text, sizeof(text)));
	ck_assert(add_raw(&dump, &file, 0, text, sizeof(text)));
	ck_assert_uint_eq(read_at(&dump, 0xffffffffff000).value, 0x0807060504030201);
	ck_assert_uint_eq(read_at(&dump, 8).value, 9);
	/* The last four bytes are no descriptor. */
	ck_assert(read_at(&dump, 16).abort);
	ck_assert(!read_at(&dump, 8).abort);
	dump_free(&dump);
	unlink(file.path);
}
END_TEST

START_TEST(raw_memory_that_cannot_be)
{
	static const uint8_t bytes[0x1000];
	struct file file = file_of(bytes, sizeof(bytes)), empty = file_of(bytes, 0);
	struct dump dump = {.piece = NULL};
	char text[512];

	ck_assert(add_raw(&dump, &file, 0x1000, text, sizeof(text)));
	ck_assert(!add_raw(&dump, &file, 0x1fff, text, sizeof(text)));
	assert_said("overlap above", text, "@0x1fff: 0x1000 bytes overlap");
	ck_assert(!add_raw(&dump, &file, 1, text, sizeof(text)));
	assert_said("overlap below", text, "@0x1: 0x1000 bytes overlap");
	ck_assert(!add_raw(&dump, &file, 0xffffffffff001, text, sizeof(text)));
	assert_said("end", text, "it ends above 2^52");
	ck_assert(!add_raw(&dump, &file, UINT64_MAX, text, sizeof(text)));
	assert_said("far end", text, "it ends above 2^52");
	ck_assert(!add_raw(&dump, &empty, 0, text, sizeof(text)));
	assert_said("empty", text, "expected a regular file that is not empty");
	ck_assert(add_raw(&dump, &file, 0x2000, text, sizeof(text)));
	dump_free(&dump);
	unlink(file.path);
	unlink(empty.path);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sim/dump");
	TCase *tcase = tcase_create("dump");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, core, 0, 2 * (int)(sizeof(cores) / sizeof(cores[0])));
	tcase_add_loop_test(tcase, every_prefix_is_refused, 0, 2);
	tcase_add_test(tcase, raw_memory_is_where_it_is_put);
	tcase_add_test(tcase, raw_memory_that_cannot_be);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
