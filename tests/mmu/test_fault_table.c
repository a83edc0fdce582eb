/*
 * Suite mmu/fault_table: every kind of fault that translation can give, produced through
 * nw_translate() and nw_at() from tables in memory: fault type x level -1 to 3 (and the checks
 * before a walk, reported as level 0) x stage x S1PTW. What is not produced has to have a reason
 * below. Prints the table of both: `make fault-table`.
 *
 * Codes are literals of ESR_ELx, "ISS encoding for an exception from a Data Abort", DFSC; which of
 * them can occur follows from the order of checks in AArch64.S1Translate, AArch64.S2Translate,
 * AArch64.S1Walk and AArch64.S2Walk.
 */
#include "five_levels.h"

#include <inttypes.h>
#include <stdio.h>

enum place { STAGE1, STAGE2, STAGE2_ON_WALK, PLACES };
enum column { START, MINUS1, LEVEL0, LEVEL1, LEVEL2, LEVEL3, NO_LEVEL, COLUMNS };
#define TYPES (FAULT_UNSUPPORTED_UPDATE + 1)

/* Codes of what has been produced, plus one; 0: not produced. Tests run in one process and fill it.
 */
static unsigned produced[TYPES][PLACES][COLUMNS];

/* ------------------------------------------------------------------ what is expected */

struct expected_fault {
	const char *name;
	enum nw_fault_type type;
	enum place place;
	enum column column;
	unsigned status;
	uint64_t ipa; /* STAGE2, STAGE2_ON_WALK */
};

/*
 * HPFAR_EL2 is valid for faults of stage 2 that have to do with its tables. For a Permission fault
 * of the access itself it is UNKNOWN: both are right.
 */
static void check_ipa(const struct expected_fault *e, const struct nw_fault *f)
{
	bool of_tables = e->type <= FAULT_PERMISSION;

	if (e->place == STAGE1 || !of_tables)
		ck_assert_msg(!f->ipa_valid, "%s: HPFAR is valid", e->name);
	else if (e->type != FAULT_PERMISSION || e->place == STAGE2_ON_WALK)
		ck_assert_msg(f->ipa_valid, "%s: HPFAR is not valid", e->name);
	if (f->ipa_valid)
		ck_assert_msg(f->ipa.value == e->ipa, "%s: IPA 0x%" PRIx64 ", expected 0x%" PRIx64,
			      e->name, f->ipa.value, e->ipa);
}

static void check_fault(const struct expected_fault *e, const struct nw_fault *f)
{
	static const char *const places[] = {"stage 1", "stage 2", "stage 2, S1PTW"};
	enum place place = f->s1ptw ? STAGE2_ON_WALK : f->stage2 ? STAGE2 : STAGE1;
	int level = e->column == START ? 0 : (int)e->column - LEVEL0;

	ck_assert_msg(
		f->type == e->type && nw_fault_status(f) == e->status && place == e->place &&
			(e->column == NO_LEVEL || f->level == level),
		"%s, %s: type %d, status 0x%02x, level %d, %s, expected type %d, status 0x%02x",
		e->name, places[e->place], f->type, nw_fault_status(f), f->level, places[place],
		e->type, e->status);
	ck_assert_msg(f->stage2 || !f->s1ptw, "%s: S1PTW of stage 1", e->name);
	check_ipa(e, f);
	produced[e->type][e->place][e->column] = e->status + 1;
}

/*
 * AT with the same permissions: PAR_EL1 has F, FST, PTW and S; but an external abort is the
 * instruction's own, and at EL1 so is a fault of stage 2 on the walk of stage 1.
 */
