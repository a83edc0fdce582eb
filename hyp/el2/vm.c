/*
 * The VM: its RAM, its stage 2 tables, and memory on demand.
 */
#include "hyp.h"
#include "../arm64.h"
#include "../fp.h"

#include "../../mmu/vmsa.h"

#define VMID UINT64_C(1)

#define HCRX_MSCEN (UINT64_C(1) << 11) /* FEAT_MOPS: the VM may copy and set memory */

/* ------------------------------------------------------------------ stage 2 tables */

static unsigned table_order(const struct hyp *hyp, unsigned count)
{
	return order_of(count * geometry_granule_bytes(&hyp->vm.stage2.geometry));
}

static void *stage2_alloc(void *context, unsigned count)
{
	struct hyp *hyp = context;
	unsigned order = table_order(hyp, count);
	uint64_t pa = memory_alloc(&hyp->memory, order);

	if (pa == NO_MEMORY)
		return NULL;
	zero_memory(memory_at(&hyp->memory, pa), UINT64_C(1) << order);
	return memory_at(&hyp->memory, pa);
}

static void stage2_free(void *context, void *table, unsigned count)
{
	struct hyp *hyp = context;

	memory_free(&hyp->memory, memory_pa(&hyp->memory, table), table_order(hyp, count));
}

static uint64_t stage2_to_physical(void *context, const void *table)
{
	struct hyp *hyp = context;

	return memory_pa(&hyp->memory, table);
}

static void *stage2_from_physical(void *context, uint64_t address)
{
	struct hyp *hyp = context;

	return memory_at(&hyp->memory, address);
}

/* By IPA what stage 2 alone gave, then all of stage 1: combined entries are not found by IPA. */
static void stage2_invalidate(void *context, uint64_t ia, uint64_t bytes, bool leaf_only)
{
	const struct hyp *hyp = context;
	uint64_t page = geometry_granule_bytes(&hyp->vm.stage2.geometry);

	dsb(ishst);
	if (bytes / page > 64) {
		tlbi(vmalls12e1is);
	} else {
		for (uint64_t at = ia; at < ia + bytes; at += page) {
			if (leaf_only)
				tlbi_with(ipas2le1is, at >> 12);
			else
				tlbi_with(ipas2e1is, at >> 12);
		}
		dsb(ish);
		tlbi(vmalle1is);
	}
	dsb(ish);
	isb();
}

static void stage2_synchronise(void *context)
{
	(void)context;
	dsb(ishst);
	isb();
}

static const struct pgtable_ops stage2_ops = {
	.alloc = stage2_alloc,
	.free = stage2_free,
	.to_physical = stage2_to_physical,
	.from_physical = stage2_from_physical,
	.invalidate = stage2_invalidate,
	.synchronise = stage2_synchronise,
};

/* ------------------------------------------------------------------ RAM */

static uint64_t all_ram(const struct memory *memory)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < memory->count; i++)
		bytes += memory->window[i].ram.bytes;
	return bytes;
}

static uint64_t last_ram_address(const struct memory *memory)
{
	uint64_t last = 0;

	for (unsigned i = 0; i < memory->count; i++) {
		const struct range *ram = &memory->window[i].ram;

		if (ram->bytes > 0 && ram->base + ram->bytes - 1 > last)
			last = ram->base + ram->bytes - 1;
	}
	return last;
}

/* The largest power of two that is at most the limit. */
static uint64_t power_below(uint64_t limit)
{
	uint64_t bytes = UINT64_C(1) << ORDER_MIN;

	while (bytes <= limit / 2)
		bytes *= 2;
	return bytes;
}

/*
 * What the options say, or half of all RAM, as far as the IPA space has room above the default's
 * base.
 */
static void decide_ram(struct hyp *hyp, unsigned ipa_bits)
{
	const uint64_t base = UINT64_C(0x40000000), size = UINT64_C(1) << ipa_bits;
	struct vm *vm = &hyp->vm;
	uint64_t half = all_ram(&hyp->memory) / 2;

	vm->ram_count = hyp->options.vm_ram_count;
	memcpy(vm->ram, hyp->options.vm_ram, sizeof(vm->ram));
	if (vm->ram_count == 0) {
		if (size <= base)
			reject(hyp,
			       "s2=%s: the default VM RAM at 0x%lx is outside of this IPA space, "
			       "say vm-ram=SIZE@IPA",
			       hyp->options.s2_word, base);
		vm->ram[0] =
			(struct range){base, power_below(half < size - base ? half : size - base)};
		vm->ram_count = 1;
	}
	for (unsigned i = 0; i < vm->ram_count; i++) {
		if (vm->ram[i].bytes > size || vm->ram[i].base > size - vm->ram[i].bytes)
			reject(hyp,
			       "vm-ram: 0x%lx bytes at 0x%lx reach out of the %u-bit IPA space of "
			       "s2=%s",
			       vm->ram[i].bytes, vm->ram[i].base, ipa_bits, hyp->options.s2_word);
	}
}

