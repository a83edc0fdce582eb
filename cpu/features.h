/*
 * What a feature set means for the registers: ID register values, and fields that are RES0 or RES1
 * without a feature.
 */
#ifndef CPU_FEATURES_H
#define CPU_FEATURES_H

#include "state.h"

/* The value of an ID register, without DCZID_EL0.DZP; 0 for every other register. */
uint64_t features_id_register(const struct nw_features *features, enum sysreg reg);

/* Bits that writes cannot make 1 (res0) or 0 (res1), of every system register. */
void features_masks(const struct nw_features *features, uint64_t res0[SYSREG_COUNT],
		    uint64_t res1[SYSREG_COUNT]);

#endif
