/* `nestwalk run`. */
#include "sim.h"

int command_run(int argc, char **argv)
{
	struct sim_config config;
	bool help = false;
	struct sim *sim;
	int status;

	sim_config_init(&config);
	if (!options_read(&config, COMMAND_RUN, argc, argv, &help))
		return SIM_BAD_INPUT;
	if (help)
		return SIM_OK;
	sim = sim_new(&config);
	if (!sim)
		return SIM_BAD_INPUT;
	while (sim_run(sim, false))
		;
	status = sim_finish(sim, SIM_OK);
	sim_free(sim);
	return status;
}
