/*
 * What writes of system registers keep: RES0 and RES1 of the layouts, and the fields that a missing
 * feature takes away.
 */
#include "features.h"
#include "layout.h"

#include <string.h>

/* Names are those of layouts: registers, and views of registers such as TCR_EL2_E2H1. */
struct layout_row {
	const char *layout;
	uint64_t res0, res1;
};

static const struct layout_row reserved[] = {
#define FIELD(reg, name, msb, lsb)
#define IGNORED(reg, msb, lsb)
#define RES0(reg, msb, lsb) {#reg, VMSA_MASK(msb, lsb), 0},
#define RES1(reg, msb, lsb) {#reg, 0, VMSA_MASK(msb, lsb)},
#include "../mmu/sysreg.def"
#include "layout.def"
#undef RES1
#undef RES0
#undef IGNORED
#undef FIELD
	{"ESR_EL1", ~UINT64_C(0xffffffff), 0}, /* ESR_ELx */
	{"ESR_EL2", ~UINT64_C(0xffffffff), 0},
};

/* No core here offers it. */
#define FEAT_NEVER NW_FEATURE_COUNT

/* Fields that are RES0 (absent1: RES1) without a feature. */
static const struct field_row {
	const char *layout;
	enum nw_feature needs;
	uint64_t mask;
	bool absent1;
} fields[] = {
#define NEEDS(reg, field, needs)                                                                   \
	{                                                                                          \
#reg, needs, FIELD_MASK(reg##_##field), false                                      \
	}
#define NEEDS1(reg, field, needs)                                                                  \
	{                                                                                          \
#reg, needs, FIELD_MASK(reg##_##field), true                                       \
	}
#define NEEDS_SCTLR(reg)                                                                           \
	NEEDS(reg, nAA, FEAT_LSE2), NEEDS(reg, EE, FEAT_MixedEnd), NEEDS(reg, DSSBS, FEAT_SSBS),   \
		NEEDS(reg, EnIA, FEAT_PAuth), NEEDS(reg, EnIB, FEAT_PAuth),                        \
		NEEDS(reg, EnDA, FEAT_PAuth), NEEDS(reg, EnDB, FEAT_PAuth)
#define NEEDS_TCR_TWO_RANGES(reg)                                                                  \
	NEEDS(reg, AS, FEAT_ASID16), NEEDS(reg, HA, FEAT_HAFDBS), NEEDS(reg, HD, FEAT_HAFDBS),     \
		NEEDS(reg, HPD0, FEAT_HPDS), NEEDS(reg, HPD1, FEAT_HPDS),                          \
		NEEDS(reg, HWU059, FEAT_HPDS2), NEEDS(reg, HWU060, FEAT_HPDS2),                    \
		NEEDS(reg, HWU061, FEAT_HPDS2), NEEDS(reg, HWU062, FEAT_HPDS2),                    \
		NEEDS(reg, HWU159, FEAT_HPDS2), NEEDS(reg, HWU160, FEAT_HPDS2),                    \
		NEEDS(reg, HWU161, FEAT_HPDS2), NEEDS(reg, HWU162, FEAT_HPDS2),                    \
		NEEDS(reg, TBID0, FEAT_PAuth), NEEDS(reg, TBID1, FEAT_PAuth),                      \
		NEEDS(reg, E0PD0, FEAT_E0PD), NEEDS(reg, E0PD1, FEAT_E0PD),                        \
		NEEDS(reg, DS, FEAT_LPA2)
#define NEEDS_TCR_ONE_RANGE(reg)                                                                   \
	NEEDS(reg, HA, FEAT_HAFDBS), NEEDS(reg, HD, FEAT_HAFDBS), NEEDS(reg, HWU59, FEAT_HPDS2),   \
		NEEDS(reg, HWU60, FEAT_HPDS2), NEEDS(reg, HWU61, FEAT_HPDS2),                      \
		NEEDS(reg, HWU62, FEAT_HPDS2), NEEDS(reg, DS, FEAT_LPA2)
#define NEEDS_SPSR(reg)                                                                            \
	NEEDS(reg, BTYPE, FEAT_BTI), NEEDS(reg, SSBS, FEAT_SSBS), NEEDS(reg, PAN, FEAT_PAN),     \
		NEEDS(reg, UAO, FEAT_UAO), NEEDS(reg, DIT, FEAT_DIT)
	NEEDS_SCTLR(SCTLR_EL1),
	NEEDS1(SCTLR_EL1, SPAN, FEAT_PAN),
	NEEDS(SCTLR_EL1, E0E, FEAT_MixedEnd),
	NEEDS(SCTLR_EL1, BT0, FEAT_BTI),
	NEEDS(SCTLR_EL1, BT1, FEAT_BTI),
	NEEDS(SCTLR_EL1, MSCEn, FEAT_MOPS),
	NEEDS(SCTLR_EL1, EPAN, FEAT_PAN3),
	NEEDS_SCTLR(SCTLR_EL2),
	NEEDS(SCTLR_EL2, BT, FEAT_BTI),
	NEEDS_SCTLR(SCTLR_EL2_E2H1),
	NEEDS1(SCTLR_EL2_E2H1, SPAN, FEAT_PAN),
	NEEDS(SCTLR_EL2_E2H1, E0E, FEAT_MixedEnd),
	NEEDS(SCTLR_EL2_E2H1, BT0, FEAT_BTI),
	NEEDS(SCTLR_EL2_E2H1, BT, FEAT_BTI),
	NEEDS(SCTLR_EL2_E2H1, MSCEn, FEAT_MOPS),
	NEEDS(SCTLR_EL2_E2H1, EPAN, FEAT_PAN3),
	NEEDS1(HCR_EL2, RW, FEAT_NEVER), /* no AArch32 at EL1 */
	NEEDS(HCR_EL2, MIOCNCE, FEAT_NEVER),
	NEEDS(HCR_EL2, TLOR, FEAT_LOR),
	NEEDS(HCR_EL2, E2H, FEAT_VHE),
	NEEDS(HCR_EL2, APK, FEAT_PAuth),
	NEEDS(HCR_EL2, API, FEAT_PAuth),
	NEEDS(HCR_EL2, FWB, FEAT_S2FWB),
	NEEDS(HCR_EL2, TID4, FEAT_EVT),
	NEEDS(HCR_EL2, TICAB, FEAT_EVT),
	NEEDS(HCR_EL2, TOCU, FEAT_EVT),
	NEEDS(HCR_EL2, TTLBIS, FEAT_EVT),
	NEEDS(HCR_EL2, TTLBOS, FEAT_EVT),
	NEEDS(HCRX_EL2, FnXS, FEAT_XS),
	NEEDS(HCRX_EL2, MCE2, FEAT_MOPS),
	NEEDS(HCRX_EL2, MSCEn, FEAT_MOPS),
	NEEDS_TCR_TWO_RANGES(TCR_EL1),
	NEEDS_TCR_ONE_RANGE(TCR_EL2),
	NEEDS(TCR_EL2, HPD, FEAT_HPDS),
	NEEDS(TCR_EL2, TBID, FEAT_PAuth),
	NEEDS_TCR_TWO_RANGES(TCR_EL2_E2H1),
	NEEDS_TCR_ONE_RANGE(VTCR_EL2),
	NEEDS(VTCR_EL2, VS, FEAT_VMID16),
	NEEDS(VTCR_EL2, SL2, FEAT_LPA2),
	NEEDS(TTBR0_EL1, CnP, FEAT_TTCNP),
	NEEDS(TTBR1_EL1, CnP, FEAT_TTCNP),
	NEEDS(TTBR0_EL2, CnP, FEAT_TTCNP),
	NEEDS(TTBR0_EL2, ASID, FEAT_VHE),
	NEEDS(TTBR1_EL2, CnP, FEAT_TTCNP),
	NEEDS(VTTBR_EL2, CnP, FEAT_TTCNP),
	NEEDS_SPSR(SPSR_EL1),
	NEEDS_SPSR(SPSR_EL2),
};

