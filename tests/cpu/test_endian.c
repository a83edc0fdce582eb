/*
 * Suite cpu/endian: data accesses with SCTLR_ELx.EE and E0E (BigEndian(), BigEndianReverse()).
 * Memory holds 00 01 02 ... 0f from RAM_BASE + DATA on; stage 1 is off, the fetches are
 * little-endian always.
 */
#include "tests/cpu/board.h"

#include "cpu/sysreg.h"

enum { DATA = 0x1000 };
enum { EE = 1 << 25, E0E = 1 << 24 };

#define HCR_DC (UINT64_C(1) << 12)
#define HOST   (UINT64_C(1) << 34 | UINT64_C(1) << 27)

/* Stage 1 off and HCR_EL2.DC make memory of EL1&0 Normal; stage 2 is one 1 GB block of a 32-bit IPA
 * space. */
static void set_default_cacheable(struct board *board)
{
	board_poke(board, RAM_BASE + 0x10008, RAM_BASE | 0x4fd); /* AF, S2AP, MemAttr */
	sysreg_write(board->cpu, SYSREG_VTTBR_EL2, RAM_BASE + 0x10000);
	sysreg_write(board->cpu, SYSREG_VTCR_EL2, 32 | 1 << 6 | 2 << 16);
	sysreg_write(board->cpu, SYSREG_HCR_EL2, HCR_DC);
}

static struct board *endian_board(unsigned el, uint64_t sctlr, bool slow)
{
	struct cpu_config config = board_config("max");

	config.slow = slow;
	config.tlb_off = false;
	config.l1i = config.l1d = (struct tlb_shape){8, 0, 0};

	struct board *board = board_with(config, el == 0 ? 1 : el);
	struct cpu *cpu = board->cpu;

	for (unsigned i = 0; i < 64; i++)
		board->ram[DATA + i] = (uint8_t)i;
	set_default_cacheable(board);
	sysreg_write(cpu, SYSREG_SCTLR_EL1, sctlr);
	if (el == 2)
		sysreg_write(cpu, SYSREG_SCTLR_EL2, sctlr);
	cpu->x[1] = RAM_BASE + DATA;
	cpu->x[2] = 0x8899aabbccddeeff;
	cpu->x[3] = 0x1122334455667788;
	if (el == 0) {
		cpu->sysreg[SYSREG_SPSR_EL1] = 0x3c0;
		cpu->pstate.el = 0;
		cpu->pstate.spsel = false;
	}
	return board;
}

static void run(struct board *board, const uint32_t *words, size_t count)
{
	const uint32_t stay = 0x14000000;

	board_code(board, RAM_BASE, words, count);
	board_code(board, RAM_BASE + 4 * count, &stay, 1);
	cpu_run(board->cpu, 5000); /* enough for decoded ops to be used */
}

/* ------------------------------------------------------------------ loads */

static const struct {
	const char *name;
	uint32_t word;     /* of X0 and X4 from [X1] */
	uint64_t x0, x4;   /* big-endian */
	uint64_t le0, le4; /* little-endian */
} loads[] = {
	{"ldrb", 0x39400020, 0x00, 0, 0x00, 0},
	{"ldrh", 0x79400020, 0x0001, 0, 0x0100, 0},
	{"ldr w", 0xb9400020, 0x00010203, 0, 0x03020100, 0},
	{"ldr x", 0xf9400020, 0x0001020304050607, 0, 0x0706050403020100, 0},
	{"ldur x, 8", 0xf8408020, 0x08090a0b0c0d0e0f, 0, 0x0f0e0d0c0b0a0908, 0},
	{"ldrsh x", 0x79800020, 0x0001, 0, 0x0100, 0},
	{"ldp w", 0x29401020, 0x00010203, 0x04050607, 0x03020100, 0x07060504},
	{"ldp x", 0xa9401020, 0x0001020304050607, 0x08090a0b0c0d0e0f, 0x0706050403020100,
	 0x0f0e0d0c0b0a0908},
	{"ldpsw", 0x69401020, 0x00010203, 0x04050607, 0x03020100, 0x07060504},
	{"ldar w", 0x88dffc20, 0x00010203, 0, 0x03020100, 0},
	{"ldxr x", 0xc85f7c20, 0x0001020304050607, 0, 0x0706050403020100, 0},
	{"ldxp w", 0x887f1020, 0x00010203, 0x04050607, 0x03020100, 0x07060504},
	{"ldxp x", 0xc87f1020, 0x0001020304050607, 0x08090a0b0c0d0e0f, 0x0706050403020100,
	 0x0f0e0d0c0b0a0908},
	{"ldapr x", 0xf8bfc020, 0x0001020304050607, 0, 0x0706050403020100, 0},
	{"ldtr w", 0xb8400820, 0x00010203, 0, 0x03020100, 0},
};

/* Who accesses, with which bit, and whether that is the bit that counts. */
static const struct {
	unsigned el;
	uint64_t sctlr;
	bool big;
} places[] = {{1, EE, true}, {1, E0E, false}, {0, E0E, true}, {0, EE, false}, {2, EE, true}};

enum { PLACES = sizeof(places) / sizeof(places[0]) };

