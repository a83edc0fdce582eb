/*
 * Fault records and their status codes. Reference: DDI 0487, ESR_ELx, "ISS encoding for an
 * exception from a Data Abort".
 */
#include "ttw.h"

/*
 * Level -1 has codes of its own; there is no leaf at -1, so neither Access flag nor Permission
 * faults.
 */
static unsigned code_at_level(unsigned level0, unsigned minus1, int8_t level)
{
	return level < 0 ? minus1 : level0 + (unsigned)level;
}

unsigned nw_fault_status(const struct nw_fault *fault)
{
	switch (fault->type) {
	case FAULT_ADDRESS_SIZE:
		return code_at_level(FSC_ADDRESS_SIZE_L0, FSC_ADDRESS_SIZE_MINUS1, fault->level);
	case FAULT_TRANSLATION:
		return code_at_level(FSC_TRANSLATION_L0, FSC_TRANSLATION_MINUS1, fault->level);
	case FAULT_ACCESS_FLAG:
		return FSC_ACCESS_FLAG_L0 + (unsigned)fault->level;
	case FAULT_PERMISSION:
		return FSC_PERMISSION_L0 + (unsigned)fault->level;
	case FAULT_ALIGNMENT:
		return FSC_ALIGNMENT;
	case FAULT_EXTERNAL:
		return FSC_EXTERNAL;
	case FAULT_EXTERNAL_ON_WALK:
		return code_at_level(FSC_EXTERNAL_ON_WALK_L0, FSC_EXTERNAL_ON_WALK_MINUS1,
				     fault->level);
	case FAULT_TLB_CONFLICT:
		return FSC_TLB_CONFLICT;
	case FAULT_UNSUPPORTED_UPDATE:
		return FSC_UNSUPPORTED_UPDATE;
	case FAULT_NONE:
		break;
	}
	return 0;
}

/*
 * WnR: DC, IC and AT report 1 always; an atomic reports 0 unless only write permission is missing.
 */
static bool reports_write(struct nw_access access)
{
	switch (access.type) {
	case NW_FETCH:
	case NW_LOAD:
		return false;
	case NW_STORE:
		return !access.read_write;
	default:
		return true;
	}
}

struct nw_fault ttw_stage1_fault(enum nw_fault_type type, int8_t level, struct nw_access access)
{
	return (struct nw_fault){.type = type, .level = level, .write = reports_write(access)};
}

/*
 * HPFAR_EL2: not for alignment faults and external aborts; for a walk the IPA of the descriptor. A
 * Permission fault of the access itself is a choice: see ttw_check_stage2().
 */
static bool has_ipa(enum nw_fault_type type)
{
	switch (type) {
	case FAULT_TRANSLATION:
	case FAULT_ADDRESS_SIZE:
	case FAULT_ACCESS_FLAG:
	case FAULT_PERMISSION:
		return true;
	default:
		return false;
	}
}

struct nw_fault ttw_stage2_fault(enum nw_fault_type type, int8_t level, struct nw_access access,
				 ipa_t ipa, bool s1ptw)
{
	return (struct nw_fault){
		.type = type,
		.level = level,
		.stage2 = true,
		.s1ptw = s1ptw,
		.write = reports_write(access),
		.ipa_valid = has_ipa(type),
		.ipa = ipa,
	};
}
