/* Check suite sim/boot: the words that the hypervisor reads, the guest's kind, and where everything
 * is put. */
#include "sim/boot.h"

#include <check.h>
#include <elf.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct sim_config config;
static char path[64];

static void setup(void)
{
	sim_config_init(&config);
	config.command = COMMAND_RUN;
	config.image = path;
	snprintf(path, sizeof(path), "/tmp/test_boot.XXXXXX");
	close(mkstemp(path));
}

static void teardown(void)
{
	unlink(path);
}

/* ------------------------------------------------------------------ bootargs */

START_TEST(options_become_words)
{
	char *text;

	config.image = "prog";
	config.s1 = (struct sim_geometry){.granule_bits = 12, .size_bits = 52, .ds = DS_ON};
	config.s2 = (struct sim_geometry){.granule_bits = 14, .size_bits = 48, .start_given = true};
	config.el2 = (struct sim_geometry){.granule_bits = 16, .size_bits = 42, .ds = DS_OFF};
	config.block_bytes = 2 << 20;
	config.seed = 77;
	config.vm_ram.count = 2;
	config.vm_ram.at[0] = (struct sim_window){true, true, 0x40000000, 0x10000000};
	config.vm_ram.at[1] = (struct sim_window){true, true, UINT64_C(1) << 51, 0x40000000};
	text = bootargs_make(&config, GUEST_EL0);
	ck_assert_str_eq(text, "s1=4k:52:ds=1 s2=16k:48:start=0 el2=64k:42:ds=0 block=2m seed=77 "
			       "vm-ram=256m@0x40000000 vm-ram=1g@0x8000000000000 el=0 -- prog");
	free(text);
}
END_TEST

START_TEST(stage2_off_and_start_below_zero_are_words)
{
	char *text;

	config.s2.off = true;
	text = bootargs_make(&config, GUEST_REPLAY);
	ck_assert_str_eq(text, "s1=4k:48 s2=off el2=4k:48 replay");
	free(text);
	config.image = "vm";
	config.s2 = (struct sim_geometry){
		.granule_bits = 12, .size_bits = 52, .start_given = true, .start = -1};
	text = bootargs_make(&config, GUEST_EL1);
	ck_assert_str_eq(text, "s1=4k:48 s2=4k:52:start=-1 el2=4k:48 el=1 -- vm");
	free(text);
}
END_TEST

START_TEST(blanks_and_backslashes_in_arguments_are_escaped)
{
	static char two[] = "two words", back[] = "back\\slash", empty[] = "";
	char *arguments[] = {two, back, empty};
	char *text;

	config.image = "my prog";
	config.guest_argv = arguments;
	config.guest_argc = 3;
	text = bootargs_make(&config, GUEST_EL0);
	ck_assert_str_eq(
		text,
		"s1=4k:48 s2=4k:48 el2=4k:48 el=0 -- my\\ prog two\\ words back\\\\slash \\0");
	free(text);
}
END_TEST

/* ------------------------------------------------------------------ kinds */

static void write_elf(uint64_t vaddr, uint64_t paddr, uint64_t size)
{
	struct {
		Elf64_Ehdr header;
		Elf64_Phdr ph;
		uint32_t code[4];
	} elf = {
		.header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
			   .e_type = ET_EXEC,
			   .e_machine = EM_AARCH64,
			   .e_version = EV_CURRENT,
			   .e_entry = vaddr,
			   .e_phoff = sizeof(Elf64_Ehdr),
			   .e_ehsize = sizeof(Elf64_Ehdr),
			   .e_phentsize = sizeof(Elf64_Phdr),
			   .e_phnum = 1},
		.ph = {.p_type = PT_LOAD,
		       .p_flags = PF_R | PF_X,
		       .p_vaddr = vaddr,
		       .p_paddr = paddr,
		       .p_filesz = sizeof(elf),
		       .p_memsz = size},
		.code = {0xd4400000},
	};
	FILE *file = fopen(path, "w");

	ck_assert_uint_eq(fwrite(&elf, sizeof(elf), 1, file), 1);
	fclose(file);
}

static void write_linux(void)
{
	uint8_t bytes[4096] = {0};
	FILE *file = fopen(path, "w");

	memcpy(bytes + 56, "ARM\x64", 4);
	bytes[17] = 0x10; /* image_size 0x1000 */
	ck_assert_uint_eq(fwrite(bytes, sizeof(bytes), 1, file), 1);
	fclose(file);
}

