/* A difference told: what remains of the case when all that the difference does not need is taken
 * away. */
#include "diff.h"

#include <stdio.h>
#include <string.h>

static const char *difference(const struct diff_case *c, const struct diff_question *q)
{
	static struct diff_pair pair;
	const char *what;

	diff_pair_open(&pair, c);
	what = diff_ask(&pair, q);
	diff_pair_close(&pair);
	return what;
}

/* Clears bit after bit of a value in the case or question, as long as it still differs in that. */
static void shrink_value(struct diff_case *c, struct diff_question *q, const char *what,
			 uint64_t *value)
{
	for (int bit = 63; bit >= 0; bit--) {
		uint64_t kept = *value;

		*value &= ~(UINT64_C(1) << bit);
		if (*value != kept && difference(c, q) != what)
			*value = kept;
	}
}

static void shrink_rate(struct diff_case *c, struct diff_question *q, const char *what,
			unsigned *rate)
{
	unsigned kept = *rate;

	*rate = 0;
	if (difference(c, q) != what)
		*rate = kept;
}

static void shrink_choice(struct diff_case *c, struct diff_question *q, const char *what,
			  uint8_t *choice)
{
	uint8_t kept = *choice;

	*choice = 0;
	if (difference(c, q) != what)
		*choice = kept;
}

static void shrink(struct diff_case *c, struct diff_question *q, const char *what)
{
	struct diff_shape *s = &c->shape;
	uint64_t *registers = (uint64_t *)&c->registers;

	for (size_t n = 0; n < sizeof c->registers / sizeof *registers; n++)
		shrink_value(c, q, what, &registers[n]);
	if (!q->pan && !q->access.pan)
		shrink_value(c, q, what, &c->features.set[0]);
	shrink_value(c, q, what, &q->va);
	for (unsigned n = 0; n < NW_CHOICE_COUNT; n++)
		shrink_choice(c, q, what, &c->choices.of[n]);
	shrink_rate(c, q, what, &s->invalid);
	shrink_rate(c, q, what, &s->block);
	shrink_rate(c, q, what, &s->no_access_flag);
	shrink_rate(c, q, what, &s->wild);
	shrink_rate(c, q, what, &s->restricted);
	shrink_rate(c, q, what, &s->abort);
	shrink_rate(c, q, what, &s->unsupported);
	shrink_rate(c, q, what, &s->interfere);
}