static void check_at(struct nw_mmu *mmu, const struct expected_fault *e)
{
	enum nw_at_op op = w.access.el == 0            ? AT_S12E0R
			   : w.access.type == NW_STORE ? AT_S12E1W
						       : AT_S12E1R;
	struct nw_at_result at = nw_at(mmu, op, (va_t){w.va}, 2, false, 0);
	uint64_t stage = e->place == STAGE1 ? 0 : e->place == STAGE2 ? 0x200 : 0x300;

	if (e->type == FAULT_ALIGNMENT)
		return; /* AT accesses nothing */
	if (e->type == FAULT_EXTERNAL_ON_WALK) {
		check_fault(e, &at.fault);
		return;
	}
	ck_assert_msg(at.fault.type == FAULT_NONE &&
			      at.par == (0x801 | stage | (uint64_t)e->status << 1),
		      "%s: AT gives PAR 0x%" PRIx64, e->name, at.par);
	if (e->place == STAGE2_ON_WALK) {
		at = nw_at(mmu, AT_S1E1R, (va_t){w.va}, 1, false, 0);
		check_fault(e, &at.fault);
	}
}

static void check(const struct expected_fault *e)
{
	struct nw_mmu *mmu = new_mmu();
	struct nw_fault fault = nw_translate(mmu, (va_t){w.va}, w.access, 1).fault;

	check_fault(e, &fault);
	check_at(mmu, e);
	ck_assert_uint_eq(w.memory.strange_reads, 0);
	nw_mmu_free(mmu);
}

/* ------------------------------------------------------------------ faults that a descriptor gives
 */

static const struct {
	const char *name;
	enum wrong wrong;
	int level, leaf;
	enum nw_fault_type type;
	unsigned status;
} rows[] = {
	{"invalid at -1", INVALID, -1, 3, FAULT_TRANSLATION, 0x2b},
	{"invalid at 0", INVALID, 0, 3, FAULT_TRANSLATION, 0x04},
	{"invalid at 1", INVALID, 1, 3, FAULT_TRANSLATION, 0x05},
	{"invalid at 2", INVALID, 2, 3, FAULT_TRANSLATION, 0x06},
	{"invalid at 3", INVALID, 3, 3, FAULT_TRANSLATION, 0x07},
	{"block at -1", NO_BLOCK, -1, 3, FAULT_TRANSLATION, 0x2b},
	{"block at 3", NO_BLOCK, 3, 3, FAULT_TRANSLATION, 0x07},
	{"table too high at -1", TOO_HIGH, -1, 3, FAULT_ADDRESS_SIZE, 0x29},
	{"table too high at 0", TOO_HIGH, 0, 3, FAULT_ADDRESS_SIZE, 0x00},
	{"table too high at 1", TOO_HIGH, 1, 3, FAULT_ADDRESS_SIZE, 0x01},
	{"table too high at 2", TOO_HIGH, 2, 3, FAULT_ADDRESS_SIZE, 0x02},
	{"512 GB block too high", TOO_HIGH, 0, 0, FAULT_ADDRESS_SIZE, 0x00},
	{"1 GB block too high", TOO_HIGH, 1, 1, FAULT_ADDRESS_SIZE, 0x01},
	{"2 MB block too high", TOO_HIGH, 2, 2, FAULT_ADDRESS_SIZE, 0x02},
	{"page too high", TOO_HIGH, 3, 3, FAULT_ADDRESS_SIZE, 0x03},
	{"512 GB block, AF=0", NO_ACCESS_FLAG, 0, 0, FAULT_ACCESS_FLAG, 0x08},
	{"1 GB block, AF=0", NO_ACCESS_FLAG, 1, 1, FAULT_ACCESS_FLAG, 0x09},
	{"2 MB block, AF=0", NO_ACCESS_FLAG, 2, 2, FAULT_ACCESS_FLAG, 0x0a},
	{"page, AF=0", NO_ACCESS_FLAG, 3, 3, FAULT_ACCESS_FLAG, 0x0b},
	{"512 GB block, no permission", NO_PERMISSION, 0, 0, FAULT_PERMISSION, 0x0c},
	{"1 GB block, no permission", NO_PERMISSION, 1, 1, FAULT_PERMISSION, 0x0d},
	{"2 MB block, no permission", NO_PERMISSION, 2, 2, FAULT_PERMISSION, 0x0e},
	{"page, no permission", NO_PERMISSION, 3, 3, FAULT_PERMISSION, 0x0f},
	{"abort at -1", ABORT, -1, 3, FAULT_EXTERNAL_ON_WALK, 0x13},
	{"abort at 0", ABORT, 0, 3, FAULT_EXTERNAL_ON_WALK, 0x14},
	{"abort at 1", ABORT, 1, 3, FAULT_EXTERNAL_ON_WALK, 0x15},
	{"abort at 2", ABORT, 2, 3, FAULT_EXTERNAL_ON_WALK, 0x16},
	{"abort at 3", ABORT, 3, 3, FAULT_EXTERNAL_ON_WALK, 0x17},
};

