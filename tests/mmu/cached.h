/*
 * What the suites of TLBI look into: an MMU whose TLBs and walk caches hold translations of two
 * virtual machines, several address spaces and EL2.
 */
#ifndef TESTS_MMU_CACHED_H
#define TESTS_MMU_CACHED_H

#include "world.h"

#include <check.h>

#define ROWS(rows) (int)(sizeof(rows) / sizeof *(rows))

/* VMIDs are 1 and 2. */
enum context { VM1_ASID5, VM1_ASID6, VM2_ASID5, VM1_FLAT, VM2_FLAT, EL2, CONTEXTS };

static struct world *world;
static struct nw_mmu *mmu;
static struct space spaces[3];
static struct vm el2;
static uint64_t ipa_x, ipa_y; /* the same two in both VMs */
static unsigned walks;
static struct nw_walk last;
static uint64_t now;

static inline void saw_walk(void *ctx, const struct nw_walk *walk)
{
	(void)ctx;
	walks++;
	last = *walk;
}

static const uint64_t A = 0x1000, B = 0x2000, GLOBAL = 0x3000, BLOCK = 0x200000, FAR = 0x400000;
static const uint64_t UPPER_A = 0xffff000000001000;

static inline void map_all(struct space *s)
{
	world_map(world, s, A, ipa_x, 3, S1_RW_EL0 | S1_NG);
	world_map(world, s, B, ipa_y, 3, S1_RW_EL0 | S1_NG);
	world_map(world, s, GLOBAL, ipa_x, 3, S1_RW_EL0);
	world_map(world, s, BLOCK, WORLD_IPA, 2, S1_RW_EL0 | S1_NG);
	world_map(world, s, FAR, ipa_x, 3, S1_RW_EL0 | S1_NG);
}

static inline void set_up(void)
{
	world = world_new(12, 48, 48, 0);
	for (unsigned i = 0; i < 2; i++) {
		ipa_x = world_alloc(world, &world->vm[i], WORLD_PAGE);
		ipa_y = world_alloc(world, &world->vm[i], WORLD_PAGE);
	}
	spaces[VM1_ASID5] = world_space(world, &world->vm[0], 5);
	spaces[VM1_ASID6] = world_space(world, &world->vm[0], 6);
	spaces[VM2_ASID5] = world_space(world, &world->vm[1], 5);
	for (unsigned i = 0; i < 3; i++)
		map_all(&spaces[i]);

	/* EL2's own stage 1 has the format of stage 2 tables of the same geometry. */
	el2 = (struct vm){.root = world->next_table};
	world->next_table += WORLD_PAGE;
	*world_s2_entry(world, &el2, A, 3) = WORLD_RAM | 0x403;
	*world_s2_entry(world, &el2, B, 3) = WORLD_RAM | 0x403;
}

static inline void tear_down(void)
{
	nw_mmu_free(mmu);
	world_free(world);
}

static inline void enter(enum context context)
{
	struct nw_registers *r = nw_registers(mmu);

	static const enum context space_of[CONTEXTS] = {VM1_ASID5, VM1_ASID6, VM2_ASID5,
							VM1_ASID5, VM2_ASID5, VM1_ASID5};

	world_enter(world, mmu, &spaces[space_of[context]]);
	if (context == VM1_FLAT || context == VM2_FLAT)
		r->SCTLR_EL1 = 0;
	r->TTBR0_EL2 = el2.root;
	r->TCR_EL2 = 16 | 6 << 16;
	r->SCTLR_EL2 = 1;
	world_signal(mmu);
}

/* The number of fetches that an access makes now; -1: no walk, it hits a TLB. */
static inline int fetches(enum context context, uint64_t va)
{
	struct nw_access access = {
		.type = NW_LOAD, .el = context == EL2 ? 2 : 0, .unprivileged = context != EL2};
	unsigned before = walks;

	enter(context);
	ck_assert_int_eq(nw_translate(mmu, (va_t){va}, access, ++now).fault.type, FAULT_NONE);
	return walks == before ? -1 : (int)last.fetch_count;
}

static inline void begin(struct nw_config config)
{
	config.features = world_features();
	config.port = (struct nw_port){.ctx = world, .read = world_read};
	config.observer = (struct nw_observer){.walk = saw_walk};
	nw_mmu_free(mmu);
	mmu = nw_mmu_new(&config);
	ck_assert_ptr_nonnull(mmu);
}

/* ------------------------------------------------------------------ operations and operands */

static inline uint64_t operand_va(uint64_t va, uint64_t asid)
{
	return (va >> 12 & UINT64_C(0xfffffffffff)) | asid << 48;
}

/* TG[47:46] 0b01 4 KB, 0b10 16 KB, 0b11 64 KB; NUM, of pairs of granules less one, at SCALE 0. */
static inline uint64_t operand_range(uint64_t address, uint64_t asid, uint64_t tg, uint64_t num)
{
	return (address >> 12 & UINT64_C(0x1fffffffff)) | num << 39 | tg << 46 | asid << 48;
}

/* An entry is there for its VA, put there now. */
static inline bool goes(enum context context, uint64_t va, enum nw_tlbi_op op, uint64_t operand)
{
	fetches(context, va);
	ck_assert_int_eq(fetches(context, va), -1);
	world_tlbi(mmu, op, operand);
	return fetches(context, va) != -1;
}

static inline void take_away(enum nw_feature feature, struct nw_config config)
{
	config.features = world_features();
	nw_switch(&config.features, feature, false);
	config.port = (struct nw_port){.ctx = world, .read = world_read};
	config.observer = (struct nw_observer){.walk = saw_walk};
	nw_mmu_free(mmu);
	mmu = nw_mmu_new(&config);
}

#endif
