/*
 * Memory as instructions see it: aligned or not, across pages, RAM or device; translated, checked,
 * counted. All pages of an access are translated before a byte of it is read or written.
 */
#ifndef CPU_MEM_H
#define CPU_MEM_H

#include <string.h>

#include "ctx.h"
#include "exception.h"
#include "system.h"

enum mem_order {
	MEM_PLAIN,
	MEM_ORDERED, /* acquire or release */
	MEM_ATOMIC,  /* exclusive, or read and written at once */
};

struct mem_how {
	unsigned size;    /* bytes, 1 to MEM_BYTES */
	unsigned align;   /* of one element */
	unsigned element; /* bytes of what a register takes or gives; 0: bytes have no order (DC
			     ZVA) */
	enum mem_order order;
	bool unprivileged;
	bool never_device; /* DC ZVA: an alignment fault on Device memory, aligned or not */
	struct access_syndrome syndrome;
};

/* The bytes of an access within one 4 KiB page. */
struct mem_part {
	uint64_t va;
	unsigned size;
	pa_t pa;
	struct cpu_page page;
};

enum { MEM_PARTS = 2, MEM_BYTES = 64 };

struct mem_target {
	struct mem_part parts[MEM_PARTS];
	unsigned count;
	unsigned units; /* the access counts so often */
};

/* ---------------------------------------------------------------- mem.c: false or EXCEPTION:
 * cpu->raised is set */

/* Alignment, translation and permission of all pages. rmw: of both a load and a store (type is
 * NW_STORE). */
bool mem_translate(struct cpu *cpu, uint64_t va, const struct mem_how *how,
		   enum nw_access_type type, bool rmw, struct mem_target *target);
/* The bytes themselves, in the order that registers have them; only devices can refuse. */
bool mem_get(struct cpu *cpu, const struct mem_target *target, void *to, const struct mem_how *how);
bool mem_put(struct cpu *cpu, const struct mem_target *target, const void *from,
	     const struct mem_how *how);
void mem_count_load(struct cpu *cpu, const struct mem_target *target);
void mem_count_store(struct cpu *cpu, const struct mem_target *target);

/* Translate, read or write, count. */
bool mem_load(struct cpu *cpu, uint64_t va, void *to, const struct mem_how *how);
bool mem_store(struct cpu *cpu, uint64_t va, const void *from, const struct mem_how *how);

/* The Exclusives monitor (AArch64.SetExclusiveMonitors, AArch64.ExclusiveMonitorsPass). */
void mem_mark(struct cpu *cpu, uint64_t va, const struct mem_target *target, unsigned size);
bool mem_may_be_marked(const struct cpu *cpu, unsigned size); /* before translation */
bool mem_is_marked(const struct cpu *cpu, uint64_t va, pa_t pa);
/* A page that has PAGE_MARKED is stored to. */
void mem_clear_mark(struct cpu *cpu, const struct mem_part *part);

/* DC ZVA: size bytes (a power of two, at most 64) from aligned va are set to 0; one store. */
struct outcome mem_zero(struct cpu *cpu, va_t va, unsigned size);
/* Cache maintenance by address: translation and permission of `type`, no access. */
struct outcome mem_probe(struct cpu *cpu, va_t va, enum nw_access_type type);

/* BigEndian(): of data accesses at this exception level. */
bool mem_is_big_endian(const struct cpu *cpu);

/* ---------------------------------------------------------------- the filter's part */

/* What a failed access comes to: the fast instantiation leaves it to the observed one. */
INLINE struct outcome failed(const struct ctx *x)
{
	return (struct outcome){x->fast ? OUTCOME_MISS : OUTCOME_EXCEPTION, 0};
}

/*
 * filter_slot(), with one variable part for all that is read of the slot: what it adds to the
 * address of the engine. Stencils use registers that are no arguments.
 */
