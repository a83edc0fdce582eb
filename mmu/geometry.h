/*
 * Geometry of a stage of translation, private to the decode of registers: all that follows from
 * granule, DS, input size and start level.
 */
#ifndef MMU_GEOMETRY_H
#define MMU_GEOMETRY_H

#include "ttw.h"

/* What decoding depends on besides the registers. */
struct ttw_core {
	const struct nw_features *features;
	const struct nw_choices *choices;
};

/* TCR_ELx.TG0, VTCR_EL2.TG0 and, with other codes, TG1. */
enum vmsa_granule geometry_tg0(const struct ttw_core *core, uint64_t tg0);
enum vmsa_granule geometry_tg1(const struct ttw_core *core, uint64_t tg1);

unsigned geometry_max_txsz(const struct nw_features *f, enum vmsa_granule granule);

/*
 * The input size that a TxSZ gives between its least value and the greatest one of the granule. 0:
 * it is outside of them, which is a Translation fault; must_fault: the least value is no choice.
 */
unsigned geometry_ia_bits(const struct ttw_core *core, enum vmsa_granule granule, unsigned txsz,
			  unsigned min_txsz, bool must_fault);

/* Fills in what follows from granule_bits, ds, ia_bits and start_level; ps: TCR_ELx.PS or IPS. */
void geometry_set(const struct ttw_core *core, struct ttw_params *p, unsigned ps);

/* The start table of a TTBR or VTTBR_EL2. */
void geometry_set_base(struct ttw_params *p, uint64_t ttbr);

#endif
