/*
 * digests sha1|sha256|sha512 FILE: digests by the cryptographic instructions, printed as coreutils
 * prints them.
 */
#include "libc/libc.h"

#include <arm_neon.h>

/* FIPS 180-4, 4.2.3; those of SHA-256 are the upper halves of the first 64. */
static const uint64_t k[80] = {
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

/* The message with its padding, in blocks: a 1, zeros, and the number of bits at the end. */
struct message {
	const uint8_t *bytes;
	size_t size;
};

static struct message padded(const struct file *file, size_t block, size_t length_bytes)
{
	size_t size = (file->size + length_bytes + block) / block * block;
	uint8_t *bytes = calloc(1, size);
	uint64_t bits = (uint64_t)file->size * 8;

	memcpy(bytes, file->data, file->size);
	bytes[file->size] = 0x80;
	for (unsigned i = 0; i < 8; i++)
		bytes[size - 1 - i] = (uint8_t)(bits >> 8 * i);
	return (struct message){bytes, size};
}

/* ---------------------------------------------------------------- SHA-1 */

static uint32x4_t sha1_rounds(unsigned group, uint32x4_t abcd, uint32_t e, uint32x4_t t)
{
	switch (group / 5) {
	case 0:
		return vsha1cq_u32(abcd, e, t);
	case 2:
		return vsha1mq_u32(abcd, e, t);
	default:
		return vsha1pq_u32(abcd, e, t);
	}
}

static void sha1_block(uint32x4_t *abcd, uint32_t *e, const uint8_t *block)
{
	static const uint32_t constants[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
	uint32x4_t w[4], state = *abcd;
	uint32_t e_now = *e;

	for (unsigned i = 0; i < 4; i++)
		w[i] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(block + 16 * i)));
	for (unsigned group = 0; group < 20; group++) {
		uint32x4_t *oldest = &w[group % 4];
		uint32x4_t t = vaddq_u32(*oldest, vdupq_n_u32(constants[group / 5]));
		uint32_t next_e = vsha1h_u32(vgetq_lane_u32(state, 0));

		state = sha1_rounds(group, state, e_now, t);
		e_now = next_e;
		*oldest = vsha1su0q_u32(*oldest, w[(group + 1) % 4], w[(group + 2) % 4]);
		*oldest = vsha1su1q_u32(*oldest, w[(group + 3) % 4]);
	}
	*abcd = vaddq_u32(*abcd, state);
	*e += e_now;
}

static void sha1(const struct file *file)
{
	struct message m = padded(file, 64, 8);
	uint32x4_t abcd = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
	uint32_t e = 0xc3d2e1f0;

	for (size_t at = 0; at < m.size; at += 64)
		sha1_block(&abcd, &e, m.bytes + at);
	for (unsigned i = 0; i < 4; i++)
		printf("%08x", abcd[i]);
	printf("%08x", e);
}

/* ---------------------------------------------------------------- SHA-256 */

static void sha256_block(uint32x4_t h[2], const uint8_t *block)
{
	uint32x4_t w[4], abcd = h[0], efgh = h[1];

	for (unsigned i = 0; i < 4; i++)
		w[i] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(block + 16 * i)));
	for (unsigned group = 0; group < 16; group++) {
		uint32x4_t *oldest = &w[group % 4], before = abcd;
		/* The upper halves: the odd words of two pairs. */
		uint32x4x2_t constants = vld2q_u32((const uint32_t *)&k[4 * group]);
		uint32x4_t t = vaddq_u32(*oldest, constants.val[1]);

		abcd = vsha256hq_u32(abcd, efgh, t);
		efgh = vsha256h2q_u32(efgh, before, t);
		*oldest = vsha256su0q_u32(*oldest, w[(group + 1) % 4]);
		*oldest = vsha256su1q_u32(*oldest, w[(group + 2) % 4], w[(group + 3) % 4]);
	}
	h[0] = vaddq_u32(h[0], abcd);
	h[1] = vaddq_u32(h[1], efgh);
}

static void sha256(const struct file *file)
{
	struct message m = padded(file, 64, 8);
	uint32x4_t h[2] = {{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a},
			   {0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};

	for (size_t at = 0; at < m.size; at += 64)
		sha256_block(h, m.bytes + at);
	for (unsigned i = 0; i < 8; i++)
		printf("%08x", h[i / 4][i % 4]);
}

/* ---------------------------------------------------------------- SHA-512 */

/* Two rounds; v is ab, cd, ef, gh, and t is W + K. */
static void sha512_rounds(uint64x2_t v[4], uint64x2_t t)
{
	uint64x2_t sum = vaddq_u64(v[3], vextq_u64(t, t, 1));
	uint64x2_t t1 = vsha512hq_u64(sum, vextq_u64(v[2], v[3], 1), vextq_u64(v[1], v[2], 1));
	uint64x2_t ab = vsha512h2q_u64(t1, v[1], v[0]), ef = vaddq_u64(v[1], t1);

	v[3] = v[2];
	v[2] = ef;
	v[1] = v[0];
	v[0] = ab;
}

static void sha512_block(uint64x2_t h[4], const uint8_t *block)
{
	uint64x2_t w[8], v[4];

	for (unsigned i = 0; i < 8; i++)
		w[i] = vreinterpretq_u64_u8(vrev64q_u8(vld1q_u8(block + 16 * i)));
	for (unsigned i = 0; i < 4; i++)
		v[i] = h[i];
	for (unsigned pair = 0; pair < 40; pair++) {
		uint64x2_t *oldest = &w[pair % 8];
		uint64x2_t middle = vextq_u64(w[(pair + 4) % 8], w[(pair + 5) % 8], 1);

		sha512_rounds(v, vaddq_u64(*oldest, vld1q_u64(&k[2 * pair])));
		*oldest = vsha512su0q_u64(*oldest, w[(pair + 1) % 8]);
		*oldest = vsha512su1q_u64(*oldest, w[(pair + 7) % 8], middle);
	}
	for (unsigned i = 0; i < 4; i++)
		h[i] = vaddq_u64(h[i], v[i]);
}

static void sha512(const struct file *file)
{
	struct message m = padded(file, 128, 16);
	uint64x2_t h[4] = {{0x6a09e667f3bcc908, 0xbb67ae8584caa73b},
			   {0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1},
			   {0x510e527fade682d1, 0x9b05688c2b3e6c1f},
			   {0x1f83d9abfb41bd6b, 0x5be0cd19137e2179}};

	for (size_t at = 0; at < m.size; at += 128)
		sha512_block(h, m.bytes + at);
	for (unsigned i = 0; i < 8; i++)
		printf("%016lx", h[i / 2][i % 2]);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*print)(const struct file *file);
	} digests[] = {{"sha1", sha1}, {"sha256", sha256}, {"sha512", sha512}};

	for (unsigned i = 0; argc == 3 && i < sizeof(digests) / sizeof(digests[0]); i++) {
		if (strcmp(argv[1], digests[i].name) == 0) {
			struct file file = file_read(argv[2]);

			digests[i].print(&file);
			printf("  %s\n", argv[2]);
			return 0;
		}
	}
	die("usage: digests sha1|sha256|sha512 FILE");
}
