/*
 * Suite cpu/crypto: whole algorithms on the examples of their standards, each step by the
 * instruction for it, and polynomial products.
 */
#include "tests/cpu/simd_board.h"

#include "cpu/cpu.h"

#include <stdio.h>

/* Every case runs in all ways. */
static struct board *crypto_board(int i)
{
	return simd_board(GRANULE_4K_BITS, how_of(i));
}

/* What becomes of V0 by an instruction of V0 to V3, which are d, n, m and a. */
static union vreg execute(struct board *board, uint32_t word, union vreg d, union vreg n,
			  union vreg m, union vreg a)
{
	va_t start = cpu_pc(board->cpu);

	board->cpu->v[0] = d;
	board->cpu->v[1] = n;
	board->cpu->v[2] = m;
	board->cpu->v[3] = a;
	load_code(board, &word, 1);
	cpu_run(board->cpu, 100); /* enough for decoded ops to be used */
	cpu_set_pc(board->cpu, start);
	return board->cpu->v[0];
}

static const union vreg zero;

static union vreg of2(struct board *board, uint32_t word, union vreg d, union vreg n)
{
	return execute(board, word, d, n, zero, zero);
}

static union vreg of3(struct board *board, uint32_t word, union vreg d, union vreg n, union vreg m)
{
	return execute(board, word, d, n, m, zero);
}

/* Elements of 32 bits. */
static union vreg words(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	return (union vreg){.s = {a, b, c, d}};
}

static void check_words(union vreg is, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	ck_assert_uint_eq(is.s[0], a);
	ck_assert_uint_eq(is.s[1], b);
	ck_assert_uint_eq(is.s[2], c);
	ck_assert_uint_eq(is.s[3], d);
}

static union vreg sum(union vreg a, union vreg b)
{
	return words(a.s[0] + b.s[0], a.s[1] + b.s[1], a.s[2] + b.s[2], a.s[3] + b.s[3]);
}

static union vreg sum64(union vreg a, union vreg b)
{
	return (union vreg){.d = {a.d[0] + b.d[0], a.d[1] + b.d[1]}};
}

/* EXT: 16 bytes of both, from byte `first` on. */
static union vreg extracted(union vreg a, union vreg b, unsigned first)
{
	union vreg both[2] = {a, b}, result;

	memcpy(&result, (const uint8_t *)both + first, sizeof(result));
	return result;
}

static void check_bytes(const void *bytes, const char *expected, const char *what)
{
	char text[129];

	for (unsigned i = 0; expected[2 * i] != 0; i++)
		snprintf(text + 2 * i, 3, "%02x", ((const uint8_t *)bytes)[i]);
	ck_assert_msg(strcmp(text, expected) == 0, "%s: %s, expected %s", what, text, expected);
}

/* The first block of a message "abc", of words of 32 bits: FIPS 180-4, 5.1.1. */
static void make_abc(union vreg w[4])
{
	memset(w, 0, 4 * sizeof(w[0]));
	w[0].s[0] = 0x61626380;
	w[3].s[3] = 24;
}

/* ------------------------------------------------------------------ AES: FIPS 197, appendix C.1 */

enum { AESE = 0x4e284820, AESD = 0x4e285820, AESMC = 0x4e286820, AESIMC = 0x4e287820 };

/* Its round keys, the first byte lowest. */
static const union vreg aes_keys[11] = {
	{.d = {0x0706050403020100, 0x0f0e0d0c0b0a0908}},
	{.d = {0xfa72afd2fd74aad6, 0xfe76abd6f178a6da}},
	{.d = {0xf1bd3d640bcf92b6, 0xfeb3306800c59bbe}},
	{.d = {0xbfc9c2d24e74ffb6, 0x41bf6904bf0c596c}},
	{.d = {0x033e3595bcf7f747, 0xfd8d05fdbc326cf9}},
	{.d = {0xeb9d9fa9e8a3aa3c, 0xaa22f6ad57aff350}},
	{.d = {0x9692a6f77d0f395e, 0x6b1fa30ac13d55a7}},
	{.d = {0x8ce25fe31a70f914, 0x26c0a94e4ddf0a44}},
	{.d = {0xb9651ca435874347, 0xd27abfaef4ba16e0}},
	{.d = {0x685785f0d1329954, 0x4e972cbe9ced9310}},
	{.d = {0x174a94e37f1d1113, 0xc5302b4d8ba707f3}},
};

