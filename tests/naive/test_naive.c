/*
 * Suite naive/naive: the second walker against worked values, all literals: geometry by hand from
 * "Translation granules" and "Stage 2 translation table walk", ESR_ELx and TLB-less fetch counts
 * from their closed forms. The walker that judges mmu/ must itself have been judged.
 */
#include "naive.h"

#include <check.h>
#include <stdlib.h>

#define ROWS(rows) (int)(sizeof(rows) / sizeof *(rows))
#define BIT(n)     (UINT64_C(1) << (n))

static uint8_t keep_attr(uint8_t attr)
{
	return attr;
}

static struct naive machine(void)
{
	struct naive n = {
		.features = {.pa_max = 52,
			     .tgran4 = true,
			     .tgran16 = true,
			     .tgran64 = true,
			     .el2 = true,
			     .vhe = true,
			     .lpa = true,
			     .lva = true,
			     .lpa2 = true,
			     .ttst = true,
			     .hpds = true,
			     .xnx = true,
			     .pan = true,
			     .pan3 = true,
			     .e0pd = true,
			     .s2fwb = true,
			     .mixed_end = true,
			     .hafdbs = 2},
		.choices = {.txsz_below_min_faults = true,
			    .txsz_above_max_faults = true,
			    .reserved_tg0 = 12,
			    .reserved_tg1 = 12,
			    .other_granule = 12,
			    .cache_op_access_flag_faults = true,
			    .reserved_mair = keep_attr,
			    .reserved_sh = NAIVE_NSH,
			    .at_updates = true},
	};

	n.pstate_el = 1;
	return n;
}

/* ------------------------------------------------------------------ indices */

static const struct index_row {
	const char *name;
	uint64_t va;
	int tgx, ia, start;
	int index[5];
	uint64_t offset;
} index_rows[] = {
	{"4K 48", 0x00007F123456789A, 12, 48, 0, {254, 72, 418, 359}, 0x89A},
	{"4K 48 high", 0xFFFF800012345678, 12, 48, 0, {256, 0, 145, 325}, 0x678},
	{"4K 39", 0xFFFFFFC012345678, 12, 39, 1, {256, 145, 325}, 0x678},
	{"4K 52", 0x000F123456789ABC, 12, 52, -1, {15, 36, 209, 179, 393}, 0xABC},
	{"16K 48", 0x00007F123456789A, 14, 48, 0, {0, 2033, 282, 345}, 0x389A},
	{"16K 47", 0x00007F123456789A, 14, 47, 1, {2033, 282, 345}, 0x389A},
	{"16K 52", 0x000F123456789ABC, 14, 52, 0, {30, 291, 555, 482}, 0x1ABC},
	{"64K 48", 0x00007F123456789A, 16, 48, 1, {31, 6289, 5206}, 0x789A},
	{"64K 52", 0x000F123456789ABC, 16, 52, 1, {964, 4514, 5752}, 0x9ABC},
	{"64K 42", 0x000003FF12345678, 16, 42, 2, {8184, 4660}, 0x5678},
};

START_TEST(indices_are_those_worked_by_hand)
{
	const struct index_row *row = &index_rows[_i];
	struct S1TTWParams p = {.tgx = row->tgx, .txsz = 64 - row->ia};
	struct TTWState leaf = {.level = 3};

	ck_assert_msg(S1StartLevel(&p) == row->start, "%s: start", row->name);
	ck_assert_msg(SLTTEntryAddress(row->start, p.txsz, row->tgx, row->va, 0) ==
			      (uint64_t)row->index[0] * 8,
		      "%s: start index", row->name);
	for (int level = row->start + 1; level <= 3; level++)
		ck_assert_msg(TTEntryAddress(level, row->tgx, row->va, 0) ==
				      (uint64_t)row->index[level - row->start] * 8,
			      "%s: level %d", row->name, level);
	ck_assert_msg(StageOA(row->va, row->tgx, &leaf) == row->offset, "%s: offset", row->name);
}
END_TEST

START_TEST(the_index_of_a_concatenated_table_has_more_bits)
{
	/* 4 KB, 40-bit IPA, SL0 = 1: two tables at level 1; table 1, entry 508. */
	ck_assert_uint_eq(SLTTEntryAddress(1, 24, 12, 0xFF12345678, 0x80000000),
			  0x80000000 + 1020 * 8);
}
END_TEST

