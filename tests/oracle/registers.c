/* Geometries and control registers: legal ones, most of them deep, and some that are not. */
#include "scene.h"

#define RW UINT64_C(1) << 31

static enum vmsa_granule random_granule(struct random *r)
{
	static const uint8_t granules[] = {GRANULE_4K, GRANULE_4K, GRANULE_16K, GRANULE_64K};

	return granules[random_below(r, sizeof(granules))];
}

/* ------------------------------------------------------------------ stage 1 */

/* FEAT_TTST: 16 bits at least, 17 with the 64 KB granule. */
static unsigned random_ia_bits(struct random *r, enum vmsa_granule granule, bool ds)
{
	unsigned least = granule == GRANULE_64K ? 17 : 16;
	unsigned most = ds || granule == GRANULE_64K ? 52 : 48;

	return chance(r, 60) ? random_in(r, 39, most) : random_in(r, least, most);
}

static int8_t start_level(enum vmsa_granule granule, unsigned ia_bits)
{
	return (int8_t)(3 - (int)((ia_bits - 1 - granule) / (granule - 3u)));
}

static struct tree random_tree(struct scene *s, bool ds, unsigned ps, bool ee)
{
	struct random *r = s->random;
	struct tree tree = {.granule = random_granule(r), .ee = ee};

	tree.ds = ds && tree.granule != GRANULE_64K;
	tree.ia_bits = random_ia_bits(r, tree.granule, tree.ds);
	tree.start = start_level(tree.granule, tree.ia_bits);
	tree.oa_bits = vmsa_ps_bits(ps);
	if (tree.granule != GRANULE_64K && !tree.ds && tree.oa_bits > 48)
		tree.oa_bits = 48;
	tree.wide_base = tree.ds || (tree.granule == GRANULE_64K && ps == 6);
	return tree;
}

static unsigned tg0(enum vmsa_granule granule)
{
	return granule == GRANULE_4K ? TG0_4K : granule == GRANULE_16K ? TG0_16K : TG0_64K;
}

static unsigned tg1(enum vmsa_granule granule)
{
	return granule == GRANULE_4K ? TG1_4K : granule == GRANULE_16K ? TG1_16K : TG1_64K;
}

/* Of the half that the guest's code does not lie in. */
static uint64_t half_controls(struct random *r, unsigned half)
{
	if (half == 0)
		return FIELD_PUT(TCR_EL1_EPD0, chance(r, 5)) |
		       FIELD_PUT(TCR_EL1_E0PD0, chance(r, 8));
	return FIELD_PUT(TCR_EL1_EPD1, chance(r, 5)) | FIELD_PUT(TCR_EL1_E0PD1, chance(r, 8));
}

static uint64_t wrong_size(struct random *r, uint64_t tcr, unsigned half)
{
	uint64_t field = half == 0 ? FIELD_MASK(TCR_EL1_T0SZ) : FIELD_MASK(TCR_EL1_T1SZ);

	return (tcr & ~field) | (random64(r) & field);
}

/* TBID comes with pointer authentication, which no core here has. */
static uint64_t two_range_tcr(struct scene *s, unsigned ps, bool ds)
{
	struct random *r = s->random;
	const struct tree *t = s->memory.s1;
	uint64_t tcr = FIELD_PUT(TCR_EL1_T0SZ, 64 - t[0].ia_bits) |
		       FIELD_PUT(TCR_EL1_T1SZ, 64 - t[1].ia_bits) |
		       FIELD_PUT(TCR_EL1_TG0, tg0(t[0].granule)) |
		       FIELD_PUT(TCR_EL1_TG1, tg1(t[1].granule)) | FIELD_PUT(TCR_EL1_IPS, ps) |
		       FIELD_PUT(TCR_EL1_DS, ds);

	tcr |= FIELD_PUT(TCR_EL1_TBI0, chance(r, 30)) | FIELD_PUT(TCR_EL1_TBI1, chance(r, 30));
	tcr |= FIELD_PUT(TCR_EL1_HPD0, chance(r, 15)) | FIELD_PUT(TCR_EL1_HPD1, chance(r, 15));
	tcr |= FIELD_PUT(TCR_EL1_A1, chance(r, 30)) | FIELD_PUT(TCR_EL1_AS, chance(r, 50));
	tcr |= FIELD_PUT(TCR_EL1_HA, s->features.updates && chance(r, 35)) |
	       FIELD_PUT(TCR_EL1_HD, s->features.updates && chance(r, 35));
	tcr |= FIELD_PUT(TCR_EL1_SH0, random_below(r, 4) & 2) |
	       FIELD_PUT(TCR_EL1_SH1, random_below(r, 4) & 2);
	tcr |= half_controls(r, !s->code_half);
	return chance(r, 6) ? wrong_size(r, tcr, !s->code_half) : tcr;
}