static union vreg xor
	(union vreg a, union vreg b) {
		return (union vreg){.d = {a.d[0] ^ b.d[0], a.d[1] ^ b.d[1]}};
	}

	START_TEST(aes_128_encrypts)
{
	struct board *board = crypto_board(_i);
	union vreg state = words(0x33221100, 0x77665544, 0xbbaa9988, 0xffeeddcc);

	for (unsigned round = 0; round < 9; round++)
		state = of2(board, AESMC, zero, of2(board, AESE, state, aes_keys[round]));
	state = xor(of2(board, AESE, state, aes_keys[9]), aes_keys[10]);
	check_bytes(&state, "69c4e0d86a7b0430d8cdb78070b4c55a", "AES-128");
	board_free(board);
}
END_TEST

/* The equivalent inverse cipher: FIPS 197, 5.3.5. */
START_TEST(aes_128_decrypts)
{
	struct board *board = crypto_board(_i);
	union vreg state = words(0xd8e0c469, 0x30047b6a, 0x80b7cdd8, 0x5ac5b470);

	state = of2(board, AESD, state, aes_keys[10]);
	for (unsigned round = 9; round > 0; round--) {
		union vreg key = of2(board, AESIMC, zero, aes_keys[round]);

		state = of2(board, AESD, of2(board, AESIMC, zero, state), key);
	}
	state = xor(state, aes_keys[0]);
	check_bytes(&state, "00112233445566778899aabbccddeeff", "AES-128");
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ SHA-1 of "abc" */

enum {
	SHA1C = 0x5e020020,
	SHA1P = 0x5e021020,
	SHA1M = 0x5e022020,
	SHA1SU0 = 0x5e023020,
	SHA1H = 0x5e280820,
	SHA1SU1 = 0x5e281820,
};

START_TEST(sha1_of_abc)
{
	static const uint32_t functions[4] = {SHA1C, SHA1P, SHA1M, SHA1P};
	static const uint32_t K[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
	struct board *board = crypto_board(_i);
	union vreg start = words(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
	union vreg w[24], abcd = start, e = words(0xc3d2e1f0, 0, 0, 0);

	make_abc(w);
	for (unsigned i = 0; i < 20; i++) {
		uint32_t k = K[i / 5];
		union vreg next_e = of2(board, SHA1H, zero, abcd);

		abcd = of3(board, functions[i / 5], abcd, e, sum(w[i], words(k, k, k, k)));
		e = next_e;
		w[i + 4] = of3(board, SHA1SU0, w[i], w[i + 1], w[i + 2]);
		w[i + 4] = of2(board, SHA1SU1, w[i + 4], w[i + 3]);
	}
	abcd = sum(abcd, start);
	check_words(abcd, 0xa9993e36, 0x4706816a, 0xba3e2571, 0x7850c26c);
	ck_assert_uint_eq(e.s[0] + 0xc3d2e1f0, 0x9cd0d89d);
	ck_assert_uint_eq(e.s[1], 0);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ SHA-2 of "abc" */

/* FIPS 180-4, 4.2.3; those of SHA-256 are the upper halves of the first 64. */
static const uint64_t sha2_K[80] = {
	0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
	0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
	0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
	0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
	0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
	0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
	0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
	0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
	0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
	0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
	0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
	0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
	0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
	0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
	0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
	0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
	0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
	0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
	0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
	0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

enum {
	SHA256H = 0x5e024020,
	SHA256H2 = 0x5e025020,
	SHA256SU1 = 0x5e026020,
	SHA256SU0 = 0x5e282820,
};

static uint32_t upper(uint64_t value)
{
	return (uint32_t)(value >> 32);
}

START_TEST(sha256_of_abc)
{
	struct board *board = crypto_board(_i);
	union vreg first = words(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a);
	union vreg second = words(0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19);
	union vreg w[20], abcd = first, efgh = second;

	make_abc(w);
	for (unsigned i = 0; i < 16; i++) {
		const uint64_t *k = &sha2_K[4 * i];
		union vreg before = abcd,
			   t = sum(w[i], words(upper(k[0]), upper(k[1]), upper(k[2]), upper(k[3])));

		abcd = of3(board, SHA256H, abcd, efgh, t);
		efgh = of3(board, SHA256H2, efgh, before, t);
		w[i + 4] = of2(board, SHA256SU0, w[i], w[i + 1]);
		w[i + 4] = of3(board, SHA256SU1, w[i + 4], w[i + 2], w[i + 3]);
	}
	abcd = sum(abcd, first);
	efgh = sum(efgh, second);
	check_words(abcd, 0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223);
	check_words(efgh, 0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad);
	board_free(board);
}
END_TEST

enum {
	SHA512H = 0xce628020,
	SHA512H2 = 0xce628420,
	SHA512SU1 = 0xce628820,
	SHA512SU0 = 0xcec08020,
};

/* ab, cd, ef, gh */
static const union vreg sha512_start[4] = {
	{.d = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b}},
	{.d = {0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1}},
	{.d = {0x510e527fade682d1, 0x9b05688c2b3e6c1f}},
	{.d = {0x1f83d9abfb41bd6b, 0x5be0cd19137e2179}},
};
static const uint64_t sha512_abc[8] = {
	0xddaf35a193617aba, 0xcc417349ae204131, 0x12e6fa4e89a97ea2, 0x0a9eeee64b55d39a,
	0x2192992a274fc1a8, 0x36ba3c23a3feebbd, 0x454d4423643ce80e, 0x2a9ac94fa54ca49f,
};

/* Two rounds; t holds W + K. */
static void sha512_rounds(struct board *board, union vreg v[4], union vreg t)
{
	union vreg gh = sum64(v[3], extracted(t, t, 8));
	union vreg fg = extracted(v[2], v[3], 8), de = extracted(v[1], v[2], 8);
	union vreg t1 = of3(board, SHA512H, gh, fg, de);
	union vreg ab = of3(board, SHA512H2, t1, v[1], v[0]), ef = sum64(v[1], t1);

	v[3] = v[2];
	v[2] = ef;
	v[1] = v[0];
	v[0] = ab;
}

START_TEST(sha512_of_abc)
{
	struct board *board = crypto_board(_i);
	union vreg v[4], w[48] = {{.d = {0x6162638000000000}}, [7] = {.d = {0, 24}}};

	memcpy(v, sha512_start, sizeof(v));
	for (unsigned i = 0; i < 40; i++) {
		union vreg k = {.d = {sha2_K[2 * i], sha2_K[2 * i + 1]}};

		sha512_rounds(board, v, sum64(w[i], k));
		w[i + 8] = of3(board, SHA512SU1, of2(board, SHA512SU0, w[i], w[i + 1]), w[i + 7],
			       extracted(w[i + 4], w[i + 5], 8));
	}
	for (unsigned i = 0; i < 4; i++)
		v[i] = sum64(v[i], sha512_start[i]);
	ck_assert_int_eq(memcmp(v, sha512_abc, sizeof(sha512_abc)), 0);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ SHA3-256 of "abc" */

enum { EOR3 = 0xce020c20, BCAX = 0xce220c20, RAX1 = 0xce628c20, XAR = 0xce820020 };

static const uint64_t keccak_RC[24] = {
	0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
	0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
	0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
	0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
	0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
	0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

/* FIPS 202, 3.2: the offsets of rho, and the lane that pi moves to (lane x + 5 * y). */
static const struct {
	unsigned offset, to;
} keccak_lanes[25] = {
	{0, 0},  {1, 10}, {62, 20}, {28, 5}, {27, 15}, {36, 16}, {44, 1},  {6, 11}, {55, 21},
	{20, 6}, {3, 7},  {10, 17}, {43, 2}, {25, 12}, {39, 22}, {41, 23}, {45, 8}, {15, 18},
	{21, 3}, {8, 13}, {18, 14}, {2, 24}, {61, 9},  {56, 19}, {14, 4},
};

static void keccak_round(struct board *board, union vreg A[25], uint64_t RC)
{
	union vreg B[25], C[5];

	for (unsigned x = 0; x < 5; x++) {
		C[x] = execute(board, EOR3, zero, A[x], A[x + 5], A[x + 10]);
		C[x] = execute(board, EOR3, zero, C[x], A[x + 15], A[x + 20]);
	}
	for (unsigned i = 0; i < 25; i++) {
		union vreg D = of3(board, RAX1, zero, C[(i + 4) % 5], C[(i + 1) % 5]);

		B[keccak_lanes[i].to] =
			of3(board, XAR | (64 - keccak_lanes[i].offset) % 64 << 10, zero, A[i], D);
	}
	for (unsigned i = 0; i < 25; i++) {
		unsigned y = i / 5 * 5;

		A[i] = execute(board, BCAX, zero, B[i], B[y + (i + 2) % 5], B[y + (i + 1) % 5]);
	}
	A[0].d[0] ^= RC;
	A[0].d[1] ^= RC;
}

/* In both halves of the registers. */
START_TEST(sha3_256_of_abc)
{
	struct board *board = crypto_board(_i);
	union vreg A[25] = {{.d = {0x06636261, 0x06636261}},
			    [16] = {.d = {UINT64_C(1) << 63, UINT64_C(1) << 63}}};
	uint64_t hash[2][4];

	for (unsigned round = 0; round < 24; round++)
		keccak_round(board, A, keccak_RC[round]);
	for (unsigned i = 0; i < 4; i++) {
		hash[0][i] = A[i].d[0];
		hash[1][i] = A[i].d[1];
	}
	for (unsigned half = 0; half < 2; half++)
		check_bytes(hash[half],
			    "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
			    "SHA3-256");
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ SM3: GB/T 32905, appendix A.1
 */

enum {
	SM3PARTW1 = 0xce62c020,
	SM3PARTW2 = 0xce62c420,
	SM3SS1 = 0xce420c20,
	SM3TT1A = 0xce428020,
	SM3TT1B = 0xce428420,
	SM3TT2A = 0xce428820,
	SM3TT2B = 0xce428c20,
};

static uint32_t rotated(uint32_t value, unsigned left)
{
	return value << left % 32 | value >> (32 - left) % 32;
}

/* Round j; v[0] is D C B A, v[1] is H G F E, w the message of this round and of that 4 later. */
static void sm3_step(struct board *board, union vreg v[2], unsigned j, union vreg w,
		     union vreg later)
{
	uint32_t index = j % 4 << 12, T = j < 16 ? 0x79cc4519 : 0x7a879d8a;
	union vreg t = words(0, 0, 0, rotated(T, j));
	union vreg ss1 = execute(board, SM3SS1, zero, v[0], v[1], t);

	v[0] = of3(board, (j < 16 ? SM3TT1A : SM3TT1B) | index, v[0], ss1, xor(w, later));
	v[1] = of3(board, (j < 16 ? SM3TT2A : SM3TT2B) | index, v[1], ss1, w);
}

START_TEST(sm3_of_abc)
{
	struct board *board = crypto_board(_i);
	const union vreg start[2] = {{.s = {0xda8a0600, 0x172442d7, 0x4914b2b9, 0x7380166f}},
				     {.s = {0xb0fb0e4e, 0xe38dee4d, 0x163138aa, 0xa96f30bc}}};
	union vreg v[2] = {start[0], start[1]}, w[20];

	make_abc(w);
	for (unsigned i = 0; i < 16; i++) {
		union vreg next = extracted(w[i + 1], w[i + 2], 12);

		next = of3(board, SM3PARTW1, next, w[i], w[i + 3]);
		w[i + 4] = of3(board, SM3PARTW2, next, extracted(w[i + 2], w[i + 3], 8),
			       extracted(w[i], w[i + 1], 12));
		for (unsigned j = 0; j < 4; j++)
			sm3_step(board, v, 4 * i + j, w[i], w[i + 1]);
	}
	v[0] = xor(v[0], start[0]);
	v[1] = xor(v[1], start[1]);
	check_words(v[0], 0xdc10e4e2, 0xd1f2d46b, 0x62eeedd9, 0x66c7f0f4);
	check_words(v[1], 0x8f4ba8e0, 0x297da02b, 0x5cf2f7a2, 0x4167c487);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ SM4: GB/T 32907, appendix A.1
 */

enum { SM4E = 0xcec08420, SM4EKEY = 0xce62c820 };

/* CK: byte n of all is 7 * n. */
static uint32_t sm4_CK(unsigned i)
{
	uint32_t value = 0;

	for (unsigned n = 0; n < 4; n++)
		value = value << 8 | (7 * (4 * i + n) & 0xff);
	return value;
}

START_TEST(sm4_encrypts_and_decrypts)
{
	struct board *board = crypto_board(_i);
	const union vreg text = words(0x01234567, 0x89abcdef, 0xfedcba98, 0x76543210);
	union vreg keys[8], key = xor(text, words(0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc));
	union vreg state = text;

	for (unsigned i = 0; i < 8; i++) {
		union vreg CK = words(sm4_CK(4 * i), sm4_CK(4 * i + 1), sm4_CK(4 * i + 2),
				      sm4_CK(4 * i + 3));

		keys[i] = key = of3(board, SM4EKEY, zero, key, CK);
		state = of2(board, SM4E, state, key);
	}
	check_words(state, 0x536e4246, 0x86b3e94f, 0xd206965e, 0x681edf34);

	state = words(state.s[3], state.s[2], state.s[1], state.s[0]);
	for (unsigned i = 8; i-- > 0;)
		state = of2(board, SM4E, state,
			    words(keys[i].s[3], keys[i].s[2], keys[i].s[1], keys[i].s[0]));
	check_words(state, 0x76543210, 0xfedcba98, 0x89abcdef, 0x01234567);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ PMULL */

enum { PMULL = 0x0ee2e020, PMULL2 = 0x4ee2e020 };

/* PolynomialMult() as the Arm ARM has it. */
static union vreg slow_product(uint64_t a, uint64_t b)
{
	union vreg product = zero;

	for (unsigned i = 0; i < 64; i++) {
		if ((a >> i & 1) == 0)
			continue;
		product.d[0] ^= b << i;
		product.d[1] ^= i > 0 ? b >> (64 - i) : 0;
	}
	return product;
}

static const struct {
	uint64_t a, b, high, low;
} products[] = {
	{0, ~UINT64_C(0), 0, 0},
	{1, 0x123456789abcdef0, 0, 0x123456789abcdef0},
	{3, 3, 0, 5},
	{UINT64_C(1) << 63, UINT64_C(1) << 63, UINT64_C(1) << 62, 0},
	{~UINT64_C(0), ~UINT64_C(0), 0x5555555555555555, 0x5555555555555555},
	{~UINT64_C(0), 3, 1, 0x0000000000000001},
};

START_TEST(polynomials_are_multiplied)
{
	struct board *board = crypto_board(_i);

	for (unsigned i = 0; i < sizeof(products) / sizeof(products[0]); i++) {
		union vreg n = {.d = {products[i].a, 0}}, m = {.d = {products[i].b, 0}};
		union vreg product = of3(board, PMULL, zero, n, m);

		ck_assert_uint_eq(product.d[0], products[i].low);
		ck_assert_uint_eq(product.d[1], products[i].high);
	}
	board_free(board);
}
END_TEST

START_TEST(random_polynomials_are_multiplied)
{
	struct board *board = crypto_board(_i);
	uint64_t state = 1;

	for (unsigned i = 0; i < 500; i++) {
		union vreg n, m;

		for (unsigned k = 0; k < 4; k++) {
			state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
			*(k < 2 ? &n.d[k] : &m.d[k - 2]) = state ^ state << 31;
		}

		union vreg product = of3(board, i % 2 != 0 ? PMULL2 : PMULL, zero, n, m);
		union vreg expected = slow_product(n.d[i % 2], m.d[i % 2]);

		ck_assert_int_eq(memcmp(&product, &expected, sizeof(product)), 0);
	}
	board_free(board);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cpu/crypto");
	TCase *tcase = tcase_create("crypto");

	tcase_add_loop_test(tcase, aes_128_encrypts, 0, HOW_COUNT);
	tcase_add_loop_test(tcase, aes_128_decrypts, 0, HOW_COUNT);
	tcase_add_loop_test(tcase, sha1_of_abc, 0, HOW_COUNT);
	tcase_add_loop_test(tcase, sha256_of_abc, 0, HOW_COUNT);
	tcase_add_loop_test(tcase, sha512_of_abc, 0, HOW_COUNT);
	tcase_add_loop_test(tcase, sha3_256_of_abc, 0, HOW_COUNT);
	tcase_add_loop_test(tcase, sm3_of_abc, 0, HOW_COUNT);
	tcase_add_loop_test(tcase, sm4_encrypts_and_decrypts, 0, HOW_COUNT);
	tcase_add_loop_test(tcase, polynomials_are_multiplied, 0, HOW_COUNT);
	tcase_add_loop_test(tcase, random_polynomials_are_multiplied, 0, HOW_COUNT);
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