/* ------------------------------------------------------------------ geometry of stage 1 */

/* Start level and entries of the start table by granule; entries 0: the granule has no such input
 * size. */
static const struct start_row {
	int ia;
	struct {
		int level, entries;
	} of[3];
} start_rows[] = {
	{16, {{3, 16}, {3, 4}, {0, 0}}},      {17, {{3, 32}, {3, 8}, {3, 2}}},
	{21, {{3, 512}, {3, 128}, {3, 32}}},  {22, {{2, 2}, {3, 256}, {3, 64}}},
	{25, {{2, 16}, {3, 2048}, {3, 512}}}, {26, {{2, 32}, {2, 2}, {3, 1024}}},
	{30, {{2, 512}, {2, 32}, {2, 2}}},    {31, {{1, 2}, {2, 64}, {2, 4}}},
	{32, {{1, 4}, {2, 128}, {2, 8}}},     {36, {{1, 64}, {2, 2048}, {2, 128}}},
	{37, {{1, 128}, {1, 2}, {2, 256}}},   {39, {{1, 512}, {1, 8}, {2, 1024}}},
	{40, {{0, 2}, {1, 16}, {2, 2048}}},   {42, {{0, 8}, {1, 64}, {2, 8192}}},
	{43, {{0, 16}, {1, 128}, {1, 2}}},    {44, {{0, 32}, {1, 256}, {1, 4}}},
	{47, {{0, 256}, {1, 2048}, {1, 32}}}, {48, {{0, 512}, {0, 2}, {1, 64}}},
	{49, {{-1, 2}, {0, 4}, {1, 128}}},    {52, {{-1, 16}, {0, 32}, {1, 1024}}},
};

START_TEST(start_tables_of_stage1_have_the_size_of_the_table)
{
	const struct start_row *row = &start_rows[_i];
	struct naive n = machine();

	for (int g = 0; g < 3; g++) {
		struct S1TTWParams p = {.tgx = 12 + 2 * g, .txsz = 64 - row->ia, .ps = 5};
		uint64_t bytes = (uint64_t)row->of[g].entries * 8, ones = 0x0000FFFFFFFFFFFE;

		p.ds = row->ia > 48 && g < 2;
		if (row->of[g].entries == 0) {
			ck_assert(S1TxSZFaults(&n, &p));
			continue;
		}
		ck_assert(!S1TxSZFaults(&n, &p));
		ck_assert_int_eq(S1StartLevel(&p), row->of[g].level);
		if (p.ds) /* TTBR[5:2] are address bits, and tables 64-byte aligned at least */
			ck_assert_uint_eq(S1TTBaseAddress(&n, &p, ones | 0x3c),
					  0x000FFFFFFFFFFFC0 & ~((bytes < 64 ? 64 : bytes) - 1));
		else
			ck_assert_uint_eq(S1TTBaseAddress(&n, &p, ones | BIT(60)),
					  0x0000FFFFFFFFFFFF & ~(bytes - 1));
	}
}
END_TEST

/* ------------------------------------------------------------------ geometry of stage 2 */

static const struct sl_row {
	int tgx, sl2, sl0, level, min_ia, max_ia;
	bool ds;
} sl_rows[] = {
	{12, 0, 3, 3, 13, 25, false}, {12, 0, 0, 2, 22, 34, false}, {12, 0, 1, 1, 31, 43, false},
	{12, 0, 2, 0, 40, 52, true},  {12, 1, 0, -1, 49, 61, true}, {14, 0, 0, 3, 15, 29, false},
	{14, 0, 1, 2, 26, 40, false}, {14, 0, 2, 1, 37, 51, false}, {14, 0, 3, 0, 48, 62, true},
	{16, 0, 0, 3, 17, 33, false}, {16, 0, 1, 2, 30, 46, false}, {16, 0, 2, 1, 43, 59, false},
};

START_TEST(start_levels_of_stage2_allow_the_sizes_of_the_table)
{
	const struct sl_row *row = &sl_rows[_i];
	struct naive n = machine();

	for (int ia = 12; ia <= 52; ia++) {
		struct S2TTWParams p = {.tgx = row->tgx,
					.sl2 = row->sl2,
					.sl0 = row->sl0,
					.txsz = 64 - ia,
					.ds = row->ds};

		ck_assert(!S2InvalidSL(&n, &p));
		ck_assert_int_eq(S2StartLevel(&p), row->level);
		ck_assert_msg(S2InconsistentSL(&p) == (ia < row->min_ia || ia > row->max_ia),
			      "level %d, %d bits", row->level, ia);
	}
}
END_TEST

