/*
 * vectors: Advanced SIMD against the same computations in C, on an array of random bytes. Built
 * without automatic vectorisation, so that the C side uses general-purpose registers.
 */
#include "libc/libc.h"

#include <arm_neon.h>

enum { SIZE = 4096 };

static uint8_t a[SIZE], b[SIZE];
static unsigned wrong;

static void answer(const char *what, bool right)
{
	if (right)
		return;
	printf("vectors: %s differs\n", what);
	wrong++;
}

static void make_bytes(void)
{
	uint64_t x = 88172645463325252;

	for (unsigned i = 0; i < SIZE; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		a[i] = (uint8_t)x;
		b[i] = (uint8_t)(x >> 8);
	}
}

static void average(void)
{
	uint8_t result[16];

	for (unsigned i = 0; i < SIZE; i += 16) {
		bool right = true;

		vst1q_u8(result, vrhaddq_u8(vld1q_u8(a + i), vld1q_u8(b + i)));
		for (unsigned e = 0; e < 16; e++)
			right &= result[e] == (a[i + e] + b[i + e] + 1) / 2;
		answer("the rounded average", right);
	}
}

static void differences(void)
{
	uint32x4_t sums = vdupq_n_u32(0);
	uint32_t sum = 0;

	for (unsigned i = 0; i < SIZE; i += 8)
		sums = vpadalq_u16(sums, vabdl_u8(vld1_u8(a + i), vld1_u8(b + i)));
	for (unsigned i = 0; i < SIZE; i++)
		sum += a[i] > b[i] ? a[i] - b[i] : b[i] - a[i];
	answer("the sum of absolute differences", vaddvq_u32(sums) == sum);
}

static void products(void)
{
	int64x2_t sums = vdupq_n_s64(0);
	int64_t sum = 0;

	for (unsigned i = 0; i < SIZE; i += 8) {
		int16x8_t x = vreinterpretq_s16_u16(vmovl_u8(vld1_u8(a + i)));
		int16x8_t y = vshll_n_s8(vreinterpret_s8_u8(vld1_u8(b + i)), 4);

		sums = vpadalq_s32(sums, vmull_s16(vget_low_s16(x), vget_low_s16(y)));
		sums = vpadalq_s32(sums, vmull_high_s16(x, y));
	}
	for (unsigned i = 0; i < SIZE; i++)
		sum += (int64_t)a[i] * (int8_t)b[i] * 16;
	answer("the scalar product", vaddvq_s64(sums) == sum);
}

static int16_t clamp(int32_t x)
{
	return (int16_t)(x > INT16_MAX ? INT16_MAX : x < INT16_MIN ? INT16_MIN : x);
}

static void saturation(void)
{
	for (unsigned i = 0; i < SIZE; i += 16) {
		int16x8_t x = vld1q_s16((const int16_t *)(const void *)(a + i));
		int16x8_t y = vld1q_s16((const int16_t *)(const void *)(b + i));
		int16_t n[8], m[8], result[8];
		bool right = true;

		vst1q_s16(n, x);
		vst1q_s16(m, y);
		vst1q_s16(result, vqrdmulhq_s16(vqaddq_s16(x, y), vqsubq_s16(x, y)));
		for (unsigned e = 0; e < 8; e++) {
			int32_t sum = clamp(n[e] + m[e]), difference = clamp(n[e] - m[e]);

			right &= result[e] ==
				 clamp((int32_t)((2 * (int64_t)sum * difference + 0x8000) >> 16));
		}
		answer("saturating arithmetic", right);
	}
}

static void narrowing(void)
{
	for (unsigned i = 0; i < SIZE; i += 16) {
		int16x8_t x = vld1q_s16((const int16_t *)(const void *)(a + i));
		int16_t n[8];
		uint8_t result[8];
		bool right = true;

		vst1q_s16(n, x);
		vst1_u8(result, vqrshrun_n_s16(x, 5));
		for (unsigned e = 0; e < 8; e++) {
			int32_t rounded = (n[e] + 16) >> 5;

			right &= result[e] == (rounded < 0 ? 0 : rounded > 255 ? 255 : rounded);
		}
		answer("narrowing", right);
	}
}

static void permutation(void)
{
	for (unsigned i = 0; i < SIZE; i += 16) {
		uint8x16_t x = vld1q_u8(a + i), y = vld1q_u8(b + i);
		uint8x16_t found = vqtbl1q_u8(x, vandq_u8(y, vdupq_n_u8(31)));
		uint8x16_t zipped = vzip2q_u8(x, vrev64q_u8(vextq_u8(x, y, 5)));
		uint8_t result[16];
		bool right = true;

		vst1q_u8(result, vbslq_u8(vcgtq_u8(x, y), found, zipped));
		for (unsigned e = 0; e < 16; e++) {
			unsigned index = b[i + e] & 31, at = (15 - (e / 2)) + 5;
			uint8_t entry = index < 16 ? a[i + index] : 0;
			uint8_t odd = at < 16 ? a[i + at] : b[i + at - 16];
			uint8_t other = e % 2 == 0 ? a[i + 8 + e / 2] : odd;

			right &= result[e] == (a[i + e] > b[i + e] ? entry : other);
		}
		answer("a permutation", right);
	}
}

static void bits(void)
{
	unsigned set = 0, expected = 0;

	for (unsigned i = 0; i < SIZE; i += 16)
		set += vaddlvq_u8(vcntq_u8(veorq_u8(vld1q_u8(a + i), vld1q_u8(b + i))));
	for (unsigned i = 0; i < SIZE; i++)
		for (unsigned x = a[i] ^ b[i]; x != 0; x &= x - 1)
			expected++;
	answer("the number of bits", set == expected);
}

/* As string functions do: four bits a byte of a mask. */
static void search(void)
{
	for (unsigned wanted = 0; wanted < 256; wanted++) {
		unsigned at = 0, expected = 0;
		uint64_t mask = 0;

		while (expected < SIZE - 1 && a[expected] != wanted)
			expected++;
		for (; at < SIZE && mask == 0; at += 16) {
			uint8x16_t found = vceqq_u8(vld1q_u8(a + at), vdupq_n_u8((uint8_t)wanted));
			uint8x8_t narrow = vshrn_n_u16(vreinterpretq_u16_u8(found), 4);

			mask = vget_lane_u64(vreinterpret_u64_u8(narrow), 0);
		}
		if (mask != 0)
			answer("a search",
			       at - 16 + (unsigned)__builtin_ctzll(mask) / 4 == expected);
		else
			answer("a search", a[expected] != wanted);
	}
}

int main(void)
{
	make_bytes();
	average();
	differences();
	products();
	saturation();
	narrowing();
	permutation();
	bits();
	search();
	if (wrong == 0)
		printf("vectors: all answers right\n");
	return wrong != 0;
}
