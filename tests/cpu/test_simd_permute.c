/*
 * Suite cpu/simd_permute: table lookup, permute, extract, copy, worked out by hand from the
 * pseudocode of the Arm ARM.
 */
#include "tests/cpu/simd_row.h"

static const struct simd_row rows[] = {
	{"uzp1 v0.16b, v1.16b, v2.16b",
	 0x4e021820,
	 {0xffffffffffffffff, 0xffffffffffffffff},
	 {0xf0e0d0c0b0a0908, 0x706050403020100},
	 {0x1f1e1d1c1b1a1918, 0x1716151413121110},
	 {0x1e1c1a1816141210, 0xe0c0a0806040200},
	 false},
	{"uzp2 v0.4h, v1.4h, v2.4h",
	 0xe425820,
	 {0xffffffffffffffff, 0xffffffffffffffff},
	 {0x4, 0x3000200010000},
	 {0, 0x7000600050004},
	 {0, 0x7000500030001},
	 false},
	{"trn1 v0.4s, v1.4s, v2.4s",
	 0x4e822820,
	 {0xffffffffffffffff, 0xffffffffffffffff},
	 {0x300000002, 0x100000000},
	 {0x700000006, 0x500000004},
	 {0x600000002, 0x400000000},
	 false},
	{"trn2 v0.8b, v1.8b, v2.8b",
	 0xe026820,
	 {0xffffffffffffffff, 0xffffffffffffffff},
	 {0xf0e0d0c0b0a0908, 0x706050403020100},
	 {0x1f1e1d1c1b1a1918, 0x1716151413121110},
	 {0, 0x1707150513031101},
	 false},
	{"zip1 v0.2d, v1.2d, v2.2d",
	 0x4ec23820,
	 {0xffffffffffffffff, 0xffffffffffffffff},
	 {0x1, 0},
	 {0x3, 0x2},
	 {0x2, 0},
	 false},
	{"zip2 v0.8h, v1.8h, v2.8h",
	 0x4e427820,
	 {0xffffffffffffffff, 0xffffffffffffffff},
	 {0x7000600050004, 0x3000200010000},
	 {0xf000e000d000c, 0xb000a00090008},
	 {0xf0007000e0006, 0xd0005000c0004},
	 false},
	{"ext v0.16b, v1.16b, v2.16b, #3",
	 0x6e021820,
	 {0xffffffffffffffff, 0xffffffffffffffff},
	 {0xf0e0d0c0b0a0908, 0x706050403020100},
	 {0x1f1e1d1c1b1a1918, 0x1716151413121110},
	 {0x1211100f0e0d0c0b, 0xa09080706050403},
	 false},
	{"ext v0.8b, v1.8b, v2.8b, #7",
	 0x2e023820,
	 {0xffffffffffffffff, 0xffffffffffffffff},
	 {0xf0e0d0c0b0a0908, 0x706050403020100},
	 {0x1f1e1d1c1b1a1918, 0x1716151413121110},
	 {0, 0x1615141312111007},
	 false},
	{"tbl v0.8b, {v1.16b}, v2.8b",
	 0xe020020,
	 {0xffffffffffffffff, 0xffffffffffffffff},
	 {0xf0e0d0c0b0a0908, 0x706050403020100},
	 {0, 0x4030201ff00100f},
	 {0, 0x40302010000000f},
	 false},
	{"tbl v0.16b, {v31.16b, v0.16b, v1.16b}, v2.16b",
	 0x4e0243e0,
	 {0xf0e0d0c0b0a0908, 0x706050403020100},
	 {0x1f1e1d1c1b1a1918, 0x1716151413121110},
	 {0, 0x302f1110},
	 {0x1010101010101010, 0x10101010001f0100},
	 false},
	{"tbx v0.8b, {v1.16b}, v2.8b",
	 0xe021020,
	 {0x909090909090909, 0x909090909090909},
	 {0xf0e0d0c0b0a0908, 0x706050403020100},
	 {0, 0x4030201ff00100f},
	 {0, 0x40302010900090f},
	 false},
	{"dup v0.16b, v1.b[15]",
	 0x4e1f0420,
	 {0xffffffffffffffff, 0xffffffffffffffff},
	 {0xf0e0d0c0b0a0908, 0x706050403020100},
	 {0, 0},
	 {0xf0f0f0f0f0f0f0f, 0xf0f0f0f0f0f0f0f},
	 false},
	{"dup v0.2s, v1.s[1]",
	 0xe0c0420,
	 {0xffffffffffffffff, 0xffffffffffffffff},
	 {0, 0x200000001},
	 {0, 0},
	 {0, 0x200000002},
	 false},
	{"mov d0, v1.d[1]",
	 0x5e180420,
	 {0xffffffffffffffff, 0xffffffffffffffff},
	 {0x2, 0x1},
	 {0, 0},
	 {0, 0x2},
	 false},
	{"mov b0, v1.b[3]",
	 0x5e070420,
	 {0xffffffffffffffff, 0xffffffffffffffff},
	 {0xf0e0d0c0b0a0908, 0x706050403020100},
	 {0, 0},
	 {0, 0x3},
	 false},
	{"mov v0.h[7], v1.h[0]",
	 0x6e1e0420,
	 {0xf0e0d0c0b0a0908, 0x706050403020100},
	 {0, 0x1234},
	 {0, 0},
	 {0x12340d0c0b0a0908, 0x706050403020100},
	 false},
	{"mov v0.d[0], v1.d[1]",
	 0x6e084420,
	 {0xffffffffffffffff, 0xffffffffffffffff},
	 {0x2, 0x1},
	 {0, 0},
	 {0xffffffffffffffff, 0x2},
	 false},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

START_TEST(instruction_gives_result)
{
	check_simd_row(&rows[_i / 2], _i % 2 != 0);
}
END_TEST

/* Between X1 or V1 and X0 or V0. */
static const struct {
	const char *name;
	uint32_t word;
	struct v_value v0, v1;
	uint64_t x1;
	struct v_value result;
	uint64_t x0;
} moves[] = {
	{"dup v0.8h, w1",
	 0x4e020c20,
	 {1, 1},
	 {0, 0},
	 0xdeadbeef1234,
	 {0x1234123412341234, 0x1234123412341234},
	 5},
	{"dup v0.2s, w1", 0x0e040c20, {1, 1}, {0, 0}, 0xdeadbeef, {0, 0xdeadbeefdeadbeef}, 5},
	{"dup v0.2d, x1", 0x4e080c20, {1, 1}, {0, 0}, 9, {9, 9}, 5},
	{"dup v0.2d, xzr", 0x4e080fe0, {1, 1}, {0, 0}, 9, {0, 0}, 5},
	{"mov v0.b[15], w1", 0x4e1f1c20, {1, 1}, {0, 0}, 0x1ff, {0xff00000000000001, 1}, 5},
	{"mov v0.d[1], x1", 0x4e181c20, {1, 1}, {0, 0}, 0x1ff, {0x1ff, 1}, 5},
	{"smov w0, v1.b[1]", 0x0e032c20, {1, 1}, {0, 0x8000}, 0, {1, 1}, 0xffffff80},
	{"smov x0, v1.h[4]", 0x4e122c20, {1, 1}, {0x8001, 0}, 0, {1, 1}, 0xffffffffffff8001},
	{"smov x0, v1.s[3]", 0x4e1c2c20, {1, 1}, {0x7fffffff00000000, 0}, 0, {1, 1}, 0x7fffffff},
	{"umov w0, v1.b[15]", 0x0e1f3c20, {1, 1}, {0xfe00000000000000, 0}, 0, {1, 1}, 0xfe},
	{"mov w0, v1.s[2]", 0x0e143c20, {1, 1}, {0x180000000, 0}, 0, {1, 1}, 0x80000000},
	{"mov x0, v1.d[1]",
	 0x4e183c20,
	 {1, 1},
	 {0xfedcba9876543210, 0},
	 0,
	 {1, 1},
	 0xfedcba9876543210},
};

enum { MOVES = sizeof(moves) / sizeof(moves[0]) };

START_TEST(move_gives_result)
{
	const bool slow = _i % 2 != 0;
	struct board *board = simd_row_board(moves[_i / 2].word, slow);
	struct cpu *cpu = board->cpu;

	cpu->v[0] = vreg_of(moves[_i / 2].v0);
	cpu->v[1] = vreg_of(moves[_i / 2].v1);
	cpu_set_x(cpu, 0, 5);
	cpu_set_x(cpu, 1, moves[_i / 2].x1);
	simd_run(board, slow, moves[_i / 2].name);
	ck_assert_msg(cpu->v[0].d[1] == moves[_i / 2].result.high &&
			      cpu->v[0].d[0] == moves[_i / 2].result.low,
		      "%s: V0 is 0x%016lx%016lx", moves[_i / 2].name, cpu->v[0].d[1],
		      cpu->v[0].d[0]);
	ck_assert_msg(cpu_x(cpu, 0) == moves[_i / 2].x0, "%s: X0 is 0x%lx", moves[_i / 2].name,
		      cpu_x(cpu, 0));
	board_free(board);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu/simd_permute");
	TCase *tcase = tcase_create("simd_permute");

	tcase_add_loop_test(tcase, instruction_gives_result, 0, 2 * ROWS);
	tcase_add_loop_test(tcase, move_gives_result, 0, 2 * MOVES);
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
