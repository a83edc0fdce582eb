/* A core in the regime EL2&0, for suites of FEAT_VHE. */
#ifndef TESTS_CPU_HOST_BOARD_H
#define TESTS_CPU_HOST_BOARD_H

#include "tests/cpu/board.h"

#include "cpu/exception.h"
#include "cpu/sysreg.h"

#define E2H (UINT64_C(1) << 34)
#define TGE (UINT64_C(1) << 27)

/* EL2&0 with nothing else set; PSTATE of `el`. */
static inline struct board *host_board(unsigned el, uint64_t hcr)
{
	struct board *board = board_new("max", 2);

	sysreg_write(board->cpu, SYSREG_HCR_EL2, hcr);
	pstate_select(board->cpu, el, el != 0);
	return board;
}

static inline bool is_undefined(const struct cpu *cpu, struct outcome outcome)
{
	return outcome.kind == OUTCOME_EXCEPTION && cpu->raised.ec == 0;
}

static inline bool is_done(struct outcome outcome)
{
	return outcome.kind == OUTCOME_NEXT || outcome.kind == OUTCOME_RESYNC;
}

static inline uint64_t read_by(struct cpu *cpu, uint32_t key)
{
	cpu->x[0] = 0;
	ck_assert(is_done(sysreg_mrs(cpu, key, 0)));
	return cpu->x[0];
}

#define ROWS(a) ((int)(sizeof(a) / sizeof((a)[0])))

#endif
