/* The local Exclusives monitor, and what mmu/choice.def leaves open of it. */
#include "mem.h"

/* log2 of the bytes that CTR_EL0.ERG says: 4 << 4. */
enum { RESERVATION_GRANULE_BITS = 6 };

static bool marks_granule(const struct cpu *cpu)
{
	return cpu_choice(cpu, CHOICE_EXCLUSIVE_MARK) == EXCLUSIVE_MARK_IS_GRANULE;
}

/* Where stores clear the mark they must come this way: no store of the page by the filter. */
void mem_mark(struct cpu *cpu, uint64_t va, const struct mem_target *target, unsigned size)
{
	const struct mem_part *part = &target->parts[0];

	cpu->monitor = (struct monitor){
		.exclusive = true, .size = (uint8_t)size, .va = {va}, .pa = part->pa};
	if (cpu_choice(cpu, CHOICE_STORE_TO_MARK) == STORE_TO_MARK_LEAVES_IT ||
	    part->page.host == NULL)
		return;
	*part->page.flags |= PAGE_MARKED;
	filter_forbid_stores(engine_of(cpu), part->page.host);
}

bool mem_may_be_marked(const struct cpu *cpu, unsigned size)
{
	bool any_size = cpu_choice(cpu, CHOICE_EXCLUSIVE_SIZE) == EXCLUSIVE_SIZE_PASSES;

	return cpu->monitor.exclusive && (any_size || cpu->monitor.size == size);
}

bool mem_is_marked(const struct cpu *cpu, uint64_t va, pa_t pa)
{
	const struct monitor *m = &cpu->monitor;
	bool alias_fails = cpu_choice(cpu, CHOICE_EXCLUSIVE_ALIAS) == EXCLUSIVE_ALIAS_FAILS;

	if (pa.value == m->pa.value)
		return va == m->va.value || !alias_fails;
	return marks_granule(cpu) && (pa.value ^ m->pa.value) >> RESERVATION_GRANULE_BITS == 0;
}

void mem_clear_mark(struct cpu *cpu, const struct mem_part *part)
{
	struct monitor *m = &cpu->monitor;
	uint64_t granule = UINT64_C(1) << RESERVATION_GRANULE_BITS;
	uint64_t start = marks_granule(cpu) ? m->pa.value & ~(granule - 1) : m->pa.value;
	uint64_t end = marks_granule(cpu) ? start + granule : start + m->size;

	if (part->pa.value < end && part->pa.value + part->size > start)
		m->exclusive = false;
}
