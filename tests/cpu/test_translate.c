/*
 * Suite cpu/translate: code that is translated does what handlers do. Each program runs on two
 * cores, with translation at once and without, in pieces of random length, and all that can be seen
 * of them must agree after each.
 */
#include "tests/cpu/board.h"
#include "tests/cpu/draw.h"

#include "cpu/engine.h"
#include "cpu/flags.h"

enum { TRANSLATED, INTERPRETED, CORES, DATA = 0x100000, VECTOR = 0x2200 };

/* Nested loops over the data, with exits and calls; all kinds of flags. */
static const uint32_t nested_loops[] = {
	0xd2800000, /* MOV X0, #0X0 */
	0xd2a80014, /* MOV X20, #0X40000000 */
	0xf2a80214, /* MOVK X20, #0X4010, LSL #16 */
	0xaa1403e1, /* MOV X1, X20 */
	0x528004a2, /* MOV W2, #0X25 */
	0xf9400023, /* LDR X3, [X1] */
	0x8b000063, /* ADD X3, X3, X0 */
	0xca431c64, /* EOR X4, X3, X3, LSR #7 */
	0xf8008424, /* STR X4, [X1], #8 */
	0x78dfa025, /* LDURSH W5, [X1, #-6] */
	0x2b0400a5, /* ADDS W5, W5, W4 */
	0x9a8660a6, /* CSEL X6, X5, X6, VS */
	0x9a8584e7, /* CSINC X7, X7, X5, HI */
	0x7a49a8ad, /* CCMP W5, #0X9, #0XD, GE */
	0x5400006b, /* B.LT 44  */
	0x71000442, /* SUBS W2, W2, #0X1 */
	0x54fffea1, /* B.NE 14  */
	0xeb04003f, /* CMP X1, X4 */
	0x54000048, /* B.HI 50  */
	0x9a040108, /* ADC X8, X8, X4 */
	0x94000007, /* BL 6C  */
	0x92401c09, /* AND X9, X0, #0XFF */
	0xb5fffda9, /* CBNZ X9, C  */
	0xfa04014a, /* SBCS X10, X10, X4 */
	0xea2a008b, /* BICS X11, X4, X10 */
	0x54fffd44, /* B.MI C  */
	0x17ffffe9, /* B C  */
	0x91000400, /* ADD X0, X0, #0X1 */
	0x361800c0, /* TBZ W0, #3, 88  */
	0x93c4340c, /* EXTR X12, X0, X4, #13 */
	0xb37d408c, /* BFI X12, X4, #3, #17 */
	0xf2a2468c, /* MOVK X12, #0X1234, LSL #16 */
	0x9ac0098d, /* UDIV X13, X12, X0 */
	0x9b00b1ae, /* MSUB X14, X13, X0, X12 */
	0xd65f03c0, /* RET */
};

/* Writes an ADD of another immediate into its own loop. */
static const uint32_t rewrites_itself[] = {
	0x18000183, /* LDR W3, 30  */
	0x10000104, /* ADR X4, 24  */
	0x92401c45, /* AND X5, X2, #0XFF */
	0x0b052866, /* ADD W6, W3, W5, LSL #10 */
	0xd2800787, /* MOV X7, #0X3C */
	0x8b070108, /* ADD X8, X8, X7 */
	0xf10004e7, /* SUBS X7, X7, #0X1 */
	0x54ffffc1, /* B.NE 14  */
	0xb9000086, /* STR W6, [X4] */
	0x91000421, /* ADD X1, X1, #0X1 */
	0x91000442, /* ADD X2, X2, #0X1 */
	0x17fffff7, /* B 8  */
	0x91000021, /* ADD X1, X1, #0X0 */
};

/* Loads beyond the end of RAM in the middle of a loop; `vector` goes on behind them. */
static const uint32_t leaves_memory[] = {
	0xd2a82001, /* MOV X1, #0X41000000 */
	0xd1010021, /* SUB X1, X1, #0X40 */
	0xd2a80000, /* MOV X0, #0X40000000 */
	0x91400800, /* ADD X0, X0, #0X2, LSL #12 */
	0xd51cc000, /* MSR VBAR_EL2, X0 */
	0xaa0103e2, /* MOV X2, X1 */
	0xf8408443, /* LDR X3, [X2], #8 */
	0x8b030084, /* ADD X4, X4, X3 */
	0x910004a5, /* ADD X5, X5, #0X1 */
	0xca050084, /* EOR X4, X4, X5 */
	0xf2400cbf, /* TST X5, #0XF */
	0x54ffff61, /* B.NE 18  */
	0x17fffff9, /* B 14  */
};
static const uint32_t vector[] = {
	0x91000529, /* ADD X9, X9, #0X1 */
	0xd53c402a, /* MRS X10, ELR_EL2 */
	0x9100114a, /* ADD X10, X10, #0X4 */
	0xd51c402a, /* MSR ELR_EL2, X10 */
	0x91002042, /* ADD X2, X2, #0X8 */
	0xd69f03e0, /* ERET */
};

static const struct program {
	const char *name;
	const uint32_t *words;
	size_t count;
	unsigned pieces, longest;
	unsigned register_moved; /* X register that must not be 0 in the end */
} programs[] = {
	{"nested loops", nested_loops, sizeof(nested_loops) / 4, 300, 6000, 12},
	{"code that rewrites itself", rewrites_itself, sizeof(rewrites_itself) / 4, 100, 6000, 1},
	{"exceptions in a loop", leaves_memory, sizeof(leaves_memory) / 4, 100, 6000, 9},
	{"nested loops, long", nested_loops, sizeof(nested_loops) / 4, 3, 3000000, 12},
};

