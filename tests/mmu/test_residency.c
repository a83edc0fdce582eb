/*
 * Suite mmu/residency: no outcome depends on what TLBs and walk caches hold. A guest changes its
 * tables in every way, in every regime, each time with maintenance that the architecture requires
 * and no more (DDI 0487, "TLB maintenance requirements", break-before-make), and makes accesses and
 * AT of all kinds between. MMUs of all shapes, and with each alternative of the choices about TLBs,
 * agree step by step with one that holds nothing.
 *
 * The same guest with one kind of maintenance omitted must be caught by what holds much: else this
 * suite could not fail.
 */
#include "residency.h"

#include <check.h>

#define INF UINT32_MAX
#define OFF                                                                                        \
	{                                                                                          \
		0, 0, 0                                                                            \
	}

/* ------------------------------------------------------------------ the MMUs */

static const struct mmu_row {
	struct tlb_shape l1, l2;
	struct walk_cache_shapes caches;
	enum nw_choice choice;
	uint8_t value;
} rows[] = {
	{OFF, OFF, {OFF, OFF, OFF, false}, 0, 0}, /* the reference */
	{{1, 0, 0}, OFF, {OFF, OFF, OFF, false}, 0, 0},
	{{48, 0, 0}, {1280, 5, 0}, {OFF, OFF, OFF, false}, 0, 0},
	{{INF, 0, 0}, {INF, 0, 0}, {OFF, OFF, OFF, false}, 0, 0},
	{OFF, OFF, {{INF, 0, 0}, OFF, OFF, false}, 0, 0},
	{OFF, OFF, {OFF, {INF, 0, 0}, OFF, false}, 0, 0},
	{OFF, OFF, {OFF, OFF, {INF, 0, 0}, false}, 0, 0},
	{OFF, OFF, {OFF, OFF, {INF, 0, 0}, true}, 0, 0},
	{{48, 0, 0}, {1280, 5, 0}, {{64, 4, 0}, {64, 4, 0}, {64, 4, 0}, false}, 0, 0},
	{{INF, 0, 0}, {INF, 0, 0}, {{INF, 0, 0}, {INF, 0, 0}, {INF, 0, 0}, true}, 0, 0},
	{{4, 0, 0}, {64, 4, 0}, {OFF, OFF, OFF, false}, 0, 0},
	{{16, 4, 0}, OFF, {{4, 0, 0}, {4, 0, 0}, {4, 0, 0}, true}, 0, 0},
	{OFF, {48, 0, 0}, {{48, 0, 0}, {48, 0, 0}, {48, 0, 0}, true}, 0, 0},
#define CHOOSING(choice, value)                                                                    \
	{                                                                                          \
		{INF, 0, 0}, {INF, 0, 0}, {{INF, 0, 0}, {INF, 0, 0}, {INF, 0, 0}, true}, choice,   \
			value                                                                      \
	}
	CHOOSING(CHOICE_TTL, TTL_HONOURED),
	CHOOSING(CHOICE_TLBI_BY_IPA, TLBI_BY_IPA_REMOVES_COMBINED),
	CHOOSING(CHOICE_TLB_OVERLAP, TLB_OVERLAP_NEWEST),
	CHOOSING(CHOICE_TLB_OVERLAP, TLB_OVERLAP_CONFLICT),
	CHOOSING(CHOICE_AT_TLB, AT_TLB_USED),
#undef CHOOSING
};

enum {
	MMUS = ROWS(rows),
	TLB_INF = 3,
	STAGE1_CACHE,
	STAGE2_CACHE,
	IPA_CACHE,
	IPA_FOR_ALL,
	ALL_INF = 9
};

static struct nw_mmu *mmus[MMUS];
static unsigned differences[MMUS]; /* results unlike those of the reference */
static uint64_t now;
static int omit; /* an enum change whose maintenance is left out; -1: none */

static void tlbi(enum nw_tlbi_op op, uint64_t operand, unsigned el)
{
	struct nw_event event = {
		.type = NW_EVENT_TLBI, .tlbi = op, .operand = operand, .el = (uint8_t)el};

	for (unsigned i = 0; i < MMUS; i++)
		nw_event(mmus[i], &event);
}

static bool omitted(enum change change)
{
	return (int)change == omit;
}

static enum nw_port_update_outcome update(void *ctx, pa_t pa, uint64_t expected, uint64_t desired)
{
	uint64_t *memory = world_at(ctx, pa.value);

