/* The table walks of both stages (aarch64/translation/vmsa_walk). */
#include "naive.h"

enum descriptor_type { DESCRIPTOR_INVALID, DESCRIPTOR_TABLE, DESCRIPTOR_LEAF };

void naive_begin(struct naive *n)
{
	n->log_count = 0;
	n->repeats = 0;
	n->s1level = NAIVE_OUTPUT;
}

void naive_note(struct naive *n, int stage, int level, bool update, uint64_t address,
		uint64_t descriptor)
{
	int s1level = stage == 2 ? n->s1level : NAIVE_OUTPUT;

	if (n->log_count < NAIVE_LOG)
		n->log[n->log_count++] =
			(struct naive_log){stage, level, s1level, update, address, descriptor};
}

uint64_t BigEndianReverse(uint64_t value)
{
	uint64_t reversed = 0;

	for (int byte = 0; byte < 8; byte++)
		reversed = reversed << 8 | bits(value, 8 * byte + 7, 8 * byte);
	return reversed;
}

static struct naive_fault FetchDescriptor(struct naive *n, int stage, bool ee, uint64_t address,
					  struct naive_fault fault, uint64_t *descriptor)
{
	uint64_t value = 0;

	if (!n->memory.read(n->memory.ctx, address, &value)) {
		fault.statuscode = NAIVE_FAULT_EXTERNAL_ON_WALK;
		naive_note(n, stage, fault.level, false, address, 0);
		return fault;
	}
	*descriptor = ee ? BigEndianReverse(value) : value;
	naive_note(n, stage, fault.level, false, address, *descriptor);
	return fault;
}

static bool BlockDescSupported(const struct naive *n, bool ds, int tgx, int level)
{
	if (tgx == 12)
		return (level == 0 && ds) || level == 1 || level == 2;
	if (tgx == 14)
		return (level == 1 && ds) || level == 2;
	return (level == 1 && n->features.pa_max >= 52) || level == 2;
}

static enum descriptor_type DecodeDescriptorType(const struct naive *n, uint64_t descriptor,
						 bool ds, int tgx, int level)
{
	if (!bits(descriptor, 0, 0))
		return DESCRIPTOR_INVALID;
	if (bits(descriptor, 1, 1))
		return level == 3 ? DESCRIPTOR_LEAF : DESCRIPTOR_TABLE;
	return BlockDescSupported(n, ds, tgx, level) ? DESCRIPTOR_LEAF : DESCRIPTOR_INVALID;
}

/* Bits [51:48] of the address in a descriptor. */
static uint64_t high_address(const struct naive *n, uint64_t descriptor, bool ds, int tgx)
{
	if (n->features.lpa && tgx == 16)
		return bits(descriptor, 15, 12) << 48;
	if (ds)
		return bits(descriptor, 9, 8) << 50 | bits(descriptor, 49, 48) << 48;
	return 0;
}

static uint64_t NextTableBase(const struct naive *n, uint64_t descriptor, bool ds, int tgx)
{
	return bits(descriptor, 47, tgx) << tgx | high_address(n, descriptor, ds, tgx);
}

static int TranslationSize(int tgx, int level)
{
	return tgx + (3 - level) * (tgx - 3);
}

static uint64_t LeafBase(const struct naive *n, uint64_t descriptor, bool ds, int tgx, int level)
{
	int leafsize = TranslationSize(tgx, level);

	return bits(descriptor, 47, leafsize) << leafsize | high_address(n, descriptor, ds, tgx);
}

static bool ContiguousBit(int tgx, int level, uint64_t descriptor)
{
	if ((tgx == 16 && level == 1) || (tgx == 14 && level == 1) || (tgx == 12 && level == 0))
		return false;
	return bits(descriptor, 52, 52);
}

static int ContiguousSize(int tgx, int level)
{
	if (tgx == 12)
		return 4;
	if (tgx == 14)
		return level == 2 ? 5 : 7;
	return 5;
}

/* What ContiguousBitFaults asks first: the group is larger than the input range. */
static bool is_misprogrammed(const struct TTWState *walkstate, int txsz, int tgx)
{
	int level = walkstate->level;

	return walkstate->contiguous &&
	       TranslationSize(tgx, level) + ContiguousSize(tgx, level) > IASize(txsz);
}

