/*
 * Registers -> parameters of translation. The one place where fields that move with others are
 * interpreted.
 *
 * Reference: DDI 0487, D8.2 "Translation process", AArch64.GetS1TTWParams and
 * AArch64.GetS2TTWParams. A configuration that the architecture makes a fault of every access is
 * that fault in `bad` or `bad_start`; the geometry is then left empty and never looked at.
 */
#include "geometry.h"

/* The fields of a TCR that describe one input range of stage 1, wherever that TCR has them. */
struct stage1_fields {
	enum vmsa_granule granule;
	unsigned txsz, ps, sh;
	bool tbi, tbid, epd, hpd, e0pd, ds, ha, hd;
};

/* HA and HD; without HA, HD has no effect. */
static void decode_updates(const struct nw_features *f, struct ttw_params *p, bool ha, bool hd)
{
	bool stage2 = p->stage == 2;

	p->ha = ha && nw_has(f, FEAT_HAFDBS);
	p->clean_value = 1; /* never */
	if (!p->ha || !hd)
		return;
	p->clean_mask = FIELD_MASK(S1_LEAF_DBM) | LEAF_DIRTY;
	p->clean_value = FIELD_MASK(S1_LEAF_DBM) | (stage2 ? 0 : LEAF_DIRTY);
}

/* ------------------------------------------------------------------ control registers */

/* HCR_EL2 as it acts: 0 without EL2, E2H only with FEAT_VHE. */
static uint64_t effective_hcr(const struct nw_registers *m, const struct nw_features *f)
{
	if (!nw_has(f, FEAT_EL2))
		return 0;
	return nw_has(f, FEAT_VHE) ? m->HCR_EL2 : m->HCR_EL2 & ~FIELD_MASK(HCR_EL2_E2H);
}

/* SCTLR_ELx.EE, at the same place in both; RES0 without FEAT_MixedEnd. */
static bool effective_ee(const struct nw_features *f, uint64_t sctlr)
{
	return SCTLR_EL1_EE(sctlr) && nw_has(f, FEAT_MixedEnd);
}

/* ------------------------------------------------------------------ stage 1 */

static unsigned stage1_min_txsz(const struct nw_features *f, const struct ttw_params *p)
{
	return p->ds || (p->granule_bits == GRANULE_64K && nw_has(f, FEAT_LVA)) ? 12 : 16;
}

/*
 * Which of descriptor[63:59] limit what lower levels permit; NSTable means nothing outside Secure
 * state.
 */
static uint8_t hierarchical_mask(bool hpd)
{
	uint64_t mask = FIELD_MASK(S1_TABLE_APTable) | FIELD_MASK(S1_TABLE_UXNTable) |
			FIELD_MASK(S1_TABLE_PXNTable);

	return hpd ? 0 : (uint8_t)(mask >> S1_TABLE_PXNTable_LSB);
}

static void decode_stage1(const struct ttw_core *core, const struct stage1_fields *t,
			  struct ttw_params *p)
{
	const struct nw_features *f = core->features;

	p->stage = 1;
	p->gp_mask = nw_has(f, FEAT_BTI) ? FIELD_MASK(S1_LEAF_GP) : 0;
	p->granule_bits = (uint8_t)t->granule;
	p->ds = t->ds && nw_has(f, FEAT_LPA2) && t->granule != GRANULE_64K;
	p->top_data = t->tbi ? 55 : 63;
	p->top_fetch = t->tbi && !(t->tbid && nw_has(f, FEAT_PAuth)) ? 55 : 63;
	p->e0pd = t->e0pd && nw_has(f, FEAT_E0PD);
	p->epd = t->epd;
	p->sh = (uint8_t)t->sh;
	decode_updates(f, p, t->ha, t->hd);
	p->hierarchical_mask = hierarchical_mask(t->hpd && nw_has(f, FEAT_HPDS));
	p->min_txsz = (uint8_t)stage1_min_txsz(f, p);
	p->ia_bits = (uint8_t)geometry_ia_bits(core, t->granule, t->txsz, p->min_txsz,
					       nw_has(f, FEAT_LVA));
	if (p->ia_bits == 0) {
		p->bad = FAULT_TRANSLATION;
		return;
	}
	p->start_level = (int8_t)(3 - (p->ia_bits - 1 - p->granule_bits) / (p->granule_bits - 3));
	geometry_set(core, p, t->ps);
}

