/* A board whose SIMD&FP registers may be used. */
#ifndef TESTS_CPU_SIMD_BOARD_H
#define TESTS_CPU_SIMD_BOARD_H

#include "tests/cpu/paged.h"

static inline struct board *simd_board(unsigned page_bits, bool slow)
{
	struct board *board = board_paged(page_bits, slow);

	sysreg_write(board->cpu, SYSREG_CPACR_EL1, 3 << 20);
	return board;
}

#endif
