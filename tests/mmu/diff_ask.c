/* Asks both walkers the same and compares all that they say. */
#include "diff.h"

#include <string.h>

#define BIT(n) (UINT64_C(1) << (n))

/* ------------------------------------------------------------------ the naive walker's view of a
 * case */

static uint8_t weakest_mair(uint8_t attr)
{
	return attr & 0xf0 ? 0x44 : 0x00;
}

static uint8_t device_mair(uint8_t attr)
{
	(void)attr;
	return 0x00;
}

static uint8_t write_back_mair(uint8_t attr)
{
	(void)attr;
	return 0xff;
}

static uint8_t (*const reserved_mair[])(uint8_t attr) = {
	[RESERVED_ATTR_IS_WEAKEST] = weakest_mair,
	[RESERVED_ATTR_IS_DEVICE] = device_mair,
	[RESERVED_ATTR_IS_WRITE_BACK] = write_back_mair,
};
static const int reserved_memattr[] = {
	[RESERVED_MEMATTR_IS_NC] = NAIVE_NC,
	[RESERVED_MEMATTR_IS_WT] = NAIVE_WT,
	[RESERVED_MEMATTR_IS_WB] = NAIVE_WB,
};
static const int reserved_sh[] = {
	[RESERVED_SH_IS_NONE] = NAIVE_NSH,
	[RESERVED_SH_IS_OUTER] = NAIVE_OSH,
	[RESERVED_SH_IS_INNER] = NAIVE_ISH,
};

static bool naive_read(void *ctx, uint64_t address, uint64_t *value)
{
	return diff_read(ctx, address, value);
}

static enum naive_swap naive_swap(void *ctx, uint64_t address, uint64_t expected, uint64_t desired)
{
	return diff_swap(ctx, address, expected, desired);
}

static struct naive_features naive_features(const struct nw_features *f)
{
	return (struct naive_features){
		.pa_max = f->pa_bits,
		.tgran4 = f->granule_4k,
		.tgran16 = f->granule_16k,
		.tgran64 = f->granule_64k,
		.el2 = nw_has(f, FEAT_EL2),
		.vhe = nw_has(f, FEAT_VHE),
		.lpa = nw_has(f, FEAT_LPA),
		.lva = nw_has(f, FEAT_LVA),
		.lpa2 = nw_has(f, FEAT_LPA2),
		.ttst = nw_has(f, FEAT_TTST),
		.hpds = nw_has(f, FEAT_HPDS),
		.xnx = nw_has(f, FEAT_XNX),
		.pan = nw_has(f, FEAT_PAN),
		.pan3 = nw_has(f, FEAT_PAN3),
		.e0pd = nw_has(f, FEAT_E0PD),
		.s2fwb = nw_has(f, FEAT_S2FWB),
		.xs = nw_has(f, FEAT_XS),
		.pauth = nw_has(f, FEAT_PAuth),
		.mixed_end = nw_has(f, FEAT_MixedEnd),
		.hafdbs = nw_has(f, FEAT_HAFDBS) ? 2 : 0,
		.bbm = nw_has(f, FEAT_BBML2)   ? 2
		       : nw_has(f, FEAT_BBML1) ? 1
					       : 0,
	};
}

static struct naive_choices naive_choices(const struct diff_case *c)
{
	const struct nw_features *f = &c->features;
	const uint8_t *of = c->choices.of;
	bool fault = of[CHOICE_SIZE_OUT_OF_RANGE] == SIZE_OUT_OF_RANGE_FAULTS;
	bool ignored = of[CHOICE_CONTIGUOUS_BEYOND_INPUT] == CONTIGUOUS_BEYOND_INPUT_IGNORED;
	int granule = f->granule_4k ? 12 : f->granule_16k ? 14 : 16;

