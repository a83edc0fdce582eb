/*
 * Suite mmu/allocation: the library allocates in nw_mmu_new() and never while it translates, unless
 * a TLB or walk cache is unbounded: that one grows as it is filled. The linker sends the calls of
 * the C library's allocator from mmu/ through here
 * (--wrap, see mmu/module.mk).
 */
#include "world.h"

#include <check.h>

#define ROWS(rows) (int)(sizeof(rows) / sizeof *(rows))

enum { PAGES = 1500, TRANSLATIONS = 2000000 };

static unsigned long allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
	allocations++;
	return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	allocations++;
	return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	allocations++;
	return __real_realloc(old, size);
}

static struct world *world;
static struct space space;
static uint64_t now;
static unsigned long walks;

static void saw_walk(void *ctx, const struct nw_walk *walk)
{
	(void)ctx;
	(void)walk;
	walks++;
}

static uint64_t page_va(unsigned page)
{
	return UINT64_C(0x12345000) + (uint64_t)page * 0x3000; /* two of three are not mapped */
}

static void set_up(void)
{
	world = world_new(12, 48, 48, 0);
	space = world_space(world, &world->vm[0], 5);
	for (unsigned page = 0; page < PAGES; page++)
		world_map(world, &space, page_va(page), world_alloc(world, space.vm, WORLD_PAGE), 3,
			  page % 2 ? S1_RW_EL0 : S1_NG);
	now = 0;
	walks = 0;
}

static void tear_down(void)
{
	world_free(world);
}

/* All shapes that differ: compared one by one, and hashed. */
static const struct shapes_row {
	const char *name;
	bool tlb_off;
	struct tlb_shape l1, l2, caches;
} bounded[] = {
	{"off", true, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}},
	{"one entry", false, {1, 0, 0}, {0, 0, 0}, {1, 0, 0}},
	{"sets", false, {16, 4, 0}, {64, 4, 0}, {16, 4, 0}},
	{"fully associative", false, {48, 0, 0}, {1024, 0, 0}, {64, 0, 0}},
};

static struct nw_mmu *new_mmu(const struct shapes_row *row)
{
	struct nw_config config = {
		.features = world_features(),
		.tlb_off = row->tlb_off,
		.l1i = row->l1,
		.l1d = row->l1,
		.l2 = row->l2,
		.walk_caches = {row->caches, row->caches, row->caches, true},
		.port = {.ctx = world, .read = world_read},
		.observer = {.walk = saw_walk},
	};
	struct nw_mmu *mmu = nw_mmu_new(&config);

	ck_assert_ptr_nonnull(mmu);
	world_enter(world, mmu, &space);
	return mmu;
}

/* Loads, stores and fetches that hit, miss and fault; AT, probes, TLBI and register writes between
 * them. */
static unsigned long translate(struct nw_mmu *mmu, unsigned count)
{
	static const enum nw_access_type types[] = {NW_FETCH, NW_LOAD, NW_STORE};
	unsigned long faults = 0;

	for (unsigned i = 0; i < count; i++) {
		uint64_t random = i * UINT64_C(0x9e3779b97f4a7c15) >> 32;
		uint8_t el = (uint8_t)(random >> 20 & 1);
		struct nw_access access = {types[i % 3], el, .unprivileged = el == 0};
		va_t va = {page_va((unsigned)(random % PAGES)) + (i % 16 == 0 ? 0x1000 : 0)};

		faults += nw_translate(mmu, va, access, ++now).fault.type != FAULT_NONE;
		if (i % 32 == 0) {
			nw_probe(mmu, va, access, NULL);
			nw_at(mmu, AT_S12E0R, va, 2, false, ++now);
		}
		if (i % 4096 == 0)
			world_tlbi(mmu, TLBI_VAAE1IS, va.value >> 12);
		if (i % 65536 == 0) {
			world_tlbi(mmu, TLBI_VMALLE1, 0);
			nw_registers(mmu)->TCR_EL1 ^= UINT64_C(1) << 37; /* TBI0 */
			world_signal(mmu);
		}
	}
	return faults;
}

START_TEST(nothing_is_allocated_while_translating)
{
	allocations = 0;

	struct nw_mmu *mmu = new_mmu(&bounded[_i]);

	ck_assert_uint_gt(allocations, 0);
	allocations = 0;

	unsigned long faults = translate(mmu, TRANSLATIONS / ROWS(bounded));

	ck_assert_msg(allocations == 0, "%s: %lu allocations", bounded[_i].name, allocations);
	ck_assert_uint_gt(faults, 0);
	ck_assert_uint_gt(walks, 0);
	nw_mmu_free(mmu);
}
END_TEST

START_TEST(an_unbounded_tlb_grows_until_it_holds_everything)
{
	static const struct shapes_row unbounded = {
		"unbounded", false, {UINT32_MAX, 0, 0}, {0, 0, 0}, {0, 0, 0}};
	struct nw_mmu *mmu = new_mmu(&unbounded);

	allocations = 0;
	translate(mmu, 60000); /* less than the first TLBI VMALLE1 after the one at 0 */
	ck_assert_uint_gt(allocations, 0);
	allocations = 0;
	translate(mmu, 60000);
	ck_assert_uint_eq(allocations, 0);
	nw_mmu_free(mmu);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/allocation");
	TCase *tcase = tcase_create("allocation");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, nothing_is_allocated_while_translating, 0, ROWS(bounded));
	tcase_add_test(tcase, an_unbounded_tlb_grows_until_it_holds_everything);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
