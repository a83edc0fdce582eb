/*
 * `nestwalk walk`: one translation explained. Hypervisor and proxy kernel boot as for a replay;
 * then, unless --no-map, one access at EL0 makes them map the page, as a trace of that single
 * access would. With --regs no software is run: registers and memory come from files.
 */
#include "dump.h"
#include "regs_file.h"
#include "story.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ATTEMPTS 64 /* one for each table that may have to be made, and to spare */

static struct nw_access access_of(const struct sim_config *config)
{
	return (struct nw_access){
		.type = config->access,
		.el = config->access_el,
		.unprivileged = config->access_el == 0 || config->unprivileged,
		.read_write = config->atomic,
		.pan = config->pan,
		.unaligned = config->unaligned,
	};
}

static va_t va_of(const struct sim_config *config)
{
	return (va_t){config->va};
}

static bool touch(struct sim *sim, const struct sim_config *config)
{
	return cpu_access(sim_cpu(sim), config->access, (va_t){0}, va_of(config), 1);
}

/* The kernel maps what lies in the TTBR0 half; everything else is explained as it is. */
static bool can_be_mapped(const struct sim_config *config)
{
	return !config->no_map && config->access_el == 0 && !(config->va >> config->s1.size_bits);
}

/* True: mapped. False: the software gave up, or still faults. */
static bool map(struct sim *sim, const struct sim_config *config)
{
	for (unsigned i = 0; i < ATTEMPTS; i++) {
		if (touch(sim, config))
			return true;
		if (!sim_run(sim, true))
			return false;
	}
	return false;
}

/* The registers as the core itself writes them, where the access can be made. */
static void take_exception(struct sim *sim, const struct sim_config *config, struct story *story)
{
	struct cpu *cpu = sim_cpu(sim);
	bool plain = !config->access_el && !config->atomic && !config->unaligned;

	if (!plain || !story_faulted(story) || touch(sim, config))
		return;
	story->d.target_el = (uint8_t)cpu_el(cpu);
	story->esr = cpu_sysreg(cpu, story->d.target_el == 2 ? "ESR_EL2" : "ESR_EL1");
	story->far = cpu_sysreg(cpu, story->d.target_el == 2 ? "FAR_EL2" : "FAR_EL1");
	if (story->d.target_el == 2)
		story->hpfar = cpu_sysreg(cpu, "HPFAR_EL2");
}

/* NO_COLOR by its convention: any value that is not empty. */
static bool wants_colours(void)
{
	const char *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(refused && *refused) &&
	       !(terminal && strcmp(terminal, "dumb") == 0);
}

static void print_story(const struct story *story, bool json)
{
	if (json)
		story_print_json(story, stdout);
	else
		story_print_text(story, stdout, wants_colours());
}

/* ------------------------------------------------------------------ from the built-in software */

static int explain(struct sim *sim, const struct sim_config *config)
{
	struct story story;
	int status = SIM_OK;

	if (!sim_run(sim, true))
		return sim_finish(sim, SIM_OK);
	if (can_be_mapped(config) && !map(sim, config)) {
		diag("walk: 0x%" PRIx64 ": hypervisor and kernel do not map it, expected that they "
		     "have memory for it",
		     config->va);
		status = SIM_PANIC;
	}
	story = story_of(cpu_mmu(sim_cpu(sim)), va_of(config), access_of(config));
	if (config->no_map)
		take_exception(sim, config, &story);
	print_story(&story, config->json);
	return sim_finish(sim, status);
}

static int walk_software(const struct sim_config *config)
{
	struct sim *sim = sim_new(config);
	int status;

	if (!sim)
		return SIM_BAD_INPUT;
	status = explain(sim, config);
	sim_free(sim);
	return status;
}

/* ------------------------------------------------------------------ from files */

static bool read_memory(struct dump *dump, const struct sim_config *config)
{
	for (unsigned i = 0; i < config->memory_count; i++) {
		const struct sim_memory *memory = &config->memory[i];
		char path[PATH_MAX];

		if (memory->file_length >= sizeof(path)) {
			diag("--mem %.40s...: expected a name of less than %zu bytes", memory->file,
			     sizeof(path));
			return false;
		}
		snprintf(path, sizeof(path), "%.*s", (int)memory->file_length, memory->file);
		if (!dump_add_raw(dump, path, memory->pa))
			return false;
	}
	return !config->core || dump_add_core(dump, config->core);
}

static int explain_dump(const struct dump *dump, const struct regs_file *regs,
			const struct sim_config *config)
{
	const struct nw_config core = {
		.features = config->features,
		.choices = config->choices,
		.tlb_off = true,
		.port = dump_port(dump),
	};
	const struct nw_event written = {.type = NW_EVENT_REGISTER};
	struct nw_mmu *mmu = nw_mmu_new(&core);
	struct story story;

	if (!mmu) {
		diag("no memory for the MMU");
		return SIM_BAD_INPUT;
	}
	*nw_registers(mmu) = regs->registers;
	nw_event(mmu, &written);
	story = story_of(mmu, va_of(config), access_of(config));
	print_story(&story, config->json);
	nw_mmu_free(mmu);
	return SIM_OK;
}

static int walk_files(const struct sim_config *config)
{
	struct dump dump = {.piece = NULL};
	struct regs_file regs;
	int status = SIM_BAD_INPUT;

	if (regs_file_read(config->regs, &regs) &&
	    regs_file_check(config->regs, &regs, va_of(config), access_of(config)) &&
	    read_memory(&dump, config))
		status = explain_dump(&dump, &regs, config);
	dump_free(&dump);
	return status;
}

int command_walk(int argc, char **argv)
{
	struct sim_config config;
	bool help = false;

	sim_config_init(&config);
	if (!options_read(&config, COMMAND_WALK, argc, argv, &help))
		return SIM_BAD_INPUT;
	if (help)
		return SIM_OK;
	return config.regs ? walk_files(&config) : walk_software(&config);
}
