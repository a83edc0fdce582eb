/* For a fault: what would have to change, each alternative or condition with the field that holds
 * it. */
#include "story.h"

#include "../mmu/vmsa.h"

#include <inttypes.h>

static void also(struct story_text *text)
{
	if (text->used)
		story_add(text, "; ");
}

/* Bits of an address, 1 or more. */
static unsigned bits_of(uint64_t address)
{
	return 64 - (unsigned)__builtin_clzll(address | 1);
}

/* ------------------------------------------------------------------ before the first descriptor */

static void cure_size(const struct nw_stage *s, const struct story_registers *r,
		      struct story_text *text)
{
	story_add(text, "%s.%s is %" PRIu64 ": expected %u to %u with the %u KB granule%s", r->tcr,
		  r->size, r->size_value, s->min_txsz, s->max_txsz, 1u << (s->granule_bits - 10),
		  r->size_value < 16 && s->granule_bits != GRANULE_64K && !s->ds
			  ? ", 12 and up with DS=1 (FEAT_LPA2)"
			  : "");
}

/* D8.2 "Translation process": two entries at least, sixteen tables at most. */
static bool level_fits(const struct nw_stage *s, int level)
{
	unsigned low = vmsa_level_shift(s->granule_bits, level) + 1;

	return s->ia_bits >= low && s->ia_bits <= low + s->granule_bits;
}

/* How VTCR_EL2 asks for a start level. */
static void add_start_level(const struct nw_stage *s, int level, struct story_text *text)
{
	static const int8_t sl0_4k[4] = {2, 1, 0, 3}; /* by level 0 to 3 */
	bool fourth = s->granule_bits == GRANULE_16K && level == 0;

	if (level < 0)
		story_add(text, "SL2=1, SL0=0 and DS=1");
	else
		story_add(text, "SL0=%d%s",
			  s->granule_bits == GRANULE_4K ? sl0_4k[level] : 3 - level,
			  fourth ? " and DS=1" : "");
	story_add(text, " for start level %d", level);
}

static void cure_start_level(const struct nw_stage *s, struct story_text *text)
{
	int lowest = s->granule_bits == GRANULE_4K ? -1 : s->granule_bits == GRANULE_16K ? 0 : 1;
	bool first = true;

	story_add(text, "VTCR_EL2.T0SZ gives %u bits of IPA: ", s->ia_bits);
	for (int level = lowest; level <= 3; level++) {
		if (!level_fits(s, level))
			continue;
		if (!first)
			story_add(text, ", or ");
		add_start_level(s, level, text);
		first = false;
	}
}

static void cure_va_range(const struct story *story, const struct story_registers *r,
			  struct story_text *text)
{
	const struct nw_stage *s = &story->d.stage1;
	uint64_t below_top = story->va.value & VMSA_MASK(s->top, 0);
	unsigned needed = bits_of(s->upper ? ~story->va.value & VMSA_MASK(s->top, 0) : below_top);

	story_add(text, "VA[%u:%u] all %d, as VA[55] is", s->top, s->ia_bits, s->upper);
	if (needed <= 64u - s->min_txsz)
		story_add(text, "; or %s.%s of at most %u, for %u bits", r->tcr, r->size,
			  64 - needed, needed);
}

static void cure_ipa_range(const struct story *story, struct story_text *text)
{
	const struct nw_stage *s = &story->d.stage2;
	uint64_t ipa = story->result.fault.ipa.value;
	unsigned needed = bits_of(ipa);

	story_add(text, "an IPA below 2^%u where stage 1 %s 0x%" PRIx64, s->ia_bits,
		  story->result.fault.s1ptw ? "has its table, now" : "gives", ipa);
	if (needed <= 64u - s->min_txsz)
		story_add(text, "; or VTCR_EL2.T0SZ of at most %u", 64 - needed);
}

static void cure_base(const struct nw_stage *s, const struct story_registers *r,
		      struct story_text *text)
{
	story_add(text,
		  "a table below 2^%u in %s, which holds 0x%" PRIx64
		  "; or a larger output size in %s.%s",
		  s->oa_bits, r->ttbr, s->base, r->tcr, r->output);
}

