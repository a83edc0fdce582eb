/*
 * Memory attributes of one and of two stages. Reference: DDI 0487, D8.6 "Memory region attributes",
 * S1DecodeMemAttrs, S2DecodeMemAttrs, S2CombineS1MemAttrs, AArch64.S2ApplyFWBMemAttrs,
 * EffectiveShareability.
 *
 * An attribute is written as MAIR_ELx.Attr<n> everywhere: outer and inner nibble, the outer 0 for
 * Device types. The encodings that say XS=0 are split into the plain one and `xs`.
 */
#include "ttw.h"

/*
 * Cacheability of a nibble of a Normal attribute, ordered so that the weaker of two is the smaller.
 */
enum cacheability { NON_CACHEABLE, WRITE_THROUGH, WRITE_BACK };

static enum cacheability cacheability(unsigned nibble)
{
	if (nibble == (ATTR_NORMAL_NC & 0xf))
		return NON_CACHEABLE;
	return nibble & 4 ? WRITE_BACK : WRITE_THROUGH;
}

static bool is_device(uint8_t attr)
{
	return (attr & 0xf0) == 0;
}

/* Write-Back at both levels: XS is 0. */
static bool is_write_back(uint8_t attr)
{
	return !is_device(attr) && cacheability(attr >> 4) == WRITE_BACK &&
	       cacheability(attr & 0xf) == WRITE_BACK;
}

/* ------------------------------------------------------------------ each stage */

/* The value of SH that 0b01 stands for. */
static uint8_t decode_sh(const struct ttw_regime *r, uint8_t sh)
{
	static const uint8_t reserved[] = {
		[RESERVED_SH_IS_NONE] = SH_NONE,
		[RESERVED_SH_IS_OUTER] = SH_OUTER,
		[RESERVED_SH_IS_INNER] = SH_INNER,
	};

	return sh == 1 ? reserved[r->choices.of[CHOICE_RESERVED_SH]] : sh;
}

static struct nw_attributes effective_sh(struct nw_attributes a)
{
	if (is_device(a.attr) || a.attr == ATTR_NORMAL_NC)
		a.sh = SH_OUTER;
	return a;
}

/* Attr<n> without the encodings that also say XS=0 (FEAT_XS): 0b0000dd01, 0x40 and 0xa0. */
static struct nw_attributes decode_attr(uint8_t attr, uint8_t sh)
{
	if (attr == ATTR_NORMAL_NC_XS0)
		return (struct nw_attributes){ATTR_NORMAL_NC, sh, false};
	if (attr == ATTR_NORMAL_WT_RA_XS0)
		return (struct nw_attributes){ATTR_NORMAL_WT_RA, sh, false};
	if (is_device(attr))
		return (struct nw_attributes){attr & 0xc, sh, !(attr & 1)};
	return (struct nw_attributes){attr, sh, !is_write_back(attr)};
}

static struct nw_attributes stage1_disabled(const struct ttw_regime *r, bool fetch)
{
	if (r->dc)
		return (struct nw_attributes){ATTR_NORMAL_WB_RAWA, SH_NONE, false};
	if (!fetch)
		return (struct nw_attributes){ATTR_DEVICE_nGnRnE, SH_OUTER, true};
	return (struct nw_attributes){r->i ? ATTR_NORMAL_WT_RA : ATTR_NORMAL_NC, SH_OUTER, true};
}

static struct nw_attributes stage1_attributes(const struct ttw_regime *r,
					      const struct ttw_leaf *leaf, bool fetch)
{
	bool cacheable = fetch ? r->i : r->c;

	if (leaf->flat)
		return stage1_disabled(r, fetch);

	struct nw_attributes a = decode_attr(leaf->attr, decode_sh(r, leaf->sh));

	if (is_device(a.attr) ? fetch : !cacheable)
		a.attr = ATTR_NORMAL_NC;
	return a;
}

/* HCR_EL2.CD and ID make Normal memory Non-cacheable; a fetch from Device memory is that as well.
 */
static bool is_forced_nc(const struct ttw_regime *r, bool device, bool fetch)
{
	return device ? fetch : fetch ? r->id : r->cd;
}

/* ------------------------------------------------------------------ both, HCR_EL2.FWB=0 */

/* MemAttr[3:0] with the reserved inner cacheability 0b00 replaced. */
static unsigned decode_memattr(const struct ttw_regime *r, const struct ttw_leaf *leaf)
{
	static const uint8_t inner[] = {
		[RESERVED_MEMATTR_IS_NC] = 1,
		[RESERVED_MEMATTR_IS_WT] = 2,
		[RESERVED_MEMATTR_IS_WB] = 3,
	};
	unsigned memattr = s2_attr_memattr(leaf->attr);

	if (ttw_stage2_is_device(r, leaf) || (memattr & 3) != 0)
		return memattr;
	return memattr | inner[r->choices.of[CHOICE_RESERVED_MEMATTR]];
}

