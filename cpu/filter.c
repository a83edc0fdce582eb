/* Contexts and the translation filter. */
#include "engine.h"

#include "exception.h"
#include "fp_access.h"
#include "mem.h"
#include "mmu/vmsa.h"
#include "system.h"

#include <string.h>

/* ---------------------------------------------------------------- slots */

static struct filter_slot *slot_numbered(struct engine *e, uint32_t number)
{
	return &e->filter[0][0] + (number - 1);
}

static uint32_t number_of(const struct engine *e, const struct filter_slot *slot)
{
	return (uint32_t)(slot - &e->filter[0][0]) + 1;
}

static void unlink_slot(struct engine *e, struct filter_slot *slot)
{
	if (slot->entry == NULL)
		return;
	if (slot->previous != 0)
		slot_numbered(e, slot->previous)->next = slot->next;
	else
		slot->entry->user = slot->next;
	if (slot->next != 0)
		slot_numbered(e, slot->next)->previous = slot->previous;
	slot->entry = NULL;
}

void filter_kill(struct engine *e, struct filter_slot *slot)
{
	unlink_slot(e, slot);
	slot->tag = FILTER_EMPTY;
}

void engine_drop(void *ctx, struct tlb_entry *entry)
{
	struct engine *e = ctx;

	for (uint32_t number = entry->user; number != 0;) {
		struct filter_slot *slot = slot_numbered(e, number);

		number = slot->next;
		slot->tag = FILTER_EMPTY;
		slot->entry = NULL;
	}
	entry->user = 0;
}

void filter_fill(struct engine *e, enum filter_kind kind, uint64_t va, struct tlb_entry *entry,
		 const uint8_t *host)
{
	struct filter_slot *slot = filter_slot(e, kind, va);
	bool data = kind == FILTER_LOAD || kind == FILTER_STORE;

	if (data && mem_is_big_endian(&e->cpu)) /* its hits are little-endian */
		return;
	filter_kill(e, slot);
	slot->entry = entry != NULL ? entry : &e->flat_entry;
	slot->previous = 0;
	slot->next = slot->entry->user;
	if (slot->next != 0)
		slot_numbered(e, slot->next)->previous = number_of(e, slot);
	slot->entry->user = number_of(e, slot);
	slot->tag = (va & ~UINT64_C(0xfff)) + e->context;
	slot->addend = (uint64_t)(uintptr_t)host - (va & ~UINT64_C(0xfff));
	e->current->flat = entry == NULL;
}

void filter_clear(struct engine *e)
{
	for (unsigned kind = 0; kind < FILTER_COUNT; kind++)
		for (unsigned i = 0; i < FILTER_SLOTS; i++)
			filter_kill(e, &e->filter[kind][i]);
}

void filter_forbid_stores(struct engine *e, const uint8_t *host)
{
	for (unsigned i = 0; i < FILTER_SLOTS; i++) {
		struct filter_slot *slot = &e->filter[FILTER_STORE][i];
		uint64_t va = slot->tag & ~UINT64_C(0xfff);

		if (slot->tag != FILTER_EMPTY && slot->addend + va == (uint64_t)(uintptr_t)host)
			filter_kill(e, slot);
	}
}

/* ---------------------------------------------------------------- context */

/* Unaligned accesses are left to the slow path where they may fault: SCTLR_ELx.A, and Device memory
 * with M=0. */
static bool is_strict(const struct cpu *cpu)
{
	uint64_t sctlr = current_sctlr(cpu);

	return SCTLR_EL1_A(sctlr) != 0 || SCTLR_EL1_M(sctlr) == 0;
}

static void set_reach(struct engine *e, bool strict)
{
	static const struct {
		unsigned size, align;
	} reach[REACH_COUNT] = {
		[REACH_1] = {1, 1},       [REACH_2] = {2, 2},         [REACH_4] = {4, 4},
		[REACH_8] = {8, 8},       [REACH_16] = {16, 16},      [REACH_PAIR_4] = {8, 4},
		[REACH_PAIR_8] = {16, 8}, [REACH_PAIR_16] = {32, 16}, [REACH_32] = {32, 8},
		[REACH_64] = {64, 8},
	};

	/* Strict: low address bits stay in, and no tag has them. */
	for (unsigned i = 0; i < REACH_COUNT; i++) {
		unsigned low = strict ? reach[i].align - 1 : 0;

		e->reach[i].add = reach[i].size - 1 - low;
		e->reach[i].mask = ~UINT64_C(0xfff) | low;
	}
}

