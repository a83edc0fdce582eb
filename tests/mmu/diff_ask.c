/* Asks both walkers the same. */
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
		.bti = nw_has(f, FEAT_BTI),
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
		.effective_sh_at_stage1 =
			of[CHOICE_STAGE1_SHAREABILITY] == STAGE1_SHAREABILITY_IS_EFFECTIVE,
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
		.tlb_off = !c->caches.on,
		.l1i = c->caches.l1,
		.l1d = c->caches.l1,
		.l2 = c->caches.l2,
		.walk_caches = c->caches.walk,
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

void diff_put_outputs(struct diff_answer *a, const struct nw_translation *t)
{
	if (t->fault.type != FAULT_NONE)
		return;
	a->pa = t->pa.value;
	a->attr = t->attributes.attr;
	a->sh = t->attributes.sh;
	a->xs = t->attributes.xs;
	a->device = t->device;
	a->guarded = t->guarded;
	a->may_write = t->may_write;
	a->span_bits = t->span_bits;
}

void diff_ask_mmu(struct diff_pair *pair, const struct diff_question *q)
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
		diff_put_outputs(a, &t);
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

struct naive_access diff_naive_access(const struct nw_access *access)
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
unsigned diff_plain_attr(unsigned attr)
{
	if ((attr & 0xf0) == 0)
		return attr & 0xc;
	return attr == 0x40 ? 0x44 : attr == 0xa0 ? 0xaa : attr;
}

void diff_ask_naive(struct diff_pair *pair, const struct diff_question *q)
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
		struct naive_access access = diff_naive_access(&q->access);
		struct naive_address out;

		n->pstate_el = q->access.el;
		n->pstate_pan = q->access.pan;
		out = FullTranslate(n, q->va, access, !q->access.unaligned);
		put_fault(a, &out.fault);
		if (out.fault.statuscode == NAIVE_FAULT_NONE) {
			a->pa = out.paddress;
			a->attr = diff_plain_attr(EncodePARAttrs(n, &out.memattrs));
			a->xs = out.memattrs.xs;
			a->sh = PAREncodeShareability(&out.memattrs);
			a->device = out.memattrs.is_device;
			a->guarded = out.guardedpage;
		}
	}
	a->count = n->log_count;
	memcpy(a->log, n->log, n->log_count * sizeof *n->log);
}
