/* Random cases for the comparison of the walkers: registers, memory, accesses. */
#include "diff.h"

#include <string.h>

#define BIT(n) (UINT64_C(1) << (n))

uint64_t draw_mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

uint64_t draw_next(struct draw *d)
{
	d->state += UINT64_C(0x9e3779b97f4a7c15);
	return draw_mix(d->state);
}

unsigned draw_below(struct draw *d, unsigned n)
{
	return (unsigned)(draw_next(d) >> 32) % n;
}

bool draw_percent(struct draw *d, unsigned percent)
{
	return draw_below(d, 100) < percent;
}

static uint64_t low_bits(unsigned n)
{
	return n >= 64 ? ~UINT64_C(0) : BIT(n) - 1;
}

/* ------------------------------------------------------------------ the core */

static void add(struct nw_features *f, enum nw_feature feature)
{
	nw_switch(f, feature, true);
}

/* Each with the feature that it requires, which comes before it. */
static const struct {
	enum nw_feature feature, requires;
} optional[] = {
	{FEAT_EL2, FEAT_NONE},    {FEAT_LVA, FEAT_NONE},      {FEAT_TTST, FEAT_NONE},
	{FEAT_HPDS, FEAT_NONE},   {FEAT_HPDS2, FEAT_HPDS},    {FEAT_XNX, FEAT_EL2},
	{FEAT_PAN, FEAT_NONE},    {FEAT_PAN2, FEAT_PAN},      {FEAT_UAO, FEAT_NONE},
	{FEAT_E0PD, FEAT_NONE},   {FEAT_MixedEnd, FEAT_NONE}, {FEAT_PAN3, FEAT_PAN2},
	{FEAT_VHE, FEAT_EL2},     {FEAT_PAuth, FEAT_NONE},    {FEAT_HAFDBS, FEAT_NONE},
	{FEAT_S2FWB, FEAT_EL2},   {FEAT_XS, FEAT_NONE},       {FEAT_BBML1, FEAT_NONE},
	{FEAT_BBML2, FEAT_BBML1}, {FEAT_BTI, FEAT_NONE},
};

static void draw_features(struct draw *d, struct nw_features *f)
{
	static const uint8_t sizes[] = {32, 36, 40, 42, 44, 48, 48, 52, 52, 52, 52, 52};
	bool full = draw_percent(d, 60);

	memset(f, 0, sizeof *f);
	f->pa_bits = full ? 52 : sizes[draw_below(d, sizeof sizes)];
	f->granule_4k = f->granule_16k = f->granule_64k = true;
	if (!full) {
		unsigned lacking = draw_below(d, 6);

		f->granule_4k = lacking != 0;
		f->granule_16k = lacking != 1;
		f->granule_64k = lacking != 2;
	}
	for (unsigned n = 0; n < sizeof optional / sizeof *optional; n++) {
		bool possible = nw_has(f, optional[n].requires);

		if (possible && (full || draw_percent(d, 75)))
			add(f, optional[n].feature);
	}
	if (f->pa_bits < 52)
		return;
	add(f, FEAT_LPA);
	if (full || draw_percent(d, 75))
		add(f, FEAT_LPA2);
}

/* Half of the cases make each choice at random. */
static void draw_choices(struct draw *d, struct nw_choices *choices)
{
#define ALTERNATIVE(name, word, text)          +1
#define CHOICE(name, word, text, alternatives) [CHOICE_##name] = alternatives,
	static const uint8_t alternatives_of[NW_CHOICE_COUNT] = {
#include "mmu/choice.def"
	};
#undef CHOICE
#undef ALTERNATIVE

	memset(choices, 0, sizeof *choices);
	if (draw_percent(d, 50))
		for (unsigned n = 0; n < NW_CHOICE_COUNT; n++)
			choices->of[n] = (uint8_t)draw_below(d, alternatives_of[n]);
}

/* ------------------------------------------------------------------ geometry */

/* A granule that the core has, most of the time: log2. */
static unsigned draw_granule(struct draw *d, const struct nw_features *f)
{
	if (d->deepest)
		return 12;
	for (;;) {
		unsigned bits = 12 + 2 * draw_below(d, 3);
		bool has = bits == 12   ? f->granule_4k
			   : bits == 14 ? f->granule_16k
					: f->granule_64k;

		if (has || draw_percent(d, 5))
			return bits;
	}
}

static uint64_t tg0_of(struct draw *d, unsigned granule)
{
	if (draw_percent(d, 1))
		return 3;
	return granule == 12 ? 0 : granule == 14 ? 2 : 1;
}

