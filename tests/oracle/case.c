#include "case.h"

#include <inttypes.h>

const char *const reg_names[REGS] = {
#define REG(name) #name,
#include "reg.def"
#undef REG
};

const char *const op_names[OPS] = {
#define OP(name, kind, code) #name,
#include "op.def"
#undef OP
};

const uint8_t op_kinds[OPS] = {
#define OP(name, kind, code) KIND_##kind,
#include "op.def"
#undef OP
};

/* What does not fit is left out: a case of fewer commands is a case too. */
void case_add(struct test_case *c, struct command command)
{
	if (c->count < CASE_COMMANDS)
		c->command[c->count++] = command;
}

static void write_command(FILE *out, const struct command *c)
{
	const uint64_t *v = c->value;

	if (c->kind == COMMAND_REG)
		fprintf(out, "r %s %" PRIx64 "\n", reg_names[c->name], v[0]);
	else if (c->kind == COMMAND_WRITE)
		fprintf(out, "w %" PRIx64 " %" PRIx64 "\n", v[0], v[1]);
	else
		fprintf(out, "o %s %" PRIx64 " %" PRIx64 " %" PRIx64 "\n", op_names[c->name], v[0],
			v[1], v[2]);
}

void case_write(FILE *out, uint64_t number, const struct test_case *c)
{
	fprintf(out, "c %" PRIx64 "\n", number);
	for (unsigned i = 0; i < c->count; i++)
		write_command(out, &c->command[i]);
}

unsigned case_operations(const struct test_case *c)
{
	unsigned count = 0;

	for (unsigned i = 0; i < c->count; i++)
		count += c->command[i].kind == COMMAND_OP;
	return count;
}

unsigned case_translations(const struct test_case *c)
{
	unsigned count = 0;

	for (unsigned i = 0; i < c->count; i++)
		count += c->command[i].kind == COMMAND_OP &&
			 op_kinds[c->command[i].name] < KIND_TLBI1;
	return count;
}