	if (*memory != expected)
		return UPDATE_DIFFERS;
	*memory = desired;
	return UPDATE_DONE;
}

static struct nw_mmu *new_mmu(const struct mmu_row *row)
{
	struct nw_config config = {.features = world_features(),
				   .l1i = row->l1,
				   .l1d = row->l1,
				   .l2 = row->l2,
				   .walk_caches = row->caches,
				   .check_walk_caches = true,
				   .port = {.ctx = world, .read = world_read, .update = update}};

	config.choices.of[row->choice] = row->value;
	return nw_mmu_new(&config);
}

/* ------------------------------------------------------------------ what is in force */

static uint64_t ttbr_of(enum space_name space)
{
	return spaces[space].root | (uint64_t)spaces[space].asid << 48;
}

/* HA and HD, next to each other. */
static uint64_t ha_hd(unsigned lsb)
{
	return hafdbs ? UINT64_C(3) << lsb : 0;
}

/* TCR_EL2 while E2H is 0: T0SZ, TG0, PS, HA, HD, DS. */
static uint64_t hyp_tcr(void)
{
	uint64_t tcr = world_tcr(world);

	return ha_hd(21) | (tcr & 0x3f) | (tcr & (3 << 14)) | UINT64_C(6) << 16 |
	       (tcr >> 59 & 1) << 32;
}

static void write_registers(struct nw_mmu *mmu)
{
	struct nw_registers *r = nw_registers(mmu);
	const struct tables *lower = &spaces[context->lower];
	const struct space guest = {lower->vm, lower->asid, lower->root};
	bool e2h = (context->hcr & E2H) != 0;

	world_enter(world, mmu, &guest);
	r->TTBR1_EL1 = ttbr_of(context->upper);
	r->TCR_EL1 |= ha_hd(39);
	r->VTCR_EL2 |= ha_hd(21);
	r->SCTLR_EL1 ^= stage1_off;
	r->HCR_EL2 |= context->hcr;
	r->SCTLR_EL2 = 0x1005;
	r->MAIR_EL2 = 0x00ff;
	r->TCR_EL2 = e2h ? world_tcr(world) | ha_hd(39) : hyp_tcr();
	r->TTBR0_EL2 = ttbr_of(context->el2_lower);
	r->TTBR1_EL2 = ttbr_of(HOST_KERNEL);
	world_signal(mmu);
}

static void enter(const struct context *c)
{
	context = c;
	for (unsigned i = 0; i < MMUS; i++)
		write_registers(mmus[i]);
}

/* A space that is in force. */
static struct tables *any_space(void)
{
	unsigned which = pick(4);

	if (which < 2 && !in_host())
		return &spaces[which == 0 ? context->lower : context->upper];
	if (which == 3 && (context->hcr & E2H) != 0)
		return &spaces[HOST_KERNEL];
	return &spaces[context->el2_lower];
}

/* ------------------------------------------------------------------ changes of stage 1 */

/* A page of a table that is in use: gone, other memory or other permissions. */
static void change_page(void)
{
	struct tables *t = any_space();
	unsigned region = pick(REGIONS), page = pick(4);
	struct region *r = &t->region[region];
	uint64_t va = page_va(t, region, page);

	if (r->state != TABLE || (page < 3 && r->contiguous[r->in_use]))
		return;

	uint64_t *e = entry(t, va, 3);
	bool was_valid = (*e & 1) != 0;

	*e = pick(6) == 0 ? 0 : page_descriptor(t);
	if (was_valid && !omitted(CHANGE_PAGE))
		invalidate((struct span){t, va, va, 3, false});
}

/* Contiguous pages become others, or single pages: break all of them, then make. */
static void change_group(void)
{
	struct tables *t = any_space();
	unsigned region = pick(REGIONS);
	struct region *r = &t->region[region];
	uint64_t va = region_va(t, region);

	if (r->state != TABLE)
		return;
	if (!omitted(CHANGE_GROUP))
		invalidate((struct span){t, va, va + ((uint64_t)(group_size() - 1) << granule()), 3,
					 false});
	r->contiguous[r->in_use] = pick(2);
	fill_group(t, region, r->contiguous[r->in_use]);
}

