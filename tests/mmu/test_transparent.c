/*
 * Suite mmu/transparent: TLBs and walk caches of any shape never change a result while software
 * does the maintenance that the architecture requires. Random guests change their tables, with
 * break-before-make and TLBI, and switch address spaces; an MMU without any cache is the reference.
 */
#include "world.h"

#include <check.h>
#include <stdio.h>

#define ROWS(rows) (int)(sizeof(rows) / sizeof *(rows))

enum { SPACES = 3, TABLES = 4, PAGES = 4, DATA = 16, STEPS = 6000 };

#define INF UINT32_MAX

static const struct cache_row {
	struct tlb_shape l1, l2;
	struct walk_cache_shapes caches;
} caches[] = {
	{{0, 0, 0}, {0, 0, 0}, {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, false}}, /* the reference */
	{{1, 0, 0}, {0, 0, 0}, {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, false}},
	{{4, 0, 0}, {64, 4, 0}, {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, false}},
	{{48, 0, 0}, {1280, 5, 0}, {{64, 4, 0}, {64, 4, 0}, {64, 4, 0}, false}},
	{{16, 4, 0}, {0, 0, 0}, {{4, 0, 0}, {4, 0, 0}, {4, 0, 0}, true}},
	{{INF, 0, 0}, {INF, 0, 0}, {{INF, 0, 0}, {INF, 0, 0}, {INF, 0, 0}, true}},
	{{0, 0, 0}, {0, 0, 0}, {{INF, 0, 0}, {0, 0, 0}, {0, 0, 0}, false}},
	{{0, 0, 0}, {0, 0, 0}, {{0, 0, 0}, {INF, 0, 0}, {0, 0, 0}, false}},
	{{0, 0, 0}, {0, 0, 0}, {{0, 0, 0}, {0, 0, 0}, {INF, 0, 0}, true}},
	{{0, 0, 0}, {48, 0, 0}, {{48, 0, 0}, {48, 0, 0}, {48, 0, 0}, true}},
};

enum { MMUS = ROWS(caches) };

static const struct world_row {
	unsigned granule1, va_bits, ipa_bits;
	int start2;
} worlds[] = {{12, 48, 48, 0}, {12, 52, 52, -1}, {12, 39, 40, 1}, {16, 48, 48, 0}, {14, 47, 52, 0}};

static struct world *world;
static struct nw_mmu *mmus[MMUS];
static struct space spaces[SPACES], *current;
static uint64_t data[WORLD_VMS][DATA]; /* IPAs */
static uint64_t now;

static unsigned pick(unsigned count)
{
	return (unsigned)random() % count;
}

static uint64_t block_bits(void)
{
	return world_shift(world->granule1, 2);
}

/* Pages under several level 3 tables, and the block that one step maps at the end of them. */
static uint64_t page_va(unsigned table, unsigned page)
{
	/* 600 puts a page of a table of 16 KB or 64 KB into another 4 KB of it. */
	uint64_t index = page < 3 ? page : (world->granule1 == 12 ? 300 : 600);

	return ((uint64_t)(table + 1) << block_bits()) | index << world->granule1;
}

static uint64_t block_va(void)
{
	return (uint64_t)(TABLES + 1) << block_bits();
}

static void tlbi(enum nw_tlbi_op op, uint64_t operand)
{
	for (unsigned i = 0; i < MMUS; i++)
		world_tlbi(mmus[i], op, operand);
}

static uint64_t va_operand(uint64_t va)
{
	return (va >> 12 & ((UINT64_C(1) << 44) - 1)) | (uint64_t)current->asid << 48;
}

/* Both halves use the same tables. */
static void tlbi_va(enum nw_tlbi_op op, uint64_t va)
{
	tlbi(op, va_operand(va));
	tlbi(op, va_operand(world_upper(world, va)));
}

static void enter(struct space *s)
{
	current = s;
	for (unsigned i = 0; i < MMUS; i++)
		world_enter(world, mmus[i], s);
}