static const struct kind_row {
	const char *name;
	uint64_t vaddr, paddr, size; /* 0: a Linux Image */
	bool bare, el_given;
	uint8_t el;
	uint8_t s1_bits;
	bool good;
	enum guest_kind kind;
	uint64_t ram;
	enum sim_undef undef;
	enum sim_files files;
} kind_rows[] = {
	{"program", 0x400000, 0x400000, 0x1000, false, false, 0, 48, true, GUEST_EL0,
	 UINT64_C(4) << 30, UNDEF_STOP, FILES_HOST},
	{"ELF in the VM's RAM", 0x40080000, 0x40080000, 0x1000, false, false, 0, 48, true,
	 GUEST_EL1, 512 << 20, UNDEF_STOP, FILES_NONE},
	{"... forced to EL0", 0x40080000, 0x40080000, 0x1000, false, true, 0, 48, true, GUEST_EL0,
	 UINT64_C(4) << 30, UNDEF_STOP, FILES_HOST},
	{"ELF that ends above the VM's 256 MB", 0x40080000, 0x40080000, 0x10000000, false, false, 0,
	 48, true, GUEST_EL0, UINT64_C(4) << 30, UNDEF_STOP, FILES_HOST},
	{"... forced to EL1", 0x40080000, 0x40080000, 0x10000000, false, true, 1, 48, false,
	 GUEST_EL1, 0, 0, 0},
	{"program forced to EL1", 0x400000, 0x400000, 0x1000, false, true, 1, 48, false, GUEST_EL1,
	 0, 0, 0},
	{"Image", 0, 0, 0, false, false, 0, 48, true, GUEST_EL1, 512 << 20, UNDEF_GUEST,
	 FILES_NONE},
	{"Image forced to EL0", 0, 0, 0, false, true, 0, 48, false, GUEST_EL0, 0, 0, 0},
	{"bare ELF", 0x40080000, 0x40080000, 0x1000, true, false, 0, 48, true, GUEST_BARE,
	 512 << 20, UNDEF_GUEST, FILES_NONE},
	{"bare Image", 0, 0, 0, true, false, 0, 48, true, GUEST_BARE, 512 << 20, UNDEF_GUEST,
	 FILES_NONE},
	{"bare at EL1", 0, 0, 0, true, true, 1, 48, true, GUEST_BARE, 512 << 20, UNDEF_GUEST,
	 FILES_NONE},
	{"bare at EL0", 0, 0, 0, true, true, 0, 48, false, GUEST_BARE, 0, 0, 0},
	{"a guest at EL2", 0, 0, 0, false, true, 2, 48, false, GUEST_EL1, 0, 0, 0},
	{"last byte of a 32-bit space", 0xfffff000, 0, 0x1000, false, false, 0, 32, true, GUEST_EL0,
	 UINT64_C(4) << 30, UNDEF_STOP, FILES_HOST},
	{"a byte above a 32-bit space", 0xfffff000, 0, 0x1001, false, false, 0, 32, false,
	 GUEST_EL0, 0, 0, 0},
};

START_TEST(kind_decides_defaults)
{
	const struct kind_row *row = &kind_rows[_i];
	struct boot boot;
	bool good;

	if (row->size)
		write_elf(row->vaddr, row->paddr, row->size);
	else
		write_linux();
	config.bare = row->bare;
	config.el_given = row->el_given;
	config.el = row->el;
	config.s1.size_bits = row->s1_bits;
	good = boot_read(&boot, &config);
	ck_assert_msg(good == row->good, "%s", row->name);
	if (good) {
		boot_defaults(&boot, &config);
		ck_assert_msg(boot.kind == row->kind, "%s", row->name);
		ck_assert_msg(config.ram.at[0].size == row->ram, "%s", row->name);
		ck_assert_msg(config.undef == row->undef, "%s", row->name);
		ck_assert_msg(config.files == row->files, "%s", row->name);
		ck_assert_uint_eq(boot.el, row->bare && row->el_given ? row->el : 2);
	}
	boot_free(&boot);
}
END_TEST

START_TEST(options_of_bare_images_need_bare)
{
	struct boot boot;

	write_linux();
	config.append = "x";
	ck_assert(!boot_read(&boot, &config));
	boot_free(&boot);
	config.bare = true;
	ck_assert(boot_read(&boot, &config));
	boot_free(&boot);
}
END_TEST

/* ------------------------------------------------------------------ layout */

