/*
 * Memory as instructions see it: aligned or not, across pages, RAM or device; translated, checked, counted. All pages
 * of an access are translated before a byte of it is read or written.
 */
#ifndef CPU_MEM_H
#define CPU_MEM_H

#include <string.h>

#include "ctx.h"
#include "exception.h"

enum mem_order {
	MEM_PLAIN,
	MEM_ORDERED, /* acquire or release */
	MEM_ATOMIC,  /* exclusive, or read and written at once */
};

struct mem_how {
	unsigned size;  /* bytes, 1 to 64 */
	unsigned align; /* of one element */
	enum mem_order order;
	bool unprivileged;
	struct access_syndrome syndrome;
};

/* The bytes of an access within one 4 KiB page. */
struct mem_part {
	uint64_t va;
	unsigned size;
	pa_t pa;
	struct cpu_page page;
};

enum { MEM_PARTS = 2 };

struct mem_target {
	struct mem_part parts[MEM_PARTS];
	unsigned count;
	unsigned units; /* the access counts so often */
};

/* ---------------------------------------------------------------- mem.c: false or EXCEPTION: cpu->raised is set */

/* Alignment, translation and permission of all pages. rmw: of both a load and a store (type is MMU_STORE). */
bool mem_translate(struct cpu *cpu, uint64_t va, const struct mem_how *how, enum mmu_access_type type, bool rmw,
		   struct mem_target *target);
/* The bytes themselves; only devices can refuse. */
bool mem_get(struct cpu *cpu, const struct mem_target *target, void *to, const struct mem_how *how);
bool mem_put(struct cpu *cpu, const struct mem_target *target, const void *from, const struct mem_how *how);
void mem_count_load(struct cpu *cpu, const struct mem_target *target);
void mem_count_store(struct cpu *cpu, const struct mem_target *target);

/* Translate, read or write, count. */
bool mem_load(struct cpu *cpu, uint64_t va, void *to, const struct mem_how *how);
bool mem_store(struct cpu *cpu, uint64_t va, const void *from, const struct mem_how *how);

/* DC ZVA: size bytes (a power of two, at most 64) from aligned va are set to 0; one store. */
struct outcome mem_zero(struct cpu *cpu, va_t va, unsigned size);
/* Cache maintenance by address: translation and permission of `type`, no access. */
struct outcome mem_probe(struct cpu *cpu, va_t va, enum mmu_access_type type);

/* ---------------------------------------------------------------- the filter's part */

struct mem_value {
	uint64_t value;
	bool failed;
};

/* What a failed access comes to: the fast instantiation leaves it to the observed one. */
INLINE struct outcome failed(const struct ctx *x)
{
	return (struct outcome){ x->fast ? OUTCOME_MISS : OUTCOME_EXCEPTION, 0 };
}

/* The slot that answers an access, stamped and counted for; NULL: none. */
INLINE const struct filter_slot *filter_hit(const struct ctx *x, enum filter_kind kind, enum reach_kind reach,
					    uint64_t va)
{
	struct engine *e = (struct engine *)x->cpu;
	const struct filter_slot *slot = filter_slot(e, kind, va);

	if (__builtin_expect(((va + e->reach[reach].add) & e->reach[reach].mask) + e->context != slot->tag, 0))
		return NULL;
	slot->entry->stamp = e->clock_end - (x->budget - (uintptr_t)x->op);
	return slot;
}

INLINE enum reach_kind reach_of(unsigned size)
{
	return size == 1 ? REACH_1 : size == 2 ? REACH_2 : size == 4 ? REACH_4 : REACH_8;
}

/* size is 1, 2, 4 or 8. The core and its host are little-endian. */
INLINE struct mem_value mem_read(const struct ctx *x, uint64_t va, const struct mem_how *how)
{
	struct mem_value data = { 0, false };

	if (!x->fast) {
		data.failed = !mem_load(x->cpu, va, &data.value, how);
		return data;
	}

	const struct filter_slot *slot = filter_hit(x, FILTER_LOAD, reach_of(how->size), va);

	if (slot == NULL) {
		data.failed = true;
		return data;
	}
	memcpy(&data.value, (const void *)(uintptr_t)(va + slot->addend), how->size);
	((struct engine *)x->cpu)->load_hits++;
	return data;
}

INLINE bool mem_write(const struct ctx *x, uint64_t va, uint64_t value, const struct mem_how *how)
{
	if (!x->fast)
		return mem_store(x->cpu, va, &value, how);

	const struct filter_slot *slot = filter_hit(x, FILTER_STORE, reach_of(how->size), va);

	if (slot == NULL)
		return false;
	memcpy((void *)(uintptr_t)(va + slot->addend), &value, how->size);
	((struct engine *)x->cpu)->store_hits++;
	return true;
}

struct mem_pair {
	uint64_t first, second;
	bool failed;
};

/* Two elements of how->align bytes, 4 or 8, as one access. */
INLINE struct mem_pair mem_read_pair(const struct ctx *x, uint64_t va, const struct mem_how *how)
{
	struct mem_pair data = { 0, 0, false };
	const uint8_t *from;
	uint8_t buffer[16];

	if (x->fast) {
		const struct filter_slot *slot =
			filter_hit(x, FILTER_LOAD, how->align == 4 ? REACH_PAIR_4 : REACH_PAIR_8, va);

		if (slot == NULL) {
			data.failed = true;
			return data;
		}
		from = (const uint8_t *)(uintptr_t)(va + slot->addend);
		((struct engine *)x->cpu)->load_hits++;
	} else {
		data.failed = !mem_load(x->cpu, va, buffer, how);
		if (data.failed)
			return data;
		from = buffer;
	}
	memcpy(&data.first, from, how->align);
	memcpy(&data.second, from + how->align, how->align);
	return data;
}

INLINE bool mem_write_pair(const struct ctx *x, uint64_t va, uint64_t first, uint64_t second, const struct mem_how *how)
{
	if (!x->fast) {
		uint8_t buffer[16];

		memcpy(buffer, &first, how->align);
		memcpy(buffer + how->align, &second, how->align);
		return mem_store(x->cpu, va, buffer, how);
	}

	const struct filter_slot *slot =
		filter_hit(x, FILTER_STORE, how->align == 4 ? REACH_PAIR_4 : REACH_PAIR_8, va);

	if (slot == NULL)
		return false;

	uint8_t *to = (uint8_t *)(uintptr_t)(va + slot->addend);

	memcpy(to, &first, how->align);
	memcpy(to + how->align, &second, how->align);
	((struct engine *)x->cpu)->store_hits++;
	return true;
}

/* ---------------------------------------------------------------- base addresses */

struct base {
	uint64_t address;
	bool failed;
};

/* CheckSPAlignment() as an exception to raise; false: it may be used. */
bool sp_misaligned(struct cpu *cpu);

/* X[n], or SP after CheckSPAlignment(). */
INLINE struct base base_address(const struct ctx *x, uint32_t Rn)
{
	struct base base = { X(x, Rn), false };

	if (Rn == SLOT_SP && __builtin_expect((base.address & 15) != 0, 0))
		base.failed = x->fast || sp_misaligned(x->cpu);
	return base;
}

#endif
