/*
 * Suite cpu/simd_access: loads and stores of SIMD&FP registers: how accesses count, what faults,
 * alignment, the access check.
 */
#include "tests/cpu/simd_board.h"

#include "cpu/cpu.h"

/* ------------------------------------------------------------------ counting */

/* One access a page, however many elements and registers. */
static const struct {
	const char *name;
	uint32_t word; /* Rn is X1 */
	uint64_t x1;
	unsigned loads, stores; /* 4 KB pages */
	unsigned loads_64k, stores_64k;
} counted[] = {
	{"ldr b0, [x1]", 0x3d400020, 0xfff, 1, 0, 1, 0},
	{"ldr q0, [x1] up to 4 KB", 0x3dc00020, 0xff0, 1, 0, 1, 0},
	{"ldr q0, [x1] across 4 KB", 0x3dc00020, 0xff1, 2, 0, 1, 0},
	{"str q0, [x1] across 4 KB", 0x3d800020, 0xff8, 0, 2, 0, 1},
	{"ldp q0, q1, [x1] up to 4 KB", 0xad400420, 0xfe0, 1, 0, 1, 0},
	{"ldp q0, q1, [x1] across 4 KB", 0xad400420, 0xff0, 2, 0, 1, 0},
	{"stp d0, d1, [x1]", 0x6d000420, 0x100, 0, 1, 0, 1},
	{"ld1 of 64 bytes up to 4 KB", 0x4c402020, 0xfc0, 1, 0, 1, 0},
	{"ld1 of 64 bytes across 4 KB", 0x4c402020, 0xfc1, 2, 0, 1, 0},
	{"ld4 {v0.16b - v3.16b}, [x1]", 0x4c400020, 0x100, 1, 0, 1, 0},
	{"st3 {v0.4h - v2.4h}, [x1] across 4 KB", 0x0c004420, 0xff0, 0, 2, 0, 1},
	{"st1 {v0.b}[3], [x1]", 0x0d000c20, 0xfff, 0, 1, 0, 1},
	{"st4 {v0.b - v3.b}[3], [x1] across 4 KB", 0x0d202c20, 0xffd, 0, 2, 0, 1},
	{"ld3r {v0.2d - v2.2d}, [x1]", 0x4d40ec20, 0xfe8, 1, 0, 1, 0},
	{"ld3r {v0.2d - v2.2d}, [x1] across 4 KB", 0x4d40ec20, 0xff0, 2, 0, 1, 0},
};

