/* Cryptographic instructions. The names of functions are those of the Arm ARM's shared pseudocode.
 */
#ifndef CPU_CRYPTO_H
#define CPU_CRYPTO_H

#include "interleave.h"

extern const uint8_t AES_SBOX[256], AES_INVERSE_SBOX[256], SM4_SBOX[256];

INLINE uint32_t ROL(uint32_t value, unsigned shift)
{
	return value << shift | value >> (32 - shift);
}

INLINE uint32_t ROR(uint32_t value, unsigned shift)
{
	return ROL(value, 32 - shift);
}

INLINE uint64_t ROR64(uint64_t value, unsigned shift)
{
	return value >> shift | value << (-shift & 63);
}

/* ---------------------------------------------------------------- AES */

/* Byte `n` of a state. */
INLINE uint8_t state_byte(union vreg state, unsigned n)
{
	return (uint8_t)(state.d[n / 8] >> 8 * (n % 8));
}

/* AESSubBytes(AESShiftRows(state)), or the inverse of both: byte n comes from row n % 4, and from
 * the column that many to the right (1) or to the left (3). */
INLINE union vreg substituted(union vreg state, const uint8_t table[256], unsigned columns)
{
	union vreg result = {.d = {0, 0}};

	for (unsigned n = 0; n < 16; n++) {
		unsigned from = (n + 4 * columns * (n % 4)) % 16;

		result.d[n / 8] |= (uint64_t)table[state_byte(state, from)] << 8 * (n % 8);
	}
	return result;
}

INLINE union vreg added(union vreg a, const union vreg *b)
{
	a.d[0] ^= b->d[0];
	a.d[1] ^= b->d[1];
	return a;
}

INLINE struct outcome exec_AESE(struct ctx *x, const struct a64_AESE *i)
{
	set_V(x, i->Rd, substituted(added(*V(x, i->Rd), V(x, i->Rn)), AES_SBOX, 1));
	return NEXT;
}

INLINE struct outcome exec_AESD(struct ctx *x, const struct a64_AESD *i)
{
	set_V(x, i->Rd, substituted(added(*V(x, i->Rd), V(x, i->Rn)), AES_INVERSE_SBOX, 3));
	return NEXT;
}

/* FFmul02() of each byte. */
INLINE elements_8 FFmul02(elements_8 a)
{
	elements_8 carry = (elements_8)((signed_elements_8)a < 0);

	return (a + a) ^ (carry & 0x1b);
}

/* Each column, its rows moved up by one, two or three. */
INLINE elements_8 rows_up(elements_8 a, unsigned rows)
{
	elements_32 column = (elements_32)a;

	return (elements_8)(column >> 8 * rows | column << (32 - 8 * rows));
}

/* FIPS 197, 5.1.3: 2, 3, 1, 1 times this and the next rows. */
INLINE elements_8 AESMixColumns(elements_8 a)
{
	elements_8 twice = FFmul02(a);

	return twice ^ rows_up(twice ^ a, 1) ^ rows_up(a, 2) ^ rows_up(a, 3);
}

/* FIPS 197, 5.3.3: 14, 11, 13, 9 are MixColumns of 5, 0, 4, 0. */
INLINE elements_8 AESInvMixColumns(elements_8 a)
{
	elements_8 four_times = FFmul02(FFmul02(a));

	return AESMixColumns(a ^ four_times ^ rows_up(four_times, 2));
}

INLINE struct outcome exec_AESMC(struct ctx *x, const struct a64_AESMC *i)
{
	put_vector(&x->cpu->v[i->Rd], AESMixColumns(vector_at(V(x, i->Rn))));
	return NEXT;
}

INLINE struct outcome exec_AESIMC(struct ctx *x, const struct a64_AESIMC *i)
{
	put_vector(&x->cpu->v[i->Rd], AESInvMixColumns(vector_at(V(x, i->Rn))));
	return NEXT;
}

/* ---------------------------------------------------------------- SHA-1 */

INLINE uint32_t SHAchoose(uint32_t a, uint32_t b, uint32_t c)
{
	return ((b ^ c) & a) ^ c;
}