/* SL2:SL0 that are invalid with this core, and valid with one property more. */
static const struct invalid_row {
	int tgx, sl2, sl0, pa_max;
	bool ds, ttst, valid;
} invalid_rows[] = {
	{12, 1, 1, 52, true, true, false},  {12, 1, 2, 52, true, true, false},
	{12, 1, 3, 52, true, true, false},  {12, 0, 2, 42, false, true, false},
	{12, 0, 2, 44, false, true, true},  {12, 0, 3, 48, false, false, false},
	{12, 0, 3, 48, false, true, true},  {14, 0, 3, 52, false, true, false},
	{14, 0, 3, 52, true, true, true},   {14, 0, 2, 40, false, true, false},
	{14, 0, 2, 42, false, true, true},  {16, 0, 3, 52, false, true, false},
	{16, 0, 2, 42, false, true, false}, {16, 0, 2, 44, false, true, true},
};

START_TEST(start_levels_depend_on_the_core)
{
	const struct invalid_row *row = &invalid_rows[_i];
	struct naive n = machine();
	struct S2TTWParams p = {
		.tgx = row->tgx, .sl2 = row->sl2, .sl0 = row->sl0, .ds = row->ds, .txsz = 20};

	n.features.pa_max = row->pa_max;
	n.features.ttst = row->ttst;
	ck_assert(S2InvalidSL(&n, &p) == !row->valid);
}
END_TEST

/* Bytes of all start tables together, which is also their alignment. */
static const struct tables_row {
	int ia, tgx, sl2, sl0;
	uint64_t bytes;
} tables_rows[] = {
	{25, 12, 0, 3, 16 * 4096},  {25, 12, 0, 0, 128},        {25, 14, 0, 0, 16384},
	{25, 16, 0, 0, 4096},       {30, 12, 0, 0, 4096},       {30, 16, 0, 0, 2 * 65536},
	{32, 12, 0, 0, 4 * 4096},   {32, 12, 0, 1, 32},         {34, 12, 0, 0, 16 * 4096},
	{39, 14, 0, 1, 8 * 16384},  {40, 12, 0, 1, 2 * 4096},   {40, 12, 0, 2, 16},
	{40, 14, 0, 1, 16 * 16384}, {42, 12, 0, 1, 8 * 4096},   {43, 12, 0, 1, 16 * 4096},
	{43, 16, 0, 1, 2 * 65536},  {46, 16, 0, 1, 16 * 65536}, {46, 16, 0, 2, 128},
	{48, 12, 0, 2, 4096},       {48, 14, 0, 2, 2 * 16384},  {48, 16, 0, 2, 512},
	{52, 12, 0, 2, 16 * 4096},  {52, 12, 1, 0, 128},        {52, 14, 0, 3, 256},
	{52, 16, 0, 2, 8192},
};

START_TEST(concatenated_tables_are_aligned_to_their_sum)
{
	const struct tables_row *row = &tables_rows[_i];
	struct naive n = machine();
	struct S2TTWParams p = {
		.tgx = row->tgx, .sl2 = row->sl2, .sl0 = row->sl0, .txsz = 64 - row->ia, .ps = 5};

	ck_assert(!S2InconsistentSL(&p));
	ck_assert_uint_eq(S2TTBaseAddress(&n, &p, 0x0000FFFFFFFFFFFF),
			  0x0000FFFFFFFFFFFE & ~(row->bytes - 1));
}
END_TEST

static const struct size_row {
	int ps, tgx, pa_max, bits;
	bool lpa2;
} size_rows[] = {
	{0, 12, 52, 32, true}, {1, 12, 52, 36, true},  {2, 12, 52, 40, true},
	{3, 12, 52, 42, true}, {4, 12, 52, 44, true},  {5, 12, 52, 48, true},
	{6, 12, 52, 52, true}, {6, 12, 52, 48, false}, {6, 16, 52, 52, false},
	{7, 12, 52, 52, true}, {5, 12, 40, 40, false}, {2, 14, 32, 32, false},
};

