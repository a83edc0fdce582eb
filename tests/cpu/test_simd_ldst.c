/*
 * Suite cpu/simd_ldst: loads and stores of SIMD&FP registers: which bytes go where, in both
 * byte orders. tests/cpu/test_simd_access.c: counts and faults.
 */
#include "tests/cpu/simd_board.h"

#include "cpu/cpu.h"

enum { DATA = 0x80 };

/* ------------------------------------------------------------------ bytes: as qemu-aarch64 */

struct row {
	const char *name;
	uint32_t word;
	int moved;            /* X1 */
	unsigned count;       /* the others of the eight stay as they are */
	uint64_t expected[8]; /* V0 to V3, or memory from X1 on */
};

/* Of memory 00 01 02 ... at X1, and X2 = 3, to V0 to V3. */
static const struct row loads[] = {
	{"ldr b0, [x1, #5]", 0x3d401420, 0, 2, {0x0000000000000005, 0}},
	{"ldr h0, [x1, #6]", 0x7d400c20, 0, 2, {0x0000000000000706, 0}},
	{"ldr s0, [x1, #4]", 0xbd400420, 0, 2, {0x0000000007060504, 0}},
	{"ldr d0, [x1, #8]", 0xfd400420, 0, 2, {0x0f0e0d0c0b0a0908, 0}},
	{"ldr q0, [x1, #16]", 0x3dc00420, 0, 2, {0x1716151413121110, 0x1f1e1d1c1b1a1918}},
	{"ldur q0, [x1, #3]", 0x3cc03020, 0, 2, {0x0a09080706050403, 0x1211100f0e0d0c0b}},
	{"ldr q0, [x1], #-16", 0x3cdf0420, -16, 2, {0x0706050403020100, 0x0f0e0d0c0b0a0908}},
	{"ldr q0, [x1, #32]!", 0x3cc20c20, 32, 2, {0x2726252423222120, 0x2f2e2d2c2b2a2928}},
	{"ldr d0, [x1, w2, sxtw #3]", 0xfc62d820, 0, 2, {0x1f1e1d1c1b1a1918, 0}},
	{"ldr q0, [x1, x2, lsl #4]", 0x3ce27820, 0, 2, {0x3736353433323130, 0x3f3e3d3c3b3a3938}},
	{"ldr s0, [x1, w2, uxtw]", 0xbc624820, 0, 2, {0x0000000006050403, 0}},
	{"ldp s0, s1, [x1, #4]", 0x2d408420, 0, 4, {0x0000000007060504, 0, 0x000000000b0a0908, 0}},
	{"ldp d0, d1, [x1], #16",
	 0x6cc10420,
	 16,
	 4,
	 {0x0706050403020100, 0, 0x0f0e0d0c0b0a0908, 0}},
	{"ldp q0, q1, [x1, #16]!",
	 0xadc08420,
	 16,
	 4,
	 {0x1716151413121110, 0x1f1e1d1c1b1a1918, 0x2726252423222120, 0x2f2e2d2c2b2a2928}},
	{"ldnp q0, q1, [x1]",
	 0xac400420,
	 0,
	 4,
	 {0x0706050403020100, 0x0f0e0d0c0b0a0908, 0x1716151413121110, 0x1f1e1d1c1b1a1918}},
	{"ld1 {v0.8b}, [x1]", 0x0c407020, 0, 2, {0x0706050403020100, 0}},
	{"ld1 {v0.16b}, [x1]", 0x4c407020, 0, 2, {0x0706050403020100, 0x0f0e0d0c0b0a0908}},
	{"ld1 {v0.4h, v1.4h}, [x1], #16",
	 0x0cdfa420,
	 16,
	 4,
	 {0x0706050403020100, 0, 0x0f0e0d0c0b0a0908, 0}},
	{"ld1 {v0.2d, v1.2d, v2.2d}, [x1]",
	 0x4c406c20,
	 0,
	 6,
	 {0x0706050403020100, 0x0f0e0d0c0b0a0908, 0x1716151413121110, 0x1f1e1d1c1b1a1918,
	  0x2726252423222120, 0x2f2e2d2c2b2a2928}},
	{"ld1 {v0.4s, v1.4s, v2.4s, v3.4s}, [x1], x2",
	 0x4cc22820,
	 3,
	 8,
	 {0x0706050403020100, 0x0f0e0d0c0b0a0908, 0x1716151413121110, 0x1f1e1d1c1b1a1918,
	  0x2726252423222120, 0x2f2e2d2c2b2a2928, 0x3736353433323130, 0x3f3e3d3c3b3a3938}},
	{"ld2 {v0.8b, v1.8b}, [x1]",
	 0x0c408020,
	 0,
	 4,
	 {0x0e0c0a0806040200, 0, 0x0f0d0b0907050301, 0}},
	{"ld2 {v0.16b, v1.16b}, [x1]",
	 0x4c408020,
	 0,
	 4,
	 {0x0e0c0a0806040200, 0x1e1c1a1816141210, 0x0f0d0b0907050301, 0x1f1d1b1917151311}},
	{"ld2 {v0.4h, v1.4h}, [x1]",
	 0x0c408420,
	 0,
	 4,
	 {0x0d0c090805040100, 0, 0x0f0e0b0a07060302, 0}},
	{"ld2 {v0.8h, v1.8h}, [x1]",
	 0x4c408420,
	 0,
	 4,
	 {0x0d0c090805040100, 0x1d1c191815141110, 0x0f0e0b0a07060302, 0x1f1e1b1a17161312}},
	{"ld2 {v0.2s, v1.2s}, [x1], x2",
	 0x0cc28820,
	 3,
	 4,
	 {0x0b0a090803020100, 0, 0x0f0e0d0c07060504, 0}},
	{"ld2 {v0.4s, v1.4s}, [x1], #32",
	 0x4cdf8820,
	 32,
	 4,
	 {0x0b0a090803020100, 0x1b1a191813121110, 0x0f0e0d0c07060504, 0x1f1e1d1c17161514}},
	{"ld2 {v0.2d, v1.2d}, [x1]",
	 0x4c408c20,
	 0,
	 4,
	 {0x0706050403020100, 0x1716151413121110, 0x0f0e0d0c0b0a0908, 0x1f1e1d1c1b1a1918}},
	{"ld3 {v0.8b, v1.8b, v2.8b}, [x1]",
	 0x0c404020,
	 0,
	 6,
	 {0x15120f0c09060300, 0, 0x1613100d0a070401, 0, 0x1714110e0b080502, 0}},
	{"ld3 {v0.16b, v1.16b, v2.16b}, [x1]",
	 0x4c404020,
	 0,
	 6,
	 {0x15120f0c09060300, 0x2d2a2724211e1b18, 0x1613100d0a070401, 0x2e2b2825221f1c19,
	  0x1714110e0b080502, 0x2f2c292623201d1a}},
	{"ld3 {v0.4h, v1.4h, v2.4h}, [x1]",
	 0x0c404420,
	 0,
	 6,
	 {0x13120d0c07060100, 0, 0x15140f0e09080302, 0, 0x171611100b0a0504, 0}},
	{"ld3 {v0.4s, v1.4s, v2.4s}, [x1], #48",
	 0x4cdf4820,
	 48,
	 6,
	 {0x0f0e0d0c03020100, 0x272625241b1a1918, 0x1312111007060504, 0x2b2a29281f1e1d1c,
	  0x171615140b0a0908, 0x2f2e2d2c23222120}},
	{"ld3 {v0.2d, v1.2d, v2.2d}, [x1]",
	 0x4c404c20,
	 0,
	 6,
	 {0x0706050403020100, 0x1f1e1d1c1b1a1918, 0x0f0e0d0c0b0a0908, 0x2726252423222120,
	  0x1716151413121110, 0x2f2e2d2c2b2a2928}},
	{"ld4 {v0.8b, v1.8b, v2.8b, v3.8b}, [x1]",
	 0x0c400020,
	 0,
	 8,
	 {0x1c1814100c080400, 0, 0x1d1915110d090501, 0, 0x1e1a16120e0a0602, 0, 0x1f1b17130f0b0703,
	  0}},
	{"ld4 {v0.16b, v1.16b, v2.16b, v3.16b}, [x1], #64",
	 0x4cdf0020,
	 64,
	 8,
	 {0x1c1814100c080400, 0x3c3834302c282420, 0x1d1915110d090501, 0x3d3935312d292521,
	  0x1e1a16120e0a0602, 0x3e3a36322e2a2622, 0x1f1b17130f0b0703, 0x3f3b37332f2b2723}},
	{"ld4 {v0.4h, v1.4h, v2.4h, v3.4h}, [x1]",
	 0x0c400420,
	 0,
	 8,
	 {0x1918111009080100, 0, 0x1b1a13120b0a0302, 0, 0x1d1c15140d0c0504, 0, 0x1f1e17160f0e0706,
	  0}},
	{"ld4 {v0.8h, v1.8h, v2.8h, v3.8h}, [x1]",
	 0x4c400420,
	 0,
	 8,
	 {0x1918111009080100, 0x3938313029282120, 0x1b1a13120b0a0302, 0x3b3a33322b2a2322,
	  0x1d1c15140d0c0504, 0x3d3c35342d2c2524, 0x1f1e17160f0e0706, 0x3f3e37362f2e2726}},
	{"ld4 {v0.2s, v1.2s, v2.2s, v3.2s}, [x1]",
	 0x0c400820,
	 0,
	 8,
	 {0x1312111003020100, 0, 0x1716151407060504, 0, 0x1b1a19180b0a0908, 0, 0x1f1e1d1c0f0e0d0c,
	  0}},
	{"ld4 {v0.4s, v1.4s, v2.4s, v3.4s}, [x1]",
	 0x4c400820,
	 0,
	 8,
	 {0x1312111003020100, 0x3332313023222120, 0x1716151407060504, 0x3736353427262524,
	  0x1b1a19180b0a0908, 0x3b3a39382b2a2928, 0x1f1e1d1c0f0e0d0c, 0x3f3e3d3c2f2e2d2c}},
	{"ld4 {v0.2d, v1.2d, v2.2d, v3.2d}, [x1]",
	 0x4c400c20,
	 0,
	 8,
	 {0x0706050403020100, 0x2726252423222120, 0x0f0e0d0c0b0a0908, 0x2f2e2d2c2b2a2928,
	  0x1716151413121110, 0x3736353433323130, 0x1f1e1d1c1b1a1918, 0x3f3e3d3c3b3a3938}},
	{"ld1 {v0.b}[15], [x1]", 0x4d401c20, 0, 2, {0xd0d0d0d0d0d0d0d0, 0x00e0e0e0e0e0e0e0}},
	{"ld2 {v0.h, v1.h}[3], [x1], #4",
	 0x0dff5820,
	 4,
	 3,
	 {0x0100d0d0d0d0d0d0, 0xe0e0e0e0e0e0e0e0, 0x0302d1d1d1d1d1d1}},
	{"ld3 {v0.s, v1.s, v2.s}[2], [x1], x2",
	 0x4dc2a020,
	 3,
	 6,
	 {0xd0d0d0d0d0d0d0d0, 0xe0e0e0e003020100, 0xd1d1d1d1d1d1d1d1, 0xe1e1e1e107060504,
	  0xd2d2d2d2d2d2d2d2, 0xe2e2e2e20b0a0908}},
	{"ld4 {v0.d, v1.d, v2.d, v3.d}[1], [x1]",
	 0x4d60a420,
	 0,
	 8,
	 {0xd0d0d0d0d0d0d0d0, 0x0706050403020100, 0xd1d1d1d1d1d1d1d1, 0x0f0e0d0c0b0a0908,
	  0xd2d2d2d2d2d2d2d2, 0x1716151413121110, 0xd3d3d3d3d3d3d3d3, 0x1f1e1d1c1b1a1918}},
	{"ld1r {v0.16b}, [x1]", 0x4d40c020, 0, 2, {0, 0}},
	{"ld2r {v0.4h, v1.4h}, [x1]",
	 0x0d60c420,
	 0,
	 4,
	 {0x0100010001000100, 0, 0x0302030203020302, 0}},
	{"ld3r {v0.4s, v1.4s, v2.4s}, [x1], #12",
	 0x4ddfe820,
	 12,
	 6,
	 {0x0302010003020100, 0x0302010003020100, 0x0706050407060504, 0x0706050407060504,
	  0x0b0a09080b0a0908, 0x0b0a09080b0a0908}},
	{"ld4r {v0.1d, v1.1d, v2.1d, v3.1d}, [x1]",
	 0x0d60ec20,
	 0,
	 8,
	 {0x0706050403020100, 0, 0x0f0e0d0c0b0a0908, 0, 0x1716151413121110, 0, 0x1f1e1d1c1b1a1918,
	  0}},
	{"ld4r {v0.2d, v1.2d, v2.2d, v3.2d}, [x1], x2",
	 0x4de2ec20,
	 3,
	 8,
	 {0x0706050403020100, 0x0706050403020100, 0x0f0e0d0c0b0a0908, 0x0f0e0d0c0b0a0908,
	  0x1716151413121110, 0x1716151413121110, 0x1f1e1d1c1b1a1918, 0x1f1e1d1c1b1a1918}},
	{"ld1 {v30.16b, v31.16b, v0.16b, v1.16b}, [x1]",
	 0x4c40203e,
	 0,
	 4,
	 {0x2726252423222120, 0x2f2e2d2c2b2a2928, 0x3736353433323130, 0x3f3e3d3c3b3a3938}},
	{"ld2 {v31.8b, v0.8b}, [x1]", 0x0c40803f, 0, 2, {0x0f0d0b0907050301, 0}},
};

