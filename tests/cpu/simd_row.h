/* Suites of Advanced SIMD: an instruction of V0, V1 and V2 on a board, in both instantiations. */
#ifndef TESTS_CPU_SIMD_ROW_H
#define TESTS_CPU_SIMD_ROW_H

#include "tests/cpu/board.h"

#include "cpu/cpu.h"
#include "cpu/fp.h"

/* A register as it is written: upper half, lower half. */
struct v_value {
	uint64_t high, low;
};

struct simd_row {
	const char *name;
	uint32_t word;
	struct v_value v0, v1, v2; /* before */
	struct v_value result;     /* of V0 */
	bool qc;                   /* FPSR.QC after, if it was 0 */
};

#define SIMD_CODE 0x10000
/* Enough for the fast instantiation, which leaves the last thousand to the other one. */
enum { SIMD_FAST_RUN = 5000 };

static inline union vreg vreg_of(struct v_value value)
{
	return (union vreg){.d = {value.low, value.high}};
}

/* At EL2 with the MMU off: the word, followed by a branch to itself. */
static inline struct board *simd_row_board(uint32_t word, bool slow)
{
	struct cpu_config config = board_config("max");
	const uint32_t words[2] = {word, 0x14000000};

	config.tlb_off = false;
	config.slow = slow;
	config.l1i = config.l1d = (struct tlb_shape){4, 0, 0};

	struct board *board = board_with(config, 2);

	board_code(board, RAM_BASE + SIMD_CODE, words, 2);
	cpu_set_pc(board->cpu, (va_t){RAM_BASE + SIMD_CODE});
	return board;
}

static inline void simd_run(struct board *board, bool slow, const char *name)
{
	ck_assert_int_eq(cpu_run(board->cpu, slow ? 2 : SIMD_FAST_RUN).reason, CPU_LIMIT);
	ck_assert_msg(cpu_pc(board->cpu).value == RAM_BASE + SIMD_CODE + 4, "%s: PC 0x%lx", name,
		      cpu_pc(board->cpu).value);
}

static inline void check_simd_row(const struct simd_row *row, bool slow)
{
	struct board *board = simd_row_board(row->word, slow);
	struct cpu *cpu = board->cpu;

	cpu->v[0] = vreg_of(row->v0);
	cpu->v[1] = vreg_of(row->v1);
	cpu->v[2] = vreg_of(row->v2);
	/* For a list of registers that wraps around. */
	cpu->v[31] = cpu->v[2];
	simd_run(board, slow, row->name);
	ck_assert_msg(cpu->v[0].d[0] == row->result.low && cpu->v[0].d[1] == row->result.high,
		      "%s: V0 is 0x%016lx%016lx, expected 0x%016lx%016lx", row->name,
		      cpu->v[0].d[1], cpu->v[0].d[0], row->result.high, row->result.low);
	ck_assert_msg(cpu->fpsr == (row->qc ? FPSR_QC : 0), "%s: FPSR is 0x%x", row->name,
		      cpu->fpsr);
	board_free(board);
}

#endif