/*
 * S2CombineS1AttrHints: one nibble of stage 1 under two bits of stage 2; hints and "transient" are
 * those of stage 1.
 */
static unsigned combine_nibble(unsigned stage1, unsigned memattr)
{
	enum cacheability stage2 = (enum cacheability)(memattr - 1);

	if (cacheability(stage1) <= stage2)
		return stage1;
	/* 0b01RW and 0b11RW are Write-Back, 0b00RW and 0b10RW Write-Through with the same hints. */
	return stage2 == WRITE_THROUGH ? stage1 & ~4u : ATTR_NORMAL_NC & 0xf;
}

/* S2CombineS1Device: the stronger of nGnRnE, nGnRE, nGRE and GRE, which rise in this order. */
static uint8_t combine_device(uint8_t attr, unsigned memattr)
{
	uint8_t device = (uint8_t)((memattr & 3) << 2);

	return is_device(attr) && attr < device ? attr : device;
}

/* S2CombineS1MemAttrs, but for shareability. */
static struct nw_attributes combine(const struct ttw_regime *r, struct nw_attributes a,
				    const struct ttw_leaf *stage2, bool fetch)
{
	unsigned memattr = decode_memattr(r, stage2);

	if (is_forced_nc(r, ttw_stage2_is_device(r, stage2), fetch))
		memattr = MEMATTR_NORMAL_NC;
	if (memattr < 4)
		a.attr = combine_device(a.attr, memattr);
	else if (!is_device(a.attr))
		a.attr = (uint8_t)(combine_nibble(a.attr >> 4, memattr >> 2) << 4 |
				   combine_nibble(a.attr & 0xf, memattr & 3));
	a.xs = a.xs && !s2_attr_fnxs(stage2->attr) && !is_write_back(a.attr);
	return a;
}

/* ------------------------------------------------------------------ both, HCR_EL2.FWB=1 */

/* One nibble made Write-Back, with the hints of stage 1 where it has some. */
static unsigned force_write_back(uint8_t attr, unsigned nibble)
{
	if (is_device(attr) || cacheability(nibble) == NON_CACHEABLE)
		return ATTR_NORMAL_WB_RAWA & 0xf;
	return nibble | 4;
}

/* AArch64.S2ApplyFWBMemAttrs, but for shareability. MemAttr[3] means nothing. */
static struct nw_attributes apply_fwb(const struct ttw_regime *r, struct nw_attributes a,
				      const struct ttw_leaf *stage2, bool fetch)
{
	unsigned memattr = s2_attr_memattr(stage2->attr) & 7;
	uint8_t attr = a.attr;

	if (memattr < 4) {
		a.attr = combine_device(attr, memattr);
	} else if (memattr == MEMATTR_FWB_WB) {
		a.attr = (uint8_t)(force_write_back(attr, attr >> 4) << 4 |
				   force_write_back(attr, attr & 0xf));
		a.xs = false;
	} else if (memattr != MEMATTR_FWB_STAGE1 && !is_device(attr)) {
		a.attr = ATTR_NORMAL_NC;
	}
	a.xs = a.xs && !s2_attr_fnxs(stage2->attr);
	if (is_forced_nc(r, is_device(a.attr), fetch))
		a.attr = ATTR_NORMAL_NC;
	return a;
}

/* ------------------------------------------------------------------ the result */

static uint8_t combine_sh(uint8_t a, uint8_t b)
{
	if (a == SH_OUTER || b == SH_OUTER)
		return SH_OUTER;
	return a == SH_INNER || b == SH_INNER ? SH_INNER : SH_NONE;
}

struct nw_attributes ttw_attributes(const struct ttw_regime *r, const struct ttw_leaf *stage1,
				    const struct ttw_leaf *stage2, struct nw_access access)
{
	bool fetch = access.type == NW_FETCH;
	struct nw_attributes a = stage1_attributes(r, stage1, fetch);

	if (stage2->flat)
		return effective_sh(a);
	if (r->choices.of[CHOICE_STAGE1_SHAREABILITY] == STAGE1_SHAREABILITY_IS_EFFECTIVE)
		a = effective_sh(a);

	uint8_t sh = combine_sh(a.sh, decode_sh(r, stage2->sh));

	a = r->fwb ? apply_fwb(r, a, stage2, fetch) : combine(r, a, stage2, fetch);
	a.sh = sh;
	return effective_sh(a);
}