/* Of V0 to V3, which are 00 01 02 ..., and V30, V31, which are 0, to memory at X1; X2 = 3. */
static const struct row stores[] = {
	{"str b0, [x1, #5]", 0x3d001420, 0, 1, {0xeeee00eeeeeeeeee}},
	{"str h0, [x1, #6]", 0x7d000c20, 0, 1, {0x0100eeeeeeeeeeee}},
	{"str s0, [x1, #4]", 0xbd000420, 0, 1, {0x03020100eeeeeeee}},
	{"str d0, [x1, #8]", 0xfd000420, 0, 2, {0xeeeeeeeeeeeeeeee, 0x0706050403020100}},
	{"str q0, [x1, #16]",
	 0x3d800420,
	 0,
	 4,
	 {0xeeeeeeeeeeeeeeee, 0xeeeeeeeeeeeeeeee, 0x0706050403020100, 0x0f0e0d0c0b0a0908}},
	{"stur q0, [x1, #3]",
	 0x3c803020,
	 0,
	 3,
	 {0x0403020100eeeeee, 0x0c0b0a0908070605, 0xeeeeeeeeee0f0e0d}},
	{"str q0, [x1], #-16", 0x3c9f0420, -16, 2, {0x0706050403020100, 0x0f0e0d0c0b0a0908}},
	{"str q0, [x1, #32]!",
	 0x3c820c20,
	 32,
	 6,
	 {0xeeeeeeeeeeeeeeee, 0xeeeeeeeeeeeeeeee, 0xeeeeeeeeeeeeeeee, 0xeeeeeeeeeeeeeeee,
	  0x0706050403020100, 0x0f0e0d0c0b0a0908}},
	{"str d0, [x1, w2, sxtw #3]",
	 0xfc22d820,
	 0,
	 4,
	 {0xeeeeeeeeeeeeeeee, 0xeeeeeeeeeeeeeeee, 0xeeeeeeeeeeeeeeee, 0x0706050403020100}},
	{"str q0, [x1, x2, lsl #4]",
	 0x3ca27820,
	 0,
	 8,
	 {0xeeeeeeeeeeeeeeee, 0xeeeeeeeeeeeeeeee, 0xeeeeeeeeeeeeeeee, 0xeeeeeeeeeeeeeeee,
	  0xeeeeeeeeeeeeeeee, 0xeeeeeeeeeeeeeeee, 0x0706050403020100, 0x0f0e0d0c0b0a0908}},
	{"str s0, [x1, w2, uxtw]", 0xbc224820, 0, 1, {0xee03020100eeeeee}},
	{"stp s0, s1, [x1, #4]", 0x2d008420, 0, 2, {0x03020100eeeeeeee, 0xeeeeeeee13121110}},
	{"stp d0, d1, [x1], #16", 0x6c810420, 16, 2, {0x0706050403020100, 0x1716151413121110}},
	{"stp q0, q1, [x1, #16]!",
	 0xad808420,
	 16,
	 6,
	 {0xeeeeeeeeeeeeeeee, 0xeeeeeeeeeeeeeeee, 0x0706050403020100, 0x0f0e0d0c0b0a0908,
	  0x1716151413121110, 0x1f1e1d1c1b1a1918}},
	{"stnp q0, q1, [x1]",
	 0xac000420,
	 0,
	 4,
	 {0x0706050403020100, 0x0f0e0d0c0b0a0908, 0x1716151413121110, 0x1f1e1d1c1b1a1918}},
	{"st1 {v0.8b}, [x1]", 0x0c007020, 0, 1, {0x0706050403020100}},
	{"st1 {v0.16b}, [x1]", 0x4c007020, 0, 2, {0x0706050403020100, 0x0f0e0d0c0b0a0908}},
	{"st1 {v0.4h, v1.4h}, [x1], #16",
	 0x0c9fa420,
	 16,
	 2,
	 {0x0706050403020100, 0x1716151413121110}},
	{"st1 {v0.2d, v1.2d, v2.2d}, [x1]",
	 0x4c006c20,
	 0,
	 6,
	 {0x0706050403020100, 0x0f0e0d0c0b0a0908, 0x1716151413121110, 0x1f1e1d1c1b1a1918,
	  0x2726252423222120, 0x2f2e2d2c2b2a2928}},
	{"st1 {v0.4s, v1.4s, v2.4s, v3.4s}, [x1], x2",
	 0x4c822820,
	 3,
	 8,
	 {0x0706050403020100, 0x0f0e0d0c0b0a0908, 0x1716151413121110, 0x1f1e1d1c1b1a1918,
	  0x2726252423222120, 0x2f2e2d2c2b2a2928, 0x3736353433323130, 0x3f3e3d3c3b3a3938}},
	{"st2 {v0.8b, v1.8b}, [x1]", 0x0c008020, 0, 2, {0x1303120211011000, 0x1707160615051404}},
	{"st2 {v0.16b, v1.16b}, [x1]",
	 0x4c008020,
	 0,
	 4,
	 {0x1303120211011000, 0x1707160615051404, 0x1b0b1a0a19091808, 0x1f0f1e0e1d0d1c0c}},
	{"st2 {v0.4h, v1.4h}, [x1]", 0x0c008420, 0, 2, {0x1312030211100100, 0x1716070615140504}},
	{"st2 {v0.8h, v1.8h}, [x1]",
	 0x4c008420,
	 0,
	 4,
	 {0x1312030211100100, 0x1716070615140504, 0x1b1a0b0a19180908, 0x1f1e0f0e1d1c0d0c}},
	{"st2 {v0.2s, v1.2s}, [x1], x2",
	 0x0c828820,
	 3,
	 2,
	 {0x1312111003020100, 0x1716151407060504}},
	{"st2 {v0.4s, v1.4s}, [x1], #32",
	 0x4c9f8820,
	 32,
	 4,
	 {0x1312111003020100, 0x1716151407060504, 0x1b1a19180b0a0908, 0x1f1e1d1c0f0e0d0c}},
	{"st2 {v0.2d, v1.2d}, [x1]",
	 0x4c008c20,
	 0,
	 4,
	 {0x0706050403020100, 0x1716151413121110, 0x0f0e0d0c0b0a0908, 0x1f1e1d1c1b1a1918}},
	{"st3 {v0.8b, v1.8b, v2.8b}, [x1]",
	 0x0c004020,
	 0,
	 3,
	 {0x1202211101201000, 0x0524140423130322, 0x2717072616062515}},
	{"st3 {v0.16b, v1.16b, v2.16b}, [x1]",
	 0x4c004020,
	 0,
	 6,
	 {0x1202211101201000, 0x0524140423130322, 0x2717072616062515, 0x1a0a291909281808,
	  0x0d2c1c0c2b1b0b2a, 0x2f1f0f2e1e0e2d1d}},
	{"st3 {v0.4h, v1.4h, v2.4h}, [x1]",
	 0x0c004420,
	 0,
	 3,
	 {0x0302212011100100, 0x1514050423221312, 0x2726171607062524}},
	{"st3 {v0.4s, v1.4s, v2.4s}, [x1], #48",
	 0x4c9f4820,
	 48,
	 6,
	 {0x1312111003020100, 0x0706050423222120, 0x2726252417161514, 0x1b1a19180b0a0908,
	  0x0f0e0d0c2b2a2928, 0x2f2e2d2c1f1e1d1c}},
	{"st3 {v0.2d, v1.2d, v2.2d}, [x1]",
	 0x4c004c20,
	 0,
	 6,
	 {0x0706050403020100, 0x1716151413121110, 0x2726252423222120, 0x0f0e0d0c0b0a0908,
	  0x1f1e1d1c1b1a1918, 0x2f2e2d2c2b2a2928}},
	{"st4 {v0.8b, v1.8b, v2.8b, v3.8b}, [x1]",
	 0x0c000020,
	 0,
	 4,
	 {0x3121110130201000, 0x3323130332221202, 0x3525150534241404, 0x3727170736261606}},
	{"st4 {v0.16b, v1.16b, v2.16b, v3.16b}, [x1], #64",
	 0x4c9f0020,
	 64,
	 8,
	 {0x3121110130201000, 0x3323130332221202, 0x3525150534241404, 0x3727170736261606,
	  0x3929190938281808, 0x3b2b1b0b3a2a1a0a, 0x3d2d1d0d3c2c1c0c, 0x3f2f1f0f3e2e1e0e}},
	{"st4 {v0.4h, v1.4h, v2.4h, v3.4h}, [x1]",
	 0x0c000420,
	 0,
	 4,
	 {0x3130212011100100, 0x3332232213120302, 0x3534252415140504, 0x3736272617160706}},
	{"st4 {v0.8h, v1.8h, v2.8h, v3.8h}, [x1]",
	 0x4c000420,
	 0,
	 8,
	 {0x3130212011100100, 0x3332232213120302, 0x3534252415140504, 0x3736272617160706,
	  0x3938292819180908, 0x3b3a2b2a1b1a0b0a, 0x3d3c2d2c1d1c0d0c, 0x3f3e2f2e1f1e0f0e}},
	{"st4 {v0.2s, v1.2s, v2.2s, v3.2s}, [x1]",
	 0x0c000820,
	 0,
	 4,
	 {0x1312111003020100, 0x3332313023222120, 0x1716151407060504, 0x3736353427262524}},
	{"st4 {v0.4s, v1.4s, v2.4s, v3.4s}, [x1]",
	 0x4c000820,
	 0,
	 8,
	 {0x1312111003020100, 0x3332313023222120, 0x1716151407060504, 0x3736353427262524,
	  0x1b1a19180b0a0908, 0x3b3a39382b2a2928, 0x1f1e1d1c0f0e0d0c, 0x3f3e3d3c2f2e2d2c}},
	{"st4 {v0.2d, v1.2d, v2.2d, v3.2d}, [x1]",
	 0x4c000c20,
	 0,
	 8,
	 {0x0706050403020100, 0x1716151413121110, 0x2726252423222120, 0x3736353433323130,
	  0x0f0e0d0c0b0a0908, 0x1f1e1d1c1b1a1918, 0x2f2e2d2c2b2a2928, 0x3f3e3d3c3b3a3938}},
	{"st1 {v0.b}[15], [x1]", 0x4d001c20, 0, 1, {0xeeeeeeeeeeeeee0f}},
	{"st2 {v0.h, v1.h}[3], [x1], #4", 0x0dbf5820, 4, 1, {0xeeeeeeee17160706}},
	{"st3 {v0.s, v1.s, v2.s}[2], [x1], x2",
	 0x4d82a020,
	 3,
	 2,
	 {0x1b1a19180b0a0908, 0xeeeeeeee2b2a2928}},
	{"st4 {v0.d, v1.d, v2.d, v3.d}[1], [x1]",
	 0x4d20a420,
	 0,
	 4,
	 {0x0f0e0d0c0b0a0908, 0x1f1e1d1c1b1a1918, 0x2f2e2d2c2b2a2928, 0x3f3e3d3c3b3a3938}},
	{"st1 {v30.16b, v31.16b, v0.16b, v1.16b}, [x1]",
	 0x4c00203e,
	 0,
	 8,
	 {0, 0, 0, 0, 0x0706050403020100, 0x0f0e0d0c0b0a0908, 0x1716151413121110,
	  0x1f1e1d1c1b1a1918}},
	{"st2 {v31.8b, v0.8b}, [x1]", 0x0c00803f, 0, 2, {0x0300020001000000, 0x0700060005000400}},
};

