/*
 * Suite cpu/filter: what filter and decoded ops shorten is counted and done as without them. Random
 * programs at EL1 and EL0, on 64 pages of which some are aliases, read-only or missing, that cross
 * pages, change code, change ASID and PAN and invalidate TLBs, end with the same registers, memory
 * and counts in both ways; for TLBs of all shapes.
 */
#include "tests/cpu/board.h"
#include "tests/cpu/draw.h"

#include "cpu/cpu.h"
#include "cpu/sysreg.h"

/* ------------------------------------------------------------------ the machine of a program */

enum {
	CODE_PAGES = 8,
	ALIAS_PAGE = 8,
	DATA_PAGE = 16,
	MISSING_PAGE = 56,
	READ_ONLY_PAGE = 60,
	PAGES = 64
};
enum { TABLE2 = 0, TABLE3 = 0x10000, VECTORS = 0x30000, PHYSICAL = 0x100000 };
enum { RUNS = 16, INSTRUCTIONS = 4000 };

/* Registers that programs keep: a linear congruence and what addresses are made of. */
enum {
	R_FREE = 18,
	R_CODE = 19,
	R_RANDOM = 20,
	R_ADDRESS = 21,
	R_TEMP = 22,
	R_MASK = 23,
	R_FACTOR = 24,
	R_TERM = 25
};

struct shape {
	const char *name;
	unsigned page_bits;
	struct tlb_shape l1i, l1d, l2, cache;
};

static const struct shape shapes[] = {
	{"one entry", 12, {1, 0, 0}, {1, 0, 0}, {0, 0, 0}, {0, 0, 0}},
	{"one entry and L2", 12, {1, 0, 0}, {1, 0, 0}, {16, 4, 0}, {0, 0, 0}},
	{"four entries", 12, {4, 0, 0}, {4, 0, 0}, {16, 4, 0}, {4, 0, 0}},
	{"two ways", 12, {8, 2, 0}, {8, 2, 0}, {64, 4, 0}, {0, 0, 0}},
	{"48 entries", 12, {48, 0, 0}, {48, 0, 0}, {1280, 5, 0}, {8, 2, 0}},
	{"no L1D", 12, {4, 0, 0}, {0, 0, 0}, {16, 4, 0}, {0, 0, 0}},
	{"no L1I", 12, {0, 0, 0}, {4, 0, 0}, {16, 4, 0}, {0, 0, 0}},
	{"16 KB pages, one entry", 14, {1, 0, 0}, {1, 0, 0}, {0, 0, 0}, {0, 0, 0}},
	{"16 KB pages", 14, {4, 0, 0}, {4, 0, 0}, {16, 4, 0}, {4, 0, 0}},
};

static uint64_t address_of(unsigned page, unsigned page_bits)
{
	return (uint64_t)page << page_bits;
}

/* Pages of code and their aliases are the same memory; every fourth page of data is its
 * neighbour's. */
static uint64_t physical(unsigned page, unsigned page_bits)
{
	if (page >= ALIAS_PAGE && page < ALIAS_PAGE + CODE_PAGES)
		page -= ALIAS_PAGE;
	else if (page >= DATA_PAGE && page % 4 == 3)
		page--;
	return RAM_BASE + PHYSICAL + ((uint64_t)(page ^ 5) << page_bits);
}

static uint64_t descriptor(unsigned page, unsigned page_bits)
{
	enum { EL0_RW = 1 << 6, READ_ONLY = 2 << 6, EL0_READ_ONLY = 3 << 6, NOT_GLOBAL = 1 << 11 };
	const uint64_t never = UINT64_C(3) << 53, valid = 0x703;
	uint64_t bits = physical(page, page_bits) | valid | (page % 2 != 0 ? NOT_GLOBAL : 0);

	if (page < CODE_PAGES)
		return bits | EL0_READ_ONLY;
	if (page < DATA_PAGE)
		return bits | never;
	if (page < MISSING_PAGE)
		return bits | EL0_RW | never;
	return page < READ_ONLY_PAGE ? 0 : bits | READ_ONLY | never;
}

