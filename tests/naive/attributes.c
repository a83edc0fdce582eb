/* Memory attributes of both stages (shared/translation/attrs, aarch64/translation/vmsa_memattr). */
#include "naive.h"

static int DecodeShareability(const struct naive *n, int sh)
{
	return sh == 1 ? n->choices.reserved_sh : sh;
}

static int S2CombineS1Shareability(int s1, int s2)
{
	if (s1 == NAIVE_OSH || s2 == NAIVE_OSH)
		return NAIVE_OSH;
	if (s1 == NAIVE_ISH || s2 == NAIVE_ISH)
		return NAIVE_ISH;
	return NAIVE_NSH;
}

static bool is_noncacheable(const struct naive_memattrs *memattrs)
{
	return !memattrs->is_device && memattrs->inner.attrs == NAIVE_NC &&
	       memattrs->outer.attrs == NAIVE_NC;
}

static bool is_write_back(const struct naive_memattrs *memattrs)
{
	return !memattrs->is_device && memattrs->inner.attrs == NAIVE_WB &&
	       memattrs->outer.attrs == NAIVE_WB;
}

int EffectiveShareability(const struct naive_memattrs *memattrs)
{
	if (memattrs->is_device || is_noncacheable(memattrs))
		return NAIVE_OSH;
	return memattrs->shareability;
}

struct naive_memattrs NormalNCMemAttr(void)
{
	struct naive_memattrs nc = {0};

	nc.inner.attrs = NAIVE_NC;
	nc.outer.attrs = NAIVE_NC;
	nc.shareability = NAIVE_OSH;
	return nc;
}

/* DecodeSDFAttr */
static struct naive_hints walk_hints(int rgn)
{
	if (rgn == 1)
		return (struct naive_hints){NAIVE_WB, 3, false};
	if (rgn == 2)
		return (struct naive_hints){NAIVE_WT, 2, false};
	if (rgn == 3)
		return (struct naive_hints){NAIVE_WB, 2, false};
	return (struct naive_hints){NAIVE_NC, 0, false};
}

struct naive_memattrs WalkMemAttrs(const struct naive *n, int sh, int irgn, int orgn)
{
	struct naive_memattrs walk = {0};

	walk.shareability = DecodeShareability(n, sh);
	walk.inner = walk_hints(irgn);
	walk.outer = walk_hints(orgn);
	walk.xs = !is_write_back(&walk);
	return walk;
}

/* DecodeLDFAttr: the four bits are not 0. */
static struct naive_hints DecodeLDFAttr(uint64_t attr)
{
	struct naive_hints hints = {0};

	if (attr == 4) {
		hints.attrs = NAIVE_NC;
		return hints;
	}
	hints.attrs = bits(attr, 2, 2) ? NAIVE_WB : NAIVE_WT;
	hints.hints = (int)bits(attr, 1, 0);
	hints.transient = hints.hints != 0 && !bits(attr, 3, 3);
	return hints;
}

/* S1ConstrainUnpredictableRESMAIR, without FEAT_MTE2 */
static bool is_reserved_mair(const struct naive *n, uint8_t attr)
{
	if (bits(attr, 7, 4) == 0) {
		if (bits(attr, 1, 0) == 1)
			return !n->features.xs;
		return bits(attr, 1, 0) != 0;
	}
	if (attr == 0x40 || attr == 0xa0)
		return !n->features.xs;
	return bits(attr, 3, 0) == 0;
}

struct naive_memattrs S1DecodeMemAttrs(const struct naive *n, uint8_t attr, int sh)
{
	struct naive_memattrs memattrs = {0};

	if (is_reserved_mair(n, attr))
		attr = n->choices.reserved_mair(attr);
	if (bits(attr, 7, 4) == 0) {
		memattrs.is_device = true;
		memattrs.device = (int)bits(attr, 3, 2);
		memattrs.xs = !bits(attr, 0, 0);
	} else if (attr == 0x40) {
		memattrs.xs = false;
	} else if (attr == 0xa0) {
		memattrs.inner = (struct naive_hints){NAIVE_WT, 2, false};
		memattrs.outer = (struct naive_hints){NAIVE_WT, 2, false};
		memattrs.xs = false;
	} else {
		memattrs.outer = DecodeLDFAttr(bits(attr, 7, 4));
		memattrs.inner = DecodeLDFAttr(bits(attr, 3, 0));
		memattrs.xs = !is_write_back(&memattrs);
	}
	memattrs.shareability = DecodeShareability(n, sh);
	return memattrs;
}

static struct naive_hints S2DecodeCacheability(const struct naive *n, uint64_t attr)
{
	struct naive_hints hints = {0};

	hints.attrs = n->choices.reserved_s2_cacheability;
	if (attr == 1)
		hints.attrs = NAIVE_NC;
	if (attr == 2)
		hints.attrs = NAIVE_WT;
	if (attr == 3)
		hints.attrs = NAIVE_WB;
	return hints;
}

struct naive_memattrs S2DecodeMemAttrs(const struct naive *n, int attr, int sh)
{
	struct naive_memattrs memattrs = {0};