static uint64_t any_data(void)
{
	return data[current->vm - world->vm][pick(DATA)];
}

static uint64_t any_bits(void)
{
	static const uint64_t bits[] = {
		0, S1_RW_EL0, S1_RO, S1_RW_EL0 | S1_RO, UINT64_C(1) << 53, UINT64_C(1) << 54};

	/* nG always: a global page must be the same in all ASIDs of the VM. */
	return bits[pick(ROWS(bits))] | S1_NG;
}

/* ------------------------------------------------------------------ steps */

static void remap_page(void)
{
	uint64_t va = page_va(pick(TABLES), pick(PAGES));
	uint64_t *entry = world_s1_entry(world, current, va, 3);

	*entry = 0;
	tlbi_va(pick(2) ? TLBI_VALE1 : TLBI_VAAE1IS, va);
	if (pick(8) != 0)
		world_map(world, current, va, any_data(), 3, any_bits());
}

/* One operation at any address of the block removes all that was made of it. */
static void remap_block(void)
{
	uint64_t inside = pick(2048) * UINT64_C(4096) & ((UINT64_C(1) << block_bits()) - 1);

	*world_s1_entry(world, current, block_va(), 2) = 0;
	tlbi_va(TLBI_VALE1IS, block_va() + inside);
	world_map(world, current, block_va(), WORLD_IPA + (pick(4) << 21), 2, any_bits());
}

/* Exchanges two level 3 tables. */
static void swap_tables(void)
{
	unsigned table = pick(TABLES);
	uint64_t *one = world_s1_entry(world, current, page_va(table, 0), 2);
	uint64_t *other = world_s1_entry(world, current, page_va(table ^ 1, 0), 2);
	uint64_t was_one = *one, was_other = *other;

	*one = *other = 0;
	if (pick(2)) {
		tlbi(pick(2) ? TLBI_ASIDE1 : TLBI_VMALLE1IS, (uint64_t)current->asid << 48);
	} else {
		for (unsigned page = 0; page < PAGES; page++) {
			tlbi_va(pick(2) ? TLBI_VAE1 : TLBI_VAAE1, page_va(table, page));
			tlbi_va(TLBI_VAE1IS, page_va(table ^ 1, page));
		}
	}
	*one = was_other;
	*other = was_one;
}

static void remap_ipa(void)
{
	uint64_t ipa = any_data() + pick(1u << (world->granule1 - 12)) * UINT64_C(4096);
	uint64_t *entry = world_s2_entry(world, current->vm, ipa, 3);

	*entry = 0;
	tlbi(pick(2) ? TLBI_IPAS2E1 : TLBI_IPAS2LE1IS, ipa >> 12);
	tlbi(TLBI_VMALLE1IS, 0);
	if (pick(8) != 0) {
		world_s2_map(world, current->vm, ipa, WORLD_RAM + pick(16384) * UINT64_C(4096));
		*entry &= ~((uint64_t)(pick(4) == 0) << 7); /* read only */
	}
}

static void toggle_stage_1(void)
{
	uint64_t sctlr = nw_registers(mmus[0])->SCTLR_EL1 ^ 1;

	for (unsigned i = 0; i < MMUS; i++) {
		nw_registers(mmus[i])->SCTLR_EL1 = sctlr;
		world_signal(mmus[i]);
	}
}

static uint64_t any_va(void)
{
	uint64_t offset = pick(1u << world->granule1) & ~7u;
	uint64_t va = page_va(pick(TABLES), pick(PAGES)) + offset;

	if (pick(4) == 0)
		va = block_va() +
		     (pick(2048) * UINT64_C(4096) & ((UINT64_C(1) << block_bits()) - 1));
	if ((nw_registers(mmus[0])->SCTLR_EL1 & 1) == 0)
		return any_data() + offset;
	return pick(2) ? va : world_upper(world, va);
}

