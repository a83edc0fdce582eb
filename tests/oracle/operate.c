/* The operations of a case. */
#include "scene.h"

#define PAN (UINT64_C(1) << 22)
#define UAO (UINT64_C(1) << 23)

/* How often each kind of operation comes. */
static const uint8_t kind_weights[KINDS] = {
	[KIND_LOAD] = 24,  [KIND_STORE] = 16, [KIND_ATOMIC] = 8, [KIND_UNPRIV] = 8,
	[KIND_FETCH] = 14, [KIND_ZERO] = 3,   [KIND_CACHE1] = 1, [KIND_CACHE] = 2,
	[KIND_AT1] = 16,   [KIND_AT2] = 14,
};

static enum op_kind random_kind(struct random *r)
{
	unsigned sum = 0, at;

	for (unsigned i = 0; i < KINDS; i++)
		sum += kind_weights[i];
	at = random_below(r, sum);
	for (unsigned i = 0;; i++) {
		if (at < kind_weights[i])
			return (enum op_kind)i;
		at -= kind_weights[i];
	}
}

static enum op random_op(struct random *r, enum op_kind kind)
{
	enum op op;

	do {
		op = (enum op)random_below(r, OPS);
	} while (op_kinds[op] != kind);
	return op;
}

/* Exception levels where the regime can be met. */
static unsigned random_el(struct scene *s, enum op_kind kind)
{
	struct random *r = s->random;
	unsigned least = kind == KIND_UNPRIV || kind == KIND_CACHE1 || kind == KIND_AT1;

	if (kind == KIND_AT2)
		return 2;
	switch (s->regime) {
	case REGIME_EL10:
		if (kind == KIND_AT1 && (s->tge || chance(r, 50)))
			return 2;
		return s->tge ? 0 : random_in(r, least, 1);
	case REGIME_HOST0:
		return least == 0 && chance(r, 50) ? 0 : 2;
	default:
		return 2;
	}
}

static uint64_t random_pstate(struct scene *s, unsigned el)
{
	uint64_t pstate = 0x3c0 | el << 2 | (el != 0);

	if (el == 0)
		return pstate;
	return pstate | sometimes(s->random, 30, PAN) | sometimes(s->random, 20, UAO);
}

/* The other entries of a contiguous group are not there. */
static bool in_group(const struct target *t)
{
	return t->leaf != NULL && (t->leaf->value & FIELD_MASK(S1_LEAF_Contiguous)) != 0;
}

/* On the page of a target, and now and then where no half reaches. */
static uint64_t random_address(struct scene *s, const struct target *t, enum op_kind kind)
{
	struct random *r = s->random;
	uint64_t va = t->va ^ random_below(r, 256) * 16;

	if (kind == KIND_FETCH)
		return va | sometimes(r, 10, (uint64_t)random_below(r, 256) << 56);
	if (chance(r, 12))
		va += random_below(r, 16);
	if (!in_group(t) && chance(r, 2))
		va = (va | 0xfff) - random_below(r, 8);
	if (chance(r, 10))
		va ^= (uint64_t)random_below(r, 256) << 56;
	if (s->stage1 && chance(r, 4))
		va ^= UINT64_C(1) << random_in(r, s->memory.s1[t->half].ia_bits, 55);
	return va;
}

/* The value stored is two BRK: no table entry, and no harm where it is executed. */
static void access_target(struct scene *s, const struct target *t)
{
	enum op_kind kind = random_kind(s->random);
	unsigned el;
	enum op op;

	/* QEMU 10 stops itself at AT S12E* with stage 1 off or a Permission fault of stage 2. */
	if (kind == KIND_AT2 && (!s->stage1 || !s->memory.permissive))
		kind = KIND_AT1;
	if (s->regime == REGIME_EL10 && s->tge && kind == KIND_UNPRIV)
		kind = KIND_LOAD;
	el = random_el(s, kind);
	if (el == 0 && (kind == KIND_CACHE1 || kind == KIND_UNPRIV))
		kind = KIND_LOAD;
	op = random_op(s->random, kind);
	if (kind == KIND_AT2 && (s->regime != REGIME_EL10 || chance(s->random, 10)))
		op = chance(s->random, 50) ? OP_s1e2r : OP_s1e2w;
	emit(s, COMMAND_OP, op, random_pstate(s, el), random_address(s, t, kind),
	     UINT64_C(0xd4222220d4222220));
}

void operate(struct scene *s)
{
	for (unsigned i = 0; i < s->target_count; i++) {
		for (unsigned n = random_in(s->random, 1, 5); n > 0; n--)
			access_target(s, &s->target[i]);
		if (!chance(s->random, 25))
			continue;
		change_target(s, &s->target[i]);
		for (unsigned n = random_in(s->random, 1, 3); n > 0; n--)
			access_target(s, &s->target[i]);
	}
}