bool vm_has_ram(const struct vm *vm, uint64_t ipa, uint64_t bytes)
{
	for (unsigned i = 0; i < vm->ram_count; i++) {
		if (range_contains(&vm->ram[i], ipa, bytes))
			return true;
	}
	return false;
}

static void open_stage2(struct hyp *hyp)
{
	struct vm *vm = &hyp->vm;
	struct geometry *g =
		&vm->stage2.geometry; /* the allocation of the start tables asks for the granule */
	const char *why = geometry_make(g, &hyp->options.s2, TABLE_STAGE2, &hyp->core,
					last_ram_address(&hyp->memory));

	if (why != NULL)
		reject(hyp, "s2=%s: %s", hyp->options.s2_word, why);
	decide_ram(hyp, g->ia_bits);
	vm->leaf_level = geometry_leaf_for(g, hyp->options.block_bytes);
	if (pgtable_init(&vm->stage2, g, 0, &stage2_ops, hyp) != PGTABLE_OK)
		panic(hyp, "s2=%s: no memory for the start tables", hyp->options.s2_word);
}

/* Without stage 2 an IPA is a PA: the VM gets a piece of RAM as it lies there. */
static void open_identity(struct hyp *hyp)
{
	uint64_t bytes = power_below(all_ram(&hyp->memory) / 2), pa = NO_MEMORY;

	if (hyp->options.vm_ram_count > 0)
		reject(hyp, "s2=off: vm-ram cannot be chosen, the VM's RAM is where RAM is");
	for (; bytes >= UINT64_C(1) << ORDER_MIN && pa == NO_MEMORY; bytes /= 2)
		pa = memory_alloc(&hyp->memory, order_of(bytes));
	if (pa == NO_MEMORY)
		panic(hyp, "s2=off: there is no free RAM for the VM");
	hyp->vm.ram[0] = (struct range){pa, bytes * 2};
	hyp->vm.ram_count = 1;
}

void vm_open(struct hyp *hyp)
{
	hyp->vm = (struct vm){.stage2_on = !hyp->options.s2.off};
	if (hyp->vm.stage2_on)
		open_stage2(hyp);
	else
		open_identity(hyp);
}

/* ------------------------------------------------------------------ contents */

/* Copies what sources there are for [ipa, ipa + bytes), which lies at pa. True: there were some. */
static bool copy_sources(struct hyp *hyp, uint64_t ipa, uint64_t bytes, uint64_t pa)
{
	const struct vm *vm = &hyp->vm;
	const struct range page = {ipa, bytes};
	bool copied = false;

	for (unsigned i = 0; i < vm->source_count; i++) {
		const struct source *s = &vm->sources[i];
		uint64_t from = s->ipa > ipa ? s->ipa : ipa;
		uint64_t to = s->ipa + s->bytes < ipa + bytes ? s->ipa + s->bytes : ipa + bytes;

		if (!ranges_overlap(&(struct range){s->ipa, s->bytes}, &page))
			continue;
		memcpy(memory_at(&hyp->memory, pa + (from - ipa)),
		       memory_at(&hyp->memory, s->pa + (from - s->ipa)), to - from);
		copied = true;
	}
	return copied;
}

/* With its MMU or its caches off the guest looks past them, at memory. */
static bool guest_uses_caches(void)
{
	uint64_t sctlr = read_sysreg(sctlr_el1);

	return SCTLR_EL1_M(sctlr) && SCTLR_EL1_C(sctlr);
}

/*
 * Memory holds what was stored through the caches, and no instruction cache holds anything older.
 */
static void publish(struct hyp *hyp, uint64_t pa, uint64_t bytes)
{
	dcache_clean_invalidate(memory_at(&hyp->memory, pa), bytes);
	__asm__ volatile("ic ialluis" : : : "memory");
	dsb(ish);
	isb();
}

void vm_add_source(struct hyp *hyp, uint64_t ipa, uint64_t bytes, uint64_t pa)
{
	struct vm *vm = &hyp->vm;

	if (bytes == 0)
		return;
	if (!memory_holds(&hyp->memory, pa, bytes))
		reject(hyp, "the guest at 0x%lx lies outside of the RAM that el2=%s maps", pa,
		       hyp->options.el2_word);
	if (!vm->stage2_on) {
		memcpy(memory_at(&hyp->memory, ipa), memory_at(&hyp->memory, pa), bytes);
		publish(hyp, ipa, bytes);
		return;
	}
	if (vm->source_count == HYP_SOURCES)
		reject(hyp, "the guest has more than %u parts to load", HYP_SOURCES);
	vm->sources[vm->source_count++] = (struct source){ipa, bytes, pa};
}

/* ------------------------------------------------------------------ memory on demand */

/*
 * A piece that doesn't lie at the guest's own address: a mix-up of IPA and PA shall not go
 * unnoticed.
 */
static uint64_t alloc_elsewhere(struct hyp *hyp, unsigned order, uint64_t ipa)
{
	uint64_t pa = memory_alloc(&hyp->memory, order);

	if (pa == ipa) {
		uint64_t other = memory_alloc(&hyp->memory, order);

		memory_free(&hyp->memory, pa, order);
		return other;
	}
	return pa;
}

