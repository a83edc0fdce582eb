/*
 * Translation geometries of the command line: GRANULE[:SIZE][:start=L][:ds=0|1], e.g.
 * 4k:52:start=-1. What no core with these features could be configured for is bad usage, and `why`
 * says which limit it breaks.
 */
#ifndef SIM_GEOMETRY_H
#define SIM_GEOMETRY_H

#include "sim.h"

enum geometry_use { GEOMETRY_S1, GEOMETRY_S2, GEOMETRY_EL2 };

#define GEOMETRY_WHY 128

/* Reads text; a size that is left out is size_bits 0. False: text is not of the grammar. */
bool geometry_parse(const char *text, enum geometry_use use, struct sim_geometry *geometry,
		    char why[GEOMETRY_WHY]);

/*
 * Completes geometry and checks it. A size left out is 48 bits, at stage 2 no more than the core's
 * PA size. start is filled in also where it was not given. output_bits: what the highest address
 * needs that the tables have to reach, which may make DS necessary.
 */
bool geometry_resolve(struct sim_geometry *geometry, enum geometry_use use,
		      const struct nw_features *features, unsigned output_bits,
		      char why[GEOMETRY_WHY]);

#endif
