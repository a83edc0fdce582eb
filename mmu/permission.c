/*
 * Permissions of both stages and their check. Reference: DDI 0487, D8.4 "Memory access control",
 * AArch64.S1DirectBasePermissions, AArch64.S1HasPermissionsFault, AArch64.S2HasPermissionsFault.
 */
#include "ttw.h"

enum { TTW_RW = TTW_R | TTW_W, TTW_RWX = TTW_RW | TTW_X };

/* ------------------------------------------------------------------ what descriptors give */

/* AP[2:1], by value. */
static const struct ttw_permissions stage1_ap[4] = {
	[AP_RW_PRIVILEGED] = {TTW_RW, 0},
	[AP_RW] = {TTW_RW, TTW_RW},
	[AP_RO_PRIVILEGED] = {TTW_R, 0},
	[AP_RO] = {TTW_R, TTW_R},
};

/*
 * A regime with one privilege: AP[1] and PXN mean nothing, UXN is XN. The unprivileged set is never
 * used.
 */
static struct ttw_permissions one_privilege(uint64_t descriptor, uint64_t table)
{
	bool read_only = (S1_LEAF_AP(descriptor) & 2) || (S1_TABLE_APTable(table) & 2);
	bool xn = S1_LEAF_UXN(descriptor) || S1_TABLE_UXNTable(table);

	return (struct ttw_permissions){
		.privileged = (uint8_t)(TTW_R | (read_only ? 0 : TTW_W) | (xn ? 0 : TTW_X)),
	};
}

struct ttw_permissions ttw_stage1_base_permissions(const struct ttw_params *p, uint64_t descriptor,
						   uint8_t hierarchical)
{
	uint64_t table = (uint64_t)hierarchical << S1_TABLE_PXNTable_LSB;

	if (ttw_is_clean(p, descriptor))
		descriptor &= ~LEAF_DIRTY; /* AP[2] */

	struct ttw_permissions set = stage1_ap[S1_LEAF_AP(descriptor)];

	if (!p->has_privilege)
		return one_privilege(descriptor, table);
	if (S1_TABLE_APTable(table) & 1)
		set.unprivileged = 0;
	if (S1_TABLE_APTable(table) & 2) {
		set.privileged &= (uint8_t)~TTW_W;
		set.unprivileged &= (uint8_t)~TTW_W;
	}
	/* What EL0 can write EL1 never executes, whatever WXN says. */
	if (!S1_LEAF_PXN(descriptor) && !S1_TABLE_PXNTable(table) && !(set.unprivileged & TTW_W))
		set.privileged |= TTW_X;
	if (!S1_LEAF_UXN(descriptor) && !S1_TABLE_UXNTable(table))
		set.unprivileged |= TTW_X;
	return set;
}

/* ------------------------------------------------------------------ what an access may do */

static bool subject_to_pan(struct nw_access access)
{
	bool data = access.type != NW_FETCH && access.type < NW_CACHE_OP;

	return data && access.pan && !access.unprivileged;
}

static uint8_t choose(struct ttw_permissions p, struct nw_access access)
{
	return access.unprivileged ? p.unprivileged : p.privileged;
}

uint8_t ttw_stage1_permissions(const struct ttw_regime *r, struct ttw_permissions p,
			       struct nw_access access)
{
	uint8_t set = choose(p, access);

	/*
	 * PAN counts what EL0 may read or write in the end, APTable included; with EPAN also what
	 * it may execute, WXN not counted.
	 */
	if (HasUnprivileged(r->regime) && subject_to_pan(access) &&
	    (p.unprivileged & (r->epan ? TTW_RWX : TTW_RW)))
		set &= (uint8_t)~TTW_RW;
	if (r->wxn && (set & TTW_W))
		set &= (uint8_t)~TTW_X;
	return set;
}

