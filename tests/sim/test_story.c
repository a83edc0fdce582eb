/*
 * sim/story: every fault that a walk can end in, with what the story says would have to change; and
 * that it is so: after the change, written here as literals, the access succeeds. Rules are those
 * of DDI 0487, chapter D8.
 */
#include "sim/story.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Tables of 4 KB: stage 1 levels 0 to 3 at PA 0x1000 to 0x4000, stage 2 levels 1 to 3 at 0x5000 to
 * 0x7000. */
#define WORDS            0x1000
#define S1(level, entry) (((level) + 1) * 0x200 + (entry))
#define S2(level, entry) (((level) + 4) * 0x200 + (entry))

#define AF UINT64_C(0x400)
#define VA 0x5678 /* entries 0, 0, 0 and 5 */

struct world {
	uint64_t memory[WORDS]; /* PA 0 to 0x7fff */
	struct nw_registers r;
	struct nw_access access;
	uint64_t va;
};

static struct nw_port_read read_world(void *ctx, pa_t pa)
{
	const struct world *world = ctx;

	if (pa.value / 8 >= WORDS)
		return (struct nw_port_read){.abort = true};
	return (struct nw_port_read){.value = world->memory[pa.value / 8]};
}

/* A load at EL0 of a page that permits all, without stage 2. */
static void set_up(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->va = VA;
	w->access = (struct nw_access){.type = NW_LOAD, .unprivileged = true};
	w->r.SCTLR_EL1 = 0x30d01805; /* M, C, I */
	w->r.TCR_EL1 = 0x500103510;  /* T0SZ=16, 4 KB, T1SZ=16, IPS=48 bits */
	w->r.TTBR0_EL1 = 0x1000;
	w->r.MAIR_EL1 = 0x04ff; /* Normal; Device-nGnRE */
	w->memory[S1(0, 0)] = 0x2003;
	w->memory[S1(1, 0)] = 0x3003;
	w->memory[S1(2, 0)] = 0x4003;
	w->memory[S1(3, 5)] = 0x10743; /* AP=01, SH=11, AF */
}

/* The first 2 MB as they are: 39 bits of IPA from level 1. */
static void add_stage2(struct world *w)
{
	w->r.HCR_EL2 = 0x80000001;
	w->r.VTCR_EL2 = 0x80053559; /* T0SZ=25, SL0=1, 4 KB, PS=48 bits */
	w->r.VTTBR_EL2 = 0x5000;
	w->memory[S2(1, 0)] = 0x6003;
	w->memory[S2(2, 0)] = 0x7003;
	for (uint64_t i = 0; i < 512; i++)
		w->memory[S2(3, i)] = i << 12 | 0x7ff;
}

static struct story tell(const struct world *w)
{
	struct nw_config config = {
		.tlb_off = true,
		.port = {.ctx = (void *)(uintptr_t)w, .read = read_world},
	};
	struct nw_event written = {.type = NW_EVENT_REGISTER};
	struct cpu_config core = {.midr = 0};
	struct nw_mmu *mmu;
	struct story story;

	ck_assert(cpu_preset("max", &core));
	config.features = core.features;
	nw_switch(&config.features, FEAT_VHE, true);
	mmu = nw_mmu_new(&config);
	*nw_registers(mmu) = w->r;
	nw_event(mmu, &written);
	story = story_of(mmu, (va_t){w->va}, w->access);
	nw_mmu_free(mmu);
	return story;
}

/* ------------------------------------------------------------------ what is changed */

enum place {
	AT_MEMORY,
	AT_TCR,
	AT_TTBR,
	AT_SCTLR,
	AT_HCR,
	AT_VTCR,
	AT_VTTBR,
	AT_VA,
	AT_EL,
	AT_TYPE,
	AT_PAN,
	AT_UNALIGNED,
	AT_ATOMIC,
	AT_NOTHING
};

struct change {
	enum place place;
	uint64_t value;
	unsigned word;
};