static uint64_t one_range_tcr(struct scene *s, unsigned ps, bool ds)
{
	struct random *r = s->random;
	const struct tree *t = &s->memory.s1[0];

	return FIELD_PUT(TCR_EL2_T0SZ, 64 - t->ia_bits) | FIELD_PUT(TCR_EL2_TG0, tg0(t->granule)) |
	       FIELD_PUT(TCR_EL2_PS, ps) | FIELD_PUT(TCR_EL2_DS, ds) |
	       FIELD_PUT(TCR_EL2_TBI, chance(r, 30)) | FIELD_PUT(TCR_EL2_HPD, chance(r, 15)) |
	       FIELD_PUT(TCR_EL2_HA, s->features.updates && chance(r, 35)) |
	       FIELD_PUT(TCR_EL2_HD, s->features.updates && chance(r, 35)) |
	       FIELD_PUT(TCR_EL2_SH0, random_below(r, 4) & 2) | UINT64_C(0x80800000);
}

void choose_stage1(struct scene *s)
{
	struct random *r = s->random;
	unsigned ps = chance(r, 50) ? 6 : random_below(r, 7);
	bool ds = chance(r, 45), ee = (s->sctlr & FIELD_MASK(SCTLR_EL1_EE)) != 0;

	for (unsigned half = 0; half < 2; half++)
		s->memory.s1[half] = random_tree(s, ds, ps, ee);
	s->tcr = two_ranges(s) ? two_range_tcr(s, ps, ds) : one_range_tcr(s, ps, ds);
}

/* ------------------------------------------------------------------ stage 2 */

/* VTCR_EL2.{SL2,SL0} of a start level. */
static unsigned start_code(enum vmsa_granule granule, int level)
{
	if (granule != GRANULE_4K)
		return (unsigned)(3 - level);
	return level == 2 ? 0 : level == 1 ? 1 : level == 0 ? 2 : level == 3 ? 3 : 4;
}

/* Whether a table of this level can be first: at most 16 concatenated ones, and more than one
 * entry. */
static bool start_fits(const struct tree *t, int level)
{
	unsigned below = vmsa_level_shift(t->granule, level);

	if (level < (t->granule == GRANULE_4K    ? (t->ds ? -1 : 0)
		     : t->granule == GRANULE_16K ? (t->ds ? 0 : 1)
						 : 1))
		return false;
	return t->ia_bits > below && t->ia_bits <= below + (t->granule - 3u) + 4;
}

static int8_t random_start(struct random *r, const struct tree *t)
{
	int8_t level = 3;

	while (!start_fits(t, level))
		level--;
	return (int8_t)(level - (start_fits(t, level - 1) && chance(r, 60)));
}

static uint64_t wrong_vtcr(struct random *r, uint64_t vtcr)
{
	switch (random_below(r, 3)) {
	case 0:
		return (vtcr & ~FIELD_MASK(VTCR_EL2_T0SZ)) |
		       FIELD_PUT(VTCR_EL2_T0SZ, random_below(r, 64));
	case 1:
		return (vtcr & ~FIELD_MASK(VTCR_EL2_SL0)) |
		       FIELD_PUT(VTCR_EL2_SL0, random_below(r, 4));
	default:
		return vtcr ^ FIELD_PUT(VTCR_EL2_SL2, 1);
	}
}

void choose_stage2(struct scene *s)
{
	struct random *r = s->random;
	unsigned ps = chance(r, 60) ? 6 : random_below(r, 7), code;
	bool ds = chance(r, 45), ee = chance(r, 8);
	struct tree *t = &s->memory.s2;

	*t = random_tree(s, ds, ps, ee);
	t->stage2 = true;
	if (t->ia_bits < 20)
		t->ia_bits = 20;
	t->start = random_start(r, t);
	code = start_code(t->granule, t->start);
	s->vtcr = FIELD_PUT(VTCR_EL2_T0SZ, 64 - t->ia_bits) |
		  FIELD_PUT(VTCR_EL2_TG0, tg0(t->granule)) | FIELD_PUT(VTCR_EL2_SL0, code & 3) |
		  FIELD_PUT(VTCR_EL2_SL2, code >> 2) | FIELD_PUT(VTCR_EL2_PS, ps) |
		  FIELD_PUT(VTCR_EL2_DS, ds) | FIELD_PUT(VTCR_EL2_VS, chance(r, 50)) |
		  FIELD_PUT(VTCR_EL2_HA, s->features.updates && chance(r, 35)) |
		  FIELD_PUT(VTCR_EL2_HD, s->features.updates && chance(r, 35)) |
		  FIELD_PUT(VTCR_EL2_SH0, random_below(r, 4) & 2) | UINT64_C(0x80000000);
	if (!s->memory.permissive && chance(r, 8))
		s->vtcr = wrong_vtcr(r, s->vtcr);
	s->memory.ipa_bits = t->ia_bits;
}

/* ------------------------------------------------------------------ controls */