/* Maps the leaf of a level that covers ipa. False: RAM of the VM or free memory don't allow it. */
static bool map_leaf(struct hyp *hyp, uint64_t ipa, int level)
{
	struct vm *vm = &hyp->vm;
	uint64_t bytes = geometry_level_bytes(&vm->stage2.geometry, level);
	uint64_t base = align_down(ipa, bytes), pa;

	if (!vm_has_ram(vm, base, bytes))
		return false;
	pa = alloc_elsewhere(hyp, order_of(bytes), base);
	if (pa == NO_MEMORY)
		return false;
	zero_memory(memory_at(&hyp->memory, pa), bytes);
	if (copy_sources(hyp, base, bytes, pa) || !guest_uses_caches())
		publish(hyp, pa, bytes);
	if (pgtable_map(&vm->stage2, base, bytes, pa, LEAF_W | LEAF_X, bytes) == PGTABLE_OK)
		return true;
	memory_free(&hyp->memory, pa, order_of(bytes));
	return false;
}

void vm_fault_in(struct hyp *hyp, uint64_t ipa)
{
	struct pgtable_found found = pgtable_lookup(&hyp->vm.stage2, ipa);

	/* No TLB holds invalid entries: this core doesn't walk these tables. */
	if (found.valid)
		panic(hyp, "stage 2 Translation fault at IPA 0x%lx, which s2=%s maps at level %d",
		      ipa, hyp->options.s2_word, found.level);
	/* No larger than the invalid entry: a table in the way holds smaller leaves. */
	for (int level = hyp->vm.leaf_level; level <= LEVEL_LAST; level++) {
		if (level >= found.level && map_leaf(hyp, ipa, level))
			return;
	}
	panic(hyp, "out of memory for the VM at IPA 0x%lx, with %lu MiB of RAM in el2=%s", ipa,
	      all_ram(&hyp->memory) >> 20, hyp->options.el2_word);
}

/* ------------------------------------------------------------------ registers */

void vm_load(struct hyp *hyp)
{
	static const struct fp_context zeros;
	const struct vm *vm = &hyp->vm;
	/*
	 * Interrupts and SErrors come here; SMC and IMPLEMENTATION DEFINED registers trap. API and
	 * APK, which let the VM have pointer authentication, are RES0 on a core that has none.
	 */
	uint64_t hcr =
		FIELD_PUT(HCR_EL2_RW, 1) | FIELD_PUT(HCR_EL2_SWIO, 1) | FIELD_PUT(HCR_EL2_PTW, 1) |
		FIELD_PUT(HCR_EL2_FMO, 1) | FIELD_PUT(HCR_EL2_IMO, 1) | FIELD_PUT(HCR_EL2_AMO, 1) |
		FIELD_PUT(HCR_EL2_FB, 1) | FIELD_PUT(HCR_EL2_BSU, 1) | FIELD_PUT(HCR_EL2_TSC, 1) |
		FIELD_PUT(HCR_EL2_TIDCP, 1) | FIELD_PUT(HCR_EL2_TACR, 1) |
		FIELD_PUT(HCR_EL2_API, 1) | FIELD_PUT(HCR_EL2_APK, 1);

	if (vm->stage2_on) {
		hcr |= FIELD_PUT(HCR_EL2_VM, 1);
		write_sysreg(vtcr_el2, geometry_tcr(&vm->stage2.geometry));
		write_sysreg(vttbr_el2,
			     pgtable_ttbr(&vm->stage2) | FIELD_PUT(VTTBR_EL2_VMID, VMID));
	} else {
		write_sysreg(vttbr_el2, FIELD_PUT(VTTBR_EL2_VMID, VMID));
	}
	write_sysreg(hcr_el2, hcr);
	if ((read_sysreg(id_aa64mmfr1_el1) >> 40 & 0xf) != 0) /* HCX: FEAT_HCX */
		write_sysreg(s3_4_c1_c2_2, HCRX_MSCEN);       /* HCRX_EL2 */
	write_sysreg(vpidr_el2, read_sysreg(midr_el1));
	write_sysreg(vmpidr_el2, read_sysreg(mpidr_el1));
	write_sysreg(cptr_el2, UINT64_C(0x33ff)); /* RES1 only: nothing traps */
	write_sysreg(hstr_el2, 0);
	write_sysreg(cnthctl_el2, 3); /* EL1 may read counter and timer */
	write_sysreg(cntvoff_el2, 0);
	write_sysreg(sctlr_el1,
		     UINT64_C(0x30d00980)); /* RES1 and EOS, EIS, SPAN, nTLSMD, LSMAOE: MMU off */
	isb();
	/* What FP and SIMD registers held before is not the VM's business. */
	if (fp_implemented())
		fp_load(&zeros);
	/* Nothing is known of what the TLBs hold for this VMID. */
	tlbi(alle1is);
	dsb(ish);
	isb();
}
