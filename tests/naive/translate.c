/* Both stages, updates of descriptors, AT (aarch64/translation/vmsa_translation,
 * aarch64/functions/at). */
#include "naive.h"

static struct naive_fault NoFault(const struct naive_access *accdesc)
{
	return (struct naive_fault){.statuscode = NAIVE_FAULT_NONE,
				    .access = *accdesc,
				    .write = !accdesc->read && accdesc->write};
}

static bool is_cache_op(const struct naive_access *accdesc)
{
	return accdesc->acctype == NAIVE_DC || accdesc->acctype == NAIVE_IC;
}

/* S1HasAlignmentFault and S2HasAlignmentFault, which agree without FEAT_MTE and AArch32. */
static bool HasAlignmentFault(const struct naive_access *accdesc, bool aligned,
			      const struct naive_memattrs *memattrs)
{
	if (accdesc->acctype == NAIVE_IFETCH)
		return false;
	if (accdesc->acctype == NAIVE_DCZERO)
		return memattrs->is_device;
	return memattrs->is_device && !aligned;
}

static bool SettingAccessFlagPermitted(const struct naive *n, const struct naive_fault *fault)
{
	if (fault->access.acctype == NAIVE_AT && !n->choices.at_updates)
		return false;
	if (fault->statuscode == NAIVE_FAULT_NONE)
		return true;
	return n->choices.af_update_on_fault;
}

static bool SettingDirtyStatePermitted(const struct naive *n, const struct naive_fault *fault,
				       const struct naive_access *accdesc)
{
	if (!accdesc->write || accdesc->acctype == NAIVE_AT || is_cache_op(accdesc))
		return false;
	if (fault->statuscode == NAIVE_FAULT_ALIGNMENT)
		return n->choices.dirty_update_on_alignment;
	return fault->statuscode == NAIVE_FAULT_NONE;
}

/*
 * MemSwapTableDesc. Where memory holds another value the walk is made again, even if that is the
 * value wanted: a plain reading of "the update must be atomic", and what the caller counts on.
 */
static struct naive_fault MemSwapTableDesc(struct naive *n, int stage, struct naive_fault fault,
					   uint64_t prev_desc, uint64_t new_desc, bool ee,
					   uint64_t address, bool *again)
{
	uint64_t expected = ee ? BigEndianReverse(prev_desc) : prev_desc;
	uint64_t desired = ee ? BigEndianReverse(new_desc) : new_desc;

	enum naive_swap swap = n->memory.swap(n->memory.ctx, address, expected, desired);

	*again = swap == NAIVE_SWAP_DIFFERS && n->repeats++ < n->choices.repeats_max;
	if (swap == NAIVE_SWAP_DONE)
		naive_note(n, stage, fault.level, true, address, new_desc);
	else if (swap == NAIVE_SWAP_ABORT || (!*again && n->choices.unsupported_update_aborts))
		fault.statuscode = NAIVE_FAULT_EXTERNAL_ON_WALK;
	else if (!*again)
		fault.statuscode = NAIVE_FAULT_HW_UPDATE;
	return fault;
}

/* ------------------------------------------------------------------ stage 2 */

static struct naive_memattrs S2OutputMemAttrs(const struct naive *n,
					      const struct naive_address *ipa,
					      const struct naive_memattrs *leaf,
					      const struct S2TTWParams *p,
					      const struct naive_access *accdesc)
{
	bool cd = bits(EffectiveHCR(n), 32, 32), id = bits(EffectiveHCR(n), 33, 33);
	bool fetch = accdesc->acctype == NAIVE_IFETCH;
	struct naive_memattrs s2 = *leaf;

	if ((accdesc->acctype == NAIVE_TTW && leaf->is_device && !p->ptw) ||
	    (fetch && (leaf->is_device || id)) || (!fetch && !leaf->is_device && cd)) {
		s2 = NormalNCMemAttr();
		s2.xs = leaf->xs;
	}
	return p->fwb ? s2 : S2CombineS1MemAttrs(&ipa->memattrs, &s2);
}

/* Start-of-walk faults; clamps T0SZ where it may. */
static bool s2_start_faults(const struct naive *n, struct S2TTWParams *p, uint64_t ipa)
{
	if (S2TxSZFaults(n, p))
		return true;
	if (p->txsz < S2MinTxSZ(n, p))
		p->txsz = S2MinTxSZ(n, p);
	else if (p->txsz > MaxTxSZ(n, p->tgx))
		p->txsz = MaxTxSZ(n, p->tgx);
	if (S2InvalidSL(n, p) || S2InconsistentSL(p))
		return true;
	return bits(ipa, 55, IASize(p->txsz)) != 0; /* IPAIsOutOfRange */
}

