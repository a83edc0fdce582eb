/* The MMU of one core, private to mmu/: what mmu.c, at.c and tlbi.c share. */
#ifndef MMU_UNIT_H
#define MMU_UNIT_H

#include "tlb.h"
#include "ttw.h"
#include "walkcache.h"

struct nw_mmu {
	struct nw_config config;
	struct nw_registers registers;
	struct nw_registers decoded; /* the registers that regime[] was decoded from */
	enum nw_regime regime_of_el[3];
	/* By enum nw_regime. HCR_EL2.E2H says which of the two of EL2 is up to date. */
	struct ttw_regime regime[NW_REGIME_COUNT];
	struct tlb l1i, l1d, l2;
	struct walk_caches caches;
	struct nw_counts counts;
	struct ttw_memory memory; /* what walks read through; its log is `walk` */
	struct nw_walk walk;
};

/* The alternative in force of a choice. */
static inline unsigned mmu_chosen(const struct nw_mmu *mmu, enum nw_choice choice)
{
	return mmu->config.choices.of[choice];
}

static inline const struct ttw_regime *regime_of(const struct nw_mmu *mmu, unsigned el)
{
	return &mmu->regime[mmu->regime_of_el[el]];
}

/* What is to be translated, in which regime, and what ttw_input() made of it. */
struct mmu_request {
	const struct ttw_regime *r;
	struct ttw_input input;
	va_t va;
	struct nw_access access;
};

static inline struct mmu_request mmu_request(const struct ttw_regime *r, va_t va,
					     struct nw_access access)
{
	return (struct mmu_request){r, ttw_input(r, va, access), va, access};
}

/*
 * ttw_translate_input() with this MMU's caches and memory; what was a walk goes to the observer.
 */
struct ttw_translation mmu_walk_tables(struct nw_mmu *mmu, const struct mmu_request *q,
				       bool stage1_only, bool at);

/* Makes a walk again without walk caches and without any effect, and counts a result that differs.
 */
void mmu_recheck(struct nw_mmu *mmu, const struct mmu_request *q, bool stage1_only,
		 const struct ttw_translation *t);

/*
 * What L1D or else L2 has for a request, checked as on a hit, without any effect on them. False:
 * nothing, or there is no lookup.
 */
bool mmu_peek(const struct nw_mmu *mmu, const struct mmu_request *q, bool stage1_only,
	      struct ttw_translation *t);

/* A TLBI that exception level el executes. */
void tlbi_execute(struct nw_mmu *mmu, enum nw_tlbi_op op, uint64_t operand, unsigned el);

#endif