START_TEST(output_sizes_are_clipped)
{
	const struct size_row *row = &size_rows[_i];
	struct naive n = machine();

	n.features.pa_max = row->pa_max;
	n.features.lpa = row->pa_max == 52;
	n.features.lpa2 = row->lpa2;
	ck_assert_int_eq(PhysicalAddressSize(&n, row->ps, row->tgx), row->bits);
}
END_TEST

/* ------------------------------------------------------------------ syndromes */

#define LOAD                                                                                       \
	{                                                                                          \
		.acctype = NAIVE_GPR, .read = true                                                 \
	}
#define STORE                                                                                      \
	{                                                                                          \
		.acctype = NAIVE_GPR, .write = true                                                \
	}
#define FETCH                                                                                      \
	{                                                                                          \
		.acctype = NAIVE_IFETCH                                                            \
	}
#define CIVAC                                                                                      \
	{                                                                                          \
		.acctype = NAIVE_DC, .cacheop = NAIVE_CLEAN_INVALIDATE                             \
	}

#define FAULT(status, of, at, ...)                                                                 \
	{                                                                                          \
		.statuscode = status, .access = of, .level = at, __VA_ARGS__                       \
	}
#define TF NAIVE_FAULT_TRANSLATION
#define PF NAIVE_FAULT_PERMISSION

static const struct esr_row {
	const char *name;
	int el;
	struct naive_fault fault;
	uint64_t instruction; /* ISS[24:14] */
	uint64_t esr;
} esr_rows[] = {
	{"EL0 load, TF L3", 0, FAULT(TF, LOAD, 3), 0, 0x92000007},
	{"EL0 store, TF L3", 0, FAULT(TF, STORE, 3, .write = true), 0, 0x92000047},
	{"EL1 load, TF L1", 1, FAULT(TF, LOAD, 1), 0, 0x96000005},
	{"EL1 store, PF L3", 1, FAULT(PF, STORE, 3, .write = true), 0, 0x9600004F},
	{"EL0 load out of range", 0, FAULT(TF, LOAD, 0), 0, 0x92000004},
	{"EL0 load, TF L-1", 0, FAULT(TF, LOAD, -1), 0, 0x9200002B},
	{"EL0 fetch, PF L3", 0, FAULT(PF, FETCH, 3), 0, 0x8200000F},
	{"EL1 fetch, TF L2", 1, FAULT(TF, FETCH, 2), 0, 0x86000006},
	{"EL1 load, TTBR out of PS", 1, FAULT(NAIVE_FAULT_ADDRESS_SIZE, LOAD, 0), 0, 0x96000000},
	{"stage 2 TF L3", 1, FAULT(TF, LOAD, 3, .secondstage = true), 0, 0x92000007},
	{"ldr w1: stage 2 TF L3", 1, FAULT(TF, LOAD, 3, .secondstage = true), 0x604, 0x93810007},
	{"str x3: stage 2 PF L2", 1, FAULT(PF, STORE, 2, .secondstage = true, .write = true), 0x70e,
	 0x93C3804E},
	{"ldrsb x5: stage 2 TF L1", 1, FAULT(TF, LOAD, 1, .secondstage = true), 0x496, 0x93258005},
	{"stage 2 TF L2 on a walk", 1, FAULT(TF, LOAD, 2, .secondstage = true, .s2fs1walk = true),
	 0x604, 0x92000086},
	{"... of a fetch", 1, FAULT(TF, FETCH, 2, .secondstage = true, .s2fs1walk = true), 0,
	 0x82000086},
	{"stage 2 PF L3 on an update", 1,
	 FAULT(PF, LOAD, 3, .secondstage = true, .s2fs1walk = true), 0, 0x9200008F},
	{"DC CIVAC, TF L3", 1, FAULT(TF, CIVAC, 3), 0, 0x96000147},
	{"external abort, walk L2", 1, FAULT(NAIVE_FAULT_EXTERNAL_ON_WALK, LOAD, 2), 0, 0x96000016},
	{"AF L3", 1, FAULT(NAIVE_FAULT_ACCESS_FLAG, LOAD, 3), 0, 0x9600000B},
	{"unaligned Device load", 1, FAULT(NAIVE_FAULT_ALIGNMENT, LOAD, 3), 0, 0x96000021},
};

