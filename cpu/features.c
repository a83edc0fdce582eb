/*
 * Feature sets: --cpu presets and ID register values. What a missing feature takes away from other
 * registers is in reserved.c.
 */
#include "features.h"
#include "layout.h"

#include <string.h>

/* ------------------------------------------------------------------ names and presets */

static const char *const feature_names[NW_FEATURE_COUNT] = {
#define FEATURE(name, text) #name,
#include "../mmu/feature.def"
#undef FEATURE
};

const char *cpu_feature_name(enum nw_feature feature)
{
	return feature_names[feature];
}

/* A set of features as one number. */
typedef unsigned __int128 feature_set;
#define F(feature) ((feature_set)1 << (feature))
#define CRYPTO     (F(FEAT_AES) | F(FEAT_PMULL) | F(FEAT_SHA1) | F(FEAT_SHA256))
#define V8_0                                                                                       \
	(F(FEAT_EL2) | F(FEAT_CRC32) | F(FEAT_ASID16) | F(FEAT_MixedEnd) | F(FEAT_FP) |            \
	 F(FEAT_AdvSIMD) | CRYPTO)
#define V8_2                                                                                       \
	(V8_0 | F(FEAT_LSE) | F(FEAT_LOR) | F(FEAT_PAN) | F(FEAT_PAN2) | F(FEAT_UAO) |             \
	 F(FEAT_HPDS) | F(FEAT_HPDS2) | F(FEAT_HAFDBS) | F(FEAT_VHE) | F(FEAT_VMID16) |            \
	 F(FEAT_XNX) | F(FEAT_TTCNP) | F(FEAT_LRCPC) | F(FEAT_DPB) | F(FEAT_RDM) | F(FEAT_FP16) |  \
	 F(FEAT_DotProd) | F(FEAT_SSBS))

/*
 * The cores of Arm as their Technical Reference Manuals describe MIDR_EL1, ID_AA64PFR0_EL1,
 * ID_AA64PFR1_EL1, ID_AA64ISAR0_EL1, ID_AA64ISAR1_EL1 and ID_AA64MMFR0_EL1 to ID_AA64MMFR2_EL1,
 * with the Cryptographic Extension; of what they have, the features that are modelled here (not
 * AArch32, EL3, FEAT_RAS, FEAT_CSV2, FEAT_PMUv3). `max` has all of them.
 */
static const struct preset {
	const char *name;
	uint64_t midr;
	feature_set set;
	uint8_t pa_bits;
	bool granule_16k;
} presets[] = {
	{"max", 0x000f04e0, ~(feature_set)0, 52, true}, /* implementer 0: reserved for software */
	{"cortex-a35", 0x411fd040, V8_0, 40, true},
	{"cortex-a53", 0x410fd034, V8_0, 40, false},
	{"cortex-a55", 0x412fd050, V8_2, 40, true},
	{"cortex-a57", 0x411fd070, V8_0, 44, false},
	{"cortex-a72", 0x410fd083, V8_0, 44, false},
	{"cortex-a76", 0x414fd0b1, V8_2, 40, true},
	{"neoverse-n1", 0x414fd0c1, V8_2 | F(FEAT_SSBS2), 48, true},
};

/* `max` has all there are. */
#define ALL_FEATURES ((F(NW_FEATURE_COUNT) - 1) & ~F(FEAT_NONE))

bool cpu_preset(const char *name, struct cpu_config *config)
{
	for (size_t i = 0; i < sizeof(presets) / sizeof(presets[0]); i++) {
		const struct preset *p = &presets[i];

		feature_set set = p->set & ALL_FEATURES;

		if (strcmp(p->name, name) != 0)
			continue;
		config->features = (struct nw_features){
			.set = {(uint64_t)set, (uint64_t)(set >> 64)},
			.pa_bits = p->pa_bits,
			.granule_4k = true,
			.granule_16k = p->granule_16k,
			.granule_64k = true,
		};
		config->midr = p->midr;
		config->mpidr = 0x80000000; /* bit 31 is RES1; affinity 0.0.0.0 */
		return true;
	}
	return false;
}

const char *cpu_preset_name(size_t i)
{
	return i < sizeof(presets) / sizeof(presets[0]) ? presets[i].name : NULL;
}

/* ------------------------------------------------------------------ dependencies */

/*
 * Those that the values of one ID field make: the higher value has what the lower has. What the
 * descriptions of ID_AA64PFR0_EL1 and ID_AA64ISAR0_EL1 say of fields that go together: FP and
 * AdvSIMD; SHA1 and SHA2; SHA512 and SHA3; SM3 and SM4. What works on SIMD&FP registers has them.
 * And D8.2 "52-bit addresses": the large addresses of small granules are those of the 64 KB
 * granule.
 */
