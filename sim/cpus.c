/* `nestwalk cpus`: the cores that --cpu knows, and their features. */
#include "sim.h"

#include <inttypes.h>
#include <string.h>

static void print_granules(const struct nw_features *features)
{
	printf("  granules:%s%s%s, %u-bit physical addresses\n", features->granule_4k ? " 4k" : "",
	       features->granule_16k ? " 16k" : "", features->granule_64k ? " 64k" : "",
	       features->pa_bits);
}

static int show(const char *name)
{
	struct cpu_config core = {0};

	if (!cpu_preset(name, &core)) {
		diag("cpus: %s: no such core, `nestwalk cpus` lists them", name);
		return SIM_BAD_INPUT;
	}
	printf("%s: MIDR_EL1=0x%" PRIx64 "\n", name, core.midr);
	print_granules(&core.features);
	for (enum nw_feature f = FEAT_NONE + 1; f < NW_FEATURE_COUNT; f++)
		printf("  %-3s %s\n", nw_has(&core.features, f) ? "on" : "off",
		       cpu_feature_name(f));
	return SIM_OK;
}

static void list(void)
{
	for (size_t i = 0; cpu_preset_name(i); i++)
		puts(cpu_preset_name(i));
}

int command_cpus(int argc, char **argv)
{
	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		puts("usage: nestwalk cpus [NAME]\n"
		     "  without a name: all cores that --cpu knows\n"
		     "  NAME            its features, each of which --cpu NAME,FEAT=on|off may "
		     "change");
		return SIM_OK;
	}
	if (argc > 2) {
		diag("%s, expected: nestwalk cpus [NAME]", argv[2]);
		return SIM_BAD_INPUT;
	}
	if (argc > 1)
		return show(argv[1]);
	list();
	return SIM_OK;
}
