/* A core with one window of RAM, for tests that look inside it or run a few instructions. */
#ifndef TESTS_CPU_BOARD_H
#define TESTS_CPU_BOARD_H

#include "../../cpu/state.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define RAM_BASE UINT64_C(0x40000000)
#define RAM_SIZE UINT64_C(0x1000000)

struct board {
	struct cpu *cpu;
	uint8_t *ram, flags[RAM_SIZE >> 12];
};

static inline struct cpu_page board_page(void *ctx, pa_t pa)
{
	struct board *board = ctx;
	uint64_t offset = pa.value - RAM_BASE;

	if (offset >= RAM_SIZE)
		return (struct cpu_page){NULL, NULL};
	return (struct cpu_page){board->ram + (offset & ~UINT64_C(0xfff)),
				 &board->flags[offset >> 12]};
}

static inline bool board_no_device(void *ctx, pa_t pa, unsigned size, uint64_t *value)
{
	(void)ctx, (void)pa, (void)size;
	*value = 0;
	return false;
}

static inline bool board_no_write(void *ctx, pa_t pa, unsigned size, uint64_t value)
{
	(void)ctx, (void)pa, (void)size, (void)value;
	return false;
}

/* config: features and options that are already chosen; the board adds the bus. */
static inline struct board *board_with(struct cpu_config config, unsigned el)
{
	struct board *board = calloc(1, sizeof(*board));

	ck_assert_ptr_nonnull(board);
	board->ram = aligned_alloc(4096, RAM_SIZE);
	ck_assert_ptr_nonnull(board->ram);
	memset(board->ram, 0, RAM_SIZE);
	config.bus = (struct cpu_bus){
		.ctx = board, .page = board_page, .read = board_no_device, .write = board_no_write};
	board->cpu = cpu_new(&config);
	ck_assert_ptr_nonnull(board->cpu);
	cpu_reset(board->cpu, el, (va_t){RAM_BASE});
	return board;
}

static inline struct cpu_config board_config(const char *preset)
{
	struct cpu_config config = {.tlb_off = true};

	ck_assert(cpu_preset(preset, &config));
	return config;
}

static inline struct board *board_new(const char *preset, unsigned el)
{
	return board_with(board_config(preset), el);
}

static inline void board_free(struct board *board)
{
	cpu_free(board->cpu);
	free(board->ram);
	free(board);
}

static inline void board_poke(struct board *board, uint64_t pa, uint64_t value)
{
	memcpy(board->ram + (pa - RAM_BASE), &value, sizeof(value));
}

static inline void board_code(struct board *board, uint64_t pa, const uint32_t *words, size_t count)
{
	if (count > 0)
		memcpy(board->ram + (pa - RAM_BASE), words, count * sizeof(words[0]));
}

/* A Check program of one test case. */
static inline int board_run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