/* Parts 2^44 apart stay below 2^48, for which stage 1 can be limited to 48 bits. */
START_TEST(stage1_descriptors)
{
	const struct expected_fault e = {rows[_i].name,   rows[_i].type,
					 STAGE1,          (enum column)(rows[_i].level + 2),
					 rows[_i].status, 0};

	build(rows[_i].leaf, 3, 44);
	w.registers.TCR_EL1 ^= UINT64_C(3) << 32; /* IPS: 52 to 48 bits */
	if (rows[_i].wrong == NO_PERMISSION)
		w.access.type = NW_STORE;
	check_works();
	spoil(w.stage1[rows[_i].level + 1], true, rows[_i].wrong);
	check(&e);
}
END_TEST

START_TEST(stage2_descriptors_of_the_output)
{
	struct expected_fault e = {rows[_i].name,   rows[_i].type,
				   STAGE2,          (enum column)(rows[_i].level + 2),
				   rows[_i].status, 0};

	build(3, rows[_i].leaf, 48);
	e.ipa = w.ipa[OUTPUT];
	check_works();
	spoil(w.stage2[OUTPUT][rows[_i].level + 1], false, rows[_i].wrong);
	check(&e);
}
END_TEST

START_TEST(stage2_descriptors_of_each_table_of_stage1)
{
	struct expected_fault e = {rows[_i].name,   rows[_i].type,
				   STAGE2_ON_WALK,  (enum column)(rows[_i].level + 2),
				   rows[_i].status, 0};

	for (int stage1_level = -1; stage1_level <= 3; stage1_level++) {
		build(3, rows[_i].leaf, 48);
		e.ipa = w.ipa[stage1_level + 1];
		check_works();
		spoil(w.stage2[stage1_level + 1][rows[_i].level + 1], false, rows[_i].wrong);
		check(&e);
	}
}
END_TEST

/* ------------------------------------------------------------------ faults before the first
 * descriptor is read */

enum start {
	VA_RANGE,
	T0SZ_LOW,
	T0SZ_HIGH,
	EPD0,
	E0PD0,
	TTBR_TOO_HIGH,
	VA_ABOVE_PA_SIZE,
	S2_T0SZ_LOW,
	S2_SL_RESERVED,
	S2_IPA_RANGE,
	S2_VTTBR_TOO_HIGH
};

/* Stage 2 meets the address of a stage 1 table first, and the access itself where stage 1 is off.
 */
