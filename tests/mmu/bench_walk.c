/*
 * Speed of nested walks: 4k:52 over 4k:52, start level -1 at both stages, pages, 35 fetches, no
 * cache of any kind. Prints walks a second. Not run by `make check`.
 */
#include "mmu/ttw.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { TABLE = 4096, ENTRIES = 512, MEMORY_TABLES = 64, WALKS = 2000000, PAGES = 256 };

/* Physical memory from address 0. Descriptors: AF, stage 2 also S2AP=0b11 and MemAttr Normal. */
struct memory {
	uint64_t word[MEMORY_TABLES][ENTRIES];
	unsigned used;
};

static struct mmu_port_read read_word(void *ctx, pa_t pa)
{
	struct memory *m = ctx;

	if (pa.value >= sizeof(m->word))
		return (struct mmu_port_read){.abort = true};
	return (struct mmu_port_read){.value = m->word[0][pa.value / 8], .latency = 10};
}

/* Maps [0, PAGES pages) to itself through five levels of tables at `root`. */
static uint64_t identity(struct memory *m, uint64_t leaf, unsigned pages)
{
	uint64_t root = m->used;

	for (unsigned level = 0; level < 4; level++)
		m->word[root + level][0] = (root + level + 1) * TABLE | 3;
	for (uint64_t page = 0; page < pages; page++)
		m->word[root + 4][page] = page * TABLE | leaf | 3;
	m->used += 5;
	return root * TABLE;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(void)
{
	static struct memory m;
	static struct mmu_walk log;
	struct mmu_features features = {.set = ~UINT64_C(0), .pa_bits = 52, .granule_4k = true};
	struct mmu_registers registers = {
		.SCTLR_EL1 = 1,
		.TCR_EL1 = 12 | UINT64_C(6) << 32 | UINT64_C(1) << 59,
		.TTBR0_EL1 = identity(&m, 0x400, PAGES),
		.HCR_EL2 = 1,
		.VTCR_EL2 = 12 | UINT64_C(6) << 16 | UINT64_C(1) << 32 | UINT64_C(1) << 33,
		.VTTBR_EL2 = identity(&m, 0x4fc, PAGES),
	};
	struct ttw_regime regime = ttw_decode(REGIME_EL10, &registers, &features);
	struct ttw_memory memory = {.port = {.ctx = &m, .read = read_word}, .log = &log};
	struct mmu_access load = {.type = MMU_LOAD, .el = 0, .unprivileged = false};
	uint64_t fetches = 0, latency = 0;
	double start = seconds();

	for (uint64_t i = 0; i < WALKS; i++) {
		va_t va = {i * 67 % PAGES * TABLE};
		struct ttw_translation t = ttw_translate(&regime, va, load, &memory);

		if (t.fault.type != FAULT_NONE || t.pa.value != va.value) {
			fprintf(stderr, "wrong result of walk %llu\n", (unsigned long long)i);
			return EXIT_FAILURE;
		}
		fetches += log.fetch_count;
		latency += log.latency;
	}

	double taken = seconds() - start;

	printf("5x5: %.0f walks/s, %.0f ns a walk, %.2f fetches a walk, %.0f cycles a walk\n",
	       WALKS / taken, taken / WALKS * 1e9, (double)fetches / WALKS,
	       (double)latency / WALKS);
	return EXIT_SUCCESS;
}
