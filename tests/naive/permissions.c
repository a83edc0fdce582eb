/* Permissions of both stages (aarch64/translation/vmsa_faults). */
#include "naive.h"

/* Only the walk calls this, where HPD is 0. */
struct naive_permissions S1ApplyTablePerms(struct naive_permissions permissions,
					   uint64_t descriptor, enum naive_regime regime)
{
	if (HasUnprivileged(regime)) {
		permissions.ap_table |= (int)bits(descriptor, 62, 61);
		permissions.uxn_table |= bits(descriptor, 60, 60);
		permissions.pxn_table |= bits(descriptor, 59, 59);
	} else {
		permissions.ap_table |= (int)bits(descriptor, 62, 62) << 1;
		permissions.xn_table |= bits(descriptor, 60, 60);
	}
	return permissions;
}

struct naive_permissions S1ApplyOutputPerms(struct naive_permissions permissions,
					    uint64_t descriptor, enum naive_regime regime,
					    const struct S1TTWParams *walkparams)
{
	if (HasUnprivileged(regime)) {
		permissions.ap = (int)bits(descriptor, 7, 6);
		permissions.uxn = bits(descriptor, 54, 54);
		permissions.pxn = bits(descriptor, 53, 53);
	} else {
		permissions.ap = (int)bits(descriptor, 7, 7) << 1 | 1;
		permissions.xn = bits(descriptor, 54, 54);
	}
	if (walkparams->ha && walkparams->hd && bits(descriptor, 51, 51))
		permissions.ap &= 1;
	return permissions;
}

struct naive_permissions S2ApplyOutputPerms(const struct naive *n, uint64_t descriptor,
					    const struct S2TTWParams *walkparams)
{
	struct naive_permissions permissions = {0};

	permissions.s2ap = (int)bits(descriptor, 7, 6);
	permissions.s2xn = bits(descriptor, 54, 54);
	permissions.s2xnx = n->features.xnx && bits(descriptor, 53, 53);
	if (walkparams->ha && walkparams->hd && bits(descriptor, 51, 51))
		permissions.s2ap |= 2;
	return permissions;
}

struct access_controls {
	bool r, w, x;
};

/* S1DirectBasePermissions for EL1&0 and EL2&0, before the choice by exception level. */
static struct access_controls two_range_controls(const struct naive *n,
						 const struct naive_permissions *permissions,
						 const struct S1TTWParams *walkparams,
						 const struct naive_access *accdesc)
{
	bool pr = true, pw = true, ur = false, uw = false, px, ux;

	if (permissions->ap == 1) {
		ur = true;
		uw = true;
	} else if (permissions->ap == 2) {
		pw = false;
	} else if (permissions->ap == 3) {
		pw = false;
		ur = true;
	}
	if (permissions->ap_table & 1) {
		ur = false;
		uw = false;
	}
	if (permissions->ap_table & 2) {
		pw = false;
		uw = false;
	}
	px = !(permissions->pxn || permissions->pxn_table || uw);
	ux = !(permissions->uxn || permissions->uxn_table);
	if (n->features.pan && accdesc->pan) {
		bool pan = n->pstate_pan && (ur || uw || (walkparams->epan && ux));

		pr = pr && !pan;
		pw = pw && !pan;
	}
	if (accdesc->el == 0)
		return (struct access_controls){ur, uw, ux};
	return (struct access_controls){pr, pw, px};
}

static struct access_controls S1ComputePermissions(const struct naive *n, enum naive_regime regime,
						   const struct naive_permissions *permissions,
						   const struct S1TTWParams *walkparams,
						   const struct naive_access *accdesc)
{
	struct access_controls c;

	if (HasUnprivileged(regime)) {
		c = two_range_controls(n, permissions, walkparams, accdesc);
	} else {
		c.r = true;
		c.w = !(permissions->ap & 2) && !(permissions->ap_table & 2);
		c.x = !(permissions->xn || permissions->xn_table);
	}
	if (walkparams->wxn && c.w)
		c.x = false;
	return c;
}