	if (of[CHOICE_RESERVED_GRANULE] == RESERVED_GRANULE_IS_LARGEST)
		granule = f->granule_64k ? 16 : f->granule_16k ? 14 : 12;
	return (struct naive_choices){
		.txsz_below_min_faults = fault,
		.txsz_above_max_faults = fault,
		.reserved_tg0 = granule,
		.reserved_tg1 = granule,
		.other_granule = granule,
		.contiguous_ignored = ignored,
		.contiguous_faults = !ignored,
		.cache_op_access_flag_faults =
			of[CHOICE_CACHE_OP_ACCESS_FLAG] == CACHE_OP_TAKES_ACCESS_FLAG_FAULT,
		.af_update_on_fault = of[CHOICE_ACCESS_FLAG_ON_FAULT] == ACCESS_FLAG_SET_ON_FAULT,
		.dirty_update_on_alignment =
			of[CHOICE_DIRTY_ON_ALIGNMENT_FAULT] == DIRTY_SET_ON_ALIGNMENT_FAULT,
		.unsupported_update_aborts =
			of[CHOICE_UNSUPPORTED_UPDATE] == UNSUPPORTED_UPDATE_ABORTS,
		.repeats_max = 4,
		.ic_permission_faults = of[CHOICE_IC_AT_EL0] == IC_AT_EL0_NEEDS_READ,
		.fetch_device_faults = of[CHOICE_FETCH_FROM_DEVICE] == FETCH_FROM_DEVICE_FAULTS,
		.nT_faults = of[CHOICE_BLOCK_NT] == BLOCK_NT_FAULTS,
		.at_updates = of[CHOICE_AT_ACCESS_FLAG] == AT_SETS_ACCESS_FLAG,
		.reserved_mair = reserved_mair[of[CHOICE_RESERVED_ATTR]],
		.reserved_s2_cacheability = reserved_memattr[of[CHOICE_RESERVED_MEMATTR]],
		.reserved_sh = reserved_sh[of[CHOICE_RESERVED_SH]],
	};
}

static struct naive_registers naive_registers(const struct nw_registers *r)
{
	return (struct naive_registers){
		.SCTLR_EL1 = r->SCTLR_EL1,
		.TCR_EL1 = r->TCR_EL1,
		.TTBR0_EL1 = r->TTBR0_EL1,
		.TTBR1_EL1 = r->TTBR1_EL1,
		.MAIR_EL1 = r->MAIR_EL1,
		.SCTLR_EL2 = r->SCTLR_EL2,
		.TCR_EL2 = r->TCR_EL2,
		.TTBR0_EL2 = r->TTBR0_EL2,
		.TTBR1_EL2 = r->TTBR1_EL2,
		.MAIR_EL2 = r->MAIR_EL2,
		.HCR_EL2 = r->HCR_EL2,
		.VTCR_EL2 = r->VTCR_EL2,
		.VTTBR_EL2 = r->VTTBR_EL2,
	};
}

/* ------------------------------------------------------------------ mmu/'s view */

static struct nw_port_read mmu_read(void *ctx, pa_t pa)
{
	struct nw_port_read read = {.value = 0};

	read.abort = !diff_read(ctx, pa.value, &read.value);
	return read;
}

static enum nw_port_update_outcome mmu_update(void *ctx, pa_t pa, uint64_t expected,
					      uint64_t desired)
{
	switch (diff_swap(ctx, pa.value, expected, desired)) {
	case NAIVE_SWAP_DONE:
		return UPDATE_DONE;
	case NAIVE_SWAP_DIFFERS:
		return UPDATE_DIFFERS;
	case NAIVE_SWAP_UNSUPPORTED:
		return UPDATE_UNSUPPORTED;
	default:
		return UPDATE_ABORT;
	}
}

static void saw_walk(void *ctx, const struct nw_walk *walk)
{
	struct diff_pair *pair = ctx;

	pair->walked = true;
	pair->walk = *walk;
}

void diff_pair_open(struct diff_pair *pair, const struct diff_case *c)
{
	struct nw_config config = {
		.features = c->features,
		.choices = c->choices,
		.tlb_off = true,
		.port = {.ctx = &pair->mmu_memory, .read = mmu_read, .update = mmu_update},
		.observer = {.ctx = pair, .walk = saw_walk},
	};

	pair->mmu_memory.shape = pair->naive_memory.shape = &c->shape;
	pair->mmu_memory.count = pair->naive_memory.count = 0;
	pair->mmu_memory.swaps = pair->naive_memory.swaps = 0;
	pair->mmu = nw_mmu_new(&config);
	*nw_registers(pair->mmu) = c->registers;
	nw_event(pair->mmu, &(struct nw_event){.type = NW_EVENT_REGISTER});
	pair->naive.features = naive_features(&c->features);
	pair->naive.choices = naive_choices(c);
	pair->naive.registers = naive_registers(&c->registers);
	pair->naive.memory = (struct naive_memory){&pair->naive_memory, naive_read, naive_swap};
}

