/* A board with four pages at VA 0: two to read and write, one missing, one read-only. */
#ifndef TESTS_CPU_PAGED_H
#define TESTS_CPU_PAGED_H

#include "tests/cpu/board.h"

#include "cpu/sysreg.h"

enum { TABLE2 = 0x10000, TABLE3 = 0x20000, VECTORS = 0x30000, CODE = 0x40000, PAGES = 0x100000 };
enum { GRANULE_4K_BITS = 12, GRANULE_64K_BITS = 16 };

static inline struct cpu_config paged_config(bool slow, unsigned entries)
{
	struct cpu_config config = board_config("max");

	config.tlb_off = false;
	config.slow = slow;
	config.l1i = (struct tlb_shape){8, 0, 0};
	config.l1d = (struct tlb_shape){entries, 0, 0};
	return config;
}

/* 4 KB: 30-bit addresses; 64 KB: 42-bit; both start at level 2, whose entry 1 is a block from
 * RAM_BASE. */
static inline struct board *board_of_pages(struct cpu_config config, unsigned page_bits)
{
	static const uint64_t permissions[4] = {0x743, 0x743, 0, 0x7c3};
	struct board *board = board_with(config, 1);
	struct cpu *cpu = board->cpu;
	unsigned block_bits = page_bits + page_bits - 3;

	board_poke(board, RAM_BASE + TABLE2, (RAM_BASE + TABLE3) | 3);
	board_poke(board, RAM_BASE + TABLE2 + 8, (RAM_BASE >> block_bits << block_bits) | 0x701);
	for (uint64_t page = 0; page < 4; page++)
		if (permissions[page] != 0)
			board_poke(board, RAM_BASE + TABLE3 + 8 * page,
				   (RAM_BASE + PAGES + (page << page_bits)) | permissions[page] |
					   UINT64_C(1) << 53);
	sysreg_write(cpu, SYSREG_MAIR_EL1, 0xff);
	sysreg_write(cpu, SYSREG_TCR_EL1,
		     (page_bits == 12 ? 34 : 22 | 1 << 14) | UINT64_C(1) << 23 | UINT64_C(2) << 32);
	sysreg_write(cpu, SYSREG_TTBR0_EL1, RAM_BASE + TABLE2);
	sysreg_write(cpu, SYSREG_SCTLR_EL1, sysreg_read(cpu, SYSREG_SCTLR_EL1) | 1);

	uint64_t ram = (UINT64_C(1) << block_bits) + (RAM_BASE & ((UINT64_C(1) << block_bits) - 1));

	sysreg_write(cpu, SYSREG_VBAR_EL1, ram + VECTORS);
	cpu_set_pc(cpu, (va_t){ram + CODE});
	board_code(board, RAM_BASE + VECTORS + 0x200, (const uint32_t[]){0x14000000}, 1);
	return board;
}

static inline struct board *board_with_l1d(unsigned page_bits, bool slow, unsigned entries)
{
	return board_of_pages(paged_config(slow, entries), page_bits);
}

static inline struct board *board_paged(unsigned page_bits, bool slow)
{
	return board_with_l1d(page_bits, slow, 8);
}

static inline void load_code(struct board *board, const uint32_t *words, size_t count)
{
	const uint32_t stay = 0x14000000;

	board_code(board, RAM_BASE + CODE, words, count);
	board_code(board, RAM_BASE + CODE + 4 * count, &stay, 1);
}

#endif