static const struct {
	const char *name;
	enum start wrong;
	enum place place;
	enum nw_fault_type type;
	unsigned status;
} start_rows[] = {
	{"VA outside both ranges", VA_RANGE, STAGE1, FAULT_TRANSLATION, 0x04},
	{"T0SZ below its minimum", T0SZ_LOW, STAGE1, FAULT_TRANSLATION, 0x04},
	{"T0SZ above its maximum", T0SZ_HIGH, STAGE1, FAULT_TRANSLATION, 0x04},
	{"EPD0", EPD0, STAGE1, FAULT_TRANSLATION, 0x04},
	{"E0PD0", E0PD0, STAGE1, FAULT_TRANSLATION, 0x04},
	{"TTBR0 above IPS", TTBR_TOO_HIGH, STAGE1, FAULT_ADDRESS_SIZE, 0x00},
	{"stage 1 off, VA above the PA size", VA_ABOVE_PA_SIZE, STAGE1, FAULT_ADDRESS_SIZE, 0x00},
	{"VTCR T0SZ below its minimum", S2_T0SZ_LOW, STAGE2, FAULT_TRANSLATION, 0x04},
	{"VTCR SL reserved", S2_SL_RESERVED, STAGE2, FAULT_TRANSLATION, 0x04},
	{"IPA above its size", S2_IPA_RANGE, STAGE2, FAULT_TRANSLATION, 0x04},
	{"VTTBR above PS", S2_VTTBR_TOO_HIGH, STAGE2, FAULT_ADDRESS_SIZE, 0x00},
	{"VTCR T0SZ below its minimum", S2_T0SZ_LOW, STAGE2_ON_WALK, FAULT_TRANSLATION, 0x04},
	{"VTCR SL reserved", S2_SL_RESERVED, STAGE2_ON_WALK, FAULT_TRANSLATION, 0x04},
	{"IPA of a table above its size", S2_IPA_RANGE, STAGE2_ON_WALK, FAULT_TRANSLATION, 0x04},
	{"VTTBR above PS", S2_VTTBR_TOO_HIGH, STAGE2_ON_WALK, FAULT_ADDRESS_SIZE, 0x00},
};

static void stage1_off(uint64_t va)
{
	w.registers.SCTLR_EL1 = 0;
	w.va = va;
	w.ipa[OUTPUT] = va;
}

static void spoil_start(enum start wrong)
{
	struct nw_registers *r = &w.registers;

	switch (wrong) {
	case VA_RANGE:
		w.va |= UINT64_C(1) << 52;
		break;
	case T0SZ_LOW:
		set_field(&r->TCR_EL1, 0, 6, 11);
		break;
	case T0SZ_HIGH:
		set_field(&r->TCR_EL1, 0, 6, 49);
		break;
	case EPD0:
		set_field(&r->TCR_EL1, 7, 1, 1);
		break;
	case E0PD0:
		set_field(&r->TCR_EL1, 55, 1, 1);
		w.access.el = 0;
		w.access.unprivileged = true;
		break;
	case TTBR_TOO_HIGH: /* IPS 48 bits, BADDR[48] in bit 2 */
		set_field(&r->TCR_EL1, 32, 3, 5);
		break;
	case VA_ABOVE_PA_SIZE:
		stage1_off(UINT64_C(1) << 52);
		break;
	case S2_T0SZ_LOW:
		set_field(&r->VTCR_EL2, 0, 6, 11);
		break;
	case S2_SL_RESERVED: /* SL2:SL0 = 0b101 */
		set_field(&r->VTCR_EL2, 6, 2, 1);
		break;
	case S2_IPA_RANGE: /* 48 bits from level 0 */
		set_field(&r->VTCR_EL2, 0, 6, 16);
		set_field(&r->VTCR_EL2, 6, 2, 2);
		set_field(&r->VTCR_EL2, 33, 1, 0);
		break;
	case S2_VTTBR_TOO_HIGH: /* BADDR[48] */
		r->VTTBR_EL2 |= 1 << 2;
	}
}

START_TEST(checks_before_the_walk_are_reported_as_level_0)
{
	struct expected_fault e = {start_rows[_i].name,   start_rows[_i].type,
				   start_rows[_i].place,  START,
				   start_rows[_i].status, 0};

	build(3, 3, 48);
	check_works();
	if (e.place == STAGE2)
		stage1_off(page_of(OUTPUT) + 0x678);
	if (e.place == STAGE2 && start_rows[_i].wrong != S2_IPA_RANGE)
		check_works();
	e.ipa = e.place == STAGE2 ? w.ipa[OUTPUT] : w.ipa[0];
	spoil_start(start_rows[_i].wrong);
	check(&e);
}
END_TEST

