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
	put(object, "access", json_string(story_access_name(&story->access)));
	put_count(object, "el", story->access.el);
	put(object, "unprivileged", json_boolean(story->access.unprivileged));
	put(object, "pan", json_boolean(story->access.pan));
	put(object, "unaligned", json_boolean(story->access.unaligned));
	put(object, "regime", json_string(story_regime_name(story)));
	put_count(object, "asid", story->d.asid);
	put_count(object, "vmid", story->d.vmid);
	return object;
}

/* ------------------------------------------------------------------ stages */

static json_t *levels_json(const struct nw_stage *s)
{
	json_t *object = json_object();

	for (int level = s->start_level; level <= 3; level++) {
		const struct nw_index *index = &s->index[level + 1];
		char key[12];

		snprintf(key, sizeof(key), "%d", level);
		put(object, key,
		    json_pack("{s:i, s:i}", "msb", index->lsb + index->bits - 1, "lsb",
			      index->lsb));
	}
	return object;
}

static json_t *stage_json(const struct story *story, unsigned number)
{
	const struct nw_stage *s = story_stage(story, number);
	struct story_registers r = story_registers(story, number);
	json_t *object;

	if (!s->on)
		return json_null();
	object = json_object();
	put(object, "registers", json_object());
	put_hex(json_object_get(object, "registers"), r.tcr, r.tcr_value);
	put_hex(json_object_get(object, "registers"), r.ttbr, r.ttbr_value);
	put_hex(json_object_get(object, "registers"), r.sctlr, r.sctlr_value);
	put_count(object, "granule", UINT64_C(1) << s->granule_bits);
	put_count(object, "input_bits", s->ia_bits);
	put_count(object, "output_bits", s->oa_bits);
	put(object, "ds", json_boolean(s->ds));
	put(object, "big_endian", json_boolean(s->big_endian));
	put(object, "ha", json_boolean(s->ha));
	put(object, "hd", json_boolean(s->hd));
	put(object, "start_level", s->tables ? json_integer(s->start_level) : json_null());
	put_count(object, "tables", s->tables);
	put(object, "base", s->tables ? hex(s->base) : json_null());
	put(object, "index", s->tables ? levels_json(s) : json_object());
	return object;
}

static json_t *stages_json(const struct story *story)
{
	json_t *object = json_object();

	put(object, "1", stage_json(story, 1));
	put(object, "2", stage_json(story, 2));
	return object;
}

/* ------------------------------------------------------------------ result */

static json_t *output_json(const struct story *story)
{
	json_t *object;
	uint64_t ipa;

	if (story_faulted(story))
		return json_null();
	object = json_object();
	put(object, "pa", hex(story->result.pa.value));
	put(object, "ipa", story_ipa(story, &ipa) ? hex(ipa) : json_null());
	put_count(object, "span", UINT64_C(1) << story->result.span_bits);
	put(object, "par", hex(story->par));
	return object;
}

static json_t *fault_json(const struct story *story)
{
	const struct nw_fault *fault = &story->result.fault;
	struct story_text cure;
	json_t *object;

	if (fault->type == FAULT_NONE)
		return json_null();
	story_cure(story, &cure);
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
	put_count(object, "target_el", story->d.target_el);
	put(object, "rule", json_string(story_fault_rule(story)));
	put(object, "change", cure.used ? json_string(cure.text) : json_null());
	return object;
}

/* ------------------------------------------------------------------ fetches */

