/* The complete path of a data access; what the filter answers never comes here. */
#include "mem.h"

#include "mmu/vmsa.h"

/* AlignmentFault(): a write is what writes and does not read, so that an atomic reports a read. */
static struct nw_fault alignment_fault(bool write)
{
	return (struct nw_fault){.type = FAULT_ALIGNMENT, .write = write};
}

static bool abort_at(struct cpu *cpu, uint64_t va, const struct nw_fault *fault,
		     const struct mem_how *how)
{
	raise(cpu, exception_data_abort(cpu, fault, (va_t){va}, how->syndrome));
	return false;
}

/* ---------------------------------------------------------------- alignment */

bool sp_misaligned(struct cpu *cpu)
{
	uint64_t s = current_sctlr(cpu);
	bool checked = cpu->pstate.el == 0 ? SCTLR_EL1_SA0(s) != 0 : SCTLR_EL1_SA(s) != 0;

	if (checked)
		raise(cpu, exception_sp_alignment(cpu));
	return checked;
}

static bool is_unaligned(uint64_t va, const struct mem_how *how)
{
	return (va & (how->align - 1)) != 0;
}

/* AArch64.UnalignedAccessFaults(). */
static bool unaligned_faults(const struct cpu *cpu, uint64_t va, const struct mem_how *how)
{
	uint64_t s = current_sctlr(cpu);
	bool in_quantity = (va & 15) + how->size <= 16;

	if (SCTLR_EL1_A(s) != 0)
		return true;
	if (how->order == MEM_ATOMIC)
		return !cpu_has(cpu, FEAT_LSE2) || !in_quantity;
	if (how->order == MEM_ORDERED)
		return !cpu_has(cpu, FEAT_LSE2) || (SCTLR_EL1_nAA(s) == 0 && !in_quantity);
	return false;
}

/* ---------------------------------------------------------------- translation */

struct data_access {
	uint64_t va;
	const struct mem_how *how;
	struct nw_access mmu;
};

/* AArch64.IsUnprivAccessPriv() is false: LDTR and the like act as EL0 does. */
static bool acts_as_el0(const struct cpu *cpu)
{
	return (cpu->pstate.el == 1 || el_is_in_host(cpu, 0)) && !cpu->pstate.uao;
}

static struct data_access data_access(const struct cpu *cpu, uint64_t va, const struct mem_how *how,
				      enum nw_access_type type, bool rmw)
{
	bool as_el0 = how->unprivileged && acts_as_el0(cpu);

	return (struct data_access){
		.va = va,
		.how = how,
		.mmu = {.type = type,
			.el = cpu->pstate.el,
			.unprivileged = cpu->pstate.el == 0 || as_el0,
			.read_write = rmw,
			.pan = cpu->pstate.pan,
			.unaligned = how->never_device || is_unaligned(va, how)},
	};
}

/* The filter may answer the next access like this one; and stores, where a load says that they would succeed. */
static void remember(struct engine *e, const struct data_access *a, const struct mem_part *part,
		     const struct nw_translation *t)
{
	bool store = a->mmu.type == NW_STORE;

	if (!e->filter_data || part->page.host == NULL || a->mmu.read_write ||
	    (t->device && !e->strict) || a->mmu.unprivileged != (a->mmu.el == 0))
		return;
	if (!store)
		filter_fill(e, FILTER_LOAD, part->va, t->entry, part->page.host);
	if ((store || t->may_write) && *part->page.flags == 0)
		filter_fill(e, FILTER_STORE, part->va, t->entry, part->page.host);
}

/* The part of a unit of translation, [va, va + size), that lies in one 4 KiB page. */
static void add_part(struct cpu *cpu, struct mem_target *target, uint64_t va, unsigned size,
		     pa_t pa)
{
	struct mem_part *part = &target->parts[target->count++];

	*part = (struct mem_part){.va = va,
				  .size = size,
				  .pa = pa,
				  .page = cpu->config.bus.page(cpu->config.bus.ctx, pa)};
}

