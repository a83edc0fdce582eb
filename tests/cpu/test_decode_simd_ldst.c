/* Suite cpu/decode_simd_ldst: what a64_simd_ldst.decode and a64_crypto.decode leave unallocated,
 * and the features they need. Words of their rows: words_*.def. */
#include "tests/cpu/board.h"

#include "a64.h"

static const struct nw_features all = {.set = NW_ALL_FEATURES, .pa_bits = 48};

static const struct {
	const char *name;
	uint32_t word;
} unallocated[] = {
	{"LD2 of 1D", 0x0c408c20},
	{"LD3 of 1D, post-indexed", 0x0cc24c20},
	{"LD1 (multiple structures), opcode 0001", 0x0c401020},
	{"LD1 (multiple structures) without post-index, Rm 1", 0x0c417020},
	{"LD1 (single structure) without post-index, Rm 2", 0x0d420020},
	{"ST1R", 0x0d00c020},
	{"LD1R with S=1", 0x0d40d020},
	{"LD1 (single structure) of H, size 01", 0x0d404420},
	{"LD1 (single structure) of S, size 10", 0x0d408820},
	{"LD1 (single structure) of D, S=1", 0x0d409420},
	{"LDR (literal), opc 11", 0xdc000040},
	{"LDP, opc 11", 0xed400820},
	{"LDR of Q, size 01", 0x7dc00020},
	{"LDR (register) of Q with UXTB", 0x3ce20820},
	{"LDTR of Q", 0x3cc00820},
	{"AESE with size 01", 0x4e684820},
	{"SHA three registers, opcode 111", 0x5e027020},
	{"SHA two registers, opcode 00011", 0x5e283820},
	{"SHA512 three registers, O 1, opcode 11", 0xce62cc20},
	{"SHA512 two registers, opcode 10", 0xcec08820},
	{"four registers, Op0 11", 0xce620020},
};

START_TEST(word_is_unallocated)
{
	enum a64_form form = a64_decode(&all, unallocated[_i].word);

	ck_assert_msg(form == A64_UNALLOCATED, "%s: is %s", unallocated[_i].name,
		      a64_info[form].name);
}
END_TEST

static const struct {
	enum nw_feature feature;
	uint32_t word;
} optional[] = {
	{FEAT_FP, 0x3dc00020},      /* LDR of Q */
	{FEAT_AdvSIMD, 0x4c407020}, /* LD1 */
	{FEAT_AES, 0x4e284820},     /* AESE */
	{FEAT_AES, 0x4e287820},     /* AESIMC */
	{FEAT_PMULL, 0x0ee2e020},   /* PMULL */
	{FEAT_SHA1, 0x5e020020},    /* SHA1C */
	{FEAT_SHA1, 0x5e280820},    /* SHA1H */
	{FEAT_SHA256, 0x5e024020},  /* SHA256H */
	{FEAT_SHA256, 0x5e282820},  /* SHA256SU0 */
	{FEAT_SHA512, 0xce628020},  /* SHA512H */
	{FEAT_SHA512, 0xcec08020},  /* SHA512SU0 */
	{FEAT_SHA3, 0xce020c20},    /* EOR3 */
	{FEAT_SHA3, 0xce628c20},    /* RAX1 */
	{FEAT_SM3, 0xce420c20},     /* SM3SS1 */
	{FEAT_SM3, 0xce428020},     /* SM3TT1A */
	{FEAT_SM4, 0xcec08420},     /* SM4E */
};

START_TEST(feature_is_needed)
{
	struct nw_features without = {.set = NW_ALL_FEATURES, .pa_bits = 48};

	nw_switch(&without, optional[_i].feature, false);

	ck_assert_int_ne(a64_decode(&all, optional[_i].word), A64_UNALLOCATED);
	ck_assert_int_eq(a64_decode(&without, optional[_i].word), A64_UNALLOCATED);
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

int main(void)
{
	Suite *suite = suite_create("cpu/decode_simd_ldst");
	TCase *decode = tcase_create("decode");

	tcase_add_loop_test(decode, word_is_unallocated, 0, COUNT(unallocated));
	tcase_add_loop_test(decode, feature_is_needed, 0, COUNT(optional));
	suite_add_tcase(suite, decode);
	return board_run_suite(suite);
}