static bool same(const struct nw_translation *a, const struct nw_translation *b)
{
	const struct nw_fault *f = &a->fault, *g = &b->fault;

	if (f->type != g->type || f->level != g->level || f->stage2 != g->stage2 ||
	    f->s1ptw != g->s1ptw || f->write != g->write || f->ipa_valid != g->ipa_valid ||
	    (f->ipa_valid && f->ipa.value != g->ipa.value))
		return false;
	return f->type != FAULT_NONE ||
	       (a->pa.value == b->pa.value && a->span_bits == b->span_bits &&
		a->device == b->device && a->may_write == b->may_write &&
		a->attributes.attr == b->attributes.attr && a->attributes.sh == b->attributes.sh);
}

static void access_all(void)
{
	struct nw_access access = {.type = (enum nw_access_type)pick(3), .el = (uint8_t)pick(2)};
	uint64_t va = any_va();

	access.unprivileged = access.el == 0 || pick(8) == 0;
	access.pan = pick(2);
	access.read_write = access.type == NW_STORE && pick(4) == 0;
	now++;

	struct nw_translation expected = nw_translate(mmus[0], (va_t){va}, access, now);

	for (unsigned i = 1; i < MMUS; i++) {
		struct nw_translation t = nw_translate(mmus[i], (va_t){va}, access, now);

		ck_assert_msg(
			same(&expected, &t),
			"shape %u, step %u: va %#llx type %u el %u: fault %u level %d pa %#llx, "
			"not %u level %d pa %#llx",
			i, (unsigned)now, (unsigned long long)va, access.type, access.el,
			t.fault.type, t.fault.level, (unsigned long long)t.pa.value,
			expected.fault.type, expected.fault.level,
			(unsigned long long)expected.pa.value);
	}
}

/* ------------------------------------------------------------------ the guest */

static void make_guest(const struct world_row *row)
{
	world = world_new(row->granule1, row->va_bits, row->ipa_bits, row->start2);
	for (unsigned i = 0; i < MMUS; i++) {
		struct nw_config config = {.features = world_features(),
					   .l1i = caches[i].l1,
					   .l1d = caches[i].l1,
					   .l2 = caches[i].l2,
					   .walk_caches = caches[i].caches,
					   .port = {.ctx = world, .read = world_read}};

		mmus[i] = nw_mmu_new(&config);
		ck_assert_ptr_nonnull(mmus[i]);
	}
	for (unsigned vm = 0; vm < WORLD_VMS; vm++)
		for (unsigned i = 0; i < DATA; i++)
			data[vm][i] = world_alloc(world, &world->vm[vm], 1u << row->granule1);
	spaces[0] = world_space(world, &world->vm[0], 5);
	spaces[1] = world_space(world, &world->vm[0], 6);
	spaces[2] = world_space(world, &world->vm[1], 5);
	for (unsigned i = 0; i < SPACES; i++) {
		current = &spaces[i];
		for (unsigned table = 0; table < TABLES; table++)
			for (unsigned page = 0; page < PAGES; page++)
				world_map(world, current, page_va(table, page), any_data(), 3,
					  any_bits());
		world_map(world, current, block_va(), WORLD_IPA, 2, any_bits());
	}
	now = 0;
	enter(&spaces[0]);
}

START_TEST(no_shape_changes_a_result)
{
	srandom((unsigned)_i + 1);
	make_guest(&worlds[_i]);
	for (unsigned step = 0; step < STEPS; step++) {
		switch (pick(64)) {
		case 0:
			remap_page();
			break;
		case 1:
			remap_block();
			break;
		case 2:
			if (pick(4) == 0)
				swap_tables();
			break;
		case 3:
			remap_ipa();
			break;
		case 4:
		case 5:
			enter(&spaces[pick(SPACES)]);
			break;
		case 6:
			toggle_stage_1();
			break;
		default:
			access_all();
		}
	}
	for (unsigned i = 0; i < MMUS; i++)
		nw_mmu_free(mmus[i]);
	world_free(world);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/transparent");
	TCase *tcase = tcase_create("transparent");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, no_shape_changes_a_result, 0, ROWS(worlds));
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