START_TEST(syndromes_are_those_worked_by_hand)
{
	const struct esr_row *row = &esr_rows[_i];
	struct naive n = machine();

	n.pstate_el = row->el;
	ck_assert_msg(ReportedESR(&n, &row->fault, row->instruction) == row->esr, "%s: 0x%llx",
		      row->name,
		      (unsigned long long)ReportedESR(&n, &row->fault, row->instruction));
}
END_TEST

/* ------------------------------------------------------------------ whole walks */

/* Every read gives the same descriptor; swaps are done and remembered. */
struct one_value {
	uint64_t value, swapped;
};

static bool read_one(void *ctx, uint64_t address, uint64_t *value)
{
	(void)address;
	*value = ((struct one_value *)ctx)->value;
	return true;
}

static enum naive_swap swap_one(void *ctx, uint64_t address, uint64_t expected, uint64_t desired)
{
	struct one_value *one = ctx;

	(void)address;
	if (expected != one->value)
		return NAIVE_SWAP_DIFFERS;
	one->swapped = desired;
	return NAIVE_SWAP_DONE;
}

static void remember_in(struct naive *n, struct one_value *one)
{
	n->memory = (struct naive_memory){one, read_one, swap_one};
	n->registers.MAIR_EL1 = 0xFF000000000044FF; /* Attr7, Attr0 WB; Attr1 NC */
	n->registers.SCTLR_EL1 = 0x1005;            /* I, C, M */
}

static const struct sample_row {
	const char *name;
	uint64_t descriptor;
	int level, el;
	bool write, fetch, update;
	enum naive_status status;
	uint64_t pa, swapped;
} sample_rows[] = {
	{"reserved at level 3", 0x40001001, 3, 1, 0, 0, 0, TF, 0, 0},
	{"2M block", 0x0040000040200701, 2, 1, 0, 0, 0, 0, 0x40345678, 0},
	{"2M block, EL1 execute", 0x0040000040200701, 2, 1, 0, 1, 0, 0, 0x40345678, 0},
	{"2M block, EL0", 0x0040000040200701, 2, 0, 0, 0, 0, PF, 0, 0},
	{"privileged RO, load", 0x0060000080000F83, 3, 1, 0, 0, 0, 0, 0x80000678, 0},
	{"privileged RO, store", 0x0060000080000F83, 3, 1, 1, 0, 0, PF, 0, 0},
	{"privileged RO, execute", 0x0060000080000F83, 3, 1, 0, 1, 0, PF, 0, 0},
	{"user RW, EL0 store", 0x0020000080000F43, 3, 0, 1, 0, 0, 0, 0x80000678, 0},
	{"user RW, EL0 execute", 0x0020000080000F43, 3, 0, 0, 1, 0, 0, 0x80000678, 0},
	{"user RW, EL1 execute", 0x0020000080000F43, 3, 1, 0, 1, 0, PF, 0, 0},
	{"clean, store", 0x00080000800007C3, 3, 0, 1, 0, 1, 0, 0x80000678, 0x0008000080000743},
	{"clean, load", 0x00080000800007C3, 3, 0, 0, 0, 1, 0, 0x80000678, 0},
	{"clean, HD=0", 0x00080000800007C3, 3, 0, 1, 0, 0, PF, 0, 0},
};

START_TEST(sample_descriptors_mean_what_is_said)
{
	const struct sample_row *row = &sample_rows[_i];
	struct one_value one = {.value = row->descriptor};
	struct naive n = machine();
	struct naive_access access = {.acctype = row->fetch ? NAIVE_IFETCH : NAIVE_GPR,
				      .el = row->el,
				      .read = !row->fetch && !row->write,
				      .write = row->write};
	struct naive_address out;

	remember_in(&n, &one);
	/* Start level 3 or 2: 21 or 30 bits of input, 48 of output. */
	n.registers.TCR_EL1 = (row->level == 3 ? 43 : 34) | UINT64_C(5) << 32;
	if (row->update)
		n.registers.TCR_EL1 |= BIT(39) | BIT(40);
	out = FullTranslate(&n, row->level == 3 ? 0x145678 : 0x2345678, access, true);
	ck_assert_msg(out.fault.statuscode == row->status, "%s: fault %d", row->name,
		      out.fault.statuscode);
	if (row->status != NAIVE_FAULT_NONE)
		ck_assert_int_eq(out.fault.level, row->level);
	else
		ck_assert_uint_eq(out.paddress, row->pa);
	ck_assert_uint_eq(one.swapped, row->swapped);
}
END_TEST

