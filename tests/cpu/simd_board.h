/* A board whose SIMD&FP registers may be used, and the ways to run it. */
#ifndef TESTS_CPU_SIMD_BOARD_H
#define TESTS_CPU_SIMD_BOARD_H

#include "tests/cpu/paged.h"

enum how { BY_HANDLERS, BY_STENCILS, SLOWLY, HOW_COUNT };

/* Of a loop test whose rows are each run in all ways. */
static inline enum how how_of(int i)
{
	return (enum how)(i % HOW_COUNT);
}

static inline struct board *simd_board(unsigned page_bits, enum how how)
{
	struct cpu_config config = paged_config(how == SLOWLY, 8);

	config.tier = how == BY_STENCILS ? 2 : 1;
	config.translate_at_once = true;

	struct board *board = board_of_pages(config, page_bits);

	sysreg_write(board->cpu, SYSREG_CPACR_EL1, 3 << 20);
	return board;
}

#endif