static const struct {
	enum nw_feature feature, needs;
} dependencies[] = {
	{FEAT_PAN2, FEAT_PAN},         {FEAT_PAN3, FEAT_PAN2},        {FEAT_HPDS2, FEAT_HPDS},
	{FEAT_BBML2, FEAT_BBML1},      {FEAT_LPA2, FEAT_LPA},         {FEAT_LPA2, FEAT_LVA},
	{FEAT_LRCPC2, FEAT_LRCPC},     {FEAT_FlagM2, FEAT_FlagM},     {FEAT_DPB2, FEAT_DPB},
	{FEAT_TLBIRANGE, FEAT_TLBIOS}, {FEAT_SSBS2, FEAT_SSBS},       {FEAT_FP, FEAT_AdvSIMD},
	{FEAT_AdvSIMD, FEAT_FP},       {FEAT_FP16, FEAT_FP},          {FEAT_FHM, FEAT_FP16},
	{FEAT_RDM, FEAT_AdvSIMD},      {FEAT_DotProd, FEAT_AdvSIMD},  {FEAT_FCMA, FEAT_AdvSIMD},
	{FEAT_JSCVT, FEAT_FP},         {FEAT_FRINTTS, FEAT_FP},       {FEAT_AES, FEAT_AdvSIMD},
	{FEAT_PMULL, FEAT_AES},        {FEAT_SHA1, FEAT_AdvSIMD},     {FEAT_SHA1, FEAT_SHA256},
	{FEAT_SHA256, FEAT_SHA1},      {FEAT_SHA512, FEAT_SHA256},    {FEAT_SHA512, FEAT_SHA3},
	{FEAT_SHA3, FEAT_SHA512},      {FEAT_SM3, FEAT_AdvSIMD},      {FEAT_SM3, FEAT_SM4},
	{FEAT_SM4, FEAT_SM3},          {FEAT_MOPS, FEAT_HCX},         {FEAT_PAuth2, FEAT_PAuth},
	{FEAT_FPAC, FEAT_PAuth2},      {FEAT_FPACCOMBINE, FEAT_FPAC},
};

bool cpu_features_possible(const struct nw_features *features, enum nw_feature *feature,
			   enum nw_feature *needs)
{
	for (size_t i = 0; i < sizeof(dependencies) / sizeof(dependencies[0]); i++) {
		*feature = dependencies[i].feature;
		*needs = dependencies[i].needs;
		if (nw_has(features, *feature) && !nw_has(features, *needs))
			return false;
	}
	return true;
}

/* ------------------------------------------------------------------ ID registers */

/*
 * ID fields that follow from one feature; of several rows for a field the last that applies counts.
 */