static void apply(struct world *w, const struct change *c)
{
	switch (c->place) {
	case AT_MEMORY:
		w->memory[c->word] = c->value;
		break;
	case AT_TCR:
		w->r.TCR_EL1 = c->value;
		break;
	case AT_TTBR:
		w->r.TTBR0_EL1 = c->value;
		break;
	case AT_SCTLR:
		w->r.SCTLR_EL1 = c->value;
		break;
	case AT_HCR:
		w->r.HCR_EL2 = c->value;
		break;
	case AT_VTCR:
		w->r.VTCR_EL2 = c->value;
		break;
	case AT_VTTBR:
		w->r.VTTBR_EL2 = c->value;
		break;
	case AT_VA:
		w->va = c->value;
		break;
	case AT_EL:
		w->access.el = (uint8_t)c->value;
		w->access.unprivileged = c->value == 0;
		break;
	case AT_TYPE:
		w->access.type = (enum nw_access_type)c->value;
		break;
	case AT_PAN:
		w->access.pan = c->value;
		break;
	case AT_UNALIGNED:
		w->access.unaligned = c->value;
		break;
	case AT_ATOMIC:
		w->access.read_write = c->value;
		break;
	case AT_NOTHING:
		break;
	}
}

#define NONE                                                                                       \
	{                                                                                          \
		AT_NOTHING, 0, 0                                                                   \
	}
#define EL1                                                                                        \
	{                                                                                          \
		AT_EL, 1, 0                                                                        \
	}
#define STORE                                                                                      \
	{                                                                                          \
		AT_TYPE, NW_STORE, 0                                                               \
	}
#define FETCH                                                                                      \
	{                                                                                          \
		AT_TYPE, NW_FETCH, 0                                                               \
	}
#define LEAF(value)                                                                                \
	{                                                                                          \
		AT_MEMORY, value, S1(3, 5)                                                         \
	}

/* Makes the fault (up to three changes), is told, and mends it. */
static const struct row {
	const char *name;
	bool stage2;
	struct change make[3];
	enum nw_fault_type type;
	int level;
	const char *says;
	struct change mend;
} rows[] = {
#include "story_rows.inc"
};

static void make(struct world *w, const struct row *row)
{
	set_up(w);
	if (row->stage2)
		add_stage2(w);
	for (unsigned i = 0; i < 3; i++)
		apply(w, &row->make[i]);
}

START_TEST(fault_says_what_has_to_change)
{
	static struct world w;
	const struct row *row = &rows[_i];
	struct story_text cure;
	struct story story;

	make(&w, row);
	story = tell(&w);
	ck_assert_msg(story.result.fault.type == row->type, "%s: %s", row->name,
		      story_fault_name(story.result.fault.type));
	ck_assert_msg(story.result.fault.level == row->level, "%s: level %d", row->name,
		      story.result.fault.level);
	ck_assert_msg(story.result.fault.stage2 == row->stage2, "%s: wrong stage", row->name);
	story_cure(&story, &cure);
	ck_assert_msg(strstr(cure.text, row->says) != NULL, "%s: '%s'", row->name, cure.text);
	ck_assert_msg(story_fault_rule(&story)[0], "%s: no rule", row->name);
	if (row->mend.place == AT_NOTHING)
		return;
	apply(&w, &row->mend);
	story = tell(&w);
	ck_assert_msg(!story_faulted(&story), "%s: still faults: %s", row->name,
		      story_fault_name(story.result.fault.type));
	story_cure(&story, &cure);
	ck_assert_str_eq(cure.text, "");
}
END_TEST

/* ------------------------------------------------------------------ what is printed */

static char *print(const struct story *story, bool json, bool colours)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (json)
		story_print_json(story, out);
	else
		story_print_text(story, out, colours);
	fclose(out);
	return text;
}

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	while ((text = strstr(text, what)) != NULL) {
		text++;
		n++;
	}
	return n;
}

static void assert_lines(const char *text, const char *const *lines)
{
	for (; *lines; lines++)
		ck_assert_msg(strstr(text, *lines) != NULL, "no '%s' in:\n%s", *lines, text);
}

