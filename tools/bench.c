/*
 * make bench: speed of nestwalk, and of QEMU on the same image where there is one. One JSON object a line:
 *	{"name":…,"ours":…,"peer":…,"peer_name":…,"ratio":…,"unit":…}
 * Every figure is a rate. A repetition runs a small and a large amount of work with each program in turn; the rate is the
 * difference of the work over the difference of the CPU time (user and system, as the kernel accounts the process), so
 * that starting up costs nothing. ours, peer and ratio are medians over the repetitions.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#define REPETITIONS 5
#define STATS_FILE "build/bench/stats.json"

/*
 * A command has %N replaced by the amount of work. The work done is the difference of the member `work` (a path of dots)
 * of our statistics, times scale.
 */
struct bench {
	const char *name, *unit;
	const char *small, *large; /* %N */
	const char *ours, *peer;
	const char *work;
	double scale;
	const char *peer_name; /* NULL: QEMU */
};

#define BARE_WITH(options, image) "build/nestwalk run --bare -q " options "--append rounds=%N build/bench/" image
#define BARE(image) BARE_WITH("", image)
#define QEMU "qemu-system-aarch64 -M virt,virtualization=on,gic-version=3 -cpu max -display none -nic none -serial null "
#define QEMU_BARE(image) QEMU "-m 512 -semihosting -append rounds=%N -kernel build/bench/" image
#define SOFTWARE(options, guest) "build/nestwalk run -q " options " build/guest/" guest
#define QEMU_SOFTWARE(options, guest, arguments)                                                                       \
	QEMU "-m 4G -semihosting-config enable=on,target=native -kernel build/hyp.img -initrd build/guest/" guest        \
	     " -append '" options " -- " guest " " arguments "'"

static const struct bench benches[] = {
	{ "alu", "million instructions/s", "100", "20100", BARE("alu.img"), QEMU_BARE("alu.img"), "insns", 1e-6, NULL },
	{ "mix", "million instructions/s", "100", "9100", BARE("mix.img"), QEMU_BARE("mix.img"), "insns", 1e-6, NULL },
	{ "stream", "million instructions/s", "2", "102", BARE("stream.img"), QEMU_BARE("stream.img"), "insns", 1e-6, NULL },
	{ "simd", "million instructions/s", "100", "4100", BARE("simd.img"), QEMU_BARE("simd.img"), "insns", 1e-6, NULL },
	{ "alu-tier1", "million instructions/s", "100", "20100", BARE_WITH("--tier 1 ", "alu.img"), QEMU_BARE("alu.img"), "insns", 1e-6, NULL },
	{ "mix-tier1", "million instructions/s", "100", "9100", BARE_WITH("--tier 1 ", "mix.img"), QEMU_BARE("mix.img"), "insns", 1e-6, NULL },
	{ "stream-tier1", "million instructions/s", "2", "102", BARE_WITH("--tier 1 ", "stream.img"), QEMU_BARE("stream.img"), "insns", 1e-6, NULL },
	{ "mmu", "million instructions/s", "100", "9100", "build/nestwalk run --bare -q --append 'rounds=%N mmu=1' build/bench/mix.img",
	  BARE("mix.img"), "insns", 1e-6, .peer_name = "nestwalk with the MMU off" },
	{ "gups-s1", "million updates/s", "100000", "1100000", SOFTWARE("--s2 off", "gups %N"),
	  QEMU_SOFTWARE("s2=off", "gups", "%N"), "N", 1e-6, NULL },
	{ "gups-4x4", "million updates/s", "100000", "1100000", SOFTWARE("--s1 4k:48 --s2 4k:48", "gups %N"),
	  QEMU_SOFTWARE("s1=4k:48 s2=4k:48", "gups", "%N"), "N", 1e-6, NULL },
	{ "gups-5x5", "million updates/s", "100000", "1100000", SOFTWARE("--s1 4k:52 --s2 4k:52:start=-1", "gups %N"),
	  QEMU_SOFTWARE("s1=4k:52 s2=4k:52:start=-1", "gups", "%N"), "N", 1e-6, NULL },
	{ "gups-4x5", "million updates/s", "100000", "1100000", SOFTWARE("--s1 4k:48 --s2 4k:52:start=-1", "gups %N"),
	  QEMU_SOFTWARE("s1=4k:48 s2=4k:52:start=-1", "gups", "%N"), "N", 1e-6, NULL },
	{ "gups-5x4", "million updates/s", "100000", "1100000", SOFTWARE("--s1 4k:52 --s2 4k:52", "gups %N"),
	  QEMU_SOFTWARE("s1=4k:52 s2=4k:52", "gups", "%N"), "N", 1e-6, NULL },
	{ "svc", "million calls/s", "10000", "1010000", SOFTWARE("", "svc %N"), QEMU_SOFTWARE("", "svc", "%N"), "N", 1e-6, NULL },
	{ "hvc", "million calls/s", "100", "2100", BARE("hvc.img"), QEMU_BARE("hvc.img"), "N", 1e-3, NULL },
	{ "tlbi", "million operations/s", "100", "2100", BARE("tlbi.img"), QEMU_BARE("tlbi.img"), "N", 1e-3, NULL },
	{ "atwalk-5x5", "million walks/s", "100", "2100", BARE("atwalk.img"), QEMU_BARE("atwalk.img"), "walks.total", 1e-6, NULL },
	{ "walk-5x5", "million walks/s", "100000", "3100000", "build/bench/walk ours %N", "build/bench/walk plain %N", "N", 1e-6,
	  .peer_name = "hand-written walk" },
	{ "observed", "million instructions/s", "100", "3100", "build/nestwalk run --bare -q --timing serial --append rounds=%N build/bench/mix.img",
	  BARE("mix.img"), "insns", 1e-6, .peer_name = "nestwalk without timing" },
	{ "replay-hit", "million accesses/s", "1000000", "11000000",
	  "build/nestwalk replay -q --limit %N build/bench/hit.nwt", NULL, "accesses.load", 1e-6, NULL },
	{ "replay-5x5", "million walks/s", "100000", "1900000",
	  "build/nestwalk replay -q --s1 4k:52 --s2 4k:52:start=-1 --tlb off --limit %N build/bench/walks.nwt", NULL,
	  "walks.nested", 1e-6, NULL },
	{ "lackey-text", "million records/s", "1000000", "6000000",
	  "build/nestwalk replay -q --limit %N build/bench/hit.lackey", NULL, "accesses.load", 1e-6, NULL },
};

