/* What the parts of `nestwalk regs` share: the layouts that a register is read by, and how they are
 * printed. */
#ifndef SIM_REGS_H
#define SIM_REGS_H

#include "meaning.h"
#include "sim.h"

/* HCR_EL2.E2H gives some registers of EL2 another layout. */
enum regs_e2h { E2H_BOTH, E2H_0, E2H_1 };

/* One layout of a register, with the bits that are read by it. */
struct regs_view {
	const char *layout;
	const char *when; /* it applies; NULL: always */
	uint64_t value;
};

#define REGS_VIEWS 3

/* How many views a register or layout has (0: no fields are known); some depend on the value. */
unsigned regs_views(const char *name, uint64_t value, enum regs_e2h e2h,
		    struct regs_view view[REGS_VIEWS]);

/* False: no such register. */
bool regs_find(const char *name, struct cpu_sysreg_info *info);

/* A register with its fields; value NULL: without values. */
void regs_print(const char *name, const uint64_t *value, enum regs_e2h e2h);

/* All registers, then the layouts that are none: descriptors, syndromes, views. */
void regs_print_all(void);

/* The same as JSON: an object for each of the arguments NAME[=VALUE], for all registers where there
 * are none. */
struct regs_argument {
	const char *name;
	bool has_value;
	uint64_t value;
};
void regs_print_json(const struct regs_argument *arguments, size_t count, enum regs_e2h e2h);

#endif