/* Stage 1 off: the attributes of stage 2 with those of a disabled stage 1, by HCR_EL2.DC. */
static const struct stage2_row {
	const char *name;
	uint64_t descriptor;
	bool write, fetch;
	enum naive_status status;
	unsigned attr, sh;
} stage2_rows[] = {
	{"RW, all WB", 0x00000000900004FF, true, false, 0, 0xFF, 0},
	{"... execute", 0x00000000900004FF, false, true, 0, 0xFF, 0},
	{"RO, outer WB inner NC", 0x0040000090000477, false, false, 0, 0xF4, 0},
	{"... store", 0x0040000090000477, true, false, PF, 0, 0},
	{"... execute", 0x0040000090000477, false, true, PF, 0, 0},
};

START_TEST(sample_descriptors_of_stage2_mean_what_is_said)
{
	const struct stage2_row *row = &stage2_rows[_i];
	struct one_value one = {.value = row->descriptor};
	struct naive n = machine();
	struct naive_access access = {.acctype = row->fetch ? NAIVE_IFETCH : NAIVE_GPR,
				      .el = 1,
				      .read = !row->fetch && !row->write,
				      .write = row->write};
	struct naive_address out;

	remember_in(&n, &one);
	n.registers.HCR_EL2 = BIT(12);                /* DC, so VM behaves as 1 */
	n.registers.VTCR_EL2 = 43 | 3 << 6 | 5 << 16; /* 21 bits, start level 3 */
	out = FullTranslate(&n, 0x145678, access, true);
	ck_assert_msg(out.fault.statuscode == row->status, "%s", row->name);
	ck_assert(out.fault.secondstage);
	if (row->status != NAIVE_FAULT_NONE)
		return;
	ck_assert_uint_eq(out.paddress, 0x90000678);
	ck_assert_uint_eq(EncodePARAttrs(&n, &out.memattrs), row->attr);
	ck_assert_uint_eq(PAREncodeShareability(&out.memattrs), row->sh);
}
END_TEST

/* TxSZ (with T0SZ of stage 2 and its SL2:SL0) of a walk of n levels, 4 KB: 0 is no such stage. */
static const int txsz_of[6] = {0, 43, 34, 25, 16, 12};
static const uint64_t sl_of[6] = {0, 3 << 6, 0 << 6, 1 << 6, 2 << 6, BIT(33)};

/* Fetches of n1 (row) by n2 (column) levels; column 0 is stage 1 alone, row 0 stage 2 alone. */
static const unsigned fetches[6][6] = {
	{0, 1, 2, 3, 4, 5},     {1, 3, 5, 7, 9, 11},    {2, 5, 8, 11, 14, 17},
	{3, 7, 11, 15, 19, 23}, {4, 9, 14, 19, 24, 29}, {5, 11, 17, 23, 29, 35},
};

START_TEST(walks_fetch_what_the_table_says)
{
	int n1 = _i / 6, n2 = _i % 6;
	/* Table, and page with AF, S2AP = 11, AP = 11, WB; the address fits all sizes. */
	struct one_value one = {.value = 0x1004FF};
	struct naive n = machine();
	struct naive_access load = {.acctype = NAIVE_GPR, .el = 0, .read = true};
	struct naive_address out;

	remember_in(&n, &one);
	n.registers.TCR_EL1 = (uint64_t)txsz_of[n1] | UINT64_C(6) << 32 | BIT(59);
	n.registers.VTCR_EL2 = (uint64_t)txsz_of[n2] | sl_of[n2] | 6 << 16 | BIT(32);
	n.registers.HCR_EL2 = n2 ? BIT(0) : 0;
	if (n1 == 0)
		n.registers.SCTLR_EL1 = 0;
	out = FullTranslate(&n, 0x123456, load, true);
	ck_assert_int_eq(out.fault.statuscode, NAIVE_FAULT_NONE);
	ck_assert_uint_eq(out.paddress, n1 + n2 ? 0x100456 : 0x123456);
	ck_assert_uint_eq(n.log_count, fetches[n1][n2]);
}
END_TEST

