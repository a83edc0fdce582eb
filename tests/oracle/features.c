#include "generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct features features_offered(void)
{
	const char *program = getenv("NESTWALK");
	struct features features = {false, false};
	char line[256];
	FILE *list;

	snprintf(line, sizeof(line), "%s cpus max", program != NULL ? program : "build/nestwalk");
	list = popen(line, "r");
	if (list == NULL)
		return features;
	while (fgets(line, sizeof(line), list) != NULL) {
		features.updates |= strcmp(line, "  on  FEAT_HAFDBS\n") == 0;
		features.fwb |= strcmp(line, "  on  FEAT_S2FWB\n") == 0;
	}
	pclose(list);
	return features;
}