static void fail(const char *what, const char *command)
{
	fprintf(stderr, "nestwalk: bench: %s: %s\n", what, command);
	exit(1);
}

static char *with_amount(const char *command, const char *amount)
{
	size_t size = strlen(command) + 64;
	char *line = malloc(size), *to = line;

	if (!line)
		fail("out of memory", command);
	while (*command) {
		if (command[0] == '%' && command[1] == 'N') {
			to += snprintf(to, size - (size_t)(to - line), "%s", amount);
			command += 2;
		} else {
			*to++ = *command++;
		}
	}
	*to = 0;
	return line;
}

/* CPU seconds of the command, run by the shell with its output thrown away. */
static double cpu_seconds(const char *command, const char *amount, const char *extra)
{
	char *line = with_amount(command, amount), *full;
	struct rusage usage;
	int status;

	if (asprintf(&full, "exec %s%s >/dev/null 2>&1", line, extra) < 0)
		fail("out of memory", command);
	pid_t child = fork();

	if (child == 0) {
		execl("/bin/sh", "sh", "-c", full, NULL);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) < 0 || !WIFEXITED(status) ||
	    (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 124))
		fail("this failed", full);
	free(line);
	free(full);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* The member of the statistics that a run with this amount leaves, or the amount itself for "N". */
static double work_done(const struct bench *bench, const char *amount)
{
	char path[64], *rest = path;

	if (strcmp(bench->work, "N") == 0)
		return atof(amount);
	/* The option goes in front of the image: behind it would be the guest's argument. */
	const char *after = strstr(bench->ours, " -q ");
	char *command = NULL;

	if (!after || asprintf(&command, "%.*s --stats " STATS_FILE "%s", (int)(after - bench->ours), bench->ours, after) < 0)
		fail("no -q in", bench->ours);
	cpu_seconds(command, amount, "");
	free(command);

	json_t *root = json_load_file(STATS_FILE, 0, NULL), *member = root;

	snprintf(path, sizeof(path), "%s", bench->work);
	for (char *word; member && (word = strsep(&rest, "."));)
		member = json_object_get(member, word);
	if (!json_is_number(member))
		fail("no such statistic", bench->work);
	double value = json_number_value(member);

	json_decref(root);
	return value;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *values)
{
	qsort(values, REPETITIONS, sizeof(*values), ascending);
	return values[REPETITIONS / 2];
}

static double rate(const char *command, const struct bench *bench, double work)
{
	double small = cpu_seconds(command, bench->small, ""), large = cpu_seconds(command, bench->large, "");

	return large > small ? work * bench->scale / (large - small) : 0;
}

static void run(const struct bench *bench)
{
	double work = work_done(bench, bench->large) - work_done(bench, bench->small);
	double ours[REPETITIONS], peer[REPETITIONS], ratio[REPETITIONS];

	for (int i = 0; i < REPETITIONS; i++) {
		ours[i] = rate(bench->ours, bench, work);
		if (bench->peer) {
			peer[i] = rate(bench->peer, bench, work);
			ratio[i] = ours[i] / peer[i];
		}
	}
	printf("{\"name\":\"%s\",\"ours\":%.3g", bench->name, median(ours));
	if (bench->peer)
		printf(",\"peer\":%.3g,\"peer_name\":\"%s\",\"ratio\":%.3f", median(peer),
		       bench->peer_name ? bench->peer_name : "QEMU TCG", median(ratio));
	else
		printf(",\"peer\":null,\"peer_name\":null,\"ratio\":null");
	printf(",\"unit\":\"%s\"}\n", bench->unit);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(benches) / sizeof(*benches); i++) {
		bool wanted = argc < 2;

		for (int a = 1; a < argc; a++)
			wanted |= strcmp(argv[a], benches[i].name) == 0;
		if (wanted)
			run(&benches[i]);
	}
	return 0;
}
