/* sha256sum FILE...: FIPS 180-4 SHA-256 of files, printed as coreutils prints it. */
#include "libc/libc.h"

enum { BLOCK_BYTES = 64, CHUNK_BYTES = 1 << 16 };

struct sha256 {
	uint32_t h[8];
	uint64_t size;
	uint8_t block[BLOCK_BYTES];
};

static const uint32_t k[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

static const struct sha256 initial = {
	.h = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
	      0x5be0cd19},
};

static uint32_t ror(uint32_t x, unsigned by)
{
	return x >> by | x << (32 - by);
}

static void schedule(uint32_t w[64], const uint8_t *block)
{
	for (unsigned t = 0; t < 16; t++)
		w[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 |
		       (uint32_t)block[4 * t + 2] << 8 | block[4 * t + 3];
	for (unsigned t = 16; t < 64; t++) {
		uint32_t s0 = ror(w[t - 15], 7) ^ ror(w[t - 15], 18) ^ w[t - 15] >> 3;
		uint32_t s1 = ror(w[t - 2], 17) ^ ror(w[t - 2], 19) ^ w[t - 2] >> 10;

		w[t] = s1 + w[t - 7] + s0 + w[t - 16];
	}
}

static void add_block(struct sha256 *s, const uint8_t *block)
{
	uint32_t w[64];
	uint32_t v[8];

	schedule(w, block);
	memcpy(v, s->h, sizeof(v));
	for (unsigned t = 0; t < 64; t++) {
		uint32_t sum1 = ror(v[4], 6) ^ ror(v[4], 11) ^ ror(v[4], 25);
		uint32_t sum0 = ror(v[0], 2) ^ ror(v[0], 13) ^ ror(v[0], 22);
		uint32_t t1 = v[7] + sum1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[t] + w[t];
		uint32_t t2 = sum0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));

		for (unsigned i = 7; i > 0; i--)
			v[i] = v[i - 1];
		v[4] += t1;
		v[0] = t1 + t2;
	}
	for (unsigned i = 0; i < 8; i++)
		s->h[i] += v[i];
}

static void add_bytes(struct sha256 *s, const uint8_t *bytes, size_t size)
{
	size_t held = s->size % BLOCK_BYTES;

	s->size += size;
	if (held) {
		size_t n = size < BLOCK_BYTES - held ? size : BLOCK_BYTES - held;

		memcpy(s->block + held, bytes, n);
		if (held + n < BLOCK_BYTES)
			return;
		add_block(s, s->block);
		bytes += n;
		size -= n;
	}
	for (; size >= BLOCK_BYTES; size -= BLOCK_BYTES, bytes += BLOCK_BYTES)
		add_block(s, bytes);
	memcpy(s->block, bytes, size);
}

static void finish(struct sha256 *s)
{
	static const uint8_t padding[BLOCK_BYTES] = {0x80};
	uint64_t bits = s->size * 8;
	uint8_t length[8];

	for (unsigned i = 0; i < 8; i++)
		length[i] = (uint8_t)(bits >> (56 - 8 * i));
	add_bytes(s, padding, 1 + (2 * BLOCK_BYTES - 9 - s->size % BLOCK_BYTES) % BLOCK_BYTES);
	add_bytes(s, length, sizeof(length));
}

static void sum_file(const char *path, uint8_t *chunk)
{
	struct sha256 s = initial;
	int fd = open(path, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		die("sha256sum: %s: cannot be opened (error %d)", path, -fd);
	while ((n = read(fd, chunk, CHUNK_BYTES)) > 0)
		add_bytes(&s, chunk, (size_t)n);
	if (n < 0)
		die("sha256sum: %s: cannot be read (error %ld)", path, -n);
	close(fd);
	finish(&s);
	for (unsigned i = 0; i < 8; i++)
		printf("%08x", s.h[i]);
	printf("  %s\n", path);
}

int main(int argc, char **argv)
{
	uint8_t *chunk = malloc(CHUNK_BYTES);

	if (argc < 2)
		die("usage: sha256sum FILE...");
	for (int i = 1; i < argc; i++)
		sum_file(argv[i], chunk);
	return 0;
}
