/*
 * Registers -> parameters of translation. The one place where fields that move with others are
 * interpreted.
 *
 * Reference: DDI 0487, D8.2 "Translation process", AArch64.GetS1TTWParams and
 * AArch64.GetS2TTWParams. A configuration that the architecture makes a fault of every access is
 * that fault in `bad` or `bad_start`; the geometry is then left empty and never looked at. HA and
 * HD have no effect: no core here has FEAT_HAFDBS.
 */
#include "ttw.h"

#include "impdef.h"

/* The fields of a TCR that describe one input range of stage 1, wherever that TCR has them. */
struct stage1_fields {
	uint64_t ttbr;
	enum vmsa_granule granule;
	unsigned txsz, ps, sh;
	bool tbi, tbid, epd, hpd, e0pd, ds;
};

static uint64_t low_mask(unsigned bits)
{
	return bits >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << bits) - 1;
}

static unsigned min_bits(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* ------------------------------------------------------------------ granule */

static bool has_granule(const struct nw_features *f, enum vmsa_granule granule)
{
	switch (granule) {
	case GRANULE_4K:
		return f->granule_4k;
	case GRANULE_16K:
		return f->granule_16k;
	default:
		return f->granule_64k;
	}
}

static enum vmsa_granule implemented(const struct nw_features *f, enum vmsa_granule granule)
{
	return has_granule(f, granule) ? granule : impdef_granule(f);
}

static enum vmsa_granule decode_tg0(const struct nw_features *f, uint64_t tg0)
{
	switch (tg0) {
	case TG0_4K:
		return implemented(f, GRANULE_4K);
	case TG0_16K:
		return implemented(f, GRANULE_16K);
	case TG0_64K:
		return implemented(f, GRANULE_64K);
	default:
		return impdef_granule(f);
	}
}

static enum vmsa_granule decode_tg1(const struct nw_features *f, uint64_t tg1)
{
	switch (tg1) {
	case TG1_4K:
		return implemented(f, GRANULE_4K);
	case TG1_16K:
		return implemented(f, GRANULE_16K);
	case TG1_64K:
		return implemented(f, GRANULE_64K);
	default:
		return impdef_granule(f);
	}
}

/* ------------------------------------------------------------------ common to both stages */

/* TxSZ and T0SZ: 64 KB tables with a single entry would begin at 48. */
static unsigned max_txsz(const struct nw_features *f, enum vmsa_granule granule)
{
	if (!nw_has(f, FEAT_TTST))
		return 39;
	return granule == GRANULE_64K ? 47 : 48;
}

/* AArch64.OAddrSize: what PS says, but not more than there is. */
static unsigned decode_oa_bits(const struct nw_features *f, enum vmsa_granule granule, unsigned ps)
{
	bool large = nw_has(f, FEAT_LPA2) || (granule == GRANULE_64K && nw_has(f, FEAT_LPA));

	return min_bits(vmsa_ps_bits(ps), min_bits(f->pa_bits, large ? 52 : 48));
}

/*
 * Reference: D8.3 "Block descriptor and Page descriptor formats": the levels at which a block is
 * valid.
 */
static bool block_at(const struct nw_features *f, const struct ttw_params *p, int level)
{
	switch (level) {
	case 2:
		return true;
	case 1:
		return p->granule_bits == GRANULE_4K || (p->granule_bits == GRANULE_16K && p->ds) ||
		       (p->granule_bits == GRANULE_64K && f->pa_bits >= 52);
	case 0:
		return p->granule_bits == GRANULE_4K && p->ds;
	default:
		return false;
	}
}

/* Log2 of the entries of a contiguous group. */
static unsigned contiguous_bits(const struct ttw_params *p, int level)
{
	unsigned bits;

	switch (p->granule_bits) {
	case GRANULE_4K:
		bits = level >= 1 ? 4 : 0;
		break;
	case GRANULE_16K:
		bits = level == 3 ? 7 : level == 2 ? 5 : 0;
		break;
	default:
		bits = level >= 2 ? 5 : 0;
	}
	if (IMPDEF_CONTIGUOUS_BEYOND_INPUT_IGNORED &&
	    vmsa_level_shift(p->granule_bits, level) + bits > p->ia_bits)
		return 0;
	return bits;
}

/* Log2 of the size in bytes of the start table, or of the concatenated start tables. */
static unsigned start_table_bits(const struct ttw_params *p)
{
	return p->ia_bits - vmsa_level_shift(p->granule_bits, p->start_level) + 3;
}

/* Where bit 0 is 0, and where there is no block, a descriptor is invalid. */
static void set_types(const struct nw_features *f, const struct ttw_params *p,
		      struct ttw_level *row)
{
	if (block_at(f, p, row->level))
		row->type[DESCRIPTOR_BLOCK] = DESC_LEAF;
	if (row->level == TTW_LEVEL_MAX)
		row->type[DESCRIPTOR_PAGE] = DESC_LEAF;
	else
		row->type[DESCRIPTOR_TABLE] = DESC_TABLE;
}

static void set_levels(const struct nw_features *f, struct ttw_params *p)
{
	for (int level = p->start_level; level <= TTW_LEVEL_MAX; level++) {
		struct ttw_level *row = &p->level[level - TTW_LEVEL_MIN];
		unsigned table_bits =
			level == p->start_level ? start_table_bits(p) : p->granule_bits;

		row->level = (int8_t)level;
		row->shift = (uint8_t)vmsa_level_shift(p->granule_bits, level);
		row->offset_shift = row->shift - 3;
		row->offset_mask = low_mask(table_bits) & ~low_mask(3);
		set_types(f, p, row);
		row->contiguous_bits = (uint8_t)contiguous_bits(p, level);
	}
}

/*
 * Where a descriptor holds the bits of an address. 64 KB: bits [15:12] count whatever the output
 * size is.
 */
static void set_address_format(const struct nw_features *f, struct ttw_params *p)
{
	uint64_t page_mask = ~low_mask(p->granule_bits);

	p->address_mask = FIELD_MASK(ADDRESS_48_OA_47_12) & page_mask;
	if (p->ds) {
		p->address_mask = FIELD_MASK(ADDRESS_DS_OA_49_12) & page_mask;
		p->high_mask = FIELD_MASK(ADDRESS_DS_OA_51_50);
		p->high_shift = 50 - ADDRESS_DS_OA_51_50_LSB;
	} else if (p->granule_bits == GRANULE_64K && nw_has(f, FEAT_LPA)) {
		p->high_mask = FIELD_MASK(ADDRESS_LPA_OA_51_48);
		p->high_shift = 48 - ADDRESS_LPA_OA_51_48_LSB;
	}
}

/*
 * AArch64.S1TTBaseAddress, AArch64.S2TTBaseAddress: bits below the size of the table are cut,
 * without a fault. Above 2^48 tables are aligned to 64 bytes at least, since BADDR begins at bit 6.
 */
static uint64_t decode_base(const struct nw_features *f, const struct ttw_params *p, unsigned ps,
			    uint64_t ttbr)
{
	uint64_t align_mask = ~low_mask(start_table_bits(p));
	bool lpa = p->granule_bits == GRANULE_64K && nw_has(f, FEAT_LPA) && ps == 6;

	if (!p->ds && !lpa)
		return ttbr & FIELD_MASK(TTBR0_EL1_BADDR) & align_mask;
	return (ttbr & FIELD_MASK(TTBR_52_BADDR_47_6) & align_mask) | TTBR_52_BADDR_51_48(ttbr)
									      << 48;
}

/* All that follows from granule, ds, ia_bits and start_level, for both stages. */
static void set_geometry(const struct nw_features *f, struct ttw_params *p, unsigned ps,
			 uint64_t ttbr)
{
	p->oa_bits = (uint8_t)decode_oa_bits(f, p->granule_bits, ps);
	p->oa_max = low_mask(p->oa_bits);
	set_levels(f, p);
	set_address_format(f, p);
	p->base = decode_base(f, p, ps, ttbr);
	if (p->base > p->oa_max)
		p->bad_start = FAULT_ADDRESS_SIZE;
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

static void decode_stage1(const struct nw_features *f, const struct stage1_fields *t,
			  struct ttw_params *p)
{
	p->stage = 1;
	p->granule_bits = (uint8_t)t->granule;
	p->ds = t->ds && nw_has(f, FEAT_LPA2) && t->granule != GRANULE_64K;
	p->top_data = t->tbi ? 55 : 63;
	p->top_fetch = t->tbi && !t->tbid ? 55 : 63;
	p->e0pd = t->e0pd && nw_has(f, FEAT_E0PD);
	p->sh = (uint8_t)t->sh;
	p->hierarchical_mask = hierarchical_mask(t->hpd && nw_has(f, FEAT_HPDS));
	if (t->txsz < stage1_min_txsz(f, p) || t->txsz > max_txsz(f, t->granule)) {
		p->bad = (enum nw_fault_type)IMPDEF_SIZE_OUT_OF_RANGE;
		return;
	}
	p->ia_bits = (uint8_t)(64 - t->txsz);
	p->start_level = (int8_t)(3 - (p->ia_bits - 1 - p->granule_bits) / (p->granule_bits - 3));
	set_geometry(f, p, t->ps, t->ttbr);
	if (t->epd)
		p->bad_start = FAULT_TRANSLATION;
}

static struct stage1_fields tcr_el1_lower(const struct nw_registers *m, const struct nw_features *f)
{
	uint64_t tcr = m->TCR_EL1;

	return (struct stage1_fields){
		.ttbr = m->TTBR0_EL1,
		.granule = decode_tg0(f, TCR_EL1_TG0(tcr)),
		.txsz = (unsigned)TCR_EL1_T0SZ(tcr),
		.ps = (unsigned)TCR_EL1_IPS(tcr),
		.sh = (unsigned)TCR_EL1_SH0(tcr),
		.tbi = TCR_EL1_TBI0(tcr),
		.tbid = TCR_EL1_TBID0(tcr),
		.epd = TCR_EL1_EPD0(tcr),
		.hpd = TCR_EL1_HPD0(tcr),
		.e0pd = TCR_EL1_E0PD0(tcr),
		.ds = TCR_EL1_DS(tcr),
	};
}

static struct stage1_fields tcr_el1_upper(const struct nw_registers *m, const struct nw_features *f)
{
	uint64_t tcr = m->TCR_EL1;

	return (struct stage1_fields){
		.ttbr = m->TTBR1_EL1,
		.granule = decode_tg1(f, TCR_EL1_TG1(tcr)),
		.txsz = (unsigned)TCR_EL1_T1SZ(tcr),
		.ps = (unsigned)TCR_EL1_IPS(tcr),
		.sh = (unsigned)TCR_EL1_SH1(tcr),
		.tbi = TCR_EL1_TBI1(tcr),
		.tbid = TCR_EL1_TBID1(tcr),
		.epd = TCR_EL1_EPD1(tcr),
		.hpd = TCR_EL1_HPD1(tcr),
		.e0pd = TCR_EL1_E0PD1(tcr),
		.ds = TCR_EL1_DS(tcr),
	};
}

static struct stage1_fields tcr_el2_fields(const struct nw_registers *m,
					   const struct nw_features *f)
{
	uint64_t tcr = m->TCR_EL2;

	return (struct stage1_fields){
		.ttbr = m->TTBR0_EL2,
		.granule = decode_tg0(f, TCR_EL2_TG0(tcr)),
		.txsz = (unsigned)TCR_EL2_T0SZ(tcr),
		.ps = (unsigned)TCR_EL2_PS(tcr),
		.sh = (unsigned)TCR_EL2_SH0(tcr),
		.tbi = TCR_EL2_TBI(tcr),
		.tbid = TCR_EL2_TBID(tcr),
		.hpd = TCR_EL2_HPD(tcr),
		.ds = TCR_EL2_DS(tcr),
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
	return 64 - min_bits(f->pa_bits, p->granule_bits == GRANULE_64K || p->ds ? 52 : 48);
}

static void decode_stage2(const struct nw_features *f, const struct nw_registers *m,
			  struct ttw_params *p)
{
	uint64_t vtcr = m->VTCR_EL2;
	unsigned t0sz = (unsigned)VTCR_EL2_T0SZ(vtcr);

	p->stage = 2;
	p->big_endian = SCTLR_EL2_EE(m->SCTLR_EL2);
	p->has_privilege = true;
	p->has_xnx = nw_has(f, FEAT_XNX);
	p->granule_bits = (uint8_t)decode_tg0(f, VTCR_EL2_TG0(vtcr));
	p->ds = VTCR_EL2_DS(vtcr) && nw_has(f, FEAT_LPA2) && p->granule_bits != GRANULE_64K;
	p->sh = (uint8_t)VTCR_EL2_SH0(vtcr);
	if (t0sz < stage2_min_t0sz(f, p) || t0sz > max_txsz(f, p->granule_bits)) {
		p->bad = (enum nw_fault_type)IMPDEF_SIZE_OUT_OF_RANGE;
		return;
	}
	p->ia_bits = (uint8_t)(64 - t0sz);
	if (!decode_start_level(f, p, vtcr) || !start_level_fits(p)) {
		p->bad = FAULT_TRANSLATION;
		return;
	}
	set_geometry(f, p, (unsigned)VTCR_EL2_PS(vtcr), m->VTTBR_EL2);
}

/* ------------------------------------------------------------------ regimes */

static bool is_reserved_attr(uint8_t attr)
{
	if ((attr & 0xf0) == 0)
		return attr & 3;
	return (attr & 0x0f) == 0;
}

static void decode_mair(uint64_t mair, struct ttw_params *p)
{
	for (unsigned n = 0; n < 8; n++) {
		uint8_t attr = (uint8_t)(mair >> (8 * n));

		p->attr[n] = is_reserved_attr(attr) ? impdef_reserved_attr(attr) : attr;
	}
}

static void decode_ids(const struct nw_registers *m, const struct nw_features *f,
		       struct ttw_regime *r)
{
	uint64_t ttbr = TCR_EL1_A1(m->TCR_EL1) ? m->TTBR1_EL1 : m->TTBR0_EL1;

	r->asid = (uint16_t)TTBR0_EL1_ASID(ttbr);
	if (!TCR_EL1_AS(m->TCR_EL1) || !nw_has(f, FEAT_ASID16))
		r->asid &= 0xff;
	if (!nw_has(f, FEAT_EL2))
		return;
	r->vmid = (uint16_t)VTTBR_EL2_VMID(m->VTTBR_EL2);
	if (!VTCR_EL2_VS(m->VTCR_EL2) || !nw_has(f, FEAT_VMID16))
		r->vmid &= 0xff;
}

static void decode_el10(const struct nw_registers *m, const struct nw_features *f,
			struct ttw_regime *r)
{
	uint64_t sctlr = m->SCTLR_EL1;
	uint64_t hcr = nw_has(f, FEAT_EL2) ? m->HCR_EL2 : 0;
	struct stage1_fields fields[2] = {tcr_el1_lower(m, f), tcr_el1_upper(m, f)};

	r->wxn = SCTLR_EL1_WXN(sctlr);
	r->c = SCTLR_EL1_C(sctlr);
	r->i = SCTLR_EL1_I(sctlr);
	r->dc = HCR_EL2_DC(hcr);
	r->ptw = HCR_EL2_PTW(hcr) && !HCR_EL2_TGE(hcr);
	r->cd = HCR_EL2_CD(hcr);
	r->id = HCR_EL2_ID(hcr);
	decode_ids(m, f, r);
	for (unsigned range = 0; range < 2; range++) {
		struct ttw_params *p = &r->stage1[range];

		p->enabled = SCTLR_EL1_M(sctlr) && !HCR_EL2_DC(hcr) && !HCR_EL2_TGE(hcr);
		p->upper = range == 1;
		p->has_privilege = true;
		p->big_endian = SCTLR_EL1_EE(sctlr);
		decode_mair(m->MAIR_EL1, p);
		decode_stage1(f, &fields[range], p);
	}
	r->stage2.enabled = HCR_EL2_VM(hcr) || HCR_EL2_DC(hcr);
	decode_stage2(f, m, &r->stage2);
}

static void decode_el2(const struct nw_registers *m, const struct nw_features *f,
		       struct ttw_regime *r)
{
	struct stage1_fields fields = tcr_el2_fields(m, f);
	struct ttw_params *p = &r->stage1[0];

	r->wxn = SCTLR_EL2_WXN(m->SCTLR_EL2);
	r->c = SCTLR_EL2_C(m->SCTLR_EL2);
	r->i = SCTLR_EL2_I(m->SCTLR_EL2);
	p->enabled = SCTLR_EL2_M(m->SCTLR_EL2);
	p->big_endian = SCTLR_EL2_EE(m->SCTLR_EL2);
	decode_mair(m->MAIR_EL2, p);
	decode_stage1(f, &fields, p);
}

static struct ttw_leaf flat_leaf(const struct nw_features *f)
{
	const struct ttw_permissions all = {TTW_R | TTW_W | TTW_X, TTW_R | TTW_W | TTW_X};

	return (struct ttw_leaf){.flat = true, .span_bits = f->pa_bits, .permissions = all};
}

struct ttw_regime ttw_decode(enum nw_regime regime, const struct nw_registers *registers,
			     const struct nw_features *features)
{
	struct ttw_regime r = {
		.regime = regime,
		.pa_bits = features->pa_bits,
		.flat = flat_leaf(features),
	};

	if (regime == REGIME_EL2)
		decode_el2(registers, features, &r);
	else
		decode_el10(registers, features, &r);
	return r;
}
