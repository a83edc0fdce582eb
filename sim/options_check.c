/* Options against each other: geometries and windows of memory against the core and the address
 * spaces. */
#include "options.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RAM_BASE       UINT64_C(0x40000000) /* of QEMU's virt board: devices lie below it */
#define FLASH_END      UINT64_C(0x8000000)  /* from address 0 its flash, of which RAM can take the place */
#define KERNEL_VA_BITS 30 /* the least that hyp/kernel's half can be laid out in */

bool options_is_directory(const char *path)
{
	struct stat status;

	return !path || (stat(path, &status) == 0 && S_ISDIR(status.st_mode));
}

static uint64_t window_base(const struct sim_window *window)
{
	return window->base_given ? window->base : RAM_BASE;
}

/* Bits of the highest address in windows; 0: none are given. */
static unsigned address_bits(const struct sim_windows *windows)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < windows->count; i++) {
		uint64_t last = window_base(&windows->at[i]) + windows->at[i].size - 1;
		unsigned needed = 64 - (unsigned)__builtin_clzll(last | 1);

		bits = needed > bits ? needed : bits;
	}
	return bits;
}

/* Addresses that a window may have: [0, low) and [high, 2^bits). */
struct space {
	uint64_t low, high;
	unsigned bits;
	const char *name;
};

/* Each window inside the space, none over another. */
static bool check_windows(const struct sim_windows *windows, const char *option,
			  struct space space)
{
	for (unsigned i = 0; i < windows->count; i++) {
		uint64_t base = window_base(&windows->at[i]), size = windows->at[i].size;

		if (base < space.high && (size > space.low || base > space.low - size)) {
			diag("--%s at 0x%" PRIx64 ": devices lie there, expected 0x%" PRIx64
			     " or above",
			     option, base, space.high);
			return false;
		}
		if (base >> space.bits || size > (UINT64_C(1) << space.bits) - base) {
			diag("--%s at 0x%" PRIx64 ": it ends above 2^%u, the size of %s", option,
			     base, space.bits, space.name);
			return false;
		}
		for (unsigned j = 0; j < i; j++) {
			uint64_t other = window_base(&windows->at[j]);

			if (base < other + windows->at[j].size && other < base + size) {
				diag("--%s at 0x%" PRIx64 " overlaps the one at 0x%" PRIx64
				     ", expected windows apart",
				     option, base, other);
				return false;
			}
		}
	}
	return true;
}

static bool resolve(const struct options *options, struct sim_geometry *geometry,
		    enum geometry_use use, unsigned output_bits)
{
	static const char *const names[] = {
		[GEOMETRY_S1] = "s1", [GEOMETRY_S2] = "s2", [GEOMETRY_EL2] = "el2"};
	const char *text = options->geometry_text[use];
	char why[GEOMETRY_WHY];

	if (geometry_resolve(geometry, use, &options->config->features, output_bits, why))
		return true;
	diag("--%s %s: %s", names[use], text ? text : "(default)", why);
	return false;
}

static bool check_kernel(const struct options *options)
{
	const char *text = options->geometry_text[GEOMETRY_S1];

	if (options->config->bare || options->config->s1.size_bits >= KERNEL_VA_BITS)
		return true;
	diag("--s1 %s: the proxy kernel needs %u bits of VA or more", text, KERNEL_VA_BITS);
	return false;
}

static bool check_memory(const struct options *options)
{
	struct sim_config *config = options->config;
	unsigned ram_bits = address_bits(&config->ram);
	struct space pa = {config->bare ? FLASH_END : 0, RAM_BASE, config->features.pa_bits,
			   "the core's physical addresses"};
	struct space ipa = {0, 0, 0, "stage 2's IPA space"};

	if (!check_windows(&config->ram, "ram", pa))
		return false;
	if (config->bare)
		return true;
	if (!resolve(options, &config->el2, GEOMETRY_EL2, ram_bits) ||
	    !resolve(options, &config->s2, GEOMETRY_S2, ram_bits))
		return false;
	if (config->s2.off) {
		if (config->vm_ram.count) {
			diag("--vm-ram: with --s2 off the VM has no IPA space of its own");
			return false;
		}
		return resolve(options, &config->s1, GEOMETRY_S1, ram_bits);
	}
	if (!config->vm_ram.count && config->s2.size_bits <= 30) {
		diag("--s2: %u bits of IPA end below 0x40000000, give --vm-ram SIZE@IPA",
		     config->s2.size_bits);
		return false;
	}
	ipa.bits = config->s2.size_bits;
	return check_windows(&config->vm_ram, "vm-ram", ipa) &&
	       resolve(options, &config->s1, GEOMETRY_S1, address_bits(&config->vm_ram));
}

