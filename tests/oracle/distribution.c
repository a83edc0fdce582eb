/* What the results of a run consist of. */
#include "oracle.h"

#include <inttypes.h>

#include "../../mmu/vmsa.h"

static void add_fault(struct distribution *d, const struct result *r)
{
	unsigned class = r->esr >> 26 & 0x3f;
	bool stage2 = r->hpfar != 0 || (r->el == 2 && (class & 1) == 0);

	if ((class & 0x3a) != 0x20)
		d->other++;
	else
		d->fault[r->esr & 0x3f][stage2][r->esr >> 7 & 1]++;
}

void distribution_add(struct distribution *d, const char *results)
{
	struct result r;

	while (result_next(&results, &r)) {
		if (r.kind == RESULT_EXCEPTION)
			add_fault(d, &r);
		else if (r.kind == RESULT_PAR && (r.value & 1) != 0)
			d->fault[r.value >> 1 & 0x3f][r.value >> 9 & 1][r.value >> 8 & 1]++;
		else if (r.kind == RESULT_PAR)
			d->translated++;
		else if (r.kind == RESULT_OK)
			d->done++;
		d->operations += r.kind != RESULT_CHANGED;
	}
}

/* Groups of four codes by level; level -1 has codes of its own. */
struct row {
	const char *name;
	unsigned code, minus1;
};

static const struct row rows[] = {
	{"address size", FSC_ADDRESS_SIZE_L0, FSC_ADDRESS_SIZE_MINUS1},
	{"translation", FSC_TRANSLATION_L0, FSC_TRANSLATION_MINUS1},
	{"access flag", FSC_ACCESS_FLAG_L0, 64},
	{"permission", FSC_PERMISSION_L0, 64},
	{"external abort on walk", FSC_EXTERNAL_ON_WALK_L0, FSC_EXTERNAL_ON_WALK_MINUS1},
};

static void print_row(const struct distribution *d, const struct row *row, unsigned stage2,
		      unsigned s1ptw)
{
	printf("%-24s %d%-8s", row->name, stage2 + 1, s1ptw ? " S1PTW" : "");
	printf(" %9" PRIu64, row->minus1 < 64 ? d->fault[row->minus1][stage2][s1ptw] : 0);
	for (unsigned level = 0; level < 4; level++)
		printf(" %9" PRIu64, d->fault[row->code + level][stage2][s1ptw]);
	printf("\n");
}

static uint64_t of_code(const struct distribution *d, unsigned code)
{
	return d->fault[code][0][0] + d->fault[code][0][1] + d->fault[code][1][0] +
	       d->fault[code][1][1];
}

void distribution_print(const struct distribution *d)
{
	printf("%-24s stage     %9s %9s %9s %9s %9s\n", "fault", "level -1", "0", "1", "2", "3");
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_row(d, &rows[i], 0, 0);
		print_row(d, &rows[i], 1, 0);
		print_row(d, &rows[i], 1, 1);
	}
	printf("alignment %" PRIu64 ", external abort %" PRIu64
	       ", unsupported atomic update %" PRIu64 ", other exceptions %" PRIu64 "\n",
	       of_code(d, FSC_ALIGNMENT), of_code(d, FSC_EXTERNAL),
	       of_code(d, FSC_UNSUPPORTED_UPDATE), d->other);
	printf("accesses that were made %" PRIu64 ", addresses that AT translated %" PRIu64 "\n",
	       d->done, d->translated);
}
