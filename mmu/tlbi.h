/*
 * TLB maintenance: what each operation removes (DDI 0487, "TLB maintenance instructions", scope of
 * each). Inner Shareable forms do what the local ones do: there is one observer.
 */
#ifndef MMU_TLBI_H
#define MMU_TLBI_H

#include "tlb.h"
#include "walkcache.h"

/* What can hold translations. */
struct tlbi_target {
	struct tlb *tlb[3];
	struct walk_caches *caches;
};

/* `r` is the regime EL1&0 as it is now: the VMID. asid_mask: bits of an ASID that are in force. */
void tlbi_execute(const struct tlbi_target *target, const struct ttw_regime *r, uint16_t asid_mask,
		  enum nw_tlbi_op op, uint64_t operand);

#endif
