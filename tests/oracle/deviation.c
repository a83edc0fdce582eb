/* The predicates of deviation.def. */
#include "result.h"

#include <stdbool.h>

#include "../../mmu/vmsa.h"

#define FSC(esr)   ((unsigned)(esr)&0x3f)
#define PSTATE_PAN (UINT64_C(1) << 22)
#define WNR        UINT64_C(0x40)
#define S1PTW      UINT64_C(0x80)
#define PAR_FST(p) ((unsigned)(p) >> 1 & 0x3f)

static bool is_abort(const struct result *r)
{
	return r->kind == RESULT_EXCEPTION && ((r->esr >> 26 & 0x3a) == 0x20);
}

static enum op_kind kind_of(const struct difference *d)
{
	return d->op == NULL ? KINDS : (enum op_kind)op_kinds[d->op->name];
}

static uint64_t sctlr(const struct difference *d)
{
	uint64_t el1 = case_reg(d->c, REG_sctlr_el1);

	return el1 != 0 ? el1 : case_reg(d->c, REG_sctlr_el2);
}

/* The fault code of an abort or of a PAR_EL1; 64: none. */
static unsigned code_of(const struct result *r)
{
	if (is_abort(r))
		return FSC(r->esr);
	return r->kind == RESULT_PAR && (r->value & 1) != 0 ? PAR_FST(r->value) : 64;
}

static bool is_address_size(unsigned code)
{
	return code < FSC_TRANSLATION_L0 || code == FSC_ADDRESS_SIZE_MINUS1;
}

static bool cache_maintenance(const struct difference *d)
{
	return (kind_of(d) == KIND_CACHE || kind_of(d) == KIND_CACHE1) && is_abort(&d->ours) &&
	       d->theirs.kind == RESULT_OK;
}

static bool not_cacheable(const struct difference *d)
{
	uint64_t different = d->ours.value ^ d->theirs.value, hcr = case_reg(d->c, REG_hcr_el2);
	bool off = (sctlr(d) & FIELD_MASK(SCTLR_EL1_C)) == 0 || (hcr & FIELD_MASK(HCR_EL2_CD)) != 0;

	return d->ours.kind == RESULT_PAR && d->theirs.kind == RESULT_PAR && off &&
	       (d->ours.value & 1) == 0 && (different & ~UINT64_C(0xff00000000000180)) == 0 &&
	       (d->ours.value >> 56 == ATTR_NORMAL_NC ||
		d->ours.value >> 56 == ATTR_NORMAL_WB_RAWA);
}

static bool zva_of_device(const struct difference *d)
{
	return kind_of(d) == KIND_ZERO && is_abort(&d->ours) && FSC(d->ours.esr) == FSC_ALIGNMENT;
}

static bool device_alignment(const struct difference *d)
{
	return kind_of(d) <= KIND_UNPRIV && is_abort(&d->ours) &&
	       FSC(d->ours.esr) == FSC_ALIGNMENT && (d->op->value[1] & 15) != 0 &&
	       (sctlr(d) & FIELD_MASK(SCTLR_EL1_A)) == 0;
}

static bool load_exclusive_alignment(const struct difference *d)
{
	return d->op != NULL && d->op->name == OP_ldxr && is_abort(&d->ours) &&
	       FSC(d->ours.esr) == FSC_ALIGNMENT && d->theirs.esr == (d->ours.esr | WNR);
}

static bool atomic_alignment(const struct difference *d)
{
	return kind_of(d) == KIND_ATOMIC && is_abort(&d->ours) &&
	       FSC(d->ours.esr) == FSC_ALIGNMENT && d->theirs.esr == (d->ours.esr | WNR);
}

static bool ptw_level(const struct difference *d)
{
	unsigned ours = code_of(&d->ours), theirs = code_of(&d->theirs);

	return (case_reg(d->c, REG_hcr_el2) & FIELD_MASK(HCR_EL2_PTW)) != 0 &&
	       theirs == FSC_PERMISSION_L0 && (ours & 0x3c) == FSC_PERMISSION_L0 &&
	       (d->ours.kind == RESULT_PAR ? d->ours.value >> 8 & 1 : (d->ours.esr & S1PTW) != 0);
}

static bool both_translated(const struct difference *d)
{
	return d->ours.kind == RESULT_PAR && d->theirs.kind == RESULT_PAR &&
	       ((d->ours.value | d->theirs.value) & 1) == 0;
}

static bool device_type(const struct difference *d)
{
	uint64_t ours = d->ours.value, theirs = d->theirs.value;

	return both_translated(d) && (ours ^ theirs) << 8 == 0 &&
	       theirs >> 56 == ATTR_DEVICE_nGnRE &&
	       (ours >> 56 == ATTR_DEVICE_nGRE || ours >> 56 == ATTR_DEVICE_GRE);
}