/* The same in other granules: pages under pages in both stages. */
static const struct count_row {
	const char *name;
	int tg0, t0sz;         /* stage 1 */
	int s2tg0, s2t0sz, sl; /* stage 2: sl is SL2:SL0 */
	unsigned fetches;
} count_rows[] = {
	{"4K 48 under 64K 52", 0, 16, 1, 12, 2, 19},
	{"4K 39 under 64K 43", 0, 25, 1, 21, 2, 15},
	{"4K 52 under 64K 48", 0, 12, 1, 16, 2, 23},
	{"16K 48 under 4K 48", 2, 16, 0, 16, 2, 24},
	{"16K 48 under 4K 52", 2, 16, 0, 12, 4, 29},
	{"16K 47 under 4K 39", 2, 17, 0, 25, 1, 15},
	{"16K 47 under 4K 52", 2, 17, 0, 12, 4, 23},
	{"64K 52 under 4K 48", 1, 12, 0, 16, 2, 19},
	{"64K 48 under 64K 48", 1, 16, 1, 16, 2, 15},
	{"64K 42 under 4K 48", 1, 22, 0, 16, 2, 14},
	{"64K 42 under 4K 52", 1, 22, 0, 12, 4, 17},
	{"4K 48 under 4K 52, concatenated", 0, 16, 0, 12, 2, 24},
	{"4K 48 under 4K 43, concatenated", 0, 16, 0, 21, 1, 19},
	{"4K 39 under 16K 40, concatenated", 0, 25, 2, 24, 1, 11},
};

START_TEST(walks_of_mixed_granules_fetch_what_the_table_says)
{
	const struct count_row *row = &count_rows[_i];
	struct one_value one = {.value = 0x1004FF};
	struct naive n = machine();
	struct naive_access load = {.acctype = NAIVE_GPR, .el = 0, .read = true};
	struct naive_address out;

	remember_in(&n, &one);
	n.registers.TCR_EL1 = (uint64_t)row->t0sz | (uint64_t)row->tg0 << 14 | UINT64_C(6) << 32;
	if (row->t0sz < 16)
		n.registers.TCR_EL1 |= BIT(59);
	n.registers.VTCR_EL2 = (uint64_t)row->s2t0sz | bits((uint64_t)row->sl, 1, 0) << 6 |
			       (uint64_t)row->s2tg0 << 14 | 6 << 16;
	n.registers.VTCR_EL2 |= bits((uint64_t)row->sl, 2, 2) << 33;
	if (row->s2t0sz < 16)
		n.registers.VTCR_EL2 |= BIT(32);
	n.registers.HCR_EL2 = BIT(0);
	out = FullTranslate(&n, 0x123456, load, true);
	ck_assert_msg(out.fault.statuscode == NAIVE_FAULT_NONE, "%s: fault", row->name);
	ck_assert_msg(n.log_count == row->fetches, "%s: %u", row->name, n.log_count);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("naive/naive");
	TCase *tcase = tcase_create("naive");

	tcase_add_loop_test(tcase, indices_are_those_worked_by_hand, 0, ROWS(index_rows));
	tcase_add_test(tcase, the_index_of_a_concatenated_table_has_more_bits);
	tcase_add_loop_test(tcase, start_tables_of_stage1_have_the_size_of_the_table, 0,
			    ROWS(start_rows));
	tcase_add_loop_test(tcase, start_levels_of_stage2_allow_the_sizes_of_the_table, 0,
			    ROWS(sl_rows));
	tcase_add_loop_test(tcase, start_levels_depend_on_the_core, 0, ROWS(invalid_rows));
	tcase_add_loop_test(tcase, concatenated_tables_are_aligned_to_their_sum, 0,
			    ROWS(tables_rows));
	tcase_add_loop_test(tcase, output_sizes_are_clipped, 0, ROWS(size_rows));
	tcase_add_loop_test(tcase, syndromes_are_those_worked_by_hand, 0, ROWS(esr_rows));
	tcase_add_loop_test(tcase, sample_descriptors_mean_what_is_said, 0, ROWS(sample_rows));
	tcase_add_loop_test(tcase, sample_descriptors_of_stage2_mean_what_is_said, 0,
			    ROWS(stage2_rows));
	tcase_add_loop_test(tcase, walks_fetch_what_the_table_says, 0, 36);
	tcase_add_loop_test(tcase, walks_of_mixed_granules_fetch_what_the_table_says, 0,
			    ROWS(count_rows));
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
