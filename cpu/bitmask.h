/* Logical immediates: DecodeBitMasks() for N:immr:imms; shifts of bit fields. */
#ifndef CPU_BITMASK_H
#define CPU_BITMASK_H

#include <stdbool.h>
#include <stdint.h>

/* log2 of the element size, or -1 where no element is encoded. */
static inline int bitmask_element(uint32_t imm13)
{
	uint32_t bits = (imm13 >> 6 & 0x40) | (~imm13 & 0x3f);

	return bits == 0 ? -1 : 31 - __builtin_clz(bits);
}

/* Not reserved: an element of at least two bits, not all of them ones, and no 64-bit element for a
 * W register. */
static inline bool BitMaskValid(uint32_t sf, uint32_t imm13)
{
	int len = bitmask_element(imm13);

	if (len < 1 || (sf == 0 && imm13 >> 12 != 0))
		return false;

	uint32_t levels = (1u << len) - 1;

	return (imm13 & levels) != levels;
}

/* The immediate as 64 bits, of a valid imm13. */
static inline uint64_t BitMask(uint32_t imm13)
{
	int len = bitmask_element(imm13);
	unsigned esize = 1u << len, levels = esize - 1;
	unsigned S = imm13 & levels, R = imm13 >> 6 & levels;
	uint64_t ones = ~UINT64_C(0) >> (63 - S);
	uint64_t element = ~UINT64_C(0) >> (64 - esize);

	if (R != 0)
		ones = (ones >> R | ones << (esize - R)) & element;
	for (; esize < 64; esize *= 2)
		ones |= ones << esize;
	return ones;
}

/* Of SBFM, BFM and UBFM: how far right the field goes once its top bit is bit 63. */
static inline uint32_t BitfieldRight(uint32_t sf, uint32_t immr, uint32_t imms)
{
	if (imms >= immr)
		return 63 - imms + immr;
	return 63 - imms - ((sf != 0 ? 64 : 32) - immr);
}

#endif
