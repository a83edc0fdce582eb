/*
 * What holds for every input. Expectations are the architecture's (DDI 0487, "Fault status codes",
 * "The VMSAv8-64 translation process") or promises of mmu/mmu.h.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	FETCHES = 35,    /* of five levels under five */
	RECHECKS = 16,   /* a debug build walks again for what a cache answers */
	REPEATS = 1000,  /* walks that a port may provoke by UPDATE_DIFFERS before it is a hang */
	DFSC_NONE = 0xff /* no such fault */
};

void broken(const char *what)
{
	fprintf(stderr, "fuzz: %s\n", what);
	abort();
}

/* ------------------------------------------------------------------ faults */

/* The code of a fault at a level; level -1 has codes of its own. DFSC_NONE: the architecture has no
 * such fault. */
static unsigned expected_status(const struct nw_fault *fault)
{
	static const struct {
		uint8_t level_minus1, level0;
	} by_level[] = {
		[FAULT_ADDRESS_SIZE] = {0x29, 0x00},     [FAULT_TRANSLATION] = {0x2b, 0x04},
		[FAULT_ACCESS_FLAG] = {DFSC_NONE, 0x08}, [FAULT_PERMISSION] = {DFSC_NONE, 0x0c},
		[FAULT_EXTERNAL_ON_WALK] = {0x13, 0x14},
	};

	switch (fault->type) {
	case FAULT_ALIGNMENT:
		return 0x21;
	case FAULT_TLB_CONFLICT:
		return 0x30;
	case FAULT_UNSUPPORTED_UPDATE:
		return 0x31;
	case FAULT_ADDRESS_SIZE:
	case FAULT_TRANSLATION:
	case FAULT_ACCESS_FLAG:
	case FAULT_PERMISSION:
	case FAULT_EXTERNAL_ON_WALK:
		if (fault->level == -1)
			return by_level[fault->type].level_minus1;
		return by_level[fault->type].level0 + (unsigned)fault->level;
	default:
		return DFSC_NONE;
	}
}

void check_fault(const struct nw_fault *fault)
{
	if (fault->type == FAULT_NONE)
		return;
	require(fault->level >= -1 && fault->level <= 3, "a fault has a level outside -1 to 3");
	require(expected_status(fault) != DFSC_NONE, "a fault has a type that no walk gives");
	require(nw_fault_status(fault) == expected_status(fault),
		"a fault has a wrong status code");
	require(!fault->s1ptw || fault->stage2, "S1PTW is set in a fault of stage 1");
	require(!fault->ipa_valid || fault->stage2, "a fault of stage 1 has an IPA");
	require(!fault->ipa_valid || fault->ipa.value >> 56 == 0, "a fault has an IPA above 2^56");
}

/* ------------------------------------------------------------------ walks */

/* What the record says of its fetches is possible, and adds up. */
static void check_record(const struct nw_walk *walk)
{
	unsigned updates = 0;
	uint64_t latency = 0;

	for (unsigned i = 0; i < walk->fetch_count; i++) {
		const struct nw_fetch *f = &walk->fetch[i];

		require(f->stage == 1 || f->stage == 2, "a fetch is of neither stage");
		require(f->level >= -1 && f->level <= 3, "a fetch has a level outside -1 to 3");
		require(f->purpose <= FETCH_FOR_OUTPUT, "a fetch has no purpose");
		require((f->stage == 1) == (f->purpose == FETCH_FOR_NONE),
			"a fetch has the purpose of the other stage");
		latency += f->latency;
		updates += f->update;
	}
	require(updates == walk->update_count, "updates are not counted right");
	require(latency == walk->latency, "latencies do not add up");
}

void check_walk(const struct nw_walk *walk, uint8_t pa_bits)
{
	require(walk->fetch_count <= NW_WALK_FETCHES, "a record overflows");
	require(walk->fetch_count - walk->update_count <= FETCHES || walk->update_count > 0,
		"a walk fetches more than five levels under five need");
	for (unsigned i = 0; i < walk->fetch_count; i++) {
		require(walk->fetch[i].pa.value % 8 == 0, "a fetch is not 8-byte aligned");
		require(walk->fetch[i].pa.value >> pa_bits == 0,
			"a fetch is beyond the physical addresses");
	}
	check_record(walk);
	check_fault(&walk->fault);
}

void check_reads(const struct memory *m)
{
	require(m->differing <= REPEATS, "a walk is repeated without end");
	require(m->reads <= FETCHES * RECHECKS * (1 + m->differing), "a walk does not end");
}

/* ------------------------------------------------------------------ results */

void check_translation(const struct nw_translation *t, uint8_t pa_bits)
{
	check_fault(&t->fault);
	if (t->fault.type != FAULT_NONE)
		return;
	require(t->pa.value >> pa_bits == 0, "an output is beyond the physical addresses");
	require(t->span_bits >= 12 && t->span_bits <= 56, "a result has an impossible span");
	require(t->attributes.sh <= 3, "a result has an impossible shareability");
	require(t->device == (t->attributes.attr >> 4 == 0), "device contradicts the attributes");
}