static struct board *core(const struct program *program, unsigned which)
{
	struct cpu_config config = board_config("max");

	config.tlb_off = false;
	config.l1i = config.l1d = (struct tlb_shape){4, 0, 0};
	config.l2 = (struct tlb_shape){16, 4, 0};
	config.tier = which == TRANSLATED ? 2 : 1;
	config.translate_at_once = program->longest < 100000;

	struct board *board = board_with(config, 2);

	board_code(board, RAM_BASE, program->words, program->count);
	board_code(board, RAM_BASE + VECTOR, vector, sizeof(vector) / 4);
	for (unsigned i = 0; i < 64; i++)
		board_poke(board, RAM_BASE + DATA + i * 8, i * UINT64_C(0x9e3779b97f4a7c15));
	return board;
}

static void must_agree(struct board *const boards[CORES], const char *name)
{
	struct cpu *a = boards[TRANSLATED]->cpu, *b = boards[INTERPRETED]->cpu;

	ck_assert_msg(cpu_pc(a).value == cpu_pc(b).value, "%s: PC", name);
	for (unsigned n = 0; n <= 31; n++)
		ck_assert_msg(cpu_x(a, n) == cpu_x(b, n), "%s: X%u at PC 0x%llx", name, n,
			      (unsigned long long)cpu_pc(a).value);
	ck_assert_msg(flags_nzcv(a->flags) == flags_nzcv(b->flags), "%s: NZCV", name);
	ck_assert_msg(a->now == b->now, "%s: clock", name);
	ck_assert_msg(memcmp(cpu_counts(a), cpu_counts(b), sizeof(struct cpu_counts)) == 0,
		      "%s: counts", name);
	ck_assert_msg(memcmp(nw_counts(a->mmu), nw_counts(b->mmu), sizeof(struct nw_counts)) == 0,
		      "%s: counts of the MMU", name);
	ck_assert_msg(memcmp(boards[0]->ram, boards[1]->ram, 0x200000) == 0, "%s: memory", name);
}

static bool has_translated_page(struct cpu *cpu)
{
	const struct engine *e = engine_of(cpu);

	for (unsigned i = 0; i < CODE_HASH; i++)
		for (const struct code_page *page = e->hash[i]; page != NULL; page = page->next)
			if (page->translated || page->losses > 0)
				return true;
	return false;
}

START_TEST(code_does_what_handlers_do)
{
	const struct program *program = &programs[_i];
	struct board *boards[CORES] = {core(program, TRANSLATED), core(program, INTERPRETED)};
	struct draw random = draw_from((uint64_t)_i + 1);

	for (unsigned piece = 0; piece < program->pieces; piece++) {
		uint64_t length = 1 + draw(&random, program->longest);

		for (unsigned i = 0; i < CORES; i++)
			ck_assert_int_eq(cpu_run(boards[i]->cpu, length).reason, CPU_LIMIT);
		must_agree(boards, program->name);
	}
	ck_assert_msg(cpu_x(boards[0]->cpu, program->register_moved) != 0, "%s: it did nothing",
		      program->name);
	if (cpu_tier(boards[TRANSLATED]->cpu) == 2)
		ck_assert_msg(has_translated_page(boards[TRANSLATED]->cpu), "%s: not translated",
			      program->name);
	ck_assert(!has_translated_page(boards[INTERPRETED]->cpu));
	for (unsigned i = 0; i < CORES; i++)
		board_free(boards[i]);
}
END_TEST

/*
 * 1,999 pages of 1,023 ADDs, of 20 bytes of code each, and an ADD before the next page: each of
 * 1,999 runs begins in another page, so 40 MB are translated where there is room for 16.
 */
START_TEST(more_code_than_room)
{
	enum { PAGES = 1999, FIRST = 3, INSNS = 1024 };
	const struct program program = {.name = "pages", .longest = 1};
	struct board *boards[CORES] = {core(&program, TRANSLATED), core(&program, INTERPRETED)};

	for (unsigned i = 0; i < CORES; i++) {
		uint32_t *words = (uint32_t *)(void *)(boards[i]->ram + FIRST * 4096);

		for (unsigned n = 0; n < PAGES * INSNS; n++) /* ADD Xn, Xn, #n */
			words[n] = 0x91000000 | (n & 0xfff) << 10 | (n % 29) << 5 | n % 29;
		/* B to the first. */
		words[PAGES * INSNS - 1] = 0x14000000 | (0x4000000 - (PAGES * INSNS - 1));
		cpu_set_pc(boards[i]->cpu, (va_t){RAM_BASE + FIRST * 4096});
	}
	for (unsigned n = 0; n < PAGES; n++) {
		/* Half of it runs, half is stepped. */
		for (unsigned i = 0; i < CORES; i++)
			ck_assert_int_eq(cpu_run(boards[i]->cpu, INSNS * UINT64_C(2)).reason,
					 CPU_LIMIT);
		if (n % 64 == 0)
			must_agree(boards, program.name);
	}
	must_agree(boards, program.name);
	for (unsigned i = 0; i < CORES; i++)
		board_free(boards[i]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu/translate");
	TCase *tests = tcase_create("both");

	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, code_does_what_handlers_do, 0,
			    sizeof(programs) / sizeof(programs[0]));
	tcase_add_test(tests, more_code_than_room);
	suite_add_tcase(suite, tests);
	return board_run_suite(suite);
}
