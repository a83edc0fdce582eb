/*
 * sim/replay: events of a trace (ASID switches, TLBI) act on the TLB as the architecture says. Each
 * row replays a warm-up that loads pages A and B, then some records; L1D misses at EL0 since the
 * warm-up tell what was still there.
 */
#include "sim/sim.h"
#include "trace_support.h"

#include <jansson.h>

#define A UINT64_C(0x123456789000)
#define B UINT64_C(0x1234567a3000)

#define LOAD(va)                                                                                   \
	{                                                                                          \
		(va), 8, TRACE_LOAD                                                                \
	}
#define ASID(asid)                                                                                 \
	{                                                                                          \
		(asid), 0, TRACE_CONTEXT                                                           \
	}
#define TLBI(op, operand)                                                                          \
	{                                                                                          \
		(operand), TRACE_##op, TRACE_TLBI                                                  \
	}
/* Xt of a TLBI by VA: VA[55:12] and, in bits 63:48, the ASID. The proxy kernel's program has
 * ASID 1. */
#define XT(va, asid) ((va) >> 12 | UINT64_C(asid) << 48)

enum { RECORDS = 6 };

static const struct row {
	const char *name;
	const char *option; /* one more word for the command line */
	struct trace_record records[RECORDS];
	size_t count;
	int64_t misses, tlbis;
} rows[] = {
	{"nothing", NULL, {LOAD(A), LOAD(B)}, 2, 0, 0},
	{"another_asid", NULL, {ASID(2), LOAD(A)}, 2, 1, 0},
	{"another_asid_and_back", NULL, {ASID(2), LOAD(A), ASID(1), LOAD(A)}, 4, 1, 0},
	{"the_same_asid", NULL, {ASID(1), LOAD(A)}, 2, 0, 0},
	{"eight_bits_of_asid", NULL, {ASID(0x101), LOAD(A)}, 2, 0, 0},
	{"asids_keep_their_own",
	 NULL,
	 {ASID(2), LOAD(A), ASID(1), LOAD(A), ASID(2), LOAD(A)},
	 6,
	 1,
	 0},
	{"all", NULL, {TLBI(VMALLE1, 0), LOAD(A), LOAD(B)}, 3, 2, 1},
	{"by_asid", NULL, {TLBI(ASIDE1, XT(0, 1)), LOAD(A)}, 2, 1, 1},
	{"by_other_asid", NULL, {TLBI(ASIDE1, XT(0, 2)), LOAD(A)}, 2, 0, 1},
	{"by_va", NULL, {TLBI(VAE1, XT(A, 1)), LOAD(A), LOAD(B)}, 3, 1, 1},
	{"by_va_and_other_asid", NULL, {TLBI(VAE1, XT(A, 2)), LOAD(A)}, 2, 0, 1},
	{"by_other_va", NULL, {TLBI(VAE1, XT(A + 0x1000, 1)), LOAD(A)}, 2, 0, 1},
	{"by_va_any_asid", NULL, {TLBI(VAAE1, XT(A, 0)), LOAD(A), LOAD(B)}, 3, 1, 1},
	{"last_level", NULL, {TLBI(VALE1, XT(A, 1)), LOAD(A)}, 2, 1, 1},
	{"last_level_any_asid", NULL, {TLBI(VAALE1, XT(B, 9)), LOAD(A), LOAD(B)}, 3, 1, 1},
	{"by_va_moves_with_the_pages",
	 "--va-spread=5",
	 {TLBI(VAE1, XT(A, 1)), LOAD(A), LOAD(B)},
	 3,
	 1,
	 1},
	{"by_va_moves_with_the_offset",
	 "--va-offset=0x1000",
	 {TLBI(VAE1, XT(A, 1)), LOAD(A), LOAD(B)},
	 3,
	 1,
	 1},
};

static int64_t number(const json_t *stats, const char *path)
{
	char copy[128];

	strcpy(copy, path);
	for (char *key = strtok(copy, "/"); key; key = strtok(NULL, "/"))
		stats = json_object_get(stats, key);
	ck_assert_msg(json_is_integer(stats), "%s is missing", path);
	return json_integer_value(stats);
}

