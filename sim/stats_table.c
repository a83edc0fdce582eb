/* The short table that people read at the end of a run. */
#include "stats.h"

#include <inttypes.h>
#include <string.h>

#define COLUMNS 4 /* EL0, EL1, EL2, all */

/* 1234567 as "1,234,567". */
static const char *grouped(uint64_t value, char text[32])
{
	char digits[24];
	size_t count = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, value), used = 0;

	for (size_t i = 0; i < count; i++) {
		if (i && (count - i) % 3 == 0)
			text[used++] = ',';
		text[used++] = digits[i];
	}
	text[used] = '\0';
	return text;
}

static void row(FILE *out, const char *name, const uint64_t value[COLUMNS])
{
	char text[32];

	fprintf(out, "  %-24s", name);
	for (unsigned i = 0; i < COLUMNS; i++)
		fprintf(out, " %15s", grouped(value[i], text));
	fputc('\n', out);
}

static void el_row(FILE *out, const char *name, const uint64_t by_el[3])
{
	uint64_t value[COLUMNS] = {by_el[0], by_el[1], by_el[2], stats_sum(by_el, 0, 2)};

	row(out, name, value);
}

static void tlb_rows(FILE *out, const char *name, const struct tlb_counts by_el[3])
{
	uint64_t hits[3], misses[3];
	char text[32];

	for (unsigned el = 0; el < 3; el++) {
		hits[el] = by_el[el].hits;
		misses[el] = by_el[el].misses;
	}
	if (!stats_sum(hits, 0, 2) && !stats_sum(misses, 0, 2))
		return;
	snprintf(text, sizeof(text), "%s hits", name);
	el_row(out, text, hits);
	snprintf(text, sizeof(text), "%s misses", name);
	el_row(out, text, misses);
}

static void walk_rows(FILE *out, const struct walk_counts walks[COLUMNS])
{
	static const char *const name[] = {"walks, nested", "walks, stage 1 only",
					   "walks, stage 2 only"};
	uint64_t value[COLUMNS];

	for (unsigned kind = 0; kind < 3; kind++) {
		for (unsigned i = 0; i < COLUMNS; i++)
			value[i] = walks[i].kind[kind];
		row(out, name[kind], value);
	}
	for (unsigned i = 0; i < COLUMNS; i++)
		value[i] = walks[i].faulted;
	row(out, "walks that faulted", value);
}

static void fetch_rows(FILE *out, const struct walk_counts walks[COLUMNS])
{
	static const struct {
		const char *name;
		unsigned stage;
		enum nw_fetch_for purpose;
	} rows[] = {
		{"fetches, stage 1", 1, FETCH_FOR_NONE},
		{"fetches, stage 2 for 1", 2, FETCH_FOR_STAGE1},
		{"fetches, stage 2 for out", 2, FETCH_FOR_OUTPUT},
	};

	for (unsigned r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		uint64_t value[COLUMNS];

		for (unsigned i = 0; i < COLUMNS; i++)
			value[i] = stats_fetches(&walks[i], rows[r].stage, rows[r].purpose);
		row(out, rows[r].name, value);
	}
}

/* "fetches a nested walk: 24 (1,234 walks), 35 (5 walks)", the most frequent first, four at most.
 */
static void histogram_line(FILE *out, const uint64_t histogram[NW_WALK_FETCHES + 1])
{
	uint64_t left[NW_WALK_FETCHES + 1];
	char text[32];

	memcpy(left, histogram, sizeof(left));
	for (unsigned n = 0; n < 4; n++) {
		unsigned most = 0;

		for (unsigned i = 1; i <= NW_WALK_FETCHES; i++)
			most = left[i] > left[most] ? i : most;
		if (!left[most])
			break;
		fprintf(out, "%s%u (%s walks)", n ? ", " : "  fetches a nested walk:    ", most,
			grouped(left[most], text));
		left[most] = 0;
		if (n == 3)
			fputs(", ...", out);
	}
	fputc('\n', out);
}

static void time_lines(FILE *out, const struct stats_report *report,
		       const struct walk_counts *walks)
{
	uint64_t insns = stats_sum(report->core->insns, 0, 2);
	char text[2][32];

	if (report->config->timing == TIMING_SERIAL)
		fprintf(out, "  cycles: %s, of them %s in walks\n",
			grouped(insns + walks->cycles, text[0]), grouped(walks->cycles, text[1]));
	if (report->seconds > 0)
		fprintf(out, "  host: %.2f s, %.1f million instructions a second\n",
			report->seconds, (double)insns / report->seconds / 1e6);
}

void stats_table(const struct stats_report *report, FILE *out)
{
	const struct cpu_counts *core = report->core;
	uint64_t by_target[3] = {0};
	struct walk_counts walks[COLUMNS];

	for (unsigned el = 0; el < 3; el++) {
		walks[el] = stats_walks(report->walks, el, el);
		by_target[el] = stats_sum(core->exceptions[el], 0, 2) + core->exceptions[el][3];
	}
	walks[3] = stats_walks(report->walks, 0, 2);
	fprintf(out, "  %-24s %15s %15s %15s %15s\n", "", "EL0", "EL1", "EL2", "all");
	el_row(out, "instructions", core->insns);
	el_row(out, "fetch accesses", core->fetch);
	el_row(out, "load accesses", core->load);
	el_row(out, "store accesses", core->store);
	tlb_rows(out, "L1I TLB", report->tlbs->l1i);
	tlb_rows(out, "L1D TLB", report->tlbs->l1d);
	tlb_rows(out, "L2 TLB", report->tlbs->l2);
	tlb_rows(out, "stage 1 cache", report->tlbs->cache_stage1);
	tlb_rows(out, "stage 2 cache", report->tlbs->cache_stage2);
	tlb_rows(out, "IPA cache", report->tlbs->cache_ipa);
	walk_rows(out, walks);
	fetch_rows(out, walks);
	el_row(out, "exceptions taken to", by_target);
	if (walks[3].kind[WALK_NESTED])
		histogram_line(out, walks[3].histogram[WALK_NESTED]);
	time_lines(out, report, &walks[3]);
}
