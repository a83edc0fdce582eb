/* Suite cpu/features: presets and the ID registers they come to. */
#include "tests/cpu/board.h"

/* ------------------------------------------------------------------ ID registers */

#define MAX "max"
#define A53 "cortex-a53"
#define A72 "cortex-a72"
#define A76 "cortex-a76"
#define N1  "neoverse-n1"

static const struct {
	const char *preset, *reg;
	uint64_t value;
} ids[] = {
	/* PARange 52 bits, 16-bit ASIDs, mixed endian, 4 KB and 16 KB with 52 bits at both stages,
	   64 KB */
	{MAX, "ID_AA64MMFR0_EL1", 0x0000032310200126},
	/* HAFDBS with dirty state, 16-bit VMIDs, VHE, HPDS2, LO, PAN3, XNX, HCX, nTLBPA */
	{MAX, "ID_AA64MMFR1_EL1", 0x0001010010312122},
	/* CnP, UAO, VARange 52, small tables, LSE2, FWB, TTL, BBM level 2, EVT, E0PD */
	{MAX, "ID_AA64MMFR2_EL1", 0x1221010110010011},
	{MAX, "ID_AA64MMFR3_EL1", 0},
	{MAX, "ID_AA64MMFR4_EL1", 0}, /* HCR_EL2.E2H may be 0 */
	/* EL0 to EL2 in AArch64 only, no EL3, FP and Advanced SIMD with half precision, no GIC, DIT
	 */
	{MAX, "ID_AA64PFR0_EL1", 0x0001000000110111},
	{MAX, "ID_AA64PFR1_EL1", 0x0000000000000021}, /* SSBS with MSR and MRS, BTI */
	{MAX, "ID_AA64DFR0_EL1", 0x000000f000101006}, /* no PMU, two breakpoints and watchpoints */
	/* RNDR, TLBI by range, FlagM2, FHM, DotProd, SM4, SM3, SHA3, RDM, LSE, CRC32, SHA512, SHA1,
	   PMULL */
	{MAX, "ID_AA64ISAR0_EL1", 0x1221111110212120},
	/* XS, SB, FRINTTS, generic and address QARMA5 with combined faults, LRCPC2, FCMA, JSCVT,
	   DPB2 */
	{MAX, "ID_AA64ISAR1_EL1", 0x0100001101211052},
	{MAX, "ID_AA64ISAR2_EL1", 0x10002}, /* MOPS, WFxT */
	{MAX, "ID_AA64ZFR0_EL1", 0},
	{MAX, "ID_PFR0_EL1", 0}, /* no AArch32 */
	{MAX, "MPIDR_EL1", 0x80000000},
	{MAX, "CTR_EL0", 0xb444c004},
	{MAX, "DCZID_EL0", 4},
	{MAX, "CLIDR_EL1", 0},
	{A53, "MIDR_EL1", 0x410fd034},
	{A53, "ID_AA64MMFR0_EL1", 0x0000000000000122}, /* 40 bits; no 16 KB granule */
	{A53, "ID_AA64MMFR1_EL1", 0},
	{A53, "ID_AA64MMFR2_EL1", 0},
	{A53, "ID_AA64PFR0_EL1", 0x0000000000000111},
	{A53, "ID_AA64PFR1_EL1", 0},
	{A53, "ID_AA64ISAR0_EL1", 0x0000000000011120}, /* CRC32, SHA256, SHA1, PMULL */
	{A53, "ID_AA64ISAR1_EL1", 0},
	{A72, "MIDR_EL1", 0x410fd083},
	{A72, "ID_AA64MMFR0_EL1", 0x0000000000000124}, /* 44 bits */
	{A76, "MIDR_EL1", 0x414fd0b1},
	{A76, "ID_AA64MMFR0_EL1", 0x0000000000100122},
	{A76, "ID_AA64MMFR1_EL1", 0x0000000010212122},
	{A76, "ID_AA64MMFR2_EL1", 0x0000000000000011},
	{A76, "ID_AA64PFR0_EL1", 0x0000000000110111},
	{A76, "ID_AA64PFR1_EL1", 0x0000000000000010},  /* SSBS without MSR and MRS */
	{A76, "ID_AA64ISAR0_EL1", 0x0000100010211120}, /* DotProd, RDM and LSE as well */
	{A76, "ID_AA64ISAR1_EL1", 0x0000000000100001}, /* LRCPC, DPB */
	{N1, "MIDR_EL1", 0x414fd0c1},
	{N1, "ID_AA64MMFR0_EL1", 0x0000000000100125}, /* 48 bits */
	{N1, "ID_AA64PFR1_EL1", 0x0000000000000020},  /* SSBS with MSR and MRS */
};

