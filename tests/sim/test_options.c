/* sim/options, sim/options_check, sim/values: what each option sets, and the line that each misuse
 * gets. */
#include "sim/options.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_WORDS 16

struct result {
	struct sim_config config;
	bool good, help;
	char text[1024]; /* what diag said */
};

/* Splits at blanks; the words stay in `line`. */
static int split(char *line, char **words)
{
	int count = 0;

	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		words[count++] = word;
	return count;
}

/* Reads one command line with stderr caught. The result points into line and words, the caller's.
 */
static struct result read_words(char *line, char *words[MAX_WORDS])
{
	static const char *const names[] = {"run", "replay", "walk"};
	struct result result = {.good = false};
	int count = split(line, words), saved = dup(STDERR_FILENO);
	FILE *caught = tmpfile();
	enum sim_command command = COMMAND_RUN;

	while (strcmp(names[command], words[0]))
		command++;
	fflush(stderr);
	dup2(fileno(caught), STDERR_FILENO);
	sim_config_init(&result.config);
	result.good = options_read(&result.config, command, count, words, &result.help);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(caught);
	result.text[fread(result.text, 1, sizeof(result.text) - 1, caught)] = 0;
	fclose(caught);
	return result;
}

static struct result read_line(char *line)
{
	char *words[MAX_WORDS];

	return read_words(line, words);
}

/* ------------------------------------------------------------------ what options set */

#define FIELD(field) offsetof(struct sim_config, field), sizeof(((struct sim_config *)0)->field)