static uint64_t tg1_of(struct draw *d, unsigned granule)
{
	if (draw_percent(d, 1))
		return 0;
	return granule == 12 ? 2 : granule == 14 ? 1 : 3;
}

/* A size in bits between two limits; often one that matters. */
static unsigned draw_size(struct draw *d, unsigned min, unsigned max)
{
	static const uint8_t usual[] = {52, 52, 49, 48, 48, 48, 47, 42, 40, 39, 39, 36, 32, 30};
	unsigned bits = usual[draw_below(d, sizeof usual)];

	if (d->deepest)
		return max;
	if (draw_percent(d, 3))
		return draw_below(d, 64);
	if (draw_percent(d, 40) || bits < min || bits > max)
		return min + draw_below(d, max - min + 1);
	return bits;
}

static unsigned min_size(const struct nw_features *f, unsigned granule)
{
	if (!nw_has(f, FEAT_TTST))
		return 25;
	return granule == 16 ? 17 : 16;
}

static uint64_t draw_ps(struct draw *d)
{
	return draw_percent(d, 55) ? 6 : draw_percent(d, 40) ? 5 : draw_below(d, 8);
}

/* ------------------------------------------------------------------ registers */

static bool effective_e2h(const struct diff_case *c)
{
	return nw_has(&c->features, FEAT_VHE) && (c->registers.HCR_EL2 >> 34 & 1);
}

static uint64_t field(uint64_t value, unsigned shift)
{
	return value << shift;
}

static uint64_t rare(struct draw *d, unsigned percent, unsigned bit)
{
	return draw_percent(d, percent) ? BIT(bit) : 0;
}

/* One half of TCR_EL1, or of TCR_EL2 with E2H=1: TxSZ, and TGx where that is. */
static uint64_t draw_half(struct draw *d, const struct nw_features *f, bool ds, bool upper)
{
	unsigned granule = draw_granule(d, f);
	bool large = granule == 16 ? nw_has(f, FEAT_LVA) : ds && nw_has(f, FEAT_LPA2);
	uint64_t txsz = 64 - draw_size(d, min_size(f, granule), large ? 52 : 48);

	txsz &= 63;
	if (upper)
		return field(txsz, 16) | field(tg1_of(d, granule), 30) |
		       field(draw_below(d, 64), 24) | rare(d, 3, 23);
	return txsz | field(tg0_of(d, granule), 14) | field(draw_below(d, 64), 8) | rare(d, 3, 7);
}

static uint64_t draw_tcr_two_ranges(struct draw *d, const struct nw_features *f)
{
	bool ds = d->deepest || draw_percent(d, 50);
	uint64_t tcr = draw_half(d, f, ds, false) | draw_half(d, f, ds, true) |
		       field(draw_ps(d), 32) | (ds ? BIT(59) : 0);

	tcr |= rare(d, 30, 37) | rare(d, 30, 38) | rare(d, 30, 51) |
	       rare(d, 30, 52);                         /* TBI, TBID */
	tcr |= rare(d, 65, 39) | rare(d, 75, 40);       /* HA, HD */
	tcr |= rare(d, 40, 41) | rare(d, 40, 42);       /* HPD */
	tcr |= rare(d, 4, 55) | rare(d, 4, 56);         /* E0PD */
	return tcr | rare(d, 50, 22) | rare(d, 50, 36); /* A1, AS */
}

static uint64_t draw_tcr_one_range(struct draw *d, const struct nw_features *f)
{
	bool ds = d->deepest || draw_percent(d, 50);
	uint64_t tcr = draw_half(d, f, ds, false) & ~BIT(7);

	tcr |= field(draw_ps(d), 16) | (ds ? BIT(32) : 0) | BIT(31) | BIT(23);
	return tcr | rare(d, 30, 20) | rare(d, 65, 21) | rare(d, 75, 22) | rare(d, 40, 24) |
	       rare(d, 30, 29);
}

/* SL0, and SL2 for 4 KB, of a start level. */
static uint64_t start_level_field(unsigned granule, int level)
{
	if (granule != 12)
		return field((uint64_t)(3 - level) & 3, 6);
	if (level == -1)
		return BIT(33);
	return field(level == 3 ? 3 : (uint64_t)(2 - level), 6);
}