/* The output of stage 1, too, may be an IPA that stage 2 does not have: with its tables inside. */
START_TEST(an_output_beyond_the_ipa_size_is_not_a_fault_of_the_walk)
{
	struct expected_fault e = {
		"output above the IPA size", FAULT_TRANSLATION, STAGE2, START, 0x04, 0};

	build(3, 3, 44);
	set_field(&w.registers.VTCR_EL2, 0, 6, 13); /* 51 bits */
	check_works();
	*memory_cell(&w.memory, w.stage1[4]) |= UINT64_C(2) << 8; /* OA[51] */
	e.ipa = w.ipa[OUTPUT] | UINT64_C(1) << 51;
	check(&e);
}
END_TEST

/* ------------------------------------------------------------------ faults without a level */

START_TEST(unaligned_accesses_to_device_memory)
{
	const struct expected_fault stage1 = {
		"Device at stage 1", FAULT_ALIGNMENT, STAGE1, NO_LEVEL, 0x21, 0};
	const struct expected_fault stage2 = {
		"Device at stage 2", FAULT_ALIGNMENT, STAGE2, NO_LEVEL, 0x21, 0};

	build(3, 3, 48);
	w.access.unaligned = true;
	check_works();
	w.registers.MAIR_EL1 = 0;
	check(&stage1);
	w.registers.MAIR_EL1 = 0xff;
	*memory_cell(&w.memory, w.stage2[OUTPUT][4]) &= ~UINT64_C(0x3c); /* MemAttr Device-nGnRnE */
	check(&stage2);
}
END_TEST

/* HCR_EL2.PTW: a second way to the Permission fault of stage 2 on the walk. */
START_TEST(a_stage1_table_in_device_memory_is_refused_with_ptw)
{
	struct expected_fault e = {"PTW", FAULT_PERMISSION, STAGE2_ON_WALK, LEVEL3, 0x0f, 0};

	build(3, 3, 48);
	*memory_cell(&w.memory, w.stage2[2][4]) &= ~UINT64_C(0x3c);
	check_works();
	w.registers.HCR_EL2 |= 4;
	e.ipa = w.ipa[2];
	check(&e);
}
END_TEST

/* A page becomes a 2 MB block without break-before-make and TLBI: the entries of both answer. */
START_TEST(overlapping_tlb_entries)
{
	struct expected_fault e = {
		"overlap", FAULT_TLB_CONFLICT, _i == 0 ? STAGE1 : STAGE2, NO_LEVEL, 0x30, 0};

	build(3, 2, 48);
	w.has_tlb = true;
	w.choices.of[CHOICE_TLB_OVERLAP] = TLB_OVERLAP_CONFLICT;
	if (e.place == STAGE1)
		stage2_off();

	struct nw_mmu *mmu = new_mmu();

	ck_assert_uint_eq(nw_translate(mmu, (va_t){w.va}, w.access, 1).span_bits, 12);
	*memory_cell(&w.memory, w.stage1[3]) =
		address_field(&five_levels, page_of(OUTPUT) & ~ones(21)) | 0x401;
	ck_assert_uint_eq(nw_translate(mmu, (va_t){w.va + 0x1000}, w.access, 2).span_bits, 21);

	struct nw_fault fault = nw_translate(mmu, (va_t){w.va}, w.access, 3).fault;

	check_fault(&e, &fault);
	nw_mmu_free(mmu);
}
END_TEST

/* ------------------------------------------------------------------ faults of hardware updates */