START_TEST(id_register_tells_the_preset)
{
	struct board *board = board_new(ids[_i].preset, 2);
	uint64_t value = cpu_sysreg(board->cpu, ids[_i].reg);

	ck_assert_msg(value == ids[_i].value, "%s of %s: 0x%llx", ids[_i].reg, ids[_i].preset,
		      (unsigned long long)value);
	board_free(board);
}
END_TEST

/* --cpu max,FEAT=off: the field that goes, by register. */
static const struct {
	enum nw_feature off;
	const char *reg;
	uint64_t value;
} without[] = {
	{FEAT_EL2, "ID_AA64PFR0_EL1", 0x0001000000110011},
	{FEAT_LPA2, "ID_AA64MMFR0_EL1", 0x0000000000100126},
	{FEAT_ASID16, "ID_AA64MMFR0_EL1", 0x0000032310200106},
	{FEAT_LVA, "ID_AA64MMFR2_EL1", 0x1221010110000011},
	{FEAT_TTST, "ID_AA64MMFR2_EL1", 0x1221010100010011},
	{FEAT_HAFDBS, "ID_AA64MMFR1_EL1", 0x0001010010312120},
	{FEAT_S2FWB, "ID_AA64MMFR2_EL1", 0x1221000110010011},
	{FEAT_BBML2, "ID_AA64MMFR2_EL1", 0x1211010110010011},
	{FEAT_XS, "ID_AA64ISAR1_EL1", 0x0000001101211052},
	{FEAT_EVT, "ID_AA64MMFR2_EL1", 0x1021010110010011},
	{FEAT_MixedEnd, "ID_AA64MMFR0_EL1", 0x0000032310200026},
	{FEAT_VHE, "ID_AA64MMFR1_EL1", 0x0001010010312022},
	{FEAT_HPDS2, "ID_AA64MMFR1_EL1", 0x0001010010311122},
	{FEAT_PAN3, "ID_AA64MMFR1_EL1", 0x0001010010212122},
	{FEAT_HCX, "ID_AA64MMFR1_EL1", 0x0001000010312122},
	{FEAT_nTLBPA, "ID_AA64MMFR1_EL1", 0x0000010010312122},
	/* no VHE, VMID16, XNX, HCX without EL2 */
	{FEAT_EL2, "ID_AA64MMFR1_EL1", 0x0001000000312002},
	{FEAT_LSE, "ID_AA64ISAR0_EL1", 0x1221111110012120},
	{FEAT_FlagM2, "ID_AA64ISAR0_EL1", 0x1211111110212120},
	{FEAT_VMID16, "ID_AA64MMFR1_EL1", 0x0001010010312102},
	{FEAT_TLBIRANGE, "ID_AA64ISAR0_EL1", 0x1121111110212120},
	{FEAT_DPB2, "ID_AA64ISAR1_EL1", 0x0100001101211051},
	{FEAT_LRCPC2, "ID_AA64ISAR1_EL1", 0x0100001101111052},
	{FEAT_FP16, "ID_AA64PFR0_EL1", 0x0001000000000111},
	{FEAT_PMULL, "ID_AA64ISAR0_EL1", 0x1221111110212110},
	{FEAT_SHA1, "ID_AA64ISAR0_EL1", 0x1221111110212020},
	{FEAT_SHA512, "ID_AA64ISAR0_EL1", 0x1221111110211120},
	{FEAT_SHA3, "ID_AA64ISAR0_EL1", 0x1221111010212120},
	{FEAT_SM3, "ID_AA64ISAR0_EL1", 0x1221110110212120},
	{FEAT_SM4, "ID_AA64ISAR0_EL1", 0x1221101110212120},
	{FEAT_RDM, "ID_AA64ISAR0_EL1", 0x1221111100212120},
	{FEAT_DotProd, "ID_AA64ISAR0_EL1", 0x1221011110212120},
	{FEAT_FHM, "ID_AA64ISAR0_EL1", 0x1220111110212120},
	{FEAT_RNG, "ID_AA64ISAR0_EL1", 0x0221111110212120},
	{FEAT_JSCVT, "ID_AA64ISAR1_EL1", 0x0100001101210052},
	{FEAT_FCMA, "ID_AA64ISAR1_EL1", 0x0100001101201052},
	{FEAT_FRINTTS, "ID_AA64ISAR1_EL1", 0x0100001001211052},
	{FEAT_FPACCOMBINE, "ID_AA64ISAR1_EL1", 0x0100001101211042},
	{FEAT_WFxT, "ID_AA64ISAR2_EL1", 0x10000},
	{FEAT_MOPS, "ID_AA64ISAR2_EL1", 2},
	{FEAT_SSBS2, "ID_AA64PFR1_EL1", 0x0000000000000011},
	{FEAT_BTI, "ID_AA64PFR1_EL1", 0x0000000000000020},
};

