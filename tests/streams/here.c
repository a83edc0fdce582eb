/* The guest on this core: no devices, RAM, and of semihosting what the guest asks for. */
#include "run.h"

#include "cpu/cpu.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

struct board {
	uint8_t *ram, flags[RAM_BYTES / 4096];
	struct bytes *results;
};

static struct cpu_page page_at(void *ctx, pa_t pa)
{
	struct board *board = ctx;
	uint64_t offset = pa.value - RAM_BASE;

	if (offset >= RAM_BYTES)
		return (struct cpu_page){NULL, NULL};
	return (struct cpu_page){board->ram + (offset & ~UINT64_C(0xfff)),
				 &board->flags[offset / 4096]};
}

static bool read_nothing(void *ctx, pa_t pa, unsigned size, uint64_t *value)
{
	(void)ctx, (void)pa, (void)size, (void)value;
	return false;
}

static bool write_nothing(void *ctx, pa_t pa, unsigned size, uint64_t value)
{
	(void)ctx, (void)pa, (void)size, (void)value;
	return false;
}

/* SYS_OPEN, SYS_CLOSE and SYS_WRITE of the results; what is left is the end. */
static bool semihosting(void *ctx, struct cpu *cpu)
{
	struct board *board = ctx;
	uint64_t block[3], operation = cpu_x(cpu, 0);

	if (operation == 5 && cpu_copy_in(cpu, block, (va_t){cpu_x(cpu, 1)}, sizeof(block)))
		bytes_add(board->results, board->ram + (block[1] - RAM_BASE), block[2]);
	cpu_set_x(cpu, 0, 0);
	return operation == 1 || operation == 2 || operation == 5;
}

static bool load_guest(struct board *board, const struct bytes *batch)
{
	FILE *in = fopen("build/streams/guest.bin", "r");
	bool good = in != NULL && fread(board->ram + (GUEST_BASE - RAM_BASE), 1, 0x10000, in) > 0;

	if (in != NULL)
		fclose(in);
	memcpy(board->ram + (BATCH - RAM_BASE), batch->at, batch->size);
	return good;
}

static struct cpu *make_cpu(struct board *board, enum how how)
{
	struct cpu_config config = {.slow = how == SLOWLY,
				    .tier = how == BY_STENCILS ? 2 : 1,
				    .translate_at_once = true,
				    .l1i = {48, 0, 0},
				    .l1d = {48, 0, 0},
				    .l2 = {1280, 5, 0},
				    .host = {.ctx = board, .semihosting = semihosting},
				    .bus = {.ctx = board,
					    .page = page_at,
					    .read = read_nothing,
					    .write = write_nothing}};

	return cpu_preset("max", &config) ? cpu_new(&config) : NULL;
}

bool way_is_here(enum how how)
{
	struct cpu *cpu = make_cpu(NULL, how);
	bool here = cpu != NULL && (how != BY_STENCILS || cpu_tier(cpu) == 2);

	cpu_free(cpu);
	return here;
}

/* Many times what a batch takes: about 4000 instructions a case. */
static uint64_t limit(const struct bytes *batch)
{
	return 10000000 + UINT64_C(40000) * ((const struct batch *)batch->at)->count;
}

static bool run(struct board *board, const struct bytes *batch, enum how how)
{
	struct cpu *cpu = make_cpu(board, how);
	bool good = cpu != NULL && load_guest(board, batch);

	if (good) {
		cpu_reset(cpu, 2, (va_t){GUEST_BASE});
		good = cpu_run(cpu, limit(batch)).reason == CPU_EXIT && board->results->size > 0;
	}
	cpu_free(cpu);
	return good;
}

bool run_here(const struct bytes *batch, enum how how, struct bytes *results)
{
	struct board *board = calloc(1, sizeof(*board));
	bool good = false;

	results->size = 0;
	if (board == NULL)
		return false;
	board->results = results;
	board->ram = mmap(NULL, RAM_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (board->ram != MAP_FAILED) {
		good = run(board, batch, how);
		munmap(board->ram, RAM_BYTES);
	}
	free(board);
	return good;
}
