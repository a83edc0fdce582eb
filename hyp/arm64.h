/*
 * System instructions in C: register access, barriers, cache and TLB maintenance, for EL1 and EL2.
 */
#ifndef HYP_ARM64_H
#define HYP_ARM64_H

#include "lib.h"

#define read_sysreg(name)                                                                          \
	({                                                                                         \
		uint64_t value_;                                                                   \
		__asm__ volatile("mrs %0, " #name : "=r"(value_));                                 \
		value_;                                                                            \
	})

#define write_sysreg(name, value)                                                                  \
	__asm__ volatile("msr " #name ", %x0" : : "rZ"((uint64_t)(value)) : "memory")

#define isb()       __asm__ volatile("isb" : : : "memory")
#define dsb(domain) __asm__ volatile("dsb " #domain : : : "memory")

#define tlbi(operation) __asm__ volatile("tlbi " #operation : : : "memory")
#define tlbi_with(operation, value)                                                                \
	__asm__ volatile("tlbi " #operation ", %0" : : "r"(value) : "memory")

/* The smallest data cache line of any cache, in bytes (CTR_EL0.DminLine counts words). */
static inline size_t dcache_line(void)
{
	return (size_t)4 << (read_sysreg(ctr_el0) >> 16 & 0xf);
}

/* Writes back and drops the lines of [start, start + bytes), to the point of coherency. */
static inline void dcache_clean_invalidate(const void *start, size_t bytes)
{
	size_t line = dcache_line();
	uintptr_t end = (uintptr_t)start + bytes;

	for (uintptr_t at = (uintptr_t)start & ~(line - 1); at < end; at += line)
		__asm__ volatile("dc civac, %0" : : "r"(at) : "memory");
	dsb(sy);
}

/*
 * Drops the lines of [start, start + bytes): what was stored there with the MMU off is what counts.
 */
static inline void dcache_invalidate(const void *start, size_t bytes)
{
	size_t line = dcache_line();
	uintptr_t end = (uintptr_t)start + bytes;

	for (uintptr_t at = (uintptr_t)start & ~(line - 1); at < end; at += line)
		__asm__ volatile("dc ivac, %0" : : "r"(at) : "memory");
	dsb(sy);
}

/*
 * Zeroes Normal memory, with DC ZVA where its blocks fit (DCZID_EL0.BS counts words, DZP forbids
 * it).
 */
static inline void zero_memory(void *start, uint64_t bytes)
{
	uint64_t dczid = read_sysreg(dczid_el0), block = UINT64_C(4) << (dczid & 0xf);
	uintptr_t at = (uintptr_t)start, end = at + bytes;

	if (dczid & 0x10 || ((at | bytes) & (block - 1)) != 0) {
		memset(start, 0, bytes);
		return;
	}
	for (; at < end; at += block)
		__asm__ volatile("dc zva, %0" : : "r"(at) : "memory");
}

#endif
