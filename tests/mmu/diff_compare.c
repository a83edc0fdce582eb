/* Compares all that the two walkers say. */
#include "diff.h"

#include <stddef.h>

#define BIT(n) (UINT64_C(1) << (n))

static const char *compare_faults(const struct diff_answer *m, const struct diff_answer *n)
{
	if (m->fault.type != n->fault.type)
		return "fault type";
	if (n->fault.type == FAULT_NONE)
		return NULL;
	if (nw_fault_status(&m->fault) != nw_fault_status(&n->fault))
		return "fault status code";
	if (m->fault.stage2 != n->fault.stage2)
		return "stage of the fault";
	if (m->fault.s1ptw != n->fault.s1ptw)
		return "S1PTW";
	if (n->write_known && m->fault.write != n->fault.write)
		return "WnR";
	if (n->fault.ipa_valid && !m->fault.ipa_valid)
		return "no IPA";
	if (n->fault.ipa_valid && m->fault.ipa.value != n->fault.ipa.value)
		return "IPA";
	return NULL;
}

/* NS and bit 10 of an output, [63:48] of a fault: UNKNOWN or IMPLEMENTATION DEFINED. */
static uint64_t known_par(uint64_t par)
{
	if (par & 1)
		return par & (BIT(48) - 1);
	return (par & ~(BIT(9) | BIT(10) | UINT64_C(0xff) << 56)) |
	       (uint64_t)diff_plain_attr((unsigned)(par >> 56)) << 56;
}

static const char *compare_outputs(const struct diff_answer *m, const struct diff_answer *n)
{
	if (known_par(m->par) != known_par(n->par))
		return "PAR_EL1";
	if (m->pa != n->pa)
		return "PA";
	if (m->attr != n->attr)
		return "attributes";
	if (m->device != n->device)
		return "device";
	if (m->sh != n->sh)
		return "shareability";
	if (m->xs != n->xs)
		return "XS";
	if (m->guarded != n->guarded)
		return "guarded page";
	return NULL;
}

static const char *compare_logs(const struct diff_answer *m, const struct diff_answer *n)
{
	if (m->count != n->count)
		return "number of descriptors accessed";
	for (unsigned i = 0; i < n->count; i++) {
		const struct naive_log *a = &m->log[i], *b = &n->log[i];

		if (a->address != b->address || a->descriptor != b->descriptor)
			return "a descriptor";
		if (a->stage != b->stage || a->level != b->level || a->s1level != b->s1level ||
		    a->update != b->update)
			return "what a descriptor is for";
	}
	return NULL;
}

static const char *compare_memory(const struct diff_memory *m, const struct diff_memory *n)
{
	if (m->swaps != n->swaps || m->count != n->count)
		return "number of updates";
	for (unsigned i = 0; i < n->count; i++)
		if (m->written[i].pa != n->written[i].pa ||
		    m->written[i].value != n->written[i].value)
			return "memory";
	return NULL;
}

/* Was a descriptor that was updated also read in another role? Then the next walk goes another way.
 */
static bool reads_what_it_wrote(const struct diff_answer *a)
{
	for (unsigned i = 0; i < a->count; i++) {
		const struct naive_log *u = &a->log[i];

		for (unsigned j = 0; u->update && j < a->count; j++) {
			const struct naive_log *r = &a->log[j];

			if (r->address == u->address &&
			    (r->stage != u->stage || r->level != u->level ||
			     r->s1level != u->s1level))
				return true;
		}
	}
	return false;
}

/* nw_probe() has no effect, and finds what an access would find whose updates all succeed. */
static const char *compare_probe(struct diff_pair *pair, const struct diff_question *q)
{
	const struct diff_shape *s = pair->mmu_memory.shape;
	const struct diff_answer *n = &pair->naive_answer;
	unsigned swaps = pair->mmu_memory.swaps;
	struct diff_answer probed = {.count = 0};
	struct nw_translation t = nw_probe(pair->mmu, (va_t){q->va}, q->access, &pair->walk);

	if (pair->mmu_memory.swaps != swaps)
		return "effect of a probe";
	if (s->interfere || s->unsupported || s->abort || reads_what_it_wrote(n))
		return NULL;
	probed.fault = t.fault;
	diff_put_outputs(&probed, &t);
	return compare_faults(&probed, n) || compare_outputs(&probed, n) ? "result of a probe"
									 : NULL;
}

const char *diff_ask(struct diff_pair *pair, const struct diff_question *q)
{
	const struct diff_answer *m = &pair->mmu_answer, *n = &pair->naive_answer;
	const char *what, *probed = NULL;
	unsigned swaps = pair->naive_memory.swaps;

	diff_ask_naive(pair, q);
	pair->disturbed = pair->naive_memory.swaps != swaps && pair->naive_memory.shape->interfere;
	if (!q->at)
		probed = compare_probe(pair, q);
	diff_ask_mmu(pair, q);
	what = compare_faults(m, n);
	if (what == NULL)
		what = compare_outputs(m, n);
	if (what == NULL)
		what = compare_logs(m, n);
	if (what == NULL)
		what = compare_memory(&pair->mmu_memory, &pair->naive_memory);
	return what ? what : probed;
}