INLINE const struct filter_slot *near_filter_slot(struct engine *e, enum filter_kind kind,
						  uint64_t va)
{
	const uint32_t mask = (FILTER_SLOTS - 1) * sizeof(struct filter_slot);
	struct engine *moved;

	_Static_assert(sizeof(struct filter_slot) == 4096 >> 7, "the size times the page number");
#ifdef CPU_STENCIL
	__asm__("movq %1,%0\n\tshrq $7,%0\n\tandl %3,%k0\n\taddq %2,%0"
		: "=&S"(moved)
		: "r"(va), "r"(e), "i"(mask));
#else
	moved = (struct engine *)((uintptr_t)e + (va >> 7 & mask));
	__asm__("" : "+r"(moved));
#endif
	return &moved->filter[kind][0];
}

/* The slot that answers an access; NULL: none. */
INLINE const struct filter_slot *filter_hit(const struct ctx *x, enum filter_kind kind,
					    enum reach_kind reach, uint64_t va)
{
	struct engine *e = (struct engine *)x->cpu;
	const struct filter_slot *slot = near_filter_slot(e, kind, va);

#ifdef CPU_STENCIL
	/* An aligned access is in its page, and all of its numbers are known; low bits are in no
	 * tag. */
	if (reach <= REACH_8) {
		uint64_t tag = (va & (~UINT64_C(0xfff) | ((1u << reach) - 1))) + e->context;

		__asm__("" : "+b"(tag));
		if (__builtin_expect(tag == slot->tag, 1))
			return slot;
		if (reach == REACH_1)
			return NULL;
		/* What was read is read again: no register is kept for it. */
		__asm__ volatile("" : : : "memory");
	}
#endif
	uint64_t tag = ((va + e->reach[reach].add) & e->reach[reach].mask) + e->context;

#ifdef CPU_STENCIL
	__asm__("" : "+b"(tag));
#endif
	return __builtin_expect(tag != slot->tag, 0) ? NULL : slot;
}

/* Where va is in host memory. */
INLINE uint8_t *host_address(const struct filter_slot *slot, uint64_t va)
{
	uint64_t address = va + slot->addend;

	/* One register from here on, not two. */
	__asm__("" : "+r"(address));
	return (uint8_t *)(uintptr_t)address;
}

/* size bytes, zero-extended: each size a load of its own, for a copy of less than a whole variable
 * goes by the stack. */
INLINE uint64_t host_load(const uint8_t *from, unsigned size)
{
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	switch (size) {
	case 1:
		return *from;
	case 2:
		memcpy(&u16, from, sizeof(u16));
		return u16;
	case 4:
		memcpy(&u32, from, sizeof(u32));
		return u32;
	default:
		memcpy(&u64, from, sizeof(u64));
		return u64;
	}
}

/*
 * The bookkeeping of a hit: replacement state and count. It comes last, behind the write of the
 * result: no value of the access has to be kept in a register across its stores, of which the fast
 * handlers have few.
 */
INLINE void mem_loaded(const struct ctx *x, const struct filter_slot *slot)
{
	struct engine *e = (struct engine *)x->cpu;

	if (!x->fast)
		return;
	slot->entry->stamp = e->clock_end + (uintptr_t)x->op - x->budget;
	e->load_hits++;
}

INLINE void mem_stored(const struct ctx *x, const struct filter_slot *slot)
{
	struct engine *e = (struct engine *)x->cpu;

	slot->entry->stamp = e->clock_end + (uintptr_t)x->op - x->budget;
	e->store_hits++;
}

INLINE enum reach_kind reach_of(unsigned size)
{
	return size == 1 ? REACH_1 : size == 2 ? REACH_2 : size == 4 ? REACH_4 : REACH_8;
}

struct mem_value {
	uint64_t value;
	bool failed;
	const struct filter_slot *slot; /* for mem_loaded() */
};

/* size is 1, 2, 4 or 8. The host is little-endian, and the filter answers no big-endian access. */
INLINE struct mem_value mem_read(const struct ctx *x, uint64_t va, const struct mem_how *how)
{
	struct mem_value data = {0, false, NULL};

	if (!x->fast) {
		data.failed = !mem_load(x->cpu, va, &data.value, how);
		return data;
	}
	data.slot = filter_hit(x, FILTER_LOAD, reach_of(how->size), va);
	data.failed = data.slot == NULL;
	if (!data.failed)
		data.value = host_load(host_address(data.slot, va), how->size);
	return data;
}