static void cure_refusal(const struct story *story, unsigned stage, struct story_text *text)
{
	const struct nw_stage *s = story_stage(story, stage);
	struct story_registers r = story_registers(story, stage);

	switch (s->refusal) {
	case NW_REFUSED_SIZE:
		cure_size(s, &r, text);
		break;
	case NW_REFUSED_START_LEVEL:
		cure_start_level(s, text);
		break;
	case NW_REFUSED_RANGE:
		if (stage == 1)
			cure_va_range(story, &r, text);
		else
			cure_ipa_range(story, text);
		break;
	case NW_REFUSED_E0PD:
		story_add(text, "%s.E0PD%d=0, or an access with more privilege than EL0's", r.tcr,
			  s->upper);
		break;
	case NW_REFUSED_DISABLED:
		story_add(text, "%s.EPD%d=0", r.tcr, s->upper);
		break;
	case NW_REFUSED_BASE:
		cure_base(s, &r, text);
		break;
	case NW_REFUSED_NOT:
		break;
	}
}

/* ------------------------------------------------------------------ at a descriptor */

static void cure_translation(const struct story *story, const struct nw_fetch *fetch,
			     struct story_text *text)
{
	const struct nw_stage *s = story_stage(story, fetch->stage);
	unsigned bits = vmsa_descriptor_bits(fetch->descriptor);

	if (!(bits & 1)) {
		story_add(text, "a valid level %d descriptor at PA 0x%" PRIx64 ": bit [0]=1",
			  fetch->level, fetch->pa.value);
	} else if (bits == DESCRIPTOR_BLOCK && story_step(story, fetch)->kind == NW_INVALID &&
		   fetch->level == 3) {
		story_add(text, "bits [1:0]=11 in the descriptor at PA 0x%" PRIx64 ": a page",
			  fetch->pa.value);
	} else if (bits == DESCRIPTOR_BLOCK && !s->ds && s->granule_bits != GRANULE_64K &&
		   fetch->level == (s->granule_bits == GRANULE_4K ? 0 : 1)) {
		story_add(text,
			  "a table at PA 0x%" PRIx64
			  " (bits [1:0]=11): blocks are at this level with DS=1 only",
			  fetch->pa.value);
	} else {
		story_add(text,
			  "a table at PA 0x%" PRIx64
			  " (bits [1:0]=11), or no Contiguous bit in a leaf too large for it",
			  fetch->pa.value);
	}
}

static void cure_address_size(const struct story *story, const struct nw_fetch *fetch,
			      struct story_text *text)
{
	const struct nw_stage *s = story_stage(story, fetch->stage);
	struct story_registers r = story_registers(story, fetch->stage);

	story_add(text,
		  "an address below 2^%u in the descriptor at PA 0x%" PRIx64
		  ", which holds 0x%" PRIx64 "; or %s.%s for %u bits, if the core has them",
		  s->oa_bits, fetch->pa.value, story_step(story, fetch)->address, r.tcr, r.output,
		  bits_of(story_step(story, fetch)->address));
}

static void cure_access_flag(const struct story *story, const struct nw_fetch *fetch,
			     struct story_text *text)
{
	story_add(text,
		  "AF (bit 10) set in the descriptor at PA 0x%" PRIx64
		  "; or %s.HA=1, for hardware to set it (FEAT_HAFDBS)",
		  fetch->pa.value, story_registers(story, fetch->stage).tcr);
}

/* Where the table came from that lies where nothing answers. */
static void cure_external(const struct story *story, const struct nw_fetch *fetch,
			  struct story_text *text)
{
	const struct nw_stage *s = story_stage(story, fetch->stage);

	story_add(text, "memory at PA 0x%" PRIx64, fetch->pa.value);
	if (fetch->level == s->start_level)
		story_add(text, ", where %s puts the start table",
			  story_registers(story, fetch->stage).ttbr);
	else
		story_add(text, ", where the level %d descriptor puts this table",
			  fetch->level - 1);
}

/* ------------------------------------------------------------------ permissions */

static uint8_t needed_rights(const struct nw_access *access)
{
	if (access->type == NW_FETCH)
		return NW_X;
	if (access->type == NW_STORE)
		return access->read_write ? NW_R | NW_W : NW_W;
	return NW_R;
}