/* TCR_EL1, and TCR_EL2 while HCR_EL2.E2H is 1, which has the same layout. */
static struct stage1_fields tcr_lower(const struct ttw_core *core, uint64_t tcr)
{
	return (struct stage1_fields){
		.granule = geometry_tg0(core, TCR_EL1_TG0(tcr)),
		.txsz = (unsigned)TCR_EL1_T0SZ(tcr),
		.ps = (unsigned)TCR_EL1_IPS(tcr),
		.sh = (unsigned)TCR_EL1_SH0(tcr),
		.tbi = TCR_EL1_TBI0(tcr),
		.tbid = TCR_EL1_TBID0(tcr),
		.epd = TCR_EL1_EPD0(tcr),
		.hpd = TCR_EL1_HPD0(tcr),
		.e0pd = TCR_EL1_E0PD0(tcr),
		.ds = TCR_EL1_DS(tcr),
		.ha = TCR_EL1_HA(tcr),
		.hd = TCR_EL1_HD(tcr),
	};
}

static struct stage1_fields tcr_upper(const struct ttw_core *core, uint64_t tcr)
{
	return (struct stage1_fields){
		.granule = geometry_tg1(core, TCR_EL1_TG1(tcr)),
		.txsz = (unsigned)TCR_EL1_T1SZ(tcr),
		.ps = (unsigned)TCR_EL1_IPS(tcr),
		.sh = (unsigned)TCR_EL1_SH1(tcr),
		.tbi = TCR_EL1_TBI1(tcr),
		.tbid = TCR_EL1_TBID1(tcr),
		.epd = TCR_EL1_EPD1(tcr),
		.hpd = TCR_EL1_HPD1(tcr),
		.e0pd = TCR_EL1_E0PD1(tcr),
		.ds = TCR_EL1_DS(tcr),
		.ha = TCR_EL1_HA(tcr),
		.hd = TCR_EL1_HD(tcr),
	};
}

/* TCR_EL2 while HCR_EL2.E2H is 0. */
static struct stage1_fields tcr_el2_fields(const struct ttw_core *core, uint64_t tcr)
{
	return (struct stage1_fields){
		.granule = geometry_tg0(core, TCR_EL2_TG0(tcr)),
		.txsz = (unsigned)TCR_EL2_T0SZ(tcr),
		.ps = (unsigned)TCR_EL2_PS(tcr),
		.sh = (unsigned)TCR_EL2_SH0(tcr),
		.tbi = TCR_EL2_TBI(tcr),
		.tbid = TCR_EL2_TBID(tcr),
		.hpd = TCR_EL2_HPD(tcr),
		.ds = TCR_EL2_DS(tcr),
		.ha = TCR_EL2_HA(tcr),
		.hd = TCR_EL2_HD(tcr),
	};
}

/* ------------------------------------------------------------------ stage 2 */

/*
 * D8.2 "Translation process", VTCR_EL2.SL0 and SL2; false: reserved or not possible on this core.
 */
static bool decode_start_level(const struct nw_features *f, struct ttw_params *p, uint64_t vtcr)
{
	static const int8_t levels_4k[4] = {2, 1, 0, 3};
	unsigned sl0 = (unsigned)VTCR_EL2_SL0(vtcr);

	if (p->granule_bits != GRANULE_4K) {
		p->start_level = (int8_t)(3 - (int)sl0);
		if (p->granule_bits == GRANULE_16K)
			return !(sl0 == 3 && !p->ds) && !(sl0 == 2 && f->pa_bits < 42);
		return sl0 != 3 && !(sl0 == 2 && f->pa_bits < 44);
	}
	if (p->ds && VTCR_EL2_SL2(vtcr)) {
		p->start_level = TTW_LEVEL_MIN;
		return sl0 == 0;
	}
	p->start_level = levels_4k[sl0];
	return !(sl0 == 2 && f->pa_bits < 44) && !(sl0 == 3 && !nw_has(f, FEAT_TTST));
}

/* The start table has at least two entries and is at most 16 tables. */
static bool start_level_fits(const struct ttw_params *p)
{
	unsigned low = vmsa_level_shift(p->granule_bits, p->start_level) + 1;
	unsigned high = low + (p->granule_bits - 3u) - 1 + 4;

	return p->ia_bits >= low && p->ia_bits <= high;
}

static unsigned stage2_min_t0sz(const struct nw_features *f, const struct ttw_params *p)
{
	unsigned limit = p->granule_bits == GRANULE_64K || p->ds ? 52 : 48;

	return 64 - (f->pa_bits < limit ? f->pa_bits : limit);
}

static void decode_stage2(const struct ttw_core *core, const struct nw_registers *m,
			  struct ttw_params *p)
{
	const struct nw_features *f = core->features;
	uint64_t vtcr = m->VTCR_EL2;