START_TEST(feature_off_clears_its_field)
{
	struct cpu_config config = board_config(MAX);

	nw_switch(&config.features, without[_i].off, false);

	struct board *board = board_with(config, 1);

	ck_assert_msg(cpu_sysreg(board->cpu, without[_i].reg) == without[_i].value,
		      "%s without %s: 0x%llx", without[_i].reg, cpu_feature_name(without[_i].off),
		      (unsigned long long)cpu_sysreg(board->cpu, without[_i].reg));
	board_free(board);
}
END_TEST

START_TEST(without_fp_its_fields_say_so)
{
	struct cpu_config config = board_config(A53);

	nw_switch(&config.features, FEAT_FP, false);
	nw_switch(&config.features, FEAT_AdvSIMD, false);

	struct board *board = board_with(config, 1);

	ck_assert_uint_eq(cpu_sysreg(board->cpu, "ID_AA64PFR0_EL1"), 0x0000000000ff0111);
	board_free(board);
}
END_TEST

/* "Not supported" is another value in each of the six fields. */
static const struct {
	bool g4, g16, g64, lpa2;
	uint64_t value;
} granules[] = {
	{true, true, true, false, 0x0000000000100126},
	{true, false, true, false, 0x0000000000000126},
	{false, true, true, false, 0x00000000f0100126},
	{true, true, false, false, 0x000000000f100126},
	{true, false, true, true, 0x0000032110000126},
	{false, true, true, true, 0x00000123f0200126},
	{true, true, false, true, 0x000003131f200126},
};

START_TEST(granules_by_their_own_codes)
{
	struct cpu_config config = board_config(MAX);

	config.features.granule_4k = granules[_i].g4;
	config.features.granule_16k = granules[_i].g16;
	config.features.granule_64k = granules[_i].g64;
	if (!granules[_i].lpa2)
		nw_switch(&config.features, FEAT_LPA2, false);

	struct board *board = board_with(config, 1);

	ck_assert_uint_eq(cpu_sysreg(board->cpu, "ID_AA64MMFR0_EL1"), granules[_i].value);
	board_free(board);
}
END_TEST

