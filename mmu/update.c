/*
 * Hardware updates of the Access flag and dirty state. Reference: DDI 0487, D8.5 "Hardware updates
 * to the translation tables", AArch64.S1Translate, AArch64.S2Translate,
 * AArch64.SettingAccessFlagPermitted, AArch64.SettingDirtyStatePermitted,
 * AArch64.MemSwapTableDesc.
 *
 * An update comes after all checks of its stage. Both bits are set in one compare and swap of the
 * descriptor that was used; where memory no longer holds that, the walk is made again.
 */
#include "walk.h"

/*
 * How often a translation walks again. Other observers that change a descriptor at every attempt
 * would hang it else; then the update counts as one that memory does not support.
 */
enum { REPEATS_MAX = 4 };

bool ttw_writes_stage2(const struct walker *k, struct stage2_input in)
{
	if (in.purpose == FETCH_FOR_STAGE1)
		return in.update;
	return ttw_writes(k->access);
}

static bool setting_access_flag_permitted(const struct walker *k)
{
	bool at = k->access.type == NW_AT_LOAD || k->access.type == NW_AT_STORE;

	if (at && k->r->choices.of[CHOICE_AT_ACCESS_FLAG] == AT_LEAVES_ACCESS_FLAG)
		return false;
	switch (k->fault.type) {
	case FAULT_NONE:
		return true;
	case FAULT_ALIGNMENT:
	case FAULT_PERMISSION:
		return k->r->choices.of[CHOICE_ACCESS_FLAG_ON_FAULT] == ACCESS_FLAG_SET_ON_FAULT;
	default:
		return false;
	}
}

static bool setting_dirty_state_permitted(const struct walker *k)
{
	if (k->fault.type == FAULT_ALIGNMENT)
		return k->r->choices.of[CHOICE_DIRTY_ON_ALIGNMENT_FAULT] ==
		       DIRTY_SET_ON_ALIGNMENT_FAULT;
	return k->fault.type == FAULT_NONE;
}

/* The descriptor as it has to be; equal if there is nothing to do. */
static uint64_t updated(const struct walker *k, const struct ttw_found *found, bool is_write)
{
	uint64_t descriptor = found->descriptor;

	if (found->params->ha && !S1_LEAF_AF(descriptor) && setting_access_flag_permitted(k))
		descriptor |= FIELD_MASK(S1_LEAF_AF);
	if (is_write && ttw_is_clean(found->params, descriptor) && setting_dirty_state_permitted(k))
		descriptor ^= LEAF_DIRTY;
	return descriptor;
}

static enum nw_port_update_outcome compare_and_swap(struct walker *k, bool big_endian, pa_t pa,
						    uint64_t expected, uint64_t desired)
{
	const struct nw_port *port = &k->memory->port;

	if (port->update == NULL)
		return UPDATE_UNSUPPORTED;
	if (big_endian) {
		expected = __builtin_bswap64(expected);
		desired = __builtin_bswap64(desired);
	}
	return port->update(port->ctx, pa, expected, desired);
}

static void record_update(struct walker *k, const struct nw_fetch *like,
			  const struct ttw_found *found, uint64_t desired)
{
	struct nw_fetch *f = k->next++;

	f->header = like->header | found->level->header;
	f->latency = 0;
	f->update = true;
	f->input = found->input;
	f->pa.value = found->pa;
	f->descriptor = desired;
	k->updates++;
}

/* What an update that was not made is as a fault; FAULT_NONE: it was made, or walk again. */
static enum nw_fault_type fault_of(struct walker *k, enum nw_port_update_outcome outcome)
{
	bool external = k->r->choices.of[CHOICE_UNSUPPORTED_UPDATE] == UNSUPPORTED_UPDATE_ABORTS;

	switch (outcome) {
	case UPDATE_DONE:
		return FAULT_NONE;
	case UPDATE_ABORT:
		return FAULT_EXTERNAL_ON_WALK;
	case UPDATE_DIFFERS:
		if (k->repeats++ < REPEATS_MAX)
			return FAULT_NONE;
		break;
	case UPDATE_UNSUPPORTED:
		break;
	}
	return external ? FAULT_EXTERNAL_ON_WALK : FAULT_UNSUPPORTED_UPDATE;
}

/*
 * AArch64.MemSwapTableDesc. A probe has no effect; it finds, and records, that the update would be
 * made.
 */
static enum nw_fault_type swap(struct walker *k, const struct nw_fetch *like,
			       const struct ttw_found *found, uint64_t desired,
			       struct ttw_updated *result)
{
	enum nw_port_update_outcome outcome = UPDATE_DONE;

	if (!k->memory->no_effect)
		outcome = compare_and_swap(k, found->params->big_endian, (pa_t){found->pa},
					   found->descriptor, desired);

	enum nw_fault_type type = fault_of(k, outcome);

	if (outcome == UPDATE_DONE) {
		result->descriptor = desired;
		record_update(k, like, found, desired);
	} else if (type == FAULT_NONE) {
		result->again = true;
		k->fault.type = FAULT_NONE;
	}
	return type;
}

struct ttw_updated ttw_update_stage1(struct walker *k, struct ttw_found found)
{
	static const struct nw_fetch like = {.stage = 1};
	struct ttw_updated result = {.descriptor = found.descriptor};
	uint64_t desired = updated(k, &found, ttw_writes(k->access));

	if (desired == found.descriptor)
		return result;
	if (!ttw_locate_for_update(k, &found))
		return result;

	enum nw_fault_type type = swap(k, &like, &found, desired, &result);

	if (type != FAULT_NONE)
		ttw_stage1_faulted(k, type, found.level->level);
	return result;
}

struct ttw_updated ttw_update_stage2(struct walker *k, struct stage2_input in,
				     struct ttw_found found)
{
	struct ttw_updated result = {.descriptor = found.descriptor};
	uint64_t desired = updated(k, &found, ttw_writes_stage2(k, in));

	if (desired == found.descriptor)
		return result;

	enum nw_fault_type type = swap(k, in.like, &found, desired, &result);

	if (type != FAULT_NONE)
		ttw_stage2_faulted(k, in, type, found.level->level);
	return result;
}