/* One unit of translation; it counts as one access. */
static bool translate_unit(struct cpu *cpu, const struct data_access *a, uint64_t va, unsigned size,
			   struct mem_target *target)
{
	struct nw_translation t =
		nw_translate(cpu->mmu, (va_t){va}, a->mmu, cpu->now + 1 + target->units);
	unsigned to_page_end = 4096 - (unsigned)(va & 4095);
	unsigned first = target->count;

	if (t.fault.type != FAULT_NONE)
		return abort_at(cpu, va, &t.fault, a->how);
	target->units++;
	add_part(cpu, target, va, size < to_page_end ? size : to_page_end, t.pa);
	if (size > to_page_end)
		add_part(cpu, target, va + to_page_end, size - to_page_end,
			 (pa_t){t.pa.value + to_page_end});
	for (unsigned i = first; i < target->count; i++)
		remember(engine_of(cpu), a, &target->parts[i], &t);
	return true;
}

bool mem_translate(struct cpu *cpu, uint64_t va, const struct mem_how *how,
		   enum nw_access_type type, bool rmw, struct mem_target *target)
{
	struct data_access a = data_access(cpu, va, how, type, rmw);
	uint64_t unit = UINT64_C(1) << engine_of(cpu)->page_bits;
	uint64_t to_end = unit - (va & (unit - 1));

	target->count = 0;
	target->units = 0;
	if (is_unaligned(va, how) && unaligned_faults(cpu, va, how)) {
		struct nw_fault fault = alignment_fault(type == NW_STORE && !rmw);

		return abort_at(cpu, va, &fault, how);
	}
	if (how->size <= to_end)
		return translate_unit(cpu, &a, va, how->size, target);
	return translate_unit(cpu, &a, va, (unsigned)to_end, target) &&
	       translate_unit(cpu, &a, va + to_end, how->size - (unsigned)to_end, target);
}

/* ---------------------------------------------------------------- endianness */

bool mem_is_big_endian(const struct cpu *cpu)
{
	uint64_t sctlr = current_sctlr(cpu);

	return (cpu->pstate.el == 0 ? SCTLR_EL1_E0E(sctlr) : SCTLR_EL1_EE(sctlr)) != 0;
}

/* Memory order to register order and back: each element for itself. */
static void order_bytes(const struct cpu *cpu, uint8_t *bytes, const struct mem_how *how)
{
	if (how->element < 2 || !mem_is_big_endian(cpu))
		return;
	for (uint8_t *element = bytes; element < bytes + how->size; element += how->element) {
		for (unsigned i = 0; i < how->element / 2; i++) {
			uint8_t *other = &element[how->element - 1 - i], byte = element[i];

			element[i] = *other;
			*other = byte;
		}
	}
}

/* ---------------------------------------------------------------- bytes */

/*
 * Devices see accesses of 1, 2, 4 or 8 bytes, aligned; each element, of a pair or of a structure,
 * by itself. The bytes of DC ZVA are no elements.
 */
static unsigned device_step(uint64_t pa, unsigned size, unsigned element)
{
	unsigned step = element == 0 || element > 8 ? 8 : element;

	while (step > size || (pa & (step - 1)) != 0)
		step /= 2;
	return step;
}

static bool device_get(struct cpu *cpu, const struct mem_part *part, uint8_t *to, unsigned element)
{
	const struct cpu_bus *bus = &cpu->config.bus;

	for (unsigned done = 0, step; done < part->size; done += step) {
		pa_t pa = {part->pa.value + done};
		uint64_t value = 0;

		step = device_step(pa.value, part->size - done, element);
		if (!bus->read(bus->ctx, pa, step, &value))
			return false;
		memcpy(to + done, &value, step);
	}
	return true;
}

static bool device_put(struct cpu *cpu, const struct mem_part *part, const uint8_t *from,
		       unsigned element)
{
	const struct cpu_bus *bus = &cpu->config.bus;

	for (unsigned done = 0, step; done < part->size; done += step) {
		pa_t pa = {part->pa.value + done};
		uint64_t value = 0;

		step = device_step(pa.value, part->size - done, element);
		memcpy(&value, from + done, step);
		if (!bus->write(bus->ctx, pa, step, value))
			return false;
	}
	return true;
}