/* --bare: there is no hypervisor and no proxy kernel that could follow these. */
static bool check_bare(const struct options *options)
{
	const struct sim_config *config = options->config;
	const char *unfit = NULL;

	if (config->command != COMMAND_RUN)
		return true;
	if (!config->bare) {
		if (config->el_given && config->el == 2) {
			diag("--el 2 is for --bare, the hypervisor's guests run at 0 or 1");
			return false;
		}
		if (config->semihosting == SWITCH_OFF) {
			diag("--semihosting off is for --bare, hypervisor and proxy kernel end a "
			     "run by it");
			return false;
		}
		return true;
	}
	for (unsigned use = GEOMETRY_S1; use <= GEOMETRY_EL2; use++) {
		if (options->geometry_text[use])
			unfit = use == GEOMETRY_S1 ? "s1" : use == GEOMETRY_S2 ? "s2" : "el2";
	}
	if (config->block_bytes)
		unfit = "block";
	if (config->vm_ram.count)
		unfit = "vm-ram";
	if (unfit)
		diag("--%s does not fit --bare, which has no hypervisor to follow it", unfit);
	else if (config->el_given && config->el == 0)
		diag("--el 0 does not fit --bare, expected 1 or 2");
	else
		return true;
	return false;
}

/* The built-in software, which follows the options that shape it, or files that say all of it. */
static bool check_source(const struct options *options)
{
	const struct sim_config *config = options->config;
	const char *unfit = NULL;

	if (!config->regs) {
		if (!config->memory_count && !config->core)
			return true;
		diag("--%s without --regs FILE: no memory dump has the registers of translation",
		     config->core ? "core" : "mem");
		return false;
	}
	for (unsigned use = GEOMETRY_S1; use <= GEOMETRY_EL2; use++) {
		if (options->geometry_text[use])
			unfit = use == GEOMETRY_S1 ? "s1" : use == GEOMETRY_S2 ? "s2" : "el2";
	}
	if (config->ram.count || config->vm_ram.count)
		unfit = config->ram.count ? "ram" : "vm-ram";
	if (config->block_bytes || config->no_map)
		unfit = config->no_map ? "no-map" : "block";
	if (config->stats || config->trace_count || config->max_insns_given)
		unfit = config->stats ? "stats" : config->trace_count ? "trace" : "max-insns";
	if (unfit)
		diag("--%s does not fit --regs, where no software is run", unfit);
	return !unfit;
}

/* LDTR and STTR at EL1, or at EL2 in the EL2&0 regime, do as EL0 would. */
static bool check_access(const struct sim_config *config)
{
	if (!config->unprivileged || (config->access_el != 0 && config->access != NW_FETCH))
		return true;
	diag("--unprivileged is for loads and stores of EL1 and EL2, expected --el 1 or 2, and no "
	     "--access x");
	return false;
}

static bool check_core(const struct sim_config *config)
{
	if (nw_has(&config->features, FEAT_EL2) || config->bare)
		return true;
	diag("--cpu %s: the hypervisor needs FEAT_EL2", config->cpu);
	return false;
}

/* Offsets inside a page must stay. */
static bool check_offset(const struct sim_config *config)
{
	uint64_t page = UINT64_C(1) << config->s1.granule_bits;

	if (config->va_offset % page == 0)
		return true;
	diag("--va-offset 0x%" PRIx64 ": expected a multiple of --s1's page size, 0x%" PRIx64,
	     config->va_offset, page);
	return false;
}

/* A file that is there, or one that can be made in its folder. */
static bool can_write(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX] = ".";
	struct stat status;

	if (stat(path, &status) == 0) {
		errno = EISDIR;
		return !S_ISDIR(status.st_mode) && access(path, W_OK) == 0;
	}
	if (errno != ENOENT || !*path)
		return false;
	if (slash)
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path + 1), path);
	return access(folder, W_OK | X_OK) == 0;
}

/* Told before the run, not after it. */
static bool check_stats(const struct sim_config *config)
{
	if (!config->stats || strcmp(config->stats, "-") == 0 || can_write(config->stats))
		return true;
	diag("--stats %s: %s, expected a file that can be written", config->stats, strerror(errno));
	return false;
}

static bool check_warmup(const struct sim_config *config)
{
	if (!config->limit_given || config->limit >= config->warmup)
		return true;
	diag("--limit %" PRIu64 " ends before --warmup %" PRIu64 " does, expected a larger one",
	     config->limit, config->warmup);
	return false;
}

bool options_check(const struct options *options)
{
	if (!check_source(options) || !check_access(options->config))
		return false;
	if (options->config->regs)
		return true;
	return check_bare(options) && check_core(options->config) && check_memory(options) &&
	       check_kernel(options) && check_offset(options->config) &&
	       check_warmup(options->config) && check_stats(options->config);
}
