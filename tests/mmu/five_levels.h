/*
 * One translation with five levels at both stages. Each table of stage 1, and the output, lies in a
 * part of the IPA space that has stage 2 tables of its own, so that a test can spoil one descriptor
 * and know which lookup meets it.
 */
#ifndef TESTS_MMU_FIVE_LEVELS_H
#define TESTS_MMU_FIVE_LEVELS_H

#include "tables.h"

/*
 * Both stages: 4 KB, 52 bits, DS=1 from level -1, so that every level exists and all but -1 may
 * hold leaves.
 */
static const struct geometry five_levels = {12, 52, -1, true};

/* By level + 1 of the stage 1 table that lies there. */
enum { OUTPUT = 5, PARTS };

static struct {
	struct memory memory;
	struct nw_features features;
	struct nw_registers registers;
	struct nw_access access;
	uint64_t va;
	unsigned part_shift;       /* log2 of the distance of parts */
	uint64_t ipa[PARTS];       /* by stage 1 level + 1: of the descriptor; of the output */
	uint64_t stage1[5];        /* PA of the descriptor, by level + 1 */
	uint64_t stage2[PARTS][5]; /* PA of the stage 2 descriptor for ipa[], by level + 1 */
	uint64_t next_table;
	bool has_tlb, has_no_update;
	struct nw_choices choices;
	enum nw_port_update_outcome update; /* what the port answers */
} w;

/* Hardware updates: memory that forgets them, so that a test can look again. */
static inline enum nw_port_update_outcome update_memory(void *ctx, pa_t pa, uint64_t expected,
							uint64_t desired)
{
	ck_assert_uint_eq(*memory_cell(ctx, pa.value), expected);
	ck_assert_uint_ne(expected, desired);
	return w.update;
}

static const uint64_t va_indices =
	UINT64_C(1) << 48 | UINT64_C(2) << 39 | UINT64_C(3) << 30 | 4 << 21 | 5 << 12 | 0x678;

/* The page of a part: index 1 at level 0, 2 at level 1, 3 at level 2, 4 at level 3. */
static inline uint64_t page_of(unsigned part)
{
	return (uint64_t)(part + 1) << w.part_shift | UINT64_C(1) << 39 | UINT64_C(2) << 30 |
	       3 << 21 | 4 << 12;
}

/* Maps w.ipa[part] at stage 2. Returns its PA. */
static inline uint64_t map_stage2(unsigned part, int leaf)
{
	uint64_t table = UINT64_C(0x80000000), ipa = w.ipa[part];

	for (int level = -1;; level++) {
		unsigned shift = shift_at(12, level);
		uint64_t entry = table + 8 * entry_index(&five_levels, level, ipa);
		uint64_t block = (uint64_t)(part + 1) << 40;

		w.stage2[part][level + 1] = entry;
		if (level == leaf) {
			/* AF, S2AP read and write, MemAttr Normal Write-Back */
			memory_put(&w.memory, entry, block | 0x4fc | (level == 3 ? 3 : 1));
			return block | (ipa & ones(shift));
		}
		if (memory_cell(&w.memory, entry) == NULL) {
			memory_put(&w.memory, entry, w.next_table | 3);
			w.next_table += 0x1000;
		}
		table = field_address(&five_levels, *memory_cell(&w.memory, entry));
	}
}

/*
 * Everything is right: leaves at these levels, RW at EL1, Normal memory; the output sizes are 52
 * and 48 bits.
 */