static void print_registers(const struct nw_registers *r)
{
#define SHOW(name)                                                                                 \
	if (r->name)                                                                               \
		printf("  %-10s 0x%016llx\n", #name, (unsigned long long)r->name);
	SHOW(SCTLR_EL1)
	SHOW(TCR_EL1)
	SHOW(TTBR0_EL1)
	SHOW(TTBR1_EL1)
	SHOW(MAIR_EL1) SHOW(SCTLR_EL2) SHOW(TCR_EL2) SHOW(TTBR0_EL2) SHOW(TTBR1_EL2) SHOW(MAIR_EL2)
		SHOW(HCR_EL2) SHOW(VTCR_EL2) SHOW(VTTBR_EL2)
#undef SHOW
}

static void print_features(const struct nw_features *f)
{
	static const char *const names[] = {
#define FEATURE(name, text) #name,
#include "mmu/feature.def"
#undef FEATURE
	};

	printf("  PA %u, granules%s%s%s,", f->pa_bits, f->granule_4k ? " 4K" : "",
	       f->granule_16k ? " 16K" : "", f->granule_64k ? " 64K" : "");
	for (unsigned n = 0; n < NW_FEATURE_COUNT; n++)
		if (nw_has(f, n))
			printf(" %s", names[n]);
	printf("\n");
}

static void print_choices(const struct nw_choices *choices)
{
	static const char *const names[] = {
#define ALTERNATIVE(name, word, text)
#define CHOICE(name, word, text, ...) word,
#include "mmu/choice.def"
#undef CHOICE
#undef ALTERNATIVE
	};

	for (unsigned n = 0; n < NW_CHOICE_COUNT; n++)
		if (choices->of[n])
			printf("  %s: %u\n", names[n], choices->of[n]);
}

void diff_print_question(const struct diff_question *q)
{
	static const char *const types[] = {"fetch",    "load",     "store",           "AT load",
					    "AT store", "cache op", "cache invalidate"};
	static const char *const ops[] = {"S1E1R", "S1E1W", "S1E0R",  "S1E0W",  "S1E1RP", "S1E1WP",
					  "S1E2R", "S1E2W", "S12E1R", "S12E1W", "S12E0R", "S12E0W"};
	const struct nw_access *a = &q->access;

	printf("  VA 0x%016llx, ", (unsigned long long)q->va);
	if (q->at)
		printf("AT %s at EL%u, PAN %d\n", ops[q->op], q->el, q->pan);
	else
		printf("%s at EL%u%s%s%s%s\n", types[a->type], a->el,
		       a->unprivileged ? ", unprivileged" : "", a->read_write ? ", atomic" : "",
		       a->pan ? ", PAN" : "", a->unaligned ? ", unaligned" : "");
}

static void print_answer(const char *who, const struct diff_answer *a,
			 const struct diff_memory *memory)
{
	printf("  %s:\n", who);
	for (unsigned n = 0; n < a->count; n++)
		printf("    stage %d level %2d %s 0x%013llx = 0x%016llx\n", a->log[n].stage,
		       a->log[n].level, a->log[n].update ? "update" : "read  ",
		       (unsigned long long)a->log[n].address,
		       (unsigned long long)a->log[n].descriptor);
	for (unsigned n = 0; n < memory->count; n++)
		printf("    memory 0x%013llx = 0x%016llx\n",
		       (unsigned long long)memory->written[n].pa,
		       (unsigned long long)memory->written[n].value);
	if (a->fault.type != FAULT_NONE)
		printf("    fault 0x%02x, stage %d%s, WnR %d, IPA %s0x%llx\n",
		       nw_fault_status(&a->fault), a->fault.stage2 ? 2 : 1,
		       a->fault.s1ptw ? ", S1PTW" : "", a->fault.write,
		       a->fault.ipa_valid ? "" : "not valid ",
		       (unsigned long long)a->fault.ipa.value);
	else
		printf("    PA 0x%013llx, attr 0x%02x, SH %u, PAR 0x%016llx, may write %d, span "
		       "%u\n",
		       (unsigned long long)a->pa, a->attr, a->sh, (unsigned long long)a->par,
		       a->may_write, a->span_bits);
}

void diff_tell(const struct diff_pair *pair, const struct diff_case *c,
	       const struct diff_question *q)
{
	const struct diff_caches *caches = &c->caches;

	print_features(&c->features);
	print_choices(&c->choices);
	print_registers(&c->registers);
	if (caches->on)
		printf("  entries: TLB %u, %u; walk caches %u, %u, %u%s\n", caches->l1.entries,
		       caches->l2.entries, caches->walk.stage1.entries, caches->walk.stage2.entries,
		       caches->walk.ipa.entries, caches->walk.ipa_for_all ? " for all" : "");
	diff_print_question(q);
	print_answer("mmu", &pair->mmu_answer, &pair->mmu_memory);
	print_answer("naive", &pair->naive_answer, &pair->naive_memory);
}

void diff_explain(const struct diff_case *c, const struct diff_question *q, const char *what)
{
	static struct diff_pair pair;
	struct diff_case least = *c;
	struct diff_question asked = *q;
	const char *now;

	if (difference(c, q) == what)
		shrink(&least, &asked, what);
	else
		printf("alone it does not differ: what follows lacks what came before\n");
	diff_pair_open(&pair, &least);
	now = diff_ask(&pair, &asked);
	printf("the walkers differ in: %s\n", now ? now : what);
	diff_tell(&pair, &least, &asked);
	diff_pair_close(&pair);
}
