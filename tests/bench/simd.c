/*
 * Advanced SIMD, three kernels in about equal shares of work: copying 64 bytes at a time, looking for a zero byte 16 bytes
 * at a time, and a filter of single-precision numbers (a polynomial of four taps by fused multiply-add).
 */
#include "bench.h"

#include <arm_neon.h>

#define BYTES 16384
#define NUMBERS 1024

static uint8_t from[BYTES] __attribute__((aligned(16))), to[BYTES] __attribute__((aligned(16)));
static float signal[NUMBERS + 16] __attribute__((aligned(16))), filtered[NUMBERS] __attribute__((aligned(16)));

/* CPTR_EL2: neither EL2's use of SIMD&FP registers is trapped, nor is there anything else that would be. */
static void allow_simd(void)
{
	__asm__ volatile("msr cptr_el2, %0\n\tisb" : : "r"(UINT64_C(0x33ff)));
}

static void copy(uint8_t *d, const uint8_t *s, unsigned count)
{
	for (unsigned i = 0; i < count; i += 64) {
		uint8x16_t a = vld1q_u8(s + i), b = vld1q_u8(s + i + 16), c = vld1q_u8(s + i + 32), e = vld1q_u8(s + i + 48);

		vst1q_u8(d + i, a);
		vst1q_u8(d + i + 16, b);
		vst1q_u8(d + i + 32, c);
		vst1q_u8(d + i + 48, e);
	}
}

/* The offset of the 16 bytes that hold the first zero. */
static unsigned zero_in(const uint8_t *s)
{
	unsigned i = 0;

	while (vmaxvq_u8(vceqzq_u8(vld1q_u8(s + i))) == 0)
		i += 16;
	return i;
}

/* Taps 4 apart, so that all loads are aligned. */
static void filter(float *d, const float *s, unsigned count)
{
	float32x4_t k0 = vdupq_n_f32(0.5f), k1 = vdupq_n_f32(-0.25f), k2 = vdupq_n_f32(0.125f), k3 = vdupq_n_f32(0.0625f);

	for (unsigned i = 0; i < count; i += 4) {
		float32x4_t x = vld1q_f32(s + i), sum = vmulq_f32(x, k0);

		sum = vfmaq_f32(sum, vld1q_f32(s + i + 4), k1);
		sum = vfmaq_f32(sum, vmulq_f32(x, vld1q_f32(s + i + 8)), k2);
		sum = vfmaq_f32(sum, vsubq_f32(x, vld1q_f32(s + i + 12)), k3);
		vst1q_f32(d + i, sum);
	}
}

static uint64_t sum_of(const uint8_t *s, unsigned count)
{
	uint64x2_t sum = vdupq_n_u64(0);

	for (unsigned i = 0; i < count; i += 16)
		sum = vaddq_u64(sum, vreinterpretq_u64_u8(vld1q_u8(s + i)));
	return vaddvq_u64(sum);
}

int main(const unsigned char *dtb)
{
	uint64_t rounds = rounds_asked(dtb), sum = 0;

	allow_simd();
	for (unsigned i = 0; i < BYTES; i++)
		from[i] = (uint8_t)(i % 255 + 1);
	from[BYTES - 1] = 0;
	for (unsigned i = 0; i < NUMBERS + 16; i++)
		signal[i] = (float)(int)(i * 7919 % 1000) * 0.01f - 5.0f;
	for (uint64_t round = 0; round < rounds; round++) {
		copy(to, from, BYTES);
		to[round % BYTES] ^= 1;
		sum += zero_in(from);
		filter(filtered, signal, NUMBERS);
		signal[round % NUMBERS] = filtered[(round + 7) % NUMBERS];
		sum ^= sum_of((const uint8_t *)filtered, sizeof(filtered)) + sum_of(to, 1024);
	}
	put_hex("simd", sum);
	return 0;
}