static bool BlocknTFaults(const struct naive *n, uint64_t descriptor)
{
	return n->features.bbm >= 1 && bits(descriptor, 16, 16) && n->choices.nT_faults;
}

uint64_t StageOA(uint64_t ia, int tgx, const struct TTWState *walkstate)
{
	int csize = walkstate->contiguous ? ContiguousSize(tgx, walkstate->level) : 0;
	int ia_msb = TranslationSize(tgx, walkstate->level) + csize;

	return bits(walkstate->baseaddress, 55, ia_msb) << ia_msb | bits(ia, ia_msb - 1, 0);
}

static bool access_flag_faults(const struct naive *n, bool ha, uint64_t descriptor,
			       const struct naive_access *accdesc)
{
	bool cache_op = accdesc->acctype == NAIVE_DC || accdesc->acctype == NAIVE_IC;

	if (bits(descriptor, 10, 10) || ha)
		return false;
	return !cache_op || n->choices.cache_op_access_flag_faults;
}

/* What both walks check of their leaf, in this order. */
static void check_leaf(const struct naive *n, struct naive_walked *w, uint64_t ia, int txsz,
		       int tgx, int ps, bool ha, const struct naive_access *accdesc)
{
	bool misprogrammed = is_misprogrammed(&w->walkstate, txsz, tgx);
	int level = w->walkstate.level;
	uint64_t oa;

	if (misprogrammed && n->choices.contiguous_ignored)
		w->walkstate.contiguous = false;
	oa = StageOA(ia, tgx, &w->walkstate);
	if (misprogrammed && n->choices.contiguous_faults)
		w->fault.statuscode = NAIVE_FAULT_TRANSLATION;
	else if (level < 3 && BlocknTFaults(n, w->descriptor))
		w->fault.statuscode = NAIVE_FAULT_TRANSLATION;
	else if (OAOutOfRange(n, oa, ps, tgx))
		w->fault.statuscode = NAIVE_FAULT_ADDRESS_SIZE;
	else if (access_flag_faults(n, ha, w->descriptor, accdesc))
		w->fault.statuscode = NAIVE_FAULT_ACCESS_FLAG;
}

/* ------------------------------------------------------------------ stage 2 */

static struct TTWState S2InitialTTWState(const struct naive *n, const struct S2TTWParams *p)
{
	struct TTWState walkstate = {0};

	walkstate.istable = true;
	walkstate.baseaddress = S2TTBaseAddress(n, p, n->registers.VTTBR_EL2);
	walkstate.level = S2StartLevel(p);
	walkstate.memattrs = WalkMemAttrs(n, p->sh, p->irgn, p->orgn);
	return walkstate;
}

static struct TTWState S2NextWalkStateLeaf(const struct naive *n, struct TTWState current,
					   const struct S2TTWParams *p,
					   const struct naive_address *ipa, uint64_t descriptor)
{
	struct TTWState next = {0};
	int sh = p->ds ? p->sh : (int)bits(descriptor, 9, 8);

	next.level = current.level;
	next.baseaddress = LeafBase(n, descriptor, p->ds, p->tgx, current.level);
	next.permissions = S2ApplyOutputPerms(n, descriptor, p);
	if (p->fwb) {
		next.memattrs = S2ApplyFWBMemAttrs(n, &ipa->memattrs, p, descriptor);
	} else {
		next.memattrs = S2DecodeMemAttrs(n, (int)bits(descriptor, 5, 2), sh);
		next.memattrs.xs = !(n->features.xs && bits(descriptor, 11, 11));
	}
	next.contiguous = ContiguousBit(p->tgx, current.level, descriptor);
	return next;
}