static inline void build(int leaf1, int leaf2, unsigned part_shift)
{
	memset(&w, 0, sizeof w);
	w.va = va_indices;
	w.part_shift = part_shift;
	w.next_table = UINT64_C(0x80001000);
	for (int level = -1; level <= leaf1; level++) {
		uint64_t offset = 8 * entry_index(&five_levels, level, w.va);
		uint64_t next = level < leaf1 ? page_of((unsigned)level + 2)
					      : page_of(OUTPUT) & ~ones(shift_at(12, level));

		w.ipa[level + 1] = page_of((unsigned)level + 1) | offset;
		w.stage1[level + 1] = map_stage2((unsigned)level + 1, leaf2);
		memory_put(&w.memory, w.stage1[level + 1],
			   address_field(&five_levels, next) | (level < leaf1 ? 3
								: level == 3  ? 0x403
									      : 0x401));
	}
	w.ipa[OUTPUT] =
		(page_of(OUTPUT) & ~ones(shift_at(12, leaf1))) | (w.va & ones(shift_at(12, leaf1)));
	map_stage2(OUTPUT, leaf2);
	w.features = all_features();
	w.access = (struct nw_access){.type = NW_LOAD, .el = 1};
	w.registers = (struct nw_registers){
		.SCTLR_EL1 = 1,
		.TCR_EL1 =
			12 | 12 << 16 | UINT64_C(2) << 30 | UINT64_C(6) << 32 | UINT64_C(1) << 59,
		.TTBR0_EL1 = ttbr_field(&five_levels, page_of(0)),
		.MAIR_EL1 = 0xff,
		.HCR_EL2 = 1,
		/* SL2:SL0 = 0b100, PS 48 bits, DS */
		.VTCR_EL2 =
			12 | 5 << 16 | UINT64_C(1) << 31 | UINT64_C(1) << 32 | UINT64_C(1) << 33,
		.VTTBR_EL2 = UINT64_C(0x80000000),
	};
}

static inline void set_field(uint64_t *reg, unsigned lsb, unsigned bits, uint64_t value)
{
	*reg = (*reg & ~(ones(bits) << lsb)) | value << lsb;
}

static inline struct nw_mmu *new_mmu(void)
{
	struct nw_config config = {
		.features = w.features,
		.choices = w.choices,
		.tlb_off = !w.has_tlb,
		.l1d = {16, 0, 0},
		.port = {.ctx = &w.memory,
			 .read = memory_read,
			 .update = w.has_no_update ? NULL : update_memory},
	};
	struct nw_mmu *mmu = nw_mmu_new(&config);
	struct nw_event event = {.type = NW_EVENT_REGISTER};

	ck_assert_ptr_nonnull(mmu);
	*nw_registers(mmu) = w.registers;
	nw_event(mmu, &event);
	return mmu;
}

static inline void check_works(void)
{
	struct nw_mmu *mmu = new_mmu();
	struct nw_translation t = nw_translate(mmu, (va_t){w.va}, w.access, 1);

	ck_assert_msg(t.fault.type == FAULT_NONE, "faults without a reason: 0x%02x",
		      nw_fault_status(&t.fault));
	nw_mmu_free(mmu);
}

/* What can be wrong with a descriptor. */
enum wrong { INVALID, NO_BLOCK, TOO_HIGH, NO_ACCESS_FLAG, NO_PERMISSION, ABORT };

static inline void spoil(uint64_t pa, bool stage1, enum wrong wrong)
{
	uint64_t *d = memory_cell(&w.memory, pa);

	switch (wrong) {
	case INVALID:
		*d &= ~UINT64_C(1);
		break;
	case NO_BLOCK:
		*d &= ~UINT64_C(2);
		break;
	case TOO_HIGH: /* OA[51] */
		*d |= UINT64_C(2) << 8;
		break;
	case NO_ACCESS_FLAG:
		*d &= ~UINT64_C(0x400);
		break;
	case NO_PERMISSION: /* AP[2] against a store; S2AP[0] against a read */
		*d = stage1 ? *d | 0x80 : *d & ~UINT64_C(0x40);
		break;
	case ABORT:
		w.memory.has_abort = true;
		w.memory.abort_pa = pa;
	}
}

/*
 * Stage 2 is switched off: the tables of stage 1 are wanted at the addresses that they have had as
 * IPAs.
 */
static inline void stage2_off(void)
{
	w.registers.HCR_EL2 = 0;
	for (int i = 0; i < 5; i++)
		memory_put(&w.memory, w.ipa[i], *memory_cell(&w.memory, w.stage1[i]));
	memcpy(w.stage1, w.ipa, sizeof w.stage1);
}

#endif