/* Stores register Rt. */
INLINE bool mem_write(const struct ctx *x, uint64_t va, uint32_t Rt, const struct mem_how *how)
{
	if (!x->fast)
		return mem_store(x->cpu, va, &x->cpu->x[Rt], how);

	const struct filter_slot *slot = filter_hit(x, FILTER_STORE, reach_of(how->size), va);

	if (slot == NULL)
		return false;

	uint8_t *to = host_address(slot, va);
	uint64_t value = stored_X(x, Rt);

	memcpy(to, &value, how->size);
	mem_stored(x, slot);
	return true;
}

struct mem_pair {
	uint64_t first, second;
	bool failed;
	const struct filter_slot *slot;
};

INLINE enum reach_kind reach_of_pair(unsigned align)
{
	return align == 4 ? REACH_PAIR_4 : REACH_PAIR_8;
}

/* Two elements of how->align bytes, 4 or 8, as one access. */
INLINE struct mem_pair mem_read_pair(const struct ctx *x, uint64_t va, const struct mem_how *how)
{
	struct mem_pair data = {0, 0, false, NULL};
	const uint8_t *from;
	uint8_t buffer[16];

	if (x->fast) {
		data.slot = filter_hit(x, FILTER_LOAD, reach_of_pair(how->align), va);
		data.failed = data.slot == NULL;
		if (data.failed)
			return data;
		from = host_address(data.slot, va);
	} else {
		data.failed = !mem_load(x->cpu, va, buffer, how);
		if (data.failed)
			return data;
		from = buffer;
	}
	data.first = host_load(from, how->align);
	data.second = host_load(from + how->align, how->align);
	return data;
}

INLINE bool mem_write_pair(const struct ctx *x, uint64_t va, uint32_t Rt, uint32_t Rt2,
			   const struct mem_how *how)
{
	if (!x->fast) {
		uint8_t buffer[16];

		memcpy(buffer, &x->cpu->x[Rt], how->align);
		memcpy(buffer + how->align, &x->cpu->x[Rt2], how->align);
		return mem_store(x->cpu, va, buffer, how);
	}

	const struct filter_slot *slot = filter_hit(x, FILTER_STORE, reach_of_pair(how->align), va);

	if (slot == NULL)
		return false;

	uint8_t *to = host_address(slot, va);
	uint64_t first = stored_X(x, Rt), second = stored_X(x, Rt2);

	memcpy(to, &first, how->align);
	memcpy(to + how->align, &second, how->align);
	mem_stored(x, slot);
	return true;
}

/*
 * DC ZVA: as a store, of an address that is aligned. Where slots may stand for Device memory, which
 * it faults on, the slow path decides.
 */
INLINE bool mem_zero_hit(const struct ctx *x, uint64_t va)
{
	const struct filter_slot *slot = filter_hit(x, FILTER_STORE, REACH_1, va);

	if (slot == NULL || ((const struct engine *)x->cpu)->strict)
		return false;
	memset(host_address(slot, va), 0, ZVA_SIZE);
	mem_stored(x, slot);
	return true;
}

/* Cache maintenance: a TLB lookup and no access. */
INLINE bool mem_probe_hit(const struct ctx *x, uint64_t va)
{
	struct engine *e = (struct engine *)x->cpu;
	const struct filter_slot *slot = filter_hit(x, FILTER_CACHE, REACH_1, va);

	if (slot == NULL)
		return false;
	slot->entry->stamp = e->clock_end + (uintptr_t)x->op - x->budget;
	e->cache_hits++;
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
	struct base base = {X(x, Rn), false};

	if (Rn == SLOT_SP && __builtin_expect((base.address & 15) != 0, 0))
		base.failed = x->fast || sp_misaligned(x->cpu);
	return base;
}

#endif