/* Layouts by number: those of registers, then the views that HCR_EL2.E2H=1 gives of registers of
 * EL2. */
enum { VIEWS = 4, LAYOUTS = SYSREG_COUNT + VIEWS };

static const enum sysreg viewed[VIEWS] = {
	SYSREG_SCTLR_EL2,
	SYSREG_TCR_EL2,
	SYSREG_CPTR_EL2,
	SYSREG_CNTHCTL_EL2,
};

static const char *const layout_names[LAYOUTS] = {
#define SYSREG(name, op0, op1, CRn, CRm, op2, lowest_el, access, reset, needs, hook) #name,
#include "sysreg.def"
#undef SYSREG
	"SCTLR_EL2_E2H1",
	"TCR_EL2_E2H1",
	"CPTR_EL2_E2H1",
	"CNTHCTL_EL2_E2H1",
};

struct masks {
	uint64_t res0, res1;
};

/* Of the layout named; `last` is the answer for the row before, which most often has the same. */
static struct masks *masks_named(struct masks masks[LAYOUTS + 1], const char *name,
				 struct masks *last)
{
	size_t n = (size_t)(last - masks);

	if (n < LAYOUTS && strcmp(layout_names[n], name) == 0)
		return last;
	for (n = 0; n < LAYOUTS && strcmp(layout_names[n], name) != 0;)
		n++;
	return &masks[n]; /* the last one: no register, but a descriptor or a syndrome */
}

static void collect(const struct nw_features *features, struct masks masks[LAYOUTS + 1])
{
	struct masks *m = masks;

	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		m = masks_named(masks, reserved[i].layout, m);
		m->res0 |= reserved[i].res0;
		m->res1 |= reserved[i].res1;
	}
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct field_row *row = &fields[i];

		if (row->needs != FEAT_NEVER && nw_has(features, row->needs))
			continue;
		m = masks_named(masks, row->layout, m);
		*(row->absent1 ? &m->res1 : &m->res0) |= row->mask;
	}
}

/*
 * A bit that is reserved in one context only keeps what was written, whatever the context is
 * (Glossary of DDI 0487, "RES0" and "RES1"): a register with two layouts has only the bits reserved
 * that both reserve.
 */
static void merge_views(struct masks masks[LAYOUTS + 1])
{
	for (size_t i = 0; i < VIEWS; i++) {
		masks[viewed[i]].res0 &= masks[SYSREG_COUNT + i].res0;
		masks[viewed[i]].res1 &= masks[SYSREG_COUNT + i].res1;
	}
}

void features_masks(const struct nw_features *features, uint64_t res0[SYSREG_COUNT],
		    uint64_t res1[SYSREG_COUNT])
{
	struct masks masks[LAYOUTS + 1] = {{0, 0}};

	collect(features, masks);
	if (nw_has(features, FEAT_VHE))
		merge_views(masks);
	for (enum sysreg reg = 0; reg < SYSREG_COUNT; reg++) {
		res0[reg] = masks[reg].res0;
		res1[reg] = masks[reg].res1;
	}
}
