/* The defaults of the configuration, and its geometries and windows in the grammar that the command
 * line reads. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

void sim_config_init(struct sim_config *config)
{
	struct cpu_config core = {0};

	memset(config, 0, sizeof(*config));
	cpu_preset("max", &core);
	config->cpu = "max";
	config->features = core.features;
	config->midr = core.midr;
	config->l1i = (struct tlb_shape){.entries = 48};
	config->l1d = (struct tlb_shape){.entries = 48};
	config->l2 = (struct tlb_shape){.entries = 1280, .ways = 5};
	config->s1 = (struct sim_geometry){.granule_bits = 12, .size_bits = 48};
	config->s2 = (struct sim_geometry){.granule_bits = 12, .size_bits = 48};
	config->el2 = (struct sim_geometry){.granule_bits = 12, .size_bits = 48};
	config->access = NW_LOAD;
}

void geometry_text(const struct sim_geometry *geometry, char *text, size_t size)
{
	int used;

	if (geometry->off) {
		snprintf(text, size, "off");
		return;
	}
	used = snprintf(text, size, "%uk:%u", 1u << (geometry->granule_bits - 10),
			geometry->size_bits);
	if (geometry->start_given)
		used += snprintf(text + used, size - (size_t)used, ":start=%d", geometry->start);
	if (geometry->ds != DS_BY_RULE)
		snprintf(text + used, size - (size_t)used, ":ds=%d", geometry->ds == DS_ON);
}

/* The largest of the suffixes k, m, g that divides the size, as the command line would write it. */
void size_text(uint64_t size_bytes, char *text, size_t size)
{
	static const char suffix[] = {'g', 'm', 'k'};

	for (unsigned i = 0; i < 3; i++) {
		unsigned shift = 30 - 10 * i;

		if (size_bytes && !(size_bytes & ((UINT64_C(1) << shift) - 1))) {
			snprintf(text, size, "%" PRIu64 "%c", size_bytes >> shift, suffix[i]);
			return;
		}
	}
	snprintf(text, size, "%" PRIu64, size_bytes);
}

void window_text(const struct sim_window *window, char *text, size_t size)
{
	size_text(window->size, text, size);

	size_t used = strlen(text);

	if (window->base_given)
		snprintf(text + used, size - used, "@0x%" PRIx64, window->base);
}