/* Hardware update of the leaf w; again: the walk is to be repeated. */
static bool s2_update(struct naive *n, struct naive_walked *w, const struct S2TTWParams *p,
		      const struct naive_access *accdesc)
{
	uint64_t new_desc = w->descriptor;
	bool again = false;

	if (p->ha && SettingAccessFlagPermitted(n, &w->fault))
		new_desc |= UINT64_C(1) << 10;
	if (p->ha && p->hd && bits(new_desc, 51, 51) &&
	    SettingDirtyStatePermitted(n, &w->fault, accdesc))
		new_desc |= UINT64_C(1) << 7;
	if (new_desc != w->descriptor)
		w->fault = MemSwapTableDesc(n, 2, w->fault, w->descriptor, new_desc, p->ee,
					    w->descaddr.paddress, &again);
	return again;
}

struct naive_address S2Translate(struct naive *n, struct naive_fault fault,
				 const struct naive_address *ipa, bool aligned,
				 const struct naive_access *accdesc)
{
	struct S2TTWParams p = GetS2TTWParams(n);
	struct naive_address pa = *ipa;
	struct naive_walked w;

	fault.statuscode = NAIVE_FAULT_NONE;
	fault.secondstage = true;
	fault.s2fs1walk = accdesc->acctype == NAIVE_TTW;
	fault.ipaddress = ipa->paddress;
	pa.fault = fault;
	if (!p.vm)
		return pa;
	if (s2_start_faults(n, &p, ipa->paddress)) {
		pa.fault.statuscode = NAIVE_FAULT_TRANSLATION;
		pa.fault.level = 0;
		return pa;
	}
	do {
		w = S2Walk(n, fault, ipa, &p, accdesc);
		if (w.fault.statuscode != NAIVE_FAULT_NONE)
			break;
		if (HasAlignmentFault(accdesc, aligned, &w.walkstate.memattrs))
			w.fault.statuscode = NAIVE_FAULT_ALIGNMENT;
		if (w.fault.statuscode == NAIVE_FAULT_NONE)
			w.fault = S2CheckPermissions(n, w.fault, &w.walkstate, &p, accdesc);
	} while (s2_update(n, &w, &p, accdesc));
	pa.fault = w.fault;
	if (pa.fault.statuscode != NAIVE_FAULT_NONE)
		return pa;
	pa.paddress = StageOA(ipa->paddress, p.tgx, &w.walkstate);
	pa.memattrs = S2OutputMemAttrs(n, ipa, &w.walkstate.memattrs, &p, accdesc);
	return pa;
}

/* ------------------------------------------------------------------ stage 1 */

static bool S1Enabled(const struct naive *n, enum naive_regime regime)
{
	uint64_t hcr = EffectiveHCR(n);

	if (regime != NAIVE_EL10)
		return bits(n->registers.SCTLR_EL2, 0, 0);
	return !bits(hcr, 12, 12) && !bits(hcr, 27, 27) && bits(n->registers.SCTLR_EL1, 0, 0);
}

static struct naive_memattrs disabled_memattrs(const struct naive *n, enum naive_regime regime,
					       bool dc, const struct naive_access *accdesc)
{
	struct naive_memattrs memattrs = {.is_device = true, .shareability = NAIVE_OSH, .xs = true};

	if (dc) {
		struct naive_hints write_back = {NAIVE_WB, 3, false};

		return (struct naive_memattrs){
			.inner = write_back, .outer = write_back, .shareability = NAIVE_NSH};
	}
	if (accdesc->acctype == NAIVE_IFETCH) {
		memattrs.is_device = false;
		if (S1ICacheEnabled(n, regime)) {
			memattrs.inner = (struct naive_hints){NAIVE_WT, 2, false};
			memattrs.outer = (struct naive_hints){NAIVE_WT, 2, false};
		}
	}
	return memattrs;
}

static struct naive_address S1DisabledOutput(const struct naive *n, struct naive_fault fault,
					     enum naive_regime regime, uint64_t va, bool aligned,
					     const struct naive_access *accdesc)
{
	struct S1TTWParams p = GetS1TTWParams(n, regime, va);
	struct naive_address ipa = {.fault = fault, .paddress = bits(va, 55, 0)};
	int addrtop = AddrTop(p.tbid, accdesc->acctype, p.tbi);

	ipa.memattrs = disabled_memattrs(n, regime, p.dc, accdesc);
	ipa.fault.level = 0;
	if (bits(va, addrtop, n->features.pa_max) != 0)
		ipa.fault.statuscode = NAIVE_FAULT_ADDRESS_SIZE;
	else if (HasAlignmentFault(accdesc, aligned, &ipa.memattrs))
		ipa.fault.statuscode = NAIVE_FAULT_ALIGNMENT;
	return ipa;
}