static uint64_t random_sctlr(struct random *r)
{
	return FIELD_PUT(SCTLR_EL1_A, chance(r, 8)) | FIELD_PUT(SCTLR_EL1_C, chance(r, 92)) |
	       FIELD_PUT(SCTLR_EL1_I, chance(r, 75)) | FIELD_PUT(SCTLR_EL1_WXN, chance(r, 15)) |
	       FIELD_PUT(SCTLR_EL1_SPAN, chance(r, 50)) | FIELD_PUT(SCTLR_EL1_EE, chance(r, 8)) |
	       FIELD_PUT(SCTLR_EL1_E0E, chance(r, 8)) | FIELD_PUT(SCTLR_EL1_UCI, chance(r, 90)) |
	       FIELD_PUT(SCTLR_EL1_DZE, chance(r, 90)) | FIELD_PUT(SCTLR_EL1_EPAN, chance(r, 25));
}

static uint64_t random_mair(struct random *r)
{
	static const uint8_t attrs[] = {0xff, 0x44, 0x00, 0x04, 0xbb, 0x4f,
					0xf4, 0x0c, 0xaa, 0x08, 0xee};
	uint64_t mair = 0xff;

	for (unsigned i = 1; i < 8; i++)
		mair |= (uint64_t)attrs[random_below(r, sizeof(attrs))] << 8 * i;
	return mair;
}

static uint64_t random_hcr(struct scene *s)
{
	struct random *r = s->random;
	uint64_t hcr = RW;

	if (s->memory.stage2 && !s->dc)
		hcr |= FIELD_PUT(HCR_EL2_VM, 1);
	hcr |= FIELD_PUT(HCR_EL2_DC, s->dc) | FIELD_PUT(HCR_EL2_TGE, s->tge) |
	       FIELD_PUT(HCR_EL2_E2H, s->e2h);
	hcr |= FIELD_PUT(HCR_EL2_PTW, s->memory.stage2 && chance(r, 30)) |
	       FIELD_PUT(HCR_EL2_CD, chance(r, 5));
	hcr |= FIELD_PUT(HCR_EL2_ID, chance(r, 5)) |
	       FIELD_PUT(HCR_EL2_FWB, s->features.fwb && chance(r, 30));
	return hcr;
}

void choose_controls(struct scene *s)
{
	s->sctlr = random_sctlr(s->random) | FIELD_PUT(SCTLR_EL1_M, s->stage1);
	s->mair = random_mair(s->random);
	s->hcr = random_hcr(s);
	s->asid = (uint16_t)random64(s->random);
	s->vmid = (uint16_t)random64(s->random);
}

static void reg(struct scene *s, enum reg name, uint64_t value)
{
	emit(s, COMMAND_REG, name, value, 0, 0);
}

/* EE of SCTLR_EL2 says how stage 2's tables are stored. */
static void emit_el10(struct scene *s)
{
	const struct memory *m = &s->memory;
	bool a1 = (s->tcr & FIELD_MASK(TCR_EL1_A1)) != 0;

	reg(s, REG_sctlr_el1, s->sctlr | UINT64_C(0x30500980));
	reg(s, REG_tcr_el1, s->tcr);
	reg(s, REG_ttbr0_el1, base_register(&m->s1[0]) | (uint64_t)(a1 ? 0 : s->asid) << 48);
	reg(s, REG_ttbr1_el1, base_register(&m->s1[1]) | (uint64_t)(a1 ? s->asid : 0) << 48);
	reg(s, REG_mair_el1, s->mair);
	if (m->stage2) {
		reg(s, REG_vtcr_el2, s->vtcr);
		reg(s, REG_vttbr_el2, base_register(&m->s2) | (uint64_t)s->vmid << 48);
		if (m->s2.ee)
			reg(s, REG_sctlr_el2, UINT64_C(0x30c50830) | FIELD_PUT(SCTLR_EL1_EE, 1));
	}
	reg(s, REG_hcr_el2, s->hcr);
}

static void emit_el2(struct scene *s)
{
	const struct memory *m = &s->memory;
	uint64_t of_el0 = FIELD_MASK(SCTLR_EL1_E0E) | FIELD_MASK(SCTLR_EL1_UCI) |
			  FIELD_MASK(SCTLR_EL1_DZE) | FIELD_MASK(SCTLR_EL1_SPAN) |
			  FIELD_MASK(SCTLR_EL1_EPAN);

	reg(s, REG_hcr_el2, s->hcr);
	reg(s, REG_tcr_el2, s->tcr);
	reg(s, REG_ttbr0_el2,
	    base_register(&m->s1[0]) | (two_ranges(s) ? (uint64_t)s->asid << 48 : 0));
	if (two_ranges(s))
		reg(s, REG_ttbr1_el2, base_register(&m->s1[1]) | (uint64_t)s->asid << 48);
	reg(s, REG_mair_el2, s->mair);
	reg(s, REG_sctlr_el2,
	    (two_ranges(s) ? s->sctlr : s->sctlr & ~of_el0) | UINT64_C(0x30c50830));
}

void emit_registers(struct scene *s)
{
	if (s->regime == REGIME_EL10)
		emit_el10(s);
	else
		emit_el2(s);
	if (s->code_va != 0)
		reg(s, REG_code, s->code_va);
}
