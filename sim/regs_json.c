/* `nestwalk regs --json`: an array with an object a register. */
#include "json.h"
#include "regs.h"

static json_t *encoding_json(const char *name)
{
	struct cpu_sysreg_info info;
	json_t *object;

	if (!regs_find(name, &info))
		return json_null();
	object = json_object();
	put_count(object, "op0", info.op0);
	put_count(object, "op1", info.op1);
	put_count(object, "CRn", info.CRn);
	put_count(object, "CRm", info.CRm);
	put_count(object, "op2", info.op2);
	put_count(object, "lowest_el", info.lowest_el);
	put(object, "readable", json_boolean(info.readable));
	put(object, "writable", json_boolean(info.writable));
	return object;
}

static json_t *field_json(const struct field *field, const struct regs_view *view, bool value)
{
	static const char *const kind[] = {[FIELD_NAMED] = "field",
					   [FIELD_RES0] = "RES0",
					   [FIELD_RES1] = "RES1",
					   [FIELD_IGNORED] = "IGNORED"};
	json_t *object = json_object();
	char meaning[MEANING_TEXT];

	put(object, "name", field->kind == FIELD_NAMED ? json_string(field->name) : json_null());
	put(object, "kind", json_string(kind[field->kind]));
	put_count(object, "msb", field->msb);
	put_count(object, "lsb", field->lsb);
	if (!value)
		return object;
	put_hex(object, "value", field_value(field, view->value));
	meaning_of(field, NULL, view->value, meaning);
	put(object, "meaning", *meaning ? json_string(meaning) : json_null());
	return object;
}

static json_t *view_json(const struct regs_view *view, bool value)
{
	json_t *object = json_object(), *fields = json_array();
	size_t count;
	const struct field *field = fields_of(view->layout, &count);

	put(object, "layout", json_string(view->layout));
	put(object, "when", view->when ? json_string(view->when) : json_null());
	for (size_t i = 0; i < count; i++)
		json_array_append_new(fields, field_json(&field[i], view, value));
	put(object, "fields", fields);
	return object;
}

static json_t *register_json(const struct regs_argument *argument, enum regs_e2h e2h)
{
	struct regs_view view[REGS_VIEWS];
	unsigned count = regs_views(argument->name, argument->value, e2h, view);
	json_t *object = json_object(), *layouts = json_array();

	put(object, "name", json_string(argument->name));
	put(object, "encoding", encoding_json(argument->name));
	if (argument->has_value)
		put_hex(object, "value", argument->value);
	else
		put(object, "value", json_null());
	for (unsigned i = 0; i < count; i++)
		json_array_append_new(layouts, view_json(&view[i], argument->has_value));
	put(object, "layouts", layouts);
	return object;
}

void regs_print_json(const struct regs_argument *arguments, size_t count, enum regs_e2h e2h)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, register_json(&arguments[i], e2h));
	for (size_t i = 0; !count && i < cpu_sysreg_count(); i++) {
		struct regs_argument all = {.name = cpu_sysreg_info(i).name};

		json_array_append_new(array, register_json(&all, e2h));
	}
	json_dumpf(array, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(array);
}