/* Can stage 2 start there on this core? */
static bool may_start(const struct nw_features *f, unsigned granule, bool ds, int level)
{
	if (granule == 12)
		return level > 0 || (level == 0 && f->pa_bits >= 44) || ds;
	if (granule == 14)
		return level > 1 || (level == 1 && f->pa_bits >= 42) || ds;
	return level > 1 || f->pa_bits >= 44;
}

static uint64_t draw_vtcr(struct draw *d, const struct nw_features *f)
{
	unsigned granule = draw_granule(d, f), stride = granule - 3;
	bool ds = d->deepest || draw_percent(d, 60);
	bool large = f->pa_bits > 48 && (granule == 16 || (ds && nw_has(f, FEAT_LPA2)));
	unsigned max = large ? 52 : f->pa_bits < 48 ? f->pa_bits : 48;
	unsigned ia = draw_size(d, min_size(f, granule), max);
	/* The level without concatenation, or with it the one below. */
	int level = 3 - ((int)ia - 1 - (int)granule) / (int)stride;
	uint64_t vtcr = field(tg0_of(d, granule), 14) | field(draw_ps(d), 16) | (64 - ia) % 64 |
			field(draw_below(d, 64), 8) | (ds ? BIT(32) : 0);

	if (!may_start(f, granule, ds && nw_has(f, FEAT_LPA2), level) ||
	    (draw_percent(d, 40) && level < 2))
		level++;
	vtcr |= draw_percent(d, 4) ? field(draw_below(d, 4), 6) | rare(d, 30, 33)
				   : start_level_field(granule, level);
	return vtcr | rare(d, 65, 21) | rare(d, 75, 22) | rare(d, 50, 19) | BIT(31);
}

static uint64_t draw_mair(struct draw *d)
{
	static const uint8_t usual[] = {0xff, 0xff, 0x44, 0xbb, 0x00, 0x04, 0x08, 0x0c,
					0xf4, 0x4f, 0x77, 0x33, 0xa0, 0x40, 0xf0, 0xee};
	uint64_t mair = 0;

	for (int n = 0; n < 8; n++)
		mair = mair << 8 | (draw_percent(d, 80) ? usual[draw_below(d, sizeof usual)]
							: draw_below(d, 256));
	return mair;
}

static uint64_t draw_sctlr(struct draw *d, unsigned big_endian)
{
	return rare(d, 90, 0) | rare(d, 80, 2) | rare(d, 80, 12) | rare(d, 15, 19) |
	       rare(d, big_endian, 25) | rare(d, 50, 57);
}

static uint64_t draw_hcr(struct draw *d)
{
	return rare(d, 30, 46) | rare(d, 70, 0) | rare(d, 15, 2) | rare(d, 6, 12) |
	       rare(d, 25, 34) | rare(d, 20, 27) | rare(d, 8, 32) | rare(d, 8, 33) | BIT(31);
}

/* ------------------------------------------------------------------ what memory is like */

static unsigned size_of_ps(uint64_t ps)
{
	static const uint8_t sizes[] = {32, 36, 40, 42, 44, 48, 52, 52};

	return sizes[ps & 7];
}

static unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* The size of addresses that both stages can output and stage 2 can take. */
static unsigned usual_address_bits(const struct diff_case *c)
{
	const struct nw_registers *r = &c->registers;
	unsigned bits = smaller(c->features.pa_bits, size_of_ps(r->TCR_EL1 >> 32));

	if (!nw_has(&c->features, FEAT_EL2))
		return bits;
	bits = smaller(bits, size_of_ps(r->TCR_EL2 >> (effective_e2h(c) ? 32 : 16)));
	if (r->HCR_EL2 & (BIT(0) | BIT(12))) {
		bits = smaller(bits, size_of_ps(r->VTCR_EL2 >> 16));
		bits = smaller(bits, 64 - (unsigned)(r->VTCR_EL2 & 63));
	}
	return bits < 14 ? 14 : bits;
}

