/*
 * What a walk meant, for people: how each stage was set up, what each descriptor was at its level,
 * what the leaves permit. Nothing here translates: a walk that is over is read again with the
 * parameters that it was made with.
 */
#include "unit.h"

#include "geometry.h"

/* ------------------------------------------------------------------ a stage */

static void describe_levels(const struct ttw_params *p, struct nw_stage *s)
{
	for (int level = p->start_level; level <= TTW_LEVEL_MAX; level++) {
		const struct ttw_level *row = &p->level[level - TTW_LEVEL_MIN];
		unsigned offset_bits = 64 - (unsigned)__builtin_clzll(row->offset_mask);

		s->index[level - TTW_LEVEL_MIN] =
			(struct nw_index){row->shift, (uint8_t)(offset_bits - 3)};
	}

	unsigned bits = s->index[p->start_level - TTW_LEVEL_MIN].bits, table = p->granule_bits - 3u;

	s->tables = (uint16_t)(1u << (bits > table ? bits - table : 0));
}

static struct nw_stage describe_stage(const struct nw_mmu *mmu, const struct ttw_params *p,
				      struct nw_access access)
{
	struct nw_stage s = {
		.on = p->enabled,
		.upper = p->upper,
		.ds = p->ds,
		.big_endian = p->big_endian,
		.ha = p->ha,
		.hd = p->clean_mask != 0,
		.hierarchical = p->hierarchical_mask != 0,
		.top = access.type == NW_FETCH ? p->top_fetch : p->top_data,
		.granule_bits = p->granule_bits,
		.ia_bits = p->ia_bits,
		.oa_bits = p->oa_bits,
		.min_txsz = p->min_txsz,
		.max_txsz = (uint8_t)geometry_max_txsz(&mmu->config.features, p->granule_bits),
	};

	if (!p->enabled || p->bad != FAULT_NONE)
		return s;
	s.start_level = p->start_level;
	s.base = p->base;
	describe_levels(p, &s);
	return s;
}

/* In the order of ttw_input() and of the walk. */
static enum nw_refusal stage1_refusal(const struct ttw_params *p, va_t va, struct nw_access access)
{
	unsigned top = access.type == NW_FETCH ? p->top_fetch : p->top_data;
	uint64_t above = VMSA_MASK(top, p->enabled ? p->ia_bits : 0);

	if (!p->enabled)
		return NW_REFUSED_NOT;
	if (p->bad != FAULT_NONE)
		return NW_REFUSED_SIZE;
	if ((va.value & above) != (p->upper ? above : 0))
		return NW_REFUSED_RANGE;
	if (p->e0pd && access.unprivileged)
		return NW_REFUSED_E0PD;
	if (p->epd)
		return NW_REFUSED_DISABLED;
	return p->bad_start != FAULT_NONE ? NW_REFUSED_BASE : NW_REFUSED_NOT;
}

static enum nw_refusal stage2_refusal(const struct ttw_params *p, ipa_t ipa)
{
	if (p->bad != FAULT_NONE)
		return p->ia_bits == 0 ? NW_REFUSED_SIZE : NW_REFUSED_START_LEVEL;
	if (ipa.value >> p->ia_bits != 0)
		return NW_REFUSED_RANGE;
	return p->bad_start != FAULT_NONE ? NW_REFUSED_BASE : NW_REFUSED_NOT;
}

/* ------------------------------------------------------------------ descriptors */

static const struct ttw_params *params_of(const struct ttw_regime *r, const struct nw_walk *walk,
					  const struct nw_fetch *fetch)
{
	if (fetch->stage == 2)
		return &r->stage2;
	return ttw_input(r, walk->va, walk->access).params;
}

static enum nw_descriptor_kind kind_of(const struct ttw_level *row, uint64_t descriptor)
{
	switch (row->type[vmsa_descriptor_bits(descriptor)]) {
	case DESC_TABLE:
		return NW_TABLE;
	case DESC_LEAF:
		if (descriptor & row->refused_mask)
			return NW_INVALID;
		return row->level == TTW_LEVEL_MAX ? NW_PAGE : NW_BLOCK;
	default:
		return NW_INVALID;
	}
}

static struct nw_step describe_step(const struct ttw_params *p, const struct nw_fetch *fetch)
{
	const struct ttw_level *row = &p->level[fetch->level - TTW_LEVEL_MIN];
	uint64_t d = fetch->descriptor;
	struct nw_step step = {.kind = kind_of(row, d)};

	step.address = (d & p->address_mask) | (d & p->high_mask) << p->high_shift;
	if (step.kind == NW_BLOCK || step.kind == NW_PAGE)
		step.address &= ~UINT64_C(0) << row->shift;
	return step;
}

/* ------------------------------------------------------------------ leaves */