static void invalidate_table(const struct tables *t, unsigned region)
{
	uint64_t va = region_va(t, region), last = page_va(t, region, 3);

	if (pick(4) != 0) {
		/* All pages up to the last one in use, in a few operations. */
		invalidate((struct span){t, va, va + ((uint64_t)(group_size() - 1) << granule()), 3,
					 true});
		invalidate((struct span){t, last, last, 3, true});
		return;
	}

	uint64_t middle = va + (UINT64_C(7) << granule());

	invalidate((struct span){t, va, middle, 3, true});
	invalidate((struct span){t, middle, last, 3, true});
}

/* A level 2 entry: a table becomes another table, a block or nothing, and back. */
static void change_region(void)
{
	struct tables *t = any_space();
	unsigned region = pick(REGIONS);
	struct region *r = &t->region[region];
	uint64_t va = region_va(t, region), *e = entry(t, va, 2);
	uint64_t inside = va + ((uint64_t)pick(256) << granule());

	*e = 0;
	if (r->state == TABLE && !omitted(CHANGE_REGION))
		invalidate_table(t, region);
	if (r->state == BLOCK && !omitted(CHANGE_REGION))
		invalidate((struct span){t, inside, inside, 2, pick(2) == 0});

	r->state = pick(6) == 0 ? INVALID : pick(3) == 0 ? BLOCK : TABLE;
	if (r->state == BLOCK) {
		*e = any_block(t) | any_bits(t) | S1_LEAF_BASE | 1;
	} else if (r->state == TABLE) {
		r->in_use = pick(TABLES);
		*e = r->table[r->in_use];
	}
}

/* ------------------------------------------------------------------ changes of stage 2 */

/* IPAs first to last, and then all of stage 1, or both at once. */
static void invalidate_stage2(uint64_t first, uint64_t last, bool tables_too, int level)
{
	uint64_t ttl = pick(2) ? (UINT64_C(4) | (uint64_t)level) << 44 : 0;
	uint64_t pairs = ((last - first) >> 12) / 2, unit = world->ipa_bits > 48 ? 16 : 12;
	uint64_t range = first >> unit | pairs << 39 | UINT64_C(1) << 46;
	static const enum nw_tlbi_op whole[] = {TLBI_VMALLS12E1, TLBI_ALLE1};

	if (in_host() || pick(3) == 0) {
		tlbi(any_domain(whole[pick(2)]), 0, 2);
		return;
	}
	if (last - first < UINT64_C(64) << 12 && first % (UINT64_C(1) << unit) == 0 && pick(2))
		tlbi(any_domain(tables_too ? TLBI_RIPAS2E1 : TLBI_RIPAS2LE1), range, 2);
	else
		for (uint64_t ipa = first; ipa <= last; ipa += WORLD_PAGE)
			tlbi(any_domain(tables_too ? TLBI_IPAS2E1 : TLBI_IPAS2LE1), ipa >> 12 | ttl,
			     2);
	tlbi(any_domain(TLBI_VMALLE1), 0, any_el(TLBI_VMALLE1));
}

static struct vm *current_vm(void)
{
	return spaces[context->lower].vm;
}

/* A page of memory, or one with a table of stage 1 in it. */
static uint64_t any_ipa(void)
{
	const struct tables *t = &spaces[pick(2) ? context->lower : context->upper];
	const struct region *r = &t->region[pick(REGIONS)];

	if (pick(3) == 0)
		return r->table[pick(TABLES)] & UINT64_C(0x0000fffffffff000);
	return data[t->vm - world->vm][pick(DATA)] + pick(1u << (granule() - 12)) * UINT64_C(4096);
}

/* Memory of a VM goes, comes back or changes its permissions; what tables lie in stays where it is.
 */
static void change_ipa(void)
{
	uint64_t ipa = any_ipa();
	uint64_t *e = world_s2_entry(world, current_vm(), ipa, 3);
	bool was_valid = (*e & 1) != 0;

	if (was_valid && pick(3) == 0)
		*e = 0;
	else
		*e = world_pa(current_vm(), ipa) | S2_LEAF_BASE | 3;
	if (*e != 0 && pick(4) == 0)
		*e &= ~(UINT64_C(1) << (6 + pick(2))); /* S2AP: no read, no write */
	if (*e != 0 && hafdbs)
		*e = (*e & ~AF) | any_updates();
	if (was_valid && !omitted(CHANGE_IPA))
		invalidate_stage2(ipa, ipa, false, 3);
}

