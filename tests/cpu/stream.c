/*
 * stream FIRST_SEED COUNT: random A64 instruction streams on this core and on qemu-aarch64, which
 * must end with the same registers, flags and memory. A stream is a static Linux program: it loads
 * its registers, executes LENGTH random instructions on a window of memory, stores its registers
 * and writes all of that to its standard output. On this core it runs at EL0 behind an identity map
 * until its system call; in both instantiations.
 *
 * Instructions are drawn from the decode table; what they must do is what QEMU does.
 */
#include "tests/cpu/draw.h"

#include "cpu/engine.h"
#include "cpu/sysreg.h"

#include <elf.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RAM_BASE UINT64_C(0x40000000)
#define RAM_SIZE 0x300000u

enum {
	LENGTH = 600, /* instructions, about */
	IMAGE_BYTES = 0x8000,
	ENTRY = 0x78,       /* behind the ELF header and its one program header */
	REGISTERS = 0x4000, /* initial X0 to X30, SP, NZCV */
	WINDOW = 0x5000,    /* 4 KiB and a page on either side of its middle */
	DUMP = 0x6000,      /* final X0 to X30, SP, NZCV; right behind the window */
	DUMP_WORDS = 33,
	OUTPUT_BYTES = DUMP - WINDOW + DUMP_WORDS * 8,
};
/* Registers that the stream keeps for itself. */
enum { R_INDEX = 26, R_POINTER = 27, R_WINDOW = 28 };

struct stream {
	struct draw random;
	uint32_t words[(REGISTERS - ENTRY) / 4];
	unsigned count;
	uint8_t image[IMAGE_BYTES];
};

static void emit(struct stream *s, uint32_t word)
{
	s->words[s->count++] = word;
}

/* ---------------------------------------------------------------- words of the frame */

static uint32_t ldr(unsigned Rt, unsigned Rn, unsigned offset)
{
	return 0xf9400000 | offset / 8 << 10 | Rn << 5 | Rt;
}

static uint32_t str(unsigned Rt, unsigned Rn, unsigned offset)
{
	return 0xf9000000 | offset / 8 << 10 | Rn << 5 | Rt;
}

static uint32_t add_imm(unsigned Rd, unsigned Rn, unsigned imm)
{
	return 0x91000000 | imm << 10 | Rn << 5 | Rd;
}

static uint32_t movz(unsigned Rd, unsigned imm)
{
	return 0xd2800000 | imm << 5 | Rd;
}

static uint32_t movk16(unsigned Rd, unsigned imm)
{
	return 0xf2a00000 | imm << 5 | Rd;
}

static uint32_t msr_nzcv(unsigned Rt)
{
	return 0xd51b4200 | Rt;
}

static uint32_t mrs_nzcv(unsigned Rt)
{
	return 0xd53b4200 | Rt;
}
#define SVC   0xd4000001u
#define CLREX 0xd503305fu

static void emit_address(struct stream *s, unsigned Rd, unsigned offset)
{
	uint64_t address = RAM_BASE + offset;

	emit(s, movz(Rd, address & 0xffff));
	emit(s, movk16(Rd, address >> 16 & 0xffff));
}

static void emit_prologue(struct stream *s)
{
	emit_address(s, R_WINDOW, REGISTERS);
	emit(s, ldr(0, R_WINDOW, 32 * 8));
	emit(s, msr_nzcv(0));
	for (unsigned n = 0; n < 31; n++)
		if (n != R_WINDOW)
			emit(s, ldr(n, R_WINDOW, n * 8));
	emit_address(s, R_WINDOW, WINDOW);
	emit(s, add_imm(31, R_WINDOW, 2048));
}