/* Sixteen addresses in 4 KB pages or so: level 2 entry 0 is the table of the pages, entry 1 a block
 * from RAM_BASE. */
static void make_tables(struct board *board, unsigned page_bits)
{
	board_poke(board, RAM_BASE + TABLE2, (RAM_BASE + TABLE3) | 3);
	board_poke(board, RAM_BASE + TABLE2 + 8, RAM_BASE | 0x701);
	for (unsigned page = 0; page < PAGES; page++)
		board_poke(board, RAM_BASE + TABLE3 + 8 * page, descriptor(page, page_bits));
}

static uint64_t block_address(unsigned page_bits)
{
	return UINT64_C(1) << (page_bits + page_bits - 3);
}

static void enable_mmu(struct cpu *cpu, unsigned page_bits)
{
	/* 30-bit or 36-bit addresses: both start at level 2. */
	uint64_t tcr = page_bits == 12 ? 34 : 28 | UINT64_C(2) << 14;

	sysreg_write(cpu, SYSREG_MAIR_EL1, 0xff);
	sysreg_write(cpu, SYSREG_TCR_EL1, tcr | UINT64_C(1) << 23 | UINT64_C(2) << 32);
	sysreg_write(cpu, SYSREG_TTBR0_EL1, RAM_BASE + TABLE2);
	sysreg_write(cpu, SYSREG_VBAR_EL1, block_address(page_bits) + VECTORS);
	sysreg_write(cpu, SYSREG_SCTLR_EL1, sysreg_read(cpu, SYSREG_SCTLR_EL1) | 1);
}

/* ------------------------------------------------------------------ the program */

static unsigned free_register(struct draw *d)
{
	return draw(d, R_FREE);
}

/* X20 is the next random number; X21 an address in the 64 pages, X22 anything. */
static const uint32_t next_address[] = {
	0x9b186694, /* MADD X20, X20, X24, X25 */
	0xd360fe95, /* LSR X21, X20, #32 */
	0x8a1702b5, /* AND X21, X21, X23 */
	0xd36cfe96, /* LSR X22, X20, #44 */
};

static bool must_align(enum a64_form form)
{
	return a64_info[form].needs[0] != FEAT_NONE || field_of(form, "o0") != NULL ||
	       form == A64_LDAR || form == A64_STLR;
}

static uint32_t memory_word(struct draw *d)
{
	enum a64_form form;
	uint32_t word;

	/* Most atomic ones would end in an alignment fault. */
	do
		form = draw_form(d, true, false);
	while (field_of(form, "Rn") == NULL || (must_align(form) && draw(d, 8) != 0));
	word = draw_word(d, form, free_register);
	set_field(form, "Rn", R_ADDRESS, &word);
	set_field(form, "imm12", draw(d, 16), &word);
	if (field_of(form, "Rm") != NULL)
		set_field(form, "Rm", 31, &word);
	return word;
}

static uint32_t branch_word(struct draw *d)
{
	enum a64_form form = draw_form(d, false, true);
	uint32_t word = draw_word(d, form, free_register);

	/* Forward, so that a program does not end in a loop: behind the last page an exception
	 * leads anywhere. */
	set_field(form, "imm19", 1 + draw(d, 600), &word);
	set_field(form, "imm14", 1 + draw(d, 60), &word);
	set_field(form, "imm26", 1 + draw(d, 1500), &word);
	set_field(form, "Rn", R_ADDRESS, &word);
	return word;
}

static uint32_t system_word(struct draw *d)
{
	static const uint32_t words[] = {
		0xd508871f, /* TLBI VMALLE1 */
		0xd5088736, /* TLBI VAE1, X22 */
		0xd5088756, /* TLBI ASIDE1, X22 */
		0xd5033fdf, /* ISB */
		0xd503203f, /* YIELD */
		0xd4000001, /* SVC #0 */
		0xd5385d16, /* MRS of no register */
		0xd500409f, /* MSR PAN, #0 */
		0xd500419f, /* MSR PAN, #1 */
		0xd53b4200, /* MRS X0, NZCV */
		0xd50b7435, /* DC ZVA, X21 */
		0xd50b7535, /* IC IVAU, X21 */
		0xd50b7a35, /* DC CVAC, X21 */
		0xd5087815, /* AT S1E1R, X21 */
	};

	return words[draw(d, sizeof(words) / sizeof(words[0]))];
}