/* The statistics of a replay of the trace at path. */
static json_t *replay(const char *path, const char *warmup, const char *option, const char *more)
{
	char *stats = temporary_name(".json");
	char *words[] = {(char *)"replay",
			 (char *)"-q",
			 (char *)"--tlb=l1d=256,l2=off",
			 (char *)"--stats",
			 stats,
			 (char *)"--warmup",
			 (char *)warmup,
			 (char *)path,
			 (char *)(option ? option : "-q"),
			 (char *)(more ? more : "-q")};
	json_t *json;

	ck_assert_int_eq(command_replay(10, words), 0);
	json = json_load_file(stats, 0, NULL);
	ck_assert_ptr_nonnull(json);
	unlink(stats);
	free(stats);
	return json;
}

START_TEST(events)
{
	const struct row *r = &rows[_i];
	struct trace_record records[2 + RECORDS] = {LOAD(A), LOAD(B)};
	char *path = temporary_name(".nwt");
	json_t *fast, *slow;

	memcpy(records + 2, r->records, r->count * sizeof(*records));
	write_trace(path, records, 2 + r->count);
	fast = replay(path, "2", r->option, NULL);
	slow = replay(path, "2", r->option, "--slow");
	unlink(path);
	free(path);
	ck_assert_msg(number(fast, "by_el/0/tlb/l1d/misses") == r->misses, "%s: %ld misses",
		      r->name, (long)number(fast, "by_el/0/tlb/l1d/misses"));
	ck_assert_msg(number(fast, "tlbi/total") == r->tlbis, "%s: %ld TLBIs", r->name,
		      (long)number(fast, "tlbi/total"));
	ck_assert_int_eq(number(slow, "by_el/0/tlb/l1d/misses"), r->misses);
	ck_assert_int_eq(number(fast, "by_el/0/tlb/l1d/lookups"),
			 number(slow, "by_el/0/tlb/l1d/lookups"));
	json_decref(fast);
	json_decref(slow);
}
END_TEST

/* Accesses of EL0, by contract: a fetch is one; loads and stores one a page; a modify is a load and
 * a store. */
START_TEST(accesses)
{
	static const struct trace_record records[] = {
		{0x10000, 4, TRACE_FETCH},
		{0x10ffe, 4, TRACE_FETCH}, /* crosses a page */
		{0x20000, 8, TRACE_LOAD},
		{0x20ffc, 8, TRACE_LOAD}, /* two */
		{0x30000, 16, TRACE_STORE},
		{0x30ff8, 8, TRACE_STORE},
		{0x31fff, 2, TRACE_STORE}, /* two */
		{0x40000, 4, TRACE_MODIFY},
		{0x40ffe, 4, TRACE_MODIFY},   /* two loads, two stores */
		{0x50001, 20000, TRACE_LOAD}, /* five: 0x50 to 0x54 */
		{3, 0, TRACE_CONTEXT},
	};
	static const char *const options[] = {NULL, "--slow", "--va-spread=1",
					      "--va-offset=0x7000"};
	char *path = temporary_name(".nwt");
	json_t *stats;

	write_trace(path, records, sizeof(records) / sizeof(records[0]));
	stats = replay(path, "0", options[_i], NULL);
	unlink(path);
	free(path);
	ck_assert_int_eq(number(stats, "by_el/0/accesses/fetch"), 2);
	ck_assert_int_eq(number(stats, "by_el/0/accesses/load"), 1 + 2 + 1 + 2 + 5);
	ck_assert_int_eq(number(stats, "by_el/0/accesses/store"), 1 + 1 + 2 + 1 + 2);
	ck_assert_int_eq(number(stats, "by_el/0/insns"), 0);
	ck_assert_int_gt(number(stats, "by_el/1/insns"), 0);
	ck_assert_int_gt(number(stats, "by_el/2/insns"), 0);
	/* Pages 10; 20 21; 30 31 32; 40 41; 50 to 54: each its first access aborts to EL1. */
	ck_assert_int_ge(number(stats, "exceptions/EL1/sync"), 13);
	json_decref(stats);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("replay");

	tcase_set_timeout(tcase, 120);
	tcase_add_loop_test(tcase, events, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_loop_test(tcase, accesses, 0, 4);
	return run_suite("sim/replay", tcase);
}