/* The number, or the meaning, of each field. */
static json_t *fields_json(const struct story *story, const struct nw_fetch *fetch, bool meanings)
{
	const char *view, *layout = story_layout(story, fetch, &view);
	json_t *object = json_object();
	const struct field *field;
	size_t count = 0;

	if (!layout)
		return object;
	field = fields_of(layout, &count);
	for (size_t i = 0; i < count; i++, field++) {
		char text[MEANING_TEXT];

		if (!story_shows(story, fetch, field))
			continue;
		meaning_of(field, view, fetch->descriptor, text);
		if (!meanings)
			put_count(object, field->name, field_value(field, fetch->descriptor));
		else if (*text)
			put(object, field->name, json_string(text));
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
	const struct nw_step *step = story_step(story, fetch);
	bool has_ipa = fetch->stage == 2 || story->d.stage2.on;
	json_t *object = json_object();

	put_count(object, "n", n);
	put_count(object, "stage", fetch->stage);
	put(object, "level", json_integer(fetch->level));
	put(object, "for", purpose_json(fetch));
	put(object, "ipa", has_ipa ? hex(fetch->input) : json_null());
	put(object, "pa", hex(fetch->pa.value));
	put(object, "descriptor", hex(fetch->descriptor));
	put(object, "kind", json_string(story_kind_name(step->kind)));
	put(object, "next", step->kind == NW_INVALID ? json_null() : hex(step->address));
	put(object, "fields", fields_json(story, fetch, false));
	put(object, "meanings", fields_json(story, fetch, true));
	put(object, "rule", json_string(story_step_rule(story, fetch)));
	return object;
}

/* Fetches are numbered; an update goes by the number of the fetch before it. */
static void add_fetches(const struct story *story, json_t *fetches, json_t *updates)
{
	unsigned n = 0;

	for (unsigned i = 0; i < story->walk.fetch_count; i++) {
		const struct nw_fetch *fetch = &story->walk.fetch[i];

		if (story_is_repeated(story, fetch))
			continue;
		if (fetch->update)
			json_array_append_new(updates, fetch_json(story, fetch, n));
		else
			json_array_append_new(fetches, fetch_json(story, fetch, ++n));
	}
}

/* ------------------------------------------------------------------ attributes and permissions */

static json_t *attribute_json(struct nw_attributes a)
{
	char text[MEANING_TEXT];
	json_t *object = json_object();

	meaning_of_attribute(a.attr, text);
	put(object, "attr", hex(a.attr));
	put_count(object, "sh", a.sh);
	put(object, "xs", json_boolean(a.xs));
	put(object, "type", json_string(text));
	return object;
}

static json_t *memattr_json(const struct story *story)
{
	const struct nw_stage *s = &story->d.stage2;
	json_t *object;

	if (!s->has_leaf)
		return json_null();
	object = json_object();
	put(object, "memattr", hex(s->attributes.attr));
	put_count(object, "sh", s->attributes.sh);
	put(object, "type",
	    json_string(meaning_row(story->d.forced_write_back ? "S2_LEAF_FWB" : "S2_LEAF",
				    "MemAttr", s->attributes.attr)));
	return object;
}

static json_t *attributes_json(const struct story *story)
{
	json_t *object;

	if (story_faulted(story))
		return json_null();
	object = attribute_json(story->result.attributes);
	put(object, "device", json_boolean(story->result.device));
	put(object, "stage1", attribute_json(story->d.stage1.attributes));
	put(object, "stage2", memattr_json(story));
	return object;
}

static json_t *rights_json(const struct story *story, unsigned number)
{
	const struct nw_stage *s = story_stage(story, number);
	json_t *object;

	if (!s->has_leaf)
		return json_null();
	object = json_object();
	put(object, "el0", json_string(story_rights(s->unprivileged).text));
	put(object, "el1", json_string(story_rights(s->privileged).text));
	put(object, "access", json_string(story_rights(s->granted).text));
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
	json_t *object = json_object(), *fetches = json_array(), *updates = json_array();
	bool ok;

	add_fetches(story, fetches, updates);
	put(object, "input", input_json(story));
	put(object, "stages", stages_json(story));
	put(object, "output", output_json(story));
	put(object, "fault", fault_json(story));
	put(object, "fetches", fetches);
	put(object, "updates", updates);
	put(object, "attributes", attributes_json(story));
	put(object, "permissions", permissions_json(story));
	ok = !json_dumpf(object, out, JSON_INDENT(2)) && fputc('\n', out) != EOF;
	json_decref(object);
	return ok;
}