static const struct row {
	const char *line;
	size_t offset, size;
	uint64_t value;
} rows[] = {
	{"run a", FIELD(features.pa_bits), 52},
	{"run a", FIELD(tlb_off), 0},
	{"run a", FIELD(l1i.entries), 48},
	{"run a", FIELD(l1d.ways), 0},
	{"run a", FIELD(l2.entries), 1280},
	{"run a", FIELD(l2.ways), 5},
	{"run a", FIELD(walk_caches.stage1.entries), 0},
	{"run a", FIELD(timing), TIMING_NONE},
	{"run a", FIELD(block_bytes), 0},
	{"run a", FIELD(s1.size_bits), 48},
	{"run a", FIELD(s2.size_bits), 48},
	{"run a", FIELD(undef), UNDEF_BY_GUEST_KIND},
	{"run a", FIELD(files), FILES_BY_GUEST_KIND},
	{"run --s1 16k:47 a", FIELD(s1.granule_bits), 14},
	{"run --s1=64k:52 a", FIELD(s1.size_bits), 52},
	{"run --s1 4k:52:ds=1 a", FIELD(s1.ds), DS_ON},
	{"run --s2 4k:52:start=-1 a", FIELD(s2.start), 0xff},
	{"run --s2 off a", FIELD(s2.off), 1},
	{"run --el2 4k:52 a", FIELD(el2.size_bits), 52},
	{"run --cpu cortex-a53 a", FIELD(s2.size_bits), 40},
	{"run --s2 64k --cpu cortex-a57 a", FIELD(s2.size_bits), 44},
	{"run --cpu max,FEAT_LPA2=off,FEAT_LPA=off a", FIELD(features.pa_bits), 48},
	{"run --block 2m a", FIELD(block_bytes), 0x200000},
	{"run --block page a", FIELD(block_bytes), 0},
	{"run --block 1g a", FIELD(block_bytes), 0x40000000},
	{"run --ram 1g a", FIELD(ram.count), 1},
	{"run --ram 1g a", FIELD(ram.at[0].size), 0x40000000},
	{"run --ram 1g a", FIELD(ram.at[0].base_given), 0},
	{"run --ram 1g --ram 64m@0x1000000000000 a", FIELD(ram.at[1].base), 0x1000000000000},
	{"run --vm-ram 65536@4294967296 a", FIELD(vm_ram.at[0].base), 0x100000000},
	{"run --tlb off a", FIELD(tlb_off), 1},
	{"run --tlb inf a", FIELD(l1d.entries), UINT32_MAX},
	{"run --tlb l1d=4 a", FIELD(l1d.entries), 4},
	{"run --tlb l1d=4 a", FIELD(l1i.entries), 48},
	{"run --tlb l1i=1,l1d=1,l2=off a", FIELD(l2.entries), 0},
	{"run --tlb l2=0 a", FIELD(l2.entries), 0},
	{"run --tlb l2=1024x4:7 a", FIELD(l2.latency), 7},
	{"run --tlb off --tlb on a", FIELD(tlb_off), 0},
	{"run --walk-cache on a", FIELD(walk_caches.ipa.entries), 64},
	{"run --walk-cache on a", FIELD(walk_caches.ipa.ways), 4},
	{"run --walk-cache on a", FIELD(walk_caches.ipa_for_all), 0},
	{"run --walk-cache stage1=16x2 a", FIELD(walk_caches.stage1.entries), 16},
	{"run --walk-cache stage1=16x2 a", FIELD(walk_caches.stage2.entries), 0},
	{"run --walk-cache ipa=64x4,ipa-for=all a", FIELD(walk_caches.ipa_for_all), 1},
	{"run --timing serial a", FIELD(timing), TIMING_SERIAL},
	{"run a", FIELD(choices.of[CHOICE_SIZE_OUT_OF_RANGE]), SIZE_OUT_OF_RANGE_FAULTS},
	{"run --choice size-out-of-range=limit a", FIELD(choices.of[CHOICE_SIZE_OUT_OF_RANGE]),
	 SIZE_OUT_OF_RANGE_IS_LIMITED},
	{"walk --choice size-out-of-range=limit --choice size-out-of-range=fault 0",
	 FIELD(choices.of[CHOICE_SIZE_OUT_OF_RANGE]), SIZE_OUT_OF_RANGE_FAULTS},
	{"run --undef guest a", FIELD(undef), UNDEF_GUEST},
	{"run --undef stop a", FIELD(undef), UNDEF_STOP},
	{"run --files none a", FIELD(files), FILES_NONE},
	{"run --files /tmp a", FIELD(files), FILES_DIRECTORY},
	{"run --max-insns 0x10 a", FIELD(max_insns), 16},
	{"run --max-insns 0 a", FIELD(max_insns_given), 1},
	{"run --seed 0x77 a", FIELD(seed), 0x77},
	{"run --slow a", FIELD(slow), 1},
	{"run -q a", FIELD(quiet), 1},
	{"run --bare --el 1 a", FIELD(el), 1},
	{"run --bare --ram 1g --ram 128m@0 a", FIELD(ram.count), 2}, /* in place of the flash */
	{"run --bare --semihosting off a", FIELD(semihosting), SWITCH_OFF},
	{"run --trace tarmac:x --trace tarmac:y a", FIELD(trace_count), 2},
	{"run a --slow b", FIELD(guest_argc), 2},
	{"run a --slow b", FIELD(slow), 0},
	{"run -- --slow b", FIELD(guest_argc), 1},
	{"replay --limit 10 a", FIELD(limit), 10},
	{"replay a --limit 0", FIELD(limit_given), 1},
	{"replay --warmup 5 a", FIELD(warmup), 5},
	{"replay --va-spread 7 a", FIELD(va_spread), 7},
	{"replay --va-offset 0x10000 a", FIELD(va_offset), 0x10000},
	{"replay --warmup 5 --limit 5 a", FIELD(limit), 5},
	{"replay --progress a", FIELD(progress), SWITCH_ON},
	{"walk 0xffffffffffffffff", FIELD(va), UINT64_MAX},
	{"walk 4096", FIELD(va), 4096},
	{"walk --access w 0", FIELD(access), NW_STORE},
	{"walk --access x 0", FIELD(access), NW_FETCH},
	{"walk 0", FIELD(access), NW_LOAD},
	{"walk --el 1 0", FIELD(access_el), 1},
	{"walk --json --no-map 0", FIELD(no_map), 1},
	{"walk --access rw 0", FIELD(access), NW_STORE},
	{"walk --access rw 0", FIELD(atomic), 1},
	{"walk --access rw --access w 0", FIELD(atomic), 0},
	{"walk --el 1 --unprivileged 0", FIELD(unprivileged), 1},
	{"walk --pan 0", FIELD(pan), 1},
	{"walk --unaligned 0", FIELD(unaligned), 1},
	{"walk --regs r 0", FIELD(memory_count), 0},
	{"walk --regs r --mem a@0x1000 --mem b@c@2 0", FIELD(memory_count), 2},
	{"walk --regs r --mem a@0x1000 --mem b@c@2 0", FIELD(memory[0].pa), 0x1000},
	{"walk --regs r --mem a@0x1000 --mem b@c@2 0", FIELD(memory[1].file_length), 3},
	{"walk --regs r --mem a@0x1000 --mem b@c@2 0", FIELD(memory[1].pa), 2},
};