/* PAR_EL1: bit 11 is RES1; F=1 has FST, PTW and S, F=0 the address. */
void check_at(const struct nw_at_result *at, uint8_t pa_bits)
{
	check_fault(&at->fault);
	if (at->fault.type != FAULT_NONE)
		return;
	require(at->par >> 11 & 1, "PAR_EL1[11] is 0");
	if (at->par & 1) {
		unsigned fst = (unsigned)(at->par >> 1 & 0x3f);

		require((at->par >> 8 & 1) <= (at->par >> 9 & 1), "PAR_EL1.PTW without S");
		require(fst <= 0x0f || fst == 0x21 || fst == 0x29 || fst == 0x2b || fst == 0x31,
			"PAR_EL1.FST is no fault of a translation");
	} else {
		uint64_t pa = at->par & ((UINT64_C(1) << 52) - 4096);

		require(pa >> pa_bits == 0, "PAR_EL1.PA is beyond the physical addresses");
	}
}

void check_same(const struct nw_translation *a, const struct nw_translation *b, const char *what)
{
	require(digest_translation(0, a) == digest_translation(0, b), what);
}

/* ------------------------------------------------------------------ digests */

uint64_t digest_word(uint64_t digest, uint64_t word)
{
	digest = (digest ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return digest ^ digest >> 29;
}

uint64_t digest_fault(uint64_t digest, const struct nw_fault *fault)
{
	digest = digest_word(digest, fault->type);
	if (fault->type == FAULT_NONE)
		return digest;
	digest = digest_word(digest, (uint64_t)(fault->level + 1) | (uint64_t)fault->stage2 << 8 |
					     (uint64_t)fault->s1ptw << 9 |
					     (uint64_t)fault->write << 10);
	return fault->ipa_valid ? digest_word(digest, fault->ipa.value) : digest;
}

uint64_t digest_translation(uint64_t digest, const struct nw_translation *t)
{
	digest = digest_fault(digest, &t->fault);
	if (t->fault.type != FAULT_NONE)
		return digest;
	digest = digest_word(digest, t->pa.value);
	return digest_word(digest, (uint64_t)t->span_bits | (uint64_t)t->device << 8 |
					   (uint64_t)t->may_write << 9 |
					   (uint64_t)t->attributes.attr << 16 |
					   (uint64_t)t->attributes.sh << 24);
}

/* ------------------------------------------------------------------ descriptions */

/* D8.2 "Translation process": the levels take all of the input address, the first 2 to 16 tables.
 */
static void check_stage(const struct nw_stage *s)
{
	unsigned top = s->ia_bits;

	if (!s->on || s->tables == 0)
		return;
	require(s->tables <= 16 && (s->tables & (s->tables - 1)) == 0, "no power of two of tables");
	for (int level = s->start_level; level <= 3; level++) {
		const struct nw_index *index = &s->index[level + 1];

		require(index->lsb + index->bits == top, "levels do not follow each other");
		top = index->lsb;
	}
	require(top == s->granule_bits, "level 3 does not end with the granule");
}

static uint8_t needed_right(const struct nw_access *access)
{
	if (access->read_write)
		return NW_R | NW_W;
	switch (access->type) {
	case NW_FETCH:
		return NW_X;
	case NW_LOAD:
	case NW_AT_LOAD:
		return NW_R;
	case NW_CACHE_OP:
	case NW_IC_OP:
		return 0;
	default:
		return NW_W;
	}
}

/* What succeeds has a leaf in each stage that is on, and the rights that it needs. */
static void check_success(const struct nw_description *d, const struct nw_walk *walk)
{
	uint8_t needed = needed_right(&walk->access);

	require(d->stage1.on == d->stage1.has_leaf, "stage 1 succeeds without a leaf");
	require(d->stage2.on == d->stage2.has_leaf, "stage 2 succeeds without a leaf");
	require(d->stage1.refusal == NW_REFUSED_NOT && d->stage2.refusal == NW_REFUSED_NOT,
		"a refusal of what succeeds");
	require((needed & ~d->stage1.granted) == 0, "stage 1 has not granted what succeeds");
	require((needed & ~d->stage2.granted) == 0, "stage 2 has not granted what succeeds");
}

void check_description(const struct nw_description *d, const struct nw_walk *walk,
		       const struct nw_translation *t)
{
	check_stage(&d->stage1);
	check_stage(&d->stage2);
	require(d->regime == walk->regime, "a description of another regime");
	require(d->stage1.refusal == NW_REFUSED_NOT || walk->fetch_count == 0,
		"stage 1 has begun what it refuses");
	if (t->fault.type == FAULT_NONE)
		check_success(d, walk);
	else
		require(d->target_el == 2 || !t->fault.stage2, "a fault of stage 2 goes to EL1");
}
