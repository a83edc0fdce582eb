/*
 * What the suites of hardware updates share: two stages whose descriptors are known, and a port
 * that updates them or refuses to.
 */
#ifndef TESTS_MMU_UPDATE_H
#define TESTS_MMU_UPDATE_H

#include "nested.h"

static const uint64_t af = 1 << 10, dbm = UINT64_C(1) << 51, bit7 = 1 << 7;
static const uint64_t tcr_ha = UINT64_C(1) << 39, tcr_hd = UINT64_C(1) << 40;
static const uint64_t vtcr_ha = 1 << 21, vtcr_hd = 1 << 22;

static const struct nw_access load = {.type = NW_LOAD, .el = 1};
static const struct nw_access store = {.type = NW_STORE, .el = 1};

/* ------------------------------------------------------------------ a port that updates */

static struct pair p;
static struct nw_walk log_;
static unsigned swaps, differs; /* calls; how many of them find that memory differs */
static uint64_t other_value;    /* what another observer has written there then */
static enum nw_port_update_outcome outcome;
static bool no_port;

static inline enum nw_port_update_outcome update(void *ctx, pa_t pa, uint64_t expected,
						 uint64_t desired)
{
	uint64_t *cell = memory_cell(ctx, pa.value);
	uint64_t value = p.memory.big_endian ? __builtin_bswap64(*cell) : *cell;

	swaps++;
	if (differs > 0) {
		differs--;
		if (other_value != 0)
			*cell = other_value;
		return UPDATE_DIFFERS;
	}
	if (outcome != UPDATE_DONE)
		return outcome;
	ck_assert_uint_eq(value, expected);
	*cell = p.memory.big_endian ? __builtin_bswap64(desired) : desired;
	return UPDATE_DONE;
}

static struct nw_registers registers;
static struct nw_features features;
static struct nw_choices choices;
static bool no_effect;

/* Four levels of 4 KB tables under four; everything permitted, AF=1, HA and HD on at both stages.
 */
static inline void set_up_pair(void)
{
	static const struct geometry g = {12, 48, 0, false};

	p = (struct pair){.random = 7, .leaf1 = 3, .leaf2 = 3};
	pair_build(&p, &g, &g);
	registers = registers_of(&p, false);
	registers.TCR_EL1 |= tcr_ha | tcr_hd;
	registers.VTCR_EL2 |= vtcr_ha | vtcr_hd;
	features = all_features();
	choices = (struct nw_choices){{0}};
	swaps = differs = 0;
	other_value = 0;
	outcome = UPDATE_DONE;
	no_port = no_effect = false;
}

static inline uint64_t *leaf1(void)
{
	return memory_cell(&p.memory, p.walk1.descriptor_pa[3]);
}

static inline uint64_t *leaf2(void)
{
	return memory_cell(&p.memory, p.output.descriptor_pa[3]);
}

/* Stage 2's leaf of the page that holds the stage 1 leaf. */
static inline uint64_t *leaf2_of_table(void)
{
	return memory_cell(&p.memory, p.lookup[3].descriptor_pa[3]);
}

static inline struct ttw_translation access_page(struct nw_access access)
{
	struct ttw_regime regime = ttw_decode(REGIME_EL10, &registers, &features, &choices);
	struct ttw_memory m = walker_memory(&p.memory, &log_);

	if (!no_port)
		m.port.update = update;
	m.no_effect = no_effect;

	struct ttw_translation t = ttw_translate(&regime, (va_t){p.ia}, access, &m);

	if (t.fault.type == FAULT_NONE)
		ck_assert_uint_eq(t.pa.value, p.output.oa);
	return t;
}

static inline unsigned updates_in_log(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < log_.fetch_count; i++)
		count += log_.fetch[i].update;
	return count;
}

/* A writable-clean leaf: stage 1 DBM=1 and AP[2]=1, stage 2 DBM=1 and S2AP[1]=0. */
static inline void make_clean(uint64_t *descriptor, bool stage2)
{
	*descriptor = (*descriptor & ~bit7) | dbm | (stage2 ? 0 : bit7);
}

static inline bool is_dirty(uint64_t descriptor, bool stage2)
{
	return ((descriptor & bit7) != 0) == stage2;
}

#endif