void diff_pair_close(struct diff_pair *pair)
{
	nw_mmu_free(pair->mmu);
}

/* ------------------------------------------------------------------ asking */

static void put_outputs(struct diff_answer *a, const struct nw_translation *t)
{
	if (t->fault.type != FAULT_NONE)
		return;
	a->pa = t->pa.value;
	a->attr = t->attributes.attr;
	a->sh = t->attributes.sh;
	a->xs = t->attributes.xs;
	a->device = t->device;
	a->may_write = t->may_write;
	a->span_bits = t->span_bits;
}

static void ask_mmu(struct diff_pair *pair, const struct diff_question *q)
{
	struct diff_answer *a = &pair->mmu_answer;

	pair->walked = false;
	*a = (struct diff_answer){.count = 0};
	if (q->at) {
		struct nw_at_result at = nw_at(pair->mmu, q->op, (va_t){q->va}, q->el, q->pan, 0);

		a->fault = at.fault;
		a->par = at.fault.type == FAULT_NONE ? at.par : 0;
	} else {
		struct nw_translation t = nw_translate(pair->mmu, (va_t){q->va}, q->access, 0);

		a->fault = t.fault;
		put_outputs(a, &t);
	}
	if (!pair->walked)
		return;
	a->count = pair->walk.fetch_count;
	for (unsigned n = 0; n < a->count; n++) {
		const struct nw_fetch *f = &pair->walk.fetch[n];

		a->log[n] = (struct naive_log){
			f->stage,
			f->level,
			f->purpose == FETCH_FOR_STAGE1 ? f->for_level : NAIVE_OUTPUT,
			f->update,
			f->pa.value,
			f->descriptor,
		};
	}
}

static struct naive_access naive_access(const struct nw_access *access)
{
	struct naive_access a = {.acctype = NAIVE_GPR, .el = access->unprivileged ? 0 : access->el};

	switch (access->type) {
	case NW_FETCH:
		a.acctype = NAIVE_IFETCH;
		return a;
	case NW_IC_OP:
		a.acctype = NAIVE_IC;
		return a;
	case NW_CACHE_OP:
	case NW_CACHE_INVALIDATE:
		a.acctype = NAIVE_DC;
		a.cacheop = access->type == NW_CACHE_OP ? NAIVE_CLEAN : NAIVE_INVALIDATE;
		return a;
	case NW_AT_LOAD:
	case NW_AT_STORE:
		a.acctype = NAIVE_AT;
		break;
	default:
		break;
	}
	a.write = access->type == NW_STORE || access->type == NW_AT_STORE;
	a.read = !a.write || access->read_write;
	a.write |= access->read_write;
	a.pan = true;
	return a;
}

static const enum nw_fault_type type_of[] = {
	[NAIVE_FAULT_NONE] = FAULT_NONE,
	[NAIVE_FAULT_ADDRESS_SIZE] = FAULT_ADDRESS_SIZE,
	[NAIVE_FAULT_TRANSLATION] = FAULT_TRANSLATION,
	[NAIVE_FAULT_ACCESS_FLAG] = FAULT_ACCESS_FLAG,
	[NAIVE_FAULT_PERMISSION] = FAULT_PERMISSION,
	[NAIVE_FAULT_ALIGNMENT] = FAULT_ALIGNMENT,
	[NAIVE_FAULT_EXTERNAL_ON_WALK] = FAULT_EXTERNAL_ON_WALK,
	[NAIVE_FAULT_HW_UPDATE] = FAULT_UNSUPPORTED_UPDATE,
};

/* The naive walker's fault as mmu/ writes it. WnR means nothing for a fetch, and is UNKNOWN for
 * some. */