static bool VAIsOutOfRange(uint64_t va, const struct naive_access *accdesc,
			   enum naive_regime regime, const struct S1TTWParams *p)
{
	int addrtop = AddrTop(p->tbid, accdesc->acctype, p->tbi), iasize = IASize(p->txsz);
	uint64_t upper = bits(va, addrtop, iasize);

	if (HasUnprivileged(regime) && VAIsUpper(va))
		return upper != bits(~UINT64_C(0), addrtop, iasize);
	return upper != 0;
}

static bool s1_start_faults(const struct naive *n, struct S1TTWParams *p, uint64_t va,
			    enum naive_regime regime, const struct naive_access *accdesc)
{
	if (S1TxSZFaults(n, p))
		return true;
	if (p->txsz < S1MinTxSZ(n, p))
		p->txsz = S1MinTxSZ(n, p);
	else if (p->txsz > MaxTxSZ(n, p->tgx))
		p->txsz = MaxTxSZ(n, p->tgx);
	if (VAIsOutOfRange(va, accdesc, regime, p))
		return true;
	return accdesc->el == 0 && p->e0pd;
}

/*
 * Hardware update of the leaf w. Its address is an IPA in EL1&0: stage 2 must permit a read and a
 * write there, and its fault is the result. The pseudocode lets that inherit "write" from a
 * Permission fault of stage 1 with which the Access flag is updated nevertheless; ESR_ELx.WnR says
 * whether a read would not meet the fault, and it would.
 */
static bool s1_update(struct naive *n, struct naive_walked *w, enum naive_regime regime,
		      const struct S1TTWParams *p, const struct naive_access *accdesc)
{
	struct naive_access descaccess = {
		.acctype = NAIVE_TTW, .el = accdesc->el, .read = true, .write = true};
	uint64_t new_desc = w->descriptor, address = w->descaddr.paddress;
	bool again = false;

	if (p->ha && SettingAccessFlagPermitted(n, &w->fault))
		new_desc |= UINT64_C(1) << 10;
	if (p->ha && p->hd && bits(new_desc, 51, 51) &&
	    SettingDirtyStatePermitted(n, &w->fault, accdesc))
		new_desc &= ~(UINT64_C(1) << 7);
	if (new_desc == w->descriptor)
		return false;
	if (regime == NAIVE_EL10 && EL2Enabled(n)) {
		struct naive_address pa;
		struct naive_fault fault = NoFault(accdesc);

		fault.level = w->fault.level;
		n->s1level = w->walkstate.level;
		pa = S2Translate(n, fault, &w->descaddr, true, &descaccess);
		n->s1level = NAIVE_OUTPUT;
		if (pa.fault.statuscode != NAIVE_FAULT_NONE) {
			w->fault = pa.fault;
			return false;
		}
		address = pa.paddress;
	}
	w->fault =
		MemSwapTableDesc(n, 1, w->fault, w->descriptor, new_desc, p->ee, address, &again);
	return again;
}

static struct naive_memattrs S1OutputMemAttrs(const struct naive *n, enum naive_regime regime,
					      const struct naive_memattrs *leaf,
					      const struct naive_access *accdesc)
{
	struct naive_memattrs memattrs = *leaf;

	if (accdesc->acctype == NAIVE_IFETCH) {
		if (leaf->is_device || !S1ICacheEnabled(n, regime))
			memattrs = NormalNCMemAttr();
	} else if (!S1DCacheEnabled(n, regime) && !leaf->is_device) {
		memattrs = NormalNCMemAttr();
	}
	memattrs.xs = leaf->xs;
	if (regime != NAIVE_EL10 || !GetS2TTWParams(n).vm || n->choices.effective_sh_at_stage1)
		memattrs.shareability = EffectiveShareability(&memattrs);
	else
		memattrs.shareability = leaf->shareability;
	return memattrs;
}

