/* How a fault is reported (aarch64/exceptions/aborts, shared/translation/faults). */
#include "naive.h"

static unsigned negative_level(enum naive_status statuscode)
{
	if (statuscode == NAIVE_FAULT_ADDRESS_SIZE)
		return 0x29;
	if (statuscode == NAIVE_FAULT_TRANSLATION)
		return 0x2b;
	return 0x13;
}

unsigned EncodeLDFSC(enum naive_status statuscode, int level)
{
	unsigned ll = (unsigned)level;

	if (statuscode == NAIVE_FAULT_ALIGNMENT)
		return 0x21;
	if (statuscode == NAIVE_FAULT_HW_UPDATE)
		return 0x31;
	if (level == -1)
		return negative_level(statuscode);
	if (statuscode == NAIVE_FAULT_ADDRESS_SIZE)
		return 0x00 | ll;
	if (statuscode == NAIVE_FAULT_TRANSLATION)
		return 0x04 | ll;
	if (statuscode == NAIVE_FAULT_ACCESS_FLAG)
		return 0x08 | ll;
	if (statuscode == NAIVE_FAULT_PERMISSION)
		return 0x0c | ll;
	return 0x14 | ll;
}

static bool is_system_instruction(const struct naive_access *access)
{
	return access->acctype == NAIVE_DC || access->acctype == NAIVE_IC ||
	       access->acctype == NAIVE_AT;
}

/* ISS of an Instruction or Data Abort; WnR is 0 where it is UNKNOWN. */
uint64_t FaultSyndrome(const struct naive_fault *fault, uint64_t LSInstructionSyndrome)
{
	bool external = fault->statuscode == NAIVE_FAULT_EXTERNAL_ON_WALK;
	bool atomic = fault->access.read && fault->access.write;
	uint64_t iss = EncodeLDFSC(fault->statuscode, fault->level);

	if (fault->access.acctype != NAIVE_IFETCH) {
		if (fault->secondstage && !fault->s2fs1walk && !external)
			iss |= LSInstructionSyndrome << 14;
		if (is_system_instruction(&fault->access))
			iss |= 1 << 8 | 1 << 6;
		else if (fault->statuscode != NAIVE_FAULT_HW_UPDATE && !(atomic && external))
			iss |= (uint64_t)fault->write << 6;
	}
	return iss | (uint64_t)fault->s2fs1walk << 7;
}

/* AArch64.Abort: which exception level takes it (no EL3; HCR_EL2.TEA routes external aborts). */
int AbortTargetEL(const struct naive *n, const struct naive_fault *fault)
{
	uint64_t hcr = EffectiveHCR(n);
	bool external = fault->statuscode == NAIVE_FAULT_EXTERNAL_ON_WALK;

	if (n->pstate_el == 2)
		return 2;
	if (!EL2Enabled(n))
		return 1;
	if (bits(hcr, 27, 27) || fault->secondstage || (external && bits(hcr, 37, 37)))
		return 2;
	return 1;
}

uint64_t ReportedESR(const struct naive *n, const struct naive_fault *fault,
		     uint64_t LSInstructionSyndrome)
{
	bool fetch = fault->access.acctype == NAIVE_IFETCH;
	bool same = AbortTargetEL(n, fault) == n->pstate_el;
	uint64_t ec = fetch ? 0x20 : 0x24, iss = FaultSyndrome(fault, LSInstructionSyndrome);

	return (ec | same) << 26 | UINT64_C(1) << 25 | iss;
}

bool IPAValid(const struct naive_fault *fault)
{
	bool sized = fault->statuscode == NAIVE_FAULT_ACCESS_FLAG ||
		     fault->statuscode == NAIVE_FAULT_TRANSLATION ||
		     fault->statuscode == NAIVE_FAULT_ADDRESS_SIZE;

	if (fault->s2fs1walk)
		return sized || fault->statuscode == NAIVE_FAULT_PERMISSION;
	return fault->secondstage && sized;
}

/* FIPA, bits 47:4, is IPA[55:12]. */
uint64_t ReportedHPFAR(const struct naive_fault *fault)
{
	return bits(fault->ipaddress, 55, 12) << 4;
}
