/*
 * Replay is not a side door: the tables that a replayed trace leaves are those of a program that makes the same accesses.
 * build/guest/rwx maps a region and touches it; the same accesses go through cpu_access() in a second machine. Then every
 * page of the region and around it is looked up in both, and all descriptors on the way must be equal but for the
 * addresses in them (the program's own text and stack have taken other pages).
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../mmu/vmsa.h"
#include "../../sim/sim.h"

#define BASE UINT64_C(0x10000000)
#define AROUND 40

struct row {
	const char *name;
	struct sim_geometry s1, s2;
	uint64_t block_bytes;
	unsigned count;
	uint64_t stride;
};

static const struct row rows[] = {
	{ "4k:48 under 4k:40", { .granule_bits = 12, .size_bits = 48 }, { .granule_bits = 12, .size_bits = 40 }, 0, 50, 4096 },
	{ "5 levels under 5 levels", { .granule_bits = 12, .size_bits = 52 },
	  { .granule_bits = 12, .size_bits = 52, .start_given = true, .start = -1 }, 0, 50, 4096 },
	{ "16k:47 under 64k:42", { .granule_bits = 14, .size_bits = 47 }, { .granule_bits = 16, .size_bits = 42 }, 0, 40, 16384 },
	{ "64k:48 under 4k:48", { .granule_bits = 16, .size_bits = 48 }, { .granule_bits = 12, .size_bits = 48 }, 0, 20, 65536 },
	{ "2 MB blocks", { .granule_bits = 12, .size_bits = 48 }, { .granule_bits = 12, .size_bits = 48 }, 2 << 20, 6, 2 << 20 },
};

static struct sim_config configure(const struct row *row, enum sim_command command)
{
	static char *no_words[] = { NULL };
	struct sim_config config;

	sim_config_init(&config);
	config.command = command;
	config.argv = no_words;
	config.s1 = row->s1;
	config.s2 = row->s2;
	config.block_bytes = row->block_bytes;
	config.quiet = true;
	return config;
}

/* The machine in which the program has run to its end. */
static struct sim *run_program(const struct row *row)
{
	struct sim_config config = configure(row, COMMAND_RUN);
	char count[24], base[24], stride[24], *words[] = { count, base, stride, NULL };

	snprintf(count, sizeof(count), "%u", row->count);
	snprintf(base, sizeof(base), "%llu", (unsigned long long)BASE);
	snprintf(stride, sizeof(stride), "%llu", (unsigned long long)row->stride);
	config.image = "build/guest/rwx";
	config.guest_argc = 3;
	config.guest_argv = words;

	struct sim *sim = sim_new(&config);

	ck_assert_ptr_nonnull(sim);
	ck_assert(!sim_run(sim, false));
	return sim;
}

static void access(struct sim *sim, enum nw_access_type type, uint64_t va)
{
	for (unsigned faults = 0; !cpu_access(sim_cpu(sim), type, (va_t){ va }, (va_t){ va }, 1); faults++) {
		ck_assert_uint_lt(faults, 8);
		ck_assert(sim_run(sim, true));
	}
}

/* The machine in which the program's accesses to the region have been replayed. */
static struct sim *replay_accesses(const struct row *row)
{
	struct sim_config config = configure(row, COMMAND_REPLAY);
	struct sim *sim = sim_new(&config);

	ck_assert_ptr_nonnull(sim);
	ck_assert(sim_run(sim, true));
	for (unsigned i = 0; i < row->count; i++)
		access(sim, NW_STORE, BASE + i * row->stride);
	for (unsigned i = 0; i < row->count; i++)
		access(sim, NW_LOAD, BASE + i * row->stride);
	return sim;
}

/* Descriptor bits that are no address bits: those of a table, a stage 1 leaf, a stage 2 leaf under any granule. */
static uint64_t without_address(const struct nw_fetch *fetch)
{
	return fetch->descriptor & ~VMSA_MASK(49, 12);
}

static void compare_page(const struct row *row, struct sim *program, struct sim *replay, uint64_t va)
{
	struct nw_access load = { .type = NW_LOAD, .el = 0, .unprivileged = true };
	static struct nw_walk ours, theirs;
	struct nw_translation a = nw_probe(cpu_mmu(sim_cpu(program)), (va_t){ va }, load, &ours);
	struct nw_translation b = nw_probe(cpu_mmu(sim_cpu(replay)), (va_t){ va }, load, &theirs);

	ck_assert_msg(a.fault.type == b.fault.type && a.fault.level == b.fault.level, "%s: va 0x%llx: faults differ",
		      row->name, (unsigned long long)va);
	ck_assert_msg(ours.fetch_count == theirs.fetch_count, "%s: va 0x%llx: %u and %u descriptors", row->name,
		      (unsigned long long)va, ours.fetch_count, theirs.fetch_count);
	for (unsigned i = 0; i < ours.fetch_count; i++) {
		ck_assert_int_eq(ours.fetch[i].stage, theirs.fetch[i].stage);
		ck_assert_int_eq(ours.fetch[i].level, theirs.fetch[i].level);
		ck_assert_msg(without_address(&ours.fetch[i]) == without_address(&theirs.fetch[i]),
			      "%s: va 0x%llx: fetch %u: 0x%016llx and 0x%016llx", row->name, (unsigned long long)va, i + 1,
			      (unsigned long long)ours.fetch[i].descriptor, (unsigned long long)theirs.fetch[i].descriptor);
	}
}

START_TEST(replay_leaves_the_tables_of_the_program)
{
	const struct row *row = &rows[_i];
	struct sim *program = run_program(row), *replay = replay_accesses(row);
	uint64_t page = UINT64_C(1) << row->s1.granule_bits;
	uint64_t first = BASE - AROUND * page, end = BASE + row->count * row->stride + AROUND * page;

	/* Beside the region nothing may be mapped; a program's text lies far below it. */
	for (uint64_t va = first; va < end; va += page)
		compare_page(row, program, replay, va);
	sim_free(program);
	sim_free(replay);
}
END_TEST

START_TEST(each_new_page_costs_an_abort_to_each_level)
{
	const struct row *row = &rows[0];
	struct sim *replay = replay_accesses(row);
	const struct cpu_counts *counts = cpu_counts(sim_cpu(replay));

	ck_assert_uint_ge(counts->exceptions[1][0], row->count);
	ck_assert_uint_ge(counts->by_class[0x24], row->count);
	ck_assert_uint_gt(counts->insns[1], 0);
	ck_assert_uint_gt(counts->insns[2], 0);
	ck_assert_uint_eq(counts->insns[0], 0);
	ck_assert_uint_eq(counts->store[0], row->count);
	ck_assert_uint_eq(counts->load[0], row->count);
	sim_free(replay);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sim/tables");
	TCase *tables = tcase_create("replay");

	tcase_set_timeout(tables, 120);
	tcase_add_loop_test(tables, replay_leaves_the_tables_of_the_program, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tables, each_new_page_costs_an_abort_to_each_level);
	suite_add_tcase(suite, tables);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