struct naive_address S1Translate(struct naive *n, struct naive_fault fault,
				 enum naive_regime regime, uint64_t va, bool aligned,
				 const struct naive_access *accdesc)
{
	struct S1TTWParams p = GetS1TTWParams(n, regime, va);
	struct naive_address ipa = {.fault = fault};
	struct naive_walked w;

	if (!S1Enabled(n, regime))
		return S1DisabledOutput(n, fault, regime, va, aligned, accdesc);
	if (s1_start_faults(n, &p, va, regime, accdesc)) {
		ipa.fault.statuscode = NAIVE_FAULT_TRANSLATION;
		ipa.fault.level = 0;
		return ipa;
	}
	do {
		w = S1Walk(n, fault, &p, va, regime, accdesc);
		if (w.fault.statuscode != NAIVE_FAULT_NONE)
			break;
		if (HasAlignmentFault(accdesc, aligned, &w.walkstate.memattrs))
			w.fault.statuscode = NAIVE_FAULT_ALIGNMENT;
		if (w.fault.statuscode == NAIVE_FAULT_NONE)
			w.fault = S1CheckPermissions(n, w.fault, regime, &w.walkstate, &p, accdesc);
	} while (s1_update(n, &w, regime, &p, accdesc));
	ipa.fault = w.fault;
	if (ipa.fault.statuscode != NAIVE_FAULT_NONE)
		return ipa;
	ipa.paddress = StageOA(va, p.tgx, &w.walkstate);
	ipa.memattrs = S1OutputMemAttrs(n, regime, &w.walkstate.memattrs, accdesc);
	ipa.guardedpage = w.walkstate.guardedpage;
	return ipa;
}

/* ------------------------------------------------------------------ accesses and AT */

struct naive_address FullTranslate(struct naive *n, uint64_t va, struct naive_access accdesc,
				   bool aligned)
{
	enum naive_regime regime = TranslationRegime(n, accdesc.el);
	struct naive_address ipa, pa;

	naive_begin(n);
	ipa = S1Translate(n, NoFault(&accdesc), regime, va, aligned, &accdesc);
	if (ipa.fault.statuscode != NAIVE_FAULT_NONE || regime != NAIVE_EL10 || !EL2Enabled(n))
		return ipa;
	pa = S2Translate(n, ipa.fault, &ipa, aligned, &accdesc);
	pa.guardedpage = ipa.guardedpage;
	return pa;
}

/* EncodePAR; NS and bit 10 of a success, and bits 63:48 of a fault, are UNKNOWN or IMPLEMENTATION
 * DEFINED: 0 here. */
static uint64_t EncodePAR(const struct naive *n, const struct naive_address *addrdesc)
{
	const struct naive_fault *fault = &addrdesc->fault;

	if (fault->statuscode == NAIVE_FAULT_NONE)
		return (uint64_t)EncodePARAttrs(n, &addrdesc->memattrs) << 56 |
		       bits(addrdesc->paddress, 55, 12) << 12 | UINT64_C(1) << 11 |
		       (uint64_t)PAREncodeShareability(&addrdesc->memattrs) << 7;
	return UINT64_C(1) << 11 | (uint64_t)fault->secondstage << 9 |
	       (uint64_t)fault->s2fs1walk << 8 |
	       (uint64_t)EncodeLDFSC(fault->statuscode, fault->level) << 1 | 1;
}

struct naive_at_result AT(struct naive *n, uint64_t va, bool both_stages, int el,
			  enum naive_at ataccess) {
	bool write = ataccess == NAIVE_AT_WRITE || ataccess == NAIVE_AT_WRITE_PAN;
	uint64_t hcr = EffectiveHCR(n);
	struct naive_at_result result = {0};

	if (bits(hcr, 34, 34) && bits(hcr, 27, 27) && el == 1 && !both_stages)
		el = 2;

	struct naive_access accdesc = {
		.acctype = NAIVE_AT, .el = el, .read = !write, .write = write};
	enum naive_regime regime = both_stages ? NAIVE_EL10 : TranslationRegime(n, el);
	struct naive_address addrdesc;

	accdesc.pan = ataccess == NAIVE_AT_READ_PAN || ataccess == NAIVE_AT_WRITE_PAN;
	naive_begin(n);
	addrdesc = S1Translate(n, NoFault(&accdesc), regime, va, true, &accdesc);
	if (both_stages && addrdesc.fault.statuscode == NAIVE_FAULT_NONE && EL2Enabled(n))
		addrdesc = S2Translate(n, addrdesc.fault, &addrdesc, true, &accdesc);
	result.fault = addrdesc.fault;
	result.aborts = addrdesc.fault.statuscode == NAIVE_FAULT_EXTERNAL_ON_WALK ||
			(addrdesc.fault.statuscode != NAIVE_FAULT_NONE && n->pstate_el == 1 &&
			 addrdesc.fault.s2fs1walk);
	result.par = EncodePAR(n, &addrdesc);
	return result;
}