static void emit_epilogue(struct stream *s)
{
	for (unsigned n = 0; n < 31; n++)
		emit(s, str(n, R_WINDOW, DUMP - WINDOW + n * 8));
	emit(s, add_imm(0, 31, 0));
	emit(s, str(0, R_WINDOW, DUMP - WINDOW + 31 * 8));
	emit(s, mrs_nzcv(0));
	emit(s, str(0, R_WINDOW, DUMP - WINDOW + 32 * 8));
	emit(s, movz(0, 1));
	emit(s, add_imm(1, R_WINDOW, 0));
	emit(s, movz(2, OUTPUT_BYTES));
	emit(s, movz(8, 64)); /* write */
	emit(s, SVC);
	emit(s, movz(0, 0));
	emit(s, movz(8, 93)); /* exit */
	emit(s, SVC);
}

/* ---------------------------------------------------------------- random instructions */

/* A register that an instruction may write: none of those that the stream keeps. */
static unsigned free_register(struct draw *d)
{
	unsigned n = draw(d, 29);

	return n < R_INDEX ? n : n + 3;
}

static uint32_t any_word(struct stream *s, enum a64_form form)
{
	uint32_t word = draw_word(&s->random, form, free_register);
	const struct a64_field_info *Rd = field_of(form, "Rd");

	/* SP is moved to address memory only. */
	if (Rd != NULL && Rd->sp && get_field(form, "Rd", word) == 31)
		set_field(form, "Rd", 30, &word);
	return word;
}

/* ---------------------------------------------------------------- memory */

static bool starts(const char *name, const char *start)
{
	return strncmp(name, start, strlen(start)) == 0;
}

/* Literals: what the stream itself is made of. */
static void emit_literal(struct stream *s, enum a64_form form)
{
	uint32_t word = any_word(s, form);

	set_field(form, "imm19", -(2 + draw(&s->random, 40)), &word);
	emit(s, word);
}

