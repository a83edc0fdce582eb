/*
 * Pointer authentication with QARMA5 at EL0, EL1 and EL2: the field by TCR_ELx, right and wrong
 * modifiers, what enables and traps it. One line a probe on the PL011.
 */
#include "probe.h"

struct record record;

static uint32_t code[1024] __attribute__((aligned(4096)));

#define RW    (UINT64_C(1) << 31)
#define APK   (UINT64_C(1) << 40)
#define API   (UINT64_C(1) << 41)
#define TGE   (UINT64_C(1) << 27)
#define EN_IA (UINT64_C(1) << 31)
#define EN_IB (UINT64_C(1) << 30)
#define EN_DA (UINT64_C(1) << 27)
#define EN_DB (UINT64_C(1) << 13)
#define EN    (EN_IA | EN_IB | EN_DA | EN_DB)

/* X0: a pointer, X1: a modifier, X2 another. */
static const struct {
	char name[24];
	uint32_t words[5];
} operations[] = {
	{"PACIA", {0xdac10020}},
	{"PACIB", {0xdac10420}},
	{"PACDA", {0xdac10820}},
	{"PACDB", {0xdac10c20}},
	{"PACIZA", {0xdac123e0}},
	{"PACDZB", {0xdac12fe0}},
	{"PACIA AUTIA", {0xdac10020, 0xdac11020}},
	{"PACDB AUTDB", {0xdac10c20, 0xdac11c20}},
	{"PACIZA AUTIZA", {0xdac123e0, 0xdac133e0}},
	{"PACDZA AUTDZA", {0xdac12be0, 0xdac13be0}},
	{"PACIA AUTIB", {0xdac10020, 0xdac11420}},
	{"PACIB, AUTIB other", {0xdac10420, 0xdac11440}},
	{"PACDA, AUTDA other", {0xdac10820, 0xdac11840}},
	{"AUTIA", {0xdac11020}},
	{"AUTDB", {0xdac11c20}},
	{"XPACI", {0xdac143e0}},
	{"XPACD", {0xdac147e0}},
	{"PACIA XPACI", {0xdac10020, 0xdac143e0}},
	{"PACGA", {0x9ac13000}},
	/* MOV X17, X0; MOV X16, X1; PACIB1716; MOV X0, X17 */
	{"PACIB1716", {0xaa0003f1, 0xaa0103f0, 0xd503215f, 0xaa1103e0}},
	/* MOV X30, X0; PACIAZ; MOV X0, X30 */
	{"PACIAZ", {0xaa0003fe, 0xd503231f, 0xaa1e03e0}},
	/* MOV X30, X0; PACIBZ; XPACLRI; MOV X0, X30 */
	{"PACIBZ XPACLRI", {0xaa0003fe, 0xd503235f, 0xd50320ff, 0xaa1e03e0}},
};

static const uint64_t pointers[] = {
	0x0000000012345678, 0x0000fedcba987654, 0xffffffff89abcdef, 0x5a00000012345678,
	0xa5ffffffedcba987, 0x0010000012345678, 0xff7fffff12345678, 0x8000000012345678,
};

/*
 * Not here, because QEMU departs from the architecture (tests/cpu/test_pauth.c has it): the size of
 * the field where bits 63 and 55 differ, bit 63 selects the half (no TBI) and T0SZ is not T1SZ:
 * AddPAC() takes the size of the half selected, QEMU that of the half that bit 55 says.
 */
/* TCR_EL1, and what of it makes a TCR_EL2: T0SZ, TG0, TBI and TBID. */
static const struct {
	uint64_t el1, el2;
} controls[] = {
	{16 << 16 | 16, 0x80800000 | 16},
	{25 << 16 | 25, 0x80800000 | 25},
	{UINT64_C(3) << 37 | 16 << 16 | 16, 0x80800000 | 1 << 20 | 16},
	{UINT64_C(3) << 51 | UINT64_C(3) << 37 | 16 << 16 | 16,
	 0x80800000 | 1 << 29 | 1 << 20 | 25},
	{UINT64_C(1) << 37 | 16 << 16 | 39, 0x80800000 | 39},
	{UINT64_C(3) << 30 | 12 << 16 | 1 << 14 | 12, 0x80800000 | 1 << 14 | 12},
	{5 << 16 | 5, 0x80800000 | 63},
	{48 << 16 | 48, 0x80800000 | 5},
};

static struct place here(void)
{
	return (struct place){code, (uint64_t)code};
}

static void set_sctlr(uint64_t bits)
{
	WRITE(sctlr_el1, UINT64_C(0x30d00980) | bits);
	WRITE(sctlr_el2, UINT64_C(0x30c50830) | bits);
	SYNC();
}

static void set_keys(void)
{
	WRITE(s3_0_c2_c1_0, 0xec2802d4e0a488e9); /* APIAKeyLo_EL1 ... */
	WRITE(s3_0_c2_c1_1, 0x84be85ce9804e94b);
	WRITE(s3_0_c2_c1_2, 0x0123456789abcdef);
	WRITE(s3_0_c2_c1_3, 0xfedcba9876543210);
	WRITE(s3_0_c2_c2_0, 0x1111111122222222);
	WRITE(s3_0_c2_c2_1, 0x3333333344444444);
	WRITE(s3_0_c2_c2_2, 0x0f1e2d3c4b5a6978);
	WRITE(s3_0_c2_c2_3, 0x8796a5b4c3d2e1f0);
	WRITE(s3_0_c2_c3_0, 0xec2802d4e0a488e9);
	WRITE(s3_0_c2_c3_1, 0x84be85ce9804e94b);
}

