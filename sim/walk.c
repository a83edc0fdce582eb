/*
 * `nestwalk walk`: one translation explained. Hypervisor and proxy kernel boot as for a replay;
 * then, unless --no-map, one access at EL0 makes them map the page, as a trace of that single
 * access would.
 */
#include "story.h"

#include <inttypes.h>

#define ATTEMPTS 64 /* one for each table that may have to be made, and to spare */

static struct nw_access access_of(const struct sim_config *config)
{
	return (struct nw_access){
		.type = config->access,
		.el = config->access_el,
		.unprivileged = config->access_el == 0,
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

	if (config->access_el || story->result.fault.type == FAULT_NONE || touch(sim, config))
		return;
	story->target_el = cpu_el(cpu);
	story->esr = cpu_sysreg(cpu, story->target_el == 2 ? "ESR_EL2" : "ESR_EL1");
	story->far = cpu_sysreg(cpu, story->target_el == 2 ? "FAR_EL2" : "FAR_EL1");
	if (story->target_el == 2)
		story->hpfar = cpu_sysreg(cpu, "HPFAR_EL2");
}

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
	story = story_of(sim_cpu(sim), &config->features, va_of(config), access_of(config));
	if (config->no_map)
		take_exception(sim, config, &story);
	if (config->json)
		story_print_json(&story, stdout);
	else
		story_print_text(&story, stdout);
	return sim_finish(sim, status);
}

int command_walk(int argc, char **argv)
{
	struct sim_config config;
	bool help = false;
	struct sim *sim;
	int status;

	sim_config_init(&config);
	if (!options_read(&config, COMMAND_WALK, argc, argv, &help))
		return SIM_BAD_INPUT;
	if (help)
		return SIM_OK;
	sim = sim_new(&config);
	if (!sim)
		return SIM_BAD_INPUT;
	status = explain(sim, &config);
	sim_free(sim);
	return status;
}