/* A level 2 entry of stage 2: table, block or nothing. */
static void change_window(void)
{
	struct vm *vm = current_vm();
	unsigned window = pick(WINDOWS);
	enum state *state = &window_state[vm - world->vm][window];
	uint64_t ipa = window_ipa(window), *e = world_s2_entry(world, vm, ipa, 2);

	*e = 0;
	if (*state != INVALID && !omitted(CHANGE_WINDOW)) {
		if (*state == BLOCK)
			invalidate_stage2(ipa + 0x5000, ipa + 0x5000, pick(2), 2);
		else
			invalidate_stage2(ipa, ipa + 31 * WORLD_PAGE, true, 3);
	}
	*state = pick(6) == 0 ? INVALID : pick(3) == 0 ? BLOCK : TABLE;
	if (*state == BLOCK)
		*e = (WORLD_RAM + ((uint64_t)pick(8) << 21)) | S2_LEAF_BASE | 1;
	else if (*state == TABLE)
		fill_window(vm, ipa, pick(2));
}

/* ------------------------------------------------------------------ accesses */

static uint64_t any_va(const struct tables *t)
{
	unsigned region = pick(REGIONS);
	uint64_t offset = pick(1u << granule()) & ~7u;

	if (pick(3) == 0)
		return region_va(t, region) + ((uint64_t)pick(group_size() + 2) << granule()) +
		       offset;
	return page_va(t, region, pick(4)) + offset;
}

static struct nw_access any_access(uint64_t *va)
{
	struct nw_access access = {.type = (enum nw_access_type)pick(4), .el = (uint8_t)pick(3)};
	const struct tables *t = any_space();
	bool of_el2 = t->vm == NULL;

	if (of_el2)
		access.el = in_host() && t->tagging != HYP && pick(2) ? 0 : 2;
	else
		access.el = (uint8_t)pick(2);
	access.unprivileged = access.el == 0 || (t->tagging != HYP && pick(8) == 0);
	access.pan = pick(2);
	access.read_write = access.type == NW_STORE && pick(4) == 0;
	access.unaligned = pick(8) == 0;
	*va = any_va(t);
	if (!of_el2 && stage1_off)
		*va = pick(2) ? any_ipa() : window_ipa(pick(WINDOWS)) + pick(8) * UINT64_C(4096);
	return access;
}

static bool same_fault(const struct nw_fault *f, const struct nw_fault *g)
{
	return f->type == g->type && f->level == g->level && f->stage2 == g->stage2 &&
	       f->s1ptw == g->s1ptw && f->write == g->write && f->ipa_valid == g->ipa_valid &&
	       (!f->ipa_valid || f->ipa.value == g->ipa.value);
}

/* An entry that is writable-clean says less than memory that another walk has made dirty. */
static bool may_write_agrees(const struct nw_translation *expected,
			     const struct nw_translation *got)
{
	return expected->may_write == got->may_write || (hafdbs && expected->may_write);
}

static bool same(const struct nw_translation *a, const struct nw_translation *b)
{
	if (!same_fault(&a->fault, &b->fault))
		return false;
	return a->fault.type != FAULT_NONE ||
	       (a->pa.value == b->pa.value && a->span_bits == b->span_bits &&
		a->device == b->device && may_write_agrees(a, b) &&
		a->attributes.attr == b->attributes.attr && a->attributes.sh == b->attributes.sh);
}

static void differs(unsigned i, uint64_t va)
{
	differences[i]++;
	ck_assert_msg(omit >= 0, "MMU %u differs at VA %#llx, step %llu", i, (unsigned long long)va,
		      (unsigned long long)now);
}

static void access_all(void)
{
	uint64_t va;
	struct nw_access access = any_access(&va);
	struct nw_translation expected = nw_translate(mmus[0], (va_t){va}, access, now);

	for (unsigned i = 1; i < MMUS; i++) {
		struct nw_translation got = nw_translate(mmus[i], (va_t){va}, access, now);

		if (!same(&expected, &got))
			differs(i, va);
	}
}

/* AT of EL1 is executed there or at EL2, but a host has no EL1. */
static void at_all(void)
{
	const struct tables *t = any_space();
	enum nw_at_op op = (enum nw_at_op)pick(AT_S12E0W + 1);
	unsigned el = op < AT_S1E2R && !in_host() ? 1 + pick(2) : 2;
	bool pan = pick(2);
	uint64_t va = any_va(t);
	struct nw_at_result expected = nw_at(mmus[0], op, (va_t){va}, el, pan, now);

	for (unsigned i = 1; i < MMUS; i++) {
		struct nw_at_result got = nw_at(mmus[i], op, (va_t){va}, el, pan, now);

		if (got.par != expected.par || !same_fault(&got.fault, &expected.fault))
			differs(i, va);
	}
}