static void set_rights(struct nw_stage *s, struct ttw_permissions p)
{
	s->has_leaf = true;
	s->privileged = p.privileged;
	s->unprivileged = p.unprivileged;
}

static void describe_leaf1(const struct ttw_regime *r, const struct ttw_params *p,
			   const struct nw_walk *walk, uint64_t descriptor, uint8_t hierarchical,
			   struct nw_stage *s)
{
	const struct ttw_leaf leaf = {
		.attr = p->attr[S1_LEAF_AttrIndx(descriptor)],
		.sh = p->ds ? p->sh : (uint8_t)S1_LEAF_SH(descriptor),
		.permissions = ttw_stage1_base_permissions(p, descriptor, hierarchical),
	};

	set_rights(s, leaf.permissions);
	s->granted = ttw_stage1_permissions(r, leaf.permissions, walk->access);
	s->attributes = ttw_attributes(r, &leaf, &r->flat, walk->access);
}

static void describe_leaf2(const struct ttw_params *p, const struct nw_walk *walk,
			   uint64_t descriptor, struct nw_stage *s)
{
	struct ttw_permissions permissions = ttw_stage2_base_permissions(p, descriptor);

	set_rights(s, permissions);
	s->granted = walk->access.unprivileged ? permissions.unprivileged : permissions.privileged;
	s->attributes = (struct nw_attributes){
		.attr = (uint8_t)S2_LEAF_MemAttr(descriptor),
		.sh = p->ds ? p->sh : (uint8_t)S2_LEAF_SH(descriptor),
	};
}

/* A walk that is made again begins with the start table, and nothing gathered. */
static void describe_walk(const struct ttw_regime *r, const struct nw_walk *walk,
			  struct nw_description *d)
{
	uint8_t hierarchical = 0;

	for (unsigned i = 0; i < walk->fetch_count; i++) {
		const struct nw_fetch *fetch = &walk->fetch[i];
		const struct ttw_params *p = params_of(r, walk, fetch);
		bool leaf;

		d->step[i] = describe_step(p, fetch);
		leaf = d->step[i].kind == NW_BLOCK || d->step[i].kind == NW_PAGE;
		if (fetch->stage == 2) {
			if (leaf && fetch->purpose == FETCH_FOR_OUTPUT)
				describe_leaf2(p, walk, fetch->descriptor, &d->stage2);
			continue;
		}
		if (fetch->level == p->start_level)
			hierarchical = 0;
		if (leaf)
			describe_leaf1(r, p, walk, fetch->descriptor, hierarchical, &d->stage1);
		else
			hierarchical |= (uint8_t)(fetch->descriptor >> S1_TABLE_PXNTable_LSB) &
					p->hierarchical_mask;
	}
}

/* A stage that is off permits all, and has attributes of its own. */
static void describe_flat(const struct ttw_regime *r, const struct nw_walk *walk,
			  struct nw_description *d)
{
	if (!d->stage1.on) {
		d->stage1.granted = NW_R | NW_W | NW_X;
		d->stage1.attributes = ttw_attributes(r, &r->flat, &r->flat, walk->access);
	}
	if (!d->stage2.on)
		d->stage2.granted = NW_R | NW_W | NW_X;
}

/* ------------------------------------------------------------------ the whole */

/* D1.3 "Exceptions", "Synchronous exception routing": a fault of stage 2 goes to EL2. */
static uint8_t target_el(const struct nw_mmu *mmu, const struct ttw_regime *r,
			 const struct nw_walk *walk)
{
	bool tge = nw_has(&mmu->config.features, FEAT_EL2) && HCR_EL2_TGE(mmu->registers.HCR_EL2);

	if (walk->fault.stage2 || r->regime != REGIME_EL10)
		return 2;
	return walk->access.el == 0 && tge ? 2 : 1;
}

void nw_describe(const struct nw_mmu *mmu, const struct nw_walk *walk, struct nw_description *d)
{
	const struct ttw_regime *r = &mmu->regime[walk->regime];
	const struct ttw_params *p = ttw_input(r, walk->va, walk->access).params;

	*d = (struct nw_description){
		.regime = walk->regime,
		.asid = r->asid,
		.vmid = r->vmid,
		.target_el = target_el(mmu, r, walk),
		.forced_write_back = r->stage2.enabled && r->fwb,
		.stage1 = describe_stage(mmu, p, walk->access),
		.stage2 = describe_stage(mmu, &r->stage2, walk->access),
	};
	d->stage1.refusal = stage1_refusal(p, walk->va, walk->access);
	if (walk->fault.stage2 && walk->fault.ipa_valid)
		d->stage2.refusal = stage2_refusal(&r->stage2, walk->fault.ipa);
	describe_flat(r, walk, d);
	describe_walk(r, walk, d);
}
