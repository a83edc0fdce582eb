#include "generate.h"

#include "scene.h"

#include <string.h>

static void choose_regime(struct scene *s)
{
	struct random *r = s->random;
	unsigned kind = random_below(r, 100);

	s->regime = REGIME_EL10;
	s->memory.permissive = chance(r, 50);
	s->stage1 = kind < 70;
	s->memory.stage2 = kind >= 15;
	s->e2h = chance(r, 15);
	if (kind < 80)
		return;
	s->dc = s->regime == REGIME_EL10 && kind < 85;
	if (kind >= 85 && kind < 88) {
		s->tge = true;
		s->e2h = false; /* with E2H it would be the host's EL0 */
	}
	if (kind >= 88) {
		s->regime = kind < 93 ? REGIME_EL2 : kind < 96 ? REGIME_EL20 : REGIME_HOST0;
		s->e2h = s->regime != REGIME_EL2;
		s->tge = s->regime == REGIME_HOST0;
		s->memory.permissive = true;
		s->stage1 = true;
		s->memory.stage2 = false;
	}
}

/* Where the guest's code lies: EL2 has it at address 0. */
static void choose_code(struct scene *s)
{
	s->code_half = s->regime == REGIME_EL10 && s->stage1 ? random_below(s->random, 2) : 0;
}

static unsigned lesser(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* IPAs are what both halves of stage 1 can put out and stage 2 can take. */
static void choose_ipa_bits(struct scene *s)
{
	struct memory *m = &s->memory;

	for (unsigned half = 0; s->stage1 && half < 2; half++) {
		bool wide = m->s1[half].ds || m->s1[half].granule == GRANULE_64K;

		m->ipa_bits = lesser(m->ipa_bits, lesser(m->s1[half].oa_bits, wide ? 52 : 48));
	}
}

static void emit_memory(struct scene *s)
{
	const struct memory *m = &s->memory;

	for (unsigned i = 0; i < m->entry_count; i++) {
		const struct entry *e = &m->entry[i];

		if (e->value != 0)
			case_add(s->out, (struct command){.kind = COMMAND_WRITE,
							  .code = e->code,
							  .value = {e->pa, stored(e)}});
	}
}

static bool make(struct random *random, struct features features, struct test_case *c)
{
	struct scene s = {.random = random, .features = features, .out = c};

	c->count = 0;
	s.memory.random = random;
	s.memory.next = TABLES_BASE;
	choose_regime(&s);
	choose_code(&s);
	choose_controls(&s);
	s.memory.fwb = (s.hcr & FIELD_MASK(HCR_EL2_FWB)) != 0;
	if (s.memory.stage2)
		choose_stage2(&s);
	choose_stage1(&s);
	choose_ipa_bits(&s);
	if (s.memory.stage2)
		tree_root(&s.memory, &s.memory.s2, true);
	for (unsigned half = 0; s.stage1 && half < 2; half++)
		tree_root(&s.memory, &s.memory.s1[half], half == s.code_half);
	map_code(&s);
	map_targets(&s);
	mutate(&s);
	emit_registers(&s);
	emit_memory(&s);
	operate(&s);
	return !s.memory.full;
}

void generate(struct random *random, struct features features, struct test_case *c)
{
	while (!make(random, features, c))
		;
}