/* Does DC or IC meet a Permission fault of stage 1? */
static bool s1_cache_op_faults(const struct naive *n, struct access_controls c, bool cmow,
			       const struct naive_access *accdesc)
{
	if (accdesc->acctype == NAIVE_DC) {
		if (accdesc->cacheop == NAIVE_INVALIDATE)
			return !c.w;
		if (accdesc->el != 0)
			return false;
		return !c.r || (cmow && accdesc->to_poc &&
				accdesc->cacheop == NAIVE_CLEAN_INVALIDATE && !c.w);
	}
	if (accdesc->el != 0)
		return false;
	return (!c.r && n->choices.ic_permission_faults) || (cmow && !c.w);
}

static struct naive_fault read_write(struct naive_fault fault, struct access_controls c,
				     const struct naive_access *accdesc)
{
	if (accdesc->read && !c.r) {
		fault.statuscode = NAIVE_FAULT_PERMISSION;
		fault.write = false;
	} else if (accdesc->write && !c.w) {
		fault.statuscode = NAIVE_FAULT_PERMISSION;
		fault.write = true;
	}
	return fault;
}

struct naive_fault S1CheckPermissions(const struct naive *n, struct naive_fault fault,
				      enum naive_regime regime, const struct TTWState *walkstate,
				      const struct S1TTWParams *walkparams,
				      const struct naive_access *accdesc)
{
	struct access_controls c =
		S1ComputePermissions(n, regime, &walkstate->permissions, walkparams, accdesc);

	if (accdesc->acctype == NAIVE_IFETCH) {
		bool device = walkstate->memattrs.is_device;

		if ((device && n->choices.fetch_device_faults) || !c.x)
			fault.statuscode = NAIVE_FAULT_PERMISSION;
	} else if (accdesc->acctype == NAIVE_DC || accdesc->acctype == NAIVE_IC) {
		if (s1_cache_op_faults(n, c, walkparams->cmow, accdesc))
			fault.statuscode = NAIVE_FAULT_PERMISSION;
	} else {
		fault = read_write(fault, c, accdesc);
	}
	return fault;
}

/* S2DirectBasePermissions */
static struct access_controls S2ComputePermissions(const struct naive_permissions *permissions,
						   const struct naive_access *accdesc)
{
	bool px = true, ux = true;

	if (!permissions->s2xn && permissions->s2xnx) {
		px = false;
	} else if (permissions->s2xn && !permissions->s2xnx) {
		px = false;
		ux = false;
	} else if (permissions->s2xn && permissions->s2xnx) {
		ux = false;
	}
	return (struct access_controls){permissions->s2ap & 1, permissions->s2ap & 2,
					accdesc->el == 0 ? ux : px};
}

/* Unlike stage 1, FEAT_CMOW asks for write permission at every exception level here. */
static bool s2_cache_op_faults(const struct naive *n, struct access_controls c, bool cmow,
			       const struct naive_access *accdesc)
{
	if (accdesc->acctype == NAIVE_DC) {
		if (accdesc->cacheop == NAIVE_INVALIDATE)
			return !c.w;
		return (accdesc->el == 0 && !c.r) ||
		       (cmow && accdesc->to_poc && accdesc->cacheop == NAIVE_CLEAN_INVALIDATE &&
			!c.w);
	}
	return (accdesc->el == 0 && !c.r && n->choices.ic_permission_faults) || (cmow && !c.w);
}

struct naive_fault S2CheckPermissions(const struct naive *n, struct naive_fault fault,
				      const struct TTWState *walkstate,
				      const struct S2TTWParams *walkparams,
				      const struct naive_access *accdesc)
{
	struct access_controls c = S2ComputePermissions(&walkstate->permissions, accdesc);
	bool device = walkstate->memattrs.is_device;

	if (accdesc->acctype == NAIVE_TTW) {
		/* fault.write stays that of the access that the walk is for. */
		if ((walkparams->ptw && device) || !c.r || (accdesc->write && !c.w))
			fault.statuscode = NAIVE_FAULT_PERMISSION;
	} else if (accdesc->acctype == NAIVE_IFETCH) {
		if ((device && n->choices.fetch_device_faults) || !c.x)
			fault.statuscode = NAIVE_FAULT_PERMISSION;
	} else if (accdesc->acctype == NAIVE_DC || accdesc->acctype == NAIVE_IC) {
		if (s2_cache_op_faults(n, c, walkparams->cmow, accdesc))
			fault.statuscode = NAIVE_FAULT_PERMISSION;
	} else {
		fault = read_write(fault, c, accdesc);
	}
	return fault;
}