START_TEST(option_sets)
{
	const struct row *r = &rows[_i];
	char line[256];
	uint64_t value = 0;
	struct result result;

	strcpy(line, r->line);
	result = read_line(line);
	ck_assert_msg(result.good, "%s: %s", r->line, result.text);
	ck_assert_str_eq(result.text, "");
	memcpy(&value, (char *)&result.config + r->offset, r->size);
	ck_assert_msg(value == r->value, "%s: 0x%llx, not 0x%llx", r->line,
		      (unsigned long long)value, (unsigned long long)r->value);
}
END_TEST

START_TEST(features_are_switched)
{
	char line[] = "run --cpu max,FEAT_LPA2=off,FEAT_TTST=off a",
	     back[] = "run --cpu cortex-a53,FEAT_LSE=on a";
	struct result result = read_line(line);

	ck_assert_msg(result.good, "%s", result.text);
	ck_assert(!nw_has(&result.config.features, FEAT_LPA2));
	ck_assert(!nw_has(&result.config.features, FEAT_TTST));
	ck_assert(nw_has(&result.config.features, FEAT_LVA));
	ck_assert_str_eq(result.config.cpu, "max,FEAT_LPA2=off,FEAT_TTST=off");
	result = read_line(back);
	ck_assert_msg(result.good, "%s", result.text);
	ck_assert(nw_has(&result.config.features, FEAT_LSE));
	ck_assert(!nw_has(&result.config.features, FEAT_LPA2));
}
END_TEST

START_TEST(words_are_passed)
{
	char line[] = "run --stats out.json --append x --trace tarmac:t.log image one -v two",
	     *words[MAX_WORDS];
	struct result result = read_words(line, words);

	ck_assert_msg(result.good, "%s", result.text);
	ck_assert_str_eq(result.config.image, "image");
	ck_assert_int_eq(result.config.guest_argc, 3);
	ck_assert_str_eq(result.config.guest_argv[1], "-v");
	ck_assert_str_eq(result.config.stats, "out.json");
	ck_assert_str_eq(result.config.append, "x");
	ck_assert_str_eq(result.config.trace[0].file, "t.log");
	ck_assert(!result.config.verbose);
}
END_TEST

/* ------------------------------------------------------------------ misuse */

