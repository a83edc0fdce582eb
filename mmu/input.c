/*
 * What comes before a TLB lookup: the range of a VA, and the checks that need no descriptor.
 * Reference: DDI 0487, AArch64.S1Translate, AArch64.S1DisabledOutput, AArch64.VAIsOutOfRange.
 */
#include "ttw.h"

/* Stage 1 off: all of VA[top:PAMax] is 0, in either half. */
static enum nw_fault_type check_input(const struct ttw_regime *r, const struct ttw_params *p,
				      uint64_t va, struct nw_access access)
{
	unsigned top = access.type == NW_FETCH ? p->top_fetch : p->top_data;

	if (!p->enabled)
		return va & VMSA_MASK(top, r->pa_bits) ? FAULT_ADDRESS_SIZE : FAULT_NONE;
	if (p->bad != FAULT_NONE)
		return p->bad;

	uint64_t above = VMSA_MASK(top, p->ia_bits);

	if ((va & above) != (p->upper ? above : 0))
		return FAULT_TRANSLATION;
	return p->e0pd && access.unprivileged ? FAULT_TRANSLATION : FAULT_NONE;
}

/* The half of the address space is chosen by VA[55], with and without TBI. */
static const struct ttw_params *range_of(const struct ttw_regime *r, uint64_t va)
{
	return &r->stage1[HasUnprivileged(r->regime) && (va >> 55 & 1)];
}

/* With stage 1 off the output is VA[55:0]. */
static uint64_t input_address(const struct ttw_params *p, uint64_t va)
{
	return va & ((UINT64_C(1) << (p->enabled ? p->ia_bits : 56)) - 1);
}

struct ttw_input ttw_input(const struct ttw_regime *r, va_t va, struct nw_access access)
{
	const struct ttw_params *p = range_of(r, va.value);
	enum nw_fault_type type = check_input(r, p, va.value, access);
	struct ttw_input input = {.params = p, .ia = input_address(p, va.value)};

	if (type != FAULT_NONE)
		input.fault = ttw_stage1_fault(type, 0, access);
	return input;
}