	p->stage = 2;
	p->big_endian = effective_ee(f, m->SCTLR_EL2);
	p->has_privilege = true;
	p->has_xnx = nw_has(f, FEAT_XNX);
	p->fnxs_mask = nw_has(f, FEAT_XS) ? FIELD_MASK(S2_LEAF_FnXS) : 0;
	p->granule_bits = (uint8_t)geometry_tg0(core, VTCR_EL2_TG0(vtcr));
	p->ds = VTCR_EL2_DS(vtcr) && nw_has(f, FEAT_LPA2) && p->granule_bits != GRANULE_64K;
	p->sh = (uint8_t)VTCR_EL2_SH0(vtcr);
	decode_updates(f, p, VTCR_EL2_HA(vtcr), VTCR_EL2_HD(vtcr));
	p->min_txsz = (uint8_t)stage2_min_t0sz(f, p);
	p->ia_bits = (uint8_t)geometry_ia_bits(core, p->granule_bits, (unsigned)VTCR_EL2_T0SZ(vtcr),
					       p->min_txsz, nw_has(f, FEAT_LPA));
	if (p->ia_bits == 0 || !decode_start_level(f, p, vtcr) || !start_level_fits(p)) {
		p->bad = FAULT_TRANSLATION;
		return;
	}
	geometry_set(core, p, (unsigned)VTCR_EL2_PS(vtcr));
}

/* ------------------------------------------------------------------ regimes */

static bool is_reserved_attr(const struct nw_features *f, uint8_t attr)
{
	if ((attr & 0xf0) == 0)
		return (attr & 3) != 0 && !((attr & 3) == 1 && nw_has(f, FEAT_XS));
	if (attr == ATTR_NORMAL_NC_XS0 || attr == ATTR_NORMAL_WT_RA_XS0)
		return !nw_has(f, FEAT_XS);
	return (attr & 0x0f) == 0;
}

/* The type that a reserved value stands for. */
static uint8_t reserved_attr(const struct nw_choices *choices, uint8_t attr)
{
	switch (choices->of[CHOICE_RESERVED_ATTR]) {
	case RESERVED_ATTR_IS_DEVICE:
		return ATTR_DEVICE_nGnRnE;
	case RESERVED_ATTR_IS_WRITE_BACK:
		return ATTR_NORMAL_WB_RAWA;
	default:
		return (attr & 0xf0) == 0 ? ATTR_DEVICE_nGnRnE : ATTR_NORMAL_NC;
	}
}

static void decode_mair(const struct ttw_core *core, uint64_t mair, struct ttw_params *p)
{
	for (unsigned n = 0; n < 8; n++) {
		uint8_t attr = (uint8_t)(mair >> (8 * n));

		p->attr[n] = is_reserved_attr(core->features, attr)
				     ? reserved_attr(core->choices, attr)
				     : attr;
	}
}

/* All that EL1&0 and EL2&0 take from SCTLR_ELx, whose fields are where SCTLR_EL1 has them. */
static void decode_sctlr(const struct nw_features *f, uint64_t sctlr, struct ttw_regime *r)
{
	r->wxn = SCTLR_EL1_WXN(sctlr);
	r->c = SCTLR_EL1_C(sctlr);
	r->i = SCTLR_EL1_I(sctlr);
	r->epan = SCTLR_EL1_EPAN(sctlr) && nw_has(f, FEAT_PAN3);
	for (unsigned range = 0; range < 2; range++) {
		r->stage1[range].enabled = SCTLR_EL1_M(sctlr);
		r->stage1[range].big_endian = effective_ee(f, sctlr);
	}
}

static void decode_two_ranges(const struct ttw_core *core, uint64_t tcr, uint64_t mair,
			      struct ttw_regime *r)
{
	struct stage1_fields fields[2] = {tcr_lower(core, tcr), tcr_upper(core, tcr)};

	for (unsigned range = 0; range < 2; range++) {
		struct ttw_params *p = &r->stage1[range];

		p->upper = range == 1;
		p->has_privilege = true;
		decode_mair(core, mair, p);
		decode_stage1(core, &fields[range], p);
	}
}

/* HCR_EL2.VM and DC are ignored while E2H and TGE are both 1; PTW while TGE is. */
static void decode_el10(const struct ttw_core *core, const struct nw_registers *m,
			struct ttw_regime *r)
{
	uint64_t hcr = effective_hcr(m, core->features);
	bool host = HCR_EL2_E2H(hcr) && HCR_EL2_TGE(hcr);