static const struct misuse {
	const char *line;
	const char *says;
} misuses[] = {
	{"run", "too few arguments, expected: nestwalk run"},
	{"replay", "too few arguments"},
	{"replay a b", "b, expected: nestwalk replay"},
	{"walk here", "here: no address"},
	{"walk 0x", "0x: no address"},
	{"walk -5", "-5: unknown option"},
	{"walk 18446744073709551616", "no address"},
	{"run --frobnicate a", "--frobnicate: unknown option"},
	{"run --frobnicate=3 a", "--frobnicate: unknown option"},
	{"run -x a", "-x: unknown option"},
	{"run --limit 3 a", "--limit: unknown option, see: nestwalk run --help"},
	{"replay --bare a", "--bare: unknown option"},
	{"walk --files none 0", "--files: unknown option"},
	{"run --slow=1 a", "--slow takes no value"},
	{"run --stats", "--stats needs a value: FILE"},
	/* geometry; its own suite has the rest */
	{"run --s1 4k:53 a", "--s1 4k:53: 53 bits are too many"},
	{"run --s1 4k:48:start=0 a", "--s1 4k:48:start=0: stage 1's start level follows"},
	{"run --cpu max,FEAT_LPA2=off --s1 4k:52 a", "--s1 4k:52: 52 bits with 4k need FEAT_LPA2"},
	{"run --s1 4k:52 --cpu max,FEAT_LPA2=off a", "--s1 4k:52: 52 bits with 4k need FEAT_LPA2"},
	{"run --s2 16k:52:start=-1 a", "--s2 16k:52:start=-1: 16k has no start level -1"},
	{"run --s2 16k:52:start=1 a", "--s2 16k:52:start=1: "},
	{"run --s2 4k:44:start=1 a", "--s2 4k:44:start=1: "},
	{"run --s2 4k:48:start=-1 a", "--s2 4k:48:start=-1: "},
	{"run --s2 64k:47:start=2 a", "--s2 64k:47:start=2: "},
	{"run --s1 4k:29 a", "--s1 4k:29: the proxy kernel needs 30 bits of VA or more"},
	{"run --el2 16k:53 a", "--el2 16k:53: "},
	{"run --el2 off a", "--el2 off: the granule must be"},
	{"run --cpu cortex-a53 --s2 4k:48 a",
	 "--s2 4k:48: 48 bits of IPA are more than the core's 40"},
	{"run --cpu cortex-a53 --s1 16k a", "--s1 16k: the core has no 16k granule"},
	/* memory */
	{"run --ram x a", "--ram x: expected SIZE"},
	{"run --ram 1g@ a", "--ram 1g@: "},
	{"run --ram 0 a", "--ram 0: "},
	{"run --ram 100 a", "--ram 100: size and address must be multiples of 64k"},
	{"run --ram 1g@0x40000001 a", "multiples of 64k"},
	{"run --ram 1g@0 a", "--ram at 0x0: devices lie there"},
	{"run --ram 1g --ram 64k@0 a", "--ram at 0x0: devices lie there"},
	{"run --bare --ram 1g --ram 129m@0 a", "--ram at 0x0: devices lie there"},
	{"run --bare --ram 1g --ram 64k@0x8000000 a", "--ram at 0x8000000: devices lie there"},
	{"run --ram 1g --ram 1g a", "--ram at 0x40000000 overlaps"},
	{"run --ram 1g@0x80000000 --ram 2g a", "overlaps the one at 0x80000000"},
	{"run --ram 1g@0x10000000000000 a", "ends above 2^52"},
	{"run --ram 18446744073709551615t a", "--ram 18446744073709551615t: "},
	{"run --cpu cortex-a53 --ram 1g@0x10000000000 a", "ends above 2^40"},
	{"run --vm-ram 1g@0x1000000000000 a", "--vm-ram at 0x1000000000000: it ends above 2^48"},
	{"run --s2 4k:52 --s1 4k:48:ds=0 --vm-ram 1g@0x1000000000000 a",
	 "--s1 4k:48:ds=0: memory above 2^48 needs ds=1"},
	{"run --el2 4k:48:ds=0 --ram 1g@0x1000000000000 a", "--el2 4k:48:ds=0: memory above 2^48"},
	{"run --s2 4k:30 a", "--s2: 30 bits of IPA end below 0x40000000"},
	{"run --s2 off --vm-ram 1g a", "--vm-ram: with --s2 off"},
	{"run --block 3m a", "--block 3m: expected page or a leaf's size"},
	{"run --block 1m a", "--block 1m: "},
	/* shapes */
	{"run --tlb x a", "--tlb x: "},
	{"run --tlb l1i a", "--tlb l1i: "},
	{"run --tlb l1i=0 a", "--tlb l1i=0: l1i can't be off alone"},
	{"run --tlb l1i=off a", "--tlb l1i=off: l1i can't be off alone"},
	{"run --tlb l2=10x3 a", "the ways must divide the entries"},
	{"run --tlb l2=12x4 a", "a power of two of sets"},
	{"run --tlb l2=16x4: a", "expected ENTRIES"},
	{"run --tlb l2=16x a", "expected ENTRIES"},
	{"run --tlb l2=16y4 a", "expected ENTRIES"},
	{"run --tlb l2=99999999999 a", "expected ENTRIES"},
	{"run --tlb l3=16 a", "'l3' is not known"},
	{"run --tlb l2=16, a", "too long or empty"},
	{"run --walk-cache x a", "'x' is not known"},
	{"run --walk-cache ipa-for=some a", "ipa-for=some: expected tables or all"},
	{"run --choice x a", "--choice x: expected NAME=VALUE"},
	{"run --choice x= a", "--choice x=: expected NAME=VALUE"},
	{"run --choice x=y a", "--choice x=y: nothing is left open under that name"},
	{"run --choice =fault a", "--choice =fault: nothing is left open"},
	{"replay --choice size-out-of-range=x a",
	 "--choice size-out-of-range=x: 'x': expected fault or limit"},
	/* words */
	{"run --cpu pentium a", "--cpu pentium: no core of that name"},
	{"run --cpu max,FEAT_X=on a", "'FEAT_X' is no feature"},
	{"run --cpu max,FEAT_LPA2 a", "FEAT_LPA2=: expected on or off"},
	{"run --cpu max,FEAT_LPA2=maybe a", "expected on or off"},
	{"run --cpu max,FEAT_LPA=off a", "FEAT_LPA2 needs FEAT_LPA"},
	{"run --cpu max,FEAT_PAN=off a", "FEAT_PAN2 needs FEAT_PAN"},
	{"run --cpu cortex-a53,FEAT_PAN2=on a", "FEAT_PAN2 needs FEAT_PAN"},
	{"run --cpu cortex-a72,FEAT_LPA=on a", "FEAT_LPA needs 52-bit physical addresses, the core has 44"},
	{"run --cpu max,FEAT_EL2=off a", "the hypervisor needs FEAT_EL2"},
	{"run --timing fast a", "--timing fast: expected none or serial"},
	{"run --undef x a", "--undef x: expected stop or guest"},
	{"run --semihosting x a", "expected off or on"},
	{"run --semihosting off a", "is for --bare"},
	{"run --files /nonexistent a", "expected host, none or a directory"},
	{"run --trace walk:x a", "--trace walk:x: expected tarmac:FILE"},
	{"run --trace tarmac: a", "expected tarmac:FILE"},
	{"run --max-insns many a", "--max-insns many: expected a number"},
	{"run --max-insns -1 a", "expected a number"},
	{"run --el 3 a", "--el 3: expected 0, 1 or 2"},
	{"run --el 2 a", "--el 2 is for --bare"},
	{"run --bare --el 0 a", "--el 0 does not fit --bare"},
	{"run --bare --s1 4k a", "--s1 does not fit --bare"},
	{"run --bare --vm-ram 1g a", "--vm-ram does not fit --bare"},
	{"replay --format pinball a", "--format pinball: no such trace format"},
	{"replay --va-spread 1 --va-offset 0 a", "expected --va-spread or --va-offset, once"},
	{"replay --va-offset 4095 a",
	 "--va-offset 0xfff: expected a multiple of --s1's page size, 0x1000"},
	{"replay --s1 64k --va-offset 4096 a", "0x10000"},
	{"replay --limit 9 --warmup 10 a", "--limit 9 ends before --warmup 10"},
	{"walk --access q 0", "--access q: expected x or r or w or rw"},
	{"walk --unprivileged 0", "--unprivileged is for loads and stores of EL1 and EL2"},
	{"walk --el 1 --unprivileged --access x 0", "--unprivileged is for loads and stores"},
	{"walk --mem a 0", "--mem a: expected FILE@PA"},
	{"walk --mem @5 0", "--mem @5: expected FILE@PA"},
	{"walk --mem a@ 0", "--mem a@: '' is no address"},
	{"walk --mem a@0x 0", "'0x' is no address"},
	{"walk --mem a@1k 0", "'1k' is no address"},
	{"walk --mem a@0x10000000000000000 0", "is no address"},
	{"walk --mem a@0 0", "--mem without --regs FILE"},
	{"walk --core a 0", "--core without --regs FILE"},
	{"walk --regs a --s1 4k 0", "--s1 does not fit --regs"},
	{"walk --regs a --s2 4k 0", "--s2 does not fit --regs"},
	{"walk --regs a --el2 4k 0", "--el2 does not fit --regs"},
	{"walk --regs a --ram 1g 0", "--ram does not fit --regs"},
	{"walk --regs a --vm-ram 1g 0", "--vm-ram does not fit --regs"},
	{"walk --regs a --block 2m 0", "--block does not fit --regs"},
	{"walk --regs a --no-map 0", "--no-map does not fit --regs"},
	{"walk --regs a --stats x 0", "--stats does not fit --regs"},
	{"walk --regs a --max-insns 1 0", "--max-insns does not fit --regs"},
	{"walk --regs a --trace tarmac:x 0", "--trace does not fit --regs"},
	{"run --regs a b", "--regs: unknown option"},
};

START_TEST(misuse)
{
	const struct misuse *m = &misuses[_i];
	char line[256];
	struct result result;
	const char *end;

	strcpy(line, m->line);
	result = read_line(line);
	ck_assert_msg(!result.good, "%s: accepted", m->line);
	ck_assert_msg(strncmp(result.text, "nestwalk: ", 10) == 0, "%s: %s", m->line, result.text);
	ck_assert_msg(strstr(result.text, m->says), "%s: said %s", m->line, result.text);
	end = strchr(result.text, '\n');
	ck_assert_msg(end && !end[1], "%s: not one line: %s", m->line, result.text);
}
END_TEST

START_TEST(help_needs_nothing_else)
{
	char line[] = "run --help";
	struct result result = read_line(line);

	ck_assert(result.good);
	ck_assert(result.help);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sim/options");
	TCase *tcase = tcase_create("options");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, option_sets, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tcase, features_are_switched);
	tcase_add_test(tcase, words_are_passed);
	tcase_add_loop_test(tcase, misuse, 0, (int)(sizeof(misuses) / sizeof(misuses[0])));
	tcase_add_test(tcase, help_needs_nothing_else);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