static const struct id_row {
	enum sysreg reg;
	uint8_t lsb, value;
	enum nw_feature needs;
} id_rows[] = {
#define ID(reg, field, value, needs)                                                               \
	{                                                                                          \
		SYSREG_##reg, reg##_##field##_LSB, value, needs                                    \
	}
	ID(ID_AA64PFR0_EL1, EL0, 1, FEAT_NONE), /* AArch64 only */
	ID(ID_AA64PFR0_EL1, EL1, 1, FEAT_NONE), ID(ID_AA64PFR0_EL1, EL2, 1, FEAT_EL2),
	ID(ID_AA64PFR0_EL1, FP, 0xf, FEAT_NONE), ID(ID_AA64PFR0_EL1, FP, 0, FEAT_FP),
	ID(ID_AA64PFR0_EL1, FP, 1, FEAT_FP16), ID(ID_AA64PFR0_EL1, AdvSIMD, 0xf, FEAT_NONE),
	ID(ID_AA64PFR0_EL1, AdvSIMD, 0, FEAT_AdvSIMD), ID(ID_AA64PFR0_EL1, AdvSIMD, 1, FEAT_FP16),
	ID(ID_AA64PFR0_EL1, DIT, 1, FEAT_DIT), ID(ID_AA64PFR1_EL1, BT, 1, FEAT_BTI),
	ID(ID_AA64PFR1_EL1, SSBS, 1, FEAT_SSBS), ID(ID_AA64PFR1_EL1, SSBS, 2, FEAT_SSBS2),
	ID(ID_AA64DFR0_EL1, DebugVer, 6,
	   FEAT_NONE), /* Armv8 debug, two breakpoints and watchpoints */
	ID(ID_AA64DFR0_EL1, BRPs, 1, FEAT_NONE), ID(ID_AA64DFR0_EL1, WRPs, 1, FEAT_NONE),
	ID(ID_AA64DFR0_EL1, DoubleLock, 0xf, FEAT_NONE), ID(ID_AA64ISAR0_EL1, AES, 1, FEAT_AES),
	ID(ID_AA64ISAR0_EL1, AES, 2, FEAT_PMULL), ID(ID_AA64ISAR0_EL1, SHA1, 1, FEAT_SHA1),
	ID(ID_AA64ISAR0_EL1, SHA2, 1, FEAT_SHA256), ID(ID_AA64ISAR0_EL1, SHA2, 2, FEAT_SHA512),
	ID(ID_AA64ISAR0_EL1, RDM, 1, FEAT_RDM), ID(ID_AA64ISAR0_EL1, SHA3, 1, FEAT_SHA3),
	ID(ID_AA64ISAR0_EL1, SM3, 1, FEAT_SM3), ID(ID_AA64ISAR0_EL1, SM4, 1, FEAT_SM4),
	ID(ID_AA64ISAR0_EL1, DP, 1, FEAT_DotProd), ID(ID_AA64ISAR0_EL1, FHM, 1, FEAT_FHM),
	ID(ID_AA64ISAR0_EL1, RNDR, 1, FEAT_RNG), ID(ID_AA64ISAR0_EL1, CRC32, 1, FEAT_CRC32),
	ID(ID_AA64ISAR0_EL1, Atomic, 2, FEAT_LSE), ID(ID_AA64ISAR0_EL1, TS, 1, FEAT_FlagM),
	ID(ID_AA64ISAR0_EL1, TS, 2, FEAT_FlagM2), ID(ID_AA64ISAR0_EL1, TLB, 1, FEAT_TLBIOS),
	ID(ID_AA64ISAR0_EL1, TLB, 2, FEAT_TLBIRANGE), ID(ID_AA64ISAR1_EL1, DPB, 1, FEAT_DPB),
	ID(ID_AA64ISAR1_EL1, DPB, 2, FEAT_DPB2), ID(ID_AA64ISAR1_EL1, LRCPC, 1, FEAT_LRCPC),
	ID(ID_AA64ISAR1_EL1, LRCPC, 2, FEAT_LRCPC2), ID(ID_AA64ISAR1_EL1, SB, 1, FEAT_SB),
	ID(ID_AA64MMFR0_EL1, ASIDBits, 2, FEAT_ASID16),
	ID(ID_AA64MMFR0_EL1, BigEnd, 1, FEAT_MixedEnd), /* BigEndEL0 is 0 then */
	ID(ID_AA64MMFR1_EL1, HAFDBS, 2, FEAT_HAFDBS),   /* Access flag and dirty state */
	ID(ID_AA64MMFR1_EL1, VH, 1, FEAT_VHE), ID(ID_AA64MMFR1_EL1, VMIDBits, 2, FEAT_VMID16),
	ID(ID_AA64MMFR1_EL1, HPDS, 1, FEAT_HPDS), ID(ID_AA64MMFR1_EL1, HPDS, 2, FEAT_HPDS2),
	ID(ID_AA64MMFR1_EL1, HCX, 1, FEAT_HCX), ID(ID_AA64MMFR1_EL1, nTLBPA, 1, FEAT_nTLBPA),
	ID(ID_AA64MMFR1_EL1, LO, 1, FEAT_LOR), ID(ID_AA64MMFR1_EL1, PAN, 1, FEAT_PAN),
	ID(ID_AA64MMFR1_EL1, PAN, 2, FEAT_PAN2), ID(ID_AA64MMFR1_EL1, PAN, 3, FEAT_PAN3),
	ID(ID_AA64MMFR1_EL1, XNX, 1, FEAT_XNX), ID(ID_AA64MMFR2_EL1, CnP, 1, FEAT_TTCNP),
	ID(ID_AA64MMFR2_EL1, UAO, 1, FEAT_UAO), ID(ID_AA64MMFR2_EL1, VARange, 1, FEAT_LVA),
	ID(ID_AA64MMFR2_EL1, ST, 1, FEAT_TTST), ID(ID_AA64MMFR2_EL1, AT, 1, FEAT_LSE2),
	ID(ID_AA64MMFR2_EL1, TTL, 1, FEAT_TTL), ID(ID_AA64MMFR2_EL1, E0PD, 1, FEAT_E0PD),
	ID(ID_AA64MMFR2_EL1, FWB, 1, FEAT_S2FWB), ID(ID_AA64MMFR2_EL1, BBM, 1, FEAT_BBML1),
	ID(ID_AA64MMFR2_EL1, BBM, 2, FEAT_BBML2), ID(ID_AA64MMFR2_EL1, EVT, 2, FEAT_EVT),
	ID(ID_AA64ISAR1_EL1, XS, 1, FEAT_XS), ID(ID_AA64ISAR1_EL1, JSCVT, 1, FEAT_JSCVT),
	ID(ID_AA64ISAR1_EL1, APA, 1, FEAT_PAuth), ID(ID_AA64ISAR1_EL1, APA, 3, FEAT_PAuth2),
	ID(ID_AA64ISAR1_EL1, APA, 4, FEAT_FPAC), ID(ID_AA64ISAR1_EL1, APA, 5, FEAT_FPACCOMBINE),
	ID(ID_AA64ISAR1_EL1, GPA, 1, FEAT_PAuth), ID(ID_AA64ISAR1_EL1, FCMA, 1, FEAT_FCMA),
	ID(ID_AA64ISAR1_EL1, FRINTTS, 1, FEAT_FRINTTS), ID(ID_AA64ISAR2_EL1, MOPS, 1, FEAT_MOPS),
	ID(ID_AA64ISAR2_EL1, WFxT, 2, FEAT_WFxT), /* the trapped register is told */
	/* 64-byte lines, PIPT; stores are seen by instruction fetches at once */
	ID(CTR_EL0, IminLine, 4, FEAT_NONE), ID(CTR_EL0, L1Ip, 3, FEAT_NONE),
	ID(CTR_EL0, DminLine, 4, FEAT_NONE), ID(CTR_EL0, ERG, 4, FEAT_NONE),
	ID(CTR_EL0, CWG, 4, FEAT_NONE), ID(CTR_EL0, IDC, 1, FEAT_NONE),
	ID(CTR_EL0, DIC, 1, FEAT_NONE), ID(DCZID_EL0, BS, 4, FEAT_NONE), /* 64 bytes */
#undef ID
};

