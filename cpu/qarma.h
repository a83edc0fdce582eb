/* QARMA5, the block cipher that pointer authentication codes are made with. */
#ifndef CPU_QARMA_H
#define CPU_QARMA_H

#include <stdint.h>

/* ComputePAC() where ID_AA64ISAR1_EL1.APA says so. key0 and key1: the upper and lower half. */
uint64_t qarma5(uint64_t data, uint64_t modifier, uint64_t key0, uint64_t key1);

#endif