static void put_fault(struct diff_answer *a, const struct naive_fault *fault)
{
	bool atomic = fault->access.read && fault->access.write;

	a->fault.type = type_of[fault->statuscode];
	if (fault->statuscode == NAIVE_FAULT_NONE)
		return;
	a->fault.level = (int8_t)fault->level;
	a->fault.stage2 = fault->secondstage;
	a->fault.s1ptw = fault->s2fs1walk;
	a->fault.write = FaultSyndrome(fault, 0) >> 6 & 1;
	a->fault.ipa_valid = IPAValid(fault);
	a->fault.ipa.value = fault->ipaddress;
	a->write_known = fault->access.acctype != NAIVE_IFETCH &&
			 fault->statuscode != NAIVE_FAULT_HW_UPDATE &&
			 !(atomic && fault->statuscode == NAIVE_FAULT_EXTERNAL_ON_WALK);
}

static struct naive_at_result ask_naive_at(struct naive *n, const struct diff_question *q)
{
	static const struct {
		bool both;
		int el;
		enum naive_at access;
	} ops[] = {
		[AT_S1E1R] = {false, 1, NAIVE_AT_READ},
		[AT_S1E1W] = {false, 1, NAIVE_AT_WRITE},
		[AT_S1E0R] = {false, 0, NAIVE_AT_READ},
		[AT_S1E0W] = {false, 0, NAIVE_AT_WRITE},
		[AT_S1E1RP] = {false, 1, NAIVE_AT_READ_PAN},
		[AT_S1E1WP] = {false, 1, NAIVE_AT_WRITE_PAN},
		[AT_S1E2R] = {false, 2, NAIVE_AT_READ},
		[AT_S1E2W] = {false, 2, NAIVE_AT_WRITE},
		[AT_S12E1R] = {true, 1, NAIVE_AT_READ},
		[AT_S12E1W] = {true, 1, NAIVE_AT_WRITE},
		[AT_S12E0R] = {true, 0, NAIVE_AT_READ},
		[AT_S12E0W] = {true, 0, NAIVE_AT_WRITE},
	};

	n->pstate_el = q->el;
	n->pstate_pan = q->pan;
	return AT(n, q->va, ops[q->op].both, ops[q->op].el, ops[q->op].access);
}

/* An attribute without XS, which mmu/ tells by itself, and which PAR_EL1 need not tell. */
static unsigned plain_attr(unsigned attr)
{
	if ((attr & 0xf0) == 0)
		return attr & 0xc;
	return attr == 0x40 ? 0x44 : attr == 0xa0 ? 0xaa : attr;
}

static void ask_naive(struct diff_pair *pair, const struct diff_question *q)
{
	struct diff_answer *a = &pair->naive_answer;
	struct naive *n = &pair->naive;

	*a = (struct diff_answer){.count = 0};
	if (q->at) {
		struct naive_at_result at = ask_naive_at(n, q);

		if (at.aborts)
			put_fault(a, &at.fault);
		else
			a->par = at.par;
	} else {
		struct naive_access access = naive_access(&q->access);
		struct naive_address out;

		n->pstate_el = q->access.el;
		n->pstate_pan = q->access.pan;
		out = FullTranslate(n, q->va, access, !q->access.unaligned);
		put_fault(a, &out.fault);
		if (out.fault.statuscode == NAIVE_FAULT_NONE) {
			a->pa = out.paddress;
			a->attr = plain_attr(EncodePARAttrs(n, &out.memattrs));
			a->xs = out.memattrs.xs;
			a->sh = PAREncodeShareability(&out.memattrs);
			a->device = out.memattrs.is_device;
		}
	}
	a->count = n->log_count;
	memcpy(a->log, n->log, n->log_count * sizeof *n->log);
}

/* ------------------------------------------------------------------ comparing */

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
	       (uint64_t)plain_attr((unsigned)(par >> 56)) << 56;
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
	put_outputs(&probed, &t);
	return compare_faults(&probed, n) || compare_outputs(&probed, n) ? "result of a probe"
									 : NULL;
}

const char *diff_ask(struct diff_pair *pair, const struct diff_question *q)
{
	const struct diff_answer *m = &pair->mmu_answer, *n = &pair->naive_answer;
	const char *what, *probed = NULL;
	unsigned swaps = pair->naive_memory.swaps;

	ask_naive(pair, q);
	pair->disturbed = pair->naive_memory.swaps != swaps && pair->naive_memory.shape->interfere;
	if (!q->at)
		probed = compare_probe(pair, q);
	ask_mmu(pair, q);
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
	return FullTranslate(n, va, naive_access(&access), true);
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