/* The Access flag of stage 1, of the output's stage 2, of stage 2 of a stage 1 table. */
static const struct {
	const char *name;
	bool has_no_update;
	enum nw_port_update_outcome update;
	enum nw_fault_type type;
	enum column column;
	unsigned status;
} update_rows[] = {
	{"no atomic updates at all", true, UPDATE_DONE, FAULT_UNSUPPORTED_UPDATE, NO_LEVEL, 0x31},
	{"no atomic update there", false, UPDATE_UNSUPPORTED, FAULT_UNSUPPORTED_UPDATE, NO_LEVEL,
	 0x31},
	{"abort of an update", false, UPDATE_ABORT, FAULT_EXTERNAL_ON_WALK, LEVEL3, 0x17},
};

START_TEST(hardware_updates_that_fail)
{
	enum { TABLE = 2 }; /* the stage 1 table of level 1 */
	struct expected_fault e = {update_rows[_i].name,   update_rows[_i].type,   STAGE1,
				   update_rows[_i].column, update_rows[_i].status, 0};

	for (; e.place < PLACES; e.place++) {
		build(3, 3, 48);
		set_field(&w.registers.TCR_EL1, 39, 1, 1);  /* HA */
		set_field(&w.registers.VTCR_EL2, 21, 1, 1); /* HA */
		*memory_cell(&w.memory, e.place == STAGE1   ? w.stage1[4]
					: e.place == STAGE2 ? w.stage2[OUTPUT][4]
							    : w.stage2[TABLE][4]) &=
			~UINT64_C(0x400);
		check_works();
		w.has_no_update = update_rows[_i].has_no_update;
		w.update = update_rows[_i].update;
		e.ipa = e.place == STAGE2 ? w.ipa[OUTPUT] : w.ipa[TABLE];
		check(&e);
	}
}
END_TEST

/* The stage 1 table may be read at stage 2, but the update of its leaf writes it. */
START_TEST(a_hardware_update_needs_write_permission_of_stage2)
{
	struct expected_fault e = {"update",
				   FAULT_PERMISSION,
				   STAGE2_ON_WALK,
				   (enum column)(_i + LEVEL0),
				   0x0c + (unsigned)_i,
				   0};

	build(3, _i, 48);
	set_field(&w.registers.TCR_EL1, 39, 1, 1);
	*memory_cell(&w.memory, w.stage1[4]) &= ~UINT64_C(0x400);
	check_works();
	e.ipa = w.ipa[4];
	*memory_cell(&w.memory, w.stage2[4][_i + 1]) &= ~UINT64_C(0x80); /* S2AP[1] */
	check(&e);
}
END_TEST

/* ------------------------------------------------------------------ the table */

#define ANY    UINT32_MAX
#define BIT(n) (1u << (n))

static const struct reason {
	unsigned types, places, columns;
	const char *text;
} reasons[] = {
	{BIT(FAULT_ACCESS_FLAG) | BIT(FAULT_PERMISSION) | BIT(FAULT_EXTERNAL_ON_WALK), ANY,
	 BIT(START), "no descriptor has been read yet"},
	{BIT(FAULT_ACCESS_FLAG) | BIT(FAULT_PERMISSION), ANY, BIT(MINUS1),
	 "level -1 holds no leaf"},
	{BIT(FAULT_ALIGNMENT), BIT(STAGE2_ON_WALK), ANY, "descriptors are read aligned"},
	{BIT(FAULT_EXTERNAL), ANY, ANY,
	 "comes from the access after its translation, which the caller makes"},
	{BIT(FAULT_TLB_CONFLICT), BIT(STAGE2_ON_WALK), ANY,
	 "no TLB is looked up for the address of a descriptor"},
};

static bool has_level(enum nw_fault_type type)
{
	return type <= FAULT_PERMISSION || type == FAULT_EXTERNAL_ON_WALK;
}

static bool is_cell(enum nw_fault_type type, enum column column)
{
	return has_level(type) == (column != NO_LEVEL);
}

