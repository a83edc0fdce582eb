/* The "config" member of the statistics: everything that shapes the result, defaults filled in,
 * nothing that does not. */
#include "choices.h"
#include "config.h"
#include "json.h"
#include "stats.h"

static json_t *core_json(const struct sim_config *config)
{
	json_t *object = json_object(), *features = json_array();

	put(object, "name", json_string(config->cpu));
	put(object, "pa_bits", json_integer(config->features.pa_bits));
	for (enum nw_feature f = FEAT_NONE + 1; f < NW_FEATURE_COUNT; f++) {
		if (nw_has(&config->features, f))
			json_array_append_new(features, json_string(cpu_feature_name(f)));
	}
	put(object, "features", features);
	return object;
}

static json_t *choices_json(const struct nw_choices *choices)
{
	json_t *object = json_object();

	for (enum nw_choice c = 0; c < NW_CHOICE_COUNT; c++)
		put(object, choice_of(c)->word, json_string(choice_in_force(choices, c)->word));
	return object;
}

static json_t *geometry_json(const struct sim_geometry *geometry)
{
	char text[CONFIG_TEXT];

	geometry_text(geometry, text, sizeof(text));
	return json_string(text);
}

static json_t *windows_json(const struct sim_windows *windows)
{
	json_t *array = json_array();

	for (unsigned i = 0; i < windows->count; i++) {
		char text[CONFIG_TEXT];

		window_text(&windows->at[i], text, sizeof(text));
		json_array_append_new(array, json_string(text));
	}
	return array;
}

/* ENTRIES[xWAYS[:LATENCY]], as --tlb and --walk-cache read it. */
static json_t *shape_json(const struct tlb_shape *shape)
{
	if (!shape->entries)
		return json_string("off");
	if (shape->entries == UINT32_MAX)
		return json_string("inf");
	if (!shape->ways)
		return json_sprintf("%" PRIu32, shape->entries);
	if (!shape->latency)
		return json_sprintf("%" PRIu32 "x%" PRIu32, shape->entries, shape->ways);
	return json_sprintf("%" PRIu32 "x%" PRIu32 ":%" PRIu32, shape->entries, shape->ways,
			    shape->latency);
}

static json_t *tlb_json(const struct sim_config *config)
{
	json_t *object;

	if (config->tlb_off)
		return json_string("off");
	object = json_object();
	put(object, "l1i", shape_json(&config->l1i));
	put(object, "l1d", shape_json(&config->l1d));
	put(object, "l2", shape_json(&config->l2));
	return object;
}

static json_t *walk_cache_json(const struct walk_cache_shapes *caches)
{
	json_t *object = json_object();

	put(object, "stage1", shape_json(&caches->stage1));
	put(object, "stage2", shape_json(&caches->stage2));
	put(object, "ipa", shape_json(&caches->ipa));
	put(object, "ipa_for", json_string(caches->ipa_for_all ? "all" : "tables"));
	return object;
}

static json_t *block_json(uint64_t block_bytes)
{
	char text[CONFIG_TEXT];

	if (!block_bytes)
		return json_string("page");
	size_text(block_bytes, text, sizeof(text));
	return json_string(text);
}

static json_t *text_or_null(const char *text)
{
	json_t *string = text ? json_string(text) : NULL;

	return string ? string : json_null();
}

static json_t *optional_count(bool given, uint64_t count)
{
	return given ? json_integer((json_int_t)count) : json_null();
}

static json_t *replay_json(const struct sim_config *config)
{
	json_t *object;

	if (config->command != COMMAND_REPLAY)
		return json_null();
	object = json_object();
	put(object, "trace", text_or_null(config->replay_trace));
	put(object, "format", text_or_null(config->format));
	put(object, "limit", optional_count(config->limit_given, config->limit));
	put(object, "warmup", json_integer((json_int_t)config->warmup));
	put(object, "va_spread", optional_count(config->va_spread_given, config->va_spread));
	if (config->va_offset_given)
		put_hex(object, "va_offset", config->va_offset);
	else
		put(object, "va_offset", json_null());
	return object;
}

json_t *stats_config_json(const struct stats_report *report)
{
	const struct sim_config *config = report->config;
	json_t *object = json_object();

	put(object, "guest", json_string(report->guest));
	put(object, "image", text_or_null(config->image));
	put(object, "cpu", core_json(config));
	put(object, "choices", choices_json(&config->choices));
	put(object, "s1", geometry_json(&config->s1));
	put(object, "s2", geometry_json(&config->s2));
	put(object, "el2", geometry_json(&config->el2));
	put(object, "block", block_json(config->block_bytes));
	put(object, "ram", windows_json(&config->ram));
	put(object, "vm_ram", windows_json(&config->vm_ram));
	put(object, "tlb", tlb_json(config));
	put(object, "walk_cache", walk_cache_json(&config->walk_caches));
	put(object, "timing", json_string(config->timing == TIMING_SERIAL ? "serial" : "none"));
	put(object, "undef", json_string(config->undef == UNDEF_STOP ? "stop" : "guest"));
	put(object, "seed", json_integer((json_int_t)config->seed));
	put(object, "max_insns", optional_count(config->max_insns_given, config->max_insns));
	put(object, "replay", replay_json(config));
	return object;
}