INLINE uint32_t SHAparity(uint32_t a, uint32_t b, uint32_t c)
{
	return a ^ b ^ c;
}

INLINE uint32_t SHAmajority(uint32_t a, uint32_t b, uint32_t c)
{
	return (a & b) | ((a | b) & c);
}

typedef uint32_t sha_function(uint32_t a, uint32_t b, uint32_t c);

/* Four rounds: Rd holds a to d, the lowest element of Rn is e. */
INLINE struct outcome sha1_hash(struct ctx *x, uint32_t Rd, uint32_t Rn, uint32_t Rm,
				sha_function *function)
{
	const union vreg *W = V(x, Rm);
	union vreg X = *V(x, Rd);
	uint32_t Y = V(x, Rn)->s[0];

	for (unsigned e = 0; e < 4; e++) {
		Y += ROL(X.s[0], 5) + function(X.s[1], X.s[2], X.s[3]) + W->s[e];

		uint32_t top = X.s[3];

		X = (union vreg){.s = {Y, X.s[0], ROL(X.s[1], 30), X.s[2]}};
		Y = top;
	}
	set_V(x, Rd, X);
	return NEXT;
}

INLINE struct outcome exec_SHA1C(struct ctx *x, const struct a64_SHA1C *i)
{
	return sha1_hash(x, i->Rd, i->Rn, i->Rm, SHAchoose);
}

INLINE struct outcome exec_SHA1P(struct ctx *x, const struct a64_SHA1P *i)
{
	return sha1_hash(x, i->Rd, i->Rn, i->Rm, SHAparity);
}

INLINE struct outcome exec_SHA1M(struct ctx *x, const struct a64_SHA1M *i)
{
	return sha1_hash(x, i->Rd, i->Rn, i->Rm, SHAmajority);
}

INLINE struct outcome exec_SHA1SU0(struct ctx *x, const struct a64_SHA1SU0 *i)
{
	const union vreg *d = V(x, i->Rd), *n = V(x, i->Rn), *m = V(x, i->Rm);

	set_V(x, i->Rd,
	      (union vreg){.d = {d->d[1] ^ d->d[0] ^ m->d[0], n->d[0] ^ d->d[1] ^ m->d[1]}});
	return NEXT;
}

INLINE struct outcome exec_SHA1H(struct ctx *x, const struct a64_SHA1H *i)
{
	set_D(x, i->Rd, ROL(V(x, i->Rn)->s[0], 30));
	return NEXT;
}

INLINE struct outcome exec_SHA1SU1(struct ctx *x, const struct a64_SHA1SU1 *i)
{
	const union vreg *d = V(x, i->Rd), *n = V(x, i->Rn);
	uint32_t low = d->s[0] ^ n->s[1];

	set_V(x, i->Rd,
	      (union vreg){.s = {ROL(low, 1), ROL(d->s[1] ^ n->s[2], 1), ROL(d->s[2] ^ n->s[3], 1),
				 ROL(d->s[3], 1) ^ ROL(low, 2)}});
	return NEXT;
}

/* ---------------------------------------------------------------- SHA-256 */

INLINE uint32_t SHAhashSIGMA0(uint32_t x)
{
	return ROR(x, 2) ^ ROR(x, 13) ^ ROR(x, 22);
}

INLINE uint32_t SHAhashSIGMA1(uint32_t x)
{
	return ROR(x, 6) ^ ROR(x, 11) ^ ROR(x, 25);
}

/* Four rounds: X holds a to d, Y e to h. */
INLINE union vreg SHA256hash(union vreg X, union vreg Y, const union vreg *W, bool part1)
{
	for (unsigned e = 0; e < 4; e++) {
		uint32_t t = Y.s[3] + SHAhashSIGMA1(Y.s[0]) + SHAchoose(Y.s[0], Y.s[1], Y.s[2]) +
			     W->s[e];
		uint32_t a = t + SHAhashSIGMA0(X.s[0]) + SHAmajority(X.s[0], X.s[1], X.s[2]);

		Y = (union vreg){.s = {t + X.s[3], Y.s[0], Y.s[1], Y.s[2]}};
		X = (union vreg){.s = {a, X.s[0], X.s[1], X.s[2]}};
	}
	return part1 ? X : Y;
}

