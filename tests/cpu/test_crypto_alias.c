/*
 * Suite cpu/crypto_alias: cryptographic instructions whose operands are one register, which is read
 * before it is written. Results of qemu-aarch64.
 */
#include "tests/cpu/simd_board.h"

#include "cpu/cpu.h"

/* V0 */
static const union vreg before = {.d = {0x0123456789abcdef, 0xf0e1d2c3b4a59687}};

static const struct {
	const char *name;
	uint32_t word;
	uint64_t low, high;
} rows[] = {
	{"aese v0.16b, v0.16b", 0x4e284800, 0x6363636363636363, 0x6363636363636363},
	{"aesd v0.16b, v0.16b", 0x4e285800, 0x5252525252525252, 0x5252525252525252},
	{"aesmc v0.16b, v0.16b", 0x4e286800, 0xcd67892345ef01ab, 0x96c3b4e1d287f0a5},
	{"aesimc v0.16b, v0.16b", 0x4e287800, 0xc66c82284ee40aa0, 0x1e4b3c695a0f782d},
	{"sha1c q0, s0, v0.4s", 0x5e000000, 0xd7b4e5c456341207, 0x8e6cbc15b71bfd8e},
	{"sha1p q0, s0, v0.4s", 0x5e001000, 0xe045bb74b195f823, 0xa38e16bc2d95c02b},
	{"sha1m q0, s0, v0.4s", 0x5e002000, 0x6c56397dde4e9442, 0xbe5ccc2528454036},
	{"sha1su0 v0.4s, v0.4s, v0.4s", 0x5e003000, 0xf0e1d2c3b4a59687, 0x0123456789abcdef},
	{"sha256h q0, q0, v0.4s", 0x5e004000, 0x80a1bc41f9a464f1, 0x29ab2b8d6cd6f53d},
	{"sha256h2 q0, q0, v0.4s", 0x5e005000, 0xaf0ee5b055d709b4, 0x76c838665d238ab9},
	{"sha256su1 v0.4s, v0.4s, v0.4s", 0x5e006000, 0x88ce9a06048d18f9, 0x18ef478ad4e9eadb},
	{"sha1h s0, s0", 0x5e280800, 0x00000000e26af37b, 0x0000000000000000},
	{"sha1su1 v0.4s, v0.4s", 0x5e281800, 0x6b0da7c111111111, 0xc3e187a588888888},
	{"sha256su0 v0.4s, v0.4s", 0x5e282800, 0x7d7f5a3ba92bbc5d, 0x2e3f9f0fa1f29c4c},
	{"pmull v0.1q, v0.1d, v0.1d", 0x0ee0e000, 0x4041444550515455, 0x0001040510111415},
	{"pmull2 v0.1q, v0.2d, v0.2d", 0x4ee0e000, 0x4510441141144015, 0x5500540151045005},
	{"sha512h q0, q0, v0.2d", 0xce608000, 0xb18910c4c9ac0ae6, 0x4f67807bb18d6a64},
	{"sha512h2 q0, q0, v0.2d", 0xce608400, 0xac2ae3a9c7d566b4, 0xa9ca923b4ad02621},
	{"sha512su1 v0.2d, v0.2d, v0.2d", 0xce608800, 0x72e9d0dccf2bcd58, 0x17e194d1faf181ff},
	{"rax1 v0.2d, v0.2d, v0.2d", 0xce608c00, 0x0365cfa89afc5631, 0x11227744ddeebb88},
	{"sm3partw1 v0.4s, v0.4s, v0.4s", 0xce60c000, 0x0f0f1e1e2a2a0808, 0x840c951d2d2d3c3c},
	{"sm3partw2 v0.4s, v0.4s, v0.4s", 0xce60c400, 0x91a2b380d5e6f7c4, 0x29a10b8352cb43da},
	{"sm4ekey v0.4s, v0.4s, v0.4s", 0xce60c800, 0xd2f096b4fad8be9c, 0xeafbc8d915043726},
	{"sm3tt1a v0.4s, v0.4s, v0.s[0]", 0xce408000, 0x4b2d0f6901234567, 0x468c8acef0e1d2c3},
	{"sm3tt1b v0.4s, v0.4s, v0.s[1]", 0xce409400, 0x4b2d0f6901234567, 0x293ed7eaf0e1d2c3},
	{"sm3tt2a v0.4s, v0.4s, v0.s[2]", 0xce40a800, 0xb43da52c01234567, 0x30526981f0e1d2c3},
	{"sm3tt2b v0.4s, v0.4s, v0.s[3]", 0xce40bc00, 0xb43da52c01234567, 0x2d3d0900f0e1d2c3},
	{"eor3 v0.16b, v0.16b, v0.16b, v0.16b", 0xce000000, 0x0123456789abcdef, 0xf0e1d2c3b4a59687},
	{"bcax v0.16b, v0.16b, v0.16b, v0.16b", 0xce200000, 0x0123456789abcdef, 0xf0e1d2c3b4a59687},
	{"sm3ss1 v0.4s, v0.4s, v0.4s, v0.4s", 0xce400000, 0x0000000000000000, 0x77f24a7f00000000},
	{"xar v0.2d, v0.2d, v0.2d, #63", 0xce80fc00, 0x0000000000000000, 0x0000000000000000},
	{"sha512su0 v0.2d, v0.2d", 0xcec08000, 0x7f85107e283af3e7, 0x60749a4020f4b128},
	{"sm4e v0.4s, v0.4s", 0xcec08400, 0x56741230f5d7b193, 0xe8f9cadb4d5c6f7e},
};

START_TEST(operands_are_read_first)
{
	struct board *board = simd_board(GRANULE_4K_BITS, how_of(_i));
	unsigned i = (unsigned)_i / HOW_COUNT;

	load_code(board, &rows[i].word, 1);
	board->cpu->v[0] = before;
	cpu_run(board->cpu, 5000);
	ck_assert_msg(board->cpu->v[0].d[0] == rows[i].low && board->cpu->v[0].d[1] == rows[i].high,
		      "%s: 0x%016lx%016lx", rows[i].name, board->cpu->v[0].d[1],
		      board->cpu->v[0].d[0]);
	board_free(board);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu/crypto_alias");
	TCase *tcase = tcase_create("alias");

	tcase_add_loop_test(tcase, operands_are_read_first, 0,
			    HOW_COUNT * (int)(sizeof(rows) / sizeof(rows[0])));
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
