/*
 * Suite cpu/decode: the form of a word. The words were made by the GNU assembler from the text
 * beside them, those that it does not know by hand from the Arm ARM's encoding diagrams; every row
 * of the table has at least one.
 */
#include "tests/cpu/board.h"

#include "a64.h"

static const struct nw_features all = {.set = NW_ALL_FEATURES, .pa_bits = 48};

static const struct row {
	uint32_t word;
	enum a64_form form;
	const char *text;
} rows[] = {
	{0x10000061, A64_ADR, "adr x1, .+12"},
	{0x90000002, A64_ADRP, "adrp x2, .+0x5000"},
	{0x110013e1, A64_ADD_imm, "add w1, wsp, #4"},
	{0x9140047f, A64_ADD_imm, "add sp, x3, #1, lsl #12"},
	{0xb100147f, A64_ADDS_imm, "cmn x3, #5"},
	{0xd10043ff, A64_SUB_imm, "sub sp, sp, #16"},
	{0x713ffc3f, A64_SUBS_imm, "cmp w1, #4095"},
	{0x9200f041, A64_AND_imm, "and x1, x2, #0x5555555555555555"},
	{0xb2401c5f, A64_ORR_imm, "orr sp, x2, #0xff"},
	{0x52010441, A64_EOR_imm, "eor w1, w2, #0x80000001"},
	{0x721f783f, A64_ANDS_imm, "tst w1, #0xfffffffe"},
	{0x12800023, A64_MOVN, "mov w3, #-2"},
	{0xd2e000e3, A64_MOVZ, "movz x3, #7, lsl #48"},
	{0x72bfffe3, A64_MOVK, "movk w3, #0xffff, lsl #16"},
	{0x93407c41, A64_SBFM, "sxtw x1, w2"},
	{0x131f7c41, A64_SBFM, "asr w1, w2, #31"},
	{0xb3440c41, A64_BFM, "bfi x1, x2, #60, #4"},
	{0xd37ff841, A64_UBFM, "lsl x1, x2, #1"},
	{0x53003c41, A64_UBFM, "uxth w1, w2"},
	{0x13820c41, A64_EXTR, "ror w1, w2, #3"},
	{0x93c3fc41, A64_EXTR, "extr x1, x2, x3, #63"},
	{0x54ffffcf, A64_B_cond, "b.nv .-8"},
	{0xd41fffe1, A64_SVC, "svc #65535"},
	{0xd4000002, A64_HVC, "hvc #0"},
	{0xd4000023, A64_SMC, "smc #1"},
	{0xd4200040, A64_BRK, "brk #2"},
	{0xd45e0000, A64_HLT, "hlt #0xf000"},
	{0xd503201f, A64_HINT, "nop"},
	{0xd503207f, A64_HINT, "wfi"},
	{0xd50324df, A64_HINT, "bti jc"},
	{0xd503233f, A64_HINT, "paciasp"},
	{0xd5032fff, A64_HINT, "hint #127"},
	{0xd5033f5f, A64_CLREX, "clrex"},
	{0xd5033f9f, A64_DSB, "dsb sy"},
	{0xd503309f, A64_DSB, "ssbb"},
	{0xd50339bf, A64_DMB, "dmb ishld"},
	{0xd5033fdf, A64_ISB, "isb"},
	{0xd50330ff, A64_SB, "sb"},
	{0xd5034fdf, A64_MSR_imm, "msr daifset, #15"},
	{0xd500419f, A64_MSR_imm, "msr pan, #1"},
	{0xd50040bf, A64_MSR_imm, "msr spsel, #0"},
	{0xd508831f, A64_SYS, "tlbi vmalle1is"},
	{0xd50b7423, A64_DC_ZVA, "dc zva, x3"},
	{0xd50b7524, A64_CACHE_VA, "ic ivau, x4"},
	{0xd50b7e24, A64_CACHE_VA, "dc civac, x4"},
	{0xd50b7c24, A64_SYS, "dc cvap, x4"},
	{0xd5087800, A64_SYS, "at s1e1r, x0"},
	{0xd52b7723, A64_SYSL, "sysl x3, #3, c7, c7, #1"},
	{0xd51c2101, A64_MSR_reg, "msr vttbr_el2, x1"},
	{0xd51b4209, A64_MSR_reg, "msr nzcv, x9"},
	{0xd53be047, A64_MRS, "mrs x7, cntvct_el0"},
	{0xd53ffffe, A64_MRS, "mrs x30, s3_7_c15_c15_7"},
	{0xd69f03e0, A64_ERET, "eret"},
	{0x0000beef, A64_UDF, ".inst 0x0000beef"},
	{0xd500401f, A64_CFINV, "cfinv"},
	{0xd500403f, A64_XAFLAG, "xaflag"},
	{0xd500405f, A64_AXFLAG, "axflag"},
	{0xd61f0220, A64_BR, "br x17"},
	{0xd63f03c0, A64_BLR, "blr x30"},
	{0xd65f03c0, A64_RET, "ret"},
	{0x17ffffff, A64_B, "b .-4"},
	{0x95ffffff, A64_BL, "bl .+134217724"},
	{0x347fffe5, A64_CBZ, "cbz w5, .+1048572"},
	{0xb5800006, A64_CBNZ, "cbnz x6, .-1048576"},
	{0xb6f80027, A64_TBZ, "tbz x7, #63, .+4"},
	{0x37fc0008, A64_TBNZ, "tbnz w8, #31, .-32768"},
	{0x08017c62, A64_STXR, "stxrb w1, w2, [x3]"},
	{0xc801ffe2, A64_STXR, "stlxr w1, x2, [sp]"},
	{0x485f7c41, A64_LDXR, "ldxrh w1, [x2]"},
	{0xc85ffc41, A64_LDXR, "ldaxr x1, [x2]"},
	{0x88210c82, A64_STXP, "stxp w1, w2, w3, [x4]"},
	{0xc8218c82, A64_STXP, "stlxp w1, x2, x3, [x4]"},
	{0xc87f0861, A64_LDXP, "ldxp x1, x2, [x3]"},
	{0x887f8861, A64_LDXP, "ldaxp w1, w2, [x3]"},
	{0x08207c82, A64_CASP, "casp w0, w1, w2, w3, [x4]"},
	{0x4862ffe4, A64_CASP, "caspal x2, x3, x4, x5, [sp]"},
	{0x089f7c41, A64_STLLR, "stllrb w1, [x2]"},
	{0xc89ffc41, A64_STLR, "stlr x1, [x2]"},
	{0x88df7c41, A64_LDLAR, "ldlar w1, [x2]"},
	{0x48dffc41, A64_LDAR, "ldarh w1, [x2]"},
	{0x88a17c62, A64_CAS, "cas w1, w2, [x3]"},
	{0x08e1fc62, A64_CAS, "casalb w1, w2, [x3]"},
	{0xd91ff041, A64_STLUR, "stlur x1, [x2, #-1]"},
	{0x194ff041, A64_LDAPUR, "ldapurb w1, [x2, #255]"},
	{0x59800041, A64_LDAPURS, "ldapursh x1, [x2]"},
	{0x19c00041, A64_LDAPURS, "ldapursb w1, [x2]"},
	{0x999003e1, A64_LDAPURSW, "ldapursw x1, [sp, #-256]"},
	{0xb8210062, A64_LDADD, "ldadd w1, w2, [x3]"},
	{0xf821007f, A64_LDADD, "stadd x1, [x3]"},
	{0x38e11062, A64_LDCLR, "ldclralb w1, w2, [x3]"},
	{0x78212062, A64_LDEOR, "ldeorh w1, w2, [x3]"},
	{0xf8613062, A64_LDSET, "ldsetl x1, x2, [x3]"},
	{0xf8a14062, A64_LDSMAX, "ldsmaxa x1, x2, [x3]"},
	{0xb8215062, A64_LDSMIN, "ldsmin w1, w2, [x3]"},
	{0x38216062, A64_LDUMAX, "ldumaxb w1, w2, [x3]"},
	{0xf8217062, A64_LDUMIN, "ldumin x1, x2, [x3]"},
	{0xf8e183e2, A64_SWP, "swpal x1, x2, [sp]"},
	{0xb8bfc041, A64_LDAPR, "ldapr w1, [x2]"},
	{0x58000041, A64_LDR_lit, "ldr x1, .+8"},
	{0x98ffffc1, A64_LDRSW_lit, "ldrsw x1, .-8"},
	{0xd8000080, A64_PRFM_lit, "prfm pldl1keep, .+16"},
	{0xa8200be1, A64_STP_nontemporal, "stnp x1, x2, [sp, #-512]"},
	{0x285f8861, A64_LDP_nontemporal, "ldnp w1, w2, [x3, #252]"},
	{0xa8817bfd, A64_STP_post, "stp x29, x30, [sp], #16"},
	{0xa8dffbfd, A64_LDP_post, "ldp x29, x30, [sp], #504"},
	{0x68c10861, A64_LDPSW_post, "ldpsw x1, x2, [x3], #8"},
	{0x2900087f, A64_STP_offset, "stp wzr, w2, [x3]"},
	{0xa9410861, A64_LDP_offset, "ldp x1, x2, [x3, #16]"},
	{0x69600861, A64_LDPSW_offset, "ldpsw x1, x2, [x3, #-256]"},
	{0xa9be7bfd, A64_STP_pre, "stp x29, x30, [sp, #-32]!"},
	{0x29c08861, A64_LDP_pre, "ldp w1, w2, [x3, #4]!"},
	{0x69c08861, A64_LDPSW_pre, "ldpsw x1, x2, [x3, #4]!"},
	{0x38100041, A64_STR_unscaled, "sturb w1, [x2, #-256]"},
	{0xf84ff041, A64_LDR_unscaled, "ldur x1, [x2, #255]"},
	{0x38801041, A64_LDRS_unscaled, "ldursb x1, [x2, #1]"},
	{0x78c01041, A64_LDRS_unscaled, "ldursh w1, [x2, #1]"},
	{0xb8801041, A64_LDRSW_unscaled, "ldursw x1, [x2, #1]"},
	{0xf8801040, A64_PRFUM, "prfum pldl1keep, [x2, #1]"},
	{0xb81fc441, A64_STR_post, "str w1, [x2], #-4"},
	{0x784027e1, A64_LDR_post, "ldrh w1, [sp], #2"},
	{0x78802441, A64_LDRS_post, "ldrsh x1, [x2], #2"},
	{0xb8804441, A64_LDRSW_post, "ldrsw x1, [x2], #4"},
	{0xf8000841, A64_STR_unpriv, "sttr x1, [x2]"},
	{0x38403841, A64_LDR_unpriv, "ldtrb w1, [x2, #3]"},
	{0x78c00841, A64_LDRS_unpriv, "ldtrsh w1, [x2]"},
	{0xb8800841, A64_LDRSW_unpriv, "ldtrsw x1, [x2]"},
	{0xf81f0fe1, A64_STR_pre, "str x1, [sp, #-16]!"},
	{0x38401c41, A64_LDR_pre, "ldrb w1, [x2, #1]!"},
	{0x38c01c41, A64_LDRS_pre, "ldrsb w1, [x2, #1]!"},
	{0xb8804c41, A64_LDRSW_pre, "ldrsw x1, [x2, #4]!"},
	{0xf8235841, A64_STR_reg, "str x1, [x2, w3, uxtw #3]"},
	{0x38236841, A64_STR_reg, "strb w1, [x2, x3]"},
	{0xb8637841, A64_LDR_reg, "ldr w1, [x2, x3, lsl #2]"},
	{0x7863cbe1, A64_LDR_reg, "ldrh w1, [sp, w3, sxtw]"},
	{0x38a3e841, A64_LDRS_reg, "ldrsb x1, [x2, x3, sxtx]"},
	{0xb8a37841, A64_LDRSW_reg, "ldrsw x1, [x2, x3, lsl #2]"},
	{0xf8a36851, A64_PRFM_reg, "prfm pstl1strm, [x2, x3]"},
	{0x793ffc5f, A64_STR_unsigned, "strh wzr, [x2, #8190]"},
	{0xf97ffc41, A64_LDR_unsigned, "ldr x1, [x2, #32760]"},
	{0x79c00441, A64_LDRS_unsigned, "ldrsh w1, [x2, #2]"},
	{0xb9800041, A64_LDRSW_unsigned, "ldrsw x1, [x2]"},
	{0xf9800042, A64_PRFM_unsigned, "prfm pldl2keep, [x2]"},
	{0x1ac30841, A64_UDIV, "udiv w1, w2, w3"},
	{0x9ac30c41, A64_SDIV, "sdiv x1, x2, x3"},
	{0x9ac32041, A64_LSLV, "lsl x1, x2, x3"},
	{0x1ac32441, A64_LSRV, "lsr w1, w2, w3"},
	{0x9ac32841, A64_ASRV, "asr x1, x2, x3"},
	{0x1ac32c41, A64_RORV, "ror w1, w2, w3"},
	{0x1ac34041, A64_CRC32, "crc32b w1, w2, w3"},
	{0x9ac35c41, A64_CRC32, "crc32cx w1, w2, x3"},
	{0x5ac00041, A64_RBIT, "rbit w1, w2"},
	{0xdac00441, A64_REV16, "rev16 x1, x2"},
	{0x5ac00841, A64_REV32, "rev w1, w2"},
	{0xdac00841, A64_REV32, "rev32 x1, x2"},
	{0xdac00c41, A64_REV, "rev x1, x2"},
	{0xdac01041, A64_CLZ, "clz x1, x2"},
	{0x5ac01441, A64_CLS, "cls w1, w2"},
	{0x8ac3fc41, A64_AND_shifted, "and x1, x2, x3, ror #63"},
	{0x0a230041, A64_BIC_shifted, "bic w1, w2, w3"},
	{0xaa0203e1, A64_ORR_shifted, "mov x1, x2"},
	{0x2a227fe1, A64_ORN_shifted, "mvn w1, w2, lsl #31"},
	{0xca830441, A64_EOR_shifted, "eor x1, x2, x3, asr #1"},
	{0xca230041, A64_EON_shifted, "eon x1, x2, x3"},
	{0x6a420c3f, A64_ANDS_shifted, "tst w1, w2, lsr #3"},
	{0xea230041, A64_BICS_shifted, "bics x1, x2, x3"},
	{0x8b83fc41, A64_ADD_shifted, "add x1, x2, x3, asr #63"},
	{0x2b027c3f, A64_ADDS_shifted, "cmn w1, w2, lsl #31"},
	{0xcb0203e1, A64_SUB_shifted, "neg x1, x2"},
	{0xeb02003f, A64_SUBS_shifted, "cmp x1, x2"},
	{0x8b23105f, A64_ADD_ext, "add sp, x2, w3, uxtb #4"},
	{0xab23a3ff, A64_ADDS_ext, "cmn sp, w3, sxth"},
	{0x4b234be1, A64_SUB_ext, "sub w1, wsp, w3, uxtw #2"},
	{0xeb23e43f, A64_SUBS_ext, "cmp x1, x3, sxtx #1"},
	{0x1a030041, A64_ADC, "adc w1, w2, w3"},
	{0xba030041, A64_ADCS, "adcs x1, x2, x3"},
	{0xda0203e1, A64_SBC, "ngc x1, x2"},
	{0x7a030041, A64_SBCS, "sbcs w1, w2, w3"},
	{0xba1f842f, A64_RMIF, "rmif x1, #63, #15"},
	{0x3a00082d, A64_SETF, "setf8 w1"},
	{0x3a00482d, A64_SETF, "setf16 w1"},
	{0x3a42b025, A64_CCMN_reg, "ccmn w1, w2, #5, lt"},
	{0xba5fe820, A64_CCMN_imm, "ccmn x1, #31, #0, al"},
	{0xfa42002f, A64_CCMP_reg, "ccmp x1, x2, #15, eq"},
	{0x7a408828, A64_CCMP_imm, "ccmp w1, #0, #8, hi"},
	{0x9a834041, A64_CSEL, "csel x1, x2, x3, mi"},
	{0x1a9f07e1, A64_CSINC, "cset w1, ne"},
	{0xda9f73e1, A64_CSINV, "csetm x1, vs"},
	{0x5a82b441, A64_CSNEG, "cneg w1, w2, ge"},
	{0x9b037c41, A64_MADD, "mul x1, x2, x3"},
	{0x1b039041, A64_MSUB, "msub w1, w2, w3, w4"},
	{0x9b237c41, A64_SMADDL, "smull x1, w2, w3"},
	{0x9b239041, A64_SMSUBL, "smsubl x1, w2, w3, x4"},
	{0x9b437c41, A64_SMULH, "smulh x1, x2, x3"},
	{0x9ba31041, A64_UMADDL, "umaddl x1, w2, w3, x4"},
	{0x9ba3fc41, A64_UMSUBL, "umnegl x1, w2, w3"},
	{0x9bc37c41, A64_UMULH, "umulh x1, x2, x3"},
	{0x2518e3e0, A64_SVE, "ptrue p0.b"},
	{0x04e20020, A64_SVE, "add z0.d, z1.d, z2.d"},
	{0xc0080000, A64_SME, ".inst 0xc0080000"},
	{0x91810441, A64_MTE_imm, "addg x1, x2, #16, #1"},
	{0x91c00420, A64_CSSC_imm, ".inst 0x91c00420"},
	{0x54000030, A64_HBC, ".inst 0x54000030"},
	{0xd4600020, A64_TME_cancel, "tcancel #1"},
	{0xd5031001, A64_WFET, "wfet x1"},
	{0xd5031021, A64_WFIT, "wfit x1"},
	{0xd5033e3f, A64_DSB_nXS, "dsb synxs"},
	{0xd503307f, A64_TME_commit, "tcommit"},
	{0xd5233061, A64_TME_start, "tstart x1"},
	{0xd5233161, A64_TME_start, "ttest x1"},
	{0xd5782000, A64_D128_sys, ".inst 0xd5782000"},
	{0xd65f0bff, A64_RETA, "retaa"},
	{0xd61f0c3f, A64_BRAZ, "brabz x1"},
	{0xd63f083f, A64_BLRAZ, "blraaz x1"},
	{0xd71f0822, A64_BRA, "braa x1, x2"},
	{0xd73f0c22, A64_BLRA, "blrab x1, x2"},
	{0xd69f0bff, A64_ERETA, ".inst 0xd69f0bff"},
	{0xd9200841, A64_MTE_ldst, "stg x1, [x2]"},
	{0xd9600041, A64_MTE_ldst, "ldg x1, [x2]"},
	{0xd9031841, A64_LRCPC3, ".inst 0xd9031841"},
	{0x19030441, A64_CPYF, ".inst 0x19030441"},
	{0x1d43f441, A64_CPY, ".inst 0x1d43f441"},
	{0x19df8441, A64_SET, ".inst 0x19df8441"},
	{0x1dc30441, A64_SETG, ".inst 0x1dc30441"},
	{0xd91f0c41, A64_GCS, ".inst 0xd91f0c41"},
	{0x19201041, A64_LSE128, ".inst 0x19201041"},
	{0xf83f9022, A64_LS64, "st64b x2, [x1]"},
	{0xf821b062, A64_LS64_V, "st64bv x1, x2, [x3]"},
	{0xf83fd022, A64_LS64_LD, "ld64b x2, [x1]"},
	{0x38209041, A64_THE, ".inst 0x38209041"},
	{0x3820a041, A64_THE_2, ".inst 0x3820a041"},
	{0xf8200441, A64_LDRA_offset, "ldraa x1, [x2]"},
	{0xf8a00c41, A64_LDRA_pre, ".inst 0xf8a00c41"},
	{0x68808861, A64_STGP_post, "stgp x1, x2, [x3], #16"},
	{0x69000861, A64_STGP_offset, "stgp x1, x2, [x3]"},
	{0x69808861, A64_STGP_pre, "stgp x1, x2, [x3, #16]!"},
	{0x9ac30041, A64_MTE_reg, "subp x1, x2, x3"},
	{0x9adf1041, A64_MTE_tag, "irg x1, x2"},
	{0x9ac33041, A64_PACGA, "pacga x1, x2, x3"},
	{0x9ac36041, A64_CSSC_reg, ".inst 0x9ac36041"},
	{0xdac01841, A64_CSSC_ctz, ".inst 0xdac01841"},
	{0xdac01c41, A64_CSSC_cnt, ".inst 0xdac01c41"},
	{0xdac02041, A64_CSSC_abs, ".inst 0xdac02041"},
	{0xdac10041, A64_PAC, "pacia x1, x2"},
	{0xdac11c41, A64_AUT, "autdb x1, x2"},
	{0xdac12be1, A64_PACZ, "pacdza x1"},
	{0xdac137e1, A64_AUTZ, "autizb x1"},
	{0xdac147e1, A64_XPAC, "xpacd x1"},
#include "tests/cpu/words_simd_fp.def"
#include "tests/cpu/words_fp.def"
#include "tests/cpu/words_simd_ldst.def"
#include "tests/cpu/words_crypto.def"
	{0x9a0d308f, A64_CPA_add, ".inst 0x9a0d308f"},
	{0x9b7f0afa, A64_CPA_madd, ".inst 0x9b7f0afa"},
	{0xf39ed25f, A64_PAuth_LR_aut, ".inst 0xf39ed25f"},
	{0x550330ff, A64_PAuth_LR_ret, ".inst 0x550330ff"},
	{0xdac191de, A64_PAuth_LR_reg, ".inst 0xdac191de"},
	{0xd65f0fef, A64_PAuth_LR_retr, ".inst 0xd65f0fef"},
	{0x2ea17b15, A64_FP8_cvtl, ".inst 0x2ea17b15"},
	{0x0e07f77d, A64_FP8_cvtn, ".inst 0x0e07f77d"},
	{0x0e07ff7d, A64_FP8_dot, ".inst 0x0e07ff7d"},
	{0x0f2c02cc, A64_FP8_dot_element, ".inst 0x0f2c02cc"},
	{0x4e54c7cd, A64_FP8_mlall, ".inst 0x4e54c7cd"},
	{0x6f4a8a7d, A64_FP8_mlall_element, ".inst 0x6f4a8a7d"},
	{0x0ed2fc20, A64_FP8_mlal, ".inst 0x0ed2fc20"},
	{0x0ff8025f, A64_FP8_mlal_element, ".inst 0x0ff8025f"},
	{0x4eb7dfd4, A64_FAMAX, ".inst 0x4eb7dfd4"},
	{0x4ec31cfc, A64_FAMAX_half, ".inst 0x4ec31cfc"},
	{0x2ea5ff0d, A64_FSCALE, ".inst 0x2ea5ff0d"},
	{0x6ec73fd0, A64_FSCALE_half, ".inst 0x6ec73fd0"},
	{0x4e9c733e, A64_LUTI2, ".inst 0x4e9c733e"},
	{0x4e521161, A64_LUTI4, ".inst 0x4e521161"},
	/* Bits that should be 1 or 0 and are not. */
	{0xc8c08020, A64_LDAR, ".inst 0xc8c08020"},
	{0xc8808020, A64_STLR, ".inst 0xc8808020"},
	{0xc8400020, A64_LDXR, ".inst 0xc8400020"},
	{0xf8a0c020, A64_LDAPR, ".inst 0xf8a0c020"},
	{0xd50331ff, A64_SB, ".inst 0xd50331ff"},
	{0xd500411f, A64_CFINV, ".inst 0xd500411f"},
#include "tests/cpu/words_simd_int.def"
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

START_TEST(word_has_form)
{
	enum a64_form form = a64_decode(&all, rows[_i].word);

	ck_assert_msg(form == rows[_i].form, "%s: form %d %s", rows[_i].text, form,
		      form != A64_UNALLOCATED ? a64_info[form].name : "unallocated");
}
END_TEST

START_TEST(every_row_has_a_word)
{
	bool seen[A64_FORM_COUNT] = {false};

	for (unsigned i = 0; i < ROWS; i++)
		seen[rows[i].form] = true;
	for (unsigned form = 1; form < A64_FORM_COUNT; form++)
		ck_assert_msg(seen[form], "no word of %s", a64_info[form].name);
}
END_TEST

/* ------------------------------------------------------------------ what is unallocated */

static const struct {
	const char *name;
	uint32_t word;
} unallocated[] = {
	{"ADD (shifted register) with ROR", 0x8bc20020},
	{"ADD (shifted register), W, LSL #32", 0x0b028020},
	{"ADD (extended register), LSL #5", 0x8b225420},
	{"AND (immediate) of all ones", 0x9240fc20},
	{"AND (immediate), W, 64-bit element", 0x12400020},
	{"MOVZ W, LSL #32", 0x52c00020},
	{"MOVN with opc 01", 0xb2800020},
	{"UBFM W with N=1", 0x53400020},
	{"UBFM X with N=0", 0xd3000020},
	{"UBFM W with immr 32", 0x53200020},
	{"EXTR W with imms 32", 0x13828020},
	{"LDR (register) with UXTB", 0xf8620820},
	{"LDRSW by LDRS of size 2, opc 11", 0xb9c00020},
	{"LDR (unsigned), size 3, opc 11", 0xf9c00020},
	{"LDP with opc 11", 0xe9400820},
	{"CASP of odd registers", 0x08217c44},
	{"CRC32 with an X result", 0x9ac24020},
	{"SVC with LL 00", 0xd4000000},
	{"DCPS1", 0xd4a00001},
	{"DRPS", 0xd6bf03e0},
	{"SCVTF (scalar, fixed-point), W, 33 bits of fraction", 0x1e027c20},
	{"FCVTNS of ftype 10", 0x1ea00020},
	{"FMOV W, D", 0x1e660020},
	{"FMOV X, S", 0x9e260020},
	{"FCVT of S to S", 0x1e224020},
	{"FRINTN with M=1", 0x9e244020},
	{"FMOV (scalar, immediate) with imm5 00001", 0x1e301020 | 1 << 5},
	{"FADD with S=1", 0x3e222820},
	{"word of op0 0001", 0x02000000},
	{"word of op0 0011", 0x06000000},
};

START_TEST(word_is_unallocated)
{
	enum a64_form form = a64_decode(&all, unallocated[_i].word);

	ck_assert_msg(form == A64_UNALLOCATED, "%s: is %s", unallocated[_i].name,
		      a64_info[form].name);
}
END_TEST

/* ------------------------------------------------------------------ features */

static const struct {
	enum nw_feature feature;
	uint32_t word;
} optional[] = {
	{FEAT_LSE, 0x88a17c62},     /* CAS */
	{FEAT_LSE, 0xb8210062},     /* LDADD */
	{FEAT_LRCPC, 0xb8bfc041},   /* LDAPR */
	{FEAT_LRCPC2, 0x99400041},  /* LDAPUR */
	{FEAT_LOR, 0x88df7c41},     /* LDLAR */
	{FEAT_CRC32, 0x1ac34041},   /* CRC32B */
	{FEAT_FlagM, 0xd500401f},   /* CFINV */
	{FEAT_FlagM2, 0xd500405f},  /* AXFLAG */
	{FEAT_SB, 0xd50330ff},      /* SB */
	{FEAT_AdvSIMD, 0x4e22d420}, /* FADD (vector) */
	{FEAT_FP16, 0x4e421420},    /* FADD (vector) of half precision */
	{FEAT_FHM, 0x4e22ec20},     /* FMLAL */
	{FEAT_FRINTTS, 0x4e21e820}, /* FRINT32Z (vector) */
	{FEAT_FCMA, 0x6e82c420},    /* FCMLA */
	{FEAT_FCMA, 0x6e42c420},    /* FCMLA of half precision */
	{FEAT_FP16, 0x6e42c420},    /* FCMLA of half precision */
};

START_TEST(feature_is_needed)
{
	struct nw_features without = {.set = NW_ALL_FEATURES, .pa_bits = 48};

	nw_switch(&without, optional[_i].feature, false);

	ck_assert_int_ne(a64_decode(&all, optional[_i].word), A64_UNALLOCATED);
	ck_assert_int_eq(a64_decode(&without, optional[_i].word), A64_UNALLOCATED);
}
END_TEST

/* ------------------------------------------------------------------ operand roles */

static const struct {
	enum a64_form form;
	const char *field;
	enum a64_role role;
	bool sp;
	enum a64_role flags, mem, pc;
} roles[] = {
	{A64_ADD_imm, "Rd", A64_WRITE, true, A64_NO_ROLE, A64_NO_ROLE, A64_NO_ROLE},
	{A64_ADDS_imm, "Rd", A64_WRITE, false, A64_WRITE, A64_NO_ROLE, A64_NO_ROLE},
	{A64_ADCS, "Rm", A64_READ, false, A64_BOTH, A64_NO_ROLE, A64_NO_ROLE},
	{A64_MOVK, "Rd", A64_BOTH, false, A64_NO_ROLE, A64_NO_ROLE, A64_NO_ROLE},
	{A64_STR_pre, "Rn", A64_BOTH, true, A64_NO_ROLE, A64_WRITE, A64_NO_ROLE},
	{A64_LDR_unsigned, "Rt", A64_WRITE, false, A64_NO_ROLE, A64_READ, A64_NO_ROLE},
	{A64_CAS, "Rs", A64_BOTH, false, A64_NO_ROLE, A64_BOTH, A64_NO_ROLE},
	{A64_CBZ, "Rt", A64_READ, false, A64_NO_ROLE, A64_NO_ROLE, A64_WRITE},
};

START_TEST(roles_are_known)
{
	const struct a64_info *info = &a64_info[roles[_i].form];
	const struct a64_field_info *field = NULL;

	for (unsigned i = 0; i < info->field_count; i++)
		if (strcmp(info->fields[i].name, roles[_i].field) == 0)
			field = &info->fields[i];
	ck_assert_ptr_nonnull(field);
	ck_assert_int_eq(field->role, roles[_i].role);
	ck_assert_int_eq(field->sp, roles[_i].sp);
	ck_assert_int_eq(info->flags, roles[_i].flags);
	ck_assert_int_eq(info->mem, roles[_i].mem);
	ck_assert_int_eq(info->pc, roles[_i].pc);
}
END_TEST

/* ------------------------------------------------------------------ text */

static const struct {
	uint32_t word;
	const char *text;
} texts[] = {
	{0x91001020, "ADD_imm sf=1 sh=0 imm12=4 Rn=1 Rd=0"},
	{0x17ffffff, "B imm26=-1"},
	{0x10000061, "ADR imm=12 Rd=1"},
	{0xb7f80000, "TBNZ bit=63 imm14=0 Rt=0"},
	{0xf85ff041, "LDR_unscaled size=3 imm9=-1 Rn=2 Rt=1"},
	{0xd4a00001, ""},
};

START_TEST(word_is_described)
{
	char text[80];

	cpu_describe(texts[_i].word, text, sizeof(text));
	ck_assert_str_eq(text, texts[_i].text);
}
END_TEST

START_TEST(description_fits)
{
	char text[10];

	cpu_describe(0x91001020, text, sizeof(text));
	ck_assert_str_eq(text, "ADD_imm s");
	cpu_describe(0x91001020, text, 1);
	ck_assert_str_eq(text, "");
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

int main(void)
{
	Suite *suite = suite_create("cpu/decode");
	TCase *decode = tcase_create("decode");

	tcase_add_loop_test(decode, word_has_form, 0, ROWS);
	tcase_add_test(decode, every_row_has_a_word);
	tcase_add_loop_test(decode, word_is_unallocated, 0, COUNT(unallocated));
	tcase_add_loop_test(decode, feature_is_needed, 0, COUNT(optional));
	tcase_add_loop_test(decode, roles_are_known, 0, COUNT(roles));
	tcase_add_loop_test(decode, word_is_described, 0, COUNT(texts));
	tcase_add_test(decode, description_fits);
	suite_add_tcase(suite, decode);
	return board_run_suite(suite);
}