INLINE struct outcome exec_SHA256H(struct ctx *x, const struct a64_SHA256H *i)
{
	set_V(x, i->Rd, SHA256hash(*V(x, i->Rd), *V(x, i->Rn), V(x, i->Rm), true));
	return NEXT;
}

INLINE struct outcome exec_SHA256H2(struct ctx *x, const struct a64_SHA256H2 *i)
{
	set_V(x, i->Rd, SHA256hash(*V(x, i->Rn), *V(x, i->Rd), V(x, i->Rm), false));
	return NEXT;
}

/* FIPS 180-4, 4.1.2: the lower-case sigmas. */
INLINE uint32_t sha256_sigma0(uint32_t x)
{
	return ROR(x, 7) ^ ROR(x, 18) ^ x >> 3;
}

INLINE uint32_t sha256_sigma1(uint32_t x)
{
	return ROR(x, 17) ^ ROR(x, 19) ^ x >> 10;
}

INLINE struct outcome exec_SHA256SU1(struct ctx *x, const struct a64_SHA256SU1 *i)
{
	const union vreg *d = V(x, i->Rd), *n = V(x, i->Rn), *m = V(x, i->Rm);
	uint32_t first = d->s[0] + n->s[1] + sha256_sigma1(m->s[2]);
	uint32_t second = d->s[1] + n->s[2] + sha256_sigma1(m->s[3]);

	set_V(x, i->Rd,
	      (union vreg){.s = {first, second, d->s[2] + n->s[3] + sha256_sigma1(first),
				 d->s[3] + m->s[0] + sha256_sigma1(second)}});
	return NEXT;
}

INLINE struct outcome exec_SHA256SU0(struct ctx *x, const struct a64_SHA256SU0 *i)
{
	const union vreg *d = V(x, i->Rd), *n = V(x, i->Rn);

	set_V(x, i->Rd,
	      (union vreg){.s = {d->s[0] + sha256_sigma0(d->s[1]), d->s[1] + sha256_sigma0(d->s[2]),
				 d->s[2] + sha256_sigma0(d->s[3]),
				 d->s[3] + sha256_sigma0(n->s[0])}});
	return NEXT;
}

/* ---------------------------------------------------------------- polynomials */

/* Bits n, n + 4, n + 8 … of a word. */
INLINE uint64_t every_fourth(uint64_t value, unsigned n)
{
	return value & UINT64_C(0x1111111111111111) << n;
}

/*
 * The lower half of a polynomial product. Between bits that are four apart an integer product has
 * room for the carries: at most 15 partial products meet at a bit below 60, and of what meets there
 * only the lowest bit is wanted.
 */
INLINE uint64_t polynomial_low(uint64_t a, uint64_t b)
{
	uint64_t product = 0;

	for (unsigned n = 0; n < 4; n++) {
		uint64_t sum = 0;

		for (unsigned k = 0; k < 4; k++)
			sum ^= every_fourth(a, k) * every_fourth(b, (n - k) & 3);
		product |= every_fourth(sum, n);
	}
	return product;
}

INLINE uint64_t bits_reversed(uint64_t x)
{
	x = (x >> 1 & UINT64_C(0x5555555555555555)) | (x & UINT64_C(0x5555555555555555)) << 1;
	x = (x >> 2 & UINT64_C(0x3333333333333333)) | (x & UINT64_C(0x3333333333333333)) << 2;
	x = (x >> 4 & UINT64_C(0x0f0f0f0f0f0f0f0f)) | (x & UINT64_C(0x0f0f0f0f0f0f0f0f)) << 4;
	return __builtin_bswap64(x);
}