static void draw_shape(struct draw *d, struct diff_case *c)
{
	struct diff_shape *s = &c->shape;
	const struct nw_registers *r = &c->registers;
	static const uint16_t rates[] = {0, 4, 4, 16, 16, 64, 400};
	unsigned bits = usual_address_bits(c);
	bool mixed = nw_has(&c->features, FEAT_MixedEnd);
	bool ee1 = mixed && (r->SCTLR_EL1 >> 25 & 1), ee2 = mixed && (r->SCTLR_EL2 >> 25 & 1);

	memset(s, 0, sizeof *s);
	s->seed = draw_next(d);
	s->address_mask = low_bits(smaller(bits, 48)) & ~low_bits(12);
	if (draw_percent(d, 10)) /* few tables: they are their own tables */
		s->address_mask &= BIT(16) | BIT(17) | BIT(18);
	s->high = bits == 52;
	s->ds_field = true;
	s->lpa_field = true;
	s->big_endian = ee1 && ee2;
	s->both_endian = ee1 != ee2;
	if (s->both_endian)
		s->address_mask &= low_bits(40) & ~low_bits(24);
	s->invalid = rates[draw_below(d, 7)] / 2;
	s->block = rates[draw_below(d, 7)];
	s->no_access_flag = draw_percent(d, 40) ? 100 : rates[draw_below(d, 6)];
	s->wild = rates[draw_below(d, 7)] / 2;
	s->restricted = draw_percent(d, 30) ? 200 : rates[draw_below(d, 7)];
	s->abort = draw_percent(d, 10) ? 20 + draw_below(d, 200) : 0;
	s->unsupported = draw_percent(d, 15) ? 200 : 0;
	s->interfere = draw_percent(d, 30) ? 300 : 0;
	s->ap = draw_percent(d, 20) ? 4 : draw_percent(d, 60) ? 1 : 3;
	s->dbm = draw_percent(d, 40);
	if (d->deepest) { /* leaves at level 0 are rare else */
		s->block |= 64;
		s->no_access_flag |= 64;
	}
}

/* ------------------------------------------------------------------ cases and questions */

static uint64_t draw_ttbr(struct draw *d, const struct diff_shape *s)
{
	uint64_t ttbr = draw_next(d) & (s->address_mask | 0xfc0 | BIT(0) | UINT64_C(0xffff) << 48);

	if (s->high || draw_percent(d, 2))
		ttbr |= draw_next(d) & 0x3c;
	return draw_percent(d, 3) ? draw_next(d) : ttbr;
}

struct diff_case diff_draw_case(struct draw *d)
{
	struct diff_case c;
	struct nw_registers *r = &c.registers;
	unsigned big_endian = draw_percent(d, 20) ? 50 : 0;

	memset(&c, 0, sizeof c);
	d->deepest = draw_percent(d, 15);
	draw_features(d, &c.features);
	draw_choices(d, &c.choices);
	r->HCR_EL2 = draw_hcr(d);
	r->TCR_EL1 = draw_tcr_two_ranges(d, &c.features);
	r->TCR_EL2 = effective_e2h(&c) ? draw_tcr_two_ranges(d, &c.features)
				       : draw_tcr_one_range(d, &c.features);
	r->VTCR_EL2 = draw_vtcr(d, &c.features);
	r->SCTLR_EL1 = draw_sctlr(d, big_endian);
	r->SCTLR_EL2 = draw_sctlr(d, big_endian);
	r->MAIR_EL1 = draw_mair(d);
	r->MAIR_EL2 = draw_mair(d);
	draw_shape(d, &c);
	r->TTBR0_EL1 = draw_ttbr(d, &c.shape);
	r->TTBR1_EL1 = draw_ttbr(d, &c.shape);
	r->TTBR0_EL2 = draw_ttbr(d, &c.shape);
	r->TTBR1_EL2 = draw_ttbr(d, &c.shape);
	r->VTTBR_EL2 = draw_ttbr(d, &c.shape);
	return c;
}

static void draw_caches(struct draw *d, struct diff_caches *c)
{
	static const struct tlb_shape shapes[] = {
		{0, 0, 0}, {1, 0, 0}, {4, 2, 0}, {48, 0, 0}, {UINT32_MAX, 0, 0}};

	c->on = true;
	c->l1 = shapes[draw_below(d, 5)];
	c->l2 = shapes[draw_below(d, 5)];
	c->walk.stage1 = shapes[draw_below(d, 5)];
	c->walk.stage2 = shapes[draw_below(d, 5)];
	c->walk.ipa = shapes[draw_below(d, 5)];
	c->walk.ipa_for_all = draw_percent(d, 50);
}

struct diff_case diff_draw_cached_case(struct draw *d)
{
	struct diff_case c = diff_draw_case(d);

	c.shape.interfere = 0;
	c.shape.single = true;
	draw_caches(d, &c.caches);
	return c;
}

/* An address of a range that TxSZ gives, mostly. */
static uint64_t draw_in_range(struct draw *d, unsigned txsz, bool upper)
{
	uint64_t in_range = low_bits(txsz < 12 ? 52 : 64 - txsz);
	uint64_t va = draw_next(d) & in_range;

	return upper ? va | ~in_range : va;
}