/* One to seven words; the count. */
static unsigned code_words(struct draw *d, uint32_t words[8])
{
	unsigned count = 0;

	switch (draw(d, 8)) {
	case 0:
	case 1:
	case 2:
		for (unsigned i = 0; i < 4; i++)
			words[count++] = next_address[i];
		for (unsigned n = 1 + draw(d, 3); n > 0; n--)
			words[count++] = memory_word(d);
		return count;
	case 3:
		words[0] = draw(d, 6) == 0 ? system_word(d) : branch_word(d);
		return 1;
	default:
		words[0] = draw_word(d, draw_form(d, false, false), free_register);
		return 1;
	}
}

/*
 * Every exception goes on at a random word of the code, at EL0 or EL1, with random flags and PAN;
 * every so often under another ASID.
 */
static void make_vectors(struct board *board, unsigned page_bits)
{
	const uint32_t code_bytes_mask =
		page_bits == 12 ? 0x927e32b5 : 0x927e3ab5; /* AND X21, X21, #0x7ffc, #0x1fffc */
	const uint32_t handler[] = {
		0x9b186694,                  /* MADD X20, X20, X24, X25 */
		0xd360fe95,                  /* LSR X21, X20, #32 */
		code_bytes_mask, 0x8b1302b5, /* ADD X21, X21, X19 */
		0xd5184035,                  /* MSR ELR_EL1, X21 */
		0xd37cfe96,                  /* LSR X22, X20, #60 */
		0x924002d6,                  /* AND X22, X22, #1 */
		0x8b160ad6,                  /* ADD X22, X22, X22, LSL #2 */
		0x92640e95,                  /* AND X21, X20, #0xf0000000 */
		0xaa1502d6,                  /* ORR X22, X22, X21 */
		0x926a0295,                  /* AND X21, X20, #1 << 22 */
		0xaa1502d6,                  /* ORR X22, X22, X21 */
		0xd5184016,                  /* MSR SPSR_EL1, X22 */
		0x36280114,                  /* TBZ X20, #37, +8 words */
		0xd5382015,                  /* MRS X21, TTBR0_EL1 */
		0xd24f02b5,                  /* EOR X21, X21, #1 << 49 */
		0xd5182015,                  /* MSR TTBR0_EL1, X21 */
		0xd503201f,      0xd503201f, 0xd503201f, 0xd503201f, 0xd69f03e0, /* ERET */
	};

	for (unsigned vector = 0; vector < 0x800; vector += 0x80)
		board_code(board, RAM_BASE + VECTORS + vector, handler,
			   sizeof(handler) / sizeof(handler[0]));
}

static void make_code(struct board *board, struct draw *d, unsigned page_bits)
{
	uint32_t words[8];
	uint64_t page_mask = (UINT64_C(1) << page_bits) - 1;

	for (uint64_t va = 0; va < address_of(CODE_PAGES, page_bits);) {
		unsigned count = code_words(d, words);

		for (unsigned i = 0; i < count && va < address_of(CODE_PAGES, page_bits);
		     i++, va += 4)
			board_code(board,
				   physical((unsigned)(va >> page_bits), page_bits) +
					   (va & page_mask),
				   &words[i], 1);
	}
}

static struct board *make_program(const struct shape *shape, uint64_t seed, bool slow,
				  bool observed)
{
	struct cpu_config config = board_config("max");
	struct draw d = draw_from(seed);

	config.tlb_off = false;
	config.slow = slow;
	config.observed = observed;
	config.l1i = shape->l1i;
	config.l1d = shape->l1d;
	config.l2 = shape->l2;
	config.walk_caches.stage1 = shape->cache;

	struct board *board = board_with(config, 1);

	make_tables(board, shape->page_bits);
	make_vectors(board, shape->page_bits);
	make_code(board, &d, shape->page_bits);
	enable_mmu(board->cpu, shape->page_bits);
	return board;
}

