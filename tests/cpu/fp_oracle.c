/*
 * fp_oracle GUEST CASES SEED [record]: random instructions of [fp_dp] on random operands, here in
 * both instantiations and on qemu-aarch64, which must give the same results, flags and FPSR. With
 * "record" prints them as rows of fp_recorded.def.
 */
#include "tests/cpu/fp_case.h"
#include "tests/cpu/fp_draw.h"

#include "cpu/cpu.h"
#include "cpu/flags.h"
#include "cpu/state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RAM_BASE UINT64_C(0x40000000)
#define RAM_SIZE UINT64_C(0x1000000)

enum {
	FIRST_FORM = A64_CVTF_fixed_fp,
	LAST_FORM = A64_FMADD_fp_half,
	/* Enough for the fast instantiation, which leaves the last thousand to the other one. */
	FAST_RUN = 3000,
	CASES_MAX = RAM_SIZE / 8 /* RAM for their code */
};

/* ---------------------------------------------------------------- drawing */

static unsigned no_register(struct draw *d)
{
	(void)d;
	return 0;
}

static void choose_registers(enum a64_form form, uint32_t *word)
{
	set_field(form, "Rd", 0, word);
	set_field(form, "Rn", 1, word);
	set_field(form, "Rm", 2, word);
	set_field(form, "Ra", 3, word);
}

/* Integers, and numbers of all formats. */
static uint64_t draw_general(struct draw *d)
{
	switch (draw(d, 4)) {
	case 0:
		return draw_fp(d, 64);
	case 1:
		return draw_fp(d, 32) | (uint64_t)draw(d, 2) << 32;
	default:
		return draw64(d);
	}
}

static uint32_t draw_fpcr(struct draw *d)
{
	uint32_t bits = draw(d, 64);

	if (draw(d, 3) == 0)
		return 0;
	return (bits & 3) << 22 | (bits >> 2 & 1) << 24 | (bits >> 3 & 1) << 25 |
	       (bits >> 4 & 1) << 26 | (bits >> 5 & 1) << 19;
}

static struct fp_case draw_case(struct draw *d, enum a64_form form)
{
	static const unsigned format[4] = {32, 64, 64, 16};
	struct fp_case c = {.word = draw_word(d, form, no_register), .fpcr = draw_fpcr(d)};
	unsigned N = format[c.word >> 22 & 3];

	choose_registers(form, &c.word);
	c.x[0] = FP_CASE_X0;
	c.x[1] = draw_general(d);
	c.nzcv = draw(d, 16) << 28;
	c.fpsr = draw(d, 2) != 0 ? FPSR_IXC : 0;
	for (unsigned i = 0; i < 4; i++) {
		uint64_t value = draw_fp(d, N);

		/* Sums that cancel, comparisons of equals. */
		if (i > 1 && draw(d, 8) == 0)
			value = c.v[1][0] ^ (uint64_t)draw(d, 2) << (N - 1);
		c.v[i][0] = N == 64 ? value : (value & ((UINT64_C(1) << N) - 1)) | any64(d) << N;
		c.v[i][1] = ~c.v[i][0];
	}
	c.v[0][0] = FP_CASE_V0;
	c.v[0][1] = ~FP_CASE_V0;
	return c;
}

/* ---------------------------------------------------------------- here and there */

/* A core at EL2 with the MMU off, and RAM for the code. */
struct board {
	struct cpu *cpu;
	uint8_t *ram, flags[RAM_SIZE >> 12];
};

static struct cpu_page page_at(void *ctx, pa_t pa)
{
	struct board *board = ctx;
	uint64_t offset = pa.value - RAM_BASE;

	if (offset >= RAM_SIZE)
		return (struct cpu_page){NULL, NULL};
	return (struct cpu_page){board->ram + (offset & ~UINT64_C(0xfff)),
				 &board->flags[offset >> 12]};
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

static struct board *board_new(bool slow)
{
	static const enum nw_feature needed[] = {FEAT_FP, FEAT_AdvSIMD, FEAT_FP16, FEAT_JSCVT,
						 FEAT_FRINTTS};
	struct cpu_config config = {
		.slow = slow, .l1i = {4, 0, 0}, .l1d = {4, 0, 0}, .l2 = {1280, 5, 0}};
	struct board *board = calloc(1, sizeof(*board));