/* PolynomialMult() of 64 bits. Bit n of the reversed product is bit 126 - n of the product. */
INLINE union vreg PolynomialMult(uint64_t a, uint64_t b)
{
	uint64_t reversed = polynomial_low(bits_reversed(a), bits_reversed(b));

	return (union vreg){.d = {polynomial_low(a, b), bits_reversed(reversed) >> 1}};
}

INLINE struct outcome exec_PMULL_D(struct ctx *x, const struct a64_PMULL_D *i)
{
	set_V(x, i->Rd, PolynomialMult(V(x, i->Rn)->d[i->Q], V(x, i->Rm)->d[i->Q]));
	return NEXT;
}

/* ---------------------------------------------------------------- SHA-512 */

/* FIPS 180-4, 4.1.3: the sigmas, capital ones first. */
INLINE uint64_t sha512_SIGMA0(uint64_t x)
{
	return ROR64(x, 28) ^ ROR64(x, 34) ^ ROR64(x, 39);
}

INLINE uint64_t sha512_SIGMA1(uint64_t x)
{
	return ROR64(x, 14) ^ ROR64(x, 18) ^ ROR64(x, 41);
}

INLINE uint64_t sha512_sigma0(uint64_t x)
{
	return ROR64(x, 1) ^ ROR64(x, 8) ^ x >> 7;
}

INLINE uint64_t sha512_sigma1(uint64_t x)
{
	return ROR64(x, 19) ^ ROR64(x, 61) ^ x >> 6;
}

INLINE struct outcome exec_SHA512H(struct ctx *x, const struct a64_SHA512H *i)
{
	const union vreg *X = V(x, i->Rn), *Y = V(x, i->Rm), *W = V(x, i->Rd);
	uint64_t high = (Y->d[1] & X->d[0]) ^ (~Y->d[1] & X->d[1]);
	uint64_t low, t;

	high += sha512_SIGMA1(Y->d[1]) + W->d[1];
	t = high + Y->d[0];
	low = (t & Y->d[1]) ^ (~t & X->d[0]);
	low += sha512_SIGMA1(t) + W->d[0];
	set_V(x, i->Rd, (union vreg){.d = {low, high}});
	return NEXT;
}

INLINE struct outcome exec_SHA512H2(struct ctx *x, const struct a64_SHA512H2 *i)
{
	const union vreg *X = V(x, i->Rn), *Y = V(x, i->Rm), *W = V(x, i->Rd);
	uint64_t high = (X->d[0] & Y->d[1]) ^ (X->d[0] & Y->d[0]) ^ (Y->d[1] & Y->d[0]);
	uint64_t low;

	high += sha512_SIGMA0(Y->d[0]) + W->d[1];
	low = (high & Y->d[0]) ^ (high & Y->d[1]) ^ (Y->d[1] & Y->d[0]);
	low += sha512_SIGMA0(high) + W->d[0];
	set_V(x, i->Rd, (union vreg){.d = {low, high}});
	return NEXT;
}

INLINE struct outcome exec_SHA512SU1(struct ctx *x, const struct a64_SHA512SU1 *i)
{
	const union vreg *X = V(x, i->Rn), *Y = V(x, i->Rm), *W = V(x, i->Rd);

	set_V(x, i->Rd,
	      (union vreg){.d = {W->d[0] + sha512_sigma1(X->d[0]) + Y->d[0],
				 W->d[1] + sha512_sigma1(X->d[1]) + Y->d[1]}});
	return NEXT;
}

INLINE struct outcome exec_SHA512SU0(struct ctx *x, const struct a64_SHA512SU0 *i)
{
	const union vreg *X = V(x, i->Rn), *W = V(x, i->Rd);

	set_V(x, i->Rd,
	      (union vreg){
		      .d = {W->d[0] + sha512_sigma0(W->d[1]), W->d[1] + sha512_sigma0(X->d[0])}});
	return NEXT;
}

/* ---------------------------------------------------------------- SHA-3 */