/* Table descriptors above the leaf that take a right away: bit says which of theirs. */
static void cure_tables(const struct story *story, unsigned bit, struct story_text *text)
{
	static const char *const name[] = {"PXNTable", "UXNTable", "APTable[0]", "APTable[1]"};

	for (unsigned i = 0; i < story->walk.fetch_count; i++) {
		const struct nw_fetch *fetch = &story->walk.fetch[i];

		if (fetch->stage != 1 || story->d.step[i].kind != NW_TABLE ||
		    !story->d.stage1.hierarchical || !(fetch->descriptor >> bit & 1))
			continue;
		also(text);
		story_add(text, "%s (bit %u)=0 in the table descriptor at PA 0x%" PRIx64,
			  name[bit - S1_TABLE_PXNTable_LSB], bit, fetch->pa.value);
	}
}

static void need_bit(const char *field, unsigned bit, unsigned value, const struct nw_fetch *leaf,
		     struct story_text *text)
{
	also(text);
	story_add(text, "%s (bit %u)=%u in the descriptor at PA 0x%" PRIx64, field, bit, value,
		  leaf->pa.value);
}

static void cure_read_write(const struct story *story, const struct nw_fetch *leaf, uint8_t missing,
			    struct story_text *text)
{
	bool el0 = story->access.unprivileged;
	uint64_t ap = S1_LEAF_AP(leaf->descriptor);

	if (el0 && !(ap & 1))
		need_bit("AP[1]", 6, 1, leaf, text);
	if (missing & NW_W && ap & 2)
		need_bit("AP[2]", 7, 0, leaf, text);
	if (el0)
		cure_tables(story, S1_TABLE_APTable_LSB, text);
	if (missing & NW_W)
		cure_tables(story, S1_TABLE_APTable_MSB, text);
}

static void cure_execute(const struct story *story, const struct nw_fetch *leaf,
			 struct story_text *text)
{
	bool user = story->access.unprivileged || story->d.regime == REGIME_EL2;
	unsigned bit = user ? S1_LEAF_UXN_LSB : S1_LEAF_PXN_LSB;
	const char *field = !user ? "PXN" : story->d.regime == REGIME_EL2 ? "XN" : "UXN";

	if (leaf->descriptor >> bit & 1)
		need_bit(field, bit, 0, leaf, text);
	cure_tables(story, user ? S1_TABLE_UXNTable_LSB : S1_TABLE_PXNTable_LSB, text);
	if (!user && story->d.stage1.unprivileged & NW_W) {
		also(text);
		story_add(text,
			  "no write permission for EL0: AP[2:1] (bits 7:6) other than 01 at PA "
			  "0x%" PRIx64,
			  leaf->pa.value);
	}
}

/* What the descriptors give but PAN and WXN take away again. */
static void cure_controls(const struct story *story, uint8_t taken, struct story_text *text)
{
	if (taken & (NW_R | NW_W)) {
		also(text);
		story_add(text, "PSTATE.PAN=0, or memory that EL0 has no access to");
	}
	if (taken & NW_X) {
		also(text);
		story_add(text, "%s.WXN=0, or memory that is not writable",
			  story_registers(story, 1).sctlr);
	}
}

static void cure_permission1(const struct story *story, struct story_text *text)
{
	const struct nw_stage *s = &story->d.stage1;
	const struct nw_fetch *leaf = story_leaf(story, 1);
	uint8_t base = story->access.unprivileged ? s->unprivileged : s->privileged;
	uint8_t missing = needed_rights(&story->access) & (uint8_t)~s->granted;

	if (missing & ~base & (NW_R | NW_W))
		cure_read_write(story, leaf, missing & (uint8_t)~base, text);
	if (missing & ~base & NW_X)
		cure_execute(story, leaf, text);
	cure_controls(story, missing & base, text);
}

static void cure_permission2(const struct story *story, const struct nw_fetch *leaf,
			     struct story_text *text)
{
	uint8_t missing = needed_rights(&story->access) & (uint8_t)~story->d.stage2.granted;

	if (missing & NW_R)
		need_bit("S2AP[0]", 6, 1, leaf, text);
	if (missing & NW_W)
		need_bit("S2AP[1]", 7, 1, leaf, text);
	if (missing & NW_X) {
		also(text);
		story_add(text,
			  "XN (bits 54:53)=00 in the descriptor at PA 0x%" PRIx64
			  ", or %s with FEAT_XNX",
			  leaf->pa.value,
			  story->access.unprivileged ? "01, at EL0 only," : "11, at EL1 only,");
	}
}

