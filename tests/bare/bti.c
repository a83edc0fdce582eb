/*
 * Branch target identification: branches of each kind from and to pages of 1 GB that are guarded or
 * not, at EL0, EL1 and EL2, to each kind of instruction. One line a probe on the PL011: ESR, ELR
 * and SPSR with BTYPE.
 */
#include "probe.h"

struct record record;

/* The code and its targets lie in RAM of 0x40000000. */
static uint32_t code[1024] __attribute__((aligned(4096))),
	target[1024] __attribute__((aligned(4096)));
static uint64_t tables[2][512] __attribute__((aligned(4096)));

#define GB      UINT64_C(0x40000000)
#define GP      (UINT64_C(1) << 50)
#define UXN     (UINT64_C(1) << 54)
#define PXN     (UINT64_C(1) << 53)
#define BLOCK   0x701 /* AF, Inner Shareable, AttrIndx 0 */
#define EL0_RW  0x40
#define RW      (UINT64_C(1) << 31)
#define BT0     (UINT64_C(1) << 35)
#define BT1     (UINT64_C(1) << 36)
#define EN_IA   (UINT64_C(1) << 31)
#define API_APK (UINT64_C(3) << 40)

/* Views of the first GB of RAM, by number: VA is number * GB. */
enum { DEVICES, PLAIN, GUARDED, PLAIN_EL0, GUARDED_EL0 };

static void map(void)
{
	const uint64_t ram = GB | BLOCK;

	for (unsigned i = 0; i < 2; i++) {
		tables[i][DEVICES] = 0x405 | UXN; /* AttrIndx 1 */
		tables[i][PLAIN] = ram;
		tables[i][GUARDED] = ram | GP;
	}
	tables[0][PLAIN_EL0] = ram | EL0_RW | PXN;
	tables[0][GUARDED_EL0] = ram | EL0_RW | PXN | GP;
	WRITE(mair_el1, 0x00ff);
	WRITE(mair_el2, 0x00ff);
	WRITE(tcr_el1, 0x80803519); /* T0SZ 25, EPD1 */
	WRITE(tcr_el2, 0x80823519);
	WRITE(ttbr0_el1, (uint64_t)tables[0]);
	WRITE(ttbr0_el2, (uint64_t)tables[1]);
	SYNC();
}

static uint64_t view(const void *at, unsigned number)
{
	return (uint64_t)at - GB + number * GB;
}

static const struct {
	char name[12];
	uint32_t word;
} branches[] = {
	{"BR X0", 0xd61f0000},     {"BR X16", 0xd61f0200},  {"BR X17", 0xd61f0220},
	{"BLR X0", 0xd63f0000},    {"RET X0", 0xd65f0000},  {"BRAAZ X0", 0xd61f081f},
	{"BLRAAZ X0", 0xd63f081f}, {"BLR X16", 0xd63f0200},
};

static const struct {
	char name[12];
	uint32_t word;
} targets[] = {
	{"NOP", 0xd503201f},     {"BTI", 0xd503241f},     {"BTI c", 0xd503245f},
	{"BTI j", 0xd503249f},   {"BTI jc", 0xd50324df},  {"PACIASP", 0xd503233f},
	{"PACIBSP", 0xd503237f}, {"AUTIASP", 0xd50323bf}, {"PACIAZ", 0xd503231f},
	{"BRK", 0xd4200040},     {"SVC", 0xd4000041},     {"UDF", 0x00000001},
	{"LDR", 0xf9400041},     {"B", 0x14000001},
};

/* MOV X16, X0; MOV X17, X0; the branch. Its target; BRK. */
static void probe(unsigned branch, unsigned to, unsigned el, unsigned from_view, unsigned to_view)
{
	const uint32_t words[] = {0xaa0003f0, 0xaa0003f1, branches[branch].word};
	struct place place = {code, view(code, from_view)};
	const uint64_t x[4] = {view(target, to_view), 0, 5 * GB, 0}; /* LDR faults: nothing there */

	put_code(place, words, 3);
	put_code((struct place){target, x[0]}, &targets[to].word, 1);
	run_at(place.va, pstate_of(el, 0), x);
	print(branches[branch].name);
	print(" to ");
	print(targets[to].name);
	print_field(" EL", el);
	print_field(" from ", from_view);
	print_field(" to ", to_view);

	const struct syndrome *s = record.el2.esr >> 26 == 0x16 ? &record.el1 : &record.el2;

	/* QEMU 7.2 has the syndrome of a stage 2 abort at EL2, too: without ISV to AR. */
	print_field(" ESR ", s->esr >> 26 == 0x25 ? s->esr & ~UINT64_C(0x1ffc000) : s->esr);
	print_address(" ELR ", s->elr, (struct place){target, x[0]});
	print_field(" SPSR ", s->spsr & 0xf1f00fdf);
	print("\n");
}

static void set_sctlr(uint64_t bits)
{
	WRITE(sctlr_el1, UINT64_C(0x30d01985) | bits);
	WRITE(sctlr_el2, UINT64_C(0x30c51835) | (bits & ~BT0));
	SYNC();
}

static void all_targets(unsigned branch, unsigned el)
{
	unsigned views = el == 0 ? PLAIN_EL0 : PLAIN;

	for (unsigned to = 0; to < sizeof(targets) / sizeof(targets[0]); to++)
		for (unsigned pages = 0; pages < 4; pages++)
			probe(branch, to, el, views + (pages & 1), views + (pages >> 1));
}

/* PSTATE.BTYPE by ERET. */
static void returns(unsigned el)
{
	unsigned views = el == 0 ? GUARDED_EL0 : GUARDED;
	struct place place = {target, view(target, views)};
	const uint64_t x[4] = {0, 0, (uint64_t)code, 0};

	for (unsigned to = 0; to < sizeof(targets) / sizeof(targets[0]); to++) {
		for (unsigned btype = 0; btype < 4; btype++) {
			put_code(place, &targets[to].word, 1);
			run_at(place.va, pstate_of(el, btype << 10), x);
			print("ERET to ");
			print_record(targets[to].name, place);
		}
	}
}

int main(void)
{
	WRITE(vbar_el2, (uint64_t)vectors_el2);
	WRITE(vbar_el1, (uint64_t)vectors_el1);
	WRITE(cntv_ctl_el0, 0);
	WRITE(hcr_el2, RW | API_APK);
	map();
	for (unsigned bits = 0; bits < 3; bits++) {
		set_sctlr(bits == 0 ? 0 : bits == 1 ? BT0 | EN_IA : BT1);
		for (unsigned el = 0; el < 3; el++) {
			for (unsigned i = 0; i < sizeof(branches) / sizeof(branches[0]); i++)
				if ((branches[i].word & 0x800) == 0 || bits != 1)
					all_targets(i, el);
			returns(el);
		}
	}
	WRITE(sctlr_el2, UINT64_C(0x30c50830));
	SYNC();
	return 0;
}