/* D8.4: the permissions that an access of this type needs, at either stage. */
static uint8_t required(const struct ttw_regime *r, struct nw_access access)
{
	static const uint8_t needs[] = {
		[NW_FETCH] = TTW_X,
		[NW_LOAD] = TTW_R,
		[NW_STORE] = TTW_W,
		[NW_AT_LOAD] = TTW_R,
		[NW_AT_STORE] = TTW_W,
		[NW_CACHE_OP] = 0,
		[NW_CACHE_INVALIDATE] = TTW_W,
		[NW_IC_OP] = 0,
	};
	uint8_t needed = access.read_write ? TTW_RW : needs[access.type];

	if (needed != 0 || access.el != 0)
		return needed;
	if (access.type == NW_IC_OP && r->choices.of[CHOICE_IC_AT_EL0] == IC_AT_EL0_NEEDS_NOTHING)
		return 0;
	return TTW_R; /* cache maintenance at EL0 */
}

/* The permissions that the access lacks. By choice a fetch from Device memory lacks execution. */
static uint8_t missing_of(const struct ttw_regime *r, uint8_t permissions, bool device,
			  struct nw_access access)
{
	if (access.type == NW_FETCH && device &&
	    r->choices.of[CHOICE_FETCH_FROM_DEVICE] == FETCH_FROM_DEVICE_FAULTS)
		permissions &= (uint8_t)~TTW_X;
	return required(r, access) & (uint8_t)~permissions;
}

/* WnR of a Permission fault: 1 if only the write was refused. DC, IC and AT report 1 always. */
static bool write_was_refused(uint8_t missing, struct nw_access access)
{
	if (access.type > NW_STORE)
		return true;
	return (missing & TTW_RW) == TTW_W;
}

/* ------------------------------------------------------------------ checks */

struct nw_fault ttw_check_stage1(const struct ttw_regime *r, const struct ttw_leaf *leaf,
				 struct nw_access access)
{
	struct nw_fault none = {.type = FAULT_NONE};
	bool device = leaf->flat ? !r->dc && access.type != NW_FETCH : (leaf->attr & 0xf0) == 0;

	if (device && access.unaligned)
		return ttw_stage1_fault(FAULT_ALIGNMENT, leaf->level, access);
	if (leaf->flat)
		return none;

	uint8_t missing =
		missing_of(r, ttw_stage1_permissions(r, leaf->permissions, access), device, access);

	if (missing == 0)
		return none;

	struct nw_fault fault = ttw_stage1_fault(FAULT_PERMISSION, leaf->level, access);

	fault.write = write_was_refused(missing, access);
	return fault;
}

struct nw_fault ttw_check_stage2(const struct ttw_regime *r, const struct ttw_leaf *leaf, ipa_t ipa,
				 struct nw_access access)
{
	struct nw_fault none = {.type = FAULT_NONE};

	if (leaf->flat)
		return none;
	bool device = ttw_stage2_is_device(r, leaf);

	if (device && access.unaligned)
		return ttw_stage2_fault(FAULT_ALIGNMENT, leaf->level, access, ipa, false);

	uint8_t missing = missing_of(r, choose(leaf->permissions, access), device, access);

	if (missing == 0)
		return none;

	struct nw_fault fault = ttw_stage2_fault(FAULT_PERMISSION, leaf->level, access, ipa, false);

	fault.ipa_valid = r->choices.of[CHOICE_HPFAR_ON_PERMISSION_FAULT] == HPFAR_WRITTEN;
	fault.write = write_was_refused(missing, access);
	return fault;
}

struct nw_fault ttw_check(const struct ttw_regime *r, const struct ttw_translation *t,
			  struct nw_access access)
{
	struct nw_fault fault = ttw_check_stage1(r, &t->stage1, access);

	if (fault.type != FAULT_NONE)
		return fault;
	return ttw_check_stage2(r, &t->stage2, t->ipa, access);
}

bool ttw_may_write(const struct ttw_regime *r, const struct ttw_translation *t,
		   struct nw_access access)
{
	struct nw_access store = access;

	if (t->stage1.clean || t->stage2.clean)
		return false;
	store.type = NW_STORE;
	return (t->stage1.flat ||
		ttw_stage1_permissions(r, t->stage1.permissions, store) & TTW_W) &&
	       (t->stage2.flat || choose(t->stage2.permissions, store) & TTW_W);
}