/* Somewhere in the code, with other registers: what got itself into a loop goes on. */
static void set_going(struct cpu *cpu, const struct shape *shape, uint64_t seed)
{
	struct draw d = draw_from(seed);

	for (unsigned n = 0; n < 31; n++)
		cpu_set_x(cpu, n, draw64(&d));
	cpu_set_x(cpu, R_CODE, 0);
	cpu_set_x(cpu, R_FACTOR, UINT64_C(6364136223846793005));
	cpu_set_x(cpu, R_TERM, UINT64_C(1442695040888963407));
	cpu_set_x(cpu, R_MASK, address_of(PAGES, shape->page_bits) - 1 - (seed % 3 == 0 ? 7 : 0));
	cpu_set_pc(cpu, (va_t){draw(&d, (uint32_t)CODE_PAGES << shape->page_bits) & ~3u});
}

/* ------------------------------------------------------------------ equality */

static void same_state(const struct cpu *a, const struct cpu *b, const char *name)
{
	ck_assert_msg(memcmp(a->x, b->x, SLOT_SINK * 8) == 0 && a->x[SLOT_SP] == b->x[SLOT_SP],
		      "%s: registers differ", name);
	ck_assert_msg(a->pc == b->pc, "%s: PC 0x%lx and 0x%lx", name, a->pc, b->pc);
	ck_assert_msg(cpu_pstate(a) == cpu_pstate(b), "%s: PSTATE differs", name);
	ck_assert_msg(memcmp(a->sysreg, b->sysreg, sizeof(a->sysreg)) == 0,
		      "%s: system registers differ", name);
	ck_assert_msg(a->now == b->now, "%s: clocks differ", name);
}

static void same_tlb(const struct tlb_counts a[3], const struct tlb_counts b[3], const char *name,
		     const char *what)
{
	for (unsigned el = 0; el < 3; el++)
		ck_assert_msg(memcmp(&a[el], &b[el], sizeof(a[el])) == 0,
			      "%s: %s at EL%u: %lu lookups, %lu hits; slow %lu, %lu", name, what,
			      el, a[el].lookups, a[el].hits, b[el].lookups, b[el].hits);
}

static void same_counts(struct cpu *a, struct cpu *b, const char *name)
{
	const struct cpu_counts *ca = cpu_counts(a), *cb = cpu_counts(b);
	const struct nw_counts *ma = nw_counts(cpu_mmu(a)), *mb = nw_counts(cpu_mmu(b));

	for (unsigned el = 0; el < 3; el++) {
		ck_assert_msg(ca->insns[el] == cb->insns[el], "%s: EL%u insns %lu, slow %lu", name,
			      el, ca->insns[el], cb->insns[el]);
		ck_assert_msg(ca->fetch[el] == cb->fetch[el], "%s: EL%u fetch %lu, slow %lu", name,
			      el, ca->fetch[el], cb->fetch[el]);
		ck_assert_msg(ca->load[el] == cb->load[el], "%s: EL%u load %lu, slow %lu", name, el,
			      ca->load[el], cb->load[el]);
		ck_assert_msg(ca->store[el] == cb->store[el], "%s: EL%u store %lu, slow %lu", name,
			      el, ca->store[el], cb->store[el]);
	}
	ck_assert_msg(memcmp(ca, cb, sizeof(*ca)) == 0, "%s: counts of exceptions or TLBI differ",
		      name);
	same_tlb(ma->l1i, mb->l1i, name, "L1I");
	same_tlb(ma->l1d, mb->l1d, name, "L1D");
	same_tlb(ma->l2, mb->l2, name, "L2");
	ck_assert_msg(memcmp(ma, mb, sizeof(*ma)) == 0, "%s: walk caches differ", name);
}

enum { SEEDS = 12 };