/* Literals of both stages: 4 levels under 3, 4*3+4+3 fetches. */
START_TEST(nested_translation_is_told)
{
	static const char *const lines[] = {
		"load at VA 0x5678 from EL0, regime EL1&0, ASID 0x0, VMID 0x0\n",
		"stage 1: VA to IPA, T0SZ=16: 48-bit input, TG0: 4 KB granule\n",
		"start level 0: 3-(48-1-12)/9 (AArch64.S1StartLevel); 1 table, 512 entries, at IPA "
		"0x1000\n",
		"IA[47:39] at level 0, IA[38:30] at level 1, IA[29:21] at level 2, IA[20:12] at "
		"level 3\n",
		"stage 2: IPA to PA, T0SZ=25: 39-bit input, TG0: 4 KB granule\n",
		"start level 1: SL0=1, SL2=0 (AArch64.S2StartLevel); 1 table, 512 entries, at PA "
		"0x5000\n",
		" 16  stage 1 level 3, descriptor at IPA 0x4028: 0x0000000000010743 at PA 0x4028, "
		"entry 0x5 (IA[20:12])\n",
		"        page (bits [1:0]=11 at level 3): IPA 0x10000\n",
		"AP=01 (read/write, EL0 too)",
		"AttrIndx=000 (MAIR_EL1.Attr0: Normal Write-Back, Read-Allocate, Write-Allocate)",
		" 19      stage 2 level 3, IPA 0x10678 of the access: 0x00000000000107ff at PA "
		"0x7080, "
		"entry 0x10 (IA[20:12])\n",
		"MemAttr=1111 (Normal, Outer Write-Back, Inner Write-Back)",
		"permissions, stage 1: EL0 rwx, EL1 rw-; for this access, after PAN and WXN, rwx\n",
		"permissions, stage 2: EL0 rwx, EL1 rwx; for this access rwx\n",
		/* PAR_EL1: ATTR 0xff, PA 0x10000, RES1 bit 11, NS bit 9, SH=11. */
		"VA 0x5678 = IPA 0x10678 = PA 0x10678, the same for 2^12 bytes around it; AT "
		"leaves "
		"PAR_EL1=0xff00000000010b80\n",
		"19 descriptor fetches\n",
		NULL,
	};
	static struct world w;
	struct story story;
	char *text;

	set_up(&w);
	add_stage2(&w);
	story = tell(&w);
	text = print(&story, false, false);
	assert_lines(text, lines);
	ck_assert_msg(!strchr(text, '\033'), "colours");
	free(text);
	text = print(&story, false, true);
	ck_assert(strstr(text, "\033[1mstage 1:\033[0m") != NULL);
	free(text);
}
END_TEST

/* ESR_EL2: EC 0x24, IL, S1PTW, DFSC 7; HPFAR_EL2.FIPA is the IPA of the level 2 table. */
START_TEST(fault_of_a_table_is_told)
{
	static const char *const lines[] = {
		"fault: translation, level 3, stage 2 on a stage 1 descriptor (S1PTW), taken to "
		"EL2\n",
		"  ESR_EL2=0x92000087: Data Abort from a lower Exception level, Translation fault, "
		"level 3\n",
		"  FAR_EL2=0x5678, HPFAR_EL2=0x30 (IPA 0x3000); AT would leave PAR_EL1=0xb0f\n",
		"  rule: D8.3 \"Translation table descriptor formats\", "
		"AArch64.DecodeDescriptorType\n",
		"  what would have to change: a valid level 3 descriptor at PA 0x7018: bit [0]=1\n",
		"11 descriptor fetches\n",
		NULL,
	};
	static struct world w;
	struct story story;
	char *text;

	set_up(&w);
	add_stage2(&w);
	w.memory[S2(3, 3)] = 0;
	story = tell(&w);
	text = print(&story, false, false);
	assert_lines(text, lines);
	free(text);
}
END_TEST

START_TEST(translation_without_tables_is_told)
{
	static const char *const lines[] = {
		"stage 1: off, VA = IPA\nstage 2: off, IPA = PA\n",
		"attributes: 0x00 (MAIR encoding), Device-nGnRnE, Outer Shareable\n",
		"VA 0x5678 = PA 0x5678, the same for 2^52 bytes around it; AT leaves "
		"PAR_EL1=0x5b00\n",
		"0 descriptor fetches\n",
		NULL,
	};
	static struct world w;
	struct story story;
	char *text;

	set_up(&w);
	w.r.SCTLR_EL1 = 0x30d01804;
	story = tell(&w);
	text = print(&story, false, false);
	assert_lines(text, lines);
	free(text);
}
END_TEST

