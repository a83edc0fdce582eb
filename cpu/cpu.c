/* The public face of a core: life, runs, trace accesses, registers, memory by virtual address,
 * counts. */
#include "engine.h"

#include <stdlib.h>
#include <string.h>

#include "exception.h"
#include "flags.h"
#include "sysreg.h"

/* ---------------------------------------------------------------- life */

/* The walker's memory: descriptors come from RAM, and from devices that answer as well. */
static struct nw_port_read port_read(void *ctx, pa_t pa)
{
	const struct cpu_config *config = &((const struct cpu *)ctx)->config;
	struct cpu_page page = config->bus.page(config->bus.ctx, pa);
	struct nw_port_read result = {.latency = config->fetch_latency};

	if (page.host != NULL)
		memcpy(&result.value, page.host + (pa.value & 4095), sizeof(result.value));
	else
		result.abort =
			!config->bus.read(config->bus.ctx, pa, sizeof(result.value), &result.value);
	return result;
}

/* Hardware updates: memory that the bus has as RAM. The core is alone, so nothing comes between. */
static enum nw_port_update_outcome port_update(void *ctx, pa_t pa, uint64_t expected,
					       uint64_t desired)
{
	struct cpu *cpu = ctx;
	struct cpu_page page = cpu->config.bus.page(cpu->config.bus.ctx, pa);
	unsigned offset = (unsigned)(pa.value & 4095);
	uint64_t value;

	if (page.host == NULL)
		return UPDATE_UNSUPPORTED;
	memcpy(&value, page.host + offset, sizeof(value));
	if (value != expected)
		return UPDATE_DIFFERS;
	memcpy(page.host + offset, &desired, sizeof(desired));
	if ((*page.flags & PAGE_HAS_CODE) != 0)
		code_written(engine_of(cpu), page, offset, sizeof(desired));
	return UPDATE_DONE;
}

static void observe_walk(void *ctx, const struct nw_walk *walk)
{
	const struct nw_observer *observer = &((const struct cpu *)ctx)->config.observer;

	if (observer->walk != NULL)
		observer->walk(observer->ctx, walk);
}

/* Builds with assertions look up everything that a walk cache answers in the tables as well. */
#ifdef NDEBUG
enum { CHECK_WALK_CACHES = 0 };
#else
enum { CHECK_WALK_CACHES = 1 };
#endif

struct cpu *cpu_new(const struct cpu_config *config)
{
	struct engine *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;

	struct cpu *cpu = &e->cpu;

	cpu->config = *config;
	cpu->mmu = nw_mmu_new(&(struct nw_config){
		.features = config->features,
		.choices = config->choices,
		.tlb_off = config->tlb_off,
		.l1i = config->l1i,
		.l1d = config->l1d,
		.l2 = config->l2,
		.walk_caches = config->walk_caches,
		.check_walk_caches = CHECK_WALK_CACHES,
		.port = {.ctx = cpu,
			 .read = port_read,
			 .update = port_update,
			 .window = config->bus.ram,
			 .window_latency = config->fetch_latency},
		.observer = {cpu, observe_walk, engine_drop},
	});
	if (cpu->mmu == NULL || !engine_init(e)) {
		cpu_free(cpu);
		return NULL;
	}
	cpu_reset(cpu, cpu_has(cpu, FEAT_EL2) ? 2 : 1, (va_t){0});
	return cpu;
}

void cpu_free(struct cpu *cpu)
{
	if (cpu == NULL)
		return;
	nw_mmu_free(cpu->mmu);
	engine_free(engine_of(cpu));
	free(engine_of(cpu));
}

void cpu_reset(struct cpu *cpu, unsigned el, va_t pc)
{
	engine_flush_counts(engine_of(cpu));
	memset(cpu->x, 0, sizeof(cpu->x));
	memset(cpu->v, 0, sizeof(cpu->v));
	cpu->fpcr = cpu->fpsr = 0;
	cpu->random = cpu->config.seed;
	cpu->waited = 0;
	cpu->flags = flags_from(0);
	cpu->monitor.exclusive = false;
	cpu->pstate = (struct pstate){.el = (uint8_t)el, .spsel = true, .daif = 15};
	sysreg_reset(cpu);
	cpu->pc = pc.value;
	engine_of(cpu)->current = NULL;
}

/* ---------------------------------------------------------------- runs */