START_TEST(access_counts)
{
	unsigned i = (unsigned)_i / HOW_COUNT / 2;
	unsigned page_bits = _i / HOW_COUNT % 2 != 0 ? GRANULE_64K_BITS : GRANULE_4K_BITS;
	bool small = page_bits == GRANULE_4K_BITS;
	struct board *board = simd_board(page_bits, how_of(_i));

	load_code(board, (const uint32_t[]){counted[i].word, counted[i].word, counted[i].word}, 3);
	cpu_set_x(board->cpu, 1, counted[i].x1);
	cpu_run(board->cpu, 5000);

	const struct cpu_counts *counts = cpu_counts(board->cpu);
	const struct tlb_counts *l1d = &nw_counts(cpu_mmu(board->cpu))->l1d[1];
	unsigned expected = 3 * (small ? counted[i].loads : counted[i].loads_64k);

	ck_assert_msg(counts->load[1] == expected, "%s: %lu loads", counted[i].name,
		      counts->load[1]);
	expected = 3 * (small ? counted[i].stores : counted[i].stores_64k);
	ck_assert_msg(counts->store[1] == expected, "%s: %lu stores", counted[i].name,
		      counts->store[1]);
	ck_assert_uint_eq(l1d->lookups, counts->load[1] + counts->store[1]);
	ck_assert_uint_eq(l1d->hits + l1d->misses, l1d->lookups);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ devices */

enum { DEVICE = 0x09000000 };

/* What a device has seen. */
static struct {
	unsigned count, sizes[16];
	uint64_t end; /* of the last access, which are in order */
} seen;

static bool see(pa_t pa, unsigned size)
{
	if (pa.value != seen.end || seen.count == 16)
		return false;
	seen.sizes[seen.count++] = size;
	seen.end = pa.value + size;
	return true;
}

static bool device_read(void *ctx, pa_t pa, unsigned size, uint64_t *value)
{
	(void)ctx;
	*value = 0x1111111111111111;
	return see(pa, size);
}

static bool device_write(void *ctx, pa_t pa, unsigned size, uint64_t value)
{
	(void)ctx, (void)value;
	return see(pa, size);
}

/* Each element by itself. */
static const struct {
	const char *name;
	uint32_t word;
	unsigned count, size;
} devices[] = {
	{"ldr x0, [x1]", 0xf9400020, 1, 8},
	{"ldp w0, w2, [x1]", 0x29400820, 2, 4},
	{"stp x0, x2, [x1]", 0xa9000820, 2, 8},
	{"ldr b0, [x1]", 0x3d400020, 1, 1},
	{"ldr q0, [x1]", 0x3dc00020, 2, 8},
	{"stp s0, s1, [x1]", 0x2d000420, 2, 4},
	{"ld1 {v0.8h}, [x1]", 0x4c407420, 8, 2},
	{"st2 {v0.4s, v1.4s}, [x1]", 0x4c008820, 8, 4},
	{"ld3 {v0.b - v2.b}[1], [x1]", 0x0d402420, 3, 1},
	{"ld1r {v0.2d}, [x1]", 0x4d40cc20, 1, 8},
};

/* Stage 1 is off: Device memory, flat. */
START_TEST(device_sees_elements)
{
	struct board *board = board_new("max", 1);

	board->cpu->config.bus.read = device_read;
	board->cpu->config.bus.write = device_write;
	sysreg_write(board->cpu, SYSREG_CPACR_EL1, 3 << 20);
	board_code(board, RAM_BASE, &devices[_i].word, 1);
	cpu_set_x(board->cpu, 1, DEVICE);
	memset(&seen, 0, sizeof(seen));
	seen.end = DEVICE;
	cpu_run(board->cpu, 1);
	ck_assert_msg(cpu_pc(board->cpu).value == RAM_BASE + 4, "%s: aborts", devices[_i].name);
	ck_assert_msg(seen.count == devices[_i].count, "%s: %u accesses", devices[_i].name,
		      seen.count);
	for (unsigned n = 0; n < seen.count; n++)
		ck_assert_msg(seen.sizes[n] == devices[_i].size, "%s: %u bytes", devices[_i].name,
			      seen.sizes[n]);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ faults */

enum { DATA_ABORT = 0x25, TRANSLATION_3 = 0x07, PERMISSION_3 = 0x0f, WRITE = 1 << 6 };

/* In the middle of a structure too: no byte moves, no register changes. */
static const struct {
	const char *name;
	uint32_t word;
	uint64_t x1;
	uint32_t status; /* DFSC and WnR */
	uint64_t far;
} faulting[] = {
	{"ldr q0, [x1], #16", 0x3cc10420, 0x2008, TRANSLATION_3, 0x2008},
	{"ldr q0, [x1] into a missing page", 0x3dc00020, 0x1ff8, TRANSLATION_3, 0x2000},
	{"str q0, [x1, #16]! into a missing page", 0x3c810c20, 0x1fe8, TRANSLATION_3 | WRITE,
	 0x2000},
	{"ldp q0, q1, [x1, #-32]! into a missing page", 0xadff0420, 0x2010, TRANSLATION_3, 0x2000},
	{"stp d0, d1, [x1], #16 read-only", 0x6c810420, 0x3010, PERMISSION_3 | WRITE, 0x3010},
	{"ld4 {v0.16b - v3.16b}, [x1], #64", 0x4cdf0020, 0x1fc1, TRANSLATION_3, 0x2000},
	{"st4 {v0.16b - v3.16b}, [x1], #64", 0x4c9f0020, 0x1fd0, TRANSLATION_3 | WRITE, 0x2000},
	{"st1 {v0.16b - v3.16b}, [x1], x2", 0x4c822020, 0x1fff, TRANSLATION_3 | WRITE, 0x2000},
	{"ld3 {v0.b - v2.b}[1], [x1], #3", 0x0ddf2420, 0x1ffe, TRANSLATION_3, 0x2000},
	{"st1 {v0.b}[3], [x1] read-only", 0x0d000c20, 0x3001, PERMISSION_3 | WRITE, 0x3001},
	{"ld3r {v0.2d - v2.2d}, [x1], x2", 0x4dc2ec20, 0x1ff4, TRANSLATION_3, 0x2000},
};

START_TEST(fault_changes_nothing)
{
	unsigned i = (unsigned)_i / HOW_COUNT;
	enum how how = how_of(_i);
	struct board *board = simd_board(GRANULE_4K_BITS, how);
	static uint8_t memory[0x4000];
	union vreg before[32];

	load_code(board, &faulting[i].word, 1);
	for (unsigned n = 0; n < 32; n++)
		board->cpu->v[n] = (union vreg){.d = {0x1111 * n, ~(uint64_t)n}};
	memcpy(before, board->cpu->v, sizeof(before));
	memcpy(memory, board->ram + PAGES, sizeof(memory));
	cpu_set_x(board->cpu, 1, faulting[i].x1);
	cpu_set_x(board->cpu, 2, 8);
	cpu_run(board->cpu, how == SLOWLY ? 1 : 5000);

	const struct cpu_counts *counts = cpu_counts(board->cpu);
	uint64_t esr = sysreg_read(board->cpu, SYSREG_ESR_EL1);

	ck_assert_msg(esr == ((uint64_t)DATA_ABORT << 26 | 1 << 25 | faulting[i].status),
		      "%s: ESR 0x%lx", faulting[i].name, esr);
	ck_assert_msg(sysreg_read(board->cpu, SYSREG_FAR_EL1) == faulting[i].far, "%s: FAR 0x%lx",
		      faulting[i].name, sysreg_read(board->cpu, SYSREG_FAR_EL1));
	ck_assert_msg(cpu_x(board->cpu, 1) == faulting[i].x1, "%s: X1", faulting[i].name);
	ck_assert_msg(memcmp(before, board->cpu->v, sizeof(before)) == 0, "%s: V",
		      faulting[i].name);
	ck_assert_msg(memcmp(memory, board->ram + PAGES, sizeof(memory)) == 0, "%s: memory",
		      faulting[i].name);
	ck_assert_uint_eq(counts->load[1] + counts->store[1], 0);
	ck_assert_uint_eq(counts->fetch[1], counts->insns[1] + 1);
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ alignment */

/* SCTLR_EL1.A: to an element, which a Q register is; SA: SP to 16 bytes. */
static const struct {
	const char *name;
	uint32_t word;
	uint64_t sctlr, x1, sp;
	unsigned ec; /* 0: none */
} aligned[] = {
	{"ldr q0, A=0", 0x3dc00020, 0, 0x101, 0, 0},
	{"ldr q0, [x1] at 8, A=1", 0x3dc00020, 2, 0x108, 0, DATA_ABORT},
	{"ldr q0, [x1] at 16, A=1", 0x3dc00020, 2, 0x110, 0, 0},
	{"str q0, [x1] at 8, A=1", 0x3d800020, 2, 0x108, 0, DATA_ABORT},
	{"str s0, [x1] at 4, A=1", 0xbd000020, 2, 0x104, 0, 0},
	{"ldr b0, [x1] at 1, A=1", 0x3d400020, 2, 0x101, 0, 0},
	{"ldp q0, q1, [x1] at 8, A=1", 0xad400420, 2, 0x108, 0, DATA_ABORT},
	{"ldp q0, q1, [x1] at 16, A=1", 0xad400420, 2, 0x110, 0, 0},
	{"ldp d0, d1, [x1] at 4, A=1", 0x6d400420, 2, 0x104, 0, DATA_ABORT},
	{"ldp d0, d1, [x1] at 8, A=1", 0x6d400420, 2, 0x108, 0, 0},
	{"ldp s0, s1, [x1] at 4, A=1", 0x2d400420, 2, 0x104, 0, 0},
	{"ldp s0, s1, [x1] at 2, A=1", 0x2d400420, 2, 0x102, 0, DATA_ABORT},
	{"ld1 {v0.16b - v3.16b}, [x1] at 1, A=1", 0x4c402020, 2, 0x101, 0, 0},
	{"ld1 {v0.8h}, [x1] at 1, A=1", 0x4c407420, 2, 0x101, 0, DATA_ABORT},
	{"ld1 {v0.8h}, [x1] at 2, A=1", 0x4c407420, 2, 0x102, 0, 0},
	{"ld1 {v0.2d}, [x1] at 4, A=1", 0x4c407c20, 2, 0x104, 0, DATA_ABORT},
	{"ld1 {v0.1d}, [x1] at 4, A=1", 0x0c407c20, 2, 0x104, 0, DATA_ABORT},
	{"ld1 {v0.8b}, [x1] at 4, A=1", 0x0c407020, 2, 0x104, 0, 0},
	{"st4 {v0.4s - v3.4s}, [x1] at 2, A=1", 0x4c000820, 2, 0x102, 0, DATA_ABORT},
	{"st4 {v0.4s - v3.4s}, [x1] at 4, A=1", 0x4c000820, 2, 0x104, 0, 0},
	{"st2 {v0.2d, v1.2d}, [x1] at 4, A=1", 0x4c008c20, 2, 0x104, 0, DATA_ABORT},
	{"ld2 {v0.h, v1.h}[0], [x1] at 1, A=1", 0x0d604020, 2, 0x101, 0, DATA_ABORT},
	{"ld2 {v0.h, v1.h}[0], [x1] at 2, A=1", 0x0d604020, 2, 0x102, 0, 0},
	{"ld2 {v0.d, v1.d}[0], [x1] at 4, A=1", 0x0d608420, 2, 0x104, 0, DATA_ABORT},
	{"ld4r {v0.8b - v3.8b}, [x1] at 1, A=1", 0x0d60e020, 2, 0x101, 0, 0},
	{"ld3r {v0.4s - v2.4s}, [x1] at 2, A=1", 0x4d40e820, 2, 0x102, 0, DATA_ABORT},
	{"ldr q0, [sp] misaligned, SA=1", 0x3dc003e0, 8, 0, 0x118, 0x26},
	{"ldr q0, [sp] misaligned, SA=0", 0x3dc003e0, 0, 0, 0x118, 0},
	{"st1 {v0.16b}, [sp] misaligned, SA=1", 0x4c0073e0, 8, 0, 0x118, 0x26},
};

/* Aligned accesses go first, so that the filter knows the page. */
START_TEST(alignment_is_checked)
{
	unsigned i = (unsigned)_i / HOW_COUNT;
	struct board *board = simd_board(GRANULE_4K_BITS, how_of(_i));
	uint64_t sctlr = sysreg_read(board->cpu, SYSREG_SCTLR_EL1) & ~UINT64_C(10);
	const uint32_t words[] = {0x39400065, 0x39000065, aligned[i].word}; /* LDRB, STRB */

	load_code(board, words, 3);
	sysreg_write(board->cpu, SYSREG_SCTLR_EL1, sctlr | aligned[i].sctlr);
	cpu_set_x(board->cpu, 1, aligned[i].x1);
	cpu_set_x(board->cpu, 3, 0x200);
	cpu_set_x(board->cpu, 31, aligned[i].sp);
	cpu_run(board->cpu, 5000);
	ck_assert_msg(sysreg_read(board->cpu, SYSREG_ESR_EL1) >> 26 == aligned[i].ec,
		      "%s: ESR 0x%lx", aligned[i].name, sysreg_read(board->cpu, SYSREG_ESR_EL1));
	board_free(board);
}
END_TEST

/* ------------------------------------------------------------------ the access check */

static const struct {
	const char *name;
	uint32_t word;
} checked[] = {
	{"ldr q0, [x1]", 0x3dc00020},
	{"stp d0, d1, [x1], #16", 0x6c810420},
	{"ld1 {v0.16b}, [x1], #16", 0x4cdf7020},
	{"ldr q0, [sp]", 0x3dc003e0},
};

/* CheckFPAdvSIMDEnabled64() comes before CheckSPAlignment() and the access. */
START_TEST(access_is_checked_first)
{
	struct board *board = simd_board(GRANULE_4K_BITS, how_of(_i));

	load_code(board, &checked[_i / HOW_COUNT].word, 1);
	sysreg_write(board->cpu, SYSREG_CPACR_EL1, 0);
	cpu_set_x(board->cpu, 1, 0x2000);
	cpu_set_x(board->cpu, 31, 0x2008);
	cpu_run(board->cpu, 5000);
	ck_assert_msg(sysreg_read(board->cpu, SYSREG_ESR_EL1) == 0x1fe00000, "%s: ESR 0x%lx",
		      checked[_i / HOW_COUNT].name, sysreg_read(board->cpu, SYSREG_ESR_EL1));
	ck_assert_uint_eq(cpu_x(board->cpu, 1), 0x2000);
	ck_assert_uint_eq(nw_counts(cpu_mmu(board->cpu))->l1d[1].lookups, 0);
	board_free(board);
}
END_TEST

#define ROWS(a) (HOW_COUNT * (int)(sizeof(a) / sizeof((a)[0])))

int main(void)
{
	Suite *suite = suite_create("cpu/simd_access");
	TCase *tcase = tcase_create("access");

	tcase_add_loop_test(tcase, access_counts, 0, 2 * ROWS(counted));
	tcase_add_loop_test(tcase, device_sees_elements, 0, ROWS(devices) / HOW_COUNT);
	tcase_add_loop_test(tcase, fault_changes_nothing, 0, ROWS(faulting));
	tcase_add_loop_test(tcase, alignment_is_checked, 0, ROWS(aligned));
	tcase_add_loop_test(tcase, access_is_checked_first, 0, ROWS(checked));
	suite_add_tcase(suite, tcase);
	return board_run_suite(suite);
}