/* Exclusive, ordered and atomic ones, by the name of the file of their semantics' forms. */
static bool must_align(enum a64_form form)
{
	static const char *const plain[] = {"STR_", "LDR_", "LDRS", "STP_", "LDP_", "LDPSW_"};

	for (unsigned i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (starts(a64_info[form].name, plain[i]))
			return false;
	return true;
}

static void emit_memory(struct stream *s, enum a64_form form)
{
	uint32_t word = any_word(s, form);
	bool aligned = must_align(form), sp = !aligned && draw(&s->random, 4) == 0;
	uint32_t at = 1024 + draw(&s->random, 2000);

	if (get_field(form, "Rt", word) == get_field(form, "Rt2", word))
		set_field(form, "Rt2", get_field(form, "Rt", word) == 4 ? 5 : 4, &word);
	if (field_of(form, "Rs") != NULL && field_of(form, "Rs")->role == A64_WRITE) {
		/* An exclusive store on its own; its status goes to a register of its own. */
		set_field(form, "Rs", 25, &word);
		set_field(form, "Rt", draw(&s->random, 12), &word);
		set_field(form, "Rt2", draw(&s->random, 12), &word);
		emit(s, CLREX);
	}
	/* Keeps the address in the window. */
	set_field(form, "imm12", draw(&s->random, 64), &word);
	if (aligned)
		set_field(form, "imm9", draw(&s->random, 8) * 8, &word);
	if (field_of(form, "Rm") != NULL) {
		set_field(form, "Rm", R_INDEX, &word);
		emit(s, movz(R_INDEX, draw(&s->random, 60)));
		if (get_field(form, "sx", word) != 0 && draw(&s->random, 2) != 0)
			emit(s, 0xcb0003e0 | R_INDEX << 16 | R_INDEX); /* NEG */
	}
	set_field(form, "Rn", sp ? 31 : R_POINTER, &word);
	emit(s, add_imm(sp ? 31 : R_POINTER, R_WINDOW, sp || aligned ? at & ~15u : at));
	emit(s, word);
}

/* LDXR, something in between, STXR of the same size; sometimes without effect because of CLREX. */
static void emit_exclusive(struct stream *s)
{
	bool pair = draw(&s->random, 2) != 0;
	enum a64_form load = pair ? A64_LDXP : A64_LDXR, store = pair ? A64_STXP : A64_STXR;
	uint32_t size = draw(&s->random, pair ? 2 : 4), word = any_word(s, load);
	const char *field = pair ? "sz" : "size";

	emit(s, add_imm(R_POINTER, R_WINDOW, (1024 + draw(&s->random, 2000)) & ~15u));
	set_field(load, field, size, &word);
	set_field(load, "Rn", R_POINTER, &word);
	set_field(load, "Rt", draw(&s->random, 12), &word);
	set_field(load, "Rt2", 12 + draw(&s->random, 12), &word);
	emit(s, word);
	emit(s, any_word(s, A64_EOR_shifted));
	if (draw(&s->random, 4) == 0)
		emit(s, CLREX);
	word = any_word(s, store);
	set_field(store, field, size, &word);
	set_field(store, "Rn", R_POINTER, &word);
	set_field(store, "Rt", draw(&s->random, 12), &word);
	set_field(store, "Rt2", draw(&s->random, 12), &word);
	set_field(store, "Rs", 12 + draw(&s->random, 12), &word);
	emit(s, word);
}

/* ---------------------------------------------------------------- branches and the rest */

static void emit_computation(struct stream *s);

/* Forward, over a few computations. */
static void emit_branch(struct stream *s, enum a64_form form)
{
	static const char *const offsets[] = {"imm26", "imm19", "imm14"};
	uint32_t word = any_word(s, form);
	unsigned at = s->count, skipped = draw(&s->random, 4);
	bool indirect = field_of(form, "Rn") != NULL;

	if (indirect)
		emit(s, 0x10000000 | 25); /* ADR X25, of the target */
	set_field(form, "Rn", 25, &word);
	emit(s, word);
	for (unsigned i = 0; i < skipped; i++)
		emit_computation(s);
	if (indirect)
		s->words[at] |= (s->count - at) << 5;
	else
		for (unsigned i = 0; i < 3; i++)
			set_field(form, offsets[i], s->count - at, &s->words[at]);
}

static void emit_computation(struct stream *s)
{
	emit(s, any_word(s, draw_form(&s->random, false, false)));
}

static void emit_something(struct stream *s)
{
	unsigned kind = draw(&s->random, 16);
	enum a64_form form;

	if (kind < 9) {
		emit_computation(s);
	} else if (kind < 11) {
		emit_branch(s, draw_form(&s->random, false, true));
	} else if (kind == 11) {
		emit_exclusive(s);
	} else {
		form = draw_form(&s->random, true, false);
		if (field_of(form, "Rn") == NULL)
			emit_literal(s, form);
		else
			emit_memory(s, form);
	}
}

static void make_stream(struct stream *s, uint64_t seed)
{
	Elf64_Ehdr elf = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = ET_EXEC,
		.e_machine = EM_AARCH64,
		.e_version = EV_CURRENT,
		.e_entry = RAM_BASE + ENTRY,
		.e_phoff = sizeof(elf),
		.e_ehsize = sizeof(elf),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 1,
	};
	Elf64_Phdr segment = {.p_type = PT_LOAD,
			      .p_flags = PF_R | PF_W | PF_X,
			      .p_vaddr = RAM_BASE,
			      .p_paddr = RAM_BASE,
			      .p_filesz = IMAGE_BYTES,
			      .p_memsz = IMAGE_BYTES,
			      .p_align = 4096};

	memset(s, 0, sizeof(*s));
	s->random = draw_from(seed);
	emit_prologue(s);
	while (s->count < LENGTH)
		emit_something(s);
	emit_epilogue(s);
	for (unsigned at = REGISTERS; at < DUMP; at += 8) {
		uint64_t value = at == REGISTERS + 32 * 8 ? (uint64_t)draw(&s->random, 16) << 28
							  : draw64(&s->random);

		memcpy(s->image + at, &value, sizeof(value));
	}
	memcpy(s->image, &elf, sizeof(elf));
	memcpy(s->image + sizeof(elf), &segment, sizeof(segment));
	memcpy(s->image + ENTRY, s->words, s->count * 4);
}