struct cpu_stop cpu_run(struct cpu *cpu, uint64_t max_insns)
{
	return engine_run(engine_of(cpu), max_insns, false);
}

struct cpu_stop cpu_run_to_el0(struct cpu *cpu, uint64_t max_insns)
{
	return engine_run(engine_of(cpu), max_insns, true);
}

void cpu_interrupt(struct cpu *cpu)
{
	engine_of(cpu)->interrupted = true;
}

unsigned cpu_tier(const struct cpu *cpu)
{
	return ((const struct engine *)cpu)->translator != NULL ? 2 : 1;
}

/* ---------------------------------------------------------------- trace accesses */

static enum filter_kind replay_filter(enum nw_access_type type)
{
	return type == NW_FETCH ? FILTER_WORDS : type == NW_LOAD ? FILTER_LOAD : FILTER_STORE;
}

/* Accesses that took `lookups` lookups which the MMU has not counted. */
static inline void count_access(struct engine *e, enum nw_access_type type, unsigned pages,
				unsigned lookups)
{
	struct cpu_counts *counts = &e->cpu.counts;

	if (type == NW_FETCH) {
		e->fetches += pages;
		e->counted_fetches += pages - lookups;
	} else if (type == NW_LOAD) {
		e->load_hits += lookups;
		counts->load[e->cpu.pstate.el] += pages - lookups;
	} else {
		e->store_hits += lookups;
		counts->store[e->cpu.pstate.el] += pages - lookups;
	}
}

static inline bool replay_hit(struct engine *e, enum nw_access_type type, uint64_t va,
			      unsigned size)
{
	const struct filter_slot *slot = filter_slot(e, replay_filter(type), va);

	if (((va + size - 1) & ~UINT64_C(0xfff)) + e->context != slot->tag)
		return false;
	slot->entry->stamp = e->cpu.now + (type != NW_FETCH);
	count_access(e, type, 1, 1);
	return true;
}

static bool replay_abort(struct engine *e, enum nw_access_type type, uint64_t va,
			 const struct nw_fault *fault)
{
	const struct access_syndrome none = {.valid = false};

	raise(&e->cpu, type == NW_FETCH ? exception_instruction_abort(&e->cpu, fault, (va_t){va})
					: exception_data_abort(&e->cpu, fault, (va_t){va}, none));
	engine_take(e);
	return false;
}

static void replay_remember(struct engine *e, enum nw_access_type type, uint64_t va,
			    const struct nw_translation *t)
{
	struct cpu_page page = e->cpu.config.bus.page(e->cpu.config.bus.ctx, t->pa);

	if (page.host == NULL || t->device || t->guarded ||
	    !(type == NW_FETCH ? e->filter_fetch : e->filter_data))
		return;
	if (type != NW_STORE || *page.flags == 0)
		filter_fill(e, replay_filter(type), va, t->entry, page.host);
}

/* The complete path: one translation for each page that [va, va + size) touches. */
static bool replay_translate(struct engine *e, enum nw_access_type type, uint64_t va, unsigned size)
{
	struct cpu *cpu = &e->cpu;
	const struct nw_access access = {.type = type,
					 .el = cpu->pstate.el,
					 .unprivileged = cpu->pstate.el == 0,
					 .pan = cpu->pstate.pan};
	uint64_t unit = UINT64_C(1) << e->page_bits, clock = cpu->now + (type != NW_FETCH);
	unsigned pages = 0;

	cpu->now += OP_SIZE;
	for (uint64_t at = va; at - va < size; at = (at | (unit - 1)) + 1) {
		struct nw_translation t = nw_translate(cpu->mmu, (va_t){at}, access, clock);

		if (t.fault.type != FAULT_NONE)
			return replay_abort(e, type, at, &t.fault);
		/* LRU order needs each use at a time of its own; a clock tick has room for an
		 * access of two pages. */
		clock += clock < cpu->now - 1;
		pages++;
		replay_remember(e, type, at, &t);
	}
	count_access(e, type, pages, 0);
	return true;
}

/* Out of line, so that a hit saves no registers. */
static __attribute__((noinline)) bool replay_miss(struct engine *e, enum nw_access_type type,
						  va_t pc, va_t va, unsigned size)
{
	if (e->current == NULL)
		engine_derive(e);
	e->cpu.pc = pc.value;
	return replay_translate(e, type, va.value, size);
}