START_TEST(load_orders_bytes)
{
	for (unsigned n = 0; n < 2 * PLACES; n++) {
		struct board *board = endian_board(places[n / 2].el, places[n / 2].sctlr, n & 1);
		bool big = places[n / 2].big;

		/* Twice: the filter may answer what has been accessed before. */
		run(board, (uint32_t[]){loads[_i].word, loads[_i].word}, 2);
		ck_assert_msg(cpu_x(board->cpu, 0) == (big ? loads[_i].x0 : loads[_i].le0),
			      "%s, place %u: 0x%llx", loads[_i].name, n / 2,
			      (unsigned long long)cpu_x(board->cpu, 0));
		ck_assert_msg(cpu_x(board->cpu, 4) == (big ? loads[_i].x4 : loads[_i].le4),
			      "%s, place %u: 0x%llx", loads[_i].name, n / 2,
			      (unsigned long long)cpu_x(board->cpu, 4));
		board_free(board);
	}
}
END_TEST

/* ------------------------------------------------------------------ stores */

static const struct {
	const char *name;
	uint32_t words[3]; /* of X2, X3 to [X1] */
	uint8_t bytes[16];
} stores[] = {
	{"strh", {0x79000022}, {0xee, 0xff, 2, 3}},
	{"str w", {0xb9000022}, {0xcc, 0xdd, 0xee, 0xff, 4}},
	{"str x", {0xf9000022}, {0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 8}},
	{"stp w", {0x29000c22}, {0xcc, 0xdd, 0xee, 0xff, 0x55, 0x66, 0x77, 0x88, 8}},
	{"stp x",
	 {0xa9000c22},
	 {0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
	  0x88}},
	{"stlr w", {0x889ffc22}, {0xcc, 0xdd, 0xee, 0xff, 4}},
	{"ldxr, stxr x",
	 {0xc85f7c20, 0xc8057c22},
	 {0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 8}},
	{"ldxp, stxp w",
	 {0x887f1020, 0x88250c22},
	 {0xcc, 0xdd, 0xee, 0xff, 0x55, 0x66, 0x77, 0x88, 8}},
	/* 0x00010203 + 0xccddeeff */
	{"ldadd w", {0xb8220020}, {0xcc, 0xde, 0xf1, 0x02, 4}},
	{"swp x", {0xf8228020}, {0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 8}},
};

START_TEST(store_orders_bytes)
{
	for (unsigned slow = 0; slow < 2; slow++) {
		struct board *board = endian_board(1, EE, slow);
		const uint8_t *bytes = stores[_i].bytes;
		uint32_t words[3];
		unsigned count = 0, compared = 0;

		while (count < 3 && stores[_i].words[count] != 0) {
			words[count] = stores[_i].words[count];
			count++;
		}
		run(board, words, count);
		while (compared < 16 && bytes[compared] != 0)
			compared++;
		ck_assert_msg(memcmp(board->ram + DATA, bytes, compared) == 0, "%s: %02x %02x ...",
			      stores[_i].name, board->ram[DATA], board->ram[DATA + 1]);
		board_free(board);
	}
}
END_TEST

/* CAS and CASP compare and store what registers hold. */
START_TEST(compare_and_swap_orders_bytes)
{
	struct board *board = endian_board(1, EE, false);
	struct cpu *cpu = board->cpu;
	static const uint8_t expected[16] = {0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
					     0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88};

	cpu->x[4] = 0x0001020304050607;
	cpu->x[5] = 0x08090a0b0c0d0e0f;
	run(board, (uint32_t[]){0x48247c22}, 1); /* CASP X4, X5, X2, X3, [X1] */
	ck_assert_int_eq(memcmp(board->ram + DATA, expected, 16), 0);
	ck_assert_uint_eq(cpu->x[4], 0x0001020304050607);
	ck_assert_uint_eq(cpu->x[5], 0x08090a0b0c0d0e0f);
	board_free(board);
}
END_TEST

/* Across two pages the order is that of the whole. */
START_TEST(load_across_pages_orders_bytes)
{
	struct board *board = endian_board(1, EE, false);

	for (unsigned i = 0; i < 8; i++)
		board->ram[0x1ffc + i] = (uint8_t)(0xa0 + i);
	board->cpu->x[1] = RAM_BASE + 0x1ffc;
	run(board, (uint32_t[]){0xf9400020}, 1);
	ck_assert_uint_eq(board->cpu->x[0], 0xa0a1a2a3a4a5a6a7);
	board_free(board);
}
END_TEST

/* EL0 under {E2H,TGE}={1,1} has its E0E in SCTLR_EL2. */
START_TEST(host_el0_has_its_e0e_in_sctlr_el2)
{
	struct board *board = board_new("max", 2);
	struct cpu *cpu = board->cpu;

	board_poke(board, RAM_BASE + DATA, 0x0706050403020100);
	sysreg_write(cpu, SYSREG_HCR_EL2, HOST);
	sysreg_write(cpu, SYSREG_SCTLR_EL2, E0E);
	cpu->x[1] = RAM_BASE + DATA;
	cpu->pstate.el = 0;
	cpu->pstate.spsel = false;
	run(board, (uint32_t[]){0xf9400020}, 1);
	ck_assert_uint_eq(cpu->x[0], 0x0001020304050607);
	board_free(board);
}
END_TEST

#define ROWS(a) ((int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
	Suite *suite = suite_create("cpu/endian");
	TCase *tcase = tcase_create("endian");

	tcase_add_loop_test(tcase, load_orders_bytes, 0, ROWS(loads));
	tcase_add_loop_test(tcase, store_orders_bytes, 0, ROWS(stores));
	tcase_add_test(tcase, compare_and_swap_orders_bytes);
	tcase_add_test(tcase, load_across_pages_orders_bytes);
	tcase_add_test(tcase, host_el0_has_its_e0e_in_sctlr_el2);
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
