/*
 * Suite cpu/semantics: results and flags of instructions, worked out by hand from the Arm ARM, in
 * both instantiations. Random streams against QEMU (test_stream.sh) go wider.
 */
#include "tests/cpu/board.h"

#include "cpu/cpu.h"
#include "cpu/flags.h"

#define CODE 0x10000
#define SP   0x80000
#define DATA 0x90000

/* Of X1, X2, X3 and NZCV the instruction makes X0 and NZCV; X0 is 0 before. */
static const struct row {
	const char *name;
	uint32_t word;
	uint64_t x[3];
	unsigned flags;
	uint64_t result;
	unsigned flags_after;
} rows[] = {
	{"adr x0, .+1048572", 0x107fffe0, {0, 0, 0}, 0, 0x4010fffc, 0},
	{"adrp x0, .-0x1000", 0xf0ffffe0, {0, 0, 0}, 0, 0x4000f000, 0},
	{"add w0, w1, #4095", 0x113ffc20, {UINT64_C(0xfffffffffffffff0), 0, 0}, 15, 0xfef, 15},
	{"adds x0, x1, #1",
	 0xb1000420,
	 {UINT64_C(0x7fffffffffffffff), 0, 0},
	 0,
	 UINT64_C(0x8000000000000000),
	 9},
	{"adds w0, w1, #1", 0x31000420, {UINT64_C(0xffffffff), 0, 0}, 0, 0, 6},
	{"subs x0, x1, #1", 0xf1000420, {0, 0, 0}, 0, UINT64_C(0xffffffffffffffff), 8},
	{"subs w0, w1, #1, lsl #12", 0x71400420, {UINT64_C(0x80000000), 0, 0}, 0, 0x7ffff000, 3},
	{"cmp x1, #0", 0xf100003f, {0, 0, 0}, 0, 0, 6},
	{"and x0, x1, #0xf0f0f0f0f0f0f0f0",
	 0x9204cc20,
	 {UINT64_C(0x123456789abcdef0), 0, 0},
	 0,
	 UINT64_C(0x1030507090b0d0f0),
	 0},
	{"orr w0, w1, #0x80000001",
	 0x32010420,
	 {UINT64_C(0xffffffff00000000), 0, 0},
	 0,
	 UINT64_C(0x80000001),
	 0},
	{"eor x0, x1, #0xfffffffffffffffe",
	 0xd27ff820,
	 {1, 0, 0},
	 0,
	 UINT64_C(0xffffffffffffffff),
	 0},
	{"ands w0, w1, #0x80000000",
	 0x72010020,
	 {UINT64_C(0xffffffff), 0, 0},
	 15,
	 UINT64_C(0x80000000),
	 8},
	{"tst x1, #1", 0xf240003f, {2, 0, 0}, 11, 0, 4},
	{"mov w0, #-2", 0x12800020, {0, 0, 0}, 0, UINT64_C(0xfffffffe), 0},
	{"movz x0, #0xbeef, lsl #48", 0xd2f7dde0, {0, 0, 0}, 0, UINT64_C(0xbeef000000000000), 0},
	{"sxtb w0, w1", 0x13001c20, {0x80, 0, 0}, 0, UINT64_C(0xffffff80), 0},
	{"asr x0, x1, #63",
	 0x937ffc20,
	 {UINT64_C(0x8000000000000000), 0, 0},
	 0,
	 UINT64_C(0xffffffffffffffff),
	 0},
	{"asr w0, w1, #4", 0x13047c20, {UINT64_C(0x180000000), 0, 0}, 0, UINT64_C(0xf8000000), 0},
	{"sbfiz x0, x1, #8, #4", 0x93780c20, {0xf, 0, 0}, 0, UINT64_C(0xffffffffffffff00), 0},
	{"ubfx x0, x1, #60, #4", 0xd37cfc20, {UINT64_C(0xa000000000000000), 0, 0}, 0, 0xa, 0},
	{"lsl w0, w1, #31", 0x53010020, {3, 0, 0}, 0, UINT64_C(0x80000000), 0},
	{"lsr w0, w1, #31", 0x531f7c20, {UINT64_C(0xffffffff80000000), 0, 0}, 0, 1, 0},
	{"ubfiz x0, x1, #60, #4", 0xd3440c20, {0x1f, 0, 0}, 0, UINT64_C(0xf000000000000000), 0},
	{"extr x0, x1, x2, #4", 0x93c21020, {0x1, 0x10, 0}, 0, UINT64_C(0x1000000000000001), 0},
	{"extr w0, w1, w2, #31", 0x13827c20, {0x1, UINT64_C(0x80000000), 0}, 0, 0x3, 0},
	{"udiv x0, x1, x2", 0x9ac20820, {7, 0, 0}, 0, 0, 0},
	{"udiv w0, w1, w2",
	 0x1ac20820,
	 {UINT64_C(0x1ffffffff), UINT64_C(0x100000010), 0},
	 0,
	 0x0fffffff,
	 0},
	{"sdiv x0, x1, x2",
	 0x9ac20c20,
	 {UINT64_C(0x8000000000000000), UINT64_C(0xffffffffffffffff), 0},
	 0,
	 UINT64_C(0x8000000000000000),
	 0},
	{"sdiv w0, w1, w2",
	 0x1ac20c20,
	 {UINT64_C(0x80000000), UINT64_C(0xffffffff), 0},
	 0,
	 UINT64_C(0x80000000),
	 0},
	{"sdiv x0, x1, x2",
	 0x9ac20c20,
	 {UINT64_C(0xfffffffffffffff9), 2, 0},
	 0,
	 UINT64_C(0xfffffffffffffffd),
	 0},
	{"lsl x0, x1, x2", 0x9ac22020, {1, 65, 0}, 0, 2, 0},
	{"lsr w0, w1, w2", 0x1ac22420, {UINT64_C(0xffffffff00000010), 36, 0}, 0, 1, 0},
	{"asr w0, w1, w2", 0x1ac22820, {UINT64_C(0x80000000), 31, 0}, 0, UINT64_C(0xffffffff), 0},
	{"ror w0, w1, w2", 0x1ac22c20, {1, 1, 0}, 0, UINT64_C(0x80000000), 0},
	{"ror x0, x1, x2", 0x9ac22c20, {0x10, 8, 0}, 0, UINT64_C(0x1000000000000000), 0},
	{"crc32b w0, w1, w2", 0x1ac24020, {UINT64_C(0xffffffff), 0x31, 0}, 0, 0x7c231048, 0},
	{"rbit w0, w1", 0x5ac00020, {1, 0, 0}, 0, UINT64_C(0x80000000), 0},
	{"rbit x0, x1", 0xdac00020, {0x2, 0, 0}, 0, UINT64_C(0x4000000000000000), 0},
	{"rev16 x0, x1",
	 0xdac00420,
	 {UINT64_C(0x123456789abcdef), 0, 0},
	 0,
	 UINT64_C(0x23016745ab89efcd),
	 0},
	{"rev32 x0, x1",
	 0xdac00820,
	 {UINT64_C(0x123456789abcdef), 0, 0},
	 0,
	 UINT64_C(0x67452301efcdab89),
	 0},
	{"rev w0, w1", 0x5ac00820, {UINT64_C(0x123456789abcdef), 0, 0}, 0, UINT64_C(0xefcdab89), 0},
	{"rev x0, x1",
	 0xdac00c20,
	 {UINT64_C(0x123456789abcdef), 0, 0},
	 0,
	 UINT64_C(0xefcdab8967452301),
	 0},
	{"clz x0, x1", 0xdac01020, {0, 0, 0}, 0, 64, 0},
	{"clz w0, w1", 0x5ac01020, {UINT64_C(0xffffffff00000001), 0, 0}, 0, 31, 0},
	{"cls x0, x1", 0xdac01420, {UINT64_C(0xffffffffffffffff), 0, 0}, 0, 63, 0},
	{"cls w0, w1", 0x5ac01420, {0x40000000, 0, 0}, 0, 0, 0},
	{"bic x0, x1, x2, lsl #4", 0x8a221020, {0xff, 0xf, 0}, 0, 0xf, 0},
	{"orn w0, w1, w2", 0x2a220020, {0, UINT64_C(0xffff0000), 0}, 0, 0xffff, 0},
	{"eor w0, w1, w2, ror #4", 0x4ac21020, {0, 0xf, 0}, 0, UINT64_C(0xf0000000), 0},
	{"eon x0, x1, x2", 0xca220020, {5, 5, 0}, 0, UINT64_C(0xffffffffffffffff), 0},
	{"bics x0, x1, x2", 0xea220020, {3, 3, 0}, 15, 0, 4},
	{"ands w0, w1, w2, asr #31",
	 0x6a827c20,
	 {UINT64_C(0x80000000), UINT64_C(0x80000000), 0},
	 3,
	 UINT64_C(0x80000000),
	 8},
	{"add x0, x1, x2, lsr #60", 0x8b42f020, {1, UINT64_C(0xf000000000000000), 0}, 0, 0x10, 0},
	{"adds w0, w1, w2, lsl #31", 0x2b027c20, {UINT64_C(0x80000000), 1, 0}, 0, 0, 7},
	{"sub x0, x1, x2, asr #1", 0xcb820420, {0, UINT64_C(0xfffffffffffffffe), 0}, 0, 1, 0},
	{"subs w0, w1, w2", 0x6b020020, {UINT64_C(0x80000000), 1, 0}, 0, 0x7fffffff, 3},
	{"subs x0, x1, x2", 0xeb020020, {1, 2, 0}, 0, UINT64_C(0xffffffffffffffff), 8},
	{"add x0, x1, w2, sxtb #4", 0x8b229020, {0, 0x80, 0}, 0, UINT64_C(0xfffffffffffff800), 0},
	{"add x0, x1, w2, uxth", 0x8b222020, {1, UINT64_C(0xffffffffffffffff), 0}, 0, 0x10000, 0},
	{"subs x0, x1, w2, sxtw", 0xeb22c020, {0, UINT64_C(0xffffffff), 0}, 0, 1, 0},
	{"adc x0, x1, x2", 0x9a020020, {1, 2, 0}, 2, 4, 2},
	{"adcs w0, w1, w2", 0x3a020020, {UINT64_C(0xffffffff), 0, 0}, 2, 0, 6},
	{"adcs x0, x1, x2",
	 0xba020020,
	 {UINT64_C(0x7fffffffffffffff), 0, 0},
	 2,
	 UINT64_C(0x8000000000000000),
	 9},
	{"sbc x0, x1, x2", 0xda020020, {5, 3, 0}, 0, 1, 0},
	{"sbcs w0, w1, w2", 0x7a020020, {0, 0, 0}, 0, UINT64_C(0xffffffff), 8},
	{"sbcs x0, x1, x2", 0xfa020020, {0, 0, 0}, 2, 0, 6},
	{"rmif x1, #4, #6", 0xba020426, {0xf0, 0, 0}, 9, 0, 15},
	{"rmif x1, #63, #8", 0xba1f8428, {UINT64_C(0x8000000000000000), 0, 0}, 8, 0, 0},
	{"setf8 w1", 0x3a00082d, {0x80, 0, 0}, 2, 0, 11},
	{"setf16 w1", 0x3a00482d, {0x18000, 0, 0}, 0, 0, 8},
	{"setf8 w1", 0x3a00082d, {0x100, 0, 0}, 0, 0, 5},
	{"ccmn x1, #1, #15, eq", 0xba41082f, {UINT64_C(0xffffffffffffffff), 0, 0}, 4, 0, 6},
	{"ccmp w1, w2, #5, ne", 0x7a421025, {0, 0, 0}, 4, 0, 5},
	{"ccmp x1, #31, #0, cs", 0xfa5f2820, {31, 0, 0}, 2, 0, 6},
	{"ccmp x1, #0, #12, lt", 0xfa40b82c, {1, 0, 0}, 0, 0, 12},
	{"csel x0, x1, x2, ge", 0x9a82a020, {1, 2, 0}, 9, 1, 9},
	{"csel w0, w1, w2, gt", 0x1a82c020, {UINT64_C(0xfffffffff), 2, 0}, 12, 2, 12},
	{"csinc x0, x1, x2, hi", 0x9a828420, {1, UINT64_C(0xffffffffffffffff), 0}, 6, 0, 6},
	{"csinv w0, w1, w2, mi", 0x5a824020, {1, 0, 0}, 0, UINT64_C(0xffffffff), 0},
	{"csneg x0, x1, x2, vc", 0xda827420, {1, 2, 0}, 1, UINT64_C(0xfffffffffffffffe), 1},
	{"csel x0, x1, x2, nv", 0x9a82f020, {1, 2, 0}, 0, 1, 0},
	{"madd w0, w1, w2, w3",
	 0x1b020c20,
	 {UINT64_C(0xffffffff), UINT64_C(0xffffffff), 5},
	 0,
	 6,
	 0},
	{"msub x0, x1, x2, x3", 0x9b028c20, {3, 4, 10}, 0, UINT64_C(0xfffffffffffffffe), 0},
	{"smaddl x0, w1, w2, x3",
	 0x9b220c20,
	 {UINT64_C(0xffffffff), 2, 1},
	 0,
	 UINT64_C(0xffffffffffffffff),
	 0},
	{"smsubl x0, w1, w2, x3",
	 0x9b228c20,
	 {UINT64_C(0x80000000), UINT64_C(0x80000000), 0},
	 0,
	 UINT64_C(0xc000000000000000),
	 0},
	{"smulh x0, x1, x2",
	 0x9b427c20,
	 {UINT64_C(0x8000000000000000), UINT64_C(0x8000000000000000), 0},
	 0,
	 UINT64_C(0x4000000000000000),
	 0},
	{"umaddl x0, w1, w2, x3",
	 0x9ba20c20,
	 {UINT64_C(0xffffffff), UINT64_C(0xffffffff), 0},
	 0,
	 UINT64_C(0xfffffffe00000001),
	 0},
	{"umsubl x0, w1, w2, x3", 0x9ba28c20, {2, 3, 5}, 0, UINT64_C(0xffffffffffffffff), 0},
	{"umulh x0, x1, x2",
	 0x9bc27c20,
	 {UINT64_C(0xffffffffffffffff), UINT64_C(0xffffffffffffffff), 0},
	 0,
	 UINT64_C(0xfffffffffffffffe),
	 0},
	{"cfinv", 0xd500401f, {0, 0, 0}, 15, 0, 13},
	{"axflag", 0xd500405f, {0, 0, 0}, 1, 0, 4},
	{"axflag", 0xd500405f, {0, 0, 0}, 2, 0, 2},
	{"xaflag", 0xd500403f, {0, 0, 0}, 4, 0, 3},
	{"xaflag", 0xd500403f, {0, 0, 0}, 0, 0, 8},
	{"mov x0, sp", 0x910003e0, {0, 0, 0}, 0, 0x40080000, 0},
	{"add x0, sp, x1, lsl #3", 0x8b216fe0, {2, 0, 0}, 0, 0x40080010, 0},
	{"movk w0, #1, lsl #16", 0x72a00020, {0, 0, 0}, 0, 0x10000, 0},
	{"bfi x0, x1, #4, #4", 0xb37c0c20, {0xf, 0, 0}, 0, 0xf0, 0},
	{"ldr x0, [x1]", 0xf9400020, {0x40090000, 0, 0}, 0, UINT64_C(0x8877665544332211), 0},
	{"ldrsb x0, [x1, #7]", 0x39801c20, {0x40090000, 0, 0}, 0, UINT64_C(0xffffffffffffff88), 0},
	{"ldrsb w0, [x1, #7]", 0x39c01c20, {0x40090000, 0, 0}, 0, UINT64_C(0xffffff88), 0},
	{"ldrsh w0, [x1, x2]", 0x78e26820, {0x40090000, 6, 0}, 0, UINT64_C(0xffff8877), 0},
	{"ldrsw x0, [x1, w2, uxtw #2]",
	 0xb8a25820,
	 {0x40090000, 1, 0},
	 0,
	 UINT64_C(0xffffffff88776655),
	 0},
	{"ldrh w0, [x1, w2, sxtw #1]",
	 0x7862d820,
	 {0x40090002, UINT64_C(0xffffffff), 0},
	 0,
	 0x2211,
	 0},
	{"ldrb w0, [x1, #2]!", 0x38402c20, {0x40090000, 0, 0}, 0, 0x33, 0},
	{"ldr w0, [x1], #8", 0xb8408420, {0x40090004, 0, 0}, 0, UINT64_C(0x88776655), 0},
	{"ldp x0, x2, [x1]", 0xa9400820, {0x40090000, 0, 0}, 0, UINT64_C(0x8877665544332211), 0},
	{"ldp w2, w0, [x1]", 0x29400022, {0x40090000, 0, 0}, 0, UINT64_C(0x88776655), 0},
	{"ldpsw x2, x0, [x1]", 0x69400022, {0x40090000, 0, 0}, 0, UINT64_C(0xffffffff88776655), 0},
	{"ldp w0, w0, [x1]", 0x29400020, {0x40090000, 0, 0}, 0, UINT64_C(0x88776655), 0},
	{"ldpsw x0, x0, [x1]", 0x69400020, {0x40090000, 0, 0}, 0, UINT64_C(0xffffffff88776655), 0},
	{"ldxp w0, w0, [x1]", 0x887f0020, {0x40090000, 0, 0}, 0, UINT64_C(0x88776655), 0},
	{"ldp w1, w0, [x1], #8", 0x28c10021, {0x40090000, 0, 0}, 0, UINT64_C(0x88776655), 0},
	{"ldar w0, [x1]", 0x88dffc20, {0x40090004, 0, 0}, 0, UINT64_C(0x88776655), 0},
	{"ldar w0, [x1], Rs and Rt2 0", 0x88c08020, {0x40090004, 0, 0}, 0, UINT64_C(0x88776655), 0},
	{"ldxr x0, [x1]", 0xc85f7c20, {0x40090000, 0, 0}, 0, UINT64_C(0x8877665544332211), 0},
	{"ldapursb w0, [x1, #-1]", 0x19dff020, {0x40090008, 0, 0}, 0, UINT64_C(0xffffff88), 0},
	{"ldaddh w2, w0, [x1]", 0x78220020, {0x40090000, 1, 0}, 0, 0x2211, 0},
	{"swpb w2, w0, [x1]", 0x38228020, {0x40090007, 1, 0}, 0, 0x88, 0},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* The word at CODE, followed by a branch to itself, at EL2 with the MMU off. */
static struct board *board_of(uint32_t word, bool slow)
{
	struct cpu_config config = board_config("max");
	const uint32_t words[2] = {word, 0x14000000};

	config.tlb_off = false;
	config.slow = slow;
	config.l1i = config.l1d = (struct tlb_shape){4, 0, 0};

	struct board *board = board_with(config, 2);

	board_code(board, RAM_BASE + CODE, words, 2);
	board_poke(board, RAM_BASE + DATA, UINT64_C(0x8877665544332211));
	cpu_set_pc(board->cpu, (va_t){RAM_BASE + CODE});
	cpu_set_x(board->cpu, 31, RAM_BASE + SP);
	return board;
}

/* Enough for the fast instantiation, which leaves the last thousand to the other one. */
enum { FAST_RUN = 5000 };

START_TEST(instruction_gives_result)
{
	const struct row *row = &rows[_i / 2];
	bool slow = _i % 2 != 0;
	struct board *board = board_of(row->word, slow);

	for (unsigned n = 0; n < 3; n++)
		cpu_set_x(board->cpu, n + 1, row->x[n]);
	board->cpu->flags = flags_from(row->flags);
	ck_assert_int_eq(cpu_run(board->cpu, slow ? 2 : FAST_RUN).reason, CPU_LIMIT);
	ck_assert_msg(cpu_pc(board->cpu).value == RAM_BASE + CODE + 4, "%s: PC 0x%lx", row->name,
		      cpu_pc(board->cpu).value);
	ck_assert_msg(cpu_x(board->cpu, 0) == row->result, "%s: X0 is 0x%lx, expected 0x%lx",
		      row->name, cpu_x(board->cpu, 0), row->result);
	ck_assert_msg(cpu_pstate(board->cpu) >> 28 == row->flags_after,
		      "%s: NZCV is %lu, expected %u", row->name, cpu_pstate(board->cpu) >> 28,
		      row->flags_after);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ conditions */

/* For each condition the flags that satisfy it, as bits of a mask indexed by N:Z:C:V. */
static const struct {
	const char *name;
	uint16_t holds;
} conditions[16] = {
	{"EQ", 0xf0f0}, {"NE", 0x0f0f}, {"CS", 0xcccc}, {"CC", 0x3333},
	{"MI", 0xff00}, {"PL", 0x00ff}, {"VS", 0xaaaa}, {"VC", 0x5555},
	{"HI", 0x0c0c}, {"LS", 0xf3f3}, {"GE", 0xaa55}, {"LT", 0x55aa},
	{"GT", 0x0a05}, {"LE", 0xf5fa}, {"AL", 0xffff}, {"NV", 0xffff},
};

START_TEST(condition_holds_for)
{
	unsigned cond = (unsigned)_i;

	for (unsigned nzcv = 0; nzcv < 16; nzcv++) {
		for (unsigned slow = 0; slow < 2; slow++) {
			/* B.cond over a MOVZ X0, #1. */
			struct board *board = board_of(0x54000040 | cond, slow != 0);
			const uint32_t rest[] = {0xd2800020, 0x14000000};

			board_code(board, RAM_BASE + CODE + 4, rest, 2);
			board->cpu->flags = flags_from(nzcv);
			cpu_run(board->cpu, slow != 0 ? 3 : FAST_RUN);
			ck_assert_msg(cpu_x(board->cpu, 0) ==
					      (conditions[cond].holds >> nzcv & 1 ? 0 : 1),
				      "B.%s with %u", conditions[cond].name, nzcv);
			ck_assert_uint_eq(cpu_pstate(board->cpu) >> 28, nzcv);
			board_free(board);
		}
	}
}
END_TEST

/* ------------------------------------------------------------------ branches and writeback */

static const struct {
	const char *name;
	uint32_t word;
	uint64_t x1;
	uint64_t pc;  /* after it, from CODE */
	uint64_t x30; /* 0: not written */
} branches[] = {
	{"b .+8", 0x14000002, 0, 8, 0},
	{"b .-4", 0x17ffffff, 0, UINT64_MAX - 3, 0},
	{"bl .+0x2000", 0x94000800, 0, 0x2000, RAM_BASE + CODE + 4},
	{"br x1", 0xd61f0020, RAM_BASE + CODE + 0x3ffc, 0x3ffc, 0},
	{"blr x1", 0xd63f0020, RAM_BASE, UINT64_MAX - CODE + 1, RAM_BASE + CODE + 4},
	{"ret x1", 0xd65f0020, RAM_BASE + CODE + 8, 8, 0},
	{"cbz w1, .+8", 0x34000041, UINT64_C(1) << 32, 8, 0},
	{"cbz x1, .+8", 0xb4000041, UINT64_C(1) << 32, 4, 0},
	{"cbnz w1, .-8", 0x35ffffc1, 1, UINT64_MAX - 7, 0},
	{"tbz x1, #63, .+8", 0xb6f80041, UINT64_C(1) << 63, 4, 0},
	{"tbnz x1, #32, .+8", 0xb7000041, UINT64_C(1) << 32, 8, 0},
};

START_TEST(branch_goes_to)
{
	bool slow = _i % 2 != 0;
	struct board *board = board_of(branches[_i / 2].word, slow);
	const uint32_t stay = 0x14000000;

	board_code(board, RAM_BASE + CODE + branches[_i / 2].pc, &stay, 1);
	cpu_set_x(board->cpu, 1, branches[_i / 2].x1);
	cpu_run(board->cpu, slow ? 2 : FAST_RUN);
	ck_assert_msg(cpu_pc(board->cpu).value == RAM_BASE + CODE + branches[_i / 2].pc,
		      "%s: PC 0x%lx", branches[_i / 2].name, cpu_pc(board->cpu).value);
	ck_assert_uint_eq(cpu_x(board->cpu, 30), branches[_i / 2].x30);
	board_free(board);
}
END_TEST

/* What stores leave in memory at DATA, and in the base register. */
static const struct {
	const char *name;
	uint32_t word;
	uint64_t x0, x2, base, base_after, memory;
} stores[] = {
	{"strb w0, [x1, #1]", 0x39000420, UINT64_C(0xffffffffffffffaa), 0, DATA, DATA,
	 UINT64_C(0x887766554433aa11)},
	{"strh w0, [x1], #2", 0x78002420, 0xbbaa, 0, DATA, DATA + 2, UINT64_C(0x887766554433bbaa)},
	{"str w0, [x1, #4]!", 0xb8004c20, 0xddccbbaa, 0, DATA, DATA + 4,
	 UINT64_C(0xddccbbaa44332211)},
	{"str xzr, [x1]", 0xf900003f, 1, 0, DATA, DATA, 0},
	{"str x0, [x1, x2, lsl #3]", 0xf8227820, 7, UINT64_MAX, DATA + 8, DATA + 8, 7},
	{"stp w0, w2, [x1, #-8]!", 0x29bf0820, 1, 2, DATA + 8, DATA, UINT64_C(0x0000000200000001)},
	{"stur x0, [x1, #-256]", 0xf8100020, 9, 0, DATA + 256, DATA + 256, 9},
	{"stlr x0, [x1]", 0xc89ffc20, 5, 0, DATA, DATA, 5},
	{"stadd w0, [x1]", 0xb820003f, 0xffffffff, 0, DATA, DATA, UINT64_C(0x8877665544332210)},
	{"ldclr x0, x2, [x1]", 0xf8201022, 0xff, 0, DATA, DATA, UINT64_C(0x8877665544332200)},
	{"swpb w0, w2, [x1]", 0x38208022, 0, 0, DATA, DATA, UINT64_C(0x8877665544332200)},
	{"str x1, [x1], #8", 0xf8008421, 0, 0, DATA, DATA + 8, RAM_BASE + DATA},
	{"str w1, [x1, #-4]!", 0xb81fcc21, 0, 0, DATA + 4, DATA,
	 UINT64_C(0x8877665500000000) + RAM_BASE + DATA + 4},
	{"stp x1, x2, [x1], #16", 0xa8810821, 0, 0, DATA, DATA + 16, RAM_BASE + DATA},
	{"stp x2, x1, [x1, #-8]!", 0xa9bf8422, 0, 5, DATA + 8, DATA, 5},
	/* Loads: only the base register is at stake. */
	{"ldr x1, [x1], #8", 0xf8408421, 0, 0, DATA, DATA + 8, UINT64_C(0x8877665544332211)},
	{"ldrb w1, [x1, #-1]!", 0x385ffc21, 0, 0, DATA + 1, DATA, UINT64_C(0x8877665544332211)},
	{"ldp x1, x2, [x1], #16", 0xa8c10821, 0, 0, DATA, DATA + 16, UINT64_C(0x8877665544332211)},
	{"ldp w2, w1, [x1, #8]!", 0x29c10422, 0, 0, DATA, DATA + 8, UINT64_C(0x8877665544332211)},
};

START_TEST(store_leaves)
{
	bool slow = _i % 2 != 0;
	struct board *board = board_of(stores[_i / 2].word, slow);
	uint64_t memory;

	cpu_set_x(board->cpu, 0, stores[_i / 2].x0);
	cpu_set_x(board->cpu, 1, RAM_BASE + stores[_i / 2].base);
	cpu_set_x(board->cpu, 2, stores[_i / 2].x2);
	cpu_run(board->cpu, slow ? 2 : FAST_RUN);
	memcpy(&memory, board->ram + DATA, sizeof(memory));
	ck_assert_msg(memory == stores[_i / 2].memory, "%s: memory 0x%lx", stores[_i / 2].name,
		      memory);
	ck_assert_uint_eq(cpu_x(board->cpu, 1), RAM_BASE + stores[_i / 2].base_after);
	board_free(board);
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

int main(void)
{
	Suite *suite = suite_create("cpu/semantics");
	TCase *semantics = tcase_create("semantics");

	tcase_add_loop_test(semantics, instruction_gives_result, 0, 2 * ROWS);
	tcase_add_loop_test(semantics, condition_holds_for, 0, 16);
	tcase_add_loop_test(semantics, branch_goes_to, 0, 2 * COUNT(branches));
	tcase_add_loop_test(semantics, store_leaves, 0, 2 * COUNT(stores));
	suite_add_tcase(suite, semantics);
	return board_run_suite(suite);
}
