/* Turns stage 1 of the EL2 regime on: VA is PA, one block of 1 GB for devices and one for RAM. */
#ifndef BENCH_MMU_H
#define BENCH_MMU_H

#include <stdint.h>

static uint64_t mmu_table[512] __attribute__((aligned(4096)));

static inline void mmu_on(void)
{
	/* Blocks of level 1, valid, AF=1, AP[1]=1: XN and Device-nGnRnE by Attr1; Inner Shareable and Normal by Attr0. */
	mmu_table[0] = UINT64_C(1) << 54 | 1 << 10 | 1 << 6 | 1 << 2 | 1;
	mmu_table[1] = 0x40000000 | 1 << 10 | 3 << 8 | 1 << 6 | 1;
	__asm__ volatile("dsb sy\n"
			 "msr mair_el2, %0\n"
			 "msr tcr_el2, %1\n"
			 "msr ttbr0_el2, %2\n"
			 "isb\n"
			 "mrs x9, sctlr_el2\n"
			 "orr x9, x9, #1\n"
			 "msr sctlr_el2, x9\n"
			 "isb"
			 :
			 : "r"(UINT64_C(0x00ff)), "r"(UINT64_C(0x80803519)), "r"(mmu_table)
			 : "x9", "memory");
}

#endif