	r->dc = HCR_EL2_DC(hcr) && !host;
	r->ptw = HCR_EL2_PTW(hcr) && !HCR_EL2_TGE(hcr);
	r->cd = HCR_EL2_CD(hcr);
	r->id = HCR_EL2_ID(hcr);
	r->fwb = HCR_EL2_FWB(hcr) && nw_has(core->features, FEAT_S2FWB);
	r->memattr_type_mask = r->fwb ? 4 : 0xc;
	decode_sctlr(core->features, m->SCTLR_EL1, r);
	decode_two_ranges(core, m->TCR_EL1, m->MAIR_EL1, r);
	if (r->dc || HCR_EL2_TGE(hcr))
		r->stage1[0].enabled = r->stage1[1].enabled = false;
	r->stage2.enabled = r->dc || (HCR_EL2_VM(hcr) && !host);
	decode_stage2(core, m, &r->stage2);
}

static void decode_el20(const struct ttw_core *core, const struct nw_registers *m,
			struct ttw_regime *r)
{
	decode_sctlr(core->features, m->SCTLR_EL2, r);
	decode_two_ranges(core, m->TCR_EL2, m->MAIR_EL2, r);
}

static void decode_el2(const struct ttw_core *core, const struct nw_registers *m,
		       struct ttw_regime *r)
{
	struct stage1_fields fields = tcr_el2_fields(core, m->TCR_EL2);
	struct ttw_params *p = &r->stage1[0];

	r->wxn = SCTLR_EL2_WXN(m->SCTLR_EL2);
	r->c = SCTLR_EL2_C(m->SCTLR_EL2);
	r->i = SCTLR_EL2_I(m->SCTLR_EL2);
	p->enabled = SCTLR_EL2_M(m->SCTLR_EL2);
	p->big_endian = effective_ee(core->features, m->SCTLR_EL2);
	decode_mair(core, m->MAIR_EL2, p);
	decode_stage1(core, &fields, p);
}

/* ------------------------------------------------------------------ tables */

static uint16_t decode_asid(const struct nw_features *f, uint64_t tcr, uint64_t ttbr0,
			    uint64_t ttbr1)
{
	uint16_t asid = (uint16_t)TTBR0_EL1_ASID(TCR_EL1_A1(tcr) ? ttbr1 : ttbr0);

	return TCR_EL1_AS(tcr) && nw_has(f, FEAT_ASID16) ? asid : asid & 0xff;
}

static uint16_t decode_vmid(const struct nw_features *f, const struct nw_registers *m)
{
	uint16_t vmid = (uint16_t)VTTBR_EL2_VMID(m->VTTBR_EL2);

	if (!nw_has(f, FEAT_EL2))
		return 0;
	return VTCR_EL2_VS(m->VTCR_EL2) && nw_has(f, FEAT_VMID16) ? vmid : vmid & 0xff;
}

void ttw_decode_tables(struct ttw_regime *r, const struct nw_registers *m,
		       const struct nw_features *f)
{
	bool el10 = r->regime == REGIME_EL10;

	geometry_set_base(&r->stage1[0], el10 ? m->TTBR0_EL1 : m->TTBR0_EL2);
	if (!HasUnprivileged(r->regime))
		return;
	geometry_set_base(&r->stage1[1], el10 ? m->TTBR1_EL1 : m->TTBR1_EL2);
	if (!el10) {
		r->asid = decode_asid(f, m->TCR_EL2, m->TTBR0_EL2, m->TTBR1_EL2);
		return;
	}
	geometry_set_base(&r->stage2, m->VTTBR_EL2);
	r->asid = decode_asid(f, m->TCR_EL1, m->TTBR0_EL1, m->TTBR1_EL1);
	r->vmid = decode_vmid(f, m);
}

/* ------------------------------------------------------------------ the whole */

enum nw_regime ttw_regime_of(unsigned el, const struct nw_registers *registers,
			     const struct nw_features *features)
{
	uint64_t hcr = effective_hcr(registers, features);

	if (el == 2)
		return HCR_EL2_E2H(hcr) ? REGIME_EL20 : REGIME_EL2;
	return el == 0 && HCR_EL2_E2H(hcr) && HCR_EL2_TGE(hcr) ? REGIME_EL20 : REGIME_EL10;
}

static struct ttw_leaf flat_leaf(const struct nw_features *f)
{
	return (struct ttw_leaf){.flat = true, .span_bits = f->pa_bits, .wide_bits = f->pa_bits};
}

struct ttw_regime ttw_decode(enum nw_regime regime, const struct nw_registers *registers,
			     const struct nw_features *features, const struct nw_choices *choices)
{
	const struct ttw_core core = {features, choices};
	struct ttw_regime r = {
		.regime = regime,
		.pa_bits = features->pa_bits,
		.flat = flat_leaf(features),
		.choices = *choices,
	};

	if (regime == REGIME_EL2)
		decode_el2(&core, registers, &r);
	else if (regime == REGIME_EL20)
		decode_el20(&core, registers, &r);
	else
		decode_el10(&core, registers, &r);
	ttw_decode_tables(&r, registers, features);
	return r;
}