/* A Device type at stage 2; with HCR_EL2.FWB MemAttr[2] decides. */
static bool is_device2(const struct story *story, const struct nw_fetch *leaf)
{
	return !(S2_LEAF_MemAttr(leaf->descriptor) & (story->d.forced_write_back ? 4 : 0xc));
}

/* The walker reads stage 1 tables with the rights of stage 2, and writes them for hardware updates.
 */
static void cure_table_access(const struct story *story, const struct nw_fetch *leaf,
			      struct story_text *text)
{
	uint64_t s2ap = S2_LEAF_S2AP(leaf->descriptor);

	if (!(s2ap & S2AP_R))
		need_bit("S2AP[0]", 6, 1, leaf, text);
	else if (HCR_EL2_PTW(story->registers.HCR_EL2) && is_device2(story, leaf))
		story_add(
			text,
			"HCR_EL2.PTW=0, or Normal memory: MemAttr (bits 5:2) in the descriptor at "
			"PA 0x%" PRIx64,
			leaf->pa.value);
	else
		need_bit("S2AP[1]", 7, 1, leaf, text);
}

static void cure_permission(const struct story *story, const struct nw_fetch *culprit,
			    struct story_text *text)
{
	if (story->result.fault.s1ptw)
		cure_table_access(story, culprit, text);
	else if (story->result.fault.stage2)
		cure_permission2(story, culprit, text);
	else
		cure_permission1(story, text);
}

static void cure_alignment(const struct story *story, struct story_text *text)
{
	const struct nw_fault *fault = &story->result.fault;
	const struct nw_fetch *leaf = story_leaf(story, fault->stage2 ? 2 : 1);

	story_add(text, "an aligned address, or Normal memory");
	if (!leaf)
		story_add(text, ": stage 1 is off, which makes it Device memory (%s.M=1)",
			  story_registers(story, 1).sctlr);
	else
		story_add(text, ": %s in the descriptor at PA 0x%" PRIx64,
			  fault->stage2 ? "MemAttr (bits 5:2)" : "AttrIndx (bits 4:2)",
			  leaf->pa.value);
}

/* ------------------------------------------------------------------ the whole */

static void cure_at(const struct story *story, const struct nw_fetch *culprit,
		    struct story_text *text)
{
	switch (story->result.fault.type) {
	case FAULT_TRANSLATION:
		cure_translation(story, culprit, text);
		break;
	case FAULT_ADDRESS_SIZE:
		cure_address_size(story, culprit, text);
		break;
	case FAULT_ACCESS_FLAG:
		cure_access_flag(story, culprit, text);
		break;
	case FAULT_PERMISSION:
		cure_permission(story, culprit, text);
		break;
	case FAULT_EXTERNAL_ON_WALK:
		cure_external(story, culprit, text);
		break;
	case FAULT_UNSUPPORTED_UPDATE:
		story_add(text,
			  "the descriptor at PA 0x%" PRIx64
			  " in memory with atomic updates, or %s.HA=0",
			  culprit->pa.value, story_registers(story, culprit->stage).tcr);
		break;
	default:
		break;
	}
}

void story_cure(const struct story *story, struct story_text *text)
{
	const struct nw_fault *fault = &story->result.fault;
	const struct nw_fetch *culprit = story_culprit(story);
	unsigned stage = fault->stage2 ? 2 : 1;

	*text = (struct story_text){.used = 0};
	if (fault->type == FAULT_NONE)
		return;
	if (fault->type == FAULT_ALIGNMENT)
		cure_alignment(story, text);
	else if (story_stage(story, stage)->refusal != NW_REFUSED_NOT)
		cure_refusal(story, stage, text);
	else if (culprit)
		cure_at(story, culprit, text);
	else if (fault->type == FAULT_ADDRESS_SIZE)
		story_add(text,
			  "VA[%u:0] within the core's physical addresses, or stage 1 on (%s.M=1)",
			  story->d.stage1.top, story_registers(story, 1).sctlr);
}