static bool forced_device_type(const struct difference *d)
{
	uint64_t ours = d->ours.value, theirs = d->theirs.value;

	return both_translated(d) && (ours ^ theirs) << 8 == 0 && ours >> 56 < theirs >> 56 &&
	       theirs >> 56 <= ATTR_DEVICE_GRE &&
	       (case_reg(d->c, REG_hcr_el2) & FIELD_MASK(HCR_EL2_FWB)) != 0;
}

static bool reserved_shareability(const struct difference *d)
{
	return both_translated(d) && ((d->ours.value ^ d->theirs.value) & ~UINT64_C(0x180)) == 0 &&
	       (d->theirs.value >> 7 & 3) == 1;
}

static bool has_small_table(uint64_t tcr, uint64_t ttbr, unsigned half)
{
	unsigned size = 64 - (unsigned)(half == 0 ? TCR_EL1_T0SZ(tcr) : TCR_EL1_T1SZ(tcr));
	unsigned granule, index_bits;

	if (half == 0)
		granule = TCR_EL1_TG0(tcr) == TG0_4K ? 12 : TCR_EL1_TG0(tcr) == TG0_16K ? 14 : 16;
	else
		granule = TCR_EL1_TG1(tcr) == TG1_4K ? 12 : TCR_EL1_TG1(tcr) == TG1_16K ? 14 : 16;
	if (size <= granule || (granule == 16 ? TCR_EL1_IPS(tcr) != 6 : TCR_EL1_DS(tcr) == 0))
		return false;
	index_bits = (size - granule - 1) % (granule - 3) + 1;
	return index_bits < 3 && (ttbr & 0x30) != 0;
}

static bool small_table(const struct difference *d)
{
	uint64_t el1 = case_reg(d->c, REG_tcr_el1), el2 = case_reg(d->c, REG_tcr_el2);

	return has_small_table(el1, case_reg(d->c, REG_ttbr0_el1), 0) ||
	       has_small_table(el1, case_reg(d->c, REG_ttbr1_el1), 1) ||
	       has_small_table(el2, case_reg(d->c, REG_ttbr0_el2), 0) ||
	       has_small_table(el2, case_reg(d->c, REG_ttbr1_el2), 1);
}

static bool atomic_order(const struct difference *d)
{
	return kind_of(d) == KIND_ATOMIC && is_abort(&d->ours) &&
	       (FSC(d->ours.esr) & 0x3c) == FSC_PERMISSION_L0 && (d->ours.esr & WNR) != 0 &&
	       is_abort(&d->theirs) && (d->theirs.esr & WNR) == 0;
}

static bool wxn_under_pan(const struct difference *d)
{
	return kind_of(d) == KIND_FETCH && (d->op->value[0] & PSTATE_PAN) != 0 &&
	       is_abort(&d->ours) && (FSC(d->ours.esr) & 0x3c) == FSC_PERMISSION_L0 &&
	       (sctlr(d) & FIELD_MASK(SCTLR_EL1_WXN)) != 0 &&
	       (sctlr(d) & FIELD_MASK(SCTLR_EL1_EPAN)) != 0;
}

/* TCR_ELx.HA and HD in the regime that the case is about. */
static bool updates_dirty_state(const struct difference *d)
{
	uint64_t both = FIELD_MASK(TCR_EL1_HA) | FIELD_MASK(TCR_EL1_HD),
		 el2 = FIELD_MASK(TCR_EL2_HA) | FIELD_MASK(TCR_EL2_HD);
	uint64_t tcr = case_reg(d->c, REG_tcr_el2);

	if ((case_reg(d->c, REG_tcr_el1) & both) == both)
		return true;
	return (case_reg(d->c, REG_hcr_el2) & FIELD_MASK(HCR_EL2_E2H)) != 0 ? (tcr & both) == both
									    : (tcr & el2) == el2;
}

static bool clean_is_writable(const struct difference *d)
{
	return kind_of(d) == KIND_FETCH && is_abort(&d->ours) &&
	       (FSC(d->ours.esr) & 0x3c) == FSC_PERMISSION_L0 && (d->ours.esr & S1PTW) == 0 &&
	       d->ours.hpfar == 0 && updates_dirty_state(d);
}

/* What memory held when the case last wrote it, as both began with it. */
static uint64_t written(const struct difference *d, uint64_t address)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < d->c->count; i++) {
		if (d->c->command[i].kind == COMMAND_WRITE && d->c->command[i].value[0] == address)
			value = d->c->command[i].value[1];
	}
	return value;
}