START_TEST(filter_changes_nothing)
{
	const struct shape *shape = &shapes[_i / SEEDS];
	uint64_t seed = (uint64_t)_i + 1;
	struct board *fast = make_program(shape, seed, false, false),
		     *slow = make_program(shape, seed, true, false);

	for (unsigned run = 0; run < RUNS; run++) {
		set_going(fast->cpu, shape, seed + run);
		set_going(slow->cpu, shape, seed + run);

		struct cpu_stop a = cpu_run(fast->cpu, INSTRUCTIONS),
				b = cpu_run(slow->cpu, INSTRUCTIONS);

		ck_assert_msg(a.reason == b.reason, "%s: stopped for %d and %d", shape->name,
			      a.reason, b.reason);
		same_state(fast->cpu, slow->cpu, shape->name);
		same_counts(fast->cpu, slow->cpu, shape->name);
	}
	ck_assert_msg(memcmp(fast->ram, slow->ram, RAM_SIZE) == 0, "%s: memory differs",
		      shape->name);

	const struct cpu_counts *counts = cpu_counts(fast->cpu);

	/* The program did what it is for. */
	ck_assert_uint_gt(counts->insns[0], 1000);
	ck_assert_uint_gt(counts->insns[1], 1000);
	ck_assert_uint_gt(counts->load[0] + counts->load[1], 200);
	ck_assert_uint_gt(counts->store[0] + counts->store[1], 200);
	board_free(fast);
	board_free(slow);
}
END_TEST

/* Observed execution uses the filter, too. */
START_TEST(observed_execution_changes_nothing)
{
	const struct shape *shape = &shapes[_i];
	struct board *observed = make_program(shape, 1000, false, true);
	struct board *slow = make_program(shape, 1000, true, false);

	for (unsigned run = 0; run < RUNS; run++) {
		set_going(observed->cpu, shape, 1000 + run);
		set_going(slow->cpu, shape, 1000 + run);
		ck_assert_int_eq(cpu_run(observed->cpu, INSTRUCTIONS).reason,
				 cpu_run(slow->cpu, INSTRUCTIONS).reason);
		same_state(observed->cpu, slow->cpu, shape->name);
		same_counts(observed->cpu, slow->cpu, shape->name);
	}
	board_free(observed);
	board_free(slow);
}
END_TEST

/*
 * More pages of code than there are decoded pages: each branches to the next, which is 4 KB
 * further, the last one to the first.
 */
START_TEST(more_code_than_decoded_pages)
{
	enum { CODE_4K = 3000, ROUNDS = 3 };
	struct cpu_config config = board_config("max");

	config.tlb_off = false;
	config.slow = _i != 0;
	config.l1i = config.l1d = (struct tlb_shape){4, 0, 0};

	struct board *board = board_with(config, 2);

	for (unsigned page = 0; page < CODE_4K; page++) {
		uint32_t to_first = 0x14000000 | (-page * 1024 & 0x3ffffff);
		const uint32_t words[] = {
			0x91000400, page + 1 < CODE_4K ? 0x140003ff : to_first - 1 + (page == 0)};

		board_code(board, RAM_BASE + 4096 * (uint64_t)page, words, 2);
	}
	cpu_run(board->cpu, 2 * CODE_4K * ROUNDS);
	ck_assert_uint_eq(cpu_x(board->cpu, 0), CODE_4K * ROUNDS);
	ck_assert_uint_eq(cpu_pc(board->cpu).value, RAM_BASE);
	board_free(board);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu/filter");
	TCase *filter = tcase_create("filter");

	tcase_set_timeout(filter, 120);
	tcase_add_loop_test(filter, filter_changes_nothing, 0,
			    SEEDS * (int)(sizeof(shapes) / sizeof(shapes[0])));
	tcase_add_loop_test(filter, observed_execution_changes_nothing, 0,
			    (int)(sizeof(shapes) / sizeof(shapes[0])));
	tcase_add_loop_test(filter, more_code_than_decoded_pages, 0, 2);
	suite_add_tcase(suite, filter);
	return board_run_suite(suite);
}