static const uint8_t pa_sizes[] = {32, 36, 40, 42, 44, 48, 52};

START_TEST(pa_size_is_parange)
{
	struct cpu_config config = board_config(A53);

	config.features.pa_bits = pa_sizes[_i];

	struct board *board = board_with(config, 1);

	ck_assert_uint_eq(cpu_sysreg(board->cpu, "ID_AA64MMFR0_EL1") & 0xf, (unsigned)_i);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ presets */

static const struct {
	const char *name;
	uint8_t pa_bits;
	bool granule_16k, lse;
} presets[] = {
	{"max", 52, true, true},          {"cortex-a35", 40, true, false},
	{"cortex-a53", 40, false, false}, {"cortex-a55", 40, true, true},
	{"cortex-a57", 44, false, false}, {"cortex-a72", 44, false, false},
	{"cortex-a76", 40, true, true},   {"neoverse-n1", 48, true, true},
};

START_TEST(preset_is_listed_and_right)
{
	struct cpu_config config = {0};

	ck_assert_str_eq(cpu_preset_name((size_t)_i), presets[_i].name);
	ck_assert(cpu_preset(presets[_i].name, &config));
	ck_assert_uint_eq(config.features.pa_bits, presets[_i].pa_bits);
	ck_assert(config.features.granule_4k && config.features.granule_64k);
	ck_assert(config.features.granule_16k == presets[_i].granule_16k);
	ck_assert(nw_has(&config.features, FEAT_LSE) == presets[_i].lse);
	ck_assert(nw_has(&config.features, FEAT_EL2));
	ck_assert_uint_eq(config.mpidr, 0x80000000);
}
END_TEST

/*
 * The values of the Technical Reference Manuals, which QEMU 10.0 has as well, with EL3 and AArch32
 * as cores have them, and the fields of what is not modelled: AArch32 and EL3 (EL0 to EL3), the
 * GIC's registers, FEAT_RAS (RAS, IESB), FEAT_CSV2 and CSV3; Secure memory (SNSMem).
 */
#define PFR0  "ID_AA64PFR0_EL1", UINT64_C(0xff000000ff00ffff)
#define PFR1  "ID_AA64PFR1_EL1", 0
#define ISAR0 "ID_AA64ISAR0_EL1", 0
#define ISAR1 "ID_AA64ISAR1_EL1", 0
#define MMFR0 "ID_AA64MMFR0_EL1", 0xf000
#define MMFR1 "ID_AA64MMFR1_EL1", 0
#define MMFR2 "ID_AA64MMFR2_EL1", 0xf000
#define MIDR  "MIDR_EL1", 0

static const struct {
	const char *preset, *reg;
	uint64_t without, value;
} manuals[] = {
	{"cortex-a35", MIDR, 0x411fd040},
	{"cortex-a35", PFR0, 0x0000000000002222},
	{"cortex-a35", ISAR0, 0x0000000000011120},
	{"cortex-a35", MMFR0, 0x0000000000101122},
	{"cortex-a53", MIDR, 0x410fd034},
	{"cortex-a53", PFR0, 0x0000000000002222},
	{"cortex-a53", ISAR0, 0x0000000000011120},
	{"cortex-a53", ISAR1, 0},
	{"cortex-a53", MMFR0, 0x0000000000001122},
	{"cortex-a53", MMFR1, 0},
	{"cortex-a53", MMFR2, 0},
	{"cortex-a55", MIDR, 0x412fd050},
	{"cortex-a55", PFR0, 0x0000000010112222},
	{"cortex-a55", PFR1, 0x0000000000000010},
	{"cortex-a55", ISAR0, 0x0000100010211120},
	{"cortex-a55", ISAR1, 0x0000000000100001},
	{"cortex-a55", MMFR0, 0x0000000000101122},
	{"cortex-a55", MMFR1, 0x0000000010212122},
	{"cortex-a55", MMFR2, 0x0000000000001011},
	{"cortex-a57", MIDR, 0x411fd070},
	{"cortex-a57", PFR0, 0x0000000000002222},
	{"cortex-a57", ISAR0, 0x0000000000011120},
	{"cortex-a57", MMFR0, 0x0000000000001124},
	{"cortex-a72", MIDR, 0x410fd083},
	{"cortex-a72", PFR0, 0x0000000000002222},
	{"cortex-a72", ISAR0, 0x0000000000011120},
	{"cortex-a72", MMFR0, 0x0000000000001124},
	{"cortex-a72", MMFR1, 0},
	{"cortex-a76", MIDR, 0x414fd0b1},
	{"cortex-a76", PFR0, 0x1100000010111112},
	{"cortex-a76", PFR1, 0x0000000000000010},
	{"cortex-a76", ISAR0, 0x0000100010211120},
	{"cortex-a76", ISAR1, 0x0000000000100001},
	{"cortex-a76", MMFR0, 0x0000000000101122},
	{"cortex-a76", MMFR1, 0x0000000010212122},
	{"cortex-a76", MMFR2, 0x0000000000001011},
	{"neoverse-n1", MIDR, 0x414fd0c1},
	{"neoverse-n1", PFR0, 0x1100000010111112},
	{"neoverse-n1", PFR1, 0x0000000000000020},
	{"neoverse-n1", ISAR0, 0x0000100010211120},
	{"neoverse-n1", ISAR1, 0x0000000000100001},
	{"neoverse-n1", MMFR0, 0x0000000000101125},
	{"neoverse-n1", MMFR1, 0x0000000010212122},
	{"neoverse-n1", MMFR2, 0x0000000000001011},
};

START_TEST(preset_is_as_its_manual_says)
{
	struct board *board = board_new(manuals[_i].preset, 2);
	uint64_t differs = cpu_sysreg(board->cpu, manuals[_i].reg) ^ manuals[_i].value;

	ck_assert_msg((differs & ~manuals[_i].without) == 0, "%s of %s: 0x%llx", manuals[_i].reg,
		      manuals[_i].preset, (unsigned long long)differs);
	board_free(board);
}
END_TEST

START_TEST(unknown_preset_is_refused)
{
	struct cpu_config config = {.midr = 7};

	ck_assert(!cpu_preset("cortex-a5", &config));
	ck_assert(!cpu_preset("", &config));
	ck_assert_uint_eq(config.midr, 7);
	ck_assert_ptr_null(cpu_preset_name(sizeof(presets) / sizeof(presets[0])));
}
END_TEST

START_TEST(preset_has_what_its_features_need)
{
	struct cpu_config config = board_config(cpu_preset_name((size_t)_i));
	enum nw_feature feature, needs;

	ck_assert(cpu_features_possible(&config.features, &feature, &needs));
}
END_TEST

/* The values of an ID field build on each other; LPA2 has the addresses of LPA and LVA. */
static const struct {
	enum nw_feature feature, needs;
} pairs[] = {
	{FEAT_PAN2, FEAT_PAN},
	{FEAT_PAN3, FEAT_PAN2},
	{FEAT_HPDS2, FEAT_HPDS},
	{FEAT_LPA2, FEAT_LPA},
	{FEAT_LPA2, FEAT_LVA},
	{FEAT_LRCPC2, FEAT_LRCPC},
	{FEAT_FlagM2, FEAT_FlagM},
	{FEAT_DPB2, FEAT_DPB},
	{FEAT_TLBIRANGE, FEAT_TLBIOS},
	{FEAT_BBML2, FEAT_BBML1},
	{FEAT_SSBS2, FEAT_SSBS},
	/* ID_AA64PFR0_EL1: FP and AdvSIMD have the same value */
	{FEAT_FP, FEAT_AdvSIMD},
	{FEAT_AdvSIMD, FEAT_FP},
	{FEAT_FP16, FEAT_FP},
	{FEAT_FHM, FEAT_FP16},
	{FEAT_RDM, FEAT_AdvSIMD},
	{FEAT_DotProd, FEAT_AdvSIMD},
	{FEAT_FCMA, FEAT_AdvSIMD},
	{FEAT_JSCVT, FEAT_FP},
	{FEAT_FRINTTS, FEAT_FP},
	{FEAT_AES, FEAT_AdvSIMD},
	{FEAT_PMULL, FEAT_AES},
	{FEAT_SHA1, FEAT_AdvSIMD},
	/* ID_AA64ISAR0_EL1: SHA1 and SHA2, SHA2 0b0010 and SHA3, SM3 and SM4 go together */
	{FEAT_SHA1, FEAT_SHA256},
	{FEAT_SHA256, FEAT_SHA1},
	{FEAT_SHA512, FEAT_SHA256},
	{FEAT_SHA512, FEAT_SHA3},
	{FEAT_MOPS, FEAT_HCX},
	{FEAT_PAuth2, FEAT_PAuth},
	{FEAT_FPAC, FEAT_PAuth2},
	{FEAT_FPACCOMBINE, FEAT_FPAC},
	{FEAT_SHA3, FEAT_SHA512},
	{FEAT_SM3, FEAT_AdvSIMD},
	{FEAT_SM3, FEAT_SM4},
	{FEAT_SM4, FEAT_SM3},
};

/* With the feature alone, what it is refused for is given until the one in question is named. */
START_TEST(feature_needs_another)
{
	struct nw_features features = {.pa_bits = 52};
	enum nw_feature feature, needs;
	bool named = false;

	nw_switch(&features, pairs[_i].feature, true);
	while (!named && !cpu_features_possible(&features, &feature, &needs)) {
		named = feature == pairs[_i].feature && needs == pairs[_i].needs;
		nw_switch(&features, needs, needs != pairs[_i].needs);
	}
	ck_assert(named);
}
END_TEST

START_TEST(features_that_go_together_go_together)
{
	struct nw_features features = board_config(MAX).features;
	enum nw_feature feature, needs;

	nw_switch(&features, FEAT_SHA512, false);
	nw_switch(&features, FEAT_SHA3, false);
	nw_switch(&features, FEAT_SM3, false);
	nw_switch(&features, FEAT_SM4, false);
	ck_assert(cpu_features_possible(&features, &feature, &needs));
}
END_TEST

START_TEST(features_have_their_names)
{
	ck_assert_str_eq(cpu_feature_name(FEAT_LPA2), "FEAT_LPA2");
	ck_assert_str_eq(cpu_feature_name(FEAT_EL2), "FEAT_EL2");
}
END_TEST

#define ROWS(a) ((int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
	Suite *suite = suite_create("cpu/features");
	TCase *tcase = tcase_create("features");

	tcase_add_loop_test(tcase, id_register_tells_the_preset, 0, ROWS(ids));
	tcase_add_loop_test(tcase, feature_off_clears_its_field, 0, ROWS(without));
	tcase_add_test(tcase, without_fp_its_fields_say_so);
	tcase_add_loop_test(tcase, granules_by_their_own_codes, 0, ROWS(granules));
	tcase_add_loop_test(tcase, pa_size_is_parange, 0, ROWS(pa_sizes));
	tcase_add_loop_test(tcase, preset_is_listed_and_right, 0, ROWS(presets));
	tcase_add_loop_test(tcase, preset_is_as_its_manual_says, 0, ROWS(manuals));
	tcase_add_test(tcase, unknown_preset_is_refused);
	tcase_add_loop_test(tcase, preset_has_what_its_features_need, 0, ROWS(presets));
	tcase_add_loop_test(tcase, feature_needs_another, 0, ROWS(pairs));
	tcase_add_test(tcase, features_that_go_together_go_together);
	tcase_add_test(tcase, features_have_their_names);
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