static unsigned pa_range(uint8_t pa_bits)
{
	unsigned code = 0;

	while (code < 6 && vmsa_ps_bits(code) < pa_bits)
		code++;
	return code;
}

/* Granules by ID_AA64MMFR0_EL1: each field has its own value for "not supported". */
static uint64_t mmfr0(const struct nw_features *f)
{
	bool lpa2 = nw_has(f, FEAT_LPA2);
	unsigned t4 = !f->granule_4k ? 0xf : lpa2, t64 = !f->granule_64k ? 0xf : 0;
	unsigned t16 = !f->granule_16k ? 0 : lpa2 ? 2 : 1;
	uint64_t value = FIELD_PUT(ID_AA64MMFR0_EL1_PARange, pa_range(f->pa_bits)) |
			 FIELD_PUT(ID_AA64MMFR0_EL1_TGran4, t4) |
			 FIELD_PUT(ID_AA64MMFR0_EL1_TGran16, t16) |
			 FIELD_PUT(ID_AA64MMFR0_EL1_TGran64, t64);

	if (!lpa2) /* stage 2 as stage 1: 0 */
		return value;
	return value | FIELD_PUT(ID_AA64MMFR0_EL1_TGran4_2, f->granule_4k ? 3 : 1) |
	       FIELD_PUT(ID_AA64MMFR0_EL1_TGran16_2, f->granule_16k ? 3 : 1) |
	       FIELD_PUT(ID_AA64MMFR0_EL1_TGran64_2, f->granule_64k ? 2 : 1);
}

/* What is there for EL2 only is not told of where EL2 is not. */
static const enum nw_feature of_el2[] = {
	FEAT_VHE, FEAT_VMID16, FEAT_XNX, FEAT_S2FWB, FEAT_HCX, FEAT_EVT,
};

uint64_t features_id_register(const struct nw_features *all, enum sysreg reg)
{
	struct nw_features without_el2 = *all;
	const struct nw_features *features = nw_has(all, FEAT_EL2) ? all : &without_el2;
	uint64_t value = reg == SYSREG_ID_AA64MMFR0_EL1 ? mmfr0(features) : 0;

	for (size_t i = 0; i < sizeof(of_el2) / sizeof(of_el2[0]); i++)
		nw_switch(&without_el2, of_el2[i], false);

	for (size_t i = 0; i < sizeof(id_rows) / sizeof(id_rows[0]); i++) {
		const struct id_row *row = &id_rows[i];

		if (row->reg == reg && nw_has(features, row->needs))
			value = (value & ~(UINT64_C(0xf) << row->lsb)) | (uint64_t)row->value
										 << row->lsb;
	}
	return value;
}
