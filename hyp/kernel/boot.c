/* From the kernel's entry with the MMU off to the program's start. */
#include "kernel.h"

#include "mmu/vmsa.h"

/* Image, devices and some RAM must fit the TTBR1 half. */
enum { VA_BITS_MIN = 30 };

/* head.S gives the state that much. */
_Static_assert(sizeof(struct kernel) <= 16384, "struct kernel has outgrown kernel_state");

extern uint8_t image_start[], image_file_end[], image_writable[], image_end[];

static uint64_t ram_last(const struct bootinfo *b)
{
	uint64_t last = 0;

	for (unsigned i = 0; i < b->ram_count; i++)
		if (b->ram[i].base + b->ram[i].bytes - 1 > last)
			last = b->ram[i].base + b->ram[i].bytes - 1;
	return last;
}

static void choose_geometry(struct kernel *k)
{
	struct core_limits core =
		core_limits(read_sysreg(id_aa64mmfr0_el1), read_sysreg(id_aa64mmfr2_el1));
	const char *why =
		geometry_make(&k->geometry, &k->boot->s1, TABLE_EL1, &core, ram_last(k->boot));

	if (why != NULL)
		panic(k, "stage 1: %s", why);
	if (k->geometry.ia_bits < VA_BITS_MIN)
		panic(k, "stage 1: the kernel needs a VA size of %u bits or more", VA_BITS_MIN);
	k->block_bytes = geometry_level_bytes(
		&k->geometry, geometry_leaf_for(&k->geometry, k->boot->block_bytes));
}

/*
 * The image at its high address: code and constants read-only and executable, the rest writable,
 * never both.
 */
static bool map_image(struct kernel *k)
{
	uint64_t granule = geometry_granule_bytes(&k->geometry);
	uint64_t code = align_up((uint64_t)(image_file_end - image_start), granule);
	uint64_t writable = (uint64_t)(image_writable - image_start);
	uint64_t bytes = align_up((uint64_t)(image_end - image_writable), granule);

	return pgtable_map(&k->table, KERNEL_VA, code, k->image_ipa, LEAF_X, 0) == PGTABLE_OK &&
	       pgtable_map(&k->table, KERNEL_VA + writable, bytes, k->image_ipa + writable, LEAF_W,
			   0) == PGTABLE_OK;
}

static bool map_console(struct kernel *k)
{
	uint64_t granule = geometry_granule_bytes(&k->geometry);

	return k->boot->console == 0 ||
	       pgtable_map(&k->table, DEVICES_VA, granule, align_down(k->boot->console, granule),
			   LEAF_W | LEAF_DEVICE, 0) == PGTABLE_OK;
}

static void load_registers(struct kernel *k)
{
	write_sysreg(mair_el1, PGTABLE_MAIR);
	write_sysreg(tcr_el1, geometry_tcr(&k->geometry));
	write_sysreg(ttbr0_el1, pgtable_ttbr(&k->mm.table) | UINT64_C(1) << TTBR0_EL1_ASID_LSB);
	write_sysreg(ttbr1_el1, pgtable_ttbr(&k->table));
	/* FP and SIMD are the program's where there are any; SVE and SME are trapped. */
	write_sysreg(cpacr_el1, fp_implemented() ? UINT64_C(3) << 20 /* FPEN */ : 0);
	write_sysreg(cntkctl_el1, 2); /* EL0VCTEN: the program may read CNTVCT_EL0 */
	write_sysreg(tpidr_el0, 0);
	isb();
	tlbi(vmalle1);
	dsb(nsh);
	isb();
}

/*
 * SPAN = 0: PSTATE.PAN is set by every exception to EL1. WXN = 0: the program may map what it can
 * write and execute.
 */
static uint64_t sctlr(void)
{
	return sctlr_for_program() | FIELD_PUT(SCTLR_EL1_M, 1) | FIELD_PUT(SCTLR_EL1_C, 1) |
	       FIELD_PUT(SCTLR_EL1_I, 1) | FIELD_PUT(SCTLR_EL1_SA, 1) |
	       FIELD_PUT(SCTLR_EL1_SA0, 1) | FIELD_PUT(SCTLR_EL1_DZE, 1) |
	       FIELD_PUT(SCTLR_EL1_UCT, 1) | FIELD_PUT(SCTLR_EL1_UCI, 1) |
	       FIELD_PUT(SCTLR_EL1_nTWI, 1) | FIELD_PUT(SCTLR_EL1_nTWE, 1) |
	       UINT64_C(0x30500980) /* RES1: 29, 28, 22, 20, 11, 8, 7 */;
}

uint64_t kernel_boot(struct kernel *k, const struct bootinfo *boot, uint64_t image_ipa)
{
	uint64_t half, tables;

	k->boot = boot;
	k->image_ipa = image_ipa;
	k->console = boot->console != 0 ? (volatile uint32_t *)boot->console : NULL;
	if (boot->magic != BOOTINFO_MAGIC || boot->ram_count > BOOTINFO_WINDOWS)
		panic(k, "no boot info at 0x%lx", (uint64_t)boot);
	choose_geometry(k);
	tables = align_up(boot->kernel.base + boot->kernel.bytes,
			  geometry_granule_bytes(&k->geometry));
	half = -(UINT64_C(1) << k->geometry.ia_bits);
	k->table.ia_base = half;
	tables_init(k);
	ram_init(k);
	if (pgtable_init(&k->table, &k->geometry, half, &k->ops, k) != PGTABLE_OK ||
	    pgtable_init(&k->mm.table, &k->geometry, 0, &k->ops, k) != PGTABLE_OK ||
	    !map_image(k) || !map_console(k) || !ram_map_first(k))
		panic(k, "the first RAM window is too small for the kernel's tables");
	load_registers(k);
	/*
	 * What was written with the MMU off lies in memory: no older line of it may stay in a
	 * cache.
	 */
	dcache_invalidate(image_writable, (size_t)(image_end - image_writable));
	dcache_invalidate((const void *)tables, k->ram.low - tables);
	return sctlr();
}

/* Pointers that were made with the MMU off are IPAs: from now on they are VAs. */
static void move_to_va(struct kernel *k)
{
	uint64_t boot = (uint64_t)k->boot;
	uint64_t kernel_table = (uint64_t)k->table.start, user_table = (uint64_t)k->mm.table.start;

	k->mmu_on = true;
	tables_init(k);
	k->boot = ram_at(k, boot, sizeof(*k->boot));
	k->table.start = ram_at(k, kernel_table, 8);
	k->mm.table.start = ram_at(k, user_table, 8);
	k->table.ops = k->mm.table.ops = &k->ops;
	k->table.context = k->mm.table.context = k;
	if (k->console != NULL)
		k->console = (volatile uint32_t *)(DEVICES_VA +
						   (k->boot->console &
						    (geometry_granule_bytes(&k->geometry) - 1)));
}

_Noreturn void kernel_main(struct kernel *k)
{
	const char *why;

	move_to_va(k);
	write_sysreg(tpidr_el1, k);
	write_sysreg(vbar_el1, kernel_vectors);
	isb();
	k->has_fp = fp_implemented();
	k->random = UINT64_C(0x6e6573747761ab1e) + k->boot->seed;
	mm_init(k);
	files_init(k);
	if (k->boot->flags & BOOTINFO_REPLAY)
		replay_start(k);
	why = program_load(k);
	if (why != NULL)
		end(2, "nestwalk: the program %s", why);
	program_start(k);
}
