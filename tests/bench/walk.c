/*
 * walk ours|plain COUNT: that many nested walks of 35 fetches (five levels under five, 4 KB granule, 52 bits) over the same
 * tables in host memory, by the library with its record of every fetch, or by the shortest checked walk that can be written
 * for this one geometry. Both read the memory where it lies: the library through the window of its port, as a core does.
 * `make bench` compares the two.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../mmu/mmu.h"

enum { TABLE_BYTES = 4096, ENTRIES = 512, TABLES = 64, PAGES = 256 };

/* Physical memory from address 0. */
struct memory {
	uint64_t word[TABLES * ENTRIES];
	uint64_t used; /* tables */
};

/* Maps [0, PAGES pages) to itself through five levels of tables; returns the start table's address. */
static uint64_t identity(struct memory *m, uint64_t leaf)
{
	uint64_t root = m->used;

	for (uint64_t level = 0; level < 4; level++)
		m->word[(root + level) * ENTRIES] = (root + level + 1) * TABLE_BYTES | 3;
	for (uint64_t page = 0; page < PAGES; page++)
		m->word[(root + 4) * ENTRIES + page] = page * TABLE_BYTES | leaf | 3;
	m->used += 5;
	return root * TABLE_BYTES;
}

/* ---------------------------------------------------------------- the plain walk */

static bool plain_read(const struct memory *m, uint64_t pa, uint64_t *descriptor)
{
	if (pa >= sizeof(m->word))
		return false;
	*descriptor = m->word[pa / 8];
	return true;
}

/* DS=1: descriptor[9:8] are address bits 51:50. */
static uint64_t plain_address(uint64_t descriptor)
{
	return (descriptor & 0x3fffffffff000) | (descriptor & 0x300) << 42;
}

static bool plain_stage2(const struct memory *m, uint64_t table, uint64_t ipa, uint64_t need, uint64_t *pa)
{
	uint64_t descriptor;

	for (int shift = 48; shift >= 12; shift -= 9) {
		if (!plain_read(m, table | (ipa >> shift & 511) * 8, &descriptor) || (descriptor & 3) != 3)
			return false;
		table = plain_address(descriptor);
	}
	*pa = table | (ipa & 4095);
	return (descriptor & 0x400) && (descriptor & need) == need;
}

static bool plain_walk(const struct memory *m, uint64_t stage1, uint64_t stage2, uint64_t va, uint64_t *pa)
{
	uint64_t table = stage1, descriptor, at;

	if (va >> 52)
		return false;
	for (int shift = 48; shift >= 12; shift -= 9) {
		if (!plain_stage2(m, stage2, table | (va >> shift & 511) * 8, 0x40, &at) ||
		    !plain_read(m, at, &descriptor) || (descriptor & 3) != 3)
			return false;
		table = plain_address(descriptor);
	}
	return (descriptor & 0x400) && plain_stage2(m, stage2, table | (va & 4095), 0x40, pa);
}

/* ---------------------------------------------------------------- the library */

static struct nw_port_read port_read(void *ctx, pa_t pa)
{
	const struct memory *m = ctx;

	if (pa.value >= sizeof(m->word))
		return (struct nw_port_read){ .abort = true };
	return (struct nw_port_read){ .value = m->word[pa.value / 8], .latency = 10 };
}

static struct nw_mmu *make_mmu(struct memory *m, uint64_t stage1, uint64_t stage2)
{
	struct nw_config config = { .features = { .set = NW_ALL_FEATURES, .pa_bits = 52, .granule_4k = true },
				     .tlb_off = true,
				     .port = { .ctx = m,
					       .read = port_read,
					       .window = { .size = sizeof(m->word), .host = (const uint8_t *)m->word },
					       .window_latency = 10 } };
	struct nw_mmu *mmu = nw_mmu_new(&config);

	if (!mmu)
		return NULL;

	struct nw_registers *r = nw_registers(mmu);

	r->SCTLR_EL1 = 1;
	r->TCR_EL1 = 12 | UINT64_C(6) << 32 | UINT64_C(1) << 59;
	r->TTBR0_EL1 = stage1;
	r->HCR_EL2 = 1;
	r->VTCR_EL2 = 12 | UINT64_C(6) << 16 | UINT64_C(1) << 32 | UINT64_C(1) << 33;
	r->VTTBR_EL2 = stage2;
	nw_event(mmu, &(struct nw_event){ .type = NW_EVENT_REGISTER, .el = 2 });
	return mmu;
}

static bool library_walk(struct nw_mmu *mmu, uint64_t va, uint64_t *pa)
{
	struct nw_access load = { .type = NW_LOAD, .el = 1 };
	struct nw_translation t = nw_translate(mmu, (va_t){ va }, load, 0);

	*pa = t.pa.value;
	return t.fault.type == FAULT_NONE;
}

int main(int argc, char **argv)
{
	static struct memory m;
	uint64_t stage1 = identity(&m, 0x400), stage2 = identity(&m, 0x4fc);
	bool ours = argc == 3 && strcmp(argv[1], "ours") == 0;
	struct nw_mmu *mmu = make_mmu(&m, stage1, stage2);

	if (argc != 3 || !mmu) {
		fprintf(stderr, "usage: walk ours|plain COUNT\n");
		return EXIT_FAILURE;
	}
	for (uint64_t i = 0, count = strtoull(argv[2], NULL, 10); i < count; i++) {
		uint64_t va = i * 67 % PAGES * TABLE_BYTES, pa;

		if (!(ours ? library_walk(mmu, va, &pa) : plain_walk(&m, stage1, stage2, va, &pa)) || pa != va) {
			fprintf(stderr, "walk %llu: wrong\n", (unsigned long long)i);
			return EXIT_FAILURE;
		}
	}
	nw_mmu_free(mmu);
	return EXIT_SUCCESS;
}
