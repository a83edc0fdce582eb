/* --trace tarmac:FILE: a line for each completed instruction, in the form of Arm's Tarmac traces.
 */
#ifndef SIM_TARMAC_H
#define SIM_TARMAC_H

#include "sim.h"

struct tarmac;

/* Creates the file. NULL after a diag(). */
struct tarmac *tarmac_new(const char *path);
/* False after a diag(): the file could not be written whole. */
bool tarmac_free(struct tarmac *tarmac);

/* One instruction of cpu, which is about to be executed at pc. */
void tarmac_instruction(struct tarmac *tarmac, struct cpu *cpu, va_t pc, uint32_t word);

#endif