static bool has_op(const struct difference *d, bool (*is)(enum op op))
{
	for (unsigned i = 0; i < d->c->count; i++) {
		if (d->c->command[i].kind == COMMAND_OP && is((enum op)d->c->command[i].name))
			return true;
	}
	return false;
}

/* Bits of a descriptor that the two left otherwise, or that one of them changed alone; tables can
 * be big-endian. */
static uint64_t otherwise(const struct difference *d)
{
	uint64_t address = d->ours.kind == RESULT_NONE ? d->theirs.address : d->ours.address;
	uint64_t ours = d->ours.kind == RESULT_NONE ? written(d, address) : d->ours.value;
	uint64_t theirs = d->theirs.kind == RESULT_NONE ? written(d, address) : d->theirs.value;

	return d->op != NULL ? 0 : ours ^ theirs;
}

static bool is_flag(uint64_t bits)
{
	return bits == FIELD_MASK(S1_LEAF_AF) || bits == __builtin_bswap64(FIELD_MASK(S1_LEAF_AF));
}

static bool is_dirty(uint64_t bits)
{
	uint64_t dirty = UINT64_C(1) << 7, both = dirty | FIELD_MASK(S1_LEAF_AF);

	return bits == dirty || bits == both || bits == __builtin_bswap64(dirty) ||
	       bits == __builtin_bswap64(both);
}

static bool is_maintenance(enum op op)
{
	return op_kinds[op] == KIND_CACHE || op_kinds[op] == KIND_CACHE1;
}

static bool is_atomic(enum op op)
{
	return op_kinds[op] == KIND_ATOMIC;
}

static bool is_at_write(enum op op)
{
	return op == OP_s1e1w || op == OP_s1e0w || op == OP_s1e1wp || op == OP_s1e2w ||
	       op == OP_s12e1w || op == OP_s12e0w;
}

static bool flag_of_maintenance(const struct difference *d)
{
	return is_flag(otherwise(d)) && has_op(d, is_maintenance) && d->ours.kind == RESULT_CHANGED;
}

static bool flag_of_refused_atomic(const struct difference *d)
{
	return is_flag(otherwise(d)) && has_op(d, is_atomic) && d->theirs.kind == RESULT_CHANGED;
}

static bool dirty_of_at(const struct difference *d)
{
	bool refused =
		d->op != NULL && is_at_write((enum op)d->op->name) &&
		(code_of(&d->theirs) & 0x3c) == FSC_PERMISSION_L0 &&
		(d->theirs.kind == RESULT_PAR ? d->theirs.value >> 8 & 1 : d->theirs.esr >> 7 & 1);

	return refused || (is_dirty(otherwise(d)) && has_op(d, is_at_write) &&
			   d->theirs.kind == RESULT_CHANGED);
}

static bool atomic_update(const struct difference *d)
{
	return kind_of(d) == KIND_ATOMIC && is_abort(&d->ours) &&
	       (FSC(d->ours.esr) & 0x3c) == FSC_PERMISSION_L0 && (d->ours.esr & S1PTW) != 0 &&
	       d->theirs.esr == (d->ours.esr | WNR);
}

static bool is_outer_shareable_by_ipa(enum op op)
{
	return op == OP_ipas2e1os || op == OP_ipas2le1os;
}

static bool outer_shareable_by_ipa(const struct difference *d)
{
	return has_op(d, is_outer_shareable_by_ipa);
}

static bool dirty_of_aborted_atomic(const struct difference *d)
{
	return is_dirty(otherwise(d)) && has_op(d, is_atomic) && d->ours.kind == RESULT_CHANGED;
}

static bool low_block_bits(const struct difference *d)
{
	unsigned theirs = code_of(&d->theirs);

	return theirs > FSC_ADDRESS_SIZE_L0 && theirs < FSC_ADDRESS_SIZE_L0 + 3 &&
	       !is_address_size(code_of(&d->ours));
}

static bool devices_of_the_board(const struct difference *d)
{
	return is_abort(&d->ours) && FSC(d->ours.esr) == FSC_EXTERNAL && !is_abort(&d->theirs);
}

static bool high_output_bits(const struct difference *d)
{
	return is_address_size(code_of(&d->ours));
}

static const struct {
	const char *name;
	bool (*predicate)(const struct difference *d);
} deviations[] = {
#define DEVIATION(predicate, versions, rule, test) {#predicate, predicate},
#include "deviation.def"
#undef DEVIATION
};

unsigned deviation_count(void)
{
	return sizeof(deviations) / sizeof(deviations[0]);
}

const char *deviation_name(int index)
{
	return deviations[index].name;
}

int deviation_of(const struct difference *d)
{
	for (unsigned i = 0; i < deviation_count(); i++) {
		if (deviations[i].predicate(d))
			return (int)i;
	}
	return -1;
}