	if (!cpu_preset("max", &config) || board == NULL)
		abort();
	for (unsigned i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		nw_switch(&config.features, needed[i], true);
	board->ram = aligned_alloc(4096, RAM_SIZE);
	config.bus = (struct cpu_bus){
		.ctx = board, .page = page_at, .read = read_nothing, .write = write_nothing};
	board->cpu = cpu_new(&config);
	if (board->ram == NULL || board->cpu == NULL)
		abort();
	memset(board->ram, 0, RAM_SIZE);
	cpu_reset(board->cpu, 2, (va_t){RAM_BASE});
	return board;
}

static void board_free(struct board *board)
{
	cpu_free(board->cpu);
	free(board->ram);
	free(board);
}

static struct fp_result run_here(struct board *board, uint32_t at, const struct fp_case *c,
				 bool slow)
{
	struct cpu *cpu = board->cpu;
	const uint32_t words[2] = {c->word, 0x14000000};
	struct fp_result r;

	/* Never the same address again: decoded instructions are not decoded anew. */
	memcpy(board->ram + at, words, sizeof(words));
	cpu_set_pc(cpu, (va_t){RAM_BASE + at});
	cpu->x[0] = c->x[0];
	cpu->x[1] = c->x[1];
	cpu->flags = flags_from(c->nzcv >> 28);
	memcpy(cpu->v, c->v, sizeof(c->v));
	cpu->fp = (struct fp_env){c->fpcr, c->fpsr};
	cpu_run(cpu, slow ? 1 : FAST_RUN);
	memcpy(r.v0, &cpu->v[0], sizeof(r.v0));
	r.x0 = cpu->x[0];
	r.nzcv = flags_nzcv(cpu->flags) << 28;
	r.fpsr = cpu->fp.fpsr;
	return r;
}

static bool run_qemu(const char *guest, const struct fp_case *cases, struct fp_result *results,
		     unsigned count)
{
	char path[] = "/tmp/nestwalk-fp-XXXXXX", command[512];
	int file = mkstemp(path);
	FILE *to = file < 0 ? NULL : fdopen(file, "w"), *from;
	bool good = to != NULL && fwrite(cases, sizeof(*cases), count, to) == count;

	if (to == NULL || fclose(to) != 0 || !good)
		return false;
	snprintf(command, sizeof(command), "qemu-aarch64 -cpu max %s <%s", guest, path);
	from = popen(command, "r");
	good = from != NULL && fread(results, sizeof(*results), count, from) == count;
	unlink(path);
	return from != NULL && pclose(from) == 0 && good;
}

/* ---------------------------------------------------------------- comparison */

static void print_result(const char *who, const struct fp_result *r)
{
	printf("#   %-5s V0 %016" PRIx64 "%016" PRIx64 " X0 %016" PRIx64 " NZCV %x FPSR %x\n", who,
	       r->v0[1], r->v0[0], r->x0, r->nzcv >> 28, r->fpsr);
}

static bool same(const struct fp_case *c, enum a64_form form, const char *who,
		 const struct fp_result *ours, const struct fp_result *theirs)
{
	if (memcmp(ours, theirs, sizeof(*ours)) == 0)
		return true;
	printf("not ok %s: %08x differs, FPCR %x V1 %016" PRIx64 " V2 %016" PRIx64 " V3 %016" PRIx64
	       " X1 %016" PRIx64 " NZCV %x FPSR %x\n",
	       a64_info[form].name, c->word, c->fpcr, c->v[1][0], c->v[2][0], c->v[3][0], c->x[1],
	       c->nzcv >> 28, c->fpsr);
	print_result(who, ours);
	print_result("QEMU", theirs);
	return false;
}

static void record(const struct fp_case *c, const struct fp_result *r)
{
	printf("CASE(0x%08x, 0x%07x, 0x%02x, %2u, 0x%016" PRIx64 ", 0x%016" PRIx64 ", 0x%016" PRIx64
	       ", 0x%016" PRIx64 ",\n     0x%016" PRIx64 ", 0x%016" PRIx64 ", 0x%016" PRIx64
	       ", %2u, 0x%02x)\n",
	       c->word, c->fpcr, c->fpsr, c->nzcv >> 28, c->x[1], c->v[1][0], c->v[2][0],
	       c->v[3][0], r->v0[1], r->v0[0], r->x0, r->nzcv >> 28, r->fpsr);
}

/*
 * FPToFixedJS(): the Z flag of a denormal that FPCR.FZ flushes is 0, as the result is not the
 * operand. QEMU gives 1 where it is positive.
 */
static bool qemu_deviates(const struct fp_case *c, enum a64_form form)
{
	return form == A64_FJCVTZS && (c->fpcr & FPCR_FZ) != 0 && c->v[1][0] >> 52 == 0 &&
	       c->v[1][0] != 0;
}

int main(int argc, char **argv)
{
	unsigned count = argc > 2 ? (unsigned)atoi(argv[2]) : 10000, bad = 0;
	struct draw d = draw_from(argc > 3 ? (uint64_t)atoll(argv[3]) : 1);

	if (count > CASES_MAX)
		count = CASES_MAX;

	struct fp_case *cases = calloc(count, sizeof(*cases));
	struct fp_result *theirs = calloc(count, sizeof(*theirs));
	struct board *fast = board_new(false), *slow = board_new(true);

	for (unsigned i = 0; i < count; i++)
		cases[i] = draw_case(&d, FIRST_FORM + i % (LAST_FORM - FIRST_FORM + 1));
	if (argc < 2 || !run_qemu(argv[1], cases, theirs, count)) {
		printf("not ok qemu-aarch64: did not run\n");
		return 1;
	}
	for (unsigned i = 0; i < count && bad < 20; i++) {
		enum a64_form form = FIRST_FORM + i % (LAST_FORM - FIRST_FORM + 1);

		if (qemu_deviates(&cases[i], form))
			continue;

		struct fp_result by_fast = run_here(fast, i * 8, &cases[i], false),
				 by_slow = run_here(slow, i * 8, &cases[i], true);
		bool good = same(&cases[i], form, "fast", &by_fast, &theirs[i]) &&
			    same(&cases[i], form, "slow", &by_slow, &theirs[i]);

		bad += !good;
		if (argc > 4 && good)
			record(&cases[i], &theirs[i]);
	}
	if (argc <= 4 && bad == 0)
		printf("ok %u cases\n", count);
	board_free(fast);
	board_free(slow);
	free(cases);
	free(theirs);
	return bad != 0;
}
