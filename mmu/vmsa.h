/*
 * VMSAv8-64 formats as constants: register and descriptor fields, granules, fault status codes.
 *
 * Pure: it declares no object, links with nothing and needs only <stdint.h>, because the software that runs inside the
 * simulation (hyp/) includes it too. Layouts come from sysreg.def; FIELD(TCR_EL1, T0SZ, 5, 0) there gives here
 *	TCR_EL1_T0SZ(value)		the field's value, right-aligned
 *	TCR_EL1_T0SZ_MSB, _LSB		its position
 * and FIELD_PUT(TCR_EL1_T0SZ, 16) is a register value with just that field set.
 */
#ifndef MMU_VMSA_H
#define MMU_VMSA_H

#include <stdint.h>

#define VMSA_MASK(msb, lsb) ((~UINT64_C(0) >> (63 - (msb))) & (~UINT64_C(0) << (lsb)))
#define FIELD_PUT(field, value) (((uint64_t)(value) << field##_LSB) & VMSA_MASK(field##_MSB, field##_LSB))
#define FIELD_MASK(field) VMSA_MASK(field##_MSB, field##_LSB)

#define FIELD(reg, name, msb, lsb)                                                                 \
	enum { reg##_##name##_MSB = (msb), reg##_##name##_LSB = (lsb) };                           \
	static inline uint64_t reg##_##name(uint64_t value)                                        \
	{                                                                                          \
		return (value & VMSA_MASK(msb, lsb)) >> (lsb);                                     \
	}
#include "sysreg.def"
#undef FIELD
#undef RES0
#undef RES1
#undef IGNORED

/* log2 of the granule, which is also how a granule is named in the code. */
enum vmsa_granule { GRANULE_4K = 12, GRANULE_16K = 14, GRANULE_64K = 16 };

/* TCR_ELx.TG0, VTCR_EL2.TG0 and, with other codes, TCR_EL1.TG1. */
enum vmsa_tg0 { TG0_4K = 0, TG0_64K = 1, TG0_16K = 2 };
enum vmsa_tg1 { TG1_16K = 1, TG1_4K = 2, TG1_64K = 3 };

/* Codes of TCR_EL1.IPS, TCR_EL2.PS, VTCR_EL2.PS and ID_AA64MMFR0_EL1.PARange; 0b111 counts as 52 bits here. */
static inline unsigned vmsa_ps_bits(unsigned code)
{
	return code == 0 ? 32 : code == 1 ? 36 : code == 2 ? 40 : code == 3 ? 42 : code == 4 ? 44
		: code == 5 ? 48 : 52;
}

/* Bits [1:0] of a descriptor, VALID and TABLE together. */
enum vmsa_descriptor { DESCRIPTOR_BLOCK = 1, DESCRIPTOR_TABLE = 3, DESCRIPTOR_PAGE = 3 };

static inline unsigned vmsa_descriptor_bits(uint64_t descriptor)
{
	return descriptor & 3;
}

/* Log2 of what one entry of a table of this level covers; 4 KB granule: 12 at level 3, 48 at level -1. */
static inline unsigned vmsa_level_shift(enum vmsa_granule granule, int level)
{
	return granule + (unsigned)(3 - level) * (granule - 3);
}

/* S1_LEAF.AP: AP[2:1]. */
enum vmsa_ap { AP_RW_PRIVILEGED = 0, AP_RW = 1, AP_RO_PRIVILEGED = 2, AP_RO = 3 };

/* S2_LEAF.S2AP and, with FEAT_XNX, S2_LEAF.XN. */
enum vmsa_s2ap { S2AP_NONE = 0, S2AP_R = 1, S2AP_W = 2, S2AP_RW = 3 };
enum vmsa_s2xn { S2XN_X = 0, S2XN_X_EL0 = 1, S2XN_NONE = 2, S2XN_X_EL1 = 3 };

/* Bit 7 of a leaf with DBM=1: AP[2] at stage 1, where 1 is clean; S2AP[1] at stage 2, where 1 is dirty. */
#define LEAF_DIRTY VMSA_MASK(7, 7)

enum vmsa_sh { SH_NONE = 0, SH_OUTER = 2, SH_INNER = 3 };

/* MAIR_ELx.Attr<n>, PAR_EL1.ATTR. */
enum vmsa_attr {
	ATTR_DEVICE_nGnRnE = 0x00,
	ATTR_DEVICE_nGnRE = 0x04,
	ATTR_DEVICE_nGRE = 0x08,
	ATTR_DEVICE_GRE = 0x0c,
	ATTR_NORMAL_NC_XS0 = 0x40, /* FEAT_XS */
	ATTR_NORMAL_NC = 0x44,
	ATTR_NORMAL_WT_RA_XS0 = 0xa0, /* FEAT_XS */
	ATTR_NORMAL_WT_RA = 0xaa,
	ATTR_NORMAL_WB_RAWA = 0xff,
};

/* S2_LEAF.MemAttr while HCR_EL2.FWB is 0. */
enum vmsa_memattr {
	MEMATTR_DEVICE_nGnRnE = 0x0,
	MEMATTR_DEVICE_nGnRE = 0x1,
	MEMATTR_DEVICE_nGRE = 0x2,
	MEMATTR_DEVICE_GRE = 0x3,
	MEMATTR_NORMAL_NC = 0x5,
	MEMATTR_NORMAL_WT = 0xa,
	MEMATTR_NORMAL_WB = 0xf,
};

/* MemAttr[2:0] of Normal memory while HCR_EL2.FWB is 1. */
enum vmsa_memattr_fwb {
	MEMATTR_FWB_NC = 0x5,
	MEMATTR_FWB_WB = 0x6,
	MEMATTR_FWB_STAGE1 = 0x7,
};

/* ESR_ELx.EC. */
enum vmsa_ec {
	EC_UNKNOWN = 0x00,
	EC_WFX = 0x01,
	EC_FP = 0x07,
	EC_PAUTH = 0x09,
	EC_BRANCH_TARGET = 0x0d,
	EC_ILLEGAL_STATE = 0x0e,
	EC_SVC = 0x15,
	EC_HVC = 0x16,
	EC_SMC = 0x17,
	EC_SYSTEM = 0x18,
	EC_SVE = 0x19,
	EC_PAC_FAIL = 0x1c,
	EC_INSTRUCTION_ABORT_LOWER = 0x20,
	EC_INSTRUCTION_ABORT = 0x21,
	EC_PC_ALIGNMENT = 0x22,
	EC_DATA_ABORT_LOWER = 0x24,
	EC_DATA_ABORT = 0x25,
	EC_SP_ALIGNMENT = 0x26,
	EC_MOPS = 0x27,
	EC_SERROR = 0x2f,
	EC_BREAKPOINT_LOWER = 0x30,
	EC_BREAKPOINT = 0x31,
	EC_STEP_LOWER = 0x32,
	EC_STEP = 0x33,
	EC_WATCHPOINT_LOWER = 0x34,
	EC_WATCHPOINT = 0x35,
	EC_BRK = 0x3c,
};

/*
 * Fault status codes: ISS.DFSC, ISS.IFSC, PAR_EL1.FST. The four-level groups hold the level in their low two bits;
 * level -1 has codes of its own and they follow no rule.
 */
enum vmsa_fsc {
	FSC_ADDRESS_SIZE_L0 = 0x00,
	FSC_TRANSLATION_L0 = 0x04,
	FSC_ACCESS_FLAG_L0 = 0x08,
	FSC_PERMISSION_L0 = 0x0c,
	FSC_EXTERNAL = 0x10,
	FSC_EXTERNAL_ON_WALK_MINUS1 = 0x13,
	FSC_EXTERNAL_ON_WALK_L0 = 0x14,
	FSC_ALIGNMENT = 0x21,
	FSC_ADDRESS_SIZE_MINUS1 = 0x29,
	FSC_TRANSLATION_MINUS1 = 0x2b,
	FSC_TLB_CONFLICT = 0x30,
	FSC_UNSUPPORTED_UPDATE = 0x31,
};

#endif