/* What there is before it. */
static void fill(struct board *board, bool load)
{
	for (unsigned n = 0; n < 4; n++)
		for (unsigned b = 0; b < 16; b++)
			board->cpu->v[n].b[b] =
				(uint8_t)(load ? (b < 8 ? 0xd0 : 0xe0) + n : n * 16 + b);
	for (unsigned i = 0; i < 256; i++)
		board->ram[PAGES + i] = load ? (uint8_t)(i - DATA) : 0xee;
	cpu_set_x(board->cpu, 1, DATA);
	cpu_set_x(board->cpu, 2, 3);
}

static uint64_t unchanged(bool load, unsigned i)
{
	uint64_t byte = !load ? 0xee : (i % 2 == 0 ? 0xd0 : 0xe0) + i / 2;

	return byte * UINT64_C(0x0101010101010101);
}

static uint64_t result(const struct board *board, bool load, unsigned i)
{
	uint64_t value;

	if (load)
		return board->cpu->v[i / 2].d[i % 2];
	memcpy(&value, board->ram + PAGES + DATA + 8 * i, 8);
	return value;
}

/* Twice: the second time the filter answers, where it is in use. */
static void check_row(struct board *board, const struct row *row, bool load)
{
	va_t start = cpu_pc(board->cpu);

	load_code(board, &row->word, 1);
	for (unsigned times = 0; times < 2; times++) {
		fill(board, load);
		cpu_set_pc(board->cpu, start);
		cpu_run(board->cpu, 5000);
		ck_assert_msg(cpu_x(board->cpu, 1) == DATA + (uint64_t)(int64_t)row->moved,
			      "%s: X1 is 0x%lx", row->name, cpu_x(board->cpu, 1));
		for (unsigned i = 0; i < 8; i++) {
			uint64_t expected = i < row->count ? row->expected[i] : unchanged(load, i);

			ck_assert_msg(result(board, load, i) == expected,
				      "%s, %u: 0x%lx, expected 0x%lx", row->name, i,
				      result(board, load, i), expected);
		}
	}
	board_free(board);
}