static uint64_t chosen(const uint8_t *fdt, const char *name)
{
	const fdt64_t *value = fdt_getprop(fdt, fdt_path_offset(fdt, "/chosen"), name, NULL);

	return value ? fdt64_ld(value) : 0;
}

static const struct layout_row {
	const char *name;
	uint64_t ram;
	uint64_t initrd; /* 0: does not fit */
} layout_rows[] = {
	{"128 MB up in much RAM", UINT64_C(4) << 30, 0x48000000},
	{"128 MB up in 256 MB", 256 << 20, 0x48000000},
	{"halfway into less", 64 << 20, 0x42000000},
	{"no room", 2 << 20, 0},
};

START_TEST(program_is_the_initrd_of_the_hypervisor)
{
	const struct layout_row *row = &layout_rows[_i];
	struct machine machine;
	struct boot boot;
	const uint8_t *fdt;

	write_elf(0x400000, 0x400000, 0x1000);
	config.ram.count = 1;
	config.ram.at[0].size = row->ram;
	ck_assert(boot_read(&boot, &config));
	boot_defaults(&boot, &config);
	ck_assert(machine_init(&machine, &config.ram, stdout));
	ck_assert_msg(boot_load(&boot, &config, &machine) == (row->initrd != 0), "%s", row->name);
	if (row->initrd) {
		ck_assert_uint_eq(boot.entry, 0x40200000);
		ck_assert_uint_eq(boot.dtb & 0x1fffff, 0);
		fdt = machine_ram(&machine, boot.dtb, 0x1000);
		ck_assert_uint_eq(chosen(fdt, "linux,initrd-start"), row->initrd);
		ck_assert_uint_eq(chosen(fdt, "linux,initrd-end"), row->initrd + boot.guest.size);
		ck_assert_uint_ge(boot.dtb, row->initrd + boot.guest.size);
		ck_assert(!memcmp(machine_ram(&machine, row->initrd, 4),
				  "\x7f"
				  "ELF",
				  4));
	}
	boot_free(&boot);
	machine_free(&machine);
}
END_TEST

START_TEST(bare_elf_finds_the_device_tree_at_the_base_of_ram)
{
	struct machine machine;
	struct boot boot;

	write_elf(0x40200000, 0x40200000, 0x1000);
	config.bare = true;
	ck_assert(boot_read(&boot, &config));
	boot_defaults(&boot, &config);
	ck_assert(machine_init(&machine, &config.ram, stdout));
	ck_assert(boot_load(&boot, &config, &machine));
	ck_assert_uint_eq(boot.dtb, 0x40000000);
	ck_assert_uint_eq(boot.entry, 0x40200000);
	ck_assert_uint_eq(boot.end, 0x40201000);
	boot_free(&boot);
	machine_free(&machine);
}
END_TEST

START_TEST(bare_elf_at_the_base_of_ram_keeps_its_place)
{
	struct machine machine;
	struct boot boot;

	write_elf(0x40000000, 0x40000000, 0x1000);
	config.bare = true;
	ck_assert(boot_read(&boot, &config));
	boot_defaults(&boot, &config);
	ck_assert(machine_init(&machine, &config.ram, stdout));
	ck_assert(boot_load(&boot, &config, &machine));
	ck_assert_uint_eq(boot.dtb, 0x40200000);
	ck_assert(!memcmp(machine_ram(&machine, 0x40000000, 4),
			  "\x7f"
			  "ELF",
			  4));
	boot_free(&boot);
	machine_free(&machine);
}
END_TEST

static Suite *boot_suite(void)
{
	Suite *suite = suite_create("sim/boot");
	TCase *tcase = tcase_create("boot");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, options_become_words);
	tcase_add_test(tcase, stage2_off_and_start_below_zero_are_words);
	tcase_add_test(tcase, blanks_and_backslashes_in_arguments_are_escaped);
	tcase_add_loop_test(tcase, kind_decides_defaults, 0,
			    sizeof(kind_rows) / sizeof(kind_rows[0]));
	tcase_add_test(tcase, options_of_bare_images_need_bare);
	tcase_add_loop_test(tcase, program_is_the_initrd_of_the_hypervisor, 0,
			    sizeof(layout_rows) / sizeof(layout_rows[0]));
	tcase_add_test(tcase, bare_elf_finds_the_device_tree_at_the_base_of_ram);
	tcase_add_test(tcase, bare_elf_at_the_base_of_ram_keeps_its_place);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(boot_suite());
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
