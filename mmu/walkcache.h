/*
 * The walk caches: three memories that answer parts of a walk, which fetches fewer descriptors.
 *
 *	stage1	VA -> the table of the next stage 1 level, as PA: the walk starts there and the
 *		stage 2 walk for that table is not made either. Tagged by regime, VMID, ASID.
 *	stage2	IPA -> the next stage 2 table. Tagged by VMID.
 *	ipa	IPA -> what stage 2 gives for it: for IPAs of stage 1 descriptors and, where
 *		asked for, of output addresses too. Tagged by VMID.
 *
 * The deepest table known answers. Start tables are not cached: their addresses are in registers.
 * A table that is larger than the stage 2 leaf under it is cached in pieces of that leaf.
 *
 * One lookup is counted for
 *	stage1	each walk with stage 1 on;
 *	stage2	each stage 2 walk, which is each IPA that `ipa` did not answer;
 *	ipa	each IPA of the kind that it holds.
 * Replacement is true LRU by use; a walk uses an entry when the entry answers it.
 */
#ifndef MMU_WALKCACHE_H
#define MMU_WALKCACHE_H

#include "assoc.h"
#include "ttw.h"

struct walk_caches {
	struct assoc stage1, stage2, ipa;
	bool ipa_for_all;
	uint64_t uses; /* stamps */
	unsigned el;   /* of the access that walks: the index of the counts */
	struct nw_counts *counts;
	struct ttw_caches ttw;
};

bool walk_caches_init(struct walk_caches *c, const struct walk_cache_shapes *shapes,
		      struct nw_counts *counts);
void walk_caches_free(struct walk_caches *c);

/* What the walker gets: NULL if no cache is present. */
const struct ttw_caches *walk_caches_for_walker(const struct walk_caches *c);

#endif