	if (bits((uint64_t)attr, 3, 2) == 0) {
		memattrs.is_device = true;
		memattrs.device = (int)bits((uint64_t)attr, 1, 0);
	} else {
		memattrs.outer = S2DecodeCacheability(n, bits((uint64_t)attr, 3, 2));
		memattrs.inner = S2DecodeCacheability(n, bits((uint64_t)attr, 1, 0));
	}
	memattrs.shareability = DecodeShareability(n, sh);
	return memattrs;
}

/* Hints come from stage 1 (where both stages cache). */
static struct naive_hints S2CombineS1AttrHints(struct naive_hints s1, struct naive_hints s2)
{
	struct naive_hints hints = {0};

	if (s1.attrs == NAIVE_NC || s2.attrs == NAIVE_NC)
		return hints;
	hints = s1;
	if (s1.attrs == NAIVE_WT || s2.attrs == NAIVE_WT)
		hints.attrs = NAIVE_WT;
	else
		hints.attrs = NAIVE_WB;
	return hints;
}

struct naive_memattrs S2CombineS1MemAttrs(const struct naive_memattrs *s1,
					  const struct naive_memattrs *s2)
{
	struct naive_memattrs memattrs = {0};

	if (s1->is_device && s2->is_device) {
		memattrs.is_device = true;
		memattrs.device = s1->device < s2->device ? s1->device : s2->device;
	} else if (s1->is_device) {
		memattrs = *s1;
	} else if (s2->is_device) {
		memattrs = *s2;
	} else {
		memattrs.inner = S2CombineS1AttrHints(s1->inner, s2->inner);
		memattrs.outer = S2CombineS1AttrHints(s1->outer, s2->outer);
	}
	memattrs.shareability = S2CombineS1Shareability(s1->shareability, s2->shareability);
	memattrs.xs = !is_write_back(&memattrs) && s1->xs && s2->xs;
	memattrs.shareability = EffectiveShareability(&memattrs);
	return memattrs;
}

/* Write-Back with the hints of stage 1 where that caches, else Read-Allocate Write-Allocate. */
static struct naive_hints forced_write_back(const struct naive_memattrs *s1,
					    struct naive_hints half)
{
	struct naive_hints hints = {NAIVE_WB, 3, false};

	if (!s1->is_device && half.attrs != NAIVE_NC) {
		hints.hints = half.hints;
		hints.transient = half.transient;
	}
	return hints;
}

struct naive_memattrs S2ApplyFWBMemAttrs(const struct naive *n, const struct naive_memattrs *s1,
					 const struct S2TTWParams *walkparams, uint64_t descriptor)
{
	uint64_t s2_attr = bits(descriptor, 5, 2);
	int s2_sh = walkparams->ds ? walkparams->sh : (int)bits(descriptor, 9, 8);
	struct naive_memattrs memattrs = {0};

	if (!bits(s2_attr, 2, 2)) {
		memattrs.is_device = true;
		memattrs.device = (int)bits(s2_attr, 1, 0);
		if (s1->is_device && s1->device < memattrs.device)
			memattrs.device = s1->device;
		memattrs.xs = s1->xs;
	} else if (bits(s2_attr, 1, 0) == 3) {
		memattrs = *s1;
	} else if (bits(s2_attr, 1, 0) == 2) {
		memattrs.inner = forced_write_back(s1, s1->inner);
		memattrs.outer = forced_write_back(s1, s1->outer);
	} else if (s1->is_device) {
		memattrs = *s1;
	} else {
		memattrs.xs = s1->xs; /* Normal Non-cacheable */
	}
	memattrs.shareability =
		S2CombineS1Shareability(s1->shareability, DecodeShareability(n, s2_sh));
	if (n->features.xs && bits(descriptor, 11, 11))
		memattrs.xs = false;
	memattrs.shareability = EffectiveShareability(&memattrs);
	return memattrs;
}

bool S1DCacheEnabled(const struct naive *n, enum naive_regime regime)
{
	return bits(regime == NAIVE_EL10 ? n->registers.SCTLR_EL1 : n->registers.SCTLR_EL2, 2, 2);
}

bool S1ICacheEnabled(const struct naive *n, enum naive_regime regime)
{
	return bits(regime == NAIVE_EL10 ? n->registers.SCTLR_EL1 : n->registers.SCTLR_EL2, 12, 12);
}

static unsigned half_attr(struct naive_hints half)
{
	if (half.attrs == NAIVE_NC)
		return 4;
	if (half.attrs == NAIVE_WT)
		return (half.transient ? 0 : 8) | (unsigned)half.hints;
	return (half.transient ? 4 : 12) | (unsigned)half.hints;
}

unsigned EncodePARAttrs(const struct naive *n, const struct naive_memattrs *memattrs)
{
	bool xs = !n->features.xs || memattrs->xs;

	if (memattrs->is_device)
		return (unsigned)memattrs->device << 2 | !xs;
	if (!xs && is_noncacheable(memattrs))
		return 0x40;
	if (!xs && half_attr(memattrs->outer) == 0xa && half_attr(memattrs->inner) == 0xa)
		return 0xa0;
	return half_attr(memattrs->outer) << 4 | half_attr(memattrs->inner);
}

unsigned PAREncodeShareability(const struct naive_memattrs *memattrs)
{
	return (unsigned)EffectiveShareability(memattrs);
}
