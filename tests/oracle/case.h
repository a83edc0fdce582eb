/* A case: registers, memory and operations in the order in which the guest reads them
 * (guest/guest.c has the text's form). */
#ifndef ORACLE_CASE_H
#define ORACLE_CASE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum reg {
#define REG(name) REG_##name,
#include "reg.def"
#undef REG
	REGS
};

enum op {
#define OP(name, kind, code) OP_##name,
#include "op.def"
#undef OP
	OPS
};

enum op_kind {
	KIND_LOAD,
	KIND_STORE,
	KIND_ATOMIC,
	KIND_UNPRIV,
	KIND_FETCH,
	KIND_ZERO,
	KIND_CACHE1,
	KIND_CACHE,
	KIND_AT1,
	KIND_AT2,
	KIND_TLBI1,
	KIND_TLBI2,
	KINDS
};

enum command_kind { COMMAND_REG, COMMAND_WRITE, COMMAND_OP };

/* r name value[0] | w value[0] value[1] | o name value[0..2]: PSTATE, address, value */
struct command {
	uint8_t kind, name;
	bool code; /* the guest's own code needs it: never left out */
	uint64_t value[3];
};

#define CASE_COMMANDS 512

struct test_case {
	unsigned count;
	struct command command[CASE_COMMANDS];
};

extern const char *const reg_names[REGS];
extern const char *const op_names[OPS];
extern const uint8_t op_kinds[OPS];

void case_add(struct test_case *c, struct command command);
void case_write(FILE *out, uint64_t number, const struct test_case *c);

/* Operations in the case, and those of them that translate an address: all but TLBI. */
unsigned case_operations(const struct test_case *c);
unsigned case_translations(const struct test_case *c);

#endif