/* ---------------------------------------------------------------- this core */

struct memory {
	uint8_t *bytes, flags[RAM_SIZE / 4096];
};

static struct cpu_page page_at(void *ctx, pa_t pa)
{
	struct memory *memory = ctx;
	uint64_t offset = pa.value - RAM_BASE;

	if (offset >= RAM_SIZE)
		return (struct cpu_page){NULL, NULL};
	return (struct cpu_page){memory->bytes + (offset & ~UINT64_C(0xfff)),
				 &memory->flags[offset / 4096]};
}

static bool read_nothing(void *ctx, pa_t pa, unsigned size, uint64_t *value)
{
	(void)ctx, (void)pa, (void)size, (void)value;
	return false;
}

static bool write_nothing(void *ctx, pa_t pa, unsigned size, uint64_t value)
{
	(void)ctx, (void)pa, (void)size, (void)value;
	return false;
}

static void poke(struct memory *memory, unsigned offset, uint64_t value)
{
	memcpy(memory->bytes + offset, &value, sizeof(value));
}

static bool exits(void *ctx, struct cpu *cpu)
{
	(void)ctx, (void)cpu;
	return false;
}

enum how { BY_STENCILS, BY_HANDLERS, SLOWLY };

static bool run_here(const struct stream *s, enum how how, uint8_t output[OUTPUT_BYTES])
{
	enum { TABLE = 0x100000, VECTORS = 0x200000 };
	struct cpu_config config = {.slow = how == SLOWLY,
				    .tier = how == BY_STENCILS ? 2 : 1,
				    .translate_at_once = true,
				    .l1i = {48, 0, 0},
				    .l1d = {48, 0, 0},
				    .l2 = {1280, 5, 0}};

	if (!cpu_preset("max", &config))
		return false;
	struct memory memory = {.bytes = aligned_alloc(4096, RAM_SIZE)};

	config.host.semihosting = exits;
	config.bus = (struct cpu_bus){
		.ctx = &memory, .page = page_at, .read = read_nothing, .write = write_nothing};

	struct cpu *cpu = cpu_new(&config);

	if (cpu == NULL || memory.bytes == NULL)
		return false;
	cpu_reset(cpu, 1, (va_t){RAM_BASE + ENTRY});
	memset(memory.bytes, 0, RAM_SIZE);
	memcpy(memory.bytes, s->image, IMAGE_BYTES);
	/* 39-bit addresses, 4 KiB granule, two blocks of 2 MB: EL0 may do everything in the first,
	 * EL1 in the second. */
	poke(&memory, TABLE + 8, (RAM_BASE + TABLE + 4096) | 3);
	poke(&memory, TABLE + 4096, RAM_BASE | 0x741);
	poke(&memory, TABLE + 4096 + 8, (RAM_BASE + VECTORS) | 0x701);
	poke(&memory, VECTORS + 0x400, 0xd45e0000); /* HLT #0xF000 */
	sysreg_write(cpu, SYSREG_MAIR_EL1, 0xff);
	sysreg_write(cpu, SYSREG_TCR_EL1, 25 | UINT64_C(1) << 23);
	sysreg_write(cpu, SYSREG_TTBR0_EL1, RAM_BASE + TABLE);
	sysreg_write(cpu, SYSREG_VBAR_EL1, RAM_BASE + VECTORS);
	sysreg_write(cpu, SYSREG_SCTLR_EL1, sysreg_read(cpu, SYSREG_SCTLR_EL1) | 1);
	sysreg_write(cpu, SYSREG_CPACR_EL1, 3 << 20); /* FPEN */
	cpu->pstate.el = 0;
	cpu->pstate.spsel = false;

	struct cpu_stop stop = cpu_run(cpu, 4 * LENGTH);
	bool good = stop.reason == CPU_EXIT && cpu->sysreg[SYSREG_ESR_EL1] >> 26 == 0x15;

	if (!good)
		printf("# stopped for %d at 0x%" PRIx64 ", ESR 0x%" PRIx64 " ELR 0x%" PRIx64
		       " FAR 0x%" PRIx64 "\n",
		       stop.reason, stop.pc.value, cpu->sysreg[SYSREG_ESR_EL1],
		       cpu->sysreg[SYSREG_ELR_EL1], cpu->sysreg[SYSREG_FAR_EL1]);
	memcpy(output, memory.bytes + WINDOW, OUTPUT_BYTES);
	cpu_free(cpu);
	free(memory.bytes);
	return good;
}

