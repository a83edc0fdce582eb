/*
 * Fields of the registers of layout.def, with the accessors that mmu/vmsa.h makes of
 * mmu/sysreg.def.
 */
#ifndef CPU_LAYOUT_H
#define CPU_LAYOUT_H

#include "../mmu/vmsa.h"

#define FIELD(reg, name, msb, lsb)                                                                 \
	enum { reg##_##name##_MSB = (msb), reg##_##name##_LSB = (lsb) };                           \
	static inline uint64_t reg##_##name(uint64_t value)                                        \
	{                                                                                          \
		return (value & VMSA_MASK(msb, lsb)) >> (lsb);                                     \
	}
#include "layout.def"
#undef FIELD
#undef RES0
#undef RES1

#endif