bool cpu_access(struct cpu *cpu, enum nw_access_type type, va_t pc, va_t va, unsigned size)
{
	struct engine *e = engine_of(cpu);

	if (__builtin_expect(e->current == NULL || !replay_hit(e, type, va.value, size), 0))
		return replay_miss(e, type, pc, va, size);
	cpu->now += OP_SIZE;
	return true;
}

/* ---------------------------------------------------------------- registers */

unsigned cpu_el(const struct cpu *cpu)
{
	return cpu->pstate.el;
}

va_t cpu_pc(const struct cpu *cpu)
{
	return (va_t){cpu->pc};
}

void cpu_set_pc(struct cpu *cpu, va_t pc)
{
	cpu->pc = pc.value;
}

static unsigned slot_of(unsigned n)
{
	return n < 31 ? n : SLOT_SP;
}

uint64_t cpu_x(const struct cpu *cpu, unsigned n)
{
	return cpu->x[slot_of(n)];
}

void cpu_set_x(struct cpu *cpu, unsigned n, uint64_t value)
{
	cpu->x[slot_of(n)] = value;
}

uint64_t cpu_pstate(const struct cpu *cpu)
{
	return pstate_spsr(cpu);
}

struct nw_mmu *cpu_mmu(struct cpu *cpu)
{
	return cpu->mmu;
}

/* ---------------------------------------------------------------- memory by virtual address */

struct chunk {
	struct cpu_page page;
	unsigned offset;
	size_t size;
};

/* The bytes from va to the end of its 4 KiB page, at most `size`. */
static bool find_chunk(struct cpu *cpu, uint64_t va, size_t size, enum nw_access_type type,
		       struct chunk *chunk)
{
	const struct nw_access access = {.type = type,
					 .el = cpu->pstate.el,
					 .unprivileged = cpu->pstate.el == 0,
					 .pan = cpu->pstate.pan};
	struct nw_translation t = nw_probe(cpu->mmu, (va_t){va}, access, NULL);

	if (t.fault.type != FAULT_NONE)
		return false;
	chunk->page = cpu->config.bus.page(cpu->config.bus.ctx, t.pa);
	chunk->offset = (unsigned)(t.pa.value & 4095);
	chunk->size = size < 4096 - chunk->offset ? size : 4096 - chunk->offset;
	return chunk->page.host != NULL;
}

static bool all_there(struct cpu *cpu, uint64_t va, size_t size, enum nw_access_type type)
{
	struct chunk chunk;

	for (; size > 0; size -= chunk.size, va += chunk.size)
		if (!find_chunk(cpu, va, size, type, &chunk))
			return false;
	return true;
}

bool cpu_copy_in(struct cpu *cpu, void *to, va_t from, size_t size)
{
	struct chunk chunk;
	uint8_t *bytes = to;

	if (!all_there(cpu, from.value, size, NW_LOAD))
		return false;
	for (uint64_t va = from.value; size > 0;
	     size -= chunk.size, va += chunk.size, bytes += chunk.size) {
		if (!find_chunk(cpu, va, size, NW_LOAD, &chunk))
			return false;
		memcpy(bytes, chunk.page.host + chunk.offset, chunk.size);
	}
	return true;
}

bool cpu_copy_out(struct cpu *cpu, va_t to, const void *from, size_t size)
{
	struct chunk chunk;
	const uint8_t *bytes = from;

	if (!all_there(cpu, to.value, size, NW_STORE))
		return false;
	for (uint64_t va = to.value; size > 0;
	     size -= chunk.size, va += chunk.size, bytes += chunk.size) {
		if (!find_chunk(cpu, va, size, NW_STORE, &chunk))
			return false;
		memcpy(chunk.page.host + chunk.offset, bytes, chunk.size);
		if ((*chunk.page.flags & PAGE_HAS_CODE) != 0)
			code_written(engine_of(cpu), chunk.page, chunk.offset,
				     (unsigned)chunk.size);
	}
	return true;
}

/* ---------------------------------------------------------------- counts */

const struct cpu_counts *cpu_counts(struct cpu *cpu)
{
	engine_flush_counts(engine_of(cpu));
	return &cpu->counts;
}

void cpu_counts_clear(struct cpu *cpu)
{
	engine_flush_counts(engine_of(cpu));
	memset(&cpu->counts, 0, sizeof(cpu->counts));
	memset(nw_counts(cpu->mmu), 0, sizeof(struct nw_counts));
}