static void print_result(void)
{
	uint64_t esr = record.el2.esr;

	print_field(" ESR ", esr >> 26 == 0x16 ? record.el1.esr : esr);
	print_field(" X0 ", record.x[0]);
	print("\n");
}

static void run_operation(unsigned operation, unsigned el, unsigned control)
{
	put_code(here(), operations[operation].words, 5);
	for (unsigned i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++) {
		const uint64_t x[4] = {pointers[i], 0x477d469dec0b8762, 0x1000, 0};

		print(operations[operation].name);
		print_field(" EL", el);
		print_field(" control ", control);
		run_at(here().va, pstate_of(el, 0), x);
		print_result();
	}
}

static void run_controls(unsigned control)
{
	WRITE(hcr_el2, RW | APK | API);
	WRITE(tcr_el1, controls[control].el1);
	WRITE(tcr_el2, controls[control].el2);
	set_sctlr(EN);
	for (unsigned el = 0; el < 3; el++)
		for (unsigned i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
			run_operation(i, el, control);
}

/* ------------------------------------------------------------------ enabled, trapped, branches */

static const struct {
	char name[40];
	uint32_t words[5];
	uint8_t el;
	uint64_t hcr, sctlr;
} rows[] = {
	{"PACIA disabled", {0xdac10020}, 1, APK | API, EN & ~EN_IA},
	{"PACIB disabled", {0xdac10420}, 1, APK | API, EN & ~EN_IB},
	{"PACDA disabled", {0xdac10820}, 1, APK | API, EN & ~EN_DA},
	{"PACDB disabled", {0xdac10c20}, 1, APK | API, EN & ~EN_DB},
	{"AUTIA disabled", {0xdac11020}, 0, APK | API, 0},
	{"PACIA at EL0, API=0", {0xdac10020}, 0, APK, EN},
	{"PACIA at EL0, API=0, TGE", {0xdac10020}, 0, APK | TGE, EN},
	{"AUTDB at EL1, API=0", {0xdac11c20}, 1, APK, EN},
	{"PACIA at EL1, API=0, disabled", {0xdac10020}, 1, APK, 0},
	{"PACIA at EL2, API=0", {0xdac10020}, 2, APK, EN},
	{"PACGA at EL1, API=0", {0x9ac13000}, 1, APK, 0},
	{"XPACI at EL1, API=0", {0xdac143e0}, 1, APK, EN},
	{"PACIAZ at EL1, API=0", {0xd503231f}, 1, APK, EN},
	{"MRS APIAKeyLo_EL1, APK=0", {0xd5382100}, 1, API, EN},
	{"MSR APGAKeyHi_EL1, APK=0", {0xd5182320}, 1, API, EN},
	{"MRS APDBKeyHi_EL1", {0xd5382260}, 1, APK | API, EN},
	{"MRS APIAKeyLo_EL1 at EL0", {0xd5382100}, 0, APK | API, EN},
	{"ERETAA at EL0", {0xd69f0bff}, 0, APK | API, EN},
	/* X0 is the address of the code. ADD X0, X0, #16; PACIZA X0; BRAAZ X0; UDF */
	{"BRAAZ", {0x91004000, 0xdac123e0, 0xd61f081f, 0x00000001}, 1, APK | API, EN},
	{"BRABZ", {0x91004000, 0xdac127e0, 0xd61f0c1f, 0x00000001}, 0, APK | API, EN},
	{"BRAA", {0x91004000, 0xdac10020, 0xd71f0801, 0x00000001}, 1, APK | API, EN},
	/* ...; MOV X0, X30 follows where the BRK is */
	{"BLRAB", {0x91004000, 0xdac10420, 0xd73f0c01, 0x00000001, 0xaa1e03e0}, 1, APK | API, EN},
	/* ADD X30, X0, #16; PACIASP; RETAA; UDF */
	{"RETAA", {0x9100401e, 0xd503233f, 0xd65f0bff, 0x00000001}, 1, APK | API, EN},
	{"RETAB disabled", {0x9100401e, 0xd503237f, 0xd65f0fff, 0x00000001}, 1, APK | API, 0},
	/* PACDZA X0; LDRAA X0, [X0, #8] */
	{"LDRAA", {0xdac12be0, 0xf8201400}, 1, APK | API, EN},
	/* PACDZB X0; LDRAB X1, [X0, #-8]!; LDR X1, [X0] */
	{"LDRAB, writeback", {0x91004000, 0xdac12fe0, 0xf8effc01}, 1, APK | API, EN},
	{"LDRAA, API=0", {0xf8201400}, 1, APK, EN},
};

static void run_row(unsigned i)
{
	const uint64_t x[4] = {here().va, 0x477d469dec0b8762, 0x1000, 0};

	WRITE(hcr_el2, RW | rows[i].hcr);
	WRITE(tcr_el1, controls[0].el1);
	WRITE(tcr_el2, controls[0].el2);
	WRITE(sp_el1, 0x4000000);
	set_sctlr(rows[i].sctlr);
	put_code(here(), rows[i].words, 5);
	run_at(here().va, pstate_of(rows[i].el, 0), x);
	print_record(rows[i].name, here());
}

int main(void)
{
	WRITE(vbar_el2, (uint64_t)vectors_el2);
	WRITE(vbar_el1, (uint64_t)vectors_el1);
	WRITE(cntv_ctl_el0, 0);
	set_keys();
	for (unsigned i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
		run_controls(i);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run_row(i);
	set_sctlr(0);
	return 0;
}