static bool same_context(const struct context *context, const struct cpu *cpu,
			 const struct nw_registers *registers)
{
	return context->el == cpu->pstate.el && context->pan == cpu->pstate.pan &&
	       memcmp(&context->registers, registers, sizeof(*registers)) == 0;
}

static struct context *find_context(struct engine *e)
{
	const struct nw_registers *registers = nw_registers(e->cpu.mmu);
	struct context *latest = e->latest[e->cpu.pstate.el];

	/* Exception levels call each other. */
	if (latest != NULL && same_context(latest, &e->cpu, registers))
		return latest;
	for (unsigned i = 0; i < e->context_count; i++)
		if (same_context(&e->contexts[i], &e->cpu, registers))
			return &e->contexts[i];
	if (e->context_count == CONTEXT_COUNT) {
		filter_clear(e);
		memset(e->latest, 0, sizeof(e->latest));
		e->context_count = 0;
	}

	struct context *context = &e->contexts[e->context_count++];

	*context =
		(struct context){.el = e->cpu.pstate.el,
				 .pan = e->cpu.pstate.pan,
				 .registers = *registers,
				 .page_bits = (uint8_t)nw_page_bits(e->cpu.mmu, e->cpu.pstate.el),
				 .strict = is_strict(&e->cpu),
				 .zva_free = sysop_zva_free(&e->cpu),
				 .cache_free = sysop_cache_free(&e->cpu)};
	return context;
}

void engine_derive(struct engine *e)
{
	e->fp_free = fp_is_enabled(&e->cpu);
	if (e->current != NULL && same_context(e->current, &e->cpu, nw_registers(e->cpu.mmu)))
		return;
	e->current = e->latest[e->cpu.pstate.el] = find_context(e);
	e->context = (uint64_t)(e->current - e->contexts) * CONTEXT_UNIT;
	e->page_bits = e->current->page_bits;
	if (e->strict != e->current->strict || e->reach[REACH_1].mask == 0)
		set_reach(e, e->current->strict);
	e->strict = e->current->strict;
	e->zva_free = e->current->zva_free;
	e->cache_free = e->current->cache_free;
}

/* ---------------------------------------------------------------- counts */

void engine_flush_counts(struct engine *e)
{
	if (e->current == NULL)
		return;

	unsigned el = e->current->el;
	struct nw_counts *mmu = nw_counts(e->cpu.mmu);
	struct cpu_counts *counts = &e->cpu.counts;

	counts->fetch[el] += e->fetches;
	counts->load[el] += e->load_hits;
	counts->store[el] += e->store_hits;
	if (!e->current->flat) {
		mmu->l1i[el].lookups += e->fetches - e->counted_fetches;
		mmu->l1i[el].hits += e->fetches - e->counted_fetches;
		mmu->l1d[el].lookups += e->load_hits + e->store_hits + e->cache_hits;
		mmu->l1d[el].hits += e->load_hits + e->store_hits + e->cache_hits;
	}
	e->fetches = e->counted_fetches = e->load_hits = e->store_hits = e->cache_hits = 0;
}

/* ---------------------------------------------------------------- life */

bool engine_init(struct engine *e)
{
	const struct cpu_config *config = &e->cpu.config;
	bool any = !config->slow && !config->tlb_off;

	/* Without an L1 TLB an access is a lookup of L2, which has no shortcuts. */
	e->filter_fetch = any && config->l1i.entries != 0;
	e->filter_data = any && config->l1d.entries != 0;
	e->stepping = !e->filter_fetch || config->observed;
	for (unsigned kind = 0; kind < FILTER_COUNT; kind++)
		for (unsigned i = 0; i < FILTER_SLOTS; i++)
			e->filter[kind][i].tag = FILTER_EMPTY;
	return code_init(e);
}

void engine_free(struct engine *e)
{
	code_free(e);
}