static uint64_t draw_va(struct draw *d, const struct diff_case *c, enum nw_regime regime)
{
	const struct nw_registers *r = &c->registers;
	uint64_t tcr = regime == REGIME_EL10 ? r->TCR_EL1 : r->TCR_EL2;
	bool upper = regime != REGIME_EL2 && draw_percent(d, 50);
	uint64_t va = draw_in_range(d, tcr >> (upper ? 16 : 0) & 63, upper);
	bool on = (regime == REGIME_EL10 ? r->SCTLR_EL1 : r->SCTLR_EL2) & 1;

	if (regime == REGIME_EL10 && (r->HCR_EL2 & (BIT(12) | BIT(27))))
		on = false;
	if (!on && !draw_percent(d, 5))
		va = draw_next(d) & (c->shape.address_mask | low_bits(24));
	if (draw_percent(d, 5))
		va ^= (draw_next(d) & 0xff) << 56; /* a tag */
	if (draw_percent(d, 2))
		va ^= BIT(draw_below(d, 64));
	return va;
}

static void draw_at(struct draw *d, const struct diff_case *c, struct diff_question *q)
{
	static const enum nw_at_op at_el1[] = {AT_S1E1R, AT_S1E1W,  AT_S1E0R,
					       AT_S1E0W, AT_S1E1RP, AT_S1E1WP};
	bool tge = effective_e2h(c) && (c->registers.HCR_EL2 >> 27 & 1);
	bool el2 = nw_has(&c->features, FEAT_EL2) && (tge || draw_percent(d, 60));

	q->at = true;
	q->el = el2 ? 2 : 1;
	q->pan = nw_has(&c->features, FEAT_PAN) && draw_percent(d, 50);
	q->op = el2 ? (enum nw_at_op)draw_below(d, AT_S12E0W + 1) : at_el1[draw_below(d, 6)];

	bool host = tge && q->op < AT_S1E2R;

	q->regime = REGIME_EL10;
	if (q->op == AT_S1E2R || q->op == AT_S1E2W || host)
		q->regime = effective_e2h(c) ? REGIME_EL20 : REGIME_EL2;
	q->va = draw_va(d, c, q->regime);
}

static enum nw_access_type draw_type(struct draw *d, unsigned el)
{
	static const enum nw_access_type types[] = {NW_FETCH,    NW_LOAD,  NW_LOAD,    NW_STORE,
						    NW_STORE,    NW_STORE, NW_AT_LOAD, NW_AT_STORE,
						    NW_CACHE_OP, NW_IC_OP};

	if (el != 0 && draw_percent(d, 10))
		return NW_CACHE_INVALIDATE;
	return types[draw_below(d, sizeof types / sizeof types[0])];
}

/* EL1 does not exist with E2H and TGE: nothing gets there. */
static uint8_t draw_el(struct draw *d, const struct diff_case *c, bool host)
{
	if (!nw_has(&c->features, FEAT_EL2))
		return (uint8_t)draw_below(d, 2);
	if (host)
		return draw_percent(d, 50) ? 2 : 0;
	return draw_percent(d, 25) ? 2 : (uint8_t)draw_below(d, 2);
}

struct diff_question diff_draw_question(struct draw *d, const struct diff_case *c)
{
	struct diff_question q = {0};
	struct nw_access *a = &q.access;
	bool host = effective_e2h(c) && (c->registers.HCR_EL2 >> 27 & 1);

	if (draw_percent(d, 20)) {
		draw_at(d, c, &q);
		return q;
	}
	a->el = draw_el(d, c, host);
	a->type = draw_type(d, a->el);

	bool data = a->type == NW_LOAD || a->type == NW_STORE;
	bool has_unprivileged = a->el == 1 || (a->el == 2 && host);

	a->unprivileged = a->el == 0 || (data && has_unprivileged && draw_percent(d, 15));
	a->read_write = data && draw_percent(d, 15);
	a->unaligned = data && draw_percent(d, 10);
	a->pan = nw_has(&c->features, FEAT_PAN) && a->el != 0 && draw_percent(d, 40);
	q.regime = a->el == 0 && host ? REGIME_EL20 : REGIME_EL10;
	if (a->el == 2)
		q.regime = effective_e2h(c) ? REGIME_EL20 : REGIME_EL2;
	q.va = draw_va(d, c, q.regime);
	return q;
}