/* EL2 has one privilege and XN where EL0's is; EL2&0 (E2H=1) has two, and both halves. */
START_TEST(regimes_of_el2_are_told)
{
	static const char *const lines[] = {"fetch at VA 0x5678 from EL2, regime EL2\n",
					    "AP=01 (read/write), ", "XN=1 (no execution)",
					    "XN (bit 54)=0 in the descriptor at PA 0x4028", NULL};
	static const char *const host[] = {
		"load at VA 0x5678 from EL0, regime EL2&0, ASID 0x0\n",
		"TTBR0_EL2=0x1000 (VA[55]=0)\n",
		"permissions, stage 1: EL0 rwx, EL2 rw-; for this access, after PAN and WXN, rwx\n",
		NULL};
	static struct world w;
	struct story story;
	char *text;

	set_up(&w);
	w.access = (struct nw_access){.type = NW_FETCH, .el = 2};
	w.r.SCTLR_EL2 = 0x30c51835;
	w.r.TCR_EL2 = 0x80853510; /* T0SZ=16, 4 KB, PS=48 bits */
	w.r.TTBR0_EL2 = 0x1000;
	w.r.MAIR_EL2 = 0xff;
	w.memory[S1(3, 5)] = 0x40000000010743;
	story = tell(&w);
	text = print(&story, false, false);
	assert_lines(text, lines);
	free(text);
	w.access = (struct nw_access){.type = NW_LOAD, .unprivileged = true};
	w.r.HCR_EL2 = 0x488000000; /* E2H, TGE, RW */
	w.r.TCR_EL2 = 0x500103510;
	w.memory[S1(3, 5)] = 0x10743;
	story = tell(&w);
	text = print(&story, false, false);
	assert_lines(text, host);
	free(text);
}
END_TEST

/* HA and HD at both stages: DBM (bit 51) and AP[2]=1, S2AP[1]=0 are writable and clean. */
START_TEST(hardware_updates_are_told)
{
	static const char *const lines[] = {
		"Access flag by hardware (HA=1), dirty state by hardware (HD=1)\n",
		"DBM=1 (dirty bit modifier: writable, clean until it is written)",
		"hardware update of the stage 1 level 3 descriptor at PA 0x4028 to "
		"0x0008000000010743: AF=1, AP[2]=0\n",
		"hardware update of the stage 2 level 3 descriptor at PA 0x7080 to "
		"0x00080000000107ff: AF=1, S2AP[1]=1\n",
		"VA 0x5678 = IPA 0x10678 = PA 0x10678",
		NULL,
	};
	static struct world w;
	struct story story;
	char *text;

	set_up(&w);
	add_stage2(&w);
	w.access.type = NW_STORE;
	w.r.TCR_EL1 = 0x18500103510;
	w.r.VTCR_EL2 = 0x80653559;
	w.memory[S1(3, 5)] = 0x80000000103c3;    /* AF=0, AP=11, DBM */
	w.memory[S2(3, 0x10)] = 0x800000001037f; /* AF=0, S2AP=01, DBM */
	story = tell(&w);
	text = print(&story, false, false);
	assert_lines(text, lines);
	free(text);
	text = print(&story, true, false);
	ck_assert(strstr(text, "\"descriptor\": \"0x8000000010743\"") != NULL);
	free(text);
	ck_assert_uint_eq(w.memory[S1(3, 5)], 0x80000000103c3);
}
END_TEST

/* A stage 2 page of several stage 1 tables is updated once, however often the walk comes to it. */
START_TEST(update_is_told_once)
{
	static struct world w;
	struct story story;
	char *text;

	set_up(&w);
	add_stage2(&w);
	w.r.TTBR0_EL1 = 0x1000;
	w.r.VTCR_EL2 = 0x80253559;
	w.memory[S2(2, 0)] = 0x3fd; /* a block of 2 MB, AF=0 */
	story = tell(&w);
	ck_assert(!story_faulted(&story));
	ck_assert_uint_eq(story.walk.update_count, 5);
	text = print(&story, false, false);
	ck_assert_uint_eq(count(text, "hardware update of the stage 2 level 2 descriptor at PA "
				      "0x6000 to 0x00000000000007fd: AF=1"),
			  1);
	ck_assert_uint_eq(count(text, "hardware update"), 1);
	free(text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sim/story");
	TCase *tcase = tcase_create("story");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, fault_says_what_has_to_change, 0,
			    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tcase, nested_translation_is_told);
	tcase_add_test(tcase, fault_of_a_table_is_told);
	tcase_add_test(tcase, translation_without_tables_is_told);
	tcase_add_test(tcase, regimes_of_el2_are_told);
	tcase_add_test(tcase, hardware_updates_are_told);
	tcase_add_test(tcase, update_is_told_once);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
