/* `nestwalk walk --json`: the keys are fixed by the documentation, all are always there. */
#include "json.h"
#include "story.h"

#include <string.h>

static json_t *hex(uint64_t value)
{
	return json_sprintf("0x%" PRIx64, value);
}

static json_t *input_json(const struct story *story)
{
	json_t *object = json_object();

	put(object, "va", hex(story->va.value));
	put(object, "access", json_string(story_access_name(story->access.type)));
	put_count(object, "el", story->access.el);
	put(object, "regime", json_string(story->access.el == 2 ? "EL2" : "EL1&0"));
	return object;
}

static json_t *output_json(const struct story *story)
{
	json_t *object;
	uint64_t ipa;

	if (story->result.fault.type != FAULT_NONE)
		return json_null();
	object = json_object();
	put(object, "pa", hex(story->result.pa.value));
	put(object, "ipa", story_ipa(story, &ipa) ? hex(ipa) : json_null());
	put_count(object, "span", UINT64_C(1) << story->result.span_bits);
	return object;
}

static json_t *fault_json(const struct story *story)
{
	const struct nw_fault *fault = &story->result.fault;
	json_t *object;

	if (fault->type == FAULT_NONE)
		return json_null();
	object = json_object();
	put(object, "type", json_string(story_fault_name(fault->type)));
	put(object, "level", json_integer(fault->level));
	put_count(object, "stage", fault->stage2 ? 2 : 1);
	put(object, "s1ptw", json_boolean(fault->s1ptw));
	put(object, "ipa", fault->ipa_valid ? hex(fault->ipa.value) : json_null());
	put(object, "esr", hex(story->esr));
	put(object, "far", hex(story->far));
	put(object, "hpfar", fault->ipa_valid ? hex(story->hpfar) : json_null());
	put(object, "par", hex(story->par));
	return object;
}

static json_t *fields_json(const struct story *story, const struct nw_fetch *fetch,
			   enum story_kind kind)
{
	const char *layout = story_layout(fetch, kind);
	json_t *object = json_object();
	const struct field *field;
	size_t count = 0;

	if (!layout)
		return object;
	field = fields_of(layout, &count);
	for (size_t i = 0; i < count; i++, field++) {
		if (story_shows(story, fetch, field))
			put_count(object, field->name, field_value(field, fetch->descriptor));
	}
	return object;
}

static json_t *purpose_json(const struct nw_fetch *fetch)
{
	if (fetch->purpose == FETCH_FOR_STAGE1)
		return json_sprintf("stage1:%d", fetch->for_level);
	return fetch->purpose == FETCH_FOR_OUTPUT ? json_string("output") : json_null();
}

static json_t *fetch_json(const struct story *story, const struct nw_fetch *fetch, unsigned n)
{
	enum story_kind kind = story_kind(story, fetch);
	bool has_ipa = fetch->stage == 2 || story->stage[2].on;
	json_t *object = json_object();

	put_count(object, "n", n);
	put_count(object, "stage", fetch->stage);
	put(object, "level", json_integer(fetch->level));
	put(object, "for", purpose_json(fetch));
	put(object, "ipa", has_ipa ? hex(fetch->input) : json_null());
	put(object, "pa", hex(fetch->pa.value));
	put(object, "descriptor", hex(fetch->descriptor));
	put(object, "kind", json_string(story_kind_name(kind)));
	put(object, "next",
	    kind == STORY_INVALID ? json_null() : hex(story_next(story, fetch, kind)));
	put(object, "fields", fields_json(story, fetch, kind));
	return object;
}

static json_t *fetches_json(const struct story *story)
{
	json_t *array = json_array();
	unsigned n = 0;

	for (unsigned i = 0; i < story->walk.fetch_count; i++) {
		if (!story->walk.fetch[i].update)
			json_array_append_new(array, fetch_json(story, &story->walk.fetch[i], ++n));
	}
	return array;
}

static json_t *attributes_json(const struct story *story)
{
	json_t *object;

	if (story->result.fault.type != FAULT_NONE)
		return json_null();
	object = json_object();
	put(object, "attr", hex(story->result.attributes.attr));
	put_count(object, "sh", story->result.attributes.sh);
	put(object, "device", json_boolean(story->result.device));
	return object;
}

static json_t *rights_json(const struct story *story, unsigned stage)
{
	const struct nw_fetch *leaf = story_leaf(story, stage);
	struct story_rights rights;
	json_t *object;

	if (!leaf)
		return json_null();
	rights = story_rights(story, leaf);
	object = json_object();
	put(object, "el0", json_string(rights.el0));
	put(object, "el1", json_string(rights.above));
	return object;
}

static json_t *permissions_json(const struct story *story)
{
	json_t *object = json_object();

	put(object, "stage1", rights_json(story, 1));
	put(object, "stage2", rights_json(story, 2));
	put(object, "may_write", json_boolean(story->result.may_write));
	return object;
}

bool story_print_json(const struct story *story, FILE *out)
{
	json_t *object = json_object();
	bool ok;

	put(object, "input", input_json(story));
	put(object, "output", output_json(story));
	put(object, "fault", fault_json(story));
	put(object, "fetches", fetches_json(story));
	put(object, "attributes", attributes_json(story));
	put(object, "permissions", permissions_json(story));
	ok = !json_dumpf(object, out, JSON_INDENT(2)) && fputc('\n', out) != EOF;
	json_decref(object);
	return ok;
}
