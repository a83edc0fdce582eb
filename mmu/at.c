/*
 * Address translation instructions. Reference: DDI 0487, "Address translation instructions",
 * AArch64.AT, AArch64.EncodePAR. They never fill the TLB, and use it only by choice, so that
 * PAR_EL1 shows what the tables say now; walk caches answer them as they answer every walk.
 */
#include "unit.h"

/* PAR_EL1[11]. */
#define PAR_EL1_RES1 VMSA_MASK(11, 11)

struct operation {
	uint8_t el; /* of the access whose permissions are asked for */
	bool write, pan, stage2;
};

static const struct operation operations[] = {
	[AT_S1E1R] = {.el = 1},
	[AT_S1E1W] = {.el = 1, .write = true},
	[AT_S1E0R] = {.el = 0},
	[AT_S1E0W] = {.el = 0, .write = true},
	[AT_S1E1RP] = {.el = 1, .pan = true},
	[AT_S1E1WP] = {.el = 1, .write = true, .pan = true},
	[AT_S1E2R] = {.el = 2},
	[AT_S1E2W] = {.el = 2, .write = true},
	[AT_S12E1R] = {.el = 1, .stage2 = true},
	[AT_S12E1W] = {.el = 1, .write = true, .stage2 = true},
	[AT_S12E0R] = {.el = 0, .stage2 = true},
	[AT_S12E0W] = {.el = 0, .write = true, .stage2 = true},
};

static uint64_t par_of_fault(const struct nw_fault *fault)
{
	return PAR_EL1_RES1 | FIELD_PUT(PAR_EL1_F1_F, 1) |
	       FIELD_PUT(PAR_EL1_F1_FST, nw_fault_status(fault)) |
	       FIELD_PUT(PAR_EL1_F1_PTW, fault->s1ptw) | FIELD_PUT(PAR_EL1_F1_S, fault->stage2);
}

/*
 * Device and Normal Non-cacheable memory is Outer Shareable, whatever the tables say. NS is UNKNOWN
 * outside Secure state: 1, the space of the output. XS is not shown (ReportedPARAttrs).
 */
static uint64_t par_of_output(pa_t pa, struct nw_attributes attributes)
{
	bool outer = ttw_is_device(attributes) || attributes.attr == ATTR_NORMAL_NC;
	uint64_t sh = outer ? SH_OUTER : attributes.sh;

	return PAR_EL1_RES1 | FIELD_PUT(PAR_EL1_F0_SH, sh) | FIELD_PUT(PAR_EL1_F0_NS, 1) |
	       FIELD_PUT(PAR_EL1_F0_PA, PAR_EL1_F0_PA(pa.value)) |
	       FIELD_PUT(PAR_EL1_F0_ATTR, attributes.attr);
}

uint64_t nw_par(const struct nw_translation *t)
{
	if (t->fault.type != FAULT_NONE)
		return par_of_fault(&t->fault);
	return par_of_output(t->pa, t->attributes);
}

/*
 * Faults of the address asked about are the answer. Others are the instruction's own: an external
 * abort on the walk, and at EL1 a stage 2 fault on the stage 1 walk, which is EL2's to handle.
 */
static bool is_taken(const struct nw_fault *fault, unsigned el)
{
	return fault->type == FAULT_EXTERNAL_ON_WALK || (fault->s1ptw && el == 1);
}

/*
 * AT S1E1* in a host is a translation of EL2, and AT S1E0* one of EL0 in the same regime. AT S12E*
 * is one of EL1&0 whatever HCR_EL2 says.
 */
static struct mmu_request request(const struct nw_mmu *mmu, const struct operation *o, va_t va,
				  bool pan)
{
	bool host = mmu->regime_of_el[0] == REGIME_EL20;
	struct nw_access access = {
		.type = o->write ? NW_AT_STORE : NW_AT_LOAD,
		.el = o->el == 1 && host && !o->stage2 ? 2 : o->el,
		.unprivileged = o->el == 0,
		.pan = o->pan && pan,
	};

	return mmu_request(o->stage2 ? &mmu->regime[REGIME_EL10] : regime_of(mmu, access.el), va,
			   access);
}

struct nw_at_result nw_at(struct nw_mmu *mmu, enum nw_at_op op, va_t va, unsigned el, bool pan,
			  uint64_t now)
{
	const struct operation *o = &operations[op];
	struct mmu_request q = request(mmu, o, va, pan);
	bool uses_tlb = mmu_chosen(mmu, CHOICE_AT_TLB) == AT_TLB_USED;
	struct ttw_translation t;

	(void)now; /* no replacement state is changed */
	if (!uses_tlb || !mmu_peek(mmu, &q, !o->stage2, &t))
		t = mmu_walk_tables(mmu, &q, !o->stage2, true);
	if (t.fault.type == FAULT_NONE)
		return (struct nw_at_result){
			.par = par_of_output(t.pa,
					     ttw_attributes(q.r, &t.stage1, &t.stage2, q.access)),
		};
	if (is_taken(&t.fault, el))
		return (struct nw_at_result){.fault = t.fault};
	return (struct nw_at_result){.par = par_of_fault(&t.fault)};
}