struct naive_walked S2Walk(struct naive *n, struct naive_fault fault,
			   const struct naive_address *ipa, const struct S2TTWParams *p,
			   const struct naive_access *accdesc)
{
	struct naive_walked w = {.fault = fault, .walkstate = S2InitialTTWState(n, p)};
	uint64_t descaddress = SLTTEntryAddress(w.walkstate.level, p->txsz, p->tgx, ipa->paddress,
						w.walkstate.baseaddress);

	if (OAOutOfRange(n, descaddress, p->ps, p->tgx)) {
		w.fault.statuscode = NAIVE_FAULT_ADDRESS_SIZE;
		w.fault.level = 0;
		return w;
	}
	while (w.walkstate.istable) {
		w.fault.level = w.walkstate.level;
		w.descaddr.paddress = descaddress;
		w.fault = FetchDescriptor(n, 2, p->ee, descaddress, w.fault, &w.descriptor);
		if (w.fault.statuscode != NAIVE_FAULT_NONE)
			return w;
		switch (DecodeDescriptorType(n, w.descriptor, p->ds, p->tgx, w.walkstate.level)) {
		case DESCRIPTOR_INVALID:
			w.fault.statuscode = NAIVE_FAULT_TRANSLATION;
			return w;
		case DESCRIPTOR_TABLE:
			w.walkstate.level++;
			w.walkstate.baseaddress = NextTableBase(n, w.descriptor, p->ds, p->tgx);
			descaddress = TTEntryAddress(w.walkstate.level, p->tgx, ipa->paddress,
						     w.walkstate.baseaddress);
			if (OAOutOfRange(n, descaddress, p->ps, p->tgx)) {
				w.fault.statuscode = NAIVE_FAULT_ADDRESS_SIZE;
				return w;
			}
			break;
		case DESCRIPTOR_LEAF:
			w.walkstate = S2NextWalkStateLeaf(n, w.walkstate, p, ipa, w.descriptor);
			break;
		}
	}
	check_leaf(n, &w, ipa->paddress, p->txsz, p->tgx, p->ps, p->ha, accdesc);
	return w;
}

/* ------------------------------------------------------------------ stage 1 */

static uint64_t S1TTBR(const struct naive *n, enum naive_regime regime, uint64_t va)
{
	if (regime == NAIVE_EL2)
		return n->registers.TTBR0_EL2;
	if (regime == NAIVE_EL20)
		return VAIsUpper(va) ? n->registers.TTBR1_EL2 : n->registers.TTBR0_EL2;
	return VAIsUpper(va) ? n->registers.TTBR1_EL1 : n->registers.TTBR0_EL1;
}

static bool S1EPD(const struct naive *n, enum naive_regime regime, uint64_t va)
{
	uint64_t tcr = regime == NAIVE_EL10 ? n->registers.TCR_EL1 : n->registers.TCR_EL2;

	return VAIsUpper(va) ? bits(tcr, 23, 23) : bits(tcr, 7, 7);
}

static struct TTWState S1InitialTTWState(const struct naive *n, const struct S1TTWParams *p,
					 uint64_t va, enum naive_regime regime)
{
	struct TTWState walkstate = {0};

	walkstate.istable = true;
	walkstate.baseaddress = S1TTBaseAddress(n, p, S1TTBR(n, regime, va));
	walkstate.level = S1StartLevel(p);
	walkstate.memattrs = WalkMemAttrs(n, p->sh, p->irgn, p->orgn);
	return walkstate;
}

static struct TTWState S1NextWalkStateLeaf(const struct naive *n, struct TTWState current,
					   enum naive_regime regime, const struct S1TTWParams *p,
					   uint64_t descriptor)
{
	struct TTWState next = {0};
	int sh = p->ds ? p->sh : (int)bits(descriptor, 9, 8);
	int attrindx = (int)bits(descriptor, 4, 2);

	next.level = current.level;
	next.baseaddress = LeafBase(n, descriptor, p->ds, p->tgx, current.level);
	next.memattrs =
		S1DecodeMemAttrs(n, (uint8_t)bits(p->mair, 8 * attrindx + 7, 8 * attrindx), sh);
	next.permissions = S1ApplyOutputPerms(current.permissions, descriptor, regime, p);
	next.guardedpage = n->features.bti && bits(descriptor, 50, 50) != 0;
	next.contiguous = ContiguousBit(p->tgx, current.level, descriptor);
	return next;
}

/*
 * Reads the stage 1 descriptor at w->descaddr, through stage 2 for EL1&0. A fault of stage 2
 * replaces that of the walk; one of the read itself is of stage 1.
 */