/* ---------------------------------------------------------------- QEMU */

static bool write_program(const struct stream *s, const char *path)
{
	int file = open(path, O_WRONLY | O_TRUNC);
	bool good = file >= 0 && write(file, s->image, IMAGE_BYTES) == IMAGE_BYTES &&
		    fchmod(file, 0700) == 0;

	if (file >= 0)
		close(file);
	return good;
}

static bool run_qemu(const char *path, uint8_t output[OUTPUT_BYTES])
{
	char command[256];
	FILE *pipe;
	bool good;

	snprintf(command, sizeof(command), "qemu-aarch64 -cpu max %s", path);
	pipe = popen(command, "r");
	if (pipe == NULL)
		return false;
	good = fread(output, 1, OUTPUT_BYTES, pipe) == OUTPUT_BYTES;
	return pclose(pipe) == 0 && good;
}

static bool compare(const char *what, const uint8_t *ours, const uint8_t *theirs)
{
	if (memcmp(ours, theirs, OUTPUT_BYTES) == 0)
		return true;
	for (unsigned at = 0; at < OUTPUT_BYTES; at += 8) {
		uint64_t a, b;

		memcpy(&a, ours + at, 8);
		memcpy(&b, theirs + at, 8);
		if (a == b)
			continue;
		if (at >= DUMP - WINDOW)
			printf("# %s: register %u is 0x%" PRIx64 ", expected 0x%" PRIx64 "\n", what,
			       (at - (DUMP - WINDOW)) / 8, a, b);
		else
			printf("# %s: window+0x%x is 0x%" PRIx64 ", expected 0x%" PRIx64 "\n", what,
			       at, a, b);
	}
	return false;
}

int main(int argc, char **argv)
{
	static struct stream s;
	static uint8_t stencils[OUTPUT_BYTES], handlers[OUTPUT_BYTES], slow[OUTPUT_BYTES],
		theirs[OUTPUT_BYTES];
	char path[] = "/tmp/nestwalk-stream-XXXXXX";
	unsigned bad = 0, first = argc > 1 ? (unsigned)atoi(argv[1]) : 1,
		 count = argc > 2 ? (unsigned)atoi(argv[2]) : 1;
	int file = mkstemp(path);

	if (file < 0)
		return 1;
	close(file);
	for (unsigned seed = first; seed < first + count; seed++) {
		make_stream(&s, seed);

		bool good = write_program(&s, path) && run_qemu(path, theirs) &&
			    run_here(&s, BY_STENCILS, stencils) &&
			    run_here(&s, BY_HANDLERS, handlers) && run_here(&s, SLOWLY, slow);

		good = good && compare("stencils", stencils, theirs) &&
		       compare("handlers", handlers, theirs) && compare("slow", slow, theirs);
		printf(good ? "ok stream %u\n" : "not ok stream %u: differs from qemu-aarch64\n",
		       seed);
		bad += !good;
	}
	if (argc < 4)
		unlink(path);
	else
		printf("# %s\n", path);
	return bad != 0;
}
