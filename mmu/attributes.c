/*
 * Memory attributes of one and of two stages. Reference: DDI 0487, D8.6 "Memory region attributes",
 * S2CombineS1MemAttrs, S2CombineS1AttrHints, EffectiveShareability.
 *
 * An attribute is written as MAIR_ELx.Attr<n> everywhere: outer and inner nibble, the outer 0 for
 * Device types. HCR_EL2.FWB=1 (FEAT_S2FWB, on no core here) would be a second form of combine().
 */
#include "ttw.h"

#include "impdef.h"

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

/* One nibble of stage 1 under two bits of stage 2; hints and "transient" are those of stage 1. */
static unsigned combine_nibble(unsigned stage1, unsigned memattr)
{
	enum cacheability stage2 = (enum cacheability)(memattr - 1);

	if (cacheability(stage1) <= stage2)
		return stage1;
	/* 0b01RW and 0b11RW are Write-Back, 0b00RW and 0b10RW Write-Through with the same hints. */
	return stage2 == WRITE_THROUGH ? stage1 & ~4u : ATTR_NORMAL_NC & 0xf;
}

static bool is_device(uint8_t attr)
{
	return (attr & 0xf0) == 0;
}

/* ------------------------------------------------------------------ each stage */

static uint8_t stage1_sh(uint8_t sh)
{
	return sh == 1 ? IMPDEF_RESERVED_SH : sh;
}

static struct nw_attributes stage1_disabled(const struct ttw_regime *r, bool fetch)
{
	if (r->dc)
		return (struct nw_attributes){ATTR_NORMAL_WB_RAWA, SH_NONE};
	if (!fetch)
		return (struct nw_attributes){ATTR_DEVICE_nGnRnE, SH_OUTER};
	return (struct nw_attributes){r->i ? ATTR_NORMAL_WT_RA : ATTR_NORMAL_NC, SH_OUTER};
}

static struct nw_attributes stage1_attributes(const struct ttw_regime *r,
					      const struct ttw_leaf *leaf, bool fetch)
{
	struct nw_attributes a = {leaf->attr, stage1_sh(leaf->sh)};

	if (leaf->flat)
		return stage1_disabled(r, fetch);
	if (fetch && is_device(a.attr))
		a.attr = IMPDEF_FETCH_FROM_DEVICE;
	else if (!is_device(a.attr) && !(fetch ? r->i : r->c))
		a.attr = ATTR_NORMAL_NC;
	return a;
}

/* MemAttr[3:0] after HCR_EL2.CD and ID, reserved values replaced. */
static unsigned effective_memattr(const struct ttw_regime *r, const struct ttw_leaf *leaf,
				  bool fetch)
{
	if (ttw_stage2_is_device(r, leaf))
		return fetch ? MEMATTR_NORMAL_NC : leaf->attr;
	if (fetch ? r->id : r->cd)
		return MEMATTR_NORMAL_NC;
	return leaf->attr & 3 ? leaf->attr : leaf->attr | IMPDEF_RESERVED_INNER_MEMATTR;
}

/* ------------------------------------------------------------------ both */

/* Of two Device types the stronger: nGnRnE, nGnRE, nGRE, GRE in rising order. */
static uint8_t combine(uint8_t attr, unsigned memattr)
{
	if (memattr < 4) {
		uint8_t device = (uint8_t)(memattr << 2);

		return is_device(attr) && attr < device ? attr : device;
	}
	if (is_device(attr))
		return attr;
	return (uint8_t)(combine_nibble(attr >> 4, memattr >> 2) << 4 |
			 combine_nibble(attr & 0xf, memattr & 3));
}

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

	if (!stage2->flat) {
		a.attr = combine(a.attr, effective_memattr(r, stage2, fetch));
		a.sh = combine_sh(a.sh, stage1_sh(stage2->sh));
	}
	if (is_device(a.attr) || a.attr == ATTR_NORMAL_NC)
		a.sh = SH_OUTER;
	return a;
}