/* The one reason why a cell cannot be produced; ROWS(reasons): none. */
static int reason_of(enum nw_fault_type type, enum place place, enum column column)
{
	int found = ROWS(reasons);

	for (int i = 0; i < ROWS(reasons); i++) {
		const struct reason *r = &reasons[i];

		if ((r->types & BIT(type)) && (r->places & BIT(place)) &&
		    (r->columns & BIT(column))) {
			ck_assert_int_eq(found, ROWS(reasons));
			found = i;
		}
	}
	return found;
}

static void print_cell(enum nw_fault_type type, enum place place, enum column column)
{
	unsigned code = produced[type][place][column];

	if (!is_cell(type, column))
		printf("      ");
	else if (code != 0)
		printf("  0x%02x", code - 1);
	else
		printf("     %c", 'a' + reason_of(type, place, column));
}

static void print_table(void)
{
	static const char *const names[TYPES] = {"",
						 "address size",
						 "translation",
						 "Access flag",
						 "permission",
						 "alignment",
						 "external abort",
						 "external abort on walk",
						 "TLB conflict",
						 "unsupported atomic update"};
	static const char *const places[] = {"1", "2", "2, S1PTW"};

	puts("Faults of translation that these tests produce, by level (start: checks before the "
	     "walk, reported as level 0):\n\n"
	     "fault                      stage      start    -1     0     1     2     3  none");
	for (enum nw_fault_type type = FAULT_ADDRESS_SIZE; type < TYPES; type++)
		for (enum place place = STAGE1; place < PLACES; place++) {
			printf("%-26s %-9s", place == STAGE1 ? names[type] : "", places[place]);
			for (enum column column = START; column < COLUMNS; column++)
				print_cell(type, place, column);
			putchar('\n');
		}
	putchar('\n');
	for (int i = 0; i < ROWS(reasons); i++)
		printf("%c  not produced: %s\n", 'a' + i, reasons[i].text);
}

START_TEST(each_fault_is_produced_or_impossible_for_a_reason)
{
	print_table();
	for (enum nw_fault_type type = FAULT_ADDRESS_SIZE; type < TYPES; type++)
		for (enum place place = STAGE1; place < PLACES; place++)
			for (enum column column = START; column < COLUMNS; column++) {
				if (!is_cell(type, column))
					continue;
				ck_assert_msg(
					(produced[type][place][column] != 0) ==
						(reason_of(type, place, column) == ROWS(reasons)),
					"type %d, place %d, column %d", type, place, column);
			}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mmu/fault_table");
	TCase *tcase = tcase_create("fault_table");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, stage1_descriptors, 0, ROWS(rows));
	tcase_add_loop_test(tcase, stage2_descriptors_of_the_output, 0, ROWS(rows));
	tcase_add_loop_test(tcase, stage2_descriptors_of_each_table_of_stage1, 0, ROWS(rows));
	tcase_add_loop_test(tcase, checks_before_the_walk_are_reported_as_level_0, 0,
			    ROWS(start_rows));
	tcase_add_test(tcase, an_output_beyond_the_ipa_size_is_not_a_fault_of_the_walk);
	tcase_add_test(tcase, unaligned_accesses_to_device_memory);
	tcase_add_test(tcase, a_stage1_table_in_device_memory_is_refused_with_ptw);
	tcase_add_loop_test(tcase, overlapping_tlb_entries, 0, 2);
	tcase_add_loop_test(tcase, hardware_updates_that_fail, 0, ROWS(update_rows));
	tcase_add_loop_test(tcase, a_hardware_update_needs_write_permission_of_stage2, 0, 4);
	tcase_add_test(tcase, each_fault_is_produced_or_impossible_for_a_reason);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);

	srunner_set_fork_status(runner, CK_NOFORK); /* all write `produced` */
	srunner_run_all(runner, CK_NORMAL);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed != 0;
}