START_TEST(load_puts_bytes_in_place)
{
	check_row(simd_board(GRANULE_4K_BITS, how_of(_i)), &loads[_i / HOW_COUNT], true);
}
END_TEST

START_TEST(store_puts_bytes_in_place)
{
	check_row(simd_board(GRANULE_4K_BITS, how_of(_i)), &stores[_i / HOW_COUNT], false);
}
END_TEST

static const struct {
	const char *name;
	uint32_t word;
	uint64_t low, high;
} literals[] = {
	{"ldr s0, .+16", 0x1c000080, 0x03020100, 0},
	{"ldr d0, .+20", 0x5c0000a0, 0x0b0a090807060504, 0},
	{"ldr q0, .+16", 0x9c000080, 0x0706050403020100, 0x0f0e0d0c0b0a0908},
};

START_TEST(literal_is_relative_to_pc)
{
	struct board *board = simd_board(GRANULE_4K_BITS, how_of(_i));
	uint32_t word = literals[_i / HOW_COUNT].word;

	load_code(board, (const uint32_t[]){0xd503201f, word, word}, 3);
	for (unsigned i = 0; i < 16; i++) /* after the second one: */
		board->ram[CODE + 24 + i] = (uint8_t)i;
	cpu_run(board->cpu, 5000);
	ck_assert_uint_eq(board->cpu->v[0].d[0], literals[_i / HOW_COUNT].low);
	ck_assert_uint_eq(board->cpu->v[0].d[1], literals[_i / HOW_COUNT].high);
	ck_assert_uint_eq(cpu_counts(board->cpu)->load[1], 2);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ endianness */

/* Each element by itself; a Q register is one. */
static const struct row big_loads[] = {
	{"ldr s0, [x1]", 0xbd400020, 0, 2, {0x00010203, 0}},
	{"ldr q0, [x1]", 0x3dc00020, 0, 2, {0x08090a0b0c0d0e0f, 0x0001020304050607}},
	{"ldp d0, d1, [x1]", 0x6d400420, 0, 4, {0x0001020304050607, 0, 0x08090a0b0c0d0e0f, 0}},
	{"ldp q0, q1, [x1]",
	 0xad400420,
	 0,
	 4,
	 {0x08090a0b0c0d0e0f, 0x0001020304050607, 0x18191a1b1c1d1e1f, 0x1011121314151617}},
	{"ld1 {v0.16b}, [x1]", 0x4c407020, 0, 2, {0x0706050403020100, 0x0f0e0d0c0b0a0908}},
	{"ld1 {v0.8h}, [x1]", 0x4c407420, 0, 2, {0x0607040502030001, 0x0e0f0c0d0a0b0809}},
	{"ld2 {v0.4s, v1.4s}, [x1]",
	 0x4c408820,
	 0,
	 4,
	 {0x08090a0b00010203, 0x18191a1b10111213, 0x0c0d0e0f04050607, 0x1c1d1e1f14151617}},
	{"ld1 {v0.h}[0], [x1]", 0x0d404020, 0, 1, {0xd0d0d0d0d0d00001}},
	{"ld1r {v0.2d}, [x1]", 0x4d40cc20, 0, 2, {0x0001020304050607, 0x0001020304050607}},
};

static const struct row big_stores[] = {
	{"str h0, [x1]", 0x7d000020, 0, 1, {0xeeeeeeeeeeee0001}},
	{"str q0, [x1]", 0x3d800020, 0, 2, {0x08090a0b0c0d0e0f, 0x0001020304050607}},
	{"stp s0, s1, [x1]", 0x2d000420, 0, 1, {0x1011121300010203}},
	{"st1 {v0.8h}, [x1]", 0x4c007420, 0, 2, {0x0607040502030001, 0x0e0f0c0d0a0b0809}},
	{"st2 {v0.2s, v1.2s}, [x1]", 0x0c008820, 0, 2, {0x1011121300010203, 0x1415161704050607}},
	{"st1 {v0.d}[1], [x1]", 0x4d008420, 0, 1, {0x08090a0b0c0d0e0f}},
};

/* SCTLR_EL1.E0E: EL0 may execute the code, whose block is for EL1 alone to read. */
static struct board *big_endian_board(enum how how)
{
	struct board *board = simd_board(GRANULE_4K_BITS, how);
	uint64_t sctlr = sysreg_read(board->cpu, SYSREG_SCTLR_EL1);

	sysreg_write(board->cpu, SYSREG_SCTLR_EL1, sctlr | 1 << 24);
	board->cpu->pstate.el = 0;
	board->cpu->pstate.spsel = false;
	return board;
}

START_TEST(load_orders_bytes)
{
	check_row(big_endian_board(how_of(_i)), &big_loads[_i / HOW_COUNT], true);
}
END_TEST

START_TEST(store_orders_bytes)
{
	check_row(big_endian_board(how_of(_i)), &big_stores[_i / HOW_COUNT], false);
}
END_TEST

#define ROWS(a) (HOW_COUNT * (int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
	Suite *suite = suite_create("cpu/simd_ldst");
	TCase *tcase = tcase_create("simd_ldst");

	tcase_add_loop_test(tcase, load_puts_bytes_in_place, 0, ROWS(loads));
	tcase_add_loop_test(tcase, store_puts_bytes_in_place, 0, ROWS(stores));
	tcase_add_loop_test(tcase, literal_is_relative_to_pc, 0, ROWS(literals));
	tcase_add_loop_test(tcase, load_orders_bytes, 0, ROWS(big_loads));
	tcase_add_loop_test(tcase, store_orders_bytes, 0, ROWS(big_stores));
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