static void fetch_stage1(struct naive *n, struct naive_walked *w, const struct S1TTWParams *p,
			 enum naive_regime regime, const struct naive_access *accdesc)
{
	struct naive_access walkaccess = {.acctype = NAIVE_TTW, .el = accdesc->el, .read = true};
	uint64_t address = w->descaddr.paddress;

	if (regime == NAIVE_EL10 && EL2Enabled(n)) {
		struct naive_address pa;

		n->s1level = w->walkstate.level;
		pa = S2Translate(n, w->fault, &w->descaddr, true, &walkaccess);
		n->s1level = NAIVE_OUTPUT;
		if (pa.fault.statuscode != NAIVE_FAULT_NONE) {
			w->fault = pa.fault;
			return;
		}
		address = pa.paddress;
	}
	w->fault = FetchDescriptor(n, 1, p->ee, address, w->fault, &w->descriptor);
}

/* The attributes with which stage 1 descriptors are accessed. */
static struct naive_memattrs walk_address_attributes(const struct naive *n,
						     enum naive_regime regime,
						     const struct naive_memattrs *walk)
{
	struct naive_memattrs memattrs = *walk;

	if (!S1DCacheEnabled(n, regime)) {
		memattrs = NormalNCMemAttr();
		memattrs.xs = walk->xs;
	}
	memattrs.shareability = EffectiveShareability(&memattrs);
	return memattrs;
}

static void next_stage1_table(const struct naive *n, struct naive_walked *w,
			      const struct S1TTWParams *p, enum naive_regime regime, uint64_t va)
{
	struct TTWState *state = &w->walkstate;

	if (!p->hpd)
		state->permissions = S1ApplyTablePerms(state->permissions, w->descriptor, regime);
	state->level++;
	state->baseaddress = NextTableBase(n, w->descriptor, p->ds, p->tgx);
	w->descaddr.paddress = TTEntryAddress(state->level, p->tgx, va, state->baseaddress);
	if (OAOutOfRange(n, w->descaddr.paddress, p->ps, p->tgx))
		w->fault.statuscode = NAIVE_FAULT_ADDRESS_SIZE;
}

struct naive_walked S1Walk(struct naive *n, struct naive_fault fault, const struct S1TTWParams *p,
			   uint64_t va, enum naive_regime regime,
			   const struct naive_access *accdesc)
{
	struct naive_walked w = {.fault = fault, .walkstate = S1InitialTTWState(n, p, va, regime)};

	if (HasUnprivileged(regime) && S1EPD(n, regime, va)) {
		w.fault.statuscode = NAIVE_FAULT_TRANSLATION;
		w.fault.level = 0;
		return w;
	}
	w.descaddr.memattrs = walk_address_attributes(n, regime, &w.walkstate.memattrs);
	w.descaddr.paddress =
		SLTTEntryAddress(w.walkstate.level, p->txsz, p->tgx, va, w.walkstate.baseaddress);
	if (OAOutOfRange(n, w.descaddr.paddress, p->ps, p->tgx)) {
		w.fault.statuscode = NAIVE_FAULT_ADDRESS_SIZE;
		w.fault.level = 0;
		return w;
	}
	while (w.walkstate.istable) {
		w.fault.level = w.walkstate.level;
		fetch_stage1(n, &w, p, regime, accdesc);
		if (w.fault.statuscode != NAIVE_FAULT_NONE)
			return w;
		switch (DecodeDescriptorType(n, w.descriptor, p->ds, p->tgx, w.walkstate.level)) {
		case DESCRIPTOR_INVALID:
			w.fault.statuscode = NAIVE_FAULT_TRANSLATION;
			return w;
		case DESCRIPTOR_TABLE:
			next_stage1_table(n, &w, p, regime, va);
			if (w.fault.statuscode != NAIVE_FAULT_NONE)
				return w;
			break;
		case DESCRIPTOR_LEAF:
			w.walkstate = S1NextWalkStateLeaf(n, w.walkstate, regime, p, w.descriptor);
			break;
		}
	}
	check_leaf(n, &w, va, p->txsz, p->tgx, p->ps, p->ha, accdesc);
	return w;
}