INLINE struct outcome exec_RAX1(struct ctx *x, const struct a64_RAX1 *i)
{
	const union vreg *n = V(x, i->Rn), *m = V(x, i->Rm);

	set_V(x, i->Rd,
	      (union vreg){.d = {n->d[0] ^ ROR64(m->d[0], 63), n->d[1] ^ ROR64(m->d[1], 63)}});
	return NEXT;
}

INLINE struct outcome exec_EOR3(struct ctx *x, const struct a64_EOR3 *i)
{
	set_V(x, i->Rd, added(added(*V(x, i->Rn), V(x, i->Rm)), V(x, i->Ra)));
	return NEXT;
}

INLINE struct outcome exec_BCAX(struct ctx *x, const struct a64_BCAX *i)
{
	const union vreg *n = V(x, i->Rn), *m = V(x, i->Rm), *a = V(x, i->Ra);

	set_V(x, i->Rd,
	      (union vreg){.d = {n->d[0] ^ (m->d[0] & ~a->d[0]), n->d[1] ^ (m->d[1] & ~a->d[1])}});
	return NEXT;
}

INLINE struct outcome exec_XAR(struct ctx *x, const struct a64_XAR *i)
{
	const union vreg *n = V(x, i->Rn), *m = V(x, i->Rm);

	set_V(x, i->Rd,
	      (union vreg){
		      .d = {ROR64(n->d[0] ^ m->d[0], i->imm6), ROR64(n->d[1] ^ m->d[1], i->imm6)}});
	return NEXT;
}

/* ---------------------------------------------------------------- SM3 */

/* GB/T 32905, 4.4: the permutation of message words. */
INLINE uint32_t sm3_P1(uint32_t x)
{
	return x ^ ROL(x, 15) ^ ROL(x, 23);
}

INLINE struct outcome exec_SM3PARTW1(struct ctx *x, const struct a64_SM3PARTW1 *i)
{
	const union vreg *d = V(x, i->Rd), *n = V(x, i->Rn), *m = V(x, i->Rm);
	union vreg result;

	for (unsigned e = 0; e < 3; e++)
		result.s[e] = sm3_P1(d->s[e] ^ n->s[e] ^ ROL(m->s[e + 1], 15));
	result.s[3] = sm3_P1(d->s[3] ^ n->s[3] ^ ROL(result.s[0], 15));
	set_V(x, i->Rd, result);
	return NEXT;
}

INLINE struct outcome exec_SM3PARTW2(struct ctx *x, const struct a64_SM3PARTW2 *i)
{
	const union vreg *d = V(x, i->Rd), *n = V(x, i->Rn), *m = V(x, i->Rm);
	uint32_t first = n->s[0] ^ ROL(m->s[0], 7);
	union vreg result;

	for (unsigned e = 0; e < 4; e++)
		result.s[e] = d->s[e] ^ n->s[e] ^ ROL(m->s[e], 7);
	result.s[3] ^= sm3_P1(ROL(first, 15));
	set_V(x, i->Rd, result);
	return NEXT;
}

INLINE struct outcome exec_SM3SS1(struct ctx *x, const struct a64_SM3SS1 *i)
{
	uint32_t sum = ROL(V(x, i->Rn)->s[3], 12) + V(x, i->Rm)->s[3] + V(x, i->Ra)->s[3];

	set_V(x, i->Rd, (union vreg){.s = {0, 0, 0, ROL(sum, 7)}});
	return NEXT;
}

/* Half a round: Rd holds the words from D to A, or from H to E, and what becomes of them comes from
 * TT1 or TT2. */
INLINE struct outcome sm3_round(struct ctx *x, uint32_t Rd, unsigned rotation, uint32_t top)
{
	const union vreg *d = V(x, Rd);

	set_V(x, Rd, (union vreg){.s = {d->s[1], ROL(d->s[2], rotation), d->s[3], top}});
	return NEXT;
}

INLINE uint32_t sm3_TT1(const struct ctx *x, uint32_t Rd, uint32_t Rn, uint32_t Wj, uint32_t FF)
{
	const union vreg *d = V(x, Rd);
	uint32_t SS2 = V(x, Rn)->s[3] ^ ROL(d->s[3], 12);

	return FF + d->s[0] + SS2 + Wj;
}