/* ------------------------------------------------------------------ runs */

static const struct world_row {
	unsigned granule1, va_bits, ipa_bits;
	int start2;
} worlds[] = {{12, 48, 48, 0}, {12, 52, 52, -1}, {12, 39, 40, 1}, {16, 48, 48, 0}, {14, 47, 52, 0}};

static void begin(const struct world_row *row, bool updates, int without)
{
	hafdbs = updates;
	world = world_new(row->granule1, row->va_bits, row->ipa_bits, row->start2);
	memset(differences, 0, sizeof differences);
	omit = without;
	now = 0;
	stage1_off = false;
	make_guest();
	for (unsigned i = 0; i < MMUS; i++) {
		mmus[i] = new_mmu(&rows[i]);
		ck_assert_ptr_nonnull(mmus[i]);
	}
	enter(&contexts[0]);
}

static void end(void)
{
	for (unsigned i = 0; i < MMUS; i++)
		nw_mmu_free(mmus[i]);
	world_free(world);
}

/* One change in eight steps. */
static void run(unsigned steps)
{
	static void (*const changes[])(void) = {change_page,   change_page, change_group,
						change_region, change_ipa,  change_ipa,
						change_window};

	while (steps-- > 0) {
		now++;
		switch (pick(24)) {
		case 0:
		case 1:
		case 2:
			changes[pick(ROWS(changes))]();
			break;
		case 3:
			stage1_off = pick(8) == 0;
			enter(&contexts[pick(ROWS(contexts))]);
			break;
		case 4:
		case 5:
		case 6:
			at_all();
			break;
		default:
			access_all();
		}
	}
}

START_TEST(no_outcome_depends_on_what_is_cached)
{
	srandom((unsigned)_i + 1);
	begin(&worlds[_i / 2], _i & 1, -1);
	run(10000);
	for (unsigned i = 0; i < MMUS; i++)
		ck_assert_uint_eq(nw_counts(mmus[i])->cache_mismatches, 0);
	end();
}
END_TEST

/* What maintenance is for: who sees that it was left out. */
static const struct omit_row {
	const char *name;
	enum change change;
	unsigned mmu;
	bool mismatch; /* a full walk finds it too */
} omit_rows[] = {
	{"page, TLB", CHANGE_PAGE, TLB_INF, false},
	{"page, everything", CHANGE_PAGE, ALL_INF, false},
	{"contiguous group, TLB", CHANGE_GROUP, TLB_INF, false},
	{"region, TLB", CHANGE_REGION, TLB_INF, false},
	{"region, stage 1 tables", CHANGE_REGION, STAGE1_CACHE, true},
	{"IPA, TLB", CHANGE_IPA, TLB_INF, false},
	{"IPA, stage 1 tables", CHANGE_IPA, STAGE1_CACHE, true},
	{"IPA, IPAs of tables", CHANGE_IPA, IPA_CACHE, true},
	{"IPA, all IPAs", CHANGE_IPA, IPA_FOR_ALL, true},
	{"window, TLB", CHANGE_WINDOW, TLB_INF, false},
	{"window, stage 2 tables", CHANGE_WINDOW, STAGE2_CACHE, true},
	{"window, all IPAs", CHANGE_WINDOW, IPA_FOR_ALL, true},
};

START_TEST(omitted_maintenance_is_seen)
{
	const struct omit_row *row = &omit_rows[_i];

	srandom((unsigned)_i + 1);
	begin(&worlds[0], false, (int)row->change);
	run(8000);
	ck_assert_msg(differences[row->mmu] > 0, "%s", row->name);
	ck_assert_msg((nw_counts(mmus[row->mmu])->cache_mismatches > 0) == row->mismatch, "%s",
		      row->name);
	ck_assert_uint_eq(differences[0], 0);
	end();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/residency");
	TCase *tcase = tcase_create("residency");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, no_outcome_depends_on_what_is_cached, 0, 2 * ROWS(worlds));
	tcase_add_loop_test(tcase, omitted_maintenance_is_seen, 0, ROWS(omit_rows));
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
