/*
 * IMPLEMENTATION DEFINED and CONSTRAINED UNPREDICTABLE choices of address translation, all of them.
 * Each has a name and says what else the architecture permits. Nowhere else in mmu/ is a choice
 * made.
 */
#ifndef MMU_IMPDEF_H
#define MMU_IMPDEF_H

#include "mmu.h"
#include "vmsa.h"

/*
 * MAIR_ELx.Attr<n> reserved: Device-nGnRnE for 0b0000xxxx, Normal Non-cacheable for 0bxxxx0000.
 * Permitted: any type.
 */
static inline uint8_t impdef_reserved_attr(uint8_t attr)
{
	return (attr & 0xf0) == 0 ? ATTR_DEVICE_nGnRnE : ATTR_NORMAL_NC;
}

/*
 * Stage 2 MemAttr[3:2] not 0b00 with MemAttr[1:0] 0b00: inner Non-cacheable. Permitted: any type.
 */
enum { IMPDEF_RESERVED_INNER_MEMATTR = 1 };

/* SH 0b01: Non-shareable. Permitted: any shareability. */
enum { IMPDEF_RESERVED_SH = SH_NONE };

/*
 * An instruction fetch from Device memory: performed as Normal Non-cacheable, if the location is
 * executable. Permitted: Permission fault.
 */
enum { IMPDEF_FETCH_FROM_DEVICE = ATTR_NORMAL_NC };

/* Stage 2 Permission fault on the access itself: HPFAR_EL2 is written. Permitted: left UNKNOWN. */
enum { IMPDEF_HPFAR_ON_PERMISSION_FAULT = 1 };

/*
 * IC IVAU and cleaning DC at EL0 need read permission, at other levels none. Permitted for IC IVAU:
 * none at EL0.
 */
enum { IMPDEF_IC_AT_EL0_NEEDS_READ = 1 };

/*
 * FEAT_BBM level 0 is modelled: nT, bit 16 of a block, is ignored. With levels 1 and 2 a fault
 * would be permitted.
 */

/*
 * PAR_EL1.NS after an AT of a Non-secure regime, where it is UNKNOWN: 1, the space of the output.
 * Permitted: either.
 */
enum { IMPDEF_PAR_NS = 1 };

/* PAR_EL1.IMPDEF fields: 0. Permitted: any value. */

#endif