INLINE uint32_t sm3_TT2(const struct ctx *x, uint32_t Rd, uint32_t Rn, uint32_t Wj, uint32_t GG)
{
	uint32_t TT2 = GG + V(x, Rd)->s[0] + V(x, Rn)->s[3] + Wj;

	return TT2 ^ ROL(TT2, 9) ^ ROL(TT2, 17);
}

INLINE struct outcome exec_SM3TT1A(struct ctx *x, const struct a64_SM3TT1A *i)
{
	const union vreg *d = V(x, i->Rd);
	uint32_t FF = SHAparity(d->s[3], d->s[2], d->s[1]);

	return sm3_round(x, i->Rd, 9, sm3_TT1(x, i->Rd, i->Rn, V(x, i->Rm)->s[i->imm2], FF));
}

INLINE struct outcome exec_SM3TT1B(struct ctx *x, const struct a64_SM3TT1B *i)
{
	const union vreg *d = V(x, i->Rd);
	uint32_t FF = SHAmajority(d->s[3], d->s[2], d->s[1]);

	return sm3_round(x, i->Rd, 9, sm3_TT1(x, i->Rd, i->Rn, V(x, i->Rm)->s[i->imm2], FF));
}

INLINE struct outcome exec_SM3TT2A(struct ctx *x, const struct a64_SM3TT2A *i)
{
	const union vreg *d = V(x, i->Rd);
	uint32_t GG = SHAparity(d->s[3], d->s[2], d->s[1]);

	return sm3_round(x, i->Rd, 19, sm3_TT2(x, i->Rd, i->Rn, V(x, i->Rm)->s[i->imm2], GG));
}

INLINE struct outcome exec_SM3TT2B(struct ctx *x, const struct a64_SM3TT2B *i)
{
	const union vreg *d = V(x, i->Rd);
	uint32_t GG = SHAchoose(d->s[3], d->s[2], d->s[1]);

	return sm3_round(x, i->Rd, 19, sm3_TT2(x, i->Rd, i->Rn, V(x, i->Rm)->s[i->imm2], GG));
}

/* ---------------------------------------------------------------- SM4 */

/* GB/T 32907, 6.2: the nonlinear transformation. */
INLINE uint32_t sm4_tau(uint32_t a)
{
	return (uint32_t)SM4_SBOX[a & 0xff] | (uint32_t)SM4_SBOX[a >> 8 & 0xff] << 8 |
	       (uint32_t)SM4_SBOX[a >> 16 & 0xff] << 16 | (uint32_t)SM4_SBOX[a >> 24] << 24;
}

/* The linear transformations, of data and of keys. */
INLINE uint32_t sm4_L(uint32_t b)
{
	return b ^ ROL(b, 2) ^ ROL(b, 10) ^ ROL(b, 18) ^ ROL(b, 24);
}

INLINE uint32_t sm4_key_L(uint32_t b)
{
	return b ^ ROL(b, 13) ^ ROL(b, 23);
}

/* Four rounds. */
INLINE union vreg sm4_rounds(union vreg state, const union vreg *keys, bool of_key)
{
	for (unsigned e = 0; e < 4; e++) {
		uint32_t b = sm4_tau(state.s[3] ^ state.s[2] ^ state.s[1] ^ keys->s[e]);

		b = state.s[0] ^ (of_key ? sm4_key_L(b) : sm4_L(b));
		state = (union vreg){.s = {state.s[1], state.s[2], state.s[3], b}};
	}
	return state;
}

INLINE struct outcome exec_SM4E(struct ctx *x, const struct a64_SM4E *i)
{
	set_V(x, i->Rd, sm4_rounds(*V(x, i->Rd), V(x, i->Rn), false));
	return NEXT;
}

INLINE struct outcome exec_SM4EKEY(struct ctx *x, const struct a64_SM4EKEY *i)
{
	set_V(x, i->Rd, sm4_rounds(*V(x, i->Rn), V(x, i->Rm), true));
	return NEXT;
}

#endif