/* ------------------------------------------------------------------ may_write and span_bits */

/* A contiguous group of random descriptors is no group: what lies beside the address is another
 * page. */
static bool uses_contiguous(const struct diff_answer *a)
{
	for (unsigned i = 0; i < a->count; i++)
		if (a->log[i].descriptor >> 52 & 1)
			return true;
	return false;
}

static struct naive_address again(struct naive *n, const struct diff_question *q, uint64_t va,
				  struct nw_access access)
{
	n->pstate_el = q->access.el;
	n->pstate_pan = q->access.pan;
	return FullTranslate(n, va, diff_naive_access(&access), true);
}

static bool has_update(const struct naive *n)
{
	for (unsigned i = 0; i < n->log_count; i++)
		if (n->log[i].update)
			return true;
	return false;
}

const char *diff_ask_more(struct diff_pair *pair, const struct diff_question *q, struct draw *d)
{
	const struct diff_answer *m = &pair->mmu_answer;
	struct diff_shape calm = *pair->naive_memory.shape;
	struct diff_memory memory = pair->naive_memory, kept;
	struct naive n = pair->naive;
	struct nw_access store = q->access;
	uint64_t span = (BIT(m->span_bits) - 1), va = (q->va & ~span) | (draw_next(d) & span);
	struct naive_address out;

	if (reads_what_it_wrote(m) || pair->disturbed)
		return NULL;
	calm.interfere = 0;
	memory.shape = &calm;
	kept = memory;
	n.memory.ctx = &memory;
	store.type = NW_STORE;
	store.read_write = store.unaligned = false;
	out = again(&n, q, q->va, store);
	if (q->access.type <= NW_STORE &&
	    m->may_write != (out.fault.statuscode == NAIVE_FAULT_NONE && !has_update(&n)))
		return "may_write";
	if (uses_contiguous(m))
		return NULL;
	memory = kept;
	out = again(&n, q, va, q->access);
	if (out.fault.statuscode != NAIVE_FAULT_NONE || out.paddress != (m->pa ^ q->va ^ va))
		return "span_bits";
	return NULL;
}

/* ------------------------------------------------------------------ with TLBs and walk caches */

/*
 * A descriptor that is read in two roles: an update of it in one may leave the other stale, and
 * software has to invalidate what it held. True once that can have happened.
 */
static bool is_tangled(struct diff_pair *pair, enum nw_regime regime)
{
	const struct diff_answer *n = &pair->naive_answer;

	for (unsigned i = 0; i < n->count; i++) {
		const struct naive_log *l = &n->log[i];
		unsigned in = l->stage == 2 ? 0 : 1 + (unsigned)regime;
		unsigned role = 1 + 8 * in + (unsigned)(l->level + 1);
		unsigned slot = (unsigned)draw_mix(l->address) % DIFF_ROLES;

		while (pair->roles[slot].role != 0 && pair->roles[slot].address != l->address)
			slot = (slot + 1) % DIFF_ROLES;
		if (pair->roles[slot].role != 0 && pair->roles[slot].role != role)
			return true;
		pair->roles[slot].address = l->address;
		pair->roles[slot].role = role;
	}
	return false;
}

const char *diff_ask_cached(struct diff_pair *pair, const struct diff_question *q, bool *tangled)
{
	const struct diff_answer *m = &pair->mmu_answer, *n = &pair->naive_answer;
	struct nw_access store = q->access;
	const char *what;

	diff_ask_naive(pair, q);
	*tangled = is_tangled(pair, q->regime);
	if (*tangled)
		return NULL;
	diff_ask_mmu(pair, q);
	pair->hits += !pair->walked && n->count > 0;
	what = compare_faults(m, n);
	if (what == NULL)
		what = compare_outputs(m, n);
	if (what != NULL || q->at || q->access.type > NW_STORE || !m->may_write)
		return what;

	struct diff_memory memory = pair->naive_memory;
	struct naive copy = pair->naive;

	copy.memory.ctx = &memory;
	store.type = NW_STORE;
	store.read_write = store.unaligned = false;
	if (again(&copy, q, q->va, store).fault.statuscode != NAIVE_FAULT_NONE || has_update(&copy))
		return "may_write";
	return NULL;
}

/* The same values at the same places; caches may change the order of updates. */
bool diff_same_memory(const struct diff_memory *m, const struct diff_memory *n)
{
	for (unsigned i = 0; i < n->count; i++) {
		unsigned j = 0;

		while (j < m->count && m->written[j].pa != n->written[i].pa)
			j++;
		if (j == m->count || m->written[j].value != n->written[i].value)
			return false;
	}
	return m->count == n->count;
}