static bool external_abort(struct cpu *cpu, const struct mem_part *part, const struct mem_how *how,
			   bool write)
{
	struct nw_fault fault = {.type = FAULT_EXTERNAL, .write = write};

	return abort_at(cpu, part->va, &fault, how);
}

bool mem_get(struct cpu *cpu, const struct mem_target *target, void *to, const struct mem_how *how)
{
	uint8_t *bytes = to;

	for (unsigned i = 0; i < target->count; i++) {
		const struct mem_part *part = &target->parts[i];

		if (part->page.host != NULL)
			memcpy(bytes, part->page.host + (part->pa.value & 4095), part->size);
		else if (!device_get(cpu, part, bytes, how->element))
			return external_abort(cpu, part, how, false);
		bytes += part->size;
	}
	order_bytes(cpu, to, how);
	return true;
}

bool mem_put(struct cpu *cpu, const struct mem_target *target, const void *from,
	     const struct mem_how *how)
{
	uint8_t buffer[MEM_BYTES], *bytes = buffer;

	memcpy(buffer, from, how->size);
	order_bytes(cpu, buffer, how);
	for (unsigned i = 0; i < target->count; i++) {
		const struct mem_part *part = &target->parts[i];
		unsigned offset = (unsigned)(part->pa.value & 4095);

		if (part->page.host == NULL) {
			if (!device_put(cpu, part, bytes, how->element))
				return external_abort(cpu, part, how, true);
		} else {
			memcpy(part->page.host + offset, bytes, part->size);
			if ((*part->page.flags & PAGE_HAS_CODE) != 0)
				code_written(engine_of(cpu), part->page, offset, part->size);
			if ((*part->page.flags & PAGE_MARKED) != 0)
				mem_clear_mark(cpu, part);
		}
		bytes += part->size;
	}
	return true;
}

/* ---------------------------------------------------------------- counts */

void mem_count_load(struct cpu *cpu, const struct mem_target *target)
{
	cpu->counts.load[cpu->pstate.el] += target->units;
}

void mem_count_store(struct cpu *cpu, const struct mem_target *target)
{
	cpu->counts.store[cpu->pstate.el] += target->units;
}

/* ---------------------------------------------------------------- accesses */

bool mem_load(struct cpu *cpu, uint64_t va, void *to, const struct mem_how *how)
{
	struct mem_target target;

	if (!mem_translate(cpu, va, how, NW_LOAD, false, &target) ||
	    !mem_get(cpu, &target, to, how))
		return false;
	mem_count_load(cpu, &target);
	return true;
}

bool mem_store(struct cpu *cpu, uint64_t va, const void *from, const struct mem_how *how)
{
	struct mem_target target;

	if (!mem_translate(cpu, va, how, NW_STORE, false, &target) ||
	    !mem_put(cpu, &target, from, how))
		return false;
	mem_count_store(cpu, &target);
	return true;
}

struct outcome mem_zero(struct cpu *cpu, va_t va, unsigned size)
{
	static const uint8_t zero[64];
	const struct mem_how how = {.size = size, .align = size, .never_device = true};

	return mem_store(cpu, va.value, zero, &how) ? NEXT : (struct outcome){OUTCOME_EXCEPTION, 0};
}

struct outcome mem_probe(struct cpu *cpu, va_t va, enum nw_access_type type)
{
	const struct mem_how how = {.size = 1, .align = 1, .syndrome.maintenance = true};
	struct data_access a = data_access(cpu, va.value, &how, type, false);
	struct nw_translation t = nw_translate(cpu->mmu, va, a.mmu, cpu->now + 1);
	struct engine *e = engine_of(cpu);
	/* Without an entry the MMU is off, or by choice an Access flag of 0 was ignored. */
	bool ignores =
		cpu->config.choices.of[CHOICE_CACHE_OP_ACCESS_FLAG] == CACHE_OP_IGNORES_ACCESS_FLAG;

	if (t.fault.type == FAULT_NONE) {
		if (e->filter_data && type == NW_CACHE_OP && (t.entry != NULL || !ignores))
			filter_fill(e, FILTER_CACHE, va.value, t.entry, NULL);
		return NEXT;
	}
	abort_at(cpu, va.value, &t.fault, &how);
	return (struct outcome){OUTCOME_EXCEPTION, 0};
}
